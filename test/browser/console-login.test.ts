// Logging in to the built console, and every way in which it may fail.

import type { Browser } from 'puppeteer';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/close-codes.ts';
import { launchChromium } from '../support/browsers.ts';
import { openConsole, type ConsolePage } from '../support/console-page.ts';
import { OPERATOR } from '../support/stand-in-relay.ts';

let browser: Browser;
let desk: ConsolePage;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(() => desk.close());

async function fill(login: string, password: string): Promise<void> {
  const { page } = desk;
  await page.waitForSelector('[data-testid="login-name"]');
  await page.$eval('[data-testid="login-name"]', (input) => (input as HTMLInputElement).select());
  await page.type('[data-testid="login-name"]', login);
  await page.type('[data-testid="login-password"]', password);
  await desk.click('login-submit');
}

test('a wrong password is said, the next try gets in', async () => {
  desk = await openConsole(browser, { isIn: false });
  const tried: unknown[] = [];
  desk.relay.api.login = (body) => {
    tried.push(body);
    return tried.length === 1
      ? { status: 401, body: { why: 'wrong' } }
      : { status: 200, body: { operator: OPERATOR, mustChange: false } };
  };
  await fill('anna', 'nonsense');
  await desk.sees('login-trouble', 'do not match');
  expect(await desk.page.$eval('[data-testid="login-password"]', (input) => (input as HTMLInputElement).value)).toBe(
    '',
  );
  await fill('anna', 'correct horse');
  await desk.relay.next('list');
  expect(tried).toEqual([
    { login: 'anna', password: 'nonsense' },
    { login: 'anna', password: 'correct horse' },
  ]);
  expect(desk.errors).toEqual([]);
});

test('an empty form is not sent', async () => {
  desk = await openConsole(browser, { isIn: false });
  let calls = 0;
  desk.relay.api.login = () => ({ status: 401, body: { calls: ++calls } });
  await desk.click('login-submit');
  await desk.sees('login-trouble', 'fill in');
  expect(calls).toBe(0);
});

test('a throttled login says how long and cannot be sent until then', async () => {
  desk = await openConsole(browser, { isIn: false });
  desk.relay.api.login = () => ({ status: 429, body: { why: 'throttled', retryAfterSec: 90 } });
  await fill('anna', 'x');
  await desk.sees('login-trouble', 'try again in 1:');
  expect(
    await desk.page.$eval('[data-testid="login-submit"]', (button) => (button as HTMLButtonElement).disabled),
  ).toBe(true);
});

test('a one-time password must be replaced, and need not be typed again', async () => {
  desk = await openConsole(browser, { isIn: false });
  const changes: unknown[] = [];
  desk.relay.api.login = () => ({ status: 200, body: { operator: OPERATOR, mustChange: true } });
  desk.relay.api.password = (body) => {
    changes.push(body);
    return changes.length === 1 ? { status: 400, body: { why: 'same' } } : { status: 200, body: {} };
  };
  await fill('anna', 'one-time-pass');
  const { page } = desk;
  await page.waitForSelector('[data-testid="password-new"]');
  expect(await desk.count('password-old')).toBe(0);
  await page.type('[data-testid="password-new"]', 'short');
  await desk.click('password-submit');
  await desk.sees('password-trouble', 'at least 10');
  await page.type('[data-testid="password-new"]', ' but longer now');
  await page.type('[data-testid="password-again"]', 'another');
  await desk.click('password-submit');
  await desk.sees('password-trouble', 'differ');
  expect(changes).toEqual([]);
  await page.$eval('[data-testid="password-again"]', (input) => (input as HTMLInputElement).select());
  await page.type('[data-testid="password-again"]', 'short but longer now');
  await desk.click('password-submit');
  await desk.sees('password-trouble', 'the same');
  await desk.click('password-submit');
  await desk.relay.next('list');
  expect(changes[1]).toEqual({ old: 'one-time-pass', new: 'short but longer now' });
  expect(desk.errors).toEqual([]);
});

test('a relay that does not answer is said, and the console goes on by itself when it is back', async () => {
  desk = await openConsole(browser, { isIn: true });
  await desk.relay.next('list');
  const { me } = desk.relay.api;
  desk.relay.api.me = () => ({ status: 502, body: 'Bad gateway' });
  await desk.page.reload();
  await desk.page.waitForFunction(() => document.body.textContent?.includes('Cannot reach the relay'));
  desk.relay.api.me = me;
  await desk.relay.next('list');
  expect(desk.errors).toEqual([]);
});

test('a session that the relay ended leads back to the login', async () => {
  desk = await openConsole(browser);
  await desk.relay.next('list');
  desk.relay.drop(CLOSE.LoggedOut);
  await desk.page.waitForSelector('[data-testid="login-name"]');
  await desk.page.waitForFunction(() => document.body.textContent?.includes('session has ended'));
});

test('the language switch changes every word and is remembered', async () => {
  desk = await openConsole(browser, { isIn: false });
  await desk.click('language-ru');
  await desk.page.waitForFunction(() => document.body.textContent?.includes('Вход в Tandem'));
  expect(await desk.page.evaluate(() => document.documentElement.lang)).toBe('ru');
  await desk.page.reload();
  await desk.page.waitForFunction(() => document.body.textContent?.includes('Вход в Tandem'));
});
