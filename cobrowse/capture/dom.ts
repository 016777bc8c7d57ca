// Reading the page's nodes through the browser's own getters: a form with a field named "parentNode", or a page that has
// replaced `closest`, must not lead masking astray. Works on nodes of same-origin frames too.
//
// Easy to get wrong: `instanceof` fails for nodes of another frame; compare tag names.

/** The prototypes as the browser made them: the page's own, or a spare window's where the page has replaced any. */
function cleanPrototypes(): { node: Node; element: Element } {
  const own = { node: Node.prototype, element: Element.prototype };
  const isNative = (owner: object, key: string) => {
    const property = Object.getOwnPropertyDescriptor(owner, key);
    return /\[native code]/.test(Function.prototype.toString.call(property?.get ?? property?.value));
  };
  if (
    [
      'parentNode',
      'firstChild',
      'nextSibling',
      'childNodes',
      'isConnected',
      'nodeName',
      'nodeType',
      'nodeValue',
      'ownerDocument',
      'getRootNode',
    ].every((key) => isNative(own.node, key)) &&
    ['shadowRoot', 'matches', 'closest', 'getAttribute', 'getAttributeNames', 'hasAttribute'].every((key) =>
      isNative(own.element, key),
    )
  )
    return own;
  try {
    const frame = document.createElement('iframe');
    frame.setAttribute('data-tandem-ui', '');
    frame.style.cssText = 'display:none!important';
    document.documentElement.append(frame);
    // A frame in the document has a window with all of its globals.
    const spare = frame.contentWindow as Window & typeof globalThis;
    const clean = { node: spare.Node.prototype, element: spare.Element.prototype };
    // In Safari a window's functions die with its frame.
    if (!/Safari/.test(navigator.userAgent) || /Chrom/.test(navigator.userAgent)) frame.remove();
    return clean;
  } catch {
    // No frame can be had (a sandboxed page): what the page made of them is all there is.
    return own;
  }
}
const prototypes = cleanPrototypes();

function getter<T extends object, R>(prototype: T, key: keyof T): (node: T) => R {
  const native = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  // The caller names the property's type, which the descriptor does not carry.
  return (node) => (native ? native.call(node) : node[key]) as R;
}

export const parentOf = getter<Node, Node | null>(prototypes.node, 'parentNode');
export const childrenOf = getter<Node, NodeListOf<ChildNode>>(prototypes.node, 'childNodes');
export const shadowOf = getter<Element, ShadowRoot | null>(prototypes.element, 'shadowRoot');
export const firstOf = getter<Node, ChildNode | null>(prototypes.node, 'firstChild');
export const nextOf = getter<Node, ChildNode | null>(prototypes.node, 'nextSibling');
const isConnected = getter<Node, boolean>(prototypes.node, 'isConnected');
export const typeOf = getter<Node, number>(prototypes.node, 'nodeType');
export const valueOf = getter<Node, string | null>(prototypes.node, 'nodeValue');
const nameOf = getter<Node, string>(prototypes.node, 'nodeName');
const ownerOf = getter<Node, Document | null>(prototypes.node, 'ownerDocument');
const {
  matches: nativeMatches,
  closest: nativeClosest,
  getAttribute,
  getAttributeNames,
  hasAttribute,
} = prototypes.element;
const { getRootNode } = prototypes.node;

export const tagOf = (node: Node): string => nameOf(node).toUpperCase();
export const isElement = (node: Node | null | undefined): node is Element => !!node && typeOf(node) === 1;
export const isDocument = (node: Node): node is Document => typeOf(node) === 9;
export const attributeOf = (element: Element, name: string): string | null => getAttribute.call(element, name);
export const attributesOf = (element: Element): string[] => getAttributeNames.call(element);
export const hasAttributeOf = (element: Element, name: string): boolean => hasAttribute.call(element, name);
export const matches = (element: Element, selector: string): boolean => nativeMatches.call(element, selector);
export const closest = (element: Element, selector: string): Element | null => nativeClosest.call(element, selector);
export const documentOf = (node: Node): Document => ownerOf(node) ?? (node as Document);

/** The innermost element that an event is about; windows and frames' documents have events too. */
export function targetOf(event: Event): Element | undefined {
  const target = event.composedPath()[0];
  // Only nodes have a nodeType; `instanceof` would miss those of frames.
  const node = target && 'nodeType' in target ? (target as Node) : undefined;
  return isElement(node) ? node : undefined;
}

/** The element that a root stands in: a shadow root's host, a frame's element. */
function hostOf(root: Node): Element | null {
  // A shadow root is the only fragment that can be the root of something shown.
  if (typeOf(root) === 11) return (root as ShadowRoot).host ?? null;
  if (!isDocument(root)) return null;
  try {
    return root.defaultView?.frameElement ?? null;
  } catch {
    // The parent frame is of another origin: for us the page ends here.
    return null;
  }
}

/** Nearest element around a node, over the edges of shadow roots and same-origin frames. */
export function elementAround(node: Node): Element | null {
  const parent = parentOf(node);
  if (isElement(parent)) return parent;
  return hostOf(parent ?? node);
}

/** Does the selector match this element or any around it, over the edges of shadow roots and frames? */
export function isWithin(start: Node, selector: string): boolean {
  let element = isElement(start) ? start : elementAround(start);
  while (element) {
    if (nativeClosest.call(element, selector)) return true;
    element = hostOf(getRootNode.call(element));
  }
  return false;
}

/** False where a box is not laid out before it is asked for: in closed details, and where content-visibility skips. To ask
 * there lays out that part for this one question, and a page with a thousand of them freezes. */
export function isLaidOut(element: Element): boolean {
  // Safari has it since 17.4.
  return !element.checkVisibility || element.checkVisibility({ contentVisibilityAuto: true });
}

export function isScrolled(element: Element): boolean {
  return isLaidOut(element) && (element.scrollTop !== 0 || element.scrollLeft !== 0);
}

/** In its document, and that in a window: what is in a frame that is gone does not know of it. */
export function isThere(node: Node): boolean {
  return isConnected(node) && documentOf(node).defaultView !== null;
}

/** Until it has loaded, a frame holds a document that it will not keep. */
export function isReady(element: HTMLIFrameElement, inner: Document): boolean {
  if (inner.readyState !== 'complete') return false;
  return inner.location?.href !== 'about:blank' || !element.src || element.src === 'about:blank';
}
