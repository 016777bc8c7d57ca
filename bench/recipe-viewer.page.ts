// Control of the benches `mirror` and `join`, the operator's side: rrweb's Replayer in live mode. No buffer: the guide
// recommends a second of it, which would be added to every figure.

import { Replayer } from '@rrweb/replay';

const port = new URLSearchParams(location.search).get('ws');
const join = document.createElement('button');
join.id = 'join';
join.textContent = 'Join';
document.body.append(join);

join.onclick = () => {
  join.remove();
  const replayer = new Replayer([], { liveMode: true, root: document.body });
  replayer.startLive();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/viewer`);
  socket.onopen = () => socket.send('join');
  // The visitor's page sends rrweb's own events and nothing else.
  socket.onmessage = ({ data }: MessageEvent<string>) => replayer.addEvent(JSON.parse(data));
};
