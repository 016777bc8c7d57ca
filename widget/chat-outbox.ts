// What the visitor has written and the relay has not taken yet. One message at a time is on its way, so that they come in
// the order in which they were written; it is sent again after every welcome until it is answered. Pure: link, store and
// clock are handed in.
//
// Easy to get wrong: another tab of this site sends the same messages. That is harmless, for the relay stores each id
// once, but what one tab hears of a message the other must do without: whoever sees it in the conversation drops it here.

import type { NotDone } from '../protocol/chat.ts';
import { uuidv7 } from '../protocol/uuid.ts';

/** `why`: the relay will never take it; the visitor says what becomes of it. `seq`: taken, and not seen yet in the
 * conversation. */
export type Waiting = { id: string; at: number; text: string; why?: NotDone; seq?: number };

export type OutboxDoor = {
  /** False: there is no link. */
  send(waiting: Waiting): boolean;
  put(waiting: Waiting): void;
  remove(id: string): void;
  after(delayMs: number, task: () => void): () => void;
  now(): number;
  random(bytes: Uint8Array<ArrayBuffer>): unknown;
  changed(): void;
};

/** Between tries of what the relay can't do now. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export type Outbox = {
  /** In the order of writing. */
  readonly waiting: readonly Waiting[];
  add(text: string): void;
  /** What was stored by an earlier page. */
  restore(stored: readonly Waiting[]): void;
  online(isOnline: boolean): void;
  answered(id: string, seq: number | undefined, why: NotDone | undefined): void;
  /** These are in the conversation. */
  seen(ids: ReadonlySet<string>): void;
  /** To try again what was refused is to drop it and to write it anew: whatever was wrong may have been its id. */
  drop(id: string): void;
};

export function createOutbox(door: OutboxDoor): Outbox {
  let waiting: Waiting[] = [];
  let isOnline = false;
  /** Of the one that is on its way. */
  let sent: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let cancelPause: (() => void) | undefined;
  let lastAt = 0;

  const next = () => {
    if (!isOnline || sent || cancelPause) return;
    const first = waiting.find(({ why, seq }) => !why && seq === undefined);
    if (first && door.send(first)) sent = first.id;
  };
  const endPause = () => {
    cancelPause?.();
    cancelPause = undefined;
  };
  const change = (id: string, how: (one: Waiting) => Waiting | undefined) => {
    waiting = waiting.flatMap((one) => (one.id === id ? (how(one) ?? []) : one));
    door.changed();
  };

  return {
    get waiting() {
      return waiting;
    },
    add(text) {
      // Ids are in the order of their times: so that two of one millisecond stay in theirs.
      const at = (lastAt = Math.max(door.now(), lastAt + 1));
      const one = { id: uuidv7(at, door.random), at, text };
      waiting = [...waiting, one];
      door.put(one);
      next();
      door.changed();
    },
    restore(stored) {
      const known = new Set(waiting.map(({ id }) => id));
      // Before what was written while they were read.
      waiting = [...stored.filter(({ id }) => !known.has(id)), ...waiting];
      lastAt = Math.max(lastAt, ...waiting.map(({ at }) => at));
      next();
      door.changed();
    },
    online(now) {
      isOnline = now;
      sent = undefined;
      endPause();
      next();
    },
    answered(id, seq, why) {
      if (id === sent) sent = undefined;
      if (seq !== undefined) {
        pauseMs = FIRST_PAUSE_MS;
        door.remove(id);
        change(id, (one) => ({ ...one, seq }));
      } else if (why === 'unavailable' || why === 'too-many') {
        cancelPause ??= door.after(pauseMs, () => {
          cancelPause = undefined;
          next();
        });
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      } else if (why)
        change(id, (one) => {
          const failed = { ...one, why };
          door.put(failed);
          return failed;
        });
      next();
    },
    seen(ids) {
      const here = waiting.filter(({ id }) => ids.has(id));
      if (here.length === 0) return;
      for (const { id, seq } of here) {
        if (seq === undefined) door.remove(id);
        if (id === sent) sent = undefined;
      }
      waiting = waiting.filter((one) => !here.includes(one));
      next();
      door.changed();
    },
    drop(id) {
      door.remove(id);
      change(id, () => undefined);
    },
  };
}
