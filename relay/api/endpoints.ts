// What the HTTP API offers, endpoint by endpoint: what each takes and gives, by schemas, and what it does. Served by
// api-routes.ts, described by openapi.ts. A caller acts as the operator whose token it shows.
//
// Whatever makes something takes the header Idempotency-Key: the same key again does nothing, and is answered as it was the
// first time, for the message that would be made has its id from the key, and a message is stored once.

import { createHash } from 'node:crypto';
import { message, STATUSES } from '../../protocol/dialog.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { NotDone } from '../../protocol/chat.ts';
import {
  flag,
  list,
  maybe,
  number,
  object,
  oneOf,
  orNull,
  text,
  whole,
  type Infer,
  type Schema,
} from '../../protocol/schema.ts';
import { ms, uuid } from '../../protocol/terms.ts';
import type { Message } from '../../protocol/dialog.ts';
import type { Result } from '../dialog/commits.ts';
import type { Command } from '../dialog/conversation.ts';
import type { ApiCaller, ApiRight } from '../store/api-tokens.ts';
import type { ConversationEntry, ConversationFilter } from '../store/conversation-pages.ts';
import { newId } from '../store/id.ts';

export type ApiDoor = {
  run(account: string, conversation: string, command: Command): Promise<Result>;
  conversations(
    account: string,
    filter: ConversationFilter & { id?: string },
    page: { before: string | undefined; limit: number },
  ): Promise<ConversationEntry[]>;
  messages(account: string, conversation: string, from: { before: number; limit: number }): Promise<Message[]>;
  changes(
    account: string,
    after: number,
    limit: number,
  ): Promise<{ number: number; id: string; conversation: string; version: number }[]>;
  operatorOf(id: string): { account: string; name: string } | undefined;
  operators(account: string): Promise<{ id: string; name: string; role: 'admin' | 'operator'; disabled: boolean }[]>;
  sites(account: string): Promise<{ id: string; name: string; origins: string[] }[]>;
};

/** Why a request was not done: as a code for programs, with the HTTP status that says the same. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Call<Path, Query, Body> = {
  caller: ApiCaller;
  path: Path;
  query: Query;
  body: Body;
  /** Of the message that this call makes. */
  newId: string;
};

export type Endpoint = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With parameters in braces. */
  path: string;
  summary: string;
  right: ApiRight;
  params: Schema<unknown>;
  query: Schema<unknown>;
  /** Of methods that bring one. */
  body: Schema<unknown> | undefined;
  answer: Schema<unknown>;
  /** Makes a message, and so takes Idempotency-Key. */
  makes: boolean;
  act(door: ApiDoor, call: Call<unknown, unknown, unknown>): Promise<unknown>;
};

const MOST_PER_PAGE = 100;
const PER_PAGE = 50;

const seq = whole(0x7fffffff);
const nothing = object({});
const limit = maybe(whole(MOST_PER_PAGE));
const inConversation = object({ conversation: uuid });
const ofMessage = object({ conversation: uuid, message: uuid });

const conversation = object({
  id: uuid,
  site: orNull(uuid),
  contact: orNull(object({ id: uuid, name: text(400), email: text(400), phone: text(400) })),
  assignee: orNull(uuid),
  status: oneOf(STATUSES),
  /** Of its last message. */
  seq,
  /** One more with each change. */
  version: seq,
  episode: seq,
  waitingSince: orNull(ms),
  lastAt: ms,
  createdAt: ms,
});
const made = object({ id: uuid, seq });
const change = object({ number: number(1e15), id: uuid, conversation: uuid, version: seq });

const whichConversations = object({
  status: maybe(oneOf(STATUSES)),
  site: maybe(uuid),
  assignee: maybe(uuid),
  contact: maybe(uuid),
  waiting: maybe(flag),
  before: maybe(uuid),
  limit,
});
const whichMessages = object({ before: maybe(seq), limit });
const saying = object({
  text: text(LIMITS.maxMessageChars, 1),
  kind: maybe(oneOf(['text', 'note'])),
  /** A message before it, by its seq. */
  replyTo: maybe(seq),
  /** The last message that the sender knows. If an operator has answered since, nothing is sent. */
  expectedSeq: maybe(seq),
});
const anotherText = object({ text: text(LIMITS.maxMessageChars, 1) });
const assigning = object({ to: orNull(uuid) });
const whichChanges = object({ after: number(1e15), limit: maybe(whole(1000)) });

/** Keeps the types of an endpoint's parts together; outside nobody needs them. */
function endpoint<
  P extends Schema<unknown>,
  Q extends Schema<unknown>,
  A extends Schema<unknown>,
  B extends Schema<unknown> = Schema<undefined>,
>(one: {
  method: Endpoint['method'];
  path: string;
  summary: string;
  right: ApiRight;
  params: P;
  query: Q;
  body?: B;
  answer: A;
  makes?: boolean;
  act(door: ApiDoor, call: Call<Infer<P>, Infer<Q>, Infer<B>>): Promise<Infer<A>>;
}): Endpoint {
  const { body, makes = false, act } = one;
  // What `act` is given was checked by these very schemas.
  return { ...one, body, makes, act: (door, call) => act(door, call as Call<Infer<P>, Infer<Q>, Infer<B>>) };
}

export const ENDPOINTS: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/conversations',
    summary:
      'Conversations, those that began last first. `next` is the `before` of the next page; null: there is none.',
    right: 'read',
    params: nothing,
    query: whichConversations,
    answer: object({ conversations: list(conversation, MOST_PER_PAGE), next: orNull(uuid) }),
    async act(door, { caller, query }) {
      const { before, limit: most = PER_PAGE, ...filter } = query;
      const conversations = await door.conversations(caller.account, filter, { before, limit: most });
      return { conversations, next: (conversations.length === most && conversations.at(-1)?.id) || null };
    },
  }),
  endpoint({
    method: 'GET',
    path: '/conversations/{conversation}',
    summary: 'One conversation.',
    right: 'read',
    params: inConversation,
    query: nothing,
    answer: conversation,
    act: (door, { caller, path }) => existing(door, caller, path.conversation),
  }),
  endpoint({
    method: 'GET',
    path: '/conversations/{conversation}/messages',
    summary:
      'Its messages in their order, the last ones first asked: `next` is the `before` of what comes before them.',
    right: 'read',
    params: inConversation,
    query: whichMessages,
    answer: object({ messages: list(message, MOST_PER_PAGE), next: orNull(seq) }),
    async act(door, { caller, path, query }) {
      await existing(door, caller, path.conversation);
      const { before = 0x7fffffff, limit: most = PER_PAGE } = query;
      const messages = await door.messages(caller.account, path.conversation, { before, limit: most });
      const first = messages[0]?.seq ?? 1;
      return { messages, next: messages.length === most && first > 1 ? first : null };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/conversations/{conversation}/messages',
    summary: 'Says something to the contact (`text`), or to colleagues only (`note`).',
    right: 'write',
    params: inConversation,
    query: nothing,
    body: saying,
    answer: made,
    makes: true,
    async act(door, { caller, path, body, newId: id }) {
      const { text: said, kind = 'text', replyTo, expectedSeq } = body;
      const by = { kind: 'operator', id: caller.operator } as const;
      const command: Command = { do: 'send', by, id, kind, body: { text: said }, replyTo, expectedSeq };
      return { id, seq: await done(door, caller, path.conversation, command) };
    },
  }),
  endpoint({
    method: 'PATCH',
    path: '/conversations/{conversation}/messages/{message}',
    summary: 'Changes what a message of the caller’s says. What it said before is kept.',
    right: 'write',
    params: ofMessage,
    query: nothing,
    body: anotherText,
    answer: made,
    async act(door, { caller, path, body }) {
      const by = { kind: 'operator', id: caller.operator } as const;
      const command: Command = { do: 'edit', by, id: path.message, body: { text: body.text } };
      return { id: path.message, seq: await done(door, caller, path.conversation, command) };
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/conversations/{conversation}/messages/{message}',
    summary: 'Deletes a message of the caller’s.',
    right: 'write',
    params: ofMessage,
    query: nothing,
    answer: made,
    async act(door, { caller, path }) {
      const by = { kind: 'operator', id: caller.operator } as const;
      const command: Command = { do: 'delete', by, id: path.message };
      return { id: path.message, seq: await done(door, caller, path.conversation, command) };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/conversations/{conversation}/assign',
    summary: 'Makes it an operator’s, or nobody’s (null).',
    right: 'write',
    params: inConversation,
    query: nothing,
    body: assigning,
    answer: made,
    makes: true,
    async act(door, { caller, path, body, newId: id }) {
      if (body.to !== null && door.operatorOf(body.to)?.account !== caller.account) throw refusal('no-such-operator');
      const by = { kind: 'operator', id: caller.operator } as const;
      return { id, seq: await done(door, caller, path.conversation, { do: 'assign', by, id, to: body.to }) };
    },
  }),
  ...(['close', 'reopen'] as const).map((act) =>
    endpoint({
      method: 'POST',
      path: `/conversations/{conversation}/${act}`,
      summary: act === 'close' ? 'Closes it. What the contact writes next begins a new episode.' : 'Opens it again.',
      right: 'write',
      params: inConversation,
      query: nothing,
      answer: made,
      makes: true,
      async act(door, { caller, path, newId: id }) {
        const by = { kind: 'operator', id: caller.operator } as const;
        return { id, seq: await done(door, caller, path.conversation, { do: act, by, id }) };
      },
    }),
  ),
  endpoint({
    method: 'GET',
    path: '/changes',
    summary:
      'Which conversations have changed after the change with the number `after` (0: from the beginning), in the order of ' +
      'their transactions, without holes. Ask again with the last number.',
    right: 'read',
    params: nothing,
    query: whichChanges,
    answer: object({ changes: list(change, 1000) }),
    act: async (door, { caller, query }) => ({
      changes: await door.changes(caller.account, query.after, query.limit ?? 1000),
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/operators',
    summary: 'Operators of the account.',
    right: 'read',
    params: nothing,
    query: nothing,
    answer: object({
      operators: list(
        object({ id: uuid, name: text(120), role: oneOf(['admin', 'operator']), disabled: flag }),
        100_000,
      ),
    }),
    act: async (door, { caller }) => ({ operators: await door.operators(caller.account) }),
  }),
  endpoint({
    method: 'GET',
    path: '/sites',
    summary: 'Sites of the account.',
    right: 'read',
    params: nothing,
    query: nothing,
    answer: object({ sites: list(object({ id: uuid, name: text(120), origins: list(text(300), 50) }), 100_000) }),
    act: async (door, { caller }) => ({ sites: await door.sites(caller.account) }),
  }),
];

/** The id of what a call makes. The same for the same key, caller's account and address; without a key a new one. */
export function idOf(caller: ApiCaller, path: string, key: string | undefined): string {
  if (key === undefined) return newId();
  const hex = createHash('sha256')
    .update(JSON.stringify([caller.account, path, key]))
    .digest('hex');
  // Version 8: made in a way of one's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function existing(door: ApiDoor, caller: ApiCaller, id: string): Promise<Infer<typeof conversation>> {
  const [found] = await door.conversations(caller.account, { id }, { before: undefined, limit: 1 });
  if (!found) throw refusal('no-such-conversation');
  return found;
}

async function done(door: ApiDoor, caller: ApiCaller, id: string, command: Command): Promise<number> {
  const result = await door.run(caller.account, id, command);
  if (!result.done) throw refusal(result.why);
  return result.seq;
}

const REFUSALS: Record<NotDone, [status: number, sentence: string]> = {
  unavailable: [503, 'The relay can’t do this now. Send it again, with the same Idempotency-Key.'],
  'answered-meanwhile': [409, 'An operator has answered since `expectedSeq`. Read what was said, then send again.'],
  'taken-meanwhile': [409, 'It is another’s by now. Read whose, then send again.'],
  'no-such-message': [404, 'There is no such message in this conversation.'],
  'no-such-conversation': [404, 'There is no such conversation in this account.'],
  'no-such-file': [404, 'There is no such file of the sender’s, or it is not ready.'],
  'no-such-operator': [404, 'There is no such operator in this account.'],
  'not-yours': [403, 'Only who said it may change it.'],
  'not-allowed': [403, 'This is not allowed.'],
  'too-many': [429, 'Too much at once. Send it again later.'],
  unfit: [422, 'The database does not take this.'],
};

function refusal(why: NotDone): ApiError {
  const [status, sentence] = REFUSALS[why];
  return new ApiError(status, why, sentence);
}
