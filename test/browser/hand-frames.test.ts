// The hand in frames of another origin whose pages let it in (data-hand): clicks, text, choices, scrolling, drags and keys
// inside of them, marks over them, and what goes in and out: the pointer, the focus, the visitor's own hand.

import { afterEach, expect, test } from 'vitest';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { openHandFrames, type HandFrames, type Pages } from '../support/hand-frames.ts';
import { until } from '../support/visitor-relay.ts';

const FRAME = (snippet: string) => `<meta charset="utf-8"><style>body{margin:0}</style>
  <button id="pay" style="position:absolute;left:40px;top:20px;width:100px;height:40px">Pay</button>
  <input id="name" style="position:absolute;left:40px;top:80px;width:150px;height:24px">
  <select id="pick" style="position:absolute;left:220px;top:80px"><option>one<option>two</select>
  <input id="agree" type="checkbox" style="position:absolute;left:220px;top:30px">
  <input id="pw" type="password" style="position:absolute;left:40px;top:110px">
  <div id="knob" style="position:absolute;left:40px;top:150px;width:30px;height:30px;background:red;touch-action:none"></div>
  <p id="far" style="position:absolute;top:1500px;left:40px;width:200px;height:30px;margin:0">Far down</p>
  <input id="last" style="position:absolute;left:220px;top:110px;width:60px">
  <script>
    window.log = [];
    const tell = (what) => log.push(what);
    pay.addEventListener('click', (event) => tell('pay ' + event.clientX + ' ' + event.clientY));
    document.getElementById('name').addEventListener('change', (event) => tell('name ' + event.target.value));
    pick.addEventListener('change', () => tell('pick ' + pick.value));
    agree.addEventListener('change', () => tell('agree ' + agree.checked));
    let from;
    knob.addEventListener('pointerdown', (event) => { from = event.clientX; });
    addEventListener('pointermove', (event) => { if (from !== undefined) tell('knob ' + Math.round(event.clientX - from)); });
    addEventListener('pointerup', () => { if (from !== undefined) tell('knob up'); from = undefined; });
    pay.addEventListener('pointerenter', () => tell('over'));
    pay.addEventListener('pointerleave', () => tell('out'));
  </script>${snippet}`;

const PAGES: Pages = ({ shop, other, snippet }) => {
  const frame = FRAME(snippet(`data-parent="${shop}" data-hand`));
  return {
    other: {
      '/frame': frame,
      // A page of its own origin within it.
      '/around': `<style>body{margin:0}</style><iframe src="/inner" style="position:absolute;left:10px;top:20px;border:0"></iframe>${snippet(`data-parent="${shop}" data-hand`)}`,
      '/third': `<button id="third" onclick="top.postMessage('third', '*')">Third</button>${snippet(`data-parent="${shop}" data-hand`)}`,
      '/inner': `<button id="deep" onclick="top.postMessage('deep', '*')">Deep</button>`,
    },
    shop: {
      '/': `<script>window.hits = []; addEventListener('message', ({ data }) => typeof data === 'string' && hits.push(data))</script>
        <style>body{margin:0;height:2500px}</style><input id="before"><div id="note">Shop</div><input id="after" style="position:absolute;top:600px;left:0">
        <div id="outside" style="position:absolute;left:700px;top:300px;width:50px;height:50px">Out</div>
        <iframe id="frame" src="${other}/frame" style="position:absolute;left:100px;top:150px;width:400px;height:300px;border:7px solid;padding:9px"></iframe>
        <iframe id="small" src="${other}/around" style="position:absolute;left:600px;top:400px;width:400px;height:200px;border:2px solid;transform:scale(.5);transform-origin:0 0"></iframe>
        <iframe id="mixed" src="/holds" style="position:absolute;left:0;top:1200px;width:600px;height:300px;border:0"></iframe>`,
      '/holds': `<style>body{margin:0}</style><iframe src="${other}/third" style="position:absolute;left:30px;top:40px;border:3px solid"></iframe>`,
    },
  };
};

inEachBrowser('the hand in frames of another origin', (browser, name) => {
  const once = onceIn(name);
  let opened: HandFrames | undefined;
  const open = async () => (opened = await openHandFrames(browser(), PAGES));
  afterEach(async () => {
    const noise = opened?.visitor.noise;
    await opened?.close();
    opened = undefined;
    expect(noise).toEqual([]);
  });

  const logOf = async (hand: HandFrames) =>
    (await hand.frame('/frame')).evaluate(() => (window as unknown as { log: string[] }).log);
  const valueOf = async (hand: HandFrames, id: string) =>
    (await hand.frame('/frame')).evaluate((id) => (document.getElementById(id) as HTMLInputElement).value, id);

  test('a click, text, a choice and a box: at the right spot, with what the field was and is', async () => {
    const hand = await open();
    expect(await hand.run(['click', 'pay'])).toMatchObject({ done: true, what: 'button “Pay”' });
    expect(await logOf(hand)).toEqual(['over', 'pay 90 40']);
    expect(await hand.run(['click', 'name'], ['type', 'Maria Иванова'])).toMatchObject({ done: true });
    expect(await valueOf(hand, 'name')).toBe('Maria Иванова');
    expect(await hand.perform({ t: 'choose', node: await hand.node('pick'), options: [1] })).toMatchObject({
      done: true,
      was: 'one',
      now: 'two',
    });
    expect(await hand.run(['click', 'agree'])).toMatchObject({ done: true, was: 'off', now: 'on' });
    expect((await logOf(hand)).slice(2)).toEqual(['out', 'name Maria Иванова', 'pick two', 'agree true']);
  });

  test('keys that come before the click is answered go to the frame all the same, in order', async () => {
    const hand = await open();
    await hand.run(['click', 'before']);
    const at = await hand.place('name');
    hand.act({ t: 'down', at, button: 0, clicks: 1, mods: 0 });
    hand.act({ t: 'up', at, button: 0, mods: 0 });
    for (const key of 'frame') hand.act({ t: 'key', key, code: '', mods: 0 });
    const back = await hand.place('before');
    hand.act({ t: 'down', at: back, button: 0, clicks: 1, mods: 0 });
    hand.act({ t: 'up', at: back, button: 0, mods: 0 });
    const last = [...'shop'].map((key) => hand.act({ t: 'key', key, code: '', mods: 0 })).pop() ?? 0;
    expect(await hand.outcome(last)).toMatchObject({ done: true });
    expect(await valueOf(hand, 'name')).toBe('frame');
    expect(await hand.visitor.page.$eval('#before', (field) => (field as HTMLInputElement).value)).toBe('shop');
    // Answered in the order of their numbers.
    const numbers = hand.handled().map(({ n }) => n);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    // Left: the field has settled.
    await until(async () => (await logOf(hand)).includes('name frame'));
  });

  test('what the frame hides is refused as masked; what is far down in it is brought into sight', async () => {
    const hand = await open();
    expect(await hand.run(['click', 'pw'])).toMatchObject({ done: false, why: 'masked' });
    expect(await hand.perform({ t: 'reveal', node: await hand.node('far') })).toEqual({ done: true });
    const frame = await hand.frame('/frame');
    expect(await frame.evaluate(() => scrollY)).toBeGreaterThan(1000);
    // And the frame itself.
    await hand.visitor.page.evaluate(() => scrollTo(0, 2000));
    expect(await hand.run(['click', 'pay'])).toMatchObject({ done: true });
    expect(await hand.visitor.page.evaluate(() => scrollY)).toBeLessThan(200);
  });

  test('the wheel scrolls the frame, and at its end the page around', async () => {
    const hand = await open();
    const at = await hand.place('name');
    expect(await hand.perform({ t: 'wheel', at, dx: 0, dy: 5000, mods: 0 })).toMatchObject({ done: true });
    const frame = await hand.frame('/frame');
    expect(await frame.evaluate(() => scrollY)).toBeGreaterThan(1000);
    expect(await hand.visitor.page.evaluate(() => scrollY)).toBe(0);
    expect(await hand.perform({ t: 'wheel', at, dx: 0, dy: 120, mods: 0 })).toMatchObject({ done: true });
    expect(await hand.visitor.page.evaluate(() => scrollY)).toBe(120);
  });

  test('a drag stays with the frame when it leaves it, and ends there', async () => {
    const hand = await open();
    const knob = await hand.place('knob');
    const outside = await hand.place('outside');
    expect(await hand.perform({ t: 'down', at: knob, button: 0, clicks: 1, mods: 0 })).toMatchObject({ done: true });
    expect((await hand.outcome(hand.act({ t: 'up', at: outside, button: 0, mods: 0 }))).done).toBe(true);
    // 725 − (100 + 7 + 9 + 55).
    expect((await logOf(hand)).filter((each) => each.startsWith('knob'))).toEqual(['knob 554', 'knob up']);
  });

  test('Tab goes in, through and out of the frame, and back', async () => {
    const hand = await open();
    // Only frames that are known to let the hand in are in the order of Tab: from then on these are.
    await hand.run(['click', 'pay'], ['click', 'deep'], ['click', 'third']);
    await hand.run(['click', 'after'], ['key', 'Tab']);
    const active = async () =>
      (await hand.visitor.page.evaluate(() => document.activeElement?.id)) +
      ' ' +
      (await (await hand.frame('/frame')).evaluate(() => document.activeElement?.id ?? ''));
    await until(async () => (await active()) === 'frame pay');
    await hand.run(['key', 'Tab'], ['type', 'in'], ['key', 'Tab'], ['key', 'Tab'], ['key', 'Tab'], ['key', 'Tab']);
    expect(await valueOf(hand, 'name')).toBe('in');
    // A password field: nothing may be typed there, and Tab is a key.
    expect(await active()).toBe('frame pw');
    await hand.run(['click', 'last'], ['key', 'Tab']);
    expect((await active()).split(' ')[0]).not.toBe('frame');
    await hand.run(['key', 'Tab', 8]);
    await until(async () => (await active()) === 'frame last');
  });

  test('a frame in a frame: of the same origin in the other site, and the other site in the same', async () => {
    const hand = await open();
    expect(await hand.run(['click', 'deep'])).toMatchObject({ done: true, what: 'button “Deep”' });
    expect(await hand.run(['click', 'third'])).toMatchObject({ done: true, what: 'button “Third”' });
    // Told by the pages themselves: the driver may lose sight of a frame in a frame.
    const hits = () => hand.visitor.page.evaluate(() => (window as unknown as { hits: string[] }).hits);
    await until(async () => (await hits()).join() === 'deep,third');
  });

  test('[B116 B117] the pointer and a frame with a note stand where the element is, also when either page scrolls', async () => {
    const hand = await open();
    const box = async (selector: string) =>
      (await hand.visitor.ui(selector)).evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height].map(Math.round).join(' ');
      });
    // Scaled by half.
    hand.act({ t: 'frame', node: await hand.node('deep'), note: '' });
    const { x, width } = await (
      await hand.frame('/around')
    ).evaluate(() => {
      const inner = document.querySelector<HTMLIFrameElement>('iframe[src="/inner"]')?.contentDocument;
      return inner?.getElementById('deep')?.getBoundingClientRect().toJSON() as DOMRect;
    });
    const left = Math.round(600 + (2 + 10 + x) / 2 - 5);
    await until(async () => (await box('.hand .box')).startsWith(`${left} `));
    expect((await box('.hand .box')).split(' ')[2]).toBe(String(Math.round(width / 2 + 10)));
    hand.act({ t: 'point', at: await hand.place('pay'), down: false });
    // 100 + 7 + 9 + 90, 150 + 7 + 9 + 40.
    await until(async () => (await box('.hand .tip')).startsWith('206 206'));
    expect(await hand.outcome(hand.act({ t: 'frame', node: await hand.node('pay'), note: 'Here' }))).toEqual({
      done: true,
    });
    await until(async () => (await box('.hand .box')) === '151 181 110 50');
    await hand.visitor.page.evaluate(() => scrollTo(0, 100));
    await until(async () => (await box('.hand .box')) === '151 81 110 50');
    await (await hand.frame('/frame')).evaluate(() => scrollTo(0, 10));
    await until(async () => (await box('.hand .box')) === '151 71 110 50');
    await until(async () => (await box('.hand .tip')).startsWith('206 96'));
    // Its nodes get other numbers.
    hand.tab.send({ t: 'snapshot', when: 'now' });
    await (await hand.frame('/frame')).evaluate(() => scrollTo(0, 0));
    await until(async () => (await box('.hand .box')) === '151 81 110 50');
  });

  once(
    'who may only point is shown there, too, and does nothing; what is only seen is said to be beyond reach',
    async () => {
      const hand = await open();
      await hand.visitor.click('.granted .control');
      await until(() => hand.granted().includes('control off'));
      hand.act({ t: 'point', at: await hand.place('third'), down: false });
      await hand.visitor.page.evaluate(() => scrollTo(0, 1000));
      await hand.visitor.ui('.hand .tip:not([hidden])');
      const at = await hand.place('pay');
      expect(await hand.outcome(hand.act({ t: 'down', at, button: 0, clicks: 1, mods: 0 }))).toEqual({
        done: false,
        why: 'not-granted',
      });
      expect(await logOf(hand)).toEqual([]);
    },
  );

  test('something over the frame refuses, a masked or disabled frame too; then nothing is done in it', async () => {
    const hand = await open();
    await hand.run(['click', 'name']);
    await hand.visitor.page.evaluate(() => {
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.textContent = 'Cookies';
      cover.style.cssText = 'position:fixed;left:100px;top:150px;width:400px;height:60px;background:#fff;z-index:9';
      document.body.append(cover);
    });
    const refused = await hand.run(['click', 'pay']);
    expect(refused).toMatchObject({ done: false, why: 'covered' });
    expect(refused.what).toContain('Cookies');
    await hand.visitor.page.evaluate(() => document.querySelector('#cover')?.remove());
    await hand.visitor.page.$eval('#frame', (frame) => frame.setAttribute('data-tandem', 'disabled'));
    expect(await hand.run(['click', 'pay'])).toMatchObject({ done: false, why: 'disabled' });
    expect(await hand.run(['key', 'x'])).toMatchObject({ done: false, why: 'disabled' });
    expect((await logOf(hand)).filter((each) => each.startsWith('pay'))).toEqual([]);
    expect(await valueOf(hand, 'name')).toBe('');
  });

  test('the visitor in the frame goes first, and takes control back there by Escape twice', async () => {
    const hand = await open();
    await hand.run(['click', 'name']);
    const before = await hand.place('before');
    const frame = await hand.frame('/frame');
    await frame.evaluate(() => document.getElementById('last')?.focus());
    await hand.visitor.page.keyboard.type('x');
    // Heard by the page around, too.
    await until(async () => {
      await hand.visitor.page.keyboard.type('y');
      const done = await hand.outcome(hand.act({ t: 'wheel', at: before, dx: 0, dy: 1, mods: 0 }));
      return done.why === 'visitor-busy';
    });
    expect(hand.granted()).toEqual(['point on', 'control on']);
    await frame.evaluate(() => document.getElementById('last')?.focus());
    await hand.visitor.page.keyboard.press('Escape');
    await hand.visitor.page.keyboard.press('Escape');
    await until(() => hand.granted().includes('control off'));
    const late = await hand.outcome(hand.act({ t: 'key', key: 'a', code: 'KeyA', mods: 0 }));
    expect(late).toEqual({ done: false, why: 'not-granted' });
  });

  once('control that is taken back while acts wait for the frame: none of them is done', async () => {
    const hand = await open();
    await hand.run(['click', 'name']);
    const frame = await hand.frame('/frame');
    // Held until the page around has heard that control is over.
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    hand.relay.holds = (file) => (file === '/widget/held' ? released : undefined);
    const held = frame.evaluate((held) => {
      const request = new XMLHttpRequest();
      request.open('GET', held, false);
      request.send();
      return request.status;
    }, `${hand.relay.url}/widget/held`);
    await until(() => hand.relay.requests.includes('/widget/held'));
    const sent = [...'abcdef'].map((key) => hand.act({ t: 'key', key, code: '', mods: 0 }));
    hand.say({ t: 'hands', hands: [] });
    await hand.visitor.noUi('.granted button');
    release();
    expect(await held).toBe(404);
    const outcomes = await Promise.all(sent.map(hand.outcome));
    // The first had been told to the frame.
    expect(outcomes.slice(1)).toEqual(sent.slice(1).map(() => ({ done: false, why: 'not-granted' })));
    expect((await valueOf(hand, 'name')).length).toBeLessThan(2);
  });

  once('a frame that goes to another page, and comes back, is known again', async () => {
    const hand = await open();
    await hand.run(['click', 'pay']);
    const old = await hand.node('pay');
    await (await hand.frame('/frame')).evaluate(() => location.reload());
    const at = await until(async () => {
      const now = await hand.node('pay');
      return now !== old && now;
    });
    expect(await hand.run(['click', 'pay'])).toMatchObject({ done: true });
    expect(await hand.perform({ t: 'reveal', node: old })).toEqual({ done: false, why: 'gone' });
    expect(at).toBeGreaterThan(old);
  });
});
