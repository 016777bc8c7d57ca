// Builds HTML and SVG elements with attributes, listeners and children in one expression; the whole template engine of
// the shop. A value of false or undefined leaves the attribute out, a function becomes a listener.

type Value = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | number | false | undefined;

function fill<E extends Element>(element: E, attributes: Record<string, Value>, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child === false || child === undefined) continue;
    element.append(typeof child === 'number' ? String(child) : child);
  }
  return element;
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** An icon of the sprite in `/brand/icons.svg`. */
export function icon(name: string): SVGSVGElement {
  return svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `/brand/icons.svg#${name}` }));
}

/** The element that the page's HTML is known to have; its absence is a mistake in that HTML. */
export function need<E extends Element>(kind: abstract new () => E, selector: string, root: ParentNode = document): E {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}
