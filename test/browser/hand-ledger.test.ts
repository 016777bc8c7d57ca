// What was done by hand, as the visitor sees it: the list during and after a visit, its file, and fields that are put back.

import { readFile } from 'node:fs/promises';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ElementHandle } from 'puppeteer';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Act, Grant, Hands } from '../../protocol/hand.ts';
import { capturedId } from '../support/captured-id.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { until, visitState } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, clickByScript, type WidgetPage } from '../support/widget-page.ts';
import { ANNA, beSeen, closeWidgetSite, openWidgetSite, said, say } from '../support/widget-site.ts';

const BODY = `<style>body>:not(script){display:block;margin:12px 40px}</style>
  <button id="buy">Buy</button>
  <label>City <input id="city" value="Bonn"></label>
  <label>Note <textarea id="note">one\ntwo</textarea></label>
  <select id="size"><option value="" disabled selected>Choose</option><option value="s">Small</option><option value="l">Large</option></select>
  <label><input type="checkbox" id="gift"> A gift</label>
  <label><input type="radio" name="way" id="post" checked> By post</label>
  <label><input type="radio" name="way" id="fetch"> I fetch it</label>
  <input type="range" id="many" min="0" max="10" value="3"><input type="date" id="day">
  <div id="rich" contenteditable="true">Dear <b>Anna</b></div>
  <input id="secret" data-tandem="mask" value="hidden"><input id="phone" aria-label="Phone">
  <div id="root"></div>
  <script nonce="r4nd0m">
    window.told = [];
    for (const type of ['input', 'change', 'click'])
      addEventListener(type, (event) => told.push(event.type + ' ' + event.target.id), true);
  </script>
  <script nonce="r4nd0m" src="/react.js"></script>`;

const REACT = `import { createElement, useState } from 'react';
  import { createRoot } from 'react-dom/client';
  const Field = () => {
    const [value, set] = useState('abc');
    return createElement('p', {}, createElement('input', { id: 'name', title: 'Name', value, onChange: (e) => set(e.target.value.toUpperCase()) }),
      createElement('output', { id: 'state' }, value));
  };
  createRoot(document.getElementById('root')).render(createElement(Field));`;
const root = fileURLToPath(new URL('../..', import.meta.url));

inEachBrowser('what was done by hand', (browser, name) => {
  const once = onceIn(name);
  let relay: VisitorRelay;
  let site: Site;
  let visitor: WidgetPage;
  let react = '';
  let number = 0;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: { contents: REACT, resolveDir: root },
      bundle: true,
      write: false,
      minify: true,
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    react = outputFiles[0]?.text ?? '';
  });
  beforeEach(async () => {
    number = 0;
    const pages = (snippet: string) => {
      const html = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title>${snippet}${BODY}`;
      return {
        '/': { html },
        '/next': { html },
        '/react.js': { html: react, headers: { 'content-type': 'text/javascript' } },
      };
    };
    ({ relay, site, visitor } = await openWidgetSite(browser(), pages, { height: 800 }));
  });
  afterEach(() => closeWidgetSite({ relay, site, visitor }));

  const tell = (tab: Tab, grants: Grant[], wish?: Grant) => {
    const hands: Hands = [wish ? { by: ANNA, colour: 0, grants, wish } : { by: ANNA, colour: 0, grants }];
    say(tab, { t: 'hands', hands });
  };
  const undone = (tab: Tab) => said(tab).filter(({ t }) => t === 'undone');
  /** Performs it, and waits for the answer. */
  const act = async (tab: Tab, act: Act) => {
    const n = ++number;
    for (;;) {
      say(tab, { t: 'act', by: ANNA.id, n, act });
      const outcome = await until(() =>
        said(tab)
          .flatMap((each) => (each.t === 'handled' && each.n === n ? [each.outcome] : []))
          .at(-1),
      );
      if (outcome.why !== 'visitor-busy') return outcome;
      // The visitor's mouse has moved just now.
      tab.heard.length = 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const nodeOf = (tab: Tab, id: string) => until(() => capturedId(tab.frames, id));
  const click = async (tab: Tab, id: string) => {
    const at = { node: await nodeOf(tab, id), x: 0.5, y: 0.5 };
    const down = await act(tab, { t: 'down', at, button: 0, clicks: 1, mods: 0 });
    const up = await act(tab, { t: 'up', at, button: 0, mods: 0 });
    return down.done ? up : down;
  };
  const type = async (tab: Tab, text: string) => {
    for (const key of text) expect(await act(tab, { t: 'key', key, code: '', mods: 0 })).toMatchObject({ done: true });
  };
  const value = (id: string) =>
    visitor.page.$eval(`#${id}`, (field) => ('value' in field ? (field as HTMLInputElement).value : field.innerHTML));

  async function allowed(tab: Tab, room = 'room-1'): Promise<void> {
    await beSeen(visitor, tab, { room });
    tell(tab, [], 'control');
    await visitor.click(ALLOW);
    await until(() => said(tab).some((each) => each.t === 'grant'));
    await visitor.noUi('.ask');
    tell(tab, ['control']);
    await visitor.ui('.granted .control');
  }
  async function controlled(): Promise<Tab> {
    await visitor.page.goto(site.url);
    const tab = await until(() => relay.tabs[0]);
    await allowed(tab);
    return tab;
  }

  const opened = async () => {
    // It is written, and said, some moments later.
    const button = await visitor.ui('.did-it:not([hidden])');
    await button.click();
    await visitor.ui('.did li');
  };
  /** The lines, newest first, without times. */
  const lines = async () =>
    (await visitor.ui('.did ol')).evaluate((list) =>
      [...list.children].map((line) =>
        [...line.querySelectorAll('p:not(:first-child),dd')]
          .map((part) => part.textContent ?? '')
          .filter(Boolean)
          .join(' | '),
      ),
    );
  const press = (line: number, label: string) =>
    until(async () => {
      const list = await visitor.ui('.did ol');
      const button = await list.evaluateHandle(
        (list, line, label) =>
          [...(list.children[line]?.querySelectorAll('button') ?? [])].find(
            (each) => !each.hidden && each.textContent === label,
          ) ?? null,
        line,
        label,
      );
      const element = button.asElement() as ElementHandle<HTMLElement> | null;
      if (!element) return false;
      await element.click();
      return true;
    });
  const sees = (line: number, words: string) =>
    expect.poll(async () => (await lines())[line], { timeout: 10_000 }).toContain(words);

  test('line by line, in plain words: a word that was typed is one, and so is a press; what was refused says why', async () => {
    const tab = await controlled();
    await click(tab, 'buy');
    await click(tab, 'city');
    await act(tab, { t: 'key', key: 'a', code: 'KeyA', mods: 2 });
    await type(tab, 'Köln');
    expect(await click(tab, 'secret')).toMatchObject({ done: false, why: 'masked' });
    await opened();
    expect(await lines()).toEqual([
      'Pressed text field | Not done: it is private.',
      'Wrote into text field “City” | Bonn | Köln',
      'Pressed keys at text field “City”',
      'Pressed text field “City”',
      'Pressed button “Buy”',
    ]);
    // What was refused was not done.
    expect(await visitor.textOf('.did-it')).toBe('What was done · 4');
    // It goes on while it is open, and closes with Escape.
    await click(tab, 'gift');
    await sees(0, 'Pressed checkbox “A gift” | off | on');
    await visitor.click('.did .x');
    await visitor.noUi('.did');
  });

  test('in a small window nothing of the list lies under the badge, and Stop stays at hand', async () => {
    const tab = await controlled();
    await click(tab, 'buy');
    await click(tab, 'city');
    await type(tab, 'Köln');
    const boxOf = async (selector: string) =>
      (await visitor.ui(selector)).evaluate((element) => element.getBoundingClientRect().toJSON() as DOMRect);
    for (const [width, height] of [
      [390, 780],
      [360, 640],
    ] as const) {
      await visitor.page.setViewport({ width, height });
      await opened();
      await until(async () => {
        const [list, badge] = [await boxOf('.did'), await boxOf('.badge')];
        return list.bottom <= badge.top || list.top >= badge.bottom;
      });
      expect((await boxOf('.did ol')).height).toBeGreaterThan(90);
      const stop = await visitor.ui('.badge .halt');
      const isHit = await stop.evaluate((button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        const root = button.getRootNode() as ShadowRoot;
        return button.contains(root.elementFromPoint(left + width / 2, top + height / 2));
      });
      expect(isHit).toBe(true);
      await visitor.click('.did .x');
      await visitor.noUi('.did');
    }
  });

  test('what can be seen no more is not offered to be undone, and it is said that what was sent stays sent', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '!');
    await opened();
    await sees(0, 'City');
    const undoing = async () =>
      (await visitor.ui('.did li')).evaluate((line) =>
        [...line.querySelectorAll('button')].some((each) => !each.hidden),
      );
    await until(undoing);
    await visitor.page.evaluate(() => (document.body.style.display = 'none'));
    await visitor.click('.did .x');
    await opened();
    await sees(0, 'What was sent stays sent');
    expect(await undoing()).toBe(false);
    await visitor.page.evaluate(() => (document.body.style.display = ''));
    await visitor.click('.did .x');
    await opened();
    await until(undoing);
  });

  test('fields are put back as a person would do it, and the relay is told', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '!');
    await act(tab, { t: 'choose', node: await nodeOf(tab, 'size'), options: [2] });
    await click(tab, 'gift');
    await click(tab, 'fetch');
    await act(tab, { t: 'set', node: await nodeOf(tab, 'many'), value: '7' });
    await act(tab, { t: 'set', node: await nodeOf(tab, 'day'), value: '2026-12-24' });
    await click(tab, 'note');
    await act(tab, { t: 'text', text: '\nthree', isPasted: true });
    await opened();
    const undo = async (line: number, id: string, before: string) => {
      await visitor.page.evaluate(() => ((window as unknown as { told: string[] }).told = []));
      const told = undone(tab).length;
      await press(line, 'Undo');
      await sees(line, 'You have undone this');
      await until(() => undone(tab).length > told);
      expect(await value(id), id).toBe(before);
      return visitor.page.evaluate(() => (window as unknown as { told: string[] }).told);
    };
    expect(await undo(0, 'note', 'one\ntwo')).toContain('input note');
    expect(await undo(2, 'day', '')).toEqual(expect.arrayContaining(['input day', 'change day']));
    expect(await undo(3, 'many', '3')).toEqual(expect.arrayContaining(['input many', 'change many']));
    expect(await undo(4, 'post', 'on')).toEqual(expect.arrayContaining(['click post', 'change post']));
    expect(await visitor.page.$eval('#post', (radio) => (radio as HTMLInputElement).checked)).toBe(true);
    expect(await undo(5, 'gift', 'on')).toEqual(expect.arrayContaining(['click gift', 'change gift']));
    expect(await visitor.page.$eval('#gift', (box) => (box as HTMLInputElement).checked)).toBe(false);
    expect(await undo(6, 'size', '')).toEqual(expect.arrayContaining(['input size', 'change size']));
    expect(await undo(7, 'city', 'Bonn')).toContain('input city');
    expect(undone(tab).at(-1)).toEqual({
      t: 'undone',
      operator: ANNA.id,
      what: 'text field “City”',
      was: 'Bonn!',
      now: 'Bonn',
    });
  });

  test('a field that React controls, and text with markup', async () => {
    const tab = await controlled();
    await click(tab, 'name');
    await type(tab, 'def');
    expect(await value('state')).toBe('ABCDEF');
    await click(tab, 'rich');
    await act(tab, { t: 'key', key: 'a', code: 'KeyA', mods: 2 });
    await type(tab, 'Hi');
    expect(await value('rich')).toBe('Hi');
    await opened();
    await press(0, 'Undo');
    await sees(0, 'You have undone this');
    expect(await visitor.page.$eval('#rich', (field) => field.textContent)).toBe('Dear Anna');
    expect(await value('rich')).toContain('<b>');
    const name = (await lines()).findIndex((line) => line.includes('“Name”') && line.startsWith('Wrote'));
    expect((await lines())[name]).toContain('abc | ABCDEF');
    await press(name, 'Undo');
    await sees(name, 'You have undone this');
    // React makes capitals of it again, and has it: what the field holds is told.
    expect(await value('state')).toBe('ABC');
    expect(await value('name')).toBe('ABC');
  });

  test('a forged click undoes nothing; what was changed since is put back only on a second word', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '!');
    await opened();
    const button = await visitor.ui('.did li button:not([hidden])');
    await clickByScript(button);
    // What comes after it in the same queue has been done.
    await click(tab, 'buy');
    // The newest is on top, and moves the others down.
    await sees(0, 'Buy');
    expect(await value('city')).toBe('Bonn!');
    await visitor.page.$eval('#city', (field) => ((field as HTMLInputElement).value = 'Mine'));
    const line = (await lines()).findIndex((each) => each.startsWith('Wrote'));
    await press(line, 'Undo');
    await sees(line, 'holds something else now');
    expect(await value('city')).toBe('Mine');
    await press(line, 'Put back anyway');
    await sees(line, 'You have undone this');
    expect(await value('city')).toBe('Bonn');
    // The list may say it sooner than the relay hears it.
    await expect.poll(() => undone(tab)).toMatchObject([{ was: 'Mine', now: 'Bonn' }]);
  });

  once('what is gone, disabled or masked by now is refused; numbers of cards are kept nowhere', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '!');
    await opened();
    const line = () => lines().then((all) => all.findIndex((each) => each.startsWith('Wrote into text field “City”')));
    await visitor.page.$eval('#city', (field) => ((field as HTMLInputElement).disabled = true));
    await press(await line(), 'Undo');
    await sees(await line(), 'Not undone: it is switched off');
    await visitor.page.$eval('#city', (field) => {
      (field as HTMLInputElement).disabled = false;
      field.setAttribute('data-tandem', 'mask');
    });
    await press(await line(), 'Undo');
    await sees(await line(), 'Not undone: it is private');
    await visitor.page.$eval('#city', (field) => field.remove());
    await press(await line(), 'Undo');
    await sees(await line(), 'The page has moved on');
    await click(tab, 'phone');
    await type(tab, '4111111111111111');
    const card = (await lines()).find((each) => each.includes('“Phone”') && each.startsWith('Wrote')) ?? '';
    expect(card).not.toContain('41111111');
    const kept = () => visitor.page.evaluate(() => localStorage.getItem('tandem:shop:did') ?? '');
    await until(async () => (await kept()).includes('Phone'));
    expect(await kept()).not.toContain('41111111');
  });

  test('after the end: a card, the file, and still what can be undone; on the next page the card, until it is closed', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '<!');
    await visitor.click('.badge .halt');
    expect(await visitor.textOf('.over p')).toBe('Anna did 2 things on this site by hand.');
    await visitor.click('.over .main');
    await visitor.ui('.did li');
    await press(0, 'Undo');
    await sees(0, 'You have undone this');
    expect(await value('city')).toBe('Bonn');
    // Nobody keeps a ledger of it any more.
    expect(undone(tab)).toEqual([]);
    await visitor.page.keyboard.press('Escape');
    await visitor.noUi('.did');
    relay.welcome = () => ({});
    await visitor.page.goto(`${site.url}/next`);
    expect(await visitor.textOf('.over h2')).toBe('The visit is over');
    expect(await visitor.hasUi('.panel')).toBe(false);
    await visitor.click('.over .main');
    await visitor.ui('.did li');
    expect((await lines())[0]).toBe(
      'Wrote into text field “City” | Bonn | Bonn<! | You have undone this. The field now holds: Bonn',
    );
    await visitor.page.keyboard.press('Escape');
    if (name === 'chromium') {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-download-'));
      const session = await visitor.page.createCDPSession();
      await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
      await visitor.click('.over .side');
      const file = await until(() => readdirSync(folder).find((each) => each.endsWith('.html')));
      const html = await readFile(path.join(folder, file), 'utf8');
      expect(file).toBe('what-was-done-127.0.0.1.html');
      expect(html).toContain('<td>Wrote into text field “City”</td><td>Bonn</td><td>Bonn&lt;!</td>');
      const data = /<script type="application\/json">(.*)<\/script>/s.exec(html)?.[1] ?? '';
      expect(JSON.parse(data)).toMatchObject({
        lines: [{ did: 'click' }, { did: 'type', was: 'Bonn', now: 'Bonn<!' }],
      });
      expect(data).not.toContain('<');
      rmSync(folder, { recursive: true });
    }
    await visitor.click('.over .bare');
    await visitor.noUi('.over');
    expect(await visitor.page.evaluate(() => localStorage.getItem('tandem:shop:did'))).toBeNull();
  });

  once('on another page of the same visit the list goes on, and says what can be undone no more', async () => {
    const tab = await controlled();
    await click(tab, 'city');
    await type(tab, '!');
    relay.welcome = () => ({ visit: visitState() });
    await visitor.page.goto(`${site.url}/next`);
    const second = await until(() => relay.tabs[1]);
    tell(second, ['control']);
    await opened();
    expect((await lines())[0]).toContain('can be undone only on the page where it was done');
    await click(second, 'buy');
    await until(async () => (await lines()).length === 3);
    expect(await visitor.hasUi('.over')).toBe(false);
  });

  once('a list that somebody else has written is read as such', async () => {
    await visitor.page.goto(site.url);
    await visitor.page.evaluate(() => {
      const by = { id: 'x', name: '<img src=x onerror=alert(1)>' };
      const line = { id: 'a.1', at: Date.now(), by, did: 'click', what: 'button “<b>Buy</b>”', isEdit: true };
      const lines = [null, 7, { id: 4 }, line];
      localStorage.setItem('tandem:shop:did', JSON.stringify({ room: 'old', cut: 0, isOver: true, lines }));
    });
    await visitor.page.reload();
    await visitor.click('.over .main');
    await visitor.ui('.did li');
    expect(await lines()).toEqual([
      'Pressed button “<b>Buy</b>” | This can be undone only on the page where it was done, until that page is left or loaded anew.',
    ]);
    expect(await visitor.textOf('.did li p')).toContain('<img');
  });

  once('whoever was never helped by hand loads nothing of it', async () => {
    await visitor.page.goto(site.url);
    await until(() => relay.requests.some((each) => each.includes('launcher')));
    await until(() => visitor.page.evaluate(() => document.readyState === 'complete'));
    expect(relay.requests.filter((each) => /hand|widget-|list/.test(each.replace('/widget/', '')))).toEqual([]);
  });
});
