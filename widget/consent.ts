// The one question that opens the page to others: who asks, what will be seen, what never is, allow or not now. Owns
// the dialog and the guards of its Allow button; what an answer starts is the caller's.
//
// Easy to get wrong: only a trusted click counts, and only when the visitor had a moment to see the question and
// nothing lies over it: a page can move an innocent-looking button under the pointer, or our question under a click.

import { icon, make, mark } from './element.ts';
import type { Host } from './host.ts';
import type { Words } from './words.ts';

/** A click sooner than this after the question appeared was meant for what was there before. */
const EARLY_MS = 400;

export type Consent = {
  readonly element: HTMLElement;
  /** What must be in sight. */
  readonly anchor: HTMLElement;
  focus(): void;
};

export type ConsentOptions = {
  host: Host;
  words: Words;
  title: string;
  /** True when a click on the element would hit it and nothing makes it invisible. */
  canBeSeen(element: HTMLElement): boolean;
  answer(yes: boolean): void;
};

export function createConsent({ host, words, title, canBeSeen, answer }: ConsentOptions): Consent {
  const heading = make('h2', '', title);
  heading.id = 'ask';
  const fact = (name: 'eye' | 'lock', head: string, text: string) =>
    make('div', 'fact', icon(name), make('p', '', make('b', '', head), text));
  const note = mark(make('p', 'note'), { role: 'alert' });
  note.hidden = true;
  const facts = make(
    'div',
    'facts',
    heading,
    fact('eye', words.willSee, words.willSeeText),
    fact('lock', words.neverSee, words.neverSeeText),
    make('p', 'dim', words.control),
    note,
  );
  facts.id = 'facts';
  const allow = make('button', 'main', words.allow);
  mark(allow, { 'aria-disabled': 'true' });
  const deny = make('button', 'side', words.notNow);
  const card = make('div', 'card ask', facts, make('div', 'answers', allow, deny));
  mark(card, {
    role: 'dialog',
    'aria-modal': 'true',
    'aria-labelledby': 'ask',
    'aria-describedby': 'facts',
    tabindex: '-1',
  });
  const scrim = make('div', 'scrim');
  const element = make('div', '', scrim, card);
  const focus = () => card.focus({ preventScroll: true });

  let isEarly = true;
  host.after(EARLY_MS, () => {
    isEarly = false;
    allow.removeAttribute('aria-disabled');
  });
  // A click beside the question changes nothing; the keys stay with the question.
  host.listen(scrim, 'click', focus);
  host.listen(allow, 'click', (event) => {
    if (!event.isTrusted || isEarly) return;
    if (canBeSeen(allow) && canBeSeen(heading)) return answer(true);
    note.textContent = words.covered;
    note.hidden = false;
  });
  host.listen(deny, 'click', () => answer(false));
  host.listen(element, 'keydown', (event: KeyboardEvent) => {
    // None of the page's shortcuts, while the question stands.
    event.stopPropagation();
    if (event.key === 'Escape') answer(false);
    if (event.key !== 'Tab') return;
    // Round and round: Allow, Not now. The card itself has the focus at first.
    event.preventDefault();
    (event.target === allow ? deny : allow).focus();
  });
  return { element, anchor: allow, focus };
}
