// Whose time it is that recording takes on the page's main thread: capture's own (noting, reading, serialising to events),
// or that of making frames of the events (visit/stream.ts and all that it calls: JSON or the binary encoding, frames,
// what waits for the line).
//
// From the browser's sampling profile, of ours as the bench `recorder` has it, built without minifying: a sample counts for
// encoding when a function of the encoding's files is on its stack, else for capture when any other of ours is. Easy to get
// wrong: collections have a root of their own in a profile; they count for whoever ran before them.

import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import type { Browser, Protocol } from 'puppeteer';
import type { RecorderSite } from '../recorder/site.ts';

/** Milliseconds of the main thread. */
export type Shares = { capture: number; encoding: number; samples: number };

/** Files, as the source map names them, whose functions make frames of events. */
const ENCODING = /(^|\/)(cobrowse\/visit\/|protocol\/|widget\/encode\.ts)/;
const SAMPLE_EVERY_US = 200;
const DRAIN_MS = 250;
const REST_MS = 200;
const REST_WITHIN_MS = 2000;
const PATIENCE_MS = 20_000;

const BUILT = 'dist/bench/recorder/profiled/ours.js';

/** Of one workload, from its first step until a while after its last. */
export async function encodingShare(
  { root, browser, site }: { root: string; browser: Browser; site: RecorderSite },
  workload: string,
): Promise<Shares> {
  // The source map's format is Node's own type.
  const map = new SourceMap(JSON.parse(readFileSync(path.join(root, `${BUILT}.map`), 'utf8')) as SourceMapPayload);
  const module = (file: string) => `<script type="module" src="/recorder/${file}.js"></script>`;
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    const session = await page.createCDPSession();
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    const head = module('rest') + module('profiled/ours');
    await page.goto(site.workWith(workload, { id: 'bytes-profiled', head }), { waitUntil: 'load' });
    await page.waitForFunction(() => globalThis.recorderWork !== undefined, { timeout: PATIENCE_MS });
    await page.evaluate(() => globalThis.recorderSystem?.begin());
    await page.evaluate((restMs, mostMs) => globalThis.recorderRest(restMs, mostMs), REST_MS, REST_WITHIN_MS);
    await session.send('HeapProfiler.collectGarbage');
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    await session.send('Profiler.start');
    const outcome = await page.evaluate(async (drainMs) => {
      const done = await globalThis.recorderWork?.();
      await new Promise((resolve) => setTimeout(resolve, drainMs));
      return done ?? '';
    }, DRAIN_MS);
    const { profile } = await session.send('Profiler.stop');
    const errors = await page.evaluate(() => globalThis.recorderSystem?.tally().errors ?? ['it was not there']);
    if (errors.length > 0) throw new Error(`${workload}, profiled: ${errors.join('\n')}`);
    if (outcome === '') throw new Error(`${workload}, profiled: nothing came of the work`);
    return sharesOf(profile, map);
  } finally {
    await context.close();
  }
}

type Owner = 'encoding' | 'capture' | 'other';

function sharesOf(profile: Protocol.Profiler.Profile, map: SourceMap): Shares {
  const { nodes, samples, timeDeltas } = profile;
  if (!samples || !timeDeltas) throw new Error('the profile has no samples');
  const parents = new Map<number, number>();
  for (const { id, children } of nodes) for (const child of children ?? []) parents.set(child, id);
  const owners = new Map<number, Owner>();
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const ownerOf = (id: number | undefined): Owner => {
    if (id === undefined) return 'other';
    const known = owners.get(id);
    if (known) return known;
    const above = ownerOf(parents.get(id));
    const owner = above === 'encoding' ? above : (ownOf(frames.get(id), map) ?? above);
    owners.set(id, owner);
    return owner;
  };
  const shares: Shares = { capture: 0, encoding: 0, samples: 0 };
  let last: Owner = 'other';
  for (const [index, id] of samples.entries()) {
    const name = frames.get(id)?.functionName;
    if (name !== '(garbage collector)') last = ownerOf(id);
    if (last === 'other') continue;
    shares.samples++;
    // The time until the next sample is this one's.
    shares[last] += (timeDeltas[index + 1] ?? 0) / 1000;
  }
  return shares;
}

/** undefined: not a function of ours. */
function ownOf(frame: Protocol.Runtime.CallFrame | undefined, map: SourceMap): Owner | undefined {
  if (!frame?.url.endsWith('/recorder/profiled/ours.js')) return undefined;
  const entry = map.findEntry(frame.lineNumber, frame.columnNumber);
  const source = 'originalSource' in entry ? entry.originalSource : '';
  return ENCODING.test(source) ? 'encoding' : 'capture';
}
