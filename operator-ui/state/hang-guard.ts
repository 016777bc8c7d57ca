// Keeps a visitor's page that is too heavy to draw from taking the console with it, twice over. There is no cheap limit on
// what a page's styles may cost that spares honest pages (a few hundred blurred boxes: ten seconds a frame), so what is
// watched is the console itself: a beat is a second's pause and then a frame that was really drawn.
//
// While the console still gets to run: several beats in a row that take far too long, and the mirror that is to blame is
// put away. When it does not: each room under suspicion has a mark in the browser's storage with the time of the last
// beat. A regular goodbye takes the mark off, so one that is found with an old beat was left in a hang (or in a crash),
// and its room is not opened by itself.
//
// What was chosen, so that honest use does not see the card:
// - Only a console in sight is watched. In a hidden tab timers are throttled and no frames are drawn, a phone may end it
//   without a word, and a computer sleeps behind a locked screen: hidden takes the marks off, and beats begin anew.
// - A sleep with the lid closed is one beat, of minutes: it breaks a row and never counts. A large page's first drawing is
//   one slow beat, its styles' arrival perhaps a second.
// - A goodbye in the middle of an overdue beat is none: a sluggish page does let `pagehide` through when it is reloaded.
// - Marks are on the device, so that they are found by a new tab after the old one was closed, and a room's, so that other
//   tabs' are left alone. A copy of a living tab finds a fresh beat and goes on.
// - A crash of the whole browser or a loss of power within the last minutes can't be told from a hang: the operator then
//   sees the card and presses once more than necessary.

import type { Memory } from '../browser-doors.ts';

export type Sight = {
  /** Time that goes on while the computer sleeps, and is the same in the next document. */
  now(): number;
  isVisible(): boolean;
  /** After the delay, with the next frame that the browser draws. Gives what calls it off. */
  frameAfter(delayMs: number, task: () => void): () => void;
  /** `left`: the document goes away, perhaps for good. */
  follow(events: { shown(): void; hidden(): void; left(): void }): () => void;
};

const BEAT_MS = 1000;
/** A beat that takes longer is slow, and one that has taken longer already has stopped. */
export const SLOW_BEAT_MS = BEAT_MS + 2000;
/** So many slow beats in a row are a hang. */
const HANG_BEATS = 3;
/** Longer than a person looks at a frozen screen: the computer slept. */
const SLEEP_MS = 120_000;
/** Unwatched rooms have long ended by then; without a bound a browser that was cut off at night would count. */
const MARK_LIFE_MS = 600_000;

const keyOf = (room: string) => `watching.${room}`;

export class HangGuard {
  #sight: Sight;
  #memory: Memory;
  #hangs: (rooms: readonly string[]) => void;
  #suspects: readonly string[] = [];
  #beatAt = 0;
  #slow = 0;
  #cancel: (() => void) | undefined;

  /** `hangs`: these rooms' mirrors must leave the document, now. */
  constructor(doors: { sight: Sight; memory: Memory }, hangs: (rooms: readonly string[]) => void) {
    this.#sight = doors.sight;
    this.#memory = doors.memory;
    this.#hangs = hangs;
  }

  /** Until the returned function is called. */
  start(): () => void {
    const stop = this.#sight.follow({
      shown: () => this.#begin(),
      hidden: () => this.#pause(),
      left: () => this.#leave(),
    });
    return () => {
      this.suspect([]);
      stop();
    };
  }

  /** These rooms' mirrors stand in the document, and what is slow from now on is their doing. */
  suspect(rooms: readonly string[]): void {
    const isSame = rooms.length === this.#suspects.length && rooms.every((room, n) => room === this.#suspects[n]);
    if (isSame) return;
    this.#pause();
    this.#suspects = rooms;
    this.#begin();
  }

  /** The room's mirror was put away, or never got to say goodbye. */
  hasHung(room: string): boolean {
    const [state = '', time = ''] = (this.#memory.get(keyOf(room)) ?? '').split(' ');
    if (state === '') return false;
    const age = this.#sight.now() - Number(time);
    return age < MARK_LIFE_MS && (state === 'hung' || age > SLOW_BEAT_MS);
  }

  /** The operator opens the room all the same, or is done with it. */
  forgive(room: string): void {
    this.#memory.set(keyOf(room), undefined);
  }

  #begin(): void {
    if (this.#cancel || this.#suspects.length === 0 || !this.#sight.isVisible()) return;
    this.#slow = 0;
    this.#beat();
  }

  #beat(): void {
    this.#beatAt = this.#sight.now();
    this.#mark('beat');
    this.#cancel = this.#sight.frameAfter(BEAT_MS, () => this.#drawn());
  }

  #drawn(): void {
    const took = this.#sight.now() - this.#beatAt;
    this.#slow = took > SLOW_BEAT_MS && took < SLEEP_MS ? this.#slow + 1 : 0;
    if (this.#slow < HANG_BEATS) return this.#beat();
    const rooms = this.#suspects;
    this.#mark('hung');
    this.#stop();
    this.#suspects = [];
    this.#hangs(rooms);
  }

  #mark(state: 'beat' | 'hung'): void {
    for (const room of this.#suspects) this.#memory.set(keyOf(room), `${state} ${this.#beatAt}`);
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #pause(): void {
    if (!this.#cancel) return;
    this.#stop();
    for (const room of this.#suspects) this.forgive(room);
  }

  #leave(): void {
    if (this.#cancel && this.#sight.now() - this.#beatAt > SLOW_BEAT_MS) this.#stop();
    else this.#pause();
  }
}
