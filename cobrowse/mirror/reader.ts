// The payloads of one tab → events, in the order of the tab's frames. A packed payload builds on those before it, back to
// the last snapshot (protocol/README.md, "Events"); what came between is known to have been read by the ordinals, which
// the tab counts without a hole. So nothing is read with tables that ran apart: a change that misses one before it, or
// that can't be read, is refused, as is all that follows it, until a snapshot begins afresh.
//
// Payloads of widgets of version 1 are JSON, and each stands for itself.

import { createEventDecoder } from '../../protocol/event-decoder.ts';

/** A whole payload, inflated. `first`, `last`: ordinals of its frames. */
export type Read = {
  readonly bytes: Uint8Array;
  readonly isSnapshot: boolean;
  readonly isPacked: boolean;
  readonly first: number;
  readonly last: number;
};

/** `broken`: a snapshot that can't be read. `lost`: changes can't be read from here on, and a snapshot would mend it.
 * `left`: to be left out; what is wrong has been said, or comes with the snapshot that is broken. */
export type Reading = readonly unknown[] | 'broken' | 'lost' | 'left';

/** So long after it has said `lost` a reader says it again if changes still come. */
const AGAIN_MS = 3000;

export type Reader = {
  read(payload: Read): Reading;
  /** A payload could not be inflated: as if it could not be read. */
  failed(isSnapshot: boolean): Reading;
};

export function createReader(now: () => number): Reader {
  const decoder = createEventDecoder();
  const utf8 = new TextDecoder();
  let state: { kind: 'flowing' } | { kind: 'lost'; saidAt: number } | { kind: 'broken' } = { kind: 'flowing' };
  /** The last frame of what the decoder has read; undefined: what comes packed must begin afresh. */
  let last: number | undefined;

  const failed = (isSnapshot: boolean): Reading => {
    if (isSnapshot) {
      // Another one of that page would be no better.
      state = { kind: 'broken' };
      return 'broken';
    }
    if (state.kind === 'broken' || (state.kind === 'lost' && now() - state.saidAt < AGAIN_MS)) return 'left';
    state = { kind: 'lost', saidAt: now() };
    return 'lost';
  };

  return {
    failed,
    read({ bytes, isSnapshot, isPacked, first, last: end }) {
      if (!isSnapshot && (state.kind !== 'flowing' || (isPacked && first - 1 !== last))) return failed(false);
      let events: unknown;
      try {
        events = isPacked ? decoder.decode(bytes, isSnapshot) : JSON.parse(utf8.decode(bytes));
      } catch {
        return failed(isSnapshot);
      }
      // Of JSON only; what stands for itself takes nothing with it.
      if (!Array.isArray(events)) return isSnapshot ? failed(true) : 'left';
      state = { kind: 'flowing' };
      last = isPacked ? end : undefined;
      return events as unknown[];
    },
  };
}
