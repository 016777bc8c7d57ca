// Media queries as the visitor's browser answers them: the operator's own pointer, colours and screen say nothing about
// the page that is shown. Width and height need nothing, since the mirror has the visitor's viewport.
//
// Easy to get wrong: a condition stands within `not`, `and` and `or`, so it is replaced by another condition, never by a
// word.

import { finite, textOf, type Fields } from './events.ts';

/** What the visitor's browser said of itself; unknown for recordings of old. */
export type MediaFacts = {
  /** Conditions that hold there, as capture lists them (`hover`, `pointer:coarse`, …). */
  holding: ReadonlySet<string>;
  /** Pixels of the screen to one of CSS. */
  density: number;
};

export type MediaText = (query: string) => string;

const TRUE = '(min-width:0)';
const FALSE = '(max-width:0)';
/** The conditions that capture looks at, by feature: each with its values, the one that holds if none of them does last. */
const FEATURES: ReadonlyMap<string, readonly string[]> = new Map([
  ['hover', ['hover', 'none']],
  ['any-hover', ['hover', 'none']],
  ['pointer', ['coarse', 'fine', 'none']],
  ['any-pointer', ['coarse', 'fine', 'none']],
  ['prefers-color-scheme', ['dark', 'light']],
  ['prefers-reduced-motion', ['reduce', 'no-preference']],
]);
const CONDITION =
  /\(\s*((?:any-)?(?:hover|pointer)|prefers-color-scheme|prefers-reduced-motion|(?:-webkit-)?(?:min-|max-)?(?:device-pixel-ratio|resolution))\s*(?::\s*([\w.-]+)\s*)?\)/gi;
const DOTS: Readonly<Record<string, number>> = { dppx: 1, x: 1, '': 1, dpi: 96, dpcm: 96 / 2.54 };

export function mediaFacts(meta: Fields): MediaFacts | undefined {
  if (!Array.isArray(meta.media)) return undefined;
  return { holding: new Set(meta.media.map(textOf)), density: finite(meta.density) ?? 1 };
}

export function prefersDark(facts: MediaFacts | undefined): boolean {
  return facts?.holding.has('prefers-color-scheme:dark') ?? false;
}

/** Whether a query may ask about any of it. */
export function asksOfDevice(query: string): boolean {
  return /hover|pointer|prefers-|pixel-ratio|resolution/i.test(query);
}

export function createMediaText(facts: MediaFacts | undefined): MediaText {
  if (!facts) return (query) => query;
  const holds = (feature: string, value: string): boolean | undefined => {
    const values = FEATURES.get(feature);
    if (!values) return isDense(feature, value, facts.density);
    const rest = values[values.length - 1];
    const actual = values.filter((one) => facts.holding.has(`${feature}:${one}`));
    // Several pointers may be at hand; with no value the question is whether there is anything but the last.
    if (value === '') return actual.length > 0;
    return value === rest ? actual.length === 0 : actual.includes(value);
  };
  return (query) =>
    query.replace(CONDITION, (condition: string, feature: string, value: string | undefined) => {
      const answer = holds(feature.toLowerCase(), (value ?? '').toLowerCase());
      return answer === undefined ? condition : answer ? TRUE : FALSE;
    });
}

/** Undefined: no such question. */
function isDense(feature: string, value: string, density: number): boolean | undefined {
  if (value === '') return true;
  const found = /^([\d.]+)([a-z]*)$/.exec(value);
  const dots = DOTS[found?.[2] ?? '-'];
  if (!found || dots === undefined) return undefined;
  const wanted = Number(found[1]) / dots;
  if (feature.includes('min-')) return density >= wanted - 0.001;
  if (feature.includes('max-')) return density <= wanted + 0.001;
  return Math.abs(density - wanted) < 0.001;
}
