// Guards the buttons by which the visitor accepts what an operator has put before them: on the card of a suggestion, and
// on that of a file. Owns whether a press there is meant; what it then does is the card's.
//
//   watched → in sight, at rest and bare at some looks on end → may accept → moved, covered, doubted → the looks begin anew
//
// Easy to get wrong: a page can put an element, and with it the card, under a finger that is on its way to something else,
// lay something over the card that lets presses through and of whose opening nobody hears, or give the accepting button
// the focus while somebody types. What moves is measured at the button: a card may grow, too. A screen reader's click
// comes without a key or a pointer, and counts as any other.

import type { HandDoor } from './hand-door.ts';

export type Guard = {
  /** So many looks ago it came. */
  readonly age: number;
  /** Something lay over it at the last look, or at the press. */
  readonly isCovered: boolean;
  /** To be asked at the press: it has been seen for long enough, and is where it was seen. */
  isMeant(): boolean;
  /** What stands there is another thing from now on: the looks begin anew. */
  doubt(): void;
  /** Nothing is accepted any more. */
  spend(): void;
  close(): void;
};

export type GuardOptions = {
  card: HTMLElement;
  accept: HTMLElement;
  /** At each look, first. It may close the guard. */
  look(): void;
};

export type Guards = {
  watch(options: GuardOptions): Guard;
  /** Any key of the visitor's, wherever it is heard. */
  pressed(event: KeyboardEvent): void;
  /** A key in the surface, or that something there has the focus now. */
  heard(event: Event): void;
};

/** As the question for the view is guarded. */
const LOOK_EVERY_MS = 100;
export const LOOKS_TO_TRUST = 5;
/** What lies over the card is not fought with more often: raising it makes it blink. */
const LOOKS_TO_WAIT = 10;
/** Between two looks, of a button that is at rest. */
const STILL_PIXELS = 3;
/** The focus comes in the task of its key. */
const BY_TAB_MS = 100;

type Watched = GuardOptions & {
  age: number;
  isBare: boolean;
  /** On end, at which it was in sight and at rest; below nothing it was not, and is not looked at. */
  looks: number;
  /** Looks at which the button has had the focus, by the visitor's own Tab. */
  reached: number;
  x: number;
  y: number;
};

export function createGuards({ surface, handover: { host } }: HandDoor): Guards {
  const watched = new Set<Watched>();
  let isLooking = false;
  let tabbedAt = -Infinity;

  const isAsking = () => surface.root.querySelector('.ask') !== null;
  const say = ({ accept, looks }: Watched) => accept.setAttribute('aria-disabled', `${looks < LOOKS_TO_TRUST}`);

  const hasMoved = ({ accept, x, y }: Watched) => {
    const { left, top } = accept.getBoundingClientRect();
    return Math.abs(left - x) + Math.abs(top - y) > STILL_PIXELS;
  };

  const lookAt = (each: Watched) => {
    each.look();
    if (!watched.has(each)) return;
    const { card, accept } = each;
    const isOut = card.hidden || document.hidden || isAsking();
    const isMoving = hasMoved(each);
    const { left, top } = accept.getBoundingClientRect();
    Object.assign(each, { x: left, y: top });
    each.age++;
    if (each.looks < 0) each.looks++;
    else if (isOut || isMoving) each.looks = 0;
    else each.looks = surface.keepInSight(card, each.isBare) ? each.looks + 1 : -LOOKS_TO_WAIT;
    if (surface.root.activeElement !== accept) each.reached = 0;
    else if (each.reached) each.reached++;
    say(each);
  };

  const look = () => {
    isLooking = watched.size > 0;
    for (const each of watched) lookAt(each);
    if (isLooking) host.after(LOOK_EVERY_MS, look);
  };

  /** Of a browser that says what is covered; in the others only what is hit counts. */
  const observe = (each: Watched): IntersectionObserver | undefined => {
    try {
      const seen = host.guard((entries: (IntersectionObserverEntry & { isVisible?: boolean })[]) => {
        for (const { isVisible } of entries) each.isBare = isVisible !== false;
      });
      // Not in every browser's typings.
      const options = { trackVisibility: true, delay: LOOK_EVERY_MS } as IntersectionObserverInit;
      const observer = new IntersectionObserver(seen, options);
      observer.observe(each.card);
      return observer;
    } catch {
      // Replaced by the page: as in the browsers that know nothing of it.
      return undefined;
    }
  };

  /** A page may give it the focus, too. */
  const reach = (each: Watched) => {
    each.reached = performance.now() - tabbedAt < BY_TAB_MS ? 1 : 0;
  };

  // What opens over us again and again is known to the surface already, and may let presses through: only here, in the
  // task in which it opens, is it seen that it lies on top once more.
  host.listen(window, 'beforetoggle', (event) => {
    if (event.target === surface.root.host || (event as ToggleEvent).newState !== 'open') return;
    for (const each of watched) {
      each.looks = Math.min(each.looks, -LOOKS_TO_WAIT);
      say(each);
    }
  });

  return {
    watch(options) {
      const each: Watched = { ...options, age: 0, isBare: true, looks: 0, reached: 0, x: 0, y: 0 };
      const { card, accept } = options;
      watched.add(each);
      say(each);
      const observer = observe(each);
      // The focus stays where the visitor types.
      host.listen(card, 'mousedown', (event) => event.preventDefault());
      // From another of our buttons; from the page it is `heard`.
      host.listen(accept, 'focus', () => reach(each));
      if (!isLooking) {
        isLooking = true;
        host.after(LOOK_EVERY_MS, look);
      }
      return {
        get age() {
          return each.age;
        },
        get isCovered() {
          return each.looks < 0 && each.looks > -Infinity;
        },
        isMeant() {
          if (each.looks < LOOKS_TO_TRUST || isAsking() || hasMoved(each)) return false;
          if (surface.keepInSight(card, each.isBare)) return true;
          each.looks = -LOOKS_TO_WAIT;
          say(each);
          return false;
        },
        doubt() {
          each.looks = Math.min(0, each.looks);
          say(each);
        },
        spend() {
          each.looks = -Infinity;
          say(each);
        },
        close() {
          watched.delete(each);
          observer?.disconnect();
        },
      };
    },
    pressed({ key }) {
      if (key === 'Tab') tabbedAt = performance.now();
    },
    heard(event) {
      const [at] = event.composedPath();
      for (const each of watched) {
        if (each.accept !== at) continue;
        if (event.type === 'focusin') reach(each);
        // A page may have put the focus there while somebody types.
        else if (/^( |Enter)$/.test((event as KeyboardEvent).key) && each.reached <= LOOKS_TO_TRUST)
          event.preventDefault();
      }
    },
  };
}
