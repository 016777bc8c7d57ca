// A visitor's page that is too heavy to draw, in the built console. What makes the frames slow here is a script of the
// test's own in the console, as long as a mirror stands in it: how heavy a page is depends on the machine.

import type { Browser, Page } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SLOW_BEAT_MS } from '../../operator-ui/state/hang-guard.ts';
import { launchChromium } from '../support/browsers.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { someRoom, somePage } from '../support/stand-in-relay.ts';

let browser: Browser;
let desk: ConsolePage;
/** The operator's tab. */
let page: Page;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(() => desk.close());

const ROOM = 'room-1';

async function open(): Promise<void> {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  ({ page } = desk);
}

/** The relay's answer to `watch`, and the picture. */
async function answer(heading: string): Promise<void> {
  expect(await desk.relay.next('watch')).toMatchObject({ room: ROOM });
  desk.relay.send({ t: 'room', view: someRoom() });
  desk.relay.send({ t: 'history', room: ROOM, from: 0, to: 1 });
  desk.relay.frame({ room: someRoom().number, tab: 1, sequence: 1 }, 'snapshot', somePage(heading));
  await overlay('none');
  await page.waitForFunction(
    (wanted) =>
      document.querySelector<HTMLIFrameElement>('[data-testid="mirror"] iframe')?.contentDocument?.querySelector('h1')
        ?.textContent === wanted,
    {},
    heading,
  );
}

async function overlay(kind: string): Promise<void> {
  await page.waitForSelector(`[data-testid="watch"][data-overlay="${kind}"]`);
}

const frames = () => page.$$eval('[data-testid="mirror"] iframe', (found) => found.length);
const watches = () => desk.relay.heard.filter(({ t }) => t === 'watch').length;

test('frames that take seconds: the mirror goes, the operator is told, and can open it again', async () => {
  await open();
  await answer('Heavy');
  await page.evaluate((ms) => {
    const draw = () => {
      if (!document.querySelector('[data-testid="mirror"] iframe')) return;
      const end = performance.now() + ms;
      while (performance.now() < end);
      // Shorter than a beat's pause, so that each beat has a whole one of these in it.
      setTimeout(draw, 500);
    };
    draw();
  }, SLOW_BEAT_MS + 200);
  await overlay('hung');
  expect(await frames()).toBe(0);
  expect(await desk.relay.next('leave')).toEqual({ t: 'leave', room: ROOM });
  await page.waitForSelector('[role="alert"] ::-p-text(The console hung on this visitor’s page)');
  // A new link asks again for what is watched, and so does a reload; not for what was put away.
  await desk.relay.next('list');
  desk.relay.drop();
  await desk.relay.next('list');
  await page.reload();
  await desk.relay.next('list');
  await overlay('hung');
  expect(watches()).toBe(1);
  await page.focus('[data-testid="back"]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await answer('Lighter');
  expect(desk.errors).toEqual([]);
});

test('a console that hangs for good: a new one does not open the page by itself', async () => {
  await open();
  await answer('Heavy');
  const next = await page.browserContext().newPage();
  await next.goto(`${desk.relay.url}console/icon.svg`);
  await page.bringToFront();
  void page.evaluate('for (;;);').catch(() => undefined);
  await next.waitForFunction(
    (key, ms) => Date.now() - Number(localStorage.getItem(key)?.split(' ')[1]) > ms,
    { polling: 100 },
    `tandem.watching.${ROOM}`,
    SLOW_BEAT_MS,
  );
  // Its tab can't be ended while it runs on; the operator's next one is another in any case.
  page = next;
  await page.bringToFront();
  await page.goto(`${desk.relay.url}#/room/${ROOM}`);
  await overlay('hung');
  expect([await frames(), watches()]).toEqual([0, 1]);
  await (await page.waitForSelector('[data-testid="back"]', { visible: true }))?.click();
  await page.waitForFunction(() => location.hash === '#/visitors');
  expect(await page.$$('[data-testid="nav-room"]')).toEqual([]);
  // Asked for by the operator, it is no longer held back.
  await page.evaluate((room) => (location.hash = `#/room/${room}`), ROOM);
  await answer('Lighter');
});
