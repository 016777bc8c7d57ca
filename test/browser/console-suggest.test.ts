// Suggesting, in the built console: what is sent for what the operator picks, how it waits, and how each answer is shown.

import { afterEach, expect, test } from 'vitest';
import type { ConsolePage } from '../support/console-page.ts';
import { inChromium } from '../support/each-browser.ts';
import { BOX, ME, middle, NODE, openDesk, type DeskOptions, type HandDesk } from '../support/hand-mirror-page.ts';

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
const gone = (testid: string) =>
  desk.page.waitForFunction((wanted) => !document.querySelector(`[data-testid="${wanted}"]`), {}, testid);
async function click(x: number, y: number) {
  const at = await hand.at(x, y);
  await desk.page.mouse.click(at.x, at.y);
}
const suggested = async (count: number) => (await hand.heard('suggest', count))[count - 1];
const middleOf = (node: number) => ({ node, x: 0.5, y: 0.5 });

test('the key S asks for its own grant', async () => {
  await open();
  await desk.page.keyboard.press('s');
  await expect.poll(() => hand.said()).toEqual([{ t: 'wish', grant: 'suggest' }]);
  await desk.sees('hand-status', 'let you suggest');
  hand.hands([{ by: ME, colour: 0, grants: [], wish: 'suggest' }]);
  hand.granted('suggest');
  await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="suggest"]');
  await desk.sees('hand-hint', 'only if they accept');
});

test('a click on a button is suggested at once, waits at its element, and what comes of it is told there', async () => {
  await open();
  await hand.use('suggest', ['suggest']);
  await click(...middle(BOX.button));
  const first = await suggested(1);
  expect(first?.act).toMatchObject({ at: { node: NODE.button }, does: { t: 'click' } });
  await desk.page.waitForSelector('[data-testid="hand-suggested"]');
  await desk.sees('hand-suggested-pill', 'waiting for the visitor');
  await desk.sees('hand-heard', 'waiting for the visitor');
  hand.answer(first?.n ?? 0, { done: true, what: 'button “Add to basket”' });
  await desk.sees('hand-accepted', 'Add to basket');
  await desk.sees('hand-heard', 'The visitor accepted it');
  await gone('hand-suggested');
  await gone('hand-suggested-pill');
  for (const [count, why, words] of [
    [2, 'declined', 'waved it off'],
    [3, 'no-answer', 'has not answered'],
    [4, 'masked', 'private'],
  ] as const) {
    await click(...middle(BOX.button));
    const next = await suggested(count);
    await desk.page.waitForSelector('[data-testid="hand-suggested"]');
    hand.answer(next?.n ?? 0, { done: false, why });
    await desk.page.waitForSelector(`[data-testid="hand-refused"][data-why="${why}"]`);
    await desk.sees('hand-refused', words);
    await gone('hand-suggested');
  }
  await desk.click('hand-acts');
  const acts = await desk.page.$$eval('[data-testid="hand-act"]', (lines) => lines.map((line) => line.textContent));
  expect(acts.length).toBe(4);
  expect(acts[1]).toContain('Suggestion');
  expect(acts[2]).toContain('waved it off');
  expect(acts[3]).toContain('The visitor accepted it');
});

test('taken back by the button, by Escape, and with the tool', async () => {
  await open();
  await hand.use('suggest', ['suggest']);
  const back = async (how: () => Promise<unknown>, count: number) => {
    await click(...middle(BOX.button));
    await desk.page.waitForSelector('[data-testid="hand-suggested"]');
    const waiting = await suggested(count);
    await how();
    await hand.heard('unsuggest', count);
    hand.answer(waiting?.n ?? 0, { done: false, why: 'withdrawn' });
    await gone('hand-suggested');
    expect(await desk.count('hand-refused')).toBe(0);
  };
  await back(() => desk.click('hand-unsuggest'), 1);
  await back(() => desk.page.keyboard.press('Escape'), 2);
  await desk.page.waitForSelector('[data-testid="tool-suggest"][aria-pressed="true"]');
  await back(() => desk.click('tool-look'), 3);
});

test('for a field the operator says what should stand there', async () => {
  await open();
  await hand.use('suggest', ['suggest']);
  await click(...middle(BOX.text));
  await desk.page.waitForSelector('[data-testid="hand-text"]');
  expect(await desk.page.$eval('[data-testid="hand-text"]', (field) => (field as HTMLInputElement).value)).toBe('');
  await desk.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'hand-text');
  await desk.page.keyboard.type('Anna Weber');
  await desk.page.keyboard.press('Enter');
  expect((await suggested(1))?.act).toEqual({
    t: 'suggest',
    at: middleOf(NODE.text),
    does: { t: 'text', text: 'Anna Weber' },
  });
  await desk.sees('hand-suggested', 'Anna Weber');
  await gone('hand-popup');
});

test('a list and a picker: their value is suggested, not set', async () => {
  await open();
  await hand.use('suggest', ['suggest']);
  await click(...middle(BOX.select));
  await desk.page.waitForSelector('[data-testid="hand-option"]');
  await desk.page.click('[data-testid="hand-option"][data-index="2"]');
  expect((await suggested(1))?.act).toEqual({
    t: 'suggest',
    at: middleOf(NODE.select),
    does: { t: 'choose', options: [2] },
  });
  await click(...middle(BOX.date));
  await desk.page.waitForSelector('[data-testid="hand-value"]');
  await desk.page.$eval('[data-testid="hand-value"]', (field) => {
    (field as HTMLInputElement).value = '2026-12-24';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await desk.click('hand-send');
  expect((await suggested(2))?.act).toEqual({
    t: 'suggest',
    at: middleOf(NODE.date),
    does: { t: 'set', value: '2026-12-24' },
  });
  expect(hand.acts().some(({ act }) => act.t === 'choose' || act.t === 'set')).toBe(false);
});

test('the grant is taken back while one waits', async () => {
  await open();
  await hand.use('suggest', ['suggest']);
  await click(...middle(BOX.button));
  await desk.page.waitForSelector('[data-testid="hand-suggested"]');
  hand.granted();
  await desk.sees('hand-status', 'no longer lets you suggest');
  const { n = 0 } = (await suggested(1)) ?? {};
  hand.answer(n, { done: false, why: 'withdrawn' });
  await gone('hand-suggested');
});

test('in the menu of a narrow window', async () => {
  await open({ width: 390, height: 780 });
  hand.granted('suggest');
  await desk.click('hand-menu');
  await desk.click('tool-suggest');
  await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="suggest"]');
});
