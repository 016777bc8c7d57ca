// What the operator has quoted of a visitor's page: elements in words and in pictures, kept for as long as the room is open
// here. Whoever wants them (a conversation) takes them with `takenBy`; until somebody does, they wait in this list.

/** `scale`: its pixels for one of the visitor's CSS pixels. */
export type QuotePicture = { blob: Blob; width: number; height: number; scale: number };

export type Quote = {
  readonly id: string;
  /** Local time. */
  readonly at: number;
  readonly url: string;
  readonly title: string;
  /** The element in words. */
  readonly what: string;
  /** What can be read in it, masked as the mirror has it. */
  readonly text: string;
  readonly node: number;
  /** `missing`: it could not be drawn. */
  readonly picture: 'drawing' | 'missing' | QuotePicture;
};

/** With a picture of some hundred kilobytes each. */
const MAX_QUOTES = 20;

export class Quotes {
  #list = $state.raw<readonly Quote[]>([]);
  #share = $state(0);
  #taker: ((quote: Quote) => void) | undefined;

  /** The newest first. */
  get list(): readonly Quote[] {
    return this.#list;
  }
  get drawing(): Quote | undefined {
    return this.#list.find(({ picture }) => picture === 'drawing');
  }
  /** How far the one is that is being drawn, 0 to 1. */
  get share(): number {
    return this.#share;
  }

  /** Its picture follows. */
  begin(said: Omit<Quote, 'id' | 'at' | 'picture'>): string {
    const id = [...crypto.getRandomValues(new Uint8Array(12))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
    this.#share = 0;
    this.#list = [{ ...said, id, at: Date.now(), picture: 'drawing' as const }, ...this.#list].slice(0, MAX_QUOTES);
    return id;
  }

  progress(share: number): void {
    this.#share = share;
  }

  finish(id: string, picture: QuotePicture | undefined): void {
    const found = this.#list.find((each) => each.id === id);
    // Deleted meanwhile.
    if (!found) return;
    const done: Quote = { ...found, picture: picture ?? 'missing' };
    this.#list = this.#list.map((each) => (each.id === id ? done : each));
    this.#taker?.(done);
  }

  remove(id: string): void {
    this.#list = this.#list.filter((each) => each.id !== id);
  }

  clear(): void {
    this.#list = [];
  }

  /** Every quote that is whole, from now on and those that wait, oldest first. Returns the end of it. */
  takenBy(taker: (quote: Quote) => void): () => void {
    this.#taker = taker;
    for (const quote of [...this.#list].reverse()) if (quote.picture !== 'drawing') taker(quote);
    return () => {
      if (this.#taker === taker) this.#taker = undefined;
    };
  }
}
