// Which addresses a style sheet refers to. Not the rewriting that the mirror does: here a wrong address costs a fetch
// that finds nothing, and a superset is harmless.
//
// Easy to get wrong: the sheet comes from a stranger, and the whole relay waits while it is read. So every step moves
// forward over the text and nothing is looked at twice: no regular expression runs over it, none of the searches below
// starts again where an earlier one began.

import { LIMITS } from '../../protocol/limits.ts';

/** Longer sheets are not read: everybody waits meanwhile, up to 20 ms per MB. */
export const MAX_FOLLOWED_SHEET_BYTES = 2 * 1024 * 1024;
export const MAX_SHEET_ADDRESSES = 1000;

const TAB = 9;
const NEWLINE = 10;
const FORM_FEED = 12;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
const OPEN_PAREN = 40;
const CLOSE_PAREN = 41;
const STAR = 42;
const SLASH = 47;
const AT_SIGN = 64;
const UPPER_U = 85;
const BACKSLASH = 92;
const LOWER_U = 117;

const isNewline = (code: number) => code === NEWLINE || code === FORM_FEED || code === RETURN;
const isSpace = (code: number) => code === SPACE || code === TAB || isNewline(code);
const isQuote = (code: number) => code === QUOTE || code === APOSTROPHE;

/** Absolute and without fragments. Only the first MAX_SHEET_ADDRESSES are looked at. */
export function cssAddresses(css: string, base: string): string[] {
  const found = new Set<string>();
  let looked = 0;
  for (const raw of rawAddresses(css)) {
    if (raw === '' || raw.length > LIMITS.maxUrlChars || raw.startsWith('#') || /^data:/i.test(raw)) continue;
    if (++looked > MAX_SHEET_ADDRESSES) break;
    const address = unescape(raw);
    if (!URL.canParse(address, base)) continue;
    const url = new URL(address, base);
    url.hash = '';
    if (url.protocol === 'http:' || url.protocol === 'https:') found.add(url.href);
  }
  return [...found];
}

/** What stands in `url(…)` and behind `@import`, as written. */
function* rawAddresses(css: string): Generator<string> {
  const { length } = css;
  let at = 0;
  while (at < length) {
    const code = css.charCodeAt(at);
    if (code === SLASH && css.charCodeAt(at + 1) === STAR) at = commentEnd(css, at);
    else if (code === BACKSLASH) at += 2;
    else if (isQuote(code)) at = stringEnd(css, at) + 1;
    else if ((code === LOWER_U || code === UPPER_U) && css.slice(at, at + 4).toLowerCase() === 'url(') {
      at += 4;
      while (isSpace(css.charCodeAt(at))) at++;
      const isString = isQuote(css.charCodeAt(at));
      const end = isString ? stringEnd(css, at) : plainEnd(css, at);
      yield css.slice(isString ? at + 1 : at, end);
      at = isString ? end + 1 : end;
    } else if (code === AT_SIGN && css.slice(at, at + 7).toLowerCase() === '@import') {
      at += 7;
      for (;;) {
        if (isSpace(css.charCodeAt(at))) at++;
        else if (css.charCodeAt(at) === SLASH && css.charCodeAt(at + 1) === STAR) at = commentEnd(css, at);
        else break;
      }
      if (!isQuote(css.charCodeAt(at))) continue;
      const end = stringEnd(css, at);
      yield css.slice(at + 1, end);
      at = end + 1;
    } else at++;
  }
}

function commentEnd(css: string, start: number): number {
  const end = css.indexOf('*/', start + 2);
  return end < 0 ? css.length : end + 2;
}

/** Where the string that opens at `start` has its closing quote, or its line ends. */
function stringEnd(css: string, start: number): number {
  const quote = css.charCodeAt(start);
  let at = start + 1;
  for (; at < css.length; at++) {
    const code = css.charCodeAt(at);
    if (code === quote || isNewline(code)) break;
    if (code === BACKSLASH) at++;
  }
  return at;
}

/** The end of an address without quotes, or of what can't be one any more. */
function plainEnd(css: string, start: number): number {
  let at = start;
  for (; at < css.length; at++) {
    const code = css.charCodeAt(at);
    if (code === CLOSE_PAREN || code === OPEN_PAREN || isQuote(code) || isSpace(code)) break;
    if (code === BACKSLASH) at++;
  }
  return at;
}

function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(
    /\\(?:([0-9a-f]{1,6})\s?|(\r\n|[^]))/gi,
    (_, hex: string | undefined, other: string | undefined) => {
      if (hex === undefined) return other === undefined || isNewline(other.charCodeAt(0)) ? '' : other;
      const code = Number.parseInt(hex, 16);
      return code === 0 || code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code);
    },
  );
}
