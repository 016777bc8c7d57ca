// Attributes that only say how something looks, while capture has to give way (cost.ts, level 3): where they change again
// and again, as in an animation, they are told a few times a second instead of once per frame.
//
//   style, class          what script-made animations write, and frameworks that flicker between states
//   geometry of SVG       charts that move
//   values of progress    <progress>, <meter>, and what says the same to screen readers
//
// All others change what can be done with the page (disabled, open, href, value of a field …), and are told at once; and so
// is the first change of an element that was at rest: a menu that opens is not late.
//
// Easy to get wrong: a class may hide what is in the element. Nothing gets out by its being late: what is told of the
// element meanwhile is masked as it is then, and an attribute is read when it is told.

import type { Cost } from './cost.ts';
import { tagOf } from './dom.ts';

export type Late = {
  /** Anything may be told later at present. */
  readonly isOn: boolean;
  /** Of such a time. True: it is told later. */
  takes(element: Element, name: string): boolean;
  /** What is due goes among what is told now. */
  release(into: Map<Element, Set<string>>): void;
  /** A new picture tells everything. */
  forget(): void;
};

/** An operator follows what happens by that, and forty-five of sixty frames' work is saved. */
const EVERY_MS = 250;

const LOOK =
  /^(style|class|aria-value(now|text)|d|points|transform|viewBox|[xy][12]?|[cr][xy]|r|offset|opacity|fill|stroke|(fill|stroke|stop)-[a-z]+)$/;
const SIZE = /^(width|height)$/;

/** Names of SVG elements are as written, those of HTML are in capitals: there a size may be more than looks (a canvas). */
function isLook(element: Element, name: string): boolean {
  if (LOOK.test(name)) return true;
  if (name === 'value') return /^(PROGRESS|METER)$/.test(tagOf(element));
  return SIZE.test(name) && /^[a-z]/.test(tagOf(element));
}

export function createLate(cost: Cost, due: () => void): Late {
  let held = new Map<Element, Set<string>>();
  /** Told since the last time that something was let go, or then. */
  let recent = new Set<Element>();
  let isTime = false;
  const letGo = cost.gate(3, EVERY_MS, () => {
    isTime = true;
    due();
  });

  return {
    get isOn() {
      return cost.level === 3;
    },
    takes(element, name) {
      if (!isLook(element, name)) return false;
      if (!recent.has(element)) {
        recent.add(element);
        return false;
      }
      const names = held.get(element);
      if (names) names.add(name);
      else held.set(element, new Set([name]));
      return true;
    },
    release(into) {
      if (held.size === 0) return;
      letGo();
      if (!isTime) return;
      isTime = false;
      for (const [element, names] of held) {
        const others = into.get(element);
        if (others) for (const name of names) others.add(name);
        else into.set(element, names);
      }
      recent = new Set(held.keys());
      held = new Map();
    },
    forget() {
      held = new Map();
      recent = new Set();
    },
  };
}
