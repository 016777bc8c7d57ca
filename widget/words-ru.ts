// Russian.

import type { Words } from './words.ts';

const list = new Intl.ListFormat('ru');

export const RU: Words = {
  code: 'ru',
  greeting: 'Нужна помощь?',
  greetingText: 'Наш сотрудник может посмотреть эту страницу вместе с вами.',
  show: 'Показать мой экран',
  showHint: 'Подключится первый, кто освободится.',
  getCode: 'Получить код',
  getCodeHint: 'Если вы уже говорите с нами.',
  codeTitle: 'Ваш код',
  codeText: 'Назовите его тому, кто вам помогает. Показать страницу или нет, решаете вы.',
  codeWaiting: 'Секунду…',
  codeOver: 'Срок кода истёк. Можно получить новый.',
  codeLeft: (minutes) => `Действует ещё ${minutes} ${plural(minutes, 'минуту', 'минуты', 'минут')}`,
  copy: 'Копировать',
  copied: 'Скопировано',
  uncode: 'Отменить код',
  close: 'Закрыть',
  offline: 'Нет связи. Пробуем ещё раз…',
  refused: 'Не получилось. Попробуйте чуть позже.',
  asks: (name) => `${name} просит показать эту страницу`,
  showTitle: 'Показать эту страницу нашим сотрудникам?',
  willSee: 'Что будет видно',
  willSeeText: 'Страницы этого сайта в этом браузере и ваши действия на них.',
  neverSee: 'Что не видно никогда',
  neverSeeText: 'Пароли и номера карт. Другие сайты, вкладки и программы.',
  control: 'Можно приостановить или прекратить в любой момент.',
  allow: 'Разрешить',
  notNow: 'Не сейчас',
  covered: 'Этот вопрос был закрыт. Ответьте ещё раз.',
  badge: 'Показ этой страницы',
  viewed: (names) => `${list.format(names)} ${names.length === 1 ? 'видит' : 'видят'} эту страницу`,
  unwatched: 'Сейчас никто не смотрит',
  offering: 'Ждём, кто подключится…',
  paused: 'Пауза: страницу никто не видит',
  lost: 'Связь прервалась. Восстанавливаем…',
  pause: 'Пауза',
  resume: 'Продолжить',
  stop: 'Стоп',
  ended: {
    visitor: 'Показ прекращён. Страницу больше никто не видит.',
    operator: 'Показ завершён. Страницу больше никто не видит.',
    unwatched: 'Никто не смотрел, показ завершён.',
    lost: 'Связи не было слишком долго, показ завершён.',
    failed: 'Показ прервался. Можно начать снова.',
  },
};

/** Russian:1 минуту, 2 минуты, 5 минут, 11 минут, 21 минуту. */
function plural(count: number, one: string, few: string, many: string): string {
  const tens = count % 100;
  const ones = count % 10;
  if (ones === 1 && tens !== 11) return one;
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? few : many;
}
