// A file in one room, between the operator and the visitor's page: asked of the visitor, or one of the operator's own, sent
// to the relay and offered to the visitor there. One at a time; says what it is waiting for, and can be taken back.
//
// Easy to get wrong: what was taken back while it was being sent must not be offered when the last byte has gone; and an
// answer to what came before says nothing of what waits now.

import { isAccepted } from '../../protocol/accept.ts';
import type { Place } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { SendFile, SentFile } from '../send-file.ts';
import type { Hand, Spot, Why } from './hand.svelte.ts';

export type FileWait = { spot: Spot } & (
  | { kind: 'sending'; name: string; share: number; cancel(): void }
  /** The visitor has a card before them. */
  | { kind: 'offered'; name: string }
  | { kind: 'asked' }
);

const WHY: Record<Exclude<SentFile['kind'], 'done'>, Why> = {
  'too-many': 'too-many-files',
  'too-large': 'too-large',
  'not-here': 'not-granted',
  unreachable: 'not-sent',
};

export class HandFiles {
  #hand: Hand;
  #room: string;
  #send: SendFile;
  #wait = $state.raw<FileWait | undefined>();
  #turn = 0;

  constructor(hand: Hand, room: string, send: SendFile) {
    this.#hand = hand;
    this.#room = room;
    this.#send = send;
  }

  get wait(): FileWait | undefined {
    return this.#wait;
  }

  /** Asks the visitor to choose one of their own. */
  ask(node: number, spot: Spot): void {
    const turn = this.#next();
    const isSent = this.#hand.act({ t: 'askFile', node }, spot, { heard: () => this.#over(turn) });
    if (isSent) this.#wait = { kind: 'asked', spot };
  }

  /** `accept`: of the field, where it is known. */
  async give(at: Place, spot: Spot, files: readonly File[], accept: string): Promise<void> {
    const [file] = files;
    if (!file) return;
    const name = file.name.slice(-LIMITS.maxFileNameChars);
    const type = file.type.length > 100 ? '' : file.type;
    const refuse = (why: Why) =>
      this.#hand.refuseHere({ t: 'giveFile', at, file: { id: '-', name, type, bytes: 0 } }, spot, why, name);
    if (files.length > 1) return refuse('one-file');
    if (file.size > LIMITS.maxHandFileBytes) return refuse('too-large');
    if (!isAccepted(accept, { name, type })) return refuse('wrong-kind');
    if (!this.#hand.has('control')) return refuse('not-granted');

    const turn = this.#next();
    const { answer, cancel } = this.#send(this.#room, file, (share) => {
      if (turn === this.#turn) this.#wait = { kind: 'sending', name, share, cancel, spot };
    });
    this.#wait = { kind: 'sending', name, share: 0, cancel, spot };
    const sent = await answer;
    if (turn !== this.#turn) return;
    this.#wait = undefined;
    if (sent.kind !== 'done') return refuse(WHY[sent.kind]);
    const offered = { id: sent.id, name, type, bytes: file.size };
    if (this.#hand.act({ t: 'giveFile', at, file: offered }, spot, { heard: () => this.#over(turn) }))
      this.#wait = { kind: 'offered', name, spot };
  }

  /** Takes it back. What the visitor had before them is answered by their page. */
  cancel(): void {
    const wait = this.#wait;
    if (wait?.kind === 'sending') this.#next();
    else if (wait) this.#hand.act({ t: 'unoffer' });
  }

  close(): void {
    this.#next();
  }

  #next(): number {
    const wait = this.#wait;
    this.#wait = undefined;
    this.#turn++;
    if (wait?.kind === 'sending') wait.cancel();
    return this.#turn;
  }

  #over(turn: number): void {
    if (turn === this.#turn) this.#wait = undefined;
  }
}
