// The operators' side of one room: who watches, how far each has come, and what each is sent when. Whoever keeps up is
// subscribed and gets every frame in one publish; whoever does not is fed from the room's history. Owns that and nothing
// else: whether there is anything to watch is room.ts's business.
//
// Rules (relay/README.md has all):
//   [RM4]  a watcher that is behind is fed from the history, in batches its line can carry, and costs nobody else
//   [RM15] a console that answers heads has no more on its way to it than its line carries in some seconds
//
// Easy to get wrong: a peer may vanish in the middle of any send here. And `publish` runs for every message of every room:
// what each line has been given is therefore added up only when somebody asks.

import { LIMITS } from '../../protocol/limits.ts';
import type { Person, RoomView } from '../../protocol/messages.ts';
import type { History } from './history.ts';
import { Line } from './line.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import { take, type Publish } from './peer.ts';
import type { Pictures } from './pictures.ts';

export type WatchersDoor = {
  readonly publish: Publish;
  readonly metrics: LiveMetrics;
  now(): number;
};

/** What is watched: a room. */
export type Watched = {
  readonly id: string;
  readonly topic: string;
  /** Of the last frame that was taken in. */
  readonly sequence: number;
};

/** How one operator follows the room. While catching up it is not subscribed: it is fed from the history, and then with
 * pictures, batch by batch as its line takes them, until it has reached the head. `from`: where this history began.
 * `cursor`, `pictures`: how far it has come in each. */
type State = { kind: 'catching-up'; from: number; cursor: number; pictures: number } | { kind: 'live' };

type Watcher = {
  readonly peer: OperatorPeer;
  state: State;
  /** Undefined for a console that does not answer heads: what waits in its socket is all that is known. */
  readonly line: Line | undefined;
};

/** A batch of history for one watcher: small enough that pointer frames of others do not wait long behind it. */
const BATCH_BYTES = 1024 * 1024;
const REPAIR_RATE = { burst: LIMITS.repairsPer10s, perSec: LIMITS.repairsPer10s / 10 };

export class Watchers {
  #door: WatchersDoor;
  #watched: Watched;
  #history: History;
  #pictures: Pictures;
  #all = new Map<OperatorPeer, Watcher>();
  /** What live watchers have been sent. */
  #handedOnTo = 0;
  #headTold = 0;
  /** Published, and not yet counted in what each line has been given. */
  #uncheckedBytes = 0;
  /** After so many it is looked who is behind, or may soon be. */
  #checkAfterBytes = BATCH_BYTES;

  constructor(door: WatchersDoor, watched: Watched, history: History, pictures: Pictures) {
    this.#door = door;
    this.#watched = watched;
    this.#history = history;
    this.#pictures = pictures;
  }

  get size(): number {
    return this.#all.size;
  }

  get people(): Person[] {
    // One operator with two windows is one person.
    const people = new Map<string, Person>();
    for (const { operator } of this.#all.keys()) people.set(operator.id, { id: operator.id, name: operator.name });
    return [...people.values()];
  }

  /** Everybody's consoles. A copy: any of them may go while it is gone through. */
  get all(): OperatorPeer[] {
    return [...this.#all.keys()];
  }

  /** This operator's consoles. */
  of(operator: string): OperatorPeer[] {
    return [...this.#all.keys()].filter((peer) => peer.operator.id === operator);
  }

  /** Begins to watch, or comes back with everything up to `from`. Nothing is sent until it is fed. */
  add(peer: OperatorPeer, from: number): void {
    const cursor = from > this.#watched.sequence ? 0 : from;
    const line = peer.answersHeads ? new Line() : undefined;
    this.#all.set(peer, { peer, state: { kind: 'catching-up', from: cursor, cursor, pictures: 0 }, line });
    this.#measure();
  }

  /** False: it did not watch. */
  remove(peer: OperatorPeer): boolean {
    const watcher = this.#all.get(peer);
    if (!watcher) return false;
    this.#all.delete(peer);
    if (watcher.state.kind === 'live') peer.socket.unsubscribe(this.#watched.topic);
    this.#measure();
    return true;
  }

  /** The room has ended. Whoever watched. */
  close(view: RoomView): OperatorPeer[] {
    const peers = [...this.#all.keys()];
    for (const peer of peers) {
      peer.send({ t: 'room', view });
      this.remove(peer);
    }
    return peers;
  }

  tell(text: string): void {
    for (const peer of [...this.#all.keys()]) peer.sendText(text);
  }

  /** To live watchers. `upTo`: sequence of the last of these frames. */
  sendLive(message: Uint8Array, upTo: number): void {
    this.#handedOnTo = upTo;
    this.publish(message);
  }

  publish(message: Uint8Array): void {
    const watchers = this.#all.size;
    if (watchers === 0) return;
    const bytes = message.byteLength;
    this.#door.metrics.bytesOut.add(watchers * bytes);
    this.#door.publish(this.#watched.topic, message);
    this.#uncheckedBytes += bytes;
    if (this.#uncheckedBytes > this.#checkAfterBytes) this.#look();
  }

  /** The mirror saw a hole after `from`. */
  repair(peer: OperatorPeer, from: number, now: number): 'repairing' | 'too-often' {
    const watcher = this.#all.get(peer);
    // What is on its way to it begins no later than what it lacks.
    if (!watcher || (watcher.state.kind === 'catching-up' && watcher.state.from <= from)) return 'repairing';
    this.#door.metrics.resyncs.add(1);
    if (!take(peer.repairs, REPAIR_RATE, now)) return 'too-often';
    // What else was lost on the way nobody knows: pictures have no sequence.
    this.#fallBack(watcher, Math.min(from, this.#watched.sequence), 0);
    this.feed(peer);
    return 'repairing';
  }

  /** Everything sent before the head of this sequence has come. False: no such answer was due. */
  heard(peer: OperatorPeer, sequence: number): boolean {
    const watcher = this.#all.get(peer);
    if (!watcher?.line?.answered(sequence, this.#door.now())) return false;
    this.#measure();
    this.feed(peer);
    return true;
  }

  /** Sends a catching-up watcher what its line takes now; called again when the line has drained, or has answered. */
  feed(peer: OperatorPeer): void {
    if (this.#all.get(peer)?.state.kind !== 'catching-up') return;
    // Or it would come a second time, live.
    this.#history.handOn();
    for (;;) {
      const watcher = this.#all.get(peer);
      if (watcher?.state.kind !== 'catching-up') return;
      const { state, line } = watcher;
      const space = Math.min(BATCH_BYTES, line?.space ?? BATCH_BYTES);
      if (space <= 0 || peer.socket.waiting() > BATCH_BYTES) return;
      const batch = this.#history.after(state.cursor, space);
      peer.send({ t: 'history', room: this.#watched.id, from: state.cursor, to: this.#watched.sequence });
      for (const { bundle, upTo } of batch) {
        // Dropped means over the backlog limit in one batch, which the check above rules out; were it to happen, the
        // cursor stays and the drain brings us back here.
        if (peer.socket.bytes(bundle) === 'dropped') return;
        state.cursor = upTo;
        if (line) line.given += bundle.byteLength;
      }
      const isBehind = this.#history.after(state.cursor, 1).length > 0;
      // Never 0 again, which has a mirror forget what it was given.
      if (!isBehind) state.cursor = this.#watched.sequence;
      if (isBehind || this.#feedPictures(peer, state, line)) {
        if (line) this.#ask(watcher, line, state.cursor);
        continue;
      }
      this.#count();
      watcher.state = { kind: 'live' };
      peer.socket.subscribe(this.#watched.topic);
      if (line?.hasNews === true) this.#ask(watcher, line, this.#watched.sequence);
      return;
    }
  }

  /** True: there are more than its line takes now. */
  #feedPictures({ socket }: OperatorPeer, state: State & { kind: 'catching-up' }, line: Line | undefined): boolean {
    for (;;) {
      const picture = this.#pictures.next(state.pictures);
      if (!picture) return false;
      if ((line && line.space <= 0) || socket.waiting() > BATCH_BYTES) return true;
      socket.bytes(picture.frame);
      state.pictures = picture.version;
      if (line) line.given += picture.frame.byteLength;
    }
  }

  /** Once a second. */
  tick(): void {
    const { id, sequence } = this.#watched;
    const isNew = sequence !== this.#headTold;
    this.#headTold = sequence;
    if (isNew) this.#history.handOn();
    this.#count();
    const now = this.#door.now();
    for (const watcher of [...this.#all.values()]) {
      const { peer, line, state } = watcher;
      if (state.kind !== 'live') continue;
      if (!line) {
        if (isNew) peer.send({ t: 'head', room: id, sequence });
      } else if (line.isLate(now) || line.space < 0) this.#fallBack(watcher, this.#handedOnTo, this.#pictures.version);
      else if (isNew || line.hasNews) this.#ask(watcher, line, sequence);
    }
  }

  /** At who is live. Frames to a watcher stop well before its line is full, so that messages still get through; it is fed
   * from the history when there is space. What is queued so far arrives; had a frame been dropped, its mirror sees the
   * hole. Who is not behind is asked while there is space: else a quick line would fill between two ticks, too. */
  #look(): void {
    this.#count();
    for (const watcher of this.#all.values()) {
      const { peer, line, state } = watcher;
      if (state.kind !== 'live') continue;
      const isFull = peer.socket.waiting() >= LIMITS.maxOperatorBacklogBytes / 2;
      if (isFull || (line && line.space < 0)) this.#fallBack(watcher, this.#handedOnTo, this.#pictures.version);
      else if (line?.hasNews === true) this.#ask(watcher, line, this.#handedOnTo);
    }
  }

  #fallBack(watcher: Watcher, cursor: number, pictures: number): void {
    const { peer, line, state } = watcher;
    if (state.kind === 'live') {
      this.#count();
      // Its answer is what lets it be fed. While it is catching up, one is under way, or there is space.
      if (line) this.#ask(watcher, line, this.#handedOnTo);
      peer.socket.unsubscribe(this.#watched.topic);
    }
    watcher.state = { kind: 'catching-up', from: cursor, cursor, pictures };
  }

  #ask({ peer }: Watcher, line: Line, sequence: number): void {
    line.asked(sequence, this.#door.now());
    peer.send({ t: 'head', room: this.#watched.id, sequence });
  }

  /** Adds what was published to what each line has been given: before anybody begins or ceases to be live. */
  #count(): void {
    const bytes = this.#uncheckedBytes;
    this.#uncheckedBytes = 0;
    if (bytes > 0)
      for (const { state, line } of this.#all.values()) if (line && state.kind === 'live') line.given += bytes;
  }

  /** A narrow line is looked at sooner. */
  #measure(): void {
    let least = BATCH_BYTES;
    for (const { line } of this.#all.values()) if (line) least = Math.min(least, line.window / 2);
    this.#checkAfterBytes = least;
  }
}
