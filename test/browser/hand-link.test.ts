// The hand when links are lost: an operator who vanishes in the middle of a drag, and a relay that is started anew while the
// visitor loads a page.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRelay } from '../support/relay.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Drag</title></head><body style="margin:0">
     <div id="thing" style="position:absolute;left:60px;top:60px;width:200px;height:100px;background:#cde">Drag me</div>
     <script>
       window.log = [];
       for (const type of ['mousedown', 'mouseup', 'pointercancel', 'click'])
         document.addEventListener(type, (event) => { if (!event.isTrusted) log.push(type); }, true);
     </script>%SNIPPET%</body></html>`,
  );
});
afterAll(() => world.close());

const controlled = () => world.openControlled('/');
const log = ({ page }: Visitor) => page.evaluate(() => (window as unknown as { log: string[] }).log.join());
const at = async ({ page }: Operator, x: number, y: number) =>
  page.$eval(
    '[data-testid="mirror"] iframe',
    (frame, fromX, fromY) => {
      const box = frame.getBoundingClientRect();
      const scale = box.width / (frame as HTMLElement).clientWidth;
      return { x: box.left + fromX * scale, y: box.top + fromY * scale };
    },
    x,
    y,
  );

test('[G2] an operator who is gone in the middle of a drag leaves no button down', async () => {
  const { visitor, operator } = await controlled();
  const from = await at(operator, 100, 100);
  // Again while the visitor, who has just pressed Allow, is still busy.
  await until('the press on the page', async () => {
    await operator.page.mouse.move(from.x, from.y);
    await operator.page.mouse.down();
    await operator.page.mouse.move(from.x + 30, from.y);
    const isDown = await until(
      'an answer',
      async () =>
        (await log(visitor)).includes('mousedown') || (await operator.page.$('[data-testid="hand-refused"]')) !== null,
    );
    if ((await log(visitor)).includes('mousedown')) return isDown;
    await operator.page.mouse.up();
    return false;
  });
  expect(await log(visitor)).toBe('mousedown');
  await operator.page.close();
  await until('the button to come up', async () => (await log(visitor)) === 'mousedown,pointercancel,mouseup');
  expect(visitor.errors).toEqual([]);
  await visitor.page.close();
});

test('[G2] a relay started anew while the visitor loads a page: control is there again, and works', async () => {
  const { visitor, operator } = await controlled();
  const port = new URL(world.relay.url).port;
  await world.relay.kill();
  world.relay = await startTestRelay({ dataDir: world.relay.dataDir, env: { TANDEM_PORT: port } });
  await visitor.page.bringToFront();
  await visitor.page.reload({ waitUntil: 'load' });
  await visitor.widget('.granted button', 'control');
  await operator.page.bringToFront();
  await operator.page.waitForSelector('[data-testid="hand-layer"][data-tool="control"]');
  await until('a click on the page', async () => {
    const point = await at(operator, 100, 100);
    await operator.page.mouse.click(point.x, point.y);
    return until(
      'what became of it',
      async () =>
        (await log(visitor)).includes('click') || (await operator.page.$('[data-testid="hand-refused"]')) !== null,
    ).then(async () => (await log(visitor)).includes('click'));
  });
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.close();
  await operator.page.close();
});
