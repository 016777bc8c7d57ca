// Every WebSocket close code we use, and what the receiver does about it: one table for both ends (W8).
//
//   retry   come back by the reconnect policy
//   later   come back, but not before the relay's own pause (restart, overload)
//   login   the operator must log in again; nothing is retried by itself
//   fresh   throw the stored identity away, then come back as somebody new
//   stop    never come back by itself: say so to the person

export type AfterClose = 'retry' | 'later' | 'login' | 'fresh' | 'stop';

type Row = { readonly code: number; readonly after: AfterClose; readonly says: string };

export const CLOSE = {
  GoingAway: { code: 4000, after: 'later', says: 'the relay restarts; come back shortly' },
  Replaced: { code: 4001, after: 'fresh', says: 'the same tab identity connected again' },
  BadToken: { code: 4002, after: 'fresh', says: 'the visitor token is not valid for this device, site and origin' },
  LoggedOut: { code: 4003, after: 'login', says: 'the operator session ended; log in again' },
  BadOrigin: { code: 4004, after: 'stop', says: 'this origin is not on the list of the site; add it in the site settings' },
  UnknownSite: { code: 4005, after: 'stop', says: 'no such site; check the key in the snippet' },
  PeerTooOld: { code: 4006, after: 'stop', says: 'this page runs an old Tandem; reload it' },
  PeerTooNew: { code: 4007, after: 'later', says: 'the relay is older than this page; update the relay' },
  BadMessage: { code: 4008, after: 'stop', says: 'a message was not understood' },
  BadFrame: { code: 4009, after: 'stop', says: 'a binary frame was malformed' },
  FrameTooLong: { code: 4010, after: 'stop', says: 'a frame was longer than allowed' },
  TooMany: { code: 4011, after: 'later', says: 'too many messages in a short time' },
  TooSlow: { code: 4012, after: 'retry', says: 'this side read too slowly; it starts afresh' },
  HelloTimeout: { code: 4013, after: 'retry', says: 'no hello came in time' },
  Silent: { code: 4014, after: 'retry', says: 'nothing was heard for too long' },
  TooManyPeers: { code: 4015, after: 'later', says: 'the relay holds as many connections as it may' },
} as const satisfies Record<string, Row>;

export type CloseName = keyof typeof CLOSE;

/** What to do after a close with this code. Codes that are not ours (1006, 1001 …) are the network's: retry. */
export function afterClose(code: number): AfterClose {
  for (const row of Object.values(CLOSE)) if (row.code === code) return row.after;
  return 'retry';
}

/** The table's name for a code, for logs; undefined for codes that are not ours. */
export function closeName(code: number): CloseName | undefined {
  for (const [name, row] of Object.entries(CLOSE)) {
    // Object.entries widens keys to string; the table's keys are CloseName by construction.
    if (row.code === code) return name as CloseName;
  }
  return undefined;
}
