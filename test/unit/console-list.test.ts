// The live list without a browser: order, search, what waits while the operator points, geometry and keys.

import { describe, expect, test } from 'vitest';
import type { Row } from '../../protocol/messages.ts';
import { indexAfterKey, shiftOf, topToSee, windowOf } from '../../operator-ui/state/list-window.ts';
import { actionFor } from '../../operator-ui/state/visitor-action.ts';
import {
  arrange,
  createEntry,
  matches,
  pathOf,
  readableUrl,
  rearrange,
  refresh,
  standStill,
  wordsOf,
  type Entry,
  type Sort,
} from '../../operator-ui/state/visitor-order.ts';
import { createRandom } from '../support/random.ts';
import { someVisitor } from '../support/stand-in-relay.ts';

const NOW = 1_700_000_000_000;

function entriesOf(rows: readonly Row[]): Map<string, Entry> {
  return new Map(rows.map((row) => [row.id, createEntry(row, 'Nord Kaffee')]));
}

function ids(view: readonly Entry[]): string[] {
  return view.map((entry) => entry.row.id);
}

const basket = someVisitor(1, NOW, { since: NOW - 1000, title: 'Basket' });
const account = someVisitor(2, NOW, { since: NOW - 3000, title: 'Account' });
const checkout = someVisitor(3, NOW, { since: NOW - 2000, title: 'Checkout' });
const three = [basket, account, checkout];

describe('order', () => {
  test.each<[Sort, string[]]>([
    ['newest', ['visitor-1', 'visitor-3', 'visitor-2']],
    ['longest', ['visitor-2', 'visitor-3', 'visitor-1']],
    ['page', ['visitor-2', 'visitor-1', 'visitor-3']],
  ])('%s', (sort, expected) => {
    expect(ids(arrange(entriesOf(three).values(), { sort, words: [] }))).toEqual(expected);
  });

  test.each<Sort>(['newest', 'longest', 'page'])('who wants to show the screen comes first by %s', (sort) => {
    for (const offering of three) {
      const entries = entriesOf(three.map((row) => (row === offering ? { ...row, state: 'offering' } : row)));
      expect(ids(arrange(entries.values(), { sort, words: [] }))[0]).toBe(offering.id);
    }
  });

  test.each<Sort>(['newest', 'longest', 'page'])('by %s: changing a list gives what sorting it anew gives', (sort) => {
    const random = createRandom(20_251_121);
    const entries = new Map<string, Entry>();
    const wish = { sort, words: ['page'] };
    let view: readonly Entry[] = [];
    for (let step = 0; step < 400; step++) {
      const touched = new Set<string>();
      for (let change = random.below(6); change >= 0; change--) {
        const n = random.below(60);
        const id = `visitor-${n}`;
        touched.add(id);
        if (random.below(4) === 0) entries.delete(id);
        else {
          const title = `${random.pick(['Page', 'Other'])} ${random.below(9)}`;
          const state = random.below(9) === 0 ? 'offering' : 'browsing';
          const row = someVisitor(n, NOW, { title, state, url: 'https://a.example/', since: NOW - random.below(50) });
          entries.set(id, createEntry(row, ''));
        }
      }
      view = rearrange(view, entries, touched, wish);
      expect(ids(view)).toEqual(ids(arrange(entries.values(), wish)));
    }
  });

  test('a row that did not change keeps its entry, so that it is not drawn again', () => {
    const entries = entriesOf(three);
    const before = arrange(entries.values(), { sort: 'newest', words: [] });
    entries.set('visitor-2', createEntry({ ...account, title: 'Other' }, ''));
    const after = rearrange(before, entries, new Set(['visitor-2']), { sort: 'newest', words: [] });
    expect(after.map((entry, index) => entry === before[index])).toEqual([true, true, false]);
  });
});

describe('search', () => {
  const entry = createEntry(
    someVisitor(0, NOW, {
      title: 'Доставка',
      url: 'https://shop.example/help/%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0',
      device: { kind: 'phone', browser: 'Safari 18', system: 'iOS 18' },
      watchers: [{ id: 'x', name: 'Boris Ivanov' }],
    }),
    'Nord Kaffee',
  );
  test.each(['доставка', 'ДОСТ', 'оплата', 'safari ios', 'nord', 'boris', 'phone', ''])('finds by %s', (search) => {
    expect(matches(entry, wordsOf(search))).toBe(true);
  });
  test.each(['корзина', 'safari android'])('does not find by %s', (search) => {
    expect(matches(entry, wordsOf(search))).toBe(false);
  });
});

test('addresses read as people write them; broken escapes stay', () => {
  expect(pathOf('https://a.example')).toBe('/');
  expect(pathOf('https://a.example/%D0%BA?x=1#y')).toBe('/к?x=1#y');
  expect(pathOf('https://a.example/%E0%A4%A')).toBe('/%E0%A4%A');
});

describe('while the operator points at the list', () => {
  test('rows keep their places, changes show, who left stays and turns grey, who came waits', () => {
    const entries = entriesOf(three);
    const before = arrange(entries.values(), { sort: 'newest', words: [] });
    entries.delete('visitor-3');
    entries.set('visitor-2', createEntry({ ...account, title: 'Moved on' }, ''));
    entries.set('visitor-9', createEntry(someVisitor(9, NOW), ''));
    const standing = standStill(before);
    const changed = ['visitor-2', 'visitor-3', 'visitor-9'];
    const view = refresh(before, standing, entries, changed, { words: [], now: NOW });
    expect(ids(view)).toEqual(ids(before));
    expect(view.find((entry) => entry.row.id === 'visitor-2')?.row.title).toBe('Moved on');
    expect(view.find((entry) => entry.row.id === 'visitor-3')?.goneAt).toBe(NOW);
    expect(standing.waiting).toEqual(new Set(['visitor-9']));
  });

  test('who came but does not match the search does not count', () => {
    const entries = entriesOf(three);
    const before = arrange(entries.values(), { sort: 'newest', words: ['basket'] });
    entries.set('visitor-9', createEntry(someVisitor(9, NOW, { title: 'Nothing', url: 'https://a.example/' }), ''));
    const standing = standStill(before);
    refresh(before, standing, entries, ['visitor-9'], { words: ['basket'], now: NOW });
    expect(standing.waiting.size).toBe(0);
  });

  test('who came and left again does not wait', () => {
    const entries = entriesOf(three);
    const before = arrange(entries.values(), { sort: 'newest', words: [] });
    const standing = standStill(before);
    const came = createEntry(someVisitor(9, NOW), '');
    entries.set('visitor-9', came);
    refresh(before, standing, entries, ['visitor-9'], { words: [], now: NOW });
    expect(standing.waiting.size).toBe(1);
    entries.set('visitor-9', { ...came, goneAt: NOW });
    refresh(before, standing, entries, ['visitor-9'], { words: [], now: NOW });
    expect(standing.waiting.size).toBe(0);
  });
});

describe('geometry', () => {
  const list = { height: 640, rowHeight: 64, count: 5000, spare: 6 };
  test('draws the rows in sight and a few more', () => {
    expect(windowOf({ ...list, top: 0 })).toEqual({ from: 0, to: 17 });
    expect(windowOf({ ...list, top: 64 * 100 })).toEqual({ from: 94, to: 117 });
  });
  test('a list that shrank under the scroll position still fills the box', () => {
    expect(windowOf({ ...list, count: 20, top: 64 * 4000 })).toEqual({ from: 3, to: 20 });
    expect(windowOf({ ...list, count: 0, top: 500 })).toEqual({ from: 0, to: 0 });
  });
  describe('rows in sight', () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ row: { id: `v${n}` } }));
    const sighted = [10, 11, 12, 13, 14].map((at) => ({ id: `v${at}`, at }));
    test('keep their place when rows come or go above', () => {
      expect(shiftOf(sighted, rows)).toBe(0);
      expect(shiftOf(sighted, [{ row: { id: 'x' } }, { row: { id: 'y' } }, ...rows])).toBe(2);
      expect(shiftOf(sighted, rows.slice(3))).toBe(-3);
      expect(shiftOf([], rows)).toBe(0);
    });
    test('do not follow one of them that moves in the order', () => {
      const [first, ...others] = rows.slice(10);
      if (!first) throw new Error('a row');
      const moved = [...rows.slice(0, 10), ...others.slice(0, 200), first, ...others.slice(200)];
      expect(shiftOf(sighted, moved)).toBe(-1);
      expect(shiftOf(sighted, [...rows.slice(0, 10), ...others])).toBe(-1);
    });
    test('that are all gone hold nothing', () => {
      expect(shiftOf(sighted, rows.slice(500))).toBe(0);
    });
  });
  test('scrolls no further than needed', () => {
    const at = { height: 640, rowHeight: 64 };
    expect(topToSee({ ...at, index: 3, top: 0 })).toBe(0);
    expect(topToSee({ ...at, index: 10, top: 0 })).toBe(64);
    expect(topToSee({ ...at, index: 2, top: 640 })).toBe(128);
  });
  test.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['ArrowUp', -1, 9],
    ['PageDown', 2, 6],
    ['PageUp', 2, 0],
    ['Home', 7, 0],
    ['End', -1, 9],
    ['a', 3, undefined],
  ])('%s from %i leads to %s', (key, from, to) => {
    expect(indexAfterKey(key, from, 10, 4)).toBe(to);
  });
  test('no key leads anywhere in an empty list', () => {
    expect(indexAfterKey('End', -1, 0, 4)).toBeUndefined();
  });
});

describe('what can be done with a visitor', () => {
  const here = { gone: false, waiting: false, openRooms: [] };
  const row = someVisitor(1, NOW);
  test('by state', () => {
    expect(actionFor(row, here)).toEqual({ kind: 'ask' });
    expect(actionFor({ ...row, tabs: 0 }, here)).toEqual({ kind: 'none' });
    expect(actionFor({ ...row, state: 'asked' }, here)).toEqual({ kind: 'asked-by-other' });
    expect(actionFor({ ...row, state: 'asked' }, { ...here, waiting: true })).toEqual({ kind: 'waiting' });
    expect(actionFor({ ...row, state: 'offering', room: 'r' }, here)).toEqual({ kind: 'view', room: 'r', as: 'offer' });
    expect(actionFor({ ...row, state: 'viewed', room: 'r' }, here)).toEqual({ kind: 'view', room: 'r', as: 'join' });
  });
  test('a room open here is gone to, not joined again', () => {
    expect(actionFor({ ...row, state: 'viewed', room: 'r' }, { ...here, openRooms: ['r'] })).toEqual({
      kind: 'view',
      room: 'r',
      as: 'open',
    });
  });
  test('nothing with who has left', () => {
    expect(actionFor({ ...row, state: 'offering', room: 'r' }, { ...here, gone: true })).toEqual({ kind: 'none' });
  });
});

test('[LS2] an address is read as people write it, but nothing in it breaks its line or turns it round', () => {
  expect(readableUrl('https://a.example/%D0%BA%D0%BE%D1%84%D0%B5%20%E5%92%96')).toBe('https://a.example/кофе 咖');
  for (const hidden of ['%0A', '%0D', '%09', '%C2%85', '%E2%80%A8', '%E2%80%AE', '%E2%81%A6', '%E2%80%8F', '%D8%9C'])
    expect(readableUrl(`https://a.example/x${hidden}y`)).toBe(`https://a.example/x${hidden}y`);
});
