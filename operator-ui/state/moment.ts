// When something was said, as people read it: the clock today, then the day. Formatters are made once per language: making one
// costs about as much as 100 uses.

type Formats = Record<'clock' | 'weekday' | 'date' | 'dateOfYear' | 'day' | 'whole', Intl.DateTimeFormat>;

const make = (language: string): Formats => ({
  clock: new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }),
  weekday: new Intl.DateTimeFormat(language, { weekday: 'short' }),
  date: new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' }),
  dateOfYear: new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' }),
  day: new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' }),
  whole: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium' }),
});
const formats = { en: make('en'), ru: make('ru') } as const;
export type Tongue = keyof typeof formats;

const WEEK_MS = 6 * 86_400_000;

export const dayOf = (at: number): string => new Date(at).toDateString();

export const clockOf = (at: number, language: Tongue): string => formats[language].clock.format(at);

export const wholeOf = (at: number, language: Tongue): string => formats[language].whole.format(at);

/** In a list: the clock, the weekday, or the date. */
export function momentOf(at: number, now: number, language: Tongue): string {
  const known = formats[language];
  if (dayOf(at) === dayOf(now)) return known.clock.format(at);
  if (now - at < WEEK_MS) return known.weekday.format(at);
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? known.date : known.dateOfYear).format(at);
}

/** Between messages. */
export function dayName(
  at: number,
  now: number,
  language: Tongue,
  words: { today: string; yesterday: string },
): string {
  if (dayOf(at) === dayOf(now)) return words.today;
  if (dayOf(at) === dayOf(now - 86_400_000)) return words.yesterday;
  const known = formats[language];
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? known.day : known.dateOfYear).format(at);
}
