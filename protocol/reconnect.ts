// When to try again: pure (L4). Backoff with jitter, slower in a hidden tab; a hint (online, visible) retries at once
// but never sooner than `minimumMs` after the last try.

import type { AfterClose } from './close-codes.ts';

export const RECONNECT = {
  firstMs: 300,
  factor: 1.8,
  longestMs: 15_000,
  /** A hidden tab has nobody waiting for it. */
  hiddenLongestMs: 60_000,
  /** After GoingAway and the like: everybody comes back at once, so spread over this. */
  laterMs: 1500,
  laterSpreadMs: 4000,
  minimumMs: 250,
} as const;

export type NextTry = { kind: 'retry'; delayMs: number } | { kind: 'stop' };

/** `attempt`: how many tries have failed since the last success, from 0. `random` in [0, 1). */
export function nextTry(input: { after: AfterClose; attempt: number; hidden: boolean; random: number }): NextTry {
  switch (input.after) {
    case 'stop':
    case 'login':
      return { kind: 'stop' };
    case 'later':
      if (input.attempt === 0)
        return { kind: 'retry', delayMs: RECONNECT.laterMs + RECONNECT.laterSpreadMs * input.random };
      return { kind: 'retry', delayMs: backoff(input) };
    case 'retry':
    case 'fresh':
      return { kind: 'retry', delayMs: backoff(input) };
  }
}

function backoff(input: { attempt: number; hidden: boolean; random: number }): number {
  const longest = input.hidden ? RECONNECT.hiddenLongestMs : RECONNECT.longestMs;
  const full = Math.min(longest, RECONNECT.firstMs * RECONNECT.factor ** Math.min(input.attempt, 30));
  // Full jitter over the upper half: spread, but never almost zero.
  return Math.max(RECONNECT.minimumMs, full * (0.5 + 0.5 * input.random));
}
