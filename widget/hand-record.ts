// The visitor's way to what was done by hand: a button in the badge while the visit is on, a card when it is over. The list
// itself is a file of its own (hand-list.ts), loaded when it is first opened or downloaded.
//
// Easy to get wrong: the card stays on the site's next pages, where nothing else of ours is shown; the widget then keeps
// the surface up only because `isShown` says so.

import type { Edit, Undone } from '../cobrowse/control.ts';
import type { HandDoor } from './hand-door.ts';
import type { Kept, Ledger, Line } from './hand-ledger.ts';
import type { List, ListDoor } from './hand-list.ts';
import type { HandWords } from './hand-words-en.ts';

/** Between the list and the badge; and how often it is looked where that is. */
const GAP = 8;
const PLACE_EVERY_MS = 200;

export type RecordOptions = {
  door: HandDoor;
  words: HandWords;
  ledger: Ledger<Edit>;
  addStyles(css: string): void;
  canUndo(line: Line): ReturnType<ListDoor['canUndo']>;
  undo(line: Line, isForced: boolean): Promise<Undone>;
};

export type Record = {
  /** Looks at what is to be shown. */
  show(isVisit: boolean): void;
  /** Something of it is on the screen though no visit is on. */
  readonly isShown: boolean;
  /** A key in the surface. */
  heard(event: Event): void;
};

export function createRecord({ door, words, ledger, addStyles, canUndo, undo }: RecordOptions): Record {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  let list: List | undefined;
  let loading: Promise<List | undefined> | undefined;
  let isOpen = false;
  let isFollowing = false;
  let opener: HTMLElement | undefined;
  let card: HTMLElement | undefined;

  const button = (className: string, label: string, task: (self: HTMLElement) => void) => {
    const made = make('button', className, label);
    host.listen(made, 'click', () => task(made));
    return made;
  };

  const withList = (task: (list: List) => void) => {
    loading ??= import('./hand-list.ts').then(({ load }) =>
      load({ door, addStyles, kept: () => ledger.kept, canUndo, undo, close }),
    );
    void loading.then(
      host.guard((made) => {
        list = made;
        if (made) task(made);
      }),
      // Blocked or unreachable: the next press tries again.
      () => (loading = undefined),
    );
  };

  const open = (by: HTMLElement) =>
    withList(({ element, refresh }) => {
      opener = by;
      isOpen = true;
      surface.root.append(element);
      door.render();
      refresh();
      place();
      element.focus({ preventScroll: true });
    });

  /** Above or beneath the badge, not under it: Stop stays at hand, and so does all of the list. */
  const place = () => {
    if (!isOpen || !list) return;
    const { element } = list;
    const { left, right, width } = element.getBoundingClientRect();
    // A page may have a zoom.
    const by = width / element.offsetWidth || 1;
    const badge = surface.root.querySelector('.badge')?.getBoundingClientRect();
    const isBeside = !badge || badge.right <= left || badge.left >= right;
    const tall = document.documentElement.clientHeight;
    const isTop = !isBeside && badge.top + badge.bottom < tall;
    const top = isTop ? `${badge.bottom / by + GAP}px` : '';
    const bottom = isBeside || isTop ? '' : `${(tall - badge.top) / by + GAP}px`;
    const { style } = element;
    if (style.top !== top || style.bottom !== bottom) Object.assign(style, { top, bottom });
  };
  const follow = () => {
    if (!isOpen) return (isFollowing = false);
    place();
    host.after(PLACE_EVERY_MS, follow);
    return (isFollowing = true);
  };

  function close() {
    isOpen = false;
    list?.element.remove();
    door.render();
    opener?.focus({ preventScroll: true });
  }

  const opening = button('did-it', '', open);

  const overCard = (kept: Kept) => {
    const title = make('h2', '', words.record.over);
    const closing = button('bare', door.words.close, () => {
      ledger.forget();
      isOpen = false;
      list?.element.remove();
      door.render();
    });
    const acts = make(
      'div',
      'ways',
      button('main', words.record.see, open),
      button('side', words.record.download, () => withList((made) => made.download())),
      closing,
    );
    return mark(make('section', 'card over', title, make('p', '', sum(kept)), acts), {
      role: 'region',
      'aria-label': words.record.over,
    });
  };

  /** What was refused was not done. */
  const doneOf = (kept: Kept | undefined) => kept?.lines.filter(({ why }) => !why) ?? [];
  const sum = (kept: Kept) => {
    const done = doneOf(kept);
    return words.record.did([...new Set(done.map(({ by }) => by.name))], done.length);
  };

  return {
    get isShown() {
      return !!card || isOpen;
    },
    heard(event) {
      if (isOpen && event.type === 'keydown' && (event as KeyboardEvent).key === 'Escape') close();
    },
    show(isVisit) {
      const { kept } = ledger;
      const label = words.record.open(doneOf(kept).length);
      if (opening.textContent !== label) opening.textContent = label;
      opening.hidden = !kept?.lines.length;
      // Beside the badge's own buttons: it is to take little room.
      const acts = surface.root.querySelector('.badge .acts');
      if (acts && opening.parentNode !== acts) acts.prepend(opening);
      const isOver = !isVisit && !!kept?.isOver && doneOf(kept).length > 0;
      if (isOver && !card) surface.root.append((card = overCard(kept)));
      else if (!isOver && card) {
        card.remove();
        card = undefined;
      }
      // Beside whatever the widget says of the end.
      card?.classList.toggle('up', !!surface.root.querySelector('.toast'));
      if (isOpen && !kept) close();
      if (isOpen) list?.refresh();
      if (isOpen && !isFollowing) follow();
    },
  };
}
