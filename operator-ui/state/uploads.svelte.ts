// Files of the operator's on their way to the relay: sends what the outbox holds, tells it what has become of each, and how far
// each has come.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole, or never read by a component */

import type { FileRefusal } from '../../protocol/files.ts';
import { startUpload } from '../../protocol/upload.ts';
import type { FileHttp } from '../file-http.ts';
import type { Waiting, WishFile } from './outbox.svelte.ts';

type Doors = {
  http: FileHttp;
  after(delayMs: number, task: () => void): () => void;
  now(): number;
  is(file: string, now: { isReady: true } | { why: FileRefusal }): void;
};

/** One large one does not hold up a small one. */
const AT_ONCE = 2;

export class Uploads {
  #doors: Doors;
  #running = new Map<string, () => void>();
  #shares = $state.raw<ReadonlyMap<string, number>>(new Map());
  #kept: readonly Waiting[] = [];

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  /** From 0 to 1; undefined: it is not on its way. */
  shareOf(file: string): number | undefined {
    return this.#shares.get(file);
  }

  /** Sends what is among these, and no more what is not. */
  keep(items: readonly Waiting[]): void {
    this.#kept = items;
    const here = new Set(items.flatMap(filesOf).map(({ id }) => id));
    for (const [id, cancel] of this.#running) {
      if (here.has(id)) continue;
      this.#running.delete(id);
      cancel();
    }
    this.#next();
  }

  #next(): void {
    for (const item of this.#kept)
      for (const file of filesOf(item))
        if (this.#running.size < AT_ONCE && !file.isReady && !file.why && !this.#running.has(file.id))
          this.#start(item.conversation, file);
  }

  #start(conversation: string, { id, name, bytes, type, blob }: WishFile): void {
    const { http, after, now, is } = this.#doors;
    const form = { id, name, bytes, type, conversation };
    // Replaced below: it may tell of itself at once.
    this.#running.set(id, () => {});
    const cancel = startUpload(
      form,
      // Logged out: what waits goes out after the next login.
      { ask: (request) => http.send(request, blob), permit: () => Promise.resolve(), after, now },
      (state) => {
        if (state.kind === 'sending') this.#shares = new Map(this.#shares).set(id, state.bytes / bytes);
        if (state.kind !== 'ready' && state.kind !== 'refused') return;
        this.#running.delete(id);
        is(id, state.kind === 'ready' ? { isReady: true } : { why: state.why });
        this.#next();
      },
    );
    if (this.#running.has(id)) this.#running.set(id, cancel);
  }
}

function filesOf({ wish, state }: Waiting): readonly WishFile[] {
  return wish.do === 'send' && state.kind !== 'done' && state.kind !== 'failed' ? (wish.files ?? []) : [];
}
