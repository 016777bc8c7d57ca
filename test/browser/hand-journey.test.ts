// A whole journey by hand, as operators help: in the demo shop, through the console's own mouse and keyboard, the operator
// finds goods, puts them in the basket and fills in the checkout, while the visitor writes in another field at the same
// time. The card's fields are the visitor's alone. What the page itself holds at the end is looked at, and the ledger.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { perform } from '../../bench/hand/console-driver.ts';
import type { Step } from '../../bench/hand/rows.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';
import { steadyPort } from '../support/relay.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ env: { TANDEM_DEMO_PORT: await steadyPort() } });
});
afterAll(() => world.close());

const shop = (path: string) => new URL(path, world.relay.shop).href;

const openControlled = (path: string) => world.openControlled(shop(path));

const valueOf = (visitor: Visitor, selector: string) =>
  visitor.page.$eval(selector, (field) => (field as HTMLInputElement).value);

const textOf = (visitor: Visitor, selector: string) =>
  visitor.page.$eval(selector, (element) => element.textContent?.trim() ?? '');

/** As a person who watches: it is done, and seen to be done, before the next. A step that the visitor's own hands have kept
 * from happening is made again. */
async function does(operator: Operator, step: Step, isDone: () => Promise<boolean>): Promise<void> {
  await until(`${JSON.stringify(step)} to be done`, async () => {
    if (await isDone()) return true;
    await perform(operator.page, step);
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      if (await isDone().catch(() => false)) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  });
}

/** Writes into a field from its beginning, until it holds what it should. */
async function fills(operator: Operator, visitor: Visitor, on: string, text: string, wanted = text): Promise<void> {
  await until(`${on} to hold ${wanted}`, async () => {
    await perform(operator.page, { do: 'click', on });
    await perform(operator.page, { do: 'key', key: 'a', with: ['Control'] });
    await perform(operator.page, { do: 'type', text });
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      if ((await valueOf(visitor, on)) === wanted) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return false;
  });
}

test('[B118] from the filters to the card: goods found, the address filled, a day chosen, the card left to the visitor', async () => {
  const { visitor, operator } = await openControlled('/');
  const path = () => new URL(visitor.page.url()).pathname;
  const seen = (expression: string) => operator.mirrorHas(expression);

  // Goods are found and put in the basket.
  await seen(`document.querySelectorAll('#goods-list > li').length === 24`);
  await does(operator, { do: 'click', on: '[data-kind="oolong"]' }, async () =>
    visitor.page.url().includes('kind=oolong'),
  );
  await seen(`document.querySelectorAll('#goods-list > li').length < 24`);
  await does(operator, { do: 'click', on: '#notes input[value="smoky"]' }, async () =>
    visitor.page.$eval('#notes input[value="smoky"]', (box) => (box as HTMLInputElement).checked),
  );
  await seen(`document.querySelectorAll('#goods-list > li').length === 1`);
  await does(operator, { do: 'click', on: '#goods-list h3 a' }, async () => path() === '/product');
  await seen(`document.querySelector('h1').textContent === 'Da Hong Pao'`);
  await does(
    operator,
    { do: 'choose', on: '#packing', options: [1] },
    async () => (await valueOf(visitor, '#packing')) === '1',
  );
  await does(operator, { do: 'click', on: '#more' }, async () => (await valueOf(visitor, '#quantity')) === '2');
  await does(operator, { do: 'click', on: '#add' }, async () =>
    visitor.page.$eval('#basket-count', (badge) => !badge.hasAttribute('hidden')),
  );

  expect(await textOf(visitor, '#basket-count')).toBe('2');

  // To the checkout, by the page's own links.
  await does(operator, { do: 'click', on: '#basket-link' }, async () => path() === '/basket');
  await seen(`document.querySelector('#to-checkout') !== null`);
  await does(operator, { do: 'click', on: '#to-checkout' }, async () => path() === '/checkout');
  await seen(`document.querySelector('#order') !== null`);

  // The visitor writes words for the card while the operator fills in the rest. All of the form is in sight: a browser
  // scrolls to where somebody writes, and two who scroll against each other are another matter.
  await visitor.page.setViewport({ width: 1100, height: 1700 });
  await seen(`document.documentElement.clientHeight === 1700`);
  const words = 'Dear Maria, with love and many happy returns of the day.';
  const writing = (async () => {
    await visitor.page.click('#comment');
    for (const word of words.split(/(?<= )/)) {
      await visitor.page.keyboard.type(word, { delay: 15 });
      // People stop between words, and the operator goes on then.
      await new Promise((resolve) => setTimeout(resolve, 900));
    }
  })();
  await fills(operator, visitor, '#name', 'Anna Petrova');
  await fills(operator, visitor, '#phone', '89161234567', '+7 (916) 123-45-67');
  await fills(operator, visitor, '#city', 'Kolomna');
  await fills(operator, visitor, '#postcode', '140400');
  await fills(operator, visitor, '#street', 'Zaytseva 14');
  const day = await visitor.page.$eval('#day', (field) => (field as HTMLInputElement).min);
  await does(operator, { do: 'set', on: '#day', value: day }, async () => (await valueOf(visitor, '#day')) === day);
  await does(
    operator,
    { do: 'choose', on: '#slot', options: [1] },
    async () => (await valueOf(visitor, '#slot')) === '9-12',
  );
  await writing;

  // Neither has got into the other's way.
  expect(await valueOf(visitor, '#comment')).toBe(words);
  expect(
    await Promise.all(['#name', '#phone', '#city', '#postcode', '#street'].map((id) => valueOf(visitor, id))),
  ).toEqual(['Anna Petrova', '+7 (916) 123-45-67', 'Kolomna', '140400', 'Zaytseva 14']);

  // The card is the visitor's own: refused at the spot, and nothing got there.
  for (const field of ['#card-number', '#card-exp', '#card-csc']) {
    await perform(operator.page, { do: 'click', on: field });
    await operator.page.waitForSelector('[data-testid="hand-refused"][data-why="masked"]');
    await perform(operator.page, { do: 'type', text: '4' });
  }
  expect(await Promise.all(['#card-number', '#card-exp', '#card-csc'].map((id) => valueOf(visitor, id)))).toEqual([
    '',
    '',
    '',
  ]);
  await visitor.page.bringToFront();
  await visitor.page.type('#card-number', '4111111111111111');
  await visitor.page.type('#card-exp', '1239');
  await visitor.page.type('#card-csc', '123');
  await operator.page.bringToFront();
  expect(await operator.inMirror<string>(`document.querySelector('#card-number').value`)).not.toMatch(/4111/);
  expect([...visitor.errors, ...operator.errors]).toEqual([]);

  // All of it is in the ledger, with what was there before and after, and nothing of the card.
  const entries = await until('the ledger', async () => {
    const answer = await fetch(`${world.relay.url}/api/ledger`, { headers: { cookie: world.cookie } });
    const text = await answer.text();
    return /not-granted|masked/.test(text) && text;
  });
  expect(entries).toContain('"why":"masked"');
  expect(entries).toMatch(/Kolomna|"now":"Kolomn/);
  // But for ids, hashes, times and ports, which may hold any digits.
  const said = entries.replace(/"(id|at|site|room|visitor|hash)":("[^"]*"|\d+)|127\.0\.0\.1:\d+/g, '');
  expect(said.match(/.{0,80}(4111|1239).{0,30}/g)).toBeNull();
  await visitor.page.close();
  await operator.page.close();
});
