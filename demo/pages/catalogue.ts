// The catalogue: search, chips, filters and sorting over the list of goods. What is chosen stands in the address, so
// that a reload, a link and the back button keep it.

import { html, icon, need } from '../shop/element.ts';
import { goodCard } from '../shop/good-card.ts';
import { goods, kinds, noteWords, origins, type Good, type Kind, type Note, type Origin } from '../shop/goods.ts';
import { counted } from '../shop/language.ts';
import { openShop } from '../shop/page.ts';

const dearest = 9_000;

interface Choice {
  readonly text: string;
  readonly kind: Kind | '';
  readonly origins: readonly Origin[];
  readonly notes: readonly Note[];
  readonly from: number;
  readonly to: number;
  readonly isInStock: boolean;
  readonly sort: string;
}

const everything: Choice = {
  text: '',
  kind: '',
  origins: [],
  notes: [],
  from: 0,
  to: dearest,
  isInStock: false,
  sort: 'picked',
};

const shop = openShop();
const search = need(HTMLInputElement, '#search');
const sort = need(HTMLSelectElement, '#sort');
const priceFrom = need(HTMLInputElement, '#price-from');
const priceTo = need(HTMLInputElement, '#price-to');
const track = need(HTMLElement, '#range-track');
const inStock = need(HTMLInputElement, '#in-stock');
const filters = need(HTMLFormElement, '#filters');
const list = need(HTMLUListElement, '#goods-list');

// A record's keys are exactly its declared key type here: these records are literals.
const keysOf = <K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] => Object.keys(record) as K[];

const cheapest = (good: Good): number => Math.min(...good.sizes.map((size) => size.price));

function readChoice(): Choice {
  const query = new URLSearchParams(location.search);
  const several = <K extends string>(name: string, all: readonly K[]): readonly K[] =>
    all.filter((key) => query.get(name)?.split(',').includes(key));
  const amount = (name: string, otherwise: number): number => {
    const value = Number(query.get(name) ?? otherwise);
    return Number.isFinite(value) ? Math.min(dearest, Math.max(0, value)) : otherwise;
  };
  return {
    text: query.get('q') ?? '',
    kind: keysOf(kinds).find((kind) => kind === query.get('kind')) ?? '',
    origins: several('from', keysOf(origins)),
    notes: several('taste', keysOf(noteWords)),
    from: amount('min', 0),
    to: amount('max', dearest),
    isInStock: query.has('stock'),
    sort: query.get('sort') ?? 'picked',
  };
}

function writeChoice(now: Choice): void {
  const query = new URLSearchParams();
  if (now.text) query.set('q', now.text);
  if (now.kind) query.set('kind', now.kind);
  if (now.origins.length > 0) query.set('from', now.origins.join(','));
  if (now.notes.length > 0) query.set('taste', now.notes.join(','));
  if (now.from > 0) query.set('min', String(now.from));
  if (now.to < dearest) query.set('max', String(now.to));
  if (now.isInStock) query.set('stock', '1');
  if (now.sort !== 'picked') query.set('sort', now.sort);
  const text = query.toString();
  history.replaceState(null, '', text ? `?${text}${location.hash}` : `${location.pathname}${location.hash}`);
}

/** Whether the good fits, leaving one filter out of account when its own tallies are counted. */
function fits(good: Good, now: Choice, except?: 'kind' | 'origins' | 'notes'): boolean {
  const words = `${good.name.en} ${good.name.ru} ${good.lead.en} ${good.lead.ru} ${good.place.en} ${good.place.ru} ${kinds[good.kind].en} ${kinds[good.kind].ru}`;
  return (
    now.text
      .toLowerCase()
      .split(/\s+/)
      .every((word) => words.toLowerCase().replaceAll('ё', 'е').includes(word.replaceAll('ё', 'е'))) &&
    (except === 'kind' || !now.kind || good.kind === now.kind) &&
    (except === 'origins' || now.origins.length === 0 || now.origins.includes(good.origin)) &&
    (except === 'notes' || now.notes.length === 0 || good.notes.some((note) => now.notes.includes(note))) &&
    cheapest(good) >= now.from &&
    (now.to === dearest || cheapest(good) <= now.to) &&
    (!now.isInStock || good.stock > 0)
  );
}

function sorted(found: readonly Good[], by: string): readonly Good[] {
  const compare: Readonly<Record<string, (a: Good, b: Good) => number>> = {
    cheap: (a, b) => cheapest(a) - cheapest(b),
    dear: (a, b) => cheapest(b) - cheapest(a),
    rated: (a, b) => b.rating - a.rating || b.reviews - a.reviews,
    name: (a, b) => shop.say(a.name).localeCompare(shop.say(b.name), shop.speech.current()),
  };
  const order = compare[by];
  return order ? [...found].sort(order) : found;
}

let choice = readChoice();

function change(part: Partial<Choice>): void {
  choice = { ...choice, ...part };
  writeChoice(choice);
  paint();
}

function paintKinds(): void {
  const chip = (kind: Kind | '', text: string): HTMLElement =>
    html(
      'button',
      {
        class: 'chip',
        type: 'button',
        'aria-pressed': String(choice.kind === kind),
        'data-kind': kind,
        onclick: () => {
          change({ kind });
          need(HTMLElement, `[data-kind="${kind}"]`).focus();
        },
      },
      text,
    );
  need(HTMLElement, '#kinds').replaceChildren(
    chip('', shop.say({ en: 'Everything', ru: 'Всё' })),
    ...keysOf(kinds).map((kind) => chip(kind, shop.say(kinds[kind]))),
  );
}

function paintChecks<K extends string>(
  place: string,
  words: Readonly<Record<K, { readonly en: string; readonly ru: string }>>,
  chosen: readonly K[],
  tally: (key: K) => number,
  choose: (keys: readonly K[]) => void,
): void {
  const box = need(HTMLElement, place);
  // The boxes are made once for each language and only updated after, so that focus stays where the visitor is.
  if (box.dataset['language'] !== shop.speech.current()) {
    box.dataset['language'] = shop.speech.current();
    box.replaceChildren(
      ...keysOf(words).map((key) =>
        html(
          'label',
          { class: 'check' },
          html('input', { type: 'checkbox', value: key }),
          html('span', {}, shop.say(words[key])),
          html('span', { class: 'tally' }),
        ),
      ),
    );
    box.onchange = () => {
      const marked = [...box.querySelectorAll<HTMLInputElement>('input:checked')].map((input) => input.value);
      choose(keysOf(words).filter((key) => marked.includes(key)));
    };
  }
  for (const input of box.querySelectorAll('input')) {
    const key = keysOf(words).find((one) => one === input.value);
    if (!key) continue;
    input.checked = chosen.includes(key);
    need(HTMLElement, '.tally', input.parentElement ?? box).textContent = String(tally(key));
  }
}

function paintChosen(): void {
  const chip = (text: string, without: Partial<Choice>): HTMLElement =>
    html(
      'li',
      {},
      html(
        'button',
        {
          class: 'chip',
          type: 'button',
          'aria-label': shop.say({ en: `Remove: ${text}`, ru: `Убрать: ${text}` }),
          onclick: () => change(without),
        },
        text,
        icon('close'),
      ),
    );
  const chips: HTMLElement[] = [];
  if (choice.text) chips.push(chip(`«${choice.text}»`, { text: '' }));
  for (const origin of choice.origins)
    chips.push(chip(shop.say(origins[origin]), { origins: choice.origins.filter((one) => one !== origin) }));
  for (const note of choice.notes)
    chips.push(chip(shop.say(noteWords[note]), { notes: choice.notes.filter((one) => one !== note) }));
  if (choice.from > 0 || choice.to < dearest)
    chips.push(chip(`${shop.price(choice.from)}–${shop.price(choice.to)}`, { from: 0, to: dearest }));
  need(HTMLElement, '#chosen').replaceChildren(...chips);
}

function paint(): void {
  if (search.value !== choice.text) search.value = choice.text;
  sort.value = choice.sort;
  if (sort.selectedIndex < 0) sort.value = 'picked';
  priceFrom.value = String(choice.from);
  priceTo.value = String(choice.to);
  inStock.checked = choice.isInStock;
  track.style.setProperty('--from', String(choice.from / dearest));
  track.style.setProperty('--to', String(choice.to / dearest));
  need(HTMLElement, '#price-output').textContent =
    `${shop.price(choice.from)} – ${shop.price(choice.to)}${choice.to === dearest ? '+' : ''}`;

  const found = sorted(
    goods.filter((good) => fits(good, choice)),
    choice.sort,
  );
  paintKinds();
  paintChecks(
    '#origins',
    origins,
    choice.origins,
    (origin) => goods.filter((good) => good.origin === origin && fits(good, choice, 'origins')).length,
    (keys) => change({ origins: keys }),
  );
  paintChecks(
    '#notes',
    noteWords,
    choice.notes,
    (note) => goods.filter((good) => good.notes.includes(note) && fits(good, choice, 'notes')).length,
    (keys) => change({ notes: keys }),
  );
  paintChosen();
  need(HTMLElement, '#result-count').textContent = counted(shop.speech.current(), found.length, {
    en: ['thing found', 'things found'],
    ru: ['вещь', 'вещи', 'вещей'],
  });
  need(HTMLElement, '#nothing').hidden = found.length > 0;
  list.replaceChildren(...found.map((good) => html('li', {}, goodCard(shop, good))));
}

search.addEventListener('input', () => change({ text: search.value.trim() }));
sort.addEventListener('change', () => change({ sort: sort.value }));
priceFrom.addEventListener('input', () =>
  change({ from: Math.min(Number(priceFrom.value), Math.max(0, choice.to - 500)) }),
);
priceTo.addEventListener('input', () => change({ to: Math.max(Number(priceTo.value), choice.from + 500) }));
inStock.addEventListener('change', () => change({ isInStock: inStock.checked }));
filters.addEventListener('submit', (event) => event.preventDefault());
filters.addEventListener('reset', (event) => {
  event.preventDefault();
  change(everything);
});
need(HTMLButtonElement, '#clear').addEventListener('click', () => change(everything));
const filterButton = need(HTMLButtonElement, '#filter-button');
filterButton.addEventListener('click', () => {
  const isOpen = filters.classList.toggle('is-open');
  filterButton.setAttribute('aria-expanded', String(isOpen));
});
window.addEventListener('popstate', () => {
  choice = readChoice();
  paint();
});

const letter = need(HTMLFormElement, '#letter');
letter.addEventListener('submit', (event) => {
  event.preventDefault();
  const email = need(HTMLInputElement, '#letter-email');
  const note = need(HTMLElement, '#letter-note');
  const isGood = email.checkValidity();
  email.setAttribute('aria-invalid', String(!isGood));
  note.textContent = isGood
    ? shop.say({
        en: 'Thank you. The next letter comes in September.',
        ru: 'Спасибо. Следующее письмо будет в сентябре.',
      })
    : shop.say({ en: 'This does not look like an email address.', ru: 'Это не похоже на адрес почты.' });
  if (isGood) letter.reset();
});

shop.draw(paint);
