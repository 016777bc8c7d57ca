// Hands conversations out: reads how things stand, has routing.ts decide, and has it done, whenever anything has changed that
// it depends on, and when time alone makes a difference. Of several relays one at a time does so for an account, whichever
// has something to do; its turn ends by itself, so one that dies holds up nobody for long.
//
// Easy to get wrong: what is decided rests on what was read, and somebody may take a conversation by hand in between. So each
// move says whose the conversation was, and the transaction that makes it true looks again (conversation.ts): the quicker
// one has it, and the other is told nothing but that it came too late.

import type { Result } from './commits.ts';
import type { Command } from './conversation.ts';
import { isWorking } from './hours.ts';
import { distribute, type Queued, type Seat } from './routing.ts';
import type { Standing } from './presence.ts';
import type { Load, Plan, WaitingRow } from '../store/routing.ts';

export type RouterDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  newId(): string;
  plan(): Plan;
  standingOf(operator: string): Standing;
  waiting(account: string, sites: readonly string[], limit: number): Promise<WaitingRow[]>;
  loads(account: string): Promise<Load[]>;
  takeTurn(account: string, ms: number): Promise<boolean>;
  endTurn(account: string): Promise<void>;
  run(account: string, conversation: string, command: Command): Promise<Result>;
  failed(error: unknown, where: string): void;
};

/** What comes within this is looked at together. */
const GATHER_MS = 30;
/** Another relay is at it; what it read may have been before this. */
const AGAIN_MS = 200;
/** Longer than reading and writing take; a relay that dies in its turn holds up the others for so long. */
const TURN_MS = 10_000;
/** Looked at so often though nothing has happened here: another relay may have died before it came to it. */
const LOOK_MS = 10_000;
/** In one turn; the next follows at once. */
const MOST_AT_ONCE = 500;

type Account = { isDue: boolean; isRunning: boolean; runAgain: boolean; dueAt: number; isWorking: string };

export class Router {
  readonly #door: RouterDoor;
  readonly #accounts = new Map<string, Account>();

  constructor(door: RouterDoor) {
    this.#door = door;
  }

  /** Something has changed there that routing depends on. */
  changed(id: string, delayMs = GATHER_MS): void {
    if (this.#sitesOf(id).length === 0) return;
    const account = this.#of(id);
    if (account.isRunning) account.runAgain = true;
    if (account.isDue || account.isRunning) return;
    account.isDue = true;
    this.#door.after(delayMs, () => {
      account.isDue = false;
      account.isRunning = true;
      this.#round(id, account)
        .catch((error: unknown) => {
          this.#door.failed(error, 'handing out conversations');
          account.dueAt = this.#door.now() + LOOK_MS;
        })
        .finally(() => {
          account.isRunning = false;
          if (account.runAgain) this.changed(id);
          account.runAgain = false;
        });
    });
  }

  /** Every second or so. */
  tick(): void {
    const now = this.#door.now();
    for (const id of new Set([...this.#door.plan().sites.values()].map(({ account }) => account))) {
      if (this.#sitesOf(id).length === 0) continue;
      const account = this.#of(id);
      if (account.dueAt <= now) this.changed(id, 0);
    }
  }

  #of(id: string): Account {
    const known = this.#accounts.get(id);
    if (known) return known;
    const made = { isDue: false, isRunning: false, runAgain: false, dueAt: 0, isWorking: '' };
    this.#accounts.set(id, made);
    return made;
  }

  /** Those whose conversations are handed out. */
  #sitesOf(account: string): string[] {
    return [...this.#door.plan().sites].flatMap(([id, site]) =>
      site.account === account && site.mode === 'auto' ? [id] : [],
    );
  }

  async #round(id: string, account: Account): Promise<void> {
    const { takeTurn, endTurn, waiting, loads, run, now } = this.#door;
    if (!(await takeTurn(id, TURN_MS))) {
      account.dueAt = now() + AGAIN_MS;
      return;
    }
    try {
      const [rows, held] = await Promise.all([waiting(id, this.#sitesOf(id), MOST_AT_ONCE), loads(id)]);
      const { moves, dueAt } = distribute(this.#queueOf(rows), this.#seatsOf(id, held), now());
      const results = await Promise.all(
        moves.map(({ conversation, ...move }) =>
          run(id, conversation, { do: 'offer', id: this.#door.newId(), ...move }),
        ),
      );
      // Somebody was quicker, or there is more than was read: how it is now is to be read first.
      const isOver = results.every(({ done }) => done) && (rows.length < MOST_AT_ONCE || moves.length === 0);
      account.dueAt = isOver ? Math.min(dueAt, now() + LOOK_MS) : now();
    } finally {
      await endTurn(id);
    }
  }

  #queueOf(rows: readonly WaitingRow[]): Queued[] {
    const { teams, sites } = this.#door.plan();
    const now = this.#door.now();
    return rows.flatMap(({ site: siteId, team: own, ...row }) => {
      const site = sites.get(siteId);
      if (!site) return [];
      const team = teams.get(own ?? site.team ?? '');
      return [
        {
          ...row,
          members: team?.members,
          isWorking: !team || isWorking(team.hours, now),
          answerMs: site.answerSec * 1000,
        },
      ];
    });
  }

  #seatsOf(account: string, loads: readonly Load[]): Seat[] {
    const byOperator = new Map(loads.map((load) => [load.operator, load]));
    return [...this.#door.plan().operators].flatMap(([operator, { account: its, limit }]) => {
      if (its !== account) return [];
      const { presence, since } = this.#door.standingOf(operator);
      const { open = 0, givenAt = 0 } = byOperator.get(operator) ?? {};
      return [{ operator, presence, since, load: open, limit, givenAt }];
    });
  }
}
