import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import postgres from 'postgres';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { openDatabase, type Database } from '../../relay/store/database.ts';
import { startEmbedded, startThread } from '../../relay/store/embedded.ts';
import { account } from '../../relay/store/schema.ts';
import { emptyDatabase, listen, noServer, POSTGRES_TITLE, temporaryFolder } from './databases.ts';

const CHILD = fileURLToPath(new URL('./writer.child.ts', import.meta.url));

/** A data directory with a database in it already. */
function withDatabase(): string {
  const dataDir = temporaryFolder();
  cpSync(inject('databaseTemplate'), path.join(dataDir, 'database'), { recursive: true });
  return dataDir;
}

async function open(dataDir: string, log = listen().log): Promise<Database> {
  const db = await openDatabase({ databaseUrl: undefined, dataDir }, log);
  onTestFinished(() => db.close());
  return db;
}

/** A process with the database open; `line` gets each line that it prints. Killed with SIGKILL, never asked. */
function startWriter(dataDir: string, run: string, line: (text: string, kill: () => void) => void): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, dataDir, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  onTestFinished(() => void kill());
  createInterface({ input: child.stdout }).on('line', (text) => line(text, kill));
  return new Promise((resolve) => child.once('close', () => resolve()));
}

describe('the embedded database', () => {
  test('is created at the first start, says so, and is there at the next', async () => {
    const dataDir = path.join(temporaryFolder(), 'not', 'yet');
    const first = listen();
    const db = await openDatabase({ databaseUrl: undefined, dataDir }, first.log);
    expect(db.kind).toBe('embedded');
    expect(first.lines.join('\n')).toMatch(/info +creating the embedded database.*\n.*is created.*\n.*has its tables/);
    await db.orm.insert(account).values({ id: '018f0000-0000-7000-8000-000000000000', slug: 'ёлка' });
    await db.close();
    expect(readdirSync(dataDir)).toEqual(['database']);

    const second = listen();
    const again = await open(dataDir, second.log);
    expect(second.lines.join('\n')).not.toMatch(/creating|tables/);
    expect(await again.orm.select({ slug: account.slug }).from(account)).toEqual([{ slug: 'ёлка' }]);
  });

  test('syncs to disk: rows outlive a power cut, not only a killed process', async () => {
    const db = await open(withDatabase());
    expect(await db.sql`select current_setting('fsync') as fsync, current_setting('wal_sync_method') as how`).toEqual([
      { fsync: 'on', how: 'fsync' },
    ]);
  });

  test('answers many queries at once, and transactions among them, over its one connection', async () => {
    const db = await open(withDatabase());
    await db.sql`create table t (n int)`;
    await Promise.all([
      ...Array.from({ length: 100 }, (_, n) => db.sql`insert into t values (${n})`),
      db.sql.begin(async (tx) => {
        await tx`insert into t values (1000)`;
        await tx`insert into t values (1001)`;
      }),
      db.sql
        .begin(async (tx) => {
          await tx`insert into t values (2000)`;
          throw new Error('undo');
        })
        .catch(() => undefined),
      expect(db.sql`select nonsense`).rejects.toThrow(/nonsense/),
    ]);
    expect(await db.sql`select count(*)::int as all, max(n) as most from t`).toEqual([{ all: 102, most: 1001 }]);
  });

  test('can be closed twice', async () => {
    const db = await open(withDatabase());
    await db.close();
    await db.close();
  });

  test('a second relay on the same folder is refused and told what to do, and the first goes on', async () => {
    const dataDir = withDatabase();
    const db = await open(dataDir);
    await expect(openDatabase({ databaseUrl: undefined, dataDir }, listen().log)).rejects.toThrow(
      new RegExp(`in use by process ${process.pid}.*TANDEM_DATA`),
    );
    expect(await db.sql`select 1 as one`).toEqual([{ one: 1 }]);
    await db.close();
    await open(dataDir);
  });

  test.each([
    ['of a process that has ended', (here: object) => ({ ...here, pid: 2 ** 22 + 1 })],
    ['of a process whose number somebody else has now', (here: object) => ({ ...here, started: '1' })],
  ])('a lock %s is taken over at once', async (_, change) => {
    const dataDir = withDatabase();
    const file = path.join(dataDir, 'database.lock');
    writeFileSync(file, JSON.stringify(change(await heldLock())));
    const { lines, log } = listen();
    await open(dataDir, log);
    expect(lines.join('\n')).not.toContain('watching');
  });

  test('nobody else on the machine may enter the folder of its socket, nor wait there for us', async () => {
    const dataDir = withDatabase();
    const first = await startEmbedded(dataDir, listen().log);
    const home = path.dirname(first.socketPath);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    await first.close();
    expect(existsSync(home)).toBe(false);
    // Somebody made the folder before us and left it open.
    mkdirSync(home);
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    chmodSync(home, 0o777);
    const second = await startEmbedded(dataDir, listen().log);
    onTestFinished(() => second.close());
    expect(path.dirname(second.socketPath)).not.toBe(home);
    expect(statSync(path.dirname(second.socketPath)).mode & 0o777).toBe(0o700);
  });

  test('a folder with something else in it is left alone', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(path.join(dataDir, 'database'));
    writeFileSync(path.join(dataDir, 'database', 'holiday.jpg'), 'x');
    await expect(openDatabase({ databaseUrl: undefined, dataDir }, listen().log)).rejects.toThrow(
      /neither empty nor a database/,
    );
    expect(readdirSync(path.join(dataDir, 'database'))).toEqual(['holiday.jpg']);
    expect(existsSync(path.join(dataDir, 'database.lock'))).toBe(false);
  });

  test('a database of a newer Tandem is refused before anything is changed', async () => {
    const dataDir = withDatabase();
    const db = await open(dataDir);
    await db.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('future', 9999999999999)`;
    await db.close();
    await expect(openDatabase({ databaseUrl: undefined, dataDir }, listen().log)).rejects.toThrow(/newer Tandem/);
  });

  test('when its thread dies it comes back by itself, with all acknowledged rows', async () => {
    let thread: Worker | undefined;
    const { lines, log } = listen();
    const embedded = await startEmbedded(
      withDatabase(),
      log,
      async (...input) => (thread = await startThread(...input)),
    );
    onTestFinished(() => embedded.close());
    const sql = postgres({
      path: embedded.socketPath,
      username: 'postgres',
      database: 'postgres',
      max: 1,
      idle_timeout: 0,
    });
    onTestFinished(() => sql.end({ timeout: 0 }));
    await sql`create table t (n int)`;
    await sql`insert into t values (7)`;
    const before = thread;
    await before?.terminate();
    await expect.poll(() => sql`select n from t`.catch(() => 'not yet')).toEqual([{ n: 7 }]);
    expect(thread).not.toBe(before);
    expect(lines.join('\n')).toMatch(/error the embedded database failed and is started again/);
  });

  test('killed with SIGKILL while it writes, again and again, it loses no acknowledged row', async () => {
    const dataDir = withDatabase();
    const acknowledged = new Map<string, number>();
    // Stops at rows that differ from run to run: in the middle of a page, and after many.
    for (const [run, last] of [
      ['a', 1],
      ['b', 37],
      ['c', 450],
    ] as const) {
      await startWriter(dataDir, run, (line, kill) => {
        const row = /^row (\d+)$/.exec(line);
        if (!row) return;
        acknowledged.set(run, Number(row[1]));
        if (Number(row[1]) === last) kill();
      });
    }
    expect([...acknowledged.keys()]).toEqual(['a', 'b', 'c']);
    const db = await open(dataDir);
    for (const [run, last] of acknowledged) {
      const rows = await db.sql`select number from written where run = ${run} order by number`;
      const numbers = rows.map((row) => Number(row['number']));
      // Rows after the last acknowledged one may be there too; none before it may be missing.
      expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
      expect(numbers.length).toBeGreaterThanOrEqual(last);
    }
  });

  test('killed while it is created, it is created again at the next start', async () => {
    const dataDir = temporaryFolder();
    const unfinished = path.join(dataDir, 'database.unfinished', 'base');
    await startWriter(dataDir, 'a', (line, kill) => {
      if (!line.includes('creating')) return;
      const look = setInterval(() => {
        if (!existsSync(unfinished)) return;
        clearInterval(look);
        kill();
      }, 5);
    });
    expect(existsSync(unfinished)).toBe(true);
    expect(existsSync(path.join(dataDir, 'database'))).toBe(false);
    const { lines, log } = listen();
    const db = await open(dataDir, log);
    expect(lines.join('\n')).toContain('creating');
    expect(await db.orm.select().from(account)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'database.unfinished'))).toBe(false);
  });
});

describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
  test('relays that start at once on an empty database bring it up once', async () => {
    const { url, drop } = await emptyDatabase();
    onTestFinished(drop);
    const relays = await Promise.all(
      [1, 2, 3, 4].map(() => openDatabase({ databaseUrl: url, dataDir: '' }, listen().log)),
    );
    onTestFinished(() => Promise.all(relays.map((db) => db.close())).then(() => undefined));
    for (const db of relays) {
      expect(db.kind).toBe('postgresql');
      const done =
        await db.sql`select count(*)::int as rows, count(distinct hash)::int as kinds from drizzle.__drizzle_migrations`;
      // Each migration once.
      expect(done[0]?.['rows']).toBe(done[0]?.['kinds']);
      expect(await db.orm.select().from(account)).toEqual([]);
    }
  });

  test('a database of a newer Tandem is refused', async () => {
    const { url, drop } = await emptyDatabase();
    onTestFinished(drop);
    const db = await openDatabase({ databaseUrl: url, dataDir: '' }, listen().log);
    await db.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('future', 9999999999999)`;
    await db.close();
    await expect(openDatabase({ databaseUrl: url, dataDir: '' }, listen().log)).rejects.toThrow(/newer Tandem/);
  });

  test('a database that is not there is told in words, without the password', async () => {
    const { url, drop } = await emptyDatabase();
    await drop();
    const wrong = new URL(url);
    wrong.password = 'hunter2';
    const failed = openDatabase({ databaseUrl: wrong.href, dataDir: '' }, listen().log).then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(await failed).toMatch(/PostgreSQL at .*tandem_test_.* can't be used: .*does not exist.*DATABASE_URL/);
    expect(await failed).not.toContain('hunter2');
  });
});

/** What a lock holds while this process has it. */
async function heldLock(): Promise<object> {
  const dataDir = withDatabase();
  const held = await startEmbedded(dataDir, listen().log);
  const lock: unknown = JSON.parse(readFileSync(path.join(dataDir, 'database.lock'), 'utf8'));
  await held.close();
  if (typeof lock !== 'object' || lock === null) throw new Error('no lock');
  return lock;
}
