// What an element of the picture is seen through, and what lies around it: over the edges of shadow roots and frames.

/** What an element is shown in, out to the picture's own page. */
export function around(element: Element): Element | null {
  const { parentElement, assignedSlot } = element;
  if (assignedSlot ?? parentElement) return assignedSlot ?? parentElement;
  const root = element.getRootNode();
  if ('host' in root) return (root as ShadowRoot).host;
  const frame = element.ownerDocument.defaultView?.frameElement ?? null;
  // The picture is a frame itself: what it is in is the console's.
  return frame?.ownerDocument === document ? null : frame;
}

export function isPage(element: Element): boolean {
  const { documentElement, body } = element.ownerDocument;
  return element === documentElement || element === body;
}

/** Boxes that scroll or clip, and frames. */
export function clipsOf(element: Element): Element[] {
  const clips: Element[] = [];
  for (let at: Element | null = element; at; at = around(at)) {
    const view = at.ownerDocument.defaultView;
    if (!view || isPage(at)) continue;
    const { overflow, position } = view.getComputedStyle(at);
    if (at !== element && overflow !== 'visible') clips.push(at);
    // Held by nothing but its window.
    if (position === 'fixed') {
      const frame: Element | null = view.frameElement;
      if (!frame || frame.ownerDocument === document) break;
      at = frame;
    }
  }
  return clips;
}

type Rect = { x: number; y: number; width: number; height: number };

export function overlap(one: Rect, other: Rect): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  return width > 0 && height > 0 ? width * height : 0;
}
