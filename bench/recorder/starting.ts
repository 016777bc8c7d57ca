// Second part of the bench `recorder`: how long the page stands still while a system starts. On a shop's page that is
// loaded, laid out, scrolled to its middle and at rest, a system is begun, and every task of the main thread is taken from
// the browser's own trace until nothing more comes: the longest is the figure. A capture that comes in parts is over when
// nothing was put out for a while and the thread was free all the while; and what has come must be the whole page, its
// first part what stood in the middle of the screen.
//
// Easy to get wrong: the page's observer of long tasks begins at 50 ms, far above what is asked here. On a machine that
// others share a task may be interrupted, so its processor time is the figure; what a throttled processor loses is in it.

import type { Browser, Page } from 'puppeteer';
import { median, type BenchContext } from '../report.ts';
import type { RecorderSite } from './site.ts';
import type { Tally } from './systems/system.ts';
import { MARK, tasksOf, traced } from './trace.ts';

/** How often each is measured: a start of a huge page takes a minute, and its longest task hardly varies. */
export const SIZES = [
  { elements: 1000, rounds: 3 },
  { elements: 7500, rounds: 3 },
  { elements: 37_500, rounds: 2 },
  { elements: 114_000, rounds: 1 },
] as const;
const TINY_SIZES = [{ elements: 1000, rounds: 1 }] as const;
export const THROTTLES = [1, 4] as const;
export const STARTED = ['off', 'ours', 'rrweb'] as const;
export type Started = (typeof STARTED)[number];

const PATIENCE_MS = 120_000;
/** Nothing put out for so long while the thread was free: the start is over. */
const REST_MS = 300;
const LEAST_PART = 0.98;

export type Start = {
  elements: number;
  throttle: number;
  system: Started;
  /** Of the main thread, while it started. Milliseconds of processor time, and by the clock. */
  longestMs: number;
  longestWallMs: number;
  /** All of it. */
  totalMs: number;
  /** From the call to the first snapshot put out, and to the first of it encoded. */
  firstMs: number;
  encodedMs: number;
};

export async function measureStarts(
  context: BenchContext,
  { browser, site }: { browser: Browser; site: RecorderSite },
): Promise<Start[]> {
  const starts: Start[] = [];
  for (const { elements, rounds } of context.tiny ? TINY_SIZES : SIZES)
    for (const throttle of context.tiny ? [1] : THROTTLES) {
      const found: Record<Started, Start[]> = { off: [], ours: [], rrweb: [] };
      for (let round = 0; round < rounds; round++)
        for (const system of STARTED)
          // A page at rest is looked at once: that what is measured is not the page's own.
          if (system !== 'off' || round === 0)
            found[system].push(await start(browser, site, { elements, throttle, system }));
      for (const system of STARTED) {
        const each = (pick: (start: Start) => number) => found[system].map(pick);
        context.say(
          `${elements} elements, throttled ${throttle}, ${system}: longest task ${listed(each(({ longestMs }) => longestMs))} ms` +
            ` (by the clock ${listed(each(({ longestWallMs }) => longestWallMs))}), all ${listed(each(({ totalMs }) => totalMs))},` +
            ` first part after ${listed(each(({ firstMs }) => firstMs))}, encoded after ${listed(each(({ encodedMs }) => encodedMs))}`,
        );
        starts.push({
          elements,
          throttle,
          system,
          longestMs: median(each(({ longestMs }) => longestMs)),
          longestWallMs: median(each(({ longestWallMs }) => longestWallMs)),
          totalMs: median(each(({ totalMs }) => totalMs)),
          firstMs: median(each(({ firstMs }) => firstMs)),
          encodedMs: median(each(({ encodedMs }) => encodedMs)),
        });
      }
    }
  return starts;
}

function listed(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(' ');
}

async function start(
  browser: Browser,
  site: RecorderSite,
  { elements, throttle, system }: { elements: number; throttle: number; system: Started },
): Promise<Start> {
  const what = `${elements} elements, throttled ${throttle}, ${system}`;
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const errors: string[] = [];
    page.on('pageerror', (error) =>
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    const session = await page.createCDPSession();
    await page.goto(site.shop(elements, system), { waitUntil: 'load', timeout: PATIENCE_MS });
    const { own, mark } = await toTheMiddle(page);
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    await page.evaluate((restMs, mostMs) => globalThis.recorderRest(restMs, mostMs), REST_MS, PATIENCE_MS);

    const trace = await traced(session, async () => {
      const isOver = await page.evaluate(
        (name, restMs, mostMs) => {
          performance.mark(name);
          // In a task of its own: what the debugger's call takes is not the page's.
          return new Promise<boolean>((resolve) => {
            setTimeout(async () => {
              const system = globalThis.recorderSystem;
              await system?.begin();
              // A first picture in short tasks puts nothing out for long, and the thread is never late.
              const until = performance.now() + mostMs;
              while (system && system.tally().snapshots === 0 && performance.now() < until)
                await new Promise((looked) => setTimeout(looked, 20));
              resolve(globalThis.recorderRest(restMs, mostMs));
            });
          });
        },
        MARK,
        REST_MS,
        PATIENCE_MS,
      );
      if (!isOver) throw new Error(`${what}: it has not come to an end`);
    });
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    const tally = await page.evaluate(() => globalThis.recorderSystem?.tally());
    const picture = await page.evaluate((of) => globalThis.recorderSystem?.picture?.(of), mark);
    errors.push(...(tally?.errors ?? []));
    if (errors.length > 0) throw new Error(`${what}: the page has thrown:\n${errors.join('\n')}`);
    if (system !== 'off') whole(what, { own, tally, picture });
    const tasks = tasksOf(trace);
    const longest = Math.max(...tasks.map(({ threadMs }) => threadMs));
    if (!(longest > 0)) throw new Error(`${what}: the trace shows no work`);
    return {
      elements,
      throttle,
      system,
      longestMs: longest,
      longestWallMs: Math.max(...tasks.map(({ wallMs }) => wallMs)),
      totalMs: tasks.reduce((sum, { threadMs }) => sum + threadMs, 0),
      firstMs: tally?.firstSnapshotMs ?? 0,
      encodedMs: tally?.firstEncodedMs ?? 0,
    };
  } finally {
    await context.close();
  }
}

/** Who reads a long page is not at its top. The element in the middle of the screen is told by an attribute. */
async function toTheMiddle(page: Page): Promise<{ own: number; mark: { name: string; value: string } }> {
  return page.evaluate(async () => {
    const name = 'data-good';
    const goods = document.querySelectorAll(`[${name}]`);
    goods[goods.length >> 1]?.scrollIntoView({ block: 'center' });
    await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(`[${name}]`);
    const shown = middle ?? goods[goods.length >> 1];
    return {
      own: document.getElementsByTagName('*').length,
      mark: { name, value: shown?.getAttribute(name) ?? '' },
    };
  });
}

function whole(
  what: string,
  of: { own: number; tally: Tally | undefined; picture: { elements: number; isFirst: boolean } | undefined },
): void {
  const { own, tally, picture } = of;
  if (!tally || tally.snapshots < 1 || !(tally.firstSnapshotMs > 0) || !(tally.firstEncodedMs > 0) || !picture)
    throw new Error(`${what}: no snapshot came`);
  if (picture.elements < own * LEAST_PART)
    throw new Error(`${what}: of the page's ${own} elements it has told ${picture.elements}`);
  if (!picture.isFirst) throw new Error(`${what}: what stands in the middle of the screen is not in the first part`);
}
