// An account's list of conversations, as it is held for the consoles that show it: rows, and the newest end of the account's
// change log. Kept up from what is committed here, so that neither a change nor a console that comes back asks the database
// for what is known. Pure: inbox.ts reads what is missing.
//
// Easy to get wrong: rows are read while others commit, so one that comes from the database may be older than the one that
// is here: the version decides. And a number of the log that is left out was another relay's: then nothing here may be taken
// for the newest before the log has been read.

import { LIMITS } from '../../protocol/limits.ts';
import type { Change, ThreadRow } from '../store/conversations.ts';

/** A change of the log. `id` undefined: there is none yet. */
export type Head = { number: number; id: string | undefined };
export type Logged = { number: number; id: string; conversation: string; version: number };

export class ListCopy {
  readonly #rows = new Map<string, ThreadRow>();
  /** Without holes, up to `head`. */
  #log: Logged[] = [];
  #head: Head;
  /** Conversations whose rows here are not what they are by now, with the version that a row must have to be that. */
  readonly #stale = new Map<string, number>();
  readonly #mostLogged: number;

  /** `log`: the newest entries, without holes, in their order; none: nothing was ever changed. */
  constructor(log: readonly Logged[], mostLogged: number) {
    this.#log = [...log];
    this.#head = log.at(-1) ?? { number: 0, id: undefined };
    this.#mostLogged = mostLogged;
  }

  get head(): Head {
    return this.#head;
  }

  get rows(): number {
    return this.#rows.size;
  }

  /** As read. */
  put(rows: readonly ThreadRow[]): void {
    for (const row of rows) {
      const known = this.#rows.get(row.id);
      if (known && known.version > row.version) continue;
      this.#rows.set(row.id, row);
      if (row.version >= (this.#stale.get(row.id) ?? 0)) this.#stale.delete(row.id);
    }
  }

  /** The next entries of the log, as read: what is known of their conversations is not the newest. */
  follow(log: readonly Logged[]): void {
    for (const entry of log) {
      if (entry.number !== this.#head.number + 1) continue;
      this.#append(entry);
      this.#stale.set(entry.conversation, entry.version);
    }
  }

  /** As committed. False: something before it is missing here, and it was not taken. */
  take(change: Change): boolean {
    const { number, id, conversation } = change;
    if (number <= this.#head.number) return true;
    if (number !== this.#head.number + 1) return false;
    const { version } = conversation;
    this.#append({ number, id, conversation: conversation.id, version });
    const row = this.#rows.get(conversation.id);
    const next = row && changedRow(row, change);
    if (next) this.#rows.set(next.id, next);
    // A row that was read meanwhile has it already.
    else if (!row || row.version < version) this.#stale.set(conversation.id, version);
    return true;
  }

  /** Conversations that have changed since then. Undefined: that is not known here. */
  since(from: Head): string[] | undefined {
    const { number, id } = this.#head;
    if (from.number === number) return from.id === id ? [] : undefined;
    const first = this.#log[0]?.number ?? number + 1;
    // Its own entry has to be here, too: a number alone may be of another past (a database that was put back).
    const at = from.number - first;
    const isKnown =
      from.number === 0 ? from.id === undefined && first === 1 : from.id !== undefined && this.#log[at]?.id === from.id;
    if (!isKnown) return undefined;
    return [...new Set(this.#log.slice(at + 1).map(({ conversation }) => conversation))];
  }

  get stale(): string[] {
    return [...this.#stale.keys()];
  }

  /** Of these, those that have to be read. */
  missing(ids: Iterable<string>): string[] {
    return [...ids].filter((id) => this.#stale.has(id) || !this.#rows.has(id));
  }

  of(ids: Iterable<string>): ThreadRow[] {
    return [...ids].flatMap((id) => this.#rows.get(id) ?? []);
  }

  /** Those that something was said in last, and those that wait longest. */
  first(limit: number): ThreadRow[] {
    const all = [...this.#rows.values()].sort((one, other) => other.lastAt - one.lastAt);
    const waiting = all
      .slice(limit)
      .filter(({ waitingSince }) => waitingSince !== null)
      .sort((one, other) => (one.waitingSince ?? 0) - (other.waitingSince ?? 0));
    return [...all.slice(0, limit), ...waiting.slice(0, limit)];
  }

  #append(entry: Logged): void {
    this.#log.push(entry);
    this.#head = entry;
    // Cut seldom: each time it is copied.
    if (this.#log.length > 2 * this.#mostLogged) this.#log = this.#log.slice(-this.#mostLogged);
  }
}

/** Undefined: what was changed does not say how the row is now. */
function changedRow(row: ThreadRow, { conversation, messages, marks, isRefreshed }: Change): ThreadRow | undefined {
  if (row.version + 1 !== conversation.version || isRefreshed) return undefined;
  const { version, seq, assignee, team, escalatedAt, status, waitingSince, lastAt } = conversation;
  const said = messages.filter(({ kind }) => kind !== 'system').sort((one, other) => one.seq - other.seq);
  const newest = said.at(-1);
  const last: ThreadRow['last'] =
    newest && newest.seq >= (row.last?.seq ?? 0)
      ? {
          seq: newest.seq,
          byKind: newest.by.kind,
          byId: newest.by.id ?? null,
          kind: newest.kind,
          text: excerptOf(newest.body.text || (newest.body.files?.[0]?.name ?? '')),
        }
      : row.last;
  const others = row.marks.filter((mark) => !marks.some((one) => one.kind === mark.kind && one.actor === mark.actor));
  return {
    ...row,
    version,
    seq,
    assignee,
    team,
    escalated: escalatedAt !== null,
    status,
    waitingSince,
    lastAt,
    last,
    // Copies: those of the change are their conversation's own, and go on changing.
    marks: [...others, ...marks.map((mark) => ({ ...mark }))],
  };
}

/** As the database cuts it: by characters, of which some are two units long. */
function excerptOf(text: string): string {
  return [...text.slice(0, LIMITS.maxExcerptChars)].slice(0, LIMITS.maxExcerptChars / 2).join('');
}
