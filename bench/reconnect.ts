// Bench `reconnect`: the relay is killed under a crowd of visitors and operators, some of whom are writing, and started again
// at once: how long until all are back and everything is where it belongs. On the embedded database, and on PostgreSQL,
// which also says how many transactions it took. No control: nothing known says such a figure. Not asked here: cut lines
// and databases that go away (test/wire/loss.test.ts).
//
// Easy to get wrong: the crowd, the relay and the database share this machine's processors, and thousands of sockets of one
// process are read by one thread: the figure has that crowd's own work in it.

import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { addSite, logInFirst, startTestRelay, steadyPort } from '../test/support/relay.ts';
import { openFileLimit, sleep, startChild } from './processes.ts';
import type { Bench, BenchContext } from './report.ts';
import type { ReturnersAnswer, ReturnersQuestion } from './returners.child.ts';

const ORIGIN = 'http://shop.example';
const SERVER = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const SIZE = { visitors: 15_000, talking: 1000, operators: 200 };
const TINY = { visitors: 60, talking: 10, operators: 4 };
/** Everybody who talks writes once within this time; the relay is killed in its middle. */
const WRITE_MS = 2000;
const WITHIN_MS = 10_000;
/** Beside the visitors: operators, the listening socket, the database's files, the loop's own. */
const OTHER_FILES = 600;
/** Answers of all that came back in the same moment come from the same question. */
const MOST_TRANSACTIONS = 0.2;

async function run(context: BenchContext): Promise<void> {
  await measure(context, 'embedded', undefined);
  const server = postgres(SERVER, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  const name = `tandem_bench_${randomUUID().replaceAll('-', '')}`;
  try {
    await server.unsafe(`create database ${name}`);
  } catch (error) {
    context.say(`no PostgreSQL at ${new URL(SERVER).host}: ${error instanceof Error ? error.message : String(error)}`);
    await server.end({ timeout: 1 });
    return;
  }
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  /** Counted by the server itself; a backend tells it when it has nothing to do, and at its end. */
  const transactions = async () => {
    await sleep(context.tiny ? 200 : 2000);
    const [row] = await server<{ count: number }[]>`
      select (xact_commit + xact_rollback)::float8 as count from pg_stat_database where datname = ${name}`;
    return row?.count ?? 0;
  };
  try {
    await measure(context, 'PostgreSQL', { url: url.href, transactions });
  } finally {
    await server.unsafe(`drop database if exists ${name} with (force)`);
    await server.end({ timeout: 1 });
  }
}

async function measure(
  context: BenchContext,
  name: string,
  server: { url: string; transactions(): Promise<number> } | undefined,
): Promise<void> {
  const size = context.tiny ? TINY : SIZE;
  if (openFileLimit() < size.visitors + OTHER_FILES)
    throw new Error(
      `${size.visitors} sockets in one process need that many open files, and the hard limit here is ${openFileLimit()}: ` +
        'raise it (ulimit -Hn) and run again',
    );
  const env = {
    TANDEM_PORT: await steadyPort(),
    TANDEM_LOG_LEVEL: 'error',
    TANDEM_MAX_PEERS_PER_ADDRESS: '100000',
    ...(server && { DATABASE_URL: server.url }),
  };
  let relay = await startTestRelay({ env });
  const { dataDir } = relay;
  const crowd = startChild<ReturnersQuestion, ReturnersAnswer>('returners');
  try {
    const cookie = await logInFirst(relay);
    const site = (await addSite(relay, cookie, [ORIGIN])).key;
    const url = relay.url.replace(/^http/, 'ws');
    await crowd.ask({ do: 'connect', url, origin: ORIGIN, site, ownOrigin: relay.url, cookie, ...size });
    const before = await server?.transactions();
    await crowd.ask({ do: 'write', overMs: WRITE_MS });
    await sleep(WRITE_MS / 2);
    const since = Date.now();
    await relay.kill();
    relay = await startTestRelay({ env, dataDir });
    const listeningMs = Date.now() - since;
    const found = await crowd.ask({ do: 'settle', since });
    const after = await server?.transactions();
    const { stored } = await crowd.ask({ do: 'read' });
    context.say(`${name}: ${compare(found.acknowledged, stored)}`);
    context.say(
      `${name}: the relay listened after ${listeningMs} ms; of the visitors half were back after ${found.backP50Ms} ms, ` +
        `the last after ${found.backLastMs}; ${found.tries} connections were tried`,
    );
    context.figure({
      metric: `${name}: kill to all ${size.visitors} visitors and ${size.operators} operators in step`,
      value: found.inStepMs,
      unit: 'ms',
      must: { of: 'value', atMost: WITHIN_MS },
    });
    context.figure({ metric: `${name}: of that until the relay listens`, value: listeningMs, unit: 'ms' });
    if (before !== undefined && after !== undefined)
      context.figure({
        metric: `${name}: transactions for each visitor, messages included`,
        value: (after - before) / size.visitors,
        unit: '',
        must: { of: 'value', atMost: MOST_TRANSACTIONS },
      });
  } finally {
    await crowd.stop();
    await relay.stop();
  }
}

/** What was acknowledged with what is stored. */
function compare(acknowledged: ReturnersAnswer['acknowledged'], stored: ReturnersAnswer['stored']): string {
  const seqs = new Map(stored);
  const lost = acknowledged.filter(([id, seq]) => seqs.get(id) !== seq).length;
  const doubled = stored.length - seqs.size;
  const said = `${acknowledged.length} acknowledged, ${stored.length} stored, ${lost} lost, ${doubled} doubled`;
  if (lost > 0 || doubled > 0 || stored.length !== acknowledged.length) throw new Error(said);
  return said;
}

export const reconnect: Bench = {
  name: 'reconnect',
  question: 'how soon everybody is back, and everything where it belongs, when the relay is killed under them',
  run,
};
