// Black box: who is there, who gets which conversation, and what visitors hear of it, through the relay as built.

import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { parseToChat } from '../../protocol/chat.ts';
import { CLOSE } from '../../protocol/close-codes.ts';
import { parseToOperator } from '../../protocol/messages.ts';
import type { Colleague } from '../../protocol/routing.ts';
import { addOperator, logIn, PASSWORD, startTestRelay, type TestRelay } from '../support/relay.ts';
import { connectPeer, helloOf, type Message, type WirePeer } from '../support/wire-peer.ts';
import { wireWorld } from '../support/wire-world.ts';

type Say = Record<string, unknown> & { t: string };
type Entry = { id: string; login: string };
type Thread = {
  id: string;
  seq: number;
  assignee: string | null;
  team?: string;
  escalated?: boolean;
  email?: string;
  last: { text: string; seq: number };
};

const world = wireWorld();
const cookies: Record<string, string> = {};
const ids: Record<string, string> = {};
let siteId = '';

const post = (address: string, body: unknown, cookie = world.cookie, relay: TestRelay = world.relay) =>
  fetch(relay.url + address, {
    method: 'POST',
    headers: { origin: relay.url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const read = async <T>(address: string, cookie = world.cookie): Promise<T> =>
  (await (await fetch(world.relay.url + address, { headers: { cookie } })).json()) as T;

beforeAll(async () => {
  for (const [login, name] of [
    ['boris', 'Boris'],
    ['clara', 'Clara'],
  ] as const)
    cookies[login] = await addOperator(world.relay, world.cookie, login, name);
  const { operators } = await read<{ operators: Entry[] }>('/api/operators');
  for (const { id, login } of operators) ids[login] = id;
  const { sites } = await read<{ sites: { id: string; key: string }[] }>('/api/sites');
  siteId = sites.find(({ key }) => key === world.site)?.id ?? '';
});

/** What this site's conversations go through from now on. */
async function routeBy(routing: { mode: 'auto' | 'hand'; team?: string | null; answerSec?: number }): Promise<void> {
  const { sites } = await read<{ sites: { id: string; name: string; origins: string[] }[] }>('/api/sites');
  const { name, origins } = sites.find(({ id }) => id === siteId) ?? { name: '', origins: [] };
  const saved = await post('/api/sites', {
    id: siteId,
    name,
    origins,
    routing: { team: null, answerSec: 0, ...routing },
  });
  expect(saved.status).toBe(200);
}
async function limit(login: string, most: number): Promise<void> {
  expect((await post('/api/operators/change', { id: ids[login], limit: most })).status).toBe(200);
}

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

const connect = (login: string, relay: TestRelay = world.relay) =>
  connectPeer(relay.url, 'operator', {
    origin: relay.url,
    cookie: login === 'admin' ? world.cookie : (cookies[login] ?? ''),
  });
/** A console that knows of colleagues and of the list. */
async function console_(login: string): Promise<WirePeer> {
  const peer = await connect(login);
  dialog(peer, { t: 'colleagues', on: true });
  dialog(peer, { t: 'inbox', on: true });
  await said(peer, 'threads');
  await said<Say & { reset: boolean }>(peer, 'colleagues', ({ reset }) => reset);
  return peer;
}
/** Until that console hears it of this operator. */
const hears = (peer: WirePeer, login: string, holds: (row: Colleague) => boolean) =>
  said<Say & { put: Colleague[] }>(peer, 'colleagues', ({ put }) =>
    put.some((row) => row.id === ids[login] && holds(row)),
  );
async function arrive(more: Record<string, unknown> = {}, site = world.site, relay = world.relay) {
  const page = await connectPeer(relay.url, 'visitor', { origin: 'http://shop.example' });
  page.send(helloOf(site, { tab: newId(), ...more }));
  const { token } = (await page.expect('welcome')) as unknown as { token: string };
  return { page, token };
}
async function writes(page: WirePeer, text: string): Promise<void> {
  const id = newId();
  chat(page, { t: 'send', message: { id, body: { text } } });
  await said(page, 'answer', (say) => say['id'] === id && typeof say['seq'] === 'number');
}
/** Until that console's list has it so. */
async function listed(peer: WirePeer, text: string, holds: (thread: Thread) => boolean = () => true): Promise<Thread> {
  type Threads = Say & { put: Thread[] };
  const is = (thread: Thread) => thread.last?.text === text && holds(thread);
  const { put } = await said<Threads>(peer, 'threads', ({ put }) => put.some(is));
  const found = put.find(is);
  if (!found) throw new Error(text);
  return found;
}
/** All that the relay has in its list just now, as it says to whoever asks anew: in several messages, of which the last counts. */
async function all(peer: WirePeer): Promise<(Thread & { status: string })[]> {
  dialog(peer, { t: 'inbox', on: true });
  // Answered after all of the list.
  dialog(peer, { t: 'open', conversation: newId(), version: 0 });
  await said(peer, 'gone');
  const rows = new Map<string, Thread & { status: string }>();
  for (const message of peer.messages) {
    const say = message['say'] as (Say & { put?: (Thread & { status: string })[] }) | undefined;
    if (say?.t === 'threads') for (const row of say.put ?? []) rows.set(row.id, row);
  }
  return [...rows.values()];
}
/** By what was said last, whose each conversation is. */
async function whose(): Promise<Map<string, string | null>> {
  const peer = await connect('admin');
  const rows = await all(peer);
  peer.close();
  return new Map(rows.map(({ last, assignee }) => [last?.text ?? '', assignee]));
}
async function closeAll(): Promise<void> {
  const peer = await connect('admin');
  for (const { id, status } of await all(peer)) {
    if (status === 'closed') continue;
    dialog(peer, { t: 'close', conversation: id, id: newId() });
    await said(peer, 'answer', (say) => say['conversation'] === id);
  }
  peer.close();
}

test('[WA4] [B26] [B92] an operator is as they say on all of their devices, and away when nobody is at any of them', async () => {
  const anna = await console_('admin');
  const boris = await console_('boris');
  await hears(anna, 'boris', ({ presence }) => presence === 'online');
  const phone = await console_('boris');
  dialog(phone, { t: 'declare', presence: 'invisible' });
  for (const peer of [anna, boris, phone])
    await hears(peer, 'boris', ({ presence, declared }) => presence === 'invisible' && declared === 'invisible');
  dialog(boris, { t: 'declare', presence: 'online' });
  await hears(anna, 'boris', ({ presence }) => presence === 'online');
  dialog(boris, { t: 'touched', on: false });
  dialog(phone, { t: 'touched', on: false, locked: true });
  await hears(anna, 'boris', ({ presence, cause }) => presence === 'away' && cause === 'locked');
  dialog(boris, { t: 'touched', on: true });
  await hears(anna, 'boris', ({ presence, cause }) => presence === 'online' && cause === undefined);
  // Of three consoles one is left, and its operator is still there; a reload is no absence.
  phone.close();
  boris.close();
  const again = await console_('boris');
  dialog(again, { t: 'declare', presence: 'away' });
  await hears(anna, 'boris', ({ presence, declared }) => presence === 'away' && declared === 'away');
  const rowsOf = (peer: WirePeer) =>
    peer.messages.flatMap((message) => {
      const say = message['say'] as (Say & { put?: Colleague[] }) | undefined;
      return say?.t === 'colleagues' ? (say.put ?? []).filter(({ id }) => id === ids['boris']) : [];
    });
  const first = rowsOf(anna).findIndex(({ presence }) => presence !== 'gone');
  expect(
    rowsOf(anna)
      .slice(first)
      .map(({ presence }) => presence),
  ).not.toContain('gone');
  again.close();
  await hears(anna, 'boris', ({ presence, declared }) => presence === 'gone' && declared === 'away');
  const back = await console_('boris');
  dialog(back, { t: 'declare', presence: 'online' });
  await hears(anna, 'boris', ({ presence }) => presence === 'online');
  for (const peer of [anna, back]) peer.close();
});

test('[WA1] [C20] [B112] of two who take a conversation at once one has it; it goes on to a colleague or a team, and the visitor hears of neither team nor note', async () => {
  const anna = await console_('admin');
  const boris = await console_('boris');
  const { page } = await arrive();
  await writes(page, 'to be taken');
  const { id: conversation } = await listed(anna, 'to be taken');
  for (const peer of [anna, boris]) dialog(peer, { t: 'open', conversation, version: 0 });
  type Viewers = Say & { people: { name: string }[] };
  await said<Viewers>(anna, 'viewers', ({ people }) => people.length === 2);
  const wishes = [anna, boris].map((peer) => {
    const id = newId();
    const to = peer === anna ? ids['admin'] : ids['boris'];
    dialog(peer, { t: 'assign', conversation, id, to, from: null });
    return said(peer, 'answer', (say) => say['id'] === id);
  });
  const answers = await Promise.all(wishes);
  expect(answers.filter(({ why }) => why === undefined)).toHaveLength(1);
  expect(answers.filter(({ why }) => why === 'taken-meanwhile')).toHaveLength(1);
  const winner = (await listed(anna, 'to be taken', ({ assignee }) => assignee !== null)).assignee;
  expect(winner).toBe(answers[0]?.['why'] === undefined ? ids['admin'] : ids['boris']);

  const made = await post('/api/teams', { name: 'Sales', members: [ids['clara']], hours: null });
  const { team } = (await made.json()) as { team: { id: string } };
  const bad = newId();
  dialog(anna, { t: 'assign', conversation, id: bad, to: null, team: newId() });
  expect(await said(anna, 'answer', (say) => say['id'] === bad)).toMatchObject({ why: 'no-such-operator' });
  dialog(anna, { t: 'assign', conversation, id: newId(), to: null, team: team.id });
  expect(await listed(boris, 'to be taken', (thread) => thread.team === team.id)).toMatchObject({ assignee: null });
  dialog(anna, { t: 'assign', conversation, id: newId(), to: ids['clara'] });
  dialog(anna, { t: 'assign', conversation, id: newId(), to: ids['boris'], from: ids['clara'] });
  type State = Say & { messages: { body: Record<string, unknown> }[] };
  const told = await said<State>(boris, 'state', ({ messages }) =>
    messages.some(({ body }) => body['from'] === ids['clara']),
  );
  expect(told.messages.at(-1)?.body).toMatchObject({ happened: 'assigned', who: ids['boris'], from: ids['clara'] });
  await said<State>(page, 'state', ({ messages }) => messages.some(({ body }) => body['who'] === ids['boris']));
  expect(JSON.stringify(page.messages)).not.toContain(team.id);
  // Nobody else is here any more.
  boris.close();
  await said<Viewers>(anna, 'viewers', ({ people }) => people.length === 1);
  expect((await post('/api/teams/drop', { id: team.id })).status).toBe(200);
  for (const peer of [page, anna]) peer.close();
  await closeAll();
});

test('[WA7] [B18] only admins set up teams, rules and routing, and what can’t be is refused by name', async () => {
  const form = { name: 'Night', members: [ids['clara']], hours: null };
  for (const [address, body] of [
    ['/api/teams', form],
    ['/api/teams/drop', { id: newId() }],
    ['/api/presence-rules', { idleMinutes: 1, busyVisitors: 0, busyMinutes: 1 }],
  ] as const) {
    expect((await post(address, body, cookies['boris'])).status).toBe(403);
    expect((await post(address, body, '')).status).toBe(401);
  }
  expect((await fetch(`${world.relay.url}/api/teams`, { headers: { cookie: cookies['boris'] ?? '' } })).status).toBe(
    403,
  );
  const days = Array.from({ length: 7 }, () => [{ from: 540, to: 1080 }]);
  const hours = { zone: 'Europe/Berlin', days, holidays: ['2026-12-25'] };
  const whyOf = async (body: unknown) => {
    const answer = await post('/api/teams', body);
    return answer.status === 200 ? 'saved' : ((await answer.json()) as { why: string }).why;
  };
  expect(await whyOf({ ...form, members: [newId()] })).toBe('unknown');
  expect(await whyOf({ ...form, id: newId() })).toBe('unknown');
  expect(await whyOf({ ...form, hours: { ...hours, zone: 'Europe/Atlantis' } })).toBe('bad-zone');
  expect(await whyOf({ ...form, hours: { ...hours, days: days.slice(1) } })).toBe('bad-hours');
  expect(await whyOf({ ...form, hours: { ...hours, days: [[{ from: 600, to: 540 }], ...days.slice(1)] } })).toBe(
    'bad-hours',
  );
  const overlapping = [
    { from: 0, to: 600 },
    { from: 540, to: 900 },
  ];
  expect(await whyOf({ ...form, hours: { ...hours, days: [overlapping, ...days.slice(1)] } })).toBe('bad-hours');
  expect(await whyOf({ ...form, hours: { ...hours, holidays: ['2026-02-30'] } })).toBe('bad-hours');
  expect(await whyOf({ ...form, hours: { ...hours, days: [[{ from: -1, to: 5000 }], ...days.slice(1)] } })).toBe(
    'bad-form',
  );
  expect(await whyOf({ ...form, hours })).toBe('saved');
  expect(await whyOf({ ...form, hours })).toBe('name-taken');
  const { teams } = await read<{ teams: { id: string; name: string; members: string[]; hours: unknown }[] }>(
    '/api/teams',
  );
  expect(teams).toMatchObject([{ name: 'Night', members: [ids['clara']], hours }]);
  expect((await post('/api/teams/drop', { id: teams[0]?.id })).status).toBe(200);
  expect((await post('/api/teams/drop', { id: teams[0]?.id })).status).toBe(400);
  const { sites } = await read<{ sites: { id: string; name: string; origins: string[] }[] }>('/api/sites');
  const [{ id, name, origins } = { id: '', name: '', origins: [] }] = sites.filter((one) => one.id === siteId);
  const routing = { team: newId(), mode: 'auto', answerSec: 5 };
  expect((await post('/api/sites', { id, name, origins, routing })).status).toBe(400);
});

test('[WA2] [WA5] [B20] conversations are given to who has fewest, nobody more than their limit; what is over waits and goes to who is free first', async () => {
  const [boris, clara] = [await console_('boris'), await console_('clara')];
  for (const login of ['boris', 'clara']) await limit(login, 1);
  await limit('admin', 0);
  await routeBy({ mode: 'auto' });
  const pages: WirePeer[] = [];
  for (const text of ['one', 'two', 'three']) {
    const { page } = await arrive();
    await writes(page, text);
    pages.push(page);
    if (text !== 'three') await listed(boris, text, ({ assignee }) => assignee !== null);
  }
  await listed(boris, 'three');
  const before = await whose();
  expect([before.get('one'), before.get('two')].sort()).toEqual([ids['boris'], ids['clara']].sort());
  expect(before.get('three')).toBeNull();
  // That it was given to a colleague is nothing to read: the last that was said is still the first message.
  const given = await listed(clara, 'one', ({ assignee }) => assignee !== null);
  expect(given).toMatchObject({ seq: 2, last: { seq: 1 } });
  // No page was told who has it: nobody has said a word yet.
  expect(JSON.stringify(pages.map(({ messages }) => messages))).not.toContain('assigned');
  dialog(boris, { t: 'close', conversation: given.id, id: newId() });
  const third = await listed(boris, 'three', ({ assignee }) => assignee !== null);
  expect(third.assignee).toBe(before.get('one'));
  await routeBy({ mode: 'hand' });
  for (const peer of [boris, clara, ...pages]) peer.close();
  await closeAll();
});

test('[WA3] what is not answered in time goes to the next, then waits for anybody and stands first; an answer ends that', async () => {
  const [boris, clara] = [await console_('boris'), await console_('clara')];
  for (const login of ['boris', 'clara']) await limit(login, 5);
  await routeBy({ mode: 'auto', answerSec: 1 });
  const { page } = await arrive();
  await writes(page, 'nobody answers this');
  const first = await listed(boris, 'nobody answers this', ({ assignee }) => assignee !== null);
  const next = await listed(
    boris,
    'nobody answers this',
    ({ assignee }) => assignee !== null && assignee !== first.assignee,
  );
  expect([first.assignee, next.assignee].sort()).toEqual([ids['boris'], ids['clara']].sort());
  const over = await listed(boris, 'nobody answers this', ({ escalated }) => escalated === true);
  expect(over.assignee).toBeNull();
  dialog(boris, { t: 'open', conversation: over.id, version: 0 });
  type State = Say & { messages: { kind: string; body: Record<string, unknown> }[] };
  const { messages } = await said<State>(boris, 'state');
  expect(messages.filter(({ kind }) => kind === 'system').map(({ body }) => body)).toEqual([
    { happened: 'assigned', who: first.assignee },
    { happened: 'assigned', who: next.assignee, from: first.assignee },
    { happened: 'left', who: next.assignee },
  ]);
  const id = newId();
  dialog(clara, { t: 'send', conversation: over.id, message: { id, body: { text: 'here I am' } }, kind: 'text' });
  expect(await listed(boris, 'here I am')).not.toHaveProperty('escalated');
  await routeBy({ mode: 'hand' });
  for (const peer of [boris, clara, page]) peer.close();
  await closeAll();
});

test('[WA4] of an operator who is gone, what waits for an answer is a colleague’s, and what does not stays theirs', async () => {
  const boris = await console_('boris');
  await limit('boris', 5);
  // She may not have been gone for long.
  await limit('clara', 0);
  await routeBy({ mode: 'auto' });
  const pages: WirePeer[] = [];
  for (const text of ['is answered', 'still waits']) {
    const { page } = await arrive();
    pages.push(page);
    await writes(page, text);
    const { id } = await listed(boris, text, ({ assignee }) => assignee === ids['boris']);
    const message = { id: newId(), body: { text: `${text}: hello` } };
    dialog(boris, { t: 'send', conversation: id, message, kind: 'text' });
    await listed(boris, `${text}: hello`);
  }
  await writes(pages[1] as WirePeer, 'and another question');
  await listed(boris, 'and another question');
  const clara = await console_('clara');
  await limit('clara', 5);
  boris.close();
  await listed(clara, 'and another question', ({ assignee }) => assignee === ids['clara']);
  expect((await whose()).get('is answered: hello')).toBe(ids['boris']);
  await routeBy({ mode: 'hand' });
  for (const peer of [clara, ...pages]) peer.close();
  await closeAll();
});

test('[WA6] [B147] a visitor hears whether somebody can answer, and what they leave behind when nobody can is shown to operators', async () => {
  await limit('admin', 5);
  const made = await post('/api/teams', { name: 'Care', members: [ids['clara']], hours: null });
  const { team } = (await made.json()) as { team: { id: string } };
  await routeBy({ mode: 'hand', team: team.id });
  const { page } = await arrive();
  chat(page, { t: 'ahead', on: true });
  // Boris is there, and not of this team.
  const boris = await console_('boris');
  await said(page, 'ahead', ({ answerable }) => answerable === 'nobody');
  const clara = await console_('clara');
  await said(page, 'ahead', ({ answerable }) => answerable === 'online');
  dialog(clara, { t: 'declare', presence: 'away' });
  await said(page, 'ahead', ({ answerable }) => answerable === 'away');
  // Nobody works there, and nobody knows when they will.
  const days = Array.from({ length: 7 }, () => []);
  const closed = { id: team.id, name: 'Care', members: [ids['clara']], hours: { zone: 'UTC', days, holidays: [] } };
  expect((await post('/api/teams', closed)).status).toBe(200);
  const shut = await said(page, 'ahead', ({ answerable }) => answerable === 'closed');
  expect(shut).toMatchObject({ reachable: false });
  expect(shut).not.toHaveProperty('backAt');

  const reach = { t: 'reach', id: newId(), name: 'Maria \u202eL', email: 'maria@example.com' };
  chat(page, reach);
  expect(await said(page, 'answer', (say) => say['id'] === reach.id)).toMatchObject({ why: 'no-such-conversation' });
  await writes(page, 'please write to me');
  chat(page, { ...reach, id: newId() });
  await said(page, 'ahead', ({ reachable }) => reachable === true);
  const row = await listed(boris, 'please write to me', ({ email }) => email !== undefined);
  expect(row).toMatchObject({ email: 'maria@example.com', contact: { name: 'Maria L' } });
  for (const email of ['maria', 'a b@example.com', '<script>@example.com', `${'x'.repeat(250)}@example.com`, 7]) {
    const { page: other } = await arrive();
    chat(other, { t: 'reach', id: newId(), email });
    expect((await other.closed()).code, String(email)).toBe(CLOSE.BadMessage);
  }
  dialog(clara, { t: 'declare', presence: 'online' });
  expect((await post('/api/teams/drop', { id: team.id })).status).toBe(200);
  await said(page, 'ahead', ({ answerable }) => answerable === 'online');
  for (const peer of [page, boris, clara]) peer.close();
  await closeAll();
});

test('[WA7] what an operator may say of themselves is theirs alone: nobody declares, touches or forges for another', async () => {
  const anna = await console_('admin');
  const boris = await console_('boris');
  // What is put there all the same counts for nothing.
  dialog(boris, { t: 'declare', presence: 'away', operator: ids['admin'], id: ids['admin'] });
  await hears(anna, 'boris', ({ presence }) => presence === 'away');
  const own = anna.messages
    .flatMap((message) => ((message['say'] as { put?: Colleague[] } | undefined)?.put ?? []) as Colleague[])
    .filter(({ id }) => id === ids['admin']);
  expect(own.every(({ declared }) => declared === 'online')).toBe(true);
  dialog(boris, { t: 'declare', presence: 'online' });
  await hears(anna, 'boris', ({ presence }) => presence === 'online');
  for (const bad of [
    { t: 'declare', presence: 'gone' },
    { t: 'declare' },
    { t: 'touched' },
    { t: 'colleagues', on: 'yes' },
    { t: 'offer', conversation: newId(), id: newId(), to: ids['boris'], from: null, tried: [], escalates: false },
    { t: 'assign', conversation: newId(), id: newId(), to: 'x' },
  ]) {
    const peer = await connect('boris');
    dialog(peer, bad);
    expect((await peer.closed()).code, JSON.stringify(bad)).toBe(CLOSE.BadMessage);
  }
  const { page } = await arrive();
  chat(page, { t: 'declare', presence: 'away' });
  expect((await page.closed()).code).toBe(CLOSE.BadMessage);
  for (const peer of [anna, boris]) peer.close();
});

test('[WA4] [B133] a relay that dies: what operators declared is as it was, what waited is handed out, and whose it was is known', async () => {
  const first = await startTestRelay();
  const admin = await logIn(first, 'admin', first.firstOperator?.password ?? PASSWORD);
  const added = await post('/api/operators', { login: 'dora', name: 'Dora', role: 'operator' }, admin, first);
  const { password, id: dora } = (await added.json()) as { password: string; id: string };
  const cookie = await logIn(first, 'dora', password);
  const saved = await post(
    '/api/sites',
    { name: 'Shop', origins: ['http://shop.example'], routing: { team: null, mode: 'auto', answerSec: 0 } },
    admin,
    first,
  );
  const { site } = (await saved.json()) as { site: { key: string } };
  const open = (relay: TestRelay) => connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
  const before = await open(first);
  dialog(before, { t: 'declare', presence: 'away' });
  dialog(before, { t: 'colleagues', on: true });
  const isAway = ({ put }: Say & { put: Colleague[] }) =>
    put.some(({ id, presence, declared }) => id === dora && presence === 'away' && declared === 'away');
  await said<Say & { put: Colleague[] }>(before, 'colleagues', isAway);
  const { page } = await arrive({}, site.key, first);
  await writes(page, 'before it died');
  await first.kill();

  const second = await startTestRelay({ dataDir: first.dataDir });
  const after = await open(second);
  dialog(after, { t: 'colleagues', on: true });
  await said<Say & { put: Colleague[] }>(after, 'colleagues', isAway);
  dialog(after, { t: 'inbox', on: true });
  expect(await listed(after, 'before it died')).toMatchObject({ assignee: null });
  dialog(after, { t: 'declare', presence: 'online' });
  await listed(after, 'before it died', ({ assignee }) => assignee === dora);
  after.close();
  expect(await second.stop()).toBe(0);
});
