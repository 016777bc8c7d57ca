// Black box: the HTTP API for servers of the account. What a token may, what each endpoint gives and does, what comes twice,
// and what strangers and mistakes get.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { addOperator, addSite, logIn, PASSWORD, startTestRelay, type TestRelay } from '../support/relay.ts';
import { dataOfTwoAccounts } from '../support/two-accounts.ts';
import { connectPeer, helloOf, SHOP, type Message, type WirePeer } from '../support/wire-peer.ts';

type Json = Record<string, unknown>;
type Answer = { status: number; body: Json & { error: { code: string; message: string } }; headers: Headers };

let relay: TestRelay;
/** Anna and her site are of the first account, Eve is an admin of the other. */
let anna: string;
let eve: string;
let site: { id: string; key: string };
let full: string;
let reader: string;
let eves: string;
let visitor: WirePeer;
let conversation: string;

const cabinet = (address: string, body: unknown, cookie: string) =>
  fetch(relay.url + address, {
    method: 'POST',
    headers: { origin: relay.url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
async function newToken(cookie: string, rights: string[]): Promise<{ id: string; secret: string }> {
  const answer = await cabinet('/api/tokens', { name: 'our shop', rights }, cookie);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { id: string; secret: string };
}
async function call(
  method: string,
  path: string,
  options: { token?: string | undefined; body?: unknown; headers?: Record<string, string>; raw?: string } = {},
): Promise<Answer> {
  const { token = full, body, headers = {}, raw } = options;
  const answer = await fetch(`${relay.url}/api/v1${path}`, {
    method,
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'], headers: answer.headers };
}
const chat = (peer: WirePeer, say: Json) => peer.send({ t: 'chat', say });
const hears = (text: string) => (message: Message) =>
  message.t === 'chat' && JSON.stringify(message['say']).includes(JSON.stringify(text));

async function begin(text: string): Promise<WirePeer> {
  const peer = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  peer.send(helloOf(site.key, { tab: newId() }));
  await peer.expect('welcome');
  chat(peer, { t: 'send', message: { id: newId(), body: { text } } });
  await peer.expect((message) => message.t === 'chat' && (message['say'] as Json)['t'] === 'answer');
  return peer;
}
const newest = async () => {
  const { body } = await call('GET', '/conversations?limit=1');
  return (body['conversations'] as { id: string }[])[0]?.id ?? '';
};

beforeAll(async () => {
  relay = await startTestRelay({ dataDir: await dataOfTwoAccounts() });
  anna = await logIn(relay, 'admin', PASSWORD);
  eve = await logIn(relay, 'eve', PASSWORD);
  site = await addSite(relay, anna, [SHOP]);
  full = (await newToken(anna, ['read', 'write'])).secret;
  reader = (await newToken(anna, ['read'])).secret;
  eves = (await newToken(eve, ['read', 'write'])).secret;
  visitor = await begin('Where is my order?');
  conversation = await newest();
});
afterAll(async () => {
  visitor.close();
  expect(await relay.stop()).toBe(0);
});

describe('what it gives and does', () => {
  test('reads a conversation, answers in it, and the visitor hears it from the operator whose token it is', async () => {
    const { status, body } = await call('GET', `/conversations/${conversation}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: conversation, site: site.id, status: 'open', seq: 1, assignee: null });
    expect(body['waitingSince']).toBe(body['lastAt']);
    const answer = await call('POST', `/conversations/${conversation}/messages`, { body: { text: 'On its way.' } });
    expect(answer).toMatchObject({ status: 200, body: { seq: 2 } });
    const state = await visitor.expect(hears('On its way.'));
    expect(JSON.stringify(state)).toContain('"name":"Admin"');
    expect((await call('GET', `/conversations/${conversation}`)).body['waitingSince']).toBeNull();
  });

  test('a note is read by who reads messages, and told to no visitor; what is edited and deleted is another', async () => {
    const peer = await begin('Edits?');
    const mine = await newest();
    const write = async (body: object) =>
      (await call('POST', `/conversations/${mine}/messages`, { body })).body as unknown as { id: string };
    await write({ text: 'only for us', kind: 'note' });
    const wrong = await write({ text: 'Fro' });
    const gone = await write({ text: 'Never mind' });
    const edited = await call('PATCH', `/conversations/${mine}/messages/${wrong.id}`, { body: { text: 'From' } });
    expect(edited).toMatchObject({ status: 200, body: { id: wrong.id, seq: 3 } });
    expect((await call('DELETE', `/conversations/${mine}/messages/${gone.id}`)).status).toBe(200);
    const { messages } = (await call('GET', `/conversations/${mine}/messages`)).body as unknown as {
      messages: { kind: string; body: Json; deletedAt?: number }[];
    };
    expect(messages.map(({ kind, body }) => [kind, body['text']])).toEqual([
      ['text', 'Edits?'],
      ['note', 'only for us'],
      ['text', 'From'],
      ['text', undefined],
    ]);
    expect(messages[3]?.deletedAt).toBeGreaterThan(0);
    await peer.expect(hears('From'));
    expect(JSON.stringify(peer.messages)).not.toContain('only for us');
    peer.close();
  });

  test('assigned, closed, opened again; the change log says what has changed, without holes', async () => {
    const peer = await begin('Close me');
    const mine = await newest();
    const { body } = await call('GET', '/operators');
    const operators = body['operators'] as { id: string; name: string }[];
    expect(operators.map(({ name }) => name)).toContain('Admin');
    const to = operators.find(({ name }) => name === 'Admin')?.id ?? '';
    expect((await call('POST', `/conversations/${mine}/assign`, { body: { to } })).status).toBe(200);
    expect((await call('POST', `/conversations/${mine}/close`)).status).toBe(200);
    const closed = (await call('GET', `/conversations?status=closed&assignee=${to}&site=${site.id}`)).body;
    expect((closed['conversations'] as { id: string }[]).map(({ id }) => id)).toEqual([mine]);
    expect((await call('POST', `/conversations/${mine}/reopen`)).status).toBe(200);
    expect((await call('GET', `/conversations/${mine}`)).body).toMatchObject({ status: 'open', episode: 2 });
    const log = (await call('GET', '/changes?after=0')).body['changes'] as { number: number; conversation: string }[];
    expect(log.map(({ number }) => number)).toEqual(log.map((_, at) => at + 1));
    const last = log.at(-1);
    expect(last?.conversation).toBe(mine);
    expect((await call('GET', `/changes?after=${last?.number}`)).body['changes']).toEqual([]);
    expect((await call('GET', '/sites')).body['sites']).toContainEqual(
      expect.objectContaining({ id: site.id, origins: [SHOP] }),
    );
    peer.close();
  });

  test('pages: every conversation and every message once, whoever writes meanwhile', async () => {
    const peers = await Promise.all(Array.from({ length: 5 }, (_, at) => begin(`page ${at}`)));
    const found: string[] = [];
    for (let before: unknown; found.length < 50;) {
      const from = typeof before === 'string' ? `&before=${before}` : '';
      const { body } = await call('GET', `/conversations?limit=2${from}`);
      found.push(...(body['conversations'] as { id: string }[]).map(({ id }) => id));
      const oldest = found[0] ?? '';
      // Something is said in one that was on an earlier page.
      await call('POST', `/conversations/${oldest}/messages`, { body: { text: `said ${found.length}` } });
      before = body['next'];
      if (before === null) break;
    }
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(6);
    const seqs: number[] = [];
    for (let before: unknown; ;) {
      const from = typeof before === 'number' ? `&before=${before}` : '';
      const { body } = await call('GET', `/conversations/${found[0]}/messages?limit=2${from}`);
      seqs.unshift(...(body['messages'] as { seq: number }[]).map(({ seq }) => seq));
      before = body['next'];
      if (before === null) break;
    }
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    for (const peer of peers) peer.close();
  });

  test('[HA3] the same Idempotency-Key: said once, and answered the same; another conversation is another thing', async () => {
    const headers = { 'idempotency-key': 'order 4711 was sent' };
    const send = (of: string, text: string) =>
      call('POST', `/conversations/${of}/messages`, { body: { text }, headers });
    const [one, two] = await Promise.all([send(conversation, 'Sent today.'), send(conversation, 'Sent today.')]);
    const three = await send(conversation, 'Sent tomorrow.');
    expect(one.status).toBe(200);
    expect(two.body).toEqual(one.body);
    expect(three.body).toEqual(one.body);
    const { messages } = (await call('GET', `/conversations/${conversation}/messages`)).body as unknown as {
      messages: { id: string; body: Json }[];
    };
    expect(messages.filter(({ id }) => id === one.body['id']).map(({ body }) => body['text'])).toEqual(['Sent today.']);
    const peer = await begin('another');
    const other = await send(await newest(), 'Sent today.');
    expect(other.body).toMatchObject({ seq: 2 });
    expect(other.body['id']).not.toBe(one.body['id']);
    peer.close();
  });

  test('a colleague who has answered since is not talked over', async () => {
    const boris = await addOperator(relay, anna, 'boris', 'Boris');
    const console = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie: boris });
    const before = (await call('GET', `/conversations/${conversation}`)).body['seq'] as number;
    const message = { id: newId(), body: { text: 'Boris was here' } };
    console.send({ t: 'dialog', say: { t: 'send', conversation, message, kind: 'text' } });
    await console.expect((one) => one.t === 'dialog' && (one['say'] as Json)['t'] === 'answer');
    const path = `/conversations/${conversation}/messages`;
    const late = await call('POST', path, { body: { text: 'Me, too', expectedSeq: before } });
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'answered-meanwhile' } } });
    expect((await call('POST', path, { body: { text: 'Me, too', expectedSeq: before + 1 } })).status).toBe(200);
    console.close();
  });

  test('its description is there for everybody, and names every address, with what it takes', async () => {
    const answer = await fetch(`${relay.url}/api/v1/openapi.json`);
    expect(answer.status).toBe(200);
    type Operation = { operationId: string; parameters?: { name: string; in: string }[]; requestBody?: unknown };
    const described = (await answer.json()) as { openapi: string; paths: Record<string, Record<string, Operation>> };
    expect(described.openapi).toBe('3.1.0');
    const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { path, method, parameters = [] } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
      // Each is there: an id that nobody has is not found, and not an address that there is not.
      const { body, status } = await call(method.toUpperCase(), path.replace(/\{\w+\}/g, newId()), {
        ...(method === 'post' || method === 'patch' ? { body: { text: 'x', to: null } } : {}),
      });
      if (status !== 200) expect(['no-such-conversation', 'bad-request']).toContain(body.error.code);
    }
    expect(described.paths['/conversations/{conversation}/messages']?.['post']?.requestBody).toMatchObject({
      content: {
        'application/json': {
          schema: { required: ['text'], properties: { text: { type: 'string', minLength: 1, maxLength: 10_000 } } },
        },
      },
    });
  });
});

describe('who may', () => {
  test('[HA1] nobody without a token, or with one that is none, or was revoked; nor by a cookie', async () => {
    for (const token of ['', 'x', 'tandem_', `tandem_${'a'.repeat(43)}`])
      expect(await call('GET', '/conversations', { token })).toMatchObject({
        status: 401,
        body: { error: { code: 'no-token' } },
      });
    expect((await call('GET', '/conversations', { token: '', headers: { cookie: anna } })).status).toBe(401);
    expect((await call('POST', '/conversations', { token: '', raw: 'x'.repeat(1000) })).status).toBe(401);
    const { id, secret } = await newToken(anna, ['read']);
    expect((await call('GET', '/conversations', { token: secret })).status).toBe(200);
    expect((await cabinet('/api/tokens/revoke', { id }, eve)).status).toBe(400);
    expect((await call('GET', '/conversations', { token: secret })).status).toBe(200);
    expect((await cabinet('/api/tokens/revoke', { id }, anna)).status).toBe(200);
    expect((await call('GET', '/conversations', { token: secret })).status).toBe(401);
  });

  test('[HA1] a token that may read only says and changes nothing', async () => {
    const before = (await call('GET', `/conversations/${conversation}`, { token: reader })).body;
    for (const [method, path, body] of [
      ['POST', 'messages', { text: 'no' }],
      ['POST', 'assign', { to: null }],
      ['POST', 'close', undefined],
      ['POST', 'reopen', undefined],
      ['PATCH', `messages/${newId()}`, { text: 'no' }],
      ['DELETE', `messages/${newId()}`, undefined],
    ] as const)
      expect(await call(method, `/conversations/${conversation}/${path}`, { token: reader, body })).toMatchObject({
        status: 403,
        body: { error: { code: 'no-right' } },
      });
    expect((await call('GET', `/conversations/${conversation}`, { token: reader })).body).toEqual(before);
  });

  test('[HA2] another account sees and changes nothing: as if it were not there', async () => {
    const before = (await call('GET', `/conversations/${conversation}`)).body;
    const token = eves;
    expect((await call('GET', '/conversations', { token })).body['conversations']).toEqual([]);
    expect((await call('GET', '/changes?after=0', { token })).body['changes']).toEqual([]);
    const id = ((await call('GET', `/conversations/${conversation}/messages`)).body['messages'] as { id: string }[])[0]
      ?.id;
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/messages', undefined],
      ['POST', '/messages', { text: 'Eve was here' }],
      ['POST', '/assign', { to: null }],
      ['POST', '/close', undefined],
      ['POST', '/reopen', undefined],
      ['PATCH', `/messages/${id}`, { text: 'Eve was here' }],
      ['DELETE', `/messages/${id}`, undefined],
    ] as const)
      expect(await call(method, `/conversations/${conversation}${path}`, { token, body })).toMatchObject({
        status: 404,
        body: { error: { code: 'no-such-conversation' } },
      });
    expect((await call('GET', `/conversations/${conversation}`)).body).toEqual(before);
    // Nor is an operator of hers given something of ours.
    const hers = ((await call('GET', '/operators', { token })).body['operators'] as { id: string }[])[0]?.id;
    expect(await call('POST', `/conversations/${conversation}/assign`, { body: { to: hers } })).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-operator' } },
    });
  });

  test('[HA1] tokens are made and seen by admins only, and shown once', async () => {
    const boris = await addOperator(relay, anna, 'vera', 'Vera');
    expect((await cabinet('/api/tokens', { name: 'mine', rights: ['read'] }, boris)).status).toBe(403);
    expect((await fetch(`${relay.url}/api/tokens`, { headers: { cookie: boris } })).status).toBe(403);
    const foreign = await fetch(`${relay.url}/api/tokens`, {
      method: 'POST',
      headers: { origin: 'http://evil.example', cookie: anna },
      body: JSON.stringify({ name: 'mine', rights: ['read'] }),
    });
    expect(foreign.status).toBe(403);
    const listed = await (await fetch(`${relay.url}/api/tokens`, { headers: { cookie: anna } })).text();
    expect(listed).toContain('our shop');
    for (const secret of [full, reader, eves]) expect(listed).not.toContain(secret.slice(10));
    expect(JSON.parse(listed)).toMatchObject({ tokens: [{ rights: ['read'] }, { rights: ['read', 'write'] }] });
  });

  test('[HA1] a token of an operator who was disabled is worth nothing', async () => {
    await addOperator(relay, anna, 'ada', 'Ada');
    const { operators } = (await (await fetch(`${relay.url}/api/operators`, { headers: { cookie: anna } })).json()) as {
      operators: { id: string; login: string }[];
    };
    const id = operators.find(({ login }) => login === 'ada')?.id;
    expect((await cabinet('/api/operators/change', { id, role: 'admin' }, anna)).status).toBe(200);
    const { secret } = await newToken(await logIn(relay, 'ada', PASSWORD), ['read']);
    expect((await call('GET', '/sites', { token: secret })).status).toBe(200);
    expect((await cabinet('/api/operators/change', { id, disabled: true }, anna)).status).toBe(200);
    expect((await call('GET', '/sites', { token: secret })).status).toBe(401);
  });
});

describe('mistakes and floods', () => {
  test('[HA5] what is wrong is said, in one form, and nothing is done', async () => {
    const path = `/conversations/${conversation}/messages`;
    const before = (await call('GET', `/conversations/${conversation}`)).body;
    const wrong: [method: string, path: string, options: Parameters<typeof call>[2], code: string, status: number][] = [
      ['POST', path, { raw: '{' }, 'bad-request', 400],
      ['POST', path, { raw: '' }, 'bad-request', 400],
      ['POST', path, { body: [] }, 'bad-request', 400],
      ['POST', path, { body: { text: '' } }, 'bad-request', 400],
      ['POST', path, { body: { text: 'x'.repeat(10_001) } }, 'bad-request', 400],
      ['POST', path, { body: { text: 'a\0b' } }, 'bad-request', 400],
      ['POST', path, { body: { text: 'x', kind: 'system' } }, 'bad-request', 400],
      ['POST', path, { body: { text: 'x', replyTo: -1 } }, 'bad-request', 400],
      ['POST', path, { body: { text: 'x', replyTo: 1_000_000 } }, 'no-such-message', 404],
      ['POST', path, { body: { text: 'x' }, headers: { 'idempotency-key': 'x'.repeat(201) } }, 'bad-request', 400],
      ['PATCH', `${path}/${newId()}`, { body: { text: 'x' } }, 'no-such-message', 404],
      ['GET', '/conversations/nothing', {}, 'bad-request', 400],
      ['GET', `/conversations/${newId()}`, {}, 'no-such-conversation', 404],
      ['GET', "/conversations?status=' or 1=1", {}, 'bad-request', 400],
      ['GET', '/conversations?stauts=open', {}, 'bad-request', 400],
      ['GET', '/conversations?limit=101', {}, 'bad-request', 400],
      ['GET', '/conversations?limit=1e1', {}, 'bad-request', 400],
      ['GET', '/conversations?waiting=yes', {}, 'bad-request', 400],
      ['GET', '/conversations?before=%00', {}, 'bad-request', 400],
      ['GET', '/changes', {}, 'bad-request', 400],
      ['GET', '/nothing', {}, 'no-such-address', 404],
      ['GET', '/conversations/', {}, 'bad-request', 400],
      ['DELETE', '/conversations', {}, 'no-such-method', 405],
    ];
    for (const [method, address, options, code, status] of wrong) {
      const { body, headers, ...answer } = await call(method, address, options);
      expect({ ...answer, code: body.error.code }, `${method} ${address} ${JSON.stringify(options)}`).toEqual({
        status,
        code,
      });
      expect(body.error.message.length).toBeGreaterThan(10);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
    expect((await call('GET', `/conversations/${conversation}`)).body).toEqual(before);
  });

  test('[HA4] whoever asks too fast is told when to come again, and others are not held up', async () => {
    const { secret } = await newToken(anna, ['read']);
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => call('GET', '/conversations?limit=1', { token: secret })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(100);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(refused[0]?.body.error.code).toBe('too-many');
    expect((await call('GET', '/conversations?limit=1')).status).toBe(200);
  });

  test('guessing tokens is stopped', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 30; at++)
      statuses.push((await call('GET', '/sites', { token: `tandem_${'g'.repeat(42)}${at % 10}` })).status);
    expect(statuses).toContain(429);
    // From the same address, and good.
    expect((await call('GET', '/sites')).status).toBe(200);
  });
});
