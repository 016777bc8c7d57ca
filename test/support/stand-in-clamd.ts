// ClamAV's daemon as its documentation describes the INSTREAM command (clamd(8)), on a socket of this machine: finds the
// EICAR test text, and says so as the real one does.

import net from 'node:net';

export const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';

export type StandInClamd = { readonly address: string; readonly scanned: number; close(): Promise<void> };

/** `mostBytes`: its StreamMaxLength. `port`: 0, any. */
export async function startStandInClamd({ port = 0, mostBytes = 25e6 } = {}): Promise<StandInClamd> {
  let scanned = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let got = Buffer.alloc(0);
    let isStream = false;
    let content = Buffer.alloc(0);
    const answer = (text: string) => socket.end(`${text}\0`);
    socket.on('data', (data: Buffer) => {
      got = Buffer.concat([got, data]);
      if (!isStream) {
        const end = got.indexOf(0);
        if (end < 0) return;
        if (got.subarray(0, end).toString() !== 'zINSTREAM') return answer('UNKNOWN COMMAND');
        isStream = true;
        got = got.subarray(end + 1);
      }
      while (got.byteLength >= 4) {
        const length = got.readUInt32BE(0);
        if (length === 0) {
          scanned += 1;
          return answer(content.includes(EICAR) ? 'stream: Eicar-Signature FOUND' : 'stream: OK');
        }
        if (got.byteLength < 4 + length) return;
        content = Buffer.concat([content, got.subarray(4, 4 + length)]);
        got = got.subarray(4 + length);
        if (content.byteLength > mostBytes) return answer('INSTREAM size limit exceeded. ERROR');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: listening } = server.address() as net.AddressInfo;
  return {
    address: `127.0.0.1:${listening}`,
    get scanned() {
      return scanned;
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
