// A canvas chart with its legend beside it, in HTML.

import { Chart, registerables } from 'chart.js';
import { randomFrom, turn } from '../pace.ts';
import type { Work } from '../page.ts';

const UPDATES = 30;
const POINTS = 80;
const SERIES = ['Sencha', 'Matcha', 'Dian Hong'];

export function mount(root: HTMLElement): Work {
  Chart.register(...registerables);
  const random = randomFrom(13);
  const value = () => Math.round(random() * 1000) / 10;
  const box = document.createElement('div');
  box.style.cssText = 'width:720px;height:360px';
  const canvas = document.createElement('canvas');
  canvas.width = 720;
  canvas.height = 360;
  box.append(canvas);
  const legend = document.createElement('ul');
  legend.className = 'legend';
  legend.append(...SERIES.map(() => document.createElement('li')));
  root.append(box, legend);
  const chart = new Chart(canvas, {
    type: 'line',
    data: {
      labels: Array.from({ length: POINTS }, (_, index) => String(index)),
      datasets: SERIES.map((label) => ({ label, data: Array.from({ length: POINTS }, value) })),
    },
    options: { responsive: false, animation: false },
  });

  return async () => {
    for (let index = 0; index < UPDATES; index++) {
      await turn();
      for (const { data } of chart.data.datasets) {
        data.shift();
        data.push(value());
      }
      chart.update('none');
      for (const [at, entry] of [...legend.children].entries())
        entry.textContent = `${SERIES[at]}: ${String(chart.data.datasets[at]?.data.at(-1))}`;
    }
    await turn();
    return legend.textContent;
  };
}
