// Menus that open by styles alone while the pointer is over them: no script can make `:hover` match, so the hand marks what
// is under the operator's pointer and lets the page's rules see it. Read from the page's own styles.

import { afterEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

const MENU = `<div id=m style="width:120px"><b>Menu</b><div id=sub><a id=a href="#chosen">Item</a></div></div>`;
const AWAY = `<p id=away style="margin-top:300px">away</p>`;
/** Everything that a page could find of it. */
const TRACES = `[document.documentElement.outerHTML, ...[...document.styleSheets, ...document.adoptedStyleSheets].flatMap((sheet) =>
  [...sheet.cssRules].map((rule) => rule.cssText))].filter((text) => text.includes('tandem-hover'))`;

inEachBrowser('what opens by :hover', (browser) => {
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
  };
  const display = (id = 'sub') => opened.read(`getComputedStyle(document.getElementById('${id}')).display`);
  const color = (selector: string) => opened.read(`getComputedStyle(hand.find('${selector}')).color`);

  test('a menu opens, an entry in it is pressed, it closes behind the pointer, and the page is as it was', async () => {
    await open(`<style>#sub{display:none}#m:hover>#sub{display:block}</style>${MENU}${AWAY}<script>
      const seen = [];
      m.addEventListener('mouseenter', () => seen.push(getComputedStyle(sub).display));
    </script>`);
    await done(['move', '#m']);
    // A handler finds it open, as it does under a real mouse.
    expect(await opened.read('seen')).toEqual(['block']);
    await done(['move', '#a'], ['click', '#a']);
    expect(await opened.read('location.hash')).toBe('#chosen');
    expect(await display()).toBe('block');
    await done(['move', '#away']);
    expect(await display()).toBe('none');
    await opened.read('hand.it.letGo()');
    expect(await opened.read(TRACES)).toEqual([]);
  });

  test.each([
    ['in @media', '@media (min-width:1px){@supports (display:block){#m:hover #a{color:rgb(1,1,1)}}}'],
    ['in @container', 'body{container-type:inline-size}@container (min-width:1px){#m:hover #a{color:rgb(1,1,1)}}'],
    ['nested', '#m{& #sub{&:hover{& #a{color:rgb(1,1,1)}}}}'],
    ['nested in what is hovered', '#m:hover{#a{color:rgb(1,1,1)}}'],
    [':is and :where', ':is(#x,#m):where(:hover,:focus) #a{color:rgb(1,1,1)}'],
    [':has', 'body:has(#m:hover) #a{color:rgb(1,1,1)}'],
    [':not', '#a{color:rgb(1,1,1)}#m:not(:hover) #a{color:red}'],
    ['of its parent and of itself', '#m:hover #a:not(.x):hover{color:rgb(1,1,1)}'],
    ['with an attribute and escapes', '[id="m"]:hover .\\31 0\\:hover{color:rgb(1,1,1)}.\\:hover{color:red}'],
    ['the later of two that weigh the same', '#m:hover #a{color:red}#m.c #a{color:rgb(1,1,1)}'],
    ['the heavier of two', '#m:hover #a{color:rgb(1,1,1)}#m #a{color:red}'],
    ['in layers', '@layer one,two;@layer two{#a{color:rgb(1,1,1)}}@layer one{#m:hover #a{color:red}}'],
    ['in a layer without a name', '@layer{#m:hover #a{color:red}}@layer{a{color:rgb(1,1,1)}}'],
    ['with importance', '#m:hover #a{color:rgb(1,1,1)!important}#m:hover #a{color:red}'],
  ])('%s', async (_, css) => {
    await open(`<style>${css}</style>${MENU.replace('<div id=m', '<div id=m class=c')}${AWAY}`);
    await opened.read(`a.className = '10:hover'`);
    await done(['move', '#a']);
    expect(await color('#a')).toBe('rgb(1, 1, 1)');
  });

  test('sheets that a page has made, and more of the kind while it is on', async () => {
    await open(`<style>#sub{display:none}</style>${MENU}${AWAY}<script>
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('#m:hover > #sub{display:block}');
      document.adoptedStyleSheets = [sheet];
    </script>`);
    await done(['move', '#m']);
    expect(await display()).toBe('block');
    // By its own count of its rules.
    await opened.read(`sheet.insertRule('#a:hover{color:rgb(2,2,2)}', 1), sheet.insertRule('b{color:red}', 0)`);
    await done(['move', '#a']);
    expect(await color('#a')).toBe('rgb(2, 2, 2)');
    await opened.read(`sheet.deleteRule(0), sheet.cssRules[0].style.color = 'green', hand.it.letGo()`);
    expect(await opened.read('[...sheet.cssRules].map((rule) => rule.cssText.replace(/\\s+/g, ""))')).toEqual([
      '#m:hover>#sub{display:block;color:green;}',
      '#a:hover{color:rgb(2,2,2);}',
    ]);
  });

  test('under a strict policy, beside a sheet that may not be read, and where the page’s own names are in the way', async () => {
    const far = `<link rel=stylesheet href="data:text/css,%23m:hover %23a{color:red}">`;
    const policy = `<meta http-equiv=Content-Security-Policy content="style-src data: 'nonce-n'">`;
    const css = '<style nonce=n>#away{margin-top:300px}#sub{display:none}#m:hover>#sub{display:block}</style>';
    await open(policy + far + css + (MENU + AWAY).replace(/ style="[^"]*"/g, ''));
    await done(['move', '#m']);
    expect(await display()).toBe('block');
    await done(['move', '#away']);
    await opened.read(`document.body.append(Object.assign(document.createElement('img'), { name: 'styleSheets' }))`);
    await done(['move', '#m'], ['click', '#away']);
    await opened.read('hand.it.letGo()');
    expect(await opened.read(`document.documentElement.outerHTML.includes('tandem-hover')`)).toBe(false);
  });

  test('in an open shadow root, and around what stands in its slot', async () => {
    await open(`<div id=h style="width:120px"><b id=slotted>Menu</b></div>${AWAY}<script>
      h.attachShadow({ mode: 'open' }).innerHTML = '<style>#sub{display:none}.w:hover #sub{display:block}' +
        ':host(:hover) i{color:rgb(3,3,3)}::slotted(b:hover){color:rgb(4,4,4)}</style>' +
        '<div class=w><slot></slot><i id=t>t</i><div id=sub><button id=in>In</button></div></div>';
      let pressed = 0;
      h.shadowRoot.getElementById('in').onclick = () => pressed++;
    </script>`);
    await done(['move', '#slotted']);
    expect(await opened.read(`getComputedStyle(hand.find('#h >>> #sub')).display`)).toBe('block');
    expect([await color('#h >>> i'), await color('#slotted')]).toEqual(['rgb(3, 3, 3)', 'rgb(4, 4, 4)']);
    await done(['move', '#h >>> #in'], ['click', '#h >>> #in']);
    expect(await opened.read('pressed')).toBe(1);
    await opened.read('hand.it.letGo()');
    expect(await opened.read('h.shadowRoot.innerHTML + h.outerHTML')).not.toContain('tandem-hover');
    expect(await opened.read('h.shadowRoot.styleSheets[0].cssRules[1].selectorText')).toBe('.w:hover #sub');
  });

  test('one that fades in, and one for what has the focus', async () => {
    await open(`<style>#sub{visibility:hidden;opacity:0;transition:opacity 50ms,visibility 50ms}#m:hover #sub{visibility:visible;opacity:1}
      #g{display:none}#f:focus-within #g{display:block}</style>
      ${MENU}<div id=f><button id=o>Open</button><div id=g><a id=l href="#other">Other</a></div></div>`);
    await done(['move', '#m']);
    await opened.page.waitForFunction(`getComputedStyle(sub).opacity === '1'`);
    await done(['click', '#a']);
    expect(await opened.read('location.hash')).toBe('#chosen');
    await done(['click', '#o'], ['click', '#l']);
    expect(await opened.read('location.hash')).toBe('#other');
  });

  test('only what a rule is about carries the mark, nothing within an editor, and a copy of it loses it', async () => {
    await open(`<style>#m:hover #a{color:red}p:not(:first-child):hover{color:red}</style><div>${MENU}</div>
      <div id=e contenteditable><i>i</i><p id=p>text</p></div>`);
    const marked = () => opened.read(`[...document.querySelectorAll('[data-tandem-hover]')].map((each) => each.id)`);
    await done(['move', '#a']);
    expect(await marked()).toEqual(['m']);
    await opened.read('document.body.append(m.cloneNode(true))');
    await done(['move', '#p']);
    await opened.read('hand.it.close()');
    expect(await opened.read(TRACES)).toEqual([]);
  });

  test('the visitor’s own mouse ends it', async () => {
    await open(`<style>#sub{display:none}#m:hover>#sub{display:block}</style>${MENU}${AWAY}`);
    await done(['move', '#m']);
    expect(await display()).toBe('block');
    await opened.page.mouse.move(400, 400);
    await opened.page.waitForFunction(`getComputedStyle(sub).display === 'none'`);
    expect(await opened.read(TRACES)).toEqual([]);
    // And once they rest, the same pointer has it again.
    await opened.page.waitForFunction(`hand.run([['move', '#m']]).then(([outcome]) => outcome.done)`);
    expect(await display()).toBe('block');
  });

  test('what is hidden from operators stays shut', async () => {
    await open(`<style>#sub{display:none}#m:hover>#sub{display:block}</style><div data-tandem=mask>${MENU}</div>`);
    expect(await opened.last(['move', '#m'])).toMatchObject({ done: false, why: 'masked' });
    expect(await display()).toBe('none');
    expect(await opened.read(TRACES)).toEqual([]);
  });

  test('tens of thousands of rules are read a piece at a time, once, and left alone but for those it is about', async () => {
    await open(`<script>
      // What is done between two tasks of the page's.
      let reads = 0, all = 0, most = 0, writes = 0;
      const end = () => { most = Math.max(most, reads); all += reads; reads = 0; };
      const { get, set } = Object.getOwnPropertyDescriptor(CSSStyleRule.prototype, 'selectorText');
      Object.defineProperty(CSSStyleRule.prototype, 'selectorText', {
        get() { reads++; return get.call(this); }, set(text) { writes++; set.call(this, text); }, configurable: true });
      const native = setTimeout;
      window.setTimeout = (task, ms) => native(() => { end(); task(); end(); }, ms);
      const css = Array.from({ length: 20000 }, (_, n) => '.c' + n + (n % 2 ? ':hover' : '') + '{color:red}').join('');
      document.write('<style>' + css + '#sub{display:none}#m:hover>#sub{display:block}</style>');
    </script>${MENU}${AWAY}`);
    await done(['move', '#m']);
    await opened.page.waitForFunction(`getComputedStyle(sub).display === 'block'`);
    await opened.page.evaluate('new Promise((resolve) => setTimeout(resolve))');
    expect(await opened.read('[most <= 1100, all > 20000, all < 21000, writes]')).toEqual([true, true, true, 1]);
    await done(['move', '#a']);
    await opened.read('hand.it.letGo()');
    expect(await opened.read('[all + reads < 21000, writes]')).toEqual([true, 2]);
  });
});
