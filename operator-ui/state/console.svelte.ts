// The console as a whole: creates every piece of state, connects them, and hands itself to components by context.
// Decides only what concerns several pieces at once: what a message is about, what follows a login, where an accepted
// ask leads.

import { createContext } from 'svelte';
import type { Thread } from '../../protocol/chat.ts';
import { GRANTS, type Grant } from '../../protocol/hand.ts';
import type { LinkDoor } from '../../protocol/link.ts';
import type { ToOperator } from '../../protocol/messages.ts';
import type { FollowAttention, Memory } from '../browser-doors.ts';
import type { FileHttp } from '../file-http.ts';
import type { RelayHttp } from '../relay-http.ts';
import { AccountHolder } from './account.svelte.ts';
import { ActNumbers } from './act-numbers.ts';
import { Asks } from './asks.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Connection } from './connection.svelte.ts';
import { contactName } from './dialog-words.ts';
import { Dialogs } from './dialogs.svelte.ts';
import { HangGuard, type Sight } from './hang-guard.ts';
import type { OutboxStore } from './outbox.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import type { CreateMirror, Room } from './room.svelte.ts';
import { Rooms } from './rooms.svelte.ts';
import { Route } from './route.svelte.ts';
import { Settings } from './settings.svelte.ts';
import { Toasts } from './toasts.svelte.ts';
import { Visitors } from './visitors.svelte.ts';

export type ConsoleDoors = {
  http: RelayHttp;
  link: LinkDoor;
  device: Memory;
  tab: Memory;
  sight: Sight;
  createMirror: CreateMirror;
  outbox: OutboxStore;
  files: FileHttp;
  /** A short sound, where the browser allows one. */
  chime(): void;
  attention: FollowAttention;
  /** Random bytes for ids. */
  fill(bytes: Uint8Array<ArrayBuffer>): unknown;
};

export class Console {
  readonly preferences: Preferences;
  readonly account: AccountHolder;
  readonly connection: Connection;
  readonly visitors: Visitors;
  readonly asks: Asks;
  readonly rooms: Rooms;
  readonly dialogs: Dialogs;
  readonly settings: Settings;
  readonly guard: HangGuard;
  readonly route = new Route();
  readonly clock = new Clock();
  readonly toasts = new Toasts();
  #doors: ConsoleDoors;
  #numbers = new ActNumbers();
  #graceMs = $state(0);
  #may: readonly Grant[] = GRANTS;

  constructor(doors: ConsoleDoors) {
    this.#doors = doors;
    this.preferences = new Preferences(doors.device);
    this.account = new AccountHolder(doors.http);
    this.connection = new Connection(doors.link, {
      connected: (welcome) => this.#connected(welcome),
      message: (message) => this.#receive(message),
      missed: (kind) => {
        if (kind === 'rows' || kind === undefined) this.visitors.missed();
        if (kind === 'dialog' || kind === undefined) this.dialogs.missed();
      },
      frame: (room, bytes) => this.rooms.frame(room, bytes),
      loggedOut: () => this.account.ended(),
    });
    const numbers = this.#numbers;
    const send = this.connection.send.bind(this.connection);
    this.visitors = new Visitors(() => this.connection.send({ t: 'list', on: true }));
    this.asks = new Asks({
      send,
      nameOf: (visitor) => this.visitors.rowOf(visitor)?.title ?? '',
      accepted: (room, visitor) => this.#accepted(room, visitor),
    });
    this.guard = new HangGuard({ sight: doors.sight, memory: doors.device }, (rooms) => {
      for (const id of rooms) this.rooms.byId(id)?.putAway();
    });
    this.rooms = new Rooms(
      {
        send,
        createMirror: doors.createMirror,
        mirrorLabels: () => this.preferences.texts.mirrorLabels,
        me: () => (this.account.state.kind === 'in' ? this.account.state.account.operator.id : ''),
        nextAct: () => numbers.next(),
        sendFile: (room, file, progress) => doors.http.sendFile(room, file, progress),
        may: () => this.#may,
      },
      { memory: doors.tab, hasHung: (room) => this.guard.hasHung(room) },
    );
    this.dialogs = new Dialogs({
      tell: (say) => this.connection.send({ t: 'dialog', say }),
      me: () => (this.account.state.kind === 'in' ? this.account.state.account.operator : { id: '', name: '' }),
      store: doors.outbox,
      files: doors.files,
      memory: doors.device,
      now: () => Date.now(),
      random: () => doors.link.random(),
      fill: (bytes) => doors.fill(bytes),
      after: (delayMs, task) => doors.link.after(delayMs, task),
      assigned: (thread, isShown) => this.#assigned(thread, isShown),
      refused: (_, why) => this.toasts.show(this.texts.dialog.refused(this.texts.dialog.whys[why])),
      notSaved: (why) => this.toasts.show(this.texts.search.notSaved(this.texts.dialog.whys[why])),
    });
    this.settings = new Settings({
      http: doors.http,
      loggedOut: () => this.account.ended(),
      sitesChanged: (sites) => {
        this.visitors.setSites(sites);
        // The empty list tells what to paste: now it is this.
        void this.account.refresh();
      },
    });
  }

  get texts() {
    return this.preferences.texts;
  }

  /** How long the relay waits for a visitor whose link is lost. */
  get graceMs(): number {
    return this.#graceMs;
  }

  /** The room on screen, when the address names one. */
  get room(): Room | undefined {
    const { place } = this.route;
    return place.kind === 'room' ? this.rooms.byId(place.room) : undefined;
  }

  /** Whose mirrors the console's own slowness is put down to: what is on screen costs most. Mirrors behind it are laid out
   * too, so they are to blame when it can't be that one. */
  get suspects(): readonly string[] {
    const { room } = this;
    const rooms = room && !room.isPutAway ? [room] : this.rooms.open.filter((each) => !each.isPutAway);
    return rooms.map((each) => each.id);
  }

  /** Follows the account: the link is there while somebody with a password of their own is logged in. */
  follow(): () => void {
    this.rooms.restore();
    this.dialogs.begin();
    this.connection.start();
    const unguard = this.guard.start();
    const { attention } = this.dialogs.roster;
    const unfollow = this.#doors.attention({
      touched: () => attention.touched(),
      locked: (isLocked) => attention.locked(isLocked),
    });
    return () => {
      unfollow();
      unguard();
      const { state } = this.account;
      this.connection.stop();
      this.visitors.clear();
      this.asks.clear();
      this.dialogs.clear();
      const forget = state.kind === 'out' && state.because === 'left';
      this.settings.clear({ forget });
      this.rooms.clear({ forget });
    };
  }

  view(room: string): void {
    this.rooms.enter(room);
    this.route.go({ kind: 'room', room });
  }

  leave(room: Room): void {
    const wasOnScreen = this.room === room;
    this.rooms.leave(room);
    this.guard.forgive(room.id);
    if (wasOnScreen) this.route.replace({ kind: 'visitors' });
  }

  /** Opens a room whose mirror was put away. */
  openAgain(room: Room): void {
    this.guard.forgive(room.id);
    room.bringBack();
  }

  #connected(welcome: Extract<ToOperator, { t: 'welcome' }>): void {
    this.clock.set(welcome.now);
    this.#numbers.restart();
    this.#graceMs = welcome.graceMs;
    this.#may = welcome.operator.may;
    this.visitors.setSites(welcome.sites);
    this.asks.cut();
    this.connection.send({ t: 'list', on: true });
    this.rooms.watchAgain();
    this.dialogs.linked();
  }

  #receive(message: ToOperator): void {
    switch (message.t) {
      case 'rows':
        return this.visitors.apply(message);
      case 'asked':
        return this.asks.answered(message);
      case 'room':
        return this.rooms.receive(message.view);
      case 'history':
        return this.rooms.byId(message.room)?.history(message.from, message.to);
      case 'head':
        return this.rooms.byId(message.room)?.head(message.sequence);
      case 'hand':
        return this.rooms.byId(message.room)?.say(message.say);
      case 'dialog':
        return this.dialogs.receive(message.say);
      case 'refused': {
        const isShown = this.rooms.refused(message) || this.asks.refused(message);
        if (!isShown) this.toasts.show(this.texts.refusals[message.why]);
        return;
      }
      case 'welcome':
      case 'echo':
      case 'beat':
        // The connection's own.
        return;
    }
  }

  #assigned(thread: Thread, isShown: boolean): void {
    if (isShown && this.#doors.sight.isVisible()) return;
    this.#doors.chime();
    this.toasts.show(this.texts.desk.assignedToYou(contactName(thread.contact, this.texts.dialog)));
  }

  #accepted(room: string, visitor: string): void {
    // Whoever is busy with another visitor is not torn away: the card offers to open it.
    if (this.route.place.kind === 'room' && this.room && !this.room.isOver) return;
    this.asks.dismiss(visitor);
    this.view(room);
  }
}

export const [useConsole, provideConsole] = createContext<Console>();
