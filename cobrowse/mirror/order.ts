// Which ordered frames of a room may be applied, and when to ask the relay for what is missing. Pure: time is handed in
// as a timer, the question as a callback.
//
// Rules (test/unit/mirror-order.test.ts quotes them):
//   [MO1] A frame is taken when its sequence is the next one. One at or below the last is a duplicate and is dropped.
//   [MO2] Any other is a gap: it is dropped, and history from the last good sequence is asked for once.
//   [MO3] Until history comes every ordered frame is dropped; if none comes for `retryMs`, it is asked for again.
//   [MO4] Between history(from, to) and the frame `to`, holes are fine. The first frame after `to` must be `to`+1; if it
//         is not, the end of the history was lost, and is asked for again from the last frame that came.
//   [MO5] history from 0 starts over: what was known is forgotten, even if its sequence was higher.
//   [MO6] history that begins after the last good sequence leaves a hole: it is a gap like any other.
//   [MO7] head(n) above the last good sequence, outside of a history, is a gap; inside, it ends one that it covers.

export const RETRY_MS = 2000;

export type OrderOptions = {
  ask(from: number): void;
  /** Calls back once after `ms`; returns how to prevent it. */
  later(ms: number, run: () => void): () => void;
  /** A history from 0 begins: what is shown is from before. */
  forget(): void;
  /** It is complete: what it did not bring is gone. Called before the frame that completes it is applied. */
  complete(): void;
};

export type Order = {
  /** True: apply the frame. */
  take(sequence: number): boolean;
  history(from: number, to: number): void;
  head(sequence: number): void;
  readonly sequence: number;
  /** The end of a history that is under way, else the same. */
  readonly told: number;
  readonly gaps: number;
  /** A history from 0 is coming in, and more of it is due. */
  readonly isAnew: boolean;
  close(): void;
};

type State =
  | { kind: 'flowing' }
  /** A question is out. */
  | { kind: 'asked'; cancel: () => void }
  /** Frames up to `to` come with holes. */
  | { kind: 'history'; to: number };

export function createOrder(options: OrderOptions): Order {
  let state: State = { kind: 'flowing' };
  let sequence = 0;
  let gaps = 0;
  let closed = false;
  /** A history from 0 is not complete yet; it may come in several parts. */
  let isAnew = false;

  const enter = (next: State) => {
    if (state.kind === 'asked') state.cancel();
    state = next;
  };
  const ask = () => {
    if (closed) return;
    enter({ kind: 'asked', cancel: options.later(RETRY_MS, ask) });
    options.ask(sequence);
  };
  const gap = () => {
    if (state.kind === 'asked') return;
    gaps++;
    ask();
  };
  const endHistory = () => {
    if (state.kind !== 'history') return;
    sequence = Math.max(sequence, state.to);
    enter({ kind: 'flowing' });
    if (isAnew) options.complete();
    isAnew = false;
  };

  return {
    get sequence() {
      return sequence;
    },
    get told() {
      return state.kind === 'history' ? Math.max(state.to, sequence) : sequence;
    },
    get gaps() {
      return gaps;
    },
    get isAnew() {
      return isAnew;
    },
    take(next) {
      if (next <= sequence) return false;
      if (state.kind === 'history') {
        if (next <= state.to) {
          sequence = next;
          if (next === state.to) endHistory();
          return true;
        }
        if (next === state.to + 1) endHistory();
      }
      if (state.kind === 'flowing' && next === sequence + 1) {
        sequence = next;
        return true;
      }
      gap();
      return false;
    },
    history(from, to) {
      if (from === 0) {
        sequence = 0;
        isAnew = true;
        enter({ kind: 'history', to });
        options.forget();
        if (to === 0) endHistory();
        return;
      }
      if (from > sequence) {
        gap();
        return;
      }
      enter({ kind: 'history', to });
      if (to <= sequence) endHistory();
    },
    head(last) {
      if (state.kind === 'history') {
        if (last < state.to) return;
        endHistory();
      }
      if (last > sequence) gap();
    },
    close() {
      closed = true;
      enter({ kind: 'flowing' });
    },
  };
}
