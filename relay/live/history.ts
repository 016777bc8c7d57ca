// The frames of a room that a joiner needs: per tab the last whole snapshot and everything since, in one list by
// sequence. Bounded by limits.ts. Owns memory only; asking the page for a fresh snapshot is room.ts's business.
// Tab 0 is the relay itself (Assets frames): bounded by the number of assets of a room, so it has no weight here.

import { FLAG, HEADER_BYTES, KIND, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

type Kept = { sequence: number; tab: number; frame: Uint8Array };

export type HistoryWeight = 'light' | 'refresh' | 'dropped';

export class History {
  #frames: Kept[] = [];
  #bytes = 0;
  /** Sequence of the first piece of the snapshot that is arriving, per tab. */
  #arriving = new Map<number, number>();
  /** Tabs of which a whole snapshot is in the list. */
  #whole = new Set<number>();

  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#frames.length;
  }

  /** Whether a joiner would see this tab. */
  hasPicture(tab: number): boolean {
    return this.#whole.has(tab);
  }

  /** Keeps a stamped, ordered frame (the caller hands it over). Says what to do about the weight of its tab. */
  add(header: Header, sequence: number, frame: Uint8Array): HistoryWeight {
    const { tab } = header;
    this.#frames.push({ sequence, tab, frame });
    if (tab === 0) return 'light';
    this.#bytes += frame.byteLength;
    if (header.kind === KIND.Snapshot) {
      if (!this.#arriving.has(tab)) this.#arriving.set(tab, sequence);
      if ((header.flags & FLAG.More) === 0) {
        const first = this.#arriving.get(tab) ?? sequence;
        this.#arriving.delete(tab);
        this.#drop((kept) => kept.tab === tab && kept.sequence < first);
        this.#whole.add(tab);
      }
    }
    if (this.#bytes > LIMITS.historyHardBytes) {
      this.forget(tab);
      return 'dropped';
    }
    if (this.#bytes > LIMITS.historySoftBytes || this.#frames.length > LIMITS.historySoftFrames) return 'refresh';
    return 'light';
  }

  /** Everything of a tab goes: it closed, or grew past the hard limit. */
  forget(tab: number): void {
    this.#arriving.delete(tab);
    this.#whole.delete(tab);
    this.#drop((kept) => kept.tab === tab);
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#arriving.clear();
    this.#whole.clear();
  }

  /** Frames with a sequence above `from`, oldest first, until their bytes pass `maxBytes` (at least one). */
  after(from: number, maxBytes: number): Kept[] {
    const found: Kept[] = [];
    let bytes = 0;
    for (let index = this.#firstAfter(from); index < this.#frames.length; index++) {
      const kept = this.#frames[index];
      if (!kept || (bytes > 0 && bytes + kept.frame.byteLength > maxBytes)) break;
      found.push(kept);
      bytes += kept.frame.byteLength;
    }
    return found;
  }

  /** The tab whose frames weigh most: the one worth a fresh snapshot. */
  heaviestTab(): number | undefined {
    const weights = new Map<number, number>();
    let best: number | undefined;
    for (const kept of this.#frames) {
      if (kept.tab === 0) continue;
      // A frame costs more than its bytes: a header, an array slot, an event to apply.
      const weight = (weights.get(kept.tab) ?? 0) + kept.frame.byteLength + 8 * HEADER_BYTES;
      weights.set(kept.tab, weight);
      if (best === undefined || weight > (weights.get(best) ?? 0)) best = kept.tab;
    }
    return best;
  }

  #firstAfter(from: number): number {
    let low = 0;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const kept = this.#frames[middle];
      if (kept && kept.sequence <= from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drop(unwanted: (kept: Kept) => boolean): void {
    this.#frames = this.#frames.filter((kept) => {
      if (!unwanted(kept)) return true;
      this.#bytes -= kept.frame.byteLength;
      return false;
    });
  }
}
