// In which corner the badge stands: out of the way of what the visitor types in or may want to press, or where the
// visitor dragged it. Owns the drag and the choice of the corner; what the badge shows is badge.ts.
//
// Easy to get wrong: a badge that hops about is worse than one in the way. It goes only to a corner that is better, never
// to where the pointer is or may be in a moment, and for something to press only once that has lain beneath for a while:
// not while the page is being scrolled. While the visitor is at the badge it stays.

import type { Host } from './host.ts';
import { deepest, focused } from './surface.ts';

const LOOK_EVERY_MS = 1000;
/** From the window's edges, as in styles.ts. */
const MARGIN = 12;
/** As far as a hand moves the pointer before it notices what came there. */
const REACH = 64;
/** Between the points that are looked at: nothing that a finger can hit slips through. */
const STEP = 20;
/** A flat page of tens of thousands of elements takes milliseconds for each point, and waits meanwhile. What can be
 * pressed in a corner that was not looked at whole is the badge itself: no corner is better for that. */
const LOOK_MS = 8;
/** How much speaks against a corner. */
const POINTER = 4;
const FOCUS = 2;
const PRESSABLE = 1;

export function keepAside(host: Host, element: HTMLElement): void {
  let grip: { x: number; y: number } | undefined;
  let pointer = new DOMRect(-1e3);
  /** Where the visitor has put it, it gives way to nothing less. */
  let least = PRESSABLE;
  /** What can be pressed in the corner that was asked about last; and in its own corner at the last look. */
  let found: Element | null = null;
  let wasFound: Element | null = null;
  let lookUntil = 0;

  const against = (corner: string, reach: number): number => {
    const { width, height } = element.getBoundingClientRect();
    const left = corner[1] === 'l' ? MARGIN : innerWidth - MARGIN - width;
    const top = corner[0] === 't' ? MARGIN : innerHeight - MARGIN - height;
    const isNear = (box: DOMRect | undefined, by: number) =>
      box &&
      box.right > left - by &&
      box.left < left + width + by &&
      box.bottom > top - by &&
      box.top < top + height + by;
    // What has the focus, and what operators show (hand-marks.ts).
    const shown = [focused(), ...(element.getRootNode() as ParentNode).querySelectorAll('.hand>div')];
    found = null;
    for (let x = 0; x <= width && !found; x += STEP)
      for (let y = 0; y <= height && !found; y += STEP) {
        const at = deepest(left + x, top + y);
        // Browsers and pages alike show by the cursor what can be pressed or typed in.
        if (at && getComputedStyle(at).cursor !== 'auto') found = at;
        else if (performance.now() > lookUntil) found = element;
      }
    return (
      (isNear(pointer, reach) ? POINTER : 0) +
      (shown.some((each) => isNear(each?.getBoundingClientRect(), 0)) ? FOCUS : 0) +
      (found ? PRESSABLE : 0)
    );
  };

  const giveWay = () => {
    if (grip || !element.isConnected || element.contains(focused() ?? null)) return;
    // So that the hit tests find what lies beneath. Were one to fail, Stop could not be pressed any more.
    element.style.pointerEvents = 'none';
    lookUntil = performance.now() + LOOK_MS;
    try {
      const here = against(element.dataset['corner'] ?? '', 0);
      const isAtRest = found === wasFound;
      wasFound = found;
      if (here >= least && here < POINTER && (here >= FOCUS || isAtRest)) {
        let best = here;
        for (const corner of ['bl', 'br', 'tl', 'tr']) {
          const there = against(corner, REACH);
          if (there < best) {
            best = there;
            element.dataset['corner'] = corner;
          }
        }
      }
    } finally {
      element.style.pointerEvents = '';
    }
  };

  const look = () => {
    giveWay();
    host.after(LOOK_EVERY_MS, look);
  };
  look();
  host.listen(window, 'focusin', giveWay);
  for (const type of ['pointermove', 'pointerdown'])
    host.listen(window, type, ({ clientX, clientY }: PointerEvent) => (pointer = new DOMRect(clientX, clientY)));

  host.listen(element, 'pointerdown', (event: PointerEvent) => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button'))) return;
    const { left, top } = element.getBoundingClientRect();
    grip = { x: event.clientX - left, y: event.clientY - top };
    element.setPointerCapture(event.pointerId);
  });
  host.listen(element, 'pointermove', (event: PointerEvent) => {
    if (!grip) return;
    element.classList.add('held');
    element.style.left = `${event.clientX - grip.x}px`;
    element.style.top = `${event.clientY - grip.y}px`;
  });
  // It settles in the nearest corner.
  const drop = () => {
    if (!grip) return;
    grip = undefined;
    least = FOCUS;
    const { left, top, width, height } = element.getBoundingClientRect();
    const isTop = top + height / 2 < innerHeight / 2;
    const isLeft = left + width / 2 < innerWidth / 2;
    element.dataset['corner'] = (isTop ? 't' : 'b') + (isLeft ? 'l' : 'r');
    element.classList.remove('held');
    element.style.left = element.style.top = '';
  };
  host.listen(element, 'pointerup', drop);
  host.listen(element, 'pointercancel', drop);
}
