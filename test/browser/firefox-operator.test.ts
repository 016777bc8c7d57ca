// The live view with the console in Firefox: the rest of the chain is tried with Chromium (live-view), the mirror by
// itself in both (mirror-*).

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/live.ts';

let world: World;

const DOT =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="green"/></svg>';

beforeAll(async () => {
  world = await startWorld({ operators: 'firefox' });
  const page = (title: string, body: string) =>
    `<!doctype html><title>${title}</title><link rel="stylesheet" href="/look.css">${body}%SNIPPET%`;
  world.site.pages.set('/look.css', () => ({ type: 'text/css', body: 'h1 { color: rgb(1, 2, 3) }' }));
  world.site.pages.set('/dot.svg', () => ({ type: 'image/svg+xml', body: DOT }));
  world.site.pages.set(
    '/',
    page('Home', '<h1>Home</h1><img src="/dot.svg"><input id="name"><a href="/next">next</a><div id="host"></div>'),
  );
  world.site.pages.set('/next', page('Next', '<h1>Next page</h1>'));
});

afterAll(() => world.close());

test('[B115] the page is there with its looks, moves, goes on to the next page, and ends', async () => {
  const { visitor, operator } = await world.openViewed('/');
  await operator.mirrorHas(
    `document.defaultView.getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`,
  );
  await operator.mirrorHas(`document.querySelector('img').naturalWidth === 40`);
  await visitor.page.bringToFront();
  await visitor.page.type('#name', 'Maria');
  await visitor.page.evaluate(() => {
    const shadow = document.getElementById('host')?.attachShadow({ mode: 'open' });
    shadow?.append('in the shadow');
  });
  await operator.mirrorHas(`document.getElementById('name').value === 'Maria'`);
  await operator.mirrorHas(`document.getElementById('host').shadowRoot.textContent === 'in the shadow'`);
  await visitor.page.click('a');
  await operator.mirrorHas(`document.querySelector('h1').textContent === 'Next page'`);
  await visitor.page.bringToFront();
  await visitor.press('Stop');
  await operator.page.bringToFront();
  await operator.overlay('ended');
  expect(operator.errors).toEqual([]);
  expect(visitor.errors).toEqual([]);
});
