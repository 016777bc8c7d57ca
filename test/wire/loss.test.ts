// The loss test: visitors and operators write while links are cut and delayed, the relay is killed and started again,
// and a database of its own goes away with all that it was told and had not answered. Then what every sender saw acknowledged is compared with what every other end and the database hold. On both databases; short here, and for as long as TANDEM_CHAOS_MS
// says with `npm run chaos`.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { createLogger } from '../../relay/log.ts';
import { openDatabase } from '../../relay/store/database.ts';
import { emptyDatabase, noServer, POSTGRES_TITLE } from '../store/databases.ts';
import { startCutLine } from '../support/cut-line.ts';
import { createRandom } from '../support/random.ts';
import { addSite, logInFirst, startTestRelay, steadyPort } from '../support/relay.ts';
import { startTalker, type Talker } from '../support/talker.ts';
import { helloOf, SHOP } from '../support/wire-peer.ts';

const VISITORS = 12;
const OPERATORS = 3;
const OUTAGE_MS = 400;
const ROUND_MS = 150;
/** A visitor may say 20 things at once, and then one in two seconds; what is sent again counts, too. */
const LONG_MS = Number(process.env['TANDEM_CHAOS_MS'] ?? 180_000);
const SIZE =
  process.env['TANDEM_CHAOS'] === undefined
    ? { rounds: 25, visitorEvery: 1, visitorMost: 18, killEveryMs: 1500, kills: 2, outageEveryMs: 1000, outages: 2 }
    : {
        rounds: Math.ceil(LONG_MS / ROUND_MS),
        visitorEvery: 40,
        visitorMost: Infinity,
        killEveryMs: 8000,
        kills: Math.floor(LONG_MS / 12_000),
        outageEveryMs: 9000,
        outages: Math.floor(LONG_MS / 15_000),
      };

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const eventually = async (what: string, holds: () => boolean, found: () => string = () => '') => {
  for (const until = Date.now() + 60_000; !holds();) {
    if (Date.now() > until) throw new Error(`waited in vain for ${what} ${found()}`);
    await sleep(20);
  }
};

/** `databaseUrl` undefined: the embedded one. */
async function lossTest(databaseUrl: string | undefined): Promise<void> {
  const random = createRandom(7);
  const port = await steadyPort();
  const database = databaseUrl === undefined ? undefined : new URL(databaseUrl);
  const databaseLine = database && (await startCutLine(database.port));
  // The relay's way to it; the test's own is never cut.
  if (databaseLine) database.port = new URL(databaseLine.url).port;
  const env = {
    TANDEM_PORT: port,
    TANDEM_MAX_PEERS_PER_ADDRESS: '1000',
    ...(database && { DATABASE_URL: database.href }),
  };
  let relay = await startTestRelay({ env });
  const { dataDir } = relay;
  const cookie = await logInFirst(relay);
  const site = (await addSite(relay, cookie, [SHOP])).key;
  const line = await startCutLine(port);
  const visitors = Array.from({ length: VISITORS }, (_, at) =>
    startTalker(line.url, {
      role: 'visitor',
      origin: SHOP,
      hello: (token) => helloOf(site, { tab: `tab-${at}`, ...(token === undefined ? {} : { token }) }),
    }),
  );
  const operators = Array.from({ length: OPERATORS }, () => startTalker(line.url, { role: 'operator', cookie }));
  const all: Talker[] = [...visitors, ...operators];
  onTestFinished(() => {
    for (const talker of all) talker.stop();
    line.close();
    databaseLine?.close();
  });

  // Each visitor begins a conversation; operators learn which there are from the database of the test.
  const texts = new Map<string, string>();
  const say = (talker: Talker, conversation: string, text: string) => {
    const id = newId();
    texts.set(id, text);
    talker.write(conversation, id, text);
  };
  visitors.forEach((visitor, at) => say(visitor, '', `visitor ${at} begins`));
  await eventually('the first messages', () => visitors.every((visitor) => visitor.acknowledged.size === 1));
  const reader = databaseUrl === undefined ? undefined : postgres(databaseUrl, { max: 1, onnotice: () => undefined });
  const conversations: string[] = reader
    ? (await reader`select id from conversation`).map((row) => String(row['id']))
    : await listed(relay.url, cookie);
  expect(conversations).toHaveLength(VISITORS);
  for (const operator of operators) for (const conversation of conversations) operator.copyOf(conversation);

  // Faults and writing at once.
  line.delay = () => (random.below(4) === 0 ? random.below(30) : 0);
  let isOver = false;
  let kills = 0;
  const faults = (async () => {
    while (!isOver) {
      await sleep(150);
      line.cut(() => random.below(6) === 0);
    }
  })();
  const deaths = (async () => {
    for (; kills < SIZE.kills; kills++) {
      await sleep(SIZE.killEveryMs);
      await relay.kill();
      relay = await supervised(() => startTestRelay({ env, dataDir }));
    }
  })();
  let outages = 0;
  const absences = (async () => {
    for (; databaseLine && outages < SIZE.outages; outages++) {
      await sleep(SIZE.outageEveryMs);
      databaseLine.isDown = true;
      databaseLine.cut(() => true);
      await sleep(OUTAGE_MS);
      databaseLine.isDown = false;
    }
  })();
  let reopened = 0;
  for (let round = 1; round < SIZE.rounds; round++) {
    if (round % SIZE.visitorEvery === 0 && round < SIZE.visitorMost)
      visitors.forEach((visitor, at) => say(visitor, '', `visitor ${at} ${round}`));
    for (const [at, operator] of operators.entries())
      for (let times = 0; times < 4; times++)
        say(operator, conversations[random.below(conversations.length)] ?? '', `operator ${at} ${round} ${times}`);
    // Somebody closes a tab, with whatever it has not got rid of, and comes back.
    if (round % 8 === 0) {
      all[random.below(all.length)]?.reopen();
      reopened++;
    }
    await sleep(ROUND_MS);
  }
  await Promise.all([deaths, absences]);
  isOver = true;
  await faults;
  line.delay = () => 0;
  await eventually(
    'all acknowledgements',
    () => all.every((talker) => talker.waiting === 0),
    () => all.map((talker) => talker.waiting).join(' '),
  );

  // Whoever wrote in a conversation, its last number is known; every end has to come there.
  const lastOf = (conversation: string) =>
    Math.max(
      ...operators.flatMap(({ acknowledged }) =>
        [...acknowledged.values()].filter((one) => one.conversation === conversation).map(({ seq }) => seq),
      ),
      ...operators.map((operator) => operator.copyOf(conversation).seq),
    );
  await eventually('every operator’s copy of everything', () =>
    conversations.every((conversation) => operators.every((one) => isWhole(one, conversation, lastOf(conversation)))),
  );
  await eventually('every visitor’s copy', () =>
    visitors.every((one) => isWhole(one, '', Math.max(...[...one.acknowledged.values()].map(({ seq }) => seq)))),
  );

  // The database, read by itself.
  for (const talker of all) talker.stop();
  expect(await relay.stop()).toBe(0);
  const log = createLogger('error', (text) => console.error(text));
  const db = reader ? undefined : await openDatabase({ databaseUrl: undefined, dataDir }, log);
  const sql = reader ?? db?.sql;
  if (!sql) throw new Error('no database');
  const stored = await sql<{ conversation: string; id: string; seq: number; text: string }[]>`
    select conversation_id as conversation, id, seq, body->>'text' as text from message order by conversation_id, seq`;
  await reader?.end();
  await db?.close();

  const acknowledged = new Map<string, number>();
  for (const talker of all) for (const [id, { seq }] of talker.acknowledged) acknowledged.set(id, seq);
  const lost = [...acknowledged].filter(([id, seq]) => !stored.some((row) => row.id === id && row.seq === seq));
  const doubled = stored.length - new Set(stored.map(({ id }) => id)).size;
  let disordered = 0;
  for (const conversation of conversations) {
    const rows = stored.filter((row) => row.conversation === conversation);
    if (rows.some(({ seq }, at) => seq !== at + 1)) disordered++;
  }
  console.log(
    `${databaseUrl === undefined ? 'embedded' : 'PostgreSQL'}: ${acknowledged.size} acknowledged, ${stored.length} stored, ` +
      `${lost.length} lost, ${doubled} doubled, ${disordered} conversations out of order; relay killed ${kills} times, ` +
      `database away ${outages} times, ${reopened} tabs closed and opened again`,
  );
  expect(acknowledged.size).toBe(texts.size);
  expect(stored.length).toBe(texts.size);
  expect([lost, doubled, disordered]).toEqual([[], 0, 0]);
  for (const { id, text } of stored) expect(text).toBe(texts.get(id));
  // What every end has is what is stored, in its order.
  const storedOf = (conversation: string) =>
    stored.filter((row) => row.conversation === conversation).map(({ id, seq }) => `${seq} ${id}`);
  const copied = (talker: Talker, conversation: string) =>
    talker.copyOf(conversation).messages.map(({ id, seq }) => `${seq} ${id}`);
  for (const operator of operators)
    for (const conversation of conversations) expect(copied(operator, conversation)).toEqual(storedOf(conversation));
  for (const visitor of visitors) {
    const [first] = visitor.acknowledged.keys();
    const own = stored.find(({ id }) => id === first)?.conversation ?? '';
    const copy = copied(visitor, '');
    // What operators wrote last may have come after the visitor's own last.
    expect(copy).toEqual(storedOf(own).slice(0, copy.length));
  }
}

/** What supervises a relay starts it again when it ends, as it does when its database goes away while it starts. */
async function supervised<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start();
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

/** Up to that number at least, without hole. */
function isWhole(talker: Talker, conversation: string, seq: number): boolean {
  const { messages, hasOlder, ...copy } = talker.copyOf(conversation);
  return copy.seq >= seq && !hasOlder && messages.length === copy.seq;
}

async function listed(url: string, cookie: string): Promise<string[]> {
  const talker = await import('../support/wire-peer.ts').then(({ connectPeer }) =>
    connectPeer(url, 'operator', { origin: url, cookie }),
  );
  talker.send({ t: 'dialog', say: { t: 'inbox', on: true } });
  const { say } = (await talker.expect('dialog')) as unknown as { say: { put: { id: string }[] } };
  talker.close();
  return say.put.map(({ id }) => id);
}

describe('on the embedded database', () => {
  test('[V1] [V2] [V3] killed relays and cut links lose no message, double none, and change no order', () =>
    lossTest(undefined));
});

describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
  test('[V1] [V2] [V3] killed relays and cut links lose no message, double none, and change no order', async () => {
    const { url, drop } = await emptyDatabase();
    const folder = mkdtempSync(path.join(tmpdir(), 'tandem-loss-'));
    onTestFinished(async () => {
      rmSync(folder, { recursive: true, force: true });
      await drop();
    });
    await lossTest(url);
  });
});
