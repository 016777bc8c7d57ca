// When a page whose link was cut shows that it is still the same document: operators' acts wait for that.

import { expect, test } from 'vitest';
import { createVisit } from '../../cobrowse/visit.ts';
import type { FromVisitor, ToVisitor } from '../../protocol/messages.ts';

test('a page that is back measures its line at once, whenever it did so last', () => {
  const said: FromVisitor[] = [];
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
    // No time passes.
    after: () => () => {},
    agreed: () => true,
    changed() {},
  });
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
  const probes = () => said.filter(({ t }) => t === 'probe').length;
  visit.linkOpen();
  visit.receive(welcome);
  expect(probes()).toBe(1);
  visit.linkLost();
  expect(probes()).toBe(1);
  visit.linkOpen();
  visit.receive(welcome);
  expect(probes()).toBe(2);
  visit.close();
});
