// Undo and redo for the operator: of what was done by hand in the field that has the focus, step by step, and of nothing
// else.
//
// The browser's own commands will not do. Chromium keeps one stack for the whole document: its undo would take back what
// the visitor wrote last, wherever that is, in a password field, too, and fires nothing before that could be prevented
// (measured, Chromium 156; Firefox keeps one for each field). So each field's edits are kept as the visitor's undo keeps
// them, and put back as that does.
//
// Easy to get wrong: a field that was changed since, by the visitor or by the page, is left as it is.

import { joinEdits, type Edit } from './edits.ts';

export type History = {
  /** `sign`: typed, which belongs to the word before it. */
  add(edit: Edit, sign: string | undefined): void;
  /** What it holds may not be kept any more. */
  forget(field: Element): void;
  /** Undefined: there is nothing to take back, or to do again. */
  step(field: Element, isRedo: boolean, put: (edit: Edit) => boolean): boolean | undefined;
};

type Stacks = { undo: Edit[]; redo: Edit[]; isTyping: boolean };

const MOST_STEPS = 100;

export function createHistory(): History {
  const fields = new WeakMap<Element, Stacks>();

  return {
    add({ field, before, after }, sign) {
      const stacks = fields.get(field) ?? { undo: [], redo: [], isTyping: false };
      fields.set(field, stacks);
      const { undo, isTyping } = stacks;
      const edit = { field, before, after };
      const last = undo[undo.length - 1];
      if (!(isTyping && sign?.trim() && last && joinEdits(last, edit))) undo.push(edit);
      if (undo.length > MOST_STEPS) undo.shift();
      stacks.redo = [];
      stacks.isTyping = sign !== undefined;
    },
    forget: (field) => void fields.delete(field),
    step(field, isRedo, put) {
      const stacks = fields.get(field);
      const [from, to] = isRedo ? [stacks?.redo, stacks?.undo] : [stacks?.undo, stacks?.redo];
      const edit = from?.[from.length - 1];
      if (!stacks || !edit || !to) return undefined;
      stacks.isTyping = false;
      if (!put(edit)) return false;
      from.pop();
      to.push({ field, before: edit.after, after: edit.before });
      return true;
    },
  };
}
