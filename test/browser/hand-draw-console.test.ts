// The draw tool in the built console, and what it shows of other operators: what is sent for what the operator draws,
// where it stands over the mirror, and what becomes of it when it is refused.

import { afterEach, expect, test } from 'vitest';
import type { Act, Hands } from '../../protocol/hand.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { inChromium } from '../support/each-browser.ts';
import {
  BOX,
  handPage,
  ME,
  middle,
  NODE,
  openDesk,
  ROOM,
  type DeskOptions,
  type HandDesk,
} from '../support/hand-mirror-page.ts';
import { someRoom } from '../support/stand-in-relay.ts';

const BORIS = { id: 'op-2', name: 'Boris Ivanov' };
const BOTH: Hands = [
  { by: ME, colour: 0, grants: ['point'] },
  { by: BORIS, colour: 3, grants: ['point'] },
];

const browser = inChromium();
let desk: ConsolePage;
let hand: HandDesk;
afterEach(async () => {
  expect(desk.errors).toEqual([]);
  await desk.close();
});

async function open(options: DeskOptions = {}): Promise<void> {
  ({ desk, hand } = await openDesk(browser(), options));
}
async function draws(hands: Hands = BOTH): Promise<void> {
  hand.hands(hands);
  await desk.page.keyboard.press('d');
  await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="draw"]');
}
/** By mouse, through these points of the visitor's viewport. */
async function drag(...points: (readonly [number, number])[]): Promise<void> {
  for (const [index, [x, y]] of points.entries()) {
    const at = await hand.at(x, y);
    await desk.page.mouse.move(at.x, at.y, { steps: index === 0 ? 1 : 4 });
    if (index === 0) await desk.page.mouse.down();
  }
  await desk.page.mouse.up();
}
const ended = async (count: number) => {
  const found = () => hand.acts().flatMap(({ n, act }) => (act.t === 'draw' && act.isDone ? [{ n, act }] : []));
  await expect.poll(() => found().length).toBe(count);
  return found();
};
/** Strokes that stand in the layer over the mirror, in the visitor's own pixels. */
const lines = () =>
  desk.page.$$eval('[data-testid="ink"]', (all) => {
    const frame = document.querySelector<HTMLElement>('[data-testid="mirror"] iframe');
    const shown = frame?.getBoundingClientRect() ?? new DOMRect();
    const scale = shown.width / (frame?.clientWidth ?? 1);
    return all.map((group) => {
      const { x, y, width, height } = (group.lastElementChild ?? group).getBoundingClientRect();
      const box = [(x - shown.x) / scale, (y - shown.y) / scale, width / scale, height / scale].map(Math.round);
      return { by: (group as SVGElement).dataset['by'], box };
    });
  });
const inkIs = async (...wanted: { by: string; box: readonly number[] }[]) =>
  expect
    .poll(async () => {
      const found = await lines();
      const isSame = (one: readonly number[], other: readonly number[]) =>
        one.every((value, index) => Math.abs(value - (other[index] ?? Infinity)) <= 2);
      return (
        (found.length === wanted.length &&
          wanted.every(({ by, box }, index) => by === found[index]?.by && isSame(box, found[index]?.box ?? []))) ||
        found
      );
    })
    .toBe(true);
const shows = (act: Act, by = BORIS.id) => hand.say({ t: 'shown', by, tab: 1, act });
const stroke = (change: Partial<Act & { t: 'draw' }> = {}): Act => ({
  t: 'draw',
  stroke: 5,
  shape: 'pen',
  fades: false,
  node: NODE.button,
  from: 0,
  points: [0, 0, 100, 20],
  isDone: true,
  ...change,
});
const OF_BORIS = { by: BORIS.id, box: [100, 100, 100, 20] };

test.each(['fit', 'actual'] as const)('a line is seen at once, and told: %s', async (scale) => {
  await open();
  await desk.click(`scale-${scale}`);
  await draws();
  const { x, y, width, height } = BOX.button;
  await drag([x + 10, y + 10], [x + width - 10, y + 10], [x + width - 10, y + height - 10]);
  const [{ act, n } = { n: 0, act: stroke() as Act & { t: 'draw' } }] = await ended(1);
  expect(act).toMatchObject({ shape: 'pen', fades: false, node: NODE.button, from: 0 });
  // What lies on a line is left out.
  const points = act.points.map(Math.round);
  expect(points.length).toBeLessThanOrEqual(10);
  const near = (one: number | undefined, other: number) => Math.abs((one ?? Infinity) - other) <= 2;
  expect(near(points[0], 10) && near(points[1], 10)).toBe(true);
  expect(near(points.at(-2), width - 10) && near(points.at(-1), height - 10)).toBe(true);
  const told = hand.acts().flatMap(({ act }) => (act.t === 'draw' ? [act] : []));
  expect(told.length).toBeGreaterThan(1);
  expect(new Set(told.map(({ stroke }) => stroke)).size).toBe(1);
  expect(told.slice(0, -1).every(({ isDone, points }) => !isDone && points.length < 20)).toBe(true);
  const own = { by: ME.id, box: [x + 10, y + 10, width - 20, height - 20] };
  await inkIs(own);
  hand.answer(n, { done: true });
  await inkIs(own);
});

test('what a stroke is about: what is drawn round, what holds most of it, what an arrow points at', async () => {
  await open();
  await draws();
  const about = async (count: number) => (await ended(count)).at(-1)?.act.node;
  await desk.click('shape-box');
  const { x, y, width, height } = BOX.button;
  // Far round it, and otherwise only on the page itself.
  await drag([x - 60, y - 60], [x + width + 60, y + height + 60]);
  expect(await about(1)).toBe(NODE.button);
  await drag([405, 105], [495, 145]);
  expect(await about(2)).toBe(NODE.inShadow);
  // The first line of a list that holds more of what is drawn round it.
  await drag([890, 85], [1110, 125]);
  expect(await about(3)).toBe(41);
  await desk.click('shape-arrow');
  await drag([300, 330], middle(BOX.text));
  expect(await about(4)).toBe(NODE.text);
  const arrow = (await ended(4))[3]?.act;
  expect(arrow?.points).toHaveLength(4);
  expect(Math.round(arrow?.points[2] ?? 0)).toBe(BOX.text.width / 2);
  // A press that goes nowhere is no arrow.
  const at = await hand.at(50, 600);
  await desk.page.mouse.click(at.x, at.y);
  await drag([50, 600], [90, 640]);
  expect((await ended(5)).length).toBe(5);
  expect(hand.acts().some(({ act }) => act.t === 'undraw')).toBe(false);
});

test('it stays with its element while the page scrolls, and goes with the picture', async () => {
  await open();
  await draws();
  const { x, y } = BOX.far;
  await desk.click('shape-box');
  await drag([x + 20, y + 20], [x + 120, y + 70]);
  await ended(1);
  await inkIs({ by: ME.id, box: [x + 20, y + 20, 100, 50] });
  const scroll = { type: 3, data: { source: 3, id: 99, x: 0, y: 1100 }, timestamp: 1 };
  desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'change', [scroll]);
  await inkIs({ by: ME.id, box: [x + 20, y - 80, 100, 50] });
  desk.relay.frame({ room: 7, tab: 1, sequence: 3 }, 'snapshot', handPage());
  await inkIs();
  // On the visitor's page it may stand still: it can be taken away.
  await desk.click('draw-undo');
  expect((await hand.heard('undraw', 1))[0]?.act.stroke).toBe((await ended(1))[0]?.act.stroke);
});

test('undo, by button and by keys; clear; what fades can be told', async () => {
  await open();
  await draws();
  for (const top of [300, 400, 500]) await drag([50, top], [90, top + 40]);
  const strokes = (await ended(3)).map(({ act }) => act.stroke);
  await desk.page.keyboard.down('Control');
  await desk.page.keyboard.press('z');
  await desk.page.keyboard.up('Control');
  await desk.click('draw-undo');
  expect((await hand.heard('undraw', 2)).map(({ act }) => act.stroke)).toEqual([strokes[2], strokes[1]]);
  await expect.poll(async () => (await lines()).length).toBe(1);
  await desk.click('draw-fades');
  await drag([50, 400], [90, 440]);
  expect((await ended(4)).at(-1)?.act.fades).toBe(true);
  await desk.click('draw-clear');
  expect((await hand.heard('undraw', 3)).at(-1)?.act).toEqual({ t: 'undraw' });
  await inkIs();
  await desk.page.waitForSelector('[data-testid="draw-undo"][aria-disabled="true"]');
  // Escape takes away what is under way, then what stands, then the tool.
  const [from, to] = [await hand.at(50, 300), await hand.at(90, 340)];
  await desk.page.mouse.move(from.x, from.y);
  await desk.page.mouse.down();
  await desk.page.mouse.move(to.x, to.y, { steps: 3 });
  await expect.poll(() => hand.acts().at(-1)?.act.t).toBe('draw');
  await desk.page.keyboard.press('Escape');
  expect((await hand.heard('undraw', 4)).at(-1)?.act.stroke).toBeGreaterThan(strokes[2] ?? 0);
  await desk.page.mouse.up();
  await inkIs();
  await drag([50, 400], [90, 440]);
  await ended(5);
  await desk.page.keyboard.press('Escape');
  expect((await hand.heard('undraw', 5)).at(-1)?.act).toEqual({ t: 'undraw' });
  await desk.page.keyboard.press('Escape');
  await desk.page.waitForSelector('[data-testid="tool-look"][aria-pressed="true"]');
});

test('a stroke that is refused vanishes and says why; a piece that was lost is sent again', async () => {
  await open();
  await draws();
  await drag([50, 300], [90, 340]);
  const [first] = await ended(1);
  await desk.page.waitForSelector('[data-testid="ink"]');
  hand.answer(first?.n ?? 0, { done: false, why: 'gone' });
  await desk.sees('hand-refused', 'not on the page any more');
  await inkIs();
  const [from, on, to] = [await hand.at(50, 400), await hand.at(90, 440), await hand.at(90, 480)];
  await desk.page.mouse.move(from.x, from.y);
  await desk.page.mouse.down();
  await desk.page.mouse.move(on.x, on.y, { steps: 3 });
  const pieces = () =>
    hand.acts().flatMap(({ n, act }) => (act.t === 'draw' && act.stroke !== first?.act.stroke ? [{ n, act }] : []));
  await expect.poll(() => pieces().some(({ act }) => act.from > 0)).toBe(true);
  const before = pieces().length;
  hand.answer(pieces().at(-1)?.n ?? 0, { done: false, why: 'repeated' });
  // What comes after the answer.
  shows(stroke());
  await desk.page.waitForSelector('[data-testid="ink"][data-by="op-2"]');
  await desk.page.mouse.move(to.x, to.y, { steps: 3 });
  await expect
    .poll(() =>
      pieces()
        .slice(before)
        .some(({ act }) => act.from === 0 && act.points.length >= 4),
    )
    .toBe(true);
  await desk.page.mouse.up();
  await ended(2);
  expect((await lines()).length).toBe(2);
});

test('by finger, a second finger does nothing; the grant taken back takes the ink', async () => {
  await open();
  await draws();
  const session = await desk.page.createCDPSession();
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: (readonly [number, number])[]) => {
    const touchPoints = [];
    for (const [id, [x, y]] of points.entries()) touchPoints.push({ ...(await hand.at(x, y)), id });
    await session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  await touch('touchStart', [100, 600]);
  await touch('touchMove', [150, 620]);
  await touch('touchStart', [150, 620], [400, 600]);
  await touch('touchMove', [200, 600], [500, 620]);
  await touch('touchEnd');
  const [drawn] = await ended(1);
  const xs = drawn?.act.points.filter((_, index) => index % 2 === 0) ?? [];
  expect(Math.round(Math.max(...xs) - Math.min(...xs))).toBe(100);
  await desk.page.waitForSelector('[data-testid="ink"]');
  hand.hands([{ by: BORIS, colour: 3, grants: ['point'] }]);
  await desk.sees('hand-status', 'no longer lets you point');
  await inkIs();
});

test('what others show: pointer, frame with its note, ink, named and coloured; gone with them', async () => {
  await open();
  hand.hands(BOTH);
  const at = { node: NODE.button, x: 0.5, y: 0.5 };
  shows({ t: 'point', at, down: false });
  shows({ t: 'frame', node: NODE.text, note: 'Your name' });
  shows(stroke());
  await inkIs(OF_BORIS);
  await desk.sees('shown-pointer', 'Boris Ivanov');
  await desk.sees('shown-frame', 'Boris Ivanov: Your name');
  await desk.sees('marks-heard', 'Boris Ivanov shows something');
  const tip = await desk.page.$eval('[data-testid="shown-pointer"]', (tip) => {
    const { x, y } = tip.getBoundingClientRect();
    return { x, y, colour: getComputedStyle(tip).getPropertyValue('--who') };
  });
  const expected = await hand.at(...middle(BOX.button));
  expect(Math.abs(tip.x - expected.x) + Math.abs(tip.y - expected.y)).toBeLessThan(2);
  expect(tip.colour).toBe('#237032');
  // Of another tab, and of who may not point.
  hand.say({ t: 'shown', by: BORIS.id, tab: 2, act: stroke({ stroke: 6 }) });
  shows({ t: 'point', down: false });
  shows({ t: 'unframe' });
  shows({ t: 'undraw' });
  await inkIs();
  expect(await desk.count('shown-pointer')).toBe(0);
  shows(stroke());
  await inkIs(OF_BORIS);
  hand.hands([{ by: ME, colour: 0, grants: ['point'] }]);
  await inkIs();
});

test('what was told before the picture is there is shown in it; in a younger one it is not', async () => {
  desk = await openConsole(browser(), { hash: `#/room/${ROOM}` });
  const { relay } = desk;
  await relay.next('watch');
  // As the relay does: view, history, marks, while the picture is on its way.
  relay.send({ t: 'room', view: someRoom({ hands: BOTH }) });
  relay.send({ t: 'history', room: ROOM, from: 0, to: 1 });
  relay.send({ t: 'hand', room: ROOM, say: { t: 'shown', by: BORIS.id, tab: 1, act: stroke() } });
  relay.frame({ room: 7, tab: 1, sequence: 1 }, 'snapshot', handPage());
  await inkIs(OF_BORIS);
  desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'snapshot', handPage());
  await inkIs();
});

test('where there is little room: from the menu, and its bar is whole', async () => {
  await open({ width: 360, height: 740 });
  hand.hands(BOTH);
  await desk.click('hand-menu');
  await desk.click('tool-draw');
  await desk.page.waitForSelector('[data-testid="draw-bar"]');
  const bar = await desk.page.$eval('[data-testid="draw-bar"]', (bar) => {
    const { left, right } = bar.getBoundingClientRect();
    return { left, right };
  });
  expect(bar.left).toBeGreaterThanOrEqual(0);
  expect(bar.right).toBeLessThanOrEqual(360);
  await drag([200, 300], [600, 500]);
  await ended(1);
});
