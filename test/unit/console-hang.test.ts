// When the console takes a hang for a hang: beats, marks and goodbyes, under a clock and a storage of the test's own.

import { beforeEach, expect, test } from 'vitest';
import { HangGuard, SLOW_BEAT_MS, type Sight } from '../../operator-ui/state/hang-guard.ts';

/** One device: several documents, one after the other or at once, share its clock and storage. */
let now: number;
let stored: Map<string, string>;
beforeEach(() => {
  now = 1_000_000;
  stored = new Map();
});

function open() {
  let task: (() => void) | undefined;
  let events: Parameters<Sight['follow']>[0] | undefined;
  let isVisible = true;
  const hung: (readonly string[])[] = [];
  const guard = new HangGuard(
    {
      sight: {
        now: () => now,
        isVisible: () => isVisible,
        frameAfter(_, next) {
          task = next;
          return () => (task = undefined);
        },
        follow(next) {
          events = next;
          return () => (events = undefined);
        },
      },
      memory: {
        get: (key) => stored.get(key),
        set: (key, value) => void (value === undefined ? stored.delete(key) : stored.set(key, value)),
      },
    },
    (rooms) => hung.push(rooms),
  );
  guard.start();
  return {
    guard,
    hung,
    get isBeating() {
      return task !== undefined;
    },
    /** Frames that came, each so long after the one before. */
    beats(...lengths: number[]) {
      for (const ms of lengths) {
        now += ms;
        const due = task;
        task = undefined;
        due?.();
      }
    },
    look(visible: boolean) {
      isVisible = visible;
      if (visible) events?.shown();
      else events?.hidden();
    },
    goodbye: () => events?.left(),
    comeBack: () => events?.shown(),
  };
}

const SLOW = SLOW_BEAT_MS + 1;
const SLEEP = 3_600_000;

test('three slow beats in a row: the mirrors go, and a reload does not open them', () => {
  const first = open();
  first.guard.suspect(['a']);
  first.beats(1000, SLOW, SLOW);
  expect(first.hung).toEqual([]);
  first.beats(SLOW);
  expect(first.hung).toEqual([['a']]);
  expect(first.isBeating).toBe(false);
  first.guard.suspect([]);
  first.goodbye();
  const second = open();
  expect([second.guard.hasHung('a'), second.guard.hasHung('b')]).toEqual([true, false]);
  second.guard.forgive('a');
  expect(open().guard.hasHung('a')).toBe(false);
});

test.each([
  ['a quick beat between slow ones', [SLOW, SLOW, 1000, SLOW, SLOW]],
  ['a sleep between slow ones', [SLOW, SLOW, SLEEP, SLOW, SLOW]],
  ['one sleep after the other', [SLEEP, SLEEP, SLEEP, SLEEP]],
  ['a busy computer', Array.from({ length: 20 }, () => SLOW_BEAT_MS)],
])('%s is no hang', (_, lengths) => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.beats(...lengths);
  expect(desk.hung).toEqual([]);
  expect(desk.isBeating).toBe(true);
});

test('another page comes on screen: its row begins anew', () => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.beats(SLOW, SLOW);
  desk.guard.suspect(['b']);
  desk.beats(SLOW);
  expect(desk.hung).toEqual([]);
  desk.beats(SLOW, SLOW);
  expect(desk.hung).toEqual([['b']]);
});

test('left in a hang, without a word: found by the next document', () => {
  const first = open();
  first.guard.suspect(['a']);
  first.beats(1000, 1000);
  now += SLOW;
  const second = open();
  expect(second.guard.hasHung('a')).toBe(true);
});

test('reloaded between two frames of a sluggish page: the goodbye does not count', () => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.beats(1000);
  now += SLOW;
  desk.goodbye();
  // What browsers say next of a document that goes away.
  desk.look(false);
  expect(open().guard.hasHung('a')).toBe(true);
});

test.each<[string, (desk: ReturnType<typeof open>) => void]>([
  ['a reload', (desk) => desk.goodbye()],
  ['another room, then a reload', (desk) => (desk.guard.suspect(['b']), desk.goodbye())],
  ['a look at another tab, which a phone then takes for the end', (desk) => desk.look(false)],
  ['a logout', (desk) => desk.guard.suspect([])],
])('a regular end leaves no mark: %s', (_, end) => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.beats(1000, 1000);
  expect(stored.size).toBe(1);
  end(desk);
  now += SLOW;
  expect(open().guard.hasHung('a')).toBe(false);
});

test('hidden, nothing is watched, since nothing is drawn; shown again, beats begin anew', () => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.beats(SLOW, SLOW);
  desk.look(false);
  expect([desk.isBeating, stored.size]).toEqual([false, 0]);
  now += SLEEP;
  desk.look(true);
  desk.beats(SLOW);
  expect(desk.hung).toEqual([]);
  expect(stored.size).toBe(1);
});

test('a document that comes back as it was is watched again', () => {
  const desk = open();
  desk.guard.suspect(['a']);
  desk.goodbye();
  expect(desk.isBeating).toBe(false);
  desk.comeBack();
  desk.beats(SLOW, SLOW, SLOW);
  expect(desk.hung).toEqual([['a']]);
});

test('a copy of a living tab opens the room; so does a tab on the next day', () => {
  const first = open();
  first.guard.suspect(['a']);
  first.beats(1000);
  now += 900;
  expect(open().guard.hasHung('a')).toBe(false);
  now += 24 * 3_600_000;
  expect(open().guard.hasHung('a')).toBe(false);
});
