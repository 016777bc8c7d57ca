// What people do in conversations goes into the database in transactions of many: while one runs, what comes meanwhile waits
// for the next. So a transaction's price, most of it a disk's, is shared by all who talk at that moment, and nobody waits
// longer than for two. Accounts do not wait for each other.
//
// Promises: an outcome is known when the transaction has been committed, and not before; commands of one account are
// carried out in the order in which they came; what the database can't take fails alone, however many came with it; while the
// database is away, commands wait for it, in bounds, and then fail as `unavailable`: whoever sent them has them still.
//
// Easy to get wrong: the answer to a commit may be lost. Then the transaction runs again, and its commands find what they
// have done already (conversation.ts).

import { reasonOf, type Logger } from '../log.ts';
import type { Change, Entry } from '../store/conversations.ts';
import { isUnfit } from '../store/fault.ts';
import type { Command, Outcome } from './conversation.ts';

/** `unavailable`: send it again. `unfit`: the database refuses it, and always will. */
export type Result = Outcome | { done: false; why: 'unavailable' | 'unfit' };

export type Commits = {
  run(account: string, conversation: string, command: Command): Promise<Result>;
  /** Ends when everything is done, or was tried once more. */
  close(): Promise<void>;
};

/** In one transaction: more would make those before it wait. */
const MOST_AT_ONCE = 500;
const AGAIN_MS = 250;
/** Of one account. At a thousand a second the database has been away for twenty seconds. */
const MOST_WAITING = 20_000;
/** Whoever waits longer is told, and sends it again. */
const LONGEST_WAIT_MS = 20_000;

type Waiting = { entry: Entry; since: number; settle: (result: Result) => void };
/** `again`: while it waits to try again, does so now. */
type Queue = { waiting: Waiting[]; running: Promise<void> | undefined; again: (() => void) | undefined };

export function createCommits(options: {
  transact(
    account: string,
    entries: readonly Entry[],
    now: number,
  ): Promise<{ outcomes: Outcome[]; changes: Change[] }>;
  /** In the order of their numbers; before whoever caused them hears of it. */
  committed(account: string, changes: readonly Change[]): void;
  log: Logger;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
}): Commits {
  const { transact, committed, log, now, after } = options;
  /** By account. One that has nothing to do is not here. */
  const queues = new Map<string, Queue>();
  let isFailing = false;
  let isClosing = false;

  const settleAll = (batch: readonly Waiting[], result: Result) => {
    for (const { settle } of batch) settle(result);
  };

  const runBatch = async (account: string, batch: readonly Waiting[]): Promise<void> => {
    const { outcomes, changes } = await transact(
      account,
      batch.map(({ entry }) => entry),
      now(),
    );
    if (isFailing) log.info('the database takes what is said again');
    isFailing = false;
    try {
      if (changes.length > 0) committed(account, changes);
    } catch (error) {
      // It stands in the database: to do it again would help nobody.
      log.error('what was committed could not be told', { reason: reasonOf(error) });
    }
    batch.forEach(({ settle }, at) => settle(outcomes[at] ?? { done: false, why: 'unfit' }));
  };

  /** What is to be tried again, because the database is away. */
  const attempt = async (account: string, batch: readonly Waiting[]): Promise<readonly Waiting[]> => {
    try {
      await runBatch(account, batch);
      return [];
    } catch (error) {
      if (isUnfit(error) && batch.length > 1) {
        for (const [at, one] of batch.entries()) {
          const left = await attempt(account, [one]);
          if (left.length > 0) return [...left, ...batch.slice(at + 1)];
        }
        return [];
      }
      if (isUnfit(error)) {
        log.error('the database refuses what somebody said', { reason: reasonOf(error) });
        settleAll(batch, { done: false, why: 'unfit' });
        return [];
      }
      if (!isFailing)
        log.error('the database does not take what is said; it is tried again', { reason: reasonOf(error) });
      isFailing = true;
      const isLate = ({ since }: Waiting) => isClosing || now() - since >= LONGEST_WAIT_MS;
      settleAll(batch.filter(isLate), { done: false, why: 'unavailable' });
      return batch.filter((one) => !isLate(one));
    }
  };

  const drain = async (account: string, queue: Queue): Promise<void> => {
    while (queue.waiting.length > 0) {
      const left = await attempt(account, queue.waiting.splice(0, MOST_AT_ONCE));
      if (left.length === 0) continue;
      queue.waiting.unshift(...left);
      await new Promise<void>((resolve) => {
        const cancel = after(AGAIN_MS, resolve);
        queue.again = () => {
          cancel();
          resolve();
        };
      });
      queue.again = undefined;
    }
  };

  const start = (account: string, queue: Queue): void => {
    queue.running = drain(account, queue).finally(() => {
      queue.running = undefined;
      // Something may have come since it found nothing more.
      if (queue.waiting.length > 0) start(account, queue);
      else queues.delete(account);
    });
  };

  return {
    run(account, conversation, command) {
      const queue = queues.get(account) ?? { waiting: [], running: undefined, again: undefined };
      if (isClosing || queue.waiting.length >= MOST_WAITING)
        return Promise.resolve({ done: false, why: 'unavailable' });
      queues.set(account, queue);
      return new Promise((settle) => {
        queue.waiting.push({ entry: { conversation, command }, since: now(), settle });
        // What comes in the same turn of the loop goes together.
        queue.running ??= Promise.resolve().then(() => start(account, queue));
      });
    },
    async close() {
      isClosing = true;
      for (const { again } of queues.values()) again?.();
      while (queues.size > 0) await Promise.all([...queues.values()].map(({ running }) => running));
    },
  };
}
