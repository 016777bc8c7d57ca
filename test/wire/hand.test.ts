// Black box: the remote hand on the relay as built, with operators who may not, or no more, and visitors who lie. A pair
// beside them goes on through all of it. What is of another account is in accounts.test.ts.

import { beforeAll, describe, expect, test } from 'vitest';
import { addOperator, addSite, logInFirst, startTestRelay, steadyPort } from '../support/relay.ts';
import { connectPeer, frame, helloOf, payloadText, sequenceOf, SHOP } from '../support/wire-peer.ts';
import type { Message, WirePeer } from '../support/wire-peer.ts';
import { endPair, pairOn, stillWorks, wireWorld, type Pair } from '../support/wire-world.ts';

type Said = { t: string; n: number; by: string; outcome: { done: boolean; why?: string }; hands: Hand[]; act: unknown };
type Hand = { by: { id: string; name: string }; grants: string[]; wish?: string };

const world = wireWorld();
let borisCookie = '';
beforeAll(async () => {
  borisCookie = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});

const CLICK = { t: 'down', at: { node: 1, x: 0.5, y: 0.5 }, button: 0, clicks: 1, mods: 0 };
const FRAME = { t: 'frame', node: 1, note: 'here' };

const sayOf = (message: Message) => message['say'] as Said;
const isHand = (t: string) => (message: Message) => message.t === 'hand' && sayOf(message).t === t;
const hand = (peer: WirePeer, say: unknown, room?: string) =>
  peer.send({ t: 'hand', say, ...(room === undefined ? {} : { room }) });

/** Everything that was sent so far has been looked at. */
async function looked(peer: WirePeer): Promise<void> {
  peer.send({ t: 'probe', at: 1 });
  await peer.expect('echo');
}

async function idOf(operator: WirePeer): Promise<string> {
  return ((await operator.expect('welcome')) as unknown as { operator: { id: string } }).operator.id;
}

const seenBy = ({ frames }: WirePeer) => Math.max(...frames.map(sequenceOf));

function act(operator: WirePeer, room: string, said: { act?: unknown; n: number; seen?: number; tab?: number }): void {
  hand(operator, { t: 'act', tab: 1, seen: seenBy(operator), act: CLICK, ...said }, room);
}

/** What the operator is told of its next act. */
async function outcome(operator: WirePeer): Promise<string> {
  const { n, outcome } = sayOf(await operator.expect(isHand('handled')));
  return `${n} ${outcome.done ? 'done' : outcome.why}`;
}

const actOf = async (visitor: WirePeer) => sayOf(await visitor.expect(isHand('act')));
const actsOf = ({ messages }: WirePeer) => messages.filter(isHand('act')).map(sayOf);

const answer = (visitor: WirePeer, { by, n }: { by: string; n: number }, said: unknown = { done: true }) =>
  hand(visitor, { t: 'handled', operator: by, n, outcome: said });

/** The visitor has granted this, and both know. */
async function grant(one: Pair, to: string, what = 'control', on = true, wishing = one.operator): Promise<void> {
  const { visitor, operator, room } = one;
  if (on) {
    hand(wishing, { t: 'wish', grant: what }, room);
    const isWished = ({ by, wish, grants }: Hand) => by.id === to && (wish === what || grants.includes(what));
    // A wish for what another has is before that operator: pages are not told.
    if (wishing === operator)
      await visitor.expect((message) => isHand('hands')(message) && sayOf(message).hands.some(isWished));
    else await looked(wishing);
  }
  hand(visitor, { t: 'grant', operator: to, grant: what, on });
  const has = (hands: Hand[] | undefined) =>
    hands?.some(({ by, grants }) => by.id === to && grants.includes(what)) === true;
  await visitor.expect((message) => isHand('hands')(message) && has(sayOf(message).hands) === on);
  await operator.expect((message) => message.t === 'room' && has((message['view'] as { hands?: Hand[] }).hands) === on);
}

async function granted(tab: string, ...what: string[]): Promise<Pair & { anna: string }> {
  const one = await world.pair(tab);
  const anna = await idOf(one.operator);
  for (const each of what) await grant(one, anna, each);
  return { ...one, anna };
}

test('[G6] a wish, its grant, an act and what became of it; a wish that is denied', async () => {
  const one = await world.pair('whole');
  const { visitor, operator, room } = one;
  hand(operator, { t: 'wish', grant: 'control' }, room);
  const [wish] = sayOf(await visitor.expect(isHand('hands'))).hands;
  expect(wish).toMatchObject({ grants: [], wish: 'control' });
  hand(visitor, { t: 'grant', operator: wish?.by.id, grant: 'control', on: true });
  await operator.expect(
    (message) =>
      message.t === 'room' && (message['view'] as { hands?: Hand[] }).hands?.[0]?.grants.includes('control') === true,
  );
  act(operator, room, { n: 1 });
  const got = await actOf(visitor);
  expect(got).toMatchObject({ by: wish?.by.id, act: CLICK });
  answer(visitor, got, { done: false, why: 'covered', what: 'a dialog' });
  expect(await outcome(operator)).toBe('1 covered');
  hand(operator, { t: 'wish', grant: 'point' }, room);
  await visitor.expect((message) => isHand('hands')(message) && sayOf(message).hands[0]?.wish === 'point');
  hand(visitor, { t: 'grant', operator: wish?.by.id, grant: 'point', on: false });
  expect(sayOf(await operator.expect(isHand('denied')))).toMatchObject({ grant: 'point' });
  const { text } = await fetch(`${world.relay.url}/metrics`).then(async (got) => ({ text: await got.text() }));
  expect(text).toContain('tandem_hand_acts_total{outcome="covered"} 1');
  endPair(one);
});

describe('who may not', () => {
  test('[G1] an operator without the grant, with another, or who does not watch', async () => {
    const control = await world.pair('control-grants');
    const one = await granted('not-granted', 'point');
    const boris = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: borisCookie });
    hand(boris, { t: 'act', tab: 1, n: 1, seen: 1, act: FRAME }, one.room);
    expect(await boris.expect('refused')).toMatchObject({ what: 'hand', why: 'not-allowed', about: one.room });
    const entries = async () =>
      (
        (await (
          await fetch(`${world.relay.url}/api/ledger?room=${one.room}`, { headers: { cookie: world.cookie } })
        ).json()) as {
          entries: { operator: { name: string }; deed: unknown }[];
        }
      ).entries;
    await expect
      .poll(async () => (await entries()).filter(({ operator }) => operator.name === 'Boris'))
      .toMatchObject([{ deed: { kind: 'act', outcome: { done: false, why: 'not-granted' } } }]);
    boris.send({ t: 'watch', room: one.room });
    await boris.frame();
    act(boris, one.room, { n: 2, act: FRAME });
    expect(await outcome(boris)).toBe('2 not-granted');
    act(one.operator, one.room, { n: 1 });
    expect(await outcome(one.operator)).toBe('1 not-granted');
    await looked(one.visitor);
    expect(actsOf(one.visitor)).toEqual([]);
    await stillWorks(control, 2);
    boris.close();
    for (const each of [control, one]) endPair(each);
  });

  test('[G2] one with a stale grant: taken back, given to another, left behind', async () => {
    const one = await granted('stale', 'control');
    const { visitor, operator, room, anna } = one;
    act(operator, room, { n: 1 });
    answer(visitor, await actOf(visitor));
    expect(await outcome(operator)).toBe('1 done');
    await grant(one, anna, 'control', false);
    act(operator, room, { n: 2 });
    expect(await outcome(operator)).toBe('2 not-granted');
    await grant(one, anna);
    const boris = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: borisCookie });
    const borisId = await idOf(boris);
    boris.send({ t: 'watch', room });
    await boris.expect('room');
    await grant(one, borisId, 'control', true, boris);
    act(operator, room, { n: 3 });
    expect(await outcome(operator)).toBe('3 not-granted');
    boris.send({ t: 'leave', room });
    boris.send({ t: 'watch', room });
    await boris.frame();
    act(boris, room, { n: 1 });
    expect(await outcome(boris)).toBe('1 not-granted');
    expect(actsOf(visitor).length).toBe(1);
    boris.close();
    endPair(one);
  });

  test('[G5] one that sends an old number again', async () => {
    const one = await granted('replay', 'control');
    const { visitor, operator, room } = one;
    act(operator, room, { n: 7 });
    answer(visitor, await actOf(visitor));
    expect(await outcome(operator)).toBe('7 done');
    act(operator, room, { n: 7 });
    act(operator, room, { n: 1 });
    expect([await outcome(operator), await outcome(operator)]).toEqual(['7 repeated', '1 repeated']);
    act(operator, room, { n: 8 });
    answer(visitor, await actOf(visitor));
    expect(await outcome(operator)).toBe('8 done');
    expect(actsOf(visitor).length).toBe(2);
    endPair(one);
  });

  test('[G1] one that acts during a pause', async () => {
    const one = await granted('paused', 'control');
    const { visitor, operator, room } = one;
    visitor.send({ t: 'pause', on: true });
    await operator.expect((message) => (message['view'] as { state?: string } | undefined)?.state === 'paused');
    act(operator, room, { n: 1 });
    expect(await outcome(operator)).toBe('1 paused');
    await looked(visitor);
    expect(actsOf(visitor)).toEqual([]);
    endPair(one);
  });

  test('[G3] one that aims at the document before', async () => {
    const one = await granted('before', 'control');
    const { operator, room, token, resume } = one;
    const seen = seenBy(operator);
    one.visitor.close();
    const next = await connectPeer(world.relay.url, 'visitor', { origin: SHOP });
    next.send(world.hello({ tab: 'before', token, resume }));
    await next.expect('welcome');
    // It holds over the page load, and the page hears so.
    expect(sayOf(await next.expect(isHand('hands'))).hands[0]?.grants).toEqual(['control']);
    act(operator, room, { n: 1 });
    expect(await outcome(operator)).toBe('1 gone');
    next.raw(frame(1, 1, '["the next one"]'));
    await operator.frame((bytes) => payloadText(bytes).includes('the next one'));
    act(operator, room, { n: 2, seen });
    expect(await outcome(operator)).toBe('2 gone');
    act(operator, room, { n: 3, seen: seenBy(operator) + 100 });
    expect(await outcome(operator)).toBe('3 gone');
    act(operator, room, { n: 4 });
    answer(next, await actOf(next));
    expect(await outcome(operator)).toBe('4 done');
    act(operator, room, { n: 5, tab: 2 });
    expect(await outcome(operator)).toBe('5 away');
    next.close();
    endPair(one);
  });

  test('[G7] one that floods', async () => {
    const control = await world.pair('control-acts');
    const one = await granted('flooded', 'control');
    for (let n = 1; n <= 3000; n++) act(one.operator, one.room, { n });
    expect((await one.operator.closed()).code).toBe(4203);
    await looked(one.visitor);
    // What it could send before, and in the time that took.
    expect(actsOf(one.visitor).length).toBeGreaterThanOrEqual(300);
    expect(actsOf(one.visitor).length).toBeLessThan(2000);
    await stillWorks(control, 2);
    for (const each of [control, one]) endPair(each);
  });

  test('[P7] acts that are too long, or none', async () => {
    const one = await granted('oversized', 'control');
    const bad = [
      { t: 'text', text: 'x'.repeat(20_001), isPasted: true },
      { t: 'key', key: 'k'.repeat(33), code: '', mods: 0 },
      { t: 'frame', node: 1, note: 'x'.repeat(501) },
      { t: 'wheel', at: CLICK.at, dx: 0, dy: 10_001, mods: 0 },
      { t: 'down', at: { node: 1, x: 2, y: 0 }, button: 0, clicks: 1, mods: 0 },
      { t: 'choose', node: 1, options: Array(1001).fill(0) },
      { t: 'eval', code: 'alert(1)' },
      null,
    ];
    for (const each of bad) {
      const peer = await world.operator();
      peer.send({ t: 'watch', room: one.room });
      await peer.expect('room');
      hand(peer, { t: 'act', tab: 1, n: 1, seen: 1, act: each }, one.room);
      expect((await peer.closed()).code, JSON.stringify(each)?.slice(0, 60)).toBe(4504);
    }
    act(one.operator, one.room, { n: 1, act: { t: 'text', text: 'ж'.repeat(20_000), isPasted: true } });
    answer(one.visitor, await actOf(one.visitor));
    expect(await outcome(one.operator)).toBe('1 done');
    expect(actsOf(one.visitor).length).toBe(1);
    endPair(one);
  });
});

describe('visitors who lie', () => {
  test('[G5] answers for another operator, for another tab, or to nothing', async () => {
    const one = await granted('forged', 'control', 'point');
    const { visitor, operator, room, anna, token, resume } = one;
    const boris = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: borisCookie });
    const borisId = await idOf(boris);
    boris.send({ t: 'watch', room });
    await boris.frame();
    act(operator, room, { n: 1 });
    const got = await actOf(visitor);
    const other = await connectPeer(world.relay.url, 'visitor', { origin: SHOP });
    other.send(world.hello({ tab: 'forged-2', token, resume }));
    await other.expect('welcome');
    answer(other, got);
    answer(visitor, { by: borisId, n: got.n });
    answer(visitor, { by: anna, n: got.n + 1 });
    answer(visitor, { by: 'nobody', n: 1 });
    for (const peer of [other, visitor]) await looked(peer);
    answer(visitor, got, { done: false, why: 'masked' });
    answer(visitor, got);
    expect(await outcome(operator)).toBe('1 masked');
    for (const peer of [visitor, operator, boris]) await looked(peer);
    expect(operator.messages.filter(isHand('handled')).length).toBe(1);
    expect(boris.messages.filter((message) => message.t === 'hand')).toEqual([]);
    for (const peer of [boris, other]) peer.close();
    endPair(one);
  });

  test('[G5] a flood of them, and answers that are too long', async () => {
    const control = await world.pair('control-answers');
    const one = await granted('answers', 'control');
    for (let n = 1; n <= 3000; n++) answer(one.visitor, { by: one.anna, n });
    expect((await one.visitor.closed()).code).toBe(4203);
    const two = await granted('long-answer', 'control');
    act(two.operator, two.room, { n: 1 });
    answer(two.visitor, await actOf(two.visitor), { done: true, what: 'x'.repeat(201) });
    expect((await two.visitor.closed()).code).toBe(4504);
    // Whose link went has not answered.
    expect(await outcome(two.operator)).toBe('1 away');
    await stillWorks(control, 2);
    for (const each of [control, one, two]) endPair(each);
  });

  test('[G5] as many answers as there are acts are no flood', async () => {
    const one = await granted('busy', 'control');
    // Four times what a visitor may say at once.
    for (let n = 1; n <= 250; n++) act(one.operator, one.room, { n });
    for (let n = 1; n <= 250; n++) answer(one.visitor, await actOf(one.visitor));
    for (let n = 1; n <= 250; n++) expect(await outcome(one.operator)).toBe(`${n} done`);
    await looked(one.visitor);
    endPair(one);
  });

  test('[G2] a grant to one who is of no such room', async () => {
    const one = await granted('nobody');
    const boris = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: borisCookie });
    const borisId = await idOf(boris);
    for (const operator of [borisId, 'nobody', '__proto__'])
      hand(one.visitor, { t: 'grant', operator, grant: 'control', on: true });
    await looked(one.visitor);
    await looked(boris);
    expect(one.visitor.messages.filter(isHand('hands')).flatMap((message) => sayOf(message).hands)).toEqual([]);
    expect(boris.messages.filter((message) => message.t === 'hand' || message.t === 'room')).toEqual([]);
    boris.close();
    endPair(one);
  });
});

test('[G2] a relay that was killed knows no grant until the page says it again', async () => {
  const port = await steadyPort();
  const first = await startTestRelay({ env: { TANDEM_PORT: port } });
  const cookie = await logInFirst(first);
  const site = (await addSite(first, cookie, [SHOP])).key;
  const one = await pairOn(first, { cookie, site, tab: 'killed' });
  const anna = await idOf(one.operator);
  await grant(one, anna);
  await first.kill();
  const relay = await startTestRelay({ dataDir: first.dataDir, env: { TANDEM_PORT: port } });
  // A console that is back before the page: what it does meanwhile is answered, too.
  const early = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
  early.send({ t: 'watch', room: one.room, number: 1, from: 1 });
  hand(early, { t: 'act', tab: 1, n: 1, seen: 1, act: CLICK }, one.room);
  expect(await outcome(early)).toBe('1 away');
  hand(early, { t: 'wish', grant: 'control' }, one.room);
  expect(await early.expect('refused')).toMatchObject({ what: 'hand', why: 'no-such-room' });
  early.close();
  await early.closed();
  const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  page.send(helloOf(site, { tab: 'killed', token: one.token, resume: one.resume }));
  await page.expect('welcome');
  hand(page, { t: 'grant', operator: anna, grant: 'control', on: true });
  await looked(page);
  // Spoken to, so that it says what it has granted; nobody has anything.
  const told = page.messages.filter((message) => message.t === 'hand').map(sayOf);
  expect(told.map(({ t, hands }) => [t, hands])).toEqual([['hands', []]]);
  const operator = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
  operator.send({ t: 'watch', room: one.room });
  expect(
    sayOf(await page.expect((message) => isHand('hands')(message) && sayOf(message).hands.length > 0)).hands,
  ).toMatchObject([{ by: { id: anna }, grants: ['control'] }]);
  page.raw(frame(1, 1, '["again"]'));
  await operator.frame((bytes) => payloadText(bytes).includes('again'));
  act(operator, one.room, { n: 1 });
  answer(page, await actOf(page));
  expect(await outcome(operator)).toBe('1 done');
  for (const peer of [page, operator]) peer.close();
  expect(await relay.stop()).toBe(0);
});

describe('the ledger', () => {
  const get = async (address: string, cookie: string) => {
    const answer = await fetch(world.relay.url + address, { headers: { cookie } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  type Entry = {
    number: number;
    room: string;
    url: string;
    deed: { kind: string; on?: boolean; outcome?: { done: boolean } };
  };

  test('what was granted and done is to be read afterwards, by admins, and the chain holds', async () => {
    const { visitor, operator, room, anna } = await granted('ledger', 'control');
    act(operator, room, { n: 1 });
    answer(visitor, await actOf(visitor), { done: true, what: 'button Buy' });
    await outcome(operator);
    await grant({ visitor, operator, room } as Pair, anna, 'control', false);
    act(operator, room, { n: 2 });
    expect(await outcome(operator)).toBe('2 not-granted');
    const told = async () => (await get(`/api/ledger?room=${room}`, world.cookie)).body['entries'] as Entry[];
    await expect.poll(async () => (await told()).length).toBe(4);
    expect((await told()).map(({ deed }) => deed.on ?? deed.outcome?.done)).toEqual([false, false, true, true]);
    const [{ number } = { number: 0 }] = await told();
    const older = (await get(`/api/ledger?room=${room}&before=${number}`, world.cookie)).body['entries'] as Entry[];
    expect(older.length).toBe(3);
    const { body: check } = await get('/api/ledger/check', world.cookie);
    expect(check).toMatchObject({
      entries: expect.any(Number) as number,
      head: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(check['brokenAt']).toBeUndefined();
  });

  test('nobody else reads it, and nonsense is named', async () => {
    for (const address of ['/api/ledger', '/api/ledger/check']) {
      expect((await get(address, borisCookie)).status).toBe(403);
      expect((await get(address, '')).status).toBe(401);
    }
    for (const query of ['room=%00', `room=${'x'.repeat(65)}`, 'before=x', 'before=1.5', "room='--"])
      expect((await get(`/api/ledger?${query}`, world.cookie)).body['why'], query).toBe('bad-form');
  });
});
