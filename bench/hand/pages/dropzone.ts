// Cards that are dragged onto a place: the browser's own drag and drop, with data.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { dropped: '', over: false };
  root.innerHTML = `<div id="card" draggable="true" style="width:120px;padding:16px;border:1px solid">Card</div>
    <div id="zone" style="height:120px;margin-top:40px;border:2px dashed">Drop here</div>`;
  const zone = document.getElementById('zone') as HTMLElement;
  document.getElementById('card')?.addEventListener('dragstart', (event) => {
    event.dataTransfer?.setData('text/plain', 'card-1');
  });
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    seen.over = true;
  });
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    seen.dropped = event.dataTransfer?.getData('text/plain') ?? '';
  });
  return { state: () => seen };
}
