// The live frames of one tab: capture's outputs encoded, in order, and kept until the relay has them. Outlives single
// captures (pause, nobody watching), so that assets are hashed once per page load.
//
// Easy to get wrong: a small change goes out synchronously, but not past a snapshot that is still being deflated; then
// it waits its turn. What was begun before a cut (pause, stop) never goes out after it.

import type { eventWithTime } from '@rrweb/types';
import { encodeFrames, encodePicture, encodePointer, KIND, type Kind } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createResendBuffer } from '../../protocol/resend.ts';
import type { CaptureNotice, CaptureOutput } from '../capture.ts';
import type { VisitPort } from '../visit.ts';
import { createOffers } from './offers.ts';

/** Changes longer than this are worth the deflating, and the wait for it. */
const DEFLATE_FROM_BYTES = 16 * 1024;

export type Stream = {
  take(output: CaptureOutput): void;
  /** The relay listens to this tab's frames; `received` as it says. False: it lacks something; a snapshot is due. */
  open(received: number, options: { isNewRoom: boolean }): boolean;
  /** The link is down: frames are kept, not sent. */
  shut(): void;
  /** Nothing begun so far goes out any more, nor is kept. */
  cut(): void;
  acknowledge(received: number): void;
  want(hashes: readonly string[]): void;
  close(): void;
};

export function createStream(options: {
  port: VisitPort;
  after: (ms: number, task: () => void) => () => void;
  /** The page cannot be shown, or not all of it. `page-too-large`: the capture is over. */
  notice: (notice: CaptureNotice) => void;
}): Stream {
  const { port, after, notice } = options;
  const resend = createResendBuffer();
  const offers = createOffers({ upload: port.upload, after });
  const utf8 = new TextEncoder();
  const canDeflate = 'CompressionStream' in globalThis;
  let isOpen = false;
  let round = 0;
  /** The last encoding under way; undefined: nothing is in front. */
  let ahead: Promise<void> | undefined;

  const ship = (kind: Kind, payload: Uint8Array, deflated: boolean) => {
    if (payload.byteLength > LIMITS.maxPayloadBytes) return tooLarge();
    if (kind === KIND.Snapshot) resend.forget();
    for (const frame of encodeFrames(kind, payload, { deflated })) {
      resend.take(frame);
      if (isOpen) port.ordered(frame);
    }
  };

  const tooLarge = () => {
    round++;
    notice('page-too-large');
  };

  const send = (kind: Kind, events: eventWithTime[]) => {
    const payload = utf8.encode(stringify(events));
    if (payload.byteLength > LIMITS.maxInflatedBytes) return tooLarge();
    const isDeflated = canDeflate && (kind === KIND.Snapshot || payload.byteLength > DEFLATE_FROM_BYTES);
    if (!isDeflated && !ahead) return ship(kind, payload, false);
    const mine = round;
    const before = ahead ?? Promise.resolve();
    const turn: Promise<void> = before
      .then(async () => {
        if (mine !== round) return;
        const bytes = isDeflated ? await deflate(payload) : payload;
        if (mine === round) ship(kind, bytes, isDeflated);
      })
      .catch(() => {
        // Something is missing now that later changes build on.
        if (mine === round) notice('capture-failed');
      })
      .then(() => {
        if (ahead === turn) ahead = undefined;
      });
    ahead = turn;
  };

  return {
    take(output) {
      switch (output.kind) {
        case 'snapshot':
          return send(KIND.Snapshot, output.events);
        case 'change':
          return send(KIND.Change, output.events);
        case 'pointer':
          if (isOpen) port.latest(encodePointer(output.pointer));
          return;
        case 'picture': {
          const frame = encodePicture(output.picture);
          // A picture that comes before its snapshot is of a node that the mirror does not know yet.
          if (frame && isOpen && !ahead) port.latest(frame);
          else if (frame && isOpen) void ahead?.then(() => isOpen && port.latest(frame));
          return;
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
    open(received, { isNewRoom }) {
      isOpen = true;
      offers.flow(port.message);
      if (isNewRoom || received === 0) offers.afresh();
      // 0: a relay that has restarted, and lost the pictures too.
      const missing = received > 0 ? resend.after(received) : undefined;
      for (const frame of missing ?? []) port.ordered(frame);
      return missing !== undefined;
    },
    shut() {
      isOpen = false;
      offers.flow(undefined);
    },
    cut() {
      round++;
      resend.forget();
    },
    acknowledge: resend.acknowledge,
    want: offers.want,
    close() {
      round++;
      isOpen = false;
      offers.close();
    },
  };
}

/** Old libraries put a toJSON on the prototypes, and JSON.stringify then makes strings of arrays. Nothing of the page
 * runs between the two steps. */
function stringify(events: eventWithTime[]): string {
  const owners = [Array.prototype, Object.prototype].flatMap((prototype) => {
    const before = Object.getOwnPropertyDescriptor(prototype, 'toJSON');
    return before?.configurable ? [{ prototype, before }] : [];
  });
  for (const { prototype } of owners) Reflect.deleteProperty(prototype, 'toJSON');
  try {
    return JSON.stringify(events);
  } finally {
    for (const { prototype, before } of owners) Object.defineProperty(prototype, 'toJSON', before);
  }
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
