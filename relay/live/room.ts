// One co-browsing session on the relay: the visitor's tabs on one side, the operators who watch on the other, and the
// history between them. Decides what is sent to whom; performs nothing but sends on the sockets handed in. No await
// between a frame's arrival and its fan-out.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [R3] no page content is taken before the visitor admitted an operator, while nobody watches, or while paused: it is
//        counted and dropped, never queued
//   [R4] a watcher that is behind is fed from the history, in batches its line can carry, and costs nobody else
//   [R5] losing the visitor's link is not leaving: the room waits out the grace time with its picture

import { KIND, FLAG, encodeFrames, readHeader, isOrdered, stamp, type Header } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { AssetEntry, Ending, Page, Person, RoomView, ToVisitor, VisitState } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { History, type SparePieces } from './history.ts';
import type { LiveMetrics } from './metrics.ts';
import { MAX_ADDRESS_BYTES, weightOfAddress } from './offers.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Publish } from './peer.ts';
import type { Site } from './site.ts';
import type { Tab } from './visitors.ts';

export type RoomTimes = { graceMs: number; unwatchedMs: number };

export type RoomDoor = {
  readonly publish: Publish;
  readonly metrics: LiveMetrics;
  readonly times: RoomTimes;
  readonly sparePieces: SparePieces;
  /** Signed proof of the visit for the tab to keep. */
  resumeToken(room: Room): string;
  /** The live list shows something of this room that has changed. */
  changed(room: Room): void;
  /** The room has ended: let go of it. */
  ended(room: Room): void;
};

type State =
  | { kind: 'here' }
  /** No tab is connected. */
  | { kind: 'lost'; since: number }
  | { kind: 'ended'; why: Ending };

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
  /** Kind of the payload whose further pieces are due. */
  open: number | undefined;
  /** A hole in the ordinals: nothing is taken until the snapshot that was asked for. */
  broken: boolean;
  /** A snapshot was wanted at once and has not begun yet; when it was last asked for (0: the limit forbade it). */
  owes: { askedAt: number } | undefined;
};

/** A batch of history for one watcher: small enough that pointer frames of others do not wait long behind it. */
const BATCH_BYTES = 1024 * 1024;
/** A page that was asked to capture sends its first picture by itself; only after this is it asked again. */
const FIRST_PICTURE_MS = 5000;
/** A snapshot that was asked for and has not come: the limit forbade the question, or it was lost with the link. */
const SNAPSHOT_AGAIN_MS = 10_000;
/** What an asset takes in a list besides its address, at most. */
const ASSET_BYTES = 128;
/** Lists of assets are that long at most, so that each is a frame by itself. */
const ASSET_LIST_BYTES = 256 * 1024;
/** Lists are written anew when there are so many, or so much of them is superseded. */
const MAX_ASSET_LISTS = 1000;
const SUPERSEDED_ASSET_BYTES = 64 * 1024;
const REPAIR_RATE = { burst: LIMITS.repairsPer10s, perSec: LIMITS.repairsPer10s / 10 };

export class Room {
  readonly id: string;
  readonly number: number;
  readonly topic: string;
  readonly site: Site;
  readonly visitor: string;
  readonly assets = new Map<string, AssetEntry>();
  assetBytes = 0;
  #addressBytes = 0;

  #door: RoomDoor;
  #state: State = { kind: 'here' };
  #tabs: RoomTab[] = [];
  #nextTab = 1;
  #watchers = new Set<OperatorPeer>();
  #history: History;
  #pictures = new Map<string, Uint8Array>();
  #sequence = 0;
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
    this.#history = new History(door.sparePieces);
    this.id = place.id;
    this.number = place.number;
    this.topic = `room/${place.number}`;
    this.site = place.site;
    this.visitor = place.visitor;
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

  /** What the addresses of its assets weigh. */
  get addressBytes(): number {
    return this.#addressBytes;
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

  pause(on: boolean, now: number): void {
    if (this.#paused === on || this.isEnded) return;
    this.#paused = on;
    this.#capturesSince = now;
    // Whoever watches has the picture; whoever comes now gets none of before the pause, and a fresh one after it.
    if (on) this.#forgetPictures();
    // Each page sends one by itself when it goes on; a page that did not hear of the pause is asked.
    else if (this.#captures(now)) for (const place of this.#tabs) place.owes ??= { askedAt: now };
    this.#tellTabs();
    this.#tellWatchers();
    this.#door.changed(this);
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
    this.#door.metrics.bytesIn.add(bytes.byteLength);
    if (isOrdered(header.kind)) this.#takeOrdered(place, header, bytes, now);
    else this.#takeLatest(place, header, bytes);
  }

  #takeOrdered(place: RoomTab, header: Header, bytes: Uint8Array, now: number): void {
    const startsSnapshot = header.kind === KIND.Snapshot && place.open === undefined;
    if (startsSnapshot) {
      // A new document counts from 1 again; a repeated snapshot (its acknowledgement was lost) replaces itself.
      place.broken = false;
      place.owes = undefined;
      this.#dropPictures(place.number);
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

    const hadPicture = this.#history.hasPicture(place.number);
    // As stamped: what the visitor wrote there says nothing.
    header.tab = place.number;
    header.room = this.number;
    header.sequence = ++this.#sequence;
    stamp(bytes, header);
    const weight = this.#history.add(header, bytes);
    this.#publish(bytes);

    if (place.received - place.acked >= LIMITS.ackEveryFrames) this.#acknowledge(place);
    if (weight === 'refresh') this.#refreshHeaviest(now);
    if (weight === 'dropped') this.#askSnapshot(place, 'now', now);
    if (!hadPicture && this.#history.hasPicture(place.number)) this.#tellWatchers();
  }

  #takeLatest(place: RoomTab, header: Header, bytes: Uint8Array): void {
    const at = { tab: place.number, room: this.number, sequence: 0 };
    if (header.kind === KIND.Picture) {
      const kept = bytes.slice();
      stamp(kept, at);
      const node = new DataView(kept.buffer).getUint32(16, true);
      const key = `${place.number}:${node}`;
      this.#pictures.delete(key);
      this.#pictures.set(key, kept);
      if (this.#pictures.size > LIMITS.maxPicturesPerRoom) {
        const [oldest] = this.#pictures.keys();
        if (oldest !== undefined) this.#pictures.delete(oldest);
      }
      this.#publish(kept);
    } else {
      stamp(bytes, at);
      this.#publish(bytes);
    }
  }

  #publish(frame: Uint8Array): void {
    const watchers = this.#watchers.size;
    if (watchers === 0) return;
    const bytes = frame.byteLength;
    this.#door.metrics.framesOut.add(watchers);
    this.#door.metrics.bytesOut.add(watchers * bytes);
    this.#door.publish(this.topic, frame);
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
      peer.rooms.set(this, { kind: 'catching-up', cursor: this.#sequence });
    }
  }

  /** Assets stay: they are no page content by themselves, and the next picture names the same ones. */
  #forgetPictures(): void {
    for (const place of this.#tabs) this.#history.forget(place.number);
    this.#pictures.clear();
  }

  #dropPictures(tab: number): void {
    const prefix = `${tab}:`;
    for (const key of this.#pictures.keys()) if (key.startsWith(prefix)) this.#pictures.delete(key);
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
    if (place.tab) this.#toTab(place.tab, { t: 'ack', received: place.received });
  }

  /** Assets that the mirror may now load (or never will): told to all, kept for joiners. */
  announce(entries: readonly AssetEntry[]): void {
    if (this.isEnded) return;
    const fresh: AssetEntry[] = [];
    for (const entry of entries) {
      const before = this.assets.get(entry.url);
      if (before?.hash === entry.hash) continue;
      if (!before) {
        const bytes = weightOfAddress(entry.url);
        if (this.assets.size >= LIMITS.maxRoomAssets || this.#addressBytes + bytes > MAX_ADDRESS_BYTES) {
          this.notice('assets-skipped');
          continue;
        }
        this.#addressBytes += bytes;
      }
      this.assets.set(entry.url, entry);
      fresh.push(entry);
    }
    if (fresh.length === 0) return;
    this.#tellAssets(fresh);
    const told = this.#history.weightOf(0);
    const needed = this.#addressBytes + ASSET_BYTES * this.assets.size;
    if (told.bytes <= 2 * needed + SUPERSEDED_ASSET_BYTES && told.frames <= MAX_ASSET_LISTS) return;
    // Told to all again: whoever is in the middle of catching up needs it, and it costs less than what led to it.
    this.#history.forget(0);
    this.#tellAssets(this.assets.values());
  }

  #tellAssets(entries: Iterable<AssetEntry>): void {
    let list: string[] = [];
    let bytes = 0;
    const tell = () => {
      for (const frame of encodeFrames(KIND.Assets, new TextEncoder().encode(`[${list.join()}]`))) {
        const sequence = ++this.#sequence;
        stamp(frame, { tab: 0, room: this.number, sequence });
        this.#history.add(readHeader(frame), frame);
        this.#publish(frame);
      }
      list = [];
      bytes = 0;
    };
    for (const entry of entries) {
      list.push(JSON.stringify(entry));
      bytes += weightOfAddress(entry.url) + ASSET_BYTES;
      if (bytes > ASSET_LIST_BYTES) tell();
    }
    if (list.length > 0) tell();
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
    for (;;) {
      const watch = peer.rooms.get(this);
      if (!watch || watch.kind === 'live') return;
      if (peer.socket.waiting() > BATCH_BYTES) return;
      const batch = this.#history.after(watch.cursor, BATCH_BYTES);
      peer.send({ t: 'history', room: this.id, from: watch.cursor, to: this.#sequence });
      for (const kept of batch) {
        // Dropped means over the backlog limit in one batch, which the check above rules out; were it to happen, the
        // cursor stays and the drain brings us back here.
        if (peer.socket.bytes(kept.frame) === 'dropped') return;
        watch.cursor = kept.sequence;
      }
      if (this.#history.after(watch.cursor, 1).length > 0) continue;
      for (const picture of this.#pictures.values()) peer.socket.bytes(picture);
      peer.rooms.set(this, { kind: 'live' });
      peer.socket.subscribe(this.topic);
      return;
    }
  }

  end(why: Ending): void {
    if (this.isEnded) return;
    this.#set({ kind: 'ended', why });
    const view = this.view();
    for (const peer of [...this.#watchers]) {
      peer.send({ t: 'room', view });
      if (peer.rooms.get(this)?.kind === 'live') peer.socket.unsubscribe(this.topic);
      peer.rooms.delete(this);
    }
    this.#watchers.clear();
    for (const { tab } of this.#tabs) if (tab) this.#toTab(tab, { t: 'ended', why });
    this.#history.clear();
    this.#pictures.clear();
    this.#door.ended(this);
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
        this.#dropPictures(place.number);
        this.#tabs = this.#tabs.filter((other) => other !== place);
        this.#tellWatchers();
      }
    }
    if (this.#sequence !== this.#headTold) {
      this.#headTold = this.#sequence;
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
      ...(state.kind === 'ended' ? { ended: state.why } : {}),
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

  #tellTabs(): void {
    for (const place of this.#tabs) if (place.tab) this.#toTab(place.tab, { t: 'visit', visit: this.#visit(place) });
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
