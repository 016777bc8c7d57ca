// SVG in the mirror: pieces of files, which are copied into the page since no file may be a document of resources there
// (mirror-hostile.test.ts), look as they do at the visitor's; and what `use` elements draw together has a limit.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { KIT } from '../support/mirror-kit.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

const SPRITE =
  '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="s" viewBox="0 0 9 9"><rect fill="currentColor" width="9" height="9"/></symbol><linearGradient id="g"/><symbol id="t"><rect fill="url(#g)" width="9" height="9"/></symbol></svg>';

/** One thing of each kind; the last two are shown as pictures with a view. */
const SHAPES = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 200 100">
  <defs>
    <linearGradient id="base"><stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient>
    <linearGradient id="g" xlink:href="#base"/>
    <mask id="m"><circle cx="40" cy="40" r="40" fill="#fff"/></mask>
    <mask id="light" maskContentUnits="objectBoundingBox"><rect width="1" height="1" fill="url(#fade)"/></mask>
    <linearGradient id="fade"><stop offset="0" stop-color="#fff"/><stop offset="1" stop-color="#000"/></linearGradient>
    <clipPath id="c" clipPathUnits="objectBoundingBox"><path d="M0 0H1L.5 1z"/></clipPath>
    <filter id="f"><feColorMatrix values="0 0 1 0 0 1 0 0 0 0 0 1 0 0 0 0 0 0 1 0"/></filter>
    <symbol id="icon" viewBox="0 0 10 10"><rect width="10" height="10" fill="url(#g)"/><g id="dot"><circle cx="5" cy="5" r="2" fill="currentColor"/></g><use xlink:href="#dot" x="2.5"/></symbol>
    <pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="green"/></pattern>
  </defs>
  <rect width="100" height="100" fill="orange"/><rect x="100" width="100" height="100" fill="maroon"/>
  <view id="left" viewBox="0 0 100 100"/><view id="right" viewBox="100 0 100 100"/>
</svg>`;

const box = (style: string) => `<div style="width:80px;height:80px;background:teal;${style}"></div>`;
const PAGE = `<!doctype html><meta charset="utf-8"><title>pieces</title>
<style>body{margin:0;display:flex;flex-wrap:wrap;width:700px}.late{mask:url(/shapes.svg#light)}.clip{clip-path:url("shapes.svg#c")}
svg{fill:red}svg *{transform:none}.view{background:url(/shapes.svg#right) 0 0/80px 80px no-repeat;background-color:#fff}</style>
${box('mask:url(/shapes.svg#m)')}${box('').replace('style', 'class="late" style')}${box('').replace('style', 'class="clip" style')}
${box('filter:url(/shapes.svg#f)')}<div class="view" style="width:80px;height:80px"></div><div style="width:80px;height:80px;background:url(/shapes.svg#left) 0 0/80px"></div>
<svg width="80" height="80" style="color:gold"><use href="/shapes.svg#icon"/></svg><svg width="80" height="80"><use xlink:href="/shapes.svg#icon" width="40" height="40"/></svg>
<svg width="80" height="80"><rect width="80" height="80" fill="url(/shapes.svg#g)"/></svg><svg width="80" height="80"><rect width="80" height="80" fill="url(/shapes.svg#p)"/></svg>
<svg width="80" height="80"><circle r="40" cx="40" cy="40" clip-path="url(/shapes.svg#c)"/></svg><div id="host"></div>
<script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<style>p{margin:0;width:80px;height:80px;background:navy;mask:url(/shapes.svg#m)}</style><p></p>'</script>
<script src="/recorder.js"></script>`;

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
  bench.assets.set('8'.repeat(64), { type: 'image/svg+xml', body: SPRITE });
  bench.assets.set('9'.repeat(64), { type: 'image/svg+xml', body: SHAPES });
  bench.files.set('/shapes.svg', { type: 'image/svg+xml', body: SHAPES });
  bench.files.set('/page/shapes.svg', { type: 'image/svg+xml', body: SHAPES });
  bench.pages.set('pieces', PAGE);
});
afterAll(() => bench.close());

inEachBrowser('SVG', (browser) => {
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
      `(async () => {
          const { el, text, page, mutation, hash, until } = window.kit;
          const svg = (tag, attributes, children) => el(tag, attributes, children, { isSVG: true });
          const drawn = (root) => [...(root ?? bench.document).querySelectorAll('use')].map((use) => (use.hasAttribute('href') || use.hasAttribute('xlink:href') ? 'x' : '.')).join('');
          const set = (id, attributes) => bench.change([mutation({ attributes: [{ id, attributes }] })]);
          const add = (parentId, node) => bench.change([mutation({ adds: [{ parentId, nextId: null, node }] })]);
          ${body} })()`,
    );

  test('a sprite on the relay is used', async () => {
    const result = await run(`
        bench.assets([{ url: location.origin + '/sprite.svg', hash: hash(8), type: 'image/svg+xml' }]);
        const use = { type: 2, id: 31, tagName: 'use', isSVG: true, attributes: { id: 'u', href: '/sprite.svg#s', width: '90', height: '90' }, childNodes: [] };
        bench.snapshot(page([], [{ ...svg('svg', { width: '90', height: '90' }, [use]), id: 30 }, { ...svg('svg', { width: '90', height: '90' }, []), id: 32 }]));
        const u = () => bench.document.getElementById('u');
        await until(() => u().getAttribute('href'), 'sprite');
        const target = () => bench.document.querySelector(u().getAttribute('href'));
        const shown = () => { const box = u().getBBox(); return [box.width, box.height, target().querySelector('rect').getAttribute('fill')]; };
        const first = shown();
        bench.change([mutation({ removes: [{ parentId: 30, id: 31 }], adds: [{ parentId: 32, nextId: null, node: use }] })]);
        const moved = shown();
        set(31, { href: '/sprite.svg#t' });
        const gradient = bench.document.querySelector('linearGradient').id;
        const other = target().querySelector('rect').getAttribute('fill').replace(/["']/g, '') === 'url(#' + gradient + ')';
        // Many that show the same share one copy.
        for (let id = 100; id < 200; id++) add(32, { ...use, id });
        const copies = bench.document.querySelectorAll('symbol').length;
        set(31, { href: '#none' });
        const none = u().getAttribute('href');
        set(31, { href: null });
        return { first, moved, other, copies, none, after: u().getAttribute('href') };
      `);
    expect(result).toEqual({
      first: [90, 90, 'currentColor'],
      moved: [90, 90, 'currentColor'],
      other: true,
      copies: 2,
      none: '#none',
      after: null,
    });
  });

  test.each(['before', 'after'])('pieces of a file that comes %s the page look as they do there', async (when) => {
    const visitor = await bench.record(browser(), 'pieces');
    const clip = { x: 0, y: 0, width: 700, height: 200 };
    const events = await visitor.events();
    const theirs = async (): Promise<string> => {
      await visitor.page.bringToFront();
      const picture = await visitor.page.screenshot({ encoding: 'base64', clip });
      await page.bringToFront();
      return picture;
    };
    await page.bringToFront();
    const ours = async (): Promise<string> => page.screenshot({ encoding: 'base64', clip });
    const assets = `bench.assets(['/shapes.svg', '/page/shapes.svg'].map((path) => ({ url: location.origin + path, hash: hash(9), type: 'image/svg+xml' })));`;
    const play = `bench.play(${JSON.stringify(events)}); await bench.painted();`;
    bench.requests.length = 0;
    await run(when === 'before' ? assets + play : play);
    const without = await ours();
    if (when === 'after') await run(assets);
    await run(`await until(() => bench.document.querySelector('use[href]') && bench.document.querySelector('[id^="mirror-piece"]'), 'pieces');
        for (let frames = 0; frames < 20; frames++) await bench.painted();`);
    const share = (picture: string, wanted: string) =>
      run(`
          const load = async (data) => { const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode(); const canvas = document.createElement('canvas'); canvas.width = ${clip.width}; canvas.height = ${clip.height}; const context = canvas.getContext('2d'); context.drawImage(image, 0, 0); return context.getImageData(0, 0, canvas.width, canvas.height).data; };
          const [a, b] = [await load('${wanted}'), await load('${picture}')];
          let differ = 0;
          for (let at = 0; at < a.length; at += 4) if (Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]) > 60) differ++;
          return differ / (a.length / 4);
        `) as Promise<number>;
    // Their own page may have drawn less than all of it: it loads the file by itself, after everything else.
    let wanted = await theirs();
    let differing = await share(await ours(), wanted);
    for (let tries = 0; tries < 40 && differing >= 0.005; tries++) {
      wanted = await theirs();
      differing = await share(await ours(), wanted);
    }
    expect(differing).toBeLessThan(0.005);
    // Without the pieces it looks otherwise.
    if (when === 'after') expect(await share(without, wanted)).toBeGreaterThan(0.05);
    await visitor.page.close();
    expect(bench.requests.filter((url) => !url.startsWith('/asset/'))).toEqual([]);
  });

  describe('what `use` elements draw', () => {
    /** Each level holds the one below twice: the twenty-third would be eight million. */
    const CHAIN = `const chain = (levels) => [svg('g', { id: 'u0', '#': 40 }, [svg('rect', { width: '9', height: '9' })]), ...Array.from({ length: levels }, (_, at) => svg('g', { id: 'u' + (at + 1) }, [svg('use', { href: '#u' + at }), svg('use', { 'xlink:href': '#u' + at })]))];`;

    test('a page that would draw millions draws as much as it may', async () => {
      const result = await run(`${CHAIN}
          bench.snapshot(page([], [svg('svg', {}, chain(22)), svg('svg', {}, [svg('use', { href: '#u2', id: 'small' })])]));
          return drawn();
        `);
      expect(result).toMatch(/^x{16,30}\.+x?$/);
    });

    test('it grows later: by an address, an id, an element, levels in a shadow root', async () => {
      const result = await run(`${CHAIN}
          const late = (id, href) => svg('use', { '#': id, href });
          bench.snapshot(page([], [svg('svg', {}, [...chain(9), late(50, '#u9'), svg('g', { id: 'm', '#': 60 }, Array.from({ length: 40 }, () => svg('use', { href: '#big' }))), late(51, '#m'), svg('g', { '#': 61 }, Array.from({ length: 2000 }, () => svg('path', {})))]), { ...el('div', {}, [], { isShadowHost: true }), id: 70 }]));
          const seen = {};
          const at = (id) => { const use = mirrorOf(id); return use.hasAttribute('href') ? 'x' : '.'; };
          const mirrorOf = (id) => bench.mirror.elementOf(id);
          seen.start = [drawn().includes('.'), at(50), at(51)];
          // Forty times two thousand, once it has that name.
          set(61, { id: 'big' });
          seen.named = at(51);
          set(61, { id: 'other' });
          seen.unnamed = at(51);
          set(61, { id: 'big' });
          bench.change([mutation({ removes: [{ parentId: 61 - 1, id: 61 }] })]);
          seen.gone = at(51);
          // What all levels refer to becomes large.
          for (let n = 0; n < 30; n++) add(40, svg('path', { '#': 300 + n }));
          seen.grown = [at(50), drawn().includes('x')];
          for (let n = 0; n < 30; n++) bench.change([mutation({ removes: [{ parentId: 40, id: 300 + n }] })]);
          seen.shrunk = at(50);
          set(50, { href: '#u0' });
          for (let level = 0; level < 12; level++) add(70, { ...svg('g', { id: 's' + (level + 1) }, level === 0 ? [svg('rect', {})] : [late(100 + level * 8, '#s' + level), late(101 + level * 8, '#s' + level), late(102 + level * 8, '#s' + level), late(103 + level * 8, '#s' + level)]), isShadow: true });
          const inShadow = drawn(mirrorOf(70).shadowRoot);
          seen.shadow = [inShadow.startsWith('xxxx'), inShadow.endsWith('....')];
          return seen;
        `);
      expect(result).toEqual({
        start: [false, 'x', 'x'],
        named: '.',
        unnamed: 'x',
        gone: 'x',
        grown: ['.', true],
        shrunk: 'x',
        shadow: [true, true],
      });
    });

    test('circles, chains without end and addresses that a browser reads otherwise', async () => {
      const result = await run(`
          const use = (href, id) => svg('use', { href, id });
          const heavy = Array.from({ length: 40 }, () => svg('use', { href: '#bulk' }));
          bench.snapshot(page([], [svg('svg', {}, [
            svg('g', { id: 'a' }, [use('#b', 'ab')]), svg('g', { id: 'b' }, [use('#a', 'ba')]), svg('g', { id: 'self' }, [use('#self', 'ss')]),
            svg('g', { id: 'bulk' }, Array.from({ length: 900 }, () => svg('path', {}))), svg('g', { id: 'heavy' }, heavy), svg('g', { id: 'he avy' }, heavy.slice(0, 1)),
            use(' #he\\navy ', 'break'), use('#he%61vy', 'escaped'), use('#heavy', 'plain'), use('#%', 'percent'), use(location.origin + '/shop/page#bulk', 'whole'),
          ])]));
          return Object.fromEntries(['ab', 'ba', 'ss', 'break', 'escaped', 'plain', 'percent', 'whole'].map((id) => [id, bench.document.getElementById(id).getAttribute('href')]));
        `);
      expect(result).toEqual({
        ab: null,
        ba: null,
        ss: null,
        break: '#he%0Aavy',
        escaped: null,
        plain: null,
        percent: '#-',
        whole: '#bulk',
      });
    });

    test('thousands of icons are all drawn', async () => {
      const result = await run(`
          bench.assets([{ url: location.origin + '/sprite.svg', hash: hash(8), type: 'image/svg+xml' }]);
          const symbol = svg('symbol', { id: 'i' }, Array.from({ length: 8 }, () => svg('path', { d: 'M0 0h9v9z' })));
          bench.snapshot(page([], [svg('svg', {}, [symbol]), ...Array.from({ length: 4000 }, (_, n) => svg('svg', {}, [svg('use', { href: n % 2 ? '#i' : '/sprite.svg#s' })]))]));
          await until(() => !drawn().includes('.'), 'icons');
          return drawn().length;
        `);
      expect(result).toBe(4000);
    });
  });
});
