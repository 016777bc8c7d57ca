// What the relay fetches for rooms: a few at a time, each address once per room, style sheets followed to what they
// refer to. Tells live what came of it.

import { LIMITS } from '../../protocol/limits.ts';
import type { AssetEntry } from '../../protocol/messages.ts';
import { cssAddresses, fetchPublic } from './asset-fetch.ts';
import type { AssetStore } from './asset-store.ts';
import type { Room } from './room.ts';

const AT_ONCE = 8;
/** A sheet, what it imports, and the pictures of that. */
const DEPTH = 3;

type Job = { room: Room; url: string; depth: number };

export type FetchQueue = { add(room: Room, url: string): void };

export function createFetchQueue(options: {
  store: AssetStore;
  reachPrivate: boolean;
  done(room: Room, entries: readonly AssetEntry[], bytes: number): void;
  failed(error: unknown): void;
}): FetchQueue {
  const waiting: Job[] = [];
  const asked = new WeakMap<Room, Set<string>>();
  let running = 0;

  const add = (job: Job) => {
    let urls = asked.get(job.room);
    if (!urls) asked.set(job.room, (urls = new Set()));
    if (urls.has(job.url) || urls.size >= LIMITS.maxRoomAssets) return;
    urls.add(job.url);
    waiting.push(job);
    pump();
  };

  const run = async ({ room, url, depth }: Job) => {
    if (room.isEnded) return;
    const fetched = await fetchPublic(url, options);
    const stored =
      fetched.kind === 'fetched' && room.assetBytes + fetched.bytes.byteLength <= LIMITS.maxRoomAssetBytes
        ? await options.store.put(room.site.id, fetched.bytes, fetched.type)
        : undefined;
    const entry = stored ? { url, hash: stored.hash, type: stored.type } : { url, hash: null, type: '' };
    const bytes = stored && fetched.kind === 'fetched' ? fetched.bytes.byteLength : 0;
    options.done(room, [entry], bytes);
    if (stored?.type === 'text/css' && fetched.kind === 'fetched' && depth < DEPTH) {
      const css = Buffer.from(fetched.bytes).toString('utf8');
      for (const address of cssAddresses(css, fetched.url)) add({ room, url: address, depth: depth + 1 });
    }
  };

  const pump = () => {
    while (running < AT_ONCE) {
      const job = waiting.shift();
      if (!job) return;
      running++;
      run(job)
        .catch(options.failed)
        .finally(() => {
          running--;
          pump();
        });
    }
  };

  return { add: (room, url) => add({ room, url, depth: 1 }) };
}
