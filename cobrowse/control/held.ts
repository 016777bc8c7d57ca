// Pointer capture for the hand's own pointer, which browsers do not give: Chromium ignores setPointerCapture while the
// real mouse has no button down, and Firefox throws. Sliders and drags that rely on it would end at their own edge.
//
// So while a handler of the page is being called with an event of ours, and only then, three methods of Element answer
// for the hand's pointer themselves; the page's own ones are back before dispatchEvent returns. A handler that asks later
// (after a promise) gets the browser's answer.
//
// Easy to get wrong: each window has an Element of its own, and a page may have replaced the methods: what was there is
// put back as it was.

import type { Globals } from './natives.ts';
import { make, send } from './send.ts';

/** The mouse's in Chromium; other numbers throw there. */
export const POINTER_ID = 1;
const METHODS = ['setPointerCapture', 'releasePointerCapture', 'hasPointerCapture'] as const;

export type Holding = {
  /** Events go there. */
  readonly holder: Element | undefined;
  /** Calls the page's handlers. */
  during<R>(views: Iterable<Globals>, task: () => R): R;
  /** Before each pointer event: what was asked for since the last one comes into force. */
  settle(init: object): void;
  /** The button is up. */
  release(init: object): void;
};

export function createHolding(isDown: () => boolean): Holding {
  let holder: Element | undefined;
  let wanted: Element | undefined;

  const replace = (view: Globals): (() => void) => {
    const owner = view.Element.prototype;
    const before = METHODS.map((name) => [name, Object.getOwnPropertyDescriptor(owner, name)] as const);
    const answers = {
      setPointerCapture(element: Element) {
        if (isDown()) wanted = element;
      },
      releasePointerCapture(element: Element) {
        if (wanted === element) wanted = undefined;
      },
      hasPointerCapture: (element: Element) => wanted === element,
    };
    for (const [name, property] of before) {
      const native = property?.value as ((id: number) => unknown) | undefined;
      if (!property?.configurable || !native) continue;
      Object.defineProperty(owner, name, {
        ...property,
        value(this: Element, id: number) {
          return id === POINTER_ID ? answers[name](this) : native.call(this, id);
        },
      });
    }
    return () => {
      for (const [name, property] of before) if (property?.configurable) Object.defineProperty(owner, name, property);
    };
  };

  const settle = (init: object) => {
    if (wanted && !wanted.isConnected) wanted = undefined;
    if (wanted === holder) return;
    const left = holder;
    holder = wanted;
    const how = { ...init, cancelable: false };
    if (left?.isConnected) send(left, make(left, 'PointerEvent', 'lostpointercapture', how));
    if (holder) send(holder, make(holder, 'PointerEvent', 'gotpointercapture', how));
  };

  return {
    get holder() {
      return holder;
    },
    during(views, task) {
      const undo = [...new Set(views)].map(replace);
      try {
        return task();
      } finally {
        for (const put of undo) put();
      }
    },
    settle,
    release(init) {
      wanted = undefined;
      settle(init);
    },
  };
}
