// A process of its own for one picture: reads what somebody has sent from standard input, and writes what it looks like, drawn
// anew and small, to standard output. Whatever the picture does to the decoder, it does it here, without the relay's secrets,
// and the relay ends it when it takes too long (pictures.ts).
//
// Easy to get wrong: a few bytes may stand for a picture that takes all memory, so nothing is decoded before its size is
// known; and of an animation it is all its frames together that are decoded.

import { buffer } from 'node:stream/consumers';
import type Sharp from 'sharp';
import type { Sharp as Image } from 'sharp';
import { LIMITS } from '../../protocol/limits.ts';
import { NO_DECODER, writeDrawn } from './picture-frame.ts';

/** What large phones make. Decoded, four bytes each. */
const MOST_PIXELS = 50e6;

async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default;
  } catch {
    process.exit(NO_DECODER);
  }
}

const sharp = await loadSharp();
sharp.cache(false);
sharp.concurrency(1);

const input = await buffer(process.stdin);
const limits = { limitInputPixels: MOST_PIXELS, failOn: 'error', sequentialRead: true } as const;
const { width, height, pages = 1, format, hasAlpha } = await sharp(input, limits).metadata();
if (width * height > MOST_PIXELS) throw new Error('too many pixels');
const isAnimated = (format === 'gif' || format === 'webp') && pages > 1 && width * height * pages <= MOST_PIXELS;

const whole = sharp(input, { ...limits, animated: isAnimated });
// Turned as it says that it is to be seen: what says so is left out, with all else that tells where and by what it was made.
const upright = isAnimated ? whole : whole.rotate();
const drawn = await draw(upright).toBuffer({ resolveWithObject: true });
const box = LIMITS.previewPixels;
const preview = await sharp(input, limits)
  .rotate()
  .resize({ width: box, height: box, fit: 'inside', withoutEnlargement: true })
  .webp({ quality: 78 })
  .toBuffer();

const { info } = drawn;
writeDrawn(process.stdout, {
  type: `image/${info.format}`,
  width: info.width,
  height: info.pageHeight ?? info.height,
  bytes: drawn.data,
  preview,
});

function draw(image: Image): Image {
  if (format === 'jpeg') return image.jpeg({ quality: 88 });
  if (format === 'gif') return image.gif({ effort: 3 });
  if (format === 'webp') return image.webp({ quality: 88, effort: 3 });
  if (format === 'png') return image.png();
  // Not as AVIF, which takes many seconds to write.
  return hasAlpha ? image.webp({ quality: 88 }) : image.jpeg({ quality: 88 });
}
