// The number that capture gave an element, read from the frames that a visitor sent.

import { inflateRawSync } from 'node:zlib';
import { createAssembler, KIND, payloadOf, readHeader } from '../../protocol/codec.ts';

type Captured = { id?: number; attributes?: { id?: unknown }; childNodes?: Captured[] };

/** By the element's own id, in the last snapshot and what came after it; undefined: there is none yet, or the element is
 * not in it. */
export function capturedId(frames: readonly Buffer[], id: string): number | undefined {
  const assembler = createAssembler();
  let found: number | undefined;
  for (const frame of frames) {
    const header = readHeader(frame);
    if (header.kind !== KIND.Snapshot && header.kind !== KIND.Change) continue;
    if (header.kind === KIND.Snapshot) found = undefined;
    const payload = assembler.push(header, payloadOf(frame));
    if (!payload) continue;
    const json = payload.deflated ? inflateRawSync(payload.bytes) : Buffer.from(payload.bytes);
    const events = JSON.parse(json.toString()) as { data: { node?: Captured; adds?: { node: Captured }[] } }[];
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
