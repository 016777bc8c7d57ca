// Bench `recorder`: does the page feel that it is recorded? What its own work costs it with capture and encoding on
// (recorder/own-time.ts), and how long the longest task is that a start puts into it (recorder/starting.ts). Controls in
// the same run: @rrweb/record, and OpenReplay's tracker.

import { launchChromium } from '../test/support/browsers.ts';
import { busyness } from './live-pair.ts';
import { reportOwnTime, reportStarts } from './recorder/figures.ts';
import { startIngest } from './recorder/ingest.ts';
import { measureOwnTime } from './recorder/own-time.ts';
import { startRecorderSite } from './recorder/site.ts';
import { measureStarts } from './recorder/starting.ts';
import type { Bench, BenchContext } from './report.ts';

const VIEWPORT = { width: 1280, height: 800 };
/** A page that nobody looks at must draw like any other: it is a visitor's only one. */
const CHROMIUM_ARGS = [
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

async function run(context: BenchContext): Promise<void> {
  const stops: (() => Promise<unknown>)[] = [];
  context.say(busyness());
  try {
    const site = await startRecorderSite(context.root);
    stops.push(() => site.stop());
    const ingest = await startIngest();
    stops.push(() => ingest.stop());
    const browser = await launchChromium({ defaultViewport: VIEWPORT, args: CHROMIUM_ARGS });
    stops.push(() => browser.close());
    reportStarts(context, await measureStarts(context, { browser, site }));
    reportOwnTime(context, await measureOwnTime(context, { browser, site, ingest }));
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
  context.say(busyness());
}

export const recorder: Bench = {
  name: 'recorder',
  question: 'does the page feel that it is recorded?',
  run,
};
