// The consent question and what may answer it; the panel, the code and the public API; the identity of a tab.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/close-codes.ts';
import { inEachBrowser } from '../support/each-browser.ts';
import { snippetFor, startSite, startVisitorRelay, until } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, clickByScript, openPage, type WidgetPage } from '../support/widget-page.ts';

const ASK = { t: 'ask', ask: 'ask-1', operator: { id: 'op-1', name: '<b>Anna</b>' } } as const;

inEachBrowser('consent', (browser, name) => {
  let relay: VisitorRelay;
  let site: Site | undefined;
  let visitor: WidgetPage;

  beforeEach(async () => {
    relay = await startVisitorRelay();
  });
  afterEach(async () => {
    expect(visitor.noise).toEqual([]);
    await visitor.page.close();
    await relay.close();
    await site?.close();
  });

  async function open(
    options: { before?: () => void; lang?: string; attributes?: string; script?: string; head?: string } = {},
  ): Promise<Tab> {
    const { lang = 'en', attributes, script = '', head = '' } = options;
    const snippet = await snippetFor(relay, attributes);
    const html = `<!doctype html><html lang="${lang}"><title>Shop</title>${head}${snippet}<script>${script}</script><input id="field">`;
    site = await startSite({ '/': { html } });
    visitor = await openPage(browser(), options);
    await visitor.page.goto(`${site.url}/?q=secret#state=secret`);
    return until(() => relay.tabs[0]);
  }

  const heard = <T extends Tab['heard'][number]['t']>(from: Tab, t: T) =>
    until(() => from.heard.find((m) => m.t === t));
  /** As a person does: presses again when the press did not count, because something had lain over the question. */
  const allowIn = (tab: Tab) =>
    until(async () => {
      const answer = tab.heard.find((m) => m.t === 'answer');
      if (!answer && (await visitor.hasUi(ALLOW))) await visitor.click(ALLOW);
      return answer;
    });
  const tandem = (...call: unknown[]) =>
    visitor.page.evaluate(
      (call) => (window as unknown as { Tandem: (...call: unknown[]) => void }).Tandem(...call),
      call,
    );

  test('a click by script does nothing; a real one allows', async () => {
    const tab = await open();
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toContain('<b>Anna</b>');
    await clickByScript(allow);
    expect(await visitor.hasUi('.ask')).toBe(true);
    await allow.click();
    expect(await heard(tab, 'answer')).toEqual({ t: 'answer', ask: 'ask-1', yes: true });
    expect(tab.heard.filter((m) => m.t === 'answer')).toHaveLength(1);
  });

  test('on a page that changed its language without loading, the question is in the language that it is in now', async () => {
    const tab = await open();
    expect(tab.hello.lang).toBe('en');
    await visitor.page.evaluate(() => (document.documentElement.lang = 'ru'));
    tab.send(ASK);
    await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toContain('просит показать эту страницу');
  });

  test('the keyboard alone: focus goes to the question, Tab stays in it, Escape is "not now", focus goes back', async () => {
    const tab = await open();
    await visitor.page.focus('#field');
    tab.send(ASK);
    const card = await visitor.ui('.ask');
    const focusClass = () =>
      card.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement?.className ?? '');
    await until(async () => (await focusClass()) === 'card ask');
    const seen = [];
    for (let press = 0; press < 3; press++) {
      await visitor.page.keyboard.press('Tab');
      seen.push(await focusClass());
    }
    expect(seen).toEqual(['side', 'main', 'side']);
    await visitor.page.keyboard.press('Escape');
    expect(await heard(tab, 'answer')).toMatchObject({ yes: false });
    await visitor.noUi('.ask');
    expect(await visitor.page.evaluate(() => document.activeElement?.id)).toBe('field');
  });

  test('a question that cannot be seen cannot be allowed', async () => {
    // A browser without a top layer for us, so that what the page does around us counts.
    const tab = await open({ before: () => Reflect.deleteProperty(HTMLElement.prototype, 'popover') });
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    await visitor.page.evaluate(() => document.documentElement.style.setProperty('opacity', '0.01'));
    await visitor.ui('.ask .main[aria-disabled=true]');
    await allow.click();
    await visitor.ui('.ask .note:not([hidden])');
    expect(tab.heard.some((m) => m.t === 'answer')).toBe(false);
    await visitor.page.evaluate(() => document.documentElement.style.setProperty('opacity', '1'));
    expect(await allowIn(tab)).toMatchObject({ yes: true });
  });

  /** The page's own popover over everything, with other words, through which clicks fall; nobody hears it open. */
  const cover = (when: 'now, in a closed shadow root' | 'as soon as a button is pressed') =>
    visitor.page.evaluate((when) => {
      const box = document.createElement('div');
      box.popover = 'manual';
      box.style.cssText =
        'inset:0;width:100vw;height:100vh;max-width:none;border:0;background:#fff;pointer-events:none;font-size:60px';
      box.textContent = 'You have won. Take it!';
      const place = document.body.appendChild(document.createElement('p'));
      const isHidden = when === 'now, in a closed shadow root';
      (isHidden ? place.attachShadow({ mode: 'closed' }) : place).append(box);
      if (isHidden) box.showPopover();
      else addEventListener('pointerdown', () => box.showPopover(), { once: true, capture: true });
      Object.assign(window, { box });
    }, when);
  /** What a click on the page's cover would hit, if it took clicks. */
  const isCoverBelow = () =>
    visitor.page.evaluate(() => {
      const { box } = window as unknown as { box: HTMLElement };
      box.style.pointerEvents = 'auto';
      const hit = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
      box.style.pointerEvents = 'none';
      return hit instanceof HTMLElement && 'tandemUi' in hit.dataset;
    });
  const swallow = () => {
    for (const type of ['toggle', 'beforetoggle'])
      addEventListener(type, (event) => event.stopImmediatePropagation(), true);
  };

  test('other words laid over the question: it comes back on top, and a click meant for them does not count', async () => {
    const tab = await open({ before: swallow });
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    await cover('as soon as a button is pressed');
    await allow.click();
    // An answer would have closed it at once. (Raised in the middle of a click, some browsers make no click of it.)
    expect(await visitor.hasUi('.ask')).toBe(true);
    await until(isCoverBelow);
    expect(tab.heard.some((m) => m.t === 'answer')).toBe(false);
    expect(await allowIn(tab)).toMatchObject({ yes: true });
  });

  test.runIf(name === 'chromium')('the same from within a closed shadow root', async () => {
    const tab = await open({ before: swallow });
    tab.send(ASK);
    await visitor.ui(ALLOW);
    await cover('now, in a closed shadow root');
    await until(isCoverBelow);
    expect(await allowIn(tab)).toMatchObject({ yes: true });
  });

  test("the page's style sheet can neither dim the page through us, nor turn, recolour or overwrite the question", async () => {
    const tab = await open({
      head: `<style>
        ::backdrop { background: #000 !important }
        * { --bg: transparent !important; --fg: transparent !important; --on: #0b6b5d !important }
        html, * { direction: rtl }
        [data-tandem-ui]::after, [data-tandem-ui]::before {
          content: 'You have won'; position: fixed; inset: 0; background: #fff; pointer-events: none; display: block !important;
        }
      </style>`,
    });
    tab.send(ASK);
    const card = await visitor.ui('.ask');
    const looks = await card.evaluate((card) => {
      const host = (card.getRootNode() as ShadowRoot).host;
      const shown = (part: string) => getComputedStyle(host, part).display;
      const { direction, backgroundColor, color } = getComputedStyle(card);
      return { before: shown('::before'), after: shown('::after'), direction, isPlain: backgroundColor !== color };
    });
    expect(looks).toEqual({ before: 'none', after: 'none', direction: 'ltr', isPlain: true });
    // At the window's edge: the scrim over a white page, and nothing else.
    const edge = await visitor.page.screenshot({ clip: { x: 2, y: 2, width: 1, height: 1 }, encoding: 'base64' });
    const shade = await visitor.page.evaluate(async (png) => {
      const image = new Image();
      image.src = `data:image/png;base64,${png}`;
      await image.decode();
      const canvas = document.createElement('canvas').getContext('2d');
      canvas?.drawImage(image, 0, 0);
      return canvas?.getImageData(0, 0, 1, 1).data[0] ?? 0;
    }, edge);
    expect(shade).toBeGreaterThan(100);
    await visitor.click(ALLOW);
    await heard(tab, 'answer');
  });

  test('a focus that the page moves onto Allow takes no key; a focus trap of the page does not keep the keys', async () => {
    const tab = await open({
      before: () => {
        addEventListener('DOMContentLoaded', () => {
          const field = document.querySelector<HTMLElement>('#field');
          const shortcuts: string[] = [];
          Object.assign(window, { shortcuts });
          document.addEventListener('keydown', ({ key }) => shortcuts.push(key), true);
          document.addEventListener('focusin', (event) => event.target !== field && field?.focus(), true);
        });
      },
    });
    await visitor.page.focus('#field');
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    const focusClass = () =>
      allow.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement?.className ?? '');
    await until(async () => (await focusClass()) === 'card ask');
    await allow.focus();
    expect(await focusClass()).toBe('main');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.press(' ');
    // The focus comes with the key itself, as when somebody is typing.
    await visitor.page.focus('#field');
    await visitor.page.evaluate(() => {
      const hosts = [...document.querySelectorAll('[data-tandem-ui]')];
      const button = hosts.map((host) => host.shadowRoot?.querySelector<HTMLElement>('.answers .main')).find(Boolean);
      for (const type of ['keydown', 'keyup']) addEventListener(type, () => button?.focus(), { capture: true });
    });
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.press(' ');
    expect(tab.heard.some((m) => m.t === 'answer')).toBe(false);
    await allow.evaluate((button) => button.blur());
    await visitor.page.keyboard.press('Tab');
    expect(await visitor.page.evaluate('shortcuts')).toEqual([]);
    await visitor.page.keyboard.press('Escape');
    expect(await heard(tab, 'answer')).toMatchObject({ yes: false });
  });

  test('the keyboard alone can allow', async () => {
    const tab = await open();
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    const focusClass = () =>
      allow.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement?.className ?? '');
    await until(async () => (await focusClass()) === 'card ask');
    await visitor.page.keyboard.press('Tab');
    await visitor.page.keyboard.press('Tab');
    expect(await focusClass()).toBe('main');
    await visitor.page.keyboard.press('Enter');
    expect(await heard(tab, 'answer')).toMatchObject({ yes: true });
  });

  test('only a tab that the visitor sees asks; a withdrawn question goes away', async () => {
    const tab = await open({
      before: () => {
        let hidden = true;
        Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
        addEventListener('see', () => {
          hidden = false;
          document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
        });
      },
    });
    tab.send(ASK);
    await until(() => relay.requests.some((path) => path.includes('/visit-')));
    await tandem('hide');
    expect(await visitor.hasUi('.ask')).toBe(false);
    await visitor.page.evaluate(() => dispatchEvent(new Event('see')));
    await visitor.ui('.ask');
    tab.send({ t: 'unask', ask: 'ask-1' });
    await visitor.noUi('.ask');
    expect(tab.heard.some((m) => m.t === 'answer')).toBe(false);
  });

  test('"show my screen" asks first; the code is shown in Russian, and given back', async () => {
    const tab = await open({ lang: 'ru' });
    expect(await visitor.textOf('button')).toBe('Помощь');
    await visitor.click('button');
    await visitor.click('.panel .main');
    await visitor.ui(ALLOW);
    expect(tab.heard.some((m) => m.t === 'show')).toBe(false);
    await visitor.click(ALLOW);
    await heard(tab, 'show');
    await visitor.click('.panel .part .side');
    await heard(tab, 'code');
    tab.send({ t: 'code', code: '024680', lifeMs: 1_200_000 });
    await until(async () => (await visitor.textOf('.digits')) === '024680');
    expect(await visitor.textOf('.panel')).toContain('Действует ещё 20 минут');
    await visitor.click('.panel .bare:not(.x)');
    await heard(tab, 'uncode');
  });

  test('calls made before the loader came are carried out; hide and unhide; data-launcher="off"', async () => {
    await open({ attributes: 'data-launcher="off"', script: `Tandem('open')` });
    await visitor.ui('.panel:not([hidden])');
    await tandem('close');
    await visitor.noUi('.panel:not([hidden])');
    const launchers = () =>
      visitor.page.evaluate(
        () =>
          [...document.querySelectorAll('[data-tandem-ui]')].filter((host) => host.shadowRoot?.childElementCount === 1)
            .length,
      );
    await tandem('unhide');
    await until(async () => (await launchers()) > 0);
    await tandem('hide');
    await until(async () => (await launchers()) === 0);
  });

  test('a page that nobody helps pays for the loader and the launcher, and only once', async () => {
    const again = `for (let i = 0; i < 2; i++) {
      const twin = document.createElement('script');
      twin.src = document.querySelector('[data-site]').src;
      twin.dataset.site = 'shop';
      document.head.append(twin);
    }`;
    const tab = await open({ script: `Tandem('on', 'visit', () => {}); onload = () => { ${again} }` });
    await visitor.ui('button');
    await until(() => relay.requests.filter((path) => path === '/widget/loader.js').length > 0);
    await tandem('stop');
    await visitor.page.evaluate(() => (document.title = 'Later'));
    await until(() => tab.heard.find((m) => m.t === 'page' && m.page.title === 'Later'));
    const files = relay.requests.filter((path) => path.startsWith('/widget/') && path !== '/widget/loader.js');
    // A small file that the launcher shares with others may come with it; widget, visit and capture may not.
    for (const file of files) expect(file).toMatch(/^\/widget\/(launcher|chunk)-\w+\.js$/);
    expect(relay.tabs).toHaveLength(1);
  });

  test('the page is told without what its address may give away, and again when it changes', async () => {
    const tab = await open();
    expect(tab.hello.page).toMatchObject({ url: `${site?.url}/`, title: 'Shop', visible: true });
    expect(tab.hello.lang).toBe('en');
    await visitor.page.evaluate(() => {
      history.pushState(null, '', '/cart');
      document.title = 'Cart';
    });
    await until(() => tab.heard.find((m) => m.t === 'page' && m.page.title === 'Cart' && m.page.url.endsWith('/cart')));
  });

  test('identity: kept over a page load, given up when told so, and never asked again after "stop"', async () => {
    const tab = await open();
    await visitor.ui('button');
    await visitor.page.reload();
    const second = await until(() => relay.tabs[1]);
    expect(second.hello).toMatchObject({ tab: tab.hello.tab, token: 'token-1' });
    second.close(CLOSE.Replaced);
    const third = await until(() => relay.tabs[2]);
    expect(third.hello.token).toBeUndefined();
    expect(third.hello.tab).not.toBe(tab.hello.tab);
    third.close(CLOSE.UnknownSite);
    await visitor.noUi('button');
    await visitor.page.evaluate(() => dispatchEvent(new Event('online')));
    expect(relay.tabs).toHaveLength(3);
  });
});
