// Appearance and language: what the system or browser says, unless the operator chose otherwise. The choice stays on
// this device. Writes `data-theme` and `lang` on the document, and nothing else.

import { createSubscriber } from 'svelte/reactivity';
import type { Memory } from '../browser-doors.ts';
import { en, type Texts } from '../texts/en.ts';
import { ru } from '../texts/ru.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];
export type LanguageChoice = Language | 'system';

const texts: Record<Language, Texts> = { en, ru };

function oneOf<T extends string>(choices: readonly T[], value: string | undefined): T | undefined {
  return choices.find((choice) => choice === value);
}

/** Relatives of Russian read it better than English. */
const READS_RUSSIAN = /^(ru|be|kk|ky)\b/i;

export class Preferences {
  #memory: Memory;
  #theme = $state<Theme>('system');
  #language = $state<LanguageChoice>('system');
  #browserLanguage: () => Language;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#theme = oneOf(THEMES, memory.get('theme')) ?? 'system';
    this.#language = oneOf([...LANGUAGES, 'system'], memory.get('language')) ?? 'system';
    const changes = createSubscriber((update) => {
      window.addEventListener('languagechange', update);
      return () => window.removeEventListener('languagechange', update);
    });
    this.#browserLanguage = () => {
      changes();
      for (const wanted of navigator.languages) {
        if (READS_RUSSIAN.test(wanted)) return 'ru';
        if (/^en\b/i.test(wanted)) return 'en';
      }
      return 'en';
    };
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    this.#memory.set('theme', theme);
  }

  get languageChoice(): LanguageChoice {
    return this.#language;
  }
  set languageChoice(choice: LanguageChoice) {
    this.#language = choice;
    this.#memory.set('language', choice);
  }

  get language(): Language {
    return this.#language === 'system' ? this.#browserLanguage() : this.#language;
  }

  get texts(): Texts {
    return texts[this.language];
  }

  /** Called from an effect of the root component. */
  show(root: HTMLElement): void {
    root.lang = this.language;
    if (this.#theme === 'system') root.removeAttribute('data-theme');
    else root.dataset.theme = this.#theme;
  }
}
