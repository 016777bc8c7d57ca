// The operator's hand in one room: which tool is in use, what the visitor allows, and what became of each act. An act
// that can't be sent is refused here, at the spot where it was made; one that is sent waits for its answer.
//
// Easy to get wrong: a tool stays in use while its grant is asked for and while the picture is away, so `isActive` is what
// the layer over the mirror goes by. A wish is over when the room's view has shown it and shows it no more; a view that
// was on its way before our wish shows none either.

/* eslint-disable svelte/prefer-svelte-reactivity -- what waits for an answer is nobody's view */

import type { Box, Mirror, Still } from '../../cobrowse/mirror.ts';
import {
  grantFor,
  GRANTS,
  isPassing,
  type Act,
  type FromOperatorHand,
  type Grant,
  type Hands,
  type Outcome,
  type Place,
  type Reason,
  type Suggestion,
  type ToOperatorHand,
} from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person, Refusal } from '../../protocol/messages.ts';
import { partsOf } from '../../protocol/what.ts';
import { Drawing } from './drawing.svelte.ts';
import { controlAround, nameOf } from './element-words.ts';
import { Marks } from './marks.svelte.ts';

export const TOOLS = ['look', 'point', 'frame', 'draw', 'suggest', 'control'] as const;
export type Tool = (typeof TOOLS)[number];

/** Reasons of ours beside the wire's. `other-site`: a whole page of it was wanted. `offline`: not sent, our own link is down. `unanswered`: sent, and the link was lost
 * before the answer came. The others are about files: see hand-files.svelte.ts. */
export type Why =
  | Reason
  | 'other-site'
  | 'offline'
  | 'unanswered'
  | 'too-large'
  | 'one-file'
  | 'wrong-kind'
  | 'not-sent'
  | 'too-many-files';

/** Where on the stage, in its own pixels. */
export type Spot = { x: number; y: number };

/** `times`: presses and keys, without what belongs to them. `isAccepted`: a suggestion that the visitor has said yes to. */
export type Mark = { id: number; spot: Spot; why: Why | undefined; what: string; times: number; isAccepted: boolean };

/** A suggestion that the visitor has not answered. `node`: undefined once the picture is another. */
export type Suggested = { n: number; tab: number; node: number | undefined; does: Suggestion };

export type Deed =
  'click' | 'keys' | 'text' | 'scroll' | 'choose' | 'set' | 'go' | 'visit' | 'frame' | 'draw' | 'suggest' | 'file';
export type LogEntry = { id: number; at: number; deed: Deed; times: number; what: string; why: Why | undefined };

export type Asking =
  | { kind: 'none' }
  | { kind: 'waiting'; grant: Grant }
  /** `by`: who has control does not hand it over; undefined: the visitor said no. */
  | { kind: 'denied'; grant: Grant; by: Person | undefined }
  | { kind: 'unanswered'; grant: Grant }
  | { kind: 'offline'; grant: Grant }
  | { kind: 'refused'; grant: Grant; why: Refusal }
  /** Was granted and is not any more. `to`: the operator who has it now. */
  | { kind: 'taken'; grant: Grant; to: Person | undefined };

/** What may be asked for: on this site, and by this operator. */
export type Allowed = { site: readonly Grant[]; me: readonly Grant[] };

export type HandDoor = {
  send(say: FromOperatorHand): boolean;
  nextNumber(): number;
  me(): string;
  tab(): number | undefined;
  mirror(): Mirror | undefined;
};

/** This operator's frame on the visitor's page. `node` undefined: on an element that is not known here any more. */
/** `again`: the node by the ids of a picture that may not be drawn yet. */
type Framed = { node: number | undefined; note: string; again?: { node: number; tab: number; told: number } };

type Sent = {
  act: Act;
  spot: Spot | undefined;
  /** The frame that this act took the place of. */
  before?: Framed | undefined;
  /** Told what became of it, whoever says so. */
  heard?: ((outcome: Outcome) => void) | undefined;
  /** What it was done to, as the picture had it. */
  node?: number | undefined;
  /** Of a button's way up: its way down. */
  press?: Sent | undefined;
  /** Why not, once that is told. */
  why?: Why | undefined;
};

/** So many moves and pointer positions are remembered for a refusal of one of them. */
const MOVES_KEPT = 60;
const DONE_MS = 700;
/** Long enough to be read. */
const REFUSED_MS = 6000;
const LOG_KEPT = 60;
/** Twice this at most. */
const SLOW_MS = 700;
const FOR_VISITOR = /^(suggest|askFile|giveFile)$/;
const FILE_ACT = /File$/;
/** What these say outlives the page that it was about. */
const LASTING = /^(offline|unanswered|gone|away|not-sent)$/;
/** The relay's own limit decides; this is for an answer that got lost. */
const GIVE_UP_MS = LIMITS.wishMs + 5000;
/** A relay that was started anew knows of no grants until the page, which may just be loading, has told it. */
const RESTORED_WITHIN_MS = 15_000;

export function grantOf(tool: Tool): Grant | undefined {
  if (tool === 'look') return undefined;
  return tool === 'frame' || tool === 'draw' ? 'point' : tool;
}

export class Hand {
  /** What others show on the page, and the ink of this operator. Not `marks`, which say at a spot what became of an act. */
  readonly shown = new Marks();
  readonly drawing: Drawing;
  #door: HandDoor;
  #tool = $state<Tool>('look');
  #hands = $state.raw<Hands>([]);
  #allowed = $state.raw<Allowed>({ site: GRANTS, me: GRANTS });
  #asking = $state.raw<Asking>({ kind: 'none' });
  #wishShown = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  /** Until when a grant that is gone may only not have been told again; and what looks then. */
  #restoredBy = 0;
  #restoring: ReturnType<typeof setTimeout> | undefined;
  #sent = new Map<number, Sent>();
  #moves = new Map<number, Sent>();
  #marks = $state.raw<readonly Mark[]>([]);
  #log = $state.raw<readonly LogEntry[]>([]);
  #framed = $state.raw<Framed | undefined>();
  #suggested = $state.raw<Suggested | undefined>();
  #pressed: Sent | undefined;
  #picture = $state(0);
  #lastId = 0;
  #slow = $state.raw<Spot | undefined>();
  #slowTimer: ReturnType<typeof setTimeout> | undefined;
  /** Waited already when it was last looked. */
  #seenWaiting = new WeakSet<Sent>();
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(door: HandDoor) {
    this.#door = door;
    this.drawing = new Drawing({
      marks: this.shown,
      act: (act, spot) => this.act(act, spot),
      me: () => door.me(),
      tab: () => door.tab(),
      told: () => door.mirror()?.told ?? 0,
    });
  }

  get tool(): Tool {
    return this.#tool;
  }
  get asking(): Asking {
    return this.#asking;
  }
  get marks(): readonly Mark[] {
    return this.#marks;
  }
  /** The newest first. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }
  /** The element with this operator's frame, where it is known. */
  get framed(): number | undefined {
    return this.#framed?.node;
  }
  /** What its frame says. */
  get note(): string {
    return this.#framed?.note ?? '';
  }
  get hasFrame(): boolean {
    return this.#framed !== undefined;
  }
  /** What waits for the visitor. */
  get suggested(): Suggested | undefined {
    return this.#suggested;
  }
  /** Changes when nodes that were found before mean nothing any more: another picture, or another tab. */
  get picture(): number {
    return this.#picture;
  }
  get tab(): number | undefined {
    return this.#door.tab();
  }
  get me(): string {
    return this.#door.me();
  }
  /** Everybody who has something, with their colours. */
  get people(): Hands {
    return this.#hands;
  }
  has(grant: Grant): boolean {
    return this.#mine?.grants.includes(grant) ?? false;
  }
  /** Whoever has the visitor's mouse and keys. */
  get controller(): Person | undefined {
    return this.#hands.find((each) => each.grants.includes('control'))?.by;
  }
  /** Who must hand control over before the visitor is asked. */
  get waitsFor(): Person | undefined {
    const id = this.#mine?.waitsFor;
    return id === undefined ? undefined : this.#hands.find(({ by }) => by.id === id)?.by;
  }
  /** Who asks this operator for control. */
  get askers(): readonly Person[] {
    const me = this.#door.me();
    return this.has('control') ? this.#hands.filter(({ waitsFor }) => waitsFor === me).map(({ by }) => by) : [];
  }
  /** Why this tool can't be had at all. */
  barred(tool: Tool): 'site' | 'me' | undefined {
    const grant = grantOf(tool);
    if (!grant) return undefined;
    return !this.#allowed.site.includes(grant) ? 'site' : this.#allowed.me.includes(grant) ? undefined : 'me';
  }
  /** What the operator does on the picture goes to the visitor's page. */
  get isActive(): boolean {
    const grant = grantOf(this.#tool);
    return grant !== undefined && this.has(grant);
  }

  /** Takes up a tool, and asks the visitor for what it needs. */
  use(tool: Tool): void {
    if (this.barred(tool)) return;
    const grant = grantOf(tool);
    // Who only looks has nothing on the page.
    if (tool === 'look') {
      this.unframe();
      this.drawing.clear();
      this.unsuggest();
    }
    this.#tool = tool;
    if (this.#asking.kind === 'waiting') {
      if (this.#asking.grant === grant) return;
      this.unwish();
      this.#tool = tool;
    }
    this.#ask({ kind: 'none' });
    if (grant && !this.has(grant)) this.wish(grant);
  }

  wish(grant: Grant): void {
    this.#wishShown = false;
    if (!this.#door.send({ t: 'wish', grant })) return this.#ask({ kind: 'offline', grant });
    this.#wait(grant);
  }

  /** Whoever is asked now has time from now on. */
  #wait(grant: Grant): void {
    this.#ask({ kind: 'waiting', grant });
    this.#giveUp = setTimeout(() => this.#ask({ kind: 'unanswered', grant }), GIVE_UP_MS);
  }

  unwish(): void {
    if (this.#asking.kind === 'waiting') this.#door.send({ t: 'unwish' });
    this.dismiss();
  }

  /** What was said about a grant has been read. */
  dismiss(): void {
    this.#ask({ kind: 'none' });
    if (!this.isActive) this.#tool = 'look';
  }

  release(grant: Grant): void {
    this.#door.send({ t: 'release', grant });
    if (grantOf(this.#tool) === grant) this.use('look');
  }

  /** The answer to who asks for control. */
  handOver(to: string, yes: boolean): void {
    // Put down by oneself: nobody took it.
    if (yes && grantOf(this.#tool) === 'control') this.use('look');
    this.#door.send({ t: 'handOver', to, yes });
  }

  /** The room's view, each time. */
  told(hands: Hands, allowed: Allowed = this.#allowed): void {
    this.#allowed = allowed;
    const waitedFor = this.#mine?.waitsFor;
    const had = { point: this.has('point'), suggest: this.has('suggest'), control: this.has('control') };
    this.#hands = hands;
    this.shown.keep((by) => hands.some((each) => each.by.id === by && each.grants.includes('point')));
    if (!this.has('point')) this.drawing.forget();
    const asking = this.#asking;
    if (asking.kind !== 'none' && this.has(asking.grant)) {
      this.#ask({ kind: 'none' });
      return;
    }
    if (asking.kind === 'waiting') {
      if (this.#mine?.wish === asking.grant) {
        this.#wishShown = true;
        if (this.#mine.waitsFor !== waitedFor) this.#wait(asking.grant);
      } else if (this.#wishShown) this.#ask({ kind: 'unanswered', grant: asking.grant });
    }
    const grant = grantOf(this.#tool);
    if (!grant || !had[grant] || this.has(grant)) return;
    const wait = this.#restoredBy - performance.now();
    if (wait <= 0 || (grant === 'control' && this.controller)) return this.#taken(grant);
    clearTimeout(this.#restoring);
    this.#restoring = setTimeout(() => {
      if (grantOf(this.#tool) === grant && !this.has(grant) && this.#asking.kind === 'none') this.#taken(grant);
    }, wait);
  }

  #taken(grant: Grant): void {
    this.#tool = 'look';
    this.#framed = undefined;
    this.#ask({ kind: 'taken', grant, to: grant === 'control' ? this.controller : undefined });
  }

  /** The room is over. */
  ended(): void {
    this.#hands = [];
    this.#framed = undefined;
    this.shown.clear();
    this.drawing.forget();
    this.#suggested = undefined;
    this.#tool = 'look';
    this.#ask({ kind: 'none' });
  }

  say(say: ToOperatorHand): void {
    switch (say.t) {
      case 'handled':
        return this.#handled(say.n, say.outcome);
      case 'denied':
        if (!this.has(say.grant)) this.#ask({ kind: 'denied', grant: say.grant, by: say.by });
        return;
      case 'shown':
        if (!this.#isOwnFrame(say)) this.shown.show(say.by, say.tab, say.act, this.#told(say));
        return;
    }
  }

  /** The frame that was put there from here, by other ids. One that another console of this operator puts there takes its
   * place. */
  #isOwnFrame(say: ToOperatorHand & { t: 'shown' }): boolean {
    const { by, tab, act, again } = say;
    const framed = this.#framed;
    if (by !== this.#door.me() || !framed || !/frame$/.test(act.t)) return false;
    if (!again || act.t !== 'frame') {
      this.#framed = undefined;
      return false;
    }
    const node = framed.node ?? (tab === this.#door.tab() ? act.node : undefined);
    this.#framed = { ...framed, node, again: { node: act.node, tab, told: this.#told(say) } };
    return true;
  }

  /** Up to which sequence pictures are older than this word. On a slow line its own picture comes after it. */
  #told({ picture = 0 }: ToOperatorHand & { t: 'shown' }): number {
    return Math.max(picture, this.#door.mirror()?.told ?? 0);
  }

  /** The relay did not pass a wish on. */
  refused(why: Refusal): void {
    if (this.#asking.kind === 'waiting') this.#ask({ kind: 'refused', grant: this.#asking.grant, why });
  }

  /** A new connection: what was sent on the old one is answered no more. */
  connected(): void {
    // What stands is told again; what went meanwhile was not told.
    const me = this.#door.me();
    this.shown.keep((by) => by === me);
    this.#suggested = undefined;
    const cut = [...this.#sent.values()];
    this.#sent.clear();
    this.#moves.clear();
    this.#pressed = undefined;
    for (const each of cut) this.#came(each, { done: false, why: undefined }, 'unanswered');
    // The next view tells whether the relay still knows of the wish.
    this.#wishShown = true;
    this.#restoredBy = performance.now() + RESTORED_WITHIN_MS;
  }

  /** False: it was not sent, and that is said at the spot. `tab`: which is not the one that is shown. */
  act(act: Act, spot?: Spot, { tab = this.#door.tab(), heard }: { tab?: number; heard?: Sent['heard'] } = {}): boolean {
    const mirror = this.#door.mirror();
    const isQuiet = isPassing(act);
    const sent: Sent = { act, spot, heard, node: this.#nodeOf(act) };
    if (act.t === 'down') this.#pressed = sent;
    if (act.t === 'up') sent.press = this.#pressed;
    if (!this.has(grantFor(act))) {
      if (!isQuiet) this.#came(sent, { done: false, why: 'not-granted' });
      return false;
    }
    const n = this.#door.nextNumber();
    if (tab === undefined || !mirror || !this.#door.send({ t: 'act', tab, n, seen: mirror.seen, act })) {
      if (!isQuiet) this.#came(sent, { done: false }, 'offline');
      return false;
    }
    if (act.t === 'suggest') this.#suggested = { n, tab, node: act.at.node, does: act.does };
    if (act.t === 'frame' || act.t === 'unframe') {
      sent.before = this.#framed;
      this.#framed = act.t === 'frame' ? { node: act.node, note: act.note } : undefined;
      // It takes the place of one that another console of this operator had put there.
      this.shown.show(this.#door.me(), tab, { t: 'unframe' }, 0);
    }
    if (act.t === 'point') return true;
    if (isQuiet) {
      this.#moves.set(n, sent);
      for (const oldest of this.#moves.keys()) {
        if (this.#moves.size <= MOVES_KEPT) break;
        this.#moves.delete(oldest);
      }
    } else {
      this.#sent.set(n, sent);
      this.#watchSlow();
    }
    return true;
  }

  unframe(): void {
    if (this.#framed) this.act({ t: 'unframe' });
    this.#framed = undefined;
  }

  /** A picture of a tab is there: the snapshot with this sequence. */
  pictured(tab: number, sequence: number): void {
    this.shown.pictured(tab, sequence);
    if (tab !== this.#door.tab()) return;
    this.repainted();
    // It was told before the picture was drawn.
    const { again } = this.#framed ?? {};
    if (this.#framed && again?.tab === tab && again.told >= sequence)
      this.#framed = { ...this.#framed, node: again.node };
  }

  /** Takes back what waits, in whatever tab. Its own answer ends it. */
  unsuggest(): void {
    if (this.#suggested) this.act({ t: 'unsuggest' }, undefined, { tab: this.#suggested.tab });
  }

  /** Another picture, with ids of its own. A frame that is on the page stays there, but where is not known here until it
   * is told. */
  repainted(): void {
    if (this.#framed) this.#framed = { ...this.#framed, node: undefined };
    if (this.#suggested) this.#suggested = { ...this.#suggested, node: undefined };
    this.#pressed = undefined;
    this.#marks = this.#marks.filter(({ why, isAccepted }) => isAccepted || (why && LASTING.test(why)));
    this.#picture++;
  }

  /** Refused here, before anything was sent. */
  refuseHere(act: Act, spot: Spot, why: Why, what: string): void {
    this.#came({ act, spot }, { done: false, what }, why);
  }

  /** Where an answer takes its time. */
  get slow(): Spot | undefined {
    return this.#slow;
  }

  /** The place under a point of this window; with `isHeld` the nearest one that is on the picture. */
  placeAt(clientX: number, clientY: number, isHeld = false): Place | undefined {
    const mirror = this.#door.mirror();
    const viewport = mirror?.viewport;
    if (!mirror || !viewport) return undefined;
    let { x, y } = mirror.pointAt(clientX, clientY);
    const isInside = x >= 0 && y >= 0 && x < viewport.width && y < viewport.height;
    if (!isInside) {
      if (!isHeld) return undefined;
      x = Math.max(0, Math.min(viewport.width - 1, x));
      y = Math.max(0, Math.min(viewport.height - 1, y));
    }
    const found = mirror.nodeAt(x, y);
    return found && { node: found.id, x: found.dx, y: found.dy };
  }

  elementOf(node: number): Element | undefined {
    return this.#door.mirror()?.elementOf(node);
  }
  idOf(element: Element): number | undefined {
    return this.#door.mirror()?.idOf(element);
  }
  boxOf(node: number): Box | undefined {
    return this.#door.mirror()?.boxOf(node);
  }
  /** A picture of an element for a quote. */
  stillOf(node: number, progress: (share: number) => void): Promise<Still | undefined> {
    const density = Math.min(2, Math.max(1, globalThis.devicePixelRatio || 1));
    return this.#door.mirror()?.stillOf(node, density, progress) ?? Promise.resolve(undefined);
  }
  get viewport(): { width: number; height: number } | undefined {
    return this.#door.mirror()?.viewport;
  }
  /** Where in this window the picture can be seen. */
  get view(): Box | undefined {
    return this.#door.mirror()?.view;
  }
  /** Console pixels for one of the visitor's. */
  get scale(): number {
    const mirror = this.#door.mirror();
    if (!mirror) return 1;
    const width = mirror.pointAt(100, 0).x - mirror.pointAt(0, 0).x;
    return width > 0 ? 100 / width : 1;
  }
  /** Where the visitor's window is in this one, with what lies beyond the stage's edges. */
  get sight(): Box | undefined {
    const mirror = this.#door.mirror();
    const viewport = mirror?.viewport;
    if (!mirror || !viewport) return undefined;
    const { scale } = this;
    const { x, y } = mirror.pointAt(0, 0);
    return { x: -x * scale, y: -y * scale, width: viewport.width * scale, height: viewport.height * scale };
  }
  scrollPicture(dx: number, dy: number): void {
    this.#door.mirror()?.scrollBy(dx, dy);
  }
  get selectedText(): string {
    return this.#door.mirror()?.selectedText ?? '';
  }

  /** What was refused has been seen, and is in the way: the list of acts keeps it. */
  clearMarks(): void {
    this.#marks = [];
  }

  close(): void {
    clearTimeout(this.#giveUp);
    clearTimeout(this.#restoring);
    clearTimeout(this.#slowTimer);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.shown.clear();
    this.drawing.forget();
    this.#sent.clear();
    this.#moves.clear();
    this.#marks = [];
    this.#tool = 'look';
    this.#asking = { kind: 'none' };
  }

  get #mine(): Hands[number] | undefined {
    const me = this.#door.me();
    return this.#hands.find((each) => each.by.id === me);
  }

  #ask(asking: Asking): void {
    clearTimeout(this.#giveUp);
    this.#asking = asking;
  }

  #handled(n: number, outcome: Outcome): void {
    const sent = this.#sent.get(n) ?? this.#moves.get(n);
    if (!sent) return;
    this.#sent.delete(n);
    this.#moves.delete(n);
    this.#slow = undefined;
    if (this.#suggested?.n === n) this.#suggested = undefined;
    if (!outcome.done && sent.act.t === 'draw' && !this.drawing.refused(sent.act, outcome.why)) return;
    if (!outcome.done && sent.act.t === 'frame' && this.framed === sent.act.node) {
      // The one before is still there: a note that could not be changed takes no frame away.
      this.#framed = outcome.why === 'not-granted' ? undefined : sent.before;
    }
    this.#came(sent, outcome);
  }

  /** A page answers at once, or it is stuck, or its line is; acts that wait for the visitor are told of otherwise. */
  #watchSlow(): void {
    this.#slowTimer ??= setTimeout(() => {
      this.#slowTimer = undefined;
      const waits = [...this.#sent.values()].filter(({ act }) => !FOR_VISITOR.test(act.t));
      this.#slow = waits[0] && this.#seenWaiting.has(waits[0]) ? waits[0].spot : undefined;
      this.#seenWaiting = new WeakSet(waits);
      if (waits.length > 0) this.#watchSlow();
    }, SLOW_MS);
  }

  /** Keys go where the last press went. */
  #nodeOf(act: Act): number | undefined {
    if ('node' in act) return act.node;
    return 'at' in act ? act.at?.node : /^(key|text)$/.test(act.t) ? this.#pressed?.node : undefined;
  }

  #came(sent: Sent, outcome: Outcome, own?: Why): void {
    const { act, spot, heard } = sent;
    heard?.(outcome);
    const why: Why | undefined = outcome.done ? undefined : (own ?? whyOf(act, outcome));
    sent.why = why;
    const about = why === 'masked' ? this.#named(outcome.what, sent.node) : outcome.what;
    const what = [about, FILE_ACT.test(act.t) && outcome.now].filter(Boolean).join(' · ');
    const deed = deedOf(act);
    // The way up of a button is the end of what its way down has told of, and nobody means a move by itself.
    const isPart = act.t === 'move' || (act.t === 'up' && (!why || sent.press?.why === why));
    const isSilent = isPart || (!why && /^(unframe|undraw)$/.test(act.t));
    if (deed && !isSilent) this.#note(deed, what, why);
    const isMarked = why ? why !== 'withdrawn' : /^(up|choose|set|frame|reveal|suggest|askFile|giveFile)$/.test(act.t);
    if (spot && isMarked) this.#mark(spot, why, what, { isSuggestion: act.t === 'suggest', times: isPart ? 0 : 1 });
  }

  /** The page tells no name of what is hidden, but the label beside it can be read in the picture. */
  #named(what: string | undefined, node: number | undefined): string | undefined {
    if (!what || node === undefined || partsOf(what).name) return what;
    const element = this.elementOf(node);
    const name = element && nameOf(controlAround(element) ?? element);
    return name ? `${what} “${name}”` : what;
  }

  #note(deed: Deed, what: string, why: Why | undefined): void {
    const [last, ...rest] = this.#log;
    if (
      last &&
      last.deed === deed &&
      last.why === why &&
      last.what === what &&
      deed !== 'click' &&
      deed !== 'suggest'
    ) {
      this.#log = [{ ...last, times: last.times + 1, at: Date.now() }, ...rest];
      return;
    }
    const entry: LogEntry = { id: ++this.#lastId, at: Date.now(), deed, times: 1, what, why };
    this.#log = [entry, ...this.#log].slice(0, LOG_KEPT);
  }

  #mark(
    spot: Spot,
    why: Why | undefined,
    what: string,
    { isSuggestion, times }: { isSuggestion: boolean; times: number },
  ): void {
    // Ten keys that are refused for one reason are told of once.
    const same = why && this.#marks.find((mark) => mark.why === why && mark.what === what);
    const id = same ? same.id : ++this.#lastId;
    const isAccepted = isSuggestion && !why;
    const mark: Mark = { id, spot, why, what, times: (same ? same.times : 0) + times, isAccepted };
    // One label at a time: the newest counts, and the list of acts has the others.
    const others = this.#marks.filter((each) => each !== same && (why === undefined || each.why === undefined));
    this.#marks = [...others, mark];
    clearTimeout(this.#timers.get(id));
    const gone = () => {
      this.#timers.delete(id);
      this.#marks = this.#marks.filter((each) => each.id !== id);
    };
    this.#timers.set(id, setTimeout(gone, why || isSuggestion ? REFUSED_MS : DONE_MS));
  }
}

function whyOf(act: Act, { why }: Outcome): Why {
  return act.t === 'visit' && why === 'other-origin' ? 'other-site' : (why ?? 'failed');
}

function deedOf(act: Act): Deed | undefined {
  switch (act.t) {
    case 'point':
      return undefined;
    case 'draw':
    case 'undraw':
      return 'draw';
    case 'unsuggest':
    case 'unoffer':
      return undefined;
    case 'askFile':
    case 'giveFile':
      return 'file';
    case 'frame':
    case 'unframe':
    case 'reveal':
      return 'frame';
    case 'move':
    case 'down':
    case 'up':
      return 'click';
    case 'wheel':
      return 'scroll';
    case 'key':
      return 'keys';
    case 'text':
      return 'text';
    case 'choose':
    case 'set':
    case 'suggest':
    case 'go':
    case 'visit':
      return act.t;
  }
}
