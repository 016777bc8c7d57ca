// A relay of the test's own for the visitor's side, and a site that carries the widget: it serves the built widget,
// welcomes every hello, and the test says every further word. For moments that the real relay reaches only by luck.
// Not a second relay: it decides nothing.

import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ToHand } from '../../protocol/hand.ts';
import { parseFromVisitor, type FromVisitor, type ToVisitor, type VisitState } from '../../protocol/messages.ts';
import { linkPath } from '../../protocol/version.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const built = path.join(root, 'dist/widget');

type Hello = FromVisitor & { t: 'hello' };

/** One tab's connection, from its hello on. */
export type Tab = {
  readonly hello: Hello;
  readonly heard: FromVisitor[];
  /** Binary frames that came. */
  readonly frames: Buffer[];
  readonly isOpen: boolean;
  send(message: ToVisitor | ToHand): void;
  close(code: number): void;
};

export type Upload = { readonly hash: string; state: 'coming' | 'stored' | 'broken off' };

export type VisitorRelay = {
  readonly url: string;
  /** In the order of their hellos; closed ones stay. */
  readonly tabs: Tab[];
  /** What the welcome says besides the token; a test may replace it. */
  welcome: (hello: Hello) => { visit?: VisitState; hand?: string };
  /** Paths asked for over HTTP. */
  readonly requests: string[];
  /** Uploads, in the order of their coming. */
  readonly uploads: Upload[];
  /** What must be over before this file is given out. */
  holds: (name: string) => Promise<void> | undefined;
  /** Uploads are not answered while this is true. */
  holdsUploads: boolean;
  /** Drops all sockets without a word and refuses new ones until `admit`. */
  refuse(): void;
  admit(): void;
  close(): Promise<void>;
};

/** A state of a visit as the relay tells it. */
export function visitState(more: Partial<VisitState> = {}): VisitState {
  return {
    room: 'room-1',
    tab: 1,
    resume: 'resume-1',
    watchers: [{ id: 'op-1', name: 'Anna' }],
    paused: false,
    capture: true,
    graceMs: 120_000,
    received: 0,
    ...more,
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server's address is never a string.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export async function startVisitorRelay(): Promise<VisitorRelay> {
  const tabs: Tab[] = [];
  const requests: string[] = [];
  const sockets = new Set<WebSocket>();
  let isRefusing = false;
  let devices = 0;

  const server = createServer((request, response) => {
    const name = request.url ?? '/';
    requests.push(name);
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type' };
    if (request.method === 'POST') {
      const upload: Upload = { hash: name.replace('/upload/', ''), state: 'coming' };
      relay.uploads.push(upload);
      response.on('close', () => (upload.state = response.writableFinished ? 'stored' : 'broken off'));
      request.resume();
      if (!relay.holdsUploads) response.writeHead(200, cors).end('{"stored":true}');
      return;
    }
    if (request.method !== 'GET') return void response.writeHead(204, cors).end();
    const file = /^\/widget\/([\w-]+\.js)$/.exec(name)?.[1];
    const bytes = Promise.resolve(relay.holds(name)).then(() => readFile(path.join(built, file ?? 'none')));
    bytes.then(
      (bytes) => response.writeHead(200, { ...cors, 'content-type': 'text/javascript; charset=utf-8' }).end(bytes),
      () => response.writeHead(404, cors).end(),
    );
  });
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (isRefusing || request.url !== linkPath('visitor')) return socket.destroy();
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      sockets.add(ws);
      let tab: (Tab & { isOpen: boolean }) | undefined;
      ws.on('close', () => {
        sockets.delete(ws);
        if (tab) tab.isOpen = false;
      });
      ws.on('message', (data: Buffer, isBinary) => {
        if (isBinary) return void tab?.frames.push(data);
        const message = parseFromVisitor(data.toString());
        if (tab) return void tab.heard.push(message);
        if (message.t !== 'hello') throw new Error(`the first message was ${message.t}`);
        tab = {
          hello: message,
          heard: [],
          frames: [],
          isOpen: true,
          send: (message) => ws.send(JSON.stringify(message)),
          close: (code) => ws.close(code),
        };
        const token = message.token ?? `token-${++devices}`;
        tab.send({ t: 'welcome', token, masking: { privateByDefault: false }, ...relay.welcome(message) });
        tabs.push(tab);
      });
    });
  });

  const relay: VisitorRelay = {
    url: await listen(server),
    tabs,
    requests,
    uploads: [],
    holds: () => undefined,
    holdsUploads: false,
    welcome: () => ({}),
    refuse() {
      isRefusing = true;
      for (const socket of sockets) socket.terminate();
    },
    admit() {
      isRefusing = false;
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      await shut(server);
    },
  };
  return relay;
}

export type SitePage = { html: string; headers?: Record<string, string> };
export type Site = { readonly url: string; readonly reports: unknown[]; close(): Promise<void> };

/** The customer's site. What browsers report of its content policy is kept. */
export async function startSite(pages: Record<string, SitePage | (() => SitePage)>): Promise<Site> {
  const reports: unknown[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').replace(/[?#].*/, '');
    if (name === '/csp-report') {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        // The browser's own wish.
        if (!body.includes('favicon.ico')) reports.push(body);
        response.writeHead(204).end();
      });
      return;
    }
    const found = pages[name];
    if (!found) return void response.writeHead(404).end();
    const { html, headers } = typeof found === 'function' ? found() : found;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers });
    response.end(html);
  });
  return { url: await listen(server), reports, close: () => shut(server) };
}

/** The snippet, as `widget/snippet.html` has it, for this relay. */
export async function snippetFor(relay: VisitorRelay, attributes = ''): Promise<string> {
  const snippet = await readFile(path.join(root, 'widget/snippet.html'), 'utf8');
  return snippet
    .replace('https://RELAY', relay.url)
    .replace('data-site="SITE_KEY"', `data-site="shop" ${attributes}`.trim());
}

/** Waits for a condition, for as long as the test may take. */
export async function until<T>(
  look: () => T | undefined | false | null | Promise<T | undefined | false | null>,
): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
