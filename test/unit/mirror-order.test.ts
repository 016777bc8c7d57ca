// Order of frames and repair of gaps (cobrowse/mirror/order.ts); titles quote its rules.

import { describe, expect, test } from 'vitest';
import { createOrder, RETRY_MS } from '../../cobrowse/mirror/order.ts';

function setUp() {
  const asked: number[] = [];
  const log: string[] = [];
  const timers: { ms: number; run: () => void; isOff: boolean }[] = [];
  const order = createOrder({
    ask: (from) => asked.push(from),
    later(ms, run) {
      const timer = { ms, run, isOff: false };
      timers.push(timer);
      return () => (timer.isOff = true);
    },
    forget: () => log.push('forget'),
    complete: () => log.push('complete'),
  });
  const take = (...sequences: number[]) => sequences.map((sequence) => order.take(sequence));
  return { order, asked, log, timers, take, running: () => timers.filter((timer) => !timer.isOff) };
}

describe('mirror order', () => {
  test('[MO1] the next one is taken, duplicates are not', () => {
    const { order, take, asked } = setUp();
    expect(take(1, 2, 2, 1, 3)).toEqual([true, true, false, false, true]);
    expect(order.sequence).toBe(3);
    expect(asked).toEqual([]);
  });

  test('[MO2] a gap is asked for once', () => {
    const { order, take, asked } = setUp();
    expect(take(1, 3, 4, 9)).toEqual([true, false, false, false]);
    expect(asked).toEqual([1]);
    expect(order.gaps).toBe(1);
    expect(order.sequence).toBe(1);
  });

  test('[MO3] nothing is taken until history comes, not even the missing one; then it is asked for again', () => {
    const { take, asked, timers, running, order } = setUp();
    take(1, 3);
    expect(take(2)).toEqual([false]);
    expect(timers[0]?.ms).toBe(RETRY_MS);
    timers[0]?.run();
    expect(asked).toEqual([1, 1]);
    order.history(1, 3);
    expect(running()).toEqual([]);
    expect(take(2, 3, 4)).toEqual([true, true, true]);
  });

  test('[MO4] holes within a history, none after it', () => {
    const { order, take, asked } = setUp();
    order.history(0, 10);
    expect(take(4, 7)).toEqual([true, true]);
    expect(order.sequence).toBe(7);
    expect(take(11)).toEqual([true]);
    expect(order.sequence).toBe(11);
    order.history(11, 20);
    expect(take(15, 20, 21, 23)).toEqual([true, true, true, false]);
    expect(asked).toEqual([21]);
  });

  test('[MO4] a history that is cut off before its end is repaired from the last frame that came', () => {
    const { order, take, asked } = setUp();
    order.history(0, 10);
    take(4, 7);
    expect(take(13)).toEqual([false]);
    expect(asked).toEqual([7]);
  });

  test('[MO4] a history in parts completes once', () => {
    const { order, take, log, asked } = setUp();
    order.history(0, 10);
    take(2, 4);
    order.history(4, 12);
    take(8);
    order.history(8, 13);
    expect(log).toEqual(['forget']);
    expect(take(12, 13, 14)).toEqual([true, true, true]);
    expect(log).toEqual(['forget', 'complete']);
    expect(asked).toEqual([]);
  });

  test('[MO5] history from 0 starts over, even below the last sequence', () => {
    const { order, take, log } = setUp();
    take(1, 2, 3);
    order.history(0, 2);
    expect(log).toEqual(['forget']);
    expect(take(1, 2, 3)).toEqual([true, true, true]);
    expect(log).toEqual(['forget', 'complete']);
    order.history(0, 0);
    expect(log).toEqual(['forget', 'complete', 'forget', 'complete']);
  });

  test('[MO6] history that begins later leaves a hole', () => {
    const { order, take, asked } = setUp();
    take(1, 2);
    order.history(5, 9);
    expect(asked).toEqual([2]);
    expect(take(6)).toEqual([false]);
  });

  test('[MO7] head shows a loss at the end of a burst, and ends a history that it covers', () => {
    const { order, take, asked, log } = setUp();
    take(1, 2);
    order.head(2);
    expect(asked).toEqual([]);
    order.head(4);
    order.head(4);
    expect(asked).toEqual([2]);
    order.history(0, 4);
    take(3);
    order.head(3);
    expect(log).toEqual(['forget']);
    order.head(4);
    expect(log).toEqual(['forget', 'complete']);
    expect(order.sequence).toBe(4);
    expect(asked).toEqual([2]);
  });

  test('closed: the timer is off and nothing is asked', () => {
    const { order, take, asked, running, timers } = setUp();
    take(2);
    order.close();
    expect(running()).toEqual([]);
    timers[0]?.run();
    expect(asked).toEqual([0]);
  });
});
