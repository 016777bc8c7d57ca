// Bench `dialog`: operators and visitors who talk through one relay, on the embedded database and on PostgreSQL: how many
// messages are committed each second at a given rate, and how long one takes from its sender to the other side. Controls in
// the same run: rows of the same texts put into a bare table one statement each, over the same driver, as fast as it goes;
// and the same texts through bare uWebSockets.js at the same rate. Not asked here: losses (test/wire/loss.test.ts).
//
// Easy to get wrong: relay, database and load share this machine's processors, and a load that does not keep up would make
// the relay look slow: the rate that was reached is a figure of its own, and every message must have come.

import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { addSite, logInFirst, startTestRelay } from '../test/support/relay.ts';
import type { BareAnswer, BareQuestion } from './bare.child.ts';
import { startChild } from './processes.ts';
import type { Bench, BenchContext } from './report.ts';
import type { TalkersAnswer, TalkersQuestion } from './talkers.child.ts';

const ORIGIN = 'http://shop.example';
const SERVER = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const VISITORS = 1000;
const OPERATORS = 200;
const SECONDS = 20;
const TINY = { visitors: 20, operators: 4, seconds: 1, perSec: 50 };

type Kind = { name: string; perSec: number; withinMs: number; url: string | undefined };

async function run(context: BenchContext): Promise<void> {
  await measure(context, { name: 'embedded', perSec: 1000, withinMs: 100, url: undefined });
  const server = postgres(SERVER, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  const name = `tandem_bench_${randomUUID().replaceAll('-', '')}`;
  try {
    await server.unsafe(`create database ${name}`);
  } catch (error) {
    context.say(`no PostgreSQL at ${new URL(SERVER).host}: ${error instanceof Error ? error.message : String(error)}`);
    await server.end({ timeout: 1 });
    return;
  }
  try {
    const url = new URL(SERVER);
    url.pathname = `/${name}`;
    await measure(context, { name: 'PostgreSQL', perSec: 3000, withinMs: 50, url: url.href });
  } finally {
    await server.unsafe(`drop database if exists ${name} with (force)`);
    await server.end({ timeout: 1 });
  }
}

async function measure(context: BenchContext, kind: Kind): Promise<void> {
  const { tiny } = context;
  const perSec = tiny ? TINY.perSec : kind.perSec;
  const seconds = tiny ? TINY.seconds : SECONDS;
  const visitors = tiny ? TINY.visitors : VISITORS;
  const operators = tiny ? TINY.operators : OPERATORS;
  const bare = await bareTalk(visitors, perSec, seconds);
  const relay = await startTestRelay({
    env: {
      TANDEM_LOG_LEVEL: 'error',
      TANDEM_MAX_PEERS_PER_ADDRESS: '100000',
      ...(kind.url === undefined ? {} : { DATABASE_URL: kind.url }),
    },
  });
  const talkers = startChild<TalkersQuestion, TalkersAnswer>('talkers');
  try {
    const cookie = await logInFirst(relay);
    const site = (await addSite(relay, cookie, [ORIGIN])).key;
    const url = relay.url.replace(/^http/, 'ws');
    await talkers.ask({ do: 'connect', url, origin: ORIGIN, site, ownOrigin: relay.url, cookie, visitors, operators });
    const inserts = await bareInserts(kind.url, tiny ? 0.2 : 3);
    // Once before it counts: code is compiled, and statements are prepared.
    await talkers.ask({ do: 'talk', perSec, seconds: tiny ? 1 : 3 });
    const found = await talkers.ask({ do: 'talk', perSec, seconds });
    if (found.committed !== found.sent || found.received !== found.sent)
      throw new Error(`of ${found.sent} messages ${found.committed} were acknowledged and ${found.received} arrived`);
    context.figure({
      metric: `${kind.name}: messages committed each second`,
      value: (found.committed / found.tookMs) * 1000,
      unit: '/s',
      ...(inserts === undefined ? {} : { control: inserts, against: 'bare inserts, one statement each' }),
      // The last one is not acknowledged before it was sent.
      must: { of: 'value', atLeast: perSec * 0.98 },
    });
    context.figure({
      metric: `${kind.name}: sender to receiver at ${perSec}/s, p50`,
      value: found.p50Ms,
      unit: 'ms',
      control: bare.p50Ms,
      against: 'bare uWebSockets.js',
    });
    context.figure({
      metric: `${kind.name}: sender to receiver at ${perSec}/s, p99`,
      value: found.p99Ms,
      unit: 'ms',
      control: bare.p99Ms,
      against: 'bare uWebSockets.js',
      must: { of: 'value', atMost: kind.withinMs },
    });
  } finally {
    await talkers.stop();
    await relay.stop();
  }
}

async function bareTalk(pairs: number, perSec: number, seconds: number): Promise<TalkersAnswer> {
  const bare = startChild<BareQuestion, BareAnswer>('bare');
  const talkers = startChild<TalkersQuestion, TalkersAnswer>('talkers');
  try {
    const { port } = await bare.ask({ do: 'port' });
    await talkers.ask({ do: 'connect-bare', url: `ws://127.0.0.1:${port}`, pairs });
    return await talkers.ask({ do: 'talk', perSec, seconds });
  } finally {
    await talkers.stop();
    await bare.stop();
  }
}

/** Each second, forty at once. Undefined: the embedded database belongs to its relay alone. */
async function bareInserts(url: string | undefined, seconds: number): Promise<number | undefined> {
  if (url === undefined) return undefined;
  const sql = postgres(url, { max: 10, onnotice: () => undefined });
  try {
    await sql`create table bare (id uuid primary key, body jsonb not null)`;
    let count = 0;
    const until = performance.now() + seconds * 1000;
    const work = async () => {
      for (; performance.now() < until; count++)
        await sql`insert into bare values (${randomUUID()}, ${'{"text":"where is my order it was to come on tuesday"}'}::jsonb)`;
    };
    await Promise.all(Array.from({ length: 40 }, work));
    return count / seconds;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export const dialog: Bench = {
  name: 'dialog',
  question: 'how many messages a second, and how soon they are at the other side',
  run,
};
