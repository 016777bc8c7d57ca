// All rooms that the operator has open, like tabs of a browser. Sends every frame to its room by the number in the
// frame's header. Remembers what is open, so that a reload of the console comes back to the same screens.

/* eslint-disable svelte/prefer-svelte-reactivity -- frames are routed outside of runes */

import type { RoomView, ToOperator } from '../../protocol/messages.ts';
import type { Memory } from '../browser-doors.ts';
import { Room, type RoomDoor } from './room.svelte.ts';

const KEY = 'rooms';

export class Rooms {
  #door: RoomDoor;
  #memory: Memory;
  #hasHung: (room: string) => boolean;
  #open = $state.raw<readonly Room[]>([]);
  #byNumber = new Map<number, Room>();
  #sampling: ReturnType<typeof setInterval> | undefined;

  constructor(door: RoomDoor, known: { memory: Memory; hasHung: (room: string) => boolean }) {
    this.#door = door;
    this.#memory = known.memory;
    this.#hasHung = known.hasHung;
  }

  get open(): readonly Room[] {
    return this.#open;
  }
  byId(id: string): Room | undefined {
    return this.#open.find((room) => room.id === id);
  }

  /** Opens a room's screen, or finds it open. */
  enter(id: string): Room {
    const found = this.byId(id);
    if (found) return found;
    const room = new Room(id, this.#door, { isPutAway: this.#hasHung(id) });
    this.#set([...this.#open, room]);
    room.watch();
    return room;
  }

  /** Rooms that were open before this page was reloaded. */
  restore(): void {
    for (const id of (this.#memory.get(KEY) ?? '').split(' ').filter(Boolean)) this.enter(id);
  }

  leave(room: Room): void {
    room.leave();
    for (const [number, each] of this.#byNumber) if (each === room) this.#byNumber.delete(number);
    this.#set(this.#open.filter((each) => each !== room));
  }

  /** After the link came back: everything goes on where it stopped. */
  watchAgain(): void {
    // A relay that restarted may give the numbers to other rooms.
    this.#byNumber.clear();
    for (const room of this.#open) room.connected();
  }

  receive(view: RoomView): void {
    const room = this.byId(view.room);
    if (!room) return;
    if (view.state === 'ended') this.#byNumber.delete(view.number);
    else this.#byNumber.set(view.number, room);
    room.receive(view);
    if (view.state === 'ended') this.#remember();
  }

  frame(number: number, bytes: Uint8Array): void {
    this.#byNumber.get(number)?.frame(bytes);
  }

  /** True: the refusal was about one of these rooms. */
  refused(message: Extract<ToOperator, { t: 'refused' }>): boolean {
    const room = message.about === undefined ? undefined : this.byId(message.about);
    if (!room) return false;
    // A refused history only means "not so often": the mirror asks again when it needs to.
    if (message.what === 'watch') {
      room.refuse(message.why);
      this.#remember();
    }
    if (/^(hand|wish)/.test(message.what)) room.hand.refused(message.why);
    return true;
  }

  /** `forget`: somebody else may log in next. Without it the screens are restored after the next login. */
  clear(options: { forget: boolean }): void {
    for (const room of this.#open) room.close();
    this.#byNumber.clear();
    this.#show([]);
    if (options.forget) this.#memory.set(KEY, '');
  }

  #set(open: readonly Room[]): void {
    this.#show(open);
    this.#remember();
  }

  /** What is over need not come back after a reload. */
  #remember(): void {
    const living = this.#open.filter((room) => !room.isOver);
    this.#memory.set(KEY, living.map((room) => room.id).join(' '));
  }

  #show(open: readonly Room[]): void {
    this.#open = open;
    if (open.length > 0) {
      this.#sampling ??= setInterval(() => {
        for (const room of this.#open) room.sample();
      }, 1000);
    } else {
      clearInterval(this.#sampling);
      this.#sampling = undefined;
    }
  }
}
