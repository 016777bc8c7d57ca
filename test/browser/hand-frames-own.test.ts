// The hand in frames of the page's own origin, however they came to be and whatever is done to their looks: what is
// pressed in them hears where, in its own pixels.

import { afterEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage } from '../support/hand-page.ts';

const INNER = `<style>body{margin:0}</style><button id="b" style="position:absolute;left:30px;top:40px;width:80px;height:30px">Press</button>
<input id="t" style="position:absolute;left:30px;top:90px;width:100px">
<script>addEventListener('click', (event) => parent.clicks.push(event.target.id + ' ' + event.clientX + ' ' + event.clientY))</script>`;
const PAGE = (body: string) => `<style>body{margin:0;height:2000px}</style><script>window.clicks = []</script>${body}`;
const FRAME = (style: string, more = 'src="/inner"', around = '') =>
  PAGE(`<div style="${around}"><iframe id="f" ${more} style="${style}"></iframe></div>`);

inEachBrowser('the hand in frames of its own origin', (browser) => {
  let hand: HandPage | undefined;
  afterEach(async () => {
    expect(await hand?.errors()).toEqual([]);
    await hand?.close();
    hand = undefined;
  });
  const open = async (html: string) =>
    (hand = await openHandPage(browser(), html, { '/inner': `<!doctype html>${INNER}` }));
  const ready = (page: HandPage, path = 'f') =>
    page.page.waitForFunction(
      (path) => {
        const frame = document.querySelector<HTMLIFrameElement>(`#${path}`);
        return !!frame?.contentDocument?.querySelector('#t');
      },
      {},
      path,
    );
  /** The middle of the button, in its own pixels. */
  const works = async (page: HandPage, at = 'b 70 55', path = '#f') => {
    expect((await page.last(['click', `${path} >>> #b`])).why).toBeUndefined();
    expect(await page.read('clicks')).toEqual([at]);
    expect((await page.run(['click', `${path} >>> #t`], ['type', 'ab'])).every(({ done }) => done)).toBe(true);
    expect(await page.read(`hand.find('${path} >>> #t').value`)).toBe('ab');
    // Where marks are drawn, and what may lie over it: there the real mouse finds it, too.
    await page.read(`hand.find('${path} >>> #b').scrollIntoView({ block: 'center' })`);
    const point = (await page.read(`hand.it.pointOf(hand.place('${path} >>> #b'))`)) as { x: number; y: number };
    await page.page.mouse.click(point.x, point.y);
    const [, , real] = (await page.read('clicks')) as string[];
    const [id, ...spot] = at.split(' ');
    expect(real?.split(' ')[0]).toBe(id);
    real
      ?.split(' ')
      .slice(1)
      .forEach((value, index) => expect(Math.abs(Number(value) - Number(spot[index]))).toBeLessThan(2.5));
  };

  for (const [what, html] of [
    [
      'with border and padding',
      FRAME('position:absolute;left:50px;top:60px;border:11px solid;padding:13px 5px 2px 17px'),
    ],
    ['with padding in per cent', FRAME('margin:20px;border:3px solid;padding:4%;width:300px')],
    ['scaled down', FRAME('margin:30px;border:10px solid;padding:6px;transform:scale(.4)')],
    [
      'scaled differently in both directions, from a corner',
      FRAME('border:2px solid;transform:scale(1.5,.7);transform-origin:0 0'),
    ],
    [
      'in something scaled',
      FRAME('border:5px solid;padding:9px', undefined, 'transform:scale(.5);width:500px;padding:40px'),
    ],
    [
      'scaled in something scaled, far down',
      FRAME(
        'border:4px solid;transform:scale(.8)',
        undefined,
        'margin-top:1500px;transform:scale(.6) translate(30px,10px)',
      ),
    ],
    ['scaled by its own property', FRAME('border:4px solid;margin:40px;scale:.5')],
    ['with a zoom', FRAME('border:4px solid;margin:40px;zoom:1.5')],
    ['in something with a zoom', FRAME('border:4px solid;margin:40px;padding:5px', undefined, 'zoom:.8')],
    [
      'in a box with rounded corners that clips',
      FRAME('border:0', undefined, 'overflow:hidden;border-radius:30px;width:250px;height:140px'),
    ],
    ['sandboxed, with scripts', FRAME('', 'src="/inner" sandbox="allow-same-origin allow-scripts"')],
    ['with srcdoc', FRAME('border:9px solid', `srcdoc="${INNER.replaceAll('"', '&quot;')}"`)],
  ] as const)
    test(what, async () => {
      const page = await open(html);
      await ready(page);
      await works(page);
    });

  test('sandboxed, without scripts: the page around may still listen', async () => {
    const page = await open(FRAME('', 'src="/inner" sandbox="allow-same-origin"'));
    await ready(page);
    await page.read(
      `(f.contentDocument.addEventListener('click', (event) => clicks.push(event.target.id + ' ' + event.clientX + ' ' + event.clientY)), 0)`,
    );
    await works(page);
  });

  test('written by script into about:blank, and written once more', async () => {
    const page = await open(FRAME('border:3px solid', ''));
    for (const times of [1, 2]) {
      await page.page.evaluate((html) => {
        const inner = document.querySelector<HTMLIFrameElement>('#f')?.contentDocument;
        inner?.open();
        inner?.write(`<!doctype html>${html}`);
        inner?.close();
      }, INNER);
      await page.read('(clicks.length = 0)');
      await works(page);
      expect(times).toBeLessThan(3);
    }
  });

  test('made later, lazily loaded, in a shadow root, and in each other', async () => {
    const page = await open(PAGE('<div id="host" style="margin-top:1200px"></div>'));
    await page.page.evaluate(() => {
      const root = document.querySelector('#host')?.attachShadow({ mode: 'open' });
      if (root)
        root.innerHTML =
          '<iframe id="outer" loading="lazy" srcdoc="<body style=margin:20px><iframe id=f src=/inner style=\'border:5px solid;transform:scale(.75)\'></iframe>" style="width:500px;height:300px;border:2px solid"></iframe>';
      document.querySelector('#host')?.scrollIntoView();
    });
    await page.page.waitForFunction(() => {
      const outer = document.querySelector('#host')?.shadowRoot?.querySelector<HTMLIFrameElement>('#outer');
      return !!outer?.contentDocument?.querySelector<HTMLIFrameElement>('#f')?.contentDocument?.querySelector('#t');
    });
    await page.read(
      '(window.clicks = [], hand.find("#host >>> #outer").contentWindow.clicks = clicks, scrollTo(0, 0))',
    );
    await works(page, 'b 70 55', '#host >>> #outer >>> #f');
  });
});
