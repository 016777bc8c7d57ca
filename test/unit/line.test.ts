// How much may be on its way to a watcher, against lines that carry what they carry.

import { expect, test } from 'vitest';
import { Line } from '../../relay/live/line.ts';

const kB = 1024;

/** Gives the line all it has space for, again and again, and answers when that has been carried. */
function fill(line: Line, bytesPerSec: number, rounds: number): number {
  let now = 0;
  let waitedMs = 0;
  for (let sequence = 1; sequence <= rounds; sequence++) {
    const bytes = Math.max(0, line.space);
    line.given += bytes;
    line.asked(sequence, now);
    waitedMs = (1000 * bytes) / bytesPerSec;
    now += waitedMs;
    expect(line.answered(sequence, now)).toBe(true);
  }
  return waitedMs;
}

test('[RM15] a narrow line comes to hold some seconds, a wide one as much as it takes', () => {
  const narrow = new Line();
  expect(fill(narrow, 15 * kB, 20)).toBeLessThan(5000);
  expect(narrow.window).toBeGreaterThanOrEqual(16 * kB);
  const wide = new Line();
  fill(wide, 10_000 * kB, 20);
  expect(wide.window).toBe(1024 * kB);
  // The line of a train in a tunnel, and out of it.
  const train = new Line();
  fill(train, 2 * kB, 20);
  expect(train.window).toBe(16 * kB);
  fill(train, 10_000 * kB, 20);
  expect(train.window).toBe(1024 * kB);
});

test('[RM15] quick answers about little do not widen it', () => {
  const line = new Line();
  const before = line.window;
  for (let sequence = 1; sequence < 50; sequence++) {
    line.given += 100;
    line.asked(sequence, sequence);
    line.answered(sequence, sequence);
  }
  expect(line.window).toBe(before);
});

test('[RM15] what is out counts until it is answered for, and late is what is not answered in time', () => {
  const line = new Line();
  // Nothing is shown before the whole picture is there.
  expect(line.space).toBe(1024 * kB);
  const all = line.window;
  expect(line.hasNews).toBe(false);
  line.given += 1000;
  expect(line.hasNews).toBe(true);
  line.asked(7, 0);
  line.given += 500;
  // Pictures have no sequence of their own: a question may come twice.
  line.asked(7, 100);
  expect(line.hasNews).toBe(false);
  expect(line.space).toBe(all - 1500);
  expect(line.answered(8, 200)).toBe(false);
  expect(line.answered(7, 200)).toBe(true);
  expect(line.space).toBe(all - 500);
  expect([line.isLate(2000), line.isLate(2200)]).toEqual([false, true]);
  expect(line.answered(7, 2300)).toBe(true);
  expect(line.isLate(100_000)).toBe(false);
  expect(line.answered(7, 2400)).toBe(false);
});
