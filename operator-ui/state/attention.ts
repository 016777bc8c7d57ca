// Whether somebody is at this console: it was touched lately, and the screen is not locked. Tells the relay when that changes,
// and once more after each welcome. Pure: clock and browser are handed in.

export type AttentionDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  /** Somebody is here again; or not, and why. */
  tell(on: boolean, isLocked: boolean): void;
};

export class Attention {
  readonly #door: AttentionDoor;
  #idleMs = 0;
  #touchedAt: number;
  #isAway = false;
  #isLocked = false;
  #cancel: (() => void) | undefined;

  constructor(door: AttentionDoor) {
    this.#door = door;
    this.#touchedAt = door.now();
  }

  /** After so long without a touch nobody is here; 0: never. */
  rule(idleMs: number): void {
    this.#idleMs = idleMs;
    this.#look();
  }

  touched(): void {
    this.#touchedAt = this.#door.now();
    if (this.#isAway) this.#look();
    // Not with every key: the one that is set looks again when it is due.
    else if (!this.#cancel) this.#wait();
  }

  locked(isLocked: boolean): void {
    if (isLocked === this.#isLocked) return;
    this.#isLocked = isLocked;
    if (!isLocked) this.#touchedAt = this.#door.now();
    this.#look();
  }

  /** The relay takes every new console for one that somebody is at. */
  linked(): void {
    if (this.#isAway) this.#door.tell(false, this.#isLocked);
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#isAway = this.#isLocked = false;
    this.#touchedAt = this.#door.now();
  }

  #look(): void {
    const isIdle = this.#idleMs > 0 && this.#door.now() - this.#touchedAt >= this.#idleMs;
    const isAway = isIdle || this.#isLocked;
    if (isAway !== this.#isAway) {
      this.#isAway = isAway;
      this.#door.tell(!isAway, this.#isLocked);
    }
    this.#wait();
  }

  #wait(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#idleMs === 0 || this.#isAway) return;
    const restMs = this.#touchedAt + this.#idleMs - this.#door.now();
    this.#cancel = this.#door.after(Math.max(1, restMs), () => {
      this.#cancel = undefined;
      this.#look();
    });
  }
}
