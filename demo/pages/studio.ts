// The painting page: a drawing pad that repeats strokes around a plate, and an animated canvas with steam.
// Easy to get wrong: strokes are kept as points, not pixels, so that undo redraws the plate exactly; the steam rests
// while it is out of sight.

import { html, need } from '../shop/element.ts';
import { openShop } from '../shop/page.ts';
import type { Words } from '../shop/language.ts';

const shop = openShop();

const paints: readonly { readonly colour: string; readonly words: Words }[] = [
  { colour: '#15349a', words: { en: 'Cobalt', ru: 'Кобальт' } },
  { colour: '#6b93dd', words: { en: 'Cobalt, thin', ru: 'Кобальт, жидко' } },
  { colour: '#3c7a5c', words: { en: 'Copper green', ru: 'Медная зелень' } },
  { colour: '#8f2f22', words: { en: 'Iron red', ru: 'Железный красный' } },
  { colour: '#c98a3a', words: { en: 'Honey', ru: 'Мёд' } },
  { colour: '#262422', words: { en: 'Black', ru: 'Чёрная' } },
];

interface Stroke {
  readonly colour: string;
  readonly width: number;
  readonly repeats: number;
  readonly isMirrored: boolean;
  readonly points: [number, number][];
}

const canvas = need(HTMLCanvasElement, '#plate');
const brush = need(HTMLInputElement, '#brush');
const repeat = need(HTMLInputElement, '#repeat');
const mirrored = need(HTMLInputElement, '#mirrored');
const middle = canvas.width / 2;
const radius = canvas.width * 0.48;
let strokes: Stroke[] = [];
let stroke: Stroke | undefined;
let colour = paints[0]?.colour ?? '#15349a';

function context(of: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = of.getContext('2d');
  if (!found) throw new Error('this browser has no 2d canvas');
  return found;
}
const pen = context(canvas);

function drawPlate(): void {
  pen.clearRect(0, 0, canvas.width, canvas.height);
  const glaze = pen.createRadialGradient(middle * 0.8, middle * 0.7, 40, middle, middle, radius);
  glaze.addColorStop(0, '#ffffff');
  glaze.addColorStop(0.72, '#f3f4f1');
  glaze.addColorStop(1, '#d8ddd9');
  pen.fillStyle = glaze;
  pen.beginPath();
  pen.arc(middle, middle, radius, 0, Math.PI * 2);
  pen.fill();
  pen.lineWidth = 3;
  pen.strokeStyle = 'rgb(20 35 44 / 0.12)';
  for (const ring of [1, 0.66]) {
    pen.beginPath();
    pen.arc(middle, middle, radius * ring, 0, Math.PI * 2);
    pen.stroke();
  }
}

/** Draws the stroke's part from a point on, all around the plate. */
function drawStroke(one: Stroke, from: number): void {
  pen.save();
  pen.beginPath();
  pen.arc(middle, middle, radius - 2, 0, Math.PI * 2);
  pen.clip();
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.lineWidth = one.width;
  pen.strokeStyle = one.colour;
  for (let turn = 0; turn < one.repeats; turn += 1) {
    for (const side of one.isMirrored ? [1, -1] : [1]) {
      pen.setTransform(1, 0, 0, 1, middle, middle);
      pen.rotate((turn * Math.PI * 2) / one.repeats);
      pen.scale(side, 1);
      pen.beginPath();
      one.points.slice(Math.max(0, from - 1)).forEach(([x, y], at) => (at === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
      const [only] = one.points;
      if (one.points.length === 1 && only) pen.lineTo(only[0] + 0.1, only[1]);
      pen.stroke();
    }
  }
  pen.restore();
}

function redraw(): void {
  drawPlate();
  for (const one of strokes) drawStroke(one, 0);
}

function pointOf(event: PointerEvent): [number, number] {
  const area = canvas.getBoundingClientRect();
  return [
    ((event.clientX - area.left) / area.width) * canvas.width - middle,
    ((event.clientY - area.top) / area.height) * canvas.height - middle,
  ];
}

canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  stroke = {
    colour,
    width: Number(brush.value),
    repeats: Number(repeat.value),
    isMirrored: mirrored.checked,
    points: [pointOf(event)],
  };
  strokes.push(stroke);
  drawStroke(stroke, 0);
});
canvas.addEventListener('pointermove', (event) => {
  if (!stroke) return;
  const before = stroke.points.length;
  const parts = event.getCoalescedEvents();
  for (const part of parts.length > 0 ? parts : [event]) stroke.points.push(pointOf(part));
  drawStroke(stroke, before);
});
for (const name of ['pointerup', 'pointercancel'] as const)
  canvas.addEventListener(name, () => {
    stroke = undefined;
  });

need(HTMLElement, '#undo').addEventListener('click', () => {
  strokes.pop();
  redraw();
});
need(HTMLElement, '#wipe').addEventListener('click', () => {
  strokes = [];
  redraw();
});
need(HTMLElement, '#save').addEventListener('click', () => {
  const link = html('a', { href: canvas.toDataURL('image/png'), download: 'plate.png' });
  link.click();
});

function paintTools(): void {
  need(HTMLElement, '#paints').replaceChildren(
    ...paints.map((paint) =>
      html(
        'label',
        { class: 'choice swatch', title: shop.say(paint.words) },
        html('input', {
          type: 'radio',
          name: 'paint',
          'aria-label': shop.say(paint.words),
          checked: paint.colour === colour,
          onchange: () => {
            colour = paint.colour;
          },
        }),
        html('span', { class: 'dot', style: `background:${paint.colour}` }),
      ),
    ),
  );
  need(HTMLElement, '#brush-size').textContent = brush.value;
  need(HTMLElement, '#repeat-count').textContent = repeat.value;
}
brush.addEventListener('input', paintTools);
repeat.addEventListener('input', paintTools);

/** A first ornament, so that the plate is not empty: a sprig of five strokes. */
function paintSprig(): void {
  const arc = (width: number, colourOf: string, points: [number, number][]): void =>
    void strokes.push({ colour: colourOf, width, repeats: 8, isMirrored: true, points });
  const cobalt = '#15349a';
  const thin = '#6b93dd';
  const curve = (a: [number, number], b: [number, number], c: [number, number]): [number, number][] =>
    Array.from({ length: 24 }, (_, at) => {
      const t = at / 23;
      const mix = (k: 0 | 1): number => a[k] * (1 - t) ** 2 + 2 * b[k] * t * (1 - t) + c[k] * t ** 2;
      return [mix(0), mix(1)];
    });
  arc(15, thin, curve([0, -110], [70, -170], [0, -262]));
  arc(5, cobalt, curve([0, -110], [86, -174], [0, -272]));
  arc(9, cobalt, curve([0, -160], [22, -200], [0, -236]));
  arc(6, cobalt, curve([118, -284], [60, -330], [0, -316]));
  arc(12, thin, curve([88, -352], [50, -392], [0, -380]));
  arc(5, cobalt, curve([152, -368], [80, -420], [0, -412]));
}
paintSprig();
redraw();

function startSteam(): void {
  const steam = need(HTMLCanvasElement, '#steam');
  const air = context(steam);
  const stop = need(HTMLButtonElement, '#steam-stop');
  const wisps = Array.from({ length: 46 }, (_, at) => ({
    x: 0.2 + 0.6 * ((at * 0.618) % 1),
    phase: at * 1.7,
    speed: 0.06 + 0.05 * ((at * 0.382) % 1),
    size: 26 + 46 * ((at * 0.271) % 1),
  }));
  let isVisible = false;
  let isStopped = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let request = 0;

  function drawFrame(nowMs: number): void {
    const time = nowMs / 1000;
    const { width, height } = steam;
    air.clearRect(0, 0, width, height);
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark';
    for (const wisp of wisps) {
      const age = (time * wisp.speed + wisp.phase) % 1;
      const x = width * wisp.x + Math.sin(time * 0.7 + wisp.phase + age * 4) * 46 * age;
      const y = height * (0.86 - age * 0.95);
      const size = wisp.size * (0.5 + age * 1.7);
      const fade = Math.sin(Math.PI * age) * 0.17;
      const puff = air.createRadialGradient(x, y, 0, x, y, size);
      puff.addColorStop(0, isDark ? `rgb(200 220 230 / ${fade})` : `rgb(110 140 150 / ${fade})`);
      puff.addColorStop(1, 'rgb(128 128 128 / 0)');
      air.fillStyle = puff;
      air.fillRect(x - size, y - size, size * 2, size * 2);
    }
    air.fillStyle = isDark ? '#8eadff' : '#1d3f9f';
    for (let cup = 0; cup < 5; cup += 1) {
      const x = width * (0.18 + cup * 0.16);
      air.beginPath();
      air.moveTo(x - 46, height * 0.82);
      air.bezierCurveTo(x - 42, height * 1.04, x + 42, height * 1.04, x + 46, height * 0.82);
      air.fill();
    }
    request = isVisible && !isStopped ? requestAnimationFrame(drawFrame) : 0;
  }
  const wake = (): void => {
    if (request === 0) request = requestAnimationFrame(drawFrame);
  };
  new IntersectionObserver(([entry]) => {
    isVisible = entry?.isIntersecting ?? false;
    if (isVisible) wake();
  }).observe(steam);
  stop.addEventListener('click', () => {
    isStopped = !isStopped;
    stop.setAttribute('aria-pressed', String(isStopped));
    wake();
  });
}
startSteam();
shop.draw(paintTools);
