// Bench `join`: how long does an operator wait who joins a room that somebody else watches already, on a page of 7,500
// elements, and what does the visitor's page pay for it? Control in the same run: rrweb's recipe, in which a joiner asks
// the page for a full snapshot. Not asked here: the first picture of a room, for which the page must be captured.
//
// From the click (the event's own time) to the end of the frame in which all elements stand in a visible picture with
// both style sheets applied; both times are of the operator's page, so no clocks are compared. Every joiner is a browser
// context of its own: no cache is warm. Easy to get wrong: what the visitor's page sends anyway (probes of the line) is
// no answer to a join, and a snapshot may come late, so the page's socket is watched for a while after.

import type { CDPSession, Protocol } from 'puppeteer';
import { KIND, readHeader } from '../protocol/codec.ts';
import type { System } from './eyes.page.ts';
import { busyness, JOIN_BUTTON, startPair, type Pair, type Tab } from './live-pair.ts';
import { sleep } from './processes.ts';
import { median, type Bench, type BenchContext } from './report.ts';

const ELEMENTS = 7500;
const TINY_ELEMENTS = 1500;
const JOINS = 5;
const TINY_JOINS = 1;
/** How long the page has been changing when somebody joins: history is a snapshot and what came after it. */
const CHANGES_MS = 2000;
/** After a page or a console has loaded it does things that belong to no join. */
const SETTLE_MS = 1500;
const TINY_SETTLE_MS = 300;
/** An answer of the page to a join would be under way by then. */
const AFTER_MS = 700;
const PATIENCE_MS = 20_000;

type Join = {
  ms: number;
  /** What the visitor's page sent from the click on, but for probes. */
  sentBytes: number;
  sent: string[];
  /** Time of the visitor's main thread, beyond what it uses when nothing happens. */
  visitorMs: number;
  /** Processor time of the operator's main thread until the picture was whole: other work of the machine is not in it. */
  operatorMs: number;
  elements: number;
};

async function run(context: BenchContext): Promise<void> {
  const { tiny } = context;
  context.say(busyness());
  const pair = await startPair({ root: context.root, elements: tiny ? TINY_ELEMENTS : ELEMENTS });
  const results: Record<System, Join[]> = { tandem: [], recipe: [] };
  try {
    for (const system of ['tandem', 'recipe'] as const) {
      results[system] = await joins(pair, system, context);
      pair.check();
    }
  } finally {
    await pair.stop();
  }
  context.say(busyness());
  report(context, results);
}

async function joins(pair: Pair, system: System, context: BenchContext): Promise<Join[]> {
  const { tiny } = context;
  const visitor = await pair.visit(system);
  const first = await pair.operator(system);
  await pair.begin(system, visitor, first);
  await visitor.page.evaluate(() => benchLoad.start(1));
  await sleep(tiny ? CHANGES_MS / 4 : CHANGES_MS);
  await visitor.page.evaluate(() => benchLoad.stop());
  const settleMs = tiny ? TINY_SETTLE_MS : SETTLE_MS;
  await sleep(settleMs);
  const own = await visitor.page.evaluate(() => document.getElementsByTagName('*').length);
  const elements = await first.page.evaluate((kind: System) => benchEyes.elements(kind), system);
  const least = tiny ? TINY_ELEMENTS : ELEMENTS;
  // The picture leaves out our own UI and may leave out what is never seen; not more than that.
  if (own < least || elements < own * 0.98)
    throw new Error(`${system}: the page has ${own} elements, its picture ${elements}`);
  const wire = await watchWire(visitor.session);
  const found: Join[] = [];
  const count = tiny ? TINY_JOINS : JOINS;
  for (let number = 0; number < count; number++) {
    const operator = await pair.operator(system);
    const joined = await joinOnce(system, { visitor, operator, wire, elements, settleMs });
    context.say(
      `${system}, join ${number + 1}: ${joined.ms.toFixed(0)} ms for ${joined.elements} elements; the visitor's page ` +
        `sent ${joined.sentBytes} B [${joined.sent.join(' ')}] and worked ${joined.visitorMs.toFixed(1)} ms`,
    );
    found.push(joined);
    await operator.close();
    await sleep(500);
  }
  for (let waitedMs = 0; wire.heard === 0; waitedMs += 100) {
    if (waitedMs > PATIENCE_MS) throw new Error(`${system}: not even a probe was heard from the visitor's page`);
    await sleep(100);
  }
  await first.close();
  await visitor.close();
  return found;
}

async function joinOnce(
  system: System,
  on: { visitor: Tab; operator: Tab; wire: Wire; elements: number; settleMs: number },
): Promise<Join> {
  const { visitor, operator, wire, elements, settleMs } = on;
  const { session } = visitor;
  await operator.page.waitForSelector(JOIN_BUTTON[system], { timeout: PATIENCE_MS });
  await sleep(settleMs);

  // Processor time of the main thread: by the clock on the wall, other work of this machine would count as the page's.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const idleFrom = await workOf(session);
  await sleep(AFTER_MS);
  const idleTo = await workOf(session);
  const idleShare = (idleTo.workMs - idleFrom.workMs) / (idleTo.atMs - idleFrom.atMs);

  wire.take();
  await operator.session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await operator.page.evaluate((whole) => benchEyes.joining(whole), { system, elements });
  const before = await workOf(session);
  const operatorBefore = await workOf(operator.session);
  await operator.page.click(JOIN_BUTTON[system]);
  const joined = await operator.page.evaluate((patienceMs) => benchEyes.joined(patienceMs), PATIENCE_MS);
  const operatorAfter = await workOf(operator.session);
  await sleep(AFTER_MS);
  const after = await workOf(session);
  const { sent, sentBytes } = wire.take();
  return {
    ms: joined.paintedAt - joined.clickedAt,
    elements: joined.elements,
    operatorMs: operatorAfter.workMs - operatorBefore.workMs,
    visitorMs: after.workMs - before.workMs - idleShare * (after.atMs - before.atMs),
    sent,
    sentBytes,
  };
}

/** What a page says over its sockets. */
type Wire = {
  /** Since the last call: what each frame was, and all their bytes, but for probes. */
  take(): { sent: string[]; sentBytes: number };
  /** Frames of any kind so far. 0: the debugger tells nothing, and "nothing was sent" means nothing. */
  readonly heard: number;
};

async function watchWire(session: CDPSession): Promise<Wire> {
  let sent: string[] = [];
  let sentBytes = 0;
  let heard = 0;
  session.on('Network.webSocketFrameSent', ({ response }: Protocol.Network.WebSocketFrameSentEvent) => {
    heard++;
    const isBinary = response.opcode === 2;
    const bytes = Buffer.from(response.payloadData, isBinary ? 'base64' : 'utf8');
    // Text is a message of ours or an event of rrweb's: JSON either way.
    const name = isBinary ? nameOf(readHeader(bytes).kind) : String(JSON.parse(response.payloadData).t ?? 'event');
    // Every two seconds, whether somebody joins or not.
    if (name === 'probe') return;
    sent.push(name);
    sentBytes += bytes.byteLength;
  });
  await session.send('Network.enable');
  return {
    take() {
      const taken = { sent, sentBytes };
      sent = [];
      sentBytes = 0;
      return taken;
    },
    get heard() {
      return heard;
    },
  };
}

function nameOf(kind: number): string {
  return Object.entries(KIND).find(([, number]) => number === kind)?.[0] ?? String(kind);
}

async function workOf(session: CDPSession): Promise<{ atMs: number; workMs: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const work = metrics.find(({ name }) => name === 'TaskDuration');
  if (!work) throw new Error('the browser does not say how long its tasks took');
  return { atMs: performance.now(), workMs: work.value * 1000 };
}

const RECIPE = "rrweb's live recipe";

function report(context: BenchContext, results: Record<System, readonly Join[]>): void {
  const of = (system: System, pick: (join: Join) => number) => median(results[system].map(pick));
  context.figure({
    metric: `click to whole picture, ${of('tandem', ({ elements }) => elements)} elements`,
    value: of('tandem', ({ ms }) => ms),
    unit: 'ms',
    control: of('recipe', ({ ms }) => ms),
    against: RECIPE,
    must: { of: 'value', atMost: 400 },
  });
  context.figure({
    metric: "processor time of the operator's main thread for it",
    value: of('tandem', ({ operatorMs }) => operatorMs),
    unit: 'ms',
    control: of('recipe', ({ operatorMs }) => operatorMs),
    against: RECIPE,
  });
  context.figure({
    metric: "sent by the visitor's page for a join",
    // The worst of all joins: one that costs is one too many.
    value: Math.max(...results.tandem.map(({ sentBytes }) => sentBytes)),
    unit: 'B',
    control: of('recipe', ({ sentBytes }) => sentBytes),
    against: RECIPE,
    must: { of: 'value', atMost: 0 },
  });
  context.figure({
    metric: "work of the visitor's main thread for a join",
    // A difference of two measurements, and an idle page varies by more than nothing.
    value: Math.max(
      0,
      of('tandem', ({ visitorMs }) => visitorMs),
    ),
    unit: 'ms',
    control: Math.max(
      0,
      of('recipe', ({ visitorMs }) => visitorMs),
    ),
    against: RECIPE,
  });
}

export const join: Bench = {
  name: 'join',
  question: 'How long until one more operator sees a large page, and what does the visitor pay for it?',
  run,
};
