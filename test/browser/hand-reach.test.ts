// What the hand may not touch, reached for in roundabout ways: a label that presses, a form that submits, keys that choose,
// undo, a selection around it, a page that moves the focus under the operator's hands; and what is the visitor's alone.

import { afterEach, describe, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

const CONTROL = 2;
const SHIFT = 8;

/** What is pressed and submitted, in order. */
const HEARD = `<script>
  window.heard = [];
  addEventListener('click', (e) => heard.push('click ' + e.target.id), true);
  addEventListener('submit', (e) => { e.preventDefault(); heard.push('submit ' + e.target.id); });
</script>`;

inEachBrowser('the hand in roundabout ways', (browser, name) => {
  let opened: HandPage;
  afterEach(async () => {
    expect(await opened.errors()).toEqual([]);
    await opened.close();
  });
  const open = async (html: string) => {
    opened = await openHandPage(browser(), html);
  };
  const done = async (...steps: Step[]) => {
    const outcomes = await opened.run(...steps);
    expect(outcomes.filter((outcome) => !outcome.done)).toEqual([]);
    return outcomes;
  };
  const heard = () => opened.read('heard');

  describe('what is pressed through something else', () => {
    test('a label of a button, a switch of the page’s own or a field, also around another label', async () => {
      await open(`<label id=l1 for=b1>One</label><button id=b1 data-tandem=disabled>x</button>
        <label id=l2 for=b2>Two</label><button id=b2 data-tandem=mask>x</button>
        <label id=l3 for=own>Three</label><my-switch id=own data-tandem=disabled>x</my-switch>
        <label id=l4 for=b1>Four <span id=s4></span></label>
        <label id=l5 for=b5>Five</label><button id=b5>x</button><input id=i6><script>
          customElements.define('my-switch', class extends HTMLElement { static formAssociated = true; });
          const inner = document.createElement('label');
          inner.textContent = 'inner'; inner.htmlFor = 'i6'; inner.id = 'l6'; s4.append(inner);
        </script>${HEARD}`);
      for (const [on, why] of [
        ['#l1', 'disabled'],
        ['#l2', 'masked'],
        ['#l3', 'disabled'],
        ['#l4', 'disabled'],
        ['#l6', 'disabled'],
      ] as const)
        expect(await opened.last(['click', on, { x: 0.05 }]), on).toMatchObject({ done: false, why });
      expect(await heard()).toEqual([]);
      const suggested = await opened.read(
        `['#l1', '#l2'].map((on) => hand.it.suggested(hand.place(on), { t: 'click' }).why)`,
      );
      expect(suggested).toEqual(['disabled', 'masked']);
      await done(['click', '#l5']);
      expect(await heard()).toEqual(['click l5', 'click b5']);
    });

    test('Enter in a field, whose form has a button that is marked, masked or inert', async () => {
      await open(`<form id=f1><input id=i1><button data-tandem=disabled>Pay</button></form>
        <form id=f2><input id=i2><span data-tandem=mask><button>Pay</button></span></form>
        <form id=f3><input id=i3><div inert><button>Pay</button></div></form>
        <form id=f4 data-tandem=disabled></form><input id=i4 form=f4>
        <form id=f5><input id=i5><button>Pay</button></form>${HEARD}`);
      for (const [at, why] of ['', 'disabled', 'masked', 'disabled', 'disabled'].entries())
        if (at > 0)
          expect(await opened.last(['click', `#i${at}`], ['key', 'Enter']), `${at}`).toMatchObject({
            done: false,
            why,
          });
      expect((await heard()).filter((line: string) => /submit/.test(line))).toEqual([]);
      await done(['click', '#i5'], ['key', 'Enter']);
      expect(await heard()).toContain('submit f5');
    });

    test('arrows go past radio buttons that are marked or masked', async () => {
      await open(`<input type=radio name=r id=a checked><input type=radio name=r id=b data-tandem=disabled>
        <span data-tandem=mask><input type=radio name=r id=c></span><input type=radio name=r id=d>`);
      const chosen = () => opened.read(`document.querySelector('input:checked').id`);
      await done(['click', '#a'], ['key', 'ArrowDown']);
      expect(await chosen()).toBe('d');
      await done(['key', 'ArrowUp']);
      expect(await chosen()).toBe('a');
    });

    test('options that are marked or masked: picked, suggested, by keys, in lists and groups', async () => {
      await open(`<select id=s><option>a<option data-tandem=disabled>b<option data-tandem=mask>c
          <optgroup data-tandem=disabled label=g><option>d</optgroup><option>e</select>
        <select id=m multiple size=7><option>a<option selected data-tandem=disabled>b<option data-tandem=disabled>c<option id=md>d</select>`);
      for (const index of [1, 2, 3]) {
        expect(await opened.last(['choose', '#s', index])).toMatchObject({ done: false, why: 'not-possible' });
        const suggested = `hand.it.suggested(hand.place('#s'), { t: 'choose', options: [${index}] }).why`;
        expect(await opened.read(suggested)).toBe('not-possible');
      }
      expect(await opened.read('s.value')).toBe('a');
      await done(['choose', '#s', 0], ['key', 'ArrowDown']);
      expect(await opened.read('s.value')).toBe('e');
      await done(['type', 'bcd']);
      expect(await opened.read('s.value')).toBe('e');
      const many = () => opened.read('[...m.selectedOptions].map((option) => option.text).join("")');
      expect(await opened.last(['choose', '#m', 0, 2])).toMatchObject({ done: false, why: 'not-possible' });
      expect(await many()).toBe('b');
      // What can't be chosen can't be given up.
      await done(['choose', '#m', 0]);
      expect(await many()).toBe('ab');
      await done(['click', '#m option'], ['click', '#md', { mods: SHIFT }]);
      expect(await many()).toBe('abd');
    });

    test('what is switched off while the pointer comes to it', async () => {
      await open(`<button id=b onpointerover="this.dataset.tandem = 'disabled'">x</button>
        <label id=l for=b2 onpointerover="b2.dataset.tandem = 'mask'">l</label><button id=b2>x</button>${HEARD}`);
      expect(await opened.last(['click', '#b'])).toMatchObject({ done: false, why: 'disabled' });
      expect(await opened.last(['click', '#l'])).toMatchObject({ done: false, why: 'masked' });
      expect(await heard()).toEqual([]);
    });

    test('a file that is dropped on a hidden part of what takes it', async () => {
      await open(`<div id=zone><p data-tandem=mask style="height:80px">SECRET</p></div><script>window.heard = [];
        for (const type of ['dragenter', 'dragover', 'drop']) zone.addEventListener(type, (e) => { e.preventDefault(); heard.push(type); });
        </script>`);
      const put = `(() => {
          const name = 'a.txt', type = 'text/plain';
          const target = hand.it.fileTarget({ t: 'giveFile', id: 1, at: hand.place('#zone'), name, type });
          return target.put({ name, type, bytes: new ArrayBuffer(1) });
        })()`;
      expect(await opened.read(put)).toMatchObject({ done: false, why: 'masked' });
      expect(await heard()).toEqual([]);
    });

    test('Escape leaves a dialog and a popover that are marked', async () => {
      await open(`<dialog id=d data-tandem=disabled>d</dialog><div id=p popover data-tandem=disabled>p</div><button id=b>b</button>
        <script>d.showModal(); document.activeElement.blur(); p.showPopover();</script>`);
      expect(await opened.last(['key', 'Escape'])).toMatchObject({ done: false, why: 'disabled' });
      await opened.read('p.hidePopover()');
      expect(await opened.last(['key', 'Escape'])).toMatchObject({ done: false, why: 'disabled' });
      expect(await opened.read('d.open')).toBe(true);
    });
  });

  describe('undo and redo', () => {
    const visitorWrites = async (...fields: [id: string, text: string][]) => {
      for (const [id, text] of fields) {
        await opened.page.focus(`#${id}`);
        await opened.page.keyboard.type(text);
      }
      // For as long as they are the visitor's, the operator's acts are refused.
      while (!(await opened.last(['move', '#p'])).done);
    };
    const undo: Step = ['key', 'z', CONTROL, 'KeyZ'];
    const redo: Step = ['key', 'Z', CONTROL | SHIFT, 'KeyZ'];

    test('take back what the operator has done in this field, and nothing of the visitor’s anywhere', async () => {
      await open(`<p id=p>p</p><input id=a><input id=b><input id=s type=password><input id=n data-tandem=mask>`);
      await done(['click', '#b'], ['type', 'other']);
      await visitorWrites(['s', 'secret'], ['n', 'private'], ['a', 'mine']);
      const values = () => opened.read('[a.value, b.value, s.value, n.value, document.activeElement.id]');
      await done(['click', '#a'], undo, undo, redo);
      expect(await values()).toEqual(['mine', 'other', 'secret', 'private', 'a']);
      await done(['key', 'End'], ['type', ' one two'], undo);
      expect(await values()).toEqual(['mine one', 'other', 'secret', 'private', 'a']);
      await done(undo, undo, undo);
      expect((await values())[0]).toBe('mine');
      await done(redo, redo, redo);
      expect((await values())[0]).toBe('mine one two');
      // Changed since: left as it is.
      await opened.read(`a.value = 'page'`);
      expect(await opened.last(undo)).toMatchObject({ done: false, why: 'not-possible' });
      expect(await values()).toEqual(['page', 'other', 'secret', 'private', 'a']);
      await done(['click', '#b'], undo);
      expect(await values()).toEqual(['page', '', 'secret', 'private', 'b']);
    });

    test('in an editor, and as the page wants it', async () => {
      await open(`<p id=p>p</p><div id=e contenteditable><b>bold</b> text</div><input id=f><script>
        window.kinds = []; f.addEventListener('beforeinput', (e) => kinds.push(e.inputType));
        f.addEventListener('beforeinput', (e) => { if (e.inputType === 'historyRedo') e.preventDefault(); });</script>`);
      const before = await opened.read('e.innerHTML');
      await done(['click', '#e'], ['key', 'a', CONTROL, 'KeyA'], ['key', 'Delete'], ['type', 'x'], undo, undo);
      expect(await opened.read('e.innerHTML')).toBe(before);
      await done(['click', '#f'], ['type', 'x'], undo, redo);
      expect(await opened.read('f.value')).toBe('');
      expect(await opened.read(`kinds.filter((kind) => /history/.test(kind))`)).toEqual(['historyUndo', 'historyRedo']);
    });
  });

  describe('an editor with a hidden piece', () => {
    const EDITOR = `<div id=e contenteditable style="font:20px monospace">Hello <b id=m data-tandem=mask>SECRET</b> end</div>
      <script>window.keys = []; e.addEventListener('keydown', (event) => keys.push(event.key));</script>`;
    const MARKUP = 'Hello <b id="m" data-tandem="mask">SECRET</b> end';
    const caret = (where: string) => opened.read(`e.focus(), getSelection().${where}, undefined`);
    const markup = async () => (await opened.read('e.innerHTML')).replace(/&nbsp;/g, ' ');
    const refused = async (...steps: Step[]) => {
      for (const step of steps) {
        const { done, why, what } = await opened.last(step);
        expect({ done, why, what }, String(step)).toEqual({ done: false, why: 'masked', what: undefined });
      }
      expect(await markup()).toBe(MARKUP);
      // Nor has an editor heard of it that does its own edits.
      expect(await opened.read('keys')).toEqual([]);
    };

    test('around what is selected', async () => {
      await open(EDITOR);
      for (const where of ['selectAllChildren(e)', 'setBaseAndExtent(e.firstChild, 2, e.lastChild, 2)']) {
        await caret(where);
        await refused(
          ['key', 'Delete'],
          ['key', 'Backspace'],
          ['key', 'x'],
          ['key', 'Enter'],
          ['key', 'b', CONTROL, 'KeyB'],
          ['key', 'x', CONTROL, 'KeyX'],
          ['text', 'words'],
          ['text', 'words', true],
        );
      }
    });

    test('next to the caret', async () => {
      await open(EDITOR);
      await caret('collapse(e.lastChild, 0)');
      await refused(['key', 'Backspace'], ['key', 'Backspace', CONTROL], ['key', 'x'], ['key', 'z', CONTROL, 'KeyZ']);
      await caret('collapse(e.firstChild, 6)');
      await refused(['key', 'Delete'], ['key', 'Delete', CONTROL]);
      // Away from it everything is as ever.
      await caret('collapse(e.firstChild, 0)');
      await done(['type', 'Oh '], ['key', 'Delete']);
      await caret('collapse(e.lastChild, 3)');
      await done(['key', 'Backspace']);
      expect(await markup()).toBe(MARKUP.replace('Hello', 'Oh ello').replace('end', 'ed'));
    });

    test('in paragraphs that would be joined, and beside a piece that takes no text', async () => {
      await open(`<div id=e contenteditable><p data-tandem=mask>SECRET</p><p id=p>open</p></div>
        <div id=c contenteditable>a<b data-tandem=mask contenteditable=false>SECRET</b>b</div>
        <div id=h contenteditable>a<span id=own contenteditable=false></span>b</div>
        <script>own.attachShadow({ mode: 'open' }).innerHTML = '<b data-tandem=mask>SECRET</b>'</script>`);
      await opened.read('e.focus(), getSelection().collapse(p.firstChild, 0)');
      expect(await opened.last(['key', 'Backspace'])).toMatchObject({ done: false, why: 'masked' });
      await done(['type', 'x']);
      expect(await opened.read('e.innerHTML')).toBe('<p data-tandem="mask">SECRET</p><p id="p">xopen</p>');
      await opened.read('c.focus(), getSelection().collapse(c.lastChild, 0)');
      expect(await opened.last(['key', 'Backspace'])).toMatchObject({ done: false, why: 'masked' });
      await done(['type', 'x']);
      expect(await opened.read('c.textContent')).toBe('aSECRETxb');
      await opened.read('h.focus(), getSelection().selectAllChildren(h)');
      expect(await opened.last(['key', 'Delete'])).toMatchObject({ done: false, why: 'masked' });
    });

    test('and words that an operator suggests for all of it', async () => {
      await open(EDITOR);
      const does = `{ t: 'text', text: 'new' }`;
      expect(await opened.read(`hand.it.suggested(hand.place('#e'), ${does})`)).toEqual({ done: false, why: 'masked' });
      const act = `{ t: 'suggest', id: 1, at: hand.place('#e'), does: ${does} }`;
      expect(await opened.read(`hand.it.perform(${act}, { isAccepted: true })`)).toEqual({
        done: false,
        why: 'masked',
      });
      expect(await markup()).toBe(MARKUP);
    });

    if (name === 'chromium')
      test('in a shadow root', async () => {
        await open(`<div id=h></div><script>h.attachShadow({ mode: 'open' }).innerHTML =
          '<div id=e contenteditable>Hello <b data-tandem=mask>SECRET</b> end</div>';</script>`);
        await done(['click', '#h >>> #e', { x: 0.01 }], ['key', 'a', CONTROL, 'KeyA']);
        expect(await opened.last(['key', 'Delete'])).toMatchObject({ done: false, why: 'masked' });
        expect(await opened.read(`h.shadowRoot.querySelector('#e').textContent`)).toBe('Hello SECRET end');
      });
  });

  describe('a page that moves the focus under the operator’s hands', () => {
    const FIELDS =
      '<input id=a aria-label=Name><input id=s type=password aria-label=Secret><input id=o aria-label=Other>';
    const MASKED = { done: false, why: 'masked', what: 'password field' };
    const values = () => opened.read('[a.value, s.value, o.value]');

    test.each(['keydown', 'keypress', 'beforeinput'])('on %s, to what is masked', async (type) => {
      await open(
        `${FIELDS}<script>window.up = []; s.onkeyup = (e) => up.push(e.key); a.addEventListener('${type}', () => s.focus());</script>`,
      );
      expect(await opened.last(['click', '#a'], ['key', 'x'])).toEqual(MASKED);
      expect(await values()).toEqual(['', '', '']);
      expect(await opened.read('up')).toEqual([]);
    });

    test.each(['beforeinput', 'paste'])('on %s, while text goes in', async (type) => {
      await open(`${FIELDS}<script>a.addEventListener('${type}', () => s.focus())</script>`);
      expect(await opened.last(['click', '#a'], ['text', 'hello', true])).toEqual(MASKED);
      expect(await values()).toEqual(['', '', '']);
    });

    test('to another field: what is typed there is told of there', async () => {
      await open(`${FIELDS}<script>a.addEventListener('keydown', () => o.focus())</script>`);
      expect(await opened.last(['click', '#a'], ['key', 'x'])).toMatchObject({
        done: true,
        what: 'text field “Other”',
        was: '',
        now: 'x',
      });
      expect(await values()).toEqual(['', '', 'x']);
    });

    test('on focus, while a suggestion is carried out', async () => {
      await open(`${FIELDS}<script>a.addEventListener('focus', () => s.focus())</script>`);
      const act = `{ t: 'suggest', id: 1, at: hand.place('#a'), does: { t: 'text', text: 'new' } }`;
      expect(await opened.read(`hand.it.perform(${act}, { isAccepted: true })`)).toEqual(MASKED);
      expect(await values()).toEqual(['', '', '']);
    });

    test('or masks the field itself', async () => {
      await open(
        `${FIELDS}<script>a.addEventListener('keydown', () => a.setAttribute('data-tandem', 'mask'))</script>`,
      );
      expect(await opened.last(['click', '#a'], ['key', 'x'])).toMatchObject({ done: false, why: 'masked' });
      expect(await values()).toEqual(['', '', '']);
    });
  });

  test('a choice of files and new windows are the visitor’s, also where they have just pressed something', async () => {
    await open(`<p id=p>p</p><input id=f type=file><label id=l for=f>Upload</label><a id=a href="/x" target=_blank>new</a>
      <a id=plain href="#there">plain</a><button id=w onclick="window.got = window.open('/x')">w</button>
      <button id=early onmousedown="window.open('/x')">early</button>
      <a id=stopped href="/x" target=_blank onclick="event.stopPropagation()">stopped</a>
      <a id=own href="/x" target=_blank onclick="event.preventDefault()">own way</a>
      <a id=framed href="about:blank#in" target=frame>framed</a><iframe name=frame></iframe>
      <form id=t target=_blank action="/x"><button id=b>go</button></form>`);
    const others = async () => (await browser().pages()).length;
    const before = await others();
    const isActive = () => opened.read('navigator.userActivation.isActive');
    const press = async () => {
      await opened.page.mouse.click(300, 300);
      while (!(await opened.last(['move', '#p'])).done);
      expect(await isActive()).toBe(true);
    };
    const NOT = { done: false, why: 'needs-visitor' };
    for (const step of [
      ['click', '#f'],
      ['click', '#l'],
      ['click', '#a'],
      ['click', '#stopped'],
      ['click', '#w'],
      ['click', '#early'],
      ['click', '#b'],
      ['click', '#a', { button: 1 }],
      ['click', '#plain', { mods: CONTROL }],
    ] as Step[]) {
      await press();
      expect(await opened.last(step), String(step)).toMatchObject(NOT);
      expect(await isActive(), String(step)).toBe(true);
    }
    await press();
    expect(await opened.last(['click', '#a'], ['key', 'Enter'])).toMatchObject(NOT);
    expect(await opened.read('got')).toBe(null);
    await done(['click', '#own'], ['click', '#framed'], ['click', '#plain']);
    await opened.page.waitForFunction(() => location.hash === '#there' && frames[0]?.location.hash === '#in');
    expect(await others()).toBe(before);
  });
});
