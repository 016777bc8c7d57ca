// What happens in the visitor's page while the benches look: a steady load of small mutations, each batch numbered and
// its time kept, and the times of the pointer's moves. The same for our widget and for the control.
//
// All times are this page's performance.now(), which a wrong clock of the machine does not change. Easy to get wrong:
// batches at a fixed interval fall on the same phase of the screen's frames for seconds on end, and a figure then shows
// the phase; so the intervals vary, by a seeded generator.

import { moveAt } from './pointer-path.ts';

/** Twenty batches a second on average, as a busy dashboard or a feed has. */
const EVERY_MS = { least: 30, most: 70 };
const TEXTS = 6;
const CLASSES = 3;
const FEED_ROWS = 30;

export type Load = {
  start(seed: number): void;
  stop(): void;
  /** performance.now() before the first mutation of batch n, at n; from 1. */
  readonly batches: readonly (number | undefined)[];
  /** The time of the pointer event of move n, at n, as the event itself says. */
  readonly moves: readonly (number | undefined)[];
};

declare global {
  var benchLoad: Load;
}

const batches: (number | undefined)[] = [];
const moves: (number | undefined)[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let state = 1;
let due = 0;

/** Park and Miller's generator: the same load in every run. */
function random(): number {
  state = (state * 48271) % 0x7fffffff;
  return state / 0x7fffffff;
}

function one(elements: HTMLCollectionOf<Element> | readonly Element[]): Element {
  const found = elements[Math.floor(random() * elements.length)];
  if (!found) throw new Error('the page has nothing to change');
  return found;
}

function feedRow(number: number): Element {
  const row = document.createElement('li');
  row.className = 'feed-row';
  const name = document.createElement('b');
  name.textContent = `Order ${1000 + number}`;
  const what = document.createElement('span');
  what.className = 'feed-what';
  what.textContent = ['packed', 'paid', 'on its way', 'delivered'][number % 4] ?? '';
  const when = document.createElement('time');
  when.textContent = `${number % 60} s`;
  row.append(name, what, when);
  return row;
}

function batch(): void {
  const number = Math.max(1, batches.length);
  const prices = document.getElementsByClassName('price-now');
  const cards = document.getElementsByClassName('card');
  const feed = document.getElementById('feed');
  const marker = document.getElementById('marker');
  if (!feed || !marker) throw new Error('the page has no feed');
  batches[number] = performance.now();
  for (let index = 0; index < TEXTS; index++) {
    const price = one(prices);
    const text = `${(random() * 90 + 5).toFixed(2)} €`;
    // Both ways in which frameworks do it: a new text node, and new data in the old one.
    if (index % 2 === 0) price.textContent = text;
    else if (price.firstChild) price.firstChild.nodeValue = text;
  }
  for (let index = 0; index < CLASSES; index++) one(cards).classList.toggle('is-hot');
  feed.prepend(feedRow(number));
  while (feed.children.length > FEED_ROWS) feed.lastElementChild?.remove();
  marker.textContent = `batch ${number}`;
}

function schedule(): void {
  due += EVERY_MS.least + random() * (EVERY_MS.most - EVERY_MS.least);
  timer = setTimeout(
    () => {
      batch();
      schedule();
    },
    Math.max(0, due - performance.now()),
  );
}

// The same event that the widget and the recorder see, before either; and the moves that the browser has folded into it,
// which the widget may have seen one by one. Their own listener (pointerrawupdate) would cost the control's page too.
window.addEventListener(
  'pointermove',
  (event) => {
    for (const each of [...event.getCoalescedEvents(), event]) {
      const move = moveAt(each.clientX, each.clientY);
      if (move !== undefined) moves[move] = each.timeStamp;
    }
  },
  true,
);

globalThis.benchLoad = {
  batches,
  moves,
  start(seed) {
    state = seed;
    due = performance.now();
    schedule();
  },
  stop() {
    clearTimeout(timer);
    timer = undefined;
  },
};
