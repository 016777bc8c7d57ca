// The CSS tokenizer of the mirror: what it rewrites, and what it must leave as it is. Whether a browser agrees with it
// is tested in test/browser/mirror-hostile.test.ts.

import { describe, expect, test } from 'vitest';
import { createAssetBook, createPlaces, putAddress } from '../../cobrowse/mirror/assets.ts';
import { wrapImport } from '../../cobrowse/mirror/css-imports.ts';
import {
  parseCss,
  parseDeclarations,
  parseImported,
  type CssParts,
  type CssReference,
} from '../../cobrowse/mirror/css-text.ts';
import { createMediaText } from '../../cobrowse/mirror/media.ts';
import { createNodeMap } from '../../cobrowse/mirror/node-map.ts';
import { createSheets } from '../../cobrowse/mirror/sheets.ts';
import { createRandom } from '../support/random.ts';

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
    ['a:target,:not(:target){}', 'a[\\:target],:not([\\:target]){}'],
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

// Hours long if every step looked at all that came before it.
describe('long texts take no longer than they are', () => {
  const many = 400_000;
  test('open braces, brackets, comments, backslashes', () => {
    expect(parseCss('{'.repeat(many)).references).toEqual([]);
    expect(parseCss('a{b:('.repeat(many)).references).toEqual([]);
    expect(parseCss('--x:{'.repeat(many)).references).toEqual([]);
    expect(parseCss(`@import "a"${'/* */'.repeat(many)};`).references).toHaveLength(1);
    expect(wrapImport('', '/* '.repeat(many))).toBe('@media not all{}');
    expect(shown(parseImported(`${'\\'.repeat(many)}x`))).toHaveLength(many + 1);
  });

  test('an address that arrives', () => {
    const replacement = { placeholder: 'data:,#asset-1-', address: '/asset/x' };
    for (const name of ['local("', 'local("#asset-1-', 'local("data:,#asset-1-'])
      expect(putAddress(name.repeat(many), replacement)).toContain('local("');
    expect(putAddress('local("data:,#asset-1- format(\'woff2\')"),local("data:,#asset-2-")', replacement)).toBe(
      'url("/asset/x") format(\'woff2\'),local("data:,#asset-2-")',
    );
  });
});

describe('what is written, read again', () => {
  const PAGE = 'http://shop.example/page';
  const ASSET = 'http://relay.example/asset/';

  /** As much of a style element as its sheet's text is made in. */
  function styleElement(document: { createTextNode(data: string): Text }) {
    const childNodes: Text[] = [];
    const style = {
      nodeType: 1,
      localName: 'style',
      sheet: null,
      childNodes,
      ownerDocument: document,
      isConnected: true,
    };
    const add = (child: Text) => childNodes.push(Object.assign(child, { parentNode: style }));
    return Object.assign(style, {
      append: add,
      get firstChild() {
        return childNodes[0] ?? null;
      },
    });
  }

  function written(texts: readonly string[], imported: string, change: readonly string[]): string[] {
    const book = createAssetBook((hash) => ASSET + hash);
    book.learn([{ url: 'http://shop.example/known.css', hash: 'c', type: 'text/css' }]);
    const places = createPlaces({ book, base: PAGE, piece: () => undefined, late: () => undefined });
    const facts = { holding: new Set(['hover:hover']), density: 1 };
    const media = createMediaText(facts);
    const node = (data: string) => ({ nodeType: 3, data, nextSibling: null });
    // The casts: only what is used is there.
    const document = { createTextNode: (data: string) => node(data) as unknown as Text };
    const sheets = createSheets({
      nodes: createNodeMap(() => undefined),
      addresses: { places, base: PAGE, media, use: () => undefined },
      source: { parse: parseCss, parseImported, text: () => imported, pending: 0, close: () => undefined },
      ownSheet: () => undefined,
      changed: () => undefined,
    });
    const style = styleElement(document);
    const element = style as unknown as Element;
    for (let n = 0; n < texts.length; n++) style.append(document.createTextNode(''));
    const now = () => style.childNodes.map((child) => child.data).join('');
    const seen: string[] = [];
    sheets.fill(element, texts.join('/* rr_split */'));
    seen.push(now());
    change.forEach((text, index) => {
      const child = style.childNodes[index];
      if (child) sheets.piece(child, text);
    });
    sheets.settle();
    seen.push(now());
    book.learn([{ url: 'http://shop.example/x', hash: 'a', type: 'image/svg+xml' }]);
    const { sheets: changes } = places.arrived(['http://shop.example/x']);
    let last = now();
    for (const replacement of changes.get(element) ?? []) last = putAddress(last, replacement);
    seen.push(last);
    return seen;
  }

  const foreign = (css: string) =>
    parseCss(css).references.filter(
      (reference) =>
        reference.kind === 'import' || (reference.kind !== 'media' && !ALLOWED.test(withoutFragment(reference))),
    );
  const ALLOWED = /^(http:\/\/relay\.example\/asset\/\w+$|\s*data:|#|$)/;
  const withoutFragment = (reference: CssReference) =>
    reference.kind === 'url' && reference.isPicture ? reference.raw.replace(/(.)#.*/s, '$1') : reference.raw;

  test('only what is a picture for sure keeps its fragment', () => {
    const fragments = (css: string) => (written([css], '', [])[2]?.match(/asset\/a#\w+/g) ?? []).length;
    for (const css of [
      'a{background:url(/x#y)}',
      'a{color:red;BACKGROUND-IMAGE/**/:url("/x#y")}',
      'a{b:c;&:hover{list-style:url(/x#y)}}',
      'a::before{content:image-set("/x#y" 1x)}',
    ])
      expect(fragments(css), css).toBe(1);
    for (const css of [
      'a{mask:url(/x#y)}',
      'a{background:none;mask:url(/x#y)}',
      'a{background:none}b{mask:url(/x#y)}',
      'a{--b:url(/x#y);background:var(--b)}',
      'a{--background:url(/x#y)}',
      'a{--b:{background:url(/x#y)}}',
      'a{mask:(;background:url(/x#y))}',
      'a{filter:[background:url(/x#y)]}',
      'a{mask:background:url(/x#y)}',
      'background:{mask:url(/x#y)}',
      'url(/x#y)',
    ])
      expect(fragments(css), css).toBe(0);
  });

  test('a picture is put in, a fragment of an SVG file is not', () => {
    expect(written(['a{b:url(/x#y)}'], '', [])[2]).toBe(`a{b:url("${ASSET}a")}`);
    expect(written(['a{b:url(data:image/svg+xml,x#y)}'], '', [])[0]).toBe('a{b:url("data:image/svg+xml,x")}');
    expect(written(['a{b:url(#y)}'], '', [])[0]).toBe('a{b:url(#y)}');
  });

  test('texts that are one sheet in pieces', () => {
    expect(foreign('a{b:url(http://evil.example/)}')).toHaveLength(1);
    const seen = written(['a{b:u', 'rl(http://evil.example/)}'], '', ['a{c:d}a{b:ur', 'l(http://evil.example/2)}']);
    expect(seen.map((css) => [css.includes('evil'), css.includes('data:image/gif')])).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ]);
  });

  test('no foreign address is in it', () => {
    const seed = Number(process.env['TANDEM_SEED'] ?? 20261121);
    const { next: random } = createRandom(seed);
    const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
    const WORDS = [
      ...['{', '}', '(', ')', '[', ']', ';', ':', ',', '"', "'", '/*', '*/', '/', '*', '\\', '\n', ' ', '#', '@'],
      ...['url(', 'URL(', 'u', 'rl(', 'u\\72l(', 'image-set(', 'src(', 'var(--x)', '--x:', 'local("', '/* rr_split */'],
      ...[
        'url(/x)',
        'url(/x#y)',
        'url(x#\\\\)',
        'url("/x#\\"")',
        'url(http://evil.example/)',
        '"http://evil.example/"',
      ],
      ...[
        'url(data:,x#asset-1-)',
        'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#asset-1-',
      ],
      ...[
        '@import "/known.css"',
        '@import url(/known.css)',
        '@import "http://evil.example/"',
        ' layer(a) screen',
        ' supports(',
      ],
      ...[
        '@media (hover:hover)',
        '@media not all',
        '@font-face{src:',
        ' format("woff2")',
        'a{',
        'a:hover{',
        'b:',
        '::selection',
        'background:',
      ],
      ...['a{b:url(http://evil.example/)}', '<!--', '-->', '\0', '\f', '!important', '%', '\u00e9'],
    ];
    const sheet = () => Array.from({ length: Math.floor(random() * 14) }, () => pick(WORDS)).join('');
    let addresses = 0;
    for (let n = 0; n < 6000; n++) {
      const texts = Array.from({ length: 1 + Math.floor(random() * 3) }, sheet);
      if (n % 2 === 0) texts[0] = `${pick(WORDS.slice(-25))}${texts[0] ?? ''}`;
      const imported = sheet();
      const change = random() < 0.5 ? [] : texts.map(() => sheet());
      const raw = texts.join('');
      addresses += foreign(raw).length;
      for (const css of written(texts, imported, change))
        if (foreign(css).length > 0) expect.fail(JSON.stringify({ seed, texts, imported, change, css }));
    }
    // The control: as they were, they hold many.
    expect(addresses).toBeGreaterThan(1000);
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
    expect(shown(parseImported('a{b:url("c'))).toBe('a{b:«c»}');
    expect(shown(parseImported('a{b:image-set("c'))).toBe('a{b:image-set(«c»)}');
    expect(shown(parseImported('a{b:url("c" /* d'))).toBe('a{b:«c»}');
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

  test('a comment in the conditions is none of them', () => {
    const { references } = parseCss('@import "a"/* ; */layer/**//**/screen/* "*/;b{}');
    expect(references).toEqual([{ kind: 'import', raw: 'a', tail: ' layer screen ' }]);
  });

  test.each([
    ` "/*" '*/ " {} a{b:url(c)} d{}'`,
    'print{',
    '}',
    '/* x',
    'screen\\',
    ') and (',
    '(',
    'supports(a:"b")',
    'a<!--url(b)',
  ])('conditions that a browser might end elsewhere never hold: %s', (tail) =>
    expect(wrapImport('a{}', tail)).toBe('@media not all{}'),
  );
});
