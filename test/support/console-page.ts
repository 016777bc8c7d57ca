// The built console in a browser, against the stand-in relay. Every error that the page reports is kept; tests end with
// `expect(errors).toEqual([])`.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer';
import { startStandIn, type StandIn } from './stand-in-relay.ts';

const built = fileURLToPath(new URL('../../dist/console', import.meta.url));

export type ConsolePage = {
  readonly page: Page;
  readonly relay: StandIn;
  readonly errors: string[];
  /** Waits until the element's text contains this. */
  sees(testid: string, text: string): Promise<void>;
  click(testid: string): Promise<void>;
  count(testid: string): Promise<number>;
  /** Waits until the address ends in this. */
  isAt(hash: string): Promise<void>;
  close(): Promise<void>;
};

/** Failed requests are what some tests are about; the browser reports them on its own. */
const EXPECTED = /Failed to load resource|WebSocket connection to/;

export async function openConsole(
  browser: Browser,
  options: { isIn?: boolean; hash?: string; language?: 'en' | 'ru'; width?: number; height?: number } = {},
): Promise<ConsolePage> {
  const relay = await startStandIn({ console: path.resolve(built), isIn: options.isIn ?? true });
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) errors.push(message.text());
  });
  await page.setViewport({ width: options.width ?? 1280, height: options.height ?? 800 });
  await page.evaluateOnNewDocument((language) => {
    if (!localStorage.getItem('tandem.language')) localStorage.setItem('tandem.language', language);
  }, options.language ?? 'en');
  await page.goto(relay.url + (options.hash ?? ''));
  const find = (testid: string) => `[data-testid="${testid}"]`;
  return {
    page,
    relay,
    errors,
    async sees(testid, text) {
      await page.waitForFunction(
        (selector, wanted) =>
          [...document.querySelectorAll(selector)].some((element) => element.textContent?.includes(wanted)),
        {},
        find(testid),
        text,
      );
    },
    async click(testid) {
      const element = await page.waitForSelector(find(testid), { visible: true });
      await element?.click();
    },
    count: (testid) => page.$$eval(find(testid), (elements) => elements.length),
    async isAt(hash) {
      await page.waitForFunction((wanted) => location.hash === wanted, {}, hash);
    },
    async close() {
      await context.close();
      await relay.close();
    },
  };
}
