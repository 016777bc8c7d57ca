import { expect, test } from 'vitest';
import { createOperators } from '../../relay/auth/operators.ts';
import { DEMO_SITE_KEY, ensureDemoSite, firstRun, listSites, siteByKey } from '../../relay/store/accounts.ts';
import { newId } from '../../relay/store/id.ts';
import { account, operator, site } from '../../relay/store/schema.ts';
import { listen, onEachDatabase } from './databases.ts';

onEachDatabase((db) => {
  const from = { address: '192.0.2.1', userAgent: 'test' };
  const operators = () =>
    createOperators({ db: db(), log: listen().log, now: () => Date.now(), ended: () => undefined });

  test('the first run makes an account, the demo site and an operator whose password must be changed', async () => {
    const first = await firstRun(db());
    expect(first).toMatchObject({ login: 'admin', again: false });
    expect(first?.password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await db().orm.select({ slug: account.slug }).from(account)).toEqual([{ slug: 'default' }]);
    const [admin] = await db().orm.select().from(operator);
    expect(admin).toMatchObject({ login: 'admin', role: 'admin', mustChange: true, disabledAt: null });
    expect(admin?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await listSites(db())).toMatchObject([
      { key: DEMO_SITE_KEY, origins: [], masking: { privateByDefault: false }, account: admin?.accountId },
    ]);
  });

  test('a password that was never used is replaced at the next start, and only the new one is good', async () => {
    const first = await firstRun(db());
    const second = await firstRun(db());
    expect(second).toMatchObject({ login: 'admin', again: true });
    expect(second?.password).not.toBe(first?.password);
    const old = await operators().login({ login: 'admin', password: first?.password ?? '', ...from });
    expect(old).toEqual({ kind: 'wrong' });
    const fresh = await operators().login({ login: 'admin', password: second?.password ?? '', ...from });
    expect(fresh).toMatchObject({ kind: 'ok', operator: { login: 'admin', mustChange: true } });
  });

  test('a password that was used is never shown again', async () => {
    const first = await firstRun(db());
    await operators().login({ login: 'admin', password: first?.password ?? '', ...from });
    expect(await firstRun(db())).toBeUndefined();
  });

  test('two relays that start at once make one account, and the last password shown is good', async () => {
    const shown = await Promise.all([firstRun(db()), firstRun(db())]);
    expect(shown.map((one) => one?.again).sort()).toEqual([false, true]);
    expect(await db().orm.select().from(account)).toHaveLength(1);
    expect(await listSites(db())).toHaveLength(1);
  });

  test('a site is found by its key', async () => {
    await firstRun(db());
    expect(await siteByKey(db(), DEMO_SITE_KEY)).toMatchObject({ key: 'demo', name: 'Demo shop' });
    expect(await siteByKey(db(), 'nothing')).toBeUndefined();
    expect(await siteByKey(db(), "'; drop table site; --")).toBeUndefined();
    expect(await siteByKey(db(), 'nul\u0001')).toBeUndefined();
  });

  test("the demo's origins follow its port, in canonical form", async () => {
    await firstRun(db());
    await ensureDemoSite(db(), ['http://localhost:8788', 'HTTP://127.0.0.1:80/']);
    expect((await siteByKey(db(), 'demo'))?.origins).toEqual(['http://localhost:8788', 'http://127.0.0.1']);
    await ensureDemoSite(db(), ['http://localhost:9']);
    expect((await siteByKey(db(), 'demo'))?.origins).toEqual(['http://localhost:9']);
    await expect(ensureDemoSite(db(), ['localhost'])).rejects.toThrow(/localhost/);
  });

  test('a demo site that was removed stays removed', async () => {
    await firstRun(db());
    await db().orm.delete(site);
    expect(await ensureDemoSite(db(), ['http://localhost:1'])).toBeUndefined();
    expect(await listSites(db())).toEqual([]);
  });

  test('what a site holds comes back as it was, quotes, commas and all', async () => {
    await firstRun(db());
    const [one] = await db().orm.select().from(account);
    const masking = { privateByDefault: true, mask: '.a, [data-x="{\\"y\\"}"]', block: 'iframe' };
    const origins = ['https://*.example.com', 'https://a,b"c\\d{}'];
    await db()
      .orm.insert(site)
      .values({ id: newId(), accountId: one?.id ?? '', key: 'k', name: 'Магазин «Ёлка»', origins, masking });
    expect(await siteByKey(db(), 'k')).toMatchObject({ name: 'Магазин «Ёлка»', origins, masking });
  });
});
