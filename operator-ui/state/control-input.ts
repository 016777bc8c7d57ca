// The operator's pointer over the mirror, as acts: hovering and drags once a frame, buttons at once, the wheel gathered.
// Times, frames and places come from outside. Fingers are touch-input.ts's.
//
// Easy to get wrong: what is gathered goes before what is done at once, or a click lands before the scrolling that led to
// it; a press that the console takes for itself (a list, a picker) takes its way up with it.

import type { Act, Place } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { TouchInput } from './touch-input.ts';
import { buttonChanges, modsOf, nextPress, wheelPixels, type Press } from './hand-input.ts';

export type ControlDoor = {
  placeAt(clientX: number, clientY: number, isHeld: boolean): Place | undefined;
  /** `at`: where it was done, for the answer. */
  act(act: Act, at: { clientX: number; clientY: number }): void;
  /** True: the console takes this press of the main button itself. */
  takes(place: Place, at: { clientX: number; clientY: number }): boolean;
  /** Before the next frame. */
  soon(run: () => void): () => void;
  now(): number;
  /** Console pixels for one of the visitor's. */
  scale(): number;
  page(): { width: number; height: number };
  /** Two fingers: the picture itself, larger or as it fits. */
  picture: { pan(dx: number, dy: number): void; zoom(way: 'in' | 'out'): void };
  /** A finger was held long enough to mean something else. */
  held(): void;
  after(ms: number, task: () => void): () => void;
};

type PointerFacts = Pick<
  PointerEvent,
  'clientX' | 'clientY' | 'buttons' | 'pointerType' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'
> & { pointerId?: number };
type WheelFacts = Omit<PointerFacts, 'buttons' | 'pointerType' | 'pointerId'> &
  Pick<WheelEvent, 'deltaMode' | 'deltaX' | 'deltaY'>;

/** Screens of 240 frames a second would send more than the relay takes of one operator. */
const MOVE_EVERY_MS = 11;

export class ControlInput {
  #door: ControlDoor;
  #buttons = 0;
  /** Buttons whose press the console took. */
  #taken = 0;
  #press: Press | undefined;
  #move: PointerFacts | undefined;
  #lastPlace = '';
  #movedAt = Number.NEGATIVE_INFINITY;
  #wheel: { facts: WheelFacts; dx: number; dy: number } | undefined;
  #touch: TouchInput<PointerFacts>;
  #stop: (() => void) | undefined;

  constructor(door: ControlDoor) {
    this.#door = door;
    this.#touch = new TouchInput<PointerFacts>({
      click: (at, button) => {
        this.#flush();
        this.#button(at, button, true);
        this.#button(at, button, false);
      },
      down: (at) => {
        this.#flush();
        this.#button(at, 0, true);
        this.#buttons = 1;
      },
      drag: (at) => {
        this.#move = at;
        this.#later();
      },
      up: (at) => {
        this.#flush();
        this.#button(at, 0, false);
        this.#buttons = 0;
      },
      scroll: (at, dx, dy) => {
        const scale = door.scale();
        // One by one: what an event has is not its own, and would not be copied.
        const { clientX, clientY, altKey, ctrlKey, metaKey, shiftKey } = at;
        const facts = { clientX, clientY, altKey, ctrlKey, metaKey, shiftKey };
        this.wheel({ ...facts, deltaMode: 0, deltaX: dx / scale, deltaY: dy / scale });
      },
      pan: (dx, dy) => door.picture.pan(dx, dy),
      zoom: (way) => door.picture.zoom(way),
      held: () => door.held(),
      after: (ms, task) => door.after(ms, task),
    });
  }

  /** Any pointer event: down, move, up. */
  pointer(facts: PointerFacts): void {
    if (facts.pointerType === 'touch') return this.#touch.pointer(facts.pointerId ?? 0, facts, facts.buttons !== 0);
    const changes = buttonChanges(this.#buttons, facts.buttons);
    if (changes.length === 0) {
      this.#move = facts;
      this.#later();
      return;
    }
    this.#flush();
    for (const { button, isDown } of changes) this.#button(facts, button, isDown);
    this.#buttons = facts.buttons;
  }

  /** The browser took the pointer away, or there is nothing to control any more: what is down goes up. */
  cancel(facts: PointerFacts | undefined): void {
    this.#move = undefined;
    this.#touch.cancel();
    if (facts) for (const { button } of buttonChanges(this.#buttons, 0)) this.#button(facts, button, false);
    this.#buttons = 0;
    this.#taken = 0;
  }

  wheel(facts: WheelFacts): void {
    const { dx, dy } = wheelPixels(facts, this.#door.page());
    const before = this.#wheel ?? { dx: 0, dy: 0 };
    this.#wheel = { facts, dx: before.dx + dx, dy: before.dy + dy };
    this.#later();
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#move = undefined;
    this.#wheel = undefined;
  }

  #button(facts: PointerFacts, button: number, isDown: boolean): void {
    const bit = 1 << button;
    // A drag goes on outside of the picture; a press begins on it.
    const place = this.#door.placeAt(facts.clientX, facts.clientY, !isDown);
    const mods = modsOf(facts);
    if (isDown) {
      const { clientX: x, clientY: y } = facts;
      this.#press = nextPress(this.#press, { button, x, y, at: this.#door.now() });
      if (!place || (button === 0 && this.#door.takes(place, facts))) {
        this.#taken |= bit;
        return;
      }
      this.#door.act({ t: 'down', at: place, button, clicks: this.#press.clicks, mods }, facts);
      return;
    }
    const isTaken = (this.#taken & bit) !== 0;
    this.#taken &= ~bit;
    if (place && !isTaken) this.#door.act({ t: 'up', at: place, button, mods }, facts);
  }

  #later(): void {
    this.#stop ??= this.#door.soon(() => {
      this.#stop = undefined;
      if (this.#move && this.#door.now() - this.#movedAt < MOVE_EVERY_MS) return this.#later();
      this.#flush();
    });
  }

  #flush(): void {
    this.#stop?.();
    this.#stop = undefined;
    const move = this.#move;
    this.#move = undefined;
    if (move) {
      const place = this.#door.placeAt(move.clientX, move.clientY, this.#buttons !== 0);
      const key = place ? `${place.node} ${place.x} ${place.y} ${modsOf(move)}` : '';
      if (place && key !== this.#lastPlace) {
        this.#movedAt = this.#door.now();
        this.#door.act({ t: 'move', at: place, mods: modsOf(move) }, move);
      }
      this.#lastPlace = key;
    }
    const wheel = this.#wheel;
    this.#wheel = undefined;
    if (!wheel) return;
    const place = this.#door.placeAt(wheel.facts.clientX, wheel.facts.clientY, false);
    const dx = bounded(wheel.dx);
    const dy = bounded(wheel.dy);
    if (place && (dx !== 0 || dy !== 0))
      this.#door.act({ t: 'wheel', at: place, dx, dy, mods: modsOf(wheel.facts) }, wheel.facts);
  }
}

function bounded(pixels: number): number {
  const most = LIMITS.maxWheelPixels;
  return Math.max(-most, Math.min(most, Math.round(pixels * 100) / 100));
}
