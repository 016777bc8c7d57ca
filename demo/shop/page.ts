// Owns what every page of the shop has: header, language, theme, basket count, the short notice at the bottom. A page's
// script calls `openShop` once and works with what it returns. Does not own any page's content.

import { createBasket, type Basket } from './basket.ts';
import { html, icon, need } from './element.ts';
import { counted, createSpeech, type Speech, type Words } from './language.ts';

export interface Shop {
  readonly speech: Speech;
  readonly basket: Basket;
  readonly storage: Storage;
  say(words: Words): string;
  price(rubles: number): string;
  date(day: Date, style?: 'long' | 'short'): string;
  /** Draws now, and again whenever the language changes. */
  draw(paint: () => void): void;
  notice(words: Words, link?: { readonly href: string; readonly words: Words }): void;
}

export function openShop(): Shop {
  const storage = localStorage;
  const speech = createSpeech(document, storage);
  const basket = createBasket(storage, window);

  startHeader(speech, storage);
  const badge = need(HTMLElement, '#basket-count');
  const basketLink = need(HTMLAnchorElement, '#basket-link');
  const showCount = (): void => {
    const count = basket.count();
    badge.textContent = String(count);
    badge.hidden = count === 0;
    const goods = counted(speech.current(), count, {
      en: ['item', 'items'],
      ru: ['товар', 'товара', 'товаров'],
    });
    basketLink.setAttribute('aria-label', speech.say({ en: `Basket, ${goods}`, ru: `Корзина, ${goods}` }));
  };
  basket.onChange(() => {
    showCount();
    badge.classList.remove('is-bumped');
    // Reading the width restarts the animation.
    void badge.offsetWidth;
    badge.classList.add('is-bumped');
  });
  showCount();
  speech.onChange(showCount);

  let noticeTimer = 0;
  return {
    speech,
    basket,
    storage,
    say: (words) => speech.say(words),
    price: (rubles) =>
      new Intl.NumberFormat(speech.current() === 'ru' ? 'ru-RU' : 'en-GB', {
        style: 'currency',
        currency: 'RUB',
        currencyDisplay: 'narrowSymbol',
        maximumFractionDigits: 0,
      }).format(rubles),
    date: (day, style = 'long') =>
      new Intl.DateTimeFormat(
        speech.current() === 'ru' ? 'ru-RU' : 'en-GB',
        style === 'long' ? { day: 'numeric', month: 'long', year: 'numeric' } : { day: 'numeric', month: 'short' },
      ).format(day),
    draw(paint) {
      paint();
      speech.onChange(paint);
    },
    notice(words, link) {
      const place = need(HTMLElement, '#notice');
      place.replaceChildren(
        icon('check'),
        html('span', {}, speech.say(words)),
        link ? html('a', { href: link.href }, speech.say(link.words)) : '',
      );
      place.classList.add('is-shown');
      clearTimeout(noticeTimer);
      noticeTimer = window.setTimeout(() => place.classList.remove('is-shown'), 4_000);
    },
  };
}

function startHeader(speech: Speech, storage: Storage): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-language]')) {
    const language = button.dataset['language'] === 'ru' ? 'ru' : 'en';
    const mark = (): void => button.setAttribute('aria-pressed', String(speech.current() === language));
    button.addEventListener('click', () => speech.choose(language));
    speech.onChange(mark);
    mark();
  }

  const root = document.documentElement;
  const theme = need(HTMLButtonElement, '#theme');
  theme.addEventListener('click', () => {
    const isDark =
      root.dataset['theme'] === 'dark' ||
      (root.dataset['theme'] !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
    root.dataset['theme'] = isDark ? 'light' : 'dark';
    storage.setItem('shop.theme', isDark ? 'light' : 'dark');
  });

  const menu = need(HTMLButtonElement, '#menu');
  const nav = need(HTMLElement, '#site-nav');
  const setOpen = (isOpen: boolean): void => {
    nav.classList.toggle('is-open', isOpen);
    menu.setAttribute('aria-expanded', String(isOpen));
    menu.replaceChildren(icon(isOpen ? 'close' : 'menu'));
  };
  menu.addEventListener('click', () => setOpen(!nav.classList.contains('is-open')));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && nav.classList.contains('is-open')) {
      setOpen(false);
      menu.focus();
    }
  });

  const here = location.pathname.replace(/\.html$/, '');
  for (const link of nav.querySelectorAll('a')) {
    const there = new URL(link.href).pathname;
    if (there === here || (there !== '/' && here.startsWith(`${there}/`))) link.setAttribute('aria-current', 'page');
  }
}
