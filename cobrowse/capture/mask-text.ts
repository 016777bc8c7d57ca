// Masking of plain strings: text, card-like numbers, addresses. Pure, no DOM.
//
// Easy to get wrong: a mask has as many UTF-16 units as what it hides, so that offsets of selections and carets stay
// true; only a password's has a fixed length. No lookbehind: Safari before 16.4 refuses the whole file for it.

export const MASK_CHAR = '•';
/** Every password looks like this, also an empty one that somebody has typed in and emptied again by script. */
export const PASSWORD_MASK = MASK_CHAR.repeat(8);

export function maskText(text: string): string {
  return text.replace(/\S/g, MASK_CHAR);
}

/** Digits in one run or in groups of three to six, with one separator between. */
// Not the point: a coordinate of full precision would pass for a card one time in ten, and charts would fall apart.
const DIGIT_RUN = /\d(?:[ \-\u00a0\u2009\u202f]?\d){12,}/g;

function isCard(digits: string): boolean {
  // 2 to 6 begin all payment cards in use; a time in milliseconds begins with 1.
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    let digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    if (at % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Hides the digits of card-like numbers: 13 to 19 digits that pass the Luhn check. */
export function maskCards(text: string): string {
  // Most strings of a page are shorter than a card number.
  if (text.length < 13) return text;
  return text.replace(DIGIT_RUN, (run) => {
    const groups = run.split(/\D/);
    let masked = run;
    let from = 0;
    for (let first = 0; first < groups.length; first++) {
      let digits = '';
      let length = 0;
      // A code or a date may stand right before or after the number: any stretch of whole groups may be a card.
      for (let last = first; last < groups.length && digits.length <= 19; last++) {
        const group = groups[last] ?? '';
        length += group.length + (last > first ? 1 : 0);
        digits += group;
        // Years and ages are no groups of a card.
        if (groups.length > 1 && group.length < 3) break;
        if (isCard(digits))
          masked = masked.slice(0, from) + maskDigits(masked.slice(from, from + length)) + masked.slice(from + length);
      }
      from += (groups[first]?.length ?? 0) + 1;
    }
    return masked;
  });
}

function maskDigits(text: string): string {
  return text.replace(/\d/g, MASK_CHAR);
}

/** "cardNumber", "card-number", "CARD_NUMBER" → ["card", "number"]. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

const SECRET_WORD =
  /^(cvv2?|cvc2?|csc|cvn|iban|ssn|pin|pincode|otp|pan|pw\d*|pwd\d*|\w*passw(or)?[dt]\d*|senha|parol|pass|passcode|passphrase|secret|ccn(um(ber)?)?|security(code)?|(credit|debit)?card.*)$/;

/** Does a field's name or id suggest that what is typed there is nobody else's business? */
export function isSecretName(name: string): boolean {
  return wordsOf(name).some((word) => SECRET_WORD.test(word));
}

const TOKEN_PART = /token|secret|passw|pwd|session|jwt|auth(?!or(?!i))|credential/i;
const TOKEN_WORD = /^(key|apikey|code|sid|sig|sign|signature|otp|pin|ticket|nonce|state|hash|invite)$/;

function isTokenName(name: string): boolean {
  return TOKEN_PART.test(name) || wordsOf(name).some((word) => TOKEN_WORD.test(word));
}

const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g;

function maskPairs(pairs: string, all: boolean): string {
  return pairs.replace(/([^&;=?#]+)=([^&;#]*)/g, (pair, name: string, value: string) =>
    value && (all || isTokenName(name)) ? `${name}=${MASK_CHAR.repeat(3)}` : pair,
  );
}

/** An address without what opens doors: token-like values, user and password, card numbers; `all`: any query value. */
export function maskUrl(url: string, options: { all: boolean }): string {
  const hashAt = url.indexOf('#');
  const beforeHash = hashAt < 0 ? url : url.slice(0, hashAt);
  const hash = hashAt < 0 ? '' : url.slice(hashAt);
  const queryAt = beforeHash.indexOf('?');
  const path = queryAt < 0 ? beforeHash : beforeHash.slice(0, queryAt);
  const query = queryAt < 0 ? '' : beforeHash.slice(queryAt);
  const masked =
    path.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#@]*@/i, '$1') +
    (options.all && !query.includes('=') ? maskText(query).replace(/^./, '?') : maskPairs(query, options.all)) +
    (options.all && !hash.includes('=') && !/^#[/!]?[\w-]{0,40}$/.test(hash)
      ? hash && '#'
      : maskPairs(hash, options.all));
  return maskCards(masked.replace(JWT, MASK_CHAR.repeat(3)));
}
