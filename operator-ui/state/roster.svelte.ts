// Who is there, as the relay tells it: colleagues with how they are and how much they have, teams, and the operator's own
// presence, which is the same on all of their devices.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole */

import type { FromOperatorDialog, ToOperatorDialog } from '../../protocol/chat.ts';
import type { Colleague, Declared } from '../../protocol/routing.ts';
import { Attention } from './attention.ts';

type Told = Extract<ToOperatorDialog, { t: 'colleagues' }>;
export type TeamName = { readonly id: string; readonly name: string };

type Doors = {
  tell(say: FromOperatorDialog): boolean;
  me(): string;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
};

export class Roster {
  readonly attention: Attention;
  #doors: Doors;
  #colleagues = $state.raw<ReadonlyMap<string, Colleague>>(new Map());
  #teams = $state.raw<readonly TeamName[]>([]);

  constructor(doors: Doors) {
    this.#doors = doors;
    this.attention = new Attention({
      now: doors.now,
      after: doors.after,
      tell: (on, locked) => void doors.tell({ t: 'touched', on, ...(locked && { locked }) }),
    });
  }

  /** Everybody of the account, this operator too. */
  get all(): readonly Colleague[] {
    return [...this.#colleagues.values()];
  }
  get teams(): readonly TeamName[] {
    return this.#teams;
  }
  /** Undefined: not known yet. */
  get own(): Colleague | undefined {
    return this.#colleagues.get(this.#doors.me());
  }
  of(id: string): Colleague | undefined {
    return this.#colleagues.get(id);
  }
  /** '': there is none, any more. */
  teamName(id: string): string {
    return this.#teams.find((team) => team.id === id)?.name ?? '';
  }
  onlineIn(team: string): number {
    return this.all.filter(({ presence, teams }) => presence === 'online' && teams.includes(team)).length;
  }

  /** On all devices, until something else is declared. */
  declare(presence: Declared): void {
    this.#doors.tell({ t: 'declare', presence });
  }

  /** After each welcome. */
  linked(): void {
    this.#doors.tell({ t: 'colleagues', on: true });
    this.attention.linked();
  }

  apply({ reset, put, gone, teams, idleMs }: Told): void {
    const next = new Map(reset ? [] : this.#colleagues);
    for (const id of gone) next.delete(id);
    for (const colleague of put) next.set(colleague.id, colleague);
    this.#colleagues = next;
    if (teams) this.#teams = teams;
    if (idleMs !== undefined) this.attention.rule(idleMs);
  }

  clear(): void {
    this.#colleagues = new Map();
    this.#teams = [];
    this.attention.clear();
  }
}
