// What the operator looks for in conversations, and what was found: asks the relay as they type, page after page as they go
// down the list. Saved searches are here, too.
//
// Easy to get wrong: only the answer with the number of the newest question counts, and of that the pages in their order.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole, or never read by a component */

import type { FromOperatorDialog, Thread, ToOperatorDialog } from '../../protocol/chat.ts';
import type { SavedSearch, SearchCursor, SearchFilter, SearchHit, SearchTrouble } from '../../protocol/search.ts';
import { filterOf, kindsOf, type ChipKind } from './search-chips.ts';

type Found = Extract<ToOperatorDialog, { t: 'found' }>;

/** `key`: of its row. `hit` undefined: the conversation itself was found, or its contact. */
export type Finding = { readonly key: string; readonly thread: Thread; readonly hit: SearchHit | undefined };

type State =
  | { kind: 'idle' }
  /** The first page is on its way. */
  | { kind: 'asking' }
  | { kind: 'found'; next: SearchCursor | undefined; isAsking: boolean; why: SearchTrouble | undefined };

type Doors = {
  tell(say: FromOperatorDialog): boolean;
  after(delayMs: number, task: () => void): () => void;
  makeId(): string;
};

/** Between two letters of somebody who types. */
const TYPING_MS = 180;
/** Further pages are asked for as far as anybody scrolls. */
const MOST_FINDINGS = 600;

export class Search {
  #doors: Doors;
  #text = $state('');
  #chips = $state.raw<SearchFilter>({});
  /** In the order in which they were added; also those that have no value yet. */
  #kinds = $state.raw<readonly ChipKind[]>([]);
  #state = $state.raw<State>({ kind: 'idle' });
  #contacts = $state.raw<readonly Finding[]>([]);
  #findings = $state.raw<readonly Finding[]>([]);
  #saved = $state.raw<readonly SavedSearch[]>([]);
  #number = 0;
  #asked = '{}';
  #cancel: (() => void) | undefined;

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  get text(): string {
    return this.#text;
  }
  set text(text: string) {
    this.#text = text;
    this.#askSoon();
  }
  get chips(): SearchFilter {
    return this.#chips;
  }
  get kinds(): readonly ChipKind[] {
    return this.#kinds;
  }
  get filter(): SearchFilter {
    return filterOf(this.#text, this.#chips);
  }
  /** Results stand where the list was. */
  get isOn(): boolean {
    return this.#text.trim() !== '' || this.#kinds.length > 0;
  }
  get isAsking(): boolean {
    return this.#state.kind === 'asking';
  }
  /** Of people, found by name, phone, e-mail address or id. */
  get contacts(): readonly Finding[] {
    return this.#contacts;
  }
  get findings(): readonly Finding[] {
    return this.#findings;
  }
  get hasMore(): boolean {
    return this.#state.kind === 'found' && this.#state.next !== undefined;
  }
  get trouble(): SearchTrouble | undefined {
    return this.#state.kind === 'found' ? this.#state.why : undefined;
  }
  get saved(): readonly SavedSearch[] {
    return this.#saved;
  }

  set(kind: ChipKind, value: SearchFilter[ChipKind]): void {
    if (!this.#kinds.includes(kind)) this.#kinds = [...this.#kinds, kind];
    this.#chips = { ...this.#chips, [kind]: value };
    this.#askSoon();
  }

  remove(kind: ChipKind): void {
    this.#kinds = this.#kinds.filter((each) => each !== kind);
    this.#chips = { ...this.#chips, [kind]: undefined };
    this.#askSoon();
  }

  use({ phrase = '', ...chips }: SearchFilter): void {
    this.#text = phrase;
    this.#chips = chips;
    this.#kinds = kindsOf(chips);
    this.#askSoon(0);
  }

  /** Nothing is looked for any more. */
  reset(): void {
    this.use({});
  }

  again(): void {
    this.#asked = '{}';
    this.#askSoon(0);
  }

  /** The end of what is here comes in sight. */
  more(): void {
    const state = this.#state;
    if (state.kind !== 'found' || !state.next || state.isAsking || this.#findings.length >= MOST_FINDINGS) return;
    if (this.#doors.tell({ t: 'search', number: ++this.#number, filter: this.filter, after: state.next }))
      this.#state = { ...state, isAsking: true };
  }

  found({ number, contacts, hits, threads, next, why }: Found): void {
    if (number !== this.#number || this.#state.kind === 'idle') return;
    const byId = new Map(threads.map((thread) => [thread.id, thread]));
    const finding = (id: string, hit?: SearchHit): Finding[] => {
      const thread = byId.get(id);
      return thread ? [{ key: hit ? `${id}-${hit.seq}` : id, thread, hit }] : [];
    };
    const people = contacts.flatMap((id) => finding(id).map((one) => ({ ...one, key: `contact-${one.key}` })));
    const found =
      this.filter.phrase === undefined
        ? threads.flatMap(({ id }) => finding(id))
        : hits.flatMap((hit) => finding(hit.conversation, hit));
    const isFirst = this.#state.kind === 'asking';
    if (isFirst) this.#contacts = people;
    const before = isFirst ? [] : this.#findings;
    const known = new Set(before.map(({ key }) => key));
    this.#findings = [...before, ...found.filter(({ key }) => !known.has(key))];
    this.#state = { kind: 'found', next, isAsking: false, why };
  }

  /** After each welcome: what was asked on the old link is not answered. */
  linked(): void {
    if (this.#state.kind === 'asking') this.#ask();
    else if (this.#state.kind === 'found') this.#state = { ...this.#state, isAsking: false };
  }

  askSaved(): void {
    this.#doors.tell({ t: 'searches' });
  }

  savedAre(list: readonly SavedSearch[]): void {
    this.#saved = list;
  }

  save(name: string, isShared: boolean): boolean {
    return this.change({ id: this.#doors.makeId(), name, isShared, filter: this.filter, isOwn: true });
  }

  /** False: there is no link. */
  change(search: SavedSearch): boolean {
    return this.#doors.tell({ t: 'saveSearch', search });
  }

  forget(id: string): boolean {
    return this.#doors.tell({ t: 'forgetSearch', id });
  }

  clear(): void {
    this.reset();
    this.#cancel?.();
    this.#saved = [];
  }

  #askSoon(delayMs = TYPING_MS): void {
    this.#cancel?.();
    if (!this.isOn) {
      this.#number++;
      this.#asked = '{}';
      this.#contacts = this.#findings = [];
      this.#state = { kind: 'idle' };
      return;
    }
    const filter = JSON.stringify(this.filter);
    if (filter === this.#asked && this.#state.kind !== 'idle') return;
    this.#asked = filter;
    this.#state = { kind: 'asking' };
    this.#number++;
    this.#cancel = this.#doors.after(delayMs, () => this.#ask());
  }

  #ask(): void {
    this.#doors.tell({ t: 'search', number: ++this.#number, filter: this.filter });
  }
}
