// `npm run check`: types of every part, lint, format; then builds, since the import table and the byte budgets are read
// from what was built (test/unit/boundaries.test.ts).

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PARTS = ['protocol', 'cobrowse', 'widget', 'relay', 'demo', 'bench', 'test'];

type Result = { name: string; status: number; output: string; ms: number };

function check(name: string, args: readonly string[]): Promise<Result> {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn('npx', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()));
    child.on('close', (status) => resolve({ name, status: status ?? 1, output, ms: Date.now() - began }));
  });
}

const jobs: [string, string[]][] = [
  ...PARTS.map((part): [string, string[]] => [`types of ${part}`, ['tsc', '-p', part]]),
  ['types of operator-ui', ['svelte-check', '--tsconfig', 'operator-ui/tsconfig.json', '--fail-on-warnings']],
  ['lint', ['eslint', '.', '--max-warnings', '0']],
  ['format', ['prettier', '--check', '.', '--log-level', 'warn']],
];

const after: [string, string[]][] = [
  ['build', ['tsx', 'build.ts']],
  ['import table and byte budgets', ['vitest', 'run', '--project', 'unit', 'test/unit/boundaries.test.ts']],
];

let failed = false;
const report = async ([name, args]: [string, string[]]) => {
  const result = await check(name, args);
  console.log(`${result.status === 0 ? 'ok  ' : 'FAIL'} ${result.name} (${result.ms} ms)`);
  if (result.status === 0) return;
  failed = true;
  console.log(result.output);
};
// Two at a time: the machines this runs on have two cores.
const waiting = [...jobs];
await Promise.all(
  [0, 1].map(async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await report(job);
  }),
);
for (const job of after) await report(job);
if (failed) {
  console.log('\nFormat is mended by `npm run format`; the rest says its place above.');
  process.exit(1);
}
