// Listeners and timers of one capture: every one passes the guard, and one call ends them all (LV8).

export type Task<A extends unknown[]> = (...args: A) => void;
export type Guard = <A extends unknown[]>(task: Task<A>) => Task<A>;

export type Listening = {
  /** The result ends this one early. */
  on<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): () => void;
  /** For tasks that only note something: of events that a page may have thousands of, and what its time says costs more. */
  hear<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): () => void;
  /** Also called early by stop(): whatever an observer or a patch has to undo. The result forgets it. */
  whenStopped(task: () => void): () => unknown;
  every(ms: number, task: () => void): void;
  after(ms: number, task: () => void): void;
  readonly isStopped: boolean;
  stop(): void;
};

/** `safe`, `counted`: what a task goes through, and one that is not worth the clock (capture.ts). */
export function createListening(safe: Guard, counted: Guard): Listening {
  const undo = new Set<() => void>();
  /** What is listened to may go long before the capture does: a shadow root that the page has thrown away would be kept
   * here, and all that is in it. Nor is the listener held on to, which knows it: that is kept by what it listens to. */
  const gone = new FinalizationRegistry<() => void>((off) => undo.delete(off));
  let isStopped = false;
  const listen = (target: EventTarget, type: string, listener: EventListener) => {
    const options = { capture: true, passive: true };
    target.addEventListener(type, listener, options);
    const listened = new WeakRef(target);
    const listening = new WeakRef(listener);
    const off = () => {
      undo.delete(off);
      listened.deref()?.removeEventListener(type, listening.deref() ?? null, options);
    };
    undo.add(off);
    gone.register(target, off);
    return off;
  };
  const listening: Listening = {
    // The caller names the event's class, which follows from its type.
    on: (target, type, task) => listen(target, type, safe(task) as EventListener),
    hear: (target, type, task) => listen(target, type, counted(task) as EventListener),
    whenStopped(task) {
      undo.add(task);
      return () => undo.delete(task);
    },
    every(ms, task) {
      const timer = setInterval(safe(task), ms);
      undo.add(() => clearInterval(timer));
    },
    after(ms, task) {
      const cancel = () => clearTimeout(timer);
      const timer = setTimeout(
        safe(() => {
          undo.delete(cancel);
          task();
        }),
        ms,
      );
      undo.add(cancel);
    },
    get isStopped() {
      return isStopped;
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      for (const task of undo) safe(task)();
      undo.clear();
    },
  };
  return listening;
}
