// A tab of the visitor as its room knows it: a place that outlives the tab's connections, with what of its stream was taken.

import { FLAG, KIND, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Cost, Notice, Page } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { DuePicture } from './due-picture.ts';
import type { Tab } from './visitors.ts';

export type RoomTab = {
  readonly number: number;
  readonly key: string;
  tab: Tab | undefined;
  page: Page;
  seenAt: number;
  leftAt: number;
  /** Highest ordinal taken in. */
  received: number;
  acked: number;
  unackedBytes: number;
  /** Kind of the payload whose further pieces are due. */
  open: number | undefined;
  /** A hole in the ordinals: nothing is taken until the snapshot that was asked for. */
  broken: boolean;
  /** Sequence of the last frame of the picture that is there; 0 while there is none, or it is still arriving. */
  pictureAt: number;
  readonly due: DuePicture;
  /** What could not be shown of the document that is there. */
  readonly notices: Set<Notice>;
  /** What capture takes of the document that is there, as it says. */
  cost: Cost | undefined;
};

export function createRoomTab(number: number, tab: Tab): RoomTab {
  return {
    number,
    key: tab.key,
    tab,
    page: tab.page,
    seenAt: 0,
    leftAt: 0,
    received: 0,
    acked: 0,
    unackedBytes: 0,
    open: undefined,
    broken: false,
    pictureAt: 0,
    due: new DuePicture(),
    notices: new Set(),
    cost: undefined,
  };
}

/** Counts the next ordered frame of the tab. `begun`: with it a picture begins. `known`: there is nothing to take; so, too,
 * after a `hole`, until the snapshot that is to be asked for. Throws ProtocolError. */
export function takeIn(place: RoomTab, { kind, flags, ordinal }: Header): 'begun' | 'taken' | 'known' | 'hole' {
  const begins = kind === KIND.Snapshot && place.open === undefined;
  if (begins) {
    // A new document counts from 1 again; a repeated snapshot (its acknowledgement was lost) replaces itself.
    place.broken = false;
    place.due.begun();
    place.notices.clear();
    // What was acknowledged of the document before says nothing of this one: as many frames of it would count as none.
    place.acked = Math.min(place.acked, ordinal - 1);
  } else if (place.broken || ordinal <= place.received) {
    return 'known';
  } else if (ordinal !== place.received + 1) {
    place.broken = true;
    place.open = undefined;
    return 'hole';
  }
  place.received = ordinal;
  if (place.open !== undefined && place.open !== kind)
    throw new ProtocolError('bad-frame', 'pieces of two payloads are mixed');
  place.open = (flags & FLAG.More) === 0 ? undefined : kind;
  return begins ? 'begun' : 'taken';
}

/** So much was taken since the last one. */
export function isAckDue({ received, acked, unackedBytes }: RoomTab): boolean {
  return received - acked >= LIMITS.ackEveryFrames || unackedBytes >= LIMITS.ackEveryBytes;
}

/** Who has the room's frames up to `seen` sees the document that is there, as far as that is known. Node ids begin anew
 * with each document: what is aimed at one by who sees another would hit something else. */
export function isSeenBy({ pictureAt, due, received }: RoomTab, seen: number): boolean {
  return pictureAt > 0 && seen >= pictureAt && due.isCertain(received);
}

/** The one in front of the visitor, or that was last. */
export function frontOf(tabs: readonly RoomTab[]): RoomTab | undefined {
  let best: RoomTab | undefined;
  for (const place of tabs) {
    const visible = place.tab !== undefined && place.page.visible;
    const bestVisible = best?.tab !== undefined && best.page.visible;
    if (!best || (visible !== bestVisible ? visible : place.seenAt > best.seenAt)) best = place;
  }
  return best;
}
