// What the visitor's browser keeps of what was done by hand: lines, their bounds, and several tabs that write them.

import { beforeEach, expect, test } from 'vitest';
import type { Act, Outcome } from '../../protocol/hand.ts';
import { createLedger, type Kept } from '../../widget/hand-ledger.ts';

type Edit = { field: string; before: string; after: string };
const ANNA = { id: 'anna', name: 'Anna' };
const BORIS = { id: 'boris', name: 'Boris' };
let stored: string | undefined;
let isForbidden = false;
let now = 0;
beforeEach(() => {
  stored = undefined;
  isForbidden = false;
  now = 1_000_000;
});

function open(page = 'a') {
  return createLedger<Edit>({
    page,
    now: () => now,
    read: () => (isForbidden || stored === undefined ? undefined : (JSON.parse(stored) as unknown)),
    write(kept) {
      if (isForbidden) return undefined;
      stored = kept && JSON.stringify(kept);
      return stored?.length ?? 0;
    },
    join(first, second) {
      if (first.field !== second.field || first.after !== second.before) return false;
      first.after = second.after;
      return true;
    },
    changed: () => undefined,
  });
}
type Opened = ReturnType<typeof open>;
const KEY: Act = { t: 'key', key: 'x', code: '', mods: 0 };
const DOWN: Act = { t: 'down', at: { node: 1, x: 0, y: 0 }, button: 0, clicks: 1, mods: 0 };
const UP: Act = { t: 'up', at: { node: 1, x: 0, y: 0 }, button: 0, mods: 0 };
const type = (ledger: Opened, field: string, was: string, holds: string, by = ANNA) =>
  ledger.add(by, KEY, { done: true, what: field, was, now: holds }, { field, before: was, after: holds });
const done = (what: string): Outcome => ({ done: true, what });
const said = (ledger: Opened) =>
  ledger.kept?.lines.map(({ did, what, was, now, why, times }) =>
    [did, what, was, now, why, times].filter(Boolean).join(' '),
  );

test('a word is one line until another field, operator or hand comes between', () => {
  const ledger = open();
  ledger.enter('room');
  type(ledger, 'city', '', 'a');
  ledger.add(ANNA, { t: 'key', key: 'ArrowLeft', code: '', mods: 0 }, done('city'), undefined);
  type(ledger, 'city', 'a', 'ab');
  expect(said(ledger)).toEqual(['type city ab', 'key city']);
  type(ledger, 'city', 'ab', 'abc', BORIS);
  // The visitor has typed something in between.
  type(ledger, 'city', 'mine', 'mine!', BORIS);
  type(ledger, 'name', '', 'n', BORIS);
  type(ledger, 'city', 'mine!', 'mine!!', BORIS);
  expect(said(ledger)?.slice(2)).toEqual([
    'type city ab abc',
    'type city mine mine!',
    'type name n',
    'type city mine! mine!!',
  ]);
});

test('a press with its release is one line; pointers and moves that were done are none', () => {
  const ledger = open();
  ledger.enter('room');
  ledger.add(ANNA, { t: 'point', down: false }, { done: true }, undefined);
  ledger.add(ANNA, { t: 'move', at: DOWN.at, mods: 0 }, { done: true }, undefined);
  for (let press = 0; press < 2; press++) {
    ledger.add(ANNA, DOWN, done('button “Buy”'), undefined);
    ledger.add(ANNA, UP, done('button “Buy”'), undefined);
  }
  ledger.add(ANNA, DOWN, { done: false, why: 'masked' }, undefined);
  ledger.add(ANNA, UP, { done: false, why: 'masked' }, undefined);
  ledger.add(ANNA, { t: 'move', at: DOWN.at, mods: 0 }, { done: false, why: 'gone' }, undefined);
  expect(said(ledger)).toEqual(['click button “Buy” 2', 'click masked', 'move gone']);
});

test('letters are not kept beside the values, keys with a name are', () => {
  const ledger = open();
  ledger.enter('room');
  ledger.add(ANNA, { t: 'text', text: 'secret words', isPasted: false }, done('div'), undefined);
  for (const key of ['s', 'Enter', 'Tab']) ledger.add(ANNA, { ...KEY, key } as Act, done('div'), undefined);
  ledger.sync();
  expect(stored).not.toContain('secret');
  expect(ledger.kept?.lines.at(-1)).toMatchObject({ did: 'key', more: 'Enter, Tab', times: 3 });
});

test('tabs write their own lines into one list, and a page load goes on with it', () => {
  const [first, second] = [open('a'), open('b')];
  first.enter('room');
  second.enter('room');
  type(first, 'city', '', 'a');
  first.sync();
  type(second, 'name', '', 'b');
  second.sync();
  type(first, 'city', 'a', 'ab');
  first.sync();
  second.sync();
  expect(said(first)).toEqual(['type city ab', 'type name b']);
  expect(said(second)).toEqual(said(first));
  const third = open('c');
  third.enter('room');
  expect(said(third)).toEqual(said(first));
  const [line] = third.kept?.lines ?? [];
  expect(line && third.editOf(line)).toBeUndefined();
  expect(line && first.editOf(line)).toEqual({ field: 'city', before: '', after: 'ab' });
});

test('five hundred lines and two hundred thousand characters: the oldest go, and it is counted', () => {
  const ledger = open();
  ledger.enter('room');
  for (let index = 0; index < 510; index++) type(ledger, `f${index}`, '', 'x');
  ledger.sync();
  expect(ledger.kept).toMatchObject({ cut: 10, lines: { length: 500 } });
  for (let index = 0; index < 250; index++) type(ledger, `g${index}`, '', 'x'.repeat(1000));
  ledger.sync();
  expect(stored?.length).toBeLessThanOrEqual(200_000);
  expect(ledger.kept?.lines.at(-1)?.what).toBe('g249');
  expect((ledger.kept?.cut ?? 0) + (ledger.kept?.lines.length ?? 0)).toBe(760);
});

test('when the visit is over it stays, for a day, or until another visit; closed it is gone everywhere', () => {
  const ledger = open();
  ledger.enter('room');
  type(ledger, 'city', '', 'a');
  ledger.enter(undefined);
  const look = () => {
    const later = open('b');
    later.sync();
    later.enter(undefined);
    return later;
  };
  expect(look().kept).toMatchObject({ isOver: true, lines: { length: 1 } });
  now += 86_400_001;
  expect(look().kept).toBeUndefined();
  now -= 2;
  const other = look();
  ledger.forget();
  other.sync();
  expect(other.kept).toBeUndefined();

  const before = open();
  before.enter('room');
  type(before, 'city', '', 'a');
  before.enter(undefined);
  const next = open('b');
  next.enter('room-2');
  next.enter(undefined);
  expect(look().kept).toBeUndefined();
});

test('where storage is forbidden it is kept in memory', () => {
  isForbidden = true;
  const ledger = open();
  ledger.enter('room');
  type(ledger, 'city', '', 'a');
  ledger.sync();
  type(ledger, 'name', '', 'b');
  ledger.sync();
  ledger.enter(undefined);
  ledger.sync();
  expect(ledger.kept).toMatchObject({ isOver: true, lines: { length: 2 } } satisfies {
    isOver: boolean;
    lines: object;
  });
});

test('what somebody else has stored is read as such', () => {
  for (const other of ['1', '{}', '{"room":"r","cut":0,"lines":{}}', '{"room":"r","cut":0,"lines":[{"id":1}]}']) {
    stored = other;
    const ledger = open();
    ledger.sync();
    expect(ledger.kept as Kept | undefined).toBeUndefined();
  }
});
