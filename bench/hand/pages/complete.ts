import Awesomplete from 'awesomplete';
import css from 'awesomplete/awesomplete.css';
import { dress } from '../dress.ts';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  dress(css);
  const seen = { chosen: '' };
  root.innerHTML = '<input id="street" placeholder="Street">';
  const field = document.getElementById('street') as HTMLInputElement;
  new Awesomplete(field, { list: ['Arbat', 'Tverskaya', 'Nevsky', 'Neglinnaya'], minChars: 1, autoFirst: true });
  field.addEventListener('awesomplete-selectcomplete', () => (seen.chosen = field.value));
  return { state: () => seen };
}
