// What operators suggest, one of each: a ghost at the element, and a card beside it with the visitor's two answers. Owns
// the cards and their keys; what may accept is hand-guard.ts's, how a suggestion is done is the engine's, and where the card
// and the ghost stand is hand-marks.ts's. In a small window, where two cards would lie over each other or over all of the page,
// only the newest is open: of the others the head is shown, with a button that makes one the newest.
//
//   suggest → could it be done? → shown → accepted → engine → its outcome       → or declined, withdrawn, gone, no-answer
//
// Easy to get wrong: what is accepted is what the card says. The page may use the same element for something else since, so
// it is asked anew at each look, at the press, and when its turn has come. And a card that goes makes another one the
// next: each change of the cards begins what hand-guard.ts waits for anew.

import type { Hand as Engine } from '../cobrowse/control.ts';
import type { Act, Outcome } from '../protocol/hand.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { HandDoor } from './hand-door.ts';
import { LOOKS_TO_TRUST, type Guard, type Guards } from './hand-guard.ts';
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
  /** The focus has come into the surface. */
  heard(event: Event): void;
  close(): void;
};

export type GhostsOptions = {
  door: HandDoor;
  words: HandWords;
  guards: Guards;
  marks: Pick<Marks, 'stick'>;
  engine(): Pick<Engine, 'suggested' | 'perform'>;
  nodeOf(id: number): Node | undefined;
  idOf(node: Node): number;
};

const FAILED_MS = 5000;

type Ghost = {
  id: string;
  card: HTMLElement;
  guard: Guard;
  end(outcome: Outcome | undefined): void;
  perform(): void;
};

export function createGhosts({ door, words, guards, marks, engine, nodeOf, idOf }: GhostsOptions): Ghosts {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  const said = mark(make('div', 'said'), { role: 'status' });
  const cards = make('div', 'ghosts', said);
  /** The newest last: it is the one that keys are about. */
  const standing = new Map<string, Ghost>();
  let isSwallowing = false;
  /** What had the focus before one of our buttons. */
  let opener: EventTarget | null = null;

  const current = () => [...standing.values()].pop();
  const isAsking = () => surface.root.querySelector('.ask') !== null;

  /** Whatever stands is answered by what is meant for it as it stands now. */
  const doubtAll = () => {
    const newest = current();
    for (const each of standing.values()) {
      each.guard.doubt();
      // The keys are said only where they count.
      each.card.classList.toggle('older', each !== newest);
    }
  };

  /** By an event that is known to be the visitor's. */
  const accept = (ghost: Ghost) => {
    if (ghost.guard.isMeant()) ghost.perform();
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
    const cancel = host.after(LIMITS.suggestionMs, () => ghost.end({ done: false, why: 'no-answer' }));

    /** With the number that the element has by now. */
    const placeNow = () => ({ ...at, node: idOf(node) });
    /** What accepting it would do now is something else. */
    const hasChanged = (): Outcome | undefined => {
      if (!node.isConnected) return { done: false, why: 'gone' };
      const now = engine().suggested(placeNow(), does);
      if ('why' in now) return now;
      return now.name === found.name && now.value === found.value ? undefined : { done: false, why: 'gone' };
    };
    /** Else it ends, and the visitor is told. */
    const isAsSaid = () => {
      const changed = hasChanged();
      if (!changed) return true;
      ghost.end(changed);
      if (node.isConnected) tellFailed(who, node);
      return false;
    };

    const ghost: Ghost = {
      id,
      card,
      guard: guards.watch({ card, accept: yes, look: () => isAsSaid() }),
      end(outcome) {
        if (standing.get(id) !== ghost) return;
        standing.delete(id);
        cancel();
        ghost.guard.close();
        const hadFocus = card.contains(surface.root.activeElement);
        unstick();
        said.textContent = '';
        doubtAll();
        if (hadFocus && opener instanceof HTMLElement) opener.focus({ preventScroll: true });
        if (outcome) answer(outcome);
      },
      perform() {
        if (!isAsSaid()) return;
        ghost.end(undefined);
        void engine()
          .perform({ ...act, at: placeNow() }, { isAccepted: true, mayGo: hasChanged })
          .then(
            host.guard((outcome) => {
              answer(outcome);
              if (!outcome.done) tellFailed(who, node);
            }),
          );
      },
    };
    standing.set(id, ghost);
    doubtAll();
    host.listen(yes, 'click', (event) => {
      if (!event.isTrusted) return;
      if (ghost.guard.isCovered) {
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
      else if (key === 'Escape' && ghost.guard.age >= LOOKS_TO_TRUST) ghost.end({ done: false, why: 'declined' });
    },
    heard(event) {
      const from = (event as FocusEvent).relatedTarget;
      if (event.type === 'focusin' && from && from !== surface.root.host) opener = from;
    },
    close() {
      for (const ghost of standing.values()) ghost.end(undefined);
      cards.remove();
    },
  };
}
