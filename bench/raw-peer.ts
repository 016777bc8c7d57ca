// A WebSocket peer for load: as little work per frame as Node allows, so that one process can drive a server that uses
// a whole core. Frames are counted and their first bytes shown, never copied; what is sent is masked once beforehand.
// Knows nothing of the product but how a bundle is laid out.
//
// Easy to get wrong: all sockets of the process read into one buffer, so what a callback is shown is gone when it
// returns; and a mask of zeros would be unfair, because some servers skip the unmasking then.

import net from 'node:net';
import { randomBytes } from 'node:crypto';
import { BUNDLED_BYTES } from '../protocol/codec.ts';

export type RawEvents = {
  /** A text frame, whole. */
  text(text: string): void;
  /** A binary frame: its first bytes (up to PEEK_BYTES) stand at `at`; the rest may not have arrived yet. */
  binary(buffer: Buffer, at: number, bytes: number): void;
  /** What was read in one go has been shown. */
  read(): void;
  closed(code: number | undefined): void;
};

export type RawPeer = {
  text(text: string): void;
  /** Frames already masked and framed, see `maskedFrame`. Must not change until the server has them. */
  raw(frames: Uint8Array): void;
  close(): void;
};

/** How much of a binary frame is there when it is shown: our frame header (16) and a time stamp (8). */
export const PEEK_BYTES = 24;

const READ_BYTES = 256 * 1024;
/** Fixed: a mask hides nothing here, and frames are masked once and sent often. */
export const MASK = [0x5a, 0xc3, 0x17, 0xe8] as const;

const OPCODE = { Text: 1, Binary: 2, Close: 8, Ping: 9, Pong: 10 } as const;

const shared = Buffer.allocUnsafe(READ_BYTES);

export function connectRaw(options: {
  readonly url: string;
  /** Binary messages may be bundles (codec.ts): the frames in them are shown, each by itself. */
  readonly bundles?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly events: RawEvents;
}): Promise<RawPeer> {
  const { events } = options;
  const url = new URL(options.url);
  return new Promise((resolve, reject) => {
    let state: 'upgrading' | 'open' | 'closed' = 'upgrading';
    let closeCode: number | undefined;
    /** The beginning of something that has not arrived whole. */
    let kept: Buffer | undefined;
    /** Bytes of the current binary frame that are still to come. */
    let skip = 0;
    /** Bytes of the current bundle that are still to be taken apart. */
    let bundled = 0;

    const peer: RawPeer = {
      text: (text) => void socket.write(maskedFrame(OPCODE.Text, Buffer.from(text))),
      raw: (frames) => void socket.write(frames),
      close: () => socket.destroy(),
    };

    const upgraded = (buffer: Buffer): number => {
      const end = buffer.indexOf('\r\n\r\n');
      if (end < 0) return -1;
      const status = buffer.subarray(0, buffer.indexOf('\r\n')).toString('latin1');
      if (!status.startsWith('HTTP/1.1 101')) {
        socket.destroy(new Error(`${options.url}: ${status}`));
        return -1;
      }
      state = 'open';
      resolve(peer);
      return end + 4;
    };

    /** Takes frames from `at`; where it stopped: the end, or the beginning of one that is not there whole. */
    const take = (buffer: Buffer, from: number, end: number): number => {
      let at = from;
      for (;;) {
        if (skip > 0) {
          const step = Math.min(skip, end - at);
          skip -= step;
          at += step;
        }
        if (bundled > 0 && skip === 0) {
          if (end - at < BUNDLED_BYTES + PEEK_BYTES) return at;
          const bytes = buffer.readUIntLE(at + 1, 3);
          at += BUNDLED_BYTES;
          events.binary(buffer, at, bytes);
          bundled -= BUNDLED_BYTES + bytes;
          skip = bytes;
          continue;
        }
        if (end - at < 2) return at;
        const opcode = (buffer[at] ?? 0) & 15;
        let bytes = (buffer[at + 1] ?? 0) & 127;
        let head = 2;
        if (bytes === 126) {
          if (end - at < 4) return at;
          bytes = buffer.readUInt16BE(at + 2);
          head = 4;
        } else if (bytes === 127) {
          if (end - at < 10) return at;
          bytes = buffer.readUInt32BE(at + 6);
          head = 10;
        }
        const isBinary = opcode === OPCODE.Binary;
        if (end - at < head + (isBinary ? Math.min(bytes, PEEK_BYTES) : bytes)) return at;
        at += head;
        if (isBinary && options.bundles && buffer[at] === 0) {
          bundled = bytes;
          continue;
        }
        if (isBinary) {
          events.binary(buffer, at, bytes);
          skip = bytes;
          continue;
        }
        const payload = buffer.subarray(at, at + bytes);
        at += bytes;
        if (opcode === OPCODE.Text) events.text(payload.toString());
        else if (opcode === OPCODE.Ping) socket.write(maskedFrame(OPCODE.Pong, Buffer.from(payload)));
        else if (opcode === OPCODE.Close) {
          closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
          socket.end();
        }
      }
    };

    const read = (count: number): void => {
      let buffer = shared;
      let end = count;
      if (kept) {
        buffer = Buffer.concat([kept, shared.subarray(0, count)]);
        end = buffer.length;
        kept = undefined;
      }
      let at = 0;
      if (state === 'upgrading') {
        const past = upgraded(buffer.subarray(0, end));
        if (past < 0) {
          kept = Buffer.from(buffer.subarray(0, end));
          return;
        }
        at = past;
      }
      at = take(buffer, at, end);
      if (at < end) kept = Buffer.from(buffer.subarray(at, end));
      events.read();
    };

    const socket = net.connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: shared,
        callback(count) {
          read(count);
          return true;
        },
      },
    });
    socket.on('connect', () => {
      const headers = { ...options.headers };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${lines.join('')}\r\n`,
      );
    });
    socket.on('error', (error) => {
      if (state === 'upgrading') reject(error);
    });
    socket.on('close', () => {
      if (state === 'upgrading') reject(new Error(`${options.url}: closed before it was open`));
      else events.closed(closeCode);
      state = 'closed';
    });
  });
}

/** Where the payload of a frame of this many bytes begins, as a peer sends it. */
export function maskedHeadBytes(bytes: number): number {
  return 6 + (bytes < 126 ? 0 : bytes < 65536 ? 2 : 8);
}

/** A whole frame as a peer sends it, masked with MASK. */
export function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const head = maskedHeadBytes(payload.byteLength);
  const frame = Buffer.alloc(head + payload.byteLength);
  frame[0] = 0x80 | opcode;
  if (payload.byteLength < 126) frame[1] = 0x80 | payload.byteLength;
  else if (payload.byteLength < 65536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(payload.byteLength, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUInt32BE(payload.byteLength, 6);
  }
  frame.set(MASK, head - 4);
  for (let index = 0; index < payload.byteLength; index++)
    frame[head + index] = (payload[index] ?? 0) ^ (MASK[index & 3] ?? 0);
  return frame;
}

export function maskedBinary(payload: Uint8Array): Buffer {
  return maskedFrame(OPCODE.Binary, payload);
}
