// The hand as the visitor lives it: asked for, allowed or not, seen, taken back; what operators point at, and that nothing
// is done which the visitor has not allowed.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Act, Grant, Hands } from '../../protocol/hand.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { snippetFor, startSite, until, visitState } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { capturedId } from '../support/captured-id.ts';
import { ALLOW, clickByScript, type WidgetPage } from '../support/widget-page.ts';
import { ANNA, beSeen, closeWidgetSite, openWidgetSite, outcome, said, say } from '../support/widget-site.ts';
import { textFrom } from '../support/wire-text.ts';

const BODY = `<button id="buy" style="position:absolute;left:300px;top:200px;width:120px;height:40px">Buy</button>
  <p id="far" style="position:absolute;top:3000px;left:40px;width:200px">Far down</p>
  <div id="middle" style="position:fixed;left:495px;top:345px;width:10px;height:10px"></div>
  <div id="list" style="position:absolute;left:600px;top:400px;width:200px;height:100px;overflow:auto">
    <p id="inside" style="margin:0;height:40px">Inside</p><div style="height:500px"></div></div>
  <input id="field" style="position:absolute;left:300px;top:100px">
  <script nonce="r4nd0m">
    window.clicks = []; buy.addEventListener('click', (event) => clicks.push(event.isTrusted));
  </script>`;

inEachBrowser('the hand', (browser, name) => {
  const once = onceIn(name);
  let relay: VisitorRelay;
  let site: Site;
  let visitor: WidgetPage;
  let number = 0;

  beforeEach(async () => {
    number = 0;
    ({ relay, site, visitor } = await openWidgetSite(browser(), (snippet) => ({
      '/frame': { html: '<!doctype html><input id="inner">' },
      '/': {
        html: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title>${snippet}${BODY}`,
      },
    })));
  });
  afterEach(() => closeWidgetSite({ relay, site, visitor }));

  const tell = (tab: Tab, grants: Grant[], wish?: Grant) => {
    const hands: Hands = [wish ? { by: ANNA, colour: 0, grants, wish } : { by: ANNA, colour: 0, grants }];
    say(tab, { t: 'hands', hands });
  };
  const act = (tab: Tab, act: Act) => {
    const n = ++number;
    say(tab, { t: 'act', by: ANNA.id, n, act });
    return n;
  };
  const granted = (tab: Tab) =>
    said(tab).flatMap((s) => (s.t === 'grant' ? [`${s.grant} ${s.on ? 'on' : 'off'}`] : []));
  const idOf = (tab: Tab, id: string) => until(() => capturedId(tab.frames, id));
  const clicks = () => visitor.page.evaluate(() => (window as unknown as { clicks: boolean[] }).clicks);

  /** Seen by Anna. */
  async function viewed(): Promise<Tab> {
    await visitor.page.goto(site.url);
    const tab = await until(() => relay.tabs[0]);
    await allowed(tab);
    return tab;
  }
  async function allowed(tab: Tab, room = 'room-1'): Promise<void> {
    await beSeen(visitor, tab, { room });
  }
  async function viewedWith(...grants: Grant[]): Promise<Tab> {
    const tab = await viewed();
    for (const grant of grants) {
      tell(tab, [], grant);
      await visitor.click(ALLOW);
      await until(() => granted(tab).includes(`${grant} on`));
      await visitor.noUi('.ask');
    }
    tell(tab, grants);
    await visitor.ui('.granted button');
    return tab;
  }
  const place = async (tab: Tab, id: string) => ({ node: await idOf(tab, id), x: 0.5, y: 0.5 });
  const boxOf = async (selector: string) =>
    (await visitor.ui(selector)).evaluate((element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x, y, width, height };
    });
  /** Waits until the pointer's tip is there. */
  const pointerAt = (x: number, y: number) =>
    until(async () => {
      const box = await boxOf('.hand .tip');
      return Math.abs(box.x - x) < 1 && Math.abs(box.y - y) < 1;
    });
  const pressEscapeTwice = async () => {
    await visitor.page.keyboard.press('Escape');
    await visitor.page.keyboard.press('Escape');
  };

  once('nothing of it is loaded until an operator asks for more than to look', async () => {
    const tab = await viewed();
    expect(relay.requests.some((path) => path.includes('/hand'))).toBe(false);
    tell(tab, [], 'point');
    await visitor.ui('.ask');
    expect(relay.requests.filter((path) => path.includes('/hand')).length).toBe(2);
    expect(relay.requests.some((path) => path.includes('hand-words-ru'))).toBe(false);
  });

  test('[RM1] asked for in plain words; allowed by a trusted click, and said in the badge with a way out', async () => {
    const tab = await viewed();
    tell(tab, [], 'control');
    const allow = await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toBe('Anna asks to use the mouse and keyboard on this page');
    expect(await visitor.textOf('.ask')).toContain('Passwords, payment fields and hidden places');
    await clickByScript(allow);
    expect(await visitor.hasUi('.ask')).toBe(true);
    expect(granted(tab)).toEqual([]);
    await allow.click();
    await until(() => granted(tab).length > 0);
    expect(granted(tab)).toEqual(['control on']);
    await visitor.noUi('.ask');
    tell(tab, ['control']);
    await expect.poll(() => visitor.textOf('.granted .said')).toBe('Anna controls this page');
    expect(await visitor.textOf('.granted div p')).toBe('Anna');
    const stop = await visitor.ui('.granted button');
    expect(await stop.evaluate((button) => [button.textContent, button.getAttribute('aria-label')])).toEqual([
      'control',
      'Stop control: Anna',
    ]);
  });

  once(
    '"not now" and Escape refuse; the question goes when the wish is withdrawn, and comes when there is a new one',
    async () => {
      const tab = await viewed();
      tell(tab, [], 'point');
      await visitor.click('.answers .side');
      await until(() => granted(tab).length === 1);
      await visitor.noUi('.ask');
      tell(tab, []);
      tell(tab, [], 'point');
      await visitor.ui('.ask');
      await visitor.page.keyboard.press('Escape');
      await until(() => granted(tab).length === 2);
      expect(granted(tab)).toEqual(['point off', 'point off']);
      tell(tab, []);
      tell(tab, [], 'control');
      await visitor.ui('.ask');
      tell(tab, []);
      await visitor.noUi('.ask');
      expect(granted(tab)).toHaveLength(2);
    },
  );

  once('no question during a pause: it waits', async () => {
    const tab = await viewed();
    await visitor.click('.badge .hold');
    await visitor.ui('.badge.paused');
    tell(tab, [], 'point');
    await until(() => relay.requests.some((path) => path.includes('hand-words')));
    await visitor.page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
    expect(await visitor.hasUi('.ask')).toBe(false);
    await visitor.click('.badge .hold');
    tab.send({ t: 'visit', visit: visitState() });
    await visitor.ui('.ask');
  });

  test('taken back by the button: at once, before the relay says so; a forged click does nothing', async () => {
    const tab = await viewedWith('control');
    const at = await place(tab, 'buy');
    const stop = await visitor.ui('.granted button');
    await stop.evaluate(
      (button) =>
        new Promise<void>((done) =>
          setTimeout(() => {
            button.click();
            done();
          }),
        ),
    );
    expect(await outcome(tab, act(tab, { t: 'down', at, button: 0, clicks: 1, mods: 0 }))).toMatchObject({
      done: true,
    });
    await visitor.ui('.hand .tip');
    await stop.click();
    await until(() => granted(tab).includes('control off'));
    await visitor.noUi('.hand .tip');
    expect(await visitor.hasUi('.granted button')).toBe(false);
    const late = await outcome(tab, act(tab, { t: 'down', at, button: 0, clicks: 1, mods: 0 }));
    expect(late).toEqual({ done: false, why: 'not-granted' });
    expect(tab.heard.some((m) => m.t === 'stop')).toBe(false);
  });

  once('the badge gives way to what an operator frames', async () => {
    const tab = await viewedWith('point');
    await visitor.page.setViewport({ width: 390, height: 780 });
    const far = await idOf(tab, 'far');
    await visitor.page.evaluate(() => scrollTo(0, 3000 - innerHeight + 120));
    await visitor.ui('.badge[data-corner=bl]');
    expect(await outcome(tab, act(tab, { t: 'frame', node: far, note: '' }))).toEqual({ done: true });
    await visitor.ui('.badge[data-corner^=t]');
  });

  test('taken back by Escape twice, which the page gets all the same; by forged keys it is not', async () => {
    const tab = await viewedWith('control');
    await visitor.page.evaluate(
      () =>
        new Promise<void>((done) =>
          setTimeout(() => {
            Object.assign(window, { escapes: 0 });
            addEventListener('keydown', () => (window as unknown as { escapes: number }).escapes++);
            for (let press = 0; press < 2; press++)
              document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
            done();
          }),
        ),
    );
    expect(await visitor.hasUi('.granted button')).toBe(true);
    await visitor.page.focus('#field');
    await pressEscapeTwice();
    await until(() => granted(tab).includes('control off'));
    expect(await visitor.page.evaluate(() => (window as unknown as { escapes: number }).escapes)).toBe(4);
    expect(await visitor.hasUi('.granted button')).toBe(false);
  });

  test('Escape twice is heard at our own buttons, and in a frame of the page', async () => {
    const tab = await viewedWith('point', 'control');
    await (await visitor.ui('.badge .hold')).focus();
    await pressEscapeTwice();
    await until(() => granted(tab).includes('control off'));
    expect(granted(tab)).not.toContain('point off');
    tell(tab, ['point']);
    await visitor.noUi('.granted .control');
    expect(await visitor.textOf('.granted div div')).toBe('pointing');
    await visitor.page.evaluate(
      () =>
        new Promise((done) => {
          const frame = document.createElement('iframe');
          frame.onload = done;
          frame.src = '/frame';
          document.body.append(frame);
        }),
    );
    const inner = await until(() => visitor.page.frames().find((frame) => frame.url().endsWith('/frame')));
    await inner.evaluate(() => document.querySelector<HTMLElement>('#inner')?.focus());
    await pressEscapeTwice();
    await until(() => granted(tab).includes('point off'));
  });

  once('each grant of each operator is shown, and taken back by itself', async () => {
    const tab = await viewedWith('point', 'suggest', 'control');
    const boris: Hands[number] = { by: { id: 'op-2', name: 'Boris'.repeat(8) }, colour: 1, grants: [] };
    const anna: Hands[number] = { by: ANNA, colour: 0, grants: ['point', 'suggest', 'control'] };
    say(tab, { t: 'hands', hands: [anna, { ...boris, wish: 'point' }] });
    await visitor.click(ALLOW);
    await visitor.noUi('.ask');
    say(tab, { t: 'hands', hands: [anna, { ...boris, grants: ['point'] }] });
    const lines = async () =>
      (await visitor.ui('.granted')).evaluate((granted) =>
        [...granted.querySelectorAll(':scope > div')].map((line) =>
          [...line.querySelectorAll('p, button')].map((each) => each.textContent).join(' '),
        ),
      );
    await expect.poll(lines).toEqual(['Anna control suggestions pointing', `${boris.by.name} pointing`]);
    expect(await visitor.textOf('.granted .said')).toBe(`${boris.by.name} can point at this page`);
    for (const width of [360, 1000]) {
      await visitor.page.setViewport({ width, height: 640 });
      const box = await boxOf('.badge');
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.height).toBeLessThan(300);
      const buttons = await (
        await visitor.ui('.granted')
      ).evaluate((granted) =>
        [...granted.querySelectorAll('button')].map((button) => {
          const { left, right, height } = button.getBoundingClientRect();
          return { left, right, height };
        }),
      );
      for (const { left, right, height } of buttons) {
        expect(left).toBeGreaterThanOrEqual(box.x);
        expect(right).toBeLessThanOrEqual(box.x + box.width);
        expect(height).toBeGreaterThanOrEqual(24);
      }
    }
    await outcome(tab, act(tab, { t: 'frame', node: await idOf(tab, 'buy'), note: 'Here' }));
    const suggest = await visitor.ui('.granted .suggest');
    // The one that stays has been made once.
    const point = await visitor.ui('.granted .point');
    await suggest.click();
    await until(() => granted(tab).includes('suggest off'));
    expect(granted(tab).filter((each) => each.endsWith('off'))).toEqual(['suggest off']);
    await expect.poll(lines).toEqual(['Anna control pointing', `${boris.by.name} pointing`]);
    expect(await point.evaluate((button) => button.isConnected)).toBe(true);
    expect(await visitor.hasUi('.hand .tag')).toBe(true);
    await (await visitor.ui('.granted .control')).focus();
    await visitor.page.keyboard.press('Tab');
    await visitor.page.keyboard.press('Enter');
    await expect.poll(lines).toEqual(['Anna control', `${boris.by.name} pointing`]);
    await visitor.noUi('.hand .tag');
    await pressEscapeTwice();
    await expect.poll(lines).toEqual([`${boris.by.name} pointing`]);
    await pressEscapeTwice();
    await visitor.noUi('.granted button');
  });

  test('Escape twice, once in the page and once in a frame that is younger', async () => {
    const tab = await viewedWith('control');
    await visitor.page.evaluate(
      () =>
        new Promise<void>((done) => {
          const frame = document.createElement('iframe');
          frame.onload = () => done();
          frame.src = '/frame';
          document.body.append(frame);
          const goIn = () => frame.contentWindow?.document.querySelector<HTMLElement>('#inner')?.focus();
          document.querySelector('#field')?.addEventListener('keydown', goIn);
        }),
    );
    tell(tab, ['control']);
    await visitor.page.focus('#field');
    await pressEscapeTwice();
    await until(() => granted(tab).includes('control off'));
  });

  once('it holds over a page load, by what is stored here; in another room it does not', async () => {
    await viewedWith('control');
    relay.welcome = () => ({ visit: visitState({ resume: 'resume-2' }) });
    await visitor.page.reload();
    const second = await until(() => relay.tabs[1]);
    tell(second, ['control']);
    await visitor.ui('.granted .control');
    const done = await outcome(
      second,
      act(second, { t: 'down', at: await place(second, 'buy'), button: 0, clicks: 1, mods: 0 }),
    );
    expect(done.done).toBe(true);
    expect(granted(second)).toEqual([]);

    const kept = await visitor.page.evaluate(() => localStorage.getItem('tandem:shop:hand') ?? '');
    expect(kept).toContain('room-1');
    await visitor.click('.badge .halt');
    await visitor.noUi('.badge');
    await visitor.page.evaluate((kept) => localStorage.setItem('tandem:shop:hand', kept), kept);
    relay.welcome = () => ({});
    await visitor.page.reload();
    const third = await until(() => relay.tabs[2]);
    await allowed(third, 'room-2');
    tell(third, ['control']);
    const refused = await outcome(third, act(third, { t: 'key', key: 'a', code: 'KeyA', mods: 0 }));
    expect(refused).toEqual({ done: false, why: 'not-granted' });
    await until(() => granted(third).includes('control off'));
    expect(await visitor.hasUi('.granted button')).toBe(false);
  });

  once('a relay that knows nothing any more is told again; what it knew and does not any more is over', async () => {
    await viewedWith('control');
    relay.welcome = () => ({ visit: visitState() });
    await visitor.page.reload();
    const second = await until(() => relay.tabs[1]);
    await visitor.ui('.badge.viewed');
    tell(second, []);
    await until(() => granted(second).includes('control on'));
    tell(second, ['control']);
    await visitor.ui('.granted .control');
    // Given back.
    tell(second, []);
    await visitor.noUi('.granted .control');
    await visitor.page.reload();
    const third = await until(() => relay.tabs[2]);
    await visitor.ui('.badge.viewed');
    tell(third, [], 'point');
    await visitor.ui('.ask');
    expect(granted(third)).toEqual([]);
  });

  once('stored with the visit, and gone with it', async () => {
    await viewedWith('point');
    const stored = () => visitor.page.evaluate(() => localStorage.getItem('tandem:shop:hand'));
    expect(await stored()).toContain('op-1');
    await visitor.click('.badge .halt');
    await visitor.noUi('.badge');
    expect(await stored()).toBeNull();
  });

  test('the pointer is drawn where the element is, also after a scroll and when it moves by itself', async () => {
    const tab = await viewedWith('point');
    act(tab, { t: 'point', at: await place(tab, 'buy'), down: false });
    await pointerAt(360, 220);
    expect(await visitor.textOf('.hand .who')).toBe('Anna');
    await visitor.page.evaluate(() => scrollTo(0, 120));
    await pointerAt(360, 100);
    await visitor.page.evaluate(() => {
      const buy = document.querySelector<HTMLElement>('#buy');
      if (buy) buy.style.left = '500px';
    });
    await pointerAt(560, 100);
    // A picture of the page begins anew: its elements have other numbers.
    tab.send({ t: 'snapshot', when: 'now' });
    await visitor.page.evaluate(() => scrollTo(0, 60));
    await pointerAt(560, 160);
    act(tab, { t: 'point', at: await place(tab, 'buy'), down: true });
    await visitor.ui('.hand .ring');
    await visitor.noUi('.hand .ring');
    act(tab, { t: 'point', down: false });
    await visitor.noUi('.hand .tip');
    expect(said(tab).some((s) => s.t === 'handled')).toBe(false);
  });

  test('a frame with a note sticks to its element; out of sight it says where; nothing of it takes a click', async () => {
    const tab = await viewedWith('point');
    const node = await idOf(tab, 'buy');
    const before = tab.frames.length;
    expect(await outcome(tab, act(tab, { t: 'frame', node, note: 'Press <b>here</b>' }))).toEqual({ done: true });
    expect(await visitor.textOf('.hand .tag')).toBe('AnnaPress <b>here</b>');
    await until(async () => (await visitor.textOf('.hand .said')) === 'Anna shows: Press <b>here</b>');
    const around = async (x: number, y: number) =>
      until(async () => {
        const box = await boxOf('.hand .box');
        return Math.abs(box.x - (x - 5)) < 1 && Math.abs(box.y - (y - 5)) < 1 && Math.abs(box.width - 130) < 1;
      });
    await around(300, 200);
    await visitor.page.evaluate(() => scrollTo(0, 100));
    await around(300, 100);
    const tag = await boxOf('.hand .tag');
    await visitor.page.mouse.click(360, 120);
    await visitor.page.mouse.click(tag.x + 5, tag.y + 5);
    expect(await clicks()).toEqual([true]);
    expect(await visitor.hasUi('.hand .tag svg:not([hidden])')).toBe(false);
    await visitor.page.evaluate(() => scrollTo(0, 1500));
    await visitor.ui('.hand .tag svg:not([hidden])');
    const away = await boxOf('.hand .tag');
    expect(away.y).toBeGreaterThanOrEqual(0);
    // It lies over whatever the site has there.
    expect(away.height).toBeLessThan(32);
    // For a moment after the visitor's own clicks the page is the visitor's.
    await until(async () => (await outcome(tab, act(tab, { t: 'reveal', node }))).done);
    await until(() => visitor.page.evaluate(() => scrollY < 300));
    // Nothing of it is in the picture.
    expect(textFrom(tab.frames, before)).not.toMatch(/Press|hand|--who/);
    expect(await outcome(tab, act(tab, { t: 'unframe' }))).toEqual({ done: true });
    await visitor.noUi('.hand .tag');
    expect(await outcome(tab, act(tab, { t: 'frame', node: 999_999, note: '' }))).toEqual({ done: false, why: 'gone' });
  });

  once('of an element in a box that scrolls, only what is to be seen is framed', async () => {
    const tab = await viewedWith('point');
    const framed = async (y: number, height: number) =>
      until(async () => {
        const box = await boxOf('.hand .box');
        return Math.abs(box.y - y) < 1 && Math.abs(box.height - height) < 1;
      });
    await outcome(tab, act(tab, { t: 'frame', node: await idOf(tab, 'inside'), note: '' }));
    await framed(395, 50);
    const scroll = (to: number) =>
      visitor.page.evaluate((to) => document.querySelector('#list')?.scrollTo({ top: to, behavior: 'instant' }), to);
    await scroll(20);
    await framed(395, 30);
    await scroll(60);
    await visitor.ui('.hand .box[hidden]');
    expect(await (await visitor.ui('.hand .tag path')).evaluate((path) => path.getAttribute('d'))).toMatch(/^M12 20V5/);
  });

  test('a question can be answered over what is being pointed at', async () => {
    const tab = await viewedWith('point');
    act(tab, { t: 'point', at: { node: await idOf(tab, 'middle'), x: 0.5, y: 0.5 }, down: false });
    await pointerAt(500, 350);
    tell(tab, ['point'], 'control');
    await visitor.click(ALLOW);
    await until(() => granted(tab).includes('control on'));
  });

  test('an act is performed and answered once; movements only when they are refused', async () => {
    const tab = await viewedWith('control');
    const at = await place(tab, 'buy');
    const move = act(tab, { t: 'move', at, mods: 0 });
    await outcome(tab, act(tab, { t: 'down', at, button: 0, clicks: 1, mods: 0 }));
    const up = act(tab, { t: 'up', at, button: 0, mods: 0 });
    expect(await outcome(tab, up)).toMatchObject({ done: true });
    expect(await clicks()).toEqual([false]);
    expect(
      said(tab)
        .filter((s) => s.t === 'handled')
        .map((s) => s.n),
    ).toEqual([move + 1, up]);
  });

  once('[RM1] what was not granted is refused, and so is all during a pause', async () => {
    const tab = await viewedWith('point');
    const at = await place(tab, 'buy');
    const move = act(tab, { t: 'move', at, mods: 0 });
    expect(await outcome(tab, move)).toEqual({ done: false, why: 'not-granted' });
    expect(await outcome(tab, act(tab, { t: 'up', at, button: 0, mods: 0 }))).toMatchObject({ why: 'not-granted' });
    // The relay's word alone.
    tell(tab, ['point', 'control']);
    expect(await outcome(tab, act(tab, { t: 'up', at, button: 0, mods: 0 }))).toMatchObject({ why: 'not-granted' });
    expect(await clicks()).toEqual([]);
    const { node } = at;
    await outcome(tab, act(tab, { t: 'frame', node, note: 'Here' }));
    await visitor.click('.badge .hold');
    await visitor.ui('.hand[hidden]');
    await visitor.ui('.badge.paused .granted.off');
    expect(await visitor.textOf('.badge [role=alert]')).toBe('Paused: nobody sees this page');
    expect(await outcome(tab, act(tab, { t: 'frame', node, note: '' }))).toEqual({ done: false, why: 'paused' });
  });

  /** The whole way: asked, allowed, pointed at, framed, clicked, taken back. */
  async function goTheWholeWay(): Promise<void> {
    const tab = await viewedWith('point', 'control');
    const at = await place(tab, 'buy');
    act(tab, { t: 'point', at, down: true });
    await pointerAt(360, 220);
    expect(await outcome(tab, act(tab, { t: 'frame', node: at.node, note: 'Here' }))).toEqual({ done: true });
    act(tab, { t: 'down', at, button: 0, clicks: 1, mods: 0 });
    expect(await outcome(tab, act(tab, { t: 'up', at, button: 0, mods: 0 }))).toMatchObject({ done: true });
    expect(await clicks()).toEqual([false]);
    await visitor.page.focus('#field');
    await pressEscapeTwice();
    await until(() => granted(tab).includes('control off'));
    expect(await (await visitor.ui('.granted')).evaluate((element) => getComputedStyle(element).display)).toBe('grid');
  }
  async function goTo(head: string, headers: Record<string, string> = {}, snippet?: string): Promise<void> {
    const html = `<!doctype html><html lang="en"><title>Page</title>${head}${snippet ?? (await snippetFor(relay))}${BODY}`;
    await site.close();
    site = await startSite({ '/': { html, headers } });
  }

  test('under a strict policy, nothing is reported', async () => {
    const snippet = (await snippetFor(relay)).replaceAll('<script', '<script nonce="r4nd0m"');
    const policy = [
      "default-src 'none'",
      "script-src 'nonce-r4nd0m'",
      "style-src-attr 'unsafe-inline'",
      `connect-src ${relay.url} ${relay.url.replace('http', 'ws')}`,
      'report-uri /csp-report',
    ];
    await goTo('', { 'content-security-policy': policy.join(';') }, snippet);
    await goTheWholeWay();
    expect(site.reports).toEqual([]);
  });

  test('on a page that has replaced natives', async () => {
    await goTo(`<script>
      Array.prototype.toJSON = () => 'old library';
      Array.prototype.extra = () => {};
      Object.defineProperty(Array.prototype, 'at', { value() { throw Error('at') } });
      JSON.stringify = () => '"ours"';
      Element.prototype.attachShadow = () => { throw Error('attachShadow') };
      // As MooTools 1.2 did.
      window.Event = function (event) { if (event.type.length) return event };
    </script>`);
    await goTheWholeWay();
  });

  once('while the file does not come nothing is done; once it comes, the question is there', async () => {
    const tab = await viewed();
    await visitor.page.setRequestInterception(true);
    let isBlocked = true;
    visitor.page.on(
      'request',
      (request) => void (isBlocked && request.url().includes('/hand-') ? request.abort() : request.continue()),
    );
    tell(tab, [], 'point');
    act(tab, { t: 'point', down: false });
    await until(() => isBlocked);
    isBlocked = false;
    await visitor.page.evaluate(() => new Promise((done) => setTimeout(done, 5500)));
    tab.send({ t: 'hand', say: { t: 'act', by: 'op-9', n: 1, act: { t: 'unframe' } } });
    await visitor.ui('.ask');
  });
});
