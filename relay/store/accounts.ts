// The account, its sites, and the first operator. Owns what the first start puts into an empty database; logging in is
// auth/operators.ts. Easy to get wrong: two relays may start at once on one PostgreSQL, so the first run holds a lock,
// and inside its transaction only `tx` is used (database.ts says why).

import { and, eq, isNull, sql } from 'drizzle-orm';
import { canonicalOrigin } from '../auth/origins.ts';
import { hashPassword, oneTimePassword } from '../auth/passwords.ts';
import type { Grant } from '../../protocol/hand.ts';
import type { Site } from '../live/site.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';
import { account, operator, site } from './schema.ts';

/** Stands in the demo shop's snippet. */
export const DEMO_SITE_KEY = 'demo';

const FIRST_LOGIN = 'admin';
const FIRST_RUN_LOCK = 8_410_517_227;

export type FirstRun = {
  readonly login: string;
  readonly password: string;
  /** The password shown at an earlier start was never used; it is no longer good, this one is. */
  readonly again: boolean;
};

/** What to tell whoever started the relay; undefined: the first password has been used, there is nothing to tell. */
export async function firstRun(db: Database): Promise<FirstRun | undefined> {
  return db.orm.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${FIRST_RUN_LOCK})`);
    const [anybody] = await tx.select({ id: operator.id }).from(operator).limit(1);
    const password = oneTimePassword();
    if (anybody) {
      const unused = and(eq(operator.login, FIRST_LOGIN), eq(operator.mustChange, true), isNull(operator.lastLoginAt));
      const [first] = await tx.select({ id: operator.id }).from(operator).where(unused);
      if (!first) return undefined;
      const passwordHash = await hashPassword(password);
      await tx.update(operator).set({ passwordHash }).where(eq(operator.id, first.id));
      return { login: FIRST_LOGIN, password, again: true };
    }
    const accountId = newId();
    await tx.insert(account).values({ id: accountId, slug: 'default' });
    await tx.insert(site).values({ id: newId(), accountId, key: DEMO_SITE_KEY, name: 'Demo shop' });
    await tx.insert(operator).values({
      id: newId(),
      accountId,
      login: FIRST_LOGIN,
      name: 'Admin',
      role: 'admin',
      passwordHash: await hashPassword(password),
      mustChange: true,
    });
    return { login: FIRST_LOGIN, password, again: false };
  });
}

export async function listSites(db: Database): Promise<Site[]> {
  const rows = await db.orm.select().from(site).orderBy(site.id);
  return rows.map(fromRow);
}

/** What every operator may ask visitors for, by id. One who was disabled may nothing. */
export async function listRights(db: Database): Promise<ReadonlyMap<string, readonly Grant[]>> {
  const rows = await db.orm
    .select({ id: operator.id, may: operator.may })
    .from(operator)
    .where(isNull(operator.disabledAt))
    .orderBy(operator.id);
  return new Map(rows.map(({ id, may }) => [id, may]));
}

/** All operators there ever were, by id: what they have written bears their names. */
export async function listNames(db: Database): Promise<ReadonlyMap<string, { account: string; name: string }>> {
  const rows = await db.orm
    .select({ id: operator.id, account: operator.accountId, name: operator.name })
    .from(operator)
    .orderBy(operator.id);
  return new Map(rows.map(({ id, account, name }) => [id, { account, name }]));
}

export async function siteByKey(db: Database, key: string): Promise<Site | undefined> {
  const [row] = await db.orm.select().from(site).where(eq(site.key, key));
  return row && fromRow(row);
}

/** Gives the demo shop's site the origins it is served from now; undefined: the site was removed, and stays so. */
export async function ensureDemoSite(db: Database, origins: readonly string[]): Promise<Site | undefined> {
  const canonical = origins.map((origin) => {
    const form = canonicalOrigin(origin);
    if (form === undefined) throw new Error(`the demo shop can't be at ${origin}: not an origin`);
    return form;
  });
  const [row] = await db.orm.update(site).set({ origins: canonical }).where(eq(site.key, DEMO_SITE_KEY)).returning();
  return row && fromRow(row);
}

function fromRow(row: typeof site.$inferSelect): Site {
  return {
    id: row.id,
    account: row.accountId,
    key: row.key,
    name: row.name,
    origins: row.origins,
    masking: row.masking,
    hand: row.hand,
    files: row.files,
  };
}
