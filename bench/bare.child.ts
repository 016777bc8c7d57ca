// Control of the benches `relay` and `idle`: uWebSockets.js and nothing else. What one peer of a room says is published
// to the room's topic, in the fewest lines that do it: no version, no origin, no token, no header read or stamped, no
// sequence, no history, no counters. The physical limit that the relay is measured against.

import { LIMITS } from '../protocol/limits.ts';
import { answer } from './processes.ts';
import { loadUws } from './uws.ts';

type Data = { topic: string; isViewer: boolean };

export type BareQuestion = { do: 'port' };
export type BareAnswer = { port: number };

const uws = await loadUws();
const app = uws.App();

// The same limits as the relay's own sockets, so that neither drops what the other carries.
const limits = {
  maxPayloadLength: 4 * LIMITS.maxFrameBytes,
  maxBackpressure: LIMITS.maxOperatorBacklogBytes,
  idleTimeout: LIMITS.idleTimeoutSec,
  sendPingsAutomatically: true,
};

app.ws<Data>('/room/:number/:role', {
  ...limits,
  upgrade(res, req, context) {
    res.upgrade<Data>(
      { topic: req.getParameter(0) ?? '', isViewer: req.getParameter(1) === 'viewer' },
      req.getHeader('sec-websocket-key'),
      req.getHeader('sec-websocket-protocol'),
      req.getHeader('sec-websocket-extensions'),
      context,
    );
  },
  open(ws) {
    const { topic, isViewer } = ws.getUserData();
    if (isViewer) ws.subscribe(topic);
  },
  message(ws, message, isBinary) {
    // Not ws.publish: it sends nothing when the sender itself has subscribed to nothing.
    app.publish(ws.getUserData().topic, message, isBinary);
  },
});

/** For `idle`: an open socket and nothing else. */
app.ws('/idle', limits);

const listening = await new Promise<unknown>((resolve) => app.listen('127.0.0.1', 0, (token) => resolve(token)));
if (!listening) throw new Error('uWebSockets.js can not listen');
// The token is uSockets' own listen socket; its type is opaque on purpose.
const port = uws.us_socket_local_port(listening as Parameters<typeof uws.us_socket_local_port>[0]);

answer<BareQuestion, BareAnswer>(() => ({ port }));
