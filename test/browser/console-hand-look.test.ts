// What the operator's tools show beside and over the picture, in the built console: where they stand, what fields open, how
// things are called, and this operator's own frame.

import { afterEach, describe, expect, test } from 'vitest';
import { HAND_COLOURS } from '../../protocol/hand.ts';
import type { ConsolePage } from '../support/console-page.ts';
import { inChromium } from '../support/each-browser.ts';
import {
  BOX,
  handPage,
  ME,
  middle,
  NODE,
  openDesk,
  type DeskOptions,
  type HandDesk,
} from '../support/hand-mirror-page.ts';

const browser = inChromium();
let desk: ConsolePage;
let hand: HandDesk;
afterEach(async () => {
  expect(desk.errors).toEqual([]);
  await desk.close();
});

const RANGE = { x: 100, y: 500, width: 400, height: 30 };
const COLOUR = { x: 600, y: 500, width: 80, height: 30 };
const CARD = { x: 900, y: 500, width: 200, height: 30 };
const ICON = { x: 100, y: 600, width: 60, height: 60 };
const at = ({ x, y, width, height }: typeof RANGE) =>
  `position:fixed;box-sizing:border-box;margin:0;padding:0;left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
const element = (id: number, tagName: string, attributes: object, childNodes: unknown[] = [], more = {}) => ({
  type: 2,
  id,
  tagName,
  attributes,
  childNodes,
  ...more,
});
const MORE = [
  element(301, 'input', { type: 'range', value: '10', style: at(RANGE) }),
  element(302, 'input', { type: 'color', value: '#2f6f9f', style: at(COLOUR) }),
  element(303, 'label', { for: 'card', style: at({ ...CARD, y: 470 }) }, [
    { type: 3, id: 304, textContent: 'card number' },
  ]),
  element(305, 'input', { id: 'card', style: at(CARD) }),
  element(306, 'button', { 'aria-label': 'Add to basket', style: at(ICON) }, [
    element(
      307,
      'svg',
      { width: '22', height: '22', viewBox: '0 0 22 22' },
      [element(308, 'path', { d: 'M0 0h22v22H0z' }, [], { isSVG: true })],
      { isSVG: true },
    ),
  ]),
];

async function open(options: DeskOptions = {}, more: readonly unknown[] = []): Promise<void> {
  ({ desk, hand } = await openDesk(browser(), options));
  if (more.length === 0) return;
  desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'snapshot', handPage(more));
  await desk.page.waitForFunction(() =>
    document.querySelector('iframe')?.contentDocument?.querySelector('input[type=range]'),
  );
}
async function click(x: number, y: number) {
  const spot = await hand.at(x, y);
  await desk.page.mouse.click(spot.x, spot.y);
}
const boxOf = (testid: string) =>
  desk.page.$eval(`[data-testid="${testid}"]`, (found) => {
    const { left, top, right, bottom, width, height } = found.getBoundingClientRect();
    return { left, top, right, bottom, width, height };
  });
const gone = (testid: string) =>
  desk.page.waitForFunction((wanted) => !document.querySelector(`[data-testid="${wanted}"]`), {}, testid);

describe('fields', () => {
  test('a slider is pressed and dragged where it is, and keys go to it', async () => {
    await open({}, MORE);
    await hand.use('control');
    const from = await hand.at(RANGE.x + RANGE.width * 0.5, RANGE.y + 15);
    const to = await hand.at(RANGE.x + RANGE.width * 0.9, RANGE.y + 15);
    await desk.page.mouse.move(from.x, from.y);
    await desk.page.mouse.down();
    await desk.page.mouse.move(to.x, to.y, { steps: 5 });
    await desk.page.mouse.up();
    const [, up] = (await hand.heard(['down', 'up'], 2)).map(({ act }) => act);
    expect(hand.acts().find(({ act }) => act.t === 'down')?.act).toMatchObject({ at: { node: 301 } });
    expect(up).toMatchObject({ t: 'up', at: { node: 301 } });
    expect(up?.at.x).toBeCloseTo(0.9, 1);
    await desk.page.keyboard.press('ArrowRight');
    expect((await hand.heard('key', 1))[0]?.act.key).toBe('ArrowRight');
    expect(await desk.count('hand-popup')).toBe(0);
  });

  test('a suggested value of a slider is still said in a popup', async () => {
    await open({}, MORE);
    await hand.use('suggest', ['suggest']);
    await click(...middle(RANGE));
    await desk.page.waitForSelector('[data-testid="hand-popup"] input[type=range]');
  });

  test('a colour is a swatch that can be pressed, with its value beside it', async () => {
    await open({}, MORE);
    await hand.use('control');
    await click(...middle(COLOUR));
    await desk.sees('hand-popup', '#2f6f9f');
    const swatch = await boxOf('hand-value');
    expect(swatch.width).toBeGreaterThanOrEqual(44);
    expect(swatch.height).toBeGreaterThanOrEqual(32);
  });

  test('a list that stands open stays in sight: its popup is below it; the key that closes it breaks nothing', async () => {
    await open();
    await hand.use('control');
    await click(BOX.many.x + 20, BOX.many.y + 10);
    await desk.page.waitForSelector('[data-testid="hand-popup"] [role="listbox"]:focus');
    const bottom = await hand.at(BOX.many.x, BOX.many.y + BOX.many.height);
    expect((await boxOf('hand-popup')).top).toBeGreaterThanOrEqual(bottom.y);
    await desk.page.keyboard.press('Enter');
    await gone('hand-popup');
    await desk.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
  });
});

describe('names', () => {
  test('what is refused is called by the label that can be read beside it, and counted by what was done', async () => {
    await open({}, MORE);
    await hand.use('control');
    await click(...middle(CARD));
    await desk.page.keyboard.type('abcd');
    await hand.heard('key', 4);
    for (const { n, act } of hand.acts())
      hand.answer(n, { done: false, why: 'masked', ...(act.t === 'move' ? {} : { what: 'text field' }) });
    await desk.sees('hand-refused', 'Card number');
    await desk.sees('hand-refused', '× 5');
    await desk.sees('hand-heard', 'Card number: This is private');
    await desk.click('hand-acts');
    expect(await desk.count('hand-act')).toBe(2);
  });

  test('a press on a picture in a button is suggested for the button', async () => {
    await open({}, MORE);
    await hand.use('suggest', ['suggest']);
    await click(ICON.x + 15, ICON.y + 30);
    const [said] = await hand.heard('suggest', 1);
    expect(said?.act.at.node).toBe(306);
    expect(said?.act.at.x).toBeCloseTo(0.25, 1);
    await click(ICON.x + 30, ICON.y + 30);
    expect((await hand.heard('suggest', 2))[1]?.act.at.node).toBe(306);
  });

  test('what is told of a part of the page goes with the page', async () => {
    await open();
    await hand.use('control');
    await click(...middle(BOX.button));
    const [down] = await hand.heard('down', 1);
    hand.answer(down?.n ?? 0, { done: false, why: 'covered', what: 'link “Teapots”' });
    await desk.sees('hand-refused', 'Teapots');
    desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'snapshot', handPage());
    await gone('hand-refused');
  });
});

describe('the bar', () => {
  test.each([1400, 1000, 900])(
    'the tools stay where they are, whatever comes beside them: %i pixels',
    async (width) => {
      await open({ width, height: 860 });
      hand.granted('point');
      const before = await boxOf('hand-tools');
      await desk.click('tool-frame');
      await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="frame"]');
      const spot = await hand.at(...middle(BOX.button));
      await desk.page.mouse.move(spot.x, spot.y);
      await desk.page.waitForSelector('[data-testid="hand-outline"]');
      await desk.page.keyboard.press('q');
      await desk.page.waitForSelector('[data-testid="quotes"]');
      expect((await boxOf('hand-tools')).left).toBe(before.left);
      hand.granted('point', 'control');
      await desk.page.waitForSelector('[data-testid="hand-release"]');
      expect((await boxOf('hand-tools')).left).toBe(before.left);
      await desk.click('tool-control');
      await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
      await click(...middle(BOX.button));
      const [down] = await hand.heard('down', 1);
      hand.answer(down?.n ?? 0, { done: true, what: 'button “Add to basket”' });
      await desk.page.waitForSelector('[data-testid="hand-acts"]');
      expect((await boxOf('hand-tools')).left).toBe(before.left);
      expect(await desk.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    },
  );

  test('control that is had is told while another tool is in use; hints carry the sign of their tool', async () => {
    await open();
    await hand.use('point');
    await desk.page.waitForSelector('[data-testid="hand-hint"] svg.lucide-mouse-pointer-2');
    const control = '[data-testid="tool-control"]';
    expect(await desk.page.$eval(control, (button) => button.getAttribute('aria-label'))).toContain('still yours');
    await desk.page.waitForSelector(`${control}[data-held="true"]`);
    await desk.click('tool-draw');
    await desk.page.waitForSelector('[data-testid="hand-hint"] svg.lucide-pencil-line');
    await desk.click('tool-control');
    await desk.page.waitForSelector(`${control}[data-held="false"]`);
    await desk.page.waitForSelector('[data-testid="hand-hint"] svg.lucide-hand');
  });

  test('words in the address bar are no address: they stay, and the visitor goes nowhere', async () => {
    await open();
    hand.granted('control');
    await desk.click('hand-go');
    await desk.page.waitForSelector('[data-testid="hand-address"]:focus');
    await desk.page.keyboard.down('Control');
    await desk.page.keyboard.press('a');
    await desk.page.keyboard.up('Control');
    await desk.page.keyboard.type('not a url at all');
    await desk.page.keyboard.press('Enter');
    await desk.sees('address', 'no address of a page');
    const value = await desk.page.$eval('[data-testid="hand-address"]', (input) => (input as HTMLInputElement).value);
    expect(value).toBe('not a url at all');
    expect(hand.acts()).toEqual([]);
  });

  test('whoever asks for control may have a long name: what they ask is there whole', async () => {
    await open();
    const by = { id: 'op-2', name: 'Александра Константиновна Богоявленская-Преображенская' };
    hand.hands([
      { by: ME, colour: 0, grants: ['control'] },
      { by, colour: 1, grants: [], wish: 'control', waitsFor: ME.id },
    ]);
    await desk.sees('hand-over', 'asks for control');
    const isWhole = await desk.page.$eval(
      '[data-testid="hand-over"] h2',
      (words) => words.scrollWidth <= words.clientWidth && words.scrollHeight <= words.clientHeight,
    );
    expect(isWhole).toBe(true);
  });
});

describe('the own frame', () => {
  async function frame() {
    await open();
    hand.hands([{ by: ME, colour: 2, grants: ['point'] }]);
    await desk.click('tool-frame');
    await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="frame"]');
    await click(...middle(BOX.button));
    await desk.page.waitForSelector('[data-testid="hand-note"]:focus');
    await desk.page.keyboard.type('This one');
    await desk.page.keyboard.press('Enter');
    await gone('hand-popup');
  }

  test('it looks as the visitor sees it, with its note', async () => {
    await frame();
    await desk.sees('hand-framed-note', `${ME.name}: This one`);
    const colour = await desk.page.$eval('[data-testid="hand-framed"]', (box) => getComputedStyle(box).outlineColor);
    const [red, green, blue] = (HAND_COLOURS[2].match(/[0-9a-f]{2}/gi) ?? []).map((part) => parseInt(part, 16));
    expect(colour).toBe(`rgb(${red}, ${green}, ${blue})`);
    const [bar, note] = [await boxOf('frame-bar'), await boxOf('hand-framed-note')];
    expect(bar.bottom <= note.top || note.bottom <= bar.top).toBe(true);
  });

  test('its bar is there for the frame tool alone, also when it has left the visitor’s window', async () => {
    await frame();
    await desk.page.waitForSelector('[data-testid="frame-bar"]');
    desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'change', [
      {
        type: 3,
        data: {
          source: 0,
          adds: [],
          removes: [],
          texts: [],
          attributes: [{ id: NODE.button, attributes: { style: 'position:absolute;top:2800px' } }],
        },
        timestamp: 1,
      },
    ]);
    await desk.page.waitForSelector('[data-testid="frame-bar"][data-way="down"]');
    await desk.click('tool-point');
    await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="point"]');
    await gone('frame-bar');
  });
});

test('a quote says once what is its name and its text', async () => {
  await open();
  await hand.use('frame', ['point']);
  const spot = await hand.at(...middle(BOX.button));
  await desk.page.mouse.move(spot.x, spot.y);
  await desk.page.waitForSelector('[data-testid="hand-outline"]');
  await desk.page.keyboard.press('q');
  await desk.click('quotes');
  await desk.sees('quote-what', 'Button “Add to basket”');
  expect(await desk.count('quote-text')).toBe(0);
});
