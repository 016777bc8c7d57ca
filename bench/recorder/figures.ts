// What the bench `recorder` prints, and what must be reached.

import { geometricMean, type BenchContext } from '../report.ts';
import type { OwnTime } from './own-time.ts';
import type { Start, Started } from './starting.ts';

const RRWEB = '@rrweb/record';
const OPENREPLAY = "OpenReplay's tracker";

/** On a page of this size the first part is judged. */
const FIRST_PART_ELEMENTS = 37_500;

const mean = (ratios: ReadonlyMap<string, number>) => geometricMean([...ratios.values()]);

export function reportOwnTime(context: BenchContext, { workloads, ratios, perRound, offMs, drawing }: OwnTime): void {
  const { ours, rrweb, openreplay } = ratios;
  const null_ = ratios['off again'];
  const detail = true;
  for (const workload of workloads) {
    const at = (of: ReadonlyMap<string, number>) => of.get(workload) ?? NaN;
    const unit = 'x off';
    context.figure({
      metric: `own time, ${workload}`,
      value: at(ours),
      unit,
      control: at(rrweb),
      against: RRWEB,
      detail,
    });
    context.figure({
      metric: `own time, ${workload}, beside OpenReplay's`,
      value: at(ours),
      unit,
      control: at(openreplay),
      against: OPENREPLAY,
      detail,
    });
    context.figure({ metric: `own time, ${workload}, off again`, value: at(null_), unit, detail });
    context.figure({ metric: `own time, ${workload}, off`, value: offMs.get(workload) ?? NaN, unit: 'ms', detail });
    context.figure({
      metric: `own time, ${workload}, drawing`,
      value: (drawing.get(workload) ?? NaN) * 100,
      unit: '% of off',
      detail,
    });
  }
  for (const [system, means] of Object.entries(perRound))
    context.say(
      `${system} through off, geometric mean of each round: ${means.map((each) => each.toFixed(3)).join(' ')}`,
    );
  const values = [...null_.values()];
  context.say(
    `off again through off: mean ${mean(null_).toFixed(3)}, single workloads ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`,
  );

  context.figure({
    metric: `the page's own time, mean of ${workloads.length} workloads`,
    value: mean(ours),
    unit: 'x off',
    control: mean(rrweb),
    against: RRWEB,
    must: { of: 'value', atMost: 1.1 },
  });
  const added = (of: ReadonlyMap<string, number>) => (mean(of) - 1) * 100;
  // Nothing to be a part of: then something is wrong with the control.
  if (added(rrweb) <= 0 && !context.tiny) throw new Error(`${RRWEB} has cost the page nothing`);
  context.figure({
    metric: "added to the page's own time",
    value: added(ours),
    unit: '%',
    control: added(rrweb),
    against: RRWEB,
    must: { of: 'ratio', atMost: 0.25 },
  });
  context.figure({
    metric: "the page's own time, beside OpenReplay's",
    value: mean(ours),
    unit: 'x off',
    control: mean(openreplay),
    against: OPENREPLAY,
    must: { of: 'ratio', atMost: 1 },
  });
  // Stricter, and nearer to how others measure: painting and compositing belong to no script of the page.
  const undrawn = (of: ReadonlyMap<string, number>) =>
    geometricMean(workloads.map((each) => 1 + ((of.get(each) ?? NaN) - 1) / (1 - (drawing.get(each) ?? NaN))));
  context.figure({
    metric: "the page's own time without drawing",
    value: undrawn(ours),
    unit: 'x off',
    control: undrawn(rrweb),
    against: RRWEB,
  });
  context.figure({
    metric: "the page's own time without drawing, beside OpenReplay's",
    value: undrawn(ours),
    unit: 'x off',
    control: undrawn(openreplay),
    against: OPENREPLAY,
  });
  context.figure({ metric: 'null control: the page without, beside itself', value: mean(null_), unit: 'x off' });
}

export function reportStarts(context: BenchContext, starts: readonly Start[]): void {
  const judged: Record<number, number> = { 1: 16, 4: 50 };
  for (const { elements, throttle, system, longestMs, firstMs, encodedMs } of starts) {
    if (system !== 'ours') continue;
    const beside = (name: Started) =>
      starts.find((each) => each.elements === elements && each.throttle === throttle && each.system === name);
    const rrweb = beside('rrweb');
    const off = beside('off');
    if (!rrweb || !off) throw new Error('a control is missing');
    const page = `${elements} elements${throttle === 1 ? '' : `, processor ${throttle} times slower`}`;
    const atMost = judged[throttle];
    context.figure({
      metric: `longest task while starting, ${page}`,
      value: longestMs,
      unit: 'ms',
      control: rrweb.longestMs,
      against: RRWEB,
      ...(atMost === undefined ? {} : { must: { of: 'value', atMost } }),
    });
    context.figure({
      metric: `longest task of a page at rest, ${page}`,
      value: off.longestMs,
      unit: 'ms',
      detail: true,
    });
    const isJudged = elements === FIRST_PART_ELEMENTS;
    context.figure({
      metric: `first visible part, ${page}`,
      value: firstMs,
      unit: 'ms',
      control: rrweb.firstMs,
      against: RRWEB,
      detail: !isJudged,
      ...(isJudged ? { must: { of: 'value', atMost: 300 } } : {}),
    });
    context.figure({
      metric: `first visible part encoded, ${page}`,
      value: encodedMs,
      unit: 'ms',
      control: rrweb.encodedMs,
      against: RRWEB,
      detail: true,
    });
  }
}
