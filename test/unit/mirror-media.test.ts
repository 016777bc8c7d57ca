// Media queries, rewritten so that they are answered as the visitor's browser did. That browsers agree is tested in
// test/browser/same-looks.test.ts.

import { describe, expect, test } from 'vitest';
import { parseCss } from '../../cobrowse/mirror/css-text.ts';
import { createMediaText, mediaFacts } from '../../cobrowse/mirror/media.ts';

const YES = '(min-width:0)';
const NO = '(max-width:0)';
const phone = createMediaText(
  mediaFacts({ media: ['pointer:coarse', 'any-pointer:coarse', 'prefers-color-scheme:dark'], density: 2 }),
);
const desk = createMediaText(
  mediaFacts({
    media: ['hover:hover', 'pointer:fine', 'any-hover:hover', 'any-pointer:fine', 'any-pointer:coarse'],
    density: 1,
  }),
);

describe('on a phone at night, and at a desk', () => {
  test.each([
    ['(hover)', NO, YES],
    ['(hover: none)', YES, NO],
    ['not all and ( HOVER : hover )', `not all and ${NO}`, `not all and ${YES}`],
    ['(pointer:coarse) and (min-width: 5px)', `${YES} and (min-width: 5px)`, `${NO} and (min-width: 5px)`],
    ['(any-pointer: coarse)', YES, YES],
    ['(any-pointer: none)', NO, NO],
    ['(prefers-color-scheme: dark)', YES, NO],
    ['(prefers-color-scheme:light)', NO, YES],
    ['(prefers-reduced-motion)', NO, NO],
    ['(prefers-reduced-motion: no-preference)', YES, YES],
    ['(-webkit-min-device-pixel-ratio: 1.5), (min-resolution: 144dpi)', `${YES}, ${YES}`, `${NO}, ${NO}`],
    ['(max-resolution: 1.2dppx)', NO, YES],
    ['(resolution: 2x)', YES, NO],
    ['(min-resolution: 2em)', '(min-resolution: 2em)', '(min-resolution: 2em)'],
    [
      'screen and (orientation: landscape)',
      'screen and (orientation: landscape)',
      'screen and (orientation: landscape)',
    ],
  ])('%s', (query, onPhone, atDesk) => {
    expect(phone(query)).toBe(onPhone);
    expect(desk(query)).toBe(atDesk);
  });
});

test('a page that says nothing of its device is left as it is', () => {
  expect(createMediaText(mediaFacts({ href: 'x' }))('(hover)')).toBe('(hover)');
});

test('only preludes of @media are asked about, and those with an address stay closed to it', () => {
  const references = (css: string) => parseCss(css).references.map(({ kind, raw }) => `${kind} ${raw}`);
  expect(references('@media (hover:hover){a:hover{}}@media (min-width:1px){}')).toEqual(['media  (hover:hover)']);
  expect(references('a{@media (pointer:fine) {b{}}}')).toEqual(['media  (pointer:fine) ']);
  expect(references('@supports (hover:hover){}a{--x:(hover:hover)}')).toEqual([]);
  expect(references('@media (hover:url(//x)){}')).toEqual(['url //x']);
});
