// What a visitor's asset really is, by its first bytes: only pictures, fonts and style sheets are ever stored or served.

/** Media types that may be served to a console, with the file ending used on disk. */
export const MEDIA_TYPES = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/bmp': 'bmp',
  'image/x-icon': 'ico',
  'image/svg+xml': 'svg',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'font/ttf': 'ttf',
  'font/otf': 'otf',
  'font/collection': 'ttc',
  'text/css': 'css',
} as const;
export type MediaType = keyof typeof MEDIA_TYPES;

const latin1 = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.subarray(from, to)).toString('latin1');

/** `declared`: what the sender called it; it only decides between kinds of text. Undefined: nothing we pass on. */
export function sniffMediaType(bytes: Uint8Array, declared: string): MediaType | undefined {
  const first4 = latin1(bytes, 0, 4);
  const first12 = latin1(bytes, 0, 12);
  if (first12.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (first4.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (first4 === 'GIF8') return 'image/gif';
  if (first4 === 'RIFF' && first12.endsWith('WEBP')) return 'image/webp';
  if (first12.slice(4) === 'ftypavif' || first12.slice(4) === 'ftypavis') return 'image/avif';
  if (first4.startsWith('BM')) return 'image/bmp';
  if (first4 === '\x00\x00\x01\x00') return 'image/x-icon';
  if (first4 === 'wOFF') return 'font/woff';
  if (first4 === 'wOF2') return 'font/woff2';
  if (first4 === '\x00\x01\x00\x00' || first4 === 'true') return 'font/ttf';
  if (first4 === 'OTTO') return 'font/otf';
  if (first4 === 'ttcf') return 'font/collection';
  if (bytes.includes(0)) return undefined;
  const start = Buffer.from(bytes.subarray(0, 2048))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (start.startsWith('<')) return /<svg[\s>]/i.test(start) ? 'image/svg+xml' : undefined;
  return declared.split(';')[0]?.trim().toLowerCase() === 'text/css' ? 'text/css' : undefined;
}
