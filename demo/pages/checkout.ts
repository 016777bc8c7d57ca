// The checkout: address, time, card and account fields with masks and messages in both languages. Nothing leaves the
// browser. Easy to get wrong: a mask moves the caret, so it is put back after the same number of digits.

import { html, need } from '../shop/element.ts';
import { openShop } from '../shop/page.ts';
import { placeOrder } from '../shop/orders.ts';
import { sumsList } from '../shop/sums-list.ts';

const shop = openShop();
const { say, basket } = shop;
const form = need(HTMLFormElement, '#order');
const input = (id: string): HTMLInputElement => need(HTMLInputElement, `#${id}`);
const day = input('day');
const slot = need(HTMLSelectElement, '#slot');
const comment = need(HTMLTextAreaElement, '#comment');
const chosen = (name: string): string => need(HTMLInputElement, `[name="${name}"]:checked`, form).value;

const iso = (ahead: number): string => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
day.min = iso(1);
day.max = iso(30);

function startMask(field: HTMLInputElement, shape: (digits: string) => string): void {
  field.addEventListener('input', () => {
    const caret = field.selectionStart ?? field.value.length;
    const digitsBefore = field.value.slice(0, caret).replace(/\D/g, '').length;
    const isAtEnd = caret === field.value.length;
    field.value = shape(field.value.replace(/\D/g, ''));
    if (isAtEnd) return;
    let place = 0;
    for (let seen = 0; place < field.value.length && seen < digitsBefore; place += 1)
      if (/\d/.test(field.value[place] ?? '')) seen += 1;
    field.setSelectionRange(place, place);
  });
}

startMask(input('phone'), (digits) => {
  const own = digits.replace(/^[78]/, '').slice(0, 10);
  if (own === '') return digits === '' ? '' : '+7';
  let text = `+7 (${own.slice(0, 3)}`;
  if (own.length > 3) text += `) ${own.slice(3, 6)}`;
  if (own.length > 6) text += `-${own.slice(6, 8)}`;
  if (own.length > 8) text += `-${own.slice(8)}`;
  return text;
});
startMask(input('postcode'), (digits) => digits.slice(0, 6));
startMask(input('card-number'), (digits) => digits.slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 '));
startMask(input('card-exp'), (digits) => (digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2, 4)}` : digits));
startMask(input('card-csc'), (digits) => digits.slice(0, 4));

function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 13) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isCardDate(text: string): boolean {
  const [month, year] = text.split('/').map(Number);
  if (month === undefined || year === undefined || month < 1 || month > 12) return false;
  return new Date(2000 + year, month, 1) > new Date();
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What is wrong with a field, in words; nothing when it is well or not asked for. */
function problemOf(field: Field): string | undefined {
  if (field.closest('[hidden]') || field.disabled) return undefined;
  const value = field.value.trim();
  if (field instanceof HTMLInputElement && field.type === 'checkbox')
    return field.required && !field.checked
      ? say({ en: 'We need your agreement to sell you anything', ru: 'Без согласия мы не можем ничего продать' })
      : undefined;
  if (value === '') return field.required ? say({ en: 'Please fill this in', ru: 'Заполните, пожалуйста' }) : undefined;
  switch (field.id) {
    case 'email':
      return field.validity.typeMismatch || !value.includes('.')
        ? say({ en: 'An email looks like name@example.com', ru: 'Почта выглядит так: name@example.com' })
        : undefined;
    case 'phone':
      return field.validity.patternMismatch
        ? say({ en: 'Ten digits after +7, please', ru: 'Нужно десять цифр после +7' })
        : undefined;
    case 'postcode':
      return field.validity.patternMismatch
        ? say({ en: 'A postcode is six digits', ru: 'В индексе шесть цифр' })
        : undefined;
    case 'day':
      return field.validity.rangeUnderflow || field.validity.rangeOverflow
        ? say({
            en: 'We deliver from tomorrow and up to a month ahead',
            ru: 'Доставляем с завтрашнего дня и на месяц вперёд',
          })
        : undefined;
    case 'card-number':
      return isCardNumber(value) ? undefined : say({ en: 'One of the digits is wrong', ru: 'В номере опечатка' });
    case 'card-exp':
      return isCardDate(value)
        ? undefined
        : say({ en: 'The card has expired, or the date is wrong', ru: 'Срок истёк или указан неверно' });
    case 'card-csc':
      return value.length < 3 ? say({ en: 'Three digits from the back', ru: 'Три цифры с оборота' }) : undefined;
    case 'password':
      return value.length < 8 ? say({ en: 'Eight characters or more', ru: 'Не меньше восьми знаков' }) : undefined;
    default:
      return undefined;
  }
}

const fields = (): readonly Field[] => [
  ...form.querySelectorAll<Field>('input:not([type="radio"]):not(#make-account), select, textarea'),
];

function showProblem(field: Field): string | undefined {
  const problem = problemOf(field);
  const box = field.closest('.field') ?? field.closest('.check')?.parentElement;
  const id = `${field.id}-problem`;
  document.getElementById(id)?.remove();
  field.setAttribute('aria-invalid', String(problem !== undefined));
  if (problem === undefined) field.removeAttribute('aria-describedby');
  else {
    field.setAttribute('aria-describedby', id);
    box?.append(html('p', { class: 'field-error', id }, problem));
  }
  return problem;
}

form.addEventListener('focusout', (event) => {
  const field = event.target;
  if (
    (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement) &&
    field.value !== '' &&
    field.id !== '' &&
    fields().includes(field)
  )
    showProblem(field);
});
form.addEventListener('input', (event) => {
  if (event.target instanceof HTMLInputElement && event.target.getAttribute('aria-invalid') === 'true')
    showProblem(event.target);
});
form.addEventListener('change', () => {
  need(HTMLElement, '#address').hidden = chosen('way') === 'self';
  need(HTMLElement, '#card').hidden = chosen('pay') !== 'card';
  need(HTMLElement, '#password-field').hidden = !input('make-account').checked;
  input('password').required = input('make-account').checked;
});

const showPassword = need(HTMLButtonElement, '#show-password');
showPassword.addEventListener('click', () => {
  const isShown = input('password').type === 'text';
  input('password').type = isShown ? 'password' : 'text';
  showPassword.setAttribute('aria-pressed', String(!isShown));
});
input('password').addEventListener('input', () => {
  const value = input('password').value;
  need(HTMLMeterElement, '#strength').value =
    Math.min(2, Math.floor(value.length / 6)) + Number(/\d/.test(value)) + Number(/[^\p{L}\d]/u.test(value));
});

function paintComment(): void {
  const left = 280 - comment.value.length;
  need(HTMLElement, '#comment-left').textContent = say({
    en: `${left} characters left`,
    ru: `осталось знаков: ${left}`,
  });
}
comment.addEventListener('input', paintComment);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const bad = fields().filter((field) => showProblem(field) !== undefined);
  const problem = need(HTMLElement, '#order-problem');
  problem.hidden = bad.length === 0;
  if (bad[0]) {
    problem.textContent = say({ en: `Fields to mend: ${bad.length}`, ru: `Полей с ошибкой: ${bad.length}` });
    bad[0].focus();
    return;
  }
  const order = placeOrder(shop.storage, {
    day: new Date().toISOString().slice(0, 10),
    goods: basket.lines().map(({ id, quantity }) => ({ id, quantity })),
    total: basket.sums().total,
    address:
      chosen('way') === 'self'
        ? say({ en: 'Collected from the workshop', ru: 'Самовывоз из мастерской' })
        : `${input('city').value}, ${input('street').value}`,
  });
  const name = input('name').value.trim().split(/\s+/)[0] ?? '';
  const when = shop.date(new Date(day.value));
  need(HTMLElement, '#checkout').hidden = true;
  const thanks = need(HTMLElement, '#thanks');
  thanks.hidden = false;
  need(HTMLElement, '#thanks-title').textContent = say({ en: `Thank you, ${name}`, ru: `Спасибо, ${name}` });
  need(HTMLElement, '#thanks-text').textContent = say({
    en: `Order ${order.number} is being packed. Expect it on ${when}, ${slot.value.replace('-', '–')} h. We have written to you about it.`,
    ru: `Заказ ${order.number} собирается. Ждите ${when}, ${slot.value.replace('-', '–')} ч. Подробности в письме.`,
  });
  thanks.focus();
  window.scrollTo({ top: 0 });
  basket.clear();
});

function paint(): void {
  const lines = basket.lines();
  need(HTMLElement, '#mini-lines').replaceChildren(
    ...lines.map((line) =>
      html(
        'li',
        {},
        html('img', { src: `/pictures/${line.id}.webp`, width: 56, height: 56, alt: '' }),
        html('span', {}, say(line.good.name), html('small', { class: 'soft' }, ` × ${line.quantity}`)),
        html('span', { class: 'price' }, shop.price(line.price)),
      ),
    ),
    ...(lines.length === 0
      ? [html('li', { class: 'soft' }, say({ en: 'The basket is empty.', ru: 'Корзина пуста.' }))]
      : []),
  );
  need(HTMLElement, '#sums').replaceChildren(...sumsList(shop));
  need(HTMLButtonElement, '#place-order').disabled = lines.length === 0;
  const [morning, evening] = slot.querySelectorAll('optgroup');
  if (morning) morning.label = say({ en: 'Morning', ru: 'Утро' });
  if (evening) evening.label = say({ en: 'Evening', ru: 'Вечер' });
  for (const field of fields()) if (field.getAttribute('aria-invalid') === 'true') showProblem(field);
  paintComment();
}

basket.onChange(() => {
  if (!need(HTMLElement, '#checkout').hidden) paint();
});
shop.draw(paint);
