// The wire's version, carried in the WebSocket's path (/link/<version>/<role>), so that it is known before the
// upgrade. A widget on a customer's page may be cached for months: relay and console are deployed first and accept the
// range below. Raising CURRENT needs a line of history here and a golden file (test/golden).
//
//  1  first version: text frames are JSON messages, binary frames carry the live view behind a 16-byte header

export const CURRENT_VERSION = 1;
export const OLDEST_ACCEPTED_VERSION = 1;

export type Role = 'visitor' | 'operator';

/** Path of the link endpoint on the relay, for example `/link/1/visitor`. */
export function linkPath(role: Role): string {
  return `/link/${CURRENT_VERSION}/${role}`;
}

export type VersionVerdict = 'accepted' | 'peer-too-old' | 'peer-too-new';

export function judgeVersion(version: number): VersionVerdict {
  if (version < OLDEST_ACCEPTED_VERSION) return 'peer-too-old';
  if (version > CURRENT_VERSION) return 'peer-too-new';
  return 'accepted';
}
