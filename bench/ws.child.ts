// Control of the bench `relay`: the `ws` package doing the relay's work, fanned out as most servers in Node do it, by a
// loop over the sockets of the sender's room. What is done with a frame on its way is the relay's own code: header read
// and checked, stamped, kept in the room's history. Left out, in its favour: rates, acknowledgements, slow viewers, counters.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { isOrdered, readHeader, stamp } from '../protocol/codec.ts';
import { LIMITS } from '../protocol/limits.ts';
import { History, SparePieces } from '../relay/live/history.ts';
import { answer } from './processes.ts';

export type WsQuestion = { do: 'port' };
export type WsAnswer = { port: number };

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: LIMITS.maxFrameBytes });
type Room = { number: number; sequence: number; viewers: Set<WebSocket>; history: History };
const rooms = new Map<string, Room>();
const sparePieces = new SparePieces();

server.on('connection', (socket, request) => {
  const [, , number, role] = (request.url ?? '').split('/');
  if (number === undefined) return socket.terminate();
  const known = rooms.get(number);
  const room = known ?? {
    number: rooms.size,
    sequence: 0,
    viewers: new Set(),
    history: new History(sparePieces, () => {}),
  };
  if (!known) rooms.set(number, room);
  const { viewers } = room;
  if (role === 'viewer') {
    viewers.add(socket);
    socket.on('close', () => viewers.delete(socket));
    return;
  }
  socket.on('message', (data: Buffer) => {
    const header = readHeader(data);
    if (isOrdered(header.kind)) {
      header.tab = 1;
      header.room = room.number;
      header.sequence = ++room.sequence;
      stamp(data, header);
      room.history.add(header, data);
    }
    for (const viewer of viewers) viewer.send(data, { binary: true });
  });
});

await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
// Listening on a TCP port, so the address is one.
const { port } = http.address() as AddressInfo;

answer<WsQuestion, WsAnswer>(() => ({ port }));
