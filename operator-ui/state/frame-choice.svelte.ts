// Which element of the picture the frame tool is about to take: the one under the pointer, or the one that the keyboard has
// walked to; made wider and narrower as in the element trees of developer tools.
//
// Easy to get wrong: the pointer rests on the innermost element, so a wider choice stays for as long as the pointer is
// within it, and going narrower goes back the way one came. Elements without an id are the mirror's own.

import type { Box } from '../../cobrowse/mirror.ts';
import { kindOf } from './element-words.ts';

export type ChoiceDoor = {
  elementOf(node: number): Element | undefined;
  idOf(element: Element): number | undefined;
  /** In this window. */
  boxOf(node: number): Box | undefined;
  /** Where the visitor's window is, in this one. */
  sight(): Box | undefined;
  /** The innermost node at a point of this window. */
  nodeAt(clientX: number, clientY: number): number | undefined;
};

/** Looked through for the next one, by key. */
const MAX_LOOKED = 20_000;

export class FrameChoice {
  #door: ChoiceDoor;
  #node = $state<number | undefined>();
  /** What the pointer was on when the choice was made wider. */
  #within: number | undefined;
  /** The way back from wider ones: the last is the next narrower. */
  #way: number[] = [];

  constructor(door: ChoiceDoor) {
    this.#door = door;
  }

  get node(): number | undefined {
    return this.#node;
  }

  hover(node: number | undefined): void {
    if (node === this.#within && node !== undefined && this.#node !== undefined) return;
    const wide = this.#way.length > 0 ? this.#element : undefined;
    const under = node === undefined ? undefined : this.#door.elementOf(node);
    this.#within = node;
    if (wide && under && this.#isWithin(under, wide)) return;
    this.#take(node);
  }

  clear(): void {
    this.#within = undefined;
    this.#take(undefined);
  }

  wider(): void {
    const element = this.#element;
    const node = this.#node;
    if (!element || node === undefined) return;
    const box = this.#door.boxOf(node);
    for (let at = this.#around(element); at; at = this.#around(at)) {
      const id = this.#door.idOf(at);
      const outer = id === undefined ? undefined : this.#door.boxOf(id);
      if (id === undefined || !outer || outer.width < 1 || outer.height < 1) continue;
      // A wrapper of the same size would look as if nothing had happened.
      if (box && isSame(box, outer)) continue;
      this.#way.push(node);
      this.#node = id;
      return;
    }
  }

  narrower(): void {
    const back = this.#way.pop();
    if (back !== undefined && this.#door.elementOf(back)) {
      this.#node = back;
      return;
    }
    const element = this.#element;
    if (!element) return;
    const box = this.#node === undefined ? undefined : this.#door.boxOf(this.#node);
    for (const inner of flat(element)) {
      if (inner === element) continue;
      const id = this.#seen(inner);
      const own = id === undefined ? undefined : this.#door.boxOf(id);
      if (id === undefined || (box && own && isSame(box, own))) continue;
      this.#node = id;
      return;
    }
  }

  /** The next or last element in the order of the page that one would speak of. */
  step(by: 1 | -1): void {
    const stops = this.#stops();
    if (stops.length === 0) return;
    const from = this.#element;
    const at = from ? stops.findIndex(({ element }) => element === from) : -1;
    let next = at + by;
    if (at < 0) next = from ? nearest(from, stops, by) : by > 0 ? 0 : stops.length - 1;
    this.#take(stops[Math.max(0, Math.min(stops.length - 1, next))]?.node);
  }

  edge(by: 1 | -1): void {
    const stops = this.#stops();
    this.#take((by > 0 ? stops[stops.length - 1] : stops[0])?.node);
  }

  get #element(): Element | undefined {
    return this.#node === undefined ? undefined : this.#door.elementOf(this.#node);
  }

  #take(node: number | undefined): void {
    this.#way = [];
    this.#node = node;
  }

  #stops(): { element: Element; node: number }[] {
    const [root] = this.#roots();
    const stops: { element: Element; node: number }[] = [];
    let left = MAX_LOOKED;
    for (const element of root ? flat(root) : []) {
      if (left-- <= 0) break;
      if (!isStop(element)) continue;
      const node = this.#seen(element, true);
      if (node !== undefined) stops.push({ element, node });
    }
    return stops;
  }

  /** The page's outermost element, from anything in sight. */
  *#roots(): Generator<Element> {
    const sight = this.#door.sight();
    const node = this.#node ?? (sight && this.#door.nodeAt(sight.x + sight.width / 2, sight.y + sight.height / 2));
    let element = node === undefined ? undefined : this.#door.elementOf(node);
    for (let at = element; at; at = this.#around(at)) element = at;
    if (element) yield element;
  }

  /** Its id if the visitor has it before their eyes; `isOnTop`: and nothing else lies over it. */
  #seen(element: Element, isOnTop = false): number | undefined {
    const node = this.#door.idOf(element);
    const box = node === undefined ? undefined : this.#door.boxOf(node);
    const sight = this.#door.sight();
    if (node === undefined || !box || !sight || box.width < 2 || box.height < 2) return undefined;
    const left = Math.max(box.x, sight.x);
    const top = Math.max(box.y, sight.y);
    const right = Math.min(box.x + box.width, sight.x + sight.width);
    const bottom = Math.min(box.y + box.height, sight.y + sight.height);
    if (right - left < 2 || bottom - top < 2) return undefined;
    if (!isOnTop) return node;
    const at = this.#door.nodeAt((left + right) / 2, (top + bottom) / 2);
    const hit = at === undefined ? undefined : this.#door.elementOf(at);
    return hit && (this.#isWithin(hit, element) || this.#isWithin(element, hit)) ? node : undefined;
  }

  #isWithin(element: Element, outer: Element): boolean {
    for (let at: Element | undefined = element; at; at = this.#around(at)) if (at === outer) return true;
    return false;
  }

  /** Out of shadow trees and frames, but never out of the mirror. */
  #around(element: Element): Element | undefined {
    const parent: Node | null = element.assignedSlot ?? element.parentNode;
    let found: Element | null | undefined;
    if (parent?.nodeType === 1) found = parent as Element;
    else if (parent?.nodeType === 11) found = (parent as ShadowRoot).host;
    else if (parent?.nodeType === 9) found = (parent as Document).defaultView?.frameElement;
    return found && (this.#door.idOf(found) !== undefined || parent?.nodeType !== 9) ? found : undefined;
  }
}

/** All in it, in the order of the page, as it is shown: through shadow trees and frames. */
function* flat(element: Element): Generator<Element> {
  yield element;
  const slotted = element.localName === 'slot' ? (element as HTMLSlotElement).assignedElements() : [];
  const inner = element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument?.documentElement : null;
  if (inner) yield* flat(inner);
  else for (const child of slotted.length > 0 ? slotted : (element.shadowRoot ?? element).children) yield* flat(child);
}

function isStop(element: Element): boolean {
  if (/^(script|style|head|html|body|template|option)$/.test(element.localName)) return false;
  // Of a picture of many lines, the whole.
  if (element.namespaceURI?.endsWith('/svg') && element.localName !== 'svg') return false;
  if (!/^(part|text|list|table|row|page)$/.test(kindOf(element)) || element.hasAttribute('tabindex')) return true;
  return [...element.childNodes].some((node) => node.nodeType === 3 && (node.nodeValue ?? '').trim() !== '');
}

function nearest(from: Element, stops: readonly { element: Element }[], by: 1 | -1): number {
  const isAfter = ({ element }: { element: Element }) => (from.compareDocumentPosition(element) & 4) !== 0;
  const first = stops.findIndex(isAfter);
  if (by > 0) return first < 0 ? stops.length - 1 : first;
  return (first < 0 ? stops.length : first) - 1;
}

function isSame(a: Box, b: Box): boolean {
  const near = (x: number, y: number) => Math.abs(x - y) < 1;
  return near(a.x, b.x) && near(a.y, b.y) && near(a.width, b.width) && near(a.height, b.height);
}
