// The same tests in every browser that we test in: each is started before the first of them and closed after the last.

import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { launchChromium, launchFirefox, type BrowserName } from './browsers.ts';

/** `what` is tested. The browser is there only while tests run, and so it is asked for. */
export function inEachBrowser(what: string, tests: (browser: () => Browser, name: BrowserName) => void): void {
  describe.each([
    ['chromium', launchChromium],
    ['firefox', launchFirefox],
  ] as const)(`${what} in %s`, (name, launch) => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());
    tests(() => {
      if (!browser) throw new Error(`${name} is not there yet`);
      return browser;
    }, name);
  });
}

/** For rules that no browser has a say in: they are tried in one. */
export function onceIn(name: BrowserName): (title: string, run: () => Promise<void>) => void {
  return name === 'chromium' ? test : () => undefined;
}

/** One Chromium for a file of tests, there only while they run. */
export function inChromium(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error('Chromium is not there yet');
    return browser;
  };
}
