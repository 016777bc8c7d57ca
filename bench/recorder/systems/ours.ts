// System under test `ours`: capture and stream wired as the widget does (cobrowse/visit.ts, widget/widget.ts), bundled as
// the widget is. The relay is played here: it acknowledges every second, wants every asset, and frames go nowhere.

import { startCapture, type CaptureOutput } from '../../../cobrowse/capture.ts';
import { createStream } from '../../../cobrowse/visit/stream.ts';
import { encode } from '../../../widget/encode.ts';
import { elementsOf, hasMark, type Told } from './counted.ts';
import type { System, Tally } from './system.ts';

/** As the relay does. */
const ACKNOWLEDGE_EVERY_MS = 1000;

const tally: Tally = { outputs: 0, snapshots: 0, bytes: 0, firstSnapshotMs: 0, firstEncodedMs: 0, errors: [] };
/** Kept only where the bench looks at them afterwards: a page that keeps all it has put out has more to collect. */
const keepsEvents = new URLSearchParams(location.search).has('keep');
const kept: Told[] = [];
let firstEvents: readonly Told[] = [];
let beganAt = 0;
let toldAt = 0;
let ordered = 0;

const guard =
  <A extends unknown[], R>(task: (...args: A) => R) =>
  (...args: A): R | undefined => {
    try {
      return task(...args);
    } catch (error) {
      tally.errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return undefined;
    }
  };

const after = (ms: number, task: () => void) => {
  const timer = setTimeout(guard(task), ms);
  return () => clearTimeout(timer);
};

const stream = createStream({
  port: {
    ordered(frame) {
      ordered++;
      tally.bytes += frame.byteLength;
      tally.firstEncodedMs ||= performance.now() - beganAt;
      toldAt = performance.now();
    },
    latest(frame) {
      tally.bytes += frame.byteLength;
    },
    message(message) {
      tally.bytes += encode(message, JSON).length;
      if (message.t === 'assets') {
        const hashes = message.list.flatMap(({ hash }) => (hash === undefined ? [] : [hash]));
        // From the relay, so not at once.
        after(0, () => stream.want(hashes));
      }
    },
    encode: (value) => encode(value, JSON),
    // Style sheets are in the bytes of the others, too; pictures in nobody's.
    upload: (_, blob) => {
      if (blob.type === 'text/css') tally.bytes += blob.size;
      return Promise.resolve();
    },
  },
  after,
  notice: (notice) => void tally.errors.push(`notice: ${notice}`),
  sheetLost: () => undefined,
  stale: () => void tally.errors.push('the stream asked for a new snapshot'),
});

const take = (output: CaptureOutput) => {
  toldAt = performance.now();
  tally.outputs++;
  if (output.kind === 'snapshot') {
    tally.snapshots++;
    tally.firstSnapshotMs ||= toldAt - beganAt;
  }
  if (keepsEvents && (output.kind === 'snapshot' || output.kind === 'change')) {
    if (firstEvents.length === 0) firstEvents = output.events;
    kept.push(...output.events);
  }
  stream.take(output);
};

globalThis.recorderSystem = {
  begin() {
    const acknowledge = () => {
      stream.acknowledge(ordered);
      after(ACKNOWLEDGE_EVERY_MS, acknowledge);
    };
    acknowledge();
    beganAt = performance.now();
    stream.open(0);
    startCapture(document, { masking: { privateByDefault: false }, uiAttribute: 'data-tandem-ui', guard }, take);
  },
  tally: () => tally,
  flush: () => undefined,
  picture: (mark) => ({ elements: elementsOf(kept), isFirst: hasMark(firstEvents, mark) }),
  get toldAt() {
    return toldAt;
  },
} satisfies System;
