// Numbers that look like cards': what a page hides of them, and what the ledger does of what operators type. Pure, no DOM.
//
// Easy to get wrong: a mask has as many UTF-16 units as what it hides, so that the page keeps its shape and offsets stay
// true. No lookbehind: Safari before 16.4 refuses the whole file for it.

export const MASK_CHAR = '•';

/** Digits that cards are typed with besides our own: fullwidth, Arabic, Persian. */
const OTHER_DIGIT = /[０-９٠-٩۰-۹]/g;
/** As long as the text; their last four bits are their value. */
const withPlainDigits = (text: string) => text.replace(OTHER_DIGIT, (digit) => String(digit.charCodeAt(0) & 15));

/** What people, pages and addresses write between groups: spaces, dashes, and what can't be seen. */
const BETWEEN = '((?:[\\s\\p{Pd}\\p{Cf}\\u2212./_+]|%20){1,3})';
const DIGIT_RUN = new RegExp(`\\d(?:${BETWEEN}?\\d){12,}`, 'gu');
const BORDER = new RegExp(BETWEEN, 'u');
const PLAIN_BORDER = /^[ \-\u00a0\u2009\u202f]$/;

function isCard(digits: string): boolean {
  // Years begin with 20 and times in milliseconds with 1; 81 and 82 are RuPay, 9792 is Troy.
  if (!/^(?=.{13,19}$)(2[2-7]|[3-6]|(8[12]..|9792).{12}$)/.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    let digit = Number(digits[digits.length - 1 - at]);
    if (at % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Most strings of a page are shorter than a card number, or have fewer digits: asked of every text that leaves a page,
 * before anything that takes longer. Whatever is beyond Hebrew may be a digit of another alphabet. */
function mayHoldCard(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code >= 48 && code <= 57) || code >= 0x600) digits++;
  }
  return digits >= 13;
}

/** Hides the digits of card-like numbers: 13 to 19 digits that pass the Luhn check, in one piece or in groups. */
export function maskCards(text: string): string {
  if (!mayHoldCard(text)) return text;
  const plain = withPlainDigits(text);
  const masked = plain.replace(DIGIT_RUN, (run) => {
    // Groups, and what is between them.
    const parts = run.split(BORDER);
    const shown = [...parts];
    for (let first = 0; first < parts.length; first += 2) {
      let digits = '';
      let shape = '';
      let isPlain = true;
      // A code or a date may stand right before or after the number: any stretch of whole groups may be a card.
      for (let last = first; last < parts.length && digits.length <= 19; last += 2) {
        const group = parts[last] ?? '';
        if (last > first) isPlain &&= PLAIN_BORDER.test(parts[last - 1] ?? '');
        digits += group;
        shape += group.length;
        // Years and ages are no groups of a card.
        if (parts.length > 1 && group.length < 3) break;
        // In columns, and with points and strokes, there are numbers of other kinds: there only the shapes of cards.
        if ((isPlain || /^4(4443?|6[45])$/.test(shape)) && isCard(digits))
          for (let at = first; at <= last; at += 2) shown[at] = maskDigits(parts[at] ?? '');
      }
    }
    return shown.join('');
  });
  return masked === plain ? text : masked;
}

export function maskDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, MASK_CHAR);
}

const TYPED_RUN = new RegExp(`\\+?\\d(?:${BETWEEN}?\\d){6,}`, 'gu');
/** What may become a card number: it begins as cards do (years do not), and is written in one piece or with four digits
 * first. So `+7 4112 …`, 415-555-2671, 2026-11-21, 4 500 000 stay readable; a long number in one piece does not, for
 * nothing tells it from a card until it is too late. */
const GROWING = /(^|\D)(?=2[2-7]|3[04-9]|4|5[0-8]|6|8[12]\d\d\D|9792)((?:\d{7,}|\d{4}\D{1,3}\d{3,})(?:\D+\d+)*)/g;
/** As many may be shown of a card on a receipt. */
const SHOWN_DIGITS = 6;

/** What a person is typing: card numbers, and from its seventh digit what may become one. Waiting for the check digit
 * would show all the others first. */
export function maskTyped(text: string): string {
  const plain = withPlainDigits(text);
  const masked = maskCards(plain).replace(TYPED_RUN, (run) =>
    run.startsWith('+')
      ? run
      : run.replace(GROWING, (_, before: string, number: string) => {
          let digits = 0;
          return before + number.replace(/\d/g, (digit) => (++digits > SHOWN_DIGITS ? MASK_CHAR : digit));
        }),
  );
  return masked === plain ? text : masked;
}
