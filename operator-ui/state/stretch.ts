// A part of a conversation far back from its end, around a message that was found: asked for from there in both directions
// with what the relay has for that already (`older`), until it reaches the messages that are here anyway. Pure.
//
// Easy to get wrong: of what was asked for, only the last messages may have come, since long ones do not fit; so a hole is
// filled before what lies behind it is shown.

import type { Message } from '../../protocol/dialog.ts';
import type { OlderMessages } from '../../protocol/thread-copy.ts';

/** What is asked for behind the message, and at the end of what is here. */
const AHEAD = 40;

type Ask = { before: number; isFor: 'beginning' | 'older' | 'newer' };

export class Stretch {
  readonly goal: number;
  #messages: readonly Message[] = [];
  /** Newer than the last, but not next to it. */
  #pending: readonly Message[] = [];
  #hasOlder = true;
  #asked: Ask;

  /** The first question is asked. */
  constructor(goal: number) {
    this.goal = goal;
    this.#asked = { before: goal + AHEAD, isFor: 'beginning' };
  }

  /** Without hole, by seq. Empty until the message is here, or is known not to be. */
  get messages(): readonly Message[] {
    return this.#asked.isFor === 'beginning' ? [] : this.#messages;
  }
  get hasOlder(): boolean {
    return this.#hasOlder;
  }
  /** What waits for its answer: `before` of the question; undefined: nothing. */
  get asks(): number | undefined {
    return this.#asked.before || undefined;
  }
  get isAskingOlder(): boolean {
    return this.#asked.isFor === 'older' && this.#asked.before > 0;
  }

  /** True: `asks` is to be asked. */
  askOlder(): boolean {
    const first = this.#messages[0];
    if (!first || !this.#hasOlder || this.#asked.before > 0) return false;
    this.#asked = { before: first.seq, isFor: 'older' };
    return true;
  }

  askNewer(): boolean {
    const last = this.#messages.at(-1);
    if (!last || this.#asked.before > 0) return false;
    this.#asked = { before: last.seq + 1 + AHEAD, isFor: 'newer' };
    return true;
  }

  /** True: it is not all of what was asked for, and `asks` is to be asked. */
  add({ before, messages, more }: OlderMessages): boolean {
    const { isFor } = this.#asked;
    if (before !== this.#asked.before) return false;
    const [first] = messages;
    if (isFor === 'newer') {
      const last = this.#messages.at(-1)?.seq ?? 0;
      this.#pending = [...messages.filter(({ seq }) => seq > last), ...this.#pending];
      const next = this.#pending[0];
      if (next && next.seq > last + 1 && first) return this.#ask(next.seq, isFor);
      this.#messages = [...this.#messages, ...this.#pending];
      this.#pending = [];
    } else {
      this.#messages = [...messages, ...this.#messages];
      this.#hasOlder = more;
      if (isFor === 'beginning' && first && first.seq > this.goal && more) return this.#ask(first.seq, isFor);
    }
    this.#asked = { before: 0, isFor: 'older' };
    return false;
  }

  /** Messages of it that have changed. */
  change(some: readonly Message[]): void {
    const byId = new Map(some.map((message) => [message.id, message]));
    const newer = (old: Message) => {
      const now = byId.get(old.id);
      return now && now.version > old.version ? now : old;
    };
    if (this.#messages.some((message) => byId.has(message.id))) this.#messages = this.#messages.map(newer);
  }

  #ask(before: number, isFor: Ask['isFor']): true {
    this.#asked = { before, isFor };
    return true;
  }
}
