// Black box: files that are looked at for viruses before anybody gets them, with a daemon that speaks ClamAV's protocol.

import { afterAll, expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { begin, get, sendWhole, type Sender } from '../support/file-sender.ts';
import { addSite, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';
import { EICAR, startStandInClamd } from '../support/stand-in-clamd.ts';
import { connectPeer, helloOf, SHOP } from '../support/wire-peer.ts';

let relay: TestRelay | undefined;
afterAll(async () => void (await relay?.stop()));

test('[F5] a file with a virus is refused and kept nowhere; while the scanner is away files wait, also over a restart, and nobody gets them', async () => {
  const daemon = await startStandInClamd();
  const env = { TANDEM_CLAMAV: daemon.address };
  relay = await startTestRelay({ env });
  const cookie = await logInFirst(relay);
  const { key } = await addSite(relay, cookie, [SHOP]);
  const arrive = async (url: string, token?: string) => {
    const page = await connectPeer(url, 'visitor', { origin: SHOP });
    page.send(helloOf(key, { tab: newId(), ...(token === undefined ? {} : { token }) }));
    const { token: given } = (await page.expect('welcome')) as unknown as { token: string };
    page.send({ t: 'chat', say: { t: 'pass' } });
    const { say } = (await page.expect('chat')) as unknown as { say: { pass: string } };
    return { page, token: given, from: { url, origin: SHOP, pass: say.pass } satisfies Sender };
  };
  const said = async ({ page }: Awaited<ReturnType<typeof arrive>>, file: string) => {
    const id = newId();
    page.send({ t: 'chat', say: { t: 'send', message: { id, body: { files: [file] } } } });
    const answer = await page.expect((message) => JSON.stringify(message).includes(`"answer","id":"${id}"`));
    return answer['say'] as { seq?: number; why?: string };
  };
  const bytesOf = (text: string) => new TextEncoder().encode(text);

  const one = await arrive(relay.url);
  const bad = await sendWhole(one.from, bytesOf(`${EICAR}`), { name: 'letter.txt' });
  expect(bad.body).toMatchObject({ state: 'refused', why: 'infected' });
  expect((await said(one, bad.id)).why).toBe('no-such-file');
  const good = await sendWhole(one.from, bytesOf('harmless'), { name: 'letter.txt' });
  expect(good.body).toMatchObject({ state: 'ready' });
  expect(daemon.scanned).toBe(2);
  expect((await said(one, good.id)).seq).toBe(1);
  expect((await get(one.from, `${good.id}/content`)).status).toBe(200);

  await daemon.close();
  const id = newId();
  const late = bytesOf('comes late');
  const form = { id, name: 'late.txt', bytes: late.byteLength };
  await begin(one.from, form);
  const sent = await fetch(`${relay.url}/file/${id}?at=0`, {
    method: 'PATCH',
    headers: { origin: SHOP, authorization: `Bearer ${one.from.pass}` },
    body: late,
  });
  expect(await sent.json()).toMatchObject({ state: 'scanning' });
  expect((await said(one, id)).why).toBe('no-such-file');
  expect((await get(one.from, `${id}/content`)).status).toBe(404);
  expect(relay.log()).toContain('can’t be looked at for viruses');
  one.page.close();
  await relay.kill();

  const back = await startStandInClamd({ port: Number(daemon.address.split(':')[1]) });
  relay = await startTestRelay({ env, dataDir: relay.dataDir });
  const two = await arrive(relay.url, one.token);
  await expect.poll(async () => (await begin(two.from, form)).body.state).toBe('ready');
  expect((await said(two, id)).seq).toBe(2);
  expect(await (await get(two.from, `${id}/content`)).text()).toBe('comes late');
  two.page.close();
  await back.close();
});
