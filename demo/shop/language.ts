// Owns the shop's language: which one is shown, the texts of the HTML in both, and the switch between them without a
// reload. Does not own texts that scripts write; those are `Words` and are said again in `onChange`.
//
// The HTML holds English, and Russian beside it: `data-ru` for an element's text, `data-ru-label`, `-placeholder`,
// `-title`, `-alt` for attributes. Easy to get wrong: `data-ru` replaces the whole text of its element, so it must
// never stand on an element that has element children.

export type Language = 'en' | 'ru';

export interface Words {
  readonly en: string;
  readonly ru: string;
}

export interface Speech {
  current(): Language;
  say(words: Words): string;
  choose(language: Language): void;
  onChange(listener: () => void): void;
}

const attributes = { label: 'aria-label', placeholder: 'placeholder', title: 'title', alt: 'alt' } as const;

export function createSpeech(page: Document, storage: Storage): Speech {
  const english = new WeakMap<Element, Map<string, string>>();
  const listeners: (() => void)[] = [];
  // The inline script in the page's head has already decided, before the first paint.
  let language: Language = page.documentElement.lang === 'ru' ? 'ru' : 'en';

  function remembered(element: Element, key: string, now: string): string {
    let texts = english.get(element);
    if (!texts) english.set(element, (texts = new Map()));
    const known = texts.get(key);
    if (known !== undefined) return known;
    texts.set(key, now);
    return now;
  }

  function translatePage(): void {
    for (const element of page.querySelectorAll('[data-ru]')) {
      const original = remembered(element, 'text', element.textContent ?? '');
      const wanted = language === 'ru' ? (element.getAttribute('data-ru') ?? original) : original;
      if (element.textContent !== wanted) element.textContent = wanted;
    }
    for (const [short, attribute] of Object.entries(attributes)) {
      for (const element of page.querySelectorAll(`[data-ru-${short}]`)) {
        const original = remembered(element, short, element.getAttribute(attribute) ?? '');
        element.setAttribute(
          attribute,
          language === 'ru' ? (element.getAttribute(`data-ru-${short}`) ?? original) : original,
        );
      }
    }
    page.documentElement.lang = language;
    page.documentElement.dataset['told'] = '';
  }

  translatePage();
  return {
    current: () => language,
    say: (words) => words[language],
    choose(next) {
      language = next;
      storage.setItem('shop.language', next);
      translatePage();
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** "1 cup, 2 cups" and "1 чашка, 2 чашки, 5 чашек". */
export function counted(
  language: Language,
  count: number,
  forms: { readonly en: readonly [string, string]; readonly ru: readonly [string, string, string] },
): string {
  const rule = new Intl.PluralRules(language).select(count);
  const word =
    language === 'en' ? forms.en[rule === 'one' ? 0 : 1] : forms.ru[rule === 'one' ? 0 : rule === 'few' ? 1 : 2];
  return `${count} ${word}`;
}
