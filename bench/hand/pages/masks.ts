import IMask from 'imask';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  root.innerHTML = '<input id="phone" type="tel">';
  const mask = IMask(document.getElementById('phone') as HTMLInputElement, { mask: '+{7} (000) 000-00-00' });
  return { state: () => ({ value: mask.value, plain: mask.unmaskedValue }) };
}
