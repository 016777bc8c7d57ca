// One file on its way to the relay, as a sender sees it: begun, sent in pieces, looked at, ready or refused. What breaks off
// goes on where the relay says that it stands. Pure: requests, pieces and timers are handed in; the same for widget and console.
//
// Easy to get wrong: what was sent may have come though its answer was lost. So nothing is taken from what was sent, and all
// from what the relay says.

import type { Attached } from './dialog.ts';
import { fileStanding, type FileForm, type FileRefusal } from './files.ts';
import { LIMITS } from './limits.ts';

export type UploadState =
  | { kind: 'sending'; bytes: number }
  /** All of it is there, and is looked at. */
  | { kind: 'checking' }
  | { kind: 'ready'; file: Attached }
  | { kind: 'refused'; why: FileRefusal };

export type UploadRequest = {
  method: 'POST' | 'PATCH' | 'DELETE';
  /** Behind `/file/`. */
  path: string;
  form?: FileForm;
  /** Bytes of the file. */
  piece?: { from: number; to: number };
};

export type UploadDoor = {
  /** Undefined: no answer came, or one that is not the relay's. */
  ask(request: UploadRequest): Promise<{ status: number; body: unknown } | undefined>;
  /** A new pass, where that is what is missing; settles when it is worth while to ask again. */
  permit(): Promise<unknown>;
  after(delayMs: number, task: () => void): () => void;
  now(): number;
};

/** So that whoever waits sees it go on, on any line: pieces are as long as go in about a second. */
const FIRST_PIECE_BYTES = 128 * 1024;
const LEAST_PIECE_BYTES = 32 * 1024;
const QUICK_MS = 500;
const SLOW_MS = 2000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const LOOK_AGAIN_MS = 700;

/** What it gives ends it, and has the relay forget the file. */
export function startUpload(form: FileForm, door: UploadDoor, told: (state: UploadState) => void): () => void {
  let isOver = false;
  let pauseMs = FIRST_PAUSE_MS;
  let cancelPause = () => {};
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      cancelPause = door.after(ms, resolve);
    });
  const pauseLonger = async () => {
    await pause(pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
  };
  const settle = (state: UploadState) => {
    isOver = true;
    told(state);
  };

  const run = async () => {
    /** Undefined: the relay is to be asked. */
    let at: number | undefined;
    let pieceBytes = FIRST_PIECE_BYTES;
    while (!isOver) {
      const to = Math.min(form.bytes, (at ?? 0) + pieceBytes);
      const began = door.now();
      const answer = await door.ask(
        at === undefined
          ? { method: 'POST', path: '', form }
          : { method: 'PATCH', path: `${form.id}?at=${at}`, piece: { from: at, to } },
      );
      if (isOver) return;
      const tookMs = door.now() - began;
      if (!answer || tookMs > SLOW_MS) pieceBytes = Math.max(LEAST_PIECE_BYTES, pieceBytes / 2);
      else if (tookMs < QUICK_MS) pieceBytes = Math.min(LIMITS.fileChunkBytes, pieceBytes * 2);
      if (answer?.status === 401) {
        await door.permit();
        await pauseLonger();
        continue;
      }
      // 409: not what is missing; the answer says what is.
      if (!answer || (answer.status !== 200 && answer.status !== 409)) {
        if (answer && (answer.status === 413 || answer.status === 400))
          return settle({ kind: 'refused', why: answer.status === 413 ? 'too-large' : 'not-allowed' });
        await pauseLonger();
        at = undefined;
        continue;
      }
      const { state, at: stands, why, file } = fileStanding(answer.body, 'answer');
      if (state === 'refused') return settle({ kind: 'refused', why: why ?? 'damaged' });
      if (state === 'ready' && file) return settle({ kind: 'ready', file });
      if (state === 'scanning') {
        told({ kind: 'checking' });
        at = undefined;
        await pause(LOOK_AGAIN_MS);
        continue;
      }
      if (stands > (at ?? 0)) pauseMs = FIRST_PAUSE_MS;
      at = stands;
      told({ kind: 'sending', bytes: stands });
    }
  };
  // An answer that is none of the relay's ends nothing: it is tried again.
  const forEver = (): Promise<void> =>
    run().catch(async () => {
      await pauseLonger();
      if (!isOver) return forEver();
    });
  void forEver();

  return () => {
    if (isOver) return;
    isOver = true;
    cancelPause();
    void door.ask({ method: 'DELETE', path: form.id });
  };
}
