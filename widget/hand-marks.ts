// What operators show on the page: a pointer for each, frames with notes around elements, and ink (hand-ink.ts). Owns how
// they look and where they are; who may show them is hand.ts's.
//
// Easy to get wrong: a mark keeps the element, not its number, for a fresh snapshot gives all elements new ones. Where it
// is, is asked anew in each frame of the browser while there is a mark: pages scroll, and move by scripts and styles that
// nobody hears of. Measured against a box of our own, since a page may have a zoom. The layer lies under the badge and the
// question, which count as covered by whatever lies over them, and takes no clicks.

import type { Draw } from '../cobrowse/ink.ts';
import { HAND_COLOURS, type Place, type Reason } from '../protocol/hand.ts';
import type { HandDoor } from './hand-door.ts';
import { createInkLayer } from './hand-ink.ts';
import type { HandWords } from './hand-words-en.ts';

/** `colour`: index in HAND_COLOURS. */
export type Who = { id: string; name: string; colour: number };

export type Marks = {
  /** The operator's pointer; without a place it goes. */
  point(who: Who, at: Place | undefined, isDown: boolean): void;
  /** False: it is not there. */
  frame(who: Who, node: number, note: string): boolean;
  /** Why not. */
  draw(who: Who, act: Draw): Reason | undefined;
  /** One stroke, or all. */
  undraw(id: string, stroke: number | undefined): void;
  /** Frames what an operator suggests, with the ghost of it; `tag` stands beside it, and takes the arrow into its first
   * child. The result takes both away. */
  stick(who: Who, node: Node, tag: HTMLElement, ghost?: { x: number; y: number } | HTMLElement): () => void;
  /** The operator is not there: what is under way ends. */
  leave(id: string): void;
  unframe(id: string): void;
  /** Which captured nodes this operator's frame and finished strokes are at now. */
  standing(id: string): { frame?: number; strokes: { stroke: number; node: number }[] };
  /** Takes away what operators that are not among these have, and hides all while nothing may be shown. Who has the
   * mouse has a pointer, and nothing else of this. */
  keep(isShown: boolean, pointing: (id: string) => boolean, controlling: (id: string) => boolean): void;
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
const ARROW = 'M5 2l14 11-7 1 4 8-3 1.5-4-8-4 5z';
/** Where the element is: up, right, down, left of the window. */
const WAYS = ['M12 20V5M5 11l7-7 7 7', 'M4 12h15M13 5l7 7-7 7', 'M12 4v15M5 13l7 7 7-7', 'M20 12H5M11 5l-7 7 7 7'];

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
  /** Whose ink has been told of. */
  const heard = new Set<string>();
  const ink = createInkLayer({ door, layer, nodeOf, boxOf: (node) => boxOf(idOf(node)), clipsOf });
  const stuck = new Set<Frame>();
  let isShown = false;
  let isDue = false;

  const svg = (d: string) => {
    const create = (tag: 'svg' | 'path') => document.createElementNS('http://www.w3.org/2000/svg', tag);
    const image = mark(create('svg'), { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
    image.append(mark(create('path'), { d }));
    return image;
  };
  const coloured = <E extends HTMLElement>(element: E, { colour }: Who): E => {
    element.style.setProperty('--who', HAND_COLOURS[colour] ?? '');
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
    return { x, y, by, box, window: { left: 0, top: 0, right: layer.offsetWidth, bottom: layer.offsetHeight } };
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

  /** Around what is to be seen of the element. Undefined: it has no box. */
  const placeBox = (to: Measure, frame: Frame): Box | undefined => {
    const { box, tag, way, node } = frame;
    const at = boxOf(idOf(node));
    box.hidden = tag.hidden = !at;
    if (!at) return undefined;
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
    // It lies over something else there: no more of it than says what it is about.
    tag.classList.toggle('out', out >= 0);
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
    return framed;
  };

  /** Beneath what it is about, or over it, or beside it, or as near as can be. `taken`: where no note may lie, on the badge
   * and on other notes; `others`: what they are about. */
  const placeNote = (to: Measure, tag: HTMLElement, about: Box, taken: Box[], others: readonly Box[]) => {
    const wide = tag.offsetWidth;
    const tall = tag.offsetHeight;
    const lowest = to.window.bottom - GAP - tall;
    const within = (value: number, most: number) => Math.max(GAP, Math.min(value, most));
    const across = (value: number) => within(value, to.window.right - GAP - wide);
    const beside = ({ left, right }: Box) => [across(right + CLOSE), across(left - CLOSE - wide)];
    const first = across(about.left);
    const columns = [first, ...[about, ...taken, ...others].flatMap(beside)];
    const nearest = within(about.bottom + CLOSE, lowest);
    const find = (free: readonly Box[]): { x: number; y: number } | undefined => {
      for (const x of columns) {
        const over = free.filter((one) => x < one.right && x + wide > one.left);
        const places = [about.bottom + CLOSE, about.top - CLOSE - tall, nearest];
        for (const one of over) places.push(one.top - CLOSE - tall, one.bottom + CLOSE);
        const isFree = (y: number) =>
          y >= GAP && y <= lowest && !over.some((one) => y < one.bottom && y + tall > one.top);
        const y = places.find(isFree);
        if (y !== undefined) return { x, y };
      }
      return undefined;
    };
    // What is as large as the window has nothing beside it; and of two notes in a small one the newer is on top, but not
    // on the badge, which comes first.
    const places = [[about, ...taken, ...others], [about, ...taken], taken, taken.slice(0, 1)].map(find);
    const { x, y } = places.find(Boolean) ?? { x: first, y: nearest };
    move(tag, x, y);
    taken.push({ left: x, top: y, right: x + wide, bottom: y + tall });
  };

  const place = () => {
    const to = measure();
    for (const pointer of pointers.values()) placePointer(to, pointer);
    // The badge first, then the card of a file.
    const ours = ['.badge', '.offer'].flatMap((each) => surface.root.querySelector(each) ?? []);
    const taken = ours.map((each) => to.box(each.getBoundingClientRect()));
    const framed = [...stuck, ...frames.values()].map((frame) => ({ tag: frame.tag, about: placeBox(to, frame) }));
    const pending = framed.slice(0, stuck.size).map(({ about }) => about);
    for (const { tag, about } of framed)
      if (about)
        placeNote(
          to,
          tag,
          about,
          taken,
          pending.filter((each): each is Box => !!each && each !== about),
        );
    ink.place(to);
  };

  const step = host.guard(() => {
    isDue = false;
    if (!isShown || (pointers.size + frames.size + stuck.size === 0 && ink.isEmpty)) return;
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
  const undraw = (id: string, stroke?: number) => {
    ink.undraw(id, stroke);
    if (stroke === undefined) heard.delete(id);
    go();
  };

  return {
    point(who, at, isDown) {
      const { id, name } = who;
      const node = at && nodeOf(at.node);
      if (!at || !node) return unpoint(id);
      let pointer = pointers.get(id);
      if (!pointer) {
        const element = coloured(make('div', 'tip', svg(ARROW), make('span', 'who', name)), who);
        layer.append(mark(element, { 'aria-hidden': 'true' }));
        pointer = { element, node, x: 0, y: 0 };
        pointers.set(id, pointer);
      }
      Object.assign(pointer, { node, x: at.x, y: at.y });
      go();
      if (!isDown) return;
      place();
      const ring = coloured(make('div', 'ring', make('i', '')), who);
      ring.style.transform = pointer.element.style.transform;
      ring.hidden = pointer.element.hidden;
      layer.append(ring);
      host.after(RIPPLE_MS, () => ring.remove());
    },
    frame(who, nodeId, note) {
      const { id, name } = who;
      const node = nodeOf(nodeId);
      if (!node || !boxOf(nodeId)) return false;
      unframe(id);
      const way = svg('');
      const label = make('b', '', make('span', '', name));
      label.prepend(way);
      const tag = coloured(make('div', 'tag', label), who);
      if (note) tag.append(make('p', '', note));
      const box = coloured(make('div', 'box'), who);
      layer.append(mark(box, { 'aria-hidden': 'true' }), mark(tag, { 'aria-hidden': 'true' }));
      frames.set(id, { box, tag, way, node, clips: [], looked: -Infinity });
      go();
      // In a region that was there before, or it is not read out.
      host.after(0, () => (said.textContent = words.shows(name, note)));
      return true;
    },
    stick(who, node, tag, ghost) {
      const way = svg('');
      tag.firstElementChild?.prepend(way);
      const box = coloured(make('div', 'box ghost'), who);
      if (ghost && 'nodeType' in ghost) box.append(ghost);
      else if (ghost) {
        const cursor = svg(ARROW);
        Object.assign(cursor.style, { left: `${ghost.x * 100}%`, top: `${ghost.y * 100}%` });
        box.append(cursor);
      }
      layer.append(mark(box, { 'aria-hidden': 'true' }));
      const frame: Frame = { box, tag: coloured(tag, who), way, node, clips: [], looked: -Infinity };
      stuck.add(frame);
      go();
      return () => {
        stuck.delete(frame);
        box.remove();
        tag.remove();
      };
    },
    draw(who, act) {
      const why = ink.draw(who, act);
      go();
      if (why || heard.has(who.id)) return why;
      heard.add(who.id);
      said.textContent = '';
      host.after(0, () => (said.textContent = words.draws(who.name)));
      return undefined;
    },
    undraw,
    leave(id) {
      unpoint(id);
      ink.leave(id);
      go();
    },
    unframe,
    standing(id) {
      const frame = frames.get(id);
      const framed = frame ? idOf(frame.node) : 0;
      const strokes = ink.standing(id).map(({ stroke, node }) => ({ stroke, node: idOf(node) }));
      return { ...(framed > 0 ? { frame: framed } : {}), strokes: strokes.filter(({ node }) => node > 0) };
    },
    keep(isShownNow, pointing, controlling) {
      isShown = isShownNow;
      for (const id of pointers.keys()) if (!pointing(id) && !controlling(id)) unpoint(id);
      for (const id of frames.keys()) if (!pointing(id)) unframe(id);
      for (const id of heard) if (!pointing(id)) undraw(id);
      ink.keep(pointing);
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
