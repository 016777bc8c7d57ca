// Russian. The type is that of search-en.ts.

import type { SearchTexts } from './search-en.ts';
import { plural } from './plural.ts';

export const searchRu: SearchTexts = {
  label: 'Поиск в диалогах',
  placeholder: 'Поиск по сообщениям и людям',
  clear: 'Закончить поиск',
  filter: 'Добавить фильтр',
  filters: 'Фильтры',
  chips: {
    status: 'Состояние',
    waiting: 'Ждёт ответа',
    unread: 'Не прочитано мной',
    operator: 'Оператор',
    site: 'Сайт',
    from: 'С',
    to: 'По',
    person: 'Имя, телефон или почта',
    id: 'Номер кончается на',
    least: 'Сообщений не меньше',
    most: 'Сообщений не больше',
    contact: 'Все диалоги человека',
  },
  statuses: { open: 'Открыт', closed: 'Закрыт' },
  remove: (name) => `Убрать фильтр: ${name}`,
  results: 'Результаты поиска',
  found: (count, hasMore) =>
    hasMore
      ? plural('ru', count, {
          one: 'Найден # и есть ещё',
          few: 'Найдено # и есть ещё',
          many: 'Найдено # и есть ещё',
          other: 'Найдено # и есть ещё',
        })
      : plural('ru', count, { one: 'Найден #', few: 'Найдено #', many: 'Найдено #', other: 'Найдено #' }),
  people: 'Люди',
  messages: 'Сообщения',
  asking: 'Ищем…',
  nothing: 'Ничего не найдено',
  nothingText:
    'Попробуйте другие слова или уберите фильтр. Слова находятся в любой форме, а то, что в «кавычках», — подряд.',
  tooLong: 'Поиск занимает слишком много времени. Добавьте слово или фильтр.',
  tooLongSome: 'Просмотрено не всё. Добавьте слово или фильтр или ищите дальше.',
  goOn: 'Искать дальше',
  unavailable: 'Сервер сейчас не может искать.',
  offline: 'Нет связи. Поиск продолжится, когда она появится.',
  again: 'Повторить',
  keys: 'стрелки — перейти · Enter — открыть · Esc — закончить',
  foundHere: 'Найдено здесь',
  all: 'Все диалоги этого человека',
  saved: 'Сохранённые поиски',
  noneSaved: 'Пока нет. Найдите что-нибудь и сохраните здесь под своим именем.',
  save: 'Сохранить этот поиск',
  saveName: 'Название',
  saveShared: 'Для всех операторов',
  saveButton: 'Сохранить',
  shared: 'Для всех',
  rename: (name) => `Переименовать «${name}»`,
  forget: (name) => `Удалить «${name}»`,
  forgetAgain: 'Нажмите ещё раз, чтобы удалить',
  use: (name) => `Искать: ${name}`,
  notSaved: (why) => `Поиск не сохранён: ${why}`,
};
