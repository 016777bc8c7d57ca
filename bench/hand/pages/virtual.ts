import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { pressed: -1, first: 0 };
  root.innerHTML = '<div id="scroller" style="height:300px;overflow:auto;border:1px solid"><div id="rows"></div></div>';
  const scroller = document.getElementById('scroller') as HTMLElement;
  const rows = document.getElementById('rows') as HTMLElement;
  const draw = () => {
    const items = virtual.getVirtualItems();
    rows.style.cssText = `position:relative;height:${virtual.getTotalSize()}px`;
    rows.innerHTML = items
      .map(
        ({ index, start }) =>
          `<button data-index="${index}" style="position:absolute;top:${start}px;height:30px;width:100%">Row ${index}</button>`,
      )
      .join('');
    seen.first = items[0]?.index ?? 0;
  };
  const virtual = new Virtualizer<HTMLElement, Element>({
    count: 10_000,
    getScrollElement: () => scroller,
    estimateSize: () => 30,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: draw,
  });
  rows.addEventListener('click', (event) => {
    seen.pressed = Number((event.target as HTMLElement).dataset['index'] ?? -1);
  });
  virtual._didMount();
  virtual._willUpdate();
  draw();
  return { state: () => seen };
}
