// Fills what is searched, from the change log, in batches: what stands in a message now, whatever the change was. So a batch
// that is done twice does no harm, and one that was not finished is done again from where the account's place stands. A message
// that has changed again since has a later version, and comes with the change that made it.
//
// The account's place is locked while a batch is done: another relay finds it locked, and leaves the account alone.

import { plainOf } from './search-words.ts';
import type { Database } from './database.ts';

/** In one transaction: on the embedded database everybody waits for its end. */
export const CHANGES_AT_ONCE = 100;

/** Accounts with changes that can't be found yet. */
export async function accountsToIndex(db: Database): Promise<string[]> {
  const found = await db.sql<{ id: string }[]>`select a.id from account a
    left join message_words_place p on p.account_id = a.id where a.changes > coalesce(p.number, 0)`;
  return found.map(({ id }) => id);
}

/** At most `limit` changes of the account; how many it were. 0: none is left, or another relay is at it. */
export async function indexChanges(db: Database, account: string, limit: number): Promise<number> {
  return (await db.sql.begin(async (sql) => {
    // What a power cut takes from here is done again.
    await sql`select set_config('synchronous_commit', 'off', true)`;
    await sql`insert into message_words_place (account_id) values (${account}) on conflict do nothing`;
    const [place] = await sql<{ number: number }[]>`select number::float8 as number from message_words_place
      where account_id = ${account} for update skip locked`;
    if (!place) return 0;
    const changes = await sql<{ conversation: string; first: number; last: number; number: number; count: number }[]>`
      select conversation_id as conversation, min(version) as first, max(version) as last, max(number)::float8 as number, count(*)::int as count
      from (select * from change_log where account_id = ${account} and number > ${place.number} order by number limit ${limit}) as c
      group by conversation_id`;
    if (changes.length === 0) return 0;
    const messages = await sql<
      { conversation: string; seq: number; at: number; text: string; writer: string | null }[]
    >`
      select m.conversation_id as conversation, m.seq, extract(epoch from m.created_at)::float8 as at,
        coalesce(m.body->>'text', '') as text, case when m.actor_kind = 'operator' then m.actor_id end as writer
      from unnest(${changes.map(({ conversation }) => conversation)}::uuid[], ${changes.map(({ first }) => first)}::int[],
        ${changes.map(({ last }) => last)}::int[]) as c(id, first, last)
      join message m on m.conversation_id = c.id and m.version between c.first and c.last
      where m.kind <> 'system'`;
    const written = messages.filter(({ text }) => text !== '');
    const deleted = messages.filter(({ text }) => text === '');
    const writers = messages.flatMap(({ writer, conversation }) => (writer === null ? [] : { writer, conversation }));
    const last = Math.max(...changes.map((change) => change.number));
    await Promise.all([
      written.length > 0 &&
        sql`insert into message_words (account_id, conversation_id, seq, at, words)
          select ${account}, conversation, seq, to_timestamp(at), to_tsvector('russian', text)
          from jsonb_to_recordset(${rowsOf(written)}::jsonb) as m(conversation uuid, seq int, at float8, text text)
          on conflict (conversation_id, seq) do update set words = excluded.words`,
      deleted.length > 0 &&
        sql`delete from message_words w using jsonb_to_recordset(${rowsOf(deleted)}::jsonb) as m(conversation uuid, seq int)
          where w.conversation_id = m.conversation and w.seq = m.seq`,
      writers.length > 0 &&
        sql`insert into conversation_writer (operator_id, conversation_id)
          select distinct writer, conversation from jsonb_to_recordset(${JSON.stringify(writers)}::jsonb) as m(writer uuid, conversation uuid)
          on conflict do nothing`,
      sql`update message_words_place set number = ${last} where account_id = ${account}`,
    ]);
    return changes.reduce((sum, { count }) => sum + count, 0);
  })) as number;
}

function rowsOf(messages: readonly { conversation: string; seq: number; at: number; text: string }[]): string {
  return JSON.stringify(
    messages.map(({ conversation, seq, at, text }) => ({
      conversation,
      seq,
      at,
      text: plainOf(text.normalize('NFC')),
    })),
  );
}
