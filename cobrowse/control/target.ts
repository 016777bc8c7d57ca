// What an act is aimed at: a node and a place in its box → the element that is really hit there, or why not.
//
// Easy to get wrong: the operator aims at the deepest element of a picture that may be a moment old. What lies there now
// is accepted if it is that element, or a part of it; not if something that can be pressed has come to lie within it. A
// page may scroll while it is asked, so the point is computed anew after each scroll.

import type { Outcome, Place, Reason } from '../../protocol/hand.ts';
import { isElement, isWithin, matches, tagOf } from '../capture/dom.ts';
import { describe } from './describe.ts';
import { boxesOf, boxOf, bringIn, scrollElement, styleOf, viewOf, type Globals } from './natives.ts';
import {
  around,
  chainOf,
  elementOf,
  frameOf,
  hitAt,
  insideOf,
  isFrame,
  isInside,
  outOf,
  ownBoxOf,
  ownHit,
  pageOf,
  pressableAround,
  toOwn,
  toTop,
  type Point,
} from './places.ts';

export type Aim = {
  /** What was meant. */
  element: Element;
  /** The deepest element at the point: events go there. */
  hit: Element;
  /** In the top window's viewport. */
  point: Point;
};
export type Refusal = Outcome & { done: false; why: Reason };
export const refuse = (why: Reason, what?: string): Refusal => ({ done: false, why, ...(what ? { what } : {}) });

export type Targets = {
  /** Brings it into sight first, unless the page is to stay as it is. */
  find(place: Place, how?: { isStill: boolean }): Aim | Refusal;
  /** The same for a point inside of a frame of another origin, of which its own page answers for the rest. Undefined: it
   * is in sight. In the top window's viewport. */
  findIn(frame: Element, own: Point, how: { isStill: boolean }): { point: Point } | Refusal;
  /** What a press there lands on, and the field that it would change. */
  pressable(place: Place): (Aim & { field: Element | undefined }) | Refusal;
  /** What a press on an element would change, or why it may not. */
  fieldOf(element: Element): Element | undefined | Refusal;
  /** While dragging, the pointer is wherever it is; but what is hidden or ours hears nothing of it. `known`: the point, in
   * the top window's viewport. */
  over(place: Place, known?: Point): { hit: Element; point: Point } | Refusal;
  /** What is at the point, whatever that is. */
  loose(place: Place): { hit: Element | undefined; point: Point } | Refusal;
  /** In the top window's viewport. */
  at(point: Point): Element | undefined;
  /** Whether it may be acted on is not asked here. */
  live(node: number): { element: Element } | Refusal;
  /** Why nothing may be done with an element; undefined: it may. `isAnswering`: a frame whose page has a hand of its own. */
  refusalOf(element: Element, isAnswering?: boolean): Refusal | undefined;
  what(element: Element): string;
};

/** A page may have given its elements a `why`. */
export const isRefusal = (found: object): found is Refusal => 'why' in found && !('nodeType' in found);

const CONTROL = /^(BUTTON|INPUT|SELECT|TEXTAREA|OPTION|OPTGROUP)$|-/;

/** Disabled by the page. Not a fieldset, whose legend and links still work. */
function isDisabled(element: Element): boolean {
  for (let at: Element | null = element; at; at = around(at))
    if (CONTROL.test(tagOf(at)) && matches(at, ':disabled')) return true;
  return isWithin(element, '[inert],[data-tandem="disabled"]');
}

export function createTargets(options: {
  top: Globals;
  nodeOf(id: number): Node | undefined;
  isHidden(element: Element): boolean;
  /** Of a frame of the page. */
  isPausedIn(view: Window): boolean;
  uiAttribute: string;
}): Targets {
  const { top, nodeOf, isHidden, isPausedIn } = options;
  const what = (element: Element) => describe(element, isHidden);
  const isUi = (element: Element) => isWithin(element, `[${options.uiAttribute}]`);

  /** Of the window itself, who may act at all has been asked. */
  const isPaused = (element: Element): boolean => {
    for (let view = viewOf(element); view && view !== top;) {
      if (isPausedIn(view)) return true;
      const frame: Element | null = frameOf(view);
      view = frame ? viewOf(frame) : undefined;
    }
    return false;
  };

  const refusalOf = (element: Element, isAnswering = false): Refusal | undefined => {
    if (isUi(element)) return refuse('own-ui');
    if (isFrame(element) && !isAnswering && !pageOf(element)) return refuse('other-origin');
    if (isPaused(element)) return refuse('paused-here');
    if (isDisabled(element)) return refuse('disabled', what(element));
    return isHidden(element) ? refuse('masked', what(element)) : undefined;
  };

  const live = (id: number): { node: Node; element: Element } | Refusal => {
    const node = nodeOf(id);
    const element = node && elementOf(node);
    return node && element && isThere(element) ? { node, element } : refuse('gone');
  };

  const isThere = (element: Element): boolean => {
    // A frame that was taken out has no window any more.
    if (!element.isConnected || !viewOf(element)) return false;
    let view: Globals | undefined = viewOf(element);
    while (view && view !== top) {
      const frame: Element | null = frameOf(view);
      if (!frame?.isConnected) return false;
      view = viewOf(frame);
    }
    return true;
  };

  const isInView = ({ x, y }: Point, view: Globals) => x >= 0 && y >= 0 && x < view.innerWidth && y < view.innerHeight;

  /** The point lies in its own viewport and in that of every frame around. */
  const isInSight = (view: Globals, own: Point): boolean => {
    if (!isInView(own, view)) return false;
    const frame = frameOf(view);
    const outer = frame && viewOf(frame);
    return !outer || isInSight(outer, toOwn(outer, toTop(view, own)));
  };

  /** Undefined: fine. */
  const lookAt = (element: Element, own: Point): { hit: Element } | Refusal => {
    const view = viewOf(element);
    const hit = view && ownHit(view, own, isUi);
    if (!view || !hit) return refuse('hidden', what(element));
    // Something of the page around may lie over the frame.
    let inner = view;
    for (let frame = frameOf(inner); frame; frame = frameOf(inner)) {
      const outer = viewOf(frame);
      if (!outer) return refuse('gone');
      const over = ownHit(outer, toOwn(outer, toTop(view, own)), isUi);
      if (!over || !isInside(over, frame)) return over ? coveredBy(over) : refuse('hidden', what(element));
      inner = outer;
    }
    if (hit === element) return { hit };
    if (isInside(hit, element)) {
      const pressable = pressableAround(hit);
      const isPart = !pressable || isInside(element, pressable);
      return isPart || labelled(pressable) === element ? { hit } : coveredBy(hit);
    }
    // A picture in a button that lets clicks through to it.
    if (isInside(element, hit) && styleOf(element).pointerEvents === 'none' && hit !== view.document.documentElement)
      return { hit };
    return labelled(pressableAround(hit)) === element ? { hit } : coveredBy(hit);
  };
  const labelled = (label: Element | undefined) =>
    label && tagOf(label) === 'LABEL' ? (label as HTMLLabelElement).control : null;
  const coveredBy = (hit: Element): Refusal => refuse('covered', what(hit));

  /** By a box around it, which it may be scrolled into. */
  const isCutOff = (element: Element, { x, y }: Point): boolean => {
    for (let at = element; styleOf(at).position !== 'fixed';) {
      const outer = around(at);
      if (!outer || /^(BODY|HTML)$/.test(tagOf(outer))) return false;
      at = outer;
      const { left, top, right, bottom } = boxOf(at);
      if (styleOf(at).overflow !== 'visible' && (x < left || y < top || x >= right || y >= bottom)) return true;
    }
    return false;
  };

  const aim = (node: Node, element: Element, share: Point): { own: Point; hit: Element } | Refusal => {
    const view = viewOf(element);
    const box = ownBoxOf(node);
    if (!view || !box) return refuse('hidden', what(element));
    // The far edges belong to what is beside it.
    const own = {
      x: Math.min(box.left + box.width * share.x, box.right - 0.5),
      y: Math.min(box.top + box.height * share.y, box.bottom - 0.5),
    };
    if (!isInSight(view, own)) return refuse('hidden', what(element));
    const seen = lookAt(element, own);
    if (!isRefusal(seen)) return { own, hit: seen.hit };
    if (seen.why !== 'covered') return seen;
    // Scrolled out of the box that it is in, what lies beyond that box covers nothing of it.
    if (isCutOff(element, own)) return refuse('hidden', what(element));
    // Round corners, lines of a link that do not fill its box: any part of it that is hit will do.
    const hit = ownHit(view, own, isUi);
    if (!hit || hit === element || !isInside(element, hit)) return seen;
    for (const part of boxesOf(element)) {
      const middle = { x: part.left + part.width / 2, y: part.top + part.height / 2 };
      if (!isInSight(view, middle)) continue;
      const again = lookAt(element, middle);
      if (!isRefusal(again)) return { own: middle, hit: again.hit };
    }
    // It is cut off by what is around it.
    return refuse('hidden', what(element));
  };

  /** Does it stay where it is while the page scrolls? Then scrolling further brings out what it covers. */
  const staysPut = (element: Element | undefined, view: Globals): boolean => {
    for (let at = element ?? null; at; at = around(at))
      if (/fixed|sticky/.test(styleOf(at).position)) return at.clientHeight < view.innerHeight / 2;
    return false;
  };

  const seek = (node: Node, element: Element, place: Point, isStill: boolean): Aim | Refusal => {
    const view = viewOf(element);
    const box = ownBoxOf(node);
    if (!view || !box || box.width === 0 || box.height === 0 || styleOf(element).visibility !== 'visible')
      return refuse('hidden', what(element));

    let seen = aim(node, element, place);
    if (isRefusal(seen) && seen.why === 'hidden' && !isStill) {
      bringIn(element, 'nearest');
      seen = aim(node, element, place);
      if (isRefusal(seen) && seen.why === 'hidden') {
        // Larger than the window: its nearest edge is in sight, the point may not be.
        const now = ownBoxOf(node) ?? box;
        const off = { x: now.left + now.width * place.x, y: now.top + now.height * place.y };
        if (!isInView(off, view))
          scrollElement(view.document.documentElement, off.x - view.innerWidth / 2, off.y - view.innerHeight / 2);
        seen = aim(node, element, place);
      }
    }
    if (isRefusal(seen) && seen.why === 'covered' && !isStill) {
      const now = ownBoxOf(node) ?? box;
      const over = ownHit(view, { x: now.left + now.width * place.x, y: now.top + now.height * place.y }, isUi);
      if (staysPut(over, view)) {
        bringIn(element, 'center');
        const again = aim(node, element, place);
        if (!isRefusal(again)) seen = again;
      }
    }
    if (isRefusal(seen)) return seen;
    const own = seen.own;
    let { hit } = seen;
    const point = toTop(view, own);
    if (isFrame(hit)) {
      // The blank of a page in a frame was meant: what lies there is the frame's own.
      hit = hitAt(top, point, isUi) ?? hit;
    }
    const over = hit !== element && refusalOf(hit);
    return over || { element, hit, point };
  };

  const at = (point: Point) => {
    const hit = hitAt(top, point, isUi);
    return isElement(hit) ? hit : undefined;
  };

  const find: Targets['find'] = (place, { isStill } = { isStill: false }) => {
    const found = live(place.node);
    if (isRefusal(found)) return found;
    const { node, element } = found;
    return refusalOf(element) ?? seek(node, element, place, isStill);
  };

  const fieldOf = (element: Element): Element | undefined | Refusal => {
    let field: Element | undefined;
    for (const each of chainOf(element)) {
      const isLabel = tagOf(each) === 'LABEL';
      const control = isLabel ? (each as HTMLLabelElement).control : each;
      const isField = !!control && /^(INPUT|SELECT|TEXTAREA)$/.test(tagOf(control));
      // What a label presses (a field, a button, an element of the page's own) may be hidden though its label is not.
      const refused = control && (isLabel || isField) ? refusalOf(control) : undefined;
      if (refused) return refused;
      if (isField) field ??= control;
      // Browsers pass on no press from within a field.
      if (isField && !isLabel) break;
    }
    return field;
  };

  const loose: Targets['loose'] = (place) => {
    const found = live(place.node);
    if (isRefusal(found)) return found;
    const view = viewOf(found.element);
    const box = ownBoxOf(found.node);
    if (!view || !box) return refuse('hidden', what(found.element));
    const point = toTop(view, { x: box.left + box.width * place.x, y: box.top + box.height * place.y });
    return { hit: at(point), point };
  };

  return {
    at,
    find,
    pressable(place) {
      const found = find(place);
      if (isRefusal(found)) return found;
      const field = fieldOf(found.hit);
      return field && isRefusal(field) ? field : { ...found, field };
    },
    fieldOf,
    findIn(frame, own, { isStill }) {
      const refused = isThere(frame) ? refusalOf(frame, true) : refuse('gone');
      if (refused) return refused;
      // In shares of the frame's whole box, whose border is no part of its page.
      const view = viewOf(frame) ?? top;
      const box = boxOf(frame);
      const at = toOwn(view, outOf(insideOf(frame), own));
      const found = seek(frame, frame, { x: (at.x - box.left) / box.width, y: (at.y - box.top) / box.height }, isStill);
      if (isRefusal(found)) return found;
      const point = outOf(insideOf(frame), own);
      // Another part of it is in sight, and this one is not.
      return Math.hypot(found.point.x - point.x, found.point.y - point.y) > 2 ? refuse('hidden') : { point };
    },
    refusalOf,
    what,
    live,
    loose,
    over(place, known) {
      const found = known ? { hit: at(known), point: known } : loose(place);
      if (isRefusal(found)) return found;
      const { hit, point } = found;
      return { hit: hit && !refusalOf(hit) ? hit : top.document.documentElement, point };
    },
  };
}
