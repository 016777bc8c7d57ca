// Makes elements for the widget's own shadow root: plain DOM, text only, nothing parsed. Inline styles and markup from
// strings are forbidden under a strict policy and unwise with other people's names in them.

const SVG = 'http://www.w3.org/2000/svg';

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const PATHS = {
  close: 'M6 6l12 12M18 6L6 18',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 5l12 7-12 7z',
  stop: 'M6 6h12v12H6z',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  lock: 'M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4',
} as const;

/** Decoration: the words beside it or the button's label say the same. */
export function icon(name: keyof typeof PATHS): SVGElement {
  const svg = mark(document.createElementNS(SVG, 'svg'), { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
  const path = mark(document.createElementNS(SVG, 'path'), { d: PATHS[name] });
  svg.append(path);
  return svg;
}

/** Attributes by name: not every browser of our range reflects role and aria-* as properties. */
export function mark<E extends Element>(element: E, attributes: Record<string, string>): E {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
