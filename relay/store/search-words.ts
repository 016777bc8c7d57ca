// What somebody types into a search field, as the database is asked for it; and the other way round, where in a text stands
// what was found. Pure but for the fragments.
//
// Words are those of PostgreSQL's configuration `russian`, which stems Cyrillic words with the Russian stemmer and Latin ones
// with the English. Easy to get wrong: lower case is made here and not by the database, whose locale may know only ASCII;
// and a word that is still being typed may be stemmed to something that is no beginning of what the whole word is stemmed to,
// so it is looked for as it stands, too.

import { LIMITS } from '../../protocol/limits.ts';
import type { Fragment, Fragments } from './conversations.ts';

/** `isPhrase`: its words one after the other. `isOpen`: may go on. */
export type Part = { text: string; isPhrase: boolean; isOpen: boolean };

/** More words than these narrow nothing. */
const MOST_PARTS = 16;
/** One letter begins half of all words. */
const LEAST_OPEN = 2;

const QUOTED = /["“”„«]([^"“”„»]*)["“”»]?|[^\s"“”„«»]+/gu;

export function partsOf(phrase: string): Part[] {
  const parts: Part[] = [];
  const plain = plainOf(phrase);
  for (const { 0: whole, 1: quoted, index } of plain.matchAll(QUOTED)) {
    const isOpen = quoted === undefined && index + whole.length === plain.length && whole.length >= LEAST_OPEN;
    const part = { text: quoted ?? whole, isPhrase: quoted !== undefined, isOpen };
    if (part.text.trim() !== '') parts.push(part);
  }
  return parts.slice(0, MOST_PARTS);
}

/** One form for what was written and what is looked for, of the same length. */
export function plainOf(text: string): string {
  return text.replace(/\p{Lu}/gu, lower).replaceAll('ё', 'е');
}

function lower(letter: string): string {
  const small = letter.toLowerCase();
  return small.length === letter.length ? small : letter;
}

/** A tsquery. What is typed reaches the database as a parameter, and is text to its parser. */
export function queryOf(sql: Fragments, parts: readonly Part[]): Fragment {
  return parts
    .map(({ text, isPhrase, isOpen }) => {
      if (isPhrase) return sql`phraseto_tsquery('russian', ${text})`;
      if (!isOpen) return sql`plainto_tsquery('russian', ${text})`;
      const beginning = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}':*`;
      return sql`(to_tsquery('russian', ${beginning}) || ${beginning}::tsquery)`;
    })
    .reduce((all, part) => sql`${all} && ${part}`);
}

/** Around what was found in a text; no text that is stored has these. */
export const MARK = { begin: '\u0001', end: '\u0002' };

/** What is shown of a text. `marked`: the same text, in which what was found stands between marks. `marks`: where in the excerpt
 * something found begins and ends, in turn. */
export function excerptOf(text: string, marked: string): { excerpt: string; marks: number[] } {
  const found: [number, number][] = [];
  let at = 0;
  let begin = 0;
  for (const char of marked) {
    if (char === MARK.begin) begin = at;
    else if (char === MARK.end) found.push([begin, at]);
    else at += char.length;
  }
  const max = LIMITS.maxExcerptChars - 2;
  const from = startOf(text, found, max);
  const to = endOf(text, from + max);
  const before = from > 0 ? '…' : '';
  const after = to < text.length ? '…' : '';
  const shift = before.length - from;
  return {
    excerpt: `${before}${text.slice(from, to)}${after}`.replace(/\s/gu, ' '),
    marks: found
      .filter(([one, other]) => one >= from && other <= to)
      .flatMap(([one, other]) => [one + shift, other + shift]),
  };
}

/** So many characters before what was found: a row shows some forty in a line. */
const LEAD = 24;

/** Where most of what was found is in sight, with some words before it. */
function startOf(text: string, found: readonly [number, number][], max: number): number {
  const counts = found.map(
    ([begin]) => found.filter(([other, end]) => other >= begin && end <= begin + max - LEAD).length,
  );
  const [begin = 0] = found[counts.indexOf(Math.max(...counts))] ?? [];
  if (begin <= LEAD) return 0;
  const near = begin - LEAD;
  const space = text.slice(near, begin).search(/\s/u);
  return endOf(text, Math.floor(space < 0 ? near : near + space + 1));
}

/** Not within a character of two halves. */
function endOf(text: string, at: number): number {
  return at < text.length && /[\udc00-\udfff]/u.test(text.charAt(at)) ? at - 1 : Math.min(at, text.length);
}
