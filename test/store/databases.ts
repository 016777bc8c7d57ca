// The databases that the store's tests run on: the embedded one always, PostgreSQL where one answers. Each suite gets a
// database of its own and the folder it may write to; both go when the suite ends. A server is looked for at
// TEST_DATABASE_URL, by default on this machine with the user `postgres` and no password.

import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, inject, onTestFinished } from 'vitest';
import { createLogger, type Logger } from '../../relay/log.ts';
import { openDatabase, type Database } from '../../relay/store/database.ts';

const SERVER = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Lines of a logger, to look at. */
export function listen(): { lines: string[]; log: Logger } {
  const lines: string[] = [];
  return { lines, log: createLogger('debug', (line) => lines.push(line)) };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tandem-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function ask(text: string): Promise<void> {
  const server = postgres(SERVER, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    await server.unsafe(text);
  } finally {
    await server.end({ timeout: 1 });
  }
}

/** undefined: a server answers. */
export const noServer: string | undefined = await ask('select 1').then(
  () => undefined,
  (error: unknown) =>
    `none usable at ${new URL(SERVER).host}: ${error instanceof Error ? error.message : String(error)}`,
);

export const POSTGRES_TITLE = noServer === undefined ? 'on PostgreSQL' : `on PostgreSQL SKIPPED, ${noServer}`;

/** An empty database on the server; `drop` ends its connections too. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `tandem_test_${randomBytes(6).toString('hex')}`;
  await ask(`create database ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => ask(`drop database if exists ${name} with (force)`) };
}

/** Runs `suite` on each kind of database. Tables are empty before each test. */
export function onEachDatabase(suite: (db: () => Database) => void): void {
  describe('on the embedded database', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tandem-test-'));
    cpSync(inject('databaseTemplate'), path.join(folder, 'database'), { recursive: true });
    body(suite, () => openDatabase({ databaseUrl: undefined, dataDir: folder }, listen().log));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
  });

  describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
    let drop: (() => Promise<void>) | undefined;
    body(suite, async () => {
      const made = await emptyDatabase();
      drop = made.drop;
      return openDatabase({ databaseUrl: made.url, dataDir: '/nowhere' }, listen().log);
    });
    afterAll(() => drop?.());
  });
}

function body(suite: (db: () => Database) => void, open: () => Promise<Database>): void {
  let db: Database | undefined;
  const opened = () => {
    if (!db) throw new Error('the database is not open yet');
    return db;
  };
  // Vitest runs afterAll hooks last first: this one is registered after the caller's, so the database closes before
  // its folder goes.
  beforeAll(async () => {
    db = await open();
    return () => db?.close();
  });
  beforeEach(async () => {
    // Not `truncate`: it makes and syncs new files for every table and index, 40 times slower than this.
    await opened().sql.unsafe(
      'delete from change_log; delete from message_revision; delete from message; delete from participant; delete from conversation; delete from presence_interval; delete from routing_turn; delete from team_member; delete from team; delete from device; delete from contact; delete from ledger; delete from revocation; delete from session; delete from operator; delete from site; delete from account',
    );
  });
  suite(opened);
}
