// The hand's keys: what a browser does by itself when a person presses one.

import { afterEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

const CONTROL = 2;
const SHIFT = 8;

inEachBrowser('the hand’s keys', (browser) => {
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
  };
  const focusAfter = async (...steps: Step[]) => {
    await done(...steps);
    return opened.read(`(() => { let a = document.activeElement; while (a.shadowRoot?.activeElement ?? a.contentDocument?.activeElement)
      a = a.shadowRoot?.activeElement ?? a.contentDocument.activeElement; return a.id; })()`);
  };

  test('Enter submits a form: by its button, by its only field, not by a disabled button, not past a check', async () => {
    await open(`<script>window.log = [];
        addEventListener('submit', (e) => { e.preventDefault(); log.push(e.target.id + ' ' + (e.submitter?.id ?? '')); });</script>
      <form id=one><input id=i1></form>
      <form id=two><input id=i2><input><button type=button>no</button><button id=go>yes</button></form>
      <form id=three><input id=i3><button disabled>x</button></form>
      <form id=four><input id=i4><input></form>
      <form id=five><input id=i5 required><button>x</button></form>
      <form id=six><input id=i6 onkeydown="event.preventDefault()"><button>x</button></form>`);
    for (const at of [1, 2, 3, 4, 5, 6]) await done(['click', `#i${at}`], ['key', 'Enter']);
    expect(await opened.read('log')).toEqual(['one ', 'two go']);
    await done(['click', '#i5'], ['type', 'a'], ['key', 'Enter']);
    expect(await opened.read('log.length')).toBe(3);
  });

  test('a form with fields named as its own methods', async () => {
    await open(
      `<form id=f action="#sent"><input id=i name=requestSubmit><input type=hidden name=elements><input type=hidden name=submit></form>`,
    );
    await opened.read(`document.addEventListener('submit', (e) => { e.preventDefault(); window.sent = true; })`);
    await done(['click', '#i'], ['key', 'Enter']);
    expect(await opened.read('window.sent')).toBe(true);
  });

  test('Enter and Space press what has the focus, once; Space when it goes up', async () => {
    await open(`<button id=b>b</button><a id=a href="#there">a</a><input id=c type=checkbox><details id=d><summary id=s>s</summary>x</details>
      <button id=n onkeydown="event.preventDefault()">n</button><script>window.log = [];
      for (const id of 'bacsn') for (const t of ['keyup', 'click']) document.getElementById(id).addEventListener(t, () => log.push(t + ' ' + id));
    </script>`);
    const press = (id: string, key: string) =>
      opened.read(`hand.find('#${id}').focus()`).then(() => done(['key', key]));
    await press('b', 'Enter');
    await press('b', ' ');
    await press('a', 'Enter');
    await press('c', ' ');
    await press('s', ' ');
    await press('n', ' ');
    await press('n', 'Enter');
    expect(await opened.read('log')).toEqual([
      'click b',
      'keyup b',
      'keyup b',
      'click b',
      'click a',
      'keyup a',
      'keyup c',
      'click c',
      'keyup s',
      'click s',
      'keyup n',
      'keyup n',
    ]);
    expect(await opened.read('[location.hash, c.checked, d.open]')).toEqual(['#there', true, true]);
  });

  test('Tab: by tabindex, through shadow roots, slots and frames, past what is hidden, disabled or ours, and back', async () => {
    await open(
      `<input id=i1><button disabled>x</button><input hidden><div style="visibility:hidden"><input></div><div inert><input></div>
      <div data-tandem-ui><button>ours</button></div><input tabindex=-1><a>no link</a>
      <my-box id=h><input id=slotted slot=s></my-box><iframe id=f srcdoc="<input id=framed>"></iframe>
      <input type=radio name=r id=r1><input type=radio name=r id=r2 checked><div id=e contenteditable>e</div><div tabindex=0 id=t>t</div>
      <details><summary id=s>s</summary><input></details><input id=first tabindex=1>
      <script>customElements.define('my-box', class extends HTMLElement { constructor() { super();
        this.attachShadow({ mode: 'open' }).innerHTML = '<input id=in1><slot name=s></slot><input id=in2>'; } });</script>`,
    );
    await opened.page.waitForFunction(
      () => !!document.querySelector('iframe')?.contentDocument?.querySelector('#framed'),
    );
    const seen: string[] = [];
    for (let at = 0; at < 12; at++) seen.push(await focusAfter(['key', 'Tab']));
    expect(seen).toEqual(['first', 'i1', 'in1', 'slotted', 'in2', 'framed', 'r2', 'e', 't', 's', 'first', 'i1']);
    expect(await focusAfter(['key', 'Tab', SHIFT], ['key', 'Tab', SHIFT])).toBe('s');
    // From where the press was.
    expect(await focusAfter(['click', '#h >>> #in2'], ['key', 'Tab', SHIFT])).toBe('slotted');
  });

  test('Tab selects what is in the field, fires change, stays in a dialog, and does nothing when prevented', async () => {
    await open(`<input id=a><input id=b value=old><dialog id=d><input id=c><button id=x>x</button></dialog><script>window.log = [];
      addEventListener('change', (e) => log.push(e.target.id));</script>`);
    await done(['click', '#a'], ['type', 'q'], ['key', 'Tab'], ['type', 'n']);
    expect(await opened.read('[a.value, b.value, log.join()]')).toEqual(['q', 'n', 'a']);
    await opened.read('d.showModal()');
    expect(await focusAfter(['key', 'Tab'], ['key', 'Tab'])).toBe('c');
    await opened.read(`addEventListener('keydown', (e) => e.preventDefault(), { once: true })`);
    expect(await focusAfter(['key', 'Tab'])).toBe('c');
  });

  test('Escape closes what is on top: a popover, then a dialog, unless the page objects', async () => {
    await open(`<dialog id=d>text <div id=p popover>pop</div></dialog><script>d.showModal(); p.showPopover();
      window.objecting = true; d.addEventListener('cancel', (e) => { if (objecting) e.preventDefault(); });</script>`);
    await done(['key', 'Escape']);
    expect(await opened.read('[p.matches(":popover-open"), d.open]')).toEqual([false, true]);
    await done(['key', 'Escape']);
    expect(await opened.read('d.open')).toBe(true);
    await opened.read('objecting = false');
    await done(['key', 'Escape']);
    expect(await opened.read('d.open')).toBe(false);
  });

  test('a button with popovertarget, and a dialog opened by a button', async () => {
    await open(`<button id=b popovertarget=p>b</button><div id=p popover>pop</div>`);
    await done(['click', '#b']);
    expect(await opened.read('p.matches(":popover-open")')).toBe(true);
  });

  test('the caret in fields: by sign, word, to the ends; with Shift it selects; words are deleted whole', async () => {
    await open(
      '<input id=f value="one two three"><textarea id=t rows=4 cols=30>first line\nsecond line\nthird</textarea>',
    );
    const at = (id: string) => opened.read(`[${id}.selectionStart, ${id}.selectionEnd]`);
    await done(['click', '#f'], ['key', 'Home'], ['key', 'ArrowRight'], ['key', 'ArrowRight', CONTROL]);
    expect(await at('f')).toEqual([3, 3]);
    await done(['key', 'ArrowRight', CONTROL | SHIFT]);
    expect(await at('f')).toEqual([3, 7]);
    await done(['key', 'ArrowLeft']);
    expect(await at('f')).toEqual([3, 3]);
    await done(['key', 'End'], ['key', 'ArrowLeft', SHIFT], ['key', 'ArrowLeft', SHIFT], ['key', 'ArrowRight', SHIFT]);
    expect(await at('f')).toEqual([12, 13]);
    await done(['key', 'End'], ['key', 'Backspace', CONTROL], ['key', 'Home'], ['key', 'Delete', CONTROL]);
    expect(await opened.read('f.value.trim()')).toBe('two');
    await done(
      ['click', '#t'],
      ['key', 'Home', CONTROL],
      ['key', 'ArrowDown'],
      ['key', 'ArrowRight'],
      ['key', 'End', SHIFT],
    );
    expect(await at('t')).toEqual([12, 22]);
    await done(['key', 'ArrowUp'], ['key', 'Home'], ['type', '!']);
    expect(await opened.read('t.value.split("\\n").findIndex((line) => line.startsWith("!")) >= 0')).toBe(true);
  });

  test('the caret in an editor, and everything selected', async () => {
    await open('<div id=e contenteditable style="width:400px">one two<br>three</div>');
    await done(
      ['click', '#e'],
      ['key', 'Home', CONTROL],
      ['type', '1'],
      ['key', 'End', CONTROL],
      ['type', '2'],
      ['key', 'ArrowLeft', CONTROL],
      ['type', '3'],
    );
    expect((await opened.read('e.innerText')).replace(/\n/g, '|')).toBe('1one two|3three2');
    await done(['key', 'a', CONTROL], ['key', 'Delete']);
    expect(await opened.read('e.innerText.trim()')).toBe('');
  });

  test('radio buttons and lists by arrows and letters', async () => {
    await open(`<input type=radio name=r id=r1 checked><input type=radio name=r disabled><input type=radio name=r id=r3>
      <select id=s><option>apple<option>banana<option disabled>berry<option>cherry</select>`);
    expect(await focusAfter(['click', '#r1'], ['key', 'ArrowDown'])).toBe('r3');
    expect(await opened.read('r3.checked')).toBe(true);
    await done(['click', '#s'], ['key', 'ArrowDown'], ['key', 'ArrowDown']);
    expect(await opened.read('s.value')).toBe('cherry');
    await done(['type', 'b']);
    expect(await opened.read('s.value')).toBe('banana');
  });

  test('the page scrolls by arrows, pages, Space and to its ends; not when a handler says no', async () => {
    await open('<body style="margin:0"><div style="height:5000px">long</div>');
    const y = async (...keys: Step[]) => {
      await done(...keys);
      return opened.read('Math.round(scrollY)');
    };
    expect(await y(['key', 'ArrowDown'])).toBe(40);
    const page = await y(['key', 'PageDown']);
    expect(page).toBeGreaterThan(500);
    expect(await y(['key', 'PageUp'])).toBe(40);
    expect(await y(['key', ' '])).toBe(page);
    expect(await y(['key', ' ', SHIFT])).toBe(40);
    expect(await y(['key', 'End'])).toBe(
      await opened.read('Math.round(document.documentElement.scrollHeight - innerHeight)'),
    );
    expect(await y(['key', 'Home'])).toBe(0);
    await opened.read(`addEventListener('keydown', (e) => e.preventDefault())`);
    expect(await y(['key', 'PageDown'])).toBe(0);
  });

  test('keys follow the focus that a handler moves: a code in four boxes', async () => {
    await open(`<div id=o>${'<input maxlength=1>'.repeat(4)}</div><script>
      o.addEventListener('input', (e) => e.target.nextElementSibling?.focus());
      o.addEventListener('keydown', (e) => { if (e.key === 'Backspace' && !e.target.value) e.target.previousElementSibling?.focus(); });</script>`);
    await done(['click', '#o input'], ['type', '1234']);
    expect(await opened.read('[...o.children].map((i) => i.value).join("")')).toBe('1234');
    await done(['key', 'Backspace'], ['key', 'Backspace']);
    expect(await opened.read('[...o.children].map((i) => i.value).join("")')).toBe('12');
  });

  test('shortcuts reach the page; what the clipboard would need is said', async () => {
    await open(
      `<input id=f value=x><script>window.log = []; addEventListener('keydown', (e) => { if (e.ctrlKey && e.key === 'k') { e.preventDefault(); log.push(e.code); } });</script>`,
    );
    await done(['click', '#f'], ['key', 'k', CONTROL, 'KeyK']);
    expect(await opened.read('[log.join(), f.value]')).toEqual(['KeyK', 'x']);
    expect(await opened.last(['key', 'c', CONTROL, 'KeyC'])).toMatchObject({ done: false, why: 'needs-visitor' });
  });
});
