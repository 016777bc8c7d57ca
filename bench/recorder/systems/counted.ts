// Elements in rrweb's events: how a picture is checked for being whole. Runs after measuring only.

const FULL_SNAPSHOT = 2;
const INCREMENTAL = 3;
const MUTATION = 0;
const ELEMENT = 2;

/** As much of an rrweb event as counts here. */
export type Told = { readonly type: number; readonly data: unknown };
type Node = { type: number; attributes?: Record<string, unknown>; childNodes?: readonly Node[] };

export function elementsOf(events: readonly Told[]): number {
  let count = 0;
  visit(events, () => count++);
  return count;
}

export function hasMark(events: readonly Told[], { name, value }: { name: string; value: string }): boolean {
  let isFound = false;
  visit(events, ({ attributes }) => {
    if (attributes?.[name] === value) isFound = true;
  });
  return isFound;
}

function visit(events: readonly Told[], seen: (element: Node) => void): void {
  const into = (node: Node) => {
    if (node.type === ELEMENT) seen(node);
    for (const child of node.childNodes ?? []) into(child);
  };
  for (const event of events) {
    // rrweb's types know each kind of node and event; here only the tree counts.
    if (event.type === FULL_SNAPSHOT) into((event.data as { node: Node }).node);
    else if (event.type === INCREMENTAL) {
      const data = event.data as { source: number; adds?: readonly { node: Node }[] };
      if (data.source === MUTATION) for (const { node } of data.adds ?? []) into(node);
    }
  }
}
