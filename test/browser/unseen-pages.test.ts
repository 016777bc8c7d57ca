// Pages of a kind that few tests think of: another root element, a document written anew, XHTML, icons named by the page's
// whole address, an editor in a frame, style sheets switched off. Through the built product.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCapturePage } from '../support/capture-page.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;
let visitor: Visitor;
let operator: Operator;
let snippet = '';
beforeAll(async () => {
  world = await startWorld();
  const page = (name: string, body: string) =>
    world.site.pages.set(name, `<!doctype html><html><head><title>${name}</title></head><body>${body}%SNIPPET%</body>`);
  page('/', '<h1>Start</h1>');
  page('/root', '<h1>First</h1>');
  page('/rewritten', '<h1>First</h1>');
  page('/own-map', '<h1>Own</h1><script>function Map() {}</script>');
  page('/own-set', '<h1>Own</h1><script>function Set() {}</script>');
  page(
    '/icons',
    `<svg><symbol id="icon" viewBox="0 0 9 9"><circle r="4" /></symbol><use id="own" width="9" height="9" /></svg>
    <script>document.getElementById('own').setAttribute('href', location.href + '#icon');</script>`,
  );
  page('/editor', `<iframe id="frame" srcdoc="<body contenteditable>some words to write in"></iframe>`);
  page(
    '/sheets',
    `<style id="off">#p{color:rgb(1,1,1)}</style><p id="p">words</p>
    <script>document.getElementById('off').sheet.disabled = true;</script>`,
  );
  page('/nested', '<style>#p { color: rgb(0, 0, 0) }</style><p id="p">words <b>in it</b></p>');
  page('/standard', '<p id="old" style="width:100">words</p>');
  world.site.pages.set('/quirks', '<title>/quirks</title><p id="old" style="width:100">words</p>%SNIPPET%');
  world.site.pages.set('/xhtml', () => ({
    type: 'application/xhtml+xml',
    // An attribute without a value is no XML.
    body: `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>/xhtml</title></head><body><p>XHTML</p><input id="name" /><input id="secret" type="password" /><input id="tick" type="checkbox" /><textarea id="area"></textarea><select id="choice"><option>1</option><option>2</option></select>${snippet.replace('async=""', 'async="async"')}</body></html>`,
  }));
  visitor = await world.openVisitor('/');
  snippet = await visitor.page.$eval('script[data-site]', (script) => script.outerHTML);
  operator = await world.openOperator();
  await world.view(visitor, operator);
});
afterAll(() => world.close());

/** In the visitor's page, once the operator sees it. */
async function show(name: string): Promise<void> {
  await visitor.page.bringToFront();
  await visitor.page.goto(world.site.origin + name, { waitUntil: 'load' });
  await operator.mirrorHas(`document.title === ${JSON.stringify(name)} && document.body.childElementCount > 0`);
}

test('[CB1] a page that puts another root element in is followed', async () => {
  await show('/root');
  await visitor.page.evaluate(() => {
    const root = document.createElement('html');
    root.innerHTML = '<head><title>Other</title></head><body class="other"><h1>Second</h1></body>';
    document.replaceChild(root, document.documentElement);
  });
  await operator.mirrorHas(`document.querySelector('body.other h1').textContent === 'Second'`);
  await visitor.page.$eval('h1', (heading) => (heading.textContent = 'Third'));
  await operator.mirrorHas(`document.querySelector('h1').textContent === 'Third'`);
  // The badge has gone with the old root, and comes back.
  await visitor.widget('button', 'Stop');
});

test('[CB1] fields of an XHTML page, whose names keep their case', async () => {
  await show('/xhtml');
  await visitor.page.type('#secret', 'hunter');
  await visitor.page.type('#area', 'two words');
  await visitor.page.select('#choice', '2');
  await visitor.page.click('#tick');
  await visitor.page.type('#name', 'Maria');
  await operator.mirrorHas(
    `document.getElementById('name').value === 'Maria' && document.getElementById('tick').checked && document.getElementById('choice').value === '2' && document.getElementById('area').value === 'two words'`,
  );
  expect(await operator.inMirror(`document.getElementById('secret').value`)).toMatch(/^•+$/);
});

test('[CB4] an icon of the page itself, named by its whole address: shown, and the page is not asked for again', async () => {
  await show('/icons');
  await operator.mirrorHas(`document.getElementById('own').getAttribute('href') === '#icon'`);
  expect(world.site.asked.filter((path) => path === '/icons')).toHaveLength(1);
});

test('[CB3] what is selected in an editor in a frame, and where its caret goes', async () => {
  await show('/editor');
  const frame = `document.getElementById('frame').contentDocument`;
  await operator.mirrorHas(`${frame}.body.textContent === 'some words to write in'`);
  const select = (from: number, to: number) =>
    visitor.page.evaluate(
      (start, end) => {
        const inner = document.querySelector('iframe')?.contentDocument;
        const text = inner?.body.firstChild;
        if (text) inner.getSelection()?.setBaseAndExtent(text, start, text, end);
      },
      from,
      to,
    );
  const selected = `[...(${frame}.defaultView.CSS.highlights.get('mirror-selection') ?? [])].map(String).join()`;
  await select(0, 4);
  await operator.mirrorHas(`${selected} === 'some'`);
  await select(5, 10);
  await operator.mirrorHas(`${selected} === 'words'`);
  /** The caret's mark over the mirror. */
  const caretAt = () =>
    operator.page.$eval('[data-testid=mirror] [aria-hidden] > div > div', (mark) => (mark as HTMLElement).style.left);
  await select(3, 3);
  await operator.mirrorHas(`${selected} === ''`);
  // Wherever it is drawn first, once it is drawn.
  const first = await until('the caret', async () => (await caretAt()) || undefined);
  await select(12, 12);
  await until('the caret elsewhere', async () => parseFloat(await caretAt()) > parseFloat(first) + 20);
});

test('[CB2] sheets that are switched off and on, and one that is pushed to those adopted', async () => {
  await show('/sheets');
  const color = (value: string) =>
    operator.mirrorHas(`getComputedStyle(document.getElementById('p')).color === 'rgb(${value})'`);
  const off = (is: boolean) =>
    visitor.page.$eval('#off', (style, disabled) => void ((style as HTMLStyleElement).disabled = disabled), is);
  await color('0, 0, 0');
  await off(false);
  await color('1, 1, 1');
  await off(true);
  await color('0, 0, 0');
  // A new text is a new sheet, which is on.
  await visitor.page.$eval('#off', (style) => style.replaceChildren('#p{color:rgb(3,3,3)}'));
  await color('3, 3, 3');
  await visitor.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('#p{color:rgb(2,2,2)}');
    document.adoptedStyleSheets.push(sheet);
  });
  await color('2, 2, 2');
});

test('[CB2] rules nested in a rule, which script puts in and takes out', async () => {
  await show('/nested');
  const italic = (is: boolean) =>
    operator.mirrorHas(`getComputedStyle(document.querySelector('#p b')).fontStyle === '${is ? 'italic' : 'normal'}'`);
  await italic(false);
  const change = (how: 'insert' | 'delete') =>
    visitor.page.evaluate((what) => {
      const rule = document.styleSheets[0]?.cssRules[0] as CSSStyleRule;
      if (what === 'insert') rule.insertRule('b { font-style: italic }', 0);
      else rule.deleteRule(0);
    }, how);
  await change('insert');
  await italic(true);
  await change('delete');
  await italic(false);
});

test('[CB2] sheets that a page has adopted are gone with it, also where the next one adopts none', async () => {
  await show('/sheets');
  await visitor.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('#p{color:rgb(4,4,4)}');
    document.adoptedStyleSheets = [sheet];
  });
  await operator.mirrorHas(`getComputedStyle(document.getElementById('p')).color === 'rgb(4, 4, 4)'`);
  await show('/nested');
  await operator.mirrorHas(`getComputedStyle(document.getElementById('p')).color === 'rgb(0, 0, 0)'`);
});

test('[CB1] a page in quirks mode after one that is not, and back: style attributes are read as the page reads them', async () => {
  const width = (value: string) => operator.mirrorHas(`document.getElementById('old').style.width === '${value}'`);
  await show('/standard');
  await width('');
  await show('/quirks');
  await width('100px');
  await show('/standard');
  await width('');
});

test('[CB3] what WebGL has drawn once is in the next snapshot, too', async () => {
  const page = await openCapturePage(world.visitorBrowser, {
    files: { '/': '<!doctype html><canvas id="gl" width="32" height="32"></canvas>' },
  });
  await page.start();
  await page.until(async () => (await page.outputs('snapshot')).length === 1, 'a snapshot');
  // Of the canvas as it is at first, which may come late.
  const drawn = async () => (await page.outputs('picture')).map(({ picture }) => picture.image.bytes as number);
  const empty = await page.until(async () => (await drawn())[0], 'the picture of the empty canvas');
  await page.page.evaluate(`{
    const gl = document.getElementById('gl').getContext('webgl');
    const shader = (type, source) => { const made = gl.createShader(type); gl.shaderSource(made, source); gl.compileShader(made); return made; };
    const program = gl.createProgram();
    gl.attachShader(program, shader(gl.VERTEX_SHADER, 'void main() { gl_PointSize = 20.0; gl_Position = vec4(0, 0, 0, 1); }'));
    gl.attachShader(program, shader(gl.FRAGMENT_SHADER, 'void main() { gl_FragColor = vec4(0, 1, 0, 1); }'));
    gl.linkProgram(program); gl.useProgram(program);
    window.drawOnce = () => gl.drawArrays(gl.POINTS, 0, 1);
    drawOnce();
  }`);
  const bytes = await page.until(async () => (await drawn()).find((size) => size > empty), 'the picture');
  const before = (await drawn()).length;
  await page.page.evaluate('tandem.capture.snapshot()');
  await page.until(async () => (await page.outputs('snapshot')).length === 2, 'another snapshot');
  await page.until(async () => (await drawn()).slice(before).includes(bytes), 'the picture again');
  const [last] = (await page.outputs('picture')).slice(-1);
  expect(last.picture.node).toBe(await page.idOf('#gl'));
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test('[RM16] a page of which nothing comes, without a word: the operator is told, and not shown the page before', async () => {
  await show('/sheets');
  await operator.overlay('none');
  await visitor.page.goto(`${world.site.origin}/own-map`, { waitUntil: 'load' });
  await operator.overlay('waiting');
  // Nothing of ours runs on this page, so only its silence tells.
  await operator.page.waitForSelector('[data-testid=room-notice][data-kind=capture-failed]', { timeout: 60_000 });
  await show('/root');
  await operator.overlay('none');
  await operator.page.waitForFunction(() => !document.querySelector('[data-testid=room-notice]'));
});

test('[RM2] a page that has put something else in the place of what capture needs: the operator is told', async () => {
  await visitor.page.bringToFront();
  await visitor.page.goto(`${world.site.origin}/own-set`, { waitUntil: 'load' });
  await operator.page.waitForSelector('[data-testid=room-notice][data-kind=capture-failed]');
});

// Last: it ends the view.
test('[LV9] a document written anew takes all listeners off: the view ends, since Stop could not be pressed', async () => {
  await show('/rewritten');
  await visitor.page.evaluate(() => {
    document.open();
    document.write('<!doctype html><title>Anew</title><h1>Not to be seen without Stop</h1>');
    document.close();
  });
  await operator.overlay('ended');
  await visitor.noWidget('button', 'Stop');
});
