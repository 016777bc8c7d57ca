// What a visitor's tab offers of its assets, and when again (cobrowse/visit/offers.ts): nothing that the relay had no
// ears for may be lost.

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createOffers } from '../../cobrowse/visit/offers.ts';
import type { FromVisitor } from '../../protocol/messages.ts';
import { createClock } from '../support/fake-world.ts';

type Upload = { hash: string; signal: AbortSignal; end: (isStored: boolean) => Promise<void> };

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
// Hashed without the threads of the real ones, so that the event loop's turn is long enough for all promises.
const digest = async (_: unknown, bytes: BufferSource) =>
  new Uint8Array(
    createHash('sha256')
      .update(new Uint8Array(bytes as ArrayBuffer))
      .digest(),
  ).buffer;
beforeEach(() => void vi.spyOn(crypto.subtle, 'digest').mockImplementation(digest));
afterEach(() => vi.restoreAllMocks());
const blobOf = (text: string) =>
  Object.assign(new Blob([text]), { arrayBuffer: async () => new TextEncoder().encode(text).buffer });
const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const clock = createClock();
  const lists: string[][] = [];
  const uploads: Upload[] = [];
  const sheetLost = vi.fn();
  const offers = createOffers({
    after: clock.after,
    sheetLost,
    upload: (hash, _blob, signal) =>
      new Promise((stored, failed) => {
        const end = async (isStored: boolean) => {
          if (isStored) stored();
          else failed(new Error('upload: 503'));
          await settle();
        };
        signal.addEventListener('abort', () => failed(new Error('ended')));
        uploads.push({ hash, signal, end });
      }),
  });
  const listen = (message: FromVisitor) => {
    if (message.t === 'assets') lists.push(message.list.map(({ url }) => url));
  };
  return {
    clock,
    lists,
    uploads,
    sheetLost,
    offers,
    open: () => offers.flow(listen),
    shut: () => offers.flow(undefined),
    /** An asset at /a has `a` in it. */
    async add(...names: string[]) {
      for (const name of names) offers.add(`/${name}`, blobOf(name));
      await settle();
      clock.advance(200);
    },
    want: (...names: string[]) => offers.want(names.map(hashOf)),
  };
}

test('each asset is offered once, under its hash, as long as the relay listens', async () => {
  const { open, add, lists, clock } = setUp();
  open();
  await add('a', 'b');
  await add('b', 'c');
  open();
  clock.advance(10_000);
  expect(lists).toEqual([['/a', '/b'], ['/c']]);
});

test('when the relay listens again it is offered everything afresh, also what was said and perhaps not heard', async () => {
  const { open, shut, add, lists, clock } = setUp();
  await add('a');
  expect(lists).toEqual([]);
  open();
  await add('b');
  shut();
  await add('c');
  expect(lists).toEqual([['/a', '/b']]);
  open();
  clock.advance(10_000);
  expect(lists).toEqual([
    ['/a', '/b'],
    ['/a', '/b', '/c'],
  ]);
});

test('what is still being hashed is not offered without its hash: the relay would fetch it', async () => {
  const { open, shut, lists, clock, offers } = setUp();
  open();
  offers.add('/a', blobOf('a'));
  shut();
  open();
  clock.advance(200);
  expect(lists).toEqual([]);
  await settle();
  clock.advance(200);
  expect(lists).toEqual([['/a']]);
});

test('an upload that fails is tried again, ever later, and not without end', async () => {
  const { open, shut, add, want, uploads, clock, lists } = setUp();
  open();
  await add('a');
  want('a');
  const waits: number[] = [];
  for (;;) {
    const before = uploads.length;
    await uploads[before - 1]?.end(false);
    let waited = 0;
    while (uploads.length === before && waited < 600_000) {
      clock.advance(1000);
      waited += 1000;
    }
    if (uploads.length === before) break;
    waits.push(waited);
  }
  expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000]);
  // Given up, and not forgotten: the relay asks for it when it listens anew.
  shut();
  open();
  clock.advance(200);
  expect(lists.at(-1)).toEqual(['/a']);
  want('a');
  expect(uploads).toHaveLength(9);
});

test('a cut ends what is under way, and nothing of before it is tried afterwards', async () => {
  const { open, shut, add, want, uploads, clock } = setUp();
  open();
  await add('a', 'b', 'c');
  want('a', 'b', 'c');
  expect(uploads.map(({ hash }) => hash)).toEqual([hashOf('a'), hashOf('b')]);
  await uploads[0]?.end(false);
  expect(uploads).toHaveLength(3);
  shut();
  expect(uploads.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
  open();
  // Asked for at once, before the ended ones have come to rest.
  want('b');
  expect(uploads).toHaveLength(4);
  await settle();
  clock.advance(600_000);
  expect(uploads).toHaveLength(4);
});

test('two at a time, the next when one has ended', async () => {
  const { open, add, want, uploads } = setUp();
  open();
  await add('a', 'b', 'c');
  want('a', 'b', 'c', 'a');
  expect(uploads).toHaveLength(2);
  await uploads[1]?.end(true);
  expect(uploads.map(({ hash }) => hash)).toEqual(['a', 'b', 'c'].map(hashOf));
  await uploads[0]?.end(true);
  expect(uploads).toHaveLength(3);
});

const sheet = (name: string) => `http://shop.example/tandem-asset-sheet-${name}`;

test('texts of style sheets are offered at once, together, before all else', async () => {
  const { open, offers, lists, clock } = setUp();
  open();
  offers.add('/picture', blobOf('picture'));
  for (const name of ['a', 'b']) offers.add(sheet(name), blobOf(name));
  await settle();
  clock.advance(0);
  expect(lists).toEqual([[sheet('b'), sheet('a'), '/picture']]);
  // Not one message for each of those that come one by one.
  for (const name of ['c', 'd']) {
    offers.add(sheet(name), blobOf(name));
    await settle();
  }
  expect(lists).toHaveLength(1);
  clock.advance(200);
  expect(lists[1]).toEqual([sheet('d'), sheet('c')]);
});

test('they are uploaded before pictures, and one that does not get there is told of', async () => {
  const { open, shut, add, offers, want, uploads, sheetLost } = setUp();
  open();
  await add('a', 'b', 'c');
  offers.add(sheet('d'), blobOf('d'));
  await settle();
  want('a', 'b', 'c', 'd');
  await uploads[0]?.end(false);
  expect(uploads.map(({ hash }) => hash)).toEqual(['a', 'b', 'd'].map(hashOf));
  expect(sheetLost).not.toHaveBeenCalled();
  await uploads[2]?.end(false);
  expect(sheetLost).toHaveBeenCalledTimes(1);
  // Ended by us: it is offered again when the relay listens again.
  await uploads[1]?.end(true);
  want('d');
  shut();
  await settle();
  expect(sheetLost).toHaveBeenCalledTimes(1);
});
