// HTTP addresses of files that operators hand over: in from the console, out to the one visitor they are for. [G11]
//
// Easy to get wrong: the body comes before it is known who sends it, since a session is read from the database. So it takes
// a place first, and only in a room that this request can name and where somebody may hand over files now; ids of rooms
// can't be guessed. One answer for all that is not there or not theirs.

import type { Session } from './auth/operators.ts';
import { LIMITS } from '../protocol/limits.ts';
import { cookieOf, json, reply, type HttpRequest, type Route } from './http.ts';
import type { Live } from './live/live.ts';
import { foreignPage, fromOwnPage, notSignedIn, SESSION_COOKIE } from './routes.ts';

export type HandRouteDoor = {
  readonly live: Live;
  /** One file takes no longer. */
  readonly uploadMs: number;
  signedIn(cookie: string | undefined): Promise<Session | undefined>;
};

const IN = '/api/hand/file';
const OUT = '/hand-file/';
const CORS = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

export function createHandRoutes({ live, uploadMs, signedIn }: HandRouteDoor): Route[] {
  const notHere = () => json(404, { why: 'not-here', text: 'Nothing can be handed over there now.' });
  const busy = (why: string) => json(503, { why }, { 'retry-after': '2' });
  const roomOf = ({ query }: HttpRequest) => new URLSearchParams(query).get('room') ?? '';
  /** Of requests whose body is still to be kept: what gives their place back. */
  const places = new WeakMap<HttpRequest, () => void>();

  return [
    {
      method: 'POST',
      path: IN,
      bodyLimit(request) {
        if (!fromOwnPage(request)) return foreignPage();
        if (cookieOf(request, SESSION_COOKIE) === undefined) return notSignedIn();
        const bytes = Number(request.header('content-length') ?? Number.NaN);
        if (!(bytes >= 0)) return json(411, { why: 'no-length', text: 'Say how long the file is.' });
        if (bytes > LIMITS.maxHandFileBytes) return json(413, { why: 'too-long', text: 'The file is too large.' });
        const over = live.beginHandFile(roomOf(request), request.address, bytes);
        if (over === undefined) return notHere();
        if (over === 'busy') return busy('busy');
        places.set(request, over);
        return { limit: bytes, over, withinMs: uploadMs, late: busy('too-slow') };
      },
      async answer(request, body) {
        const session = await signedIn(cookieOf(request, SESSION_COOKIE));
        if (!session || session.operator.mustChange) return notSignedIn();
        const id = live.keepHandFile(session.operator, roomOf(request), body, () => places.get(request)?.());
        if (id === undefined) return notHere();
        return id === 'too-many' ? json(429, { why: 'too-many', text: 'Some files wait already.' }) : json(200, { id });
      },
    },
    {
      method: 'OPTIONS',
      path: OUT,
      answer: () =>
        reply(204, '', {
          ...CORS,
          'access-control-allow-methods': 'GET',
          'access-control-allow-headers': 'authorization',
          'access-control-max-age': '86400',
        }),
    },
    {
      method: 'GET',
      path: OUT,
      answer(request) {
        const token = /^Bearer (\S+)$/.exec(request.header('authorization') ?? '')?.[1] ?? '';
        const file = live.takeHandFile(token, request.path.slice(OUT.length));
        if (!file) return json(404, { why: 'not-here' }, CORS);
        return reply(200, file, {
          ...CORS,
          'content-type': 'application/octet-stream',
          'content-disposition': 'attachment',
          'content-security-policy': "default-src 'none'; sandbox",
        });
      },
    },
  ];
}
