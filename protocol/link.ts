// A peer's own end of the WebSocket, across reconnects: one state, one function that changes it (LK1, LK2). Owns sockets,
// the retry timer and the silence watch; knows nothing of messages beyond text and bytes. Socket, clock and randomness
// are handed in, so the simulation runs the real link. An abandoned socket is deaf (LK5).

import { afterClose, CLOSE, type AfterClose } from './close-codes.ts';
import { nextTry, RECONNECT } from './reconnect.ts';

/** What a link needs of a WebSocket; the browser's own fits after `browserSocket` (widget/host.ts, operator-ui). */
export type LinkSocket = {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  /** Bytes accepted by send and not yet on the network. */
  bufferedAmount(): number;
};

export type SocketEvents = {
  open(): void;
  text(data: string): void;
  bytes(data: Uint8Array<ArrayBuffer>): void;
  /** Called once, also when the socket never opened (code 1006). */
  closed(code: number): void;
};

export type LinkDoor = {
  /** Starts to connect. May call events only after it returned. Throws if the address is unusable. */
  connect(events: SocketEvents): LinkSocket;
  /** Runs `task` after `delayMs`, if that is negative at once, but never within this call; the result cancels it. */
  after(delayMs: number, task: () => void): () => void;
  now(): number;
  random(): number;
  hidden(): boolean;
};

export type LinkState =
  | { kind: 'connecting' }
  | { kind: 'open'; socket: LinkSocket; heardAt: number }
  | { kind: 'waiting'; attempt: number; until: number; cancel: () => void; because: number }
  /** Terminal: close() was called (code undefined) or the relay said not to come back. */
  | { kind: 'closed'; code: number | undefined; after: AfterClose };

export type LinkEvents = {
  /** The socket is open: say hello. */
  open(): void;
  text(data: string): void;
  bytes(data: Uint8Array<ArrayBuffer>): void;
  /** Every change of state, after it happened. `fresh` in `after` asks the owner to forget its identity. */
  changed(state: LinkState, after: AfterClose | undefined): void;
};

/** 'sent' is given to the socket; 'closed': no open socket, nothing was kept. */
export type Sent = 'sent' | 'closed';

export type Link = {
  readonly state: LinkState;
  /** Gives it to the socket now: messages and ordered frames. */
  send(data: string | Uint8Array<ArrayBuffer>): Sent;
  /** The network is back or the tab is visible again: try now instead of later. */
  hint(): void;
  close(): void;
};

/** Sends a latest-wins frame (pointer, picture): dropped without trace while more than `maxWaitingBytes` wait in the
 * socket. Apart from the link because the loader, which carries the link in 2.5 kB, sends none. */
export function sendLatest(link: Link, data: Uint8Array<ArrayBuffer>, maxWaitingBytes: number): Sent | 'dropped' {
  if (link.state.kind === 'open' && link.state.socket.bufferedAmount() > maxWaitingBytes) return 'dropped';
  return link.send(data);
}

/** Checks for silence this often; only while open. */
const WATCH_MS = 5_000;

export function createLink(door: LinkDoor, events: LinkEvents): Link {
  let current: LinkSocket | undefined;
  let stopWatch: (() => void) | undefined;
  let lastTry: number;
  let state: LinkState;

  const set = (next: LinkState, after?: AfterClose) => {
    if (state?.kind === 'waiting') state.cancel();
    stopWatch?.();
    state = next;
    events.changed(state, after);
  };

  const wait = (delayMs: number, attempt: number, because: number, after?: AfterClose) => {
    const cancel = door.after(delayMs, () => connect(attempt + 1));
    set({ kind: 'waiting', attempt, until: door.now() + delayMs, cancel, because }, after);
  };

  const lost = (code: number, attempt: number) => {
    current = undefined;
    const after = afterClose(code);
    const delayMs = nextTry(after, attempt, door);
    if (delayMs === undefined) set({ kind: 'closed', code, after }, after);
    else wait(delayMs, attempt, code, after);
  };

  const connect = (attempt: number) => {
    lastTry = door.now();
    /** Whatever arrives: undefined once the socket is abandoned. */
    const heard = <T>(take: (data: T) => void) => {
      return (data: T) => {
        if (mine !== current) return;
        if (state.kind === 'open') state.heardAt = door.now();
        take(data);
      };
    };
    let mine: LinkSocket | undefined;
    try {
      mine = door.connect({
        open() {
          if (!mine || mine !== current) return;
          set({ kind: 'open', socket: mine, heardAt: door.now() });
          watch();
          events.open();
        },
        text: heard(events.text),
        bytes: heard(events.bytes),
        closed(code) {
          // A connection that held counts as a success: start the backoff again from its beginning.
          if (mine === current) lost(code, state.kind === 'open' ? 0 : attempt);
        },
      });
    } catch {
      // The address or the page's policy forbids the socket: the same as one that never opens.
      return lost(1006, attempt);
    }
    current = mine;
    set({ kind: 'connecting' });
  };

  const watch = () => {
    stopWatch = door.after(WATCH_MS, () => {
      if (state.kind !== 'open') return;
      if (door.now() - state.heardAt < RECONNECT.silenceMs) return watch();
      const { socket } = state;
      lost(CLOSE.Silent, 0);
      socket.close(CLOSE.Silent);
    });
  };

  connect(0);

  return {
    // connect() has set it before this object exists.
    get state() {
      return state;
    },
    send(data) {
      if (state.kind !== 'open') return 'closed';
      state.socket.send(data);
      return 'sent';
    },
    hint() {
      // Negative where the last try is long ago: at once.
      if (state.kind === 'waiting') wait(lastTry + RECONNECT.minimumMs - door.now(), state.attempt, state.because);
    },
    close() {
      if (state.kind === 'closed') return;
      const socket = current;
      current = undefined;
      set({ kind: 'closed', code: undefined, after: 'stop' });
      socket?.close(1000);
    },
  };
}
