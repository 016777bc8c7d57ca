// What operators may do by hand, with the built relay, two consoles and a visitor: control that is handed over by request,
// pages where it pauses, and what an admin sets up in the console and everybody feels at once.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';
import { addOperator } from '../support/relay.ts';

let world: World;
let boris = '';
let visitor: Visitor;
let annas: Operator;
let boriss: Operator;

const OPEN = { allowed: ['point', 'suggest', 'control'], given: [], pausedAt: [] };
const post = async (address: string, body: unknown): Promise<void> => {
  const response = await fetch(world.relay.url + address, {
    method: 'POST',
    headers: { origin: world.relay.url, cookie: world.cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
};
const setPolicy = (hand: unknown) =>
  post('/api/sites', { id: world.siteId, name: 'Test site', origins: [world.site.origin], hand });
const idOf = async (login: string): Promise<string> => {
  const response = await fetch(`${world.relay.url}/api/operators`, { headers: { cookie: world.cookie } });
  const { operators } = (await response.json()) as { operators: { id: string; login: string }[] };
  return operators.find((one) => one.login === login)?.id ?? '';
};
const sees = ({ page }: Operator, testid: string, text = '') =>
  until(`"${text}" in ${testid}`, () =>
    page.$$eval(
      `[data-testid="${testid}"]`,
      (all, wanted) => all.some((each) => each.textContent?.includes(wanted)),
      text,
    ),
  );
const gone = ({ page }: Operator, testid: string) =>
  until(`no ${testid}`, async () => !(await page.$(`[data-testid="${testid}"]`)));
const toolIs = ({ page }: Operator, tool: string, attribute: string, value: string) =>
  until(`${tool} ${attribute} ${value}`, () => page.$(`[data-testid="tool-${tool}"][${attribute}="${value}"]`));
const front = async ({ page }: { page: Visitor['page'] }) => page.bringToFront();
/** The visitor answers what is asked. */
const answers = async (title: string, press: 'Allow' | 'Not now') => {
  await front(visitor);
  await visitor.widget('.ask h2', title);
  if (press === 'Allow') await visitor.allow();
  else await visitor.press('Not now');
};
const takesControl = async (operator: Operator) => {
  await front(operator);
  await operator.click('tool-control');
};

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set('/', '<!doctype html><title>Shop</title>%SNIPPET%<h1>Shop</h1><button id="buy">Buy</button>');
  boris = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
});
afterAll(() => world.close());
beforeEach(async () => {
  await setPolicy(OPEN);
  await post('/api/operators/change', { id: await idOf('boris'), may: OPEN.allowed });
  visitor = await world.openVisitor('/');
  annas = await world.openOperator();
  return async () => {
    for (const { page, errors } of [visitor, annas, boriss]) {
      expect(errors).toEqual([]);
      await page.browserContext().close();
    }
  };
});
/** Anna watches; and Boris, who joins her. */
async function bothWatch(): Promise<void> {
  await world.view(visitor, annas);
  boriss = await world.openOperator(boris);
  await boriss.clickOf(visitor, 'view');
  await boriss.overlay('none');
  for (const operator of [annas, boriss]) await operator.byId('hand-tools');
}

describe('control by request', () => {
  beforeEach(async () => {
    await bothWatch();
    await takesControl(annas);
    await answers('Admin asks to use the mouse', 'Allow');
    await toolIs(annas, 'control', 'data-active', 'true');
    await takesControl(boriss);
  });

  test('[G10] handed over: the card, the visitor’s question, and control goes from one to the other', async () => {
    await sees(boriss, 'hand-status', 'Waiting for Admin to hand over control…');
    await sees(annas, 'hand-over', 'Boris asks for control');
    await sees(annas, 'hand-over-heard', 'Boris asks for control');
    await front(visitor);
    await visitor.widget('.granted button', 'control');
    await visitor.noWidget('.ask');
    // By key: out of the page, which has them all, and to the button.
    await front(annas);
    await annas.page.keyboard.press('F6');
    await until('the focus on Hand over', async () => {
      await annas.page.keyboard.press('Tab');
      return annas.page.evaluate(() => (document.activeElement as HTMLElement).dataset['testid'] === 'hand-give');
    });
    await annas.page.keyboard.press('Enter');
    await gone(annas, 'hand-over');
    await toolIs(annas, 'look', 'aria-pressed', 'true');
    expect(await annas.page.$('[data-testid="hand-status"]')).toBeNull();
    await sees(boriss, 'hand-status', 'Waiting for the visitor');
    await answers('Boris asks to use the mouse', 'Allow');
    await toolIs(boriss, 'control', 'data-active', 'true');
    await sees(annas, 'hand-controller', 'Boris controls the page');
    await visitor.widget('.granted .said', 'Boris controls this page');
  });

  test('[G10] kept: who asked is told by whom, and the visitor is not troubled', async () => {
    await sees(annas, 'hand-over');
    await front(annas);
    await annas.click('hand-keep');
    await sees(boriss, 'hand-status', 'Admin keeps control.');
    await gone(annas, 'hand-over');
    await toolIs(annas, 'control', 'data-active', 'true');
    await front(visitor);
    await visitor.noWidget('.ask');
    await visitor.widget('.granted .said', 'Admin controls this page');
  });

  test('[G10] who has control leaves: the visitor is asked', async () => {
    await sees(annas, 'hand-over');
    await front(annas);
    await annas.click('leave');
    await sees(boriss, 'hand-status', 'Waiting for the visitor');
    await answers('Boris asks to use the mouse', 'Not now');
    await sees(boriss, 'hand-status', 'The visitor said no');
  });
});

describe('what is set up', () => {
  test('[G9] tools that the site or the operator may not have say why; a change counts at once', async () => {
    await bothWatch();
    await takesControl(annas);
    await answers('Admin asks to use the mouse', 'Allow');
    await toolIs(annas, 'control', 'data-active', 'true');
    await setPolicy({ ...OPEN, allowed: ['point'] });
    await toolIs(annas, 'control', 'aria-disabled', 'true');
    await toolIs(annas, 'control', 'data-active', 'false');
    await front(visitor);
    await visitor.noWidget('.granted button');
    await front(annas);
    await annas.page.hover('[data-testid="tool-look"]');
    await annas.page.hover('[data-testid="tool-control"]');
    await until('the tip', () =>
      annas.page.evaluate(() => document.body.innerText.includes('Switched off for this site')),
    );
    await annas.click('tool-control');
    await annas.page.keyboard.press('c');
    await toolIs(annas, 'look', 'aria-pressed', 'true');
    // Rights: the console comes back by itself, into the same room.
    await toolIs(boriss, 'point', 'aria-disabled', 'false');
    await post('/api/operators/change', { id: await idOf('boris'), may: [] });
    await toolIs(boriss, 'point', 'aria-disabled', 'true');
    const label = await boriss.page.$eval('[data-testid="tool-point"]', (tool) => tool.getAttribute('aria-label'));
    expect(label).toContain('You have no right to this');
    expect(await boriss.page.$('[data-testid="watch"][data-overlay="none"]')).not.toBeNull();
  });

  test('[G9] where control pauses, over the picture and at the spot', async () => {
    await bothWatch();
    await takesControl(annas);
    await answers('Admin asks to use the mouse', 'Allow');
    await toolIs(annas, 'control', 'data-active', 'true');
    await setPolicy({ ...OPEN, pausedAt: ['/pay*'] });
    await visitor.page.evaluate(() => history.pushState({}, '', '/payment'));
    await sees(annas, 'hand-paused-here', 'Control is off on this page');
    await visitor.widget('.granted .said', 'Control is off on this page');
    await front(annas);
    await annas.page.keyboard.press('a');
    await until('a refusal', () => annas.page.$('[data-testid="hand-refused"][data-why="paused-here"]'));
    await visitor.page.evaluate(() => history.back());
    await gone(annas, 'hand-paused-here');
  });

  test('[G9] with the first question, end to end', async () => {
    await setPolicy({ ...OPEN, given: ['point', 'control'] });
    await annas.clickOf(visitor, 'ask');
    await answers('Admin asks to see this page and to help on it', 'Allow');
    await visitor.widget('.granted .said', 'Admin controls this page');
    await front(annas);
    await annas.overlay('none');
    await annas.click('tool-control');
    await toolIs(annas, 'control', 'data-active', 'true');
    boriss = await world.openOperator(boris);
    await boriss.clickOf(visitor, 'view');
    await boriss.overlay('none');
    await front(visitor);
    await visitor.widget('.granted .said', 'Boris can point at this page');
    await front(boriss);
    await boriss.click('tool-point');
    await toolIs(boriss, 'point', 'data-active', 'true');
  });
});

describe('the settings', () => {
  const valueOf = (testid: string) =>
    annas.page.$eval(`[data-testid="${testid}"]`, (field) => (field as HTMLInputElement).value);
  const goTo = (hash: string) => annas.page.evaluate((hash) => void (location.hash = hash), hash);

  test('a site’s policy: each grant one of three ways, addresses checked as they are typed, kept over a reload', async () => {
    boriss = await world.openOperator(boris);
    await front(annas);
    await goTo(`#/settings/sites/${world.siteId}`);
    await annas.byId('site-hand');
    await annas.click('site-control-given');
    await annas.click('site-suggest-off');
    const field = await annas.byId('site-pausedAt');
    await field.type('/checkout/*\nshop.example/pay');
    await sees(annas, 'site-pausedAt-trouble', '“shop.example/pay” must begin with a slash');
    await annas.click('site-save');
    await until('the focus on what is wrong', () =>
      annas.page.evaluate(() => (document.activeElement as HTMLElement).dataset['testid'] === 'site-pausedAt'),
    );
    for (let left = 'shop.example/pay'.length; left > 0; left--) await annas.page.keyboard.press('Backspace');
    await field.type('/оплата');
    await annas.click('site-save');
    await sees(annas, 'toast', 'Site saved');
    await annas.page.reload();
    await annas.byId('site-hand');
    await until('what was saved', async () => (await valueOf('site-pausedAt')) === '/checkout/*\n/оплата');
    const chosen = await annas.page.$$eval('[data-testid="site-hand"] input:checked', (all) =>
      all.map((each) => (each as HTMLElement).dataset['testid']),
    );
    expect(chosen).toEqual(['site-point-asked', 'site-suggest-off', 'site-control-given']);
    const response = await fetch(`${world.relay.url}/api/sites`, { headers: { cookie: world.cookie } });
    const { sites } = (await response.json()) as { sites: { id: string; hand: unknown }[] };
    expect(sites.find(({ id }) => id === world.siteId)?.hand).toEqual({
      allowed: ['point', 'control'],
      given: ['control'],
      pausedAt: ['/checkout/*', '/%D0%BE%D0%BF%D0%BB%D0%B0%D1%82%D0%B0'],
    });
  });

  test('an operator’s rights: boxes in the dialog, and a line in the list when it is not everything', async () => {
    boriss = await world.openOperator(boris);
    await front(annas);
    await goTo('#/settings/operators');
    const edits = async () => {
      await until('the menu', async () => {
        await annas.page.click('[data-login="boris"] [data-testid="operator-actions"]');
        return true;
      });
      await annas.click('operator-edit');
      await annas.byId('operator-may');
    };
    await annas.byId('operator');
    expect(await annas.page.$('[data-testid="operator-rights"]')).toBeNull();
    await edits();
    await annas.click('operator-may-control');
    await annas.click('operator-may-suggest');
    await annas.click('operator-save');
    await sees(annas, 'operator-rights', 'May only: point');
    await edits();
    const checked = await annas.page.$$eval('[data-testid="operator-may"] input:checked', (all) =>
      all.map((each) => (each as HTMLElement).dataset['testid']),
    );
    expect(checked).toEqual(['operator-may-point']);
    await annas.click('operator-may-point');
    await annas.click('operator-save');
    await sees(annas, 'operator-rights', 'May only look');
  });
});
