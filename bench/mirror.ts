// Bench `mirror`: how old is what an operator sees? Two Chromiums and a relay on one machine; the visitor's page changes
// about twenty times a second and its pointer moves sixty times, and we look when each shows on the operator's screen.
// Control in the same run, in the same two browsers: rrweb's recipe for a live view (recipe-*.page.ts, recipe.child.ts).
// Not asked here: what a network adds, and what capture costs the visitor's page.
//
// What is measured: DOM, from before a batch's first mutation to the end of the frame that shows it. Pointer age, in
// every frame painted while the pointer moves: the time since the event of the newest move shown; that is how far behind
// the pointer feels, and for a pointer drawn in bursts it is more than the way of each event. Both clocks are
// performance.now(), compared through this process (page-clock.ts), before and after each trial.
//
// The systems take turns, and each figure is the median of its rounds. Easy to get wrong: with a wrong clock the
// control's delay is found in Date, so the skew must not touch what the bench itself measures with.

import type { Seen, System } from './eyes.page.ts';
import { busyness, startPair, type Pair, type Tab } from './live-pair.ts';
import { readClock } from './page-clock.ts';
import { PATH_MOVES, pointOf } from './pointer-path.ts';
import { sleep } from './processes.ts';
import { median, quantile, type Bench, type BenchContext } from './report.ts';

const ROUNDS = 3;
const WARM_MS = 1500;
const MEASURE_MS = 6000;
const TINY = { rounds: 1, warmMs: 300, measureMs: 800 };
/** A shop's page; the load works on all of it. */
const ELEMENTS = 1500;

const SKEW_MS = 5000;
const TRIALS = [
  { name: 'tandem', system: 'tandem', skewMs: 0 },
  { name: 'recipe', system: 'recipe', skewMs: 0 },
  { name: 'tandem ahead', system: 'tandem', skewMs: SKEW_MS },
  { name: 'recipe ahead', system: 'recipe', skewMs: SKEW_MS },
  { name: 'tandem behind', system: 'tandem', skewMs: -SKEW_MS },
] as const satisfies readonly { name: string; system: System; skewMs: number }[];
type TrialName = (typeof TRIALS)[number]['name'];
type Trial = (typeof TRIALS)[number];
const TINY_TRIALS = TRIALS.filter(({ name }) => name === 'tandem' || name === 'recipe' || name === 'tandem behind');

/** A mouse's reports, as browsers pass them on. Never exactly in step with the screen's frames: see load.page.ts. */
const MOVE_EVERY_MS = { least: 14, most: 19.33 };
/** A frame is counted when the pointer moved so shortly before it: else nothing newer could have been shown. */
const STILL_MOVING_MS = 40;
const LEAST_BATCHES_PER_SEC = 12;
const LEAST_FRAMES_PER_SEC = 15;

type Outcome = {
  /** Milliseconds. */
  dom: { p50: number; p95: number };
  age: { p50: number; p95: number };
  /** From a pointer event to the first frame that shows it or a later one. */
  move: { p50: number; p95: number };
  framesPerSec: number;
  uncertainMs: number;
};

async function run(context: BenchContext): Promise<void> {
  const { tiny } = context;
  const rounds = tiny ? TINY.rounds : ROUNDS;
  const results = new Map<TrialName, Outcome[]>();
  context.say(busyness());
  const pair = await startPair({ root: context.root, elements: tiny ? 400 : ELEMENTS });
  try {
    for (let round = 0; round < rounds; round++)
      for (const trial of tiny ? TINY_TRIALS : TRIALS) {
        const outcome = await measure(pair, trial, round + 1, tiny);
        pair.check();
        results.set(trial.name, [...(results.get(trial.name) ?? []), outcome]);
        const { dom, age, move } = outcome;
        context.say(
          `round ${round + 1}, ${trial.name}: DOM ${shown(dom)}, pointer age ${shown(age)}, pointer way ${shown(move)} ms` +
            ` (p50/p95); ${outcome.framesPerSec.toFixed(0)} frames/s, clocks within ${outcome.uncertainMs.toFixed(2)} ms`,
        );
      }
  } finally {
    await pair.stop();
  }
  context.say(busyness());
  report(context, results);
}

const shown = ({ p50, p95 }: { p50: number; p95: number }) => `${p50.toFixed(1)}/${p95.toFixed(1)}`;

async function measure(pair: Pair, trial: Trial, seed: number, tiny: boolean): Promise<Outcome> {
  const { system, skewMs } = trial;
  const visitor = await pair.visit(system, skewMs);
  try {
    const operator = await pair.operator(system);
    try {
      await pair.begin(system, visitor, operator);
      return await observe(visitor, operator, trial, seed, tiny);
    } finally {
      await operator.close();
    }
  } finally {
    await visitor.close();
  }
}

async function observe(visitor: Tab, operator: Tab, trial: Trial, seed: number, tiny: boolean): Promise<Outcome> {
  const { system, skewMs } = trial;
  const { warmMs, measureMs } = tiny ? TINY : { warmMs: WARM_MS, measureMs: MEASURE_MS };
  const clocks = async () => ({
    visitor: await readClock(visitor.session, { tiny }),
    operator: await readClock(operator.session, { tiny }),
  });
  const before = await clocks();

  await visitor.page.evaluate((number) => benchLoad.start(number), seed);
  const stopMoving = keepMoving(visitor);
  // The control shows things as late as the clock is ahead.
  await sleep(warmMs + (system === 'recipe' ? Math.max(0, skewMs) : 0));
  await operator.page.evaluate((kind: System) => benchEyes.watch(kind), system);
  const from = performance.now();
  await sleep(measureMs);
  const to = performance.now();
  await visitor.page.evaluate(() => benchLoad.stop());
  await stopMoving();
  const { batches, moves } = await visitor.page.evaluate(() => ({
    batches: [...benchLoad.batches],
    moves: [...benchLoad.moves],
  }));
  await lastBatch(operator, system, batches.length - 1, skewMs);
  const seen: Seen = await operator.page.evaluate(() => benchEyes.stop());
  const after = await clocks();

  const ahead = (side: 'visitor' | 'operator') => (before[side].aheadMs + after[side].aheadMs) / 2;
  const uncertainMs = Math.max(
    ...(['visitor', 'operator'] as const).map(
      (side) =>
        Math.max(before[side].uncertainMs, after[side].uncertainMs) +
        Math.abs(before[side].aheadMs - after[side].aheadMs) / 2,
    ),
  );
  const ofVisitor = (time: number | null | undefined) =>
    typeof time === 'number' ? time + ahead('visitor') : undefined;
  return {
    ...evaluate(
      {
        at: seen.at.map((time) => time + ahead('operator')),
        batch: seen.batch,
        move: seen.move,
      },
      { batches: batches.map(ofVisitor), moves: moves.map(ofVisitor) },
      { from, to },
      tiny,
    ),
    uncertainMs,
  };
}

/** Waits until everything has arrived: what never does must fail the trial, not shorten it. */
async function lastBatch(operator: Tab, system: System, last: number, skewMs: number): Promise<void> {
  const until = performance.now() + 5000 + Math.abs(skewMs);
  while (performance.now() < until) {
    if ((await operator.page.evaluate(() => benchEyes.batch())) >= last) return;
    await sleep(50);
  }
  throw new Error(`${system}: batch ${last} was never shown`);
}

/** Moves the visitor's pointer along the path until stopped. */
function keepMoving({ session }: Tab): () => Promise<void> {
  let move = 0;
  let due = performance.now();
  let timer: NodeJS.Timeout;
  let failed: unknown;
  const sending = new Set<Promise<unknown>>();
  const next = () => {
    const { x, y } = pointOf(move++ % PATH_MOVES);
    // Not waited for: the answer comes when the page has handled the event, a frame later.
    const sent: Promise<unknown> = session
      .send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y })
      .catch((error: unknown) => (failed = error))
      .finally(() => sending.delete(sent));
    sending.add(sent);
    due += MOVE_EVERY_MS.least + Math.random() * (MOVE_EVERY_MS.most - MOVE_EVERY_MS.least);
    timer = setTimeout(next, Math.max(0, due - performance.now()));
  };
  next();
  return async () => {
    clearTimeout(timer);
    await Promise.all(sending);
    if (failed) throw failed instanceof Error ? failed : new Error('the pointer could not be moved');
  };
}

type Times = { batches: readonly (number | undefined)[]; moves: readonly (number | undefined)[] };

function evaluate(
  seen: Seen,
  { batches, moves }: Times,
  span: { from: number; to: number },
  tiny: boolean,
): Omit<Outcome, 'uncertainMs'> {
  const seconds = (span.to - span.from) / 1000;
  const isWithin = (time: number | undefined): time is number =>
    time !== undefined && time >= span.from && time <= span.to;
  /** From each of `times` to the first frame that shows it or a later one. */
  const ways = (times: readonly (number | undefined)[], shownIn: readonly number[]): number[] => {
    const found: number[] = [];
    let frame = 0;
    times.forEach((time, number) => {
      if (!isWithin(time)) return;
      while (frame < shownIn.length && ((shownIn[frame] ?? 0) < number || (seen.at[frame] ?? 0) < time)) frame++;
      const at = seen.at[frame];
      if (at !== undefined) found.push(at - time);
    });
    return found;
  };
  // A tiny run shows that there are any, on a machine that may be busy with other things.
  const least = (perSec: number) => (tiny ? 1 : perSec * seconds);
  const dom = ways(batches, seen.batch);
  if (dom.length < least(LEAST_BATCHES_PER_SEC)) throw new Error(`only ${dom.length} batches in ${seconds} s`);

  const movedAt = moves.flatMap((time) => (time === undefined ? [] : [time]));
  const ages: number[] = [];
  let newest = 0;
  seen.at.forEach((at, frame) => {
    if (!isWithin(at)) return;
    while (newest + 1 < movedAt.length && (movedAt[newest + 1] ?? Infinity) <= at) newest++;
    if (at - (movedAt[newest] ?? 0) > STILL_MOVING_MS) return;
    const move = seen.move[frame] ?? -1;
    const time = moves[move];
    if (time === undefined) throw new Error(`a frame shows no move that was made: ${move}`);
    ages.push(at - time);
  });
  if (ages.length < least(LEAST_FRAMES_PER_SEC)) throw new Error(`only ${ages.length} frames in ${seconds} s`);
  const both = (values: readonly number[]) => ({ p50: quantile(values, 0.5), p95: quantile(values, 0.95) });
  return {
    dom: both(dom),
    age: both(ages),
    move: both(ways(moves, seen.move)),
    framesPerSec: seen.at.filter(isWithin).length / seconds,
  };
}

const RECIPE = "rrweb's live recipe";

function report(context: BenchContext, results: ReadonlyMap<TrialName, readonly Outcome[]>): void {
  const of = (name: TrialName, pick: (outcome: Outcome) => number) => median((results.get(name) ?? []).map(pick));
  const domP50 = ({ dom }: Outcome) => dom.p50;
  const ageP50 = ({ age }: Outcome) => age.p50;
  const ms = { unit: 'ms' } as const;
  const figure = (metric: string, pick: (outcome: Outcome) => number, atMost?: number) =>
    context.figure({
      metric,
      value: of('tandem', pick),
      ...ms,
      control: of('recipe', pick),
      against: RECIPE,
      ...(atMost === undefined ? {} : { must: { of: 'value', atMost } }),
    });
  figure('DOM change to painted, p50', domP50, 25);
  figure('DOM change to painted, p95', ({ dom }) => dom.p95, 60);
  figure('pointer age, p50', ageP50, 25);
  figure('pointer age, p95', ({ age }) => age.p95);
  context.figure({
    metric: 'pointer age, p50, beside the control',
    value: of('tandem', ageP50),
    ...ms,
    control: of('recipe', ageP50),
    against: RECIPE,
    must: { of: 'ratio', atMost: 0.15 },
  });
  if (results.has('recipe ahead'))
    context.figure({
      metric: "DOM p50, visitor's clock 5 s ahead, beside the control",
      value: of('tandem ahead', domP50),
      ...ms,
      control: of('recipe ahead', domP50),
      against: RECIPE,
    });
  // A clock's skew shows one to one, in seconds; half again as much is what a busy machine does between two trials.
  const UNCHANGED = { of: 'ratio', atMost: 1.5 } as const;
  for (const [name, words] of [
    ['tandem ahead', '5 s ahead'],
    ['tandem behind', '5 s behind'],
  ] as const)
    for (const [what, pick] of [
      ['DOM p50', domP50],
      ['pointer age p50', ageP50],
    ] as const)
      if (results.has(name))
        context.figure({
          metric: `${what}, visitor's clock ${words}`,
          value: of(name, pick),
          ...ms,
          control: of('tandem', pick),
          against: 'the same with a right clock',
          must: UNCHANGED,
        });
}

export const mirror: Bench = {
  name: 'mirror',
  question: 'How old is what the operator sees of a busy page, and of its pointer?',
  run,
};
