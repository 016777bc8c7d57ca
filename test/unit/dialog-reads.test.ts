// What is read of a conversation while it changes: whoever opened it ends with all of it, whichever of the two is told first.

import { expect, test } from 'vitest';
import type { ToOperatorDialog } from '../../protocol/chat.ts';
import type { Message } from '../../protocol/dialog.ts';
import { createThreadCopy } from '../../protocol/thread-copy.ts';
import type { Conversation } from '../../relay/dialog/conversation.ts';
import { createDialog } from '../../relay/dialog/dialog.ts';
import { OperatorPeer } from '../../relay/live/operators.ts';
import { createFakeSocket } from '../support/fake-socket.ts';

const ACCOUNT = 'account';
const ANNA = { id: 'anna', account: ACCOUNT, name: 'Anna', login: 'anna', role: 'operator' } as const;
const ID = '00000000-0000-7000-8000-000000000001';

const at = (version: number): Conversation => ({
  id: ID,
  account: ACCOUNT,
  kind: 'customer',
  site: null,
  contact: null,
  assignee: null,
  status: 'open',
  seq: version,
  version,
  episode: 1,
  waitingSince: null,
  answeredSeq: 0,
  answeredBy: null,
  lastAt: 0,
  team: null,
  assignedAt: null,
  offered: false,
  tried: [],
  escalatedAt: null,
  firstAnsweredAt: null,
});
const message = (seq: number): Message => ({
  id: `00000000-0000-7000-8000-00000000010${seq}`,
  seq,
  version: seq,
  by: { kind: 'operator', id: 'boris' },
  kind: 'text',
  body: { text: `${seq}` },
  at: seq,
});
const upTo = (seq: number) => Array.from({ length: seq }, (_, index) => message(index + 1));

/** A dialog whose reads are answered by hand, and a console that asks as thread-copy.ts tells it to. */
function open() {
  const reads: { version: number; answer(version: number): void }[] = [];
  const never = () => Promise.reject(new Error('not asked for here'));
  const dialog = createDialog({
    now: () => 0,
    after: () => () => undefined,
    maxPerAddress: 1000,
    failed(error) {
      throw error;
    },
    run: never,
    newId: () => ID,
    plan: () => ({ operators: new Map(), teams: new Map(), sites: new Map(), rules: new Map() }),
    waiting: never,
    loads: never,
    waits: never,
    takeTurn: never,
    endTurn: never,
    keepDeclared: never,
    keepPresence: () => undefined,
    hasReach: never,
    keepReach: never,
    open: never,
    find: never,
    older: never,
    threads: never,
    changes: never,
    head: never,
    read: (_account, _id, { version }) =>
      new Promise((resolve) =>
        reads.push({
          version,
          answer: (now) =>
            resolve({
              conversation: at(now),
              marks: [],
              messages: upTo(now).filter((one) => one.version > version),
            }),
        }),
      ),
    operatorOf: () => undefined,
    signPass: () => '',
    search: never,
    savedSearches: never,
    saveSearch: never,
    forgetSearch: never,
  });
  const openConsole = () => {
    const copy = createThreadCopy();
    const ask = () => {
      copy.asked();
      dialog.operatorSays(peer, { t: 'open', conversation: ID, version: copy.version });
    };
    const socket = createFakeSocket({
      text(data) {
        const { say } = JSON.parse(data) as { say: ToOperatorDialog };
        if (say.t === 'state' && copy.apply(say)) ask();
      },
    });
    const peer = new OperatorPeer(socket, ANNA, 'session', '127.0.0.1', 0);
    ask();
    return { copy, ask };
  };
  const committed = (version: number) =>
    dialog.committed(ACCOUNT, [
      {
        ...{ account: ACCOUNT, number: version, id: ID, conversation: at(version) },
        ...{ messages: [message(version)], marks: [], isRefreshed: false },
      },
    ]);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  /** Of what is read, the next; as it was at that version. */
  const answer = async (version: number) => {
    await settled();
    reads.shift()?.answer(version);
    await settled();
  };
  return { reads, openConsole, committed, answer };
}

test('[V3] a change is committed while a console opens it: what was read goes by the version that was read', async () => {
  const { reads, openConsole, committed, answer } = open();
  const first = openConsole();
  await answer(2);
  const second = openConsole();
  await new Promise((resolve) => setImmediate(resolve));
  committed(3);
  expect(first.copy.messages).toEqual(upTo(3));
  await answer(2);
  // It was told that there is more, and asks.
  expect(reads.map(({ version }) => version)).toEqual([2]);
  await answer(3);
  expect(second.copy.messages).toEqual(upTo(3));
});

test('[V3] a link that was lost: what is read may be older than what the console has by then', async () => {
  const { reads, openConsole, committed, answer } = open();
  const { copy, ask } = openConsole();
  await answer(3);
  ask();
  await new Promise((resolve) => setImmediate(resolve));
  committed(4);
  await answer(3);
  while (reads.length > 0) await answer(4);
  expect(copy.messages).toEqual(upTo(4));
  expect([copy.version, copy.seq]).toEqual([4, 4]);
});
