// A press as a finger: on a device that is touched, pages listen for touch events, and some for nothing else.
//
// Easy to get wrong: a finger's events go to where it was put down, wherever it is now. What a browser makes of a tap (the
// mouse's events, focus, click) comes after touchend, and not at all if touchstart or touchend was prevented, or the
// finger has moved.

import { viewOf, type Globals } from './natives.ts';
import { isFar } from './drag.ts';
import { toOwn, type Point } from './places.ts';
import { heldKeys, make, send } from './send.ts';

/** A laptop with a touch screen is no such device. */
export const isTouchFirst = (top: Globals): boolean =>
  'ontouchstart' in top && top.matchMedia('(pointer: coarse)').matches;

export type Finger = {
  /** `put`: where the place at which it was put down is by now. */
  move(point: Point, mods: number, put: Point): void;
  /** True: the rest of a tap follows. */
  end(point: Point, mods: number): boolean;
  cancel(point: Point): void;
};

const RADIUS = 12;

/** Undefined: this window knows no touches. */
export function startTouch(target: Element, from: Point, mods: number): Finger | undefined {
  const view = viewOf(target);
  if (!view || typeof view.Touch !== 'function') return undefined;
  let isTap = true;
  /** False: prevented. */
  const fire = (type: string, point: Point, held: number): boolean => {
    const { x, y } = toOwn(view, point);
    const touch = new view.Touch({
      identifier: 1,
      target,
      clientX: x,
      clientY: y,
      screenX: x,
      screenY: y,
      pageX: x + view.scrollX,
      pageY: y + view.scrollY,
      radiusX: RADIUS,
      radiusY: RADIUS,
      force: 1,
    });
    const touches = /start|move/.test(type) ? [touch] : [];
    return send(
      target,
      make(target, 'TouchEvent', type, {
        touches,
        targetTouches: touches,
        changedTouches: [touch],
        cancelable: type !== 'touchcancel',
        ...heldKeys(held),
      }),
    );
  };
  isTap = fire('touchstart', from, mods);
  return {
    move(point, held, put) {
      if (isFar(put, point)) isTap = false;
      fire('touchmove', point, held);
    },
    end: (point, held) => fire('touchend', point, held) && isTap,
    cancel: (point) => void fire('touchcancel', point, 0),
  };
}
