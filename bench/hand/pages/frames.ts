// Fields inside a frame of the same origin, in a page that is scrolled.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): Promise<HandPage> {
  const seen = { text: '', pressed: 0 };
  root.innerHTML =
    '<div style="height:900px">Far above</div><iframe id="frame" style="height:200px;margin:30px"></iframe>';
  const frame = document.getElementById('frame') as HTMLIFrameElement;
  return new Promise((resolve) => {
    frame.addEventListener('load', () => {
      const page = frame.contentDocument;
      page?.getElementById('text')?.addEventListener('input', (event) => {
        seen.text = (event.target as HTMLInputElement).value;
      });
      page?.getElementById('press')?.addEventListener('click', () => void seen.pressed++);
      resolve({ state: () => seen });
    });
    frame.srcdoc = '<p>Inside</p><input id="text"><button id="press">Press</button>';
  });
}
