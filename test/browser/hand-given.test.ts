// What a site's policy brings to the visitor's page: a question for the view that says what a yes also allows, and pages
// where nobody controls. The relay is a stand-in: the moments matter in which its words come.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPEN_POLICY, type Act, type Grant, type HandPolicy, type ToHand } from '../../protocol/hand.ts';
import { capturedId } from '../support/captured-id.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { until, visitState } from '../support/visitor-relay.ts';
import type { Site, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, type WidgetPage } from '../support/widget-page.ts';
import { ANNA, ASK, BORIS, closeWidgetSite, openWidgetSite, outcome, said, say } from '../support/widget-site.ts';

inEachBrowser('what a policy gives', (browser, name) => {
  const once = onceIn(name);
  let relay: VisitorRelay;
  let site: Site;
  let visitor: WidgetPage;
  let number = 0;

  beforeEach(async () => {
    number = 0;
    ({ relay, site, visitor } = await openWidgetSite(browser(), (snippet) => {
      const page = (lang: string) => ({
        html: `<!doctype html><html lang="${lang}"><title>Page</title>${snippet}<button id="buy">Buy</button>
      <script nonce="r4nd0m">window.clicks = 0; buy.addEventListener('click', () => clicks++);</script>`,
      });
      return { '/': page('en'), '/ru': page('ru'), '/checkout/card': page('en') };
    }));
  });
  afterEach(() => closeWidgetSite({ relay, site, visitor }));

  const policyOf = (more: Partial<HandPolicy>): ToHand => ({
    t: 'hand',
    say: { t: 'policy', policy: { ...OPEN_POLICY, ...more } },
  });
  const gives = (...given: Grant[]) => (relay.welcome = () => ({ hand: JSON.stringify(policyOf({ given })) }));
  const granted = (tab: Tab) =>
    said(tab).flatMap((s) => (s.t === 'grant' ? [`${s.operator} ${s.grant} ${s.on ? 'on' : 'off'}`] : []));
  const open = async (path = '/'): Promise<Tab> => {
    await visitor.page.goto(site.url.replace(/\/$/, '') + path);
    return until(() => relay.tabs[0]);
  };
  const begins = async (tab: Tab, watchers = [ANNA]) => {
    tab.send({ t: 'visit', visit: visitState({ watchers }) });
    await visitor.ui('.badge');
  };
  const has = (tab: Tab, ...hands: [who: typeof ANNA, ...grants: Grant[]][]) =>
    tab.send({ t: 'hand', say: { t: 'hands', hands: hands.map(([by, ...grants]) => ({ by, colour: 0, grants })) } });
  const act = async (tab: Tab, act: Act) => {
    const n = ++number;
    say(tab, { t: 'act', by: ANNA.id, n, act });
    return outcome(tab, n);
  };
  const clicks = () => visitor.page.evaluate(() => (window as unknown as { clicks: number }).clicks);
  const click = async (tab: Tab) => {
    const node = await until(() => capturedId(tab.frames, 'buy'));
    const down = await act(tab, { t: 'down', at: { node, x: 0.5, y: 0.5 }, button: 0, clicks: 1, mods: 0 });
    const up = await act(tab, { t: 'up', at: { node, x: 0.5, y: 0.5 }, button: 0, mods: 0 });
    return [down, up].map(({ done, why }) => (done ? 'done' : why));
  };

  test('[G9] an operator asks: the question says what a yes is also for, and a trusted yes grants it', async () => {
    gives('point', 'control');
    const tab = await open();
    tab.send(ASK);
    const allow = await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toBe('Anna asks to see this page and to help on it');
    const words = await visitor.textOf('.ask');
    expect(words).toContain('Also: pointing at things and clicking, typing and scrolling for you.');
    expect(words).not.toContain('suggesting');
    expect(words).toContain('Passwords and card numbers.');
    await allow.evaluate((button) => new Promise<void>((done) => setTimeout(() => (button.click(), done()))));
    expect(await visitor.hasUi('.ask')).toBe(true);
    await allow.click();
    await until(() => tab.heard.find((m) => m.t === 'answer'));
    expect(granted(tab)).toEqual([]);
    await begins(tab, [ANNA, BORIS]);
    await until(() => granted(tab).length === 3);
    expect(granted(tab)).toEqual(['op-1 point on', 'op-1 control on', 'op-2 point on']);
    has(tab, [ANNA, 'point', 'control'], [BORIS, 'point']);
    expect(await visitor.textOf('.granted .control')).toBe('control');
    expect(await visitor.textOf('.granted div p')).toBe('Anna');
    expect(await click(tab)).toEqual(['done', 'done']);
    expect(await clicks()).toBe(1);
  });

  once('[G9] in the visitor’s language', async () => {
    gives('point', 'suggest', 'control');
    const tab = await open('/ru');
    tab.send(ASK);
    await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toBe('Anna просит показать эту страницу и разрешить помогать на ней');
    expect(await visitor.textOf('#eye')).toBe(
      'Что станет возможноВидеть страницы этого сайта, которые вы открываете в этом браузере, и ваши действия на них. Также указывать на нужные места, подсказывать, что нажать и написать (каждый раз решаете вы) и нажимать, печатать и прокручивать за вас.',
    );
  });

  once('[G9] "Show my screen": granted to whoever comes, also after the visitor has turned the page', async () => {
    gives('point', 'control');
    const tab = await open();
    await visitor.page.evaluate(() => (window as unknown as { Tandem: (what: string) => void }).Tandem('show'));
    const allow = await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toBe('Show this page to our team, and let them help on it?');
    await allow.click();
    await until(() => tab.heard.find((m) => m.t === 'show'));
    await begins(tab, []);
    const { hand } = relay.welcome(tab.hello) as { hand: string };
    relay.welcome = () => ({ hand, visit: visitState({ watchers: [] }) });
    await visitor.page.reload();
    const second = await until(() => relay.tabs[1]);
    await visitor.ui('.badge.offering');
    await begins(second);
    await until(() => granted(second).length === 2);
    has(second, [ANNA, 'point', 'control']);
    await visitor.ui('.granted .control');
    // Who comes later has no control; and what was taken back is given to nobody.
    await visitor.click('.granted button');
    await until(() => granted(second).includes('op-1 control off'));
    await begins(second, [ANNA, BORIS]);
    await until(() => granted(second).includes('op-2 point on'));
    expect(granted(tab)).toEqual([]);
    expect(granted(second)).toEqual(['op-1 point on', 'op-1 control on', 'op-1 control off', 'op-2 point on']);
  });

  once('[G9] a no grants nothing; nor does the next visit have what the last one had', async () => {
    gives('control');
    const tab = await open();
    tab.send(ASK);
    await visitor.ui(ALLOW);
    await visitor.click('.answers .side');
    await visitor.noUi('.ask');
    tab.send({ t: 'unask', ask: 'ask-1' });
    tab.send({ ...ASK, ask: 'ask-2' });
    await visitor.click(ALLOW);
    await begins(tab);
    await until(() => granted(tab).length === 1);
    const kept = () => visitor.page.evaluate(() => localStorage.getItem('tandem:shop:hand:given'));
    expect(await kept()).toContain('op-1');
    await visitor.click('.badge .halt');
    await visitor.noUi('.badge');
    expect(await kept()).toBeNull();
    tab.send({ t: 'ended', why: 'visitor' });
    // The site's owner has thought better of it.
    tab.send(policyOf({}));
    tab.send({ ...ASK, ask: 'ask-3' });
    await visitor.ui(ALLOW);
    expect(await visitor.textOf('.ask h2')).toBe('Anna asks to see this page');
    await visitor.click(ALLOW);
    tab.send({ t: 'visit', visit: visitState({ room: 'room-2' }) });
    await visitor.ui('.badge.viewed');
    expect(granted(tab)).toEqual(['op-1 control on']);
  });

  once(
    '[G9] the hand’s file does not come in time: the question is asked without it, and nothing is given',
    async () => {
      gives('control');
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      relay.holds = (name) => (name.includes('/hand-') ? held : undefined);
      const tab = await open();
      tab.send(ASK);
      await visitor.ui(ALLOW);
      expect(await visitor.textOf('.ask h2')).toBe('Anna asks to see this page');
      await visitor.click(ALLOW);
      await begins(tab);
      // It comes when it is too late: what the visitor was not asked for is not theirs.
      release();
      tab.send({ t: 'hand', say: { t: 'hands', hands: [{ by: ANNA, colour: 0, grants: [], wish: 'point' }] } });
      await visitor.ui('.ask');
      expect(granted(tab)).toEqual([]);
    },
  );

  once('a site that gives nothing costs nothing', async () => {
    const tab = await open();
    tab.send(ASK);
    await visitor.click(ALLOW);
    await begins(tab);
    expect(relay.requests.filter((path) => path.includes('/hand'))).toEqual([]);
  });

  test('[G9] where control pauses: refused by the page itself before anything is done, and said in the badge', async () => {
    gives('point', 'control');
    const tab = await open();
    tab.send(ASK);
    await visitor.click(ALLOW);
    await begins(tab);
    tab.send(policyOf({ given: ['point', 'control'], pausedAt: ['/checkout/*'] }));
    has(tab, [ANNA, 'point', 'control']);
    await visitor.ui('.granted .control');
    expect(await click(tab)).toEqual(['done', 'done']);
    // The page does not load: no more than its address says where it is.
    await visitor.page.evaluate(() => history.pushState({}, '', '/checkout/card?step=2'));
    expect(await click(tab)).toEqual(['paused-here', 'paused-here']);
    expect(await clicks()).toBe(1);
    expect(await act(tab, { t: 'visit', url: site.url })).toEqual({ done: false, why: 'paused-here' });
    await visitor.ui('.granted.closed .dim:not([hidden])');
    expect(await visitor.textOf('.granted .dim')).toBe('Control is off on this page');
    expect(await visitor.textOf('.granted .said')).toBe('Control is off on this page');
    const node = await until(() => capturedId(tab.frames, 'buy'));
    expect(await act(tab, { t: 'frame', node, note: '' })).toEqual({ done: true });
    await visitor.page.evaluate(() => history.back());
    await until(async () => (await visitor.textOf('.granted .said')) === 'Anna controls this page');
    await visitor.ui('.granted .dim[hidden]');
    expect(await click(tab)).toEqual(['done', 'done']);
  });
});
