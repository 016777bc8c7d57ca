// Bench `bytes`: what a visitor's line carries for a page, and for each second of work on it. Ours are the bytes that go up
// through a line between the built widget and a relay fresh from the box (bytes/line.ts), first for the first visitor and
// then for the second. Controls on the same pages doing the same work: rrweb's live recipe as JSON, that JSON through one
// streaming deflate per room, and the batches of OpenReplay's tracker. And which part of recording's time on the main
// thread goes into encoding (bytes/encoding.ts).

import { launchChromium } from '../test/support/browsers.ts';
import { encodingShare } from './bytes/encoding.ts';
import { startRecipeSink } from './bytes/recipe-sink.ts';
import { visitControls, visitOurs, type Places, type Subject, type Visited } from './bytes/visits.ts';
import { busyness } from './live-pair.ts';
import { startIngest } from './recorder/ingest.ts';
import { WORKLOADS } from './recorder/own-time.ts';
import { startRecorderSite } from './recorder/site.ts';
import { geometricMean, type Bench, type BenchContext, type Must } from './report.ts';

const VIEWPORT = { width: 1280, height: 800 };
/** A page that nobody looks at must draw like any other: it is a visitor's only one. */
const CHROMIUM_ARGS = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];
/** Longer than anything that the widget puts off (batches of assets, retries of the fetching of pictures). */
const QUIET_MS = 1200;
const TINY_QUIET_MS = 400;

const SHOP_ELEMENTS = 7500;

const works: readonly Subject[] = WORKLOADS.map((name) => ({ name, pages: [{ on: 'work', name, work: 'own' }] }));
/** The demo shop's pages as a customer goes through them. */
const demo: Subject = {
  name: 'demo shop',
  pages: [
    { on: 'demo', path: '/', work: 'catalogue' },
    { on: 'demo', path: '/product?id=gaiwan', work: 'none' },
    { on: 'demo', path: '/help', work: 'none' },
    { on: 'demo', path: '/checkout', work: 'none' },
  ],
};
const shop: Subject = {
  name: `shop, ${SHOP_ELEMENTS} elements`,
  pages: [{ on: 'shop', elements: SHOP_ELEMENTS, work: 'none' }],
};
const SUBJECTS: readonly Subject[] = [...works, demo, shop];
const TINY_SUBJECTS: readonly Subject[] = [{ name: 'demo shop', pages: [{ on: 'demo', path: '/', work: 'little' }] }];
const TINY_PROFILED = ['preact'];

const JSON_DEFLATED = '@rrweb/record, JSON, one deflate per room';
const JSON_PLAIN = '@rrweb/record, JSON';
const OPENREPLAY = "OpenReplay's tracker";

type Told = Record<'off' | 'rrweb' | 'openreplay' | 'cold' | 'warm', Visited>;
type Found = { subject: Subject; told: Told };

async function run(context: BenchContext): Promise<void> {
  const { tiny, root } = context;
  const stops: (() => Promise<unknown>)[] = [];
  // Each relay's folder goes when this process does, and there is one for each subject.
  process.setMaxListeners(SUBJECTS.length + 20);
  context.say(busyness());
  try {
    const site = await startRecorderSite(root);
    stops.push(() => site.stop());
    const ingest = await startIngest();
    stops.push(() => ingest.stop());
    const sink = await startRecipeSink();
    stops.push(() => sink.stop());
    const browser = await launchChromium({ defaultViewport: VIEWPORT, args: CHROMIUM_ARGS });
    stops.push(() => browser.close());
    const places: Places = { root, browser, site, ingest, sink, quietMs: tiny ? TINY_QUIET_MS : QUIET_MS };

    const found: Found[] = [];
    for (const subject of tiny ? TINY_SUBJECTS : SUBJECTS) {
      const told = { ...(await visitControls(places, subject)), ...(await visitOurs(places, subject)) };
      sound(subject, told);
      say(context, subject, told);
      found.push({ subject, told });
    }
    report(context, found);

    const shares = { capture: 0, encoding: 0, samples: 0 };
    for (const workload of tiny ? TINY_PROFILED : WORKLOADS) {
      const { capture, encoding, samples } = await encodingShare(places, workload);
      if (samples === 0) throw new Error(`${workload}: the profile shows nothing of ours`);
      context.say(
        `${workload}: capture ${capture.toFixed(1)} ms, encoding ${encoding.toFixed(1)} ms of the main thread`,
      );
      shares.capture += capture;
      shares.encoding += encoding;
      shares.samples += samples;
    }
    context.figure({
      metric: 'encoding on the main thread, beside capture itself',
      value: shares.encoding,
      unit: 'ms',
      control: shares.capture,
      against: 'capture, of the same profiles',
      must: { of: 'ratio', atMost: 0.05 },
    });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
  context.say(busyness());
}

/** Throws when somebody has told nothing, or another work was done than without a system. */
function sound({ name, pages }: Subject, told: Told): void {
  const outcomes = new Set(Object.values(told).map(({ outcome }) => outcome));
  if (outcomes.size !== 1) throw new Error(`${name}: not the same work each time: ${[...outcomes].join(' / ')}`);
  const hasWork = pages.some(({ work }) => work !== 'none');
  const names = { rrweb: 'json', openreplay: 'bytes', cold: 'change', warm: 'change' } as const;
  for (const system of ['rrweb', 'openreplay', 'cold', 'warm'] as const) {
    const { snapshot, work } = told[system];
    const of = system === 'cold' || system === 'warm' ? 'snapshot' : names[system];
    if (!((snapshot[of] ?? 0) > 0)) throw new Error(`${name}: ${system} has told nothing of the page`);
    if (hasWork && !((work[names[system]] ?? 0) > 0))
      throw new Error(`${name}: ${system} has told nothing of the work`);
  }
  const snapshots = told.cold.snapshot['snapshots'] ?? 0;
  if (snapshots < pages.length) throw new Error(`${name}: ${snapshots} snapshots of ${pages.length} pages`);
}

function say(context: BenchContext, { name }: Subject, told: Told): void {
  const kB = (of: Readonly<Record<string, number>>, part: string) => ((of[part] ?? 0) / 1000).toFixed(1);
  const both = (system: keyof Told, part: string) =>
    `${kB(told[system].snapshot, part)} + ${kB(told[system].work, part)}`;
  context.say(
    `${name}, kB of the page + of ${told.off.seconds.toFixed(1)} s of work: cold ${both('cold', 'alike')} (sheets ${both('cold', 'sheets')}, ` +
      `offers ${both('cold', 'offers')}, control ${both('cold', 'control')}; not in it: files ${both('cold', 'files')}, pictures of canvases ${both('cold', 'picture')}) | ` +
      `warm ${both('warm', 'alike')} | JSON ${both('rrweb', 'json')} | deflated ${both('rrweb', 'deflated')} | OpenReplay's ${both('openreplay', 'bytes')}`,
  );
}

function report(context: BenchContext, found: readonly Found[]): void {
  const at = (of: Readonly<Record<string, number>>, part: string) => of[part] ?? NaN;
  const worked = found.filter(({ told }) => told.off.seconds > 0);
  // Per second of the same work without a system: what one makes it longer is not to its credit.
  const perSec = ({ told }: Found, system: keyof Told, part: string) => at(told[system].work, part) / told.off.seconds;
  const perPage = ({ subject, told }: Found, system: keyof Told, part: string) =>
    at(told[system].snapshot, part) / subject.pages.length;

  for (const each of found) {
    const { name } = each.subject;
    for (const visitor of ['cold', 'warm'] as const) {
      const detail = true;
      const against = JSON_DEFLATED;
      context.figure({
        metric: `${name}, a page, ${visitor}`,
        value: perPage(each, visitor, 'alike'),
        unit: 'B',
        control: perPage(each, 'rrweb', 'deflated'),
        against,
        detail,
      });
      if (!worked.includes(each)) continue;
      context.figure({
        metric: `${name}, a second of work, ${visitor}`,
        value: perSec(each, visitor, 'alike'),
        unit: 'B/s',
        control: perSec(each, 'rrweb', 'deflated'),
        against,
        detail,
      });
    }
  }

  const means = [
    { of: `a page, mean of ${found.length}`, unit: 'B', among: found, each: perPage },
    { of: `a second of work, mean of ${worked.length}`, unit: 'B/s', among: worked, each: perSec },
  ] as const;
  for (const { of, unit, among, each } of means) {
    const mean = (system: keyof Told, part: string) => geometricMean(among.map((one) => each(one, system, part)));
    const beside = (visitor: 'cold' | 'warm', against: string, control: number, must?: Must) =>
      context.figure({
        metric: `${of}, ${visitor}${against === JSON_DEFLATED ? '' : `, beside ${against}`}`,
        value: mean(visitor, 'alike'),
        unit,
        control,
        against,
        ...(must ? { must } : {}),
      });
    beside('cold', JSON_DEFLATED, mean('rrweb', 'deflated'), { of: 'ratio', atMost: 0.6 });
    beside('warm', JSON_DEFLATED, mean('rrweb', 'deflated'), { of: 'ratio', atMost: 0.25 });
    beside('cold', JSON_PLAIN, mean('rrweb', 'json'));
    beside('cold', OPENREPLAY, mean('openreplay', 'bytes'));
  }

  // All that goes up, pictures and fonts too. rrweb tells none: beside it stands what it tells, and the same files as
  // they are, for each visitor, as whoever wants to show them must carry them.
  const whole = found.find(({ subject }) => subject.name === demo.name);
  if (!whole) return;
  const { cold, warm, rrweb } = whole.told;
  const all = ({ snapshot, work }: Visited) => at(snapshot, 'all') + (work['all'] ?? 0);
  const files = at(cold.snapshot, 'files') + (cold.work['files'] ?? 0);
  for (const [visitor, visited] of [
    ['cold', cold],
    ['warm', warm],
  ] as const)
    context.figure({
      metric: `demo shop, the whole visit with its pictures and fonts, ${visitor}`,
      value: all(visited),
      unit: 'B',
      control: at(rrweb.snapshot, 'deflated') + (rrweb.work['deflated'] ?? 0) + files,
      against: `${JSON_DEFLATED}, and the same files`,
    });
}

export const bytes: Bench = {
  name: 'bytes',
  question: "What does a visitor's line carry, for a page and for each second of work on it?",
  run,
};
