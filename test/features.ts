// `npm run features`: which rows of docs/feature-rows.tsv (what operators of five live-chat systems can do) are proven, and
// writes docs/features.md. A row is proven when a test that drives the real thing, a browser or the wire, names its id at
// the start of its title: `[B106 C23] …`. Tests that are skipped prove nothing.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

export type Row = { id: string; area: string; name: string };
export type Proof = { ids: string[]; title: string; file: string };

export function readRows(): Row[] {
  return readFileSync(path.join(root, 'docs/feature-rows.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [id = '', area = '', name = ''] = line.split('\t');
      return { id, area, name };
    });
}

/** Tests of a browser or the wire whose titles begin with ids of rows. */
export function readProofs(): Proof[] {
  return ['test/browser', 'test/wire', 'test/extension'].flatMap((folder) =>
    filesIn(folder).flatMap((file) => proofsIn(readFileSync(path.join(root, file), 'utf8'), file)),
  );
}

export function proofsIn(source: string, file: string): Proof[] {
  const titles = source.matchAll(/\b(?:test|once|it)\(\s*(['"`])((?:\[[A-Z0-9 ]+\] )+)((?:(?!\1).)*)\1/g);
  return [...titles].flatMap(([, , groups = '', title = '']) => {
    // Rules of our own, which have two letters or one of others, may stand beside them.
    const ids = groups.split(/[[\] ]+/).filter((id) => /^[BCRLQ]\d+$/.test(id));
    return ids.length > 0 ? [{ ids, title, file }] : [];
  });
}

export function pageOf(rows: readonly Row[], proofs: readonly Proof[]): string {
  const proofsOf = (id: string) => proofs.filter(({ ids }) => ids.includes(id));
  const areas = [...new Set(rows.map(({ area }) => area))];
  const proven = (some: readonly Row[]) => some.filter(({ id }) => proofsOf(id).length > 0).length;
  const table = (head: string[], lines: string[][]) => {
    const widths = head.map((cell, column) =>
      Math.max(3, cell.length, ...lines.map((line) => line[column]?.length ?? 0)),
    );
    const written = [head, ...lines].map(
      (line) => `| ${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`,
    );
    return [written[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...written.slice(1)].join('\n');
  };
  const ofArea = (area: string) => rows.filter((row) => row.area === area);
  return [
    '# Features',
    'What operators of five live-chat systems can do, row by row, and which rows a test proves that drives the real thing.\n' +
      'Written by `npm run features`; the rows are in `feature-rows.tsv`.',
    table(
      ['area', 'proven', 'rows'],
      [
        ...areas.map((area) => [area, String(proven(ofArea(area))), String(ofArea(area).length)]),
        ['all', String(proven(rows)), String(rows.length)],
      ],
    ),
    ...areas.flatMap((area) => [
      `## ${area}`,
      table(
        ['row', 'what', 'proven by'],
        ofArea(area).map(({ id, name }) => [
          id,
          name.replaceAll('|', '\\|'),
          [...new Set(proofsOf(id).map(({ file }) => `\`${file.slice('test/'.length)}\``))].join(', '),
        ]),
      ),
    ]),
  ].join('\n\n');
}

/** Ids that tests name and that there are not. */
export function unknownIds(rows: readonly Row[], proofs: readonly Proof[]): string[] {
  const known = new Set(rows.map(({ id }) => id));
  return proofs.flatMap(({ ids, file }) => ids.filter((id) => !known.has(id)).map((id) => `${id} in ${file}`));
}

function filesIn(folder: string): string[] {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = readRows();
  const proofs = readProofs();
  const unknown = unknownIds(rows, proofs);
  if (unknown.length > 0) {
    console.error(`there is no row ${unknown.join(', ')}`);
    process.exit(1);
  }
  const page = pageOf(rows, proofs) + '\n';
  writeFileSync(path.join(root, 'docs/features.md'), page);
  console.log(page.split('\n## ')[0]);
  for (const area of new Set(rows.map((row) => row.area))) {
    const missing = rows.filter((row) => row.area === area && !proofs.some(({ ids }) => ids.includes(row.id)));
    if (missing.length > 0) console.log(`${area}: not proven ${missing.map(({ id }) => id).join(' ')}`);
  }
}
