// A connected console: who it is, which sites it may see, which rooms it watches.

import type { Grant } from '../../protocol/hand.ts';
import type { ToOperator } from '../../protocol/messages.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createBucket, type Bucket, type Socket } from './peer.ts';
import type { Room } from './room.ts';

export type Operator = {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly login: string;
  readonly role: 'admin' | 'operator';
};

export class OperatorPeer {
  readonly socket: Socket;
  readonly operator: Operator;
  readonly session: string;
  readonly address: string;
  /** What it may ask visitors for, as its welcome said. */
  readonly may: readonly Grant[];
  readonly rooms = new Set<Room>();
  /** Rooms that it came back to before their visitors did. Kept by awaited.ts. */
  readonly awaits = new Set<string>();
  /** It says what has come: see line.ts. */
  answersHeads = false;
  /** What all consoles of this operator do by hand, in all rooms. */
  readonly acts: Bucket;
  readonly texts: Bucket;
  readonly repairs: Bucket;
  /** Live list: off, in step, or overflowed (it gets the whole list again when its line has drained). */
  list: 'off' | 'on' | 'behind' = 'off';
  /** Since when its line has been full; undefined while it is not. */
  slowSince: number | undefined;

  constructor(
    socket: Socket,
    operator: Operator,
    session: string,
    address: string,
    now: number,
    may: readonly Grant[] = [],
    acts: Bucket = createBucket(LIMITS.handBurst, now),
  ) {
    this.socket = socket;
    this.operator = operator;
    this.session = session;
    this.address = address;
    this.may = may;
    this.acts = acts;
    this.texts = createBucket(LIMITS.operatorTextBurst, now);
    this.repairs = createBucket(LIMITS.repairsPer10s, now);
  }

  send(message: ToOperator): void {
    this.sendText(JSON.stringify(message));
  }

  /** Messages are vital: a console that missed one would show something untrue for ever, so it starts afresh instead.
   * Only live frames may be dropped, because their holes are seen and repaired. */
  sendText(text: string): void {
    if (this.socket.text(text) === 'dropped') this.socket.close('TooSlow');
  }
}
