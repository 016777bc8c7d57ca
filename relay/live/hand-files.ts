// Files that operators hand over to visitors, on their way: in memory only, each for one room, from when the last byte has
// come until the visitor has answered, and never for long. Names and types are not known here; they travel in the act.
//
//   POST /api/hand/file → begin → keep → act giveFile (holds) → the visitor's GET → take … answered → drop
//
// Easy to get wrong: bytes weigh from the first one on, since whoever sends decides how long that takes. An id alone is no
// leave to read: it is asked for with the proof of the visit that it is for.

import { LIMITS } from '../../protocol/limits.ts';

const MB = 1024 * 1024;
/** All that are kept or on their way. */
const MOST_BYTES = 64 * MB;
/** Of one operator, in all rooms. */
const MOST_OF_OPERATOR = 4;
/** A file of no bytes costs a place all the same. */
const LEAST_BYTES = 4096;
/** Two tabs that come at once, a fetch that broke off. */
const MOST_FETCHES = 4;

type Kept = {
  readonly room: string;
  readonly operator: string;
  readonly body: Uint8Array;
  readonly until: number;
  fetches: number;
};

export type HandFilesDoor = { now(): number; randomId(): string };

export class HandFiles {
  #door: HandFilesDoor;
  #bytes = 0;
  #kept = new Map<string, Kept>();

  constructor(door: HandFilesDoor) {
    this.#door = door;
  }

  /** Takes room for a body that is to come; undefined: there is none. What it returns gives it back. */
  begin(bytes: number): (() => void) | undefined {
    const weight = Math.max(bytes, LEAST_BYTES);
    if (this.#bytes + weight > MOST_BYTES) return undefined;
    this.#bytes += weight;
    let isOver = false;
    return () => {
      if (!isOver) this.#bytes -= weight;
      isOver = true;
    };
  }

  /** Its id. `over` is the one that `begin` gave, and is called here once the bytes weigh as kept. */
  keep(of: { room: string; operator: string }, body: Uint8Array, over: () => void): string | 'too-many' {
    const waiting = [...this.#kept.values()].filter(({ operator }) => operator === of.operator);
    if (waiting.length >= MOST_OF_OPERATOR) return 'too-many';
    over();
    const id = this.#door.randomId();
    this.#bytes += Math.max(body.byteLength, LEAST_BYTES);
    this.#kept.set(id, { ...of, body, until: this.#door.now() + LIMITS.handFileMs, fetches: 0 });
    return id;
  }

  /** Does this operator have such a file for this room? */
  has(id: string, of: { room: string; operator: string }, bytes: number): boolean {
    const kept = this.#kept.get(id);
    return kept?.room === of.room && kept.operator === of.operator && kept.body.byteLength === bytes;
  }

  /** Whose it is. Undefined: not here, or of another room. */
  ownerOf(id: string, room: string): string | undefined {
    const kept = this.#kept.get(id);
    return kept?.room === room && kept.until > this.#door.now() ? kept.operator : undefined;
  }

  /** For the visitor of this room. */
  take(id: string, room: string): Uint8Array | undefined {
    const kept = this.ownerOf(id, room) === undefined ? undefined : this.#kept.get(id);
    if (!kept || kept.fetches >= MOST_FETCHES) return undefined;
    kept.fetches++;
    return kept.body;
  }

  /** The visitor has answered. */
  drop(id: string): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    this.#bytes -= Math.max(kept.body.byteLength, LEAST_BYTES);
  }

  /** The room has ended. */
  dropRoom(room: string): void {
    for (const [id, kept] of this.#kept) if (kept.room === room) this.drop(id);
  }

  /** Once a second. */
  tick(): void {
    const now = this.#door.now();
    for (const [id, { until }] of this.#kept) if (until <= now) this.drop(id);
  }

  get bytes(): number {
    return this.#bytes;
  }
}
