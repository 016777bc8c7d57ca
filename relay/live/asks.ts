// Operators' questions to visitors: may I see your page? One lives until it is answered, taken back, or too old. A visitor
// has one at a time, and is not nagged: so many that were not accepted in ten minutes. What follows an answer is live.ts's.

import { LIMITS } from '../../protocol/limits.ts';
import type { Refusal, ToVisitor } from '../../protocol/messages.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take } from './peer.ts';
import type { Room } from './room.ts';
import type { Visitor } from './visitors.ts';

export type Ask = {
  readonly id: string;
  readonly visitor: Visitor;
  readonly operator: OperatorPeer;
  readonly until: number;
};

export type AsksDoor = {
  randomId(): string;
  toTabs(visitor: Visitor, message: ToVisitor): void;
  isConnected(peer: OperatorPeer): boolean;
  /** This visitor is about to be asked. */
  asking(visitor: Visitor): void;
  /** The live list shows it. */
  changed(visitor: Visitor): void;
};

const NAGGING = { burst: LIMITS.asksPer10min, perSec: LIMITS.asksPer10min / 600 };

export class Asks {
  #door: AsksDoor;
  #byOperator = new Map<OperatorPeer, Set<Visitor>>();

  constructor(door: AsksDoor) {
    this.#door = door;
  }

  put(peer: OperatorPeer, visitor: Visitor, now: number): void {
    const refuse = (why: Refusal) => peer.send({ t: 'refused', what: 'ask', why, about: visitor.id });
    if (visitor.room) return peer.send({ t: 'asked', visitor: visitor.id, state: 'accepted', room: visitor.room.id });
    if (visitor.ask && visitor.ask.operator !== peer) return refuse('visitor-busy');
    if (visitor.ask) return peer.send({ t: 'asked', visitor: visitor.id, state: 'waiting' });
    if (visitor.tabs.length === 0) return refuse('unknown-visitor');
    visitor.nagging ??= createBucket(NAGGING.burst, now);
    if (!take(visitor.nagging, NAGGING, now)) return refuse('too-many-tries');
    const ask = { id: this.#door.randomId(), visitor, operator: peer, until: now + LIMITS.askMs };
    visitor.ask = ask;
    let mine = this.#byOperator.get(peer);
    if (!mine) this.#byOperator.set(peer, (mine = new Set()));
    mine.add(visitor);
    const { id, name } = peer.operator;
    this.#door.asking(visitor);
    this.#door.toTabs(visitor, { t: 'ask', ask: ask.id, operator: { id, name } });
    this.#door.changed(visitor);
    return peer.send({ t: 'asked', visitor: visitor.id, state: 'waiting' });
  }

  close(visitor: Visitor, state: 'accepted' | 'declined' | 'timeout' | 'gone', room?: Room): void {
    const { ask } = visitor;
    if (!ask) return;
    visitor.ask = undefined;
    this.#byOperator.get(ask.operator)?.delete(visitor);
    this.#door.toTabs(visitor, { t: 'unask', ask: ask.id });
    if (this.#door.isConnected(ask.operator))
      ask.operator.send({ t: 'asked', visitor: visitor.id, state, ...(room ? { room: room.id } : {}) });
    this.#door.changed(visitor);
  }

  /** Its connection is gone. */
  forget(peer: OperatorPeer): void {
    for (const visitor of this.#byOperator.get(peer) ?? []) this.close(visitor, 'gone');
    this.#byOperator.delete(peer);
  }

  expire(now: number): void {
    for (const [peer, asked] of this.#byOperator) {
      for (const visitor of asked) if (visitor.ask && visitor.ask.until <= now) this.close(visitor, 'timeout');
      if (asked.size === 0) this.#byOperator.delete(peer);
    }
  }
}
