// The README's second command, after `npm ci`: finds what the tests need, installs what is missing where it can, says
// exactly what to install where it can't, builds, and runs everything. Prints what was not run and why.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { findBrowser, type BrowserName } from './support/browsers.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  console.log(`\n— ${[command, ...args].join(' ')}`);
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return result.status ?? 1;
}

const PACKAGES: Record<BrowserName, string> = { chromium: 'chromium', firefox: 'firefox-esr' };

function findBrowsers(): void {
  const missing = (['chromium', 'firefox'] as const).filter((name) => findBrowser(name) === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((name) => PACKAGES[name]);
  const canInstall = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (canInstall) {
    console.log(`Installing ${packages.join(' and ')} (the tests drive real browsers) …`);
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  }
  const still = missing.filter((name) => findBrowser(name) === undefined);
  if (still.length === 0) return;
  console.error(
    `\nThe tests need ${still.join(' and ')}, and could not install ${still.length > 1 ? 'them' : 'it'} here. ` +
      `On Debian or Ubuntu: sudo apt-get install ${still.map((name) => PACKAGES[name]).join(' ')}. Elsewhere install ` +
      'Chromium (or Chrome) and Firefox, or name them: CHROMIUM_PATH=… FIREFOX_PATH=… npm test',
  );
  process.exit(1);
}

findBrowsers();
const steps: (() => number)[] = [
  // Builds, too.
  () => run('npx', ['tsx', 'test/check.ts']),
  () => run('npx', ['vitest', 'run', '--project', 'unit', '--project', 'store', '--project', 'wire']),
  () => run('npx', ['vitest', 'run', '--project', 'browser']),
  () => run('node', ['dist/bench/main.js', '--tiny']),
];
for (const step of steps) {
  const status = step();
  if (status !== 0) process.exit(status);
}
