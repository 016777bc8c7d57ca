// The caret and the selection: where a press puts them, what a drag selects, and how the arrow keys move them.
//
// Easy to get wrong: Firefox's selection.modify() does not reach into fields, and fields of some types (email, number)
// tell no selection at all: there only what the browser's own commands do is to be had. A field in a shadow root is found
// by its point only if the browser is told of the root.

import { parentOf, tagOf } from '../capture/dom.ts';
import { command, readArea, readInput, setRange, styleOf, viewOf } from './natives.ts';

export type Field = HTMLInputElement | HTMLTextAreaElement;

const TEXTLESS =
  /^(checkbox|radio|submit|button|reset|image|file|range|color|hidden|date|time|month|week|datetime-local)$/;

/** A field that text is typed into. */
export function isTextField(element: Element | undefined): element is Field {
  if (!element) return false;
  const tag = tagOf(element);
  return tag === 'TEXTAREA' || (tag === 'INPUT' && !TEXTLESS.test((element as HTMLInputElement).type));
}
export const isReadOnly = (element: Element): boolean => isTextField(element) && element.readOnly;

/** An editable element, or a page that is edited as a whole. */
export function isEditor(element: Element | undefined): element is HTMLElement {
  return (
    !!element && ((element as HTMLElement).isContentEditable === true || element.ownerDocument.designMode === 'on')
  );
}

export const textOf = (field: Field): string =>
  tagOf(field) === 'TEXTAREA' ? readArea(field as HTMLTextAreaElement) : readInput(field as HTMLInputElement);

/** Undefined: a type without a selection. */
export function rangeOf(field: Field): { start: number; end: number; isBackward: boolean } | undefined {
  const { selectionStart: start, selectionEnd: end } = field;
  if (start === null || end === null) return undefined;
  return { start, end, isBackward: field.selectionDirection === 'backward' };
}

type Spot = { node: Node; offset: number };

/** `x`, `y` in the viewport of the element's own window. */
function spotAt(element: Element, x: number, y: number): Spot | undefined {
  const page = element.ownerDocument;
  const shadowRoots: ShadowRoot[] = [];
  let root: Node = element.getRootNode();
  while (root !== page && 'host' in root) {
    shadowRoots.push(root as ShadowRoot);
    root = (root as ShadowRoot).host.getRootNode();
  }
  if (page.caretPositionFromPoint) {
    const found = page.caretPositionFromPoint(x, y, { shadowRoots });
    return found ? { node: found.offsetNode, offset: found.offset } : undefined;
  }
  const range = page.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}

const WORD = /[\p{L}\p{N}_]/u;
function wordAt(text: string, at: number): { start: number; end: number } {
  let start = at;
  let end = at;
  while (start > 0 && WORD.test(text[start - 1] ?? '')) start--;
  while (end < text.length && WORD.test(text[end] ?? '')) end++;
  return start === end ? { start, end: Math.min(text.length, end + 1) } : { start, end };
}

export type Selecting = {
  /** The pointer has moved, with the button down. */
  extend(x: number, y: number): void;
};

/** A press, in text: puts the caret, or selects a word (`clicks` 2) or a line (3). Undefined: nothing can be selected. */
export function startSelecting(
  hit: Element,
  x: number,
  y: number,
  how: { clicks: number; isExtending: boolean },
): Selecting | undefined {
  const view = viewOf(hit);
  if (!view) return undefined;
  if (isTextField(hit)) return selectInField(hit, x, y, how);
  if (styleOf(hit).userSelect === 'none' && !isEditor(hit)) return undefined;
  const selection = view.getSelection();
  const spot = spotAt(hit, x, y);
  if (!selection || !spot) return undefined;
  try {
    if (how.isExtending && selection.anchorNode) selection.extend(spot.node, spot.offset);
    else selection.collapse(spot.node, spot.offset);
    if (how.clicks === 2) {
      selection.modify('move', 'backward', 'word');
      selection.modify('extend', 'forward', 'word');
    } else if (how.clicks > 2) {
      selection.modify('move', 'backward', 'lineboundary');
      selection.modify('extend', 'forward', 'lineboundary');
    }
  } catch {
    // The page has taken the node out of the document.
    return undefined;
  }
  return {
    extend(toX, toY) {
      const to = spotAt(hit, toX, toY);
      if (to && to.node.isConnected && selection.anchorNode) selection.extend(to.node, to.offset);
    },
  };
}

function selectInField(
  field: Field,
  x: number,
  y: number,
  { clicks, isExtending }: { clicks: number; isExtending: boolean },
): Selecting | undefined {
  const before = rangeOf(field);
  if (!before) return undefined;
  const text = textOf(field);
  const offsetAt = (atX: number, atY: number): number | undefined => {
    const spot = spotAt(field, atX, atY);
    return spot?.node === field ? Math.min(spot.offset, text.length) : undefined;
  };
  const at = offsetAt(x, y) ?? text.length;
  let anchor = at;
  if (isExtending) {
    anchor = before.isBackward ? before.end : before.start;
    select(field, anchor, at);
  } else if (clicks === 2) {
    const word = wordAt(text, at);
    anchor = word.start;
    setRange(field, word.start, word.end);
  } else if (clicks > 2) {
    const start = lineStartOf(text, at);
    const end = text.indexOf('\n', at);
    anchor = start;
    setRange(field, start, end < 0 ? text.length : end);
  } else setRange(field, at, at);
  return {
    extend(toX, toY) {
      const to = offsetAt(toX, toY);
      if (to !== undefined) select(field, anchor, to);
    },
  };
}

function select(field: Field, anchor: number, focus: number): void {
  setRange(field, Math.min(anchor, focus), Math.max(anchor, focus), focus < anchor ? 'backward' : 'forward');
}

export type Unit = 'character' | 'word' | 'line' | 'lineboundary' | 'documentboundary';

/** Moves the caret, or the end of the selection, in the field or editor that has the focus. False: it stays. */
export function moveCaret(element: Element, unit: Unit, isBack: boolean, isExtending: boolean): boolean {
  if (isTextField(element)) return moveInField(element, unit, isBack, isExtending);
  const selection = viewOf(element)?.getSelection();
  if (!selection?.anchorNode) return false;
  const before = stateOf(selection);
  // As arrows do: a selection collapses to its end first.
  if (!isExtending && !selection.isCollapsed && unit === 'character') {
    if (isBack) selection.collapseToStart();
    else selection.collapseToEnd();
    return true;
  }
  if (unit === 'documentboundary') {
    const host = editorOf(element);
    const { anchorNode, anchorOffset } = selection;
    selection.selectAllChildren(host);
    if (isBack) selection.collapseToStart();
    else selection.collapseToEnd();
    if (isExtending) {
      const { anchorNode: edge, anchorOffset: edgeOffset } = selection;
      if (edge) selection.setBaseAndExtent(anchorNode, anchorOffset, edge, edgeOffset);
    }
  } else selection.modify(isExtending ? 'extend' : 'move', isBack ? 'backward' : 'forward', unit);
  return stateOf(selection) !== before;
}

/** Nodes have no names; the caret moved if any of the four differ. */
function stateOf({ anchorNode, anchorOffset, focusNode, focusOffset }: Selection): string {
  return `${pathOf(anchorNode)}:${anchorOffset} ${pathOf(focusNode)}:${focusOffset}`;
}
function pathOf(node: Node | null): string {
  let path = '';
  for (let at = node, parent = at && parentOf(at); at && parent; at = parent, parent = parentOf(at))
    path += `.${[...parent.childNodes].indexOf(at as ChildNode)}`;
  return path;
}

/** The outermost element that is edited together with this one. */
export function editorOf(element: Element): Element {
  let host = element;
  while (host.parentElement && isEditor(host.parentElement)) host = host.parentElement;
  return host;
}

function moveInField(field: Field, unit: Unit, isBack: boolean, isExtending: boolean): boolean {
  const range = rangeOf(field);
  const selection = viewOf(field)?.getSelection();
  if (!range) {
    // Chromium's own caret moves, unseen by scripts.
    selection?.modify(isExtending ? 'extend' : 'move', isBack ? 'backward' : 'forward', unit);
    return true;
  }
  const { start, end, isBackward } = range;
  const text = textOf(field);
  if (unit === 'line' || (unit === 'lineboundary' && tagOf(field) === 'TEXTAREA')) {
    if (unit === 'line' && tagOf(field) === 'INPUT') return moveInField(field, 'documentboundary', isBack, isExtending);
    // Only the browser knows where lines break. Firefox does not move here: there the text's own lines count.
    selection?.modify(isExtending ? 'extend' : 'move', isBack ? 'backward' : 'forward', unit);
    const now = rangeOf(field);
    if (now && (now.start !== start || now.end !== end)) return true;
  }
  const focus = isBackward ? start : end;
  const anchor = isBackward ? end : start;
  const to =
    !isExtending && start !== end && unit === 'character' ? (isBack ? start : end) : stepIn(text, focus, unit, isBack);
  select(field, isExtending ? anchor : to, to);
  return to !== focus || (!isExtending && start !== end);
}

/** lastIndexOf takes -1 for 0. */
const lineStartOf = (text: string, at: number) => text.slice(0, at).lastIndexOf('\n') + 1;

function stepIn(text: string, from: number, unit: Unit, isBack: boolean): number {
  const lineStart = lineStartOf(text, from);
  const lineEnd = (at: number) => (text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
  switch (unit) {
    case 'character': {
      // Not into the middle of an emoji.
      const step = isBack ? [...text.slice(0, from)].pop() : [...text.slice(from, from + 2)][0];
      return from + (isBack ? -1 : 1) * (step?.length ?? 0);
    }
    case 'word': {
      let at = from;
      const next = () => (isBack ? text[at - 1] : text[at]) ?? '';
      const step = isBack ? -1 : 1;
      while (next() && !WORD.test(next())) at += step;
      while (next() && WORD.test(next())) at += step;
      return at;
    }
    case 'line': {
      const column = from - lineStart;
      if (isBack) {
        if (lineStart === 0) return 0;
        const above = lineStartOf(text, lineStart - 1);
        return Math.min(above + column, lineStart - 1);
      }
      if (lineEnd(from) === text.length) return text.length;
      const below = lineEnd(from) + 1;
      return Math.min(below + column, lineEnd(below));
    }
    case 'lineboundary':
      return isBack ? lineStart : lineEnd(from);
    case 'documentboundary':
      return isBack ? 0 : text.length;
  }
}

export function selectAll(element: Element): void {
  if (isTextField(element) && rangeOf(element)) setRange(element, 0, textOf(element).length);
  else if (isTextField(element)) element.select();
  else if (isEditor(element)) viewOf(element)?.getSelection()?.selectAllChildren(editorOf(element));
  else command(element.ownerDocument, 'selectAll');
}
