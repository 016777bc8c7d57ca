// A relay of the test's own: serves the built console and speaks the operator's side of the protocol, with a test
// saying every word of it. For states that the real relay reaches only by luck or after minutes (a lost visitor, a
// throttled login, 5,000 visitors). Not a second relay: it decides nothing.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { encodeFrames, KIND, stamp } from '../../protocol/codec.ts';
import { GRANTS } from '../../protocol/hand.ts';
import {
  parseFromOperator,
  type FromOperator,
  type RoomView,
  type Row,
  type ToOperator,
} from '../../protocol/messages.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none'; manifest-src 'self'; worker-src 'self'";

export type Answer = { status: number; body: unknown };

export type StandIn = {
  readonly url: string;
  /** What /api/… answers; a test replaces what it needs. */
  readonly api: Record<'me' | 'login' | 'logout' | 'password', (body: unknown) => Answer>;
  /** Everything the console has said, in order. */
  readonly heard: FromOperator[];
  send(message: ToOperator): void;
  /** An ordered frame with this payload. */
  frame(place: { room: number; tab: number; sequence: number }, kind: 'snapshot' | 'change', events: unknown): void;
  /** Resolves with the next message of this kind, also one already heard after `from`. */
  next<T extends FromOperator['t']>(t: T): Promise<Extract<FromOperator, { t: T }>>;
  /** Drops the sockets; `refuse` keeps new ones out until `admit`. */
  drop(code?: number): void;
  refuse(): void;
  admit(): void;
  close(): Promise<void>;
};

export const OPERATOR = { id: 'op-1', name: 'Anna Petrova', login: 'anna', role: 'admin' as const, may: [...GRANTS] };

export async function startStandIn(options: { console: string; isIn?: boolean; now?: number }): Promise<StandIn> {
  const account = { operator: OPERATOR, mustChange: false };
  const api: StandIn['api'] = {
    me: () => (options.isIn === false ? { status: 401, body: {} } : { status: 200, body: account }),
    login: () => ({ status: 200, body: account }),
    logout: () => ({ status: 200, body: {} }),
    password: () => ({ status: 200, body: {} }),
  };
  const heard: FromOperator[] = [];
  const taken = new Map<FromOperator['t'], number>();
  const wake: (() => void)[] = [];
  let isRefusing = false;
  const sockets = new Set<WebSocket>();

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const call = /^\/api\/(me|login|logout|password)$/.exec(pathname)?.[1];
    if (call) {
      let body = '';
      for await (const piece of request) body += String(piece);
      // The expression above admits only these four names.
      const result = api[call as keyof StandIn['api']](body === '' ? undefined : JSON.parse(body));
      response.writeHead(result.status, { 'content-type': 'application/json' }).end(JSON.stringify(result.body));
      return;
    }
    const name = pathname === '/' || pathname === '/console/' ? 'index.html' : pathname.replace('/console/', '');
    try {
      const bytes = await readFile(path.join(options.console, name));
      const type = TYPES[path.extname(name)] ?? 'application/octet-stream';
      const policy = name === 'index.html' ? { 'content-security-policy': POLICY } : {};
      response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff', ...policy }).end(bytes);
    } catch {
      // What is not there is not found; a test that needed it sees the console's complaint.
      response.writeHead(404).end();
    }
  }

  const server: Server = createServer((request, response) => void answer(request, response));
  const upgrade = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (isRefusing) return socket.destroy();
    upgrade.handleUpgrade(request, socket, head, (peer) => {
      sockets.add(peer);
      peer.on('close', () => sockets.delete(peer));
      peer.on('message', (data, isBinary) => {
        if (isBinary) throw new Error('the console sent a binary frame');
        const message = parseFromOperator(String(data));
        heard.push(message);
        if (message.t === 'probe') peer.send(JSON.stringify({ t: 'echo', at: message.at }));
        for (const task of wake.splice(0)) task();
      });
      peer.send(
        JSON.stringify({
          t: 'welcome',
          operator: OPERATOR,
          sites: [{ id: 'site-1', name: 'Nord Kaffee' }],
          now: options.now ?? Date.now(),
          graceMs: 120_000,
        } satisfies ToOperator),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is an object.
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/`,
    api,
    heard,
    send(message) {
      for (const socket of sockets) socket.send(JSON.stringify(message));
    },
    frame({ room, tab, sequence }, kind, events) {
      const packed = events instanceof Uint8Array;
      const payload = packed ? events : new TextEncoder().encode(JSON.stringify(events));
      let next = sequence;
      for (const frame of encodeFrames(kind === 'snapshot' ? KIND.Snapshot : KIND.Change, payload, { packed })) {
        stamp(frame, { room, tab, sequence: next++ });
        for (const socket of sockets) socket.send(frame);
      }
    },
    async next(t) {
      for (;;) {
        const from = taken.get(t) ?? 0;
        const at = heard.findIndex((message, index) => index >= from && message.t === t);
        const found = heard[at];
        if (found) {
          taken.set(t, at + 1);
          // Found by its `t`.
          return found as never;
        }
        await new Promise<void>((resolve) => wake.push(resolve));
      }
    },
    drop(code) {
      for (const socket of sockets) {
        if (code === undefined) socket.terminate();
        else socket.close(code);
      }
    },
    refuse() {
      isRefusing = true;
    },
    admit() {
      isRefusing = false;
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PAGES = [
  ['Кофемолка Comandante C40 — Nord Kaffee', '/catalog/grinders/comandante-c40'],
  ['Корзина', '/basket'],
  ['Ethiopia Yirgacheffe, 250 g', '/coffee/ethiopia-yirgacheffe?size=250&grind=whole'],
  ['Checkout: address and payment', '/checkout/address'],
  ['Доставка и оплата', '/help/%D0%B4%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0'],
  ['Nord Kaffee · Freshly roasted coffee', '/'],
  ['Filter papers and accessories for pour-over brewing, page 2', '/catalog/accessories?page=2&sort=price'],
  ['Your account', '/account/orders/2024-118832'],
] as const;
const DEVICES: readonly Row['device'][] = [
  { kind: 'desktop', browser: 'Chrome 131', system: 'Windows 11' },
  { kind: 'phone', browser: 'Safari 18', system: 'iOS 18' },
  { kind: 'desktop', browser: 'Firefox 133', system: 'Ubuntu' },
  { kind: 'phone', browser: 'Chrome 131', system: 'Android 14' },
  { kind: 'tablet', browser: 'Safari 17', system: 'iPadOS 17' },
  { kind: 'desktop', browser: 'Edge 131', system: 'Windows 10' },
];

function pick<T>(list: readonly T[], n: number): T {
  const found = list[n % list.length];
  if (found === undefined) throw new Error('an empty list to pick from');
  return found;
}

/** The n-th of any number of believable visitors; the same n gives the same visitor. */
export function someVisitor(n: number, now: number, change: Partial<Row> = {}): Row {
  const [title, where] = pick(PAGES, n * 5 + (n >> 3));
  const since = now - ((n * 7919) % 5_400) * 1000 - 4000;
  return {
    id: `visitor-${n}`,
    site: 'site-1',
    url: `https://nordkaffee.example${where}`,
    title,
    visible: n % 4 !== 1,
    tabs: 1 + (n % 5 === 2 ? 2 : 0),
    since,
    pageSince: Math.max(since, now - ((n * 104_729) % 600) * 1000),
    lang: pick(['ru-RU', 'en-US', 'de-DE', 'ru', 'en-GB'], n),
    device: pick(DEVICES, n),
    state: 'browsing',
    ...change,
  };
}

/** A room as the relay would describe it, with one tab that is here. */
export function someRoom(change: Partial<RoomView> = {}): RoomView {
  return {
    room: 'room-1',
    number: 7,
    state: 'live',
    visitor: 'visitor-3',
    site: 'site-1',
    tabs: [
      {
        tab: 1,
        url: 'https://nordkaffee.example/checkout/address',
        title: 'Checkout: address and payment',
        visible: true,
        here: true,
        viewport: { width: 1280, height: 720 },
      },
    ],
    active: 1,
    watchers: [{ id: OPERATOR.id, name: OPERATOR.name }],
    visitorRttMs: 38,
    notices: [],
    ...change,
  };
}

/** A snapshot payload: a page with one heading, whose id is `heading`, as capture would send it. */
export function somePage(heading: string, size = { width: 1280, height: 720 }): unknown[] {
  let id = 1;
  const element = (tagName: string, ...childNodes: unknown[]) => ({
    type: 2,
    tagName,
    attributes: {},
    childNodes,
    id: id++,
  });
  const html = element(
    'html',
    element('head'),
    element('body', {
      ...element('h1', { type: 3, textContent: heading, id: id++ }),
      attributes: { id: 'heading' },
    }),
  );
  return [
    { type: 4, data: { href: 'https://nordkaffee.example/', ...size }, timestamp: 0 },
    {
      type: 2,
      data: { node: { type: 0, childNodes: [html], id: id++ }, initialOffset: { top: 0, left: 0 } },
      timestamp: 0,
    },
  ];
}
