// Where the keyboard goes: what has the focus, moving it, and the order of the Tab key.
//
// Easy to get wrong: a window that is not the one the visitor types in gets no focus events from the browser, though its
// active element changes; the page must hear of it all the same. The order of Tab runs through open shadow roots, slots
// and same-origin frames, each with an order of its own.

import { attributeOf, childrenOf, hasAttributeOf, isElement, matches, shadowOf, tagOf } from '../capture/dom.ts';
import { activeIn, blurElement, boxesOf, focusElement, isChecked, listen, styleOf, viewOf } from './natives.ts';
import { make, send } from './send.ts';
import { around, isFrame, isInside, pageOf } from './places.ts';

/** Over the edges of shadow roots and frames; undefined: nothing, which is to say the page itself. */
export function activeElement(page: Document): Element | undefined {
  let active = activeIn(page);
  for (;;) {
    const shadow = active && shadowOf(active);
    const inner: Element | null | undefined = shadow
      ? activeIn(shadow)
      : active && isFrame(active) && pageOf(active)
        ? activeIn(pageOf(active) as Document)
        : undefined;
    if (!inner) break;
    active = inner;
  }
  return active && !/^(BODY|HTML)$/.test(tagOf(active)) ? active : undefined;
}

const FOCUSABLE =
  'a[href],area[href],button,input:not([type=hidden]),select,textarea,summary,iframe,[tabindex],' +
  '[contenteditable]:not([contenteditable=false]),audio[controls],video[controls]';

const isFocusable = (element: Element): boolean =>
  matches(element, FOCUSABLE) && !matches(element, ':disabled') && !isUnseen(element);

/** What is in closed <details> has boxes, and can't have the focus. Safari has checkVisibility since 17.4. */
const isUnseen = (element: Element): boolean =>
  boxesOf(element).length === 0 ||
  styleOf(element).visibility !== 'visible' ||
  (!!element.checkVisibility && !element.checkVisibility());

/** What a press on an element gives the focus to. */
export function focusableAround(element: Element): Element | undefined {
  for (let at: Element | null = element; at; at = around(at))
    if (isFocusable(at) || shadowOf(at)?.delegatesFocus) return at;
  return undefined;
}

/** `to` undefined: nothing has the focus any more. */
export function moveFocus(page: Document, to: Element | undefined, isByKey: boolean): void {
  const from = activeElement(page);
  if (to ? from === to : !from) return;
  const target = to ?? from;
  const view = target && viewOf(target);
  if (!target || !view) return;
  let isHeard = false;
  const stop = listen(view, to ? 'focus' : 'blur', (event) => {
    isHeard ||= event.isTrusted;
  });
  // focusVisible is not in TypeScript's library yet.
  if (to) focusElement(to, { preventScroll: true, focusVisible: isByKey } as FocusOptions);
  else blurElement(target);
  stop();
  const now = activeElement(page);
  if (isHeard || now === from) return;
  if (from?.isConnected) tell(from, ['blur', 'focusout'], now);
  if (now) tell(now, ['focus', 'focusin'], from);
}

function tell(element: Element, types: string[], other: Element | undefined): void {
  const relatedTarget = other?.ownerDocument === element.ownerDocument ? other : null;
  for (const type of types)
    send(
      element,
      make(element, 'FocusEvent', type, { relatedTarget, bubbles: /in|out/.test(type), cancelable: false }),
    );
}

/** Whether a frame of another origin takes the focus further by itself. */
type IsEntered = (frame: Element) => boolean;

/** Elements of one scope in the order of Tab; a host, slot or frame stands for what is within it. */
function inOrder(nodes: Iterable<Node>, isEntered: IsEntered): Element[] {
  const found: { index: number; elements: Element[] }[] = [];
  const add = (element: Element, elements: Element[]) => {
    const index = Number(attributeOf(element, 'tabindex') ?? 0) || 0;
    if (elements.length > 0 && index >= 0) found.push({ index, elements });
  };
  const walk = (node: Node): void => {
    if (!isElement(node) || hasAttributeOf(node, 'inert') || hasAttributeOf(node, 'data-tandem-ui')) return;
    const tag = tagOf(node);
    const shadow = shadowOf(node);
    const own = isTabbable(node) ? [node] : [];
    if (shadow) return add(node, [...(shadow.delegatesFocus ? [] : own), ...inOrder(childrenOf(shadow), isEntered)]);
    if (isFrame(node)) {
      const body = pageOf(node)?.body;
      const isSeen = boxesOf(node).length > 0;
      return add(node, !isSeen ? [] : body ? inOrder([body], isEntered) : isEntered(node) ? [node] : []);
    }
    add(node, own);
    const assigned = tag === 'SLOT' ? (node as HTMLSlotElement).assignedElements() : [];
    for (const child of assigned.length > 0 ? assigned : childrenOf(node)) walk(child);
  };
  for (const node of nodes) walk(node);
  const rank = (index: number) => (index > 0 ? index : Infinity);
  // Array's sort is stable: the order of the page among equals. Infinity minus itself is no number.
  return found
    .sort((a, b) => (rank(a.index) === rank(b.index) ? 0 : rank(a.index) - rank(b.index)))
    .flatMap(({ elements }) => elements);
}

function isTabbable(element: Element): boolean {
  if (!isFocusable(element) || Number(attributeOf(element, 'tabindex') ?? 0) < 0) return false;
  const tag = tagOf(element);
  if (tag === 'SUMMARY') return element.parentElement?.querySelector(':scope > summary') === element;
  if (tag !== 'INPUT' || (element as HTMLInputElement).type !== 'radio') return true;
  const group = radiosOf(element as HTMLInputElement);
  const chosen = group.find((radio) => isChecked(radio));
  return !chosen || chosen === element;
}

/** All of the group that can be chosen. */
export function radiosOf(radio: HTMLInputElement): HTMLInputElement[] {
  if (!radio.name) return [radio];
  // A document or a shadow root, as it is connected.
  const root = radio.getRootNode() as Document | ShadowRoot;
  return [...root.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(
    (other) => other.name === radio.name && other.form === radio.form && !matches(other, ':disabled'),
  );
}

/** What Tab goes to next, and what after that, if a browser does not let that have the focus. `isRound`: from the last on
 * to the first. */
export function orderFrom(page: Document, isBack: boolean, isRound: boolean, isEntered: IsEntered): Element[] {
  const modals = CSS.supports('selector(:modal)') ? page.querySelectorAll('dialog:modal') : [];
  // All outside of the dialog opened last is inert.
  const within: Iterable<Node> =
    modals.length > 0 ? [modals[modals.length - 1] as Node] : childrenOf(page.documentElement);
  const order = inOrder(within, isEntered);
  const active = activeElement(page);
  // What can't be reached by Tab itself: from where it stands.
  const isAfter = (other: Element) =>
    !!active && (active.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) > 0;
  const own = active ? order.indexOf(active) : -1;
  const at = own >= 0 || !active ? own : order.findIndex((other) => isAfter(other) && !isInside(other, active));
  if (isBack) order.reverse();
  const start = at < 0 ? 0 : isBack ? order.length - at : own >= 0 ? at + 1 : at;
  return [...order.slice(start), ...(isRound ? order.slice(0, start) : [])].filter((element) => element !== active);
}
