// Bench `relay`: how many frames the relay fans out in a second, and what it adds to their latency at half load.
// Controls in the same run, on the same machine, with the same generator and the same bytes: bare uWebSockets.js
// (bare.child.ts), the same with each frame kept, and `ws` (ws.child.ts). Not asked here: how fast a page is captured or
// shown (bench `mirror`).
//
// The servers run at once and are measured in turn, A B C A B C, and a cell's figure is the median of its rounds: a busy
// machine then disturbs all alike. What is judged is frames in a second of the server's main thread, the one
// that carries all sockets: that is what a machine with a core to spare delivers by the clock. By the clock itself it is
// reported too, but there a busy machine, or a generator at its own limit, would set the figure and make all servers
// look alike. Easy to get wrong: a server that was not warm yet is measured compiling.

import { addSite, logInFirst, startTestRelay } from '../test/support/relay.ts';
import type { BareAnswer, BareQuestion } from './bare.child.ts';
import type { GeneratorAnswer, GeneratorQuestion, Target } from './generator.child.ts';
import { sleep, startChild } from './processes.ts';
import { geometricMean, median, type Bench, type BenchContext } from './report.ts';
import type { WsAnswer, WsQuestion } from './ws.child.ts';

const ORIGIN = 'http://shop.example';
const SERVERS = ['tandem', 'bare', 'keeping', 'ws'] as const;
type ServerName = (typeof SERVERS)[number];
const PAIR = ['tandem', 'bare'] as const;
const JUDGED = ['tandem', 'bare', 'ws'] as const;

/** One to a crowd, and what is usual in between. `rooms`: the relay takes 1,000 frames a second from one page (and 3,000
 * at once), so there must be enough pages to keep a core busy. */
const CROWDS = [
  { viewers: 1, rooms: 256 },
  { viewers: 4, rooms: 96 },
  { viewers: 20, rooms: 48 },
] as const;
const FRAME_BYTES = [128, 1024, 16 * 1024] as const;
const TINY_CROWDS = [{ viewers: 2, rooms: 4 }] as const;
const TINY_FRAME_BYTES = [128] as const;

/** Frames of one page that arrive together. Some: lines bring frames in clumps, and only then does it show what a server
 * does per frame; this is the judged load. One: the server makes a system call for each frame and each viewer, which
 * costs every server the same and hides most of what it does itself; reported, not judged. */
const BURST = 4;
const SINGLE = 1;

const ROUNDS = 3;
/** A visitor goes on to the next page after so many changes, and its snapshot supersedes them: at a few changes a second
 * that is a minute on one page. */
const FRAMES_PER_PAGE = 200;

/** Enough for the compiler to be done in every server, and for every page to have been left once: from then on a history
 * is written into memory that another one has let go, as in a relay that has run for a while. */
const WARM_FRAMES = 30_000;
const WARM_FRAMES_PER_ROOM = 1.2 * FRAMES_PER_PAGE;
/** What reaches viewers in a trial: half a second or more of a core, while no page comes near its 3,000 frames at once. */
const MEASURE_DELIVERIES = 300_000;
/** Enough for a 99th percentile; at half load they take their time. */
const LATENCY_DELIVERIES = 100_000;
/** What the pages send at most, because the relay keeps it all as history. */
const MEASURE_BYTES = 300e6;

/** At half load nothing waits; whatever is this late waits for a processor that something else has. */
const LATE_MS = 10;

const LEAST_OF_BARE = 0.8;
const LEAST_TIMES_WS = 3;

type Cell = { readonly viewers: number; readonly rooms: number; readonly frameBytes: number };

type Quantity = Exclude<keyof GeneratorAnswer, 'heldBack'>;

const nameOf = ({ viewers, frameBytes }: Cell) => {
  const size = frameBytes < 1024 ? `${frameBytes} B` : `${frameBytes / 1024} kB`;
  return `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'} x ${size}`;
};

async function run(context: BenchContext): Promise<void> {
  const { tiny } = context;
  const crowds = tiny ? TINY_CROWDS : CROWDS;
  const checked = (answer: GeneratorAnswer): GeneratorAnswer => {
    if (answer.heldBack && !tiny)
      throw new Error('the limit of frames from one page was met: more rooms are needed, or a shorter trial');
    return answer;
  };
  const sizeOf = ({ viewers, rooms, frameBytes }: Cell, deliveries: number) => ({
    frameBytes,
    warmFrames: tiny ? 200 : Math.round(Math.max(WARM_FRAMES, WARM_FRAMES_PER_ROOM * rooms)),
    measureFrames: tiny ? 1000 : Math.round(Math.min(deliveries / viewers, MEASURE_BYTES / frameBytes)),
  });
  const sizes = tiny ? TINY_FRAME_BYTES : FRAME_BYTES;
  const rounds = tiny ? 1 : ROUNDS;

  const relay = await startTestRelay({ env: { TANDEM_LOG_LEVEL: 'error', TANDEM_MAX_PEERS_PER_ADDRESS: '100000' } });
  const bare = startChild<BareQuestion, BareAnswer>('bare');
  const keeping = startChild<BareQuestion, BareAnswer>('bare', [`${FRAMES_PER_PAGE}`]);
  const ws = startChild<WsQuestion, WsAnswer>('ws');
  const generator = startChild<GeneratorQuestion, GeneratorAnswer>('generator');
  try {
    const cookie = await logInFirst(relay);
    const site = (await addSite(relay, cookie, [ORIGIN])).key;
    const plain = (pid: number, port: number): Target => ({ kind: 'plain', url: `ws://127.0.0.1:${port}`, pid });
    const targets: Record<ServerName, Target> = {
      tandem: {
        kind: 'tandem',
        url: relay.url.replace(/^http/, 'ws'),
        pid: relay.pid,
        cookie,
        origin: ORIGIN,
        site,
      },
      bare: plain(bare.pid, (await bare.ask({ do: 'port' })).port),
      keeping: plain(keeping.pid, (await keeping.ask({ do: 'port' })).port),
      ws: plain(ws.pid, (await ws.ask({ do: 'port' })).port),
    };

    const cells: Results<ServerName>[] = [];
    for (const { viewers, rooms } of crowds) {
      const enter = { do: 'enter', rooms, viewers, framesPerPage: FRAMES_PER_PAGE } as const;
      for (const name of SERVERS) await generator.ask({ ...enter, name, target: targets[name] });
      for (const frameBytes of sizes) {
        const cell = { viewers, rooms, frameBytes };
        const trial = sizeOf(cell, MEASURE_DELIVERIES);
        const inTurn = async <Name extends ServerName>(
          names: readonly Name[],
          ask: (name: Name) => GeneratorQuestion,
        ): Promise<Record<Name, GeneratorAnswer[]>> => {
          // Filled for every name just below.
          const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
            Name,
            GeneratorAnswer[]
          >;
          for (let round = 0; round < rounds; round++)
            for (const name of names) results[name].push(checked(await generator.ask(ask(name))));
          return results;
        };
        const results = await inTurn(SERVERS, (name) => ({ do: 'throughput', name, burst: BURST, ...trial }));
        reportThroughput(context, cell, results);
        cells.push(results);
        if (!tiny)
          reportSingle(
            context,
            cell,
            await inTurn(JUDGED, (name) => ({ do: 'throughput', name, burst: SINGLE, ...trial })),
          );
        // Of the slower one by the clock, where the generator has a part in it: at its limit it would be late itself.
        const framesPerSec = Math.min(...PAIR.map((name) => medianOf(results[name], 'framesPerSec'))) / 2;
        reportLatency(
          context,
          cell,
          await inTurn(PAIR, (name) => ({
            do: 'latency',
            name,
            burst: BURST,
            framesPerSec,
            ...sizeOf(cell, LATENCY_DELIVERIES),
          })),
        );
      }
      for (const name of SERVERS) await generator.ask({ do: 'leave', name });
      await sleep(200);
    }
    reportTogether(context, cells);
  } finally {
    await Promise.all([generator.stop(), bare.stop(), keeping.stop(), ws.stop(), relay.stop()]);
  }
}

type Results<Name extends ServerName> = Readonly<Record<Name, readonly GeneratorAnswer[]>>;

function medianOf(answers: readonly GeneratorAnswer[], field: Quantity): number {
  return median(answers.map((each) => each[field]));
}

const AGAINST_BARE = 'bare uWebSockets.js';
/** The two that are judged. */
const CONTROLS = [
  ['bare', AGAINST_BARE],
  ['ws', 'ws'],
] as const;

function reportThroughput(context: BenchContext, cell: Cell, results: Results<ServerName>): void {
  const cores = SERVERS.map((name) => {
    const [server, generator] = [medianOf(results[name], 'serverCores'), medianOf(results[name], 'generatorCores')];
    return `${name} ${server.toFixed(2)}/${generator.toFixed(2)}`;
  });
  context.say(`${nameOf(cell)}: cores used by server/generator: ${cores.join(', ')}`);
  const of = (name: ServerName) => medianOf(results[name], 'deliveredPerCoreSec');
  const ours = { metric: `fan-out of one core, ${nameOf(cell)}`, value: of('tandem'), unit: 'frames/s' };
  context.figure({
    ...ours,
    control: of('bare'),
    against: AGAINST_BARE,
    must: { of: 'ratio', atLeast: LEAST_OF_BARE },
  });
  context.figure({ ...ours, control: of('ws'), against: 'ws' });
  context.figure({ ...ours, control: of('keeping'), against: 'bare that keeps the frames' });
  context.figure({
    ...ours,
    metric: `${ours.metric}: bare that keeps the frames`,
    value: of('keeping'),
    control: of('bare'),
    against: AGAINST_BARE,
  });
  for (const [name, against] of CONTROLS)
    context.figure({
      metric: `fan-out by the clock, ${nameOf(cell)}`,
      value: medianOf(results.tandem, 'deliveredPerSec'),
      unit: 'frames/s',
      control: medianOf(results[name], 'deliveredPerSec'),
      against,
      detail: true,
    });
}

/** Against `ws` all cells together are judged: frames of 16 kB to many viewers are the system's copying of memory, the
 * same for every server, and there not even bare uWebSockets.js does three times what `ws` does. */
function reportTogether(context: BenchContext, cells: readonly Results<ServerName>[]): void {
  const together = (name: ServerName) =>
    geometricMean(cells.map((each) => medianOf(each[name], 'deliveredPerCoreSec')));
  const ours = {
    metric: 'fan-out of one core, geometric mean of the above',
    value: together('tandem'),
    unit: 'frames/s',
  };
  const controls = { bare: LEAST_OF_BARE, ws: LEAST_TIMES_WS };
  for (const [name, against] of CONTROLS)
    context.figure({ ...ours, control: together(name), against, must: { of: 'ratio', atLeast: controls[name] } });
}

function reportSingle(context: BenchContext, cell: Cell, results: Results<(typeof JUDGED)[number]>): void {
  for (const [name, against] of CONTROLS)
    context.figure({
      metric: `the same, one frame at a time, ${nameOf(cell)}`,
      value: medianOf(results.tandem, 'deliveredPerCoreSec'),
      unit: 'frames/s',
      control: medianOf(results[name], 'deliveredPerCoreSec'),
      against,
    });
}

function reportLatency(context: BenchContext, cell: Cell, results: Results<'tandem' | 'bare'>): void {
  for (const [quantile, field] of [
    ['p50', 'p50Ms'],
    ['p99', 'p99Ms'],
  ] as const) {
    const [ours, bare] = [medianOf(results.tandem, field), medianOf(results.bare, field)];
    if (!context.tiny && quantile === 'p50' && bare > LATE_MS)
      throw new Error(
        `the bare server itself was ${bare.toFixed(0)} ms late at half load: the machine is busy, run it again`,
      );
    const metric = `latency ${quantile} at half load, ${nameOf(cell)}`;
    context.figure({ metric, value: ours, unit: 'ms', control: bare, against: AGAINST_BARE, detail: true });
    context.figure({ metric: `added ${metric}`, value: ours - bare, unit: 'ms' });
  }
}

export const relay: Bench = {
  name: 'relay',
  question: 'How many frames does the relay fan out in a second, and how much later do they arrive at half that load?',
  run,
};
