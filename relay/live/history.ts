// The frames of a room that a joiner needs: per tab the last whole snapshot and everything since, in one log by
// sequence. Bounded by limits.ts. Owns memory only; asking the page for a fresh snapshot is room.ts's business.
// Tab 0 is the relay itself (Assets frames). It does not count in what makes a page send a fresh snapshot, since that
// would make it no lighter: room.ts looks at its weight and writes its lists anew.
//
// The log is a few large pieces of memory, not one object per frame: every frame of every room passes through here, and
// an array of small buffers cost more than the fan-out itself (bench `relay`). Dropped pieces are used again, by any
// room: fresh memory costs the system more than the copying. Easy to get wrong: what `after` hands out is therefore only
// good until the next frame is added anywhere.

import { FLAG, HEADER_BYTES, KIND, readHeader, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

type Kept = { sequence: number; tab: number; frame: Uint8Array };

export type HistoryWeight = 'light' | 'refresh' | 'dropped';

/** Frames one behind the other, each after its length. */
type Piece = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly capacity: number;
  used: number;
  frames: number;
  lastSequence: number;
  /** Whose frames these all are; undefined: of several tabs. */
  tab: number | undefined;
};

const LENGTH_BYTES = 4;
/** Some hundred small changes. A room that is watched costs at least this. */
const PIECE_BYTES = 64 * 1024;
/** Spare pieces that are kept: what the rooms of a busy relay let go and take up again in some seconds. */
const MAX_SPARE_BYTES = 64 * 1024 * 1024;

/** Pieces that no room needs now; one for all rooms. */
export class SparePieces {
  #spare: Piece[] = [];

  /** Empty, with room for at least this many bytes, for frames of this tab. */
  take(bytes: number, tab: number): Piece {
    const isUsual = bytes <= PIECE_BYTES / 2;
    const spare = isUsual ? this.#spare.pop() : undefined;
    if (spare) {
      spare.tab = tab;
      return spare;
    }
    // Not cleared: nothing beyond `used` is ever read. A long frame gets a piece of its own size.
    const capacity = isUsual ? PIECE_BYTES : bytes;
    const memory = Buffer.allocUnsafeSlow(capacity);
    return { bytes: memory, view: new DataView(memory.buffer), capacity, used: 0, frames: 0, lastSequence: 0, tab };
  }

  give(piece: Piece): void {
    if (piece.capacity !== PIECE_BYTES || this.#spare.length * PIECE_BYTES >= MAX_SPARE_BYTES) return;
    piece.used = 0;
    piece.frames = 0;
    piece.lastSequence = 0;
    this.#spare.push(piece);
  }
}

/** What the log holds of one tab. */
type TabLog = {
  bytes: number;
  frames: number;
  /** A whole snapshot is there: a joiner would see the tab. */
  isWhole: boolean;
  /** Sequence of the first piece of the snapshot that is arriving. */
  arrivingFrom: number | undefined;
};

export class History {
  #spare: SparePieces;
  #pieces: Piece[] = [];
  #frames = 0;
  #bytes = 0;
  #tabs = new Map<number, TabLog>();

  constructor(spare: SparePieces) {
    this.#spare = spare;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Whether a joiner would see this tab. */
  hasPicture(tab: number): boolean {
    return this.#tabs.get(tab)?.isWhole === true;
  }

  weightOf(tab: number): { bytes: number; frames: number } {
    const { bytes, frames } = this.#tabs.get(tab) ?? { bytes: 0, frames: 0 };
    return { bytes, frames };
  }

  /** Keeps a copy of a stamped, ordered frame; `header` as stamped. Says what to do about the weight of its tab. */
  add(header: Header, frame: Uint8Array): HistoryWeight {
    const { tab, sequence } = header;
    // Read once: on a frame's path every look at a typed array's length is a call.
    const bytes = frame.byteLength;
    const log = this.#count(tab, bytes);
    const startsSnapshot = header.kind === KIND.Snapshot && log.arrivingFrom === undefined;
    // A snapshot begins a piece, so that what it will supersede fills whole ones.
    if (startsSnapshot) this.#pieces.push(this.#spare.take(LENGTH_BYTES + bytes, tab));
    this.#append(header, frame, bytes);
    if (tab === 0) return 'light';
    if (header.kind === KIND.Snapshot) {
      log.arrivingFrom ??= sequence;
      if ((header.flags & FLAG.More) === 0) {
        this.#drop(tab, log.arrivingFrom);
        log.arrivingFrom = undefined;
        log.isWhole = true;
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
    this.#drop(tab, Infinity);
    this.#tabs.delete(tab);
  }

  clear(): void {
    for (const piece of this.#pieces) this.#spare.give(piece);
    this.#pieces = [];
    this.#frames = 0;
    this.#bytes = 0;
    this.#tabs.clear();
  }

  /** Frames with a sequence above `from`, oldest first, until their bytes pass `maxBytes` (at least one). Lent: good until
   * the next frame is added. */
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
    for (const [tab, { bytes, frames }] of this.#tabs) {
      // A frame costs more than its bytes: a header, an event to apply.
      const weight = bytes + 8 * HEADER_BYTES * frames;
      if (tab === 0 || weight <= most) continue;
      best = tab;
      most = weight;
    }
    return best;
  }

  #append({ tab, sequence }: { tab: number; sequence: number }, frame: Uint8Array, bytes: number): void {
    const needed = LENGTH_BYTES + bytes;
    let piece = this.#pieces.at(-1);
    if (!piece || piece.capacity - piece.used < needed) {
      piece = this.#spare.take(needed, tab);
      this.#pieces.push(piece);
    }
    piece.view.setUint32(piece.used, bytes, true);
    piece.bytes.set(frame, piece.used + LENGTH_BYTES);
    piece.used += needed;
    piece.frames += 1;
    piece.lastSequence = sequence;
    if (piece.tab !== tab) piece.tab = undefined;
  }

  #count(tab: number, bytes: number): TabLog {
    let log = this.#tabs.get(tab);
    if (!log) this.#tabs.set(tab, (log = { bytes: 0, frames: 0, isWhole: false, arrivingFrom: undefined }));
    log.bytes += bytes;
    log.frames += 1;
    this.#frames += 1;
    if (tab !== 0) this.#bytes += bytes;
    return log;
  }

  #discount(tab: number, frames: number, bytes: number): void {
    this.#frames -= frames;
    if (tab !== 0) this.#bytes -= bytes;
    const log = this.#tabs.get(tab);
    if (!log) return;
    log.bytes -= bytes;
    log.frames -= frames;
  }

  /** Lets go of a tab's frames with a sequence below `before`. */
  #drop(tab: number, before: number): void {
    const old = this.#pieces;
    const done: Piece[] = [];
    this.#pieces = [];
    for (const piece of old) {
      if (piece.tab !== undefined && piece.tab !== tab) {
        this.#pieces.push(piece);
        continue;
      }
      if (piece.tab === tab && piece.lastSequence < before) {
        // The usual case: one tab, one page after the other.
        this.#discount(tab, piece.frames, piece.used - LENGTH_BYTES * piece.frames);
        done.push(piece);
        continue;
      }
      const frames = framesOf(piece);
      const goes = (each: Kept) => each.tab === tab && each.sequence < before;
      // Untouched pieces are kept as they are; what is left of the others is copied together.
      if (!frames.some(goes)) this.#pieces.push(piece);
      else {
        for (const each of frames)
          if (goes(each)) this.#discount(tab, 1, each.frame.byteLength);
          else this.#append(each, each.frame, each.frame.byteLength);
        done.push(piece);
      }
    }
    for (const piece of done) this.#spare.give(piece);
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
