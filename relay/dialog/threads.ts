// Conversations that somebody has before them just now: which tabs and consoles, and what each is told of a change. Holds of
// a conversation what its row holds, and none of its messages.
//
// Easy to get wrong: a visitor sees no notes, but the versions that they were written in: else every note would look like a
// loss on the way. And what was read from the database may be older than the conversation is by now: it is told as the
// version that was read, or whoever gets it would take it for all there is.

import type { Actor, Message } from '../../protocol/dialog.ts';
import type { ToChat, ToOperatorDialog } from '../../protocol/chat.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { OperatorPeer } from '../live/operators.ts';
import type { Tab } from '../live/visitors.ts';
import type { Change } from '../store/conversations.ts';
import type { Conversation, Mark } from './conversation.ts';

export type Thread = {
  conversation: Conversation;
  marks: Mark[];
  readonly tabs: Set<Tab>;
  readonly consoles: Set<OperatorPeer>;
};

type Person = { id: string; name: string };
type ToVisitor = ToChat['say'];

export class Threads {
  readonly #threads = new Map<string, Thread>();
  readonly #personOf: (actor: Actor) => Person | undefined;

  /** `personOf`: undefined for whoever has no name here. */
  constructor(personOf: (actor: Actor) => Person | undefined) {
    this.#personOf = personOf;
  }

  get(id: string): Thread | undefined {
    return this.#threads.get(id);
  }

  /** As read just now; what is here already may be newer. */
  keep(conversation: Conversation, marks: readonly Mark[]): Thread {
    const known = this.#threads.get(conversation.id);
    if (known && known.conversation.version >= conversation.version) return known;
    const thread = {
      conversation,
      marks: [...marks],
      tabs: known?.tabs ?? new Set(),
      consoles: known?.consoles ?? new Set(),
    };
    this.#threads.set(conversation.id, thread);
    return thread;
  }

  /** Nobody of these has it before them any more. */
  leave(thread: Thread, peer: Tab | OperatorPeer): void {
    // Each set holds one kind, and the other is not in it.
    thread.tabs.delete(peer as Tab);
    thread.consoles.delete(peer as OperatorPeer);
    if (thread.tabs.size + thread.consoles.size === 0 && this.#threads.get(thread.conversation.id) === thread)
      this.#threads.delete(thread.conversation.id);
  }

  changed({ conversation, messages, marks }: Change): void {
    const thread = this.#threads.get(conversation.id);
    if (!thread) return;
    const from = thread.conversation.version;
    thread.conversation = conversation;
    for (const mark of marks) {
      const at = thread.marks.findIndex(({ kind, actor }) => kind === mark.kind && actor === mark.actor);
      if (at < 0) thread.marks.push(mark);
      else thread.marks[at] = mark;
    }
    const told = fitting(messages);
    // Too much for one message: whoever hears of the version asks for it.
    const news = told.length < messages.length ? hint(conversation) : { ...hint(conversation), from, messages: told };
    if (thread.tabs.size > 0) {
      const text = toTabText(this.forVisitor(thread, news));
      for (const tab of thread.tabs) tab.socket.text(text);
    }
    if (thread.consoles.size > 0) {
      const text = toConsoleText(this.forOperator(thread, news));
      for (const peer of thread.consoles) peer.sendText(text);
    }
  }

  forVisitor(thread: Thread, { from, version, seq, messages, more }: News): ToVisitor {
    const { status, assignee } = thread.conversation;
    const seen = messages.filter(isForVisitor);
    const yours = thread.marks.find(({ kind }) => kind === 'contact') ?? NOTHING;
    const theirs = thread.marks.filter(({ kind }) => kind === 'operator');
    return {
      t: 'state',
      from,
      version,
      seq,
      status,
      messages: seen,
      more,
      people: this.people(seen, assignee).filter((one) => one.id !== thread.conversation.contact),
      theirs: {
        delivered: Math.max(0, ...theirs.map((one) => one.delivered)),
        read: Math.max(0, ...theirs.map((one) => one.read)),
      },
      yours: { delivered: yours.delivered, read: yours.read },
    };
  }

  forOperator(thread: Thread, { from, version, seq, messages, more }: News): ToOperatorDialog {
    const { id, status, assignee } = thread.conversation;
    return {
      t: 'state',
      conversation: id,
      from,
      version,
      seq,
      status,
      assignee,
      messages: [...messages],
      more,
      people: this.people(messages, assignee),
      marks: thread.marks
        .slice(0, LIMITS.maxMessagesAtOnce)
        .map(({ actor, delivered, read }) => ({ by: actor, delivered, read })),
    };
  }

  /** Operators that these messages name. */
  people(messages: readonly Message[], assignee: string | null = null): Person[] {
    const found = new Map<string, Person>();
    const add = (actor: Actor) => {
      const person = this.#personOf(actor);
      if (person && found.size < LIMITS.maxMessagesAtOnce) found.set(person.id, person);
    };
    if (assignee !== null) add({ kind: 'operator', id: assignee });
    for (const { by, body } of messages) {
      add(by);
      for (const id of [body.who, body.from]) if (id !== undefined) add({ kind: 'operator', id });
    }
    return [...found.values()];
  }
}

/** As `state` in chat.ts. */
export type News = { from: number; version: number; seq: number; messages: readonly Message[]; more: boolean };

/** Notes are for operators; so is what the relay does among them, and between teams. */
export function isForVisitor({ kind, by, body }: Message): boolean {
  return kind === 'text' || (kind === 'system' && by.kind !== 'system' && body.team === undefined);
}

/** That there is this version: who has another asks for it. */
export const hint = ({ version, seq }: Conversation): News => ({
  from: version,
  version,
  seq,
  messages: [],
  more: false,
});

const NOTHING = { delivered: 0, read: 0 };

export const toTabText = (say: ToVisitor): string => JSON.stringify({ t: 'chat', say });
export const toConsoleText = (say: ToOperatorDialog): string => JSON.stringify({ t: 'dialog', say });

/** As many of the last as travel together; at least one. */
export function fitting(messages: readonly Message[]): Message[] {
  let chars = 0;
  let count = 0;
  for (const message of messages.toReversed().slice(0, LIMITS.maxMessagesAtOnce)) {
    chars += JSON.stringify(message).length;
    if (count > 0 && chars > LIMITS.maxMessagesChars) break;
    count++;
  }
  return messages.slice(messages.length - count);
}
