// Where the badge stands: never over what the visitor types in or is about to press, and never suddenly under the pointer.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { snippetFor, startSite, startVisitorRelay, until, visitState } from '../support/visitor-relay.ts';
import type { Site, VisitorRelay } from '../support/visitor-relay.ts';
import { ALLOW, openPage, type WidgetPage } from '../support/widget-page.ts';

const ASK = { t: 'ask', ask: 'ask-1', operator: { id: 'op-1', name: 'Anna' } } as const;
/** Fills the corner in which the badge stands at first, and leaves the other one free. */
const CORNER = 'position:fixed;bottom:0;left:0;width:40%;height:150px';
const PRESSABLE = `<button style="${CORNER}" onclick="this.textContent='pressed'">Buy</button>`;
/** No cursor of its own: only the focus tells that somebody is here. */
const WRITABLE = `<div contenteditable id="note" style="${CORNER};overflow:hidden">Note</div>`;

inEachBrowser('the badge', (browser) => {
  let relay: VisitorRelay;
  let site: Site | undefined;
  let visitor: WidgetPage;

  beforeEach(async () => {
    relay = await startVisitorRelay();
    visitor = await openPage(browser());
  });
  afterEach(async () => {
    await visitor.page.close();
    await site?.close();
    await relay.close();
  });

  async function viewed(body: string, size = { width: 1000, height: 700 }) {
    await visitor.page.setViewport(size);
    site = await startSite({
      '/': {
        html: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Page</title>${await snippetFor(relay)}<input id="far" style="position:absolute;top:200px;left:40%">${body}`,
      },
    });
    await visitor.page.goto(site.url);
    const tab = await until(() => relay.tabs[0]);
    tab.send(ASK);
    await visitor.click(ALLOW);
    await until(() => tab.heard.find((m) => m.t === 'answer'));
    tab.send({ t: 'visit', visit: visitState() });
    const badge = await visitor.ui('.badge.viewed');
    return { tab, corner: () => badge.evaluate((element) => element.dataset['corner']) };
  }

  test('what lies beneath it can be pressed: the badge stands aside by itself', async () => {
    const { tab, corner } = await viewed(PRESSABLE);
    await until(async () => (await corner()) !== 'bl');
    await visitor.page.mouse.click(60, 670);
    expect(await visitor.page.$eval('button', (button) => button.textContent)).toBe('pressed');
    expect(tab.heard.some((m) => m.t === 'stop')).toBe(false);
  });

  test('a page in which each hit test takes long is not kept waiting for many of them', async () => {
    await visitor.page.evaluateOnNewDocument(() => {
      const native = Document.prototype.elementFromPoint;
      Object.assign(window, { hits: 0 });
      Document.prototype.elementFromPoint = function (x, y) {
        const hit = native.call(this, x, y);
        if (hit?.hasAttribute('data-tandem-ui')) return hit;
        // As in a flat page of 40,000 elements.
        for (const end = performance.now() + 6; performance.now() < end;);
        (window as unknown as { hits: number }).hits++;
        return hit;
      };
    });
    await viewed('');
    const hits = () => visitor.page.evaluate(() => (window as unknown as { hits: number }).hits);
    const before = await hits();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // One look each second, of two points.
    expect(await hits()).toBeGreaterThan(before);
    expect((await hits()) - before).toBeLessThan(20);
  });

  test('on a phone, where it is as wide as the page, it goes to the other end', async () => {
    const { corner } = await viewed(PRESSABLE, { width: 390, height: 700 });
    await until(async () => (await corner())?.startsWith('t'));
  });

  test('the field with the focus is never beneath it', async () => {
    const { corner } = await viewed(WRITABLE);
    expect(await corner()).toBe('bl');
    await visitor.page.focus('#note');
    expect(await corner()).not.toBe('bl');
  });

  test('it does not come where the pointer is', async () => {
    const { corner } = await viewed(WRITABLE);
    await visitor.page.mouse.move(900, 640);
    await visitor.page.focus('#note');
    expect(await corner()).toBe('tl');
  });

  test('dragged by the visitor it stays, also over something to press', async () => {
    const buy = `<button style="position:fixed;top:0;left:0;width:40%;height:150px">Buy</button>`;
    const { corner } = await viewed(buy + WRITABLE);
    const grip = await (await visitor.ui('.badge .dot')).boundingBox();
    if (!grip) throw new Error('the badge has a dot');
    await visitor.page.mouse.move(grip.x + 5, grip.y + 5);
    await visitor.page.mouse.down();
    await visitor.page.mouse.move(30, 40, { steps: 4 });
    await visitor.page.mouse.up();
    expect(await corner()).toBe('tl');
    await visitor.page.mouse.move(500, 350);
    // Each focus makes it look; at the second look what lies beneath has lain there for a while.
    for (const id of ['#far', '#note', '#far', '#note']) await visitor.page.focus(id);
    expect(await corner()).toBe('tl');
  });

  test('on a page whose own getComputedStyle fails its buttons can still be pressed', async () => {
    const { tab } = await viewed(PRESSABLE);
    await visitor.page.evaluate(() => {
      window.getComputedStyle = () => {
        throw new Error('the page’s own');
      };
    });
    // Has it look once more, now.
    await visitor.page.focus('#far');
    await visitor.click('.badge .hold');
    await until(() => tab.heard.find((m) => m.t === 'pause'));
  });

  test('whoever is at its buttons with the keyboard finds them where they are', async () => {
    const { corner, tab } = await viewed(WRITABLE);
    const hold = await visitor.ui('.badge .hold');
    await hold.focus();
    // Has it look once more, now.
    await visitor.page.evaluate(() => document.body.dispatchEvent(new Event('focusin', { bubbles: true })));
    expect(await corner()).toBe('bl');
    await visitor.page.keyboard.press('Enter');
    await until(() => tab.heard.find((m) => m.t === 'pause'));
    expect(visitor.noise).toEqual([]);
  });
});
