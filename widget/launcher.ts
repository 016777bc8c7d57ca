// The button that opens the widget, in a shadow root of its own: fetched after the relay has answered, so that a page
// whose relay is down, or whose site wants no button, does not pay for it. Owns the button's look and nothing else.

import type { Clean } from './host.ts';

declare const window: { Tandem(...call: unknown[]): void };

/** `all` first: whatever the page's rules say of every element, these beat them. */
const HOST_STYLE =
  'all:initial!important;position:fixed!important;inset:auto 16px 16px auto!important;z-index:2147483646!important';
/** The border shows where a visitor's own colours take the background away. */
const BUTTON_STYLE =
  'padding:11px 19px;border:1px solid #0000;border-radius:24px;background:#0b6b5d;color:#fff;font:600 15px system-ui;cursor:pointer';

/** Makes the loader's element the launcher. Styles go in through the CSSOM, which no policy forbids. */
export function dress(element: HTMLElement, lang: string, clean: Clean, open: () => void): void {
  const button = document.createElement('button');
  button.textContent = /^ru/i.test(lang) ? 'Помощь' : 'Help';
  button.style.cssText = BUTTON_STYLE;
  button.onclick = open;
  element.dataset['tandemUi'] = '';
  element.style.cssText = HOST_STYLE;
  clean.Element.prototype.attachShadow.call(element, { mode: 'open' }).append(button);
  try {
    // What was done by hand in a visit is kept (hand-ledger.ts), and what was written and not sent (chat.ts): the widget
    // sees to it.
    for (const key in { ...localStorage, ...sessionStorage })
      if (/^tandem.*:(did|chat)$/.test(key)) window.Tandem('open', key);
  } catch {
    // Storage is forbidden.
  }
}
