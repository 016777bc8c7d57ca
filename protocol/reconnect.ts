// When to try again: pure (LK4). Backoff with jitter, slower in a hidden tab; a hint (online, visible) retries at once
// but never sooner than `minimumMs` after the last try.
//
// Each wait is longer than the one before by the same step, not by a factor: a relay that was away for four seconds has
// everybody back in another two, and not in another four, and a try costs a relay that is not there nothing. By a factor of 1.8
// half of 15,000 visitors were back 3.4 s after a relay listened that had been away for 4 s.

import type { AfterClose } from './close-codes.ts';

export const RECONNECT = {
  firstMs: 500,
  stepMs: 350,
  longestMs: 15_000,
  /** A hidden tab has nobody waiting for it. */
  hiddenLongestMs: 60_000,
  /** After GoingAway and the like: everybody comes back at once, so spread over this. */
  laterMs: 1500,
  laterSpreadMs: 4000,
  minimumMs: 250,
  /** A link that hears nothing for this long calls the relay lost; the relay says something every LIMITS.beatMs. */
  silenceMs: 50_000,
} as const;

/** Milliseconds to wait before the next try; undefined: there is none. `attempt`: how many tries have failed since the
 * last success, from 0. `door.random` in [0, 1). */
export function nextTry(
  after: AfterClose,
  attempt: number,
  door: { hidden(): boolean; random(): number },
): number | undefined {
  if (after === 'stop' || after === 'login') return undefined;
  if (after === 'later' && attempt === 0) return RECONNECT.laterMs + RECONNECT.laterSpreadMs * door.random();
  const longest = door.hidden() ? RECONNECT.hiddenLongestMs : RECONNECT.longestMs;
  // Jitter over the upper half: spread, but never less than minimumMs, which is half of the first.
  return Math.min(longest, RECONNECT.firstMs + RECONNECT.stepMs * attempt) * (0.5 + 0.5 * door.random());
}
