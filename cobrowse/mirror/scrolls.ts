// Where documents and boxes are scrolled to. Scrolling lays the page out, so it is done once a frame, after everything
// else. The visitor's position may not be reachable yet (a picture has not arrived, the tab is hidden): then it is wanted
// still, and tried again when something has changed.

import { isDocument, isElement } from './node-kinds.ts';

/** A box that has not become long enough by then never will: its content differs. */
const MAX_TRIES = 30;

export type Scrolls = {
  to(node: Node, x: number, y: number): void;
  /** Before a frame is painted. */
  apply(): void;
  forget(node: Node): void;
  readonly wanted: number;
};

export function createScrolls(): Scrolls {
  const wanted = new Map<Node, { x: number; y: number; tries: number }>();

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
      wanted.set(node, { x, y, tries: 0 });
    },
    apply() {
      for (const [node, place] of wanted) {
        if (reached(node, place.x, place.y) || ++place.tries > MAX_TRIES) wanted.delete(node);
      }
    },
    forget(node) {
      wanted.delete(node);
    },
    get wanted() {
      return wanted.size;
    },
  };
}
