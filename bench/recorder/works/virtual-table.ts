// A table of 10,000 rows of which only those in view are there: scrolled in each frame, and now and then by a jump.

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { frame, turn } from '../pace.ts';
import type { Work } from '../page.ts';

const ROWS = 10_000;
const ROW_PX = 28;
const FRAMES = 32;
const JUMP_EVERY_FRAMES = 8;
const CELLS = 7;

export function mount(root: HTMLElement): Work {
  const scroller = document.createElement('div');
  scroller.className = 'scroller';
  const sizer = document.createElement('div');
  sizer.className = 'sizer';
  scroller.append(sizer);
  root.append(scroller);
  const shown = new Map<number, HTMLElement>();
  let made = 0;

  const make = (index: number, start: number) => {
    made++;
    const row = document.createElement('div');
    row.className = `line${index % 2 === 0 ? ' even' : ''}`;
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', String(index + 1));
    row.style.transform = `translateY(${start}px)`;
    for (let cell = 0; cell < CELLS; cell++) {
      const span = document.createElement('span');
      span.className = 'cell';
      span.textContent = cell === 0 ? `Row ${index}` : String((index * 31 * cell) % 9973);
      row.append(span);
    }
    sizer.append(row);
    return row;
  };
  const draw = () => {
    sizer.style.height = `${virtual.getTotalSize()}px`;
    const items = virtual.getVirtualItems();
    const wanted = new Set(items.map(({ index }) => index));
    for (const [index, row] of shown)
      if (!wanted.has(index)) {
        row.remove();
        shown.delete(index);
      }
    for (const { index, start } of items) if (!shown.has(index)) shown.set(index, make(index, start));
  };
  const virtual = new Virtualizer<HTMLElement, Element>({
    count: ROWS,
    overscan: 5,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: draw,
  });
  virtual._didMount();
  virtual._willUpdate();
  draw();

  return async () => {
    for (let index = 0; index < FRAMES; index++) {
      await (index % 2 === 0 ? frame() : turn());
      scroller.scrollTop += index % JUMP_EVERY_FRAMES === JUMP_EVERY_FRAMES - 1 ? 60_000 : 200;
    }
    await turn();
    await turn();
    if (made < FRAMES * 5) throw new Error(`only ${made} rows were ever shown`);
    return `${scroller.scrollTop} px, ${[...shown.keys()].sort((a, b) => a - b)[0]} first`;
  };
}
