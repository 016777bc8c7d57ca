// What this operator draws: the shape in use, the strokes that stand on the visitor's page, undo and clear. A stroke is
// seen here at once, and vanishes when it is refused.
//
// Easy to get wrong: two consoles of one operator draw for the same person, so stroke numbers begin at a random one. A
// picture that is drawn anew shows no ink of before until the relay has told where it is now: what can be undone is kept
// here.

/* eslint-disable svelte/prefer-svelte-reactivity -- timers are nobody's view */

import { FADES_MS, STAYS_MS, type Draw } from '../../cobrowse/ink.ts';
import type { Act, Reason } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Spot } from './hand.svelte.ts';
import type { Marks } from './marks.svelte.ts';

export const SHAPES = ['pen', 'arrow', 'box'] as const satisfies readonly Draw['shape'][];
export type Shape = Draw['shape'];

export type DrawingDoor = {
  readonly marks: Marks;
  /** False: it was not sent, and that is said at the spot. */
  act(act: Act, spot?: Spot): boolean;
  me(): string;
  tab(): number | undefined;
  /** Highest sequence that the relay has told of. */
  told(): number;
};

export class Drawing {
  shape = $state<Shape>('pen');
  /** New strokes go by themselves. */
  fades = $state(false);
  #door: DrawingDoor;
  #drawn = $state.raw<readonly { stroke: number; tab: number }[]>([]);
  #last = Math.floor(Math.random() * 0x7fffffff);
  #timers = new Set<ReturnType<typeof setTimeout>>();
  /** Under way, and a piece of it did not come. */
  #lacking: number | undefined;

  constructor(door: DrawingDoor) {
    this.#door = door;
  }

  /** Something of ours stands on the tab's page, as far as is known here. */
  get hasInk(): boolean {
    const tab = this.#door.tab();
    return this.#drawn.some((each) => each.tab === tab);
  }

  nextStroke(): number {
    return ++this.#last;
  }

  /** A stroke, or what there is of it. `again`: a piece was lost, send it whole. */
  draw(draw: Draw, spot?: Spot): 'drawn' | 'again' | 'refused' {
    const { marks, me, tab: shown, told } = this.#door;
    const tab = shown();
    if (tab === undefined) return 'refused';
    const { stroke } = draw;
    if (draw.from === 0 && this.#lacking === stroke) this.#lacking = undefined;
    if (draw.from > 0 && this.#lacking === stroke) return 'again';
    if (draw.from > 0 && !marks.of(tab)?.ink.has(me(), stroke)) return 'refused';
    if (marks.show(me(), tab, draw, told())) return 'refused';
    const isSent = this.#door.act(draw, spot);
    // While it is under way the line may come back.
    if (!isSent && !draw.isDone) this.#lacking = stroke;
    else if (!isSent) this.#vanish(stroke);
    else if (draw.isDone) this.#stands(stroke, tab, draw.fades);
    return isSent || !draw.isDone ? 'drawn' : 'refused';
  }

  /** The stroke under way is not wanted. */
  cancel(stroke: number): void {
    this.#vanish(stroke);
    this.#door.act({ t: 'undraw', stroke });
  }

  undo(): void {
    const tab = this.#door.tab();
    const last = this.#drawn.filter((each) => each.tab === tab).at(-1);
    if (last) this.cancel(last.stroke);
  }

  clear(): void {
    const tab = this.#door.tab();
    if (tab === undefined || !this.hasInk) return;
    this.#drawn = this.#drawn.filter((each) => each.tab !== tab);
    this.#door.marks.show(this.#door.me(), tab, { t: 'undraw' }, 0);
    this.#door.act({ t: 'undraw' });
  }

  /** False: of this nobody need be told. */
  refused({ stroke, isDone }: Draw, why: Reason | undefined): boolean {
    if (!isDone && (why === 'too-fast' || why === 'repeated')) {
      this.#lacking = stroke;
      return false;
    }
    return this.#vanish(stroke) || isDone;
  }

  /** The grant, the room or the console is gone, and the ink with it. */
  forget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#drawn = [];
    this.#lacking = undefined;
  }

  #stands(stroke: number, tab: number, fades: boolean): void {
    this.#drawn = [...this.#drawn, { stroke, tab }].slice(-LIMITS.maxStrokes);
    if (!fades) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#drawn = this.#drawn.filter((each) => each.stroke !== stroke);
    }, STAYS_MS + FADES_MS);
    this.#timers.add(timer);
  }

  /** False: it was not there. */
  #vanish(stroke: number): boolean {
    const { marks, me, tab: shown } = this.#door;
    const tab = shown();
    const isThere = marks.of(tab)?.ink.has(me(), stroke) === true;
    if (tab !== undefined) marks.show(me(), tab, { t: 'undraw', stroke }, 0);
    this.#drawn = this.#drawn.filter((each) => each.stroke !== stroke);
    return isThere;
  }
}
