// Round trip: a real page records itself (@rrweb/record) while it changes; the mirror must end up as the page is, node by
// node and in computed styles, and must agree with rrweb's own replay of the same events. In Chromium and Firefox.

import type { Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { FIXTURES, type Fixture } from '../support/mirror-fixtures.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
  for (const { name, html, files } of FIXTURES) {
    bench.pages.set(name, html);
    for (const [path, file] of Object.entries(files ?? {})) bench.files.set(path, file);
  }
});
afterAll(() => bench.close());

/** Styles that a wrong sheet, mode or state would change. */
const STYLES = [
  'color',
  'display',
  'font-weight',
  'font-style',
  'letter-spacing',
  'word-spacing',
  'text-indent',
  'width',
  'height',
  'fill',
  'margin-left',
  'border-top-width',
  'padding-left',
  'font-size',
  'text-align',
];

/** Runs in a page: styles of all elements in order, through shadow roots. */
const STYLES_OF = `(document, names) => {
  const lines = [];
  const walk = (root) => {
    for (const element of root.children) {
      if (['script', 'noscript', 'style', 'link', 'head', 'meta', 'title'].includes(element.localName)) continue;
      const style = element.ownerDocument.defaultView.getComputedStyle(element);
      lines.push(element.localName + ' ' + names.map((name) => name + ':' + style.getPropertyValue(name)).join(' '));
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.localName !== 'iframe') walk(element);
    }
  };
  walk(document.documentElement);
  return lines;
}`;

/** Runs in a page: where everything that can be scrolled is. */
const SCROLLS_OF = `(document) => [document.documentElement, ...document.querySelectorAll('*')].map((e) => [e.localName, Math.round(e.scrollTop)]).filter(([, top]) => top > 0)`;

async function inMirror<T>(console: Page, body: string, argument?: unknown): Promise<T> {
  // Evaluated text has no types; the caller says what it returns.
  return (await console.evaluate(
    `(async (bench, argument) => { ${body} })(window.bench, ${JSON.stringify(argument) ?? 'null'})`,
  )) as T;
}

inEachBrowser('a round trip', (browser) => {
  async function roundTrip(fixture: Fixture) {
    const { page, events } = await bench.record(browser(), fixture.name);
    const errors: string[] = [];
    const console = await bench.console(browser());
    console.on('pageerror', (error) => errors.push(String(error)));
    // The console was opened last; a page that is not in front has no animation frames.
    await page.bringToFront();
    const text = await bench.outline();
    await page.evaluate(text);
    await page.evaluate(
      `(async () => { const step = (ms = 30) => new Promise((done) => setTimeout(done, ms)); ${fixture.act}; await step(); })()`,
    );
    const recorded = await events();
    const live = (await page.evaluate('outlineOf(document)')) as string[];
    const liveStyles = (await page.evaluate(`(${STYLES_OF})(document, ${JSON.stringify(STYLES)})`)) as string[];
    const liveScrolls = await page.evaluate(`(${SCROLLS_OF})(document)`);
    await console.bringToFront();
    const mirror = await inMirror<string[]>(
      console,
      'bench.start(); bench.play(argument); await bench.painted(); await bench.painted(); return bench.outline(bench.document);',
      recorded,
    );
    const mirrorStyles = await inMirror<string[]>(
      console,
      `return (${STYLES_OF})(bench.document, argument).filter((line) => line !== 'x')`,
      STYLES,
    );
    const mirrorScrolls = await inMirror(console, `return (${SCROLLS_OF})(bench.document)`);
    const mode = await inMirror<string>(console, 'return bench.document.compatMode');
    const replay = await inMirror<string[]>(
      console,
      `const replayer = bench.replay(argument); return bench.outline(replayer.iframe.contentDocument);`,
      recorded,
    );
    const liveMode = await page.evaluate('document.compatMode');
    await page.close();
    await console.close();
    return { live, liveStyles, liveScrolls, liveMode, mirror, mirrorStyles, mirrorScrolls, mode, replay, errors };
  }

  test.each(FIXTURES)('$name', async (fixture) => {
    const result = await roundTrip(fixture);
    expect(result.errors).toEqual([]);
    expect(result.mirror).toEqual(result.live);
    expect(result.mode).toBe(result.liveMode);
    expect(result.mirrorStyles).toEqual(result.liveStyles);
    expect(result.mirrorScrolls).toEqual(result.liveScrolls);
    // rrweb's player invents a doctype for a page that has none, so that its mode is right. One run in ten it leaves out
    // a frame that came late; what the page itself shows has been compared above.
    // And where nothing is chosen, it shows the first option.
    if (fixture.name === 'frames' || fixture.name === 'no-choice') return;
    const replay = result.replay.filter((_line, index) => index > 0 || fixture.name !== 'quirks');
    expect(result.mirror).toEqual(replay);
  });
});
