// The ledger in the console, through the real relay and its database: what admins read, find, check and save.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../../relay/log.ts';
import type { Deed } from '../../relay/live/deed.ts';
import { openDatabase, type Database } from '../../relay/store/database.ts';
import { createLedger } from '../../relay/store/ledger.ts';
import { account } from '../../relay/store/schema.ts';
import { launchChromium } from '../support/browsers.ts';
import { until } from '../support/live.ts';
import { addOperator, addSite, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';

const CITY = 'text field “City”';
const AT = Date.UTC(2026, 10, 20, 12);
let browser: Browser;
let relay: TestRelay;
let admin = '';
let siteId = '';
let anna = '';
const errors: string[] = [];
const log = createLogger('error', () => undefined);

/** The database is one relay's at a time: it is stopped meanwhile. */
async function inDatabase(task: (db: Database) => Promise<void>): Promise<void> {
  const { dataDir } = relay;
  await relay.stop();
  const db = await openDatabase({ dataDir } as Parameters<typeof openDatabase>[0], log);
  await task(db);
  await db.close();
  relay = await startTestRelay({ dataDir });
}

beforeAll(async () => {
  browser = await launchChromium();
  relay = await startTestRelay();
  admin = await logInFirst(relay);
  siteId = (await addSite(relay, admin, ['https://shop.example'])).id;
  const cookie = await addOperator(relay, admin, 'anna', 'Anna Berg');
  const me = (await (await fetch(`${relay.url}/api/me`, { headers: { cookie } })).json()) as {
    operator: { id: string };
  };
  anna = me.operator.id;
  const boris = { id: '00000000-0000-4000-8000-000000000001', name: 'Boris' };
  await inDatabase(async (db) => {
    const [owner] = await db.orm.select().from(account);
    const ledger = createLedger({ db, log, after: (ms, task) => (setTimeout(task, ms), () => undefined) });
    let index = 0;
    const write = (deed: Deed, more: { room?: string; operator?: typeof boris } = {}) =>
      ledger.write({
        account: owner?.id ?? '',
        at: AT + ++index * 1000,
        site: siteId,
        room: 'room-1',
        visitor: 'v',
        operator: { id: anna, name: 'Anna Berg' },
        tab: 1,
        url: 'https://shop.example/basket',
        deed,
        ...more,
      });
    const done = (what: string, was?: string, now?: string) => ({
      done: true,
      what,
      ...(was === undefined ? {} : { was }),
      ...(now === undefined ? {} : { now }),
    });
    for (let line = 0; line < 150; line++)
      write(
        {
          kind: 'act',
          act: { t: 'set', node: 1, value: `${line}` },
          outcome: done('number field “Old”', '', `${line}`),
        },
        { room: 'room-0', operator: boris },
      );
    write({ kind: 'grant', grant: 'control', on: true, by: 'visitor' });
    const at = { node: 1, x: 0.5, y: 0.5 };
    write({ kind: 'act', act: { t: 'down', at, button: 0, clicks: 1, mods: 0 }, outcome: done('button “Add”') });
    write({ kind: 'act', act: { t: 'up', at, button: 0, mods: 0 }, outcome: done('button “Add”') });
    let held = '';
    for (const key of '=Köln')
      write({ kind: 'act', act: { t: 'key', key, code: '', mods: 0 }, outcome: done(CITY, held, (held += key)) });
    write({ kind: 'act', act: { t: 'key', key: '4', code: '', mods: 0 }, outcome: { done: false, why: 'masked' } });
    write({ kind: 'undo', what: CITY, was: '=Köln', now: '' });
    write({ kind: 'lost', count: 3 });
    await ledger.close();
  });
});
afterAll(async () => {
  expect(errors).toEqual([]);
  await browser.close();
  await relay.stop();
});

const find = (testid: string) => `[data-testid="${testid}"]`;

async function open(hash: string, language = 'en', width = 1280): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.setViewport({ width, height: 900 });
  await page.evaluateOnNewDocument((language) => localStorage.setItem('tandem.language', language), language);
  const [name = '', value = ''] = admin.split('=');
  await context.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
  await page.goto(`${relay.url}/${hash}`);
  return page;
}
/** What, result and values of each line. */
const lines = (page: Page) =>
  page.$$eval(find('ledger-line'), (rows) =>
    rows.map((row) =>
      [...row.querySelectorAll('.what, .result')]
        .map((cell) => (cell as HTMLElement).innerText.replace(/\s+/g, ' ').trim())
        .join(' / '),
    ),
  );
const shows = (page: Page, count: number) =>
  until(`${count} lines`, async () => (await page.$$(find('ledger-line'))).length === count);
const NEWEST = [
  '3 entries were lost The database took nothing for a while, and the relay could hold no more. /',
  'The visitor has undone a change: text field “City” Before =Köln After (empty) /',
  'Pressed a key / Not done private',
  'Typed: text field “City” Before (empty) After =Köln / Done',
  'Pressed: button “Add” / Done',
  'Visitor allowed: control of mouse and keyboard /',
];

test('newest first, in plain words, and the rest as one reads on', async () => {
  const page = await open('#/settings/ledger');
  await until('lines', async () => (await lines(page)).length > 6);
  const first = (await lines(page)).map((line) => line.trim());
  expect(first.slice(0, 6).map((line) => line.replace(/ 4 \//, ' /'))).toEqual(NEWEST);
  expect(first[6]).toBe('Filled in: number field “Old” Before (empty) After 149 / Done');
  for (;;) {
    const more = await page.$(find('ledger-more'));
    if (!more) break;
    await more.evaluate((button) => button.scrollIntoView());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await lines(page)).toHaveLength(156);
});

test('by operator, day, words and visit; what fits nothing is said, and taken away again', async () => {
  const page = await open('#/settings/ledger');
  await page.waitForSelector(`${find('ledger-operator')} option[value="${anna}"]`);
  await page.select(find('ledger-operator'), anna);
  await shows(page, 6);
  await page.type(find('ledger-text'), 'köl');
  await shows(page, 2);
  await page.type(find('ledger-text'), 'nowhere');
  await page.waitForSelector(find('ledger-empty'));
  await page.click(find('ledger-clear'));
  await until('all again', async () => (await lines(page)).length > 90);
  await page.$eval(find('ledger-to'), (input) => {
    (input as HTMLInputElement).value = '2026-11-01';
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.waitForSelector(find('ledger-empty'));
  await page.goto(`${relay.url}/#/settings/ledger/room-1`);
  await page.reload();
  await shows(page, 6);
  await page.click(find('ledger-all-rooms'));
  await until('all visits', async () => (await lines(page)).length > 90);
});

test('where there is little room the filter is one button, and says how much of it is set', async () => {
  const page = await open('#/settings/ledger', 'en', 390);
  await until('lines', async () => (await lines(page)).length > 6);
  const isShown = () => page.$eval(find('ledger-text'), (field) => field.getClientRects().length > 0);
  expect(await isShown()).toBe(false);
  await page.click(find('ledger-filter'));
  expect(await isShown()).toBe(true);
  await page.type(find('ledger-text'), 'köl');
  await shows(page, 2);
  await page.click(find('ledger-filter'));
  expect(await isShown()).toBe(false);
  expect(await page.$eval(find('ledger-filter'), (button) => button.textContent)).toContain('1 set');
  const wide = await open('#/settings/ledger');
  await until('lines', async () => (await lines(wide)).length > 6);
  expect(await wide.$eval(find('ledger-filter'), (button) => button.getClientRects().length)).toBe(0);
});

test('what is filtered is saved as a table that no program takes for formulas', async () => {
  const page = await open('#/settings/ledger/room-1');
  await shows(page, 6);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-download-'));
  const session = await page.createCDPSession();
  await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.click(find('ledger-save'));
  const name = await until('the file', async () => readdirSync(folder).find((file) => file === 'ledger.csv'));
  const rows = readFileSync(path.join(folder, name), 'utf8').split('\r\n');
  expect(rows[0]?.startsWith('\ufeff"Number"')).toBe(true);
  // Every entry is there, also of what is one line on the screen.
  expect(rows).toHaveLength(13);
  expect(rows[2]).toContain(`"'=Köln",""`);
  expect(rows[1]).toMatch(/^161,"2026-11-20T12:02:41\.000Z","Anna Berg"/);
  rmSync(folder, { recursive: true });
});

test('the chain is checked, in Russian and on a phone too; broken by hand in the database, that is said', async () => {
  const page = await open('#/settings/ledger', 'ru', 390);
  await until('lines', async () => (await lines(page)).length > 6);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.click(find('ledger-check'));
  await page.waitForSelector(`${find('ledger-checked')}[data-kind="intact"]`);
  expect(await page.$eval(find('ledger-checked'), (answer) => answer.textContent)).toContain(
    'Цепочка цела: 161 запись',
  );
  expect(await page.$eval(find('ledger-head'), (head) => head.textContent)).toMatch(/^[0-9a-f]{64}$/);
  await inDatabase(async (db) => {
    await db.sql.unsafe(`update ledger set body = replace(body, '"now":"77"', '"now":"78"') where number = 78`);
    await db.sql.unsafe(`update ledger set body = '{"deed":7}' where number = 160`);
  });
  const again = await open('#/settings/ledger');
  await until('lines', async () => (await lines(again)).length > 6);
  expect((await lines(again))[1]).toContain('This entry can’t be read');
  await again.click(find('ledger-check'));
  await again.waitForSelector(`${find('ledger-checked')}[data-kind="broken"]`);
  expect(await again.$eval(find('ledger-checked'), (answer) => answer.textContent)).toContain(
    'The chain is broken at entry 78. Entry after entry, each seals the one before. 77 entries before it',
  );
});
