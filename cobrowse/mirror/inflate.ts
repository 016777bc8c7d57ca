// A deflated payload's bytes → what was deflated. It is never held in full before its size is known to be allowed: a small
// frame must not become a gigabyte in an operator's tab.

import { LIMITS } from '../../protocol/limits.ts';

// A browser inflates the whole of one write before it looks at the reader: at 1:1032, the most that deflate can do, this
// much becomes 8 MB.
const SLICE_BYTES = 8192;

/** Rejects when the bytes are not deflate-raw, or hold more than `maxBytes`. */
export async function inflate(bytes: Uint8Array, maxBytes: number = LIMITS.maxInflatedBytes): Promise<Uint8Array> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const write = async () => {
    for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES)
      // The cast: a view of a SharedArrayBuffer can't come out of a WebSocket.
      await writer.write(bytes.subarray(at, at + SLICE_BYTES) as Uint8Array<ArrayBuffer>);
    await writer.close();
  };
  // Fails together with the reader, which is where the error is reported.
  write().catch(() => undefined);
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    total += next.value.byteLength;
    if (total > maxBytes) {
      await reader.cancel();
      throw new Error(`more than ${maxBytes} bytes when inflated`);
    }
    parts.push(next.value);
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
