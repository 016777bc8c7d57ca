// Black box: pictures in conversations, on the relay as built: drawn anew, with nothing in them that was not to be seen, and
// those that nobody could show refused.

import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { newId } from '../../relay/store/id.ts';
import { get, sendWhole, type Sender } from '../support/file-sender.ts';
import { SHOP } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

const world = wireWorld();

async function arrive() {
  const page = await world.visitor();
  page.send(world.hello({ tab: newId() }));
  await page.expect('welcome');
  page.send({ t: 'chat', say: { t: 'pass' } });
  const answer = await page.expect((message) => message.t === 'chat');
  const { pass } = answer['say'] as { pass: string };
  const from: Sender = { url: world.relay.url, origin: SHOP, pass };
  const say = async (id: string) => {
    const message = { id: newId(), body: { files: [id] } };
    page.send({ t: 'chat', say: { t: 'send', message } });
    await page.expect((said) => JSON.stringify(said).includes(`"answer","id":"${message.id}","seq"`));
  };
  return { page, from, say };
}

const photo = () => sharp({ create: { width: 1600, height: 900, channels: 3, background: '#3a7' } });

test('[F3] a photo is shown small and large, upright, without where it was taken and whatever hides behind it', async () => {
  const { page, from, say } = await arrive();
  const jpeg = await photo()
    .withExif({
      IFD0: { Copyright: 'SECRETowner', Orientation: '6' },
      IFD3: { GPSLatitudeRef: 'N', GPSAreaInformation: 'SECRETplace' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const polyglot = Buffer.concat([jpeg, Buffer.from('<script>SECRETscript</script>')]);
  const { id, body } = await sendWhole(from, polyglot, { name: 'IMG_1.JPEG', type: 'image/jpeg' });
  // Turned as it says that it is to be seen.
  expect(body.file).toMatchObject({ name: 'IMG_1.JPEG', type: 'image/jpeg', width: 900, height: 1600 });
  await say(id);
  for (const reader of [from, { url: world.relay.url, origin: world.relay.url, cookie: world.cookie }]) {
    const content = await get(reader, `${id}/content`);
    expect(content.headers.get('content-type')).toBe('image/jpeg');
    expect(content.headers.get('content-disposition')).toMatch(/^inline/);
    expect(content.headers.get('content-security-policy')).toContain('sandbox');
    expect(content.headers.get('cache-control')).toContain('private');
    const bytes = Buffer.from(await content.arrayBuffer());
    expect(bytes.byteLength).toBe(body.file?.bytes);
    expect(bytes.toString('latin1')).not.toContain('SECRET');
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    const preview = await get(reader, `${id}/preview`);
    expect(preview.headers.get('content-type')).toBe('image/webp');
    const { width, height, format } = await sharp(Buffer.from(await preview.arrayBuffer())).metadata();
    expect({ width, height, format }).toEqual({ width: 360, height: LIMITS.previewPixels, format: 'webp' });
  }
  page.close();
});

test('[F3] PNG, WebP, GIF and AVIF are pictures as well; a film of pictures stays one', async () => {
  const { page, from } = await arrive();
  const frames = [0, 1, 2].map((shade) => Buffer.alloc(40 * 30 * 3, shade * 80));
  const gif = await sharp(Buffer.concat(frames), { raw: { width: 40, height: 90, channels: 3, pageHeight: 30 } })
    .gif()
    .toBuffer();
  const small = photo().resize(200);
  for (const [name, bytes, type] of [
    ['a.png', await small.clone().png().toBuffer(), 'image/png'],
    ['a.webp', await small.clone().webp().toBuffer(), 'image/webp'],
    ['a.gif', gif, 'image/gif'],
    ['a.avif', await small.clone().avif().toBuffer(), 'image/jpeg'],
  ] as const) {
    const { id, body } = await sendWhole(from, bytes, { name });
    expect(body).toMatchObject({ state: 'ready', file: { type, name: name.replace('avif', 'jpg') } });
    if (name !== 'a.gif') continue;
    expect(body.file).toMatchObject({ width: 40, height: 30 });
    const message = { id: newId(), body: { files: [id] } };
    page.send({ t: 'chat', say: { t: 'send', message } });
    await page.expect((said) => JSON.stringify(said).includes(message.id));
    const shown = await sharp(Buffer.from(await (await get(from, `${id}/content`)).arrayBuffer())).metadata();
    expect(shown.pages).toBe(3);
  }
  page.close();
});

/** A PNG of so many pixels of one colour, as few bytes as that takes. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.byteLength);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([1, 0], 8);
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
function crc(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

test('[F3] some bytes that stand for a picture which takes all memory are refused, and so is what only begins like a picture', async () => {
  const { page, from } = await arrive();
  const large = bomb(20_000, 20_000);
  expect(large.byteLength).toBeLessThan(200_000);
  const half = (await photo().jpeg().toBuffer()).subarray(0, 700);
  for (const bytes of [large, half, Buffer.from('\x89PNG\r\n\x1a\nand no more', 'latin1')])
    expect((await sendWhole(from, bytes, { name: 'a.png' })).body).toEqual({
      state: 'refused',
      at: bytes.byteLength,
      why: 'unreadable',
    });
  // A small one of the same kind is a picture.
  expect((await sendWhole(from, bomb(200, 200), { name: 'a.png' })).body).toMatchObject({ state: 'ready' });
  page.close();
});
