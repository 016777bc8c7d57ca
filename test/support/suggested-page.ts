// For tests of suggestions on the visitor's side: a page with the widget that two operators watch, by a stand-in relay
// which says whatever a test wants, and what the page and its visitor answer.

import type { Browser } from 'puppeteer';
import type { Grant, Hands, Suggestion, ToHand } from '../../protocol/hand.ts';
import { capturedId } from './captured-id.ts';
import { until, visitState, type Tab } from './visitor-relay.ts';
import { ALLOW } from './widget-page.ts';
import { ANNA, beSeen, handled, openWidgetSite, outcome, said, say } from './widget-site.ts';

/** The accepting button, once it may be pressed. */
export const DO_IT = '.ghosts .main[aria-disabled=false]';
export const NO_THANKS = '.ghosts .side';

export type SuggestedPage = Awaited<ReturnType<typeof openSuggested>>;

export async function openSuggested(browser: Browser, body: string, lang = 'en', before?: () => void) {
  const pages = (snippet: string) => ({
    '/frame': { html: '<!doctype html><input id="inner">' },
    '/': {
      html: `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Page</title>${snippet}${body}`,
    },
  });
  const { relay, site, visitor } = await openWidgetSite(browser, pages, { before });
  const { page } = visitor;
  await page.goto(site.url);
  const tab: Tab = await until(() => relay.tabs[0]);
  let number = 0;

  const granted = () => said(tab).flatMap((s) => (s.t === 'grant' ? [`${s.operator} ${s.grant} ${s.on}`] : []));
  const tell = (hands: Hands) => say(tab, { t: 'hands', hands });
  const viewed = () => tab.send({ t: 'visit', visit: visitState() });
  await beSeen(visitor, tab);

  return {
    visitor,
    page,
    tab,
    viewed,
    granted,
    handled: (n: number) => handled(tab, n),
    tell,
    say: (said: ToHand['say']) => say(tab, said),
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
      say(tab, { t: 'act', by: by.id, n: ++number, act: { t: 'suggest', at, does } });
      return number;
    },
    unsuggest: (by = ANNA) => say(tab, { t: 'act', by: by.id, n: ++number, act: { t: 'unsuggest' } }),
    outcome: (n: number) => outcome(tab, n),
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
