// What is drawn over the mirror: the visitor's pointer, presses, caret, selection in a field, and an open select's list.
// All of it stands in the console's document, in the visitor's CSS pixels, under the stage's scale. No page content is
// ever parsed here: texts are set as text.

import type { Pointer } from '../../protocol/codec.ts';
import type { Box } from './geometry.ts';

const SVG = 'http://www.w3.org/2000/svg';
const MAX_OPTIONS = 300;
const RIPPLE_MS = 450;

export type OptionLine = { text: string; level: number; isGroup: boolean; isDisabled: boolean };
export type List = { box: Box; lines: readonly OptionLine[]; active: number; font: string; viewportHeight: number };

export type Marks = {
  readonly layer: HTMLElement;
  pointer(pointer: Pointer): void;
  caret(boxes: readonly Box[], isSelection: boolean): void;
  list(list: List | undefined): void;
  clear(): void;
};

export function createMarks(document: Document): Marks {
  const layer = make(document, { position: 'absolute', inset: '0', overflow: 'hidden', contain: 'strict' });
  layer.setAttribute('aria-hidden', 'true');
  const carets = make(document, { position: 'absolute', inset: '0' });
  const lists = make(document, { position: 'absolute', inset: '0' });
  const mouse = arrow(document);
  const finger = make(document, {
    position: 'absolute',
    left: '-16px',
    top: '-16px',
    width: '32px',
    height: '32px',
    borderRadius: '50%',
    background: 'rgb(37 99 235 / .28)',
    border: '2px solid rgb(37 99 235 / .8)',
    boxSizing: 'border-box',
  });
  const pointer = make(document, {
    position: 'absolute',
    left: '0',
    top: '0',
    willChange: 'transform',
    display: 'none',
  });
  pointer.append(mouse, finger);
  layer.append(carets, lists, pointer);
  let buttons = 0;
  let shown = '';

  const ripple = (x: number, y: number) => {
    const ring = make(document, {
      position: 'absolute',
      left: `${x - 18}px`,
      top: `${y - 18}px`,
      width: '36px',
      height: '36px',
      borderRadius: '50%',
      border: '3px solid rgb(37 99 235 / .9)',
      boxSizing: 'border-box',
    });
    layer.append(ring);
    const gone = () => ring.remove();
    ring
      .animate(
        [
          { transform: 'scale(.25)', opacity: 1 },
          { transform: 'scale(1)', opacity: 0 },
        ],
        {
          duration: RIPPLE_MS,
          easing: 'ease-out',
        },
      )
      .finished.then(gone, gone);
  };

  return {
    layer,
    pointer({ x, y, buttons: now, state }) {
      if (state !== 'gone') pointer.style.transform = `translate(${x}px,${y}px)`;
      if (state !== shown) {
        shown = state;
        pointer.style.display = state === 'gone' ? 'none' : 'block';
        mouse.style.display = state === 'mouse' ? 'block' : 'none';
        finger.style.display = state === 'touch' ? 'block' : 'none';
      }
      if (now !== 0 && buttons === 0 && state !== 'gone') ripple(x, y);
      buttons = now;
    },
    caret(boxes, isSelection) {
      carets.replaceChildren(
        ...boxes.map((box) => {
          const bar = make(document, {
            position: 'absolute',
            left: `${box.x}px`,
            top: `${box.y}px`,
            width: isSelection ? `${box.width}px` : '2px',
            height: `${box.height}px`,
            background: isSelection ? 'rgb(37 99 235 / .3)' : 'rgb(37 99 235)',
          });
          if (!isSelection)
            bar.animate([{ opacity: 1 }, { opacity: 1, offset: 0.5 }, { opacity: 0, offset: 0.51 }, { opacity: 0 }], {
              duration: 1100,
              iterations: Number.POSITIVE_INFINITY,
            });
          return bar;
        }),
      );
    },
    list(list) {
      lists.replaceChildren(...(list ? [optionList(document, list)] : []));
    },
    clear() {
      carets.replaceChildren();
      lists.replaceChildren();
    },
  };
}

function optionList(document: Document, { box, lines, active, font, viewportHeight }: List): HTMLElement {
  const below = viewportHeight - box.y - box.height;
  const isAbove = below < 160 && box.y > below;
  const list = make(document, {
    position: 'absolute',
    left: `${box.x}px`,
    minWidth: `${box.width}px`,
    maxHeight: `${Math.max(80, Math.min(320, (isAbove ? box.y : below) - 8))}px`,
    overflow: 'hidden auto',
    boxSizing: 'border-box',
    padding: '4px 0',
    background: '#fff',
    color: '#111827',
    border: '1px solid #9ca3af',
    borderRadius: '6px',
    boxShadow: '0 8px 24px rgb(0 0 0 / .22)',
    font,
  });
  if (isAbove) list.style.bottom = `${viewportHeight - box.y}px`;
  else list.style.top = `${box.y + box.height}px`;
  let index = 0;
  let current: HTMLElement | undefined;
  for (const line of lines.slice(0, MAX_OPTIONS)) {
    const row = make(document, {
      padding: `3px 10px 3px ${10 + line.level * 12}px`,
      whiteSpace: 'pre',
      fontWeight: line.isGroup ? '700' : 'inherit',
      opacity: line.isDisabled ? '.5' : '1',
    });
    row.textContent = line.text === '' ? ' ' : line.text;
    if (!line.isGroup && index++ === active) {
      row.style.background = '#2563eb';
      row.style.color = '#fff';
      current = row;
    }
    list.append(row);
  }
  // After it is in the document: one that is not has no scroll position.
  if (current) queueMicrotask(() => (list.scrollTop = current.offsetTop - list.clientHeight / 2));
  return list;
}

function arrow(document: Document): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('width', '22');
  svg.setAttribute('height', '26');
  svg.setAttribute('viewBox', '0 0 22 26');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M1 1v19.5l5-4.6 3.4 8.1 3.9-1.6-3.4-8H17z');
  path.setAttribute('fill', '#2563eb');
  path.setAttribute('stroke', '#fff');
  path.setAttribute('stroke-width', '1.6');
  path.setAttribute('stroke-linejoin', 'round');
  svg.append(path);
  svg.style.cssText = 'position:absolute;left:-1px;top:-1px;filter:drop-shadow(0 1px 2px rgb(0 0 0 / .45))';
  return svg;
}

function make(document: Document, style: Partial<CSSStyleDeclaration>): HTMLElement {
  const element = document.createElement('div');
  Object.assign(element.style, style);
  return element;
}
