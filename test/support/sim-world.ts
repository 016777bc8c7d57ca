// The whole of a session in one process: a relay that may die, visitors' tabs and operators on a network that is turned by
// hand.

import { createClock, createNetwork } from './fake-world.ts';
import { createRandom } from './random.ts';
import { SimOperator, SimTab } from './sim-peers.ts';
import { operatorCalled, SITE, startSimRelay, type SimStore } from './sim-relay.ts';

export function world(seed: number, maxBacklogBytes = 1 << 20, hiddenBytes = 0) {
  const random = createRandom(seed);
  const clock = createClock();
  const network = createNetwork(maxBacklogBytes, hiddenBytes);
  const store: SimStore = { rows: [], writeMs: 0 };
  let relay: ReturnType<typeof startSimRelay> | undefined = startSimRelay(clock, network, random, store);
  const shared = { resume: undefined, token: undefined };
  const tab = (key: string, identity: SimTab['shared'] = shared) =>
    new SimTab(
      network.door(clock, random, () => relay?.acceptVisitor()),
      SITE.key,
      key,
      identity,
    );
  const operator = (name: string, answersHeads = true) =>
    new SimOperator(
      network.door(clock, random, () => relay?.acceptOperator(operatorCalled(name))),
      answersHeads,
    );
  const settle = (ms = 0) => {
    network.deliverAll();
    for (let passed = 0; passed < ms; passed += 500) {
      clock.advance(500);
      network.deliverAll();
    }
  };
  return {
    random,
    clock,
    network,
    store,
    tab,
    operator,
    settle,
    get relay() {
      if (!relay) throw new Error('the relay is down');
      return relay;
    },
    kill() {
      relay?.stop();
      relay = undefined;
      for (const wire of [...network.wires]) wire.vanish();
    },
    restart() {
      relay = startSimRelay(clock, network, random, store);
    },
  };
}

/** A visitor with one tab, viewed by one operator. */
export function viewed(seed: number, maxBacklogBytes?: number, hiddenBytes?: number) {
  const sim = world(seed, maxBacklogBytes, hiddenBytes);
  const tab = sim.tab('tab1');
  const anna = sim.operator('anna');
  sim.settle(200);
  const [visitor] = [...anna.rows.keys()];
  if (visitor === undefined) throw new Error('the visitor is not in the list');
  anna.send({ t: 'ask', visitor });
  sim.settle();
  tab.answer(true);
  sim.settle(200);
  const room = tab.visit?.room;
  if (room === undefined) throw new Error('no visit began');
  return { sim, tab, anna, room, visitor };
}

/** What this operator's mirror shows of the tab. */
export const copyOf = (operator: SimOperator, room: string, tab = 1) => operator.rooms.get(room)?.tabs.get(tab);
