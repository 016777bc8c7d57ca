// The frames of a room that a joiner needs: per tab the last whole snapshot and everything since, in one log by
// sequence. Bounded by limits.ts. Owns memory only; asking the page for a fresh snapshot is room.ts's business.
// Tab 0 is the relay itself (Assets frames). It does not count in what makes a page send a fresh snapshot, since that
// would make it no lighter: room.ts looks at its weight and writes its lists anew.
//
// The log is a few large pieces of memory, not one object per frame: every frame of every room passes through here, and
// an array of small buffers cost more than the fan-out itself (bench `relay`). A piece is laid out as operators receive
// it (codec.ts, bundle): whoever watches is sent stretches of it, many frames at a time. Dropped pieces are used again,
// by any room: fresh memory costs the system more than the copying. Easy to get wrong: what `after` and `handOn` give is
// therefore only good until the next frame is added anywhere.

import {
  FLAG,
  HEADER_BYTES,
  KIND,
  BUNDLED_BYTES,
  framesOf,
  putInBundle,
  readHeader,
  type Header,
} from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';

/** Some frames one behind the other, as operators receive them. `upTo`: sequence of the last. */
export type Stretch = { readonly bundle: Uint8Array; readonly upTo: number };

/** `dropped`: the tab of which nothing is kept any more. */
export type HistoryWeight = 'light' | 'refresh' | { readonly dropped: number };

/** Frames one behind the other, each after its length. */
type Piece = {
  readonly bytes: Uint8Array;
  readonly capacity: number;
  used: number;
  frames: number;
  lastSequence: number;
  /** Whose frames these all are; undefined: of several tabs. */
  tab: number | undefined;
};

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
    const { buffer } = Buffer.allocUnsafeSlow(capacity);
    // No Buffer: its slice() does not copy, unlike that of what callers believe they have.
    const memory = new Uint8Array(buffer);
    return { bytes: memory, capacity, used: 0, frames: 0, lastSequence: 0, tab };
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
  /** None of its frames has a sequence below this: what goes of it is looked for from there on, not in all that the room
   * has. A page may send snapshots as fast as frames. */
  oldest: number;
  /** A whole snapshot is there: a joiner would see the tab. */
  isWhole: boolean;
  /** Sequence of the first piece of the snapshot that is arriving. */
  arrivingFrom: number | undefined;
};

export class History {
  #spare: SparePieces;
  #pieces: Piece[] = [];
  /** The last of them: to look for it with every frame shows in the bench `relay`. */
  #last: Piece | undefined;
  /** The tab that was written to last: looking it up for every frame shows in the bench `relay`. */
  #lastTab = -1;
  #lastLog: TabLog | undefined;
  #frames = 0;
  #bytes = 0;
  #tabs = new Map<number, TabLog>();
  #live: (stretch: Stretch) => void;
  /** What of the last piece `live` has been given. All of the others has. */
  #handedOn = 0;

  /** `live` is given every frame that is added, once and in order: many at a time, by `handOn`, or before the memory they
   * lie in is let go. */
  constructor(spare: SparePieces, live: (stretch: Stretch) => void) {
    this.#spare = spare;
    this.#live = live;
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

  /** Keeps a copy of a stamped, ordered frame; `header` as stamped. Says what to do about the weight of its tab. `isSent`:
   * live watchers have it already, and everything before it. */
  add(header: Header, frame: Uint8Array, isSent = false): HistoryWeight {
    const { tab, sequence, length: bytes } = header;
    const log = this.#count(tab, sequence, bytes);
    const startsSnapshot = header.kind === KIND.Snapshot && log.arrivingFrom === undefined;
    // A snapshot begins a piece, so that what it will supersede fills whole ones.
    if (startsSnapshot || !this.#fits(bytes)) {
      this.handOn();
      this.#grow(bytes, tab);
      this.#handedOn = 0;
    }
    this.#append(header, frame);
    if (isSent) this.#handedOn = this.#last?.used ?? 0;
    if (tab === 0) return 'light';
    if (header.kind === KIND.Snapshot) {
      log.arrivingFrom ??= sequence;
      if ((header.flags & FLAG.More) === 0) {
        this.#drop(tab, log.arrivingFrom);
        log.arrivingFrom = undefined;
        log.isWhole = true;
      }
    }
    if (this.#bytes > LIMITS.historyHardBytes || this.#frames > LIMITS.historyHardFrames) return this.#dropHeaviest();
    if (this.#bytes > LIMITS.historySoftBytes || this.#frames > LIMITS.historySoftFrames) return 'refresh';
    return 'light';
  }

  /** Gives `live` what was added since the last time. */
  handOn(): void {
    const piece = this.#last;
    if (!piece || piece.used === this.#handedOn) return;
    const bundle = piece.bytes.subarray(this.#handedOn, piece.used);
    this.#handedOn = piece.used;
    this.#live({ bundle, upTo: piece.lastSequence });
  }

  /** Everything of a tab goes: it closed, or grew past the hard limit. */
  forget(tab: number): void {
    this.#drop(tab, Infinity);
    this.#tabs.delete(tab);
    this.#lastLog = undefined;
  }

  clear(): void {
    this.handOn();
    for (const piece of this.#pieces) this.#spare.give(piece);
    this.#pieces = [];
    this.#last = undefined;
    this.#handedOn = 0;
    this.#frames = 0;
    this.#bytes = 0;
    this.#tabs.clear();
    this.#lastLog = undefined;
  }

  /** Frames with a sequence above `from`, oldest first, of no more than `maxBytes`, or one. Lent: good until the next frame
   * is added. */
  after(from: number, maxBytes: number): Stretch[] {
    const found: Stretch[] = [];
    let bytes = 0;
    for (const piece of this.#pieces) {
      if (piece.lastSequence <= from) continue;
      const bundle = filledOf(piece).subarray(offsetAfter(piece, from));
      const isTooLong = bytes + bundle.byteLength > maxBytes;
      if (isTooLong && bytes > 0) return found;
      if (isTooLong) return [beginningOf(bundle, maxBytes)];
      found.push({ bundle, upTo: piece.lastSequence });
      bytes += bundle.byteLength;
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

  /** Whether the last piece takes a frame of so many bytes. */
  #fits(bytes: number): boolean {
    const piece = this.#last;
    return piece !== undefined && piece.capacity - piece.used >= BUNDLED_BYTES + bytes;
  }

  #grow(bytes: number, tab: number): void {
    this.#put(this.#spare.take(BUNDLED_BYTES + bytes, tab));
  }

  #put(piece: Piece): void {
    this.#pieces.push(piece);
    this.#last = piece;
  }

  /** To the last piece, into which it fits. */
  #append({ tab, sequence, length }: Header, frame: Uint8Array): void {
    const piece = this.#last;
    if (!piece) throw new Error('no piece to append to');
    putInBundle(piece.bytes, piece.used, frame, length);
    piece.used += BUNDLED_BYTES + length;
    piece.frames += 1;
    piece.lastSequence = sequence;
    if (piece.tab !== tab) piece.tab = undefined;
  }

  #count(tab: number, sequence: number, bytes: number): TabLog {
    const log = this.#lastLog !== undefined && this.#lastTab === tab ? this.#lastLog : this.#open(tab, sequence);
    log.bytes += bytes;
    log.frames += 1;
    this.#frames += 1;
    if (tab !== 0) this.#bytes += bytes;
    return log;
  }

  #open(tab: number, sequence: number): TabLog {
    let log = this.#tabs.get(tab);
    if (!log) {
      log = { bytes: 0, frames: 0, oldest: sequence, isWhole: false, arrivingFrom: undefined };
      this.#tabs.set(tab, log);
    }
    this.#lastTab = tab;
    this.#lastLog = log;
    return log;
  }

  #discount(tab: number, log: TabLog, frames: number, bytes: number): void {
    this.#frames -= frames;
    if (tab !== 0) this.#bytes -= bytes;
    log.bytes -= bytes;
    log.frames -= frames;
  }

  /** Not whichever tab happened to pass the limit: a light one would pass it again with its next frame, and each time all
   * that the others have is walked through. */
  #dropHeaviest(): HistoryWeight {
    const dropped = this.heaviestTab();
    if (dropped === undefined) return 'light';
    this.forget(dropped);
    return { dropped };
  }

  /** Lets go of a tab's frames with a sequence below `before`. */
  #drop(tab: number, before: number): void {
    const log = this.#tabs.get(tab);
    if (!log) return;
    this.handOn();
    const old = this.#pieces.splice(this.#firstWith(log.oldest));
    log.oldest = before;
    const done: Piece[] = [];
    this.#last = this.#pieces.at(-1);
    for (const piece of old) {
      if ((piece.tab !== undefined && piece.tab !== tab) || firstSequenceOf(piece) >= before) {
        this.#put(piece);
        continue;
      }
      done.push(piece);
      if (piece.tab === tab && piece.lastSequence < before) {
        // The usual case: one tab, one page after the other.
        this.#discount(tab, log, piece.frames, piece.used - BUNDLED_BYTES * piece.frames);
        continue;
      }
      // What is left of it is copied together with what is left of others.
      for (const frame of framesOf(filledOf(piece))) {
        const header = readHeader(frame);
        const bytes = header.length;
        if (header.tab === tab && header.sequence < before) this.#discount(tab, log, 1, bytes);
        else {
          if (!this.#fits(bytes)) this.#grow(bytes, header.tab);
          this.#append(header, frame);
        }
      }
    }
    this.#handedOn = this.#last?.used ?? 0;
    for (const piece of done) this.#spare.give(piece);
  }

  /** Index of the first piece that may have frames from this sequence on. */
  #firstWith(sequence: number): number {
    let index = this.#pieces.length;
    while (index > 0 && (this.#pieces[index - 1]?.lastSequence ?? 0) >= sequence) index -= 1;
    return index;
  }
}

function filledOf(piece: Piece): Uint8Array {
  return piece.bytes.subarray(0, piece.used);
}

function firstSequenceOf(piece: Piece): number {
  return readHeader(piece.bytes.subarray(BUNDLED_BYTES, BUNDLED_BYTES + HEADER_BYTES)).sequence;
}

/** Its first frames: no more than so many bytes, or one frame. */
function beginningOf(bundle: Uint8Array, maxBytes: number): Stretch {
  let end = 0;
  let upTo = 0;
  for (const frame of framesOf(bundle)) {
    const next = end + BUNDLED_BYTES + frame.byteLength;
    if (end > 0 && next > maxBytes) break;
    end = next;
    upTo = readHeader(frame).sequence;
  }
  return { bundle: bundle.subarray(0, end), upTo };
}

/** Where in a piece the first frame with a sequence above `from` begins, its length included. */
function offsetAfter(piece: Piece, from: number): number {
  let at = 0;
  for (const frame of framesOf(filledOf(piece))) {
    if (readHeader(frame).sequence > from) break;
    at += BUNDLED_BYTES + frame.byteLength;
  }
  return at;
}
