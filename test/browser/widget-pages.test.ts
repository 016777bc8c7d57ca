// The widget on pages that make it hard: strict content policies, replaced natives, hostile style sheets, modal dialogs,
// pages that throw our element out, a relay that is not there. The page must never hear of us.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from '../support/visitor-relay.ts';
import type { Site, SitePage, Tab, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from '../support/widget-page.ts';

const ASK = { t: 'ask', ask: 'ask-1', operator: { id: 'op-1', name: 'Anna' } } as const;

inEachBrowser('the widget on hard pages', (browser) => {
  let relay: VisitorRelay;
  let site: Site | undefined;
  let visitor: WidgetPage;

  beforeEach(async () => {
    relay = await startVisitorRelay();
    visitor = await openPage(browser());
  });
  afterEach(async () => {
    await visitor.page.close();
    await relay.close();
    await site?.close();
  });

  async function open(page: SitePage): Promise<void> {
    site = await startSite({ '/': page });
    await visitor.page.goto(`${site.url}/`);
  }

  const html = (head: string, body = '<h1>Shop</h1>') =>
    `<!doctype html><html lang="en"><title>Shop</title>${head}<body>${body}`;

  /** The whole way, with real clicks: launcher, panel, code, ask, allow, seen, paused, stopped. */
  async function goTheWholeWay(): Promise<Tab> {
    await visitor.click('button');
    await visitor.click('.panel .side');
    const tab = await until(() => relay.tabs.findLast((each) => each.isOpen));
    await until(() => tab.heard.find((m) => m.t === 'code'));
    tab.send({ t: 'code', code: '123456', lifeMs: 1_200_000 });
    await until(async () => (await visitor.textOf('.digits')) === '123456');
    tab.send(ASK);
    await visitor.click(ALLOW);
    expect(await until(() => tab.heard.find((m) => m.t === 'answer'))).toMatchObject({ yes: true });
    tab.send({ t: 'visit', visit: visitState() });
    await visitor.ui('.badge.viewed');
    await until(() => tab.frames.length > 0);
    await visitor.click('.badge .hold');
    await until(() => tab.heard.find((m) => m.t === 'pause'));
    await visitor.click('.badge .halt');
    await until(() => tab.heard.find((m) => m.t === 'stop'));
    await visitor.ui('.toast');
    return tab;
  }

  const socketOf = () => relay.url.replace('http', 'ws');

  test('a strict policy with a nonce: everything works and nothing is reported', async () => {
    const snippet = (await snippetFor(relay)).replaceAll('<script', '<script nonce="r4nd0m"');
    const policy = [
      "default-src 'none'",
      "script-src 'nonce-r4nd0m'",
      `connect-src ${relay.url} ${socketOf()}`,
      "base-uri 'none'",
      'report-uri /csp-report',
    ].join('; ');
    await open({ html: html(snippet), headers: { 'content-security-policy': policy } });
    await goTheWholeWay();
    expect(site?.reports).toEqual([]);
    expect(visitor.noise).toEqual([]);
  });

  test('a strict policy that allows the host, with trusted types, and only the second script', async () => {
    const snippet = (await snippetFor(relay)).split('\n')[1] ?? '';
    const policy = [
      "default-src 'none'",
      `script-src ${relay.url}`,
      `connect-src ${relay.url} ${socketOf()}`,
      "require-trusted-types-for 'script'",
      'report-uri /csp-report',
    ].join('; ');
    await open({ html: html(snippet), headers: { 'content-security-policy': policy } });
    await goTheWholeWay();
    expect(site?.reports).toEqual([]);
    expect(visitor.noise).toEqual([]);
  });

  test('a policy that forbids the relay: one report, and silence', async () => {
    const policy = `default-src 'none'; script-src 'unsafe-inline' ${relay.url}; report-uri /csp-report`;
    await open({ html: html(await snippetFor(relay)), headers: { 'content-security-policy': policy } });
    await until(() => site && site.reports.length > 0);
    // What would be the second try.
    await visitor.page.evaluate(() => dispatchEvent(new Event('online')));
    await visitor.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
    expect(site?.reports).toHaveLength(1);
    expect(visitor.noise).toEqual([]);
  });

  test('replaced natives', async () => {
    const patches = `<script>
      Array.prototype.toJSON = function () { return 'old library'; };
      Array.prototype.extra = function () {};
      Object.defineProperty(Array.prototype, 'at', { value() { throw new Error('at'); } });
      JSON.stringify = () => '"ours"';
      Element.prototype.attachShadow = function () { throw new Error('attachShadow'); };
      const Real = WebSocket;
      window.WebSocket = class extends Real { send() { throw new Error('send'); } };
      window.count = window.length;
      // As MooTools 1.2 did.
      window.Event = function (event) { if (event.type.length) return event; };
    </script>`;
    await open({ html: html(patches + (await snippetFor(relay))) });
    const tab = await goTheWholeWay();
    expect(tab.hello).toMatchObject({ site: 'shop', page: { title: 'Shop' } });
    expect(visitor.noise).toEqual([]);
  });

  test('before anybody agreed, neither address nor title tell keys, persons or cards', async () => {
    const path =
      '/reset/5fceea167a5a36dedd4bea2543abcd01/anna@shop.example/4111-1111-1111-1111/anna%40shop.example/order-3f2b8c1e-1234-4abc-9def-0123456789ab/3F2504E0-4F89-11D3-9A0C-0305E82C3301/tea-of-2026';
    const title = 'anna@shop.example, 4111\u00a01111\u00a01111\u00a01111, 4111.1111.1111.1111, tea 2026-11-21';
    site = await startSite({
      [path]: { html: `<!doctype html><meta charset="utf-8"><title>${title}</title>${await snippetFor(relay)}` },
    });
    await visitor.page.goto(`${site.url}${path}?token=x#y`);
    const tab = await until(() => relay.tabs[0]);
    expect((await until(() => tab.hello)).page).toMatchObject({
      url: `${site.url}/reset/•/•/•/•/•/•/tea-of-2026`,
      title: '• • • tea 2026-11-21',
    });
  });

  test('a page whose style sheet hides and unsets everything', async () => {
    const css = `<style>
      :not(html, body) {
        all: unset !important; display: none !important; opacity: 0 !important; transform: scale(0) !important;
        transition: all 100s !important;
      }
      div { position: static !important; pointer-events: none !important; width: 0 !important; visibility: hidden !important; }
    </style>`;
    await open({ html: html(css + (await snippetFor(relay))) });
    await goTheWholeWay();
    expect(visitor.noise).toEqual([]);
  });

  test("the badge's buttons work over a modal dialog of the page, and over one opened later", async () => {
    const dialogs = `<dialog id="a"><form method="dialog"><button>OK</button></form></dialog><dialog id="b">Two</dialog>
      <style>dialog { inset: 0; width: 100vw; height: 100vh; max-width: none; max-height: none }</style>`;
    await open({ html: html(await snippetFor(relay), dialogs) });
    const tab = await until(() => relay.tabs[0]);
    const show = (id: string) =>
      visitor.page.evaluate((id) => document.querySelector<HTMLDialogElement>(id)?.showModal(), id);
    await show('#a');
    tab.send(ASK);
    await visitor.click(ALLOW);
    await until(() => tab.heard.find((m) => m.t === 'answer'));
    tab.send({ t: 'visit', visit: visitState() });
    await visitor.ui('.badge.viewed');
    await show('#b');
    await until(() => visitor.page.evaluate(() => !!document.querySelector('#b > [data-tandem-ui]')));
    await visitor.click('.badge .hold');
    await until(() => tab.heard.find((m) => m.t === 'pause'));
    await visitor.page.evaluate(() => {
      for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    });
    await until(() => visitor.page.evaluate(() => !!document.querySelector('html > [data-tandem-ui]')));
    await visitor.click('.badge .halt');
    await until(() => tab.heard.find((m) => m.t === 'stop'));
    expect(visitor.noise).toEqual([]);
  });

  test("the badge's buttons work over a modal dialog in a shadow root of the page", async () => {
    const element = `<my-dialog><p>slotted</p></my-dialog><script>
      customElements.define('my-dialog', class extends HTMLElement {
        constructor() {
          super();
          this.attachShadow({ mode: 'open' }).innerHTML =
            '<style>dialog{inset:0;width:100vw;height:100vh;max-width:none}</style><dialog><slot></slot></dialog>';
        }
      });
    </script>`;
    await open({ html: html(await snippetFor(relay), element) });
    const tab = await until(() => relay.tabs[0]);
    tab.send(ASK);
    await visitor.click(ALLOW);
    tab.send({ t: 'visit', visit: visitState() });
    const hold = await visitor.ui('.badge.viewed .hold');
    const dialog = (open: boolean) =>
      visitor.page.evaluate((open) => {
        const dialog = document.querySelector('my-dialog')?.shadowRoot?.querySelector('dialog');
        if (open) dialog?.showModal();
        else dialog?.close();
      }, open);
    await dialog(true);
    const isWithin = () => hold.evaluate((button) => !!(button.getRootNode() as ShadowRoot).host.closest('dialog'));
    await until(isWithin);
    await hold.click();
    await until(() => tab.heard.find((m) => m.t === 'pause'));
    await dialog(false);
    await until(async () => !(await isWithin()));
    await visitor.click('.badge .halt');
    await until(() => tab.heard.find((m) => m.t === 'stop'));
    expect(visitor.noise).toEqual([]);
  });

  test('a page that throws our element out gets it back; one that never stops is no longer seen', async () => {
    await open({ html: html(await snippetFor(relay)) });
    const tab = await until(() => relay.tabs[0]);
    tab.send(ASK);
    await visitor.click(ALLOW);
    tab.send({ t: 'visit', visit: visitState() });
    const badge = await visitor.ui('.badge.viewed');
    const remove = () => {
      for (const host of document.querySelectorAll('[data-tandem-ui]')) host.remove();
    };
    await visitor.page.evaluate(remove);
    await until(() => badge.evaluate((element) => element.isConnected));
    await visitor.page.evaluate((source) => {
      const remove = new Function(`(${source})()`) as () => void;
      new MutationObserver(remove).observe(document, { childList: true, subtree: true });
      remove();
    }, String(remove));
    await until(() => tab.heard.find((m) => m.t === 'stop'));
    expect(visitor.noise).toEqual([]);
  });

  test('no relay: the page is as it was, without a word; when the relay comes, so does the launcher', async () => {
    relay.refuse();
    await open({ html: html(await snippetFor(relay)) });
    await visitor.page.waitForFunction('typeof Tandem === "function" && !Array.isArray(Tandem.q)');
    await until(() => visitor.page.evaluate(() => performance.getEntriesByType('resource').length > 0));
    expect(await visitor.page.evaluate(() => document.querySelectorAll('[data-tandem-ui]').length)).toBe(0);
    relay.admit();
    await until(async () => {
      await visitor.page.evaluate(() => dispatchEvent(new Event('online')));
      return relay.tabs.length > 0;
    });
    await visitor.ui('button');
    expect(visitor.noise).toEqual([]);
  });

  test('a widget file that cannot be had is silence too', async () => {
    await open({
      html: html(await snippetFor(relay)),
      headers: { 'content-security-policy': `script-src 'unsafe-inline' ${relay.url}/widget/loader.js` },
    });
    // Neither the launcher nor the widget can come; the page asks for it all the same.
    await visitor.page.evaluate(() => (window as unknown as { Tandem(what: string): void }).Tandem('open'));
    await visitor.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await visitor.hasUi('button')).toBe(false);
    expect(visitor.noise).toEqual([]);
  });
});
