// How whoever watches is fed: pictures within what a line takes, and each of them once.

import { expect, test } from 'vitest';
import { encodeFrames, KIND, stamp } from '../../protocol/codec.ts';
import type { ToOperator } from '../../protocol/messages.ts';
import { History, SparePieces } from '../../relay/live/history.ts';
import { createLiveMetrics } from '../../relay/live/metrics.ts';
import { OperatorPeer } from '../../relay/live/operators.ts';
import { Pictures } from '../../relay/live/pictures.ts';
import { Watchers } from '../../relay/live/watchers.ts';
import { createFakeSocket } from '../support/fake-socket.ts';
import { operatorCalled } from '../support/sim-relay.ts';

const PICTURE_BYTES = 60_000;

function pictureOf(node: number): Uint8Array {
  const payload = new Uint8Array(PICTURE_BYTES);
  new DataView(payload.buffer).setUint32(0, node, true);
  const [frame = new Uint8Array()] = encodeFrames(KIND.Picture, payload);
  stamp(frame, { tab: 1, room: 1, sequence: 0 });
  return frame;
}

function setUp() {
  const sent: (ToOperator | number)[] = [];
  let isSubscribed = false;
  const nodeOf = (frame: Uint8Array) => new DataView(frame.buffer, frame.byteOffset).getUint32(16, true);
  const receive = (frame: Uint8Array) => void sent.push(nodeOf(frame));
  const peer = new OperatorPeer(
    createFakeSocket({
      text: (data) => void sent.push(JSON.parse(data) as ToOperator),
      bytes: receive,
      subscribed: (is) => void (isSubscribed = is),
    }),
    operatorCalled('anna'),
    'session',
    '10.0.0.2',
    0,
  );
  peer.answersHeads = true;
  const pictures = new Pictures();
  const history = new History(new SparePieces(), () => {});
  const watchers = new Watchers(
    {
      publish: (_, data) => {
        if (isSubscribed) receive(data);
      },
      metrics: createLiveMetrics(),
      now: () => 0,
    },
    { id: 'room', topic: 'room/1', sequence: 0 },
    history,
    pictures,
  );
  const nodes = () => sent.filter((each) => typeof each === 'number');
  const heads = () => sent.flatMap((each) => (typeof each === 'object' && each.t === 'head' ? [each.sequence] : []));
  /** As a page's does: kept, and published. */
  const show = (node: number) => {
    const picture = pictureOf(node);
    pictures.keep(1, picture);
    watchers.publish(picture);
  };
  /** Answers every head there is. True: there was one. */
  let answered = 0;
  const answer = () => {
    const due = heads().slice(answered);
    answered += due.length;
    for (const sequence of due) watchers.heard(peer, sequence);
    return due.length > 0;
  };
  return { peer, pictures, watchers, nodes, show, answer, isLive: () => isSubscribed };
}

test('[RM15] pictures that are kept come as the line takes them, the oldest first, and each once', () => {
  const { peer, pictures, watchers, nodes, answer, isLive } = setUp();
  for (let node = 1; node <= 20; node++) pictures.keep(1, pictureOf(node));
  watchers.add(peer, 0);
  watchers.feed(peer);
  // A first window is 128 kB: two of them, and the one that passes it.
  expect(nodes()).toEqual([1, 2, 3]);
  expect(isLive()).toBe(false);
  // Meanwhile one is superseded.
  pictures.keep(1, pictureOf(10));
  while (!isLive()) expect(answer()).toBe(true);
  expect(nodes()).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1).filter((node) => node !== 10), 10]);
});

test('[RM15] whoever falls behind gets the pictures that came meanwhile, and no others', () => {
  const { peer, watchers, nodes, show, answer, isLive } = setUp();
  watchers.add(peer, 0);
  watchers.feed(peer);
  expect(isLive()).toBe(true);
  for (let node = 1; isLive(); node++) show(node);
  const live = nodes().length;
  show(100);
  show(101);
  show(100);
  expect(nodes().length).toBe(live);
  while (!isLive()) expect(answer()).toBe(true);
  expect(nodes().slice(live)).toEqual([101, 100]);
});

test('[RM15] a line that answers is not taken for a slow one, however much passes between two ticks', () => {
  const { peer, watchers, show, nodes, answer, isLive } = setUp();
  watchers.add(peer, 0);
  watchers.feed(peer);
  for (let node = 1; node <= 100; node++) {
    show(node);
    answer();
    expect(isLive()).toBe(true);
  }
  expect(nodes().length).toBe(100);
});
