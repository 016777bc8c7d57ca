// What becomes of an `@import` whose sheet is here: its text, within at-rules that say when it holds.

import { CLOSE_PAREN, OPEN_PAREN } from './css-scanner.ts';

/** All that the conditions of an import are made of. */
const CONDITIONS = /^[\s\w\-.,:()<>=/%+*#!\u0080-\uffff]*$/;

/** The conditions of an import, as at-rules that stand around its text: always one rule, whatever the text holds.
 * With a string, an escape, a comment or a bracket out of place in them a browser might see the text begin
 * elsewhere; nobody writes such, and that import never applies. */
export function wrapImport(text: string, tail: string): string {
  if (!CONDITIONS.test(tail) || /\/\*|<!--|url\(/i.test(tail) || !isBalanced(tail)) return '@media not all{}';
  let rest = tail.trim();
  let layer: string | undefined;
  const named = /^layer\s*(?:\(([^()]*)\))?(?=\s|$|s)/i.exec(rest);
  if (named) {
    layer = named[1]?.trim() ?? '';
    rest = rest.slice(named[0].length).trim();
  }
  let supports: string | undefined;
  if (/^supports\(/i.test(rest)) {
    const end = closing(rest, 'supports'.length);
    const inside = rest.slice('supports('.length, end);
    supports = /^\s*(\(|not\b|selector\()/i.test(inside) ? inside : `(${inside})`;
    rest = rest.slice(end + 1).trim();
  }
  let wrapped = `@media ${rest === '' ? 'all' : rest}{${text}}`;
  if (supports !== undefined) wrapped = `@supports ${supports}{${wrapped}}`;
  if (layer !== undefined) wrapped = `@layer ${layer}{${wrapped}}`;
  return wrapped;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth >= 0; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_PAREN) depth++;
    if (code === CLOSE_PAREN) depth--;
  }
  return depth === 0;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_PAREN) depth++;
    if (code === CLOSE_PAREN && --depth === 0) return at;
  }
  return text.length;
}
