// `npm run bench [-- NAME ...] [--json FILE] [--tiny]`: runs the named benches (all without a name), one after another,
// and exits with 1 when one of them failed or missed a target. What a figure is stands in report.ts.
//
// Easy to get wrong: a tiny run judges nothing but still fails when a bench throws; it is part of the normal checks.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bytes } from './bytes.ts';
import { control } from './control.ts';
import { dialog } from './dialog.ts';
import { hand } from './hand.ts';
import { idle } from './idle.ts';
import { join } from './join.ts';
import { mirror } from './mirror.ts';
import { recorder } from './recorder.ts';
import { reconnect } from './reconnect.ts';
import { relay } from './relay.ts';
import { search } from './search.ts';
import { figureOf, lineOf, tableOf, type Bench, type Figure } from './report.ts';
import { size } from './size.ts';
import { soak } from './soak.ts';

/** In the order of a full run: the quick ones first. */
const BENCHES: readonly Bench[] = [
  size,
  idle,
  relay,
  dialog,
  reconnect,
  search,
  join,
  mirror,
  recorder,
  bytes,
  control,
  hand,
  soak,
];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, tiny: { type: 'boolean', default: false } },
});
const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown.length > 0) {
  const known = BENCHES.map((bench) => bench.name).join(', ');
  console.error(`there is no bench named ${unknown.join(', ')}; there are ${known}`);
  process.exit(2);
}
const chosen = BENCHES.filter((bench) => names.length === 0 || names.includes(bench.name));
const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

// A relay that startTestRelay has started does not keep this process waiting for it; this does.
const awake = setInterval(() => {}, 60_000);

const figures: Figure[] = [];
const shown: Figure[] = [];
const failed: string[] = [];
for (const bench of chosen) {
  console.error(`\n${bench.name}: ${bench.question}`);
  const began = Date.now();
  try {
    await bench.run({
      tiny: options.tiny,
      root,
      figure(measured) {
        const figure = figureOf(bench.name, measured, !options.tiny);
        figures.push(figure);
        if (!measured.detail) shown.push(figure);
        console.log(lineOf(figure));
      },
      say: (text) => console.error(`  ${text}`),
    });
    console.error(`  ${bench.name} took ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed.push(bench.name);
    console.error(error);
  }
}
clearInterval(awake);
if (options.json !== undefined) writeFileSync(options.json, figures.map((figure) => lineOf(figure) + '\n').join(''));

console.error('\n' + tableOf(shown));
const missed = figures.filter((figure) => figure.ok === false);
for (const { bench, metric, target } of missed) console.error(`missed: ${bench}, ${metric}: ${target}`);
for (const name of failed) console.error(`no figures: ${name} failed, see above`);
process.exit(missed.length + failed.length > 0 ? 1 : 0);
