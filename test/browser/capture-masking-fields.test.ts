// What leaves of fields: of passwords nothing, however they are shown; of card numbers nothing while they are typed, nor
// how much is in a hidden field. On a real page with the real capture.

import { expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type Json } from '../support/capture-page.ts';
import { leaks, withoutTimes } from '../support/planted.ts';

inEachBrowser('masked fields', (browser) => {
  const open = (files: Record<string, string>, path = '/') => openCapturePage(browser(), { files, path });

  test('[CB5] the value of a password field is never read', async () => {
    const page = await open({
      '/': `<div id=box><input type=password id=a></div><x-pw></x-pw><iframe srcdoc="<input type=password id=f>"></iframe>
      <script>
        window.reads = [];
        const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
        // Counts on the prototype, and on the element itself as frameworks have it.
        window.watch = (view) => {
          const native = Object.getOwnPropertyDescriptor(view.HTMLInputElement.prototype, 'value');
          Object.defineProperty(view.HTMLInputElement.prototype, 'value', { ...native, get() {
            if (this.type === 'password' || this.dataset.was) reads.push('prototype ' + this.id);
            return native.get.call(this);
          }});
        };
        window.track = (input) => Object.defineProperty(input, 'value', { configurable: true,
          get() { reads.push('own ' + this.id); return own.get.call(this) }, set(v) { own.set.call(this, v) } });
        watch(window);
        track(document.getElementById('a'));
        customElements.define('x-pw', class extends HTMLElement {
          constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<input type=password id=s>'; track(this.shadowRoot.firstChild); }
        });
      </script>`,
    });
    await page.page.evaluate(() => (window as unknown as Json).watch(document.querySelector('iframe')!.contentWindow));
    await page.start();
    const tab = page.page;
    await page.until(async () => JSON.stringify(await page.events()).includes('isAttachIframe'), 'the frame');
    await tab.focus('#a');
    await tab.keyboard.type('typed');
    await page.until(async () => (await page.events()).some((event) => event.data?.text === '••••••••'), 'the mask');
    await tab.evaluate(() => {
      const add = (to: ParentNode & Node, id: string) => {
        const input = document.createElement('input');
        input.type = 'password';
        input.id = id;
        (window as unknown as Json).track(input);
        to.appendChild(input);
        input.value = 'x';
        input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
      };
      add(document.getElementById('box')!, 'late');
      add(document.querySelector('x-pw')!.shadowRoot!, 'lateshadow');
      const host = document.createElement('div');
      document.body.append(host);
      add(host.attachShadow({ mode: 'open' }), 'lateroot');
    });
    await tab.evaluate(() => document.body.append('the end'));
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    await tab.evaluate(() => (window as unknown as Json).tandem.capture.snapshot());
    await page.until(async () => (await page.outputs('snapshot')).length === 2, 'a second snapshot');
    expect(await tab.evaluate(() => (window as unknown as Json).reads)).toEqual([]);
    // The page's own properties are back.
    expect(await tab.evaluate(() => document.querySelector<HTMLInputElement>('#late')!.value)).toBe('x');
    expect(await tab.evaluate(() => (window as unknown as Json).reads)).toEqual(['own late']);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('a password that was shown before anybody watched is known by its labels and its box', async () => {
    const page = await open(
      {
        '/': `<label>Password <input value=SECRETwrap></label><label for=ru>Пароль</label><input id=ru value=SECRETru>
        <input placeholder="Contraseña" value=SECRETes><input aria-label="パスワード" value=SECRETja><textarea placeholder="Recovery passphrase">SECRETphrase</textarea><input placeholder="Введите пароль" value=SECRETru2>
        <span class="ant-input-affix-wrapper ant-input-password"><input value=SECRETantd><i></i></span>
        <div><input value=SECRETmui><button aria-label="toggle password visibility">x</button></div>
        <div><b>Password:</b><input value=SECRETbefore></div><div>Пароль</div><div><input value=SECRETbefore2></div>
        <section><div><span>Password</span><input type=password></div><div><input placeholder=Name value="open-after"></div></section>
        <form><input placeholder="E-mail" value="open-mail"><input type=password><a class=forgot-password href=#>Forgot your password?</a></form>
        <div><label>Name<input value="open-name"></label><a class=forgot-password href=#>Forgot?</a></div>
        <input placeholder="If you have forgotten your password, tell us who you are" value="open-sentence">`,
      },
      '/',
    );
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    for (const word of ['open-mail', 'open-name', 'open-sentence', 'open-after']) expect(text).toContain(word);
    await page.close();
  });

  test('a field that takes the place of a password field is one', async () => {
    const page = await open(
      {
        '/': `<div class=field id=plain><input type=password></div><div id=named><input type=password name=p1></div><div id=other><input type=password><input id=mail value=x></div>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    for (const field of ['#plain input', '#named input', '#other input']) {
      await tab.focus(field);
      await tab.keyboard.type('SECRETtyped');
    }
    await tab.evaluate(() => {
      const show = (place: string, fill: (field: HTMLInputElement) => void) => {
        const old = document.querySelector<HTMLInputElement>(`${place} input`)!;
        const field = document.createElement('input');
        field.value = old.value;
        fill(field);
        old.replaceWith(field);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      };
      show('#plain', () => undefined);
      // With all that is around it, as a framework does that has lost its place.
      const named = document.getElementById('named')!;
      named.innerHTML = '<section><input name=p1 value=SECRETagain></section>';
      show('#other', (field) => (field.id = ''));
      document.querySelector<HTMLInputElement>('#mail')!.value = 'open-mail';
    });
    for (const field of ['#plain input', '#named input']) {
      await tab.focus(field);
      await tab.keyboard.type('SECRETmore');
    }
    await page.until(async () => (await page.everything()).includes('open-mail'), 'the open field');
    expect(leaks(await page.everything())).toEqual([]);
    await page.close();
  });

  test('a field that is shown instead of a password field is one, and so is its hidden twin', async () => {
    const page = await open({
      '/': `<label>Kennwort <input type=password id=k1></label>
        <div><input type=password id=one><input id=two style="display:none"></div>
        <form><input type=password style="display:none"><input id=city></form>`,
    });
    await page.start();
    const tab = page.page;
    await tab.focus('#k1');
    await tab.keyboard.type('SECRETtyped');
    await tab.evaluate(() => {
      const by = (id: string) => document.getElementById(id) as HTMLInputElement;
      const field = document.createElement('input');
      field.type = 'text';
      field.id = 'vk1';
      field.value = by('k1').value;
      by('k1').style.display = 'none';
      by('k1').after(field);
      by('two').value = 'SECRETtwin';
    });
    await tab.focus('#vk1');
    await tab.keyboard.type('SECRETmore');
    await tab.evaluate(() => {
      const [one, two] = ['one', 'two'].map((id) => document.getElementById(id)!);
      one!.style.display = 'none';
      two!.style.display = '';
    });
    await tab.focus('#two');
    await tab.keyboard.type('SECRETtwo');
    // Beside a decoy that is there for the browser's own filling.
    await tab.focus('#city');
    await tab.keyboard.type('Kazan');
    await page.until(async () => (await page.everything()).includes('Kazan'), 'the open field');
    expect(leaks(await page.everything())).toEqual([]);
    await page.close();
  });

  test('what frameworks and components write of a secret field into other attributes stays here', async () => {
    const page = await open({
      '/': `<input type=password id=pw ng-reflect-model=SECRETmodel current-value=SECRETcurrent aria-description=SECRETdescription aria-placeholder=SECRETplaceholder class=shape placeholder="Your password">
        <input name=cvv id=cvv ng-reflect-model=SECRETcvv aria-invalid=true>
        <x-field type=password id=x1 current-value=SECRETx1></x-field><x-field name=cardNumber id=x2 value=SECRETx2></x-field>
        <x-field autocomplete=one-time-code id=x3 current-value=SECRETx3></x-field><x-field name=city id=x4 current-value=open-value></x-field>`,
    });
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await page.page.evaluate(() => {
      for (const id of ['pw', 'cvv', 'x1', 'x2', 'x3'])
        for (const name of ['ng-reflect-model', 'current-value', 'aria-description'])
          document.getElementById(id)!.setAttribute(name, 'SECRETlate');
      document.body.append('the end');
    });
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    // Nor how long it is, nor that it changed.
    expect(text).not.toMatch(/current-value":"•|ng-reflect-model|aria-description/);
    for (const word of ['Your password', '"class":"shape"', '"aria-invalid":"true"', 'open-value'])
      expect(text).toContain(word);
    await page.close();
  });

  test('which option of a card field is chosen is hidden by the name alone', async () => {
    const page = await open({
      '/': ['name="cc-exp-month"', 'name=card_exp_year', 'id=cvv', 'autocomplete=cc-given-name', 'name=city']
        .map((name, at) => `<select ${name}><option>a${at}<option selected>b${at}</select>`)
        .join(''),
    });
    await page.start();
    // In one piece or in several, as the machine goes.
    await page.until(async () => (await page.everything()).includes('"textContent":"b4"'), 'the last one of it');
    const everything = await page.everything();
    expect(everything.match(/"selected":true/g)).toHaveLength(1);
    expect(everything.match(/"value":"b\d"/g)).toEqual(['"value":"b4"']);
    await page.page.evaluate(() => {
      for (const select of document.querySelectorAll('select')) {
        select.selectedIndex = 0;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      }
    });
    const told = async () => (await page.events()).filter((event) => event.data?.source === 5);
    await page.until(async () => (await told()).length > 0, 'the last one');
    expect((await told()).map((event) => event.data.text)).toEqual(['a4']);
    await page.close();
  });

  test('a card number is hidden while it is being typed, and while it is being changed', async () => {
    const page = await open(
      {
        '/': `<input id=a><textarea id=b></textarea><div id=c contenteditable></div><x-field></x-field><input id=phone name=phone><textarea id=d></textarea>
        <script>customElements.define('x-field', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<div contenteditable><p>in: </p></div>'; } })</script>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    for (const field of ['#a', '#b', '#c']) {
      await tab.focus(field);
      await tab.keyboard.type(field === '#a' ? '4276380012345679' : '4276 3800 1234 5679');
      // A digit out of the middle, then all from the front: no rest may come to light.
      for (let times = 0; times < 6; times++) await tab.keyboard.press('ArrowLeft');
      await tab.keyboard.press('Backspace');
      await tab.keyboard.press('Home');
      for (let times = 0; times < 5; times++) await tab.keyboard.press('Delete');
      await tab.keyboard.down('Control');
      await tab.keyboard.press('z');
      await tab.keyboard.up('Control');
    }
    await tab.evaluate(() => {
      const inner = document.querySelector('x-field')!.shadowRoot!.querySelector('p')!.firstChild!;
      for (let at = 7; at <= 16; at++) inner.nodeValue = `in: ${'4276380012345679'.slice(0, at)}`;
    });
    await tab.focus('#phone');
    await tab.keyboard.type('4155552671');
    await tab.focus('#d');
    await tab.keyboard.type('+7 4112 654321, 415-555-2671, 2026-11-21, 4 500 000, 8 921 765-43-21 end');
    await page.until(async () => (await page.everything()).includes('-43-21 end'), 'the last text');
    const text = withoutTimes(await page.everything());
    // Nothing behind the sixth digit, in any of the stages.
    expect(text.match(/.{0,60}(3800|12 ?3 ?4|5679).{0,20}/g)).toBeNull();
    expect(text).toContain('4155552671');
    expect(text).toContain('+7 4112 654321, 415-555-2671, 2026-11-21, 4 500 000, 8 921 765-43-21 end');
    await page.close();
  });

  test('a card number that nobody saw whole is hidden while it is taken away: it went by between two looks', async () => {
    const page = await open({ '/': '<input id=a><textarea id=b></textarea><div id=c contenteditable>in: </div>' }, '/');
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await page.page.evaluate(() => {
      const set = (element: HTMLElement, text: string) => {
        if (element instanceof HTMLDivElement) {
          element.firstChild!.nodeValue = text;
          getSelection()!.collapse(element.firstChild, 0);
        } else (element as HTMLInputElement).value = text;
        element.dispatchEvent(new InputEvent('input', { bubbles: true }));
      };
      for (const field of document.querySelectorAll<HTMLElement>('#a,#b,#c'))
        for (const text of ['4276 3800 1234 5679', '6 3800 1234 569']) set(field, text);
    });
    const everything = async () => withoutTimes(await page.everything());
    await page.until(async () => (await everything()).split('•').length > 3 * 11, 'what is left, in three fields');
    expect((await everything()).match(/.{0,60}(3800|1234|569).{0,20}/g)).toBeNull();
  });

  test('of several chosen options each is told; where they are hidden, none', async () => {
    const options = '<option>red<option>green<option data-tandem=mask>blue';
    const page = await open(
      {
        '/': `<select id=s multiple>${options}</select><select id=k autocomplete=cc-exp multiple>${options}</select>
        <div data-tandem=mask><select id=m multiple>${options}</select></div>
        <div data-tandem=block><select id=b multiple>${options}</select></div>`,
      },
      '/',
    );
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    for (const field of ['#b', '#m', '#k', '#s']) await page.page.select(field, 'red', 'green', 'blue');
    const chosen = async (field: string) => {
      const ids: number[] = await page.page.evaluate(
        (selector) =>
          Array.from(document.querySelectorAll(`${selector} option`), (option) =>
            (window as unknown as Json).tandem.idOf(option),
          ),
        field,
      );
      const events = await page.events();
      return ids.map((id) => events.findLast(({ data }) => data?.source === 5 && data.id === id)?.data.isChecked);
    };
    await page.until(async () => (await chosen('#s'))[1] === true, 'the choice');
    expect(await chosen('#s')).toEqual([true, true, false]);
    for (const field of ['#b', '#m', '#k'])
      expect([field, await chosen(field)]).toEqual([field, [undefined, undefined, undefined]]);
    await page.close();
  });

  test('neither carets, selections, scrolls nor the number of events tell how much is in a hidden field', async () => {
    const page = await open(
      {
        '/': `<div data-tandem=mask><input id=m size=3><textarea id=t rows=2></textarea><div id=e contenteditable>hidden words</div></div>
        <input id=p type=password size=3><input id=k autocomplete=cc-number size=3><input id=o><p id=v>visible words</p>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const kinds = async (field: string) => {
      const id = await page.idOf(field);
      return (await page.events())
        .filter((event) => [event.data?.id, event.data?.payload?.id].includes(id) && event.data?.tag !== 'focus')
        .map((event) => event.data.tag ?? event.data.source);
    };
    for (const field of ['#m', '#t', '#p', '#k', '#o']) {
      await tab.focus(field);
      await tab.keyboard.type(field === '#t' ? 'a\nb\nc\nd\ne\nf' : 'a long word to be scrolled');
      await tab.keyboard.press('Home');
      await tab.keyboard.down('Shift');
      await tab.keyboard.press('End');
      await tab.keyboard.up('Shift');
    }
    const select = (selector: string) =>
      tab.evaluate((within) => {
        const range = document.createRange();
        range.setStart(document.querySelector(within)!.firstChild!, 2);
        range.setEnd(document.querySelector(within)!.firstChild!, 9);
        getSelection()!.removeAllRanges();
        getSelection()!.addRange(range);
      }, selector);
    const selections = async () => (await page.events()).filter((event) => event.data?.source === 14);
    await tab.evaluate(() => getSelection()!.removeAllRanges());
    await select('#e');
    await select('#v');
    const seen = await page.idOf('#v');
    await page.until(
      async () => (await selections()).some(({ data }) => data.ranges[0]?.start === seen + 1),
      'a selection',
    );
    // One event: that there is something.
    for (const field of ['#m', '#t', '#p', '#k']) expect([field, await kinds(field)]).toEqual([field, [5]]);
    await page.until(async () => (await kinds('#o')).includes('caret'), 'the caret of a field that is open');
    const inner = await tab.evaluate(() =>
      (window as unknown as Json).tandem.idOf(document.querySelector('#e')!.firstChild),
    );
    const told = await selections();
    // Where nothing is told, nothing is told twice.
    expect(told.filter(({ data }, at) => !data.ranges.length && !told[at - 1]?.data.ranges.length)).toEqual([]);
    const ranges = told.flatMap(({ data }) => data.ranges);
    expect(ranges.filter((range: Json) => range.start === inner || range.end === inner)).toEqual([]);
    await page.close();
  });

  test('values that nobody typed, and text that wanders between zones', async () => {
    const page = await open(
      {
        '/': `<form id=f><input id=cc name=cardNumber value=SECRETdefault><input id=plain value="start"><input id=mask data-tandem=mask value=SECRETm>
        <textarea id=area data-tandem=mask>SECRETarea</textarea></form><div id=hidden data-tandem=mask><b id=walker>SECRETwalker</b><i>SECRETstays</i></div><div id=shown>shown</div>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await tab.evaluate(async () => {
      const field = (id: string) => document.getElementById(id) as HTMLInputElement;
      field('cc').defaultValue = 'SECRETdefault2';
      field('cc').value = 'SECRETscript';
      field('cc').setRangeText('SECRETrange');
      field('mask').defaultValue = 'SECRETmask2';
      field('area').defaultValue = 'SECRETarea2';
      field('area').textContent = 'SECRETarea3';
      field('plain').defaultValue = 'card 5105 1051 0510 5';
      field('plain').value = 'card 4111 1111 111';
      field('plain').dispatchEvent(new InputEvent('input', { inputType: 'insertFromDrop', bubbles: true }));
      // Until what was changed has gone out: what comes and goes within a frame is not sent at all.
      const { outputs } = (window as unknown as Json).tandem as { outputs: unknown[] };
      const task = async () => {
        const before = outputs.length;
        while (outputs.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await task();
      (document.getElementById('f') as HTMLFormElement).reset();
      await task();
      // Out and back within a task: what counts is where it is when it is sent.
      const walker = document.getElementById('walker')!;
      const [hidden, shown] = [document.getElementById('hidden')!, document.getElementById('shown')!];
      shown.append(walker);
      walker.firstChild!.nodeValue = 'SECRETmoved';
      walker.title = 'SECRETtitle';
      hidden.append(walker);
      await task();
      // In the open with other words, and back with its own.
      walker.firstChild!.nodeValue = 'open words';
      walker.title = '';
      shown.append(walker);
      await task();
      hidden.append(walker);
      walker.firstChild!.nodeValue = 'SECREThome';
      await task();
      hidden.firstElementChild!.before(document.createTextNode('SECRETnew'));
      shown.append('the end');
    });
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    expect(text).toContain('open words');
    expect(text.match(/5105 1051 0510 5|4111 1111 1/g)).toBeNull();
    await page.close();
  });
});
