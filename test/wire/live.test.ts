// Black box: the relay as built, raw WebSocket, hostile and unlucky peers. Each bad peer is one bad peer: a control
// pair (visitor and operator) goes on through all of it.

import { createHash } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRandom } from '../support/random.ts';
import { addSite, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';
import { connectPeer, frame, helloOf, payloadText, sequenceOf, SHOP, type WirePeer } from '../support/wire-peer.ts';

let relay: TestRelay;
let cookie: string;
let site: string;

beforeAll(async () => {
  relay = await startTestRelay();
  cookie = await logInFirst(relay);
  site = (await addSite(relay, cookie, [SHOP])).key;
});

afterAll(async () => {
  expect(await relay.stop()).toBe(0);
});

const visitor = (options: { origin?: string } = {}) => connectPeer(relay.url, 'visitor', { origin: SHOP, ...options });
const hello = (more: Record<string, unknown> = {}) => helloOf(site, more);
const operator = () => connectPeer(relay.url, 'operator', { origin: relay.url, cookie });

type Pair = { visitor: WirePeer; operator: WirePeer; room: string; resume: string; id: string };

/** A visitor whose page an operator watches, and its first picture. */
async function pair(tab: string): Promise<Pair> {
  const [page, anna] = [await visitor(), await operator()];
  page.send(hello({ tab }));
  const { token } = await page.expect('welcome');
  page.send({ t: 'show' });
  const { visit } = (await page.expect('visit')) as unknown as { visit: { room: string; resume: string } };
  anna.send({ t: 'watch', room: visit.room });
  const room = (await anna.expect('room')) as unknown as { view: { visitor: string } };
  await page.expect((message) => message.t === 'visit' && (message['visit'] as { capture: boolean }).capture);
  page.raw(frame(1, 1, `["snapshot of ${tab}"]`));
  await anna.frame((bytes) => payloadText(bytes).includes(`snapshot of ${tab}`));
  expect(typeof token).toBe('string');
  return { visitor: page, operator: anna, room: visit.room, resume: visit.resume, id: room.view.visitor };
}

/** The pair still works: a change sent now arrives. */
async function stillWorks({ visitor: page, operator: anna }: Pair, ordinal: number): Promise<void> {
  page.raw(frame(2, ordinal, `["change ${ordinal}"]`));
  await anna.frame((bytes) => payloadText(bytes) === `["change ${ordinal}"]`);
}

function endPair({ visitor: page, operator: anna }: Pair): void {
  page.close();
  anna.close();
}

describe('who may connect', () => {
  test('[P1] a version out of range is told which side is old', async () => {
    const old = await connectPeer(relay.url, 'visitor', { origin: SHOP, version: 0 });
    expect((await old.closed()).code).toBe(4503);
    const young = await connectPeer(relay.url, 'visitor', { origin: SHOP, version: 99 });
    expect((await young.closed()).code).toBe(4202);
  });

  test('[P2] a page of an origin that is not on the list is refused', async () => {
    for (const origin of [
      'https://evil.example',
      'http://shop.example.evil.example',
      'http://shop.example:8080',
      'null',
    ]) {
      const peer = await visitor({ origin });
      peer.send(hello());
      expect((await peer.closed()).code).toBe(4501);
    }
  });

  test('[P2] an unknown site is refused', async () => {
    const peer = await visitor();
    peer.send(hello({ site: 'no-such-site' }));
    expect((await peer.closed()).code).toBe(4502);
  });

  test('[P3] a forged, foreign or damaged token is refused', async () => {
    const first = await visitor();
    first.send(hello({ tab: 'token' }));
    const { token } = (await first.expect('welcome')) as unknown as { token: string };
    const damaged = token.slice(0, -2) + (token.endsWith('AA') ? 'BB' : 'AA');
    for (const bad of [damaged, 'x', `${token}.`, token.toUpperCase(), token.split('.')[0] + '.']) {
      const peer = await visitor();
      peer.send(hello({ token: bad }));
      expect((await peer.closed()).code, bad).toBe(4402);
    }
    first.close();
  });

  test('[P4] an operator needs a session and the console’s own origin', async () => {
    const without = await connectPeer(relay.url, 'operator', { origin: relay.url });
    expect((await without.closed()).code).toBe(4301);
    const wrong = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie: 'tandem=AAAA' });
    expect((await wrong.closed()).code).toBe(4301);
    const foreign = await connectPeer(relay.url, 'operator', { origin: SHOP, cookie });
    expect((await foreign.closed()).code).toBe(4301);
  });

  test('[P5] a tab identity that connects twice: the newer one stays', async () => {
    const first = await visitor();
    first.send(hello({ tab: 'twin' }));
    const { token } = await first.expect('welcome');
    const second = await visitor();
    second.send(hello({ tab: 'twin', token }));
    await second.expect('welcome');
    expect((await first.closed()).code).toBe(4401);
    second.close();
  });

  test('[P6] logging out closes the operator’s sockets', async () => {
    const other = await startTestRelay();
    const own = await logInFirst(other);
    const peer = await connectPeer(other.url, 'operator', { origin: other.url, cookie: own });
    await peer.expect('welcome');
    await fetch(`${other.url}/api/logout`, { method: 'POST', headers: { origin: other.url, cookie: own } });
    expect((await peer.closed()).code).toBe(4301);
    await other.stop();
  });
});

describe('what bad input gets', () => {
  test('[P7] malformed text closes with a code and disturbs nobody', async () => {
    const control = await pair('control-text');
    const bad = [
      'not json',
      '[]',
      '{}',
      '{"t":"nonsense"}',
      '{"t":"page"}',
      JSON.stringify({
        t: 'page',
        page: { url: 'x'.repeat(5000), title: '', visible: true, viewport: { width: 1, height: 1 } },
      }),
      '{"t":"page","__proto__":{"polluted":true}}',
      JSON.stringify(hello({ tab: 'again' })),
      JSON.stringify({ t: 'assets', list: Array.from({ length: 101 }, () => ({ url: 'http://a/' })) }),
      JSON.stringify({ t: 'probe', at: -1 }),
    ];
    for (const text of bad) {
      const peer = await visitor();
      peer.send(hello({ tab: `bad-${bad.indexOf(text)}` }));
      await peer.expect('welcome');
      peer.raw(text);
      expect((await peer.closed()).code, text).toBe(4504);
    }
    for (const text of bad) {
      const peer = await operator();
      await peer.expect('welcome');
      peer.raw(text);
      expect((await peer.closed()).code, text).toBe(4504);
    }
    await stillWorks(control, 2);
    endPair(control);
  });

  test('[P8] a frame longer than allowed closes with FrameTooLong; one far longer is cut off', async () => {
    const control = await pair('control-long');
    const long = await pair('long');
    long.visitor.raw(frame(2, 2, Buffer.alloc(1024 * 1024)));
    expect((await long.visitor.closed()).code).toBe(4506);
    const huge = await pair('huge');
    huge.visitor.raw(Buffer.alloc(5 * 1024 * 1024));
    await huge.visitor.closed();
    const text = await visitor();
    text.send(hello({ tab: 'long-text' }));
    text.raw(JSON.stringify({ t: 'probe', at: 1, more: 'x'.repeat(300_000) }));
    expect((await text.closed()).code).toBe(4504);
    await stillWorks(control, 2);
    for (const each of [control, long, huge]) endPair(each);
  });

  test('[P8] malformed binary frames close with BadFrame', async () => {
    const control = await pair('control-binary');
    const bad: [string, Buffer][] = [
      ['empty', Buffer.alloc(0)],
      ['header cut off', frame(2, 2).subarray(0, 15)],
      ['kind 0', frame(0, 2)],
      ['kind 99', frame(99, 2)],
      ['unknown flag', frame(2, 2, '[]', 64)],
      ['assets are the relay’s', frame(5, 2)],
      ['pointer of a wrong length', frame(3, 0, 'abc')],
      ['picture without a node', frame(4, 0, 'abc')],
      ['pieces mixed', Buffer.concat([frame(2, 2, '[', 1)])],
    ];
    for (const [name, bytes] of bad) {
      const peer = await pair(`binary-${name}`);
      peer.visitor.raw(bytes);
      if (name === 'pieces mixed') peer.visitor.raw(frame(1, 3, '[]'));
      expect((await peer.visitor.closed()).code, name).toBe(4505);
      endPair(peer);
    }
    await stillWorks(control, 2);
    endPair(control);
  });

  test('[P8] random bytes never do more than close their own connection', async () => {
    const control = await pair('control-random');
    const random = createRandom(7);
    for (let round = 0; round < 40; round++) {
      const peer = await visitor();
      peer.send(hello({ tab: `random-${round}` }));
      await peer.expect('welcome');
      peer.send({ t: 'show' });
      for (let index = 0; index < 10; index++) {
        const bytes = random.bytes(random.below(200));
        if (random.below(2) === 0) bytes[0] = 1 + random.below(5);
        if (random.below(2) === 0) bytes[1] = random.below(4);
        if (peer.socket.readyState === 1) peer.raw(bytes);
      }
      peer.close();
    }
    await stillWorks(control, 2);
    endPair(control);
  });

  test('[P9] a flood closes with TooMany', async () => {
    const control = await pair('control-flood');
    const flood = await pair('flood');
    for (let index = 0; index < 200; index++) flood.visitor.send({ t: 'probe', at: index });
    expect((await flood.visitor.closed()).code).toBe(4203);
    const frames = await pair('flood-frames');
    for (let index = 0; index < 6000; index++) frames.visitor.raw(frame(2, 2 + index));
    expect((await frames.visitor.closed()).code).toBe(4203);
    await stillWorks(control, 2);
    for (const each of [control, flood, frames]) endPair(each);
  });

  test('[P10] whoever says nothing is closed', async () => {
    const silent = await visitor();
    expect((await silent.closed()).code).toBe(4102);
  });
});

describe('whose room it is', () => {
  test('[R9] another visitor’s resume proof opens nothing', async () => {
    const victim = await pair('victim');
    const thief = await visitor();
    thief.send(hello({ tab: 'thief', resume: victim.resume }));
    const welcome = await thief.expect('welcome');
    expect(welcome['visit']).toBeUndefined();
    expect((await thief.expect('ended'))['why']).toBe('lost');
    thief.raw(frame(1, 1, '["forged"]'));
    await stillWorks(victim, 2);
    expect(victim.operator.frames.some((bytes) => payloadText(bytes).includes('forged'))).toBe(false);
    endPair(victim);
    thief.close();
  });

  test('[R3] frames before consent are dropped, never queued', async () => {
    const page = await visitor();
    page.send(hello({ tab: 'eager' }));
    await page.expect('welcome');
    page.raw(frame(1, 1, '["too early"]'));
    page.send({ t: 'show' });
    const { visit } = (await page.expect('visit')) as unknown as { visit: { room: string; received: number } };
    // Shown, but nobody watches yet.
    page.raw(frame(1, 1, '["still too early"]'));
    expect(visit.received).toBe(0);
    const anna = await operator();
    anna.send({ t: 'watch', room: visit.room });
    await anna.expect('history');
    page.raw(frame(1, 1, '["now"]'));
    await anna.frame((bytes) => payloadText(bytes) === '["now"]');
    expect(anna.frames.some((bytes) => payloadText(bytes).includes('early'))).toBe(false);
    page.close();
    anna.close();
  });

  test('[R10] a header that the visitor forged changes nothing: the relay stamps its own', async () => {
    const { visitor: page, operator: anna } = await pair('forger');
    const forged = frame(2, 2, '["forged header"]');
    forged.writeUInt16LE(77, 2);
    forged.writeUInt32LE(123456, 4);
    forged.writeUInt32LE(999999, 8);
    page.raw(forged);
    const got = await anna.frame((bytes) => payloadText(bytes) === '["forged header"]');
    expect(got.readUInt16LE(2)).toBe(1);
    expect(sequenceOf(got)).toBe(2);
    page.close();
    anna.close();
  });

  test('[R11] out-of-order and repeated ordinals: repeats are ignored, a hole asks for a snapshot', async () => {
    const { visitor: page, operator: anna } = await pair('order');
    page.raw(frame(2, 2, '["two"]'));
    page.raw(frame(2, 2, '["two again"]'));
    page.raw(frame(2, 1, '["one again"]'));
    page.raw(frame(2, 3, '["three"]'));
    await anna.frame((bytes) => payloadText(bytes) === '["three"]');
    page.raw(frame(2, 9, '["after a hole"]'));
    expect((await page.expect('snapshot'))['when']).toBe('now');
    page.raw(frame(1, 10, '["fresh"]'));
    await anna.frame((bytes) => payloadText(bytes) === '["fresh"]');
    const texts = anna.frames.map(payloadText);
    expect(texts).not.toContain('["two again"]');
    expect(texts).not.toContain('["one again"]');
    expect(texts).not.toContain('["after a hole"]');
    // Another one so soon is over the limit of such questions: it is asked later, not never.
    page.raw(frame(2, 20, '["a second hole"]'));
    expect((await page.expect('snapshot'))['when']).toBe('now');
    page.close();
    anna.close();
  });

  test('[R4] an operator that stops reading costs only itself', async () => {
    const victim = await pair('slow-reader');
    const slow = await operator();
    slow.send({ t: 'watch', room: victim.room });
    await slow.expect('history');
    slow.socket.pause();
    const big = 'x'.repeat(500_000);
    for (let index = 0; index < 60; index++) {
      victim.visitor.raw(frame(2, 2 + index, `["${index}${big}"]`));
      await victim.operator.frame((bytes) => payloadText(bytes).startsWith(`["${index}x`));
      if (index % 8 === 7) victim.visitor.raw(frame(3, 0, Buffer.alloc(12)));
    }
    // What a fresh snapshot would now be asked for is sent, as a page would.
    victim.visitor.raw(frame(1, 62, '["the picture now"]'));
    await victim.operator.frame((bytes) => payloadText(bytes) === '["the picture now"]');
    slow.socket.resume();
    await slow
      .frame((bytes) => payloadText(bytes) === '["the picture now"]')
      .catch(async () => {
        // It lost the end of the burst: the head says so, and it asks.
        slow.send({ t: 'history', room: victim.room, from: 0 });
        await slow.frame((bytes) => payloadText(bytes) === '["the picture now"]');
      });
    endPair(victim);
    slow.close();
  });
});

describe('assets', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const hash = createHash('sha256').update(png).digest('hex');
  const upload = (resume: string, name: string, body: Uint8Array, type = 'image/png') =>
    fetch(`${relay.url}/upload/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${resume}`, 'content-type': type },
      body: Buffer.from(body),
    });
  const asset = (site: string, name: string, headers: Record<string, string> = { cookie }) =>
    fetch(`${relay.url}/asset/${site}/${name}`, { headers });

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
      fetch(`${relay.url}${address}`, {
        method: 'POST',
        headers: { origin: relay.url, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
    const made = await post('/api/operators', { login: 'newcomer', name: 'New', role: 'operator' }, { cookie });
    const { password } = (await made.json()) as { password: string };
    const loggedIn = await post('/api/login', { login: 'newcomer', password });
    const own = loggedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await fetch(`${relay.url}/api/me`, { headers: { cookie: own } })).status).toBe(200);
    expect((await asset(view.site, hash, { cookie: own })).status).toBe(401);
    endPair(one);
  });

  test('[R3] offered and sent while paused: not asked for, not taken', async () => {
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
    const { hostname, port } = new URL(relay.url);
    /** Sends the beginning of an upload. What the relay answers before the end: nothing, if it waits for the rest. */
    const begin = (resume: string, name: string) =>
      new Promise<{ answer: string; breakOff(): void }>((resolve) => {
        const socket = net.connect(Number(port), hostname);
        const breakOff = () => socket.destroy();
        socket.on('error', () => {});
        socket.on('data', (data: Buffer) => resolve({ answer: data.toString().split('\r\n')[0] ?? '', breakOff }));
        socket.write(`POST /upload/${name} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${resume}\r\n`);
        socket.write('content-length: 8000000\r\n\r\n');
        socket.write(Buffer.alloc(100_000), () => {
          // The relay has answered a request that came after this one: it has seen this one too.
          void fetch(`${relay.url}/healthz`).then(() => resolve({ answer: '', breakOff }));
        });
      });
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
      { timeout: 15_000, interval: 100 },
    );
    for (const { breakOff } of [...held, fifth, others]) breakOff();
    endPair(one);
    endPair(other);
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
      `${relay.url}/healthz`,
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

describe('forms and figures', () => {
  const post = (address: string, body: string) =>
    fetch(relay.url + address, { method: 'POST', headers: { origin: relay.url, cookie }, body });

  test('[H1] text that no database keeps, and an id that is none, are a wrong form and no failure', async () => {
    const name = (text: string) => `{"login":"new","name":"${text}","role":"operator"}`;
    const site = (more: string) => `{"name":"Shop","origins":["${SHOP}"]${more}}`;
    const bad: [string, string][] = ['\\u0000', '\\ud800'].flatMap((text): [string, string][] => [
      ['/api/login', `{"login":"adm${text}in","password":"x"}`],
      ['/api/operators', name(`a${text}`)],
      ['/api/operators', `{"login":"${text}","name":"a","role":"operator"}`],
      ['/api/sites', `{"name":"${text}a","origins":["${SHOP}"]}`],
      ['/api/sites', site(`,"masking":{"privateByDefault":false,"mask":"${text}"}`)],
    ]);
    for (const id of ['-'.repeat(36), 'a'.repeat(36), `${'0'.repeat(35)}-`]) {
      bad.push(['/api/operators/change', `{"id":"${id}","name":"b"}`], ['/api/sites', site(`,"id":"${id}"`)]);
    }
    for (const [address, body] of bad) expect((await post(address, body)).status, `${address} ${body}`).toBe(400);
    expect(relay.log()).not.toMatch(/failed|argon2/);
  });

  test('[H2] figures are for this machine: nothing that came through a proxy, or by another name, gets them', async () => {
    const { port } = new URL(relay.url);
    const metrics = (headers: Record<string, string> = {}) =>
      new Promise<number | undefined>((resolve, reject) => {
        http
          .get({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
            response.resume();
            resolve(response.statusCode);
          })
          .on('error', reject);
      });
    expect(await metrics()).toBe(200);
    expect(await metrics({ host: `localhost:${port}` })).toBe(200);
    expect(await metrics({ 'x-forwarded-for': '127.0.0.1' })).toBe(403);
    expect(await metrics({ 'x-real-ip': '192.0.2.1' })).toBe(403);
    expect(await metrics({ forwarded: 'for=192.0.2.1' })).toBe(403);
    expect(await metrics({ host: 'help.example' })).toBe(403);
  });
});

describe('a stranger who takes all there is', () => {
  const PER_ADDRESS = 120;
  let small: TestRelay;
  let own: string;
  let shop: string;
  beforeAll(async () => {
    small = await startTestRelay({ env: { TANDEM_MAX_PEERS_PER_ADDRESS: String(PER_ADDRESS) } });
    own = await logInFirst(small);
    shop = (await addSite(small, own, [SHOP])).key;
  });
  afterAll(() => small.stop());

  test('[P11] [P12] one address fills its share; operators behind it still come in, and so does who comes after', async () => {
    const held = await Promise.all(
      Array.from({ length: PER_ADDRESS }, () => connectPeer(small.url, 'visitor', { origin: SHOP })),
    );
    const late = await connectPeer(small.url, 'visitor', { origin: SHOP });
    expect((await late.closed()).code).toBe(4204);
    const anna = await connectPeer(small.url, 'operator', { origin: small.url, cookie: own });
    await anna.expect('welcome');
    for (const each of held) each.close();
    await Promise.all(held.map((each) => each.closed()));
    const next = await connectPeer(small.url, 'visitor', { origin: SHOP });
    next.send(helloOf(shop));
    await next.expect('welcome');
    next.close();
    anna.close();
  });

  test('[P11] one token holds a hundred tabs', async () => {
    const other = await startTestRelay();
    const key = (await addSite(other, await logInFirst(other), [SHOP])).key;
    const first = await connectPeer(other.url, 'visitor', { origin: SHOP });
    first.send(helloOf(key, { tab: 'tab-0' }));
    const { token } = await first.expect('welcome');
    for (let tab = 1; tab <= 100; tab++) {
      const peer = await connectPeer(other.url, 'visitor', { origin: SHOP });
      peer.send(helloOf(key, { tab: `tab-${tab}`, token }));
      if (tab < 100) await peer.expect('welcome');
      else expect((await peer.closed()).code).toBe(4203);
    }
    expect(await other.stop()).toBe(0);
  });
});

test('[R6] kill -9 during a view: the same page and console come back to the same room', async () => {
  const first = await startTestRelay();
  const own = await logInFirst(first);
  const shop = (await addSite(first, own, [SHOP])).key;
  const page = await connectPeer(first.url, 'visitor', { origin: SHOP });
  page.send(helloOf(shop, { tab: 'survivor' }));
  const { token } = await page.expect('welcome');
  page.send({ t: 'show' });
  const { visit } = (await page.expect('visit')) as unknown as { visit: { room: string; resume: string } };
  const anna = await connectPeer(first.url, 'operator', { origin: first.url, cookie: own });
  anna.send({ t: 'watch', room: visit.room });
  const { view } = (await anna.expect('room')) as unknown as { view: { number: number } };
  await first.kill();
  await page.closed();

  const second = await startTestRelay({ dataDir: first.dataDir });
  const back = await connectPeer(second.url, 'operator', { origin: second.url, cookie: own });
  back.send({ t: 'watch', room: visit.room, number: view.number, from: 1 });
  const again = await connectPeer(second.url, 'visitor', { origin: SHOP });
  again.send(helloOf(shop, { tab: 'survivor', token, resume: visit.resume }));
  const welcome = (await again.expect('welcome')) as unknown as { visit: { room: string } };
  expect(welcome.visit.room).toBe(visit.room);
  await again.expect((message) => message.t === 'visit' && (message['visit'] as { capture: boolean }).capture);
  again.raw(frame(1, 1, '["after the crash"]'));
  await back.frame((bytes) => payloadText(bytes) === '["after the crash"]');
  again.close();
  back.close();
  await second.stop();
});

test('[R12] a clean stop tells peers to come back', async () => {
  const other = await startTestRelay();
  const shop = (await addSite(other, await logInFirst(other), [SHOP])).key;
  const page = await connectPeer(other.url, 'visitor', { origin: SHOP });
  page.send(helloOf(shop));
  await page.expect('welcome');
  const stopped = other.stop();
  expect((await page.closed()).code).toBe(4201);
  expect(await stopped).toBe(0);
});
