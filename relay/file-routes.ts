// HTTP addresses of files in conversations: in from those who write, out to those who read. Protocol: protocol/files.ts.
//
// Easy to get wrong: a body comes before it is known who sends it, where a session is read from the database; so it takes a
// place first, and is a piece, never a whole file. One answer for all that is not there or not theirs. And an operator's
// cookie comes along with whatever page of this host asks, so it counts only where the console itself sends, or for what no
// page can read.

import type { Session } from './auth/operators.ts';
import { addressKey, createThrottle } from './auth/throttle.ts';
import type { PassToken, Tokens } from './auth/tokens.ts';
import type { FilePolicy } from './dialog/file-kind.ts';
import { isShown, type Answer, type Files } from './dialog/files.ts';
import { fileForm } from '../protocol/files.ts';
import { LIMITS } from '../protocol/limits.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { cookieOf, json, readJson, reply, type HttpReply, type HttpRequest, type Route } from './http.ts';
import type { Site } from './live/site.ts';
import type { Uploads } from './live/uploads.ts';
import { foreignPage, fromOwnPage, notSignedIn, SESSION_COOKIE } from './routes.ts';
import type { Attachment, Owner } from './store/attachments.ts';

export type FileRouteDoor = {
  readonly files: Files;
  readonly uploads: Uploads;
  /** One piece takes no longer. */
  readonly uploadMs: number;
  readonly tokens: Pick<Tokens, 'readPass' | 'readFile' | 'sign'>;
  siteById(id: string): Site | undefined;
  originAllowed(origin: string, site: Site): boolean;
  signedIn(cookie: string | undefined): Promise<Session | undefined>;
  /** Of a conversation of this account. Undefined: there is none. */
  policyOf(account: string, conversation: string): Promise<FilePolicy | undefined>;
  /** One that was said, to somebody who may see the message. */
  readSaid(id: string, reader: { account: string; device?: string }): Promise<Attachment | undefined>;
  now(): number;
};

const PATH = '/file/';
const FORM_BYTES = 4096;
/** An address in which a visitor's browser fetches a file begins to be used at once. */
const LINK_MS = 60_000;
/** Requests of visitors from one address: each asks the database. An office reads its conversations anew at nine o'clock. */
const REQUESTS = { burst: 2000, everyMs: 20 };
const CORS = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
const ID = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/;

type Who = { kind: 'visitor'; pass: PassToken; owner: Owner; policy: FilePolicy } | { kind: 'operator'; owner: Owner };

export function createFileRoutes(door: FileRouteDoor): Route[] {
  const { files, uploads, tokens, now } = door;
  const requests = createThrottle({ ...REQUESTS, now });
  const isTooMuch = ({ address }: HttpRequest) => requests.take(addressKey(address)) > 0;
  const tooMany = () => json(429, { why: 'too-many' }, { ...CORS, 'retry-after': '5' });
  const notHere = () => json(404, { why: 'not-here' }, CORS);
  const noPass = () => json(401, { why: 'no-pass' }, CORS);
  const later = (why: string) => json(503, { why }, { ...CORS, 'retry-after': '2' });

  /** A visitor's pass counts on pages of the origin that it was made for, as long as the site takes that origin. */
  const visitorOf = (request: HttpRequest): (Who & { kind: 'visitor' }) | undefined => {
    const pass = tokens.readPass(bearerOf(request) ?? '');
    const site = pass && door.siteById(pass.site);
    if (!site || request.header('origin') !== pass.origin || !door.originAllowed(pass.origin, site)) return undefined;
    return {
      kind: 'visitor',
      pass,
      owner: { account: site.account, kind: 'contact', id: pass.device },
      policy: site.files,
    };
  };
  const operatorOf = async (request: HttpRequest): Promise<(Who & { kind: 'operator' }) | undefined> => {
    const session = await door.signedIn(cookieOf(request, SESSION_COOKIE));
    if (!session || session.operator.mustChange) return undefined;
    const { account, id } = session.operator;
    return { kind: 'operator', owner: { account, kind: 'operator', id } };
  };
  const whoOf = async (request: HttpRequest): Promise<Who | undefined> =>
    bearerOf(request) === undefined ? operatorOf(request) : visitorOf(request);
  /** Undefined: go on. From the headers alone. */
  const refusedAtOnce = (request: HttpRequest): HttpReply | undefined => {
    if (bearerOf(request) !== undefined) {
      if (isTooMuch(request)) return tooMany();
      return visitorOf(request) ? undefined : noPass();
    }
    if (!fromOwnPage(request)) return foreignPage();
    return cookieOf(request, SESSION_COOKIE) === undefined ? notSignedIn() : undefined;
  };
  /** Only for one who was let in by the headers: that the session is over. */
  const unknown = (request: HttpRequest) => (bearerOf(request) === undefined ? notSignedIn() : noPass());

  const answered = (answer: Answer, at?: number): HttpReply => {
    if (!('refused' in answer))
      return json(at !== undefined && answer.state === 'arriving' && answer.at !== at ? 409 : 200, answer, CORS);
    switch (answer.refused) {
      case 'not-here':
        return notHere();
      case 'too-long':
        return json(400, { why: 'too-long' }, CORS);
      case 'too-many':
      case 'full':
        return json(429, { why: answer.refused }, { ...CORS, 'retry-after': '30' });
    }
  };

  const served = async (request: HttpRequest, id: string, what: string): Promise<HttpReply> => {
    const key = new URLSearchParams(request.query).get('key');
    const link = key === null ? undefined : tokens.readFile(key);
    const reader = key === null ? await readerOf(request) : link?.file === id ? link : undefined;
    const file = reader && (await door.readSaid(id, reader));
    if (!file) return notHere();
    // A page that has the pass reads it with that; what came with a cookie nothing reads but the console.
    const headers = { ...(reader.device === undefined ? {} : CORS), ...SEALED };
    if (what === 'preview') {
      const preview = await files.preview(file);
      if (!preview) return notHere();
      return reply(200, preview, {
        ...headers,
        ...KEPT,
        'content-type': 'image/webp',
        'content-disposition': 'inline',
      });
    }
    if (what !== 'content') return notHere();
    const isInline = isShown(file) && !link;
    return reply(
      200,
      { bytes: file.bytes, pieces: () => files.content(file) },
      {
        ...headers,
        ...(isInline ? KEPT : {}),
        'content-type': isInline ? (file.type ?? DOWNLOAD) : DOWNLOAD,
        'content-disposition': disposition(isInline ? 'inline' : 'attachment', file.name),
      },
    );
  };
  const readerOf = async (request: HttpRequest): Promise<{ account: string; device?: string } | undefined> => {
    const who = await whoOf(request);
    return who && readerFor(who);
  };
  const readerFor = ({ kind, owner }: Who) => ({
    account: owner.account,
    ...(kind === 'visitor' && { device: owner.id }),
  });

  return [
    {
      method: 'OPTIONS',
      path: PATH,
      answer: () =>
        reply(204, '', {
          ...CORS,
          'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': '86400',
        }),
    },
    {
      method: 'POST',
      path: PATH,
      bodyLimit: (request) => refusedAtOnce(request) ?? FORM_BYTES,
      async answer(request, body) {
        const who = await whoOf(request);
        if (!who) return unknown(request);
        const { id, what } = partsOf(request);
        if (what === 'link') {
          const file = who.kind === 'visitor' && (await door.readSaid(id, readerFor(who)));
          if (!file) return notHere();
          const { account, id: device } = who.owner;
          const key = tokens.sign({ kind: 'file', file: id, account, device, expiresAt: now() + LINK_MS });
          return json(200, { path: `${PATH}${id}/content?key=${key}` }, CORS);
        }
        if (request.path !== PATH) return notHere();
        let form;
        try {
          form = fileForm(readJson(body), 'form');
        } catch (error) {
          if (!(error instanceof ProtocolError) && !(error instanceof SyntaxError)) throw error;
          return json(400, { why: 'bad-form', text: error.message }, CORS);
        }
        const policy =
          who.kind === 'visitor'
            ? who.policy
            : form.conversation === undefined
              ? undefined
              : await door.policyOf(who.owner.account, form.conversation);
        if (!policy) return notHere();
        return answered(await files.begin(who.owner, request.address, form, policy));
      },
    },
    {
      method: 'PATCH',
      path: PATH,
      bodyLimit(request) {
        const no = refusedAtOnce(request);
        if (no) return no;
        const bytes = Number(request.header('content-length') ?? Number.NaN);
        if (!(bytes > 0)) return json(411, { why: 'no-length' }, CORS);
        if (bytes > LIMITS.fileChunkBytes) return json(413, { why: 'too-long' }, CORS);
        const over = uploads.begin(visitorOf(request)?.owner.id ?? 'operators', request.address, bytes);
        if (!over) return later('busy');
        return { limit: bytes, over, withinMs: door.uploadMs, late: later('too-slow') };
      },
      async answer(request, body) {
        const who = await whoOf(request);
        if (!who) return unknown(request);
        const { id } = partsOf(request);
        const at = Number(new URLSearchParams(request.query).get('at') ?? Number.NaN);
        if (!ID.test(id) || !Number.isSafeInteger(at) || at < 0) return notHere();
        const policyOf = async ({ conversation }: Attachment) =>
          who.kind === 'visitor' ? who.policy : door.policyOf(who.owner.account, conversation ?? '');
        return answered(await files.append(who.owner, id, { at, bytes: body }, policyOf), at + body.byteLength);
      },
    },
    {
      method: 'DELETE',
      path: PATH,
      bodyLimit: (request) => refusedAtOnce(request) ?? 0,
      async answer(request) {
        const who = await whoOf(request);
        if (!who) return unknown(request);
        const { id } = partsOf(request);
        if (ID.test(id)) await files.drop(who.owner, id);
        // The same whether it was there or not.
        return json(200, {}, CORS);
      },
    },
    {
      method: 'GET',
      path: PATH,
      answer(request) {
        const { id, what } = partsOf(request);
        const isVisitors = cookieOf(request, SESSION_COOKIE) === undefined || bearerOf(request) !== undefined;
        if (isVisitors && isTooMuch(request)) return tooMany();
        return ID.test(id) ? served(request, id, what) : notHere();
      },
    },
  ];
}

function bearerOf(request: HttpRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.header('authorization') ?? '')?.[1];
}

function partsOf(request: HttpRequest): { id: string; what: string } {
  const [id = '', what = ''] = request.path.slice(PATH.length).split('/');
  return { id, what };
}

const DOWNLOAD = 'application/octet-stream';
/** Opened by itself it is nobody's page, whatever is in it. */
const SEALED = { 'content-security-policy': "default-src 'none'; sandbox", 'x-frame-options': 'DENY' };
/** By the browser that asked, for a while: a message may be deleted. */
const KEPT = { 'cache-control': 'private, max-age=3600', vary: 'authorization, cookie' };

/** RFC 6266. The name in Latin letters is for what is older than that. */
function disposition(how: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${how}; filename="${plain}"; filename*=UTF-8''${whole}`;
}
