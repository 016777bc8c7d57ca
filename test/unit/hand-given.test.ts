// What a yes to the question for the view has granted, until somebody comes (widget/hand-given.ts).

import { beforeEach, expect, test } from 'vitest';
import type { Grant } from '../../protocol/hand.ts';
import { createGiven, type Given } from '../../widget/hand-given.ts';

const ANNA = { id: 'anna', name: 'Anna' };
const BORIS = { id: 'boris', name: 'Boris' };

/** The browser's storage, for all of its tabs. */
let stored: unknown;
let given: Given;
let granted: string[];
function open(): Given {
  return createGiven({
    read: () => stored,
    write: (kept) => (stored = kept),
    grant: (operator, grant) => granted.push(`${operator} ${grant}`),
  });
}
beforeEach(() => {
  stored = undefined;
  granted = [];
  given = open();
});
const agree = (...grants: Grant[]) => {
  given.answered(grants, true);
  given.enter('room-1');
};

test('granted to whoever watches, once; control to the first alone', () => {
  agree('point', 'control');
  given.watched([]);
  expect(granted).toEqual([]);
  given.watched([ANNA, BORIS]);
  given.watched([BORIS, ANNA]);
  expect(granted).toEqual(['anna point', 'anna control', 'boris point']);
});

test('a no grants nothing, and takes an earlier yes along that no visit came of', () => {
  given.answered(['control'], true);
  given.answered(['control'], false);
  given.enter('room-1');
  given.watched([ANNA]);
  expect([granted, stored]).toEqual([[], undefined]);
});

test('a visit that nobody was asked for here has none', () => {
  given.enter('room-1');
  given.watched([ANNA]);
  expect(granted).toEqual([]);
});

test('it holds on the next page of the visit, and not in another visit', () => {
  agree('point');
  const next = open();
  next.enter('room-1');
  next.watched([ANNA]);
  expect(granted).toEqual(['anna point']);
  // Another tab sees that she has it.
  given.watched([ANNA]);
  const other = open();
  other.enter('room-2');
  other.watched([BORIS]);
  expect(granted).toEqual(['anna point']);
});

test('what was taken back is given to nobody any more', () => {
  agree('point', 'suggest');
  given.watched([ANNA]);
  given.takenBack('point');
  given.watched([BORIS]);
  expect(granted).toEqual(['anna point', 'anna suggest', 'boris suggest']);
});

test('gone with the visit: the next one asks anew', () => {
  agree('control');
  given.enter(undefined);
  expect(stored).toBeUndefined();
  given.enter('room-2');
  given.watched([ANNA]);
  expect(granted).toEqual([]);
});

test('without storage it holds in this page', () => {
  agree('point');
  stored = undefined;
  given.watched([ANNA]);
  given.watched([ANNA]);
  expect(granted).toEqual(['anna point']);
});

test.each([
  null,
  'x',
  { room: 'room-1' },
  { room: 'room-1', grants: 'control', met: [] },
  { room: 'room-1', grants: ['control'] },
])('what a page has put in its place gives nothing: %j', (planted) => {
  stored = planted;
  given.enter('room-1');
  given.watched([ANNA]);
  expect(granted).toEqual([]);
});
