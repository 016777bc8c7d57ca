// The remote hand in one room, as the relay sees it: which operator may do what, and who wishes for what. What becomes of
// each act is acts.ts's, what stands on the page for the other consoles marks.ts's. Who watches, what is shown of a tab, and
// when consoles are told is room.ts's; what the page then does is the page's.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [G1] no act reaches a page unless its visitor has granted it to that operator, and has not paused
//   [G2] grants end when they are taken back or given back, by leaving, by a link lost for too long, with the room
//   [G6] a wish is kept for a minute, and there are ten in ten; one operator has control
//   [G13] what nobody wished for, or the site's question asks for, is not granted by a page's word
//   [G8] what points and was passed on is said to the room's other consoles, and ends there with what ends it (marks.ts)
//   [G9] the site's policy and an operator's rights only narrow what visitors may allow, and hold as they are now
//   [G10] a wish for control goes to whoever has it first, and to the visitor when they hand over or are gone
//
// Easy to get wrong: a wish that waits for another operator is not in what pages are told, but a visitor's answer that was
// on its way all the same counts; so does one to a wish whose minute is over, for the page may have had no link. And a peer may vanish in the middle of any send here.

import { HAND_COLOURS, type FromOperatorHand, type FromVisitorHand, type Grant } from '../../protocol/hand.ts';
import type { Hands as HandsView, Outcome, ToHand, ToOperatorHand } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person } from '../../protocol/messages.ts';
import { Acts, tellPage, type ActsDoor } from './acts.ts';
import { bareAct, type Deed } from './deed.ts';
import { Marks } from './marks.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Bucket } from './peer.ts';
import type { RoomTab } from './room-tab.ts';
import type { Tab } from './visitors.ts';

export type HandsDoor = ActsDoor & {
  /** What this operator may ask for. */
  may(operator: string): readonly Grant[];
  /** Everybody's. */
  watching(): readonly OperatorPeer[];
  /** Who has what has changed, for the consoles. */
  changed(when: 'now' | 'soon'): void;
};

/** `waitsFor`: it is before that operator. */
type Wish = { readonly grant: Grant; readonly until: number; readonly waitsFor: string | undefined };

/** An operator who watches, or did: kept for as long as the room, so that who goes and comes back may not wish the more
 * often for it. */
type Holder = {
  person: Person;
  readonly colour: number;
  readonly grants: Set<Grant>;
  /** Had, and given back, left behind or taken back. A page that did not hear of it says again what it granted; it takes a
   * new wish. */
  readonly givenBack: Set<Grant>;
  wish: Wish | undefined;
  /** Until when an answer still counts, to what the visitor was asked and no longer is. */
  readonly asked: Map<Grant, number>;
  /** Since when their last link is lost. Undefined, too, when they have left. */
  lostSince: number | undefined;
  readonly wishes: Bucket;
};

const WISH_RATE = { burst: LIMITS.wishesPer10min, perSec: LIMITS.wishesPer10min / 600 };
/** What is written of those who do not watch: they could fill another account's ledger. */
const STRANGERS = { burst: 20, perSec: 1 / 60 };
/** What consoles are told at once; a page could grant and take back all day. */
const AT_ONCE = { burst: 10, perSec: 1 };
const MAX_AWAITED = 16;

export class Hands {
  #door: HandsDoor;
  #marks: Marks;
  #acts: Acts;
  #holders = new Map<string, Holder>();
  /** What was granted to operators who have not been here: after a restart the visitor may be back before them. */
  #awaited = new Map<string, { readonly grants: Set<Grant>; readonly until: number }>();
  #atOnce: Bucket;
  #strangers: Bucket;
  /** The room is back after a restart: until then pages say again what they have granted. */
  #resumedUntil = 0;
  /** Tabs have been told of somebody, and must hear when it is nobody. */
  #wasUsed = false;

  constructor(door: HandsDoor) {
    this.#door = door;
    this.#marks = new Marks({
      room: door.room,
      tabs: () => door.tabs(),
      consoles: () => door.watching(),
      ask: ({ tab }, by) => tab && tellPage(tab, { t: 'standing', by }),
    });
    this.#acts = new Acts(door, (operator, grant) => this.#has(operator, grant), this.#marks);
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
    this.#acts.watched(holder.person, { hasActed: awaited !== undefined });
    for (const grant of awaited?.grants ?? []) if (this.#isAllowed(holder, grant)) this.#give(holder, grant);
    if (awaited) this.#tellTabs();
  }

  /** What others show on the page, for a console that has just been told of its pictures. */
  showMarks(peer: OperatorPeer): void {
    this.#marks.greet(peer);
  }

  /** A picture of a tab is whole, with ids of its own. */
  pictured(place: RoomTab): void {
    this.#marks.pictured(place);
  }

  /** This console watches no longer. `isLost`: its link is; else its operator has left. */
  unwatched(peer: OperatorPeer, { isLost }: { isLost: boolean }): void {
    const { id } = peer.operator;
    const isPressing = this.#acts.unwatched(peer);
    const holder = this.#holders.get(id);
    if (!holder) return;
    if (this.#door.consoles(id).length > 0) {
      // The other console may act as it could: only nothing stays pressed.
      if (isPressing) this.#toTabs({ t: 'away', by: id });
      return;
    }
    // Or a button of the mouse would stay down until the grace time is over, and a pointer stand there.
    if (holder.grants.size > 0) this.#toTabs({ t: 'away', by: id });
    this.#marks.unpoint(id);
    if (isLost) holder.lostSince = this.#door.now();
    const isLess = !isLost && this.#empty(holder, 'operator');
    if (this.#goOn() || isLess) this.#tellTabs();
  }

  /** The room is back after a restart: its pages may have granted something, and load what knows of that when they are
   * spoken to. */
  resumed(): void {
    this.#wasUsed = true;
    this.#resumedUntil = this.#door.now() + LIMITS.handGraceMs;
  }

  /** A tab that has just been told of its visit. */
  greet(tab: Tab): void {
    if (this.#wasUsed) tellPage(tab, { t: 'hands', hands: this.#shown() });
  }

  /** This tab's link is gone. */
  left(tab: Tab): void {
    const place = this.#door.tabs().find((each) => each.key === tab.key);
    if (place) this.#marks.left(place.number);
    this.#acts.left(tab);
  }

  /** The room has ended. */
  close(): void {
    this.#acts.close();
    for (const holder of this.#holders.values()) this.#empty(holder, 'relay');
    this.#holders.clear();
    this.#awaited.clear();
  }

  /** The site's policy or an operator's rights are others: what is no longer allowed is over at once. */
  narrow(): void {
    let isLess = false;
    for (const holder of this.#holders.values()) {
      for (const grant of [...holder.grants])
        if (!this.#isAllowed(holder, grant)) isLess = this.#lose(holder, grant, 'relay');
      for (const grant of holder.asked.keys()) if (!this.#isAllowed(holder, grant)) holder.asked.delete(grant);
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
        this.#pass(holder);
        this.#changed('soon');
      }
    }
    this.#acts.tick();
    this.#marks.tick();
  }

  // ——— what operators say ———

  /** From a console that watches. True: an act that is no flood. */
  fromOperator(peer: OperatorPeer, say: FromOperatorHand): boolean {
    const holder = this.#holders.get(peer.operator.id);
    if (!holder) return false;
    if (say.t === 'act') return this.#acts.fromOperator(peer, say);
    if (say.t === 'wish') this.#wish(holder, peer, say.grant);
    else if (say.t === 'release') {
      if (this.#lose(holder, say.grant, 'operator')) this.#changed('now');
    } else if (say.t === 'handOver') this.#handOver(holder, say);
    else {
      holder.asked.clear();
      if (!holder.wish) return false;
      holder.wish = undefined;
      this.#changed('soon');
    }
    return false;
  }

  /** From a console that does not watch this room. Nothing of it is looked at, but whose page it is may read that somebody
   * tried. `isForeign`: of another account, which is not to know that there is such a room. */
  fromStranger({ operator: { id, name } }: OperatorPeer, say: FromOperatorHand, isForeign: boolean): void {
    if (say.t !== 'act' && say.t !== 'wish') return;
    if (!take(this.#strangers, STRANGERS, this.#door.now())) return;
    const from = isForeign ? ({ isForeign: true } as const) : {};
    const outcome: Outcome = { done: false, why: 'not-granted' };
    if (say.t === 'act') this.#door.metrics.handActs['not-granted'].add(1);
    const deed: Deed =
      say.t === 'act'
        ? { kind: 'act', act: bareAct(say.act), outcome, ...from }
        : { kind: 'wish', grant: say.grant, ...from };
    this.#door.wrote({ operator: { id, name }, tab: 0, url: '', deed });
  }

  #wish(holder: Holder, peer: OperatorPeer, grant: Grant): void {
    if (holder.grants.has(grant) || holder.wish?.grant === grant) return;
    if (!this.#isAllowed(holder, grant)) return this.#refuseWish(holder, peer);
    const now = this.#door.now();
    if (!take(holder.wishes, WISH_RATE, now))
      return peer.send({ t: 'refused', what: 'hand', why: 'too-many-tries', about: this.#door.room });
    this.#pass(holder);
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
    other.asked.delete(grant);
    // Before the view without the wish, as in `#refuse`.
    for (const peer of this.#door.consoles(to)) this.#say(peer, { t: 'denied', grant, by: holder.person });
    this.#changed('soon');
  }

  /** Nobody is asked any more what this one wished for, but an answer may be on its way. */
  #pass(holder: Holder): void {
    const { wish, asked } = holder;
    if (wish && wish.waitsFor === undefined) asked.set(wish.grant, this.#door.now() + LIMITS.handGraceMs);
    holder.wish = undefined;
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

  // ——— what the visitor's pages say ———

  /** From a tab of the room. False: an answer that nobody waits for. */
  fromVisitor(tab: Tab, say: FromVisitorHand): boolean {
    if (say.t === 'handled') return this.#acts.answered(tab, say);
    if (say.t === 'undone') return this.#acts.undone(tab, say);
    if (say.t === 'stands') {
      const place = this.#door.tabs().find((each) => each.tab === tab);
      if (place) this.#marks.stands(place, say);
      return true;
    }
    if (say.on) this.#grant(tab, say.operator, say.grant);
    else this.#refuse(say.operator, say.grant);
    return true;
  }

  #grant(tab: Tab, operator: string, grant: Grant): void {
    const now = this.#door.now();
    // What this page believes is not so, or it does not know that it is.
    const tellHands = () => void tellPage(tab, { t: 'hands', hands: this.#shown() });
    const holder = this.#holders.get(operator);
    if (!holder) {
      if (this.#resumedUntil <= now) return tellHands();
      const { grants = new Set<Grant>() } = this.#awaited.get(operator) ?? {};
      this.#awaited.set(operator, { grants: grants.add(grant), until: now + LIMITS.handGraceMs });
      const [oldest] = this.#awaited.keys();
      if (oldest !== undefined && this.#awaited.size > MAX_AWAITED) this.#awaited.delete(oldest);
      return;
    }
    const { lostSince, givenBack } = holder;
    const isHere =
      lostSince === undefined ? this.#door.consoles(operator).length > 0 : now - lostSince <= LIMITS.handGraceMs;
    const isAllowed = this.#isAllowed(holder, grant);
    // Nor later by saying it again, when it is.
    if (!isAllowed) givenBack.add(grant);
    const mayHave = isAllowed && isHere && this.#isAwaited(holder, grant);
    if (mayHave && this.#give(holder, grant)) this.#changed('now');
    else tellHands();
  }

  /** Somebody has asked for it. A page's word alone is no visitor's: any script of the page can say it. [G13] */
  #isAwaited({ wish, asked, givenBack }: Holder, grant: Grant): boolean {
    const now = this.#door.now();
    if (wish?.grant === grant || (asked.get(grant) ?? 0) > now) return true;
    return !givenBack.has(grant) && (this.#resumedUntil > now || this.#door.policy().given.includes(grant));
  }

  /** A denial, or a grant taken back. */
  #refuse(operator: string, grant: Grant): void {
    this.#awaited.get(operator)?.grants.delete(grant);
    const holder = this.#holders.get(operator);
    holder?.asked.delete(grant);
    if (holder?.grants.delete(grant)) {
      holder.givenBack.add(grant);
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
    holder.asked.delete(grant);
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
    holder.asked.clear();
    holder.wish = undefined;
    holder.lostSince = undefined;
    return had;
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
    for (const { tab } of this.#door.tabs()) if (tab) tellPage(tab, say);
  }

  /** The one that the fewest of those who are here have. */
  #freeColour(): number {
    const uses = HAND_COLOURS.map((_, colour) => [...this.#holders.values()].filter((each) => each.colour === colour));
    const fewest = Math.min(...uses.map(({ length }) => length));
    return uses.findIndex(({ length }) => length === fewest);
  }

  /** Files are handed over only then. */
  mayControl(operator: string): boolean {
    return !this.#door.isPaused() && this.#has(operator, 'control');
  }

  #has(operator: string, grant: Grant): boolean {
    return this.#holders.get(operator)?.grants.has(grant) === true;
  }

  #ended(holder: Holder, grant: Grant, by: 'visitor' | 'operator' | 'relay'): void {
    if (grant === 'point') this.#marks.clear(holder.person.id);
    this.#wrote(holder, grant, false, by);
  }

  #wrote({ person }: Holder, grant: Grant, on: boolean, by: 'visitor' | 'operator' | 'relay'): void {
    this.#door.wrote({ operator: person, tab: 0, url: '', deed: { kind: 'grant', grant, on, by } });
  }

  #say(peer: OperatorPeer, say: ToOperatorHand): void {
    peer.send({ t: 'hand', room: this.#door.room, say });
  }
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
    asked: new Map(),
    lostSince: undefined,
    wishes: createBucket(WISH_RATE.burst, now),
  };
}
