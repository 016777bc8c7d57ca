// The current picture of each canvas and video of a room: what a joiner would otherwise wait for until it changes. Latest
// wins; the oldest give way.

import { HEADER_BYTES } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

type Kept = { readonly frame: Uint8Array; readonly version: number };

export class Pictures {
  /** By age: what comes anew goes to the end. */
  #kept = new Map<string, Kept>();
  #version = 0;

  /** Of the newest picture; those of later ones are higher. */
  get version(): number {
    return this.#version;
  }

  /** Takes a copy of a stamped Picture frame. */
  keep(tab: number, frame: Uint8Array): void {
    const copy = frame.slice();
    const node = new DataView(copy.buffer).getUint32(HEADER_BYTES, true);
    const key = `${tab}:${node}`;
    this.#kept.delete(key);
    this.#kept.set(key, { frame: copy, version: ++this.#version });
    if (this.#kept.size <= LIMITS.maxPicturesPerRoom) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Those of a tab go. */
  drop(tab: number): void {
    const prefix = `${tab}:`;
    for (const key of this.#kept.keys()) if (key.startsWith(prefix)) this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }

  /** The oldest of those that came after this version; undefined: there is none. */
  next(version: number): Kept | undefined {
    for (const kept of this.#kept.values()) if (kept.version > version) return kept;
    return undefined;
  }
}
