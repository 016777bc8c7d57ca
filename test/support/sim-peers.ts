// Visitors and operators for the simulation: real links, real resend buffer and codec; the page is a list of numbers
// and the mirror a copy of it. Their rules are those of cobrowse/visit.ts and cobrowse/mirror.ts in a few lines.

import {
  createAssembler,
  encodeFrames,
  encodePointer,
  isOrdered,
  KIND,
  payloadOf,
  framesOf,
  readHeader,
  type Assembler,
} from '../../protocol/codec.ts';
import { createLink, sendLatest, type Link, type LinkDoor } from '../../protocol/link.ts';
import { parseToHand, type ToHand } from '../../protocol/hand.ts';
import { parseToOperator, parseToVisitor } from '../../protocol/messages.ts';
import type {
  FromOperator,
  FromVisitor,
  Person,
  RoomView,
  ToOperator,
  ToVisitor,
  VisitState,
} from '../../protocol/messages.ts';
import { createResendBuffer } from '../../protocol/resend.ts';

const PROBE_EVERY_MS = 2000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class SimTab {
  readonly link: Link;
  readonly key: string;
  readonly shared: { resume: string | undefined; token: string | undefined };
  /** The page: whatever was ever put on it. */
  page: number[] = [];
  visit: VisitState | undefined;
  /** As the relay knew it at the last welcome. */
  found: VisitState | undefined;
  asked: string | undefined;
  ended: string | undefined;
  endedBy: string | undefined;
  code: string | undefined;
  pausedHere = false;
  snapshots = 0;
  /** How often the relay asked for one. */
  asks = 0;
  /** Something of the page stands in the place of what capture needs: it captures nothing, and does not know. */
  isBroken = false;
  /** Called with every message, when it has been taken in. */
  heard: (message: ToVisitor | ToHand) => void = () => {};
  #capturing = false;
  #door: LinkDoor;
  #bornAt: number;
  #resend = createResendBuffer(2000);
  #site: string;

  constructor(door: LinkDoor, site: string, key: string, shared: SimTab['shared']) {
    this.#site = site;
    this.key = key;
    this.shared = shared;
    this.#door = door;
    this.#bornAt = door.now();
    door.after(PROBE_EVERY_MS, () => this.#probe());
    this.link = createLink(door, {
      open: () => this.#hello(),
      text: (data) => {
        // The hand's messages are its bundle's to read.
        const message = data.startsWith('{"t":"hand"') ? parseToHand(data) : parseToVisitor(data);
        if (message.t !== 'hand') this.#receive(message);
        this.heard(message);
      },
      bytes: () => {
        throw new Error('a visitor receives no frames');
      },
      changed: (state, after) => {
        if (after === 'fresh') this.shared.token = undefined;
        if (state.kind !== 'open' && this.visit) this.visit = { ...this.visit, capture: this.#capturing };
      },
    });
  }

  send(message: FromVisitor) {
    this.link.send(JSON.stringify(message));
  }

  /** `bytes`: how long its frame is, at least. */
  mutate(value: number, bytes = 0) {
    this.page.push(value);
    if (this.#capturing) this.#ordered(KIND.Change, { add: value, filling: 'x'.repeat(bytes) });
  }

  /** The page itself asks for a fresh snapshot, as it does when what waits has grown longer than it is. */
  refresh() {
    this.#snapshot();
  }

  point(x: number) {
    sendLatest(this.link, encodePointer({ x, y: 0, buttons: 0, state: 'mouse', node: 0 }), 100);
  }

  pause(on: boolean) {
    this.pausedHere = on;
    if (on) this.#capturing = false;
    this.send({ t: 'pause', on });
  }

  answer(yes: boolean) {
    if (this.asked !== undefined) this.send({ t: 'answer', ask: this.asked, yes });
    this.asked = undefined;
  }

  get isCapturing() {
    return this.#capturing;
  }

  #hello() {
    this.send({
      t: 'hello',
      site: this.#site,
      tab: this.key,
      lang: 'en',
      page: { url: 'https://shop.example/', title: 'Shop', visible: true, viewport: { width: 800, height: 600 } },
      ...(this.shared.token === undefined ? {} : { token: this.shared.token }),
      ...(this.shared.resume === undefined ? {} : { resume: this.shared.resume }),
    });
  }

  #probe() {
    if (this.link.state.kind === 'closed') return;
    if (this.#capturing) this.send({ t: 'probe', at: this.#door.now() - this.#bornAt });
    this.#door.after(PROBE_EVERY_MS, () => this.#probe());
  }

  #ordered(kind: typeof KIND.Snapshot | typeof KIND.Change, value: unknown) {
    if (this.isBroken) return;
    if (kind === KIND.Snapshot) {
      this.#resend.forget();
      this.snapshots++;
    }
    for (const frame of encodeFrames(kind, encoder.encode(JSON.stringify(value)))) {
      this.#resend.take(frame);
      this.link.send(frame);
    }
  }

  #snapshot() {
    this.#ordered(KIND.Snapshot, { page: this.page });
  }

  #follow(visit: VisitState, linked: boolean) {
    this.visit = visit;
    this.shared.resume = visit.resume;
    const capture = visit.capture && !this.pausedHere;
    const starts = capture && !this.#capturing;
    this.#capturing = capture;
    if (starts) return this.#snapshot();
    if (!capture || !linked) return;
    const missing = this.#resend.after(visit.received);
    if (!missing) return this.#snapshot();
    for (const frame of missing) this.link.send(frame);
  }

  #receive(message: ToVisitor) {
    switch (message.t) {
      case 'welcome':
        this.shared.token = message.token;
        this.found = message.visit;
        if (message.visit) {
          if (this.pausedHere !== message.visit.paused) this.send({ t: 'pause', on: this.pausedHere });
          this.#follow(message.visit, true);
        }
        return;
      case 'visit':
        return this.#follow(message.visit, false);
      case 'ask':
        this.asked = message.ask;
        return;
      case 'unask':
        this.asked = undefined;
        return;
      case 'code':
        // One without a life has been used.
        this.code = message.lifeMs > 0 ? message.code : undefined;
        return;
      case 'ended':
        this.#capturing = false;
        this.visit = undefined;
        this.ended = message.why;
        this.endedBy = message.by;
        this.shared.resume = undefined;
        return;
      case 'snapshot':
        this.asks++;
        if (this.#capturing) this.#snapshot();
        return;
      case 'ack':
        return this.#resend.acknowledge(message.received);
      case 'want':
      case 'echo':
      case 'beat':
      case 'refused':
        return;
    }
  }
}

type Copy = {
  view: RoomView;
  sequence: number;
  until: number;
  gap: boolean;
  tabs: Map<number, number[]>;
  assemblers: Map<number, Assembler>;
};

export class SimOperator {
  readonly link: Link;
  readonly rooms = new Map<string, Copy>();
  readonly refusals: string[] = [];
  endedBy: Person | undefined;
  watching = new Set<string>();
  asked = new Map<string, string>();
  rows = new Map<string, { state: string; room?: string | undefined }>();
  resyncs = 0;
  pointers = 0;
  /** As the console does; one of an earlier day does not. */
  readonly answersHeads: boolean;
  /** Called with every number that becomes visible here. */
  saw: (value: number) => void = () => {};
  /** Called with every message, when it has been taken in. */
  heard: (message: ToOperator) => void = () => {};

  constructor(door: LinkDoor, answersHeads = true) {
    this.answersHeads = answersHeads;
    this.link = createLink(door, {
      open: () => {
        this.send({ t: 'list', on: true });
        for (const id of this.watching) {
          const copy = this.rooms.get(id);
          this.#watch(id, copy ? { number: copy.view.number, from: copy.sequence } : {});
        }
      },
      text: (data) => {
        const message = parseToOperator(data);
        this.#receive(message);
        this.heard(message);
      },
      bytes: (data) => {
        for (const frame of framesOf(data)) this.#frame(frame);
      },
      changed: () => {},
    });
  }

  send(message: FromOperator) {
    this.link.send(JSON.stringify(message));
  }

  watch(room: string) {
    this.watching.add(room);
    this.#watch(room);
  }

  #watch(room: string, known: { number?: number; from?: number } = {}) {
    this.send({ t: 'watch', room, ...known, ...(this.answersHeads ? { answersHeads: true } : {}) });
  }

  leave(room: string) {
    this.watching.delete(room);
    this.rooms.delete(room);
    this.send({ t: 'leave', room });
  }

  #receive(message: ToOperator) {
    switch (message.t) {
      case 'rows':
        if (message.reset) this.rows.clear();
        for (const row of message.put) this.rows.set(row.id, { state: row.state, room: row.room });
        for (const id of message.gone) this.rows.delete(id);
        return;
      case 'asked':
        this.asked.set(message.visitor, message.state);
        if (message.room !== undefined) this.watch(message.room);
        return;
      case 'room': {
        const { view } = message;
        const copy = this.rooms.get(view.room);
        if (!this.watching.has(view.room)) return;
        if (copy && copy.view.number === view.number) copy.view = view;
        else
          this.rooms.set(view.room, {
            view,
            sequence: 0,
            until: 0,
            gap: false,
            tabs: new Map(),
            assemblers: new Map(),
          });
        if (view.state === 'ended') {
          this.endedBy = view.endedBy;
          this.watching.delete(view.room);
          this.rooms.delete(view.room);
        }
        return;
      }
      case 'history': {
        const copy = this.rooms.get(message.room);
        if (!copy) return;
        if (message.from === 0) {
          copy.tabs.clear();
          copy.assemblers.clear();
          copy.sequence = 0;
        }
        for (const assembler of copy.assemblers.values()) assembler.reset();
        // History that begins after what is here: something before it was lost.
        if (message.from > copy.sequence) return this.#repair(message.room, copy);
        copy.gap = false;
        copy.until = message.to;
        return;
      }
      case 'head': {
        const copy = this.rooms.get(message.room);
        if (copy && !copy.gap && Math.max(copy.sequence, copy.until) < message.sequence)
          this.#repair(message.room, copy);
        if (this.answersHeads) this.send({ t: 'have', room: message.room, sequence: message.sequence });
        return;
      }
      case 'refused':
        this.refusals.push(message.why);
        if (message.why === 'no-such-room' && message.about !== undefined) {
          this.watching.delete(message.about);
          this.rooms.delete(message.about);
        }
        return;
      case 'welcome':
      case 'echo':
      case 'beat':
      case 'hand':
        return;
    }
  }

  #repair(room: string, copy: Copy) {
    copy.gap = true;
    this.resyncs++;
    this.send({ t: 'history', room, from: copy.sequence });
  }

  #frame(bytes: Uint8Array) {
    const header = readHeader(bytes);
    const found = [...this.rooms].find(([, copy]) => copy.view.number === header.room);
    if (!found) return;
    const [id, copy] = found;
    if (!isOrdered(header.kind)) {
      this.pointers++;
      return;
    }
    if (copy.gap || header.sequence <= copy.sequence) return;
    if (header.sequence > Math.max(copy.sequence, copy.until) + 1) return this.#repair(id, copy);
    copy.sequence = header.sequence;
    if (header.kind === KIND.Assets) return;
    let assembler = copy.assemblers.get(header.tab);
    if (!assembler) copy.assemblers.set(header.tab, (assembler = createAssembler()));
    const payload = assembler.push(header, payloadOf(bytes));
    if (!payload) return;
    const value = JSON.parse(decoder.decode(payload.bytes)) as { page?: number[]; add?: number };
    if (value.page) {
      copy.tabs.set(header.tab, [...value.page]);
      for (const seen of value.page) this.saw(seen);
    } else if (value.add !== undefined) {
      const tab = copy.tabs.get(header.tab);
      if (!tab) throw new Error('a change came before its snapshot');
      tab.push(value.add);
      this.saw(value.add);
    }
  }
}
