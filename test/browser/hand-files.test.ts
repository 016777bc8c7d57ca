// Files between an operator and a visitor's page, from both sides, through the built relay: asked for and given, into fields
// however they are dressed and into places for drops, and each only with the visitor's own yes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElementHandle } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

const BODY = `<style>body{margin:0;font:16px sans-serif} .at{position:absolute;left:40px;width:260px;height:40px}
  #zone{top:240px;height:90px;background:#e4dccf}</style>
  <label class="at" style="top:20px">Receipt <input type="file" id="receipt" accept=".pdf,image/*"></label>
  <label class="at" id="dressed" style="top:90px;background:#cde">Passport<input type="file" id="hidden" style="display:none" multiple></label>
  <button class="at" id="attach" style="top:160px">Attach</button>
  <div class="at" id="zone">Drop here</div>
  <input class="at" type="file" id="off" disabled style="top:360px">
  <button class="at" id="unanswered" style="top:430px">Opens nothing</button>
  <script>
    window.log = [];
    const told = (name) => (event) => {
      const files = event.dataTransfer ? event.dataTransfer.files : event.target.files;
      log.push(name + ' ' + event.type + ' ' + [...files].map((file) => [file instanceof File, file.name, file.type, file.size].join('|')));
      for (const file of files) file.text().then((text) => log.push('text ' + text.slice(0, 40)));
    };
    for (const id of ['receipt', 'hidden'])
      for (const type of ['input', 'change']) document.getElementById(id).addEventListener(type, told(id));
    attach.onclick = () => {
      const field = document.createElement('input');
      field.type = 'file';
      field.onchange = told('made');
      field.click();
    };
    zone.ondragover = (event) => event.preventDefault();
    zone.ondrop = (event) => { event.preventDefault(); told('zone')(event); };
  </script>`;

describe.each(['chromium', 'firefox'] as const)('files in %s', (visitors) => {
  let world: World;
  let folder = '';
  let invoice = '';
  beforeAll(async () => {
    world = await startWorld({ visitors });
    world.site.pages.set(
      '/',
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Files</title></head><body>${BODY}%SNIPPET%</body></html>`,
    );
    folder = await mkdtemp(path.join(tmpdir(), 'tandem-files-'));
    invoice = path.join(folder, 'invoice.pdf');
    await writeFile(invoice, 'total 42');
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true });
  });

  const controlled = () => world.openControlled('/');
  async function closeBoth({ visitor, operator }: { visitor: Visitor; operator: Operator }): Promise<void> {
    expect([...visitor.errors, ...operator.errors]).toEqual([]);
    await visitor.page.close();
    await operator.page.close();
  }
  const log = ({ page }: Visitor) => page.evaluate(() => (window as unknown as { log: string[] }).log);
  const logged = (visitor: Visitor, words: string) =>
    until(`“${words}” in the page`, async () => (await log(visitor)).some((line) => line.includes(words)));

  /** In the operator's window. */
  const at = ({ page }: Operator, x: number, y: number) =>
    page.$eval(
      '[data-testid="mirror"] iframe',
      (frame, fromX, fromY) => {
        const box = frame.getBoundingClientRect();
        const scale = box.width / (frame as HTMLElement).clientWidth;
        return { x: box.left + fromX * scale, y: box.top + fromY * scale };
      },
      x,
      y,
    );
  async function press(operator: Operator, x: number, y: number): Promise<void> {
    await operator.page.bringToFront();
    const point = await at(operator, x, y);
    await operator.page.mouse.click(point.x, point.y);
  }
  async function give(operator: Operator, x: number, y: number, file: string): Promise<void> {
    // A press is refused while the visitor is busy: then it is made again.
    await until('the choice of ways', async () => {
      await press(operator, x, y);
      return operator.page.waitForSelector('[data-testid="hand-file-give"]', { timeout: 2000 }).catch(() => null);
    });
    const picker = (await operator.page.$('[data-testid="hand-file-picker"]')) as ElementHandle<HTMLInputElement>;
    await picker.uploadFile(file);
  }
  async function drop(operator: Operator, x: number, y: number, names: string[], bytes = 8): Promise<void> {
    const point = await at(operator, x, y);
    await operator.page.evaluate(
      (clientX, clientY, names, bytes) => {
        const data = new DataTransfer();
        for (const name of names) data.items.add(new File(['x'.repeat(bytes)], name, { type: 'text/plain' }));
        const surface = document.querySelector('[data-testid="hand-surface"]');
        for (const type of ['dragover', 'drop'])
          surface?.dispatchEvent(
            new DragEvent(type, { dataTransfer: data, clientX, clientY, bubbles: true, cancelable: true }),
          );
      },
      point.x,
      point.y,
      names,
      bytes,
    );
  }
  async function answer(visitor: Visitor, words: string): Promise<void> {
    await visitor.page.bringToFront();
    await visitor.widget('.offer button:not([aria-disabled=true])', words);
    await (await visitor.widget('.offer button', words)).click();
  }
  /** The newest line of the list of acts. */
  async function told(operator: Operator, why: string, words = ''): Promise<void> {
    await operator.page.bringToFront();
    await operator.click('hand-acts');
    await until(`“${why} ${words}” in the list of acts`, async () =>
      operator.page.$$eval(
        '[data-testid="hand-act"]',
        (lines, why, words) =>
          lines.some((line) => line.getAttribute('data-why') === why && (line.textContent ?? '').includes(words)),
        why,
        words,
      ),
    );
    await operator.page.keyboard.press('Escape');
  }

  test('[G11] a file of the operator’s goes into a field as the visitor’s own choice would', async () => {
    const both = await controlled();
    await give(both.operator, 100, 40, invoice);
    const card = await both.visitor.widget('.offer', 'invoice.pdf');
    expect(await card.evaluate((element) => element.textContent)).toContain('(1 kB) into “Receipt”');
    // Beneath its field.
    const box = await card.evaluate((element) => element.getBoundingClientRect().toJSON() as { x: number; y: number });
    expect(box.x).toBeGreaterThan(30);
    expect(box.y).toBeGreaterThan(30);
    expect(await log(both.visitor)).toEqual([]);
    await answer(both.visitor, 'Put it in');
    await logged(both.visitor, 'text total 42');
    expect((await log(both.visitor)).slice(0, 2)).toEqual([
      'receipt input true|invoice.pdf|application/pdf|8',
      'receipt change true|invoice.pdf|application/pdf|8',
    ]);
    await both.visitor.noWidget('.offer');
    await told(both.operator, 'done', 'invoice.pdf');
    await closeBoth(both);
  });

  test('a label, a button with a script, a place for drops: each finds its field', async () => {
    const both = await controlled();
    await give(both.operator, 100, 110, invoice);
    await answer(both.visitor, 'Put it in');
    await logged(both.visitor, 'hidden change true|invoice.pdf');
    // The page wants the visitor to choose, which is heard of only when it has been pressed. And no choice opens by
    // itself, though the visitor has just pressed something.
    await give(both.operator, 100, 180, invoice);
    await answer(both.visitor, 'Put it in');
    await logged(both.visitor, 'made change true|invoice.pdf');
    await drop(both.operator, 100, 280, ['notes.txt']);
    await answer(both.visitor, 'Put it in');
    await logged(both.visitor, 'zone drop true|notes.txt|text/plain|8');
    await closeBoth(both);
  });

  test('the visitor says no; the operator takes it back; control ends: nothing is put in', async () => {
    const both = await controlled();
    await give(both.operator, 100, 40, invoice);
    await answer(both.visitor, 'No');
    await told(both.operator, 'declined');
    await give(both.operator, 100, 40, invoice);
    await both.visitor.widget('.offer', 'invoice.pdf');
    await both.operator.click('hand-wait-cancel');
    await both.visitor.noWidget('.offer');
    await told(both.operator, 'withdrawn');
    await give(both.operator, 100, 110, invoice);
    await both.visitor.widget('.offer', 'Passport');
    await both.visitor.page.bringToFront();
    await both.visitor.press('control');
    await both.visitor.noWidget('.offer');
    expect(await log(both.visitor)).toEqual([]);
    await closeBoth(both);
  });

  test('asked for one of their own, the visitor chooses; only its name is told', async () => {
    const both = await controlled();
    await press(both.operator, 100, 110);
    await both.operator.click('hand-file-ask');
    await both.visitor.page.bringToFront();
    await both.visitor.widget('.offer button:not([aria-disabled=true])', 'Choose a file');
    const [chooser] = await Promise.all([
      both.visitor.page.waitForFileChooser(),
      answer(both.visitor, 'Choose a file'),
    ]);
    // The picker is open. Firefox's driver chooses with events that no person made, and those count for nothing.
    expect(chooser).toBeDefined();
    if (visitors === 'firefox') return closeBoth(both);
    await chooser.accept([invoice]);
    await logged(both.visitor, 'hidden change true|invoice.pdf');
    await told(both.operator, 'done', 'invoice.pdf');
    expect(await both.operator.page.evaluate(() => document.body.textContent)).not.toContain('total 42');
    await closeBoth(both);
  });

  test('scripts of the page can neither accept nor choose', async () => {
    const both = await controlled();
    await give(both.operator, 100, 40, invoice);
    await both.visitor.widget('.offer button:not([aria-disabled=true])', 'Put it in');
    await both.visitor.page.evaluate(() => {
      for (const host of document.querySelectorAll('[data-tandem-ui]'))
        for (const button of host.shadowRoot?.querySelectorAll<HTMLElement>('.offer button') ?? []) {
          button.click();
          button.focus();
        }
    });
    // A page that puts the focus there while somebody types.
    await both.visitor.page.bringToFront();
    await both.visitor.page.keyboard.press('Enter');
    await both.visitor.widget('.offer', 'invoice.pdf');
    expect(await log(both.visitor)).toEqual([]);
    await answer(both.visitor, 'No');
    await told(both.operator, 'declined');
    await closeBoth(both);
  });

  test('what no field takes is said at once', async () => {
    const both = await controlled();
    await drop(both.operator, 280, 30, ['notes.txt']);
    await told(both.operator, 'wrong-kind', 'notes.txt');
    await drop(both.operator, 100, 280, ['a.txt', 'b.txt']);
    await told(both.operator, 'one-file');
    await drop(both.operator, 100, 280, ['large.bin'], 9 * 1024 * 1024);
    await told(both.operator, 'too-large', 'large.bin');
    await drop(both.operator, 100, 380, ['notes.txt']);
    await told(both.operator, 'disabled');
    await drop(both.operator, 100, 450, ['notes.txt']);
    await answer(both.visitor, 'Put it in');
    await told(both.operator, 'not-possible');
    expect(await log(both.visitor)).toEqual([]);
    await closeBoth(both);
  });
});
