// The only file that knows uWebSockets.js: upgrades, frames in and out, HTTP in and out. Decides nothing about
// visitors, operators or rooms.
//
// Easy to get wrong (measured or read in its documentation): a request is dead after the handler's first await, so
// everything is copied first; a message's ArrayBuffer is emptied when the handler returns; send gives 1 sent, 0
// queued, 2 dropped; end() runs the close handler before it returns; a response is dead once onAborted has run. An upgrade
// happens in its handler, not later: later it needs cork(), which looks afterwards whether the socket has moved in memory,
// and when it has not (a few first connections in a hundred) takes it for a HTTP response still and may close it.

import type * as UwsModule from 'uWebSockets.js';
import type { HttpRequest as UwsRequest, HttpResponse, TemplatedApp, WebSocket } from 'uWebSockets.js';
import { CLOSE, type CloseName } from '../protocol/close-codes.ts';
import { CLOSE_SAYS } from '../protocol/close-sentences.ts';
import { LIMITS } from '../protocol/limits.ts';
import { judgeVersion, type Role } from '../protocol/version.ts';
import type { Places, Share } from './auth/places.ts';
import {
  findRoute,
  isLoopbackName,
  json,
  plain,
  type HttpReply,
  type HttpRequest,
  type Route,
  type Streamed,
} from './http.ts';
import type { SendResult, Socket } from './live/peer.ts';

/** What becomes of a connection once it is open: one object per peer, made by `connected`. */
export type PeerEnd = {
  text(data: string): void;
  /** Lent for the duration of the call. */
  bytes(data: Uint8Array): void;
  drained(): void;
  closed(): void;
};

export type Upgrade = {
  readonly role: Role;
  readonly origin: string | undefined;
  readonly userAgent: string;
  readonly address: string;
  /** Scheme and host by which the browser reached us. */
  readonly ownOrigin: string;
  readonly cookie: string | undefined;
};

export type ServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly trustProxy: boolean;
  readonly publicUrl: string | undefined;
  readonly places: Places;
  readonly routes: readonly Route[];
  /** Asked about every operator: whatever it returns is given to `connected`. */
  readonly admit: (upgrade: Upgrade) => Promise<unknown>;
  readonly connected: (socket: Socket, upgrade: Upgrade, admitted: unknown) => PeerEnd;
  readonly dropped: () => void;
  readonly failed: (error: unknown, where: string) => void;
  /** A timer; the result cancels it. */
  readonly after: (delayMs: number, task: () => void) => () => void;
};

export type Server = {
  readonly port: number;
  publish(topic: string, data: Uint8Array): void;
  publishText(topic: string, data: string): void;
  readonly peers: number;
  /** Takes no new connections. Open ones stay until they are closed. */
  stopListening(): void;
  /** Closes whatever is still open, at once. */
  close(): void;
};

/** uWebSockets.js copies the user data's fields onto the socket itself, where an `end` or `close` of ours would hide its
 * own: so there is one field, with a name it will not take. */
type Data = { tandemPeer: PeerState };

/** What getUserData() gives is the socket itself, and asking for it costs six times as much as looking there. */
const peerOf = (ws: WebSocket<Data>): PeerState => (ws as unknown as Data).tandemPeer;

type PeerState = {
  readonly upgrade: Upgrade;
  readonly refused: CloseName | undefined;
  /** What `places` gave, until it is given back. */
  place: { readonly share: Share | undefined } | undefined;
  socket: UwsSocket | undefined;
  end: PeerEnd | undefined;
  /** What an operator said before it was known whether it may. */
  early: string[] | undefined;
};

/** A console that comes back asks for its list and its rooms: so many messages, of so many bytes. */
const MAX_EARLY = 32;
const MAX_EARLY_BYTES = 4096;
/** Operators about whom the database is being asked: some milliseconds each. */
const MAX_ADMITTING = 256;
/** The library's LIBUS_LISTEN_EXCLUSIVE_PORT. Without it a second relay would listen on the same port, and get every other
 * connection. */
const EXCLUSIVE_PORT = 1;
/** The typings know the host and the options only apart. */
type Listen = (host: string, port: number, options: number, listening: (token: unknown) => void) => void;

/** Between our own check (FrameTooLong, with a code) and this, uWebSockets.js cuts the connection without one. */
const MAX_MESSAGE_BYTES = 4 * LIMITS.maxFrameBytes;

export async function startServer(options: ServerOptions): Promise<Server> {
  const uws = await loadUws();
  const app: TemplatedApp = options.tls
    ? uws.SSLApp({ cert_file_name: options.tls.cert, key_file_name: options.tls.key })
    : uws.App();
  const scheme = options.tls ? 'https' : 'http';
  const isLoopback = isLoopbackName(options.host) && !options.trustProxy;
  const open = new Set<WebSocket<Data>>();
  let admitting = 0;

  const requestOf = (req: UwsRequest, res: HttpResponse): HttpRequest => {
    const headers = new Map<string, string>();
    req.forEach((name, value) => headers.set(name, value));
    const direct = Buffer.from(res.getRemoteAddressAsText()).toString();
    const forwarded = options.trustProxy ? headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
    const proto = options.trustProxy ? headers.get('x-forwarded-proto') : undefined;
    const host = headers.get('host') ?? '';
    // A host header ends up in policies and addresses: only what can be one.
    const isNamed = /^[A-Za-z0-9.:[\]_-]{1,255}$/.test(host);
    // A relay that only this machine reaches is known by no other name: a foreign one is a rebound address.
    const isOurs = !isLoopback || isLoopbackName(host);
    const safeHost = isNamed && isOurs ? host : 'localhost';
    return {
      method: req.getMethod().toUpperCase(),
      path: req.getUrl(),
      query: req.getQuery() ?? '',
      header: (name) => headers.get(name),
      address: forwarded ?? direct,
      origin: options.publicUrl ?? `${proto === 'https' ? 'https' : scheme}://${safeHost}`,
    };
  };

  const write = (res: HttpResponse, reply: HttpReply, head: boolean, hangUp = false) => {
    res.cork(() => {
      res.writeStatus(`${reply.status} ${STATUS[reply.status] ?? 'Status'}`);
      for (const [name, value] of Object.entries(reply.headers)) res.writeHeader(name, value);
      const { body } = reply;
      if (typeof body !== 'string' && 'pieces' in body) {
        if (head) res.endWithoutBody(body.bytes);
      } else if (head) res.endWithoutBody(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
      else res.end(body, hangUp);
    });
  };

  app.any('/*', (res, req) => {
    let aborted = false;
    let over = () => {};
    let cancelLate = () => {};
    let wake = () => {};
    res.onAborted(() => {
      aborted = true;
      over();
      wake();
    });
    const request = requestOf(req, res);
    const head = request.method === 'HEAD';
    const finish = (reply: HttpReply) => {
      over();
      if (aborted) return;
      write(res, reply, head);
      const { body } = reply;
      if (head || typeof body === 'string' || !('pieces' in body)) return;
      stream(res, body, { isGone: () => aborted, onGone: (task) => (wake = task) }).catch((error: unknown) => {
        options.failed(error, `${request.method} ${request.path}`);
        // Its length was told: half of it must not look like all.
        if (!aborted) res.close();
      });
    };
    const route = findRoute(options.routes, request.method, request.path);
    if (route === undefined) return finish(plain(404, 'There is nothing at this address.'));
    if (route === 'no-such-method') return finish(plain(405, 'This address does not take this method.'));
    const allowed = route.bodyLimit?.(request) ?? 0;
    if (typeof allowed === 'object' && 'status' in allowed) return finish(allowed);
    const limit = typeof allowed === 'number' ? allowed : allowed.limit;
    if (typeof allowed === 'object') {
      // uWebSockets.js itself cuts whoever sends less than 16 kB in a second (measured: after 12 s), which for a long body
      // is minutes; bodies without a place are a few kB.
      cancelLate = options.after(allowed.withinMs, () => {
        over();
        if (!aborted) write(res, allowed.late, head, true);
        aborted = true;
      });
      over = () => {
        cancelLate();
        allowed.over();
      };
    }
    const answer = async (body: Uint8Array) => {
      try {
        finish(await route.answer(request, body));
      } catch (error) {
        options.failed(error, `${request.method} ${request.path}`);
        finish(json(500, { why: 'internal', text: 'The relay failed on this request; its log says why.' }));
      }
    };
    if (limit === 0) return void answer(new Uint8Array(0));
    const pieces: Buffer[] = [];
    let bytes = 0;
    res.onData((piece, isLast) => {
      if (aborted) return;
      bytes += piece.byteLength;
      if (bytes > limit) {
        finish(json(413, { why: 'too-long', text: `The body is longer than ${limit} bytes.` }));
        aborted = true;
        return;
      }
      pieces.push(Buffer.from(piece.slice(0)));
      if (!isLast) return;
      cancelLate();
      void answer(new Uint8Array(Buffer.concat(pieces)));
    });
  });

  app.ws<Data>('/link/:version/:role', {
    maxPayloadLength: MAX_MESSAGE_BYTES,
    maxBackpressure: LIMITS.maxOperatorBacklogBytes,
    idleTimeout: LIMITS.idleTimeoutSec,
    sendPingsAutomatically: true,
    upgrade(res, req, context) {
      const version = Number(req.getParameter(0));
      const role = req.getParameter(1);
      const request = requestOf(req, res);
      const key = req.getHeader('sec-websocket-key');
      const protocols = req.getHeader('sec-websocket-protocol');
      const extensions = req.getHeader('sec-websocket-extensions');
      if ((role !== 'visitor' && role !== 'operator') || !Number.isInteger(version))
        return write(res, plain(404, 'There is no link at this address.'), false);
      const upgrade: Upgrade = {
        role,
        origin: request.header('origin'),
        userAgent: (request.header('user-agent') ?? '').slice(0, 512),
        address: request.address,
        ownOrigin: request.origin,
        cookie: role === 'operator' ? request.header('cookie') : undefined,
      };
      const verdict = judgeVersion(version, role);
      const refused: CloseName | undefined =
        verdict === 'peer-too-old' ? 'PeerTooOld' : verdict === 'peer-too-new' ? 'PeerTooNew' : undefined;
      const tandemPeer = { upgrade, refused, place: undefined, socket: undefined, end: undefined, early: undefined };
      res.upgrade<Data>({ tandemPeer }, key, protocols, extensions, context);
    },
    open(ws) {
      const data = peerOf(ws);
      const { upgrade, refused } = data;
      if (refused) return ws.end(CLOSE[refused], CLOSE_SAYS[refused]);
      const socket = new UwsSocket(ws);
      data.socket = socket;
      open.add(ws);
      const begin = (admitted: unknown) => {
        // It may be gone by now, or closed for what it said.
        if (!open.has(ws)) return;
        // Places kept for operators are not for those who only say that they are.
        const place = options.places.take(admitted === undefined ? 'visitor' : upgrade.role, upgrade.address);
        if (typeof place === 'string') return socket.close(place);
        data.place = place;
        const end = options.connected(socket, upgrade, admitted);
        data.end = end;
        const { early = [] } = data;
        data.early = undefined;
        for (const text of early) if (data.end) end.text(text);
      };
      if (upgrade.role === 'visitor') return begin(undefined);
      if (admitting >= MAX_ADMITTING) return socket.close('TooManyPeers');
      admitting += 1;
      options
        .admit(upgrade)
        .then(begin, (error: unknown) => {
          options.failed(error, 'admitting an operator');
          socket.close('GoingAway');
        })
        .finally(() => (admitting -= 1));
    },
    message(ws, message, isBinary) {
      const data = peerOf(ws);
      const { end } = data;
      if (!end) {
        // Refused, or closed already.
        if (!data.socket) return;
        const early = (data.early ??= []);
        if (isBinary) data.socket.close('BadFrame');
        else if (early.length >= MAX_EARLY || message.byteLength > MAX_EARLY_BYTES) data.socket.close('TooMany');
        else early.push(Buffer.from(message).toString('utf8'));
      } else if (isBinary) end.bytes(new Uint8Array(message));
      else end.text(Buffer.from(message).toString('utf8'));
    },
    drain(ws) {
      peerOf(ws).end?.drained();
    },
    dropped() {
      options.dropped();
    },
    close(ws) {
      open.delete(ws);
      const data = peerOf(ws);
      const { end, place } = data;
      if (place) options.places.leave(place.share);
      data.place = undefined;
      data.end = undefined;
      data.socket?.gone();
      end?.closed();
    },
  });

  const listening = await new Promise<unknown>((resolve) => {
    (app.listen.bind(app) as unknown as Listen)(options.host, options.port, EXCLUSIVE_PORT, resolve);
  });
  if (!listening)
    throw new Error(
      `Can't listen on ${options.host}:${options.port}: the port is taken or not allowed (set TANDEM_PORT to another one), ` +
        'or this machine has no such address (set TANDEM_HOST).',
    );
  let token: unknown = listening;

  return {
    // The token is uSockets' own listen socket; its type is opaque on purpose.
    port: uws.us_socket_local_port(listening as Parameters<typeof uws.us_socket_local_port>[0]),
    publish(topic, data) {
      app.publish(topic, data, true);
    },
    publishText(topic, data) {
      app.publish(topic, data, false);
    },
    get peers() {
      return open.size;
    },
    stopListening() {
      if (token) uws.us_listen_socket_close(token as Parameters<typeof uws.us_listen_socket_close>[0]);
      token = undefined;
    },
    close() {
      app.close();
    },
  };
}

/** Easy to get wrong: of a piece that is not taken whole, the rest is to be offered again, from where the line says that it
 * stands; and a response is dead once it was aborted, also while a piece is being read. */
async function stream(
  res: HttpResponse,
  { bytes, pieces }: Streamed,
  line: { isGone(): boolean; onGone(task: () => void): void },
): Promise<void> {
  let sent = 0;
  for await (const piece of pieces()) {
    if (line.isGone()) return;
    const began = sent;
    sent += piece.byteLength;
    const offer = (from: number): boolean => {
      let isTaken = false;
      res.cork(() => {
        const rest = piece.subarray(from - began);
        // The whole length goes into the header.
        [isTaken] = res.tryEnd(rest as Uint8Array<ArrayBuffer>, bytes);
      });
      return isTaken;
    };
    if (offer(began)) continue;
    await new Promise<void>((resolve) => {
      line.onGone(resolve);
      res.onWritable((offset) => {
        const isTaken = offer(offset);
        if (isTaken) resolve();
        return isTaken;
      });
    });
    line.onGone(() => {});
    if (line.isGone()) return;
  }
  if (sent !== bytes) throw new Error(`a file of ${bytes} bytes has ${sent}`);
}

const RESULTS: readonly SendResult[] = ['queued', 'sent', 'dropped'];

/** A class, not closures: there is one per visitor. Calls on a closed socket are ignored (uWebSockets.js throws). */
class UwsSocket implements Socket {
  #ws: WebSocket<Data> | undefined;
  constructor(ws: WebSocket<Data>) {
    this.#ws = ws;
  }
  /** The close handler has run. */
  gone() {
    this.#ws = undefined;
  }
  text(data: string): SendResult {
    return this.#ws ? (RESULTS[this.#ws.send(data, false)] ?? 'dropped') : 'dropped';
  }
  bytes(data: Uint8Array): SendResult {
    return this.#ws ? (RESULTS[this.#ws.send(data, true)] ?? 'dropped') : 'dropped';
  }
  subscribe(topic: string) {
    this.#ws?.subscribe(topic);
  }
  unsubscribe(topic: string) {
    this.#ws?.unsubscribe(topic);
  }
  waiting(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }
  close(why: CloseName) {
    this.#ws?.end(CLOSE[why], CLOSE_SAYS[why]);
  }
}

const STATUS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

type Uws = typeof UwsModule;

async function loadUws(): Promise<Uws> {
  try {
    const loaded = await import('uWebSockets.js');
    // It is CommonJS: everything sits on the default export when imported from a module.
    return 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
  } catch (error) {
    throw new Error(
      `uWebSockets.js has no build that loads here (Node ${process.versions.node}, ${process.platform} ${process.arch}). ` +
        'Node 20 needs glibc 2.27, Node 22 and later glibc 2.38. Use Node 20, or install the author’s own release as the README tells.',
      { cause: error },
    );
  }
}
