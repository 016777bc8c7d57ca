// Watching a room in the built console: the picture, what lies over it, tabs, repair, and coming back.

import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { createEventEncoder } from '../../protocol/event-encoder.ts';
import type { RoomView } from '../../protocol/messages.ts';
import { launchChromium } from '../support/browsers.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { OPERATOR, someRoom, somePage } from '../support/stand-in-relay.ts';

let browser: Browser;
let desk: ConsolePage;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(() => desk.close());

const ROOM = 'room-1';
const [firstTab] = someRoom().tabs;
if (!firstTab) throw new Error('someRoom has a tab');
const two = {
  tabs: [firstTab, { ...firstTab, tab: 2, title: 'Basket', url: 'https://nordkaffee.example/basket', visible: false }],
};

/** The room as told and painted, one frame per tab. */
async function watch(view: Partial<RoomView> = {}): Promise<void> {
  await desk.relay.next('watch');
  const room = someRoom(view);
  desk.relay.send({ t: 'room', view: room });
  desk.relay.send({ t: 'history', room: ROOM, from: 0, to: room.tabs.length });
  room.tabs.forEach((tab, index) =>
    desk.relay.frame({ room: room.number, tab: tab.tab, sequence: index + 1 }, 'snapshot', somePage(`Tab ${tab.tab}`)),
  );
  await overlay('none');
}

async function overlay(kind: string): Promise<void> {
  await desk.page.waitForFunction(
    (wanted) => document.querySelector('[data-testid="watch"]')?.getAttribute('data-overlay') === wanted,
    {},
    kind,
  );
}

/** Headings of the mirrored pages that are in sight. */
async function pictures(): Promise<string[]> {
  const texts: string[] = [];
  for (const frame of desk.page.frames()) {
    if (frame === desk.page.mainFrame()) continue;
    const element = await frame.frameElement();
    if (!(await element?.isVisible())) continue;
    // The mirror's frames run no scripts, so they are read from the console's own document.
    const text = await element?.evaluate(
      (node) => (node as HTMLIFrameElement).contentDocument?.querySelector('h1')?.textContent,
    );
    if (text) texts.push(text);
  }
  return texts;
}

test('the picture, the address, the size and who watches', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch({
    watchers: [
      { id: OPERATOR.id, name: OPERATOR.name },
      { id: 'x', name: 'Boris Ivanov' },
    ],
  });
  expect(await pictures()).toEqual(['Tab 1']);
  await desk.sees('address', 'nordkaffee.example');
  await desk.sees('viewport', '1280 × 720');
  expect(await desk.page.$eval('[data-testid="watchers"]', (face) => face.getAttribute('aria-label'))).toContain(
    'You, Boris Ivanov',
  );
  await desk.page.waitForFunction(
    () => document.querySelector('[data-testid="quality"]')?.getAttribute('data-quality') === 'good',
  );
  await desk.click('quality');
  await desk.sees('rtt-theirs', '38 ms');
  await desk.sees('elements', '4');
  expect(desk.errors).toEqual([]);
});

test.each([
  ['en', 0, 0, 'Capture takes less than 1 ms of each second of the visitor’s page now.', ''],
  ['en', 3, 0, 'Capture takes 3 ms of each second of the visitor’s page now.', ''],
  ['en', 61, 1, 'Capture takes 61 ms of each second', 'the pointer is shown less often'],
  ['en', 80, 2, 'Capture takes 80 ms of each second', 'the pointer and scrolling are shown less often'],
  ['en', 250, 3, 'Capture takes 250 ms of each second', 'the pointer, scrolling and animations are shown less often'],
  ['ru', 61, 3, 'Показ занимает сейчас 61 мс из каждой секунды', 'указатель, прокрутка и анимации показываются реже'],
] as const)('what the view costs the page, and what is given up for that: %s, %i ms, level %i', async (...given) => {
  const [language, ms, level, says, thinned] = given;
  desk = await openConsole(browser, { hash: `#/room/${ROOM}`, language });
  const tabs = (cost: unknown) => [{ ...firstTab, cost }] as RoomView['tabs'];
  await watch();
  await desk.click('quality');
  await desk.page.waitForSelector('[data-testid="elements"]');
  expect(await desk.count('cost')).toBe(0);
  desk.relay.send({ t: 'room', view: someRoom({ tabs: tabs({ ms, level }) }) });
  await desk.sees('cost', says);
  await desk.sees('cost', thinned);
  if (!thinned) expect(await desk.page.$eval('[data-testid="cost"]', (line) => line.textContent?.trim())).toBe(says);

  // What makes no sense is not taken in, and what came before stays.
  await desk.page.evaluate(() => {
    const line = document.querySelector('[data-testid="cost"]');
    if (line)
      new MutationObserver(() => (document.title = 'another cost')).observe(line, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
  });
  for (const wrong of [{ ms: 3, level: 4 }, { ms: 5000, level: 0 }, { ms: '<b>', level: 0 }, { ms: 3 }])
    desk.relay.send({ t: 'room', view: someRoom({ tabs: tabs(wrong), visitorRttMs: 99 }) });
  desk.relay.send({ t: 'room', view: someRoom({ tabs: tabs({ ms, level }), visitorRttMs: 41 }) });
  await desk.sees('rtt-theirs', '41');
  await desk.sees('cost', says);
  expect(await desk.page.title()).not.toBe('another cost');
  // Of a page that is not shown it says nothing.
  desk.relay.send({ t: 'room', view: someRoom({ tabs: tabs({ ms, level }), state: 'paused' }) });
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="cost"]'));
  expect(desk.errors).toEqual([]);
});

test('a button says what it does, to whoever points at it and whoever reaches it by key', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  const says = (button: string, elsewhere: string) =>
    desk.page.waitForFunction(
      (wanted, other) => {
        const tips = [...document.querySelectorAll('.tooltip')].map((tip) => tip.textContent);
        const described = document.querySelector(`[data-testid="${wanted}"]`)?.getAttribute('aria-describedby');
        const before = document.querySelector(`[data-testid="${other}"]`)?.getAttribute('aria-describedby') ?? '';
        return tips.length === 1 && tips[0] && document.getElementById(described ?? '') && before === '';
      },
      {},
      button,
      elsewhere,
    );
  await desk.page.hover('[data-testid="scale-actual"]');
  await says('scale-actual', 'leave');
  await desk.page.hover('[data-testid="leave"]');
  await says('leave', 'scale-actual');
  await desk.page.mouse.move(5, 700);
  await desk.page.waitForFunction(() => document.querySelector('.tooltip') === null);
  await desk.page.focus('[data-testid="scale-fit"]');
  await desk.page.keyboard.press('Tab');
  await says('scale-actual', 'leave');
  expect(desk.errors).toEqual([]);
});

test('what the fragment of the address names is the target', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  const at = (fragment: string) =>
    desk.relay.send({
      t: 'room',
      view: someRoom({ tabs: [{ ...firstTab, url: `https://nordkaffee.example/${fragment}` }] }),
    });
  const isTarget = (expected: boolean) =>
    desk.page.waitForFunction(
      (wanted) =>
        document.querySelector('iframe')?.contentDocument?.querySelector('h1')?.hasAttribute(':target') === wanted,
      {},
      expected,
    );
  await isTarget(false);
  at('#heading');
  await isTarget(true);
  at('');
  await isTarget(false);
  expect(desk.errors).toEqual([]);
});

test('follows the visitor to another tab, looks at one, comes back', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch(two);
  expect(await pictures()).toEqual(['Tab 1']);
  desk.relay.send({ t: 'room', view: someRoom({ ...two, active: 2 }) });
  await desk.page.waitForSelector('[data-testid="room-tab"][data-tab="2"][aria-selected="true"]');
  expect(await pictures()).toEqual(['Tab 2']);
  await desk.sees('address', '/basket');
  await desk.page.click('[data-testid="room-tab"][data-tab="1"]');
  await desk.page.waitForSelector('[data-testid="follow"]');
  expect(await pictures()).toEqual(['Tab 1']);
  await desk.click('follow');
  await desk.page.waitForSelector('[data-testid="room-tab"][data-tab="2"][aria-selected="true"]');
  expect(await pictures()).toEqual(['Tab 2']);
  expect(desk.errors).toEqual([]);
});

test('waiting, paused, lost: said over the picture, and gone when it goes on', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await desk.relay.next('watch');
  await overlay('waiting');
  desk.relay.send({ t: 'room', view: someRoom({ state: 'waiting' }) });
  await desk.sees('overlay', 'Waiting for the picture');
  desk.relay.send({ t: 'history', room: ROOM, from: 0, to: 1 });
  desk.relay.frame({ room: 7, tab: 1, sequence: 1 }, 'snapshot', somePage('Here'));
  desk.relay.send({ t: 'room', view: someRoom() });
  await overlay('none');
  desk.relay.send({ t: 'room', view: someRoom({ state: 'paused' }) });
  await desk.sees('overlay', 'Paused by the visitor');
  desk.relay.send({ t: 'room', view: someRoom({ state: 'lost' }) });
  await desk.sees('grace', 'Kept open for another 1:');
  desk.relay.send({ t: 'room', view: someRoom() });
  await overlay('none');
  expect(await pictures()).toEqual(['Here']);
  expect(desk.errors).toEqual([]);
});

test('[RM16] the picture of another document is not shown under a new address', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch(two);
  await overlay('none');
  const tabs = two.tabs.map((tab) =>
    tab.tab === 1 ? { ...tab, url: 'https://nordkaffee.example/next', blank: true } : tab,
  );
  desk.relay.send({ t: 'room', view: someRoom({ ...two, tabs, state: 'waiting', notices: ['capture-failed'] }) });
  await desk.sees('address', '/next');
  await desk.sees('overlay', 'Waiting for the picture');
  await desk.page.waitForSelector('[data-testid="overlay"].bare');
  expect(await desk.count('room-notice')).toBe(1);
  desk.relay.frame({ room: 7, tab: 1, sequence: 3 }, 'snapshot', somePage('Next'));
  desk.relay.send({ t: 'room', view: someRoom(two) });
  await overlay('none');
  expect(await pictures()).toEqual(['Next']);
  expect(desk.errors).toEqual([]);
});

test('[RM15] a head is answered, so that the relay knows what has come', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  desk.relay.send({ t: 'head', room: ROOM, sequence: 1 });
  expect(await desk.relay.next('have')).toMatchObject({ room: ROOM, sequence: 1 });
});

test.each([
  ['visitor', 'stopped showing'],
  ['lost', 'did not come back'],
  ['failed', 'could not go on'],
] as const)('ended by %s: why, and the way back', async (ended, words) => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  desk.relay.send({ t: 'room', view: someRoom({ state: 'ended', ended }) });
  await desk.sees('overlay', words);
  await desk.click('back');
  await desk.page.waitForSelector('[data-testid="code-open"]');
  await desk.isAt('#/visitors');
});

test('a room that is not there any more', async () => {
  desk = await openConsole(browser, { hash: '#/room/long-gone' });
  await desk.relay.next('watch');
  desk.relay.send({ t: 'refused', what: 'watch', why: 'no-such-room', about: 'long-gone' });
  await desk.sees('overlay', 'has ended');
});

test('a hole in the sequence is asked for again', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  desk.relay.frame({ room: 7, tab: 1, sequence: 3 }, 'change', []);
  expect(await desk.relay.next('history')).toEqual({ t: 'history', room: ROOM, from: 1 });
});

test('after a lost link it goes on from the last frame', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'change', []);
  // The count of received updates says that the frame has arrived.
  desk.relay.send({ t: 'head', room: ROOM, sequence: 2 });
  await desk.page.waitForNetworkIdle();
  desk.relay.refuse();
  desk.relay.drop();
  await overlay('own-link');
  desk.relay.admit();
  expect(await desk.relay.next('watch')).toEqual({ t: 'watch', room: ROOM, answersHeads: true, number: 7, from: 2 });
  await overlay('returning');
  desk.relay.send({ t: 'room', view: someRoom() });
  await overlay('none');
  expect(await pictures()).toEqual(['Tab 1']);
  expect(desk.errors).toEqual([]);
});

test('a reload comes back to the same room, and to the others that were open', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  await desk.page.evaluate(() => (location.hash = '#/room/room-2'));
  expect((await desk.relay.next('watch')).room).toBe('room-2');
  await desk.page.reload();
  const rooms = [(await desk.relay.next('watch')).room, (await desk.relay.next('watch')).room];
  expect(rooms.sort()).toEqual(['room-1', 'room-2']);
  expect(await desk.count('nav-room')).toBe(2);
  expect(desk.errors).toEqual([]);
});

test('a picture stays while the operator looks at the list, without a new one', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  await desk.click('nav-visitors');
  await desk.page.waitForSelector('[data-testid="code-open"]');
  expect(await pictures()).toEqual([]);
  await desk.click('nav-room');
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="code-open"]'));
  expect(await pictures()).toEqual(['Tab 1']);
  expect(desk.relay.heard.filter((message) => message.t === 'watch')).toHaveLength(1);
});

test('leaving is for oneself; ending asks first when others watch', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch({
    watchers: [
      { id: OPERATOR.id, name: OPERATOR.name },
      { id: 'x', name: 'Boris Ivanov' },
    ],
  });
  await desk.click('end');
  await desk.page.waitForFunction(() => document.body.textContent?.includes('Boris Ivanov will lose the picture'));
  expect(desk.relay.heard.some((message) => message.t === 'end')).toBe(false);
  await desk.click('confirm-yes');
  expect(await desk.relay.next('end')).toEqual({ t: 'end', room: ROOM });
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="confirm"]'));
  await desk.click('leave');
  expect(await desk.relay.next('leave')).toEqual({ t: 'leave', room: ROOM });
  await desk.isAt('#/visitors');
  expect(desk.errors).toEqual([]);
});

test('alone with the visitor, ending takes two presses; a double click, a key held down or Escape is none', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  const hasEnded = () => desk.relay.heard.some((message) => message.t === 'end');
  const isArmed = (armed: boolean) =>
    desk.page.waitForSelector(`[data-testid="end"][data-armed="${armed}"]`, { visible: true });
  await desk.page.click('[data-testid="end"]', { count: 2 });
  await isArmed(true);
  await desk.sees('end', 'Press again');
  await desk.page.keyboard.press('Escape');
  await isArmed(false);
  await desk.page.keyboard.down('Enter');
  await desk.page.keyboard.down('Enter');
  await desk.page.keyboard.up('Enter');
  await isArmed(true);
  expect(hasEnded()).toBe(false);
  await desk.page.keyboard.press('Enter');
  expect(await desk.relay.next('end')).toEqual({ t: 'end', room: ROOM });
  expect(desk.errors).toEqual([]);
});

test('a visitor whose line falls silent: the operator is told that the picture is old', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  // As the relay does while the line works.
  desk.relay.send({ t: 'room', view: someRoom() });
  await overlay('none');
  expect(await desk.page.$('[data-testid="room-notice"]')).toBeNull();
  await desk.page.waitForSelector('[data-testid="room-notice"][data-kind="old"]');
  await overlay('none');
  desk.relay.send({ t: 'room', view: someRoom() });
  await desk.page.waitForFunction(() => !document.querySelector('[data-testid="room-notice"]'));
  expect(desk.errors).toEqual([]);
});

test.each([360, 700, 1100])('the second press of ending is where the first one was, at %i px', async (width) => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}`, width, language: 'ru' });
  await watch({ watchers: [{ id: OPERATOR.id, name: OPERATOR.name }] });
  await desk.page.waitForFunction(
    () => document.querySelector('[data-testid="quality"]')?.getAttribute('data-quality') === 'good',
  );
  const box = () =>
    desk.page.$eval('[data-testid="end"]', (button) => {
      const { top, right } = button.getBoundingClientRect();
      return { top, right };
    });
  const before = await box();
  await desk.click('end');
  await desk.page.waitForSelector('[data-testid="end"][data-armed="true"]');
  expect(await box()).toEqual(before);
});

test.each([
  [{ id: OPERATOR.id, name: OPERATOR.name }, 'You ended the view.'],
  [{ id: 'x', name: 'Boris Ivanov' }, 'Boris Ivanov ended the view.'],
  [undefined, 'An operator ended the view.'],
])('ended by an operator: by whom, %j', async (endedBy, words) => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  desk.relay.send({
    t: 'room',
    view: someRoom({ state: 'ended', ended: 'operator', ...(endedBy ? { endedBy } : {}) }),
  });
  await desk.sees('overlay', words);
});

test('what could not be shown is said once and can be put away', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch({ notices: ['page-too-large', 'page-too-large', 'assets-skipped'] });
  expect(await desk.count('room-notice')).toBe(2);
  await desk.page.click('[data-testid="room-notice"] button');
  expect(await desk.count('room-notice')).toBe(1);
});

test('a message or frame that makes no sense does not stop the view', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  // A message of a later protocol.
  desk.relay.send({ t: 'sparkle' } as never);
  desk.relay.frame({ room: 4711, tab: 1, sequence: 1 }, 'snapshot', somePage('Other room'));
  desk.relay.send({ t: 'room', view: someRoom({ state: 'paused' }) });
  await overlay('paused');
  desk.relay.send({ t: 'room', view: someRoom() });
  await overlay('none');
  expect(await pictures()).toEqual(['Tab 1']);
  expect(desk.errors).toEqual([]);
});

test.each([360, 768, 1440])('nothing sticks out sideways at %i px', async (width) => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}`, width, language: 'ru' });
  await watch({ ...two, notices: ['assets-skipped'] });
  expect(await desk.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  for (const testid of ['leave', 'end', 'quality', 'address'])
    expect(
      await desk.page.$eval(`[data-testid="${testid}"]`, (element) => element.getBoundingClientRect().right),
      testid,
    ).toBeLessThanOrEqual(width);
});

test('at 200 % zoom the picture keeps room, whatever has to be said above it', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}`, width: 640, height: 400 });
  await watch({ ...two, notices: ['page-too-large', 'assets-skipped', 'capture-failed'] });
  const height = await desk.page.$eval('[data-testid="mirror"]', (mirror) => mirror.getBoundingClientRect().height);
  expect(height).toBeGreaterThan(100);
  const hidden = await desk.page.$$eval('[role="toolbar"] button', (buttons) =>
    buttons.filter((button) => button.getBoundingClientRect().right > innerWidth).map((button) => button.outerHTML),
  );
  expect(hidden).toEqual([]);
});

test('of many tabs the one on screen is in sight and can be read', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}`, width: 700 });
  const tabs = Array.from({ length: 20 }, (_, n) => ({ ...firstTab, tab: n + 1, title: `Page number ${n + 1}` }));
  await watch({ tabs, active: 18 });
  const seen = await desk.page.$eval('[role="tab"][aria-selected="true"]', (tab) => {
    const { left, right, width } = tab.getBoundingClientRect();
    const strip = tab.parentElement?.getBoundingClientRect();
    return { isInside: !!strip && left >= strip.left - 1 && right <= strip.right + 1, width };
  });
  expect(seen.isInside).toBe(true);
  expect(seen.width).toBeGreaterThan(100);
});

test('[RM19] changes that can’t be read: the console asks for a snapshot, shows what it has, and goes on with what comes', async () => {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  await watch();
  const { number } = someRoom();
  desk.relay.frame({ room: number, tab: 1, sequence: 2 }, 'change', new Uint8Array([255, 1, 2, 3]));
  expect(await desk.relay.next('refresh')).toEqual({ t: 'refresh', room: ROOM, tab: 1 });
  expect(await pictures()).toEqual(['Tab 1']);
  const events = createEventEncoder().encode(somePage('Anew') as unknown[], true);
  desk.relay.frame({ room: number, tab: 1, sequence: 3 }, 'snapshot', events);
  await vi.waitUntil(async () => (await pictures())[0] === 'Anew', { timeout: 30_000 });
  expect(desk.errors).toEqual([]);
});
