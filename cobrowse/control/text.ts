// Editing text: in fields, in contenteditable, and in editors that keep a model of their own.
//
//   beforeinput (ours) → prevented: the page has done it itself → else execCommand → trusted `input`, the undo stack is kept
//   execCommand refuses → the field's own value setter, then `input` (ours)
//   undo and redo → history.ts
//
// Measured, Chromium 156 and Firefox 153: execCommand fires no beforeinput, edits text, email, number fields, textareas
// and contenteditable, in shadow roots too, and makes the field's `change` come on blur as if it had been typed.
//
// Easy to get wrong: rich editors act on beforeinput and prevent it, so it must come exactly once; should a browser fire
// one in execCommand as well, the page doesn't get to see that. A value set by setter makes no `change` on blur. execCommand
// writes wherever the focus is, and a page may move it in any event of ours: it is asked for right before.

import { tagOf } from '../capture/dom.ts';
import { editorOf, isEditor, isReadOnly, isTextField, moveCaret, rangeOf, textOf, type Field } from './caret.ts';
import { command, listen, setRange, viewOf, writeArea, writeInput } from './natives.ts';
import { activeElement } from './focus.ts';
import { touchesHidden } from './pieces.ts';
import { isInside } from './places.ts';
import { make, send, sendChange, sendInput } from './send.ts';
import { refuse, type Refusal, type Targets } from './target.ts';

const COMMANDS = {
  insertText: 'insertText',
  insertFromPaste: 'insertText',
  insertParagraph: 'insertParagraph',
  insertLineBreak: 'insertLineBreak',
  deleteContentBackward: 'delete',
  deleteContentForward: 'forwardDelete',
  deleteWordBackward: 'delete',
  deleteWordForward: 'forwardDelete',
  formatBold: 'bold',
  formatItalic: 'italic',
  formatUnderline: 'underline',
} as const;
export type Edit = keyof typeof COMMANDS | 'historyUndo' | 'historyRedo';

export type Texts = {
  /** Each answers why it may not be, or can't. */
  edit(element: Element, edit: Edit, text?: string): Refusal | undefined;
  paste(element: Element, text: string): Refusal | undefined;
  /** Why an edit of what has the focus may not be, as things are now. */
  refusalOf(element: Element, edit: Edit): Refusal | undefined;
  /** Enter, or the focus goes: `change`, if nobody else fires it. */
  settle(field: Element): void;
};

export const takesText = (element: Element | undefined): element is HTMLElement =>
  (isTextField(element) && !isReadOnly(element)) || isEditor(element);

export function createTexts(options: {
  page: Document;
  targets: Pick<Targets, 'refusalOf' | 'what'>;
  isHidden(element: Element): boolean;
  /** Undo or redo, in one field. */
  step(field: Element, isRedo: boolean): Refusal | undefined;
}): Texts {
  const { page, targets } = options;
  /** Set by setter since the field's last `change`. */
  const unsettled = new WeakSet<Element>();

  const refusalOf: Texts['refusalOf'] = (element, kind) => {
    const active = activeElement(page);
    if (!takesText(element) || !hasFocus(element, active))
      return (active && targets.refusalOf(active)) ?? refuse('not-possible', targets.what(element));
    const isTouching = !isTextField(element) && touchesHidden(element, kind, options.isHidden);
    return targets.refusalOf(element) ?? (isTouching ? refuse('masked') : undefined);
  };

  const edit: Texts['edit'] = (element, kind, text) => {
    const refused = refusalOf(element, kind);
    if (refused) return refused;
    const isField = isTextField(element);
    const data = text ?? null;
    const isPaste = kind === 'insertFromPaste';
    const init = { inputType: kind, data: isPaste && !isField ? null : data };
    const before = make(element, 'InputEvent', 'beforeinput', {
      ...init,
      ...(isPaste && !isField ? { dataTransfer: transferOf(element, data ?? '') } : {}),
      targetRanges: targetRanges(element),
    });
    if (!send(isField ? element : editorOf(element), before)) return undefined;
    const refusedNow = refusalOf(element, kind);
    if (refusedNow) return refusedNow;
    if (kind === 'historyUndo' || kind === 'historyRedo')
      return options.step(isField ? element : editorOf(element), kind === 'historyRedo');

    if (/Word/.test(kind)) {
      const range = isField ? rangeOf(element) : undefined;
      const isEmpty = range ? range.start === range.end : viewOf(element)?.getSelection()?.isCollapsed;
      if (isEmpty) moveCaret(element, 'word', kind === 'deleteWordBackward', true);
    }
    // A second one, from a browser that fires it: the page has had its say.
    const view = viewOf(element);
    const stop = view && listen(view, 'beforeinput', (event) => event.isTrusted && event.stopImmediatePropagation());
    const isDone = command(element.ownerDocument, COMMANDS[kind], data ?? undefined);
    stop?.();
    if (!isDone && isField) setByHand(element, kind, data ?? '');
    return undefined;
  };

  const setByHand = (field: Field, kind: Edit, data: string) => {
    const range = rangeOf(field);
    const value = textOf(field);
    const insert = kind === 'insertLineBreak' && tagOf(field) === 'TEXTAREA' ? '\n' : data;
    // At an edge there is nothing to delete, and in a field without a selection nobody knows what.
    if (/^format/.test(kind) || (!insert && (!range || range.start === range.end))) return;
    const start = range?.start ?? value.length;
    const end = range?.end ?? value.length;
    const next = value.slice(0, start) + insert + value.slice(end);
    if (field.maxLength >= 0 && next.length > field.maxLength) return;
    setValue(field, next);
    if (range) setRange(field, start + insert.length, start + insert.length);
    unsettled.add(field);
    sendInput(field, { inputType: kind, data: insert || null });
  };

  return {
    edit,
    refusalOf,
    paste(element, text) {
      const refused = refusalOf(element, 'insertFromPaste');
      if (refused) return refused;
      const clipboardData = transferOf(element, text);
      const event = make(element, 'ClipboardEvent', 'paste', { clipboardData }) as ClipboardEvent;
      // Firefox makes an empty one of its own.
      if (event.clipboardData !== clipboardData)
        Object.defineProperty(event, 'clipboardData', { value: clipboardData });
      return send(element, event) ? edit(element, 'insertFromPaste', text) : undefined;
    },
    settle(field) {
      if (unsettled.delete(field)) sendChange(field);
    },
  };
}

/** An editor has it in any of its pieces; a page that is edited as a whole when nothing else has. */
function hasFocus(element: Element, active: Element | undefined): boolean {
  if (isTextField(element)) return active === element;
  const editor = editorOf(element);
  return active ? isInside(active, editor) : /^(BODY|HTML)$/.test(tagOf(editor));
}

export function setValue(field: Field, value: string): void {
  if (tagOf(field) === 'TEXTAREA') writeArea(field as HTMLTextAreaElement, value);
  else writeInput(field as HTMLInputElement, value);
}

function transferOf(element: Element, text: string): DataTransfer {
  const data = new (viewOf(element) ?? (window as Window & typeof globalThis)).DataTransfer();
  data.setData('text/plain', text);
  return data;
}

/** What the edit is about, in an editor; fields have none. */
function targetRanges(element: Element): StaticRange[] {
  const view = viewOf(element);
  const selection = view?.getSelection();
  if (!view || isTextField(element) || !selection || selection.rangeCount === 0) return [];
  const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(0);
  return [new view.StaticRange({ startContainer, startOffset, endContainer, endOffset })];
}
