// The conditions beside what is typed into the search field: which there are, and what of them is asked. Pure.

import { LIMITS } from '../../protocol/limits.ts';
import type { SearchFilter } from '../../protocol/search.ts';

/** In the order of the menu. */
export const CHIP_KINDS = [
  'status',
  'waiting',
  'unread',
  'operator',
  'site',
  'from',
  'to',
  'person',
  'id',
  'least',
  'most',
  'contact',
] as const satisfies readonly (keyof SearchFilter)[];
export type ChipKind = (typeof CHIP_KINDS)[number];

export const kindsOf = (filter: SearchFilter): ChipKind[] => CHIP_KINDS.filter((kind) => filter[kind] !== undefined);

const ID = /^[\da-f-]{4,36}$/;

/** As the relay takes it: without what is empty, or is not filled in yet. */
export function filterOf(text: string, chips: SearchFilter): SearchFilter {
  const { person, id, ...others } = chips;
  const phrase = text.trimStart().slice(0, LIMITS.maxPhraseChars);
  const name = person?.trim().slice(0, LIMITS.maxNameChars);
  const end = id?.trim().replace(/^#/, '').toLowerCase();
  return {
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined && value !== false)),
    ...(phrase ? { phrase } : {}),
    ...(name ? { person: name } : {}),
    ...(end !== undefined && ID.test(end) ? { id: end } : {}),
  };
}

const DAY_MS = 86_400_000;

/** As a field for dates writes it, in the operator's own time. */
export function dateOf(at: number | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day's first moment, or its last; undefined: that is no date. */
export function atOfDate(text: string, isEnd: boolean): number | undefined {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const at = new Date(Number(year), Number(month) - 1, Number(day) + (isEnd ? 1 : 0)).getTime() - (isEnd ? 1 : 0);
  return year === '' || !Number.isFinite(at) || at < DAY_MS || at > 1e14 ? undefined : at;
}

/** An excerpt in pieces. `marks` comes from a relay and is checked only for its form: whatever it says, the text is whole. */
export function markedPieces(excerpt: string, marks: readonly number[]): { text: string; isMarked: boolean }[] {
  const ends = [...new Set([...marks, excerpt.length])].filter((at) => at <= excerpt.length).sort((a, b) => a - b);
  let from = 0;
  return ends.flatMap((to) => {
    const isMarked = marks.some((begin, index) => index % 2 === 0 && begin <= from && (marks[index + 1] ?? 0) >= to);
    const text = excerpt.slice(from, to);
    from = to;
    return text === '' ? [] : [{ text, isMarked }];
  });
}
