// Bench `soak`: does anything grow that should not, over an hour of a busy application? One page (soak.page.ts) does the
// steps of an hour while an operator watches, through the whole product; after each tenth part everything is collected by
// force, and the heaps of the visitor's page, of the relay's process and of the operator's console are read. Controls in
// the same run: the same steps on the page alone, which tells the page's own growth, and under rrweb's live recipe.
//
// An hour is 72,000 steps, 20 a second: what the benches `mirror` and `join` call a busy page, and about what a screen full of
// prices or of other people's work does; 15 changes or more each. They are done as fast as frames come: what counts for a
// heap is how much has passed through it. Easy to get wrong: the page has a bound for everything of its own, so a slope is
// somebody else's; and the operator must have seen the last step before a heap is read, or what is under way is in it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CDPSession, Page } from 'puppeteer';
import { startWorld, until, type World } from '../test/support/live.ts';
import { startRecipeSink } from './bytes/recipe-sink.ts';
import { INSPECT, openHeap } from './heap.ts';
import { busyness } from './live-pair.ts';
import { residentBytes, sleep } from './processes.ts';
import type { Bench, BenchContext, Must } from './report.ts';
import { PICTURES } from './shop-page.ts';
import { growthOf, readPage, type Reading } from './soak/heaps.ts';

const STEPS_PER_HOUR = 72_000;
const PARTS = 10;
/** Code is compiled and caches fill until then. */
const WARM_PARTS = 3;
const TINY_STEPS_PER_PART = 90;
const TINY_PARTS = 3;
const TINY_WARM_PARTS = 1;
const STEPS_PER_FRAME = 6;
/** Nobody is to follow. */
const CONTROL_STEPS_PER_FRAME = 40;
/** Timers of a second or two have run, and the line is empty. */
const SETTLE_MS = 3000;
const TINY_SETTLE_MS = 300;

/** Flat: so little in an hour that a page of a whole working day does not feel it. */
const FLAT: Must = { of: 'value', atMost: 1_000_000 };

const RECIPE = "rrweb's live recipe";
const ALONE = 'the page alone';

type Plan = { steps: number; parts: number; warmParts: number; settleMs: number };

async function run(context: BenchContext): Promise<void> {
  const { tiny, root } = context;
  context.say(busyness());
  const plan: Plan = tiny
    ? { steps: TINY_STEPS_PER_PART, parts: TINY_PARTS, warmParts: TINY_WARM_PARTS, settleMs: TINY_SETTLE_MS }
    : { steps: STEPS_PER_HOUR / PARTS, parts: PARTS, warmParts: WARM_PARTS, settleMs: SETTLE_MS };
  const stops: (() => unknown)[] = [];
  try {
    const world = await startWorld({ env: { TANDEM_LOG_LEVEL: 'error', NODE_OPTIONS: INSPECT } });
    stops.push(() => world.close());
    const sink = await startRecipeSink();
    stops.push(() => sink.stop());
    furnish(world, root);
    const alone = await soakAlone(context, plan, { world, path: '/alone', name: ALONE });
    const recipe = await soakAlone(context, plan, {
      world,
      path: `/recipe?ws=${sink.port}`,
      name: RECIPE,
      begin: () => sink.begin(),
      // Kept only until the next part: they are not the page's.
      after: () => sink.open(),
    });
    if (sink.received === 0) throw new Error(`${RECIPE} has sent nothing`);
    report(context, plan, { alone, recipe, ...(await soakOurs(context, plan, world, root)) });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
  context.say(busyness());
}

function furnish({ site }: World, root: string): void {
  const file = (address: string, type: string, from: string) => {
    const body = readFileSync(path.join(root, from));
    site.pages.set(address, () => ({ type, body }));
  };
  file('/soak.js', 'text/javascript', 'dist/bench/pages/soak.page.js');
  file('/recipe.js', 'text/javascript', 'dist/bench/pages/recipe-visitor.page.js');
  for (const [index, name] of PICTURES.entries())
    file(`/pictures/${index}.webp`, 'image/webp', `demo/site/pictures/${name}.webp`);
  const page = (more: string) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Soak</title><link rel="icon" href="data:,"></head>` +
    `<body><div id="app"></div><script type="module" src="/soak.js"></script>${more}</body></html>`;
  site.pages.set('/alone', page(''));
  site.pages.set('/recipe', page('<script type="module" src="/recipe.js"></script>'));
  site.pages.set('/viewed', page('%SNIPPET%'));
}

async function soakAlone(
  context: BenchContext,
  { steps, parts, settleMs }: Plan,
  on: { world: World; path: string; name: string; begin?: () => Promise<void>; after?: () => void },
): Promise<Reading[]> {
  const browserContext = await on.world.visitorBrowser.createBrowserContext();
  try {
    const page = await browserContext.newPage();
    const session = await page.createCDPSession();
    await page.goto(on.world.site.origin + on.path, { waitUntil: 'load' });
    await on.begin?.();
    const readings: Reading[] = [];
    for (let part = 0; part < parts; part++) {
      await work(page, steps, CONTROL_STEPS_PER_FRAME);
      await sleep(settleMs / 3);
      readings.push(await readPage(session));
      on.after?.();
    }
    context.say(`${on.name}: ${listed(readings)}`);
    return readings;
  } finally {
    await browserContext.close();
  }
}

type Ours = { visitor: Reading[]; operator: Reading[]; relay: number[]; resident: number[] };

async function soakOurs(context: BenchContext, plan: Plan, world: World, root: string): Promise<Ours> {
  const { steps, parts, settleMs } = plan;
  const heap = await openHeap(world.relay.log());
  try {
    const { visitor, operator } = await world.openViewed('/viewed');
    const sessions = {
      visitor: await visitor.page.createCDPSession(),
      operator: await operator.page.createCDPSession(),
    };
    const eyes = readFileSync(path.join(root, 'dist/bench/pages/soak-eyes.page.js'), 'utf8');
    // Through the debugger: the console's policy lets no script in that is not its own.
    for (const { page } of [visitor, operator]) await page.evaluate(`(() => {${eyes}\n})()`);
    await visitor.page.bringToFront();
    const found: Ours = { visitor: [], operator: [], relay: [], resident: [] };
    for (let part = 1; part <= parts; part++) {
      const began = Date.now();
      await work(visitor.page, steps, STEPS_PER_FRAME);
      await shows(sessions.operator, part * steps);
      const seconds = (Date.now() - began) / 1000;
      await sleep(settleMs);
      found.visitor.push(await readPage(sessions.visitor));
      found.operator.push(await readPage(sessions.operator));
      found.relay.push(await heap.keptBytes());
      found.resident.push(residentBytes(world.relay.pid));
      context.say(
        `part ${part}, ${seconds.toFixed(1)} s: page ${listed(found.visitor.slice(-1))}, console ${listed(found.operator.slice(-1))}, ` +
          `relay ${kB(found.relay.at(-1))} kB (resident ${kB(found.resident.at(-1))})`,
      );
    }
    await same(visitor.page, operator.page);
    const errors = [...visitor.errors, ...operator.errors];
    if (errors.length > 0) throw new Error(`a page has thrown:\n${errors.join('\n')}`);
    return found;
  } finally {
    heap.close();
  }
}

function work(page: Page, steps: number, perFrame: number): Promise<void> {
  return page.evaluate((count, each) => benchSoak.run(count, each), steps, perFrame);
}

/** The mirror on the console's screen; without a handle that would keep it. */
const SHOWN = `[...document.querySelectorAll('[data-testid=mirror] iframe')].find((frame) => frame.getClientRects().length > 0 && getComputedStyle(frame).visibility !== 'hidden')?.contentDocument`;

async function shows(operator: CDPSession, step: number): Promise<void> {
  await until(`step ${step} in the mirror`, async () => {
    const expression = `${SHOWN}?.getElementById('step')?.textContent`;
    const { result } = await operator.send('Runtime.evaluate', { expression, returnByValue: true });
    return result.value === String(step);
  });
}

/** The mirror equals the page: pictures of both, taken at rest, as lines. */
async function same(visitor: Page, operator: Page): Promise<void> {
  const page = await visitor.evaluate(() => benchSoakLook(document));
  // The expression is of the kind that it says: the page's own function returns lines.
  const mirror = (await operator.evaluate(`benchSoakLook(${SHOWN})`)) as string[];
  if (page.length < 100) throw new Error(`the page has only ${page.length} lines`);
  const at = page.findIndex((line, index) => line !== mirror[index]);
  if (at >= 0 || mirror.length !== page.length)
    throw new Error(`the mirror differs at line ${at + 1} of ${page.length}: ${page[at]} is shown as ${mirror[at]}`);
}

function kB(bytes: number | undefined): string {
  return ((bytes ?? NaN) / 1000).toFixed(0);
}

function listed(readings: readonly Reading[]): string {
  return readings.map(({ bytes, nodes }) => `${kB(bytes)} kB and ${nodes} nodes`).join(', ');
}

function report(
  context: BenchContext,
  { steps, warmParts }: Plan,
  found: Ours & { alone: readonly Reading[]; recipe: readonly Reading[] },
): void {
  // Readings are taken at the end of each part.
  const warmed = <T>(readings: readonly T[]) => readings.slice(warmParts - 1);
  const growth = (values: readonly number[]) => growthOf(warmed(values), STEPS_PER_HOUR / steps);
  const bytes = (readings: readonly Reading[]) => growth(readings.map((each) => each.bytes));
  const nodes = (readings: readonly Reading[]) => growth(readings.map((each) => each.nodes));
  const alone = bytes(found.alone);
  const recipe = bytes(found.recipe);
  const rows = [
    { name: "the visitor's page", of: bytes(found.visitor), control: alone, against: ALONE },
    { name: "the relay's process", of: growth(found.relay) },
    { name: "the operator's console", of: bytes(found.operator) },
  ];
  for (const { name, of, control, against } of rows) {
    const beside = control && against !== undefined ? { against } : {};
    context.figure({
      metric: `heap of ${name}, warm`,
      value: of.warm,
      unit: 'B',
      ...(control ? { control: control.warm } : {}),
      ...beside,
    });
    context.figure({
      metric: `heap of ${name}, at the end`,
      value: of.end,
      unit: 'B',
      ...(control ? { control: control.end } : {}),
      ...beside,
    });
    context.figure({
      metric: `heap of ${name}, growth per hour`,
      value: of.perHour,
      unit: 'B',
      ...(control ? { control: control.perHour } : {}),
      ...beside,
      ...(control ? {} : { must: FLAT }),
    });
    // The browser's own caches grow with whatever a page does.
    if (control)
      context.figure({
        metric: `heap of ${name}, growth per hour beyond the page's own`,
        value: of.perHour - control.perHour,
        unit: 'B',
        must: FLAT,
      });
  }
  context.figure({ metric: `heap of the page under ${RECIPE}, at the end`, value: recipe.end, unit: 'B' });
  context.figure({ metric: `heap of the page under ${RECIPE}, growth per hour`, value: recipe.perHour, unit: 'B' });
  for (const [name, readings] of [
    ["the visitor's page", found.visitor],
    ["the operator's console", found.operator],
  ] as const)
    context.figure({
      metric: `nodes kept by ${name}, growth per hour`,
      value: nodes(readings).perHour,
      unit: 'nodes',
      control: nodes(found.alone).perHour,
      against: ALONE,
    });
  const resident = growth(found.resident);
  context.figure({
    metric: "the relay's resident memory, growth per hour",
    value: resident.perHour,
    unit: 'B',
    detail: true,
  });
}

export const soak: Bench = {
  name: 'soak',
  question: 'Does anything grow, at either end or between them, over an hour of a busy application?',
  run,
};
