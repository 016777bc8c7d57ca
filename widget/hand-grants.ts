// What the visitor has granted by hand, to whom, in the visit that is on: kept in this browser, and compared with what the
// relay says. Only what both hold is in force.
//
//   kept here, and the relay never knew   say it again: the relay was restarted, or is new to this page
//   kept here, and the relay knew it      it is over: given back, or the operator left
//   the relay has it, and we do not       say that it is off: taken back while nobody heard it, or never granted here
//
// Easy to get wrong: another tab of this browser may have granted it a moment ago, and browsers let tabs see each other's
// storage only after a while; so what is not kept here is not in force at once, but refused only when it has not come for
// a while. And a word of the relay may have been on its way before it heard of a grant: only what it has once confirmed
// can be over.

import type { Grant, Hands } from '../protocol/hand.ts';

/** What is stored: `room` says of which visit. */
type Kept = { room: string; grants: Record<string, Grant[]> };

export type GrantsOptions = {
  read(): unknown;
  /** Nothing: nothing is left to be kept. */
  write(kept: Kept | undefined): void;
  say(operator: string, grant: Grant, on: boolean): void;
  /** Runs `settle` when other tabs have had time to be heard. */
  soon(settle: () => void): void;
};

export type Grants = {
  /** Of the visit that is on; undefined: there is none. */
  enter(room: string | undefined): void;
  /** The link was lost: the next word of the relay may be that of one which knows nothing. */
  lost(): void;
  /** The link is back. A relay that knows nothing says nothing. */
  back(): void;
  /** The relay's word. */
  told(hands: Hands): void;
  has(operator: string, grant: Grant): boolean;
  /** The visitor's own word, trusted by the caller. */
  set(operator: string, grant: Grant, on: boolean): void;
};

export function createGrants({ read, write, say, soon }: GrantsOptions): Grants {
  let room: string | undefined;
  /** In memory too: storage may be forbidden. */
  let mine: Kept['grants'] = {};
  /** By the relay, as `grant operator`. */
  let known = new Set<string>();
  /** The relay has said nothing since the link came. */
  let isFresh = true;
  const nameOf = (operator: string, grant: Grant) => `${grant} ${operator}`;

  /** What other tabs may have changed. */
  const look = () => {
    const kept = read();
    if (isKept(kept) && kept.room === room) mine = kept.grants;
  };
  // By entries: an id may be the name of something that every object has.
  const of = (operator: string) => Object.entries(mine).find(([id]) => id === operator)?.[1] ?? [];
  const has = (operator: string, grant: Grant) => of(operator).includes(grant);
  const keep = (operator: string, grant: Grant, on: boolean) => {
    look();
    const rest = of(operator).filter((each) => each !== grant);
    mine = Object.fromEntries([...Object.entries(mine), [operator, on ? [...rest, grant] : rest]]);
    if (room !== undefined) write({ room, grants: mine });
  };
  const all = () =>
    Object.entries(mine).flatMap(([operator, grants]) => grants.map((grant) => [operator, grant] as const));
  const pairs = (hands: Hands) => hands.flatMap(({ by, grants }) => grants.map((grant) => [by.id, grant] as const));

  return {
    enter(next) {
      if (next === room) return;
      const before = room;
      room = next;
      mine = {};
      known = new Set();
      isFresh = true;
      look();
      // Of a visit that is over.
      if (before !== undefined && next === undefined) write(undefined);
    },
    lost() {
      isFresh = true;
    },
    back() {
      soon(() => {
        look();
        if (room !== undefined && isFresh) for (const [operator, grant] of all()) say(operator, grant, true);
      });
    },
    told(hands) {
      if (room === undefined) return;
      look();
      const before = known;
      const wasFresh = isFresh;
      isFresh = false;
      const now = pairs(hands);
      known = new Set(now.map(([operator, grant]) => nameOf(operator, grant)));
      for (const [operator, grant] of all()) {
        const name = nameOf(operator, grant);
        if (known.has(name)) continue;
        if (wasFresh) say(operator, grant, true);
        else if (before.has(name)) keep(operator, grant, false);
      }
      if (now.some(([operator, grant]) => !has(operator, grant)))
        soon(() => {
          look();
          for (const [operator, grant] of now)
            if (known.has(nameOf(operator, grant)) && !has(operator, grant)) say(operator, grant, false);
        });
    },
    has: (operator, grant) => known.has(nameOf(operator, grant)) && has(operator, grant),
    set(operator, grant, on) {
      keep(operator, grant, on);
      say(operator, grant, on);
    },
  };
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null | undefined;
  return (
    typeof kept?.room === 'string' &&
    typeof kept.grants === 'object' &&
    kept.grants !== null &&
    Object.values(kept.grants).every(Array.isArray)
  );
}
