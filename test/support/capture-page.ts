// For tests of capture: serves a page (and a second origin) and runs the real startCapture in it, bundled here. What it
// emits is collected in the page as it would be encoded, so that a test reads exactly what would leave.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer';
import { VISITOR_PLUGINS } from '../../build.ts';
import type { CostFigures, CostOptions } from '../../cobrowse/capture/cost.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs in the page, as a script that sets window.tandem. */
const ENTRY = `
  import { startCapture } from './cobrowse/capture.ts';
  const outputs = [];
  let failures = 0;
  const guard = (task) => (...args) => {
    try { return task(...args); } catch (error) { failures++; window.tandem.errors.push(String(error?.stack ?? error)); }
  };
  window.tandem = {
    outputs,
    errors: [],
    start(masking = {}, cost = undefined) {
      window.tandem.capture = startCapture(
        document,
        { masking: { privateByDefault: false, ...masking }, uiAttribute: 'data-tandem-ui', guard, cost },
        (output) => {
          // As encoded at this moment: what is changed later did not leave.
          outputs.push(JSON.parse(JSON.stringify(output, (key, value) => {
            if (value instanceof Blob) return { blob: value.size, type: value.type };
            if (value instanceof Uint8Array) return { bytes: value.length, head: [...value.slice(0, 12)] };
            return value;
          })));
        },
      );
    },
    idOf: (selector) => window.tandem.capture.idOf(typeof selector === 'string' ? document.querySelector(selector) : selector),
  };
`;

export type File = { body: string | Buffer; type?: string; headers?: Record<string, string> };
export type Files = Record<string, File | string>;

// What capture emits, as the test reads it back: JSON of any shape.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

export type CapturePage = {
  page: Page;
  origin: string;
  otherOrigin: string;
  requests: string[];
  start(masking?: Record<string, unknown>, cost?: CostOptions): Promise<void>;
  cost(): Promise<CostFigures>;
  /** All outputs so far, of one kind or of all. */
  outputs(kind?: string): Promise<Json[]>;
  /** Everything that would leave the page, as one text. */
  everything(): Promise<string>;
  /** Events of all snapshots and changes, in order. */
  events(): Promise<Json[]>;
  /** Waits until the outputs satisfy the condition (run here). */
  until<T>(look: () => Promise<T | undefined | false>, what: string): Promise<T>;
  idOf(selector: string): Promise<number>;
  errors(): Promise<string[]>;
  close(): Promise<void>;
};

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  bundled ??= build({
    stdin: { contents: ENTRY, resolveDir: root, loader: 'js' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    plugins: VISITOR_PLUGINS,
  }).then((result) => result.outputFiles[0]?.text ?? '');
  return bundled;
}

function serve(files: Files, requests: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    const url = (request.url ?? '/').split('?')[0] ?? '/';
    requests.push(request.url ?? '');
    const found = files[url];
    if (found === undefined) return void response.writeHead(404).end('nothing here');
    const file = typeof found === 'string' ? { body: found } : found;
    response.writeHead(200, {
      'content-type': file.type ?? typeOf(url),
      'cache-control': 'max-age=600',
      ...file.headers,
    });
    response.end(file.body);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function typeOf(url: string): string {
  if (url.endsWith('.css')) return 'text/css';
  if (url.endsWith('.svg')) return 'image/svg+xml';
  if (url.endsWith('.js')) return 'text/javascript';
  return 'text/html; charset=utf-8';
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** `%OTHER%` in a file is replaced by the second origin. */
export async function openCapturePage(
  browser: Browser,
  options: { files: Files; otherFiles?: Files; path?: string; before?: string },
): Promise<CapturePage> {
  const script = await bundle();
  const requests: string[] = [];
  const other = await serve(options.otherFiles ?? {}, requests);
  const otherOrigin = `http://localhost:${portOf(other)}`;
  const files: Files = { '/capture.js': script };
  for (const [name, file] of Object.entries(options.files))
    files[name] = typeof file === 'string' ? file.replaceAll('%OTHER%', otherOrigin) : file;
  const own = await serve(files, requests);
  const origin = `http://127.0.0.1:${portOf(own)}`;
  const page = await browser.newPage();
  const thrown: string[] = [];
  page.on('pageerror', (error) => {
    // Firefox reports what only stands in the console: a file of another origin that may not be read.
    if (!/Cross-Origin Request Blocked/.test(String(error))) thrown.push(`page: ${String(error)}`);
  });
  await page.goto(`${origin}${options.path ?? '/'}`, { waitUntil: 'load' });
  await page.addScriptTag({ url: '/capture.js' });

  const outputs = (kind?: string): Promise<Json[]> =>
    page.evaluate((wanted) => {
      // Set by the entry above.
      const all = (window as unknown as { tandem: { outputs: { kind: string }[] } }).tandem.outputs;
      return all.filter((output) => !wanted || output.kind === wanted);
    }, kind);

  return {
    page,
    origin,
    otherOrigin,
    requests,
    outputs,
    start: (masking = {}, cost) =>
      page.evaluate((how, limits) => (window as unknown as Json).tandem.start(how, limits), masking, cost),
    cost: () => page.evaluate(() => (window as unknown as Json).tandem.capture.cost),
    everything: async () => JSON.stringify(await outputs()),
    events: async () => (await outputs()).flatMap((output) => output.events ?? []),
    idOf: (selector) => page.evaluate((of) => (window as unknown as Json).tandem.idOf(of), selector),
    async until(look, what) {
      // Only a hang ends it: the test's own timeout is later than this.
      for (let tries = 0; tries < 1200; tries++) {
        const found = await look();
        if (found !== undefined && found !== false) return found as Exclude<typeof found, undefined | false>;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(
        `never came: ${what}; last outputs: ${JSON.stringify((await outputs()).slice(-4)).slice(0, 3000)}`,
      );
    },
    errors: async () => [...thrown, ...(await page.evaluate(() => (window as unknown as Json).tandem.errors))],
    async close() {
      await page.close();
      own.closeAllConnections();
      other.closeAllConnections();
      own.close();
      other.close();
    },
  };
}
