// What operators show on a visitor's page, for the consoles of those who watch beside them: told as it is passed on, kept
// while it stands for whoever begins to watch later, and told to be gone by whatever ends it. Rule [G8].
//
// Easy to get wrong: node ids begin anew with each picture, so what stands is told only by the ids of the picture that is
// there. Which these are, the page is asked: it has the elements. Its word moves a mark and makes none, since a page could
// put words into an operator's mouth. What the page then refuses was told already, and is taken back.

import type { Act, FromVisitorHand } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OperatorPeer } from './operators.ts';
import type { RoomTab } from './room-tab.ts';

export type MarksDoor = {
  readonly room: string;
  tabs(): readonly RoomTab[];
  /** All consoles that watch the room. */
  consoles(): readonly OperatorPeer[];
  /** Where what this operator shows is now: the page answers with `stands`. */
  ask(tab: RoomTab, by: string): void;
};

type Mark = Extract<Act, { t: 'point' | 'frame' | 'unframe' | 'draw' | 'undraw' }>;
type Draw = Extract<Act, { t: 'draw' }>;
type Frame = Extract<Act, { t: 'frame' }>;
export type Stands = Extract<FromVisitorHand, { t: 'stands' }>;
/** `said`: as it was passed on. `act`: by the ids of the picture `pictureAt`. */
type Standing<T extends Mark> = {
  readonly said: T;
  readonly act: T;
  readonly pictureAt: number;
  readonly bytes: number;
};

/** Of one operator in one tab. */
type Shown = {
  /** Where the pointer is, and who has not been told. */
  pointer: { readonly act: Mark; readonly from: OperatorPeer; readonly late: Set<OperatorPeer> } | undefined;
  frame: Standing<Frame> | undefined;
  /** Done strokes that do not fade, in the order they came. */
  readonly strokes: Map<number, Standing<Draw>>;
  /** Something of a stroke was told, maybe of one that is not done or fades. */
  hasInk: boolean;
  /** The picture for which the page was asked where all that is; 0 when no answer is due. */
  askedFor: number;
};

/** Done strokes of an operator that are told to whoever comes later; the page may have more. */
export const MAX_INK_BYTES = 64 * 1024;
/** Behind more than this a pointer or a piece of a line would come late: a stroke comes whole when it is done. */
const MAX_BEFORE_PASSING = 16 * 1024;

export function isMark(act: Act): act is Mark {
  return /^(point|frame|unframe|draw|undraw)$/.test(act.t);
}

export class Marks {
  #door: MarksDoor;
  #shown = new Map<string, Map<number, Shown>>();
  /** Tabs that were asked in this second: no page can make us tell all of its marks again and again. */
  #asked = new Set<number>();

  constructor(door: MarksDoor) {
    this.#door = door;
  }

  /** It has been passed on to this tab's page. */
  passed(by: string, tab: number, act: Mark, from: OperatorPeer): void {
    const shown = this.#of(by, tab);
    const late = new Set<OperatorPeer>();
    for (const peer of this.#door.consoles()) {
      if (peer === from) continue;
      const isPassing = (act.t === 'point' && act.at !== undefined) || (act.t === 'draw' && !act.isDone);
      if (isPassing && peer.socket.waiting() > MAX_BEFORE_PASSING) late.add(peer);
      else this.#say(peer, by, tab, act);
    }
    if (act.t === 'point') shown.pointer = act.at && { act, from, late };
    else if (act.t === 'frame') shown.frame = this.#standing(tab, act);
    else if (act.t === 'unframe') shown.frame = undefined;
    else if (act.t === 'draw') this.#drawn(shown, tab, act);
    else if (act.stroke !== undefined) shown.strokes.delete(act.stroke);
    else {
      shown.strokes.clear();
      shown.hasInk = false;
    }
    this.#forgetEmpty(by, tab, shown);
  }

  #drawn(shown: Shown, tab: number, act: Draw): void {
    shown.hasInk = true;
    if (!act.isDone || act.fades) return;
    shown.strokes.delete(act.stroke);
    // From 0 it is whole; the end of a line whose beginning is not known here is nothing to tell.
    if (act.from > 0) return;
    shown.strokes.set(act.stroke, this.#standing(tab, act));
    let bytes = 0;
    for (const stroke of shown.strokes.values()) bytes += stroke.bytes;
    for (const [number, stroke] of shown.strokes) {
      if (bytes <= MAX_INK_BYTES && shown.strokes.size <= LIMITS.maxStrokes) break;
      bytes -= stroke.bytes;
      shown.strokes.delete(number);
    }
  }

  /** The page did not show it. */
  refused(by: string, tab: number, act: Mark): void {
    const shown = this.#shown.get(by)?.get(tab);
    if (act.t === 'draw') {
      // Of a piece that was refused, what is there already stays until the whole comes.
      if (!shown?.hasInk || (act.from > 0 && !act.isDone)) return;
      shown.strokes.delete(act.stroke);
      this.#tell(by, tab, { t: 'undraw', stroke: act.stroke });
    } else if (act.t === 'frame' && shown?.frame?.said === act) {
      // A frame is refused before the one that stands is touched, but which that is nobody here knows any more.
      shown.frame = undefined;
      this.#tell(by, tab, { t: 'unframe' });
      this.#forgetEmpty(by, tab, shown);
    }
  }

  /** A picture of this tab is whole. */
  pictured(place: RoomTab): void {
    const { number, tab, pictureAt } = place;
    if (!tab || pictureAt === 0 || this.#asked.has(number)) return;
    for (const [by, tabs] of this.#shown) {
      const shown = tabs.get(number);
      if (!shown || shown.askedFor === pictureAt) continue;
      const { frame, strokes } = shown;
      if (![frame, ...strokes.values()].some((each) => each && each.pictureAt !== pictureAt)) continue;
      shown.askedFor = pictureAt;
      this.#asked.add(number);
      this.#door.ask(place, by);
    }
  }

  /** The page's answer. What was put there since the picture came has its ids already. */
  stands({ number: tab, pictureAt }: RoomTab, { operator: by, frame: framed, strokes: drawn }: Stands): void {
    const shown = this.#shown.get(by)?.get(tab);
    // While a picture is arriving these may be its ids, or not: it is asked again when that is whole.
    if (!shown || shown.askedFor === 0 || pictureAt === 0) return;
    shown.askedFor = 0;
    const { frame, strokes } = shown;
    const nodes = new Map(drawn.map(({ stroke, node }) => [stroke, node]));
    for (const [number, stroke] of strokes) {
      if (stroke.pictureAt === pictureAt) continue;
      const node = nodes.get(number);
      if (node === undefined) strokes.delete(number);
      else strokes.set(number, this.#moved(by, tab, stroke, node, pictureAt));
    }
    if (frame && frame.pictureAt !== pictureAt)
      shown.frame = framed === undefined ? undefined : this.#moved(by, tab, frame, framed, pictureAt);
    this.#forgetEmpty(by, tab, shown);
  }

  #moved<T extends Draw | Frame>(by: string, tab: number, mark: Standing<T>, node: number, pictureAt: number) {
    const act = { ...mark.act, node };
    for (const peer of this.#door.consoles()) this.#say(peer, by, tab, act, true);
    return { ...mark, act, pictureAt };
  }

  /** A console begins to watch. */
  greet(peer: OperatorPeer): void {
    for (const [by, tabs] of this.#shown)
      for (const [tab, { frame, strokes }] of tabs) {
        const pictureAt = this.#pictureAt(tab);
        for (const stroke of frame ? [...strokes.values(), frame] : strokes.values())
          if (pictureAt > 0 && stroke.pictureAt === pictureAt) this.#say(peer, by, tab, stroke.act);
      }
  }

  /** The pointer is there no more; with `tab` only what is in that tab. */
  unpoint(by: string, only?: number): void {
    for (const [tab, shown] of this.#shown.get(by) ?? []) {
      if (!shown.pointer || (only !== undefined && tab !== only)) continue;
      shown.pointer = undefined;
      this.#tell(by, tab, { t: 'point', down: false });
      this.#forgetEmpty(by, tab, shown);
    }
  }

  /** This tab's link is gone: nobody points there now. */
  left(tab: number): void {
    for (const [by, tabs] of this.#shown) {
      this.unpoint(by, tab);
      const shown = tabs.get(tab);
      if (shown) shown.askedFor = 0;
    }
  }

  /** Nothing of theirs may stay. */
  clear(by: string): void {
    this.unpoint(by);
    for (const [tab, { frame, hasInk }] of this.#shown.get(by) ?? []) {
      if (frame) this.#tell(by, tab, { t: 'unframe' });
      if (hasInk) this.#tell(by, tab, { t: 'undraw' });
    }
    this.#shown.delete(by);
  }

  /** Where a pointer has come to rest, for those whose line was slow; and what is of a picture that is gone. */
  tick(): void {
    for (const [by, tabs] of this.#shown)
      for (const [tab, { pointer }] of tabs)
        for (const peer of pointer?.late ?? []) {
          if (!pointer || peer.socket.waiting() > MAX_BEFORE_PASSING) continue;
          pointer.late.delete(peer);
          if (this.#door.consoles().includes(peer)) this.#say(peer, by, tab, pointer.act);
        }
    this.#asked.clear();
    for (const place of this.#door.tabs()) this.pictured(place);
  }

  #of(by: string, tab: number): Shown {
    let tabs = this.#shown.get(by);
    if (!tabs) this.#shown.set(by, (tabs = new Map<number, Shown>()));
    let shown = tabs.get(tab);
    if (!shown) {
      shown = { pointer: undefined, frame: undefined, strokes: new Map(), hasInk: false, askedFor: 0 };
      tabs.set(tab, shown);
    }
    return shown;
  }

  #forgetEmpty(by: string, tab: number, { pointer, frame, hasInk }: Shown): void {
    if (pointer || frame || hasInk) return;
    const tabs = this.#shown.get(by);
    tabs?.delete(tab);
    if (tabs?.size === 0) this.#shown.delete(by);
  }

  #standing<T extends Mark>(tab: number, act: T): Standing<T> {
    return { said: act, act, pictureAt: this.#pictureAt(tab), bytes: JSON.stringify(act).length };
  }

  #pictureAt(tab: number): number {
    return this.#door.tabs().find(({ number }) => number === tab)?.pictureAt ?? 0;
  }

  #tell(by: string, tab: number, act: Mark): void {
    for (const peer of this.#door.consoles()) this.#say(peer, by, tab, act);
  }

  #say(peer: OperatorPeer, by: string, tab: number, act: Mark, again?: true): void {
    const picture = this.#pictureAt(tab);
    const say = { t: 'shown', by, tab, act, ...(again && { again }), ...(picture > 0 && { picture }) } as const;
    peer.send({ t: 'hand', room: this.#door.room, say });
  }
}
