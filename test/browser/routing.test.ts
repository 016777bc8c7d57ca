// Who answers, as people see it: operators at real consoles and a visitor at the real widget, through the relay as built.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';
import { newId } from '../../relay/store/id.ts';
import { addOperator } from '../support/relay.ts';
import { connectPeer, type Message } from '../support/wire-peer.ts';

let world: World;
let boris = '';

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
    <body><h1>Tea</h1>%SNIPPET%</body></html>`,
  );
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});
afterAll(() => world.close());

const byId = (testid: string) => `[data-testid="${testid}"]`;
const sees = (page: Page, testid: string, text: string) =>
  until(`"${text}" in ${testid}`, () =>
    page.$$eval(byId(testid), (all, wanted) => all.some((each) => each.textContent?.includes(wanted)), text),
  );
const lacks = (page: Page, testid: string) => until(`no ${testid}`, async () => (await page.$(byId(testid))) === null);
const fill = async (page: Page, testid: string, text: string) => {
  const field = await page.waitForSelector(byId(testid), { visible: true });
  await field?.evaluate((element) => (element as HTMLInputElement).select());
  await page.keyboard.press('Backspace');
  await field?.type(text);
};
const write = async ({ page, widget }: Visitor, text: string) => {
  await page.bringToFront();
  await (await widget('textarea')).click();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};
/** Opens the conversation whose last message is this. */
const openDialog = async ({ page, click }: Operator, text: string) => {
  await page.bringToFront();
  await click('nav-conversations');
  // Of whoever has it.
  await click('folder-open');
  await until(`the conversation with "${text}"`, async () => {
    await page.evaluate((wanted) => {
      for (const row of document.querySelectorAll('[data-testid=dialog-row]'))
        if (row instanceof HTMLElement && row.textContent?.includes(wanted)) row.click();
    }, text);
    return page.$(byId('dialog'));
  });
};
const declare = async ({ page, click }: Operator, presence: string) => {
  await page.bringToFront();
  await click('account-menu');
  await click(`declare-${presence}`);
  await page.keyboard.press('Escape');
  await lacks(page, `declare-${presence}`);
};
/** What stands beside this colleague where a conversation is given away. */
const optionOf = (page: Page, name: string) =>
  page.$$eval(
    byId('assign-option'),
    (all, wanted) =>
      all
        .filter((each) => each.textContent?.includes(wanted))
        .map((each) => each.querySelector('[data-testid=presence]')?.getAttribute('data-presence')),
    name,
  );

async function closeAll(): Promise<void> {
  const peer = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: world.cookie });
  peer.send({ t: 'dialog', say: { t: 'inbox', on: true } });
  const of = (t: string) => (message: Message) => message.t === 'dialog' && (message['say'] as Message).t === t;
  const { put } = (await peer.expect(of('threads')))['say'] as { put: { id: string; status: string }[] };
  for (const { id, status } of put) {
    if (status === 'closed') continue;
    peer.send({ t: 'dialog', say: { t: 'close', conversation: id, id: newId() } });
    await peer.expect(of('answer'));
  }
  peer.close();
}

test('[B26] [R31] [B133] a status is chosen at the avatar, colleagues see it, and it is there again after the next login', async () => {
  const anna = await world.openOperator();
  const other = await world.openOperator(boris);
  const visitor = await world.openVisitor('/');
  await visitor.press('Help');
  await write(visitor, 'Is anybody there?');
  await declare(other, 'away');
  await sees(other.page, 'own-status', 'Away');
  await openDialog(anna, 'Is anybody there?');
  await anna.click('dialog-assign');
  await until('Boris as away', async () => (await optionOf(anna.page, 'Boris')).join() === 'away');
  // Who can answer stands first.
  await until('who is online first', async () =>
    (await anna.page.$$eval(byId('assign-option'), (all) => all[0]?.textContent ?? '')).includes('Admin'),
  );
  await other.page.close();
  const again = await world.openOperator(boris);
  await sees(again.page, 'own-status', 'Away');
  await declare(again, 'online');
  await anna.page.bringToFront();
  await until('Boris as online', async () => (await optionOf(anna.page, 'Boris')).join() === 'online');
  expect([...anna.errors, ...again.errors, ...visitor.errors]).toEqual([]);
  for (const { page } of [anna, again, visitor]) await page.close();
});

test('[R48] [B112] [C20] a conversation is given to a colleague by name, with a comment; they are told, and see from whom it came', async () => {
  const anna = await world.openOperator();
  const other = await world.openOperator(boris);
  const visitor = await world.openVisitor('/');
  await visitor.press('Help');
  await write(visitor, 'My cup is broken');
  await openDialog(anna, 'My cup is broken');
  await anna.click('dialog-take');
  await sees(anna.page, 'dialog-whose', 'Mine');
  await anna.click('dialog-assign');
  // By the keyboard alone.
  await anna.page.waitForSelector(byId('assign-search'));
  await anna.page.focus(byId('assign-search'));
  await anna.page.keyboard.type('bor');
  await until('one that fits', async () => (await anna.page.$$(byId('assign-option'))).length === 1);
  await anna.page.keyboard.press('Enter');
  await until('the comment’s field', () =>
    anna.page.evaluate(() => document.activeElement?.getAttribute('data-testid') === 'assign-comment'),
  );
  await anna.page.keyboard.type('She wants a new one');
  await anna.page.keyboard.press('Enter');
  await sees(anna.page, 'dialog-whose', 'Boris');
  await other.page.bringToFront();
  await sees(other.page, 'toast', 'A conversation for you');
  await openDialog(other, 'She wants a new one');
  await sees(other.page, 'dialog-whose', 'Mine');
  await sees(other.page, 'happened', 'Admin gave the conversation to you');
  await sees(other.page, 'message', 'She wants a new one');
  // Each sees that the other looks at it, too.
  await sees(other.page, 'dialog-viewers', 'Admin');
  await anna.page.bringToFront();
  await sees(anna.page, 'dialog-viewers', 'Boris');
  // The visitor has read nothing of the comment.
  await visitor.page.bringToFront();
  await visitor.widget('.event', 'Boris');
  expect(
    await visitor.page.evaluate(() =>
      [...document.querySelectorAll('[data-tandem-ui]')].map((host) => host.shadowRoot?.textContent ?? '').join(),
    ),
  ).not.toContain('new one');
  expect([...anna.errors, ...other.errors, ...visitor.errors]).toEqual([]);
  for (const { page } of [anna, other, visitor]) await page.close();
});

test('[B147] a visitor sees whether somebody can answer; when nobody can, leaves an address, and operators see it', async () => {
  // Who waits since the tests before would be before them.
  await closeAll();
  const anna = await world.openOperator();
  await declare(anna, 'away');
  const visitor = await world.openVisitor('/');
  await visitor.press('Help');
  await visitor.widget('.ahead', 'stepped out');
  // Nothing is asked of somebody who has asked nothing.
  await visitor.noWidget('form.reach');
  await write(visitor, 'When do you open?');
  await visitor.widget('.reach', 'Where can we reach you?');
  await (await visitor.widget('.reach input[type=email]')).click();
  await visitor.page.keyboard.type('maria');
  await visitor.page.keyboard.press('Enter');
  await visitor.widget('.reach .note', 'not an e-mail address');
  await (await visitor.widget('.reach input[type=email]')).click();
  await visitor.page.keyboard.type('@example.com');
  await (await visitor.widget('.reach input[type=text]')).click();
  await visitor.page.keyboard.type('Maria');
  await visitor.page.keyboard.press('Enter');
  await visitor.widget('.note', 'Thank you');
  await visitor.noWidget('form.reach');
  await openDialog(anna, 'When do you open?');
  await sees(anna.page, 'dialog-email', 'maria@example.com');
  await sees(anna.page, 'dialog-name', 'Maria');
  await declare(anna, 'online');
  await visitor.page.bringToFront();
  await visitor.widget('.ahead', 'You are next');
  expect([...anna.errors, ...visitor.errors]).toEqual([]);
  for (const { page } of [anna, visitor]) await page.close();
});

test('[B18] [B20] [B28] a team with hours is made, a site goes to it and gives out: two operators see who gets what, and visitors when it is back', async () => {
  await closeAll();
  const anna = await world.openOperator();
  const other = await world.openOperator(boris);
  await anna.page.bringToFront();
  await anna.click('nav-settings');
  await anna.click('settings-operators');
  // Both take one at a time.
  for (const login of ['admin', 'boris']) {
    await anna.page.waitForSelector(`${byId('operator')}[data-login="${login}"]`);
    await anna.page.click(`${byId('operator')}[data-login="${login}"] ${byId('operator-actions')}`);
    await anna.click('operator-edit');
    await fill(anna.page, 'operator-limit', 'x');
    await anna.click('operator-save');
    await sees(anna.page, 'operator-limit-trouble', 'whole number');
    await fill(anna.page, 'operator-limit', '1');
    await anna.click('operator-save');
    await lacks(anna.page, 'operator-dialog');
  }
  await anna.click('settings-teams');
  await sees(anna.page, 'no-teams', 'No teams yet');
  await anna.click('team-add');
  await anna.click('team-save');
  await sees(anna.page, 'team-name-trouble', 'fill this in');
  await fill(anna.page, 'team-name', 'Sales');
  for (const box of await anna.page.$$(byId('team-member'))) await box.click();
  await anna.click('team-save');
  await sees(anna.page, 'team', 'Sales');
  await sees(anna.page, 'team', 'Boris');

  await anna.click('settings-sites');
  await until('the site', () =>
    anna.page.$$eval(byId('site'), (all) => {
      const link = all.find((each) => each.textContent?.includes('Test site'));
      if (link instanceof HTMLElement) link.click();
      return link !== undefined;
    }),
  );
  await anna.page.waitForSelector(byId('site-team'));
  await until('the team to choose', () =>
    anna.page.$$eval(`${byId('site-team')} option`, (all) => all.some((each) => each.textContent === 'Sales')),
  );
  const team = await anna.page.$$eval(
    `${byId('site-team')} option`,
    (all) => (all.find((each) => each.textContent === 'Sales') as HTMLOptionElement).value,
  );
  await anna.page.select(byId('site-team'), team);
  await anna.click('site-mode-auto');
  await fill(anna.page, 'site-answer', '0');
  await anna.click('site-save');
  await lacks(anna.page, 'site-save');

  const visitors: Visitor[] = [];
  for (const text of ['First asks', 'Second asks', 'Third asks']) {
    const visitor = await world.openVisitor('/');
    visitors.push(visitor);
    await visitor.press('Help');
    await visitor.widget('.ahead', 'We are here');
    await write(visitor, text);
    await visitor.widget('.bubble', text);
  }
  const mineAt = async ({ page, click }: Operator) => {
    await page.bringToFront();
    await click('nav-conversations');
    await click('folder-mine');
    return until('one of their own', async () => {
      const rows = await page.$$eval(byId('dialog-row'), (all) => all.map((each) => each.textContent ?? ''));
      return rows.length === 1 ? rows[0] : undefined;
    });
  };
  const texts = [await mineAt(anna), await mineAt(other)];
  const got = texts.map((text) => ['First', 'Second', 'Third'].find((word) => text.includes(word)));
  expect(got.toSorted(), JSON.stringify(texts)).toEqual(['First', 'Second']);
  await visitors[2]?.page.bringToFront();
  await visitors[2]?.widget('.ahead', '2 people are before you');
  // Boris is done with his: he gets the one that waits.
  await other.page.bringToFront();
  await other.page.click(byId('dialog-row'));
  await other.click('dialog-close');
  await sees(other.page, 'dialog-row', 'Third asks');

  // Nobody works any more: all days off.
  await anna.page.bringToFront();
  await anna.click('nav-settings');
  await anna.click('settings-teams');
  await anna.click('team-edit');
  await anna.click('team-hours-set');
  for (let day = 0; day < 5; day++) await anna.click(`team-day-${day}`);
  await anna.click('team-save');
  await lacks(anna.page, 'team-dialog');
  const late = await world.openVisitor('/');
  await late.press('Help');
  await late.widget('.ahead', 'Nobody is here right now');
  expect([...anna.errors, ...other.errors, ...late.errors]).toEqual([]);
});
