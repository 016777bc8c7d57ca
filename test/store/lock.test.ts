import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { takeLock, type Lock } from '../../relay/store/lock.ts';
import { temporaryFolder } from './databases.ts';

// Sixty heartbeats in one watch: a machine would have to stand still for three seconds to miss them all.
const TIMES = { heartbeatMs: 50, watchMs: 3000, goingMs: 100 };

function lockFile(): string {
  return path.join(temporaryFolder(), 'database.lock');
}

async function taken(file: string): Promise<Lock> {
  const result = await takeLock(file, () => undefined, TIMES);
  if (result.kind !== 'taken') throw new Error('the lock is held');
  onTestFinished(() => result.lock.release());
  return result.lock;
}

/** Makes the lock look as if it were held on another machine; its heartbeat goes on. */
function moveElsewhere(file: string): void {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...(content as object), place: 'another machine' }));
}

describe('the lock of the embedded database', () => {
  test('has one holder; whoever comes second is told who', async () => {
    const file = lockFile();
    const lock = await taken(file);
    expect(await takeLock(file, () => undefined, TIMES)).toEqual({ kind: 'held', pid: process.pid });
    lock.release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
    await taken(file);
  });

  test('of many who come at once, one gets it', async () => {
    const file = lockFile();
    const results = await Promise.all(Array.from({ length: 10 }, () => takeLock(file, () => undefined, TIMES)));
    const locks = results.flatMap((result) => (result.kind === 'taken' ? [result.lock] : []));
    expect(locks).toHaveLength(1);
    locks[0]?.release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'a holder that was killed and that nobody has buried yet holds nothing',
    async () => {
      const file = lockFile();
      await taken(file);
      const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
      // The shell becomes a program that never asks for its child; until it has, it might ask itself.
      const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      try {
        const [said] = (await once(parent.stdout, 'data')) as [Buffer];
        const pid = Number(said.toString());
        while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(10);
        process.kill(pid, 'SIGKILL');
        while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await sleep(10);
        writeFileSync(file, JSON.stringify({ ...(content as object), pid, started: '' }));
        await taken(file);
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  test('a lock that came from somebody else is not released by the one who lost it', async () => {
    const file = lockFile();
    const first = await taken(file);
    rmSync(file);
    await taken(file);
    const content = readFileSync(file, 'utf8');
    first.release();
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('a holder on another machine is believed while its heart beats', async () => {
    const file = lockFile();
    await taken(file);
    moveElsewhere(file);
    let watched = 0;
    expect(await takeLock(file, () => watched++, TIMES)).toEqual({ kind: 'held', pid: process.pid });
    expect(watched).toBe(1);
  });

  test.each([
    ['a holder elsewhere whose heart stands still', { pid: 1, place: 'another machine', started: '1', id: 'x' }],
    ['a lock that says nothing', {}],
  ])('%s is taken over after it was watched', async (_, content) => {
    const file = lockFile();
    writeFileSync(file, JSON.stringify(content));
    let watched = 0;
    const result = await takeLock(file, () => watched++, { ...TIMES, watchMs: 200 });
    expect(result.kind).toBe('taken');
    expect(watched).toBe(1);
    if (result.kind === 'taken') result.lock.release();
    expect(readdirSync(path.dirname(file))).toEqual([]);
  });

  test('a lock that is let go while it is watched is taken', async () => {
    const file = lockFile();
    writeFileSync(file, JSON.stringify({ pid: 1, place: 'another machine', started: '1', id: 'x' }));
    const result = await takeLock(file, () => rmSync(file), TIMES);
    expect(result.kind).toBe('taken');
    if (result.kind === 'taken') result.lock.release();
  });
});
