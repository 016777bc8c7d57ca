// Child processes of a bench, and what the operating system says about a process. A child is a file bench/X.child.ts; it
// calls `answer` once and is then asked one thing at a time over the fork's channel.
//
// Easy to get wrong: a child must not outlive the bench, so it ends when the channel does; and memory and processor time
// are read from /proc, as the system counts them, never asked of the process itself.

import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Child<Question, Answer> = {
  readonly pid: number;
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
};

type Reply = { answer: unknown } | { error: string };

/** `name`: of bench/NAME.child.ts. */
export function startChild<Question, Answer>(name: string, args: readonly string[] = []): Child<Question, Answer> {
  const file = fileURLToPath(new URL(`./${name}.child.js`, import.meta.url));
  const child = fork(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let ended: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = `${name} ended with ${signal ?? code}`;
      waiting?.reject(new Error(ended));
      resolve();
    });
  });
  child.on('message', (message) => {
    // Only `answer` below sends on this channel.
    const reply = message as Reply;
    const asked = waiting;
    waiting = undefined;
    // The child's own file says which answer belongs to which question.
    if ('answer' in reply) asked?.resolve(reply.answer as Answer);
    else asked?.reject(new Error(`${name}: ${reply.error}`));
  });
  return {
    pid: child.pid ?? 0,
    ask(question) {
      if (waiting) throw new Error(`${name} is still at the last question`);
      return new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(new Error(ended));
        waiting = { resolve, reject };
        // A message is anything that can be copied; the type of fork's door is narrower.
        child.send(question as object);
      });
    },
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The child's end. An error of `reply` becomes an error of the asking bench. */
export function answer<Question, Answer>(reply: (question: Question) => Promise<Answer> | Answer): void {
  process.once('disconnect', () => process.exit(0));
  process.on('message', (question) => {
    void (async () => {
      try {
        // Only `ask` above sends on this channel.
        process.send?.({ answer: await reply(question as Question) });
      } catch (error) {
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    })();
  });
}

/** Resident memory as the system counts it. */
export function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!line) throw new Error(`process ${pid} has no resident memory: it is gone`);
  return Number(line[1]) * 1024;
}

/** Processor time that a process's main thread has had, in seconds: in Node and uWebSockets.js that thread does all work
 * of the sockets. What others on the machine use is not in it. */
export function mainThreadSec(pid: number): number {
  const nanoseconds = Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]);
  if (!(nanoseconds > 0)) throw new Error(`the system does not tell the processor time of process ${pid}`);
  return nanoseconds / 1e9;
}

/** Open files that a process of ours may have. Node raises the soft limit to the hard one by itself. */
export function openFileLimit(): number {
  const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  const limit = line?.[1];
  return limit === undefined || limit === 'unlimited' ? Infinity : Number(limit);
}

/** Waits until it holds; throws what `failure` says, or when that takes longer than `patienceMs`. */
export async function until(
  what: string,
  holds: () => boolean,
  { failure = () => undefined, patienceMs = 60_000 }: { failure?: () => string | undefined; patienceMs?: number } = {},
): Promise<void> {
  const limit = performance.now() + patienceMs;
  while (!holds()) {
    const failed = failure();
    if (failed !== undefined) throw new Error(failed);
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}

/** Does it for 0 to `count` - 1, `atOnce` of them under way. */
export async function many(count: number, atOnce: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
