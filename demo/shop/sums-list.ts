// The sums of the basket as a definition list, the same beside the basket and at the checkout. The sums themselves are
// counted in basket.ts.

import { html } from './element.ts';
import type { Shop } from './page.ts';

export function sumsList(shop: Shop): readonly HTMLElement[] {
  const { goods, discount, delivery, total } = shop.basket.sums();
  const promo = shop.basket.promo();
  const row = (name: string, value: string, look = ''): HTMLElement =>
    html('div', { class: look }, html('dt', {}, name), html('dd', {}, value));
  return [
    row(shop.say({ en: 'Goods', ru: 'Товары' }), shop.price(goods)),
    ...(discount > 0
      ? [row(shop.say({ en: `Code ${promo ?? ''}`, ru: `Код ${promo ?? ''}` }), `−${shop.price(discount)}`, 'is-good')]
      : []),
    row(
      shop.say({ en: 'Delivery', ru: 'Доставка' }),
      delivery === 0 ? shop.say({ en: 'free', ru: 'бесплатно' }) : shop.price(delivery),
    ),
    row(shop.say({ en: 'To pay', ru: 'К оплате' }), shop.price(total), 'is-total'),
  ];
}
