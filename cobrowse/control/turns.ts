// Two people at one page, which has one focus and one caret. Each goes on where their own hands were: a key of the
// visitor's goes to the field that the visitor was writing in, though the operator has pressed another since, and the
// operator's keys to where the operator pressed last. Without it, letters of one end up in the other's field.
//
// Easy to get wrong: a key goes to what has the focus when its keydown is over, so the visitor's focus is given back in
// that event, before the page hears of it. Only for a while: whoever begins to write after a pause looks where the caret
// is. And only from where the operator put it: a page that moves the focus itself (the next field, a dialog) means it.
// Fields keep their selection without the focus; an editor's is the page's only one, and is kept here.

import { isEditor } from './caret.ts';
import { activeElement, moveFocus } from './focus.ts';
import { viewOf, wasVisitorActive } from './natives.ts';
import { takesText } from './text.ts';

export type Turns = {
  /** A trusted key or press of the visitor's, before anybody else hears of it. */
  visitor(event?: Event): void;
  /** Before each act of the operator's. */
  begin(): void;
  /** The operator writes in another place than the visitor who is writing now. */
  isApart(): boolean;
  /** In the field that the visitor is writing in. */
  isTheirs(element: Element): boolean;
  /** The focus is the operator's, for a key or text. False: the visitor is writing, and the operator was nowhere. */
  takeFocus(): boolean;
  /** An act that may have moved the focus is done. */
  end(): void;
};

/** Somebody who stops and thinks is still writing. */
const FRESH_MS = 8000;
const NO_LETTER = /^(Shift|Control|Alt|Meta|AltGraph|CapsLock|Escape|F\d+)$/;

type Held = { element: Element; caret: [Node, number, Node, number] | undefined };

export function createTurns(page: Document): Turns {
  let theirs: Held | undefined;
  let ours: Held | undefined;
  /** The visitor has done something since the operator's last act, or before this began. */
  let isTheirTurn = wasVisitorActive();
  let theirsAt = isTheirTurn ? performance.now() : -Infinity;
  let isTheirFocus = false;

  const isFresh = () => performance.now() - theirsAt < FRESH_MS;
  const held = (): Held | undefined => {
    const element = activeElement(page);
    return element && { element, caret: caretOf(element) };
  };
  const give = ({ element, caret }: Held) => {
    moveFocus(page, element, false);
    if (caret && caret[0].isConnected && caret[2].isConnected)
      viewOf(element)
        ?.getSelection()
        ?.setBaseAndExtent(...caret);
  };
  const isThere = (one: Held | undefined): one is Held => !!one && one.element.isConnected && !!viewOf(one.element);

  return {
    visitor(event) {
      const isKey = event?.type === 'keydown';
      if (isKey && NO_LETTER.test((event as KeyboardEvent).key)) return;
      const active = activeElement(page);
      if (isKey && !isTheirFocus && !isTheirTurn && isFresh() && isThere(theirs) && takesText(theirs.element))
        if (active !== theirs.element && active === ours?.element) {
          ours = held();
          give(theirs);
        }
      isTheirTurn = true;
      theirsAt = performance.now();
    },
    begin() {
      if (!isTheirTurn) return;
      isTheirTurn = false;
      isTheirFocus = true;
      theirs = held();
    },
    isApart() {
      const field = isTheirTurn ? activeElement(page) : theirs?.element;
      return isThere(ours) && ours.element !== field;
    },
    isTheirs: (element) => isThere(theirs) && takesText(theirs.element) && theirs.element.contains(element),
    takeFocus() {
      if (!isTheirFocus) return true;
      const active = activeElement(page);
      if (isThere(ours)) {
        if (ours.element !== active) give(ours);
        isTheirFocus = false;
        return true;
      }
      return !(isFresh() && takesText(active));
    },
    end() {
      isTheirFocus = false;
      ours = held();
    },
  };
}

function caretOf(element: Element): Held['caret'] {
  const selection = isEditor(element) ? viewOf(element)?.getSelection() : undefined;
  const { anchorNode, anchorOffset = 0, focusNode, focusOffset = 0 } = selection ?? {};
  return anchorNode && focusNode ? [anchorNode, anchorOffset, focusNode, focusOffset] : undefined;
}
