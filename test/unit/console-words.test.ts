// Pure parts of the console that turn facts into words or choices: spans, plurals, addresses, overlays, line quality,
// routes; and that both languages say something everywhere.

import { describe, expect, test } from 'vitest';
import { addressParts, sizeOf } from '../../operator-ui/state/address.ts';
import { isRightToLeft } from '../../operator-ui/state/direction.ts';
import { formatSpan } from '../../operator-ui/state/duration.ts';
import { overlayOf, type RoomFacts } from '../../operator-ui/state/overlay.ts';
import { qualityOf } from '../../operator-ui/state/quality.ts';
import { en } from '../../operator-ui/texts/en.ts';
import { ru } from '../../operator-ui/texts/ru.ts';
import { someRoom } from '../support/stand-in-relay.ts';

test.each([
  [-5000, '0:00'],
  [42_000, '0:42'],
  [725_000, '12:05'],
  [3_723_000, '1:02:03'],
  [90_000_000, '1 d 1 h'],
])('%i ms reads %s', (span, text) => {
  expect(formatSpan(span, en.duration)).toBe(text);
});

test.each([
  [0, '0 посетителей сейчас'],
  [1, '1 посетитель сейчас'],
  [2, '2 посетителя сейчас'],
  [5, '5 посетителей сейчас'],
  [11, '11 посетителей сейчас'],
  [21, '21 посетитель сейчас'],
  [112, '112 посетителей сейчас'],
])('Russian counts %i', (count, text) => {
  expect(ru.visitors.now(count)).toBe(text);
});

test('English counts', () => {
  expect([en.visitors.tabs(1), en.visitors.tabs(2), en.visitors.now(5000)]).toEqual([
    '1 tab',
    '2 tabs',
    '5,000 visitors now',
  ]);
});

test.each([
  ['Basket', false],
  ['Корзина', false],
  ['', false],
  ['(2) سلة التسوق — Shop', true],
  ['שלום', true],
  ['Shop — سلة', false],
])('%j runs from right to left: %s', (text, isSo) => {
  expect(isRightToLeft(text)).toBe(isSo);
});

test('no text is empty or left in the other language', () => {
  const own = new Set(['Tandem', 'English', 'Русский']);
  const walk = (a: object, b: object, where: string): void => {
    const other = new Map<string, unknown>(Object.entries(b));
    for (const [key, value] of Object.entries(a) as [string, unknown][]) {
      const twin = other.get(key);
      const place = `${where}.${key}`;
      if (typeof value === 'string') {
        expect(value.trim(), place).not.toBe('');
        expect(twin, place).not.toBe(value);
        if (!own.has(value)) expect(value, place).not.toMatch(/[а-яё]/i);
        if (typeof twin === 'string' && !own.has(twin)) expect(twin, place).toMatch(/[а-яё]/i);
      } else if (typeof value === 'object' && value !== null && typeof twin === 'object' && twin !== null)
        walk(value, twin, place);
    }
  };
  walk(en, ru, 'texts');
});

describe('address', () => {
  test('a long one keeps its host and its end', () => {
    const parts = addressParts('https://shop.example/a/very/long/path/to/some/thing?with=query&and=more');
    expect(parts).toMatchObject({
      scheme: 'https://',
      host: 'shop.example',
      tail: 'ith=query&and=more',
      isSecure: true,
    });
    expect(parts.head + parts.tail).toBe('/a/very/long/path/to/some/thing?with=query&and=more');
  });
  test('a short one is not cut', () => {
    expect(addressParts('http://shop.example/help')).toMatchObject({ head: '/help', tail: '', isSecure: false });
  });
  test('what is no address is shown as it is', () => {
    expect(addressParts('about')).toMatchObject({ scheme: '', host: '', head: 'about' });
  });
  test('a host that pretends in the path is not the host', () => {
    expect(addressParts('https://evil.example/https://bank.example').host).toBe('evil.example');
  });
});

test.each([
  [0, { unit: 'kB', value: '0' }],
  [1500, { unit: 'kB', value: '2' }],
  [3_500_000, { unit: 'MB', value: '3.3' }],
])('%i bytes', (bytes, size) => {
  expect(sizeOf(bytes)).toEqual(size);
});

describe('what lies over the picture', () => {
  const live: RoomFacts = {
    refused: undefined,
    view: someRoom(),
    isPutAway: false,
    isConnected: true,
    isReturning: false,
    tab: 1,
    painted: true,
    failed: false,
    bytes: 100,
  };
  const hidden = someRoom({ tabs: someRoom().tabs.map((tab) => ({ ...tab, visible: false })) });
  const loading = someRoom({ tabs: someRoom().tabs.map((tab) => ({ ...tab, here: false })) });
  test.each<[string, Partial<RoomFacts>, object]>([
    ['a painted live room', {}, { kind: 'none' }],
    ['nothing known yet', { view: undefined, painted: false }, { kind: 'waiting', for: 'room' }],
    ['no link', { isConnected: false }, { kind: 'own-link' }],
    ['no link while paused', { isConnected: false, view: someRoom({ state: 'paused' }) }, { kind: 'own-link' }],
    ['put away', { isPutAway: true, view: undefined, painted: false, isConnected: false }, { kind: 'hung' }],
    ['link just back', { isReturning: true }, { kind: 'returning' }],
    ['paused', { view: someRoom({ state: 'paused' }) }, { kind: 'paused' }],
    ['visitor lost', { view: someRoom({ state: 'lost' }) }, { kind: 'lost' }],
    ['mirror failed', { failed: true }, { kind: 'failed' }],
    ['page loading', { painted: false, view: loading }, { kind: 'waiting', for: 'page' }],
    ['no byte yet, page hidden', { painted: false, bytes: 0, view: hidden }, { kind: 'waiting', for: 'visible' }],
    ['no byte yet', { painted: false, bytes: 0 }, { kind: 'waiting', for: 'picture' }],
    ['bytes coming', { painted: false }, { kind: 'waiting', for: 'bytes' }],
    [
      'ended wins',
      { isConnected: false, view: someRoom({ state: 'ended', ended: 'visitor' }) },
      { kind: 'ended', why: 'visitor' },
    ],
    [
      'ended, and put away',
      { isPutAway: true, view: someRoom({ state: 'ended', ended: 'visitor' }) },
      { kind: 'ended', why: 'visitor' },
    ],
    ['refused', { refused: 'no-such-room', view: undefined }, { kind: 'refused', why: 'no-such-room' }],
  ])('%s', (_, change, expected) => {
    expect(overlayOf({ ...live, ...change })).toEqual(expected);
  });
});

test.each([
  [undefined, undefined, 0, 'unknown'],
  [40, undefined, 0, 'good'],
  [100, 100, 0, 'good'],
  [101, 100, 0, 'fair'],
  [100, 401, 0, 'poor'],
  [5, 5, 190, 'good'],
  [5, 5, 200, 'fair'],
  [5, 5, 5000, 'poor'],
] as const)('%s ms, %s ms and a picture %s ms behind make a view that is %s', (mineMs, theirsMs, behindMs, quality) => {
  expect(qualityOf({ isConnected: true, mineMs, theirsMs, behindMs })).toBe(quality);
  expect(qualityOf({ isConnected: false, mineMs, theirsMs, behindMs })).toBe('lost');
});
