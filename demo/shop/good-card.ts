// A product's card as lists show it: picture, name, price, and one button that puts the first size in the basket. The
// whole card is a link by a stretched pseudo-element, so the button must stand above it.

import { html, icon } from './element.ts';
import { isTea, type Good } from './goods.ts';
import type { Shop } from './page.ts';

const badges = {
  new: { words: { en: 'New', ru: 'Новое' }, look: 'tag cool' },
  last: { words: { en: 'Last ones', ru: 'Последние' }, look: 'tag warm' },
  hit: { words: { en: 'Much loved', ru: 'Любимое' }, look: 'tag' },
} as const;

export function goodCard(shop: Shop, good: Good): HTMLElement {
  const name = shop.say(good.name);
  const badge = good.badge ? badges[good.badge] : undefined;
  const first = good.sizes[0];
  const isSoldOut = good.stock === 0;
  return html(
    'article',
    { class: 'card', 'data-good': good.id },
    html(
      'div',
      { class: 'card-picture' },
      html('img', { src: `/pictures/${good.id}.webp`, width: 600, height: 600, alt: '', loading: 'lazy' }),
      html('img', { src: `/pictures/${good.id}-2.webp`, width: 600, height: 600, alt: '', loading: 'lazy' }),
      badge ? html('span', { class: badge.look }, shop.say(badge.words)) : undefined,
    ),
    html('h3', {}, html('a', { href: `/product?id=${good.id}` }, name)),
    html('p', { class: 'card-lead' }, shop.say(good.lead)),
    html(
      'div',
      { class: 'card-foot' },
      html(
        'span',
        { class: 'price' },
        isSoldOut ? shop.say({ en: 'In spring', ru: 'Весной' }) : shop.price(first?.price ?? 0),
        first && !isSoldOut ? html('small', {}, ` / ${shop.say(first.words)}`) : undefined,
      ),
      isSoldOut
        ? undefined
        : html(
            'button',
            {
              class: 'icon-button',
              type: 'button',
              'aria-label': shop.say({ en: `Add to basket: ${name}`, ru: `В корзину: ${name}` }),
              onclick: () => {
                shop.basket.add({ id: good.id, size: 0, packing: 0, glaze: '', quantity: 1 });
                shop.notice(
                  { en: `${good.name.en} is in the basket`, ru: `${good.name.ru}: в корзине` },
                  { href: '/basket', words: { en: 'Open', ru: 'Открыть' } },
                );
              },
            },
            icon(isTea(good) ? 'plus' : 'basket'),
          ),
    ),
  );
}
