// Uses a to-do application as a person does, through its own fields and buttons: adds, ticks, edits, filters, removes. All
// frameworks' applications show the same markup, so that one driver uses them all. Some steps are one task of many
// actions (a list pasted, an answer of a server), most are a few actions in each frame.
//
// Easy to get wrong: what is asked for in one task may be drawn in the next frame, so nothing is looked for before that;
// and a framework that has lost an action has done less work, so the list is counted after each step.

import { turn } from './pace.ts';
import type { Work } from './page.ts';

export type TodoApp = {
  /** Where its elements are found: its shadow root, if it has one. */
  readonly within: ParentNode;
};

const ROUNDS = 2;
/** Each round adds a hundred. */
const ADDED_AT_ONCE = 40;
const ADDED_IN_FRAMES = { frames: 4, each: 15 };
const TICKED_AT_ONCE = 30;
const TICKED_IN_FRAMES = { frames: 3, each: 10 };
const EDITED = 2;
const REMOVED_IN_FRAMES = { frames: 2, each: 16 };
const REMOVED_AT_ONCE = 20;

const WORDS = 'call the printer about paper, water plants, answer Ivanova, look through the spring order again'.split(
  ' ',
);

export function todoWork({ within }: TodoApp): Work {
  const one = <E extends Element>(selector: string): E => {
    const found = within.querySelector<E>(selector);
    if (!found) throw new Error(`the application has no ${selector}`);
    return found;
  };
  const all = (selector: string) => [...within.querySelectorAll<HTMLElement>(selector)];
  const fire = (on: Element, type: string) => on.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
  let number = 0;

  const title = () => {
    number++;
    return `${number}. ${WORDS[number % WORDS.length]} ${WORDS[(number * 7) % WORDS.length]}`;
  };
  const add = () => {
    const field = one<HTMLInputElement>('.new-todo');
    field.value = title();
    fire(field, 'input');
    fire(one('.new-form'), 'submit');
  };
  const shows = (count: number, what: string) => {
    const { length } = all('.todo');
    if (length !== count) throw new Error(`${what}: the list shows ${length} of ${count}`);
  };
  const choose = async (filter: string, count: number) => {
    one<HTMLElement>(`[data-filter=${filter}]`).click();
    await turn();
    shows(count, `filter ${filter}`);
  };
  const few = async ({ frames, each }: { frames: number; each: number }, act: (index: number) => void) => {
    for (let index = 0; index < frames * each; index++) {
      if (index % each === 0) await turn();
      act(index);
    }
    await turn();
  };

  const round = async () => {
    await few(ADDED_IN_FRAMES, add);
    for (let index = 0; index < ADDED_AT_ONCE; index++) add();
    await turn();
    shows(100, 'added');

    for (const toggle of all('.toggle').slice(0, TICKED_AT_ONCE)) toggle.click();
    const toggles = all('.toggle').slice(TICKED_AT_ONCE);
    await few(TICKED_IN_FRAMES, (index) => toggles[index]?.click());
    const ticked = TICKED_AT_ONCE + TICKED_IN_FRAMES.frames * TICKED_IN_FRAMES.each;
    if (all('.todo.done').length !== ticked) throw new Error(`${all('.todo.done').length} of ${ticked} are ticked`);

    for (let index = 0; index < EDITED; index++) {
      all('.title')[index * 9]?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true, cancelable: true }));
      await turn();
      const field = one<HTMLInputElement>('.edit');
      for (const letters of [' at', ' at no', ' at noon']) {
        field.value = field.value.replace(/( at.*)?$/, letters);
        fire(field, 'input');
      }
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    }
    await turn();
    const edited = all('.title').filter((each) => each.textContent.trim().endsWith(' at noon')).length;
    if (edited !== EDITED || all('.edit').length > 0) throw new Error(`${edited} of ${EDITED} are edited`);

    await choose('active', 100 - ticked);
    await choose('done', ticked);
    await choose('all', 100);

    const buttons = all('.destroy');
    await few(REMOVED_IN_FRAMES, (index) => buttons[index * 2]?.click());
    const left = 100 - REMOVED_IN_FRAMES.frames * REMOVED_IN_FRAMES.each;
    shows(left, 'removed one by one');
    for (const button of all('.destroy').slice(-REMOVED_AT_ONCE)) button.click();
    await turn();
    shows(left - REMOVED_AT_ONCE, 'removed at once');
    one<HTMLElement>('.toggle-all').click();
    await turn();
    if (all('.todo.done').length !== left - REMOVED_AT_ONCE) throw new Error('not all are ticked');
  };

  return async () => {
    for (let index = 0; index < ROUNDS; index++) {
      await round();
      const last = all('.title').at(-1)?.textContent.trim();
      one<HTMLElement>('.clear-done').click();
      await turn();
      shows(0, 'cleared');
      if (index === ROUNDS - 1) return `${number} added, last ${last}, ${one('.left').textContent.trim()}`;
    }
    return '';
  };
}
