// A visit as the visitor lives it: asked, allowed, seen, paused, carried over page loads and tabs, lost, ended.

import { KIND } from '../../protocol/codec.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from '../support/widget-page.ts';

const COLOURS = ['red', 'green', 'blue', 'grey'];
const pictures = COLOURS.map((colour) => `<img src="/${colour}.svg" width="9" height="9" alt="">`).join('');
const ASK = { t: 'ask', ask: 'ask-1', operator: { id: 'op-1', name: 'Anna' } } as const;

inEachBrowser('a visit of the widget', (browser) => {
  let relay: VisitorRelay;
  let site: Site;
  let visitor: WidgetPage;

  beforeEach(async () => {
    relay = await startVisitorRelay();
    const html = (title: string) => async () => ({
      html: `<!doctype html><html lang="en"><title>${title}</title>${await snippetFor(relay)}<h1>${title}</h1><input id="field">${pictures}`,
    });
    const [one, two] = [await html('One')(), await html('Two')()];
    const svg = (colour: string) => ({
      html: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="${colour}" d="M0 0h1v1z"/></svg>`,
      headers: { 'content-type': 'image/svg+xml' },
    });
    site = await startSite({
      '/one': one,
      '/two': two,
      ...Object.fromEntries(COLOURS.map((colour) => [`/${colour}.svg`, svg(colour)])),
    });
    visitor = await openPage(browser());
  });
  afterEach(async () => {
    await visitor.page.close();
    await relay.close();
    await site.close();
  });

  const tab = (index: number) => until(() => relay.tabs[index]);
  const heard = <T extends Tab['heard'][number]['t']>(from: Tab, t: T) =>
    until(() => from.heard.find((m): m is Extract<typeof m, { t: T }> => m.t === t));
  const stored = () => visitor.page.evaluate(() => localStorage.getItem('tandem:shop'));
  /** Hashes of all pictures of the page, in however many messages they are offered. */
  const offered = (from: Tab) =>
    until(() => {
      const lists = from.heard.flatMap((message) => (message.t === 'assets' ? message.list : []));
      const hashes = lists.flatMap(({ hash }) => hash ?? []);
      return hashes.length >= COLOURS.length && hashes;
    });

  /** Asked and allowed, with Anna watching. */
  async function startVisit(): Promise<Tab> {
    await visitor.page.goto(`${site.url}/one`);
    const first = await tab(0);
    first.send(ASK);
    await visitor.click(ALLOW);
    await heard(first, 'answer');
    first.send({ t: 'visit', visit: visitState() });
    await visitor.ui('.badge.viewed');
    return first;
  }

  test('allowing shows the page and says by whom it is seen; nothing is captured before', async () => {
    await visitor.page.goto(`${site.url}/one`);
    const first = await tab(0);
    first.send(ASK);
    await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toContain('Anna');
    expect(relay.requests.some((path) => path.includes('capture'))).toBe(false);
    await visitor.click(ALLOW);
    expect(await heard(first, 'answer')).toEqual({ t: 'answer', ask: 'ask-1', yes: true });
    await visitor.noUi('.ask');
    expect(first.frames).toHaveLength(0);
    first.send({ t: 'visit', visit: visitState() });
    await until(() => first.frames.length > 0);
    expect(await visitor.textOf('.badge p')).toBe('Anna sees this page');
    expect(visitor.noise).toEqual([]);
  });

  test('[RM1] a visit that nobody agreed to in this browser shows nothing', async () => {
    await visitor.page.goto(`${site.url}/one`);
    const first = await tab(0);
    first.send(ASK);
    await visitor.ui('.ask');
    // As when somebody with this device's token said yes elsewhere.
    first.send({ t: 'unask', ask: ASK.ask });
    first.send({ t: 'visit', visit: visitState() });
    await visitor.noUi('.ask');
    first.send({ t: 'code', code: '123456', lifeMs: 60_000 });
    await visitor.page.evaluate(() => (window as unknown as { Tandem(what: string): void }).Tandem('open'));
    await visitor.ui('.panel');
    expect(await visitor.hasUi('.badge')).toBe(false);
    expect(first.frames).toHaveLength(0);
    expect(await stored()).toBeNull();
  });

  test('pause and resume are told and shown; stop ends it and forgets the visit', async () => {
    const first = await startVisit();
    await until(stored);
    await visitor.click('.badge .hold');
    expect(await heard(first, 'pause')).toEqual({ t: 'pause', on: true });
    expect(await visitor.textOf('.badge.paused p')).toBe('Paused: nobody sees this page');
    await visitor.click('.badge .hold');
    await until(() => first.heard.some((m) => m.t === 'pause' && !m.on));
    await visitor.click('.badge .halt');
    await heard(first, 'stop');
    expect(await visitor.textOf('.toast')).toContain('Nobody sees this page any more');
    expect(await visitor.hasUi('.badge')).toBe(false);
    expect(await stored()).toBeNull();
    expect(visitor.noise).toEqual([]);
  });

  test('while paused nothing is captured, told or uploaded; resuming starts with a fresh picture of the page', async () => {
    relay.holdsUploads = true;
    const first = await startVisit();
    await until(() => first.frames.length > 0);
    const hashes = await offered(first);
    first.send({ t: 'want', hashes });
    await until(() => relay.uploads.length === 2);
    await visitor.click('.badge .hold');
    await heard(first, 'pause');
    await until(() => relay.uploads.every(({ state }) => state === 'broken off'));
    const [frames, words] = [first.frames.length, first.heard.length];
    await visitor.page.evaluate(async () => {
      document.body.append('written while paused');
      (document.querySelector('#field') as HTMLInputElement).value = 'typed while paused';
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 500)));
    });
    expect([first.frames.length, first.heard.length, relay.uploads.length]).toEqual([frames, words, 2]);
    relay.holdsUploads = false;
    await visitor.click('.badge .hold');
    await until(() => first.frames.length > frames);
    expect(first.frames[frames]?.[0]).toBe(KIND.Snapshot);
    expect(first.heard.slice(words).find((m) => m.t !== 'probe')).toEqual({ t: 'pause', on: false });
    // All of it is offered again, and what the relay still lacks is sent: each once.
    const offeredAgain = () =>
      first.heard.slice(words).flatMap((message) => (message.t === 'assets' ? message.list : []));
    await until(() => offeredAgain().length >= hashes.length);
    first.send({ t: 'want', hashes });
    await until(() => relay.uploads.filter(({ state }) => state === 'stored').length === hashes.length);
    expect(relay.uploads.slice(2).map(({ hash }) => hash)).toEqual(expect.arrayContaining(hashes));
    expect(relay.uploads).toHaveLength(2 + hashes.length);
    expect(visitor.noise).toEqual([]);
  });

  test('stop breaks uploads off, and what was asked for twice is sent once', async () => {
    relay.holdsUploads = true;
    const first = await startVisit();
    const hashes = await offered(first);
    first.send({ t: 'want', hashes: hashes.slice(0, 1) });
    await until(() => relay.uploads.length > 0);
    first.send({ t: 'want', hashes });
    await until(() => relay.uploads.length > 1);
    expect(relay.uploads.map(({ hash }) => hash)).toEqual(hashes.slice(0, 2));
    await visitor.click('.badge .halt');
    await heard(first, 'stop');
    await until(() => relay.uploads.every(({ state }) => state === 'broken off'));
    await visitor.ui('.toast');
    expect(relay.uploads).toHaveLength(2);
    expect(visitor.noise).toEqual([]);
  });

  test('a page load goes on with the visit without asking again', async () => {
    const first = await startVisit();
    relay.welcome = (hello) => (hello.resume === 'resume-1' ? { visit: visitState() } : {});
    await visitor.page.goto(`${site.url}/two`);
    const second = await tab(1);
    expect(second.hello).toMatchObject({ resume: 'resume-1', tab: first.hello.tab, token: 'token-1' });
    await visitor.ui('.badge.viewed');
    await until(() => second.frames.length > 0);
    expect(second.heard.some((m) => m.t === 'answer')).toBe(false);
    expect(visitor.noise).toEqual([]);
  });

  test('a pause that the relay did not hear of holds on the next page', async () => {
    await startVisit();
    relay.refuse();
    await visitor.ui('.badge.lost');
    await visitor.click('.badge .hold');
    await visitor.ui('.badge.paused');
    await visitor.page.goto(`${site.url}/two`);
    relay.welcome = () => ({ visit: visitState() });
    relay.admit();
    await visitor.page.evaluate(() => dispatchEvent(new Event('online')));
    const second = await tab(1);
    expect(await heard(second, 'pause')).toEqual({ t: 'pause', on: true });
    await visitor.ui('.badge.paused');
    expect(second.frames).toHaveLength(0);
  });

  test('another tab of the site joins while the visit lasts, and says goodbye with it', async () => {
    await visitor.page.goto(`${site.url}/one`);
    const first = await tab(0);
    const other = await openPage(browser());
    await other.page.goto(`${site.url}/two`);
    const second = await tab(1);
    expect(second.hello.tab).not.toBe(first.hello.tab);
    relay.welcome = (hello) => (hello.resume === 'resume-1' ? { visit: visitState({ tab: 2 }) } : {});
    await visitor.page.bringToFront();
    first.send(ASK);
    await visitor.click(ALLOW);
    await heard(first, 'answer');
    first.send({ t: 'visit', visit: visitState() });
    const joined = await tab(2);
    expect(joined.hello).toMatchObject({ tab: second.hello.tab, token: 'token-1', resume: 'resume-1' });
    await other.ui('.badge.viewed');
    joined.send({ t: 'ended', why: 'operator', by: 'Anna' });
    await other.noUi('.badge');
    expect(await other.textOf('.toast')).toContain('Anna has ended the viewing');
    await other.page.close();
    expect([...visitor.noise, ...other.noise]).toEqual([]);
  });

  test('a lost link is said, and the visit goes on when it is back', async () => {
    const first = await startVisit();
    relay.welcome = () => ({ visit: visitState() });
    relay.refuse();
    expect(await visitor.textOf('.badge.lost p')).toContain('Reconnecting');
    relay.admit();
    await visitor.page.evaluate(() => dispatchEvent(new Event('online')));
    await visitor.ui('.badge.viewed');
    const second = await tab(1);
    expect(second.hello).toMatchObject({ tab: first.hello.tab, token: 'token-1', resume: 'resume-1' });
  });

  test('a visit that the relay no longer knows is forgotten', async () => {
    await startVisit();
    relay.welcome = () => ({});
    await visitor.page.goto(`${site.url}/two`);
    const second = await tab(1);
    second.send({ t: 'ended', why: 'lost' });
    await until(async () => (await stored()) === null);
    expect(await visitor.hasUi('.badge')).toBe(false);
  });

  test('the page is told of a visit that starts and ends', async () => {
    await visitor.page.goto(`${site.url}/one`);
    await visitor.page.evaluate(() => {
      const told: unknown[] = [];
      Object.assign(window, { told });
      // The snippet defines it.
      (window as unknown as { Tandem: (...call: unknown[]) => void }).Tandem('on', 'visit', (event: unknown) =>
        told.push(event),
      );
    });
    const first = await tab(0);
    first.send(ASK);
    await visitor.click(ALLOW);
    first.send({ t: 'visit', visit: visitState() });
    await visitor.ui('.badge.viewed');
    first.send({ t: 'ended', why: 'unwatched' });
    await visitor.ui('.toast');
    await until(async () => ((await visitor.page.evaluate('told.length')) as number) === 2);
    expect(await visitor.page.evaluate('told')).toEqual([{ type: 'started' }, { type: 'ended', why: 'unwatched' }]);
  });
});
