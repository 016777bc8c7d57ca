// How large a picture is once it is decoded, by its first bytes: no kind is believed by its name, and none that is cut off.

import { expect, test } from 'vitest';
import { pixelsOf } from '../../widget/hand-picture.ts';

const bytes = (...parts: (string | readonly number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)));
const blank = (count: number) => Array<number>(count).fill(0);
const PNG = bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 0x3e, 0x80, 0, 0, 0, 3], blank(5));
const gif = (...picture: number[]) =>
  // A table of four colours, and an extension of two pieces before the picture.
  bytes('GIF89a', [4, 0, 2, 0], [0x81, 0, 0], blank(12), [0x21, 0xf9, 2, 9, 9, 1, 9, 0], picture);
const jpeg = (marker: number) =>
  bytes(
    [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0xff, 0xc0, 0xff, 0xff, 0xc4, 0, 2],
    [0xff, marker, 0, 11, 8, 1, 0, 2, 0],
    blank(6),
  );
const webp = (kind: string, ...data: number[]) => bytes('RIFF', blank(4), 'WEBP', kind, blank(4), data, blank(4));

test.each([
  ['PNG', PNG, 16000 * 3],
  ['GIF', gif(0x2c, 0, 0, 0, 0, 4, 0, 2, 0), 8],
  ['GIF whose picture is larger than it says', gif(0x2c, 1, 0, 0, 0, 0, 0x20, 2, 0), 8193 * 2],
  ['JPEG', jpeg(0xc0), 256 * 512],
  ['JPEG, progressive', jpeg(0xc2), 256 * 512],
  ['WebP, lossy', webp('VP8 ', 0, 0, 0, 0x9d, 1, 0x2a, 0, 0x42, 3, 0x80), 512 * 3],
  ['WebP, lossless', webp('VP8L', 0x2f, 0xff, 0x01 | 0x80, 0x02, 0), 512 * 11],
  ['WebP, extended', webp('VP8X', 0, 0, 0, 0, 0xff, 0x3f, 0, 2, 0, 0), 16384 * 3],
])('%s', (_, picture, pixels) => expect(pixelsOf(picture)).toBe(pixels));

test.each<readonly [string, Uint8Array]>([
  ['nothing', bytes()],
  ['text', bytes('<svg width="9"/>')],
  ['PNG without its head', bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IDAT', blank(13))],
  ['GIF without a picture', gif(0x3b)],
  ['JPEG without its head', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9, 0, 0])],
  ['WebP of an unknown kind', webp('ALPH')],
  ...[PNG.subarray(0, 18), gif(0x2c, 0, 0, 0, 0, 4), jpeg(0xc0).subarray(0, 16)].map(
    (cut, at) => [`cut off, ${at}`, cut] as const,
  ),
])('%s has no size', (_, picture) => expect(pixelsOf(picture)).toBeNaN());
