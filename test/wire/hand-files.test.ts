// Black box: files that operators hand over, on the relay as built, sent and fetched by those who may and those who may not.

import { beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { addOperator } from '../support/relay.ts';
import type { Message } from '../support/wire-peer.ts';
import { connectRaw, endPair, wireWorld, type Pair } from '../support/wire-world.ts';

const world = wireWorld();
let boris = '';
beforeAll(async () => {
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});

type Hand = { by: { id: string }; grants: string[] };
type Controlled = Pair & { grant(on: boolean): Promise<void> };

async function controlled(tab: string): Promise<Controlled> {
  const pair = await world.pair(tab);
  const welcome = (await pair.operator.expect('welcome')) as unknown as { operator: { id: string } };
  const { id } = welcome.operator;
  const grant = async (on: boolean) => {
    if (on) {
      pair.operator.send({ t: 'hand', room: pair.room, say: { t: 'wish', grant: 'control' } });
      await pair.visitor.expect((message: Message) => message.t === 'hand' && JSON.stringify(message).includes('wish'));
    }
    pair.visitor.send({ t: 'hand', say: { t: 'grant', operator: id, grant: 'control', on } });
    await pair.operator.expect((message: Message) => {
      const { hands = [] } = (message['view'] ?? {}) as { hands?: Hand[] };
      return message.t === 'room' && hands.some(({ grants }) => grants.includes('control')) === on;
    });
  };
  await grant(true);
  return { ...pair, grant };
}

/** With its room, whose files would count for the tests that follow. */
async function over(one: Pair): Promise<void> {
  one.operator.send({ t: 'end', room: one.room });
  await one.visitor.expect('ended');
  endPair(one);
}

const BYTES = new TextEncoder().encode('total 42');

function post(room: string, options: { body?: Uint8Array; cookie?: string; origin?: string } = {}): Promise<Response> {
  const { body = BYTES, cookie = world.cookie, origin = world.relay.url } = options;
  return fetch(`${world.relay.url}/api/hand/file?room=${encodeURIComponent(room)}`, {
    method: 'POST',
    headers: { origin, cookie, 'content-type': 'application/octet-stream' },
    body: body as Uint8Array<ArrayBuffer>,
  });
}
async function sent(room: string): Promise<string> {
  const answer = await post(room);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}
const get = (id: string, token: string) =>
  fetch(`${world.relay.url}/hand-file/${id}`, { headers: { authorization: `Bearer ${token}` } });

test('[G11] sent by who has control, fetched by the visitor whose room it is for', async () => {
  const one = await controlled('whole');
  const id = await sent(one.room);
  expect(id.length).toBeGreaterThanOrEqual(20);
  const answer = await get(id, one.resume);
  expect(answer.status).toBe(200);
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(BYTES);
  const { headers } = answer;
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-disposition')).toBe('attachment');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('access-control-allow-origin')).toBe('*');
  const asked = await fetch(`${world.relay.url}/hand-file/${id}`, { method: 'OPTIONS' });
  expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  await over(one);
});

test('[G11] not another visitor, nor without a proof, nor what is not there: one answer for all', async () => {
  const one = await controlled('own');
  const other = await world.pair('other');
  const id = await sent(one.room);
  const answers = [await get(id, other.resume), await get(id, 'none'), await get('guessed', one.resume)];
  answers.push(await fetch(`${world.relay.url}/hand-file/${id}`));
  for (const answer of answers) {
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ why: 'not-here' });
  }
  expect((await get(id, one.resume)).status).toBe(200);
  await over(one);
  endPair(other);
});

test('[G11] who is signed out, foreign, without control, or of a room that is none, is refused', async () => {
  const one = await controlled('refused');
  expect((await post(one.room, { cookie: 'tandem=forged' })).status).toBe(401);
  expect((await post(one.room, { cookie: '' })).status).toBe(401);
  expect((await post(one.room, { origin: 'https://shop.example' })).status).toBe(403);
  // Of the same account, and does not even watch.
  expect((await post(one.room, { cookie: boris })).status).toBe(404);
  expect((await post('no-such-room')).status).toBe(404);
  expect((await post('')).status).toBe(404);
  await over(one);
});

test('[G11] when control was taken back, nothing is taken any more, nor given out', async () => {
  const one = await controlled('back');
  const id = await sent(one.room);
  await one.grant(false);
  expect((await post(one.room)).status).toBe(404);
  expect((await get(id, one.resume)).status).toBe(404);
  await over(one);
});

test('[G11] a file is 8 MB at most, says its length, and four of an operator wait', async () => {
  const one = await controlled('limits');
  expect((await post(one.room, { body: new Uint8Array(LIMITS.maxHandFileBytes + 1) })).status).toBe(413);
  const head = `POST /api/hand/file?room=${one.room} HTTP/1.1\r\nhost: ${new URL(world.relay.url).host}\r\norigin: ${world.relay.url}\r\ncookie: ${world.cookie}\r\nconnection: close\r\n`;
  const chunked = connectRaw(world.relay.url);
  await chunked.write(`${head}transfer-encoding: chunked\r\n\r\n8\r\ntotal 42\r\n0\r\n\r\n`);
  expect(await chunked.all).toMatch(/^HTTP\/1.1 (411|400)/);
  // Says more than it sends, and goes: nothing is kept of it, and its place is free again.
  const short = connectRaw(world.relay.url);
  await short.write(`${head}content-length: ${LIMITS.maxHandFileBytes}\r\n\r\nshort`);
  short.end();
  await short.all;
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) statuses.push((await post(one.room)).status);
  expect(statuses.filter((status) => status === 200).length).toBe(4);
  expect(statuses.at(-1)).toBe(429);
  await over(one);
});

test('[G11] a file goes with its room', async () => {
  const one = await controlled('ended');
  const id = await sent(one.room);
  one.operator.send({ t: 'end', room: one.room });
  await one.visitor.expect('ended');
  expect((await get(id, one.resume)).status).toBe(404);
  endPair(one);
});
