// SHA-256 in hex. crypto.subtle is there only on https and localhost; a shop on plain http (an intranet) gets the
// arithmetic of sha256-plain.ts, for up to 1 MB; the others never load it.

export const MAX_BYTES_WITHOUT_SUBTLE = 1024 * 1024;
/** undefined: too long to be hashed here. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  // Typed as always there; it is not on plain http.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle) return hex(new Uint8Array(await subtle.digest('SHA-256', bytes)));
  if (bytes.byteLength > MAX_BYTES_WITHOUT_SUBTLE) return undefined;
  const { sha256Plain } = await import('./sha256-plain.ts');
  return sha256Plain(bytes);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
