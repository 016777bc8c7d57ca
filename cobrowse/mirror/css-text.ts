// Rewrites CSS text so that it asks for nothing and shows the visitor's state instead of the operator's: every address
// becomes a reference that the caller fills in, `:hover` and its kin become attributes (inert-names.ts). A tokenizer
// after CSS Syntax 3, not a parser: it must cut the text exactly where a browser does, since a string that ends
// elsewhere hides an address. It does not resolve addresses and does not know which assets exist.
//
// Easy to get wrong: specificity stays the same (a pseudo-class and an attribute selector both count 0,1,0), the number
// and order of rules stay the same (CSSOM changes come by index), `a:hover` is a selector but `--state:hover` is not,
// and escapes: `.hover\:x:hover` has one pseudo-class, `u\72l(` is an address. Long because a tokenizer is one thing.

import { inertName, isInertName, MARK, SELECTION } from './inert-names.ts';
import { asksOfDevice } from './media.ts';

/** An address in the text. `raw` is as written, unescaped. */
export type CssReference =
  | { kind: 'url'; raw: string }
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
/** All that the conditions of an import are made of. */
const CONDITIONS = /^[\s\w\-.,:()<>=/%+*#!\u0080-\uffff]*$/;
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
/** At-rules whose prelude holds selectors. */
const SELECTOR_AT_RULES: ReadonlySet<string> = new Set(['scope', 'nest']);

/** A rule that this browser does not know would be dropped, and later indexes count it. */
const canHighlight = typeof CSS === 'undefined' || CSS.supports(`selector(${SELECTED})`);

function attributeSelector(name: string): string {
  return `[\\${name}]`;
}

const NEWLINE = 10;
const QUOTE = 34;
const HASH = 35;
const PERCENT = 37;
const APOSTROPHE = 39;
const OPEN_PAREN = 40;
const CLOSE_PAREN = 41;
const STAR = 42;
const PLUS = 43;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const COLON = 58;
const SEMICOLON = 59;
const LESS = 60;
const GREATER = 62;
const AT = 64;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const BAR = 124;
const CLOSE_BRACE = 125;
const TILDE = 126;

function isNewline(code: number): boolean {
  return code === NEWLINE || code === 13 || code === 12;
}
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || isNewline(code);
}
function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}
/** NaN (past the end) is none of these. NUL counts: a browser reads it as U+FFFD. */
function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128 || code === 0;
}
function isName(code: number): boolean {
  return isNameStart(code) || isDigit(code) || code === MINUS;
}

/** Something open: what closes it, and what held outside of it. */
type Block = { close: number; name: string; addressIn: boolean; afterPseudoElement: boolean };

class Tokenizer {
  readonly #text: string;
  /** The text will stand inside a block of another sheet: it must neither close that block nor stay open itself. */
  readonly #embedded: boolean;
  #unclosed = '';
  #ruleSeen = false;
  #at = 0;
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
  #afterPseudoElement = false;
  #keepAddresses = false;
  readonly #blocks: Block[] = [];
  /** How many of them are no braces. */
  #brackets = 0;

  constructor(text: string, embedded: boolean) {
    // A backslash at the very end would escape whatever is put after it.
    let end = text.length;
    while (embedded && text.charCodeAt(end - 1) === BACKSLASH) end--;
    this.#text = text.slice(0, end);
    this.#embedded = embedded;
  }

  run(): CssParts {
    const text = this.#text;
    const length = text.length;
    while (this.#at < length) {
      const code = text.charCodeAt(this.#at);
      if (isSpace(code)) {
        this.#at++;
        this.#afterPseudoElement = false;
        continue;
      }
      if (code === SLASH && text.charCodeAt(this.#at + 1) === STAR) {
        const end = text.indexOf('*/', this.#at + 2);
        if (end < 0) this.#unclosed = '*/';
        this.#at = end < 0 ? length : end + 2;
        continue;
      }
      // Old pages hide their styles in an HTML comment; a browser steps over its ends.
      if (code === LESS && text.startsWith('<!--', this.#at)) {
        this.#at += 4;
        continue;
      }
      if (code === MINUS && text.startsWith('-->', this.#at)) {
        this.#at += 3;
        continue;
      }
      const began = this.#at;
      const starts = this.#statementStarts;
      this.#statementStarts = false;
      if (code === QUOTE || code === APOSTROPHE) this.#string(began);
      else if (code === HASH) {
        this.#at++;
        if (isName(text.charCodeAt(this.#at)) || this.#isEscape(this.#at)) this.#name();
      } else if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(began + 1)))) this.#number();
      else if (code === AT) this.#atKeyword(began, starts);
      else if (this.#startsName(began)) this.#identLike(began, starts);
      else if (code === COLON) this.#colon(began);
      else this.#punctuation(code);
    }
    return this.#finish();
  }

  #isEscape(at: number): boolean {
    if (this.#text.charCodeAt(at) !== BACKSLASH) return false;
    // A backslash at the very end counts as an escape (of U+FFFD) in a browser.
    return !isNewline(this.#text.charCodeAt(at + 1));
  }

  #startsName(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    if (isNameStart(code)) return true;
    if (code === BACKSLASH) return this.#isEscape(at);
    if (code !== MINUS) return false;
    const next = this.#text.charCodeAt(at + 1);
    return isNameStart(next) || next === MINUS || this.#isEscape(at + 1);
  }

  /** Consumes a name from here and returns it unescaped. */
  #name(): string {
    const text = this.#text;
    let plainFrom = this.#at;
    let name = '';
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (isName(code)) this.#at++;
      else if (this.#isEscape(this.#at)) {
        name += text.slice(plainFrom, this.#at) + this.#escape();
        plainFrom = this.#at;
      } else break;
    }
    return name + text.slice(plainFrom, this.#at);
  }

  /** Consumes an escape that begins here. */
  #escape(): string {
    const text = this.#text;
    this.#at++;
    let digits = 0;
    while (digits < 6 && isHex(text.charCodeAt(this.#at + digits))) digits++;
    if (digits === 0) {
      const point = text.codePointAt(this.#at);
      if (point === undefined) return '\ufffd';
      this.#at += point > 0xffff ? 2 : 1;
      return String.fromCodePoint(point);
    }
    const value = parseInt(text.slice(this.#at, this.#at + digits), 16);
    this.#at += digits;
    const code = text.charCodeAt(this.#at);
    if (code === 13 && text.charCodeAt(this.#at + 1) === NEWLINE) this.#at += 2;
    else if (isSpace(code)) this.#at++;
    return value === 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)
      ? '\ufffd'
      : String.fromCodePoint(value);
  }

  /** Consumes a string whose quote is here; it ends before a bare newline too. Returns its value. */
  #stringValue(): string {
    const text = this.#text;
    const quote = text.charCodeAt(this.#at);
    this.#at++;
    let plainFrom = this.#at;
    let value = '';
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === quote) {
        value += text.slice(plainFrom, this.#at);
        this.#at++;
        return value;
      }
      if (isNewline(code)) break;
      if (code !== BACKSLASH) {
        this.#at++;
        continue;
      }
      value += text.slice(plainFrom, this.#at);
      const next = text.charCodeAt(this.#at + 1);
      if (isNewline(next)) this.#at += next === 13 && text.charCodeAt(this.#at + 2) === NEWLINE ? 3 : 2;
      else if (this.#at + 1 >= text.length) this.#at++;
      else value += this.#escape();
      plainFrom = this.#at;
    }
    if (this.#at >= text.length) this.#unclosed = String.fromCharCode(quote);
    return value + text.slice(plainFrom, this.#at);
  }

  #string(began: number): void {
    const inside = this.#blocks[this.#blocks.length - 1];
    const value = this.#stringValue();
    if (inside?.addressIn && inside.name !== 'type' && !this.#keepAddresses)
      this.#edits.push({ start: began, end: this.#at, reference: { kind: 'url', raw: value } });
  }

  #number(): void {
    const text = this.#text;
    const digits = () => {
      while (isDigit(text.charCodeAt(this.#at))) this.#at++;
    };
    digits();
    if (text.charCodeAt(this.#at) === DOT && isDigit(text.charCodeAt(this.#at + 1))) {
      this.#at++;
      digits();
    }
    const e = text.charCodeAt(this.#at);
    if (e === 101 || e === 69) {
      const sign = text.charCodeAt(this.#at + 1);
      const skip = sign === PLUS || sign === MINUS ? 2 : 1;
      if (isDigit(text.charCodeAt(this.#at + skip))) {
        this.#at += skip;
        digits();
      }
    }
    if (this.#startsName(this.#at)) this.#name();
    else if (text.charCodeAt(this.#at) === PERCENT) this.#at++;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }

  #skipSpaceAndComments(): void {
    const text = this.#text;
    for (;;) {
      this.#skipSpace();
      if (text.charCodeAt(this.#at) !== SLASH || text.charCodeAt(this.#at + 1) !== STAR) return;
      const end = text.indexOf('*/', this.#at + 2);
      this.#at = end < 0 ? text.length : end + 2;
    }
  }

  #atKeyword(began: number, starts: boolean): void {
    this.#at++;
    if (!this.#startsName(this.#at)) return;
    const name = this.#name().toLowerCase();
    if (name === 'import') {
      if (starts && this.#blocks.length === 0 && !this.#ruleSeen) this.#importStatement(began);
      // No import to a browser either; should the two ever disagree, it must still be none.
      else this.#edits.push({ start: began, end: this.#at, text: '@inert' });
      return;
    }
    if (!starts) return;
    this.#atRule = name;
    this.#preludeFrom = this.#at;
    this.#editsBefore = this.#edits.length;
    // A namespace is a name that looks like an address: nothing is loaded, and changed it would match nothing.
    this.#keepAddresses = name === 'namespace';
  }

  /** The whole `@import …;` becomes one reference; one that has a block, or no address, becomes nothing. */
  #importStatement(began: number): void {
    const text = this.#text;
    this.#skipSpaceAndComments();
    let raw: string | undefined;
    const code = text.charCodeAt(this.#at);
    if (code === QUOTE || code === APOSTROPHE) raw = this.#stringValue();
    else if (this.#startsName(this.#at)) {
      const name = this.#name().toLowerCase();
      if (name === 'url' && text.charCodeAt(this.#at) === OPEN_PAREN) {
        this.#at++;
        raw = this.#address();
      }
    }
    let tail = '';
    let tailFrom = this.#at;
    const open: number[] = [];
    let ended = false;
    while (this.#at < text.length) {
      const c = text.charCodeAt(this.#at);
      if (c === SLASH && text.charCodeAt(this.#at + 1) === STAR) {
        tail += `${text.slice(tailFrom, this.#at)} `;
        this.#skipSpaceAndComments();
        tailFrom = this.#at;
        continue;
      }
      if (c === QUOTE || c === APOSTROPHE) {
        this.#stringValue();
        continue;
      }
      if (this.#startsName(this.#at)) {
        const name = this.#name().toLowerCase();
        if (text.charCodeAt(this.#at) === OPEN_PAREN) {
          this.#at++;
          if (name === 'url') {
            // An address in the tail is no part of any valid import.
            this.#address();
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
          this.#at++;
          break;
        }
      }
      this.#at++;
    }
    tail += text.slice(tailFrom, this.#at);
    if (ended && text.charCodeAt(this.#at) === SEMICOLON) this.#at++;
    this.#statementStarts = true;
    // An import that is cut off by the end of the sheet still counts; one that a brace cuts off does not.
    if (raw === undefined || open.length > 0 || !(ended || this.#at >= text.length))
      this.#edits.push({ start: began, end: this.#at, text: '' });
    else this.#edits.push({ start: began, end: this.#at, reference: { kind: 'import', raw, tail } });
  }

  /** The inside of `url(`, up to and with its `)`; returns the address, '' for a bad one. */
  #address(): string {
    const text = this.#text;
    this.#skipSpace();
    const first = text.charCodeAt(this.#at);
    if (first === QUOTE || first === APOSTROPHE) {
      const value = this.#stringValue();
      // A function, not a token, in this form: modifiers may follow. None is in use, so all is dropped up to `)`.
      let depth = 0;
      while (this.#at < text.length) {
        const code = text.charCodeAt(this.#at);
        if (code === QUOTE || code === APOSTROPHE) {
          this.#stringValue();
          continue;
        }
        if (code === SLASH && text.charCodeAt(this.#at + 1) === STAR) {
          this.#skipSpaceAndComments();
          continue;
        }
        if (code === BACKSLASH) {
          if (this.#isEscape(this.#at)) this.#escape();
          else this.#at++;
          continue;
        }
        this.#at++;
        if (code === OPEN_PAREN) depth++;
        if (code === CLOSE_PAREN && depth-- === 0) break;
      }
      return value;
    }
    let value = '';
    let plainFrom = this.#at;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === CLOSE_PAREN) {
        value += text.slice(plainFrom, this.#at);
        this.#at++;
        return value;
      }
      if (isSpace(code)) {
        value += text.slice(plainFrom, this.#at);
        this.#skipSpace();
        if (this.#at >= text.length) return value;
        if (text.charCodeAt(this.#at) !== CLOSE_PAREN) return this.#badAddress();
        this.#at++;
        return value;
      }
      if (code === BACKSLASH) {
        if (!this.#isEscape(this.#at)) return this.#badAddress();
        value += text.slice(plainFrom, this.#at) + this.#escape();
        plainFrom = this.#at;
        continue;
      }
      const unprintable = (code >= 0 && code <= 8) || code === 11 || (code >= 14 && code <= 31) || code === 127;
      // NUL is U+FFFD by the time a browser looks.
      if (code === QUOTE || code === APOSTROPHE || code === OPEN_PAREN || (unprintable && code !== 0))
        return this.#badAddress();
      this.#at++;
    }
    return value + text.slice(plainFrom, this.#at);
  }

  #badAddress(): string {
    const text = this.#text;
    while (this.#at < text.length) {
      if (this.#isEscape(this.#at)) this.#escape();
      else if (text.charCodeAt(this.#at++) === CLOSE_PAREN) break;
    }
    return '';
  }

  /** Consumes what follows a font's address and is about it. */
  #fontTail(): string {
    const found = FONT_TAIL.exec(this.#text.slice(this.#at, this.#at + MAX_FONT_TAIL))?.[0] ?? '';
    this.#at += found.length;
    return found.replaceAll('"', "'");
  }

  #identLike(began: number, starts: boolean): void {
    const text = this.#text;
    const name = this.#name();
    if (text.charCodeAt(this.#at) !== OPEN_PAREN) {
      if (starts && name.startsWith('--')) {
        const back = this.#at;
        this.#skipSpaceAndComments();
        if (text.charCodeAt(this.#at) === COLON) this.#customProperty = true;
        this.#at = back;
      }
      return;
    }
    this.#at++;
    const lower = name.toLowerCase();
    if (lower === 'url') {
      const raw = this.#address();
      const isFont = this.#blocks[this.#blocks.length - 1]?.name === 'font-face';
      const reference: CssReference = isFont ? { kind: 'font', raw, tail: this.#fontTail() } : { kind: 'url', raw };
      if (!this.#keepAddresses) this.#edits.push({ start: began, end: this.#at, reference });
      return;
    }
    const outer = this.#blocks[this.#blocks.length - 1];
    const inAddress = outer?.addressIn ?? false;
    if (inAddress && SUBSTITUTES.test(lower)) this.#edits.push({ start: began, end: this.#at, text: 'inert(' });
    else if (lower === 'src') this.#edits.push({ start: began, end: this.#at, text: 'inert(' });
    this.#open(CLOSE_PAREN, lower, inAddress || STRING_IS_ADDRESS.has(lower));
  }

  #open(close: number, name: string, addressIn: boolean): void {
    this.#blocks.push({ close, name, addressIn, afterPseudoElement: this.#afterPseudoElement });
    if (close !== CLOSE_BRACE) this.#brackets++;
    this.#afterPseudoElement = false;
  }

  #colon(began: number): void {
    const text = this.#text;
    this.#at++;
    if (text.charCodeAt(this.#at) === COLON) {
      this.#at++;
      this.#afterPseudoElement = true;
      if (canHighlight && this.#startsName(this.#at) && this.#name().toLowerCase() === 'selection') {
        this.#prelude.push({ start: began, end: this.#at, text: SELECTED });
        this.#selections++;
      }
      return;
    }
    if (!this.#startsName(this.#at)) return;
    const nameFrom = this.#at;
    const name = this.#name().toLowerCase();
    if (text.charCodeAt(this.#at) === OPEN_PAREN) {
      // A functional pseudo-class, or a declaration's value that begins with a function: read it as what it is.
      this.#at = nameFrom;
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
    if (selector !== undefined) this.#prelude.push({ start: began, end: this.#at, text: selector });
  }

  #punctuation(code: number): void {
    const text = this.#text;
    const top = this.#blocks[this.#blocks.length - 1];
    this.#at++;
    switch (code) {
      case OPEN_PAREN:
        this.#open(CLOSE_PAREN, '', top?.addressIn ?? false);
        return;
      case OPEN_BRACKET: {
        this.#open(CLOSE_BRACKET, '', top?.addressIn ?? false);
        this.#skipSpaceAndComments();
        // `[*|href]` and `[|href]`
        if (text.charCodeAt(this.#at) === STAR && text.charCodeAt(this.#at + 1) === BAR) this.#at += 2;
        else if (text.charCodeAt(this.#at) === BAR) this.#at++;
        if (!this.#startsName(this.#at)) return;
        const from = this.#at;
        const name = this.#name().toLowerCase();
        if (text.charCodeAt(this.#at) === OPEN_PAREN) this.#at = from;
        else if (isInertName(name)) this.#prelude.push({ start: from, end: this.#at, text: inertSelector(name) });
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
            this.#edits.push({ start: this.#at, end: this.#at, text: OWN_COLORS_UNDONE });
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
          if (this.#embedded) this.#edits.push({ start: this.#at - 1, end: this.#at, text: '' });
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
    const [start, end] = [this.#preludeFrom, this.#at - 1];
    const raw = this.#text.slice(start, end);
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
    this.#keepAddresses = false;
    this.#afterPseudoElement = false;
  }

  #finish(): CssParts {
    const edits = this.#edits;
    if (this.#embedded) {
      // What is replaced by something else is not open any more.
      const isReplaced = edits.some((edit) => edit.end === this.#text.length);
      let closers = isReplaced ? '' : this.#unclosed;
      for (const block of this.#blocks.reverse()) closers += String.fromCharCode(block.close);
      edits.push({ start: this.#text.length, end: this.#text.length, text: closers });
    }
    if (edits.length === 0) return { texts: [this.#text], references: [] };
    // Edits of a selector are known only at its `{`, after an address that stood in it.
    edits.sort((a, b) => a.start - b.start);
    const texts: string[] = [];
    const references: CssReference[] = [];
    let text = '';
    let from = 0;
    for (const edit of edits) {
      text += this.#text.slice(from, edit.start);
      from = edit.end;
      if ('text' in edit) text += edit.text;
      else {
        texts.push(text);
        references.push(edit.reference);
        text = '';
      }
    }
    texts.push(text + this.#text.slice(from));
    return { texts, references };
  }
}

function inertSelector(name: string): string {
  return inertName(name).replaceAll(':', '\\:');
}

/** A style sheet, or any piece of one that a browser parses on its own: a rule, a rule's declarations, one value. */
export function parseCss(text: string): CssParts {
  return new Tokenizer(text, false).run();
}

/** The same for a sheet that is put in the place of its import (wrapImport). */
export function parseImported(text: string): CssParts {
  return new Tokenizer(text, true).run();
}

/** For declarations and single values, where selectors can't stand: returns undefined when nothing needs rewriting. */
export function parseDeclarations(text: string): CssParts | undefined {
  return /url|image|src|cross-fade|\\/i.test(text) ? new Tokenizer(text, false).run() : undefined;
}

/** A `url()` whose address is `address`; quoted, unless it is a plain fragment, which pages' selectors may look for. */
export function cssUrl(address: string): string {
  if (/^#[\w-]+$/.test(address)) return `url(${address})`;
  return `url("${address.replace(/[\\"\n\r\f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}")`;
}

export function isFontTail(text: string): boolean {
  return text.length < MAX_FONT_TAIL && FONT_TAIL.exec(text)?.[0] === text;
}

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
