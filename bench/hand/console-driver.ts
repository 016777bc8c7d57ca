// An operator at the console, with mouse and keyboard: where a thing of the visitor's page stands in the mirror, and what
// is done there; and the visitor, where nothing is done without a press of theirs. Knows both from the outside only.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ElementHandle, KeyInput, Page } from 'puppeteer';
import { sleep } from '../processes.ts';
import type { Step } from './rows.ts';

const PATIENCE_MS = 6000;
const MIDDLE = [0.5, 0.5] as const;
/** There and back, and the frame. */
const SCROLLED_MS = 250;
/** As a hand moves: fewer would be no drag, and more only take longer. */
const DRAG_STEPS = 12;

/** Where something is in the operator's window once it is in the mirror and has come to rest. */
async function place(page: Page, selector: string, at: readonly [number, number] = MIDDLE) {
  let last = '';
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(30)) {
    const found = await page.evaluate(findInMirror, selector, at[0], at[1]);
    const now = JSON.stringify(found);
    const isAtRest = now === last;
    last = now;
    if (!found || !isAtRest) continue;
    if (found.below === 0) return found;
    // Out of sight: brought there as a person would.
    await page.mouse.move(found.x, found.middle);
    await page.mouse.wheel({ deltaY: found.below });
    await sleep(SCROLLED_MS);
  }
  throw new Error(`the mirror does not show ${selector} in its place`);
}

/** Runs in the console. Undefined: it is not there. `below`: so far must be scrolled until it is in sight. */
function findInMirror(
  selector: string,
  atX: number,
  atY: number,
): { x: number; y: number; middle: number; below: number } | undefined {
  const outer = [...document.querySelectorAll<HTMLIFrameElement>('[data-testid=mirror] iframe')].find(
    (frame) => frame.style.display !== 'none',
  );
  if (!outer) return undefined;
  const shown = outer.getBoundingClientRect();
  const scale = shown.width / outer.offsetWidth;
  let scope: ParentNode | null = outer.contentDocument;
  let found: Element | null = null;
  let dx = 0;
  let dy = 0;
  for (const part of selector.split(/ (?=>>>|\|>)/)) {
    if (part.startsWith('|>')) {
      const frame = found as HTMLIFrameElement;
      const box = frame.getBoundingClientRect();
      dx += box.x + frame.clientLeft;
      dy += box.y + frame.clientTop;
      scope = frame.contentDocument;
    } else if (part.startsWith('>>>')) scope = (found as Element | null)?.shadowRoot ?? null;
    found = scope?.querySelector(part.replace(/^(>>>|\|>) /, '')) ?? null;
    if (!found) return undefined;
  }
  const box = found?.getBoundingClientRect();
  if (!box || box.width === 0) return undefined;
  const inside = { x: dx + box.x + box.width * atX, y: dy + box.y + box.height * atY };
  const isSeen = inside.y > 0 && inside.y < outer.offsetHeight;
  return {
    x: shown.x + inside.x * scale,
    y: shown.y + inside.y * scale,
    middle: shown.y + shown.height / 2,
    below: isSeen ? 0 : Math.round(inside.y - outer.offsetHeight / 2),
  };
}

export type Beside = {
  visitor: Page;
  /** Of files that are handed over. */
  folder: string;
};

/** `beside`: for what the visitor has a part in. */
export async function perform(page: Page, step: Step, beside?: Beside): Promise<void> {
  switch (step.do) {
    case 'click':
    case 'double':
    case 'right': {
      const { x, y } = await place(page, step.on, step.at);
      await page.mouse.move(x, y);
      await page.mouse.click(x, y, {
        button: step.do === 'right' ? 'right' : 'left',
        count: step.do === 'double' ? 2 : 1,
      });
      return;
    }
    case 'hover': {
      const { x, y } = await place(page, step.on, step.at);
      await page.mouse.move(x, y, { steps: 3 });
      return;
    }
    case 'type':
      for (const key of step.text) await page.keyboard.type(key);
      return;
    case 'paste':
      await page.evaluate((text) => {
        const data = new DataTransfer();
        data.setData('text/plain', text);
        // The clipboard belongs to the whole machine; the event is what the console hears of it.
        document.activeElement?.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
        );
      }, step.text);
      return;
    case 'key': {
      for (const held of step.with ?? []) await page.keyboard.down(held as KeyInput);
      await page.keyboard.press(step.key as KeyInput);
      for (const held of step.with ?? []) await page.keyboard.up(held as KeyInput);
      return;
    }
    case 'drag': {
      const from = await place(page, step.on, step.on === step.to ? [0.2, 0.2] : MIDDLE);
      const to = await place(page, step.to, step.at);
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      for (let index = 1; index <= DRAG_STEPS; index++) {
        const part = index / DRAG_STEPS;
        await page.mouse.move(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part);
        // Each in a frame of its own, as a hand's are.
        await sleep(20);
      }
      await page.mouse.up();
      return;
    }
    case 'look':
      await place(page, step.for);
      return;
    case 'wheel': {
      const { x, y } = await place(page, step.on, step.on === 'body' ? [0.5, 0.1] : MIDDLE);
      await page.mouse.move(x, y);
      await page.mouse.wheel({ deltaY: step.dy });
      await sleep(SCROLLED_MS * 2);
      return;
    }
    case 'choose': {
      const { x, y } = await place(page, step.on);
      await page.mouse.click(x, y);
      const isMany = step.options.length > 1;
      for (const option of step.options) {
        await page.waitForFunction(
          (index) => document.querySelectorAll('[data-testid=hand-option]').length > index,
          { timeout: PATIENCE_MS },
          option,
        );
        const options = await page.$$('[data-testid=hand-option]');
        await options[option]?.click();
      }
      if (isMany) await page.click('[data-testid=hand-choose]');
      return;
    }
    case 'set': {
      const { x, y } = await place(page, step.on, step.at);
      await page.mouse.move(x, y);
      await page.mouse.click(x, y);
      if (step.at) return;
      await page.waitForSelector('[data-testid=hand-value]', { timeout: PATIENCE_MS });
      // Pickers differ by language and platform; what they bring about is this.
      await page.$eval(
        '[data-testid=hand-value]',
        (field, value) => {
          (field as HTMLInputElement).value = value;
          field.dispatchEvent(new Event('input', { bubbles: true }));
        },
        step.value,
      );
      await page.click('[data-testid=hand-send]');
      return;
    }
    case 'give':
    case 'ask': {
      if (!beside) throw new Error('a file is handed over between two');
      const { visitor, folder } = beside;
      const file = written(folder, step.file);
      const { x, y } = await place(page, step.on);
      await page.mouse.click(x, y);
      await page.waitForSelector(`[data-testid=hand-file-${step.do}]`, { timeout: PATIENCE_MS });
      if (step.do === 'give') {
        const picker = (await page.$('[data-testid=hand-file-picker]')) as ElementHandle<HTMLInputElement> | null;
        await picker?.uploadFile(file);
        return accept(visitor);
      }
      await page.click('[data-testid=hand-file-ask]');
      const [chooser] = await Promise.all([visitor.waitForFileChooser({ timeout: PATIENCE_MS }), accept(visitor)]);
      await chooser.accept([file]);
    }
  }
}

export function written(folder: string, { name, text }: { name: string; text: string }): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The visitor says yes to what is offered, by mouse. */
async function accept(visitor: Page): Promise<void> {
  const found = await visitor.waitForFunction(
    () => {
      for (const host of document.querySelectorAll('[data-tandem-ui]'))
        for (const button of host.shadowRoot?.querySelectorAll('.offer button.main') ?? [])
          if (button.getAttribute('aria-disabled') !== 'true') return button;
      return undefined;
    },
    { timeout: PATIENCE_MS },
  );
  const button = found.asElement() as ElementHandle | null;
  await button?.click();
}

/** What the console says was refused, in its own words, oldest first. */
export async function refusals(page: Page): Promise<string[]> {
  return page.$$eval('[data-testid=hand-refused]', (labels) => labels.map((label) => label.textContent ?? ''));
}
