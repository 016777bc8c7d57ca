// Control of the bench `relay`: the `ws` package doing the same work, as most servers in Node do it: a loop over the
// sockets of the sender's room.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { LIMITS } from '../protocol/limits.ts';
import { answer } from './processes.ts';

export type WsQuestion = { do: 'port' };
export type WsAnswer = { port: number };

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: LIMITS.maxFrameBytes });
const rooms = new Map<string, Set<WebSocket>>();

server.on('connection', (socket, request) => {
  const [, , number, role] = (request.url ?? '').split('/');
  if (number === undefined) return socket.terminate();
  let viewers = rooms.get(number);
  if (!viewers) rooms.set(number, (viewers = new Set()));
  if (role === 'viewer') {
    viewers.add(socket);
    socket.on('close', () => viewers.delete(socket));
    return;
  }
  socket.on('message', (data: Buffer) => {
    for (const viewer of viewers) viewer.send(data, { binary: true });
  });
});

await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
// Listening on a TCP port, so the address is one.
const { port } = http.address() as AddressInfo;

answer<WsQuestion, WsAnswer>(() => ({ port }));
