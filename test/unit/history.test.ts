// A room's history against the plainest thing that does the same: one array of copies. What is compared is what a joiner
// is sent, and what live watchers are, whatever tabs, snapshots in pieces, forgotten tabs and long frames came before.

import { expect, test } from 'vitest';
import { FLAG, framesOf, HEADER_BYTES, KIND, readHeader, stamp } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { History, SparePieces, type HistoryWeight, type Stretch } from '../../relay/live/history.ts';
import { createRandom, seeds } from '../support/random.ts';

type Kept = { sequence: number; tab: number; bytes: Uint8Array };

function frameOf(
  kind: number,
  options: { tab: number; sequence: number; more?: boolean; bytes: Uint8Array },
): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + options.bytes.length);
  frame[0] = kind;
  frame[1] = options.more ? FLAG.More : 0;
  stamp(frame, { tab: options.tab, room: 1, sequence: options.sequence });
  frame.set(options.bytes, HEADER_BYTES);
  return frame;
}

/** The frames of stretches; checks that each stretch says right where it ends. */
function framesIn(stretches: readonly Stretch[]): Uint8Array[] {
  return stretches.flatMap(({ bundle, upTo }) => {
    const frames = framesOf(bundle);
    expect(sequencesOf(frames).at(-1)).toBe(upTo);
    return frames;
  });
}

const sequencesOf = (frames: readonly Uint8Array[]) => frames.map((frame) => readHeader(frame).sequence);
const sequencesIn = (stretches: readonly Stretch[]) => sequencesOf(framesIn(stretches));

function expectSame(history: History, kept: readonly Kept[], from: number): void {
  const found = framesIn(history.after(from, Infinity));
  const wanted = kept.filter((each) => each.sequence > from);
  expect(sequencesOf(found)).toEqual(wanted.map((each) => each.sequence));
  found.forEach((frame, index) =>
    expect(Buffer.from(frame).equals(wanted[index]?.bytes ?? Buffer.alloc(0))).toBe(true),
  );
}

const silent = () => new History(new SparePieces(), () => {});

test('history holds per tab the last whole snapshot and what came after it', () => {
  seeds([1, 2, 3, 4, 5, 6]).run((seed) => {
    const random = createRandom(seed);
    // Shared, so that memory goes from one room to the other.
    const spare = new SparePieces();
    const rooms = [0, 1].map(() => {
      const live: Buffer[] = [];
      // Copied at once: what is handed on is only lent.
      const history = new History(spare, (stretch) =>
        live.push(...framesIn([stretch]).map((each) => Buffer.from(each))),
      );
      return {
        history,
        /** What a live watcher was sent, and what it should have been. */
        live,
        added: [] as Buffer[],
        kept: [] as Kept[],
        whole: new Set<number>(),
        /** Tabs with a snapshot under way, and where it began. */
        arriving: new Map<number, number>(),
        sequence: 0,
      };
    });
    for (let step = 0; step < 1500; step++) {
      const room = random.pick(rooms);
      const tab = random.below(4);
      const what = random.below(40);
      if (what === 0 && tab > 0) {
        room.history.forget(tab);
        room.kept = room.kept.filter((each) => each.tab !== tab);
        room.whole.delete(tab);
        room.arriving.delete(tab);
      } else if (what === 1) {
        expectSame(room.history, room.kept, random.below(room.sequence + 1));
      } else if (what === 2) {
        room.history.handOn();
        expect(room.live.length).toBe(room.added.length);
      } else {
        const isSnapshot = tab > 0 && (room.arriving.has(tab) || what < 6);
        const more = isSnapshot && random.below(3) > 0;
        const sequence = ++room.sequence;
        // Small ones, such that share a piece of memory badly, and such that need one of their own.
        const bytes = random.bytes(random.below(random.pick([40, 3000, 30_000, 90_000])));
        const frame = frameOf(isSnapshot ? KIND.Snapshot : KIND.Change, { tab, sequence, more, bytes });
        const isSent = random.below(4) === 0;
        if (isSent) {
          room.history.handOn();
          room.live.push(Buffer.from(frame));
        }
        room.history.add(readHeader(frame), frame, isSent);
        room.kept.push({ sequence, tab, bytes: frame.slice() });
        room.added.push(Buffer.from(frame));
        // What is lent to the relay is used again at once.
        frame.fill(0xee);
        if (isSnapshot) {
          const first = room.arriving.get(tab) ?? sequence;
          room.arriving.set(tab, first);
          if (!more) {
            room.arriving.delete(tab);
            room.kept = room.kept.filter((each) => each.tab !== tab || each.sequence >= first);
            room.whole.add(tab);
          }
        }
      }
      expect(room.history.frames).toBe(room.kept.length);
      expect(room.history.bytes).toBe(
        room.kept.reduce((sum, { tab: of, bytes }) => sum + (of === 0 ? 0 : bytes.length), 0),
      );
      for (const each of [1, 2, 3]) expect(room.history.hasPicture(each)).toBe(room.whole.has(each));
    }
    for (const { history, kept, live, added } of rooms) {
      expectSame(history, kept, 0);
      history.handOn();
      expect(live.length).toBe(added.length);
      expect(live.every((each, index) => each.equals(added[index] ?? Buffer.alloc(0)))).toBe(true);
    }
  });
});

test('what the relay itself says has a weight of its own, and can be dropped', () => {
  const history = silent();
  let sequence = 0;
  const add = (tab: number) => {
    const frame = frameOf(KIND.Change, { tab, sequence: ++sequence, bytes: new Uint8Array(100 - HEADER_BYTES) });
    history.add(readHeader(frame), frame);
  };
  for (const tab of [0, 1, 0, 1, 0]) add(tab);
  expect(history.weightOf(0)).toEqual({ bytes: 300, frames: 3 });
  expect(history.bytes).toBe(200);
  history.forget(0);
  expect(history.weightOf(0)).toEqual({ bytes: 0, frames: 0 });
  add(0);
  expect(sequencesIn(history.after(0, Infinity))).toEqual([2, 4, 6]);
});

test('a batch ends before it passes its bytes, but is never empty', () => {
  const history = silent();
  const bytes = new Uint8Array(40_000 - HEADER_BYTES);
  for (let sequence = 1; sequence <= 5; sequence++) {
    const frame = frameOf(KIND.Change, { tab: 1, sequence, bytes });
    history.add(readHeader(frame), frame);
  }
  expect(sequencesIn(history.after(0, 100_000))).toEqual([1, 2]);
  expect(sequencesIn(history.after(2, 1))).toEqual([3]);
  expect(history.after(5, 100_000)).toEqual([]);
});

test('a stretch that is longer than asked for ends with a whole frame', () => {
  const history = silent();
  const bytes = new Uint8Array(1000 - HEADER_BYTES);
  for (let sequence = 1; sequence <= 20; sequence++) {
    const frame = frameOf(KIND.Change, { tab: 1, sequence, bytes });
    history.add(readHeader(frame), frame);
  }
  expect(sequencesIn(history.after(0, 5500))).toEqual([1, 2, 3, 4, 5]);
  expect(sequencesIn(history.after(5, 1))).toEqual([6]);
  expect(sequencesIn(history.after(17, 5500))).toEqual([18, 19, 20]);
});

test('live watchers get what was added together as one stretch', () => {
  const stretches: number[][] = [];
  const history = new History(new SparePieces(), (stretch) => stretches.push(sequencesIn([stretch])));
  const add = (sequence: number, kind: number = KIND.Change) => {
    const frame = frameOf(kind, { tab: 1, sequence, bytes: new Uint8Array(100) });
    history.add(readHeader(frame), frame);
  };
  history.handOn();
  for (const sequence of [1, 2, 3]) add(sequence);
  history.handOn();
  history.handOn();
  add(4);
  // It supersedes what has not been handed on: that goes out first.
  add(5, KIND.Snapshot);
  add(6);
  history.forget(1);
  expect(stretches).toEqual([[1, 2, 3], [4], [5], [6]]);
});

test('past the hard limit the tab is dropped and a snapshot is due', () => {
  const history = silent();
  const bytes = new Uint8Array(LIMITS.maxFrameBytes - HEADER_BYTES);
  const weights: HistoryWeight[] = [];
  for (let sequence = 1; history.frames === sequence - 1; sequence++) {
    const frame = frameOf(KIND.Change, { tab: 1, sequence, bytes });
    weights.push(history.add(readHeader(frame), frame));
  }
  expect(weights[0]).toBe('light');
  expect(weights.at(-2)).toBe('refresh');
  expect(weights.at(-1)).toEqual({ dropped: 1 });
  expect(history.bytes).toBe(0);
  expect(history.after(0, Infinity)).toEqual([]);
});

test('so it is past the hard limit of frames, however small; the tab that weighs most is dropped, not the one that passed it', () => {
  const history = silent();
  const tiny = new Uint8Array(0);
  let sequence = 0;
  const add = (tab: number, kind: number = KIND.Change) => {
    const frame = frameOf(kind, { tab, sequence: ++sequence, bytes: tiny });
    return history.add(readHeader(frame), frame);
  };
  add(1, KIND.Snapshot);
  add(2, KIND.Snapshot);
  while (history.frames < LIMITS.historyHardFrames) expect(add(1)).not.toHaveProperty('dropped');
  expect(add(2)).toEqual({ dropped: 1 });
  expect(history.hasPicture(1)).toBe(false);
  expect(history.hasPicture(2)).toBe(true);
  expect(sequencesIn(history.after(0, Infinity))).toEqual([2, sequence]);
});
