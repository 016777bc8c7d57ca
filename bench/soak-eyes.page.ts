// What stands in the page of the bench `soak`, or in its mirror, as lines that can be compared: nodes, attributes, what
// fields hold, and the colours that its sheets give.

import { outline } from '../test/support/outline.ts';

declare global {
  /** Of this document's part `#app`. */
  var benchSoakLook: (document: Document) => string[];
}

globalThis.benchSoakLook = (document) => {
  const app = document.getElementById('app');
  if (!app) return [];
  // The outline walks down from whatever has children.
  const outlined = outline({ childNodes: [app] } as unknown as Document);
  // By which the mirror shows a canvas's picture.
  const lines = outlined.map((line) => line.replace(/^( *<canvas.*) style="content:.*?important"/, '$1'));
  const colours = [...app.querySelectorAll('[class*="tint-"], [class*="is-"]')].map((element) => {
    const style = element.ownerDocument.defaultView?.getComputedStyle(element);
    return `${element.className}: ${style?.color} on ${style?.backgroundColor}`;
  });
  const badges = [...app.querySelectorAll('.badge')].map((badge) => {
    const count = badge.shadowRoot?.querySelector('.count');
    return `badge: ${count ? count.ownerDocument.defaultView?.getComputedStyle(count).color : 'none'}`;
  });
  return [...lines, ...colours, ...badges];
};
