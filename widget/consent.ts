// The one question that opens the page to others: who asks, what will be seen, what never is, allow or not now. Owns
// the dialog and the guards of its Allow button; what an answer starts is the caller's.
//
// Easy to get wrong: only a trusted click counts, and only when the visitor has had the question in sight for a moment,
// on top of everything: a page can move an innocent-looking button under the pointer, our question under a click, or
// other words over ours. A key on Allow counts only after a person's own Tab: a page can put the focus there while
// somebody types. A screen reader's click comes without a key, and counts as any other.

import { icon, make, mark } from './element.ts';
import type { Host } from './host.ts';
import type { Words } from './words.ts';

const LOOK_EVERY_MS = 100;
/** In sight for so many looks on end: what is clicked sooner was meant for what was there before. */
const LOOKS_TO_TRUST = 5;

export type Consent = {
  readonly element: HTMLElement;
  /** What must be in sight. */
  readonly anchor: HTMLElement;
  focus(): void;
  /** Every key while the question stands, wherever the focus is; and that the focus has come from the page. */
  heard(event: KeyboardEvent | FocusEvent): void;
};

export type ConsentOptions = {
  host: Host;
  words: Words;
  title: string;
  /** Is the element in sight, as far as the page can be asked? If not, or if `isBare` is false, it is raised. */
  keepInSight(element: HTMLElement, isBare: boolean): boolean;
  answer(yes: boolean): void;
};

export function createConsent({ host, words, title, keepInSight, answer }: ConsentOptions): Consent {
  const heading = make('h2', '', title);
  heading.id = 'ask';
  const fact = (name: 'eye' | 'lock', head: string, text: string) =>
    mark(make('div', 'fact', icon(name), make('p', '', make('b', '', head), text)), { id: name });
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
  const allow = mark(make('button', 'main', words.allow), { 'aria-disabled': 'true' });
  const deny = make('button', 'side', words.notNow);
  const card = make('div', 'card ask', facts, make('div', 'answers', deny, allow));
  mark(card, {
    role: 'dialog',
    'aria-modal': 'true',
    'aria-labelledby': 'ask',
    'aria-describedby': 'eye lock',
    tabindex: '-1',
  });
  const scrim = make('div', 'scrim');
  const element = make('div', '', scrim, card);
  const focus = () => card.focus({ preventScroll: true });

  let looks = 0;
  let inSight = 0;
  let isReached = false;
  /** Chromium says what no other browser can: whether anything at all lies over us, also what lets clicks through. */
  let isBare = true;
  let cover: IntersectionObserver | undefined;
  try {
    cover = new IntersectionObserver(
      host.guard((entries: (IntersectionObserverEntry & { isVisible?: boolean })[]) => {
        for (const { isVisible } of entries) isBare = isVisible !== false;
      }),
      // Not in every browser's typings.
      { trackVisibility: true, delay: LOOK_EVERY_MS } as IntersectionObserverInit,
    );
    cover.observe(card);
  } catch {
    // Replaced by the page: as in the other browsers.
  }
  const look = () => {
    if (!element.parentNode) return cover?.disconnect();
    looks++;
    inSight = keepInSight(card, isBare) ? inSight + 1 : 0;
    allow.setAttribute('aria-disabled', `${inSight < LOOKS_TO_TRUST}`);
    host.after(LOOK_EVERY_MS, look);
  };
  host.after(LOOK_EVERY_MS, look);

  // A click beside the question changes nothing; the keys stay with the question.
  host.listen(scrim, 'click', focus);
  host.listen(allow, 'click', (event) => {
    if (!event.isTrusted) return;
    if (inSight >= LOOKS_TO_TRUST && keepInSight(card, isBare)) return answer(true);
    if (looks <= LOOKS_TO_TRUST) return;
    note.textContent = words.covered;
    note.hidden = false;
  });
  host.listen(deny, 'click', () => answer(false));
  const heard: Consent['heard'] = (event) => {
    const at = event.composedPath()[0];
    const isDown = event.type === 'keydown';
    if (!('key' in event)) isReached = false;
    else if (event.key === 'Escape' && isDown) answer(false);
    else if (event.key === 'Tab') {
      // Round and round: Not now, Allow. The card itself has the focus at first.
      event.preventDefault();
      if (!isDown) return;
      const to = at === deny ? allow : deny;
      to.focus();
      isReached = true;
    } else if (at === allow && !isReached && /^( |Enter)$/.test(event.key)) event.preventDefault();
  };
  return { element, anchor: card, focus, heard };
}
