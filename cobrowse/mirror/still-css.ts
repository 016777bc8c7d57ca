// A document's style sheets as text for a still picture of it. The rules stay as they are, so what they match must stay too:
// only names that XML can't have are others (`[\:hover]`, here and in still-tree.ts), the root is an element within an image,
// nothing moves, and addresses are data or nothing.
//
// Easy to get wrong: an animation would stand at its beginning, which is often invisible; a font that the page has not
// loaded would be megabytes for nothing.

/** In place of the colon that our own names of attributes begin with (inert-names.ts). */
export const NAME_HEAD = 'm--';
/** On the element that `:root` means. */
export const ROOT_MARK = `${NAME_HEAD}root`;

const STILL = '*,*::before,*::after{animation:none!important;transition:none!important}';
const URL_IN_CSS = /url\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^)"'\s]*))\s*\)/g;
const LOST_VALUE = /[{;]\s*[a-z-]+:\s*;/;
const FONT_FACE = /@font-face\s*\{[^}]*\}/g;
/** Of a family of which nobody can tell which are loaded. */
const MAX_UNSURE_FACES = 8;

/** Addresses in a value or a rule, as they are written, without data and without what is in the page itself. */
export function addressesIn(css: string): string[] {
  if (!css.includes('url(')) return [];
  return [...css.matchAll(URL_IN_CSS)].map(rawOf).filter((raw) => raw !== '' && !/^(data:|#)/i.test(raw));
}

/** `find` gives data for an address; what it has none for asks for nothing. */
export function replaceAddresses(css: string, find: (raw: string) => string | undefined): string {
  if (!css.includes('url(')) return css;
  return css.replace(URL_IN_CSS, (whole, ...groups: (string | undefined)[]) => {
    const raw = rawOf(['', ...groups.slice(0, 3)]);
    return /^(data:|#)/i.test(raw) ? whole : `url("${find(raw) ?? 'data:,'}")`;
  });
}

/** The text of all sheets of a document, without fonts that are not in use. */
export function cssOf(document: Document, families: ReadonlySet<string>): string {
  const parts: string[] = [];
  for (const sheet of [...document.styleSheets, ...document.adoptedStyleSheets]) {
    if (sheet.disabled) continue;
    const rules = [...sheet.cssRules].map((rule) => rule.cssText).join('\n');
    // A shorthand with var() of which one part is set anew has no text left in a rule: `font-size: ;`. What was written has
    // it; the rules go after that, with what scripts and late addresses have changed in them.
    const written = LOST_VALUE.test(rules) ? (sheet.ownerNode?.textContent ?? '') : '';
    const text = `${written}\n${rules}`;
    const media = sheet.media.mediaText;
    parts.push(media === '' || media === 'all' ? text : `@media ${media}{${text}}`);
  }
  const css = withFonts(parts.join('\n'), document, families);
  return `${renamed(css)}\n${STILL}`;
}

/** As still-tree.ts writes the document. */
export function renamed(css: string): string {
  return css.replaceAll('[\\:', `[${NAME_HEAD}`).replace(/:root(?![\w-])/g, `[${ROOT_MARK}]`);
}

/** Names of families in a value of `font-family`. */
export function familiesIn(value: string): string[] {
  return value.split(',').map((name) =>
    name
      .trim()
      .replace(/^["']|["']$/g, '')
      .toLowerCase(),
  );
}

function withFonts(css: string, document: Document, families: ReadonlySet<string>): string {
  if (!css.includes('@font-face')) return css;
  const loaded = new Set<string>();
  document.fonts.forEach((face) => {
    if (face.status === 'loaded') loaded.add(keyOf(face.family, face.weight, face.style, face.unicodeRange));
  });
  const isKnown = (css.match(FONT_FACE) ?? []).some((rule) => loaded.has(keyOfRule(rule)));
  let unsure = 0;
  return css.replace(FONT_FACE, (rule) => {
    if (!families.has(familiesIn(valueIn(rule, 'font-family'))[0] ?? '')) return '';
    if (isKnown) return loaded.has(keyOfRule(rule)) ? rule : '';
    return ++unsure > MAX_UNSURE_FACES ? '' : rule;
  });
}

function keyOfRule(rule: string): string {
  const value = (name: string) => valueIn(rule, name);
  return keyOf(value('font-family'), value('font-weight'), value('font-style'), value('unicode-range'));
}

function keyOf(family: string, weight: string, style: string, range: string): string {
  const plain = (text: string, otherwise: string) => (text || otherwise).toLowerCase().replace(/\s+/g, ' ').trim();
  const heavy = plain(weight, 'normal').replace('normal', '400').replace('bold', '700');
  const covered = plain(range, 'u+0-10ffff').replaceAll(' ', '').replaceAll('u+0000-', 'u+0-');
  return [familiesIn(family)[0], heavy, plain(style, 'normal'), covered].join('|');
}

function valueIn(rule: string, name: string): string {
  return new RegExp(`[{;\\s]${name}\\s*:\\s*([^;}]*)`).exec(rule)?.[1]?.trim() ?? '';
}

function rawOf(groups: readonly (string | undefined)[]): string {
  const [, double, single, bare] = groups;
  return (double ?? single ?? bare ?? '').replace(/\\(.)/g, '$1');
}
