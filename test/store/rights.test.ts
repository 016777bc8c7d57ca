// What operators may do by hand, as the database has it: a site's policy and an operator's rights.

import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { GRANTS, OPEN_POLICY, type Grant, type HandPolicy } from '../../protocol/hand.ts';
import { listRights, listSites } from '../../relay/store/accounts.ts';
import {
  addOperator,
  changeOperator,
  listOperators,
  listSitesOf,
  saveSite,
  type OperatorEntry,
} from '../../relay/store/cabinet.ts';
import { newId } from '../../relay/store/id.ts';
import { account } from '../../relay/store/schema.ts';
import { onEachDatabase } from './databases.ts';

onEachDatabase((db) => {
  let mine: string;
  beforeEach(async () => {
    mine = newId();
    await db().orm.insert(account).values({ id: mine, slug: 'default' });
  });

  const save = async (hand?: HandPolicy, id?: string) => {
    const form = { id, name: 'Shop', origins: ['https://shop.example'], masking: undefined, hand };
    const saved = await saveSite(db(), mine, form);
    if (saved.kind !== 'ok') throw new Error(saved.why);
    return saved.site;
  };
  const add = async (login: string, may?: Grant[]) => {
    const added = await addOperator(db(), mine, { login, name: login, role: 'operator', may });
    if (added.kind !== 'ok') throw new Error(added.why);
    return added.id;
  };
  const change = (id: string, may: Grant[] | undefined, name?: string) =>
    changeOperator(db(), mine, {
      id,
      may,
      name,
      role: undefined,
      disabled: undefined,
      newPassword: undefined,
      endSessions: undefined,
    });
  const mayOf = async (id: string) =>
    (await listOperators(db(), mine)).find((one: OperatorEntry) => one.id === id)?.may;

  test('a site says nothing at first, and keeps its policy when something else of it is changed', async () => {
    const { id, hand } = await save();
    expect(hand).toEqual(OPEN_POLICY);
    const policy: HandPolicy = { allowed: ['point', 'control'], given: ['point'], pausedAt: ['/pay*'] };
    expect((await save(policy, id)).hand).toEqual(policy);
    expect((await save(undefined, id)).hand).toEqual(policy);
    expect((await listSitesOf(db(), mine)).map(({ hand }) => hand)).toEqual([policy]);
    expect((await listSites(db())).map(({ hand }) => hand)).toEqual([policy]);
  });

  test('each grant once, given only what is allowed, patterns as browsers write them', async () => {
    const { hand } = await save({
      allowed: ['control', 'point', 'control'],
      given: ['suggest', 'control', 'control'],
      pausedAt: [' /оплата ', '/%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0', 'HTTPS://Pay.example'],
    });
    expect(hand).toEqual({
      allowed: ['point', 'control'],
      given: ['control'],
      pausedAt: ['/%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0', 'https://pay.example/'],
    });
  });

  test('a pattern that can match no page is refused by name, and nothing is saved', async () => {
    const { id } = await save();
    const form = { id, name: 'Other', origins: ['https://shop.example'], masking: undefined };
    const hand: HandPolicy = { ...OPEN_POLICY, pausedAt: ['/ok', 'checkout'] };
    expect(await saveSite(db(), mine, { ...form, hand })).toEqual({
      kind: 'refused',
      why: 'bad-pattern',
      what: 'checkout',
    });
    expect((await listSitesOf(db(), mine)).map(({ name }) => name)).toEqual(['Shop']);
  });

  test('an operator may everything at first, and what an admin says from then on', async () => {
    const [anna, boris] = [await add('anna'), await add('boris', ['control', 'point', 'point'])];
    expect([await mayOf(anna), await mayOf(boris)]).toEqual([[...GRANTS], ['point', 'control']]);
    expect(await change(anna, [])).toEqual({ kind: 'ok', isOut: false });
    await change(boris, undefined, 'Boris');
    expect([await mayOf(anna), await mayOf(boris)]).toEqual([[], ['point', 'control']]);
    expect(await listRights(db())).toEqual(
      new Map<string, Grant[]>([
        [anna, []],
        [boris, ['point', 'control']],
      ]),
    );
  });

  test('an operator of another account is not changed', async () => {
    const anna = await add('anna');
    const other = newId();
    await db().orm.insert(account).values({ id: other, slug: 'other' });
    const form = { id: anna, may: [], name: undefined, role: undefined, disabled: undefined };
    const refused = await changeOperator(db(), other, { ...form, newPassword: undefined, endSessions: undefined });
    expect(refused).toEqual({ kind: 'refused', why: 'unknown' });
    expect(await mayOf(anna)).toEqual([...GRANTS]);
  });

  test('the relay before this one still makes sites and operators: what it does not know of is open', async () => {
    await db().orm.execute(sql`insert into site (id, account_id, key, name) values (${newId()}, ${mine}, 'k', 'Shop')`);
    await db().orm.execute(
      sql`insert into operator (id, account_id, login, name, role, password_hash) values (${newId()}, ${mine}, 'anna', 'Anna', 'operator', 'x')`,
    );
    expect((await listSites(db())).map(({ hand }) => hand)).toEqual([OPEN_POLICY]);
    expect([...(await listRights(db())).values()]).toEqual([[...GRANTS]]);
  });
});
