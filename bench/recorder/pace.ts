// In which turns of the page a workload does its steps.

/** In an animation frame, as animations and scrolling views do. */
export function frame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

/** In a task of its own after the next frame, as what a user or a socket brings. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        port1.close();
        resolve();
      };
      port1.postMessage(0);
    });
  });
}

/** Park and Miller's generator: the same work in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
