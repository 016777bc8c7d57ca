// Making events as a browser makes them, and sending them.
//
// Easy to get wrong: the class must be that of the target's own window. Key codes are long out of fashion and asked for
// by half of the pages there are.

import { dispatch, viewOf } from './natives.ts';

/** 1 Alt, 2 Control, 4 Meta, 8 Shift: as in protocol/hand.ts. */
const MOD = { Alt: 1, Control: 2, Meta: 4, Shift: 8 } as const;

export const heldKeys = (mods: number) => ({
  altKey: (mods & MOD.Alt) > 0,
  ctrlKey: (mods & MOD.Control) > 0,
  metaKey: (mods & MOD.Meta) > 0,
  shiftKey: (mods & MOD.Shift) > 0,
});

type EventClass =
  | 'PointerEvent'
  | 'MouseEvent'
  | 'WheelEvent'
  | 'DragEvent'
  | 'KeyboardEvent'
  | 'TouchEvent'
  | 'InputEvent'
  | 'Event'
  | 'FocusEvent'
  | 'ClipboardEvent';

/** Bubbling and cancelable unless told otherwise. */
export function make(target: Element, kind: EventClass, type: string, init: object = {}): Event {
  const view = viewOf(target) ?? window;
  // Each takes its own kind of init, which the callers know.
  const Class = (view as unknown as Record<string, new (type: string, init: object) => Event>)[kind] ?? Event;
  return new Class(type, {
    bubbles: true,
    cancelable: true,
    composed: true,
    ...(kind === 'Event' || kind === 'ClipboardEvent' ? {} : { view }),
    ...init,
  });
}

/** False: a handler has prevented what the browser would do. */
export const send = (target: EventTarget, event: Event): boolean => dispatch(target, event);

/** What browsers fire when a field's value was changed. */
export function sendChange(field: Element): void {
  send(field, make(field, 'Event', 'change', { cancelable: false, composed: false }));
}
export function sendInput(field: Element, init: { inputType?: string; data?: string | null } = {}): void {
  send(field, make(field, init.inputType ? 'InputEvent' : 'Event', 'input', { cancelable: false, ...init }));
}
