// Frames of another origin, with the product as built: a shop, and another site whose pages stand in its frames. What
// such a page shows, and to whom, is its own snippet's decision (data-parent).

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Frame } from 'puppeteer';
import {
  startSite,
  startWorld,
  until,
  type Operator,
  type TestSite,
  type Viewed,
  type Visitor,
  type World,
} from '../support/live.ts';
import { connectPeer, type WirePeer } from '../support/wire-peer.ts';
import { textOf } from '../support/wire-text.ts';

let world: World;
let other: TestSite;
/** Another site, and so another process, than the shop's 127.0.0.1. */
let origin: string;

const FRAME = (attributes: string) => `<!doctype html><html><head><meta charset="utf-8"><style>
  body { margin: 0; height: 2000px } button { display: block; width: 100px; height: 40px; padding: 0; border: 0; background: #eee }
  button:hover { background: rgb(1, 2, 3) }</style></head><body>
  <button id="pay">Pay</button><p id="words">Words of the frame</p><input id="name"><input id="pw" type="password">
  <p class="own-secret">SECRETown</p><p class="shop-secret">SECRETshop</p><p data-tandem="mask">SECRETmarked</p>
  <img id="picture" src="/dot.svg" width="10" height="10">
  <script>window.heard = []; addEventListener('message', (event) => heard.push(JSON.stringify(event.data)));</script>
  <script async src="${world.relay.url}/widget/loader.js" ${attributes}></script></body></html>`;

/** Speaks as a frame does, and does not mean it. */
const HOSTILE = `<!doctype html><p>hostile</p><script>
  const element = (id, tagName, childNodes, attributes = {}) => ({ type: 2, id, tagName, attributes, childNodes });
  const text = (id, textContent) => ({ type: 3, id, textContent });
  const change = (data) => ({ kind: 'change', events: [{ type: 3, data: { source: 0, adds: [], removes: [], texts: [], attributes: [], ...data } }] });
  addEventListener('message', ({ data, ports: [port] }) => {
    if (data.tandem === 'frame?') parent.postMessage({ tandem: 'frame' }, '*');
    if (data.tandem !== 'capture') return;
    const snapshot = () => port.postMessage({ kind: 'snapshot', events: [{ type: 4, data: { href: 'about:blank', width: 51, height: 51 } },
      { type: 2, data: { node: { type: 0, id: 1, childNodes: [element(2, 'html', [element(3, 'body', [text(4, 'hostile')])])] }, initialOffset: { left: 0, top: 0 } } }] });
    port.onmessage = snapshot;
    snapshot();
    window.attack = (name) => {
      const wrong = [0, -1, -5, 1.5, NaN, 1e7, 1e12];
      // The shop's own ids, whatever is added to them on the way.
      for (let own = 1; own < 60; own++) for (const base of [1e9, 1.01e9, 1.02e9, 1.03e9]) wrong.push(own - base);
      const loop = {}; loop.loop = [loop];
      if (name === 'ids') for (const id of wrong) {
        port.postMessage(change({ removes: [{ parentId: id, id }], texts: [{ id, value: 'hit' }], attributes: [{ id, attributes: { 'data-hit': '' } }],
          adds: [{ parentId: id, nextId: null, node: element(id, 'b', [], { 'data-hit': '' }) }] }));
        port.postMessage({ kind: 'pointer', pointer: { x: -1e9, y: NaN, buttons: 'x', state: 'mouse', node: id } });
        port.postMessage({ kind: 'picture', picture: { node: id, width: -1, height: 1e9, image: new Uint8Array(3) } });
      }
      if (name === 'shapes') for (const kind of ['snapshot', 'change', 'pointer', 'picture', 'page', 'notice', 'x'])
        for (const value of [null, 1, 'x', [], [null], [{}], new Map(), new Date(), { type: 2, data: {} }, [{ type: 3, data: { source: 4, width: 60, height: 60 } }]])
          port.postMessage({ kind, events: value, pointer: value, picture: value, page: value, notice: value });
      if (name === 'shapes') port.postMessage({ kind: 'notice', notice: 'page-too-large' });
      if (name === 'asset') port.postMessage({ kind: 'asset', url: document.referrer + 'logo.svg', blob: new Blob(['<svg/>'], { type: 'image/svg+xml' }) });
      if (name === 'mark') port.postMessage(change({ attributes: [{ id: 3, attributes: { 'data-mark': 'yes' } }] }));
      if (name === 'depth') { port.postMessage(change({ adds: [{ parentId: 3, nextId: null, node: loop }] })); }
    };
  });
  parent.postMessage({ tandem: 'frame' }, '*');
</script>`;

const PAGE = (frames: string) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Shop</title><style>
  iframe { position: absolute; left: 120px; top: 150px; width: 400px; height: 300px; border: 7px solid; padding: 9px }</style>
  <script>window.heard = []; addEventListener('message', (event) => heard.push(JSON.stringify(event.data)));</script>
  </head><body><h1>Shop</h1><p id="count">0</p>${frames}%SNIPPET%</body></html>`;

beforeAll(async () => {
  world = await startWorld({ attributes: 'data-mask=".shop-secret"' });
  other = await startSite(() => '');
  origin = other.origin.replace('127.0.0.1', 'localhost');
  other.pages.set('/dot.svg', () => ({
    type: 'image/svg+xml',
    body: '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>',
  }));
  other.pages.set('/frame', FRAME(`data-parent="https://shop.example ${world.site.origin}" data-mask=".own-secret"`));
  other.pages.set('/silent', FRAME(''));
  other.pages.set('/stranger', FRAME('data-parent="https://shop.example"'));
  other.pages.set('/hidden', FRAME(`data-parent="${world.site.origin}" data-private`));
  other.pages.set('/hostile', HOSTILE);
  other.pages.set('/plain', '<!doctype html><p>Nothing of ours</p>');
  world.site.pages.set('/', PAGE(`<iframe id="frame" src="${origin}/frame"></iframe>`));
  for (const name of ['silent', 'stranger', 'hidden', 'hostile'])
    world.site.pages.set(`/${name}`, PAGE(`<iframe id="frame" src="${origin}/${name}"></iframe>`));
  world.site.pages.set(
    '/masked',
    PAGE(`<div data-tandem="mask"><iframe id="frame" src="${origin}/frame"></iframe></div>`),
  );
  world.site.pages.set('/inner', `<!doctype html><body><iframe id="deep" src="${origin}/frame"></iframe></body>`);
  world.site.pages.set('/within', PAGE('<iframe id="frame" src="/inner"></iframe><div id="host"></div>'));
});

afterAll(async () => {
  await other.close();
  await world.close();
});

async function over({ visitor, operator }: Viewed) {
  await visitor.page.bringToFront();
  await visitor.press('Stop');
  await visitor.noWidget('button', 'Stop');
  for (const { page, errors } of [visitor, operator]) {
    expect(errors).toEqual([]);
    await page.close();
  }
}

const frameOf = (visitor: Visitor): Promise<Frame> =>
  until('the frame', async () =>
    visitor.page.frames().find((frame) => frame.url().startsWith(origin) && !frame.url().endsWith('/plain')),
  );
/** An expression about the frame's document in the mirror, as `inside`. */
const inside = (expression: string) =>
  `((inside) => !!inside && (${expression}))(document.getElementById('frame').contentDocument)`;
const WORDS = inside(`inside.getElementById('words')?.textContent === 'Words of the frame'`);
/** Everything that an operator may get of the room from now on, and what is kept of it. */
async function listenTo(operator: Operator): Promise<WirePeer> {
  const room = await operator.page.$eval('[data-testid=watch]', (element) => element.getAttribute('data-room'));
  const { url } = world.relay;
  const listener = await connectPeer(url, 'operator', { origin: url, cookie: world.cookie });
  listener.send({ t: 'watch', room });
  await listener.expect('history');
  return listener;
}
const nudge = async (visitor: Visitor, operator: Operator, words: string) => {
  // What is sent after everything before it.
  await visitor.page.$eval('#count', (count, words) => (count.textContent = words), words);
  await operator.mirrorHas(`document.getElementById('count').textContent === '${words}'`);
};

describe('a frame that names the shop', () => {
  test('is shown, with its changes, typing, scrolling and pictures; the page around hears nothing of it', async () => {
    const both = await world.openViewed('/');
    const { visitor, operator } = both;
    await operator.mirrorHas(WORDS);
    const frame = await frameOf(visitor);
    await frame.$eval('#words', (words) => (words.textContent = 'Other words'));
    await operator.mirrorHas(inside(`inside.getElementById('words').textContent === 'Other words'`));
    await visitor.page.bringToFront();
    await frame.type('#name', 'Maria');
    await operator.mirrorHas(inside(`inside.getElementById('name').value === 'Maria'`));
    await frame.evaluate(() => scrollTo(0, 321));
    await operator.page.bringToFront();
    await operator.mirrorHas(inside(`Math.round(inside.documentElement.scrollTop) === 321`));
    await operator.mirrorHas(inside(`inside.getElementById('picture').naturalWidth > 0`));
    expect(await operator.inMirror(`document.querySelector('h1').textContent`)).toBe('Shop');
    // Before it was watched the page may have heard the frame's call; that is all there ever is.
    const heard = await visitor.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard.filter((data) => data !== '{"tandem":"frame"}')).toEqual([]);
    await over(both);
  });

  test('the pointer in it stands where it is in the shop, and hovers there', async () => {
    const both = await world.openViewed('/');
    const { visitor, operator } = both;
    await operator.mirrorHas(WORDS);
    await visitor.page.bringToFront();
    await visitor.page.mouse.move(120 + 7 + 9 + 30, 150 + 7 + 9 + 20);
    await operator.page.bringToFront();
    await operator.mirrorHas(
      inside(`inside.defaultView.getComputedStyle(inside.getElementById('pay')).backgroundColor === 'rgb(1, 2, 3)'`),
    );
    const listener = await listenTo(operator);
    await visitor.page.bringToFront();
    await visitor.page.mouse.move(120 + 7 + 9 + 31, 150 + 7 + 9 + 21);
    // Perhaps not the first one: where it was before may be said once more.
    const isInFrame = await until('the pointer on the wire', async () => {
      const pointers = listener.frames.filter(([kind]) => kind === 3);
      const there = pointers.find((pointer) => pointer.readInt16LE(16) === 167 && pointer.readInt16LE(18) === 187);
      return there && { is: there.readUInt32LE(24) > 1e9 };
    });
    expect(isInFrame).toEqual({ is: true });
    listener.close();
    await over(both);
  });

  test('is masked before anything leaves it: passwords, its own rules, and those of the shop', async () => {
    const both = await world.openViewed('/');
    const { visitor, operator } = both;
    await operator.mirrorHas(WORDS);
    const listener = await listenTo(operator);
    const frame = await frameOf(visitor);
    await visitor.page.bringToFront();
    await frame.type('#pw', 'SECRETpw');
    await frame.evaluate(() => {
      for (const words of document.querySelectorAll('.own-secret,.shop-secret,[data-tandem]'))
        words.append('SECRETlater');
      document.getElementById('words')?.append(' all said');
    });
    await operator.page.bringToFront();
    await operator.mirrorHas(inside(`inside.getElementById('words').textContent.endsWith('all said')`));
    await operator.mirrorHas(inside(`inside.getElementById('pw').value !== ''`));
    await until('the end on the wire', async () => textOf(listener).includes('all said'));
    expect(textOf(listener).match(/SECRET\w*/g)).toBeNull();
    expect(await operator.inMirror(inside(`inside.querySelectorAll('[data-tandem-masked]').length > 3`))).toBe(true);
    listener.close();
    await over(both);
  });

  test('comes back with every snapshot, after a reload, and after a page without the widget', async () => {
    const both = await world.openViewed('/');
    const { visitor, operator } = both;
    await operator.mirrorHas(WORDS);
    // A mark that is set later makes capture begin anew.
    await visitor.page.$eval('#count', (count) => count.setAttribute('data-tandem', 'mask'));
    await operator.mirrorHas(`document.querySelector('#count').hasAttribute('data-tandem-masked')`);
    await operator.mirrorHas(WORDS);
    await (await frameOf(visitor)).$eval('#words', (words) => (words.textContent = 'after the snapshot'));
    await operator.mirrorHas(inside(`inside.getElementById('words').textContent === 'after the snapshot'`));

    await (await frameOf(visitor)).evaluate(() => location.reload());
    await operator.mirrorHas(WORDS);
    await (await frameOf(visitor)).$eval('#words', (words) => (words.textContent = 'after the reload'));
    await operator.mirrorHas(inside(`inside.getElementById('words').textContent === 'after the reload'`));

    await (await frameOf(visitor)).evaluate(() => (location.href = '/plain'));
    await operator.mirrorHas(inside(`!inside.getElementById('words')`));
    await visitor.page.$eval('#frame', (frame, src) => ((frame as HTMLIFrameElement).src = src), `${origin}/frame`);
    await operator.mirrorHas(WORDS);

    // A frame that comes late, in a shadow root.
    await visitor.page.evaluate((src) => {
      const host = document.createElement('div');
      host.id = 'host';
      host.attachShadow({ mode: 'open' }).innerHTML = `<iframe src="${src}"></iframe>`;
      document.body.append(host);
    }, `${origin}/frame`);
    await operator.mirrorHas(
      `!!document.getElementById('host').shadowRoot.querySelector('iframe').contentDocument.getElementById('words')`,
    );
    await over(both);
  });

  test('is shown within a frame of the shop, too', async () => {
    const both = await world.openViewed('/within');
    await both.operator.mirrorHas(
      inside(`inside.getElementById('deep').contentDocument.getElementById('words').textContent.startsWith('Words')`),
    );
    await over(both);
  });

  test('sends nothing while the visitor has paused, and what is there now afterwards', async () => {
    const both = await world.openViewed('/');
    const { visitor, operator } = both;
    await operator.mirrorHas(WORDS);
    const listener = await listenTo(operator);
    await visitor.page.bringToFront();
    await visitor.press('Pause');
    const frame = await frameOf(visitor);
    await frame.$eval('#words', (words) => (words.textContent = 'NOTSEEN'));
    await operator.page.bringToFront();
    await operator.overlay('paused');
    await frame.$eval('#words', (words) => (words.textContent = 'seen again'));
    await visitor.page.bringToFront();
    await visitor.press('Resume');
    await operator.page.bringToFront();
    await operator.mirrorHas(inside(`inside.getElementById('words').textContent === 'seen again'`));
    expect(textOf(listener)).not.toContain('NOTSEEN');
    listener.close();
    await over(both);
  });

  test('hides by default what it hides, whatever the shop does', async () => {
    const both = await world.openViewed('/hidden');
    await both.operator.mirrorHas(
      inside(`!!inside.getElementById('words') && !inside.getElementById('words').textContent.includes('frame')`),
    );
    await over(both);
  });
});

describe('a frame that is not for the shop', () => {
  for (const name of ['silent', 'stranger'])
    test(`${name}: stays an empty box, and says and connects nothing`, async () => {
      const both = await world.openViewed(`/${name}`);
      const { visitor, operator } = both;
      await nudge(visitor, operator, 'one');
      const frame = await frameOf(visitor);
      // The shop asks by its own script, too: no word of the frame's may come.
      await visitor.page.evaluate(() => {
        const shown = document.querySelector('iframe')?.contentWindow;
        shown?.postMessage({ tandem: 'frame?' }, '*');
        shown?.postMessage({ tandem: 'capture', masking: { privateByDefault: false } }, '*', [
          new MessageChannel().port1,
        ]);
      });
      await frame.waitForFunction(() => (window as unknown as { heard: string[] }).heard.length > 1);
      await frame.$eval('#words', (words) => (words.textContent = 'NOTSEEN'));
      await nudge(visitor, operator, 'two');
      const state = await frame.evaluate(() => ({
        files: performance
          .getEntriesByType('resource')
          .map((entry) => entry.name)
          .filter((address) => address.includes('/widget/') && !address.endsWith('/loader.js'))
          // The part that reads data-parent, and not what captures.
          .filter((address) => !/\/(frame|chunk)-/.test(address)),
        launcher: document.querySelectorAll('[data-tandem-ui]').length,
        stored: { ...sessionStorage, ...localStorage },
      }));
      expect(state).toEqual({ files: [], launcher: 0, stored: {} });
      expect(await visitor.page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([]);
      expect(await operator.inMirror(inside(`!inside.getElementById('words')`))).toBe(true);
      const listener = await listenTo(operator);
      expect(textOf(listener)).not.toContain('NOTSEEN');
      listener.close();
      await over(both);
    });

  test('one in a masked place stays an empty box', async () => {
    const both = await world.openViewed('/masked');
    const { visitor, operator } = both;
    await nudge(visitor, operator, '•');
    const frame = await frameOf(visitor);
    expect(await frame.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([]);
    expect(await operator.inMirror(inside(`!inside.getElementById('words')`))).toBe(true);
    await over(both);
  });

  test('a hostile one touches nothing but its own box, and ends nothing', async () => {
    const both = await world.openViewed('/hostile');
    const { visitor, operator } = both;
    await operator.mirrorHas(inside(`inside.body?.textContent === 'hostile'`));
    const frame = await frameOf(visitor);
    const send = (name: string) =>
      frame.evaluate((name) => (window as unknown as { attack: (name: string) => void }).attack(name), name);
    await send('ids');
    await send('shapes');
    await send('asset');
    await send('mark');
    await operator.mirrorHas(inside(`inside.body?.dataset.mark === 'yes'`));
    expect(await operator.inMirror(`document.querySelector('h1').textContent`)).toBe('Shop');
    expect(await operator.inMirror(`document.querySelectorAll('[data-hit]').length`)).toBe(0);
    await send('depth');
    await operator.mirrorHas(inside(`inside.body?.dataset.mark === undefined`));
    await nudge(visitor, operator, 'still here');
    await over(both);
  });
});
