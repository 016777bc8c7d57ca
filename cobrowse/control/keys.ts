// One key, down and up, and what a browser does by itself when a person presses it: keydown → keypress → the default
// action, unless the page has prevented it → keyup.
//
// Easy to get wrong: handlers may move the focus in between, so each event goes to what has it then. Space presses a
// button when it goes up, Enter when it goes down. Half the pages ask for keyCode. What has the focus after an event may be
// what no operator may touch: then nothing more is done. Editors do their own edits on keydown: what a key would change
// there is asked for before it.

import { isElement, matches, tagOf } from '../capture/dom.ts';
import { isEditor, isReadOnly, isTextField, moveCaret, selectAll, type Unit } from './caret.ts';
import { hasPicker, isInput, isSelect, setSlider, stepNumber, stepSelect, submitFrom, typeInSelect } from './fields.ts';
import { activeElement, moveFocus, orderFrom, radiosOf } from './focus.ts';
import { clickElement, listen } from './natives.ts';
import { pageHeightOf, scrollFrom } from './scroll.ts';
import { heldKeys, make, send } from './send.ts';
import { refuse, type Refusal, type Targets } from './target.ts';
import { takesText, type Edit, type Texts } from './text.ts';

const NAMED: Record<string, number> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Shift: 16,
  Control: 17,
  Alt: 18,
  Pause: 19,
  CapsLock: 20,
  Escape: 27,
  ' ': 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  Insert: 45,
  Delete: 46,
  Meta: 91,
  ContextMenu: 93,
  NumLock: 144,
  ScrollLock: 145,
};
const SIGNS: Record<string, number> = {
  Semicolon: 186,
  Equal: 187,
  Comma: 188,
  Minus: 189,
  Period: 190,
  Slash: 191,
  Backquote: 192,
  BracketLeft: 219,
  Backslash: 220,
  BracketRight: 221,
  Quote: 222,
};
const CODES: Record<string, string> = { ' ': 'Space' };

/** By the key's place on the keyboard, as browsers do for letters of other scripts. */
function keyCodeOf(key: string, code: string): number {
  const named = NAMED[key] ?? SIGNS[code];
  if (named !== undefined) return named;
  const sign = /^(?:Key|Digit)(.)$/.exec(code)?.[1];
  if (sign) return sign.charCodeAt(0);
  const pad = /^Numpad(\d)$/.exec(code)?.[1];
  if (pad) return 96 + Number(pad);
  const fKey = /^F(\d{1,2})$/.exec(key)?.[1];
  if (fKey) return 111 + Number(fKey);
  return /^[a-z\d]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : 0;
}

const LINE_PIXELS = 40;
const LINK = 'a[href],area[href]';
const isBlank = (page: Document) => page.body ?? page.documentElement;
const BUTTON = /^(button|submit|reset|image|color|file)$/;
const isButton = (element: Element) => tagOf(element) === 'BUTTON' || isInput(element, BUTTON);

export type Keyboard = {
  page: Document;
  texts: Texts;
  around: Around;
  targets: Pick<Targets, 'refusalOf' | 'what'>;
  /** Why no key may go to what has the focus now. */
  refusal(): Refusal | undefined;
  /** What the key is now done to, if a handler has moved the focus. */
  landed(element: Element): void;
};

/** Frames of other origins, and the page around, if this is one. */
export type Around = {
  isEntered(frame: Element): boolean;
  /** Tab goes on in the page around. */
  leave?: (() => void) | undefined;
};

/** Tab. Of a page that is a frame of another's, the last field is followed by what is around. */
export function moveOn(page: Document, isBack: boolean, around: Around): void {
  for (const next of orderFrom(page, isBack, !around.leave, around.isEntered)) if (focusByKey(page, next)) return;
  if (!around.leave) return;
  moveFocus(page, undefined, true);
  around.leave();
}

function focusByKey(page: Document, element: Element): boolean {
  const before = activeElement(page);
  moveFocus(page, element, true);
  if (activeElement(page) === before) return false;
  // What is typed next takes the place of what was there.
  if (tagOf(element) === 'INPUT' && isTextField(element)) element.select();
  return true;
}

/** Answers why it was not done. */
export function pressKey(
  { page, texts, around, targets, refusal, landed }: Keyboard,
  { key, code, mods }: { key: string; code: string; mods: number },
): Refusal | undefined {
  const held = heldKeys(mods);
  const keyCode = keyCodeOf(key, code);
  const init = { key, code: code || (CODES[key] ?? ''), ...held };
  const target = () => activeElement(page) ?? isBlank(page);
  const isBarred = (element: Element) => !!targets.refusalOf(element);
  const isCommand = held.ctrlKey || held.metaKey;
  // AltGr is both: what it types is no Latin letter.
  const isAltGr = held.altKey && (held.ctrlKey || !held.metaKey) && !/^[\x20-\x7e]$/.test(key);
  const isSign = [...key].length === 1 && ((!isCommand && !held.altKey) || isAltGr);
  const isShortcut = isCommand && !isAltGr && /^[a-zа-я]$/i.test(key);
  // By the key's place: the letters of a Cyrillic keyboard are others.
  const letter = /^Key(.)$/.exec(code)?.[1]?.toLowerCase() ?? key.toLowerCase();

  const first = target();
  // Cutting is the visitor's, but a page may do it by itself.
  const isCut = isShortcut && letter === 'x' && isEditor(first);
  const kind = isTextField(first) ? undefined : isCut ? 'deleteContentBackward' : editOf(first);
  const notHere = kind && texts.refusalOf(first, kind);
  if (notHere) return notHere;

  let refused: Refusal | undefined;
  /** Firefox follows a link on Enter itself, also when a script has pressed it. */
  let isFollowed = false;
  const fire = (type: string, extra: object) =>
    send(target(), make(target(), 'KeyboardEvent', type, { ...init, ...extra }));
  const isOn = fire('keydown', { keyCode, which: keyCode });
  if (isOn) refused = refusal();
  if (isOn && !refused) {
    const charCode = key === 'Enter' ? 13 : (key.codePointAt(0) ?? 0);
    const isPressed = isSign || (key === 'Enter' && !isCommand && !held.altKey);
    // A keypress has the sign's own code in all three.
    const link = target();
    const stop = listen(link, 'click', () => (isFollowed = true));
    const isTyped = !isPressed || fire('keypress', { charCode, keyCode: charCode, which: charCode });
    stop();
    isFollowed &&= link === target() && matches(link, LINK);
    if (isTyped && !isFollowed) {
      refused = refusal();
      if (!refused) {
        landed(target());
        refused = act(target());
      }
    }
  }
  if (refusal()) return refused;
  const pressing = target();
  if (fire('keyup', { keyCode, which: keyCode }) && isOn && !refused && key === ' ' && !isCommand && !refusal())
    pressSpace(pressing);
  return refused;

  /** What the key does to text, where it stands in some. */
  function editOf(element: Element): Edit | undefined {
    if (!takesText(element)) return undefined;
    const isInEditor = !isTextField(element);
    if (isShortcut) {
      if (letter === 'z') return held.shiftKey ? 'historyRedo' : 'historyUndo';
      if (letter === 'y') return 'historyRedo';
      if (!isInEditor || !/[biu]/.test(letter)) return undefined;
      return letter === 'b' ? 'formatBold' : letter === 'i' ? 'formatItalic' : 'formatUnderline';
    }
    if (key === 'Enter') {
      if (!isInEditor) return tagOf(element) === 'TEXTAREA' ? 'insertLineBreak' : undefined;
      const isPlain = held.shiftKey || matches(element, '[contenteditable=plaintext-only]');
      return isPlain ? 'insertLineBreak' : 'insertParagraph';
    }
    if (isSign) return 'insertText';
    if (!/^(Backspace|Delete)$/.test(key)) return undefined;
    return `delete${isCommand || held.altKey ? 'Word' : 'Content'}${key === 'Delete' ? 'Forward' : 'Backward'}`;
  }

  function act(element: Element): Refusal | undefined {
    const edit = editOf(element);
    if (edit) return texts.edit(element, edit, edit === 'insertText' ? key : undefined);
    if (isShortcut) {
      if (letter === 'a') selectAll(element);
      // The clipboard is the visitor's.
      return /[cvx]/.test(letter) ? refuse('needs-visitor', targets.what(element)) : undefined;
    }
    if (key === 'Tab' && !isCommand && !held.altKey) {
      texts.settle(element);
      moveOn(page, held.shiftKey, around);
      return undefined;
    }
    if (key === 'Escape') return escape();
    if (key === 'Enter') return enter(element);
    if (isSign) {
      if (isSelect(element) && key !== ' ') typeInSelect(element, key, isBarred);
      else if (key === ' ' && !isTextField(element) && !pressesBySpace(element))
        scrollFrom(element, 0, (held.shiftKey ? -1 : 1) * pageHeightOf(element));
      return undefined;
    }
    move(element);
    return undefined;
  }

  function enter(element: Element): Refusal | undefined {
    if (isButton(element) || matches(element, `${LINK},summary`)) clickElement(element);
    else if (tagOf(element) === 'INPUT') {
      texts.settle(element);
      return submitFrom(element as HTMLInputElement, targets.refusalOf);
    }
    return undefined;
  }

  /** What is open on top goes: a popover, else a modal dialog. */
  function escape(): Refusal | undefined {
    if (CSS.supports('selector(:popover-open)')) {
      const open = [...page.querySelectorAll<HTMLElement>('[popover]:popover-open')].filter(
        (popover) => popover.popover !== 'manual',
      );
      const last = open.pop();
      const refused = last && targets.refusalOf(last);
      if (refused) return refused;
      if (last) {
        last.hidePopover();
        return undefined;
      }
    }
    if (!CSS.supports('selector(:modal)')) return undefined;
    const dialog = [...page.querySelectorAll<HTMLDialogElement>('dialog:modal')].pop();
    const refused = dialog && targets.refusalOf(dialog);
    if (refused) return refused;
    if (dialog && send(dialog, make(dialog, 'Event', 'cancel', { bubbles: false, composed: false }))) dialog.close();
    return undefined;
  }

  function move(element: Element) {
    const isVertical = /^(ArrowUp|ArrowDown|Page)/.test(key);
    const isBack = /^(ArrowLeft|ArrowUp|PageUp|Home)$/.test(key);
    const isPage = /^Page/.test(key);
    if (!/^(Arrow|Page|Home$|End$)/.test(key)) return;
    if (isSelect(element)) {
      if (!element.multiple)
        stepSelect(element, (isBack ? -1 : 1) * (isPage ? 10 : /^(Home|End)$/.test(key) ? 1e6 : 1), isBarred);
      return;
    }
    if (isInput(element, /^radio$/)) {
      const group = radiosOf(element).filter((radio) => radio === element || !isBarred(radio));
      const next = group[(group.indexOf(element) + (isBack ? group.length - 1 : 1)) % group.length];
      if (!next || next === element || isPage || /^(Home|End)$/.test(key)) return;
      moveFocus(page, next, true);
      clickElement(next);
      return;
    }
    if (isInput(element, /^range$/)) return moveSlider(element);
    if (isInput(element, /^number$/) && /^Arrow(Up|Down)$/.test(key))
      return stepNumber(element, key === 'ArrowUp' ? 1 : -1);
    if (isTextField(element) || isEditor(element)) {
      if (isTextField(element) && isReadOnly(element) && isPage) return scroll(element);
      const unit: Unit = /^(Home|End)$/.test(key)
        ? isCommand
          ? 'documentboundary'
          : 'lineboundary'
        : isVertical
          ? 'line'
          : isCommand || held.altKey
            ? 'word'
            : 'character';
      for (let times = isPage ? 10 : 1; times > 0; times--) moveCaret(element, unit, isBack, held.shiftKey);
      return;
    }
    if (hasPicker(element)) return;
    scroll(element);
  }

  function moveSlider(slider: HTMLInputElement) {
    if (/^(Home|End)$/.test(key)) {
      setSlider(slider, Number(key === 'Home' ? slider.min || 0 : slider.max || 100));
      send(slider, make(slider, 'Event', 'change', { cancelable: false, composed: false }));
      return;
    }
    const isUp = /^(ArrowUp|ArrowRight|PageUp)$/.test(key);
    stepNumber(slider, (isUp ? 1 : -1) * (/^Page/.test(key) ? 10 : 1));
  }

  function scroll(element: Element) {
    const sign = /^(ArrowLeft|ArrowUp|PageUp|Home)$/.test(key) ? -1 : 1;
    if (/^Arrow(Left|Right)$/.test(key)) scrollFrom(element, sign * LINE_PIXELS, 0);
    else if (/^Arrow/.test(key)) scrollFrom(element, 0, sign * LINE_PIXELS);
    else scrollFrom(element, 0, sign * (/^Page/.test(key) ? pageHeightOf(element) : 1e7));
  }

  function pressesBySpace(element: Element): boolean {
    return (
      isButton(element) || isSelect(element) || matches(element, 'summary') || isInput(element, /^(checkbox|radio)$/)
    );
  }

  function pressSpace(element: Element) {
    if (!isElement(element) || isSelect(element) || !pressesBySpace(element)) return;
    if (element === target()) clickElement(element);
  }
}
