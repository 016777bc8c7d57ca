// What of the chat is loaded when a conversation has pictures or sound in it, or the visitor speaks: most have neither.
// What the chat has already is handed in, or it would be in one more file that both load.

import type { ChatDoor } from './chat-door.ts';
import type { draw } from './chat-icons.ts';
import type { MEDIA_EN } from './chat-media-words-en.ts';
import { createPictures, type Pictures } from './chat-pictures.ts';
import { createVoice, type Voice } from './chat-voice.ts';

export type MediaWords = typeof MEDIA_EN;

export type MediaDoor = {
  draw: typeof draw;
  addStyles(css: string): void;
  /** Of a file that was said. Throws when it can't be had. */
  fetched(file: string, what: 'preview' | 'content'): Promise<Blob>;
};

export type Media = Pictures & Voice;

const STYLES = `
.large{position:fixed;inset:0;z-index:1;display:grid;grid-template-rows:minmax(0,1fr) auto;justify-items:center;gap:12px;padding:20px;background:#000d;cursor:zoom-out}
.large canvas{max-width:100%;max-height:100%;min-height:0;align-self:center;object-fit:contain}
.voice{align-items:center}
.time{flex:1;font-variant-numeric:tabular-nums}
.dot{width:10px;height:10px;border-radius:5px;background:#d13438}
.sounds{color:var(--accent)}
`;

export async function loadMedia(door: ChatDoor, media: MediaDoor): Promise<Media> {
  const words: MediaWords =
    door.words.code === 'ru'
      ? (await import('./chat-media-words-ru.ts')).MEDIA_RU
      : (await import('./chat-media-words-en.ts')).MEDIA_EN;
  media.addStyles(STYLES);
  return { ...createPictures(door, words, media), ...createVoice(door, words, media) };
}
