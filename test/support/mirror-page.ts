// For tests of the mirror: one server with fixture pages that record themselves with @rrweb/record, and a console page
// that runs the real mirror (and rrweb's Replayer beside it) under the console's content security policy. Every request
// that reaches the server, or that a browser tries to send elsewhere, is counted.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'puppeteer';
import { consolePolicy } from '../../relay/pages.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** In the visitor's page: window.recorded collects events from the first snapshot on. */
const RECORDER = `
  import { record } from '@rrweb/record';
  window.recorded = [];
  window.startRecording = () => record({ emit: (event) => window.recorded.push(event), recordAfter: 'DOMContentLoaded', sampling: { scroll: 1, mousemove: false } });
`;

/** In the console: window.bench drives mirror and Replayer. Frames are made by the real codec. */
const CONSOLE = `
  import { createMirror } from './cobrowse/mirror.ts';
  import { encodeFrames, encodePicture, encodePointer, KIND, setOrdinal, stamp } from './protocol/codec.ts';
  import { createEventEncoder } from './protocol/event-encoder.ts';
  import { Replayer } from '@rrweb/replay';
  import { outline } from './test/support/outline.ts';
  let sequence = 0;
  let ordinal = 0;
  const encoder = createEventEncoder();
  const bench = (window.bench = {
    KIND, encodeFrames, encodePicture, encodePointer, stamp, outline, Replayer,
    emitted: [],
    mirror: undefined,
    start(id = 'mirror') {
      bench.mirror = createMirror(document.getElementById(id), {
        assetUrl: (hash) => location.origin + '/asset/' + hash,
        emit: (event) => bench.emitted.push(event),
        labels: { masked: 'masked', blocked: 'blocked', frame: 'frame of another site' },
      });
    },
    frames(kind, value, { deflated = false, tab = 1 } = {}) {
      const bytes = deflated instanceof Uint8Array ? deflated : new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
      return encodeFrames(kind, bytes, { deflated: deflated instanceof Uint8Array }).map((frame) => {
        stamp(frame, { tab, room: 1, sequence: ++sequence });
        return frame;
      });
    },
    /** As a page of today sends them: packed, each building on those before. 'bytes': these instead. */
    async packed(kind, events, { tab = 1, bytes, deflated = false } = {}) {
      const plain = bytes ?? encoder.encode(events, kind === KIND.Snapshot);
      const payload = deflated ? await bench.deflateBytes(plain) : plain;
      return encodeFrames(kind, payload, { packed: true, deflated }).map((frame) => {
        stamp(frame, { tab, room: 1, sequence: ++sequence });
        setOrdinal(frame, ++ordinal);
        return frame;
      });
    },
    send(kind, value, options) { for (const frame of bench.frames(kind, value, options)) bench.mirror.frame(frame); },
    snapshot(events, options) { bench.send(KIND.Snapshot, events, options); },
    change(events, options) { bench.send(KIND.Change, events, options); },
    assets(list, options) { bench.send(KIND.Assets, list, options); },
    deflate: (value) => bench.deflateBytes(new TextEncoder().encode(JSON.stringify(value))),
    async deflateBytes(bytes) {
      const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    },
    /** Cuts a recording into a snapshot (with the frames and sheets that belong to it) and single changes. */
    play(events) {
      const at = events.findIndex((event) => event.type === 2);
      bench.snapshot(events.slice(Math.max(0, at - 1), at + 1));
      for (const event of events.slice(at + 1)) bench.change([event]);
    },
    get document() { return document.querySelector('#mirror iframe').contentDocument; },
    replay(events) {
      const replayer = new Replayer(events, { root: document.getElementById('replay'), mouseTail: false, showWarning: false });
      replayer.pause(events.at(-1).timestamp - events[0].timestamp + 1);
      return replayer;
    },
    painted: () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))),
  });
`;

/** As relay/routes.ts sends it with every asset. */
const ASSET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

async function script(contents: string): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
  });
  return result.outputFiles[0]?.text ?? '';
}

let scripts: Promise<{ recorder: string; console: string }> | undefined;

export type Served = { type: string; body: string | Buffer };

export type MirrorBench = {
  origin: string;
  /** Paths asked of the server, but its own pages and scripts. */
  requests: string[];
  /** Media served under /asset/<hash>. */
  assets: Map<string, Served>;
  /** Served at /page/<name>. */
  pages: Map<string, string>;
  /** Other files of the visitor's site, by path. */
  files: Map<string, Served>;
  /** A visitor's page, recording. `act` then changes it; returns what was recorded. */
  record(browser: Browser, name: string): Promise<{ page: Page; events(): Promise<unknown[]> }>;
  /** A console page; `csp` false leaves the policy out, to see what the mirror does by itself. */
  console(browser: Browser, options?: { csp?: boolean }): Promise<Page>;
  /** A script that defines outlineOf(document), for a visitor's page. */
  outline(): Promise<string>;
  close(): Promise<void>;
};

export async function startMirrorBench(): Promise<MirrorBench> {
  scripts ??= Promise.all([script(RECORDER), script(CONSOLE)]).then(([recorder, console]) => ({ recorder, console }));
  const bundles = await scripts;
  const requests: string[] = [];
  const assets = new Map<string, Served>();
  const pages = new Map<string, string>();
  const files = new Map<string, Served>();
  let origin = '';
  const server: Server = createServer((request, response) => {
    const url = request.url ?? '/';
    const answer = (type: string, body: string | Buffer) => {
      response.setHeader('content-type', type);
      response.setHeader('cache-control', 'no-store');
      response.end(body);
    };
    if (url === '/recorder.js') return answer('text/javascript', bundles.recorder);
    if (url === '/console/console.js') return answer('text/javascript', bundles.console);
    if (url === '/favicon.ico') return answer('image/x-icon', '');
    const page = pages.get(url.replace(/^\/page\//, ''));
    if (url.startsWith('/page/') && page !== undefined) return answer('text/html; charset=utf-8', page);
    if (url.startsWith('/console')) {
      if (url === '/console') response.setHeader('content-security-policy', consolePolicy(origin));
      const style = 'html,body{margin:0;height:100%}#mirror{width:100%;height:100%}#replay{display:none}';
      return answer(
        'text/html; charset=utf-8',
        `<!doctype html><meta charset="utf-8"><style>${style}</style><input id="operator" style="position:absolute;left:-999px"><div id="mirror"></div><div id="replay"></div><script src="/console/console.js"></script>`,
      );
    }
    requests.push(url);
    const served = url.startsWith('/asset/') ? assets.get(url.slice('/asset/'.length)) : files.get(url);
    if (url.startsWith('/asset/')) response.setHeader('content-security-policy', ASSET_POLICY);
    if (served) return answer(served.type, served.body);
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // Listening on TCP, so there is an address with a port.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    assets,
    pages,
    files,
    async record(browser, name) {
      const page = await browser.newPage();
      await page.goto(`${origin}/page/${name}`, { waitUntil: 'load' });
      await page.evaluate(() => {
        // Set by the recorder's script.
        (window as unknown as { startRecording(): void }).startRecording();
      });
      return {
        page,
        events: () => page.evaluate(() => (window as unknown as { recorded: unknown[] }).recorded),
      };
    },
    async console(browser, options = {}) {
      const page = await browser.newPage();
      await page.goto(`${origin}/console${options.csp === false ? '-open' : ''}`, { waitUntil: 'load' });
      return page;
    },
    outline: () => script(`import { outline } from './test/support/outline.ts'; window.outlineOf = outline;`),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
