// The console's colours reach AA in light and dark, and the two dark blocks of tokens.css say the same. Reads the
// stylesheet itself: one declaration per line, hex.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Tokens = Record<string, string>;

const css = readFileSync(new URL('../../operator-ui/style/tokens.css', import.meta.url), 'utf8');

/** The declarations of the block that follows this selector. */
function blockAfter(selector: string): Tokens {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`tokens.css has no block ${selector}`);
  const tokens: Tokens = {};
  for (const line of css.slice(start, css.indexOf('}', start)).split('\n')) {
    const [, name, value] = /^\s*--([a-z0-9-]+):\s*(.+);$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) tokens[name] = value;
  }
  return tokens;
}

function channels(hex: string | undefined): readonly [number, number, number] {
  const parts = /^#(..)(..)(..)$/.exec(hex ?? '')?.slice(1);
  if (!parts) throw new Error(`not a six-digit colour: ${hex}`);
  const [r = 0, g = 0, b = 0] = parts.map((part) => {
    const value = parseInt(part, 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

function luminance(hex: string | undefined): number {
  const [r, g, b] = channels(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const GROUNDS = ['bg', 'surface', 'sunken'];
/** [text, grounds it stands on] */
const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ['text', [...GROUNDS, 'accent-soft']],
  ['text-2', [...GROUNDS, 'accent-soft']],
  ['text-3', GROUNDS],
  ['accent-text', [...GROUNDS, 'accent-soft']],
  ['on-accent', ['accent', 'accent-strong']],
  ['on-danger', ['danger-strong']],
  ['good', ['good-soft', 'surface']],
  ['warn', ['warn-soft', 'surface']],
  ['danger', ['danger-soft', 'surface']],
];
const MARKS = ['accent', 'good', 'warn-mark', 'line-strong'];

const systemDark = blockAfter(":root:not([data-theme='light'])");
const chosenDark = blockAfter(":root[data-theme='dark']");

describe.each([
  ['light', blockAfter(':root')],
  ['dark', chosenDark],
])('%s', (_, tokens) => {
  test.each(TEXTS.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s is readable on %s',
    (text, ground) => {
      expect(contrast(tokens[text], tokens[ground])).toBeGreaterThanOrEqual(4.5);
    },
  );
  test.each(MARKS.flatMap((mark) => ['bg', 'surface'].map((ground) => [mark, ground] as const)))(
    'the mark %s is visible on %s',
    (mark, ground) => {
      expect(contrast(tokens[mark], tokens[ground])).toBeGreaterThanOrEqual(3);
    },
  );
});

test('dark by the system and dark by choice are the same', () => {
  expect(Object.keys(chosenDark).length).toBeGreaterThan(20);
  expect(systemDark).toEqual(chosenDark);
});
