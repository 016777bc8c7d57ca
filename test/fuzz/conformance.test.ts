// The random pages of test/browser/conformance.test.ts with fresh seeds, in Chromium, for as long as TANDEM_FUZZ_MS says.
// A failure prints its seed, and a shortened run that still differs.

import { expect, test } from 'vitest';
import { randomRun } from '../support/conformance-runs.ts';
import { useConformance } from '../support/conformance-page.ts';
import { inChromium } from '../support/each-browser.ts';

// The project `unit` runs the files of this folder, too, on fixed seeds and without a browser.
const isFuzzing = process.env['TANDEM_FUZZ'] === '1';
const BATCH = 40;

if (!isFuzzing) test.skip('random pages with fresh seeds: npm run fuzz', () => undefined);
else {
  const browser = inChromium();
  const bench = useConformance();

  test.each([false, true])('random pages with fresh seeds; sliced snapshot: %s', async (isSliced) => {
    const until = Date.now() + Number(process.env['TANDEM_FUZZ_MS'] ?? 60_000) / 2;
    let pages = 0;
    let operations = 0;
    while (Date.now() < until) {
      const runs = Array.from({ length: BATCH }, () => randomRun(Math.floor(Math.random() * 2 ** 32), { isSliced }));
      const checked = await bench().check(browser(), runs);
      expect(checked.failure).toBeUndefined();
      pages += BATCH;
      operations += checked.operations;
    }
    console.log(`${pages} pages, ${operations} operations`);
  });
}
