// What is granted, said in the badge for as long as it is: a line for each operator, and on it a button for each grant that
// takes back just this one. And the other way to take it back: Escape twice, wherever the focus is.
//
// Easy to get wrong: only a trusted click or key counts, and a key that is held is one key. The page gets its Escape all
// the same. A button that is made anew loses the focus: only what is another is made again. A key in a frame of the page
// is heard only in that frame, and its time is by that frame's own clock.

import { HAND_COLOURS, type Grant } from '../protocol/hand.ts';
import type { HandDoor } from './hand-door.ts';
import type { Who } from './hand-marks.ts';
import type { HandWords } from './hand-words-en.ts';

export type Granted = { who: Who; grant: Grant };

export type Bar = {
  /** `isOnHold`: nothing of it can be used just now. `isPausedHere`: nobody may control this page. */
  show(granted: readonly Granted[], isOnHold: boolean, isPausedHere: boolean): void;
  /** A key that may be heard nowhere else. */
  heard(event: Event): void;
  /** Escape in a frame of another origin, as its page says: taking back is all that it can do. */
  escaped(): void;
};

const TWICE_WITHIN_MS = 800;

/** `pressed`: a key of the visitor's, wherever it was heard; one that is held is heard again and again. */
export function createBar(
  door: HandDoor,
  words: HandWords,
  takeBack: (granted: readonly Granted[]) => void,
  pressed: (event: KeyboardEvent) => void,
): Bar {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  const said = mark(make('p', 'said'), { role: 'alert' });
  const note = make('p', 'dim', words.pausedHere);
  const rows = make('div', 'granted', said, note);
  let shown: readonly Granted[] = [];
  let told: readonly string[] = [];
  /** Lines and buttons, by what they are about. */
  let kept = new Map<string, HTMLElement>();
  let lastEscape = -Infinity;
  let lastHeard: Event | undefined;

  const heard = (event: Event) => {
    if (!event.isTrusted || event.type !== 'keydown') return;
    pressed(event as KeyboardEvent);
    const { key, repeat, view, timeStamp } = event as KeyboardEvent;
    // Or heard a second time by another listener of ours.
    if (repeat || event === lastHeard) return;
    lastHeard = event;
    const { performance: its } = (view ?? window) as typeof window;
    counted(key === 'Escape', performance.now() - (its.now() - timeStamp));
  };
  const counted = (isEscape: boolean, at: number) => {
    const isTwice = isEscape && at - lastEscape <= TWICE_WITHIN_MS;
    lastEscape = isEscape ? at : -Infinity;
    if (!isTwice || shown.length === 0) return;
    // The mouse first; who only points is in nobody's way.
    const control = shown.filter(({ grant }) => grant === 'control');
    takeBack(control.length > 0 ? control : shown);
  };

  /** By document: with another one a frame's window has lost its listeners. */
  const listening = new WeakSet<Document>();
  const listen = (view: Window) => {
    try {
      if (!listening.has(view.document)) {
        host.listen(view, 'keydown', heard);
        host.listen(view.document, 'load', () => listen(view));
        listening.add(view.document);
      }
      for (let index = 0; index < view.length; index++) {
        const inner = view[index];
        if (inner) listen(inner);
      }
    } catch {
      // Of another origin.
    }
  };

  /** Those that are there already stay as they are. */
  const arrange = (parent: Element, first: number, wanted: readonly Element[]) => {
    for (const each of [...parent.children].slice(first)) if (!wanted.includes(each)) each.remove();
    for (const [index, each] of wanted.entries()) {
      const there = parent.children[first + index] ?? null;
      if (there !== each) parent.insertBefore(each, there);
    }
  };

  const line = ({ name, colour }: Who) => {
    const swatch = make('span', 'swatch');
    swatch.style.setProperty('--who', HAND_COLOURS[colour] ?? '');
    const who = mark(make('span', '', name), { title: name });
    return make('div', '', make('p', '', swatch, who), make('div', ''));
  };

  const chip = (granted: Granted) => {
    const { who, grant } = granted;
    const button = make('button', grant, words.grant[grant]);
    host.listen(button, 'click', (event) => {
      if (event.isTrusted) takeBack([granted]);
    });
    return mark(button, { 'aria-label': words.takeBack[grant](who.name) });
  };

  const fill = () => {
    const before = kept;
    kept = new Map();
    const keep = (key: string, create: () => HTMLElement) => {
      const element = kept.get(key) ?? before.get(key) ?? create();
      kept.set(key, element);
      return element;
    };
    const chips = new Map<HTMLElement, HTMLElement[]>();
    for (const granted of shown) {
      const { who, grant } = granted;
      const key = `${who.id} ${who.colour} ${who.name}`;
      const row = keep(key, () => line(who));
      chips.set(row, [...(chips.get(row) ?? []), keep(`${grant} ${key}`, () => chip(granted))]);
    }
    // By the keyboard; after a press, a key is meant for something else.
    const hadFocus = rows.querySelector(':focus-visible') !== null;
    arrange(rows, 2, [...chips.keys()]);
    for (const [row, its] of chips) if (row.lastElementChild) arrange(row.lastElementChild, 0, its);
    if (hadFocus && !rows.contains(surface.root.activeElement)) rows.querySelector('button')?.focus();
  };

  return {
    heard,
    escaped: () => counted(true, performance.now()),
    show(granted, isOnHold, isPausedHere) {
      shown = granted;
      if (granted.length > 0) listen(window);
      const badge = surface.root.querySelector('.badge');
      if (badge && rows.parentNode !== badge) badge.append(rows);
      note.hidden = !isPausedHere || !granted.some(({ grant }) => grant === 'control');
      // That nothing of it can be used, the badge says itself.
      rows.classList.toggle('off', isOnHold);
      rows.classList.toggle('closed', isPausedHere);
      rows.hidden = granted.length === 0;
      fill();
      const now = granted.map(({ who, grant }) =>
        isPausedHere && grant === 'control' ? words.pausedHere : words.has[grant](who.name),
      );
      if (now.join() === told.join()) return;
      // Only what is new is read out.
      said.textContent = now.filter((each) => !told.includes(each)).join('. ');
      told = now;
    },
  };
}
