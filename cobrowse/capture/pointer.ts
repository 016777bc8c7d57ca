// The visitor's pointer, sent at once on every move: a channel of its own, latest wins. Coordinates are those of the
// top window's viewport, also from within same-origin frames; the node is the deepest one under the pointer.
//
// Browsers hold `pointermove` back until their next frame, 8 ms on average and 16 where the operator's screen is in step
// with the visitor's. `pointerrawupdate` does not wait; there the pointer is shown at half the age (bench `mirror`).
// Easy to get wrong: it costs the page about 0.4 ms each time on a large page (measured, 7,500 elements), so it is given
// up where many come between two frames: a mouse that reports that often is fresh at every frame anyway, and a page that
// is so busy has no time for them.

import type { Pointer } from '../../protocol/codec.ts';
import type { Cost } from './cost.ts';
import { elementAround, targetOf } from './dom.ts';
import type { Listening } from './listening.ts';

/** Reports between two frames. 125 a second, as most mice and touchpads have, make two. */
const MOST_RAW_PER_FRAME = 4;
/** How often moves are told when capture has to give way: less than that does not look like a hand any more. */
const MOVES_MS = 50;

export function watchPointer(
  page: Document,
  options: { listening: Listening; cost: Cost; idOf: (node: Node) => number; moved: (pointer: Pointer) => void },
): void {
  const { listening, cost, idOf, moved } = options;
  const view = page.defaultView;
  if (!view) return;

  /** Not told yet; an event forgets its target once it is over. */
  let held: { event: PointerEvent; target: Element | undefined } | undefined;

  const tell = (event: PointerEvent, state: Pointer['state'], target = targetOf(event)) => {
    held = undefined;
    const at = placeOf(view.frameElement);
    // composedPath sees through open shadow roots; what is not captured is shown by the nearest element that is.
    let node: Element | null = target ?? null;
    while (node && idOf(node) <= 0) node = elementAround(node);
    moved({
      x: event.clientX + at.x,
      y: event.clientY + at.y,
      buttons: event.buttons,
      state,
      node: node ? idOf(node) : 0,
    });
  };
  const stateOf = (event: PointerEvent): Pointer['state'] => (event.pointerType === 'touch' ? 'touch' : 'mouse');

  const here = (event: PointerEvent) => {
    if (event.isPrimary) tell(event, stateOf(event));
  };
  const tellHeld = cost.gate(1, MOVES_MS, () => {
    if (held) tell(held.event, stateOf(held.event), held.target);
  });
  const moves = (event: PointerEvent) => {
    if (!event.isPrimary) return;
    held = { event, target: targetOf(event) };
    tellHeld();
  };
  let raw: PointerEvent | undefined;
  let rawInFrame = 0;
  let stopRaw: (() => void) | undefined;
  const startRaw = () => {
    const stop = listening.on(view, 'pointerrawupdate', (event: PointerEvent) => {
      // What they cost is in the finding of what lies there, before we hear of them.
      if (cost.level > 0) stopRaw = undefined;
      if (!stopRaw || ++rawInFrame > MOST_RAW_PER_FRAME) return stop();
      raw = event;
      moves(event);
    });
    stopRaw = stop;
  };
  startRaw();
  listening.on(view, 'pointermove', (event: PointerEvent) => {
    if (!stopRaw && cost.level === 0) startRaw();
    // It repeats the last raw one, most of the time.
    if (raw?.clientX !== event.clientX || raw.clientY !== event.clientY || raw.buttons !== event.buttons) moves(event);
    raw = undefined;
    rawInFrame = 0;
  });
  listening.on(view, 'pointerdown', here);
  // The pointer rests, and the page moves below it (scrolling, a menu that closes): browsers tell it as this alone.
  listening.on(view, 'pointerover', moves);
  listening.on(view, 'pointerup', (event: PointerEvent) => {
    if (event.isPrimary) tell(event, event.pointerType === 'touch' ? 'gone' : 'mouse');
  });
  listening.on(view, 'pointercancel', (event: PointerEvent) => tell(event, 'gone'));
  listening.on(view, 'pointerout', (event: PointerEvent) => {
    if (event.relatedTarget === null && event.pointerType !== 'touch') tell(event, 'gone');
  });
}

/** Where a frame's viewport begins in the top window's: inside its border and padding. */
export function placeOf(start: Element | null): { x: number; y: number } {
  const at = { x: 0, y: 0 };
  // Null in a page of another origin: the page around it adds the rest (frames.ts).
  for (let frame = start; frame; frame = frame.ownerDocument.defaultView?.frameElement ?? null) {
    const box = frame.getBoundingClientRect();
    const style = getComputedStyle(frame);
    at.x += box.left + frame.clientLeft + Number.parseFloat(style.paddingLeft);
    at.y += box.top + frame.clientTop + Number.parseFloat(style.paddingTop);
  }
  return at;
}
