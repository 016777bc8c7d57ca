// What operators are told of a room: everything, but not as fast as a page can say it.

import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import type { RoomView, ToOperator, ToVisitor, VisitState } from '../../protocol/messages.ts';
import { createClock, createNetwork } from '../support/fake-world.ts';
import { createFakeSocket } from '../support/fake-socket.ts';
import { createRandom } from '../support/random.ts';
import { operatorCalled, SITE, startSimRelay } from '../support/sim-relay.ts';

function watched(tabs = 1, url = 'https://shop.example/') {
  const clock = createClock();
  const relay = startSimRelay(clock, createNetwork(1 << 20), createRandom(1));
  const shown = (title: string) => ({ url, title, visible: true, viewport: { width: 800, height: 600 } });
  let token: string | undefined;
  let visit: VisitState | undefined;
  const connect = (index: number) => {
    const page = relay.acceptVisitor()(
      createFakeSocket({
        text: (text) => {
          const message = JSON.parse(text) as ToVisitor;
          if (message.t === 'welcome') token = message.token;
          if (message.t === 'visit') visit = message.visit;
        },
        // By the next one of the same tab.
        closed: () => undefined,
      }),
    );
    const say = (message: unknown) => page.text(JSON.stringify(message));
    const known = { ...(token ? { token } : {}), ...(visit ? { resume: visit.resume } : {}) };
    say({ t: 'hello', site: SITE.key, tab: `${index}`, lang: 'en', page: shown('first'), ...known });
    return say;
  };
  const pages = Array.from({ length: tabs }, (_, index) => connect(index));
  const say = pages[0] ?? (() => {});
  say({ t: 'show' });
  /** What an operator who comes now is told from then on. */
  const watch = (): RoomView[] => {
    const views: RoomView[] = [];
    const operator = relay.acceptOperator(operatorCalled('anna'))(
      createFakeSocket({
        text: (text) => {
          const message = JSON.parse(text) as ToOperator;
          if (message.t === 'room') views.push(message.view);
        },
      }),
    );
    operator.text(JSON.stringify({ t: 'watch', room: visit?.room }));
    return views;
  };
  const views = watch();
  clock.advance(5000);
  views.length = 0;
  return { clock, say, views, shown, watch, back: () => connect(0) };
}

test('[RM17] what a page says of itself is told at once, and then no more than four times a second', () => {
  const { clock, say, views, shown } = watched();
  for (let index = 0; index < 10; index++) {
    say({ t: 'page', page: shown(`title ${index}`) });
    say({ t: 'probe', at: index, last: 20 + index });
  }
  expect(views.map((view) => view.tabs[0]?.title)).toEqual(['title 0']);
  clock.advance(250);
  expect(views.slice(1).map((view) => [view.tabs[0]?.title, view.visitorRttMs])).toEqual([['title 9', 29]]);
});

test('[RM17] what capture costs a tab is told with it, to who comes late, too, and no more of it than is declared', () => {
  const { clock, say, views, watch, back } = watched();
  const costs = () => views.map((view) => view.tabs[0]?.cost);
  for (let ms = 1; ms <= 10; ms++) say({ t: 'probe', at: ms, cost: { ms, level: 3, words: 'x' } });
  expect(costs()).toEqual([{ ms: 1, level: 3 }]);
  clock.advance(250);
  say({ t: 'probe', at: 11 });
  clock.advance(250);
  expect(costs().slice(1)).toEqual([{ ms: 10, level: 3 }]);
  expect(watch().at(-1)?.tabs[0]?.cost).toEqual({ ms: 10, level: 3 });
  // Another document says it anew.
  back();
  clock.advance(250);
  expect(costs().at(-1)).toBeUndefined();
});

test('[RM17] a long view is told less often', () => {
  const { clock, say, views, shown } = watched(LIMITS.maxTabsPerRoom, `https://shop.example/${'x'.repeat(900)}`);
  const began = clock.now();
  for (let change = 0; clock.now() < began + 10_000; change++) {
    say({ t: 'page', page: shown(`${change}`) });
    clock.advance(100);
  }
  expect(views[0]?.tabs.length).toBe(LIMITS.maxTabsPerRoom);
  const characters = views.reduce((sum, view) => sum + JSON.stringify(view).length, 0);
  // And the one that may be told at once.
  expect(characters).toBeLessThan(10_000 * 64 + 2 * JSON.stringify(views[0]).length);
  expect(views.at(-1)?.tabs[0]?.title).not.toBe('0');
});

test('[RM17] a pause is told at once all the same, with what else was due', () => {
  const { clock, say, views, shown } = watched();
  say({ t: 'page', page: shown('one') });
  say({ t: 'page', page: shown('two') });
  say({ t: 'pause', on: true });
  expect(views.map((view) => [view.state, view.tabs[0]?.title])).toEqual([
    ['waiting', 'one'],
    ['paused', 'two'],
  ]);
  clock.advance(1000);
  expect(views.length).toBe(2);
});
