// Which visitors the list shows and in which order. Pure. An entry is never changed in place: a new row makes a new
// entry, so that a list component sees by identity what to draw again. What is costly to make (the text to search in,
// the key to sort by) is made once per row and not per comparison.

import type { Row } from '../../protocol/messages.ts';

export type Entry = {
  readonly row: Row;
  readonly searched: string;
  readonly pageKey: string;
  /** Local time at which the visitor left; shown grey for a moment, then dropped. */
  readonly goneAt: number | undefined;
};

/** Where the visitor is. `lost`: no link, but it may come back. */
export type Presence = 'here' | 'away' | 'lost' | 'left';

export function presenceOf({ goneAt, row }: Entry): Presence {
  if (goneAt !== undefined) return 'left';
  if (row.tabs === 0) return 'lost';
  return row.visible ? 'here' : 'away';
}

export const SORTS = ['newest', 'longest', 'page'] as const;
export type Sort = (typeof SORTS)[number];

/** The address as a person reads it: percent-encoded Cyrillic decoded, broken escapes left alone. */
/** What would break the line or turn the direction of its text, once it is decoded: it stays encoded. */
const UNREADABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

export function readableUrl(url: string): string {
  try {
    return decodeURI(url).replace(UNREADABLE, encodeURIComponent);
  } catch {
    // Not valid UTF-8 behind the percent signs: the raw form is all there is to show.
    return url;
  }
}

/** Path and query without the host. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  return start < 0 ? '/' : readableUrl(url.slice(start));
}

export function createEntry(row: Row, siteName: string): Entry {
  const watchers = (row.watchers ?? []).map((person) => person.name).join(' ');
  const { browser, system, kind } = row.device;
  return {
    row,
    searched:
      `${row.title}\n${readableUrl(row.url)}\n${siteName}\n${browser} ${system} ${kind}\n${row.lang}\n${watchers}`.toLowerCase(),
    pageKey: `${row.title}\n${row.url}`.toLowerCase(),
    goneAt: undefined,
  };
}

export function wordsOf(search: string): readonly string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Every word must occur somewhere. */
export function matches(entry: Entry, words: readonly string[]): boolean {
  return words.every((word) => entry.searched.includes(word));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Who wants to show the screen comes first whatever the order; ties are broken by id, so rows never swap by chance. */
function compareEntries(sort: Sort, a: Entry, b: Entry): number {
  const offering = Number(b.row.state === 'offering') - Number(a.row.state === 'offering');
  if (offering !== 0) return offering;
  switch (sort) {
    case 'newest':
      return b.row.since - a.row.since || compareText(a.row.id, b.row.id);
    case 'longest':
      return a.row.since - b.row.since || compareText(a.row.id, b.row.id);
    case 'page':
      return compareText(a.pageKey, b.pageKey) || compareText(a.row.id, b.row.id);
  }
}

type Wish = { sort: Sort; words: readonly string[] };

/** The whole list in order. */
export function arrange(entries: Iterable<Entry>, wish: Wish): readonly Entry[] {
  const view: Entry[] = [];
  for (const entry of entries) if (matches(entry, wish.words)) view.push(entry);
  return view.sort((a, b) => compareEntries(wish.sort, a, b));
}

/**
 * The same list as `arrange` would make, from the previous one and the ids that were touched since. Ten times a second
 * a handful of 5,000 change: finding their places takes a hundred comparisons where sorting takes 5,000 and more.
 */
export function rearrange(
  previous: readonly Entry[],
  entries: ReadonlyMap<string, Entry>,
  touched: ReadonlySet<string>,
  wish: Wish,
): readonly Entry[] {
  const rest = previous.filter((entry) => !touched.has(entry.row.id));
  const fresh: Entry[] = [];
  for (const id of touched) {
    const entry = entries.get(id);
    if (entry && matches(entry, wish.words)) fresh.push(entry);
  }
  fresh.sort((a, b) => compareEntries(wish.sort, a, b));
  const pieces: Entry[][] = [];
  let taken = 0;
  for (const entry of fresh) {
    const place = placeFor(entry, rest, taken, wish.sort);
    pieces.push(rest.slice(taken, place), [entry]);
    taken = place;
  }
  return pieces.concat([rest.slice(taken)]).flat();
}

/** Index of the first of `sorted`, from `from` on, that comes after `entry`. */
function placeFor(entry: Entry, sorted: readonly Entry[], from: number, sort: Sort): number {
  let low = from;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = sorted[middle];
    if (other && compareEntries(sort, other, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A list that stands still: where each row is, and who has come since. */
export type Standing = { readonly places: ReadonlyMap<string, number>; readonly waiting: Set<string> };

export function standStill(view: readonly Entry[]): Standing {
  return { places: new Map(view.map((entry, at) => [entry.row.id, at])), waiting: new Set() };
}

/** The same places with today's contents, for while the operator points at the list: who left stays, grey, and who came
 * waits. `changed`: the ids to look at; going through all 5,000 ten times a second is felt on a slow machine. */
export function refresh(
  previous: readonly Entry[],
  standing: Standing,
  entries: ReadonlyMap<string, Entry>,
  changed: Iterable<string>,
  wish: { words: readonly string[]; now: number },
): readonly Entry[] {
  const view = previous.slice();
  for (const id of changed) {
    const entry = entries.get(id);
    const at = standing.places.get(id);
    if (at === undefined) {
      if (entry && entry.goneAt === undefined && matches(entry, wish.words)) standing.waiting.add(id);
      else standing.waiting.delete(id);
      continue;
    }
    const old = view[at];
    if (entry) view[at] = entry;
    else if (old && old.goneAt === undefined) view[at] = { ...old, goneAt: wish.now };
  }
  return view;
}
