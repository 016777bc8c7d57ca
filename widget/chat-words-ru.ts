// Russian for the panel and the chat in it.

import type { ChatWords } from './chat.ts';

const plural = new Intl.PluralRules('ru');
const MINUTES: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'минуту', few: 'минуты' };
const UNREAD: Partial<Record<Intl.LDMLPluralRule, string>> = {
  one: 'непрочитанное сообщение',
  few: 'непрочитанных сообщения',
};

export const CHAT_RU: ChatWords = {
  greeting: 'Нужна помощь?',
  greetingText: 'Напишите нам. Ещё наш сотрудник может посмотреть эту страницу вместе с вами.',
  show: 'Показать мой экран',
  showHint: 'Подключится первый, кто освободится.',
  getCode: 'Получить код',
  getCodeHint: 'Если вы уже говорите с нами.',
  codeTitle: 'Ваш код',
  codeText: 'Назовите его тому, кто вам помогает. Показать страницу или нет, решаете вы.',
  codeWaiting: 'Секунду…',
  codeOver: 'Код больше не действует. Можно получить новый.',
  codeLeft: (minutes) => `Действует ещё ${minutes} ${MINUTES[plural.select(minutes)] ?? 'минут'}`,
  copy: 'Копировать',
  copied: 'Скопировано',
  uncode: 'Отменить код',
  offline: 'Нет связи. Написанное уйдёт, когда она вернётся.',
  refused: 'Не получилось. Попробуйте чуть позже.',
  title: 'Чат',
  log: 'Сообщения',
  write: 'Ваше сообщение',
  send: 'Отправить',
  older: 'Загружаем…',
  newest: 'Новые сообщения',
  you: 'Вы',
  team: 'Наши сотрудники',
  today: 'Сегодня',
  yesterday: 'Вчера',
  edited: 'изменено',
  deleted: 'Сообщение удалено',
  sending: 'Отправляем…',
  sent: 'Отправлено',
  delivered: 'Доставлено',
  read: 'Прочитано',
  failed: 'Не отправлено',
  retry: 'Отправить ещё раз',
  drop: 'Удалить',
  newTab: 'откроется в новой вкладке',
  typing: 'печатает…',
  unread: (count) => `${count} ${UNREAD[plural.select(count)] ?? 'непрочитанных сообщений'}`,
  happened: {
    assigned: (name) => `На связи: ${name}`,
    left: (name) => `Больше не на связи: ${name}`,
    closed: () => 'Разговор завершён. Пишите, если что-то ещё понадобится.',
    reopened: () => 'Разговор снова открыт',
  },
};
