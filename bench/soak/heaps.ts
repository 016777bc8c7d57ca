// Heaps over an hour: readings after a full collection each, and what they come to: where it stood once warm, where it
// ended, and how fast it grew. Growth is the median of the slopes between all pairs of readings: one reading in which a
// timer or the compiler held something does not bend it.

import type { CDPSession } from 'puppeteer';
import { median } from '../report.ts';

/** `nodes`: the browser's own count, those out of any document too. */
export type Reading = { readonly bytes: number; readonly nodes: number };

/** Of a page: scripts' objects, the browser's own (nodes, styles), and what buffers hold. */
export async function readPage(session: CDPSession): Promise<Reading> {
  // What finalizers let go goes in the next one.
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage');
  const { embedderHeapUsedSize, backingStorageSize } = usage;
  const { nodes } = await session.send('Memory.getDOMCounters');
  const bytes = usage.usedSize + embedderHeapUsedSize + backingStorageSize;
  if (!(bytes > 0)) throw new Error('the browser does not tell the size of the heap');
  return { bytes, nodes };
}

export type Growth = { readonly warm: number; readonly end: number; readonly perHour: number };

/** `values`: from warm-up on, evenly spaced; `spacesPerHour` of the spaces between them are an hour. */
export function growthOf(values: readonly number[], spacesPerHour: number): Growth {
  const warm = values[0];
  const end = values.at(-1);
  if (warm === undefined || end === undefined || values.length < 2) throw new Error('too few readings for a slope');
  const slopes: number[] = [];
  for (const [from, first] of values.entries())
    for (let to = from + 1; to < values.length; to++) slopes.push(((values[to] ?? NaN) - first) / (to - from));
  return { warm, end, perHour: median(slopes) * spacesPerHour };
}
