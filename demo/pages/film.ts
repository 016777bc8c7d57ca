// The film's page: a video with the shop's own controls: play, seek, chapters, volume, speed, full screen. Nothing plays
// by itself; playing and full screen may be refused by the browser, and the controls then show what is the case.

import { icon, need } from '../shop/element.ts';
import { openShop } from '../shop/page.ts';

const shop = openShop();
const video = need(HTMLVideoElement, '#video');
const seek = need(HTMLInputElement, '#seek');
const play = need(HTMLButtonElement, '#play');
const mute = need(HTMLButtonElement, '#mute');

function toggle(): void {
  // A refusal (a page in the background, a saving mode) leaves the film paused, and the button says so.
  if (video.paused) video.play().catch(paint);
  else video.pause();
}

function paint(): void {
  need(HTMLElement, '#player').classList.toggle('is-playing', !video.paused);
  play.replaceChildren(icon(video.paused ? 'play' : 'pause'));
  play.setAttribute(
    'aria-label',
    video.paused ? shop.say({ en: 'Play', ru: 'Смотреть' }) : shop.say({ en: 'Pause', ru: 'Пауза' }),
  );
  const isSilent = video.muted || video.volume === 0;
  mute.replaceChildren(icon(isSilent ? 'mute' : 'sound'));
  mute.setAttribute(
    'aria-label',
    isSilent ? shop.say({ en: 'Sound on', ru: 'Включить звук' }) : shop.say({ en: 'Sound off', ru: 'Выключить звук' }),
  );
}

function paintTime(): void {
  if (Number.isFinite(video.duration)) seek.value = String((video.currentTime / video.duration) * 1000);
  seek.style.setProperty('--done', `${Number(seek.value) / 10}%`);
  need(HTMLElement, '#clock').textContent = `0:${String(Math.floor(video.currentTime)).padStart(2, '0')}`;
  for (const chapter of document.querySelectorAll<HTMLElement>('#chapters button')) {
    const next = chapter.closest('li')?.nextElementSibling?.querySelector<HTMLElement>('button');
    const isNow =
      video.currentTime >= Number(chapter.dataset['at']) && video.currentTime < Number(next?.dataset['at'] ?? Infinity);
    chapter.toggleAttribute('data-now', isNow && (!video.paused || video.currentTime > 0));
  }
}

play.addEventListener('click', toggle);
need(HTMLElement, '#big-play').addEventListener('click', toggle);
video.addEventListener('click', toggle);
for (const name of ['play', 'pause', 'volumechange'] as const) video.addEventListener(name, paint);
for (const name of ['timeupdate', 'seeked', 'loadedmetadata'] as const) video.addEventListener(name, paintTime);
seek.addEventListener('input', () => {
  if (Number.isFinite(video.duration)) video.currentTime = (Number(seek.value) / 1000) * video.duration;
});
mute.addEventListener('click', () => {
  video.muted = !video.muted;
});
need(HTMLInputElement, '#volume').addEventListener('input', (event) => {
  if (event.target instanceof HTMLInputElement) video.volume = Number(event.target.value) / 100;
});
need(HTMLSelectElement, '#rate').addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement) video.playbackRate = Number(event.target.value);
});
need(HTMLElement, '#wide').addEventListener('click', () => {
  const player = need(HTMLElement, '#player');
  // Full screen may be forbidden, as in a frame: the film then simply stays where it is.
  (document.fullscreenElement ? document.exitFullscreen() : player.requestFullscreen()).catch(() => undefined);
});
for (const chapter of document.querySelectorAll<HTMLElement>('#chapters button'))
  chapter.addEventListener('click', () => {
    video.currentTime = Number(chapter.dataset['at']);
    paintTime();
  });
shop.draw(paint);
paintTime();
