// What operators draw, on the visitor's page: a line for each stroke, with its element wherever that goes. Which strokes
// stand and how a line runs is cobrowse/ink.ts's; when to look where the elements are is hand-marks.ts's, whose layer this is.
//
// Easy to get wrong: a stroke is longer than its element, so whether it is seen goes by the element: one that is scrolled
// out of its box takes its ink with it. All lines are in one picture: each as a layer of its own would cost memory.

import { createInk, type Draw, type Stroke } from '../cobrowse/ink.ts';
import { HAND_COLOURS, type Reason } from '../protocol/hand.ts';
import type { HandDoor } from './hand-door.ts';

export type InkOptions = {
  door: HandDoor;
  layer: HTMLElement;
  nodeOf(id: number): Node | undefined;
  boxOf(node: Node): DOMRect | undefined;
  /** What an element is seen through. */
  clipsOf(node: Node): Element[];
};

/** From what the page measures to lengths in the layer. */
type Lengths = { x(x: number): number; y(y: number): number; by: number };

export type InkLayer = {
  /** Why not. */
  draw(who: { id: string; colour: number }, act: Draw): Reason | undefined;
  undraw(id: string, stroke?: number): void;
  /** What this operator has not finished goes. */
  leave(id: string): void;
  keep(drawing: (id: string) => boolean): void;
  /** The finished strokes of an operator, and what each is at. */
  standing(id: string): { stroke: number; node: Node }[];
  place(to: Lengths): void;
  readonly isEmpty: boolean;
};

type Line = { group: SVGElement; path: string; clips: Element[]; looked: number };

const CLIPS_MS = 1000;

export function createInkLayer({ door, layer, nodeOf, boxOf, clipsOf }: InkOptions): InkLayer {
  const { mark } = door;
  const ink = createInk<Node>();
  const lines = new Map<string, Line>();
  const colours = new Map<string, number>();
  const calm = matchMedia('(prefers-reduced-motion:reduce)');
  const create = (tag: 'svg' | 'g' | 'path') => document.createElementNS('http://www.w3.org/2000/svg', tag);
  const picture = mark(create('svg'), { class: 'ink', 'aria-hidden': 'true' });

  const lineOf = (key: string, { by }: Stroke<Node>): Line => {
    let line = lines.get(key);
    if (!line) {
      const group = create('g');
      group.style.setProperty('--who', HAND_COLOURS[colours.get(by) ?? 0] ?? '');
      group.append(create('path'), create('path'));
      picture.append(group);
      line = { group, path: '', clips: [], looked: -Infinity };
      lines.set(key, line);
    }
    return line;
  };

  const isInSight = (box: DOMRect, line: Line, anchor: Node, now: number) => {
    if (now - line.looked > CLIPS_MS) Object.assign(line, { clips: clipsOf(anchor), looked: now });
    return line.clips.every((clip) => {
      const edge = boxOf(clip);
      return (
        !edge || (box.bottom > edge.top && box.top < edge.bottom && box.right > edge.left && box.left < edge.right)
      );
    });
  };

  const placeLine = (to: Lengths, line: Line, stroke: Stroke<Node>, now: number) => {
    const { group } = line;
    const box = boxOf(stroke.anchor);
    const isShown = box !== undefined && isInSight(box, line, stroke.anchor, now);
    group.toggleAttribute('hidden', !isShown);
    if (!isShown) return;
    if (line.path !== stroke.path) {
      line.path = stroke.path;
      for (const path of group.children) path.setAttribute('d', stroke.path);
    }
    const { style } = group;
    style.transform = `translate(${to.x(box.left)}px,${to.y(box.top)}px) scale(${1 / to.by})`;
    style.opacity = `${calm.matches ? 1 : ink.opacity(stroke, now)}`;
  };

  return {
    draw({ id, colour }, act) {
      colours.set(id, colour);
      const anchorOf = (node: number) => {
        const found = nodeOf(node);
        return found && boxOf(found) ? found : undefined;
      };
      const why = ink.draw(id, act, anchorOf, performance.now());
      // Its operator takes it away, too.
      if (why && act.isDone) ink.undraw(id, act.stroke);
      if (!picture.parentNode) layer.prepend(picture);
      return why;
    },
    undraw: (id, stroke) => ink.undraw(id, stroke),
    leave: (id) => ink.leave(id),
    keep: (drawing) => ink.keep(({ by }) => drawing(by)),
    standing: (id) =>
      ink
        .strokes(performance.now())
        .flatMap(({ by, number, anchor, isDone }) => (by === id && isDone ? [{ stroke: number, node: anchor }] : [])),
    place(to) {
      const now = performance.now();
      const gone = new Set(lines.keys());
      for (const stroke of ink.strokes(now)) {
        const key = `${stroke.by} ${stroke.number}`;
        gone.delete(key);
        const line = lineOf(key, stroke);
        placeLine(to, line, stroke, now);
      }
      for (const key of gone) {
        lines.get(key)?.group.remove();
        lines.delete(key);
      }
    },
    get isEmpty() {
      return ink.isEmpty && lines.size === 0;
    },
  };
}
