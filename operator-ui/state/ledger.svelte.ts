// The ledger on the screen of an admin: a filter, pages that are loaded as one reads on, the check of the chain, and the
// file. Easy to get wrong: an answer to an older filter may come after one to a newer; and a chain that is long is checked
// piece by piece, so that it is seen to go on.

import type { CabinetAnswer, LedgerEntry, LedgerFilter, RelayHttp } from '../relay-http.ts';

export type Check =
  | { kind: 'none' }
  | { kind: 'running'; entries: number; all: number }
  | { kind: 'intact'; entries: number; head: string }
  | { kind: 'broken'; at: number; entries: number }
  | { kind: 'unreachable' };
export type Saving = { kind: 'none' } | { kind: 'running'; entries: number } | { kind: 'unreachable' };

const PAGE = 100;
const FILE_PAGE = 1000;
/** More than a program for tables opens. */
const MOST_SAVED = 1_000_000;

export class LedgerState {
  #http: RelayHttp;
  #loggedOut: () => void;
  #entries = $state.raw<readonly LedgerEntry[]>([]);
  #next = $state.raw<number | undefined>();
  #state = $state<'loading' | 'here' | 'more' | 'unreachable' | 'forbidden'>('loading');
  #check = $state.raw<Check>({ kind: 'none' });
  #saving = $state.raw<Saving>({ kind: 'none' });
  #filter: LedgerFilter = {};
  /** Counts filters: an answer to another one is dropped. */
  #asked = 0;

  constructor(door: { http: RelayHttp; loggedOut: () => void }) {
    this.#http = door.http;
    this.#loggedOut = door.loggedOut;
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }
  get hasMore(): boolean {
    return this.#next !== undefined;
  }
  /** `more`: the next page is on its way. */
  get state() {
    return this.#state;
  }
  get check(): Check {
    return this.#check;
  }
  get saving(): Saving {
    return this.#saving;
  }

  async show(filter: LedgerFilter): Promise<void> {
    this.#filter = filter;
    this.#asked++;
    this.#entries = [];
    this.#next = undefined;
    this.#state = 'loading';
    await this.#load();
  }

  async more(): Promise<void> {
    if (this.#next === undefined || this.#state === 'loading' || this.#state === 'more') return;
    this.#state = 'more';
    await this.#load();
  }

  async #load(): Promise<void> {
    const asked = this.#asked;
    const answer = await this.#http.ledger(this.#filter, PAGE, this.#next);
    if (asked !== this.#asked) return;
    const page = this.#heard(answer);
    if (!page) {
      this.#state = answer.kind === 'forbidden' ? 'forbidden' : 'unreachable';
      return;
    }
    this.#entries = [...this.#entries, ...page.entries];
    this.#next = page.next;
    this.#state = 'here';
    // Looked through, and nothing found yet.
    if (page.entries.length === 0 && page.next !== undefined) await this.more();
  }

  async checkChain(): Promise<void> {
    if (this.#check.kind === 'running') return;
    let from: { entries: number; head: string } | undefined;
    this.#check = { kind: 'running', entries: 0, all: 0 };
    for (;;) {
      const found = this.#heard(await this.#http.checkLedger(from));
      if (!found) {
        this.#check = { kind: 'unreachable' };
        return;
      }
      const { entries, head, brokenAt, isPart, all } = found;
      if (brokenAt !== undefined) this.#check = { kind: 'broken', at: brokenAt, entries };
      else if (!isPart) this.#check = { kind: 'intact', entries, head };
      else {
        this.#check = { kind: 'running', entries, all };
        from = { entries, head };
        continue;
      }
      return;
    }
  }

  /** All that the filter lets through. Undefined: it could not be had, or was given up. */
  async collect(take: (entry: LedgerEntry) => string): Promise<string[] | undefined> {
    const pieces: string[] = [];
    const filter = this.#filter;
    let entries = 0;
    let before: number | undefined;
    this.#saving = { kind: 'running', entries };
    do {
      const page = this.#heard(await this.#http.ledger(filter, FILE_PAGE, before));
      if (this.#saving.kind !== 'running') return undefined;
      if (!page) {
        this.#saving = { kind: 'unreachable' };
        return undefined;
      }
      pieces.push(page.entries.map(take).join(''));
      entries += page.entries.length;
      before = page.next;
      this.#saving = { kind: 'running', entries };
    } while (before !== undefined && entries < MOST_SAVED);
    this.#saving = { kind: 'none' };
    return pieces;
  }

  stopSaving(): void {
    this.#saving = { kind: 'none' };
  }

  #heard<T>(answer: CabinetAnswer<T>): T | undefined {
    if (answer.kind === 'out') this.#loggedOut();
    return answer.kind === 'done' ? answer.value : undefined;
  }
}
