// Operators who came back to a room before its visitor did: the relay restarted, and only the visitor's proof will bring
// the room back. Anybody may say such a room's id, so what one operator waits for is bounded by itself and displaces
// nobody else's.

import type { OperatorPeer } from './operators.ts';

type Waiting = { readonly peers: Set<OperatorPeer>; readonly until: number };

/** Of one operator, on all connections: ten windows of sixteen rooms. */
const MAX_PER_OPERATOR = 160;

export class Awaited {
  #rooms = new Map<string, Waiting>();
  /** How many each operator waits for, by id. */
  #perOperator = new Map<string, number>();

  /** False: this operator waits for as many as one may. */
  add(peer: OperatorPeer, room: string, until: number): boolean {
    if (peer.awaits.has(room)) return true;
    const before = this.#perOperator.get(peer.operator.id) ?? 0;
    if (before >= MAX_PER_OPERATOR) return false;
    this.#perOperator.set(peer.operator.id, before + 1);
    peer.awaits.add(room);
    const waiting = this.#rooms.get(room);
    if (waiting) waiting.peers.add(peer);
    else this.#rooms.set(room, { peers: new Set([peer]), until });
    return true;
  }

  /** It waits for this room no longer. */
  remove(peer: OperatorPeer, room: string): void {
    if (!peer.awaits.delete(room)) return;
    const { id } = peer.operator;
    const left = (this.#perOperator.get(id) ?? 0) - 1;
    if (left > 0) this.#perOperator.set(id, left);
    else this.#perOperator.delete(id);
    const peers = this.#rooms.get(room)?.peers;
    peers?.delete(peer);
    if (peers?.size === 0) this.#rooms.delete(room);
  }

  /** Its connection is gone. */
  forget(peer: OperatorPeer): void {
    for (const room of peer.awaits) this.remove(peer, room);
  }

  /** The room is there: who waited for it, and now does no longer. */
  take(room: string): OperatorPeer[] {
    const peers = [...(this.#rooms.get(room)?.peers ?? [])];
    for (const peer of peers) this.remove(peer, room);
    return peers;
  }

  /** Rooms that did not come in time. */
  overdue(now: number): string[] {
    return [...this.#rooms].filter(([, { until }]) => until <= now).map(([room]) => room);
  }
}
