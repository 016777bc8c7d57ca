// Reading while the database is away: it is tried again until it is back, since whoever asked would not ask twice, and a
// console that is told nothing looks like one to which nobody writes. What fails for another reason fails at once.

import { reasonOf, type Logger } from '../log.ts';
import { isAway } from '../store/fault.ts';

const AGAIN_MS = 500;

export type Patience = <T>(read: () => Promise<T>) => Promise<T>;

/** What it gives must be able to run twice. */
export function createPatience({
  log,
  after,
}: {
  log: Logger;
  after(delayMs: number, task: () => void): unknown;
}): Patience {
  let isFailing = false;
  return async (read) => {
    for (;;) {
      try {
        const found = await read();
        if (isFailing) log.info('conversations can be read again');
        isFailing = false;
        return found;
      } catch (error) {
        if (!isAway(error)) throw error;
        if (!isFailing) log.error('conversations can’t be read; it is tried again', { reason: reasonOf(error) });
        isFailing = true;
      }
      await new Promise<void>((resolve) => after(AGAIN_MS, resolve));
    }
  };
}
