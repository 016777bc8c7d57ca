// Conversations on the wire, visitor's and operators' side. What they are made of is in dialog.ts.
//
//   visitor  sync → state; send → answer, and state at every tab and console that has the conversation open
//   operator inbox → threads, threads, …; open → state; act → answer
//   visitor  ahead → ahead, ahead, … : whether somebody can answer, and how long it may take, for as long as it is looked at
//   operator colleagues → colleagues, …: who is there; declare, touched: what becomes of one's own presence
//   typing   goes to the other side as it comes, and is kept nowhere
//   search → found; a search that comes before the answer replaces the one before. searches, save, forget → searches
//
// A `state` says what changed from one version to another. `from` 0: forget what is there, this is all that is needed of it
// (the last messages; `more`: there are older ones). Whoever has another version than `from` asks with `sync` or `open`.
// So nothing that is lost on the way stays lost, whatever it was, and what comes twice changes nothing.

import { actor, message, MESSAGE_KINDS, STATUSES, writtenBody } from './dialog.ts';
import { colleague, DECLARED, teamName } from './routing.ts';
import { LIMITS } from './limits.ts';
import {
  flag,
  list,
  maybe,
  messages,
  number,
  object,
  oneOf,
  orNull,
  parser,
  text,
  whole,
  type Infer,
} from './schema.ts';
import { savedSearch, SEARCH_TROUBLES, searchCursor, searchFilter, searchHit } from './search.ts';
import { ms, name, person, uuid } from './terms.ts';

const seq = /* @__PURE__ */ whole(0x7fffffff);
/** Both ends look before it is sent and when it comes. */
export const EMAIL = /^[^\s@<>",;:()[\]\\]+@[^\s@<>",;:()[\]\\]+\.[^\s@<>",;:()[\]\\.]+$/;
const email = /* @__PURE__ */ text(LIMITS.maxEmailChars, 3, EMAIL);
/** Whether somebody can answer. Nobody: neither there nor away. Closed: outside of working hours. */
export const ANSWERABLE = ['online', 'away', 'nobody', 'closed'] as const;
export type Answerable = (typeof ANSWERABLE)[number];
const several = /* @__PURE__ */ list(message, LIMITS.maxMessagesAtOnce);
/** What is typed and not sent: its end, where it is long. */
const typed = /* @__PURE__ */ text(LIMITS.maxTypedChars);

/** What is typed where it is not to be seen before it is sent. */
export const UNTOLD = '…';

/** Why something was not done. `unavailable`: the relay can't now; send it again. The others never will be. */
export const NOT_DONE = [
  'unavailable',
  'answered-meanwhile',
  'taken-meanwhile',
  'no-such-message',
  'no-such-conversation',
  'no-such-operator',
  'not-yours',
  'not-allowed',
  'too-many',
  /** A file that it names is not there, is not ready, is another's, or has been said already. */
  'no-such-file',
  'unfit',
] as const;
const notDone = /* @__PURE__ */ oneOf(NOT_DONE);
export type NotDone = Infer<typeof notDone>;

const marks = /* @__PURE__ */ object({ delivered: seq, read: seq });

const write = /* @__PURE__ */ object({ id: uuid, body: writtenBody, replyTo: maybe(seq) });

export const fromVisitorChat = /* @__PURE__ */ messages({
  /** `version`: what is here; 0: nothing. */
  sync: { version: seq },
  /** Messages before this one. */
  older: { before: seq },
  send: { message: write },
  edit: { id: uuid, body: writtenBody },
  delete: { id: uuid },
  delivered: { seq },
  read: { seq },
  /** Empty: no more. UNTOLD: something. */
  typing: { text: typed },
  /** Leave to send and fetch files over HTTP, for a while. */
  pass: {},
  /** Whether somebody can answer: from now on, or no more. */
  ahead: { on: flag },
  /** Where the visitor can be reached; `id`: for the answer. */
  reach: { id: uuid, name: maybe(name), email },
});
export type FromVisitorChat = Infer<typeof fromVisitorChat>;

/** A message of its own, for the chat's bundle: the widget knows by its beginning what to load, and does not read it. */
export const toChat = /* @__PURE__ */ object({
  t: oneOf(['chat']),
  say: messages({
    state: {
      from: seq,
      version: seq,
      seq,
      status: oneOf(STATUSES),
      messages: several,
      more: flag,
      /** Operators who have written or are assigned. */
      people: list(person, LIMITS.maxMessagesAtOnce),
      /** How far the operators have come, and this visitor, on any device. */
      theirs: marks,
      yours: marks,
    },
    older: { before: seq, messages: several, more: flag, people: list(person, LIMITS.maxMessagesAtOnce) },
    /** To `send`, `edit` or `delete`. */
    answer: { id: uuid, seq: maybe(seq), why: maybe(notDone) },
    typing: { by: person, on: flag },
    pass: { pass: text(LIMITS.maxPassChars), lifeMs: ms },
    ahead: {
      answerable: oneOf(ANSWERABLE),
      /** Closed until then, where that can be said. */
      backAt: maybe(ms),
      /** Of a visitor who waits: how many were there before, and how long it is likely to take. Only what can be said. */
      before: maybe(whole(0xffffff)),
      waitMs: maybe(ms),
      /** They have said where they can be reached. */
      reachable: flag,
    },
  }),
});
export type ToChat = Infer<typeof toChat>;
export const parseToChat = /* @__PURE__ */ parser(toChat);

/** How far somebody has come: an operator, or the contact. */
const mark = /* @__PURE__ */ object({ by: uuid, delivered: seq, read: seq });

/** A conversation in the list. */
const thread = /* @__PURE__ */ object({
  id: uuid,
  version: seq,
  seq,
  site: orNull(uuid),
  contact: orNull(person),
  assignee: orNull(uuid),
  status: oneOf(STATUSES),
  waitingSince: orNull(ms),
  lastAt: ms,
  /** Its last message, cut. */
  last: maybe(object({ by: actor, kind: oneOf(MESSAGE_KINDS), text: text(LIMITS.maxExcerptChars), seq: maybe(seq) })),
  /** To which it was given by hand. */
  team: maybe(uuid),
  /** Nobody to whom it was offered has answered. */
  escalated: maybe(flag),
  /** Where the contact says that they can be reached. */
  email: maybe(text(LIMITS.maxEmailChars)),
  marks: list(mark, LIMITS.maxMessagesAtOnce),
});
export type Thread = Infer<typeof thread>;

export const fromOperatorDialog = /* @__PURE__ */ messages({
  /** The list. `number` and `id`: of the last change that is here; without: nothing is. */
  inbox: { on: flag, number: maybe(number(1e15)), id: maybe(uuid) },
  /** `version`: what is here of it; 0: nothing. */
  open: { conversation: uuid, version: seq },
  leave: { conversation: uuid },
  older: { conversation: uuid, before: seq },
  send: {
    conversation: uuid,
    message: write,
    kind: oneOf(['text', 'note']),
    /** The last message that was before the operator. Absent: whatever a colleague has said. */
    expectedSeq: maybe(seq),
  },
  edit: { conversation: uuid, id: uuid, body: writtenBody },
  delete: { conversation: uuid, id: uuid },
  delivered: { conversation: uuid, seq },
  read: { conversation: uuid, seq },
  /** `id`: of the message that tells it. `to` null: nobody's, or the team's. `from`: whose it was before the operator; if it
   * is somebody else's by now, nothing is done. Absent: whosever it is. */
  assign: { conversation: uuid, id: uuid, to: orNull(uuid), team: maybe(uuid), from: maybe(orNull(uuid)) },
  close: { conversation: uuid, id: uuid },
  reopen: { conversation: uuid, id: uuid },
  typing: { conversation: uuid, on: flag },
  /** Who is there: from now on, or no more. */
  colleagues: { on: flag },
  /** For all consoles of this operator, until they say otherwise. */
  declare: { presence: oneOf(DECLARED) },
  /** Of this console: it is being used again, or nobody has touched it for as long as the account's rules say. */
  touched: { on: flag, locked: maybe(flag) },
  /** `number`: the answer has it, too; each is higher than the one before. `after`: further ones. */
  search: { number: seq, filter: searchFilter, after: maybe(searchCursor) },
  /** The saved ones. */
  searches: {},
  /** Makes it, or changes what has this id. */
  saveSearch: { search: savedSearch },
  forgetSearch: { id: uuid },
});
export type FromOperatorDialog = Infer<typeof fromOperatorDialog>;

export const toOperatorDialog = /* @__PURE__ */ messages({
  /** Of the list. `reset`: forget all first; `more`: further pages of that follow. `number` and `id`: this is how it was
   * after that change. */
  threads: {
    reset: flag,
    more: flag,
    number: number(1e15),
    id: maybe(uuid),
    put: list(thread, LIMITS.listPageRows),
    /** Operators that these rows name. */
    people: list(person, 2 * LIMITS.listPageRows),
  },
  state: {
    conversation: uuid,
    from: seq,
    version: seq,
    seq,
    status: oneOf(STATUSES),
    assignee: orNull(uuid),
    messages: several,
    more: flag,
    /** Operators and the contact, as far as they are in it. */
    people: list(person, LIMITS.maxMessagesAtOnce),
    marks: list(mark, LIMITS.maxMessagesAtOnce),
  },
  older: {
    conversation: uuid,
    before: seq,
    messages: several,
    more: flag,
    people: list(person, LIMITS.maxMessagesAtOnce),
  },
  answer: { conversation: uuid, id: uuid, seq: maybe(seq), why: maybe(notDone) },
  /** `text`: what the contact types, where the site shows it. */
  typing: { conversation: uuid, by: person, text: maybe(typed), on: flag },
  gone: { conversation: uuid },
  /** `reset`: forget all first. `idleMs`: after so long without a touch a console says so; 0: never. */
  colleagues: {
    reset: flag,
    put: list(colleague, LIMITS.listPageRows),
    gone: list(uuid, LIMITS.listPageRows),
    teams: maybe(list(teamName, LIMITS.maxTeams)),
    idleMs: maybe(ms),
  },
  /** Colleagues who have it open at this relay. */
  viewers: { conversation: uuid, people: list(person, LIMITS.maxMessagesAtOnce) },
  /** To `search`. `contacts`: conversations whose contact is what was looked for, newest first; on the first page of a search
   * with a phrase. `threads`: of all that is named, without a phrase what was found itself, in its order. */
  found: {
    number: seq,
    contacts: list(uuid, LIMITS.maxFoundContacts),
    hits: list(searchHit, LIMITS.maxFound),
    threads: list(thread, LIMITS.maxFound + LIMITS.maxFoundContacts),
    people: list(person, 3 * (LIMITS.maxFound + LIMITS.maxFoundContacts)),
    /** There may be more. */
    next: maybe(searchCursor),
    why: maybe(oneOf(SEARCH_TROUBLES)),
  },
  /** All saved ones that this operator sees, by name. `why`: what was asked for was not done. */
  searches: { list: list(savedSearch, LIMITS.maxSavedSearches), why: maybe(notDone) },
});
export type ToOperatorDialog = Infer<typeof toOperatorDialog>;
