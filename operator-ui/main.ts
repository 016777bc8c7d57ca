// Entry of the console: the browser's doors, the state, the root component.

import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import { mount } from 'svelte';
import { createMirror } from '../cobrowse/mirror.ts';
import App from './app.svelte';
import {
  browserAttention,
  browserLinkDoor,
  browserMemory,
  browserSight,
  createChime,
  onReturn,
} from './browser-doors.ts';
import { browserOutbox } from './outbox-store.ts';
import { createFileHttp } from './file-http.ts';
import { createRelayHttp } from './relay-http.ts';
import { Console } from './state/console.svelte.ts';

const target = document.getElementById('console');
if (!target) throw new Error('index.html has no #console to mount the console in');

const desk = new Console({
  http: createRelayHttp(),
  files: createFileHttp(),
  link: browserLinkDoor(),
  device: browserMemory('device'),
  tab: browserMemory('tab'),
  sight: browserSight(),
  createMirror,
  outbox: browserOutbox(),
  chime: createChime(),
  attention: browserAttention,
  fill: (bytes) => crypto.getRandomValues(bytes),
});
onReturn(() => desk.connection.hint());
mount(App, { target, props: { desk } });
void desk.account.start();
