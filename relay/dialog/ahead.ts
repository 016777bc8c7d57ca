// Tells visitors who look at the chat what is ahead of them: whether somebody can answer just now, else when, and how long it
// is likely to take, as far as that can be said honestly. To each only what they have not been told.

import type { Answerable, ToChat } from '../../protocol/chat.ts';
import type { Tab } from '../live/visitors.ts';
import type { Plan, Waits } from '../store/routing.ts';
import { isWorking, worksAgainAt } from './hours.ts';
import type { Standing } from './presence.ts';
import { expectWait } from './routing.ts';
import { toTabText } from './threads.ts';

export type AheadDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  plan(): Plan;
  standingOf(operator: string): Standing;
  waits(account: string, which: { spanMs: number; limit: number }): Promise<Waits>;
  failed(error: unknown, where: string): void;
};

type Say = Extract<ToChat['say'], { t: 'ahead' }>;
type Reader = { conversation: string | undefined; reachable: boolean; told: string };
type Account = { readers: Map<Tab, Reader>; isDue: boolean };

/** What comes within this is told together. */
const GATHER_MS = 500;
/** An estimate changes by itself. */
export const AHEAD_EVERY_MS = 15_000;
/** What got its answer within this says how fast it goes. */
const SPAN_MS = 1_800_000;
/** Whoever has more before them is told no number. */
const MOST_BEFORE = 1000;

/** Of a site, or of a team of its account. */
export function answerableAt(
  plan: Plan,
  standingOf: (operator: string) => Standing,
  { account, team: id, now }: { account: string; team: string | null; now: number },
): Pick<Say, 'answerable' | 'backAt'> {
  const team = plan.teams.get(id ?? '');
  if (team?.hours && !isWorking(team.hours, now)) {
    const backAt = worksAgainAt(team.hours, now);
    return { answerable: 'closed', ...(backAt === undefined ? {} : { backAt }) };
  }
  const members =
    team?.members ?? [...plan.operators].flatMap(([one, { account: its }]) => (its === account ? [one] : []));
  let best: Answerable = 'nobody';
  for (const member of members) {
    const { presence } = standingOf(member);
    if (presence === 'online') return { answerable: 'online' };
    if (presence === 'away') best = 'away';
  }
  return { answerable: best };
}

export class Ahead {
  readonly #door: AheadDoor;
  readonly #accounts = new Map<string, Account>();

  constructor(door: AheadDoor) {
    this.#door = door;
  }

  open(tab: Tab, reader: { conversation: string | undefined; reachable: boolean }): void {
    const id = tab.visitor.site.account;
    const account = this.#accounts.get(id) ?? { readers: new Map<Tab, Reader>(), isDue: false };
    this.#accounts.set(id, account);
    account.readers.set(tab, { ...reader, told: '' });
    this.changed(id, 0);
  }

  close(tab: Tab): void {
    const id = tab.visitor.site.account;
    const account = this.#accounts.get(id);
    account?.readers.delete(tab);
    if (account?.readers.size === 0) this.#accounts.delete(id);
  }

  /** The visitor's conversation has begun, or they have said where they can be reached. */
  learn(tab: Tab, what: { conversation?: string; reachable?: boolean }): void {
    const reader = this.#accounts.get(tab.visitor.site.account)?.readers.get(tab);
    if (!reader) return;
    Object.assign(reader, what);
    this.changed(tab.visitor.site.account);
  }

  changed(id: string, delayMs = GATHER_MS): void {
    const account = this.#accounts.get(id);
    if (!account || account.isDue) return;
    account.isDue = true;
    this.#door.after(delayMs, () => {
      account.isDue = false;
      this.#flush(id, account).catch((error: unknown) => this.#door.failed(error, 'telling visitors what is ahead'));
    });
  }

  changedAll(): void {
    for (const id of this.#accounts.keys()) this.changed(id);
  }

  async #flush(id: string, { readers }: Account): Promise<void> {
    const hasTalk = [...readers.values()].some(({ conversation }) => conversation !== undefined);
    const waits: Waits = hasTalk
      ? await this.#door.waits(id, { spanMs: SPAN_MS, limit: MOST_BEFORE })
      : { unanswered: [], answered: [] };
    const plan = this.#door.plan();
    const now = this.#door.now();
    const teamOf = (row: { site: string; team: string | null }) => row.team ?? plan.sites.get(row.site)?.team ?? null;
    /** Of each team, who waits, in their order. */
    const places = new Map<string, { team: string | null; before: number }>();
    const counts = new Map<string | null, number>();
    for (const row of waits.unanswered) {
      const team = teamOf(row);
      const before = counts.get(team) ?? 0;
      places.set(row.conversation, { team, before });
      counts.set(team, before + 1);
    }
    const answered = new Map<string | null, number>();
    for (const row of waits.answered) answered.set(teamOf(row), (answered.get(teamOf(row)) ?? 0) + row.count);
    for (const [tab, reader] of readers) {
      const place = places.get(reader.conversation ?? '');
      const team = place ? place.team : (plan.sites.get(tab.visitor.site.id)?.team ?? null);
      const state = answerableAt(plan, this.#door.standingOf, { account: id, team, now });
      // While nobody is there it goes on by no speed of before.
      const isMoving = state.answerable === 'online' && place !== undefined;
      const waitMs = isMoving
        ? expectWait({ before: place.before, answered: answered.get(team) ?? 0, spanMs: SPAN_MS })
        : undefined;
      const say: Say = {
        t: 'ahead',
        ...state,
        ...(isMoving && { before: place.before }),
        ...(waitMs !== undefined && { waitMs }),
        reachable: reader.reachable,
      };
      const text = toTabText(say);
      if (text === reader.told) continue;
      reader.told = text;
      tab.socket.text(text);
    }
  }
}
