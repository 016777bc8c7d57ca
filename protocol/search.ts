// What conversations are searched for, and what is found. One filter for what an operator types, for the chips beside it and
// for saved searches: a further condition is a field here, a line in relay/store/search.ts and a row in the console's
// state/search-chips.ts.
//
// With a phrase, what is found are messages, newest first; without one, conversations, by what was said in them last.

import { actor, MESSAGE_KINDS, STATUSES } from './dialog.ts';
import { LIMITS } from './limits.ts';
import { flag, list, maybe, object, oneOf, text, whole, type Infer } from './schema.ts';
import { ms, uuid } from './terms.ts';

const seq = /* @__PURE__ */ whole(0x7fffffff);

/** All that is set must hold. Nothing set: every conversation. */
export const searchFilter = /* @__PURE__ */ object({
  /** Words in any form, all of them; in quotation marks one after the other. The last may be unfinished. */
  phrase: maybe(text(LIMITS.maxPhraseChars)),
  site: maybe(uuid),
  /** Within these, both included: a message was written, or without a phrase the conversation went on. */
  from: maybe(ms),
  to: maybe(ms),
  /** Assigned, or has written in it. */
  operator: maybe(uuid),
  status: maybe(oneOf(STATUSES)),
  /** Only those that wait for an answer; those that this operator has not read to the end. */
  waiting: maybe(flag),
  unread: maybe(flag),
  /** Number of messages in it. */
  least: maybe(seq),
  most: maybe(seq),
  /** Is contained in the contact's name, phone or e-mail address. */
  person: maybe(text(LIMITS.maxNameChars)),
  /** Of a conversation or contact, or the end of one. */
  id: maybe(text(36, 4, /^[\da-f-]*$/)),
  /** All conversations of one contact. */
  contact: maybe(uuid),
});
export type SearchFilter = Infer<typeof searchFilter>;

/** The last that was found, or how far it was looked: further ones are older. */
export const searchCursor = /* @__PURE__ */ object({ at: ms, conversation: uuid, seq });
export type SearchCursor = Infer<typeof searchCursor>;

/** A message that was found. */
export const searchHit = /* @__PURE__ */ object({
  conversation: uuid,
  seq,
  at: ms,
  by: actor,
  kind: oneOf(MESSAGE_KINDS),
  /** Of the message, around what was found. */
  excerpt: text(LIMITS.maxExcerptChars),
  /** Where in the excerpt something found begins and ends, in turn. */
  marks: list(whole(LIMITS.maxExcerptChars), LIMITS.maxExcerptChars),
});
export type SearchHit = Infer<typeof searchHit>;

/** Why there may be more than was told. `too-long`: it took too long; what is found by then is told, and `next` goes on.
 * `unavailable`: the relay can't now. */
export const SEARCH_TROUBLES = ['too-long', 'too-many', 'unavailable'] as const;
export type SearchTrouble = (typeof SEARCH_TROUBLES)[number];

/** `isShared`: everybody's in the account. */
export const savedSearch = /* @__PURE__ */ object({
  id: uuid,
  name: text(LIMITS.maxNameChars, 1),
  filter: searchFilter,
  isShared: flag,
  /** May be renamed and deleted by this operator. */
  isOwn: flag,
});
export type SavedSearch = Infer<typeof savedSearch>;
