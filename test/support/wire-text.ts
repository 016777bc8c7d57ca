// What a listener on the wire has got, as text to search for what must not be there.

import { inflateRawSync } from 'node:zlib';
import type { WirePeer } from './wire-peer.ts';

/** Everything of the room as text, pieces put together and inflated. */
export function textOf(listener: Pick<WirePeer, 'messages' | 'frames'>): string {
  const parts: string[] = listener.messages.map((message) => JSON.stringify(message));
  let pieces: Buffer[] = [];
  for (const frame of listener.frames) {
    const [kind = 0, flags = 0] = frame;
    parts.push(frame.toString('latin1'));
    if (kind !== 1 && kind !== 2 && kind !== 5) continue;
    pieces.push(frame.subarray(16));
    if ((flags & 1) !== 0) continue;
    const whole = Buffer.concat(pieces);
    pieces = [];
    parts.push((flags & 2) !== 0 ? inflateRawSync(whole).toString() : whole.toString());
  }
  return parts.join('\n');
}
