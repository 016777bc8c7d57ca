// Each account's list of conversations, as consoles see it: the last ones at first, then whatever changes, gathered for a
// moment and told to all of its consoles at once. What the list is made of is held in memory while anybody shows it
// (list-copy.ts), and read together where it is not. A console that comes back says which change it had last, and gets what
// has changed since; if that change is not known, everything anew.
//
// Easy to get wrong: a row says how a conversation is now, not what happened to it; so a row that comes twice, or is newer
// than the number beside it, does no harm. One that is older would.

import type { Thread as Row } from '../../protocol/chat.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OperatorPeer } from '../live/operators.ts';
import type { Change, ThreadRow } from '../store/conversations.ts';
import { ListCopy, type Head, type Logged } from './list-copy.ts';

export type InboxDoor = {
  after(delayMs: number, task: () => void): () => void;
  /** Those named, or the ones that something was said in last. */
  threads(account: string, which: { ids: readonly string[] } | { limit: number }): Promise<ThreadRow[]>;
  changes(account: string, after: number, limit: number): Promise<Logged[]>;
  head(account: string): Promise<Head>;
  operatorOf(id: string): { account: string; name: string } | undefined;
  failed(error: unknown, where: string): void;
};

/** At first; a console searches for others. */
const FIRST_ROWS = 1000;
/** Held rows beyond which the list is read anew: whatever has changed since its first console came is among them. */
const MOST_ROWS = 10_000;
/** Past so many changes the whole list is less. */
const MOST_CHANGES = 2000;
/** A console refuses a message of more than LIMITS.maxTextBytes. */
const PAGE_CHARS = LIMITS.maxTextBytes / 2;
/** Of all that an account's consoles are told of their lists. What is more waits and is told together: nobody reads as fast,
 * and conversations themselves come first. */
const CHARS_PER_MS = 4_000;
const LONGEST_MS = 5000;
/** Sent in one go; then others have their turn. */
const CHARS_AT_ONCE = 1_000_000;
/** Before the whole list is told: what comes while it is read is told after it. */
const MOST_READS = 3;

type Account = {
  readonly readers: Set<OperatorPeer>;
  /** Those of them who are still to be told what is being told just now. */
  telling: Set<OperatorPeer>;
  copy: ListCopy | undefined;
  /** While it is read; what is committed meanwhile. */
  loading: Promise<ListCopy> | undefined;
  early: Change[];
  /** Up to where its consoles have been told. Undefined: nobody has been told anything. */
  told: Head | undefined;
  isDue: boolean;
  /** Another relay has committed something. */
  isBehind: boolean;
};

export class Inbox {
  readonly #door: InboxDoor;
  /** Those that any console shows. */
  readonly #accounts = new Map<string, Account>();
  /** Each row is written once, however many consoles come for it. */
  readonly #texts = new WeakMap<ThreadRow, string>();

  constructor(door: InboxDoor) {
    this.#door = door;
  }

  /** `from`: what the console has; undefined: nothing. */
  async open(peer: OperatorPeer, from: Head | undefined): Promise<void> {
    const id = peer.operator.account;
    const account = this.#accounts.get(id) ?? {
      readers: new Set(),
      telling: new Set(),
      copy: undefined,
      loading: undefined,
      early: [],
      told: undefined,
      isDue: false,
      isBehind: false,
    };
    this.#accounts.set(id, account);
    account.readers.add(peer);
    // What it gets now is newer than what is being told.
    account.telling.delete(peer);
    const copy = account.copy ?? (await this.#load(id, account));
    if (!account.readers.has(peer)) return;
    let changed = from && copy.since(from);
    if (!changed) {
      const whole = await this.#wholeOf(id, copy);
      if (!account.readers.has(peer)) return;
      for (const page of whole.pages) peer.sendText(page);
      changed = copy.since(whole.head) ?? [];
    }
    const { head } = copy;
    await this.#readMissing(id, copy, changed);
    if (!account.readers.has(peer)) return;
    for (const page of this.#pagesOf(copy.of(changed), head, false)) peer.sendText(page);
  }

  close(peer: OperatorPeer): void {
    const account = this.#accounts.get(peer.operator.account);
    account?.readers.delete(peer);
    account?.telling.delete(peer);
    if (account?.readers.size === 0) this.#accounts.delete(peer.operator.account);
  }

  /** In the order of their numbers. */
  changed(id: string, changes: readonly Change[]): void {
    const account = this.#accounts.get(id);
    if (!account) return;
    if (account.copy) this.#take(account, account.copy, changes);
    else account.early.push(...changes);
    this.#tellSoon(id, account, LIMITS.listEveryMs);
  }

  #take(account: Account, copy: ListCopy, changes: readonly Change[]): void {
    for (const change of changes) if (!copy.take(change)) account.isBehind = true;
  }

  async #load(id: string, account: Account): Promise<ListCopy> {
    account.loading ??= (async () => {
      try {
        // The log before the rows: what changes in between comes twice rather than never.
        const head = await this.#door.head(id);
        const log = await this.#door.changes(id, Math.max(0, head.number - MOST_CHANGES), MOST_CHANGES);
        const copy = new ListCopy(log, MOST_CHANGES);
        copy.put(await this.#door.threads(id, { limit: FIRST_ROWS }));
        account.copy = copy;
        account.told ??= copy.head;
        this.#take(account, copy, account.early);
        if (copy.head.number !== account.told.number || account.isBehind)
          this.#tellSoon(id, account, LIMITS.listEveryMs);
        return copy;
      } finally {
        account.early = [];
        account.loading = undefined;
      }
    })();
    return account.loading;
  }

  #tellSoon(id: string, account: Account, delayMs: number): void {
    if (account.isDue) return;
    account.isDue = true;
    this.#door.after(delayMs, () => {
      void this.#tell(id, account)
        .catch((error: unknown) => {
          this.#door.failed(error, 'telling consoles of conversations');
          // What they have not heard of stays due.
          return LIMITS.listEveryMs;
        })
        .then((nextMs) => {
          account.isDue = false;
          if (this.#accounts.get(id) !== account) return;
          if (account.isBehind || account.copy?.head.number !== account.told?.number)
            this.#tellSoon(id, account, Math.max(LIMITS.listEveryMs, nextMs));
        });
    });
  }

  /** Answers with how long to wait before the next time, in milliseconds. */
  async #tell(id: string, account: Account): Promise<number> {
    if (account.readers.size === 0) return 0;
    let { copy } = account;
    if (account.isBehind && copy) {
      account.isBehind = false;
      const log = await this.#door.changes(id, copy.head.number, MOST_CHANGES).catch((error: unknown) => {
        account.isBehind = true;
        throw error;
      });
      copy.follow(log);
      if (log.length === MOST_CHANGES) copy = undefined;
    }
    if (!copy || copy.rows > MOST_ROWS) {
      account.copy = undefined;
      copy = await this.#load(id, account);
    }
    const changed = account.told && copy.since(account.told);
    // As it is before anything more is waited for: what comes meanwhile is told the next time.
    let { head } = copy;
    let pages: string[];
    if (changed) {
      await this.#readMissing(id, copy, changed);
      pages = this.#pagesOf(copy.of(changed), head, false);
    } else ({ head, pages } = await this.#wholeOf(id, copy));
    account.told = head;
    const chars = pages.reduce((sum, page) => sum + page.length, 0);
    const all = chars * account.readers.size;
    account.telling = new Set(account.readers);
    let sent = 0;
    for (const peer of account.telling) {
      for (const page of pages) peer.sendText(page);
      sent += chars;
      if (sent < CHARS_AT_ONCE) continue;
      sent = 0;
      await new Promise<void>((resolve) => this.#door.after(0, resolve));
    }
    return Math.min(LONGEST_MS, all / CHARS_PER_MS);
  }

  async #readMissing(id: string, copy: ListCopy, ids: readonly string[]): Promise<void> {
    const missing = copy.missing(ids);
    if (missing.length > 0) copy.put(await this.#door.threads(id, { ids: missing }));
  }

  /** As it was at `head`, or later. */
  async #wholeOf(id: string, copy: ListCopy): Promise<{ head: Head; pages: string[] }> {
    let { head } = copy;
    for (let times = 0; copy.stale.length > 0 && times < MOST_READS; times++) {
      ({ head } = copy);
      await this.#readMissing(id, copy, copy.stale);
    }
    if (copy.stale.length === 0) ({ head } = copy);
    return { head, pages: this.#pagesOf(copy.first(FIRST_ROWS), head, true) };
  }

  /** A reset is told even when it is empty. */
  #pagesOf(rows: readonly ThreadRow[], { number, id }: Head, reset: boolean): string[] {
    const told = rows.map((row) => ({ row, text: this.#textOf(row) }));
    const groups: (typeof told)[] = reset || told.length > 0 ? [[]] : [];
    let chars = 0;
    for (const one of told) {
      chars += one.text.length;
      const group = groups.at(-1);
      if (group && group.length > 0 && (group.length === LIMITS.listPageRows || chars > PAGE_CHARS)) {
        groups.push([one]);
        chars = one.text.length;
      } else group?.push(one);
    }
    const end = `"number":${number}${id === undefined ? '' : `,"id":"${id}"`}`;
    // Put together by hand: its length is what the cut goes by.
    return groups.map(
      (group, at) =>
        `{"t":"dialog","say":{"t":"threads","reset":${reset && at === 0},"more":${at + 1 < groups.length},${end},` +
        `"people":${JSON.stringify(this.#peopleOf(group.map(({ row }) => row)))},"put":[${group.map(({ text }) => text).join()}]}}`,
    );
  }

  #textOf(row: ThreadRow): string {
    const known = this.#texts.get(row);
    if (known !== undefined) return known;
    const text = JSON.stringify(rowOf(row));
    this.#texts.set(row, text);
    return text;
  }

  #peopleOf(rows: readonly ThreadRow[]): { id: string; name: string }[] {
    const ids = rows.flatMap(({ assignee, last }) => [assignee, last?.byKind === 'operator' ? last.byId : null]);
    return [...new Set(ids)].flatMap((id) => {
      const operator = id === null ? undefined : this.#door.operatorOf(id);
      return id !== null && operator ? [{ id, name: operator.name }] : [];
    });
  }
}

/** As consoles are told it. */
export function rowOf({ contact, contactName, email, team, escalated, last, marks, ...row }: ThreadRow): Row {
  return {
    ...row,
    contact: contact === null ? null : { id: contact, name: contactName ?? '' },
    ...(email === null ? {} : { email }),
    ...(team === null ? {} : { team }),
    ...(escalated && { escalated }),
    marks: marks.slice(0, LIMITS.maxMessagesAtOnce).map(({ actor: by, delivered, read }) => ({ by, delivered, read })),
    ...(last && {
      last: {
        by: { kind: last.byKind, ...(last.byId === null ? {} : { id: last.byId }) },
        kind: last.kind,
        text: last.text,
        seq: last.seq,
      },
    }),
  };
}
