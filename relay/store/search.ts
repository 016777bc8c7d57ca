// Finds messages by their words, and conversations by what is known of them, newest first, a page at a time.
//
// A frequent word stands in every tenth message: to sort all of these by time would take longer than anybody waits, and a
// rare word is found by no walk back through time. So a search goes back in stretches (DEPTH): the newest messages one
// by one, in the order of time; what is left by the index of words, as soon as what was seen says that there are not too
// many. If the filters leave few conversations, these are looked through instead. What takes longer than STATEMENT_MS is cut off, and what was
// found by then is told, with the place where it goes on.
//
// Easy to get wrong: the query must be planned with its values (`plan_cache_mode`), since how frequent a word is decides how it
// is looked for. And the words are a moment behind the messages (search-index.ts): what is told is compared with what the
// messages say now.

import type { TransactionSql } from 'postgres';
import { LIMITS } from '../../protocol/limits.ts';
import type { SearchCursor, SearchFilter, SearchHit } from '../../protocol/search.ts';
import { storable } from '../dialog/conversation.ts';
import { ms, type Fragment, type Fragments } from './conversations.ts';
import type { Database } from './database.ts';
import { isCutOff } from './fault.ts';
import { excerptOf, MARK, partsOf, plainOf, queryOf } from './search-words.ts';

export type Found = {
  /** Conversations of contacts that are what was looked for. */
  contacts: string[];
  hits: SearchHit[];
  /** Without a phrase: what was found, in its order. */
  conversations: string[];
  next: SearchCursor | undefined;
  isCutOff: boolean;
};

export type Asked = {
  account: string;
  /** Who asks: for what they have not read. */
  operator: string;
  filter: SearchFilter;
  after: SearchCursor | undefined;
  /** False: nobody waits for it any more. */
  isWanted(): boolean;
  /** Another than DEPTH: for tests, which have few messages. */
  depth?: { stretches: readonly number[]; sortable: number };
};

/** `stretches`: of messages that are looked through one by one, from the newest back, before the index of words is asked for all
 * others. `sortable`: so many are fetched from all over the table and sorted sooner than a long stretch is looked through. */
const DEPTH = { stretches: [2_000, 30_000], sortable: 2_000 };
/** So few conversations are looked through themselves. */
const FEW = 300;
const STATEMENT_MS = 1_500;
/** Of all statements of a search; the embedded database can't cut one off. */
const WHOLE_MS = 2_500;

/** Never throws for what was looked for, whatever it is; throws when the database is away. */
export async function search(db: Database, asked: Asked): Promise<Found> {
  const { filter, after } = asked;
  const phrase = storable(filter.phrase ?? '')
    .normalize('NFC')
    .trimStart();
  const found: Found = { contacts: [], hits: [], conversations: [], next: undefined, isCutOff: false };
  const places: SearchCursor[] = [];
  const parts = partsOf(phrase);
  const until = performance.now() + WHOLE_MS;
  const isOver = () => performance.now() > until || !asked.isWanted();
  try {
    await db.sql.begin('read only', async (sql) => {
      await sql`select set_config('statement_timeout', ${String(STATEMENT_MS)}, true),
        set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)`;
      if (phrase === '') {
        await findConversations(sql, asked, found);
        return;
      }
      if (after === undefined) found.contacts = await findContacts(sql, asked, phrase);
      if (parts.length > 0) await findPlaces(sql, asked, queryOf(sql, parts), { places, found, isOver });
    });
  } catch (error) {
    if (!isCutOff(error)) throw error;
    found.isCutOff = true;
  }
  if (places.length > LIMITS.maxFound) {
    places.length = LIMITS.maxFound;
    found.next = places.at(-1);
    found.isCutOff = false;
  }
  found.hits = await readHits(db, places, queryOf, parts);
  return found;
}

/** Of conversations `c`. */
function conditionsOf(sql: Fragments, { account, operator, filter }: Asked, hasPhrase: boolean) {
  const { site, status, waiting, unread, least, most, person, id, contact, from, to } = filter;
  const all = [sql`c.account_id = ${account}`];
  const set = (isSet: unknown, condition: () => Fragment) => {
    if (isSet !== undefined && isSet !== false) all.push(condition());
  };
  set(site, () => sql`c.site_id = ${site ?? ''}`);
  set(status, () => sql`c.status = ${status ?? ''}`);
  set(waiting, () => sql`c.status = 'open' and c.waiting_since is not null`);
  set(
    filter.operator,
    () => sql`(c.assignee_id = ${filter.operator ?? ''} or exists (select from conversation_writer w
      where w.operator_id = ${filter.operator ?? ''} and w.conversation_id = c.id))`,
  );
  set(
    unread,
    () => sql`not exists (select from participant r where r.conversation_id = c.id and r.actor_kind = 'operator'
        and r.actor_id = ${operator} and r.read_seq >= c.seq)
      and exists (select from message m where m.conversation_id = c.id and m.kind <> 'system' and m.actor_id <> ${operator}
        and m.seq > coalesce((select r.read_seq from participant r where r.conversation_id = c.id
          and r.actor_kind = 'operator' and r.actor_id = ${operator}), 0))`,
  );
  set(least, () => sql`c.seq >= ${least ?? 0}`);
  set(most, () => sql`c.seq <= ${most ?? 0}`);
  set(
    person,
    () =>
      sql`c.contact_id in (select p.id from contact p where p.account_id = ${account} and ${isKnownAs(sql, person ?? '')})`,
  );
  set(id, () => endsWith(sql, id ?? ''));
  set(contact, () => sql`c.contact_id = ${contact ?? ''}`);
  // It went on within that time: a phrase asks for messages of that time, instead.
  if (!hasPhrase) {
    set(from, () => sql`c.last_at >= ${atOf(sql, from ?? 0)}`);
    set(to, () => sql`c.created_at <= ${atOf(sql, to ?? 0)}`);
  }
  return { isNarrow: all.length > 1, sql: all.reduce((one, other) => sql`${one} and ${other}`) };
}

const atOf = (sql: Fragments, at: number) => sql`to_timestamp(${at / 1000}::float8)`;

/** A contact `p` of whom something is known that contains this. */
function isKnownAs(sql: Fragments, text: string) {
  const clean = storable(text).trim();
  const like = (part: string) => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const digits = clean.replace(/\D/g, '');
  const isNumber = digits.length >= 3 && /^[\d\s()+.-]*$/.test(clean);
  return sql`p.known <> '' and p.known like ${like(isNumber ? digits : clean.toLowerCase())}`;
}

/** The conversation's id, or its contact's. */
function endsWith(sql: Fragments, end: string) {
  return sql`(right(c.id::text, ${end.length}) = ${end} or right(c.contact_id::text, ${end.length}) = ${end})`;
}

async function findContacts(sql: TransactionSql, asked: Asked, phrase: string): Promise<string[]> {
  const conditions = conditionsOf(sql, asked, false);
  const id = /^#?([\da-f-]{4,36})$/.exec(phrase.trim().toLowerCase())?.[1];
  const found = async (condition: Fragment) =>
    (
      await sql<{ id: string }[]>`select c.id from conversation c where ${conditions.sql} and ${condition}
        order by c.last_at desc, c.id desc limit ${LIMITS.maxFoundContacts}`
    ).map((row) => row.id);
  // Two questions: one with `or` between two tables would be asked of every conversation.
  const byId = id === undefined ? [] : await found(endsWith(sql, id));
  const byWhatIsKnown = await found(
    sql`c.contact_id in (select p.id from contact p where p.account_id = ${asked.account} and ${isKnownAs(sql, phrase)})`,
  );
  return [...new Set([...byId, ...byWhatIsKnown])].slice(0, LIMITS.maxFoundContacts);
}

async function findConversations(sql: TransactionSql, asked: Asked, found: Found): Promise<void> {
  const { after } = asked;
  const rows = await sql<{ id: string; at: number }[]>`select c.id, ${ms(sql, 'c.last_at')} as at from conversation c
    where ${conditionsOf(sql, asked, false).sql}
    ${after ? sql`and (c.last_at, c.id) < (${atOf(sql, after.at)}, ${after.conversation}::uuid)` : sql``}
    order by c.last_at desc, c.id desc limit ${LIMITS.maxFound + 1}`;
  const page = rows.slice(0, LIMITS.maxFound);
  found.conversations = page.map(({ id }) => id);
  const last = page.at(-1);
  if (rows.length > page.length && last) found.next = { at: last.at, conversation: last.id, seq: 0 };
}

/** Where messages with these words are. Each stretch that is done is in `places`; when one is not, `found.next` is where it begins. */
async function findPlaces(
  sql: TransactionSql,
  asked: Asked,
  typed: Fragment,
  { places, found, isOver }: { places: SearchCursor[]; found: Found; isOver: () => boolean },
): Promise<void> {
  const { account, filter, after } = asked;
  const limit = LIMITS.maxFound + 1;
  const [words] = await sql<
    { query: string; nodes: number; size: number }[]
  >`select q::text as query, numnode(q) as nodes, (select changes::float8 from account where id = ${account}) as size
    from (select ${typed}) as a(q)`;
  if (!words || words.nodes === 0) return;
  const { from, to } = filter;
  const isMatch = sql`w.words @@ ${words.query}::tsquery`;
  const within = sql`${from === undefined ? sql`` : sql`and w.at >= ${atOf(sql, from)}`}
    ${to === undefined ? sql`` : sql`and w.at <= ${atOf(sql, to)}`}`;
  const place = sql`w.conversation_id as conversation, w.seq, ${ms(sql, 'w.at')} as at`;
  const order = sql`order by w.at desc, w.conversation_id desc, w.seq desc`;
  const older = (than: SearchCursor | undefined) =>
    than === undefined ? sql`` : sql`and ${placeOf(sql)} < ${valueOf(sql, than)}`;
  // `is not distinct from` is asked of no index: the account's own would be read from end to end.
  const ofAccount = sql`w.account_id is not distinct from ${account}`;

  let of = sql``;
  const conditions = conditionsOf(sql, asked, true);
  if (conditions.isNarrow) {
    const few = await sql<{ id: string }[]>`select c.id from conversation c where ${conditions.sql} limit ${FEW + 1}`;
    if (few.length === 0) return;
    if (few.length <= FEW) {
      const rows = await sql<
        SearchCursor[]
      >`select ${place} from message_words w where ${ofAccount} ${within} ${older(after)}
        and w.conversation_id = any(${few.map(({ id }) => id)}::uuid[]) and ${isMatch} ${order} limit ${limit}`;
      places.push(...rows);
      return;
    }
    of = sql`where exists (select from conversation c where c.id = w.conversation_id and ${conditions.sql})`;
  }
  // What has the words first, then which of it is of such a conversation: the other way round, every conversation is looked at.
  const pick = (matches: Fragment, left: number) => sql<SearchCursor[]>`
    with w as materialized (select w.conversation_id, w.seq, w.at from message_words w where ${matches}
      ${conditions.isNarrow ? sql`` : sql`${order} limit ${left}`})
    select ${place} from w ${of} ${order} limit ${left}`;

  let newer = after;
  await plan(sql, 'walk');
  const { stretches, sortable } = asked.depth ?? DEPTH;
  for (const [at, length] of stretches.entries()) {
    found.next = newer;
    if (isOver()) return void (found.isCutOff = true);
    const stretch = sql`w.account_id = ${account} ${within} ${older(newer)}`;
    const [end] = await sql<
      SearchCursor[]
    >`select ${place} from message_words w where ${stretch} ${order} offset ${length - 1} limit 1`;
    const seen = sql`${stretch} ${end ? sql`and ${placeOf(sql)} >= ${valueOf(sql, end)}` : sql``}`;
    places.push(...(await pick(sql`${seen} and ${isMatch}`, limit - places.length)));
    if (!end || places.length >= limit) return void (found.next = undefined);
    newer = end;
    const further = stretches[at + 1];
    if (further === undefined || words.size < 2 * further) break;
    // The index of words knows nothing of their order: of a phrase it gives all that has its words.
    const [count] = await sql<{ count: number }[]>`select count(*)::int as count from message_words w
      where ${seen} and w.words @@ ${words.query.replace(/<(-|\d+)>/g, '&')}::tsquery`;
    // As frequent as here, there are no more of them than that.
    if (((count?.count ?? 0) / length) * words.size < sortable) break;
  }
  found.next = newer;
  if (isOver()) return void (found.isCutOff = true);
  await plan(sql, 'words');
  places.push(...(await pick(sql`${isMatch} and ${ofAccount} ${within} ${older(newer)}`, limit - places.length)));
  found.next = undefined;
}

const placeOf = (sql: Fragments) => sql`(w.at, w.conversation_id, w.seq)`;
const valueOf = (sql: Fragments, { at, conversation, seq }: SearchCursor) =>
  sql`(${atOf(sql, at)}, ${conversation}::uuid, ${seq}::int)`;

/** Back through time by the index of that, or by the index of words. Said rather than left to what the database knows of the
 * table: while the words of an old installation are being filled in, it knows nothing of it. */
async function plan(sql: TransactionSql, how: 'walk' | 'words'): Promise<void> {
  const isWalk = how === 'walk' ? 'off' : 'on';
  await sql`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', ${isWalk}, true),
    set_config('enable_sort', ${isWalk}, true)`;
}

/** In the order of the places; those that were deleted or changed since are left out. */
async function readHits(
  db: Database,
  places: readonly SearchCursor[],
  makeQuery: typeof queryOf,
  parts: ReturnType<typeof partsOf>,
): Promise<SearchHit[]> {
  if (places.length === 0) return [];
  const { sql } = db;
  const messages = await sql<
    {
      conversation: string;
      seq: number;
      at: number;
      byKind: SearchHit['by']['kind'];
      byId: string | null;
      kind: SearchHit['kind'];
      text: string;
    }[]
  >`select m.conversation_id as conversation, m.seq, ${ms(sql, 'm.created_at')} as at, m.actor_kind as "byKind", m.actor_id as "byId",
      m.kind, m.body->>'text' as text
    from unnest(${places.map(({ conversation }) => conversation)}::uuid[], ${places.map(({ seq }) => seq)}::int[]) with ordinality as p(c, s, at)
    join message m on m.conversation_id = p.c and m.seq = p.s where m.deleted_at is null and m.kind <> 'system' order by p.at`;
  const texts = messages.map(({ text }) => text.normalize('NFC'));
  const marked = await sql<{ text: string | null }[]>`
    select case when to_tsvector('russian', t.text) @@ q.query then
      ts_headline('russian', t.text, q.query, ${`HighlightAll=true,StartSel=${MARK.begin},StopSel=${MARK.end}`}) end as text
    from unnest(${texts.map(plainOf)}::text[]) with ordinality as t(text, at), (select ${makeQuery(sql, parts)}) as q(query) order by t.at`;
  return messages.flatMap(({ conversation, seq, at, byKind, byId, kind }, index): SearchHit[] => {
    const found = marked[index]?.text;
    if (found === null || found === undefined) return [];
    const by = byId === null ? { kind: byKind } : { kind: byKind, id: byId };
    return [{ conversation, seq, at, by, kind, ...excerptOf(texts[index] ?? '', found) }];
  });
}
