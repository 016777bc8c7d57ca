// Finds and starts real browsers for tests: Chromium over CDP, Firefox over WebDriver BiDi. Whoever launches one closes
// it. CHROMIUM_PATH and FIREFOX_PATH name a browser; else the usual places are searched.

import { existsSync } from 'node:fs';
import path from 'node:path';
import puppeteer, { type Browser, type LaunchOptions } from 'puppeteer';

export type BrowserName = 'chromium' | 'firefox';

const PLACES: Record<BrowserName, { variable: string; names: readonly string[]; paths: readonly string[] }> = {
  chromium: {
    variable: 'CHROMIUM_PATH',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    paths: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    names: ['firefox', 'firefox-esr'],
    paths: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  },
};

/** Path of an installed browser; undefined when there is none. */
export function findBrowser(name: BrowserName): string | undefined {
  const { variable, names, paths } = PLACES[name];
  const named = process.env[variable];
  if (named) return existsSync(named) ? named : undefined;
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  const candidates = [...folders.flatMap((folder) => names.map((file) => path.join(folder, file))), ...paths];
  return candidates.find((file) => existsSync(file));
}

function locate(name: BrowserName): string {
  const found = findBrowser(name);
  if (found) return found;
  throw new Error(`no ${name} found: install it, or name it in ${PLACES[name].variable}`);
}

type Options = Pick<LaunchOptions, 'args' | 'defaultViewport' | 'env'>;
const VIEWPORT = { width: 1000, height: 700 };

export function launchChromium(options: Options = {}): Promise<Browser> {
  return puppeteer.launch({
    executablePath: locate('chromium'),
    headless: true,
    defaultViewport: VIEWPORT,
    ...options,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(options.args ?? []),
    ],
  });
}

export function launchFirefox(options: Options = {}): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: locate('firefox'),
    headless: true,
    defaultViewport: VIEWPORT,
    ...options,
  });
}
