// The tables, in the vocabulary of the design: account, site, operator, session, revocation, ledger; contact, device,
// conversation, participant, message, attachment, change log; the words of messages, saved searches. One schema for the embedded database and for PostgreSQL 14 and later. After an edit: npx drizzle-kit generate --name what-changes; look at
// the SQL, and keep it such that the relay before this one still runs on it (relays are restarted one by one).
//
// Ids are made by newId (id.ts). Logins and passwords are brought into one form before they come here
// (auth/passwords.ts), because lower() of letters beyond ASCII depends on the database's locale.

import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
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
import { FILE_REFUSALS, FILE_STATES } from '../../protocol/files.ts';
import { GRANTS, OPEN_POLICY, type HandPolicy } from '../../protocol/hand.ts';
import { USUAL_FILES, type FilePolicy } from '../dialog/file-kind.ts';
import type { MaskingRules } from '../../protocol/messages.ts';
import {
  BY_HAND,
  DECLARED,
  USUAL_LIMIT,
  USUAL_PRESENCE,
  type PresenceRules,
  type SiteRouting,
  type WorkingHours,
} from '../../protocol/routing.ts';
import type { SearchFilter } from '../../protocol/search.ts';

/** A text's words, as PostgreSQL searches for them. Never read. */
const words = customType<{ data: string }>({ dataType: () => 'tsvector' });

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

export const account = pgTable('account', {
  id: uuid('id').primaryKey(),
  /** Short name, unique; 'default' is the one made at the first start. */
  slug: text('slug').notNull().unique(),
  /** Number of the last change in its change log. Written last in a transaction: who holds its lock is the next to commit. */
  changes: bigint('changes', { mode: 'number' }).notNull().default(0),
  /** When its operators stop being online by themselves. */
  presence: jsonb('presence').$type<PresenceRules>().notNull().default(USUAL_PRESENCE),
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
    /** What may be sent in its conversations. */
    files: jsonb('files').$type<FilePolicy>().notNull().default(USUAL_FILES),
    /** What becomes of its new conversations. */
    routing: jsonb('routing').$type<SiteRouting>().notNull().default(BY_HAND),
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
    /** What they said last, on any of their devices. */
    declared: text('declared', { enum: DECLARED }).notNull().default('online'),
    /** Open conversations that they are given at most. */
    conversationLimit: integer('conversation_limit').notNull().default(USUAL_LIMIT),
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

/** Operators who answer together. */
export const team = pgTable(
  'team',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    name: text('name').notNull(),
    /** Null: always. */
    hours: jsonb('hours').$type<WorkingHours>(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [unique('team_name').on(table.accountId, table.name)],
);

export const teamMember = pgTable(
  'team_member',
  {
    teamId: uuid('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => operator.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.operatorId] }), index('member_operator').on(table.operatorId)],
);

/** How operators were there, stretch by stretch: for reports, and for other relays while it lasts. */
export const presenceInterval = pgTable(
  'presence_interval',
  {
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => operator.id, { onDelete: 'cascade' }),
    /** The run of a relay to which their consoles are connected. */
    relay: uuid('relay').notNull(),
    presence: text('presence', { enum: DECLARED }).notNull(),
    fromAt: at('from_at').notNull(),
    /** Null: it lasts. */
    toAt: at('to_at'),
    /** When that relay was last heard of: if it dies, the stretch ends here. */
    seenAt: at('seen_at').notNull(),
  },
  (table) => [
    index('presence_operator').on(table.accountId, table.operatorId, table.fromAt),
    index('presence_lasting')
      .on(table.relay)
      .where(sql`to_at is null`),
  ],
);

/** Which relay hands out an account's conversations just now: one at a time, or two would fill the same place. */
export const routingTurn = pgTable('routing_turn', {
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => account.id),
  relay: uuid('relay').notNull(),
  /** By the database's clock. */
  until: at('until').notNull(),
});

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
    /** What a person may look for; of the phone the digits, too. Empty of most, of whom nothing is known. */
    known: text('known').generatedAlwaysAs(
      sql.raw(
        `case when name || email || phone = '' then '' else lower(name || chr(10) || email || chr(10) || phone) || chr(10) || regexp_replace(phone, '\\D', '', 'g') end`,
      ),
    ),
  },
  (table) => [
    index('contact_account').on(table.accountId),
    index('contact_known')
      .on(table.accountId)
      .where(sql`known <> ''`),
  ],
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
    /** To which it was given by hand; null: to that of its site. */
    teamId: uuid('team_id').references(() => team.id),
    assignedAt: at('assigned_at'),
    /** Its assignee was given it and has not answered since. */
    offered: boolean('offered').notNull().default(false),
    /** Operators to whom it was offered in vain since somebody answered. */
    tried: jsonb('tried').$type<readonly string[]>().notNull().default([]),
    /** Since when nobody is left to offer it to. */
    escalatedAt: at('escalated_at'),
    /** An operator's first answer of this episode. */
    firstAnsweredAt: at('first_answered_at'),
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
    index('conversation_assignee')
      .on(table.accountId, table.assigneeId)
      .where(sql`assignee_id is not null and status = 'open'`),
    index('conversation_first_answered').on(table.accountId, table.firstAnsweredAt),
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

/** A file of a message, from when it was begun; its bytes are in files.ts. What was never said goes after a day. */
export const attachment = pgTable(
  'attachment',
  {
    /** Made by the sender. */
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id),
    ownerKind: text('owner_kind', { enum: ['contact', 'operator'] }).notNull(),
    /** A visitor's device, who may be no contact yet; or an operator. */
    owner: text('owner').notNull(),
    /** An operator's is for this conversation; a visitor's is for their own, which may begin with it. */
    conversationId: uuid('conversation_id'),
    /** The message that carries it; null: it was not said yet. */
    messageId: uuid('message_id'),
    name: text('name').notNull(),
    /** As announced, and once it has come, as it is. */
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    announced: text('announced').notNull(),
    /** Hex SHA-256 of what came; before that, as announced, if it was. */
    sha256: text('sha256'),
    type: text('type'),
    width: integer('width'),
    height: integer('height'),
    state: text('state', { enum: FILE_STATES }).notNull(),
    why: text('why', { enum: FILE_REFUSALS }),
    begunAt: at('begun_at').notNull(),
  },
  (table) => [
    index('attachment_message').on(table.conversationId, table.messageId),
    index('attachment_owner').on(table.owner, table.begunAt),
    index('attachment_unsaid')
      .on(table.begunAt)
      .where(sql`message_id is null`),
    index('attachment_scanning')
      .on(table.begunAt)
      .where(sql`state = 'scanning'`),
  ],
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

/** What is searched for in messages: of texts and notes that are not deleted. Filled from the change log, a moment after
 * (search-index.ts): no message waits for it. */
export const messageWords = pgTable(
  'message_words',
  {
    accountId: uuid('account_id').notNull(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversation.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    /** The message's. */
    at: at('at').notNull(),
    words: words('words').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.seq] }),
    index('message_words_at').on(table.accountId, table.at, table.conversationId, table.seq),
    // What came lately lies in a list that each search goes through: a short one.
    index('message_words_words').using('gin', table.words).with({ gin_pending_list_limit: 256 }),
  ],
);

/** Up to which change an account's messages can be found. Whoever has its lock takes the next ones. */
export const messageWordsPlace = pgTable('message_words_place', {
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => account.id, { onDelete: 'cascade' }),
  number: bigint('number', { mode: 'number' }).notNull().default(0),
});

/** Which operators have written in which conversations; filled with the words. */
export const conversationWriter = pgTable(
  'conversation_writer',
  {
    operatorId: uuid('operator_id').notNull(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversation.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.operatorId, table.conversationId] }),
    index('conversation_writer_conversation').on(table.conversationId),
  ],
);

export const savedSearch = pgTable(
  'saved_search',
  {
    /** Made by the console. */
    id: uuid('id').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    /** Who made it. */
    operatorId: uuid('operator_id')
      .notNull()
      .references(() => operator.id, { onDelete: 'cascade' }),
    /** For everybody in the account. */
    isShared: boolean('is_shared').notNull(),
    name: text('name').notNull(),
    filter: jsonb('filter').$type<SearchFilter>().notNull(),
    createdAt: at('created_at').notNull(),
  },
  (table) => [index('saved_search_account').on(table.accountId, table.operatorId)],
);
