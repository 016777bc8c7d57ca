// The live part's entry: takes what peers say (already framed and sized by server.ts) and decides what follows, over
// visitors, asks, codes and rooms. Everything outside (sockets, clock, randomness, tokens, assets) is handed in, so
// the simulation runs it whole. Nothing here awaits.

import { closeFor, ProtocolError } from '../../protocol/protocol-error.ts';
import type { CloseName } from '../../protocol/close-codes.ts';
import type { FromVisitorHand, Grant } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { parseFromOperator, parseFromVisitor } from '../../protocol/messages.ts';
import type { AssetEntry, FromOperator, FromVisitor, Page, Refusal, ToVisitor } from '../../protocol/messages.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { answerAway, HAND_RATE } from './acts.ts';
import { Asks } from './asks.ts';
import { Awaited } from './awaited.ts';
import { Codes } from './codes.ts';
import { HandFiles } from './hand-files.ts';
import { LiveList } from './list.ts';
import { OperatorPeer, type Operator } from './operators.ts';
import { createBucket, take, type Socket } from './peer.ts';
import { Policies } from './policies.ts';
import type { Offered } from './room-assets.ts';
import type { Revocation } from './revoked.ts';
import type { Room, RoomTimes } from './room.ts';
import { Rooms, type RoomsDoor } from './rooms.ts';
import { shownPage, shownText } from './shown.ts';
import type { Site } from './site.ts';
import { Uploads } from './uploads.ts';
import { createDeviceReader, Tab, Visitor } from './visitors.ts';

export type DeviceProof = { device: string; site: string; origin: string };

export type LiveDoor = RoomsDoor & {
  siteByKey(key: string): Site | undefined;
  sitesOf(account: string): readonly Site[];
  /** What this operator may ask visitors for. */
  mayOf(operator: string): readonly Grant[];
  originAllowed(origin: string | undefined, site: Site): boolean;
  signDevice(proof: DeviceProof): string;
  readDevice(token: string): DeviceProof | undefined;
  /** Bytes of this site's asset are here: its media type; undefined: not here. */
  assetType(site: string, hash: string): string | undefined;
  /** The page can't read it: fetch it if it is public. Answers through assetFetched. */
  fetchAsset(room: Room, url: string): void;
  /** Conversations: dialog/dialog.ts. */
  readonly dialog: Pick<
    Dialog,
    'visitorHere' | 'visitorSays' | 'visitorGone' | 'operatorHere' | 'operatorSays' | 'operatorGone'
  >;
};

export type LiveTimes = RoomTimes & { codeMs: number };

/** A connection before its hello. */
export type Arrival = { socket: Socket; origin: string | undefined; userAgent: string; address: string };

export type Live = ReturnType<typeof createLive>;

const FRAME_RATE = { burst: LIMITS.visitorFramesBurst, perSec: LIMITS.visitorFramesPerSec };
const VISITOR_TEXT_RATE = { burst: LIMITS.visitorTextBurst, perSec: LIMITS.visitorTextPerSec };
/** Connected tabs of one visitor: past what a person opens, and few enough that a token can't be used to hold many. */
const MAX_TABS_PER_VISITOR = 100;
/** Visits that a visitor offers: more than a person does, and each is a row in the database once it has ended. */
const SHOWS = { burst: 10, perSec: 0.1 };
const OPERATOR_TEXT_RATE = { burst: LIMITS.operatorTextBurst, perSec: LIMITS.operatorTextPerSec };

export function createLive(door: LiveDoor, times: LiveTimes) {
  const visitors = new Map<string, Visitor>();
  const awaited = new Awaited();
  const operators = new Set<OperatorPeer>();
  const uploads = new Uploads();
  const handFiles = new HandFiles(door);
  const gone = new Set<Visitor>();
  const codes = new Codes<Visitor>(times.codeMs, (below) => door.randomInt(below));
  const readDevice = createDeviceReader();
  const policies = new Policies(door);
  const list = new LiveList({
    metrics: door.metrics,
    now: () => door.now(),
    after: (ms, task) => void door.after(ms, task),
    visitors: () => visitors.values(),
  });
  const rooms = new Rooms(door, { times, policies, handFiles, changed: (visitor) => list.changed(visitor) });

  door.metrics.gauge('tandem_rooms', 'Rooms open now', () => rooms.size);
  door.metrics.gauge('tandem_visitors', 'Visitors on the sites now', () => visitors.size);
  door.metrics.gauge('tandem_operators', 'Operator connections now', () => operators.size);

  const toTab = (tab: Tab, message: ToVisitor) => tab.socket.text(JSON.stringify(message));
  const toTabs = (visitor: Visitor, message: ToVisitor) => {
    const text = JSON.stringify(message);
    for (const tab of visitor.tabs) tab.socket.text(text);
  };
  const refuse = (peer: OperatorPeer, what: string, why: Refusal, about?: string) =>
    peer.send({ t: 'refused', what, why, ...(about === undefined ? {} : { about }) });

  const asks = new Asks({
    randomId: () => door.randomId(),
    toTabs,
    isConnected: (peer) => operators.has(peer),
    changed: (visitor) => list.changed(visitor),
    asking: (visitor) => visitor.tabs.forEach((tab) => policies.tell(tab)),
  });

  const tellVisit = (tab: Tab, room: Room) => {
    const visit = room.visitOf(tab);
    if (!visit) return;
    policies.tell(tab);
    toTab(tab, { t: 'visit', visit });
    room.hands.greet(tab);
  };

  /** The visitor has just agreed to be seen. */
  const startVisit = (visitor: Visitor): Room => {
    const room = rooms.open(visitor);
    for (const tab of visitor.tabs) tellVisit(tab, room);
    return room;
  };

  /** Operators who came back before their visitor did. */
  const admitAwaited = (room: Room) => {
    for (const peer of awaited.take(room.id))
      if (operators.has(peer) && peer.operator.account === room.site.account) room.watch(peer, 0, door.now());
  };

  const offerAssets = (visitor: Visitor, tab: Tab, list: Offered) => {
    const { room } = visitor;
    if (!room?.takesAssets || !room.has(tab)) return;
    const hashes = room.assets.offer(list, {
      now: door.now(),
      typeOf: (hash) => door.assetType(room.site.id, hash),
      fetch: (url) => door.fetchAsset(room, url),
    });
    if (hashes.length > 0) toTab(tab, { t: 'want', hashes });
  };

  /** Answers that are waited for are no flood, however many the acts. */
  const byHand = (tab: Tab, say: FromVisitorHand) => {
    const { room } = tab.visitor;
    const now = door.now();
    const isDue = room?.has(tab) === true && room.hands.fromVisitor(tab, say);
    if (say.t !== 'handled') return;
    tab.texts.level += 1;
    tab.answers ??= createBucket(HAND_RATE.burst, now);
    if (!isDue && !take(tab.answers, HAND_RATE, now)) tab.socket.close('TooMany');
  };

  const pageChanged = (tab: Tab, said: Page) => {
    const now = door.now();
    const page = shownPage(said, tab.visitor.origin);
    if (page.url !== tab.page.url) tab.pageSince = now;
    if (page.visible) tab.seenAt = now;
    tab.page = page;
    tab.visitor.room?.page(tab, now);
    list.changed(tab.visitor);
  };

  const fromVisitor = (tab: Tab, message: FromVisitor): void => {
    const { visitor } = tab;
    const now = door.now();
    switch (message.t) {
      case 'hello':
        throw new ProtocolError('bad-message', 'a second hello');
      case 'page':
        return pageChanged(tab, message.page);
      case 'answer': {
        if (visitor.ask?.id !== message.ask) return;
        if (!message.yes) return asks.close(visitor, 'declined');
        if (visitor.nagging) visitor.nagging.level += 1;
        return asks.close(visitor, 'accepted', visitor.room ?? startVisit(visitor));
      }
      case 'code': {
        const code = codes.issue(visitor, now);
        if (code === undefined) toTab(tab, { t: 'refused', what: 'code', why: 'nobody-here' });
        else toTabs(visitor, { t: 'code', code, lifeMs: codes.lifeMs });
        return;
      }
      case 'uncode':
        return codes.revoke(visitor);
      case 'show':
        if (visitor.room) return tellVisit(tab, visitor.room);
        visitor.shows ??= createBucket(SHOWS.burst, now);
        if (take(visitor.shows, SHOWS, now)) startVisit(visitor);
        else toTab(tab, { t: 'refused', what: 'show', why: 'too-many-tries' });
        return;
      case 'pause':
        return visitor.room?.pause(message.on, now, tab);
      case 'stop':
        return rooms.stop(tab, message.resume);
      case 'assets':
        return offerAssets(visitor, tab, message.list);
      case 'notice':
        return visitor.room?.notice(message.kind, tab);
      case 'probe':
        toTab(tab, { t: 'echo', at: message.at });
        visitor.room?.probed(tab, message.at, now);
        if (message.last !== undefined && message.last < 600_000) visitor.room?.visitorRtt(message.last);
        if (message.cost) visitor.room?.costs(tab, message.cost);
        return;
      case 'hand':
        return byHand(tab, message.say);
      case 'chat':
        return door.dialog.visitorSays(tab, message.say);
    }
  };

  const fromOperator = (peer: OperatorPeer, message: FromOperator): void => {
    const now = door.now();
    const { account } = peer.operator;
    const roomOf = (id: string) => {
      const room = rooms.get(id);
      return room && room.site.account === account ? room : undefined;
    };
    switch (message.t) {
      case 'list':
        return message.on ? list.open(peer) : list.close(peer);
      case 'ask': {
        const visitor = visitors.get(message.visitor);
        if (!visitor || visitor.site.account !== account) refuse(peer, 'ask', 'unknown-visitor', message.visitor);
        else asks.put(peer, visitor, now);
        return;
      }
      case 'unask': {
        const visitor = visitors.get(message.visitor);
        if (visitor?.ask?.operator === peer) asks.close(visitor, 'gone');
        return;
      }
      case 'code': {
        const guessers = [`operator ${peer.operator.id}`, `address ${peer.address}`];
        const found = codes.redeem(message.code, guessers, (visitor) => visitor.site.account === account, now);
        if (found.kind === 'found') {
          // Used up, and the page must not go on showing it.
          toTabs(found.visitor, { t: 'code', code: message.code, lifeMs: 0 });
          asks.put(peer, found.visitor, now);
        } else refuse(peer, 'code', found.kind === 'wrong' ? 'wrong-code' : 'too-many-tries');
        return;
      }
      case 'watch': {
        if (peer.rooms.size + peer.awaits.size >= LIMITS.maxRoomsPerOperator) {
          refuse(peer, 'watch', 'too-many-rooms', message.room);
          return;
        }
        const room = roomOf(message.room);
        if (message.answersHeads === true) peer.answersHeads = true;
        if (room) {
          if (!peer.rooms.has(room)) room.watch(peer, message.number === room.number ? (message.from ?? 0) : 0, now);
          return;
        }
        // Only somebody who was watching sends a room's number: then the relay restarted and the visitor is still on
        // the way back.
        if (message.number !== undefined && rooms.mayComeBack(message.room)) {
          if (!awaited.add(peer, message.room, now + times.graceMs))
            refuse(peer, 'watch', 'too-many-rooms', message.room);
          return;
        }
        refuse(peer, 'watch', 'no-such-room', message.room);
        return;
      }
      case 'leave': {
        awaited.remove(peer, message.room);
        return roomOf(message.room)?.unwatch(peer, now, { isLost: false });
      }
      case 'history': {
        const room = roomOf(message.room);
        if (room?.repair(peer, message.from, now) === 'too-often') peer.socket.close('TooSlow');
        return;
      }
      case 'refresh': {
        const room = roomOf(message.room);
        if (room && peer.rooms.has(room)) room.refresh(message.tab, now);
        return;
      }
      case 'have':
        // An answer that was asked for is no flood.
        if (roomOf(message.room)?.heard(peer, message.sequence) === true) peer.texts.level += 1;
        return;
      case 'end': {
        const room = roomOf(message.room);
        if (room && peer.rooms.has(room))
          room.end('operator', { operator: { id: peer.operator.id, name: peer.operator.name } });
        else refuse(peer, 'end', 'no-such-room', message.room);
        return;
      }
      case 'hand': {
        const room = roomOf(message.room);
        if (room && peer.rooms.has(room)) {
          if (room.hands.fromOperator(peer, message.say)) peer.texts.level += 1;
        } else if (!peer.awaits.has(message.room) || !answerAway(peer, message.room, message.say)) {
          // Of whichever account it is.
          rooms.get(message.room)?.hands.fromStranger(peer, message.say, !room);
          refuse(peer, 'hand', room ? 'not-allowed' : 'no-such-room', message.room);
        }
        return;
      }
      case 'dialog':
        return door.dialog.operatorSays(peer, message.say);
      case 'probe':
        peer.send({ t: 'echo', at: message.at });
        return;
    }
  };

  /** Runs what one peer's input causes; its faults close that peer and nobody else (E3). */
  const malformed = (socket: Socket, error: unknown): void => {
    if (!(error instanceof ProtocolError)) throw error;
    door.metrics.protocolErrors.add(1);
    door.log('peer closed for malformed input', { error: error.message });
    socket.close(closeFor(error.kind));
  };
  const guarded = (socket: Socket, run: () => void): void => {
    try {
      run();
    } catch (error) {
      malformed(socket, error);
    }
  };

  const hello = (arrival: Arrival, text: string): Tab | CloseName => {
    const message = parseFromVisitor(text);
    if (message.t !== 'hello') throw new ProtocolError('bad-message', 'the first message must be hello');
    const site = door.siteByKey(message.site);
    if (!site) return 'UnknownSite';
    const { origin } = arrival;
    if (origin === undefined || !door.originAllowed(origin, site)) return 'BadOrigin';
    let device: string;
    if (message.token === undefined) device = door.randomId();
    else {
      const proof = door.readDevice(message.token);
      if (!proof || proof.site !== site.id || proof.origin !== origin) return 'BadToken';
      device = proof.device;
    }
    const now = door.now();
    const lang = shownText(message.lang, message.lang.length);
    let visitor = visitors.get(device);
    if (!visitor) {
      visitor = new Visitor(device, site, origin, readDevice(arrival.userAgent), lang, now);
      visitors.set(device, visitor);
    }
    visitor.lang = lang;
    const twin = visitor.tabs.find((tab) => tab.key === message.tab);
    if (twin) {
      // The newer connection wins: usually the same tab, back before its old link was noticed to be dead.
      detach(twin);
      twin.socket.close('Replaced');
    }
    if (visitor.tabs.length >= MAX_TABS_PER_VISITOR) return 'TooMany';
    const tab = new Tab(arrival, visitor, message.tab, shownPage(message.page, origin), now);
    visitor.tabs.push(tab);
    // Not before: letting go of the twin may have left the visitor without a tab.
    visitor.goneSince = undefined;
    gone.delete(visitor);
    const { resume } = message;
    const room = (resume === undefined ? undefined : rooms.resume(visitor, resume)) ?? visitor.room;
    if (room && !room.has(tab)) room.enter(tab, now);
    const visit = room?.visitOf(tab);
    const token = message.token ?? door.signDevice({ device, site: site.id, origin });
    toTab(tab, { t: 'welcome', token, masking: site.masking, ...(visit ? { visit } : {}), ...policies.welcome(tab) });
    if (visit || visitor.ask) policies.tell(tab);
    if (visit) room?.hands.greet(tab);
    // A visit that is no more: the page would go on showing its badge.
    if (resume !== undefined && !visit) toTab(tab, { t: 'ended', why: 'lost' });
    if (room) admitAwaited(room);
    if (visitor.ask) {
      const { operator, id } = visitor.ask;
      toTab(tab, { t: 'ask', ask: id, operator: { id: operator.operator.id, name: operator.operator.name } });
    }
    const code = codes.of(visitor, now);
    if (code) toTab(tab, { t: 'code', ...code });
    list.changed(visitor);
    door.dialog.visitorHere(tab, message.token !== undefined);
    return tab;
  };

  const detach = (tab: Tab) => {
    const { visitor } = tab;
    const at = visitor.tabs.indexOf(tab);
    if (at < 0) return;
    visitor.tabs.splice(at, 1);
    visitor.lastTab = tab;
    visitor.room?.leave(tab, door.now());
    door.dialog.visitorGone(tab);
    if (visitor.tabs.length === 0) {
      visitor.goneSince = door.now();
      gone.add(visitor);
    } else list.changed(visitor);
  };

  const tick = () => {
    const now = door.now();
    rooms.tick(now);
    handFiles.tick();
    for (const visitor of gone) {
      if (visitor.goneSince === undefined || now - visitor.goneSince < LIMITS.pageLoadMs) continue;
      asks.close(visitor, 'gone');
      // While a room waits out its grace the visitor stays known, so that the ask and the code find it again.
      if (visitor.room) continue;
      codes.revoke(visitor);
      gone.delete(visitor);
      visitors.delete(visitor.id);
      list.gone(visitor);
    }
    asks.expire(now);
    for (const id of awaited.overdue(now))
      for (const peer of awaited.take(id)) if (operators.has(peer)) refuse(peer, 'watch', 'no-such-room', id);
    codes.expire(now);
    for (const peer of operators) {
      if (peer.socket.waiting() < LIMITS.maxOperatorBacklogBytes / 2) peer.slowSince = undefined;
      else if (peer.slowSince === undefined) peer.slowSince = now;
      else if (now - peer.slowSince > LIMITS.slowOperatorMs) peer.socket.close('TooSlow');
    }
  };

  return {
    tick,
    visitorCount: () => visitors.size,
    operatorCount: () => operators.size,

    /** The first text of a visitor's connection. A tab, or undefined: the socket was closed with the reason. */
    visitorHello(arrival: Arrival, text: string): Tab | undefined {
      let tab: Tab | undefined;
      guarded(arrival.socket, () => {
        const result = hello(arrival, text);
        if (typeof result === 'string') arrival.socket.close(result);
        else tab = result;
      });
      return tab;
    },
    visitorText(tab: Tab, text: string): void {
      guarded(tab.socket, () => {
        if (!take(tab.texts, VISITOR_TEXT_RATE, door.now())) tab.socket.close('TooMany');
        else fromVisitor(tab, parseFromVisitor(text));
      });
    },
    /** `bytes` is only lent for the duration of the call. */
    visitorFrame(tab: Tab, bytes: Uint8Array): void {
      // Not through `guarded`: a function made for each frame shows in the bench `relay`.
      try {
        const now = rooms.timeOfTurn();
        if (!take(tab.frames, FRAME_RATE, now)) return tab.socket.close('TooMany');
        const { room } = tab.visitor;
        if (room) room.frame(tab, bytes, now);
        else door.metrics.framesRefused.add(1);
      } catch (error) {
        malformed(tab.socket, error);
      }
    },
    visitorGone(tab: Tab): void {
      detach(tab);
    },

    operatorHere(socket: Socket, operator: Operator, session: string, address: string): OperatorPeer {
      const may = door.mayOf(operator.id);
      const twin = [...operators].find((other) => other.operator.id === operator.id);
      const peer = new OperatorPeer(socket, operator, session, address, door.now(), may, twin?.acts);
      operators.add(peer);
      peer.send({
        t: 'welcome',
        operator: { id: operator.id, name: operator.name, login: operator.login, role: operator.role, may: [...may] },
        sites: door.sitesOf(operator.account).map(({ id, name }) => ({ id, name })),
        now: door.now(),
        graceMs: times.graceMs,
      });
      door.dialog.operatorHere(peer);
      return peer;
    },
    operatorText(peer: OperatorPeer, text: string): void {
      guarded(peer.socket, () => {
        if (!take(peer.texts, OPERATOR_TEXT_RATE, door.now())) peer.socket.close('TooMany');
        else fromOperator(peer, parseFromOperator(text));
      });
    },
    operatorDrained(peer: OperatorPeer): void {
      list.drained(peer);
      for (const room of [...peer.rooms]) room.feed(peer);
    },
    operatorGone(peer: OperatorPeer): void {
      operators.delete(peer);
      list.close(peer);
      asks.forget(peer);
      awaited.forget(peer);
      door.dialog.operatorGone(peer);
      for (const room of [...peer.rooms]) room.unwatch(peer, door.now(), { isLost: true });
    },
    learn(revocations: readonly Revocation[]): void {
      rooms.learn(revocations);
    },
    /** Sites or operators were changed. */
    setUpAnew(): void {
      policies.changed(visitors.values(), operators);
    },
    /** Ends every connection of a session that logged out. */
    sessionEnded(session: string): void {
      for (const peer of [...operators]) if (peer.session === session) peer.socket.close('LoggedOut');
    },

    /** The room of a signed proof, if it waits for this asset. */
    roomForUpload(token: string, hash: string): Room | undefined {
      const room = rooms.ofProof(token);
      return room?.takesAssets && room.assets.waitsFor(hash) ? room : undefined;
    },
    /** Takes a place for an upload; what it returns gives the place back. */
    beginUpload(room: Room, address: string, bytes: number): (() => void) | 'too-much' | 'busy' {
      if (room.assets.bytes + uploads.of(room) + bytes > LIMITS.maxRoomAssetBytes) return 'too-much';
      return uploads.begin(room, address, bytes) ?? 'busy';
    },
    /** This operator's console asked for an asset that is not here any more: pages that they watch may still have it. */
    assetMissed(operator: Operator, site: string, hash: string): void {
      for (const visitor of visitors.values()) {
        const { room } = visitor;
        if (room?.site.id !== site || !room.takesAssets) continue;
        if (!room.watchers.some(({ id }) => id === operator.id) || !room.assets.missed(hash)) continue;
        for (const tab of visitor.tabs) if (room.has(tab)) toTab(tab, { t: 'want', hashes: [hash] });
      }
    },
    /** An upload is stored (type), or was no good (undefined). */
    assetUploaded(room: Room, hash: string, asset: { type: string; bytes: number } | undefined): void {
      room.assets.uploaded(hash, asset);
    },
    /** Takes a place for a file that an operator hands over; what it returns gives the place back. Whose it is, is asked
     * when it is here. Undefined: no such room, or nobody may hand over anything there. [G11] */
    beginHandFile(room: string, address: string, bytes: number): (() => void) | 'busy' | undefined {
      const to = rooms.get(room);
      if (!to || !to.watchers.some(({ id }) => to.hands.mayControl(id))) return undefined;
      const place = uploads.begin(to, address, bytes);
      const weight = handFiles.begin(bytes);
      const over = () => {
        place?.();
        weight?.();
      };
      if (place && weight) return over;
      over();
      return 'busy';
    },
    /** The whole file: its id for the act that offers it. */
    keepHandFile(
      operator: Operator,
      room: string,
      body: Uint8Array,
      over: () => void,
    ): string | 'too-many' | undefined {
      const to = rooms.get(room);
      if (to?.site.account !== operator.account || !to.hands.mayControl(operator.id)) return undefined;
      return handFiles.keep({ room, operator: operator.id }, body, over);
    },
    /** For the visitor whose proof this is. Undefined: not here, not theirs, or no longer allowed. */
    takeHandFile(token: string, id: string): Uint8Array | undefined {
      const room = rooms.ofProof(token);
      if (!room) return undefined;
      const owner = handFiles.ownerOf(id, room.id);
      return owner !== undefined && room.hands.mayControl(owner) ? handFiles.take(id, room.id) : undefined;
    },
    assetFetched(room: Room, entries: readonly AssetEntry[], bytes: number): void {
      room.assets.bytes += bytes;
      room.assets.announce(entries);
    },
  };
}
