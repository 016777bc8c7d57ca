// Who may ask how much at once, and which answer is told; and how what was said is made findable in turns. Answered by hand.

import { expect, test } from 'vitest';
import type { ToOperatorDialog } from '../../protocol/chat.ts';
import { startIndexing } from '../../relay/dialog/indexing.ts';
import { Search } from '../../relay/dialog/search.ts';
import { OperatorPeer } from '../../relay/live/operators.ts';
import type { Asked, Found } from '../../relay/store/search.ts';
import { createLogger } from '../../relay/log.ts';
import { createFakeSocket } from '../support/fake-socket.ts';

const NOTHING: Found = { contacts: [], hits: [], conversations: [], next: undefined, isCutOff: false };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function open() {
  const running: { asked: Asked; answer(found: Found): Promise<void>; fail(): Promise<void> }[] = [];
  const failures: unknown[] = [];
  const never = () => Promise.reject(new Error('not asked for here'));
  const search = new Search({
    search: (asked) =>
      new Promise((resolve, reject) =>
        running.push({
          asked,
          answer: (found) => (resolve(found), settled().then(() => undefined)),
          fail: () => (reject(new Error('away')), settled().then(() => undefined)),
        }),
      ),
    threads: () => Promise.resolve([]),
    savedSearches: never,
    saveSearch: never,
    forgetSearch: never,
    operatorOf: () => undefined,
    failed: (error) => failures.push(error),
  });
  const console = (operator: string) => {
    const heard: Extract<ToOperatorDialog, { t: 'found' }>[] = [];
    const socket = createFakeSocket({
      text: (data) => void heard.push((JSON.parse(data) as { say: (typeof heard)[number] }).say),
    });
    const peer = new OperatorPeer(
      socket,
      { id: operator, account: 'account', name: '', login: '', role: 'operator' },
      '',
      '',
      0,
    );
    const ask = (number: number, phrase = `${number}`) =>
      search.says(peer, { t: 'search', number, filter: { phrase } });
    return { peer, heard, ask };
  };
  return { search, running, failures, console };
}

test('[SE2] of what a console asks while it is being answered only the newest is asked of the database, and told', async () => {
  const { running, console } = open();
  const { ask, heard } = console('anna');
  for (let number = 1; number <= 10; number++) ask(number);
  expect(running.map(({ asked }) => asked.filter.phrase)).toEqual(['1']);
  // Nobody waits for it any more, and the store may stop.
  expect(running[0]?.asked.isWanted()).toBe(false);
  await running[0]?.answer(NOTHING);
  expect(running.map(({ asked }) => asked.filter.phrase)).toEqual(['1', '10']);
  await running[1]?.answer({ ...NOTHING, isCutOff: true });
  expect(heard.map(({ number, why }) => [number, why])).toEqual([[10, 'too-long']]);
});

test('[SE2] two searches of an operator at a time and four in all; the others have their turn', async () => {
  const { search, running, console } = open();
  const annas = [console('anna'), console('anna'), console('anna')];
  for (const { ask } of annas) ask(1);
  expect(running).toHaveLength(2);
  const others = ['boris', 'carla', 'dora'].map(console);
  for (const { ask } of others) ask(1);
  expect(running.map(({ asked }) => asked.operator)).toEqual(['anna', 'anna', 'boris', 'carla']);
  // Whoever has gone is not asked for.
  if (others[2]) search.gone(others[2].peer);
  await running[0]?.answer(NOTHING);
  expect(running.map(({ asked }) => asked.operator)).toEqual(['anna', 'anna', 'boris', 'carla', 'anna']);
  for (const one of running) await one.answer(NOTHING);
  expect(running).toHaveLength(5);
  expect(annas.map(({ heard }) => heard.length)).toEqual([1, 1, 1]);
});

test('a search that fails says so, and the next one is answered', async () => {
  const { running, failures, console } = open();
  const { ask, heard } = console('anna');
  ask(1);
  await running[0]?.fail();
  ask(2);
  await running[1]?.answer(NOTHING);
  expect(heard.map(({ number, why }) => [number, why])).toEqual([
    [1, 'unavailable'],
    [2, undefined],
  ]);
  expect(failures).toHaveLength(1);
});

test('[SE1] accounts are indexed in turn, with a rest as long as the work; what fails is tried again; the end is waited for', async () => {
  const left = new Map([
    ['one', 3],
    ['two', 1],
  ]);
  const done: string[] = [];
  const waits: number[] = [];
  let tasks: (() => void)[] = [];
  let now = 0;
  let isAway = true;
  const indexing = startIndexing({
    accounts: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve([...left.keys()])),
    index(account) {
      now += 40;
      const count = left.get(account) ?? 0;
      done.push(account);
      left.set(account, Math.max(0, count - 1));
      return Promise.resolve(count);
    },
    log: createLogger('error', () => undefined),
    now: () => now,
    after(delayMs, task) {
      waits.push(delayMs);
      tasks.push(task);
      return () => (tasks = tasks.filter((each) => each !== task));
    },
  });
  const turn = async () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
    await settled();
  };
  await turn();
  expect(waits).toEqual([1000, 1000]);
  isAway = false;
  for (let rounds = 0; rounds < 6; rounds++) await turn();
  expect(done.slice(0, 6)).toEqual(['one', 'two', 'one', 'two', 'one', 'one']);
  expect(waits.slice(2, 8)).toEqual([40, 40, 40, 40, 40, 40]);
  const closed = indexing.close();
  await turn();
  await closed;
  await turn();
  expect(done).toHaveLength(6);
  expect(tasks).toEqual([]);
});
