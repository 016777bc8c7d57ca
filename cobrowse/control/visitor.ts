// Whether the visitor is using the page: then the hand waits, and what it holds it lets go of.
//
// Easy to get wrong: only trusted events count, and of these none that the hand itself brings about (focus() and
// execCommand make trusted ones, but of other types). A mouse at rest "moves" when the page moves below it: that is known
// by its place on the screen, which stays.

import { frameOf, isFrame, pageOf } from './places.ts';
import { listen, type Globals } from './natives.ts';

/** After a press, a key or a wheel: as long as people pause while they do something. */
const BUSY_MS = 600;
/** After a mere move. */
const MOVE_BUSY_MS = 300;
/** A button that seems to be held for longer went up where nobody saw it, and a letter that is being made is given up. */
const LONGEST_HOLD_MS = 10_000;
/** The same of a key: held for longer it writes the same letter again and again. */
const LONGEST_KEY_MS = 250;

const KINDS = (
  'pointerdown pointerup pointercancel pointermove keydown keyup wheel touchstart ' +
  'compositionstart compositionupdate compositionend'
).split(' ');

export type Visitor = {
  isBusy(): boolean;
  /** With keys alone: an act can come between two of them. */
  isTyping(): boolean;
  /** A key is down, or a letter is being made of several. */
  isMidKey(): boolean;
  /** In a frame of another origin, as its page says. */
  told(isPress: boolean): void;
  /** Frames come and go: called before each act. */
  look(): void;
  close(): void;
};

export function watchVisitor(options: {
  top: Globals;
  guard: <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;
  /** Pressed a button or a key, or touched; nobody else has heard of it yet. Without an event: in a frame of another origin. */
  acted: (event?: Event) => void;
  /** Moved the mouse, or pressed it. */
  pointed: () => void;
  /** Each time: the page around a frame does not hear of it. */
  tell?: ((event: Event, isPress: boolean) => void) | undefined;
}): Visitor {
  const stops: (() => void)[] = [];
  const watched = new WeakSet<Document>();
  let busyUntil = 0;
  let typingUntil = 0;
  let heldUntil = 0;
  let keyUntil = 0;
  let letterUntil = 0;
  let screen = '';

  const busy = (ms: number) => {
    busyUntil = Math.max(busyUntil, performance.now() + ms);
  };
  const heard = options.guard((event: Event) => {
    if (!event.isTrusted) return;
    const { type } = event;
    const now = performance.now();
    if (type === 'keyup') return void (keyUntil = 0);
    if (/^comp/.test(type)) return void (letterUntil = /end$/.test(type) ? 0 : now + LONGEST_HOLD_MS);
    // Over without a word of it.
    if (/down$/.test(type) && !(event as KeyboardEvent).isComposing) letterUntil = 0;
    if (type === 'pointermove') {
      const { screenX, screenY, buttons } = event as PointerEvent;
      if (screen === (screen = `${screenX} ${screenY}`)) return;
      options.pointed();
      busy(buttons ? BUSY_MS : MOVE_BUSY_MS);
      options.tell?.(event, buttons > 0);
      return;
    }
    if (type === 'keydown') {
      typingUntil = now + BUSY_MS;
      keyUntil = now + LONGEST_KEY_MS;
    } else busy(BUSY_MS);
    options.tell?.(event, true);
    if (type === 'pointerdown') {
      options.pointed();
      heldUntil = now + LONGEST_HOLD_MS;
    } else if (/^pointer/.test(type)) heldUntil = 0;
    if (/down$|start$/.test(type)) options.acted(event);
  });

  const watch = (view: Globals) => {
    if (watched.has(view.document)) return;
    watched.add(view.document);
    for (const type of KINDS) stops.push(listen(view, type, heard));
  };

  const look = (view: Globals) => {
    watch(view);
    for (const frame of view.document.querySelectorAll('iframe,frame')) {
      const inner = isFrame(frame) ? (pageOf(frame)?.defaultView as Globals | null | undefined) : undefined;
      if (inner && frameOf(inner)) look(inner);
    }
  };
  look(options.top);

  const isPointing = () => performance.now() < Math.max(busyUntil, heldUntil);
  const isTyping = () => performance.now() < Math.max(typingUntil, letterUntil);
  return {
    isBusy: () => isPointing() || isTyping(),
    isTyping: () => !isPointing() && isTyping(),
    isMidKey: () => performance.now() < Math.max(keyUntil, letterUntil),
    told(isPress) {
      options.pointed();
      busy(isPress ? BUSY_MS : MOVE_BUSY_MS);
      if (isPress) options.acted();
    },
    look: () => look(options.top),
    close() {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
