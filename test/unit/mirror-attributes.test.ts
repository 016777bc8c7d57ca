// What the mirror does with an attribute, by element and name; and the cutting of srcset.

import { describe, expect, test } from 'vitest';
import { treatmentOf } from '../../cobrowse/mirror/attributes.ts';
import { HTML_NAMESPACE, SVG_NAMESPACE } from '../../cobrowse/mirror/node-kinds.ts';
import { parseSrcset } from '../../cobrowse/mirror/srcset.ts';

const none = () => undefined;

describe('treatment of attributes', () => {
  test.each([
    ['div', 'onclick', 'inert'],
    ['svg', 'onload', 'inert'],
    ['a', 'href', 'link'],
    ['a', 'ping', 'inert'],
    ['img', 'src', 'asset'],
    ['img', 'attributionsrc', 'inert'],
    ['iframe', 'src', 'inert'],
    ['iframe', 'srcdoc', 'inert'],
    ['video', 'src', 'inert'],
    ['video', 'poster', 'asset'],
    ['source', 'src', 'inert'],
    ['form', 'action', 'inert'],
    ['input', 'formaction', 'inert'],
    ['input', 'autofocus', 'inert'],
    ['base', 'href', 'inert'],
    ['link', 'href', 'inert'],
    ['link', 'rel', 'inert'],
    ['meta', 'http-equiv', 'inert'],
    ['meta', 'content', 'inert'],
    ['html', 'manifest', 'inert'],
    ['body', 'background', 'asset'],
    ['div', 'style', 'css'],
    ['div', ':hover', 'drop'],
    ['div', 'class', 'plain'],
    ['div', 'data-href', 'plain'],
  ])('html %s[%s]: %s', (tag, name, expected) =>
    expect(treatmentOf(tag, HTML_NAMESPACE, name, 'x', none)).toBe(expected),
  );

  test.each([
    ['use', 'href', '/sprite.svg#a', 'use'],
    ['use', 'xlink:href', '#a', 'use'],
    ['image', 'xlink:href', '/x.png', 'asset'],
    ['feimage', 'href', '/x.png', 'asset'],
    ['lineargradient', 'href', 'http://x/#a', 'fragment'],
    ['script', 'href', 'http://x/', 'fragment'],
    ['a', 'xlink:href', 'http://x/', 'link'],
    ['rect', 'fill', 'url(http://x/#a)', 'css'],
    ['rect', 'fill', 'red', 'plain'],
    ['rect', 'fill', 'u\\72l', 'css'],
    ['set', 'attributename', 'xlink:href', 'inert'],
    ['animate', 'attributename', 'HREF', 'inert'],
    ['set', 'attributename', 'onclick', 'inert'],
    ['animate', 'attributename', 'x', 'plain'],
    ['animate', 'values', 'url(http://x/);none', 'css'],
  ])('svg %s[%s=%s]: %s', (tag, name, value, expected) =>
    expect(treatmentOf(tag, SVG_NAMESPACE, name, value, none)).toBe(expected),
  );

  test('a meta element says only what changes the look', () => {
    const named = (name: string) => treatmentOf('meta', HTML_NAMESPACE, 'content', 'x', () => name);
    expect(named('viewport')).toBe('plain');
    expect(named('color-scheme')).toBe('plain');
    expect(named('referrer')).toBe('inert');
  });
});

describe('srcset', () => {
  test.each([
    ['a.png', [['a.png', '']]],
    [
      'a.png 1x, b.png 2x',
      [
        ['a.png', '1x'],
        ['b.png', '2x'],
      ],
    ],
    ['a.png,b.png', [['a.png,b.png', '']]],
    [
      'a.png, b.png',
      [
        ['a.png', ''],
        ['b.png', ''],
      ],
    ],
    [
      ' , a,b.png 100w 50h ,c 2x',
      [
        ['a,b.png', '100w 50h'],
        ['c', '2x'],
      ],
    ],
    [
      'data:image/gif;base64,AA== 1x, b 2x',
      [
        ['data:image/gif;base64,AA==', '1x'],
        ['b', '2x'],
      ],
    ],
    [
      'a 1x(2,3), b',
      [
        ['a', '1x23'],
        ['b', ''],
      ],
    ],
    ['', []],
    [',,', []],
  ])('%s', (value, expected) =>
    expect(parseSrcset(value).map(({ url, descriptor }) => [url, descriptor])).toEqual(expected),
  );
});
