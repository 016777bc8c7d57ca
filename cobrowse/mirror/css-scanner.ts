// Reads CSS text piece by piece: names, escapes, strings, numbers, addresses, after CSS Syntax 3. It must cut the text
// exactly where a browser does, since a string that ends elsewhere hides an address. What the pieces mean is for
// css-text.ts.

export const NEWLINE = 10;
export const QUOTE = 34;
export const HASH = 35;
const PERCENT = 37;
export const APOSTROPHE = 39;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const STAR = 42;
export const PLUS = 43;
export const COMMA = 44;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const GREATER = 62;
export const AT = 64;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const BAR = 124;
export const CLOSE_BRACE = 125;
export const TILDE = 126;

export function isNewline(code: number): boolean {
  return code === NEWLINE || code === 13 || code === 12;
}
export function isSpace(code: number): boolean {
  return code === 32 || code === 9 || isNewline(code);
}
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}
/** NaN (past the end) is none of these. NUL counts: a browser reads it as U+FFFD. */
function isNameStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128 || code === 0;
}
export function isName(code: number): boolean {
  return isNameStart(code) || isDigit(code) || code === MINUS;
}

export class Scanner {
  readonly text: string;
  at = 0;
  /** What would close the string or comment that the text ends in. */
  unclosed = '';

  constructor(text: string) {
    this.text = text;
  }

  isEscape(at: number): boolean {
    if (this.text.charCodeAt(at) !== BACKSLASH) return false;
    // A backslash at the very end counts as an escape (of U+FFFD) in a browser.
    return !isNewline(this.text.charCodeAt(at + 1));
  }

  startsName(at: number): boolean {
    const code = this.text.charCodeAt(at);
    if (isNameStart(code)) return true;
    if (code === BACKSLASH) return this.isEscape(at);
    if (code !== MINUS) return false;
    const next = this.text.charCodeAt(at + 1);
    return isNameStart(next) || next === MINUS || this.isEscape(at + 1);
  }

  /** Consumes a name from here and returns it unescaped. */
  name(): string {
    const text = this.text;
    let plainFrom = this.at;
    let name = '';
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (isName(code)) this.at++;
      else if (this.isEscape(this.at)) {
        name += text.slice(plainFrom, this.at) + this.escape();
        plainFrom = this.at;
      } else break;
    }
    return name + text.slice(plainFrom, this.at);
  }

  /** Consumes an escape that begins here. */
  escape(): string {
    const text = this.text;
    this.at++;
    let digits = 0;
    while (digits < 6 && isHex(text.charCodeAt(this.at + digits))) digits++;
    if (digits === 0) {
      const point = text.codePointAt(this.at);
      if (point === undefined) return '\ufffd';
      this.at += point > 0xffff ? 2 : 1;
      return String.fromCodePoint(point);
    }
    const value = parseInt(text.slice(this.at, this.at + digits), 16);
    this.at += digits;
    const code = text.charCodeAt(this.at);
    if (code === 13 && text.charCodeAt(this.at + 1) === NEWLINE) this.at += 2;
    else if (isSpace(code)) this.at++;
    return value === 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)
      ? '\ufffd'
      : String.fromCodePoint(value);
  }

  /** Consumes a string whose quote is here; it ends before a bare newline too. Returns its value. */
  stringValue(): string {
    const text = this.text;
    const quote = text.charCodeAt(this.at);
    this.at++;
    let plainFrom = this.at;
    let value = '';
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code === quote) {
        value += text.slice(plainFrom, this.at);
        this.at++;
        return value;
      }
      if (isNewline(code)) break;
      if (code !== BACKSLASH) {
        this.at++;
        continue;
      }
      value += text.slice(plainFrom, this.at);
      const next = text.charCodeAt(this.at + 1);
      if (isNewline(next)) this.at += next === 13 && text.charCodeAt(this.at + 2) === NEWLINE ? 3 : 2;
      else if (this.at + 1 >= text.length) this.at++;
      else value += this.escape();
      plainFrom = this.at;
    }
    if (this.at >= text.length) this.unclosed = String.fromCharCode(quote);
    return value + text.slice(plainFrom, this.at);
  }

  number(): void {
    const text = this.text;
    const digits = () => {
      while (isDigit(text.charCodeAt(this.at))) this.at++;
    };
    digits();
    if (text.charCodeAt(this.at) === DOT && isDigit(text.charCodeAt(this.at + 1))) {
      this.at++;
      digits();
    }
    const e = text.charCodeAt(this.at);
    if (e === 101 || e === 69) {
      const sign = text.charCodeAt(this.at + 1);
      const skip = sign === PLUS || sign === MINUS ? 2 : 1;
      if (isDigit(text.charCodeAt(this.at + skip))) {
        this.at += skip;
        digits();
      }
    }
    if (this.startsName(this.at)) this.name();
    else if (text.charCodeAt(this.at) === PERCENT) this.at++;
  }

  skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  skipSpaceAndComments(): void {
    const text = this.text;
    for (;;) {
      this.skipSpace();
      if (text.charCodeAt(this.at) !== SLASH || text.charCodeAt(this.at + 1) !== STAR) return;
      const end = text.indexOf('*/', this.at + 2);
      this.at = end < 0 ? text.length : end + 2;
    }
  }

  /** The inside of `url(`, up to and with its `)`; returns the address, '' for a bad one. */
  address(): string {
    const text = this.text;
    this.skipSpace();
    const first = text.charCodeAt(this.at);
    if (first === QUOTE || first === APOSTROPHE) {
      const value = this.stringValue();
      // A function, not a token, in this form: modifiers may follow. None is in use, so all is dropped up to `)`.
      let depth = 0;
      while (this.at < text.length) {
        const code = text.charCodeAt(this.at);
        if (code === QUOTE || code === APOSTROPHE) {
          this.stringValue();
          continue;
        }
        if (code === SLASH && text.charCodeAt(this.at + 1) === STAR) {
          this.skipSpaceAndComments();
          continue;
        }
        if (code === BACKSLASH) {
          if (this.isEscape(this.at)) this.escape();
          else this.at++;
          continue;
        }
        this.at++;
        if (code === OPEN_PAREN) depth++;
        if (code === CLOSE_PAREN && depth-- === 0) break;
      }
      return value;
    }
    let value = '';
    let plainFrom = this.at;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code === CLOSE_PAREN) {
        value += text.slice(plainFrom, this.at);
        this.at++;
        return value;
      }
      if (isSpace(code)) {
        value += text.slice(plainFrom, this.at);
        this.skipSpace();
        if (this.at >= text.length) return value;
        if (text.charCodeAt(this.at) !== CLOSE_PAREN) return this.badAddress();
        this.at++;
        return value;
      }
      if (code === BACKSLASH) {
        if (!this.isEscape(this.at)) return this.badAddress();
        value += text.slice(plainFrom, this.at) + this.escape();
        plainFrom = this.at;
        continue;
      }
      const unprintable = (code >= 0 && code <= 8) || code === 11 || (code >= 14 && code <= 31) || code === 127;
      // NUL is U+FFFD by the time a browser looks.
      if (code === QUOTE || code === APOSTROPHE || code === OPEN_PAREN || (unprintable && code !== 0))
        return this.badAddress();
      this.at++;
    }
    return value + text.slice(plainFrom, this.at);
  }

  badAddress(): string {
    const text = this.text;
    while (this.at < text.length) {
      if (this.isEscape(this.at)) this.escape();
      else if (text.charCodeAt(this.at++) === CLOSE_PAREN) break;
    }
    return '';
  }
}
