// What `use` elements draw, and how much of it. Each stands for a copy of what it refers to, and that may hold more of
// them: twenty elements that each refer twice to the one before are a million, and an operator's console that draws
// them stands still. So no `use` has a real reference before `settle` has weighed what all of them draw together; those
// past the limit draw nothing.
//
// Easy to get wrong: what a reference draws changes with ids, with what is added below, with what is taken away (of
// two elements with one id the first counts), and every `use` draws for itself, those inside of `defs` too.

import { inertName } from './inert-names.ts';
import { isElement, isText, SVG_NAMESPACE } from './node-kinds.ts';

/** Of one document, with its frames and shadow roots. Measured: Chromium draws so many in half a second, and eight
 * times as many (three levels of doubling more) in twelve. Large pages of icons draw a tenth. */
const MAX_DRAWN = 50_000;
/** References within references; icons have two or three. */
const MAX_LEVELS = 32;
/** Elements looked at in one go: elements that nobody may draw are looked at again and again. */
const MAX_LOOKED_AT = 4 * MAX_DRAWN;
/** A path or text so long counts as one more element. */
const CHARS_PER_ELEMENT = 1000;
const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink';

export type Uses = {
  /** From now on this element refers to `id` in its own tree; undefined: to nothing. Shown by `settle`. */
  refer(use: Element, name: 'href' | 'xlink:href', id: string | undefined): void;
  /** This node is new, or something about it is: what is drawn may have grown. */
  touched(node: Node): void;
  /** The same for all that is below it: it came, or went. */
  moved(node: Node): void;
  settle(): void;
  forget(node: Node): void;
};

export type UsesOptions = {
  /** An element that is put into the tree because something there refers to it. */
  provide(root: Document | ShadowRoot, id: string): Element | null;
};

type Reference = { name: 'href' | 'xlink:href'; id: string };

export function createUses({ provide }: UsesOptions): Uses {
  const references = new Map<Node, Reference>();
  let isStale = false;

  const targetOf = (use: Element, { id }: Reference): Element | null => {
    // Connected, so the root is one of these two.
    const root = use.getRootNode() as Document | ShadowRoot;
    return root.getElementById(id) ?? provide(root, id);
  };

  const weigher = () => {
    const weights = new Map<Element, number>();
    let lookedAt = 0;
    return function weigh(target: Element, level: number): number {
      const known = weights.get(target);
      if (known !== undefined) return known;
      // Until it is known: what holds a reference to itself has no end.
      weights.set(target, Infinity);
      if (level > MAX_LEVELS) return Infinity;
      let weight = 0;
      for (let node: Node | null = target; node; node = following(node, target)) {
        if (++lookedAt > MAX_LOOKED_AT) return Infinity;
        weight += weightOf(node);
        const reference = references.get(node);
        const inner = reference && isElement(node) ? targetOf(node, reference) : null;
        if (inner) weight += weigh(inner, level + 1);
        if (weight > MAX_DRAWN) return Infinity;
      }
      weights.set(target, weight);
      return weight;
    };
  };

  return {
    refer(use, name, id) {
      isStale = true;
      if (id !== undefined) references.set(use, { name, id });
      else {
        references.delete(use);
        hide(use);
      }
    },
    touched(node) {
      if (isStale || references.size === 0) return;
      const around = isElement(node) ? node : node.parentElement;
      isStale = around?.namespaceURI === SVG_NAMESPACE;
    },
    moved(node) {
      this.touched(node);
      if (!isStale && references.size > 0) isStale = isElement(node) && node.querySelector('svg') !== null;
    },
    settle() {
      if (!isStale) return;
      isStale = false;
      const weigh = weigher();
      let left = MAX_DRAWN;
      // What is to be drawn no more goes first: for no moment is there more than the limit.
      const shown: [Element, Reference][] = [];
      for (const [use, reference] of references) {
        if (!isElement(use) || !use.isConnected) continue;
        const target = targetOf(use, reference);
        const weight = target ? weigh(target, 0) : 0;
        if (weight > left) hide(use);
        else {
          left -= weight;
          shown.push([use, reference]);
        }
      }
      for (const [use, reference] of shown) show(use, reference);
    },
    forget: (node) => void references.delete(node),
  };
}

/** In document order, below `root`. */
function following(node: Node, root: Node): Node | null {
  if (node.firstChild) return node.firstChild;
  for (let next: Node | null = node; next && next !== root; next = next.parentNode)
    if (next.nextSibling) return next.nextSibling;
  return null;
}

function weightOf(node: Node): number {
  if (isText(node)) return Math.floor(node.data.length / CHARS_PER_ELEMENT);
  if (!isElement(node)) return 0;
  const shape = node.getAttribute('d') ?? node.getAttribute('points') ?? '';
  return 1 + Math.floor(shape.length / CHARS_PER_ELEMENT);
}

function show(use: Element, { name, id }: Reference): void {
  // As a browser reads it: a line break in an address would be gone, and something else be meant than was weighed.
  const value = `#${encodeURI(id)}`;
  const other = name === 'href' ? 'xlink:href' : 'href';
  if (use.hasAttribute(other)) use.removeAttribute(other);
  if (use.getAttribute(name) === value) return;
  use.setAttributeNS(name === 'href' ? null : XLINK_NAMESPACE, name, value);
}

function hide(use: Element): void {
  use.removeAttribute('href');
  use.removeAttribute('xlink:href');
}

/** What the page has recorded for a `use` element; with both, browsers look at the first only. */
export function recordedReference(use: Element): { name: 'href' | 'xlink:href'; value: string } | undefined {
  for (const name of ['href', 'xlink:href'] as const) {
    const value = use.getAttribute(inertName(name));
    if (value !== null) return { name, value };
  }
  return undefined;
}
