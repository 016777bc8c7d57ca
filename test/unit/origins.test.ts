import { describe, expect, test } from 'vitest';
import { canonicalOrigin, originAllowed } from '../../relay/auth/origins.ts';

const rows: readonly (readonly [origin: string | undefined, allowed: string, expected: boolean])[] = [
  ['https://shop.example', 'https://shop.example', true],
  ['https://shop.example', 'https://shop.example/', true],
  ['https://shop.example', 'https://SHOP.example:443', true],
  ['https://shop.example:8443', 'https://shop.example:8443', true],
  ['http://127.0.0.1:8788', 'http://127.0.0.1:8788', true],
  ['http://[::1]:8788', 'http://[::1]:8788', true],
  ['https://xn--80a.example', 'https://а.example', true],
  // Another scheme, port or host.
  ['http://shop.example', 'https://shop.example', false],
  ['https://shop.example:8443', 'https://shop.example', false],
  ['https://shop.example', 'https://shop.example:8443', false],
  ['https://www.shop.example', 'https://shop.example', false],
  ['https://shop.example.evil.test', 'https://shop.example', false],
  ['https://evilshop.example', 'https://shop.example', false],
  // What no browser sends for a page of this site.
  [undefined, 'https://shop.example', false],
  ['', 'https://shop.example', false],
  ['null', 'null', false],
  ['null', 'https://shop.example', false],
  ['file://', 'file://', false],
  ['https://shop.example/', 'https://shop.example', false],
  ['https://shop.example:443', 'https://shop.example', false],
  ['https://SHOP.example', 'https://shop.example', false],
  ['https://user@shop.example', 'https://shop.example', false],
  ['https://shop.example#x', 'https://shop.example', false],
  ['https://shop.example, https://evil.test', 'https://shop.example', false],
  ['chrome-extension://abc', 'chrome-extension://abc', false],
  // Wildcards.
  ['https://a.example.com', 'https://*.example.com', true],
  ['https://a.b.example.com', 'https://*.example.com', true],
  ['https://a.example.com:8443', 'https://*.example.com:8443', true],
  ['https://example.com', 'https://*.example.com', false],
  ['https://.example.com', 'https://*.example.com', false],
  ['https://evilexample.com', 'https://*.example.com', false],
  ['https://a.example.com.evil.test', 'https://*.example.com', false],
  ['http://a.example.com', 'https://*.example.com', false],
  ['https://a.example.com:8443', 'https://*.example.com', false],
  // Wildcards that would let in too much, or mean nothing.
  ['https://shop.example', '*', false],
  ['https://shop.example', 'https://*', false],
  ['https://shop.example', 'https://*.example', false],
  ['https://shop.example.com', 'https://shop.*.com', false],
  ['https://shop.example.com', 'https://*shop.example.com', false],
  ['https://a.b.example.com', 'https://*.*.example.com', false],
  ['https://a.example.com', '*.example.com', false],
  ['https://1.2.3.4', 'https://*.2.3.4', false],
  // Lists with rubbish in them.
  ['https://shop.example', 'shop.example', false],
  ['https://shop.example', '', false],
];

describe('origins', () => {
  test.each(rows)('%s with %s on the list: %s', (origin, allowed, expected) => {
    expect(originAllowed(origin, [allowed])).toBe(expected);
    expect(originAllowed(origin, ['rubbish', 'https://other.test', allowed])).toBe(expected);
  });

  test('an empty list allows nobody', () => {
    expect(originAllowed('https://shop.example', [])).toBe(false);
  });

  test('an origin longer than any host name is refused', () => {
    expect(originAllowed(`https://${'a.'.repeat(200)}example.com`, ['https://*.example.com'])).toBe(false);
  });

  test.each([
    [' https://Shop.Example:443/ ', 'https://shop.example'],
    ['https://*.Example.com:8443', 'https://*.example.com:8443'],
    ['HTTP://*.а.example.com', 'http://*.xn--80a.example.com'],
    ['https://shop.example/path', undefined],
    ['*', undefined],
  ])('%s is kept as %s', (typed, kept) => {
    expect(canonicalOrigin(typed)).toBe(kept);
  });
});
