// Every text message, declared once as a schema from which its type is inferred (W1, W3); one union per direction.
// Text frames are JSON objects with a `t`. Whoever receives one parses it with the function at the end.
//
// The conversation, in the order it happens:
//   visitor  hello → welcome. page whenever the page, its title or its visibility changes.
//   operator (cookie checked at the upgrade) ← welcome; list → rows, rows, …
//   start    operator ask → visitor ask → answer → both get visit / asked{accepted} + room
//            or visitor code → code; operator code → as ask
//            or visitor show → visit; the room waits for an operator
//   watch    operator watch → history, then frames; visitor gets visit{capture:true} and sends Snapshot, Change, …
//   repair   operator sees a gap → history{from}; the relay → history, frames
//            operator can't read a tab's changes → refresh; visitor snapshot → Snapshot
//   lag      head → operator have: what is on its way to an operator stays within what the line carries
//   hand     what an operator does on the page, with the visitor's leave: hand.ts
//   chat     what a visitor says, dialog what an operator says and sees of all conversations: chat.ts
//   end      visitor stop | operator end | nobody watches | visitor lost → ended / room{state:'ended'}

import { fromOperatorDialog, fromVisitorChat, toChat, toOperatorDialog } from './chat.ts';
import { fromOperatorHand, fromVisitorHand, grants, hands, toHand, toOperatorHand } from './hand.ts';
import { LIMITS } from './limits.ts';
import { flag, list, maybe, messages, object, oneOf, orNull, parser, text, whole, type Infer } from './schema.ts';
import { count, id, ms, name, person } from './terms.ts';

const token = /* @__PURE__ */ text(2048);
const url = /* @__PURE__ */ text(LIMITS.maxUrlChars);
const title = /* @__PURE__ */ text(LIMITS.maxTitleChars);
const size = /* @__PURE__ */ whole(65535);
const hash = /* @__PURE__ */ text(64, 64, /^[0-9a-f]{64}$/);
const code = /* @__PURE__ */ text(6, 6, /^\d{6}$/);
const lang = /* @__PURE__ */ text(35);
const what = /* @__PURE__ */ text(40);

/** What a site hides, besides what is always hidden. Selectors are CSS. */
export const maskingRules = /* @__PURE__ */ object({
  privateByDefault: flag,
  mask: maybe(text(4000)),
  unmask: maybe(text(4000)),
  block: maybe(text(4000)),
});
export type MaskingRules = Infer<typeof maskingRules>;

/** What a tab says of itself. `viewport` in CSS pixels. */
const page = /* @__PURE__ */ object({
  url,
  title,
  visible: flag,
  viewport: object({ width: size, height: size }),
});
export type Page = Infer<typeof page>;

const hello = {
  site: id,
  /** From an earlier welcome; absent for a new device. */
  token: maybe(token),
  /** Made by the tab, kept over its page loads. */
  tab: id,
  page,
  lang,
  /** The visit this tab belongs to, from an earlier `visit`. */
  resume: maybe(token),
} as const;

/** What capture takes of the page's time, in ms of each second, and what it gives up so as not to take more: 0 nothing,
 * 1 the pointer is told less often, 2 scrolling too, 3 animated attributes too. */
const cost = /* @__PURE__ */ object({ ms: whole(1000), level: whole(3) });
export type Cost = Infer<typeof cost>;

const notice = /* @__PURE__ */ oneOf(['page-too-large', 'assets-skipped', 'capture-failed']);
export type Notice = Infer<typeof notice>;

const fromVisitor = /* @__PURE__ */ messages({
  hello,
  page: { page },
  answer: { ask: id, yes: flag },
  code: {},
  uncode: {},
  show: {},
  pause: { on: flag },
  /** `resume`: of a visit that was stopped while the relay did not hear it, and that it may not have any more. */
  stop: { resume: maybe(token) },
  assets: {
    /** With a hash: the page has the bytes. Without: it can't read them; the relay may fetch them if they are public. */
    list: list(object({ url, hash: maybe(hash), bytes: maybe(count) }), LIMITS.maxAssetsPerMessage),
  },
  /** What could not be shown, for the operator. */
  notice: { kind: notice },
  /** Round trip: `at` comes back in echo; `last` is the previous result, told to the operators; so is `cost`, when it is
   * another than was told. */
  probe: { at: ms, last: maybe(ms), cost: maybe(cost) },
  hand: { say: fromVisitorHand },
  chat: { say: fromVisitorChat },
});
export type FromVisitor = Infer<typeof fromVisitor>;

export type Person = Infer<typeof person>;

const refusals = [
  'unknown-visitor',
  'visitor-busy',
  'wrong-code',
  'too-many-tries',
  'no-such-room',
  'not-allowed',
  'too-many-rooms',
  'nobody-here',
] as const;
export type Refusal = (typeof refusals)[number];

const endings = ['visitor', 'operator', 'unwatched', 'lost', 'failed'] as const;
export type Ending = (typeof endings)[number];

const visitState = /* @__PURE__ */ object({
  room: id,
  /** This tab's number in the room. */
  tab: size,
  /** Signed proof of the visit, for the next page load or link. Replaces the earlier one. */
  resume: token,
  watchers: list(person, 1000),
  paused: flag,
  /** Capture now: somebody watches and the visitor has not paused. */
  capture: flag,
  /** Highest ordinal the relay has of this tab; 0: start with a snapshot. */
  received: count,
  /** A lost link may come back for this long. */
  graceMs: ms,
});
export type VisitState = Infer<typeof visitState>;

const toVisitor = /* @__PURE__ */ messages({
  /** `hand`: a message for the hand, as text, of a site whose question for the view asks for more: nothing is asked before
   * the hand has it. */
  welcome: { token, masking: maskingRules, visit: maybe(visitState), hand: maybe(text(LIMITS.maxPolicyTextChars)) },
  ask: { ask: id, operator: person },
  unask: { ask: id },
  /** `lifeMs` 0: it has been used. */
  code: { code: code, lifeMs: ms },
  visit: { visit: visitState },
  /** `by`: the operator who did it, as in `watchers`. */
  ended: { why: oneOf(endings), by: maybe(name) },
  /** A fresh snapshot is wanted. `idle`: at a quiet moment. `now`: operators can't see anything until it comes. */
  snapshot: { when: oneOf(['idle', 'now']) },
  ack: { received: count },
  /** Upload these offered assets: POST /upload/<hash>. */
  want: { hashes: list(hash, LIMITS.maxAssetsPerMessage) },
  echo: { at: ms },
  beat: {},
  refused: { what: what, why: oneOf(refusals) },
});
export type ToVisitor = Infer<typeof toVisitor>;

const device = /* @__PURE__ */ object({
  kind: oneOf(['desktop', 'phone', 'tablet']),
  browser: what,
  system: what,
});
export type Device = Infer<typeof device>;

/** One visitor in the live list. Times are the relay's clock, epoch milliseconds. */
const row = /* @__PURE__ */ object({
  id,
  site: id,
  url,
  title,
  /** False: the visitor looks at another browser tab or window. */
  visible: flag,
  /** Open tabs of this site. */
  tabs: size,
  since: ms,
  pageSince: ms,
  lang,
  device,
  state: oneOf(['browsing', 'asked', 'offering', 'viewed']),
  /** The room, while offering or viewed. */
  room: maybe(id),
  /** Who watches, while viewed. */
  watchers: maybe(list(person, 1000)),
});
export type Row = Infer<typeof row>;

const roomTab = /* @__PURE__ */ object({
  tab: size,
  url,
  title,
  visible: flag,
  /** False: its link is lost or the page is loading. */
  here: flag,
  /** True: another document is there than the one that was shown, and no picture of it has come. */
  blank: maybe(flag),
  /** True: the site lets nobody control this page. */
  pausedHere: maybe(flag),
  /** As this tab told it last. */
  cost: maybe(cost),
  viewport: object({ width: size, height: size }),
});
export type RoomTab = Infer<typeof roomTab>;

const roomView = /* @__PURE__ */ object({
  room: id,
  /** As in the header of this room's frames. */
  number: count,
  /** waiting: no picture yet. lost: the visitor's link is gone and may come back. */
  state: oneOf(['waiting', 'live', 'paused', 'lost', 'ended']),
  ended: maybe(oneOf(endings)),
  /** The operator who ended it. */
  endedBy: maybe(person),
  visitor: id,
  site: id,
  tabs: list(roomTab, LIMITS.maxTabsPerRoom),
  /** The tab that the visitor looks at, or looked at last. */
  active: size,
  watchers: list(person, 1000),
  /** The visitor's own round trip to the relay, when known. */
  visitorRttMs: maybe(ms),
  notices: list(notice, 10),
  /** What the visitor has allowed, and to whom; who has asked for more. */
  hands: maybe(hands),
  /** What operators of this site may ask for; absent: everything. */
  allowed: maybe(grants),
});
export type RoomView = Infer<typeof roomView>;

const fromOperator = /* @__PURE__ */ messages({
  list: { on: flag },
  ask: { visitor: id },
  unask: { visitor: id },
  code: { code: code },
  /** After a lost link: `from` is the highest sequence already here, `number` that of the room it counts in (a relay that
   * restarted has a new one, and then sends everything). Absent: everything. `answersHeads`: this console says `have`. */
  watch: { room: id, number: maybe(count), from: maybe(count), answersHeads: maybe(flag) },
  leave: { room: id },
  /** Answer to each `head`, with its sequence: what was sent before it has come. */
  have: { room: id, sequence: count },
  history: { room: id, from: count },
  /** The changes of this tab can't be read any more: its page is asked for a snapshot. */
  refresh: { room: id, tab: size },
  end: { room: id },
  probe: { at: ms },
  hand: { room: id, say: fromOperatorHand },
  dialog: { say: fromOperatorDialog },
});
export type FromOperator = Infer<typeof fromOperator>;

const toOperator = /* @__PURE__ */ messages({
  welcome: {
    operator: object({ id, name, login: name, role: oneOf(['admin', 'operator']), may: grants }),
    sites: list(object({ id, name }), 1000),
    /** The relay's clock, to show "how long" by. */
    now: ms,
    /** A visitor whose link is lost may come back for this long. */
    graceMs: ms,
  },
  /** Changes of the live list. `reset`: forget all rows first. `more`: further pages of the same reset follow. */
  rows: {
    reset: flag,
    more: flag,
    put: list(row, LIMITS.listPageRows),
    gone: list(id, LIMITS.listPageRows),
  },
  /** How an ask goes. `accepted` names the room; the operator then watches it. */
  asked: {
    visitor: id,
    state: oneOf(['waiting', 'accepted', 'declined', 'timeout', 'gone']),
    room: maybe(id),
  },
  room: { view: roomView },
  /** The room's frames of (from, to] that still matter follow now; the others are superseded. from 0: forget the picture
   * first. After `to`, sequences are without holes again. */
  history: { room: id, from: count, to: count },
  /** Highest sequence sent to this room so far: shows a loss at the end of a burst. Answered by `have`. */
  head: { room: id, sequence: count },
  echo: { at: ms },
  beat: {},
  hand: { room: id, say: toOperatorHand },
  dialog: { say: toOperatorDialog },
  refused: {
    what: what,
    why: oneOf(refusals),
    about: maybe(id),
  },
});
export type ToOperator = Infer<typeof toOperator>;

/** Payload of an Assets frame: what the mirror may load from now on. `type` is the sniffed media type. */
const assetList = /* @__PURE__ */ list(object({ url, hash: orNull(hash), type: text(100) }), LIMITS.maxRoomAssets);
/** hash null: it can't be had; a placeholder stays. */
export type AssetEntry = Infer<typeof assetList>[number];

export const SCHEMAS = { fromVisitor, toVisitor, fromOperator, toOperator, toHand, toChat, assetList } as const;

export const parseFromVisitor = /* @__PURE__ */ parser(fromVisitor);
export const parseToVisitor = /* @__PURE__ */ parser(toVisitor);
export const parseFromOperator = /* @__PURE__ */ parser(fromOperator);
export const parseToOperator = /* @__PURE__ */ parser(toOperator);
export const parseAssetList = /* @__PURE__ */ parser(assetList);
