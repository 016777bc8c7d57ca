// Assets and moving pictures: what of a page's files is read in the page, under which names, and that nothing is fetched
// that the page itself does not use; canvases and videos as images. Two origins, so that CORS is real.

import { expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type CapturePage, type File, type Json } from '../support/capture-page.ts';

const svg = (color: string): File => ({
  body: `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><symbol id="i"/><rect width="20" height="20" fill="${color}"/></svg>`,
  type: 'image/svg+xml',
});
const cors = (file: File): File => ({ ...file, headers: { 'access-control-allow-origin': '*' } });

const FILES: Record<string, File | string> = {
  '/shop/': `<!doctype html><title>Assets</title><base href="/shop/">
    <link rel=stylesheet href=../css/main.css>
    <link rel=stylesheet href="%OTHER%/readable.css" ><link rel=stylesheet href="%OTHER%/closed.css">
    <style>.inline { background: url(img/inline.svg) } .unused { background: url(img/unused-inline.svg) }</style>
    <img id=plain src=img/plain.svg><img id=other src="%OTHER%/open.svg"><img src="%OTHER%/closed.svg"><img src="%OTHER%/closed2.svg">
    <img id=dense srcset="img/dense1.svg 1x, img/dense2.svg 2x" src=img/dense1.svg>
    <picture><source id=source media="(min-width: 1px)" srcset="img/wide.svg, img/wide2.svg 2x"><img id=pict src=img/narrow.svg></picture>
    <img src="img/plain.svg#again"><img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
    <div class=main></div><div class=inline></div><div style="background:url('img/attribute.svg')">x</div><div class=imported>i</div>
    <svg width=10 height=10><use href="img/sprite.svg#i"/></svg><video poster=img/poster.svg></video>
    <input type=image src=img/button.svg><img src=img/missing.svg>
    <div data-tandem=mask><img src=img/secret.svg></div>
    <script>
      fetch('img/plain.svg').then((r) => r.blob()).then((blob) => {
        const image = new Image(); image.id = 'blob'; image.src = URL.createObjectURL(blob); document.body.append(image);
      });
      const sheet = new CSSStyleSheet(); sheet.replaceSync('.main { outline-image: none; border-image: url(img/adopted.svg) 1 }');
      document.adoptedStyleSheets = [sheet];
    </script>`,
  '/css/main.css': `@import "sub/imported.css"; .main { width: 5px; height: 5px; background: url("../shop/img/main.svg") }
    .never { background: url(../shop/img/unused.svg) } @font-face { font-family: Never; src: url(never.woff2) }`,
  '/css/sub/imported.css': '.imported { background: url(imported.svg) }',
  '/css/sub/imported.svg': svg('plum'),
};
for (const name of [
  'plain',
  'inline',
  'unused-inline',
  'dense1',
  'dense2',
  'wide',
  'wide2',
  'narrow',
  'attribute',
  'sprite',
  'poster',
  'button',
  'secret',
  'main',
  'unused',
  'adopted',
  'later',
])
  FILES[`/shop/img/${name}.svg`] = svg('red');
const OTHER: Record<string, File> = {
  '/readable.css': cors({ body: '.readable { background: url(rel.svg) } .inline { color: red }', type: 'text/css' }),
  '/closed.css': { body: '.closed { color: red }', type: 'text/css' },
  '/rel.svg': cors(svg('blue')),
  '/open.svg': cors(svg('blue')),
  '/closed.svg': svg('blue'),
  '/closed2.svg': svg('blue'),
};

inEachBrowser('assets', (browser, name) => {
  const names = async (page: CapturePage) => (await page.outputs('asset')).map((output) => output.url as string);
  const open = () => openCapturePage(browser(), { files: FILES, otherFiles: OTHER, path: '/shop/' });

  test('what the page uses comes once, under its absolute address; nothing else is fetched', async () => {
    const page = await open();
    await page.page.waitForFunction(() => document.querySelector('#blob'));
    await page.start();
    const { origin, otherOrigin } = page;
    const readable = [
      ...['plain', 'inline', 'dense1', 'wide', 'attribute', 'sprite', 'poster', 'button', 'main', 'adopted'].map(
        (file) => `${origin}/shop/img/${file}.svg`,
      ),
      `${origin}/css/sub/imported.svg`,
      `${otherOrigin}/open.svg`,
      `${otherOrigin}/readable.css`,
    ];
    await page
      .until(async () => {
        const had = await names(page);
        return (
          [...readable, `${otherOrigin}/closed.svg`].every((url) => had.includes(url)) &&
          had.some((url) => url.startsWith('blob:'))
        );
      }, 'all assets')
      .catch(async (error: unknown) => {
        const had = await names(page);
        throw new Error(`missing: ${readable.filter((url) => !had.includes(url)).join(' ')}`, { cause: error });
      });
    const assets = await page.outputs('asset');
    const had = assets.map((output) => output.url as string);
    expect(new Set(had).size).toBe(had.length);
    for (const asset of assets)
      expect([asset.url, asset.blob !== undefined]).toEqual([asset.url, !/closed|missing/.test(asset.url)]);
    for (const word of ['unused', 'never', 'secret', 'narrow', 'dense2', 'wide2', '#', 'data:'])
      expect(had.filter((url) => url.includes(word))).toEqual([]);
    expect(page.requests.filter((url) => /unused|never/.test(url))).toEqual([]);
    // All addresses in what the mirror gets are absolute.
    const text = await page.everything();
    expect(text).toContain(`url(\\"${origin}/shop/img/attribute.svg\\")`);
    expect(text).toContain(`url(\\"${origin}/shop/img/adopted.svg\\")`);
    expect(text).toContain(`"poster":"${origin}/shop/img/poster.svg"`);
    expect(text).toContain(`"srcset":"${origin}/shop/img/dense1.svg 1x"`);
    expect(text).toContain(`"srcset":"${origin}/shop/img/wide.svg"`);
    expect(text).not.toContain('dense2');
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('what is used later comes later: a new source, a class, a rule, an inline style', async () => {
    const page = await open();
    await page.start();
    await page.until(async () => (await names(page)).some((url) => url.endsWith('/plain.svg')), 'the first assets');
    await page.page.evaluate(() => {
      document.querySelector<HTMLImageElement>('#plain')!.src = 'img/later.svg';
      document.querySelector('.main')!.className = 'unused';
      const rule = document.createElement('style');
      rule.textContent = '.inline { background: url(img/narrow.svg) }';
      document.head.append(rule);
      rule.sheet!.insertRule('.imported { background: url(img/dense2.svg) }');
      document.querySelector<HTMLElement>('.inline')!.style.width = '10px';
      document.querySelector<HTMLElement>('[style*=attribute]')!.style.backgroundImage = 'url(img/wide2.svg)';
    });
    for (const file of ['later', 'unused-inline', 'narrow', 'dense2', 'wide2'])
      await page.until(async () => (await names(page)).includes(`${page.origin}/shop/img/${file}.svg`), file);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('a canvas is sent when it changes, again after a snapshot; not when hidden, masked, tainted or off the screen', async () => {
    const page = await openCapturePage(browser(), {
      files: {
        '/': `<body style="margin:0"><canvas id=c width=200 height=100 style="width:100px"></canvas><canvas id=gl width=50 height=50></canvas>
          <canvas id=tainted width=20 height=20></canvas><div data-tandem=mask><canvas id=masked width=20 height=20></canvas></div>
          <canvas id=below width=20 height=20 style="position:absolute;top:5000px"></canvas><img id=foreign src="%OTHER%/closed.svg">
          <script>
            var paint = (id, color) => { const c = document.getElementById(id).getContext('2d'); c.fillStyle = color; c.fillRect(0, 0, 300, 200) };
            for (const id of ['c', 'tainted', 'masked', 'below']) paint(id, 'red');
            var gl = document.getElementById('gl').getContext('webgl');
            (function draw() { if (gl) { gl.clearColor(0, 1, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT) } requestAnimationFrame(draw) })();
          </script>`,
      },
      otherFiles: OTHER,
    });
    await page.page.evaluate(async () => {
      const image = document.querySelector<HTMLImageElement>('#foreign')!;
      await image.decode();
      document.querySelector<HTMLCanvasElement>('#tainted')!.getContext('2d')!.drawImage(image, 0, 0);
    });
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const of = async (id: number) => (await page.outputs('picture')).filter((output) => output.picture.node === id);
    const canvas = await page.idOf('#c');
    const first = await page.until(async () => (await of(canvas))[0], 'the canvas');
    expect(first.picture).toMatchObject({ width: 100, height: 50 });
    expect(String.fromCharCode(...first.picture.image.head.slice(8, 12))).toBe('WEBP');
    if (await page.page.evaluate(() => (window as unknown as Json).eval('!!gl'))) {
      const gl = await page.idOf('#gl');
      await page.until(async () => (await of(gl))[0], 'the WebGL canvas');
    }
    const before = (await of(canvas)).length;
    await page.page.evaluate(() => (window as unknown as Json).paint('c', 'blue'));
    await page.until(async () => (await of(canvas)).length > before, 'its change');
    await page.page.evaluate(() => (window as unknown as Json).tandem.capture.snapshot());
    await page.until(async () => (await page.outputs('snapshot')).length === 2, 'a snapshot');
    const fresh = await page.idOf('#c');
    expect(fresh).not.toBe(canvas);
    await page.until(async () => (await of(fresh))[0], 'the canvas again');
    for (const hidden of ['#tainted', '#masked', '#below'])
      expect([hidden, (await of(await page.idOf(hidden))).length]).toEqual([hidden, 0]);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test.runIf(name === 'chromium')('a playing video is sent as pictures', async () => {
    const page = await openCapturePage(browser(), {
      files: {
        '/': `<canvas id=source width=64 height=48 style="display:none"></canvas><video id=v muted width=64 height=48></video><script>
          const context = document.getElementById('source').getContext('2d');
          let at = 0; setInterval(() => { context.fillStyle = 'hsl(' + (at += 40) + ' 90% 50%)'; context.fillRect(0, 0, 64, 48) }, 50);
          const video = document.getElementById('v'); video.srcObject = document.getElementById('source').captureStream(20);
          window.playing = video.play();
        </script>`,
      },
    });
    await page.page.evaluate(() => (window as unknown as Json).playing);
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const id = await page.idOf('#v');
    await page.until(
      async () => (await page.outputs('picture')).filter((output) => output.picture.node === id).length > 2,
      'pictures',
    );
    expect(await page.errors()).toEqual([]);
    await page.close();
  });
});
