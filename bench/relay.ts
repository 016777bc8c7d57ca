// Bench `relay`: how many frames the relay fans out in a second, and what it adds to their latency at half load.
// Controls in the same run, on the same machine, with the same generator and the same bytes: bare uWebSockets.js
// (bare.child.ts) and `ws` (ws.child.ts). Not asked here: how fast a page is captured or shown (bench `mirror`).
//
// The three servers run at once and are measured in turn, A B C A B C, and a cell's figure is the median of its rounds:
// a busy machine then disturbs all three alike. Easy to get wrong: a ratio measured with a generator that is itself at
// its limit flatters us, so the processor use of both processes stands beside every cell.

import { addSite, logInFirst, startTestRelay } from '../test/support/relay.ts';
import type { BareAnswer, BareQuestion } from './bare.child.ts';
import type { GeneratorAnswer, GeneratorQuestion, Target } from './generator.child.ts';
import { sleep, startChild } from './processes.ts';
import { median, type Bench, type BenchContext } from './report.ts';
import type { WsAnswer, WsQuestion } from './ws.child.ts';

const ORIGIN = 'http://shop.example';
const SERVERS = ['tandem', 'bare', 'ws'] as const;
type ServerName = (typeof SERVERS)[number];

/** One to a crowd, and what is usual in between. `rooms`: the relay takes 1,000 frames a second from one page (and 3,000
 * at once), so there must be enough pages to keep a core busy. */
const CROWDS = [
  { viewers: 1, rooms: 128 },
  { viewers: 4, rooms: 96 },
  { viewers: 20, rooms: 48 },
] as const;
const FRAME_BYTES = [128, 1024, 16 * 1024] as const;
const TINY_CROWDS = [{ viewers: 2, rooms: 4 }] as const;
const TINY_FRAME_BYTES = [128] as const;

/** Frames that a page's line brings at once. A change is sent per animation frame, so a few arrive together where the
 * line has jitter. More would suit us badly and nobody's page; one would measure the system's socket calls alone. */
const BURST = 4;

const ROUNDS = 3;
const WARM_MS = 300;
const MEASURE_MS = 1200;

const LEAST_OF_BARE = 0.8;
const LEAST_TIMES_WS = 3;

type Cell = { readonly viewers: number; readonly frameBytes: number };

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
  const sizes = tiny ? TINY_FRAME_BYTES : FRAME_BYTES;
  const rounds = tiny ? 1 : ROUNDS;
  const times = tiny ? { warmMs: 50, measureMs: 200 } : { warmMs: WARM_MS, measureMs: MEASURE_MS };

  const relay = await startTestRelay({ env: { TANDEM_LOG_LEVEL: 'error' } });
  const bare = startChild<BareQuestion, BareAnswer>('bare');
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
      ws: plain(ws.pid, (await ws.ask({ do: 'port' })).port),
    };

    for (const { viewers, rooms } of crowds) {
      for (const name of SERVERS) await generator.ask({ do: 'enter', name, target: targets[name], rooms, viewers });
      for (const frameBytes of sizes) {
        const cell = { viewers, frameBytes };
        const results: Record<ServerName, GeneratorAnswer[]> = { tandem: [], bare: [], ws: [] };
        for (let round = 0; round < rounds; round++)
          for (const name of SERVERS)
            results[name].push(
              checked(await generator.ask({ do: 'throughput', name, frameBytes, burst: BURST, ...times })),
            );
        reportThroughput(context, cell, results);

        const framesPerSec = median(results.tandem.map((each) => each.framesPerSec)) / 2;
        const late: Record<'tandem' | 'bare', GeneratorAnswer[]> = { tandem: [], bare: [] };
        for (let round = 0; round < rounds; round++)
          for (const name of ['tandem', 'bare'] as const)
            late[name].push(
              checked(await generator.ask({ do: 'latency', name, frameBytes, burst: BURST, framesPerSec, ...times })),
            );
        reportLatency(context, cell, late);
      }
      for (const name of SERVERS) await generator.ask({ do: 'leave', name });
      await sleep(200);
    }
  } finally {
    await Promise.all([generator.stop(), bare.stop(), ws.stop(), relay.stop()]);
  }
}

function reportThroughput(context: BenchContext, cell: Cell, results: Record<ServerName, GeneratorAnswer[]>): void {
  const of = (name: ServerName, field: Quantity) => median(results[name].map((each) => each[field]));
  const cores = SERVERS.map(
    (name) => `${name} ${of(name, 'serverCores').toFixed(2)}/${of(name, 'generatorCores').toFixed(2)}`,
  );
  context.say(`${nameOf(cell)}: cores used by server/generator: ${cores.join(', ')}`);
  const value = of('tandem', 'deliveredPerSec');
  const metric = `fan-out, ${nameOf(cell)}`;
  context.figure({
    metric,
    value,
    unit: 'frames/s',
    control: of('bare', 'deliveredPerSec'),
    against: 'bare uWebSockets.js',
    must: { of: 'ratio', atLeast: LEAST_OF_BARE },
  });
  context.figure({
    metric,
    value,
    unit: 'frames/s',
    control: of('ws', 'deliveredPerSec'),
    against: 'ws',
    must: { of: 'ratio', atLeast: LEAST_TIMES_WS },
  });
  // What a busy machine does not blur: a server that did not get its core shows fewer frames, but not more work each.
  const perCore = (name: ServerName) => median(results[name].map((each) => each.deliveredPerSec / each.serverCores));
  if (!context.tiny)
    context.figure({
      metric: `fan-out per core-second used, ${nameOf(cell)}`,
      value: perCore('tandem'),
      unit: 'frames',
      control: perCore('bare'),
      against: 'bare uWebSockets.js',
      detail: true,
    });
}

function reportLatency(context: BenchContext, cell: Cell, late: Record<'tandem' | 'bare', GeneratorAnswer[]>): void {
  const of = (name: 'tandem' | 'bare', field: Quantity) => median(late[name].map((each) => each[field]));
  for (const [quantile, field] of [
    ['p50', 'p50Ms'],
    ['p99', 'p99Ms'],
  ] as const) {
    const [ours, bare] = [of('tandem', field), of('bare', field)];
    context.figure({
      metric: `latency ${quantile} at half load, ${nameOf(cell)}`,
      value: ours,
      unit: 'ms',
      control: bare,
      against: 'bare uWebSockets.js',
      detail: true,
    });
    context.figure({ metric: `added latency ${quantile} at half load, ${nameOf(cell)}`, value: ours - bare, unit: 'ms' });
  }
}

export const relay: Bench = {
  name: 'relay',
  question: 'How many frames does the relay fan out in a second, and how much later do they arrive at half that load?',
  run,
};
