// The operator's hand in the built console: tools and their grants, what is sent for what the operator does on the picture,
// and how each answer is shown. The page's own side is the engine's tests' business.

import { afterEach, expect, test } from 'vitest';
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
afterEach(() => desk.close());

async function open(options: DeskOptions = {}): Promise<void> {
  ({ desk, hand } = await openDesk(browser(), options));
}

const gone = (testid: string) =>
  desk.page.waitForFunction((wanted) => !document.querySelector(`[data-testid="${wanted}"]`), {}, testid);
const isPressed = (tool: string, pressed = true) =>
  desk.page.waitForSelector(`[data-testid="tool-${tool}"][aria-pressed="${pressed}"]`);
async function click(x: number, y: number, options: Parameters<ConsolePage['page']['mouse']['click']>[2] = {}) {
  const at = await hand.at(x, y);
  await desk.page.mouse.click(at.x, at.y, options);
}

test('a tool without its grant asks for it by itself, and is in use when the visitor says yes', async () => {
  await open();
  await desk.click('tool-control');
  await expect.poll(() => hand.said()).toEqual([{ t: 'wish', grant: 'control' }]);
  await desk.sees('hand-status', 'Waiting for the visitor');
  expect(await desk.count('hand-layer')).toBe(0);
  hand.hands([{ by: ME, colour: 0, grants: [], wish: 'control' }]);
  hand.granted('control');
  await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
  await gone('hand-status');
  await desk.sees('hand-hint', 'Escape twice');
  await desk.sees('hand-heard', 'Escape twice');
  expect(desk.errors).toEqual([]);
});

test('a wish is withdrawn, and another tool takes its place', async () => {
  await open();
  await desk.click('tool-point');
  await desk.click('hand-cancel');
  await expect.poll(() => hand.said()).toEqual([{ t: 'wish', grant: 'point' }, { t: 'unwish' }]);
  await isPressed('look');
  await desk.click('tool-frame');
  await desk.click('tool-point');
  await desk.click('tool-control');
  await expect
    .poll(() => hand.said().slice(2))
    .toEqual([{ t: 'wish', grant: 'point' }, { t: 'unwish' }, { t: 'wish', grant: 'control' }]);
});

test('the visitor says no: told in its place, asked again from there', async () => {
  await open();
  await desk.click('tool-point');
  await expect.poll(() => hand.said().length).toBe(1);
  hand.say({ t: 'denied', grant: 'point' });
  await desk.sees('hand-status', 'said no');
  await desk.sees('hand-heard', 'said no');
  await desk.click('hand-again');
  await expect
    .poll(() => hand.said())
    .toEqual([
      { t: 'wish', grant: 'point' },
      { t: 'wish', grant: 'point' },
    ]);
  hand.hands([{ by: ME, colour: 0, grants: [], wish: 'point' }]);
  hand.hands([{ by: ME, colour: 0, grants: [] }]);
  await desk.sees('hand-status', 'has not answered');
  await desk.click('hand-dismiss');
  await gone('hand-status');
  await isPressed('look');
});

test('letters choose a tool, but not where one types and not in control', async () => {
  await open();
  hand.granted('point', 'control');
  await desk.page.keyboard.press('p');
  await isPressed('point');
  await desk.page.keyboard.press('f');
  await isPressed('frame');
  await desk.page.keyboard.press('v');
  await isPressed('look');
  await desk.page.keyboard.press('c');
  await desk.page.waitForFunction(() => document.activeElement?.getAttribute('data-testid') === 'hand-keys');
  await desk.page.keyboard.press('v');
  expect((await hand.heard('key', 1))[0]?.act).toEqual({ t: 'key', key: 'v', code: 'KeyV', mods: 0 });
  await isPressed('control');
});

test.each(['fit', 'actual'] as const)('a click is a press and a letting go at the place: %s', async (scale) => {
  await open();
  await desk.click(`scale-${scale}`);
  await hand.use('control');
  await click(150, 110);
  // In a shadow root, and on a page that is scrolled.
  await click(425, 140);
  await click(150, 375);
  const acts = (await hand.heard(['down', 'up'], 6)).map(({ act }) => act);
  const shares = acts.map(({ at }) => [at.node, at.x.toFixed(1), at.y.toFixed(1)]);
  const button = [NODE.button, '0.3', '0.2'];
  const inShadow = [NODE.inShadow, '0.3', '0.8'];
  const far = [NODE.far, '0.3', '0.8'];
  expect(shares).toEqual([button, button, inShadow, inShadow, far, far]);
  expect(acts.map(({ t }) => t)).toEqual(['down', 'up', 'down', 'up', 'down', 'up']);
  expect(acts[0]).toMatchObject({ t: 'down', button: 0, clicks: 1, mods: 0 });
  // What it was aimed at, and that the numbers go up by themselves.
  const all = hand.acts();
  expect(all.map(({ n }) => n)).toEqual(all.map((_, index) => index + 1));
  expect(all.every(({ seen, tab }) => seen === 1 && tab === 1)).toBe(true);
  expect(desk.errors).toEqual([]);
});

test('second clicks, other buttons, held keys, and a drag that leaves the picture', async () => {
  await open();
  await hand.use('control');
  await click(150, 110, { count: 2 });
  await click(150, 370, { button: 'right' });
  await desk.page.keyboard.down('Shift');
  await click(150, 110, { button: 'middle' });
  await desk.page.keyboard.up('Shift');
  const presses = (await hand.heard('down', 4)).map(({ act }) => [act.button, act.clicks, act.mods]);
  expect(presses).toEqual([
    [0, 1, 0],
    [0, 2, 0],
    [2, 1, 0],
    [1, 1, 8],
  ]);
  const from = await hand.at(150, 110);
  await desk.page.mouse.move(from.x, from.y);
  await desk.page.mouse.down();
  await desk.page.mouse.move(from.x, 5, { steps: 3 });
  await desk.page.mouse.up();
  const ups = await hand.heard('up', 5);
  expect(ups[4]?.act.at.y).toBeLessThan(1);
  expect(hand.acts().at(-1)?.act.t).toBe('up');
});

test('the pointer moves once a frame, and not where nothing changed', async () => {
  await open();
  await hand.use('point');
  const at = await hand.at(150, 110);
  await desk.page.mouse.move(at.x, at.y);
  await hand.heard('point', 1);
  await desk.page.mouse.move(at.x, at.y);
  await desk.page.mouse.down();
  await desk.page.mouse.up();
  await desk.page.mouse.move(5, 300);
  await expect.poll(() => hand.acts().at(-1)?.act).toEqual({ t: 'point', down: false });
  const told = hand.acts().map(({ act }) => (act.t === 'point' ? [act.at?.node, act.down] : []));
  expect(told).toEqual([
    [NODE.button, false],
    [NODE.button, true],
    [NODE.button, false],
    [undefined, false],
  ]);
});

test('a frame: its element is outlined, a note is typed at the spot, and a second click takes it away', async () => {
  await open();
  await hand.use('frame');
  await click(...middle(BOX.button));
  await desk.page.waitForSelector('[data-testid="hand-note"]:focus');
  await desk.page.keyboard.press('Escape');
  await gone('hand-popup');
  expect(hand.acts()).toEqual([]);
  await click(...middle(BOX.button));
  await desk.page.waitForSelector('[data-testid="hand-note"]:focus');
  await desk.page.keyboard.type('Press this');
  await desk.page.keyboard.press('Enter');
  expect((await hand.heard('frame', 1))[0]?.act).toEqual({ t: 'frame', node: NODE.button, note: 'Press this' });
  await desk.page.waitForSelector('[data-testid="hand-framed"]');
  const [expected, shown] = await Promise.all([
    hand.at(BOX.button.x, BOX.button.y),
    desk.page.$eval('[data-testid="hand-framed"]', (frame) => {
      const { left, top } = frame.getBoundingClientRect();
      return { left, top };
    }),
  ]);
  expect(Math.abs(shown.left - expected.x) + Math.abs(shown.top - expected.y)).toBeLessThan(2);
  await click(...middle(BOX.button));
  await hand.heard('unframe', 1);
  await gone('hand-framed');
  await desk.page.keyboard.press('Escape');
  await isPressed('look');
});

test('keys, text of an input method and what is pasted go in order', async () => {
  await open();
  await hand.use('control');
  await desk.page.waitForSelector('[data-testid="hand-keys"]:focus');
  const session = await desk.page.createCDPSession();
  await desk.page.keyboard.type('a');
  await desk.page.keyboard.down('Shift');
  await desk.page.keyboard.press('B');
  await desk.page.keyboard.up('Shift');
  await session.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  await session.send('Input.imeSetComposition', { text: '日本', selectionStart: 2, selectionEnd: 2 });
  await session.send('Input.insertText', { text: '日本' });
  await desk.page.keyboard.press('Enter');
  await desk.page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'two\nlines');
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  });
  await desk.page.keyboard.down('Control');
  await desk.page.keyboard.press('a');
  await desk.page.keyboard.up('Control');
  await desk.page.keyboard.press('Tab');
  const acts = (await hand.heard(['key', 'text'], 7)).map(({ act }) =>
    act.t === 'key' ? [act.key, act.mods] : [act.text, act.isPasted],
  );
  expect(acts).toEqual([
    ['a', 0],
    ['B', 8],
    ['日本', false],
    ['Enter', 0],
    ['two\nlines', true],
    ['a', 2],
    ['Tab', 0],
  ]);
  await expect
    .poll(() => desk.page.$eval('[data-testid="hand-keys"]', (field) => (field as HTMLTextAreaElement).value))
    .toBe('');
});

test('the wheel is gathered, and scrolls the visitor’s page and not the picture', async () => {
  await open();
  await desk.click('scale-actual');
  await hand.use('control');
  const at = await hand.at(150, 110);
  await desk.page.mouse.move(at.x, at.y);
  await desk.page.mouse.wheel({ deltaY: 120 });
  await desk.page.mouse.wheel({ deltaY: 120 });
  const sum = () => hand.acts().reduce((all, { act }) => all + (act.t === 'wheel' ? act.dy : 0), 0);
  await expect.poll(sum).toBe(240);
  expect((await hand.heard('wheel', 1))[0]?.act).toMatchObject({ at: { node: NODE.button }, dx: 0, mods: 0 });
});

test('a list opens at the spot, and what is chosen in it is sent', async () => {
  await open();
  await hand.use('control');
  await click(...middle(BOX.select));
  await desk.page.waitForSelector('[data-testid="hand-popup"] [role="listbox"]:focus');
  // Past the one that can't be chosen.
  await desk.page.keyboard.press('ArrowDown');
  await desk.page.keyboard.press('Enter');
  expect((await hand.heard('choose', 1))[0]?.act).toEqual({ t: 'choose', node: NODE.select, options: [2] });
  await desk.page.waitForSelector('[data-testid="hand-keys"]:focus');
  await click(...middle(BOX.many));
  await desk.page.waitForSelector('[data-testid="hand-popup"] [role="listbox"]:focus');
  await desk.page.click('[data-testid="hand-option"][data-index="2"]');
  await desk.click('hand-choose');
  expect((await hand.heard('choose', 2))[1]?.act).toEqual({ t: 'choose', node: NODE.many, options: [1, 2] });
  // The list was the console's: no press of it reaches the page.
  expect(hand.acts().some(({ act }) => act.t === 'down' || act.t === 'up')).toBe(false);
});

test('a list that was open is gone with another picture: its numbers are another page’s', async () => {
  await open();
  await hand.use('control');
  await click(...middle(BOX.select));
  await desk.page.waitForSelector('[data-testid="hand-popup"]');
  desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'snapshot', handPage());
  await gone('hand-popup');
  expect(desk.errors).toEqual([]);
});

test('a field with a picker is filled in at the spot; for a file there are two ways', async () => {
  await open();
  await hand.use('control');
  await click(...middle(BOX.date));
  await desk.page.waitForSelector('[data-testid="hand-value"]:focus');
  expect(await desk.page.$eval('[data-testid="hand-value"]', (input) => (input as HTMLInputElement).value)).toBe(
    '2026-11-21',
  );
  await desk.page.keyboard.type('12242026');
  await desk.click('hand-send');
  expect((await hand.heard('set', 1))[0]?.act).toEqual({ t: 'set', node: NODE.date, value: '2026-12-24' });
  await click(...middle(BOX.file));
  await desk.sees('hand-popup', 'Ask the visitor to choose a file');
  expect(hand.acts().filter(({ act }) => act.t === 'set')).toHaveLength(1);
});

test('what is refused is told at the spot, aloud, and kept in the list; what is done only shows', async () => {
  await open();
  await hand.use('control');
  await click(...middle(BOX.button));
  const [down] = await hand.heard('down', 1);
  const [up] = await hand.heard('up', 1);
  hand.answer(down?.n ?? 0, { done: true, what: 'Add to basket' });
  hand.answer(up?.n ?? 0, { done: true });
  await desk.page.waitForSelector('[data-testid="hand-done"]');
  await click(...middle(BOX.inShadow));
  const [, second] = await hand.heard('down', 2);
  hand.answer(second?.n ?? 0, { done: false, why: 'covered', what: 'Cookie notice' });
  await desk.sees('hand-refused', 'Something lies over it');
  await desk.sees('hand-refused', 'Cookie notice');
  await desk.sees('hand-heard', 'Something lies over it');
  const spot = await hand.at(...middle(BOX.inShadow));
  const label = await desk.page.$eval('[data-testid="hand-refused"]', (mark) => {
    const { left, right, top } = mark.getBoundingClientRect();
    return { left, right, top };
  });
  expect(label.left).toBeLessThan(spot.x);
  expect(label.right).toBeGreaterThan(spot.x);
  expect(label.top - spot.y).toBeLessThan(60);
  await desk.click('hand-acts');
  await desk.page.waitForSelector('[data-testid="hand-act"][data-why="covered"]');
  expect(
    await desk.page.$$eval('[data-testid="hand-act"]', (all) => all.map((each) => each.getAttribute('data-why'))),
  ).toEqual(['covered', 'done']);
  await gone('hand-refused');
});

test('Escape twice leaves control, and so does F6; the first one is the page’s', async () => {
  await open();
  await hand.use('control');
  await desk.page.waitForSelector('[data-testid="hand-keys"]:focus');
  await desk.page.keyboard.press('Escape');
  await desk.page.keyboard.press('Escape');
  await isPressed('look');
  expect((await hand.heard('key', 1)).map(({ act }) => act.key)).toEqual(['Escape']);
  await desk.page.keyboard.press('c');
  await desk.page.waitForSelector('[data-testid="hand-keys"]:focus');
  await desk.page.keyboard.press('F6');
  await isPressed('look');
  // The grant stays until it is given back.
  await desk.click('hand-release');
  await expect.poll(() => hand.said().at(-1)).toEqual({ t: 'release', grant: 'control' });
});

test('control that is taken back, or goes to a colleague, is lost at once and said', async () => {
  await open();
  await hand.use('control');
  hand.hands([{ by: ME, colour: 0, grants: ['point'] }]);
  await gone('hand-layer');
  await desk.sees('hand-status', 'took control back');
  await isPressed('look');
  await hand.use('control');
  await gone('hand-status');
  const boris = { id: 'op-2', name: 'Boris Ivanov' };
  hand.hands([
    { by: ME, colour: 0, grants: ['point'] },
    { by: boris, colour: 0, grants: ['control'] },
  ]);
  await desk.sees('hand-status', 'Boris Ivanov controls the page now');
  await desk.click('hand-dismiss');
  await desk.sees('hand-controller', 'Boris Ivanov controls the page');
  expect(desk.errors).toEqual([]);
});

test('while the link is down nothing is lost silently; numbers begin again with a new one', async () => {
  await open();
  await hand.use('control');
  await desk.page.waitForSelector('[data-testid="hand-keys"]:focus');
  await desk.page.keyboard.type('ab');
  await hand.heard('key', 2);
  desk.relay.refuse();
  desk.relay.drop();
  await desk.page.waitForSelector('[data-testid="overlay"][data-kind="own-link"]');
  await desk.page.keyboard.type('c');
  await desk.sees('hand-refused', 'was not sent');
  await desk.sees('hand-heard', 'was not sent');
  desk.relay.admit();
  await desk.relay.next('watch');
  hand.granted('control');
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="overlay"]'));
  // What had been sent before and was not answered.
  await desk.sees('hand-refused', 'before the answer came');
  await desk.page.keyboard.type('d');
  const last = (await hand.heard('key', 3)).at(-1);
  expect(last).toMatchObject({ n: 1, act: { key: 'd' } });
  expect(desk.errors).toEqual([]);
});

test('from the address bar: back, reload, and another page of the site', async () => {
  await open();
  expect(await desk.count('hand-back')).toBe(0);
  hand.granted('control');
  await desk.click('hand-back');
  await desk.click('hand-reload');
  await desk.click('hand-go');
  await desk.page.waitForSelector('[data-testid="hand-address"]:focus');
  await desk.page.keyboard.type('javascript:alert(1)');
  await desk.page.keyboard.press('Enter');
  await desk.sees('address', 'no address of a page');
  await desk.page.keyboard.down('Control');
  await desk.page.keyboard.press('a');
  await desk.page.keyboard.up('Control');
  await desk.page.keyboard.type('/basket');
  await desk.page.keyboard.press('Enter');
  const acts = (await hand.heard(['go', 'visit'], 3)).map(({ act }) => act);
  expect(acts).toEqual([
    { t: 'go', to: 'back' },
    { t: 'go', to: 'reload' },
    { t: 'visit', url: 'https://nordkaffee.example/basket' },
  ]);
});

test('where there is little room the tools are one menu', async () => {
  await open({ width: 390, height: 780 });
  await desk.click('hand-menu');
  await desk.click('tool-point');
  await expect.poll(() => hand.said()).toEqual([{ t: 'wish', grant: 'point' }]);
  hand.granted('point');
  await desk.page.waitForSelector('[data-testid="hand-layer"][data-tool="point"]');
  expect(desk.errors).toEqual([]);
});
