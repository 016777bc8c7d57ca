// Black box: an admin changes what operators may do by hand while somebody is being helped, and it holds at once.

import { beforeAll, expect, test } from 'vitest';
import { addOperator } from '../support/relay.ts';
import { connectPeer, helloOf, type Message, type WirePeer } from '../support/wire-peer.ts';
import { endPair, wireWorld, type Pair } from '../support/wire-world.ts';

type Said = { t: string; grant: string; outcome: { why?: string }; hands: { grants: string[] }[]; policy: unknown };

const world = wireWorld();
let boris = '';
let borisId = '';
let site = { id: '', name: '', origins: [''] };

const sayOf = (message: Message) => message['say'] as Said;
const isHand = (t: string) => (message: Message) => message.t === 'hand' && sayOf(message).t === t;
const post = (address: string, body: unknown) =>
  fetch(world.relay.url + address, {
    method: 'POST',
    headers: { origin: world.relay.url, cookie: world.cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const get = async <T>(address: string): Promise<T> =>
  (await (await fetch(world.relay.url + address, { headers: { cookie: world.cookie } })).json()) as T;
const setPolicy = async (hand: unknown) => {
  const { id, name, origins } = site;
  expect((await post('/api/sites', { id, name, origins, hand })).status).toBe(200);
};
const OPEN = { allowed: ['point', 'suggest', 'control'], given: [], pausedAt: [] };
const operator = (cookie: string): Promise<WirePeer> =>
  connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie });
const mayOf = (welcome: Message) => (welcome as unknown as { operator: { may: string[] } }).operator.may;

beforeAll(async () => {
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
  const { operators } = await get<{ operators: { id: string; login: string }[] }>('/api/operators');
  borisId = operators.find(({ login }) => login === 'boris')?.id ?? '';
  const { sites } = await get<{ sites: (typeof site & { key: string })[] }>('/api/sites');
  site = sites.find(({ key }) => key === world.site) ?? site;
});

/** Control, to Boris, who wished for it. */
async function granted({ visitor, room }: Pair, helper: WirePeer): Promise<void> {
  helper.send({ t: 'hand', room, say: { t: 'wish', grant: 'control' } });
  await visitor.expect(isHand('hands'));
  visitor.send({ t: 'hand', say: { t: 'grant', operator: borisId, grant: 'control', on: true } });
  await visitor.expect((message) => isHand('hands')(message) && sayOf(message).hands[0]?.grants[0] === 'control');
}

test('[G9] a policy that is narrowed takes away what is had, in the moment it is saved; the page is told of it', async () => {
  const pair = await world.pair('narrowed');
  const { visitor, room } = pair;
  const helper = await operator(boris);
  expect(mayOf(await helper.expect('welcome'))).toEqual(OPEN.allowed);
  helper.send({ t: 'watch', room });
  await helper.expect('room');
  await granted(pair, helper);
  await setPolicy({ ...OPEN, allowed: ['point'], pausedAt: ['/pay'] });
  await visitor.expect((message) => isHand('policy')(message));
  await visitor.expect((message) => isHand('hands')(message) && sayOf(message).hands.length === 0);
  await helper.expect(
    (message) =>
      message.t === 'room' && JSON.stringify((message['view'] as { allowed: unknown }).allowed) === '["point"]',
  );
  helper.send({ t: 'hand', room, say: { t: 'wish', grant: 'control' } });
  expect(await helper.expect('refused')).toMatchObject({ what: 'hand', why: 'not-allowed', about: room });
  await setPolicy(OPEN);
  helper.close();
  endPair(pair);
});

test('[G9] an operator whose rights are changed comes back by itself and is told; a form that is none is refused', async () => {
  const helper = await operator(boris);
  await helper.expect('welcome');
  expect((await post('/api/operators/change', { id: borisId, may: ['dance'] })).status).toBe(400);
  expect((await post('/api/operators/change', { id: borisId, may: ['suggest'] })).status).toBe(200);
  expect((await helper.closed()).code).toBe(4104);
  const again = await operator(boris);
  expect(mayOf(await again.expect('welcome'))).toEqual(['suggest']);
  again.close();
  const refused = await post('/api/sites', { ...site, hand: { ...OPEN, pausedAt: ['pay'] } });
  expect([refused.status, await refused.json()]).toEqual([400, { why: 'bad-pattern', what: 'pay' }]);
});

test('[G9] a site that gives something says so in the welcome, to every page', async () => {
  await setPolicy({ ...OPEN, given: ['point'] });
  const visitor = await connectPeer(world.relay.url, 'visitor', { origin: site.origins[0] ?? '' });
  visitor.send(helloOf(world.site, { tab: 'given' }));
  const { hand } = (await visitor.expect('welcome')) as unknown as { hand: string };
  expect(JSON.parse(hand)).toEqual({ t: 'hand', say: { t: 'policy', policy: { ...OPEN, given: ['point'] } } });
  visitor.close();
  await setPolicy(OPEN);
  const other = await connectPeer(world.relay.url, 'visitor', { origin: site.origins[0] ?? '' });
  other.send(helloOf(world.site, { tab: 'open' }));
  expect(await other.expect('welcome')).not.toHaveProperty('hand');
  other.close();
});

test('[G9] an operator who is disabled has nothing from that moment on, and the page is told', async () => {
  await setPolicy(OPEN);
  expect((await post('/api/operators/change', { id: borisId, may: OPEN.allowed })).status).toBe(200);
  const pair = await world.pair('disabled');
  const { visitor, room } = pair;
  const helper = await operator(boris);
  await helper.expect('welcome');
  helper.send({ t: 'watch', room });
  await helper.expect('room');
  await granted(pair, helper);
  expect((await post('/api/operators/change', { id: borisId, disabled: true })).status).toBe(200);
  await visitor.expect((message) => isHand('hands')(message) && sayOf(message).hands.length === 0);
  await helper.closed();
  type Entries = { entries: { deed: { kind: string; on?: boolean; by?: string } }[] };
  await expect
    .poll(async () => (await get<Entries>(`/api/ledger?room=${room}`)).entries[0]?.deed)
    .toMatchObject({ kind: 'grant', on: false, by: 'relay' });
  endPair(pair);
});
