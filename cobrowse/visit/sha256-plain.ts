// SHA-256 by hand, for pages on plain http, in pieces that do not hold the page up.

/** About 2 ms on a slow phone. */
const BLOCKS_PER_TASK = 512;

/** First 32 bits of the fractional parts of roots of the first primes, as the standard defines its constants. */
function fractions(count: number, root: number): Uint32Array {
  const found = new Uint32Array(count);
  for (let candidate = 2, at = 0; at < count; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) isPrime = false;
    if (isPrime) found[at++] = Math.floor((candidate ** (1 / root) % 1) * 2 ** 32);
  }
  return found;
}

export async function sha256Plain(bytes: Uint8Array): Promise<string> {
  const constants = fractions(64, 3);
  const state = fractions(8, 2);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);

  const words = new Uint32Array(64);
  const word = (at: number) => words[at] ?? 0;
  const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by));
  for (let block = 0; block * 64 < padded.length; block++) {
    if (block % BLOCKS_PER_TASK === BLOCKS_PER_TASK - 1) await new Promise((resolve) => setTimeout(resolve, 0));
    for (let at = 0; at < 16; at++) words[at] = view.getUint32(block * 64 + at * 4);
    for (let at = 16; at < 64; at++) {
      const before = word(at - 15);
      const last = word(at - 2);
      const small0 = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3);
      const small1 = turn(last, 17) ^ turn(last, 19) ^ (last >>> 10);
      words[at] = (word(at - 16) + small0 + word(at - 7) + small1) | 0;
    }
    // Eight words, always.
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let at = 0; at < 64; at++) {
      const big1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + big1 + ((e & f) ^ (~e & g)) + (constants[at] ?? 0) + word(at)) | 0;
      const big0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => (state[at] = ((state[at] ?? 0) + value) | 0));
  }
  return Array.from(state, (value) => value.toString(16).padStart(8, '0')).join('');
}
