// A visitor goes through the pages of a subject, with one system on them: what it sends for each page, and for the work
// that is then done there. Systems differ in how they begin, when they have told everything, and where their bytes are
// counted; the visit is the same for all.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer';
import { addSite, logInFirst, startTestRelay } from '../../test/support/relay.ts';
import { sleep } from '../processes.ts';
import type { Ingest } from '../recorder/ingest.ts';
import type { RecorderSite } from '../recorder/site.ts';
import { startCountingLine, type Sent } from './line.ts';
import { connectOperator } from './operator.ts';
import type { RecipeSink } from './recipe-sink.ts';

/** What dist/demo/server.js exports (demo/server.ts). */
type DemoServer = {
  startDemo(options: { port: number; host: string; relayUrl: string; siteKey: string }): Promise<Demo>;
};
type Demo = { port: number; close(): Promise<void> };

/** Pages in turn. `work`: done there once the page has been told. */
export type Subject = {
  readonly name: string;
  readonly pages: readonly Stop[];
};
export type Stop =
  | { readonly on: 'work'; readonly name: string; readonly work: 'own' }
  | { readonly on: 'shop'; readonly elements: number; readonly work: 'none' }
  | { readonly on: 'demo'; readonly path: string; readonly work: 'none' | 'catalogue' | 'little' };

/** Bytes by what they are; each system has its own names. */
export type Amounts = Readonly<Record<string, number>>;
export type Visited = { snapshot: Amounts; work: Amounts; seconds: number; outcome: string };

export type Places = {
  readonly root: string;
  readonly browser: Browser;
  readonly site: RecorderSite;
  readonly ingest: Ingest;
  readonly sink: RecipeSink;
  /** Nothing was sent for so long: everything is told. */
  readonly quietMs: number;
};

/** A system as the visit sees it. */
type Driver = {
  readonly name: string;
  /** What stands in the place of the relay's address: its widget/loader.js is the system. */
  readonly loader: string;
  readonly site: string;
  readonly demo: Demo;
  readonly query: string;
  /** Before a page is loaded: what is sent from now on is of it. */
  expect(): void;
  begin(page: Page, isFirst: boolean): Promise<void>;
  /** Resolves when all is told, `least` something. */
  settle(page: Page): Promise<void>;
  take(): Promise<Amounts>;
};

const PATIENCE_MS = 30_000;
const CATALOGUE_WORK = {
  orders: ['cheap', 'dear', 'rated', 'name', 'picked'],
  kinds: ['oolong', 'teapots', 'cups', ''],
  words: ['green tea', 'clay', ''],
};
const LITTLE_WORK: typeof CATALOGUE_WORK = { orders: ['cheap'], kinds: ['oolong', ''], words: ['cl'] };

/** Once without a system (`seconds` and `outcome` count), and once with each control. */
export async function visitControls(
  places: Places,
  subject: Subject,
): Promise<Record<'off' | 'rrweb' | 'openreplay', Visited>> {
  const { root, site, sink, ingest, quietMs } = places;
  const built = (file: string) => readFileSync(path.join(root, 'dist/bench', file), 'utf8');
  const control = async (name: string, source: string, rest: Omit<Driver, 'name' | 'loader' | 'site' | 'demo'>) => {
    // A file that was built as a module, and is loaded as a script here, has its names to itself.
    site.put(`/${name}/widget/loader.js`, 'text/javascript', `(()=>{${source}\n})()`);
    const loader = `${site.origin}/${name}`;
    const demo = await startDemo(root, loader, '-');
    try {
      return await visit(places, subject, { name, loader, site: '-', demo, ...rest });
    } finally {
      await demo.close();
    }
  };
  const off = await control('off', '', {
    query: '',
    expect: () => undefined,
    begin: () => Promise.resolve(),
    settle: () => sleep(quietMs),
    take: () => Promise.resolve({}),
  });
  sink.open();
  let expected = 0;
  const rrweb = await control('rrweb', built('pages/recipe-visitor.page.js'), {
    query: `ws=${sink.port}`,
    expect: () => void (expected = sink.snapshots + 1),
    begin: () => sink.begin(),
    settle: () => quiet('rrweb', () => (sink.snapshots < expected ? 0 : sink.received), quietMs),
    take: () => sink.take(),
  });
  let before = 0;
  const openreplay = await control('openreplay', built('recorder/systems/openreplay.js'), {
    query: `ingest=${encodeURIComponent(ingest.url)}`,
    expect() {
      ingest.take();
      before = ingest.bytes;
    },
    async begin(page) {
      await page.waitForFunction(() => globalThis.recorderSystem !== undefined, { timeout: PATIENCE_MS });
      await page.evaluate(() => globalThis.recorderSystem?.begin());
    },
    async settle(page) {
      await sleep(quietMs);
      // It would send in half a minute, or when the page is left.
      await page.evaluate(() => globalThis.recorderSystem?.flush());
      await quiet("OpenReplay's tracker", () => ingest.bytes - before, quietMs);
    },
    take() {
      const { batches, bytes } = ingest.take();
      before = 0;
      return Promise.resolve({ batches, bytes });
    },
  });
  return { off, rrweb, openreplay };
}

/** Through the whole product, the relay fresh from the box: the first visitor, and the second. */
export async function visitOurs(places: Places, subject: Subject): Promise<{ cold: Visited; warm: Visited }> {
  const { root, site, quietMs } = places;
  const stops: (() => unknown)[] = [];
  try {
    const relay = await startTestRelay({ env: { TANDEM_LOG_LEVEL: 'error' } });
    stops.push(() => relay.stop());
    const line = await startCountingLine(relay.url);
    stops.push(() => line.stop());
    const cookie = await logInFirst(relay);
    // The demo shop's port is known only once it runs, and its pages must name the site: the key is filled in there.
    const demo = await startDemo(root, line.url, 'KEY');
    stops.push(() => demo.close());
    const { key } = await addSite(relay, cookie, [site.origin, `http://127.0.0.1:${demo.port}`], {
      privateByDefault: false,
    });
    await demo.close();
    const keyed = await startDemo(root, line.url, key, demo.port);
    stops.push(() => keyed.close());
    const operator = await connectOperator(relay, cookie);
    stops.push(() => operator.close());
    let expected = 0;
    const once = async () => {
      const framesBefore = operator.frames;
      const visited = await visit(places, subject, {
        name: 'ours',
        loader: line.url,
        site: key,
        demo: keyed,
        query: '',
        expect() {
          line.take();
          expected = line.snapshots + 1;
        },
        begin: (page, isFirst) => (isFirst ? operator.view(page) : Promise.resolve()),
        settle: () => quiet('the widget', () => (line.snapshots < expected ? 0 : line.ofPicture), quietMs),
        take: () => Promise.resolve(ours(line.take())),
      });
      if (operator.frames === framesBefore) throw new Error(`${subject.name}: the operator has received nothing`);
      operator.end();
      return visited;
    };
    const cold = await once();
    const warm = await once();
    return { cold, warm };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

function ours(sent: Sent): Amounts {
  const { snapshot, change, pointer, picture, offers, control, sheets, files } = sent;
  // What the controls tell, too: no bytes of pictures, of files or of canvases, nor of fonts.
  const alike = snapshot + change + pointer + offers + control + sheets;
  return { ...sent, alike, all: alike + picture + files };
}

async function startDemo(root: string, relayUrl: string, siteKey: string, port = 0): Promise<Demo> {
  // Built beside the bench; what it exports is in demo/server.ts.
  const { startDemo } = (await import(pathToFileURL(path.join(root, 'dist/demo/server.js')).href)) as DemoServer;
  return startDemo({ port, host: '127.0.0.1', relayUrl, siteKey });
}

async function visit({ browser, site }: Places, subject: Subject, driver: Driver): Promise<Visited> {
  const what = `${subject.name}, ${driver.name}`;
  const context = await browser.createBrowserContext();
  const visited: Visited = { snapshot: {}, work: {}, seconds: 0, outcome: '' };
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const errors: string[] = [];
    page.on('pageerror', (error) =>
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    const session = await page.createCDPSession();
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    for (const [index, stop] of subject.pages.entries()) {
      driver.expect();
      await page.goto(addressOf(site, stop, driver), { waitUntil: 'load' });
      if (stop.on === 'work')
        await page.waitForFunction(() => globalThis.recorderWork !== undefined, { timeout: PATIENCE_MS });
      await driver.begin(page, index === 0);
      await driver.settle(page);
      visited.snapshot = added(visited.snapshot, await driver.take());
      if (stop.work === 'none') continue;
      const done = await (stop.work === 'own'
        ? ownWork(page)
        : catalogueWork(page, stop.work === 'catalogue' ? CATALOGUE_WORK : LITTLE_WORK));
      await driver.settle(page);
      visited.work = added(visited.work, await driver.take());
      visited.seconds += done.seconds;
      visited.outcome += done.outcome;
      if (done.outcome === '') throw new Error(`${what}: nothing came of the work`);
    }
    if (errors.length > 0) throw new Error(`${what}: the page has thrown:\n${errors.join('\n')}`);
    return visited;
  } catch (error) {
    throw new Error(`${what}: the visit has failed`, { cause: error });
  } finally {
    await context.close();
  }
}

function addressOf(site: RecorderSite, stop: Stop, { name, loader, site: key, demo, query }: Driver): string {
  const head = `<script async src="${loader}/widget/loader.js" data-site="${key}"></script>`;
  const address =
    stop.on === 'work'
      ? site.workWith(stop.name, { id: `bytes-${name}`, head })
      : stop.on === 'shop'
        ? site.shopWith(stop.elements, { id: `bytes-${name}`, head })
        : `http://127.0.0.1:${demo.port}${stop.path}`;
  return query === '' ? address : `${address}${address.includes('?') ? '&' : '?'}${query}`;
}

function ownWork(page: Page): Promise<{ seconds: number; outcome: string }> {
  return page.evaluate(async () => {
    const began = performance.now();
    const outcome = (await globalThis.recorderWork?.()) ?? '';
    return { seconds: (performance.now() - began) / 1000, outcome };
  });
}

/** A customer looks for something in the demo shop's catalogue: sorts, chooses kinds, writes a word. Ten steps a second. */
function catalogueWork(page: Page, steps: typeof CATALOGUE_WORK): Promise<{ seconds: number; outcome: string }> {
  return page.evaluate(async ({ orders, kinds, words }) => {
    const began = performance.now();
    const turn = () => new Promise((resolve) => setTimeout(resolve, 100));
    const fire = (on: Element, type: string) => on.dispatchEvent(new Event(type, { bubbles: true }));
    const field = (id: string) => document.getElementById(id) as HTMLInputElement & HTMLSelectElement;
    const seen: number[] = [];
    const look = async () => {
      await turn();
      seen.push(document.querySelectorAll('#goods-list > *').length);
    };
    for (const order of orders) {
      field('sort').value = order;
      fire(field('sort'), 'change');
      await look();
    }
    for (const kind of kinds) {
      document.querySelector<HTMLElement>(`#kinds [data-kind="${kind}"]`)?.click();
      await look();
    }
    for (const word of words) {
      for (let length = Math.min(1, word.length); length <= word.length; length++) {
        field('search').value = word.slice(0, length);
        fire(field('search'), 'input');
        await look();
      }
    }
    return { seconds: (performance.now() - began) / 1000, outcome: seen.join(' ') };
  }, steps);
}

function added(one: Amounts, other: Amounts): Amounts {
  const sum: Record<string, number> = { ...one };
  for (const [name, bytes] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + bytes;
  return sum;
}

/** Until this number has grown from 0, and then stood still for so long. */
async function quiet(what: string, grown: () => number, quietMs: number): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  let last = grown();
  let since = Date.now();
  while (last === 0 || Date.now() - since < quietMs) {
    await sleep(20);
    const now = grown();
    if (now !== last) since = Date.now();
    last = now;
    if (Date.now() > until) throw new Error(`${what} ${last === 0 ? 'has sent nothing' : 'does not come to rest'}`);
  }
}
