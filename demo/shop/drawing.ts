// The third picture of a product: a measured drawing of a vessel, from the same profile that its photograph was
// rendered from, or the brewing clock of a tea. Inline SVG, coloured by the page's own variables.

import * as shape from '../art/vessels.ts';
import type { Vessel } from '../art/scene.ts';
import { svg } from './element.ts';
import type { Good } from './goods.ts';
import type { Shop } from './page.ts';

const vessels: Readonly<Record<string, Vessel>> = {
  gaiwan: shape.gaiwan(shape.glazes.celadon),
  'teapot-gzhel': shape.teapot(shape.glazes.gzhel),
  'teapot-clay': shape.yixing(shape.glazes.yixing),
  kyusu: shape.kyusu(shape.glazes.ink),
  chawan: shape.bowl(shape.glazes.tenmoku),
  pitcher: shape.pitcher(shape.glazes.celadon),
  cups: shape.cup(shape.glazes.blush),
  mug: shape.mug(shape.glazes.oat),
  caddy: shape.caddy(shape.glazes.cobalt),
  plate: shape.plate(shape.glazes.brushed),
  'moon-jar': shape.moonJar(shape.glazes.porcelain),
  'jam-bowl': shape.jamBowl(shape.glazes.gzhel),
};

type Point = readonly [number, number];

/** The spline of `art/scene.ts` as a path, on the right side or mirrored to the left. */
function profilePath(points: readonly Point[], place: (point: Point) => string): string {
  const start = points[0];
  if (!start) return '';
  let path = `M${place(start)}`;
  for (let at = 1; at < points.length - 1; at += 1) {
    const here = points[at];
    const after = points[at + 1];
    if (!here || !after) break;
    const end: Point = at === points.length - 2 ? after : [(here[0] + after[0]) / 2, (here[1] + after[1]) / 2];
    path += `Q${place(here)} ${place(end)}`;
  }
  return path;
}

function vesselDrawing(vessel: Vessel): SVGSVGElement {
  const profiles = [vessel.profile, ...(vessel.lid ? [vessel.lid.profile] : [])];
  const wide = Math.max(...vessel.profile.map(([radius]) => radius));
  const reach = Math.max(wide, ...(vessel.tubes ?? []).flatMap(({ path }) => path.map(([x]) => Math.abs(x))));
  const high = Math.max(...profiles.flat().map(([, height]) => height)) + (vessel.lid ? 0.2 : 0);
  const scale = Math.min(150 / reach, 230 / high);
  const floor = 215 + (high * scale) / 2;
  const place =
    (side: 1 | -1) =>
    ([x, y]: Point): string =>
      `${(200 + side * x * scale).toFixed(1)} ${(floor - y * scale).toFixed(1)}`;
  const drawing = svg('svg', { viewBox: '0 0 400 400', class: 'drawing-lines' });
  const line = (d: string, look = 'line'): void => void drawing.append(svg('path', { d, class: look }));
  for (const profile of profiles) {
    line(profilePath(profile, place(1)));
    line(profilePath(profile, place(-1)));
    const rim = profile.at(-1);
    if (rim) {
      const [x, y] = [rim[0] * scale, floor - rim[1] * scale];
      drawing.append(svg('ellipse', { cx: 200, cy: y, rx: x, ry: x * 0.1, class: 'line thin' }));
    }
  }
  for (const { path } of vessel.tubes ?? []) {
    const [a, b, c] = path;
    line(`M${place(1)(a)}Q${place(1)(b)} ${place(1)(c)}`, 'line tube');
  }
  const bottom = floor + 28;
  const side = 200 + reach * scale + 22;
  const top = floor - high * scale;
  line(`M${200 - wide * scale} ${bottom}H${200 + wide * scale}`, 'measure');
  line(`M${side} ${floor}V${top}`, 'measure');
  line('M200 40V360', 'axis');
  const mark = (x: number, y: number, text: string): void =>
    void drawing.append(svg('text', { x, y, 'text-anchor': 'middle' }, text));
  mark(200, bottom + 22, `⌀ ${Math.round(wide * 100)}`);
  mark(Math.min(side, 372), top - 10, String(Math.round(high * 72)));
  return drawing;
}

function brewingClock(shop: Shop, [degrees, seconds, grams, times]: NonNullable<Good['brewing']>): SVGSVGElement {
  const drawing = svg('svg', { viewBox: '0 0 400 400', class: 'drawing-lines' });
  const turn = 2 * Math.PI * 128;
  drawing.append(
    svg('circle', { cx: 200, cy: 190, r: 128, class: 'dial' }),
    svg('circle', {
      cx: 200,
      cy: 190,
      r: 128,
      class: 'dial-part',
      'stroke-dasharray': `${(turn * (degrees - 50)) / 50} ${turn}`,
      transform: 'rotate(-90 200 190)',
    }),
    svg('text', { x: 200, y: 192, class: 'dial-large', 'text-anchor': 'middle' }, `${degrees}°`),
    svg(
      'text',
      { x: 200, y: 226, 'text-anchor': 'middle' },
      shop.say({ en: `${grams} g to 100 ml`, ru: `${grams} г на 100 мл` }),
    ),
  );
  // Each steeping is a bar, longer than the one before.
  const step = 300 / times;
  for (let at = 0; at < times; at += 1) {
    const tall = 8 + (26 * (at + 1)) / times;
    drawing.append(
      svg('rect', {
        x: 50 + at * step + step * 0.2,
        y: 378 - tall,
        width: step * 0.6,
        height: tall,
        rx: 2,
        class: 'bar',
      }),
    );
  }
  drawing.append(
    svg(
      'text',
      { x: 200, y: 398, 'text-anchor': 'middle', class: 'tiny' },
      shop.say({ en: `first steeping ${seconds} s`, ru: `первый пролив ${seconds} с` }),
    ),
  );
  return drawing;
}

export function drawingOf(shop: Shop, good: Good): SVGSVGElement | undefined {
  if (good.brewing) return brewingClock(shop, good.brewing);
  const vessel = vessels[good.id];
  return vessel ? vesselDrawing(vessel) : undefined;
}
