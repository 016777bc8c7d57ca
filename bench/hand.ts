// Bench `hand`: can an operator work every widget of a visitor's page? Each row of the matrix (hand/rows.ts) is done
// through a real console, mirror and relay, on a freshly loaded page, and judged by what that page itself believes.
// Control in the same run: the same rows by the scripted events of the known tools, in the same browser.
//
// Easy to get wrong: the visit and what was granted outlive the page load between two rows, and the mirror may still show
// the page before: a row begins when the mirror shows this one's number.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { launchChromium } from '../test/support/browsers.ts';
import { addSite, logInFirst, startTestRelay } from '../test/support/relay.ts';
import { startSite } from './bench-site.ts';
import { perform, refusals, written, type Beside } from './hand/console-driver.ts';
import { foreignFrame } from './hand/foreign-frame.ts';
import { ROWS, type Row, type Step } from './hand/rows.ts';
import { scripted } from './hand/scripted.ts';
import { allow } from './live-pair.ts';
import { sleep } from './processes.ts';
import type { Bench, BenchContext } from './report.ts';

const PATIENCE_MS = 20_000;
/** What a step has brought about is there by then, or it never is. */
const EFFECT_MS = 3000;
/** Nobody presses something in a page within a few frames of seeing it. */
const LOOK_MS = 400;
/** A step is under way: the next one is not made before a person would make it. */
const BETWEEN_MS = 120;
const TINY_ROWS = 4;
const VIEWPORT = { width: 1000, height: 700 };

type Result = 'done' | `refused: ${string}` | `failed: ${string}`;

async function run(context: BenchContext): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const relay = await startTestRelay({ env: { TANDEM_LOG_LEVEL: 'error' } });
    stops.push(() => relay.stop());
    const site = await startSite();
    stops.push(() => site.stop());
    const cookie = await logInFirst(relay);
    const { key } = await addSite(relay, cookie, [site.origin]);
    const snippet = `<script>window.Tandem=window.Tandem||function(){(Tandem.q=Tandem.q||[]).push(arguments)}</script>
<script async src="${relay.url}/widget/loader.js" data-site="${key}"></script>`;
    const page = (head: string) =>
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hand</title>${head}<h1 id="row"></h1><div id="root"></div>
<script>document.getElementById('row').textContent = new URLSearchParams(location.search).get('number')</script>
<script type="module" src="/hand/page.js"></script>`;
    site.put('/with', 'text/html', page(snippet));
    site.put('/without', 'text/html', page(''));
    // Another site than 127.0.0.1, in another process.
    const elsewhere = await startSite();
    stops.push(() => elsewhere.stop());
    const other = `${elsewhere.origin.replace('127.0.0.1', 'localhost')}/frame`;
    const framed = snippet.replace('data-site', `data-parent="${site.origin}" data-hand data-site`);
    elsewhere.put('/frame', 'text/html', foreignFrame(framed));
    const files = path.join(context.root, 'dist/bench/hand');
    for (const name of readdirSync(files))
      if (name.endsWith('.js'))
        site.put(`/hand/${name}`, 'text/javascript', readFileSync(path.join(files, name), 'utf8'));
    const browsers = [
      await launchChromium({ defaultViewport: VIEWPORT }),
      await launchChromium({ defaultViewport: null }),
    ];
    for (const browser of browsers) stops.push(() => browser.close());
    const [visitorBrowser, operatorBrowser] = browsers;
    if (!visitorBrowser || !operatorBrowser) throw new Error('two browsers were started');

    const visitor = await visitorBrowser.newPage();
    await visitor.goto(`${site.origin}/with?page=plain&number=0`);
    const operator = await operatorBrowser.newPage();
    await operator.setViewport({ width: 1400, height: 950 });
    const [name = '', value = ''] = cookie.split('=');
    await operatorBrowser.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
    await operator.goto(relay.url);
    await operator.waitForSelector('[data-testid=ask]', { timeout: PATIENCE_MS });
    await operator.click('[data-testid=ask]');
    await visitor.bringToFront();
    await allow(visitor);
    await operator.waitForSelector('[data-testid=watch][data-overlay=none]', { timeout: PATIENCE_MS });
    await operator.click('[data-testid=tool-control]');
    await allow(visitor);
    await operator.waitForSelector('[data-testid=hand-layer][data-tool=control]', { timeout: PATIENCE_MS });

    const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
    stops.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    const beside: Beside = { visitor, folder };

    const rows = context.tiny ? ROWS.filter((_, index) => index % Math.ceil(ROWS.length / TINY_ROWS) === 0) : ROWS;
    const ours = new Map<Row, Result>();
    const theirs = new Map<Row, Result>();
    for (const [index, row] of rows.entries()) {
      await visitor.goto(`${site.origin}/with?page=${row.page}&number=${index + 1}&other=${encodeURIComponent(other)}`);
      const result = await byHand(row, index + 1, operator, beside);
      ours.set(row, result);
      if (result !== 'done') context.say(`${row.page}, ${row.name}: ${result.slice(0, 400)}`);
    }
    for (const row of rows) {
      await visitor.goto(`${site.origin}/without?page=${row.page}&other=${encodeURIComponent(other)}`);
      theirs.set(row, await byScript(row, beside));
    }
    report(context, rows, ours, theirs);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function byHand(row: Row, number: number, operator: Page, beside: Beside): Promise<Result> {
  const { visitor } = beside;
  try {
    await ready(visitor);
    await operator.waitForFunction(
      (wanted) =>
        document.querySelector('[data-testid=watch][data-overlay=none]') !== null &&
        [...document.querySelectorAll<HTMLIFrameElement>('[data-testid=mirror] iframe')].some(
          (frame) => frame.contentDocument?.getElementById('row')?.textContent === wanted,
        ),
      { timeout: PATIENCE_MS },
      String(number),
    );
    await sleep(LOOK_MS);
    for (const step of row.steps) {
      await perform(operator, step, beside);
      await sleep(BETWEEN_MS);
    }
  } catch (error) {
    const said = await refusals(operator);
    if (said.length > 0) return `refused: ${said.join(', ')}`;
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  const state = await settled(row, visitor);
  if (state === 'done') return state;
  const said = await refusals(operator);
  return said.length > 0 ? `refused: ${said.join(', ')}` : `failed: ${state}`;
}

async function byScript(row: Row, { visitor, folder }: Beside): Promise<Result> {
  await ready(visitor);
  for (const step of row.steps) {
    try {
      if (step.do === 'ask') await scriptedAsk(visitor, step, folder);
      else await visitor.evaluate(scripted, step);
    } catch (error) {
      return `failed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
    }
    await sleep(BETWEEN_MS);
  }
  const state = await settled(row, visitor, EFFECT_MS / 3);
  return state === 'done' ? state : `failed: ${state}`;
}

/** The visitor would choose if they were asked. What a debugger runs counts as pressed by a person for some seconds, and a
 * script of those tools is run by a message: so here it is run without, once that is over. */
async function scriptedAsk(visitor: Page, step: Step & { do: 'ask' }, folder: string): Promise<void> {
  const session = await visitor.createCDPSession();
  const run = async (expression: string): Promise<unknown> =>
    (await session.send('Runtime.evaluate', { expression, userGesture: false, returnByValue: true })).result.value;
  while (await run('navigator.userActivation.isActive')) await sleep(100);
  const chooser = visitor.waitForFileChooser({ timeout: EFFECT_MS }).catch(() => undefined);
  await run(`document.querySelector(${JSON.stringify(step.on)}).click()`);
  await (await chooser)?.accept([written(folder, step.file)]);
  await session.detach();
}

async function ready(visitor: Page): Promise<void> {
  await visitor.waitForFunction(() => globalThis.handState !== undefined, { timeout: PATIENCE_MS });
}

async function settled(row: Row, visitor: Page, withinMs = EFFECT_MS): Promise<string> {
  let state = '';
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(40)) {
    state = await visitor.evaluate(() => globalThis.handState?.() ?? '');
    if (row.expect(JSON.parse(state) as never)) return 'done';
  }
  return state;
}

function report(
  context: BenchContext,
  rows: readonly Row[],
  ours: ReadonlyMap<Row, Result>,
  theirs: ReadonlyMap<Row, Result>,
): void {
  const count = (results: ReadonlyMap<Row, Result>, kind: string) =>
    rows.filter((row) => results.get(row)?.startsWith(kind)).length;
  for (const row of rows)
    context.say(
      `${row.page}, ${row.name}: ${ours.get(row)?.slice(0, 300) ?? ''} | control: ${theirs.get(row)?.slice(0, 60) ?? ''}`,
    );
  context.figure({
    metric: `widgets worked, of ${rows.length}`,
    value: (100 * count(ours, 'done')) / rows.length,
    unit: '%',
    control: (100 * count(theirs, 'done')) / rows.length,
    against: 'scripted events',
    must: { of: 'value', atLeast: 95 },
  });
  context.figure({
    metric: 'neither done nor refused with a reason',
    value: count(ours, 'failed'),
    unit: 'rows',
    control: count(theirs, 'failed'),
    against: 'scripted events',
    must: { of: 'value', atMost: 0 },
  });
}

export const hand: Bench = {
  name: 'hand',
  question: 'which widgets can an operator work by hand?',
  run,
};
