// The live list of the built console: thousands of rows, keyboard, search, asking, codes.

import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/browsers.ts';
import { until } from '../support/live.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { OPERATOR, someVisitor } from '../support/stand-in-relay.ts';
import type { Row } from '../../protocol/messages.ts';

let browser: Browser;
let desk: ConsolePage;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(() => desk.close());

/** In pages of 200, as the relay sends them. Newer ones have higher numbers. */
async function fill(count: number, change: (n: number) => Partial<Row> = () => ({})): Promise<void> {
  await desk.relay.next('list');
  const now = Date.now();
  for (let from = 0; from < Math.max(count, 1); from += 200) {
    const to = Math.min(count, from + 200);
    const put: Row[] = [];
    for (let n = from; n < to; n++)
      put.push(someVisitor(n, now, { since: now - 10_000_000 + n * 1000, title: `Page ${n}`, ...change(n) }));
    desk.relay.send({ t: 'rows', reset: from === 0, more: to < count, put, gone: [] });
  }
}

function update(put: Row[], gone: string[] = []): void {
  desk.relay.send({ t: 'rows', reset: false, more: false, put, gone });
}

/** The ids of the rows that are drawn, from the top. */
function drawn(): Promise<string[]> {
  return desk.page.$$eval('[data-testid="visitor"]', (rows) =>
    rows
      .map((row) => ({ id: row.getAttribute('data-visitor') ?? '', at: Number(row.getAttribute('aria-rowindex')) }))
      .sort((a, b) => a.at - b.at)
      .map((row) => row.id),
  );
}

async function waitForFirst(id: string): Promise<void> {
  await desk.page.waitForFunction(
    (wanted) => document.querySelector('[aria-rowindex="1"]')?.getAttribute('data-visitor') === wanted,
    {},
    id,
  );
}

function active(): Promise<string | null> {
  return desk.page.$eval('[data-testid="visitor-list"]', (list) => {
    const id = list.getAttribute('aria-activedescendant');
    // Named, and there.
    return id && document.getElementById(id) ? id : null;
  });
}

test('[B31] 5,000 visitors: all are counted and reachable, only those in sight are drawn', async () => {
  desk = await openConsole(browser);
  await fill(5000);
  await desk.sees('visitors-now', '5,000 visitors now');
  await waitForFirst('visitor-4999');
  expect(await desk.count('visitor')).toBeLessThan(40);
  expect(await desk.page.$eval('[data-testid="visitor-list"]', (list) => list.getAttribute('aria-rowcount'))).toBe(
    '5000',
  );
  await desk.page.focus('[data-testid="visitor-list"]');
  await desk.page.keyboard.press('End');
  await desk.page.waitForSelector('[data-visitor="visitor-0"]');
  expect(await active()).toBe('visitor-visitor-0');
  expect(await desk.count('visitor')).toBeLessThan(40);
  expect(desk.errors).toEqual([]);
});

test('rows update, come and go by themselves', async () => {
  desk = await openConsole(browser);
  await fill(10);
  await waitForFirst('visitor-9');
  const now = Date.now();
  update([someVisitor(3, now, { title: 'Moved on', url: 'https://nordkaffee.example/new-place' })]);
  await desk.sees('visitor', 'Moved on');
  await desk.sees('visitor', '/new-place');
  update([someVisitor(77, now, { since: now, title: 'Just came' })]);
  await waitForFirst('visitor-77');
  await desk.sees('visitors-now', '11 visitors now');
  update([], ['visitor-9']);
  await desk.sees('visitors-now', '10 visitors now');
  await desk.page.waitForFunction(() => !document.querySelector('[data-visitor="visitor-9"]'));
  expect(desk.errors).toEqual([]);
});

test('what the operator reads keeps its place while others come above', async () => {
  desk = await openConsole(browser);
  await fill(1000);
  await waitForFirst('visitor-999');
  await desk.page.$eval('[data-testid="visitor-list"]', (list) => (list.scrollTop = 64 * 300));
  await desk.page.waitForSelector('[data-visitor="visitor-699"]');
  const place = () =>
    desk.page.$eval('[data-visitor="visitor-695"]', (row) => Math.round(row.getBoundingClientRect().top));
  const before = await place();
  const now = Date.now();
  update([1, 2, 3].map((n) => someVisitor(5000 + n, now, { since: now + n })));
  await desk.sees('visitors-now', '1,003 visitors now');
  expect(await place()).toBe(before);
});

test('rows stand still under the pointer; who comes waits and is let in', async () => {
  desk = await openConsole(browser);
  await fill(10);
  await waitForFirst('visitor-9');
  await desk.page.hover('[data-visitor="visitor-7"]');
  const now = Date.now();
  update([someVisitor(50, now, { since: now })], ['visitor-8']);
  await desk.sees('visitors-held', '1 new visitor');
  expect((await drawn()).slice(0, 3)).toEqual(['visitor-9', 'visitor-8', 'visitor-7']);
  await desk.click('visitors-held');
  await waitForFirst('visitor-50');
});

test('the keyboard: slash, arrows, Page keys, Home, Enter asks, Escape leaves', async () => {
  desk = await openConsole(browser);
  await fill(100);
  await waitForFirst('visitor-99');
  const { keyboard } = desk.page;
  await keyboard.press('/');
  await keyboard.type('page 42');
  await waitForFirst('visitor-42');
  await keyboard.press('ArrowDown');
  expect(await active()).toBe('visitor-visitor-42');
  await keyboard.press('/');
  await keyboard.press('Escape');
  await waitForFirst('visitor-99');
  await keyboard.press('Escape');
  expect(await active()).toBe('visitor-visitor-42');
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  expect(await active()).toBe('visitor-visitor-98');
  await keyboard.press('PageDown');
  await keyboard.press('PageUp');
  expect(await active()).toBe('visitor-visitor-98');
  await keyboard.press('Enter');
  expect((await desk.relay.next('ask')).visitor).toBe('visitor-98');
  await keyboard.press('Escape');
  expect(await desk.page.evaluate(() => document.activeElement === document.body)).toBe(true);
  expect(desk.errors).toEqual([]);
});

test('who wants to show the screen stands first and is opened with one key', async () => {
  desk = await openConsole(browser);
  await fill(300, (n) => (n === 5 ? { state: 'offering', room: 'room-5' } : {}));
  await waitForFirst('visitor-5');
  await desk.sees('visitor', 'Wants to show the screen');
  await desk.page.focus('[data-testid="visitor-list"]');
  await desk.page.keyboard.press('Home');
  await desk.page.keyboard.press('Enter');
  expect((await desk.relay.next('watch')).room).toBe('room-5');
});

test('search says when nobody matches and finds everybody again', async () => {
  desk = await openConsole(browser);
  await fill(20);
  await desk.page.type('[data-testid="visitor-search"]', 'zebra');
  await desk.sees('nothing-found', 'zebra');
  await desk.page.keyboard.press('Escape');
  await waitForFirst('visitor-19');
});

describe('nobody there', () => {
  const asWhom = (role: 'admin' | 'operator', siteKey: string) => {
    const operator = { ...OPERATOR, role };
    desk.relay.api.me = () => ({ status: 200, body: { operator, mustChange: false, firstSteps: { siteKey } } });
    return desk.page.reload();
  };

  test('with a site: the line to paste', async () => {
    desk = await openConsole(browser, { language: 'ru' });
    await desk.relay.next('list');
    await asWhom('operator', 'k3y');
    await fill(0);
    await desk.sees('visitors-empty', 'Сейчас на сайте никого нет');
    await desk.sees('visitors-empty', `${desk.relay.url}widget/loader.js" data-site="k3y"`);
  });

  test('with the demo shop only: its line would do nothing elsewhere, so an admin is led to add a site', async () => {
    desk = await openConsole(browser);
    await desk.relay.next('list');
    await asWhom('admin', 'demo');
    await fill(0);
    await desk.sees('visitors-empty', 'Add your site');
    expect(await desk.page.$eval('[data-testid="visitors-empty"]', (box) => box.textContent)).not.toContain(
      'loader.js',
    );
    await desk.click('first-site');
    await desk.isAt('#/settings/sites/new');
  });

  test('with the demo shop only, an operator is told who can help', async () => {
    desk = await openConsole(browser);
    await desk.relay.next('list');
    await asWhom('operator', 'demo');
    await fill(0);
    await desk.sees('visitors-empty', 'An administrator adds your site');
    expect(await desk.count('first-site')).toBe(0);
  });
});

describe('sorted by page', () => {
  const page = (n: number) => `Page ${String(n).padStart(4, '0')}`;
  const place = (id: string) =>
    desk.page.$eval(`[data-visitor="${id}"]`, (row) => Math.round(row.getBoundingClientRect().top));
  /** A thousand rows, scrolled by the page itself (not by a hand) to the 300th. */
  async function open() {
    desk = await openConsole(browser);
    await fill(1000, (n) => ({ title: page(n) }));
    await desk.page.select('[data-testid="visitor-sort"]', 'page');
    await waitForFirst('visitor-0');
    await desk.page.focus('[data-testid="visitor-list"]');
    await desk.page.keyboard.press('End');
    for (let n = 0; n < 60; n++) await desk.page.keyboard.press('PageUp');
    await desk.page.keyboard.press('Escape');
  }

  test('the first row in sight goes to another page: the others stay where they are', async () => {
    await open();
    const [first = '', , , fourth = ''] = await desk.page.$$eval('[data-testid="visitor"]', (rows) =>
      rows
        .map((row) => ({ id: row.getAttribute('data-visitor') ?? '', top: row.getBoundingClientRect().top }))
        .sort((a, b) => a.top - b.top)
        .filter((row) => row.top >= (document.querySelector('[role="grid"]')?.getBoundingClientRect().top ?? 0))
        .map((row) => row.id),
    );
    const before = await place(fourth);
    update([someVisitor(Number(first.split('-')[1]), Date.now(), { title: 'Zzz' })]);
    await desk.page.waitForFunction((id) => !document.querySelector(`[data-visitor="${id}"]`), {}, first);
    expect(await place(fourth)).toBe(before);
    expect(desk.errors).toEqual([]);
  });

  test('while the list is being scrolled rows change but keep their order', async () => {
    await open();
    const top = () => desk.page.$eval('[data-testid="visitor-list"]', (list) => list.scrollTop);
    const start = await top();
    // A finger flings: many scroll events, no pointer over the list.
    await desk.page.evaluate(() => {
      const list = document.querySelector('[data-testid="visitor-list"]');
      const roll = () => {
        if (!list || Reflect.get(window, 'isStill')) return;
        list.scrollTop += 2;
        requestAnimationFrame(roll);
      };
      roll();
    });
    await desk.page.waitForFunction(
      (from) => (document.querySelector('[data-testid="visitor-list"]')?.scrollTop ?? 0) > from + 20,
      {},
      start,
    );
    const [moved = ''] = (await drawn()).slice(10);
    update([someVisitor(Number(moved.split('-')[1]), Date.now(), { title: 'Zzz' })]);
    await desk.sees('visitor', 'Zzz');
    await desk.page.evaluate(() => Reflect.set(window, 'isStill', true));
    await desk.page.waitForFunction((id) => !document.querySelector(`[data-visitor="${id}"]`), {}, moved);
    expect(desk.errors).toEqual([]);
  });
});

test('titles of the other direction keep their beginning', async () => {
  desk = await openConsole(browser, { width: 800 });
  const title = 'مرحبا بكم في متجر القهوة والشاي والكاكاو مع توصيل سريع إلى كل مكان في المدينة وخارجها أيضا';
  await fill(1, () => ({ title }));
  const shown = await desk.page.waitForSelector('[data-testid="visitor"] .title');
  expect(await shown?.evaluate((element) => getComputedStyle(element).direction)).toBe('rtl');
});

test('without the browser’s clipboard (no TLS) a line is copied all the same', async () => {
  desk = await openConsole(browser);
  await desk.relay.next('list');
  const firstSteps = { siteKey: 'k3y' };
  desk.relay.api.me = () => ({ status: 200, body: { operator: OPERATOR, mustChange: false, firstSteps } });
  await desk.page.evaluateOnNewDocument(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.addEventListener('copy', () => {
      const { activeElement } = document;
      if (activeElement instanceof HTMLTextAreaElement) Reflect.set(window, 'copied', activeElement.value);
    });
  });
  await desk.page.reload();
  await fill(0);
  await desk.click('copy');
  await desk.sees('copy', 'Copied');
  expect(await desk.page.evaluate(() => String(Reflect.get(window, 'copied')))).toContain('data-site="k3y"');
});

test.each([
  ['declined', 'said no'],
  ['timeout', 'No answer'],
  ['gone', 'has left'],
] as const)('an ask that is %s', async (state, words) => {
  desk = await openConsole(browser);
  await fill(3);
  await desk.click('ask');
  const { visitor } = await desk.relay.next('ask');
  desk.relay.send({ t: 'asked', visitor, state: 'waiting' });
  await desk.sees('ask-card', 'Waiting for an answer');
  desk.relay.send({ t: 'asked', visitor, state });
  await desk.sees('ask-card', words);
  await desk.click('ask-close');
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="ask-card"]'));
});

test('an ask can be withdrawn; one that is accepted opens the room', async () => {
  desk = await openConsole(browser);
  await fill(3);
  await desk.click('ask');
  const first = await desk.relay.next('ask');
  await desk.click('ask-cancel');
  expect(await desk.relay.next('unask')).toEqual({ t: 'unask', visitor: first.visitor });
  await desk.click('ask');
  const { visitor } = await desk.relay.next('ask');
  desk.relay.send({ t: 'asked', visitor, state: 'accepted', room: 'room-1' });
  expect((await desk.relay.next('watch')).room).toBe('room-1');
  await desk.isAt('#/room/room-1');
});

test('an ask that waits when the link is lost is said to be lost, and can be made again', async () => {
  desk = await openConsole(browser);
  await fill(3);
  await desk.click('ask');
  const { visitor } = await desk.relay.next('ask');
  desk.relay.drop();
  await fill(3);
  await desk.sees('ask-card', 'The request was lost');
  await desk.click('ask-again');
  expect((await desk.relay.next('ask')).visitor).toBe(visitor);
});

test('the code field takes a pasted code in any dress and tells what is wrong', async () => {
  desk = await openConsole(browser);
  await fill(3);
  await desk.click('code-open');
  const input = await desk.page.waitForSelector('[data-testid="code-input"]');
  await desk.page.evaluate((field) => {
    const box = field as HTMLInputElement;
    box.focus();
    document.execCommand('insertText', false, ' 123-456 ');
  }, input);
  expect((await desk.relay.next('code')).code).toBe('123456');
  desk.relay.send({ t: 'refused', what: 'code', why: 'wrong-code' });
  await desk.sees('code-trouble', 'No visitor has this code');
  // The wrong one is selected: typing replaces it.
  await desk.page.keyboard.type('654321');
  expect((await desk.relay.next('code')).code).toBe('654321');
  desk.relay.send({ t: 'refused', what: 'code', why: 'too-many-tries' });
  await desk.sees('code-trouble', 'Too many wrong codes');
  await desk.page.keyboard.type('111111');
  await desk.relay.next('code');
  desk.relay.send({ t: 'asked', visitor: 'visitor-1', state: 'waiting' });
  await desk.sees('ask-card', 'Waiting for an answer');
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="code-input"]'));
  expect(desk.errors).toEqual([]);
});

test('a lost link is said, and the list starts anew when it is back', async () => {
  desk = await openConsole(browser);
  await fill(10);
  await waitForFirst('visitor-9');
  desk.relay.refuse();
  desk.relay.drop();
  await desk.sees('link-banner', 'Connection lost');
  desk.relay.admit();
  await fill(4);
  await desk.sees('visitors-now', '4 visitors now');
  await waitForFirst('visitor-3');
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="link-banner"]'));
  expect(desk.errors).toEqual([]);
});

test('rows that can’t be read: said, asked for again, and all is well when the whole list has come', async () => {
  desk = await openConsole(browser);
  await fill(3);
  await waitForFirst('visitor-2');
  const asked = () => desk.relay.heard.filter((message) => message.t === 'list').length;
  const before = asked();
  update([{ ...someVisitor(9, Date.now()), tabs: 'many' as never }]);
  await desk.sees('list-incomplete', 'visitors may be missing');
  // What was read before is still there, and goes on.
  expect(await drawn()).toHaveLength(3);
  update([someVisitor(10, Date.now())]);
  await waitForFirst('visitor-10');
  expect(await desk.count('list-incomplete')).toBe(1);
  await until('asked for the list again', () => Promise.resolve(asked() > before));
  const all = [9, 10, 11].map((n) => someVisitor(n, Date.now()));
  desk.relay.send({ t: 'rows', reset: true, more: true, put: all.slice(0, 2), gone: [] });
  desk.relay.send({ t: 'rows', reset: false, more: false, put: all.slice(2), gone: [] });
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="list-incomplete"]'));
  expect(await drawn()).toHaveLength(3);
  expect(desk.errors).toEqual([]);
});

test('an address that leads nowhere says so and shows the way on', async () => {
  desk = await openConsole(browser, { hash: '#/nowhere' });
  await desk.sees('unknown-page', 'There is no such page');
  expect(await desk.page.$('[aria-current="page"]')).toBe(null);
  await desk.click('unknown-visitors');
  await desk.isAt('#/visitors');
  await desk.page.waitForSelector('[data-testid="code-open"]');
  await desk.page.evaluate(() => (location.hash = '#/settings'));
  await desk.page.waitForSelector('[data-testid="settings-sites"][aria-current="page"]');
  expect(desk.errors).toEqual([]);
});

test.each([360, 768, 1440])('nothing sticks out sideways at %i px', async (width) => {
  desk = await openConsole(browser, { width, language: 'ru' });
  await fill(40, (n) => (n === 2 ? { title: 'Очень длинное название страницы '.repeat(12) } : {}));
  await waitForFirst('visitor-39');
  expect(await desk.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  expect(
    await desk.page.$eval('[data-testid="visitor-list"]', (list) => list.scrollWidth - list.clientWidth),
  ).toBeLessThanOrEqual(0);
});
