import TomSelect from 'tom-select';
import css from 'tom-select/dist/css/tom-select.css';
import { dress } from '../dress.ts';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  dress(css);
  const seen: { value: string | string[] } = { value: '' };
  root.innerHTML = `<select id="city"><option value="">City</option><option value="msk">Moscow</option>
    <option value="spb">Saint Petersburg</option><option value="kzn">Kazan</option></select>`;
  new TomSelect('#city', { onChange: (value: string | string[]) => (seen.value = value) });
  return { state: () => seen };
}
