// What a page says of its assets may not be heard: the visit is paused just then, or the line is cut. The picture must
// come all the same, as soon as the relay listens again, without a new page load.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="20" height="20"/></svg>';

/** In the visitor's page: what it sends of its assets is lost on the way. */
type Deaf = { deaf: boolean; lost: number; socket?: WebSocket };

let world: World;
let visitor: Visitor;
let operator: Operator;

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set(
    '/',
    `<!doctype html><title>Pictures</title><img id="first" src="/first.svg"><img id="second">
    <script>
      const native = WebSocket.prototype.send;
      window.lost = 0;
      WebSocket.prototype.send = function (data) {
        window.socket = this;
        if (window.deaf && typeof data === 'string' && data.includes('"t":"assets"')) window.lost++;
        else native.call(this, data);
      };
    </script>%SNIPPET%`,
  );
  for (const name of ['first', 'second'])
    // Not the same content: what the relay has already is not asked for.
    world.site.pages.set(`/${name}.svg`, () => ({ type: 'image/svg+xml', body: `${SVG}<!-- ${name} -->` }));
  visitor = await world.openVisitor('/');
  await setDeaf(true);
  operator = await world.openOperator();
  await world.view(visitor, operator);
});

afterAll(() => world.close());

const setDeaf = (deaf: boolean) =>
  visitor.page.evaluate((now) => {
    (window as unknown as Deaf).deaf = now;
  }, deaf);
const lost = () => visitor.page.evaluate(() => (window as unknown as Deaf).lost);
const isShown = (id: string) => `document.getElementById('${id}').naturalWidth === 20`;

test('pictures whose offer nobody heard come after a pause', async () => {
  await until('an offer that is lost', async () => (await lost()) > 0);
  expect(await operator.inMirror<boolean>(isShown('first'))).toBe(false);
  await setDeaf(false);
  await visitor.page.bringToFront();
  await visitor.press('Pause');
  await visitor.press('Resume');
  await operator.page.bringToFront();
  await operator.mirrorHas(isShown('first'));
});

test('and after the line was cut', async () => {
  const before = await lost();
  await setDeaf(true);
  await visitor.page.evaluate(() => {
    const image = document.getElementById('second') as HTMLImageElement;
    image.src = '/second.svg';
  });
  await until('another offer that is lost', async () => (await lost()) > before);
  await setDeaf(false);
  await visitor.page.evaluate(() => (window as unknown as Deaf).socket?.close());
  await operator.mirrorHas(isShown('second'));
  expect(visitor.errors).toEqual([]);
});
