// Ink on the visitor's page, against a stand-in relay: it is where its element is, takes no clicks, fades, and goes with
// whoever drew it.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Act, type Grant, type Hands, HAND_COLOURS } from '../../protocol/hand.ts';
import { capturedId } from '../support/captured-id.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { until, visitState } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, type WidgetPage } from '../support/widget-page.ts';
import { ANNA, BORIS, beSeen, closeWidgetSite, openWidgetSite, outcome, said, say } from '../support/widget-site.ts';
import { textFrom } from '../support/wire-text.ts';

const BODY = `<button id="buy" style="position:absolute;left:300px;top:200px;width:120px;height:40px">Buy</button>
  <p style="position:absolute;top:3000px;left:40px;width:200px">Far down</p>
  <div id="list" style="position:absolute;left:600px;top:400px;width:200px;height:100px;overflow:auto">
    <p id="inside" style="margin:0;height:40px">Inside</p><div style="height:500px"></div></div>
  <script>window.clicks = 0; buy.addEventListener('click', () => clicks++);</script>`;

type Draw = Act & { t: 'draw' };
type Line = { by: string; x: number; y: number; width: number; height: number; hidden: boolean; opacity: number };

inEachBrowser('ink', (browser, name) => {
  const once = onceIn(name);
  let relay: VisitorRelay;
  let site: Site;
  let visitor: WidgetPage;
  let number = 0;

  beforeEach(async () => {
    number = 0;
    ({ relay, site, visitor } = await openWidgetSite(browser(), (snippet) => ({
      '/': { html: `<!doctype html><html lang="en"><title>Page</title>${snippet}${BODY}` },
    })));
  });
  afterEach(() => closeWidgetSite({ relay, site, visitor }));

  const act = (tab: Tab, act: Act, by = ANNA.id) => {
    const n = ++number;
    say(tab, { t: 'act', by, n, act });
    return n;
  };
  const done = async (tab: Tab, said: Act, by = ANNA.id) => outcome(tab, act(tab, said, by));

  /** Seen by Anna and Boris, who may both point. */
  async function viewed(): Promise<Tab> {
    await visitor.page.goto(site.url);
    const tab = await until(() => relay.tabs[0]);
    await beSeen(visitor, tab, { watchers: [ANNA, BORIS] });
    const hands: Hands = [];
    for (const [colour, by] of [ANNA, BORIS].entries()) {
      tell(tab, [...hands, { by, colour, grants: [], wish: 'point' }]);
      await visitor.click(ALLOW);
      await until(() => said(tab).some((s) => s.t === 'grant' && s.operator === by.id && s.on));
      await visitor.noUi('.ask');
      hands.push({ by, colour, grants: ['point'] });
      tell(tab, hands);
    }
    await until(async () => (await visitor.textOf('.granted')).includes('Boris'));
    return tab;
  }
  const tell = (tab: Tab, hands: Hands) => say(tab, { t: 'hands', hands });
  const may = (tab: Tab, ...grants: Grant[]) => tell(tab, [{ by: ANNA, colour: 0, grants }]);
  const stroke = async (tab: Tab, change: Partial<Draw> & { on?: string } = {}): Promise<Draw> => {
    const { on = 'buy', ...more } = change;
    const node = await until(() => capturedId(tab.frames, on));
    return {
      t: 'draw',
      stroke: 1,
      shape: 'pen',
      fades: false,
      node,
      from: 0,
      points: [-10, -10, 130, 50],
      isDone: true,
      ...more,
    };
  };
  /** Every stroke that stands, by its colour. */
  const lines = async (): Promise<Line[]> =>
    (await visitor.ui('.hand')).evaluate((layer, [anna]) => {
      const found: Line[] = [];
      for (const group of layer.querySelectorAll<SVGElement>('.ink g')) {
        // The line itself: browsers do not agree whether its box has its thickness.
        const path = group.lastElementChild as SVGPathElement;
        const box = path.getBBox();
        const { a = 1, e = 0, f = 0 } = path.getScreenCTM() ?? {};
        const [x, y, width, height] = [e + a * box.x, f + a * box.y, a * box.width, a * box.height];
        const by = group.style.getPropertyValue('--who') === anna ? 'anna' : 'boris';
        const { display, opacity } = getComputedStyle(group);
        found.push({ by, x, y, width, height, hidden: display === 'none', opacity: Number(opacity) });
      }
      return found;
    }, HAND_COLOURS);
  const near = (one: number, other: number) => Math.abs(one - other) < 1;
  const lineAt = (x: number, y: number) =>
    until(async () => (await lines()).some((line) => !line.hidden && near(line.x, x) && near(line.y, y)));
  const count = (wanted: number) => until(async () => (await lines()).length === wanted);

  test('is where its element is: scrolled, moved, and in a fresh picture', async () => {
    const tab = await viewed();
    expect(await done(tab, await stroke(tab))).toEqual({ done: true });
    await lineAt(290, 190);
    const [line] = await lines();
    expect([line?.width, line?.height].map((side) => Math.round(side ?? 0))).toEqual([140, 60]);
    await visitor.page.evaluate(() => scrollTo(0, 120));
    await lineAt(290, 70);
    await visitor.page.evaluate(() => {
      const buy = document.querySelector<HTMLElement>('#buy');
      if (buy) buy.style.left = '500px';
    });
    await lineAt(490, 70);
    tab.send({ t: 'snapshot', when: 'now' });
    await visitor.page.evaluate(() => scrollTo(0, 60));
    await lineAt(490, 130);
    await visitor.page.evaluate(() => document.querySelector('#buy')?.remove());
    await until(async () => (await lines()).every(({ hidden }) => hidden));
  });

  test('live while it is drawn; pieces are answered only when they are refused', async () => {
    const tab = await viewed();
    act(tab, await stroke(tab, { points: [0, 0, 10, 0], isDone: false }));
    await lineAt(300, 200);
    act(tab, await stroke(tab, { from: 2, points: [100, 0], isDone: false }));
    await until(async () => near((await lines())[0]?.width ?? 0, 100));
    const lost = act(tab, await stroke(tab, { from: 9, points: [1, 1], isDone: false }));
    expect(await outcome(tab, lost)).toEqual({ done: false, why: 'repeated' });
    expect(said(tab).filter((s) => s.t === 'handled')).toHaveLength(1);
    // Whole, at another element.
    expect(await done(tab, await stroke(tab, { on: 'inside', points: [5, 5, 50, 30] }))).toEqual({ done: true });
    await lineAt(605, 405);
    await count(1);
    const missing = await stroke(tab, { stroke: 2, node: 999_999 });
    expect(await done(tab, missing)).toEqual({ done: false, why: 'gone' });
    // A stroke that was begun and whose end is refused is not left behind.
    act(tab, await stroke(tab, { stroke: 3, isDone: false }));
    await count(2);
    expect((await done(tab, { ...missing, stroke: 3 })).why).toBe('gone');
    await count(1);
  });

  test('of several operators, each in their colour; undo of one stroke, clear of all of one', async () => {
    const tab = await viewed();
    const shapes = [{ shape: 'arrow' }, { shape: 'box' }] as const;
    for (const [index, shape] of shapes.entries()) await done(tab, await stroke(tab, { stroke: index, ...shape }));
    await done(tab, await stroke(tab, { stroke: 1 }), BORIS.id);
    await until(async () => (await lines()).map(({ by }) => by).join() === 'anna,anna,boris');
    expect(await done(tab, { t: 'undraw', stroke: 1 })).toEqual({ done: true });
    await until(async () => (await lines()).map(({ by }) => by).join() === 'anna,boris');
    await done(tab, { t: 'undraw' });
    await until(async () => (await lines()).map(({ by }) => by).join() === 'boris');
    await done(tab, { t: 'undraw' }, BORIS.id);
    await count(0);
  });

  test('takes no clicks, moves nothing, is in no picture, and is told once to who cannot see it', async () => {
    const tab = await viewed();
    const extent = () =>
      visitor.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]);
    const before = await extent();
    const frames = tab.frames.length;
    await done(tab, await stroke(tab, { points: [60, 20, 5000, 20] }));
    await lineAt(360, 220);
    await visitor.page.mouse.click(360, 220);
    expect(await visitor.page.evaluate(() => (window as unknown as { clicks: number }).clicks)).toBe(1);
    expect(await extent()).toEqual(before);
    await until(async () => (await visitor.textOf('.hand .said')) === 'Anna draws on this page');
    await (
      await visitor.ui('.hand .said')
    ).evaluate((region) => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, { childList: true });
    });
    await done(tab, await stroke(tab, { stroke: 2 }));
    await done(tab, await stroke(tab, { stroke: 1 }), BORIS.id);
    await until(async () => (await visitor.textOf('.hand .said')) === 'Boris draws on this page');
    const heard = await visitor.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard.filter(Boolean)).toEqual(['Boris draws on this page']);
    expect(textFrom(tab.frames, frames)).not.toMatch(/"class":"ink|--who/);
  });

  once('is hidden while its element is scrolled out of its box', async () => {
    const tab = await viewed();
    await done(tab, await stroke(tab, { on: 'inside', points: [0, 0, 100, 30] }));
    await lineAt(600, 400);
    const scroll = (to: number) =>
      visitor.page.evaluate((to) => document.querySelector('#list')?.scrollTo({ top: to, behavior: 'instant' }), to);
    await scroll(20);
    await lineAt(600, 380);
    await scroll(60);
    await until(async () => (await lines())[0]?.hidden);
    await scroll(0);
    await lineAt(600, 400);
  });

  once(
    'ink that fades pales and goes, other ink stays; where motion is not wanted it goes without paling',
    async () => {
      const tab = await viewed();
      await visitor.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'no-preference' }]);
      const watch = async () =>
        (await visitor.ui('.hand .ink')).evaluate((ink) => {
          const seen: number[] = [];
          Object.assign(window, { seen });
          const [fading] = ink.children;
          const look = () => {
            if (!fading?.isConnected) return;
            seen.push(Number(getComputedStyle(fading).opacity));
            requestAnimationFrame(look);
          };
          look();
        });
      const seen = () => visitor.page.evaluate(() => (window as unknown as { seen: number[] }).seen);
      await done(tab, await stroke(tab, { stroke: 1, fades: true }));
      await done(tab, await stroke(tab, { stroke: 2 }));
      await count(2);
      await watch();
      await count(1);
      expect((await seen()).some((opacity) => opacity > 0 && opacity < 1)).toBe(true);
      expect((await seen())[0]).toBe(1);
      await done(tab, { t: 'undraw' });
      await count(0);
      await visitor.page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
      await done(tab, await stroke(tab, { stroke: 3, fades: true }));
      await count(1);
      await watch();
      await count(0);
      expect(new Set(await seen())).toEqual(new Set([1]));
      // Without ink the page's frames are its own.
      const frames = await visitor.page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const own = window.requestAnimationFrame.bind(window);
            let asked = 0;
            window.requestAnimationFrame = (task) => (asked++, own(task));
            own(() => own(() => own(() => ((window.requestAnimationFrame = own), resolve(asked)))));
          }),
      );
      expect(frames).toBe(0);
    },
  );

  once('is hidden during a pause, and there again after it', async () => {
    const tab = await viewed();
    await done(tab, await stroke(tab));
    await lineAt(290, 190);
    await visitor.click('.badge .hold');
    await visitor.ui('.hand[hidden]');
    expect((await done(tab, await stroke(tab, { stroke: 2 }))).why).toBe('paused');
    await visitor.click('.badge .hold');
    tab.send({ t: 'visit', visit: visitState({ watchers: [ANNA, BORIS] }) });
    await visitor.ui('.hand:not([hidden])');
    await lineAt(290, 190);
  });

  once('goes with its grant: taken back by the visitor, or over by the relay’s word', async () => {
    const tab = await viewed();
    await done(tab, await stroke(tab));
    await done(tab, await stroke(tab), BORIS.id);
    await count(2);
    await visitor.click('.granted button');
    await count(1);
    expect((await done(tab, await stroke(tab, { stroke: 2 }))).why).toBe('not-granted');
    expect((await lines())[0]?.by).toBe('boris');
    may(tab);
    await count(0);
  });

  once('an operator who is away leaves what is done, and not what is under way', async () => {
    const tab = await viewed();
    await done(tab, await stroke(tab, { stroke: 1 }));
    act(tab, await stroke(tab, { stroke: 2, isDone: false }));
    await count(2);
    say(tab, { t: 'away', by: ANNA.id });
    await count(1);
  });
});
