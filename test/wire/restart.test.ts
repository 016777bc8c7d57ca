// Black box: what holds over the end of a relay, clean or by SIGKILL, and over the loss of a visitor.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addSite, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';
import { connectPeer, frame, helloOf, payloadText, SHOP, type Message } from '../support/wire-peer.ts';
import { pairOn, type Pair } from '../support/wire-world.ts';

/** A tab of that visitor comes with this proof. What it is told of its visit; undefined: that it has ended. */
async function comeBack(relay: TestRelay, shop: string, proof: { token: string; resume: string }) {
  const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  page.send(helloOf(shop, { tab: 'late', ...proof }));
  const { visit } = (await page.expect('welcome')) as unknown as { visit?: { room: string; paused: boolean } };
  if (!visit) expect((await page.expect('ended'))['why']).toBe('lost');
  page.close();
  return visit;
}

const visitThat = (holds: (visit: { paused: boolean; resume: string }) => boolean) => (message: Message) =>
  message.t === 'visit' && holds((message as unknown as { visit: { paused: boolean; resume: string } }).visit);

/** A relay with the pairs of `act` on it, and what has become of them when it is back after `end`. */
function restarted<P>(
  end: 'kill' | 'stop',
  env: Record<string, string>,
  act: (pair: (tab: string) => Promise<Pair>) => Promise<P>,
) {
  let found: { relay: TestRelay; cookie: string; shop: string; pairs: P } | undefined;
  beforeAll(async () => {
    const relay = await startTestRelay({ env });
    const cookie = await logInFirst(relay);
    const site = (await addSite(relay, cookie, [SHOP])).key;
    const pairs = await act((tab) => pairOn(relay, { cookie, site, tab }));
    await relay[end]();
    found = { relay: await startTestRelay({ dataDir: relay.dataDir }), cookie, shop: site, pairs };
  });
  afterAll(async () => {
    expect(await found?.relay.stop()).toBe(0);
  });
  return () => {
    if (!found) throw new Error('the relay is not there yet');
    return found;
  };
}

describe('killed the moment it has answered', () => {
  const world = restarted('kill', {}, async (pair) => {
    const [wentOn, paused, stopped] = [await pair('went-on'), await pair('paused'), await pair('stopped')];
    wentOn.visitor.send({ t: 'pause', on: true });
    const answer = await wentOn.visitor.expect(visitThat((visit) => visit.paused));
    wentOn.visitor.send({ t: 'pause', on: false });
    const { messages } = wentOn.visitor;
    const goesOn = visitThat((visit) => !visit.paused);
    const { visit } = (await wentOn.visitor.expect(
      (message) => messages.indexOf(message) > messages.indexOf(answer) && goesOn(message),
    )) as unknown as { visit: { resume: string } };
    paused.visitor.send({ t: 'pause', on: true });
    stopped.visitor.send({ t: 'stop' });
    await Promise.all([paused.visitor.expect(visitThat((visit) => visit.paused)), stopped.visitor.expect('ended')]);
    return { wentOn: { ...wentOn, resume: visit.resume }, paused, stopped };
  });

  test('[RM7] what the visitor has stopped stays stopped', async () => {
    const { relay, cookie, shop, pairs } = world();
    const { room } = pairs.stopped;
    const anna = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
    // As a console that was watching and missed the end: not one that waits for the visitor.
    anna.send({ t: 'watch', room, number: 1, from: 1 });
    expect(await anna.expect('refused')).toMatchObject({ what: 'watch', why: 'no-such-room' });
    expect(await comeBack(relay, shop, pairs.stopped)).toBeUndefined();
    expect(anna.messages.some((message) => message.t === 'room')).toBe(false);
    anna.close();
  });

  test('[RM6] a proof of before the pause brings the room back paused', async () => {
    const { relay, shop, pairs } = world();
    expect(await comeBack(relay, shop, pairs.paused)).toMatchObject({ room: pairs.paused.room, paused: true });
  });

  test('[RM6] a visitor who paused and went on is not paused again', async () => {
    const { relay, shop, pairs } = world();
    expect(await comeBack(relay, shop, pairs.wentOn)).toMatchObject({ room: pairs.wentOn.room, paused: false });
  });
});

describe('stopped cleanly', () => {
  const world = restarted('stop', { TANDEM_GRACE_MS: '1' }, async (pair) => {
    const [ended, lost] = [await pair('ended'), await pair('lost')];
    lost.visitor.close();
    const told = await lost.operator.expect(
      (message) => message.t === 'room' && (message['view'] as { state: string }).state === 'ended',
    );
    ended.operator.send({ t: 'end', room: ended.room });
    expect((await ended.visitor.expect('ended'))['why']).toBe('operator');
    return { ended, lost: { ...lost, told } };
  });

  test('[RM7] what an operator has ended stays ended', async () => {
    const { relay, shop, pairs } = world();
    expect(await comeBack(relay, shop, pairs.ended)).toBeUndefined();
  });

  test('[RM5] a visitor lost for longer than the grace time: operators were told, and who comes late is too', async () => {
    const { relay, shop, pairs } = world();
    expect(pairs.lost.told['view']).toMatchObject({ room: pairs.lost.room, ended: 'lost' });
    expect(await comeBack(relay, shop, pairs.lost)).toBeUndefined();
  });
});

test('[RM6] kill -9 during a view: the same page and console come back to the same room', async () => {
  const first = await startTestRelay();
  const own = await logInFirst(first);
  const shop = (await addSite(first, own, [SHOP])).key;
  const page = await connectPeer(first.url, 'visitor', { origin: SHOP });
  page.send(helloOf(shop, { tab: 'survivor' }));
  const { token } = await page.expect('welcome');
  page.send({ t: 'show' });
  const { visit } = (await page.expect('visit')) as unknown as { visit: { room: string; resume: string } };
  const anna = await connectPeer(first.url, 'operator', { origin: first.url, cookie: own });
  anna.send({ t: 'watch', room: visit.room });
  const { view } = (await anna.expect('room')) as unknown as { view: { number: number } };
  await first.kill();
  await page.closed();

  const second = await startTestRelay({ dataDir: first.dataDir });
  const back = await connectPeer(second.url, 'operator', { origin: second.url, cookie: own });
  back.send({ t: 'watch', room: visit.room, number: view.number, from: 1 });
  const again = await connectPeer(second.url, 'visitor', { origin: SHOP });
  again.send(helloOf(shop, { tab: 'survivor', token, resume: visit.resume }));
  const welcome = (await again.expect('welcome')) as unknown as { visit: { room: string } };
  expect(welcome.visit.room).toBe(visit.room);
  await again.expect((message) => message.t === 'visit' && (message['visit'] as { capture: boolean }).capture);
  again.raw(frame(1, 1, '["after the crash"]'));
  await back.frame((bytes) => payloadText(bytes) === '["after the crash"]');
  again.close();
  back.close();
  await second.stop();
});

test('[RM12] a clean stop tells peers to come back', async () => {
  const other = await startTestRelay();
  const shop = (await addSite(other, await logInFirst(other), [SHOP])).key;
  const page = await connectPeer(other.url, 'visitor', { origin: SHOP });
  page.send(helloOf(shop));
  await page.expect('welcome');
  const stopped = other.stop();
  expect((await page.closed()).code).toBe(4201);
  expect(await stopped).toBe(0);
});
