// What operators show on the page: a pointer for each, and frames with notes around elements. Owns how they look and
// where they are; who may show them is hand.ts's.
//
// Easy to get wrong: a mark keeps the element, not its number, for a fresh snapshot gives all elements new ones. Where it
// is, is asked anew in each frame of the browser while there is a mark: pages scroll, and move by scripts and styles that
// nobody hears of. Measured against a box of our own, since a page may have a zoom. The layer lies under the badge and the
// question, which count as covered by whatever lies over them, and takes no clicks.

import type { Place } from '../protocol/hand.ts';
import type { HandDoor } from './hand-door.ts';
import type { HandWords } from './hand-words-en.ts';

export type Who = { id: string; name: string };

export type Marks = {
  /** The operator's pointer; without a place it goes. */
  point(who: Who, at: Place | undefined, isDown: boolean): void;
  /** False: it is not there. */
  frame(who: Who, node: number, note: string): boolean;
  unframe(id: string): void;
  /** All of an operator's. */
  clear(id: string): void;
  /** Takes away what operators that are not among these have, and hides all while nothing may be shown. */
  keep(isShown: boolean, pointing: (id: string) => boolean): void;
  close(): void;
};

export type MarksOptions = {
  door: HandDoor;
  words: HandWords;
  nodeOf(id: number): Node | undefined;
  idOf(node: Node): number;
  pointOf(place: Place): { x: number; y: number } | undefined;
  boxOf(node: number): DOMRect | undefined;
};

const RIPPLE_MS = 500;
/** What clips an element is asked for so often: styles change, but seldom those. */
const CLIPS_MS = 1000;
/** Around the element. */
const PAD = 5;
/** Of notes, from the window's edges. */
const GAP = 12;
/** And from their frame, and from each other. */
const CLOSE = 6;
/** Room that a name takes beside its pointer. */
const NAME_WIDTH = 120;
const NAME_HEIGHT = 48;
/** White is readable on each, and each is seen on white and on black, for its white outline. */
const COLOURS = ['#c2255c', '#6741d9', '#1864ab', '#237032', '#b8400b', '#0b6b75', '#8a2ba3', '#7a4a12'];
const ARROW = 'M5 2l14 11-7 1 4 8-3 1.5-4-8-4 5z';
/** Where the element is: up, right, down, left of the window. */
const WAYS = ['M12 20V5M5 11l7-7 7 7', 'M4 12h15M13 5l7 7-7 7', 'M12 4v15M5 13l7 7 7-7', 'M20 12H5M11 5l-7 7 7 7'];

/** The same on every page and in every tab. */
export function colourOf(id: string): string {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return COLOURS[sum % COLOURS.length] ?? '';
}

type Pointer = { element: HTMLElement; node: Node; x: number; y: number };
/** `clips`: what it is seen through, asked for at `looked`. */
type Frame = { box: HTMLElement; tag: HTMLElement; way: SVGElement; node: Node; clips: Element[]; looked: number };
type Box = { left: number; top: number; right: number; bottom: number };

export function createMarks({ door, words, nodeOf, idOf, pointOf, boxOf }: MarksOptions): Marks {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  const layer = make('div', 'hand');
  const said = mark(make('div', 'said'), { role: 'status' });
  layer.append(said);
  const pointers = new Map<string, Pointer>();
  const frames = new Map<string, Frame>();
  let isShown = false;
  let isDue = false;

  const svg = (d: string) => {
    const create = (tag: 'svg' | 'path') => document.createElementNS('http://www.w3.org/2000/svg', tag);
    const image = mark(create('svg'), { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
    image.append(mark(create('path'), { d }));
    return image;
  };
  const coloured = <E extends HTMLElement>(element: E, id: string): E => {
    element.style.setProperty('--who', colourOf(id));
    return element;
  };
  const move = (element: HTMLElement, x: number, y: number) => {
    element.style.transform = `translate(${x}px,${y}px)`;
  };

  // An Angular application checks everything that it has after each of the page's own frames.
  const nextFrame = (task: () => void) => {
    const { __zone_symbol__requestAnimationFrame: own = requestAnimationFrame } = window as {
      __zone_symbol__requestAnimationFrame?: typeof requestAnimationFrame;
    };
    own.call(window, task);
  };

  /** From what the page measures to lengths in the layer. */
  const measure = () => {
    const { left, top, width } = layer.getBoundingClientRect();
    const by = width / layer.offsetWidth || 1;
    const x = (x: number) => (x - left) / by;
    const y = (y: number) => (y - top) / by;
    const box = (of: DOMRect): Box => ({ left: x(of.left), top: y(of.top), right: x(of.right), bottom: y(of.bottom) });
    return { x, y, box, window: { left: 0, top: 0, right: layer.offsetWidth, bottom: layer.offsetHeight } };
  };
  type Measure = ReturnType<typeof measure>;

  const placePointer = (to: Measure, { element, node, x, y }: Pointer) => {
    const at = pointOf({ node: idOf(node), x, y });
    element.hidden = !at;
    if (!at) return;
    const left = to.x(at.x);
    const top = to.y(at.y);
    move(element, left, top);
    // Its name stays within the window.
    element.classList.toggle('left', left > to.window.right - NAME_WIDTH);
    element.classList.toggle('up', top > to.window.bottom - NAME_HEIGHT);
  };

  /** `taken`: where no note may lie, on the badge and on other notes. */
  const placeFrame = (to: Measure, frame: Frame, taken: Box[]) => {
    const { box, tag, way, node } = frame;
    const at = boxOf(idOf(node));
    box.hidden = tag.hidden = !at;
    if (!at) return;
    const now = performance.now();
    if (now - frame.looked > CLIPS_MS) Object.assign(frame, { clips: clipsOf(node), looked: now });
    const sight = { ...to.window };
    for (const clip of frame.clips) {
      const edge = boxOf(idOf(clip));
      if (edge) cut(sight, to.box(edge));
    }
    const whole = to.box(at);
    const { left, top, right, bottom } = whole;
    const out = [bottom <= sight.top, left >= sight.right, top >= sight.bottom, right <= sight.left].indexOf(true);
    box.hidden = out >= 0;
    way.toggleAttribute('hidden', out < 0);
    if (out >= 0) way.firstElementChild?.setAttribute('d', WAYS[out] ?? '');
    // Of what is only partly to be seen, that part.
    else cut(whole, sight);
    const framed = {
      left: whole.left - PAD,
      top: whole.top - PAD,
      right: whole.right + PAD,
      bottom: whole.bottom + PAD,
    };
    move(box, framed.left, framed.top);
    box.style.width = `${framed.right - framed.left}px`;
    box.style.height = `${framed.bottom - framed.top}px`;
    placeNote(to, tag, framed, taken);
  };

  /** Beneath what it is about, or over it, or as near as can be. */
  const placeNote = (to: Measure, tag: HTMLElement, about: Box, taken: Box[]) => {
    const wide = tag.offsetWidth;
    const tall = tag.offsetHeight;
    const lowest = to.window.bottom - GAP - tall;
    const within = (value: number, most: number) => Math.max(GAP, Math.min(value, most));
    const x = within(about.left, to.window.right - GAP - wide);
    const over = taken.filter((one) => x < one.right && x + wide > one.left);
    const isFree = (y: number) => y >= GAP && y <= lowest && !over.some((one) => y < one.bottom && y + tall > one.top);
    const nearest = within(about.bottom + CLOSE, lowest);
    const places = [about.bottom + CLOSE, about.top - CLOSE - tall, nearest];
    for (const one of over) places.push(one.top - CLOSE - tall, one.bottom + CLOSE);
    const y = places.find(isFree) ?? nearest;
    move(tag, x, y);
    taken.push({ left: x, top: y, right: x + wide, bottom: y + tall });
  };

  const place = () => {
    const to = measure();
    for (const pointer of pointers.values()) placePointer(to, pointer);
    const badge = surface.root.querySelector('.badge')?.getBoundingClientRect();
    const taken = badge ? [to.box(badge)] : [];
    for (const frame of frames.values()) placeFrame(to, frame, taken);
  };

  const step = host.guard(() => {
    isDue = false;
    if (!isShown || pointers.size + frames.size === 0) return;
    place();
    go();
  });
  const go = () => {
    layer.hidden = !isShown;
    if (isDue) return;
    isDue = true;
    nextFrame(step);
  };

  const unpoint = (id: string) => {
    pointers.get(id)?.element.remove();
    pointers.delete(id);
  };
  const unframe = (id: string) => {
    const frame = frames.get(id);
    frame?.box.remove();
    frame?.tag.remove();
    if (frames.delete(id)) said.textContent = '';
  };
  const clear = (id: string) => {
    unpoint(id);
    unframe(id);
  };

  return {
    point({ id, name }, at, isDown) {
      const node = at && nodeOf(at.node);
      if (!at || !node) return unpoint(id);
      let pointer = pointers.get(id);
      if (!pointer) {
        const element = coloured(make('div', 'tip', svg(ARROW), make('span', 'who', name)), id);
        layer.append(mark(element, { 'aria-hidden': 'true' }));
        pointer = { element, node, x: 0, y: 0 };
        pointers.set(id, pointer);
      }
      Object.assign(pointer, { node, x: at.x, y: at.y });
      go();
      if (!isDown) return;
      place();
      const ring = coloured(make('div', 'ring', make('i', '')), id);
      ring.style.transform = pointer.element.style.transform;
      ring.hidden = pointer.element.hidden;
      layer.append(ring);
      host.after(RIPPLE_MS, () => ring.remove());
    },
    frame({ id, name }, nodeId, note) {
      const node = nodeOf(nodeId);
      if (!node || !boxOf(nodeId)) return false;
      unframe(id);
      const way = svg('');
      const label = make('b', '', make('span', '', name));
      label.prepend(way);
      const tag = coloured(make('div', 'tag', label), id);
      if (note) tag.append(make('p', '', note));
      const box = coloured(make('div', 'box'), id);
      layer.append(mark(box, { 'aria-hidden': 'true' }), mark(tag, { 'aria-hidden': 'true' }));
      frames.set(id, { box, tag, way, node, clips: [], looked: -Infinity });
      go();
      // In a region that was there before, or it is not read out.
      host.after(0, () => (said.textContent = words.shows(name, note)));
      return true;
    },
    unframe,
    clear,
    keep(isShownNow, pointing) {
      isShown = isShownNow;
      for (const id of [...pointers.keys(), ...frames.keys()]) if (!pointing(id)) clear(id);
      if (isShown && layer.parentNode !== surface.root) surface.root.append(layer);
      go();
    },
    close() {
      isShown = false;
      layer.remove();
    },
  };
}

function cut(box: Box, by: Box): void {
  box.left = Math.max(box.left, by.left);
  box.top = Math.max(box.top, by.top);
  box.right = Math.min(box.right, by.right);
  box.bottom = Math.min(box.bottom, by.bottom);
}

/** What an element is seen through: boxes that scroll or clip, and frames. */
function clipsOf(node: Node): Element[] {
  const clips: Element[] = [];
  for (let at: Node | null | undefined = node; at; at = around(at)) {
    if (at.nodeType !== Node.ELEMENT_NODE) continue;
    const element = at as Element;
    const page = element.ownerDocument;
    // What these clip, the window does.
    if (element === page.documentElement || element === page.body) continue;
    const { overflow, position } = getComputedStyle(element);
    if (element !== node && overflow !== 'visible') clips.push(element);
    // Held by nothing but its window.
    if (position === 'fixed') at = page;
  }
  return clips;
}

/** A frame's page is in the frame, a shadow root in its host, and what is slotted in its slot. */
function around(node: Node): Node | null | undefined {
  type Held = Node & { assignedSlot?: Node | null; host?: Node; defaultView?: Window | null };
  const { assignedSlot, host, defaultView } = node as Held;
  return assignedSlot ?? node.parentNode ?? host ?? (node === document ? null : defaultView?.frameElement);
}
