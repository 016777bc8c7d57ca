// The booking form, in a frame of the workshop's page. Nothing is sent; the answer is written under the button. The next
// four Saturdays are offered, never today.

import { html, need } from '../shop/element.ts';
import { openFrame } from '../shop/frame.ts';

const speech = openFrame();

function paint(): void {
  const day = need(HTMLSelectElement, '#visit-day');
  const chosen = Math.max(0, day.selectedIndex);
  const next = new Date();
  next.setDate(next.getDate() + ((6 - next.getDay() + 7) % 7 || 7));
  day.replaceChildren(
    ...[0, 7, 14, 21].map((ahead, at) => {
      const saturday = new Date(next.getTime() + ahead * 86_400_000);
      const text = new Intl.DateTimeFormat(speech.current(), { day: 'numeric', month: 'long' }).format(saturday);
      return html('option', { value: saturday.toISOString().slice(0, 10), selected: at === chosen }, text);
    }),
  );
}

need(HTMLFormElement, '#visit').addEventListener('submit', (event) => {
  event.preventDefault();
  const day = need(HTMLSelectElement, '#visit-day').selectedOptions[0]?.textContent ?? '';
  const hour = need(HTMLInputElement, '[name="hour"]:checked').value;
  const name = need(HTMLInputElement, '#visit-name').value;
  need(HTMLElement, '#visit-result').textContent = speech.say({
    en: `${name}, we wait for you on ${day} at ${hour}. Bring an apron.`,
    ru: `${name}, ждём вас ${day} в ${hour}. Возьмите фартук.`,
  });
});
speech.onChange(paint);
paint();
