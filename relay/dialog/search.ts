// What operators look for: takes each console's newest question, has a few answered at a time, and tells what was found.
//
// Easy to get wrong: a console asks with each key, so only its newest question counts; one that waits is forgotten, one that
// is being answered is given up at the next step. And nothing here goes through a console's line of commands
// (dialog.ts): a long search must hold up no message.

import type { FromOperatorDialog, NotDone, ToOperatorDialog } from '../../protocol/chat.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { SavedSearch, SearchTrouble } from '../../protocol/search.ts';
import type { OperatorPeer } from '../live/operators.ts';
import type { ThreadRow } from '../store/conversations.ts';
import type { Saved, Saver } from '../store/saved-searches.ts';
import type { Asked, Found } from '../store/search.ts';
import { rowOf } from './inbox.ts';
import { toConsoleText } from './threads.ts';

type Say<T extends FromOperatorDialog['t']> = Extract<FromOperatorDialog, { t: T }>;
export type SearchSay = Say<'search' | 'searches' | 'saveSearch' | 'forgetSearch'>;

export type SearchDoor = {
  search(asked: Asked): Promise<Found>;
  threads(account: string, which: { ids: readonly string[] }): Promise<ThreadRow[]>;
  savedSearches(who: Saver): Promise<SavedSearch[]>;
  saveSearch(who: Saver, search: SavedSearch): Promise<Saved>;
  forgetSearch(who: Saver, id: string): Promise<'done' | 'not-yours'>;
  operatorOf(id: string): { account: string; name: string } | undefined;
  failed(error: unknown, where: string): void;
};

/** At once in this relay: the database has its connections for those who talk, too. */
const MOST_AT_ONCE = 4;
const MOST_OF_ONE = 2;

/** `newest`: the number of its last question. `waiting`: that question, while it is not being answered. */
type Desk = { newest: number; waiting: Say<'search'> | undefined; isAnswering: boolean };

export const isSearch = (say: FromOperatorDialog): say is SearchSay =>
  /^(search|searches|saveSearch|forgetSearch)$/.test(say.t);

export class Search {
  readonly #door: SearchDoor;
  readonly #desks = new Map<OperatorPeer, Desk>();
  #atOnce = 0;

  constructor(door: SearchDoor) {
    this.#door = door;
  }

  says(peer: OperatorPeer, say: SearchSay): void {
    switch (say.t) {
      case 'search': {
        const desk = this.#desks.get(peer) ?? { newest: -1, waiting: undefined, isAnswering: false };
        // Whoever asks again comes last.
        this.#desks.delete(peer);
        this.#desks.set(peer, desk);
        desk.newest = say.number;
        desk.waiting = say;
        return this.#next();
      }
      case 'searches':
        return this.#saved(peer, () => Promise.resolve('done'));
      case 'saveSearch':
        return this.#saved(peer, (who) => this.#door.saveSearch(who, say.search));
      case 'forgetSearch':
        return this.#saved(peer, (who) => this.#door.forgetSearch(who, say.id));
    }
  }

  gone(peer: OperatorPeer): void {
    this.#desks.delete(peer);
  }

  /** Begins with as many as may be answered now. */
  #next(): void {
    for (const [peer, desk] of this.#desks) {
      if (this.#atOnce >= MOST_AT_ONCE) return;
      const { waiting } = desk;
      if (!waiting || desk.isAnswering || this.#ofOne(peer.operator.id) >= MOST_OF_ONE) continue;
      desk.waiting = undefined;
      desk.isAnswering = true;
      this.#atOnce += 1;
      void this.#answer(peer, waiting, () => this.#desks.get(peer)?.newest === waiting.number).finally(() => {
        desk.isAnswering = false;
        this.#atOnce -= 1;
        this.#next();
      });
    }
  }

  #ofOne(operator: string): number {
    return [...this.#desks].filter(([peer, { isAnswering }]) => isAnswering && peer.operator.id === operator).length;
  }

  async #answer(peer: OperatorPeer, { number, filter, after }: Say<'search'>, isWanted: () => boolean): Promise<void> {
    const { account, id: operator } = peer.operator;
    const tell = (found: Omit<Extract<ToOperatorDialog, { t: 'found' }>, 't' | 'number'>) => {
      if (isWanted()) peer.sendText(toConsoleText({ t: 'found', number, ...found }));
    };
    try {
      const { hits, contacts, conversations, next, isCutOff } = await this.#door.search({
        account,
        operator,
        filter,
        after,
        isWanted,
      });
      if (!isWanted()) return;
      const ids = [...new Set([...conversations, ...contacts, ...hits.map(({ conversation }) => conversation)])];
      const rows = new Map((await this.#door.threads(account, { ids })).map((row) => [row.id, row]));
      const threads = ids.flatMap((id) => {
        const row = rows.get(id);
        // A row's place in the list of who has read what is asked of the reader's own alone: thirty rows must fit.
        return row ? [rowOf({ ...row, marks: row.marks.filter(({ actor }) => actor === operator) })] : [];
      });
      const isThere = (id: string) => rows.has(id);
      const why: SearchTrouble | undefined = isCutOff ? 'too-long' : undefined;
      tell({
        contacts: contacts.filter(isThere),
        hits: hits.filter(({ conversation }) => isThere(conversation)),
        threads,
        people: this.#peopleOf(account, [
          ...threads.flatMap(({ assignee, last }) => [assignee, last?.by.kind === 'operator' ? last.by.id : null]),
          ...hits.map(({ by }) => (by.kind === 'operator' ? by.id : null)),
        ]),
        ...(next ? { next } : {}),
        ...(why ? { why } : {}),
      });
    } catch (error) {
      this.#door.failed(error, 'a search');
      tell({ contacts: [], hits: [], threads: [], people: [], why: 'unavailable' });
    }
  }

  #saved(peer: OperatorPeer, change: (who: Saver) => Promise<'done' | NotDone>): void {
    const { account, id, role } = peer.operator;
    const who = { account, id, isAdmin: role === 'admin' };
    const tell = (list: SavedSearch[], why: 'done' | NotDone) =>
      peer.sendText(toConsoleText({ t: 'searches', list, ...(why === 'done' ? {} : { why }) }));
    void (async () => {
      try {
        const outcome = await change(who);
        tell(await this.#door.savedSearches(who), outcome);
      } catch (error) {
        this.#door.failed(error, 'saved searches');
        tell([], 'unavailable');
      }
    })();
  }

  #peopleOf(account: string, ids: readonly (string | null | undefined)[]): { id: string; name: string }[] {
    const most = 3 * (LIMITS.maxFound + LIMITS.maxFoundContacts);
    return [...new Set(ids)].slice(0, most).flatMap((id) => {
      const operator = typeof id === 'string' ? this.#door.operatorOf(id) : undefined;
      return typeof id === 'string' && operator?.account === account ? [{ id, name: operator.name }] : [];
    });
  }
}
