// Russian. Names stay as they are: nobody's gender or case is known.

import type { HandWords } from './hand-words-en.ts';

const LEAVE = 'Прекратить можно в любой момент: кнопкой или двойным нажатием Escape.';

export const HAND_RU: HandWords = {
  questions: {
    point: (name) => ({
      title: `${name} просит разрешить указывать на этой странице`,
      willSee: 'Что станет возможно',
      willSeeText: 'Вы увидите указатель и рамки с подсказками вокруг нужных мест.',
      neverSee: 'Что останется невозможным',
      neverSeeText: 'Нажимать, печатать и что-либо менять.',
      control: LEAVE,
    }),
    control: (name) => ({
      title: `${name} просит разрешить пользоваться мышью и клавиатурой на этой странице`,
      willSee: 'Что станет возможно',
      willSeeText:
        'Нажимать, печатать и прокручивать за вас на этом сайте. Вы видите всё, и ваши собственные действия важнее.',
      neverSee: 'Что останется закрытым',
      neverSeeText: 'Пароли, платёжные поля и скрытые места. Другие сайты, вкладки и программы.',
      control: LEAVE,
    }),
  },
  has: {
    point: (name) => `${name} указывает на странице`,
    control: (name) => `${name} управляет страницей`,
  },
  onHold: {
    point: (name) => `${name} сейчас не может указывать`,
    control: (name) => `${name} сейчас ничего не может сделать`,
  },
  takeBack: { point: 'Убрать указатель', control: 'Забрать управление' },
  shows: (name, note) => (note ? `${name} указывает: ${note}` : `${name} указывает место на странице`),
};
