// Keeps what resume proofs no longer allow (live/revoked.ts) in the database, for a relay that restarts. Written at once
// and together: one statement at a time, in which everything goes that came while the last one ran. What can't be written
// holds nobody up; it is tried again until it is written or no longer matters.

import { lte, sql } from 'drizzle-orm';
import { merge, type Keep, type Revocation } from '../live/revoked.ts';
import { reasonOf, type Logger } from '../log.ts';
import type { Database } from './database.ts';
import { revocation } from './schema.ts';

/** Four parameters each, and PostgreSQL takes 65,535 in a statement. */
const ROWS_AT_ONCE = 1000;
const AGAIN_MS = 1000;
/** A database that is gone must not keep a relay from stopping. */
const CLOSE_WAIT_MS = 3000;

export type Revocations = {
  /** Those that still matter. */
  read(): Promise<Revocation[]>;
  keep: Keep;
  /** Ends when everything is written, or was tried once more. */
  close(): Promise<void>;
};

type Waiting = { revocation: Revocation; kept: (() => void)[] };

export function createRevocations(options: {
  db: Database;
  log: Logger;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
}): Revocations {
  const { db, log, now, after } = options;
  const waiting = new Map<string, Waiting>();
  let writing: Promise<void> | undefined;
  let cancelAgain: (() => void) | undefined;
  let isFailing = false;

  const add = ({ revocation, kept }: Waiting) => {
    const before = waiting.get(revocation.room);
    waiting.set(revocation.room, {
      revocation: merge(before?.revocation, revocation),
      kept: [...(before?.kept ?? []), ...kept],
    });
  };

  const stopTrying = () => {
    cancelAgain?.();
    cancelAgain = undefined;
  };

  const write = async () => {
    stopTrying();
    while (waiting.size > 0) {
      const batch = [...waiting.values()].slice(0, ROWS_AT_ONCE);
      for (const { revocation } of batch) waiting.delete(revocation.room);
      try {
        await insert(batch.map(({ revocation }) => revocation));
      } catch (error) {
        for (const one of batch) if (one.revocation.until > now()) add(one);
        if (!isFailing)
          log.error('the database does not take what visitors stop or pause; it is tried again until it does', {
            reason: reasonOf(error),
            risk: 'a relay that restarts before that may let an old page back into a view that has ended',
          });
        isFailing = true;
        cancelAgain = after(AGAIN_MS, start);
        return;
      }
      if (isFailing) log.info('the database takes again what visitors stop or pause');
      isFailing = false;
      for (const { kept } of batch) for (const tell of kept) tell();
    }
  };

  const start = () => {
    writing ??= write()
      .catch((error: unknown) => log.error('failed', { where: 'keeping what visitors stop', error: reasonOf(error) }))
      .finally(() => {
        writing = undefined;
        if (waiting.size > 0 && !cancelAgain) start();
      });
  };

  const insert = (rows: readonly Revocation[]) =>
    db.orm
      .insert(revocation)
      .values(
        rows.map(({ room, ended, pausedAt, until }) => ({
          room,
          ended,
          pausedAt: pausedAt === undefined ? null : new Date(pausedAt),
          expiresAt: new Date(until),
        })),
      )
      .onConflictDoUpdate({
        target: revocation.room,
        // As `merge` does: two relays may write of one room.
        set: {
          ended: sql`${revocation.ended} or excluded.ended`,
          pausedAt: sql`greatest(${revocation.pausedAt}, excluded.paused_at)`,
          expiresAt: sql`greatest(${revocation.expiresAt}, excluded.expires_at)`,
        },
      });

  return {
    async read() {
      await db.orm.delete(revocation).where(lte(revocation.expiresAt, new Date(now())));
      const rows = await db.orm.select().from(revocation);
      return rows.map(({ room, ended, pausedAt, expiresAt }) => ({
        room,
        ended,
        pausedAt: pausedAt?.getTime(),
        until: expiresAt.getTime(),
      }));
    },
    keep(revocation, kept) {
      add({ revocation, kept: [kept] });
      // While it fails the next try is due soon enough.
      if (!cancelAgain) start();
    },
    async close() {
      stopTrying();
      const written = async () => {
        await writing;
        if (waiting.size > 0) start();
        await writing;
      };
      await new Promise<void>((resolve) => {
        const cancel = after(CLOSE_WAIT_MS, resolve);
        void written().then(() => {
          cancel();
          resolve();
        });
      });
      stopTrying();
    },
  };
}
