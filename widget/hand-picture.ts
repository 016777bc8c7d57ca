// How many pixels a picture would take once it is decoded, from its first bytes: PNG, GIF, WebP, JPEG. By what it is, not
// by what it is called, for so browsers decode it too.

/** Not a number: of no kind that is known here, or cut off. */
export function pixelsOf(bytes: Uint8Array): number {
  const text = (at: number, chars: number) => String.fromCharCode(...bytes.subarray(at, at + chars));
  const byte = (at: number) => bytes[at] ?? NaN;
  const large = (at: number) => byte(at) * 256 + byte(at + 1);
  const little = (at: number) => byte(at + 1) * 256 + byte(at);

  if (text(0, 8) === '\x89PNG\r\n\x1a\n')
    return text(12, 4) === 'IHDR' ? (large(16) * 65536 + large(18)) * (large(20) * 65536 + large(22)) : NaN;
  if (/^GIF8[79]a$/.test(text(0, 6))) {
    // The first picture in it may be larger than all of it claims to be, and browsers then give it the room.
    const tableOf = (flags: number) => (flags & 128 ? 3 << ((flags & 7) + 1) : 0);
    let at = 13 + tableOf(byte(10));
    while (byte(at) === 0x21) {
      at += 2;
      while (byte(at) > 0) at += byte(at) + 1;
      at++;
    }
    const across = Math.max(little(6), little(at + 1) + little(at + 5));
    return byte(at) === 0x2c ? across * Math.max(little(8), little(at + 3) + little(at + 7)) : NaN;
  }
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') {
    const kind = text(12, 4);
    if (kind === 'VP8 ') return (little(26) & 0x3fff) * (little(28) & 0x3fff) || NaN;
    // Fourteen bits each, one less than it is.
    if (kind === 'VP8L')
      return ((little(21) & 0x3fff) + 1) * (((little(22) >> 6) & 3) + ((little(23) & 0xfff) << 2) + 1);
    const third = (at: number) => little(at) + byte(at + 2) * 65536 + 1;
    return kind === 'VP8X' ? third(24) * third(27) : NaN;
  }
  if (large(0) !== 0xffd8) return NaN;
  for (let at = 2; byte(at) === 0xff;) {
    const marker = byte(at + 1);
    // Filled up between two of them.
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && !/^(c4|c8|cc)$/.test(marker.toString(16)))
      return large(at + 5) * large(at + 7) || NaN;
    else at += 2 + large(at + 2);
  }
  return NaN;
}
