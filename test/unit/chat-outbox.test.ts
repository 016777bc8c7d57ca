// The widget's outbox: order, one at a time, again after each welcome, pauses, what is refused, what other tabs have sent;
// and the ids it makes.

import { beforeEach, describe, expect, test } from 'vitest';
import { createOutbox, type Outbox, type Waiting } from '../../widget/chat-outbox.ts';

let sent: string[];
let stored: Map<string, Waiting>;
let timers: { delayMs: number; task: () => void }[];
let isUp: boolean;
let now: number;
let outbox: Outbox;

beforeEach(() => {
  sent = [];
  stored = new Map();
  timers = [];
  isUp = true;
  now = 1_700_000_000_000;
  let seed = 0;
  outbox = createOutbox({
    send({ text }) {
      if (isUp) sent.push(text);
      return isUp;
    },
    put: (waiting) => void stored.set(waiting.id, waiting),
    remove: (id) => void stored.delete(id),
    after(delayMs, task) {
      const timer = { delayMs, task };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
    now: () => now,
    random: (bytes) => bytes.fill(seed++),
    changed: () => {},
  });
});
const idOf = (text: string) => outbox.waiting.find((one) => one.text === text)?.id ?? '';
const texts = () => outbox.waiting.map(({ text }) => text);

describe('the outbox', () => {
  test('one at a time, in the order of writing, stored until each is answered', () => {
    outbox.add('a');
    outbox.add('b');
    expect(sent).toEqual([]);
    outbox.online(true);
    expect(sent).toEqual(['a']);
    expect([...stored.values()].map(({ text }) => text)).toEqual(['a', 'b']);
    outbox.answered(idOf('a'), 1, undefined);
    expect(sent).toEqual(['a', 'b']);
    expect([...stored.values()].map(({ text }) => text)).toEqual(['b']);
    // Shown until the conversation has it.
    expect(texts()).toEqual(['a', 'b']);
    outbox.seen(new Set([idOf('a')]));
    expect(texts()).toEqual(['b']);
  });

  test('without an answer it is sent again after the next welcome, with the same id', () => {
    outbox.online(true);
    outbox.add('a');
    const id = idOf('a');
    outbox.online(false);
    outbox.online(true);
    expect(sent).toEqual(['a', 'a']);
    expect(idOf('a')).toBe(id);
    outbox.answered(id, 1, undefined);
    outbox.online(false);
    outbox.online(true);
    expect(sent).toHaveLength(2);
  });

  test('a link that takes nothing: tried again after the next welcome', () => {
    outbox.online(true);
    isUp = false;
    outbox.add('a');
    isUp = true;
    outbox.online(true);
    expect(sent).toEqual(['a']);
  });

  test('what the relay can’t do now is tried again, each time later, and what is behind it waits', () => {
    outbox.online(true);
    outbox.add('a');
    outbox.add('b');
    const delays: number[] = [];
    for (let n = 0; n < 8; n++) {
      outbox.answered(idOf('a'), undefined, n % 2 ? 'too-many' : 'unavailable');
      expect(timers).toHaveLength(1);
      const [timer] = timers.splice(0);
      delays.push(timer?.delayMs ?? 0);
      timer?.task();
    }
    expect(sent).toEqual(Array<string>(9).fill('a'));
    expect(delays).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    outbox.answered(idOf('a'), 1, undefined);
    outbox.answered(idOf('b'), undefined, 'unavailable');
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([1000]);
    // A new link does not wait for the pause of the old one.
    outbox.online(false);
    outbox.online(true);
    expect(timers).toEqual([]);
    expect(sent.at(-1)).toBe('b');
  });

  test('what the relay never will do fails, stays, holds up nobody, and can be dropped', () => {
    outbox.online(true);
    outbox.add('a');
    outbox.add('b');
    const id = idOf('a');
    outbox.answered(id, undefined, 'not-yours');
    expect(sent).toEqual(['a', 'b']);
    expect(outbox.waiting[0]).toMatchObject({ text: 'a', why: 'not-yours' });
    expect(stored.get(id)).toMatchObject({ why: 'not-yours' });
    outbox.online(false);
    outbox.online(true);
    expect(sent).toEqual(['a', 'b', 'b']);
    outbox.drop(id);
    expect(texts()).toEqual(['b']);
    expect(stored.has(id)).toBe(false);
  });

  test('what an earlier page has left goes first; what another tab has sent is dropped', () => {
    outbox.add('new');
    const old = ['x', 'y'].map((text, n) => ({ id: `old-${n}`, at: now - 10 + n, text }));
    outbox.restore(old);
    expect(texts()).toEqual(['x', 'y', 'new']);
    outbox.restore(old);
    expect(texts()).toEqual(['x', 'y', 'new']);
    outbox.online(true);
    stored.set('old-0', old[0] as Waiting);
    outbox.seen(new Set(['old-0']));
    expect(stored.has('old-0')).toBe(false);
    expect(sent).toEqual(['x', 'y']);
    // Its answer, too, may still come.
    outbox.answered('old-0', 7, undefined);
    expect(sent).toEqual(['x', 'y']);
    expect(texts()).toEqual(['y', 'new']);
  });

  test('ids are in the order of writing, also within a millisecond and when the clock is set back', () => {
    for (const at of [0, 0, -5000, 0]) {
      now += at;
      outbox.add('a');
    }
    const ids = outbox.waiting.map(({ id }) => id);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(4);
  });
});
