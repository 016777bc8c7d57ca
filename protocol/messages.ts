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
//   end      visitor stop | operator end | nobody watches | visitor lost → ended / room{state:'ended'}

import * as v from 'valibot';
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const token = v.pipe(v.string(), v.maxLength(2048));
const name = v.pipe(v.string(), v.maxLength(LIMITS.maxNameChars));
const url = v.pipe(v.string(), v.maxLength(LIMITS.maxUrlChars));
const title = v.pipe(v.string(), v.maxLength(LIMITS.maxTitleChars));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));
const size = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535));
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(1e14));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** What a site hides, besides what is always hidden. Selectors are CSS. */
const maskingRules = v.object({
  privateByDefault: v.boolean(),
  mask: v.optional(v.pipe(v.string(), v.maxLength(4000))),
  unmask: v.optional(v.pipe(v.string(), v.maxLength(4000))),
  block: v.optional(v.pipe(v.string(), v.maxLength(4000))),
});
export type MaskingRules = v.InferOutput<typeof maskingRules>;

/** What a tab says of itself. `viewport` in CSS pixels. */
const page = v.object({
  url,
  title,
  visible: v.boolean(),
  viewport: v.object({ width: size, height: size }),
});
export type Page = v.InferOutput<typeof page>;

const helloVisitor = v.object({
  t: v.literal('hello'),
  site: id,
  /** From an earlier welcome; absent for a new device. */
  token: v.optional(token),
  /** Made by the tab, kept over its page loads. */
  tab: id,
  page,
  lang: v.pipe(v.string(), v.maxLength(35)),
  /** The visit this tab belongs to, from an earlier `visit`. */
  resume: v.optional(token),
});

const fromVisitor = v.variant('t', [
  helloVisitor,
  v.object({ t: v.literal('page'), page }),
  v.object({ t: v.literal('answer'), ask: id, yes: v.boolean() }),
  v.object({ t: v.literal('code') }),
  v.object({ t: v.literal('uncode') }),
  v.object({ t: v.literal('show') }),
  v.object({ t: v.literal('pause'), on: v.boolean() }),
  v.object({ t: v.literal('stop') }),
  v.object({
    t: v.literal('assets'),
    /** With a hash: the page has the bytes. Without: it can't read them; the relay may fetch them if they are public. */
    list: v.pipe(
      v.array(v.object({ url, hash: v.optional(hash), bytes: v.optional(count) })),
      v.maxLength(LIMITS.maxAssetsPerMessage),
    ),
  }),
  /** What could not be shown, for the operator. */
  v.object({ t: v.literal('notice'), kind: v.picklist(['page-too-large', 'assets-skipped', 'capture-failed']) }),
  /** Round trip: `at` comes back in echo; `last` is the previous result, told to the operators. */
  v.object({ t: v.literal('probe'), at: ms, last: v.optional(ms) }),
]);
export type FromVisitor = v.InferOutput<typeof fromVisitor>;

const person = v.object({ id, name });
export type Person = v.InferOutput<typeof person>;

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

const visitState = v.object({
  room: id,
  /** This tab's number in the room. */
  tab: size,
  /** Signed proof of the visit, for the next page load or link. Replaces the earlier one. */
  resume: token,
  watchers: v.array(person),
  paused: v.boolean(),
  /** Capture now: somebody watches and the visitor has not paused. */
  capture: v.boolean(),
  /** Highest ordinal the relay has of this tab; 0: start with a snapshot. */
  received: count,
});
export type VisitState = v.InferOutput<typeof visitState>;

const toVisitor = v.variant('t', [
  v.object({ t: v.literal('welcome'), token, masking: maskingRules, visit: v.optional(visitState) }),
  v.object({ t: v.literal('ask'), ask: id, operator: person }),
  v.object({ t: v.literal('unask'), ask: id }),
  v.object({ t: v.literal('code'), code: v.pipe(v.string(), v.regex(/^\d{6}$/)), lifeMs: ms }),
  v.object({ t: v.literal('visit'), visit: visitState }),
  v.object({ t: v.literal('ended'), why: v.picklist(endings) }),
  /** A fresh snapshot is wanted. `idle`: at a quiet moment. `now`: operators can't see anything until it comes. */
  v.object({ t: v.literal('snapshot'), when: v.picklist(['idle', 'now']) }),
  v.object({ t: v.literal('ack'), received: count }),
  /** Upload these offered assets: POST /upload/<hash>. */
  v.object({ t: v.literal('want'), hashes: v.pipe(v.array(hash), v.maxLength(LIMITS.maxAssetsPerMessage)) }),
  v.object({ t: v.literal('echo'), at: ms }),
  v.object({ t: v.literal('beat') }),
  v.object({ t: v.literal('refused'), what: v.pipe(v.string(), v.maxLength(40)), why: v.picklist(refusals) }),
]);
export type ToVisitor = v.InferOutput<typeof toVisitor>;

const device = v.object({
  kind: v.picklist(['desktop', 'phone', 'tablet']),
  browser: v.pipe(v.string(), v.maxLength(40)),
  system: v.pipe(v.string(), v.maxLength(40)),
});
export type Device = v.InferOutput<typeof device>;

/** One visitor in the live list. Times are the relay's clock, epoch milliseconds. */
const row = v.object({
  id,
  site: id,
  url,
  title,
  /** False: the visitor looks at another browser tab or window. */
  visible: v.boolean(),
  /** Open tabs of this site. */
  tabs: size,
  since: ms,
  pageSince: ms,
  lang: v.pipe(v.string(), v.maxLength(35)),
  device,
  state: v.picklist(['browsing', 'asked', 'offering', 'viewed']),
  /** The room, while offering or viewed. */
  room: v.optional(id),
  /** Who watches, while viewed. */
  watchers: v.optional(v.array(person)),
});
export type Row = v.InferOutput<typeof row>;

const roomTab = v.object({
  tab: size,
  url,
  title,
  visible: v.boolean(),
  /** False: its link is lost or the page is loading. */
  here: v.boolean(),
  viewport: v.object({ width: size, height: size }),
});
export type RoomTab = v.InferOutput<typeof roomTab>;

const roomView = v.object({
  room: id,
  /** As in the header of this room's frames. */
  number: count,
  /** waiting: no picture yet. lost: the visitor's link is gone and may come back. */
  state: v.picklist(['waiting', 'live', 'paused', 'lost', 'ended']),
  ended: v.optional(v.picklist(endings)),
  visitor: id,
  site: id,
  tabs: v.array(roomTab),
  /** The tab that the visitor looks at, or looked at last. */
  active: size,
  watchers: v.array(person),
  /** The visitor's own round trip to the relay, when known. */
  visitorRttMs: v.optional(ms),
  notices: v.array(v.picklist(['page-too-large', 'assets-skipped', 'capture-failed'])),
});
export type RoomView = v.InferOutput<typeof roomView>;

const fromOperator = v.variant('t', [
  v.object({ t: v.literal('list'), on: v.boolean() }),
  v.object({ t: v.literal('ask'), visitor: id }),
  v.object({ t: v.literal('unask'), visitor: id }),
  v.object({ t: v.literal('code'), code: v.pipe(v.string(), v.regex(/^\d{6}$/)) }),
  /** After a lost link: `from` is the highest sequence already here, `number` that of the room it counts in (a relay that
   * restarted has a new one, and then sends everything). Absent: everything. */
  v.object({ t: v.literal('watch'), room: id, number: v.optional(count), from: v.optional(count) }),
  v.object({ t: v.literal('leave'), room: id }),
  v.object({ t: v.literal('history'), room: id, from: count }),
  v.object({ t: v.literal('end'), room: id }),
  v.object({ t: v.literal('probe'), at: ms }),
]);
export type FromOperator = v.InferOutput<typeof fromOperator>;

const toOperator = v.variant('t', [
  v.object({
    t: v.literal('welcome'),
    operator: v.object({ id, name, login: name, role: v.picklist(['admin', 'operator']) }),
    sites: v.array(v.object({ id, name })),
    /** The relay's clock, to show "how long" by. */
    now: ms,
  }),
  /** Changes of the live list. `reset`: forget all rows first. `more`: further pages of the same reset follow. */
  v.object({
    t: v.literal('rows'),
    reset: v.boolean(),
    more: v.boolean(),
    put: v.array(row),
    gone: v.array(id),
  }),
  /** How an ask goes. `accepted` names the room; the operator then watches it. */
  v.object({
    t: v.literal('asked'),
    visitor: id,
    state: v.picklist(['waiting', 'accepted', 'declined', 'timeout', 'gone']),
    room: v.optional(id),
  }),
  v.object({ t: v.literal('room'), view: roomView }),
  /** The room's frames of (from, to] that still matter follow now; the others are superseded. from 0: forget the picture
   * first. After `to`, sequences are without holes again. */
  v.object({ t: v.literal('history'), room: id, from: count, to: count }),
  /** Highest sequence sent to this room so far: shows a loss at the end of a burst. */
  v.object({ t: v.literal('head'), room: id, sequence: count }),
  v.object({ t: v.literal('echo'), at: ms }),
  v.object({ t: v.literal('beat') }),
  v.object({
    t: v.literal('refused'),
    what: v.pipe(v.string(), v.maxLength(40)),
    why: v.picklist(refusals),
    about: v.optional(id),
  }),
]);
export type ToOperator = v.InferOutput<typeof toOperator>;

/** Payload of an Assets frame: what the mirror may load from now on. `type` is the sniffed media type. */
const assetList = v.array(
  v.object({ url, hash: v.nullable(hash), type: v.pipe(v.string(), v.maxLength(100)) }),
);
/** hash null: it can't be had; a placeholder stays. */
export type AssetEntry = v.InferOutput<typeof assetList>[number];

export const SCHEMAS = { fromVisitor, toVisitor, fromOperator, toOperator, assetList } as const;

function parser<S extends v.GenericSchema>(schema: S): (text: string) => v.InferOutput<S> {
  return (text) => {
    if (text.length > LIMITS.maxTextBytes) throw new ProtocolError('bad-message', `${text.length} characters`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ProtocolError('bad-message', 'not JSON');
    }
    const result = v.safeParse(schema, value, { abortEarly: true });
    if (result.success) return result.output;
    const issue = result.issues[0];
    throw new ProtocolError('bad-message', `${v.getDotPath(issue) ?? 'message'}: ${issue.message}`);
  };
}

export const parseFromVisitor = /* @__PURE__ */ parser(fromVisitor);
export const parseToVisitor = /* @__PURE__ */ parser(toVisitor);
export const parseFromOperator = /* @__PURE__ */ parser(fromOperator);
export const parseToOperator = /* @__PURE__ */ parser(toOperator);
export const parseAssetList = /* @__PURE__ */ parser(assetList);
