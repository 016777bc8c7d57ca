// The pure parts of the settings: a site's form between what is typed and what is kept, and the addresses of screens.

import { describe, expect, test } from 'vitest';
import {
  draftOf,
  EMPTY_SITE,
  formOf,
  isSameDraft,
  lossOf,
  mendOrigins,
  splitSelectors,
  troubleInOrigins,
  troubleInSelectors,
  type SiteDraft,
} from '../../operator-ui/state/site-form.ts';
import { hashOf, placeOf, type Known } from '../../operator-ui/state/route.svelte.ts';
import { canonicalOrigin } from '../../relay/auth/origins.ts';
import { canonicalPattern } from '../../relay/auth/patterns.ts';
import { troubleInPatterns } from '../../operator-ui/state/hand-form.ts';
import { OPEN_POLICY, type HandPolicy } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { BY_HAND, type SiteRouting } from '../../protocol/routing.ts';

const draft = (change: Partial<SiteDraft>): SiteDraft => ({ ...EMPTY_SITE, ...change });

test.each([
  ['', []],
  ['.a, .b', ['.a', '.b']],
  ['.a,\n .b ,', ['.a', '.b']],
  [':is(h1, h2) > p, td:not(.x, .y)', [':is(h1, h2) > p', 'td:not(.x, .y)']],
  ['[title="a, b"], [title=\'"\'], i', ['[title="a, b"]', "[title='\"']", 'i']],
  ['.a\\,b, .c', ['.a\\,b', '.c']],
])('the selectors %j are %j', (list, parts) => {
  expect(splitSelectors(list)).toEqual(parts);
});

test('what is kept is shown line by line, and what is shown is kept', () => {
  const masking = { privateByDefault: true, mask: '.name, :is(td, th).sum', unmask: 'nav' };
  const origins = ['https://a.example', 'https://*.b.example'];
  const hand: HandPolicy = { allowed: ['point', 'control'], given: ['point'], pausedAt: ['/pay', '/%D0%BE/a%20b*'] };
  const routing: SiteRouting = { team: 't', mode: 'auto', answerSec: 45 };
  const site = { id: 's', key: 'k', name: 'Shop', origins, masking, hand, routing };
  const shown = draftOf(site);
  expect(shown.mask).toBe('.name\n:is(td, th).sum');
  expect(shown.hand).toEqual({
    ways: { point: 'given', suggest: 'off', control: 'asked' },
    pausedAt: '/pay\n/о/a%20b*',
  });
  expect(formOf(shown, site.id)).toEqual({
    id: 's',
    name: 'Shop',
    origins,
    masking,
    hand: { ...hand, pausedAt: ['/pay', '/о/a%20b*'] },
    routing,
  });
  expect(isSameDraft(shown, { ...shown, routing: { ...shown.routing, team: '' } })).toBe(false);
  expect(canonicalPattern('/о/a%20b*')).toBe(hand.pausedAt[1]);
  expect(isSameDraft(shown, draftOf(site))).toBe(true);
  expect(isSameDraft(shown, { ...shown, block: 'x' })).toBe(false);
  expect(isSameDraft(shown, { ...shown, hand: { ...shown.hand, pausedAt: '' } })).toBe(false);
  const ways = { ...shown.hand.ways, control: 'given' } as const;
  expect(isSameDraft(shown, { ...shown, hand: { ...shown.hand, ways } })).toBe(false);
});

test('lines are joined by commas: a line break alone would mean "within"', () => {
  expect(formOf(draft({ name: ' A ', origins: ' https://a.example \n\n', mask: '.a\n\n .b ' }), undefined)).toEqual({
    name: 'A',
    origins: ['https://a.example'],
    masking: { privateByDefault: false, mask: '.a, .b' },
    hand: OPEN_POLICY,
    routing: BY_HAND,
  });
});

describe('pages where control pauses', () => {
  test.each([
    ['', undefined],
    ['/pay\n\n https://pay.example/*\n*/card', undefined],
    ['https://*.example', undefined],
    ['*', undefined],
    ['/оплата', undefined],
    ['/ok\npay', 'beginning'],
    ['shop.example/pay', 'beginning'],
    ['ftp://shop.example/', 'beginning'],
    ['/a b', 'spaces'],
    ['\\pay', 'spaces'],
    ['https://', 'address'],
    ['https://user@shop.example/', 'address'],
    ['https://a:b:c/', 'address'],
    [`/${'x'.repeat(LIMITS.maxPatternChars)}`, 'too-long'],
    [`/${'я'.repeat(60)}`, 'too-long'],
    [
      Array(LIMITS.maxPatterns + 1)
        .fill('/a')
        .join('\n'),
      'too-many',
    ],
  ])('%j: %s', (text, kind) => {
    const trouble = troubleInPatterns(text);
    expect(trouble?.kind).toBe(kind);
    // The relay finds the same.
    if (trouble && kind !== 'too-many') expect(canonicalPattern(trouble.line)).toBeUndefined();
    if (!trouble) for (const line of text.split('\n').filter(Boolean)) expect(canonicalPattern(line)).toBeDefined();
  });
});

describe('origins', () => {
  test.each([
    ['', 'none', undefined],
    ['shop.example', 'scheme', 'https://shop.example'],
    ['//shop.example/', 'scheme', 'https://shop.example'],
    ['*.shop.example/basket', 'scheme', 'https://*.shop.example'],
    ['ftp://shop.example', 'scheme', undefined],
    ['https://shop.example/basket?x=1', 'path', 'https://shop.example'],
    ['https://shop.*.example', 'wildcard', undefined],
    ['https://*', 'wildcard', undefined],
    ['https://*.com', 'wide', undefined],
    ['https://*.10.0.0.1', 'address', undefined],
    ['https://two words', 'address', undefined],
    ['https://user@shop.example', 'address', undefined],
    ['https://shop.example:99999', 'address', undefined],
    [Array.from({ length: 51 }, (_, n) => `https://s${n}.example`).join('\n'), 'too-many', undefined],
  ])('%j is refused: %s', (text, kind, instead) => {
    expect(troubleInOrigins(text)).toMatchObject({ kind, instead });
  });

  test('what the form lets through the relay takes, and what it refuses the relay refuses too', () => {
    const good = ['https://shop.example', 'http://localhost:8080', 'https://*.shop.example:444', 'https://магазин.рф/'];
    for (const line of good) {
      expect(troubleInOrigins(line), line).toBeUndefined();
      expect(canonicalOrigin(line.replace(/\/$/, '')), line).toBeDefined();
    }
    const bad = [
      'shop.example',
      'https://shop.example/x',
      'https://*',
      'https://*.com',
      'https://a b',
      'https://a:99999',
    ];
    for (const line of bad) {
      expect(troubleInOrigins(line), line).toBeDefined();
      expect(canonicalOrigin(line), line).toBeUndefined();
    }
  });

  test('every line that can be understood is put right, the others stay', () => {
    expect(mendOrigins('shop.example\nhttps://ok.example\n\nhttps://a.example/x\nhttps://*.com')).toBe(
      'https://shop.example\nhttps://ok.example\nhttps://a.example\nhttps://*.com',
    );
  });
});

test('a selector that does not parse is named', () => {
  const parses = (selector: string) => !selector.includes('!');
  expect(troubleInSelectors('.a\n.b!\n.c', parses)).toEqual({ kind: 'not-css', line: '.b!' });
  for (const open of [':is(td', '[title="x', '.a\\', '.a /*'])
    expect(troubleInSelectors(`.a\n${open}\n.b`, () => true)).toEqual({ kind: 'not-css', line: open });
  expect(troubleInSelectors('.a\n:is(.b, "(")', parses)).toBeUndefined();
  expect(troubleInSelectors(`.${'a'.repeat(4000)}`, parses)?.kind).toBe('too-long');
});

test.each<[string, Partial<SiteDraft>, Partial<SiteDraft>, ReturnType<typeof lossOf>]>([
  [
    'nothing',
    { mask: '.a', origins: 'https://a.example' },
    { mask: '.a\n.b', origins: 'https://a.example' },
    { origins: [], isShowingMore: false },
  ],
  [
    'an address',
    { origins: 'https://a.example\nhttps://b.example' },
    { origins: 'https://B.example/' },
    { origins: ['https://a.example'], isShowingMore: false },
  ],
  ['hiding by default', { isPrivate: true }, {}, { origins: [], isShowingMore: true }],
  ['a mask', { mask: '.a\n.b' }, { mask: '.b' }, { origins: [], isShowingMore: true }],
  ['a block', { block: '.a' }, {}, { origins: [], isShowingMore: true }],
  ['one more thing shown', {}, { unmask: '.a' }, { origins: [], isShowingMore: true }],
  ['one thing less shown', { unmask: '.a' }, {}, { origins: [], isShowingMore: false }],
])('saving takes away %s', (_, before, after, loss) => {
  expect(lossOf(draft(before), draft(after))).toEqual(loss);
});

test('every screen has an address that leads back to it', () => {
  const places: Known[] = [
    { kind: 'visitors' },
    { kind: 'room', room: 'a/b ü' },
    { kind: 'sites' },
    { kind: 'site', site: 'new' },
    { kind: 'operators' },
  ];
  for (const place of places) expect(placeOf(hashOf(place))).toEqual(place);
  for (const hash of ['', '#', '#/', '#/visitors/']) expect(placeOf(hash)).toEqual({ kind: 'visitors' });
  for (const hash of ['#/settings', '#/settings/', '#settings/sites']) expect(placeOf(hash)).toEqual({ kind: 'sites' });
});

test('an address that leads nowhere is known as such', () => {
  for (const hash of ['#/room', '#/room/', '#/nowhere', '#/settings/mail', '#/room/a/b', '#/room/%E0%A4%A'])
    expect(placeOf(hash)).toEqual({ kind: 'unknown' });
});
