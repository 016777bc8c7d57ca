// Suggestions as the visitor lives them: shown as a ghost with a card, accepted or waved off with one click or key, done
// as a hand would; and that nothing but the visitor, who has seen it, can accept.

import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { inEachBrowser, onceIn } from '../support/each-browser.ts';
import { reactPage } from '../support/hand-frameworks.ts';
import { DO_IT, NO_THANKS, openSuggested, type SuggestedPage } from '../support/suggested-page.ts';
import { until } from '../support/visitor-relay.ts';
import { BORIS } from '../support/widget-site.ts';

const at = (left: number, top: number, more = '') =>
  `style="position:absolute;box-sizing:border-box;margin:0;left:${left}px;top:${top}px;${more}"`;
const BODY = `
  <button id="buy" ${at(300, 200, 'width:160px;height:40px')}>Add to basket</button>
  <button id="off" disabled ${at(600, 200, 'width:160px;height:40px')}>Off</button>
  <input id="field" aria-label="Name" value="Max" ${at(300, 100, 'width:200px;height:30px')}>
  <input id="card" autocomplete="cc-number" ${at(600, 100, 'width:200px;height:30px')}>
  <textarea id="note" aria-label="Note" ${at(300, 300, 'width:200px;height:80px')}></textarea>
  <select id="size" aria-label="Size" ${at(600, 300, 'width:200px;height:30px')}><option>S<option>M<option>L</select>
  <input id="day" type="date" aria-label="Day" ${at(600, 350, 'width:200px;height:30px')}>
  <p id="words" ${at(600, 400)}>Words</p>
  <p id="far" ${at(40, 3000, 'width:200px')}>Far down</p>
  <script nonce="r4nd0m">
    window.clicks = []; window.keys = [];
    buy.addEventListener('click', (event) => clicks.push(event.isTrusted));
    addEventListener('keydown', (event) => keys.push(event.key));
  </script>`;
/** Close to each other, with little room beside. */
const FIELDS = `
  <textarea id="name" aria-label="Name" ${at(20, 30, 'width:900px;max-width:90%;height:165px')}></textarea>
  <button id="buy" ${at(20, 250, 'width:160px;height:120px')}>Add to basket</button>`;
const CLICK = { t: 'click' } as const;
const DONE = { done: true };

inEachBrowser('suggestions', (browser, name) => {
  const once = onceIn(name);
  let at: SuggestedPage;
  afterEach(async () => {
    expect(at.visitor.noise).toEqual([]);
    await at.close();
  });
  const open = async (body = BODY, lang = 'en') => {
    at = await openSuggested(browser(), body, lang);
    await at.grant(['suggest']);
  };
  const read = <T>(expression: string) => at.page.evaluate(expression) as Promise<T>;
  const clicks = () => read<boolean[]>('clicks');
  const value = (id: string) => read<string>(`document.getElementById('${id}').value`);
  const pressAccept = async () => {
    await at.page.keyboard.down('Alt');
    await at.page.keyboard.press('Enter');
    await at.page.keyboard.up('Alt');
  };
  /** Of the page by their own ids, and of the widget. */
  const expectApart = async (selectors: readonly string[]) => {
    const boxes = [];
    for (const selector of selectors)
      boxes.push(
        selector.startsWith('#')
          ? await at.page.$eval(selector, (element) => element.getBoundingClientRect().toJSON() as DOMRect)
          : await at.boxOf(selector),
      );
    for (const [i, a] of boxes.entries())
      for (const [j, b] of boxes.slice(0, i).entries())
        expect(
          a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
          `${selectors[i]} and ${selectors[j]}`,
        ).toBe(true);
  };
  /** Whatever became of it, the visitor was shown nothing. */
  const refusedUnseen = async (id: string, does: Parameters<SuggestedPage['suggest']>[1] = CLICK) => {
    const outcome = await at.outcome(await at.suggest(id, does));
    expect(await at.visitor.hasUi('.ghosts .card')).toBe(false);
    return outcome;
  };

  test('a click is shown with its card, and done when it is accepted by a click, though the visitor is busy', async () => {
    await open();
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    expect(await at.visitor.textOf('.ghosts .card')).toMatch(/^Anna suggests:.*press “Add to basket”/);
    const ghost = await at.boxOf('.hand .ghost');
    expect([ghost.x, ghost.y, ghost.width, ghost.height]).toEqual([295, 195, 170, 50]);
    await until(async () => (await at.visitor.textOf('.ghosts .said')).includes('press “Add to basket”'));
    expect(await clicks()).toEqual([]);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toEqual({ done: true, what: 'button “Add to basket”' });
    expect(await clicks()).toEqual([false]);
    expect(await at.visitor.hasUi('.ghosts .card')).toBe(false);
    expect(await at.visitor.hasUi('.hand .ghost')).toBe(false);
  });

  test('accepted by Alt+Enter, once, and the page does not hear it', async () => {
    await open();
    await at.page.focus('#field');
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.page.keyboard.down('Alt');
    await at.page.keyboard.down('Enter');
    await at.page.keyboard.down('Enter');
    await at.page.keyboard.up('Enter');
    await at.page.keyboard.up('Alt');
    expect(await at.outcome(n)).toMatchObject(DONE);
    expect(await clicks()).toEqual([false]);
    expect(await read('keys')).toEqual(['Alt']);
  });

  test('accepted with the keyboard alone: Tab reaches it, and typing was not disturbed', async () => {
    await open();
    await at.page.focus('#field');
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.page.keyboard.type('!');
    expect(await value('field')).toContain('!');
    await at.page.evaluate(() => document.querySelector<HTMLElement>('#day')?.focus());
    const isThere = () =>
      read<boolean>(
        `[...document.querySelectorAll('[data-tandem-ui]')].some((ui) => ui.shadowRoot?.activeElement?.closest('.ghosts') && ui.shadowRoot.activeElement.matches('.main'))`,
      );
    for (let presses = 0; presses < 20 && !(await isThere()); presses++) await at.page.keyboard.press('Tab');
    expect(await isThere()).toBe(true);
    await until(async () => {
      if (!at.handled(n)) await at.page.keyboard.press('Enter');
      return at.handled(n);
    });
    expect(at.handled(n)).toMatchObject(DONE);
    expect(await clicks()).toEqual([false]);
  });

  test('waved off by a click and by Escape, which the page gets; Escape twice still takes back', async () => {
    await open();
    const first = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.visitor.click(NO_THANKS);
    expect(await at.outcome(first)).toEqual({ done: false, why: 'declined' });
    const second = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.page.keyboard.press('Escape');
    expect(await at.outcome(second)).toEqual({ done: false, why: 'declined' });
    expect(at.granted()).not.toContain('op-1 suggest false');
    const third = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.page.keyboard.press('Escape');
    await at.page.keyboard.press('Escape');
    expect(await at.outcome(third)).toEqual({ done: false, why: 'declined' });
    await until(() => at.granted().includes('op-1 suggest false'));
    expect(await read('keys')).toEqual(['Escape', 'Escape', 'Escape']);
    expect(await clicks()).toEqual([]);
  });

  test("keys are heard in the page's frames", async () => {
    await open(`${BODY}<iframe id="inside" src="/frame" ${'style="position:absolute;top:500px"'}></iframe>`);
    const frame = await until(() => at.page.frames().find((each) => each.url().endsWith('/frame')));
    await frame.evaluate(() => document.querySelector<HTMLElement>('#inner')?.focus());
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await pressAccept();
    expect(await at.outcome(n)).toMatchObject(DONE);
  });

  test('text stands in the field as a ghost, and takes the place of what was there', async () => {
    await open();
    const n = await at.suggest('field', { t: 'text', text: 'Anna Weber' });
    await at.visitor.ui(DO_IT);
    expect(await at.visitor.textOf('.hand .shade')).toBe('Anna Weber');
    expect(await at.visitor.textOf('.ghosts .card')).toContain('put into “Name”:Anna Weber');
    const shade = await at.boxOf('.hand .shade');
    expect([shade.x, shade.y, shade.width, shade.height]).toEqual([300, 100, 200, 30]);
    expect(await value('field')).toBe('Max');
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toEqual({ done: true, what: 'text field “Name”', was: 'Max', now: 'Anna Weber' });
    expect(await value('field')).toBe('Anna Weber');
    const emptied = await at.suggest('field', { t: 'text', text: '' });
    await at.visitor.ui(DO_IT);
    expect(await at.visitor.textOf('.ghosts .card')).toContain('empty “Name”');
    await at.visitor.click(DO_IT);
    expect(await at.outcome(emptied)).toMatchObject({ done: true, was: 'Anna Weber', now: '' });
  });

  test('text of several lines, a choice, a value of a picker', async () => {
    await open();
    const lines = await at.suggest('note', { t: 'text', text: 'one\ntwo' });
    await at.visitor.click(DO_IT);
    expect(await at.outcome(lines)).toMatchObject(DONE);
    expect(await value('note')).toBe('one\ntwo');
    const chosen = await at.suggest('size', { t: 'choose', options: [2] });
    await at.visitor.ui(DO_IT);
    expect(await at.visitor.textOf('.ghosts .card')).toContain('put into “Size”:L');
    await at.visitor.click(DO_IT);
    expect(await at.outcome(chosen)).toMatchObject({ was: 'S', now: 'L' });
    const set = await at.suggest('day', { t: 'set', value: '2026-12-24' });
    await at.visitor.click(DO_IT);
    expect(await at.outcome(set)).toMatchObject(DONE);
    expect(await value('day')).toBe('2026-12-24');
  });

  test('text into fields that React controls', async () => {
    await open(
      `<div id="root"></div><script nonce="r4nd0m">${(await reactPage()).replaceAll('</script', '<\\/script')}</script>`,
    );
    for (const [id, text] of [
      ['name', 'Anna'],
      ['upper', 'abc'],
      ['note', 'two\nlines'],
    ] as const) {
      const n = await at.suggest(id, { t: 'text', text });
      await at.visitor.click(DO_IT);
      expect(await at.outcome(n)).toMatchObject(DONE);
    }
    expect(await read('[state.name, state.upper, state.note]')).toEqual(['Anna', 'ABC', 'two\nlines']);
  });

  once('what could not be done whatever the visitor says is refused before anything is shown', async () => {
    await open(
      `${BODY}<div data-tandem="disabled"><button id="site" ${'style="margin-top:600px"'}>Site</button></div>`,
    );
    expect(await refusedUnseen('card', { t: 'text', text: '4111' })).toMatchObject({ why: 'masked' });
    expect(await refusedUnseen('card')).toMatchObject({ why: 'masked' });
    expect(await refusedUnseen('off')).toMatchObject({ why: 'disabled' });
    expect(await refusedUnseen('site')).toMatchObject({ why: 'disabled' });
    expect(await refusedUnseen('words', { t: 'text', text: 'x' })).toMatchObject({ why: 'not-possible' });
    expect(await refusedUnseen('size', { t: 'choose', options: [9] })).toMatchObject({ why: 'not-possible' });
    expect(await refusedUnseen('field', { t: 'set', value: '1' })).toMatchObject({ why: 'not-possible' });
    at.say({
      t: 'act',
      by: 'op-1',
      n: 900,
      act: { t: 'suggest', at: { node: 999_999, x: 0, y: 0 }, does: CLICK },
    });
    expect(await at.outcome(900)).toMatchObject({ why: 'gone' });
    at.tell([]);
    await at.visitor.noUi('.granted button');
    expect(await refusedUnseen('buy')).toEqual({ done: false, why: 'not-granted' });
  });

  once('what the page has changed since is refused, and the visitor is told', async () => {
    await open();
    const off = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.byScript('buy.disabled = true');
    expect(await at.outcome(off)).toMatchObject({ done: false, why: 'disabled' });
    expect(await at.visitor.textOf('.ghosts .card')).toContain('could not be done');
    await at.visitor.noUi('.ghosts .card');
    await at.byScript('buy.disabled = false');
    const covered = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.byScript(
      `const over = document.createElement('div'); over.style.cssText = 'position:absolute;left:290px;top:190px;width:200px;height:60px;background:#eee'; document.body.append(over)`,
    );
    await at.visitor.click(DO_IT);
    expect(await at.outcome(covered)).toMatchObject({ done: false, why: 'covered' });
    const hidden = await at.suggest('field', { t: 'text', text: '4111111111111111' });
    await at.visitor.ui(DO_IT);
    await at.byScript(`field.autocomplete = 'cc-number'; field.setAttribute('data-tandem', 'mask')`);
    expect(await at.outcome(hidden)).toMatchObject({ done: false, why: 'masked' });
    expect(await clicks()).toEqual([]);
    expect(await value('field')).toBe('Max');
  });

  once('a new one of the same operator takes its place, taken back it goes, and with its element', async () => {
    await open();
    const first = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    const second = await at.suggest('field', { t: 'text', text: 'x' });
    expect(await at.outcome(first)).toEqual({ done: false, why: 'withdrawn' });
    await at.visitor.ui('.hand .shade');
    expect(
      await read(
        `[...document.querySelectorAll('[data-tandem-ui]')].flatMap((ui) => [...ui.shadowRoot?.querySelectorAll('.ghosts .card') ?? []]).length`,
      ),
    ).toBe(1);
    at.unsuggest();
    expect(await at.outcome(second)).toEqual({ done: false, why: 'withdrawn' });
    await at.visitor.noUi('.ghosts .card');
    const third = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.byScript('buy.remove()');
    expect(await at.outcome(third)).toEqual({ done: false, why: 'gone' });
    await at.visitor.noUi('.ghosts .card');
  });

  once('withdrawn when the grant is taken back, the visit paused, or the operator away', async () => {
    await open();
    const paused = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.visitor.click('.badge .hold');
    expect(await at.outcome(paused)).toEqual({ done: false, why: 'withdrawn' });
    await at.visitor.click('.badge .hold');
    const frames = at.tab.frames.length;
    at.viewed();
    // Its elements have new numbers.
    await until(() => at.tab.frames.length > frames);
    const away = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    at.say({ t: 'away', by: 'op-1' });
    expect(await at.outcome(away)).toEqual({ done: false, why: 'withdrawn' });
    const back = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    await at.visitor.click('.granted button');
    expect(await at.outcome(back)).toEqual({ done: false, why: 'withdrawn' });
    await at.visitor.noUi('.ghosts .card');
  });

  test('forged clicks and keys neither accept nor wave off, nor does a key on a button that a page has focused', async () => {
    await open();
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    const buttons = `[...document.querySelectorAll('[data-tandem-ui]')].flatMap((ui) => [...ui.shadowRoot?.querySelectorAll('.ghosts button') ?? []])`;
    await at.byScript(`
      for (const button of ${buttons}) {
        button.click();
        for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click'])
          button.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true }));
        for (const key of ['Enter', ' '])
          button.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
      }
      for (const init of [{ key: 'Enter', altKey: true }, { key: 'Escape' }])
        document.body.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true }));
    `);
    await at.page.focus('#field');
    await at.byScript(`${buttons}.find((button) => button.matches('.main')).focus()`);
    await at.looks(10);
    await at.page.keyboard.press('Enter');
    await at.page.keyboard.press(' ');
    expect(at.handled(n)).toBeUndefined();
    expect(await clicks()).toEqual([]);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toMatchObject(DONE);
  });

  test('a click or key that comes at once was meant for what was there before', async () => {
    await open();
    const first = await at.suggest('buy', CLICK);
    const accept = await at.visitor.ui('.ghosts .main');
    expect(await accept.evaluate((button) => button.getAttribute('aria-disabled'))).toBe('true');
    await at.visitor.ui(DO_IT);
    const box = await at.boxOf('.ghosts .main');
    // Another one comes to just the same place.
    const second = await at.suggest('buy', CLICK);
    await at.outcome(first);
    await at.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await pressAccept();
    expect(at.handled(second)).toBeUndefined();
    expect(await clicks()).toEqual([]);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(second)).toMatchObject(DONE);
  });

  test('a card that the page lays something over does not accept', async () => {
    await open();
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui(DO_IT);
    // In the top layer again and again, and over the card.
    await at.byScript(`
      const over = document.createElement('div');
      over.popover = 'manual';
      over.style.cssText = 'position:fixed;inset:0;width:100%;height:100%;margin:0;border:0;opacity:.01;pointer-events:none';
      document.body.append(over);
      const raise = () => { over.isConnected && (over.hidePopover(), over.showPopover(), requestAnimationFrame(raise)); };
      window.stopRaising = () => over.remove();
      raise();
    `);
    await at.looks(3);
    const again = await at.boxOf('.ghosts .main');
    await at.page.mouse.click(again.x + 10, again.y + 10);
    await pressAccept();
    expect(at.handled(n)).toBeUndefined();
    expect(await clicks()).toEqual([]);
    await at.byScript('stopRaising()');
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toMatchObject(DONE);
  });

  once('two operators: their cards do not overlap, keys are about the newest, and one key answers one', async () => {
    at = await openSuggested(browser(), BODY);
    await at.grant(['suggest'], BORIS);
    const anna = await at.suggest('buy', CLICK);
    const boris = await at.suggest('buy', CLICK, BORIS);
    await at.visitor.ui('.ghosts .older');
    await at.visitor.ui('.ghosts .ghost:not(.older) .main[aria-disabled=false]');
    const [one, two] = [await at.boxOf('.ghosts .older'), await at.boxOf('.ghosts .ghost:not(.older)')];
    const badge = await at.boxOf('.badge');
    const element = await at.boxOf('.hand .ghost');
    const apart = (a: typeof one, b: typeof one) =>
      a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
    for (const [a, b] of [
      [one, two],
      [one, badge],
      [two, badge],
      [one, element],
      [two, element],
    ] as const)
      expect(apart(a, b)).toBe(true);
    await pressAccept();
    await pressAccept();
    expect(await at.outcome(boris)).toMatchObject(DONE);
    expect(at.handled(anna)).toBeUndefined();
    expect(await clicks()).toEqual([false]);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(anna)).toMatchObject(DONE);
  });

  once('cards that stand close to each other can all be accepted, and cover nothing that is suggested', async () => {
    at = await openSuggested(browser(), FIELDS);
    await at.grant(['suggest'], BORIS);
    const name = await at.suggest('name', { t: 'text', text: 'Max' });
    await at.visitor.ui('.ghosts .card');
    const buy = await at.suggest('buy', CLICK, BORIS);
    await at.visitor.ui('.ghosts .older .main[aria-disabled=false]');
    await at.visitor.ui('.ghosts .ghost:not(.older) .main[aria-disabled=false]');
    await expectApart(['.ghosts .older', '.ghosts .ghost:not(.older)', '.badge']);
    await expectApart(['.ghosts .older', '#name', '#buy', '.ghosts .ghost:not(.older)']);
    await at.visitor.click('.ghosts .older .main');
    expect(await at.outcome(name)).toMatchObject(DONE);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(buy)).toMatchObject(DONE);
  });

  once('in a small window only the newest is open; another is made the newest by its button', async () => {
    at = await openSuggested(browser(), FIELDS);
    await at.grant(['suggest'], BORIS);
    await at.page.setViewport({ width: 390, height: 900 });
    const name = await at.suggest('name', { t: 'text', text: 'Max' });
    await at.visitor.ui('.ghosts .card');
    const buy = await at.suggest('buy', CLICK, BORIS);
    await at.visitor.ui('.ghosts .older');
    await at.visitor.ui(DO_IT);
    await expectApart(['.ghosts .older', '.ghosts .ghost:not(.older)', '.badge', '#name', '#buy']);
    expect((await at.boxOf('.ghosts .older')).height).toBeLessThan(80);
    expect((await at.boxOf('.ghosts .older .main')).height).toBe(0);
    const bring = await at.visitor.ui('.ghosts .older .bring');
    expect(await bring.evaluate((button) => button.getAttribute('aria-label'))).toBe('Show: Anna');
    await bring.focus();
    await at.page.keyboard.press('Enter');
    expect(await at.visitor.textOf('.ghosts .older')).toContain('Boris');
    // The keys are about whichever is open.
    await at.visitor.ui('.ghosts .ghost:not(.older) .main[aria-disabled=false]');
    await pressAccept();
    expect(await at.outcome(name)).toMatchObject(DONE);
    expect(at.handled(buy)).toBeUndefined();
    await at.visitor.ui('.ghosts .ghost:not(.older) .main[aria-disabled=false]');
    await at.visitor.click(NO_THANKS);
    expect(await at.outcome(buy)).toEqual({ done: false, why: 'declined' });
  });

  once('a visitor who does not answer has not answered', async () => {
    expect(LIMITS.suggestionMs).toBe(120_000);
    at = await openSuggested(browser(), BODY, 'en', () => {
      const own = window.setTimeout;
      // Two minutes of a page are over soon.
      const set = (task: () => void, ms?: number) => own(task, ms === 120_000 ? 1500 : ms);
      Object.assign(window, { setTimeout: set });
    });
    await at.grant(['suggest']);
    const n = await at.suggest('buy', CLICK);
    await at.visitor.ui('.ghosts .card');
    expect(await at.outcome(n)).toEqual({ done: false, why: 'no-answer' });
    await at.visitor.noUi('.ghosts .card');
  });

  once('out of sight the card says where, and accepting brings it in', async () => {
    await open();
    const n = await at.suggest('far', CLICK);
    await at.visitor.ui(DO_IT);
    await at.visitor.ui('.ghosts .card svg:not([hidden])');
    const card = await at.boxOf('.ghosts .card');
    expect(card.y + card.height).toBeLessThanOrEqual(700);
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toMatchObject(DONE);
    expect(await read('scrollY')).toBeGreaterThan(1000);
  });

  once('an editor, and a page in Russian', async () => {
    await open(`<div id="ed" contenteditable ${'style="margin:80px;height:80px"'}><p>old</p><p>words</p></div>`, 'ru');
    const n = await at.suggest('ed', { t: 'text', text: 'new' });
    await at.visitor.ui(DO_IT);
    expect(await at.visitor.textOf('.ghosts .card')).toContain('Anna предлагает:');
    await at.visitor.click(DO_IT);
    expect(await at.outcome(n)).toMatchObject({ done: true, was: 'old words', now: 'new' });
  });
});
