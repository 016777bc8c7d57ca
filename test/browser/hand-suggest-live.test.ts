// A suggestion from end to end: the built relay, widget and console, two browsers, and a person at each.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type World } from '../support/live.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
    <body style="font:16px sans-serif;margin:40px">
      <p><label>Name <input id="name" style="width:200px;height:30px"></label></p>
      <p><button id="buy" style="width:200px;height:40px" onclick="bought.textContent = +bought.textContent + 1">Add to basket</button></p>
      <p id="bought">0</p>%SNIPPET%</body></html>`,
  );
});
afterAll(() => world.close());

const DO_IT = '.ghosts .main[aria-disabled=false]';

test('a click and a text are suggested, accepted or waved off, and seen by both', async () => {
  const { visitor, operator } = await world.openViewed('/');
  const { page: theirs } = visitor;
  const { page: mine } = operator;
  const clickOn = async (id: string) => {
    await mine.bringToFront();
    const at = await mine.evaluate((id) => {
      for (const frame of document.querySelectorAll<HTMLIFrameElement>('[data-testid=mirror] iframe')) {
        const found = frame.contentDocument?.getElementById(id);
        if (!found || getComputedStyle(frame).visibility === 'hidden') continue;
        const outer = frame.getBoundingClientRect();
        const scale = outer.width / frame.clientWidth;
        const box = found.getBoundingClientRect();
        return { x: outer.x + (box.x + box.width / 2) * scale, y: outer.y + (box.y + box.height / 2) * scale };
      }
      throw new Error('not in the mirror');
    }, id);
    await mine.mouse.click(at.x, at.y);
  };
  await operator.mirrorHas(`document.getElementById('buy')`);
  await operator.click('tool-suggest');
  await theirs.bringToFront();
  await visitor.widget('h2', 'asks to suggest');
  await visitor.allow();
  await mine.bringToFront();
  await until('the tool', () => mine.$('[data-testid=hand-layer][data-tool=suggest]'));

  await clickOn('buy');
  await operator.byId('hand-suggested');
  await theirs.bringToFront();
  await visitor.widget('.ghosts .card', 'press “Add to basket”');
  await (await visitor.widget(DO_IT)).click();
  await mine.bringToFront();
  await operator.byId('hand-accepted');
  await operator.mirrorHas(`document.getElementById('bought').textContent === '1'`);

  await clickOn('name');
  await (await operator.byId('hand-text')).type('Anna Weber');
  await mine.keyboard.press('Enter');
  await theirs.bringToFront();
  await visitor.widget('.ghosts .card', 'Anna Weber');
  await visitor.widget(DO_IT);
  await theirs.keyboard.down('Alt');
  await theirs.keyboard.press('Enter');
  await theirs.keyboard.up('Alt');
  await until('the text', () => theirs.$eval('#name', (field) => (field as HTMLInputElement).value === 'Anna Weber'));
  await mine.bringToFront();
  await operator.mirrorHas(`document.getElementById('name').value === 'Anna Weber'`);

  await clickOn('buy');
  await theirs.bringToFront();
  await visitor.press('No, thanks');
  await mine.bringToFront();
  await until('the no', () => mine.$('[data-testid=hand-refused][data-why=declined]'));
  expect(await theirs.$eval('#bought', (count) => count.textContent)).toBe('1');

  // A page load answers nothing by itself: the relay does.
  await clickOn('buy');
  await theirs.bringToFront();
  await visitor.widget('.ghosts .card');
  await theirs.reload();
  await mine.bringToFront();
  await until('the answer for the page', () => mine.$('[data-testid=hand-refused][data-why=away]'));
  await visitor.noWidget('.ghosts .card');
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await theirs.close();
  await mine.close();
});
