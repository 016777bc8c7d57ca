// When capture gives way, by the meter alone and a clock of the test's own: how fast, how it comes back, and that what is
// held back comes.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCost, type Cost } from '../../cobrowse/capture/cost.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }));
afterEach(() => void vi.useRealTimers());

function meter(isFirst = () => false): Cost {
  return createCost({ isFirst, after: (ms, task) => void setTimeout(task, ms), limits: { limitMs: 50, calmMs: 4000 } });
}

/** So many seconds in which capture works ten times each, for that long in all; the level after each time. */
function work(cost: Cost, msPerSecond: (level: number) => number, seconds: number): number[] {
  const levels: number[] = [];
  const task = cost.timed((ms: number) => void vi.advanceTimersByTime(ms));
  for (let second = 0; second < seconds; second++) {
    for (let time = 0; time < 10; time++) {
      const ms = msPerSecond(cost.level) / 10;
      task(ms);
      vi.advanceTimersByTime(100 - ms);
      levels.push(cost.level);
    }
  }
  return levels;
}

test('up to the limit nothing is given up; what is told is what it took', () => {
  const cost = meter();
  expect(work(cost, () => 40, 30)).toEqual(Array(300).fill(0));
  expect(cost.figures().ms).toBeGreaterThanOrEqual(38);
  expect(cost.figures().ms).toBeLessThanOrEqual(40);
});

test('work within other work counts once', () => {
  const cost = meter();
  const inner = cost.timed(() => void vi.advanceTimersByTime(10));
  cost.timed(() => inner())();
  expect(cost.figures().ms).toBe(5);
});

test('a task that fails is counted, and the next one too', () => {
  const cost = meter();
  const failing = cost.timed(() => {
    vi.advanceTimersByTime(10);
    throw new Error('on purpose');
  });
  expect(failing).toThrow('on purpose');
  expect(failing).toThrow('on purpose');
  expect(cost.figures().ms).toBe(10);
});

test('over the limit one thing after the other is given up, the faster the more it takes; at rest all comes back', () => {
  const slow = work(meter(), () => 60, 10);
  expect([slow[0], slow.at(-1)]).toEqual([0, 3]);
  const cost = meter();
  const fast = work(cost, () => 500, 10);
  expect(fast.indexOf(3)).toBeLessThan(slow.indexOf(3));
  const quiet = work(cost, () => 0, 20);
  expect([...new Set(quiet)]).toEqual([3, 2, 1, 0].filter((level) => quiet.includes(level)));
  expect(quiet.at(-1)).toBe(0);
});

test('one burst that is over sooner than a slow page would be is no reason', () => {
  const cost = meter();
  cost.timed(() => void vi.advanceTimersByTime(90))();
  expect(work(cost, () => 2, 10)).toEqual(Array(100).fill(0));
});

test('a picture is told and gives nothing up', () => {
  let isFirst = true;
  const cost = meter(() => isFirst);
  expect(work(cost, () => 400, 5)).toEqual(Array(50).fill(0));
  expect(cost.figures().ms).toBeGreaterThan(350);
  isFirst = false;
  expect(work(cost, () => 400, 5).at(-1)).toBe(3);
});

test('what is only quiet because it is held back is tried less and less often', () => {
  const cost = meter();
  // Giving up the third thing is what helps.
  const levels = work(cost, (level) => (level < 3 ? 300 : 20), 200);
  const falls = levels.flatMap((level, at) => (level < 3 && levels[at - 1] === 3 ? [at] : []));
  expect(falls.length).toBeGreaterThan(2);
  const waits = falls.slice(1).map((at, index) => at - (falls[index] ?? 0));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBeGreaterThan(3 * (waits[0] ?? 0));
  // And soon all the same when there is nothing left to hold back.
  expect(work(cost, () => 0, 20).at(-1)).toBe(0);
});

test('a gate lets everything through until there is need, then the first at once and the last when it is time', () => {
  const cost = meter();
  let told: number[] = [];
  let now = 0;
  const say = cost.gate(1, 50, () => void told.push(now));
  for (now = 1; now <= 5; now++) say();
  expect(told).toEqual([1, 2, 3, 4, 5]);
  work(cost, () => 500, 5);
  told = [];
  for (now = 1; now <= 5; now++) say();
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(49);
  expect(told).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([1, 6]);
  say();
  expect(told).toEqual([1, 6]);
});

test('a clock that is set back, or is none, says nothing that the wire would not take', () => {
  const cost = meter();
  work(cost, () => 40, 3);
  const clock = vi.spyOn(performance, 'now').mockReturnValue(-1e9);
  cost.timed(() => undefined)();
  expect(cost.figures().ms).toBe(0);
  clock.mockReturnValue(Number.NaN);
  cost.timed(() => undefined)();
  const { ms } = cost.figures();
  expect(Number.isInteger(ms) && ms >= 0 && ms <= 1000).toBe(true);
  clock.mockRestore();
});
