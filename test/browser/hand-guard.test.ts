// What guards the buttons by which a visitor accepts: a card that the page brings under the finger, lays something over, or
// gives the focus accepts nothing; what a card says is what is done; and no file costs anything before it is accepted.

import { crc32, deflateSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { Act } from '../../protocol/hand.ts';
import { capturedId } from '../support/captured-id.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { DO_IT, openSuggested, type SuggestedPage } from '../support/suggested-page.ts';
import { until } from '../support/visitor-relay.ts';
import { ANNA } from '../support/widget-site.ts';

const at = (left: number, top: number, more = '') =>
  `style="position:absolute;box-sizing:border-box;margin:0;left:${left}px;top:${top}px;${more}"`;
const BODY = `
  <button id="buy" ${at(300, 200, 'width:160px;height:40px')}>Show details</button>
  <select id="plan" aria-label="Plan" ${at(600, 200)}><option>None<option>Free<option>Gold</select>
  <label id="passport" ${at(300, 60, 'width:200px;height:30px')}>Passport <input type="file" id="file"></label>
  <input id="first" ${at(40, 20)}><input id="second" ${at(40, 60)}>
  <iframe id="inside" src="/frame" ${at(40, 400, 'width:200px;height:100px')}></iframe>
  <script nonce="r4nd0m">
    window.done = [];
    buy.onclick = () => done.push(buy.textContent);
    plan.onchange = () => done.push(plan.value);
    file.onchange = () => done.push(...[...file.files].map(({ name }) => name));
  </script>`;
const PUT_IN = '.offer .main[aria-disabled=false]';
/** As a page can give our button the focus. */
const FOCUS_ACCEPT = `for (const ui of document.querySelectorAll('[data-tandem-ui]')) ui.shadowRoot?.querySelector('.offer .main')?.focus();`;

/** Looks of the widget come when the test says. */
function holdLooks(): void {
  const own = window.setTimeout;
  const held: (() => void)[] = [];
  const state = {
    isHeld: false,
    get areHeld() {
      return held.length > 0;
    },
    look: () => held.splice(0).forEach((task) => task()),
  };
  const set = (task: () => void, ms?: number) => (state.isHeld && ms === 100 ? held.push(task) : own(task, ms));
  Object.assign(window, { setTimeout: set, looks: state });
}

/** One colour, of so many pixels each way. */
function pngOf(side: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head[8] = 1;
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))));
  const pieces = [chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...pieces]);
}

inEachBrowser('accepting', (browser, name) => {
  const once = onceIn(name);
  let at: SuggestedPage;
  let number = 500;
  afterEach(async () => {
    expect(at.visitor.noise).toEqual([]);
    await at.close();
  });
  const open = async () => {
    at = await openSuggested(browser(), BODY, 'en', holdLooks);
    await at.grant(['control', 'suggest']);
  };
  const idOf = (id: string) => until(() => capturedId(at.tab.frames, id));
  const act = (act: Act) => {
    at.say({ t: 'act', by: ANNA.id, n: ++number, act });
    return number;
  };
  /** The relay's answer stands in the page. */
  const give = async (bytes: Buffer = Buffer.from('text'), type = 'text/plain') => {
    await at.byScript(`{
      const own = window.fetch;
      const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (sign) => sign.charCodeAt(0));
      window.fetch = (url, init) => String(url).includes('/hand-file/') ? Promise.resolve(new Response(bytes)) : own(url, init);
    }`);
    const place = { node: await idOf('passport'), x: 0.5, y: 0.5 };
    return act({ t: 'giveFile', at: place, file: { id: 'x', name: 'photo.png', type, bytes: bytes.length } });
  };
  const read = <T>(expression: string) => at.page.evaluate(expression) as Promise<T>;
  const done = () => read<string[]>('done');
  /** From now on looks come when the test says. */
  const hold = async () => {
    await read('{ looks.isHeld = true }');
    await until(() => read('looks.areHeld'));
  };
  const look = (times: number) => read(`{ for (let n = 0; n < ${times}; n++) looks.look() }`);
  const pressAt = async (selector: string) => {
    const { x, y, width, height } = await at.boxOf(selector);
    await at.page.mouse.click(x + width / 2, y + height / 2);
  };
  /** Whatever a press has done, the page has had its turn. */
  const settled = () => read('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

  test.each(['suggestion', 'file'])('the card of a %s that the page has just moved accepts nothing', async (kind) => {
    await open();
    const isFile = kind === 'file';
    const n = isFile ? await give() : await at.suggest('buy', { t: 'click' });
    const accept = isFile ? '.offer .main' : '.ghosts .main';
    await at.visitor.ui(isFile ? PUT_IN : DO_IT);
    await hold();
    const before = await at.boxOf(accept);
    await at.byScript(`${isFile ? 'passport' : 'buy'}.style.left = '400px'`);
    await until(async () => Math.abs((await at.boxOf(accept)).x - before.x - 100) < 2);
    await pressAt(accept);
    // Nor once it has been seen there, but not for long.
    await look(1);
    await pressAt(accept);
    await look(3);
    await pressAt(accept);
    await settled();
    expect(at.handled(n)).toBeUndefined();
    expect(await done()).toEqual([]);
    await look(3);
    await pressAt(accept);
    await read('{ looks.isHeld = false; looks.look() }');
    expect(await at.outcome(n)).toMatchObject({ done: true });
    expect(await done()).toEqual([isFile ? 'photo.png' : 'Show details']);
  });

  once('a file is not put in through what lies over its card and lets presses through', async () => {
    await open();
    const n = await give();
    await at.visitor.ui(PUT_IN);
    // In a closed root, of which nobody outside hears anything.
    await at.byScript(`
      const owner = document.createElement('div');
      document.body.append(owner);
      const root = owner.attachShadow({ mode: 'closed' });
      root.innerHTML = '<div popover="manual" style="position:fixed;inset:0;width:100%;height:100%;margin:0;border:0;background:#fff;pointer-events:none">Press anywhere</div>';
      const raise = () => { if (owner.isConnected) { root.firstChild.hidePopover(); root.firstChild.showPopover(); requestAnimationFrame(raise); } };
      window.uncover = () => owner.remove();
      raise();
    `);
    await at.visitor.ui('.offer .main[aria-disabled=true]');
    await pressAt('.offer .main');
    await settled();
    expect(at.handled(n)).toBeUndefined();
    expect(await done()).toEqual([]);
    await at.visitor.ui('.offer .note:not([hidden])');
    await at.byScript('uncover()');
    await at.visitor.click(PUT_IN);
    expect(await at.outcome(n)).toMatchObject({ done: true });
  });

  test('a Tab within the page does not make the focus on our button the visitor’s', async () => {
    await open();
    const n = await give();
    await at.visitor.ui(PUT_IN);
    await hold();
    await at.byScript(`second.addEventListener('focus', () => { ${FOCUS_ACCEPT} })`);
    await at.page.focus('#first');
    await at.page.keyboard.press('Tab');
    await look(3);
    await at.page.keyboard.press(' ');
    await at.page.keyboard.press('Enter');
    await settled();
    expect(at.handled(n)).toBeUndefined();
    expect(await done()).toEqual([]);
  });

  once('what an element has become is not what was suggested for it', async () => {
    await open();
    const button = await at.suggest('buy', { t: 'click' });
    await at.visitor.ui(DO_IT);
    await at.byScript(`buy.textContent = 'Pay 1,000 EUR'`);
    expect(await at.outcome(button)).toEqual({ done: false, why: 'gone' });
    expect(await at.visitor.textOf('.ghosts .card')).toContain('could not be done');
    await at.visitor.noUi('.ghosts .card');
    await at.byScript(`buy.textContent = 'Show details'`);
    // Between a look and the press, too.
    const pressed = await at.suggest('buy', { t: 'click' });
    await at.visitor.ui(DO_IT);
    await hold();
    await at.byScript(`buy.textContent = 'Pay 1,000 EUR'`);
    await pressAt('.ghosts .main');
    expect(await at.outcome(pressed)).toEqual({ done: false, why: 'gone' });
    await read('{ looks.isHeld = false; looks.look() }');
    const option = await at.suggest('plan', { t: 'choose', options: [1] });
    await at.visitor.ui('.hand .shade');
    await at.byScript(`plan.innerHTML = '<option>None<option>Platinum 99/month<option>Free'`);
    expect(await at.outcome(option)).toEqual({ done: false, why: 'gone' });
    expect(await done()).toEqual([]);
  });

  once('a picture is drawn only if it is small once it is decoded', async () => {
    await open();
    await at.byScript(`{
      const own = createImageBitmap;
      window.decoded = 0;
      window.createImageBitmap = (...all) => (decoded++, own(...all));
    }`);
    await give(pngOf(600), 'image/png');
    await at.visitor.ui('.offer canvas');
    expect(await read('decoded')).toBe(1);
    const n = await give(pngOf(16_000), 'image/png');
    await until(() => at.handled(n - 1));
    await at.visitor.click(PUT_IN);
    expect(await at.outcome(n)).toMatchObject({ done: true });
    expect(await read('decoded')).toBe(1);
  });

  test('control pauses in a frame that shows a listed address, and suggestions do not', async () => {
    await open();
    const policy = { allowed: ['point', 'suggest', 'control'], given: [], pausedAt: ['/frame*'] };
    at.say({ t: 'policy', policy: { ...policy, allowed: ['point', 'suggest', 'control'] } });
    const place = { node: await idOf('inside'), x: 0.2, y: 0.2 };
    const pressed = act({ t: 'down', at: place, button: 0, clicks: 1, mods: 0 });
    expect(await at.outcome(pressed)).toMatchObject({ done: false, why: 'paused-here' });
    await at.outcome(act({ t: 'up', at: place, button: 0, mods: 0 }));
    const scrolled = act({ t: 'wheel', at: place, dx: 0, dy: 50, mods: 0 });
    expect(await at.outcome(scrolled)).toMatchObject({ done: false, why: 'paused-here' });
    // Outside of it everything goes on.
    const outside = { node: await idOf('buy'), x: 0.5, y: 0.5 };
    act({ t: 'down', at: outside, button: 0, clicks: 1, mods: 0 });
    expect(await at.outcome(act({ t: 'up', at: outside, button: 0, mods: 0 }))).toMatchObject({ done: true });
    await at.page.evaluate(() => {
      const frame = document.querySelector<HTMLIFrameElement>('#inside');
      frame?.contentWindow?.focus();
      frame?.contentDocument?.querySelector<HTMLElement>('#inner')?.focus();
    });
    const typed = act({ t: 'text', text: 'card', isPasted: false });
    expect(await at.outcome(typed)).toMatchObject({ done: false, why: 'paused-here' });
    expect(await read('inside.contentDocument.querySelector("#inner").value')).toBe('');
  });
});
