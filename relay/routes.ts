// The relay's HTTP addresses besides its files: log in and out, uploads from visitors, assets for operators, health and
// metrics. Each says what it wants of a request and refuses in a sentence.

import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LIMITS } from '../protocol/limits.ts';
import { cookieOf, json, plain, readJson, reply, type HttpReply, type HttpRequest, type Route } from './http.ts';
import type { AssetStore } from './live/asset-store.ts';
import type { Live } from './live/live.ts';
import type { ChangeResult, LoginInput, LoginResult, Session, SessionOperator } from './auth/operators.ts';
import { SESSION_MS } from './auth/operators.ts';
import type { Site } from './live/site.ts';

export type RouteDoor = {
  readonly live: Live;
  readonly assets: AssetStore;
  /** One upload takes no longer. */
  readonly uploadMs: number;
  siteById(id: string): Site | undefined;
  login(input: LoginInput): Promise<LoginResult>;
  signedIn(cookie: string | undefined): Promise<Session | undefined>;
  logout(cookie: string): Promise<void>;
  changePassword(change: { session: Session; old: string; fresh: string }): Promise<ChangeResult>;
  health(): Promise<{ ok: boolean; details: Record<string, unknown> }>;
  metrics(): string;
  /** Whether this request may have them. */
  mayReadMetrics(request: HttpRequest): boolean;
  refusedLogin(): void;
  /** For a console that has no visitors yet: what to paste into a site, and the demo shop when there is one. */
  firstSteps(account: string): { siteKey?: string; demo?: string };
};

export const SESSION_COOKIE = 'tandem';
const FORM_BYTES = 4096;

function sessionCookie(request: HttpRequest, token: string, seconds: number): string {
  const secure = request.origin.startsWith('https:') ? '; Secure' : '';
  return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`;
}

/** A form post from our own console: another site's page can't send this origin. */
export function fromOwnPage(request: HttpRequest): boolean {
  return request.header('origin') === request.origin;
}

function readForm<K extends string>(body: Uint8Array, names: readonly K[]): Record<K, string> | undefined {
  let value: unknown;
  try {
    value = readJson(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found: Partial<Record<K, string>> = {};
  for (const name of names) {
    const text: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    if (typeof text !== 'string' || text.length > 1024) return undefined;
    found[name] = text;
  }
  // Every name was filled above.
  return found as Record<K, string>;
}

export const notSignedIn = () => json(401, { why: 'signed-out', text: 'Log in first.' });
export const foreignPage = () =>
  json(403, { why: 'foreign-page', text: 'This may only be sent by the console itself.' });
const badForm = () => json(400, { why: 'bad-form', text: 'The form is not complete.' });
const throttled = (retryAfterSec: number) =>
  json(
    429,
    { why: 'throttled', retryAfterSec, text: `Too many tries. Wait ${retryAfterSec} s.` },
    { 'retry-after': String(retryAfterSec) },
  );

export function createRoutes(door: RouteDoor): Route[] {
  const who = ({ id, account, name, login, role, mustChange }: SessionOperator) => ({
    operator: { id, name, login, role },
    mustChange,
    firstSteps: door.firstSteps(account),
  });

  const uploadCors = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

  return [
    {
      method: 'POST',
      path: '/api/login',
      bodyLimit: (request) => (fromOwnPage(request) ? FORM_BYTES : foreignPage()),
      async answer(request, body) {
        const form = readForm(body, ['login', 'password']);
        if (!form) return badForm();
        const userAgent = request.header('user-agent') ?? '';
        const result = await door.login({ ...form, address: request.address, userAgent });
        switch (result.kind) {
          case 'ok':
            return json(200, who(result.operator), {
              'set-cookie': sessionCookie(request, result.token, SESSION_MS / 1000),
            });
          case 'wrong':
            door.refusedLogin();
            return json(401, { why: 'wrong', text: 'Login or password is wrong.' });
          case 'throttled':
            door.refusedLogin();
            return throttled(result.retryAfterSec);
        }
      },
    },
    {
      method: 'POST',
      path: '/api/logout',
      bodyLimit: (request) => (fromOwnPage(request) ? FORM_BYTES : foreignPage()),
      async answer(request) {
        const cookie = cookieOf(request, SESSION_COOKIE);
        if (cookie !== undefined) await door.logout(cookie);
        return json(200, {}, { 'set-cookie': sessionCookie(request, '', 0) });
      },
    },
    {
      method: 'GET',
      path: '/api/me',
      async answer(request) {
        const signedIn = await door.signedIn(cookieOf(request, SESSION_COOKIE));
        return signedIn ? json(200, who(signedIn.operator)) : notSignedIn();
      },
    },
    {
      method: 'POST',
      path: '/api/password',
      bodyLimit: (request) => (fromOwnPage(request) ? FORM_BYTES : foreignPage()),
      async answer(request, body) {
        const signedIn = await door.signedIn(cookieOf(request, SESSION_COOKIE));
        if (!signedIn) return notSignedIn();
        const form = readForm(body, ['old', 'new']);
        if (!form) return badForm();
        const result = await door.changePassword({ session: signedIn, old: form.old, fresh: form.new });
        if (result.kind === 'throttled') return throttled(result.retryAfterSec);
        return result.kind === 'ok' ? json(200, {}) : json(400, { why: result.kind });
      },
    },
    {
      method: 'OPTIONS',
      path: '/upload/',
      answer: () =>
        reply(204, '', {
          ...uploadCors,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'authorization, content-type, content-encoding',
          'access-control-max-age': '86400',
        }),
    },
    {
      method: 'POST',
      path: '/upload/',
      bodyLimit(request) {
        const room = uploadRoom(request);
        const bytes = Number(request.header('content-length') ?? Number.NaN);
        if (!room || !(bytes >= 0)) return notStored('not-wanted');
        if (bytes > LIMITS.maxAssetBytes) return json(413, { why: 'too-long' }, uploadCors);
        const over = door.live.beginUpload(room, request.address, isGzipped(request) ? mostUnpacked(bytes) : bytes);
        if (over === 'too-much') return notStored('not-wanted');
        // Errors, so that the page tries again.
        const later = (why: string) => json(503, { why }, { ...uploadCors, 'retry-after': '2' });
        if (over === 'busy') return later('busy');
        return { limit: bytes, over, withinMs: door.uploadMs, late: later('too-slow') };
      },
      async answer(request, body) {
        // Asked again: the room may have ended while the body came.
        const room = uploadRoom(request);
        if (!room) return notStored('not-wanted');
        const hash = hashOf(request, '/upload/');
        const bytes = isGzipped(request) ? await unpacked(body) : body;
        const type = request.header('content-type') ?? '';
        const stored = bytes && (await door.assets.put(room.site.id, bytes, type, hash));
        door.live.assetUploaded(room, hash, stored && { type: stored.type, bytes: bytes.byteLength });
        return stored ? json(200, { stored: true }, uploadCors) : notStored('not-an-asset');
      },
    },
    {
      method: 'GET',
      path: '/asset/',
      async answer(request) {
        const [site = '', hash = ''] = request.path.slice('/asset/'.length).split('/');
        const signedIn = await door.signedIn(cookieOf(request, SESSION_COOKIE));
        if (!signedIn || signedIn.operator.mustChange) return notSignedIn();
        // One answer for "not yours" and "not here": nobody learns what another account has.
        if (door.siteById(site)?.account !== signedIn.operator.account) return plain(404, 'No such asset.');
        const asset = await door.assets.get(site, hash);
        if (!asset) {
          door.live.assetMissed(signedIn.operator, site, hash);
          return plain(404, 'No such asset.');
        }
        return reply(200, asset.bytes, {
          'content-type': asset.type,
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
          // For the mirror it changes nothing. Opened by itself it is a download: a stranger's picture must not stand
          // under this address, looking like a page of ours.
          'content-disposition': 'attachment',
          'cache-control': 'private, max-age=31536000, immutable',
        });
      },
    },
    {
      method: 'GET',
      path: '/healthz',
      async answer() {
        const health = await door.health();
        return json(health.ok ? 200 : 503, { ok: health.ok, ...health.details });
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      answer(request) {
        if (!door.mayReadMetrics(request))
          return plain(
            403,
            'Metrics are served to this machine only. For a collector elsewhere, or behind a proxy, set TANDEM_METRICS_TOKEN and send it as a bearer token.',
          );
        return reply(200, door.metrics(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      },
    },
  ];

  function uploadRoom(request: HttpRequest) {
    const token = /^Bearer (\S+)$/.exec(request.header('authorization') ?? '')?.[1];
    return token === undefined ? undefined : door.live.roomForUpload(token, hashOf(request, '/upload/'));
  }

  /** Not wanted: no room asked for it, or not any more. Not an asset: no picture, font or style sheet, or not what its
   * hash says. A verdict and not an error: a good page sends such uploads too (a visit that has just ended, a second tab
   * with the same picture), and a browser writes every error into the console of the customer's page. */
  function notStored(why: 'not-wanted' | 'not-an-asset'): HttpReply {
    return json(200, { stored: false, why }, uploadCors);
  }
}

function hashOf(request: HttpRequest, prefix: string): string {
  return request.path.slice(prefix.length);
}

function isGzipped(request: HttpRequest): boolean {
  return request.header('content-encoding') === 'gzip';
}

/** What so many gzipped bytes may become here. */
function mostUnpacked(bytes: number): number {
  return Math.min(bytes * LIMITS.maxUploadRatio, LIMITS.maxAssetBytes);
}

const gunzipped = promisify(gunzip);
/** Undefined: it is not gzip, or becomes too much. */
async function unpacked(body: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    return await gunzipped(body, { maxOutputLength: Math.max(1, mostUnpacked(body.byteLength)) });
  } catch {
    return undefined;
  }
}
