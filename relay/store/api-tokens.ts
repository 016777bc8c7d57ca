// Tokens by which servers of the account use the HTTP API. A token acts as the operator who made it, within the rights that
// it was given; it is shown once, and kept as a hash.

import { createHash, randomBytes } from 'node:crypto';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { list, object, oneOf, text, type Infer } from '../../protocol/schema.ts';
import { uuid } from '../../protocol/terms.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';
import { apiToken, operator } from './schema.ts';

export const API_RIGHTS = ['read', 'write'] as const;
export type ApiRight = (typeof API_RIGHTS)[number];

export const newTokenForm = object({ name: text(120, 1, /\S/), rights: list(oneOf(API_RIGHTS), API_RIGHTS.length) });
export const revokeTokenForm = object({ id: uuid });

export type TokenEntry = {
  id: string;
  name: string;
  rights: ApiRight[];
  /** The operator who made it, and as whom it acts. */
  operator: string;
  /** Epoch milliseconds, as the next; null: never. */
  createdAt: number;
  lastUsedAt: number | null;
};

/** Whose token that is. */
export type ApiCaller = { token: string; account: string; operator: string; rights: readonly ApiRight[] };

/** Told from other secrets at a glance, by people and by programs that look for secrets in what is published. */
const PREFIX = 'tandem_';
const MOST_TOKENS = 100;
/** Written down no more often. */
const SEEN_EVERY_MS = 60_000;

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** Those that still hold, newest first. */
export async function listTokens(db: Database, account: string): Promise<TokenEntry[]> {
  const rows = await db.orm
    .select()
    .from(apiToken)
    .where(and(eq(apiToken.accountId, account), isNull(apiToken.revokedAt)))
    .orderBy(desc(apiToken.id));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    rights: row.rights,
    operator: row.operatorId,
    createdAt: row.createdAt.getTime(),
    lastUsedAt: row.lastUsedAt?.getTime() ?? null,
  }));
}

/** `secret` is given out once, here. Undefined: there are as many as there may be. */
export async function addToken(
  db: Database,
  by: { account: string; operator: string },
  form: Infer<typeof newTokenForm>,
  now: number,
): Promise<{ id: string; secret: string } | undefined> {
  if ((await listTokens(db, by.account)).length >= MOST_TOKENS) return undefined;
  const secret = PREFIX + randomBytes(32).toString('base64url');
  const id = newId(now);
  await db.orm.insert(apiToken).values({
    id,
    accountId: by.account,
    operatorId: by.operator,
    name: form.name.trim(),
    rights: API_RIGHTS.filter((right) => form.rights.includes(right)),
    hash: hashOf(secret),
    createdAt: new Date(now),
  });
  return { id, secret };
}

/** False: there is none, or not in this account. */
export async function revokeToken(db: Database, account: string, id: string, now: number): Promise<boolean> {
  const gone = await db.orm
    .update(apiToken)
    .set({ revokedAt: new Date(now) })
    .where(and(eq(apiToken.id, id), eq(apiToken.accountId, account), isNull(apiToken.revokedAt)))
    .returning({ id: apiToken.id });
  return gone.length > 0;
}

/** Undefined: nobody's, or revoked, or its operator may not log in any more. */
export async function callerOf(db: Database, secret: string, now: number): Promise<ApiCaller | undefined> {
  if (!secret.startsWith(PREFIX) || secret.length > 100) return undefined;
  const [row] = await db.orm
    .select({
      id: apiToken.id,
      account: apiToken.accountId,
      operator: apiToken.operatorId,
      rights: apiToken.rights,
      lastUsedAt: apiToken.lastUsedAt,
    })
    .from(apiToken)
    .innerJoin(operator, eq(operator.id, apiToken.operatorId))
    .where(and(eq(apiToken.hash, hashOf(secret)), isNull(apiToken.revokedAt), isNull(operator.disabledAt)));
  if (!row) return undefined;
  if (now - (row.lastUsedAt?.getTime() ?? 0) > SEEN_EVERY_MS)
    await db.orm
      .update(apiToken)
      .set({ lastUsedAt: new Date(now) })
      .where(eq(apiToken.id, row.id));
  return { token: row.id, account: row.account, operator: row.operator, rights: row.rights };
}
