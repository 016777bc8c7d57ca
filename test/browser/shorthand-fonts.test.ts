// A shorthand with var(), and a longhand after it: the CSSOM forgets the shorthand, and with it the font of the page.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/live.ts';

const SHEET =
  ':root{--sans:Verdana,sans-serif} .linked{font:italic 600 21px/30px var(--sans);font-feature-settings:"tnum"} .linked:hover{color:red}';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set('/sheet.css', () => ({ type: 'text/css', body: SHEET }));
  world.site.pages.set(
    '/',
    `<!doctype html><title>Fonts</title><link rel="stylesheet" href="/sheet.css"><style>.own{font:700 17px/20px var(--sans);font-variant-numeric:tabular-nums}</style>
     <p class="linked">linked</p><p class="own">own</p>%SNIPPET%`,
  );
});
afterAll(() => world.close());

test('[CB2] fonts set by a shorthand with var() are shown, from a linked sheet and from a style element', async () => {
  const { visitor, operator } = await world.openViewed('/');
  const font = (selector: string) =>
    `((style) => [style.fontFamily, style.fontStyle, style.fontWeight, style.fontSize, style.lineHeight].join(' '))(getComputedStyle(document.querySelector('${selector}')))`;
  for (const selector of ['.own', '.linked']) {
    const live = (await visitor.page.evaluate(font(selector))) as string;
    expect(live).toContain('Verdana');
    await operator.mirrorHas(`${font(selector)} === ${JSON.stringify(live)}`);
  }
});
