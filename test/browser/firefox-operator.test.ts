// The live view with the console in Firefox: the rest of the chain is tried with Chromium (live-view), the mirror by
// itself in both (mirror-*).

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/live.ts';

let world: World;

const DOT =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="green"/></svg>';

beforeAll(async () => {
  world = await startWorld({ operators: 'firefox' });
  const page = (title: string, body: string) =>
    `<!doctype html><title>${title}</title><link rel="stylesheet" href="/look.css">${body}%SNIPPET%`;
  world.site.pages.set('/look.css', () => ({ type: 'text/css', body: 'h1 { color: rgb(1, 2, 3) }' }));
  world.site.pages.set('/dot.svg', () => ({ type: 'image/svg+xml', body: DOT }));
  world.site.pages.set(
    '/',
    page('Home', '<h1>Home</h1><img src="/dot.svg"><input id="name"><a href="/next">next</a><div id="host"></div>'),
  );
  world.site.pages.set(
    '/list',
    page(
      'List',
      `<style>body{margin:0}li{height:40px;background:#00ff00}li:nth-child(3n){background:#0000ff}ul{margin:0}</style>
      <ul>${'<li>One of many</li>'.repeat(3000)}</ul><script>scrollTo(0, 40 * 900)</script>`,
    ),
  );
  world.site.pages.set('/next', page('Next', '<h1>Next page</h1>'));
});

afterAll(() => world.close());

test('[B115] the page is there with its looks, moves, goes on to the next page, and ends', async () => {
  const { visitor, operator } = await world.openViewed('/');
  await operator.mirrorHas(
    `document.defaultView.getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`,
  );
  await operator.mirrorHas(`document.querySelector('img').naturalWidth === 40`);
  await visitor.page.bringToFront();
  await visitor.page.type('#name', 'Maria');
  await visitor.page.evaluate(() => {
    const shadow = document.getElementById('host')?.attachShadow({ mode: 'open' });
    shadow?.append('in the shadow');
  });
  await operator.mirrorHas(`document.getElementById('name').value === 'Maria'`);
  await operator.mirrorHas(`document.getElementById('host').shadowRoot.textContent === 'in the shadow'`);
  await visitor.page.click('a');
  await operator.mirrorHas(`document.querySelector('h1').textContent === 'Next page'`);
  await visitor.page.bringToFront();
  await visitor.press('Stop');
  await operator.page.bringToFront();
  await operator.overlay('ended');
  expect(operator.errors).toEqual([]);
  expect(visitor.errors).toEqual([]);
});

test('a quote of a long list: what is seen is in the picture, and the rest is one box before it', async () => {
  const { visitor, operator } = await world.openViewed('/list');
  const { page } = operator;
  await operator.mirrorHas(`document.documentElement.scrollTop === 36000`);
  await page.evaluate(() => {
    const kept = window as unknown as { written: number };
    const { set = () => undefined, ...rest } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src') ?? {};
    Object.defineProperty(HTMLImageElement.prototype, 'src', {
      ...rest,
      set(this: HTMLImageElement, value: string) {
        if (value.startsWith('data:image/svg')) kept.written = value.split('height%3A').length;
        set.call(this, value);
      },
    });
  });
  await operator.click('tool-frame');
  await visitor.page.bringToFront();
  await visitor.allow();
  await page.bringToFront();
  await page.waitForSelector('[data-testid="hand-surface"]');
  await page.keyboard.press('ArrowDown');
  for (let steps = 0; steps < 4; steps++) await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => document.querySelector('[data-testid="hand-chosen"]')?.textContent === 'List');
  await page.keyboard.press('q');
  await operator.click('quotes');
  await page.waitForSelector('[data-testid="quote"][data-picture="there"] img');
  const colours = await page.$eval('[data-testid="quote"][data-picture="there"] img', async (image) => {
    const shown = image as HTMLImageElement;
    await shown.decode();
    const canvas = document.createElement('canvas');
    canvas.width = shown.naturalWidth;
    canvas.height = shown.naturalHeight;
    const context = canvas.getContext('2d');
    context?.drawImage(shown, 0, 0);
    return [20, 60, 100, 140, 180, 220].map((y) => {
      const [, green = 0, blue = 0] = context?.getImageData(300, y, 1, 1).data ?? [];
      return green > blue ? 'green' : blue > green ? 'blue' : 'none';
    });
  });
  // The 901st is the first.
  expect(colours).toEqual(['green', 'green', 'blue', 'green', 'green', 'blue']);
  expect(await page.evaluate(() => (window as unknown as { written: number }).written)).toBeLessThan(100);
  expect(operator.errors).toEqual([]);
});
