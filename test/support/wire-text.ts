// What a listener on the wire has got, as text to search for what must not be there.

import { inflateRawSync } from 'node:zlib';
import { createEventReader } from './wire-events.ts';
import type { WirePeer } from './wire-peer.ts';

/** Everything of the room as text: each frame as it is, and what it carries unpacked. */
export function textOf(listener: Pick<WirePeer, 'messages' | 'frames'>): string {
  const parts: string[] = listener.messages.map((message) => JSON.stringify(message));
  const read = createEventReader();
  let pieces: Buffer[] = [];
  for (const frame of listener.frames) {
    const [kind = 0, flags = 0] = frame;
    parts.push(frame.toString('latin1'));
    const payload = read(frame);
    if (payload) parts.push(JSON.stringify(payload.events));
    if (kind !== 5) continue;
    pieces.push(frame.subarray(16));
    if ((flags & 1) !== 0) continue;
    const whole = Buffer.concat(pieces);
    pieces = [];
    parts.push((flags & 2) !== 0 ? inflateRawSync(whole).toString() : whole.toString());
  }
  return parts.join('\n');
}

/** What the frames from this one on carry, as text; those before it are needed to read them. */
export function textFrom(frames: readonly Buffer[], first: number): string {
  const read = createEventReader();
  return frames
    .map((frame) => JSON.stringify(read(frame)?.events ?? []))
    .slice(first)
    .join('\n');
}
