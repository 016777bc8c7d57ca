// The live view as people use it: the built relay, widget and console, a real site with the snippet, two browsers.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addOperator, startTestRelay } from '../support/relay.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;

const PAGE = (title: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}%SNIPPET%</body></html>`;

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    PAGE(
      'Home',
      '<h1>Home</h1><p id="count">0</p><a href="/next">next</a> <a href="/tab" target="_blank">tab</a><input id="name"><button id="spa">spa</button><div style="height:3000px"></div><p id="foot">foot</p>',
    ),
  );
  world.site.pages.set('/next', PAGE('Next', '<h1>Next page</h1><a href="/">home</a>'));
  world.site.pages.set('/tab', PAGE('Tab', '<h1>Another tab</h1>'));
});

afterAll(() => world.close());

async function closeAll(...people: (Visitor | Operator)[]) {
  for (const { page, errors } of people) {
    expect(errors).toEqual([]);
    await page.close();
  }
}

const stopped = async (visitor: Visitor) => {
  await visitor.page.bringToFront();
  await visitor.press('Stop');
  await visitor.noWidget('button', 'Stop');
};

describe('starting', () => {
  test('[B115] the operator asks, the visitor allows, the page is there and moves', async () => {
    const { visitor, operator } = await world.openViewed('/');
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = '42';
    });
    await operator.mirrorHas(`document.getElementById('count').textContent === '42'`);
    await visitor.page.bringToFront();
    await visitor.page.type('#name', 'Maria');
    await operator.mirrorHas(`document.getElementById('name').value === 'Maria'`);
    await visitor.page.evaluate(() => window.scrollTo(0, 1234));
    await operator.mirrorHas(`Math.round(document.documentElement.scrollTop) === 1234`);
    await stopped(visitor);
    await operator.overlay('ended');
    await closeAll(visitor, operator);
  });

  test('[B115] the visitor refuses: the operator is told, nothing was captured', async () => {
    const visitor = await world.openVisitor('/');
    const operator = await world.openOperator();
    await operator.clickOf(visitor, 'ask');
    await visitor.page.bringToFront();
    await visitor.press('Not now');
    await until(
      'the refusal',
      async () =>
        (await operator.page.$eval('[data-testid=ask-card]', (card) => card.textContent ?? '')).length > 0 &&
        !(await operator.page.$('[data-testid=ask-cancel]')),
    );
    expect(await operator.page.$('[data-testid=watch]')).toBeNull();
    await closeAll(visitor, operator);
  });

  test('[B115] a code that the visitor reads out', async () => {
    const visitor = await world.openVisitor('/');
    const operator = await world.openOperator();
    await visitor.page.bringToFront();
    await visitor.page.evaluate(() => (window as unknown as { Tandem: (what: string) => void }).Tandem('code'));
    const code = await until('the code', async () =>
      visitor.page.evaluate(() => {
        for (const host of document.querySelectorAll('[data-tandem-ui]')) {
          const digits = /(\d{3})\s?(\d{3})/.exec(host.shadowRoot?.textContent ?? '');
          if (digits) return `${digits[1]}${digits[2]}`;
        }
        return undefined;
      }),
    );
    await operator.page.bringToFront();
    await operator.click('code-open');
    await (await operator.byId('code-input')).type(code);
    await operator.page.keyboard.press('Enter');
    await visitor.page.bringToFront();
    await visitor.allow();
    await operator.page.bringToFront();
    await operator.overlay('none');
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    await stopped(visitor);
    await closeAll(visitor, operator);
  });

  test('[B115] the visitor offers the screen; whoever is free opens it', async () => {
    const visitor = await world.openVisitor('/');
    const operator = await world.openOperator();
    await visitor.page.bringToFront();
    await visitor.page.evaluate(() => (window as unknown as { Tandem: (what: string) => void }).Tandem('show'));
    await visitor.allow();
    await operator.page.bringToFront();
    await operator.clickOf(visitor, 'view');
    await operator.overlay('none');
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    await stopped(visitor);
    await closeAll(visitor, operator);
  });
});

describe('going on', () => {
  test('[RM5] page loads, single-page navigation and new tabs are followed without a new question', async () => {
    const { visitor, operator } = await world.openViewed('/');
    await visitor.page.bringToFront();
    await visitor.page.click('a[href="/next"]');
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Next page'`);
    await visitor.widget('button', 'Stop');
    await visitor.page.evaluate(() => {
      history.pushState({}, '', '/virtual?x=1');
      document.title = 'Virtual';
    });
    await until('the new address', async () =>
      (
        await operator.page.$eval(
          '[data-testid=address]',
          (field) => field.textContent + (field as HTMLInputElement).value,
        )
      ).includes('/virtual'),
    );
    await visitor.page.goto(`${world.site.origin}/`);
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    const opened = new Promise<void>((resolve) => visitor.page.browserContext().once('targetcreated', () => resolve()));
    await visitor.page.click('a[target=_blank]');
    await opened;
    const tab = await until('the new tab', async () =>
      (await visitor.page.browserContext().pages()).find((page) => page.url().endsWith('/tab')),
    );
    await tab.bringToFront();
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Another tab'`);
    await until('two tabs in the strip', async () => (await operator.page.$$('[data-testid=room-tab]')).length === 2);
    await visitor.page.bringToFront();
    await operator.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    await tab.close();
    await stopped(visitor);
    await closeAll(visitor, operator);
  });

  test('[RM3] pause shows nothing more; resume shows what is there then', async () => {
    const { visitor, operator } = await world.openViewed('/');
    await visitor.page.bringToFront();
    await visitor.press('Pause');
    await operator.overlay('paused');
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = 'not to be seen';
    });
    await visitor.page.type('#name', 'secret while paused');
    await visitor.page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(await operator.page.evaluate(() => document.documentElement.outerHTML.includes('not to be seen'))).toBe(
      false,
    );
    expect(await operator.inMirror(`document.documentElement.outerHTML.includes('not to be seen')`)).toBe(false);
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = 'fine again';
    });
    await visitor.press('Resume');
    await operator.overlay('none');
    await operator.mirrorHas(`document.getElementById('count').textContent === 'fine again'`);
    await stopped(visitor);
    await closeAll(visitor, operator);
  });

  test('[RM4] several operators see the same; the visitor is told who', async () => {
    const { visitor, operator } = await world.openViewed('/');
    const boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
    const second = await world.openOperator(boris);
    const room = await operator.page.$eval('[data-testid=watch]', (element) => element.getAttribute('data-room'));
    await second.page.goto(`${world.relay.url}/#/room/${room ?? ''}`);
    await second.overlay('none');
    await second.mirrorHas(`document.querySelector('h1').textContent === 'Home'`);
    await visitor.page.bringToFront();
    await visitor.widget('*', 'Boris');
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = 'for both';
    });
    for (const each of [operator, second]) {
      await each.page.bringToFront();
      await each.mirrorHas(`document.getElementById('count').textContent === 'for both'`);
    }
    await stopped(visitor);
    await closeAll(visitor, operator, second);
  });

  test('[RM6] the relay is killed during a view: both sides come back by themselves', async () => {
    const { visitor, operator } = await world.openViewed('/');
    const { port } = new URL(world.relay.url);
    await world.relay.kill();
    await operator.overlay('own-link');
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = 'changed while it was down';
    });
    world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
    await operator.overlay('none');
    await operator.mirrorHas(`document.getElementById('count').textContent === 'changed while it was down'`);
    await visitor.page.evaluate(() => {
      const count = document.getElementById('count');
      if (count) count.textContent = 'and after';
    });
    await operator.mirrorHas(`document.getElementById('count').textContent === 'and after'`);
    await stopped(visitor);
    await closeAll(visitor, operator);
  });
});
