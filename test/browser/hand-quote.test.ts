// The frame tool and quotes in the built console: what is chosen by mouse and by keyboard, what can be done with a frame, and
// the pictures of quotes, whose pixels are looked at. The mirror's page comes from the stand-in relay; one test has a real
// site, relay and visitor.

import type { Page, Permission } from 'puppeteer';
import { afterEach, describe, expect, test } from 'vitest';
import type { ConsolePage } from '../support/console-page.ts';
import { inChromium } from '../support/each-browser.ts';
import { BOX, middle, NODE, openDesk, type DeskOptions, type HandDesk } from '../support/hand-mirror-page.ts';
import { startWorld, until } from '../support/live.ts';

const browser = inChromium();
let desk: ConsolePage;
let hand: HandDesk;

async function open(options: DeskOptions = {}): Promise<void> {
  ({ desk, hand } = await openDesk(browser(), options));
}

const gone = (testid: string) =>
  desk.page.waitForFunction((wanted) => !document.querySelector(`[data-testid="${wanted}"]`), {}, testid);
const chosen = (words: string) => desk.sees('hand-chosen', words);
const press = (...keys: Parameters<Page['keyboard']['press']>[0][]) =>
  keys.reduce((before, key) => before.then(() => desk.page.keyboard.press(key)), Promise.resolve());
const hasFocus = (testid: string) => desk.page.waitForSelector(`[data-testid="${testid}"]:focus`);
async function hover(x: number, y: number) {
  const at = await hand.at(x, y);
  await desk.page.mouse.move(at.x, at.y);
}
async function frameButton(note: string) {
  const at = await hand.at(...middle(BOX.button));
  await desk.page.mouse.click(at.x, at.y);
  await hasFocus('hand-note');
  await desk.page.keyboard.type(note);
  await press('Enter');
  await hand.heard('frame', 1);
  await desk.page.waitForSelector('[data-testid="frame-bar"]');
}

/** Of the newest quote that has a picture: its size, and the colours at places of it, from 0 to 1. */
async function pixels(page: Page, ...places: [number, number][]) {
  await page.waitForSelector('[data-testid="quotes"]');
  if (!(await page.$('[data-testid="quotes-popover"]'))) await page.click('[data-testid="quotes"]');
  await page.waitForSelector('[data-testid="quote"][data-picture="there"] img');
  return page.$eval(
    '[data-testid="quote"][data-picture="there"] img',
    async (image, wanted) => {
      const shown = image as HTMLImageElement;
      await shown.decode();
      const canvas = document.createElement('canvas');
      canvas.width = shown.naturalWidth;
      canvas.height = shown.naturalHeight;
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      context.drawImage(shown, 0, 0);
      const colours = wanted.map(([x, y]) => [
        ...context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data.slice(0, 3),
      ]);
      return { width: canvas.width, height: canvas.height, colours };
    },
    places,
  );
}

describe('choosing and framing', () => {
  afterEach(() => desk.close());

  test('what the pointer is on is named; wider and narrower by key and by wheel', async () => {
    await open();
    await hand.use('frame');
    await hover(...middle(BOX.inShadow));
    await chosen('Button “+1”');
    await desk.sees('hand-label', '100 × 50');
    await hover(...middle(BOX.button));
    await chosen('Button “Add to basket”');
    await press('ArrowLeft');
    await chosen('Whole page');
    // A pointer that only trembles keeps the wider choice, and the way back leads to where it was.
    await hover(BOX.button.x + 10, BOX.button.y + 10);
    await press('ArrowRight');
    await chosen('Button “Add to basket”');
    await desk.page.keyboard.down('Alt');
    await desk.page.mouse.wheel({ deltaY: -100 });
    await chosen('Whole page');
    await desk.page.mouse.wheel({ deltaY: 100 });
    await chosen('Button “Add to basket”');
    await desk.page.keyboard.up('Alt');
    await press('[');
    await chosen('Whole page');
    const at = await hand.at(...middle(BOX.button));
    await desk.page.mouse.click(at.x, at.y);
    await hasFocus('hand-note');
    await press('Enter');
    const [frame] = await hand.heard('frame', 1);
    expect(frame?.act.node).not.toBe(NODE.button);
    expect(desk.errors).toEqual([]);
  });

  test('by keyboard alone: chosen, framed, its note changed, shown to the visitor, taken away', async () => {
    await open();
    hand.granted('point');
    await press('f');
    await hasFocus('hand-surface');
    await press('ArrowDown');
    await chosen('Heading “Nord Kaffee”');
    await press('ArrowDown');
    await chosen('Button “Add to basket”');
    await press('ArrowDown');
    await chosen('Button “+1”');
    await press('ArrowUp', 'Enter');
    await hasFocus('hand-note');
    await desk.page.keyboard.type('Here');
    await press('Enter');
    expect((await hand.heard('frame', 1))[0]?.act).toEqual({ t: 'frame', node: NODE.button, note: 'Here' });
    await hasFocus('hand-surface');
    await press('Tab');
    await hasFocus('frame-edit');
    await press('Enter');
    await hasFocus('hand-note');
    await desk.page.keyboard.type(' it is');
    await press('Enter');
    expect((await hand.heard('frame', 2))[1]?.act).toEqual({ t: 'frame', node: NODE.button, note: 'Here it is' });
    await hasFocus('hand-surface');
    await press('Tab', 'ArrowRight', 'ArrowRight');
    await hasFocus('frame-reveal');
    await press('Enter');
    expect((await hand.heard('reveal', 1))[0]?.act).toEqual({ t: 'reveal', node: NODE.button });
    // Escape: from the bar to the picture, then the frame, then the tool.
    await press('Escape');
    await hasFocus('hand-surface');
    expect(hand.acts().filter(({ act }) => act.t === 'unframe')).toEqual([]);
    await press('Escape');
    await hand.heard('unframe', 1);
    await gone('frame-bar');
    await press('Escape');
    await hasFocus('tool-frame');
    await desk.page.waitForSelector('[data-testid="tool-look"][aria-pressed="true"]');
    expect(desk.errors).toEqual([]);
  });

  test('Tab right after framing comes to the frame’s first button, whenever the next frame is drawn', async () => {
    await open();
    hand.granted('point');
    await hand.use('frame');
    await press('ArrowDown', 'ArrowDown', 'Enter');
    await hasFocus('hand-note');
    await desk.page.evaluate(() => {
      window.requestAnimationFrame = () => 0;
    });
    await press('Enter', 'Tab');
    const focused = () => desk.page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    await expect.poll(focused).toBe('frame-edit');
  });

  test('a note that the visitor’s side refuses leaves the frame that was there, with its note', async () => {
    await open();
    await hand.use('frame');
    await frameButton('Before');
    await desk.click('frame-edit');
    await hasFocus('hand-note');
    await desk.page.keyboard.type(' and after');
    await press('Enter');
    const frames = await hand.heard('frame', 2);
    hand.answer(frames[1]?.n ?? 0, { done: false, why: 'paused' });
    await desk.page.waitForSelector('[data-testid="hand-refused"][data-why="paused"]');
    // It is drawn with the next frame.
    await expect.poll(() => desk.count('hand-framed')).toBe(1);
    await desk.click('frame-edit');
    await hasFocus('hand-note');
    expect(await desk.page.$eval('[data-testid="hand-note"]', (field) => (field as HTMLInputElement).value)).toBe(
      'Before',
    );
  });

  test('a framed element that has left the visitor’s window: the bar is at the edge, and shows it to them', async () => {
    await open();
    await hand.use('frame');
    const at = await hand.at(...middle(BOX.far));
    await desk.page.mouse.click(at.x, at.y);
    await hasFocus('hand-note');
    await press('Enter');
    await desk.page.waitForSelector('[data-testid="frame-bar"][data-way="here"]');
    // The visitor scrolls back to the top: the element is under the lower edge.
    desk.relay.frame({ room: 7, tab: 1, sequence: 2 }, 'change', [
      { type: 3, data: { source: 3, id: 99, x: 0, y: 0 }, timestamp: 1 },
    ]);
    await desk.page.waitForSelector('[data-testid="frame-bar"][data-way="down"]');
    const [bar, stage] = await Promise.all(
      ['frame-bar', 'hand-layer'].map((testid) =>
        desk.page.$eval(`[data-testid="${testid}"]`, (found) => {
          const { top, bottom } = found.getBoundingClientRect();
          return { top, bottom };
        }),
      ),
    );
    expect(bar?.bottom).toBeLessThanOrEqual(stage?.bottom ?? 0);
    expect(bar?.top).toBeGreaterThan(((stage?.top ?? 0) + (stage?.bottom ?? 0)) / 2);
    await desk.sees('frame-bar', 'Show it to the visitor');
    await desk.click('frame-reveal');
    expect((await hand.heard('reveal', 1))[0]?.act).toEqual({ t: 'reveal', node: NODE.far });
    expect(desk.errors).toEqual([]);
  });
});

describe('quotes', () => {
  afterEach(() => desk.close());

  test('from the bar: the element in words and its picture, which is copied, saved and deleted', async () => {
    await open();
    await hand.use('frame');
    const at = await hand.at(...middle(BOX.far));
    await desk.page.mouse.click(at.x, at.y);
    await hasFocus('hand-note');
    await press('Enter');
    await desk.click('frame-quote');
    const { width, height, colours } = await pixels(desk.page, [0.5, 0.5], [0.01, 0.5]);
    // The element and 24 pixels around it.
    expect([width, height]).toEqual([BOX.far.width + 48, BOX.far.height + 48]);
    expect(colours).toEqual([
      [0xe4, 0xdc, 0xcf],
      [0xfa, 0xf7, 0xf2],
    ]);
    await desk.sees('quote-what', 'Section');
    await desk.sees('quote-heard', 'Quoted: Section');

    // One of these is not in the list of names that puppeteer knows.
    const allowed = ['clipboard-read', 'clipboard-sanitized-write'] as Permission[];
    await desk.page.browserContext().overridePermissions(new URL(desk.page.url()).origin, allowed);
    await desk.page.bringToFront();
    await desk.click('quote-copy');
    await desk.sees('quote-told', 'on the clipboard');
    const copied = await desk.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const blob = await item?.getType('image/png');
      const picture = blob && (await createImageBitmap(blob));
      return picture && [picture.width, picture.height];
    });
    expect(copied).toEqual([width, height]);

    await desk.page.evaluate(() => {
      const kept = window as unknown as { saved?: string };
      HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
        kept.saved = `${this.download} ${this.href.slice(0, 5)}`;
      };
    });
    await desk.click('quote-save');
    expect(await desk.page.evaluate(() => (window as unknown as { saved?: string }).saved)).toMatch(
      /^tandem-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.png blob:$/,
    );
    await desk.click('quote-remove');
    await gone('quotes');
    expect(desk.errors).toEqual([]);
  });

  test('by key, of what is chosen, without a frame; a field’s text is as the mirror has it', async () => {
    await open({ language: 'ru' });
    await hand.use('frame');
    await hover(...middle(BOX.text));
    await chosen('Поле');
    await press('q');
    await desk.sees('quote-heard', 'Цитата сохранена: Поле.');
    const { width } = await pixels(desk.page);
    expect(width).toBe(BOX.text.width + 48);
    await desk.sees('quote-text', 'Anna');
    expect(hand.acts()).toEqual([]);
    expect(desk.errors).toEqual([]);
  });

  test('what can’t be drawn is a quote without a picture, and says so', async () => {
    await open();
    await hand.use('frame');
    await desk.page.evaluate(() => {
      HTMLCanvasElement.prototype.toBlob = () => {
        throw new Error('no');
      };
    });
    await hover(...middle(BOX.button));
    await press('q');
    await desk.sees('quote-heard', 'There is no picture');
    await desk.click('quotes');
    await desk.page.waitForSelector('[data-testid="quote"][data-picture="missing"]');
    await desk.sees('quote-what', 'Button “Add to basket”');
    expect(await desk.count('quote-save')).toBe(0);
    expect(desk.errors).toEqual([]);
  });
});

const SITE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><style>
@font-face{font-family:Own;src:url(/own.woff2)}
:root{--red:#d00000;font-size:62.5%}
body{margin:0;height:3000px;font:1.6rem/1.5 Own,sans-serif;background:#faf7f2}
header{position:sticky;top:0;height:40px;background:#112233;z-index:2}
main{display:grid;grid-template-columns:300px 300px;gap:20px;padding:20px}
main>*{height:100px}
#red{background:var(--red);background-repeat:no-repeat}
#masked{margin:0;overflow:hidden;color:#0000ff;background:#fff;font:40px/100px monospace;height:100px}
#picture{background:url(/blue.svg) 0 0/100% 100%}
#scroller{overflow:auto;background:#fff}#scroller div{height:100px}#scroller div+div{background:#00ff00}
#turned{background:#ff00ff;transform:rotate(180deg)}
#count{counter-reset:n 4}#count::before{counter-increment:n;content:counter(n);display:block;width:100%;height:100%;background:#00ffff}
iframe{border:0;width:300px}
</style></head><body><header></header><main>
<div id="red"></div><p id="masked" data-tandem="mask">████████████</p>
<canvas id="drawn" width="300" height="100"></canvas><div id="picture"></div>
<div id="scroller"><div></div><div></div></div><div id="turned"></div>
<div id="count"></div><div id="host"></div>
<iframe src="/inner"></iframe></main>
<script>
const c=document.getElementById('drawn').getContext('2d');c.fillStyle='#00a000';c.fillRect(0,0,300,100);
document.getElementById('host').attachShadow({mode:'open'}).innerHTML='<style>:host{background:#888}b{display:block;height:100%;background:#ffa500}</style><b></b>';
document.getElementById('scroller').scrollTop=100;scrollTo(0,30);
</script>%SNIPPET%</body></html>`;

test('of a real page: each thing in the picture has the colour that the visitor sees, and masked text is not in it', async () => {
  const world = await startWorld();
  try {
    const file = (type: string, body: string) => () => ({ type, body });
    world.site.pages.set('/', SITE);
    world.site.pages.set('/inner', '<!doctype html><body style="margin:0;background:#008080"></body>');
    world.site.pages.set(
      '/blue.svg',
      file(
        'image/svg+xml',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#06c"/></svg>',
      ),
    );
    const { visitor, operator } = await world.openViewed('/');
    const { page } = operator;
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await operator.mirrorHas(`getComputedStyle(document.getElementById('drawn')).content.includes('blob:')`);
    await operator.mirrorHas(
      `getComputedStyle(document.getElementById('picture')).backgroundImage.includes('/asset/')`,
    );
    await operator.mirrorHas(
      `document.getElementById('scroller').scrollTop === 100 && document.documentElement.scrollTop === 30`,
    );
    await operator.click('tool-frame');
    await visitor.page.bringToFront();
    await visitor.allow();
    await page.bringToFront();
    await page.waitForSelector('[data-testid="hand-surface"]');
    // What is around everything: the widest choice.
    await page.keyboard.press('ArrowDown');
    for (let steps = 0; steps < 8; steps++) await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(
      () => document.querySelector('[data-testid="hand-chosen"]')?.textContent === 'Whole page',
    );
    await page.keyboard.press('q');
    const size = await until('the window', () =>
      operator.inMirror<number[]>('[document.defaultView.innerWidth, document.defaultView.innerHeight]'),
    );
    const [width = 0, height = 0] = size;
    const places = await operator.inMirror<Record<string, [number, number]>>(
      `Object.fromEntries([...document.querySelectorAll('main > *, header')].map((each) => { const box = each.getBoundingClientRect(); return [each.id || each.localName, [(box.left + box.width / 2) / document.defaultView.innerWidth, (box.top + box.height / 2) / document.defaultView.innerHeight]]; }))`,
    );
    const names = Object.keys(places);
    const seen = await pixels(page, ...Object.values(places));
    expect([seen.width, seen.height]).toEqual([width, height]);
    const expected: Record<string, [number, number, number]> = {
      header: [17, 34, 51],
      red: [208, 0, 0],
      // The picture of a canvas may be sent with losses.
      drawn: [0, 160, 0],
      picture: [0, 102, 204],
      scroller: [0, 255, 0],
      turned: [255, 0, 255],
      count: [0, 255, 255],
      host: [255, 165, 0],
      iframe: [0, 128, 128],
    };
    const isNear = (a: number[] = [], b: number[] = []) =>
      a.every((part, index) => Math.abs(part - (b[index] ?? -9)) < 4);
    const wrong = Object.entries(expected).flatMap(([name, colour]) => {
      const found = seen.colours[names.indexOf(name)];
      return isNear(colour, found) ? [] : [`${name}: ${found?.join()}`];
    });
    expect(wrong).toEqual([]);
    // Unmasked it would be one block of blue.
    const [x = 0, y = 0] = places.masked ?? [];
    const line = Array.from({ length: 60 }, (_, index): [number, number] => [
      x - 140 / width + (index * 4) / width,
      y - 14 / height,
    ]);
    const { colours: masked } = await pixels(page, ...line);
    expect(masked.filter(([r = 0, , b = 0]) => b > 200 && r < 100).length).toBeLessThan(20);
    const said = await page.$eval('[data-testid="quotes-popover"]', (found) => found.textContent);
    expect(said).toContain('Shop');
    expect(said).not.toContain('█');
    const foreign = asked.filter((url) => !url.startsWith(world.relay.url) && !/^(data|blob):/.test(url));
    expect(foreign).toEqual([]);
    expect([complaints, operator.errors, visitor.errors]).toEqual([[], [], []]);
  } finally {
    await world.close();
  }
});
