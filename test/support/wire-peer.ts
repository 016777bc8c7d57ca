// A bare WebSocket peer for black-box tests: sends what it is told, keeps what it gets, waits for what it expects.
// Knows nothing of the product's code.

import WebSocket from 'ws';

export type Message = Record<string, unknown> & { t: string };

export type WirePeer = {
  readonly socket: WebSocket;
  readonly messages: Message[];
  readonly frames: Buffer[];
  send(message: unknown): void;
  raw(data: string | Uint8Array): void;
  /** The first message (from now on, or already here and not yet taken) for which this holds. */
  expect(what: string | ((message: Message) => boolean)): Promise<Message>;
  frame(matches?: (frame: Buffer) => boolean): Promise<Buffer>;
  /** Code and reason by which the relay closed. */
  closed(): Promise<{ code: number; reason: string }>;
  close(): void;
};

/** An operator receives a frame, or a bundle: frames one behind the other, each after a byte 0 and its length. */
function framesIn(message: Buffer): Buffer[] {
  if (message[0] !== 0) return [message];
  const frames: Buffer[] = [];
  for (let at = 0; at < message.length;) {
    const bytes = message.readUIntLE(at + 1, 3);
    if (message[at] !== 0 || at + 4 + bytes > message.length) throw new Error(`a bundle is cut off at ${at}`);
    frames.push(message.subarray(at + 4, at + 4 + bytes));
    at += 4 + bytes;
  }
  return frames;
}

/** Three times what the relay itself waits for at most, where a test waits for that (a hello). */
const PATIENCE_MS = 30_000;

export function connectPeer(
  url: string,
  role: 'visitor' | 'operator',
  options: { origin?: string; cookie?: string; version?: number } = {},
): Promise<WirePeer> {
  const address = `${url.replace(/^http/, 'ws')}/link/${options.version ?? 3}/${role}`;
  const socket = new WebSocket(address, {
    headers: {
      ...(options.origin === undefined ? {} : { origin: options.origin }),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
    },
    perMessageDeflate: false,
  });
  const messages: Message[] = [];
  const frames: Buffer[] = [];
  const taken = new Set<Message>();
  const takenFrames = new Set<Buffer>();
  const wakers = new Set<() => void>();
  let closed: { code: number; reason: string } | undefined;
  const wake = () => {
    for (const waker of [...wakers]) waker();
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary && role === 'operator') frames.push(...framesIn(data));
    else if (isBinary) frames.push(data);
    else messages.push(JSON.parse(data.toString()) as Message);
    wake();
  });
  socket.on('close', (code, reason) => {
    closed = { code, reason: reason.toString() };
    wake();
  });
  const until = <T>(what: string, find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        wakers.delete(look);
        const seen = messages.map((message) => message.t).join(' ');
        reject(new Error(`waited in vain for ${what}; got: ${seen}; closed: ${JSON.stringify(closed)}`));
      }, PATIENCE_MS);
      const look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        wakers.delete(look);
        resolve(found);
      };
      wakers.add(look);
      look();
    });
  const peer: WirePeer = {
    socket,
    messages,
    frames,
    send: (message) => socket.send(JSON.stringify(message)),
    raw: (data) => socket.send(data),
    expect: (what) =>
      until(typeof what === 'string' ? what : what.toString(), () => {
        const matches = typeof what === 'string' ? (message: Message) => message.t === what : what;
        const found = messages.find((message) => !taken.has(message) && matches(message));
        if (found) taken.add(found);
        return found;
      }),
    frame: (matches = () => true) =>
      until('a frame', () => {
        const found = frames.find((frame) => !takenFrames.has(frame) && matches(frame));
        if (found) takenFrames.add(found);
        return found;
      }),
    closed: () => until('the close', () => closed),
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(peer));
    socket.on('error', (error) => reject(error));
  });
}

export const SHOP = 'http://shop.example';

export function helloOf(site: string, more: Record<string, unknown> = {}) {
  return {
    t: 'hello',
    site,
    tab: 'tab-1',
    lang: 'en',
    page: { url: `${SHOP}/`, title: 'Shop', visible: true, viewport: { width: 1280, height: 720 } },
    ...more,
  };
}

/** A frame as section "codec" of protocol/README.md lays it out. */
export function frame(kind: number, ordinal: number, payload: string | Uint8Array = '[]', flags = 0): Buffer {
  const body = Buffer.from(payload);
  const bytes = Buffer.alloc(16 + body.length);
  bytes[0] = kind;
  bytes[1] = flags;
  bytes.writeUInt32LE(ordinal, 12);
  body.copy(bytes, 16);
  return bytes;
}

export const sequenceOf = (bytes: Buffer) => bytes.readUInt32LE(8);
export const payloadText = (bytes: Buffer) => bytes.subarray(16).toString();
