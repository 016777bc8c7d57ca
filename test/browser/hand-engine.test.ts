// What the hand refuses, and what it answers; going elsewhere; pages that have replaced the browser's own functions.

import { afterEach, describe, expect, test } from 'vitest';
import type { Reason } from '../../protocol/hand.ts';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

inEachBrowser('the hand', (browser, name) => {
  let opened: HandPage;
  afterEach(async () => {
    expect(await opened.errors()).toEqual([]);
    await opened.close();
  });
  const open = async (html: string, files?: Record<string, string>) => {
    opened = await openHandPage(browser(), html, files);
  };
  const done = async (...steps: Step[]) => {
    const outcomes = await opened.run(...steps);
    expect(outcomes.filter((outcome) => !outcome.done)).toEqual([]);
    return outcomes;
  };
  /** Every kind of act on an element is refused alike, and the page hears nothing. */
  const HEARD = `<script>window.heard = [];
    for (const t of ['pointerdown', 'mousedown', 'click', 'input', 'change', 'keydown', 'mouseover', 'focusin'])
      addEventListener(t, (e) => heard.push(t + ' ' + e.target.id), true);</script>`;
  const refusedAs = async (why: Reason, ...steps: Step[]) => {
    for (const step of steps) expect(await opened.last(step), String(step)).toMatchObject({ done: false, why });
    expect(await opened.read('heard')).toEqual([]);
  };

  describe('refuses', () => {
    test('what is gone', async () => {
      await open(
        `<button id=b>x</button><select id=s><option>a</select><iframe id=f srcdoc="<button id=i>x</button>"></iframe>${HEARD}`,
      );
      await opened.page.waitForFunction(() => !!document.querySelector('iframe')?.contentDocument?.querySelector('#i'));
      const ids = await opened.read(`['#b', '#s', '#f >>> #i'].map((s) => hand.id(hand.find(s)))`);
      await opened.read(`b.remove(), s.remove(), f.remove()`);
      await refusedAs(
        'gone',
        ['click', ids[0]],
        ['move', ids[0]],
        ['choose', ids[1], 0],
        ['click', ids[2]],
        ['wheel', ids[0], 5],
        ['reveal', ids[0]],
        ['click', 4711],
      );
      expect(await opened.read('hand.it.pointOf({ node: 4711, x: 0, y: 0 })')).toBe(undefined);
    });

    test('what has no box, can’t be seen or can’t be scrolled to', async () => {
      await open(`<button id=a hidden>x</button><button id=b style="visibility:hidden">x</button>
        <button id=c style="position:absolute;left:-900px">x</button>
        <div style="overflow:hidden;width:50px;height:20px;contain:paint"><button id=d style="position:absolute;display:none">x</button></div>${HEARD}`);
      await refusedAs('hidden', ['click', '#a'], ['click', '#b'], ['click', '#c'], ['click', '#d']);
    });

    test('what something else covers, and says what; nothing hidden is in that', async () => {
      await open(`<div id=wrap style="position:relative;width:200px;height:40px"><button id=b>x</button>
        <div id=over role=dialog aria-label="Cookies" style="position:absolute;inset:0;background:#fff"></div></div>
        <div style="position:relative;width:200px;height:40px"><button id=b2>x</button>
        <div style="position:absolute;inset:0;background:#fff"><p style="margin:0;height:40px">Name <span data-tandem=mask>Anna</span> 4111 1111 1111 1111</p></div></div>
        <div style="position:relative;width:200px;height:40px"><button id=b3>x</button>
        <div data-tandem=mask style="position:absolute;inset:0;background:#fff">Anna</div></div>${HEARD}`);
      await refusedAs('covered', ['click', '#b'], ['click', '#b2'], ['move', '#b'], ['click', '#b3']);
      expect((await opened.last(['click', '#b'])).what).toBe('dialog “Cookies”');
      expect((await opened.last(['click', '#b2'])).what).toBe('p “Name •••• •••• •••• ••••”');
      expect((await opened.last(['click', '#b3'])).what).toBe('div');
    });

    test('what has come to lie within it since: a button in the text that was aimed at', async () => {
      await open(`<div id=text style="width:300px;height:100px">words</div>${HEARD}`);
      await done(['move', '#text']);
      await opened.read(`text.innerHTML = '<button style="width:300px;height:100px">Pay</button>', heard = []`);
      await refusedAs('covered', ['click', '#text']);
      expect((await opened.last(['click', '#text'])).what).toBe('button “Pay”');
    });

    test('what is behind a modal dialog, and in a frame that the page around covers', async () => {
      await open(`<button id=b>x</button><iframe id=f srcdoc="<button id=i>x</button>" style="position:absolute;top:200px;left:0"></iframe>
        <div id=c style="position:absolute;top:200px;left:0;width:400px;height:200px;background:red"></div><dialog id=d>d</dialog>${HEARD}`);
      await opened.page.waitForFunction(() => !!document.querySelector('iframe')?.contentDocument?.querySelector('#i'));
      await refusedAs('covered', ['click', '#f >>> #i']);
      await opened.read('d.showModal(), heard = []');
      await refusedAs('covered', ['click', '#b']);
      expect((await opened.last(['click', '#b'])).what).toMatch(/^dialog|^html/);
    });

    test('what is masked: no act, no key, no word of it', async () => {
      await open(`<div data-tandem=mask><button id=b>Secret</button><select id=s><option>a<option>b</select><input id=d type=date></div>
        <input id=p type=password value=hunter2><label id=l>Password <input type=password></label>
        <div id=e contenteditable>open <b data-tandem=mask id=m>secret</b></div>${HEARD}`);
      await refusedAs(
        'masked',
        ['click', '#b'],
        ['move', '#b'],
        ['choose', '#s', 1],
        ['set', '#d', '2026-01-01'],
        ['click', '#p'],
        ['click', '#l', { x: 0.05 }],
      );
      expect(await opened.run(['click', '#b'], ['click', '#p'])).toEqual(
        ['button', 'button', 'password field', 'password field'].map((what) => ({ done: false, why: 'masked', what })),
      );
      // The visitor has put the caret there.
      await opened.read(`hand.find('#p').focus(), heard = []`);
      await refusedAs('masked', ['key', 'a'], ['text', 'a'], ['key', 'Tab']);
      await opened.read(`e.focus(), getSelection().collapse(m.firstChild, 2), heard = []`);
      await refusedAs('masked', ['key', 'a'], ['text', 'a']);
      expect(await opened.read(`hand.find('#p').value`)).toBe('hunter2');
      const told = await done(['click', '#e', { x: 0.001 }], ['type', 'x']);
      expect(JSON.stringify(told)).not.toContain('secret');
      expect(told[2]?.now).toContain('open');
    });

    test('what is disabled, by the page or by the site', async () => {
      await open(`<button id=a disabled><b id=in>x</b></button><fieldset disabled><input id=b><a id=link href="#ok">link</a></fieldset>
        <div inert><button id=c>x</button></div><div data-tandem=disabled><button id=d>x</button><select id=s><option>a</select></div>${HEARD}`);
      await refusedAs(
        'disabled',
        ['click', '#a'],
        ['click', '#in'],
        ['click', '#b'],
        ['click', '#c'],
        ['click', '#d'],
        ['choose', '#s', 0],
      );
      await opened.read(`hand.find('#d').focus(), heard = []`);
      await refusedAs('disabled', ['key', 'Enter']);
      // A link there still works for the visitor.
      await done(['click', '#link']);
      expect(await opened.read('location.hash')).toBe('#ok');
    });

    test('what is ours: as a target and while it has the focus; what lies under it is reached', async () => {
      await open(
        `<div data-tandem-ui id=ui style="position:fixed;left:0;top:0;width:200px;height:60px"><button id=stop>Stop</button></div><button id=b>x</button>${HEARD}`,
      );
      await refusedAs('own-ui', ['click', '#stop'], ['move', '#stop']);
      // Operators do not see it: to them nothing covers the button.
      await done(['click', '#b']);
      expect(await opened.read('heard.some((line) => /click/.test(line))')).toBe(true);
      await opened.read(`stop; hand.find('#stop').focus(), heard = []`);
      await refusedAs('own-ui', ['key', 'Enter'], ['text', 'x']);
    });

    test('frames of another origin', async () => {
      await open(`<iframe id=f sandbox srcdoc="x"></iframe>${HEARD}`);
      await refusedAs('other-origin', ['click', '#f'], ['wheel', '#f', 10]);
    });

    test('acts that draw, which are not the hand’s', async () => {
      await open(`<p id=p>x</p>${HEARD}`);
      expect(await opened.read(`hand.it.perform({ t: 'unframe' })`)).toEqual({ done: false, why: 'not-possible' });
    });
  });

  test('the visitor’s own input comes first for a moment, and ends what the hand holds', async () => {
    await open(`<button id=b style="margin:100px">x</button><input id=f><p id=far style="margin-top:200px">far</p><script>window.log = [];
      for (const t of ['mouseup', 'click', 'pointercancel']) b.addEventListener(t, (e) => log.push(t + (e.isTrusted ? ' own' : '')));</script>`);
    const until = async (look: () => Promise<boolean>) => {
      while (!(await look()));
    };
    const isFree = async () => (await opened.last(['move', '#far'])).done;
    // For as long as the visitor holds a button; a press and keys wait for a moment before they are refused.
    await opened.page.mouse.move(300, 300);
    await opened.page.mouse.down();
    for (const step of [
      ['click', '#b'],
      ['key', 'a'],
      ['text', 'a'],
      ['wheel', '#far', 1],
      ['go', 'back'],
      ['visit', '/x'],
    ] as Step[])
      expect((await opened.run(step)).map(({ why }) => why)).toContain('visitor-busy');
    await opened.page.mouse.up();
    await until(isFree);
    // Events that a page makes are not the visitor's, nor are ours.
    await opened.read(
      `dispatchEvent(new KeyboardEvent('keydown', { key: 'a' })), dispatchEvent(new PointerEvent('pointerdown'))`,
    );
    await done(['click', '#f'], ['type', 'ab']);
    await done(['down', '#b']);
    await opened.page.mouse.click(300, 300);
    expect(await opened.read('log')).toEqual(['pointercancel', 'mouseup']);
    expect(await opened.last(['move', '#far'])).toMatchObject({ why: 'visitor-busy' });
    await until(isFree);
  });

  test('goes to pages of the same origin only, back and forward', async () => {
    const page = (text: string) =>
      `<p>${text}</p><script src=/hand.js></script><script>addEventListener('pageshow', (e) => { window.isBack = e.persisted; })</script>`;
    await open(page('one'), { '/two.html': page('two') });
    for (const url of [
      'https://example.com/',
      'javascript:alert(1)',
      'data:text/html,x',
      '//example.com/x',
      'http://127.0.0.1:1/',
      'blob:x',
    ])
      expect(await opened.last(['visit', url]), url).toMatchObject({ done: false, why: 'other-origin' });
    expect(await opened.last(['visit', 'http://['])).toMatchObject({ why: 'not-possible' });
    if (name === 'chromium') expect(await opened.last(['go', 'forward'])).toMatchObject({ why: 'not-possible' });
    const leave = async (...steps: Step[]) => {
      await opened.read('(window.isOld = true), (window.isBack = false)');
      expect(await opened.last(...steps)).toEqual({ done: true });
      for (;;) {
        // While it loads there may be no page to ask. One that comes back from the cache is the old one, shown again.
        const text = await opened
          .read('(!window.isOld || window.isBack) && window.hand && document.body.innerText.trim()')
          .catch(() => undefined);
        if (text) return text;
      }
    };
    expect(await leave(['visit', '/two.html'])).toBe('two');
    expect(await leave(['go', 'back'])).toBe('one');
    expect(await leave(['go', 'forward'])).toBe('two');
    expect(await leave(['go', 'reload'])).toBe('two');
  });

  test('brings an element into sight when asked to', async () => {
    await open('<div style="height:4000px"></div><p id=p>here</p><div style="height:4000px"></div>');
    await done(['reveal', '#p']);
    const { top, height } = await opened.read(
      '(({ top }) => ({ top, height: innerHeight }))(p.getBoundingClientRect())',
    );
    expect(top > 0 && top < height).toBe(true);
  });

  test('calls a picture or a word in a control by the control, and no picture by its tag', async () => {
    await open(`<button id=b aria-label="Add to basket"><svg width=22 height=22><path id=p d="M0 0h22v22H0z"/></svg></button>
      <a href="#x"><b id=w>Teapots</b></a><svg width=40 height=40><rect id=r width=40 height=40 /></svg>
      <button>Card <i id=m data-tandem=mask>4111</i></button>`);
    const [press, release] = await opened.run(['click', '#p']);
    expect([press, release]).toEqual(Array(2).fill({ done: true, what: 'button “Add to basket”' }));
    expect((await opened.run(['click', '#w']))[1]).toMatchObject({ what: 'link “Teapots”' });
    expect((await opened.run(['click', '#r']))[0]).toMatchObject({ what: 'image' });
    expect((await opened.run(['click', '#m']))[0]).toEqual({ done: false, why: 'masked', what: 'i' });
  });

  test('card-like numbers in a field do not leave in an answer', async () => {
    await open('<input id=f>');
    const outcomes = await done(['click', '#f'], ['type', '4111111111111111']);
    expect(outcomes[outcomes.length - 1]?.now).toMatch(/^411111•+$|^•+$/);
  });

  test('pages that have replaced what the hand works with, and that stop every event', async () => {
    await open(`<script>
      window.calls = [];
      const lie = (owner, name, value) => Object.defineProperty(owner, name, { configurable: true, ...value(name) });
      for (const [owner, names] of [[EventTarget.prototype, ['dispatchEvent']], [HTMLElement.prototype, ['focus', 'blur', 'click']], [Element.prototype, ['getBoundingClientRect', 'scrollIntoView']], [Document.prototype, ['execCommand', 'elementFromPoint']]])
        for (const name of names) lie(owner, name, (name) => ({ value() { calls.push(name); } }));
      for (const Class of [HTMLInputElement, HTMLTextAreaElement]) lie(Class.prototype, 'value', () => ({ get: () => 'lie', set() { calls.push('value'); } }));
      for (const t of ['input', 'keydown', 'click', 'mousedown', 'beforeinput']) addEventListener(t, (e) => e.stopImmediatePropagation(), true);
      </script><input id=f><input id=r type=range><input id=c type=checkbox>`);
    await done(['click', '#f'], ['type', 'ab'], ['key', 'Home'], ['type', '1'], ['set', '#r', '7'], ['click', '#c']);
    const value = `(() => { const f = document.body.appendChild(document.createElement('iframe'));
      const get = Object.getOwnPropertyDescriptor(f.contentWindow.HTMLInputElement.prototype, 'value').get; const all = ['#f', '#r'].map((s) => get.call(document.querySelector(s)));
      f.remove(); return [...all, document.querySelector('#c').checked, calls.join()]; })()`;
    expect(await opened.read(value)).toEqual(['1ab', '7', true, '']);
  });

  if (name === 'chromium')
    test('what a browser does for the visitor only: choosing files, new windows', async () => {
      await open(`<input id=f type=file><label id=l for=f>Upload</label><button id=b onclick="document.getElementById('f').click()">b</button>
        <a id=a href="/x" target=_blank>new</a><a id=own href="#here" target=_self>own</a><a id=p href="/x" target=_blank onclick="event.preventDefault()">own way</a>`);
      // puppeteer's evaluate counts as the visitor's own press: this way it does not.
      const client = await opened.page.createCDPSession();
      const run = async (step: Step) => {
        const { result } = await client.send('Runtime.evaluate', {
          expression: `hand.run([${JSON.stringify(step)}]).then((all) => all[1])`,
          awaitPromise: true,
          returnByValue: true,
          userGesture: false,
        });
        return result.value;
      };
      await client.send('Runtime.evaluate', {
        expression:
          'new Promise((done) => { const look = () => navigator.userActivation.isActive ? setTimeout(look, 50) : done(); look(); })',
        awaitPromise: true,
      });
      for (const on of ['#f', '#l', '#b', '#a'])
        expect(await run(['click', on]), on).toMatchObject({ done: false, why: 'needs-visitor' });
      for (const on of ['#own', '#p']) expect(await run(['click', on]), on).toMatchObject({ done: true });
    });
});
