// What the relay follows in a style sheet that it has fetched. The sheet is a stranger's, and the relay does nothing
// else while it reads: the long ones here took the earlier, quadratic search minutes.

import { describe, expect, test } from 'vitest';
import { cssAddresses, MAX_FOLLOWED_SHEET_BYTES, MAX_SHEET_ADDRESSES } from '../../relay/live/css-addresses.ts';

const BASE = 'https://cdn.example/css/main.css';

test.each([
  ['plain', 'a{background:url(a.png)}', ['https://cdn.example/css/a.png']],
  [
    'in quotes, with blanks',
    `a{b:url( "a b.png" );c:URL('/c.png')}`,
    ['https://cdn.example/css/a%20b.png', 'https://cdn.example/c.png'],
  ],
  [
    'import',
    `@import "a.css";@IMPORT/**/'b.css' screen;@import url(c.css);`,
    ['a', 'b', 'c'].map((n) => `https://cdn.example/css/${n}.css`),
  ],
  ['fragments go', 'a{b:url(s.svg#x)}', ['https://cdn.example/css/s.svg']],
  ['each once', 'a{b:url(a.png);c:url(a.png)}', ['https://cdn.example/css/a.png']],
  [
    'escapes',
    'a{b:url(a\\29.png);c:url("d\\"e.png")}',
    ['https://cdn.example/css/a).png', 'https://cdn.example/css/d%22e.png'],
  ],
  ['no addresses', 'a{b:url(#x);c:url(data:image/png;base64,AA);d:url();e:url(ftp://x/y)}', []],
  [
    'comments and strings hold none',
    '/* url(a.png) */a{content:"url(b.png)";b:url(c.png)}',
    ['https://cdn.example/css/c.png'],
  ],
  ['a string ends with its line', 'a{content:"x\n;b:url(c.png)}', ['https://cdn.example/css/c.png']],
  ['a comment mark in a string is none', 'a{content:"/*";b:url(c.png)}', ['https://cdn.example/css/c.png']],
  ['unfinished', 'a{b:url(c.png', ['https://cdn.example/css/c.png']],
])('%s', (_, css, addresses) => {
  expect(cssAddresses(css, BASE)).toEqual(addresses);
});

describe('[A4] a sheet that is made to be slow is read once over', () => {
  test.each([
    'url(',
    'url("',
    "url( '",
    '/* ',
    '@import "',
    '@import /*',
    'url(  ',
    '\\',
    'u',
    'url(\\',
    '"\\',
    '@import url("\n',
  ])('%j again and again', (piece) => {
    const css = piece.repeat(Math.floor(MAX_FOLLOWED_SHEET_BYTES / piece.length));
    expect(cssAddresses(css, BASE).length).toBeLessThanOrEqual(2);
  });
});

test('[A4] only so many addresses of a sheet are looked at', () => {
  const css = Array.from({ length: MAX_SHEET_ADDRESSES + 50 }, (_, index) => `url(${index}.png)`).join(' ');
  expect(cssAddresses(css, BASE)).toHaveLength(MAX_SHEET_ADDRESSES);
});
