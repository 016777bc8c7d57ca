// One page, one focus, two people who write: what each writes is where they were writing (cobrowse/control/turns.ts), and
// what the operator types while the visitor is busy waits a moment instead of being lost.

import { expect, test } from 'vitest';
import type { KeyInput } from 'puppeteer';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Two</title>
  <input id="a"><input id="b"><div id="rich" contenteditable>one two</div><input id="secret" type="password"><button id="next">next</button><button id="still">still</button>
  <script>
    next.addEventListener('click', () => setTimeout(() => b.focus()));
  </script><script src="/hand.js"></script>`;

inEachBrowser('two hands', (browser, name) => {
  const open = () => openHandPage(browser(), PAGE);
  const values = (opened: HandPage) => opened.read(`[a.value, b.value, rich.textContent]`);
  /** The visitor is quiet again. */
  const quiet = (opened: HandPage) =>
    expect.poll(async () => (await opened.last(['move', '#next'])).done, { timeout: 10_000 }).toBe(true);

  test('the visitor goes on in their own field after the operator has pressed another', async () => {
    const opened = await open();
    await opened.page.click('#a');
    await opened.page.keyboard.type('vis');
    await quiet(opened);
    expect((await opened.run(['click', '#b'], ['type', 'op'])).every(({ done }) => done)).toBe(true);
    await opened.page.keyboard.type('itor');
    expect(await values(opened)).toEqual(['visitor', 'op', 'one two']);
    // And the operator in theirs, though they press nothing.
    expect((await opened.run(['type', 'erator'])).every(({ done }) => done)).toBe(true);
    await opened.page.keyboard.type('!');
    expect(await values(opened)).toEqual(['visitor!', 'operator', 'one two']);
    await opened.close();
  });

  test('an editor keeps the caret of each', async () => {
    const opened = await open();
    await opened.page.click('#rich');
    await opened.page.keyboard.press('Home');
    await opened.page.keyboard.type('V');
    await quiet(opened);
    await opened.run(['click', '#b'], ['type', 'op']);
    await opened.page.keyboard.type('W');
    expect(await values(opened)).toEqual(['', 'op', 'VWone two']);
    await opened.close();
  });

  test('keys wait while the visitor is busy, in their order, with the press before them', async () => {
    const opened = await open();
    await opened.page.click('#a');
    await opened.page.keyboard.type('v');
    const done = await opened.run(['click', '#b'], ['type', 'op']);
    expect(done.map(({ why }) => why)).toEqual([undefined, undefined, undefined, undefined]);
    expect(await values(opened)).toEqual(['v', 'op', 'one two']);
    await opened.close();
  });

  test('both write at once, each in their own field, however fast the visitor is; and the operator presses, too', async () => {
    const opened = await open();
    await opened.run(['click', '#b']);
    await opened.page.click('#a');
    const written: string[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let n = 0; !isOver; n = (n + 1) % 26) {
        const letter = String.fromCharCode(97 + n);
        await opened.page.keyboard.press(letter as KeyInput, { delay: 50 });
        // Nobody's hands are quicker for long.
        await new Promise((resolve) => setTimeout(resolve, 70));
        written.push(letter);
      }
    })();
    const why = async (...steps: Step[]) => (await opened.atOnce(...steps)).map(({ why }) => why);
    const nothing = (count: number) => Array<undefined>(count).fill(undefined);
    expect(await why(['type', 'The oper'])).toEqual(nothing(8));
    expect(await why(['click', '#still'], ['click', '#b'], ['type', 'ator'])).toEqual(nothing(8));
    // Their own field is theirs as long as they write in it.
    expect(await why(['click', '#a'], ['key', 'x'])).toEqual(['visitor-busy', 'visitor-busy', 'visitor-busy']);
    isOver = true;
    await writing;
    expect(await values(opened)).toEqual([written.join(''), 'The operator', 'one two']);
    await opened.close();
  });

  // Firefox's driver has nothing to make one with.
  if (name === 'chromium')
    test('a letter that the visitor makes of several is not taken apart', async () => {
      const opened = await open();
      await opened.run(['click', '#b']);
      await opened.page.click('#a');
      await quiet(opened);
      const session = await opened.page.createCDPSession();
      await session.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
      expect(await opened.last(['key', 'x'])).toEqual({ done: false, why: 'visitor-busy' });
      expect(await values(opened)).toEqual(['ni', '', 'one two']);
      await opened.page.click('#still');
      await quiet(opened);
      expect(await opened.last(['key', 'x'])).toMatchObject({ done: true });
      expect(await values(opened)).toEqual(['ni', 'x', 'one two']);
      await opened.close();
    });

  test('what waits is not done when it is let go of', async () => {
    const opened = await open();
    await opened.run(['click', '#b']);
    await opened.page.click('#a');
    await opened.page.keyboard.type('v');
    const [outcome] = await opened.page.evaluate(async () => {
      type Hand = { it: { perform(act: object): Promise<object>; letGo(): void } };
      const { it } = (window as unknown as { hand: Hand }).hand;
      const waiting = it.perform({ t: 'text', text: 'late', isPasted: false });
      it.letGo();
      return [await waiting];
    });
    expect(outcome).toEqual({ done: false, why: 'not-granted' });
    await quiet(opened);
    expect(await values(opened)).toEqual(['v', '', 'one two']);
    await opened.close();
  });

  test('keys after a press that was refused go nowhere', async () => {
    const opened = await open();
    await opened.run(['click', '#a'], ['type', 'op']);
    const outcomes = await opened.run(['click', '#secret'], ['key', 'x'], ['text', 'y']);
    expect(outcomes.map(({ why }) => why)).toEqual(['masked', 'masked', 'masked', 'masked']);
    expect(await values(opened)).toEqual(['op', '', 'one two']);
    expect((await opened.last(['click', '#a'])).done).toBe(true);
    expect((await opened.last(['key', 'x'])).done).toBe(true);
    await opened.close();
  });

  test('where the page itself has moved the focus, both write there', async () => {
    const opened = await open();
    await opened.page.click('#a');
    await opened.page.keyboard.type('v');
    await quiet(opened);
    await opened.run(['click', '#next']);
    await opened.page.waitForFunction(() => document.activeElement?.id === 'b');
    await opened.page.keyboard.type('w');
    expect(await values(opened)).toEqual(['v', 'w', 'one two']);
    await opened.close();
  });

  test('an operator who has pressed nothing does not write into the visitor’s field', async () => {
    const opened = await open();
    await opened.page.click('#a');
    await opened.page.keyboard.type('v');
    await quiet(opened);
    expect(await opened.last(['key', 'x'])).toEqual({ done: false, why: 'visitor-busy' });
    expect(await values(opened)).toEqual(['v', '', 'one two']);
    await opened.close();
  });
});
