// The console's link to the relay: text in and out as messages, binary frames passed on by room. Owns the link and the
// round-trip probe. What messages mean is the receivers' business. Easy to get wrong: an open socket is not yet a
// connection; the relay's welcome is what says that requests will be answered.

import { framesOf, readHeader } from '../../protocol/codec.ts';
import { CLOSE, type AfterClose } from '../../protocol/close-codes.ts';
import { createLink, type Link, type LinkDoor, type LinkState } from '../../protocol/link.ts';
import { parseToOperator, type FromOperator, type ToOperator } from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  /** `until` by this browser's Date.now(). */
  | { kind: 'waiting'; until: number }
  /** For good: the relay does not want this page back, because it is outdated or for another reason. */
  | { kind: 'closed'; isOutdated: boolean };

export type ConnectionEvents = {
  /** After the relay's welcome, each time. */
  connected(welcome: Extract<ToOperator, { t: 'welcome' }>): void;
  message(message: ToOperator): void;
  /** A message of this kind came and could not be read: what it said is missing. */
  missed(kind: unknown): void;
  frame(room: number, bytes: Uint8Array): void;
  /** The relay wants a new login. */
  loggedOut(): void;
};

/** Two seconds show a change of line quality soon enough and cost a byte a millisecond at most. */
const PROBE_EVERY_MS = 2000;
/** Of the last results the middle one is shown: one slow answer is not a slow line. */
const PROBES_KEPT = 5;

export class Connection {
  #door: LinkDoor;
  #events: ConnectionEvents;
  #link: Link | undefined;
  #probe: ReturnType<typeof setInterval> | undefined;
  #state = $state.raw<ConnectionState>({ kind: 'connecting' });
  #probes = $state.raw<readonly number[]>([]);

  constructor(door: LinkDoor, events: ConnectionEvents) {
    this.#door = door;
    this.#events = events;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isConnected(): boolean {
    return this.#state.kind === 'connected';
  }

  /** Round trip to the relay; undefined until measured. */
  get rttMs(): number | undefined {
    const sorted = [...this.#probes].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }

  start(): void {
    this.#link ??= createLink(this.#door, {
      open: () => {},
      changed: (state, after) => this.#changed(state, after),
      text: (data) => this.#text(data),
      bytes: (data) => this.#bytes(data),
    });
    this.#probe ??= setInterval(() => this.send({ t: 'probe', at: this.#door.now() }), PROBE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#probe);
    this.#probe = undefined;
    this.#link?.close();
    this.#link = undefined;
    this.#state = { kind: 'connecting' };
  }

  /** False: not connected, nothing was sent. Requests that must not be lost are made again in `connected`. */
  send(message: FromOperator): boolean {
    if (!this.isConnected || !this.#link) return false;
    return this.#link.send(JSON.stringify(message)) === 'sent';
  }

  hint(): void {
    this.#link?.hint();
  }

  #changed(state: LinkState, after: AfterClose | undefined): void {
    switch (state.kind) {
      case 'connecting':
      case 'open':
        this.#state = { kind: 'connecting' };
        return;
      case 'waiting':
        this.#probes = [];
        this.#state = { kind: 'waiting', until: Date.now() + Math.max(0, state.until - this.#door.now()) };
        return;
      case 'closed':
        this.#state = { kind: 'closed', isOutdated: state.code === CLOSE.PeerTooOld };
        if (after === 'login') this.#events.loggedOut();
    }
  }

  #text(data: string): void {
    let message: ToOperator;
    try {
      message = parseToOperator(data);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // A newer relay may say things that this page does not know yet; the rest still works.
      console.warn(`A message of the relay was not understood: ${error.message}`);
      this.#events.missed(kindOf(data));
      return;
    }
    switch (message.t) {
      case 'welcome':
        this.#state = { kind: 'connected' };
        this.#events.connected(message);
        return;
      case 'echo':
        this.#probes = [...this.#probes, Math.max(0, this.#door.now() - message.at)].slice(-PROBES_KEPT);
        return;
      case 'beat':
        return;
      default:
        this.#events.message(message);
    }
  }

  #bytes(data: Uint8Array): void {
    try {
      for (const frame of framesOf(data)) this.#events.frame(readHeader(frame).room, frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      console.warn(`A frame of the relay was malformed: ${error.message}`);
    }
  }
}

/** What a message that can't be read is about. One that is no JSON at all may have been about anything. */
function kindOf(data: string): unknown {
  try {
    return (JSON.parse(data) as { t?: unknown } | null)?.t;
  } catch {
    return undefined;
  }
}
