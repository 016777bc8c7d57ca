// A payload's bytes → the JSON text in it. A deflated one is never held in full before its size is known to be allowed:
// a small frame must not become a gigabyte in an operator's tab.

import { LIMITS } from '../../protocol/limits.ts';

// A browser inflates the whole of one write before it looks at the reader: at 1:1032, the most that deflate can do, this
// much becomes 8 MB.
const SLICE_BYTES = 8192;

/** Rejects when the bytes are not deflate-raw, or hold more than `maxBytes`. */
export async function inflate(bytes: Uint8Array, maxBytes: number = LIMITS.maxInflatedBytes): Promise<string> {
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
  const decoder = new TextDecoder();
  let text = '';
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    total += value.byteLength;
    if (total > maxBytes) {
      await reader.cancel();
      throw new Error(`more than ${maxBytes} bytes when inflated`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
