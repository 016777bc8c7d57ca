// The API's description (OpenAPI 3.1), made from the endpoints themselves.

import { ENDPOINTS } from './endpoints.ts';
import { fieldsOf, jsonSchemaOf, ofSpec } from './json-schema.ts';

export const API_PATH = '/api/v1';

const error = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};

/** `server`: scheme and host by which it was asked for. */
export function describeApi(server: string): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, summary, right, params, query, body, answer, makes } of ENDPOINTS) {
    const parameters = [
      ...fieldsOf(params).map(({ name, spec }) => ({ name, in: 'path', required: true, schema: ofSpec(spec) })),
      ...fieldsOf(query).map(({ name, spec, required }) => ({ name, in: 'query', required, schema: ofSpec(spec) })),
      ...(makes
        ? [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: false,
              description: 'The same key again does nothing, and is answered as it was the first time.',
              schema: { type: 'string', minLength: 1, maxLength: 200 },
            },
          ]
        : []),
    ];
    (paths[path] ??= {})[method.toLowerCase()] = {
      summary,
      operationId: operationOf(method, path),
      security: [{ token: [right] }],
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(body
        ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchemaOf(body) } } } }
        : {}),
      responses: {
        200: { description: 'Done.', content: { 'application/json': { schema: jsonSchemaOf(answer) } } },
        default: {
          description: 'Not done; `code` says why, for programs, and `message` what to do, for people.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tandem',
      version: '1',
      description:
        'Times are epoch milliseconds. A token is made in the console, by an admin, and acts as that operator. More than ' +
        'a hundred requests at once, or twenty a second, are refused (429, with Retry-After).',
    },
    servers: [{ url: server + API_PATH }],
    paths,
    components: {
      schemas: { Error: error },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** GET /conversations/{conversation}/messages → getConversationsByConversationMessages. */
function operationOf(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part));
  return method.toLowerCase() + words.join('-').replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
