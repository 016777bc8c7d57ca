// Control of the benches `mirror` and `join`, the server: passes on what the visitor's page says to every viewer, and
// what a viewer says to the page. One room.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { answer } from './processes.ts';

export type RecipeQuestion = { do: 'port' };
export type RecipeAnswer = { port: number };

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });
const sides = { visitor: new Set<WebSocket>(), viewer: new Set<WebSocket>() };

server.on('connection', (socket, request) => {
  const isVisitor = request.url === '/visitor';
  const [mine, others] = isVisitor ? [sides.visitor, sides.viewer] : [sides.viewer, sides.visitor];
  mine.add(socket);
  socket.on('close', () => mine.delete(socket));
  socket.on('message', (data: RawData) => {
    // Text as text: otherwise the browsers get blobs.
    for (const other of others) other.send(data, { binary: false });
  });
});

await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
// Listening on a TCP port, so the address is one.
const { port } = http.address() as AddressInfo;

answer<RecipeQuestion, RecipeAnswer>(() => ({ port }));
