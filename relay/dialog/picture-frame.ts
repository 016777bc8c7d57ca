// How a picture that was drawn anew comes from the process that did it: the length of a header, the header, and both pictures.

import type { Writable } from 'node:stream';

export type Drawn = {
  type: string;
  width: number;
  height: number;
  bytes: Uint8Array;
  /** WebP, within LIMITS.previewPixels. */
  preview: Uint8Array;
};

/** Exit code: there is nothing on this machine that could. */
export const NO_DECODER = 3;

type Header = Pick<Drawn, 'type' | 'width' | 'height'> & { length: number };

export function writeDrawn(to: Writable, { bytes, preview, ...about }: Drawn): void {
  const header: Header = { ...about, length: bytes.byteLength };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.byteLength);
  to.write(Buffer.concat([length, json, bytes, preview]));
}

/** Throws on anything else. */
export function readDrawn(all: Buffer): Drawn {
  const from = 4 + all.readUInt32BE(0);
  const { type, width, height, length } = JSON.parse(all.subarray(4, from).toString()) as Header;
  const bytes = all.subarray(from, from + length);
  const preview = all.subarray(from + length);
  if (bytes.byteLength !== length || preview.byteLength === 0) throw new Error('half of a picture');
  return { type, width, height, bytes, preview };
}
