// Each account's list of conversations, as consoles see it: the last ones at first, then whatever changes, gathered for a
// moment and read once for all consoles. What has changed is asked of the change log, whoever wrote it. A console that comes
// back says which change it had last, and gets what has changed since; if the log does not know that change, everything anew.
//
// Easy to get wrong: a row says how a conversation is now, not what happened to it; so a row that comes twice, or is newer
// than the number beside it, does no harm. One that is older would.

import type { Thread as Row } from '../../protocol/chat.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OperatorPeer } from '../live/operators.ts';
import type { ThreadRow } from '../store/conversations.ts';

/** A change of the log. `id` undefined: there is none yet. */
export type Head = { number: number; id: string | undefined };

export type InboxDoor = {
  after(delayMs: number, task: () => void): () => void;
  /** Those named, or the ones that something was said in last. */
  threads(account: string, which: { ids: readonly string[] } | { limit: number }): Promise<ThreadRow[]>;
  changes(
    account: string,
    after: number,
    limit: number,
  ): Promise<{ number: number; id: string; conversation: string }[]>;
  head(account: string): Promise<Head>;
  operatorOf(id: string): { account: string; name: string } | undefined;
  failed(error: unknown, where: string): void;
};

/** At first; a console searches for others. */
const FIRST_ROWS = 1000;
/** Past so many changes the whole list is less. */
const MOST_CHANGES = 2000;
/** A console refuses a message of more than LIMITS.maxTextBytes. */
const PAGE_CHARS = LIMITS.maxTextBytes / 2;

/** `told`: what its consoles have. `isDue`: something has changed since. */
type Account = { readers: Set<OperatorPeer>; told: Head; isDue: boolean };

export class Inbox {
  readonly #door: InboxDoor;
  /** Those that any console shows. */
  readonly #accounts = new Map<string, Account>();

  constructor(door: InboxDoor) {
    this.#door = door;
  }

  /** `from`: what the console has; undefined: nothing. */
  async open(peer: OperatorPeer, from: Head | undefined): Promise<void> {
    const id = peer.operator.account;
    // Before the rows: what changes in between comes twice rather than never.
    const head = await this.#door.head(id);
    const account = this.#accounts.get(id) ?? { readers: new Set(), told: head, isDue: false };
    this.#accounts.set(id, account);
    account.readers.add(peer);
    const missed = from && (await this.#since(id, from));
    const rows = await this.#door.threads(id, missed ? { ids: missed.ids } : { limit: FIRST_ROWS });
    if (account.readers.has(peer))
      for (const page of this.#pagesOf(rows, missed?.head ?? head, !missed)) peer.sendText(page);
    // Others of the account may have been told of more than this one asked for.
    if (account.told.number !== head.number) this.changed(id);
  }

  close(peer: OperatorPeer): void {
    const account = this.#accounts.get(peer.operator.account);
    account?.readers.delete(peer);
    if (account?.readers.size === 0) this.#accounts.delete(peer.operator.account);
  }

  changed(id: string): void {
    const account = this.#accounts.get(id);
    if (!account || account.isDue) return;
    account.isDue = true;
    this.#door.after(LIMITS.listEveryMs, () => {
      account.isDue = false;
      this.#flush(id, account).catch((error: unknown) => {
        this.#door.failed(error, 'telling consoles of conversations');
        // What they have not heard of stays due.
        this.changed(id);
      });
    });
  }

  async #flush(id: string, account: Account): Promise<void> {
    if (account.readers.size === 0) return;
    const since = await this.#since(id, account.told);
    const rows = await this.#door.threads(id, since ? { ids: since.ids } : { limit: FIRST_ROWS });
    const head = since?.head ?? (await this.#door.head(id));
    account.told = head;
    const pages = this.#pagesOf(rows, head, !since);
    for (const peer of account.readers) for (const page of pages) peer.sendText(page);
  }

  /** What has changed since then. Undefined: that can't be said, or would be more than everything. */
  async #since(id: string, from: Head): Promise<{ ids: string[]; head: Head } | undefined> {
    const found = await this.#door.changes(id, from.number - 1, MOST_CHANGES);
    const since = from.number === 0 ? found : found.slice(1);
    const isKnown =
      from.number === 0 ? from.id === undefined : found[0]?.number === from.number && found[0].id === from.id;
    if (!isKnown || found.length === MOST_CHANGES) return undefined;
    return { ids: [...new Set(since.map(({ conversation }) => conversation))], head: since.at(-1) ?? from };
  }

  /** A reset is told even when it is empty. */
  #pagesOf(rows: readonly ThreadRow[], { number, id }: Head, reset: boolean): string[] {
    const told = rows.map((row) => ({ row, text: JSON.stringify(rowOf(row)) }));
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
    // Put together by hand: each row is written once, and its length is what the cut goes by.
    return groups.map(
      (group, at) =>
        `{"t":"dialog","say":{"t":"threads","reset":${reset && at === 0},"more":${at + 1 < groups.length},${end},` +
        `"people":${JSON.stringify(this.#peopleOf(group.map(({ row }) => row)))},"put":[${group.map(({ text }) => text).join()}]}}`,
    );
  }

  #peopleOf(rows: readonly ThreadRow[]): { id: string; name: string }[] {
    const ids = rows.flatMap(({ assignee, last }) => [assignee, last?.byKind === 'operator' ? last.byId : null]);
    return [...new Set(ids)].flatMap((id) => {
      const operator = id === null ? undefined : this.#door.operatorOf(id);
      return id !== null && operator ? [{ id, name: operator.name }] : [];
    });
  }
}

function rowOf({ contact, contactName, last, marks, ...row }: ThreadRow): Row {
  return {
    ...row,
    contact: contact === null ? null : { id: contact, name: contactName ?? '' },
    marks: marks.slice(0, LIMITS.maxMessagesAtOnce).map(({ actor: by, delivered, read }) => ({ by, delivered, read })),
    ...(last && {
      last: {
        by: { kind: last.byKind, ...(last.byId === null ? {} : { id: last.byId }) },
        kind: last.kind,
        text: last.text,
      },
    }),
  };
}
