// The tables, in the vocabulary of the design: account, site, operator, session, revocation, ledger; contact, device,
// conversation, participant, message, change log. One schema for the embedded database and for PostgreSQL 14 and later. After an edit: npx drizzle-kit generate --name what-changes; look at
// the SQL, and keep it such that the relay before this one still runs on it (relays are restarted one by one).
//
// Ids are made by newId (id.ts). Logins and passwords are brought into one form before they come here
// (auth/passwords.ts), because lower() of letters beyond ASCII depends on the database's locale.

import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { ACTOR_KINDS, CONVERSATION_KINDS, MESSAGE_KINDS, STATUSES, type MessageBody } from '../../protocol/dialog.ts';
import { GRANTS, OPEN_POLICY, type HandPolicy } from '../../protocol/hand.ts';
import type { MaskingRules } from '../../protocol/messages.ts';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const account = pgTable('account', {
  id: uuid('id').primaryKey(),
  /** Short name, unique; 'default' is the one made at the first start. */
  slug: text('slug').notNull().unique(),
  /** Number of the last change in its change log. Written last in a transaction: who holds its lock is the next to commit. */
  changes: bigint('changes', { mode: 'number' }).notNull().default(0),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const site = pgTable(
  'site',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    /** Public: stands in the snippet. */
    key: text('key').notNull().unique(),
    name: text('name').notNull(),
    /** As canonicalOrigin (auth/origins.ts) writes them. */
    origins: text('origins')
      .array()
      .notNull()
      .default(sql`'{}'`),
    masking: jsonb('masking').$type<MaskingRules>().notNull().default({ privateByDefault: false }),
    /** What operators may do by hand on its pages. */
    hand: jsonb('hand').$type<HandPolicy>().notNull().default(OPEN_POLICY),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [index('site_account').on(table.accountId)],
);

export const operator = pgTable(
  'operator',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    /** In the form of canonicalLogin. Unique over all accounts: the login page doesn't ask for one. */
    login: text('login').notNull().unique(),
    name: text('name').notNull(),
    role: text('role', { enum: ['admin', 'operator'] }).notNull(),
    /** What they may ask visitors for, by hand. */
    may: text('may', { enum: GRANTS })
      .array()
      .notNull()
      .default(sql`'{point,suggest,control}'`),
    /** argon2id in PHC form, parameters included. */
    passwordHash: text('password_hash').notNull(),
    /** The password is a one-time one that somebody else has seen. */
    mustChange: boolean('must_change').notNull().default(false),
    createdAt: at('created_at').notNull().defaultNow(),
    lastLoginAt: at('last_login_at'),
    disabledAt: at('disabled_at'),
  },
  (table) => [
    index('operator_account').on(table.accountId),
    check('operator_role', sql`${table.role} in ('admin', 'operator')`),
  ],
);

export const session = pgTable(
  'session',
  {
    id: uuid('id').primaryKey(),
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => operator.id, { onDelete: 'cascade' }),
    /** Hex SHA-256 of the cookie's token: reading this table lets nobody in. */
    tokenHash: text('token_hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    /** Written at most every few minutes; the idle limit counts from here. */
    lastSeenAt: at('last_seen_at').notNull(),
    /** The absolute limit, however busy the session is. */
    expiresAt: at('expires_at').notNull(),
    address: text('address').notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (table) => [index('session_operator').on(table.operatorId), index('session_expires').on(table.expiresAt)],
);

/** What resume proofs of a room no longer allow (live/revoked.ts): as long as such proofs live, some minutes. */
export const revocation = pgTable(
  'revocation',
  {
    /** As rooms are called in their proofs; rooms themselves are in no table. */
    room: text('room').primaryKey(),
    ended: boolean('ended').notNull(),
    /** Proofs made up to then do not un-pause. */
    pausedAt: at('paused_at'),
    expiresAt: at('expires_at').notNull(),
  },
  (table) => [index('revocation_expires').on(table.expiresAt)],
);

/** What operators did on visitors' pages, and what visitors allowed (ledger.ts): nothing here is ever updated. */
export const ledger = pgTable(
  'ledger',
  {
    id: uuid('id').notNull().unique(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    /** Without holes, from 1. */
    number: bigint('number', { mode: 'number' }).notNull(),
    room: text('room').notNull(),
    operatorId: uuid('operator_id').notNull(),
    at: at('at').notNull(),
    /** The entry as it was hashed: JSON, as text, for a column of JSON is written anew by the database. */
    body: text('body').notNull(),
    /** Hex SHA-256 of the entry before this one, its own number and its own body. */
    hash: text('hash').notNull(),
    /** Within JSON a quotation mark of a person's is written otherwise, so the first of these is the entry's own site. */
    site: text('site').generatedAlwaysAs(sql.raw(`substring(body from '"site":"([^"]*)"')`)),
    /** What a person may look for, in lower case. Not in the chain; null in what was written before there was this. */
    words: text('words'),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.number] }),
    index('ledger_room').on(table.accountId, table.room, table.number),
    index('ledger_operator').on(table.accountId, table.operatorId, table.number),
    index('ledger_site').on(table.accountId, table.site, table.number),
    index('ledger_at').on(table.accountId, table.at, table.number),
  ],
);

/** A person whom operators talk to, over all their devices. */
export const contact = pgTable(
  'contact',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    name: text('name').notNull().default(''),
    email: text('email').notNull().default(''),
    phone: text('phone').notNull().default(''),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('contact_account').on(table.accountId)],
);

/** A visitor's browser, from the first thing that they say; before that, nothing of them is kept. */
export const device = pgTable(
  'device',
  {
    /** As in the visitor's token. */
    id: text('id').primaryKey(),
    siteId: uuid('site_id')
      .notNull()
      .references(() => site.id),
    contactId: uuid('contact_id')
      .notNull()
      .references(() => contact.id),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('device_contact').on(table.contactId)],
);

/** One thread. What follows from its messages stands here, too, so that lists and routing read one row. */
export const conversation = pgTable(
  'conversation',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    kind: text('kind', { enum: CONVERSATION_KINDS }).notNull(),
    /** Of a customer's. */
    siteId: uuid('site_id').references(() => site.id),
    contactId: uuid('contact_id').references(() => contact.id),
    assigneeId: uuid('assignee_id').references(() => operator.id),
    status: text('status', { enum: STATUSES }).notNull(),
    /** Of the last message; messages are numbered from 1 without holes. */
    seq: integer('seq').notNull().default(0),
    /** One more with each transaction that changed anything in it. */
    version: integer('version').notNull().default(0),
    /** Stretches from open to closed, from 1. */
    episode: integer('episode').notNull().default(1),
    /** The contact has written and nobody has answered since. */
    waitingSince: at('waiting_since'),
    /** The last message from an operator that the contact can see, and whose; 0: none. */
    answeredSeq: integer('answered_seq').notNull().default(0),
    answeredBy: uuid('answered_by'),
    lastAt: at('last_at').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('conversation_customer')
      .on(table.contactId, table.siteId)
      .where(sql`kind = 'customer'`),
    index('conversation_last').on(table.accountId, table.lastAt),
    index('conversation_waiting')
      .on(table.accountId, table.waitingSince)
      .where(sql`waiting_since is not null`),
  ],
);

export const participant = pgTable(
  'participant',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversation.id),
    actorKind: text('actor_kind', { enum: ACTOR_KINDS }).notNull(),
    actorId: uuid('actor_id').notNull(),
    deliveredSeq: integer('delivered_seq').notNull().default(0),
    readSeq: integer('read_seq').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.actorKind, table.actorId] }),
    index('participant_actor').on(table.actorKind, table.actorId),
  ],
);

export const message = pgTable(
  'message',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversation.id),
    /** Made by the sender, who may send it again: unique only within the conversation, where nobody else may use it up. */
    id: uuid('id').notNull(),
    seq: integer('seq').notNull(),
    /** The conversation's, when it was last changed. */
    version: integer('version').notNull(),
    actorKind: text('actor_kind', { enum: ACTOR_KINDS }).notNull(),
    /** Null: the relay itself. */
    actorId: uuid('actor_id'),
    kind: text('kind', { enum: MESSAGE_KINDS }).notNull(),
    body: jsonb('body').$type<MessageBody>().notNull(),
    /** A message before it, by its seq. */
    replyTo: integer('reply_to'),
    createdAt: at('created_at').notNull(),
    editedAt: at('edited_at'),
    /** Its body is empty since then. */
    deletedAt: at('deleted_at'),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.id] }),
    unique('message_seq').on(table.conversationId, table.seq),
    index('message_version').on(table.conversationId, table.version),
  ],
);

/** What messages said before they were edited or deleted. */
export const revision = pgTable(
  'message_revision',
  {
    conversationId: uuid('conversation_id').notNull(),
    messageId: uuid('message_id').notNull(),
    /** The conversation's, when this was replaced. */
    version: integer('version').notNull(),
    body: jsonb('body').$type<MessageBody>().notNull(),
    replacedAt: at('replaced_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.conversationId, table.messageId, table.version] })],
);

/** Which conversations of an account changed, in the order of their transactions, without holes: what a console that comes
 * back, and every other relay, asks for. */
export const changeLog = pgTable(
  'change_log',
  {
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    number: bigint('number', { mode: 'number' }).notNull(),
    /** Unlike the number, not found again in a database that was put back from a backup. */
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    version: integer('version').notNull(),
    at: at('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.number] })],
);

/** By which the account's own servers use the HTTP API (api-tokens.ts). */
export const apiToken = pgTable(
  'api_token',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    /** Who made it, and as whom it acts. */
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => operator.id),
    name: text('name').notNull(),
    rights: text('rights', { enum: ['read', 'write'] })
      .array()
      .notNull(),
    /** Hex SHA-256: reading this table lets nobody in. */
    hash: text('hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
  },
  (table) => [index('api_token_account').on(table.accountId)],
);
