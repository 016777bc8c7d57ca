// For tests of the widget with a relay of the test's own: a site that carries it, open in one page; a visit that begins as
// every one does; and what is said by hand, both ways.

import type { Browser } from 'puppeteer';
import { expect } from 'vitest';
import type { Outcome, ToHand } from '../../protocol/hand.ts';
import type { VisitState } from '../../protocol/messages.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from './visitor-relay.ts';
import type { Site, SitePage, Tab, VisitorRelay } from './visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from './widget-page.ts';

export const ANNA = { id: 'op-1', name: 'Anna' };
export const BORIS = { id: 'op-2', name: 'Boris' };
export const ASK = { t: 'ask', ask: 'ask-1', operator: ANNA } as const;

export type WidgetSite = { relay: VisitorRelay; site: Site; visitor: WidgetPage };

/** Its pages by their paths, made with the snippet. */
export async function openWidgetSite(
  browser: Browser,
  pages: (snippet: string) => Record<string, SitePage>,
  { before, height = 700 }: { before?: (() => void) | undefined; height?: number } = {},
): Promise<WidgetSite> {
  const relay = await startVisitorRelay();
  const site = await startSite(pages(await snippetFor(relay)));
  const visitor = await openPage(browser, before ? { before } : {});
  await visitor.page.setViewport({ width: 1000, height });
  return { relay, site, visitor };
}

/** The page never had to hear of anything. */
export async function closeWidgetSite({ relay, site, visitor }: WidgetSite): Promise<void> {
  expect(visitor.noise).toEqual([]);
  await visitor.page.close();
  await relay.close();
  await site.close();
}

/** Anna asks, and the visitor allows it. */
export async function beSeen(visitor: WidgetPage, tab: Tab, state: Partial<VisitState> = {}): Promise<void> {
  tab.send(ASK);
  await visitor.click(ALLOW);
  await until(() => tab.heard.find((m) => m.t === 'answer'));
  tab.send({ t: 'visit', visit: visitState(state) });
  await visitor.ui('.badge.viewed');
}

export const say = (tab: Tab, said: ToHand['say']) => tab.send({ t: 'hand', say: said });
export const said = (tab: Tab) => tab.heard.flatMap((m) => (m.t === 'hand' ? [m.say] : []));
/** Undefined: the page has not answered this act yet. */
export const handled = (tab: Tab, n: number): Outcome | undefined =>
  said(tab).flatMap((s) => (s.t === 'handled' && s.n === n ? [s.outcome] : []))[0];
export const outcome = (tab: Tab, n: number) => until(() => handled(tab, n));
