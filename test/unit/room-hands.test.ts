// Grants and wishes of the remote hand: who has what, who is told, and what ends it. Acts are in room-hands-acts.test.ts.

import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { CLICK, openHandsRoom, openWatched, shownHands, type HandTab } from '../support/hands-room.ts';

describe('wishes', () => {
  test('[G6] a wish is told to every tab and console, until it is granted', () => {
    const { world, tab, anna, clock } = openWatched();
    const other = world.tab('tab2');
    const boris = world.console('boris');
    boris.watch();
    clock.advance(1000);
    anna.wish('control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  control']);
    expect(shownHands(other.hands.at(-1))).toEqual(['anna  control']);
    clock.advance(1000);
    expect(shownHands(boris.views.at(-1)?.hands)).toEqual(['anna  control']);
    other.grant('anna', 'control');
    for (const { hands } of [tab, other]) expect(shownHands(hands.at(-1))).toEqual(['anna control']);
    // At once, not at the pace of what pages say of themselves.
    for (const { views } of [anna, boris]) expect(shownHands(views.at(-1)?.hands)).toEqual(['anna control']);
    expect(anna.denied).toEqual([]);
  });

  test('[G6] a denial is told to whoever wished', () => {
    const { world, tab, anna } = openWatched();
    const boris = world.console('boris');
    boris.watch();
    anna.wish('point');
    tab.grant('anna', 'point', false);
    expect(anna.denied).toEqual(['point']);
    expect(boris.denied).toEqual([]);
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    // Once, and for what was wished only.
    tab.grant('anna', 'point', false);
    anna.wish('point');
    tab.grant('anna', 'control', false);
    expect(anna.denied).toEqual(['point']);
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  point']);
  });

  test('[G6] a wish goes after a minute, when it is taken back, and with its operator', () => {
    const { tab, anna, clock } = openWatched();
    anna.wish('point');
    clock.advance(LIMITS.wishMs - 2000);
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  point']);
    clock.advance(4000);
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    expect(anna.views.at(-1)?.hands).toBeUndefined();
    anna.wish('point');
    anna.hand({ t: 'unwish' });
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    anna.wish('control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  control']);
    anna.leave();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    const told = tab.hands.length;
    anna.watch();
    anna.hand({ t: 'unwish' });
    expect(tab.hands.length).toBe(told);
  });

  test('[G6] a wish of a lost console is still there to be granted', () => {
    const { world, tab, anna, clock } = openWatched();
    anna.wish('control');
    anna.lose();
    clock.advance(5000);
    tab.grant('anna', 'control');
    const again = world.console('anna');
    again.watch();
    expect(shownHands(again.views.at(-1)?.hands)).toEqual(['anna control']);
  });

  test('[G6] ten wishes in ten minutes, whoever leaves and comes back', () => {
    const { world, tab, anna, clock } = openWatched();
    for (let wish = 0; wish < LIMITS.wishesPer10min; wish++) {
      anna.wish('point');
      tab.grant('anna', 'point', false);
    }
    anna.leave();
    anna.watch();
    anna.wish('point');
    anna.wish('control');
    expect(anna.refused).toEqual(Array(2).fill(`hand too-many-tries ${world.room}`));
    expect(anna.denied.length).toBe(LIMITS.wishesPer10min);
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    // Of this operator only.
    const boris = world.console('boris');
    boris.watch();
    boris.wish('point');
    expect(shownHands(tab.hands.at(-1))).toEqual(['boris  point']);
    clock.advance(600_000 / LIMITS.wishesPer10min);
    anna.wish('control');
    expect(shownHands(tab.hands.at(-1))).toContain('anna  control');
  });

  test('[G6] wishing for what one has, or wished for, does nothing', () => {
    const { tab, anna } = openWatched('point');
    const told = tab.hands.length;
    for (let wish = 0; wish < 2 * LIMITS.wishesPer10min; wish++) anna.wish('point');
    expect(tab.hands.length).toBe(told);
    for (let wish = 0; wish < 2 * LIMITS.wishesPer10min; wish++) anna.wish('control');
    expect(tab.hands.length).toBe(told + 1);
    expect(anna.refused).toEqual([]);
  });
});

describe('grants', () => {
  test('[G6] control is one operator’s: granting it to another takes it from the first', () => {
    const { world, tab, anna } = openWatched('point', 'control');
    const boris = world.console('boris');
    boris.watch();
    boris.wish('control');
    tab.grant('boris', 'control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point', 'boris control']);
    boris.wish('point');
    tab.grant('boris', 'point');
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['anna point', 'boris control+point']);
    anna.act(CLICK);
    boris.act(CLICK);
    expect(anna.outcomes).toEqual(['1 not-granted']);
    expect(tab.acts.map(({ by }) => by)).toEqual(['boris']);
  });

  test('[G2] taken back by the visitor, given back by the operator: told at once', () => {
    const { tab, anna } = openWatched('point', 'control');
    tab.grant('anna', 'control', false);
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['anna point']);
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point']);
    anna.hand({ t: 'release', grant: 'point' });
    expect(anna.views.at(-1)?.hands).toBeUndefined();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    // It is no denial: nobody had asked.
    expect(anna.denied).toEqual([]);
    const told = [tab.hands.length, anna.views.length];
    anna.hand({ t: 'release', grant: 'point' });
    tab.grant('anna', 'control', false);
    expect([tab.hands.length, anna.views.length]).toEqual(told);
  });

  test('[G2] an operator who leaves has nothing when they come back', () => {
    const { world, tab, anna } = openWatched('control');
    anna.leave();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    anna.watch();
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 not-granted']);
    // Nor can anything be granted to who is not there.
    const boris = world.console('boris');
    boris.watch();
    boris.leave();
    tab.grant('boris', 'point');
    boris.watch();
    expect(boris.views.at(-1)?.hands).toBeUndefined();
    boris.leave();
    anna.leave();
    tab.grant('anna', 'control');
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    anna.watch();
    expect(anna.views.at(-1)?.hands).toBeUndefined();
    expect(world.relay.metrics.handActs['not-granted'].value).toBe(1);
  });

  test('[G2] a lost link keeps them for a minute', () => {
    const { world, tab, anna, clock } = openWatched('control');
    const boris = world.console('boris');
    boris.watch();
    anna.lose();
    clock.advance(LIMITS.handGraceMs - 2000);
    expect(shownHands(boris.views.at(-1)?.hands)).toEqual(['anna control']);
    const again = world.console('anna');
    again.watch();
    clock.advance(LIMITS.handGraceMs + 2000);
    again.act(CLICK);
    expect(tab.acts.length).toBe(1);
    again.lose();
    clock.advance(LIMITS.handGraceMs + 2000);
    expect(boris.views.at(-1)?.hands).toBeUndefined();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    // Nor is it to be had by saying it again when they are back.
    tab.grant('anna', 'control');
    const late = world.console('anna');
    late.watch();
    late.act(CLICK);
    expect(late.outcomes).toEqual(['1 not-granted']);
  });

  test('[G2] an operator with two consoles keeps them until the last has gone', () => {
    const { world, tab, anna } = openWatched('control');
    const second = world.console('anna');
    second.watch();
    anna.leave();
    second.act(CLICK);
    expect(tab.acts.length).toBe(1);
    expect(shownHands(second.views.at(-1)?.hands)).toEqual(['anna control']);
    second.leave();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
  });

  test('[G2] of two consoles one that goes with a button down leaves nothing pressed', () => {
    const { world, tab, anna } = openWatched('control');
    const second = world.console('anna');
    second.watch();
    second.leave();
    anna.act(CLICK);
    tab.handled();
    second.watch();
    expect(tab.heard).not.toContain('away');
    anna.lose();
    expect(tab.heard.filter((kind) => kind === 'away')).toHaveLength(1);
    second.act(CLICK);
    second.act({ t: 'up', at: { node: 1, x: 0.5, y: 0.5 }, button: 0, mods: 0 });
    const third = world.console('anna');
    third.watch();
    second.leave();
    expect(tab.heard.filter((kind) => kind === 'away')).toHaveLength(1);
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna control']);
  });

  test('[G2] they hold over page loads and in other tabs, which are told right after their visit', () => {
    const { world, tab, clock } = openWatched('control');
    const other = world.tab('tab2');
    expect(other.heard).toEqual(['welcome', 'hands']);
    expect(shownHands(other.hands[0])).toEqual(['anna control']);
    tab.lose();
    clock.advance(3000);
    const next = world.tab('tab1');
    expect(shownHands(next.hands[0])).toEqual(['anna control']);
    // A tab that was away when they ended hears that, too.
    next.lose();
    other.grant('anna', 'control', false);
    expect(world.tab('tab1').hands).toEqual([[]]);
  });

  test('[G2] a room in which nobody has anything says nothing of it', () => {
    const world = openHandsRoom();
    const tab = world.tab('tab1');
    tab.say({ t: 'show' });
    const anna = world.console('anna');
    anna.watch();
    tab.picture();
    world.clock.advance(1000);
    const other = world.tab('tab2');
    anna.leave();
    world.clock.advance(100_000);
    expect([tab.hands, other.hands]).toEqual([[], []]);
    expect(anna.views.every((view) => view.hands === undefined)).toBe(true);
  });

  test('[G2] a visitor who is back before an operator, after a restart, says again what was granted', () => {
    const { world } = openWatched();
    world.restart();
    const tab = world.tab('tab1');
    tab.grant('boris', 'point');
    tab.grant('boris', 'control');
    tab.grant('vera', 'control');
    tab.grant('vera', 'control', false);
    expect(tab.hands).toEqual([[]]);
    const anna = world.console('anna');
    anna.watch();
    for (const name of ['boris', 'vera']) world.console(name).watch();
    expect(shownHands(tab.hands.at(-1))).toEqual(['boris point+control']);
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['boris point+control']);
  });

  test('[G2] what an operator gave back or left behind, only a new wish brings back', () => {
    const { world, tab, anna } = openWatched('point', 'control');
    const other = world.tab('tab2');
    tab.lose();
    anna.hand({ t: 'release', grant: 'point' });
    anna.leave();
    anna.watch();
    // It has heard of none of this.
    const back = world.tab('tab1');
    back.grant('anna', 'control');
    back.grant('anna', 'point');
    expect(back.hands).toEqual([[], [], []]);
    anna.wish('control');
    back.grant('anna', 'point');
    expect(shownHands(back.hands.at(-1))).toEqual(['anna  control']);
    back.grant('anna', 'control');
    expect(shownHands(other.hands.at(-1))).toEqual(['anna control']);
    // So does what the visitor took back.
    back.grant('anna', 'control', false);
    back.grant('anna', 'control');
    expect(shownHands(other.hands.at(-1))).toEqual([]);
  });

  test('[G2] for a minute, and for sixteen of them', () => {
    const { world, clock } = openWatched();
    world.restart();
    const tab = world.tab('tab1');
    for (let index = 0; index < 20; index++) tab.grant(`operator${index}`, 'point');
    const come = (index: number) => world.console(`operator${index}`).watch();
    come(3);
    come(4);
    expect(shownHands(tab.hands.at(-1))).toEqual(['operator4 point']);
    clock.advance(LIMITS.handGraceMs + 1000);
    come(5);
    expect(shownHands(tab.hands.at(-1))).toEqual(['operator4 point']);
  });

  test('[G2] whoever grants what is so already, or can’t be, is told how it is', () => {
    const { tab, anna } = openWatched('control');
    const [told, views] = [tab.hands.length, anna.views.length];
    tab.grant('anna', 'control');
    expect([tab.hands.length, anna.views.length]).toEqual([told + 1, views]);
    anna.leave();
    tab.grant('anna', 'control');
    expect(tab.hands.slice(told + 1)).toEqual([[], []]);
  });

  test('[RM17] a page that grants and takes back all the time is told to consoles at once only at first', () => {
    const { tab, anna, clock } = openWatched();
    const began = anna.views.length;
    for (let turn = 0; turn < 5; turn++) {
      for (let index = 0; index < 10; index++) tab.grant('anna', 'point', index % 2 === 0);
      clock.advance(1000);
    }
    // Ten, one a second, and what else the pace allows.
    expect(anna.views.length - began).toBeLessThan(40);
    expect(anna.views.at(-1)?.hands).toBeUndefined();
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
  });

  test('[G2] the end of the room is the end of them', () => {
    const { world, tab, anna } = openWatched('control');
    tab.say({ t: 'stop' });
    expect(anna.views.at(-1)?.state).toBe('ended');
    expect(anna.views.at(-1)?.hands).toBeUndefined();
    tab.grant('anna', 'control');
    world.clock.advance(1000);
    tab.say({ t: 'show' });
    anna.watch();
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 not-granted']);
  });
});

describe('[G13] what nobody has asked for', () => {
  const has = (tab: HandTab) => shownHands(tab.hands.at(-1));

  test('a page’s word alone grants nothing, and it is told what is so', () => {
    const { world, tab, anna } = openWatched();
    tab.grant('anna', 'control');
    expect(tab.hands).toEqual([[]]);
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 not-granted']);
    anna.wish('point');
    tab.grant('anna', 'control');
    expect(has(tab)).toEqual(['anna  point']);
    // Nor to one who is not here yet.
    tab.grant('boris', 'control');
    world.console('boris').watch();
    expect(has(tab)).toEqual(['anna  point']);
    expect(world.relay.ledger.filter(({ deed }) => deed.kind === 'grant')).toEqual([]);
  });

  test('an answer counts a minute longer than the wish, and to one that another wish has replaced', () => {
    const { tab, anna, clock } = openWatched();
    anna.wish('control');
    clock.advance(LIMITS.wishMs + 20_000);
    expect(has(tab)).toEqual([]);
    tab.grant('anna', 'control');
    expect(has(tab)).toEqual(['anna control']);
    anna.wish('point');
    anna.wish('suggest');
    tab.grant('anna', 'point');
    expect(has(tab)).toEqual(['anna control+point suggest']);
    clock.advance(LIMITS.wishMs + LIMITS.handGraceMs + 2000);
    tab.grant('anna', 'suggest');
    expect(has(tab)).toEqual(['anna control+point']);
  });

  test('a wish that is denied, taken back or left behind is none', () => {
    const { tab, anna } = openWatched();
    anna.wish('control');
    tab.grant('anna', 'control', false);
    tab.grant('anna', 'control');
    anna.wish('control');
    anna.hand({ t: 'unwish' });
    tab.grant('anna', 'control');
    anna.wish('control');
    anna.wish('point');
    anna.leave();
    anna.watch();
    tab.grant('anna', 'control');
    tab.grant('anna', 'point');
    expect(has(tab)).toEqual([]);
  });

  test('what the site’s question asks for is, until it is taken back', () => {
    const { world, tab } = openWatched();
    world.setPolicy({ given: ['point'] });
    tab.grant('anna', 'control');
    tab.grant('anna', 'point');
    expect(has(tab)).toEqual(['anna point']);
    tab.grant('anna', 'point', false);
    tab.grant('anna', 'point');
    expect(has(tab)).toEqual([]);
  });

  test('after a restart the page says again what it has granted, whoever is back first, for a minute', () => {
    const { world, clock } = openWatched('control');
    world.restart();
    const tab = world.tab('tab1');
    const anna = world.console('anna');
    anna.watch();
    tab.grant('anna', 'control');
    expect(has(tab)).toEqual(['anna control']);
    clock.advance(LIMITS.handGraceMs + 1000);
    tab.grant('anna', 'point');
    tab.grant('boris', 'point');
    world.console('boris').watch();
    expect(has(tab)).toEqual(['anna control']);
  });
});

describe('who may', () => {
  test('[G1] who does not watch, or is of another account, is refused', () => {
    const { world, tab } = openWatched();
    const boris = world.console('boris');
    const eve = world.console('eve', 'account2');
    for (const who of [boris, eve]) {
      who.wish('control');
      who.hand({ t: 'unwish' });
      who.hand({ t: 'release', grant: 'control' });
      who.act(CLICK);
    }
    expect(boris.refused).toEqual(Array(4).fill(`hand not-allowed ${world.room}`));
    expect(eve.refused).toEqual(Array(4).fill(`hand no-such-room ${world.room}`));
    tab.grant('eve', 'control');
    eve.watch();
    eve.act(CLICK);
    expect([...boris.outcomes, ...eve.outcomes, ...tab.acts, ...tab.hands.flat()]).toEqual([]);
  });

  test('[G1] a visitor’s tab that is not of the visit grants nothing', () => {
    const { world, tab, anna } = openWatched();
    const others = Array.from({ length: LIMITS.maxTabsPerRoom }, (_, index) => world.tab(`more${index}`));
    anna.wish('control');
    others.at(-1)?.grant('anna', 'control');
    expect(tab.hands.flatMap(shownHands)).toEqual(['anna  control']);
    others[0]?.grant('anna', 'control');
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['anna control']);
    expect(others.at(-1)?.hands).toEqual([]);
  });
});
