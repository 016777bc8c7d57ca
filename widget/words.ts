// Everything that the visitor reads, in English and Russian. A sentence with a gap is a function. Easy to get wrong:
// the consent question is a promise (what is seen, what never is); change it only together with what capture masks.

import type { Ending } from '../protocol/messages.ts';

const en = {
  code: 'en',
  greeting: 'Need a hand?',
  greetingText: 'Someone from our team can look at this page together with you.',
  show: 'Show my screen',
  showHint: 'Whoever is free will join you.',
  getCode: 'Get a code',
  getCodeHint: 'For when you are already talking to us.',
  codeTitle: 'Your code',
  codeText: 'Tell it to the person helping you. They will ask to see this page, and you decide.',
  codeWaiting: 'One moment…',
  codeOver: 'The code has run out. You can get a new one.',
  codeLeft: (minutes: number) => `Good for ${minutes} more ${minutes === 1 ? 'minute' : 'minutes'}`,
  copy: 'Copy',
  copied: 'Copied',
  uncode: 'Stop sharing the code',
  close: 'Close',
  offline: 'We can’t be reached right now. Trying again…',
  refused: 'That did not work. Please try again in a little while.',
  asks: (name: string) => `${name} asks to see this page`,
  showTitle: 'Show this page to our team?',
  willSee: 'What will be seen',
  willSeeText: 'The pages of this site that you open in this browser, and how you move around on them.',
  neverSee: 'What is never seen',
  neverSeeText: 'Passwords and card numbers. Other sites, tabs and programs.',
  control: 'You can pause or stop at any moment.',
  allow: 'Allow',
  notNow: 'Not now',
  covered: 'Something was lying over this question. Please answer once more.',
  badge: 'Viewing of this page',
  viewed: (names: readonly string[]) => `${list(names, 'and')} ${names.length === 1 ? 'sees' : 'see'} this page`,
  unwatched: 'Nobody is watching right now',
  offering: 'Waiting for someone to join…',
  paused: 'Paused: nobody sees this page',
  lost: 'Connection lost. Reconnecting…',
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  ended: {
    visitor: 'You have stopped. Nobody sees this page any more.',
    operator: 'Viewing has ended. Nobody sees this page any more.',
    unwatched: 'Nobody was watching, so viewing has ended.',
    lost: 'The connection was gone for too long, so viewing has ended.',
    failed: 'Something went wrong, so viewing has ended. You can start again.',
  } satisfies Record<Ending, string>,
};

export type Words = typeof en;

const ru: Words = {
  code: 'ru',
  greeting: 'Нужна помощь?',
  greetingText: 'Наш сотрудник может посмотреть эту страницу вместе с вами.',
  show: 'Показать мой экран',
  showHint: 'Подключится первый, кто освободится.',
  getCode: 'Получить код',
  getCodeHint: 'Если вы уже говорите с нами.',
  codeTitle: 'Ваш код',
  codeText: 'Назовите его тому, кто вам помогает. Вас спросят, можно ли посмотреть страницу, — решаете вы.',
  codeWaiting: 'Секунду…',
  codeOver: 'Срок кода истёк. Можно получить новый.',
  codeLeft: (minutes) => `Действует ещё ${minutes} ${plural(minutes, 'минуту', 'минуты', 'минут')}`,
  copy: 'Копировать',
  copied: 'Скопировано',
  uncode: 'Отменить код',
  close: 'Закрыть',
  offline: 'Сейчас нет связи с нами. Пробуем ещё раз…',
  refused: 'Не получилось. Попробуйте чуть позже.',
  asks: (name) => `${name} просит показать эту страницу`,
  showTitle: 'Показать эту страницу нашим сотрудникам?',
  willSee: 'Что будет видно',
  willSeeText: 'Страницы этого сайта, которые вы открываете в этом браузере, и ваши действия на них.',
  neverSee: 'Что не видно никогда',
  neverSeeText: 'Пароли и номера карт. Другие сайты, вкладки и программы.',
  control: 'Можно приостановить или прекратить в любой момент.',
  allow: 'Разрешить',
  notNow: 'Не сейчас',
  covered: 'Что-то закрывало этот вопрос. Пожалуйста, ответьте ещё раз.',
  badge: 'Показ этой страницы',
  viewed: (names) => `${list(names, 'и')} ${names.length === 1 ? 'видит' : 'видят'} эту страницу`,
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
    unwatched: 'Никто не смотрел, поэтому показ завершён.',
    lost: 'Связи не было слишком долго, поэтому показ завершён.',
    failed: 'Что-то пошло не так, поэтому показ завершён. Можно начать снова.',
  },
};

function list(names: readonly string[], and: string): string {
  const last = names[names.length - 1] ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} ${and} ${last}` : last;
}

/** Russian: 1 минуту, 2 минуты, 5 минут, 11 минут, 21 минуту. */
function plural(count: number, one: string, few: string, many: string): string {
  const tens = count % 100;
  const ones = count % 10;
  if (ones === 1 && tens !== 11) return one;
  return ones >= 2 && ones <= 4 && (tens < 12 || tens > 14) ? few : many;
}

export function wordsFor(lang: string): Words {
  return /^ru/i.test(lang) ? ru : en;
}
