// What a tab says of itself: address, title, visibility, viewport; masked. Tells when any of it changes.
//
// Easy to get wrong: single-page sites change the address without an event in browsers without the Navigation API, and
// history must not be patched: there a timer and every batch of changes look.

import { LIMITS } from '../../protocol/limits.ts';
import type { Page } from '../../protocol/messages.ts';
import type { Listening } from './listening.ts';
import type { Masker } from './mask.ts';

const LOOK_EVERY_MS = 500;
const DEVICE =
  'hover:hover pointer:fine pointer:coarse any-hover:hover any-pointer:fine any-pointer:coarse ' +
  'prefers-color-scheme:dark prefers-reduced-motion:reduce';

function describePage(page: Document, masker: Masker): Page {
  const view = page.defaultView;
  const titleElement = page.querySelector('head > title') ?? page.querySelector('title');
  const zone = !titleElement
    ? masker.outermost
    : masker.isWithinBlocked(titleElement)
      ? 'masked'
      : masker.zoneOf(titleElement);
  return {
    url: masker.url(view?.location.href ?? '').slice(0, LIMITS.maxUrlChars),
    // A form field named "title" may stand in the way of the property.
    title: masker.text(String(page.title), zone).slice(0, LIMITS.maxTitleChars),
    visible: page.visibilityState !== 'hidden',
    viewport: { width: view?.innerWidth ?? 0, height: view?.innerHeight ?? 0 },
  };
}

/** What media queries ask about beside the viewport's size (the mirror's media.ts answers them), and the width without
 * scroll bars, if they take any room here. */
export function describeScreen(page: Document): { media: string[]; density: number; clientWidth: number } {
  return {
    media: DEVICE.split(' ').filter((condition) => matchMedia(`(${condition})`).matches),
    density: devicePixelRatio,
    clientWidth: page.documentElement.clientWidth,
  };
}

/** The result looks now. */
export function watchPage(
  page: Document,
  options: { masker: Masker; listening: Listening; changed: (page: Page) => void },
): () => void {
  const { masker, listening, changed } = options;
  const view = page.defaultView;
  if (!view) return () => undefined;
  let href = '';
  let title = '';
  let told = '';
  const tell = () => {
    href = view.location.href;
    title = page.title;
    const now = describePage(page, masker);
    if (told !== (told = JSON.stringify(now))) changed(now);
  };
  const look = () => {
    if (view.location.href !== href || page.title !== title) tell();
  };
  // Not in TypeScript's library yet.
  const navigation = (view as { navigation?: EventTarget }).navigation;
  if (navigation) listening.on(navigation, 'currententrychange', tell);
  else listening.every(LOOK_EVERY_MS, look);
  for (const type of ['popstate', 'hashchange', 'resize', 'pageshow']) listening.on(view, type, tell);
  listening.on(page, 'visibilitychange', tell);
  tell();
  return look;
}
