// Which conversations a list shows, and in which order. Pure.

import type { Thread } from '../../protocol/chat.ts';

/** Waiting: for an answer. The first three are of open ones. */
export const FOLDERS = ['waiting', 'mine', 'open', 'closed'] as const;
export type Folder = (typeof FOLDERS)[number];

export function isWaiting(thread: Thread): boolean {
  return thread.status === 'open' && thread.waitingSince !== null;
}

export function isIn(thread: Thread, folder: Folder, me: string): boolean {
  switch (folder) {
    case 'waiting':
      return isWaiting(thread);
    case 'mine':
      return thread.status === 'open' && thread.assignee === me;
    case 'open':
    case 'closed':
      return thread.status === folder;
  }
}

/** What nobody answered comes first, then who waits longest; else what was said last. Ties are broken by id, so that rows never swap by chance. */
export function arrangeThreads(threads: Iterable<Thread>, folder: Folder, me: string): readonly Thread[] {
  const view: Thread[] = [];
  for (const thread of threads) if (isIn(thread, folder, me)) view.push(thread);
  const byId = (one: Thread, other: Thread) => (one.id < other.id ? -1 : 1);
  return folder === 'waiting'
    ? view.sort(
        (one, other) =>
          Number(other.escalated ?? false) - Number(one.escalated ?? false) ||
          (one.waitingSince ?? 0) - (other.waitingSince ?? 0) ||
          byId(one, other),
      )
    : view.sort((one, other) => other.lastAt - one.lastAt || byId(one, other));
}

/** Rows that stand still while somebody points at them: each in its place, with what is known by now; others wait. */
export function standing(
  before: readonly Thread[],
  now: ReadonlyMap<string, Thread>,
  fresh: readonly Thread[],
): { view: readonly Thread[]; held: number } {
  const known = new Set(before.map(({ id }) => id));
  return {
    view: before.map((thread) => now.get(thread.id) ?? thread),
    held: fresh.filter(({ id }) => !known.has(id)).length,
  };
}

/** Something was said that this operator has not had before them. */
export function isUnread(thread: Thread, me: string): boolean {
  if (thread.last?.by.id === me) return false;
  // What merely happened is nothing to read.
  return (thread.last ? (thread.last.seq ?? thread.seq) : 0) > (thread.marks.find(({ by }) => by === me)?.read ?? 0);
}

/** Tells people without a name apart, and stays the same. Of the end: ids of one minute begin alike. */
export const shortOf = (id: string): string => id.slice(-4);
