// One relay with a site for a file of black-box tests, and pairs on it: a visitor whose page an operator watches.

import net from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { addSite, logInFirst, startTestRelay, type TestRelay } from './relay.ts';
import { connectPeer, frame, helloOf, payloadText, SHOP, type WirePeer } from './wire-peer.ts';

export type Pair = { visitor: WirePeer; operator: WirePeer; room: string; resume: string; token: string; id: string };

export type WireWorld = {
  readonly relay: TestRelay;
  readonly cookie: string;
  /** The site's key. */
  readonly site: string;
  visitor(options?: { origin?: string }): Promise<WirePeer>;
  hello(more?: Record<string, unknown>): Record<string, unknown>;
  operator(): Promise<WirePeer>;
  /** A visitor whose page an operator watches, and its first picture. */
  pair(tab: string): Promise<Pair>;
};

/** Starts before the first test of the file, and must end well after the last. */
export function wireWorld(env: Record<string, string> = {}): WireWorld {
  let relay: TestRelay | undefined;
  let cookie = '';
  let site = '';
  beforeAll(async () => {
    relay = await startTestRelay({ env });
    cookie = await logInFirst(relay);
    site = (await addSite(relay, cookie, [SHOP])).key;
  });
  afterAll(async () => {
    expect(await relay?.stop()).toBe(0);
  });
  const running = () => {
    if (!relay) throw new Error('the relay is not there yet');
    return relay;
  };
  return {
    get relay() {
      return running();
    },
    get cookie() {
      return cookie;
    },
    get site() {
      return site;
    },
    visitor: (options = {}) => connectPeer(running().url, 'visitor', { origin: SHOP, ...options }),
    hello: (more = {}) => helloOf(site, more),
    operator: () => connectPeer(running().url, 'operator', { origin: running().url, cookie }),
    pair: (tab) => pairOn(running(), { cookie, site, tab }),
  };
}

export async function pairOn(
  relay: TestRelay,
  { cookie, site, tab }: { cookie: string; site: string; tab: string },
): Promise<Pair> {
  const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  const anna = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
  page.send(helloOf(site, { tab }));
  const { token } = (await page.expect('welcome')) as unknown as { token: string };
  page.send({ t: 'show' });
  const { visit } = (await page.expect('visit')) as unknown as { visit: { room: string; resume: string } };
  anna.send({ t: 'watch', room: visit.room });
  const room = (await anna.expect('room')) as unknown as { view: { visitor: string } };
  await page.expect((message) => message.t === 'visit' && (message['visit'] as { capture: boolean }).capture);
  page.raw(frame(1, 1, `["snapshot of ${tab}"]`));
  await anna.frame((bytes) => payloadText(bytes).includes(`snapshot of ${tab}`));
  return { visitor: page, operator: anna, room: visit.room, resume: visit.resume, token, id: room.view.visitor };
}

/** The pair still works: a change sent now arrives. */
export async function stillWorks({ visitor: page, operator: anna }: Pair, ordinal: number): Promise<void> {
  page.raw(frame(2, ordinal, `["change ${ordinal}"]`));
  await anna.frame((bytes) => payloadText(bytes) === `["change ${ordinal}"]`);
}

export function endPair({ visitor: page, operator: anna }: Pair): void {
  page.close();
  anna.close();
}

/** A bare connection: what is written to it, and everything that comes back until it is closed. */
export type RawConnection = {
  write(data: string | Uint8Array): Promise<void>;
  end(): void;
  all: Promise<string>;
  got(): string;
};

export function connectRaw(url: string): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let text = '';
  // What the other side cut off is looked at in `all`.
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
  const all = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  return {
    write: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    end: () => socket.destroy(),
    all,
    got: () => text,
  };
}
