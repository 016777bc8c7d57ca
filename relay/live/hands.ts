// The remote hand in one room, as the relay sees it: which operator may do what, who wishes for what, and what became of
// each act. Refuses by itself what need not reach the page, and passes answers on only to whoever waits for them. Who
// watches, what is shown of a tab, and when consoles are told is room.ts's; what the page then does is the page's.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [G1] no act reaches a page unless its visitor has granted it to that operator, and has not paused
//   [G2] grants end when they are taken back or given back, by leaving, by a link lost for too long, with the room
//   [G3] an act is for the document that its operator has seen
//   [G4] every act but pointers and moves is answered once, by the page that had it or by the relay
//   [G5] an answer counts once, and from the tab that has the act
//   [G6] a wish is kept for a minute, and there are ten in ten; one operator has control
//   [G7] an operator acts so often and no more; nothing piles up before a visitor whose line is slow
//
// Easy to get wrong: consoles count their acts by themselves, each connection from 1, so two consoles of one operator use
// the same numbers. Towards the page the room counts anew. And a peer may vanish in the middle of any send here.

import { grantFor, type Act, type FromOperatorHand, type FromVisitorHand, type Grant } from '../../protocol/hand.ts';
import type { Hands as HandsView, Outcome, Reason, ToHand, ToOperatorHand } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person } from '../../protocol/messages.ts';
import type { LedgerEntry } from './deed.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Bucket } from './peer.ts';
import { isSeenBy, type RoomTab } from './room-tab.ts';
import { shownLines, shownText } from './shown.ts';
import type { Tab } from './visitors.ts';

export type HandsDoor = {
  readonly room: string;
  readonly metrics: LiveMetrics;
  now(): number;
  isPaused(): boolean;
  /** Of the room's last frame. */
  sequence(): number;
  tabs(): readonly RoomTab[];
  /** This operator's consoles that watch the room. */
  consoles(operator: string): readonly OperatorPeer[];
  /** Who has what has changed, for the consoles. */
  changed(when: 'now' | 'soon'): void;
  /** For the ledger. */
  wrote(what: Pick<LedgerEntry, 'operator' | 'tab' | 'url' | 'deed'>): void;
};

type SaidAct = FromOperatorHand & { t: 'act' };
/** An act, and where the page was. The console may be gone: the ledger waits for its answer all the same. */
type Aimed = {
  peer: OperatorPeer | undefined;
  readonly operator: Person;
  readonly said: SaidAct;
  readonly url: string;
};
/** An act that a page has and has not answered. */
type Passed = Aimed & { readonly tab: Tab };

/** An operator who watches, or did: kept for as long as the room, so that who goes and comes back may not wish or act the
 * more often for it. */
type Holder = {
  person: Person;
  readonly grants: Set<Grant>;
  /** Had, and given back or left behind. A page that did not hear of it says again what it granted; it takes a new wish. */
  readonly givenBack: Set<Grant>;
  wish: { readonly grant: Grant; readonly until: number } | undefined;
  /** Since when their last link is lost. Undefined, too, when they have left. */
  lostSince: number | undefined;
  readonly wishes: Bucket;
  readonly acts: Bucket;
  /** By the room's count. */
  readonly passed: Map<number, Passed>;
  /** Moves are answered only when refused: most of these stay until others take their place. */
  readonly moves: Map<number, Passed>;
  /** Where the pointer is, while that could not be told. */
  pointer: SaidAct | undefined;
  /** The tab that shows it. */
  pointsIn: Tab | undefined;
};

const WISH_RATE = { burst: LIMITS.wishesPer10min, perSec: LIMITS.wishesPer10min / 600 };
export const HAND_RATE = { burst: LIMITS.handBurst, perSec: LIMITS.handPerSec };
/** What consoles are told at once; a page could grant and take back all day. */
const AT_ONCE = { burst: 10, perSec: 1 };
/** A page with so many unanswered is stuck: it had some seconds for them. */
const MAX_PASSED = 1000;
/** Moves of two seconds: a refusal that takes longer says nothing of where the pointer is now. */
const MAX_MOVES = 128;
/** Behind more than this a pointer would come late: some tens of milliseconds of a bad mobile line. */
const MAX_BEFORE_POINTER = 4096;
/** Behind more than this an act would come when its operator no longer expects it. */
const MAX_BEFORE_ACT = 256 * 1024;
const MAX_AWAITED = 16;

export class Hands {
  #door: HandsDoor;
  #holders = new Map<string, Holder>();
  /** The last number that each console gave an act. */
  #counts = new Map<OperatorPeer, number>();
  /** What was granted to operators who have not been here: after a restart the visitor may be back before them. */
  #awaited = new Map<string, { readonly grants: Set<Grant>; readonly until: number }>();
  /** Of the last act that was passed on. Begins with the clock: a page that still has acts from before a restart must not
   * answer others with them. */
  #number: number;
  #atOnce: Bucket;
  /** Tabs have been told of somebody, and must hear when it is nobody. */
  #wasUsed = false;

  constructor(door: HandsDoor) {
    this.#door = door;
    this.#number = door.now() >>> 0;
    this.#atOnce = createBucket(AT_ONCE.burst, door.now());
  }

  /** Who has something, or wishes for it. */
  view(): HandsView {
    const view: HandsView = [];
    for (const { person, grants, wish } of this.#holders.values())
      if (grants.size > 0 || wish)
        view.push({ by: person, grants: [...grants], ...(wish ? { wish: wish.grant } : {}) });
    return view;
  }

  // ——— who is there. What a coming or going changes the room itself tells its consoles. ———

  watched({ operator: { id, name } }: OperatorPeer): void {
    const now = this.#door.now();
    let holder = this.#holders.get(id);
    if (holder) holder.person = { id, name };
    else this.#holders.set(id, (holder = createHolder({ id, name }, now)));
    holder.lostSince = undefined;
    const awaited = this.#awaited.get(id);
    this.#awaited.delete(id);
    for (const grant of awaited?.grants ?? []) this.#give(holder, grant);
    if (awaited) this.#tellTabs();
  }

  /** This console watches no longer. `isLost`: its link is; else its operator has left. */
  unwatched(peer: OperatorPeer, { isLost }: { isLost: boolean }): void {
    const { id } = peer.operator;
    this.#counts.delete(peer);
    const holder = this.#holders.get(id);
    if (!holder) return;
    for (const waiting of [holder.passed, holder.moves])
      for (const passed of waiting.values()) if (passed.peer === peer) passed.peer = undefined;
    if (this.#door.consoles(id).length > 0) return;
    holder.pointer = undefined;
    // Or it would stand there until the grace time is over.
    if (holder.pointsIn) this.#tellPointer(holder, holder.pointsIn, { t: 'point', down: false });
    if (isLost) holder.lostSince = this.#door.now();
    else if (this.#empty(holder, 'operator')) this.#tellTabs();
  }

  /** A tab that has just been told of its visit. */
  greet(tab: Tab): void {
    if (this.#wasUsed) send(tab, { t: 'hands', hands: this.view() });
  }

  /** This tab's link is gone: what it has not answered, it never will. */
  left(tab: Tab): void {
    for (const holder of this.#holders.values()) if (holder.pointsIn === tab) holder.pointsIn = undefined;
    this.#giveUp((passed) => passed.tab === tab);
  }

  /** The room has ended. */
  close(): void {
    this.#giveUp(() => true);
    for (const holder of this.#holders.values()) this.#empty(holder, 'relay');
    this.#holders.clear();
    this.#counts.clear();
    this.#awaited.clear();
  }

  /** Once a second. */
  tick(): void {
    const now = this.#door.now();
    for (const [id, { until }] of this.#awaited) if (until <= now) this.#awaited.delete(id);
    for (const holder of this.#holders.values()) {
      if (holder.lostSince !== undefined && now - holder.lostSince > LIMITS.handGraceMs) {
        if (this.#empty(holder, 'relay')) this.#changed('now');
      } else if (holder.wish && holder.wish.until <= now) {
        holder.wish = undefined;
        this.#changed('soon');
      }
      const { pointer } = holder;
      holder.pointer = undefined;
      if (pointer) this.#point(holder, pointer);
    }
  }

  // ——— what operators say ———

  /** From a console that watches. True: an act that is no flood. */
  fromOperator(peer: OperatorPeer, say: FromOperatorHand): boolean {
    const holder = this.#holders.get(peer.operator.id);
    if (!holder) return false;
    if (say.t === 'act') return this.#act(holder, peer, say);
    if (say.t === 'wish') this.#wish(holder, peer, say.grant);
    else if (say.t === 'release') {
      if (!holder.grants.delete(say.grant)) return false;
      holder.givenBack.add(say.grant);
      this.#wrote(holder, say.grant, false, 'operator');
      this.#changed('now');
    } else if (holder.wish) {
      holder.wish = undefined;
      this.#changed('soon');
    }
    return false;
  }

  #wish(holder: Holder, peer: OperatorPeer, grant: Grant): void {
    if (holder.grants.has(grant) || holder.wish?.grant === grant) return;
    const now = this.#door.now();
    if (!take(holder.wishes, WISH_RATE, now))
      return peer.send({ t: 'refused', what: 'hand', why: 'too-many-tries', about: this.#door.room });
    holder.wish = { grant, until: now + LIMITS.wishMs };
    this.#changed('soon');
  }

  #act(holder: Holder, peer: OperatorPeer, said: SaidAct): boolean {
    const isRepeated = said.n <= (this.#counts.get(peer) ?? 0);
    if (!isRepeated) this.#counts.set(peer, said.n);
    const isInTime = take(holder.acts, HAND_RATE, this.#door.now());
    if (said.act.t === 'point') {
      // What waits is where it was before.
      if (!isRepeated) holder.pointer = isInTime ? undefined : said;
      if (!isRepeated && isInTime) this.#point(holder, said);
      return isInTime;
    }
    const why = !isInTime ? 'too-fast' : isRepeated ? 'repeated' : this.#pass(holder, peer, said);
    if (why) this.#answer({ peer, operator: holder.person, said, url: this.#urlOf(said) }, { done: false, why });
    return isInTime;
  }

  /** Hands it to the page, or says why not. */
  #pass(holder: Holder, peer: OperatorPeer, said: SaidAct): Reason | undefined {
    const tab = this.#aimed(holder, said);
    if (typeof tab === 'string') return tab;
    if (tab.socket.waiting() > MAX_BEFORE_ACT || holder.passed.size >= MAX_PASSED) return 'too-fast';
    const number = this.#nextNumber();
    if (!send(tab, { t: 'act', by: holder.person.id, n: number, act: said.act })) return 'away';
    const passed: Passed = { peer, operator: holder.person, said, url: this.#urlOf(said), tab };
    if (said.act.t !== 'move') holder.passed.set(number, passed);
    else {
      holder.moves.set(number, passed);
      forgetFirst(holder.moves, MAX_MOVES);
    }
    return undefined;
  }

  #point(holder: Holder, said: SaidAct): void {
    const tab = this.#aimed(holder, said);
    if (typeof tab === 'string') return;
    if (tab.socket.waiting() > MAX_BEFORE_POINTER) holder.pointer = said;
    else this.#tellPointer(holder, tab, said.act);
  }

  #tellPointer(holder: Holder, tab: Tab, act: Act): void {
    holder.pointsIn = act.t === 'point' && act.at ? tab : undefined;
    send(tab, { t: 'act', by: holder.person.id, n: this.#nextNumber(), act });
  }

  #nextNumber(): number {
    return (this.#number = (this.#number + 1) >>> 0);
  }

  /** The tab whose document is meant, or why nothing may be done there. */
  #aimed({ grants }: Holder, { act, tab: number, seen }: SaidAct): Tab | Reason {
    if (!grants.has(grantFor(act))) return 'not-granted';
    if (this.#door.isPaused()) return 'paused';
    const place = this.#door.tabs().find((each) => each.number === number);
    if (!place?.tab) return 'away';
    // Nobody has seen what has not been: that was said of the room before a restart.
    return isSeenBy(place, seen) && seen <= this.#door.sequence() ? place.tab : 'gone';
  }

  // ——— what the visitor's pages say ———

  /** From a tab of the room. False: an answer that nobody waits for. */
  fromVisitor(tab: Tab, say: FromVisitorHand): boolean {
    if (say.t === 'handled') return this.#handled(tab, say);
    if (say.on) this.#grant(tab, say.operator, say.grant);
    else this.#refuse(say.operator, say.grant);
    return true;
  }

  #handled(tab: Tab, { operator, n: number, outcome }: FromVisitorHand & { t: 'handled' }): boolean {
    const holder = this.#holders.get(operator);
    for (const waiting of holder ? [holder.passed, holder.moves] : []) {
      const passed = waiting.get(number);
      if (passed?.tab !== tab) continue;
      waiting.delete(number);
      this.#answer(passed, shownOutcome(outcome));
      return true;
    }
    this.#door.metrics.handAnswersDropped.add(1);
    return false;
  }

  #grant(tab: Tab, operator: string, grant: Grant): void {
    const now = this.#door.now();
    const holder = this.#holders.get(operator);
    if (!holder) {
      const { grants = new Set<Grant>() } = this.#awaited.get(operator) ?? {};
      this.#awaited.set(operator, { grants: grants.add(grant), until: now + LIMITS.handGraceMs });
      forgetFirst(this.#awaited, MAX_AWAITED);
      return;
    }
    const { lostSince, wish, givenBack } = holder;
    const isHere =
      lostSince === undefined ? this.#door.consoles(operator).length > 0 : now - lostSince <= LIMITS.handGraceMs;
    const mayHave = isHere && (wish?.grant === grant || !givenBack.has(grant));
    if (mayHave && this.#give(holder, grant)) this.#changed('now');
    // What this page believes is not so, or it does not know that it is.
    else send(tab, { t: 'hands', hands: this.view() });
  }

  /** A denial, or a grant taken back. */
  #refuse(operator: string, grant: Grant): void {
    this.#awaited.get(operator)?.grants.delete(grant);
    const holder = this.#holders.get(operator);
    if (holder?.grants.delete(grant)) {
      this.#wrote(holder, grant, false, 'visitor');
      return this.#changed('now');
    }
    if (holder?.wish?.grant !== grant) return;
    holder.wish = undefined;
    // Before the view without the wish, which would look as if nobody had answered.
    for (const peer of this.#door.consoles(operator)) this.#say(peer, { t: 'denied', grant });
    this.#changed('soon');
  }

  /** False: they had it. */
  #give(holder: Holder, grant: Grant): boolean {
    if (holder.grants.has(grant)) return false;
    for (const other of grant === 'control' ? this.#holders.values() : [])
      if (other.grants.delete(grant)) this.#wrote(other, grant, false, 'visitor');
    holder.grants.add(grant);
    this.#wrote(holder, grant, true, 'visitor');
    holder.givenBack.delete(grant);
    if (holder.wish?.grant === grant) holder.wish = undefined;
    return true;
  }

  /** False: there was nothing. */
  #empty(holder: Holder, by: 'operator' | 'relay'): boolean {
    const had = holder.grants.size > 0 || holder.wish !== undefined;
    for (const grant of holder.grants) {
      holder.givenBack.add(grant);
      this.#wrote(holder, grant, false, by);
    }
    holder.grants.clear();
    holder.wish = undefined;
    holder.lostSince = undefined;
    return had;
  }

  #giveUp(isLost: (passed: Passed) => boolean): void {
    for (const { passed, moves } of this.#holders.values()) {
      for (const [number, move] of moves) if (isLost(move)) moves.delete(number);
      for (const [number, one] of passed) {
        if (!isLost(one)) continue;
        passed.delete(number);
        this.#answer(one, { done: false, why: 'away' });
      }
    }
  }

  #changed(when: 'now' | 'soon'): void {
    this.#tellTabs();
    this.#door.changed(when === 'now' && take(this.#atOnce, AT_ONCE, this.#door.now()) ? 'now' : 'soon');
  }

  #tellTabs(): void {
    this.#wasUsed = true;
    const say: ToHand['say'] = { t: 'hands', hands: this.view() };
    for (const { tab } of this.#door.tabs()) if (tab) send(tab, say);
  }

  #answer({ peer, operator, said, url }: Aimed, outcome: Outcome): void {
    this.#door.metrics.handActs[outcome.done ? 'done' : (outcome.why ?? 'failed')].add(1);
    this.#door.wrote({ operator, tab: said.tab, url, deed: { kind: 'act', act: said.act, outcome } });
    if (peer) this.#say(peer, { t: 'handled', n: said.n, outcome });
  }

  #wrote({ person }: Holder, grant: Grant, on: boolean, by: 'visitor' | 'operator' | 'relay'): void {
    this.#door.wrote({ operator: person, tab: 0, url: '', deed: { kind: 'grant', grant, on, by } });
  }

  #urlOf({ tab }: SaidAct): string {
    return this.#door.tabs().find(({ number }) => number === tab)?.page.url ?? '';
  }

  #say(peer: OperatorPeer, say: ToOperatorHand): void {
    peer.send({ t: 'hand', room: this.#door.room, say });
  }
}

function createHolder(person: Person, now: number): Holder {
  return {
    person,
    grants: new Set(),
    givenBack: new Set(),
    wish: undefined,
    lostSince: undefined,
    wishes: createBucket(WISH_RATE.burst, now),
    acts: createBucket(HAND_RATE.burst, now),
    passed: new Map(),
    moves: new Map(),
    pointer: undefined,
    pointsIn: undefined,
  };
}

/** To a console whose room is not back yet after a restart. False: this needs no answer, or another. */
export function answerAway(peer: OperatorPeer, room: string, say: FromOperatorHand): boolean {
  if (say.t !== 'act') return false;
  const outcome: Outcome = { done: false, why: 'away' };
  if (say.act.t !== 'point') peer.send({ t: 'hand', room, say: { t: 'handled', n: say.n, outcome } });
  return true;
}

/** A map gives its keys in the order they came. */
function forgetFirst<K>(map: Map<K, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

/** False: it will never arrive. */
function send(tab: Tab, say: ToHand['say']): boolean {
  return tab.socket.text(JSON.stringify({ t: 'hand', say } satisfies ToHand)) !== 'dropped';
}

function shownOutcome({ done, why, what, was, now }: Outcome): Outcome {
  return {
    done,
    ...(why === undefined ? {} : { why }),
    ...(what === undefined ? {} : { what: shownText(what, LIMITS.maxWhatChars) }),
    ...(was === undefined ? {} : { was: shownLines(was) }),
    ...(now === undefined ? {} : { now: shownLines(now) }),
  };
}
