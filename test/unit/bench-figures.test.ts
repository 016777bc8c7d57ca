// What the benches `bytes` and `soak` make figures of: a browser's WebSocket frames told apart however they are cut, and a
// heap's growth, which one odd reading must neither hide nor make.

import { expect, test } from 'vitest';
import { frameReader } from '../../bench/bytes/line.ts';
import { growthOf } from '../../bench/soak/heaps.ts';

/** As a browser sends it. */
function masked(opcode: number, payload: Buffer, isLast = true): Buffer {
  const { length } = payload;
  const head =
    length < 126 ? Buffer.from([0, 128 | length]) : length < 65_536 ? Buffer.alloc(4, 0) : Buffer.alloc(10, 0);
  head[0] = (isLast ? 128 : 0) | opcode;
  if (length >= 65_536) {
    head[1] = 128 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  } else if (length >= 126) {
    head[1] = 128 | 126;
    head.writeUInt16BE(length, 2);
  }
  const mask = Buffer.from([7, 99, 200, 31]);
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

const binary = (kind: number, length: number) => Buffer.alloc(length, 5).fill(kind, 0, 1);

test('each frame is counted with its header for what it is, however the stream is cut', () => {
  const frames = [
    masked(1, Buffer.from('{"t":"assets","list":[]}')),
    masked(1, Buffer.from('{"t":"probe","at":1}')),
    masked(2, binary(1, 70_000)),
    masked(2, binary(2, 300), false),
    masked(9, Buffer.alloc(0)),
    masked(0, Buffer.alloc(40, 1)),
    masked(2, binary(3, 24)),
    masked(8, Buffer.from([3, 232])),
  ];
  const stream = Buffer.concat(frames);
  const lengths = frames.map(({ length }) => length);
  const parts = ['offers', 'control', 'snapshot', 'change', 'control', 'change', 'pointer', 'control'];
  const isNew = [true, true, true, true, false, false, true, false];
  for (const size of [1, 2, 3, 7, 61, 4096, stream.length]) {
    const told: unknown[] = [];
    const read = frameReader((part, bytes, first) => told.push([part, bytes, first]));
    for (let at = 0; at < stream.length; at += size) read(stream.subarray(at, at + size));
    expect(told).toEqual(parts.map((part, index) => [part, lengths[index], isNew[index]]));
  }
});

test('a frame of a kind that no page sends fails the bench', () => {
  const read = frameReader(() => undefined);
  expect(() => read(masked(2, binary(5, 20)))).toThrow('unknown kind 5');
});

test('growth is the slope of most readings: one odd reading changes nothing', () => {
  expect(growthOf([100, 110, 120, 130, 140], 10)).toEqual({ warm: 100, end: 140, perHour: 100 });
  expect(growthOf([100, 100, 900, 100, 100], 10).perHour).toBe(0);
  // Hidden by a collection at the end.
  expect(growthOf([100, 110, 120, 130, 140, 90], 10).perHour).toBeGreaterThan(50);
  expect(() => growthOf([100], 10)).toThrow('too few');
});
