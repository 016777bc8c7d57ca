// What waits in a visitor's tab, for the deflating or for a full line, and for how long (cobrowse/visit/stream.ts).
// [P5] is docs/architecture.md's fifth principle: a slow peer costs itself.

import type { eventWithTime } from '@rrweb/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStream } from '../../cobrowse/visit/stream.ts';
import { KIND, readHeader } from '../../protocol/codec.ts';
import { createEventReader } from '../support/wire-events.ts';

let time = 0;
beforeEach(() => {
  time = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => time);
});
afterEach(() => vi.restoreAllMocks());

// The stream does not look into events.
const eventsOf = (text: string) => [{ text }] as unknown as eventWithTime[];
const LONG = 'x'.repeat(300_000);
/** No shorter for having been seen before. */
const NOISE = Array.from({ length: 5000 }, (_, at) => Math.sin(at).toString(36)).join(' ');
/** The deflating is not ours, and has a thread of its own: the default of one second may be too short. */
const PATIENCE = { timeout: 30_000 };

type Payload = { kind: 'snapshot' | 'change'; texts: string[]; waited: number | undefined };

function setUp() {
  const frames: Uint8Array[] = [];
  const timers = new Set<() => void>();
  const stale = vi.fn();
  const notices: string[] = [];
  const offered: string[][] = [];
  const latest: Uint8Array[] = [];
  const stream = createStream({
    port: {
      ordered: (frame) => frames.push(frame),
      latest: (frame) => latest.push(frame),
      message(message) {
        if (message.t === 'assets') offered.push(message.list.map(({ url }) => url));
      },
      encode: (value) => JSON.stringify(value),
      upload: () => Promise.resolve(),
    },
    after(_, task) {
      timers.add(task);
      return () => timers.delete(task);
    },
    sheetLost: () => undefined,
    notice: (notice) => notices.push(notice),
    stale,
  });
  /** Read as the relay and a mirror do: a frame that came already is ignored, one that leaves a hole is an error. */
  const payloads = (): Payload[] => {
    const read = createEventReader();
    let last = 0;
    return frames.flatMap((frame) => {
      const { ordinal, kind } = readHeader(frame);
      if (ordinal <= last) return [];
      if (kind !== KIND.Snapshot && ordinal !== last + 1) throw new Error('a hole');
      last = ordinal;
      const payload = read(frame);
      if (!payload) return [];
      const events = payload.events as { text?: string; data?: { tag: string; payload: { waited: number } } }[];
      return [
        {
          kind: payload.kind === KIND.Snapshot ? 'snapshot' : 'change',
          texts: events.flatMap((event) => event.text ?? []),
          waited: events.find((event) => event.data?.tag === 'sent')?.data?.payload.waited,
        },
      ];
    });
  };
  const change = (text: string) => stream.take({ kind: 'change', events: eventsOf(text) });
  const part = (text: string, part: 'more' | 'last') => stream.take({ kind: 'change', events: eventsOf(text), part });
  return {
    stream,
    frames,
    stale,
    notices,
    offered,
    payloads,
    change,
    part,
    latest,
    sent: () => payloads().map(({ texts }) => texts.map((text) => text.slice(0, 10)).join('+')),
    /** A snapshot is deflated, which takes a while. */
    async snapshot(text: string) {
      const before = frames.length;
      stream.take({ kind: 'snapshot', events: eventsOf(text) });
      await vi.waitUntil(() => frames.length > before, PATIENCE);
    },
    /** The relay has everything. */
    acknowledge: () => stream.acknowledge(frames.length),
    tick() {
      const due = [...timers];
      timers.clear();
      for (const task of due) task();
    },
  };
}

async function onFullLine() {
  const world = setUp();
  world.stream.open(0);
  await world.snapshot('page');
  world.acknowledge();
  world.change('a');
  time += 1600;
  return world;
}

test('[P5] on a line that takes what it is given, each change goes at once', async () => {
  const { stream, change, sent, acknowledge, snapshot } = setUp();
  stream.open(0);
  await snapshot('page');
  for (const text of ['a', 'b', 'c']) {
    change(text);
    time += 1000;
    acknowledge();
  }
  expect(sent()).toEqual(['page', 'a', 'b', 'c']);
});

test('[P5] on a full line changes wait, and go as one when it has room; how long they waited goes along', async () => {
  const { change, payloads, sent, acknowledge } = await onFullLine();
  change('b');
  time += 700;
  change('c');
  expect(sent()).toEqual(['page', 'a']);
  acknowledge();
  expect(sent()).toEqual(['page', 'a', 'b+c']);
  expect(payloads().at(-1)?.waited).toBe(700);
  change('d');
  expect(sent().at(-1)).toBe('d');
});

test('[P5] what waits and is longer than the page gives way to a snapshot, once the line has room', async () => {
  const { change, sent, stale, acknowledge, snapshot } = await onFullLine();
  change('b');
  change(LONG);
  change('c');
  expect(stale).not.toHaveBeenCalled();
  acknowledge();
  expect(stale).toHaveBeenCalledTimes(1);
  change('d');
  acknowledge();
  expect(stale).toHaveBeenCalledTimes(1);
  expect(sent()).toEqual(['page', 'a']);
  await snapshot('page again');
  change('e');
  expect(sent()).toEqual(['page', 'a', 'page again', 'e']);
});

test('[P5] one long change is no reason for a snapshot', async () => {
  const { change, sent, stale, acknowledge } = await onFullLine();
  change(LONG);
  acknowledge();
  await vi.waitUntil(() => sent().length === 3, PATIENCE);
  expect(stale).not.toHaveBeenCalled();
});

test('[P5] a snapshot goes whatever the line looks like: somebody asked for it', async () => {
  const { change, sent, snapshot } = await onFullLine();
  change('b');
  await snapshot('new');
  expect(sent()).toEqual(['page', 'a', 'new']);
});

test('[P5] a relay that had no use for a frame, and so never acknowledges it, does not stop the view', async () => {
  const { change, sent, tick } = await onFullLine();
  change('b');
  tick();
  expect(sent()).toEqual(['page', 'a']);
  time += 10_000;
  tick();
  expect(sent()).toEqual(['page', 'a', 'b']);
});

test('[P5] after a pause nothing of before goes out, and nothing of it counts as on the line', async () => {
  const { stream, change, sent, acknowledge, snapshot } = await onFullLine();
  change('b');
  stream.cut();
  acknowledge();
  // Nor what would build on it.
  change('c');
  expect(sent()).toEqual(['page', 'a']);
  await snapshot('page again');
  change('d');
  expect(sent()).toEqual(['page', 'a', 'page again', 'd']);
});

test('[P5] the link was lost and is back: what the relay lacks is sent again, and counts anew', async () => {
  const { stream, change, sent, frames } = await onFullLine();
  stream.shut();
  change('b');
  time += 60_000;
  expect(stream.open(1)).toBe(true);
  change('c');
  expect(frames.slice(2)).toEqual([frames[1], ...frames.slice(3)]);
  expect(sent()).toEqual(['page', 'a', 'b', 'c']);
});

test('[P5] changes that come while another payload is being deflated follow it, in order', async () => {
  const { stream, change, sent } = setUp();
  stream.open(0);
  stream.take({ kind: 'snapshot', events: eventsOf('page') });
  for (const text of ['a', 'b', 'c']) change(text);
  expect(sent()).toEqual([]);
  await vi.waitUntil(() => sent().length === 2, PATIENCE);
  expect(sent()).toEqual(['page', 'a+b+c']);
});

test('assets are offered again whenever the relay listens anew: on the next link, in another room, after a pause', async () => {
  const { stream, snapshot, offered, tick } = setUp();
  stream.open(0);
  stream.take({ kind: 'asset', url: '/a', blob: undefined });
  await Promise.resolve();
  tick();
  expect(offered).toEqual([['/a']]);
  // Nobody has said yet what came of it; the next picture of the same capture is no reason to say it again.
  await snapshot('page');
  tick();
  expect(offered).toHaveLength(1);
  stream.shut();
  stream.open(1);
  tick();
  expect(offered).toHaveLength(2);
  // Another room on the same link.
  stream.open(0);
  tick();
  expect(offered).toHaveLength(3);
  stream.cut();
  stream.take({ kind: 'asset', url: '/b', blob: undefined });
  await Promise.resolve();
  tick();
  expect(offered).toHaveLength(3);
  await snapshot('page again');
  tick();
  expect(offered.slice(1)).toEqual([['/a'], ['/a'], ['/a', '/b']]);
});

// The events' encoding keeps tables, which are right at the other end only if lists leave in the order in which they were
// encoded, and none is missing. Texts that resemble each other make use of the tables.
const alike = (name: string) => `a text that the others resemble, ${name}`;

test('what leaves while a snapshot waits behind a deflating change can be read: no word of when it was sent comes between', async () => {
  const { stream, change, payloads, snapshot, acknowledge } = setUp();
  stream.open(0);
  await snapshot(alike('page'));
  acknowledge();
  time += 1000;
  change(alike('long') + LONG);
  time += 1000;
  // Waits behind the long change, and has changes behind it.
  stream.take({ kind: 'snapshot', events: eventsOf(alike('second page')) });
  change(alike('b'));
  change(alike('c'));
  await vi.waitUntil(() => payloads().length === 4, PATIENCE);
  expect(payloads().map(({ texts }) => texts.map((text) => text.slice(0, 40)))).toEqual([
    [alike('page')],
    [(alike('long') + LONG).slice(0, 40)],
    [alike('second page')].map((text) => text.slice(0, 40)),
    [alike('b'), alike('c')],
  ]);
  expect(payloads().map(({ waited }) => waited !== undefined)).toEqual([true, true, false, true]);
});

test('changes that give way while the snapshot before them waits leave nothing in it that can’t be read', async () => {
  const { stream, change, payloads, stale, snapshot, acknowledge } = setUp();
  stream.open(0);
  await snapshot(alike('page'));
  acknowledge();
  time += 1000;
  change(alike('long') + LONG);
  time += 1000;
  stream.take({ kind: 'snapshot', events: eventsOf(alike('second page')) });
  // Of the shape that the word of when it was sent has.
  const words = [{ type: 5, data: { tag: 'x', payload: { at: 1.5, waited: 0 } }, timestamp: 1 }];
  stream.take({ kind: 'change', events: words as unknown as eventWithTime[] });
  change(alike('too long') + LONG);
  change(alike('c'));
  await vi.waitUntil(() => stale.mock.calls.length === 1, PATIENCE);
  change(alike('d'));
  await snapshot(alike('third page'));
  change(alike('e'));
  expect(payloads().map(({ texts }) => texts.map((text) => text.slice(30, 45)))).toEqual(
    [alike('page'), alike('long') + LONG, alike('second page'), alike('third page'), alike('e')].map((text) => [
      text.slice(30, 45),
    ]),
  );
});

test('slices of a picture go together, and what has changed meanwhile goes behind them', async () => {
  const { stream, change, part, sent, snapshot, frames } = setUp();
  stream.open(0);
  await snapshot('page');
  part('a', 'more');
  part('b', 'more');
  change('c');
  part('d', 'more');
  expect(sent()).toEqual(['page', 'a+b+c']);
  part('e', 'last');
  expect(sent()).toEqual(['page', 'a+b+c', 'd+e']);
  // So long that it need not wait for the others, and is deflated.
  part(`f ${NOISE}`, 'more');
  await vi.waitUntil(() => frames.length === 4, PATIENCE);
  part('g', 'more');
  await snapshot('next page');
  change('h');
  expect(sent()).toEqual(['page', 'a+b+c', 'd+e', `f ${NOISE}`.slice(0, 10), 'next page', 'h']);
});

test('the last slice of a picture may have nothing in it', async () => {
  const { stream, part, sent, snapshot } = setUp();
  stream.open(0);
  await snapshot('page');
  part('a', 'more');
  expect(sent()).toEqual(['page']);
  stream.take({ kind: 'change', events: [], part: 'last' });
  expect(sent()).toEqual(['page', 'a']);
  stream.take({ kind: 'change', events: [], part: 'last' });
  expect(sent()).toEqual(['page', 'a']);
});

test('a picture of a canvas does not overtake the slice that its element is in', async () => {
  const { stream, part, snapshot, latest } = setUp();
  stream.open(0);
  await snapshot('page');
  part('a', 'more');
  stream.take({ kind: 'picture', picture: { node: 7, width: 1, height: 1, image: new Uint8Array(3) } });
  expect(latest).toHaveLength(0);
  part('b', 'last');
  expect(latest).toHaveLength(1);
});

test('what can’t be deflated goes as it is, and what follows can be read', async () => {
  const { stream, change, sent, snapshot, notices } = setUp();
  stream.open(0);
  await snapshot('page');
  const broken = vi.spyOn(globalThis, 'CompressionStream').mockImplementation(function () {
    throw new Error('put in its place by the page');
  });
  await snapshot('again');
  change('a');
  change(`long ${LONG}`);
  await vi.waitUntil(() => sent().length === 4, PATIENCE);
  broken.mockRestore();
  change('b');
  expect(sent()).toEqual(['page', 'again', 'a', `long ${LONG}`.slice(0, 10), 'b']);
  expect(notices).toEqual([]);
});

test('a relay that lost the room asks for a snapshot: with it everything begins afresh, for who has seen nothing before', async () => {
  const { stream, change, frames, snapshot } = setUp();
  stream.open(0);
  await snapshot(alike('page'));
  change(alike('a'));
  stream.shut();
  change(alike('b'));
  expect(stream.open(0)).toBe(false);
  change(alike('c'));
  const before = frames.length;
  await snapshot(alike('page again'));
  change(alike('d'));
  const read = createEventReader();
  const events = frames.slice(before).flatMap((frame) => read(frame)?.events ?? []) as { text?: string }[];
  expect(events.flatMap(({ text }) => text ?? [])).toEqual([alike('page again'), alike('d')]);
});
