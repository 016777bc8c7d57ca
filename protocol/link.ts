// A peer's own end of the WebSocket, across reconnects: one state, one function that changes it (L1, L2). Owns sockets,
// the retry timer and the silence watch; knows nothing of messages beyond text and bytes. Socket, clock and randomness
// are handed in, so the simulation runs the real link. An abandoned socket is deaf (L5).

import { afterClose, CLOSE, type AfterClose } from './close-codes.ts';
import { LIMITS } from './limits.ts';
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
  /** Runs `task` after `delayMs`; the result cancels it. */
  after(delayMs: number, task: () => void): () => void;
  now(): number;
  random(): number;
  hidden(): boolean;
};

export type LinkState =
  | { kind: 'connecting'; attempt: number; socket: LinkSocket }
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
  text(data: string): Sent;
  /** Sends now whatever is waiting: ordered and vital frames. */
  bytes(data: Uint8Array<ArrayBuffer>): Sent;
  /** Latest-wins: dropped without trace while more than `maxWaitingBytes` wait in the socket. */
  latest(data: Uint8Array<ArrayBuffer>, maxWaitingBytes: number): Sent | 'dropped';
  waitingBytes(): number;
  /** The network is back or the tab is visible again: try now instead of later. */
  hint(): void;
  close(): void;
};

/** Checks for silence this often; only while open. */
const WATCH_MS = 5_000;

export function createLink(door: LinkDoor, events: LinkEvents): Link {
  let current: LinkSocket | undefined;
  let stopWatch: (() => void) | undefined;
  let lastTry = -Infinity;
  let state: LinkState;

  const set = (next: LinkState, after?: AfterClose) => {
    if (state?.kind === 'waiting') state.cancel();
    if (next.kind !== 'open') {
      stopWatch?.();
      stopWatch = undefined;
    }
    state = next;
    events.changed(state, after);
  };

  const lost = (code: number, attempt: number) => {
    current = undefined;
    const after = afterClose(code);
    const plan = nextTry({ after, attempt, hidden: door.hidden(), random: door.random() });
    if (plan.kind === 'stop') return set({ kind: 'closed', code, after }, after);
    const cancel = door.after(plan.delayMs, () => connect(attempt + 1));
    set({ kind: 'waiting', attempt, until: door.now() + plan.delayMs, cancel, because: code }, after);
  };

  const connect = (attempt: number) => {
    lastTry = door.now();
    let mine: LinkSocket | undefined;
    const isMine = () => mine !== undefined && mine === current;
    try {
      mine = door.connect({
        open() {
          if (!isMine() || mine === undefined) return;
          set({ kind: 'open', socket: mine, heardAt: door.now() });
          watch();
          events.open();
        },
        text(data) {
          if (!isMine()) return;
          heard();
          events.text(data);
        },
        bytes(data) {
          if (!isMine()) return;
          heard();
          events.bytes(data);
        },
        closed(code) {
          if (!isMine()) return;
          // A connection that held counts as a success: start the backoff again from its beginning.
          lost(code, state.kind === 'open' ? 0 : attempt);
        },
      });
    } catch {
      // The address or the page's policy forbids the socket: the same as one that never opens.
      lost(1006, attempt);
      return;
    }
    current = mine;
    set({ kind: 'connecting', attempt, socket: mine });
  };

  const heard = () => {
    if (state.kind === 'open') state.heardAt = door.now();
  };

  const watch = () => {
    stopWatch = door.after(WATCH_MS, () => {
      if (state.kind !== 'open') return;
      if (door.now() - state.heardAt > LIMITS.silenceMs) {
        const silent = state.socket;
        lost(CLOSE.Silent.code, 0);
        silent.close(CLOSE.Silent.code);
        return;
      }
      watch();
    });
  };

  const open = () => (state.kind === 'open' ? state.socket : undefined);

  connect(0);

  return {
    // connect() has set it before this object exists.
    get state() {
      return state;
    },
    text(data) {
      const socket = open();
      if (!socket) return 'closed';
      socket.send(data);
      return 'sent';
    },
    bytes(data) {
      const socket = open();
      if (!socket) return 'closed';
      socket.send(data);
      return 'sent';
    },
    latest(data, maxWaitingBytes) {
      const socket = open();
      if (!socket) return 'closed';
      if (socket.bufferedAmount() > maxWaitingBytes) return 'dropped';
      socket.send(data);
      return 'sent';
    },
    waitingBytes() {
      return open()?.bufferedAmount() ?? 0;
    },
    hint() {
      if (state.kind !== 'waiting') return;
      const wait = Math.max(0, lastTry + RECONNECT.minimumMs - door.now());
      const attempt = state.attempt;
      const cancel = door.after(wait, () => connect(attempt + 1));
      set({ ...state, until: door.now() + wait, cancel });
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
