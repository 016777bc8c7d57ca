// The whole product, as built: relay, a site of the test's own with the snippet pasted in, a visitor's browser and an
// operator's. A page for each person, with the hands that a test needs.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { launchChromium, launchFirefox, type BrowserName } from './browsers.ts';
import { addSite, logInFirst, startTestRelay, steadyPort, type TestRelay } from './relay.ts';

/** For hangs only; within the test's own time, so that a failure says what it waited for. */
const PATIENCE_MS = 60_000;

export type Answer = { type?: string; body: string | Buffer; headers?: Record<string, string> };

export type TestSite = {
  readonly origin: string;
  readonly pages: Map<string, string | ((request: http.IncomingMessage) => Answer | Promise<Answer>)>;
  /** Every path that was asked for. */
  readonly asked: string[];
  close(): Promise<void>;
};

/** A site of our own: `%SNIPPET%` in a page becomes the snippet a customer pastes. */
export async function startSite(snippet: () => string): Promise<TestSite> {
  const pages: TestSite['pages'] = new Map();
  const asked: string[] = [];
  const serve = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    asked.push(path);
    const page = pages.get(path);
    const answer: Answer | undefined =
      typeof page === 'function' ? await page(request) : page === undefined ? undefined : { body: page };
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    const body = typeof answer.body === 'string' ? answer.body.replaceAll('%SNIPPET%', snippet()) : answer.body;
    response.writeHead(200, {
      'content-type': answer.type ?? 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      ...answer.headers,
    });
    response.end(body);
  };
  const server = http.createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    pages,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Waits until the function gives something; a throw (the page is navigating) counts as not yet. */
export async function until<T>(what: string, find: () => Promise<T | undefined | null | false>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = await find();
      if (found !== undefined && found !== null && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain for ${what}${last === undefined ? '' : ` (${String(last)})`}`);
}

function findInWidget(selector: string, text: string): HTMLElement | null {
  for (const host of document.querySelectorAll('[data-tandem-ui]'))
    for (const found of host.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])
      if ((found.textContent ?? '').includes(text) && found.getClientRects().length > 0) return found;
  return null;
}

export type Visitor = {
  readonly page: Page;
  /** Uncaught errors of the page. */
  readonly errors: string[];
  /** Waits for a visible element of the widget that has this text. */
  widget(selector: string, text?: string): Promise<ElementHandle<HTMLElement>>;
  noWidget(selector: string, text?: string): Promise<void>;
  /** A person's click in the widget. */
  press(text: string): Promise<void>;
  /** Answers the question with Allow, when the widget lets one. */
  allow(): Promise<void>;
  /** By which operators' lists know this visitor. */
  id(): Promise<string>;
};

export type Operator = {
  readonly page: Page;
  readonly errors: string[];
  byId(testId: string): Promise<ElementHandle<HTMLElement>>;
  click(testId: string): Promise<void>;
  /** In this visitor's row of the list: another one's, whose page is closed already, may still stand there. */
  clickOf(visitor: Visitor, testId: string): Promise<void>;
  /** Runs in the shown mirror's document. */
  inMirror<T>(task: string): Promise<T>;
  /** Waits until this expression about the mirror's `document` is true. */
  mirrorHas(expression: string): Promise<void>;
  overlay(kind: string): Promise<void>;
};

export type Viewed = { visitor: Visitor; operator: Operator };

export type World = {
  relay: TestRelay;
  readonly site: TestSite;
  /** Of the account that the site belongs to. */
  readonly cookie: string;
  readonly siteId: string;
  /** A person of their own: nobody else’s storage. `path`: of the site, or another address with the snippet. */
  openVisitor(path: string): Promise<Visitor>;
  openOperator(cookie?: string): Promise<Operator>;
  /** Asks for the visitor's page, allows it, and waits until it is on screen. */
  view(visitor: Visitor, operator: Operator): Promise<void>;
  /** A visitor on this page, and an operator who sees it. */
  openViewed(path: string): Promise<Viewed>;
  /** And the operator has the mouse and the keyboard. */
  openControlled(path: string): Promise<Viewed>;
  readonly visitorBrowser: Browser;
  readonly operatorBrowser: Browser;
  close(): Promise<void>;
};

export async function startWorld(
  options: {
    visitors?: BrowserName;
    operators?: BrowserName;
    env?: Record<string, string>;
    masking?: unknown;
    attributes?: string;
  } = {},
): Promise<World> {
  const relay = await startTestRelay({ env: { TANDEM_PORT: await steadyPort(), ...options.env } });
  let key = '';
  const site = await startSite(
    () =>
      `<script async src="${world.relay.url}/widget/loader.js" data-site="${key}" ${options.attributes ?? ''}></script>`,
  );
  const cookie = await logInFirst(relay);
  const added = await addSite(relay, cookie, [site.origin], options.masking);
  key = added.key;
  const launcherOf = (name?: BrowserName) => (name === 'firefox' ? launchFirefox : launchChromium);
  const visitorBrowser = await launcherOf(options.visitors)();
  const operatorBrowser = await launcherOf(options.operators)({ defaultViewport: { width: 1400, height: 900 } });

  const world: World = {
    relay,
    site,
    cookie,
    siteId: added.id,
    visitorBrowser,
    operatorBrowser,
    async openVisitor(path) {
      const context = await visitorBrowser.createBrowserContext();
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.goto(new URL(path, site.origin).href, { waitUntil: 'load' });
      const find = async (selector: string, text: string) => {
        const handle = await page.evaluateHandle(findInWidget, selector, text);
        // The function returns an element or null.
        return handle.asElement() as ElementHandle<HTMLElement> | null;
      };
      // Looked for again when it has gone before it could be pressed: the widget draws its buttons anew.
      const press = async (selector: string, text: string) =>
        void (await until(`a press on ${selector} "${text}" in the widget`, async () => {
          await (await visitor.widget(selector, text)).click();
          return true;
        }));
      const visitor: Visitor = {
        page,
        errors,
        widget: (selector, text = '') => until(`${selector} "${text}" in the widget`, () => find(selector, text)),
        noWidget: async (selector, text = '') =>
          void (await until(`no ${selector} "${text}" in the widget`, async () => !(await find(selector, text)))),
        press: (text) => press('button', text),
        allow: () => press('button:not([aria-disabled=true])', 'Allow'),
        id: () =>
          until('the token that the relay gave this visitor', async () => {
            const stored = await page.evaluate(() =>
              Object.entries({ ...sessionStorage }).find(([name]) => /^tandem:[^:]*$/.test(name)),
            );
            const { token } = JSON.parse(stored?.[1] ?? '{}') as { token?: string };
            const [signed] = token?.split('.') ?? [];
            return signed && (JSON.parse(Buffer.from(signed, 'base64url').toString()) as string[])[0];
          }),
      };
      return visitor;
    },
    async openOperator(session = cookie) {
      const context = await operatorBrowser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport({ width: 1400, height: 900 });
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      const [name = '', value = ''] = session.split('=');
      await context.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
      await page.goto(`${world.relay.url}/`, { waitUntil: 'load' });
      const clickOn = async (selector: string) =>
        void (await until(`a click on ${selector}`, async () => {
          await page.click(selector);
          return true;
        }));
      const operator: Operator = {
        page,
        errors,
        byId: (testId) =>
          until(
            `[data-testid=${testId}] in the console`,
            async () => (await page.$(`[data-testid=${testId}]`)) as ElementHandle<HTMLElement> | null,
          ),
        click: (testId) => clickOn(`[data-testid=${testId}]`),
        clickOf: async (visitor, testId) => clickOn(`[data-visitor="${await visitor.id()}"] [data-testid=${testId}]`),
        // As text: the console's policy forbids eval in the page, not to the tool that drives it.
        inMirror: (task) =>
          page.evaluate(`((shown) => {
          if (!shown || !shown.contentDocument) throw new Error('no mirror is shown');
          const document = shown.contentDocument;
          return (${task});
        })([...document.querySelectorAll('[data-testid=mirror] iframe')].find((frame) => frame.getClientRects().length > 0 && getComputedStyle(frame).visibility !== 'hidden'))`) as Promise<never>,
        mirrorHas: async (expression) =>
          void (await until(`in the mirror: ${expression}`, () => operator.inMirror<boolean>(expression))),
        overlay: async (kind) =>
          void (await until(
            `overlay ${kind}`,
            async () => (await page.$(`[data-testid=watch][data-overlay="${kind}"]`)) !== null,
          )),
      };
      return operator;
    },
    async view(visitor, operator) {
      await operator.clickOf(visitor, 'ask');
      await visitor.page.bringToFront();
      await visitor.allow();
      await operator.page.bringToFront();
      await operator.overlay('none');
    },
    async openViewed(path) {
      const visitor = await world.openVisitor(path);
      const operator = await world.openOperator();
      await world.view(visitor, operator);
      return { visitor, operator };
    },
    async openControlled(path) {
      const both = await world.openViewed(path);
      const { visitor, operator } = both;
      await operator.page.bringToFront();
      await operator.click('tool-control');
      await visitor.page.bringToFront();
      await visitor.allow();
      await operator.page.bringToFront();
      await operator.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
      return both;
    },
    async close() {
      await visitorBrowser.close();
      await operatorBrowser.close();
      await site.close();
      await world.relay.stop();
    },
  };
  return world;
}
