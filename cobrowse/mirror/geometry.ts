// Where something in the mirror is, in CSS pixels of the visitor's viewport: out of frames within frames.

export type Box = { x: number; y: number; width: number; height: number };

/** Offset of a document's viewport within the visitor's. */
export function offsetOf(document: Document, top: Document): { x: number; y: number } {
  let x = 0;
  let y = 0;
  for (let inner = document; inner !== top;) {
    const frame = inner.defaultView?.frameElement;
    if (!frame) break;
    const box = frame.getBoundingClientRect();
    const style = frame.ownerDocument.defaultView?.getComputedStyle(frame);
    x += box.x + frame.clientLeft + (Number.parseFloat(style?.paddingLeft ?? '') || 0);
    y += box.y + frame.clientTop + (Number.parseFloat(style?.paddingTop ?? '') || 0);
    inner = frame.ownerDocument;
  }
  return { x, y };
}

export function boxOf(element: Element, top: Document): Box {
  const box = element.getBoundingClientRect();
  const offset = offsetOf(element.ownerDocument, top);
  return { x: box.x + offset.x, y: box.y + offset.y, width: box.width, height: box.height };
}

/** The deepest element at a point of the visitor's viewport, through frames and shadow roots. */
export function elementAt(top: Document, x: number, y: number): { element: Element; x: number; y: number } | undefined {
  let found: { element: Element; x: number; y: number } | undefined;
  let root: Document | ShadowRoot = top;
  for (;;) {
    const element: Element | null = root.elementFromPoint(x, y);
    if (!element || element === found?.element) return found;
    found = { element, x, y };
    if (element.shadowRoot) {
      root = element.shadowRoot;
      continue;
    }
    // Of another window: its name says what it is.
    const inside: Document | null =
      element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
    if (!inside) return found;
    const offset = offsetOf(inside, element.ownerDocument);
    x -= offset.x;
    y -= offset.y;
    root = inside;
  }
}
