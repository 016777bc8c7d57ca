// The events that a stream of frames carries, packed or as JSON: for tests that look into what a page has sent.

import { inflateRawSync } from 'node:zlib';
import { createAssembler, KIND, payloadOf, readHeader, type Kind } from '../../protocol/codec.ts';
import { createEventDecoder } from '../../protocol/event-decoder.ts';

export type WireEvents = { readonly kind: Kind; readonly events: readonly unknown[] };

/** Gives the events of a payload with its last frame. Frames must come as one tab after the other, or each tab, sent them,
 * from a snapshot on. */
export function createEventReader(): (frame: Uint8Array) => WireEvents | undefined {
  const tabs = new Map<
    number,
    { assembler: ReturnType<typeof createAssembler>; decoder: ReturnType<typeof createEventDecoder> }
  >();
  return (frame) => {
    const header = readHeader(frame);
    if (header.kind !== KIND.Snapshot && header.kind !== KIND.Change) return undefined;
    let tab = tabs.get(header.tab);
    if (!tab) tabs.set(header.tab, (tab = { assembler: createAssembler(), decoder: createEventDecoder() }));
    const payload = tab.assembler.push(header, payloadOf(frame));
    if (!payload) return undefined;
    const bytes = payload.deflated ? inflateRawSync(payload.bytes) : payload.bytes;
    const events = payload.packed
      ? tab.decoder.decode(bytes, payload.kind === KIND.Snapshot)
      : (JSON.parse(new TextDecoder().decode(bytes)) as unknown[]);
    return { kind: payload.kind, events };
  };
}
