// The remote hand: what an operator may do on a visitor's page beside looking at it, and what becomes of it.
//
//   operator wish → (who has control hands it over) → visitor is asked → grant → all consoles see it in the room's view
//   operator hand{act} → relay: who, granted, not paused, not too fast → the tab → performed → handled → the operator
//   whoever is refused anywhere on that way is told why, in `handled`
//   what points (pointer, frame, ink) → also to the room's other consoles, as `shown`
//   a picture with new ids → the relay asks the page where what stands is now → all consoles, as `shown`
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
import { count, id, person } from './terms.ts';

/** What a visitor may allow beside looking. `point`: pointer, frames around elements, ink. `suggest`: ghosts of a click or
 * of text, which the visitor accepts or waves off. `control`: the mouse and keys. None includes another. */
export const GRANTS = ['point', 'suggest', 'control'] as const;
export const grant = /* @__PURE__ */ oneOf(GRANTS);
export type Grant = Infer<typeof grant>;

// A length that is computed would stay in every visitor's bundle.
export const grants = /* @__PURE__ */ list(grant, 3);

/** What a site lets its operators do by hand: the site's owner can only take away from what visitors may allow. */
export const handPolicy = /* @__PURE__ */ object({
  /** What operators may ask for. */
  allowed: grants,
  /** What the question for the view asks for, too: whoever says yes has granted it to whoever watches. */
  given: grants,
  /** Where control pauses by itself: see `isPausedAt`. */
  pausedAt: list(text(LIMITS.maxPatternChars, 1), LIMITS.maxPatterns),
});
export type HandPolicy = Infer<typeof handPolicy>;

/** Of a site that says nothing. */
export const OPEN_POLICY: HandPolicy = { allowed: ['point', 'suggest', 'control'], given: [], pausedAt: [] };

/** Whether control pauses on a page. A pattern is a whole address, or a path when it begins with a slash; `*` stands for
 * anything. Query and fragment count only where the pattern has some. How an address is spelled does not count. */
export function isPausedAt({ pausedAt }: HandPolicy, url: string): boolean {
  return pausedAt.some((pattern) => matchesAddress(pattern, url));
}

function matchesAddress(pattern: string, url: string): boolean {
  const [origin = ''] = /^[a-z]+:\/\/[^/?#]*/i.exec(url) ?? [];
  let at = pattern.startsWith('/') ? url.slice(origin.length) : url;
  if (!/[?#]/.test(pattern)) at = at.replace(/[?#].*$/s, '');
  // Only in a pattern is a star any other.
  at = plainAddress(at.replaceAll('*', '%2a'));
  const wanted = plainAddress(pattern);
  // `/pay/*` is also what lies at /pay/, which has lost its slash.
  return matches(wanted, at) || matches(wanted, at + '/');
}

/** One spelling for all that a server may take for the same page: escapes that need not be, the case, parameters of a path,
 * steps up, slashes too many and at the end. */
function plainAddress(address: string): string {
  const decoded = address.replace(/%([2-7][\da-f])/gi, (escape, code: string) => {
    const sign = String.fromCharCode(parseInt(code, 16));
    return /[?#%*]/.test(sign) ? escape : sign;
  });
  const [path = ''] = /^[^?#]*/.exec(decoded) ?? [];
  const idle = /\/+(?=\/|$)/g;
  let plain = path.replace(/;[^/*]*/g, '').replace(idle, '');
  for (let before; plain !== before;) plain = (before = plain).replace(/\/\.(?=\/|$)|\/[^/*]*\/\.\.(?=\/|$)/, '');
  return (plain + decoded.slice(path.length).replace(idle, '')).toLowerCase();
}

function matches(pattern: string, at: string): boolean {
  const pieces = pattern.split('*');
  const last = pieces.pop() ?? '';
  const [first] = pieces;
  if (first === undefined) return at === last;
  // Piece by piece and never back: no pattern takes long, as a regular expression of many stars would.
  if (!at.startsWith(first)) return false;
  let from = first.length;
  for (const piece of pieces.slice(1)) {
    const found = at.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return at.length - last.length >= from && at.endsWith(last);
}

/** A captured node, and where in its box: 0 to 1 from the left and from the top. */
const place = /* @__PURE__ */ object({ node: count, x: number(1), y: number(1) });
export type Place = Infer<typeof place>;

/** Keys held: 1 Alt, 2 Control, 4 Meta, 8 Shift. */
const mods = /* @__PURE__ */ whole(15);
/** As in MouseEvent.button: 0 main, 1 middle, 2 secondary. */
const button = /* @__PURE__ */ whole(2);

/** What a suggestion does once it is accepted. `text`: the field holds this and nothing else. */
const suggestion = /* @__PURE__ */ messages({
  click: {},
  text: { text: text(LIMITS.maxHandTextChars) },
  choose: { options: list(whole(65535), 1000) },
  set: { value: text(1000) },
});
export type Suggestion = Infer<typeof suggestion>;

export const act = /* @__PURE__ */ messages({
  // ——— with the grant `point` ———
  /** The operator's pointer; without a place it is gone. Never answered, never in the ledger. */
  point: { at: maybe(place), down: flag },
  /** Frames an element on the visitor's page, with a note; a new one takes the place of the operator's last. */
  frame: { node: count, note: text(LIMITS.maxNoteChars) },
  unframe: {},
  /** Scrolls the element into the visitor's sight. */
  reveal: { node: count },
  /** Ink: points of one stroke, as x, y, x, y … in CSS pixels from the left top corner of the box of `node`, which it
   * stays with. `from` 0: the whole stroke anew, whatever was sent of it, maybe at another node; else the number of the
   * first of these points, and `node` is the one before. `pen` goes through all points, `arrow` and `box` from the first
   * to the last. `fades`: gone some seconds after it is done. Answered when it is done, before that only when refused. */
  draw: {
    stroke: count,
    shape: oneOf(['pen', 'arrow', 'box']),
    fades: flag,
    node: count,
    from: whole(LIMITS.maxStrokePoints),
    points: list(signed(LIMITS.maxInkPixels), LIMITS.maxStrokeNumbers),
    isDone: flag,
  },
  /** Takes away one stroke, or without a number all of this operator's. */
  undraw: { stroke: maybe(count) },
  // ——— with the grant `suggest` ———
  /** A ghost on the visitor's page, in place of this operator's last. Answered when the visitor has accepted it and it was
   * done, or has waved it off (`declined`), or it was taken back (`withdrawn`), or has waited too long (`no-answer`). */
  suggest: { at: place, does: suggestion },
  unsuggest: {},
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
  /** Asks the visitor to choose a file of their own for a field. Answered as a suggestion is. */
  askFile: { node: count },
  /** Offers the visitor a file of the operator's, for a field or a place where files are dropped. Its bytes lie at the
   * relay under `id` (POST /api/hand/file, GET /hand-file/<id>). Answered as a suggestion is. */
  giveFile: {
    at: place,
    file: object({
      id,
      name: text(LIMITS.maxFileNameChars, 1),
      type: text(100),
      bytes: whole(LIMITS.maxHandFileBytes),
    }),
  },
  /** Takes back what `askFile` or `giveFile` has put before the visitor. */
  unoffer: {},
});
export type Act = Infer<typeof act>;

/** What each act needs. */
export function grantFor({ t }: Act): Grant {
  if (t === 'suggest' || t === 'unsuggest') return 'suggest';
  return /^(point|frame|unframe|reveal|draw|undraw)$/.test(t) ? 'point' : 'control';
}

/** So many come that only a refusal is answered. A pointer is never answered at all. */
export function isPassing(act: Act): boolean {
  return act.t === 'point' || act.t === 'move' || (act.t === 'draw' && !act.isDone);
}

/** Why something was not done. */
export const REASONS = [
  /** Not allowed by the visitor, or no longer. */
  'not-granted',
  /** The visitor has paused. */
  'paused',
  /** The site lets nobody control this page. */
  'paused-here',
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
  /** The visitor has waved it off. */
  'declined',
  /** Another came in its place, or it was taken back. */
  'withdrawn',
  /** The visitor has neither accepted it nor waved it off. */
  'no-answer',
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

/** So many tell operators apart; both sides have the same. White is readable on each, and each is seen on white and on
 * black for its white outline. */
export const HAND_COLOURS = [
  '#c2255c',
  '#6741d9',
  '#1864ab',
  '#237032',
  '#b8400b',
  '#0b6b75',
  '#8a2ba3',
  '#7a4a12',
] as const;

/** What an operator has, and what they have asked for. `colour`: index in HAND_COLOURS, given by the relay so that those
 * who are here have different ones. `waitsFor`: the wish is before who has control now; the visitor is not asked yet. */
export const hands = /* @__PURE__ */ list(
  object({
    by: person,
    colour: whole(7),
    grants,
    wish: maybe(grant),
    waitsFor: maybe(id),
  }),
  1000,
);
export type Hands = Infer<typeof hands>;

/** What an operator says: `say` inside of `t: 'hand'`, as all that follow. */
export const fromOperatorHand = /* @__PURE__ */ messages({
  wish: { grant },
  unwish: {},
  /** Given back by the operator. */
  release: { grant },
  /** From who has control, to who wishes for it: then the visitor is asked; or it stays as it is. */
  handOver: { to: id, yes: flag },
  /** `seen`: the highest sequence of the room in the mirror. */
  act: { tab: whole(65535), n: count, seen: count, act },
});
export type FromOperatorHand = Infer<typeof fromOperatorHand>;

export const toOperatorHand = /* @__PURE__ */ messages({
  /** What became of this console's act `n`. */
  handled: { n: count, outcome },
  /** The visitor does not want to grant it; `by`: who has control does not want to hand it over. */
  denied: { grant, by: maybe(person) },
  /** What another console of the room shows on the visitor's page: `point`, `frame`, `unframe`, `draw`, `undraw`.
   * `again`: what stood before, by the ids of a new picture; that this console is told, too, of what is its own. `picture`:
   * the sequence of the snapshot that has these ids, which a console that is behind may still have to draw. Colours are in
   * the room's `hands`. */
  shown: { by: id, tab: whole(65535), act, again: maybe(flag), picture: maybe(count) },
});
export type ToOperatorHand = Infer<typeof toOperatorHand>;

export const fromVisitorHand = /* @__PURE__ */ messages({
  /** The visitor's answer to a wish, or a grant taken back. */
  grant: { operator: id, grant, on: flag },
  handled: { operator: id, n: count, outcome },
  /** The visitor has undone what an act of this operator did to a field: what it was before and is now. */
  undone: {
    operator: id,
    what: text(LIMITS.maxWhatChars),
    was: text(LIMITS.maxLedgerChars),
    now: text(LIMITS.maxLedgerChars),
  },
  /** Answers `standing`: the nodes, by the ids of now. What is not named stands no more. */
  stands: {
    operator: id,
    frame: maybe(count),
    strokes: list(object({ stroke: count, node: count }), LIMITS.maxStrokes),
  },
});
export type FromVisitorHand = Infer<typeof fromVisitorHand>;

/** A message of its own, for the hand's bundle: the widget knows by its beginning what to load, and does not read it. */
export const toHand = /* @__PURE__ */ object({
  t: oneOf(['hand']),
  say: messages({
    /** Who has what, as the relay knows it: when the tab joins, and whenever it changes. */
    hands: { hands },
    act: { by: id, n: count, act },
    /** This operator has no console here any more: nothing of theirs may stay pressed. */
    away: { by: id },
    /** The ids of before are gone: where are the frame and the finished strokes of this operator? */
    standing: { by: id },
    /** Before the first question of a visit, of a site that gives or pauses something. */
    policy: { policy: handPolicy },
  }),
});
export type ToHand = Infer<typeof toHand>;

export const parseToHand = /* @__PURE__ */ parser(toHand);
