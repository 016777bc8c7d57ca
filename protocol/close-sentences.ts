// What each close code says to a person: for logs, the console and the close frame's reason. Apart from the codes
// themselves (close-codes.ts) because the widget's loader carries those in a budget of 2.5 kB.

import type { CloseName } from './close-codes.ts';

export const CLOSE_SAYS: Readonly<Record<CloseName, string>> = {
  GoingAway: 'the relay restarts; come back shortly',
  Replaced: 'the same tab identity connected again',
  BadToken: 'the visitor token is not valid for this device, site and origin',
  LoggedOut: 'the operator session ended; log in again',
  BadOrigin: 'this origin is not on the list of the site; add it in the site settings',
  UnknownSite: 'no such site; check the key in the snippet',
  PeerTooOld: 'this page runs an old Tandem; reload it',
  PeerTooNew: 'the relay is older than this page; update the relay',
  BadMessage: 'a message was not understood',
  BadFrame: 'a binary frame was malformed',
  FrameTooLong: 'a frame was longer than allowed',
  TooMany: 'too many messages in a short time',
  TooSlow: 'this side read too slowly; it starts afresh',
  HelloTimeout: 'no hello came in time',
  RightsChanged: 'what this operator may do has changed; come back to be told',
  Silent: 'nothing was heard for too long',
  TooManyPeers: 'the relay holds as many connections as it may',
};
