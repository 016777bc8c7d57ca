// Bench `search`: how long an operator waits for what they look for, in 1,000,000 messages on PostgreSQL and 50,000 on the embedded
// database, of two years: words of every frequency, phrases and several words, with conditions and without, first pages and
// later ones. Control in the same run: the same questions over the same rows without an index of words, as `@@` over the
// texts (fewer of them, since one takes seconds), once each.
//
// Easy to get wrong: words of one frequency each would be found too fast or too slowly, all of them; so words are drawn as in real
// speech, the n-th most frequent as often as 1/n, and the questions are taken from the ranks, from the first to the rarest. And
// a statement that nobody has asked before is planned and read from disk: the questions are asked once before they count.

import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { SearchCursor, SearchFilter } from '../protocol/search.ts';
import { createLogger } from '../relay/log.ts';
import { openDatabase, type Database } from '../relay/store/database.ts';
import { newId } from '../relay/store/id.ts';
import { indexChanges } from '../relay/store/search-index.ts';
import { search as find } from '../relay/store/search.ts';
import { quantile, type Bench, type BenchContext } from './report.ts';

const SERVER = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const YEARS_MS = 2 * 365 * 86_400_000;
const WITHIN_MS = 100;
/** Words that anybody knows, of each language. */
const VOCABULARY = 30_000;
/** The first does not count. */
const ROUNDS = 2;
/** One question in so many is asked of the control: one takes seconds. */
const CONTROLLED = 61;
/** And so many of them are asked at all in a tiny run. */
const TINY_ASKED = 17;

type Kind = { name: string; messages: number; conversations: number; url: string | undefined };

async function run(context: BenchContext): Promise<void> {
  const { tiny } = context;
  await measure(context, {
    name: 'embedded',
    messages: tiny ? 500 : 50_000,
    conversations: tiny ? 20 : 2_000,
    url: undefined,
  });
  const server = postgres(SERVER, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  const name = `tandem_bench_${randomUUID().replaceAll('-', '')}`;
  try {
    await server.unsafe(`create database ${name}`);
  } catch (error) {
    context.say(`no PostgreSQL at ${new URL(SERVER).host}: ${error instanceof Error ? error.message : String(error)}`);
    await server.end({ timeout: 1 });
    return;
  }
  try {
    const url = new URL(SERVER);
    url.pathname = `/${name}`;
    await measure(context, {
      name: 'PostgreSQL',
      messages: tiny ? 1_000 : 1_000_000,
      conversations: tiny ? 40 : 24_000,
      url: url.href,
    });
  } finally {
    await server.unsafe(`drop database if exists ${name} with (force)`);
    await server.end({ timeout: 1 });
  }
}

async function measure(context: BenchContext, kind: Kind): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
  const log = createLogger('error', (line) => context.say(line));
  const db = await openDatabase({ databaseUrl: kind.url, dataDir: folder }, log);
  try {
    const world = await fill(context, db, kind);
    const indexedMs = await index(db, world.account);
    await db.sql`vacuum analyze`;
    context.say(`${kind.name}: load ${loadavg()[0]?.toFixed(1)} on this machine`);
    context.figure({
      metric: `${kind.name}: messages made findable each second`,
      value: (kind.messages / indexedMs) * 1000,
      unit: '/s',
    });
    const questions = questionsOf(world).filter((_, at) => !context.tiny || at % TINY_ASKED === 0);
    const ask = (filter: SearchFilter, after?: SearchCursor) =>
      find(db, { account: world.account, operator: world.operators[0] ?? '', filter, after, isWanted: () => true });
    const times: { filter: SearchFilter; ms: number; page: number }[] = [];
    const control: number[] = [];
    const asIndexed: number[] = [];
    let cutOff = 0;
    let found = 0;
    for (let round = 0; round < ROUNDS; round++)
      for (const [at, filter] of questions.entries()) {
        let after: SearchCursor | undefined;
        for (let page = 0; page < 3; page++) {
          const began = performance.now();
          const answer = await ask(filter, after);
          const ms = performance.now() - began;
          if (round > 0) times.push({ filter, ms, page });
          if (round > 0 && answer.isCutOff) cutOff++;
          if (page === 0 && round > 0) found += answer.hits.length;
          if (page === 0 && round > 0 && at % (context.tiny ? 1 : CONTROLLED) === 0) {
            asIndexed.push(ms);
            control.push(await unindexed(db, world.account, filter));
          }
          after = answer.next;
          if (!after) break;
        }
      }
    if (found === 0) throw new Error('nothing was found, which takes no time');
    const slowest = times.toSorted((one, other) => other.ms - one.ms).slice(0, 5);
    for (const { filter, ms, page } of slowest)
      context.say(`${ms.toFixed(0)} ms, page ${page + 1}: ${JSON.stringify(filter)}`);
    if (cutOff > 0) context.say(`${cutOff} of ${times.length} were cut off`);
    const all = times.map(({ ms }) => ms);
    const figure = (metric: string, value: number) =>
      context.figure({ metric: `${kind.name}, ${kind.messages} messages: ${metric}`, value, unit: 'ms' });
    figure('p50', quantile(all, 0.5));
    context.figure({
      metric: `${kind.name}, ${kind.messages} messages: p95`,
      value: quantile(all, 0.95),
      unit: 'ms',
      must: { of: 'value', atMost: WITHIN_MS },
    });
    figure('p99', quantile(all, 0.99));
    context.figure({
      metric: `${kind.name}, ${kind.messages} messages: p95 of those that the control was asked, too`,
      value: quantile(asIndexed, 0.95),
      unit: 'ms',
      control: quantile(control, 0.95),
      against: 'the same without an index of words',
    });
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type World = {
  account: string;
  sites: string[];
  operators: string[];
  contacts: string[];
  now: number;
  words: (rank: number) => string;
};

/** Numbers that are the same in each run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Words with which real ones begin, so that stems and endings are those of the languages. */
const COMMON = {
  ru: 'заказ доставка оплата товар магазин здравствуйте спасибо пожалуйста помочь вопрос карта адрес курьер возврат деньги сегодня завтра телефон почта чайник чашка цвет размер скидка номер ждать получить отправить написать ответить'.split(
    ' ',
  ),
  en: 'order delivery payment item shop hello thanks please help question card address courier refund money today tomorrow phone mail kettle cup colour size discount number wait receive send write answer'.split(
    ' ',
  ),
};
const SYLLABLES = {
  ru: 'ба ве ги до жу за ки лю ме но пи ра со ту фе хо ца че ша эн'.split(' '),
  en: 'ba ve gi do ju za ki lo me no pi ra so tu fe ho ca che sha en'.split(' '),
};
const ENDINGS = { ru: ['', 'а', 'ы', 'ом', 'ами', 'ов', 'у'], en: ['', 's', 'ing', 'ed'] };

/** The word of that rank; Russian ones stand at the even ranks. */
function wordOf(rank: number): string {
  const language = rank % 2 === 0 ? 'ru' : 'en';
  const common = COMMON[language][rank >> 1];
  if (common !== undefined) return common;
  const syllables = SYLLABLES[language];
  let word = '';
  for (let left = rank * 7 + 400; left > 0; left = Math.floor(left / syllables.length))
    word += syllables[left % syllables.length];
  return `${word}${language === 'ru' ? 'к' : 'k'}`;
}

async function fill(context: BenchContext, db: Database, kind: Kind): Promise<World> {
  const { sql } = db;
  const random = randomOf(7);
  const now = Date.now();
  const account = newId();
  const [sites, operators] = [Array.from({ length: 5 }, () => newId()), Array.from({ length: 40 }, () => newId())];
  await sql`insert into account (id, slug, changes) values (${account}, 'bench', ${kind.messages})`;
  for (const id of sites)
    await sql`insert into site (id, account_id, key, name) values (${id}, ${account}, ${id}, 'Shop')`;
  for (const id of operators)
    await sql`insert into operator (id, account_id, login, name, role, password_hash) values (${id}, ${account}, ${id}, 'Anna', 'operator', '')`;
  const conversations = Array.from({ length: kind.conversations }, (_, index) => {
    const bornAt = now - YEARS_MS + (YEARS_MS * index) / kind.conversations;
    return {
      id: newId(bornAt),
      contact: newId(bornAt),
      operator: operators[Math.floor(random() ** 2 * operators.length)] ?? '',
      site: sites[Math.floor(random() ** 2 * sites.length)] ?? '',
      bornAt,
      seq: 0,
      lastAt: bornAt,
      read: 0,
    };
  });
  const put = async (table: string, columns: string, types: string, rows: readonly object[], values = columns) => {
    for (let from = 0; from < rows.length; from += 5_000)
      await sql.unsafe(
        `insert into ${table} (${columns}) select ${values} from jsonb_to_recordset($1::text::jsonb) as r(${types})`,
        [JSON.stringify(rows.slice(from, from + 5_000))],
      );
  };
  const person = (index: number) =>
    index % 3 === 0
      ? {
          name: `${wordOf(400 + (index % 5_000))} ${wordOf(3_000 + index)}`,
          phone: `+7 921 ${String(1_000_000 + index)}`,
          email: `p${index}@shop.example`,
        }
      : { name: '', phone: '', email: '' };
  await put(
    'contact',
    'id, account_id, name, phone, email, created_at',
    'id uuid, account_id uuid, name text, phone text, email text, at float8',
    conversations.map(({ contact, bornAt }, index) => ({
      id: contact,
      account_id: account,
      at: bornAt / 1000,
      ...person(index),
    })),
    'id, account_id, name, phone, email, to_timestamp(at)',
  );
  await put(
    'conversation',
    'id, account_id, kind, site_id, contact_id, status, last_at, created_at',
    'id uuid, account_id uuid, kind text, site uuid, contact uuid, at float8',
    conversations.map((each) => ({
      id: each.id,
      account_id: account,
      kind: 'customer',
      site: each.site,
      contact: each.contact,
      at: each.bornAt / 1000,
    })),
    `id, account_id, kind, site, contact, 'open', to_timestamp(at), to_timestamp(at)`,
  );

  const text = () => {
    const words: string[] = [];
    // A language to a message; the n-th word as often as 1/n.
    const shift = random() < 0.6 ? 0 : 1;
    for (let left = 3 + Math.floor(random() ** 2 * 25); left > 0; left--) {
      const rank = Math.floor(VOCABULARY ** random()) - 1;
      const endings = ENDINGS[shift === 0 ? 'ru' : 'en'];
      words.push(
        wordOf(rank * 2 + shift) + (random() < 0.5 ? '' : (endings[Math.floor(random() * endings.length)] ?? '')),
      );
    }
    return words.join(' ');
  };
  let batch: object[] = [];
  let log: object[] = [];
  const flush = async () => {
    await put(
      'message',
      'conversation_id, id, seq, version, actor_kind, actor_id, kind, body, created_at',
      'c uuid, id uuid, seq int, k text, a uuid, kind text, t text, at float8',
      batch,
      `c, id, seq, seq, k, a, kind, jsonb_build_object('text', t), to_timestamp(at)`,
    );
    await put(
      'change_log',
      'account_id, number, id, conversation_id, version, at',
      'n bigint, id uuid, c uuid, v int, at float8',
      log,
      `'${account}', n, id, c, v, to_timestamp(at)`,
    );
    batch = [];
    log = [];
  };
  for (let number = 1; number <= kind.messages; number++) {
    const at = now - YEARS_MS + (YEARS_MS * number) / kind.messages;
    // Most of what is said is said in what began lately; some people come back for years.
    const newest = Math.floor((conversations.length * number) / kind.messages);
    const each =
      conversations[
        Math.max(
          0,
          Math.min(
            conversations.length - 1,
            random() < 0.9 ? newest - Math.floor(random() ** 2 * 300) : Math.floor(random() * newest),
          ),
        )
      ];
    if (!each) continue;
    each.seq += 1;
    each.lastAt = at;
    const isOperator = random() < 0.5;
    if (isOperator || random() < 0.5) each.read = each.seq;
    batch.push({
      c: each.id,
      id: randomUUID(),
      seq: each.seq,
      k: isOperator ? 'operator' : 'contact',
      a: isOperator ? each.operator : each.contact,
      kind: random() < 0.05 && isOperator ? 'note' : 'text',
      t: text(),
      at: at / 1000,
    });
    log.push({ n: number, id: randomUUID(), c: each.id, v: each.seq, at: at / 1000 });
    if (batch.length === 20_000) await flush();
    if (number % 200_000 === 0) context.say(`${kind.name}: ${number} messages`);
  }
  await flush();
  const states = conversations.map(({ id, seq, lastAt, operator, read }) => ({
    id,
    seq,
    at: lastAt / 1000,
    o: operator,
    read,
    s: now - lastAt < 20 * 86_400_000 || random() < 0.05 ? 'open' : 'closed',
    w: random() < 0.2,
  }));
  for (let from = 0; from < states.length; from += 5_000) {
    const some = JSON.stringify(states.slice(from, from + 5_000));
    await sql`update conversation c set seq = r.seq, version = r.seq, last_at = to_timestamp(r.at), assignee_id = r.o, status = r.s,
      waiting_since = case when r.w and r.s = 'open' then to_timestamp(r.at) end
      from jsonb_to_recordset(${some}::text::jsonb) as r(id uuid, seq int, at float8, o uuid, read int, s text, w boolean) where c.id = r.id`;
    await sql`insert into participant (conversation_id, actor_kind, actor_id, delivered_seq, read_seq)
      select id, 'operator', o, read, read from jsonb_to_recordset(${some}::text::jsonb) as r(id uuid, o uuid, read int)`;
  }
  return { account, sites, operators, contacts: conversations.map(({ contact }) => contact), now, words: wordOf };
}

/** As the relay does it, without its rests. Milliseconds. */
async function index(db: Database, account: string): Promise<number> {
  const began = performance.now();
  while ((await indexChanges(db, account, 1_000)) > 0);
  return performance.now() - began;
}

function questionsOf({ sites, operators, contacts, now, words }: World): SearchFilter[] {
  const day = 86_400_000;
  // From the most frequent words to the rarest, of both languages; several; phrases; one that is still typed.
  const single = [0, 1, 2, 5, 12, 31, 60, 99, 250, 601, 1_500, 4_001, 12_000, 30_001, 55_000].map(
    (rank) => `${words(rank)} `,
  );
  const several = [
    [0, 2],
    [0, 4, 6],
    [1, 3],
    [2, 60],
    [0, 600],
    [8, 4_000],
    [1, 1_201],
    [300, 302],
  ].map((ranks) => `${ranks.map(words).join(' ')} `);
  const phrases = [
    [0, 2],
    [4, 0],
    [1, 3],
    [10, 60],
    [2, 2_000],
  ].map((ranks) => `"${ranks.map(words).join(' ')}"`);
  const open = [words(0).slice(0, 3), words(1).slice(0, 2), `${words(2)} ${words(300).slice(0, 4)}`];
  const filters: SearchFilter[] = [
    {},
    { status: 'open' },
    { status: 'closed', site: sites[0] },
    { site: sites[4] },
    { operator: operators[0] },
    { operator: operators[39], from: now - 400 * day },
    { from: now - 30 * day },
    { from: now - 700 * day, to: now - 600 * day },
    { waiting: true },
    { unread: true, status: 'open' },
    { least: 80, site: sites[1] },
    { person: words(400 + 6), most: 60 },
    { contact: contacts[17] },
    { status: 'open', operator: operators[1], from: now - 90 * day, least: 10 },
  ];
  return [...single, ...several, ...phrases, ...open].flatMap((phrase) =>
    filters.map((filter) => ({ ...filter, phrase })),
  );
}

/** The same question of the texts as they stand. Milliseconds. */
async function unindexed(
  db: Database,
  account: string,
  { phrase = '', site, status, from, to, contact }: SearchFilter,
): Promise<number> {
  const { sql } = db;
  const began = performance.now();
  const clean = phrase.replaceAll('"', '').trim();
  const query = phrase.startsWith('"')
    ? sql`phraseto_tsquery('russian', ${clean})`
    : sql`plainto_tsquery('russian', ${clean})`;
  await sql`select m.conversation_id, m.seq from message m join conversation c on c.id = m.conversation_id
    where c.account_id = ${account} and m.kind <> 'system' and to_tsvector('russian', m.body->>'text') @@ ${query}
      ${site === undefined ? sql`` : sql`and c.site_id = ${site}`} ${status === undefined ? sql`` : sql`and c.status = ${status}`}
      ${contact === undefined ? sql`` : sql`and c.contact_id = ${contact}`}
      ${from === undefined ? sql`` : sql`and m.created_at >= to_timestamp(${from / 1000}::float8)`} ${to === undefined ? sql`` : sql`and m.created_at <= to_timestamp(${to / 1000}::float8)`}
    order by m.created_at desc limit 31`;
  return performance.now() - began;
}

export const search: Bench = {
  name: 'search',
  question: 'how long an operator waits for what they look for in conversations',
  run,
};
