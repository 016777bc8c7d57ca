// The ledger: what operators did on visitors' pages by hand, what became of it, and what visitors allowed. One chain for
// each account: the hash of an entry covers that of the one before, so what is changed, put in or taken out later is
// noticed by whoever checks. Only the newest entries can be cut off unnoticed: keep the head (`checkLedger` gives it) in
// another place and compare.
//
// Entries are written together, in the order they came, and held here while the database does not take them. Nothing
// waits for that, and what could not be held is counted: the count is an entry, too. Accounts take turns, and each has its
// own part of what can be held: what one of them writes costs no other an entry. [G12]
//
// What is told of a deed is tellable.ts's.
//
// Easy to get wrong: an answer of the database may be lost after it has taken a batch, which is then written again and must
// not stand there twice; two relays write for one account, so the account's row is locked while a batch finds its
// predecessor; what is hashed is the text that is stored, never JSON that a database has written anew.

import { createHash } from 'node:crypto';
import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Deed, LedgerEntry } from '../live/deed.ts';
import { reasonOf, type Logger } from '../log.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';
import { account as accounts, ledger } from './schema.ts';
import { tellable } from './tellable.ts';

/** `unreadable`: somebody has changed its text into none of ours. */
export type StoredEntry = Omit<LedgerEntry, 'account' | 'deed'> & {
  deed: Deed | { kind: 'unreadable' };
  number: number;
  hash: string;
};

export type Ledger = {
  write(entry: LedgerEntry): void;
  /** Ends when everything is written, or was tried once more. */
  close(): Promise<void>;
};

/** The hash that the first entry of an account follows. */
export const BEGINNING = '0'.repeat(64);
/** Eight parameters each, and PostgreSQL takes 65,535 in a statement. */
const ROWS_AT_ONCE = 1000;
/** Waiting, of all accounts together; each may have its part of it. */
export const MAX_WAITING_BYTES = 32 * 1024 * 1024;
/** In one statement, unless one entry alone has more. */
const BYTES_AT_ONCE = 1024 * 1024;
/** What an entry costs beside its text. */
const ENTRY_BYTES = 300;
const TOGETHER_MS = 250;
const AGAIN_MS = 1000;
/** A database that is gone must not keep a relay from stopping. */
const CLOSE_WAIT_MS = 3000;

/** An entry as it is stored. The id tells, when an answer of the database was lost, what of a batch it has already. */
type Waiting = Pick<LedgerEntry, 'account' | 'room' | 'at'> & {
  id: string;
  operatorId: string;
  body: string;
  words: string;
  bytes: number;
};

/** Of one account. `lost`: how many could not be held, and the last of them. */
type Queue = { waiting: Waiting[]; bytes: number; lost: { count: number; last: LedgerEntry } | undefined };

export function createLedger(options: {
  db: Database;
  log: Logger;
  after(delayMs: number, task: () => void): () => void;
  maxWaitingBytes?: number;
}): Ledger {
  const { db, log, after, maxWaitingBytes = MAX_WAITING_BYTES } = options;
  /** By account, in the order of their turns. One that has nothing is not here. */
  const queues = new Map<string, Queue>();
  let writing: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let isFailing = false;

  const stopTrying = () => {
    cancel?.();
    cancel = undefined;
  };

  const start = () => {
    cancel = undefined;
    writing ??= drain().finally(() => {
      writing = undefined;
      if (queues.size > 0) cancel ??= after(isFailing ? AGAIN_MS : TOGETHER_MS, start);
    });
  };

  const push = (queue: Queue, entry: Waiting) => {
    queue.waiting.push(entry);
    queue.bytes += entry.bytes;
  };

  const drain = async () => {
    for (;;) {
      const [turn] = queues;
      if (!turn) return;
      const [account, queue] = turn;
      // Whatever comes of it, the next turn is another's.
      queues.delete(account);
      queues.set(account, queue);
      const batch = batchOf(queue.waiting);
      try {
        await append(db, batch);
      } catch (error) {
        if (!isFailing)
          log.error('the database does not take the ledger of what operators do; it is tried again until it does', {
            reason: reasonOf(error),
            risk: 'a relay that ends before that loses what waits',
          });
        isFailing = true;
        return;
      }
      if (isFailing) log.info('the database takes the ledger again');
      isFailing = false;
      queue.waiting = queue.waiting.slice(batch.length);
      for (const { bytes } of batch) queue.bytes -= bytes;
      const { lost } = queue;
      queue.lost = undefined;
      if (lost) push(queue, waitingOf({ ...lost.last, deed: { kind: 'lost', count: lost.count } }));
      if (queue.waiting.length === 0) queues.delete(account);
    }
  };

  return {
    write(entry) {
      const { account } = entry;
      const queue = queues.get(account) ?? { waiting: [], bytes: 0, lost: undefined };
      queues.set(account, queue);
      const told = tellable(entry);
      const waiting = waitingOf(told);
      // Its part of the whole: who writes much loses only their own, however few others there are.
      if (queue.waiting.length > 0 && queue.bytes + waiting.bytes > maxWaitingBytes / queues.size)
        queue.lost = { count: (queue.lost?.count ?? 0) + 1, last: told };
      else push(queue, waiting);
      if (!writing) cancel ??= after(TOGETHER_MS, start);
    },
    async close() {
      stopTrying();
      const written = async () => {
        await writing;
        if (queues.size > 0) await drain();
      };
      await new Promise<void>((resolve) => {
        const cancelWait = after(CLOSE_WAIT_MS, resolve);
        void written().then(() => {
          cancelWait();
          resolve();
        });
      });
      stopTrying();
      let lost = 0;
      for (const queue of queues.values()) lost += queue.waiting.length + (queue.lost?.count ?? 0);
      if (lost > 0) log.error('the ledger is not complete', { lost });
    },
  };
}

function waitingOf(entry: LedgerEntry): Waiting {
  const { account, room, at, operator } = entry;
  const body = bodyOf(entry);
  const words = stored(wordsOf(entry));
  const bytes = 2 * (body.length + words.length) + ENTRY_BYTES;
  return { id: newId(), account, room, operatorId: operator.id, at, body, words, bytes };
}

/** The oldest that go in one statement. */
function batchOf(waiting: readonly Waiting[]): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const entry of waiting.slice(0, ROWS_AT_ONCE)) {
    bytes += entry.bytes;
    if (count > 0 && bytes > BYTES_AT_ONCE) break;
    count++;
  }
  return waiting.slice(0, count);
}

/** Entries of one account, oldest first. */
async function append(db: Database, entries: readonly Waiting[]): Promise<void> {
  const account = entries[0]?.account;
  if (account === undefined) return;
  await db.orm.transaction(async (tx) => {
    await tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, account)).for('update');
    const [last] = await tx
      .select({ number: ledger.number, hash: ledger.hash })
      .from(ledger)
      .where(eq(ledger.accountId, account))
      .orderBy(desc(ledger.number))
      .limit(1);
    let { number, hash } = last ?? { number: 0, hash: BEGINNING };
    const ids = entries.map(({ id }) => id);
    const known = new Set(
      (await tx.select({ id: ledger.id }).from(ledger).where(inArray(ledger.id, ids))).map(({ id }) => id),
    );
    const rows = entries
      .filter(({ id }) => !known.has(id))
      .map(({ id, room, operatorId, at, body, words }) => {
        number++;
        hash = hashOf(hash, number, body);
        return { id, accountId: account, number, room, operatorId, at: new Date(at), words, body, hash };
      });
    if (rows.length > 0) await tx.insert(ledger).values(rows);
  });
}

/** In this order, so that anybody can hash it again. */
function bodyOf({ at, site, room, visitor, operator, tab, url, deed }: LedgerEntry): string {
  const { id, name } = operator;
  return JSON.stringify({ at, site, room, visitor, operator: { id, name }, tab, url, deed });
}

function hashOf(before: string, number: number, body: string): string {
  return createHash('sha256').update(`${before}\n${number}\n${body}`).digest('hex');
}

export type LedgerQuery = {
  room?: string;
  operator?: string;
  /** The site's id. */
  site?: string;
  /** Epoch milliseconds: from this one on, and up to before that one. */
  from?: number;
  to?: number;
  /** The number of the oldest entry that is known already. */
  before?: number;
  limit: number;
};

/** Of these numbers on, and with these words in them, as far as the database can tell. */
type Slice = { since?: number; words?: string };

/** Newest first. */
export async function readLedger(db: Database, account: string, query: LedgerQuery & Slice): Promise<StoredEntry[]> {
  const { room, operator, site, from, to, before, limit, since, words } = query;
  const rows = await db.orm
    .select()
    .from(ledger)
    .where(
      and(
        eq(ledger.accountId, account),
        room === undefined ? undefined : eq(ledger.room, room),
        operator === undefined ? undefined : eq(ledger.operatorId, operator),
        site === undefined ? undefined : eq(ledger.site, site),
        ...within({ from, to }),
        before === undefined ? undefined : lt(ledger.number, before),
        since === undefined ? undefined : gte(ledger.number, since),
        words === undefined ? undefined : or(isNull(ledger.words), sql`position(${words} in ${ledger.words}) > 0`),
      ),
    )
    .orderBy(desc(ledger.number))
    .limit(limit);
  return rows.map(readRow);
}

function readRow(row: typeof ledger.$inferSelect): StoredEntry {
  const { number, hash, body } = row;
  const said = entryIn(body);
  // Somebody was at it: it is shown as that, and the rest must still be readable.
  if (said) return { ...said, number, hash };
  const { room, operatorId, at } = row;
  const nothing = { site: '', visitor: '', tab: 0, url: '' };
  return {
    ...nothing,
    at: at.getTime(),
    room,
    operator: { id: operatorId, name: '' },
    deed: { kind: 'unreadable' },
    number,
    hash,
  };
}

/** So many are looked through for words in one go, a slice in each statement, so that others get their turn between two;
 * then whoever asks gets what was found, and from where to go on. */
const MOST_LOOKED_THROUGH = 500_000;
const SLICE = 50_000;
/** Entries without words of their own are read here, one by one. */
const MOST_READ = 5000;

export type LedgerPage = {
  entries: StoredEntry[];
  /** The `before` of the next page; undefined: there is none. */
  next?: number;
};

/** A page of what fits, newest first. `text`: in the page's address, the target, the values, the people's names. */
export async function searchLedger(
  db: Database,
  account: string,
  { text, ...query }: LedgerQuery & { text?: string },
): Promise<LedgerPage> {
  const wanted = stored(text?.trim().toLowerCase() ?? '');
  const { limit } = query;
  const span = await numbersIn(db, account, query);
  if (!span) return { entries: [] };
  const spanned = { ...query, ...span };
  if (wanted) return searchWords(db, account, spanned, wanted);
  return pageOf(await readLedger(db, account, { ...spanned, limit: limit + 1 }), limit);
}

/** Which numbers there are within a time: a database that goes down from the newest would look at all that is newer. */
async function numbersIn(
  db: Database,
  account: string,
  { from, to, before }: LedgerQuery,
): Promise<{ since: number; before?: number } | undefined> {
  if (from === undefined && to === undefined) return { since: 1, ...(before === undefined ? {} : { before }) };
  // Not the bare column, of which a database takes the highest by going down from the newest.
  const number = sql<string | null>`${ledger.number} + 0`;
  const [span] = await db.orm
    .select({ first: sql<string | null>`min(${number})`, last: sql<string | null>`max(${number})` })
    .from(ledger)
    .where(and(eq(ledger.accountId, account), ...within({ from, to })));
  const { first, last } = span ?? { first: null, last: null };
  if (first === null || last === null) return undefined;
  return { since: Number(first), before: Math.min(before ?? Infinity, Number(last) + 1) };
}

function within({ from, to }: { from: number | undefined; to: number | undefined }) {
  return [
    from === undefined ? undefined : gte(ledger.at, new Date(from)),
    to === undefined ? undefined : lt(ledger.at, new Date(to)),
  ];
}

async function searchWords(
  db: Database,
  account: string,
  query: LedgerQuery & { since: number },
  words: string,
): Promise<LedgerPage> {
  const { limit, since: first } = query;
  const entries: StoredEntry[] = [];
  let before = query.before ?? (await lengthOfLedger(db, account)) + 1;
  const last = Math.max(first, before - MOST_LOOKED_THROUGH);
  let read = 0;
  while (before > last && read < MOST_READ) {
    const since = Math.max(last, before - SLICE);
    const found = await readLedger(db, account, { ...query, before, since, words, limit: limit + 1 });
    read += found.length;
    entries.push(...found.filter((entry) => stored(wordsOf(entry)).includes(words)));
    if (entries.length > limit) return pageOf(entries, limit);
    // One that is full has more behind it.
    before = found.length > limit ? (found.at(-1)?.number ?? since) : since;
  }
  return before > first ? { entries, next: before } : { entries };
}

/** `found`: one more than is shown, if there is a next page. */
function pageOf(found: StoredEntry[], limit: number): LedgerPage {
  const entries = found.slice(0, limit);
  return found.length > limit ? { entries, next: entries.at(-1)?.number ?? 1 } : { entries };
}

/** What a person may look for, in lower case. Not by the database: what it takes for the same letter depends on its locale. */
function wordsOf({ operator, url, deed }: Pick<StoredEntry, 'operator' | 'url' | 'deed'>): string {
  const words = [operator.name, url];
  if (deed.kind === 'undo') words.push(deed.what, deed.was, deed.now);
  if (deed.kind === 'act') {
    const { act, outcome } = deed;
    words.push(outcome.what ?? '', outcome.was ?? '', outcome.now ?? '');
    for (const value of Object.values(act)) if (typeof value === 'string' && value !== act.t) words.push(value);
  }
  return words.join('\n').toLowerCase();
}

/** Characters that no database takes as text are left out. */
function stored(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '');
}

export type LedgerCheck = {
  /** Entries that are as they were written. */
  entries: number;
  /** Hash of the last of them. */
  head: string;
  /** Number of the first entry that is not what was written, or is missing. */
  brokenAt?: number;
  /** There are more that were not looked at: go on from here. */
  isPart?: true;
};

/** Goes through the chain of an account: whole, or from where an earlier call has stopped, `most` entries further. */
export async function checkLedger(
  db: Database,
  account: string,
  { from, most = Infinity }: { from?: { entries: number; head: string }; most?: number } = {},
): Promise<LedgerCheck> {
  let { entries, head } = from ?? { entries: 0, head: BEGINNING };
  const stop = entries + most;
  for (;;) {
    const rows = await db.orm
      .select()
      .from(ledger)
      .where(and(eq(ledger.accountId, account), gt(ledger.number, entries)))
      .orderBy(asc(ledger.number))
      .limit(ROWS_AT_ONCE);
    if (rows.length === 0) return { entries, head };
    for (const row of rows) {
      if (entries >= stop) return { entries, head, isPart: true };
      const number = entries + 1;
      if (row.number !== number || row.hash !== hashOf(head, number, row.body) || !isItsBody(row))
        return { entries, head, brokenAt: number };
      entries = number;
      head = row.hash;
    }
  }
}

/** How many entries there should be: the number of the newest. */
export async function lengthOfLedger(db: Database, account: string): Promise<number> {
  const [last] = await db.orm
    .select({ number: ledger.number })
    .from(ledger)
    .where(eq(ledger.accountId, account))
    .orderBy(desc(ledger.number))
    .limit(1);
  return last?.number ?? 0;
}

/** What entries are found by says the same as what was hashed. */
function isItsBody({ room, operatorId, at, body }: typeof ledger.$inferSelect): boolean {
  const said = entryIn(body);
  return said?.room === room && said.operator.id === operatorId && said.at === at.getTime();
}

/** Undefined: it is none. Whoever can write in the database can make a hash that fits. */
function entryIn(body: string): Omit<LedgerEntry, 'account'> | undefined {
  let said: Partial<LedgerEntry> | null;
  try {
    said = JSON.parse(body) as typeof said;
  } catch {
    return undefined;
  }
  const { operator, url, deed } = said ?? {};
  const isText = (value: unknown) => typeof value === 'string';
  const isWhole = isText(operator?.id) && isText(operator.name) && isText(url) && isDeed(deed);
  return isWhole ? (said as LedgerEntry) : undefined;
}

function isDeed(value: unknown): boolean {
  const deed = value as Partial<Record<string, unknown>> | null | undefined;
  const isObject = (part: unknown) => typeof part === 'object' && part !== null;
  if (deed?.['kind'] === 'act') return isObject(deed['act']) && isObject(deed['outcome']);
  if (deed?.['kind'] === 'undo') return ['what', 'was', 'now'].every((name) => typeof deed[name] === 'string');
  return typeof deed?.['kind'] === 'string';
}
