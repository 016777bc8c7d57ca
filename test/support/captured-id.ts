// The number that capture gave an element, read from the frames that a visitor sent.

import { KIND } from '../../protocol/codec.ts';
import { createEventReader } from './wire-events.ts';

type Captured = { id?: number; attributes?: { id?: unknown }; childNodes?: Captured[] };

/** By the element's own id, in the last snapshot and what came after it; undefined: there is none yet, or the element is
 * not in it. */
export function capturedId(frames: readonly Buffer[], id: string): number | undefined {
  const read = createEventReader();
  let found: number | undefined;
  for (const frame of frames) {
    const payload = read(frame);
    if (payload?.kind === KIND.Snapshot) found = undefined;
    const events = (payload?.events ?? []) as { data: { node?: Captured; adds?: { node: Captured }[] } }[];
    for (const { data } of events)
      for (const node of [data.node, ...(data.adds ?? []).map((add) => add.node)])
        if (node) found = find(node, id) ?? found;
  }
  return found;
}

function find(node: Captured, id: string): number | undefined {
  if (node.attributes?.id === id) return node.id;
  for (const child of node.childNodes ?? []) {
    const found = find(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
