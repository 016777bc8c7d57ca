// Operators' logins and sessions. Owns who may try how often, what a cookie stands for, and when a session ends; knows
// nothing of cookies' syntax or of sockets (server.ts), and gives no rights: it says who somebody is.
//
// Easy to get wrong:
// - After a restart every console comes back at once, some with several sockets: `sessionOf` remembers its answers for
//   30 s and asks once for many. So another relay on the same database may honour an ended session for that long.
// - Unknown logins cost the same work as known ones, or the time of the answer would tell which exist.
// - Looking at a password takes long enough for it to be replaced meanwhile: what was checked is compared again, under a
//   lock, where the session is made.
// - A guesser must not be able to lock an operator out: the limit on a login alone does not hold for an address from
//   which that operator is logged in already.

import { createHash, randomBytes } from 'node:crypto';
import { and, eq, exists, gt, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { reasonOf, type Logger } from '../log.ts';
import type { Database } from '../store/database.ts';
import { newId } from '../store/id.ts';
import { operator, session } from '../store/schema.ts';
import { canonicalLogin, hashPassword, MAX_PASSWORD_CHARS, passwordFits, passwordProblem } from './passwords.ts';
import { addressKey, createThrottle } from './throttle.ts';

export type SessionOperator = {
  readonly id: string;
  readonly account: string;
  readonly login: string;
  readonly name: string;
  readonly role: 'admin' | 'operator';
  readonly mustChange: boolean;
};

export type Session = { readonly sessionId: string; readonly operator: SessionOperator };

export type LoginInput = {
  readonly login: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
};

export type LoginResult =
  | { readonly kind: 'ok'; readonly token: string; readonly sessionId: string; readonly operator: SessionOperator }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterSec: number };

export type ChangeResult =
  | { readonly kind: 'ok' }
  | { readonly kind: 'wrong' | 'too-short' | 'too-long' | 'same' }
  | { readonly kind: 'throttled'; readonly retryAfterSec: number };

export type Operators = {
  login(input: LoginInput): Promise<LoginResult>;
  /** Whose cookie this is; undefined: nobody's, or no longer. */
  sessionOf(token: string | undefined): Promise<Session | undefined>;
  /** The session is in use by an open socket: counts as seen. Cheap; call it at any rate. */
  touch(sessionId: string): void;
  logout(token: string): Promise<void>;
  /** Ends the operator's other sessions. `sessionId` is the one that asks. */
  changePassword(change: { session: Session; old: string; fresh: string }): Promise<ChangeResult>;
  /** Ends all sessions of an operator, for instance one that was disabled. */
  endSessions(operatorId: string): Promise<void>;
};

export type OperatorsDoor = {
  readonly db: Database;
  readonly log: Logger;
  readonly now: () => number;
  /** A session has ended by logout or password change: close its sockets. */
  readonly ended: (sessionId: string) => void;
};

/** Longest absence; an operator who logs in each morning is asked each morning. */
export const IDLE_MS = 12 * 3_600_000;
/** Longest life, however busy. Also the cookie's. */
export const SESSION_MS = 14 * 24 * 3_600_000;

const REMEMBER_MS = 30_000;
/** Above the number of operators of any one relay; only real sessions are remembered. */
const MAX_REMEMBERED = 10_000;
const SEEN_EVERY_MS = 5 * 60_000;
/** argon2 takes 19 MiB and a core for 25 ms: two at once leave room for the live view, and few wait. */
const HASHES_AT_ONCE = 2;
const HASHES_WAITING = 40;

type Found = Session & { readonly lastSeenAt: number; readonly expiresAt: number };
type Remembered = { readonly until: number; readonly found: Promise<Found | undefined> };

export function createOperators({ db, log, now, ended }: OperatorsDoor): Operators {
  // An office shares an address; a guesser behind it gets 6 tries a minute for all logins together.
  const byAddress = createThrottle({ burst: 30, everyMs: 10_000, now });
  // A person who has forgotten tries some five times; then it is 2 a minute.
  const byPair = createThrottle({ burst: 6, everyMs: 30_000, now });
  // Guessers on many addresses: 4,320 tries a day at one login, against the 10^9 of a poor password.
  const byLogin = createThrottle({ burst: 30, everyMs: 20_000, now });

  const hashing = createGate(HASHES_AT_ONCE, HASHES_WAITING);
  // Never fits. Made once, with the cost of a real one, and waited for by whoever comes first.
  const nobodysHash = hashPassword(randomBytes(24).toString('base64url'));
  // Nobody may be waiting yet when it fails; whoever awaits it later still sees the failure.
  nobodysHash.catch(() => undefined);

  const remembered = new Map<string, Remembered>();
  const touched = new Map<string, number>();

  const hasSessionFrom = async (login: string, address: string) => {
    const [row] = await db.orm
      .select({ id: session.id })
      .from(session)
      .innerJoin(operator, eq(session.operatorId, operator.id))
      .where(and(eq(operator.login, login), eq(session.address, address), gt(session.expiresAt, new Date(now()))))
      .limit(1);
    return row !== undefined;
  };

  const find = async (tokenHash: string): Promise<Found | undefined> => {
    const [row] = await db.orm
      .select()
      .from(session)
      .innerJoin(operator, eq(session.operatorId, operator.id))
      .where(and(eq(session.tokenHash, tokenHash), isNull(operator.disabledAt)));
    if (!row) return undefined;
    const found: Found = {
      sessionId: row.session.id,
      operator: personOf(row.operator),
      lastSeenAt: row.session.lastSeenAt.getTime(),
      expiresAt: row.session.expiresAt.getTime(),
    };
    return isGood(found) ? found : undefined;
  };

  const isGood = (found: Found) => now() < found.expiresAt && now() < lastSeen(found) + IDLE_MS;
  const lastSeen = (found: Found) => Math.max(found.lastSeenAt, touched.get(found.sessionId) ?? 0);

  const touch = (sessionId: string) => {
    if (now() - (touched.get(sessionId) ?? 0) < SEEN_EVERY_MS) return;
    touched.delete(sessionId);
    touched.set(sessionId, now());
    dropOldest(touched);
    db.orm
      .update(session)
      // Never back: two of these may overtake each other on their way to PostgreSQL.
      .set({ lastSeenAt: sql`greatest(${session.lastSeenAt}, ${new Date(now()).toISOString()}::timestamptz)` })
      .where(eq(session.id, sessionId))
      .catch((error: unknown) => log.warn('a session could not be marked as seen', { reason: reasonOf(error) }));
  };

  const endWhere = async (condition: ReturnType<typeof and>) => {
    const rows = await db.orm
      .delete(session)
      .where(condition)
      .returning({ id: session.id, tokenHash: session.tokenHash });
    // After the delete: an answer that was under way before it must not be remembered.
    for (const row of rows) {
      remembered.delete(row.tokenHash);
      touched.delete(row.id);
      ended(row.id);
    }
  };

  return {
    async login({ login: typed, password, address, userAgent }) {
      const login = canonicalLogin(typed);
      if (login === undefined || password.length > MAX_PASSWORD_CHARS) return { kind: 'wrong' };
      const from = addressKey(address);
      const pair = `${from} ${login}`;

      let waitMs = Math.max(byAddress.wait(from), byPair.wait(pair));
      if (waitMs === 0 && byLogin.wait(login) > 0 && !(await hasSessionFrom(login, from))) waitMs = byLogin.wait(login);
      if (waitMs > 0) return throttled(waitMs);
      // Taken before the password is looked at, so that many tries at once are many tries.
      waitMs = Math.max(byAddress.take(from), byPair.take(pair));
      if (waitMs > 0) return throttled(waitMs);
      byLogin.take(login);

      const [row] = await db.orm.select().from(operator).where(eq(operator.login, login));
      const usable = row && row.disabledAt === null ? row : undefined;
      const hashed = usable?.passwordHash ?? (await nobodysHash);
      const fits = await hashing(() => passwordFits(hashed, password));
      if (fits === 'full') return throttled(2000);
      if (!fits || !usable) return { kind: 'wrong' };

      const token = randomBytes(32).toString('base64url');
      const at = new Date(now());
      const sessionId = newId(now());
      const entered = await db.orm.transaction(async (tx) => {
        // Checking took a while. Locked, so that a new password or a disabling is either seen here, or comes after the
        // session is there and ends it with the others.
        const [still] = await tx.select().from(operator).where(eq(operator.id, usable.id)).for('update');
        if (still?.passwordHash !== hashed || still.disabledAt !== null) return undefined;
        const dead = or(lt(session.expiresAt, at), lt(session.lastSeenAt, new Date(now() - IDLE_MS)));
        await tx.delete(session).where(dead);
        await tx.update(operator).set({ lastLoginAt: at }).where(eq(operator.id, usable.id));
        await tx.insert(session).values({
          id: sessionId,
          operatorId: usable.id,
          tokenHash: hashOf(token),
          createdAt: at,
          lastSeenAt: at,
          expiresAt: new Date(now() + SESSION_MS),
          address: from,
          userAgent: userAgent.slice(0, 300),
        });
        return still;
      });
      if (!entered) return { kind: 'wrong' };
      byAddress.giveBack(from);
      byPair.giveBack(pair);
      byLogin.giveBack(login);
      return { kind: 'ok', token, sessionId, operator: personOf(entered) };
    },

    async sessionOf(token) {
      if (token === undefined || !/^[\w-]{43}$/.test(token)) return undefined;
      const key = hashOf(token);
      let entry = remembered.get(key);
      if (!entry || entry.until <= now()) {
        const mine: Remembered = { until: now() + REMEMBER_MS, found: find(key) };
        const forget = () => {
          if (remembered.get(key) === mine) remembered.delete(key);
        };
        entry = mine;
        remembered.set(key, mine);
        // A stranger's token and a failed query are not worth remembering.
        mine.found.then((found) => found ?? forget(), forget);
        dropOldest(remembered);
      }
      const found = await entry.found;
      if (!found || !isGood(found)) return undefined;
      if (now() - lastSeen(found) >= SEEN_EVERY_MS) touch(found.sessionId);
      return { sessionId: found.sessionId, operator: found.operator };
    },

    touch,

    async logout(token) {
      await endWhere(and(eq(session.tokenHash, hashOf(token))));
    },

    async changePassword({ session: mine, old, fresh }) {
      const problem = passwordProblem(fresh);
      if (problem) return { kind: problem };
      const key = `change ${mine.operator.id}`;
      const waitMs = byPair.take(key);
      if (waitMs > 0) return throttled(waitMs);
      const [row] = await db.orm.select().from(operator).where(eq(operator.id, mine.operator.id));
      if (!row) return { kind: 'wrong' };
      const fits = await hashing(() => passwordFits(row.passwordHash, old.slice(0, MAX_PASSWORD_CHARS)));
      if (fits === 'full') return throttled(2000);
      if (!fits) return { kind: 'wrong' };
      byPair.giveBack(key);
      if (old.normalize('NFKC') === fresh.normalize('NFKC')) return { kind: 'same' };
      const passwordHash = await hashing(() => hashPassword(fresh));
      if (passwordHash === 'full') return throttled(2000);
      // Only if nothing changed in the meantime: the old password must still be the one that was checked, and whoever was
      // disabled or logged out while it was checked sets none.
      const changed = await db.orm
        .update(operator)
        .set({ passwordHash, mustChange: false })
        .where(
          and(
            eq(operator.id, row.id),
            eq(operator.passwordHash, row.passwordHash),
            isNull(operator.disabledAt),
            exists(db.orm.select({ id: session.id }).from(session).where(eq(session.id, mine.sessionId))),
          ),
        )
        .returning({ id: operator.id });
      if (changed.length === 0) return { kind: 'wrong' };
      await endWhere(and(eq(session.operatorId, row.id), ne(session.id, mine.sessionId)));
      // The session that stays is remembered with `mustChange`; a hundred questions more are cheaper than a list by id.
      remembered.clear();
      return { kind: 'ok' };
    },

    async endSessions(operatorId) {
      await endWhere(and(eq(session.operatorId, operatorId)));
    },
  };
}

function personOf(row: typeof operator.$inferSelect): SessionOperator {
  const { id, accountId, login, name, role, mustChange } = row;
  return { id, account: accountId, login, name, role, mustChange };
}

function dropOldest(map: Map<string, unknown>): void {
  for (const oldest of map.keys()) {
    if (map.size <= MAX_REMEMBERED) return;
    map.delete(oldest);
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function throttled(waitMs: number): { kind: 'throttled'; retryAfterSec: number } {
  return { kind: 'throttled', retryAfterSec: Math.max(1, Math.ceil(waitMs / 1000)) };
}

type Gate = <T>(task: () => Promise<T>) => Promise<T | 'full'>;

/** Runs so many tasks at once and lets so many wait; refuses the rest. */
function createGate(atOnce: number, mayWait: number): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= atOnce) {
      if (waiting.length >= mayWait) return 'full';
      // Whoever finishes hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
