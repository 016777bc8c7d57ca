// Acts are done one after another, as they came: one that waits holds up those behind it. It waits for a frame of another
// origin that has not answered the one before, for what answers there to be loaded, and for a moment while the visitor is in
// the middle of something (whose focus it then is: turns.ts).
//
// Easy to get wrong: an act for which nothing is to be waited is begun at once, in the order of the calls. One that had to
// wait may not be allowed any more when its turn has come, and what letting go has overtaken is not done at all.

import { refuse, type Refusal } from './target.ts';

export type Waiting<T> = {
  /** Why it may not be done, or not any more. Asked when its turn has come. */
  stopped(): Refusal | undefined;
  /** For the visitor. `isLate`: it, or one that came after it, has waited as long as acts do. */
  mustWait(isLate: boolean): boolean;
  begin(): T | Promise<T>;
};

export type Order = {
  take<T extends object>(act: Waiting<T>): T | Refusal | Promise<T | Refusal>;
  /** Acts wait for this, unless they wait for one another already. Must not fail. */
  holdFor(task: Promise<unknown>): void;
  /** What waits is not done any more. */
  letGo(): void;
};

/** Acts behind one that a frame has not answered. */
const MOST_WAITING = 500;
/** Beyond it, it would be done when nobody expects it any more. Longer than the visitor is busy after a key. */
const MAX_WAIT_MS = 1000;
/** For the visitor's hand to come off a key. */
const MAX_KEY_MS = 500;
const QUIET_EVERY_MS = 30;

export function createOrder(after: (ms: number, task: () => void) => () => void): Order {
  let pending: Promise<unknown> | undefined;
  let waiting = 0;
  /** Of what waits: letting go ends it. */
  let spell = 0;
  /** What came before has waited for long enough: of many keys one wait, and not one each. */
  let lateBefore = -Infinity;

  const pause = () => new Promise<void>((resolve) => after(QUIET_EVERY_MS, resolve));
  const isOver = (task: Promise<unknown>) => {
    if (pending === task) pending = undefined;
  };

  return {
    take<T extends object>({ stopped, mustWait, begin }: Waiting<T>) {
      const mine = spell;
      const came = performance.now();
      const isLate = () => {
        const now = performance.now();
        if (now >= came + MAX_WAIT_MS) lateBefore = now;
        return came < lateBefore;
      };
      const inTurn = async () => {
        await pending;
        const until = Math.max(came + MAX_WAIT_MS, performance.now()) + MAX_KEY_MS;
        while (mine === spell && performance.now() < until && mustWait(isLate())) await pause();
        waiting--;
        // Let go of meanwhile, whoever still may: it is late.
        return stopped() ?? (mine === spell ? begin() : refuse('not-granted'));
      };
      let found: T | Refusal | Promise<T | Refusal>;
      if (!pending && !mustWait(false)) found = stopped() ?? begin();
      else if (waiting >= MOST_WAITING) return refuse('too-fast');
      else {
        waiting++;
        found = inTurn();
      }
      if (!('then' in found)) return found;
      const last = found.catch(() => refuse('failed'));
      pending = last;
      void last.then(() => isOver(last));
      return last;
    },
    holdFor(task) {
      pending ??= task;
      void task.then(() => isOver(task));
    },
    letGo() {
      spell++;
    },
  };
}
