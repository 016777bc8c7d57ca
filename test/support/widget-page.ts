// For tests of the widget: one browser page on a site that carries it, with hands to reach into its shadow roots and a
// list of everything that the page should never have to hear of.

import type { Browser, ElementHandle, Page } from 'puppeteer';
import { until } from './visitor-relay.ts';

export type WidgetPage = {
  readonly page: Page;
  /** Uncaught errors, and what was written to the console by scripts. */
  readonly noise: string[];
  /** Waits for an element of the widget, by a selector within its shadow roots. */
  ui(selector: string): Promise<ElementHandle<HTMLElement>>;
  /** Waits until there is no such element. */
  noUi(selector: string): Promise<void>;
  hasUi(selector: string): Promise<boolean>;
  textOf(selector: string): Promise<string>;
  /** A real click, as a person's. */
  click(selector: string): Promise<void>;
};

function find(selector: string): HTMLElement | null {
  for (const host of document.querySelectorAll('[data-tandem-ui]')) {
    const found = host.shadowRoot?.querySelector<HTMLElement>(selector);
    if (found) return found;
  }
  return null;
}

/** Browsers write these by themselves (Firefox calls them errors of the page); no script can keep them from it. */
const BROWSER_OWN =
  /WebSocket|can’t establish a connection|Failed to load resource|favicon|Loading failed|was interrupted|Content-Security-Policy|Content Security Policy/;

export async function openPage(browser: Browser, options: { before?: () => void } = {}): Promise<WidgetPage> {
  const page = await browser.newPage();
  const noise: string[] = [];
  page.on('pageerror', (error) => {
    if (!BROWSER_OWN.test(String(error))) noise.push(`uncaught: ${String(error)}`);
  });
  page.on('console', (message) => {
    if (!BROWSER_OWN.test(message.text())) noise.push(`${message.type()}: ${message.text()}`);
  });
  if (options.before) await page.evaluateOnNewDocument(options.before);

  // By handle: the two drivers do not agree on what an element returned by value is.
  const has = async (selector: string) => (await page.evaluateHandle(find, selector)).asElement() !== null;
  const ui = (selector: string) =>
    until(async () => {
      try {
        const handle = await page.evaluateHandle(find, selector);
        // The function returns an element or null.
        return handle.asElement() as ElementHandle<HTMLElement> | null;
      } catch {
        // The page was navigating; look again.
        return undefined;
      }
    });
  return {
    page,
    noise,
    ui,
    hasUi: has,
    noUi: async (selector) => void (await until(async () => !(await has(selector)))),
    textOf: async (selector) => (await ui(selector)).evaluate((element) => element.textContent ?? ''),
    click: async (selector) => (await ui(selector)).click(),
  };
}

/** The Allow button, once it may be pressed. */
export const ALLOW = '.answers .main[aria-disabled=false]';

/** As a page may try it: in a task of its own, for what Firefox's driver runs directly has more rights than a page. */
export function clickByScript(button: ElementHandle<HTMLElement>): Promise<void> {
  return button.evaluate(
    (button) =>
      new Promise<void>((done) =>
        setTimeout(() => {
          button.click();
          button.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
          done();
        }),
      ),
  );
}
