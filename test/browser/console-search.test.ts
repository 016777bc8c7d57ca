// Search in conversations in the built console, with a stand-in that says what the relay says: what is asked, what is shown of
// the answer, by keyboard and by pointer, and how one gets to a message far back and home again.

import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FromOperatorDialog, ToOperatorDialog } from '../../protocol/chat.ts';
import type { SearchHit } from '../../protocol/search.ts';
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

type Say<T extends FromOperatorDialog['t']> = Extract<FromOperatorDialog, { t: T }>;
const say = (...all: ToOperatorDialog[]) => {
  for (const each of all) desk.relay.send({ t: 'dialog', say: each });
};
/** The next thing of that kind that the console says of conversations. */
async function next<T extends FromOperatorDialog['t']>(
  t: T,
  holds: (say: Say<T>) => boolean = () => true,
): Promise<Say<T>> {
  for (;;) {
    const { say } = await desk.relay.next('dialog');
    // Found by its `t`.
    if (say.t === t && holds(say as never)) return say as never;
  }
}
const NOW = Date.now();
const threads = Array.from({ length: 40 }, (_, n) => someThread(n, NOW));
const thread = (n: number) => threads[n] ?? someThread(n, NOW);
const hitOf = (n: number, seq: number, excerpt: string, marks: number[]): SearchHit => ({
  conversation: thread(n).id,
  seq,
  at: NOW - n * 86_400_000,
  by: { kind: 'contact', id: uuidOf(2, n) },
  kind: 'text',
  excerpt,
  marks,
});
const found = (number: number, more: Partial<Extract<ToOperatorDialog, { t: 'found' }>> = {}): ToOperatorDialog => ({
  t: 'found',
  number,
  contacts: [],
  hits: [],
  threads: [],
  people: [],
  ...more,
});
const open = async (options: Parameters<typeof openConsole>[1] = {}) => {
  desk = await openConsole(browser, { hash: '#/conversations', ...options });
  await next('inbox');
  say(...pagesOf(threads));
  await desk.page.waitForSelector('[data-testid="dialog-row"]');
};
const typed = async (text: string) => {
  await desk.page.keyboard.press('/');
  await desk.page.keyboard.type(text);
  return next('search', ({ filter }) => filter.phrase === text);
};
const rowTexts = () => desk.page.$$eval('[data-testid="dialog-row"]', (all) => all.map((row) => row.textContent ?? ''));
const field = () =>
  desk.page.$eval('[data-testid="dialog-search"]', (input) => (input instanceof HTMLInputElement ? input.value : ''));

test('[B64] one types after “/”: what was found stands instead of the list, marked; arrows, Enter and Esc do the rest', async () => {
  await open();
  const { number } = await typed('samovar');
  const hostile = '<img src=x onerror="window.hurt=1"> my samovar broke';
  say(
    found(number, {
      contacts: [thread(3).id],
      hits: [hitOf(0, 12, 'my samovar arrived', [3, 10]), hitOf(1, 7, hostile, [39, 46])],
      threads: [thread(3), thread(0), thread(1)],
    }),
  );
  await desk.sees('search-told', '3 found');
  expect(await desk.page.$$eval('mark', (all) => all.map((mark) => mark.textContent))).toEqual(['samovar', 'samovar']);
  expect((await rowTexts())[2]).toContain(hostile);
  expect(await desk.count('folder-open')).toBe(0);
  await desk.page.keyboard.press('ArrowDown');
  await desk.page.keyboard.press('ArrowDown');
  const active = await desk.page.$eval('[data-testid="dialog-search"]', (input) => {
    const id = input.getAttribute('aria-activedescendant');
    return id === null ? null : document.getElementById(id)?.getAttribute('data-conversation');
  });
  expect(active).toBe(thread(0).id);
  await desk.page.keyboard.press('Enter');
  await desk.isAt(`#/conversations/${thread(0).id}/12`);
  expect(await next('open')).toMatchObject({ conversation: thread(0).id });
  // The field still has the keys.
  await desk.page.keyboard.press('Escape');
  await desk.page.waitForSelector('[data-testid="folder-open"]');
  expect(await field()).toBe('');
  expect(await desk.page.evaluate(() => 'hurt' in window)).toBe(false);
  expect(desk.errors).toEqual([]);
});

test('an answer to an older question is not shown, and one that was lost with the link is asked for again', async () => {
  await open();
  const first = await typed('sam');
  await desk.page.keyboard.type('ovar');
  const second = await next('search', ({ filter }) => filter.phrase === 'samovar');
  expect(second.number).toBeGreaterThan(first.number);
  say(found(first.number, { hits: [hitOf(0, 1, 'an old answer', [])], threads: [thread(0)] }));
  desk.relay.drop();
  const again = await next('search', ({ number }) => number > second.number);
  expect(again.filter).toEqual({ phrase: 'samovar' });
  say(found(second.number, { hits: [hitOf(0, 1, 'an old answer', [])], threads: [thread(0)] }));
  say(found(again.number, { hits: [hitOf(1, 2, 'the new answer', [])], threads: [thread(1)] }));
  await desk.sees('search-told', '1 found');
  expect((await rowTexts()).join()).toContain('the new answer');
  expect((await rowTexts()).join()).not.toContain('an old answer');
  expect(desk.errors).toEqual([]);
});

test('[B66 L12] conditions are added from a menu and removed with their cross or Backspace; a search may be nothing but them', async () => {
  await open();
  await desk.click('search-filter');
  await desk.click('search-add-status');
  expect((await next('search')).filter).toEqual({ status: 'open' });
  await desk.page.select('[data-kind="status"] select', 'closed');
  expect((await next('search')).filter).toEqual({ status: 'closed' });
  await desk.click('search-filter');
  await desk.click('search-add-least');
  await desk.page.waitForFunction(() => document.activeElement?.closest('[data-kind="least"]') !== null);
  await desk.page.keyboard.type('5');
  const both = await next('search', ({ filter }) => filter.least === 5);
  expect(both.filter).toEqual({ status: 'closed', least: 5 });
  const next30 = { at: 1, conversation: thread(30).id, seq: 0 };
  say(found(both.number, { threads: threads.slice(0, 30), next: next30 }));
  await desk.sees('search-told', '30 found, and more');
  // Further ones are asked for when the end comes in sight.
  await desk.page.$eval('[data-testid="search-results"]', (box) => box.scrollTo(0, box.scrollHeight));
  const more = await next('search', ({ after }) => after !== undefined);
  expect(more).toMatchObject({ filter: both.filter, after: next30 });
  say(found(more.number, { threads: threads.slice(30) }));
  await desk.sees('search-told', '40 found');
  await desk.page.focus('[data-testid="dialog-search"]');
  await desk.page.keyboard.press('Backspace');
  expect((await next('search')).filter).toEqual({ status: 'closed' });
  await desk.click('search-chip-remove');
  await desk.page.waitForSelector('[data-testid="folder-open"]');
  expect(desk.errors).toEqual([]);
});

test('nothing found, too long, and a relay that can’t: each is said, with a way on', async () => {
  await open();
  const none = await typed('zzz');
  say(found(none.number));
  await desk.page.waitForSelector('[data-testid="search-nothing"]');
  await desk.sees('search-told', '0 found');
  await desk.page.keyboard.type('z');
  const failed = await next('search');
  say(found(failed.number, { why: 'unavailable' }));
  await desk.sees('search-told', 'can’t search now');
  await desk.click('search-again');
  const again = await next('search');
  expect(again.filter).toEqual({ phrase: 'zzzz' });
  const cursor = { at: 5, conversation: thread(0).id, seq: 3 };
  say(
    found(again.number, {
      hits: [hitOf(0, 3, 'one of them', [])],
      threads: [thread(0)],
      next: cursor,
      why: 'too-long',
    }),
  );
  await desk.sees('search-told', 'Not everything was searched');
  await desk.click('search-again');
  expect(await next('search')).toMatchObject({ after: cursor });
  expect(desk.errors).toEqual([]);
});

test('a message far back is shown among its neighbours without all that lies between, and one comes back to the newest', async () => {
  await open({ width: 1280 });
  const total = 5000;
  const all = Array.from({ length: total }, (_, index) =>
    someMessage(index + 1, NOW - (total - index) * 60_000, { body: { text: `message number ${index + 1}` } }),
  );
  const { number } = await typed('number 400');
  say(found(number, { hits: [hitOf(0, 400, 'message number 400', [8, 18])], threads: [thread(0)] }));
  await desk.sees('search-told', '1 found');
  await desk.page.keyboard.press('Enter');
  await next('open');
  say(stateOf({ ...thread(0), version: total, seq: total }, all.slice(-100), { more: true }));
  const answer = async () => {
    const { before } = await next('older');
    const messages = all.slice(Math.max(0, before - 101), before - 1);
    say({ t: 'older', conversation: thread(0).id, before, messages, more: (messages[0]?.seq ?? 1) > 1, people: [] });
    return before;
  };
  const around = await answer();
  expect(around).toBeGreaterThan(400);
  expect(around).toBeLessThan(500);
  const isSeen = (seq: number) =>
    desk.page.evaluate((wanted) => {
      const box = document.querySelector('[data-testid="dialog-log"]')?.getBoundingClientRect();
      const row = document.querySelector(`[data-seq="${wanted}"]`)?.getBoundingClientRect();
      return box !== undefined && row !== undefined && row.top >= box.top && row.bottom <= box.bottom;
    }, seq);
  await until('the message in sight', () => isSeen(400));
  expect(await desk.page.$eval('[data-seq="400"]', (message) => message.classList.contains('found'))).toBe(true);
  // It was not read to the end by that.
  expect(desk.relay.heard.some((heard) => heard.t === 'dialog' && heard.say.t === 'read')).toBe(false);
  // Down from there, further ones come; they are asked for as one comes near their place.
  await desk.page.$eval('[data-testid="dialog-log"]', (box) => box.scrollTo(0, box.scrollHeight));
  const newer = await answer();
  expect(newer).toBeGreaterThan(around);
  await desk.page.waitForSelector(`[data-seq="${newer - 1}"]`);
  expect(await desk.page.$$eval('[data-testid="message"]', (rows) => rows.length)).toBeLessThan(300);
  await desk.click('to-newest');
  await until('the newest in sight', () => isSeen(total));
  expect(desk.errors).toEqual([]);
});

test('[B76 L25] a search is saved with a name, used from the list, and deleted with two presses', async () => {
  await open();
  await typed('samovar');
  await desk.click('saved-searches');
  await next('searches');
  say({ t: 'searches', list: [] });
  await desk.page.waitForSelector('[data-testid="saved-name"]');
  await desk.page.type('[data-testid="saved-name"]', 'Broken ones');
  await desk.click('saved-shared');
  await desk.click('saved-save');
  const { search } = await next('saveSearch');
  expect(search).toMatchObject({ name: 'Broken ones', isShared: true, filter: { phrase: 'samovar' } });
  const waiting = { id: uuidOf(7, 1), name: 'Who waits', filter: { waiting: true }, isShared: false, isOwn: true };
  say({ t: 'searches', list: [search, waiting] });
  await until('both in the list', async () => (await desk.count('saved-search')) === 2);
  await desk.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-testid="saved-forget"]')][0]?.click(),
  );
  await desk.sees('saved-forget', 'Press again');
  await desk.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-testid="saved-forget"]')][0]?.click(),
  );
  expect(await next('forgetSearch')).toEqual({ t: 'forgetSearch', id: search.id });
  say({ t: 'searches', list: [waiting] });
  await desk.sees('saved-search', 'Who waits');
  await desk.click('saved-use');
  expect((await next('search', ({ filter }) => filter.waiting === true)).filter).toEqual({ waiting: true });
  expect(await field()).toBe('');
  expect(await desk.count('search-chip')).toBe(1);
  expect(desk.errors).toEqual([]);
});

test('[R58] from a conversation to all of its contact, and back out with the cross', async () => {
  await open();
  await desk.page.click(`[data-conversation="${thread(38).id}"]`);
  await next('open');
  say(stateOf(thread(38), [someMessage(1, NOW)]));
  await desk.click('dialog-all');
  const { number, filter } = await next('search');
  expect(filter).toEqual({ contact: thread(38).contact?.id });
  say(found(number, { threads: [thread(38), thread(5)] }));
  await desk.sees('search-told', '2 found');
  await desk.click('search-chip-remove');
  await desk.page.waitForSelector('[data-testid="folder-open"]');
  expect(desk.errors).toEqual([]);
});
