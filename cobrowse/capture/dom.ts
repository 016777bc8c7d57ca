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

// Of the browser's own, and what is left where a browser has none. Each getter is called in one place only: the compiler
// makes much less of a call that leads now here, now there.
function getter<T extends object>(prototype: T, key: keyof T): () => unknown {
  const native = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  return (
    native ??
    (function (this: T) {
      return this[key];
    } as () => unknown)
  );
}
const natives = {
  parentNode: getter(prototypes.node, 'parentNode'),
  childNodes: getter(prototypes.node, 'childNodes'),
  firstChild: getter(prototypes.node, 'firstChild'),
  nextSibling: getter(prototypes.node, 'nextSibling'),
  isConnected: getter(prototypes.node, 'isConnected'),
  nodeType: getter(prototypes.node, 'nodeType'),
  nodeValue: getter(prototypes.node, 'nodeValue'),
  nodeName: getter(prototypes.node, 'nodeName'),
  ownerDocument: getter(prototypes.node, 'ownerDocument'),
  shadowRoot: getter(prototypes.element, 'shadowRoot'),
};
const { parentNode, childNodes, firstChild, nextSibling, nodeType, nodeValue, nodeName, ownerDocument } = natives;
const { shadowRoot, isConnected } = natives;

// What a getter gives follows from which one it is.
export const parentOf = (node: Node) => parentNode.call(node) as Node | null;
export const childrenOf = (node: Node) => childNodes.call(node) as NodeListOf<ChildNode>;
export const shadowOf = (element: Element) => shadowRoot.call(element) as ShadowRoot | null;
export const firstOf = (node: Node) => firstChild.call(node) as ChildNode | null;
export const nextOf = (node: Node) => nextSibling.call(node) as ChildNode | null;
export const typeOf = (node: Node) => nodeType.call(node) as number;
export const valueOf = (node: Node) => nodeValue.call(node) as string | null;
const {
  matches: nativeMatches,
  closest: nativeClosest,
  getAttribute,
  getAttributeNames,
  hasAttribute,
} = prototypes.element;
const { getRootNode } = prototypes.node;

export const rootOf = (node: Node): Node => getRootNode.call(node);

const tags = new Map<string, string>();
/** A page that makes up names for ever is no reason to remember them all. */
const MOST_TAGS = 1000;
/** In capitals, in any namespace. */
export const tagOf = (node: Node): string => {
  const name = nodeName.call(node) as string;
  let tag = tags.get(name);
  if (tag === undefined) {
    tag = name.toUpperCase();
    if (tags.size < MOST_TAGS) tags.set(name, tag);
  }
  return tag;
};
export const isElement = (node: Node | null | undefined): node is Element => !!node && typeOf(node) === 1;
export const isDocument = (node: Node): node is Document => typeOf(node) === 9;
export const attributeOf = (element: Element, name: string): string | null => getAttribute.call(element, name);
export const attributesOf = (element: Element): string[] => getAttributeNames.call(element);
export const hasAttributeOf = (element: Element, name: string): boolean => hasAttribute.call(element, name);
export const matches = (element: Element, selector: string): boolean => nativeMatches.call(element, selector);
export const closest = (element: Element, selector: string): Element | null => nativeClosest.call(element, selector);
export const documentOf = (node: Node): Document => (ownerDocument.call(node) as Document | null) ?? (node as Document);

/** The innermost element that an event is about; windows and frames' documents have events too. */
export function targetOf(event: Event): Element | undefined {
  const seen = elementIn(event.target);
  // The way there is a list that the browser makes of all that is around it: only what has a shadow needs it.
  return seen && !shadowOf(seen) ? seen : elementIn(event.composedPath()[0]);
}

function elementIn(target: EventTarget | null | undefined): Element | undefined {
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
    element = hostOf(rootOf(element));
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
  return (isConnected.call(node) as boolean) && documentOf(node).defaultView !== null;
}

/** Until it has loaded, a frame holds a document that it will not keep. */
export function isReady(element: HTMLIFrameElement, inner: Document): boolean {
  if (inner.readyState !== 'complete') return false;
  return inner.location?.href !== 'about:blank' || !element.src || element.src === 'about:blank';
}
