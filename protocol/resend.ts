// Frames that a visitor's tab keeps until the relay has acknowledged them, so that a lost link costs no snapshot.
// Bounded: what does not fit any more makes the next resume start with a snapshot instead.

import { setOrdinal } from './codec.ts';
import { LIMITS } from './limits.ts';

export type ResendBuffer = {
  /** Numbers the frame (its ordinal) and keeps it. Call in sending order. */
  take(frame: Uint8Array<ArrayBuffer>): void;
  /** The relay has everything up to this ordinal. */
  acknowledge(received: number): void;
  /** The frames after `received`, in order, or undefined when some of them are gone: a snapshot is due. */
  after(received: number): Uint8Array<ArrayBuffer>[] | undefined;
  /** A snapshot begins: nothing before it matters to anyone any more. Ordinals go on. */
  forget(): void;
  readonly bytes: number;
};

export function createResendBuffer(maxBytes: number = LIMITS.resendBytes): ResendBuffer {
  let frames: { ordinal: number; frame: Uint8Array<ArrayBuffer> }[] = [];
  let bytes = 0;
  let next = 1;
  /** Lowest ordinal that can still be asked for. */
  let first = 1;

  const dropTo = (ordinal: number) => {
    let cut = 0;
    for (const kept of frames) {
      if (kept.ordinal > ordinal) break;
      bytes -= kept.frame.byteLength;
      cut++;
    }
    if (cut > 0) frames = frames.slice(cut);
    first = Math.max(first, ordinal + 1);
  };

  return {
    get bytes() {
      return bytes;
    },
    take(frame) {
      setOrdinal(frame, next);
      frames.push({ ordinal: next, frame });
      bytes += frame.byteLength;
      next++;
      while (bytes > maxBytes) {
        const oldest = frames[0];
        if (!oldest) break;
        dropTo(oldest.ordinal);
      }
    },
    acknowledge(received) {
      // An ordinal from the future is a confused relay: believing it would lose frames.
      if (received < next) dropTo(received);
    },
    after(received) {
      if (received + 1 < first || received >= next) return undefined;
      return frames.filter((kept) => kept.ordinal > received).map((kept) => kept.frame);
    },
    forget() {
      dropTo(next - 1);
    },
  };
}
