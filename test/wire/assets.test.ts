// Black box: assets on their way from a page to operators, uploads that are late or false, and what the relay fetches.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { addSite, logInFirst, startTestRelay } from '../support/relay.ts';
import { payloadText, SHOP } from '../support/wire-peer.ts';
import { connectRaw, endPair, pairOn, wireWorld, type RawConnection } from '../support/wire-world.ts';

const world = wireWorld();
const { pair } = world;

/** An upload of 8 MB that has begun. */
async function beginUpload(url: string, { resume, name }: { resume: string; name: string }): Promise<RawConnection> {
  const raw = connectRaw(url);
  await raw.write(`POST /upload/${name} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${resume}\r\n`);
  await raw.write('content-length: 8000000\r\n\r\n');
  await raw.write(Buffer.alloc(100_000));
  return raw;
}

/** The relay has answered a request that came after all others, over a connection that came after theirs: so it has seen
 * those, too, and what it had to say to them has come. On an older connection it would have overtaken them. */
async function seenBy(url: string): Promise<void> {
  const raw = connectRaw(url);
  await raw.write('GET /healthz HTTP/1.1\r\nhost: relay\r\n\r\n');
  await vi.waitUntil(() => raw.got().includes('\r\n\r\n'), { timeout: 60_000 });
  raw.end();
}

describe('assets', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const hash = createHash('sha256').update(png).digest('hex');
  const upload = (resume: string, name: string, body: Uint8Array, type = 'image/png') =>
    fetch(`${world.relay.url}/upload/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${resume}`, 'content-type': type },
      body: Buffer.from(body),
    });
  const asset = (site: string, name: string, headers: Record<string, string> = { cookie: world.cookie }) =>
    fetch(`${world.relay.url}/asset/${site}/${name}`, { headers });

  test('[A1] offered, wanted once, uploaded, announced, served to operators only', async () => {
    const one = await pair('asset-1');
    one.visitor.send({ t: 'assets', list: [{ url: `${SHOP}/a.png`, hash, bytes: png.length }] });
    expect((await one.visitor.expect('want'))['hashes']).toEqual([hash]);
    expect(await (await upload(one.resume, hash, png)).json()).toEqual({ stored: true });
    const told = await one.operator.frame((bytes) => bytes[0] === 5);
    expect(JSON.parse(payloadText(told))).toEqual([{ url: `${SHOP}/a.png`, hash, type: 'image/png' }]);
    const { view } = (await one.operator.expect('room')) as unknown as { view: { site: string } };
    const served = await asset(view.site, hash);
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    // Opened by itself it is a download, not a page under the relay's address.
    expect(served.headers.get('content-disposition')).toBe('attachment');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(png);
    expect((await asset(view.site, hash, {})).status).toBe(401);
    expect((await asset('another-site', hash)).status).toBe(404);
    // The second visitor uploads nothing.
    const two = await pair('asset-2');
    two.visitor.send({ t: 'assets', list: [{ url: `${SHOP}/b.png`, hash, bytes: png.length }] });
    await two.operator.frame((bytes) => bytes[0] === 5);
    expect(two.visitor.messages.some((message) => message.t === 'want')).toBe(false);
    endPair(one);
    endPair(two);
  });

  test('[A1] an operator who has not chosen a password yet gets no assets', async () => {
    const one = await pair('asset-one-time');
    const { view } = (await one.operator.expect('room')) as unknown as { view: { site: string } };
    const post = (address: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${world.relay.url}${address}`, {
        method: 'POST',
        headers: { origin: world.relay.url, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const made = await post(
      '/api/operators',
      { login: 'newcomer', name: 'New', role: 'operator' },
      { cookie: world.cookie },
    );
    const { password } = (await made.json()) as { password: string };
    const loggedIn = await post('/api/login', { login: 'newcomer', password });
    const own = loggedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await fetch(`${world.relay.url}/api/me`, { headers: { cookie: own } })).status).toBe(200);
    expect((await asset(view.site, hash, { cookie: own })).status).toBe(401);
    endPair(one);
  });

  test('[RM3] offered and sent while paused: not asked for, not taken', async () => {
    const one = await pair('asset-paused');
    const { view } = (await one.operator.expect('room')) as unknown as { view: { site: string } };
    const sheet = Buffer.from('.asset-paused{color:red}');
    const name = createHash('sha256').update(sheet).digest('hex');
    const offer = { t: 'assets', list: [{ url: `${SHOP}/paused.css`, hash: name, bytes: sheet.length }] };
    one.visitor.send(offer);
    await one.visitor.expect('want');
    one.visitor.send({ t: 'pause', on: true });
    await one.visitor.expect((message) => message.t === 'visit' && (message['visit'] as { paused: boolean }).paused);
    expect(await (await upload(one.resume, name, sheet, 'text/css')).json()).toMatchObject({ stored: false });
    expect((await asset(view.site, name)).status).toBe(404);
    one.visitor.send(offer);
    one.visitor.send({ t: 'probe', at: 1 });
    await one.visitor.expect('echo');
    expect(one.visitor.messages.filter((message) => message.t === 'want')).toHaveLength(1);
    endPair(one);
  });

  test('[A5] uploads that never end hold their places, and give them back when they break off', async () => {
    const [one, other] = [await pair('asset-held'), await pair('asset-free')];
    const names = Array.from({ length: 5 }, (_, index) => createHash('sha256').update(`held ${index}`).digest('hex'));
    const list = names.map((name, index) => ({ url: `${SHOP}/held-${index}`, hash: name, bytes: 8_000_000 }));
    for (const each of [one, other]) {
      each.visitor.send({ t: 'assets', list });
      await each.visitor.expect('want');
    }
    /** Sends the beginning of an upload. What the relay answers before the end: nothing, if it waits for the rest. */
    const begin = async (resume: string, name: string) => {
      const raw = await beginUpload(world.relay.url, { resume, name });
      await seenBy(world.relay.url);
      return { answer: raw.got().split('\r\n')[0] ?? '', breakOff: raw.end };
    };
    const held = [];
    for (const name of names.slice(0, 4)) held.push(await begin(one.resume, name));
    expect(held.map(({ answer }) => answer)).toEqual(['', '', '', '']);
    const fifth = await begin(one.resume, names[4] ?? '');
    expect(fifth.answer).toContain('503');
    const others = await begin(other.resume, names[4] ?? '');
    expect(others.answer).toBe('');
    held[0]?.breakOff();
    await vi.waitUntil(
      async () => {
        const again = await begin(one.resume, names[4] ?? '');
        again.breakOff();
        return again.answer === '';
      },
      { timeout: 60_000, interval: 100 },
    );
    for (const { breakOff } of [...held, fifth, others]) breakOff();
    endPair(one);
    endPair(other);
  });

  test('[A5] an upload that comes drop by drop is told to come later, and gives its place back', async () => {
    const short = await startTestRelay({ env: { TANDEM_UPLOAD_MS: '2000' } });
    const own = await logInFirst(short);
    const one = await pairOn(short, { cookie: own, site: (await addSite(short, own, [SHOP])).key, tab: 'drops' });
    const names = Array.from({ length: 5 }, (_, index) => createHash('sha256').update(`drop ${index}`).digest('hex'));
    one.visitor.send({
      t: 'assets',
      list: names.map((name, index) => ({ url: `${SHOP}/drop-${index}`, hash: name, bytes: 8_000_000 })),
    });
    await one.visitor.expect('want');
    const drops = await Promise.all(
      names.slice(0, 4).map((name) => beginUpload(short.url, { resume: one.resume, name })),
    );
    // Fast enough for the server library, which cuts whoever sends less than 16 kB in a second.
    const dripping = setInterval(() => {
      for (const raw of drops) void raw.write(Buffer.alloc(5000));
    }, 50);
    for (const raw of drops) {
      const answer = await raw.all;
      expect(answer).toMatch(/^HTTP\/1.1 503 /);
      expect(answer).toContain('too-slow');
      // So that the page may read it.
      expect(answer).toContain('access-control-allow-origin: *');
    }
    clearInterval(dripping);
    const late = await beginUpload(short.url, { resume: one.resume, name: names[4] ?? '' });
    await seenBy(short.url);
    expect(late.got()).toBe('');
    late.end();
    endPair(one);
    expect(await short.stop()).toBe(0);
  });

  test('[P13] an upload may come gzipped, and is unpacked as far as a style sheet would be', async () => {
    const one = await pair('asset-gzip');
    const { view } = (await one.operator.expect('room')) as unknown as { view: { site: string } };
    const good = Buffer.from(Array.from({ length: 500 }, (_, n) => `.part-${n * 7919}{width:${n}px}`).join('\n'));
    const goodName = createHash('sha256').update(good).digest('hex');
    one.visitor.send({ t: 'assets', list: [{ url: `${SHOP}/good.css`, hash: goodName, bytes: good.length }] });
    await one.visitor.expect('want');
    const taken = await fetch(`${world.relay.url}/upload/${goodName}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${one.resume}`, 'content-type': 'text/css', 'content-encoding': 'gzip' },
      body: gzipSync(good),
    });
    expect(await taken.json()).toEqual({ stored: true });
    expect(Buffer.from(await (await asset(view.site, goodName)).arrayBuffer())).toEqual(good);
    const sheet = Buffer.from(`.bomb{}${' '.repeat(6 * 1024 * 1024)}`);
    const packed = gzipSync(sheet);
    for (const bytes of [sheet, packed]) {
      const name = createHash('sha256').update(bytes).digest('hex');
      one.visitor.send({ t: 'assets', list: [{ url: `${SHOP}/${name}.css`, hash: name }] });
      await one.visitor.expect('want');
      const answer = await fetch(`${world.relay.url}/upload/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${one.resume}`, 'content-type': 'text/css', 'content-encoding': 'gzip' },
        body: packed,
      });
      expect(await answer.json()).toEqual({ stored: false, why: 'not-an-asset' });
      expect((await asset(view.site, name)).status).toBe(404);
    }
    endPair(one);
  });

  test('[A2] uploads that nobody asked for, of a false hash, or of a wrong kind are stored nowhere', async () => {
    const one = await pair('asset-bad');
    const { view } = (await one.operator.expect('room')) as unknown as { view: { site: string } };
    const refused = async (why: string, resume: string, name: string, body: Uint8Array, type?: string) => {
      const answer = await upload(resume, name, body, type);
      // No other status: a browser would write it into the console of the customer's page.
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(await answer.json()).toEqual({ stored: false, why });
      expect((await asset(view.site, name)).status).toBe(404);
    };
    const unasked = Buffer.concat([png, Buffer.from('unasked')]);
    const unaskedHash = createHash('sha256').update(unasked).digest('hex');
    await refused('not-wanted', one.resume, unaskedHash, unasked);
    const lie = createHash('sha256').update('another').digest('hex');
    const html = Buffer.from('<html><script>alert(1)</script></html>');
    const page = createHash('sha256').update(html).digest('hex');
    one.visitor.send({
      t: 'assets',
      list: [
        { url: `${SHOP}/lie.png`, hash: lie },
        { url: `${SHOP}/page.png`, hash: page },
      ],
    });
    await one.visitor.expect('want');
    await refused('not-wanted', 'nonsense', lie, png);
    await refused('not-an-asset', one.resume, lie, png);
    await refused('not-an-asset', one.resume, page, html, 'text/html');
    // The question was answered by the first try.
    await refused('not-wanted', one.resume, page, html, 'text/html');
    const told = await one.operator.frame((bytes) => payloadText(bytes).includes('page.png'));
    expect(payloadText(told)).toContain('"hash":null');
    endPair(one);
  });

  test('[A3] the relay fetches nothing from private addresses', async () => {
    const one = await pair('asset-private');
    const urls = [
      `${world.relay.url}/healthz`,
      'http://127.0.0.1:1/a.css',
      'http://[::1]:1/a.css',
      'http://10.0.0.1/a.png',
      'http://169.254.169.254/latest/meta-data',
      'http://[::ffff:127.0.0.1]:1/a.png',
      'http://0x7f000001/a.png',
      'http://localhost:1/a.png',
      'file:///etc/passwd',
    ];
    one.visitor.send({ t: 'assets', list: urls.map((url) => ({ url })) });
    for (const url of urls) {
      const told = await one.operator.frame(
        (bytes) => bytes[0] === 5 && payloadText(bytes).includes(JSON.stringify(url)),
      );
      expect(payloadText(told)).toContain('"hash":null');
    }
    endPair(one);
  });
});
