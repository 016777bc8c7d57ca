// How each operator is there: what they said last, on any device, and what is seen of it. A connected console is somebody
// there; if nobody has touched any of theirs for a while, or the screen is locked, they are away, and back with the first
// touch; a lost link may come back within a moment, so that a reload is no absence. Other relays' consoles count, too.
//
// Easy to get wrong: an operator has several consoles, and is idle only when all of them are.

import { LIMITS } from '../../protocol/limits.ts';
import type { Declared, Presence, PresenceCause, PresenceRules } from '../../protocol/routing.ts';
import type { Operator, OperatorPeer } from '../live/operators.ts';

/** A console: touched, or why not. */
export type Touch = 'touched' | Exclude<PresenceCause, 'load'>;

export type Standing = { readonly presence: Presence; readonly cause?: PresenceCause; readonly since: number };

export type PresenceDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  declaredOf(operator: string): Declared;
  rulesOf(account: string): PresenceRules;
  /** Here at this relay; what others see may be more. */
  changed(operator: Operator, standing: Standing): void;
};

type Here = {
  readonly operator: Operator;
  readonly consoles: Map<OperatorPeer, Touch>;
  /** Of a link that may come back. */
  leaving: (() => void) | undefined;
  standing: Standing;
  /** When visitors of theirs wrote last, by conversation. */
  readonly wrote: Map<string, number>;
};

const MINUTE_MS = 60_000;
const GONE: Standing = { presence: 'gone', since: 0 };
/** Of one operator at two relays, this is how they are. */
const RANK: Readonly<Record<Presence, number>> = { online: 3, invisible: 2, away: 1, gone: 0 };

export function standingOf(
  declared: Declared,
  consoles: readonly Touch[],
  isBusy: boolean,
): { presence: Presence; cause?: PresenceCause } {
  if (consoles.length === 0) return { presence: 'gone' };
  if (declared !== 'online') return { presence: declared };
  if (consoles.every((touch) => touch !== 'touched'))
    return { presence: 'away', cause: consoles.includes('locked') ? 'locked' : 'idle' };
  return isBusy ? { presence: 'invisible', cause: 'load' } : { presence: 'online' };
}

export class PresenceBook {
  readonly #door: PresenceDoor;
  readonly #here = new Map<string, Here>();
  #elsewhere: ReadonlyMap<string, Standing> = new Map();

  constructor(door: PresenceDoor) {
    this.#door = door;
  }

  of(operator: string): Standing {
    const here = this.#here.get(operator)?.standing ?? GONE;
    const elsewhere = this.#elsewhere.get(operator) ?? GONE;
    return RANK[elsewhere.presence] > RANK[here.presence] ? elsewhere : here;
  }

  /** At this relay; for its own record. */
  here(operator: string): Standing {
    return this.#here.get(operator)?.standing ?? GONE;
  }

  opened(peer: OperatorPeer): void {
    const { operator } = peer;
    const here: Here = this.#here.get(operator.id) ?? {
      operator,
      consoles: new Map(),
      leaving: undefined,
      standing: GONE,
      wrote: new Map(),
    };
    // The one that was on its way back.
    if (here.leaving) here.consoles.clear();
    here.leaving?.();
    here.leaving = undefined;
    here.consoles.set(peer, 'touched');
    this.#here.set(operator.id, here);
    this.#look(here);
  }

  closed(peer: OperatorPeer): void {
    const here = this.#here.get(peer.operator.id);
    if (!here?.consoles.has(peer)) return;
    if (here.consoles.size > 1) {
      here.consoles.delete(peer);
      return this.#look(here);
    }
    here.leaving ??= this.#door.after(LIMITS.goneMs, () => {
      here.consoles.clear();
      this.#here.delete(peer.operator.id);
      this.#look(here);
    });
  }

  touched(peer: OperatorPeer, touch: Touch): void {
    const here = this.#here.get(peer.operator.id);
    if (!here?.consoles.has(peer)) return;
    here.consoles.set(peer, touch);
    this.#look(here);
  }

  /** What they declare has changed, or an account's rules. */
  lookAgain(operator: string): void {
    const here = this.#here.get(operator);
    if (here) this.#look(here);
  }

  /** A visitor of theirs has said something. */
  wrote(operator: string, conversation: string): void {
    const here = this.#here.get(operator);
    if (!here || this.#door.rulesOf(here.operator.account).busyVisitors === 0) return;
    here.wrote.set(conversation, this.#door.now());
    this.#look(here);
  }

  /** Some time has passed. */
  tick(): void {
    for (const here of this.#here.values()) if (here.wrote.size > 0) this.#look(here);
  }

  /** Whoever has changed by it. */
  learn(elsewhere: ReadonlyMap<string, Standing>): string[] {
    const ids = new Set([...this.#elsewhere.keys(), ...elsewhere.keys()]);
    const before = new Map([...ids].map((id) => [id, this.of(id).presence]));
    this.#elsewhere = elsewhere;
    return [...ids].filter((id) => this.of(id).presence !== before.get(id));
  }

  #look(here: Here): void {
    const { operator, consoles } = here;
    const now = this.#door.now();
    const { busyVisitors, busyMinutes } = this.#door.rulesOf(operator.account);
    for (const [conversation, at] of here.wrote)
      if (now - at >= busyMinutes * MINUTE_MS) here.wrote.delete(conversation);
    const isBusy = busyVisitors > 0 && here.wrote.size >= busyVisitors;
    const next = standingOf(this.#door.declaredOf(operator.id), [...consoles.values()], isBusy);
    const { presence, cause } = here.standing;
    if (next.presence === presence && next.cause === cause) return;
    here.standing = { ...next, since: next.presence === presence ? here.standing.since : now };
    this.#door.changed(operator, here.standing);
  }
}
