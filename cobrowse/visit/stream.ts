// The live frames of one tab: capture's outputs encoded, in order, and kept until the relay has them. Outlives single
// captures (pause, nobody watching), so that assets are hashed once per page load.
//
// A page may change faster than its frames can be deflated, or than the line carries them. What waits is held here as
// one payload, and never grows past the length of the page: from there on a fresh snapshot is shorter, and is asked for
// once the line has room. From time to time a payload says at its end when it was sent and how long the oldest in it had
// waited, by which the operator is told how old the picture is (mirror/age.ts).
//
// Easy to get wrong: a small change goes out synchronously, but not past one that is still being deflated; then it waits
// its turn. What was begun before a cut (pause, stop) never goes out after it. A relay may never acknowledge what it had
// no use for, so a stuck line is tried again all the same.

import type { eventWithTime } from '@rrweb/types';
import { encodeFrames, encodePicture, encodePointer, KIND, type Kind } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createResendBuffer } from '../../protocol/resend.ts';
import { EVENT } from '../capture/events.ts';
import type { CaptureNotice, CaptureOutput } from '../capture.ts';
import type { VisitPort } from '../visit.ts';
import { createOffers } from './offers.ts';

/** Changes longer than this are worth the deflating, and the wait for it. */
const DEFLATE_FROM_BYTES = 16 * 1024;
/** The relay acknowledges every second: a frame that it has not for so long is on a line that is full. */
const STUCK_MS = 1500;
/** So long after the last sign of life of a full line it is given something again. */
const TRY_AGAIN_MS = 10_000;
/** What waits may be so long on a small page, too. */
const LEAST_HELD_CHARS = 256 * 1024;
/** How often a payload says when it was sent. */
const TELL_EVERY_MS = 250;

export type Stream = {
  take(output: CaptureOutput): void;
  /** The relay listens to this tab's frames; `received` as it says, 0 in a new room. False: it lacks something; a snapshot is due. */
  open(received: number): boolean;
  /** The link is down: frames are kept, not sent. */
  shut(): void;
  /** Nothing begun so far goes out any more, nor is kept. */
  cut(): void;
  acknowledge(received: number): void;
  want(hashes: readonly string[]): void;
  close(): void;
};

/** To be sent as one payload: lists of events, as JSON. */
type Held = { kind: Kind; lists: string[]; chars: number; since: number };

export function createStream(options: {
  port: VisitPort;
  after: (ms: number, task: () => void) => () => void;
  /** The page cannot be shown, or not all of it. `page-too-large`: the capture is over. */
  notice: (notice: CaptureNotice) => void;
  /** Changes are left out until the next snapshot; the line has room for one now. */
  stale: () => void;
}): Stream {
  const { port, after, notice, stale } = options;
  const resend = createResendBuffer();
  const offers = createOffers({ upload: port.upload, after });
  const utf8 = new TextEncoder();
  const canDeflate = 'CompressionStream' in globalThis;
  let isOpen = false;
  let round = 0;
  let isDeflating = false;
  /** A snapshot at most, and one payload of changes behind it. */
  let held: Held[] = [];
  /** They wait behind the nodes that they are of. */
  const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
  let pageChars = 0;
  let lack: 'nothing' | 'snapshot' | 'asked' = 'nothing';
  /** When the frames were sent that the relay has not acknowledged yet. */
  let sentAt: number[] = [];
  let acknowledged = 0;
  let alive = 0;
  let cancelTry: (() => void) | undefined;
  let toldAt = 0;

  const now = () => performance.now();
  const isStuck = () => now() - (sentAt[0] ?? Infinity) > STUCK_MS && now() - alive < TRY_AGAIN_MS;

  const settle = () => {
    acknowledged += sentAt.length;
    sentAt = [];
  };

  const ship = (kind: Kind, payload: Uint8Array, deflated: boolean) => {
    if (payload.byteLength > LIMITS.maxPayloadBytes) return tooLarge();
    if (kind === KIND.Snapshot) resend.forget();
    alive = now();
    for (const frame of encodeFrames(kind, payload, { deflated })) {
      resend.take(frame);
      sentAt.push(alive);
      if (isOpen) port.ordered(frame);
    }
  };

  const tooLarge = () => {
    round++;
    held = [];
    notice('page-too-large');
  };

  const send = (kind: Kind, events: eventWithTime[]) => {
    const isSnapshot = kind === KIND.Snapshot;
    if (lack !== 'nothing' && !isSnapshot) return;
    const list = port.encode(events);
    if (isSnapshot) {
      held = [];
      lack = 'nothing';
      pageChars = list.length;
    }
    const last = held[held.length - 1];
    if (last?.kind === KIND.Change) {
      last.lists.push(list);
      last.chars += list.length;
      if (last.chars > Math.max(pageChars, LEAST_HELD_CHARS)) {
        held.pop();
        lack = 'snapshot';
      }
    } else held.push({ kind, lists: [list], chars: list.length, since: now() });
    advance();
  };

  const advance = () => {
    while (!isDeflating) {
      const next = held[0];
      if (isOpen && next?.kind !== KIND.Snapshot && isStuck()) {
        cancelTry ??= after(STUCK_MS, () => {
          cancelTry = undefined;
          advance();
        });
        return;
      }
      if (!next) break;
      held.shift();
      const { kind, lists, since } = next;
      const at = now();
      if (at - toldAt > TELL_EVERY_MS) {
        toldAt = at;
        const data = { tag: 'sent', payload: { at, waited: at - since } };
        lists.push(port.encode([{ type: EVENT.Custom, data, timestamp: Date.now() }]));
      }
      const payload = utf8.encode(lists.length > 1 ? `[${lists.map((list) => list.slice(1, -1)).join()}]` : lists[0]);
      if (payload.byteLength > LIMITS.maxInflatedBytes) return tooLarge();
      if (canDeflate && (kind === KIND.Snapshot || payload.byteLength > DEFLATE_FROM_BYTES))
        void deflated(kind, payload);
      else ship(kind, payload, false);
    }
    if (isDeflating) return;
    if (isOpen) for (const picture of pictures.values()) port.latest(picture);
    pictures.clear();
    if (lack === 'snapshot') {
      lack = 'asked';
      stale();
    }
  };

  const deflated = async (kind: Kind, payload: Uint8Array<ArrayBuffer>) => {
    const mine = round;
    isDeflating = true;
    try {
      const bytes = await deflate(payload);
      if (mine === round) ship(kind, bytes, true);
    } catch {
      // Something is missing now that later changes build on.
      if (mine === round) notice('capture-failed');
    }
    isDeflating = false;
    advance();
  };

  return {
    take(output) {
      switch (output.kind) {
        case 'snapshot':
          if (isOpen) offers.flow(port.message);
          return send(KIND.Snapshot, output.events);
        case 'change':
          return send(KIND.Change, output.events);
        case 'pointer':
          if (isOpen) port.latest(encodePointer(output.pointer));
          return;
        case 'picture': {
          const frame = encodePicture(output.picture);
          if (!frame || !isOpen) return;
          pictures.set(output.picture.node, frame);
          return advance();
        }
        case 'asset':
          return offers.add(output.url, output.blob);
        case 'page':
          if (isOpen) port.message({ t: 'page', page: output.page });
          return;
        case 'notice':
          return notice(output.notice);
      }
    },
    open(received) {
      isOpen = true;
      // Whatever the relay had no ears for meanwhile is offered again.
      offers.flow(undefined);
      offers.flow(port.message);
      // 0 also of a relay that has restarted.
      const missing = received > 0 ? resend.after(received) : undefined;
      settle();
      for (const frame of missing ?? []) {
        port.ordered(frame);
        acknowledged--;
        sentAt.push(now());
      }
      advance();
      return missing !== undefined;
    },
    shut() {
      isOpen = false;
      offers.flow(undefined);
    },
    cut() {
      round++;
      held = [];
      pictures.clear();
      lack = 'nothing';
      resend.forget();
      // Until the next snapshot: what is paused uploads nothing either.
      offers.flow(undefined);
      settle();
    },
    acknowledge(received) {
      resend.acknowledge(received);
      const fresh = received - acknowledged;
      // An ordinal from the future is a confused relay.
      if (fresh <= 0 || fresh > sentAt.length) return;
      sentAt.splice(0, fresh);
      acknowledged = received;
      alive = now();
      advance();
    },
    want: offers.want,
    close() {
      round++;
      held = [];
      isOpen = false;
      cancelTry?.();
      offers.close();
    },
  };
}

/** Without a Blob or a Response on the way: in a page that is busy each of their steps would wait behind the page's own
 * work, for seconds. */
async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { readable, writable } = new CompressionStream('deflate-raw');
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const reader = readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    length += next.value.byteLength;
  }
  await written;
  const packed = new Uint8Array(length);
  length = 0;
  for (const part of parts) {
    packed.set(part, length);
    length += part.byteLength;
  }
  return packed;
}
