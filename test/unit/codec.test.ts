// The binary frames: every kind there and back, pieces, and bytes that are no frames.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUNDLED_BYTES,
  createAssembler,
  decodePicture,
  decodePointer,
  encodeFrames,
  encodePicture,
  encodePointer,
  FLAG,
  framesOf,
  HEADER_BYTES,
  KIND,
  payloadOf,
  putInBundle,
  readHeader,
  setOrdinal,
  stamp,
} from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

const fuzz = process.env['TANDEM_FUZZ'] === '1' ? { numRuns: 100_000 } : { numRuns: 2000, seed: 42 };

describe('frames', () => {
  test('[P8] a payload comes back whole from its frames, however long', () => {
    const lengths = [
      0,
      1,
      1000,
      LIMITS.maxFrameBytes - HEADER_BYTES,
      LIMITS.maxFrameBytes,
      3 * LIMITS.maxFrameBytes + 5,
    ];
    for (const length of lengths) {
      const payload = new Uint8Array(length).map((_, index) => (index * 31) & 255);
      const frames = encodeFrames(KIND.Change, payload, { deflated: length % 2 === 1 });
      const assembler = createAssembler();
      let whole;
      for (const frame of frames) {
        expect(frame.byteLength).toBeLessThanOrEqual(LIMITS.maxFrameBytes);
        expect(whole).toBeUndefined();
        whole = assembler.push(readHeader(frame), payloadOf(frame));
      }
      expect(whole?.deflated).toBe(length % 2 === 1);
      expect(Buffer.compare(Buffer.from(whole?.bytes ?? []), Buffer.from(payload))).toBe(0);
    }
  });

  test('[P8] a payload over the limit is refused at both ends', () => {
    expect(() => encodeFrames(KIND.Snapshot, new Uint8Array(LIMITS.maxPayloadBytes + 1))).toThrow(ProtocolError);
    const assembler = createAssembler();
    const header = { kind: KIND.Snapshot, flags: FLAG.More, tab: 1, room: 1, sequence: 1, ordinal: 1, length: 16 };
    const piece = new Uint8Array(LIMITS.maxFrameBytes);
    expect(() => {
      for (let index = 0; index * piece.byteLength <= LIMITS.maxPayloadBytes; index++) assembler.push(header, piece);
    }).toThrow('payload-too-long');
  });

  test('a bundle comes apart into the frames that were put into it, and into nothing when it is cut off', () => {
    const frames = [1, 20, 300, 70_000].map((length) => new Uint8Array(length).map((_, index) => 1 + (index % 200)));
    const ends = [0];
    for (const frame of frames) ends.push((ends.at(-1) ?? 0) + BUNDLED_BYTES + frame.byteLength);
    const bundle = Buffer.alloc(ends.at(-1) ?? 0);
    frames.forEach((frame, index) => putInBundle(bundle, ends[index] ?? 0, frame, frame.byteLength));
    expect(framesOf(bundle).map((frame) => Buffer.from(frame))).toEqual(frames.map((frame) => Buffer.from(frame)));
    for (const cut of [1, 2, 3, 4, 5, 6, 28, 29, 30, 333, 334, 335, bundle.length - 1])
      if (ends.includes(cut)) expect(framesOf(bundle.subarray(0, cut))).not.toEqual([]);
      else expect(() => framesOf(bundle.subarray(0, cut)), String(cut)).toThrow(ProtocolError);
    expect(() => framesOf(new Uint8Array([0, 255, 255, 255, 0]))).toThrow(ProtocolError);
    // Frames behind the other without a length between them.
    expect(() => framesOf(new Uint8Array([0, 1, 0, 0, 7, 2, 0, 0]))).toThrow(ProtocolError);
  });

  test('what is no bundle is one frame', () => {
    const [frame = new Uint8Array()] = encodeFrames(KIND.Change, new Uint8Array(40));
    expect(framesOf(frame)).toEqual([frame]);
    expect(framesOf(encodePointer({ x: 1, y: 2, buttons: 0, state: 'mouse', node: 3 }))).toHaveLength(1);
    for (const kind of Object.values(KIND)) expect(kind).not.toBe(0);
    expect(LIMITS.maxFrameBytes).toBeLessThan(1 << 24);
  });

  test('[RM10] stamp and ordinal touch their own bytes only', () => {
    const [frame] = encodeFrames(KIND.Change, new TextEncoder().encode('hello'));
    if (!frame) throw new Error('no frame');
    setOrdinal(frame, 7);
    stamp(frame, { tab: 65535, room: 0xffffffff, sequence: 0xfffffffe });
    expect(readHeader(frame)).toEqual({
      kind: KIND.Change,
      flags: 0,
      tab: 65535,
      room: 0xffffffff,
      sequence: 0xfffffffe,
      ordinal: 7,
      length: frame.byteLength,
    });
    expect(new TextDecoder().decode(payloadOf(frame))).toBe('hello');
  });

  test('[P8] pointer and picture there and back', () => {
    fc.assert(
      fc.property(
        fc.record({
          x: fc.integer({ min: -32768, max: 32767 }),
          y: fc.integer({ min: -32768, max: 32767 }),
          buttons: fc.integer({ min: 0, max: 255 }),
          state: fc.constantFrom('mouse' as const, 'touch' as const, 'gone' as const),
          node: fc.integer({ min: 0, max: 0xffffffff }),
        }),
        (pointer) => {
          const frame = encodePointer(pointer);
          expect(readHeader(frame).kind).toBe(KIND.Pointer);
          expect(decodePointer(frame)).toEqual(pointer);
        },
      ),
      fuzz,
    );
    const image = new Uint8Array([1, 2, 3]);
    const frame = encodePicture({ node: 9, width: 640, height: 480, image });
    if (!frame) throw new Error('no frame');
    expect(decodePicture(frame)).toEqual({ node: 9, width: 640, height: 480, image });
    expect(
      encodePicture({ node: 9, width: 1, height: 1, image: new Uint8Array(LIMITS.maxFrameBytes) }),
    ).toBeUndefined();
  });

  test('[P8] coordinates that are no numbers or too large do no harm', () => {
    const frame = encodePointer({ x: Number.NaN, y: 1e9, buttons: -1, state: 'mouse', node: -1 });
    expect(decodePointer(frame)).toEqual({ x: 0, y: 32767, buttons: 255, state: 'mouse', node: 0xffffffff });
  });

  test('[P8] whatever the bytes, a decoder answers or throws a ProtocolError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (pieces) => {
        const assembler = createAssembler();
        for (const bytes of pieces) {
          try {
            const header = readHeader(bytes);
            if (header.kind === KIND.Pointer) decodePointer(bytes);
            else if (header.kind === KIND.Picture) decodePicture(bytes);
            else assembler.push(header, payloadOf(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
          }
        }
      }),
      fuzz,
    );
  });

  test('[P8] a valid frame with one bit flipped is read or refused, nothing else', () => {
    const [frame] = encodeFrames(KIND.Snapshot, new TextEncoder().encode('[{"type":4}]'));
    if (!frame) throw new Error('no frame');
    for (let bit = 0; bit < frame.byteLength * 8; bit++) {
      const flipped = frame.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        createAssembler().push(readHeader(flipped), payloadOf(flipped));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
  });
});
