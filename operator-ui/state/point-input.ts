// The operator's pointer, shown to the visitor: the latest place once a frame, nothing when nothing changed, and a word
// when it is gone. Frames and places come from outside.

import type { Act, Place } from '../../protocol/hand.ts';

export type PointDoor = {
  placeAt(clientX: number, clientY: number): Place | undefined;
  act(act: Extract<Act, { t: 'point' }>): void;
  soon(run: () => void): () => void;
  now(): number;
};

const POINT_EVERY_MS = 11;

export class PointInput {
  #door: PointDoor;
  #wanted: { clientX: number; clientY: number } | undefined;
  #isDown = false;
  #told = '';
  #toldAt = Number.NEGATIVE_INFINITY;
  #stop: (() => void) | undefined;

  constructor(door: PointDoor) {
    this.#door = door;
  }

  moved({ clientX, clientY, buttons }: { clientX: number; clientY: number; buttons: number }): void {
    this.#wanted = { clientX, clientY };
    const isDown = (buttons & 1) !== 0;
    const isNew = isDown !== this.#isDown;
    this.#isDown = isDown;
    // A press is a ripple there: however short, it is told.
    if (isNew) this.#tell();
    else this.#later();
  }

  gone(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#wanted = undefined;
    this.#isDown = false;
    if (this.#told === '') return;
    this.#told = '';
    this.#door.act({ t: 'point', down: false });
  }

  #later(): void {
    this.#stop ??= this.#door.soon(() => {
      this.#stop = undefined;
      if (this.#door.now() - this.#toldAt < POINT_EVERY_MS) return this.#later();
      this.#tell();
    });
  }

  #tell(): void {
    if (!this.#wanted) return;
    const at = this.#door.placeAt(this.#wanted.clientX, this.#wanted.clientY);
    const told = at ? `${at.node} ${at.x} ${at.y} ${this.#isDown}` : '';
    if (told === this.#told) return;
    this.#told = told;
    this.#toldAt = this.#door.now();
    this.#door.act(at ? { t: 'point', at, down: this.#isDown } : { t: 'point', down: false });
  }
}
