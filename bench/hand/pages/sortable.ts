import Sortable from 'sortablejs';
import type { HandPage } from '../page.ts';

const row = (name: string) => `<li id="${name}" style="padding:12px;border:1px solid">${name}</li>`;

export function mount(root: HTMLElement): HandPage {
  const names = ['one', 'two', 'three', 'four'];
  root.innerHTML =
    `<ul id="list">${names.map((name) => row(name)).join('')}</ul>` +
    `<ul id="pointers">${names.map((name) => row('p-' + name)).join('')}</ul>`;
  const list = document.getElementById('list') as HTMLElement;
  const pointers = document.getElementById('pointers') as HTMLElement;
  // Once as it comes (the browser's own drag and drop), once with pointer events only.
  Sortable.create(list, { animation: 0 });
  Sortable.create(pointers, { animation: 0, forceFallback: true });
  const order = (of: HTMLElement) => [...of.children].map((child) => child.id);
  return { state: () => ({ list: order(list), pointers: order(pointers) }) };
}
