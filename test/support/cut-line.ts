// A TCP line to a relay or a database that can be cut and delayed at will, and whose far end may go away and come back.

import net from 'node:net';

export type CutLine = {
  /** In place of the far end's own. */
  readonly url: string;
  /** Open lines now. */
  readonly open: number;
  /** Cuts some of the open lines, each with this chance: what is on its way in either direction is lost. */
  cut(chance: () => boolean): void;
  /** New lines are ended at once. */
  isDown: boolean;
  /** Milliseconds that each piece of either direction is held up. */
  delay: () => number;
  close(): void;
};

export async function startCutLine(port: string): Promise<CutLine> {
  const pairs = new Set<readonly [net.Socket, net.Socket]>();
  const server = net.createServer((up) => {
    if (line.isDown) return void up.on('error', () => undefined).destroy();
    const down = net.connect(Number(port), '127.0.0.1');
    const pair = [up, down] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      up.destroy();
      down.destroy();
    };
    for (const [from, to] of [
      [up, down],
      [down, up],
    ] as const) {
      // In their order, however long each is held up.
      let last = Promise.resolve();
      from.on('data', (piece: Buffer) => {
        const ms = line.delay();
        last = last.then(async () => {
          if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
          if (!to.destroyed) to.write(piece);
        });
      });
      from.on('error', end);
      from.on('close', end);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const line: CutLine = {
    // A listening TCP server has an address of this kind.
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    get open() {
      return pairs.size;
    },
    cut(chance) {
      for (const [up, down] of pairs) {
        if (!chance()) continue;
        up.resetAndDestroy();
        down.resetAndDestroy();
      }
    },
    isDown: false,
    delay: () => 0,
    close() {
      line.cut(() => true);
      server.close();
    },
  };
  return line;
}
