// What an element of the mirror is seen through: boxes around it that scroll or clip.

export function clipsOf(element: Element | undefined): Element[] {
  const clips: Element[] = [];
  for (let at = element; at; at = around(at)) {
    const view = at.ownerDocument.defaultView;
    const { documentElement, body } = at.ownerDocument;
    // What these clip, the window does.
    if (!view || at === documentElement || at === body) continue;
    const { overflow, position } = view.getComputedStyle(at);
    if (at !== element && overflow !== 'visible') clips.push(at);
    // Held by nothing but its window.
    if (position === 'fixed') at = documentElement;
  }
  return clips;
}

function around(element: Element): Element | undefined {
  const parent: Node | null = element.assignedSlot ?? element.parentNode;
  if (parent?.nodeType === 1) return parent as Element;
  if (parent?.nodeType === 11) return (parent as ShadowRoot).host;
  const frame = parent?.nodeType === 9 ? (parent as Document).defaultView?.frameElement : undefined;
  // Out of the mirror itself nothing leads.
  return frame && frame.ownerDocument !== globalThis.document ? frame : undefined;
}
