// What a Node process really keeps: its heap after a full collection, asked through the inspector. The process must have
// been started with INSPECT in its NODE_OPTIONS and its log must be at hand, because the inspector's address stands there.

import WebSocket from 'ws';

/** Any free port, this machine only. */
export const INSPECT = '--inspect=127.0.0.1:0';

export type Heap = {
  /** Collects all garbage and tells the bytes that are left. */
  keptBytes(): Promise<number>;
  close(): void;
};

export async function openHeap(log: string): Promise<Heap> {
  const address = /Debugger listening on (ws:\S+)/.exec(log)?.[1];
  if (address === undefined) throw new Error('the process was not started with an inspector');
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  let next = 1;
  const call = (method: string): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = next++;
      const hear = (data: Buffer) => {
        // The inspector's protocol: one JSON object per message, answers carry the question's id.
        const message = JSON.parse(data.toString()) as { id?: number; result?: Record<string, unknown> };
        if (message.id !== id) return;
        socket.off('message', hear);
        if (message.result) resolve(message.result);
        else reject(new Error(`the inspector refused ${method}`));
      };
      socket.on('message', hear);
      socket.send(JSON.stringify({ id, method }));
    });
  return {
    async keptBytes() {
      await call('HeapProfiler.collectGarbage');
      const { usedSize } = await call('Runtime.getHeapUsage');
      if (typeof usedSize !== 'number') throw new Error('the inspector does not tell the size of the heap');
      return usedSize;
    },
    close: () => socket.close(),
  };
}
