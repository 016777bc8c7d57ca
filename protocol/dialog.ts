// What conversations are made of, in the words that relay, widget and console share. Messages about them are in messages.ts.
//
// A message has an id made by its sender (UUIDv7) and is stored once, however often it is sent; the relay gives it its
// number, `seq`, from 1 without holes. A conversation's `version` grows by one with each transaction that changed anything
// in it, and whatever changed carries it: who has version 7 and is told of 9 asks for what is newer than 7.

import { LIMITS } from './limits.ts';
import { list, maybe, object, oneOf, text, whole, type Infer } from './schema.ts';
import { uuid } from './terms.ts';

/** Customer: with a contact. Internal: among operators. */
export const CONVERSATION_KINDS = ['customer', 'internal', 'meeting'] as const;
export type ConversationKind = (typeof CONVERSATION_KINDS)[number];

export const STATUSES = ['open', 'closed'] as const;
export type Status = (typeof STATUSES)[number];

/** Who does something. System: the relay itself. */
export const ACTOR_KINDS = ['contact', 'operator', 'system'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Note: operators only. System: what happened, told by the relay. */
export const MESSAGE_KINDS = ['text', 'note', 'system'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** What a message of kind `system` tells. */
export const HAPPENINGS = ['assigned', 'left', 'closed', 'reopened'] as const;
export type Happening = (typeof HAPPENINGS)[number];

/** A file that a message carries, as the relay has found it to be. */
export const attached = /* @__PURE__ */ object({
  id: uuid,
  name: text(LIMITS.maxFileNameChars),
  bytes: whole(1e12),
  /** A media type, by the first bytes; of what the relay does not know, application/octet-stream. */
  type: text(LIMITS.maxMediaTypeChars),
  /** Of a picture that is shown in place: how large it is. */
  width: maybe(whole(100_000)),
  height: maybe(whole(100_000)),
});
export type Attached = Infer<typeof attached>;

/** Of a text or note its text and files; of kind `system` what happened, and to whom. Empty once it is deleted. */
export const messageBody = /* @__PURE__ */ object({
  text: maybe(text(LIMITS.maxMessageChars)),
  files: maybe(list(attached, LIMITS.maxFilesPerMessage)),
  happened: maybe(oneOf(HAPPENINGS)),
  /** An operator. */
  who: maybe(uuid),
  /** Whose it was before. */
  from: maybe(uuid),
  /** A team whose it is now. */
  team: maybe(uuid),
});
export type MessageBody = Infer<typeof messageBody>;

/** What a sender says of a message: of its files only which, since what they are is for the relay to find out. */
export const writtenBody = /* @__PURE__ */ object({
  text: maybe(text(LIMITS.maxMessageChars)),
  files: maybe(list(uuid, LIMITS.maxFilesPerMessage)),
});
export type WrittenBody = Infer<typeof writtenBody>;

export const actor = /* @__PURE__ */ object({ kind: oneOf(ACTOR_KINDS), id: maybe(uuid) });
export type Actor = Infer<typeof actor>;

export const message = /* @__PURE__ */ object({
  id: uuid,
  seq: whole(0x7fffffff),
  version: whole(0x7fffffff),
  by: actor,
  kind: oneOf(MESSAGE_KINDS),
  body: messageBody,
  /** A message before it, by its seq. */
  replyTo: maybe(whole(0x7fffffff)),
  /** The relay's clock, epoch milliseconds, as the next two. */
  at: whole(1e14),
  editedAt: maybe(whole(1e14)),
  deletedAt: maybe(whole(1e14)),
});
export type Message = Infer<typeof message>;
