// A line between a visitor and the relay that carries only so much upward, however much the browser has to send.

import net from 'node:net';

export type NarrowLine = {
  /** In place of the relay's own. */
  readonly url: string;
  bytesPerSecond: number;
  /** Bytes that went upward. */
  readonly carried: number;
  close(): void;
};

export async function startNarrowLine(relayUrl: string): Promise<NarrowLine> {
  const sockets = new Set<net.Socket>();
  let carried = 0;
  // Small, so that what does not go through waits in the browser.
  const server = net.createServer({ highWaterMark: 4096 }, (up) => {
    const down = net.connect(Number(new URL(relayUrl).port), '127.0.0.1');
    down.pipe(up);
    up.on('data', (chunk: Buffer) => {
      down.write(chunk);
      carried += chunk.byteLength;
      if (line.bytesPerSecond === Infinity) return;
      up.pause();
      setTimeout(() => up.resume(), (chunk.byteLength / line.bytesPerSecond) * 1000);
    });
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
  const line: NarrowLine = {
    // A listening TCP server has an address of this kind.
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    bytesPerSecond: Infinity,
    get carried() {
      return carried;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return line;
}
