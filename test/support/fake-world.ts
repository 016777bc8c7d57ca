// A clock and a network that tests turn by hand: timers fire in order of time, bytes wait in queues until they are
// delivered, connections can be cut. Replaces the doors (sockets, timers), never our own modules (X10).

import type { LinkDoor, LinkSocket, SocketEvents } from '../../protocol/link.ts';
import type { SendResult, Socket } from '../../relay/live/peer.ts';
import { CLOSE, type CloseName } from '../../protocol/close-codes.ts';
import type { Random } from './random.ts';

export type Clock = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  /** Fires everything due in the next `ms`, in order. */
  advance(ms: number): void;
};

export function createClock(): Clock {
  let now = 1_000_000;
  let order = 0;
  const timers: { at: number; order: number; task: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, task) {
      const timer = { at: now + delayMs, order: order++, task };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        let first = -1;
        for (let index = 0; index < timers.length; index++) {
          const timer = timers[index];
          const best = timers[first];
          if (!timer || timer.at > end) continue;
          if (!best || timer.at < best.at || (timer.at === best.at && timer.order < best.order)) first = index;
        }
        const due = first < 0 ? undefined : timers.splice(first, 1)[0];
        if (!due) break;
        now = Math.max(now, due.at);
        due.task();
      }
      now = end;
    },
  };
}

type Data = string | Uint8Array<ArrayBuffer>;

/** What the relay end of a wire does with what arrives. */
export type RelayEnd = { text(data: string): void; bytes(data: Uint8Array): void; drained(): void; closed(): void };

export type Wire = {
  readonly isOpen: boolean;
  /** Delivers up to `count` waiting messages in each direction. `downBytes`: to the peer only these;
   * what a message has too many counts against the next time. */
  deliver(count: number, downBytes?: number): void;
  /** The line breaks: what was on its way is lost, both ends hear of it (the peer with 1006). */
  cut(): void;
  /** The relay's process dies: like cut, but the relay end hears nothing. */
  vanish(): void;
};

export type Network = {
  readonly wires: Set<Wire>;
  /** Door of one peer's link. `accept` makes the relay's end; undefined: nothing listens (relay down). */
  door(clock: Clock, random: Random, accept: () => ((socket: Socket) => RelayEnd) | undefined): LinkDoor;
  publish(topic: string, data: Uint8Array): void;
  /** At the end of the relay's turn: what one wire has delivered has been handed in. */
  soon(task: () => void): void;
  deliverAll(): void;
};

/** `maxBacklogBytes`: what a relay socket holds for a slow peer before it drops. `hiddenBytes`: what lies in kernels and
 * proxies besides, of which the socket says nothing. */
export function createNetwork(maxBacklogBytes: number, hiddenBytes = 0): Network {
  const wires = new Set<Wire>();
  const topics = new Map<string, Set<(data: Uint8Array<ArrayBuffer>) => void>>();
  let due: (() => void)[] = [];
  const endTurn = () => {
    const tasks = due;
    due = [];
    for (const task of tasks) task();
  };
  return {
    wires,
    soon: (task) => void due.push(task),
    publish(topic, data) {
      for (const send of topics.get(topic) ?? []) send(data.slice());
    },
    deliverAll() {
      for (let round = 0; round < 10_000; round++) {
        const before = [...wires];
        let moved = false;
        for (const wire of before) {
          const mark = waitingOf(wire);
          if (mark > 0) moved = true;
          wire.deliver(1000);
        }
        if (!moved) return;
      }
      throw new Error('the network never comes to rest');
    },
    door(clock, random, accept) {
      return {
        now: () => clock.now(),
        after: (ms, task) => clock.after(ms, task),
        random: () => random.next(),
        hidden: () => false,
        connect(events: SocketEvents): LinkSocket {
          const toPeer: Data[] = [];
          const toRelay: Data[] = [];
          let state: 'opening' | 'open' | 'closed' = 'opening';
          let closeCode: number | undefined;
          let relayEnd: RelayEnd | undefined;
          let allowance = 0;
          const mine = new Map<string, (data: Uint8Array<ArrayBuffer>) => void>();
          const backlog = () => Math.max(0, toPeer.reduce((sum, data) => sum + data.length, 0) - hiddenBytes);
          const toPeerOrDrop = (data: Data): SendResult => {
            if (state === 'closed' || closeCode !== undefined) return 'dropped';
            // As the real one does: what is waiting is weighed, not what comes.
            if (backlog() > maxBacklogBytes) return 'dropped';
            toPeer.push(data);
            return 'sent';
          };
          const end = (code: number, tellRelay: boolean) => {
            if (state === 'closed') return;
            state = 'closed';
            wires.delete(wire);
            for (const [topic, send] of mine) topics.get(topic)?.delete(send);
            const last = relayEnd;
            relayEnd = undefined;
            if (tellRelay) last?.closed();
            events.closed(code);
          };
          const socket: Socket = {
            text: (data) => toPeerOrDrop(data),
            bytes: (data) => toPeerOrDrop(data.slice()),
            subscribe(topic) {
              const send = (data: Uint8Array<ArrayBuffer>) => void toPeerOrDrop(data);
              mine.set(topic, send);
              let set = topics.get(topic);
              if (!set) topics.set(topic, (set = new Set()));
              set.add(send);
            },
            unsubscribe(topic) {
              const send = mine.get(topic);
              if (send) topics.get(topic)?.delete(send);
              mine.delete(topic);
            },
            waiting: backlog,
            close(why: CloseName) {
              if (state === 'closed' || closeCode !== undefined) return;
              closeCode = CLOSE[why];
              for (const [topic, send] of mine) topics.get(topic)?.delete(send);
              // As the real one does: the relay's close handler runs before close() returns.
              const last = relayEnd;
              relayEnd = undefined;
              last?.closed();
            },
          };
          const wire: Wire & { waiting(): number } = {
            get isOpen() {
              return state === 'open';
            },
            waiting: () =>
              toPeer.length + toRelay.length + (state === 'opening' ? 1 : 0) + (closeCode === undefined ? 0 : 1),
            deliver(count, downBytes = Infinity) {
              allowance = downBytes === Infinity ? Infinity : Math.min(allowance, 0) + downBytes;
              if (state === 'opening') {
                const make = accept();
                if (!make) return end(1006, false);
                state = 'open';
                relayEnd = make(socket);
                events.open();
              }
              const hadBacklog = toPeer.length > 0;
              for (let index = 0; index < count; index++) {
                const up = toRelay.shift();
                if (up !== undefined && relayEnd) {
                  if (typeof up === 'string') relayEnd.text(up);
                  else relayEnd.bytes(up);
                }
                const down = allowance > 0 ? toPeer.shift() : undefined;
                if (down !== undefined) {
                  allowance -= down.length;
                  if (typeof down === 'string') events.text(down);
                  else events.bytes(down);
                }
                if (up === undefined && down === undefined) break;
              }
              endTurn();
              if (hadBacklog && toPeer.length === 0) relayEnd?.drained();
              if (closeCode !== undefined && toPeer.length === 0) end(closeCode, false);
            },
            cut: () => end(1006, true),
            vanish: () => end(1006, false),
          };
          wires.add(wire);
          return {
            send(data) {
              if (state !== 'closed') toRelay.push(typeof data === 'string' ? data : data.slice());
            },
            close: () => end(1000, true),
            bufferedAmount: () => toRelay.reduce((sum, data) => sum + data.length, 0),
          };
        },
      };
    },
  };
}

function waitingOf(wire: Wire): number {
  return 'waiting' in wire && typeof wire.waiting === 'function' ? Number(wire.waiting()) : 0;
}
