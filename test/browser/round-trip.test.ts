// The whole way: page → capture → codec → relay → codec → mirror, while the page changes; then the two documents are
// compared node by node, with states, scroll positions and computed styles. All fixtures in Chromium, a core set with a
// visitor on Firefox. One visit goes through all pages of a browser, as a visitor would.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES, STEP } from '../support/mirror-fixtures.ts';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const CORE = new Set(['texts-and-attributes', 'moves', 'forms', 'shadow-dom', 'frames', 'style-sheets', 'scrolls']);

/** What is compared besides structure: styles that a wrong sheet, mode or state would change. */
const STYLES = ['color', 'display', 'font-weight', 'letter-spacing', 'fill', 'text-indent', 'word-spacing'];
const LAYOUT = ['text-align', 'width', 'height', 'margin-left', 'font-size', 'border-top-width', 'padding-left'];
const stylesOf = (browser: 'chromium' | 'firefox') => `((document, names) => {
  const lines = [];
  const walk = (root) => {
    for (const element of root.children) {
      if (['script', 'noscript', 'style', 'link', 'head', 'meta', 'title', ${browser === 'chromium' ? '' : "'input', 'select', 'option', 'button', 'textarea', 'progress', 'meter'"}].includes(element.localName)) continue;
      if (element.hasAttribute('data-tandem-ui')) continue;
      const style = element.ownerDocument.defaultView.getComputedStyle(element);
      lines.push(element.localName + '#' + element.id + ' ' + names.map((name) => name + ':' + style.getPropertyValue(name)).join(' '));
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.localName !== 'iframe') walk(element);
    }
  };
  walk(document.documentElement);
  return lines;
})(document, ${JSON.stringify(browser === 'chromium' ? [...STYLES, ...LAYOUT] : STYLES)})`;
const SCROLLS_OF = `[document.documentElement, ...document.querySelectorAll('*')].map((e) => e.localName + ' ' + Math.round(e.scrollTop)).filter((line) => !line.endsWith(' 0'))`;

for (const browser of ['chromium', 'firefox'] as const) {
  describe(`a visitor on ${browser}`, () => {
    let world: World;
    let visitor: Visitor;
    let operator: Operator;
    let outlineScript: string;

    beforeAll(async () => {
      const bundle = await build({
        stdin: {
          contents: `import { outline } from './test/support/outline.ts'; globalThis.outlineOf = outline;`,
          resolveDir: root,
        },
        bundle: true,
        write: false,
        format: 'iife',
      });
      outlineScript = bundle.outputFiles[0]?.text ?? '';
      world = await startWorld({ visitors: browser });
      world.site.pages.set('/', '<!doctype html><title>Start</title><h1>Start</h1>%SNIPPET%');
      for (const { name, html, files } of FIXTURES) {
        world.site.pages.set(`/page/${name}`, html.replace(/<script src="\/recorder.js"><\/script>/, '%SNIPPET%'));
        for (const [file, { type, body }] of Object.entries(files ?? {}))
          world.site.pages.set(file, () => ({ type, body }));
      }
      ({ visitor, operator } = await world.openViewed('/'));
      await operator.page.evaluate(outlineScript);
    });
    afterAll(() => world.close());

    for (const fixture of FIXTURES) {
      if (browser === 'firefox' && !CORE.has(fixture.name)) continue;
      test(`[CB1] ${fixture.name}`, async () => {
        const { page } = visitor;
        await page.goto(`${world.site.origin}/page/${fixture.name}`, { waitUntil: 'load' });
        await page.evaluate(outlineScript);
        // It must be on screen before it changes, or only the snapshot would be tested.
        await page.evaluate(`document.documentElement.setAttribute('data-shown', ${JSON.stringify(fixture.name)})`);
        await operator.mirrorHas(
          `document.documentElement.getAttribute('data-shown') === ${JSON.stringify(fixture.name)}`,
        );
        await page.evaluate(
          `(async () => { const step = ${STEP}; ${fixture.act}; await step(); document.documentElement.setAttribute('data-done', ''); })()`,
        );
        await operator.mirrorHas(`document.documentElement.hasAttribute('data-done')`);
        const widget = (line: string) => line.includes('data-tandem-ui');
        const look = async (at: (script: string) => Promise<unknown>) => ({
          outline: withoutSubtrees((await at('globalThis.outlineOf(document)')) as string[], widget),
          // Two browsers measure text differently; what a sheet says of colour and kind must agree all the same.
          styles: await at(stylesOf(browser)),
          scrolls: await at(SCROLLS_OF),
        });
        const live = () => look((script) => page.evaluate(script));
        const shown = () => look((script) => operator.inMirror(script));
        // Pictures, sheets and scrolling may still be on their way: the comparison is made until it holds, or time is up.
        await until('the mirror to be as the page is', async () =>
          isDeepStrictEqual(await shown(), await live()),
        ).catch(async () => expect(await shown()).toEqual(await live()));
        expect(visitor.errors).toEqual([]);
        expect(operator.errors).toEqual([]);
      });
    }
  });
}

/** Lines of an outline without those elements, and what is in them. */
function withoutSubtrees(lines: readonly string[], isUnwanted: (line: string) => boolean): string[] {
  const kept: string[] = [];
  let cut: number | undefined;
  for (const line of lines) {
    const depth = line.length - line.trimStart().length;
    if (cut !== undefined && depth > cut) continue;
    cut = undefined;
    if (isUnwanted(line)) cut = depth;
    // Says that the recorder masked the field; the page itself has no such mark.
    else kept.push(line.replace(/ data-tandem-masked="\w*"/, ''));
  }
  return kept;
}
