// What customers wrote, a few for each kind of goods, in both languages. Pure data; reviews that are written on the page
// are the page's own.

import { isTea, type Good } from './goods.ts';
import type { Words } from './language.ts';

export interface Review {
  readonly name: Words;
  readonly stars: number;
  readonly day: string;
  readonly text: Words;
}

const ofTea: readonly Review[] = [
  {
    name: { en: 'Vera', ru: 'Вера' },
    stars: 5,
    day: '2026-03-11',
    text: {
      en: 'I brewed it by the card, fifteen seconds, and did not believe it. Then I did it again. The fifth steeping was the best one.',
      ru: 'Заварила по карточке, пятнадцать секунд, и не поверила. Заварила ещё раз. Лучшим оказался пятый пролив.',
    },
  },
  {
    name: { en: 'Ildar', ru: 'Ильдар' },
    stars: 5,
    day: '2026-02-20',
    text: {
      en: 'The leaf is whole, there is no dust at the bottom of the pack. The date of the harvest is written by hand, a small thing, but I like it.',
      ru: 'Лист целый, пыли на дне пачки нет. Дата сбора вписана от руки: мелочь, а приятно.',
    },
  },
  {
    name: { en: 'Konstantin P.', ru: 'Константин П.' },
    stars: 4,
    day: '2026-01-07',
    text: {
      en: 'Good tea. Took one star off because the post needed eleven days, which is not the shop’s fault, but I did wait.',
      ru: 'Чай хороший. Звезду снял за почту: шло одиннадцать дней. Магазин не виноват, но ждал-то я.',
    },
  },
];

const ofWare: readonly Review[] = [
  {
    name: { en: 'Olga', ru: 'Ольга' },
    stars: 5,
    day: '2026-04-02',
    text: {
      en: 'Came packed like a bird’s nest. It sits in the hand so well that I now wash the cup first and everything else later.',
      ru: 'Приехало, как в птичьем гнезде. Лежит в руке так, что теперь мою сначала её, а остальное потом.',
    },
  },
  {
    name: { en: 'Timur and Sasha', ru: 'Тимур и Саша' },
    stars: 5,
    day: '2026-02-14',
    text: {
      en: 'We gave it to my mother. She rang to say that it was too good for every day, and the next morning sent a picture of it with porridge.',
      ru: 'Подарили маме. Позвонила сказать, что это слишком хорошо на каждый день, а утром прислала снимок с кашей.',
    },
  },
  {
    name: { en: 'Anna K.', ru: 'Анна К.' },
    stars: 4,
    day: '2025-12-18',
    text: {
      en: 'The shade is a little cooler than on my screen. In daylight it is exactly right.',
      ru: 'Оттенок чуть холоднее, чем на моём экране. При дневном свете всё совпало.',
    },
  },
];

export function reviewsOf(good: Good): readonly Review[] {
  return isTea(good) ? ofTea : ofWare;
}
