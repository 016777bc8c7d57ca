// The operator's hand in one room: which tool is in use, what the visitor allows, and what became of each act. An act
// that can't be sent is refused here, at the spot where it was made; one that is sent waits for its answer.
//
// Easy to get wrong: a tool stays in use while its grant is asked for and while the picture is away, so `isActive` is what
// the layer over the mirror goes by. A wish is over when the room's view has shown it and shows it no more; a view that
// was on its way before our wish shows none either.

/* eslint-disable svelte/prefer-svelte-reactivity -- what waits for an answer is nobody's view */

import type { Box, Mirror } from '../../cobrowse/mirror.ts';
import {
  grantFor,
  type Act,
  type FromOperatorHand,
  type Grant,
  type Hands,
  type Outcome,
  type Place,
  type Reason,
  type ToOperatorHand,
} from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Person, Refusal } from '../../protocol/messages.ts';

export const TOOLS = ['look', 'point', 'frame', 'control'] as const;
export type Tool = (typeof TOOLS)[number];

/** Reasons of ours beside the wire's. `offline`: not sent, our own link is down. `unanswered`: sent, and the link was lost
 * before the answer came. */
export type Why = Reason | 'offline' | 'unanswered';

/** Where on the stage, in its own pixels. */
export type Spot = { x: number; y: number };

export type Mark = { id: number; spot: Spot; why: Why | undefined; what: string; times: number };

export type Deed = 'click' | 'keys' | 'text' | 'scroll' | 'choose' | 'set' | 'go' | 'visit' | 'frame';
export type LogEntry = { id: number; at: number; deed: Deed; times: number; what: string; why: Why | undefined };

export type Asking =
  | { kind: 'none' }
  | { kind: 'waiting'; grant: Grant }
  | { kind: 'denied'; grant: Grant }
  | { kind: 'unanswered'; grant: Grant }
  | { kind: 'offline'; grant: Grant }
  | { kind: 'refused'; grant: Grant; why: Refusal }
  /** Was granted and is not any more. `to`: the operator who has it now. */
  | { kind: 'taken'; grant: Grant; to: Person | undefined };

export type HandDoor = {
  send(say: FromOperatorHand): boolean;
  nextNumber(): number;
  me(): string;
  tab(): number | undefined;
  mirror(): Mirror | undefined;
};

type Sent = { act: Act; spot: Spot | undefined };

/** So many moves and pointer positions are remembered for a refusal of one of them. */
const MOVES_KEPT = 60;
const DONE_MS = 700;
/** Long enough to be read. */
const REFUSED_MS = 6000;
const LOG_KEPT = 60;
/** The relay's own limit decides; this is for an answer that got lost. */
const GIVE_UP_MS = LIMITS.wishMs + 5000;

export function grantOf(tool: Tool): Grant | undefined {
  if (tool === 'look') return undefined;
  return tool === 'control' ? 'control' : 'point';
}

export class Hand {
  #door: HandDoor;
  #tool = $state<Tool>('look');
  #hands = $state.raw<Hands>([]);
  #asking = $state.raw<Asking>({ kind: 'none' });
  #wishShown = false;
  #giveUp: ReturnType<typeof setTimeout> | undefined;
  #sent = new Map<number, Sent>();
  #moves = new Map<number, Sent>();
  #marks = $state.raw<readonly Mark[]>([]);
  #log = $state.raw<readonly LogEntry[]>([]);
  #framed = $state<number | undefined>();
  #hasFrame = false;
  #picture = $state(0);
  #lastId = 0;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(door: HandDoor) {
    this.#door = door;
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
    return this.#framed;
  }
  get hasFrame(): boolean {
    return this.#hasFrame;
  }
  /** Changes when nodes that were found before mean nothing any more: another picture, or another tab. */
  get picture(): number {
    return this.#picture;
  }
  has(grant: Grant): boolean {
    return this.#mine?.grants.includes(grant) ?? false;
  }
  /** Whoever has the visitor's mouse and keys. */
  get controller(): Person | undefined {
    return this.#hands.find((each) => each.grants.includes('control'))?.by;
  }
  /** What the operator does on the picture goes to the visitor's page. */
  get isActive(): boolean {
    const grant = grantOf(this.#tool);
    return grant !== undefined && this.has(grant);
  }

  /** Takes up a tool, and asks the visitor for what it needs. */
  use(tool: Tool): void {
    const grant = grantOf(tool);
    // Who only looks has nothing on the page.
    if (tool === 'look') this.unframe();
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

  /** The room's view, each time. */
  told(hands: Hands): void {
    const had = { point: this.has('point'), control: this.has('control') };
    this.#hands = hands;
    const asking = this.#asking;
    if (asking.kind !== 'none' && this.has(asking.grant)) {
      this.#ask({ kind: 'none' });
      return;
    }
    if (asking.kind === 'waiting') {
      if (this.#mine?.wish === asking.grant) this.#wishShown = true;
      else if (this.#wishShown) this.#ask({ kind: 'unanswered', grant: asking.grant });
    }
    const grant = grantOf(this.#tool);
    if (!grant || !had[grant] || this.has(grant)) return;
    this.#tool = 'look';
    this.#frameAs(undefined);
    this.#ask({ kind: 'taken', grant, to: grant === 'control' ? this.controller : undefined });
  }

  /** The room is over. */
  ended(): void {
    this.#hands = [];
    this.#frameAs(undefined);
    this.#tool = 'look';
    this.#ask({ kind: 'none' });
  }

  say(say: ToOperatorHand): void {
    switch (say.t) {
      case 'handled':
        return this.#handled(say.n, say.outcome);
      case 'denied':
        if (!this.has(say.grant)) this.#ask({ kind: 'denied', grant: say.grant });
    }
  }

  /** The relay did not pass a wish on. */
  refused(why: Refusal): void {
    if (this.#asking.kind === 'waiting') this.#ask({ kind: 'refused', grant: this.#asking.grant, why });
  }

  /** A new connection: what was sent on the old one is answered no more. */
  connected(): void {
    const cut = [...this.#sent.values()];
    this.#sent.clear();
    this.#moves.clear();
    for (const each of cut) this.#came(each, { done: false, why: undefined }, 'unanswered');
    // The next view tells whether the relay still knows of the wish.
    this.#wishShown = true;
  }

  /** False: it was not sent, and that is said at the spot. */
  act(act: Act, spot?: Spot): boolean {
    const tab = this.#door.tab();
    const mirror = this.#door.mirror();
    const isPassing = act.t === 'point' || act.t === 'move';
    const sent: Sent = { act, spot };
    if (!this.has(grantFor(act))) {
      if (!isPassing) this.#came(sent, { done: false, why: 'not-granted' });
      return false;
    }
    const n = this.#door.nextNumber();
    if (tab === undefined || !mirror || !this.#door.send({ t: 'act', tab, n, seen: mirror.sequence, act })) {
      if (!isPassing) this.#came(sent, { done: false }, 'offline');
      return false;
    }
    if (act.t === 'frame' || act.t === 'unframe') this.#frameAs(act.t === 'frame' ? act.node : undefined);
    if (act.t === 'move') {
      this.#moves.set(n, sent);
      for (const oldest of this.#moves.keys()) {
        if (this.#moves.size <= MOVES_KEPT) break;
        this.#moves.delete(oldest);
      }
    } else if (act.t !== 'point') this.#sent.set(n, sent);
    return true;
  }

  unframe(): void {
    if (this.#hasFrame) this.act({ t: 'unframe' });
    this.#frameAs(undefined);
  }

  /** Another picture, with ids of its own. A frame that is on the page stays there, but where is not known here. */
  repainted(): void {
    this.#framed = undefined;
    this.#picture++;
  }

  /** Refused here: only the visitor can do this. */
  leaveToVisitor(act: Act, spot: Spot, what: string): void {
    this.#came({ act, spot }, { done: false, why: 'needs-visitor', what });
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
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
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

  #frameAs(node: number | undefined): void {
    this.#framed = node;
    this.#hasFrame = node !== undefined;
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
    if (!outcome.done && sent.act.t === 'frame' && this.#framed === sent.act.node) this.#frameAs(undefined);
    this.#came(sent, outcome);
  }

  #came({ act, spot }: Sent, outcome: Outcome, own?: 'offline' | 'unanswered'): void {
    const why: Why | undefined = outcome.done ? undefined : (own ?? outcome.why ?? 'failed');
    const what = outcome.what ?? '';
    const deed = deedOf(act);
    // The way up of a button is the end of what its way down has told of.
    const isSilent = !why && (act.t === 'up' || act.t === 'unframe' || act.t === 'move');
    if (deed && !isSilent) this.#note(deed, what, why);
    const isMarked = why !== undefined || act.t === 'up' || act.t === 'choose' || act.t === 'set' || act.t === 'frame';
    if (spot && isMarked) this.#mark(spot, why, what);
  }

  #note(deed: Deed, what: string, why: Why | undefined): void {
    const [last, ...rest] = this.#log;
    if (last && last.deed === deed && last.why === why && last.what === what && deed !== 'click') {
      this.#log = [{ ...last, times: last.times + 1, at: Date.now() }, ...rest];
      return;
    }
    const entry: LogEntry = { id: ++this.#lastId, at: Date.now(), deed, times: 1, what, why };
    this.#log = [entry, ...this.#log].slice(0, LOG_KEPT);
  }

  #mark(spot: Spot, why: Why | undefined, what: string): void {
    // Ten keys that are refused for one reason are told of once.
    const same = why && this.#marks.find((mark) => mark.why === why && mark.what === what);
    const id = same ? same.id : ++this.#lastId;
    const mark: Mark = { id, spot, why, what, times: (same ? same.times : 0) + 1 };
    // One label at a time: the newest counts, and the list of acts has the others.
    const others = this.#marks.filter((each) => each !== same && (why === undefined || each.why === undefined));
    this.#marks = [...others, mark];
    clearTimeout(this.#timers.get(id));
    const gone = () => {
      this.#timers.delete(id);
      this.#marks = this.#marks.filter((each) => each.id !== id);
    };
    this.#timers.set(id, setTimeout(gone, why ? REFUSED_MS : DONE_MS));
  }
}

function deedOf(act: Act): Deed | undefined {
  switch (act.t) {
    case 'point':
      return undefined;
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
    case 'go':
    case 'visit':
      return act.t;
  }
}
