// Black box: conversations between visitors and operators through the relay as built: what each is told, what comes twice,
// what is missed, and what strangers get.

import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { parseToChat, type ToChat } from '../../protocol/chat.ts';
import { CLOSE } from '../../protocol/close-codes.ts';
import { parseToOperator } from '../../protocol/messages.ts';
import { addOperator } from '../support/relay.ts';
import { connectPeer, SHOP, type Message, type WirePeer } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

type Say = Record<string, unknown> & { t: string };
type State = Extract<ToChat['say'], { t: 'state' }>;

const world = wireWorld();
let boris = '';
let borisId = '';

beforeAll(async () => {
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
  const answer = await fetch(`${world.relay.url}/api/operators`, { headers: { cookie: world.cookie } });
  const { operators } = (await answer.json()) as { operators: { id: string; login: string }[] };
  borisId = operators.find(({ login }) => login === 'boris')?.id ?? '';
});

/** The next of that kind, which both ends' own parsers take, too. */
async function said<T extends Say = Say>(
  peer: WirePeer,
  t: string,
  holds: (say: T) => boolean = () => true,
): Promise<T> {
  const sayOf = (message: Message) => message['say'] as T;
  const found = await peer.expect(
    (message) => (message.t === 'chat' || message.t === 'dialog') && sayOf(message).t === t && holds(sayOf(message)),
  );
  if (found.t === 'chat') parseToChat(JSON.stringify(found));
  else parseToOperator(JSON.stringify(found));
  return sayOf(found);
}
const chat = (peer: WirePeer, say: Say) => peer.send({ t: 'chat', say });
const dialog = (peer: WirePeer, say: Say) => peer.send({ t: 'dialog', say });
const writing = (text: string, id = newId()) => ({ id, body: { text } });
const textsOf = (state: { messages: { body: { text?: string | undefined } }[] }) =>
  state.messages.map(({ body }) => body.text);

async function arrive(more: Record<string, unknown> = {}) {
  const page = await world.visitor();
  page.send(world.hello({ tab: newId(), ...more }));
  const { token } = (await page.expect('welcome')) as unknown as { token: string };
  return { page, token };
}
const operator = (cookie = world.cookie) =>
  connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie });

/** A visitor who has written that, and a console that has the conversation open. */
async function begun(text: string) {
  const { page, token } = await arrive();
  const anna = await operator();
  dialog(anna, { t: 'inbox', on: true });
  await said(anna, 'threads');
  const message = writing(text);
  chat(page, { t: 'send', message });
  expect(await said(page, 'answer')).toMatchObject({ id: message.id, seq: 1 });
  type Threads = Say & { put: { id: string; last: { text: string } }[]; number: number; id: string };
  const has = ({ put }: Threads) => put.some(({ last }) => last.text === text);
  const { put, number, id } = await said<Threads>(anna, 'threads', has);
  const conversation = put.find(({ last }) => last.text === text)?.id ?? '';
  dialog(anna, { t: 'open', conversation, version: 0 });
  const state = await said<Say & State>(anna, 'state');
  expect(textsOf(state)).toEqual([text]);
  return { page, token, anna, conversation, message, last: { number, id } };
}

test('a visitor writes, the list shows it, an operator answers, and each sees how far the other has come', async () => {
  const { page, anna, conversation } = await begun('where is my order?');
  const answer = writing('on its way');
  dialog(anna, { t: 'send', conversation, message: answer, kind: 'text', expectedSeq: 1 });
  expect(await said(anna, 'answer')).toMatchObject({ conversation, id: answer.id, seq: 2 });
  const state = await said<Say & State>(page, 'state', ({ messages }) => messages.some(({ id }) => id === answer.id));
  expect(state.people).toEqual([{ id: expect.any(String) as string, name: 'Admin' }]);
  expect(state.theirs).toEqual({ delivered: 2, read: 2 });
  chat(page, { t: 'read', seq: 2 });
  await said<Say & { marks: { read: number }[] }>(anna, 'state', ({ marks }) => marks.every(({ read }) => read === 2));
  // What is typed goes across and is kept nowhere; numbers of cards do not.
  chat(page, { t: 'typing', text: 'my card is 4111 1111 1111 1111' });
  const typing = await said(anna, 'typing');
  expect(typing).toMatchObject({ conversation, on: true });
  expect(typing['text']).not.toContain('4111 1111');
  dialog(anna, { t: 'typing', conversation, on: true });
  expect(await said(page, 'typing')).toMatchObject({ by: { name: 'Admin' }, on: true });
  page.close();
  anna.close();
});

test('[V4] notes are for operators; a visitor hears only that there is a newer version', async () => {
  const { page, anna, conversation } = await begun('is anybody there?');
  dialog(anna, { t: 'send', conversation, message: writing('SECRETnote'), kind: 'note' });
  await said(anna, 'answer');
  const state = await said<Say & State>(page, 'state', ({ seq }) => seq === 2);
  expect(state.messages).toEqual([]);
  for (const ask of [
    { t: 'sync', version: 0 },
    { t: 'older', before: 99 },
  ])
    chat(page, ask);
  await said(page, 'older');
  expect(JSON.stringify(page.messages)).not.toContain('SECRETnote');
  page.close();
  anna.close();
});

test('[V1] what was sent and not answered is sent again, and is there once; what was missed is asked for by version', async () => {
  const { page, token, conversation, anna, message } = await begun('first');
  page.close();
  for (const text of ['second', 'third']) {
    dialog(anna, { t: 'send', conversation, message: writing(text), kind: 'text' });
    await said(anna, 'answer');
  }
  // The same browser, on another page: it is told that there is something, without asking.
  const { page: back } = await arrive({ token });
  expect(await said<Say & State>(back, 'state')).toMatchObject({ seq: 3, messages: [] });
  chat(back, { t: 'send', message: { ...message, body: { text: 'first' } } });
  expect(await said(back, 'answer')).toMatchObject({ id: message.id, seq: 1 });
  chat(back, { t: 'sync', version: 1 });
  const missed = await said<Say & State>(back, 'state', ({ messages }) => messages.length > 0);
  expect(missed).toMatchObject({ from: 1, version: 3, more: false });
  expect(textsOf(missed)).toEqual(['second', 'third']);
  chat(back, { t: 'sync', version: 3 });
  expect(await said<Say & State>(back, 'state', ({ from }) => from === 3)).toMatchObject({ version: 3, messages: [] });
  back.close();
  anna.close();
});

test('[V3] more than goes at once: the last of it, and the rest on asking, without hole', async () => {
  const { page, anna, conversation } = await begun('0');
  for (let index = 1; index < 220; index++) {
    const kind = index % 50 === 0 ? 'note' : 'text';
    dialog(anna, { t: 'send', conversation, message: writing(String(index)), kind });
    // No faster than a console may.
    if (index % 20 === 19) await said(anna, 'answer', ({ seq }) => seq === index + 1);
  }
  const other = await operator(boris);
  dialog(other, { t: 'open', conversation, version: 1 });
  const last = await said<Say & State>(other, 'state');
  expect(last).toMatchObject({ from: 0, more: true });
  const seen: string[] = [];
  for (let { messages, more } = last; ;) {
    seen.unshift(...messages.map(({ body }) => body.text ?? ''));
    if (!more) break;
    dialog(other, { t: 'older', conversation, before: messages[0]?.seq });
    const older = await said<Say & State>(other, 'older');
    // Who has written them, whoever has the conversation now.
    expect(older.people).toHaveLength(1);
    ({ messages, more } = older);
  }
  expect(seen).toEqual(Array.from({ length: 220 }, (_, index) => String(index)));
  for (const peer of [page, anna, other]) peer.close();
});

test('[V4] all tabs of a visitor are told, also of a conversation that another one began', async () => {
  const { page: first, token } = await arrive();
  const { page: second } = await arrive({ token });
  chat(second, { t: 'sync', version: 0 });
  expect(await said<Say & State>(second, 'state')).toMatchObject({ version: 0 });
  chat(first, { t: 'send', message: writing('from the first') });
  const state = await said<Say & State>(second, 'state', ({ messages }) => messages.length > 0);
  expect(textsOf(state)).toEqual(['from the first']);
  first.close();
  second.close();
});

test('[V6] a console that comes back gets what has changed since, and everything when the log does not know its place', async () => {
  const { page, anna, last, conversation } = await begun('before');
  anna.close();
  chat(page, { t: 'send', message: writing('after') });
  await said(page, 'answer', ({ seq }) => seq === 2);
  type Threads = Say & { reset: boolean; put: { id: string; last: { text: string } }[]; number: number; id: string };
  const back = await operator();
  dialog(back, { t: 'inbox', on: true, ...last });
  const missed = await said<Threads>(back, 'threads');
  expect(missed).toMatchObject({ reset: false, number: last.number + 1 });
  expect(missed.put.map(({ id, last: { text } }) => [id, text])).toEqual([[conversation, 'after']]);
  const strange = await operator(boris);
  for (const from of [{ ...last, id: newId() }, { number: 1e9, id: newId() }, { number: last.number }]) {
    dialog(strange, { t: 'inbox', on: true, ...from });
    const all = await said<Threads>(strange, 'threads');
    expect(all.reset).toBe(true);
    expect(all.put.length).toBeGreaterThan(1);
  }
  for (const peer of [page, back, strange]) peer.close();
});

test('[V5] two operators: who would answer after a colleague is told; assigned to whoever there is, closed, and begun again', async () => {
  const { page, anna, conversation } = await begun('help');
  const colleague = await operator(boris);
  dialog(colleague, { t: 'open', conversation, version: 0 });
  await said(colleague, 'state');
  dialog(anna, { t: 'send', conversation, message: writing('yes?'), kind: 'text', expectedSeq: 1 });
  await said(anna, 'answer');
  const late = writing('hello');
  dialog(colleague, { t: 'send', conversation, message: late, kind: 'text', expectedSeq: 1 });
  expect(await said(colleague, 'answer')).toMatchObject({ id: late.id, why: 'answered-meanwhile' });
  dialog(colleague, { t: 'send', conversation, message: late, kind: 'text' });
  expect(await said(colleague, 'answer')).toMatchObject({ id: late.id, seq: 3 });
  const assigning = newId();
  dialog(anna, { t: 'assign', conversation, id: assigning, to: newId() });
  expect(await said(anna, 'answer')).toMatchObject({ id: assigning, why: 'no-such-operator' });
  dialog(anna, { t: 'assign', conversation, id: assigning, to: borisId });
  expect(await said(anna, 'answer')).toMatchObject({ id: assigning, seq: 4 });
  // A console that has just come knows whose it is, and who spoke last.
  const fresh = await operator(boris);
  dialog(fresh, { t: 'inbox', on: true });
  type Listed = Say & { put: { id: string; assignee: string | null }[]; people: { id: string; name: string }[] };
  const { put, people } = await said<Listed>(fresh, 'threads', ({ put }) => put.some(({ id }) => id === conversation));
  expect(put.find(({ id }) => id === conversation)?.assignee).toBe(borisId);
  expect(people).toContainEqual({ id: borisId, name: 'Boris' });
  fresh.close();
  dialog(anna, { t: 'close', conversation, id: newId() });
  await said<Say & State>(page, 'state', ({ status }) => status === 'closed');
  chat(page, { t: 'send', message: writing('one more') });
  await said<Say & State>(anna, 'state', ({ status, seq }) => status === 'open' && seq === 6);
  for (const peer of [page, anna, colleague]) peer.close();
});

test('[V4] a visitor reaches only their own conversation, and cannot write as anybody else', async () => {
  const { page, anna, conversation, message } = await begun('mine');
  const { page: stranger } = await arrive();
  // There is no field for a conversation, an actor or a kind; what is put there all the same counts for nothing.
  const forged = { ...writing('forged'), by: { kind: 'operator', id: borisId }, kind: 'system' };
  chat(stranger, {
    t: 'send',
    conversation,
    by: borisId,
    message: { ...forged, body: { text: 'forged', happened: 'closed' } },
  });
  expect(await said(stranger, 'answer')).toMatchObject({ seq: 1 });
  chat(stranger, { t: 'sync', version: 0 });
  const state = await said<Say & State>(stranger, 'state', ({ from, version }) => from === 0 && version > 0);
  expect(state.messages).toMatchObject([{ kind: 'text', body: { text: 'forged' }, by: { kind: 'contact' } }]);
  expect(state.messages[0]?.body.happened).toBeUndefined();
  // Another's message id.
  for (const say of [
    { t: 'edit', id: message.id, body: { text: 'x' } },
    { t: 'delete', id: message.id },
  ]) {
    chat(stranger, say);
    expect(await said(stranger, 'answer')).toMatchObject({ id: message.id, why: 'no-such-message' });
  }
  chat(stranger, { t: 'send', message: { ...message, body: { text: 'again' } } });
  expect(await said(stranger, 'answer')).toMatchObject({ id: message.id, seq: 2 });
  dialog(anna, { t: 'open', conversation, version: 0 });
  expect(textsOf(await said<Say & State>(anna, 'state', ({ from }) => from === 0))).toEqual(['mine']);
  // An operator cannot edit what the visitor wrote.
  dialog(anna, { t: 'edit', conversation, id: message.id, body: { text: 'x' } });
  expect(await said(anna, 'answer')).toMatchObject({ id: message.id, why: 'not-yours' });
  for (const peer of [page, anna, stranger]) peer.close();
});

test('a conversation that is not there, or is no id: refused, and the link goes on or is closed for what was no message', async () => {
  const anna = await operator();
  const conversation = newId();
  dialog(anna, { t: 'open', conversation, version: 0 });
  expect(await said(anna, 'gone')).toMatchObject({ conversation });
  const message = writing('x');
  dialog(anna, { t: 'send', conversation, message, kind: 'text' });
  expect(await said(anna, 'answer')).toMatchObject({ id: message.id, why: 'no-such-conversation' });
  dialog(anna, { t: 'open', conversation: 'x; drop table message', version: 0 });
  expect((await anna.closed()).code).toBe(CLOSE.BadMessage);
  for (const bad of [
    { t: 'send', message: writing('x'.repeat(10_001)) },
    { t: 'send', message: { id: 'x', body: { text: 'x' } } },
    { t: 'send', message: { id: newId(), body: 'x' } },
    { t: 'sync', version: -1 },
    { t: 'read', seq: 1.5 },
    { t: 'become', admin: true },
  ]) {
    const { page } = await arrive();
    chat(page, bad);
    expect((await page.closed()).code, JSON.stringify(bad)).toBe(CLOSE.BadMessage);
  }
});

test('[V8] who writes faster than a person is told so, and nothing is lost of what was taken', async () => {
  const { page } = await arrive();
  const sent = Array.from({ length: 30 }, (_, index) => writing(`${index}`));
  for (const message of sent) chat(page, { t: 'send', message });
  const answers = await Promise.all(sent.map(({ id }) => said(page, 'answer', (say) => say['id'] === id)));
  const taken = answers.filter(({ seq }) => seq !== undefined);
  expect(taken.length).toBeGreaterThanOrEqual(20);
  expect(answers.some(({ why }) => why === 'too-many')).toBe(true);
  chat(page, { t: 'sync', version: 0 });
  const isAll = ({ from, messages }: State) => from === 0 && messages.length === taken.length;
  await said<Say & State>(page, 'state', isAll);
  page.close();
});

test('[P2] a page of a site knows nothing of another site’s conversations with the same browser', async () => {
  const { page, token } = await arrive();
  chat(page, { t: 'send', message: writing('here') });
  await said(page, 'answer');
  const other = await connectPeer(world.relay.url, 'visitor', { origin: SHOP });
  other.send({ ...world.hello({ tab: 'x', token }), site: 'demo' });
  expect([CLOSE.BadOrigin, CLOSE.BadToken]).toContain((await other.closed()).code);
  page.close();
});
