// The CSS tokenizer of the mirror: what it rewrites, and what it must leave as it is. Whether a browser agrees with it
// is tested in test/browser/mirror-hostile.test.ts.

import { describe, expect, test } from 'vitest';
import {
  parseCss,
  parseDeclarations,
  parseImported,
  wrapImport,
  type CssParts,
  type CssReference,
} from '../../cobrowse/mirror/css-text.ts';

/** The text with each reference shown as «address». */
function shown({ texts, references }: CssParts): string {
  const show = (reference: CssReference | undefined) =>
    reference ? `«${reference.raw}»${reference.kind === 'font' ? reference.tail : ''}` : '';
  return texts.map((text, index) => text + show(references[index])).join('');
}
const rewrite = (css: string) => shown(parseCss(css));

describe('states', () => {
  test.each([
    ['a:hover{x:y}', 'a[\\:hover]{x:y}'],
    ['a:focus,b:ACTIVE{}', 'a[\\:focus],b[\\:active]{}'],
    ['a:focus-visible:focus-within{}', 'a[\\:focus-visible][\\:focus-within]{}'],
    [':not(:hover) > :is(a:focus, b)::before{}', ':not([\\:hover]) > :is(a[\\:focus], b)::before{}'],
    ['.hover\\:x:hover{}', '.hover\\:x[\\:hover]{}'],
    ['.\\:hover:not(.a\\:focus){}', '.\\:hover:not(.a\\:focus){}'],
    [':host(:hover) ::slotted(:focus){}', ':host([\\:hover]) ::slotted([\\:focus]){}'],
    ['a:visited,a:link{}', 'a[\\:visited],a:any-link{}'],
    ['x-y:not(:defined){}', 'x-y:not(:not([\\:undefined])){}'],
    ['@media (min-width:1px){a:hover{}}', '@media (min-width:1px){a[\\:hover]{}}'],
    ['a{color:red;&:hover{color:blue}b:focus &{}}', 'a{color:red;&[\\:hover]{color:blue}b[\\:focus] &{}}'],
    ['@scope (a:hover) to (b:focus){}', '@scope (a[\\:hover]) to (b[\\:focus]){}'],
    ['::selection{x:y}', '::highlight(mirror-selection){color:currentcolor;background-color:transparent;x:y}'],
    [
      'a:not(b,c)::SELECTION{}',
      'a:not(b,c)::highlight(mirror-selection){color:currentcolor;background-color:transparent;}',
    ],
    ['a::selection,b{x:y}', 'a::highlight(mirror-selection),b{x:y}'],
    ['a{&::selection{x:y}}', 'a{&::highlight(mirror-selection){color:currentcolor;background-color:transparent;x:y}}'],
    ['a:h\\6f ver{}', 'a[\\:hover]{}'],
    ['a/* :hover */:hover{}', 'a/* :hover */[\\:hover]{}'],
    ['<!-- a:hover{} -->', '<!-- a[\\:hover]{} -->'],
  ])('%s', (css, expected) => expect(rewrite(css)).toBe(expected));

  test.each([
    'a::-webkit-scrollbar-thumb:hover{}',
    'a::part(x):hover{}',
    'a:before:hover{}',
    '@supports selector(a:focus-visible){}',
    'a{transition:color;--state:hover;animation-name:active}',
    'a{--x:{b:hover}}',
    'a{color:hover}',
    'a[title=":hover"]{}',
    'a{content:"a:hover{"}',
    '.a:hovering,.b:focus-visibly{}',
    'a:has(b:nth-child(2)){}',
  ])('%s stays', (css) => expect(rewrite(css)).toBe(css));
});

describe('attribute selectors of inert names', () => {
  test.each([
    ['a[href^="http"]{}', 'a[\\:href^="http"]{}'],
    ['a:not([href]){}', 'a:not([\\:href]){}'],
    ['[ HREF = "x" i ]{}', '[ \\:href = "x" i ]{}'],
    ['[onclick]{}', '[\\:onclick]{}'],
    ['[*|src]{}', '[*|\\:src]{}'],
    ['[hreflang],[data-href]{}', '[hreflang],[data-href]{}'],
    ['a{grid-area:[href] 1}', 'a{grid-area:[href] 1}'],
  ])('%s', (css, expected) => expect(rewrite(css)).toBe(expected));
});

describe('addresses', () => {
  test.each([
    ['a{b:url(x.png)}', 'a{b:«x.png»}'],
    ['a{b:url( "x y.png" )}', 'a{b:«x y.png»}'],
    ["a{b:URL('x')c}", 'a{b:«x»c}'],
    ['a{b:u\\72l(x)}', 'a{b:«x»}'],
    ['a{b:\\75\n\\72 l(x)}', 'a{b:«x»}'],
    ['a{b:url(a\\)b)}', 'a{b:«a)b»}'],
    ['a{b:url("a\\"b\\\nc")}', 'a{b:«a"bc»}'],
    ['a{b:url(bad"x)c;d:e}', 'a{b:«»c;d:e}'],
    ['a{b:url(bad x)}', 'a{b:«»}'],
    ['a{b:url(x', 'a{b:«x»'],
    ['a{b:url("x', 'a{b:«x»'],
    ['a{--x:url(y)}', 'a{--x:«y»}'],
    ['a{b:image-set("x" 1x, url(y) 2x type("image/png"))}', 'a{b:image-set(«x» 1x, «y» 2x type("image/png"))}'],
    ['a{b:-webkit-image-set("x" 1x)}', 'a{b:-webkit-image-set(«x» 1x)}'],
    ['a{b:image-set(var(--x) 1x)}', 'a{b:image-set(inert(--x) 1x)}'],
    ['a{b:image-set((("x")) 1x)}', 'a{b:image-set(((«x»)) 1x)}'],
    ['a{b:src("x")}', 'a{b:inert(«x»)}'],
    ['a{b:cross-fade("x","y")}', 'a{b:cross-fade(«x»,«y»)}'],
    [
      '@font-face{src:url(f) format("woff2") tech(variations),url(g)}',
      "@font-face{src:«f» format('woff2') tech(variations),«g»}",
    ],
    ['@font-face{src:url(f) format("a)b")}', '@font-face{src:«f» format("a)b")}'],
    ['a{content:"url(x)"}', 'a{content:"url(x)"}'],
    ['a{content:"\nb:url(x)"}', 'a{content:"\nb:«x»"}'],
    ['a{b:/* url(x) */ 1url(x) #url(y)}', 'a{b:/* url(x) */ 1url(x) #url(y)}'],
    [
      '@namespace svg url(http://www.w3.org/2000/svg);a{b:url(x)}',
      '@namespace svg url(http://www.w3.org/2000/svg);a{b:«x»}',
    ],
  ])('%s', (css, expected) => expect(rewrite(css)).toBe(expected));

  test('a declaration without any of it is not looked at twice', () => {
    expect(parseDeclarations('color:red;width:1px')).toBeUndefined();
    expect(parseDeclarations('background:\\75rl(x)')).toBeDefined();
  });
});

describe('imports', () => {
  test('the whole statement is one reference', () => {
    const parts = parseCss('@charset "x";@import url("a.css") layer(b) screen;@IMPORT "c.css";d:hover{}');
    expect(parts.references).toEqual([
      { kind: 'import', raw: 'a.css', tail: ' layer(b) screen' },
      { kind: 'import', raw: 'c.css', tail: '' },
    ]);
    expect(parts.texts.join('|')).toBe('@charset "x";||d[\\:hover]{}');
  });

  test.each([
    ['a{}@import "x";b{}', 'a{}@inert "x";b{}'],
    ['a{@import "x";}', 'a{@inert "x";}'],
    ['@import "x" {} a{}', ' a{}'],
    ['@\\69mport "x"', '«x»'],
    ['@import;a{}', 'a{}'],
  ])('%s', (css, expected) => expect(rewrite(css)).toBe(expected));

  test('imported text closes what it opened, and nothing else', () => {
    expect(shown(parseImported('a{b:c'))).toBe('a{b:c}');
    expect(shown(parseImported('a{b:"c'))).toBe('a{b:"c"}');
    expect(shown(parseImported('a{b:c}/* d'))).toBe('a{b:c}/* d*/');
    expect(shown(parseImported('a{b:(c'))).toBe('a{b:(c)}');
    expect(shown(parseImported('}a{}'))).toBe('a{}');
    expect(shown(parseImported('a{}\\'))).toBe('a{}');
  });

  test('conditions stand around the text as one rule', () => {
    expect(wrapImport('a{}', '')).toBe('@media all{a{}}');
    expect(wrapImport('a{}', ' screen and (width > 1px)')).toBe('@media screen and (width > 1px){a{}}');
    expect(wrapImport('a{}', 'layer(x.y) supports(display:grid) print')).toBe(
      '@layer x.y{@supports (display:grid){@media print{a{}}}}',
    );
    expect(wrapImport('a{}', 'layer')).toBe('@layer {@media all{a{}}}');
  });
});
