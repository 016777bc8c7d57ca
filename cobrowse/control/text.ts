// Editing text: in fields, in contenteditable, and in editors that keep a model of their own.
//
//   beforeinput (ours) → prevented: the page has done it itself → else execCommand → trusted `input`, the undo stack is kept
//   execCommand refuses → the field's own value setter, then `input` (ours)
//
// Measured, Chromium 156 and Firefox 153: execCommand fires no beforeinput, edits text, email, number fields, textareas
// and contenteditable, in shadow roots too, and makes the field's `change` come on blur as if it had been typed.
//
// Easy to get wrong: rich editors act on beforeinput and prevent it, so it must come exactly once; should a browser fire
// one in execCommand as well, the page doesn't get to see that. A value set by setter makes no `change` on blur.

import { tagOf } from '../capture/dom.ts';
import { editorOf, isEditor, isReadOnly, isTextField, moveCaret, rangeOf, textOf, type Field } from './caret.ts';
import { command, listen, setRange, viewOf, writeArea, writeInput } from './natives.ts';
import { make, send, sendChange, sendInput } from './send.ts';

const COMMANDS = {
  insertText: 'insertText',
  insertFromPaste: 'insertText',
  insertParagraph: 'insertParagraph',
  insertLineBreak: 'insertLineBreak',
  deleteContentBackward: 'delete',
  deleteContentForward: 'forwardDelete',
  deleteWordBackward: 'delete',
  deleteWordForward: 'forwardDelete',
  historyUndo: 'undo',
  historyRedo: 'redo',
  formatBold: 'bold',
  formatItalic: 'italic',
  formatUnderline: 'underline',
} as const;
export type Edit = keyof typeof COMMANDS;

export type Texts = {
  /** False: nothing there takes text. */
  edit(element: Element, edit: Edit, text?: string): boolean;
  paste(element: Element, text: string): boolean;
  /** Enter, or the focus goes: `change`, if nobody else fires it. */
  settle(field: Element): void;
};

export const takesText = (element: Element | undefined): element is HTMLElement =>
  (isTextField(element) && !isReadOnly(element)) || isEditor(element);

export function createTexts(): Texts {
  /** Set by setter since the field's last `change`. */
  const unsettled = new WeakSet<Element>();

  const edit: Texts['edit'] = (element, kind, text) => {
    if (!takesText(element)) return false;
    const isField = isTextField(element);
    const data = text ?? null;
    const isPaste = kind === 'insertFromPaste';
    const init = { inputType: kind, data: isPaste && !isField ? null : data };
    const before = make(element, 'InputEvent', 'beforeinput', {
      ...init,
      ...(isPaste && !isField ? { dataTransfer: transferOf(element, data ?? '') } : {}),
      targetRanges: targetRanges(element),
    });
    // History is the browser's own, and can't be prevented in most.
    if (!send(isField ? element : editorOf(element), before)) return true;

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
    return true;
  };

  const setByHand = (field: Field, kind: Edit, data: string) => {
    const range = rangeOf(field);
    const value = textOf(field);
    const insert = kind === 'insertLineBreak' && tagOf(field) === 'TEXTAREA' ? '\n' : data;
    // At an edge there is nothing to delete, and in a field without a selection nobody knows what.
    if (/^(history|format)/.test(kind) || (!insert && (!range || range.start === range.end))) return;
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
    paste(element, text) {
      if (!takesText(element)) return false;
      const clipboardData = transferOf(element, text);
      const event = make(element, 'ClipboardEvent', 'paste', { clipboardData }) as ClipboardEvent;
      // Firefox makes an empty one of its own.
      if (event.clipboardData !== clipboardData)
        Object.defineProperty(event, 'clipboardData', { value: clipboardData });
      return send(element, event) ? edit(element, 'insertFromPaste', text) : true;
    },
    settle(field) {
      if (unsettled.delete(field)) sendChange(field);
    },
  };
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
