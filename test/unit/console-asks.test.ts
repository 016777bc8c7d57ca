// The cards of the operator's questions: an answer is read and then out of the way; a question that waits stays.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { Asks } from '../../operator-ui/state/asks.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
  // What Svelte's compiler would put there; nothing here is drawn.
  vi.stubGlobal('$state', { raw: <T>(value: T) => value });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const asking = () => {
  const asks = new Asks({ send: () => true, nameOf: () => 'Shop', accepted: () => {} });
  asks.ask('v1');
  return asks;
};
const kinds = (asks: Asks) => asks.list.map(({ outcome }) => outcome.kind);

test('an answer goes away by itself', () => {
  const asks = asking();
  asks.answered({ t: 'asked', visitor: 'v1', state: 'declined' });
  vi.advanceTimersByTime(20_000);
  expect(kinds(asks)).toEqual(['declined']);
  vi.advanceTimersByTime(20_000);
  expect(kinds(asks)).toEqual([]);
});

test('a question that waits stays until its time is over; asked again, the old answer takes nothing away', () => {
  const asks = asking();
  vi.advanceTimersByTime(LIMITS.askMs);
  expect(kinds(asks)).toEqual(['waiting']);
  asks.answered({ t: 'asked', visitor: 'v1', state: 'declined' });
  vi.advanceTimersByTime(20_000);
  asks.ask('v1');
  vi.advanceTimersByTime(20_000);
  expect(kinds(asks)).toEqual(['waiting']);
});
