// When something is told that may change faster than it should be told: at once if it was not told just now, else as soon
// as it may be. Pure: the clock is handed in.

/** Told so often at most, and no faster than so. */
const EVERY_MS = 250;
const CHARACTERS_PER_MS = 64;

export type PaceDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
};

export class Pace {
  #door: PaceDoor;
  #tell: () => number;
  #mayAt = 0;
  #cancel: (() => void) | undefined;

  /** `tell` says it as it is then, and how many characters that took. */
  constructor(door: PaceDoor, tell: () => number) {
    this.#door = door;
    this.#tell = tell;
  }

  now(): void {
    this.stop();
    const characters = this.#tell();
    this.#mayAt = this.#door.now() + Math.max(EVERY_MS, characters / CHARACTERS_PER_MS);
  }

  soon(): void {
    if (this.#cancel) return;
    const waitMs = this.#mayAt - this.#door.now();
    if (waitMs <= 0) this.now();
    else this.#cancel = this.#door.after(waitMs, () => this.now());
  }

  /** What was due is not told. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
