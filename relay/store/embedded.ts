// Starts, guards and ends the embedded database's thread (embedded.worker.ts), and gives the address of its socket.
// Knows nothing of tables. The socket is a file in a folder that only we may enter, because PGlite asks for no
// password; it goes when the database is closed.
//
// Easy to get wrong: this file runs from the bundle (the worker is embedded.worker.js beside it) and, in tests, from
// source (then Node needs tsx to load a .ts worker). And a thread that dies by itself is restarted, on the same socket.

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../log.ts';
import type { FromWorker, ToWorker, WorkerInput } from './embedded.worker.ts';
import { takeLock } from './lock.ts';

export type Embedded = {
  readonly socketPath: string;
  /** Finishes what runs, writes everything, lets go of the folder. */
  close(): Promise<void>;
};

const SOCKET = 'database.sock';

/** A thread that fails this often in `RESTART_WINDOW_MS` will fail again: stop, and say so. */
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 10 * 60_000;
const CLOSE_WAIT_MS = 10_000;

/** `openThread` is replaced only by a test that wants to see the thread die. */
export async function startEmbedded(dataDir: string, log: Logger, openThread = startThread): Promise<Embedded> {
  mkdirSync(dataDir, { recursive: true });
  const folder = path.resolve(dataDir, 'database');
  const taken = await takeLock(`${folder}.lock`, (seconds) =>
    log.warn('the embedded database was in use elsewhere; watching whether that relay still lives', { seconds }),
  );
  if (taken.kind === 'held') {
    const who = taken.pid > 0 ? `process ${taken.pid}` : 'another process';
    throw new Error(
      `the embedded database in ${folder} is in use by ${who}; stop that relay first, or give this one a folder of its own with TANDEM_DATA`,
    );
  }

  const home = process.platform === 'win32' ? undefined : socketFolder(folder);
  const socketPath = home ? path.join(home, SOCKET) : `\\\\.\\pipe\\tandem-${process.pid}-${Date.now()}`;
  const input: WorkerInput = { folder, socketPath };

  let state: { kind: 'running'; worker: Worker } | { kind: 'restarting' } | { kind: 'closed' } = { kind: 'restarting' };
  let restarts: number[] = [];

  const startOnce = async () => {
    const worker = await openThread(input, log);
    // close() may have come while the thread started.
    if (state.kind === 'closed') return void (await worker.terminate());
    state = { kind: 'running', worker };
    worker.once('exit', (code) => {
      if (state.kind === 'closed') return;
      log.error('the embedded database failed and is started again', { code });
      state = { kind: 'restarting' };
      void restart();
    });
  };

  const restart = async () => {
    while (state.kind === 'restarting') {
      const now = Date.now();
      restarts = [...restarts.filter((time) => now - time < RESTART_WINDOW_MS), now];
      if (restarts.length > MAX_RESTARTS) {
        log.error(
          'the embedded database keeps failing and is left alone; nobody can log in until the relay is restarted',
        );
        return;
      }
      try {
        if (home) rmSync(socketPath, { force: true });
        await startOnce();
      } catch (error) {
        log.error('the embedded database did not start again', { reason: messageOf(error) });
        await sleep(1000);
      }
    }
  };

  const letGo = () => {
    if (home) rmSync(home, { recursive: true, force: true });
    taken.lock.release();
  };

  try {
    await startOnce();
  } catch (error) {
    letGo();
    throw error;
  }

  return {
    socketPath,
    async close() {
      if (state.kind === 'closed') return;
      const last = state;
      state = { kind: 'closed' };
      if (last.kind === 'running') await stopWorker(last.worker, log);
      letGo();
    },
  };
}

/**
 * A folder that only we may enter, in the system's place for such things: a socket's path may have no more than 107
 * bytes, and shared folders of containers often take no sockets. The same one for the same database, so that a killed
 * relay's folder is used again. If somebody else has made it first, one that nobody can know of.
 */
function socketFolder(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const home = path.join(tmpdir(), `tandem-${name}`);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const found = lstatSync(home);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
  if (!isOurs) return mkdtempSync(path.join(tmpdir(), 'tandem-'));
  rmSync(path.join(home, SOCKET), { force: true });
  return home;
}

/** Resolves when the thread takes connections. */
export async function startThread(input: WorkerInput, log: Logger): Promise<Worker> {
  const bundled = fileURLToPath(new URL('./embedded.worker.js', import.meta.url));
  const source = fileURLToPath(new URL('./embedded.worker.ts', import.meta.url));
  const isBundled = existsSync(bundled);
  if (!isBundled && !existsSync(source)) {
    throw new Error(
      `${bundled} is missing: build.ts must list relay/store/embedded.worker.ts as an entry of the relay`,
    );
  }
  const worker = isBundled
    ? new Worker(bundled, { workerData: input })
    : new Worker(sourceLoader(source), { workerData: input, eval: true });
  const began = Date.now();
  let created = false;
  return new Promise((resolve, reject) => {
    let reason = '';
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'creating':
          created = true;
          log.info('creating the embedded database; this takes some seconds, once', { folder: input.folder });
          return;
        case 'ready':
          if (!message.fsync)
            log.warn('the embedded database can not sync to disk; a power cut may lose its last rows');
          log.info(created ? 'the embedded database is created' : 'the embedded database is open', {
            ms: Date.now() - began,
          });
          return resolve(worker);
        case 'failed':
          reason = message.message;
          log.error('the embedded database failed', { reason });
          return;
        case 'closed':
          return;
      }
    });
    worker.on('error', (error) => {
      reason = error.message;
      log.error('the embedded database failed', { reason });
    });
    // After the thread is ready this does nothing: the promise is settled.
    worker.once('exit', (code) =>
      reject(
        new Error(
          `the embedded database in ${input.folder} did not start: ${reason || `its thread ended with ${code}`}`,
        ),
      ),
    );
  });
}

/** Node 20 can't load TypeScript, and tsx's own `--import` does nothing in a thread: its programmatic door does. */
function sourceLoader(source: string): string {
  // Not import.meta.resolve('tsx/esm/api'): vitest's loader doesn't have it, and require.resolve finds the CommonJS one.
  const tsxFolder = path.dirname(createRequire(import.meta.url).resolve('tsx/package.json'));
  const tsx = pathToFileURL(path.join(tsxFolder, 'dist/esm/api/index.mjs')).href;
  const url = JSON.stringify(pathToFileURL(source).href);
  return `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${url}); });`;
}

async function stopWorker(worker: Worker, log: Logger): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const close: ToWorker = 'close';
  worker.postMessage(close);
  const cancel = new AbortController();
  const late = sleep(CLOSE_WAIT_MS, 'late' as const, { signal: cancel.signal }).catch(() => 'cancelled' as const);
  const first = await Promise.race([ended.then(() => 'ended' as const), late]);
  cancel.abort();
  if (first === 'ended') return;
  // What was acknowledged is on disk; the next start recovers as after a crash.
  log.warn('the embedded database did not close in time and was stopped');
  await worker.terminate();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
