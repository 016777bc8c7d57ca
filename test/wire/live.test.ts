// Black box: the relay as built, raw WebSocket, hostile and unlucky peers. Each bad peer is one bad peer: a control
// pair (visitor and operator) goes on through all of it. Assets, restarts and accounts have files of their own.

import http from 'node:http';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { linkPath } from '../../protocol/version.ts';
import { createRandom } from '../support/random.ts';
import { addSite, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';
import { connectPeer, frame, helloOf, payloadText, sequenceOf, SHOP } from '../support/wire-peer.ts';
import { connectRaw, endPair, stillWorks, wireWorld } from '../support/wire-world.ts';

const world = wireWorld();
const { visitor, operator, hello, pair } = world;

/** Status of the answer. */
function metricsOf(relay: TestRelay, headers: Record<string, string> = {}): Promise<number | undefined> {
  const { port } = new URL(relay.url);
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: '/metrics', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject);
  });
}

describe('who may connect', () => {
  test('[P1] a version out of range is told which side is old', async () => {
    const old = await connectPeer(world.relay.url, 'visitor', { origin: SHOP, version: 0 });
    expect((await old.closed()).code).toBe(4503);
    const young = await connectPeer(world.relay.url, 'visitor', { origin: SHOP, version: 99 });
    expect((await young.closed()).code).toBe(4202);
  });

  test('[P1] a widget of the first version is served; a console of it, which could not read a new widget, is told to reload', async () => {
    const page = await connectPeer(world.relay.url, 'visitor', { origin: SHOP, version: 1 });
    page.send(hello({ tab: 'first-version' }));
    await page.expect('welcome');
    page.close();
    const { url } = world.relay;
    const anna = await connectPeer(url, 'operator', { origin: url, cookie: world.cookie, version: 1 });
    expect((await anna.closed()).code).toBe(4503);
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
    const without = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url });
    expect((await without.closed()).code).toBe(4301);
    const wrong = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: 'tandem=AAAA' });
    expect((await wrong.closed()).code).toBe(4301);
    const foreign = await connectPeer(world.relay.url, 'operator', { origin: SHOP, cookie: world.cookie });
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
        if (random.below(2) === 0) bytes[1] = random.below(8);
        if (peer.socket.readyState === 1) peer.raw(bytes);
      }
      peer.close();
    }
    await stillWorks(control, 2);
    endPair(control);
  });

  test('[P13] nothing is decompressed: no extension is agreed to, and a frame marked as compressed cuts the connection', async () => {
    const control = await pair('control-deflate');
    const raw = connectRaw(world.relay.url);
    await raw.write(
      `GET ${linkPath('visitor')} HTTP/1.1\r\nhost: relay\r\norigin: ${SHOP}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        'sec-websocket-extensions: permessage-deflate; client_max_window_bits\r\n\r\n',
    );
    await vi.waitUntil(() => raw.got().includes('\r\n\r\n'), { timeout: 15_000 });
    expect(raw.got()).toContain('101 ');
    expect(raw.got().toLowerCase()).not.toContain('sec-websocket-extensions');
    const bomb = deflateRawSync(Buffer.alloc(4 * 1024 * 1024));
    const header = Buffer.alloc(14);
    // Final, compressed, binary; masked with zeros.
    header.writeUInt8(0xc2, 0);
    header.writeUInt8(0xff, 1);
    header.writeBigUInt64BE(BigInt(bomb.length), 2);
    await raw.write(Buffer.concat([header, bomb]));
    await raw.all;
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
  test('[RM9] another visitor’s resume proof opens nothing', async () => {
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

  test('[RM3] frames before consent are dropped, never queued', async () => {
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

  test('[RM10] a header that the visitor forged changes nothing: the relay stamps its own', async () => {
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

  test('[RM11] out-of-order and repeated ordinals: repeats are ignored, a hole asks for a snapshot', async () => {
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

  test('[RM19] a watcher that can’t go on with a tab has its page asked for a snapshot; nobody else has, nor too often', async () => {
    const { visitor: page, operator: anna, room } = await pair('refresh');
    const boris = await operator();
    await boris.expect('welcome');
    boris.send({ t: 'refresh', room, tab: 1 });
    boris.send({ t: 'probe', at: 1 });
    await boris.expect('echo');
    anna.send({ t: 'refresh', room, tab: 7 });
    anna.send({ t: 'probe', at: 1 });
    await anna.expect('echo');
    expect(page.messages.filter(({ t }) => t === 'snapshot')).toEqual([]);
    for (let again = 0; again < 10; again++) anna.send({ t: 'refresh', room, tab: 1 });
    expect(await page.expect('snapshot')).toEqual({ t: 'snapshot', when: 'now' });
    page.raw(frame(1, 2, '["fresh"]'));
    await anna.frame((bytes) => payloadText(bytes) === '["fresh"]');
    expect(page.messages.filter(({ t }) => t === 'snapshot')).toHaveLength(1);
    page.close();
    anna.close();
    boris.close();
  });

  test('[RM11] a document as short as the one before it is acknowledged, too', async () => {
    const { visitor: page, operator: anna } = await pair('two-documents');
    // pair() sent the first snapshot. A page that hears of no acknowledgement takes its line for full and sends no more.
    for (let document = 0; document < 3; document++) {
      page.raw(frame(1, 1, `["document ${document}"]`));
      page.raw(frame(2, 2, `["change ${document}"]`));
      await anna.frame((bytes) => payloadText(bytes) === `["change ${document}"]`);
      await page.expect((message) => message.t === 'ack' && message['received'] === 2);
    }
    page.close();
    anna.close();
  });

  test('[RM4] an operator that stops reading costs only itself', async () => {
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

  test('[RM15] what a reader that does not read has not had is superseded, though kernels would have taken it all', async () => {
    const busy = await pair('hidden-backlog');
    const slow = await operator();
    slow.socket.on('message', (data: Buffer, isBinary) => {
      const message = isBinary ? { t: '' } : (JSON.parse(data.toString()) as { t: string; sequence?: number });
      if (message.t === 'head') slow.send({ t: 'have', room: busy.room, sequence: message.sequence });
    });
    slow.send({ t: 'watch', room: busy.room, answersHeads: true });
    await slow.frame((bytes) => payloadText(bytes).includes('snapshot of'));
    slow.socket.pause();
    // Three megabytes: kernels take more for a line on the same machine, and the relay's socket says that nothing waits.
    const changes = 300;
    const filling = 'x'.repeat(10_000);
    for (let ordinal = 2; ordinal < 2 + changes; ordinal++)
      busy.visitor.raw(frame(2, ordinal, `["change ${ordinal} ${filling}"]`));
    busy.visitor.raw(frame(1, 2 + changes, '["the picture now"]'));
    await busy.operator.frame((bytes) => payloadText(bytes) === '["the picture now"]');
    expect(busy.operator.frames.filter((bytes) => payloadText(bytes).includes('change'))).toHaveLength(changes);
    slow.socket.resume();
    await slow.frame((bytes) => payloadText(bytes) === '["the picture now"]');
    const bytes = slow.frames.reduce((sum, each) => sum + each.length, 0);
    expect(bytes).toBeLessThan(500_000);
    await stillWorks({ ...busy, operator: slow }, 3 + changes);
    endPair(busy);
    slow.close();
  });
});

describe('forms and figures', () => {
  const post = (address: string, body: string) =>
    fetch(world.relay.url + address, {
      method: 'POST',
      headers: { origin: world.relay.url, cookie: world.cookie },
      body,
    });

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
    expect(world.relay.log()).not.toMatch(/failed|argon2/);
  });

  test('[H2] figures are for this machine: nothing that came through a proxy, or by another name, gets them', async () => {
    const metrics = (headers: Record<string, string> = {}) => metricsOf(world.relay, headers);
    const { port } = new URL(world.relay.url);
    expect(await metrics()).toBe(200);
    expect(await metrics({ host: `localhost:${port}` })).toBe(200);
    expect(await metrics({ 'x-forwarded-for': '127.0.0.1' })).toBe(403);
    expect(await metrics({ 'x-real-ip': '192.0.2.1' })).toBe(403);
    expect(await metrics({ forwarded: 'for=192.0.2.1' })).toBe(403);
    expect(await metrics({ host: 'help.example' })).toBe(403);
  });

  test('[H2] behind a proxy, and for a collector elsewhere, figures are for who has the token', async () => {
    const token = 'm'.repeat(32);
    const proxied = await startTestRelay({ env: { TANDEM_TRUST_PROXY: '1' } });
    const open = await startTestRelay({ env: { TANDEM_METRICS_TOKEN: token } });
    try {
      expect(await metricsOf(proxied)).toBe(403);
      expect(await metricsOf(open)).toBe(403);
      expect(await metricsOf(open, { authorization: `Bearer ${'n'.repeat(32)}` })).toBe(403);
      expect(await metricsOf(open, { authorization: `Bearer ${token}`, 'x-forwarded-for': '192.0.2.1' })).toBe(200);
    } finally {
      await Promise.all([proxied.kill(), open.kill()]);
    }
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
