// Conversations on both databases: many at once, the same thing twice, two relays, and faults.

import { expect, test } from 'vitest';
import type { Actor } from '../../protocol/dialog.ts';
import { createCommits, type Commits, type Result } from '../../relay/dialog/commits.ts';
import type { Command } from '../../relay/dialog/conversation.ts';
import {
  findConversations,
  listThreads,
  openConversation,
  readChanges,
  readConversation,
  transact,
  type Change,
} from '../../relay/store/conversations.ts';
import { newId } from '../../relay/store/id.ts';
import { account, operator, site } from '../../relay/store/schema.ts';
import { listen, onEachDatabase } from './databases.ts';

const ANNA: Actor = { kind: 'operator', id: newId() };
const BORIS: Actor = { kind: 'operator', id: newId() };

onEachDatabase((db) => {
  const after = (ms: number, task: () => void) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  };
  /** An account with a site, and what is committed in it. */
  const setUp = async () => {
    const mine = newId();
    const shop = newId();
    await db().orm.insert(account).values({ id: mine, slug: mine });
    await db().orm.insert(site).values({ id: shop, accountId: mine, key: shop, name: 'Shop' });
    const changes: Change[] = [];
    const { log, lines } = listen();
    const start = (run: typeof transact = transact): Commits =>
      createCommits({
        transact: (of, entries, now) => run(db(), of, entries, now),
        committed: (_of, some) => void changes.push(...some),
        log,
        now: Date.now,
        after,
      });
    const open = (device: string = newId()) =>
      openConversation(db(), { account: mine, site: shop, device }, Date.now());
    const messagesOf = async (conversation: string) =>
      (await readConversation(db(), mine, conversation, { version: 0, limit: 100_000 }))?.messages ?? [];
    return { mine, shop, changes, start, open, messagesOf, lines };
  };
  const saying = (by: Actor, text: string, more: object = {}): Command => ({
    do: 'send',
    by,
    id: newId(),
    kind: 'text',
    body: { text },
    ...more,
  });

  test('[V1] [V2] messages are numbered without holes, and what comes twice is stored once', async () => {
    const { mine, start, open, messagesOf, changes } = await setUp();
    const { conversation, contact } = await open();
    const visitor: Actor = { kind: 'contact', id: contact };
    const commits = start();
    const sent = Array.from({ length: 50 }, (_, index) => saying(index % 3 === 0 ? ANNA : visitor, `text ${index}`));
    const results = await Promise.all(sent.map((command) => commits.run(mine, conversation, command)));
    expect(results).toEqual(sent.map((_, index) => ({ done: true, seq: index + 1 })));
    // As after a lost answer, alone and together, in another order.
    const again = await Promise.all(sent.toReversed().map((command) => commits.run(mine, conversation, command)));
    expect(again).toEqual(results.toReversed());
    const stored = await messagesOf(conversation);
    expect(stored.map(({ seq, body }) => [seq, body.text])).toEqual(
      sent.map((_, index) => [index + 1, `text ${index}`]),
    );
    // All that came together was one transaction, and what changed nothing is no change.
    expect(changes.map(({ number, conversation: { version } }) => [number, version])).toEqual([[1, 1]]);
    expect(changes[0]?.messages).toEqual(stored);
    expect(await readChanges(db(), mine, 0, 10)).toEqual([{ number: 1, id: changes[0]?.id, conversation, version: 1 }]);
    await commits.close();
  });

  test('[V2] two relays at once: one order, no hole, nothing twice, and the change log is in the order of commits', async () => {
    const { mine, start, open, messagesOf, changes } = await setUp();
    const threads = await Promise.all(Array.from({ length: 5 }, () => open()));
    const relays = [start(), start()];
    const sent = threads.flatMap(({ conversation, contact }) =>
      Array.from({ length: 40 }, () => ({ conversation, command: saying({ kind: 'contact', id: contact }, 'x') })),
    );
    // Each message through both, as from a sender whose link moved over.
    const results = await Promise.all(
      relays.map(async (relay, at) => {
        const mineFirst = at === 0 ? sent : sent.toReversed();
        const all: Result[] = [];
        for (let from = 0; from < mineFirst.length; from += 20)
          all.push(
            ...(await Promise.all(
              mineFirst
                .slice(from, from + 20)
                .map(({ conversation, command }) => relay.run(mine, conversation, command)),
            )),
          );
        return at === 0 ? all : all.toReversed();
      }),
    );
    expect(results[1]).toEqual(results[0]);
    for (const { conversation } of threads) {
      const stored = await messagesOf(conversation);
      expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
    const log = await readChanges(db(), mine, 0, 1000);
    expect(log.map(({ number }) => number)).toEqual(log.map((_, index) => index + 1));
    expect(changes.toSorted((a, b) => a.number - b.number).map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    // Of one conversation, versions are in the order of the log.
    for (const { conversation } of threads) {
      const versions = log.filter((one) => one.conversation === conversation).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
    await Promise.all(relays.map((relay) => relay.close()));
  });

  test('[V4] a browser has one conversation on a site, however many of its tabs ask at once', async () => {
    const { open, mine } = await setUp();
    const device = newId();
    const opened = await Promise.all(Array.from({ length: 8 }, () => open(device)));
    expect(new Set(opened.map(({ conversation }) => conversation)).size).toBe(1);
    const other = newId();
    const found = await findConversations(db(), [device, other]);
    expect([...found.keys()]).toEqual([device]);
    expect(found.get(device)).toMatchObject({ conversation: { id: opened[0]?.conversation, seq: 0 }, marks: [] });
    const [rows] = await db().sql`select count(*)::int as count from contact where account_id = ${mine}`;
    expect(rows?.['count']).toBe(1);
  });

  test('[V5] an operator whose colleague answered meanwhile is told, and can send it all the same', async () => {
    const { mine, start, open } = await setUp();
    const { conversation, contact } = await open();
    const commits = start();
    const run = (command: Command) => commits.run(mine, conversation, command);
    await run(saying({ kind: 'contact', id: contact }, 'hello?'));
    expect(await run(saying(ANNA, 'good day', { expectedSeq: 1 }))).toEqual({ done: true, seq: 2 });
    const late = saying(BORIS, 'hello!', { expectedSeq: 1 });
    expect(await run(late)).toEqual({ done: false, why: 'answered-meanwhile' });
    // A note, and what Anna adds, are no second answer.
    expect(await run({ ...saying(BORIS, 'mine?', { expectedSeq: 1 }), kind: 'note' } as Command)).toMatchObject({
      seq: 3,
    });
    expect(await run(saying(ANNA, 'how can I help?', { expectedSeq: 1 }))).toMatchObject({ done: true });
    expect(await run({ ...late, expectedSeq: undefined } as Command)).toEqual({ done: true, seq: 5 });
    await commits.close();
  });

  test('edited, deleted, read, assigned, closed and begun again', async () => {
    const { mine, start, open, messagesOf, changes } = await setUp();
    const { conversation, contact } = await open();
    const visitor: Actor = { kind: 'contact', id: contact };
    const anna = newId();
    await db()
      .orm.insert(operator)
      .values({ id: anna, accountId: mine, login: anna, name: 'A', role: 'admin', passwordHash: '' });
    const commits = start();
    const run = (command: Command) => commits.run(mine, conversation, command);
    const first = saying(visitor, 'helo');
    await run(first);
    expect(changes.at(-1)?.conversation).toMatchObject({
      status: 'open',
      seq: 1,
      waitingSince: expect.any(Number) as number,
    });
    if (first.do !== 'send') throw new Error('it is one');
    expect(await run({ do: 'edit', by: ANNA, id: first.id, body: { text: 'no' } })).toEqual({
      done: false,
      why: 'not-yours',
    });
    expect(await run({ do: 'edit', by: visitor, id: first.id, body: { text: 'hello' } })).toEqual({
      done: true,
      seq: 1,
    });
    expect(await run({ do: 'edit', by: visitor, id: newId(), body: { text: '' } })).toEqual({
      done: false,
      why: 'no-such-message',
    });
    expect(
      (await messagesOf(conversation)).map(({ body, editedAt, version }) => [
        body.text,
        editedAt !== undefined,
        version,
      ]),
    ).toEqual([['hello', true, 2]]);
    const replaced = await db().sql`select body from message_revision where conversation_id = ${conversation}`;
    expect(replaced.map((row) => row['body'] as unknown)).toEqual([{ text: 'helo' }]);
    await run({ do: 'assign', by: ANNA, id: newId(), to: anna });
    await run({ do: 'read', by: ANNA, seq: 99 });
    expect(changes.at(-1)).toMatchObject({
      conversation: { assignee: anna, seq: 2 },
      marks: [{ kind: 'operator', actor: ANNA.id, delivered: 2, read: 2 }],
    });
    await run({ do: 'close', by: ANNA, id: newId() });
    expect(changes.at(-1)?.conversation).toMatchObject({ status: 'closed', waitingSince: null, episode: 1 });
    await run(saying(visitor, 'one more thing'));
    expect(changes.at(-1)?.conversation).toMatchObject({ status: 'open', episode: 2, seq: 4 });
    expect(await run({ do: 'delete', by: visitor, id: first.id })).toEqual({ done: true, seq: 1 });
    const [deleted] = await messagesOf(conversation);
    expect(deleted).toMatchObject({ seq: 1, body: {}, deletedAt: expect.any(Number) as number });
    // What is newer than a version, and nothing else.
    const newer = await readConversation(db(), mine, conversation, {
      version: changes.at(-2)?.conversation.version ?? 0,
      limit: 10,
    });
    expect(newer?.messages.map(({ seq }) => seq)).toEqual([1]);
    expect(await readConversation(db(), newId(), conversation, { version: 0, limit: 10 })).toBeUndefined();
    expect(await commits.run(mine, newId(), saying(ANNA, 'x'))).toEqual({ done: false, why: 'no-such-conversation' });
    await commits.close();
  });

  test('[V6] the list: those that something was said in last, all that wait, and what somebody has said last in them', async () => {
    const { mine, start, open } = await setUp();
    const commits = start();
    const waiting = await open();
    await commits.run(mine, waiting.conversation, saying({ kind: 'contact', id: waiting.contact }, 'waits'));
    const answered: string[] = [];
    for (let made = 0; made < 3; made++) {
      const { conversation, contact } = await open();
      await commits.run(mine, conversation, saying({ kind: 'contact', id: contact }, 'asks'));
      await commits.run(mine, conversation, saying(ANNA, `answer ${made}`));
      await commits.run(mine, conversation, { do: 'close', by: ANNA, id: newId() });
      answered.unshift(conversation);
    }
    await commits.close();
    const list = await listThreads(db(), mine, { limit: 2 });
    expect(list.map(({ id }) => id)).toEqual([...answered.slice(0, 2), waiting.conversation]);
    expect(list.map(({ last }) => last?.text)).toEqual(['answer 2', 'answer 1', 'waits']);
  });

  test('[V7] what the database can’t take fails alone; halves of characters and controls are left out', async () => {
    const { mine, start, open, messagesOf, lines } = await setUp();
    const { conversation, contact } = await open();
    const visitor: Actor = { kind: 'contact', id: contact };
    const commits = start();
    const results = await Promise.all([
      commits.run(mine, conversation, saying(visitor, 'before \0\ud800 \u{1f600}\r\nafter')),
      // No id that a database knows: validation would have refused it.
      commits.run(mine, conversation, { ...saying(visitor, 'bad'), id: 'no uuid' } as Command),
      commits.run(mine, conversation, saying(visitor, 'last')),
    ]);
    expect(results).toEqual([
      { done: true, seq: 1 },
      { done: false, why: 'unfit' },
      { done: true, seq: 2 },
    ]);
    expect((await messagesOf(conversation)).map(({ body }) => body.text)).toEqual(['before  \u{1f600}\nafter', 'last']);
    expect(lines.join()).toContain('refuses');
    await commits.close();
  });

  test('[V1] [V7] an answer that is lost after the commit, and a database that is away, cost no message and double none', async () => {
    const { mine, start, open, messagesOf } = await setUp();
    const { conversation, contact } = await open();
    let fault: 'before' | 'after' | undefined;
    const commits = start(async (...given) => {
      if (fault === 'before') {
        fault = 'after';
        throw new Error('connection refused');
      }
      const made = await transact(...given);
      if (fault === 'after') {
        fault = undefined;
        throw new Error('connection lost');
      }
      return made;
    });
    const say = (text: string) => commits.run(mine, conversation, saying({ kind: 'contact', id: contact }, text));
    const results: Result[] = [];
    for (let round = 0; round < 5; round++) {
      fault = 'before';
      results.push(...(await Promise.all([say(`a${round}`), say(`b${round}`)])));
    }
    expect(results).toEqual(results.map((_, index) => ({ done: true, seq: index + 1 })));
    expect((await messagesOf(conversation)).map(({ body }) => body.text)).toEqual(
      Array.from({ length: 5 }, (_, round) => [`a${round}`, `b${round}`]).flat(),
    );
    await commits.close();
    expect(await say('late')).toEqual({ done: false, why: 'unavailable' });
  });
});
