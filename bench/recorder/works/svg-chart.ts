// A dashboard's SVG charts, drawn anew as their data come in.

import { BarChart, LineChart } from 'chartist';
import { randomFrom, turn } from '../pace.ts';
import type { Work } from '../page.ts';

const UPDATES = 30;
const POINTS = 40;

export function mount(root: HTMLElement): Work {
  const random = randomFrom(11);
  const value = () => Math.round(random() * 1000) / 10;
  const box = () => {
    const box = document.createElement('div');
    box.className = 'chart';
    box.style.cssText = 'width:560px;height:280px';
    root.append(box);
    return box;
  };
  const caption = document.createElement('p');
  root.append(caption);
  let series = [0, 1, 2].map(() => Array.from({ length: POINTS }, value));
  const labels = () => series[0]?.map((_, index) => String(index)) ?? [];
  const bars = () => ({ labels: labels().slice(0, 12), series: [series[0]?.slice(-12) ?? []] });
  const lines = new LineChart(box(), { labels: labels(), series }, { showArea: true });
  const columns = new BarChart(box(), bars());

  return async () => {
    for (let index = 0; index < UPDATES; index++) {
      await turn();
      series = series.map((values) => [...values.slice(1), value()]);
      lines.update({ labels: labels(), series });
      columns.update(bars());
      caption.textContent = `Update ${index}: ${series[0]?.at(-1)}`;
    }
    await turn();
    const points = root.querySelectorAll('.ct-point').length;
    if (points !== 3 * POINTS) throw new Error(`${points} points are drawn`);
    return `${caption.textContent}, ${root.getElementsByTagName('*').length} elements`;
  };
}
