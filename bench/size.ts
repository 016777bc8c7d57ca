// Bench `size`: what each bundle weighs, what a visitor pays for it on the line, and which of our files it goes to.
// Control in the same run: the usual recorder of pages alone (@rrweb/record, bundled and minified here), without widget,
// consent, link, masking rules or anything else of a product. Not asked here: how long the bytes take to run.
//
// Sizes are those of the files in dist/, as they are served; the bytes of input files are esbuild's own count from the
// metafiles, before whatever minifies once more. Easy to get wrong: a viewed visitor has loaded the lazy chunks too, so
// all of them count but those that NOT_LOADED names.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import type { Bench, BenchContext } from './report.ts';

/** As BUDGETS in build.ts, which can't be imported here: it would take this program for itself and build. */
const LOADER_GZ_BYTES = 2_500;
const VIEWED_VISITOR_GZ_BYTES = 45_000;
const HAND_GZ_BYTES = 42_000;
/** Of the chat: before anybody opens it, and when somebody does. */
const UNOPENED_GZ_BYTES = 8_000;
const OPENED_GZ_BYTES = 35_000;

/** Every metafile that a browser's bundle has. */
const METAFILES = [
  'widget/loader',
  'widget/widget',
  'widget/hand',
  'widget/chat',
  'console/console',
  'demo/pages',
] as const;

/** Both sides of frames of other origins: only pages with such frames load them, and only such frames. What canvases and
 * films show: pages that have one. Hashing without
 * crypto.subtle: only pages without https load it. The list of what was done: whoever opens it. And the shorter of the languages: a visitor loads one. */
const NOT_LOADED = /\/(frames?|pictures|sha256-plain|hand-list|((hand|chat)-)?words-en)-/;

type Weight = { bytes: number; gz: number; br: number };

function weigh(content: Uint8Array): Weight {
  return {
    bytes: content.byteLength,
    // The levels at which static files are compressed ahead of time.
    gz: gzipSync(content, { level: 9 }).byteLength,
    br: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).byteLength,
  };
}

function sum(weights: readonly Weight[]): Weight {
  const all = { bytes: 0, gz: 0, br: 0 };
  for (const { bytes, gz, br } of weights) {
    all.bytes += bytes;
    all.gz += gz;
    all.br += br;
  }
  return all;
}

async function run(context: BenchContext): Promise<void> {
  const dist = path.join(context.root, 'dist');
  const recorder = weigh(await bundledRecorder(context.root));
  const visitor: Weight[] = [];
  const hand: Weight[] = [];
  const chat: Weight[] = [];

  const partOf: Record<(typeof METAFILES)[number], Weight[]> = {
    'widget/loader': visitor,
    'widget/widget': visitor,
    'widget/hand': hand,
    'widget/chat': chat,
    'console/console': [],
    'demo/pages': [],
  };
  for (const name of METAFILES) {
    // esbuild wrote it, as build.ts asks it to.
    const metafile = JSON.parse(readFileSync(path.join(dist, `${name}.meta.json`), 'utf8')) as Metafile;
    for (const [file, output] of Object.entries(metafile.outputs)) {
      if (!/\.(js|css)$/.test(file)) continue;
      const weight = weigh(readFileSync(path.join(context.root, file)));
      const isVisitors = name.startsWith('widget/');
      if (isVisitors && !NOT_LOADED.test(file)) partOf[name].push(weight);
      const inputs = Object.entries(output.inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
      const metric = nameOf(file, output.entryPoint ?? inputs[0]?.[0]);
      context.figure({ metric, value: weight.bytes, unit: 'B', detail: true });
      context.figure({ metric, value: weight.gz, unit: 'B gz', detail: !isVisitors });
      context.figure({ metric, value: weight.br, unit: 'B br', detail: true });
      if (!isVisitors) continue;
      for (const [input, { bytesInOutput }] of inputs)
        if (bytesInOutput > 0)
          context.figure({ metric: `${input} in ${metric}`, value: bytesInOutput, unit: 'B minified', detail: true });
    }
  }

  const loader = weigh(readFileSync(path.join(dist, 'widget/loader.js')));
  const control = { control: recorder.gz, against: '@rrweb/record alone' };
  context.figure({
    metric: 'what every page pays: the loader',
    value: loader.gz,
    unit: 'B gz',
    ...control,
    must: { of: 'value', atMost: LOADER_GZ_BYTES },
  });
  const all = sum(visitor);
  context.figure({
    metric: 'what a viewed visitor loads (https, Russian)',
    value: all.gz,
    unit: 'B gz',
    ...control,
    must: { of: 'value', atMost: VIEWED_VISITOR_GZ_BYTES },
  });
  context.figure({
    metric: 'what one who is helped by hand loads on top (Russian)',
    value: sum(hand).gz,
    unit: 'B gz',
    must: { of: 'value', atMost: HAND_GZ_BYTES },
  });
  const widget = loadedBy(context.root, 'widget/widget', ['widget/widget.ts', 'widget/words-ru.ts']);
  const launcher = loadedBy(context.root, 'widget/widget', ['widget/launcher.ts']);
  context.figure({
    metric: 'what a page pays until somebody opens the chat: loader and launcher',
    value: loader.gz + sum(launcher).gz,
    unit: 'B gz',
    must: { of: 'value', atMost: UNOPENED_GZ_BYTES },
  });
  context.figure({
    metric: 'what who opens the chat loads on top (Russian)',
    value: sum([...widget, ...chat]).gz,
    unit: 'B gz',
    must: { of: 'value', atMost: OPENED_GZ_BYTES },
  });
  context.figure({
    metric: 'what a viewed visitor loads (https, Russian)',
    value: all.br,
    unit: 'B br',
    control: recorder.br,
    against: '@rrweb/record alone',
  });
}

/** The files of a bundle that are loaded for these sources: each its own, and what that imports before it runs. */
function loadedBy(root: string, bundle: string, sources: readonly string[]): Weight[] {
  // esbuild wrote it, as build.ts asks it to.
  const metafile = JSON.parse(readFileSync(path.join(root, `dist/${bundle}.meta.json`), 'utf8')) as Metafile;
  const files = new Set<string>();
  const add = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path: imported, kind } of metafile.outputs[file]?.imports ?? [])
      if (kind === 'import-statement') add(imported);
  };
  for (const source of sources) {
    const found = Object.entries(metafile.outputs).find(
      ([, { entryPoint, inputs }]) => entryPoint === source || (entryPoint === undefined && source in inputs),
    );
    if (!found) throw new Error(`no file of ${bundle} is for ${source}`);
    add(found[0]);
  }
  return [...files].map((file) => weigh(readFileSync(path.join(root, file))));
}

/** Without the hash of the content, which would make every run's figure a new one; a shared chunk is called after what
 * most of it comes from. */
function nameOf(file: string, from: string | undefined): string {
  const name = path.relative('dist', file).replace(/-[A-Z0-9]{8}\./, '.');
  return /(^|\/)chunk\./.test(name) && from !== undefined ? `${name} of ${from}` : name;
}

async function bundledRecorder(root: string): Promise<Uint8Array> {
  const result = await build({
    stdin: { contents: `export { record } from '@rrweb/record';`, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2020',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const file = result.outputFiles[0];
  if (!file) throw new Error('esbuild wrote no recorder');
  return file.contents;
}

export const size: Bench = {
  name: 'size',
  question: 'What do our bundles weigh, above all in the page of a visitor?',
  run,
};
