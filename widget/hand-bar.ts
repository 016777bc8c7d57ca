// What is granted, said in the badge for as long as it is, each with a button that takes it back. And the other way to
// take it back: Escape twice, wherever the focus is.
//
// Easy to get wrong: only a trusted click or key counts, and a key that is held is one key. The page gets its Escape all
// the same. A button that is made anew loses the focus: only what is another is made again. A key in a frame of the page
// is heard only in that frame.

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
  const rows = make('div', 'granted');
  let shown: readonly Granted[] = [];
  let told = '';
  let lastEscape = -Infinity;

  const heard = (event: Event) => {
    if (!event.isTrusted || event.type !== 'keydown') return;
    pressed(event as KeyboardEvent);
    const { key, repeat, timeStamp } = event as KeyboardEvent;
    if (!repeat) counted(key === 'Escape', timeStamp);
  };
  const counted = (isEscape: boolean, at: number) => {
    const since = at - lastEscape;
    // Heard a second time by another listener of ours.
    if (since === 0) return;
    const isTwice = isEscape && since > 0 && since <= TWICE_WITHIN_MS;
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

  const row = (granted: Granted, isOnHold: boolean, isPausedHere: boolean) => {
    const { who, grant } = granted;
    const swatch = make('span', 'swatch');
    swatch.style.setProperty('--who', HAND_COLOURS[who.colour] ?? '');
    const isOff = isPausedHere && grant === 'control';
    const said = make('span', '', isOff ? words.pausedHere : (isOnHold ? words.onHold : words.has)[grant](who.name));
    const button = make('button', '', words.takeBack[grant]);
    host.listen(button, 'click', (event) => {
      if (event.isTrusted) takeBack([granted]);
    });
    return make('div', grant, mark(make('p', '', swatch, said), { role: 'alert' }), button);
  };

  return {
    heard,
    escaped: () => counted(true, performance.now()),
    show(granted, isOnHold, isPausedHere) {
      shown = granted;
      if (granted.length > 0) listen(window);
      const badge = surface.root.querySelector('.badge');
      if (badge && rows.parentNode !== badge) badge.append(rows);
      const now = [...granted.map(({ who, grant }) => `${who.id} ${grant} ${who.name}`), isOnHold, isPausedHere].join();
      if (now === told) return;
      told = now;
      rows.replaceChildren(...granted.map((each) => row(each, isOnHold, isPausedHere)));
      rows.hidden = granted.length === 0;
    },
  };
}
