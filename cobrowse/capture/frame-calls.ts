// Frames of other origins whose page carries the snippet, as far as every capture needs it: which frames the picture
// has, asking them, and hearing their answer. All the rest is frames.ts, fetched when the first one answers.
//
//   page → frame   {tandem: 'frame?'}            to anybody: it says nothing
//   frame → page   {tandem: 'frame'}             to the origins of its data-parent only
//   page → frame   {tandem: 'capture', masking}  with a port, to the origin that answered
//
// Easy to get wrong: a frame that is already connected is not asked again, or its answer would look like a reload.

import type { eventWithTime } from '@rrweb/types';
import type { CaptureNotice, CaptureOutput, Masking } from '../capture.ts';
import type { Frames, Guest } from './frames.ts';
import type { Listening, Task } from './listening.ts';

export type FramesOptions = {
  masking: Masking;
  /** The frame's element is part of the picture, and neither blocked nor masked, now. */
  isShown: (frame: HTMLIFrameElement) => boolean;
  idOf: (node: Node) => number;
  placeOf: (frame: Element) => { x: number; y: number };
  enqueue: (event: eventWithTime) => void;
  emit: (output: CaptureOutput) => void;
  notice: (notice: CaptureNotice) => void;
};

export type FrameCalls = {
  /** A new snapshot begins. */
  begin(): void;
  /** The frame is part of it, or of a change. */
  met(frame: HTMLIFrameElement): void;
  heard(event: MessageEvent<{ tandem?: unknown } | null>): void;
  guests(): Iterable<Guest>;
};

export function createFrameCalls(
  options: FramesOptions & { listening: Listening; safe: <A extends unknown[]>(task: Task<A>) => Task<A> },
): FrameCalls {
  const { listening, safe, isShown } = options;
  const known = new Set<HTMLIFrameElement>();
  let frames: Frames | undefined;
  let loading: Promise<Frames> | undefined;

  const isKnown = (frame: HTMLIFrameElement) => known.has(frame) && frame.isConnected && isShown(frame);
  listening.whenStopped(() => frames?.close());

  return {
    guests: () => frames?.guests() ?? [],
    begin() {
      known.clear();
      frames?.begin();
    },
    met(frame) {
      for (const old of known) if (!old.isConnected) known.delete(old);
      known.add(frame);
      if (!frames?.renew(frame) && !frame.contentDocument) frame.contentWindow?.postMessage({ tandem: 'frame?' }, '*');
    },
    heard(event) {
      if (event.data?.tandem !== 'frame') return;
      const frame = [...known].find((each) => each.contentWindow === event.source);
      // A document that can be reached is recorded from here.
      if (!frame || frame.contentDocument) return;
      // Between us: the page may take every message for one of its own.
      event.stopImmediatePropagation();
      loading ??= import('./frames.ts').then(({ createFrames }) => createFrames({ ...options, isShown: isKnown }));
      loading.then(
        safe((made: Frames) => {
          if (listening.isStopped) return;
          frames = made;
          frames.welcome(frame, event);
        }),
        // Blocked or unreachable: the next answer tries again.
        () => (loading = undefined),
      );
    },
  };
}
