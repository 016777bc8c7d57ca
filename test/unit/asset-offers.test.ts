// What a visitor's page can make the relay remember and do with assets: against the real live part, without sockets.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { framesOf, KIND } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { MAX_ADDRESS_BYTES } from '../../relay/live/offers.ts';
import { Uploads } from '../../relay/live/uploads.ts';
import { createClock, createNetwork } from '../support/fake-world.ts';
import { createFakeSocket } from '../support/fake-socket.ts';
import { createRandom } from '../support/random.ts';
import { operatorCalled, SITE, startSimRelay } from '../support/sim-relay.ts';

type Message = Record<string, unknown> & { t: string };
type Asset = { url: string; hash: string | null };

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

function fakeSocket() {
  const messages: Message[] = [];
  const frames: Buffer[] = [];
  const socket = createFakeSocket({
    text: (data) => void messages.push(JSON.parse(data) as Message),
    bytes: (data) => void frames.push(...framesOf(data).map((each) => Buffer.from(each))),
  });
  return { socket, messages, frames };
}

function setUp() {
  const clock = createClock();
  const relay = startSimRelay(clock, createNetwork(1 << 20), createRandom(1));
  const page = fakeSocket();
  const visitor = relay.acceptVisitor()(page.socket);
  const say = (message: unknown) => visitor.text(JSON.stringify(message));
  const viewport = { width: 800, height: 600 };
  const shown = { url: 'https://shop.example/', title: '', visible: true, viewport };
  say({ t: 'hello', site: SITE.key, tab: 't', lang: 'en', page: shown });
  say({ t: 'show' });
  const { room: id, resume } = page.messages.find((message) => message.t === 'visit')?.['visit'] as {
    room: string;
    resume: string;
  };
  const watch = (name: string) => {
    const { socket, messages, frames } = fakeSocket();
    const end = relay.acceptOperator(operatorCalled(name))(socket);
    end.text(JSON.stringify({ t: 'watch', room: id }));
    return { end, messages, frames };
  };
  const offer = (list: readonly { url: string; hash: string; bytes?: number }[]) => {
    // Within what a page may say.
    clock.advance(200);
    say({ t: 'assets', list });
  };
  const wanted = () =>
    page.messages.flatMap((message) => (message.t === 'want' ? (message['hashes'] as string[]) : []));
  const roomFor = (hash: string) => relay.live.roomForUpload(resume, hash);
  return { relay, clock, say, watch, offer, wanted, roomFor };
}

/** A room that somebody watches. */
function watched() {
  const world = setUp();
  const anna = world.watch('anna');
  const hash = hashOf('first');
  world.offer([{ url: 'https://shop.example/first', hash }]);
  const room = world.roomFor(hash);
  if (!room) throw new Error('not wanted');
  world.relay.live.assetUploaded(room, hash, undefined);
  const notices = () =>
    anna.messages.flatMap((message) =>
      message.t === 'room' ? (message['view'] as { notices: string[] }).notices : [],
    );
  return { ...world, room, notices };
}

describe('[RM3] nothing of a page’s assets is taken', () => {
  const url = 'https://shop.example/a.png';
  const hash = hashOf('a');

  test('while nobody watches', () => {
    const { watch, offer, wanted, roomFor } = setUp();
    offer([{ url, hash }]);
    expect(wanted()).toEqual([]);
    expect(roomFor(hash)).toBeUndefined();
    watch('anna');
    offer([{ url, hash }]);
    expect(wanted()).toEqual([hash]);
    expect(roomFor(hash)).toBeDefined();
  });

  test('while paused, not even what was wanted before', () => {
    const { say, watch, offer, wanted, roomFor } = setUp();
    watch('anna');
    offer([{ url, hash }]);
    say({ t: 'pause', on: true });
    expect(roomFor(hash)).toBeUndefined();
    offer([{ url: `${url}2`, hash: hashOf('b') }]);
    expect(wanted()).toEqual([hash]);
    say({ t: 'pause', on: false });
    expect(roomFor(hash)).toBeDefined();
  });

  test('after the last operator has left', () => {
    const { clock, watch, offer, wanted, roomFor } = setUp();
    const anna = watch('anna');
    offer([{ url, hash }]);
    anna.end.closed();
    clock.advance(LIMITS.lingerMs + 2000);
    expect(roomFor(hash)).toBeUndefined();
    offer([{ url: `${url}2`, hash: hashOf('b') }]);
    expect(wanted()).toEqual([hash]);
  });
});

describe('[A5] what a room remembers of assets is bounded', () => {
  test('offers that are never uploaded: by number', () => {
    const { offer, wanted, notices } = watched();
    const before = wanted().length;
    for (let batch = 0; batch < 60; batch++)
      offer(
        Array.from({ length: 100 }, (_, index) => ({
          url: `https://e.example/${batch}-${index}`,
          hash: hashOf(`${batch}-${index}`),
        })),
      );
    expect(wanted().length - before).toBe(LIMITS.maxRoomAssets - 1);
    expect(notices()).toContain('assets-skipped');
  });

  test('offers that are never uploaded: by the length of their addresses', () => {
    const { offer, wanted } = watched();
    const before = wanted().length;
    const long = `https://e.example/${'y'.repeat(4000)}`;
    for (let batch = 0; batch < 10; batch++)
      offer(
        Array.from({ length: 50 }, (_, index) => ({
          url: `${long}${batch}-${index}`,
          hash: hashOf(`${batch}-${index}`),
        })),
      );
    expect((wanted().length - before) * long.length).toBeLessThan(MAX_ADDRESS_BYTES);
    expect(wanted().length - before).toBeGreaterThan(200);
  });

  test('an address that is offered with ever new content waits for the last one only, and not without end', () => {
    const { offer, wanted, roomFor, clock } = watched();
    const before = wanted().length;
    const url = 'https://e.example/restless';
    for (let round = 0; round < 400; round++) offer([{ url, hash: hashOf(`${round}`) }]);
    const asked = wanted().slice(before);
    // 200 at once and two a second: 80 seconds have passed.
    expect(asked.length).toBeLessThanOrEqual(201 + 160);
    expect(asked.length).toBeGreaterThan(200);
    expect(roomFor(asked.at(-1) ?? '')).toBeDefined();
    expect(roomFor(asked.at(-2) ?? '')).toBeUndefined();
    clock.advance(1000);
  });

  test('one that was no good is not asked for again, and does not count as changed with every page', () => {
    const { offer, wanted, room, roomFor, relay } = watched();
    const url = 'https://e.example/broken';
    offer([{ url, hash: hashOf('broken') }]);
    relay.live.assetUploaded(room, hashOf('broken'), undefined);
    const before = wanted().length;
    for (let page = 0; page < 400; page++) offer([{ url, hash: hashOf('broken') }]);
    expect(wanted().length).toBe(before);
    offer([{ url, hash: hashOf('mended') }]);
    expect(wanted().slice(before)).toEqual([hashOf('mended')]);
    expect(roomFor(hashOf('mended'))).toBeDefined();
  });

  test('lists that are superseded go: a joiner gets each address about once, with what is true now', () => {
    const { relay, room, watch } = watched();
    const urls = Array.from({ length: 100 }, (_, index) => `https://e.example/${'z'.repeat(2000)}${index}`);
    const entriesOf = (round: number) =>
      urls.map((url) => ({ url, hash: hashOf(`${round % 2}${url}`), type: 'text/css' }));
    for (let round = 0; round < 60; round++) relay.live.assetFetched(room, entriesOf(round), 0);
    const lists = watch('late').frames.filter((bytes) => bytes[0] === KIND.Assets);
    const bytes = lists.reduce((sum, list) => sum + list.byteLength, 0);
    expect(bytes).toBeLessThan(4 * 100 * 2200);
    const book = new Map<string, string | null>();
    for (const list of lists)
      for (const { url, hash } of JSON.parse(list.subarray(16).toString()) as Asset[]) book.set(url, hash);
    for (const { url, hash } of entriesOf(59)) expect(book.get(url)).toBe(hash);
  });

  test('many short lists become few', () => {
    const { relay, room, watch } = watched();
    for (let index = 0; index < 3000; index++)
      relay.live.assetFetched(room, [{ url: `https://e.example/${index}`, hash: null, type: '' }], 0);
    const lists = watch('late').frames.filter((bytes) => bytes[0] === KIND.Assets);
    expect(lists.length).toBeLessThanOrEqual(1001);
    const told = new Set(
      lists.flatMap((list) => (JSON.parse(list.subarray(16).toString()) as Asset[]).map(({ url }) => url)),
    );
    expect(told.size).toBe(3001);
  });

  test('whatever announces it, a room knows no more addresses than it may', () => {
    const { relay, room } = watched();
    for (let index = 0; index < LIMITS.maxRoomAssets + 10; index++)
      relay.live.assetFetched(room, [{ url: `https://e.example/${index}`, hash: null, type: '' }], 0);
    expect(room.assets.size).toBe(LIMITS.maxRoomAssets);
    const long = watched();
    for (let index = 0; index < 400; index++)
      long.relay.live.assetFetched(
        long.room,
        [{ url: `https://e.example/${'\u0001'.repeat(4000)}${index}`, hash: null, type: '' }],
        0,
      );
    expect(long.room.assets.addressBytes).toBeLessThanOrEqual(MAX_ADDRESS_BYTES);
    expect(long.room.assets.size).toBeLessThan(50);
  });
});

describe('[A5] uploads under way have places', () => {
  const MB = 1024 * 1024;

  test('of a room, of an address, of the relay; given back once', () => {
    const uploads = new Uploads();
    const fill = (room: object, address: string) => {
      const places: (() => void)[] = [];
      for (;;) {
        const over = uploads.begin(room, address, 8 * MB);
        if (!over) return places;
        places.push(over);
      }
    };
    const [a, b, c] = [{}, {}, {}];
    const ofRoom = fill(a, '10.0.0.1');
    expect(ofRoom).toHaveLength(4);
    expect(uploads.of(a)).toBe(32 * MB);
    expect(fill(b, '10.0.0.1')).toHaveLength(4);
    expect(fill(c, '10.0.0.1')).toHaveLength(0);
    ofRoom[0]?.();
    ofRoom[0]?.();
    expect(fill(c, '10.0.0.1')).toHaveLength(1);
    let all = 8;
    for (let index = 0; index < 100; index++) all += fill({}, `10.0.1.${index}`).length;
    expect(all).toBe(32);
  });

  test('an empty one takes a place too', () => {
    const uploads = new Uploads();
    const room = {};
    let begun = 0;
    while (uploads.begin(room, '10.0.0.1', 0)) begun++;
    expect(begun).toBeLessThan(1000);
  });
});
