// The numbers of a console's acts: up from 1 by themselves, and from 1 again with each connection, as the relay keeps them.
// One count for all rooms, so that it does not matter whether the relay counts by room or by connection.

export class ActNumbers {
  #last = 0;

  next(): number {
    return ++this.#last;
  }

  /** A new connection. */
  restart(): void {
    this.#last = 0;
  }
}
