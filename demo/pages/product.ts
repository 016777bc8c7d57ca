// A product's page: gallery with zoom, sizes, glazes, packing, tabs, reviews. Which product stands in `?id=`. Reviews
// written here live as long as the page. Easy to get wrong: `paint` runs again when the language changes and must keep
// what the visitor has chosen.

import { drawingOf } from '../shop/drawing.ts';
import { html, icon, need } from '../shop/element.ts';
import { goodCard } from '../shop/good-card.ts';
import {
  findGood,
  firstGlaze,
  glazeColours,
  glazeWords,
  goods,
  isTea,
  kinds,
  noteWords,
  origins,
  packings,
  unitPrice,
  type Good,
} from '../shop/goods.ts';
import { openShop } from '../shop/page.ts';
import { reviewsOf, type Review } from '../shop/reviews.ts';
import { startTabs } from '../shop/tabs.ts';

const shop = openShop();
const say = shop.say;
const asked = new URLSearchParams(location.search).get('id') ?? 'gaiwan';
const good: Good | undefined = findGood(asked);
if (good) openProduct(good);
else location.replace('/404');

function openProduct(good: Good): void {
  const written: Review[] = [];
  const picture = need(HTMLImageElement, '#picture');
  const drawing = need(HTMLElement, '#drawing');
  const zoom = need(HTMLButtonElement, '#zoom');
  const quantity = need(HTMLInputElement, '#quantity');
  const packing = need(HTMLSelectElement, '#packing');
  let shown = `/pictures/${good.id}.webp`;
  let size = 0;
  let glaze = '';
  const tabs = startTabs(need(HTMLElement, '#tabs'));

  const count = (): number => Math.min(20, Math.max(1, Math.round(Number(quantity.value)) || 1));
  const unit = (): number => unitPrice(good, { size, packing: packing.selectedIndex < 0 ? 0 : packing.selectedIndex });

  function paintSum(): void {
    need(HTMLElement, '#sum').textContent = shop.price(unit() * count());
  }

  function show(source: string): void {
    shown = source;
    const isDrawing = source === 'drawing';
    zoom.hidden = isDrawing;
    drawing.hidden = !isDrawing;
    if (!isDrawing) picture.src = source;
    for (const thumb of document.querySelectorAll<HTMLElement>('#thumbs button')) {
      const isChosen = thumb.dataset['source'] === source;
      thumb.setAttribute('aria-pressed', String(isChosen));
    }
  }

  function paintGallery(): void {
    const name = say(good.name);
    picture.alt = name;
    const sources = [
      `/pictures/${good.id}.webp`,
      `/pictures/${good.id}-2.webp`,
      ...(good.glazes ?? []).map((one) => `/pictures/${good.id}-${one}.webp`),
    ];
    const lines = drawingOf(shop, good);
    drawing.replaceChildren(...(lines ? [lines] : []));
    const thumbs = sources.map((source, at) =>
      html(
        'button',
        {
          type: 'button',
          'data-source': source,
          'aria-label': say({ en: `Picture ${at + 1}`, ru: `Снимок ${at + 1}` }),
          onclick: () => show(source),
        },
        html('img', { src: source, width: 96, height: 96, alt: '' }),
      ),
    );
    if (lines)
      thumbs.push(
        html(
          'button',
          {
            type: 'button',
            'data-source': 'drawing',
            'aria-label': say({ en: 'Drawing', ru: 'Чертёж' }),
            onclick: () => show('drawing'),
          },
          lines.cloneNode(true),
        ),
      );
    need(HTMLElement, '#thumbs').replaceChildren(...thumbs);
    show(shown);
  }

  function paintChoices(): void {
    need(HTMLElement, '#sizes').replaceChildren(
      ...good.sizes.map((one, at) =>
        html(
          'label',
          { class: 'choice' },
          html('input', {
            type: 'radio',
            name: 'size',
            value: at,
            checked: at === size,
            onchange: () => {
              size = at;
              paintSum();
            },
          }),
          html('span', {}, say(one.words)),
          html('span', { class: 'soft small' }, shop.price(one.price)),
        ),
      ),
    );
    const glazes = need(HTMLElement, '#glazes-field');
    glazes.hidden = !good.glazes;
    need(HTMLElement, '#glazes').replaceChildren(
      ...['', ...(good.glazes ?? [])].map((one) =>
        html(
          'label',
          { class: 'choice' },
          html('input', {
            type: 'radio',
            name: 'glaze',
            value: one,
            checked: one === glaze,
            onchange: () => {
              glaze = one;
              show(`/pictures/${good.id}${one ? `-${one}` : ''}.webp`);
            },
          }),
          html('span', {
            class: 'dot',
            style: `background:${glazeColours[one || (firstGlaze[good.id] ?? '')] ?? '#ccc'}`,
          }),
          html('span', {}, say(glazeWords[one] ?? { en: one, ru: one })),
        ),
      ),
    );
    const chosen = Math.max(0, packing.selectedIndex);
    packing.replaceChildren(
      ...packings.map((one, at) =>
        html(
          'option',
          { value: at, selected: at === chosen },
          one.price > 0 ? `${say(one.words)} + ${shop.price(one.price)}` : say(one.words),
        ),
      ),
    );
  }

  function paintMethod(): void {
    const panel = need(HTMLElement, '#method');
    need(HTMLElement, '#method-tab').textContent = isTea(good)
      ? say({ en: 'Brewing', ru: 'Как заваривать' })
      : say({ en: 'Care', ru: 'Уход' });
    if (good.brewing) {
      const [degrees, seconds, grams, times] = good.brewing;
      const facts = [
        [say({ en: 'Water', ru: 'Вода' }), `${degrees} °C`],
        [say({ en: 'First steeping', ru: 'Первый пролив' }), say({ en: `${seconds} s`, ru: `${seconds} с` })],
        [say({ en: 'Leaf', ru: 'Листа' }), say({ en: `${grams} g to 100 ml`, ru: `${grams} г на 100 мл` })],
        [say({ en: 'Steepings', ru: 'Проливов' }), String(times)],
      ] as const;
      panel.replaceChildren(
        html(
          'dl',
          { class: 'facts' },
          ...facts.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value))),
        ),
        html(
          'ol',
          { class: 'steps' },
          html(
            'li',
            {},
            say({ en: 'Warm the pot with boiling water and pour it out.', ru: 'Прогрейте посуду кипятком и слейте.' }),
          ),
          html(
            'li',
            {},
            say({
              en: 'Put the leaf in, close the lid, wait a breath: smell it.',
              ru: 'Положите лист, накройте, подождите вдох: понюхайте.',
            }),
          ),
          html(
            'li',
            {},
            say({
              en: `Pour water of ${degrees} °C, count to ${seconds}, pour it all into the pitcher.`,
              ru: `Залейте водой ${degrees} °C, досчитайте до ${seconds}, слейте всё в чахай.`,
            }),
          ),
          html(
            'li',
            {},
            say({
              en: 'Add a third to the time with each steeping.',
              ru: 'С каждым проливом прибавляйте треть времени.',
            }),
          ),
        ),
      );
    } else
      panel.replaceChildren(
        html(
          'ul',
          { class: 'steps' },
          html(
            'li',
            {},
            say({
              en: 'Wash by hand in warm water; the dishwasher does no harm, but dulls the glaze in ten years.',
              ru: 'Мойте руками в тёплой воде; посудомойка не вредит, но лет за десять приглушит глазурь.',
            }),
          ),
          html(
            'li',
            {},
            say({
              en: 'Do not pour boiling water into a pot straight from the frost.',
              ru: 'Не лейте кипяток в посуду прямо с мороза.',
            }),
          ),
          html(
            'li',
            {},
            say({
              en: 'Tea stains go away with a spoon of soda and an hour of patience.',
              ru: 'Чайный налёт снимают ложка соды и час терпения.',
            }),
          ),
        ),
      );
  }

  function paintReviews(): void {
    const all = [...written, ...reviewsOf(good)];
    need(HTMLElement, '#review-count').textContent = String(good.reviews + written.length);
    need(HTMLElement, '#review-list').replaceChildren(
      ...all.map((review) =>
        html(
          'li',
          {},
          html(
            'div',
            { class: 'row' },
            html('strong', {}, say(review.name)),
            html(
              'span',
              {
                class: 'stars',
                role: 'img',
                'aria-label': say({ en: `${review.stars} of 5`, ru: `${review.stars} из 5` }),
              },
              ...Array.from({ length: review.stars }, () => icon('star')),
            ),
            html('time', { class: 'soft small', datetime: review.day }, shop.date(new Date(review.day))),
          ),
          html('p', {}, say(review.text)),
        ),
      ),
    );
  }

  function paint(): void {
    const name = say(good.name);
    document.title = `${name} · ${say({ en: 'Clay & Leaf', ru: 'Глина и лист' })}`;
    need(HTMLElement, '#crumbs').replaceChildren(
      html('li', {}, html('a', { href: '/' }, say({ en: 'Catalogue', ru: 'Каталог' }))),
      html('li', {}, html('a', { href: `/?kind=${good.kind}` }, say(kinds[good.kind]))),
      html('li', { 'aria-current': 'page' }, name),
    );
    need(HTMLElement, '#place').textContent = say(good.place);
    need(HTMLElement, '#stars').replaceChildren(
      icon('star'),
      String(good.rating),
      ` · ${good.reviews + written.length}`,
    );
    need(HTMLElement, '#name').textContent = name;
    need(HTMLElement, '#lead').textContent = say(good.lead);
    need(HTMLElement, '#story-text').textContent = say(good.story);
    need(HTMLElement, '#taste').replaceChildren(
      ...good.notes.map((note) => html('li', { class: 'tag' }, say(noteWords[note]))),
    );
    need(HTMLElement, '#made-of').textContent = isTea(good)
      ? say({
          en: `One tea, nothing added. ${origins[good.origin].en}, ${good.place.en}. Packed in Kolomna, in batches of forty packs.`,
          ru: `Один чай, без добавок. ${origins[good.origin].ru}, ${good.place.ru}. Расфасован в Коломне, партиями по сорок пачек.`,
        })
      : say({
          en: `Stoneware or porcelain, lead-free food glaze. ${good.place.en}. Each piece differs by two or three millimetres.`,
          ru: `Каменная масса или фарфор, пищевая глазурь без свинца. ${good.place.ru}. Вещи отличаются на два-три миллиметра.`,
        });
    need(HTMLElement, '#keeping').textContent = isTea(good)
      ? say({
          en: 'In the dark, dry, away from coffee and spices. Green tea in the fridge, in two bags. Pu-erh in the air, on a shelf.',
          ru: 'В темноте, в сухости, подальше от кофе и специй. Зелёный в холодильнике, в двух пакетах. Пуэр на воздухе, на полке.',
        })
      : say({
          en: 'Dry it with the lid off. Unglazed clay likes to stand open.',
          ru: 'Сушите без крышки. Неглазурованная глина любит стоять открытой.',
        });
    need(HTMLElement, '#stock').textContent =
      good.stock === 0
        ? say({ en: 'Sold out. The new harvest comes in April.', ru: 'Закончился. Новый сбор придёт в апреле.' })
        : good.stock < 10
          ? say({
              en: `Only ${good.stock} left. Leaves Kolomna tomorrow.`,
              ru: `Осталось всего ${good.stock}. Уедет из Коломны завтра.`,
            })
          : say({ en: 'In stock. Leaves Kolomna tomorrow.', ru: 'В наличии. Уедет из Коломны завтра.' });
    need(HTMLButtonElement, '#add').disabled = good.stock === 0;
    need(HTMLElement, '#open-table').textContent = isTea(good)
      ? say({ en: 'How many cups is that?', ru: 'Сколько это чашек?' })
      : say({ en: 'Sizes and capacity', ru: 'Размеры и объём' });
    paintChoices();
    paintGallery();
    paintMethod();
    paintReviews();
    paintSum();
    const near = [
      ...goods.filter((other) => other.id !== good.id && isTea(other) !== isTea(good) && other.origin === good.origin),
      ...goods.filter((other) => other.id !== good.id && other.kind === good.kind),
      ...goods.filter((other) => other.id !== good.id && other.badge === 'hit'),
    ];
    need(HTMLElement, '#near').replaceChildren(
      ...[...new Set(near)].slice(0, 4).map((other) => html('li', {}, goodCard(shop, other))),
    );
  }

  function paintSizeTable(): void {
    need(HTMLElement, '#size-table-title').textContent = isTea(good)
      ? say({ en: 'How many cups is that?', ru: 'Сколько это чашек?' })
      : say({ en: 'Sizes and capacity', ru: 'Размеры и объём' });
    const head = isTea(good)
      ? [
          say({ en: 'Pack', ru: 'Пачка' }),
          say({ en: 'Cups of 150 ml', ru: 'Чашек по 150 мл' }),
          say({ en: 'A cup costs', ru: 'Чашка стоит' }),
        ]
      : [
          say({ en: 'Size', ru: 'Размер' }),
          say({ en: 'To the brim', ru: 'До края' }),
          say({ en: 'Weight', ru: 'Вес' }),
        ];
    const rows = good.sizes.map((one, at) => {
      const amount = Number(/\d+/.exec(one.words.en)?.[0] ?? 50);
      const cups = Math.round((amount / (good.brewing?.[2] ?? 5)) * ((good.brewing?.[3] ?? 3) / 1.5));
      return isTea(good)
        ? [say(one.words), String(cups), shop.price(Math.max(1, Math.round(one.price / cups)))]
        : [
            say(one.words),
            say({ en: `${Math.round(amount * 1.12)} ml`, ru: `${Math.round(amount * 1.12)} мл` }),
            say({ en: `${240 + at * 90} g`, ru: `${240 + at * 90} г` }),
          ];
    });
    need(HTMLElement, '#size-table-body').replaceChildren(
      html(
        'table',
        {},
        html('thead', {}, html('tr', {}, ...head.map((text) => html('th', { scope: 'col' }, text)))),
        html('tbody', {}, ...rows.map((row) => html('tr', {}, ...row.map((text) => html('td', {}, text))))),
      ),
    );
  }

  need(HTMLElement, '#open-table').addEventListener('click', () => {
    paintSizeTable();
    need(HTMLDialogElement, '#size-table').showModal();
  });
  const lightbox = need(HTMLDialogElement, '#lightbox');
  zoom.addEventListener('click', () => {
    need(HTMLImageElement, '#lightbox-picture').src = shown;
    lightbox.showModal();
  });
  lightbox.addEventListener('click', (event) => {
    if (event.target === lightbox) lightbox.close();
  });
  zoom.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'mouse') return;
    const area = zoom.getBoundingClientRect();
    picture.style.transformOrigin = `${((event.clientX - area.left) / area.width) * 100}% ${((event.clientY - area.top) / area.height) * 100}%`;
    picture.style.transform = 'scale(2)';
  });
  zoom.addEventListener('pointerleave', () => {
    picture.style.transform = '';
  });
  const step = (by: number): void => {
    quantity.value = String(Math.min(20, Math.max(1, count() + by)));
    paintSum();
  };
  need(HTMLElement, '#less').addEventListener('click', () => step(-1));
  need(HTMLElement, '#more').addEventListener('click', () => step(1));
  quantity.addEventListener('input', paintSum);
  quantity.addEventListener('change', () => step(0));
  packing.addEventListener('change', paintSum);
  need(HTMLElement, '#stars').addEventListener('click', () => tabs.choose('reviews-tab'));
  need(HTMLFormElement, '#buy').addEventListener('submit', (event) => {
    event.preventDefault();
    shop.basket.add({ id: good.id, size, packing: Math.max(0, packing.selectedIndex), glaze, quantity: count() });
    shop.notice(
      { en: `${good.name.en} is in the basket`, ru: `${good.name.ru}: в корзине` },
      { href: '/basket', words: { en: 'Open', ru: 'Открыть' } },
    );
  });

  need(HTMLElement, '#star-row').append(
    ...[5, 4, 3, 2, 1].flatMap((stars) => [
      html('input', {
        type: 'radio',
        name: 'stars',
        id: `stars-${stars}`,
        value: stars,
        checked: stars === 5,
        class: 'unseen',
      }),
      html('label', { for: `stars-${stars}` }, icon('star'), html('span', { class: 'unseen' }, String(stars))),
    ]),
  );
  const reviewForm = need(HTMLFormElement, '#review-form');
  reviewForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = need(HTMLInputElement, '#review-name').value;
    const text = need(HTMLTextAreaElement, '#review-text').value;
    written.unshift({
      name: { en: name, ru: name },
      stars: Number(need(HTMLInputElement, '#star-row input:checked').value),
      day: new Date().toISOString().slice(0, 10),
      text: { en: text, ru: text },
    });
    reviewForm.reset();
    paintReviews();
    shop.notice({ en: 'Thank you, your review is here', ru: 'Спасибо, отзыв уже здесь' });
  });

  shop.draw(paint);
}
