// A stand-in for OpenReplay's ingest server, with the answers that its own gives by default: enough for the tracker to
// start, to send its batches, and to be believed that it did. Nothing that it sends is read, only counted.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Ingest = {
  readonly url: string;
  /** Since the last call. */
  take(): { batches: number; starts: number; /** Of the batches, as they were sent. */ bytes: number };
  /** As in `take`, so far. */
  readonly bytes: number;
  stop(): Promise<void>;
};

export async function startIngest(): Promise<Ingest> {
  let received = { batches: 0, starts: 0, bytes: 0 };
  let session = 0;
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.byteLength));
    request.on('end', () => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*, authorization');
      response.setHeader('access-control-max-age', '600');
      const { pathname } = new URL(request.url ?? '/', 'http://ingest');
      if (request.method === 'OPTIONS') return void response.writeHead(204).end();
      const json = (answer: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      switch (pathname) {
        case '/v1/web/start':
          received.starts++;
          session++;
          return void json({
            token: `token-${session}`,
            userUUID: `visitor-${session}`,
            sessionID: String(session),
            projectID: '1',
            startTimestamp: Date.now(),
            delay: 0,
            // The server's own defaults; the first has none and is what its installation sets.
            beaconSizeLimit: 1_000_000,
            compressionThreshold: 20_000,
            protocolVersion: 2,
            canvasEnabled: false,
            canvasQuality: 'low',
            canvasFPS: 1,
            assistOnly: false,
          });
        case '/v1/web/i':
          // With nothing in it, it is no batch.
          if (bytes > 0) received.batches++;
          received.bytes += bytes;
          return void response.writeHead(200).end();
        case '/v1/web/tags':
          return void json({ tags: [] });
        default:
          return void json({});
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a TCP port, so the address is one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take() {
      const taken = received;
      received = { batches: 0, starts: 0, bytes: 0 };
      return taken;
    },
    get bytes() {
      return received.bytes;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
