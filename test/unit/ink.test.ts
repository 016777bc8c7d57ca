// What operators draw, as both sides keep it: what is taken of what comes, how a line runs, and when it goes.

import { expect, test } from 'vitest';
import { createInk, FADES_MS, pathOf, STAYS_MS, type Draw } from '../../cobrowse/ink.ts';
import { LIMITS } from '../../protocol/limits.ts';

const draw = (change: Partial<Draw> = {}): Draw => ({
  t: 'draw',
  stroke: 1,
  shape: 'pen',
  fades: false,
  node: 7,
  from: 0,
  points: [0, 0, 10, 0],
  isDone: false,
  ...change,
});
const anchorOf = (node: number) => (node === 404 ? undefined : `node ${node}`);

function open() {
  const ink = createInk<string>();
  const say = (change: Partial<Draw> = {}, { by = 'anna', now = 0 } = {}) => ink.draw(by, draw(change), anchorOf, now);
  const shown = (now = 0) => ink.strokes(now).map(({ by, number, path }) => `${by} ${number} ${path}`);
  return { ink, say, shown };
}

test('a stroke grows by pieces; a piece takes the place of what it overlaps', () => {
  const { ink, say, shown } = open();
  expect(say()).toBeUndefined();
  expect(say({ from: 1, points: [20, 0, 30, 0] })).toBeUndefined();
  const [stroke] = ink.strokes(0);
  expect(stroke).toMatchObject({ by: 'anna', number: 1, anchor: 'node 7', isDone: false });
  expect(shown()).toEqual([`anna 1 ${pathOf('pen', [0, 0, 20, 0, 30, 0])}`]);
  // Whole, at another element.
  expect(say({ points: [1, 1, 2, 2], node: 8, isDone: true })).toBeUndefined();
  expect(ink.strokes(0)[0]).toMatchObject({ anchor: 'node 8', isDone: true, path: pathOf('pen', [1, 1, 2, 2]) });
});

test('what goes on with nothing, with a gap, with what is done, or as another shape must come whole', () => {
  const { say, shown } = open();
  expect(say({ from: 1 })).toBe('repeated');
  say();
  expect(say({ from: 3 })).toBe('repeated');
  expect(say({ from: 1, shape: 'box' })).toBe('repeated');
  expect(say({ from: 2, points: [20, 0] })).toBeUndefined();
  say({ isDone: true });
  const before = shown();
  expect(say({ from: 2, points: [20, 0] })).toBe('repeated');
  expect(shown()).toEqual(before);
});

test('an element that is not there: gone, and what was there stays', () => {
  const { say, shown } = open();
  expect(say({ node: 404 })).toBe('gone');
  expect(shown()).toEqual([]);
  say();
  expect(say({ node: 404, isDone: true })).toBe('gone');
  expect(shown()).toHaveLength(1);
});

test.each([
  ['no points', []],
  ['half a point', [1, 2, 3]],
  ['no number', [Number.NaN, 0]],
  ['endless', [Number.POSITIVE_INFINITY, 0]],
  ['far out', [LIMITS.maxInkPixels + 1, 0]],
  ['too many', Array.from({ length: LIMITS.maxStrokeNumbers + 2 }, () => 0)],
])('bad points: %s', (_, points) => {
  const { say, shown } = open();
  expect(say({ points })).toBe('not-possible');
  expect(shown()).toEqual([]);
});

test('a stroke does not grow past its bound by pieces', () => {
  const { say } = open();
  const whole = Array.from({ length: LIMITS.maxStrokeNumbers }, (_, index) => index % 100);
  expect(say({ points: whole })).toBeUndefined();
  expect(say({ from: LIMITS.maxStrokePoints, points: [1, 1] })).toBe('not-possible');
  expect(say({ from: LIMITS.maxStrokePoints - 1, points: [1, 1] })).toBeUndefined();
});

test('of too many strokes, and of too many points, the oldest of that operator go', () => {
  const { ink, say } = open();
  say({ stroke: 5 }, { by: 'boris' });
  for (let stroke = 1; stroke <= LIMITS.maxStrokes + 2; stroke++) say({ stroke, isDone: true });
  expect(ink.has('anna', 2)).toBe(false);
  expect(ink.has('anna', 3)).toBe(true);
  const long = Array.from({ length: LIMITS.maxStrokeNumbers }, () => 1);
  for (let stroke = 1000; stroke < 1015; stroke++) say({ stroke, points: long });
  const kept = ink.strokes(0).filter(({ by }) => by === 'anna');
  expect(kept.map(({ number }) => number)).toEqual([1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);
  expect(ink.has('boris', 5)).toBe(true);
});

test('one stroke is taken away, or all of one operator; who leaves takes along what is not done', () => {
  const { ink, say } = open();
  say({ stroke: 1, isDone: true });
  say({ stroke: 2, isDone: true });
  say({ stroke: 3 });
  say({ stroke: 3 }, { by: 'boris' });
  const left = () => ink.strokes(0).map(({ by, number }) => `${by} ${number}`);
  ink.undraw('anna', 1);
  ink.undraw('anna', 99);
  ink.undraw('nobody');
  expect(left()).toEqual(['anna 2', 'anna 3', 'boris 3']);
  ink.leave('anna');
  expect(left()).toEqual(['anna 2', 'boris 3']);
  ink.undraw('anna');
  ink.keep(({ by }) => by !== 'boris');
  expect(ink.isEmpty).toBe(true);
});

test('ink that fades stays, pales and goes once it is done; other ink stays; what is never finished goes', () => {
  const { ink, say } = open();
  say({ stroke: 1, fades: true });
  say({ stroke: 1, fades: true, isDone: true }, { now: 1000 });
  say({ stroke: 2, isDone: true });
  const opacity = (now: number) => {
    const [first] = ink.strokes(now);
    return first && ink.opacity(first, now);
  };
  expect(opacity(1000 + STAYS_MS)).toBe(1);
  expect(opacity(1000 + STAYS_MS + FADES_MS / 2)).toBe(0.5);
  const numbers = (now: number) => ink.strokes(now).map(({ number }) => number);
  expect(numbers(1000 + STAYS_MS + FADES_MS)).toEqual([2]);
  say({ stroke: 3 }, { now: 10_000 });
  expect(numbers(20_000)).toEqual([2, 3]);
  expect(numbers(3_600_000)).toEqual([2]);
});

const numbersOf = (path: string) => (path.match(/-?\d*\.?\d+/g) ?? []).map(Number);

test('a pen goes through its points: smooth along a bend, straight to a corner', () => {
  expect(pathOf('pen', [3, 4])).toBe('M3 4h.01');
  const bend = pathOf('pen', [0, 0, 30, 0, 56, 15]);
  const [, , , , c2x = 0, c2y = 0, x, y] = numbersOf(bend);
  expect([x, y]).toEqual([30, 0]);
  // It comes to the middle point from a little above, as a round line does.
  expect(c2x).toBeLessThan(30);
  expect(c2y).toBeLessThan(0);
  const corner = numbersOf(pathOf('pen', [0, 0, 100, 0, 100, 100]));
  expect(corner.slice(4, 10)).toEqual([100, 0, 100, 0, 100, 0]);
  expect(pathOf('pen', [5, 5, 5, 5, 5, 5])).not.toContain('NaN');
});

test('an arrow has a head at its end, a box round corners whichever way it was drawn', () => {
  const arrow = pathOf('arrow', [0, 0, 50, 50, 100, 0]);
  expect(arrow).toMatch(/^M0 0L100 0M/);
  const [leftX = 0, leftY = 0, , , rightX, rightY = 0] = numbersOf(arrow).slice(4);
  expect(leftX).toBeGreaterThan(75);
  expect(rightX).toBe(leftX);
  expect(leftY).toBe(-rightY);
  expect(pathOf('arrow', [5, 5])).not.toContain('NaN');
  expect(pathOf('box', [100, 50, 20, 10])).toBe(pathOf('box', [20, 10, 100, 50]));
  expect(pathOf('box', [20, 10, 100, 50])).toMatch(/^M28 10h64a8 8 0 0 1 8 8v24/);
  expect(pathOf('box', [20, 10, 24, 10])).not.toContain('NaN');
});
