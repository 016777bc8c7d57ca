// A page that changes faster than the line carries: the view may skip, but never falls further and further behind, and
// says how old it is. (That large changes do not wait for the page to rest is in capture-visit.test.ts.) A page with a lot
// that is folded away. A page that moves so much that capture gives way. And a page that has spoilt JSON.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Viewed, type Visitor, type World } from '../support/live.ts';
import { startNarrowLine, type NarrowLine } from '../support/narrow-line.ts';

let world: World;
let line: NarrowLine;

const ROWS = 120;
/** Changes every row forty times a second or so; the clock says how often. */
const BUSY = `
  const list = document.querySelector('ul');
  for (let row = 0; row < ${ROWS}; row++) list.append(document.createElement('li'));
  const clock = document.querySelector('#clock');
  let timer;
  window.ticks = 0;
  const tick = () => {
    clock.textContent = String(++ticks);
    for (const row of list.children) {
      const span = document.createElement('span');
      // Letters, since long numbers would be masked; never the same, so that it does not deflate to nothing.
      const word = Math.random().toString(36).replace(/\\d/g, '');
      span.className = 'cell ' + word;
      span.textContent = word + ticks;
      row.replaceChildren(span);
    }
  };
  window.go = () => { timer = setInterval(tick, 25); };
  window.halt = () => clearInterval(timer);
`;

/** Changes two attributes of each of 2,000 elements in every frame. */
const MOVING = `
  const list = document.querySelector('ul');
  for (let at = 0; at < 2000; at++) list.append(document.createElement('li'));
  let runs = false;
  window.ticks = 0;
  const step = () => {
    if (!runs) return;
    document.querySelector('#clock').textContent = String(++ticks);
    [...list.children].forEach((element, at) => {
      element.style.marginLeft = (at * ticks) % 97 + 'px';
      element.className = 'state-' + (at + ticks) % 7;
    });
    requestAnimationFrame(step);
  };
  window.go = () => { runs = true; requestAnimationFrame(step); };
  window.halt = () => { runs = false; };
`;

const PAGE = (script: string) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Busy</title></head><body><p id="clock">0</p><ul></ul><script>${script}</script>%SNIPPET%</body></html>`;

beforeAll(async () => {
  world = await startWorld();
  line = await startNarrowLine(world.relay.url);
  world.site.pages.set('/busy', PAGE(BUSY));
  world.site.pages.set('/moving', PAGE(MOVING));
  const question =
    '<h2>Question</h2><details><summary>more</summary><pre>x</pre><p>y</p></details><table><tr><td>1<td>2</table>';
  world.site.pages.set('/folded', PAGE('').replace('<ul>', `${question.repeat(3000)}<ul>`));
  world.site.pages.set(
    '/spoilt',
    PAGE(`
      Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'an array' });
      JSON.stringify = () => '"ours"';
    `),
  );
});

afterAll(async () => {
  line.close();
  await world.close();
});

type BusyPage = { ticks: number; go(): void; halt(): void };
const run = (visitor: Visitor, what: 'go' | 'halt') =>
  visitor.page.evaluate((name) => (window as unknown as BusyPage)[name](), what);
const ticksOf = (visitor: Visitor) => visitor.page.evaluate(() => (window as unknown as BusyPage).ticks);
const shownBy = (operator: Operator) =>
  operator.inMirror<number>(`Number(document.querySelector('#clock').textContent)`);

async function closeAll({ visitor, operator }: Viewed) {
  expect(visitor.errors).toEqual([]);
  expect(operator.errors).toEqual([]);
  await visitor.page.bringToFront();
  await visitor.press('Stop');
  await operator.overlay('ended');
  await visitor.page.close();
  await operator.page.close();
}

/** The same text in both: nothing was lost on the way. */
async function agree({ visitor, operator }: Viewed) {
  const text = await visitor.page.evaluate(() => document.querySelector('ul')?.textContent ?? '');
  await operator.mirrorHas(`document.querySelector('ul').textContent === ${JSON.stringify(text)}`);
}

test('a page that changes all the time, on a line that carries a tenth of it: the view skips to the present, and says that it was behind', async () => {
  const { relay } = world;
  world.relay = { ...relay, url: line.url };
  const visitor = await world.openVisitor('/busy');
  world.relay = relay;
  const operator = await world.openOperator();
  await world.view(visitor, operator);
  const quality = () =>
    operator.page.$eval('[data-testid=quality]', (chip) => (chip as HTMLElement).dataset['quality']);
  await until('a good line', async () => (await quality()) === 'good');

  await visitor.page.bringToFront();
  const [before, began] = [line.carried, performance.now()];
  await run(visitor, 'go');
  await until('the page at its pace', async () => (await ticksOf(visitor)) > 40);
  // Of what the page makes on this machine. No narrower than a snapshot needs to get through at all.
  const bytesPerSecond = ((line.carried - before) / (performance.now() - began)) * 1000;
  line.bytesPerSecond = Math.max(4000, bytesPerSecond / 10);
  // Until most of what the page does is not shown …
  const behind = await until('the lag', async () => {
    const [shown, ticks] = [await shownBy(operator), await ticksOf(visitor)];
    return ticks > 100 && shown < ticks / 2 && ticks;
  });
  await until('the chip to say so', async () => (await quality()) === 'poor');
  // … and then much less is not, while it goes on: frame by frame the line would only fall further behind.
  let most = 0;
  await until('a skip', async () => {
    const [shown, ticks] = [await shownBy(operator), await ticksOf(visitor)];
    most = Math.max(most, ticks - shown);
    return shown > behind && ticks - shown < most / 2;
  });

  await run(visitor, 'halt');
  line.bytesPerSecond = Infinity;
  await agree({ visitor, operator });
  await until('a good line again', async () => (await quality()) === 'good');
  await closeAll({ visitor, operator });
});

/** What this operator is told that the view costs the page. */
const costTold = (operator: Operator) =>
  operator.page.$eval('[data-testid=cost]', (line) => ({
    level: Number((line as HTMLElement).dataset['level']),
    words: line.textContent ?? '',
  }));

test('a page that moves so much that capture gives way: operators are told, the picture ends as the page, and at rest all is told again', async () => {
  const people = await world.openViewed('/moving');
  const { visitor, operator } = people;
  await operator.click('quality');
  // The picture, too, is told: it is a matter of seconds until only the page at rest is.
  await until('a page at rest', async () => (await costTold(operator)).words.includes('less than 1 ms'));
  expect((await costTold(operator)).level).toBe(0);

  await visitor.page.bringToFront();
  await run(visitor, 'go');
  await until('the operator to be told', async () => {
    const { level, words } = await costTold(operator);
    return level === 3 && words.includes('animations');
  });
  const late = await world.openOperator();
  await late.clickOf(visitor, 'view');
  await late.overlay('none');
  await late.click('quality');
  await until('who comes later to be told', async () => (await costTold(late)).level === 3);
  await late.page.close();

  await run(visitor, 'halt');
  const looks = await visitor.page.evaluate(() =>
    [...document.querySelectorAll('li')].map((element) => `${element.className} ${element.style.marginLeft}`).join(),
  );
  await operator.mirrorHas(
    `[...document.querySelectorAll('li')].map((element) => element.className + ' ' + element.style.marginLeft).join() === ${JSON.stringify(looks)}`,
  );
  await until('everything again', async () => (await costTold(operator)).level === 0);
  await operator.page.bringToFront();
  await operator.page.keyboard.press('Escape');
  await closeAll(people);
});

test('a page that has replaced JSON.stringify, and put a toJSON that stays on all lists', async () => {
  const people = await world.openViewed('/spoilt');
  await people.operator.mirrorHas(`document.querySelector('#clock').textContent === '0'`);
  await people.visitor.page.evaluate(() => document.querySelector('#clock')?.replaceChildren('changed'));
  await people.operator.mirrorHas(`document.querySelector('#clock').textContent === 'changed'`);
  await closeAll(people);
});

test('a page with much that is folded away is not laid out for us, which took minutes', async () => {
  const pair = await world.openViewed('/folded');
  await pair.operator.mirrorHas(`document.querySelectorAll('details').length === 3000`);
  await pair.visitor.page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.append(document.createElement('b'));
    const [first] = document.querySelectorAll('details');
    if (first) first.open = true;
  });
  await pair.operator.mirrorHas(`document.querySelectorAll('details > b').length === 3000`);
  await pair.operator.mirrorHas(`document.querySelector('details').open`);
  await closeAll(pair);
});
