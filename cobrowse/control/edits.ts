// What an act has changed in a field, so that the visitor can put it back with one click: the field and what it held
// before and after, as it really was. Only in this page's memory, and told to nobody.
//
//   act → what its field holds before, and when the page's handlers have run → an edit → joined with the one before it, if
//   that is of the same field and nothing has come between → undone as a person would do it
//
// Easy to get wrong: nothing that is masked may be kept here, not for a moment longer than the act takes; an editor may hold
// a hidden piece. A field may have been changed since, by the visitor or by the page: then only on their word. Text goes in
// through the browser's own commands, so that frameworks and the page's own undo see an edit; where a mask or a model makes
// something else of it, what the field then holds is told.

import { isElement, tagOf } from '../capture/dom.ts';
import { editorOf, isEditor, isReadOnly, isTextField, selectAll, textOf } from './caret.ts';
import { isPlain } from './describe.ts';
import { chooseAnew, hasPicker, isInput, isSelect, setPicked } from './fields.ts';
import { moveFocus, radiosOf } from './focus.ts';
import { clickElement, command, isChecked, isSelected, optionsOf, setChecked } from './natives.ts';
import { make, send, sendChange, sendInput } from './send.ts';
import { setValue, type Texts } from './text.ts';

/** Of a radio button the one of its group that is chosen; `none`: none is. */
type State = string | Element;
const NONE = 'none';
/** Stands in no markup. */
const BETWEEN = '\0';

/** A change of one field. */
export type Edit = { readonly field: Element; readonly before: State; after: State };

/** An editor that holds more is not looked through with every key. */
const MOST_EDITOR_ELEMENTS = 300;

/** Undefined: it can't be put back, or must not be kept. */
export function stateOf(field: Element, isHidden: (element: Element) => boolean): State | undefined {
  if (!isPlain(field, isHidden)) return undefined;
  if (isInput(field, /^radio$/)) return radiosOf(field).find((radio) => isChecked(radio)) ?? NONE;
  if (isInput(field, /^checkbox$/)) return String(isChecked(field));
  if (isSelect(field))
    return [...optionsOf(field)]
      .flatMap((option, index) => (isSelected(option) ? nameOf(option, index) : []))
      .join('\n');
  if (isTextField(field) || hasPicker(field)) return textOf(field);
  if (!isEditor(field)) return undefined;
  const editor = editorOf(field);
  const within = editor.querySelectorAll('*');
  if (within.length > MOST_EDITOR_ELEMENTS || [...within].some(isHidden)) return undefined;
  // Its text beside it: where markup is not taken, and to see that there is none, no parser is needed.
  return editor.innerHTML + BETWEEN + (editor.textContent ?? '');
}

/** A list may have been filled anew: then the same place holds another option. */
const nameOf = (option: HTMLOptionElement, index: number) => `${index} ${option.value}`;

export const editFrom = (field: Element, before: State | undefined, after: State | undefined): Edit | undefined =>
  before === undefined || after === undefined || before === after ? undefined : { field, before, after };

/** Two that follow each other make one. False: they don't. */
export function joinEdits(first: Edit, second: Edit): boolean {
  if (first.field !== second.field || first.after !== second.before) return false;
  first.after = second.after;
  return true;
}

/** False: it could not be put back. */
export function putBack(page: Document, texts: Texts, { field, before }: Edit): boolean {
  if (typeof before !== 'string') {
    if (!before.isConnected) return false;
    clickElement(before);
    return true;
  }
  if (isInput(field, /^radio$/)) {
    setChecked(field, false);
    sendInput(field);
    sendChange(field);
    return true;
  }
  if (isInput(field, /^checkbox$/)) {
    if (String(isChecked(field)) !== before) clickElement(field);
    return true;
  }
  if (isSelect(field)) {
    const options = [...optionsOf(field)];
    const names = before === '' ? [] : before.split('\n');
    const wanted = names.map((name) => options.findIndex((option, index) => nameOf(option, index) === name));
    return !wanted.includes(-1) && chooseAnew(field, wanted);
  }
  if (hasPicker(field)) return setPicked(field, before);
  if (isReadOnly(field)) return false;
  moveFocus(page, field, false);
  selectAll(field);
  if (isTextField(field)) {
    texts.edit(field, before ? 'insertText' : 'deleteContentBackward', before || undefined);
    if (textOf(field) !== before) {
      // What the page makes of typing may not be what it made of the value before.
      setValue(field, before);
      sendInput(field);
      sendChange(field);
    }
    texts.settle(field);
    return true;
  }
  return isEditor(field) && fillEditor(field, before, texts);
}

/** As if it were pasted: editors with a model of their own take it from that, with its markup. */
function fillEditor(field: HTMLElement, before: string, texts: Texts): boolean {
  const [html = '', text = ''] = before.split(BETWEEN);
  if (!text) return !texts.edit(field, 'deleteContentBackward');
  const view = field.ownerDocument.defaultView as (Window & typeof globalThis) | null;
  if (!view) return false;
  const data = new view.DataTransfer();
  data.setData('text/plain', text);
  data.setData('text/html', html);
  const paste = make(field, 'ClipboardEvent', 'paste', { clipboardData: data }) as ClipboardEvent;
  // Firefox makes an empty one of its own.
  if (paste.clipboardData !== data) Object.defineProperty(paste, 'clipboardData', { value: data });
  if (!send(field, paste)) return true;
  const init = { inputType: 'insertFromPaste', data: null, dataTransfer: data };
  if (!send(editorOf(field), make(field, 'InputEvent', 'beforeinput', init))) return true;
  if (texts.refusalOf(field, 'insertFromPaste')) return false;
  // A page that forbids markup from scripts gets the text.
  return command(field.ownerDocument, 'insertHTML', html) || !texts.edit(field, 'insertText', text);
}

/** What an edit is of: an editor is edited in whichever of its pieces has the focus. */
export const fieldOfEdit = (field: Element): Element =>
  isElement(field) && !isTextField(field) && tagOf(field) !== 'SELECT' && isEditor(field) ? editorOf(field) : field;
