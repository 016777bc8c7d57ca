// What the relay fetches for rooms: each address once per room, style sheets followed to what they refer to. Tells live
// what came of it.
//
// Easy to get wrong: an address is a stranger's, and its server may take all the time it is given. So rooms take turns,
// none has more than two fetches under way, and each visitor has a budget; a room waits with what it has asked for while
// it is not captured.

import { LIMITS } from '../../protocol/limits.ts';
import type { AssetEntry } from '../../protocol/messages.ts';
import type { Fetched } from './asset-fetch.ts';
import type { AssetStore } from './asset-store.ts';
import { cssAddresses, MAX_FOLLOWED_SHEET_BYTES } from './css-addresses.ts';
import { MAX_ADDRESS_BYTES, weightOfAddress } from './offers.ts';
import { createBucket, take, type Bucket } from './peer.ts';
import type { Room } from './room.ts';

const AT_ONCE = 12;
const AT_ONCE_OF_ROOM = 2;
const AT_ONCE_OF_HOST = 4;
/** A sheet, what it imports, and the pictures of that. */
const DEPTH = 3;
/** Per visitor, whatever rooms: a page and what its sheets refer to; then the next pages, slower. */
const BUDGET = { burst: 500, perSec: 2 };
/** When to look again at what could not be fetched yet, if nothing else happens. */
const AGAIN_MS = 1000;
/** More budgets than this are looked through for ones that are full again. */
const MANY_BUDGETS = 1000;

type FetchRoom = Pick<Room, 'isEnded' | 'takesAssets' | 'site' | 'visitor' | 'notice'> & {
  readonly assets: Pick<Room['assets'], 'bytes'>;
};
type Job = { url: string; host: string; depth: number };
type Jobs<R> = { room: R; waiting: Job[]; running: number; asked: Set<string>; askedBytes: number };

export type FetchQueue<R> = { add(room: R, url: string): void };

export function createFetchQueue<R extends FetchRoom>(options: {
  store: Pick<AssetStore, 'put'>;
  fetch(url: string): Promise<Fetched>;
  now(): number;
  after(delayMs: number, task: () => void): unknown;
  done(room: R, entries: readonly AssetEntry[], bytes: number): void;
  failed(error: unknown): void;
}): FetchQueue<R> {
  const { store, now } = options;
  const known = new WeakMap<R, Jobs<R>>();
  /** Rooms with something to fetch, the next one first. */
  const turns = new Set<Jobs<R>>();
  const hosts = new Map<string, number>();
  const budgets = new Map<string, Bucket>();
  let running = 0;
  let isWaking = false;

  const add = (room: R, url: string, depth: number) => {
    let jobs = known.get(room);
    if (!jobs) known.set(room, (jobs = { room, waiting: [], running: 0, asked: new Set(), askedBytes: 0 }));
    if (jobs.asked.has(url)) return;
    const weight = weightOfAddress(url);
    if (jobs.asked.size >= LIMITS.maxRoomAssets || jobs.askedBytes + weight > MAX_ADDRESS_BYTES)
      return room.notice('assets-skipped');
    jobs.asked.add(url);
    jobs.askedBytes += weight;
    jobs.waiting.push({ url, host: URL.canParse(url) ? new URL(url).host : '', depth });
    turns.add(jobs);
    pump();
  };

  const run = async (room: R, { url, depth }: Job) => {
    const fetched = await options.fetch(url);
    if (room.isEnded) return;
    const stored =
      fetched.kind === 'fetched' && room.assets.bytes + fetched.bytes.byteLength <= LIMITS.maxRoomAssetBytes
        ? await store.put(room.site.id, fetched.bytes, fetched.type)
        : undefined;
    const entry = stored ? { url, hash: stored.hash, type: stored.type } : { url, hash: null, type: '' };
    const bytes = stored && fetched.kind === 'fetched' ? fetched.bytes.byteLength : 0;
    options.done(room, [entry], bytes);
    if (stored?.type !== 'text/css' || fetched.kind !== 'fetched' || depth >= DEPTH) return;
    if (fetched.bytes.byteLength <= MAX_FOLLOWED_SHEET_BYTES) {
      const css = Buffer.from(fetched.bytes).toString('utf8');
      for (const address of cssAddresses(css, fetched.url)) add(room, address, depth + 1);
    }
  };

  const mayFetch = (room: R): boolean => {
    const visitor = `${room.site.id}/${room.visitor}`;
    let budget = budgets.get(visitor);
    if (!budget) budgets.set(visitor, (budget = createBucket(BUDGET.burst, now())));
    return take(budget, BUDGET, now());
  };

  const forgetFullBudgets = () => {
    if (budgets.size <= MANY_BUDGETS) return;
    for (const [visitor, { level, at }] of budgets)
      if (level + ((now() - at) / 1000) * BUDGET.perSec >= BUDGET.burst) budgets.delete(visitor);
  };

  const next = (): { jobs: Jobs<R>; job: Job } | undefined => {
    for (const jobs of turns) {
      if (jobs.room.isEnded) {
        turns.delete(jobs);
        continue;
      }
      if (jobs.running >= AT_ONCE_OF_ROOM || !jobs.room.takesAssets) continue;
      const at = jobs.waiting.findIndex(({ host }) => (hosts.get(host) ?? 0) < AT_ONCE_OF_HOST);
      const job = jobs.waiting[at];
      if (!job || !mayFetch(jobs.room)) continue;
      jobs.waiting.splice(at, 1);
      // To the end of the line.
      turns.delete(jobs);
      if (jobs.waiting.length > 0) turns.add(jobs);
      return { jobs, job };
    }
    return undefined;
  };

  const count = (jobs: Jobs<R>, host: string, by: 1 | -1) => {
    running += by;
    jobs.running += by;
    const ofHost = (hosts.get(host) ?? 0) + by;
    if (ofHost > 0) hosts.set(host, ofHost);
    else hosts.delete(host);
  };

  const pump = () => {
    while (running < AT_ONCE) {
      const found = next();
      if (!found) break;
      const { jobs, job } = found;
      count(jobs, job.host, 1);
      run(jobs.room, job)
        .catch(options.failed)
        .finally(() => {
          count(jobs, job.host, -1);
          pump();
        });
    }
    if (turns.size === 0 || isWaking) return;
    isWaking = true;
    options.after(AGAIN_MS, () => {
      isWaking = false;
      forgetFullBudgets();
      pump();
    });
  };

  return { add: (room, url) => add(room, url, 1) };
}
