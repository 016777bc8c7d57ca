// What a page shows and a copy of its nodes alone does not: a poster before the film is played, hover under a pointer that
// rests, how focus and selection look, and styles that the CSSOM does not tell. Through the built product.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

let world: World;
let visitor: Visitor;
let operator: Operator;
/** A style sheet that is not answered until it is called. */
let answerSlow = (): void => undefined;
beforeAll(async () => {
  world = await startWorld();
  const film = await readFile(path.join(root, 'demo/site/film/kiln.webm'));
  const poster = await readFile(path.join(root, 'demo/site/film/poster.webp'));
  const serve = (name: string, type: string, body: string | Buffer) =>
    world.site.pages.set(name, () => ({ type, body }));
  const page = (name: string, head: string, body: string) =>
    world.site.pages.set(name, `<!doctype html><title>${name}</title>${head}<body>${body}%SNIPPET%`);
  serve('/film.webm', 'video/webm', film);
  serve('/poster.webp', 'image/webp', poster);
  serve('/layered.css', 'text/css', '.layered{color:rgb(1,1,1)}');
  serve('/printed.css', 'text/css', '.printed{color:rgb(1,1,1)}');
  serve(
    '/site.css',
    'text/css',
    '@import "layered.css" layer(low);@import url(printed.css) print;@layer low{.layered{font-weight:700}}.layered,.printed{text-indent:3px}.layered:where(p){color:rgb(2,2,2)}',
  );
  page('/', '', '<h1>Start</h1>');
  page(
    '/film',
    '',
    `<video id="v" src="/film.webm" poster="/poster.webp" muted width="320" height="180" preload="auto"></video><canvas id="c" width="20" height="20"></canvas>`,
  );
  page(
    '/hover',
    '<style>body{margin:0}p{margin:0;height:100px}p:hover{color:rgb(9,9,9)}</style>',
    '<p id="a">a</p><p id="b">b</p><p id="c">c</p><div style="height:3000px"></div>',
  );
  page(
    '/focus',
    '<style>button:focus-visible{color:rgb(7,7,7)}</style>',
    '<p id="p">text</p><button id="one">one</button><button id="two">two</button>',
  );
  page(
    '/adopted',
    '<style>:root{--face:"Courier New"}</style>',
    `<div id="host"></div><p class="put">put in</p><script>
      const face = 'italic 600 21px/30px var(--face)';
      const sheet = new CSSStyleSheet(); sheet.replaceSync('.in{font:' + face + ';font-feature-settings:"tnum"} @media (min-width:1px){.deep{font:' + face + ';font-kerning:none}} :host{border:var(--none, 3px solid rgb(1,2,3));border-top-width:1px}');
      const root = document.getElementById('host').attachShadow({ mode: 'open' }); root.adoptedStyleSheets = [sheet]; root.innerHTML = '<p class="in">in</p><p class="deep">deep</p>';
      const style = document.createElement('style'); document.head.append(style); style.sheet.insertRule('.put{font:' + face + ';font-variant-numeric:tabular-nums}');
    </script>`,
  );
  serve('/parts.css', 'text/css', '.linked{color:rgb(1,1,1)}@media (min-width:1px){.within{color:rgb(1,1,1)}}');
  page(
    '/parts',
    '<style id="own">.one{color:rgb(1,1,1)}.two{color:rgb(1,1,1)}.three{color:rgb(1,1,1)}@media (min-width:9999px){.wide{color:rgb(8,8,8)}}.held{color:rgb(1,1,1)}.read{color:rgb(1,1,1)}</style><link rel="stylesheet" href="/parts.css">',
    ['one', 'two', 'three', 'wide', 'held', 'read', 'linked', 'within', 'adopted']
      .map((name) => `<p class="${name}">${name}</p>`)
      .join('') +
      `<script>const adopted = new CSSStyleSheet(); adopted.replaceSync('.adopted{color:rgb(1,1,1)}'); document.adoptedStyleSheets = [adopted];</script>`,
  );
  page(
    '/boxes',
    '<style>input:indeterminate+i{color:rgb(9,9,9)}</style>',
    `<input type="checkbox" id="before" checked><i>a</i><input type="checkbox" id="late"><i>b</i><div data-tandem="mask"><input type="checkbox" id="hidden"><i>c</i></div>
      <script>for (const id of ['before', 'hidden']) document.getElementById(id).indeterminate = true;</script>`,
  );
  page(
    '/elements',
    '<style>:not(:defined){visibility:hidden}</style>',
    `<x-late>late</x-late><x-never>never</x-never><div id="host"></div><script>
      const root = document.getElementById('host').attachShadow({ mode: 'open' });
      root.innerHTML = '<style>:not(:defined){visibility:hidden}</style><x-late>in shadow</x-late>';
    </script>`,
  );
  page(
    '/preview',
    '',
    `<img id="pic" width="40" height="40"><script>
      const canvas = document.createElement('canvas'); canvas.width = canvas.height = 4;
      const context = canvas.getContext('2d'); context.fillStyle = 'rgb(0,128,0)'; context.fillRect(0, 0, 4, 4);
      canvas.toBlob((blob) => { const pic = document.getElementById('pic'); pic.onload = () => URL.revokeObjectURL(pic.src); pic.src = URL.createObjectURL(blob); });
    </script>`,
  );
  page(
    '/tracked',
    '',
    `<input id="in" value="typed"><input id="box" type="checkbox" checked><input id="sum" type="number" value="5105" data-tandem="mask"><script>
      // As React does: setters of the field's own, which call those that the browser had when the page began.
      for (const [id, name] of [['in', 'value'], ['box', 'checked']]) {
        const field = document.getElementById(id), native = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, name);
        Object.defineProperty(field, name, { configurable: true, get() { return native.get.call(this); }, set(value) { native.set.call(this, value); } });
      }
    </script>`,
  );
  page(
    '/popovers',
    '',
    `<div id="host"></div><div id="one" popover="manual">one</div><div id="two" popover="manual">two</div><script>
      document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<p id="deep" popover>deep</p>';
    </script>`,
  );
  page(
    '/layers',
    '<style>@layer site{input:focus{outline:none}}</style>',
    `<input id="in"><div id="host" tabindex="0"></div><div id="late"></div><script>
      document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<style>:host(:focus-visible){outline:none}</style>host';
    </script>`,
  );
  page(
    '/webgl',
    '',
    `<canvas id="gl" width="64" height="64"></canvas><script>
      const gl = document.getElementById('gl').getContext('webgl');
      const shader = (type, source) => { const made = gl.createShader(type); gl.shaderSource(made, source); gl.compileShader(made); return made; };
      const program = gl.createProgram();
      gl.attachShader(program, shader(gl.VERTEX_SHADER, 'attribute vec2 p; void main() { gl_Position = vec4(p, 0, 1); }'));
      gl.attachShader(program, shader(gl.FRAGMENT_SHADER, 'precision mediump float; uniform vec4 c; void main() { gl_FragColor = c; }'));
      gl.linkProgram(program); gl.useProgram(program); gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW); gl.enableVertexAttribArray(0); gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
      window.drawOnce = () => { gl.uniform4f(gl.getUniformLocation(program, 'c'), 0, 1, 0, 1); gl.drawArrays(gl.TRIANGLES, 0, 3); };
    </script>`,
  );
  page(
    '/links',
    '<style>a[href^="http"]{color:rgb(5,5,5)}a[href="#"]{color:rgb(6,6,6)}</style>',
    '<a id="away" href="https://example.com/x">away</a> <a id="here" href="/page">here</a> <a id="top" href="#">top</a>',
  );
  page(
    '/device',
    `<style>:root{color-scheme:light dark}body{margin:0}@media (pointer:coarse){#coarse{color:rgb(1,1,1)}}@media not all and (hover:hover){#still{color:rgb(2,2,2)}}
      @media (prefers-color-scheme:dark){#dark{color:rgb(3,3,3)}}@media (min-resolution:1.5dppx){#dense{color:rgb(4,4,4)}}#scheme{color:light-dark(rgb(9,9,9),rgb(5,5,5))}</style>
      <style media="(any-pointer:coarse)">#coarse{text-indent:5px}</style><meta name="viewport" content="width=device-width">`,
    '<p id="coarse">coarse</p><p id="still">still</p><p id="dark">dark</p><p id="dense">dense</p><p id="scheme">scheme</p><div style="height:3000px"></div>',
  );
  const slow = new Promise<void>((answer) => (answerSlow = answer));
  world.site.pages.set('/slow.css', async () => {
    await slow;
    return { type: 'text/css', body: '.layered{color:rgb(1,1,1)}' };
  });
  serve(
    '/slow-site.css',
    'text/css',
    '@import "slow.css" layer(low);@import url(printed.css) print;@layer low{.layered{font-weight:700}}.layered:where(p){color:rgb(2,2,2)}',
  );
  for (const [name, sheet] of [
    ['/imports', '/site.css'],
    ['/slow-imports', '/slow-site.css'],
  ] as const)
    page(
      name,
      `<link rel="stylesheet" href="${sheet}">`,
      '<p class="layered">layered</p><p class="printed">printed</p>',
    );
  ({ visitor, operator } = await world.openViewed('/'));
});
afterAll(() => world.close());

/** In the visitor's page, once the operator sees it. */
async function show(name: string): Promise<void> {
  await visitor.page.bringToFront();
  await visitor.page.goto(world.site.origin + name, { waitUntil: 'load' });
  await operator.mirrorHas(`document.title === ${JSON.stringify(name)} && document.body.childElementCount > 0`);
}

test('[CB3] a film that was not played shows its poster, then what plays', async () => {
  await show('/film');
  await visitor.page.evaluate(
    `new Promise((done) => { const v = document.getElementById('v'); v.readyState > 1 ? done() : (v.oncanplay = done); })`,
  );
  // The canvas waits its turn behind the film: its picture says that the film was looked at.
  await visitor.page.evaluate(`document.getElementById('c').getContext('2d').fillRect(0, 0, 9, 9)`);
  await operator.mirrorHas(`document.getElementById('c').style.content.includes('blob:')`);
  await operator.mirrorHas(`document.getElementById('v').getAttribute('poster').includes('/asset')`);
  await visitor.page.evaluate(`document.getElementById('v').play()`);
  await operator.mirrorHas(`document.getElementById('v').getAttribute('poster').startsWith('blob:')`);
});

test('[CB3] what lies under a resting pointer after scrolling, or after something went, is hovered', async () => {
  await show('/hover');
  const hovered = (id: string) =>
    operator.mirrorHas(
      `getComputedStyle(document.getElementById('${id}')).color === 'rgb(9, 9, 9)' && document.querySelectorAll('p[\\\\:hover]').length === 1`,
    );
  await visitor.page.mouse.move(50, 40);
  await visitor.page.mouse.move(50, 50);
  await hovered('a');
  await visitor.page.evaluate('scrollTo(0, 100)');
  await hovered('b');
  await visitor.page.evaluate(`document.getElementById('b').style.display = 'none'`);
  // What is below stays where it is, and what is above comes down.
  await hovered('a');
});

test('[CB3] focus is shown as the visitor sees it', async () => {
  await show('/focus');
  const color = (id: string) => `getComputedStyle(document.getElementById('${id}')).color`;
  // A press that focuses nothing, then the keyboard.
  await visitor.page.click('#p');
  await visitor.page.keyboard.press('Tab');
  await operator.mirrorHas(`${color('one')} === 'rgb(7, 7, 7)'`);
  await visitor.page.click('#two');
  await operator.mirrorHas(`document.getElementById('two').hasAttribute(':focus')`);
  expect(await operator.inMirror(color('two'))).toBe('rgb(0, 0, 0)');
});

const FONT = (element: string) =>
  `((style) => [style.fontFamily, style.fontStyle, style.fontWeight, style.fontSize, style.lineHeight, style.borderLeft].join(' '))(getComputedStyle(${element}))`;

test('[CB2] shorthands with var() are shown from adopted sheets and from rules that a script put in', async () => {
  await show('/adopted');
  for (const element of [
    `document.getElementById('host').shadowRoot.querySelector('.in')`,
    `document.getElementById('host').shadowRoot.querySelector('.deep')`,
    `document.querySelector('.put')`,
    `document.getElementById('host')`,
  ]) {
    const live = (await visitor.page.evaluate(FONT(element))) as string;
    expect(live).toMatch(/Courier New.*21px 30px|3px solid rgb\(1, 2, 3\)/);
    await operator.mirrorHas(`${FONT(element)} === ${JSON.stringify(live)}`);
  }
});

const IMPORTS = `['.layered', '.printed'].map((name) => getComputedStyle(document.querySelector(name)).color).join() === 'rgb(2, 2, 2),rgb(0, 0, 0)' && getComputedStyle(document.querySelector('.layered')).fontWeight === '700'`;

test('[CB2] imports keep their layer and their media', async () => {
  await show('/imports');
  await operator.mirrorHas(IMPORTS);
  expect(await visitor.page.evaluate(IMPORTS)).toBe(true);
});

test('[CB2] imports that come after the picture was taken do too', async () => {
  await visitor.page.bringToFront();
  const loaded = visitor.page.goto(`${world.site.origin}/slow-imports`, { waitUntil: 'load' });
  await operator.mirrorHas(`document.title === '/slow-imports' && document.querySelector('.printed') !== null`);
  answerSlow();
  await loaded;
  await operator.mirrorHas(IMPORTS);
  expect(await visitor.page.evaluate(IMPORTS)).toBe(true);
});

test('[CB3] a box that is neither on nor off, until it is clicked', async () => {
  await show('/boxes');
  const neither = `[...document.querySelectorAll('input')].filter((box) => box.matches(':indeterminate')).map((box) => box.id).join()`;
  await operator.mirrorHas(`${neither} === 'before'`);
  expect(await operator.inMirror(`document.getElementById('before').checked`)).toBe(true);
  await visitor.page.evaluate(`document.getElementById('late').indeterminate = true`);
  await operator.mirrorHas(`${neither} === 'before,late'`);
  await visitor.page.click('#before');
  await operator.mirrorHas(`${neither} === 'late' && !document.getElementById('before').checked`);
  expect(await visitor.page.evaluate(neither)).toBe('late,hidden');
});

test('[CB2] rules that script changes by their parts, now and later, are shown as they are', async () => {
  await show('/parts');
  const shown = (name: string, color: string) =>
    operator.mirrorHas(`getComputedStyle(document.querySelector('.${name}')).color === '${color}'`);
  await shown('read', 'rgb(1, 1, 1)');
  await visitor.page.evaluate(`{
    const [one, two, three, wide, held, read] = document.getElementById('own').sheet.cssRules;
    one.style.color = 'rgb(2, 2, 2)';
    two.style = 'color: rgb(2, 2, 2)';
    three.selectorText = '.read';
    three.style.color = 'rgb(3, 3, 3)';
    three.style.setProperty('color', 'rgb(2, 2, 2)', 'important');
    wide.media.mediaText = '(min-width: 1px)';
    window.kept = held.style;
    const [linked, media] = document.styleSheets[1].cssRules;
    linked.style.color = 'rgb(2, 2, 2)';
    media.cssRules[0].style.setProperty('color', 'rgb(2, 2, 2)');
    media.insertRule('.within { text-indent: 7px }', 1);
    adopted.cssRules[0].style.color = 'rgb(2, 2, 2)';
  }`);
  for (const name of ['one', 'two', 'read', 'linked', 'within', 'adopted']) await shown(name, 'rgb(2, 2, 2)');
  await shown('three', 'rgb(0, 0, 0)');
  await shown('wide', 'rgb(8, 8, 8)');
  await operator.mirrorHas(`getComputedStyle(document.querySelector('.within')).textIndent === '7px'`);
  // Nothing else happens on the page.
  await visitor.page.evaluate(`kept.color = 'rgb(4, 4, 4)'`);
  await shown('held', 'rgb(4, 4, 4)');
  // Another text makes another sheet, without what script has done to the last one.
  await visitor.page.evaluate(`document.getElementById('own').append('.one{text-indent:1px}')`);
  await operator.mirrorHas(`getComputedStyle(document.querySelector('.one')).textIndent === '1px'`);
  await shown('one', 'rgb(1, 1, 1)');
  await shown('held', 'rgb(1, 1, 1)');
});

test('[CB2] elements that are defined late are hidden until then, also in shadow roots', async () => {
  await show('/elements');
  const shown = `[document.querySelector('x-late'), document.querySelector('x-never'),
    document.getElementById('host').shadowRoot.querySelector('x-late')].map((one) => getComputedStyle(one).visibility).join()`;
  await operator.mirrorHas(`${shown} === 'hidden,hidden,hidden'`);
  await visitor.page.evaluate(`customElements.define('x-late', class extends HTMLElement {})`);
  await operator.mirrorHas(`${shown} === 'visible,hidden,visible'`);
  expect(await visitor.page.evaluate(shown)).toBe('visible,hidden,visible');
});

test('[CB4] a picture whose address the page takes back as soon as it is there', async () => {
  await show('/preview');
  const color = `(() => {
    const pic = document.getElementById('pic'), canvas = document.createElement('canvas');
    if (!pic.complete || !pic.naturalWidth) return '';
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d'); context.drawImage(pic, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].join();
  })()`;
  await operator.mirrorHas(`/^\\d,12\\d,\\d,255$/.test(${color})`);
});

test('[CB3] what script puts into fields that have setters of their own; a hidden number is dots', async () => {
  await show('/tracked');
  const fields = `[document.getElementById('in').value, document.getElementById('box').checked, document.getElementById('sum').value].join()`;
  await operator.mirrorHas(`${fields} === 'typed,true,••••••••'`);
  // Nothing else happens on the page.
  await visitor.page.evaluate(
    `document.getElementById('in').value = ''; document.getElementById('box').checked = false`,
  );
  await operator.mirrorHas(`${fields} === ',false,••••••••'`);
});

test('[CB3] popovers in shadow roots, opened as soon as they are put in, and one above another', async () => {
  await show('/popovers');
  const open = `[...document.querySelectorAll('[popover]'), document.getElementById('host').shadowRoot.getElementById('deep')]
    .filter((one) => one.matches(':popover-open')).map((one) => one.id).join()`;
  await visitor.page.evaluate(`document.getElementById('host').shadowRoot.getElementById('deep').showPopover()`);
  await operator.mirrorHas(`${open} === 'deep'`);
  await visitor.page.evaluate(`{
    const late = document.createElement('div');
    late.id = 'late'; late.popover = 'manual'; late.textContent = 'late';
    document.body.append(late);
    late.showPopover();
    one.showPopover();
    two.showPopover();
    one.hidePopover();
    one.showPopover();
  }`);
  await operator.mirrorHas(
    `['one', 'two', 'late'].every((id) => document.getElementById(id).matches(':popover-open'))`,
  );
  // They lie in the same place: the last one is on top.
  await operator.mirrorHas(`(() => {
    const { left, top, width, height } = document.getElementById('one').getBoundingClientRect();
    return document.elementFromPoint(left + width / 2, top + height / 2)?.id === 'one';
  })()`);
});

test('[CB3] a field focused as it is put in, in layers and as a shadow host, has no ring that the page took away', async () => {
  await show('/layers');
  for (const id of ['in', 'host']) {
    await visitor.page.evaluate(`document.getElementById('${id}').focus()`);
    await operator.mirrorHas(`document.getElementById('${id}').hasAttribute(':focus-visible')`);
    expect(await operator.inMirror(`getComputedStyle(document.getElementById('${id}')).outlineStyle`)).toBe('none');
  }
  await visitor.page.evaluate(
    `{ const field = document.createElement('input'); field.id = 'new'; document.getElementById('late').append(field); field.focus(); }`,
  );
  await operator.mirrorHas(`document.getElementById('new').hasAttribute(':focus')`);
});

test('[CB3] a WebGL canvas that is drawn once is shown', async () => {
  await show('/webgl');
  // Long after the canvas was found: what is drawn now is gone with its frame.
  await operator.mirrorHas(`document.getElementById('gl').style.content.includes('blob:')`);
  await visitor.page.evaluate('new Promise((done) => requestAnimationFrame(() => { drawOnce(); done(); }))');
  const color = `(async () => {
    const frame = [...document.querySelectorAll('[data-testid=mirror] iframe')].find((frame) => frame.getClientRects().length > 0);
    const image = new Image();
    image.src = /blob:[^"]+/.exec(frame.contentDocument.getElementById('gl').style.content)[0];
    await image.decode();
    const context = document.createElement('canvas').getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(32, 32, 1, 1).data].map((part) => Math.round(part / 16)).join();
  })()`;
  await until('a green canvas', async () => (await operator.page.evaluate(color)) === '0,16,0,16');
});

test('[CB2] selectors find links as they are written', async () => {
  await show('/links');
  await operator.mirrorHas(
    `['away', 'here', 'top'].map((id) => getComputedStyle(document.getElementById(id)).color).join() === 'rgb(5, 5, 5),rgb(0, 0, 238),rgb(6, 6, 6)'`,
  );
});

test('[CB2] media queries are answered as on the device of the visitor, and scroll bars take the room that they take there', async () => {
  await visitor.page.emulate({
    viewport: { width: 412, height: 700, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
    userAgent: await world.visitorBrowser.userAgent(),
  });
  await visitor.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await show('/device');
  const colors = `[...document.querySelectorAll('p')].map((p) => getComputedStyle(p).color).join(' ')`;
  const live = (await visitor.page.evaluate(colors)) as string;
  expect(live).toBe('rgb(1, 1, 1) rgb(2, 2, 2) rgb(3, 3, 3) rgb(4, 4, 4) rgb(5, 5, 5)');
  await operator.mirrorHas(`${colors} === ${JSON.stringify(live)}`);
  await operator.mirrorHas(`getComputedStyle(document.getElementById('coarse')).textIndent === '5px'`);
  await operator.mirrorHas(`document.documentElement.clientWidth === 412`);
});
