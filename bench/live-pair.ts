// What the benches `mirror` and `join` stand on: the built relay, a customer's site with the snippet pasted in, the
// control's server, and two Chromiums, the visitor's and the operator's. Opens a live view the way people do (the
// operator asks, the visitor allows), and the control's, each in browser contexts of its own: nothing is left over from
// the view before. Measures nothing.
//
// Easy to get wrong: the visitor's wrong clock must be in place before any script of the page, in every frame; and
// performance.now() stays right under it, as it does on a machine whose date is wrong.

import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, CDPSession, Page } from 'puppeteer';
import { launchChromium } from '../test/support/browsers.ts';
import { addSite, logInFirst, startTestRelay, type TestRelay } from '../test/support/relay.ts';
import { startSite, type BenchSite } from './bench-site.ts';
import type { System } from './eyes.page.ts';
import { startChild, type Child } from './processes.ts';
import type { RecipeAnswer, RecipeQuestion } from './recipe.child.ts';
import { baseCss, PICTURES, shopCss, shopPage } from './shop-page.ts';

export type PairOptions = {
  root: string;
  /** Elements of the visitor's page, about. */
  elements: number;
};

/** A page and the debugger's line to it. */
export type Tab = { readonly page: Page; readonly session: CDPSession; close(): Promise<void> };

export type Pair = {
  /** The visitor's page, on the screen, with nobody watching yet. `skewMs`: how far its clock is ahead. */
  visit(system: System, skewMs?: number): Promise<Tab>;
  /** The console on its live list, or the control's viewer before anybody joined. */
  operator(system: System): Promise<Tab>;
  /** The operator asks, the visitor allows; or the control's viewer joins. Ends when the picture is on the screen. */
  begin(system: System, visitor: Tab, operator: Tab): Promise<void>;
  /** Throws when a page has thrown: what was measured then is not what was meant. */
  check(): void;
  stop(): Promise<void>;
};

/** A page that nobody looks at must draw like any other: it is a visitor's or an operator's only one. */
const CHROMIUM_ARGS = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
const VISITOR_VIEWPORT = { width: 1280, height: 800 };
const OPERATOR_VIEWPORT = { width: 1440, height: 900 };
const PATIENCE_MS = 20_000;

/** What an operator clicks to watch a visitor whom somebody else watches already. */
export const JOIN_BUTTON: Record<System, string> = { tandem: '[data-testid=view]', recipe: '#join' };

/** For beside the figures: two browsers on a machine that is busy with something else are slow for its reasons. */
export function busyness(): string {
  const [lastMinute = 0] = os.loadavg();
  return `load of the machine in the last minute: ${lastMinute.toFixed(1)} on ${os.availableParallelism()} cores`;
}

export async function startPair({ root, elements }: PairOptions): Promise<Pair> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const each of stops.reverse()) await each();
  };
  try {
    const relay = await startTestRelay({ env: { TANDEM_LOG_LEVEL: 'error' } });
    stops.push(() => relay.stop());
    const site = await startSite();
    stops.push(() => site.stop());
    const recipe: Child<RecipeQuestion, RecipeAnswer> = startChild('recipe');
    stops.push(() => recipe.stop());
    const cookie = await logInFirst(relay);
    const { key } = await addSite(relay, cookie, [site.origin]);
    furnish(site, { root, elements, relay, key });
    const launch = async () => {
      const browser = await launchChromium({ args: CHROMIUM_ARGS, defaultViewport: null });
      stops.push(() => browser.close());
      return browser;
    };
    const browsers = { visitor: await launch(), operator: await launch() };
    return pairOf({ relay, site, cookie, browsers, recipePort: (await recipe.ask({ do: 'port' })).port, root, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

function furnish(site: BenchSite, of: { root: string; elements: number; relay: TestRelay; key: string }): void {
  const { root, elements, relay, key } = of;
  const script = (name: string) => {
    site.put(
      `/${name}.js`,
      'text/javascript',
      readFileSync(path.join(root, `dist/bench/pages/${name}.page.js`), 'utf8'),
    );
    return `<script type="module" src="/${name}.js"></script>\n`;
  };
  const load = script('load');
  // As widget/snippet.html has it.
  const snippet = `<script>window.Tandem=window.Tandem||function(){(Tandem.q=Tandem.q||[]).push(arguments)}</script>
<script async src="${relay.url}/widget/loader.js" data-site="${key}"></script>\n`;
  site.put('/tandem', 'text/html', shopPage({ elements, head: load + snippet }));
  site.put('/recipe', 'text/html', shopPage({ elements, head: load + script('recipe-visitor') }));
  const sheet = readFileSync(path.join(root, 'node_modules/@rrweb/replay/dist/style.css'), 'utf8');
  site.put(
    '/recipe-operator',
    'text/html',
    `<!doctype html><title>Control</title><style>${sheet}</style><body>${script('recipe-viewer')}`,
  );
  site.put('/base.css', 'text/css', baseCss());
  site.put('/shop.css', 'text/css', shopCss());
  for (const name of PICTURES)
    site.put(`/pictures/${name}.webp`, 'image/webp', readFileSync(path.join(root, `demo/site/pictures/${name}.webp`)));
}

type Parts = {
  relay: TestRelay;
  site: BenchSite;
  cookie: string;
  browsers: { visitor: Browser; operator: Browser };
  recipePort: number;
  root: string;
  stop(): Promise<void>;
};

function pairOf({ relay, site, cookie, browsers, recipePort, root, stop }: Parts): Pair {
  const eyes = readFileSync(path.join(root, 'dist/bench/pages/eyes.page.js'), 'utf8');
  const errors: string[] = [];

  const open = async (context: BrowserContext, viewport: { width: number; height: number }): Promise<Tab> => {
    const page = await context.newPage();
    await page.setViewport(viewport);
    page.on('pageerror', (error) =>
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    return { page, session: await page.createCDPSession(), close: () => context.close() };
  };

  return {
    async visit(system, skewMs = 0) {
      const tab = await open(await browsers.visitor.createBrowserContext(), VISITOR_VIEWPORT);
      if (skewMs !== 0) await tab.page.evaluateOnNewDocument(skewClock, skewMs);
      await tab.page.goto(`${site.origin}/${system}?ws=${recipePort}`, { waitUntil: 'load' });
      return tab;
    },
    async operator(system) {
      const context = await browsers.operator.createBrowserContext();
      const tab = await open(context, OPERATOR_VIEWPORT);
      const [name = '', value = ''] = cookie.split('=');
      if (system === 'tandem') {
        await context.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
        await tab.page.goto(relay.url, { waitUntil: 'load' });
        await tab.page.waitForSelector('[data-testid=visitor]', { timeout: PATIENCE_MS });
      } else {
        await tab.page.goto(`${site.origin}/recipe-operator?ws=${recipePort}`, { waitUntil: 'load' });
        await tab.page.waitForSelector(JOIN_BUTTON.recipe, { timeout: PATIENCE_MS });
      }
      // Through the debugger: the console's policy lets no script in that is not its own.
      await tab.page.evaluate(`(() => {${eyes}\n})()`);
      return tab;
    },
    async begin(system, visitor, operator) {
      if (system === 'tandem') {
        await operator.page.bringToFront();
        await operator.page.waitForSelector('[data-testid=ask]', { timeout: PATIENCE_MS });
        await operator.page.click('[data-testid=ask]');
        await allow(visitor.page);
        await operator.page.waitForSelector('[data-testid=watch][data-overlay=none]', { timeout: PATIENCE_MS });
      } else {
        await operator.page.click(JOIN_BUTTON.recipe);
        await operator.page.waitForSelector('.replayer-wrapper iframe', { timeout: PATIENCE_MS });
      }
      await operator.page.waitForFunction(
        (kind: System) => benchEyes.elements(kind) > 100,
        { timeout: PATIENCE_MS },
        system,
      );
    },
    check() {
      if (errors.length > 0) throw new Error(`a page has thrown:\n${errors.join('\n')}`);
    },
    stop,
  };
}

/** The visitor's yes to the widget's question: a real click, once the question lets itself be answered. */
export async function allow(page: Page): Promise<void> {
  const found = await page.waitForFunction(
    () => {
      for (const host of document.querySelectorAll('[data-tandem-ui]'))
        for (const button of host.shadowRoot?.querySelectorAll('[role=dialog] button.main') ?? [])
          if (button.getAttribute('aria-disabled') === 'false') return button;
      return undefined;
    },
    { timeout: PATIENCE_MS },
  );
  const button = found.asElement();
  if (!button) throw new Error('the question to the visitor has no button');
  // What querySelectorAll finds is an element, and a button in a document can be clicked.
  await (button as unknown as { click(): Promise<void> }).click();
}

/** Runs in the visitor's page before any script of it. */
function skewClock(skewMs: number): void {
  const Real = Date;
  class Skewed extends Real {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(Real.now() + skewMs);
      // The page's own call, passed on.
      else super(...(args as [number]));
    }
    static override now(): number {
      return Real.now() + skewMs;
    }
  }
  globalThis.Date = Skewed as DateConstructor;
  const { timeOrigin } = performance;
  Object.defineProperty(Performance.prototype, 'timeOrigin', { configurable: true, get: () => timeOrigin + skewMs });
}
