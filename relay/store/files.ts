// Bytes of files that people send in conversations, behind an interface that a folder fulfils here. Knows neither whose they
// are nor what they are (attachments.ts). Another kind of storage is another function that gives a FileStore.
//
// Easy to get wrong: what was answered must be there after a crash, so a file is not finished before the disk has it. And a
// piece may be written twice at once, by a sender who took the first for lost: pieces of one file go one after the other.

import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** As much of it as stands there, when `at` is not where it goes on. */
export type Written = { size: number };

export type FileStore = {
  /** How much of an unfinished file is there. */
  size(key: string): Promise<number>;
  /** Puts a piece at the end of an unfinished file. It is left alone if that is not at `at`. */
  append(key: string, at: number, piece: Uint8Array): Promise<Written>;
  /** No more of it will come, and all that did is safe: from now on it can be read. */
  finish(key: string): Promise<void>;
  /** A whole file, at once. One that is there is replaced. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Throws, when it is asked for the first piece, if there is no such finished file. */
  read(key: string): AsyncIterable<Uint8Array>;
  /** Finished or not; or not there. */
  delete(key: string): Promise<void>;
};

const KEY = /^[\da-f-]{36}(\.[a-z]+)?$/;
const PIECE_BYTES = 64 * 1024;

export async function openFileFolder(dir: string): Promise<FileStore> {
  await mkdir(dir, { recursive: true });
  /** By key: what is being written. */
  const writing = new Map<string, Promise<unknown>>();

  const fileOf = (key: string) => {
    // Keys are ids of ours; one that could lead elsewhere is a mistake in the relay.
    if (!KEY.test(key)) throw new Error(`${key} is no key of a file`);
    // The end of a UUIDv7 is random.
    return path.join(dir, key.slice(34, 36), key);
  };
  const partOf = (key: string) => `${fileOf(key)}.part`;

  const inTurn = <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const running = (writing.get(key) ?? Promise.resolve()).then(task, task);
    writing.set(key, running);
    const over = () => {
      if (writing.get(key) === running) writing.delete(key);
    };
    running.then(over, over);
    return running;
  };

  const sizeOf = async (file: string): Promise<number | undefined> => {
    try {
      return (await stat(file)).size;
    } catch {
      return undefined;
    }
  };

  const settle = async (part: string, file: string) => {
    const handle = await open(part, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  };

  return {
    size: (key) => inTurn(key, async () => (await sizeOf(partOf(key))) ?? 0),
    append: (key, at, piece) =>
      inTurn(key, async () => {
        const part = partOf(key);
        await mkdir(path.dirname(part), { recursive: true });
        const size = (await sizeOf(part)) ?? 0;
        if (size !== at) return { size };
        // At its place and not at the end: a piece that broke off in the middle is written over when it comes again.
        const handle = await open(part, size === 0 ? 'w' : 'r+');
        try {
          await handle.write(piece, 0, piece.byteLength, at);
        } finally {
          await handle.close();
        }
        return { size: at + piece.byteLength };
      }),
    finish: (key) =>
      inTurn(key, async () => {
        const [part, file] = [partOf(key), fileOf(key)];
        // Finished before, and the word of it was lost.
        if ((await sizeOf(part)) === undefined && (await sizeOf(file)) !== undefined) return;
        await settle(part, file);
      }),
    put: (key, bytes) =>
      inTurn(key, async () => {
        const [part, file] = [partOf(key), fileOf(key)];
        await mkdir(path.dirname(part), { recursive: true });
        await writeFile(part, bytes);
        await settle(part, file);
      }),
    read: (key) => createReadStream(fileOf(key), { highWaterMark: PIECE_BYTES }),
    delete: (key) =>
      inTurn(key, async () => {
        await rm(partOf(key), { force: true });
        await rm(fileOf(key), { force: true });
      }),
  };
}
