// What operators suggest, one of each: a ghost at the element, and a card beside it with the visitor's two answers. Owns
// the cards, their keys and the guard of what accepts; how a suggestion is done is the engine's, and where the card and
// the ghost stand is hand-marks.ts's. In a small window, where two cards would lie over each other or over all of the page,
// only the newest is open: of the others the head is shown, with a button that makes one the newest.
//
//   suggest → could it be done? → shown → accepted → engine → its outcome       → or declined, withdrawn, gone, no-answer
//
// Easy to get wrong: whatever accepts must be meant for what has been seen. A page can put an element, and with it the
// card, under a finger that is on its way to something else, lay something over the card, or give the accepting button
// the focus while somebody types; and a card that goes makes another one the next. So a card must have been in sight, at
// rest and bare, for a moment, and each change of the cards begins that moment anew. A screen reader's click comes
// without a key or a pointer, and counts as any other.

import type { Hand as Engine } from '../cobrowse/control.ts';
import type { Act, Outcome } from '../protocol/hand.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { HandDoor } from './hand-door.ts';
import type { Marks, Who } from './hand-marks.ts';
import type { HandWords } from './hand-words-en.ts';

type Suggest = Act & { t: 'suggest' };

export type Ghosts = {
  /** `answer` is called once, at once when it could not be done whatever the visitor says. */
  suggest(who: Who, act: Suggest, answer: (outcome: Outcome) => void): void;
  /** Whatever stands of this operator's. */
  withdraw(id: string): void;
  /** Only of those who may. */
  keep(may: (id: string) => boolean): void;
  /** Any key of the visitor's. */
  pressed(event: KeyboardEvent): void;
  /** A key in the surface, or that something there has the focus now. */
  heard(event: Event): void;
  close(): void;
};

export type GhostsOptions = {
  door: HandDoor;
  words: HandWords;
  marks: Pick<Marks, 'stick'>;
  engine(): Pick<Engine, 'suggested' | 'perform'>;
  nodeOf(id: number): Node | undefined;
  idOf(node: Node): number;
};

/** As the question for the view is guarded. */
const LOOK_EVERY_MS = 100;
const LOOKS_TO_TRUST = 5;
/** What lies over the card is not fought with more often: raising it makes it blink. */
const LOOKS_TO_WAIT = 10;
/** Between two looks, of a card that is at rest. */
const STILL_PIXELS = 3;
/** The focus comes in the task of its key. */
const BY_TAB_MS = 100;
const FAILED_MS = 5000;

type Ghost = {
  id: string;
  card: HTMLElement;
  accept: HTMLElement;
  isBare: boolean;
  /** On end, at which it was in sight and at rest; below nothing it was not, and is not looked at. */
  looks: number;
  age: number;
  /** Looks at which the accepting button has had the focus, by the visitor's own Tab. */
  reached: number;
  x: number;
  y: number;
  isThere(): boolean;
  end(outcome: Outcome | undefined): void;
  perform(): void;
};

export function createGhosts({ door, words, marks, engine, nodeOf, idOf }: GhostsOptions): Ghosts {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  const said = mark(make('div', 'said'), { role: 'status' });
  const cards = make('div', 'ghosts', said);
  /** The newest last: it is the one that keys are about. */
  const standing = new Map<string, Ghost>();
  let isLooking = false;
  let isSwallowing = false;
  let tabbedAt = -Infinity;
  /** What had the focus before one of our buttons. */
  let opener: EventTarget | null = null;

  const current = () => [...standing.values()].pop();
  const isAsking = () => surface.root.querySelector('.ask') !== null;

  const hasMoved = (ghost: Ghost) => {
    const { left, top } = ghost.card.getBoundingClientRect();
    return Math.abs(left - ghost.x) + Math.abs(top - ghost.y) > STILL_PIXELS;
  };

  const lookAt = (ghost: Ghost) => {
    if (!ghost.isThere()) return ghost.end({ done: false, why: 'gone' });
    const { card, accept } = ghost;
    const isOut = card.hidden || document.hidden || isAsking();
    const isMoving = hasMoved(ghost);
    const { left, top } = card.getBoundingClientRect();
    Object.assign(ghost, { x: left, y: top });
    ghost.age++;
    if (ghost.looks < 0) ghost.looks++;
    else if (isOut || isMoving) ghost.looks = 0;
    else ghost.looks = surface.keepInSight(card, ghost.isBare) ? ghost.looks + 1 : -LOOKS_TO_WAIT;
    if (surface.root.activeElement !== accept) ghost.reached = 0;
    else if (ghost.reached) ghost.reached++;
    sayWhether(ghost);
  };

  const sayWhether = ({ accept, looks }: Ghost) => accept.setAttribute('aria-disabled', `${looks < LOOKS_TO_TRUST}`);

  /** Whatever stands is answered by what is meant for it as it stands now. */
  const doubtAll = () => {
    const newest = current();
    for (const each of standing.values()) {
      each.looks = Math.min(0, each.looks);
      sayWhether(each);
      // The keys are said only where they count.
      each.card.classList.toggle('older', each !== newest);
    }
  };

  const look = () => {
    isLooking = standing.size > 0;
    for (const ghost of standing.values()) lookAt(ghost);
    if (isLooking) host.after(LOOK_EVERY_MS, look);
  };

  /** A page may give it the focus, too. */
  const reach = (ghost: Ghost) => {
    ghost.reached = performance.now() - tabbedAt < BY_TAB_MS ? 1 : 0;
  };

  /** By an event that is known to be the visitor's. */
  const accept = (ghost: Ghost) => {
    const isMeant = ghost.looks >= LOOKS_TO_TRUST && !isAsking() && !hasMoved(ghost);
    if (isMeant && surface.keepInSight(ghost.card, ghost.isBare)) ghost.perform();
  };

  const cardOf = (who: Who, act: Suggest, about: string, value: string | undefined) => {
    const { id, name } = who;
    const does = words.suggests[value === '' ? 'empty' : act.does.t === 'click' ? 'click' : 'write'](about);
    const yes = make('button', 'main', words.accept);
    const no = make('button', 'side', words.decline);
    const keys = make('p', 'dim', words.keys);
    const bring = mark(make('button', 'bring', words.bring), { 'aria-label': `${words.bring}: ${name}` });
    const head = make('b', '', make('span', '', words.suggestedBy(name)), bring);
    const card = make('div', 'card ghost', head, make('p', '', does));
    if (value) card.append(make('p', 'value', value));
    card.append(make('div', 'answers', no, yes), keys);
    mark(card, { role: 'group', 'aria-label': `${words.suggestedBy(name)} ${does}` });
    return { id, card, yes, no, bring, keys, sentence: [words.suggestedBy(name), does, value, words.keys].join(' ') };
  };

  /** Where a field would show it, as it would. */
  const shadeOf = (element: Element, value: string): HTMLElement => {
    const shade = make('div', element.localName === 'input' || element.localName === 'select' ? 'shade line' : 'shade');
    const { font, letterSpacing, textAlign, direction, ...looks } = getComputedStyle(element);
    Object.assign(shade.style, { font, letterSpacing, textAlign, direction });
    for (const side of ['Left', 'Right', 'Top', 'Bottom'] as const)
      shade.style[`padding${side}`] =
        `${parseFloat(looks[`padding${side}`]) + parseFloat(looks[`border${side}Width`])}px`;
    shade.append(make('span', '', value));
    return shade;
  };

  const suggest = (who: Who, act: Suggest, answer: (outcome: Outcome) => void): void => {
    const { at, does } = act;
    const found = engine().suggested(at, does);
    const node = nodeOf(at.node);
    if ('why' in found) return answer(found);
    if (!node) return answer({ done: false, why: 'gone' });
    const { id, card, yes, no, bring, keys, sentence } = cardOf(who, act, found.name, found.value);
    const unstick = marks.stick(who, node, card, found.value === undefined ? at : shadeOf(found.element, found.value));
    cards.append(card);
    const cover = coverOf(card);
    const cancel = host.after(LIMITS.suggestionMs, () => ghost.end({ done: false, why: 'no-answer' }));

    const ghost: Ghost = {
      id,
      card,
      accept: yes,
      isBare: true,
      looks: 0,
      age: 0,
      reached: 0,
      x: 0,
      y: 0,
      isThere: () => node.isConnected,
      end(outcome) {
        if (standing.get(id) !== ghost) return;
        standing.delete(id);
        cancel();
        cover?.disconnect();
        const hadFocus = card.contains(surface.root.activeElement);
        unstick();
        said.textContent = '';
        doubtAll();
        if (hadFocus && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
        if (outcome) answer(outcome);
      },
      perform() {
        ghost.end(undefined);
        // With the number that the element has by now.
        const now: Suggest = { ...act, at: { ...at, node: idOf(node) } };
        void engine()
          .perform(now, { isAccepted: true })
          .then(
            host.guard((outcome) => {
              answer(outcome);
              if (!outcome.done) tellFailed(who, node);
            }),
          );
      },
    };
    function coverOf(target: HTMLElement): IntersectionObserver | undefined {
      try {
        const seen = host.guard((entries: (IntersectionObserverEntry & { isVisible?: boolean })[]) => {
          for (const { isVisible } of entries) ghost.isBare = isVisible !== false;
        });
        // Not in every browser's typings.
        const options = { trackVisibility: true, delay: LOOK_EVERY_MS } as IntersectionObserverInit;
        const observer = new IntersectionObserver(seen, options);
        observer.observe(target);
        return observer;
      } catch {
        // Replaced by the page: as in the browsers that know nothing of it.
        return undefined;
      }
    }

    standing.set(id, ghost);
    doubtAll();
    // The focus stays where the visitor types.
    host.listen(card, 'mousedown', (event) => event.preventDefault());
    // From another of our buttons; from the page it is `heard`.
    host.listen(yes, 'focus', () => reach(ghost));
    host.listen(yes, 'click', (event) => {
      if (!event.isTrusted) return;
      if (ghost.looks < 0) {
        keys.textContent = door.words.covered;
        keys.className = 'note';
      }
      accept(ghost);
    });
    host.listen(no, 'click', (event) => {
      if (event.isTrusted) ghost.end({ done: false, why: 'declined' });
    });
    host.listen(bring, 'click', (event) => {
      if (!event.isTrusted || standing.get(id) !== ghost) return;
      const hadFocus = surface.root.activeElement === bring;
      standing.delete(id);
      standing.set(id, ghost);
      doubtAll();
      if (hadFocus) no.focus({ preventScroll: true });
    });
    host.after(0, () => {
      if (standing.get(id) === ghost) said.textContent = sentence;
    });
    if (!isLooking) {
      isLooking = true;
      host.after(LOOK_EVERY_MS, look);
    }
  };

  const tellFailed = (who: Who, node: Node) => {
    const card = make('div', 'card ghost', make('b', '', make('span', '', words.failed)));
    cards.append(card);
    said.textContent = words.failed;
    host.after(FAILED_MS, marks.stick(who, node, card));
  };

  const withdraw = (id: string) => standing.get(id)?.end({ done: false, why: 'withdrawn' });

  return {
    suggest(who, act, answer) {
      withdraw(who.id);
      try {
        suggest(who, act, answer);
      } catch {
        answer({ done: false, why: 'failed' });
      }
    },
    withdraw,
    keep(may) {
      for (const id of [...standing.keys()]) if (!may(id)) withdraw(id);
      // Over the badge's frame, which would count as lying over a card, and under any question.
      const badge = surface.root.querySelector('.badge')?.parentNode;
      if (badge && badge.nextSibling !== cards) (badge as Element).after(cards);
    },
    pressed(event) {
      const { key, repeat } = event;
      if (key === 'Tab') tabbedAt = performance.now();
      isSwallowing &&= repeat && key === 'Enter';
      const ghost = isAsking() ? undefined : current();
      // Held until it did something else to the page.
      const isYes = key === 'Enter' && event.altKey && !event.isComposing;
      if (isSwallowing || (ghost && isYes)) {
        isSwallowing = true;
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      if (!ghost || repeat) return;
      if (isYes) accept(ghost);
      else if (key === 'Escape' && ghost.age >= LOOKS_TO_TRUST) ghost.end({ done: false, why: 'declined' });
    },
    heard(event) {
      const [at] = event.composedPath();
      const from = (event as FocusEvent).relatedTarget;
      if (event.type === 'focusin' && from && from !== surface.root.host) opener = from;
      for (const ghost of standing.values()) {
        if (ghost.accept !== at) continue;
        if (event.type === 'focusin') reach(ghost);
        // A page may have put the focus there while somebody types.
        else if (/^( |Enter)$/.test((event as KeyboardEvent).key) && ghost.reached <= LOOKS_TO_TRUST)
          event.preventDefault();
      }
    },
    close() {
      for (const ghost of standing.values()) ghost.end(undefined);
      cards.remove();
    },
  };
}
