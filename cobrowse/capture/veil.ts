// [C5] The value of a password field is never read. rrweb reads `value` of every field that it serialises and masks
// afterwards; so while it serialises, password fields carry a property of their own that says ''.
//
// How we know when: rrweb asks its mirror `hasNode` for each added node before it reads it, for the document before it
// reads a whole one, and for a shadow host before it goes into its shadow root. All of that is synchronous; the veil is
// lifted when the run is over (at the latest in the next microtask), and writing passes through it.
//
// Easy to get wrong: frameworks keep a `value` property of their own on a field (React does), which must come back.
// Goes away with rrweb's recorder.

import { isDocument, isElement, shadowOf, tagOf } from './dom.ts';
import type { Masker } from './mask.ts';
import type { NodeIds } from './rrweb.ts';

export type Veil = {
  /** Runs rrweb's own first look at the page. */
  whole(task: () => void): void;
  remove(): void;
};

export function createVeil(mirror: NodeIds, masker: Masker): Veil {
  let veiled: { field: Element; before: PropertyDescriptor | undefined; mine: () => string }[] = [];
  let isRunning = false;
  let isHeld = false;

  const cover = (field: Element) => {
    if (tagOf(field) !== 'INPUT' || masker.secretOf(field) !== 'password') return;
    const before = Object.getOwnPropertyDescriptor(field, 'value');
    if (before?.get && veiled.some((known) => known.mine === before.get)) return;
    if (before && !before.configurable) return;
    const mine = () => '';
    const prototype: object = Object.getPrototypeOf(field);
    Object.defineProperty(field, 'value', {
      configurable: true,
      enumerable: before?.enumerable ?? true,
      get: mine,
      set(value: string) {
        if (before?.set) before.set.call(field, value);
        else Reflect.set(prototype, 'value', value, field);
      },
    });
    veiled.push({ field, before, mine });
  };

  const coverWithin = (root: Document | ShadowRoot) => {
    for (const field of root.querySelectorAll('input')) cover(field);
  };

  const lift = () => {
    isRunning = false;
    for (const { field, before, mine } of veiled) {
      // The page may have put its own property over ours meanwhile.
      if (Object.getOwnPropertyDescriptor(field, 'value')?.get !== mine) continue;
      if (before) Object.defineProperty(field, 'value', before);
      else Reflect.deleteProperty(field, 'value');
    }
    veiled = [];
  };

  const original = mirror.hasNode;
  mirror.hasNode = (node) => {
    const isFirst = !isRunning;
    if (isFirst) {
      isRunning = true;
      if (!isHeld) queueMicrotask(lift);
    }
    if (isElement(node)) {
      const shadow = shadowOf(node);
      if (shadow) coverWithin(shadow);
      else cover(node);
    } else if (isFirst && isDocument(node)) {
      // A run that begins with a document reads all of it; one that begins with a node asks for each node.
      coverWithin(node);
    }
    return original.call(mirror, node);
  };

  return {
    whole(task) {
      isHeld = true;
      try {
        task();
      } finally {
        isHeld = false;
        lift();
      }
    },
    remove() {
      lift();
      mirror.hasNode = original;
    },
  };
}
