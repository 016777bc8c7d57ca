// When capture works: tasks of its own between those of the page. Tests hold the pace in their own hands.

import type { Listening, Task } from './listening.ts';

export type Pace = {
  /** Longest slice of work, in ms; 0: one step each. */
  readonly sliceMs: number;
  /** Calls the task later, in a task of its own. `isSeen`: somebody waits for it, so it is the next one. */
  soon(task: () => void, isSeen: boolean): void;
  /** Calls the task after so many ms. */
  later(ms: number, task: () => void): void;
  /** Calls the task after the next animation frame has been drawn: the page is laid out then. */
  frame(task: () => void): void;
};

/** For each millisecond that capture took, so long is the page's before the same is done again: most of what a page changes
 * while it works hard it changes again. */
const REST_PER_MS = 19;
/** So late nobody minds. */
const MOST_REST_MS = 100;

/** How long to leave the page alone after something that took `ms`. */
export function restAfter(ms: number): number {
  return Math.min(ms * REST_PER_MS, MOST_REST_MS);
}

const SLICE_MS = 8;
/** Between slices that nobody waits for: half of the time is the page's. */
const REST_MS = 8;
/** Hidden pages have no frames, and frames of other origins that can't be seen have few. */
const NO_FRAME_MS = 100;

export function createPace(listening: Listening, safe: <A extends unknown[]>(task: Task<A>) => Task<A>): Pace {
  // A message of our own is the next task: a timer may be held back for longer, and a promise belongs to the page's task.
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  // One for each message: between two of them the page may work.
  port1.onmessage = safe(() => {
    const task = tasks.shift();
    if (!listening.isStopped) task?.();
  });
  listening.whenStopped(() => port1.close());

  const next = (task: () => void) => {
    tasks.push(task);
    port2.postMessage(0);
  };

  const drawing = (task: () => void) => {
    let isDone = false;
    const run = safe(() => {
      if (isDone || listening.isStopped) return;
      isDone = true;
      clearTimeout(timer);
      task();
    });
    const timer = setTimeout(run, NO_FRAME_MS);
    requestAnimationFrame(run);
  };

  return {
    sliceMs: SLICE_MS,
    soon(task, isSeen) {
      if (isSeen) next(task);
      else listening.after(REST_MS, task);
    },
    later: listening.after,
    frame: (task) => drawing(() => next(task)),
  };
}
