// What is granted, said in the badge for as long as it is, each with a button that takes it back. And the other way to
// take it back: Escape twice, wherever the focus is.
//
// Easy to get wrong: only a trusted click or key counts, and a key that is held is one key. The page gets its Escape all
// the same. A button that is made anew loses the focus: only what is another is made again. A key in a frame of the page
// is heard only in that frame.

import type { Grant } from '../protocol/hand.ts';
import type { HandDoor } from './hand-door.ts';
import { colourOf, type Who } from './hand-marks.ts';
import type { HandWords } from './hand-words-en.ts';

export type Granted = { who: Who; grant: Grant };

export type Bar = {
  /** `isOnHold`: nothing of it can be used just now. */
  show(granted: readonly Granted[], isOnHold: boolean): void;
  /** A key that may be heard nowhere else. */
  heard(event: Event): void;
};

const TWICE_WITHIN_MS = 800;

export function createBar(door: HandDoor, words: HandWords, takeBack: (granted: readonly Granted[]) => void): Bar {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  const rows = make('div', 'granted');
  let shown: readonly Granted[] = [];
  let told = '';
  let lastEscape = -Infinity;

  const heard = (event: Event) => {
    if (!event.isTrusted || event.type !== 'keydown') return;
    const { key, repeat, timeStamp } = event as KeyboardEvent;
    const since = timeStamp - lastEscape;
    // Held, or heard a second time by another listener of ours.
    if (repeat || since === 0) return;
    const isTwice = key === 'Escape' && since > 0 && since <= TWICE_WITHIN_MS;
    lastEscape = key === 'Escape' ? timeStamp : -Infinity;
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

  const row = (granted: Granted, isOnHold: boolean) => {
    const { who, grant } = granted;
    const swatch = make('span', 'swatch');
    swatch.style.setProperty('--who', colourOf(who.id));
    const said = make('span', '', (isOnHold ? words.onHold : words.has)[grant](who.name));
    const button = make('button', '', words.takeBack[grant]);
    host.listen(button, 'click', (event) => {
      if (event.isTrusted) takeBack([granted]);
    });
    return make('div', grant, mark(make('p', '', swatch, said), { role: 'alert' }), button);
  };

  return {
    heard,
    show(granted, isOnHold) {
      shown = granted;
      if (granted.length > 0) listen(window);
      const badge = surface.root.querySelector('.badge');
      if (badge && rows.parentNode !== badge) badge.append(rows);
      const now = [...granted.map(({ who, grant }) => `${who.id} ${grant} ${who.name}`), isOnHold].join();
      if (now === told) return;
      told = now;
      rows.replaceChildren(...granted.map((each) => row(each, isOnHold)));
      rows.hidden = granted.length === 0;
    },
  };
}
