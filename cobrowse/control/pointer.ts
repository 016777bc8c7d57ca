// The hand's mouse: every event that a real one makes, in the same order, and what a browser does on them: focus, caret,
// selection, sliders, lists, clicks, drags.
//
//   move   out, leave, over, enter, then pointermove, mousemove; with a button down: selection, slider, or a drag
//   down   pointerdown, mousedown → focus and caret, unless either was prevented
//   up     pointerup, mouseup, click (or auxclick, contextmenu), dblclick
//
// Easy to get wrong: a prevented pointerdown takes away the mouse events up to the next pointerup, and the focus. Enter
// and leave go to each element of the way from one place to the other, outermost first on entering. A click goes to what
// the press and the release have in common. React listens for over and out at the root, and reads relatedTarget.

import { attributeOf, tagOf } from '../capture/dom.ts';
import { startSelecting, type Selecting } from './caret.ts';
import { draggableAround, isFar, startDrag, type Drag } from './drag.ts';
import { choose, isInput, isSelect, slide, type IsBarred } from './fields.ts';
import { focusableAround, moveFocus, activeElement } from './focus.ts';
import { createHolding, POINTER_ID } from './held.ts';
import { createHover } from './hover.ts';
import { boxOf, isSelected, listen, optionsOf, readInput, styleOf, viewOf, type Globals } from './natives.ts';
import { around, chainOf, isInside, topBoxOf, toOwn, type Point } from './places.ts';
import { isTouchFirst, startTouch, type Finger } from './touches.ts';
import { heldKeys, make, send, sendChange } from './send.ts';

const MAIN = 0;
const BITS = [1, 4, 2] as const;

export type Mouse = {
  readonly isDown: boolean;
  /** What was pressed, while the button is down. */
  readonly pressed: Element | undefined;
  move(hit: Element | undefined, point: Point, mods: number): void;
  down(hit: Element, point: Point, how: { button: number; clicks: number; mods: number }): void;
  up(hit: Element | undefined, point: Point, how: { button: number; mods: number }): void;
  /** It hovers over a frame whose page hears of the rest. */
  hover(frame: Element, point: Point, mods: number): void;
  /** Nothing is hovered any more as far as the page's styles go: the visitor points for themselves. */
  unhover(): void;
  /** Ends a drag and the hover, and clicks nothing. */
  letGo(): void;
};

type Press = {
  target: Element;
  button: number;
  clicks: number;
  at: Point;
  /** Where the target was. */
  box: DOMRect | undefined;
  /** A prevented pointerdown; or a finger, whose mouse events come at its end. */
  isSilent: boolean;
  finger: Finger | undefined;
  selecting: Selecting | undefined;
  /** May become a drag. */
  source: Element | undefined;
  slider: { field: HTMLInputElement; before: string } | undefined;
};

export function createMouse(
  page: Document,
  top: Globals,
  settleField: (field: Element) => void,
  isBarred: IsBarred,
  later: (task: () => void) => void,
): Mouse {
  let over: Element | undefined;
  let last: Point = { x: 0, y: 0 };
  let press: Press | undefined;
  let drag: Drag | undefined;
  /** From a press to its end. */
  let isTouch = false;
  const holding = createHolding(() => press !== undefined);
  const hoverStyles = createHover(later);

  const initOf = (element: Element, point: Point, mods: number, more: object = {}): object => {
    const view = viewOf(element) ?? top;
    const own = toOwn(view, point);
    return {
      clientX: own.x,
      clientY: own.y,
      screenX: Math.round(point.x + top.screenX),
      screenY: Math.round(point.y + top.screenY),
      movementX: Math.round(point.x - last.x),
      movementY: Math.round(point.y - last.y),
      button: 0,
      buttons: press ? BITS[press.button] : 0,
      detail: 0,
      ...heldKeys(mods),
      ...more,
    };
  };
  const pointing = (init: object): object => {
    const { buttons = 0 } = init as { buttons?: number };
    return {
      ...init,
      detail: 0,
      pointerId: POINTER_ID,
      pointerType: isTouch ? 'touch' : 'mouse',
      isPrimary: true,
      width: isTouch ? 24 : 1,
      height: isTouch ? 24 : 1,
      pressure: buttons ? 0.5 : 0,
    };
  };
  const fire = (kind: 'PointerEvent' | 'MouseEvent', element: Element, type: string, init: object): boolean => {
    if (!element.isConnected) return true;
    const how = kind === 'PointerEvent' ? pointing(init) : init;
    return holding.during([top, viewOf(element) ?? top], () => send(element, make(element, kind, type, how)));
  };

  const sameRoot = (a: Element, b: Element | undefined) => (b && b.ownerDocument === a.ownerDocument ? b : null);

  /** Tells all that the pointer has come from one element to another. */
  const cross = (to: Element | undefined, point: Point, mods: number) => {
    const from = over?.isConnected ? over : undefined;
    over = to;
    // First, as in a browser: handlers find what it has opened.
    hoverStyles(to);
    if (from === to) return;
    const left = chainOf(from);
    const entered = chainOf(to);
    const inner = new Set(entered);
    const outer = new Set(left);
    const edge = { bubbles: false, cancelable: false, composed: false };
    for (const kind of ['PointerEvent', 'MouseEvent'] as const) {
      if (kind === 'MouseEvent' && press?.isSilent) return;
      const name = kind === 'PointerEvent' ? 'pointer' : 'mouse';
      const button = kind === 'PointerEvent' ? { button: -1 } : {};
      if (from) {
        const how = initOf(from, point, mods, { ...button, relatedTarget: sameRoot(from, to) });
        fire(kind, from, `${name}out`, how);
        for (const element of left)
          if (!inner.has(element))
            fire(kind, element, `${name}leave`, { ...how, ...edge, ...initOfEdge(element, to, point, mods) });
      }
      if (to) {
        const how = initOf(to, point, mods, { ...button, relatedTarget: sameRoot(to, from) });
        fire(kind, to, `${name}over`, how);
        for (const element of [...entered].reverse())
          if (!outer.has(element))
            fire(kind, element, `${name}enter`, { ...how, ...edge, ...initOfEdge(element, from, point, mods) });
      }
    }
  };
  const initOfEdge = (element: Element, other: Element | undefined, point: Point, mods: number) =>
    initOf(element, point, mods, { relatedTarget: sameRoot(element, other) });

  const dragging = (point: Point, mods: number) => (element: Element) => initOf(element, point, mods);

  const move: Mouse['move'] = (hit, point, mods) => {
    holding.settle(pointing(initOf(holding.holder ?? hit ?? page.documentElement, point, mods)));
    if (drag) {
      drag.move(hit, dragging(point, mods));
      last = point;
      return;
    }
    const target = holding.holder ?? hit;
    cross(target, point, mods);
    if (target) {
      fire('PointerEvent', target, 'pointermove', initOf(target, point, mods, { button: -1 }));
      if (press?.finger) touching(target, () => press?.finger?.move(point, mods, placeOf(press)));
      if (!press?.isSilent) fire('MouseEvent', target, 'mousemove', initOf(target, point, mods));
    }
    if (press) pull(press, point, mods, hit);
    last = point;
  };

  /** Where the place of a press is by now: a page that scrolls takes it along, and the release is aimed at it there. */
  const placeOf = ({ at, box, target }: Press): Point => {
    const now = box && topBoxOf(target);
    return now ? { x: at.x + now.left - box.left, y: at.y + now.top - box.top } : at;
  };

  /** What the browser does while a button is held. */
  const pull = (held: Press, point: Point, mods: number, hit: Element | undefined) => {
    const { slider, source, selecting } = held;
    const view = viewOf(held.target);
    if (!view || held.button !== MAIN) return;
    const own = toOwn(view, point);
    if (slider) slide(slider.field, shareOf(slider.field, own));
    else if (source && isFar(placeOf(held), point)) {
      held.source = undefined;
      const from = held.at;
      drag = startDrag(source, (element) => initOf(element, from, mods));
      if (!drag) return;
      // From now on the browser's drag has the mouse.
      const init = initOf(held.target, point, mods, { cancelable: false });
      fire('PointerEvent', held.target, 'pointercancel', init);
      held.finger?.cancel(point);
      held.finger = undefined;
      holding.release(pointing(init));
      drag.move(hit, dragging(point, mods));
    } else selecting?.extend(own.x, own.y);
  };

  const down: Mouse['down'] = (hit, point, { button, clicks, mods }) => {
    if (press) letGo();
    if (over !== hit || last.x !== point.x || last.y !== point.y) move(hit, point, mods);
    // Hover may have brought something else to this place, but this is what was aimed at.
    press = {
      target: hit,
      button,
      clicks,
      at: point,
      box: topBoxOf(hit),
      isSilent: false,
      finger: undefined,
      selecting: undefined,
      source: undefined,
      slider: undefined,
    };
    const init = initOf(hit, point, mods, { button, detail: clicks });
    isTouch = button === MAIN && isTouchFirst(top);
    const isPointerOn = fire('PointerEvent', hit, 'pointerdown', init);
    press.isSilent = !isPointerOn;
    if (isTouch) {
      touching(hit, () => press && (press.finger = startTouch(hit, point, mods)));
      if (press.finger) {
        press.isSilent = true;
        takeHold(press);
        return;
      }
    }
    const isOn = isPointerOn && fire('MouseEvent', hit, 'mousedown', init);
    if (!isOn || !hit.isConnected) return;
    begin(press, mods);
  };

  /** Handlers of touches may take hold of the pointer, too. */
  const touching = (target: Element, task: () => void) => holding.during([top, viewOf(target) ?? top], task);

  /** What moves with the pointer from now on. True: nothing else begins. */
  const takeHold = (held: Press): boolean => {
    const { target, at } = held;
    const view = viewOf(target);
    const slider = chainOf(target).find((element) => isInput(element, /^range$/)) as HTMLInputElement | undefined;
    if (slider && view) {
      held.slider = { field: slider, before: readInput(slider) };
      slide(slider, shareOf(slider, toOwn(view, at)));
    } else if (tagOf(target) !== 'OPTION') held.source = draggableAround(target);
    return !!slider;
  };

  /** The mouse's events of a tap, and the focus. False: the finger did not tap. */
  const tap = (held: Press, finger: Finger, point: Point, mods: number): boolean => {
    let isTap = false;
    touching(held.target, () => (isTap = finger.end(point, mods)));
    if (!isTap || !held.target.isConnected) return false;
    const init = initOf(held.target, point, mods, { button: MAIN, detail: held.clicks });
    fire('MouseEvent', held.target, 'mousemove', init);
    if (fire('MouseEvent', held.target, 'mousedown', { ...init, buttons: 1 }) && held.target.isConnected) {
      if (held.slider) moveFocus(page, focusableAround(held.target), false);
      else begin(held, mods);
    }
    fire('MouseEvent', held.target, 'mouseup', init);
    return true;
  };

  /** What the browser does on a press. */
  const begin = (held: Press, mods: number) => {
    const { target, at, clicks, button } = held;
    const view = viewOf(target);
    if (!view) return;
    const focusable = focusableAround(target);
    const before = activeElement(page);
    if (before && before !== focusable) settleField(before);
    moveFocus(page, focusable, false);
    if (button !== MAIN) return;
    const own = toOwn(view, at);
    if (takeHold(held)) return;
    if (tagOf(target) === 'OPTION') return chooseIn(target as HTMLOptionElement, mods, isBarred);
    if (held.source || isSelect(target)) return;
    held.selecting = startSelecting(target, own.x, own.y, { clicks, isExtending: heldKeys(mods).shiftKey });
  };

  const up: Mouse['up'] = (hit, point, { button, mods }) => {
    const held = press;
    if (!held) return;
    if (last.x !== point.x || last.y !== point.y) move(hit, point, mods);
    press = undefined;
    if (drag) {
      drag.drop(dragging(point, mods));
      drag = undefined;
      isTouch = false;
      cross(hit, point, mods);
      return;
    }
    const target = holding.holder ?? hit ?? page.documentElement;
    const init = initOf(target, point, mods, { button, detail: held.clicks });
    const { slider } = held;
    // Firefox fires a slider's change itself, on a release by script, too.
    let isTold = false;
    const stop = slider && listen(slider.field, 'change', () => (isTold = true));
    fire('PointerEvent', target, 'pointerup', init);
    const isClick = !held.finger || tap(held, held.finger, point, mods);
    if (!held.isSilent) fire('MouseEvent', target, 'mouseup', init);
    stop?.();
    holding.release(pointing(init));
    if (slider && !isTold && readInput(slider.field) !== slider.before) sendChange(slider.field);
    // With the pointer captured, the press and the release were at the same place as far as the page goes.
    const released = target === hit || !hit ? target : isInside(held.target, target) ? held.target : hit;
    const common = commonOf(held.target, released);
    if (common && isClick) clickOn(common, held, point, mods);
    isTouch = false;
  };

  const clickOn = (target: Element, held: Press, point: Point, mods: number) => {
    const { button, clicks } = held;
    const init = initOf(target, point, mods, { button, detail: clicks });
    if (button !== MAIN) {
      fireClick(target, 'auxclick', init);
      if (button === 2) fire('PointerEvent', target, 'contextmenu', init);
      return;
    }
    fireClick(target, 'click', init);
    if (clicks === 2) fire('MouseEvent', target, 'dblclick', init);
  };
  /** `detail` counts the clicks here, unlike in other pointer events. */
  const fireClick = (target: Element, type: string, init: object) => {
    if (!target.isConnected) return;
    const how = { ...pointing(init), detail: (init as { detail?: number }).detail };
    holding.during([top, viewOf(target) ?? top], () => send(target, make(target, 'PointerEvent', type, how)));
  };

  const letGo = () => {
    const held = press;
    if (held) {
      const target = holding.holder ?? over ?? held.target;
      const init = initOf(target, last, 0, { button: held.button });
      if (drag) drag.cancel(dragging(last, 0));
      else {
        fire('PointerEvent', target, 'pointercancel', { ...init, cancelable: false });
        held.finger?.cancel(last);
        press = undefined;
        // Pages that drag by mouse events know no other end.
        if (!held.isSilent) fire('MouseEvent', target, 'mouseup', initOf(target, last, 0, { button: held.button }));
      }
      press = undefined;
      drag = undefined;
      isTouch = false;
      holding.release(pointing(init));
    }
    cross(undefined, last, 0);
  };

  return {
    get isDown() {
      return press !== undefined;
    },
    get pressed() {
      return press?.target;
    },
    move,
    down,
    up,
    hover(frame, point, mods) {
      cross(frame, point, mods);
      last = point;
    },
    unhover: () => hoverStyles(undefined),
    letGo,
  };
}

/** Half a thumb's width, which a slider's value starts and ends at: as browsers draw it. */
const HALF_THUMB = 8;
function shareOf(slider: HTMLInputElement, { x, y }: Point): number {
  const box = boxOf(slider);
  const { direction, writingMode } = styleOf(slider);
  const appearance = styleOf(slider).getPropertyValue('appearance');
  // Older ways to the same, and both begin below.
  const isUpward = appearance === 'slider-vertical' || attributeOf(slider, 'orient') === 'vertical';
  const isVertical = isUpward || !writingMode.startsWith('horizontal');
  const [from, size] = isVertical ? [y - box.top, box.height] : [x - box.left, box.width];
  const share = (from - HALF_THUMB) / Math.max(1, size - 2 * HALF_THUMB);
  return isUpward || direction === 'rtl' ? 1 - share : share;
}

/** A list that stands open: one option, or with Control as many as wanted, or with Shift all between. */
function chooseIn(option: HTMLOptionElement, mods: number, isBarred: IsBarred): void {
  const select = option.closest('select');
  if (!select) return;
  const options = [...optionsOf(select)];
  const at = options.indexOf(option);
  const chosen = options.flatMap((other, index) => (isSelected(other) ? [index] : []));
  const { ctrlKey, metaKey, shiftKey } = heldKeys(mods);
  const isMany = select.multiple;
  if (isMany && (ctrlKey || metaKey))
    choose(select, chosen.includes(at) ? chosen.filter((index) => index !== at) : [...chosen, at], isBarred);
  else if (isMany && shiftKey && chosen[0] !== undefined) {
    const [from, to] = [Math.min(chosen[0], at), Math.max(chosen[0], at)];
    choose(
      select,
      options.flatMap((other, index) => (index >= from && index <= to && !isBarred(other) ? [index] : [])),
      isBarred,
    );
  } else choose(select, [at], isBarred);
}

function commonOf(a: Element, b: Element): Element | undefined {
  for (let at: Element | null = a; at; at = around(at)) if (isInside(b, at)) return at;
  return undefined;
}
