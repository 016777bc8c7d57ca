// One co-browsing session on the relay: the visitor's tabs on one side, the operators who watch on the other, and the
// history between them. Decides what is sent to whom; performs nothing but sends on the sockets handed in. No await
// between a frame's arrival and its fan-out.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [R3] no page content is taken before the visitor admitted an operator, while nobody watches, or while paused: it is
//        counted and dropped, never queued
//   [R4] a watcher that is behind is fed from the history, in batches its line can carry, and costs nobody else
//   [R5] losing the visitor's link is not leaving: the room waits out the grace time with its picture

import { FLAG, KIND, encodeFrames, isOrdered, readHeader, stamp, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Ending, Page, Person, RoomView, ToVisitor, VisitState } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { History, type SparePieces } from './history.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Publish } from './peer.ts';
import { RoomAssets } from './room-assets.ts';
import { Pictures } from './pictures.ts';
import type { Site } from './site.ts';
import type { Tab } from './visitors.ts';

export type RoomTimes = { graceMs: number; unwatchedMs: number };

export type RoomDoor = {
  readonly publish: Publish;
  readonly metrics: LiveMetrics;
  readonly times: RoomTimes;
  readonly sparePieces: SparePieces;
  /** Calls the room's handOn once everything that has arrived by now is taken in. */
  handOnSoon(room: Room): void;
  /** Signed proof of the visit for the tab to keep. */
  resumeToken(room: Room): string;
  /** The live list shows something of this room that has changed. */
  changed(room: Room): void;
  /** The visitor has paused. `kept`: when a relay that restarts would know. */
  paused(room: Room, kept: () => void): void;
  /** The room has ended: let go of it. `kept` as above. */
  ended(room: Room, kept: () => void): void;
};

type State =
  | { kind: 'here' }
  /** No tab is connected. */
  | { kind: 'lost'; since: number }
  | { kind: 'ended'; why: Ending; by: Person | undefined };

type RoomTab = {
  readonly number: number;
  readonly key: string;
  tab: Tab | undefined;
  page: Page;
  seenAt: number;
  leftAt: number;
  /** Highest ordinal taken in. */
  received: number;
  acked: number;
  unackedBytes: number;
  /** Kind of the payload whose further pieces are due. */
  open: number | undefined;
  /** A hole in the ordinals: nothing is taken until the snapshot that was asked for. */
  broken: boolean;
  /** A snapshot was wanted at once and has not begun yet; when it was last asked for (0: the limit forbade it). */
  owes: { askedAt: number } | undefined;
};

/** A batch of history for one watcher: small enough that pointer frames of others do not wait long behind it. */
const BATCH_BYTES = 1024 * 1024;
/** Longer frames are sent on by themselves and at once, from the memory they were received in: by the end of the turn
 * that of the history is no longer at hand for the processor. */
const MAX_BUNDLED_BYTES = 4096;
/** A page that was asked to capture sends its first picture by itself; only after this is it asked again. */
const FIRST_PICTURE_MS = 5000;
/** A snapshot that was asked for and has not come: the limit forbade the question, or it was lost with the link. */
const SNAPSHOT_AGAIN_MS = 10_000;
const REPAIR_RATE = { burst: LIMITS.repairsPer10s, perSec: LIMITS.repairsPer10s / 10 };

export class Room {
  readonly id: string;
  readonly number: number;
  readonly topic: string;
  readonly site: Site;
  readonly visitor: string;
  readonly assets: RoomAssets;

  #door: RoomDoor;
  #state: State = { kind: 'here' };
  #tabs: RoomTab[] = [];
  #nextTab = 1;
  #watchers = new Set<OperatorPeer>();
  #history: History;
  #pictures = new Pictures();
  #sequence = 0;
  /** What live watchers have been sent. */
  #handedOnTo = 0;
  #isDue = false;
  #headTold = 0;
  #uncheckedBytes = 0;
  #paused: boolean;
  #capturesSince = 0;
  /** Capture is wanted until then though nobody watches. */
  #lingerUntil = 0;
  #unwatchedSince: number;
  #everWatched = false;
  #resumeTold = 0;
  #snapshotAsked = createBucket(1, 0);
  #notices = new Set<RoomView['notices'][number]>();
  #visitorRttMs: number | undefined;

  constructor(
    door: RoomDoor,
    place: { id: string; number: number; site: Site; visitor: string; paused: boolean },
    now: number,
  ) {
    this.#door = door;
    this.#history = new History(door.sparePieces, ({ bundle, upTo }) => this.#sendLive(bundle, upTo));
    this.id = place.id;
    this.number = place.number;
    this.topic = `room/${place.number}`;
    this.site = place.site;
    this.visitor = place.visitor;
    this.assets = new RoomAssets({
      tell: (list) => this.#tellAssets(list),
      told: () => this.#history.weightOf(0),
      forget: () => this.#history.forget(0),
      skipped: () => this.notice('assets-skipped'),
    });
    this.#paused = place.paused;
    this.#unwatchedSince = now;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isEnded(): boolean {
    return this.#state.kind === 'ended';
  }

  /** Pages have been told to capture: only then is anything taken of their assets. [R3] */
  get takesAssets(): boolean {
    return !this.isEnded && !this.#paused && (this.#watchers.size > 0 || this.#lingerUntil > 0);
  }

  get watchers(): Person[] {
    // One operator with two windows is one person.
    const people = new Map<string, Person>();
    for (const { operator } of this.#watchers) people.set(operator.id, { id: operator.id, name: operator.name });
    return [...people.values()];
  }

  // ——— the visitor's side ———

  /** A tab joins or comes back (same key: same number, and what the relay has of it still counts). */
  enter(tab: Tab, now: number): void {
    let place = this.#tabs.find((known) => known.key === tab.key);
    if (!place) {
      if (this.#tabs.length >= LIMITS.maxTabsPerRoom) return;
      place = {
        number: this.#nextTab++,
        key: tab.key,
        tab,
        page: tab.page,
        seenAt: 0,
        leftAt: 0,
        received: 0,
        acked: 0,
        unackedBytes: 0,
        open: undefined,
        broken: false,
        owes: undefined,
      };
      this.#tabs.push(place);
    }
    place.tab = tab;
    place.page = tab.page;
    if (tab.page.visible) place.seenAt = now;
    if (this.#state.kind === 'lost') this.#set({ kind: 'here' });
    this.#tellWatchers();
  }

  has(tab: Tab): boolean {
    return this.#placeOf(tab) !== undefined;
  }

  leave(tab: Tab, now: number): void {
    const place = this.#placeOf(tab);
    if (!place) return;
    place.tab = undefined;
    place.leftAt = now;
    if (this.#tabs.every((other) => other.tab === undefined)) this.#set({ kind: 'lost', since: now });
    this.#tellWatchers();
  }

  page(tab: Tab, now: number): void {
    const place = this.#placeOf(tab);
    if (!place) return;
    place.page = tab.page;
    if (tab.page.visible) place.seenAt = now;
    this.#tellWatchers();
  }

  /** Takes effect at once, and everybody hears of it at once but `by`, the tab on which it was pressed: its answer says
   * that it holds over a restart, and until it has come a page that lost its link says it again. */
  pause(on: boolean, now: number, by?: Tab): void {
    if (this.#paused === on || this.isEnded) return;
    this.#paused = on;
    this.#capturesSince = now;
    // Whoever watches has the picture; whoever comes now gets none of before the pause, and a fresh one after it.
    if (on) this.#forgetPictures();
    // Each page sends one by itself when it goes on; a page that did not hear of the pause is asked.
    else if (this.#captures(now)) for (const place of this.#tabs) place.owes ??= { askedAt: now };
    this.#tellTabs(on ? by : undefined);
    this.#tellWatchers();
    this.#door.changed(this);
    if (!on) return;
    this.#door.paused(this, () => {
      const place = by && !this.isEnded ? this.#placeOf(by) : undefined;
      if (by && place) this.#toTab(by, { t: 'visit', visit: this.#visit(place) });
    });
  }

  notice(kind: RoomView['notices'][number]): void {
    if (this.#notices.has(kind)) return;
    this.#notices.add(kind);
    this.#tellWatchers();
  }

  visitorRtt(ms: number): void {
    this.#visitorRttMs = Math.round(ms);
    this.#door.metrics.visitorRtt.observe(ms / 1000);
    this.#tellWatchers();
  }

  /** What this tab should know of the visit; undefined when it does not belong to it. */
  visitOf(tab: Tab): VisitState | undefined {
    const place = this.#placeOf(tab);
    return place && this.#visit(place);
  }

  /** A binary frame from a tab, as received: the buffer is only lent. Throws ProtocolError. */
  frame(tab: Tab, bytes: Uint8Array, now: number): void {
    const header = readHeader(bytes);
    const place = this.#placeOf(tab);
    if (header.kind === KIND.Assets) throw new ProtocolError('bad-frame', 'a visitor sends no Assets frame');
    if (!place || !this.#captures(now)) {
      this.#door.metrics.framesRefused.add(1);
      return;
    }
    this.#door.metrics.framesIn.add(1);
    this.#door.metrics.bytesIn.add(header.length);
    if (isOrdered(header.kind)) this.#takeOrdered(place, header, bytes, now);
    else this.#takeLatest(place, header, bytes);
  }

  #takeOrdered(place: RoomTab, header: Header, bytes: Uint8Array, now: number): void {
    const startsSnapshot = header.kind === KIND.Snapshot && place.open === undefined;
    if (startsSnapshot) {
      // A new document counts from 1 again; a repeated snapshot (its acknowledgement was lost) replaces itself.
      place.broken = false;
      place.owes = undefined;
      // What was acknowledged of the document before says nothing of this one: as many frames of it would count as none.
      place.acked = Math.min(place.acked, header.ordinal - 1);
      this.#pictures.drop(place.number);
    } else if (place.broken || header.ordinal <= place.received) {
      return;
    } else if (header.ordinal !== place.received + 1) {
      place.broken = true;
      place.open = undefined;
      this.#askSnapshot(place, 'now', now);
      return;
    }
    place.received = header.ordinal;
    const more = (header.flags & FLAG.More) !== 0;
    if (place.open !== undefined && place.open !== header.kind)
      throw new ProtocolError('bad-frame', 'pieces of two payloads are mixed');
    place.open = more ? header.kind : undefined;

    // Only a snapshot makes a picture, and to look it up shows in the bench `relay`.
    const isFirst = header.kind === KIND.Snapshot && !this.#history.hasPicture(place.number);
    // As stamped: what the visitor wrote there says nothing.
    header.tab = place.number;
    header.room = this.number;
    header.sequence = ++this.#sequence;
    stamp(bytes, header);
    const isAlone = header.length > MAX_BUNDLED_BYTES;
    if (isAlone) {
      this.#history.handOn();
      this.#sendLive(bytes, header.sequence);
    } else this.#handOnSoon();
    const weight = this.#history.add(header, bytes, isAlone);
    this.#door.metrics.framesOut.add(this.#watchers.size);

    place.unackedBytes += header.length;
    if (place.received - place.acked >= LIMITS.ackEveryFrames || place.unackedBytes >= LIMITS.ackEveryBytes)
      this.#acknowledge(place);
    if (weight === 'refresh') this.#refreshHeaviest(now);
    if (weight === 'dropped') this.#askSnapshot(place, 'now', now);
    if (isFirst && this.#history.hasPicture(place.number)) this.#tellWatchers();
  }

  #takeLatest(place: RoomTab, header: Header, bytes: Uint8Array): void {
    stamp(bytes, { tab: place.number, room: this.number, sequence: 0 });
    if (header.kind === KIND.Picture) this.#pictures.keep(place.number, bytes);
    this.#door.metrics.framesOut.add(this.#watchers.size);
    this.#publish(bytes);
  }

  #sendLive(message: Uint8Array, upTo: number): void {
    this.#handedOnTo = upTo;
    this.#publish(message);
  }

  /** Small frames of a page that arrive together are sent on together, for a message to each watcher costs more than all
   * else that is done with them. It delays none: the socket's own library sends at the end of its turn, too. */
  #handOnSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#door.handOnSoon(this);
  }

  /** Sends live watchers what has been taken in. */
  handOn(): void {
    this.#isDue = false;
    this.#history.handOn();
  }

  #publish(message: Uint8Array): void {
    const watchers = this.#watchers.size;
    if (watchers === 0) return;
    const bytes = message.byteLength;
    this.#door.metrics.bytesOut.add(watchers * bytes);
    this.#door.publish(this.topic, message);
    this.#uncheckedBytes += bytes;
    if (this.#uncheckedBytes > BATCH_BYTES) this.#spareSlow();
  }

  /** Live frames to a watcher stop well before its line is full, so that messages still get through; it is fed from the
   * history when it drains. What is queued so far arrives; had a frame been dropped, its mirror sees the hole. */
  #spareSlow(): void {
    this.#uncheckedBytes = 0;
    for (const peer of this.#watchers) {
      if (peer.rooms.get(this)?.kind !== 'live' || peer.socket.waiting() < LIMITS.maxOperatorBacklogBytes / 2) continue;
      peer.socket.unsubscribe(this.topic);
      peer.rooms.set(this, { kind: 'catching-up', cursor: this.#handedOnTo });
    }
  }

  /** Assets stay: they are no page content by themselves, and the next picture names the same ones. */
  #forgetPictures(): void {
    for (const place of this.#tabs) this.#history.forget(place.number);
    this.#pictures.clear();
  }

  /** Runs for every frame while the history is heavy, so it looks at tabs, never at frames. */
  #refreshHeaviest(now: number): void {
    const number = this.#history.heaviestTab();
    const place = this.#tabs.find((tab) => tab.number === number);
    if (place) this.#askSnapshot(place, 'idle', now);
  }

  #askSnapshot(place: RoomTab, when: 'idle' | 'now', now: number): void {
    // Urgent ones are limited too: a page whose every snapshot is too heavy must not be made to take them in a loop.
    const perMs = when === 'idle' ? LIMITS.snapshotEveryMs : 3000;
    if (when === 'now') place.owes ??= { askedAt: 0 };
    if (!place.tab || !take(this.#snapshotAsked, { burst: 1, perSec: 1000 / perMs }, now)) return;
    if (place.owes) place.owes.askedAt = now;
    this.#door.metrics.snapshotsAsked.add(1);
    this.#toTab(place.tab, { t: 'snapshot', when });
  }

  #acknowledge(place: RoomTab): void {
    place.acked = place.received;
    place.unackedBytes = 0;
    if (place.tab) this.#toTab(place.tab, { t: 'ack', received: place.received });
  }

  #tellAssets(list: Uint8Array): void {
    if (this.isEnded) return;
    for (const frame of encodeFrames(KIND.Assets, list)) {
      const sequence = ++this.#sequence;
      stamp(frame, { tab: 0, room: this.number, sequence });
      this.#history.add(readHeader(frame), frame);
      this.#door.metrics.framesOut.add(this.#watchers.size);
      this.#handOnSoon();
    }
  }

  // ——— the operators' side ———

  /** An operator begins to watch, or comes back with everything up to `from`. */
  watch(peer: OperatorPeer, from: number, now: number): void {
    if (this.isEnded) return;
    const before = this.#captures(now);
    this.#watchers.add(peer);
    this.#everWatched = true;
    peer.rooms.set(this, { kind: 'catching-up', cursor: from > this.#sequence ? 0 : from });
    peer.send({ t: 'room', view: this.view() });
    this.feed(peer);
    this.#tellWatchers();
    this.#tellTabs();
    this.#door.changed(this);
    if (!before) this.#capturesSince = now;
    // A picture is there, or on its way since capture began, unless its history grew too heavy and was dropped.
    if (before && now - this.#capturesSince > FIRST_PICTURE_MS)
      for (const place of this.#tabs) if (!this.#history.hasPicture(place.number)) this.#askSnapshot(place, 'now', now);
  }

  unwatch(peer: OperatorPeer, now: number): void {
    if (!this.#watchers.delete(peer)) return;
    if (peer.rooms.get(this)?.kind === 'live') peer.socket.unsubscribe(this.topic);
    peer.rooms.delete(this);
    if (this.#watchers.size === 0) {
      this.#unwatchedSince = now;
      this.#lingerUntil = now + LIMITS.lingerMs;
    }
    this.#tellWatchers();
    this.#tellTabs();
    this.#door.changed(this);
  }

  /** The mirror saw a hole after `from`. */
  repair(peer: OperatorPeer, from: number, now: number): 'repairing' | 'too-often' {
    const watch = peer.rooms.get(this);
    if (!watch || watch.kind === 'catching-up') return 'repairing';
    this.#door.metrics.resyncs.add(1);
    if (!take(peer.repairs, REPAIR_RATE, now)) return 'too-often';
    peer.socket.unsubscribe(this.topic);
    peer.rooms.set(this, { kind: 'catching-up', cursor: Math.min(from, this.#sequence) });
    this.feed(peer);
    return 'repairing';
  }

  /** Sends a catching-up watcher what its line takes now; called again when the line has drained. */
  feed(peer: OperatorPeer): void {
    // Or it would come a second time, live.
    this.#history.handOn();
    for (;;) {
      const watch = peer.rooms.get(this);
      if (!watch || watch.kind === 'live') return;
      if (peer.socket.waiting() > BATCH_BYTES) return;
      const batch = this.#history.after(watch.cursor, BATCH_BYTES);
      peer.send({ t: 'history', room: this.id, from: watch.cursor, to: this.#sequence });
      for (const { bundle, upTo } of batch) {
        // Dropped means over the backlog limit in one batch, which the check above rules out; were it to happen, the
        // cursor stays and the drain brings us back here.
        if (peer.socket.bytes(bundle) === 'dropped') return;
        watch.cursor = upTo;
      }
      if (this.#history.after(watch.cursor, 1).length > 0) continue;
      for (const picture of this.#pictures.all()) peer.socket.bytes(picture);
      peer.rooms.set(this, { kind: 'live' });
      peer.socket.subscribe(this.topic);
      return;
    }
  }

  /** At once and for all. `by`: the operator who asked for it, or the tab on which Stop was pressed; that one is answered
   * as in `pause`. */
  end(why: Ending, by: { operator?: Person; tab?: Tab } = {}): void {
    if (this.isEnded) return;
    const { operator, tab: pressed } = by;
    this.#set({ kind: 'ended', why, by: operator });
    const view = this.view();
    for (const peer of [...this.#watchers]) {
      peer.send({ t: 'room', view });
      if (peer.rooms.get(this)?.kind === 'live') peer.socket.unsubscribe(this.topic);
      peer.rooms.delete(this);
    }
    this.#watchers.clear();
    const ended: ToVisitor = { t: 'ended', why, ...(operator ? { by: operator.name } : {}) };
    for (const { tab } of this.#tabs) if (tab && tab !== pressed) this.#toTab(tab, ended);
    this.#history.clear();
    this.#pictures.clear();
    this.#door.ended(this, () => {
      // Not into a visit that has begun meanwhile: a page takes `ended` for the end of the one it is in.
      if (pressed && !pressed.visitor.room) this.#toTab(pressed, ended);
    });
  }

  /** Once a second. */
  tick(now: number): void {
    if (this.#state.kind === 'lost' && now - this.#state.since > this.#door.times.graceMs) return this.end('lost');
    const patience = this.#everWatched ? this.#door.times.unwatchedMs : LIMITS.offeringMs;
    if (this.#watchers.size === 0 && now - this.#unwatchedSince > patience) return this.end('unwatched');
    if (this.#lingerUntil > 0 && this.#lingerUntil <= now) {
      this.#lingerUntil = 0;
      if (this.#watchers.size === 0) {
        // The picture would go stale from here on; the next watcher gets a fresh one.
        this.#forgetPictures();
        this.#tellTabs();
      }
    }
    for (const place of this.#tabs) {
      if (place.received !== place.acked) this.#acknowledge(place);
      if (place.owes && this.#captures(now) && now - place.owes.askedAt > SNAPSHOT_AGAIN_MS)
        this.#askSnapshot(place, 'now', now);
    }
    for (const place of this.#tabs) {
      if (this.#state.kind === 'here' && !place.tab && now - place.leftAt > LIMITS.tabGraceMs) {
        this.#history.forget(place.number);
        this.#pictures.drop(place.number);
        this.#tabs = this.#tabs.filter((other) => other !== place);
        this.#tellWatchers();
      }
    }
    if (this.#sequence !== this.#headTold) {
      this.#headTold = this.#sequence;
      this.#history.handOn();
      for (const peer of [...this.#watchers])
        if (peer.rooms.get(this)?.kind === 'live') peer.send({ t: 'head', room: this.id, sequence: this.#sequence });
    }
    if (now - this.#resumeTold > LIMITS.resumeEveryMs) {
      this.#resumeTold = now;
      this.#tellTabs();
    }
  }

  view(): RoomView {
    const active = this.#activeTab();
    const tabs = this.#tabs.map(({ number, page, tab }) => ({
      tab: number,
      url: page.url,
      title: page.title,
      visible: page.visible && tab !== undefined,
      here: tab !== undefined,
      viewport: page.viewport,
    }));
    const state = this.#state;
    const shown =
      state.kind === 'ended' || state.kind === 'lost'
        ? state.kind
        : this.#paused
          ? 'paused'
          : active && this.#history.hasPicture(active.number)
            ? 'live'
            : 'waiting';
    return {
      room: this.id,
      number: this.number,
      state: shown,
      ...(state.kind === 'ended' ? { ended: state.why, ...(state.by ? { endedBy: state.by } : {}) } : {}),
      visitor: this.visitor,
      site: this.site.id,
      tabs,
      active: active?.number ?? 0,
      watchers: this.watchers,
      ...(this.#visitorRttMs === undefined ? {} : { visitorRttMs: this.#visitorRttMs }),
      notices: [...this.#notices],
    };
  }

  #activeTab(): RoomTab | undefined {
    let best: RoomTab | undefined;
    for (const place of this.#tabs) {
      const visible = place.tab !== undefined && place.page.visible;
      const bestVisible = best?.tab !== undefined && best.page.visible;
      if (!best || (visible !== bestVisible ? visible : place.seenAt > best.seenAt)) best = place;
    }
    return best;
  }

  #captures(now: number): boolean {
    return !this.isEnded && !this.#paused && (this.#watchers.size > 0 || this.#lingerUntil > now);
  }

  #visit(place: RoomTab): VisitState {
    return {
      room: this.id,
      tab: place.number,
      resume: this.#door.resumeToken(this),
      watchers: this.watchers,
      paused: this.#paused,
      capture: !this.isEnded && !this.#paused && (this.#watchers.size > 0 || this.#lingerUntil > 0),
      received: place.received,
      graceMs: this.#door.times.graceMs,
    };
  }

  #placeOf(tab: Tab): RoomTab | undefined {
    // A plain loop: it runs for every frame.
    for (const place of this.#tabs) if (place.tab === tab) return place;
    return undefined;
  }

  /** The only writer of the state. */
  #set(next: State): void {
    if (this.#state.kind === 'ended') return;
    this.#state = next;
    this.#door.changed(this);
  }

  #tellTabs(but?: Tab): void {
    for (const place of this.#tabs)
      if (place.tab && place.tab !== but) this.#toTab(place.tab, { t: 'visit', visit: this.#visit(place) });
  }

  #tellWatchers(): void {
    if (this.#watchers.size === 0) return;
    const text = JSON.stringify({ t: 'room', view: this.view() });
    for (const peer of [...this.#watchers]) peer.sendText(text);
  }

  #toTab(tab: Tab, message: ToVisitor): void {
    tab.socket.text(JSON.stringify(message));
  }
}
