// To whom a conversation can be given, and in which order they are offered. Pure.

import type { Colleague, Presence } from '../../protocol/routing.ts';

export type Assignable =
  | { readonly kind: 'operator'; readonly id: string; readonly name: string; readonly colleague: Colleague }
  | { readonly kind: 'team'; readonly id: string; readonly name: string; readonly online: number };

const RANK: Readonly<Record<Presence, number>> = { online: 0, away: 1, invisible: 2, gone: 3 };

/** Who has no place left comes after those who have. */
const isFull = ({ load, limit }: Colleague) => load >= limit;

/** Those whose names hold every word: operators who can answer first, then who has least; teams at the end. */
export function assignableTo(
  colleagues: readonly Colleague[],
  teams: readonly { id: string; name: string; online: number }[],
  words: string,
): Assignable[] {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name }: { name: string }) => wanted.every((word) => name.toLocaleLowerCase().includes(word));
  const operators = colleagues
    .filter(fits)
    .sort(
      (one, other) =>
        RANK[one.presence] - RANK[other.presence] ||
        Number(isFull(one)) - Number(isFull(other)) ||
        one.load - other.load ||
        one.name.localeCompare(other.name) ||
        (one.id < other.id ? -1 : 1),
    );
  return [
    ...operators.map((colleague) => ({
      kind: 'operator' as const,
      id: colleague.id,
      name: colleague.name,
      colleague,
    })),
    ...teams
      .filter(fits)
      .sort((one, other) => other.online - one.online || one.name.localeCompare(other.name))
      .map((team) => ({ kind: 'team' as const, ...team })),
  ];
}
