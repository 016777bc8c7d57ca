import flatpickr from 'flatpickr';
import css from 'flatpickr/dist/flatpickr.css';
import { dress } from '../dress.ts';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  dress(css);
  const seen = { date: '' };
  root.innerHTML = '<input id="date" placeholder="Delivery">';
  flatpickr('#date', {
    defaultDate: '2026-03-10',
    onChange: (_, text) => (seen.date = text),
  });
  return { state: () => seen };
}
