// Words that change with a number. Russian has three forms (1 вкладка, 2 вкладки, 5 вкладок); the rules are the
// platform's, not ours. Rules objects are made once per language: making one costs about as much as 100 uses.

type Forms = { one: string; few?: string; many?: string; other: string };

const rules = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') } as const;
const numbers = { ru: new Intl.NumberFormat('ru'), en: new Intl.NumberFormat('en') } as const;

/** `#` in the chosen form stands for the number. */
export function plural(language: keyof typeof rules, count: number, forms: Forms): string {
  const rule = rules[language].select(count);
  const form = (rule === 'one' || rule === 'few' || rule === 'many' ? forms[rule] : undefined) ?? forms.other;
  return form.replace('#', numbers[language].format(count));
}
