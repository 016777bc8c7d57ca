// In the window around the pages under test: opens each in a frame of its own, lets it change, gives rrweb's replay what
// its capture emits, and compares the two documents. Several pages at a time: most of the time they wait for frames.
//
// How replay is made to apply events at once: it is put into live mode with a baseline later than any event, and then
// casts each in the microtask after addEvent(). Its virtual DOM is off: that is for jumping over long recordings.

import { Replayer } from '@rrweb/replay';
import type { eventWithTime } from '@rrweb/types';
import type { CaptureOutput } from '../../cobrowse/capture.ts';
import { sheetNamed } from '../../protocol/sheet-reference.ts';
import type { Inside } from './conformance-inside.ts';
import { differences } from './page-difference.ts';
import { createRandom } from './random.ts';

export type Run = {
  seed: number;
  /** Blocks in the body at the start. */
  blocks: number;
  /** Seeds of the operations of each step. */
  steps: number[][];
  /** Change the page at every boundary between slices of the first snapshot. */
  isSliced: boolean;
  /** Names of operations and features to leave out. */
  without: readonly string[];
  /** Replay is not given what comes after the snapshot: the comparison must see it. */
  isDeaf?: boolean;
  /** Compare after each step, to learn which one it was. */
  isEachCompared?: boolean;
};

export type Result = {
  seed: number;
  differences: string[];
  /** Operations of each step, in order. */
  log: string[][];
  operations: number;
  boundaries: number;
  outputs: number;
  ms: number;
};

type Mirror = { getId(node: Node): number };
type LiveReplay = {
  iframe: HTMLIFrameElement;
  startLive(baseline: number): void;
  addEvent(event: eventWithTime): void;
  getMirror(): Mirror;
  destroy(): void;
  timer: { clear(): void };
};
// Its .d.ts leads to a package that is not installed, so TypeScript sees `any`; from its 2.1.6 source.
const LiveReplayer = Replayer as unknown as new (
  events: eventWithTime[],
  config: Record<string, unknown>,
) => LiveReplay;

const SIZE = { width: 1000, height: 700 };
/** At boundaries of a snapshot, operations add to the page this often; then they only change it, so that it ends. */
const ADDING_BOUNDARIES = 150;
const MOST_BOUNDARIES = 20_000;
/** Scrolls and loads are told in a frame or two. What is still not there after as many was never sent. */
const LOOKS = 12;

/** Replay scrolls as the page's styles say, which may be slowly. */
const FIXTURE_LOOKS = 120;
/** Frames of the page load within so many of the screen's, or something is wrong. */
const MOST_WAITS = 300;

const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
const microtasks = async () => {
  for (let count = 0; count < 8; count++) await Promise.resolve();
};

function createReplay(root: HTMLElement) {
  let replayer: LiveReplay | undefined;
  const warnings: string[] = [];
  const close = () => {
    replayer?.timer.clear();
    replayer?.destroy();
    replayer = undefined;
  };
  const begin = () => {
    close();
    warnings.length = 0;
    replayer = new LiveReplayer([], {
      root,
      liveMode: true,
      useVirtualDom: false,
      mouseTail: false,
      triggerFocus: false,
      showWarning: true,
      logger: {
        log: () => undefined,
        warn: (...said: unknown[]) => {
          // The second is the whole event.
          warnings.push(said.map((part) => (typeof part === 'string' ? part : '')).join(' '));
        },
      },
    });
    replayer.iframe.setAttribute('width', String(SIZE.width));
    replayer.iframe.setAttribute('height', String(SIZE.height));
    replayer.startLive(Number.MAX_SAFE_INTEGER);
  };
  return {
    warnings,
    async apply({ outputs, sheets }: Pick<Inside, 'outputs' | 'sheets'>, isDeaf: boolean) {
      const texts = new Map<string, string>();
      for (const [name, text] of sheets) texts.set(name, await text);
      for (const text of outputs) {
        const output = JSON.parse(text, (_, value: unknown) => {
          const name = typeof value === 'string' ? sheetNamed(value) : undefined;
          // One that did not go stays an empty sheet, which the comparison sees.
          return name === undefined ? value : (texts.get(name) ?? value);
        }) as CaptureOutput;
        if (output.kind === 'snapshot') begin();
        if (output.kind !== 'snapshot' && (output.kind !== 'change' || isDeaf)) continue;
        for (const event of output.events) replayer?.addEvent(event);
        // Before the next snapshot ends this replayer.
        await microtasks();
      }
    },
    compare(page: Document): string[] {
      const replayed = replayer?.iframe.contentDocument;
      const mirror = replayer?.getMirror();
      if (!replayed || !mirror) return ['no snapshot came'];
      const found = differences({ page, replayed, isOfPage: (node) => mirror.getId(node) !== -1 });
      // Changes of nodes that are not there, and the like.
      return [...found, ...[...new Set(warnings)].slice(0, 3).map((said) => `replay warns: ${said}`)];
    },
    close,
  };
}

/** A page without content, with conformance-inside.ts. */
let emptyPage: Promise<string> | undefined;
const empty = () => (emptyPage ??= fetch('/under-test').then((response) => response.text()));

/** A page in a frame beside its replay; without an address an empty one. */
async function openPair(url?: string, isDeaf = false) {
  const page = document.createElement('iframe');
  page.width = String(SIZE.width);
  page.height = String(SIZE.height);
  const place = document.createElement('div');
  document.body.append(page, place);
  if (url === undefined) {
    // It has the address of this window then. To load one takes a third of all that a page takes.
    page.contentDocument?.open();
    page.contentDocument?.write(await empty());
    page.contentDocument?.close();
  } else
    await new Promise((done) => {
      page.addEventListener('load', done, { once: true });
      page.src = url;
    });
  const view = page.contentWindow;
  if (!view) throw new Error('the page has no window');
  // Set by conformance-inside.ts.
  const { inside } = view as unknown as { inside: Inside };
  const replay = createReplay(place);
  let told = 0;
  const flush = async () => {
    await microtasks();
    if (inside.isPaced()) inside.frame();
    else await frame();
    await microtasks();
    const outputs = inside.outputs.splice(0);
    told += outputs.length;
    await replay.apply({ outputs, sheets: inside.sheets }, isDeaf);
  };
  return {
    inside,
    replay,
    view,
    flush,
    told: () => told,
    /** Until the replay is as the page is, or for as long as anything may still be on its way. */
    async settle(isLoaded: () => boolean, most = LOOKS): Promise<string[]> {
      let found: string[] = [];
      let looks = 0;
      let waited = 0;
      while (looks < most) {
        await frame();
        while (inside.slice());
        await flush();
        looks++;
        if (!isLoaded() && ++waited < MOST_WAITS) looks--;
        else found = replay.compare(view.document);
        if (found.length === 0) break;
      }
      return [...found, ...inside.errors];
    },
    close() {
      inside.stop();
      replay.close();
      page.remove();
      place.remove();
    },
  };
}

async function run({ seed, blocks, steps, isSliced, without, isDeaf, isEachCompared }: Run): Promise<Result> {
  const began = performance.now();
  const log: string[][] = [];
  let operations = 0;
  let boundaries = 0;
  let outputs = 0;
  const pair = await openPair(undefined, isDeaf);
  const { inside } = pair;
  try {
    const page = inside.build(seed, blocks, without);
    const operate = (of: number, isQuiet = false) => {
      operations++;
      log.at(-1)?.push(page.operate(of, { isQuiet }));
    };
    // Most of a random page is there when capture starts.
    for (let waited = 0; !page.isLoaded() && waited < 100; waited++) await frame();
    inside.start();
    const choose = createRandom(seed ^ 0x5eed);
    log.push([]);
    await microtasks();
    while (inside.slice()) {
      if (++boundaries > MOST_BOUNDARIES)
        return { seed, differences: ['the snapshot never ends'], log, operations, boundaries, outputs, ms: 0 };
      page.step();
      if (isSliced) operate(choose.below(2 ** 31), boundaries > ADDING_BOUNDARIES);
      await microtasks();
      if (isSliced && choose.below(3) === 0) inside.frame();
    }
    await pair.flush();
    for (const [index, step] of steps.entries()) {
      log.push([]);
      page.step();
      for (const operation of step) operate(operation);
      await pair.flush();
      if (isEachCompared) {
        const found = await pair.settle(page.isLoaded);
        if (found.length > 0)
          return {
            seed,
            differences: [`after step ${index + 1}`, ...found],
            log,
            operations,
            boundaries,
            outputs,
            ms: 0,
          };
      }
    }
    const found = await pair.settle(page.isLoaded);
    outputs = pair.told();
    return { seed, differences: found, log, operations, boundaries, outputs, ms: performance.now() - began };
  } finally {
    pair.close();
  }
}

/** Steps of a seed: 1 to 20 operations each. */
function stepsOf(seed: number, most: number): number[][] {
  const random = createRandom(seed ^ 0xac7);
  return Array.from({ length: random.below(most) + 1 }, () =>
    Array.from({ length: random.below(random.below(2) === 0 ? 4 : 20) + 1 }, () => random.below(2 ** 31)),
  );
}

/** Leaves out what the difference does not need; each try is a whole run. */
async function shrink(failing: Run): Promise<Result & { run: Run }> {
  let best = failing;
  let result = await run(failing);
  const fails = async (candidate: Run) => {
    const tried = await run(candidate);
    if (tried.differences.length === 0) return false;
    best = candidate;
    result = tried;
    return true;
  };
  while (best.blocks > 1 && (await fails({ ...best, blocks: Math.floor(best.blocks / 2) })));
  for (let step = best.steps.length - 1; step >= 0; step--)
    await fails({ ...best, steps: best.steps.filter((_, index) => index !== step) });
  for (let step = best.steps.length - 1; step >= 0; step--) {
    for (let at = (best.steps[step]?.length ?? 0) - 1; at >= 0; at--)
      await fails({
        ...best,
        steps: best.steps.map((all, index) => (index === step ? all.filter((_, other) => other !== at) : all)),
      });
  }
  while (best.blocks > 0 && (await fails({ ...best, blocks: best.blocks - 1 })));
  return { ...result, run: best };
}

/** A page from the server that changes itself by `act`. */
async function fixture(url: string, act: string): Promise<string[]> {
  const pair = await openPair(url);
  try {
    const { inside, view } = pair;
    inside.start();
    await microtasks();
    while (inside.slice()) await microtasks();
    await pair.flush();
    // Its own eval, so that `document` is the page's.
    const acting = (view as unknown as { eval(text: string): Promise<void> }).eval(act);
    let isOver = false;
    void acting.finally(() => (isOver = true));
    while (!isOver) {
      await frame();
      await pair.flush();
    }
    await acting;
    return await pair.settle(() => true, FIXTURE_LOOKS);
  } finally {
    pair.close();
  }
}

const conformance = {
  run,
  shrink,
  stepsOf,
  fixture,
  /** Runs all, `atOnce` at a time. */
  async runs(all: readonly Run[], atOnce: number): Promise<Result[]> {
    const results: Result[] = [];
    const waiting = [...all];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await run(next));
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return results;
  },
};
export type Conformance = typeof conformance;
// Called from Node through the page.
(window as unknown as { conformance: Conformance }).conformance = conformance;
