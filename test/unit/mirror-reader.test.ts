// Which payloads of a tab are read, and when a snapshot is asked for.

import { expect, test } from 'vitest';
import { createReader, type Reading } from '../../cobrowse/mirror/reader.ts';
import { createEventEncoder } from '../../protocol/event-encoder.ts';

function setUp() {
  let time = 1000;
  const reader = createReader(() => time);
  const encoder = createEventEncoder();
  const read = (bytes: Uint8Array, more: { isSnapshot?: boolean; isPacked?: boolean; first?: number; last?: number }) =>
    reader.read({ isSnapshot: false, isPacked: true, first: 1, last: more.first ?? 1, ...more, bytes });
  return {
    reader,
    wait: (ms: number) => (time += ms),
    encode: (text: string, fresh = false) => encoder.encode([{ text }], fresh),
    snapshot: (text: string, first: number, last = first): Reading =>
      read(encoder.encode([{ text }], true), { isSnapshot: true, first, last }),
    change: (text: string, first: number, last = first): Reading =>
      read(encoder.encode([{ text }], false), { first, last }),
    json: (text: string, more = {}): Reading => read(Buffer.from(text), { isPacked: false, ...more }),
    rubbish: (first: number, isSnapshot = false): Reading => read(new Uint8Array([255, 255, 1]), { first, isSnapshot }),
  };
}

test('payloads that follow each other are read, of however many frames each is', () => {
  const { snapshot, change } = setUp();
  expect(snapshot('one', 4, 6)).toEqual([{ text: 'one' }]);
  expect(change('two', 7, 9)).toEqual([{ text: 'two' }]);
  expect(change('three', 10)).toEqual([{ text: 'three' }]);
  // Another document counts anew.
  expect(snapshot('four', 1)).toEqual([{ text: 'four' }]);
  expect(change('five', 2)).toEqual([{ text: 'five' }]);
});

test('nothing is read that builds on what was not: the tables would have run apart without a word', () => {
  const { snapshot, change } = setUp();
  expect(change('nothing before it', 1)).toBe('lost');
  snapshot('one', 2);
  expect(change('twice', 2)).toBe('lost');
  snapshot('two', 5);
  expect(change('a hole', 7)).toBe('lost');
  // Not what follows it either, though its ordinal is the next.
  expect(change('after the hole', 8)).toBe('left');
  expect(change('the one that was missing', 6)).toBe('left');
  expect(snapshot('three', 9)).toEqual([{ text: 'three' }]);
  expect(change('four', 10)).toEqual([{ text: 'four' }]);
});

test('it is said again while changes come and no snapshot does, no more than once in three seconds', () => {
  const { snapshot, rubbish, change, wait, reader } = setUp();
  snapshot('one', 1);
  expect(rubbish(2)).toBe('lost');
  wait(2999);
  expect(change('two', 3)).toBe('left');
  wait(1);
  expect(reader.failed(false)).toBe('lost');
  expect(change('three', 4)).toBe('left');
});

test('a snapshot that can’t be read is said once: asked again, its page would send the same', () => {
  const { snapshot, rubbish, change, wait } = setUp();
  snapshot('one', 1);
  expect(rubbish(2, true)).toBe('broken');
  expect(change('two', 3)).toBe('left');
  wait(60_000);
  expect(change('three', 4)).toBe('left');
  expect(snapshot('four', 5)).toEqual([{ text: 'four' }]);
  expect(change('five', 6)).toEqual([{ text: 'five' }]);
});

test('JSON, of an older widget, needs nothing before it and counts nothing', () => {
  const { json, change } = setUp();
  expect(json('[{"text":"one"}]', { isSnapshot: true, first: 1 })).toEqual([{ text: 'one' }]);
  expect(json('[{"text":"two"}]', { first: 5 })).toEqual([{ text: 'two' }]);
  expect(json('7')).toBe('left');
  expect(json('[{"text":"three"}]', { first: 5 })).toEqual([{ text: 'three' }]);
  expect(json('[')).toBe('lost');
  expect(json('{}', { isSnapshot: true })).toBe('broken');
  expect(json('[]', { isSnapshot: true })).toEqual([]);
  // The tables are those of no snapshot.
  expect(change('packed', 2)).toBe('lost');
});
