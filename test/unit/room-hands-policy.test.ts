// What a site's owner lets operators do by hand, and what one operator may: both only narrow what the visitor may allow.

import { describe, expect, test } from 'vitest';
import { OPEN_POLICY } from '../../protocol/hand.ts';
import { CLICK, FRAME, openHandsRoom, openWatched, shownHands } from '../support/hands-room.ts';

const CHECKOUT = 'https://shop.example/checkout/card';

describe('what is not allowed', () => {
  test('[G9] is not to be wished for, by the site’s policy or by the operator’s rights', () => {
    const { world, tab, anna } = openWatched();
    const boris = world.console('boris');
    boris.watch();
    world.setPolicy({ allowed: ['point'] });
    world.setRights('boris', []);
    const again = world.console('boris');
    again.watch();
    anna.wish('control');
    again.wish('point');
    const refused = `hand not-allowed ${world.room}`;
    expect([anna.refused, again.refused]).toEqual([[refused], [refused]]);
    anna.wish('point');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  point']);
    expect(anna.refused.length).toBe(1);
  });

  test('[G9] costs none of the wishes that an operator has', () => {
    const { world, tab, anna } = openWatched();
    world.setPolicy({ allowed: ['point'] });
    for (let wish = 0; wish < 50; wish++) anna.wish('control');
    anna.wish('point');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna  point']);
  });

  test('[G9] is not to be granted by a page by itself either, nor later when it is allowed', () => {
    const { world, tab, anna } = openWatched();
    world.setRights('anna', ['point']);
    const again = world.console('anna');
    again.watch();
    tab.grant('anna', 'control');
    again.wish('point');
    tab.grant('anna', 'point');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point']);
    again.act(CLICK);
    expect(again.outcomes).toEqual(['1 not-granted']);
    world.setRights('anna', ['point', 'suggest', 'control']);
    tab.grant('anna', 'control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point']);
    const third = world.console('anna');
    third.watch();
    third.wish('control');
    tab.grant('anna', 'control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point+control']);
    void anna;
  });

  test('[G9] is not given to an operator who was waited for after a restart', () => {
    const world = openHandsRoom();
    const tab = world.tab('tab1');
    tab.say({ t: 'show' });
    world.restart();
    world.setRights('anna', ['point']);
    const back = world.tab('tab1');
    for (const grant of ['point', 'control']) back.grant('anna', grant);
    const anna = world.console('anna');
    anna.watch();
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['anna point']);
  });

  test('[G9] consoles are told what a site allows, when it is not everything', () => {
    const { world, anna } = openWatched();
    expect(anna.views.at(-1)?.allowed).toBeUndefined();
    world.setPolicy({ allowed: ['suggest'] });
    expect(anna.views.at(-1)?.allowed).toEqual(['suggest']);
    world.setPolicy({ allowed: [...OPEN_POLICY.allowed] });
    expect(anna.views.at(-1)?.allowed).toBeUndefined();
    expect(anna.line.may).toEqual(['point', 'suggest', 'control']);
    world.setRights('boris', ['suggest']);
    expect(world.console('boris').line.may).toEqual(['suggest']);
  });
});

describe('what is no longer allowed', () => {
  test('[G9] is taken away at once, with an entry of the relay’s', () => {
    const { world, tab, anna } = openWatched('point', 'control');
    const before = world.relay.ledger.length;
    world.setPolicy({ allowed: ['point'] });
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point']);
    expect(shownHands(anna.views.at(-1)?.hands)).toEqual(['anna point']);
    anna.act(CLICK);
    anna.act(FRAME);
    expect(anna.outcomes).toEqual(['1 not-granted']);
    expect(tab.acts.map(({ act }) => act.t)).toEqual(['frame']);
    expect(world.relay.ledger.slice(before).map(({ deed }) => deed)[0]).toEqual({
      kind: 'grant',
      grant: 'control',
      on: false,
      by: 'relay',
    });
    // Allowed again, it takes a new wish.
    world.setPolicy({ allowed: [...OPEN_POLICY.allowed] });
    tab.grant('anna', 'control');
    expect(shownHands(tab.hands.at(-1))).toEqual(['anna point']);
  });

  test('[G9] a right that is taken away ends what was had by it and what was wished, and the console comes back to be told', () => {
    const { world, tab, anna } = openWatched('point');
    const boris = world.console('boris');
    boris.watch();
    anna.wish('control');
    world.setRights('anna', ['suggest']);
    expect(shownHands(tab.hands.at(-1))).toEqual([]);
    expect(anna.refused).toEqual([`hand not-allowed ${world.room}`]);
    expect([anna.line.closed, boris.line.closed]).toEqual(['RightsChanged', undefined]);
    const again = world.console('anna');
    again.watch();
    expect(again.line.may).toEqual(['suggest']);
  });

  test('[G9] a change of something else closes nobody and tells nobody of the hand', () => {
    const { world, tab, anna } = openWatched('point');
    const told = tab.hands.length;
    world.setPolicy({});
    world.setRights('boris', []);
    expect([anna.line.closed, tab.hands.length, tab.policies]).toEqual([undefined, told, []]);
  });
});

describe('where control pauses', () => {
  const at = (url: string) => {
    const world = openHandsRoom();
    world.setPolicy({ pausedAt: ['/checkout/*'] });
    const tab = world.tab('tab1', url);
    tab.say({ t: 'show' });
    const anna = world.console('anna');
    anna.watch();
    tab.picture();
    world.clock.advance(1000);
    for (const grant of ['point', 'control']) {
      anna.wish(grant);
      tab.grant('anna', grant);
    }
    return { world, tab, anna };
  };

  test('[G9] acts of control are refused there, and all others are not', () => {
    const { world, tab, anna } = at(CHECKOUT);
    for (const act of [CLICK, { t: 'go', to: 'back' }, FRAME] as const) anna.act(act);
    expect(anna.outcomes).toEqual(['1 paused-here', '2 paused-here']);
    expect(tab.acts.map(({ act }) => act.t)).toEqual(['frame']);
    expect(anna.views.at(-1)?.tabs[0]?.pausedHere).toBe(true);
    expect(world.relay.ledger.at(-1)?.url).toBe(CHECKOUT);
  });

  test('[G9] nobody has lost anything: on another page it goes on', () => {
    const { world, tab, anna } = at(CHECKOUT);
    const viewport = { width: 800, height: 600 };
    tab.say({ t: 'page', page: { url: 'https://shop.example/basket', title: '', visible: true, viewport } });
    world.clock.advance(1000);
    anna.act(CLICK);
    expect(tab.acts.length).toBe(1);
    expect(anna.views.at(-1)?.tabs[0]?.pausedHere).toBeUndefined();
    world.setPolicy({ pausedAt: ['/basket'] });
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['2 paused-here']);
    expect(anna.views.at(-1)?.tabs[0]?.pausedHere).toBe(true);
  });
});

describe('what pages are told of the policy', () => {
  test('[G9] nothing, of a site that says nothing or allows less', () => {
    const { world, tab } = openWatched();
    world.setPolicy({ allowed: ['point'] });
    const other = world.tab('tab2');
    expect([tab.policies, other.policies]).toEqual([[], []]);
  });

  test('[G9] with the welcome, what the question asks for: never more than is allowed, and once', () => {
    const world = openHandsRoom();
    world.setPolicy({ allowed: ['point', 'control'], given: ['point', 'suggest'], pausedAt: ['/pay'] });
    const tab = world.tab('tab1');
    const policy = { allowed: ['point', 'control'], given: ['point'], pausedAt: ['/pay'] };
    expect(tab.policies).toEqual([policy]);
    tab.say({ t: 'show' });
    expect(tab.policies).toEqual([policy]);
    expect(tab.heard).toEqual(['welcome', 'visit']);
  });

  test('[G9] where control pauses, before the visit, and again to a page that is loaded within it', () => {
    const world = openHandsRoom();
    world.setPolicy({ pausedAt: ['/pay'] });
    const tab = world.tab('tab1');
    expect(tab.policies).toEqual([]);
    tab.say({ t: 'show' });
    expect(tab.heard).toEqual(['welcome', 'policy', 'visit']);
    expect(world.tab('tab1').heard.slice(0, 2)).toEqual(['welcome', 'policy']);
  });

  test('[G9] before the question, when it was changed since the welcome', () => {
    const world = openHandsRoom();
    const tab = world.tab('tab1');
    const anna = world.console('anna');
    world.setPolicy({ given: ['point'] });
    expect(tab.policies).toEqual([]);
    tab.say({ t: 'code' });
    anna.say({ t: 'list', on: true });
    anna.say({ t: 'ask', visitor: world.visitor });
    expect(tab.heard).toEqual(['welcome', 'code', 'policy', 'ask']);
  });

  test('[G9] a change reaches pages of a visit at once, and that there is nothing more to be told', () => {
    const { world, tab } = openWatched();
    world.setPolicy({ pausedAt: ['/pay'] });
    world.setPolicy({ pausedAt: [] });
    expect(tab.policies.map(({ pausedAt }) => pausedAt)).toEqual([['/pay'], []]);
  });
});
