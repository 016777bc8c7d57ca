// Russian. The type is that of chat-media-words-en.ts.

import type { MediaWords } from './chat-media.ts';

export const MEDIA_RU: MediaWords = {
  recording: 'Идёт запись',
  recorded: 'Записано',
  stop: 'Остановить',
  discard: 'Удалить',
  listen: 'Прослушать',
  send: 'Отправить',
  closePicture: 'Закрыть',
  fileName: 'Голосовое',
  noMicrophone: 'Микрофона нет, или браузер его не разрешает.',
  unplayable: 'Этот браузер не может это воспроизвести.',
};
