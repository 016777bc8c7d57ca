// What the operator has said or done and the relay has not answered yet: kept in the browser (outbox-store.ts), so that a
// closed tab or a crash loses nothing, told when there is a link, and told again after each welcome until it is answered.
//
// Of one conversation one thing at a time is on its way: were the first refused for a moment and the second not, they would
// stand in the wrong order. Files go their own way before the message that names them (uploads.svelte.ts), and what is said
// meanwhile does not wait for them. Chosen and not sent, they wait here as well: a draft without a text. Easy to get wrong: what was told before the link broke may have been done or not; it is told
// again with the same id, and the relay does it once.

/* eslint-disable svelte/prefer-svelte-reactivity -- timers, which no component reads */

import type { FromOperatorDialog, NotDone, ToOperatorDialog } from '../../protocol/chat.ts';
import type { FileRefusal } from '../../protocol/files.ts';
import { LIMITS } from '../../protocol/limits.ts';

export type WishFile = {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly type: string;
  readonly blob: Blob;
  /** Of a picture. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** The relay has it. */
  readonly isReady?: boolean;
  readonly why?: FileRefusal;
};
export type ChosenFile = Omit<WishFile, 'id' | 'isReady' | 'why'>;

export type Wish =
  | {
      readonly do: 'send';
      readonly text: string;
      readonly isNote: boolean;
      readonly files?: readonly WishFile[];
      readonly replyTo?: number | undefined;
      /** The last message that was before the operator; undefined: whatever colleagues have said. */
      readonly expectedSeq?: number | undefined;
    }
  | { readonly do: 'edit'; readonly of: string; readonly text: string }
  | { readonly do: 'delete'; readonly of: string }
  | {
      readonly do: 'assign';
      readonly to: string | null;
      /** To a team: then to nobody of it yet. */
      readonly team?: string | undefined;
      /** Whose it was before the operator; undefined: whosever it is. */
      readonly from?: string | null | undefined;
    }
  | { readonly do: 'close' | 'reopen' };

export type WaitingState =
  /** Files that go with the next text. */
  | { readonly kind: 'draft' }
  | { readonly kind: 'waiting' }
  /** On this link, and not answered. */
  | { readonly kind: 'told' }
  /** The relay could not; tried again in a while. */
  | { readonly kind: 'pausing' }
  /** A colleague has answered meanwhile; the operator decides. */
  | { readonly kind: 'held' }
  | { readonly kind: 'failed'; readonly why: NotDone | FileRefusal }
  /** Shown here until the conversation itself has it. */
  | { readonly kind: 'done' };

export type Waiting = {
  /** Of what it makes, where it makes something; so it is the message's id. */
  readonly key: string;
  /** Of which operator: others may log in on this browser. */
  readonly owner: string;
  readonly conversation: string;
  readonly at: number;
  readonly wish: Wish;
  readonly state: WaitingState;
};

/** Fails where the browser allows no storage: then what is unsent is in memory only. */
export type OutboxStore = {
  load(owner: string): Promise<readonly Waiting[]>;
  put(item: Waiting): Promise<void>;
  drop(key: string): Promise<void>;
};

type Doors = {
  /** False: there is no link. */
  tell(say: FromOperatorDialog): boolean;
  store: OutboxStore;
  makeId(): string;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  random(): number;
  /** A command, and not a message, was refused for good. */
  refused(item: Waiting, why: NotDone): void;
  /** Files wait that are to be sent, or some wait no more. */
  files(items: readonly Waiting[]): void;
};

/** Of all files that wait. */
const MOST_FILE_BYTES = 250 * 1024 * 1024;

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** An answer that has not come by then was lost on the way; the link's own silence is noticed sooner. */
const UNANSWERED_MS = 120_000;

export class Outbox {
  #doors: Doors;
  #owner: string | undefined;
  #items = $state.raw<readonly Waiting[]>([]);
  #pauses = new Map<string, { tries: number; stop: () => void }>();
  #unanswered = new Map<string, () => void>();
  #lastAt = 0;

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  get items(): readonly Waiting[] {
    return this.#items;
  }

  of(conversation: string): readonly Waiting[] {
    return this.#items.filter((item) => item.conversation === conversation);
  }

  /** Chosen, and not sent. */
  chosen(conversation: string): readonly WishFile[] {
    const wish = this.#draft(conversation)?.wish;
    return wish?.do === 'send' ? (wish.files ?? []) : [];
  }

  /** False: that would be too much. */
  choose(conversation: string, chosen: readonly ChosenFile[]): boolean {
    const files = [...this.chosen(conversation), ...chosen.map((file) => ({ ...file, id: this.#doors.makeId() }))];
    const all = [...this.#items.flatMap(({ wish }) => (wish.do === 'send' ? (wish.files ?? []) : [])), ...chosen];
    const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
    if (files.length > LIMITS.maxFilesPerMessage || bytes > MOST_FILE_BYTES) return false;
    this.#putDraft(conversation, files);
    return true;
  }

  unchoose(conversation: string, file: string): void {
    const files = this.chosen(conversation).filter(({ id }) => id !== file);
    const draft = this.#draft(conversation);
    if (files.length > 0) this.#putDraft(conversation, files);
    else if (draft) this.drop(draft);
  }

  /** What has become of a file on its way. */
  fileIs(file: string, now: { isReady: true } | { why: FileRefusal }): void {
    const item = this.#items.find(({ wish }) => wish.do === 'send' && wish.files?.some(({ id }) => id === file));
    if (item?.wish.do !== 'send') return;
    const files = item.wish.files?.map((each) => (each.id === file ? { ...each, ...now } : each)) ?? [];
    const isOver = 'why' in now && item.state.kind !== 'draft';
    const next: Waiting = {
      ...item,
      wish: { ...item.wish, files },
      ...(isOver && { state: { kind: 'failed', why: now.why } }),
    };
    this.#change(
      ({ key }) => key === item.key,
      () => next,
    );
    this.#keep(next);
    this.#flush();
  }

  #draft(conversation: string): Waiting | undefined {
    return this.#items.find((item) => item.conversation === conversation && item.state.kind === 'draft');
  }

  #putDraft(conversation: string, files: readonly WishFile[]): void {
    const { makeId, now } = this.#doors;
    const known = this.#draft(conversation);
    const item: Waiting = {
      ...(known ?? { key: makeId(), owner: this.#owner ?? '', conversation, at: now(), state: { kind: 'draft' } }),
      wish: { do: 'send', text: '', isNote: false, files },
    };
    this.#items = [...this.#items.filter(({ key }) => key !== item.key), item];
    this.#keep(item);
    this.#flush();
  }

  /** Whose it is from now on; what they have left here before is sent. */
  async begin(owner: string): Promise<void> {
    this.#owner = owner;
    let left: readonly Waiting[] = [];
    try {
      left = await this.#doors.store.load(owner);
    } catch {
      // No storage: nothing was left.
    }
    if (this.#owner !== owner) return;
    const here = new Set(this.#items.map(({ key }) => key));
    const old = left.filter(({ key }) => !here.has(key)).sort((one, other) => one.at - other.at);
    this.#items = [...old, ...this.#items];
    this.#flush();
  }

  /** With the files that were chosen. Resolves when it is kept, or can't be. */
  async add(conversation: string, wish: Wish): Promise<void> {
    const { makeId, now, store } = this.#doors;
    // Each later than the one before it: they are put in order by it when they come back from storage.
    this.#lastAt = Math.max(now(), this.#lastAt + 1);
    const draft = wish.do === 'send' ? this.#draft(conversation) : undefined;
    const files = this.chosen(conversation).filter(({ why }) => why === undefined);
    const item: Waiting = {
      // Instead of the draft, also where it is kept.
      key: draft?.key ?? makeId(),
      owner: this.#owner ?? '',
      conversation,
      at: this.#lastAt,
      wish: wish.do === 'send' && files.length > 0 ? { ...wish, files } : wish,
      state: { kind: 'waiting' },
    };
    this.#items = [...this.#items.filter((each) => each !== draft), item];
    const kept = store.put(item);
    this.#flush();
    try {
      await kept;
    } catch {
      // Memory has it.
    }
  }

  /** After each welcome: what was told on the old link has not been answered. */
  linked(): void {
    this.#stopWaiting();
    this.#change(
      ({ state }) => state.kind === 'told' || state.kind === 'pausing',
      (item) => ({ ...item, state: { kind: 'waiting' } }),
    );
    this.#flush();
  }

  answered({ conversation, id, why }: Extract<ToOperatorDialog, { t: 'answer' }>): void {
    const item = this.#items.find(
      (each) => each.conversation === conversation && each.state.kind === 'told' && idOf(each) === id,
    );
    if (!item) return;
    this.#unanswered.get(item.key)?.();
    this.#unanswered.delete(item.key);
    if (why === undefined) {
      this.#pauses.delete(item.key);
      // Before it is drawn from what the relay says it must not vanish.
      if (item.wish.do === 'send') this.#set(item, { kind: 'done' });
      else this.#items = this.#items.filter(({ key }) => key !== item.key);
      this.#forget(item.key);
    } else if (why === 'unavailable' || why === 'too-many') this.#pause(item);
    else if (item.wish.do === 'send' || item.wish.do === 'edit' || item.wish.do === 'delete')
      this.#keep(this.#set(item, why === 'answered-meanwhile' ? { kind: 'held' } : { kind: 'failed', why }));
    else {
      this.drop(item);
      this.#doors.refused(item, why);
    }
    this.#flush();
  }

  /** Those of them that stand in the conversation by now, or that nobody looks at. */
  settle(conversation: string, isThere: (id: string) => boolean): void {
    const isOver = (item: Waiting) =>
      item.conversation === conversation && item.state.kind === 'done' && isThere(item.key);
    if (this.#items.some(isOver)) this.#items = this.#items.filter((item) => !isOver(item));
  }

  /** Once more: after a refusal, or though a colleague has answered. */
  again(item: Waiting): void {
    const wish = item.wish.do === 'send' ? { ...item.wish, expectedSeq: undefined, ...this.#anew(item) } : item.wish;
    this.#change(
      ({ key }) => key === item.key,
      (old) => ({ ...old, wish, state: { kind: 'waiting' } }),
    );
    const now = this.#items.find(({ key }) => key === item.key);
    if (now) this.#keep(now);
    this.#flush();
  }

  /** Files that were refused are others when they are tried again: whatever was wrong may have been their ids. */
  #anew({ wish, state }: Waiting): { files?: readonly WishFile[] } {
    if (wish.do !== 'send' || !wish.files || state.kind !== 'failed') return {};
    const { makeId } = this.#doors;
    return { files: wish.files.map(({ isReady: _, why: __, ...file }) => ({ ...file, id: makeId() })) };
  }

  drop(item: Waiting): void {
    this.#pauses.get(item.key)?.stop();
    this.#pauses.delete(item.key);
    this.#unanswered.get(item.key)?.();
    this.#unanswered.delete(item.key);
    this.#items = this.#items.filter(({ key }) => key !== item.key);
    this.#forget(item.key);
    this.#flush();
  }

  /** Leaves what is kept where it is: for the next time that they log in. */
  clear(): void {
    this.#stopWaiting();
    this.#owner = undefined;
    this.#items = [];
    this.#doors.files([]);
  }

  #flush(): void {
    this.#doors.files(this.#items);
    const busy = new Set<string>();
    const told = new Set<string>();
    for (const item of this.#items) {
      const { conversation, state, key } = item;
      if (state.kind === 'told' || state.kind === 'pausing') busy.add(conversation);
      if (state.kind !== 'waiting' || busy.has(conversation) || !isWhole(item)) continue;
      busy.add(conversation);
      if (!this.#doors.tell(sayOf(item))) break;
      told.add(key);
      this.#unanswered.set(
        key,
        this.#doors.after(UNANSWERED_MS, () => this.linked()),
      );
    }
    if (told.size > 0)
      this.#change(
        ({ key }) => told.has(key),
        (item) => ({ ...item, state: { kind: 'told' } }),
      );
  }

  #stopWaiting(): void {
    for (const { stop } of this.#pauses.values()) stop();
    for (const stop of this.#unanswered.values()) stop();
    this.#pauses.clear();
    this.#unanswered.clear();
  }

  #pause(item: Waiting): void {
    const tries = (this.#pauses.get(item.key)?.tries ?? 0) + 1;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    const stop = this.#doors.after(pauseMs * (0.75 + this.#doors.random() / 2), () => {
      this.#set(item, { kind: 'waiting' });
      this.#flush();
    });
    this.#pauses.set(item.key, { tries, stop });
    this.#set(item, { kind: 'pausing' });
  }

  #set(item: Waiting, state: WaitingState): Waiting {
    const next = { ...item, state };
    this.#change(
      ({ key }) => key === item.key,
      () => next,
    );
    return next;
  }

  #change(is: (item: Waiting) => boolean, change: (item: Waiting) => Waiting): void {
    if (this.#items.some(is)) this.#items = this.#items.map((item) => (is(item) ? change(item) : item));
  }

  #keep(item: Waiting): void {
    // Memory has it.
    void this.#doors.store.put(item).catch(() => {});
  }

  #forget(key: string): void {
    // What can't be forgotten is sent once more, and is there already.
    void this.#doors.store.drop(key).catch(() => {});
  }
}

/** Its files are where the relay can name them. */
function isWhole({ wish }: Waiting): boolean {
  return wish.do !== 'send' || !wish.files || wish.files.every(({ isReady }) => isReady);
}

/** By which the relay's answer names it. */
function idOf({ key, wish }: Waiting): string {
  return wish.do === 'edit' || wish.do === 'delete' ? wish.of : key;
}

function sayOf(item: Waiting): FromOperatorDialog {
  const { conversation, wish } = item;
  const id = idOf(item);
  switch (wish.do) {
    case 'send': {
      const { text, isNote, replyTo, expectedSeq } = wish;
      const files = wish.files?.map((file) => file.id);
      const message = { id, body: { text, ...(files && { files }) }, replyTo };
      return { t: 'send', conversation, message, kind: isNote ? 'note' : 'text', expectedSeq };
    }
    case 'edit':
      return { t: 'edit', conversation, id, body: { text: wish.text } };
    case 'delete':
    case 'close':
    case 'reopen':
      return { t: wish.do, conversation, id };
    case 'assign':
      return { t: 'assign', conversation, id, to: wish.to, team: wish.team, from: wish.from };
  }
}
