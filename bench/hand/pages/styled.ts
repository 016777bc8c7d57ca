// Menus that open by styles alone: under the pointer, in a shadow root too, and around the focus.

import type { HandPage } from '../page.ts';

const MENU = `<style>
  .menu { width: 200px; margin-bottom: 80px; position: relative }
  .items { position: absolute; top: 100%; visibility: hidden; opacity: 0; transition: opacity 0.1s, visibility 0.1s }
  .menu:not(.held):hover > .items, .held:focus-within > .items { visibility: visible; opacity: 1 }
</style>`;

export function mount(root: HTMLElement): HandPage {
  const seen = { chosen: '' };
  root.innerHTML = `${MENU}
    <div class="menu"><b id="title">Goods</b><div class="items"><a id="tea" href="#tea">Tea</a> <a id="coffee" href="#coffee">Coffee</a></div></div>
    <div class="menu held"><button id="open">Help</button><div class="items"><a id="post" href="#post">Post</a></div></div>
    <div id="host"></div><p id="elsewhere">Elsewhere</p>`;
  const inside = document.getElementById('host')?.attachShadow({ mode: 'open' });
  if (inside)
    inside.innerHTML = `${MENU}<div class="menu"><b id="inner">More</b><div class="items"><a id="milk" href="#milk">Milk</a></div></div>`;
  root.addEventListener('click', (event) => {
    const [target] = event.composedPath() as HTMLElement[];
    if (target?.tagName === 'A') seen.chosen = target.id;
  });
  const title = document.getElementById('title');
  const items = title?.nextElementSibling;
  return { state: () => ({ ...seen, open: !!items && getComputedStyle(items).visibility === 'visible' }) };
}
