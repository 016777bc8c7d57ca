// What the visitor has written and the relay has not taken yet. One message at a time is on its way, so that they come in
// the order in which they were written; it is sent again after every welcome until it is answered. Pure: link, store and
// clock are handed in.
//
// Files go over their own way (chat-files.ts) and the message that names them when they are there; what is written meanwhile
// does not wait for them. What was chosen and not sent is kept as well, as a draft that takes the next text along.
//
// Easy to get wrong: another tab of this site sends the same messages. That is harmless, for the relay stores each id
// once, but what one tab hears of a message the other must do without: whoever sees it in the conversation drops it here.

import type { NotDone } from '../protocol/chat.ts';
import type { FileRefusal } from '../protocol/files.ts';
import { LIMITS } from '../protocol/limits.ts';
import { uuidv7 } from '../protocol/uuid.ts';

/** `why`: the relay will never take it; the visitor says what becomes of it. `seq`: taken, and not seen yet in the
 * conversation. */
export type Waiting = {
  id: string;
  at: number;
  text: string;
  files?: readonly WaitingFile[];
  isDraft?: boolean;
  why?: NotDone | FileRefusal;
  seq?: number;
};

export type WaitingFile = {
  id: string;
  name: string;
  bytes: number;
  type: string;
  blob: Blob;
  /** Of a picture. */
  width?: number | undefined;
  height?: number | undefined;
  /** The relay has it, and has found nothing wrong with it. */
  isReady?: boolean;
  why?: FileRefusal;
};

export type ChosenFile = Omit<WaitingFile, 'id' | 'isReady' | 'why'>;

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
  /** Chosen, to go with the next text. */
  readonly chosen: readonly WaitingFile[];
  /** False: that would be too much. */
  choose(files: readonly ChosenFile[]): boolean;
  unchoose(file: string): void;
  /** With what was chosen. */
  add(text: string): void;
  /** What has become of a file on its way. */
  fileIs(file: string, now: { isReady: true } | { why: FileRefusal }): void;
  /** What was refused, anew. */
  again(id: string): void;
  /** What was stored by an earlier page. */
  restore(stored: readonly Waiting[]): void;
  online(isOnline: boolean): void;
  answered(id: string, seq: number | undefined, why: NotDone | undefined): void;
  /** These are in the conversation. */
  seen(ids: ReadonlySet<string>): void;
  drop(id: string): void;
};

/** Of all that waits: a browser keeps no more for a site on a phone that is nearly full. */
const MOST_BYTES = 100 * 1024 * 1024;

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
    const first = waiting.find(
      ({ isDraft, why, seq, files = [] }) =>
        !isDraft && !why && seq === undefined && files.every((file) => file.isReady),
    );
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

  // Ids are in the order of their times: so that two of one millisecond stay in theirs.
  const moment = () => (lastAt = Math.max(door.now(), lastAt + 1));
  const makeId = (at = moment()) => uuidv7(at, door.random);
  const draft = () => waiting.find(({ isDraft }) => isDraft);
  const put = (one: Waiting) => {
    waiting = [...waiting.filter(({ id }) => id !== one.id), one];
    door.put(one);
    next();
    door.changed();
  };
  const drop = (id: string) => {
    door.remove(id);
    change(id, () => undefined);
  };

  return {
    get waiting() {
      return waiting.filter(({ isDraft }) => !isDraft);
    },
    get chosen() {
      return draft()?.files ?? [];
    },
    choose(chosen) {
      const { id, files = [] } = draft() ?? {};
      const all = [...files, ...chosen.map((file) => ({ ...file, id: makeId() }))];
      const bytes = [...waiting.flatMap((one) => one.files ?? []), ...chosen].reduce(
        (sum, file) => sum + file.bytes,
        0,
      );
      if (all.length > LIMITS.maxFilesPerMessage || bytes > MOST_BYTES) return false;
      const at = moment();
      put({ id: id ?? makeId(at), at, text: '', files: all, isDraft: true });
      return true;
    },
    unchoose(file) {
      const one = draft();
      const files = one?.files?.filter(({ id }) => id !== file) ?? [];
      if (one && files.length > 0) put({ ...one, files });
      else if (one) drop(one.id);
    },
    add(text) {
      const at = moment();
      const taken = draft();
      const files = taken?.files?.filter(({ why }) => !why) ?? [];
      if (taken && files.length === 0) drop(taken.id);
      if (text || files.length > 0)
        put({ id: taken && files.length > 0 ? taken.id : makeId(at), at, text, ...(files.length > 0 && { files }) });
    },
    fileIs(file, now) {
      const one = waiting.find(({ files = [] }) => files.some(({ id }) => id === file));
      if (!one) return;
      const files = one.files?.map((each) => (each.id === file ? { ...each, ...now } : each)) ?? [];
      const why = 'why' in now && !one.isDraft ? now.why : one.why;
      change(one.id, () => {
        const changed = { ...one, files, ...(why && { why }) };
        door.put(changed);
        return changed;
      });
      next();
    },
    again(id) {
      const one = waiting.find((each) => each.id === id);
      if (!one) return;
      drop(id);
      // Whatever was wrong may have been an id.
      const files = one.files?.map(({ isReady: _, why: __, ...file }) => ({ ...file, id: makeId() }));
      const at = moment();
      put({ id: makeId(at), at, text: one.text, ...(files && { files }) });
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
    drop,
  };
}
