// Handing out on both databases: who is quicker has it, whoever decides; two relays at once; presence of relays that died.

import { expect, test } from 'vitest';
import type { Actor } from '../../protocol/dialog.ts';
import { BY_HAND, type Presence } from '../../protocol/routing.ts';
import type { Command } from '../../relay/dialog/conversation.ts';
import { Router } from '../../relay/dialog/router.ts';
import { listThreads, openConversation, readConversation, transact } from '../../relay/store/conversations.ts';
import { newId } from '../../relay/store/id.ts';
import {
  beatPresence,
  endPresence,
  endTurn,
  hasReach,
  keepDeclared,
  keepPresence,
  keepReach,
  readLoads,
  readPlan,
  readWaiting,
  readWaits,
  takeTurn,
  type Plan,
} from '../../relay/store/routing.ts';
import { account, operator, presenceInterval, site } from '../../relay/store/schema.ts';
import { dropTeam, listTeams, saveTeam } from '../../relay/store/teams.ts';
import { onEachDatabase } from './databases.ts';

onEachDatabase((db) => {
  const made = async (logins: readonly string[], limit = 3) => {
    const mine = newId();
    const shop = newId();
    await db().orm.insert(account).values({ id: mine, slug: mine });
    await db()
      .orm.insert(site)
      .values({
        id: shop,
        accountId: mine,
        key: shop,
        name: 'Shop',
        routing: { ...BY_HAND, mode: 'auto', answerSec: 0 },
      });
    const operators = logins.map((login) => ({
      id: newId(),
      accountId: mine,
      login: `${login} ${mine}`,
      name: login,
      role: 'operator' as const,
      passwordHash: '',
      conversationLimit: limit,
    }));
    await db().orm.insert(operator).values(operators);
    return { mine, shop, operators: operators.map(({ id }) => id) };
  };
  const run = async (mine: string, conversation: string, command: Command) => {
    const { outcomes } = await transact(db(), mine, [{ conversation, command }], Date.now());
    return outcomes[0] ?? { done: false as const, why: 'no-such-conversation' as const };
  };
  /** A conversation whose contact has written this. */
  const begun = async (mine: string, shop: string, text = 'hello') => {
    const { conversation, contact } = await openConversation(
      db(),
      { account: mine, site: shop, device: newId() },
      Date.now(),
    );
    const by: Actor = { kind: 'contact', id: contact };
    await run(mine, conversation, { do: 'send', by, id: newId(), kind: 'text', body: { text } });
    return conversation;
  };
  const offer = (to: string | null, from: string | null = null, more: object = {}): Command => ({
    do: 'offer',
    id: newId(),
    to,
    from,
    tried: [],
    escalates: false,
    ...more,
  });
  const taking = (me: string, from: string | null): Command => ({
    do: 'assign',
    by: { kind: 'operator', id: me },
    id: newId(),
    to: me,
    from,
  });
  const assigneeOf = async (mine: string, id: string) =>
    (await readConversation(db(), mine, id, { version: 0, limit: 0 }))?.conversation.assignee;

  test('[WA1] of two relays and an operator who would have the same conversation at once, one has it', async () => {
    const { mine, shop, operators } = await made(['anna', 'boris', 'clara']);
    const [anna = '', boris = '', clara = ''] = operators;
    const wishes = [offer(anna), offer(boris), taking(clara, null)];
    for (let round = 0; round < 6; round++) {
      const conversation = await begun(mine, shop);
      const order = [...wishes.slice(round % 3), ...wishes.slice(0, round % 3)];
      const outcomes = await Promise.all(
        order.map((wish) => run(mine, conversation, { ...wish, id: newId() } as Command)),
      );
      expect(outcomes.filter(({ done }) => done)).toHaveLength(1);
      for (const outcome of outcomes) if (!outcome.done) expect(outcome.why).toBe('taken-meanwhile');
      const winner = order[outcomes.findIndex(({ done }) => done)];
      expect(await assigneeOf(mine, conversation)).toBe(winner && 'to' in winner ? winner.to : undefined);
    }
  });

  test('[WA1] [WA3] an offer is made only of what still waits, once however often it is told, and forgotten with the first answer', async () => {
    const { mine, shop, operators } = await made(['anna', 'boris']);
    const [anna = '', boris = ''] = operators;
    const conversation = await begun(mine, shop);
    const first = offer(anna);
    expect(await run(mine, conversation, first)).toEqual({ done: true, seq: 2 });
    // The answer to the commit was lost.
    expect(await run(mine, conversation, first)).toEqual({ done: true, seq: 2 });
    expect(await run(mine, conversation, offer(boris, anna, { tried: [anna] }))).toEqual({ done: true, seq: 3 });
    expect(await run(mine, conversation, offer(null, boris, { tried: [anna, boris], escalates: true }))).toMatchObject({
      done: true,
    });
    const [listed] = await listThreads(db(), mine, { limit: 10 });
    expect(listed).toMatchObject({ escalated: true, assignee: null, last: { seq: 1 } });
    const [waits] = await readWaiting(db(), mine, [shop], 10);
    expect(waits).toMatchObject({ conversation, tried: [anna, boris], offered: false, assignee: null });
    expect(await readWaits(db(), mine, { spanMs: 60_000, limit: 10 })).toMatchObject({
      unanswered: [{ conversation, site: shop, team: null }],
      answered: [],
    });
    const by: Actor = { kind: 'operator', id: boris };
    await run(mine, conversation, { do: 'send', by, id: newId(), kind: 'text', body: { text: 'yes' } });
    expect((await listThreads(db(), mine, { limit: 10 }))[0]).toMatchObject({ escalated: false });
    expect(await run(mine, conversation, offer(anna))).toEqual({ done: false, why: 'taken-meanwhile' });
    expect(await readWaits(db(), mine, { spanMs: 60_000, limit: 10 })).toMatchObject({
      unanswered: [],
      answered: [{ site: shop, team: null, count: 1 }],
    });
    expect(await run(newId(), conversation, offer(anna))).toEqual({ done: false, why: 'no-such-conversation' });
  });

  test('[WA1] [WA2] two relays that hand out at the same time: nobody gets more than their limit, and what is free is filled', async () => {
    const { mine, shop, operators } = await made(['anna', 'boris', 'clara'], 4);
    const plan: Plan = await readPlan(db());
    const router = (relay: string) =>
      new Router({
        now: Date.now,
        after(ms, task) {
          const timer = setTimeout(task, ms);
          return () => clearTimeout(timer);
        },
        newId,
        plan: () => plan,
        standingOf: (id) => ({ presence: (operators.includes(id) ? 'online' : 'gone') satisfies Presence, since: 0 }),
        waiting: (of, sites, limit) => readWaiting(db(), of, sites, limit),
        loads: (of) => readLoads(db(), of),
        takeTurn: (of, ms) => takeTurn(db(), of, relay, ms),
        endTurn: (of) => endTurn(db(), of, relay),
        run: (of, conversation, command) => run(of, conversation, command),
        failed(error) {
          throw error;
        },
      });
    const relays = [router(newId()), router(newId())];
    const all: string[] = [];
    for (let round = 0; round < 5; round++) {
      all.push(...(await Promise.all(Array.from({ length: 4 }, () => begun(mine, shop)))));
      for (const relay of relays) relay.changed(mine);
    }
    const loads = async () => (await readLoads(db(), mine)).map(({ open }) => open).sort();
    const tick = setInterval(() => relays.forEach((relay) => relay.tick()), 50);
    try {
      await expect.poll(loads).toEqual([4, 4, 4]);
      // One more place: the next of those who wait.
      const [first] = all;
      const by: Actor = { kind: 'operator', id: operators[0] ?? '' };
      await run(mine, first ?? '', { do: 'close', by, id: newId() });
      for (const relay of relays) relay.changed(mine);
      await expect
        .poll(async () => (await readWaiting(db(), mine, [shop], 100)).filter((row) => row.assignee === null).length)
        .toBe(7);
      expect(await loads()).toEqual([4, 4, 4]);
    } finally {
      clearInterval(tick);
    }
    // Each was given to one operator, once.
    for (const id of all) {
      const messages = (await readConversation(db(), mine, id, { version: 0, limit: 100 }))?.messages ?? [];
      expect(messages.filter(({ body }) => body.happened === 'assigned').length).toBeLessThanOrEqual(1);
    }
  });

  test('it is one relay’s turn at a time, and another’s when that one dies', async () => {
    const { mine } = await made(['anna']);
    const [one, other] = [newId(), newId()];
    expect(await takeTurn(db(), mine, one, 60_000)).toBe(true);
    expect(await takeTurn(db(), mine, other, 60_000)).toBe(false);
    expect(await takeTurn(db(), mine, one, 1)).toBe(true);
    await expect.poll(() => takeTurn(db(), mine, other, 60_000)).toBe(true);
    await endTurn(db(), mine, one);
    expect(await takeTurn(db(), mine, one, 60_000)).toBe(false);
    await endTurn(db(), mine, other);
    expect(await takeTurn(db(), mine, one, 60_000)).toBe(true);
  });

  test('[WA4] how an operator was there is kept stretch by stretch; that of a relay that died ends when it was last heard of', async () => {
    const { mine, operators } = await made(['anna']);
    const [anna = ''] = operators;
    const [one, other] = [newId(), newId()];
    const who = { account: mine, operator: anna, relay: one };
    await keepPresence(db(), who, 'online');
    await keepPresence(db(), who, 'away');
    const stretches = () => db().orm.select().from(presenceInterval).orderBy(presenceInterval.fromAt);
    expect((await stretches()).map(({ presence, toAt }) => [presence, toAt === null])).toEqual([
      ['online', false],
      ['away', true],
    ]);
    expect(await beatPresence(db(), one, 60_000)).toEqual([]);
    expect(await beatPresence(db(), other, 60_000)).toMatchObject([
      { operator: anna, account: mine, presence: 'away' },
    ]);
    // The first one says nothing any more.
    const seenAt = new Date(Date.now() - 3_600_000);
    await db().orm.update(presenceInterval).set({ seenAt });
    expect(await beatPresence(db(), other, 60_000)).toEqual([]);
    expect((await stretches()).at(-1)?.toAt).toEqual(seenAt);
    await keepPresence(db(), { ...who, relay: other }, 'online');
    await endPresence(db(), other);
    expect((await stretches()).filter(({ toAt }) => toAt === null)).toEqual([]);
    await keepDeclared(db(), anna, 'invisible');
    expect((await readPlan(db())).operators.get(anna)).toMatchObject({ declared: 'invisible', limit: 3 });
  });

  test('[WA7] [B18] a team is of one account and of its operators; without it its sites and conversations are everybody’s', async () => {
    const { mine, shop, operators } = await made(['anna', 'boris']);
    const strangers = await made(['eve']);
    const form = { name: ' Sales ', members: operators, hours: null };
    const saved = await saveTeam(db(), mine, form);
    const id = saved.kind === 'ok' ? saved.team.id : '';
    expect(await listTeams(db(), mine)).toEqual([{ id, name: 'Sales', members: operators.toSorted(), hours: null }]);
    expect(await listTeams(db(), strangers.mine)).toEqual([]);
    expect(await saveTeam(db(), strangers.mine, { ...form, id, members: [] })).toMatchObject({ why: 'unknown' });
    expect(await saveTeam(db(), mine, { ...form, id, members: strangers.operators })).toMatchObject({ why: 'unknown' });
    expect(await dropTeam(db(), strangers.mine, id)).toMatchObject({ why: 'unknown' });
    await db()
      .orm.update(site)
      .set({ routing: { ...BY_HAND, team: id } });
    const conversation = await begun(mine, shop);
    const by: Actor = { kind: 'operator', id: operators[0] ?? '' };
    await run(mine, conversation, { do: 'assign', by, id: newId(), to: null, team: id });
    expect((await listThreads(db(), mine, { limit: 1 }))[0]?.team).toBe(id);
    expect(await dropTeam(db(), mine, id)).toEqual({ kind: 'ok' });
    expect((await listThreads(db(), mine, { limit: 1 }))[0]?.team).toBeNull();
    expect((await readPlan(db())).sites.get(shop)?.team).toBeNull();
  });

  test('[WA6] where a contact can be reached is kept for the conversation of that account only', async () => {
    const { mine, shop } = await made(['anna']);
    const conversation = await begun(mine, shop);
    const reach = { name: '', email: 'maria@example.com' };
    await keepReach(db(), newId(), conversation, reach);
    expect(await hasReach(db(), mine, conversation)).toBe(false);
    await keepReach(db(), mine, conversation, { ...reach, name: 'Maria' });
    await keepReach(db(), mine, conversation, reach);
    expect(await hasReach(db(), mine, conversation)).toBe(true);
    expect((await listThreads(db(), mine, { limit: 1 }))[0]).toMatchObject({
      email: reach.email,
      contactName: 'Maria',
    });
  });
});
