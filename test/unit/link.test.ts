// The client link and its policy, with a fake clock and sockets.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterClose, CLOSE } from '../../protocol/close-codes.ts';
import { createLink, sendLatest, type LinkState, type SocketEvents } from '../../protocol/link.ts';
import { nextTry, RECONNECT } from '../../protocol/reconnect.ts';
import { createClock } from '../support/fake-world.ts';

function linkWorld() {
  const clock = createClock();
  const sockets: { events: SocketEvents; sent: unknown[]; closed: (number | undefined)[]; waiting: number }[] = [];
  const heard: string[] = [];
  const states: string[] = [];
  let hidden = false;
  let broken = false;
  const link = createLink(
    {
      now: () => clock.now(),
      after: (ms, task) => clock.after(ms, task),
      random: () => 0.5,
      hidden: () => hidden,
      connect(events) {
        if (broken) throw new Error('not allowed here');
        const socket = { events, sent: [] as unknown[], closed: [] as (number | undefined)[], waiting: 0 };
        sockets.push(socket);
        return {
          send: (data) => socket.sent.push(data),
          close: (code) => socket.closed.push(code),
          bufferedAmount: () => socket.waiting,
        };
      },
    },
    {
      open: () => heard.push('open'),
      text: (data) => heard.push(data),
      bytes: () => heard.push('bytes'),
      changed: (state: LinkState) => states.push(state.kind),
    },
  );
  const last = () => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('no socket yet');
    return socket;
  };
  return {
    clock,
    link,
    sockets,
    heard,
    states,
    last,
    hide: () => (hidden = true),
    forbid: () => (broken = true),
  };
}

describe('the link', () => {
  test('[LK5] an abandoned socket is deaf', () => {
    const { clock, sockets, heard, last } = linkWorld();
    last().events.open();
    last().events.closed(1006);
    clock.advance(RECONNECT.longestMs);
    last().events.open();
    const [first] = sockets;
    first?.events.text('from the past');
    first?.events.closed(1006);
    expect(heard).toEqual(['open', 'open']);
    expect(sockets).toHaveLength(2);
  });

  test('[LK6] silence is a loss, anything heard is life', () => {
    const { clock, link, last, sockets } = linkWorld();
    last().events.open();
    clock.advance(RECONNECT.silenceMs - 1000);
    last().events.text('{"t":"beat"}');
    clock.advance(RECONNECT.silenceMs - 1000);
    expect(link.state.kind).toBe('open');
    clock.advance(12_000);
    expect(sockets[0]?.closed).toEqual([CLOSE.Silent]);
    expect(sockets.length).toBeGreaterThan(1);
  });

  test('[LK2] a closed link stays closed', () => {
    const { clock, link, last, sockets } = linkWorld();
    last().events.open();
    link.close();
    link.close();
    last().events.closed(1000);
    clock.advance(100_000);
    link.hint();
    expect(link.state.kind).toBe('closed');
    expect(sockets).toHaveLength(1);
    expect(link.send('x')).toBe('closed');
  });

  test('[W8] stop and login codes end the retries; fresh and retry do not', () => {
    for (const code of Object.values(CLOSE)) {
      const { clock, link, last, sockets } = linkWorld();
      last().events.open();
      last().events.closed(code);
      clock.advance(60_000);
      const isFinal = ['stop', 'login'].includes(afterClose(code));
      expect(link.state.kind, String(code)).toBe(isFinal ? 'closed' : 'connecting');
      expect(sockets.length > 1, String(code)).toBe(!isFinal);
    }
    expect(afterClose(1006)).toBe('retry');
    expect(afterClose(4299)).toBe('later');
    expect(afterClose(4901)).toBe('retry');
  });

  test('[LK4] a hint retries at once, but not in a storm', () => {
    const { clock, link, last, sockets } = linkWorld();
    for (let index = 0; index < 8; index++) {
      last().events.closed(1006);
      clock.advance(RECONNECT.longestMs);
    }
    const before = sockets.length;
    last().events.closed(1006);
    for (let index = 0; index < 20; index++) link.hint();
    clock.advance(RECONNECT.minimumMs);
    expect(sockets.length).toBe(before + 1);
  });

  test('[E4] a socket that the page forbids is retried, not thrown', () => {
    const { clock, link, last, forbid } = linkWorld();
    last().events.open();
    forbid();
    last().events.closed(1006);
    clock.advance(60_000);
    expect(['waiting', 'connecting']).toContain(link.state.kind);
  });

  test('[LK7] latest frames are dropped while the line is full, ordered ones never', () => {
    const { link, last } = linkWorld();
    last().events.open();
    last().waiting = 5000;
    expect(sendLatest(link, new Uint8Array(1), 1000)).toBe('dropped');
    expect(link.send(new Uint8Array(2))).toBe('sent');
    expect(last().sent).toHaveLength(1);
  });
});

test('[LK4] the policy always waits between its bounds, and longer with each failure up to the longest', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.boolean(),
      (attempt, random, hidden) => {
        const delayMs = nextTry('retry', attempt, { hidden: () => hidden, random: () => random });
        expect(delayMs).toBeGreaterThanOrEqual(RECONNECT.minimumMs);
        expect(delayMs).toBeLessThanOrEqual(hidden ? RECONNECT.hiddenLongestMs : RECONNECT.longestMs);
      },
    ),
    { seed: 1 },
  );
  const delay = (attempt: number) => nextTry('retry', attempt, { hidden: () => false, random: () => 0.5 }) ?? 0;
  for (let attempt = 1; attempt < 12; attempt++) expect(delay(attempt)).toBeGreaterThanOrEqual(delay(attempt - 1));
});

test('[LK4] whoever lost a relay for a while is back soon after it is, however unlucky', () => {
  for (const random of [0, 0.5, 0.999])
    for (let awayMs = 500; awayMs <= 60_000; awayMs += 100) {
      let at = 0;
      for (let attempt = 0; at < awayMs; attempt++)
        at += nextTry('retry', attempt, { hidden: () => false, random: () => random }) ?? Infinity;
      expect(at - awayMs, `away for ${awayMs} ms`).toBeLessThanOrEqual(1000 + awayMs / 4);
    }
});
