// Where documents and boxes are scrolled to. Scrolling lays the page out, so it is done once a frame, after everything
// else. The visitor's position may not be reachable yet (a picture has not arrived, the tab is hidden): then it is wanted
// still, and tried again when something has changed. A document that changes while its frame is not displayed loses its
// place (in Chromium), so all are wanted again when it is.
//
// Easy to get wrong: a document is scrolled under several names. A snapshot says it of the root element (in quirks mode
// of the body), what comes later of the document.

import { isDocument, isElement } from './node-kinds.ts';

/** A box that has not become long enough by then never will: its content differs. */
const MAX_TRIES = 30;

export type Scrolls = {
  to(node: Node, x: number, y: number): void;
  /** Before a frame is painted. */
  apply(): void;
  /** Wants every place again. */
  again(): void;
  forget(node: Node): void;
  readonly wanted: number;
};

export function createScrolls(): Scrolls {
  const places = new Map<Node, { x: number; y: number }>();
  /** Node → how often it was tried. */
  const wanted = new Map<Node, number>();

  const forget = (node: Node) => {
    places.delete(node);
    wanted.delete(node);
  };

  const reached = (node: Node, x: number, y: number): boolean => {
    const where: ScrollToOptions = { left: x, top: y, behavior: 'instant' };
    if (isDocument(node)) {
      const view = node.defaultView;
      if (!view) return true;
      view.scrollTo(where);
      return Math.abs(view.scrollX - x) < 2 && Math.abs(view.scrollY - y) < 2;
    }
    if (!isElement(node)) return true;
    node.scrollTo(where);
    return Math.abs(node.scrollLeft - x) < 2 && Math.abs(node.scrollTop - y) < 2;
  };

  return {
    to(node, x, y) {
      if (isDocument(node)) forget(node.compatMode === 'BackCompat' ? node.body : node.documentElement);
      places.set(node, { x, y });
      wanted.set(node, 0);
    },
    apply() {
      for (const [node, tries] of wanted) {
        const place = places.get(node);
        if (!place || reached(node, place.x, place.y) || tries === MAX_TRIES) wanted.delete(node);
        else wanted.set(node, tries + 1);
      }
    },
    again() {
      for (const node of places.keys()) wanted.set(node, 0);
    },
    forget,
    get wanted() {
      return wanted.size;
    },
  };
}
