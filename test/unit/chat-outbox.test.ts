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

const fileCalled = (name: string, bytes = 3) => ({
  name,
  bytes,
  type: 'text/plain',
  blob: new Blob(['x'.repeat(bytes)]),
});

describe('files in the outbox', () => {
  test('what was chosen is kept, and goes with the next text once the relay has all of it; texts do not wait for it', () => {
    outbox.online(true);
    expect(outbox.choose([fileCalled('a')])).toBe(true);
    expect(outbox.choose([fileCalled('b')])).toBe(true);
    expect(outbox.waiting).toEqual([]);
    expect([...stored.values()].map(({ isDraft, files }) => [isDraft, files?.map(({ name }) => name)])).toEqual([
      [true, ['a', 'b']],
    ]);
    const [a, b] = outbox.chosen;
    outbox.fileIs(a?.id ?? '', { isReady: true });
    outbox.add('with files');
    outbox.add('later');
    expect(outbox.chosen).toEqual([]);
    expect(texts()).toEqual(['with files', 'later']);
    expect(sent).toEqual(['later']);
    outbox.fileIs(b?.id ?? '', { isReady: true });
    outbox.answered(idOf('later'), 1, undefined);
    expect(sent).toEqual(['later', 'with files']);
    expect([...stored.values()].map(({ isDraft, text }) => [isDraft, text])).toEqual([[undefined, 'with files']]);
  });

  test('what was refused before it was sent is left out; afterwards it fails, and goes as another when it is tried again', () => {
    outbox.online(true);
    outbox.choose([fileCalled('bad'), fileCalled('good')]);
    outbox.fileIs(outbox.chosen[0]?.id ?? '', { why: 'not-allowed' });
    outbox.add('one');
    expect(outbox.waiting[0]?.files?.map(({ name }) => name)).toEqual(['good']);
    const [before] = outbox.waiting;
    const file = before?.files?.[0]?.id ?? '';
    outbox.fileIs(file, { why: 'infected' });
    expect(outbox.waiting[0]?.why).toBe('infected');
    expect(sent).toEqual([]);
    outbox.again(before?.id ?? '');
    const [after] = outbox.waiting;
    expect(after).toMatchObject({ text: 'one', files: [{ name: 'good' }] });
    expect([after?.why, after?.files?.[0]?.why]).toEqual([undefined, undefined]);
    expect(after?.id).not.toBe(before?.id);
    expect(after?.files?.[0]?.id).not.toBe(file);
    outbox.drop(after?.id ?? '');
    expect(stored.size).toBe(0);
  });

  test('each can be left out; more than a message may carry, or a browser keeps, is not taken', () => {
    outbox.choose(Array.from({ length: 10 }, (_, at) => fileCalled(String(at))));
    expect(outbox.choose([fileCalled('one more')])).toBe(false);
    expect(outbox.chosen).toHaveLength(10);
    for (const { id } of outbox.chosen) outbox.unchoose(id);
    expect([outbox.chosen, stored.size]).toEqual([[], 0]);
    expect(outbox.choose([{ ...fileCalled('huge'), bytes: 101 * 1024 * 1024 }])).toBe(false);
    outbox.add('');
    expect(outbox.waiting).toEqual([]);
  });
});

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
