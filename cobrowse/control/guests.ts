// Frames of other origins whose pages have a hand of their own (cobrowse/frame-hand.ts), from the side of the page around
// them: one line to each, over a port of its own. What is asked there is answered once, or not in time; what it tells of
// itself (where nodes are, that the visitor is using it, Escape) is believed as far as it can do no harm here.
//
// A node that only its own page can reach has a stand-in here: a node of ours in no document, which marks can keep as they
// keep any other. The frame says where the real one is for as long as somebody asks.
//
// Easy to get wrong: a frame may be hostile, or hang. Every message is checked and their number bounded; a frame that did
// not answer in time is not waited for again until it says something.

import { fromFrame, type FromFrame, type ToFrame } from '../../protocol/frame-hand.ts';
import type { Outcome } from '../../protocol/hand.ts';
import type { Guest } from '../capture/frames.ts';
import type { boxOutOf, insideOf } from './places.ts';

/** Until its file is there, and until it has done what it was asked. */
const READY_MS = 8000;
const ANSWER_MS = 3000;
/** Honest ones send a box for each of the browser's frames, and an answer for each act. */
const MOST_MESSAGES = 2000;
const MESSAGES_MS = 5000;
/** Nobody asks for it any more. */
const UNASKED_MS = 2000;
const MOST_WATCHED = 60;

export type Answer = FromFrame & { t: 'answer' };

export type Line = {
  readonly guest: Guest;
  readonly state: 'opening' | 'open' | 'none';
  /** Undefined: this frame's page lets nobody act in it, or it did not answer. */
  ask(message: (n: number) => ToFrame): Promise<Answer | 'none' | undefined>;
  tell(message: ToFrame): void;
};

export type Guests = {
  /** Frames come and go: called before each act. */
  look(): void;
  lineOf(node: number): Line | undefined;
  lineIn(frame: Element | undefined): Line | undefined;
  /** Undefined: no frame's. */
  standIn(node: number): Node | undefined;
  /** A number for it, not one of a captured node; undefined: no stand-in. */
  idOf(node: Node): number | undefined;
  /** `id` of a captured node, or of a stand-in. `isOurs` false: it is none of a frame's. */
  boxOf(id: number): { isOurs: boolean; box?: DOMRect; frame?: Element };
  /** Resolves when `boxOf` knows it, or never will. */
  located(node: number): Promise<void> | undefined;
  close(): void;
};

export type GuestsOptions = {
  guests(): Iterable<Guest>;
  guard: <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;
  after(ms: number, task: () => void): () => void;
  busy(isPress: boolean): void;
  escaped(): void;
  places: { boxOutOf: typeof boxOutOf; insideOf: typeof insideOf };
};

/** `node`: the stand-in. `asked`: when it last was. */
type Watched = {
  line: Open;
  node: Node;
  box: DOMRectReadOnly | undefined;
  isTold: boolean;
  told: (() => void)[];
  asked: number;
  isResting: boolean;
};
type Open = Line & {
  state: 'opening' | 'open' | 'none';
  /** By node, as they were numbered at the frame's last snapshot. */
  keys: Map<number, number>;
  snapshots: number;
  close(): void;
};

/** Of stand-ins: beyond those of captured nodes, which fit 32 bits. */
const FIRST_STAND_IN = 2 ** 33;

export function createGuests({ guests, guard, after, busy, escaped, places }: GuestsOptions): Guests {
  const lines = new Map<Guest, Open>();
  /** By key: what it is called on its line. */
  const watched = new Map<number, Watched>();
  const standIns = new WeakMap<Node, number>();
  let nextKey = 0;
  let isSweepDue = false;

  const open = (guest: Guest): Open => {
    const { port1: port, port2 } = new MessageChannel();
    const waiting = new Map<number, (answer: Answer | undefined) => void>();
    let n = 0;
    let messages = 0;
    let since = 0;
    let isSilent = false;
    let opened = () => {};
    const isOpen = new Promise<void>((resolve) => (opened = resolve));

    const close = () => {
      line.state = 'none';
      port.onmessage = null;
      port.close();
      opened();
      for (const settle of waiting.values()) settle(undefined);
      waiting.clear();
      for (const [key, one] of watched)
        if (one.line === line) {
          watched.delete(key);
          settled(one);
        }
    };

    const take = (message: FromFrame) => {
      switch (message.t) {
        case 'ready':
          line.state = 'open';
          return opened();
        case 'none':
          return close();
        case 'answer':
          waiting.get(message.n)?.(message);
          return;
        case 'boxes':
          for (const { key, box } of message.boxes) {
            const one = watched.get(key);
            // Another frame's.
            if (one?.line !== line) continue;
            one.box = box?.length === 4 ? new DOMRectReadOnly(...box) : undefined;
            settled(one);
          }
          return;
        case 'busy':
          return busy(message.isPress);
        case 'escape':
          return escaped();
      }
    };

    port.onmessage = guard(({ data }: MessageEvent) => {
      const now = performance.now();
      if (now - since > MESSAGES_MS) {
        since = now;
        messages = 0;
      }
      let message: FromFrame;
      try {
        if (++messages > MOST_MESSAGES) throw new Error();
        message = fromFrame(data, '');
      } catch {
        // Not ours to talk to.
        return close();
      }
      isSilent = false;
      take(message);
    });

    const line: Open = {
      guest,
      state: 'opening',
      keys: new Map(),
      snapshots: guest.snapshots,
      close,
      async ask(message) {
        if (line.state === 'opening') await isOpen;
        if (line.state !== 'open') return 'none';
        if (isSilent) return undefined;
        const number = ++n;
        return new Promise((resolve) => {
          const settle = (answer: Answer | undefined) => {
            cancel();
            waiting.delete(number);
            resolve(answer);
          };
          const cancel = after(ANSWER_MS, () => {
            isSilent = true;
            settle(undefined);
          });
          waiting.set(number, settle);
          port.postMessage(message(number));
        });
      },
      tell: (message) => line.state !== 'none' && port.postMessage(message),
    };
    after(READY_MS, () => line.state === 'opening' && close());
    guest.offer(port2);
    return line;
  };

  const settled = (one: Watched) => {
    one.isTold = true;
    for (const tell of one.told.splice(0)) tell();
  };

  /** What nobody asks for rests, and of too many the oldest is forgotten. */
  const sweep = () => {
    isSweepDue = false;
    const now = performance.now();
    for (const [key, one] of watched) {
      const isUnasked = now - one.asked > UNASKED_MS;
      const isForgotten = watched.size > MOST_WATCHED && (isUnasked || watched.size > 2 * MOST_WATCHED);
      if (!isForgotten && (!isUnasked || one.isResting)) continue;
      one.line.tell({ t: 'unwatch', key, isForgotten });
      one.isResting = true;
      if (isForgotten) watched.delete(key);
    }
    if ([...watched.values()].some(({ isResting }) => !isResting)) sweepLater();
  };
  const sweepLater = () => {
    if (isSweepDue) return;
    isSweepDue = true;
    after(UNASKED_MS, guard(sweep));
  };

  const asked = (key: number, one: Watched) => {
    one.asked = performance.now();
    if (one.isResting) {
      one.isResting = false;
      one.line.tell({ t: 'watch', key });
    }
    sweepLater();
    return one;
  };

  const look = () => {
    const now = new Set(guests());
    for (const guest of now) if (!lines.has(guest)) lines.set(guest, open(guest));
    for (const [guest, line] of lines)
      if (!now.has(guest)) {
        lines.delete(guest);
        line.close();
      }
  };

  const find = (test: (guest: Guest) => boolean) => {
    for (const [guest, line] of lines) if (test(guest)) return line;
    return undefined;
  };
  const lineOf = (node: number) => find((guest) => guest.ownId(node) !== undefined);

  /** What is watched for a node: found, or begun. */
  const watch = (id: number): Watched | undefined => {
    // Many are asked for that are of this page.
    look();
    const line = lineOf(id);
    const node = line?.guest.ownId(id);
    if (!line || node === undefined || line.state === 'none') return undefined;
    // Its nodes have other numbers since; what is watched already is known by its key.
    if (line.snapshots !== line.guest.snapshots) line.keys.clear();
    line.snapshots = line.guest.snapshots;
    const known = line.keys.get(node) ?? -1;
    const before = watched.get(known);
    if (before) return asked(known, before);
    if (watched.size > 2 * MOST_WATCHED) sweep();
    const key = nextKey++;
    const one: Watched = {
      line,
      // What it is seen through is the frame.
      node: Object.assign(document.createComment(''), { host: line.guest.frame }),
      box: undefined,
      isTold: false,
      told: [],
      asked: 0,
      isResting: false,
    };
    watched.set(key, one);
    line.keys.set(node, key);
    standIns.set(one.node, FIRST_STAND_IN + key);
    line.tell({ t: 'watch', key, node });
    return asked(key, one);
  };

  return {
    look,
    lineOf,
    lineIn: (frame) => (frame ? find((guest) => guest.frame === frame) : undefined),
    standIn: (node) => watch(node)?.node,
    idOf: (node) => standIns.get(node),
    boxOf(id) {
      const key = id - FIRST_STAND_IN;
      const one = key < 0 ? watch(id) : watched.get(key);
      if (key >= 0 && one) asked(key, one);
      const frame = one?.line.guest.frame;
      if (!one?.box || !frame?.isConnected) return { isOurs: one !== undefined || key >= 0 };
      return { isOurs: true, frame, box: places.boxOutOf(places.insideOf(frame), one.box) };
    },
    located(node) {
      const one = watch(node);
      if (!one || one.isTold) return undefined;
      return new Promise((resolve) => {
        const cancel = after(ANSWER_MS, resolve);
        one.told.push(() => {
          cancel();
          resolve();
        });
      });
    },
    close() {
      for (const line of lines.values()) line.close();
      lines.clear();
      watched.clear();
    },
  };
}

/** What became of it, as the frame says. */
export function outcomeOf(answer: Answer | 'none' | undefined): Outcome {
  if (answer === 'none') return { done: false, why: 'other-origin' };
  return answer?.outcome ?? { done: false, why: 'failed' };
}
