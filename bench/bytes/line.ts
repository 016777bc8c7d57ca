// A line between a visitor's page and the relay that carries everything on and counts what goes upward: each message of
// the socket with its header, by what it is, the control frames, and uploads with the head of their request. What the
// page fetches (the widget's files) is not counted: any tool has files.
//
// Easy to get wrong: a browser's frames are masked, so the byte that tells a frame's kind must be unmasked first; a long
// message may come in several WebSocket frames; and requests share connections, so HTTP is read by Node's own parser.

import http from 'node:http';
import net from 'node:net';
import { KIND } from '../../protocol/codec.ts';

/** Bytes on the wire, headers of WebSocket and HTTP included; TCP's are not. */
export type Sent = {
  snapshot: number;
  change: number;
  pointer: number;
  /** Of a canvas or a video. */
  picture: number;
  /** Messages that name assets and their hashes. */
  offers: number;
  /** Other text messages, pings and closes, the requests for a socket. */
  control: number;
  /** Uploaded style sheets, with the heads of their requests and of the browser's asking before (CORS). */
  sheets: number;
  /** Other uploads: pictures and fonts. */
  files: number;
  /** Messages of the kind Snapshot: a long one comes in several. */
  snapshots: number;
  uploads: number;
};

export type CountingLine = {
  /** In place of the relay's own. */
  readonly url: string;
  /** Since the last call. */
  take(): Sent;
  /** Messages of the kind Snapshot so far. */
  readonly snapshots: number;
  /** Grows with everything that is part of a picture: not with probes and the like. */
  readonly ofPicture: number;
  stop(): Promise<void>;
};

type Part = 'snapshot' | 'change' | 'pointer' | 'picture' | 'offers' | 'control' | 'sheets' | 'files';

const PART_OF_KIND: Readonly<Record<number, Part>> = {
  [KIND.Snapshot]: 'snapshot',
  [KIND.Change]: 'change',
  [KIND.Pointer]: 'pointer',
  [KIND.Picture]: 'picture',
};

const CONTINUATION = 0;
const BINARY = 2;
const FIRST_CONTROL = 8;
/** How a message with assets begins: the widget writes what a message is before anything else. */
const OFFER = '{"t":"assets"';

const nothing = (): Sent => ({
  snapshot: 0,
  change: 0,
  pointer: 0,
  picture: 0,
  offers: 0,
  control: 0,
  sheets: 0,
  files: 0,
  snapshots: 0,
  uploads: 0,
});

export async function startCountingLine(relayUrl: string): Promise<CountingLine> {
  const { hostname, port } = new URL(relayUrl);
  const sockets = new Set<net.Socket>();
  /** Bytes of a browser's asking whether it may upload, until it does. */
  const asked = new Map<string, number>();
  let sent = nothing();
  let snapshots = 0;
  let ofPicture = 0;

  const count = (part: Part, bytes: number) => {
    sent[part] += bytes;
    if (part !== 'control' && part !== 'pointer') ofPicture += bytes;
  };

  const server = http.createServer((request, response) => {
    const upload = request.method === 'POST' && request.url?.startsWith('/upload/');
    const part: Part | undefined = !upload
      ? undefined
      : request.headers['content-type']?.startsWith('text/css')
        ? 'sheets'
        : 'files';
    const head = headOf(request).length;
    if (part) {
      sent.uploads++;
      count(part, head + (asked.get(request.url ?? '') ?? 0));
      asked.delete(request.url ?? '');
    } else if (request.method === 'OPTIONS') asked.set(request.url ?? '', head);
    const onward = http.request(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    // The relay has gone, or the page has left: the other side hears of it by the close.
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.on('data', (piece: Buffer) => {
      if (part) count(part, piece.byteLength);
    });
    request.pipe(onward);
  });

  server.on('upgrade', (request, up: net.Socket, first: Buffer) => {
    const down = net.connect(Number(port), hostname);
    const read = frameReader((part, bytes, isNew) => {
      count(part, bytes);
      if (part === 'snapshot' && isNew) {
        sent.snapshots++;
        snapshots++;
      }
    });
    const head = headOf(request);
    count('control', head.length);
    down.write(head);
    const carry = (chunk: Buffer) => {
      read(chunk);
      down.write(chunk);
    };
    carry(first);
    up.on('data', carry);
    down.pipe(up);
    for (const [socket, other] of [
      [up, down],
      [down, up],
    ] as const) {
      sockets.add(socket);
      // A close follows.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A listening TCP server has an address of this kind.
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    take() {
      const taken = sent;
      sent = nothing();
      return taken;
    },
    get snapshots() {
      return snapshots;
    },
    get ofPicture() {
      return ofPicture;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As it came. */
function headOf({ method, url, rawHeaders }: http.IncomingMessage): string {
  let head = `${method} ${url} HTTP/1.1\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return `${head}\r\n`;
}

/** Reads a browser's WebSocket frames from a stream, and tells of each what it is part of and how long it is with its
 * header. `isNew`: the first of its message. */
export function frameReader(tell: (part: Part, bytes: number, isNew: boolean) => void): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  /** Of the payload that is passing. */
  let left = 0;
  let part: Part = 'control';
  return (chunk) => {
    waiting = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
    for (;;) {
      if (left > 0) {
        const passing = Math.min(left, waiting.length);
        left -= passing;
        waiting = waiting.subarray(passing);
      }
      if (left > 0 || waiting.length < 2) return;
      const opcode = (waiting[0] ?? 0) & 15;
      const short = (waiting[1] ?? 0) & 127;
      const isMasked = ((waiting[1] ?? 0) & 128) !== 0;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
      if (waiting.length < headBytes) return;
      const length =
        lengthBytes === 0 ? short : lengthBytes === 2 ? waiting.readUInt16BE(2) : Number(waiting.readBigUInt64BE(2));
      // And the first of what it carries, which tells what it is.
      const first = Math.min(length, OFFER.length);
      if (waiting.length < headBytes + first) return;
      if (opcode >= FIRST_CONTROL) tell('control', headBytes + length, false);
      else {
        const begins = Buffer.from(waiting.subarray(headBytes, headBytes + first));
        if (isMasked)
          for (let at = 0; at < first; at++) begins[at] = (begins[at] ?? 0) ^ (waiting[headBytes - 4 + (at % 4)] ?? 0);
        if (opcode === BINARY) {
          const known = PART_OF_KIND[begins[0] ?? 0];
          if (!known) throw new Error(`the page has sent a frame of an unknown kind ${begins[0]}`);
          part = known;
        } else if (opcode !== CONTINUATION) part = begins.toString() === OFFER ? 'offers' : 'control';
        tell(part, headBytes + length, opcode !== CONTINUATION);
      }
      waiting = waiting.subarray(headBytes);
      left = length;
    }
  };
}
