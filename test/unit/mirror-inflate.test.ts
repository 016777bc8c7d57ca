// Inflating with a limit: what is too large is refused before it is held.

import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { inflate } from '../../cobrowse/mirror/inflate.ts';

test('bytes of any length come back', async () => {
  const text = 'a\u00e9\u{1f600}'.repeat(40_000);
  expect(Buffer.from(await inflate(deflateRawSync(text))).toString()).toBe(text);
  expect((await inflate(deflateRawSync(''))).length).toBe(0);
});

test('more than allowed is refused', async () => {
  const bomb = deflateRawSync(Buffer.alloc(5_000_000));
  expect(bomb.byteLength).toBeLessThan(6000);
  await expect(inflate(bomb, 1_000_000)).rejects.toThrow('more than 1000000 bytes');
  expect((await inflate(bomb, 5_000_000)).length).toBe(5_000_000);
});

test('what is not deflated, or cut off, is refused', async () => {
  await expect(inflate(new Uint8Array([1, 2, 3]))).rejects.toThrow();
  await expect(inflate(deflateRawSync('hello '.repeat(1000)).subarray(0, 10))).rejects.toThrow();
});
