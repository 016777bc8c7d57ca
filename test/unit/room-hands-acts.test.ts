// Acts of the remote hand: which of them reach a page, and who hears what became of them.

import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import type { Act } from '../../protocol/hand.ts';
import { CLICK, FRAME, openWatched } from '../support/hands-room.ts';

const MOVE: Act = { t: 'move', at: { node: 1, x: 0, y: 0 }, mods: 0 };
const pointAt = (x: number): Act => ({ t: 'point', at: { node: 1, x, y: 0 }, down: false });

describe('what reaches a page', () => {
  test('[G1] an act with its grant goes to its tab only, and is answered', () => {
    const { world, tab, anna } = openWatched('control');
    const other = world.tab('tab2');
    anna.act(CLICK);
    expect(tab.acts).toEqual([{ t: 'act', by: 'anna', n: expect.any(Number) as number, act: CLICK }]);
    expect(other.acts).toEqual([]);
    expect(anna.answers).toEqual([]);
    const outcome = { done: true, what: 'button Buy', was: 'a', now: 'b' };
    tab.handled(outcome);
    expect(anna.answers).toEqual([{ t: 'handled', n: 1, outcome }]);
    expect(world.relay.metrics.handActs.done.value).toBe(1);
  });

  test('[G1] each act needs its own grant', () => {
    const { tab, anna } = openWatched('point');
    anna.act(CLICK);
    anna.act(FRAME);
    tab.grant('anna', 'point', false);
    anna.wish('control');
    tab.grant('anna', 'control');
    anna.act(CLICK);
    anna.act(FRAME);
    anna.act(pointAt(1));
    expect(anna.outcomes).toEqual(['1 not-granted', '4 not-granted']);
    expect(tab.acts.map(({ act }) => act.t)).toEqual(['frame', 'down']);
  });

  test('[G1] while the visitor has paused nothing does; what it granted holds when it goes on', () => {
    const { tab, anna } = openWatched('control', 'point');
    anna.act(CLICK);
    tab.say({ t: 'pause', on: true });
    anna.act(CLICK);
    anna.act(pointAt(1));
    // What it had before, it may answer.
    tab.handled();
    tab.say({ t: 'pause', on: false });
    tab.picture();
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['2 paused', '1 done']);
    expect(tab.acts.length).toBe(2);
  });

  test('[G4] a tab that is not there, or is no more', () => {
    const { world, tab, anna } = openWatched('control');
    world.tab('tab2');
    anna.act(CLICK, { tab: 7 });
    tab.lose();
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 away', '2 away']);
  });
});

describe('[G3] the document that was seen', () => {
  test('an act that was aimed before the picture was whole', () => {
    const { world, tab, anna } = openWatched('control');
    const seen = world.sequence;
    tab.change();
    anna.act(CLICK, { seen });
    tab.piece();
    anna.act(CLICK, { seen: world.sequence });
    tab.picture();
    anna.act(CLICK, { seen: world.sequence - 1 });
    anna.act(CLICK, { seen });
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['2 gone', '3 gone', '4 gone']);
    expect(tab.acts.length).toBe(2);
  });

  test('a page that has been loaded anew, until its picture is there', () => {
    const { world, tab, anna, clock } = openWatched('control');
    tab.probe();
    clock.advance(20_000);
    tab.probe();
    tab.lose();
    const next = world.tab('tab1');
    anna.act(CLICK);
    next.probe();
    anna.act(CLICK);
    const seen = world.sequence;
    next.picture();
    anna.act(CLICK, { seen });
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 gone', '2 gone', '3 gone']);
    expect(next.acts.length).toBe(1);
  });

  test('a link that was lost, until it is known that the document is the same', () => {
    for (const sign of ['probe', 'change'] as const) {
      const { world, tab, anna, clock } = openWatched('control');
      clock.advance(20_000);
      tab.probe();
      tab.lose();
      const same = world.tab('tab1');
      anna.act(CLICK);
      expect(anna.outcomes).toEqual(['1 gone']);
      same.goOn(1);
      if (sign === 'probe') same.probe(tab.bornAt);
      else same.change();
      anna.act(CLICK);
      expect(same.acts.length).toBe(1);
    }
  });

  test('a document that was left and come back to is not the one between', () => {
    const { world, tab, anna, clock } = openWatched('control');
    clock.advance(60_000);
    tab.lose();
    const between = world.tab('tab1');
    between.picture();
    clock.advance(10_000);
    between.probe();
    between.lose();
    const again = world.tab('tab1');
    again.probe(tab.bornAt);
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 gone']);
    again.picture();
    anna.act(CLICK);
    expect(again.acts.length).toBe(1);
  });

  test('nobody has seen more than there is: that was before the relay restarted', () => {
    const { world, tab, anna } = openWatched('control');
    anna.act(CLICK, { seen: world.sequence + 1 });
    expect(anna.outcomes).toEqual(['1 gone']);
    expect(tab.acts).toEqual([]);
  });

  test('a page of which no picture comes, or that says it can’t be shown', () => {
    const { world, tab, anna, clock } = openWatched('control');
    tab.lose();
    const next = world.tab('tab1');
    clock.advance(6000);
    anna.act(CLICK);
    clock.advance(6000);
    anna.act(CLICK);
    next.say({ t: 'notice', kind: 'page-too-large' });
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 gone', '2 gone', '3 gone']);
  });
});

describe('answers', () => {
  test('[G5] once, from the tab that has the act, and for whom it is', () => {
    const { world, tab, anna } = openWatched('control', 'point');
    const boris = world.console('boris');
    boris.watch();
    tab.grant('boris', 'point');
    const other = world.tab('tab2');
    anna.act(CLICK);
    const [act] = tab.acts;
    other.handled({ done: true }, act);
    tab.hand({ t: 'handled', operator: 'boris', n: act?.n, outcome: { done: true } });
    tab.hand({ t: 'handled', operator: 'anna', n: 99, outcome: { done: true } });
    tab.hand({ t: 'handled', operator: 'nobody', n: 1, outcome: { done: true } });
    expect([...anna.answers, ...boris.answers]).toEqual([]);
    tab.handled({ done: false, why: 'covered', what: 'div' });
    tab.handled({ done: true });
    expect(anna.outcomes).toEqual(['1 covered']);
    expect(boris.answers).toEqual([]);
    expect(world.relay.metrics.handAnswersDropped.value).toBe(5);
    expect(world.relay.metrics.handActs.covered.value).toBe(1);
    expect(world.relay.metrics.handActs.done.value).toBe(0);
  });

  test('[G5] two consoles of one operator count by themselves, and each hears of its own', () => {
    const { world, tab, anna } = openWatched('control');
    const second = world.console('anna');
    second.watch();
    anna.act(CLICK);
    second.act(FRAME);
    second.act(CLICK);
    anna.act(CLICK);
    const [first, seconds, last] = tab.acts;
    expect(new Set(tab.acts.map(({ n }) => n)).size).toBe(3);
    tab.handled({ done: true }, seconds);
    tab.handled({ done: false, why: 'masked' }, last);
    tab.handled({ done: false, why: 'hidden' }, first);
    expect(anna.outcomes).toEqual(['2 masked', '1 hidden']);
    expect(second.outcomes).toEqual(['1 not-granted', '2 done']);
  });

  test('[G5] a number that is not above the last is refused, on its connection only', () => {
    const { world, tab, anna } = openWatched('control', 'point');
    anna.act(CLICK, { number: 5 });
    anna.act(CLICK, { number: 5 });
    anna.act(CLICK, { number: 4 });
    anna.act(pointAt(1), { number: 5 });
    anna.act(CLICK, { number: 6 });
    expect(anna.outcomes).toEqual(['5 repeated', '4 repeated']);
    // Also what was refused is not to be sent again.
    anna.act(CLICK, { number: 8, tab: 7 });
    anna.act(CLICK, { number: 8 });
    expect(anna.outcomes.slice(2)).toEqual(['8 away', '8 repeated']);
    expect(tab.acts.map(({ act }) => act.t)).toEqual(['down', 'down']);
    anna.lose();
    const reloaded = world.console('anna');
    reloaded.watch();
    reloaded.act(CLICK);
    expect(tab.acts.length).toBe(3);
    // Who leaves counts anew, too: a console may take a room that it enters again for another.
    reloaded.leave();
    reloaded.watch();
    tab.grant('anna', 'point', false);
    reloaded.wish('point');
    tab.grant('anna', 'point');
    reloaded.act(FRAME, { number: 1 });
    expect(reloaded.outcomes).toEqual([]);
    expect(tab.acts.length).toBe(4);
  });

  test('[G4] when the tab’s link goes, what it has not answered is answered', () => {
    const { world, tab, anna } = openWatched('control', 'point');
    const other = world.tab('tab2');
    other.picture();
    anna.act(CLICK);
    anna.act(CLICK);
    anna.act(pointAt(1));
    anna.act(MOVE);
    anna.act(CLICK, { tab: 2 });
    tab.handled({ done: true }, tab.acts[0]);
    const [, second] = tab.acts;
    tab.lose();
    expect(anna.outcomes).toEqual(['1 done', '2 away']);
    // By the same tab on another link: it has been told.
    const next = world.tab('tab1');
    next.handled({ done: true }, second);
    other.handled();
    expect(anna.outcomes).toEqual(['1 done', '2 away', '5 done']);
    expect(world.relay.metrics.handActs.away.value).toBe(1);
  });

  test('[G4] a newer connection of the same tab', () => {
    const { world, tab, anna } = openWatched('control');
    anna.act(CLICK);
    world.tab('tab1');
    expect(tab.line.closed).toBe('Replaced');
    expect(anna.outcomes).toEqual(['1 away']);
  });

  test('[G4] at the end of the room, before its end is told', () => {
    const { tab, anna } = openWatched('control');
    anna.act(CLICK);
    tab.say({ t: 'stop' });
    expect(anna.outcomes).toEqual(['1 away']);
    tab.handled();
    expect(anna.outcomes.length).toBe(1);
  });

  test('[G4] taken back while an act is under way: the page says what became of it', () => {
    const { tab, anna } = openWatched('control');
    anna.act(CLICK);
    tab.grant('anna', 'control', false);
    expect(anna.outcomes).toEqual([]);
    tab.handled({ done: false, why: 'not-granted' });
    expect(anna.outcomes).toEqual(['1 not-granted']);
  });

  test('[G4] a move is answered only when refused, and is not waited for', () => {
    const { tab, anna, clock } = openWatched('control');
    for (let move = 0; move < 200; move++) {
      anna.act(MOVE);
      clock.advance(10);
    }
    const moves = tab.acts.slice();
    expect(moves.length).toBe(200);
    tab.handled({ done: false, why: 'covered' }, moves[199]);
    tab.handled({ done: false, why: 'covered' }, moves[0]);
    expect(anna.outcomes).toEqual(['200 covered']);
    anna.act(CLICK);
    tab.handled();
    expect(anna.outcomes).toEqual(['200 covered', '201 done']);
    tab.grant('anna', 'control', false);
    anna.act(MOVE);
    expect(anna.outcomes.slice(2)).toEqual(['202 not-granted']);
  });

  test('[G5] answers of a console that is gone go nowhere', () => {
    const { world, tab, anna } = openWatched('control');
    const second = world.console('anna');
    second.watch();
    anna.act(CLICK);
    const [act] = tab.acts;
    anna.leave();
    anna.watch();
    tab.handled({ done: true }, act);
    expect([...anna.answers, ...second.answers]).toEqual([]);
  });

  test('[LS2] what a page says of its elements is fit to be shown', () => {
    const { tab, anna } = openWatched('control');
    anna.act(CLICK);
    tab.handled({ done: true, what: 'a\u202eb\nc', was: 'one\ntwo\u0000', now: '\u2066' });
    expect(anna.answers[0]?.outcome).toEqual({ done: true, what: 'abc', was: 'one\ntwo', now: '' });
  });
});

describe('how much', () => {
  test('[G7] three hundred acts at once, then a hundred and fifty a second; they are no messages', () => {
    const { world, tab, anna, clock } = openWatched('control');
    const second = world.console('anna');
    second.watch();
    for (let act = 0; act < LIMITS.handBurst; act++) (act % 2 === 0 ? anna : second).act(CLICK);
    expect(tab.acts.length).toBe(LIMITS.handBurst);
    anna.act(CLICK);
    second.act(CLICK);
    for (const one of [anna, second]) expect(one.outcomes).toEqual(['151 too-fast']);
    for (const act of tab.acts) tab.handled({ done: true }, act);
    for (let second = 0; second < 20; second++) {
      clock.advance(1000);
      for (let act = 0; act < LIMITS.handPerSec; act++) {
        anna.act(CLICK);
        tab.handled();
      }
    }
    expect(tab.acts.length).toBe(LIMITS.handBurst + 20 * LIMITS.handPerSec);
    expect(anna.answers.filter(({ outcome }) => !outcome.done).length).toBe(1);
    // Another operator has their own.
    const boris = world.console('boris');
    boris.watch();
    boris.wish('control');
    tab.grant('boris', 'control');
    boris.act(CLICK);
    expect(tab.acts.at(-1)?.by).toBe('boris');
  });

  test('[G7] an operator who goes on all the same is closed', () => {
    const { tab, anna } = openWatched('control');
    for (let act = 0; act < LIMITS.handBurst + LIMITS.operatorTextBurst + 1; act++)
      if (anna.line.closed === undefined) anna.act(CLICK);
    expect(anna.line.closed).toBe('TooMany');
    expect(tab.acts.length).toBe(LIMITS.handBurst);
    expect(tab.line.closed).toBeUndefined();
  });

  test('[G5] a visitor that forges answers is closed, one that answers never', () => {
    const { tab, anna } = openWatched('control');
    for (let forged = 0; forged < LIMITS.handBurst; forged++)
      tab.hand({ t: 'handled', operator: 'anna', n: 99, outcome: { done: true } });
    anna.act(CLICK);
    tab.handled();
    expect([tab.line.closed, anna.outcomes]).toEqual([undefined, ['1 done']]);
    tab.handled();
    expect(tab.line.closed).toBe('TooMany');
  });

  test('[G7] a page that answers nothing is not given more and more', () => {
    const { tab, anna, clock } = openWatched('control');
    for (let second = 0; second < 20; second++) {
      for (let act = 0; act < 100; act++) anna.act(CLICK);
      clock.advance(1000);
    }
    expect(tab.acts.length).toBe(1000);
    const refused = anna.outcomes.map((outcome) => outcome.split(' ')[1]);
    expect(refused.filter((why) => why === 'too-fast').length).toBe(1000);
    // [G4] And those that it has are given up.
    expect(new Set(refused)).toEqual(new Set(['too-fast', 'away']));
    tab.handled({ done: true }, tab.acts[500]);
    anna.act(CLICK);
    expect(tab.acts.length).toBe(1001);
  });

  test('[G7] nothing waits for long before a visitor whose line is slow, or that takes nothing', () => {
    const { world, tab, anna } = openWatched('control');
    tab.line.waiting = 300_000;
    anna.act(CLICK);
    tab.line.waiting = 0;
    tab.line.takes = 'dropped';
    anna.act(CLICK);
    expect(anna.outcomes).toEqual(['1 too-fast', '2 away']);
    tab.line.takes = 'queued';
    anna.act(CLICK);
    tab.handled();
    expect(anna.outcomes.slice(2)).toEqual(['3 done']);
    expect(world.relay.metrics.handActs.away.value).toBe(1);
  });

  test('[G7] a pointer is dropped when it would come late; the newest comes when it can', () => {
    const { tab, anna, clock } = openWatched('point');
    const pointers = () => tab.acts.map(({ act }) => (act.t === 'point' ? act.at?.x : act.t));
    anna.act(pointAt(0.1));
    tab.line.waiting = 10_000;
    anna.act(pointAt(0.2));
    anna.act(pointAt(0.3));
    clock.advance(3000);
    expect(pointers()).toEqual([0.1]);
    // A frame is none: it waits its turn.
    anna.act(FRAME);
    tab.line.waiting = 0;
    clock.advance(1000);
    expect(pointers()).toEqual([0.1, 'frame', 0.3]);
    tab.handled(
      { done: true },
      tab.acts.find(({ act }) => act.t === 'frame'),
    );
    anna.act(pointAt(0.4));
    clock.advance(5000);
    expect(pointers().slice(3)).toEqual([0.4]);
    // One that is overtaken does not come.
    tab.line.waiting = 10_000;
    anna.act(pointAt(0.5));
    tab.line.waiting = 0;
    anna.act(pointAt(0.6));
    clock.advance(2000);
    expect(pointers().slice(4)).toEqual([0.6]);
    // Nor one that may not any more.
    tab.line.waiting = 10_000;
    anna.act(pointAt(0.7));
    tab.grant('anna', 'point', false);
    tab.line.waiting = 0;
    clock.advance(2000);
    expect(pointers().length).toBe(5);
    expect(anna.outcomes).toEqual(['4 done']);
  });

  test('[G2] a pointer goes when its operator does, or loses the link', () => {
    for (const how of ['leave', 'lose'] as const) {
      const { world, tab, anna } = openWatched('point');
      const second = world.console('anna');
      second.watch();
      second.act(pointAt(0.1));
      anna[how]();
      expect(tab.acts.length).toBe(1);
      second[how]();
      expect(tab.acts.length).toBe(1);
      expect(tab.heard.filter((t) => t === 'away')).toEqual(['away']);
    }
    const { world, tab, anna } = openWatched('point');
    anna.act(pointAt(0.1));
    tab.lose();
    const next = world.tab('tab1');
    anna.lose();
    expect(next.heard).not.toContain('act');
  });

  test('[G7] pointers that come too fast are not refused aloud, and the last is not lost', () => {
    const { tab, anna, clock } = openWatched('point');
    const count = LIMITS.handBurst + 10;
    for (let point = 1; point <= count; point++) anna.act(pointAt(point / 1000));
    expect(tab.acts.length).toBe(LIMITS.handBurst);
    clock.advance(1000);
    expect(tab.acts.at(-1)?.act).toEqual(pointAt(count / 1000));
    expect(anna.answers).toEqual([]);
  });
});

test('[G4] what became of acts is counted, by reason', () => {
  const { world, tab, anna } = openWatched('control');
  anna.act(CLICK);
  tab.handled();
  anna.act(FRAME);
  anna.act(CLICK);
  tab.handled({ done: false });
  const written = world.relay.metrics.write();
  expect(written).toContain('\ntandem_hand_acts_total{outcome="done"} 1\n');
  expect(written).toContain('\ntandem_hand_acts_total{outcome="not-granted"} 1\n');
  expect(written).toContain('\ntandem_hand_acts_total{outcome="failed"} 1\n');
  expect(written).toContain('\ntandem_hand_acts_total{outcome="away"} 0\n');
});
