// A menu that opens when the pointer comes over it, and closes when it goes: by the page's own handlers.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { open: false, chosen: '' };
  root.innerHTML = `<div id="menu" style="width:200px"><button id="title">Goods</button>
    <div id="items" hidden><a id="tea" href="#tea">Tea</a> <a id="coffee" href="#coffee">Coffee</a></div></div>
    <p id="elsewhere" style="margin-top:200px">Elsewhere</p>`;
  const menu = document.getElementById('menu') as HTMLElement;
  const items = document.getElementById('items') as HTMLElement;
  const show = (open: boolean) => {
    seen.open = open;
    items.hidden = !open;
  };
  menu.addEventListener('mouseenter', () => show(true));
  menu.addEventListener('mouseleave', () => show(false));
  items.addEventListener('click', (event) => (seen.chosen = (event.target as HTMLElement).id));
  return { state: () => seen };
}
