// The hand between a page and a frame of another origin in it, over a port of their own that capture's channel has
// brought across: what the page has done in the frame, and what the frame answers and tells of itself.
//
//   page → frame   aim, act, tab, blur, letGo, watch, unwatch
//   frame → page   ready or none, answer (once for each aim and act), boxes, busy, escape
//
// Neither trusts the other's form. Numbers go up by themselves: what comes again, or was not asked for, is nothing.
//
// Easy to get wrong: node ids here are the frame's own, without the range that the page's picture moves them into.

import { act, outcome } from './hand.ts';
import { flag, list, maybe, messages, number, object, oneOf, signed, whole, type Infer } from './schema.ts';

const count = /* @__PURE__ */ whole(0xffffffff);
/** Far beyond any page, and still exact. */
const pixels = /* @__PURE__ */ signed(1e7);
const point = /* @__PURE__ */ object({ x: pixels, y: pixels });

export const toFrame = /* @__PURE__ */ messages({
  /** Where does this lie, and may it be acted on? Brought into the frame's own sight, unless all is to stay as it is. */
  aim: { n: count, at: object({ node: count, x: number(1), y: number(1) }), isStill: flag },
  /** `point`: where the pointer is in the frame's viewport, in place of the act's own: a drag may leave the frame. */
  act: { n: count, act, point: maybe(point) },
  /** The focus comes in by Tab. */
  tab: { isBack: flag },
  /** The focus went elsewhere. */
  blur: {},
  letGo: {},
  /** Tells where a node is, and again whenever that is another place, under a name that the page has for it; without a
   * node, the one that has had that name. */
  watch: { key: count, node: maybe(count) },
  /** Nobody asks just now, or ever again. */
  unwatch: { key: count, isForgotten: flag },
});
export type ToFrame = Infer<typeof toFrame>;

export const fromFrame = /* @__PURE__ */ messages({
  ready: {},
  /** This frame's page lets nobody act in it. */
  none: {},
  answer: {
    n: count,
    outcome,
    point: maybe(point),
    /** What goes on outside: a wheel for which nothing here could move, a Tab past the last field. */
    beyond: maybe(oneOf(['wheel', 'tab'])),
  },
  boxes: { boxes: list(object({ key: count, box: maybe(list(pixels, 4)) }), 100) },
  /** The visitor is using the frame. `isPress`: with a button or a key. */
  busy: { isPress: flag },
  /** The visitor has pressed Escape in it. */
  escape: {},
});
export type FromFrame = Infer<typeof fromFrame>;
