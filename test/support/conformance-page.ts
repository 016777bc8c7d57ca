// For the conformance tests: serves pages under test and the window that holds them, and runs seeds there.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll } from 'vitest';
import { VISITOR_PLUGINS } from '../../build.ts';
import type { Conformance, Result, Run } from './conformance-host.ts';
import { FIXTURES, STEP, type Fixture } from './mirror-fixtures.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

export type Checked = {
  failure: string | undefined;
  operations: number;
  /** Of the runs that have a sliced snapshot. */
  fewestBoundaries: number;
};

export type ConformanceBench = {
  /** A fresh window with frames for the pages; closed again after these. */
  runs(browser: Browser, runs: readonly Run[]): Promise<Result[]>;
  shrink(browser: Browser, run: Run): Promise<Result & { run: Run }>;
  /** Runs all; of those that fail, the first, shortened, as text. */
  check(browser: Browser, runs: readonly Run[]): Promise<Checked>;
  fixture(browser: Browser, fixture: Fixture): Promise<string[]>;
  close(): Promise<void>;
};

/** More frames at a time do not make it faster: two cores are busy by then. */
const AT_ONCE = 4;

async function script(entry: string, plugins: BuildOptions['plugins'] = []): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    plugins,
  });
  return result.outputFiles[0]?.text ?? '';
}

export async function startConformance(): Promise<ConformanceBench> {
  const [inside, host] = await Promise.all([
    script('test/support/conformance-inside.ts', VISITOR_PLUGINS),
    script('test/support/conformance-host.ts'),
  ]);
  const page = `<!doctype html><html><head><meta charset="utf-8"><script>${inside.replaceAll('</', '<\\/')}</script></head><body></body></html>`;
  const files = new Map([
    [
      '/',
      {
        type: 'text/html; charset=utf-8',
        body: '<!doctype html><meta charset="utf-8"><style>iframe{position:fixed;left:0;top:0;border:0}</style><body><script src="/host.js"></script>',
      },
    ],
    ['/under-test', { type: 'text/html; charset=utf-8', body: page }],
    ['/inside.js', { type: 'text/javascript', body: inside }],
    ['/host.js', { type: 'text/javascript', body: host }],
  ]);
  for (const fixture of FIXTURES) {
    const html = fixture.html.replace('/recorder.js', '/inside.js');
    files.set(`/page/${fixture.name}`, { type: 'text/html; charset=utf-8', body: html });
    for (const [name, file] of Object.entries(fixture.files ?? {})) files.set(name, file);
  }
  const server: Server = createServer((request, response) => {
    const file = files.get(request.url ?? '/');
    if (!file) return void response.writeHead(404).end();
    // The scripts are the same for every page, and compiled once.
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'max-age=3600' }).end(file.body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // Listening on TCP, so there is an address with a port.
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function inHost<T>(browser: Browser, name: keyof Conformance, ...args: unknown[]): Promise<T> {
    const host = await browser.newPage();
    try {
      await host.goto(origin, { waitUntil: 'load' });
      const call = `window.conformance.${name}(${args.map((argument) => JSON.stringify(argument)).join(', ')})`;
      // Evaluated text has no types: they are those of conformance-host.ts.
      return (await host.evaluate(call)) as T;
    } finally {
      await host.close();
    }
  }

  const bench: ConformanceBench = {
    runs: (browser, runs) => inHost(browser, 'runs', runs, AT_ONCE),
    shrink: (browser, run) => inHost(browser, 'shrink', run),
    fixture: (browser, { name, act }) =>
      inHost(browser, 'fixture', `/page/${name}`, `(async () => { const step = ${STEP}; ${act}; await step(); })()`),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
    async check(browser, runs) {
      const results = await bench.runs(browser, runs);
      const failing = results
        .filter((result) => result.differences.length > 0)
        .sort((one, other) => one.seed - other.seed);
      const first = runs.find((run) => run.seed === failing[0]?.seed);
      return {
        failure: failing[0] && first && tell(failing, failing[0], await bench.shrink(browser, first)),
        operations: results.reduce((sum, result) => sum + result.operations, 0),
        fewestBoundaries: Math.min(...results.map((result) => result.boundaries)),
      };
    },
  };
  return bench;
}

/** What a person needs to find the mistake, and to see it again. */
function tell(failing: readonly Result[], first: Result, short: Result & { run: Run }): string {
  return [
    `seeds that fail: ${failing.map((result) => result.seed).join(', ')}`,
    `seed ${first.seed}:`,
    ...first.differences,
    `shortened to ${short.run.blocks} blocks and ${JSON.stringify(short.log)}:`,
    ...short.differences,
    // Not every difference comes again in a run of its own: some depend on when frames load.
    `run: ${JSON.stringify(short.run)}`,
  ].join('\n');
}

/** One bench for a file of tests, there only while they run. */
export function useConformance(): () => ConformanceBench {
  let bench: ConformanceBench | undefined;
  beforeAll(async () => {
    bench = await startConformance();
  });
  afterAll(() => bench?.close());
  return () => {
    if (!bench) throw new Error('the bench is not there yet');
    return bench;
  };
}
