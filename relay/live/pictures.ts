// The current picture of each canvas and video of a room: what a joiner would otherwise wait for until it changes. Latest
// wins; the oldest give way.

import { HEADER_BYTES } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

export class Pictures {
  #frames = new Map<string, Uint8Array>();

  /** Takes a copy of a stamped Picture frame. */
  keep(tab: number, frame: Uint8Array): void {
    const kept = frame.slice();
    const node = new DataView(kept.buffer).getUint32(HEADER_BYTES, true);
    const key = `${tab}:${node}`;
    // Anew, so that the first is always the oldest.
    this.#frames.delete(key);
    this.#frames.set(key, kept);
    if (this.#frames.size <= LIMITS.maxPicturesPerRoom) return;
    const [oldest] = this.#frames.keys();
    if (oldest !== undefined) this.#frames.delete(oldest);
  }

  /** Those of a tab go. */
  drop(tab: number): void {
    const prefix = `${tab}:`;
    for (const key of this.#frames.keys()) if (key.startsWith(prefix)) this.#frames.delete(key);
  }

  clear(): void {
    this.#frames.clear();
  }

  all(): IterableIterator<Uint8Array> {
    return this.#frames.values();
  }
}
