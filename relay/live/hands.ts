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
//   [G8] what points and was passed on is said to the room's other consoles, and ends there with what ends it (marks.ts)
//   [G9] the site's policy and an operator's rights only narrow what visitors may allow, and hold as they are now
//   [G10] a wish for control goes to whoever has it first, and to the visitor when they hand over or are gone
//   [G11] files that are handed over: see hand-files.ts; here, that an offer is of one that this operator has put there
//
// Easy to get wrong: consoles count their acts by themselves, each connection from 1, so two consoles of one operator use
// the same numbers. Towards the page the room counts anew. And a peer may vanish in the middle of any send here. A wish that
// waits for another operator is not in what pages are told, but a visitor's answer that was on its way all the same counts.

import {
  grantFor,
  HAND_COLOURS,
  isPassing,
  isPausedAt,
  type Act,
  type FromOperatorHand,
  type FromVisitorHand,
  type Grant,
  type HandPolicy,
} from '../../protocol/hand.ts';
import type { Hands as HandsView, Outcome, Reason, ToHand, ToOperatorHand } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person } from '../../protocol/messages.ts';
import type { LedgerEntry } from './deed.ts';
import { isMark, Marks } from './marks.ts';
import type { HandFiles } from './hand-files.ts';
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
  /** Of the site, as it is now. */
  policy(): HandPolicy;
  /** What this operator may ask for. */
  may(operator: string): readonly Grant[];
  /** This operator's consoles that watch the room. */
  consoles(operator: string): readonly OperatorPeer[];
  /** Everybody's. */
  watching(): readonly OperatorPeer[];
  /** Who has what has changed, for the consoles. */
  changed(when: 'now' | 'soon'): void;
  /** What operators hand over. */
  readonly files: Pick<HandFiles, 'has' | 'drop'>;
  /** For the ledger. */
  wrote(what: Pick<LedgerEntry, 'operator' | 'tab' | 'url' | 'deed'>): void;
};

type SaidAct = FromOperatorHand & { t: 'act' };
type Pointed = { readonly peer: OperatorPeer; readonly said: SaidAct };
/** An act, and where the page was. The console may be gone: the ledger waits for its answer all the same. */
type Aimed = {
  peer: OperatorPeer | undefined;
  readonly operator: Person;
  readonly said: SaidAct;
  readonly url: string;
};
/** An act that a page has and has not answered. */
type Passed = Aimed & { readonly tab: Tab; readonly until: number; isGivenUp: boolean };

/** `waitsFor`: it is before that operator. */
type Wish = { readonly grant: Grant; readonly until: number; readonly waitsFor: string | undefined };

/** An operator who watches, or did: kept for as long as the room, so that who goes and comes back may not wish or act the
 * more often for it. */
type Holder = {
  person: Person;
  readonly colour: number;
  readonly grants: Set<Grant>;
  /** Had, and given back or left behind. A page that did not hear of it says again what it granted; it takes a new wish. */
  readonly givenBack: Set<Grant>;
  wish: Wish | undefined;
  /** Since when their last link is lost. Undefined, too, when they have left. */
  lostSince: number | undefined;
  readonly wishes: Bucket;
  readonly acts: Bucket;
  /** Something of theirs has reached the page, or may have before a restart: it can be undone. */
  hasActed: boolean;
  /** By the room's count. */
  readonly passed: Map<number, Passed>;
  /** What the visitor is to answer, which takes them a while: no page is stuck for having these. */
  readonly offered: Map<number, Passed>;
  /** Moves and pieces of ink are answered only when refused: most of these stay until others take their place. */
  readonly moves: Map<number, Passed>;
  /** Where the pointer is, while that could not be told. */
  pointer: Pointed | undefined;
  /** The tab that shows it. */
  pointsIn: Tab | undefined;
};

const WISH_RATE = { burst: LIMITS.wishesPer10min, perSec: LIMITS.wishesPer10min / 600 };
export const HAND_RATE = { burst: LIMITS.handBurst, perSec: LIMITS.handPerSec };
/** What is written of those who do not watch: they could fill another account's ledger. */
const STRANGERS = { burst: 20, perSec: 1 / 60 };
/** What consoles are told at once; a page could grant and take back all day. */
const AT_ONCE = { burst: 10, perSec: 1 };
/** A page with so many unanswered is stuck: it had some seconds for them. */
const MAX_PASSED = 1000;
/** A page has one of each operator, and answers it when the next one comes: as many as there are tabs, and on their way. */
const MAX_OFFERED = 32;
/** Moves of two seconds: a refusal that takes longer says nothing of where the pointer is now. */
const MAX_MOVES = 128;
/** Behind more than this a pointer would come late: some tens of milliseconds of a bad mobile line. */
const MAX_BEFORE_POINTER = 4096;
/** Behind more than this an act would come when its operator no longer expects it. */
const MAX_BEFORE_ACT = 256 * 1024;
const MAX_AWAITED = 16;
/** A page answers in its next task, or is stuck: longer than a heavy one takes. */
const ANSWER_MS = 10_000;
/** The page itself says when the visitor has not answered. */
const VISITOR_ANSWER_MS = LIMITS.suggestionMs + 15_000;

export class Hands {
  #door: HandsDoor;
  #marks: Marks;
  #holders = new Map<string, Holder>();
  /** The last number that each console gave an act. */
  #counts = new Map<OperatorPeer, number>();
  /** What was granted to operators who have not been here: after a restart the visitor may be back before them. */
  #awaited = new Map<string, { readonly grants: Set<Grant>; readonly until: number }>();
  /** Of the last act that was passed on. Begins with the clock: a page that still has acts from before a restart must not
   * answer others with them. */
  #number: number;
  #atOnce: Bucket;
  #strangers: Bucket;
  /** Tabs have been told of somebody, and must hear when it is nobody. */
  #wasUsed = false;

  constructor(door: HandsDoor) {
    this.#door = door;
    this.#marks = new Marks({ room: door.room, tabs: () => door.tabs(), consoles: () => door.watching() });
    this.#number = door.now() >>> 0;
    this.#atOnce = createBucket(AT_ONCE.burst, door.now());
    this.#strangers = createBucket(STRANGERS.burst, door.now());
  }

  /** Who has something, or wishes for it, for consoles. */
  view(): HandsView {
    return this.#viewWith(() => true);
  }

  /** For pages: what the visitor is not asked yet would have them ask. */
  #shown(): HandsView {
    return this.#viewWith(({ waitsFor }) => waitsFor === undefined);
  }

  #viewWith(isShown: (wish: Wish) => boolean): HandsView {
    const view: HandsView = [];
    for (const { person, colour, grants, wish } of this.#holders.values()) {
      const shown = wish && isShown(wish) ? wish : undefined;
      if (grants.size === 0 && !shown) continue;
      const waiting = shown?.waitsFor === undefined ? {} : { waitsFor: shown.waitsFor };
      view.push({ by: person, colour, grants: [...grants], ...(shown ? { wish: shown.grant, ...waiting } : {}) });
    }
    return view;
  }

  // ——— who is there. What a coming or going changes the room itself tells its consoles. ———

  watched({ operator: { id, name } }: OperatorPeer): void {
    const now = this.#door.now();
    let holder = this.#holders.get(id);
    if (holder) holder.person = { id, name };
    else this.#holders.set(id, (holder = createHolder({ id, name }, this.#freeColour(), now)));
    holder.lostSince = undefined;
    const awaited = this.#awaited.get(id);
    this.#awaited.delete(id);
    for (const grant of awaited?.grants ?? []) if (this.#isAllowed(holder, grant)) this.#give(holder, grant);
    holder.hasActed ||= awaited !== undefined;
    if (awaited) this.#tellTabs();
  }

  /** What others show on the page, for a console that has just been told of its pictures. */
  showMarks(peer: OperatorPeer): void {
    this.#marks.greet(peer);
  }

  /** This console watches no longer. `isLost`: its link is; else its operator has left. */
  unwatched(peer: OperatorPeer, { isLost }: { isLost: boolean }): void {
    const { id } = peer.operator;
    this.#counts.delete(peer);
    const holder = this.#holders.get(id);
    if (!holder) return;
    for (const waiting of [holder.passed, holder.offered, holder.moves])
      for (const passed of waiting.values()) if (passed.peer === peer) passed.peer = undefined;
    if (this.#door.consoles(id).length > 0) return;
    holder.pointer = undefined;
    // Or a button of the mouse would stay down until the grace time is over, and a pointer stand there.
    if (holder.grants.size > 0) this.#toTabs({ t: 'away', by: id });
    holder.pointsIn = undefined;
    this.#marks.unpoint(id);
    if (isLost) holder.lostSince = this.#door.now();
    const isLess = !isLost && this.#empty(holder, 'operator');
    if (this.#goOn() || isLess) this.#tellTabs();
  }

  /** The room is back after a restart: its pages may have granted something, and load what knows of that when they are
   * spoken to. */
  resumed(): void {
    this.#wasUsed = true;
  }

  /** A tab that has just been told of its visit. */
  greet(tab: Tab): void {
    if (this.#wasUsed) send(tab, { t: 'hands', hands: this.#shown() });
  }

  /** This tab's link is gone: what it has not answered, it never will. */
  left(tab: Tab): void {
    for (const holder of this.#holders.values()) if (holder.pointsIn === tab) holder.pointsIn = undefined;
    const place = this.#door.tabs().find((each) => each.key === tab.key);
    if (place) this.#marks.left(place.number);
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

  /** The site's policy or an operator's rights are others: what is no longer allowed is over at once. */
  narrow(): void {
    let isLess = false;
    for (const holder of this.#holders.values()) {
      for (const grant of [...holder.grants])
        if (!this.#isAllowed(holder, grant)) isLess = this.#lose(holder, grant, 'relay');
      if (!holder.wish || this.#isAllowed(holder, holder.wish.grant)) continue;
      holder.wish = undefined;
      isLess = true;
      this.#refuseWish(holder);
    }
    if (isLess) this.#changed('now');
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
    this.#marks.tick();
    for (const { passed, offered } of this.#holders.values())
      for (const waiting of [passed, offered]) for (const one of waiting.values()) this.#mindAnswer(one, now);
  }

  /** It stays among those that the page has: one that is stuck must not be given more and more. */
  #mindAnswer(passed: Passed, now: number): void {
    if (passed.isGivenUp || passed.until > now) return;
    passed.isGivenUp = true;
    this.#answer(passed, { done: false, why: isForVisitor(passed.said.act) ? 'no-answer' : 'away' });
  }

  // ——— what operators say ———

  /** From a console that watches. True: an act that is no flood. */
  fromOperator(peer: OperatorPeer, say: FromOperatorHand): boolean {
    const holder = this.#holders.get(peer.operator.id);
    if (!holder) return false;
    if (say.t === 'act') return this.#act(holder, peer, say);
    if (say.t === 'wish') this.#wish(holder, peer, say.grant);
    else if (say.t === 'release') {
      if (this.#lose(holder, say.grant, 'operator')) this.#changed('now');
    } else if (say.t === 'handOver') this.#handOver(holder, say);
    else if (holder.wish) {
      holder.wish = undefined;
      this.#changed('soon');
    }
    return false;
  }

  /** From a console that does not watch this room, maybe of another account. Nothing of it is looked at, but whose page it
   * is may read that somebody tried. */
  fromStranger({ operator: { id, name } }: OperatorPeer, say: FromOperatorHand): void {
    if (say.t !== 'act' || !take(this.#strangers, STRANGERS, this.#door.now())) return;
    const outcome: Outcome = { done: false, why: 'not-granted' };
    this.#door.metrics.handActs['not-granted'].add(1);
    this.#door.wrote({ operator: { id, name }, tab: 0, url: '', deed: { kind: 'act', act: say.act, outcome } });
  }

  #wish(holder: Holder, peer: OperatorPeer, grant: Grant): void {
    if (holder.grants.has(grant) || holder.wish?.grant === grant) return;
    if (!this.#isAllowed(holder, grant)) return this.#refuseWish(holder, peer);
    const now = this.#door.now();
    if (!take(holder.wishes, WISH_RATE, now))
      return peer.send({ t: 'refused', what: 'hand', why: 'too-many-tries', about: this.#door.room });
    const has = grant === 'control' ? [...this.#holders.values()].find((each) => each.grants.has(grant)) : undefined;
    holder.wish = { grant, until: now + LIMITS.wishMs, waitsFor: has && this.#isHere(has) ? has.person.id : undefined };
    this.#changed('soon');
  }

  /** From who has control, to who waits for it. [G10] */
  #handOver(holder: Holder, { to, yes }: FromOperatorHand & { t: 'handOver' }): void {
    const { id } = holder.person;
    const other = this.#holders.get(to);
    if (!holder.grants.has('control') || !other?.wish || other.wish.waitsFor !== id) return;
    if (yes) {
      this.#lose(holder, 'control', 'operator');
      this.#putBefore(other, other.wish, undefined);
      // The others come after whoever was chosen.
      for (const each of this.#holders.values()) if (each.wish?.waitsFor === id) this.#putBefore(each, each.wish, to);
      return this.#changed('now');
    }
    const { grant } = other.wish;
    other.wish = undefined;
    // Before the view without the wish, as in `#refuse`.
    for (const peer of this.#door.consoles(to)) this.#say(peer, { t: 'denied', grant, by: holder.person });
    this.#changed('soon');
  }

  /** Whoever is asked now has a minute. */
  #putBefore(holder: Holder, { grant }: Wish, waitsFor: string | undefined): void {
    holder.wish = { grant, until: this.#door.now() + LIMITS.wishMs, waitsFor };
  }

  /** Wishes whose turn has come go on to the visitor. False: there was none. */
  #goOn(): boolean {
    let hasGone = false;
    for (const holder of this.#holders.values()) {
      const { wish } = holder;
      const ahead = wish?.waitsFor === undefined ? undefined : this.#holders.get(wish.waitsFor);
      if (!wish || !ahead || (this.#isHere(ahead) && isAhead(ahead))) continue;
      this.#putBefore(holder, wish, undefined);
      hasGone = true;
    }
    return hasGone;
  }

  #isHere({ person, lostSince }: Holder): boolean {
    return lostSince === undefined && this.#door.consoles(person.id).length > 0;
  }

  #isAllowed({ person }: Holder, grant: Grant): boolean {
    return this.#door.policy().allowed.includes(grant) && this.#door.may(person.id).includes(grant);
  }

  /** To whoever wished, or to all of their consoles. */
  #refuseWish({ person }: Holder, peer?: OperatorPeer): void {
    for (const each of peer ? [peer] : this.#door.consoles(person.id))
      each.send({ t: 'refused', what: 'hand', why: 'not-allowed', about: this.#door.room });
  }

  #act(holder: Holder, peer: OperatorPeer, said: SaidAct): boolean {
    const isRepeated = said.n <= (this.#counts.get(peer) ?? 0);
    if (!isRepeated) this.#counts.set(peer, said.n);
    const isInTime = take(holder.acts, HAND_RATE, this.#door.now());
    if (said.act.t === 'point') {
      // What waits is where it was before.
      const pointed = { peer, said };
      if (!isRepeated) holder.pointer = isInTime ? undefined : pointed;
      if (!isRepeated && isInTime) this.#point(holder, pointed);
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
    if (said.act.t === 'giveFile' && !this.#hasFile(holder.person.id, said.act.file)) return 'gone';
    const isOffer = isForVisitor(said.act);
    const isFull = isOffer ? holder.offered.size >= MAX_OFFERED : holder.passed.size >= MAX_PASSED;
    if (isFull || tab.socket.waiting() > MAX_BEFORE_ACT) return 'too-fast';
    const number = this.#nextNumber();
    if (!send(tab, { t: 'act', by: holder.person.id, n: number, act: said.act })) return 'away';
    holder.hasActed = true;
    if (isMark(said.act)) this.#marks.passed(holder.person.id, said.tab, said.act, peer);
    const until = this.#door.now() + (isOffer ? VISITOR_ANSWER_MS : ANSWER_MS);
    const { person: operator } = holder;
    const passed: Passed = { peer, operator, said, url: this.#urlOf(said), tab, until, isGivenUp: false };
    if (isOffer) holder.offered.set(number, passed);
    else if (!isPassing(said.act)) holder.passed.set(number, passed);
    else {
      holder.moves.set(number, passed);
      forgetFirst(holder.moves, MAX_MOVES);
    }
    return undefined;
  }

  #point(holder: Holder, pointed: Pointed): void {
    const { peer, said } = pointed;
    const tab = this.#aimed(holder, said);
    if (typeof tab === 'string') return;
    if (tab.socket.waiting() > MAX_BEFORE_POINTER) holder.pointer = pointed;
    else if (this.#tellPointer(holder, tab, said.act) && isMark(said.act))
      this.#marks.passed(holder.person.id, said.tab, said.act, peer);
  }

  #tellPointer(holder: Holder, tab: Tab, act: Act): boolean {
    holder.pointsIn = act.t === 'point' && act.at ? tab : undefined;
    return send(tab, { t: 'act', by: holder.person.id, n: this.#nextNumber(), act });
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
    if (grantFor(act) === 'control' && isPausedAt(this.#door.policy(), place.page.url)) return 'paused-here';
    // Nobody has seen what has not been: that was said of the room before a restart.
    return isSeenBy(place, seen) && seen <= this.#door.sequence() ? place.tab : 'gone';
  }

  // ——— what the visitor's pages say ———

  /** From a tab of the room. False: an answer that nobody waits for. */
  fromVisitor(tab: Tab, say: FromVisitorHand): boolean {
    if (say.t === 'handled') return this.#handled(tab, say);
    if (say.t === 'undone') return this.#undone(tab, say);
    if (say.on) this.#grant(tab, say.operator, say.grant);
    else this.#refuse(say.operator, say.grant);
    return true;
  }

  #handled(tab: Tab, { operator, n: number, outcome }: FromVisitorHand & { t: 'handled' }): boolean {
    const holder = this.#holders.get(operator);
    for (const waiting of holder ? [holder.passed, holder.offered, holder.moves] : []) {
      const passed = waiting.get(number);
      if (passed?.tab !== tab) continue;
      waiting.delete(number);
      // Nobody waits for it any more, but the page has done no wrong.
      if (passed.isGivenUp) this.#door.metrics.handAnswersDropped.add(1);
      else this.#answer(passed, shownOutcome(outcome));
      return true;
    }
    this.#door.metrics.handAnswersDropped.add(1);
    return false;
  }

  /** Only for the ledger: operators see the field itself. */
  #undone(tab: Tab, { operator, what, was, now }: FromVisitorHand & { t: 'undone' }): boolean {
    const holder = this.#holders.get(operator);
    const place = this.#door.tabs().find((each) => each.tab === tab);
    if (!holder?.hasActed || !place) return false;
    this.#door.wrote({
      operator: holder.person,
      tab: place.number,
      url: place.page.url,
      deed: { kind: 'undo', what: shownText(what, LIMITS.maxWhatChars), was: shownLines(was), now: shownLines(now) },
    });
    return true;
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
    const isAllowed = this.#isAllowed(holder, grant);
    // Nor later by saying it again, when it is.
    if (!isAllowed) givenBack.add(grant);
    const mayHave = isAllowed && isHere && (wish?.grant === grant || !givenBack.has(grant));
    if (mayHave && this.#give(holder, grant)) this.#changed('now');
    // What this page believes is not so, or it does not know that it is.
    else send(tab, { t: 'hands', hands: this.#shown() });
  }

  /** A denial, or a grant taken back. */
  #refuse(operator: string, grant: Grant): void {
    this.#awaited.get(operator)?.grants.delete(grant);
    const holder = this.#holders.get(operator);
    if (holder?.grants.delete(grant)) {
      this.#ended(holder, grant, 'visitor');
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
    for (const other of grant === 'control' ? this.#holders.values() : []) {
      if (other.grants.delete(grant)) this.#ended(other, grant, 'visitor');
      // From now on they wish for what this one has.
      if (other.wish?.grant === grant && other !== holder && this.#isHere(holder))
        this.#putBefore(other, other.wish, holder.person.id);
    }
    holder.grants.add(grant);
    this.#wrote(holder, grant, true, 'visitor');
    holder.givenBack.delete(grant);
    if (holder.wish?.grant === grant) holder.wish = undefined;
    return true;
  }

  /** False: they did not have it. What was given back takes a new wish. */
  #lose(holder: Holder, grant: Grant, by: 'operator' | 'relay'): boolean {
    if (!holder.grants.delete(grant)) return false;
    holder.givenBack.add(grant);
    this.#ended(holder, grant, by);
    return true;
  }

  /** False: there was nothing. */
  #empty(holder: Holder, by: 'operator' | 'relay'): boolean {
    const had = holder.grants.size > 0 || holder.wish !== undefined;
    for (const grant of [...holder.grants]) this.#lose(holder, grant, by);
    holder.wish = undefined;
    holder.lostSince = undefined;
    return had;
  }

  #giveUp(isLost: (passed: Passed) => boolean): void {
    for (const { passed, offered, moves } of this.#holders.values()) {
      for (const [number, move] of moves) if (isLost(move)) moves.delete(number);
      for (const waiting of [passed, offered])
        for (const [number, one] of waiting) {
          if (!isLost(one)) continue;
          waiting.delete(number);
          if (!one.isGivenUp) this.#answer(one, { done: false, why: 'away' });
        }
    }
  }

  #changed(when: 'now' | 'soon'): void {
    this.#goOn();
    this.#tellTabs();
    this.#door.changed(when === 'now' && take(this.#atOnce, AT_ONCE, this.#door.now()) ? 'now' : 'soon');
  }

  #tellTabs(): void {
    this.#wasUsed = true;
    this.#toTabs({ t: 'hands', hands: this.#shown() });
  }

  #toTabs(say: ToHand['say']): void {
    for (const { tab } of this.#door.tabs()) if (tab) send(tab, say);
  }

  /** The one that the fewest of those who are here have. */
  #freeColour(): number {
    const uses = HAND_COLOURS.map((_, colour) => [...this.#holders.values()].filter((each) => each.colour === colour));
    const fewest = Math.min(...uses.map(({ length }) => length));
    return uses.findIndex(({ length }) => length === fewest);
  }

  /** Files are handed over only then. */
  mayControl(operator: string): boolean {
    return !this.#door.isPaused() && this.#holders.get(operator)?.grants.has('control') === true;
  }

  #hasFile(operator: string, { id, bytes }: { id: string; bytes: number }): boolean {
    return this.#door.files.has(id, { room: this.#door.room, operator }, bytes);
  }

  #answer({ peer, operator, said, url }: Aimed, outcome: Outcome): void {
    const { act } = said;
    if (act.t === 'giveFile' && this.#hasFile(operator.id, act.file)) this.#door.files.drop(act.file.id);
    this.#door.metrics.handActs[outcome.done ? 'done' : (outcome.why ?? 'failed')].add(1);
    this.#door.wrote({ operator, tab: said.tab, url, deed: { kind: 'act', act: said.act, outcome } });
    if (!outcome.done && isMark(said.act)) this.#marks.refused(operator.id, said.tab, said.act);
    if (peer) this.#say(peer, { t: 'handled', n: said.n, outcome });
  }

  #ended(holder: Holder, grant: Grant, by: 'visitor' | 'operator' | 'relay'): void {
    if (grant === 'point') this.#marks.clear(holder.person.id);
    this.#wrote(holder, grant, false, by);
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

/** The visitor takes the time they need. */
function isForVisitor({ t }: Act): boolean {
  return t === 'suggest' || t === 'askFile' || t === 'giveFile';
}

/** Who waits for them waits for somebody who has control, or whom the visitor is asked about before. */
function isAhead({ grants, wish }: Holder): boolean {
  return grants.has('control') || (wish?.grant === 'control' && wish.waitsFor === undefined);
}

function createHolder(person: Person, colour: number, now: number): Holder {
  return {
    person,
    colour,
    grants: new Set(),
    givenBack: new Set(),
    wish: undefined,
    lostSince: undefined,
    wishes: createBucket(WISH_RATE.burst, now),
    acts: createBucket(HAND_RATE.burst, now),
    hasActed: false,
    passed: new Map(),
    offered: new Map(),
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
