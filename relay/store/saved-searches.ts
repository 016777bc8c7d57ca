// Searches that operators have saved, with a name: their own, and those that everybody in the account sees.

import { LIMITS } from '../../protocol/limits.ts';
import type { SavedSearch, SearchFilter } from '../../protocol/search.ts';
import { storable } from '../dialog/conversation.ts';
import type { Database } from './database.ts';

/** `unfit`: its name is none. */
export type Saved = 'done' | 'too-many' | 'not-yours' | 'unfit';

export type Saver = { account: string; id: string; isAdmin: boolean };

/** By name. */
export async function listSavedSearches(db: Database, who: Saver): Promise<SavedSearch[]> {
  const found = await db.sql<{ id: string; name: string; filter: SearchFilter; isShared: boolean; operator: string }[]>`
    select id, name, filter, is_shared as "isShared", operator_id as operator from saved_search
    where account_id = ${who.account} and (operator_id = ${who.id} or is_shared)
    order by lower(name), id limit ${LIMITS.maxSavedSearches}`;
  return found.map(({ operator, ...search }) => ({ ...search, isOwn: operator === who.id || who.isAdmin }));
}

/** Makes it, or changes the one of this id. What everybody sees is changed by whoever made it and by admins. */
export async function putSavedSearch(
  db: Database,
  who: Saver,
  { id, name, filter, isShared }: Pick<SavedSearch, 'id' | 'name' | 'filter' | 'isShared'>,
): Promise<Saved> {
  const called = storable(name).trim();
  if (called === '') return 'unfit';
  return (await db.sql.begin(async (sql) => {
    // One after the other, or two at once would be one too many.
    await sql`select pg_advisory_xact_lock(hashtextextended(${who.account}, ${SAVING_LOCKS}))`;
    const [known] = await sql<{ account: string; operator: string; shared: boolean }[]>`select account_id as account,
      operator_id as operator, is_shared as shared from saved_search where id = ${id}`;
    if (known && !mayChange(known, who)) return 'not-yours';
    const looksFor = JSON.stringify(filter, (_, value: unknown) =>
      typeof value === 'string' ? storable(value) : value,
    );
    if (known) {
      // What was shared stays its maker's when an admin takes it back from everybody.
      await sql`update saved_search set name = ${called}, filter = ${looksFor}::text::jsonb, is_shared = ${isShared} where id = ${id}`;
      return 'done';
    }
    const [count] = await sql<{ count: number }[]>`select count(*)::int as count from saved_search
      where account_id = ${who.account} and (operator_id = ${who.id} or is_shared)`;
    if ((count?.count ?? 0) >= LIMITS.maxSavedSearches) return 'too-many';
    await sql`insert into saved_search (id, account_id, operator_id, is_shared, name, filter, created_at)
      values (${id}, ${who.account}, ${who.id}, ${isShared}, ${called}, ${looksFor}::text::jsonb, now())`;
    return 'done';
  })) as Saved;
}

export async function deleteSavedSearch(db: Database, who: Saver, id: string): Promise<'done' | 'not-yours'> {
  const [known] = await db.sql<{ account: string; operator: string; shared: boolean }[]>`select account_id as account,
    operator_id as operator, is_shared as shared from saved_search where id = ${id}`;
  if (!known) return 'done';
  if (!mayChange(known, who)) return 'not-yours';
  await db.sql`delete from saved_search where id = ${id} and account_id = ${who.account}`;
  return 'done';
}

/** Tells these locks from others of this installation. */
const SAVING_LOCKS = 8_410_517_228;

function mayChange(known: { account: string; operator: string; shared: boolean }, who: Saver): boolean {
  return known.account === who.account && (known.operator === who.id || (known.shared && who.isAdmin));
}
