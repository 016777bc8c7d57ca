// Control `openreplay`: the tracker as it comes, started against a stand-in for its ingest server (ingest.ts). Style
// sheets are left alone, as the tracker does everywhere but on loopback, where it would fetch each of them.

import Tracker from '@openreplay/tracker';
import type { System, Tally } from './system.ts';

const tally: Tally = { outputs: 0, snapshots: 0, bytes: 0, firstSnapshotMs: 0, firstEncodedMs: 0, errors: [] };
let toldAt = 0;

const ingestPoint = new URLSearchParams(location.search).get('ingest') ?? '';
const tracker = new Tracker({ projectKey: 'bench', ingestPoint, __DISABLE_SECURE_MODE: true, inlineCss: 0 });

globalThis.recorderSystem = {
  async begin() {
    tracker.use((app) =>
      app?.attachCommitCallback(() => {
        tally.outputs++;
        toldAt = performance.now();
      }),
    );
    const started = await tracker.start();
    if (!started.success) tally.errors.push(`the tracker did not start: ${started.reason}`);
    else tally.snapshots++;
  },
  tally: () => tally,
  // It would send in half a minute, or when the page is left.
  flush: () => tracker.use((app) => app?.forceFlushBatch()),
  get toldAt() {
    return toldAt;
  },
} satisfies System;
