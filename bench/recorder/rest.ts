// When the page is at rest: nothing was put out for a while, and the main thread was never late in all that time. Long work
// without an output, in one piece or in many, is no rest.

import './systems/system.ts';

declare global {
  /** True: at rest for `restMs`. False: not within `mostMs`. */
  var recorderRest: (restMs: number, mostMs: number) => Promise<boolean>;
}

const LOOK_EVERY_MS = 20;
/** A look that is so late was kept waiting by work. */
const LATE_MS = 60;

globalThis.recorderRest = (restMs, mostMs) =>
  new Promise((resolve) => {
    const began = performance.now();
    let since = began;
    let lookedAt = began;
    const look = () => {
      const now = performance.now();
      if (now - lookedAt > LATE_MS) since = now;
      lookedAt = now;
      since = Math.max(since, globalThis.recorderSystem?.toldAt ?? 0);
      if (now - since >= restMs) return resolve(true);
      if (now - began >= mostMs) return resolve(false);
      setTimeout(look, LOOK_EVERY_MS);
    };
    look();
  });
