// Asks ClamAV's daemon whether there is a virus in a file: its INSTREAM command, over its socket.
//
//   zINSTREAM\0 · length (4 bytes, big end first) · so many bytes · … · length 0  →  stream: OK\0 | stream: <name> FOUND\0 | … ERROR\0
//
// Easy to get wrong: the daemon cuts the connection in the middle of a file that is longer than its own StreamMaxLength, with
// its answer on the way. That is no verdict: nothing has been looked at.

import { once } from 'node:events';
import net from 'node:net';

/** `found`: what the daemon calls it. */
export type Verdict = { kind: 'clean' } | { kind: 'infected'; found: string };

/** Throws when there is no verdict: the daemon is away, or says that something is wrong. */
export type Scanner = (pieces: AsyncIterable<Uint8Array>) => Promise<Verdict>;

/** It looks into archives. */
const LONGEST_MS = 120_000;
const MOST_ANSWER_BYTES = 4096;

/** `address`: a socket's path, or host:port. */
export function createScanner(address: string, longestMs = LONGEST_MS): Scanner {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  return async (pieces) => {
    const socket = address.startsWith('/') ? net.connect({ path: address }) : net.connect({ host, port: Number(port) });
    try {
      const answered = answerOf(socket, longestMs);
      // Whoever waits for the answer hears of what went wrong; the rest of us must not.
      answered.catch(() => {});
      socket.write('zINSTREAM\0');
      for await (const piece of pieces) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(piece.byteLength);
        socket.write(length);
        // Answered already, or gone: the answer says which.
        if (socket.destroyed || socket.readableEnded) break;
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), answered]);
      }
      if (!socket.destroyed) socket.write(Buffer.alloc(4));
      return verdictOf(await answered);
    } finally {
      socket.destroy();
    }
  };
}

function answerOf(socket: net.Socket, longestMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setTimeout(longestMs, () => reject(new Error('the virus scanner does not answer')));
    socket.on('data', (piece: Buffer) => {
      text += piece.toString('latin1');
      const end = text.indexOf('\0');
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > MOST_ANSWER_BYTES) reject(new Error('the virus scanner says something else'));
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the virus scanner has hung up')));
  });
}

function verdictOf(answer: string): Verdict {
  if (answer === 'stream: OK') return { kind: 'clean' };
  const found = /^stream: (.+) FOUND$/.exec(answer)?.[1];
  if (found !== undefined) return { kind: 'infected', found };
  throw new Error(`the virus scanner says: ${answer.slice(0, 200)}`);
}
