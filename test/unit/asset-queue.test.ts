// Who is fetched for when: visitors name the addresses, and strangers' servers take the time they like.

import { expect, test } from 'vitest';
import { createFetchQueue } from '../../relay/live/fetch-queue.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createClock } from '../support/fake-world.ts';
import { SITE } from '../support/sim-relay.ts';
import type { Fetched } from '../../relay/live/asset-fetch.ts';

type TestRoom = Parameters<Parameters<typeof createFetchQueue>[0]['done']>[0] & { takesAssets: boolean };

function setUp(options: { css?: string; hangs?: (url: string) => boolean } = {}) {
  const clock = createClock();
  const asked: string[] = [];
  const told: string[] = [];
  const notices: string[] = [];
  const hanging = new Set<string>();
  const fetched = (url: string): Fetched =>
    options.css === undefined
      ? { kind: 'refused', why: 'status' }
      : { kind: 'fetched', bytes: Buffer.from(options.css), type: 'text/css', url };
  const queue = createFetchQueue<TestRoom>({
    store: { put: () => Promise.resolve({ hash: 'h', type: 'text/css' }) },
    fetch(url) {
      asked.push(url);
      if (!options.hangs?.(url)) return Promise.resolve(fetched(url));
      hanging.add(url);
      return new Promise(() => {});
    },
    now: () => clock.now(),
    after: (ms, task) => clock.after(ms, task),
    done: (_, entries) => told.push(...entries.map(({ url }) => url)),
    failed(error) {
      throw error;
    },
  });
  const room = (visitor: string, more: Partial<TestRoom> = {}): TestRoom => ({
    isEnded: false,
    takesAssets: true,
    site: SITE,
    visitor,
    assets: { bytes: 0 },
    notice: (kind) => void notices.push(kind),
    ...more,
  });
  /** Until nothing more happens without time. */
  const settle = async () => {
    for (let before = -1; before !== asked.length + told.length;) {
      before = asked.length + told.length;
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
  };
  return { clock, queue, room, asked, told, notices, hanging, settle };
}

test('[A6] a room whose addresses never answer holds up nobody else', async () => {
  const { queue, room, told, hanging, settle } = setUp({ hangs: (url) => url.includes('slow') });
  const bad = room('bad');
  for (let index = 0; index < 500; index++) queue.add(bad, `https://slow${index}.example/a.png`);
  const good = room('good');
  for (let index = 0; index < 20; index++) queue.add(good, `https://cdn.example/${index}.png`);
  await settle();
  expect(told).toHaveLength(20);
  expect(hanging.size).toBe(2);
});

test('[A6] one host gets four fetches at once, whoever asks', async () => {
  const { queue, room, hanging, settle } = setUp({ hangs: () => true });
  for (const visitor of ['a', 'b', 'c', 'd'])
    for (let index = 0; index < 5; index++) queue.add(room(visitor), `https://cdn.example/${visitor}${index}.png`);
  await settle();
  expect(hanging.size).toBe(4);
});

test('[A6] rooms take turns', async () => {
  const { queue, room, asked, settle } = setUp();
  const rooms = ['a', 'b'].map((visitor) => room(visitor, { takesAssets: false }));
  for (const each of rooms)
    for (let index = 0; index < 3; index++) queue.add(each, `https://${each.visitor}.example/${index}`);
  for (const each of rooms) each.takesAssets = true;
  queue.add(room('c'), 'https://c.example/');
  await settle();
  expect(asked.map((url) => new URL(url).host[0]).slice(0, 3)).toEqual(['a', 'b', 'c']);
  expect(asked).toHaveLength(7);
});

test('[RM3] nothing is fetched while a room is not captured; what it asked for is fetched when it is again', async () => {
  const { queue, room, asked, clock, settle } = setUp();
  const paused = room('paused', { takesAssets: false });
  queue.add(paused, 'https://cdn.example/a.png');
  clock.advance(5000);
  await settle();
  expect(asked).toEqual([]);
  paused.takesAssets = true;
  clock.advance(1000);
  await settle();
  expect(asked).toEqual(['https://cdn.example/a.png']);
});

test('[A6] a visitor has one budget over all rooms, which comes back with time', async () => {
  const { queue, room, asked, clock, settle } = setUp();
  for (let visit = 0; visit < 3; visit++) {
    const each = room('greedy');
    for (let index = 0; index < 400; index++) queue.add(each, `https://cdn.example/${visit}/${index}.png`);
    await settle();
  }
  expect(asked).toHaveLength(500);
  queue.add(room('modest'), 'https://cdn.example/modest.png');
  await settle();
  expect(asked).toHaveLength(501);
  clock.advance(100_000);
  await settle();
  expect(asked.length).toBeGreaterThan(650);
  expect(asked.length).toBeLessThanOrEqual(701);
});

test('[A5] a room asks for only so many addresses, and only so much of them', async () => {
  const { queue, room, notices } = setUp({ hangs: () => true });
  const wide = room('wide');
  for (let index = 0; index <= LIMITS.maxRoomAssets; index++) queue.add(wide, `https://cdn.example/${index}`);
  expect(notices).toEqual(['assets-skipped']);
  const long = room('long');
  for (let index = 0; index < 300; index++) queue.add(long, `https://cdn.example/${'x'.repeat(4000)}${index}`);
  expect(notices.length).toBeGreaterThan(30);
});

test('sheets are followed to what they refer to, and no further than that needs', async () => {
  const { queue, room, asked, settle } = setUp({ css: '@import "next/a.css"' });
  queue.add(room('reader'), 'https://cdn.example/a.css');
  await settle();
  expect(asked).toEqual(['', 'next/', 'next/next/'].map((folder) => `https://cdn.example/${folder}a.css`));
});

test('an ended room is fetched for no more', async () => {
  const { queue, room, asked, settle } = setUp();
  queue.add(room('gone', { isEnded: true }), 'https://cdn.example/a.png');
  await settle();
  expect(asked).toEqual([]);
});
