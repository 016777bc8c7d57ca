// The hand in a page that stands in a frame of another origin: does what the page around asks over its port
// (protocol/frame-hand.ts), with the same engine and the same refusals as there, and tells what is heard only here: where
// nodes are, that the visitor is using this page, Escape. The other side is frames-hand.ts.
//
// Whom it obeys is decided before: this page's own snippet names who may act in it (frame.ts). It does no more than that:
// nothing of this page's address or history, and no act twice.
//
// Easy to get wrong: it must end with its port, and let go of what it holds; a box is asked of the layout, so only while
// somebody wants to know.

import { toFrame, type FromFrame, type ToFrame } from '../protocol/frame-hand.ts';
import type { Capture, CaptureOptions } from './capture.ts';
import { createHand, type HandOptions } from './control.ts';

export type FrameHandOptions = {
  document: Document;
  port: MessagePort;
  capture: Capture;
  guard: CaptureOptions['guard'];
  after: HandOptions['after'];
};

/** What the file exports. */
export type FrameHandFile = { startFrameHand: typeof startFrameHand };

/** What moves the page on, or asks its visitor, is for the page around alone. */
const ACTS = /^(reveal|move|down|up|wheel|key|text|choose|set)$/;
const BUSY_EVERY_MS = 100;
const MOST_WATCHED = 150;

export function startFrameHand({ document, port, capture, guard, after }: FrameHandOptions): () => void {
  const send = (message: FromFrame) => port.postMessage(message);
  let beyond: 'wheel' | 'tab' | undefined;
  let toldBusy = -Infinity;
  let last = 0;
  let isOver = false;
  let isDue = false;
  const watched = new Map<number, { node: Node; told: string; isResting: boolean }>();

  const hand = createHand({
    document,
    nodeOf: capture.nodeOf,
    isHidden: capture.isHidden,
    uiAttribute: 'data-tandem-ui',
    guard,
    after,
    isFrame: {
      beyond: (what) => (beyond = what),
      busy(event, isPress) {
        if (event.type === 'keydown' && !(event as KeyboardEvent).repeat && (event as KeyboardEvent).key === 'Escape')
          send({ t: 'escape' });
        const now = performance.now();
        if (!isPress && now - toldBusy < BUSY_EVERY_MS) return;
        toldBusy = now;
        send({ t: 'busy', isPress });
      },
    },
  });

  const tellBoxes = guard(() => {
    isDue = false;
    if (isOver) return;
    const boxes: (FromFrame & { t: 'boxes' })['boxes'] = [];
    let isWatching = false;
    for (const [key, one] of watched) {
      if (one.isResting) continue;
      isWatching = true;
      const id = capture.idOf(one.node);
      // Between two snapshots.
      if (id === 0 && one.node.isConnected) continue;
      const found = hand.boxOf(id);
      const box = found && [found.x, found.y, found.width, found.height];
      const told = String(box);
      if (told === one.told) continue;
      one.told = told;
      if (boxes.length < 100) boxes.push(box ? { key, box } : { key });
    }
    if (boxes.length > 0) send({ t: 'boxes', boxes });
    if (!isWatching || isDue) return;
    isDue = true;
    requestAnimationFrame(tellBoxes);
  });

  const watch = (key: number, id: number | undefined) => {
    const known = watched.get(key);
    const node = id === undefined ? known?.node : capture.nodeOf(id);
    if (!node || (!known && watched.size >= MOST_WATCHED)) return send({ t: 'boxes', boxes: [{ key }] });
    watched.set(key, { node, told: '', isResting: false });
    // Not first in the browser's next frame, which may never come to a page that is out of sight.
    tellBoxes();
  };

  const act = (message: ToFrame & { t: 'act' }) => {
    const { n, act, point } = message;
    beyond = undefined;
    if (!ACTS.test(act.t)) return send({ t: 'answer', n, outcome: { done: false, why: 'not-possible' } });
    const outcome = hand.perform(act, { point });
    // Said while it began: all of an act happens at once.
    const rest = beyond ? { beyond } : {};
    void outcome.then(guard((outcome) => isOver || send({ t: 'answer', n, outcome, ...rest })));
  };

  const take = (message: ToFrame) => {
    switch (message.t) {
      case 'aim':
      case 'act': {
        const { n } = message;
        if (n <= last) return;
        last = n;
        if (message.t === 'act') return act(message);
        const found = hand.aim(message.at, message);
        if ('done' in found) send({ t: 'answer', n, outcome: found });
        else send({ t: 'answer', n, outcome: { done: true }, point: { x: found.x, y: found.y } });
        return;
      }
      case 'tab':
        return hand.enter(message.isBack);
      case 'blur':
        return hand.leave();
      case 'letGo':
        return hand.letGo();
      case 'watch':
        return watch(message.key, message.node);
      case 'unwatch': {
        const one = watched.get(message.key);
        if (one) one.isResting = true;
        if (message.isForgotten) watched.delete(message.key);
      }
    }
  };

  port.onmessage = guard(({ data }: MessageEvent) => {
    let message: ToFrame;
    try {
      message = toFrame(data, '');
    } catch {
      // Of no form that we know: a page of another version, or none of ours.
      return;
    }
    take(message);
  });
  send({ t: 'ready' });

  return () => {
    if (isOver) return;
    isOver = true;
    hand.close();
    port.close();
  };
}
