// The visitor's pointer, sent at once on every move: a channel of its own, latest wins. Coordinates are those of the
// top window's viewport, also from within same-origin frames; the node is the deepest one under the pointer.

import type { Pointer } from '../../protocol/codec.ts';
import { elementAround, targetOf } from './dom.ts';
import type { Listening } from './listening.ts';

export function watchPointer(
  page: Document,
  options: { listening: Listening; idOf: (node: Node) => number; moved: (pointer: Pointer) => void },
): void {
  const { listening, idOf, moved } = options;
  const view = page.defaultView;
  if (!view) return;

  const tell = (event: PointerEvent, state: Pointer['state']) => {
    const at = placeOf(view);
    // composedPath sees through open shadow roots; what is not captured is shown by the nearest element that is.
    let node: Element | null = targetOf(event) ?? null;
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
  for (const type of ['pointermove', 'pointerdown']) listening.on(view, type, here);
  listening.on(view, 'pointerup', (event: PointerEvent) => {
    if (event.isPrimary) tell(event, event.pointerType === 'touch' ? 'gone' : 'mouse');
  });
  listening.on(view, 'pointercancel', (event: PointerEvent) => tell(event, 'gone'));
  listening.on(view, 'pointerout', (event: PointerEvent) => {
    if (event.relatedTarget === null && event.pointerType !== 'touch') tell(event, 'gone');
  });
}

/** Where a frame's viewport begins in the top window's. */
function placeOf(view: Window): { x: number; y: number } {
  const at = { x: 0, y: 0 };
  try {
    for (let frame = view.frameElement; frame; frame = frame.ownerDocument.defaultView?.frameElement ?? null) {
      const box = frame.getBoundingClientRect();
      at.x += box.left + frame.clientLeft;
      at.y += box.top + frame.clientTop;
    }
  } catch {
    // A parent of another origin: its own widget adds the rest.
  }
  return at;
}
