// Capture that takes too much of a page's time gives way, loses nothing by it, and comes back. On pages that do what is
// dear; when it gives way, by the clock alone, is in unit/capture-cost.test.ts.

import { expect, test } from 'vitest';
import type { CostOptions } from '../../cobrowse/capture/cost.ts';
import { openCapturePage, type CapturePage, type Json } from '../support/capture-page.ts';
import { inChromium } from '../support/each-browser.ts';

/** As many as a page moves at most. */
const MANY = 2000;
const PAGE = `<!doctype html><style>#box { overflow: auto; height: 50px } #box > p { height: 9000px }</style>
<div id=many></div><svg><path id=path d="M0 0"></path></svg><progress id=bar max=1000></progress><p id=text>0</p>
<input id=field><button id=button>b</button><div id=box><p></p></div><ul id=list></ul>
<script>
  for (let at = 0; at < ${MANY}; at++) many.append(document.createElement('i'));
  let runs = false;
  window.frames_ = 0;
  const step = () => {
    if (!runs) return;
    frames_++;
    [...many.children].forEach((element, at) => {
      element.style.translate = (at + frames_) % 50 + 'px';
      element.className = 'state-' + frames_ % 3;
    });
    path.setAttribute('d', 'M0 ' + frames_);
    bar.value = frames_ % 1000;
    text.firstChild.data = 'frame ' + 'x'.repeat(frames_ % 9);
    field.value = 'frame ' + 'y'.repeat(frames_ % 9);
    button.disabled = frames_ % 2 === 0;
    if (frames_ % 10 === 0) list.append(document.createElement('li'));
    requestAnimationFrame(step);
  };
  window.go = () => { runs = true; requestAnimationFrame(step); };
  window.halt = () => { runs = false; };
</script>`;

const browser = inChromium();

async function withPage(cost: CostOptions | undefined, run: (page: CapturePage) => Promise<void>, body = PAGE) {
  const page = await openCapturePage(browser(), { files: { '/': body } });
  try {
    await page.page.bringToFront();
    await page.start({}, cost);
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await run(page);
    expect(await page.errors()).toEqual([]);
  } finally {
    await page.close();
  }
}

const call = (page: CapturePage, what: 'go' | 'halt') => page.page.evaluate((name) => (window as Json)[name](), what);
const gaveUp = (page: CapturePage, level: number) =>
  page.until(async () => (await page.cost()).level >= level, `level ${level}`);
const changesOf = (events: Json[]) =>
  events.filter((event) => event.type === 3 && event.data.source === 0).map((event) => event.data);
/** Told from now on. */
const forget = (page: CapturePage) => page.page.evaluate(() => void ((window as Json).tandem.outputs.length = 0));

/** What the operator has in the end, of the attributes that were told, and what the page has. */
async function lastTold(page: CapturePage): Promise<{ told: Json; is: Json }> {
  const all = changesOf(await page.events()).flatMap((data) => data.attributes as Json[]);
  const told: Record<string, Json> = {};
  for (const { id, attributes } of all)
    for (const [name, value] of Object.entries(attributes)) told[`${id} ${name}`] = value;
  const is = await page.page.evaluate((names) => {
    const { capture } = (window as Json).tandem;
    return Object.fromEntries(
      names.map((each) => {
        const [id, name = ''] = each.split(' ');
        return [each, capture.nodeOf(Number(id)).getAttribute(name)];
      }),
    );
  }, Object.keys(told));
  return { told, is };
}

test('of a page that moves 2,000 elements in every frame what only looks is told less often, and its last state comes', () =>
  withPage({ limitMs: 5, calmMs: 300 }, async (page) => {
    await call(page, 'go');
    await gaveUp(page, 3);
    await page.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    await forget(page);
    const from = await page.page.evaluate(() => [performance.now(), (window as Json).frames_]);
    await page.until(() => page.page.evaluate((was) => (window as Json).frames_ > was + 60, from[1] ?? 0), 'frames');
    const events = await page.events();
    const elapsed = await page.page.evaluate((was) => performance.now() - was, from[0] ?? 0);
    const changes = changesOf(events);
    const ids = await Promise.all(['#many > i', '#path', '#bar'].map((each) => page.idOf(each)));
    const times = (id: number | undefined, name: string) =>
      changes.filter((data) => data.attributes.some((each: Json) => each.id === id && name in each.attributes)).length;
    for (const [at, name] of [
      [0, 'style'],
      [0, 'class'],
      [1, 'd'],
      [2, 'value'],
    ] as const) {
      expect(times(ids[at], name), name).toBeGreaterThan(0);
      expect(times(ids[at], name), name).toBeLessThanOrEqual(elapsed / 250 + 1);
    }

    await call(page, 'halt');
    await page.until(async () => {
      const { told, is } = await lastTold(page);
      return Object.keys(told).length > 2 * MANY && JSON.stringify(told) === JSON.stringify(is);
    }, 'the last state');
    await page.until(async () => (await page.cost()).level === 0, 'everything again');
  }));

/** As its own limit, on a machine that has ten times as much to do beside. */
const NEVER_BUSY = { limitMs: 500 };
/** Gives way to anything. */
const ALWAYS = { limitMs: -1 };

test('at its most frugal, what an element does that was at rest is still told at once', () =>
  withPage(ALWAYS, async (page) => {
    await gaveUp(page, 3);
    await forget(page);
    // In one task, and the next turn tells it: one after it may not have come yet. Nothing else moves: of a page on which
    // thousands do, the next turn may be over before it comes to this.
    await page.page.evaluate(() => {
      const box = document.getElementById('box')!;
      box.style.display = 'none';
      box.className = 'open';
      document.getElementById('list')!.append('marker');
    });
    const outputs = await page.until(async () => {
      const all = await page.outputs('change');
      return all.some((output) => JSON.stringify(output).includes('"open"')) && all;
    }, 'the class');
    const own = await page.idOf('#box');
    const of = (output: Json, name: string) =>
      changesOf(output.events).some((data) =>
        data.attributes.some((each: Json) => each.id === own && name in each.attributes),
      );
    expect(outputs.findIndex((output) => of(output, 'style'))).toBe(
      outputs.findIndex((output) => JSON.stringify(output).includes('marker')),
    );
  }));

test('the pointer: every move while there is no need, then some of them, and always the last and the presses', () =>
  withPage(NEVER_BUSY, async (page) => {
    const move = () =>
      page.page.evaluate(() => {
        const say = (type: string, at: number) => {
          const where = { clientX: at, clientY: 2, isPrimary: true, bubbles: true, composed: true };
          document.body.dispatchEvent(new PointerEvent(type, where));
        };
        for (let at = 1; at <= 30; at++) say('pointermove', at);
        say('pointerdown', 31);
        say('pointerup', 32);
        for (let at = 33; at <= 60; at++) say('pointermove', at);
      });
    const places = async () => (await page.outputs('pointer')).map((output) => output.pointer.x as number);
    await move();
    expect(await places()).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));

    await page.page.evaluate(() => (window as Json).tandem.capture.stop());
    await page.start({}, ALWAYS);
    await gaveUp(page, 1);
    await forget(page);
    await move();
    await page.until(async () => (await places()).at(-1) === 60, 'the last move');
    const told = await places();
    expect(told).toEqual(expect.arrayContaining([1, 31, 32, 60]));
    // What is seldom is so by the clock, which may be slow in the middle of it.
    expect(told.length).toBeLessThan(30);
    const [last] = (await page.outputs('pointer')).slice(-1);
    expect(last.pointer.node).toBe(await page.idOf('body'));
  }));

test('scrolling is told a few times a second when there is need, and where it ends', () =>
  withPage(ALWAYS, async (page) => {
    await gaveUp(page, 2);
    await forget(page);
    const elapsed = await page.page.evaluate(async () => {
      const box = document.getElementById('box')!;
      const began = performance.now();
      for (let at = 1; at <= 40; at++) {
        box.scrollTop = at;
        await new Promise(requestAnimationFrame);
      }
      return performance.now() - began;
    });
    const own = await page.idOf('#box');
    const places = async () =>
      (await page.events())
        .filter((event) => event.type === 3 && event.data.source === 3 && event.data.id === own)
        .map((event) => event.data.y as number);
    await page.until(async () => (await places()).at(-1) === 40, 'the end');
    expect((await places()).length).toBeLessThanOrEqual(elapsed / 250 + 2);
  }));

test('a large first picture is told as a cost and gives nothing up', () =>
  withPage(
    { limitMs: 15 },
    async (page) => {
      const levels: number[] = [];
      let most = 0;
      await page.until(async () => {
        const cost = await page.cost();
        levels.push(cost.level);
        most = Math.max(most, cost.ms);
        return (await page.everything()).includes('the end of it');
      }, 'the whole picture');
      levels.push((await page.cost()).level);
      expect(most).toBeGreaterThan(15);
      expect(new Set(levels)).toEqual(new Set([0]));
    },
    `<!doctype html><div id=rows></div><p>the end of it</p><script>
      const row = '<div class="row"><b>bold</b> text <i title="some title">more</i> <a href="/x">link</a></div>';
      rows.innerHTML = row.repeat(5000);
    </script>`,
  ));

test('a page that is used as pages are gives nothing up', () =>
  withPage(NEVER_BUSY, async (page) => {
    const levels = new Set<number>();
    await page.page.click('#field');
    for (let round = 0; round < 6; round++) {
      await page.page.keyboard.type('some words ');
      await page.page.mouse.move(10 + round * 20, 30, { steps: 10 });
      await page.page.mouse.wheel({ deltaY: 100 });
      await page.page.evaluate((count) => {
        document.body.classList.toggle('menu-is-open');
        const list = document.getElementById('list')!;
        for (let at = 0; at < 20; at++)
          list.append(Object.assign(document.createElement('li'), { textContent: `${count}` }));
      }, round);
      levels.add((await page.cost()).level);
    }
    expect(levels).toEqual(new Set([0]));
  }));
