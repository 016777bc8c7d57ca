// The remote hand: what an operator may do on a visitor's page beside looking at it, and what becomes of it.
//
//   operator wish → visitor is asked → grant → all consoles see it in the room's view (`hands`)
//   operator hand{act} → relay: who, granted, not paused, not too fast → the tab → performed → handled → the operator
//   whoever is refused anywhere on that way is told why, in `handled`
//
// A file of its own, with schemas that only the hand's bundle carries: a visitor whom nobody helps by hand pays nothing.
//
// Easy to get wrong: node ids begin anew with each document, so an act says up to where the operator had `seen` the
// room, and the relay refuses what was aimed at a document that is gone. An act's number goes up by itself, so that what
// is sent again is not done again. The relay's word that something is granted is not enough for the hand: the visitor's
// own answer counts, and is kept in the visitor's browser.

import { LIMITS } from './limits.ts';
import {
  flag,
  list,
  maybe,
  messages,
  number,
  object,
  oneOf,
  parser,
  signed,
  text,
  whole,
  type Infer,
} from './schema.ts';

const id = /* @__PURE__ */ text(64, 1);
const name = /* @__PURE__ */ text(LIMITS.maxNameChars);
const count = /* @__PURE__ */ whole(0xffffffff);
const person = /* @__PURE__ */ object({ id, name });

/** What a visitor may allow beside looking. `point`: pointer and frames around elements. `control`: the mouse and keys. */
export const GRANTS = ['point', 'control'] as const;
export const grant = /* @__PURE__ */ oneOf(GRANTS);
export type Grant = Infer<typeof grant>;

/** A captured node, and where in its box: 0 to 1 from the left and from the top. */
const place = /* @__PURE__ */ object({ node: count, x: number(1), y: number(1) });
export type Place = Infer<typeof place>;

/** Keys held: 1 Alt, 2 Control, 4 Meta, 8 Shift. */
const mods = /* @__PURE__ */ whole(15);
/** As in MouseEvent.button: 0 main, 1 middle, 2 secondary. */
const button = /* @__PURE__ */ whole(2);

const act = /* @__PURE__ */ messages({
  // ——— with the grant `point` ———
  /** The operator's pointer; without a place it is gone. Never answered, never in the ledger. */
  point: { at: maybe(place), down: flag },
  /** Frames an element on the visitor's page, with a note; a new one takes the place of the operator's last. */
  frame: { node: count, note: text(LIMITS.maxNoteChars) },
  unframe: {},
  /** Scrolls the element into the visitor's sight. */
  reveal: { node: count },
  // ——— with the grant `control` ———
  /** The pointer moves, with the buttons that are down: hovering, or a drag. Answered only when refused. */
  move: { at: place, mods },
  /** `clicks`: 2 for the second press of a double click, and so on. */
  down: { at: place, button, clicks: whole(3), mods },
  up: { at: place, button, mods },
  /** In CSS pixels. */
  wheel: { at: place, dx: signed(LIMITS.maxWheelPixels), dy: signed(LIMITS.maxWheelPixels), mods },
  /** One key, down and up. `key` and `code` as in KeyboardEvent. */
  key: { key: text(32, 1), code: text(32), mods },
  /** Text at the caret: pasted, or composed by the operator's input method. */
  text: { text: text(LIMITS.maxHandTextChars, 1), isPasted: flag },
  /** The options of a select that are chosen from now on, by index. */
  choose: { node: count, options: list(whole(65535), 1000) },
  /** The value of a field that has a picker: date, time, month, week, colour, range, number. */
  set: { node: count, value: text(1000) },
  go: { to: oneOf(['back', 'forward', 'reload']) },
  /** Another page of the visitor's site. */
  visit: { url: text(LIMITS.maxUrlChars) },
});
export type Act = Infer<typeof act>;

/** What each act needs. */
export function grantFor({ t }: Act): Grant {
  return t === 'point' || t === 'frame' || t === 'unframe' || t === 'reveal' ? 'point' : 'control';
}

/** Why something was not done. */
export const REASONS = [
  /** Not allowed by the visitor, or no longer. */
  'not-granted',
  /** The visitor has paused. */
  'paused',
  /** The element is not there any more, or the page was another one. */
  'gone',
  /** Something else lies over it: `what` says what. */
  'covered',
  /** It has no box, or lies where it can't be scrolled to. */
  'hidden',
  'masked',
  /** By the page, or by the site with data-tandem="disabled". */
  'disabled',
  /** Our own buttons and questions are the visitor's alone. */
  'own-ui',
  /** Inside a frame of another origin. */
  'other-origin',
  /** The visitor is using the mouse or the keyboard. */
  'visitor-busy',
  /** A browser lets only the visitor do this. */
  'needs-visitor',
  /** Nothing has the focus that takes text, or the field takes no such value. */
  'not-possible',
  'too-fast',
  /** Sent before, or out of order. */
  'repeated',
  /** The tab has no link. */
  'away',
  /** The page, or we, threw. */
  'failed',
] as const;
const reason = /* @__PURE__ */ oneOf(REASONS);
export type Reason = Infer<typeof reason>;

/** What became of an act. `what`: the element in a few words, or what covered it. `was`, `now`: a field's value, masked
 * where the operator may not see it. */
export const outcome = /* @__PURE__ */ object({
  done: flag,
  why: maybe(reason),
  what: maybe(text(LIMITS.maxWhatChars)),
  was: maybe(text(LIMITS.maxLedgerChars)),
  now: maybe(text(LIMITS.maxLedgerChars)),
});
export type Outcome = Infer<typeof outcome>;

/** What an operator has, and what they have asked for. */
export const hands = /* @__PURE__ */ list(object({ by: person, grants: list(grant, 2), wish: maybe(grant) }), 1000);
export type Hands = Infer<typeof hands>;

/** What an operator says: `say` inside of `t: 'hand'`, as all that follow. */
export const fromOperatorHand = /* @__PURE__ */ messages({
  wish: { grant },
  unwish: {},
  /** Given back by the operator. */
  release: { grant },
  /** `seen`: the highest sequence of the room in the mirror. */
  act: { tab: whole(65535), n: count, seen: count, act },
});
export type FromOperatorHand = Infer<typeof fromOperatorHand>;

export const toOperatorHand = /* @__PURE__ */ messages({
  /** What became of this console's act `n`. */
  handled: { n: count, outcome },
  /** The visitor does not want to grant it. */
  denied: { grant },
});
export type ToOperatorHand = Infer<typeof toOperatorHand>;

export const fromVisitorHand = /* @__PURE__ */ messages({
  /** The visitor's answer to a wish, or a grant taken back. */
  grant: { operator: id, grant, on: flag },
  handled: { operator: id, n: count, outcome },
});
export type FromVisitorHand = Infer<typeof fromVisitorHand>;

/** A message of its own, for the hand's bundle: the widget knows by its beginning what to load, and does not read it. */
export const toHand = /* @__PURE__ */ object({
  t: oneOf(['hand']),
  say: messages({
    /** Who has what, as the relay knows it: when the tab joins, and whenever it changes. */
    hands: { hands },
    act: { by: id, n: count, act },
  }),
});
export type ToHand = Infer<typeof toHand>;

export const parseToHand = /* @__PURE__ */ parser(toHand);
