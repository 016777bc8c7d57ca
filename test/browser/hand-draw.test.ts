// Drawing from end to end: two operators' consoles, the relay, and a visitor's page. What one draws, the visitor and the
// other operator see where the first one sees it, and what is written of it is that it was done.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { addOperator } from '../support/relay.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
    <body style="margin:0;height:3000px"><h1>Shop</h1>
    <button id="buy" style="position:absolute;left:300px;top:250px;width:160px;height:60px">Buy</button>
    %SNIPPET%</body></html>`,
  );
});
afterAll(() => world.close());

/** Where a stroke's box stands, from the left top corner of the button: on the visitor's page … */
const onPage = (visitor: Visitor) =>
  visitor.page.evaluate(() => {
    const button = document.querySelector('#buy')?.getBoundingClientRect() ?? new DOMRect();
    const hosts = [...document.querySelectorAll('[data-tandem-ui]')];
    const groups = hosts.flatMap((host) => [...(host.shadowRoot?.querySelectorAll<SVGElement>('.ink g') ?? [])]);
    return groups
      .filter((group) => getComputedStyle(group).display !== 'none')
      .map((group) => {
        const path = group.lastElementChild as SVGPathElement;
        const { x, y, width, height } = path.getBBox();
        const { a = 1, e = 0, f = 0 } = path.getScreenCTM() ?? {};
        return [e + a * x - button.x, f + a * y - button.y, a * width, a * height].map(Math.round).join(' ');
      });
  });
/** … and in a console. */
const inConsole = (operator: Operator) =>
  operator.page.evaluate(() => {
    const frame = document.querySelector<HTMLIFrameElement>('[data-testid=mirror] iframe');
    const button = frame?.contentDocument?.querySelector('#buy')?.getBoundingClientRect();
    if (!frame || !button) return [];
    const shown = frame.getBoundingClientRect();
    const scale = shown.width / frame.clientWidth;
    return [...document.querySelectorAll('[data-testid=ink]')].map((group) => {
      const path = group.lastElementChild as SVGPathElement;
      const { x, y, width, height } = path.getBBox();
      const { e = 0, f = 0 } = path.getScreenCTM() ?? {};
      const [left, top] = [(e - shown.x) / scale + x - button.x, (f - shown.y) / scale + y - button.y];
      return [left, top, width, height].map(Math.round).join(' ');
    });
  });
const near = (one: string | undefined, other: readonly number[]) => {
  const values = (one ?? '').split(' ').map(Number);
  return values.length === other.length && values.every((value, index) => Math.abs(value - (other[index] ?? 0)) <= 2);
};
const shows = async (what: string, find: () => Promise<string[]>, wanted: readonly number[]) =>
  void (await until(`${what} to show ${wanted.join(' ')}`, async () => {
    const found = await find();
    return found.length === 1 && near(found[0], wanted);
  }));

/** A point of the button, from its left top corner, in the console's window. */
const at = (operator: Operator, dx: number, dy: number) =>
  operator.page.evaluate(
    (dx, dy) => {
      const frame = document.querySelector<HTMLIFrameElement>('[data-testid=mirror] iframe');
      const button = frame?.contentDocument?.querySelector('#buy')?.getBoundingClientRect();
      if (!frame || !button) throw new Error('no button');
      const shown = frame.getBoundingClientRect();
      const scale = shown.width / frame.clientWidth;
      return { x: shown.x + (button.x + dx) * scale, y: shown.y + (button.y + dy) * scale };
    },
    dx,
    dy,
  );
async function press(operator: Operator, dx: number, dy: number, toX: number, toY: number): Promise<void> {
  const [from, to] = [await at(operator, dx, dy), await at(operator, toX, toY)];
  await operator.page.mouse.move(from.x, from.y);
  await operator.page.mouse.down();
  await operator.page.mouse.move(to.x, to.y, { steps: 5 });
}

test('one draws; the visitor and a colleague see it there, later too; it goes with who drew it', async () => {
  const { visitor, operator: anna } = await world.openViewed('/');
  const cookie = await addOperator(world.relay, world.cookie, 'boris', 'Boris');
  const boris = await world.openOperator(cookie);
  const room = (await anna.page.$eval('[data-testid=watch]', (watch) => watch.getAttribute('data-room'))) ?? '';
  await boris.page.goto(`${world.relay.url}/#/room/${room}`);
  await boris.page.bringToFront();
  await boris.overlay('none');
  await anna.page.bringToFront();
  await anna.click('tool-draw');
  await visitor.page.bringToFront();
  await visitor.allow();
  await anna.page.bringToFront();
  await anna.byId('draw-bar');
  await anna.click('shape-box');

  // Under way.
  await press(anna, -10, -10, 100, 40);
  await visitor.page.bringToFront();
  await shows('the visitor', () => onPage(visitor), [-10, -10, 110, 50]);
  await anna.page.bringToFront();
  await anna.page.mouse.up();
  await shows('Anna', () => inConsole(anna), [-10, -10, 110, 50]);
  await boris.page.bringToFront();
  await shows('Boris', () => inConsole(boris), [-10, -10, 110, 50]);

  // The page moves: by itself, and scrolled.
  await visitor.page.bringToFront();
  await visitor.page.evaluate(() => {
    const buy = document.querySelector<HTMLElement>('#buy');
    if (buy) Object.assign(buy.style, { left: '420px', top: '330px' });
    scrollTo(0, 90);
  });
  await shows('the visitor', () => onPage(visitor), [-10, -10, 110, 50]);
  await boris.page.bringToFront();
  await boris.mirrorHas(`Math.round(document.querySelector('#buy').getBoundingClientRect().y) === 240`);
  await shows('Boris', () => inConsole(boris), [-10, -10, 110, 50]);

  // Who begins to watch now.
  await boris.page.reload();
  await boris.overlay('none');
  await shows('Boris, anew', () => inConsole(boris), [-10, -10, 110, 50]);

  // A picture with ids of its own, of the same page: everybody's, and for who comes after it.
  await visitor.page.bringToFront();
  await visitor.press('Pause');
  await boris.page.bringToFront();
  await boris.overlay('paused');
  await visitor.page.bringToFront();
  await visitor.press('Resume');
  await shows('the visitor', () => onPage(visitor), [-10, -10, 110, 50]);
  await boris.page.bringToFront();
  await boris.overlay('none');
  await shows('Boris, after the pause', () => inConsole(boris), [-10, -10, 110, 50]);
  await anna.page.bringToFront();
  await shows('Anna, after the pause', () => inConsole(anna), [-10, -10, 110, 50]);
  await boris.page.reload();
  await boris.page.bringToFront();
  await boris.overlay('none');
  await shows('Boris, anew after the pause', () => inConsole(boris), [-10, -10, 110, 50]);

  // In the ledger is that it was drawn, not what.
  await until('the stroke in the ledger', async () => {
    const answer = await fetch(`${world.relay.url}/api/ledger?room=${room}`, { headers: { cookie: world.cookie } });
    const { entries } = (await answer.json()) as { entries: { deed: { act?: { t: string; points?: number[] } } }[] };
    const drawn = entries.flatMap(({ deed }) => (deed.act?.t === 'draw' ? [deed.act] : []));
    return drawn.length === 1 && drawn[0]?.points?.length === 0;
  });

  await anna.page.bringToFront();
  await anna.click('leave');
  await boris.page.bringToFront();
  await until('no ink at Boris', async () => (await inConsole(boris)).length === 0);
  await visitor.page.bringToFront();
  await until('no ink on the page', async () => (await onPage(visitor)).length === 0);
  for (const { page, errors } of [visitor, anna, boris]) {
    expect(errors).toEqual([]);
    await page.close();
  }
});
