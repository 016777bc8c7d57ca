// Control that is handed over by request: whom a wish is before, in every order in which people answer, leave and wish.

import { beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import {
  CLICK,
  openWatched,
  shownHands,
  type HandConsole,
  type HandsRoom,
  type HandTab,
} from '../support/hands-room.ts';

let world: HandsRoom;
let tab: HandTab;
let anna: HandConsole;
let boris: HandConsole;
const clara = () => {
  const console = world.console('clara');
  console.watch();
  return console;
};
const forPages = () => shownHands(tab.hands.at(-1));
const forConsoles = (of = boris) => {
  world.clock.advance(1000);
  return shownHands(of.views.at(-1)?.hands);
};
const grantsWritten = () =>
  world.relay.ledger.flatMap(({ operator, deed }) =>
    deed.kind === 'grant' ? [`${operator.name} ${deed.grant} ${deed.on ? 'on' : 'off'} by ${deed.by}`] : [],
  );

beforeEach(() => {
  ({ world, tab, anna } = openWatched('control'));
  boris = world.console('boris');
  boris.watch();
  boris.wish('control');
});

describe('a wish for what another has', () => {
  test('[G10] is before that operator, and no page hears of it', () => {
    expect(forPages()).toEqual(['anna control']);
    for (const each of [anna, boris]) expect(forConsoles(each)).toEqual(['anna control', 'boris  control (anna)']);
    // Nor a page that comes now.
    expect(shownHands(world.tab('tab2').hands.at(-1))).toEqual(['anna control']);
    // Another grant is nobody's to hand over.
    boris.wish('point');
    expect(forPages()).toEqual(['anna control', 'boris  point']);
  });

  test('[G10] handed over: control is given up, and the visitor is asked and has a minute', () => {
    world.clock.advance(LIMITS.wishMs - 5000);
    anna.handOver('boris', true);
    expect(forPages()).toEqual(['boris  control']);
    anna.act(CLICK);
    boris.act(CLICK);
    expect([anna.outcomes, boris.outcomes]).toEqual([['1 not-granted'], ['1 not-granted']]);
    world.clock.advance(LIMITS.wishMs - 5000);
    expect(forPages()).toEqual(['boris  control']);
    tab.grant('boris', 'control');
    expect(forPages()).toEqual(['boris control']);
    expect(grantsWritten()).toEqual([
      'anna control on by visitor',
      'anna control off by operator',
      'boris control on by visitor',
    ]);
    // A page that says again what it granted does not bring it back.
    tab.grant('anna', 'control');
    expect(forPages()).toEqual(['boris control']);
  });

  test('[G10] kept: whoever wished is told by whom, and the visitor is not asked', () => {
    anna.handOver('boris', false);
    expect(boris.denied).toEqual(['control by anna']);
    expect([forPages(), forConsoles()]).toEqual([['anna control'], ['anna control']]);
    anna.act(CLICK);
    expect(tab.acts.length).toBe(1);
    // It is over: a yes that comes after it changes nothing.
    anna.handOver('boris', true);
    expect(forPages()).toEqual(['anna control']);
  });

  test('[G10] the visitor says no after it was handed over: nobody has control', () => {
    anna.handOver('boris', true);
    tab.grant('boris', 'control', false);
    expect(boris.denied).toEqual(['control']);
    expect(forPages()).toEqual([]);
  });

  test('[G10] nobody answers within the minute: it is over, and nothing else is', () => {
    world.clock.advance(LIMITS.wishMs + 2000);
    expect(forConsoles()).toEqual(['anna control']);
    anna.handOver('boris', true);
    expect(forPages()).toEqual(['anna control']);
    expect(boris.denied).toEqual([]);
  });

  test('[G10] taken back by who wished', () => {
    boris.hand({ t: 'unwish' });
    anna.handOver('boris', true);
    expect([forPages(), forConsoles()]).toEqual([['anna control'], ['anna control']]);
  });

  test.each([
    ['leaves', () => anna.leave()],
    ['is lost', () => anna.lose()],
    ['gives control back', () => anna.hand({ t: 'release', grant: 'control' })],
    ['has it taken back by the visitor', () => tab.grant('anna', 'control', false)],
    ['may no longer have it', () => world.setRights('anna', ['point'])],
  ])('[G10] goes on to the visitor, with a fresh minute, when who has control %s', (_, happens) => {
    world.clock.advance(LIMITS.wishMs - 5000);
    happens();
    world.clock.advance(LIMITS.wishMs - 5000);
    expect(forPages().at(-1)).toBe('boris  control');
    tab.grant('boris', 'control');
    expect(forPages()).toEqual(['boris control']);
  });

  test('[G10] goes to the visitor at once when who has control has no link', () => {
    boris.hand({ t: 'unwish' });
    anna.lose();
    boris.wish('control');
    expect(forPages()).toEqual(['anna control', 'boris  control']);
    // What the visitor is asked already they stay asked.
    world.console('anna').watch();
    expect(forPages()).toEqual(['anna control', 'boris  control']);
    tab.grant('boris', 'control');
    expect(forPages()).toEqual(['boris control']);
  });

  test('[G10] a visitor who grants it all the same is obeyed', () => {
    tab.grant('boris', 'control');
    expect(forPages()).toEqual(['boris control']);
    anna.handOver('boris', false);
    expect(boris.denied).toEqual([]);
  });
});

describe('who may hand over', () => {
  test('[G10] only who has control, and only to who waits for them', () => {
    const third = clara();
    third.handOver('boris', true);
    boris.handOver('boris', true);
    anna.handOver('clara', true);
    anna.handOver('nobody', true);
    anna.handOver('anna', true);
    expect(forConsoles()).toEqual(['anna control', 'boris  control (anna)']);
    expect(forPages()).toEqual(['anna control']);
  });

  test('[G10] of two who wait, the chosen one is asked about first, and the other after them', () => {
    const third = clara();
    third.wish('control');
    anna.handOver('clara', true);
    expect(forPages()).toEqual(['clara  control']);
    expect(forConsoles()).toEqual(['boris  control (clara)', 'clara  control']);
    tab.grant('clara', 'control', false);
    expect(forPages()).toEqual(['boris  control']);
  });

  test('[G10] whoever gets control has the wishes of the others before them', () => {
    anna.hand({ t: 'release', grant: 'control' });
    const third = clara();
    third.wish('control');
    expect(forPages()).toEqual(['boris  control', 'clara  control']);
    tab.grant('boris', 'control');
    expect(forPages()).toEqual(['boris control']);
    expect(forConsoles()).toEqual(['boris control', 'clara  control (boris)']);
    boris.handOver('clara', false);
    expect(third.denied).toEqual(['control by boris']);
  });

  test('[G10] a wish of who leaves is gone with them', () => {
    boris.leave();
    anna.handOver('boris', true);
    expect(forPages()).toEqual(['anna control']);
  });
});
