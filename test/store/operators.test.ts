import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createOperators, IDLE_MS, SESSION_MS, type LoginResult, type Operators } from '../../relay/auth/operators.ts';
import { hashPassword } from '../../relay/auth/passwords.ts';
import type { Database } from '../../relay/store/database.ts';
import { newId } from '../../relay/store/id.ts';
import * as schema from '../../relay/store/schema.ts';
import { listen, onEachDatabase } from './databases.ts';

const { account, operator, session } = schema;

const PASSWORD = 'correct horse battery';
const MINUTE_MS = 60_000;

/** What happens while a password is looked at: whoever has looked goes on only when it is done. A race between the two
 * would have the password win now and then, rightly. */
const meanwhile = vi.hoisted(() => ({ happens: async (): Promise<unknown> => undefined }));
vi.mock(import('../../relay/auth/passwords.ts'), async (original) => {
  const real = await original();
  const passwordFits: typeof real.passwordFits = async (...args) => {
    const fits = await real.passwordFits(...args);
    await meanwhile.happens();
    return fits;
  };
  return { ...real, passwordFits };
});

/** Once, however many look at passwords. */
function happensMeanwhile(what: () => Promise<unknown>): void {
  let done: Promise<unknown> | undefined;
  meanwhile.happens = () => (done ??= what());
}

onEachDatabase((db) => {
  let clock: { ms: number };
  let ended: string[];
  let operators: Operators;
  let anna: string;
  let queries: number;

  /** Counts what reaches the database. */
  function counted(real: Database): Database {
    const orm = new Proxy(real.orm, {
      get(target, name, receiver) {
        if (name === 'select' || name === 'update' || name === 'delete' || name === 'transaction') queries++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
    return { ...real, orm };
  }

  const login = (login = 'anna', password = PASSWORD, address = '192.0.2.1') =>
    operators.login({ login, password, address, userAgent: 'agent' });
  const loggedIn = async (...where: Parameters<typeof login>) => {
    const result = await login(...where);
    if (result.kind !== 'ok') throw new Error(`login: ${result.kind}`);
    return result;
  };
  const tokenOf = async (result: Promise<LoginResult>) => {
    const done = await result;
    return done.kind === 'ok' ? done.token : '';
  };

  beforeEach(async () => {
    clock = { ms: Date.parse('2030-01-01T08:00:00Z') };
    ended = [];
    queries = 0;
    meanwhile.happens = async () => undefined;
    const accountId = newId();
    anna = newId();
    await db().orm.insert(account).values({ id: accountId, slug: 'default' });
    const passwordHash = await hashPassword(PASSWORD);
    await db()
      .orm.insert(operator)
      .values([
        { id: anna, accountId, login: 'anna', name: 'Anna', role: 'operator', passwordHash },
        { id: newId(), accountId, login: 'gone', name: 'Gone', role: 'admin', passwordHash, disabledAt: new Date() },
      ]);
    operators = createOperators({
      db: counted(db()),
      log: listen().log,
      now: () => clock.ms,
      ended: (id) => ended.push(id),
    });
  });

  describe('login', () => {
    test('with the right password gives a token that says who it is', async () => {
      const result = await loggedIn();
      expect(result.token).toMatch(/^[\w-]{43}$/);
      expect(result.operator).toMatchObject({
        id: anna,
        login: 'anna',
        name: 'Anna',
        role: 'operator',
        mustChange: false,
      });
      expect(await operators.sessionOf(result.token)).toEqual({
        sessionId: result.sessionId,
        operator: result.operator,
      });
    });

    test('the login is taken in any case and with blanks around it, the password is not', async () => {
      expect((await login('  ANNA ')).kind).toBe('ok');
      expect((await login('anna', PASSWORD.toUpperCase())).kind).toBe('wrong');
      expect((await login('anna', `${PASSWORD} `)).kind).toBe('wrong');
    });

    test('a password typed on a Mac is the same as on Windows', async () => {
      const composed = 'пароль с буквой \u0439';
      await db()
        .orm.update(operator)
        .set({ passwordHash: await hashPassword(composed) })
        .where(eq(operator.id, anna));
      expect((await login('anna', composed.normalize('NFD'))).kind).toBe('ok');
    });

    test.each([
      ['a wrong password', 'anna', 'wrong horse battery'],
      ['an unknown login', 'nobody', PASSWORD],
      ['a disabled operator', 'gone', PASSWORD],
      ['an empty login', '  ', PASSWORD],
      ['an empty password', 'anna', ''],
      ['a password of a megabyte', 'anna', 'x'.repeat(1_000_000)],
      ['a login that would be SQL', "anna' or '1'='1", PASSWORD],
    ])('%s gets the same answer', async (_, name, password) => {
      expect(await login(name, password)).toEqual({ kind: 'wrong' });
      expect(await db().orm.select().from(session)).toEqual([]);
    });

    test('a password that is replaced while it is looked at lets nobody in', async () => {
      const passwordHash = await hashPassword('a new one, longer');
      happensMeanwhile(async () => {
        await db().orm.update(operator).set({ passwordHash }).where(eq(operator.id, anna));
        await operators.endSessions(anna);
      });
      for (const each of [login(), login()]) expect(await each).toEqual({ kind: 'wrong' });
      expect(await db().orm.select().from(session)).toEqual([]);
    });

    test('an operator who is disabled while the password is looked at is not let in', async () => {
      happensMeanwhile(async () => {
        await db().orm.update(operator).set({ disabledAt: new Date() }).where(eq(operator.id, anna));
      });
      expect(await login()).toEqual({ kind: 'wrong' });
      expect(await db().orm.select().from(session)).toEqual([]);
    });

    test('the database holds neither the token nor the password', async () => {
      const { token } = await loggedIn();
      const everything = JSON.stringify([
        await db().orm.select().from(session),
        await db().orm.select().from(operator),
      ]);
      expect(everything).not.toContain(token);
      expect(everything).not.toContain(PASSWORD);
      expect(everything).toContain('192.0.2.1');
    });

    test('a guesser at one address is stopped after six tries, and let on after a while', async () => {
      const kinds: string[] = [];
      for (let i = 0; i < 8; i++) kinds.push((await login('anna', `guess number ${i}`)).kind);
      expect(kinds).toEqual([...new Array<string>(6).fill('wrong'), 'throttled', 'throttled']);
      // The right password doesn't pass either: else guessing would go on.
      expect(await login()).toEqual({ kind: 'throttled', retryAfterSec: 30 });
      // Somebody at another address is not concerned.
      expect((await login('anna', PASSWORD, '198.51.100.1')).kind).toBe('ok');
      clock.ms += 30_000;
      expect((await login()).kind).toBe('ok');
    });

    test('tries made at once are counted one by one', async () => {
      const results = await Promise.all(Array.from({ length: 12 }, (_, i) => login('anna', `guess number ${i}`)));
      expect(results.filter((result) => result.kind === 'wrong')).toHaveLength(6);
    });

    test('one address can not try many logins either', async () => {
      let wrong = 0;
      for (let i = 0; i < 40; i++) if ((await login(`name ${i}`, PASSWORD)).kind === 'wrong') wrong++;
      expect(wrong).toBe(30);
    });

    test('guessers on many addresses are stopped, but do not lock out an operator who is logged in', async () => {
      await loggedIn('anna', PASSWORD, '198.51.100.1');
      let wrong = 0;
      for (let i = 0; i < 35; i++)
        if ((await login('anna', 'a guess of many', `203.0.113.${i}`)).kind === 'wrong') wrong++;
      expect(wrong).toBe(30);
      expect((await login('anna', PASSWORD, '203.0.113.99')).kind).toBe('throttled');
      expect((await login('anna', PASSWORD, '198.51.100.1')).kind).toBe('ok');
    });

    test('right passwords are not counted: an office may log in all at once', async () => {
      for (let i = 0; i < 20; i++) expect((await login()).kind).toBe('ok');
    });
  });

  describe('sessions', () => {
    test.each([undefined, '', 'x', 'A'.repeat(43), 'A'.repeat(44), `${'A'.repeat(42)}'`])(
      'the cookie %j is nobody',
      async (token) => {
        expect(await operators.sessionOf(token)).toBeUndefined();
      },
    );

    test('two hundred sockets of one session ask the database once', async () => {
      const { token } = await loggedIn();
      queries = 0;
      const found = await Promise.all(Array.from({ length: 200 }, () => operators.sessionOf(token)));
      expect(found.every((one) => one?.operator.id === anna)).toBe(true);
      await operators.sessionOf(token);
      expect(queries).toBe(1);
    });

    test('logout ends it at once and says which sockets to close', async () => {
      const { token, sessionId } = await loggedIn();
      const other = await tokenOf(login());
      expect(await operators.sessionOf(token)).toBeDefined();
      await operators.logout(token);
      expect(await operators.sessionOf(token)).toBeUndefined();
      expect(ended).toEqual([sessionId]);
      expect(await operators.sessionOf(other)).toBeDefined();
      await operators.logout(token);
      expect(ended).toEqual([sessionId]);
    });

    test('a session that is used stays; one left alone for twelve hours ends', async () => {
      const token = await tokenOf(login());
      for (let hour = 0; hour < 30; hour++) {
        clock.ms += 60 * MINUTE_MS;
        expect(await operators.sessionOf(token)).toBeDefined();
      }
      clock.ms += IDLE_MS - 1;
      expect(await operators.sessionOf(token)).toBeDefined();
      clock.ms += IDLE_MS;
      expect(await operators.sessionOf(token)).toBeUndefined();
    });

    test('an open socket keeps it alive without any request', async () => {
      const { token, sessionId } = await loggedIn();
      for (let minute = 0; minute < 13 * 60; minute += 10) {
        clock.ms += 10 * MINUTE_MS;
        operators.touch(sessionId);
      }
      expect(await operators.sessionOf(token)).toBeDefined();
      // Written, not only remembered: another relay sees it too.
      await expect.poll(async () => (await db().orm.select().from(session))[0]?.lastSeenAt.getTime()).toBe(clock.ms);
    });

    test('however busy, it ends after fourteen days', async () => {
      const token = await tokenOf(login());
      const end = clock.ms + SESSION_MS;
      while (clock.ms + 6 * 60 * MINUTE_MS < end) {
        clock.ms += 6 * 60 * MINUTE_MS;
        expect(await operators.sessionOf(token)).toBeDefined();
      }
      clock.ms = end;
      expect(await operators.sessionOf(token)).toBeUndefined();
    });

    test('an operator who is disabled is out when the answer is asked for again', async () => {
      const token = await tokenOf(login());
      await operators.sessionOf(token);
      await db().orm.update(operator).set({ disabledAt: new Date() }).where(eq(operator.id, anna));
      clock.ms += 31_000;
      expect(await operators.sessionOf(token)).toBeUndefined();
    });

    test('all sessions of an operator can be ended at once', async () => {
      const tokens = [await tokenOf(login()), await tokenOf(login())];
      for (const token of tokens) await operators.sessionOf(token);
      await operators.endSessions(anna);
      for (const token of tokens) expect(await operators.sessionOf(token)).toBeUndefined();
      expect(ended).toHaveLength(2);
    });

    test('dead sessions are cleared away by the next login', async () => {
      await loggedIn();
      clock.ms += IDLE_MS + MINUTE_MS;
      await loggedIn();
      expect(await db().orm.select().from(session)).toHaveLength(1);
    });

    test('a failing database is not remembered as "nobody"', async () => {
      const token = await tokenOf(login());
      const nowhere = postgres('postgres://nobody@127.0.0.1:1/none', { max: 1 });
      const broken: Database = { ...db(), orm: drizzle(nowhere, { schema }) };
      const down = createOperators({ db: broken, log: listen().log, now: () => clock.ms, ended: () => undefined });
      await expect(down.sessionOf(token)).rejects.toThrow();
      await expect(down.sessionOf(token)).rejects.toThrow();
      expect(await operators.sessionOf(token)).toBeDefined();
    });
  });

  describe('changing the password', () => {
    test('ends the other sessions, keeps this one, and the flag goes', async () => {
      await db().orm.update(operator).set({ mustChange: true }).where(eq(operator.id, anna));
      const mine = await loggedIn();
      expect(mine.operator.mustChange).toBe(true);
      const other = await loggedIn();
      const here = await operators.sessionOf(mine.token);
      await operators.sessionOf(other.token);
      if (!here) throw new Error('no session');
      expect(await operators.changePassword({ session: here, old: PASSWORD, fresh: 'a new one, longer' })).toEqual({
        kind: 'ok',
      });
      expect((await operators.sessionOf(mine.token))?.operator.mustChange).toBe(false);
      expect(await operators.sessionOf(other.token)).toBeUndefined();
      expect(ended).toEqual([other.sessionId]);
      expect((await login()).kind).toBe('wrong');
      expect((await login('anna', 'a new one, longer')).kind).toBe('ok');
    });

    test.each([
      ['a wrong old password', 'not the password', 'a new one, longer', 'wrong'],
      ['nine characters', PASSWORD, '123456789', 'too-short'],
      ['three hundred characters', PASSWORD, 'x'.repeat(300), 'too-long'],
      ['the same again', PASSWORD, PASSWORD, 'same'],
    ])('%s is refused, and nothing changes', async (_, old, fresh, kind) => {
      const mine = await loggedIn();
      const other = await loggedIn();
      const here = { sessionId: mine.sessionId, operator: mine.operator };
      expect(await operators.changePassword({ session: here, old, fresh })).toEqual({ kind });
      expect(await operators.sessionOf(other.token)).toBeDefined();
      expect((await login()).kind).toBe('ok');
    });

    test.each([
      ['disabled', async () => db().orm.update(operator).set({ disabledAt: new Date() }).where(eq(operator.id, anna))],
      ['logged out', () => operators.endSessions(anna)],
    ])('whoever is %s meanwhile sets no new one', async (_, loses) => {
      const mine = await loggedIn();
      const here = { sessionId: mine.sessionId, operator: mine.operator };
      happensMeanwhile(loses);
      const change = { session: here, old: PASSWORD, fresh: 'a new one, longer' };
      expect(await operators.changePassword(change)).toEqual({ kind: 'wrong' });
      await db().orm.update(operator).set({ disabledAt: null }).where(eq(operator.id, anna));
      expect((await login()).kind).toBe('ok');
    });

    test('somebody at an open console can not guess the old one', async () => {
      const mine = await loggedIn();
      const here = { sessionId: mine.sessionId, operator: mine.operator };
      const kinds: string[] = [];
      for (let i = 0; i < 7; i++) {
        kinds.push(
          (await operators.changePassword({ session: here, old: `guess ${i}`, fresh: 'a new one, longer' })).kind,
        );
      }
      expect(kinds.at(-2)).toBe('wrong');
      expect(kinds.at(-1)).toBe('throttled');
    });
  });
});
