// Suggestions in the relay: they wait for the visitor far longer than other acts do for their page, and are answered once
// all the same. Over real connections in test/wire/hand.test.ts and test/browser/hand-suggest-live.test.ts.

import { expect, test } from 'vitest';
import type { Act } from '../../protocol/hand.ts';
import { CLICK, openWatched } from '../support/hands-room.ts';

const SUGGEST: Act = { t: 'suggest', at: { node: 1, x: 0.5, y: 0.5 }, does: { t: 'click' } };

test('[G1] it takes its own grant, and control is none', () => {
  const { tab, anna } = openWatched('point', 'control');
  anna.act(SUGGEST);
  anna.act({ t: 'unsuggest' });
  anna.wish('suggest');
  tab.grant('anna', 'suggest');
  anna.act(SUGGEST);
  expect(anna.outcomes).toEqual(['1 not-granted', '2 not-granted']);
  expect(tab.acts.map(({ act }) => act)).toEqual([SUGGEST]);
});

test('[G4] [G5] answered once, minutes later and behind a thousand other acts', () => {
  const { clock, tab, anna } = openWatched('suggest', 'control');
  anna.act(SUGGEST);
  const [first] = tab.acts;
  for (let second = 0; second < 110; second++) {
    clock.advance(1000);
    for (let count = 0; count < 10; count++) {
      anna.act(CLICK);
      tab.handled();
    }
  }
  tab.handled({ done: true, what: 'button “Buy”' }, first);
  tab.handled({ done: false, why: 'declined' }, first);
  expect(anna.answers.filter(({ n }) => n === 1).map(({ outcome }) => outcome)).toEqual([
    { done: true, what: 'button “Buy”' },
  ]);
});

test('[G7] what waits for the visitor leaves other acts their room, and has an end', () => {
  const { clock, tab, anna } = openWatched('suggest', 'control');
  for (let count = 0; count < 33; count++) anna.act(SUGGEST);
  expect(anna.outcomes).toEqual(['33 too-fast']);
  // A page that answers nothing: all the room that acts have is theirs.
  for (let count = 0; count < 1000; count++) {
    if (count % 100 === 0) clock.advance(1000);
    anna.act(CLICK);
  }
  expect(anna.outcomes).toEqual(['33 too-fast']);
  anna.act(CLICK);
  expect(anna.outcomes).toEqual(['33 too-fast', '1034 too-fast']);
  tab.handled({ done: false, why: 'withdrawn' }, tab.acts[0]);
  anna.act(SUGGEST);
  expect(anna.outcomes).toEqual(['33 too-fast', '1034 too-fast', '1 withdrawn']);
});

test('[G4] a page load answers it, and what that page says of it later counts no more', () => {
  const { world, tab, anna } = openWatched('suggest');
  anna.act(SUGGEST);
  const [suggested] = tab.acts;
  tab.lose();
  expect(anna.outcomes).toEqual(['1 away']);
  const next = world.tab('tab1');
  next.handled({ done: true }, suggested);
  expect(anna.outcomes).toEqual(['1 away']);
});

test('[G5] who has left hears of none; the ledger does', () => {
  const { world, tab, anna } = openWatched('suggest');
  anna.act(SUGGEST);
  const other = world.console('anna');
  other.watch();
  anna.lose();
  tab.handled({ done: false, why: 'no-answer' });
  expect(other.answers).toEqual([]);
  expect(world.relay.ledger.at(-1)).toMatchObject({
    operator: { id: 'anna' },
    deed: { kind: 'act', act: SUGGEST, outcome: { done: false, why: 'no-answer' } },
  });
});

test('the page is told when the last console of its operator is gone, and may still answer', () => {
  const { world, tab, anna } = openWatched('suggest');
  anna.act(SUGGEST);
  anna.lose();
  expect(tab.heard).toContain('away');
  tab.handled({ done: false, why: 'withdrawn' });
  expect(world.relay.ledger.at(-1)?.deed).toMatchObject({ outcome: { why: 'withdrawn' } });
});
