// In the page under test, for the conformance tests: the random page, the real startCapture, and its hand on the clock.
// Bundled by conformance-page.ts; driven by conformance-host.ts from the window around it.

import { startCapture, type CaptureOptions } from '../../cobrowse/capture.ts';
import { isSheetName } from '../../protocol/sheet-reference.ts';
import { createRandomPage, type RandomPage } from './random-operations.ts';

type Task = () => void;

/** Capture's own pace, in the hands of the test. */
type Pace = {
  /** Longest slice of the snapshot; 0: one step each. */
  sliceMs: number;
  soon(task: Task): void;
  later(ms: number, task: Task): void;
  frame(task: Task): void;
};

export type Inside = {
  /** As encoded when they came: what is changed later did not leave. Text, since arrays belong to a window. */
  outputs: string[];
  errors: string[];
  /** Texts of style sheets that outputs name, and that went as assets. */
  sheets: Map<string, Promise<string>>;
  build(seed: number, blocks: number, without: readonly string[]): RandomPage;
  start(): void;
  /** Whether capture has asked for its pace, ever. */
  isPaced(): boolean;
  /** Runs what waits for the next frame; whether there was anything. */
  frame(): boolean;
  /** Runs the next slice of the snapshot; false: none waits. */
  slice(): boolean;
  stop(): void;
};

function createInside(): Inside {
  const outputs: string[] = [];
  const errors: string[] = [];
  const sheets: Inside['sheets'] = new Map();
  let soon: Task[] = [];
  let frames: Task[] = [];
  let isPaced = false;
  let stop: () => void = () => undefined;
  const failed = (error: unknown) => {
    errors.push(error instanceof Error ? (error.stack ?? String(error)) : String(error));
  };
  return {
    outputs,
    errors,
    sheets,
    build: (seed, blocks, without) => createRandomPage(window, seed, blocks, without),
    start() {
      const options: CaptureOptions & { pace: Pace } = {
        masking: { privateByDefault: false },
        uiAttribute: 'data-tandem-ui',
        // Each of them, however short.
        namedFrom: 1,
        guard:
          (task) =>
          (...args) => {
            try {
              return task(...args);
            } catch (error) {
              failed(error);
              return undefined;
            }
          },
        pace: {
          sliceMs: 0,
          soon(task) {
            isPaced = true;
            soon.push(task);
          },
          frame(task) {
            isPaced = true;
            frames.push(task);
          },
          later(_ms, task) {
            frames.push(task);
          },
        },
      };
      const capture = startCapture(document, options, (output) => {
        if (output.kind === 'notice') errors.push(`notice: ${output.notice}`);
        if (output.kind === 'asset' && output.blob && isSheetName(output.url))
          sheets.set(output.url, output.blob.text());
        if (output.kind !== 'snapshot' && output.kind !== 'change') return;
        outputs.push(JSON.stringify(output));
      });
      stop = () => capture.stop();
    },
    isPaced: () => isPaced,
    frame() {
      const due = frames;
      frames = [];
      for (const task of due) task();
      return due.length > 0;
    },
    slice() {
      const task = soon.shift();
      task?.();
      return task !== undefined;
    },
    stop() {
      stop();
      soon = [];
    },
  };
}

// The window around this one reads it.
(window as unknown as { inside: Inside }).inside = createInside();
