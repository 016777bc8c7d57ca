// The list of conversations, as the relay tells it: rows stay outside of runes, since there may be thousands; reactive are
// the array that is drawn and the counts. It goes on while it is not on screen: the sidebar counts who waits.
//
// Easy to get wrong: the number of the last change counts only with the last page of what was told, and while the pages of a
// whole list are coming there is none. A link that is lost in between is then answered with everything anew.

/* eslint-disable svelte/prefer-svelte-reactivity -- thousands of rows stay outside of runes */

import type { FromOperatorDialog, Thread, ToOperatorDialog } from '../../protocol/chat.ts';
import { arrangeThreads, FOLDERS, isIn, isUnread, isWaiting, standing, type Folder } from './thread-order.ts';

type Threads = Extract<ToOperatorDialog, { t: 'threads' }>;
type Head = { number: number; id: string | undefined };

const NONE = Object.freeze({ waiting: 0, mine: 0, open: 0, closed: 0 });

export class Inbox {
  #threads = new Map<string, Thread>();
  #tell: (say: FromOperatorDialog) => void;
  #me: () => string;
  #assigned: (thread: Thread) => void;
  #head: Head | undefined;
  #folder = $state<Folder>('waiting');
  #view = $state.raw<readonly Thread[]>([]);
  #counts = $state.raw<Readonly<Record<Folder, number>>>(NONE);
  /** Of mine, with something new. */
  #unread = $state(0);
  #loaded = $state(false);
  #held = $state(0);
  /** Grows with each change: whoever shows one thread looks at it again. */
  #age = $state(0);
  #shown = false;
  #holding = false;

  constructor(doors: {
    tell(say: FromOperatorDialog): void;
    me(): string;
    /** It has become this operator's. */
    assigned(thread: Thread): void;
  }) {
    this.#tell = doors.tell;
    this.#me = doors.me;
    this.#assigned = doors.assigned;
  }

  get view(): readonly Thread[] {
    return this.#view;
  }
  get counts(): Readonly<Record<Folder, number>> {
    return this.#counts;
  }
  get unread(): number {
    return this.#unread;
  }
  /** False until the relay's first list is complete. */
  get isLoaded(): boolean {
    return this.#loaded;
  }
  /** Others that have come while the pointer is over the list. */
  get held(): number {
    return this.#held;
  }
  get folder(): Folder {
    return this.#folder;
  }
  set folder(folder: Folder) {
    this.#folder = folder;
    this.#arrange();
  }

  of(id: string): Thread | undefined {
    void this.#age;
    return this.#threads.get(id);
  }

  /** After each welcome. */
  ask(): void {
    const { number, id } = this.#head ?? {};
    this.#tell({ t: 'inbox', on: true, number, id });
  }

  /** Something of the list could not be read: everything anew. */
  forget(): void {
    this.#head = undefined;
  }

  apply({ reset, more, number, id, put }: Threads): void {
    if (reset) {
      this.#threads.clear();
      this.#head = undefined;
    }
    const me = this.#me();
    for (const thread of put) {
      const known = this.#threads.get(thread.id);
      if (known && known.version > thread.version) continue;
      this.#threads.set(thread.id, thread);
      // Not of a whole list: what has been theirs for long is no news.
      if (this.#head && !reset && thread.assignee === me && known?.assignee !== me) this.#assigned(thread);
    }
    if (more) return;
    this.#head = { number, id };
    this.#loaded = true;
    this.#age++;
    this.#count();
    if (!this.#shown) return;
    if (!this.#holding || this.#view.length === 0) return this.#arrange();
    const fresh = arrangeThreads(this.#threads.values(), this.#folder, this.#me());
    const { view, held } = standing(this.#view, this.#threads, fresh);
    this.#view = view;
    this.#held = held;
  }

  show(on: boolean): void {
    this.#shown = on;
    this.#holding = false;
    this.#arrange();
  }

  /** The operator points at the list: rows keep their places until they stop. */
  hold(on: boolean): void {
    if (this.#holding === on) return;
    this.#holding = on;
    if (!on) this.#arrange();
  }

  clear(): void {
    this.#threads.clear();
    this.#head = undefined;
    this.#view = [];
    this.#counts = NONE;
    this.#unread = 0;
    this.#held = 0;
    this.#loaded = false;
  }

  #count(): void {
    const counts: Record<Folder, number> = { ...NONE };
    const me = this.#me();
    let unread = 0;
    for (const thread of this.#threads.values()) {
      for (const folder of FOLDERS) if (isIn(thread, folder, me)) counts[folder]++;
      if (thread.assignee === me && isUnread(thread, me) && !isWaiting(thread)) unread++;
    }
    this.#counts = counts;
    this.#unread = unread;
  }

  #arrange(): void {
    this.#held = 0;
    if (this.#shown) this.#view = arrangeThreads(this.#threads.values(), this.#folder, this.#me());
  }
}
