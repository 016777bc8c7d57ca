// Rewrites CSS text so that it asks for nothing and shows the visitor's state instead of the operator's: every address
// becomes a reference that the caller fills in, `:hover` and its kin become attributes (inert-names.ts). No parser: it
// knows where statements, blocks and brackets begin and end (css-scanner.ts reads what is in them), and no more. It does
// not resolve addresses and does not know which assets exist.
//
// Easy to get wrong: specificity stays the same (a pseudo-class and an attribute selector both count 0,1,0), the number
// and order of rules stay the same (CSSOM changes come by index), `a:hover` is a selector but `--state:hover` is not,
// and escapes: `.hover\:x:hover` has one pseudo-class, `u\72l(` is an address.

import {
  APOSTROPHE,
  AT,
  BACKSLASH,
  BAR,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  COMMA,
  DOT,
  GREATER,
  HASH,
  LESS,
  MINUS,
  OPEN_BRACE,
  OPEN_BRACKET,
  OPEN_PAREN,
  PLUS,
  QUOTE,
  SEMICOLON,
  SLASH,
  STAR,
  TILDE,
  isDigit,
  isName,
  isSpace,
  Scanner,
} from './css-scanner.ts';
import { inertName, isInertName, MARK, SELECTION } from './inert-names.ts';
import { asksOfDevice } from './media.ts';

/** An address in the text. `raw` is as written, unescaped. */
export type CssReference =
  /** `isPicture`: in the value of a property that shows pictures and nothing else. */
  | { kind: 'url'; raw: string; isPicture: boolean }
  /** A font's address. `tail`: what follows it and is about it, `format(…)` and `tech(…)`. */
  | { kind: 'font'; raw: string; tail: string }
  /** The queries of an `@media` that ask about the device: the visitor's. */
  | { kind: 'media'; raw: string }
  /** A whole `@import` statement. `tail`: what follows the address, without comments and semicolon. */
  | { kind: 'import'; raw: string; tail: string };

/** texts[0] ref[0] texts[1] ref[1] … texts[n]. Holds no address that a browser would load. */
export type CssParts = { readonly texts: readonly string[]; readonly references: readonly CssReference[] };

type Edit = { start: number; end: number; text: string } | { start: number; end: number; reference: CssReference };

/** The element's attribute that each pseudo-class is written as. `:visited` gets one that is never set: what the operator
 * has visited says nothing about the visitor. */
const PSEUDO_CLASSES: ReadonlyMap<string, string> = new Map([
  ['hover', attributeSelector(MARK.hover)],
  ['active', attributeSelector(MARK.active)],
  ['focus', attributeSelector(MARK.focus)],
  ['focus-visible', attributeSelector(MARK.focusVisible)],
  ['focus-within', attributeSelector(MARK.focusWithin)],
  ['target', attributeSelector(MARK.target)],
  ['defined', `:not(${attributeSelector(MARK.undefined)})`],
  ['link', ':any-link'],
  ['visited', attributeSelector(':visited')],
]);
/** Nothing in the mirror is really selected: what the visitor has selected is a highlight there. Rules for it first undo
 * our own colours, as a browser does that finds a rule of the page's. */
const SELECTED = `::highlight(${SELECTION})`;
const OWN_COLORS_UNDONE = 'color:currentcolor;background-color:transparent;';
/** What may follow a font's address, with plain words in it: nothing that could be taken for anything else. */
const FONT_TAIL = /^(?: *(?:format|tech)\( *(?:"[\w-]*"|'[\w-]*'|[\w-]+(?: *, *[\w-]+)*) *\))*/i;
export const MAX_FONT_TAIL = 200;
const LEGACY_PSEUDO_ELEMENTS: ReadonlySet<string> = new Set(['before', 'after', 'first-line', 'first-letter']);
/** Functions that take an address as a plain string. */
const STRING_IS_ADDRESS: ReadonlySet<string> = new Set([
  'image-set',
  '-webkit-image-set',
  'image',
  'cross-fade',
  '-webkit-cross-fade',
  'src',
]);
/** What could put a string of the page's choosing into such a function when styles are computed. */
const SUBSTITUTES = /^(var|env|attr|if|inherit|random-item|--.*)$/;
/** Where no browser takes an SVG for a document of resources, so that its address may have a fragment. */
const PICTURES: ReadonlySet<string> = new Set([
  'background',
  'background-image',
  'list-style',
  'list-style-image',
  'border-image',
  'border-image-source',
  'content',
]);
/** At-rules whose prelude holds selectors. */
const SELECTOR_AT_RULES: ReadonlySet<string> = new Set(['scope', 'nest']);

/** A rule that this browser does not know would be dropped, and later indexes count it. */
const canHighlight = typeof CSS === 'undefined' || CSS.supports(`selector(${SELECTED})`);

function attributeSelector(name: string): string {
  return `[\\${name}]`;
}

/** Something open: what closes it, and what held outside of it. */
type Block = { close: number; name: string; addressIn: boolean; afterPseudoElement: boolean };

class Rewriter {
  readonly #scan: Scanner;
  /** The text will stand inside a block of another sheet: it must neither close that block nor stay open itself. */
  readonly #embedded: boolean;
  #ruleSeen = false;
  readonly #edits: Edit[] = [];
  /** Edits that hold only if the statement turns out to be a rule, not a declaration. */
  #prelude: Edit[] = [];
  #atRule = '';
  #preludeFrom = 0;
  #editsBefore = 0;
  /** Of the prelude: selectors for what is selected, and commas between selectors. */
  #selections = 0;
  #commas = 0;
  #statementStarts = true;
  /** Inside the value of a custom property: braces do not start a block of rules there. */
  #customProperty = false;
  /** Inside the value of one of PICTURES. */
  #isPicture = false;
  #afterPseudoElement = false;
  #keepAddresses = false;
  readonly #blocks: Block[] = [];
  /** How many of them are no braces. */
  #brackets = 0;

  constructor(text: string, embedded: boolean) {
    // A backslash at the very end would escape whatever is put after it.
    let end = text.length;
    while (embedded && text.charCodeAt(end - 1) === BACKSLASH) end--;
    this.#scan = new Scanner(text.slice(0, end));
    this.#embedded = embedded;
  }

  run(): CssParts {
    const text = this.#scan.text;
    const length = text.length;
    while (this.#scan.at < length) {
      const code = text.charCodeAt(this.#scan.at);
      if (isSpace(code)) {
        this.#scan.at++;
        this.#afterPseudoElement = false;
        continue;
      }
      if (code === SLASH && text.charCodeAt(this.#scan.at + 1) === STAR) {
        const end = text.indexOf('*/', this.#scan.at + 2);
        if (end < 0) this.#scan.unclosed = '*/';
        this.#scan.at = end < 0 ? length : end + 2;
        continue;
      }
      // Old pages hide their styles in an HTML comment; a browser steps over its ends.
      if (code === LESS && text.startsWith('<!--', this.#scan.at)) {
        this.#scan.at += 4;
        continue;
      }
      if (code === MINUS && text.startsWith('-->', this.#scan.at)) {
        this.#scan.at += 3;
        continue;
      }
      const began = this.#scan.at;
      const starts = this.#statementStarts;
      this.#statementStarts = false;
      if (code === QUOTE || code === APOSTROPHE) this.#string(began);
      else if (code === HASH) {
        this.#scan.at++;
        if (isName(text.charCodeAt(this.#scan.at)) || this.#scan.isEscape(this.#scan.at)) this.#scan.name();
      } else if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(began + 1)))) this.#scan.number();
      else if (code === AT) this.#atKeyword(began, starts);
      else if (this.#scan.startsName(began)) this.#identLike(began, starts);
      else if (code === COLON) this.#colon(began);
      else this.#punctuation(code);
    }
    return this.#finish();
  }

  #string(began: number): void {
    const inside = this.#blocks[this.#blocks.length - 1];
    const value = this.#scan.stringValue();
    if (inside?.addressIn && inside.name !== 'type' && !this.#keepAddresses)
      this.#edits.push({
        start: began,
        end: this.#scan.at,
        reference: { kind: 'url', raw: value, isPicture: this.#isPicture },
      });
  }

  #atKeyword(began: number, starts: boolean): void {
    this.#scan.at++;
    if (!this.#scan.startsName(this.#scan.at)) return;
    const name = this.#scan.name().toLowerCase();
    if (name === 'import') {
      if (starts && this.#blocks.length === 0 && !this.#ruleSeen) this.#importStatement(began);
      // No import to a browser either; should the two ever disagree, it must still be none.
      else this.#edits.push({ start: began, end: this.#scan.at, text: '@inert' });
      return;
    }
    if (!starts) return;
    this.#atRule = name;
    this.#preludeFrom = this.#scan.at;
    this.#editsBefore = this.#edits.length;
    // A namespace is a name that looks like an address: nothing is loaded, and changed it would match nothing.
    this.#keepAddresses = name === 'namespace';
  }

  /** The whole `@import …;` becomes one reference; one that has a block, or no address, becomes nothing. */
  #importStatement(began: number): void {
    const text = this.#scan.text;
    this.#scan.skipSpaceAndComments();
    let raw: string | undefined;
    const code = text.charCodeAt(this.#scan.at);
    if (code === QUOTE || code === APOSTROPHE) raw = this.#scan.stringValue();
    else if (this.#scan.startsName(this.#scan.at)) {
      const name = this.#scan.name().toLowerCase();
      if (name === 'url' && text.charCodeAt(this.#scan.at) === OPEN_PAREN) {
        this.#scan.at++;
        raw = this.#scan.address();
      }
    }
    let tail = '';
    let tailFrom = this.#scan.at;
    const open: number[] = [];
    let ended = false;
    while (this.#scan.at < text.length) {
      const c = text.charCodeAt(this.#scan.at);
      if (c === SLASH && text.charCodeAt(this.#scan.at + 1) === STAR) {
        tail += `${text.slice(tailFrom, this.#scan.at)} `;
        this.#scan.skipSpaceAndComments();
        tailFrom = this.#scan.at;
        continue;
      }
      if (c === QUOTE || c === APOSTROPHE) {
        this.#scan.stringValue();
        continue;
      }
      if (this.#scan.startsName(this.#scan.at)) {
        const name = this.#scan.name().toLowerCase();
        if (text.charCodeAt(this.#scan.at) === OPEN_PAREN) {
          this.#scan.at++;
          if (name === 'url') {
            // An address in the tail is no part of any valid import.
            this.#scan.address();
            raw = undefined;
          } else open.push(CLOSE_PAREN);
        }
        continue;
      }
      if (open.length === 0 && (c === SEMICOLON || c === CLOSE_BRACE)) {
        ended = true;
        break;
      }
      if (c === OPEN_BRACE) {
        raw = undefined;
        open.push(CLOSE_BRACE);
      } else if (c === OPEN_PAREN) open.push(CLOSE_PAREN);
      else if (c === OPEN_BRACKET) open.push(CLOSE_BRACKET);
      else if (c === open[open.length - 1]) {
        open.pop();
        if (c === CLOSE_BRACE && open.length === 0) {
          this.#scan.at++;
          break;
        }
      }
      this.#scan.at++;
    }
    tail += text.slice(tailFrom, this.#scan.at);
    if (ended && text.charCodeAt(this.#scan.at) === SEMICOLON) this.#scan.at++;
    this.#statementStarts = true;
    // An import that is cut off by the end of the sheet still counts; one that a brace cuts off does not.
    if (raw === undefined || open.length > 0 || !(ended || this.#scan.at >= text.length))
      this.#edits.push({ start: began, end: this.#scan.at, text: '' });
    else this.#edits.push({ start: began, end: this.#scan.at, reference: { kind: 'import', raw, tail } });
  }

  /** Consumes what follows a font's address and is about it. */
  #fontTail(): string {
    const found = FONT_TAIL.exec(this.#scan.text.slice(this.#scan.at, this.#scan.at + MAX_FONT_TAIL))?.[0] ?? '';
    this.#scan.at += found.length;
    return found.replaceAll('"', "'");
  }

  #identLike(began: number, starts: boolean): void {
    const text = this.#scan.text;
    const name = this.#scan.name();
    if (text.charCodeAt(this.#scan.at) !== OPEN_PAREN) {
      if (starts) {
        const back = this.#scan.at;
        this.#scan.skipSpaceAndComments();
        if (text.charCodeAt(this.#scan.at) === COLON) {
          if (name.startsWith('--')) this.#customProperty = true;
          else this.#isPicture = PICTURES.has(name.toLowerCase());
        }
        this.#scan.at = back;
      }
      return;
    }
    this.#scan.at++;
    const lower = name.toLowerCase();
    if (lower === 'url') {
      const raw = this.#scan.address();
      const isFont = this.#blocks[this.#blocks.length - 1]?.name === 'font-face';
      const reference: CssReference = isFont
        ? { kind: 'font', raw, tail: this.#fontTail() }
        : { kind: 'url', raw, isPicture: this.#isPicture };
      if (!this.#keepAddresses) this.#edits.push({ start: began, end: this.#scan.at, reference });
      return;
    }
    const outer = this.#blocks[this.#blocks.length - 1];
    const inAddress = outer?.addressIn ?? false;
    if (inAddress && SUBSTITUTES.test(lower)) this.#edits.push({ start: began, end: this.#scan.at, text: 'inert(' });
    else if (lower === 'src') this.#edits.push({ start: began, end: this.#scan.at, text: 'inert(' });
    this.#open(CLOSE_PAREN, lower, inAddress || STRING_IS_ADDRESS.has(lower));
  }

  #open(close: number, name: string, addressIn: boolean): void {
    this.#blocks.push({ close, name, addressIn, afterPseudoElement: this.#afterPseudoElement });
    if (close !== CLOSE_BRACE) this.#brackets++;
    this.#afterPseudoElement = false;
  }

  #colon(began: number): void {
    const text = this.#scan.text;
    this.#scan.at++;
    if (text.charCodeAt(this.#scan.at) === COLON) {
      this.#scan.at++;
      this.#afterPseudoElement = true;
      if (canHighlight && this.#scan.startsName(this.#scan.at) && this.#scan.name().toLowerCase() === 'selection') {
        this.#prelude.push({ start: began, end: this.#scan.at, text: SELECTED });
        this.#selections++;
      }
      return;
    }
    if (!this.#scan.startsName(this.#scan.at)) return;
    const nameFrom = this.#scan.at;
    const name = this.#scan.name().toLowerCase();
    if (text.charCodeAt(this.#scan.at) === OPEN_PAREN) {
      // A functional pseudo-class, or a declaration's value that begins with a function: read it as what it is.
      this.#scan.at = nameFrom;
      return;
    }
    if (LEGACY_PSEUDO_ELEMENTS.has(name)) {
      this.#afterPseudoElement = true;
      return;
    }
    // Only a pseudo-class may follow a pseudo-element: `::-webkit-scrollbar-thumb:hover` as an attribute would make
    // the whole rule invalid.
    if (this.#afterPseudoElement) return;
    const selector = PSEUDO_CLASSES.get(name);
    if (selector !== undefined) this.#prelude.push({ start: began, end: this.#scan.at, text: selector });
  }

  #punctuation(code: number): void {
    const text = this.#scan.text;
    const top = this.#blocks[this.#blocks.length - 1];
    this.#scan.at++;
    switch (code) {
      case OPEN_PAREN:
        this.#open(CLOSE_PAREN, '', top?.addressIn ?? false);
        return;
      case OPEN_BRACKET: {
        this.#open(CLOSE_BRACKET, '', top?.addressIn ?? false);
        this.#scan.skipSpaceAndComments();
        // `[*|href]` and `[|href]`
        if (text.charCodeAt(this.#scan.at) === STAR && text.charCodeAt(this.#scan.at + 1) === BAR) this.#scan.at += 2;
        else if (text.charCodeAt(this.#scan.at) === BAR) this.#scan.at++;
        if (!this.#scan.startsName(this.#scan.at)) return;
        const from = this.#scan.at;
        const name = this.#scan.name().toLowerCase();
        if (text.charCodeAt(this.#scan.at) === OPEN_PAREN) this.#scan.at = from;
        else if (isInertName(name)) this.#prelude.push({ start: from, end: this.#scan.at, text: inertSelector(name) });
        return;
      }
      case OPEN_BRACE: {
        const statement = this.#brackets === 0 && !this.#customProperty;
        const name = this.#customProperty ? 'value' : this.#atRule === 'font-face' ? this.#atRule : '';
        this.#open(CLOSE_BRACE, name, top?.addressIn ?? false);
        if (!statement) return;
        if (this.#blocks.length === 1) this.#ruleSeen = true;
        if (this.#atRule === 'media') this.#media();
        else if (this.#atRule === '' || SELECTOR_AT_RULES.has(this.#atRule)) {
          for (const edit of this.#prelude) this.#edits.push(edit);
          if (this.#selections > this.#commas)
            this.#edits.push({ start: this.#scan.at, end: this.#scan.at, text: OWN_COLORS_UNDONE });
        }
        this.#endStatement();
        return;
      }
      case CLOSE_PAREN:
      case CLOSE_BRACKET:
        if (top?.close === code) {
          this.#afterPseudoElement = top.afterPseudoElement;
          this.#blocks.pop();
          this.#brackets--;
        }
        return;
      case CLOSE_BRACE:
        if (top?.close === CLOSE_BRACE) {
          this.#blocks.pop();
          if (top.name === 'value') return;
          this.#endStatement();
        } else if (top === undefined) {
          if (this.#embedded) this.#edits.push({ start: this.#scan.at - 1, end: this.#scan.at, text: '' });
          this.#endStatement();
        }
        return;
      case SEMICOLON:
        if (top === undefined || (top.close === CLOSE_BRACE && top.name !== 'value')) this.#endStatement();
        return;
      case COMMA:
        if (!this.#isNested(top)) this.#commas++;
        this.#afterPseudoElement = false;
        return;
      case GREATER:
      case PLUS:
      case TILDE:
        this.#afterPseudoElement = false;
    }
  }

  /** Its prelude ends before the brace that was just read. One with an address in it, which none needs, stays as it is. */
  #media(): void {
    const [start, end] = [this.#preludeFrom, this.#scan.at - 1];
    const raw = this.#scan.text.slice(start, end);
    if (this.#edits.length === this.#editsBefore && asksOfDevice(raw))
      this.#edits.push({ start, end, reference: { kind: 'media', raw } });
  }

  #isNested(top: Block | undefined): boolean {
    return top !== undefined && top.close !== CLOSE_BRACE;
  }

  #endStatement(): void {
    if (this.#prelude.length > 0) this.#prelude = [];
    this.#selections = 0;
    this.#commas = 0;
    this.#atRule = '';
    this.#statementStarts = true;
    this.#customProperty = false;
    this.#isPicture = false;
    this.#keepAddresses = false;
    this.#afterPseudoElement = false;
  }

  #finish(): CssParts {
    const edits = this.#edits;
    if (this.#embedded) {
      // What is replaced by something else is not open any more.
      const isReplaced = edits.some((edit) => edit.end === this.#scan.text.length);
      let closers = isReplaced ? '' : this.#scan.unclosed;
      for (const block of this.#blocks.reverse()) closers += String.fromCharCode(block.close);
      edits.push({ start: this.#scan.text.length, end: this.#scan.text.length, text: closers });
    }
    if (edits.length === 0) return { texts: [this.#scan.text], references: [] };
    // Edits of a selector are known only at its `{`, after an address that stood in it.
    edits.sort((a, b) => a.start - b.start);
    const texts: string[] = [];
    const references: CssReference[] = [];
    let text = '';
    let from = 0;
    for (const edit of edits) {
      text += this.#scan.text.slice(from, edit.start);
      from = edit.end;
      if ('text' in edit) text += edit.text;
      else {
        texts.push(text);
        references.push(edit.reference);
        text = '';
      }
    }
    texts.push(text + this.#scan.text.slice(from));
    return { texts, references };
  }
}

function inertSelector(name: string): string {
  return inertName(name).replaceAll(':', '\\:');
}

/** A style sheet, or any piece of one that a browser parses on its own: a rule, a rule's declarations, one value. */
export function parseCss(text: string): CssParts {
  return new Rewriter(text, false).run();
}

/** The same for a sheet that is put in the place of its import (wrapImport). */
export function parseImported(text: string): CssParts {
  return new Rewriter(text, true).run();
}

/** For declarations and single values, where selectors can't stand: returns undefined when nothing needs rewriting. */
export function parseDeclarations(text: string): CssParts | undefined {
  return /url|image|src|cross-fade|\\/i.test(text) ? new Rewriter(text, false).run() : undefined;
}

/** A `url()` whose address is `address`; quoted, unless it is a plain fragment, which pages' selectors may look for. */
export function cssUrl(address: string): string {
  if (/^#[\w-]+$/.test(address)) return `url(${address})`;
  return `url("${address.replace(/[\\"\n\r\f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}")`;
}

export function isFontTail(text: string): boolean {
  return text.length < MAX_FONT_TAIL && FONT_TAIL.exec(text)?.[0] === text;
}
