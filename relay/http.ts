// HTTP as the relay's routes see it, without uWebSockets.js: server.ts turns real requests into these. Body limits are
// decided from the headers alone, before any byte of the body is kept.

export type HttpRequest = {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: string;
  header(name: string): string | undefined;
  /** The other side's address, or what a trusted proxy says it is. */
  readonly address: string;
  /** Scheme and host that the browser used, for example http://127.0.0.1:8787. */
  readonly origin: string;
};

/** A body that is read while it is sent, as fast as the other side takes it. */
export type Streamed = { readonly bytes: number; pieces(): AsyncIterable<Uint8Array> };

export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | Streamed;
};

/** A body that takes a place of something scarce. `over` is called when the request is over, however it ended; one that
 * is not here whole `withinMs` after its beginning is answered with `late`, and its connection closed. */
export type BodyPlace = { readonly limit: number; over(): void; readonly withinMs: number; readonly late: HttpReply };

export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** The whole path, or its beginning when it ends in `/`. */
  readonly path: string;
  /** Most bytes of body that this request may bring, or the refusal. Absent: none. */
  readonly bodyLimit?: (request: HttpRequest) => number | BodyPlace | HttpReply;
  readonly answer: (request: HttpRequest, body: Uint8Array) => HttpReply | Promise<HttpReply>;
};

/** What every reply carries unless it says otherwise. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

export function reply(status: number, body: HttpReply['body'], headers: Record<string, string> = {}): HttpReply {
  return { status, body, headers: { ...SAFE_HEADERS, 'cache-control': 'no-store', ...headers } };
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): HttpReply {
  return reply(status, JSON.stringify(value), { 'content-type': 'application/json; charset=utf-8', ...headers });
}

export function plain(status: number, text: string): HttpReply {
  return reply(status, text + '\n', { 'content-type': 'text/plain; charset=utf-8' });
}

/** One cookie of the request; undefined when it is not there. */
export function cookieOf(request: Pick<HttpRequest, 'header'>, name: string): string | undefined {
  for (const pair of (request.header('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): Route | 'no-such-method' | undefined {
  let pathKnown = false;
  for (const route of routes) {
    if (route.path.endsWith('/') && route.path !== '/' ? !path.startsWith(route.path) : path !== route.path) continue;
    if (route.method === method || (method === 'HEAD' && route.method === 'GET')) return route;
    pathKnown = true;
  }
  return pathKnown ? 'no-such-method' : undefined;
}

/** A body as JSON. Throws a SyntaxError also for text that no database keeps (NUL, halves of characters): such a form is
 * wrong, and it is not the relay that failed. */
export function readJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString('utf8'), (_, value: unknown) => {
    if (typeof value === 'string' && /[\0\p{Cs}]/u.test(value))
      throw new SyntaxError('text with a character that is none');
    return value;
  });
}

const LOOPBACK_NAME = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)(:\d+)?$/;

/** Host name, with or without port, that only this machine has. */
export function isLoopbackName(host: string): boolean {
  return LOOPBACK_NAME.test(host);
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address) || address === '0000:0000:0000:0000:0000:0000:0000:0001';
}

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Sent by a program of this machine to this machine. The address alone does not say it: everything that comes through a
 * proxy beside us has a loopback address, whether or not we were told of the proxy, and so has a rebound name. */
export function fromThisMachine(request: Pick<HttpRequest, 'header' | 'address'>): boolean {
  return (
    isLoopback(request.address) &&
    isLoopbackName(request.header('host') ?? '') &&
    FORWARDED.every((name) => request.header(name) === undefined)
  );
}
