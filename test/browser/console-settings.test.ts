// Sites and operators in the console, through the real relay and its database.

import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../support/browsers.ts';
import { startSite, until, type TestSite } from '../support/live.ts';
import { addOperator, addSite, logIn, logInFirst, PASSWORD, startTestRelay, type TestRelay } from '../support/relay.ts';

let browser: Browser;
let relay: TestRelay;
let admin: string;
let contexts: BrowserContext[] = [];
let errors: string[] = [];
let site: TestSite;
let siteKey = '';

beforeAll(async () => {
  browser = await launchChromium();
  site = await startSite(() => `<script async src="${relay.url}/widget/loader.js" data-site="${siteKey}"></script>`);
  site.pages.set('/', '<!doctype html><title>Shop front</title>%SNIPPET%<h1>Hello</h1>');
});
afterAll(async () => {
  await browser.close();
  await site.close();
});
beforeEach(async () => {
  relay = await startTestRelay();
  admin = await logInFirst(relay);
  errors = [];
});
afterEach(async () => {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  await relay.stop();
});

/** The console as this operator sees it; without a cookie, as nobody. */
async function open(hash: string, cookie?: string, width = 1280): Promise<Page> {
  const context = await browser.createBrowserContext();
  contexts.push(context);
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.setViewport({ width, height: 800 });
  await page.evaluateOnNewDocument(() => {
    if (!localStorage.getItem('tandem.language')) localStorage.setItem('tandem.language', 'en');
  });
  const [name = '', value = ''] = (cookie ?? '').split('=');
  if (cookie) await context.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
  await page.goto(`${relay.url}/${hash}`);
  return page;
}

const find = (testid: string) => `[data-testid="${testid}"]`;

async function click(page: Page, testid: string): Promise<void> {
  await until(`a click on ${testid}`, async () => {
    await page.click(find(testid));
    return true;
  });
}

async function sees(page: Page, testid: string, text: string): Promise<void> {
  await until(`"${text}" in ${testid}`, () =>
    page.$$eval(find(testid), (all, wanted) => all.some((each) => each.textContent?.includes(wanted)), text),
  );
}

async function isGone(page: Page, testid: string): Promise<void> {
  await until(`no ${testid}`, async () => (await page.$(find(testid))) === null);
}

async function fill(page: Page, testid: string, text: string): Promise<void> {
  const field = await page.waitForSelector(find(testid), { visible: true });
  await field?.evaluate((element) => (element as HTMLInputElement).select());
  await page.keyboard.press('Backspace');
  await field?.type(text);
}

const valueOf = (page: Page, testid: string) =>
  page.$eval(find(testid), (element) => (element as HTMLInputElement).value);

async function post(address: string, cookie: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(relay.url + address, {
    method: 'POST',
    headers: { origin: relay.url, 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

type Kept = { id: string; login: string; role: string; disabled: boolean };
async function operators(cookie: string): Promise<Kept[]> {
  const response = await fetch(`${relay.url}/api/operators`, { headers: { cookie } });
  return ((await response.json()) as { operators: Kept[] }).operators;
}

/** Opens the menu of one operator and chooses. */
async function choose(page: Page, login: string, item: string): Promise<void> {
  await page.waitForSelector(`${find('operator')}[data-login="${login}"]`);
  await page.click(`${find('operator')}[data-login="${login}"] ${find('operator-actions')}`);
  await click(page, item);
}

test('[B11] a site is added, the line is pasted into a page, and the visitor is there', async () => {
  const page = await open('#/visitors', admin);
  await click(page, 'first-site');
  await click(page, 'site-save');
  await sees(page, 'site-name-trouble', 'fill this in');
  await sees(page, 'site-origins-trouble', 'at least one address');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('site-name');

  const host = new URL(site.origin).host;
  await fill(page, 'site-name', 'My shop');
  await fill(page, 'site-origins', `${site.origin}/basket\nshop.example`);
  await click(page, 'site-save');
  await sees(page, 'site-origins-trouble', `${host}/basket`);
  await click(page, 'site-mend');
  expect(await valueOf(page, 'site-origins')).toBe(`${site.origin}\nhttps://shop.example`);
  await click(page, 'site-save');
  await sees(page, 'site-install', 'data-site=');
  expect(new URL(page.url()).hash).toMatch(/^#\/settings\/sites\/[0-9a-f-]{36}$/);

  const line = await page.$eval(`${find('site-install')} code`, (code) => code.textContent ?? '');
  siteKey = /data-site="([^"]+)"/.exec(line)?.[1] ?? '';
  const snippet = await readFile(new URL('../../widget/snippet.html', import.meta.url), 'utf8');
  expect(line).toBe(snippet.trim().replace('https://RELAY', relay.url).replace('SITE_KEY', siteKey));
  const visitor = await (await browser.createBrowserContext()).newPage();
  contexts.push(visitor.browserContext());
  await visitor.goto(site.origin + '/');
  await click(page, 'nav-visitors');
  await sees(page, 'visitor', 'Shop front');
  expect(errors).toEqual([]);
});

test('what was typed and not saved survives a look at the visitors, and another language', async () => {
  const { id } = await addSite(relay, admin, ['https://a.example']);
  const page = await open(`#/settings/sites/${id}`, admin);
  await fill(page, 'site-name', 'Half a na');
  await click(page, 'nav-visitors');
  await isGone(page, 'site-name');
  await click(page, 'account-menu');
  await click(page, 'menu-language-ru');
  await page.keyboard.press('Escape');
  await page.goBack();
  await page.waitForSelector(find('site-name'));
  expect(await valueOf(page, 'site-name')).toBe('Half a na');
  await sees(page, 'settings', 'Настройки');
  await click(page, 'site-discard');
  expect(await valueOf(page, 'site-name')).toBe('Test site');
  await isGone(page, 'site-save');
});

test('what hides less or shuts pages out is asked about; what is no CSS is refused at its field', async () => {
  const { id } = await addSite(relay, admin, ['https://a.example', 'https://b.example'], {
    privateByDefault: true,
    mask: '.name, :is(td, th).sum',
  });
  const page = await open(`#/settings/sites/${id}`, admin);
  await page.waitForSelector(find('site-mask'));
  expect(await valueOf(page, 'site-mask')).toBe('.name\n:is(td, th).sum');
  await fill(page, 'site-mask', '.name\n:is(td');
  await click(page, 'site-save');
  await sees(page, 'site-mask-trouble', ':is(td');
  await fill(page, 'site-mask', '.name\n.phone');
  await fill(page, 'site-origins', 'https://a.example');
  await click(page, 'site-private-shown');
  await click(page, 'site-save');
  await sees(page, 'confirm', 'https://b.example');
  await sees(page, 'confirm', 'hidden now');
  await click(page, 'confirm-no');
  await isGone(page, 'confirm');
  const kept = async () => {
    const response = await fetch(`${relay.url}/api/sites`, { headers: { cookie: admin } });
    const { sites } = (await response.json()) as { sites: { id: string; origins: string[]; masking: unknown }[] };
    return sites.find((each) => each.id === id);
  };
  expect((await kept())?.origins).toHaveLength(2);
  await click(page, 'site-save');
  await click(page, 'confirm-yes');
  await sees(page, 'toast', 'Site saved');
  expect(await kept()).toMatchObject({
    origins: ['https://a.example'],
    masking: { privateByDefault: false, mask: '.name, .phone' },
  });
  expect(errors).toEqual([]);
});

test('[B17 Q1] an operator is added by keyboard; the one-time password is shown once, and lets them in', async () => {
  const page = await open('#/settings/operators', admin);
  await page.waitForSelector(find('operator-add'));
  await page.focus(find('operator-add'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(find('operator-name'));
  await page.keyboard.type('Anna Petrova');
  await page.keyboard.press('Tab');
  await page.keyboard.type('two words');
  await page.keyboard.press('Enter');
  await sees(page, 'operator-login-trouble', 'no spaces');
  await fill(page, 'operator-login', 'ADMIN');
  await page.keyboard.press('Enter');
  await sees(page, 'operator-login-trouble', 'already');
  await fill(page, 'operator-login', 'anna@shop.example');
  await page.keyboard.press('Enter');
  const shown = await page.waitForSelector(find('once-secret'));
  const password = (await shown?.evaluate((element) => element.textContent)) ?? '';
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 5);
  expect(await page.$(find('once-secret'))).not.toBeNull();
  await click(page, 'once-done');
  await isGone(page, 'once-secret');
  await sees(page, 'operator', 'Has not logged in yet');
  expect(await page.evaluate(() => document.body.textContent)).not.toContain(password);

  const fresh = await open('', undefined);
  await fill(fresh, 'login-name', 'anna@shop.example');
  await fill(fresh, 'login-password', password);
  await click(fresh, 'login-submit');
  await fill(fresh, 'password-new', PASSWORD);
  await fill(fresh, 'password-again', PASSWORD);
  await click(fresh, 'password-submit');
  await fresh.waitForSelector(find('account-menu'));
  await click(fresh, 'nav-settings');
  await sees(fresh, 'settings-forbidden', 'administrator');
  expect(await fresh.$(find('settings-operators'))).toBeNull();
  expect(errors).toEqual([]);
});

test('a disabled operator is out at once and stays out; logging out everywhere lets them come back', async () => {
  const boris = await addOperator(relay, admin, 'boris', 'Boris Ivanov');
  const his = await open('', boris);
  await his.waitForSelector(find('account-menu'));
  const page = await open('#/settings/operators', admin);

  await choose(page, 'boris', 'operator-end');
  await click(page, 'confirm-yes');
  await sees(page, 'toast', 'Boris Ivanov');
  await his.waitForSelector(find('login-name'));
  await logIn(relay, 'boris', PASSWORD);

  await choose(page, 'boris', 'operator-disable');
  await sees(page, 'confirm', 'Boris Ivanov');
  await click(page, 'confirm-yes');
  await sees(page, 'operator', 'Disabled');
  await expect(logIn(relay, 'boris', PASSWORD)).rejects.toThrow('401');

  await choose(page, 'boris', 'operator-enable');
  await until('enabled', async () => (await operators(admin)).every((one) => !one.disabled));
  await logIn(relay, 'boris', PASSWORD);

  await choose(page, 'boris', 'operator-password');
  await click(page, 'confirm-yes');
  const shown = await page.waitForSelector(find('once-secret'));
  const password = (await shown?.evaluate((element) => element.textContent)) ?? '';
  await expect(logIn(relay, 'boris', PASSWORD)).rejects.toThrow('401');
  await logIn(relay, 'boris', password);
  expect(errors).toEqual([]);
});

test('a new name ends nobody’s session; an admin who is made an operator is out', async () => {
  const boris = await addOperator(relay, admin, 'boris', 'Boris Ivanov');
  const page = await open('#/settings/operators', admin);
  await choose(page, 'admin', 'operator-edit');
  await fill(page, 'operator-name', 'Clara');
  await click(page, 'operator-save');
  await sees(page, 'account-menu', 'Clara');
  await choose(page, 'boris', 'operator-edit');
  await fill(page, 'operator-name', 'Boris I.');
  await click(page, 'operator-role-admin');
  await click(page, 'operator-save');
  await sees(page, 'operator', 'Boris I.');
  expect((await fetch(`${relay.url}/api/me`, { headers: { cookie: boris } })).status).toBe(200);
  await choose(page, 'boris', 'operator-edit');
  await click(page, 'operator-role-operator');
  await sees(page, 'operator-dialog', 'lose access');
  await click(page, 'operator-save');
  await isGone(page, 'operator-dialog');
  expect((await fetch(`${relay.url}/api/me`, { headers: { cookie: boris } })).status).toBe(401);
});

test('the last administrator stays, and is told why', async () => {
  await addOperator(relay, admin, 'boris', 'Boris Ivanov');
  const page = await open('#/settings/operators', admin);
  await choose(page, 'admin', 'operator-disable');
  await sees(page, 'confirm', 'last administrator');
  expect(await page.$(find('confirm-yes'))).toBeNull();
  await click(page, 'confirm-no');
  await isGone(page, 'confirm');
  await choose(page, 'admin', 'operator-edit');
  await sees(page, 'operator-last-admin', 'administrator');
  expect(await page.$eval(find('operator-role-operator'), (radio) => (radio as HTMLInputElement).disabled)).toBe(true);

  const me = (await operators(admin)).find((one) => one.login === 'admin')?.id ?? '';
  const lastAdmin = { status: 400, body: { why: 'last-admin' } };
  expect(await post('/api/operators/change', admin, { id: me, disabled: true })).toEqual(lastAdmin);
  expect(await post('/api/operators/change', admin, { id: me, role: 'operator' })).toEqual(lastAdmin);
});

test('two administrators who take each other’s role away at once do not both succeed', async () => {
  await addOperator(relay, admin, 'boris', 'Boris Ivanov');
  const before = await operators(admin);
  const id = (login: string) => before.find((one) => one.login === login)?.id;
  expect((await post('/api/operators/change', admin, { id: id('boris'), role: 'admin' })).status).toBe(200);
  const boris = await logIn(relay, 'boris', PASSWORD);
  await Promise.all([
    post('/api/operators/change', admin, { id: id('boris'), role: 'operator' }),
    post('/api/operators/change', boris, { id: id('admin'), role: 'operator' }),
  ]);
  const left = [await logIn(relay, 'admin', PASSWORD), await logIn(relay, 'boris', PASSWORD)];
  const lists = await Promise.all(left.map((cookie) => fetch(`${relay.url}/api/operators`, { headers: { cookie } })));
  expect(lists.filter((response) => response.status === 200)).toHaveLength(1);
});

test('a relay that is away is said, nothing is lost, and the list comes when asked again', async () => {
  const page = await open('#/settings/sites', admin);
  await page.waitForSelector(find('site'));
  await click(page, 'site-add');
  await fill(page, 'site-name', 'Shop');
  await fill(page, 'site-origins', 'https://shop.example');
  await page.setOfflineMode(true);
  await click(page, 'site-save');
  await sees(page, 'site-trouble', 'Nothing was saved');
  await page.setOfflineMode(false);
  await click(page, 'site-save');
  await sees(page, 'site-install', 'data-site=');

  await page.setRequestInterception(true);
  let isAway = true;
  page.on('request', (request) => {
    if (isAway && request.url().endsWith('/api/operators')) void request.abort();
    else void request.continue();
  });
  await click(page, 'settings-operators');
  await sees(page, 'settings-unreachable', 'does not answer');
  isAway = false;
  await click(page, 'settings-again');
  await page.waitForSelector(find('operator'));
});

test.each([360, 1280])('at %i pixels nothing of the settings is cut off or unnamed', async (width) => {
  const long = 'https://a-very-long-subdomain-of-a-department.of-a-very-long-company-name.example';
  const { id } = await addSite(relay, admin, [long, `${long}:8443`]);
  await addOperator(
    relay,
    admin,
    `someone.with.a.long.name@${new URL(long).hostname}`,
    'Maximiliane von und zu Übermut',
  );
  const page = await open('#/settings/sites', admin, width);
  for (const [hash, sign] of [
    ['#/settings/sites', 'site'],
    [`#/settings/sites/${id}`, 'site-name'],
    ['#/settings/operators', 'operator'],
  ] as const) {
    await page.evaluate((next) => (location.hash = next), hash);
    await page.waitForSelector(find(sign));
    const found = await page.$eval(find('settings'), (screen) => ({
      over: screen.scrollWidth - screen.clientWidth,
      outside: [...screen.querySelectorAll('a, button, input, textarea')]
        .filter((each) => each.getBoundingClientRect().right > innerWidth)
        .map((each) => each.outerHTML),
    }));
    expect(found).toEqual({ over: 0, outside: [] });
    const snapshot = await page.accessibility.snapshot({ interestingOnly: true });
    const nameless: string[] = [];
    const walk = (node: typeof snapshot): void => {
      if (!node) return;
      if (/button|link|textbox|radio|menuitem/.test(node.role) && !node.name?.trim()) nameless.push(node.role);
      for (const child of node.children ?? []) walk(child);
    };
    walk(snapshot);
    expect(nameless).toEqual([]);
  }
});

test('[HA1] a token of the API is made, shown once, works within its rights, and is revoked', async () => {
  const page = await open('#/settings/api', admin);
  await sees(page, 'no-tokens', 'No tokens yet');
  await click(page, 'token-add');
  await page.waitForSelector(find('token-name'));
  await page.keyboard.press('Enter');
  await sees(page, 'token-name-trouble', 'fill this in');
  await fill(page, 'token-name', 'order system');
  await page.keyboard.press('Enter');
  const shown = await page.waitForSelector(find('once-secret'));
  const secret = (await shown?.evaluate((element) => element.textContent)) ?? '';
  await page.keyboard.press('Escape');
  expect(await page.$(find('once-secret'))).not.toBeNull();
  await click(page, 'once-done');
  await isGone(page, 'once-secret');
  await sees(page, 'token', 'Reads · acts as Admin');
  await sees(page, 'token', 'Not used yet');
  expect(await page.evaluate(() => document.body.textContent)).not.toContain(secret);

  const ask = (method: string, path: string) =>
    fetch(`${relay.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${secret}` } });
  expect((await ask('GET', '/conversations')).status).toBe(200);
  const nobody = '00000000-0000-7000-8000-000000000000';
  expect((await ask('POST', `/conversations/${nobody}/close`)).status).toBe(403);
  await page.reload();
  await sees(page, 'token', 'Used last on');

  await click(page, 'token-revoke');
  await sees(page, 'confirm', 'order system');
  await click(page, 'confirm-yes');
  await sees(page, 'no-tokens', 'No tokens yet');
  expect((await ask('GET', '/conversations')).status).toBe(401);
  expect(errors).toEqual([]);
});
