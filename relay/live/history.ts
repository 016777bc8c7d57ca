// The frames of a room that a joiner needs: per tab the last whole snapshot and everything since, in one log by
// sequence. Bounded by limits.ts. Owns memory only; asking the page for a fresh snapshot is room.ts's business.
// Tab 0 is the relay itself (Assets frames): bounded by the number of assets of a room, so it has no weight here.
//
// The log is a few large pieces of memory, not one object per frame: every frame of every room passes through here, and
// an array of small buffers cost more than the fan-out itself (bench `relay`). Easy to get wrong: a piece is only ever
// appended to, so frames handed out stay true though the log has moved on.

import { FLAG, HEADER_BYTES, KIND, readHeader, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

type Kept = { sequence: number; tab: number; frame: Uint8Array };

export type HistoryWeight = 'light' | 'refresh' | 'dropped';

/** Frames one behind the other, each after its length. */
type Piece = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
  lastSequence: number;
};

const LENGTH_BYTES = 4;
/** Some hundred small changes. A room that is watched costs at least this. */
const PIECE_BYTES = 64 * 1024;

type Weight = { bytes: number; frames: number };

export class History {
  #pieces: Piece[] = [];
  #frames = 0;
  #bytes = 0;
  #weights = new Map<number, Weight>();
  /** Sequence of the first piece of the snapshot that is arriving, per tab. */
  #arriving = new Map<number, number>();
  /** Tabs of which a whole snapshot is in the list. */
  #whole = new Set<number>();

  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Whether a joiner would see this tab. */
  hasPicture(tab: number): boolean {
    return this.#whole.has(tab);
  }

  /** Keeps a copy of a stamped, ordered frame; `header` as stamped. Says what to do about the weight of its tab. */
  add(header: Header, frame: Uint8Array): HistoryWeight {
    const { tab, sequence } = header;
    this.#append(sequence, frame);
    this.#count(tab, frame.byteLength);
    if (tab === 0) return 'light';
    if (header.kind === KIND.Snapshot) {
      if (!this.#arriving.has(tab)) this.#arriving.set(tab, sequence);
      if ((header.flags & FLAG.More) === 0) {
        const first = this.#arriving.get(tab) ?? sequence;
        this.#arriving.delete(tab);
        this.#drop(tab, first);
        this.#whole.add(tab);
      }
    }
    if (this.#bytes > LIMITS.historyHardBytes) {
      this.forget(tab);
      return 'dropped';
    }
    if (this.#bytes > LIMITS.historySoftBytes || this.#frames > LIMITS.historySoftFrames) return 'refresh';
    return 'light';
  }

  /** Everything of a tab goes: it closed, or grew past the hard limit. */
  forget(tab: number): void {
    this.#arriving.delete(tab);
    this.#whole.delete(tab);
    this.#drop(tab, Infinity);
  }

  clear(): void {
    this.#pieces = [];
    this.#frames = 0;
    this.#bytes = 0;
    this.#weights.clear();
    this.#arriving.clear();
    this.#whole.clear();
  }

  /** Frames with a sequence above `from`, oldest first, until their bytes pass `maxBytes` (at least one). */
  after(from: number, maxBytes: number): Kept[] {
    const found: Kept[] = [];
    let bytes = 0;
    for (const piece of this.#pieces) {
      if (piece.lastSequence <= from) continue;
      for (const kept of framesOf(piece)) {
        if (kept.sequence <= from) continue;
        if (bytes > 0 && bytes + kept.frame.byteLength > maxBytes) return found;
        found.push(kept);
        bytes += kept.frame.byteLength;
      }
    }
    return found;
  }

  /** The tab whose frames weigh most: the one worth a fresh snapshot. */
  heaviestTab(): number | undefined {
    let best: number | undefined;
    let most = 0;
    for (const [tab, { bytes, frames }] of this.#weights) {
      // A frame costs more than its bytes: a header, an event to apply.
      const weight = bytes + 8 * HEADER_BYTES * frames;
      if (tab === 0 || weight <= most) continue;
      best = tab;
      most = weight;
    }
    return best;
  }

  #append(sequence: number, frame: Uint8Array): void {
    const needed = LENGTH_BYTES + frame.byteLength;
    let piece = this.#pieces.at(-1);
    if (!piece || piece.bytes.byteLength - piece.used < needed) {
      // A long frame gets a piece of its own size.
      const bytes = new Uint8Array(needed > PIECE_BYTES / 2 ? needed : PIECE_BYTES);
      piece = { bytes, view: new DataView(bytes.buffer), used: 0, lastSequence: 0 };
      this.#pieces.push(piece);
    }
    piece.view.setUint32(piece.used, frame.byteLength, true);
    piece.bytes.set(frame, piece.used + LENGTH_BYTES);
    piece.used += needed;
    piece.lastSequence = sequence;
  }

  #count(tab: number, bytes: number): void {
    this.#frames += 1;
    if (tab !== 0) this.#bytes += bytes;
    const weight = this.#weights.get(tab);
    if (!weight) this.#weights.set(tab, { bytes, frames: 1 });
    else {
      weight.bytes += bytes;
      weight.frames += 1;
    }
  }

  /** Lets go of a tab's frames with a sequence below `before`. */
  #drop(tab: number, before: number): void {
    const old = this.#pieces;
    this.#pieces = [];
    this.#frames = 0;
    this.#bytes = 0;
    this.#weights.clear();
    for (const piece of old) {
      const kept = framesOf(piece);
      const stays = kept.filter((each) => each.tab !== tab || each.sequence >= before);
      // Untouched pieces are kept as they are; what is left of the others is copied together.
      if (stays.length === kept.length) this.#pieces.push(piece);
      else for (const { sequence, frame } of stays) this.#append(sequence, frame);
      for (const each of stays) this.#count(each.tab, each.frame.byteLength);
    }
  }
}

function framesOf(piece: Piece): Kept[] {
  const frames: Kept[] = [];
  for (let at = 0; at < piece.used;) {
    const start = at + LENGTH_BYTES;
    at = start + piece.view.getUint32(at, true);
    const frame = piece.bytes.subarray(start, at);
    const { sequence, tab } = readHeader(frame);
    frames.push({ sequence, tab, frame });
  }
  return frames;
}
