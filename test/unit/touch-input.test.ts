// What an operator's fingers mean. In a browser: test/browser/hand-touch.test.ts.

import { expect, test } from 'vitest';
import { TouchInput } from '../../operator-ui/state/touch-input.ts';

function open() {
  const said: string[] = [];
  let hold: (() => void) | undefined;
  const say =
    (what: string) =>
    ({ clientX, clientY }: { clientX: number; clientY: number }, ...more: unknown[]) =>
      void said.push([what, clientX, clientY, ...more].join(' '));
  const input = new TouchInput({
    click: say('click'),
    down: say('down'),
    drag: say('drag'),
    up: say('up'),
    scroll: say('scroll'),
    pan: (dx, dy) => void said.push(`pan ${dx} ${dy}`),
    zoom: (way) => void said.push(`zoom ${way}`),
    held: () => void said.push('held'),
    after: (_, task) => {
      hold = task;
      return () => (hold = undefined);
    },
  });
  const put = (clientX: number, clientY: number, id = 1) => input.pointer(id, { clientX, clientY }, true);
  const lift = (clientX: number, clientY: number, id = 1) => input.pointer(id, { clientX, clientY }, false);
  return { said, input, put, lift, wait: () => hold?.() };
}

test('a tap clicks, though the finger shakes', () => {
  const { said, put, lift, wait } = open();
  put(10, 10);
  put(13, 12);
  lift(13, 12);
  wait();
  expect(said).toEqual(['click 13 12 0']);
});

test('a swipe scrolls by what the finger moved, and clicks nothing, however long it takes', () => {
  const { said, put, lift, wait } = open();
  put(10, 50);
  put(10, 30);
  wait();
  put(12, 20);
  lift(12, 20);
  expect(said).toEqual(['scroll 10 30 0 20', 'scroll 12 20 -2 10']);
});

test('held: let go, it is the secondary button; moved, a drag from where it was', () => {
  const { said, put, lift, wait } = open();
  put(10, 10);
  wait();
  lift(11, 10);
  expect(said.splice(0)).toEqual(['held', 'click 11 10 2']);
  put(10, 10);
  wait();
  put(12, 10);
  put(40, 10);
  put(50, 10);
  // A second finger changes nothing in a drag.
  put(0, 0, 2);
  lift(0, 0, 2);
  lift(50, 10);
  expect(said).toEqual(['held', 'down 10 10', 'drag 40 10', 'drag 50 10', 'up 50 10']);
});

test('two fingers move the picture, and make it larger or as it fits, once for each way', () => {
  const { said, put, lift, wait } = open();
  put(100, 100);
  put(200, 100, 2);
  wait();
  put(100, 120);
  put(200, 120, 2);
  expect(said.splice(0)).toEqual(['pan 0 -10', 'pan 0 -10']);
  put(260, 120, 2);
  expect(said.splice(0)).toEqual(['pan -30 0', 'zoom in']);
  put(180, 120, 2);
  expect(said.splice(0)).toEqual(['pan 40 0', 'zoom out']);
  lift(180, 120, 2);
  // What is left of the two means nothing by itself.
  put(100, 300);
  lift(100, 300);
  expect(said).toEqual([]);
  put(5, 5);
  lift(5, 5);
  expect(said).toEqual(['click 5 5 0']);
});

test('taken away by the browser, a drag ends where it was', () => {
  const { said, input, put, wait } = open();
  put(10, 10);
  wait();
  put(40, 10);
  input.cancel();
  put(60, 60, 3);
  expect(said).toEqual(['held', 'down 10 10', 'drag 40 10', 'up 40 10']);
});
