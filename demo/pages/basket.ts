// The basket's page: lines with quantities, promo code, sums, and how far it is to free delivery. The basket itself is
// shop/basket.ts. Easy to get wrong: each change paints the lines anew, so the focus is handed to the new element.

import { html, icon, need } from '../shop/element.ts';
import { freeDeliveryFrom } from '../shop/basket.ts';
import { glazeWords, packings } from '../shop/goods.ts';
import { openShop } from '../shop/page.ts';
import { sumsList } from '../shop/sums-list.ts';

const shop = openShop();
const { say, basket } = shop;

function paint(): void {
  const lines = basket.lines();
  need(HTMLElement, '#basket-full').hidden = lines.length === 0;
  need(HTMLElement, '#basket-empty').hidden = lines.length > 0;
  // Painting replaces the steppers: whoever holds the focus gets it back.
  const focused = document.activeElement?.getAttribute('data-focus');
  need(HTMLElement, '#lines').replaceChildren(
    ...lines.map((line) => {
      const name = say(line.good.name);
      const key = `${line.id}-${line.size}-${line.packing}-${line.glaze}`;
      const details = [
        line.good.sizes[line.size],
        line.glaze ? { words: glazeWords[line.glaze] ?? { en: '', ru: '' } } : undefined,
        line.packing > 0 ? packings[line.packing] : undefined,
      ].flatMap((part) => (part ? [say(part.words)] : []));
      const step = (what: 'minus' | 'plus', words: { readonly en: string; readonly ru: string }): HTMLElement =>
        html(
          'button',
          {
            class: 'icon-button',
            type: 'button',
            'data-focus': `${what}-${key}`,
            'aria-label': say(words),
            onclick: () => basket.setQuantity(line, line.quantity + (what === 'plus' ? 1 : -1)),
          },
          icon(what),
        );
      return html(
        'li',
        { class: 'line', 'data-line': line.id },
        html(
          'a',
          { href: `/product?id=${line.id}`, tabindex: -1, 'aria-hidden': 'true' },
          html('img', {
            src: `/pictures/${line.id}${line.glaze ? `-${line.glaze}` : ''}.webp`,
            width: 120,
            height: 120,
            alt: '',
          }),
        ),
        html(
          'div',
          { class: 'line-text' },
          html('h3', {}, html('a', { href: `/product?id=${line.id}` }, name)),
          html('p', { class: 'soft small' }, details.join(' · ')),
        ),
        html(
          'div',
          { class: 'stepper' },
          step('minus', { en: `One less: ${line.good.name.en}`, ru: `Меньше: ${line.good.name.ru}` }),
          html('input', {
            type: 'number',
            min: 0,
            max: 20,
            value: line.quantity,
            inputmode: 'numeric',
            'data-focus': `quantity-${key}`,
            'aria-label': say({ en: `Quantity: ${line.good.name.en}`, ru: `Количество: ${line.good.name.ru}` }),
            onchange: (event) => {
              if (event.target instanceof HTMLInputElement) basket.setQuantity(line, Number(event.target.value));
            },
          }),
          step('plus', { en: `One more: ${line.good.name.en}`, ru: `Больше: ${line.good.name.ru}` }),
        ),
        html('span', { class: 'price' }, shop.price(line.price)),
        html(
          'button',
          {
            class: 'icon-button line-bin',
            type: 'button',
            'aria-label': say({ en: `Remove: ${line.good.name.en}`, ru: `Убрать: ${line.good.name.ru}` }),
            onclick: () => basket.setQuantity(line, 0),
          },
          icon('bin'),
        ),
      );
    }),
  );
  if (focused) document.querySelector<HTMLElement>(`[data-focus="${focused}"]`)?.focus();

  need(HTMLElement, '#sums').replaceChildren(...sumsList(shop));
  const { goods, discount } = basket.sums();
  const missing = freeDeliveryFrom - (goods - discount);
  need(HTMLProgressElement, '#free-progress').value = Math.min(freeDeliveryFrom, goods - discount);
  need(HTMLElement, '#free-text').textContent =
    missing > 0
      ? say({
          en: `${shop.price(missing)} more and delivery is free`,
          ru: `Ещё ${shop.price(missing)}, и доставка бесплатно`,
        })
      : say({ en: 'Delivery is on us', ru: 'Доставка за наш счёт' });
}

need(HTMLElement, '#clear').addEventListener('click', () => basket.clear());
need(HTMLFormElement, '#promo').addEventListener('submit', (event) => {
  event.preventDefault();
  const code = need(HTMLInputElement, '#promo-code');
  const isGood = basket.applyPromo(code.value);
  code.setAttribute('aria-invalid', String(!isGood));
  need(HTMLElement, '#promo-note').textContent = isGood
    ? say({ en: 'The code works', ru: 'Код принят' })
    : say({ en: 'We do not know this code', ru: 'Такого кода мы не знаем' });
});
basket.onChange(paint);
shop.draw(paint);
