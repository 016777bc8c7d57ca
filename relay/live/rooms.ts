// The rooms that are open: how one opens, comes back by the signed proof that its visitor's tabs keep (this relay
// restarted), and ends; and the turn of the event loop, at whose end they send on what has arrived in it. What a proof no
// longer allows is asked here and nowhere else. What happens in a room is room.ts's.

import type { ToVisitor } from '../../protocol/messages.ts';
import type { LedgerEntry } from './deed.ts';
import type { HandFiles } from './hand-files.ts';
import { SparePieces } from './history.ts';
import type { LiveMetrics } from './metrics.ts';
import type { Publish } from './peer.ts';
import type { Policies } from './policies.ts';
import { Revoked, type Keep, type Revocation } from './revoked.ts';
import { Room, type RoomTimes } from './room.ts';
import type { Tab, Visitor } from './visitors.ts';

export type ResumeProof = { room: string; device: string; site: string; origin: string; paused: boolean };
type ShownProof = ResumeProof & { issuedAt: number };

export type RoomsDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  /** Once whatever has arrived by now has been handed in. */
  soon(task: () => void): void;
  randomInt(below: number): number;
  randomId(): string;
  readonly publish: Publish;
  readonly metrics: LiveMetrics;
  signResume(proof: ResumeProof): string;
  readResume(token: string): ShownProof | undefined;
  readonly keepRevocation: Keep;
  /** What was done by hand, or allowed. */
  readonly ledger: (entry: LedgerEntry) => void;
  log(message: string, fields: Record<string, unknown>): void;
  /** A fault of our own, which was survived. */
  failed(error: unknown, where: string): void;
};

/** What rooms have in common. */
export type Around = {
  readonly times: RoomTimes;
  readonly policies: Policies;
  readonly handFiles: HandFiles;
  /** The live list shows something of this visitor that has changed. */
  changed(visitor: Visitor): void;
};

export class Rooms {
  #door: RoomsDoor;
  #around: Around;
  #rooms = new Map<string, Room>();
  #revoked: Revoked;
  #sparePieces = new SparePieces();
  #nextNumber: number;
  /** One turn of the event loop: what arrives in it has one time, and is sent on at its end. Asking the clock for every
   * frame shows in the bench `relay`. */
  #turnAt: number | undefined;
  /** Rooms with frames that their live watchers have not been sent. */
  #withNews: Room[] = [];

  constructor(door: RoomsDoor, around: Around) {
    this.#door = door;
    this.#around = around;
    this.#revoked = new Revoked(door.keepRevocation);
    this.#nextNumber = 1 + door.randomInt(1 << 20);
  }

  get size(): number {
    return this.#rooms.size;
  }

  get(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  /** The room of a signed proof, for whoever shows that. */
  ofProof(token: string): Room | undefined {
    const proof = this.#door.readResume(token);
    const room = proof && this.#rooms.get(proof.room);
    return room?.visitor === proof?.device ? room : undefined;
  }

  /** It is not here, but a proof of it may be on its way. */
  mayComeBack(id: string): boolean {
    return !this.#rooms.has(id) && !this.#revoked.hasEnded(id);
  }

  /** The visitor has just agreed to be seen. */
  open(visitor: Visitor): Room {
    return this.#open(visitor, this.#door.randomId(), false);
  }

  /** The room that this proof names, brought back if this relay does not have it. */
  resume(visitor: Visitor, token: string): Room | undefined {
    const proof = this.#door.readResume(token);
    if (!proof || !isOf(visitor, proof)) return undefined;
    const known = this.#rooms.get(proof.room);
    if (known) return known.visitor === visitor.id ? known : undefined;
    if (this.#revoked.hasEnded(proof.room) || visitor.room) return visitor.room;
    const room = this.#open(visitor, proof.room, this.#revoked.isPaused(proof));
    room.hands.resumed();
    return room;
  }

  /** Stop was pressed on this tab; `token` when it says so again, maybe to a relay that has not heard of the room. */
  stop(tab: Tab, token: string | undefined): void {
    const { visitor } = tab;
    const proof = token === undefined ? undefined : this.#door.readResume(token);
    // Not a visit that has begun since: only the one that was stopped.
    if (token === undefined || (proof && proof.room === visitor.room?.id)) {
      visitor.room?.end('visitor', { tab });
      return;
    }
    if (!proof || !isOf(visitor, proof)) return;
    this.#revoked.end(proof.room, this.#door.now(), () => {
      if (!visitor.room) tab.socket.text(JSON.stringify({ t: 'ended', why: 'visitor' } satisfies ToVisitor));
    });
  }

  /** What was kept by this relay before it restarted, or by another one on the same database. A room that is open here
   * stays: the other relay may only have waited in vain for the visitor who came here. */
  learn(revocations: readonly Revocation[]): void {
    for (const one of revocations) this.#revoked.learn(one);
  }

  /** Once a second. */
  tick(now: number): void {
    for (const room of [...this.#rooms.values()]) this.#guard(room, () => room.tick(now));
    this.#revoked.expire(now);
  }

  /** Begins a turn if none is under way. */
  timeOfTurn(): number {
    if (this.#turnAt === undefined) {
      this.#turnAt = this.#door.now();
      this.#door.soon(() => this.#endTurn());
    }
    return this.#turnAt;
  }

  #endTurn(): void {
    this.#turnAt = undefined;
    const rooms = this.#withNews;
    this.#withNews = [];
    for (const room of rooms) this.#guard(room, () => room.handOn());
  }

  /** What no peer's input causes: a fault in one room must not keep the others waiting. */
  #guard(room: Room, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#door.failed(error, `room ${room.id}`);
    }
  }

  #open(visitor: Visitor, id: string, paused: boolean): Room {
    const door = this.#door;
    const { times, policies, handFiles, changed } = this.#around;
    const { site, origin } = visitor;
    const room = new Room(
      {
        publish: door.publish,
        metrics: door.metrics,
        ledger: door.ledger,
        handFiles,
        policies,
        now: () => door.now(),
        after: door.after,
        times,
        sparePieces: this.#sparePieces,
        handOnSoon: (of) => {
          this.timeOfTurn();
          this.#withNews.push(of);
        },
        resumeToken: (of) =>
          door.signResume({ room: of.id, device: visitor.id, site: site.id, origin, paused: of.paused }),
        changed: () => changed(visitor),
        paused: (of, kept) => this.#revoked.pause(of.id, door.now(), kept),
        ended: (of, kept) => {
          this.#rooms.delete(of.id);
          this.#revoked.end(of.id, door.now(), kept);
          if (visitor.room === of) visitor.room = undefined;
          changed(visitor);
          door.log('room ended', { room: of.id, why: of.view().ended });
        },
      },
      { id, number: this.#nextNumber++ >>> 0, site, visitor: visitor.id, paused },
      door.now(),
    );
    this.#rooms.set(id, room);
    visitor.room = room;
    for (const tab of visitor.tabs) room.enter(tab, door.now());
    changed(visitor);
    door.log('room opened', { room: id, site: site.id });
    return room;
  }
}

function isOf(visitor: Visitor, proof: ShownProof): boolean {
  return proof.device === visitor.id && proof.site === visitor.site.id && proof.origin === visitor.origin;
}
