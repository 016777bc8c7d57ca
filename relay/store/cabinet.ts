// What an admin sets up: operators and sites of the account. Every function is bounded to one account by its argument.

import { randomBytes } from 'node:crypto';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { GRANTS, grants, handPolicy, type Grant, type HandPolicy } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { maskingRules, type MaskingRules } from '../../protocol/messages.ts';
import { siteRouting, type SiteRouting } from '../../protocol/routing.ts';
import { flag, list, maybe, object, oneOf, text, whole, type Infer } from '../../protocol/schema.ts';
import { canonicalOrigin } from '../auth/origins.ts';
import { filePolicy, type FilePolicy } from '../dialog/file-kind.ts';
import { canonicalPattern } from '../auth/patterns.ts';
import { canonicalLogin, hashPassword, oneTimePassword } from '../auth/passwords.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';
import { operator, site, team } from './schema.ts';

export type Refused = {
  kind: 'refused';
  why:
    | 'login-taken'
    | 'bad-login'
    | 'bad-origin'
    | 'bad-pattern'
    | 'bad-zone'
    | 'bad-hours'
    | 'name-taken'
    | 'too-many'
    | 'unknown'
    | 'last-admin';
  what?: string;
};

export type OperatorEntry = {
  id: string;
  login: string;
  name: string;
  role: 'admin' | 'operator';
  /** What they may ask visitors for. */
  may: Grant[];
  /** Open conversations that they are given at most. */
  limit: number;
  disabled: boolean;
  /** Has not logged in with the one-time password yet. */
  fresh: boolean;
};

const uuid = text(36, 36, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const limit = whole(LIMITS.maxConversationLimit);
const shownName = text(120, 1, /\S/);

/** What the cabinet's forms bring; parsed by cabinet-routes.ts. */
export const newOperatorForm = object({
  login: text(120, 1),
  name: shownName,
  role: oneOf(['admin', 'operator']),
  /** Absent: everything. */
  may: maybe(grants),
  limit: maybe(limit),
});
export const changeOperatorForm = object({
  id: uuid,
  name: maybe(shownName),
  role: maybe(oneOf(['admin', 'operator'])),
  may: maybe(grants),
  limit: maybe(limit),
  disabled: maybe(flag),
  /** Makes a new one-time password. */
  newPassword: maybe(flag),
  /** Whoever is logged in as this operator has to log in again. */
  endSessions: maybe(flag),
});
export const siteForm = object({
  /** Absent: a new site. */
  id: maybe(uuid),
  name: shownName,
  origins: list(text(300), 50),
  masking: maybe(maskingRules),
  hand: maybe(handPolicy),
  files: maybe(filePolicy),
  routing: maybe(siteRouting),
});

export async function listOperators(db: Database, account: string): Promise<OperatorEntry[]> {
  const rows = await db.orm.select().from(operator).where(eq(operator.accountId, account)).orderBy(asc(operator.login));
  return rows.map((row) => ({
    id: row.id,
    login: row.login,
    name: row.name,
    role: row.role,
    may: row.may,
    limit: row.conversationLimit,
    disabled: row.disabledAt !== null,
    fresh: row.lastLoginAt === null,
  }));
}

/** The one-time password is given out once, here. */
export async function addOperator(
  db: Database,
  account: string,
  form: Infer<typeof newOperatorForm>,
): Promise<{ kind: 'ok'; id: string; password: string } | Refused> {
  const login = canonicalLogin(form.login);
  if (login === undefined || /\s/.test(login)) return { kind: 'refused', why: 'bad-login' };
  const password = oneTimePassword();
  const id = newId();
  const added = await db.orm
    .insert(operator)
    .values({
      id,
      accountId: account,
      login,
      name: form.name.trim(),
      role: form.role,
      ...(form.may ? { may: inOrder(form.may) } : {}),
      ...(form.limit === undefined ? {} : { conversationLimit: form.limit }),
      passwordHash: await hashPassword(password),
      mustChange: true,
    })
    .onConflictDoNothing({ target: operator.login })
    .returning({ id: operator.id });
  return added.length > 0 ? { kind: 'ok', id, password } : { kind: 'refused', why: 'login-taken' };
}

/**
 * An account always keeps an admin who can log in. `isOut`: what the operator's sessions were good for has changed, and
 * the caller ends them; a new name alone, or a right more, throws nobody out of their work.
 */
export async function changeOperator(
  db: Database,
  account: string,
  form: Infer<typeof changeOperatorForm>,
): Promise<{ kind: 'ok'; isOut: boolean; password?: string } | Refused> {
  const mine = and(eq(operator.id, form.id), eq(operator.accountId, account));
  const password = form.newPassword === true ? oneTimePassword() : undefined;
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return db.orm.transaction(async (tx) => {
    // Locked until the end: two admins who take each other's role away at once must not both succeed.
    const admins = await tx
      .select({ id: operator.id })
      .from(operator)
      .where(and(eq(operator.accountId, account), eq(operator.role, 'admin'), isNull(operator.disabledAt)))
      .orderBy(operator.id)
      .for('update');
    const isAdmin = admins.some((one) => one.id === form.id);
    const isLess = form.disabled === true || (isAdmin && form.role === 'operator');
    if (isAdmin && isLess && admins.length === 1) return { kind: 'refused', why: 'last-admin' };
    const changed = await tx
      .update(operator)
      .set({
        // Without a field the update would be empty, which the driver refuses.
        accountId: account,
        ...(form.name === undefined ? {} : { name: form.name.trim() }),
        ...(form.role === undefined ? {} : { role: form.role }),
        ...(form.may === undefined ? {} : { may: inOrder(form.may) }),
        ...(form.limit === undefined ? {} : { conversationLimit: form.limit }),
        ...(form.disabled === undefined ? {} : { disabledAt: form.disabled ? new Date() : null }),
        ...(passwordHash === undefined ? {} : { passwordHash, mustChange: true }),
      })
      .where(mine)
      .returning({ id: operator.id });
    if (changed.length === 0) return { kind: 'refused', why: 'unknown' };
    const isOut = isLess || password !== undefined || form.endSessions === true;
    return { kind: 'ok', isOut, ...(password === undefined ? {} : { password }) };
  });
}

export type SiteEntry = {
  id: string;
  key: string;
  name: string;
  origins: string[];
  masking: MaskingRules;
  hand: HandPolicy;
  files: FilePolicy;
  routing: SiteRouting;
};

export async function listSitesOf(db: Database, account: string): Promise<SiteEntry[]> {
  const rows = await db.orm.select().from(site).where(eq(site.accountId, account)).orderBy(asc(site.createdAt));
  return rows.map(entryOf);
}

/** Adds a site, or changes one. Origins are kept in one form; the first that is none is named. */
export async function saveSite(
  db: Database,
  account: string,
  form: Infer<typeof siteForm>,
): Promise<{ kind: 'ok'; site: SiteEntry } | Refused> {
  const origins: string[] = [];
  for (const text of form.origins) {
    const origin = canonicalOrigin(text.trim().replace(/\/$/, ''));
    if (origin === undefined) return { kind: 'refused', why: 'bad-origin', what: text };
    if (!origins.includes(origin)) origins.push(origin);
  }
  if (origins.length === 0) return { kind: 'refused', why: 'bad-origin', what: '' };
  const hand = form.hand && canonicalPolicy(form.hand);
  if (hand && 'kind' in hand) return hand;
  const routing = form.routing;
  if (routing?.team) {
    const mine = and(eq(team.id, routing.team), eq(team.accountId, account));
    const [known] = await db.orm.select({ id: team.id }).from(team).where(mine);
    if (!known) return { kind: 'refused', why: 'unknown' };
  }
  const values = {
    name: form.name.trim(),
    origins,
    ...(form.masking ? { masking: form.masking } : {}),
    ...(hand ? { hand } : {}),
    ...(form.files ? { files: form.files } : {}),
    ...(routing ? { routing } : {}),
  };
  const [row] =
    form.id === undefined
      ? await db.orm
          .insert(site)
          .values({ id: newId(), accountId: account, key: randomBytes(9).toString('base64url'), ...values })
          .returning()
      : await db.orm
          .update(site)
          .set(values)
          .where(and(eq(site.id, form.id), eq(site.accountId, account)))
          .returning();
  if (!row) return { kind: 'refused', why: 'unknown' };
  return { kind: 'ok', site: entryOf(row) };
}

function entryOf({ id, key, name, origins, masking, hand, files, routing }: typeof site.$inferSelect): SiteEntry {
  return { id, key, name, origins, masking, hand, files, routing };
}

function inOrder(some: readonly Grant[]): Grant[] {
  return GRANTS.filter((grant) => some.includes(grant));
}

/** Each grant once, given only what is allowed, and patterns as browsers write addresses: what a person types would match
 * nothing. The first that can match no page is named. */
function canonicalPolicy({ allowed, given, pausedAt }: HandPolicy): HandPolicy | Refused {
  const patterns = new Set<string>();
  for (const typed of pausedAt) {
    const pattern = canonicalPattern(typed);
    if (pattern === undefined) return { kind: 'refused', why: 'bad-pattern', what: typed };
    patterns.add(pattern);
  }
  return {
    allowed: inOrder(allowed),
    given: inOrder(given.filter((grant) => allowed.includes(grant))),
    pausedAt: [...patterns],
  };
}
