// The demo shop's server: static files with the right types, ranges for the film, and HTML with its shared parts and
// the Tandem snippet's address filled in. It knows nothing of the relay but its URL, and the shop works without one.
//
// Easy to get wrong: a path is checked after decoding and resolving, so that neither `%2e%2e` nor a NUL leaves the
// folder; `close` also ends the connections that browsers keep open.

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DemoOptions {
  readonly port: number;
  readonly host: string;
  readonly relayUrl: string;
  readonly siteKey: string;
}

export interface Demo {
  readonly port: number;
  close(): Promise<void>;
}

const site = path.join(path.dirname(fileURLToPath(import.meta.url)), 'site');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webm': 'video/webm',
  '.vtt': 'text/vtt; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

type Range = { readonly from: number; readonly to: number } | 'whole' | 'unsatisfiable';

function parseRange(header: string | undefined, size: number): Range {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return 'whole';
  const isSuffix = match[1] === '';
  const from = isSuffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = isSuffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return from <= to && from < size ? { from, to } : 'unsatisfiable';
}

/** The file a request path means: extensionless pages, and the routes that the bundle builder makes by itself. */
function fileOf(url: string): string | undefined {
  let asked: string;
  try {
    asked = decodeURIComponent(new URL(url, 'http://shop').pathname);
  } catch {
    // Not a URL at all.
    return undefined;
  }
  if (asked.includes('\0') || asked.startsWith('/parts/')) return undefined;
  if (asked === '/bundle' || asked.startsWith('/bundle/')) asked = '/bundle.html';
  else if (asked.endsWith('/')) asked += 'index.html';
  else if (path.extname(asked) === '') asked += '.html';
  const file = path.join(site, asked);
  return file.startsWith(site + path.sep) ? file : undefined;
}

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

export async function startDemo(options: DemoOptions): Promise<Demo> {
  const relay = escapeHtml(options.relayUrl.replace(/\/$/, ''));
  const siteKey = escapeHtml(options.siteKey);

  async function readPage(file: string): Promise<string> {
    let page = await readFile(file, 'utf8');
    for (const [mark, name] of page.matchAll(/<!-- part: ([a-z-]+) -->/g)) {
      const part = await readFile(path.join(site, 'parts', `${name}.html`), 'utf8');
      page = page.replaceAll(mark, () => part);
    }
    return page.replaceAll('%RELAY%', () => relay).replaceAll('%SITE%', () => siteKey);
  }

  async function sendPage(
    request: IncomingMessage,
    response: ServerResponse,
    file: string,
    status: number,
  ): Promise<void> {
    const body = Buffer.from(await readPage(file));
    response.writeHead(status, {
      'content-type': types['.html'],
      'content-length': body.length,
      'cache-control': 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    const file = fileOf(request.url ?? '/');
    const found = file ? await stat(file).catch(() => undefined) : undefined;
    if (!file || !found?.isFile()) {
      await sendPage(request, response, path.join(site, '404.html'), 404);
      return;
    }
    const extension = path.extname(file);
    if (extension === '.html') {
      await sendPage(request, response, file, 200);
      return;
    }
    const tag = `"${found.size.toString(36)}-${Math.round(found.mtimeMs).toString(36)}"`;
    response.setHeader('etag', tag);
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader('content-type', types[extension] ?? 'application/octet-stream');
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304).end();
      return;
    }
    const range = parseRange(request.headers.range, found.size);
    if (range === 'unsatisfiable') {
      response.writeHead(416, { 'content-range': `bytes */${found.size}` }).end();
      return;
    }
    const { from, to } = range === 'whole' ? { from: 0, to: found.size - 1 } : range;
    response.writeHead(range === 'whole' ? 200 : 206, {
      'content-length': to - from + 1,
      ...(range === 'whole' ? {} : { 'content-range': `bytes ${from}-${to}/${found.size}` }),
    });
    if (request.method === 'HEAD' || found.size === 0) {
      response.end();
      return;
    }
    const stream = createReadStream(file, { start: from, end: to });
    // The head is already out: all that is left is to let the browser see a broken body.
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    stream.pipe(response);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('The shop could not read this page. Is it built? npm run build');
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new Error(
          `The demo shop can't listen on ${options.host}:${options.port} (${error.message}). ` +
            'Set TANDEM_DEMO_PORT to another port, or to off.',
          { cause: error },
        ),
      ),
    );
    server.listen(options.port, options.host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
