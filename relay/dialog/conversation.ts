// One conversation: what it is, and what becomes of it when somebody does something. Pure: commits.ts gives it what stands
// in the database, under a lock, and writes what it says.
//
// Easy to get wrong: a command may come twice, since whoever has not heard of an answer sends again. A message that is here
// already is answered as it was the first time, and changes nothing.

import type {
  Actor,
  ActorKind,
  Attached,
  ConversationKind,
  Happening,
  Message,
  MessageBody,
  MessageKind,
  Status,
} from '../../protocol/dialog.ts';

/** As stored; times are epoch milliseconds. */
export type Conversation = {
  readonly id: string;
  readonly account: string;
  readonly kind: ConversationKind;
  /** Of a customer's. */
  readonly site: string | null;
  readonly contact: string | null;
  assignee: string | null;
  status: Status;
  /** Of the last message. */
  seq: number;
  version: number;
  episode: number;
  /** The contact has written and nobody has answered since. */
  waitingSince: number | null;
  /** The last message from an operator that the contact can see, and whose; 0: none. */
  answeredSeq: number;
  answeredBy: string | null;
  lastAt: number;
  /** To which it was given by hand; null: to that of its site. */
  team: string | null;
  /** When it became its assignee's. */
  assignedAt: number | null;
  /** Its assignee was given it and has not answered since. */
  offered: boolean;
  /** To whom it was offered in vain since somebody answered. */
  tried: readonly string[];
  /** Since when nobody is left to offer it to. */
  escalatedAt: number | null;
  /** An operator's first answer of this episode. */
  firstAnsweredAt: number | null;
};

/** How far somebody has come. */
export type Mark = { kind: Exclude<ActorKind, 'system'>; actor: string; delivered: number; read: number };

/** A file that was sent and that a message may carry. */
export type ReadyFile = Attached & {
  /** As in `Command`. */
  readonly owner: string;
  /** Where it may be said; null: wherever its owner may. */
  readonly conversation: string | null;
  /** The message that carries it. */
  message: string | null;
};

export type Command =
  | {
      do: 'send';
      by: Actor;
      id: string;
      kind: Exclude<MessageKind, 'system'>;
      body: MessageBody;
      /** Ids of files that it carries, and whose they must be: an operator's, or those of a visitor's device. */
      files?: { readonly owner: string; readonly ids: readonly string[] } | undefined;
      replyTo?: number | undefined;
      /** Of an operator: the last message that they had before them. If a colleague has answered since, it is not sent. */
      expectedSeq?: number | undefined;
    }
  | { do: 'edit'; by: Actor; id: string; body: MessageBody }
  | { do: 'delete'; by: Actor; id: string }
  /** Everything up to there has come, or was read. */
  | { do: 'delivered' | 'read'; by: Actor; seq: number }
  /** null: nobody's, or the team's. `id`: of the message that tells it. `from`: only if it is still theirs; undefined: in
   * any case. */
  | {
      do: 'assign';
      by: Actor;
      id: string;
      to: string | null;
      team?: string | undefined;
      from?: string | null | undefined;
    }
  /** By the relay itself, of one that waits: given to somebody who can answer, or back (null). `escalates`: nobody is left. */
  | { do: 'offer'; id: string; to: string | null; from: string | null; tried: readonly string[]; escalates: boolean }
  /** What stands beside it has changed: whoever shows it reads it again. */
  | { do: 'refresh' }
  | { do: 'close' | 'reopen'; by: Actor; id: string };

export type Refused =
  'answered-meanwhile' | 'taken-meanwhile' | 'no-such-message' | 'no-such-file' | 'not-yours' | 'no-such-conversation';

/** `seq`: of the message that it was about, else of the last one. */
export type Outcome = { done: true; seq: number } | { done: false; why: Refused };

/** What a transaction works on, and what it has changed so far. */
export type Work = {
  readonly conversation: Conversation;
  readonly marks: Mark[];
  /** Those that its commands are about, by id; and what they have put there. */
  readonly messages: Map<string, Message>;
  /** Those that are ready, by id; of all conversations of the transaction. */
  readonly files: ReadonlyMap<string, ReadyFile>;
  /** Those that a message carries from now on. */
  readonly said: ReadyFile[];
  /** Ids of messages that are new or another. */
  readonly changed: Set<string>;
  /** What they said before. */
  readonly replaced: { id: string; body: MessageBody }[];
  readonly marked: Set<Mark>;
  isChanged: boolean;
  /** Something beside it, that stands in no message and no mark. */
  isRefreshed: boolean;
};

/** Of a transaction, all changes have one version: the one after that which it found. */
export function apply(work: Work, command: Command, now: number): Outcome {
  const { conversation, messages } = work;
  const by: Actor = 'by' in command ? command.by : RELAY;
  switch (command.do) {
    case 'send': {
      const before = messages.get(command.id);
      // Somebody else's id: not told what it is of.
      if (before) return isSame(before.by, by) ? { done: true, seq: before.seq } : { done: false, why: 'not-yours' };
      const { expectedSeq, replyTo } = command;
      const isAnswer = by.kind === 'operator' && command.kind === 'text';
      if (
        isAnswer &&
        expectedSeq !== undefined &&
        conversation.answeredSeq > expectedSeq &&
        conversation.answeredBy !== by.id
      )
        return { done: false, why: 'answered-meanwhile' };
      if (replyTo !== undefined && (replyTo < 1 || replyTo > conversation.seq))
        return { done: false, why: 'no-such-message' };
      const files = command.files && take(work, command.files, command.id);
      if (command.files && !files) return { done: false, why: 'no-such-file' };
      if (by.kind === 'contact' && conversation.status === 'closed') begin(work, now);
      const body = { ...cleanBody(command.body), ...(files && { files }) };
      const seq = put(work, { id: command.id, by, kind: command.kind, body, replyTo }, now);
      if (by.kind === 'contact') conversation.waitingSince ??= now;
      else if (isAnswer) {
        conversation.waitingSince = null;
        conversation.answeredSeq = seq;
        conversation.answeredBy = by.id ?? null;
        conversation.firstAnsweredAt ??= now;
        endOffers(conversation);
      }
      // Who writes has read what was there.
      mark(work, by, seq, true);
      return { done: true, seq };
    }
    case 'edit':
    case 'delete': {
      const message = messages.get(command.id);
      if (!message || message.kind === 'system') return { done: false, why: 'no-such-message' };
      if (!isSame(message.by, by)) return { done: false, why: 'not-yours' };
      const { files } = message.body;
      const body = command.do === 'edit' ? { ...cleanBody(command.body), ...(files && { files }) } : {};
      if (message.deletedAt !== undefined)
        return command.do === 'delete' ? { done: true, seq: message.seq } : { done: false, why: 'no-such-message' };
      if (command.do === 'edit' && message.body.text === body.text) return { done: true, seq: message.seq };
      work.replaced.push({ id: message.id, body: message.body });
      const at = command.do === 'edit' ? { editedAt: now } : { deletedAt: now };
      change(work, { ...message, ...at, body });
      return { done: true, seq: message.seq };
    }
    case 'delivered':
    case 'read':
      mark(work, by, Math.min(command.seq, conversation.seq), command.do === 'read');
      return { done: true, seq: conversation.seq };
    case 'assign': {
      const { to, team, from } = command;
      if (conversation.assignee === to && (team === undefined || conversation.team === team))
        return { done: true, seq: conversation.seq };
      if (from !== undefined && from !== conversation.assignee) return { done: false, why: 'taken-meanwhile' };
      if (team !== undefined) conversation.team = team;
      endOffers(conversation);
      // Who takes it has decided so; to whom it is given may not be able to answer.
      return { done: true, seq: give(work, { id: command.id, by, to, team, isOffer: to !== by.id }, now) };
    }
    case 'offer': {
      const told = messages.get(command.id);
      if (told) return { done: true, seq: told.seq };
      const isWaiting = conversation.status === 'open' && conversation.waitingSince !== null;
      if (!isWaiting || conversation.assignee !== command.from) return { done: false, why: 'taken-meanwhile' };
      conversation.tried = command.tried;
      if (command.escalates) conversation.escalatedAt = now;
      work.isChanged = true;
      if (command.to === command.from) return { done: true, seq: conversation.seq };
      const { id, to } = command;
      return { done: true, seq: give(work, { id, by, to, team: undefined, isOffer: true }, now) };
    }
    case 'refresh':
      work.isChanged = true;
      work.isRefreshed = true;
      return { done: true, seq: conversation.seq };
    case 'close':
    case 'reopen': {
      const status: Status = command.do === 'close' ? 'closed' : 'open';
      if (conversation.status === status) return { done: true, seq: conversation.seq };
      const happened: Happening = command.do === 'close' ? 'closed' : 'reopened';
      if (status === 'open') begin(work, now);
      else {
        conversation.status = status;
        conversation.waitingSince = null;
        endOffers(conversation);
      }
      return { done: true, seq: put(work, { id: command.id, by, kind: 'system', body: { happened } }, now) };
    }
  }
}

/** All of them or none: for a message that names what it may not have is not the message that was meant. */
function take(
  { conversation, files, said }: Work,
  { owner, ids }: { readonly owner: string; readonly ids: readonly string[] },
  message: string,
): Attached[] | undefined {
  const found = [...new Set(ids)].flatMap((id) => files.get(id) ?? []);
  const isFree = (file: ReadyFile) =>
    file.owner === owner &&
    file.message === null &&
    (file.conversation === null || file.conversation === conversation.id);
  if (found.length !== ids.length || !found.every(isFree)) return undefined;
  for (const file of found) file.message = message;
  said.push(...found);
  return found.map(({ id, name, bytes, type, width, height }) => ({
    id,
    name,
    bytes,
    type,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  }));
}

/** An episode after the one that was closed. Whose it was is asked first, and may not be there any more. */
function begin({ conversation }: Work, now: number): void {
  conversation.status = 'open';
  conversation.episode += 1;
  conversation.firstAnsweredAt = null;
  if (conversation.assignee === null) return;
  conversation.assignedAt = now;
  conversation.offered = true;
}

/** Somebody has seen to it. */
function endOffers(conversation: Conversation): void {
  conversation.offered = false;
  conversation.tried = [];
  conversation.escalatedAt = null;
}

type Given = { id: string; by: Actor; to: string | null; team: string | undefined; isOffer: boolean };

/** Its number is that of the message that tells it. */
function give(work: Work, { id, by, to, team, isOffer }: Given, now: number): number {
  const { conversation } = work;
  const before = conversation.assignee;
  conversation.assignee = to;
  conversation.assignedAt = to === null ? null : now;
  conversation.offered = to !== null && isOffer;
  const from = before === null ? {} : { from: before };
  const body: MessageBody =
    to !== null
      ? { happened: 'assigned', who: to, ...from }
      : team !== undefined
        ? { happened: 'assigned', team, ...from }
        : { happened: 'left', ...(before === null ? {} : { who: before }) };
  return put(work, { id, by, kind: 'system', body }, now);
}

type New = Pick<Message, 'id' | 'by' | 'kind' | 'body'> & { replyTo?: number | undefined };

function put(work: Work, { replyTo, ...made }: New, now: number): number {
  const { conversation } = work;
  conversation.seq += 1;
  // What the relay does by itself is no reason to rise in anybody's list.
  if (made.by.kind !== 'system') conversation.lastAt = now;
  const { seq } = conversation;
  change(work, { ...made, seq, version: 0, at: now, ...(replyTo === undefined ? {} : { replyTo }) });
  return seq;
}

function change(work: Work, message: Message): void {
  work.messages.set(message.id, { ...message, version: work.conversation.version + 1 });
  work.changed.add(message.id);
  work.isChanged = true;
}

function mark(work: Work, by: Actor, seq: number, isRead: boolean): void {
  if (by.kind === 'system' || by.id === undefined) return;
  const { kind, id } = by;
  let mark = work.marks.find((one) => one.kind === kind && one.actor === id);
  if (!mark) work.marks.push((mark = { kind, actor: id, delivered: 0, read: 0 }));
  const delivered = Math.max(mark.delivered, seq);
  const read = isRead ? Math.max(mark.read, seq) : mark.read;
  if (delivered === mark.delivered && read === mark.read) return;
  mark.delivered = delivered;
  mark.read = read;
  work.marked.add(mark);
  work.isChanged = true;
}

const RELAY: Actor = { kind: 'system' };

const isSame = (one: Actor, other: Actor): boolean => one.kind === other.kind && one.id === other.id;

/** Controls that no text needs, and halves of characters: no database takes all of them. */
const UNSTORED = /(?![\t\n\r])\p{Cc}|\p{Cs}/gu;

/** As a database takes it. */
export const storable = (text: string): string => text.replace(UNSTORED, '');

function cleanBody(body: MessageBody): MessageBody {
  return body.text === undefined ? body : { ...body, text: storable(body.text).replace(/\r\n?/g, '\n') };
}
