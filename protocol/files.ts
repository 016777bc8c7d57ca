// Files of messages on their way to the relay, over HTTP: what is said of one, and what is answered. Messages name them by id
// once they are ready (dialog.ts).
//
//   POST  /file/            which file it is to be → how it stands; said again it changes nothing, so this is also how to ask
//   PATCH /file/<id>?at=n   its bytes from there on, up to LIMITS.fileChunkBytes → how it stands; `at` is where to go on
//   DELETE /file/<id>       it will not be said
//   GET   /file/<id>/content, /preview    once it was said: to those who take part in the conversation
//   POST  /file/<id>/link   to a visitor: an address of the content that leads to this file only, and soon to nothing
//
// A visitor shows a pass (chat.ts) as a bearer token, an operator the session's cookie.

import { attached } from './dialog.ts';
import { LIMITS } from './limits.ts';
import { maybe, object, oneOf, text, whole, type Infer } from './schema.ts';
import { uuid } from './terms.ts';

/** Scanning: all of it has come, and is looked at. */
export const FILE_STATES = ['arriving', 'scanning', 'ready', 'refused'] as const;
export type FileState = (typeof FILE_STATES)[number];

/** Why there will be no such file. Damaged: its length or its hash is not what was said. Unreadable: it says that it is a
 * picture, and can't be shown as one. */
export const FILE_REFUSALS = ['too-large', 'not-allowed', 'damaged', 'unreadable', 'infected', 'empty'] as const;
export type FileRefusal = (typeof FILE_REFUSALS)[number];

/** What a site may allow or not. */
export const FILE_KINDS = ['image', 'sound', 'video', 'document', 'archive', 'program', 'other'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const fileForm = /* @__PURE__ */ object({
  /** Made by the sender, as a message's is. */
  id: uuid,
  name: text(LIMITS.maxFileNameChars),
  bytes: whole(1e12),
  /** What the sender's system calls it: it decides between sound and film where the bytes say neither, and nothing else. */
  type: text(LIMITS.maxMediaTypeChars),
  /** Hex, in lower case. Where the sender can tell it, the relay compares. */
  sha256: maybe(text(64, 64, /^[\da-f]*$/)),
  /** An operator's: where it is to be said. */
  conversation: maybe(uuid),
});
export type FileForm = Infer<typeof fileForm>;

export const fileStanding = /* @__PURE__ */ object({
  state: oneOf(FILE_STATES),
  /** So many bytes are there. */
  at: whole(1e12),
  why: maybe(oneOf(FILE_REFUSALS)),
  /** Of one that is ready. */
  file: maybe(attached),
});
export type FileStanding = Infer<typeof fileStanding>;
