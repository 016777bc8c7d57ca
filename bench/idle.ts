// Bench `idle`: what a connected visitor costs who is not being helped, which is nearly every visitor nearly always:
// resident memory of the relay's process, and whether the operators' live list still moves with that many of them.
// Control in the same run: bare uWebSockets.js with as many sockets and nothing else. Not asked here: frames (`relay`).
//
// Memory is read in two ways, and both must hold. Resident: what the system says the process has: before, once all garbage
// is collected; after, a while after the crowd has come, with nothing collected by force. Kept: the heap after a full
// collection, which also tells when the first flatters us because the crowd moved into room that the start had left
// behind. Easy to get wrong: sockets' buffers are the kernel's and in no process's memory; the first visitors also pay
// for code that is compiled and heaps that grow, so some come and go before the first reading.

import { addSite, logInFirst, startTestRelay } from '../test/support/relay.ts';
import type { BareAnswer, BareQuestion } from './bare.child.ts';
import type { CrowdAnswer, CrowdQuestion } from './crowd.child.ts';
import { INSPECT, openHeap } from './heap.ts';
import { openFileLimit, residentBytes, sleep, startChild } from './processes.ts';
import { median, type Bench, type BenchContext } from './report.ts';

const ORIGIN = 'http://shop.example';

const VISITORS = 15_000;
const TINY_VISITORS = 200;
/** Come and go before the first reading. */
const WARM_VISITORS = 100;
/** A visitor on a shop opens a page every half minute or so. */
const SECONDS_PER_PAGE = 30;
const CHANGES = 5000;
const TINY_CHANGES = 50;
const TINY_CHANGES_PER_SEC = 100;
/** A beat (every 20 s) must have gone to all of them before memory is read: what is connected is also talked to. */
const BEAT_PATIENCE_MS = 60_000;
/** Longer than the relay remembers a visitor who has gone (`pageLoadMs`). */
const SETTLE_MS = 10_000;
const READINGS = 5;
/** Beside the visitors: the listening socket, the database's files, the loop's own. */
const OTHER_FILES = 200;

const MOST_BYTES_PER_VISITOR = 6000;
const LIST_WITHIN_MS = 200;

async function settled(pid: number, tiny: boolean): Promise<number> {
  await sleep(tiny ? 300 : SETTLE_MS);
  const readings: number[] = [];
  for (let index = 0; index < READINGS; index++) {
    readings.push(residentBytes(pid));
    await sleep(tiny ? 20 : 500);
  }
  return median(readings);
}

async function run(context: BenchContext): Promise<void> {
  const { tiny } = context;
  const visitors = tiny ? TINY_VISITORS : VISITORS;
  if (openFileLimit() < visitors + OTHER_FILES)
    throw new Error(
      `${visitors} sockets in one process need that many open files, and the hard limit here is ${openFileLimit()}: ` +
        'raise it (ulimit -Hn) and run again',
    );
  const crowd = startChild<CrowdQuestion, CrowdAnswer>('crowd');
  try {
    const bareBytes = await bareCost(context, crowd, visitors);
    const relay = await startTestRelay({
      env: { TANDEM_LOG_LEVEL: 'error', NODE_OPTIONS: INSPECT, TANDEM_MAX_PEERS_PER_ADDRESS: '100000' },
    });
    const heap = await openHeap(relay.log());
    try {
      const cookie = await logInFirst(relay);
      const site = (await addSite(relay, cookie, [ORIGIN])).key;
      const url = relay.url.replace(/^http/, 'ws');
      const come = (count: number) => crowd.ask({ do: 'connect', count, url, origin: ORIGIN, site });
      await come(WARM_VISITORS);
      await crowd.ask({ do: 'leave' });
      // Collected first, so that the crowd can't hide in what the start has left behind.
      const keptBefore = await heap.keptBytes();
      const before = await settled(relay.pid, tiny);
      await come(visitors);
      const beats = tiny ? 0 : 1;
      const until = Date.now() + BEAT_PATIENCE_MS;
      while ((await crowd.ask({ do: 'beats' })).beats < beats) {
        if (Date.now() > until) throw new Error('not every visitor has heard a beat');
        await sleep(500);
      }
      const after = await settled(relay.pid, tiny);
      const keptAfter = await heap.keptBytes();
      context.say(`resident: ${Math.round(before / 1e6)} MB before, ${Math.round(after / 1e6)} MB after`);
      context.figure({
        metric: `resident memory of one of ${visitors} visitors`,
        value: (after - before) / visitors,
        unit: 'B',
        control: bareBytes,
        against: 'socket of bare uWebSockets.js',
        must: { of: 'value', atMost: MOST_BYTES_PER_VISITOR },
      });

      context.figure({
        metric: `heap kept for one of ${visitors} visitors`,
        value: (keptAfter - keptBefore) / visitors,
        unit: 'B',
        must: { of: 'value', atMost: MOST_BYTES_PER_VISITOR - bareBytes },
      });

      const list = await crowd.ask({ do: 'open-list', url, origin: relay.url, cookie });
      context.figure({ metric: `the whole list of ${list.rows} rows`, value: list.ms, unit: 'ms' });
      const perSec = tiny ? TINY_CHANGES_PER_SEC : visitors / SECONDS_PER_PAGE;
      const changes = tiny ? TINY_CHANGES : CHANGES;
      const moved = await crowd.ask({ do: 'change-pages', changes, perSec });
      if (moved.rows !== changes) throw new Error(`${changes} pages changed, ${moved.rows} rows came`);
      context.figure({ metric: `page change to row, p50, ${perSec} a second`, value: moved.p50Ms, unit: 'ms' });
      context.figure({
        metric: `page change to row, p99, ${perSec} a second`,
        value: moved.p99Ms,
        unit: 'ms',
        control: moved.probeP99Ms,
        against: "the operator's probe and its echo, p99",
        must: { of: 'value', atMost: LIST_WITHIN_MS },
      });
      await crowd.ask({ do: 'beats' });
    } finally {
      heap.close();
      await relay.stop();
    }
  } finally {
    await crowd.stop();
  }
}

type Crowd = ReturnType<typeof startChild<CrowdQuestion, CrowdAnswer>>;

/** Bytes per socket of a server that keeps sockets open and does nothing else. */
async function bareCost(context: BenchContext, crowd: Crowd, count: number): Promise<number> {
  const bare = startChild<BareQuestion, BareAnswer>('bare');
  try {
    const url = `ws://127.0.0.1:${(await bare.ask({ do: 'port' })).port}/idle`;
    await crowd.ask({ do: 'connect-bare', count: WARM_VISITORS, url });
    await crowd.ask({ do: 'leave' });
    const before = await settled(bare.pid, context.tiny);
    await crowd.ask({ do: 'connect-bare', count, url });
    const after = await settled(bare.pid, context.tiny);
    await crowd.ask({ do: 'leave' });
    return (after - before) / count;
  } finally {
    await bare.stop();
  }
}

export const idle: Bench = {
  name: 'idle',
  question: 'What does a connected visitor cost the relay, and does the live list still move with 15,000 of them?',
  run,
};
