// The main test of synchronisation (X2): the relay's real live part, real links, a network that delays, cuts and
// floods, a relay that dies; one seed picks everything. Afterwards every watching operator must see what the page is.

import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { seeds } from '../support/random.ts';
import { SimOperator } from '../support/sim-peers.ts';
import { operatorCalled } from '../support/sim-relay.ts';
import { copyOf, viewed, world } from '../support/sim-world.ts';

describe('a visit', () => {
  test('[RM1] begins only when the visitor agrees, and then shows the page and its changes', () => {
    const { sim, tab, anna, room } = viewed(1);
    tab.mutate(1);
    tab.mutate(2);
    sim.settle();
    expect(copyOf(anna, room)).toEqual([1, 2]);
  });

  test('[RM1] a refusal begins nothing', () => {
    const sim = world(2);
    const tab = sim.tab('tab1');
    const anna = sim.operator('anna');
    sim.settle(200);
    const [visitor = ''] = [...anna.rows.keys()];
    anna.send({ t: 'ask', visitor });
    sim.settle();
    tab.answer(false);
    sim.settle();
    expect(anna.asked.get(visitor)).toBe('declined');
    expect(tab.visit).toBeUndefined();
    expect(anna.rooms.size).toBe(0);
  });

  test('[RM5] a tab that is back before its old link was noticed to be dead stays in the list', () => {
    const sim = world(22);
    sim.tab('tab1');
    const anna = sim.operator('anna');
    sim.settle(200);
    const [visitor = ''] = [...anna.rows.keys()];
    sim.tab('tab1');
    sim.settle(LIMITS.pageLoadMs + 2000);
    expect([...anna.rows.keys()]).toContain(visitor);
    anna.send({ t: 'ask', visitor });
    sim.settle();
    expect(anna.asked.get(visitor)).toBe('waiting');
  });

  test('[RM2] the code leads an operator to the visitor, once', () => {
    const sim = world(3);
    const tab = sim.tab('tab1');
    const anna = sim.operator('anna');
    sim.settle(200);
    tab.send({ t: 'code' });
    sim.settle();
    const code = tab.code ?? '';
    anna.send({ t: 'code', code });
    sim.settle();
    expect(tab.asked).toBeDefined();
    // The page knows that it is used up.
    expect(tab.code).toBeUndefined();
    tab.answer(false);
    anna.send({ t: 'code', code });
    sim.settle();
    expect(anna.refusals).toEqual(['wrong-code']);
  });

  test('[RM2] guessing codes is stopped', () => {
    const sim = world(4);
    const anna = sim.operator('anna');
    sim.settle();
    for (let guess = 0; guess < 15; guess++) anna.send({ t: 'code', code: String(guess).padStart(6, '0') });
    sim.settle();
    expect(anna.refusals.filter((why) => why === 'wrong-code')).toHaveLength(10);
    expect(anna.refusals.filter((why) => why === 'too-many-tries')).toHaveLength(5);
  });

  test('[RM3] while paused nothing is taken, though the page sends', () => {
    const { sim, tab, anna, room } = viewed(5);
    tab.mutate(1);
    sim.settle();
    tab.send({ t: 'pause', on: true });
    // A page that goes on sending: its own pause is not what protects it.
    sim.network.deliverAll();
    tab.mutate(2);
    sim.settle(3000);
    expect(copyOf(anna, room)).toEqual([1]);
    tab.send({ t: 'pause', on: false });
    sim.settle();
    expect(copyOf(anna, room)).toEqual([1, 2]);
  });

  test('[RM13] who joins while paused gets nothing of the page until it goes on', () => {
    const { sim, tab, anna, room } = viewed(13);
    tab.mutate(1);
    sim.settle();
    anna.link.close();
    sim.settle(1000);
    tab.pause(true);
    sim.settle(1000);
    const boris = sim.operator('boris');
    sim.settle();
    boris.watch(room);
    sim.settle(1000);
    expect(boris.rooms.get(room)?.view?.state).toBe('paused');
    expect(copyOf(boris, room)).toBeUndefined();
    tab.pause(false);
    tab.mutate(2);
    sim.settle(1000);
    expect(copyOf(boris, room)).toEqual([1, 2]);
  });

  test('[RM13] a page that did not hear of the pause is asked for a picture, for whoever missed what was before it', () => {
    const { sim, tab, anna, room } = viewed(14);
    const others = new Set(sim.network.wires);
    const other = sim.tab('tab2', tab.shared);
    sim.settle(1000);
    other.mutate(5);
    sim.settle(1000);
    const [annas] = [...others].slice(-1);
    annas?.cut();
    other.mutate(6);
    sim.network.deliverAll();
    // The second tab's link is lost for as long as the pause lasts.
    for (const wire of [...sim.network.wires]) if (!others.has(wire)) wire.cut();
    tab.send({ t: 'pause', on: true });
    sim.network.deliverAll();
    tab.send({ t: 'pause', on: false });
    sim.settle(30_000);
    expect(other.page).toEqual([5, 6]);
    expect(copyOf(anna, room, 2)).toEqual([5, 6]);
  });

  test('[RM4] an operator whose line is full catches up and sees the page as it is', () => {
    const { sim, tab, anna, room } = viewed(6, 1500);
    const [page] = sim.network.wires;
    for (let value = 0; value < 200; value++) {
      tab.mutate(value);
      page?.deliver(1);
    }
    sim.settle(5000);
    expect(anna.resyncs).toBeGreaterThan(0);
    expect(copyOf(anna, room)).toEqual(tab.page);
  });

  test('[RM4] a late second operator is served from history: the page is asked for nothing', () => {
    const { sim, tab, room } = viewed(7);
    for (let value = 0; value < 50; value++) tab.mutate(value);
    sim.settle(1000);
    const before = tab.snapshots;
    const boris = sim.operator('boris');
    sim.settle();
    boris.watch(room);
    sim.settle();
    expect(copyOf(boris, room)).toEqual(tab.page);
    expect(tab.snapshots).toBe(before);
  });

  /** A page that changes by 40 kB a second for 80 seconds, before an operator whose line takes 16 kB a second and hides
   * whatever it has not carried yet. Then a fresh snapshot. */
  function slowLine(answersHeads: boolean) {
    const { sim, tab, anna, room } = viewed(23, 1 << 20, 1 << 30);
    const others = new Set(sim.network.wires);
    const slow = sim.operator('slow', answersHeads);
    sim.settle();
    const [wire] = [...sim.network.wires].filter((each) => !others.has(each));
    slow.watch(room);
    const second = () => {
      for (let turn = 0; turn < 3; turn++) for (const each of others) each.deliver(1000);
      wire?.deliver(1000, 16_000);
      sim.clock.advance(1000);
    };
    let value = 0;
    for (let passed = 0; passed < 80; passed++) {
      for (let change = 0; change < 10; change++) tab.mutate(value++, 4000);
      second();
    }
    const behind = copyOf(slow, room)?.length ?? 0;
    tab.refresh();
    let seconds = 0;
    while (copyOf(slow, room)?.length !== tab.page.length && seconds < 1000) {
      second();
      seconds++;
    }
    return { sim, tab, anna, room, slow, behind, seconds };
  }

  test('[RM15] a slow line is not given a backlog: it skips to the present with a fresh snapshot', () => {
    const { tab, anna, room, slow, behind, seconds } = slowLine(true);
    // Without that it was two thirds behind, or the test asks nothing.
    expect(behind).toBeLessThan(tab.page.length / 2);
    expect(seconds).toBeLessThan(10);
    // Nobody else noticed, nor did the page.
    expect(copyOf(anna, room)).toEqual(tab.page);
    expect(copyOf(slow, room)).toEqual(tab.page);
    expect(slow.resyncs).toBe(0);
    expect(tab.asks).toBe(0);
  });

  test('[RM15] a console that does not answer heads is served as ever', () => {
    const { tab, room, slow, seconds } = slowLine(false);
    // Three megabytes at 16 kB a second, less what came meanwhile.
    expect(seconds).toBeGreaterThan(100);
    expect(copyOf(slow, room)).toEqual(tab.page);
  });

  test('[RM15] answers that nobody asked for change nothing, and a flood of them closes', () => {
    const { sim, tab, anna, room } = viewed(24);
    const boris = sim.operator('boris');
    sim.settle();
    for (let sequence = 0; sequence < 30; sequence++) {
      boris.send({ t: 'have', room, sequence });
      boris.send({ t: 'have', room: 'nowhere', sequence });
      anna.send({ t: 'have', room, sequence: 1_000_000 + sequence });
    }
    tab.mutate(1);
    sim.settle(5000);
    expect(copyOf(anna, room)).toEqual([1]);
    expect(boris.rooms.size).toBe(0);
    for (let sequence = 0; sequence <= LIMITS.operatorTextBurst; sequence++) boris.send({ t: 'have', room, sequence });
    sim.network.deliverAll();
    expect(boris.link.state.kind).not.toBe('open');
    expect(anna.link.state.kind).toBe('open');
  });

  test('[RM5] a lost link resumes without a new consent and without a snapshot', () => {
    const { sim, tab, anna, room } = viewed(8);
    tab.mutate(1);
    sim.settle(2000);
    const before = tab.snapshots;
    for (const wire of [...sim.network.wires]) wire.cut();
    tab.mutate(2);
    sim.settle(6000);
    tab.mutate(3);
    sim.settle(2000);
    expect(copyOf(anna, room)).toEqual([1, 2, 3]);
    expect(tab.snapshots).toBe(before);
  });

  test('[RM5] a new page load of the same tab goes on in the same room', () => {
    const { sim, tab, anna, room } = viewed(9);
    tab.mutate(1);
    sim.settle();
    tab.link.close();
    sim.settle(1000);
    const next = sim.tab('tab1', tab.shared);
    next.page = [7];
    sim.settle(1000);
    next.mutate(8);
    sim.settle(1000);
    expect(next.visit?.room).toBe(room);
    expect(copyOf(anna, room)).toEqual([7, 8]);
  });

  test('[RM5] a quiet page whose link was lost is asked for nothing either', () => {
    const { sim, tab, anna, room } = viewed(25);
    tab.mutate(1);
    sim.settle(10_000);
    const before = tab.snapshots;
    for (const wire of [...sim.network.wires]) wire.cut();
    sim.settle(60_000);
    expect([tab.snapshots, tab.asks]).toEqual([before, 0]);
    expect(anna.rooms.get(room)?.view.state).toBe('live');
    expect(anna.rooms.get(room)?.view.tabs[0]?.blank).toBeUndefined();
  });

  test('[RM16] a page that captures nothing and does not know: asked again, then said; the old picture is not shown for it', () => {
    const { sim, tab, anna, room } = viewed(26);
    const viewOf = (operator: SimOperator) => operator.rooms.get(room)?.view;
    tab.mutate(1);
    sim.settle(10_000);
    tab.link.close();
    const next = sim.tab('tab1', tab.shared);
    next.isBroken = true;
    sim.settle(10_000);
    expect(viewOf(anna)).toMatchObject({ state: 'waiting', notices: [], tabs: [{ blank: true }] });
    sim.settle(20_000);
    expect(next.asks).toBeGreaterThan(0);
    expect(viewOf(anna)).toMatchObject({ state: 'waiting', notices: ['capture-failed'], tabs: [{ blank: true }] });
    // Nor is it given to who comes now.
    const boris = sim.operator('boris');
    sim.settle();
    boris.watch(room);
    sim.settle(1000);
    expect(copyOf(boris, room)).toBeUndefined();
    next.isBroken = false;
    next.page = [7];
    sim.settle(60_000);
    expect(viewOf(anna)).toMatchObject({ state: 'live', notices: [] });
    expect(viewOf(anna)?.tabs[0]?.blank).toBeUndefined();
    expect(copyOf(anna, room)).toEqual([7]);
    expect(copyOf(boris, room)).toEqual([7]);
  });

  test('[RM16] the first page of a visit, too', () => {
    const sim = world(27);
    const tab = sim.tab('tab1');
    tab.isBroken = true;
    const anna = sim.operator('anna');
    sim.settle(200);
    tab.send({ t: 'show' });
    sim.settle();
    const room = tab.visit?.room ?? '';
    anna.watch(room);
    sim.settle(60_000);
    expect(anna.rooms.get(room)?.view).toMatchObject({ state: 'waiting', notices: ['capture-failed'] });
  });

  test('[RM16] what a page says itself of its failing goes with its next picture, and it is not asked', () => {
    const { sim, tab, anna, room } = viewed(28);
    sim.settle(10_000);
    tab.link.close();
    const next = sim.tab('tab1', tab.shared);
    next.isBroken = true;
    sim.settle(1000);
    next.send({ t: 'notice', kind: 'page-too-large' });
    next.send({ t: 'notice', kind: 'assets-skipped' });
    sim.settle(30_000);
    expect(anna.rooms.get(room)?.view).toMatchObject({ state: 'waiting', tabs: [{ blank: true }] });
    expect(anna.rooms.get(room)?.view.notices).toEqual(['assets-skipped', 'page-too-large']);
    expect(next.asks).toBe(0);
    next.isBroken = false;
    next.refresh();
    sim.settle(1000);
    expect(anna.rooms.get(room)?.view).toMatchObject({ state: 'live', notices: ['assets-skipped'] });
  });

  test('[RM16] navigation within a document asks for nothing and shows on', () => {
    const { sim, tab, anna, room } = viewed(29);
    sim.settle(10_000);
    const before = tab.snapshots;
    const url = 'https://shop.example/next';
    tab.send({ t: 'page', page: { url, title: 'Next', visible: true, viewport: { width: 800, height: 600 } } });
    sim.settle(60_000);
    expect([tab.snapshots, tab.asks]).toEqual([before, 0]);
    expect(anna.rooms.get(room)?.view).toMatchObject({ state: 'live', notices: [], tabs: [{ url }] });
  });

  test('[RM5] a visitor who stays away ends the room after the grace time', () => {
    const { sim, tab, anna, room } = viewed(10);
    tab.link.close();
    sim.settle(15_000);
    expect(anna.rooms.get(room)?.view.state).toBe('lost');
    sim.settle(10_000);
    expect(anna.rooms.has(room)).toBe(false);
  });

  test('[RM6] after the relay restarted both sides come back by themselves', () => {
    const { sim, tab, anna, room } = viewed(11);
    tab.mutate(1);
    sim.settle(1000);
    sim.kill();
    tab.mutate(2);
    sim.settle(3000);
    sim.restart();
    sim.settle(30_000);
    tab.mutate(3);
    sim.settle(2000);
    expect(tab.visit?.room).toBe(room);
    expect(copyOf(anna, room)).toEqual([1, 2, 3]);
  });

  test('[RM18] what one operator waits for after a restart displaces nobody else', () => {
    const { sim, tab, anna, room } = viewed(25);
    tab.mutate(1);
    sim.settle(1000);
    sim.kill();
    sim.restart();
    const eves = Array.from({ length: 60 }, () => sim.operator('eve'));
    sim.network.deliverAll();
    eves.forEach((eve, index) => {
      for (let wait = 0; wait < 200; wait++) eve.send({ t: 'watch', room: `x${index}-${wait}`, number: 1 });
    });
    sim.network.deliverAll();
    const refused = eves.map((eve) => eve.refusals.length);
    // Sixteen on a connection, 160 in all.
    expect(refused).toEqual(eves.map((_, index) => (index < 10 ? 184 : 200)));
    expect(eves[0]?.refusals[0]).toBe('too-many-rooms');
    sim.settle(15_000);
    expect(tab.visit?.room).toBe(room);
    expect(copyOf(anna, room)).toEqual([1]);
  });

  test('[RM18] who leaves, goes away, or waits in vain may wait for others', () => {
    const sim = world(26);
    const eve = sim.operator('eve');
    sim.settle();
    const waitFor = (name: string) => {
      const before = eve.refusals.length;
      for (let wait = 0; wait < LIMITS.maxRoomsPerOperator; wait++)
        eve.send({ t: 'watch', room: `${name}${wait}`, number: 1 });
      sim.settle(100);
      return eve.refusals.slice(before);
    };
    for (let time = 0; time < 12; time++) {
      const name = `left${time}-`;
      expect(waitFor(name)).toEqual([]);
      for (let wait = 0; wait < LIMITS.maxRoomsPerOperator; wait++) eve.send({ t: 'leave', room: `${name}${wait}` });
      sim.settle(2000);
    }
    expect(waitFor('vain')).toEqual([]);
    expect(new Set(waitFor('more'))).toEqual(new Set(['too-many-rooms']));
    sim.settle(25_000);
    expect(waitFor('again')).toEqual([]);
    for (let time = 0; time < 12; time++) {
      eve.link.close();
      const next = sim.operator('eve');
      sim.settle(2000);
      next.send({ t: 'watch', room: `gone${time}`, number: 1 });
      sim.settle();
      expect(next.refusals).toEqual([]);
      next.link.close();
    }
  });

  test('[RM6] a visitor who had paused is still paused after the relay restarted and the page was loaded anew', () => {
    const { sim, tab, anna, room } = viewed(12);
    tab.pause(true);
    sim.settle(1000);
    tab.link.close();
    sim.kill();
    sim.settle(1000);
    sim.restart();
    const next = sim.tab('tab1', tab.shared);
    next.page = [666];
    next.pausedHere = true;
    sim.settle(30_000);
    expect(next.visit?.paused).toBe(true);
    expect(copyOf(anna, room) ?? []).not.toContain(666);
  });

  test('[RM7] stop ends the room for all, and its proof is worth nothing afterwards', () => {
    const { sim, tab, anna } = viewed(13);
    const { resume } = tab.shared;
    tab.send({ t: 'stop' });
    sim.settle();
    expect(anna.rooms.size).toBe(0);
    const again = sim.tab('tab2', { resume, token: tab.shared.token });
    sim.settle(1000);
    expect(again.visit).toBeUndefined();
    expect(again.ended).toBe('lost');
  });

  test('[RM7] a relay that restarts does not forget it, whoever ended the room', () => {
    for (const who of ['visitor', 'operator']) {
      const { sim, tab, anna, room } = viewed(15);
      const { resume, token } = tab.shared;
      if (who === 'visitor') tab.send({ t: 'stop' });
      else anna.send({ t: 'end', room });
      sim.settle(100);
      expect(tab.ended).toBe(who);
      sim.kill();
      sim.restart();
      // One that slept through it, or a thief of both.
      const late = sim.tab('tab2', { resume, token });
      sim.settle(30_000);
      expect(late.visit).toBeUndefined();
      expect(late.ended).toBe('lost');
      expect([...anna.rows.values()].map((row) => row.room)).not.toContain(room);
    }
  });

  test('[RM7] a stop that no relay heard is said again with its proof, and ends that visit only', () => {
    const { sim, tab, anna } = viewed(16);
    const old = { ...tab.shared };
    tab.link.close();
    sim.kill();
    sim.restart();
    const again = sim.tab('tab1', { resume: undefined, token: old.token });
    sim.settle(1000);
    again.send({ t: 'show' });
    sim.settle(1000);
    const begun = again.visit?.room;
    expect(begun).toBeDefined();
    again.send({ t: 'stop', resume: 'nonsense' });
    again.send({ t: 'stop', resume: old.resume });
    sim.settle(1000);
    expect(again.visit?.room).toBe(begun);
    again.send({ t: 'stop', resume: again.visit?.resume });
    sim.settle(1000);
    expect(again.ended).toBe('visitor');
    const late = sim.tab('tab2', old);
    sim.settle(1000);
    expect(late.found).toBeUndefined();
    expect(anna.rooms.size).toBe(1);
  });

  test('[RM9] nobody stops with the proof of another', () => {
    const { sim, tab, room } = viewed(20);
    const old = { ...tab.shared };
    tab.link.close();
    sim.kill();
    sim.restart();
    const stranger = sim.tab('tab9', { resume: undefined, token: undefined });
    sim.settle(1000);
    stranger.send({ t: 'stop', resume: old.resume });
    sim.settle(1000);
    const back = sim.tab('tab1', old);
    sim.settle(1000);
    expect(back.found).toMatchObject({ room });
  });

  test('[RM7] all hear of a stop at once; the tab that said it has its answer when it is kept', () => {
    const { sim, tab, anna } = viewed(16);
    const other = sim.tab('tab2', tab.shared);
    sim.settle(1000);
    sim.store.writeMs = 5000;
    tab.send({ t: 'stop' });
    sim.settle();
    expect(anna.rooms.size).toBe(0);
    expect(other.ended).toBe('visitor');
    expect(tab.ended).toBeUndefined();
    sim.settle(6000);
    expect(tab.ended).toBe('visitor');
  });

  test('[RM7] an answer that comes late does not end the visit that has begun meanwhile', () => {
    const { sim, tab, room } = viewed(17);
    sim.store.writeMs = 5000;
    tab.send({ t: 'stop' });
    tab.send({ t: 'show' });
    sim.settle(6000);
    expect(tab.visit?.room).not.toBe(room);
    expect(tab.ended).toBeUndefined();
  });

  test('[P14] a visitor who offers again and again is refused, and may again later', () => {
    const sim = world(19);
    const tab = sim.tab('tab1');
    sim.settle(500);
    const offer = () => {
      tab.send({ t: 'show' });
      sim.settle(500);
      const began = tab.visit !== undefined;
      tab.send({ t: 'stop' });
      sim.settle(500);
      return began;
    };
    const began = Array.from({ length: 20 }, offer);
    // Ten, and those of the twenty seconds that this takes.
    expect(began.filter(Boolean).length).toBeGreaterThanOrEqual(10);
    expect(began.filter(Boolean).length).toBeLessThanOrEqual(12);
    sim.settle(10_000);
    expect(offer()).toBe(true);
  });

  test('[P15] going on again and again is refused, and said to be; pausing never is', () => {
    const { sim, tab, anna, room } = viewed(23);
    const say = (on: boolean) => {
      tab.send({ t: 'pause', on });
      sim.network.deliverAll();
      // It is kept, and the tab answered.
      sim.clock.advance(1);
      sim.network.deliverAll();
      return tab.visit?.paused;
    };
    const wentOn: boolean[] = [];
    for (let time = 0; time < 20; time++) {
      expect(say(true)).toBe(true);
      // Whoever heard last that it goes on must hear that it does not.
      tab.visit = undefined;
      wentOn.push(say(false) === false);
    }
    expect(wentOn).toEqual(Array.from({ length: 20 }, (_, time) => time < 10));
    expect(anna.rooms.get(room)?.view?.state).toBe('paused');
    sim.settle(10_000);
    expect(say(false)).toBe(false);
  });

  test('[RM9] one proof is signed for all tabs, anew after each pause and well before it is too old', () => {
    const { sim, tab } = viewed(24);
    const other = sim.tab('tab2', tab.shared);
    sim.settle(2000);
    const third = sim.tab('tab3', tab.shared);
    sim.settle();
    expect(third.found?.resume).toBe(other.found?.resume);
    tab.pause(true);
    sim.settle(500);
    const paused = tab.visit?.resume;
    expect(paused).not.toBe(third.found?.resume);
    tab.pause(false);
    sim.settle(500);
    expect(tab.visit?.resume).not.toBe(paused);
    const before = tab.visit?.resume;
    sim.settle(LIMITS.resumeEveryMs + 1000);
    expect(tab.visit?.resume).not.toBe(before);
  });

  test('[RM6] a proof of before the pause brings the room back paused', () => {
    const { sim, tab, room } = viewed(18);
    const old = { ...tab.shared };
    tab.pause(true);
    sim.settle(1000);
    expect(tab.shared.resume).not.toBe(old.resume);
    // Only the one who slept through it comes back.
    tab.link.close();
    sim.kill();
    sim.restart();
    const late = sim.tab('tab2', old);
    sim.settle(1000);
    expect(late.found).toMatchObject({ room, paused: true, capture: false, graceMs: 20_000 });
  });

  test('[RM14] an operator who ends a room is named to the visitor and to the other operators', () => {
    const { sim, room, tab, anna } = viewed(15);
    const boris = sim.operator('boris');
    sim.settle();
    boris.watch(room);
    sim.settle();
    anna.send({ t: 'end', room });
    sim.settle();
    expect([tab.ended, tab.endedBy]).toEqual(['operator', 'anna']);
    expect(boris.endedBy).toMatchObject({ name: 'anna' });
  });

  test('[RM8] another account neither lists, asks nor watches', () => {
    const { sim, room, visitor } = viewed(14);
    const eve = new SimOperator(
      sim.network.door(sim.clock, sim.random, () => sim.relay.acceptOperator(operatorCalled('eve', 'account2'))),
    );
    sim.settle(500);
    eve.send({ t: 'ask', visitor });
    eve.watch(room);
    eve.send({ t: 'end', room });
    sim.settle();
    expect(eve.rows.size).toBe(0);
    expect(eve.refusals).toEqual(['unknown-visitor', 'no-such-room', 'no-such-room']);
    expect(eve.rooms.size).toBe(0);
  });
});

describe('whatever happens', () => {
  test('operators end up seeing what the pages are, and never what was not to be seen', () => {
    seeds(Array.from({ length: 200 }, (_, index) => index + 1000)).run(chaos);
  });
});

function chaos(seed: number) {
  const backlog = [1500, 4000, 1 << 20][seed % 3] ?? 2000;
  // Some lines hide what they have not carried yet.
  const { sim, tab, anna, room } = viewed(seed, backlog, seed % 4 === 0 ? 3000 : 0);
  const { random } = sim;
  // Some relays die with what they were about to write.
  sim.store.writeMs = seed % 300;
  const operators = [anna, sim.operator('boris', seed % 2 === 0)];
  let tabs = [tab];
  let value = 1;
  let down = false;
  /** Values put on a page while its visitor had paused and not resumed since. */
  const hidden = new Set<number>();
  for (const operator of operators)
    operator.saw = (seen) => {
      if (hidden.has(seen)) throw new Error(`value ${seen} was seen though it was paused away`);
    };
  const steps: (() => void)[] = [
    () => {
      const one = random.pick(tabs);
      if (one.pausedHere) hidden.add(value);
      one.mutate(value++);
    },
    () => random.pick(tabs).mutate(random.pick(tabs).pausedHere ? -1 : -2),
    () => random.pick(tabs).point(random.below(100)),
    () => {
      const wires = [...sim.network.wires];
      if (wires.length > 0) random.pick(wires).deliver(1 + random.below(20));
    },
    () => sim.clock.advance(random.below(800)),
    () => sim.network.deliverAll(),
    () => {
      const wires = [...sim.network.wires];
      if (wires.length > 0 && random.below(8) === 0) random.pick(wires).cut();
    },
    () => {
      if (random.below(25) !== 0) return;
      if (down) sim.restart();
      else sim.kill();
      down = !down;
    },
    () => {
      const one = random.pick(operators);
      if (random.below(6) !== 0) return;
      if (one.watching.has(room)) one.leave(room);
      else one.watch(room);
    },
    () => {
      if (random.below(10) !== 0) return;
      const on = !tab.pausedHere;
      // The person pauses the visit: every tab of theirs.
      for (const one of tabs) one.pause(on);
      if (!on) hidden.clear();
    },
    () => {
      if (random.below(12) !== 0 || tabs.length > 2) return;
      const more = sim.tab(`tab${tabs.length + 1}-${value}`, tab.shared);
      more.pausedHere = tab.pausedHere;
      tabs = [...tabs, more];
    },
  ];
  // Two in three steps move data, or nothing would ever arrive.
  for (let step = 0; step < 300; step++) random.pick(steps)();

  if (down) sim.restart();
  for (const one of tabs) if (one.pausedHere) one.pause(false);
  hidden.clear();
  sim.settle(25_000);
  if (tabs.every((one) => one.visit === undefined)) return;
  for (const operator of operators) if (!operator.watching.has(room)) operator.watch(room);
  sim.settle(25_000);
  for (const one of tabs) one.mutate(value++);
  sim.settle(5000);
  for (const operator of operators) {
    for (const one of tabs) {
      if (!one.visit) throw new Error(`${one.key} lost its visit (${one.ended ?? 'without a word'})`);
      expect(copyOf(operator, room, one.visit.tab)).toEqual(one.page);
    }
  }
}
