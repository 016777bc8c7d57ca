// What kind of node something is. The mirror's nodes belong to other windows (one per frame), so `instanceof` says no to
// all of them; the names decide instead.

export const HTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
export const MATHML_NAMESPACE = 'http://www.w3.org/1998/Math/MathML';

export function isElement(node: Node | null | undefined): node is Element {
  return node?.nodeType === 1;
}

export function isText(node: Node | null | undefined): node is Text {
  return node?.nodeType === 3;
}

export function isDocument(node: Node | null | undefined): node is Document {
  return node?.nodeType === 9;
}

export function isHtml<Name extends keyof HTMLElementTagNameMap>(
  node: Node | null | undefined,
  name: Name,
): node is HTMLElementTagNameMap[Name] {
  return isElement(node) && node.localName === name && node.namespaceURI === HTML_NAMESPACE;
}

/** Has inline styles: HTML, SVG and MathML elements alike. */
export function isStyled(node: Node | null | undefined): node is HTMLElement {
  return isElement(node) && 'style' in node;
}

/** A style sheet's element, in HTML or SVG. */
export function isStyle(node: Node | null | undefined): node is HTMLStyleElement {
  return isElement(node) && node.localName === 'style' && 'sheet' in node;
}

/** The element around this one as a person sees it: out of shadow roots and frames. */
export function elementAround(element: Element): Element | undefined {
  const parent = element.parentNode;
  if (isElement(parent)) return parent;
  // A shadow root is the only fragment that is in a document.
  if (parent?.nodeType === 11 && 'host' in parent) return (parent as ShadowRoot).host;
  if (isDocument(parent)) return parent.defaultView?.frameElement ?? undefined;
  return undefined;
}
