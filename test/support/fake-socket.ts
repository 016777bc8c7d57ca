// A connection without a line: what the relay sends is handed over at once, and there is room for more
// unless the test says otherwise.

import type { SendResult, Socket } from '../../relay/live/peer.ts';

/** `hears`: what a test wants of it. Unless told otherwise, a connection that is closed fails the test. */
export function createFakeSocket(
  hears: {
    text?(data: string): SendResult | void;
    bytes?(data: Uint8Array): void;
    subscribed?(is: boolean): void;
    closed?(why: string): void;
    waiting?(): number;
  } = {},
): Socket {
  return {
    text(data) {
      return hears.text?.(data) ?? 'sent';
    },
    bytes(data) {
      hears.bytes?.(data);
      return 'sent';
    },
    subscribe: () => hears.subscribed?.(true),
    unsubscribe: () => hears.subscribed?.(false),
    waiting: () => hears.waiting?.() ?? 0,
    close(why) {
      if (!hears.closed) throw new Error(`closed: ${why}`);
      hears.closed(why);
    },
  };
}
