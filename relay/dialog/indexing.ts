// Has what was said made findable (store/search-index.ts), a moment after it was committed, whichever relay committed it. Rests as
// long as it has worked, so that it never takes more than half of a database's time from those who talk.

import { reasonOf, type Logger } from '../log.ts';

const LOOK_EVERY_MS = 1000;

export type Indexing = { close(): Promise<void> };

export function startIndexing(options: {
  /** With something to do. */
  accounts(): Promise<string[]>;
  /** Does some of it; how much. 0: nothing is left, or another relay is at it. */
  index(account: string): Promise<number>;
  log: Logger;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
}): Indexing {
  const { accounts, index, log, now, after } = options;
  let state: { kind: 'waiting'; cancel: () => void } | { kind: 'running'; ended: Promise<void> } | { kind: 'closed' };
  let isFailing = false;

  /** Each account in turn, until none has anything left. */
  const round = async (): Promise<void> => {
    let due = await accounts();
    while (due.length > 0) {
      const left: string[] = [];
      for (const account of due) {
        if (state.kind === 'closed') return;
        const began = now();
        if ((await index(account)) > 0) left.push(account);
        const tookMs = now() - began;
        await new Promise<void>((resolve) => after(tookMs, resolve));
      }
      due = left;
    }
  };

  const run = (): void => {
    const ended = round()
      .then(() => {
        if (isFailing) log.info('what is said can be found again');
        isFailing = false;
      })
      .catch((error: unknown) => {
        if (!isFailing)
          log.error('what is said can’t be made findable; it is tried again', { reason: reasonOf(error) });
        isFailing = true;
      })
      .then(() => {
        if (state.kind !== 'closed') wait();
      });
    state = { kind: 'running', ended };
  };
  const wait = (): void => {
    state = { kind: 'waiting', cancel: after(LOOK_EVERY_MS, run) };
  };
  state = { kind: 'closed' };
  wait();

  return {
    async close() {
      const before = state;
      state = { kind: 'closed' };
      if (before.kind === 'waiting') before.cancel();
      if (before.kind === 'running') await before.ended;
    },
  };
}
