// Opens the database, embedded or PostgreSQL, and brings its tables up to this version. One driver, one schema, one set
// of migrations for both (design section 7). Everything else of the store gets the `Database` made here.
//
// Easy to get wrong: the embedded database has one connection. Inside `orm.transaction(async (tx) => …)` use only `tx`:
// a query on `orm` itself waits for the transaction, which waits for it, for ever. And drizzle changes how its client
// reads dates and JSON, so a raw `sql` query returns timestamps as text.

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres, { type Options, type Sql } from 'postgres';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { startEmbedded } from './embedded.ts';
import { isAway } from './fault.ts';
import * as schema from './schema.ts';

export type Orm = PostgresJsDatabase<typeof schema>;

export type Database = {
  readonly kind: 'embedded' | 'postgresql';
  readonly orm: Orm;
  readonly sql: Sql;
  close(): Promise<void>;
};

/** Beside this file in the sources, beside the bundle in dist. */
const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url));

/** Any number that no other program takes: relays that start at once migrate one after the other. */
const MIGRATION_LOCK = 8_410_517_226;

/** A database that starts together with the relay (compose, a rebooted machine) is up within this time. */
const CONNECT_WAIT_MS = 30_000;

export async function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>, log: Logger): Promise<Database> {
  return config.databaseUrl === undefined ? openEmbedded(config.dataDir, log) : openPostgres(config.databaseUrl, log);
}

async function openEmbedded(dataDir: string, log: Logger): Promise<Database> {
  const embedded = await startEmbedded(dataDir, log);
  const sql = postgres({
    ...quietly(log),
    path: embedded.socketPath,
    // Named, or the driver would take them from PGUSER and its like.
    username: 'postgres',
    password: '',
    database: 'postgres',
    ssl: false,
    max: 1,
    // The one connection stays: each new one would find its predecessor's prepared statements.
    idle_timeout: 0,
    max_lifetime: null,
  });
  const close = async () => {
    await sql.end({ timeout: 5 });
    await embedded.close();
  };
  try {
    await bringUpToDate(sql, log);
  } catch (error) {
    await close();
    throw error;
  }
  return { kind: 'embedded', orm: drizzle(sql, { schema }), sql, close };
}

async function openPostgres(url: string, log: Logger): Promise<Database> {
  const options = quietly(log);
  // A connection of its own: the lock belongs to the connection, and goes with it if this process dies.
  const first = postgres(url, { ...options, max: 1 });
  try {
    await reach(first, url, log);
    await bringUpToDate(first, log);
  } finally {
    await first.end({ timeout: 5 });
  }
  const sql = postgres(url, { ...options, max: 10 });
  return { kind: 'postgresql', orm: drizzle(sql, { schema }), sql, close: () => sql.end({ timeout: 5 }) };
}

function quietly(log: Logger): Options<Record<string, never>> {
  return {
    connect_timeout: 10,
    connection: { application_name: 'tandem' },
    onnotice: (notice) => log.debug('the database says', { notice: notice['message'] }),
  };
}

async function reach(sql: Sql, url: string, log: Logger): Promise<void> {
  // The password stays out of every message.
  const { host, pathname } = new URL(url);
  const where = `${host}${pathname}`;
  const until = performance.now() + CONNECT_WAIT_MS;
  for (let told = false; ; told = true) {
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // A wrong password never comes right by waiting.
      if (!isAway(error) || performance.now() > until) {
        throw new Error(
          `PostgreSQL at ${where} can't be used: ${reason}. DATABASE_URL names it; see that it runs, and that user, password and database are right`,
          { cause: error },
        );
      }
      if (!told)
        log.warn('PostgreSQL does not answer yet; trying again', { where, reason, seconds: CONNECT_WAIT_MS / 1000 });
      await sleep(500);
    }
  }
}

/** `sql` has exactly one connection here, which holds the lock while it migrates. */
async function bringUpToDate(sql: Sql, log: Logger): Promise<void> {
  await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
  try {
    const before = await appliedUpTo(sql);
    const newest = newestMigration();
    if (before > newest) {
      throw new Error(
        'this database was made by a newer Tandem; start that version, or restore the backup made before it',
      );
    }
    if (before === newest) return;
    await migrate(drizzle(sql, { schema }), { migrationsFolder: MIGRATIONS });
    log.info(before === 0 ? 'the database has its tables' : 'the database is brought up to this version');
  } finally {
    await sql`select pg_advisory_unlock(${MIGRATION_LOCK})`;
  }
}

/** When the last migration in the database was made (drizzle's own order); 0: none yet. */
async function appliedUpTo(sql: Sql): Promise<number> {
  const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as there`;
  if (table?.['there'] !== true) return 0;
  const [row] = await sql`select max(created_at)::text as newest from drizzle.__drizzle_migrations`;
  return Number(row?.['newest'] ?? 0);
}

function newestMigration(): number {
  const file = `${MIGRATIONS}/meta/_journal.json`;
  if (!existsSync(file)) throw new Error(`${file} is missing: build the relay again`);
  // Written by drizzle-kit beside the migrations, and read by it in this form.
  const journal = JSON.parse(readFileSync(file, 'utf8')) as { entries: { when: number }[] };
  return Math.max(0, ...journal.entries.map((entry) => entry.when));
}
