// Scrolling as the wheel and the keys do: the nearest box that can still move, else the one around it, up to the page,
// and from a frame on to the page around it.
//
// Easy to get wrong: a box may be scrollable and at its end; and the scroller of a page is not the element that has the
// overflow.

import { tagOf } from '../capture/dom.ts';
import { around } from './places.ts';
import { scrollElement, styleOf, viewOf } from './natives.ts';

const SCROLLS = /auto|scroll|overlay/;

/** False: nothing could move. */
export function scrollFrom(start: Element, dx: number, dy: number): boolean {
  for (let at: Element | null = start; at; at = around(at)) {
    const isPage = tagOf(at) === 'HTML';
    const box = isPage ? (at.ownerDocument.scrollingElement ?? at) : at;
    const style = styleOf(at);
    // <body> gives its overflow to the window.
    if (!isPage && tagOf(at) === 'BODY' && at.ownerDocument.scrollingElement === box) continue;
    const x = canMove(box, 'x', dx, isPage ? style.overflowX !== 'hidden' : SCROLLS.test(style.overflowX)) ? dx : 0;
    const y = canMove(box, 'y', dy, isPage ? style.overflowY !== 'hidden' : SCROLLS.test(style.overflowY)) ? dy : 0;
    if (x || y) {
      scrollElement(box, x, y);
      return true;
    }
    const isContained = (dy ? style.overscrollBehaviorY : style.overscrollBehaviorX) !== 'auto';
    if (isContained && !isPage && SCROLLS.test(style.overflowX + style.overflowY)) return false;
  }
  return false;
}

function canMove(box: Element, axis: 'x' | 'y', by: number, isScrollable: boolean): boolean {
  if (!by || !isScrollable) return false;
  const [at, room] =
    axis === 'x'
      ? [box.scrollLeft, box.scrollWidth - box.clientWidth]
      : [box.scrollTop, box.scrollHeight - box.clientHeight];
  // From right to left, positions are negative.
  const isReversed = axis === 'x' && styleOf(box).direction === 'rtl';
  const [least, most] = isReversed ? [-room, 0] : [0, room];
  return by < 0 ? at > least + 0.5 : at < most - 1;
}

/** A page of the nearest scroller around, as Page Down and Space move: nearly its height. */
export function pageHeightOf(start: Element): number {
  return Math.floor((viewOf(start)?.innerHeight ?? 0) * 0.875);
}
