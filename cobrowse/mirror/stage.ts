// The box in the console in which a mirror stands: the visitor's viewport, scaled to fit or at its own size. Frames of
// the tabs and the marks over them share its coordinates, so nothing else knows of the scale.

import type { Box } from './geometry.ts';

export type Stage = {
  /** Where tabs' frames go, in the visitor's CSS pixels. */
  readonly plane: HTMLElement;
  size(width: number, height: number): void;
  scale(mode: 'fit' | 'actual'): void;
  /** From the console's window to the visitor's viewport. */
  pointAt(clientX: number, clientY: number): { x: number; y: number };
  /** From the visitor's viewport to the console's window. */
  clientBox(box: Box): Box;
  /** Where the picture can be seen, without scroll bars, in the console's window. */
  readonly view: Box;
  scrollBy(dx: number, dy: number): void;
  close(): void;
};

export function createStage(container: HTMLElement): Stage {
  const { ownerDocument: document } = container;
  const scroller = document.createElement('div');
  Object.assign(scroller.style, {
    position: 'relative',
    display: 'flex',
    width: '100%',
    height: '100%',
    overflow: 'hidden',
  });
  const sizer = document.createElement('div');
  // In the middle where there is room, and never off the edge from which one scrolls: automatic margins are not negative.
  Object.assign(sizer.style, { position: 'relative', flex: 'none', margin: 'auto', overflow: 'hidden' });
  const plane = document.createElement('div');
  Object.assign(plane.style, {
    position: 'absolute',
    left: '0',
    top: '0',
    transformOrigin: '0 0',
    background: '#fff',
    contain: 'strict',
  });
  sizer.append(plane);
  scroller.append(sizer);
  container.append(scroller);
  let mode: 'fit' | 'actual' = 'fit';
  let width = 0;
  let height = 0;
  let factor = 1;

  const arrange = () => {
    const room = { width: scroller.clientWidth, height: scroller.clientHeight };
    const fits = Math.min(room.width / width, room.height / height, 1);
    const scale = mode === 'fit' && Number.isFinite(fits) && fits > 0 ? fits : 1;
    factor = scale;
    Object.assign(plane.style, {
      width: `${width}px`,
      height: `${height}px`,
      transform: scale === 1 ? '' : `scale(${scale})`,
    });
    Object.assign(sizer.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    scroller.style.overflow = mode === 'fit' ? 'hidden' : 'auto';
  };
  const observer = new ResizeObserver(arrange);
  observer.observe(scroller);

  return {
    plane,
    size(newWidth, newHeight) {
      if (newWidth === width && newHeight === height) return;
      width = newWidth;
      height = newHeight;
      arrange();
    },
    scale(next) {
      mode = next;
      arrange();
    },
    pointAt(clientX, clientY) {
      const { left, top } = plane.getBoundingClientRect();
      return { x: (clientX - left) / factor, y: (clientY - top) / factor };
    },
    clientBox(box) {
      const { left, top } = plane.getBoundingClientRect();
      return {
        x: left + box.x * factor,
        y: top + box.y * factor,
        width: box.width * factor,
        height: box.height * factor,
      };
    },
    get view() {
      const { left, top } = scroller.getBoundingClientRect();
      return { x: left, y: top, width: scroller.clientWidth, height: scroller.clientHeight };
    },
    scrollBy: (dx, dy) => scroller.scrollBy(dx, dy),
    close() {
      observer.disconnect();
      scroller.remove();
    },
  };
}
