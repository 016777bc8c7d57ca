// For tests of the hand: serves a page and runs the real createHand in it, bundled here. Node ids are given out by the
// selectors that a test names; "a >>> b" goes into a's shadow root or frame. Acts are what a console would send.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer';
import { VISITOR_PLUGINS } from '../../build.ts';
import type { Outcome } from '../../protocol/hand.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs in the page. Before the page's own scripts when its HTML says `<script src=/hand.js>`, else after them. */
const ENTRY = `
  import { createHand } from './cobrowse/control.ts';
  const nodes = new Map();
  const find = (selector) => {
    let at = document;
    for (const part of selector.split(' >>> ')) {
      at = (at.shadowRoot ?? at.contentDocument ?? at).querySelector(part);
      if (!at) throw new Error('no ' + selector);
    }
    return at;
  };
  const id = (node) => {
    for (const [key, known] of nodes) if (known === node) return key;
    nodes.set(nodes.size + 1, node);
    return nodes.size;
  };
  const errors = [];
  const guard = (task) => (...args) => {
    try { return task(...args); } catch (error) { errors.push(String(error?.stack ?? error)); }
  };
  const isHidden = (element) => !!element.closest('[data-tandem=mask],[type=password]');
  let hand;
  const place = (on, x = 0.5, y = 0.5) => ({ node: typeof on === 'number' ? on : id(find(on)), x, y });
  // What a step of a test means in acts.
  const STEPS = {
    move: (on, x, y, mods = 0) => [{ t: 'move', at: place(on, x, y), mods }],
    down: (on, x, y, more = {}) => [{ t: 'down', at: place(on, x, y), button: 0, clicks: 1, mods: 0, ...more }],
    up: (on, x, y, more = {}) => [{ t: 'up', at: place(on, x, y), button: 0, mods: 0, ...more }],
    click: (on, more = {}) => {
      const at = place(on, more.x, more.y);
      const { button = 0, mods = 0, clicks = 1 } = more;
      return [{ t: 'down', at, button, clicks, mods }, { t: 'up', at, button, mods }];
    },
    double: (on) => [...STEPS.click(on), ...STEPS.click(on, { clicks: 2 })],
    key: (key, mods = 0, code = '') => [{ t: 'key', key, code, mods }],
    type: (text) => [...text].map((key) => ({ t: 'key', key, code: '', mods: 0 })),
    text: (text, isPasted = false) => [{ t: 'text', text, isPasted }],
    wheel: (on, dy, dx = 0) => [{ t: 'wheel', at: place(on), dx, dy, mods: 0 }],
    choose: (on, ...options) => [{ t: 'choose', node: place(on).node, options }],
    set: (on, value) => [{ t: 'set', node: place(on).node, value }],
    reveal: (on) => [{ t: 'reveal', node: place(on).node }],
    go: (to) => [{ t: 'go', to }],
    visit: (url) => [{ t: 'visit', url }],
  };
  window.hand = {
    errors, id, find, place,
    get it() {
      return (hand ??= createHand({
        document, nodeOf: (key) => nodes.get(key), isHidden, uiAttribute: 'data-tandem-ui', guard,
        after: (ms, task) => { const timer = setTimeout(task, ms); return () => clearTimeout(timer); },
      }));
    },
    // Each outcome an object of its own: Firefox hands the same one over only once.
    // As they come from an operator who waits for nothing.
    atOnce: (steps) =>
      Promise.all(
        steps
          .flatMap(([name, ...args]) => STEPS[name](...args))
          .map(async (act) => ({ ...(await window.hand.it.perform(act)) })),
      ),
    async run(steps) {
      const outcomes = [];
      for (const [name, ...args] of steps) {
        for (const act of STEPS[name](...args)) outcomes.push({ ...(await window.hand.it.perform(act)) });
      }
      return outcomes;
    },
  };
  window.hand.it;
`;

// A step by its name and what it needs, as in STEPS.
export type Step = [name: string, ...args: unknown[]];

// The page's own state: of any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Anything = any;

export type HandPage = {
  page: Page;
  origin: string;
  /** One outcome for each act. */
  run(...steps: Step[]): Promise<Outcome[]>;
  /** The same, and none waits for the answer to the one before. */
  atOnce(...steps: Step[]): Promise<Outcome[]>;
  /** The last outcome only. */
  last(...steps: Step[]): Promise<Outcome>;
  /** An expression, evaluated in the page. */
  read(expression: string): Promise<Anything>;
  errors(): Promise<string[]>;
  close(): Promise<void>;
};

let bundled: Promise<string> | undefined;
const bundle = () =>
  (bundled ??= build({
    stdin: { contents: ENTRY, resolveDir: root, loader: 'js' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2021',
    plugins: VISITOR_PLUGINS,
  }).then((result) => result.outputFiles[0]?.text ?? ''));

/** `files` beside the page itself, by path. */
export async function openHandPage(
  browser: Browser,
  html: string,
  files: Record<string, string> = {},
): Promise<HandPage> {
  const script = await bundle();
  const all: Record<string, string> = { '/': html, '/hand.js': script, ...files };
  const server = createServer((request, response) => {
    const url = (request.url ?? '/').split('?')[0] ?? '/';
    const found = all[url];
    response.writeHead(found === undefined ? 404 : 200, {
      'content-type': url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
    });
    const isPage = url === '/' && !found?.includes('/hand.js');
    response.end(isPage ? `<!doctype html>${found}<script src=/hand.js></script>` : (found ?? 'nothing here'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await browser.newPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => thrown.push(`page: ${String(error)}`));
  await page.goto(`${origin}/`, { waitUntil: 'load' });
  const run = (...steps: Step[]): Promise<Outcome[]> =>
    page.evaluate((list) => (window as Anything).hand.run(list), steps);
  return {
    page,
    origin,
    run,
    atOnce: (...steps) => page.evaluate((list) => (window as Anything).hand.atOnce(list), steps),
    async last(...steps) {
      const outcomes = await run(...steps);
      const outcome = outcomes[outcomes.length - 1];
      if (!outcome) throw new Error('no act');
      return outcome;
    },
    read: (expression) => page.evaluate(expression),
    errors: async () => [...thrown, ...(await page.evaluate(() => (window as Anything).hand.errors))],
    async close() {
      await page.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
