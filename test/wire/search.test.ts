// Black box: operators search in conversations through the relay as built: soon after something is said, with pages, and only
// what is theirs; saved searches; and what nobody may ask.

import postgres from 'postgres';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ToOperatorDialog } from '../../protocol/chat.ts';
import { CLOSE } from '../../protocol/close-codes.ts';
import { parseToOperator } from '../../protocol/messages.ts';
import { newId } from '../../relay/store/id.ts';
import { emptyDatabase, noServer, POSTGRES_TITLE } from '../store/databases.ts';
import { addOperator, addSite, logInFirst, startTestRelay } from '../support/relay.ts';
import { connectPeer, helloOf, SHOP, type WirePeer } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

type Found = Extract<ToOperatorDialog, { t: 'found' }>;
type Searches = Extract<ToOperatorDialog, { t: 'searches' }>;

const world = wireWorld();
let boris = '';
beforeAll(async () => {
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});

const operator = (cookie = world.cookie) =>
  connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie });
const dialog = (peer: WirePeer, say: object) => peer.send({ t: 'dialog', say });
/** The next of that kind, as a console reads it. */
async function said<T>(peer: WirePeer, t: string, holds: (say: T) => boolean = () => true): Promise<T> {
  const found = await peer.expect(
    (message) =>
      message.t === 'dialog' && (message['say'] as { t: string }).t === t && holds(message['say'] as unknown as T),
  );
  parseToOperator(JSON.stringify(found));
  return found['say'] as T;
}
let number = 0;
async function find(peer: WirePeer, filter: object, after?: object): Promise<Found> {
  const asked = ++number;
  dialog(peer, { t: 'search', number: asked, filter, ...(after ? { after } : {}) });
  return said<Found>(peer, 'found', (say) => say.number === asked);
}
/** Until it can be found: the index is a moment behind. */
async function findSoon(peer: WirePeer, filter: object, count = 1): Promise<Found> {
  for (let left = 100; left > 0; left--) {
    const found = await find(peer, filter);
    if (found.hits.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${JSON.stringify(filter)} was not found`);
}
async function write(texts: readonly string[], page?: WirePeer): Promise<WirePeer> {
  const visitor = page ?? (await world.visitor());
  if (!page) {
    visitor.send(world.hello({ tab: newId() }));
    await visitor.expect('welcome');
  }
  for (const text of texts) {
    const id = newId();
    visitor.send({ t: 'chat', say: { t: 'send', message: { id, body: { text } } } });
    await visitor.expect(
      (message) =>
        message.t === 'chat' && (message['say'] as { id?: string }).id === id && 'seq' in (message['say'] as object),
    );
  }
  return visitor;
}

test('[B64] what a visitor writes is found a moment later, with its conversation as the list has it; so are notes and answers', async () => {
  const page = await write(['my samovar has arrived broken']);
  const anna = await operator();
  const { hits, threads } = await findSoon(anna, { phrase: 'broken samovars' });
  expect(hits).toMatchObject([
    { seq: 1, kind: 'text', excerpt: 'my samovar has arrived broken', marks: [3, 10, 23, 29] },
  ]);
  const conversation = hits[0]?.conversation;
  expect(threads).toMatchObject([{ id: conversation, seq: 1, last: { text: 'my samovar has arrived broken' } }]);
  dialog(anna, {
    t: 'send',
    conversation,
    message: { id: newId(), body: { text: 'refund the samovar' } },
    kind: 'note',
  });
  const both = await findSoon(anna, { phrase: 'samovar' }, 2);
  expect(both.hits.map(({ seq, kind }) => [seq, kind])).toEqual([
    [2, 'note'],
    [1, 'text'],
  ]);
  expect(both.people).toMatchObject([{ name: 'Admin' }]);
  page.close();
  anna.close();
});

test('[B66] conditions hold for whoever asks: unread is one’s own', async () => {
  const page = await write(['a question about pebbles']);
  const anna = await operator();
  const other = await operator(boris);
  const { hits } = await findSoon(anna, { phrase: 'pebbles', unread: true });
  dialog(anna, { t: 'read', conversation: hits[0]?.conversation, seq: 1 });
  for (let left = 100; left > 0 && (await find(anna, { phrase: 'pebbles', unread: true })).hits.length > 0; left--);
  expect((await find(anna, { phrase: 'pebbles', unread: true })).hits).toEqual([]);
  expect((await find(other, { phrase: 'pebbles', unread: true })).hits).toHaveLength(1);
  page.close();
  anna.close();
  other.close();
});

test('[SE2] a console that asks ten times with nothing between has the newest answered', async () => {
  const anna = await operator();
  for (let at = 0; at < 10; at++)
    dialog(anna, { t: 'search', number: ++number, filter: { phrase: 'q'.repeat(at + 1) } });
  await said<Found>(anna, 'found', (say) => say.number === number);
  anna.close();
});

test('whatever is typed is looked for; what is no search ends the link', async () => {
  const anna = await operator();
  for (const phrase of [
    "'",
    '\\',
    ':*',
    '&|!',
    '"',
    '😀',
    '\ud800',
    '\u0000',
    "'; drop table message; --",
    '"'.repeat(300),
  ])
    expect((await find(anna, { phrase })).why, phrase).toBeUndefined();
  anna.close();
  const bad: object[] = [
    { t: 'search', number: 1, filter: { phrase: 'x'.repeat(10_000) } },
    { t: 'search', number: 1, filter: { site: "' or true --" } },
    { t: 'search', number: 1, filter: { status: 'lost' } },
    { t: 'search', number: 1, filter: { from: -1 } },
    { t: 'search', number: 1, filter: { id: '%%%%' } },
    { t: 'search', number: 1, filter: { least: 1.5 } },
    { t: 'search', number: 1, filter: {}, after: { at: 0, conversation: 'x', seq: 0 } },
    { t: 'search', number: -1, filter: {} },
    { t: 'search', number: 1 },
    { t: 'saveSearch', search: { id: newId(), name: '', filter: {}, isShared: false, isOwn: true } },
  ];
  for (const say of bad) {
    const peer = await operator();
    dialog(peer, say);
    expect((await peer.closed()).code, JSON.stringify(say).slice(0, 80)).toBe(CLOSE.BadMessage);
  }
});

test('[B76 L25] a search is saved by one operator, seen by a colleague only where it is for everybody, and changed by nobody else', async () => {
  const [anna, other] = [await operator(), await operator(boris)];
  const mine = { id: newId(), name: 'Waiting', filter: { waiting: true }, isShared: false, isOwn: true };
  const ours = { id: newId(), name: 'Closed', filter: { status: 'closed' }, isShared: true, isOwn: true };
  for (const search of [mine, ours]) {
    dialog(anna, { t: 'saveSearch', search });
    await said(anna, 'searches');
  }
  dialog(other, { t: 'searches' });
  expect(await said(other, 'searches')).toEqual({ t: 'searches', list: [{ ...ours, isOwn: false }] });
  dialog(other, { t: 'saveSearch', search: { ...mine, name: 'taken' } });
  expect(await said<Searches>(other, 'searches')).toMatchObject({ why: 'not-yours' });
  dialog(other, { t: 'forgetSearch', id: ours.id });
  expect(await said<Searches>(other, 'searches')).toMatchObject({ why: 'not-yours' });
  dialog(anna, { t: 'forgetSearch', id: mine.id });
  expect((await said<Searches>(anna, 'searches')).list).toEqual([ours]);
  anna.close();
  other.close();
});

test('whoever is not logged in, and visitors, can ask nothing', async () => {
  const stranger = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url });
  expect((await stranger.closed()).code).toBe(CLOSE.LoggedOut);
  const page = await world.visitor();
  page.send(world.hello({ tab: newId() }));
  await page.expect('welcome');
  dialog(page, { t: 'search', number: 1, filter: {} });
  expect((await page.closed()).code).toBe(CLOSE.BadMessage);
});

describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
  test('what another account has is never found; what was said while no relay ran is found after the next start', async () => {
    const { url, drop } = await emptyDatabase();
    const env = { DATABASE_URL: url };
    let relay = await startTestRelay({ env });
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    try {
      const cookie = await logInFirst(relay);
      const key = (await addSite(relay, cookie, [SHOP])).key;
      const page = await connectPeer(relay.url, 'visitor', { origin: SHOP });
      page.send(helloOf(key, { tab: newId() }));
      await page.expect('welcome');
      await write(['the turquoise teapot'], page);
      expect(await relay.stop()).toBe(0);
      // As if the relay had been killed before it came to this, and as another account's relay would leave it.
      const [stranger, contact, conversation] = [newId(), newId(), newId()];
      await sql`delete from message_words`;
      await sql`delete from message_words_place`;
      await sql`insert into account (id, slug) values (${stranger}, 'stranger')`;
      await sql`insert into contact (id, account_id, name, created_at) values (${contact}, ${stranger}, 'Turquoise', now())`;
      await sql`insert into conversation (id, account_id, kind, contact_id, status, seq, version, last_at, created_at)
        values (${conversation}, ${stranger}, 'customer', ${contact}, 'open', 1, 1, now(), now())`;
      await sql`insert into message (conversation_id, id, seq, version, actor_kind, actor_id, kind, body, created_at)
        values (${conversation}, ${newId()}, 1, 1, 'contact', ${contact}, 'text', '{"text":"another turquoise teapot"}', now())`;
      await sql`insert into change_log (account_id, number, id, conversation_id, version, at) values (${stranger}, 1, ${newId()}, ${conversation}, 1, now())`;
      await sql`update account set changes = 1 where id = ${stranger}`;
      relay = await startTestRelay({ env });
      const again = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
      const { hits, contacts } = await findSoon(again, { phrase: 'turquoise' });
      for (let left = 100; left > 0 && (await sql`select from message_words`).length < 2; left--)
        await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await sql`select from message_words`).toHaveLength(2);
      expect([hits.map(({ excerpt }) => excerpt), contacts]).toEqual([['the turquoise teapot'], []]);
      for (const filter of [{ phrase: 'turquoise' }, { phrase: 'another' }, { contact }, { id: conversation }, {}]) {
        const found = await find(again, filter);
        expect(JSON.stringify(found), JSON.stringify(filter)).not.toContain(conversation);
      }
      again.close();
    } finally {
      await sql.end();
      await relay.stop();
      await drop();
    }
  });
});
