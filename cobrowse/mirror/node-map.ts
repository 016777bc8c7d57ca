// Which node of the mirror has which capture id. One per snapshot. Ids come from the visitor's page and prove nothing.
//
// Easy to get wrong: a node that leaves takes its whole subtree's ids with it, through shadow roots, or the map grows
// for hours. Documents of frames are forgotten by frames.ts: by the time a frame is out, its document can't be reached.

import { isElement } from './node-kinds.ts';

export type NodeMap = {
  get(id: number): Node | undefined;
  idOf(node: Node): number | undefined;
  /** An id that another node had is taken from it. */
  set(id: number, node: Node): void;
  /** Forgets the node and everything below it. */
  forget(root: Node): void;
  readonly size: number;
  readonly elements: number;
};

export function createNodeMap(onForget: (node: Node) => void): NodeMap {
  const nodes = new Map<number, Node>();
  const ids = new WeakMap<Node, number>();
  let elements = 0;

  const drop = (id: number, node: Node) => {
    nodes.delete(id);
    ids.delete(node);
    if (node.nodeType === 1) elements--;
    onForget(node);
  };

  return {
    get: (id) => nodes.get(id),
    idOf: (node) => ids.get(node),
    set(id, node) {
      const old = nodes.get(id);
      if (old === node) return;
      if (old) drop(id, old);
      const oldId = ids.get(node);
      if (oldId !== undefined) nodes.delete(oldId);
      else if (node.nodeType === 1) elements++;
      nodes.set(id, node);
      ids.set(node, id);
    },
    forget(root) {
      const pending: Node[] = [root];
      for (let node = pending.pop(); node; node = pending.pop()) {
        const id = ids.get(node);
        // A node that lost its id to another one is no longer in the map under it.
        if (id !== undefined && nodes.get(id) === node) drop(id, node);
        else onForget(node);
        for (let child = node.firstChild; child; child = child.nextSibling) pending.push(child);
        if (isElement(node) && node.shadowRoot) pending.push(node.shadowRoot);
      }
    },
    get size() {
      return nodes.size;
    },
    get elements() {
      return elements;
    },
  };
}
