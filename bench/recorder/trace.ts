// What the main thread of a page did, from the browser's own trace: its tasks, and how much of them was drawing. Times are
// the thread's processor time, which other work of the machine does not lengthen.

import type { CDPSession } from 'puppeteer';

/** The page sets it where what is measured begins; it also tells which thread is the page's. */
export const MARK = 'recorder-begins';

/** As DevTools names them: tasks of a thread, what they were for, and marks that a page has set. */
const TRACED = ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'blink.user_timing'];
/** What follows on scripts, styles and layout in a frame. */
const DRAWING = new Set(['PrePaint', 'Paint', 'Layerize', 'Commit', 'UpdateLayerTree', 'CompositeLayers']);

export type TraceEvent = {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  ts: number;
  dur?: number;
  tdur?: number;
};

export async function traced(session: CDPSession, work: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: object[] }) => {
    // The protocol leaves open what an event is.
    for (const event of value) events.push(event as TraceEvent);
  };
  session.on('Tracing.dataCollected', collect);
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: TRACED, excludedCategories: ['*'] },
  });
  try {
    await work();
  } finally {
    await session.send('Tracing.end');
    await complete;
    session.off('Tracing.dataCollected', collect);
  }
  return events;
}

/** Of the thread that has set the mark, from then on. */
function ownOf(trace: readonly TraceEvent[]): TraceEvent[] {
  const mark = trace.find(({ name }) => name === MARK);
  if (!mark) throw new Error('the trace does not show where it began');
  return trace
    .filter(({ ph, pid, tid, ts }) => ph === 'X' && pid === mark.pid && tid === mark.tid && ts > mark.ts)
    .sort((a, b) => a.ts - b.ts);
}

export function tasksOf(trace: readonly TraceEvent[]): { threadMs: number; wallMs: number }[] {
  // Whole tasks: the one in which the trace was ended has a beginning only.
  const tasks = ownOf(trace).filter(({ name }) => name === 'RunTask');
  if (tasks.length === 0) throw new Error('the trace shows no tasks');
  if (tasks.every(({ tdur }) => tdur === undefined)) throw new Error('the trace does not tell processor time');
  // Left out for single tasks now and then; by the clock a task is never shorter.
  return tasks.map(({ dur = 0, tdur }) => ({ threadMs: (tdur ?? dur) / 1000, wallMs: dur / 1000 }));
}

/** Which part of the thread's time went into painting and handing over to the compositor; scripts, styles and layout are
 * not drawing. */
export function drawingShareOf(trace: readonly TraceEvent[]): number {
  let drawing = 0;
  let end = 0;
  for (const { name, ts, dur = 0, tdur = dur } of ownOf(trace)) {
    // One within another is counted with it.
    if (!DRAWING.has(name) || ts < end) continue;
    end = ts + dur;
    drawing += tdur / 1000;
  }
  return drawing / tasksOf(trace).reduce((sum, { threadMs }) => sum + threadMs, 0);
}
