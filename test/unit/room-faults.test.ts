// A fault of the relay's own in one room: against the real live part, without sockets.

import { expect, test } from 'vitest';
import { encodeFrames, framesOf, KIND, setOrdinal } from '../../protocol/codec.ts';
import { createClock, createNetwork } from '../support/fake-world.ts';
import { createFakeSocket } from '../support/fake-socket.ts';
import { createRandom } from '../support/random.ts';
import { operatorCalled, SITE, startSimRelay } from '../support/sim-relay.ts';

test('[E3] what goes wrong in one room keeps no other waiting', () => {
  const clock = createClock();
  const network = createNetwork(1 << 20);
  let tasks: (() => void)[] = [];
  const published: { topic: string; frames: number }[] = [];
  let bad = '';
  const relay = startSimRelay(
    clock,
    {
      ...network,
      soon: (task) => void tasks.push(task),
      publish(topic, data) {
        if (topic === bad) throw new Error('a fault');
        published.push({ topic, frames: framesOf(Buffer.from(data)).length });
      },
    },
    createRandom(1),
  );
  const failed: string[] = [];
  relay.failed = (_, where) => void failed.push(where);
  const endTurn = () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };
  const open = (name: string) => {
    let room = { id: '', number: 0 };
    const page = relay.acceptVisitor()(
      createFakeSocket({
        text: (text) => {
          const message = JSON.parse(text) as { t: string; visit: { room: string } };
          if (message.t === 'visit') room = { ...room, id: message.visit.room };
        },
      }),
    );
    const viewport = { width: 800, height: 600 };
    const shown = { url: 'https://shop.example/', title: '', visible: true, viewport };
    page.text(JSON.stringify({ t: 'hello', site: SITE.key, tab: name, lang: 'en', page: shown }));
    page.text(JSON.stringify({ t: 'show' }));
    const operator = relay.acceptOperator(operatorCalled(name))(
      createFakeSocket({
        text: (text) => {
          const message = JSON.parse(text) as { t: string; view: { number: number } };
          if (message.t === 'room') room = { ...room, number: message.view.number };
        },
      }),
    );
    operator.text(JSON.stringify({ t: 'watch', room: room.id }));
    let ordinal = 0;
    const send = (kind: typeof KIND.Snapshot | typeof KIND.Change) => {
      const [frame = new Uint8Array()] = encodeFrames(kind, new Uint8Array(40));
      setOrdinal(frame, ++ordinal);
      page.bytes(frame);
    };
    send(KIND.Snapshot);
    return { id: room.id, topic: `room/${room.number}`, change: () => send(KIND.Change) };
  };
  const first = open('anna');
  const second = open('boris');
  endTurn();
  published.length = 0;
  bad = first.topic;
  first.change();
  second.change();
  endTurn();
  expect(failed).toEqual([`room ${first.id}`]);
  expect(published).toEqual([{ topic: second.topic, frames: 1 }]);
});
