// The page of the bench `soak`: an application of one page that many people work in. A step is what such an application
// does when something comes from its server: texts, classes, a row in and one out, a move; less often fields, rules and
// sheets, parts with shadow roots, frames, pictures, a canvas; and now and then another view at another address.
//
// Everything has a bound, so that the page itself is no longer after an hour than after a minute; the same steps in every
// run. Easy to get wrong: addresses are whole, because the page's own changes.

export type SoakPage = {
  /** Does so many steps more, so many in each animation frame. */
  run(steps: number, perFrame: number): Promise<void>;
};

declare global {
  var benchSoak: SoakPage;
}

const EVERY = {
  fields: 5,
  attributes: 10,
  rules: 20,
  canvas: 20,
  scroll: 25,
  panel: 30,
  badge: 40,
  picture: 45,
  style: 50,
  frame: 400,
  view: 600,
} as const;
const VIEWS = ['orders', 'customers', 'stock', 'report'] as const;
const ROWS = 60;
const FEED_ROWS = 40;
const RULES = 60;
const STYLES = 5;
const BADGES = 10;
const FRAMES = 2;
const PICTURES = 8;

let seed = 7;
/** Park and Miller's generator, below `bound`. */
const below = (bound: number) => (seed = (seed * 48271) % 0x7fffffff) % bound;
const words = 'sencha matcha kyusu gaiwan oolong harvest kiln spring parcel order customer invoice noon'.split(' ');
const text = (count: number) => Array.from({ length: count }, () => words[below(words.length)]).join(' ');

function make(tag: string, attributes: Readonly<Record<string, string>> = {}, ...children: (Node | string)[]) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const app = document.getElementById('app') ?? document.body;
const marker = make('output', { id: 'step' }, '0');
const view = make('section', { class: 'view' });
const feed = make('ol', { class: 'feed', style: 'height: 200px; overflow: auto' });
const panel = make('div', { class: 'panel' });
const badges = make('div', { class: 'badges' });
const frames = make('div', { class: 'frames' });
const styles = make('div', { class: 'styles' });
const rules = document.createElement('style');
rules.textContent = '.tint-0 { color: rgb(1, 2, 3) }';
const canvas = document.createElement('canvas');
canvas.width = 120;
canvas.height = 60;
const pictures = Array.from({ length: 3 }, (_, index) =>
  make('img', { alt: `Good ${index}`, width: '30', height: '20' }),
);
const name = document.createElement('input');
const note = document.createElement('textarea');
const tick = document.createElement('input');
tick.type = 'checkbox';
const choice = document.createElement('select');
choice.append(...words.map((word) => make('option', {}, word)));
const form = make('form', {}, name, note, tick, choice);
app.append(marker, rules, styles, form, view, feed, panel, badges, frames, canvas, ...pictures);

let step = 0;
let rows: HTMLElement[] = [];

function row(): HTMLElement {
  return make(
    'div',
    { class: `row tint-${below(RULES)}`, 'data-id': String(below(100_000)) },
    make('b', {}, text(1)),
    make('span', { class: 'cell' }, text(3)),
    make('a', { href: `${location.origin}/orders/${below(1000)}` }, text(2)),
    make('button', { type: 'button', title: text(2) }, 'Open'),
  );
}

function show(): void {
  const at = VIEWS[(step / EVERY.view) % VIEWS.length] ?? VIEWS[0];
  history.pushState({ step }, '', `/soak/${at}?page=${step % 9000}`);
  document.title = `${at}, ${step}`;
  rows = Array.from({ length: ROWS }, row);
  const list = make('div', { class: `list ${at}` }, ...rows);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 100 20');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('class', 'line');
  svg.append(line);
  view.replaceChildren(make('h2', {}, `${at} ${text(2)}`), svg, list);
}

const any = () => rows[below(rows.length)] ?? view;
const trim = (parent: Element, most: number) => {
  while (parent.childElementCount > most) parent.firstElementChild?.remove();
};
const isDue = (what: keyof typeof EVERY) => step % EVERY[what] === 0;
const told = (field: HTMLElement, type: string) => field.dispatchEvent(new Event(type, { bubbles: true }));

function act(): void {
  if (isDue('view')) show();
  step++;
  for (let count = 0; count < 6; count++) {
    const cell = any().children[below(3)];
    // Both ways in which it is done: a new text node, and new data in the old one.
    if (count % 2 === 0 && cell) cell.textContent = text(2);
    else if (cell?.firstChild) cell.firstChild.nodeValue = text(2);
  }
  for (let count = 0; count < 3; count++) any().classList.toggle(`is-${below(3)}`);
  const moved = any();
  moved.parentNode?.insertBefore(moved, any());
  const fresh = row();
  const old = below(rows.length);
  rows[old]?.replaceWith(fresh);
  rows[old] = fresh;
  feed.append(make('li', { class: `tint-${below(RULES)}` }, make('i', {}, String(step)), text(4)));
  trim(feed, FEED_ROWS);
  // Came and gone at once.
  const passing = make('p', {}, text(2));
  feed.append(passing);
  passing.remove();

  if (isDue('fields')) {
    name.value = text(2);
    told(name, 'input');
    note.value = text(9);
    told(note, 'input');
    tick.checked = below(2) === 0;
    told(tick, 'change');
    choice.selectedIndex = below(words.length);
    told(choice, 'change');
  }
  if (isDue('attributes')) {
    any().style.transform = `translateX(${below(5)}px)`;
    any().setAttribute('aria-selected', String(below(2) === 0));
    any().removeAttribute('style');
    view
      .querySelector('.line')
      ?.setAttribute('d', `M0 10${Array.from({ length: 20 }, () => ` l5 ${below(9) - 4}`).join('')}`);
  }
  if (isDue('rules') && rules.sheet) {
    rules.sheet.insertRule(
      `.tint-${below(RULES)} { color: rgb(${below(200)}, ${below(200)}, 9) }`,
      rules.sheet.cssRules.length,
    );
    if (rules.sheet.cssRules.length > RULES) rules.sheet.deleteRule(below(RULES));
  }
  if (isDue('style')) {
    styles.append(make('style', {}, `.is-${below(3)} { background-color: rgb(${below(255)}, 250, 250) }`));
    trim(styles, STYLES);
  }
  if (isDue('badge')) {
    const badge = make('span', { class: 'badge' });
    const root = badge.attachShadow({ mode: 'open' });
    root.append(make('b', { class: 'count' }, text(1)), make('slot'));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`.count { color: rgb(${below(255)}, 0, 0) }`);
    root.adoptedStyleSheets = [sheet];
    badges.append(badge);
    trim(badges, BADGES);
  }
  if (isDue('frame')) {
    frames.append(
      make('iframe', { srcdoc: `<p>${text(6)}</p><input value="${text(1)}">`, width: '200', height: '60' }),
    );
    trim(frames, FRAMES);
  }
  if (isDue('panel'))
    panel.innerHTML = `<h3>${text(2)}</h3>${Array.from({ length: 50 }, (_, n) => `<p>Note <em>${n}</em> of <b>${step}</b></p>`).join('')}`;
  if (isDue('picture'))
    pictures[below(pictures.length)]?.setAttribute('src', `${location.origin}/pictures/${below(PICTURES)}.webp`);
  if (isDue('canvas')) {
    const context = canvas.getContext('2d');
    if (context) context.fillStyle = `rgb(${below(255)}, ${below(255)}, 90)`;
    context?.fillRect(below(100), below(50), 20, 10);
  }
  if (isDue('scroll')) feed.scrollTop = below(400);
  marker.textContent = String(step);
}

globalThis.benchSoak = {
  run: (steps, perFrame) =>
    new Promise((resolve) => {
      let left = steps;
      const tick = () => {
        for (let count = 0; count < perFrame && left > 0; count++, left--) act();
        if (left > 0) requestAnimationFrame(tick);
        else resolve();
      };
      requestAnimationFrame(tick);
    }),
};
