// The customer's site of the benches: a small web server with the pages of one bench, its scripts and pictures, on a port
// of its own. Serves only what it was given; answers everything as a well set-up site would, compressed where text.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export type BenchSite = {
  readonly origin: string;
  /** `address` without a query; replaces what was there. */
  put(address: string, type: string, body: string | Buffer): void;
  stop(): Promise<void>;
};

export async function startSite(): Promise<BenchSite> {
  const files = new Map<string, { type: string; body: Buffer; packed: boolean }>();
  const server = createServer((request, response) => {
    const file = files.get((request.url ?? '').replace(/\?.*/, ''));
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, { 'content-type': file.type, ...(file.packed ? { 'content-encoding': 'gzip' } : {}) })
      .end(file.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, so the address is one.
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    put(address, type, body) {
      const packed = typeof body === 'string';
      files.set(address, { type, packed, body: packed ? gzipSync(body) : body });
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
