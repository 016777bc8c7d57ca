// Uploads under way. Their bytes are held in memory until the last one is here, and whoever sends decides how long that
// takes: so each takes its place before the first byte, for its whole length, and there are only so many places.

const MB = 1024 * 1024;
/** Short ones cost a connection all the same. */
const LEAST_BYTES = 64 * 1024;

/** A page sends two at a time, and a visitor has some tabs. */
const MOST_OF_ROOM = 32 * MB;
/** An office behind one address has several visitors. */
const MOST_OF_ADDRESS = 64 * MB;
const MOST = 256 * MB;

export class Uploads {
  #bytes = 0;
  #held = new Map<object | string, number>();

  /** `room`: or whoever else it is for. Undefined: no place now. Else to be called when it is over, however it ended. */
  begin(room: object | string, address: string, bytes: number): (() => void) | undefined {
    const weight = Math.max(bytes, LEAST_BYTES);
    if (
      this.#bytes + weight > MOST ||
      this.of(room) + weight > MOST_OF_ROOM ||
      (this.#held.get(address) ?? 0) + weight > MOST_OF_ADDRESS
    )
      return undefined;
    this.#add(room, address, weight);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#add(room, address, -weight);
    };
  }

  /** Bytes on their way to this room. */
  of(room: object | string): number {
    return this.#held.get(room) ?? 0;
  }

  #add(room: object | string, address: string, weight: number): void {
    this.#bytes += weight;
    for (const owner of [room, address]) {
      const held = (this.#held.get(owner) ?? 0) + weight;
      if (held > 0) this.#held.set(owner, held);
      else this.#held.delete(owner);
    }
  }
}
