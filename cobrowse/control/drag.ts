// HTML's own drag and drop, by hand: browsers start it for a real mouse only. dragstart, then drag, dragenter, dragover
// and dragleave while the pointer moves, drop where the page allowed it, dragend.
//
// Easy to get wrong: a DataTransfer that a script made keeps no effects in Chromium, and pages set and read them; a drop
// is allowed by preventing dragover (or, once, dragenter), and without that there is none.

import { attributeOf, tagOf } from '../capture/dom.ts';
import { around, type Point } from './places.ts';
import { viewOf, type Globals } from './natives.ts';
import { make, send } from './send.ts';

export type Drag = {
  move(over: Element | undefined, init: (element: Element) => object): void;
  /** False: nobody took it. */
  drop(init: (element: Element) => object): boolean;
  cancel(init: (element: Element) => object): void;
};

/** Pixels that a press may shake by. */
const SLACK = 4;
export const isFar = (from: Point, to: Point): boolean => Math.hypot(to.x - from.x, to.y - from.y) > SLACK;

/** What a drag from here takes along: marked by the page, or a link or a picture. */
export function draggableAround(element: Element): Element | undefined {
  for (let at: Element | null = element; at; at = around(at)) if ((at as HTMLElement).draggable === true) return at;
  return undefined;
}

/** Undefined: the page does not want it. */
export function startDrag(source: Element, init: (element: Element) => object): Drag | undefined {
  const data = transfer(viewOf(source) ?? (window as Globals));
  const url = attributeOf(source, 'href') ?? (tagOf(source) === 'IMG' ? attributeOf(source, 'src') : null);
  if (url) {
    const { href } = new URL(url, source.baseURI);
    data.setData('text/uri-list', href);
    data.setData('text/plain', href);
  }
  const fire = (target: Element, type: string, how: object, rest: object = {}) =>
    target.isConnected && send(target, make(target, 'DragEvent', type, { ...how, ...rest, dataTransfer: data }));
  if (!fire(source, 'dragstart', init(source))) return undefined;

  let over: Element | undefined;
  let isAllowed = false;

  const leave = (how: (element: Element) => object, to?: Element) => {
    if (over) fire(over, 'dragleave', how(over), { cancelable: false, relatedTarget: to ?? null });
  };
  const end = (how: (element: Element) => object) => {
    if (!isAllowed) data.dropEffect = 'none';
    fire(source, 'dragend', how(source), { cancelable: false });
  };

  return {
    move(to, how) {
      fire(source, 'drag', how(source));
      if (to !== over) {
        if (to) fire(to, 'dragenter', how(to), { relatedTarget: over ?? null });
        leave(how, to);
        over = to;
      }
      if (!to) {
        isAllowed = false;
        return;
      }
      data.dropEffect = data.effectAllowed === 'copy' || data.effectAllowed === 'link' ? data.effectAllowed : 'move';
      isAllowed = !fire(to, 'dragover', how(to)) && to.isConnected && effectOf(data) !== 'none';
    },
    drop(how) {
      const isTaken = isAllowed && !!over;
      if (isTaken && over) fire(over, 'drop', how(over));
      else leave(how);
      end(how);
      return isTaken;
    },
    cancel(how) {
      isAllowed = false;
      leave(how);
      end(how);
    },
  };
}

/** As the page's handler left it. */
const effectOf = (data: DataTransfer): DataTransfer['dropEffect'] => data.dropEffect;

function transfer(view: Globals): DataTransfer {
  const data = new view.DataTransfer();
  for (const [name, value] of [
    ['effectAllowed', 'uninitialized'],
    ['dropEffect', 'none'],
  ] as const)
    Object.defineProperty(data, name, { value, writable: true, configurable: true });
  return data;
}
