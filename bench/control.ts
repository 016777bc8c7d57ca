// Bench `control`: how long does an operator's click take until its effect stands in the operator's own mirror, and does
// typing lose keys? Two Chromiums and a relay on one machine; the page changes something at each click, as pages do.
// Control in the same run: the same button, pressed by the visitor: what the way back alone takes.
//
// From the event of the released button to the end of the frame that shows the change. For the hand both are of the
// console's clock; for the control the two pages' clocks are compared (page-clock.ts). Easy to get wrong: a visitor who
// presses something has the right of way for a moment, so the control comes after.

import { perform } from './hand/console-driver.ts';
import type { Seen } from './eyes.page.ts';
import { allow, busyness, startPair, type Tab } from './live-pair.ts';
import { readClock } from './page-clock.ts';
import { sleep } from './processes.ts';
import { quantile, type Bench, type BenchContext } from './report.ts';

const ELEMENTS = 1500;
const CLICKS = 60;
const TINY = { elements: 400, clicks: 4 };
const PATIENCE_MS = 20_000;
/** Never in step with the screen's frames. */
const PAUSE_MS = { least: 150, most: 320 };
const SENTENCE =
  'Добрый день, Anna! Please send 2 kg of the "Ethiopia" beans to flat 7, (entrance 3): спасибо, до встречи; e-mail a@b.example.';
/** Ten keys a second. */
const KEY_EVERY_MS = 100;

async function run(context: BenchContext): Promise<void> {
  const { elements, clicks } = context.tiny ? TINY : { elements: ELEMENTS, clicks: CLICKS };
  context.say(busyness());
  const pair = await startPair({ root: context.root, elements });
  try {
    const visitor = await pair.visit('tandem');
    await visitor.page.evaluate(furnish);
    const operator = await pair.operator('tandem');
    await pair.begin('tandem', visitor, operator);
    await operator.page.click('[data-testid=tool-control]');
    await allow(visitor.page);
    await operator.page.waitForSelector('[data-testid=hand-layer][data-tool=control]', { timeout: PATIENCE_MS });
    const clocks = {
      visitor: await readClock(visitor.session, context),
      operator: await readClock(operator.session, context),
    };
    await operator.page.evaluate(() => benchEyes.watch('tandem'));
    await Promise.all([operator, visitor].map(({ page }) => page.evaluate(listen)));

    const byHand = await press(clicks, 0, operator, async () => {
      await perform(operator.page, { do: 'click', on: '#press' });
    });
    const byOperator = await operator.page.evaluate(() => globalThis.benchReleased ?? []);
    const lost = await type(visitor, operator, context.tiny ? SENTENCE.slice(0, 12) : SENTENCE);
    const box = await visitor.page.$('#press');
    if (!box) throw new Error('the button is gone');
    const byVisitor = await press(clicks, clicks, operator, () => box.click());

    const seen = await operator.page.evaluate(() => benchEyes.stop());
    const byPerson = await visitor.page.evaluate(() => globalThis.benchTrusted ?? []);
    pair.check();
    const toOperator = clocks.visitor.aheadMs - clocks.operator.aheadMs;
    report(context, {
      hand: delays(seen, byHand, byOperator),
      visitor: delays(
        seen,
        byVisitor,
        byPerson.map((at) => at + toOperator),
      ),
      lost,
      sentence: context.tiny ? 12 : SENTENCE.length,
    });
  } finally {
    await pair.stop();
  }
  context.say(busyness());
}

declare global {
  /** When a button of the mouse was released over the page: all, and those that a person's hand released. */
  var benchReleased: number[] | undefined;
  var benchTrusted: number[] | undefined;
}

/** Runs in the visitor's page. */
function furnish(): void {
  const button = document.createElement('button');
  button.id = 'press';
  button.textContent = 'Press';
  button.style.cssText = 'position:fixed;left:40px;top:120px;width:160px;height:60px;z-index:9';
  const field = document.createElement('textarea');
  field.id = 'sentence';
  field.style.cssText = 'position:fixed;left:40px;top:200px;width:400px;height:120px;z-index:9';
  let count = 0;
  button.addEventListener('click', () => {
    const marker = document.getElementById('marker');
    if (marker) marker.textContent = `batch ${++count}`;
  });
  document.body.append(button, field);
}

function listen(): void {
  const released: number[] = [];
  const trusted: number[] = [];
  globalThis.benchReleased = released;
  globalThis.benchTrusted = trusted;
  window.addEventListener(
    'pointerup',
    (event) => {
      released.push(event.timeStamp);
      if (event.isTrusted) trusted.push(event.timeStamp);
    },
    true,
  );
}

/** Presses, each after the one before is seen. Returns the numbers of the batches that they bring about. */
async function press(count: number, before: number, operator: Tab, once: () => Promise<void>): Promise<number[]> {
  const batches: number[] = [];
  for (let number = before + 1; number <= before + count; number++) {
    await once();
    await operator.page.waitForFunction((wanted) => benchEyes.batch() >= wanted, { timeout: PATIENCE_MS }, number);
    batches.push(number);
    await sleep(PAUSE_MS.least + ((number * 37) % (PAUSE_MS.most - PAUSE_MS.least)));
  }
  return batches;
}

/** Keys that did not come, came twice or came in another order. */
async function type(visitor: Tab, operator: Tab, sentence: string): Promise<number> {
  await perform(operator.page, { do: 'click', on: '#sentence' });
  await sleep(500);
  await operator.page.keyboard.type(sentence, { delay: KEY_EVERY_MS });
  let written = '';
  for (const until = Date.now() + PATIENCE_MS / 4; Date.now() < until && written !== sentence; await sleep(50))
    written = await visitor.page.$eval('#sentence', (field) => (field as HTMLTextAreaElement).value);
  if (written === sentence) return 0;
  let wrong = Math.abs(written.length - sentence.length);
  for (let at = 0; at < Math.min(written.length, sentence.length); at++) if (written[at] !== sentence[at]) wrong++;
  return Math.max(1, wrong);
}

function delays(seen: Seen, batches: readonly number[], released: readonly number[]): number[] {
  if (released.length !== batches.length) throw new Error(`${released.length} presses for ${batches.length} batches`);
  return batches.map((batch, index) => {
    const frame = seen.batch.findIndex((shown) => shown >= batch);
    const [from = Number.NaN, to = Number.NaN] = [released[index], seen.at[frame]];
    const ms = to - from;
    if (!(ms > 0 && ms < PATIENCE_MS)) throw new Error(`press ${index + 1} took ${ms} ms`);
    return ms;
  });
}

function report(
  context: BenchContext,
  of: { hand: readonly number[]; visitor: readonly number[]; lost: number; sentence: number },
): void {
  for (const [name, part, atMost] of [
    ['p50', 0.5, 60],
    ['p95', 0.95, 120],
  ] as const)
    context.figure({
      metric: `operator's click to its effect in the mirror, ${name}`,
      value: quantile(of.hand, part),
      unit: 'ms',
      control: quantile(of.visitor, part),
      against: "the visitor's own click",
      must: { of: 'value', atMost },
    });
  context.figure({
    metric: `keys lost or out of order, of ${of.sentence} at 10 a second`,
    value: of.lost,
    unit: 'keys',
    must: { of: 'value', atMost: 0 },
  });
}

export const control: Bench = {
  name: 'control',
  question: "how long does an operator's click take, there and back?",
  run,
};
