// Fingers on both sides: the hand on a page of a device that is touched, where pages may listen for nothing but touches; and
// an operator who has only fingers. And presses that a page pulls the ground from under.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'puppeteer';
import { launchChromium } from '../support/browsers.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { inEachBrowser } from '../support/each-browser.ts';
import { BOX, middle, NODE, openHand, ROOM, type HandDesk } from '../support/hand-mirror-page.ts';
import { openHandPage, type HandPage } from '../support/hand-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const TYPES = 'pointerdown pointermove pointerup touchstart touchmove touchend touchcancel mousedown mouseup click';
const LISTENED = `<script>
  window.log = [];
  for (const type of '${TYPES}'.split(' '))
    document.addEventListener(type, (event) => log.push(type + (event.pointerType === 'touch' ? ':touch' : '')), true);
</script>`;

/** A phone's page. */
async function openPhone(html: string): Promise<HandPage> {
  const it = await openHandPage(browser, html);
  await it.page.setViewport({ width: 390, height: 700, hasTouch: true, isMobile: true });
  await it.page.reload({ waitUntil: 'load' });
  return it;
}
async function close(it: HandPage): Promise<void> {
  expect(await it.errors()).toEqual([]);
  await it.close();
}

test('a tap: touches first, then what a browser makes of them', async () => {
  const it = await openPhone(
    `${LISTENED}<button id=b>Buy</button><input id=i><script>b.onclick = () => (window.n = (window.n || 0) + 1)</script>`,
  );
  await it.run(['move', '#b']);
  await it.read('void log.splice(0)');
  const outcomes = await it.run(['click', '#b']);
  expect(outcomes.every(({ done }) => done)).toBe(true);
  // It hovers first, as a mouse does, for menus that open so.
  expect((await it.read('log')).filter((type: string) => type !== 'pointermove')).toEqual([
    'pointerdown:touch',
    'touchstart',
    'pointerup:touch',
    'touchend',
    'mousedown',
    'mouseup',
    'click:touch',
  ]);
  expect(await it.read('n')).toBe(1);
  await it.run(['click', '#i'], ['type', 'ab']);
  expect(await it.read('i.value')).toBe('ab');
  await close(it);
});

test('a slider that knows touches only is dragged, and nothing is clicked', async () => {
  const it = await openPhone(`${LISTENED}<div id=s style="width:300px;height:40px;background:#ddd"></div><script>
    let from;
    s.addEventListener('touchstart', (event) => {
      from = event.touches[0].clientX;
      window.is = [event instanceof TouchEvent, event.touches[0].target === s, event.targetTouches.length];
    });
    s.addEventListener('touchmove', (event) => {
      event.preventDefault();
      window.by = Math.round(event.touches[0].clientX - from);
    }, { passive: false });
    s.addEventListener('touchend', (event) => (window.end = [event.touches.length, event.changedTouches.length]));
  </script>`);
  await it.run(['down', '#s', 0.1, 0.5], ['move', '#s', 0.5, 0.5], ['move', '#s', 0.8, 0.5], ['up', '#s', 0.8, 0.5]);
  expect(await it.read('[is, by, end]')).toEqual([[true, true, 1], 210, [0, 1]]);
  const log: string[] = await it.read('log');
  expect(log.filter((type) => /click|mouse/.test(type))).toEqual([]);
  expect(log.filter((type) => type === 'touchmove')).toHaveLength(2);
  await close(it);
});

test.each(['touchstart', 'touchend'])('%s prevented: no mouse, no click, no focus', async (type) => {
  const it = await openPhone(
    `${LISTENED}<input id=i><script>i.addEventListener('${type}', (event) => event.preventDefault(), { passive: false })</script>`,
  );
  await it.run(['click', '#i']);
  expect((await it.read('log')).filter((each: string) => /click|mouse/.test(each))).toEqual([]);
  expect(await it.read('document.activeElement === i')).toBe(false);
  await close(it);
});

test('a range is slid by a finger; one that is let go of is told so', async () => {
  const it = await openPhone(
    `${LISTENED}<input id=r type=range min=0 max=100 value=0 style="width:300px"><script>window.n = []; r.onchange = () => n.push(r.value)</script>`,
  );
  await it.run(['down', '#r', 0.1, 0.5], ['move', '#r', 0.9, 0.5], ['up', '#r', 0.9, 0.5]);
  const [value] = await it.read('n');
  expect(Number(value)).toBeGreaterThan(80);
  await it.run(['down', '#r', 0.5, 0.5]);
  await it.read('hand.it.letGo()');
  expect((await it.read('log')).at(-1)).toBe('touchcancel');
  await close(it);
});

inEachBrowser('a page that changes under a press', (browser) => {
  test('[G4] gone with the press: each act is answered, and the next one works', async () => {
    const it = await openHandPage(
      browser(),
      `<button id=a style="width:100px;height:40px">A</button><button id=b>B</button><script>
        a.onmousedown = () => a.remove();
        b.onclick = () => (window.n = (window.n || 0) + 1);
      </script>`,
    );
    // All three sent before the first is answered.
    const outcomes = await it.page.evaluate(async () => {
      const { it, place } = (
        window as unknown as {
          hand: { it: { perform(act: unknown): Promise<object> }; place: (on: string) => unknown };
        }
      ).hand;
      const at = place('#a');
      const acts = [
        { t: 'down', at, button: 0, clicks: 1, mods: 0 },
        { t: 'move', at, mods: 0 },
        { t: 'up', at, button: 0, mods: 0 },
      ];
      return JSON.stringify(await Promise.all(acts.map((act) => it.perform(act))));
    });
    const [down, move, up] = JSON.parse(outcomes) as { done: boolean; why?: string }[];
    expect([down?.done, move?.why, up?.why]).toEqual([true, 'gone', 'gone']);
    const next = await it.run(['click', '#b']);
    expect(next.map(({ done }) => done)).toEqual([true, true]);
    expect(await it.read('n')).toBe(1);
    expect(await it.errors()).toEqual([]);
    await it.close();
  });

  test('the wheel over a frame scrolls it, and at its end the page around it', async () => {
    const it = await openHandPage(
      browser(),
      `<iframe id=f src=/in style="width:300px;height:200px"></iframe><div style="height:3000px"></div>`,
      {
        '/in':
          '<!doctype html><body style="margin:0;height:400px"><p id=d style="position:fixed;top:50px;margin:0">in</p>',
      },
    );
    await it.run(['wheel', '#f >>> #d', 150]);
    expect(await it.read('f.contentWindow.scrollY')).toBe(150);
    expect(await it.read('scrollY')).toBe(0);
    await it.run(['wheel', '#f >>> #d', 500], ['wheel', '#f >>> #d', 100]);
    expect(await it.read('f.contentWindow.scrollY')).toBe(200);
    expect(await it.read('scrollY')).toBe(100);
    expect(await it.errors()).toEqual([]);
    await it.close();
  });

  test('a list of 1,200 options', async () => {
    const it = await openHandPage(
      browser(),
      `<select id=s></select><script>
        for (let index = 0; index < 1200; index++) s.add(new Option('Line ' + index));
        s.onchange = () => (window.n = s.value);
      </script>`,
    );
    expect(await it.last(['choose', '#s', 1150])).toMatchObject({ done: true, was: 'Line 0', now: 'Line 1150' });
    expect(await it.read('n')).toBe('Line 1150');
    await it.close();
  });
});

let desk: ConsolePage | undefined;
afterEach(async () => {
  await desk?.close();
  desk = undefined;
});

async function openTouchDesk(): Promise<{ hand: HandDesk; page: ConsolePage['page'] }> {
  desk = await openConsole(browser, { hash: `#/room/${ROOM}` });
  const { page } = desk;
  const hand = await openHand(desk);
  await hand.use('control');
  return { hand, page };
}

test('an operator’s finger: a tap, a swipe, a press that is held, a drag', async () => {
  const { hand, page } = await openTouchDesk();
  const at = await hand.at(...middle(BOX.button));
  await page.touchscreen.tap(at.x, at.y);
  const [down] = await hand.heard('down', 1);
  expect(down?.act).toMatchObject({ button: 0, clicks: 1, at: { node: NODE.button } });
  await hand.heard('up', 1);

  await page.touchscreen.touchStart(at.x, at.y);
  await page.touchscreen.touchMove(at.x, at.y - 60);
  await page.touchscreen.touchMove(at.x, at.y - 80);
  await page.touchscreen.touchEnd();
  const [wheel] = await hand.heard('wheel', 1);
  expect(wheel?.act.dy).toBeGreaterThan(50);

  // Held as long as it takes: the device says so.
  await page.evaluate(() => {
    navigator.vibrate = () => {
      document.title = 'held';
      return true;
    };
  });
  const held = async () => {
    await page.touchscreen.touchStart(at.x, at.y);
    await page.waitForFunction(() => document.title === 'held');
    await page.evaluate(() => (document.title = ''));
  };
  await held();
  await page.touchscreen.touchEnd();
  expect((await hand.heard('down', 2)).at(-1)?.act).toMatchObject({ button: 2 });
  await held();
  await page.touchscreen.touchMove(at.x + 40, at.y);
  await page.touchscreen.touchEnd();
  const ups = await hand.heard('up', 3);
  expect(ups.at(-1)?.act).toMatchObject({ button: 0 });
  const kinds = hand.acts().map(({ act }) => act.t);
  expect(kinds.slice(kinds.lastIndexOf('down'))).toEqual(['down', 'move', 'up']);
  expect(desk?.errors).toEqual([]);
});

test('an act that is not answered says so at its spot, until the answer comes', async () => {
  const { hand, page } = await openTouchDesk();
  const at = await hand.at(...middle(BOX.button));
  await page.mouse.click(at.x, at.y);
  await page.waitForSelector('[data-testid="hand-wait"][data-kind="slow"]');
  await desk?.sees('hand-wait-heard', 'has not answered yet');
  for (const { n } of hand.acts()) hand.answer(n, { done: true });
  await page.waitForFunction(() => !document.querySelector('[data-testid="hand-wait"]'));
  expect(desk?.errors).toEqual([]);
});
