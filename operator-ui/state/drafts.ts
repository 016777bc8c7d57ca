// What has been written and not sent, by conversation and operator: survives a reload. On this device only.

import type { Memory } from '../browser-doors.ts';

export type Draft = { readonly text: string; readonly isNote: boolean };

const EMPTY: Draft = { text: '', isNote: false };

export class Drafts {
  #memory: Memory;
  #me: () => string;

  constructor(memory: Memory, me: () => string) {
    this.#memory = memory;
    this.#me = me;
  }

  of(conversation: string): Draft {
    const kept = this.#memory.get(this.#key(conversation));
    if (kept === undefined) return EMPTY;
    return { text: kept.slice(1), isNote: kept.startsWith('n') };
  }

  keep(conversation: string, { text, isNote }: Draft): void {
    this.#memory.set(this.#key(conversation), text === '' ? undefined : `${isNote ? 'n' : 't'}${text}`);
  }

  #key(conversation: string): string {
    return `draft.${this.#me()}.${conversation}`;
  }
}
