// What an operator's fingers on the picture mean, where there is no mouse: pure, with time from outside.
//
//   a tap                       a click                    a finger that moves         scrolls the page
//   held, and let go            the secondary button       held, and then moved        a drag
//   two fingers                 move the picture itself; apart or together: larger or as it fits
//
// Easy to get wrong: a hand that puts down a second finger has moved the first one a little already; and whatever was begun
// must end when the browser takes the fingers away.

export type Finger = { clientX: number; clientY: number };

export type TouchDoor<F extends Finger> = {
  click(at: F, button: 0 | 2): void;
  down(at: F): void;
  drag(at: F): void;
  up(at: F): void;
  scroll(at: F, dx: number, dy: number): void;
  /** The picture, not the page. */
  pan(dx: number, dy: number): void;
  zoom(way: 'in' | 'out'): void;
  /** The finger has been held: what follows is another thing. */
  held(): void;
  after(ms: number, task: () => void): () => void;
};

/** A finger that moves further wants to scroll. */
const TAP_PIXELS = 8;
const HOLD_MS = 500;
/** Fingers that go apart or together by so much of their distance. */
const PINCH = 1.25;

type State<F> =
  | { kind: 'none' }
  | { kind: 'pressed' | 'held' | 'scroll' | 'drag'; id: number; from: F }
  | { kind: 'pair'; distance: number; x: number; y: number };

export class TouchInput<F extends Finger> {
  #door: TouchDoor<F>;
  #fingers = new Map<number, F>();
  #state: State<F> = { kind: 'none' };
  #stopHold = () => {};

  constructor(door: TouchDoor<F>) {
    this.#door = door;
  }

  pointer(id: number, at: F, isDown: boolean): void {
    const isNew = !this.#fingers.has(id);
    if (isDown) this.#fingers.set(id, at);
    else this.#fingers.delete(id);
    if (isDown && isNew) this.#came(id, at);
    else if (isDown) this.#moved(id, at);
    else if (!isNew) this.#left(id, at);
  }

  cancel(): void {
    const state = this.#state;
    this.#fingers.clear();
    this.#set({ kind: 'none' });
    if (state.kind === 'drag') this.#door.up(state.from);
  }

  #set(state: State<F>): void {
    this.#stopHold();
    this.#stopHold = () => {};
    this.#state = state;
  }

  #came(id: number, from: F): void {
    if (this.#fingers.size === 1) {
      this.#set({ kind: 'pressed', id, from });
      this.#stopHold = this.#door.after(HOLD_MS, () => {
        this.#set({ kind: 'held', id, from });
        this.#door.held();
      });
    } else if (this.#state.kind !== 'drag' && this.#fingers.size === 2) this.#set({ kind: 'pair', ...this.#pair() });
  }

  #moved(id: number, at: F): void {
    const state = this.#state;
    if (state.kind === 'pair') return this.#pulled(state);
    if (state.kind === 'none' || state.id !== id) return;
    const dx = at.clientX - state.from.clientX;
    const dy = at.clientY - state.from.clientY;
    const isTap = Math.hypot(dx, dy) < TAP_PIXELS;
    if (state.kind === 'drag') {
      this.#set({ ...state, from: at });
      this.#door.drag(at);
    } else if (state.kind === 'held' && !isTap) {
      this.#door.down(state.from);
      this.#set({ kind: 'drag', id, from: at });
      this.#door.drag(at);
    } else if (state.kind === 'scroll' || (state.kind === 'pressed' && !isTap)) {
      this.#set({ kind: 'scroll', id, from: at });
      this.#door.scroll(at, -dx, -dy);
    }
  }

  #pulled(state: State<F> & { kind: 'pair' }): void {
    if (this.#fingers.size !== 2) return;
    const { distance, x, y } = this.#pair();
    this.#door.pan(state.x - x, state.y - y);
    const by = distance / state.distance;
    if (by > PINCH || by < 1 / PINCH) this.#door.zoom(by > 1 ? 'in' : 'out');
    this.#set({ kind: 'pair', x, y, distance: by > PINCH || by < 1 / PINCH ? distance : state.distance });
  }

  #left(id: number, at: F): void {
    const state = this.#state;
    // The other of two fingers means nothing by itself.
    if (state.kind === 'pair' ? this.#fingers.size > 0 : state.kind === 'none' || state.id !== id) return;
    this.#set({ kind: 'none' });
    if (state.kind === 'pressed') this.#door.click(at, 0);
    else if (state.kind === 'held') this.#door.click(at, 2);
    else if (state.kind === 'drag') this.#door.up(at);
  }

  #pair(): { distance: number; x: number; y: number } {
    const [a, b = a] = [...this.#fingers.values()];
    if (!a || !b) return { distance: 1, x: 0, y: 0 };
    return {
      distance: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
      x: (a.clientX + b.clientX) / 2,
      y: (a.clientY + b.clientY) / 2,
    };
  }
}
