// One room that the operator watches: what the relay says of it, the mirror, and what the operator chose (tab, scale).
// Page changes go straight from the socket to the mirror; nothing of them passes through runes. Easy to get wrong: the
// mirror lives in an element that must not move in the document (an iframe that moves reloads), so a room attaches once
// and stays attached until it is closed.

/* eslint-disable svelte/prefer-svelte-reactivity -- sets are replaced whole, never changed */

import type { Mirror, MirrorEvent, MirrorOptions } from '../../cobrowse/mirror.ts';
import { GRANTS, type Grant, type ToOperatorHand } from '../../protocol/hand.ts';
import type { FromOperator, Refusal, RoomTab, RoomView } from '../../protocol/messages.ts';
import type { SendFile } from '../send-file.ts';
import { HandFiles } from './hand-files.svelte.ts';
import { Hand } from './hand.svelte.ts';
import { Quotes } from './quotes.svelte.ts';

export type CreateMirror = (container: HTMLElement, options: MirrorOptions) => Mirror;
export type RoomDoor = {
  send(message: FromOperator): boolean;
  createMirror: CreateMirror;
  mirrorLabels(): MirrorOptions['labels'];
  /** The operator's id. */
  me(): string;
  nextAct(): number;
  sendFile: SendFile;
  /** What this operator may ask visitors for. */
  may(): readonly Grant[];
};

export type Scale = 'fit' | 'actual';
export type Figures = { perSecond: number; bytes: number; resyncs: number; elements: number; ageMs: number };

const NO_FIGURES: Figures = { perSecond: 0, bytes: 0, resyncs: 0, elements: 0, ageMs: 0 };
/** Shorter is what two measurements differ by anyway. */
const AGE_STEP_MS = 10;
/** While a page is shown the visitor's side measures its line this often, and the relay passes the result on. */
const SIGN_EVERY_MS = 2000;
/** A sign may be so late before it counts. */
const SIGN_LATE_MS = 2000;

export class Room {
  readonly id: string;
  readonly hand: Hand;
  readonly quotes = new Quotes();
  readonly files: HandFiles;
  #door: RoomDoor;
  /** Where the mirror goes. */
  #container: HTMLElement | undefined;
  #mirror: Mirror | undefined;
  /** No mirror and no frames until the operator wants them: its page made the console hang. */
  #isPutAway: boolean;
  #view = $state.raw<RoomView | undefined>();
  #refused = $state<Refusal | undefined>();
  /** The tab the operator chose to look at; undefined: follows the visitor. */
  #chosen = $state<number | undefined>();
  #painted = $state.raw<ReadonlySet<number>>(new Set());
  #failed = $state(false);
  #scale = $state<Scale>('fit');
  #figures = $state.raw(NO_FIGURES);
  #lostAt = $state<number | undefined>();
  /** Asked to watch again after a lost link, and not answered yet: what is known of the room may be old. */
  #returning = $state(false);
  /** Frames come, or are about to. */
  #asked = false;
  #framesBefore = 0;
  #repainted = false;
  /** When the relay last told of the room, and whether it did so as regularly as it does while a visitor's line works. */
  #signAt = 0;
  #hasSigns = false;

  constructor(id: string, door: RoomDoor, options: { isPutAway: boolean }) {
    this.id = id;
    this.#door = door;
    this.hand = new Hand({
      send: (say) => door.send({ t: 'hand', room: id, say }),
      nextNumber: () => door.nextAct(),
      me: () => door.me(),
      tab: () => this.tab,
      mirror: () => this.#mirror,
    });
    this.files = new HandFiles(this.hand, id, door.sendFile);
    this.#isPutAway = $state(options.isPutAway);
  }

  get view(): RoomView | undefined {
    return this.#view;
  }
  get refused(): Refusal | undefined {
    return this.#refused;
  }
  get isOver(): boolean {
    return this.#refused !== undefined || this.#view?.state === 'ended';
  }
  /** The tab on screen. */
  get tab(): number | undefined {
    const chosen = this.#chosen;
    if (chosen !== undefined && this.#view?.tabs.some((tab) => tab.tab === chosen)) return chosen;
    return this.#view?.active;
  }
  get page(): RoomTab | undefined {
    return this.#view?.tabs.find((tab) => tab.tab === this.tab);
  }
  get isFollowing(): boolean {
    return this.tab === this.#view?.active;
  }
  get isReturning(): boolean {
    return this.#returning;
  }
  get isPainted(): boolean {
    return this.tab !== undefined && this.#painted.has(this.tab);
  }
  get isFailed(): boolean {
    return this.#failed;
  }
  get isPutAway(): boolean {
    return this.#isPutAway;
  }
  get figures(): Figures {
    return this.#figures;
  }
  /** Local time since when the visitor's link is lost. */
  get lostAt(): number | undefined {
    return this.#lostAt;
  }
  get scale(): Scale {
    return this.#scale;
  }
  set scale(scale: Scale) {
    this.#scale = scale;
    this.#mirror?.scale(scale);
  }

  /** Undefined: follow the visitor again. */
  look(tab: number | undefined): void {
    this.#chosen = tab === this.#view?.active ? undefined : tab;
    this.#showTab();
  }

  attach(container: HTMLElement): void {
    this.#container = container;
    if (this.#mirror || this.#isPutAway) return;
    this.#mirror = this.#door.createMirror(container, {
      assetUrl: (hash) => `/asset/${encodeURIComponent(this.#view?.site ?? '')}/${hash}`,
      emit: (event) => this.#mirrored(event),
      labels: this.#door.mirrorLabels(),
    });
    this.#mirror.scale(this.#scale);
    this.#mirror.addresses(this.#view?.tabs ?? []);
    if (!this.#asked) this.watch();
  }

  /** Asks for the room's frames: at first, and again after the link was lost. The first time even before there is a
   * mirror: it is attached in the same task, and the answer is on its way while the screen is being drawn. */
  watch(): void {
    if (this.isOver || this.#isPutAway) return;
    const number = this.#view?.number;
    const isSent = this.#door.send({
      t: 'watch',
      room: this.id,
      answersHeads: true,
      ...(number === undefined || !this.#mirror ? {} : { number, from: this.#mirror.sequence }),
    });
    if (isSent) this.#asked = true;
    if (isSent && this.#view) this.#returning = true;
  }

  /** The relay, too, is told: frames that nobody draws need not come. */
  putAway(): void {
    if (!this.isOver) this.#door.send({ t: 'leave', room: this.id });
    this.#isPutAway = true;
    this.#mirror?.close();
    this.#mirror = undefined;
    this.#asked = false;
    this.#returning = false;
    this.#failed = false;
    this.#painted = new Set();
    this.#figures = NO_FIGURES;
    this.#framesBefore = 0;
  }

  bringBack(): void {
    this.#isPutAway = false;
    if (this.#container) this.attach(this.#container);
  }

  /** A picture from scratch. */
  repaint(): void {
    this.#failed = false;
    this.#painted = new Set();
    this.#door.send({ t: 'history', room: this.id, from: 0 });
  }

  frame(bytes: Uint8Array): void {
    this.#mirror?.frame(bytes);
  }
  history(from: number, to: number): void {
    this.#mirror?.history(from, to);
  }
  head(sequence: number): void {
    this.#mirror?.head(sequence);
    // The relay sends no more than this shows to have come.
    this.#door.send({ t: 'have', room: this.id, sequence });
  }

  receive(view: RoomView): void {
    if (view.state !== 'lost') this.#lostAt = undefined;
    else if (this.#view?.state !== 'lost') this.#lostAt = Date.now();
    // The visitor moved on to another tab: whoever follows goes along, also who had chosen exactly that tab.
    if (this.#chosen === view.active) this.#chosen = undefined;
    this.#returning = false;
    const now = performance.now();
    const isInTime = now - this.#signAt < SIGN_EVERY_MS + SIGN_LATE_MS;
    this.#hasSigns = view.state === 'live' && (this.#hasSigns || (isInTime && view.visitorRttMs !== undefined));
    this.#signAt = now;
    this.#view = view;
    if (view.state === 'ended') this.hand.ended();
    else this.hand.told(view.hands ?? [], { site: view.allowed ?? GRANTS, me: this.#door.may() });
    this.#mirror?.addresses(view.tabs);
    const isBlank = (tab: number) => view.tabs.some((each) => each.tab === tab && each.blank === true);
    if (view.tabs.some(({ tab }) => isBlank(tab) && this.#painted.has(tab)))
      this.#painted = new Set([...this.#painted].filter((tab) => !isBlank(tab)));
    this.#showTab();
  }

  /** The link came back: everything goes on where it stopped. */
  connected(): void {
    this.hand.connected();
    this.watch();
  }

  say(say: ToOperatorHand): void {
    this.hand.say(say);
  }

  refuse(why: Refusal): void {
    this.#refused = why;
  }

  /** Called once a second. */
  sample(): void {
    const stats = this.#mirror?.stats;
    if (!stats) return;
    const perSecond = Math.max(0, stats.frames - this.#framesBefore);
    this.#framesBefore = stats.frames;
    const { bytes, resyncs, elements } = stats;
    const ageMs = Math.floor(this.#age() / AGE_STEP_MS) * AGE_STEP_MS;
    const old = this.#figures;
    const isSame = old.bytes === bytes && old.resyncs === resyncs && old.elements === elements && old.ageMs === ageMs;
    if (isSame && old.perSecond === perSecond) return;
    this.#figures = { perSecond, bytes, resyncs, elements, ageMs };
  }

  leave(): void {
    if (!this.isOver) this.#door.send({ t: 'leave', room: this.id });
    this.close();
  }

  end(): void {
    this.#door.send({ t: 'end', room: this.id });
  }

  close(): void {
    this.files.close();
    this.hand.close();
    this.#mirror?.close();
    this.#mirror = undefined;
    this.#container = undefined;
    this.#asked = false;
  }

  /** Beyond what the lines take by themselves. Nothing may come because nothing changes, or because the visitor's line is
   * full: then the signs are missing too. */
  #age(): number {
    const known = this.#mirror?.age() ?? 0;
    if (!this.#hasSigns || this.#view?.state !== 'live' || !this.page?.visible) return known;
    const late = performance.now() - this.#signAt - SIGN_EVERY_MS;
    return Math.max(known, late > SIGN_LATE_MS ? late : 0);
  }

  #showTab(): void {
    const tab = this.tab;
    if (tab !== undefined && this.#mirror && this.#mirror.shown !== tab) {
      this.#mirror.show(tab);
      this.hand.repainted();
    }
  }

  #mirrored(event: MirrorEvent): void {
    switch (event.kind) {
      case 'gap':
        this.#door.send({ t: 'history', room: this.id, from: event.from });
        return;
      case 'lost':
        this.#door.send({ t: 'refresh', room: this.id, tab: event.tab });
        return;
      case 'ready':
        this.#failed = false;
        this.hand.pictured(event.tab, event.sequence);
        if (!this.#painted.has(event.tab)) this.#painted = new Set([...this.#painted, event.tab]);
        return;
      case 'painted':
        this.sample();
        return;
      case 'viewport':
        // The room's view tells the same, and also of tabs that were never drawn.
        return;
      case 'failed':
        console.warn(`The mirror of tab ${event.tab} failed: ${event.reason}`);
        // Once by itself, since most failures are one odd change; then the operator decides.
        if (!this.#repainted) {
          this.#repainted = true;
          this.repaint();
        } else if (event.tab === this.tab) this.#failed = true;
    }
  }
}
