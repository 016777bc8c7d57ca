// What the visitor reads, in the visitor's language: one file each, fetched with the widget, so that nobody loads the
// other. A sentence with a gap is a function. Easy to get wrong: the consent question is a promise (what is seen, what
// never is); change it only together with what capture masks.

import type { EN } from './words-en.ts';

export type Words = typeof EN;

export async function wordsFor(lang: string): Promise<Words> {
  return /^ru/i.test(lang) ? (await import('./words-ru.ts')).RU : (await import('./words-en.ts')).EN;
}
