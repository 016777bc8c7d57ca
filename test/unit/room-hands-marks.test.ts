// What one operator shows on the visitor's page, as the room's other consoles are told of it.

import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import type { Act } from '../../protocol/hand.ts';
import { MAX_INK_BYTES } from '../../relay/live/marks.ts';
import { CLICK, FRAME, openWatched, type HandConsole } from '../support/hands-room.ts';

const pointAt = (x: number): Act => ({ t: 'point', at: { node: 1, x: x / 10, y: 0 }, down: false });
const GONE: Act = { t: 'point', down: false };
const stroke = (number: number, change: Partial<Act & { t: 'draw' }> = {}): Act => ({
  t: 'draw',
  stroke: number,
  shape: 'pen',
  fades: false,
  node: 1,
  from: 0,
  points: [0, 0, 9, 9],
  isDone: true,
  ...change,
});

/** `draw 1`, `point`, `point gone` … in the order they came. */
const told = ({ shown }: HandConsole) =>
  shown.map(({ act }) => {
    if (act.t === 'draw') return `draw ${act.stroke}${act.isDone ? '' : ' …'}`;
    if (act.t === 'undraw') return act.stroke === undefined ? 'undraw' : `undraw ${act.stroke}`;
    if (act.t === 'point') return act.at ? `point ${10 * act.at.x}` : 'point gone';
    return act.t;
  });

/** Anna points, Boris watches beside her. */
function open(...granted: string[]) {
  const opened = openWatched(...(granted.length > 0 ? granted : ['point']));
  const boris = opened.world.console('boris');
  boris.watch();
  return { ...opened, boris };
}

test('[G8] what points and was passed on is told to the other consoles, never to the one it came from', () => {
  const { world, tab, anna, boris } = open('point', 'control');
  const second = world.console('anna');
  second.watch();
  const acts = [pointAt(1), FRAME, stroke(1, { isDone: false }), stroke(1), { t: 'undraw', stroke: 1 } as const];
  for (const act of acts) anna.act(act);
  anna.act({ t: 'unframe' });
  anna.act(CLICK);
  anna.act({ t: 'reveal', node: 1 });
  expect(tab.acts.length).toBe(8);
  expect(told(boris)).toEqual(['point 1', 'frame', 'draw 1 …', 'draw 1', 'undraw 1', 'unframe']);
  expect(boris.shown[0]).toEqual({ t: 'shown', by: 'anna', tab: 1, act: pointAt(1), picture: 1 });
  expect(told(second)).toEqual(told(boris));
  expect(anna.shown).toEqual([]);
});

test('[G8] what was not passed on is not told', () => {
  const { world, tab, anna, boris } = open('control');
  anna.act(FRAME);
  anna.act(pointAt(1));
  tab.grant('anna', 'point');
  anna.act(FRAME, { seen: world.sequence - 1 });
  anna.act(pointAt(1), { tab: 9 });
  tab.say({ t: 'pause', on: true });
  anna.act(stroke(1));
  expect(boris.shown).toEqual([]);
});

test('[G8] a pointer that waits before a slow page is told when the page gets it', () => {
  const { tab, anna, boris, clock } = open();
  tab.line.waiting = 5000;
  anna.act(pointAt(1));
  anna.act(pointAt(2));
  expect(boris.shown).toEqual([]);
  tab.line.waiting = 0;
  clock.advance(1000);
  expect(told(boris)).toEqual(['point 2']);
  expect(anna.shown).toEqual([]);
});

test('[G8] what the page refuses is taken back; of a piece only when nothing of it is there', () => {
  const { tab, anna, boris } = open();
  anna.act(FRAME);
  tab.handled({ done: false, why: 'gone' });
  anna.act(stroke(1, { isDone: false }));
  anna.act(stroke(1, { isDone: false, from: 2 }));
  tab.handled({ done: false, why: 'repeated' });
  anna.act(stroke(1));
  tab.handled({ done: false, why: 'gone' });
  expect(told(boris)).toEqual(['frame', 'unframe', 'draw 1 …', 'draw 1 …', 'draw 1', 'undraw 1']);
  boris.leave();
  boris.watch();
  expect(told(boris).slice(6)).toEqual([]);
});

test('[G8] a line that is slow is spared pointers and strokes under way, and told where a pointer came to rest', () => {
  const { world, anna, boris, clock } = open();
  const clara = world.console('clara');
  clara.watch();
  boris.line.waiting = 100_000;
  anna.act(pointAt(1));
  anna.act(stroke(1, { isDone: false }));
  anna.act(pointAt(2));
  anna.act(stroke(1));
  anna.act(FRAME);
  expect(told(boris)).toEqual(['draw 1', 'frame']);
  expect(told(clara)).toEqual(['point 1', 'draw 1 …', 'point 2', 'draw 1', 'frame']);
  clock.advance(1000);
  expect(told(boris)).toEqual(['draw 1', 'frame']);
  boris.line.waiting = 0;
  clock.advance(1000);
  expect(told(boris).slice(2)).toEqual(['point 2']);
  // That it is gone, it is told at once.
  boris.line.waiting = 100_000;
  anna.act(GONE);
  expect(told(boris).slice(3)).toEqual(['point gone']);
  clock.advance(5000);
  expect(told(boris).length).toBe(4);
});

test.each([
  ['taken back by the visitor', 'visitor'],
  ['given back', 'release'],
  ['by leaving', 'leave'],
] as const)('[G8] a grant that ends ends what was shown: %s', (_, how) => {
  const { tab, anna, boris } = open();
  anna.act(pointAt(1));
  anna.act(FRAME);
  anna.act(stroke(1, { fades: true }));
  if (how === 'visitor') tab.grant('anna', 'point', false);
  else if (how === 'release') anna.hand({ t: 'release', grant: 'point' });
  else anna.leave();
  expect(told(boris).slice(3)).toEqual(['point gone', 'unframe', 'undraw']);
});

test('[G8] who lost the link points no more; frame and ink stay as long as the grant', () => {
  const { tab, anna, boris, clock } = open();
  anna.act(pointAt(1));
  anna.act(FRAME);
  tab.handled();
  anna.act(stroke(1));
  tab.handled();
  anna.lose();
  expect(told(boris).slice(3)).toEqual(['point gone']);
  clock.advance(LIMITS.handGraceMs + 2000);
  expect(told(boris).slice(4)).toEqual(['unframe', 'undraw']);
});

test('[G8] nobody points in a tab whose link is gone', () => {
  const { world, tab, anna, boris } = open();
  const other = world.tab('tab2');
  other.picture();
  anna.act(pointAt(1));
  anna.act(FRAME);
  tab.handled();
  other.lose();
  expect(told(boris)).toEqual(['point 1', 'frame']);
  tab.lose();
  expect(told(boris).slice(2)).toEqual(['point gone']);
});

test('[G8] who begins to watch is told what stands, after the picture: no pointer, and no ink that goes by itself', () => {
  const { world, anna } = open();
  anna.act(pointAt(1));
  anna.act(stroke(1));
  anna.act(stroke(2, { fades: true }));
  anna.act(stroke(3, { isDone: false }));
  anna.act(stroke(4));
  anna.act({ t: 'undraw', stroke: 1 });
  anna.act(FRAME);
  const clara = world.console('clara');
  clara.watch();
  expect(told(clara)).toEqual(['draw 4', 'frame']);
  expect(clara.heard.indexOf('history')).toBeGreaterThan(-1);
  expect(clara.heard.indexOf('history')).toBeLessThan(clara.heard.indexOf('hand'));
  anna.act({ t: 'undraw' });
  anna.act({ t: 'unframe' });
  const dora = world.console('dora');
  dora.watch();
  expect(told(dora)).toEqual([]);
});

test('[G8] only what is in the picture that is there now', () => {
  const { world, tab, anna, clock } = open();
  anna.act(stroke(1));
  anna.act(FRAME);
  tab.picture();
  anna.act(stroke(2));
  clock.advance(2000);
  const clara = world.console('clara');
  clara.watch();
  expect(told(clara)).toEqual(['draw 2']);
  tab.lose();
  const next = world.tab('tab1');
  next.picture();
  const dora = world.console('dora');
  dora.watch();
  expect(told(dora)).toEqual([]);
});

test('[G8] after a new picture the page says where it all is now, and every console is told; the page adds nothing', () => {
  const { world, tab, anna, boris, clock } = open();
  anna.act(stroke(1));
  anna.act(stroke(2));
  anna.act(FRAME);
  for (const act of tab.acts) tab.handled({ done: true }, act);
  const stands = (...strokes: number[]) =>
    tab.hand({
      t: 'stands',
      operator: 'anna',
      frame: 70,
      strokes: strokes.map((number) => ({ stroke: number, node: 70 + number })),
    });
  // Nobody has asked.
  stands(1, 2);
  tab.piece();
  clock.advance(2000);
  expect(tab.asked).toEqual([]);
  tab.picture();
  expect(tab.asked).toEqual(['anna']);
  const before = told(boris).length;
  const late = world.console('clara');
  late.watch();
  stands(2, 9);
  stands(2);
  const again = [
    { t: 'shown', by: 'anna', tab: 1, act: { ...stroke(2), node: 72 }, again: true, picture: 3 },
    { t: 'shown', by: 'anna', tab: 1, act: { ...FRAME, node: 70 }, again: true, picture: 3 },
  ];
  expect(anna.shown).toEqual(again);
  expect(boris.shown.slice(before)).toEqual(again);
  expect(late.shown).toEqual(again);
  const dora = world.console('dora');
  dora.watch();
  expect(dora.shown.map(({ act }) => act)).toEqual(again.map(({ act }) => act));
});

test('[G8] a page that takes picture after picture is asked once a second; one that is back is asked anew', () => {
  const { world, tab, anna, clock } = open();
  anna.act(stroke(1));
  tab.handled();
  for (let index = 0; index < 5; index++) tab.picture();
  expect(tab.asked).toEqual(['anna']);
  clock.advance(1000);
  expect(tab.asked).toEqual(['anna', 'anna']);
  clock.advance(5000);
  expect(tab.asked.length).toBe(2);
  tab.lose();
  const back = world.tab('tab1');
  back.picture();
  clock.advance(1000);
  expect(back.asked).toEqual(['anna']);
});

test('[G8] an operator has one pointer: in the tab where they are, by whatever it is moved', () => {
  const { world, tab, anna, boris } = open('point', 'control');
  const other = world.tab('tab2');
  other.picture();
  const points = ({ acts }: typeof tab) => acts.map(({ act }) => (act.t === 'point' && !act.at ? 'gone' : act.t));
  anna.act(pointAt(1));
  anna.act(pointAt(2), { tab: 2 });
  expect(points(tab)).toEqual(['point', 'gone']);
  expect(told(boris)).toEqual(['point 1', 'point 2', 'point gone']);
  expect(boris.shown.map(({ tab }) => tab)).toEqual([1, 2, 1]);
  anna.act(CLICK);
  expect(points(other)).toEqual(['point', 'gone']);
  anna.act(pointAt(3));
  expect(points(tab)).toEqual(['point', 'gone', 'down', 'point']);
});

test('[G8] a pointer goes with the console that moved it last, and stays when another of that operator goes', () => {
  const { world, tab, anna, boris } = open();
  const second = world.console('anna');
  second.watch();
  anna.act(pointAt(1));
  second.act(pointAt(2));
  anna.leave();
  expect(told(boris)).toEqual(['point 1', 'point 2']);
  anna.watch();
  second.lose();
  expect(told(boris).slice(2)).toEqual(['point gone']);
  expect(tab.acts.at(-1)?.act).toEqual(GONE);
});

test('[G8] of much ink the newest, in bytes and in strokes', () => {
  const { world, tab, anna, clock } = open();
  const long = Array.from({ length: LIMITS.maxStrokeNumbers }, () => 12_345.6);
  for (let number = 1; number <= 4; number++) anna.act(stroke(number, { points: long }));
  const clara = world.console('clara');
  clara.watch();
  expect(told(clara)).toEqual(['draw 3', 'draw 4'].slice(-Math.floor(MAX_INK_BYTES / JSON.stringify(long).length)));
  for (let number = 10; number < 10 + LIMITS.maxStrokes + 5; number++) {
    anna.act(stroke(number));
    tab.handled();
    clock.advance(10);
  }
  const dora = world.console('dora');
  dora.watch();
  expect(told(dora).length).toBe(LIMITS.maxStrokes);
  expect(told(dora)[0]).toBe('draw 15');
});

test('[G4] a piece of a stroke is answered only when refused, one that is done always', () => {
  const { world, tab, anna } = open();
  for (let piece = 0; piece < 140; piece++) anna.act(stroke(1, { isDone: false, from: piece }));
  anna.act(stroke(1));
  const acts = tab.acts.slice();
  tab.handled({ done: false, why: 'repeated' }, acts[0]);
  expect(anna.outcomes).toEqual([]);
  tab.handled({ done: false, why: 'repeated' }, acts[139]);
  tab.handled({ done: true }, acts[140]);
  tab.grant('anna', 'point', false);
  anna.act(stroke(2, { isDone: false }));
  expect(anna.outcomes).toEqual(['140 repeated', '141 done', '142 not-granted']);
  // As moves are: what is passed on and was not refused is not in the ledger.
  const drawn = world.relay.ledger.filter(({ deed }) => deed.kind === 'act');
  expect(drawn.length).toBe(3);
});
