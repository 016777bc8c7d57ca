// A hostile page's SVG files: nothing that is in one is asked for, however the page shows it: see mirror-hostile.test.ts.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { element, settle, snapshotOf, svg, underEachPolicy, type Node } from '../support/hostile-page.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
});
afterAll(() => bench.close());

const PAINTS = [
  'mask',
  'mask-image',
  '-webkit-mask',
  'filter',
  'backdrop-filter',
  'clip-path',
  'marker',
  'marker-start',
  'fill',
  'stroke',
  'background',
  'cursor',
  'content',
  'list-style',
  'border-image',
  'shape-outside',
  'offset-path',
];

/** An SVG file that asks for something in every way it can. */
function svgFile(evil: (what: string) => string): string {
  const paths = (where: string) =>
    PAINTS.map((paint) => `<path d="M0 0h9v9z" style="${paint}:url(${evil(`${where}-${paint}`)}#a)"/>`).join('');
  const all = (where: string) =>
    `<image href="${evil(`${where}-image`)}" width="9" height="9"/><use href="${evil(`${where}-use`)}#a"/>` +
    `<rect width="9" height="9" filter="url(${evil(`${where}-filter`)}#b)"/>${paths(where)}` +
    `<foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="${evil(`${where}-img`)}" onerror="top.HACKED=1"/></foreignObject>` +
    `<style>@import url(${evil(`${where}-import`)});path{background:url(${evil(`${where}-style`)})}</style>` +
    `<script>parent.HACKED=1;top.HACKED=1</script><script href="${evil(`${where}-script`)}"/>` +
    `<set attributeName="href" to="${evil(`${where}-set`)}"/><a href="javascript:top.HACKED=1"><rect width="9" height="9"/></a>`;
  return (
    `<?xml version="1.0"?><?xml-stylesheet href="${evil('stylesheet')}" type="text/css"?>` +
    `<!DOCTYPE svg SYSTEM "${evil('doctype')}">` +
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" onload="top.HACKED=1">` +
    `<style>@import url(${evil('import')});rect,svg{fill:red;background:url(${evil('style')})}</style>` +
    `<symbol id="x" onclick="top.HACKED=1">${all('symbol')}</symbol><mask id="m">${all('mask')}</mask>` +
    `<filter id="f"><feImage href="${evil('feimage')}"/></filter><clipPath id="c">${all('clip')}</clipPath>` +
    `<marker id="k">${all('marker')}</marker><linearGradient id="g" href="${evil('gradient')}#a"/></svg>`
  );
}

async function openSvgFiles(page: Page, evil: (what: string) => string): Promise<{ icons: number; hacked: string }> {
  const hash = 'f'.repeat(64);
  bench.assets.set(hash, { type: 'image/svg+xml', body: svgFile(evil) });
  const base = `${bench.origin}/page/x.svg`;
  const data = `data:image/svg+xml,${encodeURIComponent(svgFile(evil).replace(/<\?.*?\?>|<!DOCTYPE[^>]*>/g, ''))}`;
  const rules: string[] = [];
  const shapes: Node[] = [];
  for (const from of [base, data]) {
    for (const paint of PAINTS) {
      for (const id of ['m', 'f', 'c', 'k', 'g', 'x']) {
        const n = rules.length;
        rules.push(`.p${n}{${paint}:url("${from}#${id}")}`);
        shapes.push(svg('path', { class: `p${n}`, d: 'M0 0h9v9z' }), svg('path', { [paint]: `url("${from}#${id}")` }));
        if (n % 3 === 0) shapes.push(svg('rect', { width: '9', height: '9', style: `${paint}:url(${from}#${id})` }));
      }
    }
  }
  // A picture's address may have a fragment, and so it must be one for sure.
  for (const from of [base, data]) {
    for (const id of ['m', 'f', 'c']) {
      const url = `url("${from}#${id}")`;
      for (const declarations of [
        `background:${url};mask:${url};filter:${url};clip-path:${url}`,
        `--x:${url};background:var(--x);mask:var(--x);filter:var(--x);clip-path:var(--x)`,
        `--x:{background:${url}};mask:var(--x);filter:var(--x)`,
        `--x:;background:${url};--y:background:${url};mask:var(--y);filter:var(--y)`,
        `mask:(;background:${url});filter:[;background:${url}]`,
        `background:none!important;mask:${url},url(${from}#\\${id})`,
        `&{background:${url};mask:${url}}filter:${url}`,
        `content:${url};-webkit-mask:image-set("${from}#${id}" 1x)`,
      ])
        rules.push(`.p${rules.length}{${declarations}}`);
    }
  }
  const boxes = rules.map((_rule, n) => element('div', { class: `p${n}`, style: 'width:9px;height:9px' }));
  const body = [
    svg('svg', { width: '99', height: '99' }, [
      svg('use', { href: `${base}#x` }),
      svg('use', { 'xlink:href': `${base}#x` }),
      svg('use', { href: `${data}#x` }),
      svg('image', { href: `${base}#x`, width: '9', height: '9' }),
      svg('filter', { id: 'own' }, [svg('feimage', { href: `${base}#x` }), svg('feimage', { href: `${data}#x` })]),
      svg('rect', { width: '9', height: '9', filter: 'url(#own)' }),
      svg('lineargradient', { id: 'lg', href: `${base}#g` }),
      svg('rect', { width: '9', height: '9', fill: 'url(#lg)' }),
      ...shapes,
    ]),
    element('img', { src: `${base}#x` }),
    element('img', { src: `${data}#x` }),
    ...boxes,
  ];
  const snapshot = snapshotOf(bench.origin, { head: [element('style', { _cssText: rules.join('\n') })], body });
  const asset = { url: base, hash, type: 'image/svg+xml' };
  for (const early of [false, true]) {
    await page.evaluate(
      `(async (snapshot, asset, early) => {
        if (!bench.mirror) bench.start();
        bench.assets([{ ...asset, url: early ? asset.url : 'http://none.example/' }]);
        bench.snapshot(snapshot); await bench.painted(); bench.assets([asset]); await bench.painted();
        for (let tries = 0; tries < 6000 && !bench.document.querySelector('use[href^="#mirror-"]'); tries++) await new Promise((done) => setTimeout(done, 10));
      })(${JSON.stringify(snapshot)}, ${JSON.stringify(asset)}, ${early})`,
    );
    await settle(page);
  }
  return (await page.evaluate(
    `({ icons: bench.document.querySelectorAll('[\\\\:own] > symbol path').length / ${PAINTS.length}, hacked: window.HACKED === undefined ? 'no' : 'yes' })`,
  )) as { icons: number; hacked: string };
}
inEachBrowser('hostile SVG files', (browser) => {
  underEachPolicy((csp, evilFrom) => {
    const other = () => bench.origin.replace('127.0.0.1', 'localhost');

    async function showSvgFiles(evil: (what: string) => string, csp: boolean) {
      bench.requests.length = 0;
      const page = await bench.console(browser(), { csp });
      const { icons, hacked } = await openSvgFiles(page, evil);
      await page.close();
      const pictures = bench.requests.filter((url) => url.startsWith('/asset/')).length;
      return { icons, hacked, pictures, evil: bench.requests.filter((url) => !url.startsWith('/asset/')) };
    }
    test.each([
      ['another origin', other],
      ["the console's origin", () => bench.origin],
    ])('SVG files of the page, shown in every way, with addresses of %s in them', async (_what, host) => {
      const evil = evilFrom(host());
      const result = await showSvgFiles(evil, csp);
      expect(result.evil).toEqual([]);
      expect(result.hacked).toBe('no');
      // Those that can be shown are: the test would prove nothing with files that were never looked at.
      expect(result.icons).toBe(1);
      expect(result.pictures).toBeGreaterThan(0);
    });
  });
});
