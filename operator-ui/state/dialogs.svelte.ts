// Conversations in the console: hands what the relay says to the list, to the conversation that it is about and to the
// outbox, and sees to it that each asks again when there is a new link.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole, or never read by a component */

import type { FromOperatorDialog, NotDone, Thread, ToOperatorDialog } from '../../protocol/chat.ts';
import { uuidv7 } from '../../protocol/uuid.ts';
import type { Memory } from '../browser-doors.ts';
import type { FileHttp } from '../file-http.ts';
import { Player } from '../sound.ts';
import { Conversation } from './conversation.svelte.ts';
import { Drafts } from './drafts.ts';
import { Inbox } from './inbox.svelte.ts';
import { Roster } from './roster.svelte.ts';
import { Outbox, type OutboxStore, type Waiting } from './outbox.svelte.ts';
import { Search } from './search.svelte.ts';
import { Uploads } from './uploads.svelte.ts';

type Doors = {
  tell(say: FromOperatorDialog): boolean;
  me(): { id: string; name: string };
  store: OutboxStore;
  files: FileHttp;
  memory: Memory;
  now(): number;
  random(): number;
  fill(bytes: Uint8Array<ArrayBuffer>): unknown;
  after(delayMs: number, task: () => void): () => void;
  refused(item: Waiting, why: NotDone): void;
  /** A conversation has become this operator's, and not by what they did here. */
  assigned(thread: Thread, isShown: boolean): void;
  /** A search. */
  notSaved(why: NotDone): void;
};

/** Those looked at last open at once when they are looked at again. */
const KEPT = 20;
const ASK_AGAIN_MS = 1000;
const ASK_AGAIN_MOST_MS = 60_000;

export class Dialogs {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly player = new Player();
  readonly drafts: Drafts;
  readonly roster: Roster;
  readonly search: Search;
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
    this.inbox = new Inbox({ tell, me, assigned: (thread) => this.#assigned(thread) });
    this.roster = new Roster({ tell, me, now, after });
    this.drafts = new Drafts(memory, me);
    this.uploads = new Uploads({ http: doors.files, after, now, is: (file, state) => this.outbox.fileIs(file, state) });
    const makeId = () => uuidv7(now(), fill);
    this.outbox = new Outbox({
      tell,
      store,
      now,
      random,
      after,
      refused,
      makeId,
      files: (items) => this.uploads.keep(items),
    });
    this.search = new Search({ tell, after, makeId });
  }

  /** The one on screen. */
  get shown(): Conversation | undefined {
    return this.#shown;
  }

  get me(): string {
    return this.#doors.me().id;
  }

  /** Of a file that was said. Throws when it can't be had. */
  fetchFile(file: string, what: 'preview' | 'content'): Promise<Blob> {
    return this.#doors.files.fetch(file, what);
  }

  /** '' : not known. */
  nameOf(operator: string): string {
    const { id, name } = this.#doors.me();
    return operator === id ? name : (this.#names.get(operator) ?? '');
  }

  /** Operators whose names are known here. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
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
    this.roster.linked();
    this.#shown?.open();
    this.outbox.linked();
    this.search.linked();
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
      case 'colleagues':
        this.#learn(say.put);
        return this.roster.apply(say);
      case 'viewers':
        this.#kept.get(say.conversation)?.seen(say);
        return;
      case 'found':
        this.#learn(say.people);
        return this.search.found(say);
      case 'searches':
        if (say.why !== undefined) this.#doors.notSaved(say.why);
        return this.search.savedAre(say.list);
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
      this.roster.linked();
      this.#shown?.open();
      // It may have been an answer.
      this.outbox.linked();
    });
    this.#againMs = Math.min(ASK_AGAIN_MOST_MS, this.#againMs * 2);
  }

  clear(): void {
    this.#again?.();
    this.#again = undefined;
    this.player.stop();
    this.#shown = undefined;
    this.#kept.clear();
    this.#names = new Map();
    this.inbox.clear();
    this.roster.clear();
    this.outbox.clear();
    this.search.clear();
  }

  #assigned(thread: Thread): void {
    const isOwnWish = this.outbox.of(thread.id).some(({ wish }) => wish.do === 'assign' && wish.to === this.me);
    if (!isOwnWish) this.#doors.assigned(thread, this.#shown?.id === thread.id);
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
