// Ids that a sender makes itself: UUIDv7 (RFC 9562). Sorted by id is sorted by time of making, to the millisecond.
// `crypto.randomUUID` is missing on pages without TLS, and makes version 4.

/** `fill` puts random bytes in, as crypto.getRandomValues does. */
export function uuidv7(nowMs: number, fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(16);
  fill(bytes);
  for (let at = 5, rest = nowMs; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
