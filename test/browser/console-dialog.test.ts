// Conversations in the console as built, against the relay as built: visitors are scripted peers that speak the wire, operators
// are people at a real browser.

import type { Browser, BrowserContext, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../../relay/store/id.ts';
import { launchChromium } from '../support/browsers.ts';
import { until } from '../support/live.ts';
import { addOperator, addSite, logInFirst, startTestRelay, steadyPort, type TestRelay } from '../support/relay.ts';
import { connectPeer, helloOf, SHOP, type Message, type WirePeer } from '../support/wire-peer.ts';

let browser: Browser;
let relay: TestRelay;
let site = '';
let anna = '';
let boris = '';

beforeAll(async () => {
  relay = await startTestRelay({ env: { TANDEM_PORT: await steadyPort() } });
  anna = await logInFirst(relay);
  boris = await addOperator(relay, anna, 'boris', 'Boris');
  site = (await addSite(relay, anna, [SHOP])).key;
  browser = await launchChromium({ defaultViewport: { width: 1280, height: 800 } });
});
afterAll(async () => {
  await browser.close();
  await relay.stop();
});

type Say = Record<string, unknown> & { t: string };
type Told = { seq: number; kind: string; body: { text?: string } };

type Visitor = {
  readonly peer: WirePeer;
  say(say: Say): void;
  /** Resolves when the relay has it. */
  write(text: string): Promise<void>;
  next(t: string, holds?: (say: Say) => boolean): Promise<Say>;
  /** Every message that was told, by its number. */
  told(): Told[];
};

async function arrive(): Promise<Visitor> {
  const peer = await connectPeer(relay.url, 'visitor', { origin: SHOP });
  peer.send(helloOf(site, { tab: newId() }));
  await peer.expect('welcome');
  const sayOf = (message: Message) => message['say'] as Say;
  const visitor: Visitor = {
    peer,
    say: (say) => peer.send({ t: 'chat', say }),
    async write(text) {
      const id = newId();
      visitor.say({ t: 'send', message: { id, body: { text } } });
      await visitor.next('answer', (say) => say['id'] === id && typeof say['seq'] === 'number');
    },
    async next(t, holds = () => true) {
      return sayOf(
        await peer.expect((message) => message.t === 'chat' && sayOf(message).t === t && holds(sayOf(message))),
      );
    },
    told: () =>
      peer.messages
        .filter((message) => message.t === 'chat')
        .flatMap((message) => (sayOf(message)['messages'] as Told[] | undefined) ?? []),
  };
  return visitor;
}
/** Texts that this visitor has been told, each as often as it was numbered. */
const textsOf = (visitor: Visitor) => [...new Map(visitor.told().map(({ seq, body }) => [seq, body.text])).values()];
const heard = (visitor: Visitor, text: string) =>
  visitor.next('state', (say) => (say['messages'] as Told[]).some(({ body }) => body.text === text));

type Desk = { page: Page; context: BrowserContext; errors: string[] };

async function openDesk(cookie: string, hash = '', kept?: BrowserContext): Promise<Desk> {
  const context = kept ?? (await browser.createBrowserContext());
  const page = await context.newPage();
  await page.evaluateOnNewDocument(() => localStorage.setItem('tandem.language', 'en'));
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const [name = '', value = ''] = cookie.split('=');
  await context.setCookie({ name, value, domain: '127.0.0.1', path: '/', httpOnly: true });
  await page.goto(`${relay.url}/${hash}`, { waitUntil: 'load' });
  return { page, context, errors };
}

const byId = (testid: string) => `[data-testid="${testid}"]`;
const sees = ({ page }: Desk, testid: string, text: string) =>
  until(`"${text}" in ${testid}`, () =>
    page.$$eval(byId(testid), (all, wanted) => all.some((each) => each.textContent?.includes(wanted)), text),
  );
const click = ({ page }: Desk, testid: string) =>
  until(`a click on ${testid}`, async () => {
    await page.click(byId(testid));
    return true;
  });
async function type({ page }: Desk, text: string) {
  await page.bringToFront();
  await page.waitForSelector(byId('composer'));
  await page.focus(byId('composer'));
  await page.keyboard.type(text);
}
const valueOf = ({ page }: Desk) => page.$eval(byId('composer'), (field) => (field as HTMLTextAreaElement).value);
/** Of messages with this text: how far each has come. */
const deliveriesOf = ({ page }: Desk, text: string) =>
  page.$$eval(
    byId('message'),
    (all, wanted) =>
      all
        .filter((each) => each.querySelector('[data-testid="message-text"]')?.textContent === wanted)
        .map((each) => each.getAttribute('data-delivery')),
    text,
  );
const reaches = (desk: Desk, text: string, delivery: string) =>
  until(`"${text}" to be ${delivery}`, async () => (await deliveriesOf(desk, text)).join() === delivery);

/** Opens the conversation whose last message is this, in the list. */
async function openOf(desk: Desk, text: string): Promise<string> {
  await desk.page.bringToFront();
  await sees(desk, 'dialog-row', text);
  const id = await until(`a click on the row of "${text}"`, () =>
    desk.page.$$eval(
      byId('dialog-row'),
      (all, wanted) => {
        const row = all.find((each) => each.textContent?.includes(wanted));
        if (row instanceof HTMLElement) row.click();
        return row?.getAttribute('data-conversation');
      },
      text,
    ),
  );
  await desk.page.waitForSelector(`${byId('dialog')}[data-conversation="${id}"]`);
  await sees(desk, 'message', text);
  return id;
}

/** A visitor who has written this, and a console that shows it. */
async function begun(text: string, cookie = anna) {
  const visitor = await arrive();
  await visitor.write(text);
  const desk = await openDesk(cookie, '#/conversations');
  const id = await openOf(desk, text);
  return { visitor, desk, id };
}
async function end(desk: Desk, visitor?: Visitor) {
  expect(desk.errors).toEqual([]);
  await desk.context.close();
  visitor?.peer.close();
}

test('[R16 Q7] a visitor writes: the list shows and counts it, the keyboard opens it, the answer arrives, and both see what was read', async () => {
  const desk = await openDesk(anna, '#/conversations');
  await desk.page.waitForSelector(byId('dialogs-empty'));
  const visitor = await arrive();
  await visitor.write('where is my order?');
  await sees(desk, 'dialog-row', 'where is my order?');
  await sees(desk, 'nav-waiting', '1');
  await until('the title to count', async () => (await desk.page.title()).startsWith('(1) Conversations'));
  await desk.page.focus(byId('dialog-list'));
  await desk.page.keyboard.press('ArrowDown');
  await desk.page.keyboard.press('Enter');
  await sees(desk, 'message', 'where is my order?');
  await visitor.next('state', (say) => (say['theirs'] as { read: number }).read === 1);
  await type(desk, 'on its way');
  await desk.page.keyboard.press('Enter');
  await heard(visitor, 'on its way');
  await reaches(desk, 'on its way', 'sent');
  visitor.say({ t: 'delivered', seq: 2 });
  await reaches(desk, 'on its way', 'delivered');
  visitor.say({ t: 'read', seq: 2 });
  await reaches(desk, 'on its way', 'read');
  expect(await valueOf(desk)).toBe('');
  await until('nobody to wait', async () => (await desk.page.$(byId('nav-waiting'))) === null);
  await end(desk, visitor);
});

test('typing goes both ways; what the visitor types is seen, and numbers of cards are not', async () => {
  const { visitor, desk } = await begun('hello from a slow typist');
  visitor.say({ t: 'typing', text: 'my card is 4111 1111 1111 1111 and' });
  await sees(desk, 'typing', 'my card is');
  expect(await desk.page.$eval(byId('typing'), (each) => each.textContent)).not.toContain('4111 1111');
  visitor.say({ t: 'typing', text: '' });
  await until('the end of typing', async () => (await desk.page.$(byId('typing'))) === null);
  await type(desk, 'let me s');
  expect(await visitor.next('typing')).toMatchObject({ on: true, by: { name: 'Admin' } });
  await end(desk, visitor);
});

test('nothing is read while the window is elsewhere, or the end is out of sight', async () => {
  const { visitor, desk } = await begun('first words');
  await visitor.next('state', (say) => (say['theirs'] as { read: number }).read === 1);
  await desk.page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await visitor.write('said while nobody looks');
  // It has come, and was not read.
  expect(await visitor.next('state', (say) => (say['theirs'] as { delivered: number }).delivered === 2)).toMatchObject({
    theirs: { read: 1 },
  });
  await desk.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await visitor.next('state', (say) => (say['theirs'] as { read: number }).read === 2);
  await end(desk, visitor);
});

test('a colleague answers meanwhile: the other sees what was said, and sends anyway or takes the text back', async () => {
  const { visitor, desk, id } = await begun('who of you is there?');
  const other = await openDesk(boris, `#/conversations/${id}`);
  await sees(other, 'message', 'who of you is there?');
  // Boris's line is slow: what Anna says does not reach him before he sends.
  await type(other, 'Boris is here');
  await other.page.evaluate(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      if (typeof data === 'string' && data.includes('Boris is here')) setTimeout(() => send.call(this, data), 2500);
      else send.call(this, data);
    };
  });
  await other.page.keyboard.press('Enter');
  await type(desk, 'Anna is here');
  await desk.page.keyboard.press('Enter');
  await heard(visitor, 'Anna is here');
  await sees(other, 'held', 'Admin answered meanwhile');
  await sees(other, 'held', 'Anna is here');
  expect(await deliveriesOf(other, 'Boris is here')).toEqual(['held']);
  expect(textsOf(visitor)).not.toContain('Boris is here');
  await other.page.bringToFront();
  await other.page.focus(byId('composer'));
  await other.page.keyboard.press('Escape');
  await until('the text to be back', async () => (await valueOf(other)) === 'Boris is here');
  expect(await other.page.$(byId('held'))).toBeNull();
  // Sent now, it answers what he has before him; so Anna is quicker once more.
  await other.page.keyboard.press('Enter');
  await type(desk, '!');
  await desk.page.keyboard.press('Enter');
  await other.page.bringToFront();
  await other.page.waitForSelector(byId('held'));
  await other.page.focus(byId('composer'));
  await other.page.keyboard.down('Alt');
  await other.page.keyboard.press('Enter');
  await other.page.keyboard.up('Alt');
  await heard(visitor, 'Boris is here');
  await until('nothing to be held', async () => (await other.page.$(byId('held'))) === null);
  expect(textsOf(visitor).filter((text) => text === 'Boris is here')).toHaveLength(1);
  await end(other);
  await end(desk, visitor);
});

test('a relay that is killed while the operator writes: the message waits, is shown as sending, and arrives once', async () => {
  const { visitor, desk, id } = await begun('before the relay was killed');
  const port = new URL(relay.url).port;
  await relay.kill();
  await type(desk, 'written meanwhile');
  await desk.page.keyboard.press('Enter');
  await type(desk, 'and one more');
  await desk.page.keyboard.press('Enter');
  await reaches(desk, 'written meanwhile', 'sending');
  await desk.page.waitForSelector(byId('link-banner'));
  relay = await startTestRelay({ dataDir: relay.dataDir, env: { TANDEM_PORT: port } });
  await reaches(desk, 'written meanwhile', 'sent');
  await reaches(desk, 'and one more', 'sent');
  const asked = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie: anna });
  asked.send({ t: 'dialog', say: { t: 'open', conversation: id, version: 0 } });
  const state = await asked.expect((message) => message.t === 'dialog' && (message['say'] as Say).t === 'state');
  const { messages } = state['say'] as unknown as { messages: Told[] };
  expect(messages.map(({ body }) => body.text)).toEqual([
    'before the relay was killed',
    'written meanwhile',
    'and one more',
  ]);
  asked.close();
  await end(desk, visitor);
});

test('a tab that is closed with an unsent message: it is sent after the console is opened again; a draft stays', async () => {
  const { visitor, desk, id } = await begun('before the tab was closed');
  // Nothing leaves this tab any more.
  await desk.page.evaluate(() => (WebSocket.prototype.send = () => {}));
  await type(desk, 'unsent when the tab was closed');
  await desk.page.keyboard.press('Enter');
  await reaches(desk, 'unsent when the tab was closed', 'sending');
  await type(desk, 'a draft');
  await desk.page.close();
  const again = await openDesk(anna, `#/conversations/${id}`, desk.context);
  await heard(visitor, 'unsent when the tab was closed');
  await reaches(again, 'unsent when the tab was closed', 'sent');
  expect(await valueOf(again)).toBe('a draft');
  // And once only: nothing of it is left.
  await again.page.reload({ waitUntil: 'load' });
  await reaches(again, 'unsent when the tab was closed', 'sent');
  expect(textsOf(visitor).filter((text) => text?.startsWith('unsent'))).toHaveLength(1);
  await end(again, visitor);
});

test('[B104 C25 L34 Q14] a note is never told to the visitor; own messages are changed by ArrowUp, and deleted', async () => {
  const { visitor, desk } = await begun('is this secret?');
  await click(desk, 'mode-note');
  await type(desk, 'SECRETnote');
  await desk.page.keyboard.press('Enter');
  await until('the note', () =>
    desk.page.$eval(`${byId('message')}.note[data-seq]`, (each) => each.textContent?.includes('SECRETnote')),
  );
  await click(desk, 'mode-text');
  await type(desk, 'not at al');
  await desk.page.keyboard.press('Enter');
  await reaches(desk, 'not at al', 'sent');
  await desk.page.keyboard.press('ArrowUp');
  expect(await valueOf(desk)).toBe('not at al');
  await desk.page.keyboard.press('Escape');
  expect(await valueOf(desk)).toBe('');
  await desk.page.keyboard.press('ArrowUp');
  await desk.page.keyboard.type('l');
  await desk.page.keyboard.press('Enter');
  await heard(visitor, 'not at all');
  await sees(desk, 'message', 'edited');
  await desk.page.$$eval(byId('message-delete'), (all) => (all.at(-1) as HTMLElement).click());
  await desk.page.$$eval(byId('message-delete'), (all) => (all.at(-1) as HTMLElement).click());
  await visitor.next('state', (say) => (say['messages'] as { deletedAt?: number }[]).some((one) => one.deletedAt));
  await sees(desk, 'message', 'Message deleted');
  expect(JSON.stringify(visitor.peer.messages)).not.toContain('SECRETnote');
  await end(desk, visitor);
});

test('[C14 C18 C24 Q3 Q13] taken, given back, closed and reopened: colleagues see it, in the list, too', async () => {
  const { visitor, desk, id } = await begun('please take me');
  const other = await openDesk(boris, '#/conversations');
  await openOf(other, 'please take me');
  await desk.page.bringToFront();
  await click(desk, 'dialog-take');
  await sees(desk, 'dialog-whose', 'Mine');
  await sees(other, 'dialog-whose', 'With Admin');
  await sees(other, 'happened', 'Admin took the conversation');
  await click(desk, 'folder-mine');
  await desk.page.waitForSelector(`${byId('dialog-row')}[data-conversation="${id}"]`);
  await click(desk, 'dialog-give');
  await sees(desk, 'happened', 'You gave the conversation back');
  await until(
    'it to be mine no more',
    async () => (await desk.page.$(`[data-conversation="${id}"][role=option]`)) === null,
  );
  await click(desk, 'dialog-close');
  await sees(other, 'dialog-whose', 'Closed');
  await sees(other, 'dialog-closed', 'closed');
  await click(desk, 'folder-closed');
  await desk.page.waitForSelector(`${byId('dialog-row')}[data-conversation="${id}"]`);
  await other.page.bringToFront();
  await click(other, 'dialog-reopen');
  await sees(desk, 'happened', 'Boris reopened the conversation');
  await desk.page.waitForSelector(byId('dialog-take'));
  await end(other);
  await end(desk, visitor);
});

test('300 messages: the last are here at once, older ones come when scrolled to, and what is read keeps its place', async () => {
  const visitor = await arrive();
  await visitor.write('message 1');
  const desk = await openDesk(anna, '#/conversations');
  const id = await openOf(desk, 'message 1');
  // Half of them each: no operator may say so much at once.
  for (const [half, cookie] of [anna, boris].entries()) {
    const from = 2 + 150 * half;
    const peer = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
    await peer.expect('welcome');
    const ids = Array.from({ length: Math.min(150, 301 - from) }, () => newId());
    for (const [at, messageId] of ids.entries()) {
      const message = { id: messageId, body: { text: `message ${from + at}` } };
      peer.send({ t: 'dialog', say: { t: 'send', conversation: id, message, kind: 'text' } });
    }
    await peer.expect((heard) => heard.t === 'dialog' && (heard['say'] as Say)['id'] === ids.at(-1));
    peer.close();
  }
  await desk.page.reload({ waitUntil: 'load' });
  await sees(desk, 'message', 'message 300');
  const count = () => desk.page.$$eval(byId('message'), (all) => all.length);
  expect(await count()).toBeLessThan(250);
  const log = byId('dialog-log');
  const isAtEnd = () =>
    desk.page.$eval(log, (box) => Math.abs(box.scrollHeight - box.clientHeight - box.scrollTop) < 30);
  await until('the end in sight', isAtEnd);
  await desk.page.bringToFront();
  /** Where a message stands that is in sight. */
  const place = () =>
    desk.page.$eval(log, (box) => {
      const { top, bottom } = box.getBoundingClientRect();
      const shown = [...box.querySelectorAll('[data-seq]')].find((each) => {
        const place = each.getBoundingClientRect();
        return place.top > top && place.bottom < bottom;
      });
      return { seq: shown?.getAttribute('data-seq') ?? '', top: shown?.getBoundingClientRect().top ?? 0 };
    });
  const first = () => desk.page.$eval('[data-seq]', (each) => Number(each.getAttribute('data-seq')));
  const before = await first();
  await desk.page.$eval(log, (box) => (box.scrollTop = 500));
  const kept = await place();
  await until('older messages', async () => (await first()) < before);
  const now = await desk.page.$eval(`[data-seq="${kept.seq}"]`, (each) => each.getBoundingClientRect().top);
  expect(Math.abs(now - kept.top)).toBeLessThan(3);
  await until('all of them', async () => {
    await desk.page.$eval(log, (box) => (box.scrollTop = 0));
    return (await count()) === 300;
  });
  const seqs = await desk.page.$$eval('[data-seq]', (all) => all.map((each) => Number(each.getAttribute('data-seq'))));
  expect(seqs).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
  await visitor.write('something new');
  await sees(desk, 'to-newest', '1 new message');
  expect(await isAtEnd()).toBe(false);
  await click(desk, 'to-newest');
  await until('the end in sight again', isAtEnd);
  await end(desk, visitor);
});
