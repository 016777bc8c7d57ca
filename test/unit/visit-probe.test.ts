// What a page says of itself every two seconds: its round trip, which also shows after a cut that it is still the same
// document (operators' acts wait for that), and what capture costs it.

import { expect, test, vi } from 'vitest';
import type { CaptureOutput } from '../../cobrowse/capture.ts';
import { createVisit } from '../../cobrowse/visit.ts';
import type { FromVisitor, ToVisitor } from '../../protocol/messages.ts';

/** What capture says that it costs, in the words of the test. */
const capture = vi.hoisted(() => ({ cost: { ms: 0, level: 0 }, stop() {} }));
vi.mock('../../cobrowse/visit/recording.ts', () => ({
  recording: {
    startCapture: (_document: unknown, _options: unknown, _emit: (output: CaptureOutput) => void) => capture,
    createStream: () => ({ take() {}, open: () => true, shut() {}, cut() {}, close() {} }),
  },
}));

const welcome = {
  t: 'welcome',
  token: 't',
  visit: {
    room: 'r1',
    resume: 'proof',
    watchers: [{ id: 'op', name: 'Anna' }],
    paused: false,
    capture: true,
    received: 0,
    graceMs: 1000,
  },
} as unknown as ToVisitor;

/** Time passes when the test says so: every task that waits is run by `pass`. */
function visiting() {
  const said: FromVisitor[] = [];
  let tasks: (() => void)[] = [];
  const visit = createVisit({
    document: {} as Document,
    port: {
      ordered() {},
      latest() {},
      message: (message) => void said.push(message),
      encode: JSON.stringify,
      upload: () => Promise.reject(new Error('no relay')),
    },
    masking: { privateByDefault: false },
    guard: (task) => task,
    after: (_ms, task) => {
      tasks.push(task);
      return () => void (tasks = tasks.filter((other) => other !== task));
    },
    agreed: () => true,
    changed() {},
  });
  return {
    visit,
    probes: () => said.filter((message) => message.t === 'probe'),
    pass() {
      const due = tasks;
      tasks = [];
      for (const task of due) task();
    },
  };
}

test('a page that is back measures its line at once, whenever it did so last', () => {
  const { visit, probes } = visiting();
  visit.linkOpen();
  visit.receive(welcome);
  expect(probes().length).toBe(1);
  visit.linkLost();
  expect(probes().length).toBe(1);
  visit.linkOpen();
  visit.receive(welcome);
  expect(probes().length).toBe(2);
  visit.close();
});

test('what capture costs is told with that, when it is noticeably another, and again on each new link', async () => {
  const { visit, probes, pass } = visiting();
  const cost = (ms: number, level: number) => {
    capture.cost = { ms, level };
    pass();
    return probes().at(-1)?.cost;
  };
  visit.linkOpen();
  visit.receive(welcome);
  await vi.waitFor(() => expect(visit.capture).toBeDefined());
  expect(cost(0, 0)).toEqual({ ms: 0, level: 0 });
  expect(cost(2, 0)).toBeUndefined();
  expect(cost(3, 0)).toEqual({ ms: 3, level: 0 });
  expect(cost(1, 0)).toBeUndefined();
  expect(cost(0, 0)).toEqual({ ms: 0, level: 0 });
  expect(cost(40, 0)).toEqual({ ms: 40, level: 0 });
  expect(cost(48, 0)).toBeUndefined();
  expect(cost(48, 1)).toEqual({ ms: 48, level: 1 });
  expect(cost(48, 1)).toBeUndefined();
  visit.linkLost();
  visit.linkOpen();
  visit.receive(welcome);
  expect(probes().at(-1)?.cost).toEqual({ ms: 48, level: 1 });
  visit.close();
});
