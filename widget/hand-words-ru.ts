// Russian. Names stay as they are: nobody's gender or case is known.

import type { HandWords } from './hand-words-en.ts';

const ways = new Intl.ListFormat('ru');

const leave = (hasKeys: boolean) =>
  `Прекратить можно в любой момент: кнопкой${hasKeys ? ' или двойным нажатием Escape' : ''}.`;

export const HAND_RU: HandWords = {
  questions: {
    point: (name, hasKeys) => ({
      title: `${name} просит разрешить указывать на этой странице`,
      willSee: 'Что станет возможно',
      willSeeText: 'Вы увидите указатель, пометки и рамки с подсказками вокруг нужных мест.',
      neverSee: 'Что останется невозможным',
      neverSeeText: 'Нажимать, печатать и что-либо менять.',
      control: leave(hasKeys),
    }),
    suggest: (name, hasKeys) => ({
      title: `${name} просит разрешить подсказывать, что нажать и написать`,
      willSee: 'Что станет возможно',
      willSeeText:
        'Вы увидите, что предлагается нажать или написать. Это произойдёт, только если вы каждый раз согласитесь.',
      neverSee: 'Что останется невозможным',
      neverSeeText: 'Что-либо делать без вашего согласия. Пароли, платёжные поля и скрытые места.',
      control: leave(hasKeys),
    }),
    control: (name, hasKeys) => ({
      title: `${name} просит разрешить пользоваться мышью и клавиатурой на этой странице`,
      willSee: 'Что станет возможно',
      willSeeText:
        'Нажимать, печатать и прокручивать за вас на этом сайте. Вы видите всё, и ваши собственные действия важнее.',
      neverSee: 'Что останется закрытым',
      neverSeeText: 'Пароли, платёжные поля и скрытые места. Другие сайты, вкладки и программы.',
      control: leave(hasKeys),
    }),
  },
  given: (name, grants) => ({
    title:
      name === undefined
        ? 'Показать страницу нашей команде и разрешить помогать на ней?'
        : `${name} просит показать эту страницу и разрешить помогать на ней`,
    willSee: 'Что станет возможно',
    willSeeText: `Видеть страницы этого сайта, которые вы открываете в этом браузере, и ваши действия на них. Также ${ways.format(
      grants.map((grant) => HAND_RU.doing[grant]),
    )}.`,
    control: 'Можно приостановить или прекратить показ в любой момент, а каждое из разрешений отозвать отдельно.',
  }),
  doing: {
    point: 'указывать на нужные места',
    suggest: 'подсказывать, что нажать и написать (каждый раз решаете вы)',
    control: 'нажимать, печатать и прокручивать за вас',
  },
  pausedHere: 'На этой странице управление отключено',
  has: {
    point: (name) => `${name} указывает на странице`,
    suggest: (name) => `${name} подсказывает, что сделать`,
    control: (name) => `${name} управляет страницей`,
  },
  grant: { point: 'указатель', suggest: 'подсказки', control: 'управление' },
  takeBack: {
    point: (name) => `Убрать указатель: ${name}`,
    suggest: (name) => `Убрать подсказки: ${name}`,
    control: (name) => `Забрать управление: ${name}`,
  },
  draws: (name) => `${name} рисует на странице`,
  record: {
    open: (count) => `Сделано · ${count}`,
    over: 'Визит окончен',
    did: (names, count) => `${new Intl.ListFormat('ru').format(names)}: сделано на этом сайте — ${count}.`,
    see: 'Посмотреть',
    download: 'Скачать',
  },
  shows: (name, note) => (note ? `${name} указывает: ${note}` : `${name} указывает место на странице`),
  suggestedBy: (name) => `${name} предлагает:`,
  suggests: {
    click: (what) => (what ? `нажать «${what}»` : 'нажать здесь'),
    write: (what) => (what ? `внести в «${what}»:` : 'внести сюда:'),
    empty: (what) => (what ? `очистить «${what}»` : 'очистить это поле'),
  },
  accept: 'Сделать',
  decline: 'Не надо',
  bring: 'Показать',
  keys: 'Клавиши: Alt+Enter — сделать, Escape — не надо',
  failed: 'Это не получилось: страница изменилась. Ничего не сделано.',
  gives: (name, file, size, field) =>
    `${name} предлагает вставить файл «${file}» (${size}) ${field ? `в поле «${field}»` : 'на эту страницу'}`,
  asksFile: (name, field) => `${name} просит выбрать файл${field ? ` для поля «${field}»` : ''}`,
  putIn: 'Вставить',
  chooseFile: 'Выбрать файл…',
  noFile: 'Нет',
  picture: 'Изображение из файла',
};
