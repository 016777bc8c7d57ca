// The live list of visitors. Rows stay outside of runes: 5,000 of them change 200 times a second, and only the array
// that the list draws (`view`) and three counters are reactive. Easy to get wrong: while the list is not on screen only
// the counters are kept up; arranging costs about a millisecond and is done when somebody looks.

/* eslint-disable svelte/prefer-svelte-reactivity -- rows change 200 times a second and stay outside of runes */

import type { Row, ToOperator } from '../../protocol/messages.ts';
import {
  arrange,
  createEntry,
  rearrange,
  refresh,
  standStill,
  wordsOf,
  type Entry,
  type Sort,
  type Standing,
} from './visitor-order.ts';

type RowsMessage = Extract<ToOperator, { t: 'rows' }>;

/** Asked again so soon, and later each time: what can't be read once may not be readable the next time either. */
const ASK_AGAIN_MS = 1000;
const ASK_AGAIN_MOST_MS = 60_000;

/** Who left stays grey for this long, so that a row is not pulled away from under the pointer. */
const FAREWELL_MS = 4000;

export class Visitors {
  #entries = new Map<string, Entry>();
  #sites = $state.raw<ReadonlyMap<string, string>>(new Map());
  #view = $state.raw<readonly Entry[]>([]);
  #here = $state(0);
  #offering = $state(0);
  #held = $state(0);
  #loaded = $state(false);
  /** A part of the list could not be read; the whole of it has not come since. */
  #incomplete = $state(false);
  #search = $state('');
  #sort = $state<Sort>('newest');
  /** Ids that changed since the view was arranged; undefined: more than the ids changed. */
  #touched: Set<string> | undefined;
  /** While rows stand still: how, and the ids that changed since they were last drawn (undefined: any may have). */
  #standing: Standing | undefined;
  #changed: Set<string> | undefined = new Set();
  #shown = false;
  #holding = false;
  #sweep: ReturnType<typeof setTimeout> | undefined;
  #askList: () => void;
  #again: ReturnType<typeof setTimeout> | undefined;
  #againMs = ASK_AGAIN_MS;
  /** The pages of a whole list are coming, and all so far could be read. */
  #isWhole = false;

  /** `askList`: has the relay send the whole list. */
  constructor(askList: () => void) {
    this.#askList = askList;
  }

  get view(): readonly Entry[] {
    return this.#view;
  }
  /** Visitors on the site now, whatever the search. */
  get here(): number {
    return this.#here;
  }
  /** How many want to show the screen. */
  get offering(): number {
    return this.#offering;
  }
  /** New visitors that wait until the operator's pointer leaves the list. */
  get held(): number {
    return this.#held;
  }
  /** False until the relay's first list is complete. */
  get isLoaded(): boolean {
    return this.#loaded;
  }
  /** Rows may be missing or old; the whole list has been asked for. */
  get isIncomplete(): boolean {
    return this.#incomplete;
  }
  get search(): string {
    return this.#search;
  }
  set search(search: string) {
    this.#search = search;
    this.#touched = undefined;
    this.#arrange();
  }
  get sort(): Sort {
    return this.#sort;
  }
  set sort(sort: Sort) {
    this.#sort = sort;
    this.#touched = undefined;
    this.#arrange();
  }
  get severalSites(): boolean {
    return this.#sites.size > 1;
  }
  /** By id. */
  get siteNames(): ReadonlyMap<string, string> {
    return this.#sites;
  }
  siteName(site: string): string {
    return this.#sites.get(site) ?? '';
  }

  rowOf(visitor: string): Row | undefined {
    return this.#entries.get(visitor)?.row;
  }

  setSites(sites: readonly { id: string; name: string }[]): void {
    this.#sites = new Map(sites.map((site) => [site.id, site.name]));
  }

  apply(message: RowsMessage): void {
    const now = Date.now();
    if (message.reset) {
      this.#isWhole = true;
      this.#entries.clear();
      this.#here = 0;
      this.#offering = 0;
      this.#touched = undefined;
      this.#changed = undefined;
    }
    let here = this.#here;
    let offering = this.#offering;
    const uncount = (entry: Entry | undefined) => {
      if (!entry || entry.goneAt !== undefined) return;
      here--;
      if (entry.row.state === 'offering') offering--;
    };
    for (const row of message.put) {
      uncount(this.#entries.get(row.id));
      this.#note(row.id);
      this.#entries.set(row.id, createEntry(row, this.siteName(row.site)));
      here++;
      if (row.state === 'offering') offering++;
    }
    for (const id of message.gone) {
      const entry = this.#entries.get(id);
      if (!entry || entry.goneAt !== undefined) continue;
      uncount(entry);
      this.#note(id);
      // Who wanted to show the screen must not stay pinned to the top after leaving.
      this.#entries.set(id, { ...entry, row: { ...entry.row, state: 'browsing' }, goneAt: now });
    }
    this.#here = here;
    this.#offering = offering;
    if (message.gone.length > 0) this.#sweep ??= setTimeout(() => this.#sweepGone(), FAREWELL_MS);
    // The pages of a first list come in a burst: draw once, at the end.
    if (message.more) return;
    if (this.#isWhole) {
      this.#isWhole = false;
      this.#incomplete = false;
      this.#againMs = ASK_AGAIN_MS;
      clearTimeout(this.#again);
      this.#again = undefined;
    }
    this.#loaded = true;
    this.#refresh();
  }

  /** Rows came and could not be read. */
  missed(): void {
    this.#isWhole = false;
    this.#incomplete = true;
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      this.#askList();
    }, this.#againMs);
    this.#againMs = Math.min(ASK_AGAIN_MOST_MS, this.#againMs * 2);
    this.#loaded = true;
    this.#refresh();
  }

  /** The list came on screen, or went. */
  show(on: boolean): void {
    this.#shown = on;
    this.#touched = undefined;
    this.#holding = false;
    this.#arrange();
  }

  /** The operator points at the list: rows keep their places until they stop. */
  hold(on: boolean): void {
    if (this.#holding === on) return;
    this.#holding = on;
    if (!on) this.#arrange();
  }

  /** Shows now who waits. */
  letIn(): void {
    this.#arrange();
  }

  clear(): void {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    clearTimeout(this.#again);
    this.#again = undefined;
    this.#againMs = ASK_AGAIN_MS;
    this.#isWhole = false;
    this.#incomplete = false;
    this.#entries.clear();
    this.#touched = undefined;
    this.#standing = undefined;
    this.#view = [];
    this.#here = 0;
    this.#offering = 0;
    this.#held = 0;
    this.#loaded = false;
  }

  #refresh(): void {
    if (!this.#shown) return;
    if (!this.#holding || this.#view.length === 0) return this.#arrange();
    this.#standing ??= standStill(this.#view);
    const changed = this.#changed ?? new Set([...this.#standing.places.keys(), ...this.#entries.keys()]);
    const wish = { words: wordsOf(this.#search), now: Date.now() };
    this.#view = refresh(this.#view, this.#standing, this.#entries, changed, wish);
    this.#changed = new Set();
    this.#held = this.#standing.waiting.size;
  }

  #note(id: string): void {
    this.#touched?.add(id);
    this.#changed?.add(id);
  }

  #arrange(): void {
    if (!this.#shown) return;
    const wish = { sort: this.#sort, words: wordsOf(this.#search) };
    this.#view = this.#touched
      ? rearrange(this.#view, this.#entries, this.#touched, wish)
      : arrange(this.#entries.values(), wish);
    this.#touched = new Set();
    this.#standing = undefined;
    this.#changed = new Set();
    this.#held = 0;
  }

  #sweepGone(): void {
    this.#sweep = undefined;
    const before = Date.now() - FAREWELL_MS;
    let nextIn: number | undefined;
    for (const [id, entry] of this.#entries) {
      if (entry.goneAt === undefined) continue;
      if (entry.goneAt <= before) {
        this.#entries.delete(id);
        this.#note(id);
      } else nextIn = Math.min(nextIn ?? Infinity, entry.goneAt - before);
    }
    if (nextIn !== undefined) this.#sweep = setTimeout(() => this.#sweepGone(), Math.max(250, nextIn));
    this.#refresh();
  }
}
