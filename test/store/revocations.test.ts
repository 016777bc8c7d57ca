import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Revocation } from '../../relay/live/revoked.ts';
import { createRevocations } from '../../relay/store/revocations.ts';
import { listen, onEachDatabase } from './databases.ts';

const NOW = 1_800_000_000_000;
const LATER = NOW + 300_000;
const ended = (room: string): Revocation => ({ room, ended: true, pausedAt: undefined, until: LATER });
const paused = (room: string, pausedAt: number): Revocation => ({ room, ended: false, pausedAt, until: LATER });

onEachDatabase((db) => {
  const start = (now = NOW) => {
    const { lines, log } = listen();
    const after = (ms: number, task: () => void) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    };
    const revocations = createRevocations({ db: db(), log, now: () => now, after });
    const keep = (revocation: Revocation) => new Promise<void>((resolve) => revocations.keep(revocation, resolve));
    const all = async () => (await revocations.read()).sort((a, b) => (a.room < b.room ? -1 : 1));
    return { ...revocations, keep, all, lines };
  };

  const bringTableBack = () => db().sql.unsafe('alter table if exists elsewhere rename to revocation');
  const takeTableAway = async () => {
    await db().sql.unsafe('alter table revocation rename to elsewhere');
    // Waited for: the next test would find its own table renamed under it.
    onTestFinished(async () => void (await bringTableBack()));
  };

  describe('[RM7] what has ended is kept', () => {
    test('for the relay that comes next, once it is said to be', async () => {
      await start().keep(ended('one'));
      await start().keep(paused('two', NOW - 5));
      expect(await start().all()).toEqual([ended('one'), paused('two', NOW - 5)]);
    });

    test('many at once, whatever comes of one room, in any order', async () => {
      const { keep, all } = start();
      const rooms = Array.from({ length: 2500 }, (_, index) => `room ${index}`);
      await Promise.all([
        ...rooms.map((room) => keep(ended(room))),
        keep(paused('room 7', NOW)),
        keep(paused('both', NOW - 1)),
        keep(paused('both', NOW - 2)),
      ]);
      await keep(paused('both', NOW - 3));
      const rows = await all();
      expect(rows).toHaveLength(2501);
      expect(rows.find(({ room }) => room === 'both')).toEqual(paused('both', NOW - 1));
      expect(rows.find(({ room }) => room === 'room 7')).toEqual({ ...ended('room 7'), pausedAt: NOW });
    });

    test('no longer than a proof lives', async () => {
      await start().keep(ended('one'));
      expect(await start(LATER - 1).all()).toHaveLength(1);
      expect(await start(LATER).all()).toEqual([]);
    });

    test('when the database takes it again, and meanwhile nothing is said to be kept', async () => {
      const { keep, all, lines } = start();
      await takeTableAway();
      let isKept = false;
      const kept = keep(ended('one')).then(() => (isKept = true));
      await vi.waitUntil(() => lines.some((line) => line.includes('does not take')), { timeout: 60_000 });
      void keep(ended('two'));
      expect(isKept).toBe(false);
      await bringTableBack();
      await kept;
      await vi.waitUntil(async () => (await all()).length === 2, { timeout: 60_000 });
      expect(lines.filter((line) => line.includes('does not take'))).toHaveLength(1);
      expect(lines.join()).toContain('takes again');
    });

    test('by a relay that is closed while it waits to try again', async () => {
      const { keep, all, close, lines } = start();
      await takeTableAway();
      void keep(ended('one'));
      await vi.waitUntil(() => lines.some((line) => line.includes('does not take')), { timeout: 60_000 });
      await bringTableBack();
      await close();
      expect(await all()).toEqual([ended('one')]);
    });
  });
});
