// Who may act in a frame of another origin, and what such a frame may do to the page around: nothing without the frame's
// own word (data-hand), nothing by a stranger, nothing twice; and a frame that lies, hangs or floods harms itself alone.

import { afterEach, beforeAll, afterAll, expect, test } from 'vitest';
import type { Browser } from 'puppeteer';
import { launchChromium } from '../support/browsers.ts';
import { openHandFrames, type HandFrames, type Pages } from '../support/hand-frames.ts';
import { until } from '../support/visitor-relay.ts';

const BODY = `<meta charset="utf-8"><button id="pay">Pay</button><input id="pw" type="password"><input id="name">
  <script>window.log = []; pay.addEventListener('click', () => log.push('pay')); addEventListener('message', ({ data }) => log.push(JSON.stringify(data)));</script>`;

/** As a frame's page speaks that has the hand, and does not mean it. `how` to answer an aim or act. */
const HOSTILE = `<!doctype html><button id="bad">Bad</button><script>
  const element = (id, tagName, childNodes, attributes = {}) => ({ type: 2, id, tagName, attributes, childNodes });
  window.asked = [];
  let hand;
  window.say = (message) => hand.postMessage(message);
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data.tandem === 'frame?') parent.postMessage({ tandem: 'frame' }, '*');
    if (data.tandem !== 'capture') return;
    const snapshot = () => port.postMessage({ kind: 'snapshot', events: [
      { type: 2, data: { node: { type: 0, id: 1, childNodes: [element(2, 'html', [element(3, 'body', [element(4, 'button', [], { id: 'bad' })])])] }, initialOffset: { left: 0, top: 0 } } }] });
    port.onmessage = ({ data, ports: [own] }) => {
      if (data === 'snapshot') snapshot();
      if (data !== 'hand') return;
      hand = own;
      own.postMessage({ t: 'ready' });
      own.onmessage = ({ data }) => {
        window.asked.push(data);
        if (window.answer) for (const one of window.answer(data)) own.postMessage(one);
      };
    };
    snapshot();
  });
  parent.postMessage({ tandem: 'frame' }, '*');
</script>`;

const PAGES: Pages = ({ shop, other, snippet }) => ({
  other: {
    '/with': BODY + snippet(`data-parent="${shop}" data-hand`),
    '/seen': BODY.replace('id="pay"', 'id="pay2"').replace('pay.add', 'pay2.add') + snippet(`data-parent="${shop}"`),
    '/stranger':
      BODY.replace('id="pay"', 'id="pay3"').replace('pay.add', 'pay3.add') +
      snippet('data-parent="https://shop.example" data-hand'),
    '/hostile': HOSTILE,
    '/foreign': '<!doctype html><p>Foreign</p>',
  },
  shop: {
    '/': `<button id="buy" onclick="this.dataset.hit=1">Buy</button><input id="own">
      <iframe id="with" src="${other}/with"></iframe><iframe id="seen" src="${other}/seen"></iframe>
      <iframe id="stranger" src="${other}/stranger"></iframe><iframe id="hostile" src="${other}/hostile"></iframe>
      <iframe id="foreign" src="${other}/foreign"></iframe>`,
  },
});

let browser: Browser;
let hand: HandFrames;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
afterEach(async () => {
  const { noise } = hand.visitor;
  await hand.close();
  expect(noise).toEqual([]);
});

const logOf = async (path: string) =>
  (await hand.frame(path)).evaluate(() => (window as unknown as { log: string[] }).log);
const hostile = async (source: string) => (await hand.frame('/hostile')).evaluate(source);
const press = async (id: string) => {
  const at = await hand.place(id);
  return hand.perform({ t: 'down', at, button: 0, clicks: 1, mods: 0 });
};
const worksStill = async () => {
  expect(await hand.run(['click', 'buy'])).toMatchObject({ done: true });
  expect(await hand.visitor.page.$eval('#buy', (buy) => buy.getAttribute('data-hit'))).toBe('1');
};

test('without data-hand the frame is seen, and nothing in it is done; its hand is not even loaded', async () => {
  hand = await openHandFrames(browser, PAGES);
  expect(await press('pay2')).toEqual({ done: false, why: 'other-origin' });
  expect(await hand.perform({ t: 'reveal', node: await hand.node('pay2') })).toEqual({
    done: false,
    why: 'other-origin',
  });
  await hand.visitor.page.focus('#seen');
  expect(await hand.perform({ t: 'key', key: 'a', code: 'KeyA', mods: 0 })).toEqual({
    done: false,
    why: 'other-origin',
  });
  const files = await (
    await hand.frame('/seen')
  ).evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(files.some((file) => file.includes('/frame-hand-'))).toBe(false);
  expect(files.some((file) => file.includes('/frame-'))).toBe(true);
  await worksStill();
});

test('a script of the shop that speaks as we do: without data-hand it gets a no, and a stranger’s frame no word', async () => {
  hand = await openHandFrames(browser, PAGES);
  const tried = (id: string) =>
    hand.visitor.page.evaluate(
      (id) =>
        new Promise<unknown[]>((resolve) => {
          const heard: unknown[] = [];
          const frame = document.querySelector<HTMLIFrameElement>(`#${id}`)?.contentWindow;
          const { port1, port2 } = new MessageChannel();
          const own = new MessageChannel();
          own.port1.onmessage = ({ data }) => heard.push(data) && resolve(heard);
          let isOffered = false;
          port1.onmessage = () => {
            if (!isOffered) port1.postMessage('hand', [own.port2]);
            isOffered = true;
          };
          frame?.postMessage({ tandem: 'capture', masking: {} }, '*', [port2]);
          // A stranger's answers nothing, and a message to ourselves comes after it would have.
          if (id === 'stranger') setTimeout(() => resolve(heard), 1500);
          own.port1.postMessage({ t: 'act', n: 1, act: { t: 'key', key: 'x', code: '', mods: 0 } });
        }),
      id,
    );
  expect(await tried('seen')).toEqual([{ t: 'none' }]);
  expect(await tried('stranger')).toEqual([]);
  // With it, that script has been let in: what data-hand says.
  expect(await tried('with')).toEqual([{ t: 'ready' }]);
  expect(await logOf('/stranger')).toContain('{"tandem":"capture","masking":{}}');
});

test('another window of the frame’s own parent origin, or a sibling, cannot reach it', async () => {
  hand = await openHandFrames(browser, PAGES);
  await hand.run(['click', 'pay']);
  const before = (await logOf('/with')).length;
  const heard = await (
    await hand.frame('/foreign')
  ).evaluate(
    () =>
      new Promise<unknown[]>((resolve) => {
        const heard: unknown[] = [];
        const own = new MessageChannel();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => heard.push(data);
        own.port1.onmessage = ({ data }) => heard.push(data);
        const sibling = parent.frames[0];
        sibling?.postMessage({ tandem: 'capture', masking: {} }, '*', [port2]);
        sibling?.postMessage('hand', '*', [own.port2]);
        own.port1.postMessage({ t: 'act', n: 99, act: { t: 'key', key: 'x', code: '', mods: 0 } });
        setTimeout(() => resolve(heard), 1000);
      }),
  );
  expect(heard).toEqual([]);
  // It was heard as the page's own, and was none of ours.
  expect((await logOf('/with')).length).toBe(before + 2);
  expect(await hand.run(['click', 'pay'])).toMatchObject({ done: true });
});

test('what comes again is not done again, and what has no form is nothing', async () => {
  hand = await openHandFrames(browser, PAGES);
  await hand.node('pay');
  const result = await hand.visitor.page.evaluate(
    () =>
      new Promise<unknown[]>((resolve) => {
        const heard: unknown[] = [];
        const own = new MessageChannel();
        const { port1, port2 } = new MessageChannel();
        const say = (message: unknown) => own.port1.postMessage(message);
        own.port1.onmessage = ({ data }: MessageEvent<{ t: string; n?: number }>) => {
          heard.push(data);
          if (data.t === 'answer' && data.n === 9) resolve(heard);
          if (data.t !== 'ready') return;
          const text = { t: 'text', text: 'x', isPasted: false };
          say({ t: 'act', n: 5, act: text });
          say({ t: 'act', n: 5, act: text });
          say({ t: 'act', n: 4, act: text });
          say({ t: 'act', n: 6, act: { t: 'text', text: 'x'.repeat(20_001), isPasted: false } });
          say({ t: 'act', n: 6, act: { t: 'constructor' } });
          say({ t: '__proto__' });
          say(null);
          say({ t: 'aim', n: 6, at: { node: -1, x: 2, y: NaN }, isStill: false });
          say({ t: 'act', n: 7, act: { t: 'visit', url: 'https://evil.example/' } });
          say({ t: 'act', n: 8, act: { t: 'go', to: 'reload' } });
          say({ t: 'act', n: 9, act: { t: 'reveal', node: 4_000_000 } });
        };
        let isOffered = false;
        port1.onmessage = () => {
          if (!isOffered) port1.postMessage('hand', [own.port2]);
          isOffered = true;
        };
        document
          .querySelector<HTMLIFrameElement>('#with')
          ?.contentWindow?.postMessage({ tandem: 'capture', masking: {} }, '*', [port2]);
      }),
  );
  expect(result).toEqual([
    { t: 'ready' },
    { t: 'answer', n: 5, outcome: { done: false, why: 'not-possible' } },
    { t: 'answer', n: 7, outcome: { done: false, why: 'not-possible' } },
    { t: 'answer', n: 8, outcome: { done: false, why: 'not-possible' } },
    { t: 'answer', n: 9, outcome: { done: false, why: 'gone' } },
  ]);
  expect(await (await hand.frame('/with')).evaluate(() => location.pathname)).toBe('/with');
});

test('a frame that never answers: failed, once it was waited for; what comes after goes on', async () => {
  hand = await openHandFrames(browser, PAGES);
  await hand.node('bad');
  const at = await hand.place('bad');
  const first = hand.act({ t: 'down', at, button: 0, clicks: 1, mods: 0 });
  const own = await hand.place('buy');
  const second = hand.act({ t: 'down', at: own, button: 0, clicks: 1, mods: 0 });
  expect(await hand.outcome(first)).toMatchObject({ done: false, why: 'failed' });
  expect(await hand.outcome(second)).toMatchObject({ done: true });
  hand.act({ t: 'up', at: own, button: 0, mods: 0 });
  // Not waited for again.
  expect(await press('bad')).toMatchObject({ done: false, why: 'failed' });
  await worksStill();
  expect(await hostile('asked.filter(({ t }) => t === "aim").length')).toBe(1);
  // It says something, and is asked again.
  await hostile(
    'window.answer = ({ t, n }) => t === "aim" || t === "act" ? [{ t: "answer", n, outcome: { done: true }, point: { x: 5, y: 5 } }] : []',
  );
  await hostile('say({ t: "busy", isPress: false })');
  await until(async () => (await press('bad')).done);
});

test('a frame that answers twice, for others, too large or wrong: one answer for each act, and none of the page', async () => {
  hand = await openHandFrames(browser, PAGES);
  await hand.node('bad');
  await hostile(
    `window.answer = ({ t, n }) => t === "aim" || t === "act" ? [1, 2, 3].map((more) => ({ t: "answer", n: n + more - 1, outcome: { done: true, what: "lie " + n }, point: { x: 1e6, y: -1e6 } })) : []`,
  );
  // Wherever it says that the point is, it is within its own box.
  const sent = [await press('bad'), await press('bad')];
  expect(sent.map(({ done }) => done)).toEqual([true, true]);
  expect(await hand.run(['click', 'own'])).toMatchObject({ done: true });
  const numbers = hand.handled().map(({ n }) => n);
  expect(new Set(numbers).size).toBe(numbers.length);
  await hostile(
    `window.answer = ({ t, n }) => t === "aim" || t === "act" ? [{ t: "answer", n, outcome: { done: true, what: "x".repeat(100000) } }] : []`,
  );
  // Out of bounds: the line is cut.
  expect((await press('bad')).done).toBe(false);
  expect(await press('bad')).toEqual({ done: false, why: 'other-origin' });
  await worksStill();
  expect(hand.granted()).toEqual(['point on', 'control on']);
});

test('a frame that floods, or says that the visitor is there, grants nothing and stops nobody for long', async () => {
  hand = await openHandFrames(browser, PAGES);
  await hand.node('bad');
  await hand.run(['click', 'buy']);
  await hostile('for (let n = 0; n < 3000; n++) say({ t: "busy", isPress: true })');
  await worksStill();
  expect(await press('bad')).toEqual({ done: false, why: 'other-origin' });
  expect(hand.granted()).toEqual(['point on', 'control on']);
});
