// Who gets which conversation, and how long it will take: decided from how things stand, and nothing else. Pure: router.ts
// reads how they stand and has done what is decided here.
//
// Promises: nobody is given more than their limit, or anything while they are not online; what nobody has answered is offered
// to each in turn before it is called escalated; whoever waits longest is first, and as long as somebody is free nobody waits
// who was not offered to them.

import type { Presence } from '../../protocol/routing.ts';

/** An operator. Times are epoch milliseconds. */
export type Seat = {
  readonly operator: string;
  readonly presence: Presence;
  /** Online since then. */
  readonly since: number;
  /** Open conversations that are theirs. */
  readonly load: number;
  readonly limit: number;
  /** When they were given one last; 0: never. */
  readonly givenAt: number;
};

/** A conversation whose contact waits for an answer. */
export type Queued = {
  readonly conversation: string;
  readonly waitingSince: number;
  readonly assignee: string | null;
  readonly assignedAt: number | null;
  /** Its assignee was given it and has not answered since. */
  readonly offered: boolean;
  readonly tried: readonly string[];
  readonly escalatedAt: number | null;
  /** Who answered last. */
  readonly previous: string | null;
  /** Whose it may become; undefined: everybody's. */
  readonly members: ReadonlySet<string> | undefined;
  /** Whether its team works now. */
  readonly isWorking: boolean;
  /** Within so long an offer is answered, or is made to the next; 0: for ever. */
  readonly answerMs: number;
};

export type Move = {
  readonly conversation: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly tried: readonly string[];
  readonly escalates: boolean;
};

/** After so long, what nobody has answered is offered once more to those who were asked. */
export const AGAIN_MS = 600_000;

/** `dueAt`: when there may be something to decide though nothing has happened; Infinity: never. */
export function distribute(
  queue: readonly Queued[],
  seats: readonly Seat[],
  now: number,
): { moves: Move[]; dueAt: number } {
  const loads = new Map(seats.map(({ operator, load }) => [operator, load]));
  const givenAt = new Map(seats.map((seat) => [seat.operator, seat.givenAt]));
  const presences = new Map(seats.map(({ operator, presence }) => [operator, presence]));
  const loadOf = (operator: string) => loads.get(operator) ?? 0;
  const moves: Move[] = [];
  let dueAt = Infinity;
  const due = (at: number) => {
    dueAt = Math.min(dueAt, at);
  };

  /** Undefined: nobody can. */
  const choose = ({ members, previous }: Queued, isLeft: (seat: Seat) => boolean): string | undefined => {
    const free = seats.filter(
      (seat) =>
        seat.presence === 'online' &&
        loadOf(seat.operator) < seat.limit &&
        (members?.has(seat.operator) ?? true) &&
        isLeft(seat),
    );
    const known = free.find(({ operator }) => operator === previous);
    if (known) return known.operator;
    const idleFor = ({ operator }: Seat) => now - (givenAt.get(operator) ?? 0);
    return free.sort(
      (one, other) =>
        loadOf(one.operator) - loadOf(other.operator) ||
        idleFor(other) - idleFor(one) ||
        (one.operator < other.operator ? -1 : 1),
    )[0]?.operator;
  };

  const move = (queued: Queued, to: string | null, tried: readonly string[], escalates = false) => {
    const { conversation, assignee: from } = queued;
    if (from !== null) loads.set(from, Math.max(0, loadOf(from) - 1));
    if (to !== null) {
      loads.set(to, loadOf(to) + 1);
      // Those of one moment in their order, too.
      givenAt.set(to, now + moves.length);
      if (queued.answerMs > 0) due(now + queued.answerMs);
    }
    if (escalates) due(now + AGAIN_MS);
    moves.push({ conversation, from, to, tried, escalates });
  };

  for (const queued of queue.toSorted(byUrgency)) {
    const { assignee, assignedAt, offered, tried, escalatedAt, answerMs } = queued;
    if (!queued.isWorking) continue;
    if (assignee === null) {
      const canAskAgain = escalatedAt !== null && now - escalatedAt >= AGAIN_MS;
      const to = choose(
        queued,
        (seat) => canAskAgain || !tried.includes(seat.operator) || (escalatedAt !== null && seat.since > escalatedAt),
      );
      if (to !== undefined) move(queued, to, canAskAgain ? [] : tried);
      else if (escalatedAt !== null && !canAskAgain) due(escalatedAt + AGAIN_MS);
      continue;
    }
    const isGone = (presences.get(assignee) ?? 'gone') === 'gone';
    const endsAt = offered && answerMs > 0 ? (assignedAt ?? now) + answerMs : Infinity;
    const isLate = endsAt <= now;
    if (!isGone && !isLate) {
      due(endsAt);
      continue;
    }
    const asked = isLate && !tried.includes(assignee) ? [...tried, assignee] : tried;
    const to = choose(
      queued,
      ({ operator, since }) =>
        operator !== assignee && (!asked.includes(operator) || (escalatedAt !== null && since > escalatedAt)),
    );
    if (to !== undefined) move(queued, to, asked);
    else if (isLate) move(queued, null, asked, true);
    // Nobody has begun with it. Else it stays theirs: there is nobody else, and they may come back.
    else if (offered) move(queued, null, asked);
  }
  return { moves, dueAt };
}

/** What was offered to everybody comes first, then who waits longest. */
function byUrgency(one: Queued, other: Queued): number {
  const rank = ({ escalatedAt }: Queued) => (escalatedAt === null ? 1 : 0);
  return (
    rank(one) - rank(other) || one.waitingSince - other.waitingSince || (one.conversation < other.conversation ? -1 : 1)
  );
}

/** Fewer first answers than this tell nothing of the next one. */
const ENOUGH_ANSWERS = 3;

/** How long it takes until it is the turn of somebody with so many `before` them, where so many got their first answer
 * within `spanMs`; undefined: that can't be said. */
export function expectWait({
  before,
  answered,
  spanMs,
}: {
  before: number;
  answered: number;
  spanMs: number;
}): number | undefined {
  return answered < ENOUGH_ANSWERS ? undefined : Math.round(((before + 1) * spanMs) / answered);
}
