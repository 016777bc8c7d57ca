// What an operator sees beyond structure: assets that come late, pictures of canvases and videos, the visitor's pointer,
// hover, focus, caret, selection and open lists; and that the mirror repairs gaps, survives bad frames and stays small.

import { deflateRawSync } from 'node:zlib';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { KIT } from '../support/mirror-kit.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

/** 2×2 pixels, red and blue. */
const RED = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8zwACTGCSAQANHQEDgslx/wAAAABJRU5ErkJggg==';

/** 100 MB of nothing in 100 kB: more than a payload may hold. */
const BOMB = deflateRawSync(Buffer.alloc(100 * 1024 * 1024)).toString('base64');

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
  const png = Buffer.from(RED, 'base64');
  for (let n = 1; n <= 5; n++) bench.assets.set(String(n).repeat(64), { type: 'image/png', body: png });
  bench.assets.set('6'.repeat(64), {
    type: 'text/css',
    body: '@import "more.css";.l{color:rgb(6,6,6);background:url(../img/a.png)}.l:hover{color:rgb(66,66,66)}',
  });
  bench.assets.set('7'.repeat(64), { type: 'text/css', body: '.l{letter-spacing:7px}.i{background:url(deep/b.png)' });
  bench.assets.set('8'.repeat(64), {
    type: 'image/svg+xml',
    body: '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="s" viewBox="0 0 9 9"><rect fill="currentColor" width="9" height="9"/></symbol><linearGradient id="g"/><symbol id="t"><rect fill="url(#g)" width="9" height="9"/></symbol></svg>',
  });
});
afterAll(() => bench.close());

inEachBrowser('the mirror', (browser, name) => {
  let page: Page;
  beforeEach(async () => {
    await page?.close();
    page = await bench.console(browser());
    await page.evaluate(KIT);
    await page.evaluate('bench.start()');
    bench.requests.length = 0;
  });
  /** `body` runs in the console and returns something that JSON can hold. */
  const run = async (body: string): Promise<unknown> =>
    page.evaluate(
      `(async () => { const { el, text, page, mutation, custom, hash, until, style, bytes } = window.kit; const { mirror } = bench; ${body} })()`,
    );

  test('assets that come after the page are put in their places, each once', async () => {
    const result = await run(`
        bench.snapshot(page(
          [el('style', { _cssText: '.b{background:url("' + location.origin + '/img/b.png");width:9px;height:9px}@media all{.n{background-image:url(/img/b.png)}}@font-face{font-family:f;src:url(/f.woff2)}.v{--x:url(/img/b.png);background:var(--x) no-repeat}.u{background:url(/img/never.png)}' })],
          [el('u', { class: 'u' }), el('img', { '#': 20, id: 'i', src: location.origin + '/img/a.png' }), el('div', { class: 'b' }), el('div', { class: 'n' }), el('div', { class: 'v' }),
           el('img', { id: 's', srcset: '/img/c.png 1x, /img/d.png 2x', src: '/img/gone.png' }), el('p', { id: 'p', style: 'background:url(/img/b.png) repeat-x;color:red' }),
           el('svg', { id: 'g' }, [el('image', { id: 'im', 'xlink:href': '/img/a.png', width: '5', height: '5' }, [], { isSVG: true })], { isSVG: true })]));
        // Scripts put a rule in: it must be there afterwards.
        bench.change([{ type: 3, data: { source: 8, id: 1001, adds: [{ rule: '.late{color:rgb(1,2,3)}', index: 0 }] } }]);
        await bench.painted();
        const before = bench.document.getElementById('i').getAttribute('src').slice(0, 5);
        bench.assets([{ url: location.origin + '/img/a.png', hash: hash(1), type: 'image/png' }, { url: location.origin + '/img/b.png', hash: hash(2), type: 'image/png' }]);
        bench.assets([{ url: location.origin + '/img/c.png', hash: hash(3), type: 'image/png' }, { url: location.origin + '/img/gone.png', hash: null, type: '' }]);
        const d = bench.document; const a = (n) => location.origin + '/asset/' + hash(n);
        const image = d.getElementById('i'); await until(() => image.naturalWidth === 2, 'image');
        return { before, src: image.getAttribute('src') === a(1), b: style('.b', 'background-image').includes(a(2)), n: style('.n', 'background-image').includes(a(2)), v: style('.v', 'background-image').includes(a(2)),
          srcset: d.getElementById('s').getAttribute('srcset') === a(3) + ' 1x', p: style('#p', 'background-image').includes(a(2)), color: style('#p', 'color'), svg: d.getElementById('im').getAttribute('xlink:href') === a(1),
          u: style('.u', 'background-image').slice(0, 10), kept: [...d.querySelector('head style').sheet.cssRules].some((rule) => rule.selectorText === '.late') };
      `);
    expect(result).toEqual({
      before: 'data:',
      src: true,
      b: true,
      n: true,
      v: true,
      srcset: true,
      p: true,
      color: 'rgb(255, 0, 0)',
      svg: true,
      u: 'url("data:',
      kept: true,
    });
    expect(bench.requests.every((url) => url.startsWith('/asset/'))).toBe(true);
  });

  test('assets known before the page are there at once; linked sheets keep their order, media and imports', async () => {
    const result = await run(`
        const base = location.origin;
        bench.assets([{ url: base + '/css/site.css', hash: hash(6), type: 'text/css' }, { url: base + '/img/a.png', hash: hash(1), type: 'image/png' }, { url: base + '/css/deep/b.png', hash: hash(2), type: 'image/png' }]);
        bench.snapshot(page(
          [el('style', { _cssText: '.l{color:rgb(1,1,1);text-indent:1px}' }), el('link', { rel: 'stylesheet', href: base + '/css/site.css', media: 'screen' }), el('style', { _cssText: '.l{text-indent:2px}.i{color:rgb(9,9,9)}' }),
           el('link', { rel: 'preload', as: 'style', href: base + '/css/late.css', '#': 30 }), el('link', { rel: 'stylesheet', href: base + '/css/site.css', media: 'print' })],
          [el('p', { class: 'l', id: 'l', '#': 21 }, [text('x')]), el('p', { class: 'i' })]));
        await until(() => style('.l', 'color') === 'rgb(6, 6, 6)', 'linked sheet');
        const first = { color: style('.l', 'color'), indent: style('.l', 'text-indent'), spacing: style('.l', 'letter-spacing'), background: style('.l', 'background-image').includes('/asset/' + hash(1)) };
        bench.assets([{ url: base + '/css/more.css', hash: hash(7), type: 'text/css' }]);
        await until(() => style('.l', 'letter-spacing') === '7px', 'imported sheet');
        const second = { color: style('.l', 'color'), i: style('.i', 'background-image').includes('/asset/' + hash(2)), rest: style('.i', 'color') };
        const pointer = bench.encodePointer({ x: 5, y: 5, buttons: 0, state: 'mouse', node: 21 }); bench.stamp(pointer, { tab: 1, room: 1, sequence: 0 }); mirror.frame(pointer);
        const hover = style('.l', 'color');
        bench.change([mutation({ attributes: [{ id: 30, attributes: { rel: 'stylesheet', href: base + '/css/site2.css', _cssText: '.l{word-spacing:3px}' } }] })]);
        const spacing = style('.l', 'word-spacing');
        // What the CSSOM made of a sheet stands only until the sheet itself is here.
        bench.assets([{ url: base + '/css/site2.css', hash: hash(6), type: 'text/css' }]);
        await until(() => style('.l', 'word-spacing') === '0px', 'the sheet itself');
        return { first, second, hover, spacing };
      `);
    expect(result).toEqual({
      first: { color: 'rgb(6, 6, 6)', indent: '2px', spacing: 'normal', background: true },
      second: { color: 'rgb(6, 6, 6)', i: true, rest: 'rgb(9, 9, 9)' },
      hover: 'rgb(66, 66, 66)',
      spacing: '3px',
    });
    expect(bench.requests.every((url) => url.startsWith('/asset/'))).toBe(true);
  });

  test('a font or a sprite that is not here asks for nothing, and nobody complains', async () => {
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    const result = await run(`
        const url = (path) => location.origin + path;
        bench.snapshot(page([el('style', { _cssText: '@font-face{font-family:late;src:url(/f.woff2) format("woff2"),url("/g.ttf")}p{font:30px late,serif}' })],
          [el('p', {}, [text('late')]), el('svg', {}, [el('use', { id: 'u', href: url('/sprite.svg#s') }, [], { isSVG: true }), el('use', { id: 'x', 'xlink:href': url('/sprite.svg#s') }, [], { isSVG: true })], { isSVG: true })]));
        await bench.painted(); await bench.painted();
        const d = bench.document; const face = () => d.querySelector('head style').sheet.cssRules[0].cssText; const hrefs = () => [d.getElementById('u').getAttribute('href'), d.getElementById('x').getAttribute('xlink:href')].map((href) => href && href.replace(location.origin, ''));
        const before = { asks: /url\\(/.test(face()), hrefs: hrefs() };
        // As a page might write it, to be given more than an address.
        bench.assets([{ url: url('/f.woff2'), hash: hash(9), type: 'font/woff2' }, { url: url('/sprite.svg'), hash: hash(8), type: 'image/svg+xml' }]);
        await until(() => hrefs().every((href) => href), 'sprites');
        const after = face().replaceAll(location.origin, '').replaceAll("'", '"');
        return { before, after: /src: url\\("([^"]*)"\\) format\\("?woff2"?\\), local\\(/.exec(after)?.[1] ?? after, hrefs: hrefs().map((href) => d.querySelector(href).localName) };
      `);
    const asset = (n: number) => `/asset/${String(n).repeat(64)}`;
    expect(result).toEqual({
      before: { asks: false, hrefs: [null, null] },
      after: asset(9),
      hrefs: ['symbol', 'symbol'],
    });
    // The font of this test is none, and browsers may say so once it is there.
    expect(complaints.filter((text) => text.includes('data:'))).toEqual([]);
  });

  test('a name that a page made up is given no more than an address', async () => {
    const result = await run(`
        bench.snapshot(page([el('style', { _cssText: '@font-face{font-family:a;src:url(/f.woff2)}' })], []));
        const placeholder = /local\\("([^"]*#asset-\\d+-)/.exec(bench.document.querySelector('head style').sheet.cssRules[0].cssText)[1];
        bench.snapshot(page([el('style', { _cssText: '@font-face{font-family:a;src:url(/f.woff2)}@font-face{font-family:b;src:local("' + placeholder + '\\\\22 ),url(//evil.example/x)")}' })], []));
        bench.assets([{ url: location.origin + '/f.woff2', hash: hash(9), type: 'font/woff2' }]);
        return [...bench.document.querySelector('head style').sheet.cssRules].map((rule) => /[^l]url\\(|,url\\("?\\/\\/evil/.test(rule.cssText.replace(/local\\("(\\\\.|[^"])*"\\)/g, '')));
      `);
    expect(result).toEqual([true, false]);
  });

  test('what is selected has the colours that the page gives it', async () => {
    const result = await run(`
        bench.snapshot(page([el('style', { _cssText: '::selection{background:rgb(1,2,3)}.s::selection{background:rgb(4,5,6);color:rgb(7,8,9)}' })], [el('p', { id: 'p', style: 'color:rgb(1,1,1)' }, [{ type: 3, id: 23, textContent: 'one' }]), el('p', { id: 's', class: 's' }, [text('two')])]));
        bench.change([{ type: 3, data: { source: 14, ranges: [{ start: 23, startOffset: 0, end: 23, endOffset: 3 }] } }]);
        const d = bench.document; const colors = (id) => { const s = d.defaultView.getComputedStyle(d.getElementById(id), '::highlight(mirror-selection)'); return s.backgroundColor + ' ' + s.color; };
        return [colors('p'), colors('s')];
      `);
    expect(result).toEqual(['rgb(1, 2, 3) rgb(1, 1, 1)', 'rgb(4, 5, 6) rgb(7, 8, 9)']);
  });

  test('the pointer of the page before hovers nothing on the next; on the same page, what is there now', async () => {
    const result = await run(`
        const show = (href) => bench.snapshot(page([el('style', { _cssText: 'body{margin:0}div{height:50px}' })], [el('div', { '#': 21, id: 'one' }), el('div', { '#': 20, id: 'two' })], href));
        const hovered = () => [...bench.document.querySelectorAll('div')].filter((div) => div.hasAttribute(':hover')).map((div) => div.id).join();
        show('http://shop/a'); const pointer = bench.encodePointer({ x: 5, y: 5, buttons: 0, state: 'mouse', node: 20 }); bench.stamp(pointer, { tab: 1, room: 1, sequence: 0 }); mirror.frame(pointer);
        const seen = [hovered()]; show('http://shop/a'); seen.push(hovered()); show('http://shop/b'); seen.push(hovered());
        return seen;
      `);
    expect(result).toEqual(['two', 'one', '']);
  });

  test.each(['html', 'body'])(
    'what comes after a snapshot is the last word on how far its %s is scrolled',
    async (root) => {
      const result = await run(`
        const isQuirks = ${root === 'body'};
        const events = page([], [el('div', { style: 'height:3000px' })]); const [, html] = events[1].data.node.childNodes;
        if (isQuirks) { events[1].data.node.childNodes = [html]; events[1].data.node.compatMode = 'BackCompat'; }
        (isQuirks ? html.childNodes[1] : html).attributes.rr_scrollTop = 500; events[1].data.initialOffset.top = 500;
        bench.snapshot(events); bench.change([{ type: 3, data: { source: 3, id: 1, x: 0, y: 200 } }]);
        await bench.painted();
        return [bench.document.compatMode, bench.document.defaultView.scrollY];
      `);
      expect(result).toEqual([root === 'body' ? 'BackCompat' : 'CSS1Compat', 200]);
    },
  );

  test('a tab that is looked at again is where its visitor is', async () => {
    const result = await run(`
        const long = () => page([el('style', { _cssText: '#box{height:100px;overflow:auto}' })], [el('div', { id: 'box', '#': 20 }, [el('div', { style: 'height:900px' })]), el('div', { style: 'height:3000px' })]);
        const scroll = (id, y, tab) => bench.change([{ type: 3, data: { source: 3, id, x: 0, y } }], { tab });
        bench.snapshot(long(), { tab: 1 }); bench.snapshot(page([], [text('second')]), { tab: 2 });
        const shown = [...document.querySelectorAll('#mirror iframe')].find((frame) => frame.style.display === 'block').contentDocument;
        const seen = async () => { await bench.painted(); return [shown.defaultView.scrollY, shown.getElementById('box').scrollTop]; };
        scroll(1, 700, 1); scroll(20, 300, 1); const before = await seen();
        const grow = () => bench.change([mutation({ adds: [{ parentId: 5, nextId: null, node: el('p', {}, [text('more')]) }] })], { tab: 1 });
        mirror.show(2); grow(); await bench.painted(); mirror.show(1); const again = await seen();
        mirror.show(2); scroll(1, 400, 1); await bench.painted(); mirror.show(1);
        return [before, again, await seen()];
      `);
    expect(result).toEqual([
      [700, 300],
      [700, 300],
      [400, 300],
    ]);
  });

  test('the target of the address, also when only its fragment changes', async () => {
    const result = await run(`
        const show = () => bench.snapshot(page([el('style', { _cssText: 'p:target{color:rgb(1,2,3)}' })], [el('p', { id: 'one' }), el('p', { id: 'два' })]));
        const targets = () => [...bench.document.querySelectorAll('p')].filter((p) => style(p, 'color') === 'rgb(1, 2, 3)').map((p) => p.id).join();
        const go = (fragment) => mirror.addresses([{ tab: 1, url: 'https://shop.example/' + fragment }]); const seen = [];
        go('#one'); show(); seen.push(targets());
        go('#%D0%B4%D0%B2%D0%B0'); seen.push(targets());
        show(); seen.push(targets());
        for (const fragment of ['#none', '#two', '#%', '#', '']) { go(fragment); seen.push(targets()); }
        return seen;
      `);
    expect(result).toEqual(['one', 'два', 'два', '', '', '', '', '']);
  });

  test('each option of those that are chosen, and none when none is', async () => {
    const result = await run(`
        bench.snapshot(page([], [el('select', { '#': 20, id: 's', multiple: true, value: 'a' }, ['a', 'b', 'c'].map((name, at) => el('option', { '#': 30 + at, selected: at === 0 ? true : null }, [text(name)])))]));
        const input = (id, text, isChecked) => ({ type: 3, data: { source: 5, id, text, isChecked } });
        const chosen = () => [...bench.document.getElementById('s').selectedOptions].map((option) => option.text).join();
        const choose = (...names) => bench.change([...['a', 'b', 'c'].map((name, at) => input(30 + at, '', names.includes(name))), input(20, names[0] ?? '', false)]);
        const seen = [chosen()]; choose('a', 'c'); seen.push(chosen()); choose('b', 'c'); seen.push(chosen()); choose(); seen.push(chosen());
        // By a script, which tells nothing but the value.
        bench.change([input(20, 'b', false)]); seen.push(chosen());
        return seen;
      `);
    expect(result).toEqual(['a', 'a,c', 'b,c', '', 'b']);
  });

  test('places go with their nodes', async () => {
    const result = await run(`
        bench.snapshot(page([], [el('div', { '#': 50 })]));
        for (let round = 0; round < 50; round++) {
          bench.change([mutation({ adds: [{ parentId: 50, nextId: null, node: el('div', { '#': 60 + round, style: 'background:url(/x' + round + '.png)' }, [el('img', { src: '/y' + round + '.png', srcset: '/z' + round + '.png 2x' }), el('style', { _cssText: 'a{background:url(/w' + round + '.png)}' })]) }] })]);
          bench.change([mutation({ removes: [{ parentId: 50, id: 60 + round }] })]);
        }
        bench.assets([{ url: location.origin + '/x1.png', hash: hash(1), type: 'image/png' }]);
        return { elements: mirror.stats.elements, children: bench.document.body.firstElementChild.childElementCount };
      `);
    expect(result).toEqual({ elements: 4, children: 0 });
  });

  test('pictures of a canvas and a video, in boxes of their own size', async () => {
    const result = await run(`
        const send = (node, image) => { const frame = bench.encodePicture({ node, width: 100, height: 50, image }); bench.stamp(frame, { tab: 1, room: 1, sequence: 0 }); mirror.frame(frame); };
        bench.snapshot(page([el('style', { _cssText: 'canvas.wide{width:50%;border:1px solid}body{margin:0}' })], [el('canvas', { '#': 20, id: 'c', width: '120', height: '60' }), el('canvas', { '#': 21, class: 'wide', id: 'w', width: '200', height: '100' }), el('video', { '#': 22, id: 'v', width: '160', height: '90', src: '/v.mp4', rr_mediaState: 'played' })]));
        send(99, bytes('${RED}'));
        const d = bench.document; const box = (id) => { const r = d.getElementById(id).getBoundingClientRect(); return [Math.round(r.width), Math.round(r.height)]; };
        await until(() => box('c')[0] === 120, 'size of its own'); const empty = [box('c'), box('w'), box('v')];
        for (const id of [20, 21, 22]) send(id, bytes('${RED}'));
        await until(() => d.getElementById('c').style.content.includes('blob:') && d.getElementById('w').style.content.includes('blob:') && d.getElementById('v').poster, 'pictures');
        const url = d.getElementById('c').style.content.match(/blob:[^"]+/)[0];
        await bench.painted();
        const full = [box('c'), box('w'), box('v')];
        send(20, bytes('${RED}'));
        await until(() => !d.getElementById('c').style.content.includes(url), 'second picture');
        const revoked = await fetch(url).then(() => 'alive', () => 'gone');
        // An image that is a document is refused.
        send(20, new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'));
        bench.change([mutation({ attributes: [{ id: 20, attributes: { style: 'opacity: .5', width: '240' } }] })]);
        const kept = d.getElementById('c').style.content.includes('blob:');
        bench.change([mutation({ adds: [{ parentId: 5, nextId: null, node: el('canvas', { '#': 99, id: 'late' }) }] })]);
        await until(() => d.getElementById('late').style.content.includes('blob:'), 'early picture');
        return { empty, full, revoked, kept, wide: box('c') };
      `);
    expect(result).toEqual({
      empty: [
        [120, 60],
        [402, 202],
        [160, 90],
      ],
      full: [
        [120, 120],
        [402, 402],
        [160, 90],
      ],
      revoked: 'gone',
      kept: true,
      wide: [240, 240],
    });
  });

  test('pointer, hover, press and focus are shown, and nothing is focused', async () => {
    await page.focus('#operator');
    const result = await run(`
        bench.snapshot(page([el('style', { _cssText: '.menu ul{display:none}.menu:hover ul{display:block}button:active{color:rgb(1,1,1)}input:focus{color:rgb(2,2,2)}form:focus-within{color:rgb(3,3,3)}.hover\\\\:x:hover{color:rgb(4,4,4)}@media (hover:hover){a:hover{color:rgb(5,5,5)}}x-h::part(p):hover{color:red}' })],
          [el('div', { class: 'menu' }, [el('span', { '#': 20 }, [text('Menu')]), el('ul', { id: 'ul' }, [el('li')])]), el('form', { id: 'f' }, [el('input', { '#': 21, id: 'in', value: 'abc' }), el('button', { '#': 22, id: 'b' }, [text('B')])]), el('a', { '#': 24, class: 'hover:x', id: 'a', href: '/x' }, [text('a')]),
           el('div', { '#': 25, id: 'host' }, [el('style', { _cssText: ':host(:hover) b{color:rgb(7,7,7)}b:hover{letter-spacing:3px}' }, [], { isShadow: true }), el('b', { '#': 26 }, [text('s')], { isShadow: true })], { isShadowHost: true })]));
        const point = (node, buttons = 0, state = 'mouse') => { const frame = bench.encodePointer({ x: 30, y: 40, buttons, state, node }); bench.stamp(frame, { tab: 1, room: 1, sequence: 0 }); mirror.frame(frame); };
        const d = bench.document; const seen = {};
        seen.before = style('#ul', 'display'); point(20); seen.menu = style('#ul', 'display'); point(22); seen.left = style('#ul', 'display');
        point(22, 1); seen.pressed = style('#b', 'color'); point(22, 0); seen.released = style('#b', 'color');
        point(24); seen.tailwind = style('#a', 'color');
        point(26); const b = d.getElementById('host').shadowRoot.querySelector('b'); seen.shadow = [style(b, 'color'), style(b, 'letter-spacing')];
        bench.change([custom('focus', { id: 21 })]); seen.focus = style('#in', 'color'); seen.within = style('#f', 'color'); seen.visible = d.getElementById('in').hasAttribute(':focus-visible');
        // The page sets classes of its own meanwhile: the states stay.
        bench.change([mutation({ attributes: [{ id: 21, attributes: { class: 'new' } }] })]); seen.still = style('#in', 'color');
        bench.change([custom('focus', { id: 0 })]); seen.blur = style('#in', 'color') === seen.focus;
        point(0, 0, 'gone'); seen.gone = d.querySelectorAll('[\\\\:hover]').length;
        seen.active = document.activeElement.id;
        return seen;
      `);
    expect(result).toEqual({
      before: 'none',
      menu: 'block',
      left: 'none',
      pressed: 'rgb(1, 1, 1)',
      released: expect.not.stringMatching('rgb\\(1, 1, 1\\)'),
      tailwind: expect.stringMatching(/rgb\([45], [45], [45]\)/),
      shadow: ['rgb(7, 7, 7)', '3px'],
      focus: 'rgb(2, 2, 2)',
      within: 'rgb(3, 3, 3)',
      visible: true,
      still: 'rgb(2, 2, 2)',
      blur: false,
      gone: 0,
      active: 'operator',
    });
  });

  test('caret, selection, open list, popover, dialog and animation', async () => {
    await page.focus('#operator');
    const result = await run(`
        bench.snapshot(page([el('style', { _cssText: 'body{margin:0;font:16px monospace}input,textarea{font:16px monospace;padding:2px;border:1px solid}#in{position:absolute;left:100px;top:50px;width:200px}#ta{position:absolute;left:100px;top:100px;width:100px;height:60px}#s{position:absolute;left:10px;top:200px;width:120px}' })],
          [el('input', { '#': 20, id: 'in', value: 'hello world' }), el('textarea', { '#': 21, id: 'ta', value: 'one two three four five' }), el('p', { '#': 22, id: 'p' }, [{ type: 3, id: 23, textContent: 'select me' }]),
           el('select', { '#': 24, id: 's' }, [el('optgroup', { label: 'G' }, [el('option', { value: '1' }, [text('One')]), el('option', { value: '2', selected: true }, [text('Two')])])]),
           el('div', { '#': 25, id: 'pop', popover: 'auto' }, [text('pop'), el('input', { autofocus: '' })]), el('dialog', { '#': 26, id: 'd', open: '', rr_open_mode: 'modal' }, [el('input', { autofocus: '' })]), el('div', { '#': 27, id: 'an' }), el('div', { '#': 28, contenteditable: '' }, [{ type: 3, id: 29, textContent: 'edit' }])]));
        const layer = document.querySelector('#mirror [aria-hidden]'); const bars = () => [...layer.children[0].children].map((bar) => [parseFloat(bar.style.left), parseFloat(bar.style.top), parseFloat(bar.style.width), parseFloat(bar.style.height)].map(Math.round));
        const seen = {}; const d = bench.document;
        seen.modal = d.getElementById('d').matches(':modal');
        bench.change([custom('focus', { id: 20 }), custom('caret', { id: 20, start: 5, end: 5 })]); await bench.painted(); [seen.caret] = bars();
        bench.change([custom('caret', { id: 20, start: 0, end: 5 })]); await bench.painted(); [seen.range] = bars();
        bench.change([custom('focus', { id: 21 }), custom('caret', { id: 21, start: 4, end: 18 })]); await bench.painted(); seen.lines = bars().length > 1;
        bench.change([{ type: 3, data: { source: 14, ranges: [{ start: 23, startOffset: 0, end: 23, endOffset: 6 }] } }]); seen.selected = String([...d.defaultView.CSS.highlights.get('mirror-selection')][0]);
        bench.change([custom('focus', { id: 28 }), { type: 3, data: { source: 14, ranges: [{ start: 29, startOffset: 2, end: 29, endOffset: 2 }] } }]); await bench.painted(); seen.editable = bars().length; seen.unselected = d.defaultView.CSS.highlights.has('mirror-selection');
        bench.change([custom('select', { id: 24, open: true, active: 1 })]); await bench.painted(); const list = layer.children[1].firstElementChild; seen.list = [...list.children].map((row) => row.textContent); seen.active = list.children[2].style.background !== ''; seen.at = Math.round(parseFloat(list.style.left));
        bench.change([custom('select', { id: 24, open: false })]); await bench.painted(); seen.closed = layer.children[1].childElementCount;
        bench.change([custom('popover', { id: 25, open: true })]); seen.pop = d.getElementById('pop').matches(':popover-open'); bench.change([custom('popover', { id: 25, open: false })]); seen.unpop = d.getElementById('pop').matches(':popover-open');
        bench.change([mutation({ attributes: [{ id: 26, attributes: { open: null } }] })]); seen.unmodal = d.getElementById('d').matches(':modal') || d.getElementById('d').open;
        bench.change([custom('animation', { id: 27, key: 1, keyframes: [{ opacity: '0', offset: 0, computedOffset: 0, easing: 'linear', composite: 'auto' }, { opacity: '1', offset: null, computedOffset: 1, easing: 'linear', composite: 'auto' }], timing: { duration: 1000, iterations: 1, fill: 'both', direction: 'normal', easing: 'linear' }, currentTime: 500, playState: 'paused' })]); seen.opacity = style('#an', 'opacity');
        bench.change([custom('animation', { id: 27, key: 1, cancel: true })]); seen.cancelled = style('#an', 'opacity');
        seen.focus = document.activeElement.id;
        return seen;
      `);
    const { caret, range, ...rest } = result as { caret: number[]; range: number[] };
    expect(rest).toEqual({
      modal: true,
      lines: true,
      selected: 'select',
      editable: 1,
      unselected: false,
      list: ['G', 'One', 'Two'],
      active: true,
      at: 10,
      closed: 0,
      pop: true,
      unpop: false,
      unmodal: false,
      opacity: '0.5',
      cancelled: '1',
      focus: 'operator',
    });
    // Five letters of the field's own font after its border and padding.
    expect(caret[0]).toBeGreaterThan(100 + 3 + 5 * 7);
    expect(caret[0]).toBeLessThan(100 + 3 + 5 * 12);
    expect(Math.abs((caret[0] ?? 0) - (range[0] ?? 0) - (range[2] ?? 0))).toBeLessThanOrEqual(1);
  });

  test('frames that are lost are asked for, and the history fills the hole', async () => {
    const result = await run(`
        const seen = []; const note = () => seen.push([mirror.sequence, bench.emitted.filter((e) => e.kind === 'gap').map((e) => e.from).join(), bench.document?.body?.textContent ?? '']);
        const change = (value) => bench.frames(bench.KIND.Change, [mutation({ texts: [{ id: 9, value }] })])[0];
        const [first] = bench.frames(bench.KIND.Snapshot, page([], [{ type: 3, id: 9, textContent: 'one' }]));
        mirror.history(0, 1); mirror.frame(first); await bench.painted(); note();
        const two = change('two'), three = change('three'), four = change('four'), five = change('five');
        mirror.frame(three); note(); mirror.frame(four); note();
        mirror.history(1, 4); for (const frame of [two, three, four]) mirror.frame(frame); note();
        mirror.frame(three); note();
        mirror.head(5); note(); mirror.history(4, 5); mirror.frame(five); note();
        return { seen, resyncs: mirror.stats.resyncs };
      `);
    expect(result).toEqual({
      seen: [
        [1, '', 'one'],
        [1, '1', 'one'],
        [1, '1', 'one'],
        [4, '1', 'four'],
        [4, '1', 'four'],
        [4, '1,4', 'four'],
        [5, '1,4', 'five'],
      ],
      resyncs: 2,
    });
  });

  test('deflated and in pieces, with changes behind it; a bomb and rubbish spoil only themselves', async () => {
    const result = await run(`
        const big = page([], [{ type: 3, id: 9, textContent: 'one' }, ...Array.from({ length: 40000 }, (_, n) => el('p', { title: Math.random() + ' ' + n }))]);
        const deflated = await bench.deflate(big);
        const pieces = bench.frames(bench.KIND.Snapshot, null, { deflated });
        const behind = bench.frames(bench.KIND.Change, [mutation({ texts: [{ id: 9, value: 'two' }] })]);
        for (const frame of [...pieces, ...behind]) mirror.frame(frame);
        await until(() => bench.emitted.some((e) => e.kind === 'painted'), 'painted');
        const shown = bench.document.body.firstChild.data;
        // The relay left the rest of a payload out of a history: what follows is a payload of its own.
        const cut = bench.frames(bench.KIND.Snapshot, null, { deflated }); const whole = bench.frames(bench.KIND.Snapshot, page([], [{ type: 3, id: 9, textContent: 'whole' }]));
        const number = (frame, ordinal) => new DataView(frame.buffer).setUint32(12, ordinal, true);
        cut.forEach((frame, index) => number(frame, 10 + index)); number(whole[0], 30);
        mirror.frame(cut[0]); mirror.history(mirror.sequence, 99); mirror.frame(whole[0]);
        const afterCut = bench.document.body.textContent;
        const zeros = bytes('${BOMB}');
        bench.send(bench.KIND.Snapshot, null, { deflated: zeros });
        await until(() => bench.emitted.some((e) => e.kind === 'failed'), 'bomb refused');
        bench.send(bench.KIND.Change, null, { deflated: new Uint8Array([1, 2, 3]) });
        mirror.frame(new Uint8Array(3)); mirror.frame(new Uint8Array(40).fill(255));
        bench.snapshot(page([], [{ type: 3, id: 9, textContent: 'three' }])); await until(() => bench.document.body.textContent === 'three', 'third');
        return { pieces: pieces.length, shown, afterCut, failed: bench.emitted.filter((e) => e.kind === 'failed').length };
      `);
    expect(result).toEqual({ pieces: expect.any(Number), shown: 'two', afterCut: 'whole', failed: 1 });
    expect((result as { pieces: number }).pieces).toBeGreaterThan(0);
  });

  test('tabs side by side; history from the start drops those that it does not bring', async () => {
    const result = await run(`
        const frames = () => [...document.querySelectorAll('#mirror iframe')].map((f) => [f.style.display, f.contentDocument.body?.textContent]);
        bench.snapshot(page([], [text('first')]), { tab: 1 }); bench.snapshot(page([], [text('second')]), { tab: 2 });
        const seen = [mirror.shown, frames()]; mirror.show(2); seen.push(mirror.shown, frames());
        mirror.history(0, 50); const anew = bench.frames(bench.KIND.Snapshot, page([], [text('anew')]), { tab: 2 }); 
        bench.stamp(anew[0], { tab: 2, room: 1, sequence: 50 }); mirror.frame(anew[0]); seen.push(frames());
        mirror.history(0, 0); seen.push(frames());
        return seen;
      `);
    expect(result).toEqual([
      1,
      [
        ['none', 'second'],
        ['block', 'first'],
      ],
      2,
      [
        ['block', 'second'],
        ['none', 'first'],
      ],
      [['block', 'anew']],
      [],
    ]);
  });

  test('a node at a point, in a frame and a shadow root, and back', async () => {
    const result = await run(`
        bench.snapshot(page([el('style', { _cssText: 'body{margin:0}iframe{position:absolute;left:100px;top:100px;width:200px;height:100px;border:10px solid;padding:5px}#h{display:block;width:50px;height:50px}' })],
          [el('div', { '#': 20, id: 'h' }, [el('button', { '#': 21, style: 'width:50px;height:50px;padding:0;border:0;display:block' }, [text('b')], { isShadow: true })], { isShadowHost: true }), el('iframe', { '#': 22 })]));
        bench.change([mutation({ isAttachIframe: true, adds: [{ parentId: 22, nextId: null, node: { type: 0, id: 30, childNodes: [{ type: 2, id: 31, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 32, tagName: 'body', attributes: { style: 'margin:0' }, childNodes: [{ type: 2, id: 33, tagName: 'div', attributes: { style: 'width:40px;height:20px' }, childNodes: [] }] }] }] } }] })]);
        await bench.painted();
        return { shadow: mirror.nodeAt(25, 10), frame: mirror.nodeAt(115 + 10, 115 + 15), back: mirror.elementOf(33).style.width, none: mirror.elementOf(12345) ?? null, text: mirror.elementOf(1) ?? null };
      `);
    expect(result).toEqual({
      shadow: { id: 21, dx: 0.5, dy: 0.2 },
      frame: { id: 33, dx: 0.25, dy: 0.75 },
      back: '40px',
      none: null,
      text: null,
    });
  });

  test('hours of changes leave nothing behind', async () => {
    const result = await run(`
        bench.snapshot(page([el('style', { '#': 40, _cssText: 'a{}' })], [el('div', { '#': 50 }), el('p', {}, [{ type: 3, id: 51, textContent: '' }])]));
        for (let round = 0; round < 10000; round++) {
          const id = 2000 + round * 10; const isTenth = round % 10 === 0;
          bench.change([mutation({ adds: [{ parentId: 50, nextId: null, node: el('div', { '#': id, class: 'c' + round, style: 'background:url(/p' + round + '.png)' }) }, { parentId: id, nextId: null, node: { type: 3, id: id + 1, textContent: 't' } }, { parentId: id, nextId: null, node: { type: 2, id: id + 2, tagName: 'x-y', isShadowHost: true, attributes: {}, childNodes: [{ type: 2, id: id + 3, tagName: 'i', isShadow: true, attributes: {}, childNodes: [] }] } }], texts: [{ id: 51, value: 'n' + round }] }),
            { type: 3, data: { source: 3, id: id, x: 0, y: 500 } }, isTenth && custom('animation', { id, key: round, keyframes: [{ opacity: '0' }], timing: { duration: 1 } })]);
          bench.change([mutation({ removes: [{ parentId: 50, id }] }), custom('focus', { id }), custom('caret', { id, start: 1, end: 1 })]);
        }
        return { elements: mirror.stats.elements, children: bench.document.querySelectorAll('*').length, gone: [mirror.elementOf(2000), mirror.elementOf(2003), mirror.elementOf(2000 + 9999 * 10)].every((e) => e === undefined), frames: mirror.stats.frames, text: bench.document.querySelector('p').textContent };
      `);
    // The document, its own elements and our style element.
    expect(result).toEqual({ elements: 6, children: 7, gone: true, frames: 20001, text: 'n9999' });
  });

  test.runIf(name === 'chromium')('neither nodes nor memory grow with changes and snapshots', async () => {
    const session = await page.createCDPSession();
    const rounds = (from: number) =>
      run(`
        for (let round = ${from}; round < ${from} + 300; round++) {
          bench.snapshot(page([el('style', { _cssText: '.a{background:url(/s' + round + '.png)}' + 'x'.repeat(2000) + round })], [el('div', { '#': 50 }), el('canvas', { '#': 51 }), el('iframe', { '#': 52 })]));
          bench.change([mutation({ adds: [{ parentId: 52, nextId: null, node: { type: 0, id: 60, childNodes: [el('html', {}, [el('body', {}, [el('p')])])] } }] })]);
          for (let n = 0; n < 20; n++) bench.change([mutation({ adds: [{ parentId: 50, nextId: null, node: el('p', { style: 'background:url(/q' + n + round + '.png)' }, [text('x')]) }] })]);
          const frame = bench.encodePicture({ node: 51, width: 9, height: 9, image: bytes('${RED}') }); bench.stamp(frame, { tab: 1, room: 1, sequence: 0 }); mirror.frame(frame);
          if (round % 10 === 0) await bench.painted();
        }
      `);
    const measure = async () => {
      await page.evaluate('bench.painted().then(() => new Promise((done) => setTimeout(done, 50)))');
      for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage');
      const { Nodes = 0, JSHeapUsedSize = 0 } = await page.metrics();
      return { nodes: Nodes, heap: JSHeapUsedSize };
    };
    await rounds(0);
    const before = await measure();
    await rounds(300);
    const after = await measure();
    // One snapshot more or less that the collector has not got to; 300 of them would be 20,000 nodes.
    expect(after.nodes - before.nodes).toBeLessThan(500);
    // The cache of rewritten sheets may grow (to its bound): 300 sheets of 2 kB.
    expect(after.heap - before.heap).toBeLessThan(4_000_000);
  });

  test('closed, it leaves nothing in the container', async () => {
    expect(
      await run(
        `bench.snapshot(page([], [text('x')])); mirror.close(); mirror.close(); mirror.frame(new Uint8Array(20)); return document.getElementById('mirror').childElementCount;`,
      ),
    ).toBe(0);
  });
});
