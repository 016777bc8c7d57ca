// Black box: two accounts on one relay. Whatever an operator of one sends, it sees and changes nothing of the other's.

import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSite, logIn, PASSWORD, startTestRelay, type TestRelay } from '../support/relay.ts';
import { dataOfTwoAccounts } from '../support/two-accounts.ts';
import { connectPeer, helloOf, payloadText, SHOP, type Message, type WirePeer } from '../support/wire-peer.ts';
import { endPair, pairOn, stillWorks, type Pair } from '../support/wire-world.ts';

let relay: TestRelay;
/** Anna and her site are of the first account, Eve is an admin of the other. */
let anna: string;
let eve: string;
let site: { id: string; key: string };
let eveSite: { id: string; key: string };

beforeAll(async () => {
  const dataDir = await dataOfTwoAccounts();
  relay = await startTestRelay({ dataDir });
  anna = await logIn(relay, 'admin', PASSWORD);
  eve = await logIn(relay, 'eve', PASSWORD);
  site = await addSite(relay, anna, [SHOP]);
  eveSite = await addSite(relay, eve, ['http://eve.example']);
});

afterAll(async () => {
  expect(await relay.stop()).toBe(0);
});

const operator = (cookie: string) => connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
const pair = (tab: string): Promise<Pair> => pairOn(relay, { cookie: anna, site: site.key, tab });

/** Everything that was sent so far has been looked at. */
async function seen(peer: WirePeer): Promise<void> {
  peer.send({ t: 'probe', at: 1 });
  await peer.expect('echo');
}

const post = (address: string, body: unknown, cookie: string) =>
  fetch(relay.url + address, {
    method: 'POST',
    headers: { origin: relay.url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const read = async (address: string, cookie: string): Promise<string> =>
  (await fetch(relay.url + address, { headers: { cookie } })).text();

test('[RM8] visitors: not listed, not asked, not found by their code', async () => {
  const one = await pair('listed');
  const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  page.send(helloOf(site.key, { tab: 'alone' }));
  await page.expect('welcome');
  page.send({ t: 'code' });
  const { code } = (await page.expect('code')) as unknown as { code: string };
  const spy = await operator(eve);
  const welcome = await spy.expect('welcome');
  expect(JSON.stringify(welcome)).not.toContain(site.id);
  spy.send({ t: 'list', on: true });
  expect(await spy.expect('rows')).toMatchObject({ put: [] });
  spy.send({ t: 'ask', visitor: one.id });
  expect(await spy.expect('refused')).toMatchObject({ what: 'ask', why: 'unknown-visitor' });
  spy.send({ t: 'unask', visitor: one.id });
  spy.send({ t: 'code', code });
  expect(await spy.expect('refused')).toMatchObject({ what: 'code', why: 'wrong-code' });
  // Who is there, moves or leaves is no news for the other account either.
  page.send({ t: 'page', page: { url: `${SHOP}/b`, title: 'B', visible: true, viewport: { width: 1, height: 1 } } });
  const own = await operator(anna);
  own.send({ t: 'list', on: true });
  const isThere = (message: Message) => message.t === 'rows' && JSON.stringify(message).includes(`${SHOP}/b`);
  await own.expect(isThere);
  await seen(spy);
  // Its own question comes back with the refusal; nothing else does.
  const told = JSON.stringify(spy.messages.filter((message) => message.t !== 'refused'));
  expect(told).not.toContain(one.id);
  expect(told).not.toContain(SHOP);
  // A code that the other account tried is as good as before.
  own.send({ t: 'code', code });
  await page.expect('ask');
  for (const peer of [page, spy, own]) peer.close();
  endPair(one);
});

test('[RM8] rooms: not joined, not read, not ended, and not waited for after a restart', async () => {
  const one = await pair('joined');
  const spy = await operator(eve);
  await spy.expect('welcome');
  spy.send({ t: 'watch', room: one.room });
  expect(await spy.expect('refused')).toMatchObject({ what: 'watch', why: 'no-such-room' });
  // As one who says that it was there before.
  for (const number of [0, 1]) spy.send({ t: 'watch', room: one.room, number, from: 0 });
  spy.send({ t: 'history', room: one.room, from: 0 });
  spy.send({ t: 'leave', room: one.room });
  spy.send({ t: 'end', room: one.room });
  expect(await spy.expect((message) => message['what'] === 'end')).toMatchObject({ why: 'no-such-room' });
  await stillWorks(one, 2);
  await seen(spy);
  expect(spy.frames).toEqual([]);
  expect(spy.messages.some((message) => message.t === 'room' || message.t === 'history')).toBe(false);

  // Before the visitor is back, a relay that restarted does not know whose the room is.
  await relay.kill();
  relay = await startTestRelay({ dataDir: relay.dataDir });
  const early = await operator(eve);
  const own = await operator(anna);
  for (const peer of [early, own]) peer.send({ t: 'watch', room: one.room, number: 1, from: 0 });
  await Promise.all([seen(early), seen(own)]);
  const back = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  back.send(helloOf(site.key, { tab: 'joined', token: one.token, resume: one.resume }));
  await back.expect('welcome');
  await own.expect('room');
  await seen(early);
  expect(early.messages.some((message) => message.t === 'room')).toBe(false);
  for (const peer of [back, early, own, spy]) peer.close();
  endPair(one);
});

test('[G1] the hand: no wish, no act, and no grant that is of use', async () => {
  const one = await pair('hand');
  const spy = await operator(eve);
  const { operator: who } = (await spy.expect('welcome')) as unknown as { operator: { id: string } };
  one.visitor.send({ t: 'hand', say: { t: 'grant', operator: who.id, grant: 'control', on: true } });
  await seen(one.visitor);
  const acts = [
    { t: 'wish', grant: 'control' },
    { t: 'unwish' },
    { t: 'release', grant: 'control' },
    { t: 'act', tab: 1, n: 1, seen: 1, act: { t: 'go', to: 'back' } },
  ];
  for (const say of acts) {
    spy.send({ t: 'hand', room: one.room, say });
    expect(await spy.expect('refused')).toMatchObject({ what: 'hand', why: 'no-such-room', about: one.room });
  }
  spy.send({ t: 'watch', room: one.room });
  await seen(spy);
  await seen(one.visitor);
  // Only that nobody has anything.
  expect(one.visitor.messages.filter((message) => message.t === 'hand')).toEqual([
    { t: 'hand', say: { t: 'hands', hands: [] } },
  ]);
  // But whose page it is may read that somebody tried.
  await expect
    .poll(async () => {
      const { entries } = JSON.parse(await read(`/api/ledger?room=${one.room}`, anna)) as {
        entries: { operator: { name: string }; deed: { kind: string; isForeign?: true } }[];
      };
      return entries.map(({ operator: { name }, deed }) => [name, deed.kind, deed.isForeign]);
    })
    .toEqual([
      ['Eve', 'act', true],
      ['Eve', 'wish', true],
    ]);
  expect(JSON.parse(await read('/api/ledger', eve))).toEqual({ entries: [] });
  spy.close();
  endPair(one);
});

test('[A1] assets: served to the account whose site they are of', async () => {
  const one = await pair('asset');
  const sheet = Buffer.from('.of-one-account{color:red}');
  const name = createHash('sha256').update(sheet).digest('hex');
  one.visitor.send({ t: 'assets', list: [{ url: `${SHOP}/a.css`, hash: name }] });
  await one.visitor.expect('want');
  const stored = await fetch(`${relay.url}/upload/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${one.resume}`, 'content-type': 'text/css' },
    body: sheet,
  });
  expect(await stored.json()).toEqual({ stored: true });
  await one.operator.frame((bytes) => bytes[0] === 5 && payloadText(bytes).includes(name));
  const asset = (id: string, cookie: string) => fetch(`${relay.url}/asset/${id}/${name}`, { headers: { cookie } });
  expect((await asset(site.id, anna)).status).toBe(200);
  const refused = await asset(site.id, eve);
  const missing = await fetch(`${relay.url}/asset/${site.id}/${'0'.repeat(64)}`, { headers: { cookie: eve } });
  // The same answer as for what nobody has.
  expect([refused.status, await refused.text()]).toEqual([missing.status, await missing.text()]);
  expect(refused.status).toBe(404);
  // Nor under the name of a site of one's own.
  expect((await asset(eveSite.id, eve)).status).toBe(404);
  endPair(one);
});

test('[RM8] settings: neither read nor changed', async () => {
  const admins = await read('/api/operators', anna);
  const sites = await read('/api/sites', anna);
  const [admin] = (JSON.parse(admins) as { operators: { id: string }[] }).operators;
  expect(sites).toContain(site.key);
  expect(await read('/api/sites', eve)).not.toContain(site.id);
  expect(await read('/api/operators', eve)).not.toContain(admin?.id ?? 'nobody');
  const tries: [string, unknown][] = [
    ['/api/sites', { id: site.id, name: 'Mine now', origins: ['http://eve.example'] }],
    ['/api/operators/change', { id: admin?.id, disabled: true }],
    ['/api/operators/change', { id: admin?.id, newPassword: true }],
    ['/api/operators/change', { id: admin?.id, endSessions: true }],
  ];
  for (const [address, body] of tries) {
    const answer = await post(address, body, eve);
    expect(answer.ok, address).toBe(false);
    expect(await answer.text()).toContain('unknown');
  }
  expect(await read('/api/operators', anna)).toBe(admins);
  expect(await read('/api/sites', anna)).toBe(sites);
  expect(await read('/api/me', anna)).toContain('admin');
  // A page of the other account's origin may not speak for this one's site.
  const page = await connectPeer(relay.url, 'visitor', { origin: 'http://eve.example' });
  page.send(helloOf(site.key, { tab: 'eve' }));
  expect((await page.closed()).code).toBe(4501);
});

test('[WA7] who answers: neither colleagues nor teams of the other account are seen, joined or given anything', async () => {
  const made = await post('/api/teams', { name: 'Anna’s', members: [], hours: null }, anna);
  const { team } = (await made.json()) as { team: { id: string } };
  const { operators } = JSON.parse(await read('/api/operators', anna)) as { operators: { id: string }[] };
  const spy = await operator(eve);
  spy.send({ t: 'dialog', say: { t: 'colleagues', on: true } });
  await spy.expect((message) => (message['say'] as { t?: string } | undefined)?.t === 'colleagues');
  const watching = await operator(anna);
  watching.send({ t: 'dialog', say: { t: 'declare', presence: 'invisible' } });
  watching.send({ t: 'dialog', say: { t: 'colleagues', on: true } });
  await watching.expect((message) => JSON.stringify(message).includes('"presence":"invisible"'));
  await seen(spy);
  for (const { id } of operators) expect(JSON.stringify(spy.messages)).not.toContain(id);
  expect(JSON.stringify(spy.messages)).not.toContain(team.id);
  expect(await read('/api/teams', eve)).not.toContain(team.id);
  for (const [address, body] of [
    ['/api/teams', { id: team.id, name: 'Eve’s', members: [], hours: null }],
    ['/api/teams', { name: 'Eve’s', members: operators.map(({ id }) => id), hours: null }],
    ['/api/teams/drop', { id: team.id }],
    ['/api/operators/change', { id: operators[0]?.id, limit: 1 }],
    [
      '/api/sites',
      {
        id: eveSite.id,
        name: 'x',
        origins: ['http://eve.example'],
        routing: { team: team.id, mode: 'auto', answerSec: 1 },
      },
    ],
  ] as const)
    expect((await post(address, body, eve)).status, address).toBe(400);
  const conversation = randomUUID();
  const id = randomUUID();
  spy.send({ t: 'dialog', say: { t: 'assign', conversation, id, to: null, team: team.id } });
  await spy.expect((message) => (message['say'] as { why?: string } | undefined)?.why === 'no-such-operator');
  watching.send({ t: 'dialog', say: { t: 'declare', presence: 'online' } });
  spy.close();
  watching.close();
});
