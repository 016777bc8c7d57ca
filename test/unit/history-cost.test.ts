// What a snapshot costs a room: one thread serves all rooms, and a page may send snapshots as fast as frames. Counted in
// headers that are read, which is what a walk through the history does with each frame.

import { expect, test, vi } from 'vitest';
import type * as Codec from '../../protocol/codec.ts';
import { HEADER_BYTES, KIND, readHeader, stamp } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { History, SparePieces } from '../../relay/live/history.ts';

const read = vi.hoisted(() => ({ headers: 0 }));
vi.mock('../../protocol/codec.ts', async (original) => {
  const codec = await original<typeof Codec>();
  return {
    ...codec,
    readHeader(frame: Uint8Array) {
      read.headers += 1;
      return codec.readHeader(frame);
    },
  };
});

test('a snapshot is paid for by what came since the one before of its tab, not by what the room has', () => {
  const history = new History(new SparePieces(), () => {});
  let sequence = 0;
  const add = (kind: number, tab: number) => {
    const frame = new Uint8Array(HEADER_BYTES);
    frame[0] = kind;
    stamp(frame, { tab, room: 1, sequence: ++sequence });
    history.add(readHeader(frame), frame);
  };
  for (let count = 0; count < LIMITS.historyHardFrames - 1000; count++) add(KIND.Change, 1 + (count % 30));
  read.headers = 0;
  const snapshots = 500;
  for (let count = 0; count < snapshots; count++) {
    add(KIND.Snapshot, 31);
    add(KIND.Snapshot, 32);
  }
  // One of them is this test's own.
  expect(read.headers).toBeLessThan(2 * snapshots * 8);
});
