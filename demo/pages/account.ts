// The customer's account: a sign-in that believes everybody, the orders, the profile, the settings. The email, the
// birthday and the orders' addresses carry data-tandem="mask", as a careful owner would have it.

import { html, need } from '../shop/element.ts';
import { findGood, kinds, teaKinds } from '../shop/goods.ts';
import { orderStates, readOrders } from '../shop/orders.ts';
import { openShop } from '../shop/page.ts';
import { startTabs } from '../shop/tabs.ts';

const shop = openShop();
const { say, storage } = shop;
startTabs(need(HTMLElement, '#tabs'));
const avatar = need(HTMLElement, '#avatar');
const firstName = need(HTMLInputElement, '#first-name');
firstName.value = storage.getItem('shop.name') ?? firstName.value;

function paint(): void {
  const email = storage.getItem('shop.account');
  need(HTMLElement, '#login').hidden = email !== null;
  need(HTMLElement, '#account').hidden = email === null;
  need(HTMLElement, '#hello').textContent = say({
    en: `Hello, ${firstName.value}`,
    ru: `Здравствуйте, ${firstName.value}`,
  });
  need(HTMLElement, '#account-email').textContent = email ?? '';
  if (!avatar.style.backgroundImage) avatar.textContent = firstName.value.slice(0, 1);
  need(HTMLElement, '#order-rows').replaceChildren(
    ...readOrders(storage).map((order) => {
      const state = orderStates[order.state];
      return html(
        'tr',
        {},
        html('th', { scope: 'row' }, order.number),
        html('td', { class: 'nowrap' }, shop.date(new Date(order.day), 'short')),
        html(
          'td',
          {},
          html(
            'ul',
            { class: 'order-goods' },
            ...order.goods.map(({ id, quantity }) => {
              const good = findGood(id);
              return html(
                'li',
                {},
                good ? html('a', { href: `/product?id=${id}` }, say(good.name)) : id,
                quantity > 1 ? ` × ${quantity}` : '',
              );
            }),
          ),
        ),
        html('td', { 'data-tandem': 'mask' }, order.address),
        html('td', { class: 'price' }, shop.price(order.total)),
        html('td', {}, html('span', { class: state.look }, say(state.words))),
      );
    }),
  );
  const favourite = need(HTMLSelectElement, '#favourite');
  const chosen = [...favourite.selectedOptions].map((option) => option.value);
  favourite.replaceChildren(
    ...teaKinds.map((kind) => html('option', { value: kind, selected: chosen.includes(kind) }, say(kinds[kind]))),
  );
}

need(HTMLFormElement, '#login-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const email = need(HTMLInputElement, '#login-email');
  const isGood = email.checkValidity() && need(HTMLInputElement, '#login-password').value !== '';
  const problem = need(HTMLElement, '#login-problem');
  problem.hidden = isGood;
  problem.textContent = isGood
    ? ''
    : say({ en: 'Any email and any password, but not none', ru: 'Любая почта и любой пароль, но не пустые' });
  if (!isGood) return;
  storage.setItem('shop.account', email.value);
  paint();
});
const show = need(HTMLButtonElement, '#login-show');
show.addEventListener('click', () => {
  const password = need(HTMLInputElement, '#login-password');
  const isShown = password.type === 'text';
  password.type = isShown ? 'password' : 'text';
  show.setAttribute('aria-pressed', String(!isShown));
});
need(HTMLElement, '#leave').addEventListener('click', () => {
  storage.removeItem('shop.account');
  paint();
});
need(HTMLFormElement, '#profile-form').addEventListener('submit', (event) => {
  event.preventDefault();
  storage.setItem('shop.name', firstName.value);
  paint();
  shop.notice({ en: 'Saved', ru: 'Сохранено' });
});
need(HTMLInputElement, '#colour').addEventListener('input', (event) => {
  if (event.target instanceof HTMLInputElement) avatar.style.backgroundColor = event.target.value;
});
need(HTMLInputElement, '#photo').addEventListener('change', (event) => {
  const file = event.target instanceof HTMLInputElement ? event.target.files?.[0] : undefined;
  if (!file) return;
  avatar.textContent = '';
  avatar.style.backgroundImage = `url(${URL.createObjectURL(file)})`;
});
for (const toggle of document.querySelectorAll<HTMLInputElement>('[data-setting]')) {
  const key = `shop.setting.${toggle.dataset['setting'] ?? ''}`;
  const saved = storage.getItem(key);
  if (saved !== null) toggle.checked = saved === 'on';
  toggle.addEventListener('change', () => storage.setItem(key, toggle.checked ? 'on' : 'off'));
}

shop.draw(paint);
