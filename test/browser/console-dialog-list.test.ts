// What conversations look like in the built console, with a stand-in that says what the relay says: thousands of them, and what
// people may call themselves and write.

import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FromOperatorDialog, ToOperatorDialog } from '../../protocol/chat.ts';
import { launchChromium } from '../support/browsers.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { until } from '../support/live.ts';
import { pagesOf, someMessage, someThread, stateOf, uuidOf } from '../support/some-threads.ts';

let browser: Browser;
let desk: ConsolePage;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(() => desk.close());

const say = (...all: ToOperatorDialog[]) => {
  for (const each of all) desk.relay.send({ t: 'dialog', say: each });
};
/** The next thing that the console says of conversations. */
async function next<T extends FromOperatorDialog['t']>(t: T): Promise<Extract<FromOperatorDialog, { t: T }>> {
  for (;;) {
    const { say } = await desk.relay.next('dialog');
    // Found by its `t`.
    if (say.t === t) return say as never;
  }
}
const rows = () =>
  desk.page.$$eval('[data-testid="dialog-row"]', (all) =>
    all
      .map((row) => ({
        id: row.getAttribute('data-conversation') ?? '',
        at: Number(row.getAttribute('aria-posinset')),
      }))
      .sort((a, b) => a.at - b.at)
      .map(({ id }) => id),
  );

test('2,000 conversations: all are counted and reachable, only those in sight are drawn, and changes come at once', async () => {
  desk = await openConsole(browser, { hash: '#/conversations' });
  await next('inbox');
  const now = Date.now();
  const threads = Array.from({ length: 2000 }, (_, n) => someThread(n, now));
  say(...pagesOf(threads));
  await desk.sees('dialogs-waiting', '1,000 wait for an answer');
  await desk.click('folder-open');
  await until('the newest first', async () => (await rows())[0] === threads[0]?.id);
  await desk.page.focus('[data-testid="dialog-list"]');
  await desk.page.keyboard.press('End');
  await desk.page.waitForSelector(`[data-conversation="${threads[1999]?.id}"]`);
  expect(await desk.count('dialog-row')).toBeLessThan(40);
  const active = await desk.page.$eval('[data-testid="dialog-list"]', (list) => {
    const id = list.getAttribute('aria-activedescendant');
    return id !== null && document.getElementById(id) !== null ? id : null;
  });
  expect(active).toBe(`dialog-${threads[1999]?.id}`);
  // Whoever waits longest stands first, until they have their answer.
  await desk.click('folder-waiting');
  await until('who waits longest to be first', async () => (await rows())[0] === threads[1998]?.id);
  const answered = someThread(1998, now, { version: 4, waitingSince: null });
  say({ t: 'threads', reset: false, more: false, number: 6, id: uuidOf(8, 6), put: [answered], people: [] });
  await desk.page.mouse.move(900, 400);
  await until('the next to be first', async () => (await rows())[0] === threads[1996]?.id);
  await desk.sees('dialogs-waiting', '999 wait for an answer');
  // A hundred changes, one after the other, take a moment and not seconds.
  const took = await desk.page.evaluate(() => performance.now());
  for (let n = 0; n < 100; n++)
    say({
      t: 'threads',
      reset: false,
      more: false,
      number: 7 + n,
      id: uuidOf(8, 7 + n),
      put: [someThread(n, now, { version: 10, waitingSince: null, lastAt: now + n })],
      people: [],
    });
  await desk.sees('dialogs-waiting', '949 wait for an answer');
  expect((await desk.page.evaluate(() => performance.now())) - took).toBeLessThan(10_000);
  // What has been here is not asked for again.
  desk.relay.drop();
  expect(await next('inbox')).toMatchObject({ on: true, number: 106, id: uuidOf(8, 106) });
  expect(desk.errors).toEqual([]);
});

test('a link that is lost between the pages of the list: everything is asked for anew', async () => {
  desk = await openConsole(browser, { hash: '#/conversations' });
  await next('inbox');
  const now = Date.now();
  const [first] = pagesOf(Array.from({ length: 300 }, (_, n) => someThread(n, now)));
  if (first) say(first);
  desk.relay.drop();
  expect(await next('inbox')).toEqual({ t: 'inbox', on: true });
});

test('rows stand still under the pointer; what comes waits', async () => {
  desk = await openConsole(browser, { hash: '#/conversations' });
  await next('inbox');
  const now = Date.now();
  say(...pagesOf([0, 2, 4].map((n) => someThread(n, now))));
  await until('three rows', async () => (await rows()).length === 3);
  const before = await rows();
  await desk.page.hover('[data-testid="dialog-row"]');
  say({
    t: 'threads',
    reset: false,
    more: false,
    number: 6,
    id: uuidOf(8, 6),
    put: [someThread(6, now), someThread(4, now, { version: 9, waitingSince: null })],
    people: [],
  });
  await desk.sees('dialogs-held', '1 more conversation');
  expect(await rows()).toEqual(before);
  await desk.page.mouse.move(900, 400);
  await until('the list as it is', async () => (await rows())[0] === uuidOf(1, 6));
  expect(await rows()).not.toContain(uuidOf(1, 4));
  expect(desk.errors).toEqual([]);
});

const HOSTILE = [
  '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>',
  '\u202egnp.exe\u202c \u2067שלום\u2066 ' + 'W'.repeat(2000),
  'سلام '.repeat(300),
  'javascript:alert(1) data:text/html,x https://evil.example\u202e/moc.knab https://bank.example@evil.example/',
  '\n'.repeat(40) + 'far below',
  'see https://shop.example/a_(b)?c=1&d=2, and (http://example.org/x).',
];

test('hostile names and texts are shown as text, break no line, and lead nowhere they do not say', async () => {
  for (const width of [1280, 360]) {
    desk = await openConsole(browser, { hash: '#/conversations', width });
    await next('inbox');
    const now = Date.now();
    const name = `${HOSTILE[1]}`.slice(0, 120);
    const thread = someThread(0, now, {
      contact: { id: uuidOf(2, 0), name },
      last: { by: { kind: 'contact' }, kind: 'text', text: 'x'.repeat(200) },
    });
    const other = someThread(2, now, { last: { by: { kind: 'contact' }, kind: 'text', text: HOSTILE[0] ?? '' } });
    say(...pagesOf([thread, other]));
    await desk.page.waitForSelector(`[data-conversation="${thread.id}"]`);
    // A list's row has its height, whatever stands in it.
    const heights = await desk.page.$$eval('[data-testid="dialog-row"]', (all) =>
      all.map((row) => [row.getBoundingClientRect().height, row.scrollWidth <= row.clientWidth]),
    );
    expect(heights).toEqual([
      [76, true],
      [76, true],
    ]);
    await desk.page.$eval(`[data-conversation="${thread.id}"]`, (row) => (row as HTMLElement).click());
    await next('open');
    const messages = HOSTILE.map((text, at) => someMessage(at + 1, now, { body: { text } }));
    say(stateOf(thread, messages), {
      t: 'typing',
      conversation: thread.id,
      by: { id: uuidOf(2, 0), name: '' },
      text: 'T'.repeat(500),
      on: true,
    });
    await desk.sees('typing', 'TTTT');
    const texts = await desk.page.$$eval('[data-testid="message-text"]', (all) => all.map((each) => each.textContent));
    expect(texts).toEqual(HOSTILE);
    const links = await desk.page.$$eval('[data-testid="message-text"] a', (all) =>
      all.map((each) => [each.getAttribute('href'), each.textContent, each.getAttribute('rel')]),
    );
    expect(links).toEqual(
      ['https://evil.example', 'https://shop.example/a_(b)?c=1&d=2', 'http://example.org/x'].map((href) => [
        href,
        href,
        'noopener noreferrer',
      ]),
    );
    const wide = await desk.page.evaluate(() =>
      [
        ...document.querySelectorAll(
          '[data-testid="dialog"], [data-testid="dialog-log"], [data-testid="conversations"]',
        ),
      ]
        .filter((each) => each.scrollWidth > each.clientWidth)
        .map((each) => each.getAttribute('data-testid')),
    );
    expect(wide).toEqual([]);
    expect(await desk.page.evaluate(() => (window as { hurt?: number }).hurt)).toBeUndefined();
    expect(desk.errors).toEqual([]);
    if (width > 360) await desk.close();
  }
});

test('on a phone the list, or a conversation with a way back; the address is kept over a reload', async () => {
  desk = await openConsole(browser, { hash: '#/conversations', width: 360 });
  await next('inbox');
  const thread = someThread(0, Date.now());
  say(...pagesOf([thread]));
  const isShown = (testid: string) =>
    desk.page.$eval(`[data-testid="${testid}"]`, (each) => each.getClientRects().length > 0).catch(() => false);
  await desk.click('dialog-row');
  await desk.isAt(`#/conversations/${thread.id}`);
  await until('the conversation alone', async () => (await isShown('dialog')) && !(await isShown('dialog-row')));
  await desk.click('dialog-back');
  await until('the list alone', async () => (await isShown('dialog-row')) && !(await isShown('dialog')));
  expect(await next('leave')).toMatchObject({ conversation: thread.id });
  for (const address of ['nothing-like-an-id', uuidOf(1, 77)]) {
    await desk.page.evaluate((hash) => (location.hash = hash), `#/conversations/${address}`);
    if (address === uuidOf(1, 77)) {
      expect(await next('open')).toMatchObject({ conversation: address });
      say({ t: 'gone', conversation: address });
    }
    await desk.page.waitForSelector('[data-testid="dialog-gone"]');
    await desk.page.evaluate(() => (location.hash = '#/conversations'));
    await until('it to be left', async () => (await desk.page.$('[data-testid="dialog-gone"]')) === null);
  }
  expect(desk.errors).toEqual([]);
});

test('refused for a moment: tried again with pauses, in order; refused for good: said why, and deleted', async () => {
  desk = await openConsole(browser, { hash: `#/conversations/${someThread(0, 0).id}` });
  await next('inbox');
  const now = Date.now();
  const thread = someThread(0, now);
  say(...pagesOf([thread]));
  await next('open');
  say(stateOf(thread, [someMessage(1, now)]));
  await desk.page.waitForSelector('[data-testid="message"]');
  for (const text of ['one', 'two']) {
    await desk.page.type('[data-testid="composer"]', text);
    await desk.page.keyboard.press('Enter');
  }
  const first = await next('send');
  expect(first).toMatchObject({ message: { body: { text: 'one' } }, kind: 'text', expectedSeq: 1 });
  say({ t: 'answer', conversation: thread.id, id: first.message.id, why: 'unavailable' });
  const again = await next('send');
  expect(again).toEqual(first);
  say({ t: 'answer', conversation: thread.id, id: first.message.id, why: 'unfit' });
  await desk.sees('message-failed', 'The relay did not accept it');
  await desk.sees('dialog-unsent', 'Not sent');
  // What failed for good holds up nothing that comes after it.
  const second = await next('send');
  expect(second.message.body.text).toBe('two');
  say({ t: 'answer', conversation: thread.id, id: second.message.id, seq: 2 });
  await desk.page.waitForSelector('[data-delivery="sent"]');
  await desk.click('message-discard');
  await until('one message and the other', async () => (await desk.count('message')) === 2);
  expect(desk.errors).toEqual([]);
});

test('a composer: an input method is let be, lines are broken by Shift+Enter, and the limit is said before it is reached', async () => {
  desk = await openConsole(browser, { hash: `#/conversations/${someThread(0, 0).id}` });
  await next('inbox');
  const now = Date.now();
  const thread = someThread(0, now, { marks: [{ by: uuidOf(7, 7), delivered: 0, read: 0 }] });
  say(...pagesOf([thread]));
  await next('open');
  say(stateOf(thread, [someMessage(1, now)]));
  await desk.page.waitForSelector('[data-testid="message"]');
  await desk.page.type('[data-testid="composer"]', 'にほん');
  await desk.page.$eval('[data-testid="composer"]', (field) =>
    field.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }),
    ),
  );
  const value = () => desk.page.$eval('[data-testid="composer"]', (field) => (field as HTMLTextAreaElement).value);
  expect(await value()).toBe('にほん');
  await desk.page.keyboard.down('Shift');
  await desk.page.keyboard.press('Enter');
  await desk.page.keyboard.up('Shift');
  await desk.page.keyboard.type('go');
  await desk.page.keyboard.down('Control');
  await desk.page.keyboard.press('Enter');
  await desk.page.keyboard.up('Control');
  expect((await next('send')).message.body.text).toBe('にほん\ngo');
  const paste = (length: number) =>
    desk.page.$eval(
      '[data-testid="composer"]',
      (field, text) => {
        (field as HTMLTextAreaElement).value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      },
      'x'.repeat(length),
    );
  await paste(9900);
  await desk.sees('composer-left', '100 characters left');
  await paste(10_002);
  await desk.sees('composer-left', '2 characters too many');
  await desk.page.focus('[data-testid="composer"]');
  await desk.page.keyboard.press('Enter');
  expect((await value()).length).toBe(10_002);
  expect(
    await desk.page.$eval('[data-testid="composer-send"]', (button) => (button as HTMLButtonElement).disabled),
  ).toBe(true);
  expect(desk.errors).toEqual([]);
});
