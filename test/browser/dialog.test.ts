// A conversation with a person at each end: the visitor's page and the operator's console, both as built, while the operator
// sees the page, too.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRelay } from '../support/relay.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
    <body style="margin:0;height:2000px"><h1>Tea</h1><button id="buy">Buy</button>%SNIPPET%</body></html>`,
  );
});
afterAll(() => world.close());

const write = async ({ page, widget }: Visitor, text: string) => {
  await page.bringToFront();
  await (await widget('textarea')).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};
const answer = async ({ page, byId }: Operator, text: string) => {
  await page.bringToFront();
  await (await byId('composer')).focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};
const rowsIn = ({ page }: Visitor) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-tandem-ui]')].flatMap((host) =>
      [...(host.shadowRoot?.querySelectorAll('.log .bubble') ?? [])].map((row) => row.textContent ?? ''),
    ),
  );
const rowsAt = ({ page }: Operator) =>
  page.$$eval('[data-testid=message][data-seq]', (rows) => rows.map((row) => row.textContent ?? ''));
const openDialog = async ({ page, byId, click }: Operator, text: string) => {
  await page.bringToFront();
  await click('nav-conversations');
  await until(`the conversation with "${text}"`, async () => {
    await page.evaluate((wanted) => {
      for (const row of document.querySelectorAll('[data-testid=dialog-row]'))
        if (row instanceof HTMLElement && row.textContent?.includes(wanted)) row.click();
    }, text);
    return page.$('[data-testid=dialog]');
  });
  return byId('composer');
};

test('they write to each other, before, during and after a live view; a relay that dies in between loses nothing', async () => {
  const visitor = await world.openVisitor('/');
  const operator = await world.openOperator();
  await visitor.press('Help');
  await write(visitor, 'Which tea is it?');
  await openDialog(operator, 'Which tea is it?');
  await answer(operator, 'May I look?');
  await visitor.page.bringToFront();
  await visitor.widget('.bubble', 'May I look?');

  // The panel stays what it is while the page is seen; it is no part of the picture.
  await operator.page.bringToFront();
  await operator.click('nav-visitors');
  await world.view(visitor, operator);
  await operator.mirrorHas(`document.querySelector('#buy') !== null`);
  await write(visitor, 'This one');
  await operator.page.bringToFront();
  expect(await operator.inMirror(`document.documentElement.textContent.includes('This one')`)).toBe(false);
  await openDialog(operator, 'This one');
  await until('what was written during the view', async () => (await rowsAt(operator)).length === 3);

  // Both write while there is no relay.
  const { port } = new URL(world.relay.url);
  await world.relay.kill();
  await write(visitor, 'Still there?');
  await answer(operator, 'Just a moment');
  world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
  await visitor.page.bringToFront();
  await until('all five on the page', async () => (await rowsIn(visitor)).length === 5);
  await operator.page.bringToFront();
  await until('all five in the console', async () => (await rowsAt(operator)).length === 5);
  const texts = await rowsIn(visitor);
  expect(texts.slice(0, 3)).toEqual(['Which tea is it?', 'May I look?', 'This one']);
  expect(texts.slice(3).sort()).toEqual(['Just a moment', 'Still there?']);
  const seen = await rowsAt(operator);
  texts.forEach((text, at) => expect(seen[at]).toContain(text));
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.close();
  await operator.page.close();
});
