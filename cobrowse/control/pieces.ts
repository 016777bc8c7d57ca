// Hidden pieces of an editor: an operator's edit may not change them, though they may be next to it or within what is
// selected.
//
// Measured, Chromium 156 and Firefox 153: Chromium puts what is typed at the edge of an inline element into the element
// before the caret, whatever node the selection names; what a deletion takes is known only when the selection was
// stretched by it.

import { shadowOf } from '../capture/dom.ts';
import { editorOf } from './caret.ts';
import { viewOf } from './natives.ts';
import { elementOf, isInside } from './places.ts';

type IsHidden = (element: Element) => boolean;

/** Also an element of the page's own that shows something hidden. */
function piecesOf(editor: ParentNode, isHidden: IsHidden): Element[] {
  return [...editor.querySelectorAll('*')].filter((each) => {
    const shadow = shadowOf(each);
    return isHidden(each) || (shadow && piecesOf(shadow, isHidden).length > 0);
  });
}

export const holdsHidden = (element: Element, isHidden: IsHidden): boolean =>
  piecesOf(editorOf(element), isHidden).length > 0;

/** Whether an edit, by its input type, would change a hidden piece of the editor, where the selection is now. */
export function touchesHidden(element: Element, kind: string, isHidden: IsHidden): boolean {
  const editor = editorOf(element);
  const pieces = piecesOf(editor, isHidden);
  if (pieces.length === 0) return false;
  // What an editor's own history holds, nobody knows.
  if (/^history/.test(kind)) return true;
  const selection = selectionOf(editor);
  if (!selection || selection.rangeCount === 0) return true;
  const range = selection.getRangeAt(0);
  const isOut = [range.startContainer, range.endContainer].some((node) => !isInside(elementOf(node) ?? null, editor));
  if (isOut || touches(range, pieces)) return true;
  if (!range.collapsed) return false;
  if (/^delete/.test(kind)) {
    const unit = /Word/.test(kind) ? 'word' : 'character';
    return touches(stretched(selection, /Forward/.test(kind) ? 'forward' : 'backward', unit), pieces);
  }
  // Beside an edge, at which no text stands, the other side counts.
  const before = stretched(selection, 'backward', 'character');
  const beside = `${before}` ? before : stretched(selection, 'forward', 'character');
  const open = pieces.filter((piece) => (piece as HTMLElement).isContentEditable);
  return `${beside}` !== '' && touches(beside, open);
}

const touches = (range: Range, pieces: Element[]) => pieces.some((piece) => range.intersectsNode(piece));

/** Chromium tells what is selected in a shadow root to that root only. */
function selectionOf(element: Element): Selection | null | undefined {
  const root = element.getRootNode() as Partial<Pick<Document, 'getSelection'>>;
  return root.getSelection?.() ?? viewOf(element)?.getSelection();
}

/** What one step from the caret covers. The caret stays. */
function stretched(selection: Selection, direction: 'forward' | 'backward', unit: 'word' | 'character'): Range {
  const { anchorNode, anchorOffset } = selection;
  selection.modify('extend', direction, unit);
  const range = selection.getRangeAt(0).cloneRange();
  selection.collapse(anchorNode, anchorOffset);
  return range;
}
