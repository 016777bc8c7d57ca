// Listeners and timers of one capture: every one passes the guard, and one call ends them all (L8).

export type Task<A extends unknown[]> = (...args: A) => void;

export type Listening = {
  /** The result ends this one early. */
  on<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): () => void;
  /** Also called early by stop(): whatever an observer or a patch has to undo. The result forgets it. */
  whenStopped(task: () => void): () => unknown;
  every(ms: number, task: () => void): void;
  after(ms: number, task: () => void): void;
  readonly isStopped: boolean;
  stop(): void;
};

export function createListening(safe: <A extends unknown[]>(task: Task<A>) => Task<A>): Listening {
  const undo = new Set<() => void>();
  /** What is listened to may go long before the capture does: a shadow root that the page has thrown away would be kept
   * here, and all that is in it. Nor is the listener held on to, which knows it: that is kept by what it listens to. */
  const gone = new FinalizationRegistry<() => void>((off) => undo.delete(off));
  let isStopped = false;
  const listening: Listening = {
    on(target, type, task) {
      // The caller names the event's class, which follows from its type.
      const listener = safe(task) as EventListener;
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
    },
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
