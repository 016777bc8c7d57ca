// What was granted by hand, between the visitor's browser, its other tabs and the relay (widget/hand-grants.ts).

import { beforeEach, expect, test } from 'vitest';
import type { Grant, Hands } from '../../protocol/hand.ts';
import { createGrants, type Grants } from '../../widget/hand-grants.ts';

/** The browser's storage, for all of its tabs. */
let stored: unknown;
beforeEach(() => (stored = undefined));

function makeTab(): { grants: Grants; said: string[]; settle(): void } {
  const said: string[] = [];
  let waiting: (() => void)[] = [];
  const grants = createGrants({
    read: () => stored,
    write: (kept) => (stored = kept),
    say: (operator, grant, on) => said.push(`${operator} ${grant} ${on ? 'on' : 'off'}`),
    soon: (settle) => waiting.push(settle),
  });
  const settle = () => {
    const now = waiting;
    waiting = [];
    for (const task of now) task();
  };
  return { grants, said, settle };
}

const hands = (...grants: Grant[]): Hands => [{ by: { id: 'anna', name: 'Anna' }, colour: 0, grants }];

test('in force is what the visitor has granted and the relay knows', () => {
  const { grants, said } = makeTab();
  grants.enter('room-1');
  grants.told(hands());
  grants.set('anna', 'point', true);
  expect(said).toEqual(['anna point on']);
  expect(grants.has('anna', 'point')).toBe(false);
  grants.told(hands('point'));
  expect(grants.has('anna', 'point')).toBe(true);
  expect(grants.has('anna', 'control')).toBe(false);
  grants.set('anna', 'point', false);
  expect(grants.has('anna', 'point')).toBe(false);
  expect(said).toEqual(['anna point on', 'anna point off']);
});

test('[RM1] what only the relay says is not in force, and is refused when no other tab has granted it', () => {
  const { grants, said, settle } = makeTab();
  grants.enter('room-1');
  grants.told(hands('control'));
  expect(grants.has('anna', 'control')).toBe(false);
  expect(said).toEqual([]);
  settle();
  expect(said).toEqual(['anna control off']);
});

test('granted in another tab, whose storage is seen a moment later: in force then, and never refused', () => {
  const [here, there] = [makeTab(), makeTab()];
  for (const { grants } of [here, there]) {
    grants.enter('room-1');
    grants.told(hands());
  }
  const before = stored;
  there.grants.set('anna', 'control', true);
  const after = stored;
  stored = before;
  here.grants.told(hands('control'));
  expect(here.grants.has('anna', 'control')).toBe(false);
  stored = after;
  here.settle();
  expect(here.grants.has('anna', 'control')).toBe(true);
  expect(here.said).toEqual([]);
});

test('a word of the relay that was on its way before it heard of a grant takes nothing away', () => {
  const { grants, said } = makeTab();
  grants.enter('room-1');
  grants.told(hands());
  grants.set('anna', 'control', true);
  grants.told(hands());
  grants.told(hands('control'));
  expect(grants.has('anna', 'control')).toBe(true);
  expect(said).toEqual(['anna control on']);
});

test('given back by the operator: it is over here too, and a later page says nothing of it', () => {
  const first = makeTab();
  first.grants.enter('room-1');
  first.grants.told(hands());
  first.grants.set('anna', 'control', true);
  first.grants.told(hands('control'));
  first.grants.told(hands());
  expect(first.grants.has('anna', 'control')).toBe(false);
  const next = makeTab();
  next.grants.enter('room-1');
  next.grants.told(hands());
  expect(next.said).toEqual([]);
});

test('a relay that was restarted is told again: by a new page, and by one that found its way back', () => {
  const first = makeTab();
  first.grants.enter('room-1');
  first.grants.told(hands());
  first.grants.set('anna', 'point', true);
  first.grants.told(hands('point'));
  const next = makeTab();
  next.grants.enter('room-1');
  next.grants.told(hands());
  expect(next.said).toEqual(['anna point on']);
  // One that says nothing at all.
  first.grants.lost();
  first.grants.back();
  first.settle();
  expect(first.said).toEqual(['anna point on', 'anna point on']);
  first.grants.told(hands('point'));
  expect(first.grants.has('anna', 'point')).toBe(true);
});

test('taken back while the link was lost: said as soon as the relay speaks again', () => {
  const { grants, said, settle } = makeTab();
  grants.enter('room-1');
  grants.told(hands());
  grants.set('anna', 'control', true);
  grants.told(hands('control'));
  grants.lost();
  grants.set('anna', 'control', false);
  said.length = 0;
  grants.told(hands('control'));
  expect(grants.has('anna', 'control')).toBe(false);
  settle();
  expect(said).toEqual(['anna control off']);
});

test('[RM1] for one room only, and gone with the visit', () => {
  const { grants } = makeTab();
  grants.enter('room-1');
  grants.told(hands());
  grants.set('anna', 'control', true);
  grants.told(hands('control'));
  const kept = stored;
  grants.enter(undefined);
  expect(stored).toBeUndefined();
  stored = kept;
  const other = makeTab();
  other.grants.enter('room-2');
  other.grants.told(hands('control'));
  expect(other.grants.has('anna', 'control')).toBe(false);
});

test('without storage it holds in this page', () => {
  const { grants, said } = makeTab();
  grants.enter('room-1');
  grants.told(hands());
  grants.set('anna', 'point', true);
  stored = undefined;
  grants.told(hands('point'));
  expect(grants.has('anna', 'point')).toBe(true);
  expect(said).toEqual(['anna point on']);
});

test.each([
  null,
  'x',
  { room: 'room-1' },
  { room: 'room-1', grants: { anna: 'control' } },
  { room: 'room-1', grants: [] },
])('what a page has put in its place grants nothing: %j', (planted) => {
  stored = planted;
  const { grants, said } = makeTab();
  grants.enter('room-1');
  grants.told(hands('control'));
  expect(grants.has('anna', 'control')).toBe(false);
  expect(said).toEqual([]);
});
