// The visitor's chat in a real browser, against the real relay, with an operator who speaks the wire's own language: there
// and back, over page loads, a relay that dies, closed tabs and a second one; what others write is only ever text.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page, SerializedAXNode } from 'puppeteer';
import { startTestRelay } from '../support/relay.ts';
import { startWorld, until, type Visitor, type World } from '../support/live.ts';
import { connectPeer, type Message, type WirePeer } from '../support/wire-peer.ts';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
<body><h1>Shop</h1><a href="/next">Next</a><input id="field">%SNIPPET%</body></html>`;

let world: World;
let visitor: Visitor;
let desk: Desk | undefined;

beforeAll(async () => {
  world = await startWorld();
  for (const path of ['/', '/next']) world.site.pages.set(path, PAGE);
});
afterAll(() => world.close());
afterEach(async () => {
  desk?.peer.close();
  desk = undefined;
  await visitor.page.browserContext().close();
});

/** An operator at the wire. */
type Desk = {
  readonly peer: WirePeer;
  /** The conversation in which this was said last, with its messages so far. */
  withMessage(text: string): Promise<{ id: string; messages: Said[] }>;
  say(conversation: string, say: object): void;
  write(conversation: string, text: string): Promise<number>;
};
type Said = { id: string; seq: number; by: { kind: string; id?: string }; kind: string; body: { text?: string } };
type Thread = { id: string; last?: { text: string } };

let lastId = 0;
const newId = () => `00000000-0000-7000-8000-${String(Date.now() * 100 + (lastId++ % 100)).slice(-12)}`;

async function openDesk(): Promise<Desk> {
  const peer = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: world.cookie });
  const say = (what: object) => peer.send({ t: 'dialog', say: what });
  say({ t: 'inbox', on: true });
  const said = () => peer.messages.flatMap((m) => (m.t === 'dialog' ? [m['say'] as Message] : []));
  const made: Desk = {
    peer,
    async withMessage(text) {
      const thread = await until(`a conversation with "${text}"`, () =>
        Promise.resolve(
          said()
            .flatMap((each) => (each.t === 'threads' ? (each['put'] as Thread[]) : []))
            .find(({ last }) => last?.text === text),
        ),
      );
      const before = said().length;
      say({ t: 'open', conversation: thread.id, version: 0 });
      const state = await until('the conversation', () =>
        Promise.resolve(
          said()
            .slice(before)
            .find((each) => each.t === 'state' && each['conversation'] === thread.id && each['from'] === 0),
        ),
      );
      return { id: thread.id, messages: state['messages'] as Said[] };
    },
    say: (conversation, what) => say({ conversation, ...what }),
    async write(conversation, text) {
      const id = newId();
      say({ t: 'send', conversation, message: { id, body: { text } }, kind: 'text' });
      const answer = await until('an answer', () =>
        Promise.resolve(said().find((each) => each.t === 'answer' && each['id'] === id)),
      );
      expect(answer['why']).toBeUndefined();
      return answer['seq'] as number;
    },
  };
  return (desk = made);
}

const openChat = async (at: Visitor) => {
  await at.press('Help');
  return at.widget('textarea');
};
const writeIn = async (at: Visitor, text: string) => {
  const area = await at.widget('textarea');
  await area.click();
  await at.page.keyboard.type(text);
  await at.page.keyboard.press('Enter');
};
/** Of each message in the panel: whose, its text, and how far it has come. */
const rowsOf = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-tandem-ui]')].flatMap((host) =>
      [...(host.shadowRoot?.querySelectorAll('.log .ours, .log .theirs') ?? [])].map((row) =>
        [
          row.classList.contains('ours') ? 'me' : (row.querySelector('.name:not([hidden])')?.textContent ?? ''),
          row.querySelector('.bubble')?.textContent,
          row.querySelector<HTMLElement>('.about')?.dataset['state'] ?? '',
        ].join('|'),
      ),
    ),
  );
const rowsAre = async (at: Visitor, rows: string[]) => {
  let last: string[] = [];
  await until(`the rows ${rows.join(', ')}`, async () => {
    last = await rowsOf(at.page);
    return last.join('\n') === rows.join('\n');
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; there are: ${last.join(', ')}`);
  });
};
const storage = (page: Page) =>
  page.evaluate(() => ({
    local: Object.keys({ ...localStorage }).sort(),
    session: Object.keys({ ...sessionStorage }).filter((name) => name.endsWith(':chat')),
  }));
const focusIn = (page: Page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.localName;
  });

describe('there and back', () => {
  test('a visitor writes, an operator answers, both hear what was read', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    expect(await focusIn(visitor.page)).toBe('textarea');
    // Opening is not yet doing something that is kept.
    expect((await storage(visitor.page)).local).toEqual([]);
    await writeIn(visitor, 'Where is my order?');
    const { id, messages } = await operator.withMessage('Where is my order?');
    expect(messages).toHaveLength(1);
    await rowsAre(visitor, ['me|Where is my order?|sent']);
    operator.say(id, { t: 'delivered', seq: 1 });
    await rowsAre(visitor, ['me|Where is my order?|delivered']);
    operator.say(id, { t: 'read', seq: 1 });
    await rowsAre(visitor, ['me|Where is my order?|read']);
    operator.say(id, { t: 'typing', on: true });
    await visitor.widget('.line', 'is typing');
    const seq = await operator.write(id, 'On its way.');
    await visitor.noWidget('.line', 'is typing');
    const [, answer] = await until('both rows', async () => {
      const rows = await rowsOf(visitor.page);
      return rows.length === 2 && rows;
    });
    expect(answer).toMatch(/^.+\|On its way\.\|$/);
    // What was in sight is read.
    await until('the mark', () =>
      Promise.resolve(
        operator.peer.messages.some(
          (m) =>
            m.t === 'dialog' &&
            ((m['say'] as { marks?: { read: number }[] }).marks ?? []).filter((mark) => mark.read === seq).length === 2,
        ),
      ),
    );
    expect(visitor.errors).toEqual([]);
  });

  test('what an operator edits and deletes is another here; who comes and that it is closed is told', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Edits?');
    const { id } = await operator.withMessage('Edits?');
    const message = newId();
    operator.say(id, { t: 'send', message: { id: message, body: { text: 'Fro' } }, kind: 'text' });
    await visitor.widget('.bubble', 'Fro');
    operator.say(id, { t: 'edit', id: message, body: { text: 'From' } });
    await visitor.widget('.theirs .bubble', 'From');
    await visitor.widget('.theirs .about', 'edited');
    operator.say(id, { t: 'delete', id: message });
    await visitor.widget('.deleted .bubble', 'Message deleted');
    operator.say(id, { t: 'close', id: newId() });
    await visitor.widget('.event', 'The conversation is closed');
    await writeIn(visitor, 'One more');
    await visitor.widget('.ours .bubble', 'One more');
  });
});

describe('nothing is lost', () => {
  test('a page load keeps the conversation, the open panel and what was being written', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Before the next page');
    const { id } = await operator.withMessage('Before the next page');
    await (await visitor.widget('textarea')).click();
    await visitor.page.keyboard.type('Half a sent');
    await visitor.page.goto(new URL('/next', world.site.origin).href);
    await rowsAre(visitor, ['me|Before the next page|sent']);
    // The visitor reads another page: the focus stays in it.
    expect(await focusIn(visitor.page)).toBe('body');
    expect(await (await visitor.widget('textarea')).evaluate((area) => (area as HTMLTextAreaElement).value)).toBe(
      'Half a sent',
    );
    await visitor.page.keyboard.press('Tab');
    await (await visitor.widget('textarea')).click();
    await visitor.page.keyboard.press('End');
    await visitor.page.keyboard.type('ence');
    await visitor.page.keyboard.press('Enter');
    expect((await operator.withMessage('Half a sentence')).id).toBe(id);
    // Shut, and it stays shut; what was sent is no draft any more.
    await visitor.page.keyboard.press('Escape');
    await visitor.noWidget('.panel');
    expect((await storage(visitor.page)).session).toEqual([]);
    await visitor.page.reload({ waitUntil: 'load' });
    await visitor.widget('button', 'Help');
    await visitor.noWidget('.panel');
    await openChat(visitor);
    await visitor.widget('.bubble', 'Half a sentence');
  });

  test('what is written while the relay is down waits, says so, and arrives once', async () => {
    visitor = await world.openVisitor('/');
    await openChat(visitor);
    await writeIn(visitor, 'First');
    await rowsAre(visitor, ['me|First|sent']);
    const { port } = new URL(world.relay.url);
    await world.relay.kill();
    await visitor.widget('.note', 'No connection');
    await writeIn(visitor, 'Second');
    await writeIn(visitor, 'Third');
    await rowsAre(visitor, ['me|First|sent', 'me|Second|sending', 'me|Third|sending']);
    world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
    await rowsAre(visitor, ['me|First|sent', 'me|Second|sent', 'me|Third|sent']);
    await visitor.noWidget('.note');
    const operator = await openDesk();
    const { messages } = await operator.withMessage('Third');
    expect(messages.map(({ body }) => body.text)).toEqual(['First', 'Second', 'Third']);
    // Nothing waits, and nothing on the next page wakes the chat for it.
    expect((await storage(visitor.page)).local.filter((name) => name.endsWith(':chat'))).toEqual([]);
  });

  test('what was not sent when the tab was closed is sent from the next page, though nobody opens the panel', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'I am here');
    const { id } = await operator.withMessage('I am here');
    await visitor.page.setOfflineMode(true);
    await visitor.page.evaluate(() => dispatchEvent(new Event('offline')));
    // Being offline cuts no socket that is open.
    operator.peer.close();
    const { port } = new URL(world.relay.url);
    await world.relay.kill();
    await visitor.widget('.note', 'No connection');
    await writeIn(visitor, 'And gone again');
    await visitor.widget('[data-state="sending"]');
    const context = visitor.page.browserContext();
    const next = await context.newPage();
    await visitor.page.close();
    world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
    await next.goto(new URL('/next', world.site.origin).href);
    desk = undefined;
    const again = await openDesk();
    // The same visitor, so the same conversation.
    const found = await again.withMessage('And gone again');
    expect(found.id).toBe(id);
    expect(found.messages.map(({ body }) => body.text)).toEqual(['I am here', 'And gone again']);
    await until('the outbox to be empty', async () =>
      (await storage(next)).local.every((name) => !name.endsWith(':chat')),
    );
    // Of the widget the launcher is there, and nothing else.
    expect(await next.evaluate(() => document.querySelectorAll('[data-tandem-ui]').length)).toBe(1);
    await next.close();
    visitor = { ...visitor, page: await context.newPage() };
  });

  test('a second tab shows the same, and what is written there', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'From the first tab');
    const { id } = await operator.withMessage('From the first tab');
    const second = await visitor.page.browserContext().newPage();
    await second.goto(new URL('/next', world.site.origin).href);
    await second.evaluate(() => (window as unknown as { Tandem(...call: unknown[]): void }).Tandem('open'));
    await until('the message there', async () => (await rowsOf(second)).join() === 'me|From the first tab|sent');
    await second.evaluate(() =>
      (window as unknown as { Tandem(...call: unknown[]): void }).Tandem('send', 'From the second'),
    );
    expect((await operator.withMessage('From the second')).id).toBe(id);
    await rowsAre(visitor, ['me|From the first tab|sent', 'me|From the second|sent']);
    await second.close();
  });

  test('a tab that was open before becomes the same visitor’s, and hears the answer, too', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    const second = await visitor.page.browserContext().newPage();
    await second.goto(new URL('/next', world.site.origin).href);
    await visitor.page.bringToFront();
    await openChat(visitor);
    await writeIn(visitor, 'Which tab?');
    const { id } = await operator.withMessage('Which tab?');
    await operator.write(id, 'Both');
    await second.bringToFront();
    await second.evaluate(() => (window as unknown as { Tandem(...call: unknown[]): void }).Tandem('open'));
    await until('the conversation there', async () => (await rowsOf(second)).length === 2);
    await second.close();
  });

  test('older messages come when they are scrolled to, and nothing that is read moves', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'A long talk');
    const { id } = await operator.withMessage('A long talk');
    for (let n = 1; n < 130; n++) await operator.write(id, `Answer ${n}`);
    await visitor.page.reload({ waitUntil: 'load' });
    await visitor.widget('.bubble', 'Answer 129');
    expect(await rowsOf(visitor.page)).toHaveLength(100);
    const log = await visitor.widget('.log');
    const first = await visitor.widget('.theirs', 'Answer 30');
    const before = await log.evaluate((log, first) => {
      log.scrollTop = 10;
      return first.getBoundingClientRect().top;
    }, first);
    await until('all of them', async () => (await rowsOf(visitor.page)).length === 130);
    const after = await first.evaluate((first) => first.getBoundingClientRect().top);
    // The line that said "loading" is gone.
    expect(Math.abs(after - before)).toBeLessThan(60);
    // Reading what was long ago: what comes now does not take it away.
    await operator.write(id, 'Are you there?');
    await visitor.press('New messages');
    await visitor.noWidget('button', 'New messages');
    // Asked for when nobody could answer: asked for once more when somebody can.
    await visitor.page.reload({ waitUntil: 'load' });
    await visitor.widget('.bubble', 'Are you there?');
    const { port } = new URL(world.relay.url);
    await world.relay.kill();
    await visitor.widget('.note', 'No connection');
    const again = await visitor.widget('.log');
    await again.evaluate((log) => (log.scrollTop = 0));
    world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
    await visitor.noWidget('.note');
    expect(await rowsOf(visitor.page)).toHaveLength(100);
    await until('all of them again', async () => {
      await again.evaluate((log) => (log.scrollTop = log.scrollTop > 20 ? 0 : 30));
      return (await rowsOf(visitor.page)).length === 131;
    });
  });
});

test('what the relay has refused stays, says so, and can be sent again or deleted', async () => {
  visitor = await world.openVisitor('/');
  const operator = await openDesk();
  await openChat(visitor);
  await writeIn(visitor, 'Mine');
  await rowsAre(visitor, ['me|Mine|sent']);
  // As an earlier page has left them: the relay refuses nothing that a person writes.
  await visitor.page.evaluate(async (at) => {
    const name = `tandem:${document.querySelector<HTMLElement>('[data-site]')?.dataset['site']}:chat`;
    const opened = indexedDB.open(name, 1);
    await new Promise((resolve) => (opened.onsuccess = resolve));
    const store = opened.result.transaction('waiting', 'readwrite').objectStore('waiting');
    for (const n of [1, 2])
      store.put({ id: `00000000-0000-7000-8000-00000000000${n}`, at, text: `Refused ${n}`, why: 'unfit' });
    // Whoever writes there, and what: no relay could read it.
    const put = store.put({ id: 'x', at, text: { not: 'a text' } });
    await new Promise((resolve) => (put.onsuccess = resolve));
    localStorage[name] = '1';
  }, Date.now());
  await visitor.page.reload({ waitUntil: 'load' });
  await rowsAre(visitor, ['me|Mine|sent', 'me|Refused 1|failed', 'me|Refused 2|failed']);
  await visitor.widget('.about', 'Not sent');
  // They hold up nothing.
  await writeIn(visitor, 'Behind them');
  await operator.withMessage('Behind them');
  await visitor.press('Delete');
  await visitor.noWidget('.bubble', 'Refused 1');
  await visitor.press('Try again');
  await operator.withMessage('Refused 2');
  await rowsAre(visitor, ['me|Mine|sent', 'me|Behind them|sent', 'me|Refused 2|sent']);
  expect((await storage(visitor.page)).local.filter((name) => name.endsWith(':chat'))).toEqual([]);
});

describe('while the panel is shut', () => {
  test('an operator who writes is on the launcher, in a number and in words; opening takes it away', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Call me');
    const { id } = await operator.withMessage('Call me');
    await visitor.page.keyboard.press('Escape');
    await visitor.noWidget('.panel');
    await operator.write(id, 'We did');
    await operator.write(id, 'Nobody answered');
    await visitor.widget('span', '2 unread messages');
    const launcher = await visitor.widget('button', 'Help');
    expect(await launcher.evaluate((button) => button.getAttribute('aria-label'))).toBe('Help, 2 unread messages');
    // The next page knows it, too.
    await visitor.page.reload({ waitUntil: 'load' });
    await visitor.widget('span', '2 unread messages');
    await openChat(visitor);
    await visitor.page.keyboard.press('Escape');
    await visitor.noWidget('.panel');
    expect(
      await (await visitor.widget('button', 'Help')).evaluate((button) => button.getAttribute('aria-label')),
    ).toBeNull();
    await visitor.noWidget('span', 'unread');
  });

  test('the page is told of messages, and what it throws there is its own', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await visitor.page.evaluate(() => {
      const page = window as unknown as { heard: unknown[]; Tandem(...call: unknown[]): void };
      page.heard = [];
      page.Tandem('on', 'message', (message: unknown) => page.heard.push(message));
      page.Tandem('send', 'By script');
    });
    const { id } = await operator.withMessage('By script');
    await operator.write(id, 'To a script');
    await until(
      'both',
      async () =>
        JSON.stringify(await visitor.page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)) ===
        JSON.stringify([
          { from: 'visitor', text: 'By script' },
          { from: 'operator', text: 'To a script' },
        ]),
    );
    // It was not opened by that.
    await visitor.noWidget('.panel');
  });
});

describe('hostile or strange', () => {
  test('what others write is text, whatever it is', async () => {
    visitor = await world.openVisitor('/');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Try me');
    const { id } = await operator.withMessage('Try me');
    const markup = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
    const word = 'x'.repeat(3000);
    await operator.write(id, markup);
    await operator.write(id, '\u202eevil \u05e9\u05dc\u05d5\u05dd');
    await operator.write(id, word);
    await operator.write(
      id,
      'javascript:alert(1) data:text/html,x https://shop.example/a?b=1, http://bank.example@evil.example and http://[',
    );
    const last = await visitor.widget('.theirs', 'and http://[');
    const links = await last.$$eval('a', (all) =>
      all.map((link) => [link.getAttribute('href'), link.rel, link.target]),
    );
    expect(links).toEqual([['https://shop.example/a?b=1', 'noopener noreferrer', '_blank']]);
    expect((await rowsOf(visitor.page))[1]).toContain(markup);
    const long = await visitor.widget('.theirs .bubble', word);
    const fits = await long.evaluate((bubble) => {
      const log = bubble.closest('.log');
      return log ? [log.scrollWidth <= log.clientWidth, !!log.querySelector('img, script, iframe')] : [];
    });
    expect(fits).toEqual([true, false]);
    // However high the composer grows, the last message stays in sight.
    await (await visitor.widget('textarea')).click();
    await visitor.page.keyboard.type('Line');
    await visitor.page.keyboard.down('Shift');
    for (let n = 0; n < 4; n++) await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.up('Shift');
    await visitor.page.keyboard.type('and words');
    const log = await visitor.widget('.log');
    await until('the end', () => log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2));
    expect(await visitor.page.evaluate(() => (window as unknown as { hit?: number }).hit)).toBeUndefined();
    expect(visitor.errors).toEqual([]);
  });

  test('under a strict policy it works and looks the same', async () => {
    const { url } = world.relay;
    world.site.pages.set('/strict', () => ({
      body: PAGE,
      headers: {
        'content-security-policy': `default-src 'none'; script-src ${url}; connect-src ${url} ${url.replace('http', 'ws')}; require-trusted-types-for 'script'`,
      },
    }));
    visitor = await world.openVisitor('/strict');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Strictly');
    const { id } = await operator.withMessage('Strictly');
    await operator.write(id, 'Speaking');
    const bubble = await visitor.widget('.theirs .bubble', 'Speaking');
    expect(await bubble.evaluate((bubble) => getComputedStyle(bubble).borderTopLeftRadius)).toBe('16px');
    await visitor.page.keyboard.press('Escape');
    await operator.write(id, 'Hello?');
    const badge = await visitor.widget('span', '1');
    expect(await badge.evaluate((badge) => getComputedStyle(badge).position)).toBe('absolute');
    expect(visitor.errors).toEqual([]);
  });

  test('where IndexedDB and storage are forbidden, it is a chat for as long as the page lasts', async () => {
    world.site.pages.set(
      '/forbidden',
      PAGE.replace(
        '<title>',
        `<script>
          for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
            Object.defineProperty(window, name, { get() { throw new Error('forbidden'); } });
        </script><title>`,
      ),
    );
    visitor = await world.openVisitor('/forbidden');
    const operator = await openDesk();
    await openChat(visitor);
    await writeIn(visitor, 'Nothing is kept');
    const { id } = await operator.withMessage('Nothing is kept');
    await operator.write(id, 'That is fine');
    await visitor.widget('.theirs .bubble', 'That is fine');
    expect(visitor.errors).toEqual([]);
  });
});

describe('by keyboard, in words, in little room', () => {
  test('names, roles and the way of the focus; Shift+Enter is a new line', async () => {
    visitor = await world.openVisitor('/');
    await openChat(visitor);
    await visitor.page.keyboard.type('One');
    await visitor.page.keyboard.down('Shift');
    await visitor.page.keyboard.press('Enter');
    await visitor.page.keyboard.up('Shift');
    await visitor.page.keyboard.type('Two');
    await visitor.page.keyboard.press('Enter');
    await visitor.widget('.bubble', 'One\nTwo');
    const named: string[] = [];
    const walk = (node: SerializedAXNode) => {
      named.push(`${node.role} ${node.name ?? ''}`);
      node.children?.forEach(walk);
    };
    const tree = await visitor.page.accessibility.snapshot({ interestingOnly: false });
    if (tree) walk(tree);
    for (const one of [
      'dialog Chat',
      'log Messages',
      'textbox Write a message',
      'button Send',
      'button Close',
      'button Show my screen',
      'button Get a code',
      'button Attach files',
    ])
      expect(named).toContain(one);
    const path: (string | undefined)[] = [];
    for (let step = 0; step < 11; step++) {
      await visitor.page.keyboard.press('Tab');
      path.push(
        await visitor.page.evaluate(() => {
          let at = document.activeElement;
          while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
          return at?.getAttribute('aria-label') ?? at?.localName;
        }),
      );
    }
    // Out into the page, and in again at the top.
    expect(path).toEqual([
      'Send',
      'body',
      'a',
      'input',
      'Show my screen',
      'Get a code',
      'Close',
      'Messages',
      'Attach files',
      'Record a voice message',
      'Write a message',
    ]);
  });

  test('320 px of width, and 200 of height: all can be reached', async () => {
    visitor = await world.openVisitor('/');
    for (const [width, height] of [
      [320, 480],
      [320, 256],
    ] as const) {
      await visitor.page.setViewport({ width, height });
      if (width === 320 && height === 480) {
        await openChat(visitor);
        await writeIn(visitor, 'Small');
      }
      await visitor.widget('.bubble', 'Small');
      for (const selector of ['textarea', '.send', '.panel .x', '.log']) {
        const box = await (await visitor.widget(selector)).boundingBox();
        expect(
          box && box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height,
          selector,
        ).toBe(true);
      }
    }
  });
});

describe('beside a live view', () => {
  test('the panel can be opened and used while the page is shown, and leaves the badge in sight', async () => {
    const viewed = await world.openViewed('/');
    visitor = viewed.visitor;
    await visitor.page.bringToFront();
    const operator = await openDesk();
    await openChat(visitor);
    await visitor.noWidget('button', 'Show my screen');
    await writeIn(visitor, 'You see this');
    const { id } = await operator.withMessage('You see this');
    await operator.write(id, 'We do');
    await visitor.widget('.theirs', 'We do');
    for (const width of [1000, 360]) {
      await visitor.page.setViewport({ width, height: 700 });
      await until('both in sight', async () => {
        const [badge, panel] = await Promise.all(
          ['.badge', '.panel'].map(async (selector) => (await visitor.widget(selector)).boundingBox()),
        );
        return (
          badge &&
          panel &&
          (panel.y + panel.height <= badge.y || panel.x >= badge.x + badge.width || panel.y >= badge.y + badge.height)
        );
      });
    }
    await visitor.page.keyboard.press('Escape');
    const [badge, launcher] = await Promise.all(
      [visitor.widget('.badge'), visitor.widget('button', 'Help')].map(async (found) => (await found).boundingBox()),
    );
    expect(launcher && badge && launcher.y + launcher.height <= badge.y).toBe(true);
    await openChat(visitor);
    // Long enough for whoever looks after the badge to give it up.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await visitor.widget('.badge.viewed');
    // What is written here the operator has from the chat, and not from the page.
    expect(await viewed.operator.inMirror<string>('document.documentElement.outerHTML')).not.toContain('You see this');
    await viewed.operator.page.browserContext().close();
  });
});
