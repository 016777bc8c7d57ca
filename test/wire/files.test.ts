// Black box: files in conversations, on the relay as built: how they come in pieces, what becomes of them, and who gets them.

import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { Attached } from '../../protocol/dialog.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { newId } from '../../relay/store/id.ts';
import { ask, begin, get, piece, sendWhole, type Sender } from '../support/file-sender.ts';
import { addOperator, addSite, logInFirst, startTestRelay, steadyPort } from '../support/relay.ts';
import { connectPeer, helloOf, SHOP, type WirePeer } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

type Say = Record<string, unknown> & { t: string };
type Said = { id: string; seq: number; body: { text?: string; files?: Attached[] } };

const world = wireWorld();
let boris = '';
beforeAll(async () => {
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});

async function said<T extends Say = Say>(peer: WirePeer, t: string, holds: (say: T) => boolean = () => true) {
  const found = await peer.expect((message) => {
    const say = message['say'] as T | undefined;
    return say?.t === t && holds(say);
  });
  return found['say'] as T;
}

/** A visitor's tab, and what it sends files by. */
async function arrive(options: { token?: string; url?: string; site?: string; origin?: string } = {}) {
  const { url = world.relay.url, site = world.site, origin = SHOP, token } = options;
  const page = await connectPeer(url, 'visitor', { origin });
  page.send(helloOf(site, { tab: newId(), ...(token === undefined ? {} : { token }) }));
  const welcome = (await page.expect('welcome')) as unknown as { token: string };
  page.send({ t: 'chat', say: { t: 'pass' } });
  const { pass } = await said<Say & { pass: string }>(page, 'pass');
  return { page, token: welcome.token, from: { url, origin, pass } satisfies Sender };
}
const console_ = (cookie = world.cookie, url = world.relay.url): Sender => ({ url, origin: url, cookie });

async function sayFiles(
  page: WirePeer,
  files: readonly string[],
  text = '',
): Promise<Say & { seq?: number; why?: string }> {
  const id = newId();
  page.send({ t: 'chat', say: { t: 'send', message: { id, body: { text, files } } } });
  return said(page, 'answer', (say) => say['id'] === id);
}

/** A console that has the visitor's conversation open. */
async function opened(text: string) {
  const anna = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: world.cookie });
  anna.send({ t: 'dialog', say: { t: 'inbox', on: true } });
  type Threads = Say & { put: { id: string; last?: { text: string } }[] };
  const { put } = await said<Threads>(anna, 'threads', (say) => say.put.some(({ last }) => last?.text === text));
  const conversation = put.find(({ last }) => last?.text === text)?.id ?? '';
  anna.send({ t: 'dialog', say: { t: 'open', conversation, version: 0 } });
  const { messages } = await said<Say & { messages: Said[] }>(anna, 'state');
  return { anna, conversation, messages };
}

const LETTER = new TextEncoder().encode('%PDF-1.7 a letter');

test('[B98 Q17] a file goes in pieces, is said, and is the same where it is fetched; an answer with one goes back', async () => {
  const { page, from } = await arrive();
  const bytes = new Uint8Array(randomBytes(2.5 * LIMITS.fileChunkBytes));
  const name = `отчёт ${newId()}.bin`;
  const { id, body } = await sendWhole(from, bytes, { name, type: 'application/x-what' });
  expect(body).toEqual({
    state: 'ready',
    at: bytes.byteLength,
    file: { id, name, bytes: bytes.byteLength, type: 'application/octet-stream' },
  });
  expect(await sayFiles(page, [id])).toMatchObject({ seq: 1 });
  const { anna, conversation, messages } = await opened(name);
  expect(messages[0]?.body).toEqual({ text: '', files: [body.file] });
  const content = await get(console_(), `${id}/content`);
  expect(content.status).toBe(200);
  expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  const { headers } = content;
  expect(headers.get('content-length')).toBe(String(bytes.byteLength));
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[ -~]*"; filename\*=UTF-8''%D0%BE/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  expect(headers.get('cache-control')).toBe('no-store');

  const answer = await sendWhole(console_(), LETTER, { name: 'reply.pdf', conversation });
  const message = { id: newId(), body: { text: 'here', files: [answer.id] } };
  anna.send({ t: 'dialog', say: { t: 'send', conversation, message, kind: 'text' } });
  const state = await said<Say & { messages: Said[] }>(page, 'state', ({ messages }) =>
    messages.some((one) => one.id === message.id),
  );
  const [file] = state.messages.find((one) => one.id === message.id)?.body.files ?? [];
  expect(file).toEqual({ id: answer.id, name: 'reply.pdf', bytes: LETTER.byteLength, type: 'application/pdf' });
  const fetched = await get(from, `${answer.id}/content`);
  expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(LETTER);
  // Clicked, it is an address that leads to this file only.
  const { body: link } = await ask(from, `${answer.id}/link`, {});
  const clicked = await fetch(world.relay.url + link.path);
  expect(clicked.headers.get('content-disposition')).toContain('attachment');
  expect(new Uint8Array(await clicked.arrayBuffer())).toEqual(LETTER);
  const elsewhere = await fetch(world.relay.url + String(link.path).replace(answer.id, id));
  expect(elsewhere.status).toBe(404);
  page.close();
  anna.close();
});

test('[F1] what broke off goes on where it was, also after the relay was killed; a piece at another place changes nothing', async () => {
  const env = { TANDEM_PORT: await steadyPort() };
  const first = await startTestRelay({ env });
  const cookie = await logInFirst(first);
  const site = await addSite(first, cookie, [SHOP]);
  const { from, token, page } = await arrive({ url: first.url, site: site.key });
  const bytes = new Uint8Array(randomBytes(LIMITS.fileChunkBytes + 1000));
  const form = { id: newId(), name: 'long.bin', bytes: bytes.byteLength };
  const half = LIMITS.fileChunkBytes / 2;
  expect((await begin(from, form)).body).toEqual({ state: 'arriving', at: 0 });
  expect((await piece(from, form.id, 0, bytes.subarray(0, half))).body).toEqual({ state: 'arriving', at: half });
  // Sent again, since its answer was lost; and one that leaves a hole.
  for (const at of [0, half + 5])
    expect(await piece(from, form.id, at, bytes.subarray(at, at + 100))).toEqual({
      status: 409,
      body: { state: 'arriving', at: half },
    });
  page.close();
  await first.kill();
  const second = await startTestRelay({ env, dataDir: first.dataDir });
  const again = await arrive({ url: second.url, site: site.key, token });
  expect((await begin(again.from, form)).body).toEqual({ state: 'arriving', at: half });
  expect((await piece(again.from, form.id, half, bytes.subarray(half))).body).toMatchObject({ state: 'ready' });
  expect(await sayFiles(again.page, [form.id])).toMatchObject({ seq: 1 });
  const content = await get(again.from, `${form.id}/content`);
  expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true);
  again.page.close();
  expect(await second.stop()).toBe(0);
});

test('[F2] [V9] a file is its sender’s until it is said, and then for those who see the message: everybody else is told that there is none', async () => {
  const mine = await arrive();
  const other = await arrive();
  const { id } = await sendWhole(mine.from, LETTER, { name: `own-${newId()}.pdf` });
  // Not said yet: nobody reads it, and nobody else can say it, send to it or take it away.
  for (const from of [mine.from, other.from, console_()]) expect((await get(from, `${id}/content`)).status).toBe(404);
  expect(await sayFiles(other.page, [id])).toMatchObject({ why: 'no-such-file' });
  expect((await piece(other.from, id, 0, LETTER)).status).toBe(404);
  expect((await begin(other.from, { id, bytes: 17 })).status).toBe(404);
  await fetch(`${world.relay.url}/file/${id}`, {
    method: 'DELETE',
    headers: { origin: SHOP, authorization: `Bearer ${other.from.pass}` },
  });
  expect(await sayFiles(mine.page, [id])).toMatchObject({ seq: 1 });
  // Said once.
  expect(await sayFiles(mine.page, [id])).toMatchObject({ why: 'no-such-file' });
  expect(await sayFiles(mine.page, [newId()])).toMatchObject({ why: 'no-such-file' });
  // Taken back before it was said, it is gone.
  const dropped = { id: newId(), bytes: 20 };
  await begin(mine.from, dropped);
  await piece(mine.from, dropped.id, 0, LETTER.subarray(0, 10));
  await fetch(`${world.relay.url}/file/${dropped.id}`, {
    method: 'DELETE',
    headers: { origin: SHOP, authorization: `Bearer ${mine.from.pass}` },
  });
  expect((await begin(mine.from, dropped)).body).toEqual({ state: 'arriving', at: 0 });
  for (const [from, status] of [
    [mine.from, 200],
    [console_(), 200],
    [console_(boris), 200],
    [other.from, 404],
    [{ ...mine.from, origin: 'https://evil.example' }, 404],
    [{ ...mine.from, pass: `${mine.from.pass.slice(0, -2)}AA` }, 404],
    [{ ...mine.from, pass: mine.token }, 404],
    [{ url: world.relay.url, origin: SHOP }, 404],
    [{ url: world.relay.url, origin: SHOP, cookie: 'tandem=forged' }, 404],
  ] as const)
    expect([from, (await get(from as Sender, `${id}/content`)).status]).toEqual([from, status]);
  for (const key of ['', 'x.y', mine.from.pass])
    expect((await fetch(`${world.relay.url}/file/${id}/content?key=${key}`)).status).toBe(404);
  // Begun with nothing, with another's pass on another page, or with an operator's cookie on a foreign page.
  expect((await begin({ url: world.relay.url, origin: SHOP }, {})).status).toBe(403);
  expect((await begin({ ...mine.from, origin: 'https://evil.example' }, {})).status).toBe(401);
  expect((await begin({ ...console_(), origin: SHOP }, {})).status).toBe(403);
  // An operator's only for a conversation that there is.
  expect((await begin(console_(), { conversation: newId() })).status).toBe(404);
  mine.page.close();
  other.page.close();
});

test('[F2] a file in a note, or in a message that was deleted, is not for the visitor', async () => {
  const text = `note-${newId()}`;
  const { page, from } = await arrive();
  page.send({ t: 'chat', say: { t: 'send', message: { id: newId(), body: { text } } } });
  await said(page, 'answer');
  const { anna, conversation } = await opened(text);
  const ids: string[] = [];
  for (const kind of ['note', 'text'] as const) {
    const { id } = await sendWhole(console_(), LETTER, { name: 'inner.pdf', conversation });
    ids.push(id);
    const message = { id: newId(), body: { files: [id] } };
    anna.send({ t: 'dialog', say: { t: 'send', conversation, message, kind } });
    await said(anna, 'answer', (say) => say['id'] === message.id);
    expect([kind, (await get(from, `${id}/content`)).status]).toEqual([kind, kind === 'note' ? 404 : 200]);
    expect((await get(console_(), `${id}/content`)).status).toBe(200);
    if (kind === 'note') continue;
    anna.send({ t: 'dialog', say: { t: 'edit', conversation, id: message.id, body: { text: 'see this' } } });
    await said(anna, 'answer', (say) => say['id'] === message.id);
    expect((await get(from, `${id}/content`)).status).toBe(200);
    anna.send({ t: 'dialog', say: { t: 'delete', conversation, id: message.id } });
    await said(anna, 'answer', (say) => say['id'] === message.id);
    for (const reader of [from, console_()]) expect((await get(reader, `${id}/content`)).status).toBe(404);
  }
  expect(JSON.stringify(page.messages)).not.toContain(ids[0]);
  page.close();
  anna.close();
});

test('[F1] [F4] what is not as it was said is refused: too large, longer than told, another content, nothing, a program, too much at once', async () => {
  const { page, from } = await arrive();
  const tooLarge = await begin(from, { bytes: LIMITS.maxFileBytes + 1 });
  expect(tooLarge.body).toMatchObject({ state: 'refused', why: 'too-large' });
  expect((await begin(from, { bytes: 0 })).body).toMatchObject({ state: 'refused', why: 'empty' });
  for (const name of ['invoice.pdf.exe', 'invoice.pdf.exe.', 'photo.jpg.lnk', 'run.HTA'])
    expect((await begin(from, { name })).body).toMatchObject({ state: 'refused', why: 'not-allowed' });
  // By its bytes, whatever it is called.
  const program = await sendWhole(from, new TextEncoder().encode('MZ and so on'), { name: 'photo.png' });
  expect(program.body).toMatchObject({ state: 'refused', why: 'not-allowed' });
  const long = { id: newId(), bytes: 10 };
  await begin(from, long);
  expect((await piece(from, long.id, 0, new Uint8Array(11))).status).toBe(400);
  expect((await piece(from, long.id, 0, new Uint8Array(LIMITS.fileChunkBytes + 1))).status).toBe(413);
  expect((await begin(from, long)).body).toEqual({ state: 'arriving', at: 0 });
  const other = await sendWhole(from, LETTER, { sha256: '0'.repeat(64) });
  expect(other.body).toMatchObject({ state: 'refused', why: 'damaged' });
  expect(await sayFiles(page, [other.id])).toMatchObject({ why: 'no-such-file' });
  for (const form of ['{', '[]', '{"id":"x"}'])
    expect((await ask(from, '', form === '{' ? '\0' : JSON.parse(form))).status).toBe(400);
  let refused = 0;
  for (let i = 0; i < 40; i++) if ((await begin(from, { bytes: 1 })).status === 429) refused++;
  expect(refused).toBeGreaterThan(5);
  page.close();
});

test('[F3] what would run in a page is only ever a download, whatever it is called and says that it is', async () => {
  const { page, from } = await arrive();
  const files = [
    ['page.html', 'text/html', '<script>alert(1)</script>'],
    ['drawing.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['picture.png', 'image/png', '<html><script>alert(1)</script>'],
    ['both.gif', 'image/gif', 'GIF89a=1;/*<script>alert(1)</script>*/'],
  ] as const;
  for (const [name, type, text] of files) {
    const { id, body } = await sendWhole(from, new TextEncoder().encode(text), { name, type });
    // What begins like a picture and is none is not taken at all.
    if (name === 'both.gif') {
      expect(body).toMatchObject({ state: 'refused', why: 'unreadable' });
      continue;
    }
    expect(body.file).toMatchObject({ type: 'application/octet-stream' });
    await sayFiles(page, [id]);
    for (const reader of [from, console_()]) {
      const { status, headers } = await get(reader, `${id}/content`);
      expect([status, headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
      expect(headers.get('content-disposition')).toMatch(/^attachment/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain('sandbox');
      expect((await get(reader, `${id}/preview`)).status).toBe(404);
    }
  }
  page.close();
});

test('[F3] a name leads nowhere, stays on its line and reads as it is', async () => {
  const { page, from } = await arrive();
  const cases = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\plan.txt', 'plan.txt'],
    ['a\r\nset-cookie: x=1.txt', 'aset-cookie_ x=1.txt'],
    ['annexe\u202egpj.pdf', 'annexegpj.pdf'],
    ['quote".txt', 'quote_.txt'],
    ['...', 'file'],
    [`${'л'.repeat(190)}.txt`, `${'л'.repeat(115)}….txt`],
  ] as const;
  for (const [name, shown] of cases) {
    const { id, body } = await sendWhole(from, LETTER, { name });
    expect(body.file?.name).toBe(shown);
    await sayFiles(page, [id]);
    const { headers } = await get(console_(), `${id}/content`);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toContain(`filename*=UTF-8''${encodeURIComponent(shown)}`);
  }
  page.close();
});

test('[F4] an admin says what a site takes: how large, and which kinds', async () => {
  const shop = 'https://small.example';
  const { id, key } = await addSite(world.relay, world.cookie, [shop]);
  const answer = await fetch(`${world.relay.url}/api/sites`, {
    method: 'POST',
    headers: { origin: world.relay.url, cookie: world.cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ id, name: 'Small', origins: [shop], files: { maxBytes: 100, kinds: ['document'] } }),
  });
  expect(answer.status).toBe(200);
  const { page, from } = await arrive({ site: key, origin: shop });
  expect((await begin(from, { bytes: 101 })).body).toMatchObject({ state: 'refused', why: 'too-large' });
  const zip = await sendWhole(from, new TextEncoder().encode('PK\x03\x04 things'), { name: 'things.zip' });
  expect(zip.body).toMatchObject({ state: 'refused', why: 'not-allowed' });
  const letter = await sendWhole(from, LETTER, { name: 'letter.pdf' });
  expect(letter.body).toMatchObject({ state: 'ready' });
  page.close();
});

// The last: the address of all these tests has nothing left afterwards.
test('[F4] whoever asks on and on is told to wait, and operators are not held up', async () => {
  const { page, from } = await arrive();
  const { id } = await sendWhole(from, LETTER, { name: 'often.pdf' });
  await sayFiles(page, [id]);
  const seen = new Set<number>();
  for (let i = 0; i < 100 && !seen.has(429); i++)
    for (const { status } of await Promise.all(Array.from({ length: 50 }, () => get(from, `${newId()}/content`))))
      seen.add(status);
  expect([...seen].sort()).toEqual([404, 429]);
  expect((await get(console_(), `${id}/content`)).status).toBe(200);
  page.close();
});
