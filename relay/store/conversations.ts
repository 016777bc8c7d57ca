// Conversations in the database: many commands in one transaction, and what was changed since. What a command does is
// decided in dialog/conversation.ts.
//
// A transaction locks its conversations in the order of their ids, and the account's row last: whoever has that lock is the
// next to commit, so the numbers of the change log are those of the order in which transactions become visible, without
// holes, whichever relay writes. Nobody who has read up to a number has missed what came before it.
//
// Easy to get wrong: statements go out together where none needs the other's answer, for on a socket it is the waiting that
// takes the time. Rows go as one JSON parameter: a statement with a parameter for each value is another statement for each
// count of rows. And the driver hands back times as text here (database.ts), so times are asked for as numbers.

import type { Sql, TransactionSql } from 'postgres';
import type { ActorKind, Message, MessageKind } from '../../protocol/dialog.ts';
import { LIMITS } from '../../protocol/limits.ts';
import {
  apply,
  type Command,
  type Conversation,
  type Mark,
  type Outcome,
  type ReadyFile,
  type Work,
} from '../dialog/conversation.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';

/** A conversation as it is after a transaction, with what that changed. */
export type Change = {
  account: string;
  /** In the account's change log. */
  number: number;
  id: string;
  conversation: Conversation;
  messages: Message[];
  marks: Mark[];
  /** What is shown beside it, and stands in no message and no mark, may be another. */
  isRefreshed: boolean;
};

export type Entry = { conversation: string; command: Command };

/** One transaction; outcomes are in the order of the entries. Those of conversations that the account does not have are
 * refused. */
export async function transact(
  db: Database,
  account: string,
  entries: readonly Entry[],
  now: number,
): Promise<{ outcomes: Outcome[]; changes: Change[] }> {
  const ids = [...new Set(entries.map(({ conversation }) => conversation))].sort();
  const about = entries.flatMap(({ conversation, command }) => ('id' in command ? [[conversation, command.id]] : []));
  const named = [...new Set(entries.flatMap(({ command }) => ('files' in command && command.files?.ids) || []))].sort();
  // The driver's type says what it does to the result of any function: nothing, to a promise of ours.
  return (await db.sql.begin(async (sql) => {
    const [conversations, marks, messages, files] = await Promise.all([
      sql<Conversation[]>`select ${conversationColumns(sql)} from conversation
        where id = any(${ids}::uuid[]) and account_id = ${account} order by id for update`,
      sql<(Mark & { conversation: string })[]>`select conversation_id as conversation, actor_kind as kind,
        actor_id as actor, delivered_seq as delivered, read_seq as read from participant where conversation_id = any(${ids}::uuid[])`,
      // Pair by pair: asked for by two lists, the index is looked at for each of one with each of the other.
      about.length === 0
        ? []
        : sql<MessageRow[]>`select ${messageColumns(sql)} from (
              select distinct * from unnest(${about.map(([of]) => of ?? '')}::uuid[], ${about.map(([, id]) => id ?? '')}::uuid[]) as a(c, i)
            ) as a join message on conversation_id = a.c and id = a.i`,
      // Locked in the order of their ids, after the conversations: the same file may be named in two of them.
      named.length === 0
        ? []
        : sql<
            ReadyFileRow[]
          >`select id, name, bytes::float8 as bytes, coalesce(type, 'application/octet-stream') as type,
              width, height, owner, conversation_id as conversation, message_id as message
            from attachment where id = any(${named}::uuid[]) and account_id = ${account} and state = 'ready'
            order by id for update`,
    ]);
    const ready = new Map(files.map((file) => [file.id, readyFileOf(file)]));
    const works = new Map<string, Work>();
    for (const conversation of conversations)
      works.set(conversation.id, {
        conversation: { ...conversation },
        marks: [],
        messages: new Map(),
        files: ready,
        said: [],
        changed: new Set(),
        replaced: [],
        marked: new Set(),
        isChanged: false,
        isRefreshed: false,
      });
    for (const { conversation, kind, actor, delivered, read } of marks)
      works.get(conversation)?.marks.push({ kind, actor, delivered, read });
    for (const row of messages) works.get(row.conversation)?.messages.set(row.id, messageOf(row));

    const outcomes = entries.map(({ conversation, command }): Outcome => {
      const work = works.get(conversation);
      return work ? apply(work, command, now) : { done: false, why: 'no-such-conversation' };
    });
    const changed = [...works.values()].filter((work) => work.isChanged);
    if (changed.length === 0) return { outcomes, changes: [] };
    for (const { conversation } of changed) conversation.version += 1;
    const changeIds = changed.map(() => newId(now));
    const [, , , , , head] = await Promise.all([
      putMessages(sql, changed),
      putRevisions(sql, changed, now),
      putMarks(sql, changed),
      putConversations(sql, changed),
      putSaid(sql, changed),
      sql<{ number: number }[]>`with head as (
          update account set changes = changes + ${changed.length} where id = ${account} returning changes
        ), put as (
          insert into change_log (account_id, number, id, conversation_id, version, at)
          select ${account}, head.changes - ${changed.length} + c.place, c.id, c.conversation, c.version, to_timestamp(${now / 1000}::float8)
          from head, jsonb_to_recordset(${JSON.stringify(
            changed.map(({ conversation }, at) => ({
              place: at + 1,
              id: changeIds[at],
              conversation: conversation.id,
              version: conversation.version,
            })),
          )}::jsonb) as c(place int, id uuid, conversation uuid, version int)
        ) select (changes - ${changed.length})::float8 as number from head`,
    ]);
    const first = Number(head[0]?.number ?? NaN);
    if (!Number.isFinite(first)) throw new Error(`there is no account ${account}`);
    const changes = changed.map((work, at): Change => ({
      account,
      number: first + at + 1,
      id: changeIds[at] ?? '',
      conversation: work.conversation,
      messages: [...work.changed].flatMap((id) => work.messages.get(id) ?? []),
      marks: [...work.marked],
      isRefreshed: work.isRefreshed,
    }));
    return { outcomes, changes };
  })) as { outcomes: Outcome[]; changes: Change[] };
}

/** The conversation of a visitor's browser on a site, which is made if there is none; with it the contact, if the browser is
 * a new one. However many ask at once, there is one. */
export async function openConversation(
  db: Database,
  from: { account: string; site: string; device: string },
  now: number,
): Promise<{ conversation: string; contact: string }> {
  const { account, site, device } = from;
  const at = now / 1000;
  return (await db.sql.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${device}, ${DEVICE_LOCKS}))`;
    const [known] = await sql<{ contact: string; conversation: string | null }[]>`
      select d.contact_id as contact, c.id as conversation from device d
      left join conversation c on c.contact_id = d.contact_id and c.site_id = d.site_id and c.kind = 'customer'
      where d.id = ${device} and d.site_id = ${site}`;
    if (known?.conversation) return known;
    const contact = known?.contact ?? newId(now);
    const conversation = newId(now);
    if (!known) {
      await sql`insert into contact (id, account_id, created_at) values (${contact}, ${account}, to_timestamp(${at}::float8))`;
      await sql`insert into device (id, site_id, contact_id, created_at)
        values (${device}, ${site}, ${contact}, to_timestamp(${at}::float8))`;
    }
    await sql`insert into conversation (id, account_id, kind, site_id, contact_id, status, last_at, created_at)
      values (${conversation}, ${account}, 'customer', ${site}, ${contact}, 'open', to_timestamp(${at}::float8), to_timestamp(${at}::float8))`;
    return { conversation, contact };
  })) as { conversation: string; contact: string };
}

/** Tells these locks from others of this installation. */
const DEVICE_LOCKS = 8_410_517_227;

/** What a visitor's browser has said something in, and how that stands. */
export type Known = { conversation: Conversation; marks: Mark[] };

/** Of each of these browsers that has said something on its site, in one question. */
export async function findConversations(db: Database, devices: readonly string[]): Promise<Map<string, Known>> {
  const { sql } = db;
  const found = await sql<(Conversation & { device: string; marks: Mark[] })[]>`
    select d.id as device, c.*, ${marksOf(sql)} as marks from device d
    join lateral (select ${conversationColumns(sql)} from conversation o
      where o.contact_id = d.contact_id and o.site_id = d.site_id and o.kind = 'customer') c on true
    where d.id = any(${[...devices]})`;
  return new Map(found.map(({ device, marks, ...conversation }) => [device, { conversation, marks }]));
}

/** The account's last change. */
export async function readHead(db: Database, account: string): Promise<{ number: number; id: string | undefined }> {
  const [last] = await db.sql<{ number: number; id: string }[]>`select number::float8 as number, id from change_log
    where account_id = ${account} order by number desc limit 1`;
  return last ?? { number: 0, id: undefined };
}

/** Changes after that number, in their order, at most `limit`. */
export async function readChanges(
  db: Database,
  account: string,
  after: number,
  limit: number,
): Promise<{ number: number; id: string; conversation: string; version: number }[]> {
  return db.sql`select number::float8 as number, id, conversation_id as conversation, version from change_log
    where account_id = ${account} and number > ${after} order by number limit ${limit}`;
}

/** As the list shows it. */
export type ThreadRow = Pick<
  Conversation,
  'id' | 'version' | 'seq' | 'site' | 'contact' | 'assignee' | 'status' | 'waitingSince' | 'lastAt'
> & {
  contactName: string | null;
  email: string | null;
  team: string | null;
  escalated: boolean;
  last: { seq: number; byKind: ActorKind; byId: string | null; kind: MessageKind; text: string } | null;
  marks: Mark[];
};

/** Those named; or the `limit` that something was said in last, and those that wait, in the same bounds. */
export async function listThreads(
  db: Database,
  account: string,
  which: { ids: readonly string[] } | { limit: number },
): Promise<ThreadRow[]> {
  const { sql } = db;
  return sql<ThreadRow[]>`
    with c as (
      ${
        'ids' in which
          ? sql`select * from conversation where account_id = ${account} and id = any(${[...which.ids]}::uuid[])`
          : sql`(select * from conversation where account_id = ${account} order by last_at desc, id desc limit ${which.limit})
              union
              (select * from conversation where account_id = ${account} and waiting_since is not null
                order by waiting_since limit ${which.limit})`
      }
    )
    select c.id, c.version, c.seq, c.site_id as site, c.contact_id as contact, c.assignee_id as assignee, c.status,
      ${ms(sql, 'c.waiting_since')} as "waitingSince", ${ms(sql, 'c.last_at')} as "lastAt", p.name as "contactName",
      nullif(p.email, '') as email, c.team_id as team, c.escalated_at is not null as escalated,
      (select jsonb_build_object('seq', m.seq, 'byKind', m.actor_kind, 'byId', m.actor_id, 'kind', m.kind,
          'text', left(coalesce(nullif(m.body->>'text', ''), m.body->'files'->0->>'name', ''), ${LIMITS.maxExcerptChars / 2}))
        from message m where m.conversation_id = c.id and m.kind <> 'system' order by m.seq desc limit 1) as last,
      ${marksOf(sql)} as marks
    from c left join contact p on p.id = c.contact_id
    order by c.last_at desc, c.id desc`;
}

/** Messages before that one, the last `limit` of them, in their order. */
export async function readOlder(
  db: Database,
  account: string,
  id: string,
  { before, limit }: { before: number; limit: number },
): Promise<Message[]> {
  const { sql } = db;
  const found = await sql<MessageRow[]>`select ${messageColumns(sql)} from message
    where conversation_id = (select id from conversation where id = ${id} and account_id = ${account}) and seq < ${before}
    order by seq desc limit ${limit}`;
  return found.map(messageOf).reverse();
}

/** A conversation as it is now, with what in it is newer than `version`: at most the last `limit` messages of that. */
export async function readConversation(
  db: Database,
  account: string,
  id: string,
  { version, limit }: { version: number; limit: number },
): Promise<{ conversation: Conversation; marks: Mark[]; messages: Message[] } | undefined> {
  // One transaction that sees one moment: a message that comes between two questions would be in none of the answers.
  return (await db.sql.begin('isolation level repeatable read read only', async (sql) => {
    const [[conversation], marks, messages] = await Promise.all([
      sql<
        Conversation[]
      >`select ${conversationColumns(sql)} from conversation where id = ${id} and account_id = ${account}`,
      sql<Mark[]>`select actor_kind as kind, actor_id as actor, delivered_seq as delivered, read_seq as read
        from participant where conversation_id = ${id}`,
      sql<MessageRow[]>`select ${messageColumns(sql)} from message
        where conversation_id = ${id} and version > ${version} order by seq desc limit ${limit}`,
    ]);
    return conversation && { conversation, marks: [...marks], messages: messages.map(messageOf).reverse() };
  })) as { conversation: Conversation; marks: Mark[]; messages: Message[] } | undefined;
}

/** Of a connection or a transaction. */
export type Fragments = Sql | TransactionSql;

const conversationColumns = (sql: Fragments) =>
  sql`id, account_id as account, kind, site_id as site, contact_id as contact, assignee_id as assignee, status, seq, version,
    episode, ${ms(sql, 'waiting_since')} as "waitingSince", answered_seq as "answeredSeq", answered_by as "answeredBy",
    ${ms(sql, 'last_at')} as "lastAt", team_id as team, ${ms(sql, 'assigned_at')} as "assignedAt", offered, tried,
    ${ms(sql, 'escalated_at')} as "escalatedAt", ${ms(sql, 'first_answered_at')} as "firstAnsweredAt"`;

/** Of the conversation `c`. */
const marksOf = (sql: Fragments) =>
  sql`coalesce((select jsonb_agg(jsonb_build_object('kind', a.actor_kind, 'actor', a.actor_id, 'delivered',
    a.delivered_seq, 'read', a.read_seq)) from participant a where a.conversation_id = c.id), '[]')`;

const messageColumns = (sql: Fragments) =>
  sql`conversation_id as conversation, id, seq, version, actor_kind as "byKind", actor_id as "byId", kind, body,
    reply_to as "replyTo", ${ms(sql, 'created_at')} as at, ${ms(sql, 'edited_at')} as "editedAt",
    ${ms(sql, 'deleted_at')} as "deletedAt"`;

export const ms = (sql: Fragments, column: string) => sql`round(extract(epoch from ${sql(column)}) * 1000)::float8`;

export type Fragment = ReturnType<typeof ms>;

/** Rows as one parameter. Times are epoch milliseconds in it. */
const rows = (list: readonly object[]) => JSON.stringify(list);

async function putMessages(sql: TransactionSql, works: readonly Work[]): Promise<void> {
  const list = works.flatMap(({ conversation, messages, changed }) =>
    [...changed].flatMap((id) => {
      const message = messages.get(id);
      return message ? { ...message, conversation: conversation.id, byKind: message.by.kind, byId: message.by.id } : [];
    }),
  );
  if (list.length === 0) return;
  await sql`insert into message
      (conversation_id, id, seq, version, actor_kind, actor_id, kind, body, reply_to, created_at, edited_at, deleted_at)
    select conversation, id, seq, version, "byKind", "byId", kind, body, "replyTo", to_timestamp(at / 1000),
      to_timestamp("editedAt" / 1000), to_timestamp("deletedAt" / 1000)
    from jsonb_to_recordset(${rows(list)}::jsonb) as m(conversation uuid, id uuid, seq int, version int, "byKind" text,
      "byId" uuid, kind text, body jsonb, "replyTo" int, at float8, "editedAt" float8, "deletedAt" float8)
    on conflict (conversation_id, id) do update
      set version = excluded.version, body = excluded.body, edited_at = excluded.edited_at, deleted_at = excluded.deleted_at`;
}

async function putRevisions(sql: TransactionSql, works: readonly Work[], now: number): Promise<void> {
  const list = works.flatMap(({ conversation, replaced }) =>
    // Replaced twice in one transaction: what was there before it is what anybody has seen.
    [...new Map(replaced.toReversed().map((one) => [one.id, one])).values()].map(({ id, body }) => ({
      conversation: conversation.id,
      id,
      version: conversation.version,
      body,
    })),
  );
  if (list.length === 0) return;
  await sql`insert into message_revision (conversation_id, message_id, version, body, replaced_at)
    select conversation, id, version, body, to_timestamp(${now / 1000}::float8)
    from jsonb_to_recordset(${rows(list)}::jsonb) as r(conversation uuid, id uuid, version int, body jsonb)`;
}

async function putMarks(sql: TransactionSql, works: readonly Work[]): Promise<void> {
  const list = works.flatMap(({ conversation, marked }) =>
    [...marked].map((mark) => ({ ...mark, conversation: conversation.id })),
  );
  if (list.length === 0) return;
  await sql`insert into participant (conversation_id, actor_kind, actor_id, delivered_seq, read_seq)
    select conversation, kind, actor, delivered, read
    from jsonb_to_recordset(${rows(list)}::jsonb) as p(conversation uuid, kind text, actor uuid, delivered int, read int)
    on conflict (conversation_id, actor_kind, actor_id) do update
      set delivered_seq = excluded.delivered_seq, read_seq = excluded.read_seq`;
}

async function putConversations(sql: TransactionSql, works: readonly Work[]): Promise<void> {
  await sql`update conversation c set assignee_id = n.assignee, status = n.status, seq = n.seq, version = n.version,
      episode = n.episode, waiting_since = to_timestamp(n."waitingSince" / 1000), answered_seq = n."answeredSeq",
      answered_by = n."answeredBy", last_at = to_timestamp(n."lastAt" / 1000), team_id = n.team,
      assigned_at = to_timestamp(n."assignedAt" / 1000), offered = n.offered, tried = n.tried,
      escalated_at = to_timestamp(n."escalatedAt" / 1000), first_answered_at = to_timestamp(n."firstAnsweredAt" / 1000)
    from jsonb_to_recordset(${rows(works.map(({ conversation }) => conversation))}::jsonb) as n(id uuid, assignee uuid,
      status text, seq int, version int, episode int, "waitingSince" float8, "answeredSeq" int, "answeredBy" uuid, "lastAt" float8,
      team uuid, "assignedAt" float8, offered boolean, tried jsonb, "escalatedAt" float8, "firstAnsweredAt" float8)
    where c.id = n.id`;
}

async function putSaid(sql: TransactionSql, works: readonly Work[]): Promise<void> {
  const list = works.flatMap(({ conversation, said }) =>
    said.map(({ id, message }) => ({ id, message, conversation: conversation.id })),
  );
  if (list.length === 0) return;
  await sql`update attachment a set conversation_id = s.conversation, message_id = s.message
    from jsonb_to_recordset(${rows(list)}::jsonb) as s(id uuid, message uuid, conversation uuid) where a.id = s.id`;
}

type ReadyFileRow = Omit<ReadyFile, 'width' | 'height'> & { width: number | null; height: number | null };

function readyFileOf({ width, height, ...file }: ReadyFileRow): ReadyFile {
  return { ...file, ...(width !== null && height !== null && { width, height }) };
}

type MessageRow = Pick<Message, 'id' | 'seq' | 'version' | 'kind' | 'body' | 'at'> & {
  conversation: string;
  byKind: Message['by']['kind'];
  byId: string | null;
  replyTo: number | null;
  editedAt: number | null;
  deletedAt: number | null;
};

function messageOf({
  id,
  seq,
  version,
  byKind,
  byId,
  kind,
  body,
  replyTo,
  at,
  editedAt,
  deletedAt,
}: MessageRow): Message {
  return {
    id,
    seq,
    version,
    by: byId === null ? { kind: byKind } : { kind: byKind, id: byId },
    kind,
    body,
    at,
    ...(replyTo === null ? {} : { replyTo }),
    ...(editedAt === null ? {} : { editedAt }),
    ...(deletedAt === null ? {} : { deletedAt }),
  };
}
