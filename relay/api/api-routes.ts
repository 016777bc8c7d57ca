// The HTTP API's addresses: who calls, with which right, how often; what they ask, checked by the endpoint's schemas; and one
// form of every error. What the endpoints do is in endpoints.ts.
//
// Easy to get wrong: browsers are not who this is for. There is no cookie in it and no permission for other origins, so a page
// can't use a token that it does not have, nor read an answer.

import { ProtocolError } from '../../protocol/protocol-error.ts';
import type { Schema } from '../../protocol/schema.ts';
import { addressKey, createThrottle } from '../auth/throttle.ts';
import { json, readJson, type HttpReply, type HttpRequest, type Route } from '../http.ts';
import type { ApiCaller } from '../store/api-tokens.ts';
import { ApiError, ENDPOINTS, idOf, type ApiDoor, type Endpoint } from './endpoints.ts';
import { fieldsOf } from './json-schema.ts';
import { API_PATH, describeApi } from './openapi.ts';

export type ApiRoutesDoor = ApiDoor & {
  now(): number;
  callerOf(secret: string): Promise<ApiCaller | undefined>;
};

const BODY_BYTES = 64 * 1024;
const MOST_KEY_CHARS = 200;
/** Of one token. */
const CALLS = { burst: 100, everyMs: 50 };
/** Of one address, with tokens that are none. */
const GUESSES = { burst: 20, everyMs: 3000 };

export function createApiRoutes(door: ApiRoutesDoor): Route[] {
  const { now } = door;
  const calls = createThrottle({ ...CALLS, now });
  const guesses = createThrottle({ ...GUESSES, now });

  const admit = async (request: HttpRequest): Promise<ApiCaller> => {
    const secret = secretOf(request);
    const caller = secret === undefined ? undefined : await door.callerOf(secret);
    if (!caller) {
      // Looked up all the same: others who call from there have good ones.
      refuseWhile(guesses.take(addressKey(request.address)));
      throw NO_TOKEN;
    }
    refuseWhile(calls.take(caller.token));
    return caller;
  };

  const answer = async (request: HttpRequest, body: Uint8Array): Promise<HttpReply> => {
    try {
      const caller = await admit(request);
      const { endpoint, params } = find(request);
      if (!caller.rights.includes(endpoint.right))
        throw new ApiError(403, 'no-right', `This token has no right to ${endpoint.right}.`);
      const key = request.header('idempotency-key');
      if (key !== undefined && (key === '' || key.length > MOST_KEY_CHARS))
        throw new ApiError(400, 'bad-request', `Idempotency-Key has 1 to ${MOST_KEY_CHARS} characters.`);
      const given = await endpoint.act(door, {
        caller,
        path: checked(endpoint.params, params, 'path'),
        query: checked(endpoint.query, readQuery(endpoint.query, request.query), 'query'),
        body: endpoint.body && checked(endpoint.body, readBody(body), 'body'),
        newId: idOf(caller, request.path, key),
      });
      return json(200, given);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return errorReply(error);
    }
  };

  const methods = [...new Set(ENDPOINTS.map(({ method }) => method))];
  return [
    {
      method: 'GET',
      path: `${API_PATH}/openapi.json`,
      answer: ({ origin }) => json(200, describeApi(origin)),
    },
    ...methods.map((method): Route => ({
      method,
      path: `${API_PATH}/`,
      ...(method === 'GET'
        ? {}
        : { bodyLimit: (request) => (secretOf(request) === undefined ? errorReply(NO_TOKEN) : BODY_BYTES) }),
      answer,
    })),
  ];
}

const NO_TOKEN = new ApiError(401, 'no-token', 'Send a token of this account as `Authorization: Bearer …`.');

function errorReply({ status, code, message }: ApiError): HttpReply {
  const later = status === 429 || status === 503 ? { 'retry-after': '1' } : {};
  return json(status, { error: { code, message } }, later);
}

function refuseWhile(waitMs: number): void {
  if (waitMs > 0) throw new ApiError(429, 'too-many', `Too many requests. Wait ${Math.ceil(waitMs / 1000)} s.`);
}

function secretOf(request: HttpRequest): string | undefined {
  return /^Bearer (\S{1,200})$/i.exec(request.header('authorization') ?? '')?.[1];
}

function find({ method, path }: HttpRequest): { endpoint: Endpoint; params: Record<string, string> } {
  const parts = path.slice(API_PATH.length).split('/');
  let isKnown = false;
  for (const endpoint of ENDPOINTS) {
    const params = paramsOf(endpoint.path.split('/'), parts);
    if (!params) continue;
    if (endpoint.method === (method === 'HEAD' ? 'GET' : method)) return { endpoint, params };
    isKnown = true;
  }
  if (isKnown) throw new ApiError(405, 'no-such-method', 'This address does not take this method.');
  throw new ApiError(404, 'no-such-address', `There is nothing here; ${API_PATH}/openapi.json says what there is.`);
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const given = parts[at] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = given;
    else if (part !== given) return undefined;
  }
  return params;
}

/** Numbers and yes or no are text in an address. What is not declared is refused: a filter that is misspelt would else give
 * everything. */
function readQuery(schema: Schema<unknown>, query: string): Record<string, unknown> {
  const fields = new Map(fieldsOf(schema).map(({ name, spec }) => [name, spec[0]]));
  const read: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const kind = fields.get(name);
    if (kind === undefined)
      throw new ApiError(400, 'bad-request', `There is no \`${name.slice(0, 50)}\` to ask for here.`);
    if (kind === 'whole' || kind === 'number') read[name] = /^\d{1,16}$/.test(value) ? Number(value) : value;
    else if (kind === 'flag') read[name] = value === 'true' ? true : value === 'false' ? false : value;
    else read[name] = value;
  }
  return read;
}

function readBody(body: Uint8Array): unknown {
  try {
    return readJson(body);
  } catch {
    throw new ApiError(400, 'bad-request', 'The body is not JSON.');
  }
}

function checked<T>(schema: Schema<T>, value: unknown, where: string): T {
  try {
    return schema(value, where);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new ApiError(400, 'bad-request', error.message);
  }
}
