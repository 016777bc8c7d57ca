// What is always in sight while the page is shown: by whom it is seen, pause and stop, and a coloured frame around the
// page. Owns how each state of a visit looks and is said; decides nothing.

import { keepAside } from './aside.ts';
import { icon, make, mark } from './element.ts';
import type { Host } from './host.ts';
import type { Words } from './words.ts';

export type BadgeState =
  { kind: 'offering' } | { kind: 'viewed'; names: readonly string[] } | { kind: 'paused' } | { kind: 'lost' };

export type Badge = {
  /** The badge, and the frame behind it. */
  readonly element: HTMLElement;
  /** What must be in sight. */
  readonly anchor: HTMLElement;
  set(state: BadgeState): void;
};

export type BadgeActs = { pause(on: boolean): void; stop(): void };

export function createBadge(host: Host, words: Words, acts: BadgeActs): Badge {
  let isPaused = false;
  // Said whenever it changes; as an alert, for a status that comes together with its words is not read out.
  const text = mark(make('p', ''), { role: 'alert' });
  const pausing = make('button', 'hold');
  const stopping = make('button', 'halt', icon('stop'), words.stop);
  host.listen(pausing, 'click', () => acts.pause(!isPaused));
  host.listen(stopping, 'click', () => acts.stop());
  const anchor = make(
    'div',
    '',
    make('div', 'state', make('span', 'dot'), text),
    make('div', 'acts', pausing, stopping),
  );
  mark(anchor, { role: 'region', 'aria-label': words.badge, 'data-corner': 'bl' });
  const frame = make('div', 'frame');
  keepAside(host, anchor);

  return {
    element: make('div', '', frame, anchor),
    anchor,
    set(state) {
      const now = say(state, words);
      isPaused = state.kind === 'paused';
      anchor.className = `badge ${state.kind}`;
      frame.className = `frame ${state.kind}`;
      frame.hidden = !isPaused && (state.kind !== 'viewed' || state.names.length === 0);
      // Setting the same text again would make a screen reader say it again.
      if (text.textContent !== now) text.textContent = now;
      pausing.hidden = state.kind === 'offering';
      pausing.replaceChildren(icon(isPaused ? 'play' : 'pause'), isPaused ? words.resume : words.pause);
    },
  };
}

function say(state: BadgeState, words: Words): string {
  switch (state.kind) {
    case 'offering':
      return words.offering;
    case 'viewed':
      return state.names.length === 0 ? words.unwatched : words.viewed(state.names);
    case 'paused':
      return words.paused;
    case 'lost':
      return words.lost;
  }
}
