// How a page's performance.now() and this process's differ, so that times of two browsers on one machine can be compared.
// Asked of the page over the debugger, many times; the answer of the shortest round trip is taken, since it is wrong by
// half that trip at most. performance.now() counts from a page's own beginning and a wrong date of its machine does not
// reach it; Date and performance.timeOrigin are not used anywhere in the benches.

import type { CDPSession } from 'puppeteer';

const PINGS = 60;
/** More than this between question and answer, each time: the machine is too busy to tell anything from a figure. */
const MOST_UNCERTAIN_MS = 2;

export type PageClock = {
  /** Add it to the page's performance.now(): this process's. */
  readonly aheadMs: number;
  readonly uncertainMs: number;
};

/** `tiny`: of a run that judges nothing, and may be on a busy machine. */
export async function readClock(session: CDPSession, { tiny }: { tiny: boolean }): Promise<PageClock> {
  let best: PageClock | undefined;
  for (let ping = 0; ping < PINGS; ping++) {
    const asked = performance.now();
    const { result } = await session.send('Runtime.evaluate', { expression: 'performance.now()' });
    const answered = performance.now();
    const uncertainMs = (answered - asked) / 2;
    if (best && best.uncertainMs <= uncertainMs) continue;
    best = { aheadMs: (asked + answered) / 2 - Number(result.value), uncertainMs };
  }
  if (!best || (!tiny && best.uncertainMs > MOST_UNCERTAIN_MS))
    throw new Error(`a page answers after ${best?.uncertainMs} ms at best`);
  return best;
}
