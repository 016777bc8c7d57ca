// docs/features.md says what is proven: it is what `npm run features` writes, and no test claims a row that there is not.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageOf, proofsIn, readProofs, readRows, unknownIds } from '../features.ts';

test('docs/features.md is what `npm run features` writes, and tests name only rows that there are', () => {
  const rows = readRows();
  const proofs = readProofs();
  expect(rows).toHaveLength(345);
  expect(unknownIds(rows, proofs)).toEqual([]);
  // Written anew by `npm run features`.
  expect(readFileSync('docs/features.md', 'utf8')).toBe(pageOf(rows, proofs) + '\n');
});

test('a test proves what its title begins with; one that is skipped, or names rules of our own, proves nothing', () => {
  const source = `
    test('[B1] one', () => {});
    test("[B106 C23 Q20] it's several", async () => {});
    once(
      \`[L4] broken\`, async () => {});
    test.skip('[B2] skipped', () => {});
    test.todo('[B3] not yet');
    test('[RM4] a rule', () => {});
    test('[WA2] [B20 C20] both', () => {});
    test('says [B4] later', () => {});
  `;
  expect(proofsIn(source, 'x').map(({ ids, title }) => [ids.join(' '), title])).toEqual([
    ['B1', 'one'],
    ['B106 C23 Q20', "it's several"],
    ['L4', 'broken'],
    ['B20 C20', 'both'],
  ]);
});
