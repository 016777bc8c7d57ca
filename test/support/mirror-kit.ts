// Short ways to make a mirror's events by hand, in a console page.

/** Runs in the console before each test: short ways to make events. */
export const KIT = `
  let lastId = 1000;
  window.kit = {
    text: (textContent) => ({ type: 3, id: ++lastId, textContent }),
    el: (tagName, attributes = {}, childNodes = [], more = {}) => ({ type: 2, id: attributes['#'] ?? ++lastId, tagName, attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== '#')), childNodes, ...more }),
    page: (head, body, href = location.origin + '/shop/page') => [
      { type: 4, data: { href, width: 800, height: 600 } },
      { type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 1, id: 2, name: 'html', publicId: '', systemId: '' }, { type: 2, id: 3, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 4, tagName: 'head', attributes: {}, childNodes: head }, { type: 2, id: 5, tagName: 'body', attributes: {}, childNodes: body }] }] }, initialOffset: { left: 0, top: 0 } } },
    ],
    mutation: (data) => ({ type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } }),
    custom: (tag, payload) => ({ type: 5, data: { tag, payload } }),
    hash: (n) => String(n).repeat(64).slice(0, 64),
    until: async (look, what) => { for (let tries = 0; tries < 6000; tries++) { const found = await look(); if (found) return found; await new Promise((done) => setTimeout(done, 10)); } throw new Error('never: ' + (what ?? look)); },
    style: (selector, name) => { const e = typeof selector === 'string' ? bench.document.querySelector(selector) : selector; return e.ownerDocument.defaultView.getComputedStyle(e).getPropertyValue(name); },
    bytes: (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)),
  };
`;
