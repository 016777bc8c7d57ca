// Assets that one room's page has offered and the relay has asked for: which addresses will show them when they come.
// Bounded together with what the room already knows, since a page can offer for ever and never send.

import { LIMITS } from '../../protocol/limits.ts';
import { createBucket, take } from './peer.ts';

/** All addresses of a room's assets, as they are written for its watchers: some thousands of ordinary ones. */
export const MAX_ADDRESS_BYTES = 1024 * 1024;

export function weightOfAddress(url: string): number {
  return Buffer.byteLength(JSON.stringify(url));
}

/** Addresses whose content changed. A page that is loaded anew may change them all; one that goes on changing them would
 * make the relay tell every watcher for ever. */
const CHANGES = { burst: 200, perSec: 2 };

export class Offers {
  #urls = new Map<string, Set<string>>();
  #hashes = new Map<string, string>();
  #bytes = 0;
  #changes = createBucket(CHANGES.burst, 0);

  /** Addresses that wait. */
  get size(): number {
    return this.#hashes.size;
  }

  has(hash: string): boolean {
    return this.#urls.has(hash);
  }

  /** Waits for other content than this. */
  differs(url: string, hash: string): boolean {
    const waitsFor = this.#hashes.get(url);
    return waitsFor !== undefined && waitsFor !== hash;
  }

  mayChange(now: number): boolean {
    return take(this.#changes, CHANGES, now);
  }

  /** False: the room has no place for another address. */
  add(url: string, hash: string, known: { size: number; bytes: number }): boolean {
    if (this.#hashes.get(url) === hash) return true;
    this.forget(url);
    const weight = weightOfAddress(url);
    if (known.size + this.size >= LIMITS.maxRoomAssets || known.bytes + this.#bytes + weight > MAX_ADDRESS_BYTES)
      return false;
    this.#hashes.set(url, hash);
    this.#bytes += weight;
    const urls = this.#urls.get(hash);
    if (urls) urls.add(url);
    else this.#urls.set(hash, new Set([url]));
    return true;
  }

  /** It has come, or never will: the addresses that waited for it. */
  settle(hash: string): string[] {
    const urls = [...(this.#urls.get(hash) ?? [])];
    for (const url of urls) this.forget(url);
    return urls;
  }

  forget(url: string): void {
    const hash = this.#hashes.get(url);
    if (hash === undefined) return;
    this.#hashes.delete(url);
    this.#bytes -= weightOfAddress(url);
    const urls = this.#urls.get(hash);
    urls?.delete(url);
    if (urls?.size === 0) this.#urls.delete(hash);
  }
}
