// The embedded database's own thread: PGlite, and its socket server on a local socket. A bundle of its own (build.ts),
// started by embedded.ts; the rest of the relay knows PostgreSQL's wire protocol and nothing of this.
//
// Easy to get wrong, all found out on @electric-sql/pglite 0.5.14:
// - It runs without fsync: rows outlive a killed relay, not a power cut. Its node file system has no fsync at all, so one
//   is put in, and PostgreSQL is told to use it (fdatasync never reaches the file system). No measurable cost here.
// - A cluster that was left half made looks made. So it is made under another name and renamed when it is whole.
// - When the engine itself fails, the socket server's queue stands still for ever; so the thread ends, and is restarted.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

export type WorkerInput = {
  /** The cluster's own folder. */
  readonly folder: string;
  readonly socketPath: string;
};

export type FromWorker =
  | { readonly kind: 'creating' }
  /** fsync false: this PGlite could not be taught to. */
  | { readonly kind: 'ready'; readonly fsync: boolean }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' };

/** The only message to the worker: finish what runs, write everything, close. */
export type ToWorker = 'close';

// This file is only ever loaded by embedded.ts, which passes exactly this.
const input = workerData as WorkerInput;

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function fail(error: unknown): never {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}

async function create(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const db = await PGlite.create(unfinished);
  await db.close();
  syncTree(unfinished);
  renameSync(unfinished, folder);
  syncOne(path.dirname(folder));
}

function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) syncTree(full);
    else if (entry.isFile()) syncOne(full);
  }
  syncOne(folder);
}

function syncOne(file: string): void {
  // Windows can't open folders; there the rename above is as durable as NTFS makes it.
  if (process.platform === 'win32') return;
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives PGlite's node file system an fsync; false if it doesn't look as expected. */
function teachFsync(db: PGlite): boolean {
  // Emscripten's own objects, untyped: checked step by step.
  const nodeFs: unknown = db.Module.FS.filesystems['NODEFS'];
  if (typeof nodeFs !== 'object' || nodeFs === null || !('stream_ops' in nodeFs)) return false;
  const operations = nodeFs.stream_ops;
  if (typeof operations !== 'object' || operations === null) return false;
  Object.assign(operations, {
    fsync(stream: { nfd?: number }) {
      if (stream.nfd !== undefined) fsyncSync(stream.nfd);
      return 0;
    },
  });
  return true;
}

async function open(folder: string): Promise<{ db: PGlite; fsync: boolean }> {
  const defaults = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  const db = await PGlite.create(folder, {
    startParams: [...defaults, '-c', 'fsync=on', '-c', 'wal_sync_method=fsync'],
  });
  return { db, fsync: teachFsync(db) };
}

/** An engine that threw is not in a known state: leave it to recovery at the next start. */
function endOnFailure(db: PGlite): void {
  const run = db.execProtocolRawStream.bind(db);
  db.execProtocolRawStream = async (...parameters: Parameters<typeof run>) => {
    try {
      return await run(...parameters);
    } catch (error) {
      return fail(error);
    }
  };
}

async function start(): Promise<void> {
  const { folder, socketPath } = input;
  if (!existsSync(path.join(folder, 'PG_VERSION'))) {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new Error(`${folder} is neither empty nor a database; move it away, or set TANDEM_DATA to another folder`);
    }
    tell({ kind: 'creating' });
    await create(folder);
  }
  const { db, fsync } = await open(folder);
  endOnFailure(db);
  const server = new PGLiteSocketServer({ db, path: socketPath, maxConnections: 1 });
  await server.start();

  parentPort?.on('message', (message: ToWorker) => {
    if (message !== 'close') return;
    server
      .stop()
      .then(() => db.close())
      .then(() => {
        tell({ kind: 'closed' });
        parentPort?.close();
      })
      .catch(fail);
  });
  tell({ kind: 'ready', fsync });
}

start().catch(fail);
