// The built files that browsers ask for: the widget (any site may load it) and the console. Read into memory at start
// and compressed once. Files with a hash in their name never change; the others are asked about each time.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompress, constants, gzipSync } from 'node:zlib';
import { promisify } from 'node:util';
import { reply, type HttpReply, type HttpRequest, type Route } from './http.ts';

type Page = { type: string; etag: string; immutable: boolean; raw: Uint8Array; gzip?: Uint8Array; brotli?: Uint8Array };

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
};

const brotli = promisify(brotliCompress);

async function readPages(folder: string): Promise<Map<string, Page>> {
  const pages = new Map<string, Page>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.meta.json')) continue;
    const file = path.join(entry.parentPath, entry.name);
    const raw = new Uint8Array(await readFile(file));
    const ending = path.extname(file);
    const page: Page = {
      type: TYPES[ending] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(raw).digest('base64url').slice(0, 22)}"`,
      immutable: /-[A-Z0-9]{8}\.[a-z0-9]+$/.test(entry.name),
      raw,
    };
    if (/^(text|application)\/|svg/.test(page.type) && ending !== '.map') {
      page.gzip = gzipSync(raw);
      page.brotli = await brotli(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    }
    pages.set(path.relative(folder, file).split(path.sep).join('/'), page);
  }
  return pages;
}

function serve(request: HttpRequest, page: Page, headers: Record<string, string>): HttpReply {
  const cache = page.immutable ? 'public, max-age=31536000, immutable' : 'public, max-age=0, must-revalidate';
  const all: Record<string, string> = {
    'content-type': page.type,
    'cache-control': cache,
    etag: page.etag,
    vary: 'accept-encoding',
    ...headers,
  };
  if (request.header('if-none-match') === page.etag) return reply(304, '', all);
  const accepted = request.header('accept-encoding') ?? '';
  if (page.brotli && /\bbr\b/.test(accepted)) return reply(200, page.brotli, { ...all, 'content-encoding': 'br' });
  if (page.gzip && /\bgzip\b/.test(accepted)) return reply(200, page.gzip, { ...all, 'content-encoding': 'gzip' });
  return reply(200, page.raw, all);
}

/** The console's policy, which the mirror's frames inherit: nothing but our own files, and of visitors' pages only
 * assets that the relay holds. With a path in it, 'self' would let a replica reach every address of the relay. */
export function consolePolicy(origin: string): string {
  const socket = origin.replace(/^http/, 'ws');
  return [
    "default-src 'none'",
    `script-src ${origin}/console/`,
    // Visitors' pages bring inline styles; without scripts and foreign addresses those can only look odd.
    `style-src ${origin}/console/ 'unsafe-inline'`,
    `img-src ${origin}/asset/ ${origin}/console/ data: blob:`,
    `font-src ${origin}/asset/ ${origin}/console/ data:`,
    `connect-src ${origin}/api/ ${origin}/asset/ ${origin}/file/ ${socket}/link/`,
    `manifest-src ${origin}/console/`,
    "media-src 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export async function createPageRoutes(folders: { widget: string; console: string }): Promise<Route[]> {
  const widget = await readPages(folders.widget);
  const consoleFiles = await readPages(folders.console);
  const missing = () =>
    reply(404, 'There is nothing at this address.\n', { 'content-type': 'text/plain; charset=utf-8' });
  const index = (request: HttpRequest) => {
    const page = consoleFiles.get('index.html');
    if (!page) return missing();
    return serve(request, page, {
      'content-security-policy': consolePolicy(request.origin),
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(self), geolocation=()',
    });
  };
  return [
    { method: 'GET', path: '/', answer: index },
    // As people type it.
    { method: 'GET', path: '/console', answer: index },
    {
      method: 'GET',
      path: '/console/',
      answer(request) {
        const name = request.path.slice('/console/'.length);
        if (name === '' || name === 'index.html') return index(request);
        const page = consoleFiles.get(name);
        return page ? serve(request, page, {}) : missing();
      },
    },
    {
      method: 'GET',
      path: '/widget/',
      answer(request) {
        const page = widget.get(request.path.slice('/widget/'.length));
        // Modules are fetched with CORS from whatever site carries the snippet.
        return page
          ? serve(request, page, { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' })
          : missing();
      },
    },
  ];
}
