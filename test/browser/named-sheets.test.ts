// Style sheets go as assets by name: what the second visitor of a site sends of them, and that no operator ever sees a
// page without its styles, however its texts come, or that they do not come.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

/** In the visitor's page: what went over the line, and what becomes of uploads (`?uploads=`). */
const LINE = `<script>
  window.line = { frameBytes: 0, uploads: [], mode: new URLSearchParams(location.search).get('uploads') };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    line.frameBytes += data.byteLength ?? data.length;
    send.call(this, data);
  };
  const native = window.fetch;
  window.fetch = async (address, options) => {
    if (String(address).includes('/upload/')) {
      line.uploads.push({ type: options.body.type, bytes: options.body.size });
      if (line.mode === 'refused') throw new TypeError('refused');
      if (line.mode === 'never') await new Promise(() => {});
      if (line.mode === 'slow') await new Promise((done) => setTimeout(done, 1500));
    }
    return native(address, options);
  };
</script>`;
type Line = { line: { frameBytes: number; uploads: { type: string; bytes: number }[] } };

/** Nothing that deflates to nothing: its bytes would show wherever they went. */
function sheet(name: string, rules: string): string {
  let seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0).toString(36);
  const filling = Array.from(
    { length: 800 },
    () => `.${name}-${random()}${random()} { top: ${parseInt(random(), 36) % 9999}px; }`,
  );
  return `${rules}\n${filling.join('\n')}`;
}

const SHOP = sheet('shop', 'body { background-color: rgb(1, 2, 3); } h1 { color: rgb(4, 5, 6); }');
const GREY = 'rgb(1, 2, 3)';
const page = (head: string, body: string) =>
  `<!doctype html><title>Sheets</title>${LINE}${head}<body><h1>Kettles</h1>${body}%SNIPPET%`;

let world: World;

beforeAll(async () => {
  // Two of the sheets, not three.
  world = await startWorld({ env: { TANDEM_ASSET_CACHE_BYTES: '70000' } });
  const { pages } = world.site;
  const css = (path: string, body: string) => pages.set(path, () => ({ type: 'text/css', body }));
  css('/shop.css', SHOP);
  for (const name of ['late', 'slow', 'hung', 'refused', 'scripted', 'kept', 'other', 'more'])
    css(`/${name}.css`, sheet(name, `body { background-color: ${GREY}; } #late { color: rgb(7, 8, 9); }`));
  const link = (name: string) => `<link rel="stylesheet" href="/${name}.css">`;
  const policy = `default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'unsafe-inline' ${world.relay.url}; connect-src ${world.relay.url} ${world.relay.url.replace('http', 'ws')}`;
  pages.set('/', () => ({ body: page(link('shop'), ''), headers: { 'content-security-policy': policy } }));
  pages.set(
    '/scripted',
    page(
      `${link('scripted')}<style id="inline">${sheet('inline', '#inline-a { color: rgb(10, 10, 10); }')}</style>`,
      `<p id="before">a<p id="after">b<p id="inline-a">c<p id="inline-b">d<p id="adopted">e
      <script>
        document.styleSheets[0].insertRule('#before { color: rgb(20, 0, 0); }', 0);
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(${JSON.stringify(sheet('adopted', '#adopted { color: rgb(30, 0, 0); }'))});
        document.adoptedStyleSheets = [sheet];
      </script>`,
    ),
  );
  for (const name of ['slow', 'hung', 'refused', 'kept', 'late']) pages.set(`/${name}`, page(link(name), ''));
  // What the CSSOM makes of the first rule lacks its font.
  css(
    '/lossy.css',
    sheet(
      'lossy',
      `body { background-color: ${GREY}; } h1 { font: 700 21px/30px var(--sans, Verdana); font-kerning: none; }`,
    ),
  );
  pages.set('/lossy', page(link('lossy'), ''));
  pages.set('/lossy-alone', () => ({ body: page(link('lossy'), ''), headers: { 'content-security-policy': policy } }));
  pages.set('/others', page(link('other') + link('more'), ''));
});

afterAll(() => world.close());

const lineOf = (visitor: Visitor) => visitor.page.evaluate(() => (window as unknown as Line).line);
const sheetsOf = async (visitor: Visitor) => (await lineOf(visitor)).uploads.filter(({ type }) => type === 'text/css');
const colour = (selector: string, is: string, of = 'color') =>
  `getComputedStyle(document.querySelector('${selector}')).getPropertyValue('${of}') === '${is}'`;
const isGrey = colour('body', GREY, 'background-color');

/** Looks at each frame that the operator sees: how many showed this element in another colour than it should have. */
const watchFor = (operator: Operator, selector: string, of: string, is: string) =>
  operator.page.evaluate(
    (selector, of, is) => {
      const seen = ((window as unknown as { seen: { right: number; wrong: number } }).seen = { right: 0, wrong: 0 });
      const look = () => {
        for (const frame of document.querySelectorAll<HTMLIFrameElement>('[data-testid=mirror] iframe')) {
          if (frame.getClientRects().length === 0 || getComputedStyle(frame).visibility === 'hidden') continue;
          const found = frame.contentDocument?.querySelector(selector);
          const view = frame.contentWindow;
          if (!found || !view || !frame.contentDocument?.querySelector('h1')) continue;
          if (view.getComputedStyle(found).getPropertyValue(of) === is) seen.right++;
          else seen.wrong++;
        }
        requestAnimationFrame(look);
      };
      look();
    },
    selector,
    of,
    is,
  );
const seen = (operator: Operator) =>
  operator.page.evaluate(() => (window as unknown as { seen: { right: number; wrong: number } }).seen);

async function leave(visitor: Visitor, operator: Operator) {
  await visitor.page.browserContext().close();
  await operator.page.browserContext().close();
}

test('the second visitor of a site sends no bytes of its styles; where the page may connect to the relay alone', async () => {
  const first = await world.openViewed('/');
  await first.operator.mirrorHas(isGrey);
  expect(await sheetsOf(first.visitor)).toHaveLength(1);
  // Of 29 kB, gzipped.
  expect((await sheetsOf(first.visitor))[0]?.bytes).toBeGreaterThan(5_000);
  expect((await sheetsOf(first.visitor))[0]?.bytes).toBeLessThan(20_000);
  await leave(first.visitor, first.operator);

  const second = await world.openViewed('/');
  await second.operator.mirrorHas(isGrey);
  expect(await sheetsOf(second.visitor)).toEqual([]);
  const { frameBytes } = await lineOf(second.visitor);
  expect(frameBytes).toBeGreaterThan(300);
  expect(frameBytes).toBeLessThan(5000);
  expect(second.visitor.errors).toEqual([]);

  // What script does to it afterwards goes as that.
  await second.visitor.page.evaluate(() =>
    document.styleSheets[0]?.insertRule('h1 { color: rgb(40, 0, 0) !important; }', 1),
  );
  await second.operator.mirrorHas(colour('h1', 'rgb(40, 0, 0)'));
  expect((await lineOf(second.visitor)).frameBytes - frameBytes).toBeLessThan(2000);
  await leave(second.visitor, second.operator);
});

test('of a sheet that the CSSOM does not tell whole goes its source, and nothing else', async () => {
  const first = await world.openViewed('/lossy');
  await first.operator.mirrorHas(`${isGrey} && ${colour('h1', '21px', 'font-size')}`);
  expect(await sheetsOf(first.visitor)).toHaveLength(1);
  await leave(first.visitor, first.operator);
  const second = await world.openViewed('/lossy');
  await second.operator.mirrorHas(`${isGrey} && ${colour('h1', '21px', 'font-size')}`);
  expect(await sheetsOf(second.visitor)).toEqual([]);
  await leave(second.visitor, second.operator);
  // Where the page may not fetch its own sheet, what can be read of it.
  const alone = await world.openViewed('/lossy-alone');
  await alone.operator.mirrorHas(isGrey);
  expect(await sheetsOf(alone.visitor)).toHaveLength(1);
  await leave(alone.visitor, alone.operator);
});

test('no frame without styles is seen while a text is on its way for the first time', async () => {
  const visitor = await world.openVisitor('/slow?uploads=slow');
  const operator = await world.openOperator();
  await watchFor(operator, 'body', 'background-color', GREY);
  await world.view(visitor, operator);
  await operator.mirrorHas(isGrey);
  await until('some frames', async () => (await seen(operator)).right > 3);
  expect(await seen(operator)).toMatchObject({ wrong: 0 });

  // A sheet that comes later, and content that the page shows once it is there.
  await watchFor(operator, '#late', 'color', 'rgb(7, 8, 9)');
  await visitor.page.evaluate(() => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = '/late.css';
    link.onload = () => document.body.insertAdjacentHTML('beforeend', '<p id="late">late</p>');
    document.head.append(link);
  });
  await until('the late words', async () => (await seen(operator)).right > 3);
  expect(await seen(operator)).toMatchObject({ wrong: 0 });
  await leave(visitor, operator);
});

test('sheets that script has changed are right, before and after', async () => {
  const { visitor, operator } = await world.openViewed('/scripted');
  await operator.mirrorHas(colour('#before', 'rgb(20, 0, 0)'));
  await operator.mirrorHas(colour('#inline-a', 'rgb(10, 10, 10)'));
  await operator.mirrorHas(colour('#adopted', 'rgb(30, 0, 0)'));
  await visitor.page.evaluate(() => {
    const [linked, inline] = [...document.styleSheets];
    linked?.deleteRule(0);
    linked?.insertRule('#after { color: rgb(21, 0, 0); }', 1);
    inline?.insertRule('#inline-b { color: rgb(22, 0, 0); }', 0);
    document.adoptedStyleSheets[0]?.insertRule('#adopted { color: rgb(31, 0, 0); }', 1);
  });
  const isRight = [
    colour('#before', 'rgb(0, 0, 0)'),
    colour('#after', 'rgb(21, 0, 0)'),
    colour('#inline-b', 'rgb(22, 0, 0)'),
    colour('#inline-a', 'rgb(10, 10, 10)'),
    colour('#adopted', 'rgb(31, 0, 0)'),
  ].join(' && ');
  await operator.mirrorHas(isRight);
  // The same from a picture that is taken now.
  await visitor.page.bringToFront();
  await visitor.press('Pause');
  await visitor.press('Resume');
  await operator.page.bringToFront();
  await operator.overlay('none');
  await operator.mirrorHas(isRight);
  // And a text that script writes anew.
  await visitor.page.evaluate(() => {
    const style = document.getElementById('inline');
    if (style) style.textContent = '#inline-a { color: rgb(11, 0, 0); }';
  });
  await operator.mirrorHas(colour('#inline-a', 'rgb(11, 0, 0)'));
  await leave(visitor, operator);
});

test('a text that can not be uploaded comes with the picture', async () => {
  const { visitor, operator } = await world.openViewed('/refused?uploads=refused');
  await operator.mirrorHas(isGrey);
  await leave(visitor, operator);
});

test('what the relay has put away since, whoever joins late gets from the page', async () => {
  const first = await world.openViewed('/kept');
  await first.operator.mirrorHas(isGrey);
  const others = await world.openViewed('/others');
  await until('two more sheets', async () => (await sheetsOf(others.visitor)).length === 2);
  await others.operator.mirrorHas(isGrey);
  await leave(others.visitor, others.operator);
  expect(await sheetsOf(first.visitor)).toHaveLength(1);

  const late = await world.openOperator();
  await late.clickOf(first.visitor, 'view');
  await late.mirrorHas(isGrey);
  expect(await sheetsOf(first.visitor)).toHaveLength(2);
  await late.page.browserContext().close();
  await leave(first.visitor, first.operator);
});

test('nobody waits for ever for a text whose visitor has gone', async () => {
  const { visitor, operator } = await world.openViewed('/hung?uploads=never');
  await until('an upload', async () => (await sheetsOf(visitor)).length === 1);
  await visitor.page.browserContext().close();
  await operator.mirrorHas(`document.querySelector('h1').textContent === 'Kettles'`);
  expect(await operator.inMirror<boolean>(isGrey)).toBe(false);
  await operator.page.browserContext().close();
});
