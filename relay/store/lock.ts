// One relay per embedded database: a file beside it says who has it. Two processes on one cluster would corrupt it
// within seconds, and neither PGlite nor Node has a lock that the kernel lets go of by itself. So the file says enough
// to tell whether its holder still lives, and a dead holder's lock is taken over.
//
// Easy to get wrong: process ids come round again, and in containers every relay has the same one. A holder on the same
// kernel and in the same process namespace is judged by its id and start time, within seconds. One elsewhere (another
// container or machine on a shared disk) is judged by its heartbeat on the file, watched for a while with our own
// clock, because clocks differ.

import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** `watchMs`: three heartbeats and a bit, since a busy machine may be late with one. `goingMs`: a killed process takes
 * that long to be gone when it had much memory. */
const TIMES = { heartbeatMs: 3000, watchMs: 11_000, goingMs: 2000 };

type Holder = {
  readonly pid: number;
  /** The kernel's and the namespace's own names: where `pid` means something. */
  readonly place: string;
  /** Start of the process, in the kernel's ticks; '' where that can't be read. */
  readonly started: string;
  /** Tells two locks of one process apart. */
  readonly id: string;
};

export type Lock = { release(): void };

export type LockResult =
  { readonly kind: 'taken'; readonly lock: Lock } | { readonly kind: 'held'; readonly pid: number };

/** `waiting` is called if it can't be told at once whether the holder lives. Tests hand in shorter times. */
export async function takeLock(
  file: string,
  waiting: (seconds: number) => void,
  times: typeof TIMES = TIMES,
): Promise<LockResult> {
  const me: Holder = {
    pid: process.pid,
    place: placeName(),
    started: startOf(process.pid),
    id: randomBytes(8).toString('hex'),
  };
  for (;;) {
    if (create(file, me)) return { kind: 'taken', lock: hold(file, me, times.heartbeatMs) };
    const holder = read(file);
    if (holder === 'gone') continue;
    if (holder !== 'unreadable' && holder.place === me.place) {
      if (await staysRunning(holder, times.goingMs)) return { kind: 'held', pid: holder.pid };
    } else {
      waiting(Math.ceil(times.watchMs / 1000));
      if (await beats(file, times.watchMs)) return { kind: 'held', pid: holder === 'unreadable' ? 0 : holder.pid };
    }
    takeAway(file, holder);
  }
}

/** False if the file is there already. It appears whole or not at all. */
function create(file: string, me: Holder): boolean {
  const fresh = `${file}.${me.id}`;
  writeFileSync(fresh, JSON.stringify(me));
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

function hold(file: string, me: Holder, heartbeatMs: number): Lock {
  const isMine = () => {
    const holder = read(file);
    return typeof holder === 'object' && holder.id === me.id;
  };
  const timer = setInterval(() => {
    const now = new Date();
    try {
      if (isMine()) utimesSync(file, now, now);
    } catch {
      // Deleted or not writable just now: only relays elsewhere look at the time, and the next beat tries again.
    }
  }, heartbeatMs).unref();
  return {
    release() {
      clearInterval(timer);
      if (isMine()) rmSync(file, { force: true });
    },
  };
}

function read(file: string): Holder | 'gone' | 'unreadable' {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return 'unreadable';
    if (!('pid' in value) || !('place' in value) || !('started' in value) || !('id' in value)) return 'unreadable';
    const { pid, place, started, id } = value;
    if (typeof pid !== 'number' || typeof place !== 'string') return 'unreadable';
    if (typeof started !== 'string' || typeof id !== 'string') return 'unreadable';
    return { pid, place, started, id };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'gone';
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

async function staysRunning(holder: Holder, goingMs: number): Promise<boolean> {
  const until = performance.now() + goingMs;
  while (isRunning(holder)) {
    if (performance.now() > until) return true;
    await sleep(goingMs / 20);
  }
  return false;
}

function isRunning(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (codeOf(error) === 'ESRCH') return false;
  }
  // Killed, and nobody has asked what became of it: in a container without an init it stays so for good.
  if (/^[ZX]/.test(statOf(holder.pid)[0] ?? '')) return false;
  return holder.started === '' || holder.started === startOf(holder.pid);
}

async function beats(file: string, watchMs: number): Promise<boolean> {
  const seen = modified(file);
  const until = performance.now() + watchMs;
  while (performance.now() < until) {
    await sleep(watchMs / 20);
    const now = modified(file);
    if (now !== seen) return now !== undefined;
  }
  return false;
}

function modified(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Renamed first and looked at again: another relay may have taken the dead lock over in this very moment. */
function takeAway(file: string, dead: Holder | 'unreadable'): void {
  const aside = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const taken = read(aside);
  if (typeof taken === 'object' && (dead === 'unreadable' || taken.id !== dead.id)) {
    try {
      linkSync(aside, file);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

function placeName(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: a host name is the best there is.
    return hostname();
  }
}

function startOf(pid: number): string {
  return statOf(pid)[19] ?? '';
}

/** The kernel's fields about a process from its state on; none where they can't be read. */
function statOf(pid: number): string[] {
  try {
    // The name in brackets may hold spaces and brackets of its own.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
