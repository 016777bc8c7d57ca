// What capture takes of the page's time, and what it gives up when that is too much. All work of capture in a page passes
// one guard (capture.ts), and that is where it is timed: slices, listeners and timers, and encoding and sending as far as
// that is done with them. What is done in the page's own calls (the browser makes records there of what they change) is
// too short for a clock, and is counted instead.
//
//   level 0  everything at once
//         1  the pointer a few times a second
//         2  and so scrolling
//         3  and so attributes that only say how something looks, of elements where they change again and again (late.ts)
//
// Nothing is lost by that: what is held back is told as it is when its time comes. Nodes, texts and fields always go at
// once. A picture counts for what is told to the operator, and not for the level: its slices are bounded, and they end.
//
// Easy to get wrong: clocks of pages are coarse (0.1 ms, in some browsers 1 ms), so most tasks seem to take nothing and a
// few a whole step; the sum is right all the same, since tasks begin anywhere between two steps. To be at rest while
// something is held back may be just because it is: who falls back and is soon over the limit again waits longer next time.

import type { Task } from './listening.ts';

export type Level = 0 | 1 | 2 | 3;

/** `ms`: whole milliseconds of a second, at most 1000. */
export type CostFigures = { ms: number; level: Level };

export type CostOptions = {
  /** Over so many milliseconds of a second less is told. */
  limitMs?: number;
  /** So long at rest before more is told again. */
  calmMs?: number;
};

export type Cost = {
  /** The task, on the clock; within another that is, it is counted once. */
  timed<A extends unknown[]>(task: Task<A>): Task<A>;
  /** So many changes were noted while the page made them. */
  noted(records: number): void;
  readonly level: Level;
  /** Over the last two seconds. */
  figures(): CostFigures;
  /** From this level on the result runs the task no more often than that, and always a last time; below it at once. */
  gate(from: Level, everyMs: number, task: () => void): () => void;
};

/** 5 % of a processor: at sixty frames a second 0.8 of 16.7 ms, by which no page misses a frame that it would have made. */
const LIMIT_MS = 50;
/** A menu that opens, or a list that is put in, is over sooner and no reason to tell less; and figures are told every two
 * seconds (visit.ts), so that each is of the time since the last. */
const WINDOW_MS = 2000;
/** The window moves on in such steps. */
const SPAN_MS = 100;
const CALM_MS = 4000;
const MOST_PATIENCE_MS = 60_000;
/** What a change takes longer when it is noted: measured in Chromium on 2,000 attributes a frame. */
const RECORD_MS = 0.0005;

type Span = { since: number; all: number; counted: number };

export function createCost(options: {
  /** A picture is being taken. */
  isFirst: () => boolean;
  after: (ms: number, task: () => void) => void;
  limits: CostOptions | undefined;
}): Cost {
  const { isFirst, after } = options;
  const { limitMs = LIMIT_MS, calmMs = CALM_MS } = options.limits ?? {};
  const allowed = (limitMs * WINDOW_MS) / 1000;
  let level: Level = 0;
  let spans: Span[] = [];
  let isTiming = false;
  let recordMs = 0;
  let changedAt = -Infinity;
  let fellAt = -Infinity;
  let patience = calmMs;

  // The page may set it back (clocks of tests), or make it anything.
  const now = () => performance.now();
  const recent = (at: number) => spans.filter(({ since }) => Math.abs(at - since) < WINDOW_MS);

  const set = (next: Level, at: number) => {
    level = next;
    changedAt = at;
    // What was before says nothing of what this level takes.
    for (const span of spans) span.counted = 0;
  };

  const judge = (at: number) => {
    const spent = spans.reduce((sum, { counted }) => sum + counted, 0);
    if (spent > allowed) {
      if (level === 3) return;
      if (at - fellAt < 2 * WINDOW_MS) patience = Math.min(2 * patience, MOST_PATIENCE_MS);
      set((level + 1) as Level, at);
      return;
    }
    // So little that there can't be much to hold back.
    const wait = spent <= allowed / 10 ? calmMs : patience;
    if (spent > allowed / 2 || at - changedAt < wait) return;
    if (level === 0) patience = calmMs;
    else {
      fellAt = at;
      set((level - 1) as Level, at);
    }
  };

  const took = (ms: number, at: number, counts: boolean) => {
    let span = spans[spans.length - 1];
    if (!span || Math.abs(at - span.since) >= SPAN_MS) {
      spans = recent(at);
      judge(at);
      span = { since: at, all: 0, counted: 0 };
      spans.push(span);
    }
    span.all += ms;
    if (counts) span.counted += ms;
  };

  return {
    timed:
      (task) =>
      (...args) => {
        if (isTiming) return task(...args);
        isTiming = true;
        const counts = !isFirst();
        const began = now();
        try {
          task(...args);
        } finally {
          isTiming = false;
          const at = now();
          took(Math.max(0, at - began) + recordMs, at, counts && !isFirst());
          recordMs = 0;
        }
      },
    noted(records) {
      recordMs += records * RECORD_MS;
    },
    get level() {
      return level;
    },
    figures() {
      const spent = recent(now()).reduce((sum, { all }) => sum + all, 0);
      return { ms: Math.min(1000, Math.round((spent * 1000) / WINDOW_MS)) || 0, level };
    },
    gate(from, everyMs, task) {
      let ranAt = -Infinity;
      let isDue = false;
      const run = () => {
        isDue = false;
        ranAt = now();
        task();
      };
      return () => {
        if (level < from) return task();
        if (isDue) return;
        const wait = ranAt + everyMs - now();
        if (wait <= 0) return run();
        isDue = true;
        after(Math.min(wait, everyMs), run);
      };
    },
  };
}
