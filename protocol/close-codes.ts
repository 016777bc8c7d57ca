// Every WebSocket close code we use, and what the receiver does about it: one table for both ends (W8). The sentence
// that each code says to a person stands in close-sentences.ts: the widget's loader carries this table in 2.5 kB.
//
//   retry   come back by the reconnect policy
//   later   come back, but not before the relay's own pause (restart, overload)
//   login   the operator must log in again; nothing is retried by itself
//   fresh   throw the stored identity away, then come back as somebody new
//   stop    never come back by itself: say so to the person

export type AfterClose = 'retry' | 'later' | 'login' | 'fresh' | 'stop';

type Row = { readonly code: number; readonly after: AfterClose };

export const CLOSE = {
  GoingAway: { code: 4000, after: 'later' },
  Replaced: { code: 4001, after: 'fresh' },
  BadToken: { code: 4002, after: 'fresh' },
  LoggedOut: { code: 4003, after: 'login' },
  BadOrigin: { code: 4004, after: 'stop' },
  UnknownSite: { code: 4005, after: 'stop' },
  PeerTooOld: { code: 4006, after: 'stop' },
  PeerTooNew: { code: 4007, after: 'later' },
  BadMessage: { code: 4008, after: 'stop' },
  BadFrame: { code: 4009, after: 'stop' },
  FrameTooLong: { code: 4010, after: 'stop' },
  TooMany: { code: 4011, after: 'later' },
  TooSlow: { code: 4012, after: 'retry' },
  HelloTimeout: { code: 4013, after: 'retry' },
  Silent: { code: 4014, after: 'retry' },
  TooManyPeers: { code: 4015, after: 'later' },
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
