// Where nodes lie, what lies at a point, and what is around what: over the edges of open shadow roots and of same-origin
// frames. Points and boxes are those of the top window's viewport, unless a name says `own`.
//
// Easy to get wrong: a frame may be scaled, and its viewport begins inside its border and padding. What a slot shows
// stands in the shadow tree as far as hits are concerned, though it is no descendant of anything there.

import { elementAround, isDocument, isElement, matches, parentOf, shadowOf, tagOf } from '../capture/dom.ts';
import { boxesOf, boxOf, elementAt, elementsAt, viewOf, type Globals } from './natives.ts';

export type Point = { x: number; y: number };

/** The frame's element that a window is shown in; null: it is the top one, or the top one that we may know of. */
export function frameOf(view: Window): Element | null {
  try {
    return view.frameElement;
  } catch {
    return null;
  }
}

/** The page that a frame shows; undefined: of another origin. */
export function pageOf(frame: Element): Document | undefined {
  try {
    return (frame as HTMLIFrameElement).contentDocument ?? undefined;
  } catch {
    return undefined;
  }
}

export const isFrame = (element: Element): boolean => /^I?FRAME$/.test(tagOf(element));

/** A window's viewport in the top one's: `top = own * scale + offset`. */
type Mapping = Point & { scaleX: number; scaleY: number };

const mappingOf = (view: Globals): Mapping => insideOf(frameOf(view));

/** Of the page that a frame shows, whatever its origin. */
export function insideOf(frame: Element | null): Mapping {
  const outerView = frame && viewOf(frame);
  if (!frame || !outerView) return { x: 0, y: 0, scaleX: 1, scaleY: 1 };
  const outer = mappingOf(outerView);
  const box = boxOf(frame);
  const { offsetWidth, offsetHeight, clientLeft, clientTop } = frame as HTMLElement;
  const scaleX = box.width / offsetWidth || 1;
  const scaleY = box.height / offsetHeight || 1;
  const style = outerView.getComputedStyle(frame);
  return {
    x: outer.x + (box.left + (clientLeft + Number.parseFloat(style.paddingLeft)) * scaleX) * outer.scaleX,
    y: outer.y + (box.top + (clientTop + Number.parseFloat(style.paddingTop)) * scaleY) * outer.scaleY,
    scaleX: outer.scaleX * scaleX,
    scaleY: outer.scaleY * scaleY,
  };
}

export const toOwn = (view: Globals, point: Point): Point => inTo(mappingOf(view), point);
export const toTop = (view: Globals, own: Point): Point => outOf(mappingOf(view), own);
export const inTo = ({ x, y, scaleX, scaleY }: Mapping, point: Point): Point => ({
  x: whole((point.x - x) / scaleX),
  y: whole((point.y - y) / scaleY),
});
/** There and back must not end a billionth of a pixel short: browsers cut the fractions off a click's place. */
const whole = (value: number) => Math.round(value * 1000) / 1000;
export const outOf = ({ x, y, scaleX, scaleY }: Mapping, own: Point): Point => ({
  x: own.x * scaleX + x,
  y: own.y * scaleY + y,
});
export const boxOutOf = ({ x, y, scaleX, scaleY }: Mapping, box: Point & { width: number; height: number }): DOMRect =>
  new DOMRect(box.x * scaleX + x, box.y * scaleY + y, box.width * scaleX, box.height * scaleY);

/** The element that a captured node stands for: text is in its parent, a shadow root in its host. */
export function elementOf(node: Node): Element | undefined {
  if (isElement(node)) return node;
  if (isDocument(node)) return node.documentElement;
  return elementAround(node) ?? undefined;
}

/** Box in its own window's viewport; undefined: it has none. */
export function ownBoxOf(node: Node): DOMRect | undefined {
  const element = elementOf(node);
  const view = element && viewOf(element);
  if (!element || !view) return undefined;
  if (node === element && boxesOf(element).length > 0) return boxOf(element);
  if (isDocument(node)) return boxOf(element);
  // Text, and what is shown as its contents only.
  const range = element.ownerDocument.createRange();
  if (node.nodeType === 3) range.selectNode(node);
  else range.selectNodeContents(element);
  return range.getClientRects().length > 0 ? range.getBoundingClientRect() : undefined;
}

export function topBoxOf(node: Node): DOMRect | undefined {
  const box = ownBoxOf(node);
  const element = elementOf(node);
  const view = element && viewOf(element);
  return box && view && boxOutOf(mappingOf(view), box);
}

/** The element that an element is shown in. */
export function around(element: Element): Element | null {
  return element.assignedSlot ?? elementAround(element);
}

const CONTROL = 'a[href],button,input,select,textarea,summary,label,[role=button],[role=link]';

/** What a press on it is a press on. `isNamed`: what a person would call a button, a link, a field, or what is in a list. */
export function pressableAround(element: Element, isNamed = false): Element | undefined {
  for (let at: Element | null = element; at; at = around(at))
    if (matches(at, CONTROL) || matches(at, isNamed ? 'option' : '[onclick]')) return at;
  return undefined;
}

export function isInside(element: Element | null, outer: Element): boolean {
  for (let at = element; at; at = around(at)) if (at === outer) return true;
  return false;
}

/** The innermost first. */
export function chainOf(element: Element | undefined): Element[] {
  const chain: Element[] = [];
  for (let at: Element | null = element ?? null; at; at = elementAround(at)) chain.push(at);
  return chain;
}

/** Nothing that operators see: our own surface, of which their picture has nothing. */
export type IsUnseen = (element: Element) => boolean;

/** The deepest element at a point of a window's own viewport, not going into frames. Looks through what is unseen. */
export function ownHit(view: Globals, own: Point, isUnseen: IsUnseen): Element | undefined {
  let hit = elementAt(view.document, own.x, own.y);
  if (hit && isUnseen(hit)) hit = elementsAt(view.document, own.x, own.y).find((each) => !isUnseen(each)) ?? null;
  for (let inner = hit && shadowOf(hit); hit && inner; inner = shadowOf(hit)) {
    const found: Element | null = elementAt(inner, own.x, own.y);
    // A host's own box, beside all that its shadow root shows.
    if (!found || found === hit || !isUnder(found, inner)) break;
    hit = found;
  }
  return hit ?? undefined;
}

function isUnder(element: Element, root: ShadowRoot): boolean {
  let at: Node = element;
  for (let parent = parentOf(at); parent; parent = parentOf(at)) at = parent;
  return at === root;
}

/** The deepest element at a point of the top window, into frames that can be seen into. */
export function hitAt(top: Globals, point: Point, isUnseen: IsUnseen): Element | undefined {
  let view = top;
  for (;;) {
    const hit = ownHit(view, toOwn(view, point), isUnseen);
    const inner = hit && isFrame(hit) ? (pageOf(hit)?.defaultView as Globals | null | undefined) : undefined;
    if (!inner) return hit;
    const deeper = ownHit(inner, toOwn(inner, point), isUnseen);
    if (!deeper) return hit;
    view = inner;
  }
}
