// What a browser leaves to its own user's press: a choice of files, a new window. A press of an operator's never brings
// them about, not even where the visitor has just done something and the browser would allow it: they would open before the
// visitor unasked. The page's own handlers are called all the same.
//
// Easy to get wrong: what a click leads to is known only when the page's last handler has had its say, and a handler may
// stop the event on its way to the window. A label, or a script, may pass a click on. What a script does later (after a
// promise) is between it and the browser.

import { attributeOf, documentOf, matches, targetOf } from '../capture/dom.ts';
import { isInput } from './fields.ts';
import { listen, listenLast, type Globals } from './natives.ts';
import { chainOf, frameOf } from './places.ts';

/** `field`: of files, that the page wants the visitor to choose. */
export type Asked = { needsVisitor: boolean; field?: HTMLInputElement | undefined };

const MIDDLE_BUTTON = 1;
const isFileField = (at: unknown): at is HTMLInputElement =>
  !!at && typeof at === 'object' && 'nodeType' in at && isInput(at as Element, /^file$/);

/** Whether a name is that of a window which is not there yet. */
function isElsewhere(name: string | null | undefined, view: Globals): boolean {
  if (!name || /^_(self|top|parent)$/i.test(name)) return false;
  const around = frameOf(view);
  return ![view.document, ...(around ? [documentOf(around)] : [])].some((page) =>
    [...page.querySelectorAll('iframe,frame')].some((frame) => attributeOf(frame, 'name') === name),
  );
}

const nameIn = (element: Element, own: string | null | undefined): string | null | undefined =>
  own ?? documentOf(element).querySelector('base[target]')?.getAttribute('target');

/** Where the event ends now, if that is where a browser obeys only its user. */
function outsideOf(event: Event, view: Globals): Element | undefined {
  const at = targetOf(event);
  if (!at || event.defaultPrevented) return undefined;
  if (event.type === 'submit') {
    const { submitter } = event as SubmitEvent;
    const name = (submitter && attributeOf(submitter, 'formtarget')) ?? attributeOf(at, 'target');
    return isElsewhere(nameIn(at, name), view) ? at : undefined;
  }
  if (event.type === 'click' && isFileField(at)) return at;
  const link = chainOf(at).find((each) => matches(each, 'a[href],area[href]'));
  if (!link) return undefined;
  const { button, ctrlKey, metaKey, shiftKey } = event as MouseEvent;
  if (event.type === 'auxclick') return button === MIDDLE_BUTTON ? link : undefined;
  const isAside = ctrlKey || metaKey || shiftKey;
  return isAside || isElsewhere(nameIn(link, attributeOf(link, 'target')), view) ? link : undefined;
}

/** Calls the page's handlers, and tells what they, or the browser, have asked the visitor for. */
export function askedDuring(view: Globals, task: () => void): Asked {
  let asked: Asked | undefined;
  const ask = (field?: unknown) => {
    asked = { needsVisitor: true, field: isFileField(field) ? field : asked?.field };
  };
  const undo: (() => void)[] = [];

  /** `isAsking`: by what it was called with, this call is the visitor's alone. */
  const replace = (owner: object, name: string, isAsking: (self: unknown, args: unknown[]) => boolean) => {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    const native = property?.value as ((...args: unknown[]) => unknown) | undefined;
    if (!property?.configurable || !native) return;
    Object.defineProperty(owner, name, {
      ...property,
      value(this: unknown, ...args: unknown[]) {
        if (!isAsking(this, args)) return native.apply(this, args);
        ask(this);
        // As a browser answers that keeps a window from opening.
        return name === 'open' ? null : undefined;
      },
    });
    undo.push(() => Object.defineProperty(owner, name, property));
  };
  replace(view.HTMLElement.prototype, 'click', isFileField);
  replace(view.HTMLInputElement.prototype, 'showPicker', isFileField);
  // Without a name it is a new one.
  replace(view, 'open', (_, [, name]) => isElsewhere(String(name ?? '_blank') || '_blank', view));

  const end = (event: Event) => {
    const outside = outsideOf(event, view);
    if (!outside) return;
    ask(outside);
    event.preventDefault();
  };
  /** The last of the handlers, wherever that is. */
  const watch = (event: Event) => {
    for (const name of ['stopPropagation', 'stopImmediatePropagation'] as const) {
      const native = event[name];
      const value = () => {
        end(event);
        native.call(event);
      };
      Object.defineProperty(event, name, { value, configurable: true });
    }
  };
  for (const type of ['click', 'auxclick', 'submit']) undo.push(listen(view, type, watch), listenLast(view, type, end));
  try {
    task();
  } finally {
    for (const put of undo) put();
  }
  return asked ?? { needsVisitor: false };
}
