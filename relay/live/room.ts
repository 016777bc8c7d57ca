// One co-browsing session on the relay: the visitor's tabs on one side, the operators who watch (watchers.ts) on the other,
// and the history between them. Decides what is taken of a page and what is asked of it; performs nothing but sends on the
// sockets handed in. No await between a frame's arrival and its fan-out.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [RM3] no page content is taken before the visitor admitted an operator, while nobody watches, or while paused: it is
//        counted and dropped, never queued
//   [RM5] losing the visitor's link is not leaving: the room waits out the grace time with its picture
//   [RM16] a page of which no picture comes is asked again, then said to fail; another document's picture is not shown for it

import { KIND, encodeFrames, isOrdered, readHeader, stamp, type Header } from '../../protocol/codec.ts';
import { GRANTS, isPausedAt } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type {
  Cost,
  Ending,
  Notice,
  Person,
  RoomView,
  ToOperator,
  ToVisitor,
  VisitState,
} from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { LedgerEntry } from './deed.ts';
import type { HandFiles } from './hand-files.ts';
import { Hands } from './hands.ts';
import { History, type SparePieces } from './history.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Bucket, type Publish } from './peer.ts';
import { RoomAssets } from './room-assets.ts';
import { createRoomTab, frontOf, isAckDue, takeIn, type RoomTab } from './room-tab.ts';
import { Pace } from './pace.ts';
import { Pictures } from './pictures.ts';
import type { Policies } from './policies.ts';
import type { Site } from './site.ts';
import type { Tab } from './visitors.ts';
import { Watchers } from './watchers.ts';

export type RoomTimes = { graceMs: number; unwatchedMs: number };

export type RoomDoor = {
  readonly publish: Publish;
  readonly metrics: LiveMetrics;
  readonly times: RoomTimes;
  readonly sparePieces: SparePieces;
  readonly policies: Policies;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
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
  ledger(entry: LedgerEntry): void;
  readonly handFiles: HandFiles;
};

type State =
  | { kind: 'here' }
  /** No tab is connected. */
  | { kind: 'lost'; since: number }
  | { kind: 'ended'; why: Ending; by: Person | undefined };

/** Longer frames are sent on by themselves and at once, from the memory they were received in: by the end of the turn
 * that of the history is no longer at hand for the processor. */
const MAX_BUNDLED_BYTES = 4096;
/** A page that was asked to capture sends its first picture by itself; only after this is it asked again. */
const FIRST_PICTURE_MS = 5000;
/** Going on after a pause: no person does it more often, and each time all tabs are told and capture anew. */
const GOING_ON = { burst: 10, perSec: 0.5 };
/** A proof is signed once for all tabs that are told of the visit in this time. Far less than what it is good for. */
const SAME_PROOF_MS = 10_000;

export class Room {
  readonly id: string;
  readonly number: number;
  readonly topic: string;
  readonly site: Site;
  readonly visitor: string;
  readonly assets: RoomAssets;
  readonly hands: Hands;

  #door: RoomDoor;
  #state: State = { kind: 'here' };
  #tabs: RoomTab[] = [];
  #nextTab = 1;
  #watchers: Watchers;
  #history: History;
  #pictures = new Pictures();
  #sequence = 0;
  #isDue = false;
  #paused: boolean;
  #goingOn: Bucket;
  #proof: { readonly resume: string; readonly signedAt: number } | undefined;
  #capturesSince = 0;
  /** Capture is wanted until then though nobody watches. */
  #lingerUntil = 0;
  #unwatchedSince: number;
  #everWatched = false;
  #resumeTold = 0;
  #snapshotAsked = createBucket(1, 0);
  #notices = new Set<Notice>();
  #visitorRttMs: number | undefined;
  /** The whole view is told each time, much of it is what a stranger's page says of itself, and a console that does not take
   * a message in is closed. */
  #views: Pace;

  constructor(
    door: RoomDoor,
    place: { id: string; number: number; site: Site; visitor: string; paused: boolean },
    now: number,
  ) {
    this.#door = door;
    this.id = place.id;
    this.number = place.number;
    this.topic = `room/${place.number}`;
    this.#history = new History(door.sparePieces, ({ bundle, upTo }) => this.#watchers.sendLive(bundle, upTo));
    this.#watchers = new Watchers(door, this, this.#history, this.#pictures);
    this.site = place.site;
    this.visitor = place.visitor;
    this.assets = new RoomAssets({
      tell: (list) => this.#tellAssets(list),
      told: () => this.#history.weightOf(0),
      forget: () => this.#history.forget(0),
      skipped: () => this.notice('assets-skipped'),
    });
    this.hands = new Hands({
      room: this.id,
      metrics: door.metrics,
      now: () => door.now(),
      isPaused: () => this.#paused,
      sequence: () => this.#sequence,
      policy: () => door.policies.of(this.site),
      may: (operator) => door.policies.mayOf(operator),
      tabs: () => this.#tabs,
      consoles: (operator) => this.#watchers.of(operator),
      watching: () => this.#watchers.all,
      changed: (when) => this.#views[when](),
      files: door.handFiles,
      wrote: (what) => {
        const { account, id } = this.site;
        door.ledger({ account, at: door.now(), site: id, room: this.id, visitor: this.visitor, ...what });
      },
    });
    this.#paused = place.paused;
    this.#views = new Pace(door, () => this.#tellView());
    this.#goingOn = createBucket(GOING_ON.burst, now);
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

  /** Pages have been told to capture: only then is anything taken of their assets. [RM3] */
  get takesAssets(): boolean {
    return !this.isEnded && !this.#paused && (this.#watchers.size > 0 || this.#lingerUntil > 0);
  }

  get watchers(): Person[] {
    return this.#watchers.people;
  }

  // ——— the visitor's side ———

  /** A tab joins or comes back (same key: same number, and what the relay has of it still counts). */
  enter(tab: Tab, now: number): void {
    let place = this.#tabs.find((known) => known.key === tab.key);
    if (!place) {
      if (this.#tabs.length >= LIMITS.maxTabsPerRoom) return;
      place = createRoomTab(this.#nextTab++, tab);
      this.#tabs.push(place);
      if (this.#captures(now)) place.due.expect(now);
    } else place.due.back(place.received, now);
    place.tab = tab;
    place.page = tab.page;
    place.cost = undefined;
    if (tab.page.visible) place.seenAt = now;
    if (this.#state.kind === 'lost') this.#set({ kind: 'here' });
    this.#views.soon();
  }

  has(tab: Tab): boolean {
    return this.#placeOf(tab) !== undefined;
  }

  leave(tab: Tab, now: number): void {
    const place = this.#placeOf(tab);
    if (!place) return;
    place.tab = undefined;
    place.leftAt = now;
    this.hands.left(tab);
    if (this.#tabs.every((other) => other.tab === undefined)) this.#set({ kind: 'lost', since: now });
    this.#views.soon();
  }

  page(tab: Tab, now: number): void {
    const place = this.#placeOf(tab);
    if (!place) return;
    place.page = tab.page;
    if (tab.page.visible) place.seenAt = now;
    this.#views.soon();
  }

  /** Takes effect at once, and everybody hears of it at once but `by`, the tab on which it was pressed: its answer says
   * that it holds over a restart, and until it has come a page that lost its link says it again. Pausing is never
   * refused, going on is when it comes too often: then `by` is told that it is still paused. [P15] */
  pause(on: boolean, now: number, by?: Tab): void {
    if (this.#paused === on || this.isEnded) return;
    if (!on && !take(this.#goingOn, GOING_ON, now)) return this.#tellTab(by);
    this.#paused = on;
    this.#proof = undefined;
    this.#capturesSince = now;
    // Whoever watches has the picture; whoever comes now gets none of before the pause, and a fresh one after it.
    if (on) this.#forgetPictures();
    // Each page sends one by itself when it goes on; a page that did not hear of the pause is asked.
    else if (this.#captures(now)) for (const { due } of this.#tabs) due.expect(now);
    this.#tellTabs(on ? by : undefined);
    this.#views.now();
    this.#door.changed(this);
    if (!on) return;
    this.#door.paused(this, () => this.#tellTab(by));
  }

  /** Something can't be shown: of a tab, until its next picture, or of the whole room. */
  notice(kind: Notice, tab?: Tab): void {
    const place = tab && this.#placeOf(tab);
    if (place && kind !== 'assets-skipped') {
      if (place.due.refused()) this.#forgetPicture(place);
      place.notices.add(kind);
    } else this.#notices.add(kind);
    this.#views.soon();
  }

  /** A tab measures its line; `at` by its document's clock. */
  probed(tab: Tab, at: number, now: number): void {
    this.#placeOf(tab)?.due.probed(at, now);
  }

  visitorRtt(ms: number): void {
    this.#visitorRttMs = Math.round(ms);
    this.#door.metrics.visitorRtt.observe(ms / 1000);
    this.#views.soon();
  }

  /** What showing this tab costs its page; it says so again on each new link. */
  costs(tab: Tab, cost: Cost): void {
    const place = this.#placeOf(tab);
    if (place) place.cost = cost;
    this.#views.soon();
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
    const step = takeIn(place, header);
    if (step === 'known') return;
    if (step === 'hole') return this.#askSnapshot(place, 'now', now);
    if (step === 'begun') this.#pictures.drop(place.number);

    // Only a snapshot makes a picture, and to look it up shows in the bench `relay`.
    const isFirst = header.kind === KIND.Snapshot && !this.#history.hasPicture(place.number);
    // As stamped: what the visitor wrote there says nothing.
    header.tab = place.number;
    header.room = this.number;
    header.sequence = ++this.#sequence;
    if (header.kind === KIND.Snapshot) place.pictureAt = place.open === undefined ? header.sequence : 0;
    stamp(bytes, header);
    const isAlone = header.length > MAX_BUNDLED_BYTES;
    if (isAlone) {
      this.#history.handOn();
      this.#watchers.sendLive(bytes, header.sequence);
    } else this.#handOnSoon();
    const weight = this.#history.add(header, bytes, isAlone);
    if (header.kind === KIND.Snapshot) this.hands.pictured(place);
    this.#door.metrics.framesOut.add(this.#watchers.size);

    place.unackedBytes += header.length;
    if (isAckDue(place)) this.#acknowledge(place);
    if (weight === 'refresh') this.#refresh(this.#history.heaviestTab(), 'idle', now);
    else if (weight !== 'light') this.#refresh(weight.dropped, 'now', now);
    if (isFirst && this.#history.hasPicture(place.number)) this.#views.now();
  }

  #takeLatest(place: RoomTab, header: Header, bytes: Uint8Array): void {
    stamp(bytes, { tab: place.number, room: this.number, sequence: 0 });
    if (header.kind === KIND.Picture) this.#pictures.keep(place.number, bytes);
    this.#door.metrics.framesOut.add(this.#watchers.size);
    this.#watchers.publish(bytes);
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

  /** Assets stay: they are no page content by themselves, and the next picture names the same ones. */
  #forgetPictures(): void {
    for (const place of this.#tabs) this.#forgetPicture(place);
  }

  #forgetPicture(place: RoomTab): void {
    place.pictureAt = 0;
    this.#history.forget(place.number);
    this.#pictures.drop(place.number);
  }

  /** Runs for every frame while the history is heavy, so it looks at tabs, never at frames. */
  #refresh(number: number | undefined, when: 'idle' | 'now', now: number): void {
    const place = this.#tabs.find((tab) => tab.number === number);
    if (place) this.#askSnapshot(place, when, now);
  }

  #askSnapshot(place: RoomTab, when: 'idle' | 'now', now: number): void {
    // Urgent ones are limited too: a page whose every snapshot is too heavy must not be made to take them in a loop.
    const perMs = when === 'idle' ? LIMITS.snapshotEveryMs : 3000;
    if (when === 'now') place.due.want(now);
    if (!place.tab || !take(this.#snapshotAsked, { burst: 1, perSec: 1000 / perMs }, now)) return;
    place.due.asked(now);
    this.#door.metrics.snapshotsAsked.add(1);
    this.#toTab(place.tab, { t: 'snapshot', when });
  }

  /** Once a second for a tab that is to be captured. [RM16] */
  #mindPicture(place: RoomTab, now: number): void {
    const step = place.due.tick({ received: place.received, isVisible: place.page.visible }, now);
    if (step === undefined) return;
    if (step === 'blank') this.#forgetPicture(place);
    else this.#askSnapshot(place, 'now', now);
    // A page that has said itself what fails knows better.
    if (step === 'give-up' && place.notices.size === 0) place.notices.add('capture-failed');
    if (step !== 'ask') this.#views.now();
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
    this.#watchers.add(peer, from);
    peer.rooms.add(this);
    this.#everWatched = true;
    this.hands.watched(peer);
    peer.send({ t: 'room', view: this.view() });
    this.#watchers.feed(peer);
    this.hands.showMarks(peer);
    this.#views.now();
    this.#tellTabs();
    this.#door.changed(this);
    if (!before) {
      this.#capturesSince = now;
      if (this.#captures(now)) for (const { due } of this.#tabs) due.expect(now);
    }
    // A picture is there, or on its way since capture began, unless its history grew too heavy and was dropped.
    else if (now - this.#capturesSince > FIRST_PICTURE_MS)
      for (const place of this.#tabs) if (!this.#history.hasPicture(place.number)) this.#askSnapshot(place, 'now', now);
  }

  /** `isLost`: its link is; else its operator has left. */
  unwatch(peer: OperatorPeer, now: number, { isLost }: { isLost: boolean }): void {
    peer.rooms.delete(this);
    if (!this.#watchers.remove(peer)) return;
    this.hands.unwatched(peer, { isLost });
    if (this.#watchers.size === 0) {
      this.#unwatchedSince = now;
      this.#lingerUntil = now + LIMITS.lingerMs;
    }
    this.#views.now();
    this.#tellTabs();
    this.#door.changed(this);
  }

  repair(peer: OperatorPeer, from: number, now: number): 'repairing' | 'too-often' {
    return this.#watchers.repair(peer, from, now);
  }

  /** A watcher can't go on with what it has of this tab. */
  refresh(tab: number, now: number): void {
    if (this.#captures(now)) this.#refresh(tab, 'now', now);
  }

  feed(peer: OperatorPeer): void {
    this.#watchers.feed(peer);
  }

  heard(peer: OperatorPeer, sequence: number): boolean {
    return this.#watchers.heard(peer, sequence);
  }

  /** At once and for all. `by`: the operator who asked for it, or the tab on which Stop was pressed; that one is answered
   * as in `pause`. */
  end(why: Ending, by: { operator?: Person; tab?: Tab } = {}): void {
    if (this.isEnded) return;
    const { operator, tab: pressed } = by;
    this.hands.close();
    this.#door.handFiles.dropRoom(this.id);
    this.#set({ kind: 'ended', why, by: operator });
    const view = this.view();
    for (const peer of this.#watchers.close(view)) peer.rooms.delete(this);
    const ended: ToVisitor = { t: 'ended', why, ...(operator ? { by: operator.name } : {}) };
    for (const { tab } of this.#tabs) if (tab && tab !== pressed) this.#toTab(tab, ended);
    this.#views.stop();
    this.#history.clear();
    this.#pictures.clear();
    this.#door.ended(this, () => {
      // Not into a visit that has begun meanwhile: a page takes `ended` for the end of the one it is in.
      if (pressed && !pressed.visitor.room) this.#toTab(pressed, ended);
    });
  }

  /** The site's policy or an operator's rights are others. */
  narrow(): void {
    this.hands.narrow();
    this.#views.now();
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
      if (place.tab && this.#captures(now)) this.#mindPicture(place, now);
    }
    for (const place of this.#tabs) {
      if (this.#state.kind === 'here' && !place.tab && now - place.leftAt > LIMITS.tabGraceMs) {
        this.#forgetPicture(place);
        this.#tabs = this.#tabs.filter((other) => other !== place);
        this.#views.now();
      }
    }
    this.#watchers.tick();
    this.hands.tick();
    if (now - this.#resumeTold > LIMITS.resumeEveryMs) {
      this.#resumeTold = now;
      this.#tellTabs();
    }
  }

  view(): RoomView {
    const active = frontOf(this.#tabs);
    const policy = this.#door.policies.of(this.site);
    const tabs = this.#tabs.map(({ number, page, tab, due, cost }) => ({
      tab: number,
      url: page.url,
      title: page.title,
      visible: page.visible && tab !== undefined,
      here: tab !== undefined,
      ...(due.isBlank ? { blank: true } : {}),
      ...(isPausedAt(policy, page.url) ? { pausedHere: true } : {}),
      ...(cost && tab ? { cost } : {}),
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
    const hands = this.hands.view();
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
      notices: [...new Set([...this.#notices, ...this.#tabs.flatMap((place) => [...place.notices])])],
      ...(hands.length > 0 ? { hands } : {}),
      ...(policy.allowed.length < GRANTS.length ? { allowed: policy.allowed } : {}),
    };
  }

  #captures(now: number): boolean {
    return !this.isEnded && !this.#paused && (this.#watchers.size > 0 || this.#lingerUntil > now);
  }

  #visit(place: RoomTab): VisitState {
    return {
      room: this.id,
      tab: place.number,
      resume: this.#resume(),
      watchers: this.watchers,
      paused: this.#paused,
      capture: this.takesAssets,
      received: place.received,
      graceMs: this.#door.times.graceMs,
    };
  }

  #resume(): string {
    const now = this.#door.now();
    if (!this.#proof || now - this.#proof.signedAt > SAME_PROOF_MS)
      this.#proof = { resume: this.#door.resumeToken(this), signedAt: now };
    return this.#proof.resume;
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

  #tellTab(tab: Tab | undefined): void {
    const visit = tab && !this.isEnded ? this.visitOf(tab) : undefined;
    if (tab && visit) this.#toTab(tab, { t: 'visit', visit });
  }

  #tellView(): number {
    if (this.#watchers.size === 0) return 0;
    const text = JSON.stringify({ t: 'room', view: this.view() } satisfies ToOperator);
    this.#watchers.tell(text);
    return text.length;
  }

  #toTab(tab: Tab, message: ToVisitor): void {
    tab.socket.text(JSON.stringify(message));
  }
}
