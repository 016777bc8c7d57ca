// A drawing that is made by pointer events only, with the pointer captured.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { strokes: 0, points: 0, captured: false };
  root.innerHTML = '<canvas id="canvas" width="400" height="300" style="border:1px solid;touch-action:none"></canvas>';
  const canvas = document.getElementById('canvas') as HTMLCanvasElement;
  const draw = canvas.getContext('2d');
  let isDown = false;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    seen.captured = canvas.hasPointerCapture(event.pointerId) || seen.captured;
    isDown = true;
    draw?.beginPath();
    draw?.moveTo(event.offsetX, event.offsetY);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!isDown || event.buttons !== 1) return;
    seen.points++;
    draw?.lineTo(event.offsetX, event.offsetY);
    draw?.stroke();
  });
  canvas.addEventListener('pointerup', () => {
    if (isDown) seen.strokes++;
    isDown = false;
  });
  return { state: () => seen };
}
