// The operator's requests to see a screen, from "ask" to the visitor's answer, and the code that a visitor read out.
// One entry per visitor. What an accepted one leads to (opening the room) is the owner's business.

/* eslint-disable svelte/prefer-svelte-reactivity -- timers are nobody's view */

import { LIMITS } from '../../protocol/limits.ts';
import type { FromOperator, Refusal, ToOperator } from '../../protocol/messages.ts';

export type AskOutcome =
  | { kind: 'waiting'; until: number }
  | { kind: 'accepted'; room: string }
  | { kind: 'declined' }
  | { kind: 'timeout' }
  | { kind: 'gone' }
  /** The relay forgets requests of a console whose link is lost. */
  | { kind: 'cut' }
  | { kind: 'refused'; why: Refusal };
export type Ask = { readonly visitor: string; readonly who: string; readonly outcome: AskOutcome };

export type CodeState =
  | { kind: 'idle' }
  | { kind: 'checking' }
  | { kind: 'wrong' }
  | { kind: 'too-many' }
  | { kind: 'offline' }
  | { kind: 'found' };

export type AsksDoor = {
  send(message: FromOperator): boolean;
  /** What to call the visitor on the card. */
  nameOf(visitor: string): string;
  accepted(room: string, visitor: string): void;
};

/** The visitor's answer stays on screen for so long, then it is in the way. */
const ANSWER_SHOWN_MS = 30_000;
/** The relay's own limit decides; this is for an answer that a lost link swallowed. */
const GIVE_UP_MS = LIMITS.askMs + 5000;

export class Asks {
  #door: AsksDoor;
  #list = $state.raw<readonly Ask[]>([]);
  #code = $state.raw<CodeState>({ kind: 'idle' });
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(door: AsksDoor) {
    this.#door = door;
  }

  get list(): readonly Ask[] {
    return this.#list;
  }
  get code(): CodeState {
    return this.#code;
  }

  of(visitor: string): Ask | undefined {
    return this.#list.find((ask) => ask.visitor === visitor);
  }
  isWaiting(visitor: string): boolean {
    return this.of(visitor)?.outcome.kind === 'waiting';
  }

  ask(visitor: string): void {
    if (this.isWaiting(visitor)) return;
    if (this.#door.send({ t: 'ask', visitor })) this.#put(visitor, this.#waiting());
  }

  withdraw(visitor: string): void {
    this.#door.send({ t: 'unask', visitor });
    this.dismiss(visitor);
  }

  dismiss(visitor: string): void {
    this.#stopTimer(visitor);
    this.#list = this.#list.filter((ask) => ask.visitor !== visitor);
  }

  enterCode(code: string): void {
    this.#code = this.#door.send({ t: 'code', code }) ? { kind: 'checking' } : { kind: 'offline' };
  }

  resetCode(): void {
    this.#code = { kind: 'idle' };
  }

  answered(message: Extract<ToOperator, { t: 'asked' }>): void {
    if (this.#code.kind === 'checking') this.#code = { kind: 'found' };
    switch (message.state) {
      case 'waiting':
        // Withdrawn here, and the relay's word for the ask crossed ours: or it began with a code.
        return this.#put(message.visitor, this.#waiting());
      case 'accepted':
        if (message.room === undefined) return;
        this.#put(message.visitor, { kind: 'accepted', room: message.room });
        return this.#door.accepted(message.room, message.visitor);
      case 'declined':
      case 'timeout':
      case 'gone':
        if (this.of(message.visitor)) this.#put(message.visitor, { kind: message.state });
    }
  }

  /** True: the refusal was about an ask or a code, and is shown. */
  refused(message: Extract<ToOperator, { t: 'refused' }>): boolean {
    if (message.what === 'code') {
      if (message.why === 'wrong-code') this.#code = { kind: 'wrong' };
      else if (message.why === 'too-many-tries') this.#code = { kind: 'too-many' };
      else {
        this.#code = { kind: 'found' };
        this.#put(message.about ?? '', { kind: 'refused', why: message.why });
      }
      return true;
    }
    if (message.what !== 'ask' || message.about === undefined) return false;
    this.#put(message.about, { kind: 'refused', why: message.why });
    return true;
  }

  /** The link was lost and is back: what waited for an answer waits no more. */
  cut(): void {
    for (const ask of this.#list) if (ask.outcome.kind === 'waiting') this.#put(ask.visitor, { kind: 'cut' });
    if (this.#code.kind === 'checking') this.#code = { kind: 'offline' };
  }

  clear(): void {
    for (const visitor of [...this.#timers.keys()]) this.#stopTimer(visitor);
    this.#list = [];
    this.#code = { kind: 'idle' };
  }

  #waiting(): AskOutcome {
    return { kind: 'waiting', until: Date.now() + LIMITS.askMs };
  }

  #put(visitor: string, outcome: AskOutcome): void {
    this.#stopTimer(visitor);
    const old = this.of(visitor);
    // The name is kept from the asking: the row may be gone by the time of the answer.
    const ask: Ask = { visitor, who: old?.who ?? this.#door.nameOf(visitor), outcome };
    this.#list = old ? this.#list.map((each) => (each === old ? ask : each)) : [...this.#list, ask];
    if (outcome.kind === 'accepted') return;
    const isWaiting = outcome.kind === 'waiting';
    const next = () => (isWaiting ? this.#put(visitor, { kind: 'timeout' }) : this.dismiss(visitor));
    this.#timers.set(visitor, setTimeout(next, isWaiting ? GIVE_UP_MS : ANSWER_SHOWN_MS));
  }

  #stopTimer(visitor: string): void {
    clearTimeout(this.#timers.get(visitor));
    this.#timers.delete(visitor);
  }
}
