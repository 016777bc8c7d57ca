// Pages and operators that try what they may not, with the real relay, console and widget: nothing of it is done, the
// operator is told at the spot, and all of it stands in the ledger. Attackers on the wire are in test/wire/hand.test.ts.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { perform } from '../../bench/hand/console-driver.ts';
import { startWorld, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bank</title>
<style>#buy { margin: 60px; padding: 20px } .over { position: fixed; inset: 0; background: #fff }</style></head><body>
<button id="buy">Buy</button><input id="field">%SNIPPET%
<script>
  window.heard = [];
  for (const id of ['buy', 'field'])
    for (const type of ['pointerdown', 'mousedown', 'click', 'input', 'keydown'])
      document.getElementById(id).addEventListener(type, () => heard.push(id + ' ' + type));
  window.cover = (when) => buy.addEventListener(when, () => {
    const over = document.createElement('button');
    over.className = 'over';
    over.textContent = 'Pay 1,000';
    for (const type of ['pointerdown', 'mousedown', 'click']) over.addEventListener(type, () => heard.push('over ' + type));
    document.body.append(over);
  });
</script></body></html>`;

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set('/', PAGE);
});
afterAll(() => world.close());

async function asks(operator: Operator, visitor: Visitor, tool = 'control'): Promise<void> {
  await operator.click(`tool-${tool}`);
  await visitor.page.bringToFront();
  await visitor.widget('button', 'Allow');
}

async function controlled(): Promise<{ visitor: Visitor; operator: Operator; room: string }> {
  const { visitor, operator } = await world.openViewed('/');
  await asks(operator, visitor);
  await visitor.allow();
  await operator.page.bringToFront();
  await operator.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
  const room = await operator.page.$eval('[data-testid="watch"]', (watch) => watch.getAttribute('data-room') ?? '');
  return { visitor, operator, room };
}

const heard = ({ page }: Visitor) => page.evaluate(() => (window as unknown as { heard: string[] }).heard);

type Entry = { deed: { kind: string; on?: boolean; act?: { t: string }; outcome?: { done: boolean; why?: string } } };
/** As `act why` or `grant on`, oldest first. */
async function ledger(room: string): Promise<string[]> {
  const answer = await fetch(`${world.relay.url}/api/ledger?room=${room}`, { headers: { cookie: world.cookie } });
  const { entries } = (await answer.json()) as { entries: Entry[] };
  return entries
    .reverse()
    .map(({ deed }) =>
      deed.kind === 'act' ? `${deed.act?.t} ${deed.outcome?.why ?? 'done'}` : `${deed.kind} ${deed.on}`,
    );
}

const refused = (operator: Operator, why: string) =>
  operator.page.waitForSelector(`[data-testid="hand-refused"][data-why="${why}"]`);

async function close(...people: (Visitor | Operator)[]): Promise<void> {
  for (const { page, errors } of people) {
    expect(errors).toEqual([]);
    await page.close();
  }
}

test('a page that answers the question itself: by clicks, keys and events of its own making', async () => {
  const { visitor, operator } = await world.openViewed('/');
  await asks(operator, visitor);
  // Once a person's press would count.
  await visitor.widget('button:not([aria-disabled=true])', 'Allow');
  const tried = await visitor.page.evaluate(() => {
    let tried = 0;
    for (const host of document.querySelectorAll('[data-tandem-ui]'))
      for (const button of host.shadowRoot?.querySelectorAll<HTMLElement>('button') ?? []) {
        if (!button.textContent?.includes('Allow')) continue;
        tried++;
        button.focus();
        button.click();
        const { left, top, width, height } = button.getBoundingClientRect();
        const at = {
          clientX: left + width / 2,
          clientY: top + height / 2,
          bubbles: true,
          composed: true,
          cancelable: true,
        };
        for (const type of ['pointerdown', 'pointerup']) button.dispatchEvent(new PointerEvent(type, at));
        for (const type of ['mousedown', 'mouseup', 'click']) button.dispatchEvent(new MouseEvent(type, at));
        for (const key of ['Enter', ' '])
          for (const type of ['keydown', 'keypress', 'keyup'])
            button.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, composed: true }));
        button.dispatchEvent(new Event('submit', { bubbles: true, composed: true }));
      }
    return tried;
  });
  expect(tried).toBe(1);
  // The question stands, and the operator still waits.
  await visitor.widget('button', 'Allow');
  await operator.page.waitForSelector('[data-testid="hand-status"][data-kind="waiting"]');
  expect(await operator.page.$('[data-testid="hand-layer"]')).toBeNull();
  // A person's counts.
  await visitor.allow();
  await operator.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
  await close(visitor, operator);
});

for (const when of ['pointerover', 'pointermove', 'mousemove'])
  test(`a page that covers the target at the last moment, at ${when}`, async () => {
    const { visitor, operator, room } = await controlled();
    await operator.mirrorHas(`document.querySelector('#buy') !== null`);
    await visitor.page.evaluate((type) => (window as unknown as { cover(type: string): void }).cover(type), when);
    await perform(operator.page, { do: 'click', on: '#buy' });
    await refused(operator, 'covered');
    expect((await heard(visitor)).filter((line) => /over|click|down/.test(line))).toEqual([]);
    await expect.poll(() => ledger(room)).toContain('down covered');
    await close(visitor, operator);
  });

test('what is done during a pause, and after control was taken back, by a console that still believes in it', async () => {
  const { visitor, operator, room } = await controlled();
  await perform(operator.page, { do: 'click', on: '#field' });
  await perform(operator.page, { do: 'type', text: 'a' });
  await expect.poll(() => visitor.page.$eval('#field', (field) => (field as HTMLInputElement).value)).toBe('a');
  // Sent in the moment in which the visitor pauses: the console has not heard of it.
  await visitor.page.bringToFront();
  await visitor.press('Pause');
  await operator.page.bringToFront();
  await operator.overlay('paused');
  await operator.page.keyboard.type('b');
  await refused(operator, 'paused');
  await visitor.page.bringToFront();
  await visitor.press('Resume');
  await operator.page.bringToFront();
  await operator.overlay('none');
  // What is typed before the picture is of the page as it is now is refused (`gone`), and rightly.
  await visitor.page.evaluate(() => document.body.append('On again'));
  await operator.mirrorHas(`document.body.textContent.includes('On again')`);
  await operator.page.keyboard.type('c');
  await expect.poll(() => visitor.page.$eval('#field', (field) => (field as HTMLInputElement).value)).toBe('ac');
  await expect.poll(() => ledger(room)).toContain('key paused');
  // Escape twice takes it back.
  await visitor.page.bringToFront();
  await visitor.page.keyboard.press('Escape');
  await visitor.page.keyboard.press('Escape');
  await operator.page.waitForSelector('[data-testid="hand-status"][data-kind="taken"]');
  await expect.poll(() => ledger(room)).toContain('grant false');
  expect(await visitor.page.$eval('#field', (field) => (field as HTMLInputElement).value)).toBe('ac');
  await close(visitor, operator);
});

test('a page that switches its own button off in the same moment', async () => {
  const { visitor, operator, room } = await controlled();
  await visitor.page.evaluate(() => {
    const buy = document.querySelector<HTMLButtonElement>('#buy');
    buy?.addEventListener('pointerover', () => buy.setAttribute('data-tandem', 'disabled'));
  });
  await perform(operator.page, { do: 'click', on: '#buy' });
  await refused(operator, 'disabled');
  expect((await heard(visitor)).filter((line) => /click|down/.test(line))).toEqual([]);
  await expect.poll(() => ledger(room)).toContain('down disabled');
  await close(visitor, operator);
});
