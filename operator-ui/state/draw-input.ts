// From the operator's mouse, pen or finger to strokes: what is drawn is told once a frame as far as it goes, and whole at
// its end, with the element that it is about. Points on a straight line are left out. Frames, elements and the clock come
// from outside; lengths are the console's own until they are told.
//
// Easy to get wrong: the page may move while something is drawn, so each point is measured from the element that the stroke
// began on, where that is now. The newest point is told before it is known whether it stays (see cobrowse/ink.ts).

import type { Draw } from '../../cobrowse/ink.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Shape } from './drawing.svelte.ts';

export type At = { clientX: number; clientY: number };
export type Area = { left: number; top: number; right: number; bottom: number };

export type DrawDoor = {
  /** The captured node here, or the nearest. */
  nodeAt(at: At): number | undefined;
  /** Left top corner of its box; undefined: it is gone, or has no box. */
  cornerOf(node: number): At | undefined;
  /** What something drawn in this area is about. */
  aboutOf(area: Area): number | undefined;
  /** Console pixels for one of the visitor's. */
  scale(): number;
  tool(): { shape: Shape; fades: boolean };
  nextStroke(): number;
  /** `again`: send it whole. */
  draw(draw: Draw, at: At): 'drawn' | 'again' | 'refused';
  cancel(stroke: number): void;
  soon(run: () => void): () => void;
  now(): number;
};

type Point = { x: number; y: number };
type Pen = At & { pointerId: number; button: number; pointerType?: string };

/** Visitor's pixels that a point may lie beside a line. */
const BESIDE = 0.7;
/** Points that are looked at anew for each one that comes. */
const MAX_PENDING = 40;
/** A press that moved no further than this drew nothing but a dot. */
const LEAST_PIXELS = 4;
/** As often as a screen shows it; some screens are twice as fast. */
const DRAW_EVERY_MS = 14;

type Under = {
  stroke: number;
  pointerId: number;
  shape: Shape;
  fades: boolean;
  node: number;
  corner: At;
  /** In the visitor's pixels, from the corner: these stay. */
  kept: Point[];
  pending: Point[];
  /** So many of the kept ones have been told. */
  told: number;
  wasTold: boolean;
  lastAt: At;
};

export class DrawInput {
  #door: DrawDoor;
  #under: Under | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #stop: (() => void) | undefined;

  constructor(door: DrawDoor) {
    this.#door = door;
  }

  get isDrawing(): boolean {
    return this.#under !== undefined;
  }

  down(pen: Pen): void {
    // A second finger, or another button, is not the pen.
    if (this.#under || pen.button !== 0) return;
    this.#begin(pen);
  }

  /** `all`: what came between two frames, the newest last. */
  moved(pointerId: number, all: readonly At[]): void {
    if (this.#under?.pointerId !== pointerId) return;
    for (const at of all) this.#add(at);
    this.#later();
  }

  up(pen: Pen): void {
    const under = this.#under;
    if (under?.pointerId !== pen.pointerId) return;
    this.#add(pen);
    this.#finish();
  }

  /** What is under way is not wanted; with a number only of this pointer. */
  cancel(pointerId?: number): void {
    const under = this.#under;
    if (!under || (pointerId !== undefined && under.pointerId !== pointerId)) return;
    this.#end();
    if (under.wasTold) this.#door.cancel(under.stroke);
  }

  #begin(at: At & { pointerId: number }): void {
    const node = this.#door.nodeAt(at);
    const corner = node === undefined ? undefined : this.#door.cornerOf(node);
    if (node === undefined || !corner) return;
    const { shape, fades } = this.#door.tool();
    this.#under = {
      shape,
      fades,
      stroke: this.#door.nextStroke(),
      pointerId: at.pointerId,
      node,
      corner,
      kept: [],
      pending: [],
      told: 0,
      wasTold: false,
      lastAt: at,
    };
    this.#add(at);
    this.#later();
  }

  #add(at: At): void {
    const under = this.#under;
    if (!under) return;
    under.corner = this.#door.cornerOf(under.node) ?? under.corner;
    under.lastAt = at;
    const scale = this.#door.scale();
    const point = { x: (at.clientX - under.corner.clientX) / scale, y: (at.clientY - under.corner.clientY) / scale };
    const { kept, pending, shape } = under;
    const last = kept.at(-1);
    if (!last) kept.push(point);
    else if (shape !== 'pen') under.pending = [point];
    else {
      const isStraight = pending.length < MAX_PENDING && pending.every((each) => beside(each, last, point) <= BESIDE);
      const turn = pending.at(-1);
      if (isStraight || !turn) pending.push(point);
      else {
        kept.push(turn);
        under.pending = [point];
      }
    }
    if (kept.length < LIMITS.maxStrokePoints - 2) return;
    // It goes on as another one.
    const { pointerId } = under;
    this.#finish();
    this.#begin({ ...at, pointerId });
  }

  #later(): void {
    this.#stop ??= this.#door.soon(() => {
      this.#stop = undefined;
      if (this.#door.now() - this.#toldAt < DRAW_EVERY_MS) return this.#later();
      this.#tell();
    });
  }

  #tell(): void {
    const under = this.#under;
    if (!under || (under.shape !== 'pen' && !isLong(pointsOf(under)))) return;
    this.#toldAt = this.#door.now();
    const { stroke, shape, fades, node, lastAt } = under;
    const say = (from: number) => {
      const points = flat(pointsOf(under).slice(from));
      under.told = under.kept.length;
      under.wasTold = true;
      return this.#door.draw({ t: 'draw', stroke, shape, fades, node, from, points, isDone: false }, lastAt);
    };
    let became = say(under.told);
    if (became === 'again') became = say(0);
    // It has vanished, and its operator was told why.
    if (became === 'refused') this.#end();
  }

  #finish(): void {
    const under = this.#under;
    if (!under) return;
    const { stroke, shape, fades, corner, lastAt, wasTold } = under;
    const points = pointsOf(under);
    if (shape !== 'pen' && !isLong(points)) return this.cancel();
    this.#end();
    const scale = this.#door.scale();
    const node = this.#door.aboutOf(areaOf(shape === 'arrow' ? points.slice(-1) : points, corner, scale)) ?? under.node;
    const now = this.#door.cornerOf(node);
    if (!now) {
      if (wasTold) this.#door.cancel(stroke);
      return;
    }
    const dx = (corner.clientX - now.clientX) / scale;
    const dy = (corner.clientY - now.clientY) / scale;
    const moved = flat(points.map(({ x, y }) => ({ x: x + dx, y: y + dy })));
    this.#door.draw({ t: 'draw', stroke, shape, fades, node, from: 0, points: moved, isDone: true }, lastAt);
  }

  #end(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#under = undefined;
  }
}

function pointsOf({ kept, pending }: Under): Point[] {
  return [...kept, ...pending.slice(-1)];
}

function isLong(points: readonly Point[]): boolean {
  const [first] = points;
  const last = points.at(-1);
  return !!first && !!last && Math.hypot(last.x - first.x, last.y - first.y) >= LEAST_PIXELS;
}

function areaOf(points: readonly Point[], { clientX, clientY }: At, scale: number): Area {
  const xs = points.map(({ x }) => clientX + x * scale);
  const ys = points.map(({ y }) => clientY + y * scale);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function flat(points: readonly Point[]): number[] {
  const most = LIMITS.maxInkPixels;
  const told = (value: number) => Math.max(-most, Math.min(most, Math.round(value * 10) / 10));
  return points.flatMap(({ x, y }) => [told(x), told(y)]);
}

/** How far a point lies from the line between two others. */
function beside(point: Point, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const square = dx * dx + dy * dy;
  const along = square > 0 ? ((point.x - from.x) * dx + (point.y - from.y) * dy) / square : 0;
  const on = Math.max(0, Math.min(1, along));
  return Math.hypot(point.x - from.x - on * dx, point.y - from.y - on * dy);
}
