// Masking of plain strings: text and addresses. Pure, no DOM. Card-like numbers are protocol/cards.ts's.
//
// Easy to get wrong: a mask of text has as many UTF-16 units as what it hides, so that the page keeps its shape and
// offsets stay true; that of a hidden field's value has a fixed length, since nothing hangs on its shape. No lookbehind:
// Safari before 16.4 refuses the whole file for it.

import { MASK_CHAR, maskCards } from '../../protocol/cards.ts';

/** Every hidden field with something in it looks like this, and a password also when it was emptied again by script. */
export const PASSWORD_MASK = MASK_CHAR.repeat(8);

export function maskText(text: string): string {
  return text.replace(/\S/g, MASK_CHAR);
}

/** "cardNumber", "card-number", "CARD_NUMBER" → ["card", "number"]. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

const SECRET_WORD =
  /^(cvv2?|cvc2?|csc|cvn|iban|ssn|pin|pincode|t?otp|[2mt]fa|pan|pw\d*|pwd\d*|\w*passw(or)?[dt]\d*|senha|parol|pass|passcode|passphrase|secret|exp(iry|iration)?|security(code)?|(credit|debit)?card.*)$/;
/** Of several words, or of one that holds them. `cc` alone is who else gets the mail, a phone's code that of a country. */
const SECRET_WORDS =
  /\bcc ?(n|exp|cv|csc|mo|ye|given|family|addi|type)|\b(sms|verif\w*|confirm\w*|auth\w*|factor|time|log ?in|mail) ?code\b/;

/** Does a field's name, id or `autocomplete` suggest that what is typed there is nobody else's business? */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word) => SECRET_WORD.test(word)) || SECRET_WORDS.test(words.join(' '));
}

const NUMBER_WORD =
  /^(tel.*|.*phone|mobile|fax|order.*|zip.*|post.*|.*date|b(irth)?day|price|amount|sum|total|qty|quantity|inn|snils|sku|ean|isbn|track.*)$/;

/** Does a field's name, id or `autocomplete` say that long numbers in it are none of cards? */
export function isNumberName(name: string): boolean {
  return wordsOf(name).some((word) => NUMBER_WORD.test(word));
}

const PASSWORD_WORD =
  /passw|passcode|passphrase|парол|contrase[nñ]|mot de passe|senha|parol|hasło|heslo|lösenord|passord|adgangskode|salasana|jelszó|şifre|wachtwoord|kata sandi|mật khẩu|密[码碼]|パスワード|비밀번호|סיסמ|كلمة (ال)?(مرور|سر)|รหัสผ่าน/i;
/** A sentence that mentions passwords is no label of one. */
const MAX_LABEL_CHARS = 40;

/** Does a label say that a password is typed there, in any of the languages that pages are likely to be in? */
export function isPasswordLabel(label: string): boolean {
  return label.trim().length <= MAX_LABEL_CHARS && PASSWORD_WORD.test(label);
}

const TOKEN_PART = /token|secret|passw|pwd|session|jwt|auth(?!or(?!i))|credential|api.?key|[cx]srf|mail|phone/i;
const TOKEN_WORD = /^(key|code|sid|sig|sign|signature|otp|pin|ticket|nonce|state|hash|invite)$/;

/** In names of attributes fewer words count: `data-key` and `data-state` mean no door there. */
export function isTokenPart(name: string): boolean {
  return TOKEN_PART.test(name);
}

function isTokenName(name: string): boolean {
  return isTokenPart(name) || wordsOf(name).some((word) => TOKEN_WORD.test(word));
}

/** Tokens, keys and addresses of persons wherever they stand: JWTs; long runs of letters and digits mixed (reset links
 * carry theirs in the path; slugs have dashes); UUIDs; e-mail addresses. */
const TELLING_PART =
  /eyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?|\b(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{20,}|[\da-f-]{36}|[\w.+-]+(@|%40)[\w.-]+\.[a-z]{2,}/gi;

/** What builds put into addresses of files so that each version has its own, and which is nobody's key: long runs in the
 * name of a file, and `?v=…`. UUIDs name pictures more often than they open doors. */
const FILE_VERSION = /[\da-f-]{36}|\b([a-z\d]{12})[a-z\d]{8,}(?=[^/?]*\.\w{2,5}($|\?))|([?&])v(er|ersion)?=[^&]*/gi;

/** Would the address of an asset tell what an address should not? */
export function isTellingAddress(url: string): boolean {
  const bare = url.replace(FILE_VERSION, '$1$3');
  return maskUrl(bare, { all: false }) !== bare;
}

function maskPairs(pairs: string, all: boolean): string {
  return pairs.replace(/([^&;=?#]+)=([^&;#]*)/g, (pair, name: string, value: string) =>
    value && (all || isTokenName(name)) ? `${name}=${MASK_CHAR.repeat(3)}` : pair,
  );
}

/** An address without what opens doors: token-like values, user and password, card numbers; `all`: any query value. */
export function maskUrl(url: string, options: { all: boolean }): string {
  const [, path = '', query = '', hash = ''] = /^([^?#]*)([^#]*)([^]*)$/.exec(url) ?? [];
  const masked =
    path.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#@]*@/i, '$1') +
    (options.all && !query.includes('=') ? maskText(query).replace(/^./, '?') : maskPairs(query, options.all)) +
    (options.all && !hash.includes('=') && !/^#[/!]?[\w-]{0,40}$/.test(hash)
      ? hash && '#'
      : maskPairs(hash, options.all));
  return maskCards(masked.replace(TELLING_PART, MASK_CHAR.repeat(3)));
}
