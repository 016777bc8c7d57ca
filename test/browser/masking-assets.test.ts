// Keys in addresses of pictures and style sheets: planted everywhere that a page can name one, they leave neither in a
// frame, nor in a message, nor with an upload, nor in what is uploaded; and the operator sees the pictures all the same.
// Reads what the visitor's browser sends, and the relay's requests to the site.

import type { HTTPRequest } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';
import { textOf } from '../support/wire-text.ts';

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><symbol id="part"><rect width="9" height="9"/></symbol><rect width="20" height="20" fill="green"/></svg>';

/** Each secret names its place. */
const html = (other: string) => `<!doctype html><meta charset="utf-8"><title>Pictures</title>
<link rel="stylesheet" href="${other}/linked.css?token=SECRETlinked">
<link rel="stylesheet" href="/own.css?token=SECRETown">
<link rel="icon" href="/pic.svg?token=SECRETicon">
<style>#sheet { background: url("/pic.svg?key=SECRETsheet") } #late.on { background: url(/pic.svg?key=SECRETlaterule) }</style>
<style>@import"/imported.css?token=SECRETimport";</style>
<style>#lossy { font: 600 15px var(--x); font-feature-settings: normal; background: url('/pic.svg?key=SECRETlossy') }</style>
<img id="img" src="/pic.svg?token=SECRETimg" longdesc="/x?token=SECRETlongdesc"><img id="same" src="/pic.svg?token=SECRETimg">
<img id="person" src="/u/SECRETanna@shop.ru/pic.svg"><img id="capability" src="/SECRET5fceea167a5a36dedd4bea2543/pic.svg">
<img id="srcset" srcset="/pic.svg?token=SECRETsrcset 1x, /pic.svg?token=SECRETdense 2x">
<picture><source id="source" srcset="/pic.svg?sig=SECRETsource"><img id="fallback" src="/pic.svg?sig=SECRETfallback"></picture>
<video id="video" poster="/pic.svg?token=SECRETposter" src="/none.webm?token=SECRETvideo"><source src="/none.mp4?token=SECRETfile"></video>
<input id="input" type="image" src="/pic.svg?token=SECRETinput">
<table background="/pic.svg?token=SECRETtable" id="table"><tr><td>cell</table>
<svg width="20" height="20"><image id="image" width="20" height="20" href="/pic.svg?token=SECRETsvg"/><use id="use" href="/pic.svg?token=SECRETuse#part"/>
 <rect id="rect" width="9" height="9" mask="url(/pic.svg?token=SECRETmask#part)" filter="url(#local)"/></svg>
<div id="sheet">s</div><div id="lossy">l</div><div id="late">l</div><div id="linked">l</div><div id="own">o</div><div id="imported">i</div>
<div id="inline" style="background:url(/pic.svg?token=SECRETinline)">i</div><div id="adopted">a</div>
<div id="set" style="background:image-set('/pic.svg?token=SECRETset' 1x, '/pic.svg?token=SECRETset2' 2x)">s</div>
<div data-tandem="mask"><p id="SECRETdeadbeef-cafe">masked</p><link rel="next" href="/SECRETnext"></div>
<img id="closed" src="${other}/closed.svg?token=SECRETclosed">
<script>
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('#adopted { background: url(/pic.svg?token=SECRETadopted) }');
  document.adoptedStyleSheets = [sheet];
</script>
%SNIPPET%`;

let world: World;
let visitor: Visitor;
let operator: Operator;
let siteId: string;
/** What the visitor's browser has sent over sockets, and to the relay by HTTP. */
const sent = { messages: [] as { t: string }[], frames: [] as Buffer[] };
const posted: string[] = [];
/** Who asked the site for pictures that only a browser may ask for. */
const closedAskedBy: string[] = [];

beforeAll(async () => {
  world = await startWorld({ env: { TANDEM_FETCH_PRIVATE: '1' } });
  siteId = world.siteId;
  const other = world.site.origin.replace('127.0.0.1', 'localhost');
  const svg = () => ({ type: 'image/svg+xml', body: SVG });
  const css = (body: string) => () => ({
    type: 'text/css',
    body,
    headers: { 'access-control-allow-origin': '*' },
  });
  for (const path of ['/pic.svg', '/u/SECRETanna@shop.ru/pic.svg', '/SECRET5fceea167a5a36dedd4bea2543/pic.svg'])
    world.site.pages.set(path, svg);
  world.site.pages.set('/closed.svg', (request) => {
    closedAskedBy.push(request.headers['user-agent'] ?? '');
    return svg();
  });
  world.site.pages.set(
    '/linked.css',
    css('#linked { color: rgb(1, 2, 3); background: url(pic.svg?token=SECRETincss) }'),
  );
  // As the CSSOM would lose the font, the file itself is shown, and what it names.
  world.site.pages.set(
    '/own.css',
    css(`#own { font: 600 15px var(--x); font-feature-settings: normal; background: url(pic.svg?token=SECRETinown) }`),
  );
  world.site.pages.set(
    '/imported.css',
    css('#imported { color: rgb(4, 5, 6); background: url(/pic.svg?key=SECRETin) }'),
  );
  world.site.pages.set('/', html(other));
  visitor = await world.openVisitor('/');
  const client = await visitor.page.createCDPSession();
  await client.send('Network.enable');
  client.on('Network.webSocketFrameSent', ({ response: { opcode, payloadData } }) => {
    if (opcode === 1) sent.messages.push(JSON.parse(payloadData) as { t: string });
    else if (opcode === 2) sent.frames.push(Buffer.from(payloadData, 'base64'));
  });
  visitor.page.on('request', (request: HTTPRequest) => {
    if (request.method() === 'POST') posted.push(`${request.url()} ${JSON.stringify(request.headers())}`);
  });
  operator = await world.openOperator();
  await world.view(visitor, operator);
});

afterAll(() => world.close());

const background = (id: string) =>
  `getComputedStyle(document.getElementById('${id}')).backgroundImage.includes('/asset/')`;
const shows = (id: string) => `document.getElementById('${id}').naturalWidth === 20`;

test('[CB5] keys in addresses of pictures and sheets never leave, and the pictures are shown', async () => {
  for (const id of ['img', 'same', 'person', 'capability', 'srcset', 'fallback']) await operator.mirrorHas(shows(id));
  for (const id of ['sheet', 'lossy', 'inline', 'set', 'adopted', 'own', 'imported', 'table'])
    await operator.mirrorHas(background(id));
  await operator.mirrorHas(`getComputedStyle(document.getElementById('linked')).color === 'rgb(1, 2, 3)'`);
  await operator.mirrorHas(`getComputedStyle(document.getElementById('imported')).color === 'rgb(4, 5, 6)'`);
  await operator.mirrorHas(`document.getElementById('video').poster.includes('/asset/')`);
  await operator.mirrorHas(`document.getElementById('input').getAttribute('src').includes('/asset/')`);
  await operator.mirrorHas(`document.getElementById('image').getAttribute('href').includes('/asset/')`);
  // Equal addresses are one asset, different ones are several.
  expect(
    await operator.inMirror<boolean>(`document.getElementById('img').src === document.getElementById('same').src`),
  ).toBe(true);

  await visitor.page.evaluate(() => {
    const image = document.getElementById('img') as HTMLImageElement;
    image.src = '/pic.svg?token=SECRETlater';
    document.getElementById('srcset')?.setAttribute('srcset', '/pic.svg?token=SECRETlatersrcset');
    document.getElementById('image')?.setAttribute('href', '/pic.svg?token=SECRETlaterhref');
    const inline = document.getElementById('inline');
    if (inline) inline.style.backgroundImage = 'url(/pic.svg?token=SECRETlaterinline)';
    document.styleSheets[2]?.insertRule('#late { background: url(/pic.svg?token=SECRETinserted) }');
    document
      .getElementById('same')
      ?.animate(
        { backgroundImage: ['url(/pic.svg?token=SECRETframe1)', 'url(/pic.svg?token=SECRETframe2)'] },
        { duration: 1000, iterations: Infinity },
      );
    const link = document.querySelector<HTMLLinkElement>('[href^="/own"]');
    if (link) link.href = '/own.css?token=SECRETrelinked';
    const end = document.createElement('p');
    end.id = 'end';
    document.body.append(end);
  });
  await operator.mirrorHas(`document.getElementById('end') !== null`);
  await operator.mirrorHas(`document.getAnimations().some((animation) => animation.effect.target.id === 'same')`);
  for (const id of ['inline', 'own', 'late']) await operator.mirrorHas(background(id));
  await operator.mirrorHas(shows('img'));

  const wire = textOf(sent);
  expect(wire).toContain('"assets"');
  expect([...new Set(wire.match(/.{0,60}SECRET\w*.{0,10}/g) ?? [])]).toEqual([]);
  expect(posted.length).toBeGreaterThan(0);
  expect(posted.filter((request) => request.includes('SECRET'))).toEqual([]);
});

test('[CB5] what is uploaded names no such address either', async () => {
  // Of the console, which has loaded them all.
  const addresses = await until('style sheets as assets', async () => {
    const found = await operator.page.evaluate(() =>
      performance.getEntriesByType('resource').flatMap(({ name }) => (name.includes('/asset/') ? [name] : [])),
    );
    return found.length > 0 && found;
  });
  expect(addresses[0]).toContain(siteId);
  let sheets = 0;
  for (const address of addresses) {
    const answer = await fetch(address, { headers: { cookie: world.cookie } });
    const text = await answer.text();
    if (answer.headers.get('content-type')?.includes('css')) sheets++;
    expect(text.match(/SECRET\w*/g)).toBeNull();
  }
  expect(sheets).toBeGreaterThan(0);
});

test('[CB5] an address with a key in it is never the relay’s to fetch: a placeholder stands there', async () => {
  expect(await operator.inMirror<string>(`document.getElementById('closed').src.slice(0, 5)`)).toBe('data:');
  expect(closedAskedBy.length).toBeGreaterThan(0);
  expect(closedAskedBy.filter((agent) => agent.includes('Tandem'))).toEqual([]);
});
