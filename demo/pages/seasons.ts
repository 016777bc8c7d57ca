// Prices by season: an SVG chart written by hand. Lines grow in when they appear, a tooltip follows the pointer, a finger
// or the arrow keys; below, a calendar of harvests made of grid cells. The figures come from a formula, not from a feed.

import { html, need, svg } from '../shop/element.ts';
import { openShop } from '../shop/page.ts';
import type { Words } from '../shop/language.ts';

interface Series {
  readonly id: string;
  readonly words: Words;
  readonly colour: string;
  readonly base: number;
  readonly swing: number;
  readonly peak: number;
  readonly yearly: number;
}

const allSeries: readonly Series[] = [
  {
    id: 'longjing',
    words: { en: 'Longjing', ru: 'Лунцзин' },
    colour: '#6fa086',
    base: 1180,
    swing: 420,
    peak: 3,
    yearly: 0.09,
  },
  {
    id: 'oolong',
    words: { en: 'Da Hong Pao', ru: 'Да Хун Пао' },
    colour: '#c07a2c',
    base: 900,
    swing: 150,
    peak: 5,
    yearly: 0.06,
  },
  {
    id: 'dianhong',
    words: { en: 'Dian Hong', ru: 'Дянь Хун' },
    colour: '#b5434a',
    base: 520,
    swing: 120,
    peak: 4,
    yearly: 0.04,
  },
  {
    id: 'ivan',
    words: { en: 'Ivan-chai', ru: 'Иван-чай' },
    colour: '#5b78d6',
    base: 260,
    swing: 90,
    peak: 1,
    yearly: 0.11,
  },
];

const lastMonth = new Date(2026, 3, 1);

interface Month {
  readonly date: Date;
  readonly price: (series: Series) => number;
}

function monthsBack(years: number): readonly Month[] {
  const count = years * 12;
  return Array.from({ length: count }, (_, at) => {
    const back = count - 1 - at;
    const date = new Date(lastMonth.getFullYear(), lastMonth.getMonth() - back, 1);
    return {
      date,
      price: (series) => {
        const distance = Math.min((date.getMonth() - series.peak + 12) % 12, (series.peak - date.getMonth() + 12) % 12);
        const season = Math.exp(-(distance ** 2) / 3.4);
        const wobble = Math.sin(date.getMonth() * 2.3 + date.getFullYear() * 1.7 + series.base) * 0.03;
        const growth = (1 + series.yearly) ** (-back / 12);
        return Math.round((series.base * (1 + wobble) + series.swing * season) * growth);
      },
    };
  });
}

const shop = openShop();
const hidden = new Set<string>();
let years = 2;
let chosen = -1;
let paintedWidth = 0;

const frame = { left: 58, right: 16, top: 18, bottom: 34, height: 380 } as const;

function paintChart(isNew: boolean): void {
  const place = need(HTMLElement, '#chart');
  paintedWidth = place.clientWidth;
  const width = Math.max(300, paintedWidth);
  const months = monthsBack(years);
  const shown = allSeries.filter((series) => !hidden.has(series.id));
  const most = Math.max(400, ...shown.flatMap((series) => months.map((month) => month.price(series))));
  const top = Math.ceil(most / 400) * 400;
  const x = (at: number): number => frame.left + ((width - frame.left - frame.right) * at) / (months.length - 1);
  const y = (price: number): number =>
    frame.height - frame.bottom - ((frame.height - frame.top - frame.bottom) * price) / top;
  const language = shop.speech.current();

  const chart = svg('svg', {
    viewBox: `0 0 ${width} ${frame.height}`,
    width,
    height: frame.height,
    tabindex: 0,
    role: 'img',
    'aria-label': shop.say({
      en: `Purchase prices of ${shown.length} teas over ${months.length} months`,
      ru: `Закупочные цены чаёв: ${shown.length}, месяцев: ${months.length}`,
    }),
  });
  for (let price = 0; price <= top; price += 400)
    chart.append(
      svg('line', { class: 'grid-line', x1: frame.left, x2: width - frame.right, y1: y(price), y2: y(price) }),
      svg(
        'text',
        { class: 'axis-text', x: frame.left - 10, y: y(price) + 4, 'text-anchor': 'end' },
        price.toLocaleString(language),
      ),
    );
  const every = Math.ceil(months.length / (width < 520 ? 3 : 8));
  months.forEach((month, at) => {
    if (at % every !== 0) return;
    const text = new Intl.DateTimeFormat(language, { month: 'short', year: '2-digit' })
      .format(month.date)
      .replace(' г.', '');
    chart.append(
      svg(
        'text',
        { class: 'axis-text', x: x(at), y: frame.height - 10, 'text-anchor': at === 0 ? 'start' : 'middle' },
        text,
      ),
    );
  });
  for (const series of shown) {
    const points = months.map((month, at) => [x(at), y(month.price(series))] as const);
    let path = '';
    points.forEach(([px, py], at) => {
      const before = points[at - 1];
      // Halfway control points: a smooth line that never overshoots in time.
      path += before
        ? `C${(before[0] + px) / 2} ${before[1]} ${(before[0] + px) / 2} ${py} ${px} ${py}`
        : `M${px} ${py}`;
    });
    const floor = y(0);
    chart.append(
      svg('path', {
        class: 'area',
        d: `${path}L${points.at(-1)?.[0] ?? 0} ${floor}L${frame.left} ${floor}Z`,
        fill: series.colour,
      }),
      svg('path', {
        class: isNew ? 'series is-new' : 'series',
        d: path,
        stroke: series.colour,
        pathLength: 1,
        'data-series': series.id,
      }),
    );
  }
  const guide = svg('line', { class: 'guide', y1: frame.top, y2: frame.height - frame.bottom, visibility: 'hidden' });
  const dots = shown.map((series) =>
    svg('circle', { class: 'point', r: 5, fill: series.colour, visibility: 'hidden' }),
  );
  chart.append(guide, ...dots);
  const tip = html('div', { class: 'tip', role: 'status', hidden: true });

  function choose(at: number): void {
    chosen = at;
    const month = months[at];
    const isShown = month !== undefined;
    tip.hidden = !isShown;
    for (const mark of [guide, ...dots]) mark.setAttribute('visibility', isShown ? 'visible' : 'hidden');
    if (!month) return;
    guide.setAttribute('x1', String(x(at)));
    guide.setAttribute('x2', String(x(at)));
    shown.forEach((series, index) => {
      dots[index]?.setAttribute('cx', String(x(at)));
      dots[index]?.setAttribute('cy', String(y(month.price(series))));
    });
    tip.replaceChildren(
      html('strong', {}, new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' }).format(month.date)),
      ...shown.map((series) =>
        html(
          'span',
          {},
          html('i', { style: `background:${series.colour}` }),
          shop.say(series.words),
          html('b', {}, shop.price(month.price(series))),
        ),
      ),
    );
    tip.style.left = `${Math.min(width - 220, Math.max(0, x(at) + (x(at) > width / 2 ? -226 : 14)))}px`;
  }

  chart.addEventListener('pointermove', (event) => {
    const area = chart.getBoundingClientRect();
    const ratio = (event.clientX - area.left - frame.left) / (area.width - frame.left - frame.right);
    choose(Math.min(months.length - 1, Math.max(0, Math.round(ratio * (months.length - 1)))));
  });
  chart.addEventListener('pointerleave', () => choose(-1));
  chart.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    choose(Math.min(months.length - 1, Math.max(0, chosen + step)));
  });
  place.replaceChildren(chart, tip);
}

function paintSeries(): void {
  need(HTMLElement, '#series').replaceChildren(
    ...allSeries.map((series) =>
      html(
        'button',
        {
          class: 'chip',
          type: 'button',
          'data-toggle': series.id,
          'aria-pressed': String(!hidden.has(series.id)),
          onclick: () => {
            if (hidden.has(series.id)) hidden.delete(series.id);
            else hidden.add(series.id);
            paintSeries();
            paintChart(false);
            need(HTMLElement, `[data-toggle="${series.id}"]`).focus();
          },
        },
        html('i', { class: 'dot', style: `background:${series.colour}` }),
        shop.say(series.words),
      ),
    ),
  );
}

const harvests: readonly { readonly words: Words; readonly months: readonly (0 | 1 | 2)[] }[] = [
  { words: { en: 'Longjing', ru: 'Лунцзин' }, months: [0, 0, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0] },
  { words: { en: 'Sencha', ru: 'Сэнча' }, months: [0, 0, 0, 1, 2, 1, 1, 0, 0, 0, 0, 0] },
  { words: { en: 'Darjeeling', ru: 'Дарджилинг' }, months: [0, 0, 2, 2, 1, 1, 0, 0, 0, 1, 1, 0] },
  { words: { en: 'Da Hong Pao', ru: 'Да Хун Пао' }, months: [0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0] },
  { words: { en: 'Tie Guan Yin', ru: 'Те Гуань Инь' }, months: [0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 1, 0] },
  { words: { en: 'Ivan-chai', ru: 'Иван-чай' }, months: [0, 0, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0] },
];

function paintHarvests(): void {
  const name = (month: number): string =>
    new Intl.DateTimeFormat(shop.speech.current(), { month: 'short' })
      .format(new Date(2026, month, 1))
      .replace('.', '');
  need(HTMLElement, '#harvests').replaceChildren(
    html('span', {}),
    ...Array.from({ length: 12 }, (_, month) => html('span', { class: 'month' }, name(month))),
    ...harvests.flatMap((harvest) => [
      html('span', { class: 'harvest-name' }, shop.say(harvest.words)),
      ...harvest.months.map((much, month) =>
        html('span', {
          class: `cell much-${much}`,
          title: much === 0 ? '' : `${shop.say(harvest.words)}: ${name(month)}`,
        }),
      ),
    ]),
  );
}

for (const radio of document.querySelectorAll<HTMLInputElement>('[name="years"]'))
  radio.addEventListener('change', () => {
    years = Number(radio.value);
    paintChart(true);
  });
new ResizeObserver(([entry]) => {
  if (entry && entry.target.clientWidth !== paintedWidth) paintChart(false);
}).observe(need(HTMLElement, '#chart'));
shop.draw(() => {
  paintSeries();
  paintChart(true);
  paintHarvests();
});
