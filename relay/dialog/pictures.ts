// Draws what people send as pictures anew, each in a process of its own (picture.child.ts): so what is shown to others is what
// our own encoder has written, without anything that hid in the file. One at a time: a large one takes all of a core.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NO_DECODER, readDrawn, type Drawn } from './picture-frame.ts';

/** `none`: it is no picture, or one that nobody could show. `no-decoder`: this machine can't draw any. */
export type DrawResult = { kind: 'drawn'; picture: Drawn } | { kind: 'none' } | { kind: 'no-decoder' };

/** Of a picture of many pixels on a slow core. */
const LONGEST_MS = 30_000;
/** What is drawn anew may be larger than what came. */
const MOST_BYTES = 96 * 1024 * 1024;

export type Pictures = { draw(bytes: Uint8Array): Promise<DrawResult>; close(): void };

export function createPictures(longestMs = LONGEST_MS): Pictures {
  let last: Promise<unknown> = Promise.resolve();
  let end = () => {};
  let isClosed = false;

  const draw = (bytes: Uint8Array): Promise<DrawResult> =>
    new Promise((resolve) => {
      if (isClosed) return resolve({ kind: 'none' });
      // Nothing of the relay's own: neither its settings, which hold passwords, nor its log.
      const child = spawn(process.execPath, childArguments(), { env: {}, stdio: ['pipe', 'pipe', 'ignore'] });
      const pieces: Buffer[] = [];
      let length = 0;
      const stop = () => child.kill('SIGKILL');
      const timer = setTimeout(stop, longestMs);
      end = stop;
      child.stdout.on('data', (piece: Buffer) => {
        length += piece.byteLength;
        if (length > MOST_BYTES) return void stop();
        pieces.push(piece);
      });
      // It may end before it has read all.
      child.stdin.on('error', () => {});
      child.stdin.end(bytes);
      child.once('error', () => resolve({ kind: 'no-decoder' }));
      child.once('close', (code) => {
        clearTimeout(timer);
        if (code === NO_DECODER) return resolve({ kind: 'no-decoder' });
        try {
          resolve(code === 0 ? { kind: 'drawn', picture: readDrawn(Buffer.concat(pieces)) } : { kind: 'none' });
        } catch {
          resolve({ kind: 'none' });
        }
      });
    });

  return {
    draw(bytes) {
      const drawing = last.then(() => draw(bytes));
      last = drawing;
      return drawing;
    },
    close() {
      isClosed = true;
      end();
    },
  };
}

/** As built it lies beside the main file; a test that runs from source needs tsx for it. */
function childArguments(): string[] {
  const bundled = fileURLToPath(new URL('./picture.child.js', import.meta.url));
  if (existsSync(bundled)) return [bundled];
  const tsx = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(tsx).href, fileURLToPath(new URL('./picture.child.ts', import.meta.url))];
}
