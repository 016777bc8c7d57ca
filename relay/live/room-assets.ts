// The assets of one room: which addresses its watchers have been told of, which wait for their bytes, and the lists that
// tell of them. The bytes themselves are the store's (asset-store.ts), the stream that carries the lists is the room's.
//
// Easy to get wrong: all of it comes from a stranger's page, which may offer for ever, never send, and change its mind;
// whatever is remembered here has a bound.

import { LIMITS } from '../../protocol/limits.ts';
import type { AssetEntry, FromVisitor } from '../../protocol/messages.ts';
import { MAX_ADDRESS_BYTES, Offers, weightOfAddress } from './offers.ts';

/** What an asset takes in a list besides its address, at most. */
const ASSET_BYTES = 128;
/** Lists of assets are that long at most, so that each is a frame by itself. */
const ASSET_LIST_BYTES = 256 * 1024;
/** Lists are written anew when there are so many, or so much of them is superseded. */
const MAX_ASSET_LISTS = 1000;
const SUPERSEDED_ASSET_BYTES = 64 * 1024;

export type Offered = (FromVisitor & { t: 'assets' })['list'];

export type AssetsDoor = {
  /** A list for whoever watches, kept for whoever joins. */
  tell(list: Uint8Array): void;
  /** What the kept lists weigh. */
  told(): { bytes: number; frames: number };
  /** The kept lists are superseded. */
  forget(): void;
  /** Something is left out. */
  skipped(): void;
};

export class RoomAssets {
  /** Bytes of what was taken in for this room. */
  bytes = 0;
  #door: AssetsDoor;
  #known = new Map<string, AssetEntry>();
  /** Of known addresses: the content that was no good, and is not asked for again. */
  #noGood = new Map<string, string>();
  #addressBytes = 0;
  #offers = new Offers();

  constructor(door: AssetsDoor) {
    this.#door = door;
  }

  /** Addresses that watchers know of. */
  get size(): number {
    return this.#known.size;
  }

  /** What they weigh. */
  get addressBytes(): number {
    return this.#addressBytes;
  }

  /** Asked for, and not here yet. */
  waitsFor(hash: string): boolean {
    return this.#offers.has(hash);
  }

  /** What the page has. Which hashes are to be sent; what the page can't read is for `fetch`. */
  offer(
    list: Offered,
    options: { now: number; typeOf(hash: string): string | undefined; fetch(url: string): void },
  ): string[] {
    const known: AssetEntry[] = [];
    const want = new Set<string>();
    for (const { url, hash, bytes } of list) {
      const before = this.#known.get(url);
      if (before && (hash === undefined || before.hash === hash || this.#noGood.get(url) === hash)) continue;
      if (!before && this.size >= LIMITS.maxRoomAssets) {
        this.#door.skipped();
        break;
      }
      if (hash !== undefined && (before || this.#offers.differs(url, hash)) && !this.#offers.mayChange(options.now)) {
        this.#door.skipped();
        continue;
      }
      if (hash === undefined) {
        options.fetch(url);
        continue;
      }
      const type = options.typeOf(hash);
      if (type !== undefined) {
        this.#offers.forget(url);
        known.push({ url, hash, type });
        continue;
      }
      if ((bytes ?? 0) > LIMITS.maxAssetBytes || this.bytes > LIMITS.maxRoomAssetBytes) {
        this.#door.skipped();
        this.announce([{ url, hash: null, type: '' }], hash);
        continue;
      }
      // One that waits already is asked for again: the page that was to send it may be gone.
      if (this.#offers.add(url, hash, { size: this.size, bytes: this.#addressBytes })) want.add(hash);
      else this.#door.skipped();
    }
    this.announce(known);
    return [...want];
  }

  /** A watcher asked for what the store has put away meanwhile: whether the page is to send it again. */
  missed(hash: string): boolean {
    if (this.bytes > LIMITS.maxRoomAssetBytes) return false;
    for (const { url, hash: known } of this.#known.values())
      if (known === hash && this.#offers.add(url, hash, { size: this.size, bytes: this.#addressBytes })) return true;
    return false;
  }

  /** An upload is stored, or was no good (undefined). */
  uploaded(hash: string, asset: { type: string; bytes: number } | undefined): void {
    const urls = this.#offers.settle(hash);
    if (asset) this.bytes += asset.bytes;
    if (asset) this.announce(urls.map((url) => ({ url, hash, type: asset.type })));
    else
      this.announce(
        urls.map((url) => ({ url, hash: null, type: '' })),
        hash,
      );
  }

  /** Assets that the mirror may now load (or never will): told to all, kept for joiners. `noGood`: what the page had to
   * offer for them. */
  announce(entries: readonly AssetEntry[], noGood?: string): void {
    const fresh: AssetEntry[] = [];
    for (const entry of entries) {
      const before = this.#known.get(entry.url);
      if (!before) {
        const bytes = weightOfAddress(entry.url);
        if (this.size >= LIMITS.maxRoomAssets || this.#addressBytes + bytes > MAX_ADDRESS_BYTES) {
          this.#door.skipped();
          continue;
        }
        this.#addressBytes += bytes;
      }
      if (noGood !== undefined) this.#noGood.set(entry.url, noGood);
      if (before?.hash === entry.hash) continue;
      this.#known.set(entry.url, entry);
      fresh.push(entry);
    }
    if (fresh.length === 0) return;
    this.#tell(fresh);
    const told = this.#door.told();
    const needed = this.#addressBytes + ASSET_BYTES * this.size;
    if (told.bytes <= 2 * needed + SUPERSEDED_ASSET_BYTES && told.frames <= MAX_ASSET_LISTS) return;
    // Told to all again: whoever is in the middle of catching up needs it, and it costs less than what led to it.
    this.#door.forget();
    this.#tell(this.#known.values());
  }

  #tell(entries: Iterable<AssetEntry>): void {
    let list: string[] = [];
    let bytes = 0;
    const tell = () => {
      this.#door.tell(new TextEncoder().encode(`[${list.join()}]`));
      list = [];
      bytes = 0;
    };
    for (const entry of entries) {
      list.push(JSON.stringify(entry));
      bytes += weightOfAddress(entry.url) + ASSET_BYTES;
      if (bytes > ASSET_LIST_BYTES) tell();
    }
    if (list.length > 0) tell();
  }
}
