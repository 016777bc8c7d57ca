// One conversation that the operator has before them, or had a moment ago: the copy of it, how far everybody has come, and
// who is typing. Asks for what is missing; what the operator does goes through the outbox.

/* eslint-disable svelte/prefer-svelte-reactivity -- replaced as a whole, or never read by a component */

import { UNTOLD, type FromOperatorDialog, type ToOperatorDialog } from '../../protocol/chat.ts';
import type { Message, Status } from '../../protocol/dialog.ts';
import { createThreadCopy } from '../../protocol/thread-copy.ts';
import { Stretch } from './stretch.ts';

type Say<T extends ToOperatorDialog['t']> = Extract<ToOperatorDialog, { t: T }>;
type Mark = Say<'state'>['marks'][number];

/** `text`: what the contact types, empty where that is not told; undefined of a colleague. */
export type Typist = { readonly id: string; readonly name: string; readonly text: string | undefined };

/** Consoles say it again while their operator goes on; a word about the end of it may be lost. */
const COLLEAGUE_MS = 8000;
/** What stands in the contact's field may stand there while they think. */
const CONTACT_MS = 60_000;
/** As long as no key is pressed, nobody types. */
const IDLE_MS = 4000;
const TELL_AGAIN_MS = 3000;

const ID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/;

type Doors = {
  tell(say: FromOperatorDialog): boolean;
  me(): string;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
};

export class Conversation {
  readonly id: string;
  #doors: Doors;
  #copy = createThreadCopy();
  #messages = $state.raw<readonly Message[]>([]);
  #status = $state<Status>('open');
  #assignee = $state<string | null>(null);
  #marks = $state.raw<readonly Mark[]>([]);
  #hasOlder = $state(false);
  #askedBefore = $state<number | undefined>();
  #loaded = $state(false);
  #gone = $state(false);
  #typists = $state.raw<readonly Typist[]>([]);
  #viewers = $state.raw<readonly { id: string; name: string }[]>([]);
  #stops = new Map<string, () => void>();
  #isOpen = false;
  /** What is shown instead of the newest messages: those around one that was found. */
  #stretch: Stretch | undefined;
  #isPast = $state(false);
  #goal = $state.raw<{ readonly seq: number } | undefined>();
  /** The highest that was told on this link. */
  #told = { delivered: 0, read: 0 };
  #typing: { until: () => void; toldAt: number } | undefined;

  constructor(id: string, doors: Doors) {
    this.id = id;
    this.#doors = doors;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }
  /** Of the last message. */
  get seq(): number {
    void this.#messages;
    return this.#copy.seq;
  }
  get status(): Status {
    return this.#status;
  }
  get assignee(): string | null {
    return this.#assignee;
  }
  get hasOlder(): boolean {
    return this.#hasOlder;
  }
  get isAskingOlder(): boolean {
    return this.#askedBefore !== undefined;
  }
  /** Not the newest ones are shown, but those around a message that was found. */
  get isPast(): boolean {
    return this.#isPast;
  }
  /** The message that is to be shown; another object each time that somebody wants it to be. */
  get goal(): { readonly seq: number } | undefined {
    return this.#goal;
  }
  get isLoaded(): boolean {
    return this.#loaded;
  }
  /** There is none of this id, or it is not for this operator. */
  get isGone(): boolean {
    return this.#gone;
  }
  get typists(): readonly Typist[] {
    return this.#typists;
  }
  /** Colleagues who have it open, too. */
  get viewers(): readonly { id: string; name: string }[] {
    return this.#viewers;
  }
  markOf(id: string | undefined): { delivered: number; read: number } {
    return this.#marks.find(({ by }) => by === id) ?? { delivered: 0, read: 0 };
  }

  /** It came on screen, or the link is new. */
  open(): void {
    this.#isOpen = true;
    this.#told = { delivered: 0, read: 0 };
    this.#askedBefore = undefined;
    // What was asked on the old link is not answered.
    if (this.#stretch?.asks !== undefined) this.#askStretch();
    // From the address, which anybody may have typed; the relay refuses whoever asks for what can't be an id.
    if (ID.test(this.id)) this.#ask();
    else this.#gone = true;
  }

  leave(): void {
    this.#isOpen = false;
    this.stopTyping();
    this.toNewest();
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.#typists = [];
    this.#viewers = [];
    if (!this.#gone) this.#doors.tell({ t: 'leave', conversation: this.id });
  }

  apply(state: Say<'state'>): void {
    const version = this.#copy.version;
    const isMissing = this.#copy.apply(state);
    if (state.version >= version) {
      this.#status = state.status;
      this.#assignee = state.assignee;
      this.#marks = state.marks;
    }
    this.#gone = false;
    if (this.#copy.version > 0) this.#loaded = true;
    this.#stretch?.change(state.messages);
    this.#draw();
    if (this.#goal && !this.#stretch) this.#reach(this.#goal.seq);
    for (const { by } of state.messages) if (by.id !== undefined) this.#still(by.id);
    if (!this.#isOpen) return;
    if (isMissing) this.#ask();
    this.#tellOf('delivered');
  }

  older(older: Say<'older'>): void {
    if (this.#stretch && older.before === this.#stretch.asks) {
      if (this.#stretch.add(older)) this.#askStretch();
      return this.#draw();
    }
    this.#askedBefore = undefined;
    this.#copy.addOlder(older);
    this.#draw();
  }

  /** Shows the message with this number, wherever it is. */
  goTo(seq: number): void {
    this.#goal = { seq };
    if (this.#loaded) this.#reach(seq);
  }

  toNewest(): void {
    this.#stretch = undefined;
    this.#goal = undefined;
    this.#askedBefore = undefined;
    this.#draw();
  }

  askNewer(): void {
    if (this.#isPast && this.#stretch?.askNewer()) this.#askStretch();
  }

  askOlder(): void {
    if (this.#stretch) {
      if (this.#isPast && this.#stretch.askOlder()) this.#askStretch();
      return this.#draw();
    }
    const first = this.#messages[0];
    if (!first || !this.#hasOlder || this.#askedBefore !== undefined) return;
    if (this.#doors.tell({ t: 'older', conversation: this.id, before: first.seq })) this.#askedBefore = first.seq;
  }

  gone(): void {
    this.#gone = true;
  }

  seen({ people }: Say<'viewers'>): void {
    this.#viewers = people.filter(({ id }) => id !== this.#doors.me());
  }

  /** All of it was before the operator's eyes. */
  read(): void {
    this.#tellOf('read');
  }

  heard({ by, text, on }: Say<'typing'>): void {
    this.#still(by.id);
    if (!on || by.id === this.#doors.me()) return;
    this.#typists = [...this.#typists, { id: by.id, name: by.name, text: text === UNTOLD ? '' : text }];
    const ms = text === undefined ? COLLEAGUE_MS : CONTACT_MS;
    this.#stops.set(
      by.id,
      this.#doors.after(ms, () => this.#still(by.id)),
    );
  }

  /** The operator has pressed a key in their field. */
  type(): void {
    const { now, after, tell } = this.#doors;
    this.#typing?.until();
    const isDue = !this.#typing || now() - this.#typing.toldAt > TELL_AGAIN_MS;
    const toldAt = isDue ? now() : (this.#typing?.toldAt ?? 0);
    this.#typing = { until: after(IDLE_MS, () => this.stopTyping()), toldAt };
    if (isDue) tell({ t: 'typing', conversation: this.id, on: true });
  }

  stopTyping(): void {
    if (!this.#typing) return;
    this.#typing.until();
    this.#typing = undefined;
    this.#doors.tell({ t: 'typing', conversation: this.id, on: false });
  }

  #reach(seq: number): void {
    if (seq > this.#copy.seq) this.#goal = { seq: this.#copy.seq };
    if (seq >= (this.#copy.messages[0]?.seq ?? 0)) {
      this.#stretch = undefined;
      return this.#draw();
    }
    if (this.#stretch?.messages.some((message) => message.seq === seq)) return;
    this.#stretch = new Stretch(seq);
    this.#askStretch();
  }

  #askStretch(): void {
    const before = this.#stretch?.asks;
    if (before !== undefined) this.#doors.tell({ t: 'older', conversation: this.id, before });
  }

  #draw(): void {
    const past = this.#stretch?.messages ?? [];
    const first = this.#copy.messages[0]?.seq;
    const last = past.at(-1)?.seq ?? 0;
    if (this.#stretch && first !== undefined && last >= first - 1) {
      // It has come to what is here anyway: from now on that begins farther back.
      const messages = past.filter(({ seq }) => seq < first);
      this.#copy.addOlder({ before: first, messages, more: this.#stretch.hasOlder });
      this.#stretch = undefined;
    }
    this.#isPast = this.#stretch !== undefined && past.length > 0;
    this.#messages = this.#isPast ? past : this.#copy.messages;
    this.#hasOlder = this.#isPast ? (this.#stretch?.hasOlder ?? false) : this.#copy.hasOlder;
    if (this.#isPast) this.#askedBefore = this.#stretch?.isAskingOlder ? this.#messages[0]?.seq : undefined;
  }

  #ask(): void {
    this.#copy.asked();
    this.#doors.tell({ t: 'open', conversation: this.id, version: this.#copy.version });
  }

  #still(id: string): void {
    this.#stops.get(id)?.();
    this.#stops.delete(id);
    if (this.#typists.some((typist) => typist.id === id))
      this.#typists = this.#typists.filter((typist) => typist.id !== id);
  }

  #tellOf(what: 'delivered' | 'read'): void {
    const { seq } = this.#copy;
    const known = Math.max(this.#told[what], this.markOf(this.#doors.me())[what]);
    if (!this.#isOpen || seq <= known) return;
    if (!this.#doors.tell({ t: what, conversation: this.id, seq })) return;
    this.#told[what] = seq;
    // What was read has come.
    this.#told.delivered = Math.max(this.#told.delivered, seq);
  }
}
