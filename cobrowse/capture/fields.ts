// What stands in fields: told when a person types or chooses, and when script sets it, which no event tells.
//
// Easy to get wrong: the mirror is told what a field shows, once: a hidden field says the same whatever is typed, and even
// equal events would count the keys. A radio button that is chosen lets go of others, without a word.

import { isElement, matches, parentOf, tagOf, targetOf } from './dom.ts';
import { SOURCE } from './events.ts';
import type { Ids } from './ids.ts';
import type { Listening } from './listening.ts';
import { FIELD, type Masker } from './mask.ts';
import type { Patches } from './patches.ts';
import type { Serializer } from './serial.ts';

export type Fields = {
  watch(page: Document, listening: Listening): void;
  patch(view: Window & typeof globalThis, patches: Patches): void;
  /** Its value may be another: it is looked at with the next batch. */
  noted(element: Element): void;
  /** It was sent with this in it. `ticks`: see ticksOf. */
  sent(field: Element, text: string, ticks: number, isHidden: boolean): void;
  flush(): void;
};

const VALUES = ['value', 'checked', 'indeterminate'];

/** 1: it is checked; 2: it shows that it is neither; 3: both. */
export function ticksOf({ checked, indeterminate }: HTMLInputElement): number {
  return (checked ? 1 : 0) + (indeterminate ? 2 : 0);
}

export function createFields(options: {
  ids: Ids;
  masker: Masker;
  serializer: () => Serializer;
  tell: (data: { [name: string]: unknown }) => void;
  /** It shows in the picture that the field is hidden. */
  mark: (id: number) => void;
  due: () => void;
  /** A picture is being taken. */
  isFirst: () => boolean;
}): Fields {
  const { ids, masker, serializer, tell, mark, due, isFirst } = options;
  /** What the mirror shows. */
  const shown = new WeakMap<Element, string>();
  /** Those that are marked as hidden. */
  const hidden = new WeakSet<Element>();
  let waiting = new Set<Element>();
  let own: Patches | undefined;
  const note = (field: object) => noted(field as Element);

  const noted = (element: Element) => {
    if (!ids.of(element)) return;
    waiting.add(element);
    due();
  };

  const say = (field: Element, text: string, ticks: number) => {
    const state = `${ticks}${text}`;
    const id = ids.of(field);
    if (!id || shown.get(field) === state) return;
    shown.set(field, state);
    // rrweb's replay knows nothing of the last one, and leaves it alone.
    tell({ source: SOURCE.Input, id, text, isChecked: ticks % 2 > 0, ...(ticks > 1 ? { isIndeterminate: true } : {}) });
  };

  const look = (field: Element) => {
    const tag = tagOf(field);
    if (tag === 'OPTION') {
      const select = field.closest('select');
      if (select) look(select);
      return;
    }
    const { inside, isBlocked, isHiddenField, isOpen, shownValue } = serializer();
    const parent = parentOf(field);
    if (!FIELD.test(tag) || !parent || !ids.of(field) || !field.isConnected) return;
    if (inside(parent).isClosed || isBlocked(field)) return;
    if (matches(field, '[type="hidden" i]')) return;
    const isHidden = isHiddenField(field);
    if (isHidden && !hidden.has(field)) {
      hidden.add(field);
      mark(ids.of(field));
    }
    if (tag === 'SELECT') {
      // Which option is chosen is hidden.
      if (isHidden) return;
      // Its tag says that it is one.
      const select = field as HTMLSelectElement;
      if (select.multiple)
        for (const option of select.options) say(option, '', isOpen(option) && option.selected ? 1 : 0);
      say(select, shownValue(select), 0);
      return;
    }
    const input = field as HTMLInputElement;
    const type = tag === 'INPUT' ? input.type : '';
    const isBox = type === 'radio' || type === 'checkbox';
    say(field, shownValue(field), isBox && !isHidden ? ticksOf(input) : 0);
    if (type !== 'radio' || !input.name) return;
    const root = input.getRootNode();
    if (!('querySelectorAll' in root)) return;
    // A document or a shadow root: nothing else has a field in it that is part of the picture.
    const others = (root as Document).querySelectorAll<HTMLInputElement>(
      `input[type="radio" i][name="${CSS.escape(input.name)}"]`,
    );
    for (const other of others)
      if (other !== input && ids.of(other)) say(other, shownValue(other), isHiddenField(other) ? 0 : ticksOf(other));
  };

  return {
    noted,
    sent(field, text, ticks, isHidden) {
      if (isHidden) hidden.add(field);
      // React gives fields setters of their own, which call the browser's: those that were there before we came.
      if (isFirst() && !shown.has(field)) for (const name of VALUES) own?.setter(field, name, note);
      shown.set(field, `${ticks}${text}`);
    },
    watch(page, listening) {
      for (const type of ['input', 'change'])
        listening.hear(page, type, (event: Event) => {
          const target = targetOf(event);
          if (!target) return;
          if (masker.isPassword(target)) serializer().typedInto(target as HTMLInputElement);
          else masker.typing(target);
          noted(target);
        });
      listening.on(page, 'reset', (event: Event) => {
        const form = targetOf(event);
        if (!isElement(form) || tagOf(form) !== 'FORM') return;
        // The fields change as the event's default action, which comes after this.
        listening.after(0, () => {
          // Its tag says that it is one; a field named "elements" may stand in the way.
          for (const field of (form as HTMLFormElement).querySelectorAll('input,textarea,select')) noted(field);
        });
      });
    },
    patch(view, patches) {
      own ??= patches;
      for (const name of VALUES) patches.setter(view.HTMLInputElement?.prototype, name, note);
      patches.setter(view.HTMLSelectElement?.prototype, 'value', note);
      patches.setter(view.HTMLSelectElement?.prototype, 'selectedIndex', note);
      patches.setter(view.HTMLTextAreaElement?.prototype, 'value', note);
      patches.setter(view.HTMLOptionElement?.prototype, 'selected', note);
    },
    flush() {
      if (waiting.size === 0) return;
      const fields = waiting;
      waiting = new Set();
      for (const field of fields) look(field);
    },
  };
}
