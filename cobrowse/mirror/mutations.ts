// One batch of mutations → the same changes in the mirror. Removed nodes wait in limbo until the batch is over: most of
// them are only moved, and the same node put in elsewhere keeps its picture, its field's value and its place in styles.
//
// Easy to get wrong: a node may name a neighbour or parent that comes later in the batch, or in a later one, or never;
// a moved node's children are named one by one, so those that are not named again must go.

import { depthOf, documentOf, MAX_DEPTH, shadowOf, type Builder } from './build.ts';
import { idIn, isFields, listOf, NODE, textOf, type Fields } from './events.ts';
import { MARK } from './inert-names.ts';
import { isDocument, isElement, isHtml, isStyle, isStyled, isText } from './node-kinds.ts';
import { safeCssValue } from './attributes.ts';
import type { Scene } from './scene.ts';

/** Nodes whose parent has not come; a page that is shown rightly has none for long. */
const MAX_ORPHANS = 2000;

export type Mutations = {
  apply(data: Fields): void;
};

function rank(name: string): number {
  return name === 'rr_open_mode' ? 0 : name === '_cssText' ? 1 : 2;
}

export function createMutations(scene: Scene, builder: Builder): Mutations {
  const { nodes, frames, sheets, addresses, uses } = scene;
  /** Adds by the id that they wait for. */
  const orphans = new Map<number, Fields[]>();
  let orphanCount = 0;

  const wait = (id: number, add: Fields) => {
    if (orphanCount >= MAX_ORPHANS) return;
    orphanCount++;
    const waiting = orphans.get(id);
    if (waiting) waiting.push(add);
    else orphans.set(id, [add]);
  };
  const waitingFor = (id: number): Fields[] => {
    const waiting = orphans.get(id) ?? [];
    if (waiting.length > 0) orphans.delete(id);
    orphanCount -= waiting.length;
    return waiting;
  };

  const takeOut = (node: Node) => {
    const parent = node.parentNode;
    uses.moved(node);
    if (isStyle(parent) && isText(node)) sheets.stale(parent);
    parent?.removeChild(node);
  };

  const applyRemoves = (removes: readonly unknown[], limbo: Map<number, Node>) => {
    for (const remove of removes) {
      const id = isFields(remove) ? idIn(remove.id) : undefined;
      const node = id === undefined ? undefined : nodes.get(id);
      if (id === undefined || !node || isDocument(node)) continue;
      takeOut(node);
      limbo.set(id, node);
    }
  };

  /** A node from limbo comes without its old children: those that still belong to it are named again. */
  const empty = (node: Node, limbo: Map<number, Node>) => {
    for (const parent of [node, isElement(node) ? node.shadowRoot : null]) {
      for (const child of parent ? [...parent.childNodes] : []) {
        // What we have put in stays: the page does not know of it.
        if (isElement(child) && child.hasAttribute(MARK.own)) continue;
        takeOut(child);
        const id = nodes.idOf(child);
        if (id !== undefined) limbo.set(id, child);
      }
    }
  };

  const nodeFor = (serialized: Fields, id: number, parent: Node, limbo: Map<number, Node>): Node | undefined => {
    const document = documentOf(parent);
    if (!document) return undefined;
    const old = limbo.get(id) ?? nodes.get(id);
    if (old && !old.contains(parent)) {
      // Below something in limbo counts as in limbo too.
      const wasOut = limbo.delete(id) || !old.isConnected;
      const isReused = old.ownerDocument === document && builder.reuse(old, serialized, parent);
      if (wasOut) empty(old, limbo);
      if (isReused) return old;
      takeOut(old);
      nodes.forget(old);
    }
    return builder.build(serialized, document, parent, depthOf(parent));
  };

  const put = (node: Node, parent: Node, next: Node | null) => {
    if (isDocument(parent)) {
      // A document has one of each.
      const old = node.nodeType === 10 ? parent.doctype : isElement(node) ? parent.documentElement : null;
      if (old && old !== node) {
        old.remove();
        nodes.forget(old);
      }
    }
    if (isText(node) && isStyle(node.parentNode)) sheets.stale(node.parentNode);
    parent.insertBefore(node, next?.parentNode === parent ? next : null);
    uses.moved(node);
    if (isDocument(parent) && isElement(node)) builder.dress(node);
  };

  /** Returns the id of what the add waits for, or undefined when it is dealt with. */
  const add = (entry: Fields, limbo: Map<number, Node>, isLast: boolean): number | undefined => {
    const parentId = idIn(entry.parentId);
    const serialized = entry.node;
    const id = isFields(serialized) ? idIn(serialized.id) : undefined;
    if (parentId === undefined || id === undefined || !isFields(serialized)) return undefined;
    const named = nodes.get(parentId);
    if (!named || limbo.has(parentId)) return parentId;
    if (serialized.type === NODE.Document) {
      attach(named, serialized);
      return undefined;
    }
    const parent = serialized.isShadow === true && isElement(named) ? shadowOf(named) : named;
    if (!parent || isText(parent) || depthOf(parent) >= MAX_DEPTH) return undefined;
    const nextId = idIn(entry.nextId);
    const next = nextId === undefined || limbo.has(nextId) ? undefined : nodes.get(nextId);
    if (nextId !== undefined && !next && !isLast) return nextId;
    if (isText(parent.firstChild) && serialized.type === NODE.Text && adopts(parent, id)) return undefined;
    const node = nodeFor(serialized, id, parent, limbo);
    if (!node) return undefined;
    try {
      put(node, parent, next ?? previousOf(entry, parent));
    } catch {
      // No such content can stand there: a hostile stream, since the page's own document had it.
      nodes.forget(node);
    }
    return undefined;
  };

  /** Recorders of old name the node before. */
  const previousOf = (entry: Fields, parent: Node): Node | null => {
    const previousId = idIn(entry.previousId);
    const previous = previousId === undefined ? undefined : nodes.get(previousId);
    return previous?.parentNode === parent ? previous.nextSibling : null;
  };

  /** A style element that came with its text: the text node that we made for it is the one that is named now. */
  const adopts = (parent: Node, id: number): boolean => {
    const only = parent.firstChild;
    if (!isStyle(parent) || parent.childNodes.length !== 1 || !only || nodes.idOf(only) !== undefined) return false;
    nodes.set(id, only);
    return true;
  };

  const attach = (frame: Node, serialized: Fields) => {
    if (!isHtml(frame, 'iframe')) return;
    const document = frames.open(frame, serialized.compatMode === 'BackCompat');
    if (document) builder.fillDocument(serialized, document, () => undefined);
  };

  const applyAdds = (adds: readonly unknown[], limbo: Map<number, Node>) => {
    const queue: Fields[] = adds.filter(isFields);
    const late = new Map<number, Fields[]>();
    for (let at = 0; at < queue.length; at++) {
      const entry = queue[at];
      if (!entry) continue;
      const missing = add(entry, limbo, false);
      if (missing !== undefined) {
        const waiting = late.get(missing);
        if (waiting) waiting.push(entry);
        else late.set(missing, [entry]);
        continue;
      }
      const id = isFields(entry.node) ? idIn(entry.node.id) : undefined;
      if (id === undefined) continue;
      const freed = late.get(id);
      if (freed) {
        late.delete(id);
        queue.push(...freed);
      }
      if (orphans.size > 0) queue.push(...waitingFor(id));
    }
    // What has its parent goes to the end of it, the rest waits for a later batch.
    for (const waiting of late.values()) {
      for (const entry of waiting) {
        const missing = add(entry, limbo, true);
        if (missing !== undefined) wait(missing, entry);
      }
    }
  };

  const applyTexts = (texts: readonly unknown[]) => {
    for (const change of texts) {
      const id = isFields(change) ? idIn(change.id) : undefined;
      const node = id === undefined ? undefined : nodes.get(id);
      if (!node || !isFields(change)) continue;
      const value = textOf(change.value);
      uses.touched(node);
      if (isText(node) && isStyle(node.parentNode)) sheets.piece(node, value);
      else if (node.nodeType === 3 || node.nodeType === 8) node.nodeValue = value;
    }
  };

  const applyAttributes = (changes: readonly unknown[]) => {
    for (const change of changes) {
      const id = isFields(change) ? idIn(change.id) : undefined;
      if (id === undefined || !isFields(change) || !isFields(change.attributes)) continue;
      const { attributes } = change;
      // How a dialog is open is known before that it is; a link's text stands until the sheet that it refers to is here.
      const names = Object.keys(attributes).sort((a, b) => rank(a) - rank(b));
      for (const name of names) {
        // Looked up each time: a link that becomes a style sheet is another element from then on.
        const element = nodes.get(id);
        const value = attributes[name];
        if (!isElement(element)) break;
        if (name === 'style' && isFields(value)) applyStyle(element, value);
        else builder.attribute(element, name, value);
      }
    }
  };

  const applyStyle = (element: Element, properties: Fields) => {
    if (!isStyled(element)) return;
    for (const property of Object.keys(properties)) {
      const value = properties[property];
      const [text, priority] = Array.isArray(value) ? [textOf(value[0]), textOf(value[1])] : [textOf(value), ''];
      if (value === false) element.style.removeProperty(property);
      else element.style.setProperty(property, safeCssValue(text, element, 'style', addresses), priority);
    }
  };

  return {
    apply(data) {
      const removes = listOf(data.removes);
      const limbo = new Map<number, Node>();
      applyRemoves(removes, limbo);
      applyAdds(listOf(data.adds), limbo);
      for (const node of limbo.values()) nodes.forget(node);
      if (removes.length > 0) frames.sweep();
      builder.settle();
      applyTexts(listOf(data.texts));
      sheets.settle();
      applyAttributes(listOf(data.attributes));
      builder.settle();
    },
  };
}
