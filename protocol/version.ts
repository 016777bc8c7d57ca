// The wire's version, carried in the WebSocket's path (/link/<version>/<role>), so that it is known before the
// upgrade. A widget on a customer's page may be cached for months: relay and console are deployed first, and read what
// it sends in any version accepted below. Raising CURRENT needs a line of history here and a golden file (test/golden).
//
//  1  first version: text frames are JSON messages, binary frames carry the live view behind a 16-byte header
//  2  flag Packed: snapshots and changes are event-encoder.ts's lists, no longer JSON, of which most was the same names
//     for each node again; `refresh`, by which a console asks for a picture in place of one that it can't go on with
//  3  conversations: `chat` of visitors, `dialog` of operators (chat.ts)

export const CURRENT_VERSION = 3;

export type Role = 'visitor' | 'operator';

/** A console is the relay's own, and one of before could not read what visitors send now: it is told to reload. */
const OLDEST_ACCEPTED: Readonly<Record<Role, number>> = { visitor: 1, operator: 2 };

/** Path of the link endpoint on the relay, for example `/link/3/visitor`. */
export function linkPath(role: Role): string {
  return `/link/${CURRENT_VERSION}/${role}`;
}

export type VersionVerdict = 'accepted' | 'peer-too-old' | 'peer-too-new';

export function judgeVersion(version: number, role: Role): VersionVerdict {
  if (version < OLDEST_ACCEPTED[role]) return 'peer-too-old';
  if (version > CURRENT_VERSION) return 'peer-too-new';
  return 'accepted';
}
