// Every WebSocket close code we use. What the receiver does about a code stands in its hundreds, so that a peer knows it
// for codes that are younger than itself, and the widget's loader needs no table (it has 2.5 kB). The sentence that each
// code says to a person is in close-sentences.ts.
//
//   41xx retry   come back by the reconnect policy
//   42xx later   come back, but not before the relay's own pause (restart, overload)
//   43xx login   the operator must log in again; nothing is retried by itself
//   44xx fresh   throw the stored identity away, then come back as somebody new
//   45xx stop    never come back by itself: say so to the person

const CLASSES = ['retry', 'later', 'login', 'fresh', 'stop'] as const;
export type AfterClose = (typeof CLASSES)[number];

export const CLOSE = {
  TooSlow: 4101,
  HelloTimeout: 4102,
  Silent: 4103,
  RightsChanged: 4104,

  GoingAway: 4201,
  PeerTooNew: 4202,
  TooMany: 4203,
  TooManyPeers: 4204,

  LoggedOut: 4301,

  Replaced: 4401,
  BadToken: 4402,

  BadOrigin: 4501,
  UnknownSite: 4502,
  PeerTooOld: 4503,
  BadMessage: 4504,
  BadFrame: 4505,
  FrameTooLong: 4506,
} as const;

export type CloseName = keyof typeof CLOSE;

/** What to do after a close with this code. Codes that are not ours (1006, 1001 …) are the network's: retry. */
export function afterClose(code: number): AfterClose {
  return CLASSES[(code / 100 - 41) | 0] ?? 'retry';
}
