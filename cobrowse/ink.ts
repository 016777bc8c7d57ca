// What operators draw: the strokes that stand, and the line that each of them is. Both sides have the same, so that
// what the operator sees of their own hand is what the visitor sees. Pure: where a stroke is kept is the caller's (`A`,
// an element on either side), and time is handed in.
//
//   draw, undraw of many operators → bounded strokes → for each its SVG path, in pixels from its anchor, and when it goes
//
// Easy to get wrong: what comes is not to be believed, and pieces of a stroke may be missing (`repeated`: send it whole).
// A piece may begin before the end of what is there and takes the place of the rest: the newest point of a line that is
// being drawn is where the pen is now, and need not stay.

import type { Act, Reason } from '../protocol/hand.ts';
import { LIMITS } from '../protocol/limits.ts';

export type Draw = Extract<Act, { t: 'draw' }>;

export type Stroke<A> = {
  readonly by: string;
  readonly number: number;
  readonly shape: Draw['shape'];
  readonly anchor: A;
  /** For an SVG path. */
  readonly path: string;
  readonly isDone: boolean;
};

export type Ink<A> = {
  /** Why it was not drawn. A stroke that was there stays as it was. */
  draw(by: string, act: Draw, anchorOf: (node: number) => A | undefined, now: number): Reason | undefined;
  /** One stroke of an operator, or all. */
  undraw(by: string, stroke?: number): void;
  /** This operator draws no more for now: what is not done goes. */
  leave(by: string): void;
  keep(isKept: (stroke: Stroke<A>) => boolean): void;
  /** Those that stand now, the oldest of each operator first. Takes away those whose time is over. */
  strokes(now: number): readonly Stroke<A>[];
  has(by: string, stroke?: number): boolean;
  /** 1, and less towards its end. */
  opacity(stroke: Stroke<A>, now: number): number;
  readonly isEmpty: boolean;
};

/** Ink that fades is there for as long as one needs to look where it is, and then goes. */
export const STAYS_MS = 4000;
export const FADES_MS = 1000;
/** Nobody holds a pen still for so long: the end was lost. */
const UNFINISHED_MS = 15_000;
/** Of all strokes of one operator: some pages of handwriting, and no work for a browser. */
const MAX_POINTS = 10 * LIMITS.maxStrokePoints;

type Kept<A> = Stroke<A> & { points: number[]; goneAt: number };

export function createInk<A>(): Ink<A> {
  /** A map gives its strokes in the order they came. */
  const all = new Map<string, Map<number, Kept<A>>>();

  const bound = (strokes: Map<number, Kept<A>>) => {
    let points = 0;
    for (const stroke of strokes.values()) points += stroke.points.length / 2;
    for (const [number, stroke] of strokes) {
      if (strokes.size <= LIMITS.maxStrokes && points <= MAX_POINTS) return;
      points -= stroke.points.length / 2;
      strokes.delete(number);
    }
  };

  const undraw = (by: string, stroke?: number) => {
    if (stroke === undefined) all.delete(by);
    else all.get(by)?.delete(stroke);
  };

  const keep: Ink<A>['keep'] = (isKept) => {
    for (const [by, strokes] of all) {
      for (const [number, stroke] of strokes) if (!isKept(stroke)) strokes.delete(number);
      if (strokes.size === 0) all.delete(by);
    }
  };

  return {
    draw(by, { stroke: number, shape, fades, node, from, points: more, isDone }, anchorOf, now) {
      const strokes = all.get(by) ?? new Map<number, Kept<A>>();
      const old = from > 0 ? strokes.get(number) : undefined;
      if (from > 0 && (!old || old.isDone || old.shape !== shape || 2 * from > old.points.length)) return 'repeated';
      const points = [...(old?.points.slice(0, 2 * from) ?? []), ...more];
      const isGood = more.every((value) => Math.abs(value) <= LIMITS.maxInkPixels);
      if (!isGood || points.length % 2 > 0 || points.length === 0 || points.length > LIMITS.maxStrokeNumbers)
        return 'not-possible';
      const anchor = old ? old.anchor : anchorOf(node);
      if (anchor === undefined) return 'gone';
      const goneAt = !isDone ? now + UNFINISHED_MS : fades ? now + STAYS_MS + FADES_MS : Infinity;
      strokes.set(number, { by, number, shape, anchor, points, path: pathOf(shape, points), isDone, goneAt });
      all.set(by, strokes);
      bound(strokes);
      return undefined;
    },
    undraw,
    leave: (by) => keep((stroke) => stroke.by !== by || stroke.isDone),
    keep,
    strokes(now) {
      keep((stroke) => (stroke as Kept<A>).goneAt > now);
      return [...all.values()].flatMap((strokes) => [...strokes.values()]);
    },
    has: (by, stroke) => (stroke === undefined ? all.has(by) : all.get(by)?.has(stroke) === true),
    opacity: (stroke, now) => Math.max(0, Math.min(1, ((stroke as Kept<A>).goneAt - now) / FADES_MS)),
    get isEmpty() {
      return all.size === 0;
    },
  };
}

/** Of the arrow's head, and less for a short one. */
const HEAD = 20;
const HEAD_ANGLE = 0.5;
const CORNER = 8;
/** A pen that turns by more than this turned a corner. */
const TURN = Math.cos(Math.PI / 3);
/** So far around a point the line is bent: what is thinned to two points and a corner stays straight. */
const BEND = 12;

const fixed = (value: number) => Math.round(value * 10) / 10;
const at = (x: number, y: number) => `${fixed(x)} ${fixed(y)}`;

/** `points`: x, y, x, y …; at least one. */
export function pathOf(shape: Draw['shape'], points: readonly number[]): string {
  const [x1 = 0, y1 = 0] = points;
  const [x2 = 0, y2 = 0] = points.slice(-2);
  if (shape === 'box') return boxPath(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  if (shape === 'pen') return penPath(points);
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const head = Math.min(HEAD, Math.hypot(x2 - x1, y2 - y1) / 2);
  const [left, right] = [angle + HEAD_ANGLE, angle - HEAD_ANGLE].map((way) =>
    at(x2 - head * Math.cos(way), y2 - head * Math.sin(way)),
  );
  return `M${at(x1, y1)}L${at(x2, y2)}M${left}L${at(x2, y2)}L${right}`;
}

function boxPath(x: number, y: number, width: number, height: number): string {
  const corner = Math.min(CORNER, width / 2, height / 2);
  const turn = (dx: number, dy: number) => `a${at(corner, corner)} 0 0 1 ${at(dx * corner, dy * corner)}`;
  const h = width - 2 * corner;
  const v = height - 2 * corner;
  return `M${at(x + corner, y)}h${fixed(h)}${turn(1, 1)}v${fixed(v)}${turn(-1, 1)}h${fixed(-h)}${turn(-1, -1)}v${fixed(-v)}${turn(1, -1)}z`;
}

/** Through all points, bent between them but for corners. */
function penPath(points: readonly number[]): string {
  const point = (index: number) => ({ x: points[2 * index] ?? 0, y: points[2 * index + 1] ?? 0 });
  const count = points.length / 2;
  const first = point(0);
  // A dot is a line too short to be seen, with round ends.
  let path = `M${at(first.x, first.y)}${count === 1 ? 'h.01' : ''}`;
  let out = first;
  for (let index = 1; index < count; index++) {
    const before = point(index - 1);
    const here = point(index);
    const next = index + 1 < count ? point(index + 1) : here;
    const length = Math.hypot(here.x - before.x, here.y - before.y);
    const ahead = Math.hypot(next.x - here.x, next.y - here.y);
    const [dx, dy] = [next.x - before.x, next.y - before.y];
    const turned = (here.x - before.x) * (next.x - here.x) + (here.y - before.y) * (next.y - here.y);
    const isBent = length > 0 && ahead > 0 && turned / (length * ahead) > TURN;
    const by = isBent ? 1 / Math.hypot(dx, dy) : 0;
    const bend = Math.min(BEND, length / 3) * by;
    path += `C${at(out.x, out.y)} ${at(here.x - dx * bend, here.y - dy * bend)} ${at(here.x, here.y)}`;
    const onward = Math.min(BEND, ahead / 3) * by;
    out = { x: here.x + dx * onward, y: here.y + dy * onward };
  }
  return path;
}
