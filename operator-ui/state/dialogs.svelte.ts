// Conversations in the console: hands what the relay says to the list, to the conversation that it is about and to the
// outbox, and sees to it that each asks again when there is a new link.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole, or never read by a component */

import type { FromOperatorDialog, NotDone, ToOperatorDialog } from '../../protocol/chat.ts';
import { uuidv7 } from '../../protocol/uuid.ts';
import type { Memory } from '../browser-doors.ts';
import { Conversation } from './conversation.svelte.ts';
import { Drafts } from './drafts.ts';
import { Inbox } from './inbox.svelte.ts';
import { Outbox, type OutboxStore, type Waiting } from './outbox.svelte.ts';

type Doors = {
  tell(say: FromOperatorDialog): boolean;
  me(): { id: string; name: string };
  store: OutboxStore;
  memory: Memory;
  now(): number;
  random(): number;
  fill(bytes: Uint8Array<ArrayBuffer>): unknown;
  after(delayMs: number, task: () => void): () => void;
  refused(item: Waiting, why: NotDone): void;
};

/** Those looked at last open at once when they are looked at again. */
const KEPT = 20;
const ASK_AGAIN_MS = 1000;
const ASK_AGAIN_MOST_MS = 60_000;

export class Dialogs {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  #doors: Doors;
  #shown = $state.raw<Conversation | undefined>();
  /** The one looked at last is the last. */
  #kept = new Map<string, Conversation>();
  /** Of operators, as far as the relay has told. */
  #names = $state.raw<ReadonlyMap<string, string>>(new Map());
  #again: (() => void) | undefined;
  #againMs = ASK_AGAIN_MS;

  constructor(doors: Doors) {
    this.#doors = doors;
    const { tell, store, memory, now, random, after, refused, fill } = doors;
    const me = () => doors.me().id;
    this.inbox = new Inbox({ tell, me });
    this.drafts = new Drafts(memory, me);
    this.outbox = new Outbox({ tell, store, now, random, after, refused, makeId: () => uuidv7(now(), fill) });
  }

  /** The one on screen. */
  get shown(): Conversation | undefined {
    return this.#shown;
  }

  get me(): string {
    return this.#doors.me().id;
  }

  /** '' : not known. */
  nameOf(operator: string): string {
    const { id, name } = this.#doors.me();
    return operator === id ? name : (this.#names.get(operator) ?? '');
  }

  show(id: string | undefined): void {
    const before = this.#shown;
    if (before?.id === id) return;
    before?.leave();
    this.#shown = undefined;
    if (id === undefined) return;
    const conversation = this.#kept.get(id) ?? new Conversation(id, { ...this.#doors, me: () => this.me });
    this.#kept.delete(id);
    this.#kept.set(id, conversation);
    for (const old of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(old);
    this.#shown = conversation;
    conversation.open();
  }

  begin(): void {
    void this.outbox.begin(this.me);
  }

  /** After each welcome. */
  linked(): void {
    this.inbox.ask();
    this.#shown?.open();
    this.outbox.linked();
  }

  receive(say: ToOperatorDialog): void {
    switch (say.t) {
      case 'threads':
        this.#learn(say.people);
        this.inbox.apply(say);
        if (!say.more) this.#againMs = ASK_AGAIN_MS;
        return;
      case 'state': {
        this.#learn(say.people);
        const conversation = this.#kept.get(say.conversation);
        conversation?.apply(say);
        this.#settle(say.conversation);
        return;
      }
      case 'older':
        this.#learn(say.people);
        this.#kept.get(say.conversation)?.older(say);
        return;
      case 'typing':
        if (say.text === undefined) this.#learn([say.by]);
        this.#kept.get(say.conversation)?.heard(say);
        return;
      case 'gone':
        this.#kept.get(say.conversation)?.gone();
        return;
      case 'answer':
        this.outbox.answered(say);
        this.#settle(say.conversation);
    }
  }

  /** Something came and could not be read: everything anew, later each time. */
  missed(): void {
    this.#again ??= this.#doors.after(this.#againMs, () => {
      this.#again = undefined;
      this.inbox.forget();
      this.inbox.ask();
      this.#shown?.open();
      // It may have been an answer.
      this.outbox.linked();
    });
    this.#againMs = Math.min(ASK_AGAIN_MOST_MS, this.#againMs * 2);
  }

  clear(): void {
    this.#again?.();
    this.#again = undefined;
    this.#shown = undefined;
    this.#kept.clear();
    this.#names = new Map();
    this.inbox.clear();
    this.outbox.clear();
  }

  #settle(id: string): void {
    const shown = this.#shown?.id === id ? this.#shown : undefined;
    this.outbox.settle(id, (key) => !shown || shown.messages.some((message) => message.id === key));
  }

  #learn(people: readonly { id: string; name: string }[]): void {
    if (people.every(({ id, name }) => this.#names.get(id) === name)) return;
    this.#names = new Map([...this.#names, ...people.map(({ id, name }) => [id, name] as const)]);
  }
}
