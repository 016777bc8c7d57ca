// What operators show on the visitor's page, as this console knows it: pointers, frames and ink of others, and the ink of
// its own operator. By tab, and by captured node: where that is on the screen is asked when it is drawn (hand-marks.svelte).
//
// Easy to get wrong: node ids begin anew with each picture, so a mark says how far the relay was when it was told (`told`),
// and a picture that is younger takes it away; what stands is told again by the new ids. Whoever begins to watch is told
// the marks before the picture is there.

/* eslint-disable svelte/prefer-svelte-reactivity -- only whether there is anything is shown by itself; the rest is read once a frame */

import { createInk, type Ink } from '../../cobrowse/ink.ts';
import type { Act, Place, Reason } from '../../protocol/hand.ts';

type Told = { told: number };
export type Anchor = Told & { node: number };
export type ShownPointer = Told & { at: Place; downs: number };
export type ShownFrame = Anchor & { note: string };

export type TabMarks = {
  readonly ink: Ink<Anchor>;
  readonly pointers: ReadonlyMap<string, ShownPointer>;
  readonly frames: ReadonlyMap<string, ShownFrame>;
};
type Kept = TabMarks & { pointers: Map<string, ShownPointer>; frames: Map<string, ShownFrame> };

export class Marks {
  #tabs = new Map<number, Kept>();
  #isEmpty = $state(true);

  /** Goes by what was told: ink that has faded is nothing that one hears of. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  of(tab: number | undefined): TabMarks | undefined {
    return tab === undefined ? undefined : this.#tabs.get(tab);
  }

  /** Why it is not shown. `told`: the highest sequence that the relay had said of then. */
  show(by: string, tab: number, act: Act, told: number): Reason | undefined {
    const marks = this.#tabs.get(tab) ?? { ink: createInk<Anchor>(), pointers: new Map(), frames: new Map() };
    this.#tabs.set(tab, marks);
    let why: Reason | undefined;
    if (act.t === 'point') {
      if (act.at) {
        const downs = (marks.pointers.get(by)?.downs ?? 0) + (act.down ? 1 : 0);
        marks.pointers.set(by, { at: act.at, told, downs });
      } else marks.pointers.delete(by);
    } else if (act.t === 'frame') marks.frames.set(by, { node: act.node, note: act.note, told });
    else if (act.t === 'unframe') marks.frames.delete(by);
    else if (act.t === 'draw') why = marks.ink.draw(by, act, (node) => ({ node, told }), performance.now());
    else if (act.t === 'undraw') marks.ink.undraw(by, act.stroke);
    this.#changed();
    return why;
  }

  /** A picture of this tab, the snapshot with this sequence. */
  pictured(tab: number, sequence: number): void {
    const marks = this.#tabs.get(tab);
    if (!marks) return;
    for (const map of [marks.pointers, marks.frames])
      for (const [by, { told }] of map) if (told < sequence) map.delete(by);
    marks.ink.keep(({ anchor }) => anchor.told >= sequence);
    this.#changed();
  }

  /** Only of these operators may something be shown. */
  keep(isPointing: (by: string) => boolean): void {
    for (const { ink, pointers, frames } of this.#tabs.values()) {
      for (const map of [pointers, frames]) for (const by of map.keys()) if (!isPointing(by)) map.delete(by);
      ink.keep(({ by }) => isPointing(by));
    }
    this.#changed();
  }

  /** What has faded by now needs nobody to draw it. */
  swept(): void {
    this.#changed();
  }

  clear(): void {
    this.#tabs.clear();
    this.#changed();
  }

  #changed(): void {
    for (const [tab, { ink, pointers, frames }] of this.#tabs)
      if (ink.isEmpty && pointers.size + frames.size === 0) this.#tabs.delete(tab);
    this.#isEmpty = this.#tabs.size === 0;
  }
}
