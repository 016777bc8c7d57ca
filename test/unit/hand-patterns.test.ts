// Where control pauses: what a pattern matches, that no pattern takes long, and what becomes of what an admin types.

import { describe, expect, test } from 'vitest';
import { isPausedAt, OPEN_POLICY } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { canonicalPattern } from '../../relay/auth/patterns.ts';

const matches = (pattern: string, url: string) => isPausedAt({ ...OPEN_POLICY, pausedAt: [pattern] }, url);

describe('isPausedAt', () => {
  test.each([
    ['/pay', 'https://shop.example/pay'],
    ['/pay', 'https://shop.example/pay?order=7#card'],
    ['/pay*', 'https://shop.example/payment/step-2?x=1'],
    ['/', 'https://shop.example/'],
    ['/', 'https://shop.example'],
    ['*', 'https://shop.example/anything?at=all'],
    ['/*/pay', 'https://shop.example/de/pay'],
    ['/*/pay', 'https://shop.example/a/b/pay'],
    ['*/pay', 'https://shop.example/de/pay'],
    ['/a*b*c', 'https://shop.example/a-c-b-c'],
    ['/a**c', 'https://shop.example/abc'],
    ['/ab*b', 'https://shop.example/abb'],
    ['https://pay.example/*', 'https://pay.example/card'],
    ['https://*.example/pay', 'https://shop.example/pay?x#y'],
    ['/search?q=card*', 'https://shop.example/search?q=card&page=2'],
    ['/#/pay*', 'https://shop.example/#/pay/now'],
    ['/a.b', 'https://shop.example/a.b'],
    ['/(x)+[y]', 'https://shop.example/(x)+[y]'],
    ['/checkout*', 'https://shop.example/%63heckout'],
    ['/checkout*', 'https://shop.example//checkout'],
    ['/checkout*', 'https://shop.example/Checkout/step'],
    ['/Checkout', 'https://shop.example/checkout'],
    ['/pay', 'https://shop.example/pay/'],
    ['/pay', 'https://shop.example//pay//?x=1'],
    ['/pay', 'https://shop.example/pay;x'],
    ['/pay', 'https://shop.example/pay;x=*'],
    ['/pay', 'https://shop.example/;a/pay'],
    ['/pay', 'https://shop.example/pa%79'],
    ['/pa%79/', 'https://shop.example/pay'],
    ['/pay;x*', 'https://shop.example/payment'],
    ['/shop/pay', 'https://shop.example/shop%2Fpay'],
    ['/pay', 'https://shop.example/x/y/..%2f../.%2Fpay'],
    ['/pay/*', 'https://shop.example/pay/'],
    ['/*', 'https://shop.example'],
    ['/%D0%BE', 'https://shop.example/%d0%be'],
    ['https://Pay.example/card', 'https://pay.example//card/'],
    ['/#/pay', 'https://shop.example/#/pay/'],
    ['/a*', 'https://shop.example/a*'],
  ])('%s is %s', (pattern, url) => expect(matches(pattern, url)).toBe(true));

  test.each([
    ['/pay', 'https://shop.example/payment'],
    ['/pay', 'https://shop.example/pay/card'],
    ['/pay%2A', 'https://shop.example/payment'],
    ['/pay', 'https://shop.example/pa%2579'],
    ['/pay', 'https://shop.example/de/pay'],
    ['/pay', 'https://shop.example/?next=/pay'],
    ['/pay*', 'https://shop.example/prepay'],
    ['/ab*bc', 'https://shop.example/abc'],
    ['/a*b*a', 'https://shop.example/aba-'],
    ['/*/pay', 'https://shop.example/pay'],
    ['/a.b', 'https://shop.example/axb'],
    ['https://pay.example/*', 'https://shop.example/https://pay.example/'],
    ['/search?q=card', 'https://shop.example/search'],
    ['/#/pay', 'https://shop.example/'],
    ['', 'https://shop.example/'],
  ])('%s is not %s', (pattern, url) => expect(matches(pattern, url)).toBe(false));

  test('any of them, and none of none', () => {
    const policy = { ...OPEN_POLICY, pausedAt: ['/a', '/b*'] };
    expect(isPausedAt(policy, 'https://shop.example/bb')).toBe(true);
    expect(isPausedAt(policy, 'https://shop.example/c')).toBe(false);
    expect(isPausedAt(OPEN_POLICY, 'https://shop.example/')).toBe(false);
  });

  test('agrees with a regular expression that does the same the slow way', () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const word = (letters: string, most: number) =>
      Array.from({ length: random(most) }, () => letters[random(letters.length)]).join('');
    let found = 0;
    for (let round = 0; round < 5000; round++) {
      const pattern = `/${word('aab*', 7)}`;
      const path = `/${word('aab', 9)}`;
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(path);
      if (expected) found++;
      expect(matches(pattern, `https://shop.example${path}`), `${pattern} ${path}`).toBe(expected);
    }
    expect(found).toBeGreaterThan(300);
  });

  test('a pattern of as many stars as fit goes over a long address once', () => {
    const url = `https://shop.example/${'a'.repeat(LIMITS.maxUrlChars)}`;
    // By a regular expression, or by going back, this would not end.
    expect(matches(`/${'*a'.repeat((LIMITS.maxPatternChars - 3) / 2)}*b`, url)).toBe(false);
    expect(matches(`/${'a*'.repeat((LIMITS.maxPatternChars - 1) / 2)}`, url)).toBe(true);
  });
});

describe('what an admin types', () => {
  test.each([
    ['/pay', '/pay'],
    ['  /checkout/*  ', '/checkout/*'],
    ['*/pay', '*/pay'],
    ['*', '*'],
    ['/оплата/*', '/%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0/*'],
    ['/%D0%BE%D0%BF*', '/%D0%BE%D0%BF*'],
    ['HTTPS://Shop.Example/Pay', 'https://shop.example/Pay'],
    ['https://shop.example', 'https://shop.example/'],
    ['https://shop.example?pay=*', 'https://shop.example/?pay=*'],
    ['https://*.shop.example/pay', 'https://*.shop.example/pay'],
    ['*://shop.example/pay', '*://shop.example/pay'],
    ['https://*/pay', 'https://*/pay'],
    ['https://shop.example:443/pay', 'https://shop.example/pay'],
    ['https://магазин.example/x', 'https://xn--80aairftm.example/x'],
  ])('%s becomes %s', (typed, pattern) => expect(canonicalPattern(typed)).toBe(pattern));

  test.each([
    '',
    'pay',
    'shop.example/pay',
    'ftp://shop.example/',
    '/a b',
    '/a\\b',
    'https://',
    'https://a@b/',
    'https://a b/',
    `/${'x'.repeat(LIMITS.maxPatternChars)}`,
  ])('%s matches no page, or no page as it is', (typed) => expect(canonicalPattern(typed)).toBeUndefined());

  test('matches what a browser makes of the same address', () => {
    for (const typed of ['https://Магазин.example/Оплата?x=ё', 'https://shop.example/a"b<c>', 'https://shop.example']) {
      const pattern = canonicalPattern(typed) ?? '';
      expect(matches(pattern, new URL(typed).href), pattern).toBe(true);
    }
  });
});
