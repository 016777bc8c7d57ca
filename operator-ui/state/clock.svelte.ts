// Now, for everything that ticks. One timer for the whole console, and only while something on screen reads it. `now`
// is this browser's clock; `relayNow` is the relay's, which all times in the live list are told by: an operator's
// wrong clock must not show "minus two hours on site".

import { createSubscriber } from 'svelte/reactivity';

export class Clock {
  #tick = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });
  #offsetMs = $state(0);

  /** The relay said that it is `relayNow` there. */
  set(relayNow: number): void {
    this.#offsetMs = relayNow - Date.now();
  }

  get now(): number {
    this.#tick();
    return Date.now();
  }

  get relayNow(): number {
    return this.now + this.#offsetMs;
  }
}
