// What the question for the view has asked for beside it (a site's policy may have it do so), from the visitor's yes until
// it is granted to those who come: each operator once, and control to the first alone. Kept in this browser for as long as
// the visit, for the visitor may turn pages before somebody comes.
//
// Easy to get wrong: only a yes to a question that said so counts, and the question may be older than the policy: what it
// said is what was agreed to. Other tabs of this browser grant, too; so only the one in front does, and it reads anew what
// the others have stored. What the visitor has taken back is given to nobody any more.

import type { Grant } from '../protocol/hand.ts';
import type { Person } from '../protocol/messages.ts';

/** What is stored: `room` says of which visit. `met`: who has been given it. */
type Kept = { room: string; grants: Grant[]; met: string[] };

export type GivenOptions = {
  read(): unknown;
  /** Nothing: nothing is left to be kept. */
  write(kept: Kept | undefined): void;
  grant(operator: string, grant: Grant): void;
};

export type Given = {
  /** The visitor's answer to a question that said that it is for these, too. */
  answered(grants: readonly Grant[], yes: boolean): void;
  /** Of the visit that is on; undefined: there is none. */
  enter(room: string | undefined): void;
  /** These watch, and this tab is in front. */
  watched(people: readonly Person[]): void;
  /** The visitor does not want it any more, from anybody. */
  takenBack(grant: Grant): void;
};

export function createGiven({ read, write, grant }: GivenOptions): Given {
  /** Agreed to, and the visit has not come yet. */
  let promised: readonly Grant[] = [];
  let room: string | undefined;
  /** In memory too: storage may be forbidden. */
  let mine: Kept | undefined;

  const look = () => {
    const kept = read();
    if (isKept(kept) && kept.room === room) mine = kept;
  };
  const keep = (kept: Kept) => write((mine = kept));

  return {
    answered(grants, yes) {
      promised = yes ? grants : [];
    },
    enter(next) {
      if (next === room) return;
      const before = room;
      room = next;
      mine = undefined;
      if (next !== undefined && promised.length > 0) keep({ room: next, grants: [...promised], met: [] });
      if (next !== undefined) promised = [];
      // Of a visit that is over.
      if (before !== undefined && next === undefined) write(undefined);
    },
    watched(people) {
      if (room === undefined || people.length === 0) return;
      look();
      for (const { id } of people) {
        if (!mine || mine.grants.length === 0 || mine.met.includes(id)) continue;
        const { grants, met } = mine;
        // First, or it would be granted twice by whatever the granting brings about.
        keep({ ...mine, met: [...met, id] });
        for (const each of grants) if (each !== 'control' || met.length === 0) grant(id, each);
      }
    },
    takenBack(grant) {
      look();
      if (mine) keep({ ...mine, grants: mine.grants.filter((each) => each !== grant) });
    },
  };
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null | undefined;
  return typeof kept?.room === 'string' && Array.isArray(kept.grants) && Array.isArray(kept.met);
}
