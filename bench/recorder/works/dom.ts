// Plain DOM, as pages without a framework and as libraries do it: a table of live rows, of which in each frame some come,
// some go, some move; texts that tick, classes, styles and attributes that change, a panel written anew as HTML, elements
// that are gone again before anybody saw them.

import { randomFrom, frame, turn } from '../pace.ts';
import type { Work } from '../page.ts';

const ROWS = 200;
const FRAMES = 30;
/** In each frame. */
const COME_AND_GO = 6;
const MOVED = 4;
const TICKS = 40;
const MARKED = 20;
const TRANSIENT = 4;
/** So often all rows are sorted in one task, and a list of a hundred is written as HTML. */
const EVERY_FRAMES = 10;

function row(number: number): HTMLElement {
  const row = document.createElement('div');
  row.className = 'row';
  row.dataset['number'] = String(number);
  for (const [name, text] of [
    ['name', `Paper ${number}`],
    ['price', (number % 97).toFixed(2)],
    ['change', '0.0 %'],
    ['state', 'open'],
  ] as const) {
    const cell = document.createElement('span');
    cell.className = `cell ${name}`;
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

export function mount(root: HTMLElement): Work {
  const random = randomFrom(7);
  const table = document.createElement('div');
  table.className = 'rows';
  const panel = document.createElement('div');
  panel.className = 'panel';
  root.append(panel, table);
  let number = 0;
  for (; number < ROWS; number++) table.append(row(number));

  const any = (): Element => {
    const found = table.children[Math.floor(random() * table.children.length)];
    if (!found) throw new Error('the table is empty');
    return found;
  };

  const step = (index: number) => {
    for (let count = 0; count < COME_AND_GO; count++) {
      any().before(row(number++));
      any().remove();
    }
    for (let count = 0; count < MOVED; count++) table.insertBefore(any(), any());
    for (let count = 0; count < TICKS; count++) {
      const price = any().children[1];
      const text = (random() * 97).toFixed(2);
      // Both ways in which it is done: a new text node, and new data in the old one.
      if (count % 2 === 0 && price) price.textContent = text;
      else if (price?.firstChild) price.firstChild.nodeValue = text;
    }
    for (let count = 0; count < MARKED; count++) {
      const marked = any() as HTMLElement;
      if (count % 4 === 0) marked.classList.toggle('is-hot');
      else if (count % 4 === 1) marked.style.transform = `translateX(${Math.floor(random() * 5)}px)`;
      else if (count % 4 === 2) marked.setAttribute('aria-selected', String(random() > 0.5));
      else marked.title = `seen in frame ${index}`;
    }
    for (let count = 0; count < TRANSIENT; count++) {
      const measured = row(-1);
      table.append(measured);
      measured.remove();
    }
    panel.innerHTML = `<h3>Frame ${index}</h3><ul>${Array.from({ length: 6 }, (_, n) => `<li>Order <b>${number - n}</b> of <i>${index % 7}</i></li>`).join('')}</ul>`;
  };
  const rearrange = () => {
    const rows = [...table.children].sort(
      (a, b) => Number(a.children[1]?.textContent) - Number(b.children[1]?.textContent),
    );
    for (const each of rows) table.append(each);
    panel.innerHTML = Array.from(
      { length: 100 },
      (_, n) => `<p class="note">Note <em>${n}</em> of <b>${number}</b></p>`,
    ).join('');
  };

  return async () => {
    for (let index = 0; index < FRAMES; index++) {
      await (index % 2 === 0 ? frame() : turn());
      step(index);
      if (index % EVERY_FRAMES === EVERY_FRAMES - 1) rearrange();
    }
    await turn();
    return `${number} rows made, ${table.children.length} left, ${table.textContent.length} letters`;
  };
}
