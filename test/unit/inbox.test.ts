// What consoles are told of their lists: nobody hears something older after something newer, nobody is left out, and a list is
// read once for all who come for it.

import { expect, test } from 'vitest';
import type { Conversation } from '../../relay/dialog/conversation.ts';
import { Inbox } from '../../relay/dialog/inbox.ts';
import type { Logged } from '../../relay/dialog/list-copy.ts';
import { OperatorPeer } from '../../relay/live/operators.ts';
import type { Change, ThreadRow } from '../../relay/store/conversations.ts';
import { createFakeSocket } from '../support/fake-socket.ts';

const ACCOUNT = 'account';
const ANNA = { id: 'anna', account: ACCOUNT, name: 'Anna', login: 'anna', role: 'operator' } as const;
/** So long that a list of some of these is handed out in several goes. */
const LONG = 'x'.repeat(60_000);

type Told = { reset: boolean; number: number; put: { id: string; version: number }[] };

/** Changes are numbered as the versions of their conversation, of which there is one. */
function open() {
  const tasks: (() => void)[] = [];
  const log: Logged[] = [];
  const asked = { rows: 0, log: 0 };
  const row = (id: string, version: number): ThreadRow => ({
    ...{ id, version, seq: version, site: LONG, contact: null, assignee: null, status: 'open', waitingSince: null },
    ...{ lastAt: version, contactName: null, email: null, team: null, escalated: false, last: null, marks: [] },
  });
  const now = () => log.length;
  const inbox = new Inbox({
    after(_, task) {
      tasks.push(task);
      return () => undefined;
    },
    threads: async (_, which) => {
      asked.rows++;
      const version = now();
      return 'ids' in which ? which.ids.map((id) => row(id, version)) : [row('one', version)];
    },
    changes: async (_, after, limit) => {
      asked.log++;
      return log.slice(after, after + limit);
    },
    head: async () => log.at(-1) ?? { number: 0, id: undefined },
    operatorOf: () => undefined,
    failed(error) {
      throw error;
    },
  });
  const commit = (): Change => {
    const version = log.length + 1;
    log.push({ number: version, id: `change-${version}`, conversation: 'one', version });
    const conversation = { ...row('one', version), account: ACCOUNT } as unknown as Conversation;
    return {
      ...{ account: ACCOUNT, number: version, id: `change-${version}`, conversation },
      ...{ messages: [], marks: [], isRefreshed: false },
    };
  };
  const settled = async () => {
    for (let times = 0; times < 20; times++) await Promise.resolve();
  };
  return {
    inbox,
    asked,
    /** By this relay, or by another. */
    commit: (isAnothers = false) => {
      const change = commit();
      if (!isAnothers) inbox.changed(ACCOUNT, [change]);
    },
    console() {
      const told: Told[] = [];
      const socket = createFakeSocket({
        text: (data: string) => void told.push((JSON.parse(data) as { say: Told }).say),
      });
      const peer = new OperatorPeer(socket, ANNA, 'session', '127.0.0.1', 0);
      return { peer, told, open: (from?: { number: number; id: string | undefined }) => inbox.open(peer, from) };
    },
    settled,
    /** Whatever waits for its time. */
    async run() {
      for (const task of tasks.splice(0)) task();
      await settled();
    },
  };
}
const versionsIn = (told: readonly Told[]) => told.flatMap(({ put }) => put.map(({ version }) => version));

test('[V6] a list is read once, however many come for it, and changes are told without reading', async () => {
  const { inbox, asked, commit, console, settled, run } = open();
  commit(true);
  const all = Array.from({ length: 50 }, console);
  await Promise.all(all.map((one) => one.open()));
  expect(asked).toEqual({ rows: 1, log: 1 });
  for (let times = 0; times < 10; times++) {
    commit();
    for (let goes = 0; goes < 10; goes++) await run();
  }
  await settled();
  expect(asked).toEqual({ rows: 1, log: 1 });
  for (const { told } of all) {
    expect(told[0]).toMatchObject({ reset: true, number: 1 });
    expect(versionsIn(told).at(-1)).toBe(11);
  }
  for (const { peer } of all) inbox.close(peer);
});

test('[V6] while many are told, those who come again hear nothing older than what they got', async () => {
  const { commit, console, run } = open();
  commit(true);
  const all = Array.from({ length: 60 }, console);
  for (const one of all) await one.open();
  commit();
  // The first of them are told; there is more than goes at once.
  await run();
  const last = all.at(-1);
  const isToldNow = ({ told }: (typeof all)[number]) => versionsIn(told).at(-1) === 2;
  expect(all.filter(isToldNow).length).toBeGreaterThan(0);
  expect(last && isToldNow(last)).toBe(false);
  // It comes anew, and something newer has happened since.
  commit();
  await last?.open();
  expect(versionsIn(last?.told ?? []).at(-1)).toBe(3);
  for (let goes = 0; goes < 20; goes++) await run();
  for (const { told } of all) {
    const versions = versionsIn(told);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
    expect(versions.at(-1)).toBe(3);
  }
});

test('[V6] what another relay has committed is read from the log, in its order', async () => {
  const { asked, commit, console, run } = open();
  commit(true);
  const one = console();
  await one.open();
  commit(true);
  commit(true);
  commit();
  for (let goes = 0; goes < 5; goes++) await run();
  expect(versionsIn(one.told).at(-1)).toBe(4);
  expect(one.told.at(-1)?.number).toBe(4);
  expect(asked).toEqual({ rows: 2, log: 2 });
});
