// The hand and fields: plain ones of every kind, and those that a framework controls; read from the page's own state.

import { afterEach, describe, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { reactPage, sveltePage } from '../support/hand-frameworks.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

/** All that fields tell, in order. */
const LOG = `<script>
  window.log = [];
  for (const t of ['beforeinput', 'input', 'change']) document.addEventListener(t, (e) => log.push([t, e.target.id, e.inputType].filter(Boolean).join(' ')), true);
</script>`;

inEachBrowser('the hand and fields', (browser, name) => {
  let opened: HandPage;
  afterEach(async () => {
    expect(await opened.errors()).toEqual([]);
    await opened.close();
  });
  const open = async (html: string, script?: string) => {
    opened = await openHandPage(browser(), html);
    if (script) await opened.page.addScriptTag({ content: script });
  };
  const done = async (...steps: Step[]) => {
    const outcomes = await opened.run(...steps);
    expect(outcomes.filter((outcome) => !outcome.done)).toEqual([]);
    return outcomes;
  };
  const value = (selector: string) => opened.read(`hand.find(${JSON.stringify(selector)}).value`);

  test.each(['text', 'search', 'tel', 'url', 'email', 'number', 'textarea'])(
    'typing and correcting in a field: %s',
    async (type) => {
      await open(
        `${type === 'textarea' ? '<textarea id=f></textarea>' : `<input id=f type=${type}>`}<button id=b>b</button>${LOG}`,
      );
      const [, , ...keys] = await done(['click', '#f'], ['type', '1234'], ['key', 'Backspace']);
      expect(await value('#f')).toBe('123');
      expect(keys.map(({ was, now }) => [was, now])).toEqual([
        ['', '1'],
        ['1', '12'],
        ['12', '123'],
        ['123', '1234'],
        ['1234', '123'],
      ]);
      const edit = (kind: string) => [`beforeinput f ${kind}`, `input f ${kind}`];
      expect(await opened.read('log.splice(0)')).toEqual([
        ...Array(4).fill(edit('insertText')).flat(),
        ...edit('deleteContentBackward'),
      ]);
      // The browser's own: it was typed as far as it knows.
      await done(['click', '#b']);
      expect(await opened.read('log')).toEqual(['change f']);
      await done(['click', '#f'], ['key', 'a', 2], ['text', '77', true]);
      expect(await value('#f')).toBe('77');
    },
  );

  test('Cyrillic, signs and emoji, in the middle of what is there; undone and redone', async () => {
    await open('<input id=f value="Дом 5">');
    await done(['click', '#f'], ['key', 'Home'], ['type', 'Ёлка ☕ '], ['key', 'End'], ['type', '!']);
    expect(await value('#f')).toBe('Ёлка ☕ Дом 5!');
    await done(['key', 'z', 2]);
    expect(await value('#f')).not.toBe('Ёлка ☕ Дом 5!');
    await done(['key', 'Z', 10]);
    expect(await value('#f')).toBe('Ёлка ☕ Дом 5!');
  });

  test('what is prevented does not happen: keydown, keypress, beforeinput, paste', async () => {
    await open(`<input id=a><input id=b><input id=c><input id=d><script>
      a.onkeydown = (e) => { if (e.key === 'x') e.preventDefault(); };
      b.onkeypress = (e) => { if (e.key === 'x') e.preventDefault(); };
      c.addEventListener('beforeinput', (e) => { if (e.data === 'x') e.preventDefault(); });
      d.onpaste = (e) => { e.preventDefault(); d.value = '[' + e.clipboardData.getData('text/plain') + ']'; };
    </script>`);
    for (const id of ['a', 'b', 'c']) {
      await done(['click', `#${id}`], ['type', 'axb']);
      expect(await value(`#${id}`)).toBe('ab');
    }
    await done(['click', '#d'], ['text', 'pasted', true]);
    expect(await value('#d')).toBe('[pasted]');
  });

  test('keys tell what old handlers ask for', async () => {
    await open(`<input id=f><script>window.log = [];
      for (const t of ['keydown', 'keypress', 'keyup']) f.addEventListener(t, (e) => log.push([t, e.key, e.code, e.keyCode, e.which, e.charCode, e.ctrlKey].join()));
    </script>`);
    await done(['click', '#f'], ['key', 'a', 0, 'KeyA'], ['key', 'Ф', 8, 'KeyA'], ['key', 'Enter']);
    expect((await opened.read('log')).map((line: string) => line.replace(/,\d+(?=,\d+,(true|false))/, ''))).toEqual([
      'keydown,a,KeyA,65,0,false',
      'keypress,a,KeyA,97,97,false',
      'keyup,a,KeyA,65,0,false',
      'keydown,Ф,KeyA,65,0,false',
      'keypress,Ф,KeyA,1060,1060,false',
      'keyup,Ф,KeyA,65,0,false',
      'keydown,Enter,,13,0,false',
      'keypress,Enter,,13,13,false',
      'keyup,Enter,,13,0,false',
    ]);
    expect((await opened.read('log'))[0].split(',')[4]).toBe('65');
  });

  test('nothing is typed where nothing takes text, into what is read only, or past the length that is allowed', async () => {
    await open('<p id=p>text</p><input id=r readonly value=r><input id=m maxlength=2>');
    expect(await opened.last(['click', '#p'], ['text', 'x'])).toMatchObject({ done: false, why: 'not-possible' });
    expect(await opened.last(['click', '#r'], ['text', 'x'])).toMatchObject({ done: false, why: 'not-possible' });
    await opened.run(['type', 'x'], ['click', '#m'], ['type', 'abc']);
    expect([await value('#r'), await value('#m')]).toEqual(['r', 'ab']);
  });

  test('checkbox, radio, label, details', async () => {
    await open(`<input type=checkbox id=c><label id=l>Agree <input type=checkbox id=c2></label>
      <input type=radio name=r id=r1><input type=radio name=r id=r2 checked><details id=d><summary id=s>More</summary>x</details>${LOG}`);
    const outcomes = await done(['click', '#c'], ['click', '#l', { x: 0.2 }], ['click', '#r1'], ['click', '#s']);
    expect(outcomes[1]).toMatchObject({ what: 'checkbox', was: 'off', now: 'on' });
    expect(outcomes[3]).toMatchObject({ was: 'off', now: 'on' });
    expect(await opened.read('[c.checked, c2.checked, r1.checked, r2.checked, d.open]')).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(await opened.read('log.filter((l) => l.startsWith("change"))')).toEqual([
      'change c',
      'change c2',
      'change r1',
    ]);
  });

  test('select: one and several, told once, not what is disabled or not there', async () => {
    await open(
      `<select id=s><option>a<option>b<option disabled>c</select><select id=m multiple size=4><option>a<option>b<option>c</select>${LOG}`,
    );
    expect(await opened.last(['choose', '#s', 1])).toMatchObject({ done: true, was: 'a', now: 'b' });
    expect(await opened.read('log.splice(0)')).toEqual(['input s', 'change s']);
    await done(['choose', '#s', 1]);
    expect(await opened.read('log.length')).toBe(0);
    for (const wrong of [[2], [7], [], [0, 1]])
      expect(await opened.last(['choose', '#s', ...wrong])).toMatchObject({ done: false, why: 'not-possible' });
    expect(await value('#s')).toBe('b');
    expect(await opened.last(['choose', '#m', 0, 2])).toMatchObject({ now: 'a, c' });
    await done(['choose', '#m']);
    expect(await opened.read('m.selectedOptions.length')).toBe(0);
    // Opening one is not an error: the list is shown elsewhere.
    await done(['click', '#s']);
    await done(['key', 'ArrowUp'], ['key', 'End']);
    expect(await value('#s')).toBe('b');
  });

  test.each([
    ['date', '2026-12-24', '2026-13-01'],
    ['time', '18:30', '25:00'],
    ['month', '2026-12', '2026'],
    ['week', '2026-W50', 'W50'],
    ['datetime-local', '2026-12-24T18:30', 'tomorrow'],
    ['color', '#ff8800', 'orangey'],
    ['range', '70', '1000'],
    ['number', '12.5', 'many'],
  ])('a field with a picker: %s', async (type, good, bad) => {
    await open(`<input id=f type=${type} step=any>${LOG}`);
    const before = await value('#f');
    // Firefox has no pickers for these, and text fields in their place.
    if (name === 'firefox' && /month|week/.test(type)) return;
    expect(await opened.last(['set', '#f', good])).toMatchObject({ done: true, was: before, now: good });
    expect(await opened.read('log.splice(0)')).toEqual(['input f', 'change f']);
    expect(await opened.last(['set', '#f', bad])).toMatchObject({ done: false, why: 'not-possible' });
    expect(await value('#f')).toBe(good);
    expect(await opened.read('log')).toEqual([]);
  });

  test('not a date that the field does not allow, nor a value of a field without a picker', async () => {
    await open('<input id=d type=date min=2026-01-01><input id=t><input id=r type=date readonly>');
    for (const id of ['d', 't', 'r'])
      expect(await opened.last(['set', `#${id}`, '2025-01-01'])).toMatchObject({ done: false, why: 'not-possible' });
    expect([await value('#d'), await value('#t'), await value('#r')]).toEqual(['', '', '']);
  });

  test('a slider is dragged, and stepped by keys; a number is stepped', async () => {
    await open(`<input id=r type=range style="width:316px;margin:0"><input id=n type=number step=5 value=10>${LOG}`);
    const outcomes = await done(['down', '#r', 0.25], ['move', '#r', 0.5], ['move', '#r', 0.75], ['up', '#r', 0.75]);
    expect(Math.abs(Number(await value('#r')) - 75)).toBeLessThan(3);
    expect(outcomes[3]).toMatchObject({ was: '50', now: await value('#r') });
    expect(await opened.read('log.filter((l) => l === "change r").length')).toBe(1);
    expect(await opened.read('log.filter((l) => l === "input r").length')).toBe(3);
    await done(['key', 'ArrowUp'], ['key', 'ArrowLeft'], ['key', 'PageDown'], ['key', 'End']);
    expect(await value('#r')).toBe('100');
    await done(['click', '#n', { x: 0.1 }], ['key', 'ArrowUp'], ['key', 'ArrowUp'], ['key', 'ArrowDown']);
    expect(await value('#n')).toBe('15');
  });

  test('a slider follows the pointer whichever way it lies', async () => {
    const across = 'width:316px;height:16px;margin:0';
    const along = 'width:16px;height:316px;margin:0';
    await open(`<input id=a type=range style="${across};direction:rtl">
      <input id=b type=range style="${along};writing-mode:vertical-lr">
      <input id=c type=range style="${along};writing-mode:vertical-lr;direction:rtl">
      <input id=d type=range min=-20 max=20 step=8 style="${across}">`);
    await done(['down', '#a', 0.25], ['up', '#a', 0.25]);
    for (const id of ['#b', '#c']) await done(['down', id, 0.5, 0.25], ['up', id, 0.5, 0.25]);
    await done(['down', '#d', 0.5], ['move', '#d', 0.7], ['up', '#d', 0.7]);
    const near = async (id: string, wanted: number) =>
      expect(Math.abs(Number(await value(id)) - wanted), id).toBeLessThan(3);
    await near('#a', 75);
    await near('#b', 25);
    await near('#c', 75);
    expect(await value('#d')).toBe('12');
  });

  test('contenteditable: typing, paragraphs and line breaks, deleting, a selection replaced, bold', async () => {
    await open(`<div id=e contenteditable><p>one two</p></div>${LOG}`);
    await done(
      ['click', '#e'],
      ['key', 'End'],
      ['type', '!'],
      ['key', 'Enter'],
      ['type', 'x'],
      ['key', 'Enter', 8],
      ['type', 'y'],
    );
    expect((await opened.read('e.innerText')).replace(/\n+/g, '|')).toBe('one two!|x|y');
    expect(await opened.read('log.filter((l) => l.includes("Paragraph") || l.includes("Break"))')).toEqual([
      'beforeinput e insertParagraph',
      'input e insertParagraph',
      'beforeinput e insertLineBreak',
      'input e insertLineBreak',
    ]);
    await done(
      ['key', 'a', 2],
      ['type', 'new words'],
      ['key', 'Backspace', 2],
      ['key', 'a', 2],
      ['key', 'b', 2, 'KeyB'],
    );
    expect(await opened.read('e.innerText.trim()')).toBe('new');
    expect(await opened.read('!!e.querySelector("b, strong, [style*=bold]")')).toBe(true);
  });

  test('editors with a model of their own hear each edit once, and do it themselves', async () => {
    await open(`<div id=own contenteditable></div><div id=watch contenteditable><p>a</p></div><script>
      window.model = ''; window.seen = [];
      own.addEventListener('beforeinput', (e) => {
        e.preventDefault();
        seen.push(e.inputType + ' ' + e.getTargetRanges().length);
        model = e.inputType === 'deleteContentBackward' ? model.slice(0, -1) : model + (e.data ?? e.dataTransfer?.getData('text/plain') ?? '¶');
        own.textContent = model; getSelection().selectAllChildren(own); getSelection().collapseToEnd();
      });
      window.changes = 0; new MutationObserver(() => changes++).observe(watch, { subtree: true, characterData: true, childList: true });
    </script>`);
    await done(
      ['click', '#own'],
      ['type', 'ab'],
      ['key', 'Backspace'],
      ['key', 'Enter'],
      ['text', 'pasted', true],
      ['text', 'слово'],
    );
    expect(await opened.read('model')).toBe('a¶pastedслово');
    expect(await opened.read('own.textContent')).toBe('a¶pastedслово');
    expect(await opened.read('seen')).toEqual([
      'insertText 1',
      'insertText 1',
      'deleteContentBackward 1',
      'insertParagraph 1',
      'insertFromPaste 1',
      'insertText 1',
    ]);
    await done(['click', '#watch'], ['key', 'End'], ['type', 'b']);
    expect(await opened.read('[watch.innerText.trim(), changes > 0]')).toEqual(['ab', true]);
  });

  test('a mask that formats while it is typed, by input events and the caret', async () => {
    await open(`<input id=f><script>f.addEventListener('input', () => {
      const digits = f.value.replace(/\\D/g, '').slice(0, 10);
      const text = digits.replace(/^(\\d{3})(\\d)/, '($1) $2').replace(/(\\) \\d{3})(\\d)/, '$1-$2');
      if (text !== f.value) { f.value = text; f.setSelectionRange(text.length, text.length); }
    })</script>`);
    await done(['click', '#f'], ['type', '9161234567']);
    expect(await value('#f')).toBe('(916) 123-4567');
  });

  test('fields in shadow roots and frames', async () => {
    await open(
      `<div id=h></div><iframe id=f srcdoc="<input id=i>"></iframe><script>h.attachShadow({ mode: 'open' }).innerHTML = '<input id=i value=ab>';</script>`,
    );
    await opened.page.waitForFunction(() => !!document.querySelector('iframe')?.contentDocument?.querySelector('#i'));
    await done(['click', '#h >>> #i'], ['key', 'Home'], ['type', 'x'], ['click', '#f >>> #i'], ['type', 'y']);
    expect([await value('#h >>> #i'), await value('#f >>> #i')]).toEqual(['xab', 'y']);
  });

  describe('of frameworks', () => {
    const state = () => opened.read('JSON.parse(JSON.stringify(window.state))');

    test('React', async () => {
      await open('<div id=root></div>', await reactPage());
      await done(
        ['click', '#name'],
        ['type', 'Анна B'],
        ['key', 'Backspace'],
        ['click', '#note'],
        ['type', 'a'],
        ['key', 'Enter'],
        ['text', 'pasted', true],
        ['click', '#upper'],
        ['type', 'abc'],
        ['key', 'ArrowLeft'],
        ['type', 'x'],
        ['click', '#stuck'],
        ['type', 'x'],
        ['choose', '#size', 1],
        ['choose', '#many', 0, 2],
        ['click', '#agreed'],
        ['click', '#redlabel', { x: 0.9 }],
        ['set', '#amount', '8'],
        ['set', '#day', '2026-12-24'],
      );
      expect(await state()).toMatchObject({
        name: 'Анна ',
        note: 'a\npasted',
        size: 'm',
        many: ['a', 'c'],
        agreed: true,
        colour: 'red',
        amount: 8,
        day: '2026-12-24',
        blurred: 1,
      });
      expect((await state()).upper).toMatch(/^A?B?.*X/);
      expect(await value('#stuck')).toBe('fixed');
      await done(['click', '#blue'], ['key', 'ArrowUp'], ['click', '#name'], ['key', 'Enter'], ['click', '#send']);
      expect(await state()).toMatchObject({ colour: 'red', sent: 2 });
    });

    test('Svelte', async () => {
      await open('<div id=root></div>', await sveltePage());
      await done(
        ['click', '#name'],
        ['type', 'Анна'],
        ['click', '#note'],
        ['type', 'two'],
        ['key', 'Enter'],
        ['type', 'lines'],
        ['choose', '#size', 1],
        ['click', '#agreed'],
        ['click', '#blue'],
        ['set', '#amount', '3'],
        ['click', '#ed'],
        ['type', 'rich'],
        ['click', '#name'],
        ['key', 'Enter'],
      );
      expect(await state()).toMatchObject({
        name: 'Анна',
        note: 'two\nlines',
        size: 'm',
        agreed: true,
        colour: 'blue',
        amount: 3,
        text: 'rich',
        sent: 1,
      });
    });
  });
});
