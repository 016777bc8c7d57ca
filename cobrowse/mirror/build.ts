// Serialised nodes → nodes of the mirror. Nothing of the visitor's goes through a parser but style sheets' text; elements
// are made by name, and those that could run, load or embed something become something that can't.
//
// Easy to get wrong: content may be nested a hundred thousand deep, so there is no recursion here and a limit to depth;
// what needs a live document (scrolling, dialogs, frames) is put off until the caller has connected the result (settle).

import { removeAttribute, recordedNames, setAttribute } from './attributes.ts';
import { finite, idIn, isFields, listOf, NODE, textOf, type Fields } from './events.ts';
import { emptyDocument } from './frames.ts';
import { inertName, MARK } from './inert-names.ts';
import {
  HTML_NAMESPACE,
  isDocument,
  isElement,
  isHtml,
  isStyle,
  isStyled,
  isText,
  MATHML_NAMESPACE,
  SVG_NAMESPACE,
} from './node-kinds.ts';
import { labelDocument, labelImage } from './own-sheet.ts';
import type { Scene } from './scene.ts';

/** What the HTML parser allows; laying out thousands of levels can crash a browser. */
export const MAX_DEPTH = 512;
/** About three times the largest pages in use. Past it the tab can't be shown. */
export const MAX_NODES = 600_000;

export class TooLarge extends Error {}

/** Recorders write names in lower case; SVG's are not. */
const SVG_NAMES: ReadonlyMap<string, string> = new Map(
  (
    'altGlyph altGlyphDef altGlyphItem animateColor animateMotion animateTransform clipPath feBlend feColorMatrix ' +
    'feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow ' +
    'feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset ' +
    'fePointLight feSpecularLighting feSpotLight feTile feTurbulence foreignObject glyphRef linearGradient ' +
    'radialGradient textPath'
  )
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);
/** Elements that hold content of elsewhere. `mirror-box` is unknown to browsers: it does nothing. */
const BOXES: ReadonlySet<string> = new Set(['object', 'embed', 'applet', 'portal', 'fencedframe']);
/** Elements of which more is asked than of others, by the names that recorders write. To ask a node costs more, and most
 * are none of these. */
const SPECIAL: ReadonlySet<string> = new Set(
  [...BOXES, 'mirror-box'].concat('iframe style link input textarea select dialog canvas video'.split(' ')),
);
const MATHML_TEXT: ReadonlySet<string> = new Set(['mi', 'mo', 'mn', 'ms', 'mtext', 'annotation-xml']);

export type Builder = {
  /** The node with all that is below it, not yet in its place. Undefined: nothing to show for it. */
  build(serialized: Fields, document: Document, parent: Node | undefined, depth: number): Node | undefined;
  /** Replaces a document's content. `ready` is called when all is built and the old content is about to go. */
  fillDocument(serialized: Fields, document: Document, ready: () => void): void;
  /** Our own styles, in front of the page's, into a document's root element. */
  dress(root: Element): void;
  /** Gives a node that is there the attributes or text of its new serialisation, for its place below `parent`. False:
   * it must be built anew. */
  reuse(node: Node, serialized: Fields, parent: Node): boolean;
  attribute(element: Element, name: string, value: unknown): void;
  /** After everything built so far is connected. */
  settle(): void;
};

export function createBuilder(scene: Scene): Builder {
  const { nodes, sheets, pictures, topLayer, addresses, labels, uses, frames } = scene;
  let unsettled: Element[] = [];
  let scrolled: { element: Element; x: number; y: number }[] = [];

  const register = (serialized: Fields, node: Node) => {
    const id = idIn(serialized.id);
    if (id === undefined) return;
    if (nodes.size >= MAX_NODES) throw new TooLarge();
    nodes.set(id, node);
    uses.touched(node);
    if (isSpecial(serialized) && (isHtml(node, 'canvas') || isHtml(node, 'video'))) {
      pictures.built(node, id);
      const dataUrl = isFields(serialized.attributes) ? serialized.attributes.rr_dataURL : undefined;
      if (typeof dataUrl === 'string') pictures.data(node, dataUrl);
    }
    if (serialized.isShadowHost === true && isElement(node) && node.shadowRoot) sheets.hostMade(id, node.shadowRoot);
  };

  /** Values that are not text: rrweb says true for "present", null for "absent". */
  const attribute = (element: Element, name: string, value: unknown) => {
    // Most attributes are these, and say nothing but what they are.
    if (typeof value === 'string' && (name === 'class' || name === 'id')) {
      element.setAttribute(name, value);
      return;
    }
    if (name.startsWith('rr_')) {
      special(element, name, value);
      return;
    }
    if (name === '_cssText') {
      if (typeof value === 'string' && isStyle(element)) sheets.fill(element, value);
      return;
    }
    if (value === null || value === false || value === undefined) {
      removeAttribute(element, name, addresses);
      return;
    }
    const text = value === true ? '' : String(value);
    if (name === 'value' && isHtml(element, 'textarea')) {
      element.textContent = text;
      return;
    }
    // A browser would offer to fill in the operator's own name and password.
    if (name === 'autocomplete' && isField(element)) return;
    try {
      setAttribute(element, name, text, addresses);
    } catch {
      // A name that no attribute can have. The page had it from its parser, which takes anything.
    }
    if (name === 'data-tandem-masked' && text === 'block') box(element, labels.blocked);
  };

  const special = (element: Element, name: string, value: unknown) => {
    switch (name) {
      case 'rr_width':
      case 'rr_height':
        if (!isStyled(element)) return;
        element.style.setProperty(name.slice(3), textOf(value));
        if (isHtml(element, 'img') && !element.hasAttribute('src')) box(element, labels.masked);
        return;
      case 'rr_scrollLeft':
        scrolled.push({ element, x: finite(value) ?? 0, y: element.scrollTop });
        return;
      case 'rr_scrollTop': {
        const last = scrolled[scrolled.length - 1];
        if (last?.element === element) last.y = finite(value) ?? 0;
        else scrolled.push({ element, x: 0, y: finite(value) ?? 0 });
        return;
      }
      case 'rr_src':
        element.setAttribute(inertName('src'), textOf(value));
        return;
      case 'rr_indeterminate':
        if (isHtml(element, 'input')) element.indeterminate = value === true;
        return;
      case 'rr_open_mode':
        topLayer.mode(element, textOf(value));
        return;
      case 'rr_dataURL':
        if (isHtml(element, 'img') && /^data:image\//.test(textOf(value))) element.setAttribute('src', textOf(value));
    }
  };

  const box = (element: Element, label: string) => {
    element.setAttribute(MARK.box, label);
    if (isHtml(element, 'img')) element.setAttribute('src', labelImage(label));
    // Fields show their own content, and what can't have any shows none.
    else if (!isField(element) && element.childNodes.length === 0 && element.namespaceURI === HTML_NAMESPACE)
      element.textContent = label;
  };

  const makeElement = (serialized: Fields, document: Document, parent: Node | undefined): Element => {
    const tag = textOf(serialized.tagName).toLowerCase();
    const attributes = isFields(serialized.attributes) ? serialized.attributes : {};
    const element = named(tag, serialized, attributes, document, parent);
    const hasMore = SPECIAL.has(tag);
    if (hasMore && element.localName === 'mirror-box') {
      sizeBox(element, attributes);
      box(element, labels.frame);
    }
    if (hasMore && isHtml(element, 'iframe')) {
      frames.made(element);
      element.setAttribute('sandbox', 'allow-same-origin');
      element.tabIndex = -1;
    }
    // Custom element names have a dash; the recorder marks those that are defined.
    if (tag.includes('-') && serialized.isCustom !== true && element.namespaceURI === HTML_NAMESPACE)
      scene.states.undefined(element);
    for (const name of Object.keys(attributes)) {
      // A style element's text waits for its text nodes.
      if (name !== '_cssText') attribute(element, name, attributes[name]);
    }
    if (serialized.isShadowHost === true) shadowOf(element);
    if (!hasMore) return element;
    if (isHtml(element, 'input') && element.value === '') showValue(element, textOf(attributes.value));
    if (isField(element)) {
      const isPassword = element.getAttribute('type')?.toLowerCase() === 'password';
      element.setAttribute('autocomplete', isPassword ? 'new-password' : 'off');
    }
    const css = textOf(attributes._cssText);
    if (isStyle(element)) {
      if (css !== '') fillStyle(element, serialized, css, document);
      // With both, the text is what the CSSOM made of the sheet: shown until the sheet itself is here.
      if (tag === 'link') refreshLink(element);
    }
    if (needsSettling(element)) unsettled.push(element);
    return element;
  };

  const named = (
    tag: string,
    serialized: Fields,
    attributes: Fields,
    document: Document,
    parent: Node | undefined,
  ): Element => {
    if (tag === 'script') return document.createElement('noscript');
    if (BOXES.has(tag) || (tag === 'iframe' && !frames.admit())) return document.createElement('mirror-box');
    if (tag === 'link') {
      const isSheet = attributes._cssText !== undefined || isStylesheetRel(textOf(attributes.rel));
      return document.createElement(isSheet ? 'style' : 'link');
    }
    try {
      if (serialized.isSVG === true) return document.createElementNS(SVG_NAMESPACE, SVG_NAMES.get(tag) ?? tag);
      const inMath =
        isElement(parent) && parent.namespaceURI === MATHML_NAMESPACE && !MATHML_TEXT.has(parent.localName);
      if (tag === 'math' || inMath) return document.createElementNS(MATHML_NAMESPACE, tag);
      return document.createElement(tag);
    } catch {
      // No element can have this name.
      return document.createElement('div');
    }
  };

  /** Its text nodes first: rrweb sends the text of all of them in one piece, and their ids with nothing in them. */
  const fillStyle = (style: Element, serialized: Fields, css: string, document: Document) => {
    for (const child of listOf(serialized.childNodes)) {
      if (!isFields(child) || child.type !== NODE.Text) continue;
      const text = document.createTextNode('');
      register(child, text);
      style.append(text);
    }
    sheets.fill(style, css);
  };

  const makeNode = (serialized: Fields, document: Document, parent: Node | undefined): Node | undefined => {
    switch (serialized.type) {
      case NODE.DocumentType:
        return doctype(serialized, document);
      case NODE.Element:
        return makeElement(serialized, document, parent);
      case NODE.Text: {
        const text = textOf(serialized.textContent);
        if (!isStyle(parent)) return document.createTextNode(text);
        const piece = document.createTextNode('');
        sheets.piece(piece, text);
        sheets.stale(parent);
        return piece;
      }
      case NODE.Cdata:
        // An HTML document has none; the recorder sends no content for it either.
        return document.createTextNode('');
      case NODE.Comment:
        return document.createComment(textOf(serialized.textContent));
      default:
        return undefined;
    }
  };

  const build: Builder['build'] = (serialized, document, parent, depth) => {
    const root = makeNode(serialized, document, parent);
    if (!root) return undefined;
    register(serialized, root);
    const open: { node: Node; children: readonly unknown[]; at: number }[] = [];
    const enter = (node: Node, from: Fields) => {
      const children = childrenToBuild(node, from);
      if (children.length > 0 && depth + open.length < MAX_DEPTH) open.push({ node, children, at: 0 });
    };
    enter(root, serialized);
    for (let top = open[open.length - 1]; top; top = open[open.length - 1]) {
      const child = top.children[top.at++];
      if (top.at > top.children.length) {
        open.pop();
        continue;
      }
      if (!isFields(child)) continue;
      const made = makeNode(child, document, top.node);
      if (!made) continue;
      register(child, made);
      const place = child.isShadow === true && isElement(top.node) ? (shadowOf(top.node) ?? top.node) : top.node;
      place.appendChild(made);
      enter(made, child);
    }
    return root;
  };

  const fillDocument: Builder['fillDocument'] = (serialized, document, ready) => {
    const built: Node[] = [];
    for (const child of listOf(serialized.childNodes)) {
      if (!isFields(child)) continue;
      const node = build(child, document, document, 1);
      if (node) built.push(node);
    }
    // Before it is in its document, whose styles would be worked out anew.
    for (const node of built) if (isElement(node)) dress(node);
    // Everything was built out of sight; from here to the next frame there is nothing but putting it in.
    ready();
    document.replaceChildren();
    // Of the page before: one that adopts none says nothing of them.
    document.adoptedStyleSheets = [];
    for (const node of built) {
      try {
        document.append(node);
      } catch {
        // A second root, or text outside of it: no document can have that.
        nodes.forget(node);
      }
    }
    const id = idIn(serialized.id);
    if (id !== undefined) nodes.set(id, document);
  };

  const dress: Builder['dress'] = (root) => {
    if (root.firstElementChild?.hasAttribute(MARK.own)) return;
    const own = root.ownerDocument.createElement('style');
    own.setAttribute(MARK.own, '');
    own.textContent = scene.ownCss;
    root.prepend(own);
  };

  return {
    build,
    fillDocument,
    dress,
    attribute(element, name, value) {
      attribute(element, name, value);
      uses.touched(element);
      if (isHtml(element, 'canvas') || isHtml(element, 'video')) pictures.refresh(element);
      // Opening one lays the page out, which must be settled then.
      if (isHtml(element, 'dialog')) unsettled.push(element);
      if (name === 'rel' || name === 'href' || name === 'media' || name === 'disabled' || name === '_cssText')
        linkChanged(element, name, value);
    },
    reuse(node, serialized, parent) {
      if (isText(node) && serialized.type === NODE.Text) {
        // A sheet's text is rewritten, and stands elsewhere than its node.
        if (isStyle(node.parentNode) || isStyle(parent)) return false;
        const text = textOf(serialized.textContent);
        if (node.data !== text) node.data = text;
        return true;
      }
      if (!isElement(node) || serialized.type !== NODE.Element || listOf(serialized.childNodes).length > 0)
        return false;
      const tag = textOf(serialized.tagName).toLowerCase();
      if (node.localName.toLowerCase() !== tag || tag === 'style' || tag === 'iframe' || tag === 'dialog') return false;
      if ((serialized.isShadowHost === true) !== (node.shadowRoot !== null)) return false;
      const attributes = isFields(serialized.attributes) ? serialized.attributes : {};
      for (const name of recordedNames(node)) {
        if (!Object.hasOwn(attributes, name) && name !== 'autocomplete') removeAttribute(node, name, addresses);
      }
      for (const name of Object.keys(attributes)) {
        const value = attributes[name];
        // Set again, an address would be loaded and drawn again.
        if (typeof value === 'string' && node.getAttribute(inertName(name)) === value) continue;
        if (node.getAttribute(name) !== value) attribute(node, name, value);
      }
      return true;
    },
    settle() {
      sheets.settle();
      scene.settle();
      const elements = unsettled;
      const scrolls = scrolled;
      unsettled = [];
      scrolled = [];
      for (const element of elements) {
        if (!element.isConnected) continue;
        topLayer.settle(element);
        if (isHtml(element, 'iframe')) labelFrame(element);
        if (isHtml(element, 'select')) settleChoice(element);
      }
      for (const { element, x, y } of scrolls) if (element.isConnected) scene.scrolls.to(element, x, y);
    },
  };

  function labelFrame(frame: HTMLIFrameElement): void {
    const inside = frame.contentDocument;
    // A frame of the visitor's own site brings its document in an event of its own.
    if (!inside || !frame.hasAttribute(inertName('src')) || nodes.idOf(inside) !== undefined) return;
    emptyDocument(inside, false);
    labelDocument(inside, labels.frame);
  }

  function refreshLink(style: Element): void {
    const href = style.getAttribute(inertName('href'));
    if (href !== null && isStylesheetRel(style.getAttribute(inertName('rel')) ?? '')) sheets.link(style, href);
  }

  /** A link may become a style sheet long after it was put in (`rel=preload`, then `onload`). */
  function linkChanged(element: Element, name: string, value: unknown): void {
    if (isStyle(element) && name !== '_cssText') {
      if (element.hasAttribute(inertName('rel')) && (name === 'rel' || name === 'href')) refreshLink(element);
      return;
    }
    if (!isHtml(element, 'link')) return;
    const css = name === '_cssText' ? textOf(value) : '';
    if (css === '' && !isStylesheetRel(element.getAttribute(inertName('rel')) ?? '')) return;
    const id = nodes.idOf(element);
    const style = element.ownerDocument.createElement('style');
    for (const attributeName of element.getAttributeNames())
      style.setAttribute(attributeName, element.getAttribute(attributeName) ?? '');
    element.replaceWith(style);
    if (id !== undefined) nodes.set(id, style);
    if (css !== '') sheets.fill(style, css);
    else refreshLink(style);
  }
}

function isSpecial({ tagName }: Fields): boolean {
  return typeof tagName === 'string' && SPECIAL.has(tagName.toLowerCase());
}

function childrenToBuild(node: Node, serialized: Fields): readonly unknown[] {
  if (serialized.type !== NODE.Element || !isElement(node)) return [];
  if (!isSpecial(serialized)) return listOf(serialized.childNodes);
  const attributes = isFields(serialized.attributes) ? serialized.attributes : {};
  // Their text is set already, from an attribute.
  if (isStyle(node) && textOf(attributes._cssText) !== '') return [];
  if (isHtml(node, 'textarea') && attributes.value !== undefined) return [];
  if (node.localName === 'iframe' || node.localName === 'mirror-box') return [];
  return listOf(serialized.childNodes);
}

function doctype(serialized: Fields, document: Document): DocumentType {
  const publicId = textOf(serialized.publicId);
  const systemId = textOf(serialized.systemId);
  try {
    return document.implementation.createDocumentType(textOf(serialized.name) || 'html', publicId, systemId);
  } catch {
    // A name that no doctype can have.
    return document.implementation.createDocumentType('html', '', '');
  }
}

function isStylesheetRel(rel: string): boolean {
  const words = rel.toLowerCase().split(/\s+/);
  return words.includes('stylesheet') && !words.includes('alternate');
}

function isField(element: Element): element is HTMLInputElement | HTMLTextAreaElement {
  return isHtml(element, 'input') || isHtml(element, 'textarea');
}

function needsSettling(element: Element): boolean {
  return isHtml(element, 'dialog') || isHtml(element, 'iframe') || isHtml(element, 'select');
}

/** A browser chooses the first option by itself; where the visitor's page has chosen none, none is shown. */
function settleChoice(select: HTMLSelectElement): void {
  if (select.type === 'select-one' && !select.hasAttribute('value') && !select.querySelector('option[selected]'))
    select.selectedIndex = -1;
}

/** An embedded document is as large as its attributes say; styles go before them. */
function sizeBox(element: Element, attributes: Fields): void {
  if (!isStyled(element)) return;
  for (const side of ['width', 'height']) {
    const size = Number.parseFloat(String(attributes[side] ?? ''));
    if (size > 0) element.style.setProperty(side, String(attributes[side]).includes('%') ? `${size}%` : `${size}px`);
  }
}

/** A field for numbers takes no dots. */
export function showValue(input: HTMLInputElement, text: string): void {
  if (text.startsWith('•') && input.type === 'number') input.type = 'text';
  if (input.value !== text) input.value = text;
}

/** Undefined: this element can't have one. */
export function shadowOf(element: Element): ShadowRoot | undefined {
  if (element.shadowRoot) return element.shadowRoot;
  try {
    const root = element.attachShadow({ mode: 'open' });
    element.setAttribute(MARK.host, '');
    return root;
  } catch {
    // A hostile stream, or an element that this browser does not let be a host.
    return undefined;
  }
}

export function depthOf(node: Node): number {
  let depth = 0;
  // The only fragment with a host is a shadow root.
  for (let next: Node | null = node; next && depth <= MAX_DEPTH; depth++)
    next = next.nodeType === 11 && 'host' in next ? (next as ShadowRoot).host : next.parentNode;
  return depth;
}

export function documentOf(node: Node): Document | undefined {
  return isDocument(node) ? node : (node.ownerDocument ?? undefined);
}
