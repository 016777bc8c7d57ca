// A hostile page's style sheets, whole and in pieces, and random ones: see mirror-hostile.test.ts.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { element, settle, snapshotOf, text, underEachPolicy } from '../support/hostile-page.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';
import { createRandom } from '../support/random.ts';

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
});
afterAll(() => bench.close());

inEachBrowser('hostile style sheets', (browser) => {
  underEachPolicy((csp, evilFrom) => {
    const other = () => bench.origin.replace('127.0.0.1', 'localhost');

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
      const snapshot = snapshotOf(bench.origin, {
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
      const page = await bench.console(browser(), { csp });
      const shown = await page.evaluate(
        `(async (snapshot, changes, assets) => {
            bench.start(); bench.snapshot(snapshot); await bench.painted();
            bench.assets(assets); await bench.painted();
            for (const change of changes) { bench.change([change]); await bench.painted(); }
            const colors = () => ['s1', 's2', 's3', 's4'].map((name) => bench.document.defaultView.getComputedStyle(bench.document.querySelector('.' + name)).color);
            for (let tries = 0; tries < 6000 && colors()[2] !== 'rgb(7, 8, 9)'; tries++) await new Promise((done) => setTimeout(done, 10));
            return colors();
          })(${JSON.stringify(snapshot)}, ${JSON.stringify(changes)}, ${JSON.stringify(assets)})`,
      );
      await settle(page);
      await page.close();
      return { shown, evil: bench.requests.filter((url) => !url.startsWith('/asset/')) };
    }
    test('addresses that appear only when pieces of a sheet are put together', async () => {
      const evil = evilFrom(other());
      const result = await showPieces(evil, csp);
      expect(result.evil).toEqual([]);
      // What stood beside them in the same sheets is shown.
      expect(result.shown).toEqual(['rgb(1, 2, 3)', 'rgb(4, 5, 6)', 'rgb(7, 8, 9)', 'rgb(10, 11, 12)']);
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
    const page = await bench.console(browser(), { csp: false });
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
    const raw = await bench.console(browser(), { csp: false });
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
});
