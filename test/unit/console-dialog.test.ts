// Conversations in the console without a browser: order, lines, addresses, the outbox, a conversation's copy and marks, words.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UNTOLD, type FromOperatorDialog } from '../../protocol/chat.ts';
import type { Message } from '../../protocol/dialog.ts';
import { uuidv7 } from '../../protocol/uuid.ts';
import { Conversation } from '../../operator-ui/state/conversation.svelte.ts';
import { contactName, happenedText } from '../../operator-ui/state/dialog-words.ts';
import { linesOf, piecesOf } from '../../operator-ui/state/message-lines.ts';
import { dayName, momentOf } from '../../operator-ui/state/moment.ts';
import { Outbox, type OutboxStore, type Waiting } from '../../operator-ui/state/outbox.svelte.ts';
import { hashOf, placeOf } from '../../operator-ui/state/route.svelte.ts';
import { arrangeThreads, isUnread, standing } from '../../operator-ui/state/thread-order.ts';
import { dialogEn } from '../../operator-ui/texts/dialog-en.ts';
import { COLLEAGUE, someMessage, someThread, stateOf, uuidOf } from '../support/some-threads.ts';

const NOW = 1_700_000_000_000;
const ME = uuidOf(5, 5);

test('an id is a UUID of version 7, made of the time and of what is random', () => {
  expect(uuidv7(0x0123_4567_89ab, (bytes) => bytes.fill(0xff))).toBe('01234567-89ab-7fff-bfff-ffffffffffff');
  expect(uuidv7(0, () => {})).toBe('00000000-0000-7000-8000-000000000000');
  // RFC 9562's own example.
  const random = [0, 0, 0, 0, 0, 0, 0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
  const example = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
  expect(uuidv7(0x017f22e279b0, (bytes) => bytes.set(random))).toBe(example);
});

describe('order', () => {
  const waits = (n: number, since: number | null, more = {}) => someThread(n, NOW, { waitingSince: since, ...more });
  const all = [
    waits(1, NOW - 10, { assignee: ME, lastAt: NOW - 5 }),
    waits(2, NOW - 30, { assignee: null, lastAt: NOW - 1 }),
    waits(3, null, { assignee: ME, lastAt: NOW }),
    waits(4, NOW - 99, { status: 'closed' as const }),
  ];
  const ids = (folder: Parameters<typeof arrangeThreads>[1]) => arrangeThreads(all, folder, ME).map(({ id }) => id);

  test('who waits longest is first; else what was said last', () => {
    expect(ids('waiting')).toEqual([2, 1].map((n) => uuidOf(1, n)));
    expect(ids('mine')).toEqual([3, 1].map((n) => uuidOf(1, n)));
    expect(ids('open')).toEqual([3, 2, 1].map((n) => uuidOf(1, n)));
    expect(ids('closed')).toEqual([uuidOf(1, 4)]);
  });

  test('rows that stand still: their contents are of now, and others are counted', () => {
    const [one, two, three] = all;
    if (!one || !two || !three) throw new Error('there are three');
    const newer = { ...one, version: 9 };
    const now = new Map([one, two, three].map((thread) => [thread.id, thread.id === one.id ? newer : thread]));
    expect(standing([one, two], now, [three, newer])).toEqual({ view: [newer, two], held: 1 });
  });

  test('new is what this operator has not read, and did not say', () => {
    const marks = (read: number) => [{ by: ME, delivered: 3, read }];
    expect(isUnread(someThread(0, NOW), ME)).toBe(true);
    expect(isUnread(someThread(0, NOW, { marks: marks(2) }), ME)).toBe(true);
    expect(isUnread(someThread(0, NOW, { marks: marks(3) }), ME)).toBe(false);
    const last = { by: { kind: 'operator' as const, id: ME }, kind: 'text' as const, text: '' };
    expect(isUnread(someThread(0, NOW, { last }), ME)).toBe(false);
  });
});

describe('lines', () => {
  const own: Message['by'] = { kind: 'operator', id: ME };
  const draw = (messages: readonly Message[], items: readonly Waiting[] = [], contact = { delivered: 0, read: 0 }) =>
    linesOf(messages, items, { me: ME, contact, dayOf: (at) => String(Math.floor(at / 86_400_000)) });
  const item = (key: string, wish: Waiting['wish'], state: Waiting['state'] = { kind: 'waiting' }): Waiting => ({
    key,
    owner: ME,
    conversation: uuidOf(1, 0),
    at: NOW + 1000,
    wish,
    state,
  });

  test('days stand between, and a name again after a pause, another kind or another person', () => {
    const lines = draw([
      someMessage(1, NOW),
      someMessage(2, NOW + 1000),
      someMessage(3, NOW + 1000 + 301_000),
      someMessage(4, NOW + 302_000, { by: own }),
      someMessage(5, NOW + 302_000, { by: own, kind: 'note' }),
      someMessage(6, NOW + 302_000, { kind: 'system', body: { happened: 'closed' } }),
      someMessage(7, NOW + 86_400_000),
    ]);
    expect(lines.map((line) => (line.kind === 'text' || line.kind === 'note' ? line.isContinued : line.kind))).toEqual([
      'day',
      false,
      true,
      false,
      false,
      false,
      'happened',
      'day',
      false,
    ]);
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });

  test('own answers say how far they have come; notes and others’ do not', () => {
    const lines = draw(
      [1, 2, 3].map((seq) => someMessage(seq, NOW, { by: own })).concat(someMessage(4, NOW, { by: own, kind: 'note' })),
      [],
      { delivered: 2, read: 1 },
    );
    expect(lines.map((line) => 'delivery' in line && line.delivery)).toEqual([
      false,
      'read',
      'delivered',
      'sent',
      undefined,
    ]);
  });

  test('what the outbox has stands at the end under its own key, until the conversation has it', () => {
    const message = someMessage(2, NOW, { by: own });
    const sending = item(message.id, { do: 'send', text: 'hi', isNote: false });
    expect(draw([someMessage(1, NOW)], [sending]).at(-1)).toMatchObject({ key: message.id, delivery: 'sending' });
    expect(draw([someMessage(1, NOW), message], [sending])).toHaveLength(3);
    const failed = item('x', { do: 'edit', of: message.id, text: 'changed' }, { kind: 'failed', why: 'not-yours' });
    expect(draw([message], [failed]).at(-1)).toMatchObject({ text: 'changed', delivery: 'failed' });
    expect(draw([message], [item('y', { do: 'delete', of: message.id })]).at(-1)).toMatchObject({ isDeleted: true });
  });
});

test.each([
  ['no address', []],
  ['see https://a.example.', ['https://a.example']],
  ['(http://a.example/x_(y)?z=1)', ['http://a.example/x_(y)?z=1']],
  ['javascript:alert(1) file:///etc https://', []],
  ['https://bank.example@evil.example/', []],
  ['https://a.example/\u202eexe.gnp', ['https://a.example/']],
  ['https://a.example"onmouseover=x', ['https://a.example']],
  ['https://пример.рф/путь и https://b.example!', ['https://пример.рф/путь', 'https://b.example']],
])('addresses in %j', (text, found) => {
  const pieces = piecesOf(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.flatMap(({ href }) => href ?? [])).toEqual(found);
});

test('a conversation’s address leads to it and back', () => {
  for (const place of [{ kind: 'conversations' }, { kind: 'conversations', conversation: uuidOf(1, 1) }] as const)
    expect(placeOf(hashOf(place))).toEqual(place);
});

test('words: names, what happened, when', () => {
  expect(contactName({ id: '0000-4f2a', name: ' ' }, dialogEn)).toBe('Visitor 4f2a');
  expect(happenedText({ happened: 'assigned' }, 'Anna', '', dialogEn)).toBe('Anna took the conversation');
  expect(happenedText({ happened: 'assigned' }, 'Anna', 'Boris', dialogEn)).toContain('to Boris');
  expect(happenedText({ happened: 'left' }, 'Anna', dialogEn.yourself, dialogEn)).toBe(
    'Anna took the conversation from you',
  );
  const at = new Date(2026, 4, 20, 15, 30).getTime();
  expect(momentOf(at, at + 1000, 'ru')).toBe('15:30');
  expect(momentOf(at - 86_400_000 * 2, at, 'en')).toBe('Mon');
  expect(momentOf(at - 86_400_000 * 30, at, 'en')).toBe('Apr 20');
  expect(dayName(at - 86_400_000, at, 'en', dialogEn)).toBe('Yesterday');
});

describe('with runes', () => {
  let told: FromOperatorDialog[] = [];
  let isLinked = true;
  const tell = (say: FromOperatorDialog) => {
    if (isLinked) told.push(say);
    return isLinked;
  };
  const after = (delayMs: number, task: () => void) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  };
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW });
    // What Svelte's compiler would put there; nothing here is drawn.
    vi.stubGlobal(
      '$state',
      Object.assign(<T>(value: T) => value, { raw: <T>(value: T) => value }),
    );
    told = [];
    isLinked = true;
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const one = uuidOf(1, 1);
  const makeOutbox = (store: Partial<OutboxStore> = {}) => {
    let made = 0;
    const kept = new Map<string, Waiting>();
    const refused: Waiting[] = [];
    const outbox = new Outbox({
      tell,
      after,
      now: Date.now,
      random: () => 0.5,
      makeId: () => uuidOf(6, ++made),
      refused: (item) => void refused.push(item),
      files: () => {},
      store: {
        load: (owner) => Promise.resolve([...kept.values()].filter((item) => item.owner === owner)),
        put: (item) => Promise.resolve(void kept.set(item.key, item)),
        drop: (key) => Promise.resolve(void kept.delete(key)),
        ...store,
      },
    });
    return { outbox, kept, refused };
  };
  const write = (text: string) => ({ do: 'send' as const, text, isNote: false, expectedSeq: 4 });
  const textsTold = () => told.map((say) => (say.t === 'send' ? say.message.body.text : say.t));
  const answer = (n: number, more: object = { seq: 5 }) => ({
    t: 'answer' as const,
    conversation: one,
    id: uuidOf(6, n),
    ...more,
  });

  test('one thing of a conversation at a time, in order; other conversations do not wait for it', async () => {
    const { outbox } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    await outbox.add(one, write('b'));
    await outbox.add(uuidOf(1, 2), write('c'));
    expect(textsTold()).toEqual(['a', 'c']);
    outbox.answered(answer(1));
    expect(textsTold()).toEqual(['a', 'c', 'b']);
  });

  test('refused for a moment: told again after growing pauses, and nothing overtakes it', async () => {
    const { outbox } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    await outbox.add(one, write('b'));
    for (const pauseMs of [1000, 2000, 4000]) {
      outbox.answered(answer(1, { why: 'too-many' }));
      const before = told.length;
      vi.advanceTimersByTime(pauseMs - 1);
      expect(told).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(told).toHaveLength(before + 1);
    }
    expect(textsTold()).toEqual(['a', 'a', 'a', 'a']);
  });

  test('what was told on a link that broke is told again, with the same id', async () => {
    const { outbox } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    isLinked = false;
    await outbox.add(one, write('b'));
    isLinked = true;
    outbox.linked();
    expect(textsTold()).toEqual(['a', 'a']);
    expect(told[1]).toEqual(told[0]);
    outbox.answered(answer(1));
    expect(textsTold()).toEqual(['a', 'a', 'b']);
  });

  test('an answer that never comes: it is told again', async () => {
    const { outbox } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    vi.advanceTimersByTime(120_000);
    expect(textsTold()).toEqual(['a', 'a']);
    outbox.answered(answer(1));
    vi.advanceTimersByTime(120_000);
    expect(told).toHaveLength(2);
  });

  test('kept until it is answered; a later console sends what was left, and no other operator’s', async () => {
    const { outbox, kept } = makeOutbox();
    await outbox.begin(ME);
    isLinked = false;
    await outbox.add(one, write('a'));
    await outbox.add(one, write('b'));
    outbox.clear();
    await outbox.begin(COLLEAGUE.id);
    expect(outbox.items).toEqual([]);
    outbox.clear();
    isLinked = true;
    await outbox.begin(ME);
    expect(textsTold()).toEqual(['a']);
    outbox.answered(answer(1));
    outbox.answered(answer(2));
    expect(kept.size).toBe(0);
  });

  test('without storage everything is in memory', async () => {
    const fails = () => Promise.reject(new Error('forbidden'));
    const { outbox } = makeOutbox({ load: fails, put: fails, drop: fails });
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    outbox.answered(answer(1));
    outbox.settle(one, () => true);
    expect(outbox.items).toEqual([]);
    expect(textsTold()).toEqual(['a']);
  });

  test('a colleague was quicker: held, kept so, and sent by the operator’s word without what was expected', async () => {
    const { outbox, kept } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, write('a'));
    expect(told[0]).toMatchObject({ expectedSeq: 4 });
    outbox.answered(answer(1, { why: 'answered-meanwhile' }));
    const [held] = outbox.items;
    expect(held?.state).toEqual({ kind: 'held' });
    expect(kept.get(uuidOf(6, 1))?.state).toEqual({ kind: 'held' });
    outbox.linked();
    expect(told).toHaveLength(1);
    if (held) outbox.again(held);
    expect(told[1]).toMatchObject({ message: { id: uuidOf(6, 1) }, expectedSeq: undefined });
  });

  test('a command that is refused for good is gone, and said', async () => {
    const { outbox, refused } = makeOutbox();
    await outbox.begin(ME);
    await outbox.add(one, { do: 'close' });
    outbox.answered(answer(1, { why: 'no-such-conversation' }));
    expect(outbox.items).toEqual([]);
    expect(refused).toHaveLength(1);
  });

  const makeConversation = () => {
    const conversation = new Conversation(one, { tell, after, now: Date.now, me: () => ME });
    conversation.open();
    told = [];
    return conversation;
  };
  const state = (messages: readonly Message[], change = {}) => {
    const said = stateOf(someThread(1, NOW, { version: 1 }), messages, change);
    if (said.t !== 'state') throw new Error('a state');
    return said;
  };

  test('what came is told once; what was read, too, and again after a new link', () => {
    const conversation = makeConversation();
    conversation.apply(state([someMessage(1, NOW), someMessage(2, NOW)]));
    conversation.apply(state([someMessage(2, NOW)]));
    expect(told).toEqual([{ t: 'delivered', conversation: one, seq: 2 }]);
    conversation.read();
    conversation.read();
    expect(told.slice(1)).toEqual([{ t: 'read', conversation: one, seq: 2 }]);
    conversation.open();
    conversation.read();
    expect(told.slice(2).map(({ t }) => t)).toEqual(['open', 'read']);
    conversation.apply(state([], { from: 2, version: 3, seq: 2, marks: [{ by: ME, delivered: 2, read: 2 }] }));
    conversation.open();
    conversation.read();
    expect(told.slice(4).map(({ t }) => t)).toEqual(['open']);
  });

  test('older messages that were asked for before the copy began anew are dropped', () => {
    const conversation = makeConversation();
    conversation.apply(state([someMessage(50, NOW)], { more: true }));
    conversation.askOlder();
    conversation.askOlder();
    expect(told.filter(({ t }) => t === 'older')).toHaveLength(1);
    conversation.apply(state([someMessage(200, NOW)], { version: 300, more: true }));
    conversation.older({
      t: 'older',
      conversation: one,
      before: 50,
      messages: [someMessage(49, NOW)],
      more: false,
      people: [],
    });
    expect(conversation.messages.map(({ seq }) => seq)).toEqual([200]);
    expect(conversation.hasOlder).toBe(true);
    conversation.askOlder();
    conversation.older({
      t: 'older',
      conversation: one,
      before: 200,
      messages: [someMessage(199, NOW)],
      more: false,
      people: [],
    });
    expect(conversation.messages.map(({ seq }) => seq)).toEqual([199, 200]);
  });

  test('typing is told now and then while keys are pressed, and its end; who types is forgotten by itself', () => {
    const conversation = makeConversation();
    for (let key = 0; key < 7; key++) {
      conversation.type();
      vi.advanceTimersByTime(1000);
    }
    vi.advanceTimersByTime(4000);
    expect(told.map((say) => say.t === 'typing' && say.on)).toEqual([true, true, false]);
    conversation.heard({ t: 'typing', conversation: one, by: COLLEAGUE, on: true });
    const contact = { id: uuidOf(2, 0), name: '' };
    conversation.heard({ t: 'typing', conversation: one, by: contact, text: 'hel', on: true });
    expect(conversation.typists).toHaveLength(2);
    vi.advanceTimersByTime(8000);
    expect(conversation.typists.map(({ text }) => text)).toEqual(['hel']);
    // That they type, and not what.
    conversation.heard({ t: 'typing', conversation: one, by: contact, text: UNTOLD, on: true });
    expect(conversation.typists.map(({ text }) => text)).toEqual(['']);
    // What they have sent they type no more.
    conversation.apply(state([someMessage(1, NOW)]));
    expect(conversation.typists).toEqual([]);
  });
});
