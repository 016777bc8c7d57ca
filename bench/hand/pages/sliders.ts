import noUiSlider from 'nouislider';
import css from 'nouislider/dist/nouislider.css';
import { dress } from '../dress.ts';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  dress(css);
  const seen = { from: 20, to: 80 };
  root.innerHTML = '<div id="slider" style="width:400px;margin:40px"></div>';
  const slider = noUiSlider.create(document.getElementById('slider') as HTMLElement, {
    start: [20, 80],
    connect: true,
    range: { min: 0, max: 100 },
  });
  slider.on('update', ([from, to]) => {
    seen.from = Math.round(Number(from));
    seen.to = Math.round(Number(to));
  });
  return { state: () => seen };
}
