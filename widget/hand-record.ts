// The visitor's way to what was done by hand: a button in the badge while the visit is on, a card when it is over. The list
// itself is a file of its own (hand-list.ts), loaded when it is first opened or downloaded.
//
// Easy to get wrong: the card stays on the site's next pages, where nothing else of ours is shown; the widget then keeps
// the surface up only because `isShown` says so.

import type { Edit, Undone } from '../cobrowse/control.ts';
import type { HandDoor } from './hand-door.ts';
import type { Kept, Ledger, Line } from './hand-ledger.ts';
import type { List } from './hand-list.ts';
import type { HandWords } from './hand-words-en.ts';

export type RecordOptions = {
  door: HandDoor;
  words: HandWords;
  ledger: Ledger<Edit>;
  addStyles(css: string): void;
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

export function createRecord({ door, words, ledger, addStyles, undo }: RecordOptions): Record {
  const { make, mark, surface, handover } = door;
  const { host } = handover;
  let list: List | undefined;
  let loading: Promise<List | undefined> | undefined;
  let isOpen = false;
  let opener: HTMLElement | undefined;
  let card: HTMLElement | undefined;

  const button = (className: string, label: string, task: (self: HTMLElement) => void) => {
    const made = make('button', className, label);
    host.listen(made, 'click', () => task(made));
    return made;
  };

  const withList = (task: (list: List) => void) => {
    loading ??= import('./hand-list.ts').then(({ load }) =>
      load({ door, addStyles, kept: () => ledger.kept, canUndo: (line) => !!ledger.editOf(line), undo, close }),
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
      element.focus({ preventScroll: true });
    });

  function close() {
    isOpen = false;
    list?.element.remove();
    door.render();
    opener?.focus({ preventScroll: true });
  }

  const opening = button('', '', open);
  const row = make('div', 'doings', make('div', '', opening));

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

  const sum = ({ lines }: Kept) => {
    const done = lines.filter(({ why }) => !why);
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
      const count = kept?.lines.length ?? 0;
      const label = words.record.open(count);
      if (opening.textContent !== label) opening.textContent = label;
      row.hidden = count === 0;
      const badge = surface.root.querySelector('.badge');
      if (badge && row.parentNode !== badge) badge.append(row);
      const isOver = !isVisit && !!kept?.isOver && kept.lines.some(({ why }) => !why);
      if (isOver && !card) surface.root.append((card = overCard(kept)));
      else if (!isOver && card) {
        card.remove();
        card = undefined;
      }
      // Beside whatever the widget says of the end.
      card?.classList.toggle('up', !!surface.root.querySelector('.toast'));
      if (isOpen && !kept) close();
      if (isOpen) list?.refresh();
    },
  };
}
