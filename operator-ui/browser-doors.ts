// The browser as the console sees it: socket, timers, frames, storage, page visibility. The only file of the console that
// touches these globals; tests hand in others. Storage may be forbidden by the browser, which costs only what would
// have been remembered.

import { linkPath } from '../protocol/version.ts';
import type { LinkDoor, LinkSocket, SocketEvents } from '../protocol/link.ts';
import type { Sight } from './state/hang-guard.ts';

/** WebSocket answers are `ArrayBuffer` only after binaryType is set, hence the check instead of a cast. */
function connect(address: string, events: SocketEvents): LinkSocket {
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.open();
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') events.text(data);
    else if (data instanceof ArrayBuffer) events.bytes(new Uint8Array(data));
  };
  // `error` says nothing that `close` does not say after it.
  socket.onclose = (event) => events.closed(event.code);
  return {
    send: (data) => socket.send(data),
    close: (code) => socket.close(code),
    bufferedAmount: () => socket.bufferedAmount,
  };
}

export function browserLinkDoor(): LinkDoor {
  const address = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${linkPath('operator')}`;
  return {
    connect: (events) => connect(address, events),
    after(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
    random: () => Math.random(),
    hidden: () => document.hidden,
  };
}

/** Calls `task` when the network is back or the tab is looked at again: a good moment to reconnect. */
export function onReturn(task: () => void): () => void {
  const visible = () => {
    if (!document.hidden) task();
  };
  window.addEventListener('online', task);
  document.addEventListener('visibilitychange', visible);
  return () => {
    window.removeEventListener('online', task);
    document.removeEventListener('visibilitychange', visible);
  };
}

export function browserSight(): Sight {
  return {
    now: () => Date.now(),
    isVisible: () => !document.hidden,
    frameAfter(delayMs, task) {
      let frame = 0;
      const timer = setTimeout(() => {
        frame = requestAnimationFrame(task);
      }, delayMs);
      return () => {
        clearTimeout(timer);
        cancelAnimationFrame(frame);
      };
    },
    follow(events) {
      const changed = () => (document.hidden ? events.hidden() : events.shown());
      // A page that comes back as it was is shown without having been hidden.
      window.addEventListener('pageshow', events.shown);
      window.addEventListener('pagehide', events.left);
      document.addEventListener('visibilitychange', changed);
      return () => {
        window.removeEventListener('pageshow', events.shown);
        window.removeEventListener('pagehide', events.left);
        document.removeEventListener('visibilitychange', changed);
      };
    },
  };
}

/** Hears of every touch, and of the screen's lock where the browser tells of it and the person has allowed that. */
export type FollowAttention = (events: { touched(): void; locked(isLocked: boolean): void }) => () => void;

/** Not in every browser's types, nor in every browser. */
type IdleDetector = EventTarget & {
  screenState: string | null;
  start(options: { signal: AbortSignal }): Promise<void>;
};
type WithIdleDetector = {
  IdleDetector?: { new (): IdleDetector; requestPermission(): Promise<string> };
};
const idleDetector = () => (globalThis as WithIdleDetector).IdleDetector;

export const browserAttention: FollowAttention = ({ touched, locked }) => {
  const over = new AbortController();
  const { signal } = over;
  for (const type of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'])
    window.addEventListener(type, touched, { capture: true, passive: true, signal });
  const watch = async () => {
    const Detector = idleDetector();
    if (!Detector || (await lockPermission()) !== 'granted' || signal.aborted) return;
    const detector = new Detector();
    detector.addEventListener('change', () => locked(detector.screenState === 'locked'), { signal });
    await detector.start({ signal });
  };
  const tryToWatch = () => void watch().catch(() => {});
  tryToWatch();
  window.addEventListener(LOCK_ALLOWED, tryToWatch, { signal });
  return () => over.abort();
};

const LOCK_ALLOWED = 'tandem-lock-allowed';

/** `none`: the browser can't tell. */
export async function lockPermission(): Promise<'granted' | 'denied' | 'prompt' | 'none'> {
  if (!idleDetector()) return 'none';
  try {
    // A name that the types do not know.
    return (await navigator.permissions.query({ name: 'idle-detection' as PermissionName })).state;
  } catch {
    return 'none';
  }
}

/** After the person has pressed something. False: not allowed. */
export async function allowLockWatch(): Promise<boolean> {
  const isAllowed = (await idleDetector()?.requestPermission()) === 'granted';
  if (isAllowed) window.dispatchEvent(new Event(LOCK_ALLOWED));
  return isAllowed;
}

/** Two tones of a quarter of a second; silent until the page was touched once, as browsers want it. */
export function createChime(): () => void {
  let audio: AudioContext | undefined;
  const play = async () => {
    audio ??= new AudioContext();
    if (audio.state === 'suspended') await audio.resume();
    for (const [at, pitch] of [
      [0, 660],
      [0.12, 880],
    ] as const) {
      const start = audio.currentTime + at;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.12, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.25);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.25);
    }
  };
  // No sound device, or not allowed: the words are on the screen.
  return () => void play().catch(() => {});
}

/** Without a value: forgets. */
export type Memory = { get(key: string): string | undefined; set(key: string, value: string | undefined): void };

export function browserMemory(kind: 'device' | 'tab'): Memory {
  const storage = () => (kind === 'device' ? localStorage : sessionStorage);
  return {
    get(key) {
      try {
        return storage().getItem(`tandem.${key}`) ?? undefined;
      } catch {
        // Storage is switched off: nothing was remembered.
        return undefined;
      }
    },
    set(key, value) {
      try {
        if (value === undefined) storage().removeItem(`tandem.${key}`);
        else storage().setItem(`tandem.${key}`, value);
      } catch {
        // Storage is full or switched off: the choice holds until the page is reloaded.
      }
    },
  };
}

/** False: the text could not be copied, and has to be selected by hand. `beside`: where in the page, because an open
 * dialog lets nothing outside of it be selected. */
export async function copyText(text: string, beside: HTMLElement | undefined): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard on a page without TLS (a relay in an office's network): the old way still works there.
    const box = document.createElement('textarea');
    box.value = text;
    box.className = 'only-heard';
    const before = document.activeElement;
    (beside?.parentElement ?? document.body).append(box);
    box.select();
    const isCopied = document.execCommand('copy');
    box.remove();
    if (before instanceof HTMLElement) before.focus();
    return isCopied;
  }
}

export function canCopyPicture(): boolean {
  // Missing on a page without TLS.
  return typeof ClipboardItem === 'function' && 'clipboard' in navigator;
}

export async function copyPicture(blob: Blob): Promise<boolean> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]);
    return true;
  } catch {
    // Not allowed by the person or their organisation.
    return false;
  }
}

/** Hands the operator a file of their own making. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // A browser may begin to read it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
