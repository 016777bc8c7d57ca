// What the pages inside frames need: the texts in the language of the page around them, and the same theme, followed
// live since both are of one origin.

import { createSpeech, type Speech } from './language.ts';

export function openFrame(): Speech {
  const own = document.documentElement;
  const outer = window.parent.document.documentElement;
  own.lang = outer.lang;
  const speech = createSpeech(document, localStorage);
  const follow = (): void => {
    const theme = outer.dataset['theme'];
    if (theme) own.dataset['theme'] = theme;
    if (outer.lang !== own.lang) speech.choose(outer.lang === 'ru' ? 'ru' : 'en');
  };
  new MutationObserver(follow).observe(outer, { attributes: true, attributeFilter: ['lang', 'data-theme'] });
  follow();
  return speech;
}
