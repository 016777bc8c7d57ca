// The only door to the host page's globals (M3): listeners, timers, storage, the socket, natives that the page has not
// replaced, and the guard that every entry into our code passes (E4). Loose functions, so that the loader carries only
// what it uses.
//
// Easy to get wrong: zone.js hides its patches from Function.prototype.toString, so its saved originals are asked
// first (a patched timer runs a whole application's change detection for each of ours). Timers never come from the
// spare window: the page may remove its frame, and they would stop. A socket may: the link makes another.

import type { LinkDoor } from '../protocol/link.ts';

/** So many failures of ours in one page load are no accident: from then on nothing of ours runs. */
const FAILURES_BEFORE_END = 20;

export type Guard = <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;

export type Host = {
  /** Runs our code on the page's behalf: nothing is thrown, failures are counted. */
  guard: Guard;
  /** Listens in the capture phase, before the page can stop an event. Never taken off: after the end the guard lets
   * nothing through. */
  listen<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): void;
  /** The result cancels. */
  after(delayMs: number, task: () => void): () => void;
};

/** The natives that we need the way the browser made them. */
export type Clean = Pick<typeof globalThis, 'WebSocket' | 'JSON' | 'Element' | 'fetch'>;

/** zone.js keeps what it replaced under this prefix. */
function unzoned<T extends object, K extends keyof T & string>(owner: T, name: K): T[K] {
  // Either the saved original or the thing itself: the same type.
  return ((owner as Record<string, unknown>)['__zone_symbol__' + name] as T[K]) ?? owner[name];
}

/** `ended`: our own code has failed too often; stop everything. */
export function createHost(ended: () => void): Host {
  let failures = 0;
  const guard: Guard =
    (task) =>
    (...args) => {
      try {
        if (failures < FAILURES_BEFORE_END) return task(...args);
      } catch {
        // Nothing is right to tell the page or its console; the count decides.
        if (++failures === FAILURES_BEFORE_END) ended();
      }
      return undefined;
    };
  return {
    guard,
    listen(target, type, task) {
      // The caller names the event's type, and by that its class.
      unzoned(target, 'addEventListener').call(target, type, guard(task) as EventListener, true);
    },
    after(delayMs, task) {
      const timer = unzoned(window, 'setTimeout')(guard(task), delayMs);
      return () => clearTimeout(timer);
    },
  };
}

/** A socket as the link wants it. */
export function browserSocket(host: Host, clean: () => Clean, url: string): LinkDoor['connect'] {
  return (events) => {
    const socket = new (clean().WebSocket)(url);
    host.listen(socket, 'open', events.open);
    // A visitor is sent no binary frames: the live view flows the other way.
    host.listen(socket, 'message', (event: MessageEvent<string>) => events.text(event.data));
    host.listen(socket, 'close', (event: CloseEvent) => events.closed(event.code));
    return {
      send: (data) => socket.send(data),
      close: (code) => socket.close(code),
      bufferedAmount: () => socket.bufferedAmount,
    };
  };
}

type StorageName = 'localStorage' | 'sessionStorage';

/** undefined when absent, forbidden or not ours. */
export function readStored({ JSON }: Clean, kind: StorageName, key: string): unknown {
  try {
    return JSON.parse(window[kind][key]);
  } catch {
    return undefined;
  }
}

/** No value removes. Where storage is full or forbidden, this tab goes on with what it has in memory. */
export function writeStored({ JSON }: Clean, kind: StorageName, key: string, value?: unknown): void {
  try {
    if (value) window[kind][key] = JSON.stringify(value);
    else delete window[kind][key];
  } catch {
    // See above.
  }
}

function isNative(value: unknown): boolean {
  return /\[native code]/.test(isNative.toString.call(value));
}

/** Has the page left alone what we need of it? If not, get `createSpare` from the widget. */
export function isPristine(): boolean {
  return [WebSocket, JSON.stringify, JSON.parse, Element.prototype.attachShadow].every(isNative);
}

/** Natives of a clean window of this origin, made when first asked for and again when the page has removed it. */
export function createSpare(): () => Clean {
  let frame: HTMLIFrameElement | undefined;
  return () => {
    if (!frame?.contentWindow) {
      const box = document.createElement('div');
      box.dataset['tandemUi'] = '';
      box.style.cssText = 'display:none!important';
      frame = document.createElement('iframe');
      // Within a shadow root a frame does not count in the page's window.length.
      (isNative(box.attachShadow) ? box.attachShadow({ mode: 'open' }) : box).append(frame);
      document.documentElement.append(box);
    }
    // A frame in the document has a window, and a fresh about:blank one has all of its globals.
    return frame.contentWindow as unknown as Clean;
  };
}
