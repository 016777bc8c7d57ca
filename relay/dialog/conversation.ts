// One conversation: what it is, and what becomes of it when somebody does something. Pure: commits.ts gives it what stands
// in the database, under a lock, and writes what it says.
//
// Easy to get wrong: a command may come twice, since whoever has not heard of an answer sends again. A message that is here
// already is answered as it was the first time, and changes nothing.

import type {
  Actor,
  ActorKind,
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
};

/** How far somebody has come. */
export type Mark = { kind: Exclude<ActorKind, 'system'>; actor: string; delivered: number; read: number };

export type Command =
  | {
      do: 'send';
      by: Actor;
      id: string;
      kind: Exclude<MessageKind, 'system'>;
      body: MessageBody;
      replyTo?: number | undefined;
      /** Of an operator: the last message that they had before them. If a colleague has answered since, it is not sent. */
      expectedSeq?: number | undefined;
    }
  | { do: 'edit'; by: Actor; id: string; body: MessageBody }
  | { do: 'delete'; by: Actor; id: string }
  /** Everything up to there has come, or was read. */
  | { do: 'delivered' | 'read'; by: Actor; seq: number }
  /** null: nobody's. `id`: of the message that tells it. */
  | { do: 'assign'; by: Actor; id: string; to: string | null }
  | { do: 'close' | 'reopen'; by: Actor; id: string };

export type Refused = 'answered-meanwhile' | 'no-such-message' | 'not-yours' | 'no-such-conversation';

/** `seq`: of the message that it was about, else of the last one. */
export type Outcome = { done: true; seq: number } | { done: false; why: Refused };

/** What a transaction works on, and what it has changed so far. */
export type Work = {
  readonly conversation: Conversation;
  readonly marks: Mark[];
  /** Those that its commands are about, by id; and what they have put there. */
  readonly messages: Map<string, Message>;
  /** Ids of messages that are new or another. */
  readonly changed: Set<string>;
  /** What they said before. */
  readonly replaced: { id: string; body: MessageBody }[];
  readonly marked: Set<Mark>;
  isChanged: boolean;
};

/** Of a transaction, all changes have one version: the one after that which it found. */
export function apply(work: Work, command: Command, now: number): Outcome {
  const { conversation, messages } = work;
  const { by } = command;
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
      if (by.kind === 'contact' && conversation.status === 'closed') begin(work);
      const seq = put(work, { id: command.id, by, kind: command.kind, body: cleanBody(command.body), replyTo }, now);
      if (by.kind === 'contact') conversation.waitingSince ??= now;
      else if (isAnswer) {
        conversation.waitingSince = null;
        conversation.answeredSeq = seq;
        conversation.answeredBy = by.id ?? null;
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
      const body = command.do === 'edit' ? cleanBody(command.body) : {};
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
      if (conversation.assignee === command.to) return { done: true, seq: conversation.seq };
      const left = conversation.assignee;
      conversation.assignee = command.to;
      const body: MessageBody =
        command.to === null
          ? { happened: 'left', ...(left === null ? {} : { who: left }) }
          : { happened: 'assigned', who: command.to };
      return { done: true, seq: put(work, { id: command.id, by, kind: 'system', body }, now) };
    }
    case 'close':
    case 'reopen': {
      const status: Status = command.do === 'close' ? 'closed' : 'open';
      if (conversation.status === status) return { done: true, seq: conversation.seq };
      const happened: Happening = command.do === 'close' ? 'closed' : 'reopened';
      if (status === 'open') begin(work);
      else {
        conversation.status = status;
        conversation.waitingSince = null;
      }
      return { done: true, seq: put(work, { id: command.id, by, kind: 'system', body: { happened } }, now) };
    }
  }
}

/** An episode after the one that was closed. */
function begin({ conversation }: Work): void {
  conversation.status = 'open';
  conversation.episode += 1;
}

type New = Pick<Message, 'id' | 'by' | 'kind' | 'body'> & { replyTo?: number | undefined };

function put(work: Work, { replyTo, ...made }: New, now: number): number {
  const { conversation } = work;
  conversation.seq += 1;
  conversation.lastAt = now;
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

const isSame = (one: Actor, other: Actor): boolean => one.kind === other.kind && one.id === other.id;

/** Controls that no text needs, and halves of characters: no database takes all of them. */
const UNSTORED = /(?![\t\n\r])\p{Cc}|\p{Cs}/gu;

function cleanBody(body: MessageBody): MessageBody {
  return body.text === undefined ? body : { ...body, text: body.text.replace(UNSTORED, '').replace(/\r\n?/g, '\n') };
}
