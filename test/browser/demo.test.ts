// The built demo shop in Chromium, as a customer sees it: every page whole in both languages and at 360 px, the way from
// the catalogue to a placed order, the single-page part, and the shop without a relay. The relay is a server that hands
// out an empty loader: what the widget does is tested elsewhere.

import { createServer, request, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Demo, DemoOptions } from '../../demo/server.ts';
import { launchChromium } from '../support/browsers.ts';

const PAGES = [
  '/',
  '/product?id=chawan',
  '/product?id=sencha',
  '/basket',
  '/checkout',
  '/account',
  '/help#care',
  '/workshop',
  '/bundle',
  '/seasons',
  '/studio',
  '/film',
];

interface Shopper {
  readonly page: Page;
  /** Console errors and warnings, exceptions, failed requests and answers from 400 up. */
  readonly troubles: string[];
}

let browser: Browser;
let relay: Server;
let demo: Demo;
let startDemo: (options: DemoOptions) => Promise<Demo>;
const open: Page[] = [];

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return address.port;
}

beforeAll(async () => {
  // The built file has no types beside it; it is what demo/server.ts exports.
  const built = (await import(fileURLToPath(new URL('../../dist/demo/server.js', import.meta.url)))) as {
    startDemo: typeof startDemo;
  };
  startDemo = built.startDemo;
  relay = createServer((asked, answer) => {
    answer.setHeader('content-type', 'text/javascript');
    answer.statusCode = asked.url === '/widget/loader.js' ? 200 : 404;
    answer.end();
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  demo = await startDemo({
    port: 0,
    host: '127.0.0.1',
    relayUrl: `http://127.0.0.1:${portOf(relay)}/`,
    siteKey: 'site "one"',
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await demo.close();
  await new Promise((resolve) => relay.close(resolve));
});
afterEach(async () => {
  for (const page of open.splice(0)) await page.browserContext().close();
});

async function openShopper(language: 'en' | 'ru', width = 1280): Promise<Shopper> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  open.push(page);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn')
      troubles.push(`${message.text()} ${message.location().url ?? ''}`);
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('requestfailed', (failed) => {
    // A film is asked for in pieces, and the browser drops a piece that it no longer needs.
    if (failed.failure()?.errorText !== 'net::ERR_ABORTED') troubles.push(`failed: ${failed.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()}: ${response.url()}`);
  });
  await page.setViewport({ width, height: 800 });
  await page.evaluateOnNewDocument((chosen) => {
    if (!localStorage.getItem('shop.language')) localStorage.setItem('shop.language', chosen);
  }, language);
  return { page, troubles };
}

const visit = (page: Page, path: string) =>
  page.goto(`http://127.0.0.1:${demo.port}${path}`, { waitUntil: 'networkidle0' });

const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent?.trim() ?? '');

for (const language of ['en', 'ru'] as const)
  test(`every page loads whole, in ${language}`, async () => {
    const { page, troubles } = await openShopper(language);
    for (const path of PAGES) {
      await visit(page, path);
      const heading = await page.waitForFunction(
        () => [...document.querySelectorAll('h1')].find((h1) => h1.checkVisibility())?.textContent?.trim() ?? '',
      );
      expect(await heading.jsonValue(), path).toMatch(language === 'ru' ? /[а-яё]/i : /^[^а-яё]+$/i);
      expect(
        await page.$eval('script[data-site]', (script) => [script.getAttribute('src'), script.dataset['site']]),
      ).toEqual([`http://127.0.0.1:${portOf(relay)}/widget/loader.js`, 'site "one"']);
      const broken = await page.$$eval('img', (images) =>
        images.filter((image) => image.complete && image.src && image.naturalWidth === 0).map((image) => image.src),
      );
      expect(broken, path).toEqual([]);
      expect(troubles, path).toEqual([]);
    }
  });

test('no page is wider than a phone', async () => {
  const { page } = await openShopper('ru', 360);
  for (const path of PAGES) {
    await visit(page, path);
    const [wide, screen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(wide, path).toBe(screen);
  }
});

test('from the filters to a placed order', async () => {
  const { page, troubles } = await openShopper('en');
  await visit(page, '/');
  expect(await page.$$eval('#goods-list > li', (items) => items.length)).toBe(24);
  await page.click('[data-kind="oolong"]');
  await page.click('#notes input[value="smoky"]');
  await page.waitForFunction(() => document.querySelectorAll('#goods-list > li').length === 1);
  expect(page.url()).toContain('kind=oolong');
  await page.reload({ waitUntil: 'networkidle0' });
  expect(await textOf(page, '#goods-list h3')).toBe('Da Hong Pao');

  await Promise.all([page.waitForNavigation({ waitUntil: 'networkidle0' }), page.click('#goods-list h3 a')]);
  expect(await textOf(page, 'h1')).toBe('Da Hong Pao');
  await page.click('#sizes input[value="1"]');
  await page.select('#packing', '1');
  await page.click('#more');
  expect(await textOf(page, '#sum')).toBe('₽3,760');
  await page.click('#add');
  await page.waitForSelector('#notice.is-shown');
  expect(await textOf(page, '#basket-count')).toBe('2');

  await visit(page, '/basket');
  await page.type('#promo-code', 'firstleaf');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#sums .is-good');
  expect(await textOf(page, '#sums .is-total dd')).toBe('₽3,774');

  await Promise.all([page.waitForNavigation({ waitUntil: 'networkidle0' }), page.click('#to-checkout')]);
  await page.click('#place-order');
  await page.waitForSelector('#order-problem:not([hidden])');
  expect(await page.$$eval('.field [aria-invalid="true"]', (fields) => fields.map((field) => field.id))).toEqual([
    'name',
    'email',
    'phone',
    'city',
    'postcode',
    'street',
    'day',
    'slot',
    'card-number',
    'card-exp',
    'card-csc',
  ]);

  await page.type('#name', 'Anna Petrova');
  await page.type('#email', 'anna@example.com');
  await page.type('#phone', '89161234567');
  expect(await page.$eval('#phone', (field) => (field instanceof HTMLInputElement ? field.value : ''))).toBe(
    '+7 (916) 123-45-67',
  );
  await page.type('#city', 'Kolomna');
  await page.type('#postcode', '140400');
  await page.type('#street', 'Zaytseva 14');
  await page.$eval('#day', (field) => {
    if (!(field instanceof HTMLInputElement)) return;
    field.value = field.min;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await page.select('#slot', '9-12');
  await page.type('#card-number', '4111111111111112');
  await page.type('#card-exp', '1239');
  await page.type('#card-csc', '123');
  await page.click('#agree');
  await page.click('#place-order');
  expect(await textOf(page, '#card-number-problem')).toBe('One of the digits is wrong');
  await page.click('#card-number', { count: 3 });
  await page.type('#card-number', '4111111111111111');
  await page.click('#place-order');
  await page.waitForSelector('#thanks:not([hidden])');
  expect(await textOf(page, '#thanks-title')).toBe('Thank you, Anna');
  expect(await page.$eval('#basket-count', (badge) => badge.hasAttribute('hidden'))).toBe(true);

  await visit(page, '/account');
  await page.type('#login-email', 'anna@example.com');
  await page.type('#login-password', 'anything');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#account:not([hidden])');
  expect(await textOf(page, '#order-rows tr [data-tandem="mask"]')).toBe('Kolomna, Zaytseva 14');
  expect(troubles).toEqual([]);
});

test('the language changes in place, in frames and components too', async () => {
  const { page, troubles } = await openShopper('en');
  await visit(page, '/workshop');
  await page.evaluate(() => {
    document.body.dataset['same'] = 'yes';
  });
  await page.click('[data-language="ru"]');
  await page.waitForFunction(() => {
    const frame = document.querySelector<HTMLIFrameElement>('#visit-frame')?.contentDocument;
    const map = frame?.querySelector<HTMLIFrameElement>('iframe')?.contentDocument;
    return (
      frame?.querySelector('button[type=submit]')?.textContent === 'Записаться' &&
      map?.querySelector('text')?.textContent === 'Ока' &&
      document.querySelector('tea-timer')?.shadowRoot?.querySelector('button')?.textContent === 'Пуск'
    );
  });
  expect(await page.evaluate(() => document.body.dataset['same'])).toBe('yes');
  await page.waitForFunction(() => document.querySelector('kiln-gauge')?.shadowRoot?.textContent?.includes('°C'));
  expect(troubles).toEqual([]);
});

test('the set is built over routes of its own, and put in order by keyboard and by dragging', async () => {
  const { page, troubles } = await openShopper('en');
  await visit(page, '/bundle');
  for (const tea of ['sencha', 'shu-puer', 'ivan-chai']) await page.click(`input[name="${tea}"]`);
  await page.click('.summary a.button');
  await page.waitForFunction(() => location.pathname === '/bundle/cup');
  await page.goBack();
  await page.waitForFunction(() => location.pathname === '/bundle' && document.querySelector('input[name="sencha"]'));
  await visit(page, '/bundle/review');
  const order = (): Promise<(string | undefined)[]> =>
    page.$$eval('[data-tea]', (rows) => rows.map((row) => (row instanceof HTMLElement ? row.dataset['tea'] : '')));
  expect(await order()).toEqual(['sencha', 'shu-puer', 'ivan-chai']);
  await page.focus('[data-tea="sencha"] .grip');
  await page.keyboard.press('ArrowDown');
  expect(await order()).toEqual(['shu-puer', 'sencha', 'ivan-chai']);

  const grip = await page.$('[data-tea="ivan-chai"] .grip');
  const first = await page.$('[data-tea="shu-puer"]');
  const [from, to] = [await grip?.boundingBox(), await first?.boundingBox()];
  if (!from || !to) throw new Error('the list is not on the screen');
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + 30, to.y + to.height / 2, { steps: 8 });
  await page.mouse.up();
  expect(await order()).toEqual(['ivan-chai', 'shu-puer', 'sencha']);
  await page.click('.summary button.button');
  await page.waitForFunction(() => document.querySelector('#basket-count')?.textContent === '3');
  expect(troubles).toEqual([]);
});

test('the film plays and the plate takes paint', async () => {
  const { page, troubles } = await openShopper('en');
  await visit(page, '/film');
  await page.click('#big-play');
  await page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 0.2);
  await visit(page, '/studio');
  const painted = (): Promise<string> =>
    page.$eval('#plate', (canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ''));
  const before = await painted();
  const plate = await (await page.$('#plate'))?.boundingBox();
  if (!plate) throw new Error('the plate is not on the screen');
  await page.mouse.move(plate.x + plate.width * 0.5, plate.y + plate.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(plate.x + plate.width * 0.6, plate.y + plate.height * 0.4, { steps: 5 });
  await page.mouse.up();
  expect(await painted()).not.toBe(before);
  await page.click('#undo');
  expect(await painted()).toBe(before);
  expect(troubles).toEqual([]);
});

test('the shop works with no relay at all', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const port = portOf(gone);
  await new Promise((resolve) => gone.close(resolve));
  const lonely = await startDemo({ port: 0, host: '127.0.0.1', relayUrl: `http://127.0.0.1:${port}`, siteKey: 's' });
  try {
    const { page, troubles } = await openShopper('en');
    await page.goto(`http://127.0.0.1:${lonely.port}/product?id=mug`, { waitUntil: 'networkidle0' });
    await page.click('#add');
    await page.waitForFunction(() => document.querySelector('#basket-count')?.textContent === '1');
    expect(troubles.filter((trouble) => !trouble.includes('/widget/loader.js'))).toEqual([]);
  } finally {
    await lonely.close();
  }
});

/** A request with its path exactly as written: `fetch` would tidy the dots away. */
function ask(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; range?: string; body: Buffer }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: demo.port, path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const range = answer.headers['content-range'];
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts), ...(range ? { range } : {}) });
      });
    })
      .on('error', reject)
      .end();
  });
}

test('the server answers ranges, and nothing outside its folder', async () => {
  const whole = await ask('/film/kiln.webm');
  expect(whole.status).toBe(200);
  const size = whole.body.length;
  const part = await ask('/film/kiln.webm', { range: 'bytes=10-19' });
  expect([part.status, part.range, part.body]).toEqual([206, `bytes 10-19/${size}`, whole.body.subarray(10, 20)]);
  const tail = await ask('/film/kiln.webm', { range: 'bytes=-5' });
  expect([tail.status, tail.body]).toEqual([206, whole.body.subarray(size - 5)]);
  expect((await ask('/film/kiln.webm', { range: `bytes=${size}-` })).status).toBe(416);
  for (const path of ['/../server.js', '/%2e%2e/server.js', '/..%2fserver.js', '/parts/head.html', '/%00', '/%'])
    expect((await ask(path)).status, path).toBe(404);
});
