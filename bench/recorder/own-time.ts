// First part of the bench `recorder`: what a page's own work costs it with a system on, beside the same page without.
//
// Measured is the processor time of the page's main thread, from before a workload's first step until a while after its
// last, so that what a system puts off is in it. By the clock, whatever else the machine does would be the page's; and the
// sum of its tasks (TaskDuration) would leave out what happens between them. Systems take turns, each on a fresh page in
// a browser context of its own; the first turn of all is thrown away. Easy to get wrong: the start of a system (its
// first snapshot) is not part of it, so the work waits until it is over; and a page without a system is measured twice
// in each round: when those two differ by more than a few per cent, no figure of that run means anything.

import type { Browser, CDPSession, Page } from 'puppeteer';
import { sleep } from '../processes.ts';
import { geometricMean, median, type BenchContext } from '../report.ts';
import type { Ingest } from './ingest.ts';
import { SYSTEMS, type RecorderSite, type SystemName } from './site.ts';
import type { Tally } from './systems/system.ts';
import { drawingShareOf, MARK, traced, type TraceEvent } from './trace.ts';

export const WORKLOADS = [
  'react',
  'vue',
  'preact',
  'svelte',
  'solid',
  'lit',
  'angular',
  'alpine',
  'mithril',
  'knockout',
  'jquery',
  'dom',
  'virtual table',
  'rich editor',
  'svg chart',
  'canvas chart',
] as const;
type Workload = (typeof WORKLOADS)[number];
const TINY_WORKLOADS: readonly Workload[] = ['preact'];

const ROUNDS = 3;
const PATIENCE_MS = 20_000;
/** Nothing put out for so long, and the thread free: a start is over. */
const REST_MS = 200;
/** A tracker that sends something all the time has started all the same. */
const REST_WITHIN_MS = 2000;
/** After the last step. What a system puts off for longer than this it hardly does for this work. */
const DRAIN_MS = 250;
/** Null control: two pages without a system, compared as a system is with them. */
const MOST_DRIFT = 0.03;

type Trial = {
  /** Processor time of the main thread, in milliseconds. */
  ms: number;
  /** Of that: in scripts. */
  scriptMs: number;
  outcome: string;
  tally: Tally | undefined;
};

export type OwnTime = {
  workloads: readonly Workload[];
  /** Of each workload: a system's median time through that of the page without. */
  ratios: Record<Exclude<SystemName, 'off'>, Map<Workload, number>>;
  /** Geometric means over the workloads of each round alone. */
  perRound: Record<Exclude<SystemName, 'off'>, number[]>;
  offMs: Map<Workload, number>;
  /** Which part of that is drawing. From one traced run of each workload, which is thrown away otherwise. */
  drawing: Map<Workload, number>;
};

export async function measureOwnTime(
  context: BenchContext,
  { browser, site, ingest }: { browser: Browser; site: RecorderSite; ingest: Ingest },
): Promise<OwnTime> {
  const { tiny } = context;
  const workloads = tiny ? TINY_WORKLOADS : WORKLOADS;
  const rounds = tiny ? 1 : ROUNDS;
  const trials = new Map<string, Trial[]>();
  const of = (workload: Workload, system: SystemName) => trials.get(`${workload} ${system}`) ?? [];
  const measure = (workload: Workload, system: SystemName) =>
    trial(browser, { ingest, workload, system, address: site.work(workload, system, ingest.url) });

  if (!tiny) for (const system of SYSTEMS) await measure('dom', system);
  const drawing = new Map<Workload, number>();
  for (const workload of workloads) {
    let trace: TraceEvent[] = [];
    const address = site.work(workload, 'off', ingest.url);
    await trial(browser, { ingest, workload, system: 'off', address }, async (session, work) => {
      trace = await traced(session, work);
    });
    drawing.set(workload, drawingShareOf(trace));
    for (let round = 0; round < rounds; round++) {
      // Whoever comes first in a round is not always the same.
      const order = [...SYSTEMS.slice(round % SYSTEMS.length), ...SYSTEMS.slice(0, round % SYSTEMS.length)];
      for (const system of order)
        trials.set(`${workload} ${system}`, [...of(workload, system), await measure(workload, system)]);
    }
    sameOutcome(
      workload,
      SYSTEMS.flatMap((system) => of(workload, system)),
    );
    const shown = SYSTEMS.map((system) => `${system} ${listed(of(workload, system).map(({ ms }) => ms))}`);
    context.say(`${workload}, ms: ${shown.join(' | ')}`);
    const script = SYSTEMS.map((system) => `${system} ${listed(of(workload, system).map(({ scriptMs }) => scriptMs))}`);
    context.say(`${workload}, of that in scripts: ${script.join(' | ')}`);
    const bytes = (['ours', 'rrweb'] as const).map((system) => {
      const written = of(workload, system).at(-1)?.tally?.bytes ?? 0;
      return `${system} ${(written / 1000).toFixed(0)}`;
    });
    context.say(`${workload}, kB put out: ${bytes.join(' | ')}`);
  }

  const without = (workload: Workload) => [...of(workload, 'off'), ...of(workload, 'off again')].map(({ ms }) => ms);
  const ratio = (workload: Workload, system: SystemName) => {
    const own = median(of(workload, system).map(({ ms }) => ms));
    // The null control is beside one page without a system, as it would be if it were one.
    return own / median(system === 'off again' ? of(workload, 'off').map(({ ms }) => ms) : without(workload));
  };
  const ratiosOf = (system: SystemName) => new Map(workloads.map((each) => [each, ratio(each, system)]));
  const roundOf = (system: SystemName, round: number) =>
    geometricMean(
      workloads.map((workload) => {
        const at = (name: SystemName) => of(workload, name)[round]?.ms ?? NaN;
        return at(system) / (system === 'off again' ? at('off') : (at('off') + at('off again')) / 2);
      }),
    );
  const perRoundOf = (system: SystemName) => Array.from({ length: rounds }, (_, round) => roundOf(system, round));
  const drift = geometricMean([...ratiosOf('off again').values()]);
  if (!tiny && Math.abs(drift - 1) > MOST_DRIFT)
    throw new Error(`a page without a system took ${drift.toFixed(3)} of itself: the machine is too busy for figures`);
  return {
    workloads,
    ratios: {
      ours: ratiosOf('ours'),
      rrweb: ratiosOf('rrweb'),
      openreplay: ratiosOf('openreplay'),
      'off again': ratiosOf('off again'),
    },
    perRound: {
      ours: perRoundOf('ours'),
      rrweb: perRoundOf('rrweb'),
      openreplay: perRoundOf('openreplay'),
      'off again': perRoundOf('off again'),
    },
    drawing,
    offMs: new Map(workloads.map((each) => [each, median(without(each))])),
  };
}

function listed(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(' ');
}

function sameOutcome(workload: Workload, trials: readonly Trial[]): void {
  const outcomes = new Set(trials.map(({ outcome }) => outcome));
  if (outcomes.size !== 1)
    throw new Error(`${workload} has not done the same work each time: ${[...outcomes].join(' / ')}`);
}

type Subject = {
  ingest: Ingest;
  workload: Workload;
  system: SystemName;
  address: string;
};

async function trial(
  browser: Browser,
  subject: Subject,
  around: (session: CDPSession, work: () => Promise<void>) => Promise<void> = (_session, work) => work(),
): Promise<Trial> {
  const { ingest, workload, system, address } = subject;
  const context = await browser.createBrowserContext();
  try {
    ingest.take();
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) =>
      errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    const session = await page.createCDPSession();
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.goto(address, { waitUntil: 'load' });
    await page.waitForFunction(() => globalThis.recorderWork !== undefined, { timeout: PATIENCE_MS });
    await page.evaluate(() => globalThis.recorderSystem?.begin());
    await page.evaluate((restMs, mostMs) => globalThis.recorderRest(restMs, mostMs), REST_MS, REST_WITHIN_MS);
    const started = await tallyOf(page);
    const { starts } = ingest.take();
    if (system === 'openreplay' && starts !== 1) throw new Error(`OpenReplay's tracker has started ${starts} times`);
    // What the start has left behind is collected now and not in the middle of the work.
    await session.send('HeapProfiler.collectGarbage');

    const metrics = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const named = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? NaN;
      return { threadMs: named('ThreadTime') * 1000, scriptMs: named('ScriptDuration') * 1000 };
    };
    const before = await metrics();
    let outcome = '';
    await around(session, async () => {
      outcome = await page.evaluate(
        async (mark, drainMs) => {
          performance.mark(mark);
          const done = await globalThis.recorderWork?.();
          await new Promise((resolve) => setTimeout(resolve, drainMs));
          return done ?? '';
        },
        MARK,
        DRAIN_MS,
      );
    });
    const after = await metrics();
    const tally = await tallyOf(page);
    if (system === 'openreplay') await sent(page, subject);
    errors.push(...(tally?.errors ?? []));
    if (errors.length > 0) throw new Error(`${workload}, ${system}: the page has thrown:\n${errors.join('\n')}`);
    if (outcome === '') throw new Error(`${workload}, ${system}: nothing came of the work`);
    if (!system.startsWith('off')) {
      if (!started || !tally || started.snapshots < 1) throw new Error(`${workload}, ${system}: it has not begun`);
      if (tally.outputs <= started.outputs) throw new Error(`${workload}, ${system}: it has told nothing of the work`);
    }
    const ms = after.threadMs - before.threadMs;
    if (!(ms > 0)) throw new Error('the browser does not tell the processor time of the main thread');
    return { ms, scriptMs: after.scriptMs - before.scriptMs, outcome, tally };
  } finally {
    await context.close();
  }
}

function tallyOf(page: Page): Promise<Tally | undefined> {
  return page.evaluate(() => globalThis.recorderSystem?.tally());
}

/** Not a batch of the work received: then the tracker was not on, whatever it has said. */
async function sent(page: Page, { ingest, workload }: Subject): Promise<void> {
  await page.evaluate(() => globalThis.recorderSystem?.flush());
  for (const until = Date.now() + PATIENCE_MS; ingest.take().batches === 0; await sleep(20))
    if (Date.now() > until) throw new Error(`${workload}: not a batch was received from OpenReplay's tracker`);
}
