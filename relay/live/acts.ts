// Acts on their way from an operator's console to a page, and their answers on the way back: refuses by itself what need
// not reach the page, and passes an answer on only to whoever waits for it. Who may act at all is hands.ts's.
//
// Rules (tests quote the numbers; relay/README.md has all):
//   [G3] an act is for the document that its operator has seen
//   [G4] every act but pointers and moves is answered once, by the page that had it or by the relay
//   [G5] an answer counts once, and from the tab that has the act
//   [G7] an operator acts so often and no more; nothing piles up before a visitor whose line is slow
//   [G11] files that are handed over: see hand-files.ts; here, that an offer is of one that this operator has put there
//   [G12] what never reached a page is in the ledger without its content, and alike refusals are counted
//
// Easy to get wrong: consoles count their acts by themselves, each connection from 1, so two consoles of one operator use
// the same numbers. Towards the page the room counts anew. And a peer may vanish in the middle of any send here.

import {
  grantFor,
  isPassing,
  isPausedAt,
  type Act,
  type FromOperatorHand,
  type FromVisitorHand,
  type Grant,
  type HandPolicy,
  type Outcome,
  type Reason,
  type ToHand,
} from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person } from '../../protocol/messages.ts';
import { bareAct, type Deed, type LedgerEntry } from './deed.ts';
import type { HandFiles } from './hand-files.ts';
import { isMark, type Marks } from './marks.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import { createBucket, take, type Bucket } from './peer.ts';
import { isSeenBy, type RoomTab } from './room-tab.ts';
import { shownLines, shownText } from './shown.ts';
import type { Tab } from './visitors.ts';

export type ActsDoor = {
  readonly room: string;
  readonly metrics: LiveMetrics;
  now(): number;
  isPaused(): boolean;
  /** Of the room's last frame. */
  sequence(): number;
  tabs(): readonly RoomTab[];
  /** Of the site, as it is now. */
  policy(): HandPolicy;
  /** This operator's consoles that watch the room. */
  consoles(operator: string): readonly OperatorPeer[];
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
/** Of an act that no page had: without its content. */
type Refusal = Omit<Aimed, 'peer'> & { readonly why: Reason };
/** Refusals of one kind of act, for one reason. `more`: since the last entry. */
type Alike = { until: number; more: number; last: Refusal };
/** An act that a page has and has not answered. */
type Passed = Aimed & { readonly tab: Tab; readonly until: number; isGivenUp: boolean };

/** Of an operator who watches, or did: kept for as long as the room, so that who goes and comes back may not act the more
 * often for it. */
type Acting = {
  person: Person;
  readonly rate: Bucket;
  /** Something of theirs has reached the page, or may have before a restart: it can be undone. */
  hasActed: boolean;
  /** By the room's count. */
  readonly passed: Map<number, Passed>;
  /** What the visitor is to answer, which takes them a while: no page is stuck for having these. */
  readonly offered: Map<number, Passed>;
  /** Moves and pieces of ink are answered only when refused: most of these stay until others take their place. */
  readonly moves: Map<number, Passed>;
  /** What never reached a page, and may come again: by kind and reason. */
  readonly refused: Map<string, Alike>;
  /** What holds a button of the mouse down. */
  presses: OperatorPeer | undefined;
  /** Where the pointer is, while that could not be told. */
  pointer: Pointed | undefined;
  /** The tab that shows it, and the console that moved it last. */
  points: { readonly tab: Tab; readonly peer: OperatorPeer } | undefined;
};

/** In all rooms that an operator watches together, too: one has one pair of hands. */
export const HAND_RATE = { burst: LIMITS.handBurst, perSec: LIMITS.handPerSec };
/** A page with so many unanswered is stuck: it had some seconds for them. */
const MAX_PASSED = 1000;
/** A page has one of each operator, and answers it when the next one comes: as many as there are tabs, and on their way. */
const MAX_OFFERED = 32;
/** Moves of two seconds: a refusal that takes longer says nothing of where the pointer is now. */
const MAX_MOVES = 128;
/** Alike refusals are one entry in so long. */
const ALIKE_MS = 10_000;
/** Behind more than this a pointer would come late: some tens of milliseconds of a bad mobile line. */
const MAX_BEFORE_POINTER = 4096;
/** Behind more than this an act would come when its operator no longer expects it. */
const MAX_BEFORE_ACT = 256 * 1024;
/** A page answers in its next task, or is stuck: longer than a heavy one takes. */
const ANSWER_MS = 10_000;
/** The page itself says when the visitor has not answered. */
const VISITOR_ANSWER_MS = LIMITS.suggestionMs + 15_000;

export class Acts {
  #door: ActsDoor;
  #has: (operator: string, grant: Grant) => boolean;
  #marks: Marks;
  #acting = new Map<string, Acting>();
  /** The last number that each console gave an act. */
  #counts = new Map<OperatorPeer, number>();
  /** Of the last act that was passed on. Begins with the clock: a page that still has acts from before a restart must not
   * answer others with them. */
  #number: number;

  /** `has`: whether the visitor has granted that to this operator. */
  constructor(door: ActsDoor, has: (operator: string, grant: Grant) => boolean, marks: Marks) {
    this.#door = door;
    this.#has = has;
    this.#marks = marks;
    this.#number = door.now() >>> 0;
  }

  /** An operator watches. `hasActed`: maybe so before a restart. */
  watched(person: Person, { hasActed }: { hasActed: boolean }): void {
    const known = this.#acting.get(person.id);
    if (known) known.person = person;
    const acting = known ?? createActing(person, this.#door.now());
    acting.hasActed ||= hasActed;
    this.#acting.set(person.id, acting);
  }

  /** This console watches no longer. True: it has left a button of the mouse down. */
  unwatched(peer: OperatorPeer): boolean {
    const { id } = peer.operator;
    this.#counts.delete(peer);
    const acting = this.#acting.get(id);
    if (!acting) return false;
    this.#tellRefused(acting);
    const presses = acting.presses === peer;
    if (presses) acting.presses = undefined;
    for (const waiting of [acting.passed, acting.offered, acting.moves])
      for (const passed of waiting.values()) if (passed.peer === peer) passed.peer = undefined;
    if (acting.pointer?.peer === peer) acting.pointer = undefined;
    if (this.#door.consoles(id).length > 0) {
      if (acting.points?.peer === peer) this.#unpoint(acting);
      return presses;
    }
    acting.pointer = undefined;
    acting.points = undefined;
    return presses;
  }

  /** This tab's link is gone: what it has not answered, it never will. */
  left(tab: Tab): void {
    for (const acting of this.#acting.values()) if (acting.points?.tab === tab) acting.points = undefined;
    this.#giveUp((passed) => passed.tab === tab);
  }

  /** The room has ended. */
  close(): void {
    this.#giveUp(() => true);
    for (const acting of this.#acting.values()) this.#tellRefused(acting);
    this.#acting.clear();
    this.#counts.clear();
  }

  /** Once a second. */
  tick(): void {
    const now = this.#door.now();
    for (const acting of this.#acting.values()) {
      const { pointer } = acting;
      acting.pointer = undefined;
      if (pointer) this.#point(acting, pointer);
      this.#tellRefused(acting, now);
      for (const waiting of [acting.passed, acting.offered])
        for (const one of waiting.values()) this.#mindAnswer(one, now);
    }
  }

  /** It stays among those that the page has: one that is stuck must not be given more and more. */
  #mindAnswer(passed: Passed, now: number): void {
    if (passed.isGivenUp || passed.until > now) return;
    passed.isGivenUp = true;
    this.#answer(passed, { done: false, why: isForVisitor(passed.said.act) ? 'no-answer' : 'away' });
  }

  // ——— on the way to the page ———

  /** From a console that watches. True: it is no flood. */
  fromOperator(peer: OperatorPeer, said: SaidAct): boolean {
    const acting = this.#acting.get(peer.operator.id);
    if (!acting) return false;
    const isRepeated = said.n <= (this.#counts.get(peer) ?? 0);
    if (!isRepeated) this.#counts.set(peer, said.n);
    const now = this.#door.now();
    const isInTime = take(acting.rate, HAND_RATE, now) && take(peer.acts, HAND_RATE, now);
    if (said.act.t === 'point') {
      // What waits is where it was before.
      const pointed = { peer, said };
      if (!isRepeated) acting.pointer = isInTime ? undefined : pointed;
      if (!isRepeated && isInTime) this.#point(acting, pointed);
      return isInTime;
    }
    const why = !isInTime ? 'too-fast' : isRepeated ? 'repeated' : this.#pass(acting, peer, said);
    if (why) this.#refuse(acting, { peer, operator: acting.person, said, url: this.#urlOf(said) }, why);
    return isInTime;
  }

  /** Hands it to the page, or says why not. */
  #pass(acting: Acting, peer: OperatorPeer, said: SaidAct): Reason | undefined {
    const { person: operator } = acting;
    const tab = this.#aimed(operator, said);
    if (typeof tab === 'string') return tab;
    if (said.act.t === 'giveFile' && !this.#hasFile(operator.id, said.act.file)) return 'gone';
    const isOffer = isForVisitor(said.act);
    const isFull = isOffer ? acting.offered.size >= MAX_OFFERED : acting.passed.size >= MAX_PASSED;
    if (isFull || tab.socket.waiting() > MAX_BEFORE_ACT) return 'too-fast';
    const number = this.#nextNumber();
    if (!tellPage(tab, { t: 'act', by: operator.id, n: number, act: said.act })) return 'away';
    acting.hasActed = true;
    if (said.act.t === 'down') acting.presses = peer;
    else if (said.act.t === 'up') acting.presses = undefined;
    if (isMark(said.act)) this.#marks.passed(operator.id, said.tab, said.act, peer);
    this.#pointed(acting, tab, { peer, said });
    const until = this.#door.now() + (isOffer ? VISITOR_ANSWER_MS : ANSWER_MS);
    const passed: Passed = { peer, operator, said, url: this.#urlOf(said), tab, until, isGivenUp: false };
    if (isOffer) acting.offered.set(number, passed);
    else if (!isPassing(said.act)) acting.passed.set(number, passed);
    else {
      acting.moves.set(number, passed);
      const [oldest] = acting.moves.keys();
      if (oldest !== undefined && acting.moves.size > MAX_MOVES) acting.moves.delete(oldest);
    }
    return undefined;
  }

  #point(acting: Acting, pointed: Pointed): void {
    const { peer, said } = pointed;
    const tab = this.#aimed(acting.person, said);
    if (typeof tab === 'string') return;
    if (tab.socket.waiting() > MAX_BEFORE_POINTER) acting.pointer = pointed;
    else if (this.#tellPointer(acting, tab, said.act) && isMark(said.act)) {
      this.#marks.passed(acting.person.id, said.tab, said.act, peer);
      this.#pointed(acting, tab, pointed);
    }
  }

  #tellPointer({ person }: Acting, tab: Tab, act: Act): boolean {
    return tellPage(tab, { t: 'act', by: person.id, n: this.#nextNumber(), act });
  }

  /** A page shows where its operator points, and where they move the mouse: one pointer, in one tab. */
  #pointed(acting: Acting, tab: Tab, { peer, said: { act } }: Pointed): void {
    const isThere = act.t === 'move' || act.t === 'down' || (act.t === 'point' && act.at !== undefined);
    const { points } = acting;
    if (isThere) {
      if (points && points.tab !== tab) this.#unpoint(acting);
      acting.points = { tab, peer };
    } else if (act.t === 'point' && points?.tab === tab) acting.points = undefined;
  }

  #unpoint(acting: Acting): void {
    const { points } = acting;
    acting.points = undefined;
    const place = points && this.#door.tabs().find((each) => each.tab === points.tab);
    if (!place) return;
    this.#tellPointer(acting, points.tab, { t: 'point', down: false });
    this.#marks.unpoint(acting.person.id, place.number);
  }

  #nextNumber(): number {
    return (this.#number = (this.#number + 1) >>> 0);
  }

  /** The tab whose document is meant, or why nothing may be done there. */
  #aimed({ id }: Person, { act, tab: number, seen }: SaidAct): Tab | Reason {
    if (!this.#has(id, grantFor(act))) return 'not-granted';
    if (this.#door.isPaused()) return 'paused';
    const place = this.#door.tabs().find((each) => each.number === number);
    if (!place?.tab) return 'away';
    if (grantFor(act) === 'control' && isPausedAt(this.#door.policy(), place.page.url)) return 'paused-here';
    // Nobody has seen what has not been: that was said of the room before a restart.
    return isSeenBy(place, seen) && seen <= this.#door.sequence() ? place.tab : 'gone';
  }

  #urlOf({ tab }: SaidAct): string {
    return this.#door.tabs().find(({ number }) => number === tab)?.page.url ?? '';
  }

  #hasFile(operator: string, { id, bytes }: { id: string; bytes: number }): boolean {
    return this.#door.files.has(id, { room: this.#door.room, operator }, bytes);
  }

  // ——— on the way back ———

  /** From a tab of the room. False: nobody waits for it. */
  answered(tab: Tab, { operator, n: number, outcome }: FromVisitorHand & { t: 'handled' }): boolean {
    const acting = this.#acting.get(operator);
    for (const waiting of acting ? [acting.passed, acting.offered, acting.moves] : []) {
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

  /** Only for the ledger: operators see the field itself. False: there was nothing to undo. */
  undone(tab: Tab, { operator, what, was, now }: FromVisitorHand & { t: 'undone' }): boolean {
    const acting = this.#acting.get(operator);
    const place = this.#door.tabs().find((each) => each.tab === tab);
    if (!acting?.hasActed || !place) return false;
    this.#door.wrote({
      operator: acting.person,
      tab: place.number,
      url: place.page.url,
      deed: { kind: 'undo', what: shownText(what, LIMITS.maxWhatChars), was: shownLines(was), now: shownLines(now) },
    });
    return true;
  }

  #giveUp(isLost: (passed: Passed) => boolean): void {
    for (const { passed, offered, moves } of this.#acting.values()) {
      for (const [number, move] of moves) if (isLost(move)) moves.delete(number);
      for (const waiting of [passed, offered])
        for (const [number, one] of waiting) {
          if (!isLost(one)) continue;
          waiting.delete(number);
          if (!one.isGivenUp) this.#answer(one, { done: false, why: 'away' });
        }
    }
  }

  #answer(aimed: Aimed, outcome: Outcome): void {
    this.#tell(aimed, outcome);
    this.#wrote(aimed, { kind: 'act', act: aimed.said.act, outcome });
  }

  /** It reaches no page. The first is written at once, those like it are counted. [G12] */
  #refuse(acting: Acting, aimed: Aimed, why: Reason): void {
    this.#tell(aimed, { done: false, why });
    const { operator, said, url } = aimed;
    const bare: Refusal = {
      operator,
      said: { ...said, act: bareAct(said.act) },
      url: url.replace(/[?#].*$/s, ''),
      why,
    };
    const name = `${said.act.t} ${why}`;
    const alike = acting.refused.get(name);
    if (alike) {
      alike.last = bare;
      alike.more++;
      return;
    }
    acting.refused.set(name, { until: this.#door.now() + ALIKE_MS, more: 0, last: bare });
    this.#wroteRefusal(bare, 1);
  }

  /** Writes what was counted, of those whose time is over. Who goes on then is counted from there. */
  #tellRefused({ refused }: Acting, now = Infinity): void {
    for (const [name, alike] of refused) {
      if (alike.until > now) continue;
      const { more, last } = alike;
      alike.more = 0;
      if (more > 0) this.#wroteRefusal(last, more);
      if (now === Infinity) continue;
      if (more > 0) alike.until = now + ALIKE_MS;
      else refused.delete(name);
    }
  }

  #wroteRefusal({ operator, said, url, why }: Refusal, times: number): void {
    const outcome: Outcome = { done: false, why };
    this.#wrote({ operator, said, url }, { kind: 'act', act: said.act, outcome, ...(times > 1 ? { times } : {}) });
  }

  #wrote({ operator, said, url }: Pick<Aimed, 'operator' | 'said' | 'url'>, deed: Deed): void {
    this.#door.wrote({ operator, tab: said.tab, url, deed });
  }

  #tell({ peer, operator, said }: Aimed, outcome: Outcome): void {
    const { act } = said;
    if (act.t === 'giveFile' && this.#hasFile(operator.id, act.file)) this.#door.files.drop(act.file.id);
    this.#door.metrics.handActs[outcome.done ? 'done' : (outcome.why ?? 'failed')].add(1);
    if (!outcome.done && isMark(act)) this.#marks.refused(operator.id, said.tab, act);
    peer?.send({ t: 'hand', room: this.#door.room, say: { t: 'handled', n: said.n, outcome } });
  }
}

/** The visitor takes the time they need. */
function isForVisitor({ t }: Act): boolean {
  return t === 'suggest' || t === 'askFile' || t === 'giveFile';
}

function createActing(person: Person, now: number): Acting {
  return {
    person,
    rate: createBucket(HAND_RATE.burst, now),
    hasActed: false,
    passed: new Map(),
    offered: new Map(),
    moves: new Map(),
    pointer: undefined,
    points: undefined,
    refused: new Map(),
    presses: undefined,
  };
}

/** To a console whose room is not back yet after a restart. False: this needs no answer, or another. */
export function answerAway(peer: OperatorPeer, room: string, say: FromOperatorHand): boolean {
  if (say.t !== 'act') return false;
  const outcome: Outcome = { done: false, why: 'away' };
  if (say.act.t !== 'point') peer.send({ t: 'hand', room, say: { t: 'handled', n: say.n, outcome } });
  return true;
}

/** False: it will never arrive. */
export function tellPage(tab: Tab, say: ToHand['say']): boolean {
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
