// Binary frames of the live view: a fixed header that the relay reads and stamps, then a payload that it passes on
// unread. Little-endian. The visitor fills kind, flags and ordinal; the relay overwrites tab, room and sequence in
// place, so a forged one changes nothing.
//
//   byte 0      kind
//   byte 1      flags
//   bytes 2-3   tab       number of the tab within the room            stamped by the relay
//   bytes 4-7   room      number of the room on this relay             stamped by the relay
//   bytes 8-11  sequence  per room, ordered frames only, from 1        stamped by the relay (0: unordered frame)
//   bytes 12-15 ordinal   counts a tab's ordered frames, from 1        set by the visitor, for acknowledgement
//
// A visitor sends one frame per message. To operators the relay also sends bundles, whole frames one behind the other, each
// after a byte 0 and its length (u24): a message costs relay and browser more than a small frame in it.
//
// Easy to get wrong: a payload longer than a frame travels in pieces of the same kind, all but the last flagged More;
// pieces of one payload are never interleaved with other ordered frames of the same tab.

import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

export const HEADER_BYTES = 16;

/** Numbers are never reused (W2). `ordered`: takes a sequence number and is kept in the room's history. */
export const KIND = {
  /** The whole page: rrweb events (Meta, FullSnapshot, then adopted sheets). Starts the tab anew. */
  Snapshot: 1,
  /** One batch of mutations and inputs: rrweb events. */
  Change: 2,
  /** Where the visitor's pointer is now: see encodePointer. Latest wins. */
  Pointer: 3,
  /** Current picture of a canvas or video: see encodePicture. Latest per node wins; the relay keeps the last of each. */
  Picture: 4,
  /** Made by the relay: JSON array of {url, hash, type} that the mirror may now load. Ordered. */
  Assets: 5,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

export const FLAG = {
  /** More pieces of this payload follow. */
  More: 1,
  /** The (whole) payload is deflate-raw. */
  Deflated: 2,
  /** The (whole, inflated) payload of a snapshot or change is lists of events as event-encoder.ts writes them; without this
   * flag it is one JSON array. */
  Packed: 4,
} as const;
const KNOWN_FLAGS = FLAG.More | FLAG.Deflated | FLAG.Packed;

export function isOrdered(kind: Kind): boolean {
  switch (kind) {
    case KIND.Snapshot:
    case KIND.Change:
    case KIND.Assets:
      return true;
    case KIND.Pointer:
    case KIND.Picture:
      return false;
  }
}

export type Header = {
  kind: Kind;
  flags: number;
  tab: number;
  room: number;
  sequence: number;
  ordinal: number;
  /** Of the whole frame, in bytes. Here because a typed array's own length is a call, and it is needed in many places. */
  length: number;
};

function isKind(value: number): value is Kind {
  return value >= KIND.Snapshot && value <= KIND.Assets;
}

// By bytes, not through a DataView: to make one costs more than all that is read with it, and every frame of every room
// passes here (bench `relay`). Beyond the end reads 0; who reads checks the length first.
function uint16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function uint32At(bytes: Uint8Array, at: number): number {
  return (uint16At(bytes, at) | (uint16At(bytes, at + 2) << 16)) >>> 0;
}

function setUint16At(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

function setUint32At(bytes: Uint8Array, at: number, value: number): void {
  setUint16At(bytes, at, value);
  setUint16At(bytes, at + 2, value >>> 16);
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
}

/** Reads and checks a frame's header. Throws ProtocolError('bad-frame' | 'frame-too-long'). */
export function readHeader(frame: Uint8Array): Header {
  const { length } = frame;
  if (length > LIMITS.maxFrameBytes) throw new ProtocolError('frame-too-long', `${length} bytes`);
  if (length < HEADER_BYTES) throw new ProtocolError('bad-frame', 'shorter than its header');
  const kind = frame[0] ?? 0;
  const flags = frame[1] ?? 0;
  if (!isKind(kind)) throw new ProtocolError('bad-frame', `unknown kind ${kind}`);
  if ((flags & ~KNOWN_FLAGS) !== 0) throw new ProtocolError('bad-frame', `unknown flags ${flags}`);
  if (!isOrdered(kind) && flags !== 0) throw new ProtocolError('bad-frame', 'an unordered frame has no flags');
  if (kind === KIND.Pointer && length !== HEADER_BYTES + POINTER_BYTES)
    throw new ProtocolError('bad-frame', 'pointer of a wrong length');
  if (kind === KIND.Picture && length < HEADER_BYTES + PICTURE_HEAD_BYTES)
    throw new ProtocolError('bad-frame', 'picture without a node');
  return {
    kind,
    flags,
    tab: uint16At(frame, 2),
    room: uint32At(frame, 4),
    sequence: uint32At(frame, 8),
    ordinal: uint32At(frame, 12),
    length,
  };
}

/** The relay's stamp, in place. */
export function stamp(frame: Uint8Array, place: { tab: number; room: number; sequence: number }): void {
  setUint16At(frame, 2, place.tab);
  setUint32At(frame, 4, place.room);
  setUint32At(frame, 8, place.sequence);
}

/** Writes the visitor's ordinal, in place (the resend buffer numbers frames as it takes them). */
export function setOrdinal(frame: Uint8Array, ordinal: number): void {
  setUint32At(frame, 12, ordinal);
}

/** Stands before each frame of a bundle: a byte 0, where a frame alone has its kind, and its length (u24). */
export const BUNDLED_BYTES = 4;
const BUNDLED = 0;

/** Writes a frame of `length` bytes into a bundle; the caller has made sure of the space. */
export function putInBundle(bundle: Uint8Array, at: number, frame: Uint8Array, length: number): void {
  // Bytes 1 to 3; byte 0 is 0 since no frame is that long.
  setUint32At(bundle, at, length << 8);
  bundle.set(frame, at + BUNDLED_BYTES);
}

/** The frames of a message to an operator, as views of its bytes. Throws ProtocolError('bad-frame'). */
export function framesOf(message: Uint8Array): Uint8Array[] {
  if (message[0] !== BUNDLED) return [message];
  const frames: Uint8Array[] = [];
  for (let at = 0; at < message.byteLength;) {
    const start = at + BUNDLED_BYTES;
    // Of a cut-off length the missing bytes count as 0.
    const end = start + (uint32At(message, at) >>> 8);
    if (message[at] !== BUNDLED || end > message.byteLength)
      throw new ProtocolError('bad-frame', 'a bundle is cut off');
    frames.push(message.subarray(start, end));
    at = end;
  }
  return frames;
}

export function payloadOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(HEADER_BYTES);
}

/** Frames of at most `maxFrameBytes` that carry one payload. Throws ProtocolError('payload-too-long'). */
export function encodeFrames(
  kind: Kind,
  payload: Uint8Array,
  options: { deflated?: boolean; packed?: boolean } = {},
): Uint8Array<ArrayBuffer>[] {
  if (payload.byteLength > LIMITS.maxPayloadBytes)
    throw new ProtocolError('payload-too-long', `${payload.byteLength} bytes`);
  const room = LIMITS.maxFrameBytes - HEADER_BYTES;
  const flags = (options.deflated ? FLAG.Deflated : 0) | (options.packed ? FLAG.Packed : 0);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  do {
    const piece = payload.subarray(at, at + room);
    at += piece.byteLength;
    const frame = new Uint8Array(HEADER_BYTES + piece.byteLength);
    frame[0] = kind;
    frame[1] = flags | (at < payload.byteLength ? FLAG.More : 0);
    frame.set(piece, HEADER_BYTES);
    frames.push(frame);
  } while (at < payload.byteLength);
  return frames;
}

export type Payload = { kind: Kind; deflated: boolean; packed: boolean; bytes: Uint8Array };

export type Assembler = {
  /** A whole payload, or undefined while pieces are missing. Throws ProtocolError on pieces that do not belong together. */
  push(header: Header, payload: Uint8Array): Payload | undefined;
  /** Forgets a half-received payload (after a gap was found). */
  reset(): void;
};

/** Puts pieces of one tab's ordered frames together. One per tab. */
export function createAssembler(): Assembler {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let kind: Kind | undefined;
  const reset = () => {
    pieces = [];
    bytes = 0;
    kind = undefined;
  };
  return {
    reset,
    push(header, payload) {
      if (kind !== undefined && kind !== header.kind) {
        reset();
        throw new ProtocolError('bad-frame', 'pieces of two payloads are mixed');
      }
      bytes += payload.byteLength;
      if (bytes > LIMITS.maxPayloadBytes) {
        reset();
        throw new ProtocolError('payload-too-long', `${bytes} bytes`);
      }
      const deflated = (header.flags & FLAG.Deflated) !== 0;
      const packed = (header.flags & FLAG.Packed) !== 0;
      const more = (header.flags & FLAG.More) !== 0;
      if (!more && pieces.length === 0) {
        bytes = 0;
        return { kind: header.kind, deflated, packed, bytes: payload };
      }
      // A copy: the caller's buffer may be reused before the last piece comes.
      pieces.push(payload.slice());
      kind = header.kind;
      if (more) return undefined;
      const whole = new Uint8Array(bytes);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.byteLength;
      }
      reset();
      return { kind: header.kind, deflated, packed, bytes: whole };
    },
  };
}

/** Pointer payload: 12 bytes. Coordinates are CSS pixels of the top window's viewport. */
const POINTER_BYTES = 12;
export type Pointer = {
  x: number;
  y: number;
  /** Bit mask as in PointerEvent.buttons. */
  buttons: number;
  /** `touch` shows a finger mark instead of an arrow; `gone` hides it. */
  state: 'mouse' | 'touch' | 'gone';
  /** Capture id of the deepest element under the pointer (0: none), which the mirror shows as hovered. */
  node: number;
};
const POINTER_STATES = ['mouse', 'touch', 'gone'] as const;

export function encodePointer(pointer: Pointer): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + POINTER_BYTES);
  frame[0] = KIND.Pointer;
  const view = viewOf(frame);
  view.setInt16(HEADER_BYTES, clampInt16(pointer.x), true);
  view.setInt16(HEADER_BYTES + 2, clampInt16(pointer.y), true);
  view.setUint8(HEADER_BYTES + 4, pointer.buttons & 0xff);
  view.setUint8(HEADER_BYTES + 5, POINTER_STATES.indexOf(pointer.state));
  view.setUint32(HEADER_BYTES + 8, pointer.node >>> 0, true);
  return frame;
}

/** `frame` passed readHeader, so its length is right. */
export function decodePointer(frame: Uint8Array): Pointer {
  const view = viewOf(frame);
  return {
    x: view.getInt16(HEADER_BYTES, true),
    y: view.getInt16(HEADER_BYTES + 2, true),
    buttons: view.getUint8(HEADER_BYTES + 4),
    state: POINTER_STATES[view.getUint8(HEADER_BYTES + 5)] ?? 'gone',
    node: view.getUint32(HEADER_BYTES + 8, true),
  };
}

function clampInt16(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value) || 0));
}

/** Picture payload: u32 node, u16 width, u16 height (CSS pixels of the element), then the encoded image (WebP, JPEG, PNG). */
const PICTURE_HEAD_BYTES = 8;
export type Picture = { node: number; width: number; height: number; image: Uint8Array };

/** Undefined when the image does not fit one frame: a picture is replaced by the next one, so it is never cut up. */
export function encodePicture(picture: Picture): Uint8Array<ArrayBuffer> | undefined {
  const bytes = HEADER_BYTES + PICTURE_HEAD_BYTES + picture.image.byteLength;
  if (bytes > LIMITS.maxFrameBytes) return undefined;
  const frame = new Uint8Array(bytes);
  frame[0] = KIND.Picture;
  const view = viewOf(frame);
  view.setUint32(HEADER_BYTES, picture.node >>> 0, true);
  view.setUint16(HEADER_BYTES + 4, Math.min(65535, picture.width), true);
  view.setUint16(HEADER_BYTES + 6, Math.min(65535, picture.height), true);
  frame.set(picture.image, HEADER_BYTES + PICTURE_HEAD_BYTES);
  return frame;
}

/** `frame` passed readHeader. */
export function decodePicture(frame: Uint8Array): Picture {
  const view = viewOf(frame);
  return {
    node: view.getUint32(HEADER_BYTES, true),
    width: view.getUint16(HEADER_BYTES + 4, true),
    height: view.getUint16(HEADER_BYTES + 6, true),
    image: frame.subarray(HEADER_BYTES + PICTURE_HEAD_BYTES),
  };
}
