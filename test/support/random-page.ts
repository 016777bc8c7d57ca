// Random documents for tests of capture: every usual kind of element, nested at random, from a seed. Runs in the page
// itself, since nodes, sheets and custom elements belong to a window. Mutations are in random-operations.ts.
//
// Easy to get wrong: the same seed must give the same page in every run, so nothing here may depend on time or on what
// has loaded. Texts hold no long numbers: capture masks what looks like a card's.

import type { Random } from './random.ts';

/** The window of the page that is built; a frame's window has the same. */
type PageWindow = Window & typeof globalThis;

export type Grower = {
  readonly window: PageWindow;
  /** An element of any kind, with what is in it. */
  element(random: Random, depth: number): Element;
  /** An element, a text or a comment. */
  node(random: Random, depth: number): Node;
  frame(random: Random): HTMLIFrameElement;
  style(random: Random): HTMLStyleElement;
  /** Made in the window of the document that is to adopt it. */
  sheet(random: Random, root?: Node): CSSStyleSheet;
  /** Gives an element an open shadow root with something in it. */
  shadow(random: Random, host: Element, depth: number): ShadowRoot;
  /** Markup as a page would put it into innerHTML. */
  markup(random: Random): string;
  isLoaded(frame: HTMLIFrameElement): boolean;
};

const SVG = 'http://www.w3.org/2000/svg';
const MATH = 'http://www.w3.org/1998/Math/MathML';
export const XLINK = 'http://www.w3.org/1999/xlink';

const WORDS = [
  'tea',
  'cup',
  'kiln',
  'a & b',
  '<i>',
  '"said"',
  'чай',
  '茶',
  '😀',
  'one two',
  '  spaced  ',
  'line\nline',
];
const BLOCKS = ['div', 'section', 'article', 'p', 'blockquote', 'pre', 'header', 'figure', 'nav', 'main'];
const INLINE = ['span', 'b', 'em', 'a', 'code', 'label', 'button', 'mark', 'sub', 'time'];
const VOID = ['br', 'hr', 'img', 'wbr'];
const CLASSES = ['c1', 'c2', 'c3', 'c4', 'c5'];
const PROPERTIES = ['color', 'margin-left', 'letter-spacing', 'text-indent', '--own', 'outline-color'];
const ATTRIBUTES = ['title', 'data-a', 'data-b', 'lang', 'dir', 'aria-label', 'data-Camel', 'hidden', 'role'];

export const word = (random: Random) => random.pick(WORDS);
export const className = (random: Random) => random.pick(CLASSES);
export const attributeName = (random: Random) => random.pick(ATTRIBUTES);
export const propertyName = (random: Random) => random.pick(PROPERTIES);
export const colour = (random: Random) => `rgb(${random.below(250)}, ${random.below(250)}, ${random.below(250)})`;

export function propertyValue(random: Random, property: string): string {
  if (/color/.test(property)) return colour(random);
  return property === '--own' ? `x${random.below(9)}` : `${random.below(9)}px`;
}

export function attributeValue(random: Random, name: string): string {
  if (name === 'dir') return random.pick(['ltr', 'auto']);
  if (name === 'hidden') return '';
  return random.pick(['', word(random), `v${random.below(99)}`]);
}

export function cssRule(random: Random): string {
  const simple = () => `.${className(random)} { ${random.pick(['color', 'outline-color'])}: ${colour(random)}; }`;
  switch (random.below(5)) {
    case 0:
      return `@media (min-width: ${random.below(9) + 1}px) { ${simple()} ${simple()} }`;
    case 1:
      return `@supports (display: grid) { ${simple()} }`;
    case 2:
      return `p > .${className(random)}, [data-a="v${random.below(9)}"] { text-indent: ${random.below(9)}px; }`;
    default:
      return simple();
  }
}

/** Tag of the custom element that the page defines at the start, one that it defines later, one that it never does. */
export const CUSTOM = { defined: 'x-box', late: 'x-late', never: 'x-never' } as const;

/** `without`: names of what a page is not to have, as those of operations. */
export function createGrower(window: PageWindow, without: readonly string[]): Grower {
  const { document } = window;
  let number = 0;
  const own = new WeakSet<HTMLIFrameElement>();
  const loaded = new WeakMap<HTMLIFrameElement, Document>();

  const decorate = (random: Random, element: Element): Element => {
    // Only for people who read what a failing seed did.
    element.setAttribute('data-n', String(++number));
    if (random.below(3) === 0) element.setAttribute('class', `${className(random)} ${className(random)}`);
    if (random.below(4) === 0) {
      const name = attributeName(random);
      element.setAttribute(name, attributeValue(random, name));
    }
    if (random.below(5) === 0) {
      const property = propertyName(random);
      element.setAttribute('style', `${property}: ${propertyValue(random, property)}`);
    }
    return element;
  };
  const make = (random: Random, tag: string) => decorate(random, document.createElement(tag));
  const fill = (random: Random, parent: Node, depth: number, most = 4) => {
    const count = random.below(most + 1);
    for (let index = 0; index < count; index++) parent.appendChild(grower.node(random, depth - 1));
  };
  const leaf = (random: Random, tag: string, text: string) => {
    const element = make(random, tag);
    element.append(text);
    return element;
  };

  const list = (random: Random, depth: number) => {
    const all = make(random, random.pick(['ul', 'ol']));
    for (let count = random.below(5); count >= 0; count--) {
      const item = leaf(random, 'li', word(random));
      if (random.below(3) === 0) fill(random, item, depth - 1, 2);
      all.append(item, random.pick(['', '\n  ']));
    }
    return all;
  };

  const table = (random: Random) => {
    const all = make(random, 'table');
    if (random.below(2) === 0) all.append(leaf(random, 'caption', word(random)));
    const body = make(random, 'tbody');
    for (let rows = random.below(3); rows >= 0; rows--) {
      const row = make(random, 'tr');
      for (let cells = random.below(3); cells >= 0; cells--) row.append(leaf(random, 'td', word(random)));
      body.append(row);
    }
    all.append(body);
    return all;
  };

  const select = (random: Random) => {
    const field = document.createElement('select');
    decorate(random, field);
    field.multiple = random.below(4) === 0 && !without.includes('select-multiple');
    let into: Element = field;
    for (let count = random.below(4) + 1; count >= 0; count--) {
      if (random.below(5) === 0) {
        into = document.createElement('optgroup');
        field.append(into);
      }
      const option = document.createElement('option');
      option.textContent = option.value = `o${count}`;
      if (random.below(4) === 0) option.setAttribute('selected', '');
      into.append(option);
    }
    return field;
  };

  const field = (random: Random) => {
    if (random.below(4) === 0) return select(random);
    if (random.below(5) === 0) {
      const area = document.createElement('textarea');
      decorate(random, area);
      area.append(word(random));
      if (random.below(2) === 0) area.value = word(random);
      return area;
    }
    const input = document.createElement('input');
    decorate(random, input);
    input.type = random.pick(['text', 'text', 'checkbox', 'radio', 'range', 'email', 'number']);
    if (input.type === 'radio') input.name = `group${random.below(2)}`;
    if (input.type === 'checkbox' || input.type === 'radio') {
      if (random.below(2) === 0 && !without.includes('checked-attribute')) input.setAttribute('checked', '');
      if (random.below(2) === 0) input.checked = random.below(2) === 0;
    } else if (input.type === 'number' || input.type === 'range') input.value = String(random.below(99));
    else {
      if (random.below(2) === 0) input.setAttribute('value', 'set');
      if (random.below(2) === 0) input.value = `own ${random.below(9)}`;
    }
    return input;
  };

  const form = (random: Random, depth: number) => {
    const all = make(random, 'form');
    const group = make(random, 'fieldset');
    group.append(leaf(random, 'legend', word(random)));
    for (let count = random.below(4); count >= 0; count--) group.append(field(random));
    all.append(group);
    fill(random, all, depth - 1, 2);
    return all;
  };

  const svg = (random: Random, depth: number) => {
    const draw = (tag: string, attributes: Record<string, string>) => {
      const shape = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
      return decorate(random, shape);
    };
    const root = draw('svg', { viewBox: '0 0 90 90', width: '90', height: '40', preserveAspectRatio: 'none' });
    const id = `g${++number}`;
    const defs = draw('defs', {});
    const gradient = draw(random.pick(['linearGradient', 'radialGradient']), { id, gradientUnits: 'userSpaceOnUse' });
    gradient.append(draw('stop', { offset: '0', 'stop-color': 'red' }), draw('stop', { offset: '1' }));
    const clip = draw('clipPath', { id: `${id}c` });
    clip.append(draw('circle', { r: '20', cx: '20', cy: '20', id: `${id}s` }));
    defs.append(gradient, clip);
    root.append(defs, draw('path', { d: 'M0 0L9 9', fill: `url(#${id})`, pathLength: '10' }));
    const use = draw('use', random.below(2) === 0 ? { href: `#${id}s` } : {});
    if (!use.hasAttribute('href')) use.setAttributeNS(XLINK, 'xlink:href', `#${id}s`);
    const text = draw('text', { x: '1', y: '20' });
    text.append(word(random));
    const title = draw('title', {});
    title.append('drawn');
    const group = draw('g', { 'clip-path': `url(#${id}c)` });
    group.append(use, text, title);
    root.append(group);
    if (random.below(3) === 0) {
      const island = draw('foreignObject', { width: '30', height: '30' });
      const inside = make(random, 'div');
      fill(random, inside, Math.min(1, depth - 1), 2);
      island.append(inside);
      root.append(island);
    }
    return root;
  };

  const math = (random: Random) => {
    const all = document.createElementNS(MATH, 'math');
    const row = document.createElementNS(MATH, 'mfrac');
    for (const tag of ['mi', 'mn']) {
      const part = document.createElementNS(MATH, tag);
      part.append(String(random.below(9)));
      row.append(part);
    }
    all.append(row);
    return decorate(random, all);
  };

  const scroller = (random: Random) => {
    const box = make(random, 'div');
    box.setAttribute('style', 'width: 120px; height: 60px; overflow: scroll');
    box.setAttribute('data-scroller', '');
    const tall = make(random, 'div');
    tall.setAttribute('style', 'width: 400px; height: 500px; overflow: hidden');
    fill(random, tall, 1, 2);
    box.append(tall);
    return box;
  };

  const grower: Grower = {
    window,
    style(random) {
      const element = document.createElement('style');
      decorate(random, element);
      const rules = Array.from({ length: random.below(3) + 1 }, () => cssRule(random));
      if (without.includes('style-texts')) element.append(rules.join('\n'));
      else {
        for (const rule of rules) {
          // A rule may begin in one text and end in the next.
          if (random.below(4) === 0 && !without.includes('rule-over-texts'))
            element.append(rule.slice(0, 6), rule.slice(6));
          else element.append(`${rule}\n`);
        }
      }
      return element;
    },
    sheet(random, root) {
      // A document in a frame has a window, of the same kind.
      const view = (root?.ownerDocument?.defaultView ?? window) as PageWindow;
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(Array.from({ length: random.below(3) + 1 }, () => cssRule(random)).join('\n'));
      return sheet;
    },
    shadow(random, host, depth) {
      const root = host.attachShadow({ mode: 'open' });
      if (random.below(3) === 0) root.append(grower.style(random));
      fill(random, root, depth);
      if (random.below(2) === 0) root.append(document.createElement('slot'));
      if (random.below(3) === 0) {
        const slot = document.createElement('slot');
        slot.name = 's';
        root.append(slot);
      }
      if (random.below(3) === 0) root.adoptedStyleSheets = [grower.sheet(random, root)];
      if (without.includes('shadow-empty')) root.append(document.createElement('hr'));
      return root;
    },
    frame(random) {
      const frame = document.createElement('iframe');
      decorate(random, frame);
      own.add(frame);
      const isWritten = random.below(2) === 0;
      if (!isWritten)
        frame.srcdoc = `<!doctype html><head><title>in</title><style>${cssRule(random)}</style></head><body>${grower.markup(random)}</body>`;
      const texts = [word(random), word(random)];
      frame.addEventListener('load', () => {
        const page = frame.contentDocument;
        if (!page) return;
        // Each time that it is moved it begins anew.
        if (isWritten) {
          for (const text of texts) {
            const line = page.createElement('p');
            line.append(text);
            page.body.append(line);
          }
        }
        loaded.set(frame, page);
      });
      return frame;
    },
    isLoaded(frame) {
      const page = frame.contentDocument;
      // A clone has no listener.
      return page !== null && (own.has(frame) ? loaded.get(frame) === page : page.readyState === 'complete');
    },
    markup(random) {
      const inner = `<${random.pick(INLINE)} class=${className(random)}>${random.pick(['tea', 'cup', '&lt;'])}`;
      const block = random.pick(['div', 'section', 'ul']);
      return random.pick([
        `<${block}>${inner}</${block}> tail`,
        `<!-- remark --><p>one<p>two ${inner}`,
        `<table><tr><td>cell<td>cell</table>`,
        `<svg viewBox="0 0 9 9"><linearGradient id=q></linearGradient><circle r=3></circle></svg>`,
        `<select><option>a<option selected>b</select><input value=x><textarea>\nin it</textarea>`,
        `<${CUSTOM.defined}>slotted</${CUSTOM.defined}><style>.c1{color:${colour(random)}}</style>`,
        `<details open><summary>s</summary>in</details>text only`,
        '',
      ]);
    },
    element(random, depth) {
      if (depth <= 0) return leaf(random, random.pick(INLINE), word(random));
      switch (random.below(24)) {
        case 0:
          return list(random, depth);
        case 1:
          return table(random);
        case 2:
          return form(random, depth);
        case 3:
          return svg(random, depth);
        case 4:
          return math(random);
        case 5:
          return scroller(random);
        case 6:
          return field(random);
        case 7: {
          const host = make(random, random.pick(['div', 'section', 'span']));
          fill(random, host, depth - 1, 3);
          grower.shadow(random, host, depth - 1);
          return host;
        }
        case 8: {
          const custom = make(random, random.pick(Object.values(CUSTOM)));
          fill(random, custom, depth - 1, 2);
          return custom;
        }
        case 9:
          return random.below(2) === 0 ? grower.frame(random) : grower.style(random);
        case 10: {
          const template = document.createElement('template');
          template.innerHTML = grower.markup(random);
          return decorate(random, template);
        }
        case 11: {
          const details = make(random, 'details');
          details.append(leaf(random, 'summary', word(random)));
          fill(random, details, depth - 1);
          return details;
        }
        case 12: {
          const dialog = document.createElement('dialog');
          decorate(random, dialog);
          if (random.below(3) === 0) dialog.setAttribute('open', '');
          fill(random, dialog, depth - 1, 2);
          return dialog;
        }
        case 13:
          return make(random, random.pick(VOID));
        case 14:
          return leaf(random, random.pick(INLINE), word(random));
        case 15: {
          const script = document.createElement('script');
          script.type = 'text/plain';
          script.append('not run');
          return decorate(random, script);
        }
        default: {
          const block = make(random, random.pick(random.below(3) === 0 ? INLINE : BLOCKS));
          fill(random, block, depth - 1, 5);
          return block;
        }
      }
    },
    node(random, depth) {
      switch (random.below(7)) {
        case 0:
          return document.createTextNode(word(random));
        case 1:
          return document.createTextNode(random.pick(['\n  ', ' ', '\t']));
        case 2:
          return random.below(2) === 0 ? document.createComment(word(random)) : document.createTextNode(word(random));
        default:
          return grower.element(random, depth);
      }
    },
  };
  return grower;
}

/** Fills the document that the grower belongs to. */
export function growPage(grower: Grower, random: Random, blocks: number): void {
  const { window } = grower;
  const { document } = window;
  window.customElements.define(
    CUSTOM.defined,
    class extends window.HTMLElement {
      constructor() {
        super();
        this.attachShadow({ mode: 'open' }).innerHTML = '<style>b{color:rgb(7, 8, 9)}</style><b>own</b><slot></slot>';
      }
      connectedCallback() {
        if (!this.hasAttribute('data-connected')) this.setAttribute('data-connected', '');
      }
    },
  );
  document.title = 'Random page';
  for (let count = random.below(3); count > 0; count--) document.head.append(grower.style(random));
  if (random.below(2) === 0) document.adoptedStyleSheets = [grower.sheet(random)];
  for (let index = 0; index < blocks; index++) document.body.append(grower.node(random, 4), '\n');
}
