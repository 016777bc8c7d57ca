// For tests of the hand in frames of other origins: a shop on 127.0.0.1, and another site on localhost, whose pages stand
// in the shop's frames and carry the snippet. The visitor has allowed control; acts are what the relay would pass on.

import type { Browser } from 'puppeteer';
import type { Act, Outcome, Place, ToHand } from '../../protocol/hand.ts';
import { farFrame, type FarFrame } from './far-frame.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from './visitor-relay.ts';
import type { Site, SitePage, Tab, VisitorRelay } from './visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from './widget-page.ts';
import { createEventReader } from './wire-events.ts';

export const ANNA = { id: 'op-1', name: 'Anna' };

type Captured = { id?: number; attributes?: { id?: unknown }; childNodes?: Captured[] };

/** The number of the element with this id, wherever the picture has it: the last one counts. */
export function capturedAnywhere(frames: readonly Buffer[], id: string): number | undefined {
  const read = createEventReader();
  let found: number | undefined;
  const look = (node: Captured) => {
    if (node.attributes?.id === id) found = node.id;
    for (const child of node.childNodes ?? []) look(child);
  };
  for (const frame of frames) {
    const events = (read(frame)?.events ?? []) as { data?: { node?: Captured; adds?: { node: Captured }[] } }[];
    for (const { data } of events) {
      if (data?.node) look(data.node);
      for (const { node } of data?.adds ?? []) look(node);
    }
  }
  return found;
}

export type Step =
  | ['click', on: string, at?: [x: number, y: number]]
  | ['key', key: string, mods?: number]
  | ['text', text: string]
  | ['type', text: string];

export type HandFrames = {
  relay: VisitorRelay;
  site: Site;
  other: Site;
  /** Of the other site, and so in another process. */
  otherOrigin: string;
  visitor: WidgetPage;
  tab: Tab;
  say(said: ToHand['say']): void;
  /** Sends it; the number is to be asked for. */
  act(act: Act): number;
  outcome(n: number): Promise<Outcome>;
  /** Waits for the answer. */
  perform(act: Act): Promise<Outcome>;
  place(id: string, x?: number, y?: number): Promise<Place>;
  node(id: string): Promise<number>;
  /** The last step's outcome. */
  run(...steps: Step[]): Promise<Outcome>;
  /** The outermost frame of its origin with this path. */
  frame(path: string): Promise<FarFrame>;
  granted(): string[];
  handled(): { n: number; outcome: Outcome }[];
  close(): Promise<void>;
};

export type Pages = (origins: { shop: string; other: string; snippet: (attributes?: string) => string }) => {
  shop: Record<string, string>;
  other: Record<string, string>;
};

/** `pages` by path; the shop's `/` carries the snippet by itself. */
export async function openHandFrames(browser: Browser, pages: Pages): Promise<HandFrames> {
  const relay = await startVisitorRelay();
  const shopPages: Record<string, SitePage> = {};
  const otherPages: Record<string, SitePage> = {};
  const site = await startSite(shopPages);
  const other = await startSite(otherPages);
  const otherOrigin = other.url.replace('127.0.0.1', 'localhost');
  const plain = await snippetFor(relay);
  const snippet = (attributes = '') => plain.replace('data-site="shop"', `data-site="shop" ${attributes}`);
  const made = pages({ shop: site.url, other: otherOrigin, snippet });
  for (const [path, html] of Object.entries(made.other)) otherPages[path] = { html: `<!doctype html>${html}` };
  for (const [path, html] of Object.entries(made.shop))
    shopPages[path] = { html: `<!doctype html><html lang="en">${path === '/' ? snippet() : ''}${html}` };

  const visitor = await openPage(browser);
  await visitor.page.setViewport({ width: 1000, height: 700 });
  await visitor.page.goto(site.url);
  const tab = await until(() => relay.tabs[0]);
  tab.send({ t: 'ask', ask: 'ask-1', operator: ANNA });
  await visitor.click(ALLOW);
  await until(() => tab.heard.find((m) => m.t === 'answer'));
  tab.send({ t: 'visit', visit: visitState() });
  await visitor.ui('.badge.viewed');

  const say = (said: ToHand['say']) => tab.send({ t: 'hand', say: said });
  const said = () => tab.heard.flatMap((m) => (m.t === 'hand' ? [m.say] : []));
  const granted = () => said().flatMap((s) => (s.t === 'grant' ? [`${s.grant} ${s.on ? 'on' : 'off'}`] : []));
  const handled = () => said().flatMap((s) => (s.t === 'handled' ? [{ n: s.n, outcome: s.outcome }] : []));
  for (const grant of ['point', 'control'] as const) {
    say({ t: 'hands', hands: [{ by: ANNA, colour: 0, grants: grant === 'point' ? [] : ['point'], wish: grant }] });
    await visitor.click(ALLOW);
    await until(() => granted().includes(`${grant} on`));
    await visitor.noUi('.ask');
  }
  say({ t: 'hands', hands: [{ by: ANNA, colour: 0, grants: ['point', 'control'] }] });
  await visitor.ui('.granted button');
  // The click on Allow was the visitor's own: the hand waits for it.
  let number = 0;
  const act = (act: Act) => {
    const n = ++number;
    say({ t: 'act', by: ANNA.id, n, act });
    return n;
  };
  const outcome = (n: number) => until(() => handled().find((each) => each.n === n)?.outcome);
  const perform = async (what: Act) => {
    for (;;) {
      const done = await outcome(act(what));
      if (done.why !== 'visitor-busy') return done;
    }
  };
  const node = (id: string) => until(() => capturedAnywhere(tab.frames, id));
  const place = async (id: string, x = 0.5, y = 0.5) => ({ node: await node(id), x, y });
  return {
    relay,
    site,
    other,
    otherOrigin,
    visitor,
    tab,
    say,
    act,
    outcome,
    perform,
    place,
    node,
    granted,
    handled,
    async run(...steps) {
      let last: Outcome = { done: false };
      for (const step of steps) {
        if (step[0] === 'click') {
          const at = await place(step[1], ...(step[2] ?? []));
          const down = await perform({ t: 'down', at, button: 0, clicks: 1, mods: 0 });
          const up = await perform({ t: 'up', at, button: 0, mods: 0 });
          last = down.done ? up : down;
        } else if (step[0] === 'key') last = await perform({ t: 'key', key: step[1], code: '', mods: step[2] ?? 0 });
        else if (step[0] === 'text') last = await perform({ t: 'text', text: step[1], isPasted: false });
        else {
          // All at once, as a fast typist's come.
          const sent = [...step[1]].map((key) => act({ t: 'key', key, code: '', mods: 0 }));
          for (const n of sent) last = await outcome(n);
        }
      }
      return last;
    },
    frame: (path) => farFrame(visitor.page, (url) => url.host === new URL(otherOrigin).host && url.pathname === path),
    async close() {
      await visitor.page.close();
      await relay.close();
      await site.close();
      await other.close();
    },
  };
}
