// Black box: conversations that one address may begin. Small here, so that a test reaches it.

import { expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import type { WirePeer } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

/** A tenth of them may write for the first time at once. */
const world = wireWorld({ TANDEM_MAX_PEERS_PER_ADDRESS: '30' });

async function write(page: WirePeer): Promise<Record<string, unknown>> {
  const id = newId();
  page.send({ t: 'chat', say: { t: 'send', message: { id, body: { text: 'Hello' } } } });
  const isAnswer = (say: Record<string, unknown>) => say['t'] === 'answer' && say['id'] === id;
  const message = await page.expect((each) => each.t === 'chat' && isAnswer(each['say'] as Record<string, unknown>));
  return message['say'] as Record<string, unknown>;
}

test('[V8] from one address so many conversations begin at once; those that have begun go on', async () => {
  const pages: WirePeer[] = [];
  for (let made = 0; made < 4; made++) {
    const page = await world.visitor();
    page.send(world.hello({ tab: newId() }));
    await page.expect('welcome');
    pages.push(page);
  }
  const answers = [];
  for (const page of pages) answers.push(await write(page));
  expect(answers.map(({ seq, why }) => seq ?? why)).toEqual([1, 1, 1, 'too-many']);
  const [first] = pages;
  if (first) expect(await write(first)).toMatchObject({ seq: 2 });
  for (const page of pages) page.close();
});
