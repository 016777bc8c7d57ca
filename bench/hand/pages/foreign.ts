// A frame of another origin whose page carries the snippet and lets the hand in (foreign-frame.ts). Its state comes by
// message: nothing else of it can be reached from here.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): Promise<HandPage> {
  let seen: unknown;
  const other = new URLSearchParams(location.search).get('other') ?? '';
  root.innerHTML =
    '<iframe id="frame" style="width:500px;height:320px;margin:20px;border:6px solid;padding:4px"></iframe>';
  const frame = document.getElementById('frame') as HTMLIFrameElement;
  return new Promise((resolve) => {
    addEventListener('message', ({ data, source }: MessageEvent<{ seen?: unknown } | null>) => {
      if (source !== frame.contentWindow || !data?.seen) return;
      seen = data.seen;
      resolve({ state: () => seen });
    });
    frame.addEventListener('load', () => frame.contentWindow?.postMessage('state?', '*'));
    frame.src = other;
  });
}
