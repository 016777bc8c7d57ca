// The arithmetic of bench figures: what a ratio is, when a target counts as met, what a quantile of few values is.

import { expect, test } from 'vitest';
import { figureOf, geometricMean, lineOf, median, quantile, tableOf, type Measured } from '../../bench/report.ts';

const measured: Measured = { metric: 'speed', value: 80, unit: 'm/s', control: 100, against: 'theirs' };

test('a ratio is ours through the control; without a control there is none', () => {
  expect(figureOf('b', measured, true).ratio).toBe(0.8);
  const { control: _, ...alone } = measured;
  expect(figureOf('b', alone, true)).toMatchObject({ control: null, ratio: null });
  expect(figureOf('b', { ...measured, control: 0 }, true).ratio).toBeNull();
});

test('a target is met at its limit, judged before rounding, and never without the number it is of', () => {
  const judged = (more: Partial<Measured>) => figureOf('b', { ...measured, ...more }, true).ok;
  expect(judged({ must: { of: 'ratio', atLeast: 0.8 } })).toBe(true);
  expect(judged({ value: 79.9999999, must: { of: 'ratio', atLeast: 0.8 } })).toBe(false);
  expect(judged({ must: { of: 'value', atMost: 80 } })).toBe(true);
  expect(judged({ value: 80.0000001, must: { of: 'value', atMost: 80 } })).toBe(false);
  expect(judged({ control: 0, must: { of: 'ratio', atMost: 3 } })).toBe(false);
  expect(judged({})).toBeUndefined();
});

test('a tiny run names its targets and judges nothing', () => {
  const figure = figureOf('b', { ...measured, must: { of: 'ratio', atLeast: 3 } }, false);
  expect(figure.target).toBe('ratio >= 3');
  expect(figure.ok).toBeUndefined();
});

test('what is no number is no figure', () => {
  expect(() => figureOf('b', { ...measured, value: NaN }, true)).toThrow('no figure');
  expect(() => figureOf('b', { ...measured, control: Infinity }, true)).toThrow('no figure');
});

test('a line has the fields that every figure has, also when they are empty', () => {
  const { bench, metric, value, unit, control, ratio } = JSON.parse(lineOf(figureOf('b', measured, true)));
  expect([bench, metric, value, unit, control, ratio]).toEqual(['b', 'speed', 80, 'm/s', 100, 0.8]);
});

test('quantiles are values that occurred, whatever their order', () => {
  const values = [5, 1, 4, 2, 3];
  expect(quantile(values, 0.5)).toBe(3);
  expect(quantile(values, 0.99)).toBe(5);
  expect(quantile(values, 0.01)).toBe(1);
  expect(quantile([7], 0.5)).toBe(7);
  expect(() => quantile([], 0.5)).toThrow();
  expect(values).toEqual([5, 1, 4, 2, 3]);
});

test('the median of an even number of values lies between the middle ones', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([10, 9, 100])).toBe(10);
  expect(() => median([])).toThrow();
});

test('the table has a row per figure, and says which target was missed', () => {
  const missed = figureOf('b', { ...measured, must: { of: 'ratio', atLeast: 3 } }, true);
  const lines = tableOf([figureOf('b', measured, true), missed]).split('\n');
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines[3]).toContain('MISSED');
  expect(lines[2]).not.toContain('MISSED');
});

test('a geometric mean turns ratios into one that none of them outweighs', () => {
  expect(geometricMean([1, 4])).toBeCloseTo(2);
  expect(geometricMean([1000, 10]) / geometricMean([500, 20])).toBeCloseTo(1);
  expect(() => geometricMean([])).toThrow();
});
