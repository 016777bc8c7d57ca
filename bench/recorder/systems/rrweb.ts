// Control `rrweb`: the package as it comes, its defaults, each event as JSON, sent nowhere.

import { record } from '@rrweb/record';
import { elementsOf, hasMark, type Told } from './counted.ts';
import type { System, Tally } from './system.ts';

const FULL_SNAPSHOT = 2;

const tally: Tally = { outputs: 0, snapshots: 0, bytes: 0, firstSnapshotMs: 0, firstEncodedMs: 0, errors: [] };
const keepsEvents = new URLSearchParams(location.search).has('keep');
const kept: Told[] = [];
let beganAt = 0;
let toldAt = 0;

globalThis.recorderSystem = {
  begin() {
    beganAt = performance.now();
    record({
      emit(event) {
        const isSnapshot = event.type === FULL_SNAPSHOT;
        if (isSnapshot) {
          tally.snapshots++;
          tally.firstSnapshotMs ||= performance.now() - beganAt;
        }
        tally.outputs++;
        tally.bytes += JSON.stringify(event).length;
        toldAt = performance.now();
        if (isSnapshot) tally.firstEncodedMs ||= toldAt - beganAt;
        if (keepsEvents) kept.push(event);
      },
    });
  },
  tally: () => tally,
  flush: () => undefined,
  picture: (mark) => ({
    elements: elementsOf(kept),
    isFirst: hasMark(
      kept.filter(({ type }) => type === FULL_SNAPSHOT),
      mark,
    ),
  }),
  get toldAt() {
    return toldAt;
  },
} satisfies System;
