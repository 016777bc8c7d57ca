// Control of the benches `relay` and `idle`: uWebSockets.js and nothing else. What one peer of a room says is published
// to the room's topic, in the fewest lines that do it: no version, no origin, no token, no header read or stamped, no
// sequence, no history, no counters. The physical limit that the relay is measured against.
//
// With a number as its argument it also keeps the frames, in the cheapest way there is: each is copied behind the one before,
// into memory that another room has let go, and after so many frames a room lets go of its own. That is the limit of any
// server that holds what a late joiner needs.

import { LIMITS } from '../protocol/limits.ts';
import { answer } from './processes.ts';
import { loadUws } from './uws.ts';

type Data = { topic: string; isViewer: boolean; kept: Kept };
/** `used`: bytes of the last piece. */
type Kept = { pieces: Uint8Array[]; used: number; frames: number };

export type BareQuestion = { do: 'port' };
export type BareAnswer = { port: number };

const framesKept = Number(process.argv[2] ?? 0);
/** Four frames of 16 kB, and a little. */
const PIECE_BYTES = 65 * 1024;
const letGo: Uint8Array[] = [];

function keep(kept: Kept, message: ArrayBuffer): void {
  const frame = new Uint8Array(message);
  const bytes = frame.length;
  if (kept.frames === framesKept) {
    letGo.push(...kept.pieces);
    kept.pieces = [];
    kept.frames = 0;
  }
  let piece = kept.pieces.at(-1);
  if (!piece || kept.used + bytes > PIECE_BYTES) {
    piece = letGo.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(PIECE_BYTES).buffer);
    kept.pieces.push(piece);
    kept.used = 0;
  }
  piece.set(frame, kept.used);
  kept.used += bytes;
  kept.frames += 1;
}

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
      {
        topic: req.getParameter(0) ?? '',
        isViewer: req.getParameter(1) === 'viewer',
        // In turn, not all rooms at once.
        kept: { pieces: [], used: 0, frames: Number(req.getParameter(0)) % Math.max(1, framesKept) },
      },
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
    const { topic, kept } = ws.getUserData();
    app.publish(topic, message, isBinary);
    if (framesKept > 0) keep(kept, message);
  },
});

/** For `idle`: an open socket and nothing else. */
app.ws('/idle', limits);

const listening = await new Promise<unknown>((resolve) => app.listen('127.0.0.1', 0, (token) => resolve(token)));
if (!listening) throw new Error('uWebSockets.js can not listen');
// The token is uSockets' own listen socket; its type is opaque on purpose.
const port = uws.us_socket_local_port(listening as Parameters<typeof uws.us_socket_local_port>[0]);

answer<BareQuestion, BareAnswer>(() => ({ port }));
