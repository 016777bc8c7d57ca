// A file as the outbox keeps it: with its size as a picture, if it is one, so that its place is known before it is there.

import { LIMITS } from '../protocol/limits.ts';
import type { ChosenFile } from './state/outbox.svelte.ts';

const DRAWN = /^image\/(jpeg|png|webp|gif|avif)$/;

export async function measureFile(blob: File): Promise<ChosenFile> {
  // Its ending is what people go by.
  const [, stem = '', ending = ''] = /^([^]*?)(\.[^.]{1,10})?$/.exec(blob.name) ?? [];
  const name = stem.slice(0, LIMITS.maxFileNameChars - ending.length) + ending;
  const file = { name, bytes: blob.size, type: blob.type.slice(0, LIMITS.maxMediaTypeChars), blob };
  if (!DRAWN.test(blob.type)) return file;
  try {
    const bitmap = await createImageBitmap(blob);
    const { width, height } = bitmap;
    bitmap.close();
    return { ...file, width, height };
  } catch {
    // The relay will say what it is.
    return file;
  }
}
