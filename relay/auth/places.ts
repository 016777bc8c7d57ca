// Who may hold a connection: all together, by address, and how fast one address may come anew. Pure: the clock is handed
// in. Decided from the address alone, before a visitor has said anything.
//
// - Some places are kept for operators: visitors, who need no login, can't take the last one, or a stranger with enough
//   sockets would lock out those who could do something about it.
// - Signed-in operators don't count towards their address's share: a whole office sits behind one, with the visitors who
//   are tried out there.

import type { CloseName } from '../../protocol/close-codes.ts';
import type { Role } from '../../protocol/version.ts';
import { addressKey, createThrottle } from './throttle.ts';

/** One address's share: how many visitors' connections it holds. One object per address. */
export type Share = { readonly address: string; open: number };

export type Places = {
  /** The share that was taken (undefined: an operator's, who has none), or the reason why there is no place. */
  take(role: Role, address: string): { readonly share: Share | undefined } | CloseName;
  leave(share: Share | undefined): void;
  readonly taken: number;
};

export type PlacesOptions = {
  readonly maxPeers: number;
  readonly maxPerAddress: number;
  readonly now: () => number;
  /** An address is at its limit. Said once a minute at most: it may be a proxy that we were not told of. */
  readonly full: (address: string) => void;
};

/** A tenth of a small relay's places, and no more than a large company has operators. */
const KEPT_FOR_OPERATORS = { part: 0.1, most: 500 };
const TELL_EVERY_MS = 60_000;

export function createPlaces({ maxPeers, maxPerAddress, now, full }: PlacesOptions): Places {
  const forVisitors = maxPeers - Math.min(KEPT_FOR_OPERATORS.most, Math.floor(maxPeers * KEPT_FOR_OPERATORS.part));
  const shares = new Map<string, Share>();
  // All of an office may come back twice in a row (the relay restarted); after that each of them may load a page every
  // ten seconds. A connection leaves a visitor behind for some seconds, so coming and going is bounded as well.
  const arrivals = createThrottle({ burst: 2 * maxPerAddress, everyMs: 10_000 / maxPerAddress, now });
  let taken = 0;
  let toldAt = -Infinity;

  const refuse = (address: string, why: CloseName): CloseName => {
    if (now() - toldAt >= TELL_EVERY_MS) {
      toldAt = now();
      full(address);
    }
    return why;
  };

  return {
    take(role, from) {
      if (taken >= (role === 'operator' ? maxPeers : forVisitors)) return 'TooManyPeers';
      if (role === 'operator') {
        taken += 1;
        return { share: undefined };
      }
      const address = addressKey(from);
      let share = shares.get(address);
      if (share && share.open >= maxPerAddress) return refuse(address, 'TooManyPeers');
      if (arrivals.take(address) > 0) return refuse(address, 'TooMany');
      if (!share) shares.set(address, (share = { address, open: 0 }));
      share.open += 1;
      taken += 1;
      return { share };
    },
    leave(share) {
      taken -= 1;
      if (!share) return;
      share.open -= 1;
      if (share.open === 0) shares.delete(share.address);
    },
    get taken() {
      return taken;
    },
  };
}
