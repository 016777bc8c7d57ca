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
// no use for, so a stuck line is tried again all the same. And each list of events builds on all those encoded since the
// last snapshot, which begins afresh: they are encoded in the order in which they leave, and once one of them does not
// leave, none does until the next snapshot. What is numbered without a hole (resend) can therefore be decoded.

import type { eventWithTime } from '@rrweb/types';
import { encodeFrames, encodePicture, encodePointer, KIND, type Kind } from '../../protocol/codec.ts';
import { createEventEncoder } from '../../protocol/event-encoder.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createResendBuffer } from '../../protocol/resend.ts';
import { EVENT } from '../capture/events.ts';
import type { CaptureNotice, CaptureOutput } from '../capture.ts';
import type { VisitPort } from '../visit.ts';
import { createOffers } from './offers.ts';

/** Changes longer than this are worth the deflating. Browsers do it on the page's own thread: some 0.3 ms for 2 kB packed
 * (20 kB as JSON), of which it takes off 45 %; of shorter ones it takes less for nearly the same time, and under 256 bytes
 * it adds some. */
const DEFLATE_FROM_BYTES = 2 * 1024;
/** A picture comes in many slices. Deflated together they are shorter, and what is outside of the window may come a little
 * later. */
const PART_BYTES = 16 * 1024;
/** Of a picture little is worth it, too: there are few payloads of it. */
const DEFLATE_PART_FROM_BYTES = 256;
/** The relay acknowledges every second: a frame that it has not for so long is on a line that is full. */
const STUCK_MS = 1500;
/** So long after the last sign of life of a full line it is given something again. */
const TRY_AGAIN_MS = 10_000;
/** What waits may be so long on a small page, too. */
const LEAST_HELD_BYTES = 64 * 1024;
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

/** To be sent as one payload: lists of events, encoded. */
type Held = {
  kind: Kind;
  lists: Uint8Array[];
  bytes: number;
  since: number;
  /** Some of it is of a picture; `waits`: and more of that follows at once. */
  isPart: boolean;
  waits: boolean;
};

export function createStream(options: {
  port: VisitPort;
  after: (ms: number, task: () => void) => () => void;
  /** The page cannot be shown, or not all of it. `page-too-large`: the capture is over. */
  notice: (notice: CaptureNotice) => void;
  /** Changes are left out until the next snapshot; the line has room for one now. */
  stale: () => void;
  /** A style sheet's text that the picture names does not get to the relay. */
  sheetLost: () => void;
}): Stream {
  const { port, after, notice, stale, sheetLost } = options;
  const resend = createResendBuffer();
  const offers = createOffers({ upload: port.upload, after, sheetLost });
  const encoder = createEventEncoder(port.encode);
  const canDeflate = 'CompressionStream' in globalThis;
  let isOpen = false;
  let round = 0;
  let isDeflating = false;
  /** A snapshot at most, and one payload of changes behind it. */
  let held: Held[] = [];
  /** They wait behind the nodes that they are of. */
  const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
  let pageBytes = 0;
  /** What changes would build on. Asked for is also the first snapshot of a capture, which comes by itself. */
  let lack: 'nothing' | 'snapshot' | 'asked' = 'asked';
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
    for (const frame of encodeFrames(kind, payload, { deflated, packed: true })) {
      resend.take(frame);
      sentAt.push(alive);
      if (isOpen) port.ordered(frame);
    }
  };

  const drop = () => {
    round++;
    held = [];
    lack = 'asked';
  };

  const tooLarge = () => {
    drop();
    notice('page-too-large');
  };

  const send = (kind: Kind, events: eventWithTime[], part?: 'more' | 'last') => {
    const isSnapshot = kind === KIND.Snapshot;
    if (lack !== 'nothing' && !isSnapshot) return;
    if (events.length === 0) {
      // Nothing more of the picture follows.
      for (const each of held) each.waits = false;
      return advance();
    }
    const list = encoder.encode(events, isSnapshot);
    if (isSnapshot) {
      held = [];
      lack = 'nothing';
      pageBytes = list.length;
    }
    const last = held[held.length - 1];
    if (last?.kind === KIND.Change) {
      last.lists.push(list);
      last.bytes += list.length;
      if (last.bytes > Math.max(pageBytes, LEAST_HELD_BYTES)) {
        held.pop();
        lack = 'snapshot';
      }
    } else {
      held.push({ kind, lists: [list], bytes: list.length, since: now(), isPart: false, waits: false });
    }
    const whole = held[held.length - 1];
    if (whole) {
      whole.isPart ||= part !== undefined;
      whole.waits = part === 'more' && whole.bytes < PART_BYTES;
    }
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
      if (next.waits) return;
      held.shift();
      const { kind, lists, since, isPart } = next;
      const at = now();
      // Not when it would stand before what is encoded already, or build on what was left out.
      if (held.length === 0 && lack === 'nothing' && at - toldAt > TELL_EVERY_MS) {
        toldAt = at;
        const data = { tag: 'sent', payload: { at, waited: at - since } };
        lists.push(encoder.encode([{ type: EVENT.Custom, data, timestamp: Date.now() }], false));
      }
      const payload = joined(lists);
      if (payload.byteLength > LIMITS.maxInflatedBytes) return tooLarge();
      const from = kind === KIND.Snapshot ? 0 : isPart ? DEFLATE_PART_FROM_BYTES : DEFLATE_FROM_BYTES;
      if (canDeflate && payload.byteLength > from) void deflated(kind, payload);
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
    // As it is, if it can't be deflated: all that follows builds on it.
    const bytes = await deflate(payload).catch(() => payload);
    isDeflating = false;
    const isShorter = bytes.byteLength < payload.byteLength;
    if (mine === round) ship(kind, isShorter ? bytes : payload, isShorter);
    advance();
  };

  return {
    take(output) {
      switch (output.kind) {
        case 'snapshot':
          if (isOpen) offers.flow(port.message);
          return send(KIND.Snapshot, output.events);
        case 'change':
          return send(KIND.Change, output.events, output.part);
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
      drop();
      pictures.clear();
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
      drop();
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
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  await written;
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
