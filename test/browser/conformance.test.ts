// rrweb's own replay of what capture emits equals the page: on random pages that change at random, while the first
// snapshot is taken in slices and the page changes between them, and on the fixtures of the round trip. A failing seed is
// shortened before it is shown. Fresh seeds for as long as you like: test/fuzz/conformance.test.ts.

import { expect, test } from 'vitest';
import { MENDED, randomRun } from '../support/conformance-runs.ts';
import { useConformance } from '../support/conformance-page.ts';
import { inEachBrowser } from '../support/each-browser.ts';
import { FIXTURES } from '../support/mirror-fixtures.ts';

/** Capture takes its first snapshot in slices. @rrweb/record does not. */
const IS_SLICED = true;
/** Pages in one window: a browser's memory grows with them. */
const BATCH = 50;
const BATCHES = { chromium: 36, firefox: 1 };
const SLICED_BATCHES = { chromium: 4, firefox: 0.4 };
/** What rrweb's recorder or replay gets wrong in these: docs/decisions. */
const WRONG: Record<string, RegExp> = {
  'many-batches': /Timeout in the loop/,
  'no-choice': /select#none: state/,
  // In Firefox: replay scrolls by 'auto', which follows the page's own smooth scrolling, and does not arrive.
  scrolls: /div#box: scroll/,
};

inEachBrowser('conformance', (browser, name) => {
  const bench = useConformance();

  for (let batch = 0; batch < BATCHES[name]; batch++) {
    test(`random pages ${batch * BATCH + 1} to ${(batch + 1) * BATCH}`, async () => {
      const runs = Array.from({ length: BATCH }, (_, index) => batch * BATCH + index + 1).map((seed) =>
        randomRun(seed),
      );
      const { failure, operations } = await bench().check(browser(), runs);
      expect(failure).toBeUndefined();
      expect(operations).toBeGreaterThan(BATCH * 10);
    });
  }

  test('random pages that change at every boundary between slices of the first snapshot', async () => {
    const runs = Array.from({ length: BATCH * SLICED_BATCHES[name] }, (_, index) => 100_001 + index).map((seed) =>
      randomRun(seed, { isSliced: true }),
    );
    const { failure, fewestBoundaries } = await bench().check(browser(), runs);
    expect(failure).toBeUndefined();
    if (IS_SLICED) expect(fewestBoundaries).toBeGreaterThan(0);
    else expect(fewestBoundaries).toBe(0);
  });

  test.each(MENDED)('$what', async (mended) => {
    const [result] = await bench().runs(browser(), [mended]);
    expect(result?.differences).toEqual([]);
  });

  for (const fixture of FIXTURES) {
    test(`the fixture ${fixture.name}`, async () => {
      const found = await bench().fixture(browser(), fixture);
      const wrong = WRONG[fixture.name];
      expect(found.filter((difference) => !wrong?.test(difference))).toEqual([]);
    });
  }

  if (name === 'chromium')
    test('a replay that hears of no change differs', async () => {
      const deaf = Array.from({ length: 10 }, (_, index) => ({ ...randomRun(index + 1), isDeaf: true }));
      const results = await bench().runs(browser(), deaf);
      // Some have changed nothing that is left at the end.
      expect(results.filter((result) => result.differences.length > 0).length).toBeGreaterThan(5);
    });
});
