// Control of the benches `mirror` and `join`, the visitor's side: the live view as rrweb's own guide builds it. Every
// event is one JSON message over a plain WebSocket; whoever joins asks the page for a full snapshot. Default sampling,
// default everything.

import { record } from '@rrweb/record';

const port = new URLSearchParams(location.search).get('ws');
const socket = new WebSocket(`ws://127.0.0.1:${port}/visitor`);
let isRecording = false;

socket.onmessage = ({ data }) => {
  if (data !== 'join') return;
  if (isRecording) return record.takeFullSnapshot();
  isRecording = true;
  record({ emit: (event) => socket.send(JSON.stringify(event)) });
};
