// What capture tells of a page beside masking: changes, frames and shadow roots, the pointer, focus, caret, lists,
// popovers, animations, addresses, snapshots. On real pages in Chromium, and the core of it in Firefox.

import { expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type CapturePage, type Json } from '../support/capture-page.ts';

const PAGE = `<!doctype html><html lang=en><head><title>First</title><style>
  body { margin: 0; height: 3000px } #frame { position: absolute; left: 300px; top: 100px; border: 5px solid; width: 200px; height: 100px }
  #box { overflow: auto; height: 50px; width: 100px } #box > div { height: 500px } .p { clip-path: url(#clip) }
  </style></head><body>
<div id=list></div><input id=field value="hello there"><input id=mail type=email value=a@b.c>
<select id=select><option>one<option>two<option>three</select>
<div id=box><div></div></div>
<div id=pop popover>Popover</div><dialog id=dialog>Dialog</dialog>
<x-open id=open></x-open><div id=mover>move</div>
<iframe id=frame srcdoc="<body style='margin:0'><button id=in style='width:50px;height:30px'>in</button><input id=fin></body>"></iframe>
<script>
  const sheet = new CSSStyleSheet(); sheet.replaceSync('.adopted { color: rgb(1, 2, 3) }'); document.adoptedStyleSheets = [sheet];
  customElements.define('x-open', class extends HTMLElement {
    constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<button id=inner>Inner</button><input id=shadowfield>'; }
  });
</script></body></html>`;

const tagged = (events: Json[], tag: string) =>
  events.filter((event) => event.type === 5 && event.data.tag === tag).map((event) => event.data.payload);
const ofSource = (events: Json[], source: number) =>
  events.filter((event) => event.type === 3 && event.data.source === source).map((event) => event.data);

inEachBrowser('capture', (browser, name) => {
  async function withPage(run: (page: CapturePage) => Promise<void>, files: Record<string, string> = { '/': PAGE }) {
    const page = await openCapturePage(browser(), { files });
    try {
      await page.start();
      await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
      if (files['/']?.includes('<iframe'))
        await page.until(async () => ofSource(await page.events(), 0).some((data) => data.isAttachIframe), 'the frame');
      await run(page);
      expect(await page.errors()).toEqual([]);
    } finally {
      await page.close();
    }
  }

  test('a snapshot is meta, page and adopted sheets; CSS addresses within the page stay within it', () =>
    withPage(async (page) => {
      const [snapshot] = await page.outputs('snapshot');
      expect(snapshot.events.map((event: Json) => event.type)).toEqual([4, 2, 3]);
      expect(JSON.stringify(snapshot.events[2])).toContain('rgb(1, 2, 3)');
      expect(JSON.stringify(snapshot)).toContain('url(\\"#clip\\")');
      expect(JSON.stringify(snapshot)).toContain('Inner');
    }));

  test('what the hand marks as hovered is sent neither in changes nor in snapshots', () =>
    withPage(async (page) => {
      await page.page.evaluate(() => {
        document.getElementById('list')!.toggleAttribute('data-tandem-hover', true);
        document.getElementById('box')!.title = 'seen';
      });
      await page.until(async () => (await page.everything()).includes('seen'), 'the title');
      await page.page.evaluate(() => (window as unknown as Json).tandem.capture.snapshot());
      await page.until(async () => (await page.outputs('snapshot')).length > 1, 'another snapshot');
      expect(await page.everything()).not.toContain('tandem-hover');
      const changes = ofSource(await page.events(), 0).flatMap((data) => data.attributes);
      expect(changes.filter(({ attributes }) => !Object.keys(attributes).length)).toEqual([]);
    }));

  test('what one task changes goes out together', () =>
    withPage(async (page) => {
      await page.page.evaluate(() => {
        const list = document.getElementById('list')!;
        for (let at = 0; at < 5; at++)
          list.append(Object.assign(document.createElement('p'), { textContent: `row ${at}` }));
        list.title = 'rows';
        document.adoptedStyleSheets[0]!.insertRule('.late { color: red }');
        document.getElementById('open')!.shadowRoot!.append('in the shadow');
        document.querySelector('iframe')!.contentDocument!.body.append('in the frame');
      });
      await page.until(async () => (await page.everything()).includes('in the frame'), 'the change');
      const changes = (await page.outputs('change')).map((output) => JSON.stringify(output));
      const words = ['row 4', 'rows', '.late', 'in the shadow', 'in the frame'];
      const found = changes.map((text) => words.filter((word) => text.includes(word)));
      // Others may have to do with something else: the frame that has just loaded, the focus.
      expect(found.filter((each) => each.length > 0)).toEqual([words]);
    }));

  test('radio buttons with a name that is no plain word: the one before is let go, and the page hears no error', () =>
    withPage(
      async (page) => {
        await page.page.click('#first');
        await page.page.click('#second');
        const first = await page.idOf('#first');
        const isLetGo = (data: Json) => data.id === first && !data.isChecked;
        await page.until(async () => ofSource(await page.events(), 5).some(isLetGo), 'the first, let go');
      },
      { '/': `<input type=radio name='of["a"]' id=first><input type=radio name='of["a"]' id=second>` },
    ));

  test('scrolling, of the page and of a box, and typing', () =>
    withPage(async (page) => {
      await page.page.evaluate(() => {
        document.getElementById('box')!.scrollTop = 120;
        window.scrollTo(0, 700);
      });
      const box = await page.idOf('#box');
      await page.until(
        async () => ofSource(await page.events(), 3).some((data) => data.id === box && data.y === 120),
        'the box',
      );
      await page.until(async () => ofSource(await page.events(), 3).some((data) => data.y === 700), 'the page');
      await page.page.evaluate(() => window.scrollTo(0, 0));
      await page.page.focus('#field');
      await page.page.keyboard.press('End');
      await page.page.keyboard.type('!');
      const field = await page.idOf('#field');
      await page.until(
        async () => ofSource(await page.events(), 5).some((data) => data.id === field && data.text === 'hello there!'),
        'the text',
      );
      await page.until(
        async () =>
          tagged(await page.events(), 'caret').some(
            (caret) => caret.id === field && caret.start === 12 && caret.end === 12,
          ),
        'the caret',
      );
    }));

  test('focus, also within shadow roots and frames; an e-mail field has no caret and that is fine', () =>
    withPage(async (page) => {
      const focus = async () => tagged(await page.events(), 'focus').at(-1)?.id;
      for (const script of [
        `document.getElementById('field')`,
        `document.getElementById('mail')`,
        `document.getElementById('open').shadowRoot.getElementById('shadowfield')`,
        `document.getElementById('frame').contentDocument.getElementById('fin')`,
      ]) {
        const id = await page.page.evaluate(`${script}.focus(), tandem.idOf(${script})`);
        expect(id).toBeGreaterThan(0);
        await page.until(async () => (await focus()) === id, `focus on ${script}`);
      }
      await page.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    }));

  test('the pointer, on a channel of its own, with the deepest node and the top window’s coordinates', () =>
    withPage(async (page) => {
      const pointer = async () => (await page.outputs('pointer')).at(-1)?.pointer;
      const { page: tab } = page;
      await tab.mouse.move(200, 300);
      await page.until(async () => (await pointer())?.x === 200, 'a move');
      expect(await pointer()).toMatchObject({ x: 200, y: 300, state: 'mouse', buttons: 0 });
      const inner = await tab.evaluate(() => {
        const box = document.getElementById('open')!.shadowRoot!.getElementById('inner')!.getBoundingClientRect();
        const id = (window as unknown as Json).tandem.idOf(
          document.getElementById('open')!.shadowRoot!.getElementById('inner'),
        );
        return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2), id };
      });
      await tab.mouse.move(inner.x, inner.y);
      await page.until(async () => (await pointer())?.node === inner.id, 'the shadow button');
      const within = await tab.evaluate(() => {
        const button = document.querySelector('iframe')!.contentDocument!.getElementById('in')!;
        return (window as unknown as Json).tandem.idOf(button);
      });
      await tab.mouse.move(320, 115);
      await page.until(async () => (await pointer())?.node === within, 'the frame button');
      expect(await pointer()).toMatchObject({ x: 320, y: 115 });
      await tab.mouse.down();
      await page.until(async () => (await pointer())?.buttons === 1, 'a pressed button');
      await tab.mouse.up();
    }));

  test('popovers, dialogs, animations started by script', () =>
    withPage(async (page) => {
      const pop = await page.idOf('#pop');
      const mover = await page.idOf('#mover');
      await page.page.evaluate(() => {
        document.getElementById('pop')!.showPopover();
        document
          .getElementById('mover')!
          .animate([{ opacity: 0 }, { opacity: 1 }], { duration: 5000, iterations: Infinity });
      });
      await page.until(
        async () => tagged(await page.events(), 'popover').some((it) => it.id === pop && it.open),
        'the popover',
      );
      // A modal dialog closes popovers.
      await page.page.evaluate(() => document.querySelector('dialog')!.showModal());
      await page.until(
        async () => tagged(await page.events(), 'popover').some((it) => it.id === pop && !it.open),
        'its close',
      );
      await page.until(async () => (await page.everything()).includes('"rr_open_mode":"modal"'), 'the dialog');
      const animation = await page.until(async () => tagged(await page.events(), 'animation')[0], 'the animation');
      expect(animation).toMatchObject({ id: mover, playState: 'running', timing: { duration: 5000, iterations: 1e6 } });
      expect(animation.keyframes.map((frame: Json) => frame.opacity)).toEqual(['0', '1']);
      await page.page.evaluate(() => {
        document.getElementById('mover')!.getAnimations()[0]!.cancel();
        document.querySelector('dialog')!.close();
      });
      await page.until(async () => tagged(await page.events(), 'animation').some((it) => it.cancel), 'the end of it');
    }));

  test('single-page navigation, title and viewport', () =>
    withPage(async (page) => {
      const last = async () => (await page.outputs('page')).at(-1)?.page;
      expect(await last()).toMatchObject({
        url: `${page.origin}/`,
        title: 'First',
        visible: true,
        viewport: { width: 1000, height: 700 },
      });
      await page.page.evaluate(() => {
        history.pushState({}, '', '/second?q=1');
        document.title = 'Second';
      });
      await page.until(
        async () => (await last()).url.endsWith('/second?q=1') && (await last()).title === 'Second',
        'the address',
      );
      await page.page.setViewport({ width: 800, height: 500 });
      await page.until(async () => (await last()).viewport.width === 800, 'the viewport');
      await page.until(async () => ofSource(await page.events(), 4).some((data) => data.width === 800), 'the resize');
    }));

  test('a new snapshot is whole and says again what was said, and nothing comes twice afterwards', () =>
    withPage(async (page) => {
      await page.page.focus('#field');
      await page.page.evaluate(() => {
        document.getElementById('list')!.append('before');
        (window as unknown as Json).tandem.capture.snapshot();
        document.getElementById('list')!.append('just after');
      });
      await page.until(async () => (await page.outputs('snapshot')).length === 2, 'a second snapshot');
      const at = (await page.outputs()).findLastIndex((output) => output.kind === 'snapshot');
      const since = async () => (await page.outputs()).slice(at).flatMap((output) => output.events ?? []);
      await page.until(async () => ofSource(await since(), 0).some((data) => data.isAttachIframe), 'the frame again');
      const field = await page.idOf('#field');
      expect(tagged(await since(), 'focus')).toEqual([{ id: field, visible: true }]);
      // A frame that loads anew, and changes in it.
      await page.page.evaluate(
        () =>
          new Promise((resolve) => {
            const frame = document.querySelector('iframe')!;
            frame.onload = resolve;
            frame.srcdoc = '<p id=again>loaded again</p>';
          }),
      );
      await page.until(async () => JSON.stringify(await since()).includes('loaded again'), 'the frame’s new page');
      await page.page.evaluate(() => {
        document.querySelector('iframe')!.contentDocument!.body.append('within the frame');
        document.getElementById('list')!.append('within the page');
      });
      await page.until(async () => JSON.stringify(await since()).includes('within the page'), 'the changes');
      const text = JSON.stringify(await since());
      for (const word of ['just after', 'loaded again', 'within the frame', 'within the page'])
        expect([word, text.split(`"textContent":"${word}"`).length - 1]).toEqual([word, 1]);
    }));

  // Only Chromium tells how many documents there are.
  test.skipIf(name !== 'chromium')('frames and shadow roots that the page has thrown away are not kept', () =>
    withPage(async (page) => {
      const session = await page.page.createCDPSession();
      await session.send('Performance.enable');
      const kept = async () => {
        await session.send('HeapProfiler.collectGarbage');
        const { metrics } = await session.send('Performance.getMetrics');
        const of = (key: string) => metrics.find((metric) => metric.name === key)?.value ?? NaN;
        return { documents: of('Documents'), nodes: of('Nodes') };
      };
      const before = await kept();
      const NODES = 100;
      await page.page.evaluate(async (nodes) => {
        for (let n = 0; n < 5; n++) {
          const frame = document.createElement('iframe');
          frame.srcdoc = `<input value="frame ${n}"><x-open></x-open>`;
          const box = document.createElement('div');
          box.attachShadow({ mode: 'open' }).innerHTML = `<p>${'<i>box</i>'.repeat(nodes)}</p>`;
          const list = document.getElementById('list')!;
          const loaded = new Promise((resolve) => (frame.onload = resolve));
          list.append(frame, box);
          await loaded;
          const sent = () => JSON.stringify((window as unknown as Json).tandem.outputs).includes(`frame ${n}`);
          while (!sent()) await new Promise((resolve) => setTimeout(resolve, 20));
          list.replaceChildren();
        }
      }, NODES);
      await page.until(
        async () => (await kept()).documents <= before.documents,
        'no documents of frames that are gone',
      );
      await page.until(
        async () => (await kept()).nodes < before.nodes + NODES,
        'no nodes of shadow roots that are gone',
      );
    }),
  );

  test('after stop nothing is emitted and the page has its own functions back', () =>
    withPage(async (page) => {
      const before = await page.page.evaluate(() => {
        const { length } = (window as unknown as Json).tandem.outputs;
        document.body.append('queued');
        (window as unknown as Json).tandem.capture.stop();
        (window as unknown as Json).tandem.capture.stop();
        document.body.append('later');
        history.pushState({}, '', '/later');
        return length as number;
      });
      await page.page.mouse.move(10, 10);
      await page.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
      expect((await page.outputs()).length).toBe(before);
      expect(
        await page.page.evaluate(() =>
          [
            Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')!.set!,
            CSSStyleSheet.prototype.insertRule,
            CSSStyleDeclaration.prototype.setProperty,
            Element.prototype.attachShadow,
          ].every((native) => /\[native code]/.test(Function.prototype.toString.call(native))),
        ),
      ).toBe(true);
    }));

  test('the page’s own exceptions stay the page’s own', () =>
    withPage(async (page) => {
      const thrown = await page.page.evaluate(() => {
        try {
          document.adoptedStyleSheets[0]!.insertRule('not a rule');
          return 'nothing';
        } catch (error) {
          return (error as Error).name;
        }
      });
      expect(thrown).toBe('SyntaxError');
      // A page that looks at what all there is.
      const looked = await page.page.evaluate(() => {
        const failures: string[] = [];
        for (const name of ['style', 'selectorText', 'insertRule'])
          try {
            Reflect.get(CSSStyleRule.prototype, name);
          } catch (error) {
            failures.push((error as Error).name);
          }
        try {
          CSSMediaRule.prototype.insertRule.call({} as CSSMediaRule, 'p{}');
        } catch (error) {
          failures.push((error as Error).name);
        }
        return failures;
      });
      expect(looked).toEqual(['TypeError', 'TypeError', 'TypeError']);
      expect(await page.errors()).toEqual([]);
    }));

  test.runIf(name === 'chromium')('an open list, and its close', () =>
    withPage(async (page) => {
      const id = await page.idOf('#select');
      const last = async () => tagged(await page.events(), 'select').at(-1);
      await page.page.click('#select');
      await page.until(async () => (await last())?.open === true, 'the open list');
      expect(await last()).toEqual({ id, open: true, active: 0 });
      await page.page.keyboard.press('Escape');
      await page.until(async () => (await last())?.open === false, 'the close');
    }),
  );

  test('a page that is too large is refused with a notice, not frozen', async () => {
    const page = await openCapturePage(browser(), { files: { '/': '<div id=root></div>' } });
    await page.page.evaluate(() => {
      const root = document.getElementById('root')!;
      root.innerHTML = '<i></i>'.repeat(250_001);
    });
    await page.start();
    await page.until(async () => (await page.outputs('notice')).length > 0, 'the notice');
    await page.page.evaluate(() => document.getElementById('root')!.append('more'));
    await page.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
    // Of the page itself nothing.
    expect((await page.outputs()).filter(({ kind }) => kind !== 'page')).toEqual([
      { kind: 'notice', notice: 'page-too-large' },
    ]);
    await page.close();
  });
});
