// For tests of suggestions on the visitor's side: a page with the widget that two operators watch, by a stand-in relay
// which says whatever a test wants, and what the page and its visitor answer.

import type { Browser } from 'puppeteer';
import type { Grant, Hands, Outcome, Suggestion, ToHand } from '../../protocol/hand.ts';
import { capturedId } from './captured-id.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from './visitor-relay.ts';
import type { Tab } from './visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from './widget-page.ts';

export const ANNA = { id: 'op-1', name: 'Anna' };
export const BORIS = { id: 'op-2', name: 'Boris' };

/** The accepting button, once it may be pressed. */
export const DO_IT = '.ghosts .main[aria-disabled=false]';
export const NO_THANKS = '.ghosts .side';

export type SuggestedPage = Awaited<ReturnType<typeof openSuggested>>;

export async function openSuggested(browser: Browser, body: string, lang = 'en', before?: () => void) {
  const relay = await startVisitorRelay();
  const site = await startSite({
    '/frame': { html: '<!doctype html><input id="inner">' },
    '/': {
      html: `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Page</title>${await snippetFor(relay)}${body}`,
    },
  });
  const visitor: WidgetPage = await openPage(browser, before ? { before } : {});
  const { page } = visitor;
  await page.setViewport({ width: 1000, height: 700 });
  await page.goto(site.url);
  const tab: Tab = await until(() => relay.tabs[0]);
  let number = 0;

  const say = (said: ToHand['say']) => tab.send({ t: 'hand', say: said });
  const said = () => tab.heard.flatMap((m) => (m.t === 'hand' ? [m.say] : []));
  const granted = () => said().flatMap((s) => (s.t === 'grant' ? [`${s.operator} ${s.grant} ${s.on}`] : []));
  const tell = (hands: Hands) => say({ t: 'hands', hands });
  const handled = (n: number): Outcome | undefined =>
    said().flatMap((s) => (s.t === 'handled' && s.n === n ? [s.outcome] : []))[0];

  tab.send({ t: 'ask', ask: 'ask-1', operator: ANNA });
  await visitor.click(ALLOW);
  await until(() => tab.heard.find((m) => m.t === 'answer'));
  const viewed = () => tab.send({ t: 'visit', visit: visitState() });
  viewed();
  await visitor.ui('.badge.viewed');

  return {
    visitor,
    page,
    tab,
    viewed,
    granted,
    handled,
    tell,
    say,
    /** To Anna, and to whom else. */
    async grant(grants: Grant[], ...also: (typeof ANNA)[]) {
      const hands: Hands = [];
      for (const [colour, by] of [ANNA, ...also].entries()) {
        for (const grant of grants) {
          tell([...hands, { by, colour, grants: [], wish: grant }]);
          await visitor.click(ALLOW);
          await until(() => granted().includes(`${by.id} ${grant} true`));
          await visitor.noUi('.ask');
        }
        hands.push({ by, colour, grants });
      }
      tell(hands);
      await visitor.ui('.granted button');
    },
    /** By the element's own id, and where in it. */
    async suggest(id: string, does: Suggestion, by = ANNA): Promise<number> {
      const at = { node: await until(() => capturedId(tab.frames, id)), x: 0.5, y: 0.5 };
      say({ t: 'act', by: by.id, n: ++number, act: { t: 'suggest', at, does } });
      return number;
    },
    unsuggest: (by = ANNA) => say({ t: 'act', by: by.id, n: ++number, act: { t: 'unsuggest' } }),
    outcome: (n: number) => until(() => handled(n)),
    /** In a task of the page's own: what Firefox's driver runs directly has more rights than a page. */
    byScript: (source: string) =>
      page.evaluate(
        (source) =>
          new Promise<void>((done) => {
            const script = document.createElement('script');
            script.textContent = source;
            setTimeout(() => {
              document.head.append(script);
              done();
            });
          }),
        source,
      ),
    /** So many more looks of the widget at its card. */
    looks: async (count: number) =>
      (await visitor.ui('.ghosts .main')).evaluate(
        (button, count) =>
          new Promise<void>((done) => {
            let seen = 0;
            // It is said anew each time.
            const observer = new MutationObserver((records) => {
              seen += records.length;
              if (seen < count) return;
              observer.disconnect();
              done();
            });
            observer.observe(button, { attributeFilter: ['aria-disabled'] });
          }),
        count,
      ),
    boxOf: async (selector: string) =>
      (await visitor.ui(selector)).evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x, y, width, height };
      }),
    async close() {
      await page.close();
      await relay.close();
      await site.close();
    },
  };
}
