// The browser's own functions by which the hand acts: a page may have replaced dispatchEvent, focus or a field's value,
// and a form may have a field named "requestSubmit". What is not the browser's any more is taken from a spare window.
//
// Easy to get wrong: events are made by the element's own window, or handlers that ask `instanceof` don't know them; but
// methods work on elements of any same-origin window. A setter works on elements of its own class only: an input's on a
// textarea throws.

import { documentOf } from '../capture/dom.ts';

export type Globals = Window & typeof globalThis;

const NEEDED = {
  EventTarget: ['dispatchEvent', 'addEventListener', 'removeEventListener'],
  Element: ['scrollIntoView', 'scrollBy', 'getBoundingClientRect', 'getClientRects', 'toggleAttribute'],
  HTMLElement: ['focus', 'blur', 'click'],
  Document: ['elementFromPoint', 'elementsFromPoint', 'execCommand', 'activeElement'],
  HTMLInputElement: ['value', 'checked', 'files', 'setSelectionRange', 'stepUp'],
  HTMLTextAreaElement: ['value', 'setSelectionRange'],
  HTMLSelectElement: ['options', 'selectedIndex'],
  HTMLOptionElement: ['selected'],
  HTMLFormElement: ['requestSubmit', 'elements'],
} as const;

function isNative(owner: object, key: string): boolean {
  const property = Object.getOwnPropertyDescriptor(owner, key);
  // What this browser moved or does not have, no page has replaced.
  if (!property) return true;
  return [property.value, property.get, property.set].every(
    (part) => typeof part !== 'function' || /\[native code]/.test(Function.prototype.toString.call(part)),
  );
}

function cleanGlobals(): Globals {
  const own = window as Globals;
  if (Object.entries(NEEDED).every(([name, keys]) => keys.every((key) => isNative(prototypeOf(own, name), key))))
    return own;
  try {
    const frame = document.createElement('iframe');
    frame.setAttribute('data-tandem-ui', '');
    frame.style.cssText = 'display:none!important';
    document.documentElement.append(frame);
    const spare = frame.contentWindow as Globals;
    // Read while it is there: a window without a frame loses its globals in some browsers.
    const kept = Object.fromEntries(
      Object.keys(NEEDED).map((name) => [name, { prototype: prototypeOf(spare, name) }]),
    ) as unknown as Globals;
    // In Safari a window's functions die with its frame.
    if (!/Safari/.test(navigator.userAgent) || /Chrom/.test(navigator.userAgent)) frame.remove();
    return kept;
  } catch {
    // No frame can be had (a sandboxed page): what the page made of them is all there is.
    return own;
  }
}

function prototypeOf(globals: Globals, name: string): object {
  return (globals as unknown as Record<string, { prototype: object }>)[name]?.prototype ?? {};
}

const clean = cleanGlobals();

/** A method or getter for elements that may be of any window. */
function reader<T extends object, K extends keyof T>(prototype: T, key: K): (self: T) => T[K] {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  return (self) => (get ? get.call(self) : self[key]) as T[K];
}
function writer<T extends object, K extends keyof T>(prototype: T, key: K): (self: T, value: T[K]) => void {
  const set = Object.getOwnPropertyDescriptor(prototype, key)?.set;
  return (self, value) => {
    if (set) set.call(self, value);
    else self[key] = value;
  };
}

const { dispatchEvent, addEventListener, removeEventListener } = clean.EventTarget.prototype;
export const dispatch = (target: EventTarget, event: Event): boolean => dispatchEvent.call(target, event);
export const listen = (target: EventTarget, type: string, task: (event: Event) => void): (() => void) => {
  const options = { capture: true, passive: true };
  addEventListener.call(target, type, task, options);
  return () => removeEventListener.call(target, type, task, options);
};

/** After all others at the window, and not passive: it may prevent what the browser would do. */
export const listenLast = (view: Globals, type: string, task: (event: Event) => void): (() => void) => {
  addEventListener.call(view, type, task);
  return () => removeEventListener.call(view, type, task);
};

const { scrollIntoView, scrollBy, getBoundingClientRect, getClientRects, toggleAttribute } = clean.Element.prototype;
export const setMark = (element: Element, name: string, isOn: boolean): void =>
  void toggleAttribute.call(element, name, isOn);
export const bringIn = (element: Element, block: ScrollLogicalPosition): void =>
  // 'instant': a page with scroll-behavior smooth would still be moving when the point is looked up.
  scrollIntoView.call(element, { block, inline: 'nearest', behavior: 'instant' });
export const scrollElement = (element: Element, left: number, top: number): void =>
  // The overload with options: TypeScript knows the last one only.
  (scrollBy as (options: ScrollToOptions) => void).call(element, { left, top, behavior: 'instant' });
export const boxOf = (element: Element): DOMRect => getBoundingClientRect.call(element);
export const boxesOf = (element: Element): DOMRect[] => [...getClientRects.call(element)];

const { focus, blur, click } = clean.HTMLElement.prototype;
/** Not only HTML has the focus: SVG's focus() is another function. */
const isHtml = (element: Element): element is HTMLElement => element.namespaceURI === 'http://www.w3.org/1999/xhtml';
export const focusElement = (element: Element, options: FocusOptions): void => {
  if (isHtml(element)) focus.call(element, options);
  else (element as unknown as HTMLElement).focus?.(options);
};
export const blurElement = (element: Element): void => {
  if (isHtml(element)) blur.call(element);
  else (element as unknown as HTMLElement).blur?.();
};
export const clickElement = (element: Element): void => {
  if (isHtml(element)) click.call(element);
};

const { execCommand } = clean.Document.prototype;
/** elementFromPoint and activeElement are of the mixin DocumentOrShadowRoot: shadow roots have their own. */
const documentElementFromPoint = clean.Document.prototype.elementFromPoint;
const documentActive = reader(clean.Document.prototype, 'activeElement');
export const elementAt = (root: Document | ShadowRoot, x: number, y: number): Element | null =>
  'host' in root ? root.elementFromPoint(x, y) : documentElementFromPoint.call(root, x, y);
const documentElementsFromPoint = clean.Document.prototype.elementsFromPoint;
/** All at the point, the front one first. */
export const elementsAt = (page: Document, x: number, y: number): Element[] =>
  documentElementsFromPoint.call(page, x, y);
export const activeIn = (root: Document | ShadowRoot): Element | null =>
  'host' in root ? root.activeElement : documentActive(root);
export const command = (page: Document, name: string, value?: string): boolean => {
  try {
    return execCommand.call(page, name, false, value);
  } catch {
    // Not an HTML document.
    return false;
  }
};

export const readInput = reader(clean.HTMLInputElement.prototype, 'value');
export const writeInput = writer(clean.HTMLInputElement.prototype, 'value');
export const filesOf = reader(clean.HTMLInputElement.prototype, 'files');
export const writeFiles = writer(clean.HTMLInputElement.prototype, 'files');
/** The browser's own choice of files. Throws where the visitor has not just pressed something. */
export const openPicker = (field: HTMLInputElement): void => {
  // Not in every browser of our range.
  const { showPicker } = clean.HTMLInputElement.prototype as { showPicker?: () => void };
  if (showPicker) showPicker.call(field);
  else clickElement(field);
};
export const isChecked = reader(clean.HTMLInputElement.prototype, 'checked');
export const setChecked = writer(clean.HTMLInputElement.prototype, 'checked');
export const readArea = reader(clean.HTMLTextAreaElement.prototype, 'value');
export const writeArea = writer(clean.HTMLTextAreaElement.prototype, 'value');
export const optionsOf = reader(clean.HTMLSelectElement.prototype, 'options');
export const selectedIndexOf = reader(clean.HTMLSelectElement.prototype, 'selectedIndex');
export const isSelected = reader(clean.HTMLOptionElement.prototype, 'selected');
export const setSelected = writer(clean.HTMLOptionElement.prototype, 'selected');
const { requestSubmit } = clean.HTMLFormElement.prototype;
export const submitForm = (form: HTMLFormElement): void => requestSubmit.call(form);
export const controlsOf = reader(clean.HTMLFormElement.prototype, 'elements');
const inputRange = clean.HTMLInputElement.prototype.setSelectionRange;
const areaRange = clean.HTMLTextAreaElement.prototype.setSelectionRange;
export const setRange = (
  field: HTMLInputElement | HTMLTextAreaElement,
  start: number,
  end: number,
  direction?: 'forward' | 'backward' | 'none',
): void => {
  if (field.tagName === 'TEXTAREA') areaRange.call(field as HTMLTextAreaElement, start, end, direction);
  else inputRange.call(field as HTMLInputElement, start, end, direction);
};

/** The window that an element stands in; undefined once its frame is gone. */
export const viewOf = (node: Node): Globals | undefined =>
  (documentOf(node).defaultView as Globals | null) ?? undefined;

export const styleOf = (element: Element): CSSStyleDeclaration => (viewOf(element) ?? window).getComputedStyle(element);

/** Has the visitor acted since the page was loaded? Where nobody knows, they may have. */
export const wasVisitorActive = (): boolean =>
  (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation?.hasBeenActive ?? true;
