// Control of the bench `bytes`: the server of rrweb's live recipe (recipe-visitor.page.ts), which keeps what the page sends:
// one event as JSON in each message. And what is left of these when they go through one stream of deflate.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, createDeflateRaw } from 'node:zlib';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';

/** How rrweb's event of a whole page begins. */
const FULL_SNAPSHOT = '{"type":2,';

export type RecipeSink = {
  readonly port: number;
  /** Grows with all that comes. */
  readonly received: number;
  /** Full snapshots so far. */
  readonly snapshots: number;
  /** A new room: deflate knows nothing yet. */
  open(): void;
  /** The page that has connected is to begin; waits for one that has not begun. */
  begin(): Promise<void>;
  /** Of what came since the last call: as JSON in UTF-8, and after the room's one deflate. */
  take(): Promise<{ json: number; deflated: number; messages: number }>;
  stop(): Promise<void>;
};

export async function startRecipeSink(): Promise<RecipeSink> {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  let messages: Buffer[] = [];
  let received = 0;
  let snapshots = 0;
  let deflate = roomDeflate();
  let idle: WebSocket[] = [];
  let wake: (() => void) | undefined;
  server.on('connection', (socket) => {
    idle.push(socket);
    wake?.();
    socket.on('close', () => (idle = idle.filter((each) => each !== socket)));
    socket.on('message', (data: RawData) => {
      // By ws' default a message is one Buffer.
      const message = data as Buffer;
      received += message.byteLength;
      if (message.subarray(0, FULL_SNAPSHOT.length).toString() === FULL_SNAPSHOT) snapshots++;
      messages.push(message);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    // Listening on a TCP port, so the address is one.
    port: (http.address() as AddressInfo).port,
    get received() {
      return received;
    },
    get snapshots() {
      return snapshots;
    },
    open() {
      deflate = roomDeflate();
      messages = [];
    },
    async begin() {
      if (idle.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      for (const socket of idle.splice(0)) socket.send('join');
    },
    async take() {
      const taken = messages;
      messages = [];
      let deflated = 0;
      for (const message of taken) deflated += await deflate(message);
      return { json: taken.reduce((sum, { byteLength }) => sum + byteLength, 0), deflated, messages: taken.length };
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        http.close(() => resolve());
      }),
  };
}

/** Bytes of a message after one deflate of all of them at zlib's own level, flushed after each so that it can be read at
 * once: as permessage-deflate with its context kept would send them, without a frame's header. */
function roomDeflate(): (message: Buffer) => Promise<number> {
  const deflate = createDeflateRaw();
  let out = 0;
  deflate.on('data', (piece: Buffer) => (out += piece.byteLength));
  return async (message) => {
    const before = out;
    deflate.write(message);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    return out - before;
  };
}
