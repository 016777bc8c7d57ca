// What the visitor points at, presses, has focused and has gone to by a fragment, and which custom elements their page has
// not defined, as marks on elements (inert-names.ts) that the rewritten styles match. Nothing in the mirror is ever focused
// or hovered for real: the operator's keyboard and mouse stay theirs; and nothing is ever defined.

import { MARK } from './inert-names.ts';
import { elementAround, isElement, isHtml } from './node-kinds.ts';

export type States = {
  hover(element: Element | undefined): void;
  press(pressed: boolean): void;
  /** `visible`: as the visitor's browser says; unknown: as browsers do, visible unless it came by a press. */
  focus(element: Element | undefined, visible: boolean | undefined): void;
  readonly focused: Element | undefined;
  target(element: Element | undefined): void;
  /** A custom element without a definition. */
  undefined(element: Element): void;
  /** All elements of that name have one now. */
  defined(name: string): void;
  /** The node is no longer in the picture. */
  forget(node: Node): void;
};

export function createStates(): States {
  let hovered: readonly Element[] = [];
  let active: readonly Element[] = [];
  let around: readonly Element[] = [];
  let focused: Element | undefined;
  let targeted: readonly Element[] = [];
  let wasPressed = false;
  const undefinedOnes = new Map<string, Set<Node>>();

  return {
    get focused() {
      return focused?.isConnected ? focused : undefined;
    },
    hover(element) {
      if (hovered[0] === element) return;
      hovered = mark(MARK.hover, hovered, chainOf(element));
    },
    press(pressed) {
      wasPressed ||= pressed;
      if (pressed !== active.length > 0) active = mark(MARK.active, active, pressed ? hovered : []);
    },
    focus(element, visible) {
      focused?.removeAttribute(MARK.focus);
      focused?.removeAttribute(MARK.focusVisible);
      focused = element;
      around = mark(MARK.focusWithin, around, chainOf(element));
      element?.setAttribute(MARK.focus, '');
      const isVisible = visible ?? (!wasPressed || (element !== undefined && takesText(element)));
      wasPressed = false;
      if (isVisible) element?.setAttribute(MARK.focusVisible, '');
    },
    target(element) {
      targeted = mark(MARK.target, targeted, element ? [element] : []);
    },
    undefined(element) {
      element.setAttribute(MARK.undefined, '');
      const others = undefinedOnes.get(element.localName);
      if (others) others.add(element);
      else undefinedOnes.set(element.localName, new Set([element]));
    },
    defined(name) {
      for (const element of undefinedOnes.get(name) ?? [])
        if (isElement(element)) element.removeAttribute(MARK.undefined);
      undefinedOnes.delete(name);
    },
    forget(node) {
      if (undefinedOnes.size > 0 && isElement(node)) undefinedOnes.get(node.localName)?.delete(node);
    },
  };
}

/** Browsers show the focus of what takes text, however it got there. */
function takesText(element: Element): boolean {
  if (isHtml(element, 'textarea') || element.closest('[contenteditable]:not([contenteditable="false"])')) return true;
  return (
    isHtml(element, 'input') && !/^(button|submit|reset|checkbox|radio|range|color|file|image)$/.test(element.type)
  );
}

function chainOf(element: Element | undefined): Element[] {
  const chain: Element[] = [];
  for (let next = element; next; next = elementAround(next)) {
    // Only the mirror's own outermost frame has a parent that is not ours.
    if (next.ownerDocument === document) break;
    chain.push(next);
  }
  return chain;
}

/** Marks `now`, unmarks what was marked before; elements in both are not touched, so that nothing is restyled twice. */
function mark(name: string, before: readonly Element[], now: readonly Element[]): readonly Element[] {
  const keep = new Set(now);
  for (const element of before) if (!keep.has(element)) element.removeAttribute(name);
  for (const element of now) if (!element.hasAttribute(name)) element.setAttribute(name, '');
  return now;
}
