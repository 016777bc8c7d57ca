// Black box: two relays on one PostgreSQL hand out the same account's conversations.

import { describe, expect, onTestFinished, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { emptyDatabase, noServer, POSTGRES_TITLE } from '../store/databases.ts';
import { logIn, logInFirst, startTestRelay, type TestRelay } from '../support/relay.ts';
import { connectPeer, helloOf, SHOP, type WirePeer } from '../support/wire-peer.ts';

type Say = Record<string, unknown> & { t: string };
type Row = { id: string; assignee: string | null; status: string };

const LIMIT = 3;

describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
  test('[WA1] [WA2] operators and visitors at both of two relays: nobody gets more than their limit, nothing is given twice, and one relay goes on when the other dies', async () => {
    const { url, drop } = await emptyDatabase();
    const env = { DATABASE_URL: url };
    const one = await startTestRelay({ env });
    const admin = await logInFirst(one);
    const post = async (address: string, body: unknown) => {
      const answer = await fetch(one.url + address, {
        method: 'POST',
        headers: { origin: one.url, cookie: admin, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as { id: string; password: string; site: { key: string } };
    };
    const { site } = await post('/api/sites', {
      name: 'Shop',
      origins: [SHOP],
      routing: { team: null, mode: 'auto', answerSec: 0 },
    });
    const operators: { id: string; cookie: string }[] = [];
    for (const login of ['boris', 'clara']) {
      const { id, password } = await post('/api/operators', { login, name: login, role: 'operator', limit: LIMIT });
      operators.push({ id, cookie: await logIn(one, login, password) });
    }
    // Knows of all that from the database.
    const two = await startTestRelay({ env });
    let isOneDead = false;
    onTestFinished(async () => {
      if (!isOneDead) await one.stop();
      await two.stop();
      await drop();
    });
    const console_ = (relay: TestRelay, cookie: string) =>
      connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
    const boris = await console_(one, operators[0]?.cookie ?? '');
    const clara = await console_(two, operators[1]?.cookie ?? '');
    // Whatever is in the database, asked for anew.
    const listed = async (): Promise<Row[]> => {
      const peer = await console_(two, operators[1]?.cookie ?? '');
      peer.send({ t: 'dialog', say: { t: 'inbox', on: true } });
      const message = await peer.expect((each) => each.t === 'dialog' && (each['say'] as Say).t === 'threads');
      peer.close();
      return (message['say'] as { put: Row[] }).put;
    };
    const loads = async () => {
      const open = (await listed()).filter(({ status }) => status === 'open');
      return [...operators.map(({ id }) => id), null].map((id) => open.filter((row) => row.assignee === id).length);
    };
    const write = async (relay: TestRelay) => {
      const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
      page.send(helloOf(site.key, { tab: newId() }));
      await page.expect('welcome');
      page.send({ t: 'chat', say: { t: 'send', message: { id: newId(), body: { text: 'hello' } } } });
      await page.expect((each) => each.t === 'chat' && (each['say'] as Say).t === 'answer');
      page.close();
    };
    // Each relay hears of the other's operator with its next beat; until then it may give only to its own.
    await Promise.all(Array.from({ length: 10 }, (_, at) => write(at % 2 === 0 ? one : two)));
    await expect.poll(loads).toEqual([LIMIT, LIMIT, 10 - 2 * LIMIT]);

    await one.kill();
    isOneDead = true;
    const close = async (peer: WirePeer, id: string) => {
      peer.send({ t: 'dialog', say: { t: 'close', conversation: id, id: newId() } });
      await peer.expect((each) => each.t === 'dialog' && (each['say'] as Say).t === 'answer');
    };
    const hers = (await listed()).find(({ assignee, status }) => assignee === operators[1]?.id && status === 'open');
    await close(clara, hers?.id ?? '');
    // Boris has as many as he takes, or is gone with his relay; then those that he did not begin with wait for anybody.
    await expect.poll(async () => (await loads())[1]).toBe(LIMIT);
    boris.close();
    clara.close();
  });
});
