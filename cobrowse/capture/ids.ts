// Names of live nodes. A node has an id from the moment it is part of the picture; whether it still is, is kept with it.
//
// Easy to get wrong: nothing here holds on to a node, since pages throw nodes away by the thousand. The way back, from an
// id to its node, is a search: only the hand asks for it, a few times a second at most.

import { childrenOf, isElement, shadowOf, tagOf } from './dom.ts';

export type Ids = {
  /** 0: not part of the picture. */
  of(node: Node | null | undefined): number;
  /** It is part of the picture now. */
  give(node: Node): number;
  /** It is not any more. A node that comes back has the same id, but for one of which it is said that it `isOver`. */
  take(node: Node, isOver?: boolean): void;
  /** Another picture begins, in which no node has an id yet. */
  forget(): void;
  nodeOf(id: number): Node | undefined;
};

/** Counted over a whole page load, not over one capture: no id is ever given twice. */
const last = new WeakMap<Document, { id: number }>();

export function createIds(page: Document): Ids {
  const counter = last.get(page) ?? { id: 0 };
  last.set(page, counter);
  /** Negative: of a node that has left the picture; 0: and will be another one if it comes back. */
  let ids = new WeakMap<Node, number>();
  const found = new Map<number, WeakRef<Node>>();

  const search = (root: Node, id: number): Node | undefined => {
    const stack: Node[] = [root];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (ids.get(node) === id) return node;
      for (const child of childrenOf(node)) stack.push(child);
      if (!isElement(node)) continue;
      const shadow = shadowOf(node);
      if (shadow) stack.push(shadow);
      // Null for those of another origin; its tag says that it is one.
      const inside = tagOf(node) === 'IFRAME' ? (node as HTMLIFrameElement).contentDocument : null;
      if (inside) stack.push(inside);
    }
    return undefined;
  };

  return {
    of: (node) => Math.max(0, (node && ids.get(node)) ?? 0),
    give(node) {
      const id = Math.abs(ids.get(node) ?? 0) || ++counter.id;
      ids.set(node, id);
      return id;
    },
    take: (node, isOver) => void ids.set(node, isOver ? 0 : -Math.abs(ids.get(node) ?? 0)),
    forget() {
      ids = new WeakMap();
      found.clear();
    },
    nodeOf(id) {
      const known = found.get(id)?.deref();
      if (known?.isConnected && ids.get(known) === id) return known;
      const node = search(page, id);
      if (node) found.set(id, new WeakRef(node));
      else found.delete(id);
      return node;
    },
  };
}
